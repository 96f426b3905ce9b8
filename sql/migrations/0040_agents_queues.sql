-- Agents, queues and who serves which, as the API changes them. Each change is one function call: it
-- checks, changes and writes the audit row. A name is never two things: making what was retired under
-- that name brings it back, with its history.

-- ---- what all of it uses --------------------------------------------------------------------------

-- Refuses an entry of a list that names nothing known, or names it twice. p_key: the member that names.
CREATE FUNCTION check_list(p_list jsonb, p_key text, p_known uuid[], p_pointer text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  wrong record;
BEGIN
  SELECT x.at, x.id = ANY (p_known) AS known INTO wrong
  FROM (SELECT i - 1 AS at, (v ->> p_key)::uuid AS id,
               row_number() OVER (PARTITION BY (v ->> p_key)::uuid ORDER BY i) AS times
        FROM jsonb_array_elements(p_list) WITH ORDINALITY AS e (v, i)) x
  WHERE x.times > 1 OR NOT x.id = ANY (p_known)
  ORDER BY x.at LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '%', CASE WHEN wrong.known THEN 'is named twice' ELSE 'names nothing that is here' END
      USING ERRCODE = 'CB422', DETAIL = format('%s/%s/%s', p_pointer, wrong.at, p_key);
  END IF;
END $$;
COMMENT ON FUNCTION check_list IS 'raises CB422 at the first entry of a list that is not among the known ids, or stands there twice';

-- PostgreSQL also takes rules ("Anywhere/At-all3"), which need a digit where few names have one.
CREATE FUNCTION is_timezone(p_name text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM now() AT TIME ZONE p_name;
  RETURN p_name ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z_-]+)+|Etc/GMT(0|[+]([0-9]|1[0-2])|-([0-9]|1[0-4])))$';
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN false;
END $$;
COMMENT ON FUNCTION is_timezone IS 'whether it is the name of a time zone (IANA), "Europe/Berlin", in capitals or not';

-- What is kept is for other programs, too: letter by letter a name. Looking that up takes some 30 ms.
CREATE FUNCTION check_timezone(p_name text, p_pointer text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT is_timezone(p_name) OR NOT EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = p_name) THEN
    RAISE EXCEPTION 'is not the name of a time zone' USING ERRCODE = 'CB422', DETAIL = p_pointer;
  END IF;
END $$;
COMMENT ON FUNCTION check_timezone IS 'CB422 at that pointer if it is no name of a time zone (IANA)';

-- ---- agents -------------------------------------------------------------------------------------

ALTER TABLE users ADD UNIQUE (tenant_id, id, extension);
ALTER TABLE agent_extensions
  ADD COLUMN version int NOT NULL DEFAULT 1,
  ADD COLUMN retired_at timestamptz,
  ADD CHECK (retired_at IS NULL OR NOT enabled AND user_id IS NULL),
  ADD FOREIGN KEY (tenant_id, user_id, extension) REFERENCES users (tenant_id, id, extension);
COMMENT ON COLUMN agent_extensions.version IS 'raised by each change: its ETag';
COMMENT ON COLUMN agent_extensions.retired_at IS 'since when it is history only; null: in use';

-- What a sign-in writes is nobody's edit.
CREATE TRIGGER versioned BEFORE UPDATE OF display_name, auto_answer, enabled, user_id, retired_at OR DELETE
  ON agent_extensions FOR EACH ROW EXECUTE FUNCTION versioned();

-- A phone's secret is for one person's seat that is in use, whoever changes that.
CREATE FUNCTION take_phone_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.sip_ha1 := NULL;
  NEW.sip_session := NULL;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION take_phone_away IS 'trigger: no phone registers with what was handed out before';
CREATE TRIGGER take_phone_away BEFORE UPDATE OF enabled, user_id ON agent_extensions FOR EACH ROW
  WHEN (NOT NEW.enabled OR NEW.user_id IS DISTINCT FROM OLD.user_id) EXECUTE FUNCTION take_phone_away();

GRANT SELECT (version, retired_at) ON agent_extensions TO cordboard_api, cordboard_report;
GRANT INSERT (tenant_id, extension, display_name),
      UPDATE (user_id, display_name, phone_kind, auto_answer, enabled, retired_at)
  ON agent_extensions TO cordboard_api;
GRANT INSERT (tenant_id, queue_id, agent_id, penalty), UPDATE (penalty), DELETE ON queue_members TO cordboard_api;

