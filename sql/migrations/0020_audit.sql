-- Who asks, and what was done: the first statement of every request, API tokens, and the audit log.

-- ---- API tokens ---------------------------------------------------------------------------------

CREATE TABLE api_tokens (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid NOT NULL,
  user_id      uuid NOT NULL,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0),
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  UNIQUE (tenant_id, id)
);
CREATE INDEX api_tokens_user ON api_tokens (tenant_id, user_id);
COMMENT ON TABLE api_tokens IS 'what programs sign in with: each acts as its user, with at most its scopes';
COMMENT ON COLUMN api_tokens.id IS 'names it in the API; shows nothing of the token';
COMMENT ON COLUMN api_tokens.tenant_id IS 'of the user';
COMMENT ON COLUMN api_tokens.user_id IS 'whom it acts as';
COMMENT ON COLUMN api_tokens.name IS 'what its user calls it';
COMMENT ON COLUMN api_tokens.token_hash IS 'SHA-256 of the token; the token itself is stored nowhere';
COMMENT ON COLUMN api_tokens.scopes IS 'what it may be used for: "<resource>:read", "<resource>:write"';
COMMENT ON COLUMN api_tokens.created_at IS 'when it was made';
COMMENT ON COLUMN api_tokens.expires_at IS 'from then on it opens nothing; null: never';
COMMENT ON COLUMN api_tokens.last_used_at IS 'to the minute';
COMMENT ON COLUMN api_tokens.revoked_at IS 'taken back; null: good';

-- ---- the audit log ------------------------------------------------------------------------------
-- Rows are only added, each with a hash over the one before and itself: a row that was changed, taken
-- out or put in breaks the chain from there on. The head knows where the chain ends, so that its last
-- rows cannot go unseen either.

CREATE TABLE audit_heads (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  id        bigint NOT NULL,
  hash      bytea NOT NULL
);
COMMENT ON TABLE audit_heads IS 'where each tenant''s audit chain ends; who adds a row holds this one until the commit';
COMMENT ON COLUMN audit_heads.tenant_id IS 'whose chain';
COMMENT ON COLUMN audit_heads.id IS 'number of the last row';
COMMENT ON COLUMN audit_heads.hash IS 'its hash';

