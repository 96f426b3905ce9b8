-- The history of calls in monthly partitions, so that it is kept or dropped by the month and the
-- indexes that are written to stay small.
--
-- A call lies in the month of its start as a whole: each part of it carries call_started_at. That a
-- call has one start and no second row is kept by call_starts, the one small table that knows every
-- call. It also says where to look, so that a query opens the one or two partitions that matter: for a
-- call of which only the id is known (started_at = call_start(id)), for open calls (started_at >=
-- open_since()), for what happened from a moment on (started_at >= call_since(moment)).
--
-- Foreign keys between the parts of a call and the call are keys of the partitions, made with them by
-- partition_make(): a key of the whole tables would look for a part's call in every month (measured:
-- 57 µs a row with 36 months, 17 µs so). Partitions live in a schema of their own, which nobody but
-- the owner may use: there is no way round row-level security.

CREATE SCHEMA history;
COMMENT ON SCHEMA history IS 'the partitions of the history tables, by month; nobody but the owner reads or writes them directly';

DROP VIEW visible_calls;
DROP FUNCTION call_note(uuid, text, text, text[]);
DROP VIEW call_overview, queue_overview;

-- What there was is set aside, copied and dropped.
CREATE SCHEMA unpartitioned;
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['call_sessions', 'call_legs', 'queue_visits', 'ring_offers', 'talk_segments',
      'call_transfers', 'call_timeline', 'agent_activity_logs'] LOOP
    EXECUTE format('ALTER TABLE %I SET SCHEMA unpartitioned', t);
  END LOOP;
END $$;

-- ---- tables -------------------------------------------------------------------------------------

CREATE TABLE call_starts (
  tenant_id  uuid NOT NULL REFERENCES tenants,
  id         uuid NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at   timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX call_starts_open ON call_starts (tenant_id, started_at) WHERE ended_at IS NULL;
CREATE INDEX call_starts_long ON call_starts (tenant_id, ended_at) WHERE ended_at - started_at > interval '1 day';
CREATE INDEX call_starts_at ON call_starts USING brin (started_at);

CREATE TABLE call_sessions (
  id            uuid NOT NULL,
  tenant_id     uuid NOT NULL REFERENCES tenants,
  pbx_id        text NOT NULL,
  direction     text NOT NULL CHECK (direction IN ('INBOUND', 'OUTBOUND', 'INTERNAL')),
  status        text NOT NULL CHECK (status IN ('INITIATED', 'RINGING', 'CONNECTED', 'ON_HOLD', 'TRANSFERRING', 'ENDED')),
  from_number   text,
  from_name     text,
  to_number     text,
  did           text,
  queue_id      uuid,
  agent_id      uuid,
  contact_id    uuid,
  started_at    timestamptz NOT NULL,
  answered_at   timestamptz,
  ended_at      timestamptz,
  ended_by      text CHECK (ended_by IN ('CUSTOMER', 'AGENT', 'SYSTEM')),
  hangup_cause  int,
  outcome       text CHECK (outcome IN ('ANSWERED', 'ABANDONED', 'BUSY', 'NO_ANSWER', 'FAILED', 'CANCELLED')),
  end_reason    text,
  estimated     boolean NOT NULL DEFAULT false,
  wait_ms       bigint NOT NULL DEFAULT 0 CHECK (wait_ms >= 0),
  talk_ms       bigint NOT NULL DEFAULT 0 CHECK (talk_ms >= 0),
  hold_ms       bigint NOT NULL DEFAULT 0 CHECK (hold_ms >= 0),
  notes         text,
  disposition   text,
  tags          text[] NOT NULL DEFAULT '{}',
  noted_by      uuid,
  noted_at      timestamptz,
  seq           bigint NOT NULL,
  PRIMARY KEY (tenant_id, id, started_at),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id),
  FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) ON DELETE SET NULL (contact_id),
  FOREIGN KEY (tenant_id, noted_by) REFERENCES users (tenant_id, id),
  CHECK ((status = 'ENDED') = (ended_at IS NOT NULL)),
  CHECK (ended_at >= started_at),
  CHECK (noted_by IS NULL OR noted_at IS NOT NULL)
) PARTITION BY RANGE (started_at);
CREATE INDEX call_sessions_list ON call_sessions (tenant_id, started_at DESC, id DESC);
CREATE INDEX call_sessions_open ON call_sessions (tenant_id) WHERE ended_at IS NULL;
CREATE INDEX call_sessions_from ON call_sessions (tenant_id, from_number, started_at DESC);
CREATE INDEX call_sessions_agent ON call_sessions (tenant_id, agent_id, started_at DESC);
CREATE INDEX call_sessions_contact ON call_sessions (tenant_id, contact_id, started_at DESC) WHERE contact_id IS NOT NULL;