CREATE OR REPLACE VIEW agent_overview WITH (security_invoker = true) AS
  SELECT e.id, e.extension, e.display_name AS "displayName", u.role, e.phone_kind AS "phoneKind",
         e.auto_answer AS "autoAnswer", e.enabled, coalesce(s.status, 'OFFLINE') AS status, s.reason,
         s.since, s.call_id AS "callId", s.wrapup_until AS "wrapupUntil", s.next_status AS "nextStatus",
         ARRAY(SELECT q.name FROM queue_members m JOIN call_queues q ON q.id = m.queue_id
               WHERE m.agent_id = e.id AND q.retired_at IS NULL ORDER BY q.name) AS queues,
         e.user_id AS "userId",
         (SELECT coalesce(json_agg(json_build_object('queueId', q.id, 'queue', q.name, 'penalty', m.penalty)
                                   ORDER BY q.name), '[]')
          FROM queue_members m JOIN call_queues q ON q.id = m.queue_id
          WHERE m.agent_id = e.id AND q.retired_at IS NULL) AS memberships,
         e.version AS "_version"
  FROM agent_extensions e
  LEFT JOIN users u ON u.id = e.user_id
  LEFT JOIN agent_states s ON s.tenant_id = e.tenant_id AND s.agent_id = e.id
  WHERE e.retired_at IS NULL;

-- ---- queues -------------------------------------------------------------------------------------

ALTER TABLE call_queues
  ADD COLUMN version int NOT NULL DEFAULT 1,
  ADD COLUMN timezone text CHECK (is_timezone(timezone));
COMMENT ON COLUMN call_queues.version IS 'raised by each change, of its members too: its ETag';
COMMENT ON COLUMN call_queues.timezone IS 'what its days are days of; null: the tenant''s';
CREATE TRIGGER versioned BEFORE UPDATE OR DELETE ON call_queues FOR EACH ROW EXECUTE FUNCTION versioned();
CREATE INDEX inbound_routes_queue ON inbound_routes (tenant_id, queue_id);

GRANT INSERT (tenant_id, name, display_name),
      UPDATE (display_name, strategy, ring_seconds, max_wait_seconds, max_waiting, wrapup_seconds,
              service_level_seconds, service_level_formula, short_abandon_seconds, weight, music_class,
              disposition_required, timezone, retired_at)
  ON call_queues TO cordboard_api;

CREATE OR REPLACE VIEW queue_overview WITH (security_invoker = true) AS
  SELECT q.id, q.name, q.display_name AS "displayName", q.strategy,
         q.ring_seconds * 1000 AS "ringMs", q.max_wait_seconds * 1000 AS "maxWaitMs",
         q.max_waiting AS "maxWaiting", q.wrapup_seconds * 1000 AS "wrapupMs",
         q.service_level_seconds * 1000 AS "serviceLevelMs",
         q.service_level_formula AS "serviceLevelFormula",
         q.short_abandon_seconds * 1000 AS "shortAbandonMs", q.weight,
         q.disposition_required AS "dispositionRequired",
         ARRAY(SELECT r.did FROM inbound_routes r WHERE r.queue_id = q.id ORDER BY r.did) AS dids,
         (SELECT count(*) FROM queue_members m WHERE m.queue_id = q.id) AS members,
         w.waiting, w."oldestJoinedAt", q.music_class AS "musicClass", q.timezone,
         q.version AS "_version"
  FROM call_queues q
  CROSS JOIN LATERAL (SELECT count(*) AS waiting, min(v.joined_at) AS "oldestJoinedAt"
                      FROM queue_visits v
                      JOIN call_starts o ON o.tenant_id = v.tenant_id AND o.id = v.call_id AND o.ended_at IS NULL
                      WHERE v.tenant_id = q.tenant_id AND v.queue_id = q.id AND v.left_at IS NULL
                        AND v.call_started_at >= open_since()) w
  WHERE q.retired_at IS NULL;

-- ---- members ------------------------------------------------------------------------------------

CREATE VIEW member_overview WITH (security_invoker = true) AS
  SELECT m.queue_id AS "queueId", m.agent_id AS "agentId", e.extension, e.display_name AS "displayName",
         m.penalty, coalesce(s.status, 'OFFLINE') AS status, q.version AS "_version"
  FROM queue_members m
  JOIN call_queues q ON q.id = m.queue_id AND q.retired_at IS NULL
  JOIN agent_extensions e ON e.id = m.agent_id
  LEFT JOIN agent_states s ON s.tenant_id = m.tenant_id AND s.agent_id = m.agent_id;
COMMENT ON VIEW member_overview IS 'who serves which queue; a change of it is a new version of the queue';
GRANT SELECT ON member_overview TO cordboard_api, cordboard_report;

-- Whoever changes the members.
CREATE FUNCTION members_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE call_queues SET display_name = display_name WHERE id IN (SELECT queue_id FROM changed);
  RETURN NULL;
