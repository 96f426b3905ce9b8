-- Sign-in and sessions. The API's role reads no hash and writes no session: what it needs is done
-- by functions that run with their owner's rights and check first.

-- Failures are counted by what was typed, so that an extension nobody has locks like any other.
ALTER TABLE users DROP COLUMN failed_logins, DROP COLUMN locked_until;
CREATE TABLE sign_in_failures (
  tenant_id    uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
  extension    text NOT NULL,
  failures     int NOT NULL,
  locked_until timestamptz,
  at           timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, extension)
);
CREATE INDEX sign_in_failures_at ON sign_in_failures (at);
ALTER TABLE sign_in_failures ENABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN sign_in_failures.failures IS 'in a row; forgotten after an hour without one';

ALTER TABLE agent_extensions ADD COLUMN sip_session uuid REFERENCES sessions ON DELETE SET NULL;
COMMENT ON COLUMN agent_extensions.sip_session IS 'the session that holds the phone''s secret: when it ends, the secret goes';

REVOKE SELECT ON agent_extensions FROM cordboard_api, cordboard_report;
GRANT SELECT (id, tenant_id, user_id, extension, display_name, phone_kind, auto_answer, enabled, created_at)
  ON agent_extensions TO cordboard_api, cordboard_report;

CREATE FUNCTION current_session() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('cordboard.session', true), '')::uuid;
CREATE FUNCTION current_agent() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('cordboard.agent', true), '')::uuid;