CREATE TABLE call_legs (
  tenant_id       uuid NOT NULL,
  call_id         uuid NOT NULL,
  call_started_at timestamptz NOT NULL,
  uniqueid        text NOT NULL,
  channel         text NOT NULL,
  party           text NOT NULL CHECK (party IN ('CUSTOMER', 'AGENT', 'SUPERVISOR', 'OTHER')),
  agent_id        uuid,
  number          text,
  started_at      timestamptz NOT NULL,
  answered_at     timestamptz,
  ended_at        timestamptz,
  cause           int,
  tech_cause      text,
  seq             bigint NOT NULL,
  bridge          text,
  origin          boolean NOT NULL DEFAULT false,
  dialled         boolean NOT NULL DEFAULT false,
  dialled_by      text,
  PRIMARY KEY (tenant_id, call_id, uniqueid, call_started_at),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id)
) PARTITION BY RANGE (call_started_at);
-- Legs come in order of time, so a few pages tell which of them are recent.
CREATE INDEX call_legs_started ON call_legs USING brin (started_at);

CREATE TABLE queue_visits (
  tenant_id       uuid NOT NULL,
  call_id         uuid NOT NULL,
  call_started_at timestamptz NOT NULL,
  ordinal         int NOT NULL CHECK (ordinal >= 0),
  queue_id        uuid NOT NULL,
  joined_at       timestamptz NOT NULL,
  left_at         timestamptz,
  wait_ms         bigint CHECK (wait_ms >= 0),
  outcome         text CHECK (outcome IN ('ANSWERED', 'ABANDONED', 'TIMEOUT', 'FULL', 'NO_AGENTS', 'KEY', 'CLOSED', 'CALLBACK')),
  agent_id        uuid,
  seq             bigint NOT NULL,
  PRIMARY KEY (tenant_id, call_id, ordinal, call_started_at),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id),
  CHECK ((left_at IS NULL) = (outcome IS NULL)),
  CHECK ((left_at IS NULL) = (wait_ms IS NULL))
) PARTITION BY RANGE (call_started_at);
CREATE INDEX queue_visits_left ON queue_visits (tenant_id, left_at, queue_id);
CREATE INDEX queue_visits_open ON queue_visits (tenant_id, queue_id) WHERE left_at IS NULL;

CREATE TABLE ring_offers (
  tenant_id       uuid NOT NULL,
  call_id         uuid NOT NULL,
  call_started_at timestamptz NOT NULL,
  ordinal         int NOT NULL CHECK (ordinal >= 0),
  agent_id        uuid NOT NULL,
  queue_id        uuid,
  started_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  ring_ms         bigint CHECK (ring_ms >= 0),
  outcome         text CHECK (outcome IN ('ANSWERED', 'NO_ANSWER', 'REJECTED', 'CANCELLED')),
  seq             bigint NOT NULL,
  PRIMARY KEY (tenant_id, call_id, ordinal, call_started_at),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id),
  CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  CHECK ((ended_at IS NULL) = (ring_ms IS NULL))
) PARTITION BY RANGE (call_started_at);
CREATE INDEX ring_offers_open ON ring_offers (tenant_id, agent_id) WHERE ended_at IS NULL;

CREATE TABLE talk_segments (
  tenant_id       uuid NOT NULL,
  call_id         uuid NOT NULL,
  call_started_at timestamptz NOT NULL,
  ordinal         int NOT NULL CHECK (ordinal >= 0),
  agent_id        uuid NOT NULL,
  queue_id        uuid,
  started_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  talk_ms         bigint CHECK (talk_ms >= 0),
  hold_ms         bigint CHECK (hold_ms >= 0),
  seq             bigint NOT NULL,
  settled_hold_ms bigint NOT NULL DEFAULT 0 CHECK (settled_hold_ms >= 0),
  held_at         timestamptz,
  detached_at     timestamptz,
  parked          boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, call_id, ordinal, call_started_at),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id),
  CHECK (ended_at >= started_at),
  CHECK (ended_at IS NULL OR (talk_ms IS NOT NULL AND hold_ms IS NOT NULL))
) PARTITION BY RANGE (call_started_at);
CREATE INDEX talk_segments_ended ON talk_segments (tenant_id, ended_at, agent_id);
CREATE INDEX talk_segments_agent ON talk_segments (tenant_id, agent_id, call_started_at DESC, call_id);

