-- People: users with e-mail and versions, what they sign in with, how fast may be guessed, and how a
-- session ends everywhere.

-- ---- users --------------------------------------------------------------------------------------

ALTER TABLE users
  ADD COLUMN email text CHECK (email ~ '^[^@[:space:][:cntrl:]]{1,64}@[^@[:space:][:cntrl:]]{1,189}$'),
  ADD COLUMN password_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN version int NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX users_email ON users (tenant_id, lower(email));
COMMENT ON COLUMN users.email IS 'another platform''s tokens may name the user by it';
COMMENT ON COLUMN users.password_at IS 'when the password was set';
COMMENT ON COLUMN users.version IS 'raised by each change: what If-Match compares';
CREATE TRIGGER versioned BEFORE UPDATE OF display_name, role, email, disabled_at OR DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION versioned();
GRANT SELECT (email, password_at, version) ON users TO cordboard_api;

CREATE VIEW user_overview WITH (security_invoker = true) AS
  SELECT u.id, u.extension, u.display_name AS "displayName", u.role, u.email,
         u.disabled_at IS NULL AS enabled, u.created_at AS "createdAt", u.password_at AS "passwordAt",
         (SELECT json_build_object('id', e.id, 'phoneKind', e.phone_kind, 'autoAnswer', e.auto_answer,
            'enabled', e.enabled,
            'queues', ARRAY(SELECT q.name FROM queue_members m JOIN call_queues q ON q.id = m.queue_id
                            WHERE m.agent_id = e.id AND q.retired_at IS NULL ORDER BY q.name))
          FROM agent_extensions e WHERE e.user_id = u.id) AS "agentExtension",
         u.version AS "_version"
  FROM users u;
COMMENT ON VIEW user_overview IS 'users as the API shows them, never with a secret';
GRANT SELECT ON user_overview TO cordboard_api;

-- ---- guessing -----------------------------------------------------------------------------------
-- By account and by address. An address may stand for a whole floor behind one router, so it is
-- allowed more, what it gets right counts for it, and who has signed in from it before may go on.