CREATE TABLE audit_log (
  tenant_id  uuid NOT NULL REFERENCES tenants,
  id         bigint NOT NULL CHECK (id > 0),
  at         timestamptz NOT NULL,
  action     text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
  kind       text NOT NULL,
  object     text,
  actor_id   uuid,
  actor      text,
  session_id uuid,
  token_id   uuid,
  address    inet,
  request_id text,
  before     jsonb,
  after      jsonb,
  hash       bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_log_at ON audit_log (tenant_id, at);
CREATE INDEX audit_log_object ON audit_log (tenant_id, kind, object, id);
CREATE INDEX audit_log_actor ON audit_log (tenant_id, actor, id);
COMMENT ON TABLE audit_log IS 'what was done, by whom, with before and after: never changed, only added to';
COMMENT ON COLUMN audit_log.tenant_id IS 'whose chain';
COMMENT ON COLUMN audit_log.id IS 'place in the tenant''s chain, from 1 without a gap';
COMMENT ON COLUMN audit_log.at IS 'when the transaction began';
COMMENT ON COLUMN audit_log.action IS 'what was done: "queue.update", "session.begin"';
COMMENT ON COLUMN audit_log.kind IS 'what it was done to: "queue", "user"';
COMMENT ON COLUMN audit_log.object IS 'which one: its id, or the name that was typed';
COMMENT ON COLUMN audit_log.actor_id IS 'the user who did it; null: nobody who was signed in';
COMMENT ON COLUMN audit_log.actor IS 'the user''s extension at the time';
COMMENT ON COLUMN audit_log.session_id IS 'the session it was done in';
COMMENT ON COLUMN audit_log.token_id IS 'or the API token it was done with';
COMMENT ON COLUMN audit_log.address IS 'where the request came from';
COMMENT ON COLUMN audit_log.request_id IS 'X-Request-Id of the request, as in the access log';
COMMENT ON COLUMN audit_log.before IS 'the object as it was, without secrets; null: there was none';
COMMENT ON COLUMN audit_log.after IS 'the object as it is now; null: there is none any more';
COMMENT ON COLUMN audit_log.hash IS 'SHA-256 over the previous row''s hash and this row';

-- ---- who may see them ---------------------------------------------------------------------------

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['api_tokens', 'audit_heads', 'audit_log'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO cordboard_api, cordboard_report USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())', t);
    EXECUTE format('CREATE POLICY worker ON %I TO cordboard_worker USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT (id, tenant_id, user_id, name, scopes, created_at, expires_at, last_used_at, revoked_at)
  ON api_tokens TO cordboard_api;
GRANT SELECT ON audit_heads, audit_log TO cordboard_api;

-- Rights alone would leave it to a function that runs with the owner's.
CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF session_user <> (SELECT relowner::regrole::text FROM pg_class WHERE oid = TG_RELID) THEN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
COMMENT ON FUNCTION only_added_to IS 'refuses what would change or remove rows, to all but the owner signed in as such';
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION only_added_to();
CREATE TRIGGER only_emptied_by_owner BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION only_added_to();

-- ---- adding and checking ------------------------------------------------------------------------

CREATE FUNCTION audit_hash(previous bytea, r audit_log) RETURNS bytea LANGUAGE sql STABLE
  RETURN sha256(previous || convert_to(jsonb_build_array(r.tenant_id, r.id, us(r.at), r.action, r.kind,
    r.object, r.actor_id, r.actor, r.session_id, r.token_id, r.address, r.request_id, r.before,
    r.after)::text, 'UTF8'));
COMMENT ON FUNCTION audit_hash IS 'the hash that row must have after one with the previous hash';

CREATE FUNCTION current_token() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('cordboard.token', true), '')::uuid;
COMMENT ON FUNCTION current_token IS 'the API token that the request was made with; null: none';

-- Called last: whoever else adds a row to the tenant's chain waits from here to the commit.
CREATE FUNCTION audit(p_action text, p_kind text, p_object text, p_before jsonb, p_after jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  head audit_heads;
  r audit_log;
BEGIN
  INSERT INTO audit_heads (tenant_id, id, hash) VALUES (current_tenant(), 0, '') ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM audit_heads WHERE tenant_id = current_tenant() FOR UPDATE;
  r := (head.tenant_id, head.id + 1, now(), p_action, p_kind, p_object, current_user_id(), current_extension(),
        current_session(), current_token(), nullif(current_setting('cordboard.address', true), '')::inet,
        nullif(current_setting('cordboard.request_id', true), ''), p_before, p_after, NULL);
  r.hash := audit_hash(head.hash, r);
  INSERT INTO audit_log SELECT r.*;
  UPDATE audit_heads SET id = r.id, hash = r.hash WHERE tenant_id = r.tenant_id;
END $$;
COMMENT ON FUNCTION audit IS 'adds one row to the acting tenant''s audit chain, with actor, session, address and request of the current request';

-- Reads the whole chain of a tenant that the caller may see.
CREATE FUNCTION audit_verify(p_tenant uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(broken) FROM (
    SELECT l.id AS broken
    FROM (SELECT l AS r, l.id, l.hash, lag(l.id, 1, 0::bigint) OVER chain AS previous_id,
                 lag(l.hash, 1, ''::bytea) OVER chain AS previous
          FROM audit_log l WHERE l.tenant_id = p_tenant
          WINDOW chain AS (ORDER BY l.id)) l
    WHERE l.id <> l.previous_id + 1 OR l.hash <> audit_hash(l.previous, l.r)
    UNION ALL
    SELECT coalesce(max(l.id), 0) + 1
    FROM audit_heads h LEFT JOIN audit_log l ON l.tenant_id = h.tenant_id
    WHERE h.tenant_id = p_tenant
    GROUP BY h.id, h.hash
    HAVING h.id IS DISTINCT FROM max(l.id)
        OR h.hash IS DISTINCT FROM (array_agg(l.hash ORDER BY l.id DESC))[1]) x
$$;
COMMENT ON FUNCTION audit_verify IS 'the first row of a tenant''s audit chain that is not as it was written, or is missing; null: all are';

-- ---- the first statement of every request -------------------------------------------------------

DROP FUNCTION session_begin(text, text);
DROP FUNCTION act_as(uuid, users, uuid);

-- A user is one agent at most: who acts has one extension.
CREATE UNIQUE INDEX agent_extensions_user ON agent_extensions (user_id);

-- The session or API token, its user and what goes with them, in one look-up each.
CREATE FUNCTION session_begin(p_token_hash text, p_least text, p_scope text, p_address text,
  p_request_id text, p_if_match text,
  OUT tenant_id uuid, OUT tenant text, OUT node text, OUT user_id uuid, OUT session_id uuid,
  OUT extension text, OUT role text, OUT agent_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  token uuid;
  scopes text[];
  seen timestamptz;
  acting text[];
BEGIN
  SELECT s.id, s.last_seen_at, u.id, u.extension, u.role, t.id, t.slug, t.node, e.id
  INTO session_id, seen, user_id, extension, role, tenant_id, tenant, node, agent_id
  FROM sessions s
  JOIN users u ON u.id = s.user_id
  JOIN tenants t ON t.id = s.tenant_id
  LEFT JOIN agent_extensions e ON e.user_id = u.id
  WHERE s.token_hash = decode(p_token_hash, 'hex') AND s.revoked_at IS NULL AND s.expires_at > now()
    AND s.last_seen_at + s.idle_limit > now() AND u.disabled_at IS NULL;
  IF NOT FOUND THEN
    SELECT k.id, k.scopes, coalesce(k.last_used_at, '-infinity'), u.id, u.extension, u.role, t.id, t.slug,
           t.node, e.id
    INTO token, scopes, seen, user_id, extension, role, tenant_id, tenant, node, agent_id
    FROM api_tokens k
    JOIN users u ON u.id = k.user_id
    JOIN tenants t ON t.id = k.tenant_id
    LEFT JOIN agent_extensions e ON e.user_id = u.id
    WHERE k.token_hash = decode(p_token_hash, 'hex') AND k.revoked_at IS NULL
      AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.disabled_at IS NULL;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'no such session' USING ERRCODE = 'CB401';
    END IF;
    -- A route that names no scope is not for tokens.
    IF p_scope IS NULL THEN
      RAISE EXCEPTION 'It takes a session: no API token may do this.' USING ERRCODE = 'CB403';
    ELSIF p_scope <> ALL (scopes) THEN
      RAISE EXCEPTION 'The token needs the scope %.', p_scope USING ERRCODE = 'CB403';
    END IF;
  END IF;
  -- A least role that is none admits nobody.
  IF role_rank(p_least) = 0 OR role_rank(role) < role_rank(p_least) THEN
    RAISE EXCEPTION 'It takes the role %.', p_least USING ERRCODE = 'CB403';
  END IF;
  IF seen < now() - interval '1 minute' THEN
    UPDATE sessions SET last_seen_at = now() WHERE id = session_id;
    UPDATE api_tokens SET last_used_at = now() WHERE id = token;
  END IF;
  -- An assignment is evaluated at once; PERFORM would run a query.
  acting := ARRAY[
    set_config('cordboard.tenant', tenant_id::text, true),
    set_config('cordboard.user', user_id::text, true),
    set_config('cordboard.extension', extension, true),
    set_config('cordboard.role', role, true),
    set_config('cordboard.session', coalesce(session_id::text, ''), true),
    set_config('cordboard.token', coalesce(token::text, ''), true),
    set_config('cordboard.agent', coalesce(agent_id::text, ''), true),
    set_config('cordboard.address', coalesce(p_address, ''), true),
    set_config('cordboard.request_id', coalesce(p_request_id, ''), true),
    set_config('cordboard.if_match', coalesce(p_if_match, ''), true)];
END $$;
COMMENT ON FUNCTION session_begin IS 'who asks, and may that role? Sets who acts for the rest of the transaction: row-level security, audit() and the statements read it';

-- Called once the password was right: a session, and the acting user for the rest of the transaction.
DROP FUNCTION sign_in(uuid, text, text, text, int, int);
CREATE FUNCTION sign_in(p_user uuid, p_token_hash text, p_address text, p_user_agent text,
  p_idle_s int, p_absolute_s int, p_request_id text,
  OUT tenant_id uuid, OUT tenant text, OUT node text, OUT user_id uuid, OUT session_id uuid,
  OUT extension text, OUT role text, OUT agent_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  u users;
BEGIN
  SELECT * INTO u FROM users WHERE id = p_user AND disabled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the user is disabled' USING ERRCODE = 'CB401';
  END IF;
  DELETE FROM sign_in_failures f WHERE f.tenant_id = u.tenant_id AND f.extension = u.extension;
  INSERT INTO sessions (tenant_id, user_id, token_hash, address, user_agent, idle_limit, expires_at)
  VALUES (u.tenant_id, u.id, decode(p_token_hash, 'hex'), nullif(p_address, '')::inet,
          left(p_user_agent, 300), make_interval(secs => p_idle_s),
          now() + make_interval(secs => p_absolute_s));
  SELECT * INTO tenant_id, tenant, node, user_id, session_id, extension, role, agent_id
  FROM session_begin(p_token_hash, 'AGENT', NULL, p_address, p_request_id, NULL);
  PERFORM audit('session.begin', 'session', session_id::text, NULL, NULL);
END $$;
COMMENT ON FUNCTION sign_in IS 'a new session of a user whose password was right; who acts for the rest of the transaction';

REVOKE ALL ON FUNCTION session_begin, sign_in, audit, audit_verify, audit_hash, only_added_to FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_begin, sign_in TO cordboard_api;
GRANT EXECUTE ON FUNCTION audit TO cordboard_api, cordboard_worker;
GRANT EXECUTE ON FUNCTION audit_verify, audit_hash TO cordboard_api, cordboard_report;