CREATE TABLE call_transfers (
  tenant_id       uuid NOT NULL,
  call_id         uuid NOT NULL,
  call_started_at timestamptz NOT NULL,
  ordinal         int NOT NULL CHECK (ordinal >= 0),
  at              timestamptz NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('BLIND', 'ATTENDED')),
  from_agent      text,
  to_target       text,
  result          text CHECK (result IN ('COMPLETED', 'NO_ANSWER', 'REFUSED', 'FAILED')),
  seq             bigint NOT NULL,
  PRIMARY KEY (tenant_id, call_id, ordinal, call_started_at)
) PARTITION BY RANGE (call_started_at);

CREATE TABLE call_timeline (
  tenant_id       uuid NOT NULL,
  call_id         uuid NOT NULL,
  call_started_at timestamptz NOT NULL,
  ordinal         int NOT NULL CHECK (ordinal >= 0),
  at              timestamptz NOT NULL,
  kind            text NOT NULL,
  detail          jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, call_id, ordinal, call_started_at)
) PARTITION BY RANGE (call_started_at);

CREATE TABLE call_recordings (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL DEFAULT gen_random_uuid(),
  call_id         uuid NOT NULL,
  call_started_at timestamptz NOT NULL,
  segment         int CHECK (segment >= 0),
  agent_id        uuid,
  channels        text NOT NULL CHECK (channels IN ('MIXED', 'AGENT_LEFT')),
  state           text NOT NULL CHECK (state IN ('RECORDING', 'STORED', 'NOT_RECORDED', 'LOST', 'DELETED')),
  reason          text,
  file            uuid,
  started_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  length_ms       bigint CHECK (length_ms >= 0),
  size_bytes      bigint CHECK (size_bytes >= 0),
  sha256          bytea CHECK (octet_length(sha256) = 32),
  pauses          tstzmultirange NOT NULL DEFAULT '{}',
  deleted_at      timestamptz,
  PRIMARY KEY (tenant_id, id, call_started_at),
  UNIQUE (file, call_started_at),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id),
  CHECK (ended_at >= started_at),
  CHECK ((state = 'RECORDING') = (ended_at IS NULL)),
  CHECK (state NOT IN ('RECORDING', 'STORED') OR file IS NOT NULL),
  CHECK (state <> 'STORED' OR (length_ms IS NOT NULL AND size_bytes IS NOT NULL AND sha256 IS NOT NULL)),
  CHECK (state NOT IN ('NOT_RECORDED', 'LOST') OR reason IS NOT NULL),
  CHECK ((state = 'DELETED') = (deleted_at IS NOT NULL))
) PARTITION BY RANGE (call_started_at);
CREATE INDEX call_recordings_call ON call_recordings (tenant_id, call_id);

CREATE TABLE agent_activity_logs (
  tenant_id uuid NOT NULL,
  seq       bigint NOT NULL,
  agent_id  uuid NOT NULL,
  at        timestamptz NOT NULL,
  activity  text NOT NULL CHECK (activity IN ('STATUS_CHANGE', 'CALL_STARTED', 'CALL_ENDED', 'LOGIN', 'LOGOUT', 'PAUSE', 'RESUME')),
  status    text,
  reason    text,
  call_id   uuid,
  PRIMARY KEY (tenant_id, seq, at),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id)
) PARTITION BY RANGE (at);
CREATE INDEX agent_activity_logs_agent ON agent_activity_logs (tenant_id, agent_id, at);

-- ---- a call has one start -------------------------------------------------------------------------

CREATE FUNCTION call_start_kept() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO call_starts (tenant_id, id, started_at, ended_at)
    VALUES (NEW.tenant_id, NEW.id, NEW.started_at, NEW.ended_at);
  ELSIF TG_OP = 'UPDATE' THEN
    UPDATE call_starts SET ended_at = NEW.ended_at WHERE tenant_id = NEW.tenant_id AND id = NEW.id;
  ELSE
    DELETE FROM call_starts WHERE tenant_id = OLD.tenant_id AND id = OLD.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER call_start_made AFTER INSERT OR DELETE ON call_sessions
  FOR EACH ROW EXECUTE FUNCTION call_start_kept();
CREATE TRIGGER call_start_ended AFTER UPDATE OF ended_at ON call_sessions
  FOR EACH ROW WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at) EXECUTE FUNCTION call_start_kept();

CREATE FUNCTION call_start_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a call keeps its id and its start' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER call_start_fixed BEFORE UPDATE OF tenant_id, id, started_at ON call_sessions
  FOR EACH ROW WHEN ((OLD.tenant_id, OLD.id, OLD.started_at) IS DISTINCT FROM (NEW.tenant_id, NEW.id, NEW.started_at))
  EXECUTE FUNCTION call_start_fixed();