END $$;
COMMENT ON FUNCTION members_changed IS 'trigger: a change of its members is a new version of the queue';
CREATE TRIGGER members_added AFTER INSERT ON queue_members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION members_changed();
CREATE TRIGGER members_altered AFTER UPDATE ON queue_members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION members_changed();
CREATE TRIGGER members_removed AFTER DELETE ON queue_members REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION members_changed();

-- Locks a queue for a change of its members, and makes that a new version of it.
CREATE FUNCTION queue_touch(p_queue uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE call_queues SET display_name = display_name WHERE id = p_queue AND retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such queue.' USING ERRCODE = 'CB404';
  END IF;
END $$;
COMMENT ON FUNCTION queue_touch IS 'locks a queue and raises its version, for a change of its members';

CREATE FUNCTION queue_member_page(p_queue uuid, p_limit int, p_after text) RETURNS SETOF member_overview
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM call_queues WHERE id = p_queue AND retired_at IS NULL) THEN
    RAISE EXCEPTION 'There is no such queue.' USING ERRCODE = 'CB404';
  END IF;
  RETURN QUERY SELECT * FROM member_overview m
    WHERE m."queueId" = p_queue AND (p_after IS NULL OR m.extension > p_after)
    ORDER BY m.extension LIMIT p_limit;
END $$;
COMMENT ON FUNCTION queue_member_page IS 'GET queues/:id/members';

-- Members in the order of their names, for the audit trail.
CREATE FUNCTION queue_member_list(p_queue uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('agent', extension, 'penalty', penalty)
                            ORDER BY extension), '[]')
  FROM member_overview WHERE "queueId" = p_queue
$$;
COMMENT ON FUNCTION queue_member_list IS 'the members of a queue with their penalties, as the audit trail shows them';

-- Replaces the members of a queue, or the queues of an agent: one of the two is given, the list names
-- the other. A row that stays keeps its id, by which Asterisk knows the member.
CREATE FUNCTION memberships_put(p_queue uuid, p_agent uuid, p_list jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM queue_members m
  WHERE (m.queue_id = p_queue OR m.agent_id = p_agent)
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(p_list) v
                    WHERE m.queue_id = coalesce(p_queue, (v ->> 'queueId')::uuid)
                      AND m.agent_id = coalesce(p_agent, (v ->> 'agentId')::uuid));
  INSERT INTO queue_members AS m (tenant_id, queue_id, agent_id, penalty)
  SELECT current_tenant(), coalesce(p_queue, (v ->> 'queueId')::uuid), coalesce(p_agent, (v ->> 'agentId')::uuid),
         coalesce((v ->> 'penalty')::int, 0)
  FROM jsonb_array_elements(p_list) v
  ON CONFLICT (tenant_id, queue_id, agent_id) DO UPDATE SET penalty = excluded.penalty
    WHERE m.penalty <> excluded.penalty;
END $$;
COMMENT ON FUNCTION memberships_put IS 'the whole list of a queue''s members, or of an agent''s queues';

CREATE FUNCTION queue_members_put(p_queue uuid, p_members jsonb) RETURNS SETOF member_overview
LANGUAGE plpgsql AS $$
DECLARE
  before jsonb;
BEGIN
  PERFORM queue_touch(p_queue);
  PERFORM check_list(p_members, 'agentId',
                     ARRAY(SELECT id FROM agent_extensions WHERE retired_at IS NULL), '/members');
  before := queue_member_list(p_queue);
  PERFORM memberships_put(p_queue, NULL, p_members);
  PERFORM audit('queue.members', 'queue', p_queue::text, before, queue_member_list(p_queue));
  RETURN QUERY SELECT * FROM member_overview WHERE "queueId" = p_queue ORDER BY extension;
END $$;
COMMENT ON FUNCTION queue_members_put IS 'PUT queues/:id/members';

-- p_new: the agent must not be a member yet; otherwise it must be one. A null penalty takes it out.
CREATE FUNCTION queue_member_put(p_queue uuid, p_agent uuid, p_penalty int, p_new boolean)
RETURNS SETOF member_overview LANGUAGE plpgsql AS $$
DECLARE
  before jsonb;
  is_member boolean;