-- Sets who acts for the rest of the transaction; row-level security and the statements read it.
CREATE FUNCTION act_as(p_session uuid, p_user users, p_agent uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('cordboard.tenant', p_user.tenant_id::text, true),
          set_config('cordboard.user', p_user.id::text, true),
          set_config('cordboard.extension', p_user.extension, true),
          set_config('cordboard.role', p_user.role, true),
          set_config('cordboard.session', p_session::text, true),
          set_config('cordboard.agent', coalesce(p_agent::text, ''), true);
END $$;

-- The first statement of every request: who asks, and may that role?
CREATE FUNCTION session_begin(p_token_hash text, p_least text)
RETURNS TABLE (tenant_id uuid, tenant text, node text, user_id uuid, session_id uuid,
               extension text, role text, agent_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s sessions;
  u users;
  t tenants;
  agent uuid;
BEGIN
  SELECT * INTO s FROM sessions WHERE token_hash = decode(p_token_hash, 'hex');
  IF NOT FOUND OR s.revoked_at IS NOT NULL OR s.expires_at <= now()
     OR s.last_seen_at + s.idle_limit <= now() THEN
    RAISE EXCEPTION 'no such session' USING ERRCODE = 'CB401';
  END IF;
  SELECT * INTO u FROM users WHERE id = s.user_id AND disabled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the user is disabled' USING ERRCODE = 'CB401';
  END IF;
  -- A least role that is none admits nobody.
  IF role_rank(p_least) = 0 OR role_rank(u.role) < role_rank(p_least) THEN
    RAISE EXCEPTION 'needs role %', p_least USING ERRCODE = 'CB403';
  END IF;
  IF s.last_seen_at < now() - interval '1 minute' THEN
    UPDATE sessions SET last_seen_at = now() WHERE id = s.id;
  END IF;
  SELECT * INTO t FROM tenants WHERE id = s.tenant_id;
  SELECT e.id INTO agent FROM agent_extensions e WHERE e.tenant_id = s.tenant_id AND e.user_id = u.id;
  PERFORM act_as(s.id, u, agent);
  RETURN QUERY SELECT t.id, t.slug, t.node, u.id, s.id, u.extension, u.role, agent;
END $$;

-- What a sign-in is checked against. A name nobody has gives nulls, and may be locked as well.
CREATE FUNCTION sign_in_start(p_tenant text, p_extension text)
RETURNS TABLE (tenant_id uuid, user_id uuid, password_hash text, locked_ms bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, u.id, u.password_hash,
         greatest(0, ceil(extract(epoch FROM f.locked_until - now()) * 1000))::bigint
  FROM (SELECT 1) one
  LEFT JOIN tenants t ON CASE WHEN p_tenant IS NULL THEN t.is_default ELSE t.slug = p_tenant END
  LEFT JOIN users u ON u.tenant_id = t.id AND u.extension = p_extension AND u.disabled_at IS NULL
  LEFT JOIN sign_in_failures f ON f.tenant_id = t.id AND f.extension = p_extension
$$;

-- From the fifth failure in a row on it waits 1, 2, 4 … seconds, a quarter of an hour at most.
CREATE FUNCTION sign_in_failed(p_tenant uuid, p_extension text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM sign_in_failures WHERE at < now() - interval '1 hour';
  INSERT INTO sign_in_failures AS f (tenant_id, extension, failures) VALUES (p_tenant, p_extension, 1)
  ON CONFLICT (tenant_id, extension) DO UPDATE
    SET failures = f.failures + 1, at = now(),
        locked_until = CASE WHEN f.failures + 1 >= 5
          THEN now() + least(900, power(2, least(f.failures + 1 - 5, 20))) * interval '1 second' END;
END $$;

-- A fresh secret for the phone of the acting user; the caller forgets the plain text.
-- Gives the endpoint, null for a user without an extension.
CREATE FUNCTION phone_secret(p_secret text, p_realm text, p_phone text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE agent_extensions e
  SET sip_ha1 = md5(asterisk.pbx_name(t, e.extension) || ':' || p_realm || ':' || p_secret),
      sip_session = current_session(), phone_kind = coalesce(p_phone, e.phone_kind)
  FROM tenants t
  WHERE t.id = e.tenant_id AND e.tenant_id = current_tenant() AND e.id = current_agent() AND e.enabled
  RETURNING asterisk.pbx_name(t, e.extension)
$$;

-- Called once the password was right: a session, and the acting user for the rest of the transaction.
CREATE FUNCTION sign_in(p_user uuid, p_token_hash text, p_address text, p_user_agent text,
                        p_idle_s int, p_absolute_s int)
RETURNS TABLE (tenant_id uuid, tenant text, node text, user_id uuid, session_id uuid,
               extension text, role text, agent_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  u users;
  session uuid;
BEGIN
  SELECT * INTO u FROM users WHERE id = p_user AND disabled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the user is disabled' USING ERRCODE = 'CB401';
  END IF;
  DELETE FROM sign_in_failures f WHERE f.tenant_id = u.tenant_id AND f.extension = u.extension;
  INSERT INTO sessions (tenant_id, user_id, token_hash, address, user_agent, idle_limit, expires_at)
  VALUES (u.tenant_id, u.id, decode(p_token_hash, 'hex'), nullif(p_address, '')::inet,
          left(p_user_agent, 300), make_interval(secs => p_idle_s),
          now() + make_interval(secs => p_absolute_s))
  RETURNING id INTO session;
  RETURN QUERY SELECT b.* FROM session_begin(p_token_hash, 'AGENT') b;
END $$;

-- Ends one session: an own one, or any of the tenant for an admin. had_phone: it held the phone.
CREATE FUNCTION session_end(p_session uuid)
RETURNS TABLE (session_id uuid, extension text, had_phone boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s sessions;
  phone text;
BEGIN
  UPDATE sessions x SET revoked_at = now()
  WHERE x.id = p_session AND x.tenant_id = current_tenant() AND x.revoked_at IS NULL
    AND (x.user_id = current_user_id() OR current_rank() >= role_rank('ADMIN'))
  RETURNING * INTO s;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such session' USING ERRCODE = 'CB404';
  END IF;
  UPDATE agent_extensions e SET sip_ha1 = NULL, sip_session = NULL
  WHERE e.tenant_id = s.tenant_id AND e.sip_session = s.id
  RETURNING e.extension INTO phone;
  RETURN QUERY SELECT s.id, phone, phone IS NOT NULL;
END $$;

REVOKE ALL ON FUNCTION act_as, session_begin, sign_in_start, sign_in_failed, phone_secret, sign_in,
  session_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_begin, sign_in_start, sign_in_failed, phone_secret, sign_in,
  session_end TO cordboard_api;