-- In plpgsql, which keeps its plan: they are called once or twice by a statement that runs often.
CREATE FUNCTION call_start(p_call uuid) RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (SELECT s.started_at FROM call_starts s WHERE s.id = p_call);
END $$;
CREATE FUNCTION open_since() RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN coalesce((SELECT min(s.started_at) FROM call_starts s WHERE s.ended_at IS NULL), 'infinity');
END $$;
-- No call that was alive at this moment or later began before that; one of less than a day counts as
-- alive for another day, since a part of it may end after it.
CREATE FUNCTION call_since(p_moment timestamptz) RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN least(p_moment - interval '2 days', open_since(),
    (SELECT min(s.started_at) FROM call_starts s
     WHERE s.ended_at >= p_moment - interval '1 day' AND s.ended_at - s.started_at > interval '1 day'));
END $$;

-- ---- partitions -----------------------------------------------------------------------------------

-- The partitioned tables, those first that others refer to.
CREATE FUNCTION history_tables() RETURNS TABLE (name name, key name) LANGUAGE sql STABLE AS $$
  SELECT c.relname, a.attname
  FROM pg_partitioned_table p
  JOIN pg_class c ON c.oid = p.partrelid AND c.relnamespace = 'public'::regnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
  ORDER BY a.attname <> 'started_at', c.relname <> 'talk_segments', c.relname
$$;

CREATE FUNCTION partition_name(p_table name, p_month date) RETURNS name LANGUAGE sql IMMUTABLE
  RETURN (p_table || '_' || coalesce(to_char(p_month, 'YYYY_MM'), 'stray'))::name;

CREATE FUNCTION partition_exists(p_month date) RETURNS boolean LANGUAGE sql STABLE
  RETURN to_regclass('history.' || partition_name('call_sessions', p_month)) IS NOT NULL;

-- The tables of a month, or of whatever lies in no month (null), with the keys between them; not yet
-- in place.
CREATE FUNCTION partition_tables(p_month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT * FROM history_tables() LOOP
    EXECUTE format('CREATE TABLE history.%I (LIKE public.%I INCLUDING ALL)', partition_name(t.name, p_month), t.name);
    EXECUTE format('ALTER TABLE history.%I ENABLE ROW LEVEL SECURITY', partition_name(t.name, p_month));
    IF t.key = 'call_started_at' THEN
      EXECUTE format('ALTER TABLE history.%I ADD CONSTRAINT call FOREIGN KEY (tenant_id, call_id, call_started_at)
                      REFERENCES history.%I (tenant_id, id, started_at)',
                     partition_name(t.name, p_month), partition_name('call_sessions', p_month));
    END IF;
    IF t.name = 'call_recordings' THEN
      EXECUTE format('ALTER TABLE history.%I ADD CONSTRAINT segment FOREIGN KEY (tenant_id, call_id, segment, call_started_at)
                      REFERENCES history.%I (tenant_id, call_id, ordinal, call_started_at)',
                     partition_name(t.name, p_month), partition_name('talk_segments', p_month));
    END IF;
  END LOOP;
END $$;

CREATE FUNCTION this_month() RETURNS date LANGUAGE sql STABLE
  RETURN date_trunc('month', now() AT TIME ZONE 'UTC')::date;

CREATE FUNCTION history_months() RETURNS TABLE (month date) LANGUAGE sql STABLE AS $$
  SELECT to_date(right(relname, 7), 'YYYY_MM') FROM pg_class
  WHERE relnamespace = 'history'::regnamespace AND relkind = 'r' AND relname ~ '^call_sessions_\d{4}_\d{2}$'
$$;

-- Where the months begin, from this one back; before the first there may be strays.
CREATE FUNCTION history_bounds() RETURNS SETOF timestamptz LANGUAGE sql STABLE AS $$
  SELECT month::timestamp AT TIME ZONE 'UTC' FROM history_months() WHERE month <= this_month()
  UNION ALL SELECT '-infinity'
$$;

-- Makes a month; what strayed before it was there moves into it. Gives how many rows did.
CREATE FUNCTION partition_make(p_month date) RETURNS bigint LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  t record;
  moved bigint := 0;
  n bigint;
BEGIN
  PERFORM partition_tables(p_month);
  -- Nothing may stray in between, nor a trigger take a move for an end.
  FOR t IN SELECT * FROM history_tables() LOOP
    EXECUTE format('LOCK TABLE history.%I', partition_name(t.name, NULL));
  END LOOP;
  ALTER TABLE history.call_sessions_stray DISABLE TRIGGER USER;
  FOR t IN SELECT * FROM history_tables() LOOP
    EXECUTE format('INSERT INTO history.%I SELECT * FROM history.%I WHERE %I >= $1 AND %I < $1 + interval ''1 month''',
                   partition_name(t.name, p_month), partition_name(t.name, NULL), t.key, t.key)
    USING p_month::timestamptz;
    GET DIAGNOSTICS n = ROW_COUNT;
    moved := moved + n;
  END LOOP;
  FOR t IN SELECT * FROM history_tables() WITH ORDINALITY ORDER BY ordinality DESC LOOP
    EXECUTE format('DELETE FROM history.%I WHERE %I >= $1 AND %I < $1 + interval ''1 month''',
                   partition_name(t.name, NULL), t.key, t.key)
    USING p_month::timestamptz;
  END LOOP;
  ALTER TABLE history.call_sessions_stray ENABLE TRIGGER USER;
  FOR t IN SELECT * FROM history_tables() LOOP
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION history.%I FOR VALUES FROM (%L) TO (%L)',
                   t.name, partition_name(t.name, p_month), p_month::timestamptz, p_month::timestamptz + interval '1 month');
  END LOOP;
  RETURN moved;