BEGIN
  PERFORM queue_touch(p_queue);
  is_member := EXISTS (SELECT FROM queue_members WHERE queue_id = p_queue AND agent_id = p_agent);
  IF p_new AND is_member THEN
    RAISE EXCEPTION 'serves this queue already' USING ERRCODE = 'CB422', DETAIL = '/agentId';
  ELSIF p_new AND NOT EXISTS (SELECT FROM agent_extensions WHERE id = p_agent AND retired_at IS NULL) THEN
    RAISE EXCEPTION 'names nobody who is here' USING ERRCODE = 'CB422', DETAIL = '/agentId';
  ELSIF NOT p_new AND NOT is_member THEN
    RAISE EXCEPTION 'That agent does not serve this queue.' USING ERRCODE = 'CB404';
  END IF;
  before := queue_member_list(p_queue);
  IF p_penalty IS NULL THEN
    DELETE FROM queue_members WHERE queue_id = p_queue AND agent_id = p_agent;
  ELSE
    INSERT INTO queue_members (tenant_id, queue_id, agent_id, penalty)
    VALUES (current_tenant(), p_queue, p_agent, p_penalty)
    ON CONFLICT (tenant_id, queue_id, agent_id) DO UPDATE SET penalty = excluded.penalty;
  END IF;
  PERFORM audit('queue.members', 'queue', p_queue::text, before, queue_member_list(p_queue));
  RETURN QUERY SELECT * FROM member_overview WHERE "queueId" = p_queue AND "agentId" = p_agent;
END $$;
COMMENT ON FUNCTION queue_member_put IS 'POST, PUT and DELETE of one member of a queue';

-- ---- changes of agents ----------------------------------------------------------------------------