CREATE TABLE sign_in_addresses (
  address      inet PRIMARY KEY,
  failures     int NOT NULL,
  locked_until timestamptz,
  at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_addresses_at ON sign_in_addresses (at);
ALTER TABLE sign_in_addresses ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE sign_in_addresses IS 'failed sign-ins by the address they came from, over all tenants';
COMMENT ON COLUMN sign_in_addresses.address IS 'of IPv6 the network of 64 bits, which one customer has';
COMMENT ON COLUMN sign_in_addresses.failures IS 'lowered by successes; forgotten after an hour without one more';
COMMENT ON COLUMN sign_in_addresses.locked_until IS 'until then nobody new may try from there';
COMMENT ON COLUMN sign_in_addresses.at IS 'of the last failure';

CREATE FUNCTION sign_in_network(p_address text) RETURNS inet LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE family(a) WHEN 6 THEN network(set_masklen(a, 64))::inet ELSE a END
  FROM (SELECT nullif(p_address, '')::inet AS a) x
$$;
COMMENT ON FUNCTION sign_in_network IS 'what failures of an address are counted by; null: no address';

-- After the free failures 1, 2, 4 … seconds, a quarter of an hour at most.
CREATE FUNCTION sign_in_lock(p_failures int, p_free int) RETURNS timestamptz LANGUAGE sql STABLE
  RETURN CASE WHEN p_failures >= p_free
              THEN now() + least(900, power(2, least(p_failures - p_free, 20))) * interval '1 second' END;
COMMENT ON FUNCTION sign_in_lock IS 'until when to wait after so many failures; null: not at all';

-- ---- hashing ------------------------------------------------------------------------------------
-- A password's hash takes a whole core for a while. At most so many are made at once, over all
-- programs: a place is a lock of the connection, so that whoever dies gives it back.

CREATE FUNCTION hash_place(p_places int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_unlock_all();
  FOR place IN 1 .. p_places LOOP
    IF pg_try_advisory_lock(hashtext('cordboard.hash'), place) THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END $$;
COMMENT ON FUNCTION hash_place IS 'takes one of the places for hashing a password, false: all are taken; pg_advisory_unlock_all gives it back';

-- ---- sign-in ------------------------------------------------------------------------------------

DROP FUNCTION sign_in_start(text, text);
-- What a sign-in is checked against. A name nobody has gives nulls, and may be locked as well.
CREATE FUNCTION sign_in_start(p_tenant text, p_extension text, p_address text, p_places int,
  OUT tenant_id uuid, OUT user_id uuid, OUT password_hash text, OUT locked_ms bigint, OUT place boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  network inet := sign_in_network(p_address);
  locked timestamptz;
  address_locked timestamptz;
BEGIN
  SELECT t.id, u.id, u.password_hash, f.locked_until
  INTO tenant_id, user_id, password_hash, locked
  FROM (SELECT 1) one
  LEFT JOIN tenants t ON CASE WHEN p_tenant IS NULL THEN t.is_default ELSE t.slug = p_tenant END
  LEFT JOIN users u ON u.tenant_id = t.id AND u.extension = p_extension AND u.disabled_at IS NULL
  LEFT JOIN sign_in_failures f ON f.tenant_id = t.id AND f.extension = p_extension;
  SELECT a.locked_until INTO address_locked FROM sign_in_addresses a
  WHERE a.address = network AND a.locked_until > now();
  IF FOUND AND NOT EXISTS (SELECT FROM sessions s
                           WHERE s.tenant_id = sign_in_start.tenant_id AND s.user_id = sign_in_start.user_id
                             AND s.created_at > now() - interval '30 days'
                             AND sign_in_network(host(s.address)) = network) THEN
    locked := greatest(locked, address_locked);
  END IF;
  locked_ms := greatest(0, ceil(extract(epoch FROM locked - now()) * 1000));
  place := coalesce(locked_ms, 0) = 0 AND hash_place(p_places);
END $$;
COMMENT ON FUNCTION sign_in_start IS 'what a sign-in is checked against: the hash, how long to wait first, and a place to hash in';

DROP FUNCTION sign_in_failed(uuid, text);
CREATE FUNCTION sign_in_failed(p_tenant uuid, p_extension text, p_address text, p_request_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  network inet := sign_in_network(p_address);
BEGIN
  DELETE FROM sign_in_failures WHERE at < now() - interval '1 hour';
  DELETE FROM sign_in_addresses WHERE at < now() - interval '1 hour';
  IF network IS NOT NULL THEN
    INSERT INTO sign_in_addresses AS a (address, failures) VALUES (network, 1)
    ON CONFLICT (address) DO UPDATE
      SET failures = a.failures + 1, at = now(), locked_until = sign_in_lock(a.failures + 1, 50);
  END IF;
  IF p_tenant IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO sign_in_failures AS f (tenant_id, extension, failures) VALUES (p_tenant, p_extension, 1)
  ON CONFLICT (tenant_id, extension) DO UPDATE
    SET failures = f.failures + 1, at = now(), locked_until = sign_in_lock(f.failures + 1, 5);
  PERFORM set_config('cordboard.tenant', p_tenant::text, true),
          set_config('cordboard.address', coalesce(p_address, ''), true),
          set_config('cordboard.request_id', coalesce(p_request_id, ''), true);
  PERFORM audit('session.refuse', 'user', p_extension, NULL, NULL);
END $$;
COMMENT ON FUNCTION sign_in_failed IS 'counts a wrong password by what was typed and where it came from';

DROP FUNCTION sign_in(uuid, text, text, text, int, int, text);
CREATE FUNCTION sign_in(p_user uuid, p_token_hash text, p_address text, p_user_agent text,
  p_idle_s int, p_absolute_s int, p_request_id text, p_password_hash text,
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
  UPDATE sign_in_addresses a SET failures = greatest(0, a.failures - 1)
  WHERE a.address = sign_in_network(p_address);
  IF p_password_hash IS NOT NULL THEN
    UPDATE users SET password_hash = p_password_hash WHERE id = u.id;
  END IF;
  INSERT INTO sessions (tenant_id, user_id, token_hash, address, user_agent, idle_limit, expires_at)
  VALUES (u.tenant_id, u.id, decode(p_token_hash, 'hex'), nullif(p_address, '')::inet,
          left(p_user_agent, 300), make_interval(secs => p_idle_s),
          now() + make_interval(secs => p_absolute_s));
  SELECT * INTO tenant_id, tenant, node, user_id, session_id, extension, role, agent_id
  FROM session_begin(p_token_hash, 'AGENT', NULL, p_address, p_request_id, NULL);
  PERFORM audit('session.begin', 'session', session_id::text, NULL, NULL);
END $$;
COMMENT ON FUNCTION sign_in IS 'a new session of a user whose password was right (and its hash anew, if it was made with other costs); who acts for the rest of the transaction';

-- A token of another platform, which the caller has verified, is a session of its own: it is listed and
-- revoked like any other, and what was revoked stays so. Without such a user there will be no session.
CREATE FUNCTION session_adopt(p_token_hash text, p_tenant text, p_user text, p_expires_s text,
  p_address text, p_user_agent text, p_request_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  added sessions;
BEGIN
  IF EXISTS (SELECT FROM sessions WHERE token_hash = decode(p_token_hash, 'hex')) THEN
    RETURN;
  END IF;
  INSERT INTO sessions (tenant_id, user_id, token_hash, address, user_agent, idle_limit, expires_at)
  SELECT t.id, u.id, decode(p_token_hash, 'hex'), nullif(p_address, '')::inet, left(p_user_agent, 300),
         interval '1 day', to_timestamp(p_expires_s::bigint)
  FROM tenants t
  JOIN users u ON u.tenant_id = t.id AND u.disabled_at IS NULL
    AND CASE WHEN position('@' IN p_user) > 0 THEN lower(u.email) = lower(p_user) ELSE u.extension = p_user END
  WHERE CASE WHEN p_tenant IS NULL THEN t.is_default ELSE t.slug = p_tenant END
  ON CONFLICT (token_hash) DO NOTHING
  RETURNING * INTO added;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM session_begin(p_token_hash, 'AGENT', NULL, p_address, p_request_id, NULL);
  PERFORM audit('session.begin', 'session', added.id::text, NULL, '{"by": "JWT"}');
END $$;
COMMENT ON FUNCTION session_adopt IS 'makes a verified token of another platform a session, the first time it is shown';

-- A fresh secret for the phone of the acting user; the caller forgets the plain text. Only a session can
-- hold it: what never ends could keep a phone for ever.
CREATE OR REPLACE FUNCTION phone_secret(p_secret text, p_realm text, p_phone text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE agent_extensions e
  SET sip_ha1 = md5(asterisk.pbx_name(t, e.extension) || ':' || p_realm || ':' || p_secret),
      sip_session = current_session(), phone_kind = coalesce(p_phone, e.phone_kind)
  FROM tenants t
  WHERE t.id = e.tenant_id AND e.tenant_id = current_tenant() AND e.id = current_agent() AND e.enabled
    AND current_session() IS NOT NULL
  RETURNING asterisk.pbx_name(t, e.extension)
$$;
COMMENT ON FUNCTION phone_secret IS 'gives the acting user''s phone a new secret and returns its endpoint; null for a user without an extension';

-- ---- ends of sessions ---------------------------------------------------------------------------

ALTER TABLE sessions ADD COLUMN phone_ended text;
COMMENT ON COLUMN sessions.phone_ended IS 'extension of the phone that it held when it ended';
GRANT SELECT (phone_ended, idle_limit) ON sessions TO cordboard_api;
GRANT SELECT (sip_session) ON agent_extensions TO cordboard_worker;

-- Ends what is open of one user, or one session; p_but stays. Returns how many.
CREATE FUNCTION end_sessions(p_tenant uuid, p_user uuid, p_session uuid, p_but uuid) RETURNS int
LANGUAGE sql AS $$
  WITH ended AS (
    UPDATE sessions s SET revoked_at = now(),
      phone_ended = (SELECT e.extension FROM agent_extensions e WHERE e.sip_session = s.id)
    WHERE s.tenant_id = p_tenant AND s.revoked_at IS NULL
      AND (s.user_id = p_user OR s.id = p_session) AND s.id IS DISTINCT FROM p_but
    RETURNING s.id), silenced AS (
    UPDATE agent_extensions e SET sip_ha1 = NULL, sip_session = NULL
    FROM ended WHERE e.sip_session = ended.id)
  SELECT count(*)::int FROM ended
$$;
COMMENT ON FUNCTION end_sessions IS 'ends the open sessions of a user (but one), or one session, and with them the phone''s secret';

DROP FUNCTION session_end(uuid);
-- Ends one session: an own one, or any of the tenant for an admin.
CREATE FUNCTION session_end(p_session uuid, OUT session_id uuid, OUT phone text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s sessions;
BEGIN
  SELECT * INTO s FROM sessions x
  WHERE x.id = p_session AND x.tenant_id = current_tenant() AND x.revoked_at IS NULL
    AND (x.user_id = current_user_id() OR current_rank() >= role_rank('ADMIN'))
  FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such session.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM end_sessions(s.tenant_id, NULL, s.id, NULL);
  SELECT x.id, x.phone_ended INTO session_id, phone FROM sessions x WHERE x.id = s.id;
  PERFORM audit(CASE WHEN s.id = current_session() THEN 'session.end' ELSE 'session.revoke' END,
                'session', s.id::text, jsonb_build_object('userId', s.user_id), NULL);
END $$;
COMMENT ON FUNCTION session_end IS 'ends an own session, or for an admin any of the tenant; gives the extension whose phone went with it';

-- Raises unless the tenant has such a user.
CREATE FUNCTION find_user(p_user uuid) RETURNS users
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  u users;
BEGIN
  SELECT * INTO u FROM users WHERE id = p_user AND tenant_id = current_tenant() FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such user.' USING ERRCODE = 'CB404';
  END IF;
  RETURN u;
END $$;
COMMENT ON FUNCTION find_user IS 'a user of the acting tenant, held until the commit; CB404: none';

CREATE VIEW session_overview WITH (security_invoker = true) AS
  SELECT s.id, s.user_id AS "_userId", host(s.address) AS address, s.user_agent AS "userAgent",
         s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt",
         s.id IS NOT DISTINCT FROM current_session() AS current
  FROM sessions s
  WHERE s.revoked_at IS NULL AND s.expires_at > now() AND s.last_seen_at + s.idle_limit > now();
COMMENT ON VIEW session_overview IS 'open sessions as the API shows them';
GRANT SELECT ON session_overview TO cordboard_api;

CREATE FUNCTION sessions_end(p_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  u users := find_user(p_user);
BEGIN
  IF u.id <> current_user_id() AND current_rank() < role_rank('ADMIN') THEN
    RAISE EXCEPTION 'There is no such user.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM end_sessions(u.tenant_id, u.id, NULL, NULL);
  PERFORM audit('session.revoke_all', 'user', u.id::text, NULL, NULL);
END $$;
COMMENT ON FUNCTION sessions_end IS 'ends all sessions of a user: the own, or for an admin anybody''s';

-- Which of these may keep a socket no longer; an open page is a page in use.
CREATE FUNCTION sessions_over(p_ids uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE sessions s SET last_seen_at = now()
  WHERE s.id = ANY (p_ids) AND s.revoked_at IS NULL AND s.last_seen_at < now() - interval '1 minute'
    AND s.last_seen_at + s.idle_limit > now();
  RETURN QUERY
    SELECT i FROM unnest(p_ids) i
    WHERE NOT EXISTS (SELECT FROM sessions s JOIN users u ON u.id = s.user_id
                      WHERE s.id = i AND s.revoked_at IS NULL AND s.expires_at > now()
                        AND s.last_seen_at + s.idle_limit > now() AND u.disabled_at IS NULL)
      AND NOT EXISTS (SELECT FROM api_tokens k JOIN users u ON u.id = k.user_id
                      WHERE k.id = i AND k.revoked_at IS NULL
                        AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.disabled_at IS NULL);
END $$;
COMMENT ON FUNCTION sessions_over IS 'which of these sessions and API tokens are good no longer, of any tenant: for the relay, which knows nothing else of them';

-- Who never signs out ends as well, and the phone with it.
CREATE INDEX sessions_open ON sessions (last_seen_at) WHERE revoked_at IS NULL;
CREATE FUNCTION sessions_sweep() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s record;
  n int := 0;
BEGIN
  FOR s IN SELECT x.id, x.tenant_id FROM sessions x
           WHERE x.revoked_at IS NULL AND (x.expires_at <= now() OR x.last_seen_at + x.idle_limit <= now())
           ORDER BY x.id FOR UPDATE SKIP LOCKED LIMIT 1000 LOOP
    n := n + end_sessions(s.tenant_id, NULL, s.id, NULL);
  END LOOP;
  RETURN n;
END $$;
COMMENT ON FUNCTION sessions_sweep IS 'ends sessions whose time is over, at most 1000, with their phones'' secrets; returns how many';

-- ---- users: changes -----------------------------------------------------------------------------

-- What the audit log shows of a user.
CREATE FUNCTION user_shown(u users) RETURNS jsonb LANGUAGE sql STABLE
  RETURN jsonb_build_object('extension', u.extension, 'displayName', u.display_name, 'role', u.role,
                            'email', u.email, 'enabled', u.disabled_at IS NULL);
COMMENT ON FUNCTION user_shown IS 'a user without secrets, for the audit log';

CREATE FUNCTION check_user_email(p_email text, p_but uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_email <> '' AND EXISTS (SELECT FROM users u WHERE u.tenant_id = current_tenant()
                                 AND lower(u.email) = lower(p_email) AND u.id IS DISTINCT FROM p_but) THEN
    RAISE EXCEPTION 'belongs to another user' USING ERRCODE = 'CB422', DETAIL = '/email';
  END IF;
END $$;
COMMENT ON FUNCTION check_user_email IS 'CB422 when another user of the acting tenant has this address';

-- The agent of a user with what the form says of it: {"phoneKind", "autoAnswer", "queues": [names]}.
CREATE FUNCTION user_agent(u users, p_agent jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  queues jsonb := coalesce(nullif(p_agent -> 'queues', 'null'), '[]');
  agent uuid;
  missing record;
BEGIN
  SELECT n.name, n.ordinality - 1 AS at INTO missing
  FROM jsonb_array_elements_text(queues) WITH ORDINALITY n (name)
  WHERE NOT EXISTS (SELECT FROM call_queues q WHERE q.tenant_id = u.tenant_id AND q.name = n.name
                      AND q.retired_at IS NULL)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'is not a queue: %', missing.name
      USING ERRCODE = 'CB422', DETAIL = '/agentExtension/queues/' || missing.at;
  END IF;
  INSERT INTO agent_extensions AS e (tenant_id, user_id, extension, display_name, phone_kind, auto_answer)
  VALUES (u.tenant_id, u.id, u.extension, u.display_name, coalesce(p_agent ->> 'phoneKind', 'WEBRTC'),
          coalesce((p_agent ->> 'autoAnswer')::boolean, false))
  ON CONFLICT (tenant_id, extension) DO UPDATE
    SET user_id = u.id, phone_kind = excluded.phone_kind, auto_answer = excluded.auto_answer, enabled = true,
        retired_at = NULL
    WHERE e.user_id IS NULL
  RETURNING id INTO agent;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'Somebody else has that extension.' USING ERRCODE = 'CB409';
  END IF;
  INSERT INTO queue_members (tenant_id, queue_id, agent_id)
  SELECT u.tenant_id, q.id, agent FROM call_queues q
  WHERE q.tenant_id = u.tenant_id AND q.retired_at IS NULL
    AND q.name IN (SELECT jsonb_array_elements_text(queues))
  ON CONFLICT DO NOTHING;
END $$;
COMMENT ON FUNCTION user_agent IS 'makes the agent extension of a new user and puts it into queues';

CREATE FUNCTION user_post(p_extension text, p_display_name text, p_role text, p_email text,
                          p_password_hash text, p_agent jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  u users;
BEGIN
  PERFORM check_user_email(p_email, NULL);
  INSERT INTO users (tenant_id, extension, display_name, role, email, password_hash)
  VALUES (current_tenant(), p_extension, p_display_name, p_role, nullif(p_email, ''), p_password_hash)
  ON CONFLICT (tenant_id, extension) DO NOTHING
  RETURNING * INTO u;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'Somebody else has that extension.' USING ERRCODE = 'CB409';
  END IF;
  IF p_agent IS NOT NULL THEN
    PERFORM user_agent(u, p_agent);
  END IF;
  PERFORM audit('user.create', 'user', u.id::text, NULL,
                user_shown(u) || jsonb_build_object('agentExtension', p_agent));
  RETURN u.id;
END $$;
COMMENT ON FUNCTION user_post IS 'a new user of the acting tenant, with an agent extension and its queues if there is one';

-- Somebody must be left who can manage users.
CREATE FUNCTION check_admin_left(u users) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM users x WHERE x.tenant_id = u.tenant_id AND x.role = 'ADMIN'
                   AND x.disabled_at IS NULL AND x.id <> u.id) THEN
    RAISE EXCEPTION 'The last admin stays one.' USING ERRCODE = 'CB409';
  END IF;
END $$;
COMMENT ON FUNCTION check_admin_left IS 'CB409 when a tenant has no enabled admin but this user';

-- Null leaves a field as it is, an empty text clears it. Another role, or being disabled, ends all sessions,
-- and returns true: what is open under an API token was opened with the old rights.
CREATE FUNCTION user_put(p_user uuid, p_display_name text, p_role text, p_email text, p_enabled boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old users;
  new users;
  disabled boolean;
  demoted boolean;
BEGIN
  -- Admins are held in one order, so that two can neither demote each other nor wait for each other.
  PERFORM FROM users x WHERE x.tenant_id = current_tenant() AND (x.role = 'ADMIN' OR x.id = p_user)
    AND (p_role IS NOT NULL OR p_enabled IS FALSE)
  ORDER BY x.id FOR UPDATE;
  old := find_user(p_user);
  disabled := old.disabled_at IS NULL AND p_enabled IS FALSE;
  demoted := coalesce(p_role <> old.role, false);
  IF old.role = 'ADMIN' AND old.disabled_at IS NULL AND (disabled OR demoted) THEN
    PERFORM check_admin_left(old);
  END IF;
  PERFORM check_user_email(p_email, p_user);
  UPDATE users SET display_name = coalesce(p_display_name, display_name), role = coalesce(p_role, role),
         email = nullif(coalesce(p_email, email), ''),
         disabled_at = CASE p_enabled WHEN true THEN NULL WHEN false THEN coalesce(disabled_at, now())
                                      ELSE disabled_at END
  WHERE id = p_user RETURNING * INTO new;
  UPDATE agent_extensions e SET display_name = new.display_name
  WHERE e.user_id = p_user AND e.display_name = old.display_name AND new.display_name <> old.display_name;
  IF disabled OR demoted THEN
    PERFORM end_sessions(new.tenant_id, new.id, NULL, NULL);
  END IF;
  PERFORM audit(CASE WHEN disabled THEN 'user.disable'
                     WHEN old.disabled_at IS NOT NULL AND new.disabled_at IS NULL THEN 'user.enable'
                     WHEN demoted THEN 'user.role' ELSE 'user.update' END,
                'user', p_user::text, user_shown(old), user_shown(new));
  RETURN disabled OR demoted;
END $$;
COMMENT ON FUNCTION user_put IS 'changes a user of the acting tenant';

-- What the password of the acting user is checked against, as sign_in_start gives it.
CREATE FUNCTION password_start(p_places int, OUT password_hash text, OUT locked_ms bigint, OUT place boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SELECT u.password_hash, greatest(0, ceil(extract(epoch FROM f.locked_until - now()) * 1000))::bigint
  INTO password_hash, locked_ms
  FROM users u
  LEFT JOIN sign_in_failures f ON f.tenant_id = u.tenant_id AND f.extension = u.extension
  WHERE u.id = current_user_id();
  place := coalesce(locked_ms, 0) = 0 AND hash_place(p_places);
END $$;
COMMENT ON FUNCTION password_start IS 'what the acting user''s password is checked against';

-- The old password was right: all other sessions end, and this one goes on under a new token. The old one
-- stays known as ended: another platform's token would be adopted anew otherwise.
CREATE FUNCTION password_put(p_password_hash text, p_token_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old sessions;
BEGIN
  UPDATE users SET password_hash = p_password_hash, password_at = now() WHERE id = current_user_id();
  SELECT * INTO old FROM sessions WHERE id = current_session();
  UPDATE sessions SET token_hash = decode(p_token_hash, 'hex') WHERE id = old.id;
  INSERT INTO sessions (tenant_id, user_id, token_hash, idle_limit, expires_at, revoked_at)
  VALUES (old.tenant_id, old.user_id, old.token_hash, old.idle_limit, old.expires_at, now());
  PERFORM end_sessions(current_tenant(), current_user_id(), NULL, current_session());
  PERFORM audit('user.password', 'user', current_user_id()::text, NULL, NULL);
END $$;
COMMENT ON FUNCTION password_put IS 'sets the acting user''s password and gives the session a new token';

CREATE FUNCTION password_reset(p_user uuid, p_password_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  u users := find_user(p_user);
BEGIN
  IF u.id = current_user_id() THEN
    RAISE EXCEPTION 'The own password is changed with the old one, at auth/password.' USING ERRCODE = 'CB409';
  END IF;
  UPDATE users SET password_hash = p_password_hash, password_at = now() WHERE id = u.id;
  DELETE FROM sign_in_failures f WHERE f.tenant_id = u.tenant_id AND f.extension = u.extension;
  PERFORM end_sessions(u.tenant_id, u.id, NULL, NULL);
  PERFORM audit('user.password_reset', 'user', u.id::text, NULL, NULL);
END $$;
COMMENT ON FUNCTION password_reset IS 'sets another user''s password, which ends all of their sessions';

-- ---- API tokens ---------------------------------------------------------------------------------

CREATE VIEW token_overview WITH (security_invoker = true) AS
  SELECT k.id, k.user_id AS "userId", k.name, k.scopes, k.created_at AS "createdAt",
         k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt"
  FROM api_tokens k
  WHERE k.revoked_at IS NULL;
COMMENT ON VIEW token_overview IS 'API tokens as the API shows them, never with a secret';
GRANT SELECT ON token_overview TO cordboard_api;

CREATE FUNCTION token_post(p_name text, p_scopes text[], p_expires timestamptz, p_token_hash text,
                           p_known text[]) RETURNS SETOF token_overview
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  unknown record;
  added api_tokens;
BEGIN
  SELECT s.name, s.ordinality - 1 AS at INTO unknown
  FROM unnest(p_scopes) WITH ORDINALITY s (name) WHERE s.name <> ALL (p_known) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'is not a scope: %', unknown.name USING ERRCODE = 'CB422', DETAIL = '/scopes/' || unknown.at;
  END IF;
  IF p_expires <= now() THEN
    RAISE EXCEPTION 'must be in the future' USING ERRCODE = 'CB422', DETAIL = '/expiresAt';
  END IF;
  IF cardinality(p_scopes) = 0 THEN
    RAISE EXCEPTION 'must name one at least' USING ERRCODE = 'CB422', DETAIL = '/scopes';
  END IF;
  INSERT INTO api_tokens (tenant_id, user_id, name, token_hash, scopes, expires_at)
  VALUES (current_tenant(), current_user_id(), p_name, decode(p_token_hash, 'hex'),
          ARRAY(SELECT DISTINCT unnest(p_scopes) ORDER BY 1), p_expires)
  RETURNING * INTO added;
  PERFORM audit('token.create', 'token', added.id::text, NULL,
                jsonb_build_object('name', added.name, 'scopes', added.scopes, 'expiresAt', added.expires_at));
  RETURN QUERY SELECT * FROM token_overview o WHERE o.id = added.id;
END $$;
COMMENT ON FUNCTION token_post IS 'a new API token of the acting user; p_known: the scopes there are';

CREATE FUNCTION token_delete(p_token uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  gone api_tokens;
BEGIN
  UPDATE api_tokens k SET revoked_at = now()
  WHERE k.id = p_token AND k.tenant_id = current_tenant() AND k.revoked_at IS NULL
    AND (k.user_id = current_user_id() OR current_rank() >= role_rank('ADMIN'))
  RETURNING * INTO gone;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such token.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit('token.revoke', 'token', gone.id::text,
                jsonb_build_object('name', gone.name, 'scopes', gone.scopes, 'userId', gone.user_id), NULL);
END $$;
COMMENT ON FUNCTION token_delete IS 'takes an own API token back, or for an admin anybody''s';

-- ---- rights -------------------------------------------------------------------------------------

REVOKE ALL ON FUNCTION sign_in_start, sign_in_failed, sign_in, session_adopt, end_sessions, session_end,
  find_user, sessions_end, sessions_over, sessions_sweep, user_agent, user_post, check_admin_left, user_put,
  password_start, password_put, password_reset, token_post, token_delete, check_user_email FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sign_in_start, sign_in_failed, sign_in, session_adopt, session_end, sessions_end,
  sessions_over, user_post, user_put, password_start, password_put, password_reset, token_post,
  token_delete TO cordboard_api;
GRANT EXECUTE ON FUNCTION sessions_sweep TO cordboard_worker;

-- ---- Asterisk -----------------------------------------------------------------------------------

-- A phone that may not register is asked for its password like any other, and has none that fits.
CREATE OR REPLACE VIEW asterisk.ps_auths AS
  SELECT asterisk.pbx_name(t, e.extension)::varchar(40) AS id, 'digest'::varchar(20) AS auth_type,
         asterisk.pbx_name(t, e.extension)::varchar(40) AS username,
         'cordboard'::varchar(40) AS realm,
         ('MD5:' || coalesce(e.sip_ha1, md5(gen_random_uuid()::text)))::varchar(200) AS password_digest
  FROM public.agent_extensions e JOIN public.tenants t ON t.id = e.tenant_id
  WHERE e.enabled;
COMMENT ON VIEW asterisk.ps_auths IS 'the digest of each phone''s present secret; of one without a secret something that no password gives';