END $$;

-- A month and all that is in it. Its calls' starts go with it, since a dropped table fires no trigger.
CREATE FUNCTION partition_drop(p_month date) RETURNS void LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT * FROM history_tables() WITH ORDINALITY ORDER BY ordinality DESC LOOP
    EXECUTE format('DROP TABLE history.%I', partition_name(t.name, p_month));
  END LOOP;
  DELETE FROM call_starts WHERE started_at >= p_month::timestamptz AND started_at < p_month::timestamptz + interval '1 month';
END $$;

DO $$
DECLARE
  t record;
BEGIN
  PERFORM partition_tables(NULL);
  FOR t IN SELECT * FROM history_tables() LOOP
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION history.%I DEFAULT', t.name, partition_name(t.name, NULL));
  END LOOP;
END $$;
-- What a job runs: the months from this one to so many ahead, and those of what has strayed.
CREATE FUNCTION partitions_make(p_ahead int)
RETURNS TABLE (month date, moved bigint) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- Who waits for a lock stands in everybody's way: it gives up soon and comes back.
  PERFORM set_config('lock_timeout', '500ms', true);
  FOREACH month IN ARRAY ARRAY(
    SELECT m::date FROM generate_series(this_month(), this_month() + make_interval(months => p_ahead), '1 month') m
    UNION SELECT date_trunc('month', s.started_at AT TIME ZONE 'UTC')::date FROM history.call_sessions_stray s
    UNION SELECT date_trunc('month', l.at AT TIME ZONE 'UTC')::date FROM history.agent_activity_logs_stray l
    ORDER BY 1) LOOP
    CONTINUE WHEN partition_exists(month);
    moved := partition_make(month);
    RETURN NEXT;
  END LOOP;
END $$;

-- Whether rows have a month to go to for another month at least. "until" is the beginning of the first
-- month that is missing; strays are calls and activities that lie in none, as when a clock was wrong.
CREATE FUNCTION health_partitions() RETURNS TABLE (until timestamptz, strays bigint, well boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT h.until, h.strays, h.until >= now() + interval '1 month' AND h.strays = 0
  FROM (SELECT (SELECT min(m)::timestamp AT TIME ZONE 'UTC'
                FROM generate_series(this_month(), this_month() + interval '10 years', '1 month') m
                WHERE NOT partition_exists(m::date)) AS until,
               (SELECT count(*) FROM history.call_sessions_stray)
               + (SELECT count(*) FROM history.agent_activity_logs_stray) AS strays) h
$$;

DO $$
BEGIN
  PERFORM partition_make(m) FROM (
    SELECT date_trunc('month', started_at AT TIME ZONE 'UTC')::date AS m FROM unpartitioned.call_sessions
    UNION SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date FROM unpartitioned.agent_activity_logs
    UNION SELECT s::date FROM generate_series(this_month(), this_month() + interval '3 months', '1 month') s
    ORDER BY 1) months;
END $$;

-- ---- what there was -------------------------------------------------------------------------------

INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, from_name, to_number, did, queue_id,
  agent_id, contact_id, started_at, answered_at, ended_at, ended_by, hangup_cause, outcome, end_reason, estimated,
  wait_ms, talk_ms, hold_ms, notes, disposition, tags, noted_by, noted_at, seq)
SELECT id, tenant_id, pbx_id, direction, status, from_number, from_name, to_number, did, queue_id,
  agent_id, contact_id, started_at, answered_at, ended_at, ended_by, hangup_cause, outcome, end_reason, estimated,
  wait_ms, talk_ms, hold_ms, notes, disposition, tags, noted_by, noted_at, seq