CREATE FUNCTION agent_record(p_id uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('extension', extension, 'displayName', "displayName", 'phoneKind', "phoneKind",
    'autoAnswer', "autoAnswer", 'enabled', enabled, 'userId', "userId", 'queues', memberships)
  FROM agent_overview WHERE id = p_id
$$;
COMMENT ON FUNCTION agent_record IS 'an agent''s settings as the audit trail shows them';

-- The user of an agent signs in with the agent's extension: that is how phone and person find together.
CREATE FUNCTION check_agent_user(p_agent uuid, p_extension text, p_user uuid) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
  theirs text := (SELECT u.extension FROM users u WHERE u.id = p_user);
BEGIN
  IF p_user IS NULL AND EXISTS (SELECT FROM users u WHERE u.extension = p_extension) THEN
    RAISE EXCEPTION 'is that of a user, whose agent it must be' USING ERRCODE = 'CB422', DETAIL = '/userId';
  ELSIF p_user IS NOT NULL AND theirs IS NULL THEN
    RAISE EXCEPTION 'names nobody who is here' USING ERRCODE = 'CB422', DETAIL = '/userId';
  ELSIF theirs <> p_extension THEN
    RAISE EXCEPTION 'signs in with %: the extension must be the same', theirs
      USING ERRCODE = 'CB422', DETAIL = '/userId';
  END IF;
END $$;
COMMENT ON FUNCTION check_agent_user IS 'raises CB422 unless agent and user have one extension';

-- A new agent when p_id is null. Null leaves a field as it is; an empty p_user: nobody's.
CREATE FUNCTION agent_put(p_id uuid, p_extension text, p_display_name text, p_phone_kind text,
                          p_auto_answer boolean, p_enabled boolean, p_user text, p_queues jsonb)
RETURNS SETOF agent_overview LANGUAGE plpgsql AS $$
DECLARE
  agent record;
  before jsonb := agent_record(p_id);
  owner uuid;
BEGIN
  IF p_id IS NULL THEN
    INSERT INTO agent_extensions AS e (tenant_id, extension, display_name)
    VALUES (current_tenant(), p_extension, p_display_name)
    ON CONFLICT (tenant_id, extension) DO UPDATE SET retired_at = NULL, enabled = true
      WHERE e.retired_at IS NOT NULL
    RETURNING e.id INTO p_id;
    IF p_id IS NULL THEN
      RAISE EXCEPTION 'is another agent''s' USING ERRCODE = 'CB422', DETAIL = '/extension';
    END IF;
    p_user := coalesce(p_user, (SELECT u.id::text FROM users u WHERE u.extension = p_extension));
  END IF;
  SELECT e.extension, e.user_id INTO agent FROM agent_extensions e
  WHERE e.id = p_id AND e.retired_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such agent.' USING ERRCODE = 'CB404';
  END IF;
  owner := nullif(coalesce(p_user, agent.user_id::text), '')::uuid;
  IF p_user IS NOT NULL THEN
    PERFORM check_agent_user(p_id, agent.extension, owner);
  END IF;
  UPDATE agent_extensions SET display_name = coalesce(p_display_name, display_name),
    phone_kind = coalesce(p_phone_kind, phone_kind), auto_answer = coalesce(p_auto_answer, auto_answer),
    enabled = coalesce(p_enabled, enabled), user_id = owner
  WHERE id = p_id;
  IF p_queues IS NOT NULL THEN
    PERFORM FROM call_queues ORDER BY id FOR NO KEY UPDATE;
    PERFORM check_list(p_queues, 'queueId', ARRAY(SELECT id FROM call_queues WHERE retired_at IS NULL), '/queues');
    PERFORM memberships_put(NULL, p_id, p_queues);
  END IF;
  PERFORM audit(CASE WHEN before IS NULL THEN 'agent.create' ELSE 'agent.update' END, 'agent', p_id::text,
                before, agent_record(p_id));
  RETURN QUERY SELECT * FROM agent_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION agent_put IS 'POST agent-extensions and PUT agent-extensions/:id';

CREATE FUNCTION agent_retire(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before jsonb;
BEGIN
  PERFORM FROM agent_extensions WHERE id = p_id AND retired_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such agent.' USING ERRCODE = 'CB404';
  ELSIF EXISTS (SELECT FROM agent_states WHERE agent_id = p_id AND status = 'ON_CALL') THEN
    RAISE EXCEPTION 'The agent is on a call.' USING ERRCODE = 'CB409';
  END IF;
  before := agent_record(p_id);
  PERFORM FROM call_queues ORDER BY id FOR NO KEY UPDATE;
  PERFORM memberships_put(NULL, p_id, '[]');
  UPDATE agent_extensions SET enabled = false, retired_at = now(), user_id = NULL WHERE id = p_id;
  PERFORM audit('agent.retire', 'agent', p_id::text, before, NULL);
END $$;
COMMENT ON FUNCTION agent_retire IS 'DELETE agent-extensions/:id: history keeps it, phone and queues are gone';

-- ---- changes of queues ----------------------------------------------------------------------------

CREATE FUNCTION queue_record(p_id uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(q) - ARRAY['id', 'dids', 'members', 'waiting', 'oldestJoinedAt', '_version']
  FROM queue_overview q WHERE q.id = p_id
$$;
COMMENT ON FUNCTION queue_record IS 'a queue''s settings as the audit trail shows them';

-- A new queue when p_id is null. Null leaves a field as it is; an empty p_timezone: the tenant's. Durations in ms.
CREATE FUNCTION queue_put(p_id uuid, p_name text, p_display_name text, p_strategy text, p_ring_ms int,
                          p_max_wait_ms int, p_max_waiting int, p_wrapup_ms int, p_service_level_ms int,
                          p_service_level_formula text, p_short_abandon_ms int, p_weight int,
                          p_music_class text, p_disposition_required boolean, p_timezone text)
RETURNS SETOF queue_overview LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := queue_record(p_id);
BEGIN
  IF p_timezone <> '' THEN
    PERFORM check_timezone(p_timezone, '/timezone');
  END IF;
  IF p_id IS NULL THEN
    INSERT INTO call_queues AS q (tenant_id, name, display_name)
    VALUES (current_tenant(), p_name, p_display_name)
    ON CONFLICT (tenant_id, name) DO UPDATE SET retired_at = NULL WHERE q.retired_at IS NOT NULL
    RETURNING q.id INTO p_id;
    IF p_id IS NULL THEN
      RAISE EXCEPTION 'is another queue''s' USING ERRCODE = 'CB422', DETAIL = '/name';
    END IF;
  END IF;
  UPDATE call_queues SET display_name = coalesce(p_display_name, display_name),
    strategy = coalesce(p_strategy, strategy), ring_seconds = coalesce(p_ring_ms / 1000, ring_seconds),
    max_wait_seconds = coalesce(p_max_wait_ms / 1000, max_wait_seconds),
    max_waiting = coalesce(p_max_waiting, max_waiting), wrapup_seconds = coalesce(p_wrapup_ms / 1000, wrapup_seconds),
    service_level_seconds = coalesce(p_service_level_ms / 1000, service_level_seconds),
    service_level_formula = coalesce(p_service_level_formula, service_level_formula),
    short_abandon_seconds = coalesce(p_short_abandon_ms / 1000, short_abandon_seconds),
    weight = coalesce(p_weight, weight), music_class = coalesce(p_music_class, music_class),
    disposition_required = coalesce(p_disposition_required, disposition_required),
    timezone = nullif(coalesce(p_timezone, timezone), '')
  WHERE id = p_id AND retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such queue.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit(CASE WHEN before IS NULL THEN 'queue.create' ELSE 'queue.update' END, 'queue', p_id::text,
                before, queue_record(p_id));
  RETURN QUERY SELECT * FROM queue_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION queue_put IS 'POST queues and PUT queues/:id';