FROM unpartitioned.call_sessions;
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           WHERE c.relnamespace = 'unpartitioned'::regnamespace AND c.relkind = 'r'
             AND c.relname NOT IN ('call_sessions', 'agent_activity_logs')
           GROUP BY c.relname LOOP
    EXECUTE format('INSERT INTO public.%I (%s, call_started_at)
                    SELECT p.*, s.started_at FROM unpartitioned.%I p JOIN call_starts s ON s.tenant_id = p.tenant_id AND s.id = p.call_id',
                   t.name, t.columns, t.name);
  END LOOP;
END $$;
INSERT INTO agent_activity_logs (tenant_id, seq, agent_id, at, activity, status, reason, call_id)
SELECT tenant_id, seq, agent_id, at, activity, status, reason, call_id FROM unpartitioned.agent_activity_logs;
DROP SCHEMA unpartitioned CASCADE;

-- ---- who may do what -------------------------------------------------------------------------------

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['call_starts', 'call_sessions', 'call_legs', 'queue_visits', 'ring_offers', 'talk_segments',
      'call_transfers', 'call_timeline', 'call_recordings', 'agent_activity_logs'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO cordboard_api, cordboard_report USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())', t);
    EXECUTE format('CREATE POLICY worker ON %I TO cordboard_worker USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT ON %I TO cordboard_api, cordboard_report, cordboard_worker', t);
  END LOOP;
END $$;
GRANT UPDATE (notes, disposition, tags, noted_by, noted_at, contact_id) ON call_sessions TO cordboard_api;
GRANT INSERT, UPDATE ON call_sessions, call_legs, queue_visits, ring_offers, talk_segments, call_transfers,
  call_timeline, call_recordings, agent_activity_logs TO cordboard_worker;

REVOKE EXECUTE ON FUNCTION partition_tables, partition_make, partition_drop, partitions_make, health_partitions,
  call_start_kept FROM PUBLIC;
GRANT EXECUTE ON FUNCTION partitions_make, health_partitions TO cordboard_jobs;
GRANT EXECUTE ON FUNCTION health_partitions TO cordboard_api, cordboard_worker;

-- ---- views and functions on these tables ------------------------------------------------------------

CREATE VIEW queue_overview WITH (security_invoker = true) AS
  SELECT q.id, q.name, q.display_name AS "displayName", q.strategy,
         q.ring_seconds * 1000 AS "ringMs", q.max_wait_seconds * 1000 AS "maxWaitMs",
         q.max_waiting AS "maxWaiting", q.wrapup_seconds * 1000 AS "wrapupMs",
         q.service_level_seconds * 1000 AS "serviceLevelMs",
         q.service_level_formula AS "serviceLevelFormula",
         q.short_abandon_seconds * 1000 AS "shortAbandonMs", q.weight,
         q.disposition_required AS "dispositionRequired",
         ARRAY(SELECT r.did FROM inbound_routes r WHERE r.queue_id = q.id ORDER BY r.did) AS dids,
         (SELECT count(*) FROM queue_members m WHERE m.queue_id = q.id) AS members,
         w.waiting, w."oldestJoinedAt"
  FROM call_queues q
  CROSS JOIN LATERAL (SELECT count(*) AS waiting, min(v.joined_at) AS "oldestJoinedAt"
                      FROM queue_visits v
                      JOIN call_starts o ON o.tenant_id = v.tenant_id AND o.id = v.call_id AND o.ended_at IS NULL
                      WHERE v.tenant_id = q.tenant_id AND v.queue_id = q.id AND v.left_at IS NULL
                        AND v.call_started_at >= open_since()) w
  WHERE q.retired_at IS NULL;

CREATE VIEW call_overview WITH (security_invoker = true) AS
  SELECT c.id, c.direction, c.status, c.from_number AS "from", c.from_name AS "fromName",
         c.to_number AS "to", c.did, c.queue_id AS "queueId", q.name AS queue,
         c.agent_id AS "agentId", e.extension AS agent, e.display_name AS "agentName",
         k.id AS "contactId", k.name AS "contactName", c.started_at AS "startedAt",
         c.answered_at AS "answeredAt", c.ended_at AS "endedAt", c.ended_by AS "endedBy",
         c.hangup_cause AS "hangupCause", c.outcome, c.end_reason AS "endReason", c.estimated,
         c.wait_ms AS "waitMs", c.talk_ms AS "talkMs", c.hold_ms AS "holdMs",
         ms_between(c.started_at, c.ended_at) AS "durationMs",
         c.notes, c.disposition, c.tags, c.noted_at AS "notedAt"
  FROM call_sessions c
  LEFT JOIN call_queues q ON q.id = c.queue_id
  LEFT JOIN agent_extensions e ON e.id = c.agent_id
  LEFT JOIN contact_numbers n ON n.tenant_id = c.tenant_id AND c.direction <> 'INTERNAL'
    AND n.number = CASE c.direction WHEN 'INBOUND' THEN c.from_number ELSE c.to_number END
  LEFT JOIN contacts k ON k.id = coalesce(c.contact_id, n.contact_id);

CREATE OR REPLACE FUNCTION is_own_call(p_call uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  started timestamptz := call_start(p_call);
BEGIN
  RETURN EXISTS (SELECT FROM call_sessions c WHERE c.id = p_call AND c.started_at = started
                   AND c.agent_id = current_agent())
      OR EXISTS (SELECT FROM talk_segments s WHERE s.call_id = p_call AND s.call_started_at = started
                   AND s.agent_id = current_agent())
      OR EXISTS (SELECT FROM ring_offers o WHERE o.call_id = p_call AND o.call_started_at = started
                   AND o.agent_id = current_agent()
                   -- Who has answered is about to have a segment.
                   AND (o.ended_at IS NULL OR o.outcome = 'ANSWERED'));
END $$;

CREATE OR REPLACE FUNCTION check_call(p_call uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF call_start(p_call) IS NULL THEN
    RAISE EXCEPTION 'There is no such call.' USING ERRCODE = 'CB404';
  ELSIF NOT may_see_call(p_call) THEN
    RAISE EXCEPTION 'That call is not yours.' USING ERRCODE = 'CB403';
  END IF;
END $$;

-- Null leaves a field as it is, an empty text clears it.
CREATE FUNCTION call_note(p_call uuid, p_notes text, p_disposition text, p_tags text[])
RETURNS SETOF call_overview LANGUAGE plpgsql AS $$
DECLARE
  started timestamptz := call_start(p_call);
BEGIN
  PERFORM check_call(p_call);
  IF p_disposition <> '' AND NOT EXISTS (SELECT FROM dispositions d
                                         WHERE d.code = p_disposition AND d.retired_at IS NULL) THEN
    RAISE EXCEPTION 'is not a known disposition' USING ERRCODE = 'CB422', DETAIL = '/disposition';
  END IF;
  UPDATE call_sessions
  SET notes = nullif(coalesce(p_notes, notes), ''),
      disposition = nullif(coalesce(p_disposition, disposition), ''),
      tags = coalesce(p_tags, tags), noted_by = current_user_id(), noted_at = now()
  WHERE id = p_call AND started_at = started;
  RETURN QUERY SELECT * FROM call_overview WHERE id = p_call AND "startedAt" = started;
END $$;

-- The calls of an agent that began in [p_from, p_to): talked in, dialled, or being rung for.
CREATE FUNCTION calls_of(p_agent uuid, p_from timestamptz, p_to timestamptz)
RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
  SELECT c.id FROM call_sessions c
  WHERE c.agent_id = p_agent AND c.started_at >= p_from AND c.started_at < p_to
  UNION ALL
  SELECT s.call_id FROM talk_segments s
  WHERE s.agent_id = p_agent AND s.call_started_at >= p_from AND s.call_started_at < p_to
  UNION ALL
  SELECT r.call_id FROM ring_offers r
  WHERE r.agent_id = p_agent AND r.ended_at IS NULL AND r.call_started_at >= p_from AND r.call_started_at < p_to
$$;

-- What restricts the acting user to own calls: the agent; nobody's (nil) for who has no extension; null
-- for who may see all.
CREATE FUNCTION own_calls_of() RETURNS uuid LANGUAGE sql STABLE
  RETURN CASE WHEN current_rank() < role_rank('SUPERVISOR')
              THEN coalesce(current_agent(), '00000000-0000-0000-0000-000000000000') END;

-- A page of calls, newest first; a null matches all. It walks back month by month: a plan for one month
-- is made in a fraction of the time of one for all, and most pages need but one.
CREATE FUNCTION call_page(p_own uuid, p_agent uuid, p_queue uuid, p_status text, p_direction text, p_from timestamptz,
                          p_until timestamptz, p_search text, p_number text, p_before timestamptz, p_before_id uuid,
                          p_limit int)
RETURNS SETOF call_overview LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  upto timestamptz := least(p_until, p_before + interval '1 microsecond', 'infinity');
  since timestamptz;
  bound timestamptz;
  wanted int := p_limit;
  n int;
BEGIN
  FOR bound IN SELECT b FROM history_bounds() b WHERE b < upto ORDER BY b DESC LOOP
    EXIT WHEN wanted <= 0 OR upto <= p_from;
    since := greatest(bound, p_from);
    RETURN QUERY
      SELECT c.* FROM call_overview c
      WHERE c."startedAt" >= since AND c."startedAt" < upto
        AND (p_before IS NULL OR (c."startedAt", c.id) < (p_before, p_before_id))
        AND (p_own IS NULL OR c.id IN (SELECT o.id FROM calls_of(p_own, since, upto) o))
        AND (p_agent IS NULL OR c.id IN (SELECT o.id FROM calls_of(p_agent, since, upto) o))
        AND (p_queue IS NULL OR c.id IN (SELECT v.call_id FROM queue_visits v WHERE v.queue_id = p_queue
               AND v.call_started_at >= since AND v.call_started_at < upto))
        AND (p_status IS NULL OR c.status = p_status)
        AND (p_direction IS NULL OR c.direction = p_direction)
        AND (p_number IS NULL OR c."from" = p_number OR c."to" = p_number)
        AND (p_search IS NULL OR position(p_search IN c."from") > 0 OR position(p_search IN c."to") > 0
             OR position(lower(p_search) IN lower(c."fromName")) > 0 OR position(lower(p_search) IN lower(c.notes)) > 0
             OR position(lower(p_search) IN lower(c."contactName")) > 0)
      ORDER BY c."startedAt" DESC, c.id DESC
      LIMIT wanted;
    GET DIAGNOSTICS n = ROW_COUNT;
    wanted := wanted - n;
    upto := bound;
  END LOOP;
END $$;

-- ---- figures: planned for the months that matter ----------------------------------------------------

-- Every queue's visits that ended in [p_from, p_to). A queue without one has zeros.
CREATE OR REPLACE FUNCTION queue_figures(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (queue_id uuid, offered bigint, answered bigint, abandoned bigint, short_abandoned bigint,
               flow_out bigint, callback bigint, sl_num bigint, sl_den bigint, answered_wait_ms bigint,
               longest_wait_ms bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since CONSTANT timestamptz := call_since(p_from);
BEGIN
  RETURN QUERY
  WITH counted AS (
    SELECT q.id, q.service_level_formula AS formula,
           count(v.outcome) AS offered,
           count(*) FILTER (WHERE v.outcome = 'ANSWERED') AS answered,
           count(*) FILTER (WHERE v.outcome = 'ABANDONED') AS abandoned,
           count(*) FILTER (WHERE v.outcome = 'ABANDONED' AND v.wait_ms < q.short_abandon_seconds * 1000) AS short_abandoned,
           count(*) FILTER (WHERE v.outcome IN ('TIMEOUT', 'FULL', 'NO_AGENTS', 'KEY', 'CLOSED')) AS flow_out,
           count(*) FILTER (WHERE v.outcome = 'CALLBACK') AS callback,
           count(*) FILTER (WHERE v.outcome = 'ANSWERED' AND v.wait_ms <= q.service_level_seconds * 1000) AS answered_in,
           count(*) FILTER (WHERE v.outcome = 'ABANDONED' AND v.wait_ms <= q.service_level_seconds * 1000) AS abandoned_in,
           coalesce(sum(v.wait_ms) FILTER (WHERE v.outcome = 'ANSWERED'), 0)::bigint AS answered_wait_ms,
           max(v.wait_ms) AS longest_wait_ms
    FROM call_queues q
    LEFT JOIN queue_visits v ON v.tenant_id = q.tenant_id AND v.queue_id = q.id
                            AND v.left_at >= p_from AND v.left_at < p_to
                            AND v.call_started_at >= since AND v.call_started_at < p_to
    GROUP BY q.id, q.service_level_formula)
  SELECT c.id, c.offered, c.answered, c.abandoned, c.short_abandoned, c.flow_out, c.callback,
         sl_numerator(c.formula, c.answered_in, c.abandoned_in),
         sl_denominator(c.formula, c.answered, c.abandoned, c.abandoned_in, c.offered, c.short_abandoned),
         c.answered_wait_ms, c.longest_wait_ms
  FROM counted c;
END $$;

-- Every agent's segments that ended in [p_from, p_to).
CREATE OR REPLACE FUNCTION agent_figures(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (agent_id uuid, calls bigint, talk_ms bigint, hold_ms bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since CONSTANT timestamptz := call_since(p_from);
BEGIN
  RETURN QUERY
  SELECT e.id, count(s.call_id), coalesce(sum(s.talk_ms), 0)::bigint, coalesce(sum(s.hold_ms), 0)::bigint
  FROM agent_extensions e
  LEFT JOIN talk_segments s ON s.tenant_id = e.tenant_id AND s.agent_id = e.id
                           AND s.ended_at >= p_from AND s.ended_at < p_to
                           AND s.call_started_at >= since AND s.call_started_at < p_to
  GROUP BY e.id;
END $$;

GRANT SELECT ON queue_overview, call_overview TO cordboard_api, cordboard_report;
ANALYZE call_starts, call_sessions, call_legs, queue_visits, ring_offers, talk_segments, call_transfers, call_timeline, agent_activity_logs;
