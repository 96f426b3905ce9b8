-- The core: tenants, people, agents, queues, and the history of calls.
--
-- Every table carries tenant_id and has row-level security: the API sees the tenant that
-- session_begin() has set for the transaction and no other. cordboard-amid serves all tenants of
-- its node and writes under a policy of its own. Times are timestamptz in UTC, durations in ms.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cordboard_api, cordboard_worker, cordboard_report;

-- ---- tenants and people -----------------------------------------------------------------------

CREATE TABLE tenants (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug        text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9]{1,30}$'),
  name        text NOT NULL,
  node        text NOT NULL DEFAULT 'node1',
  timezone    text NOT NULL DEFAULT 'UTC',
  is_default  boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX tenants_one_default ON tenants (is_default) WHERE is_default;
COMMENT ON COLUMN tenants.slug IS 'prefix of endpoints and queues in Asterisk; no "-", which separates it';
COMMENT ON COLUMN tenants.node IS 'the Asterisk node that serves it: part of every Redis key';
COMMENT ON COLUMN tenants.is_default IS 'its endpoints and queues carry no prefix';

CREATE TABLE users (
  id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id      uuid NOT NULL REFERENCES tenants,
  extension      text NOT NULL CHECK (extension ~ '^[0-9]{3,8}$'),
  display_name   text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 80),
  role           text NOT NULL CHECK (role IN ('AGENT', 'SUPERVISOR', 'MANAGER', 'ADMIN')),
  password_hash  text NOT NULL,
  failed_logins  int NOT NULL DEFAULT 0,
  locked_until   timestamptz,
  disabled_at    timestamptz,
  created_at     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, extension),
  UNIQUE (tenant_id, id)
);
COMMENT ON COLUMN users.password_hash IS 'argon2id, as libsodium writes it';

CREATE TABLE sessions (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid NOT NULL,
  user_id      uuid NOT NULL,
  token_hash   bytea NOT NULL UNIQUE,
  address      inet,
  user_agent   text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  idle_limit   interval NOT NULL,
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id);
COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the token; the token itself is stored nowhere';

-- ---- agents and queues ------------------------------------------------------------------------

CREATE TABLE agent_extensions (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid NOT NULL REFERENCES tenants,
  user_id      uuid,
  extension    text NOT NULL CHECK (extension ~ '^[0-9]{3,8}$'),
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 80),
  phone_kind   text NOT NULL DEFAULT 'WEBRTC' CHECK (phone_kind IN ('WEBRTC', 'SIP')),
  sip_ha1      text CHECK (sip_ha1 ~ '^[0-9a-f]{32}$'),
  auto_answer  boolean NOT NULL DEFAULT false,
  enabled      boolean NOT NULL DEFAULT true,
  created_at   timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  UNIQUE (tenant_id, extension),
  UNIQUE (tenant_id, id)
);
COMMENT ON COLUMN agent_extensions.phone_kind IS 'WEBRTC: the browser; SIP: a desk phone';
COMMENT ON COLUMN agent_extensions.sip_ha1 IS 'MD5(endpoint:realm:secret) of the secret given out at the last sign-in; null: no phone may register';

CREATE TABLE call_queues (
  id                    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id             uuid NOT NULL REFERENCES tenants,
  name                  text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{1,39}$'),
  display_name          text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 80),
  strategy              text NOT NULL DEFAULT 'rrmemory' CHECK (strategy IN
                          ('ringall', 'leastrecent', 'fewestcalls', 'random', 'rrmemory', 'linear', 'wrandom', 'rrordered')),
  ring_seconds          int NOT NULL DEFAULT 15 CHECK (ring_seconds BETWEEN 3 AND 300),
  max_wait_seconds      int NOT NULL DEFAULT 300 CHECK (max_wait_seconds BETWEEN 5 AND 7200),
  max_waiting           int NOT NULL DEFAULT 0 CHECK (max_waiting BETWEEN 0 AND 1000),
  wrapup_seconds        int NOT NULL DEFAULT 30 CHECK (wrapup_seconds BETWEEN 0 AND 3600),
  service_level_seconds int NOT NULL DEFAULT 20 CHECK (service_level_seconds BETWEEN 1 AND 3600),
  service_level_formula text NOT NULL DEFAULT 'S1' CHECK (service_level_formula IN ('S1', 'S2', 'S3', 'S4', 'S5')),
  short_abandon_seconds int NOT NULL DEFAULT 5 CHECK (short_abandon_seconds BETWEEN 0 AND 60),
  weight                int NOT NULL DEFAULT 0 CHECK (weight BETWEEN 0 AND 100),
  music_class           text NOT NULL DEFAULT 'default' CHECK (music_class ~ '^[a-z0-9_]{1,40}$'),
  disposition_required  boolean NOT NULL DEFAULT false,
  retired_at            timestamptz,
  created_at            timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name),
  UNIQUE (tenant_id, id)
);
COMMENT ON COLUMN call_queues.max_waiting IS '0: no limit';
COMMENT ON COLUMN call_queues.service_level_formula IS 'one of the five of docs/METRICS.md';
COMMENT ON COLUMN call_queues.short_abandon_seconds IS 'an abandon earlier than this is also counted as short';

CREATE TABLE queue_members (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id  uuid NOT NULL,
  queue_id   uuid NOT NULL,
  agent_id   uuid NOT NULL,
  penalty    int NOT NULL DEFAULT 0 CHECK (penalty BETWEEN 0 AND 100),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id) ON DELETE CASCADE,
  UNIQUE (tenant_id, queue_id, agent_id)
);
COMMENT ON COLUMN queue_members.penalty IS 'skill level: lower is called first';

CREATE TABLE inbound_routes (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL,
  did        text NOT NULL UNIQUE CHECK (did ~ '^\+?[0-9]{2,20}$'),
  queue_id   uuid NOT NULL,
  label      text,
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id)
);

CREATE TABLE dispositions (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL REFERENCES tenants,
  code       text NOT NULL CHECK (code ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  label      text NOT NULL,
  position   int NOT NULL DEFAULT 0,
  retired_at timestamptz,
  UNIQUE (tenant_id, code)
);

CREATE TABLE pause_reasons (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id     uuid NOT NULL REFERENCES tenants,
  code          text NOT NULL CHECK (code ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  label         text NOT NULL,
  paid          boolean NOT NULL DEFAULT true,
  limit_seconds int CHECK (limit_seconds > 0),
  position      int NOT NULL DEFAULT 0,
  retired_at    timestamptz,
  UNIQUE (tenant_id, code)
);

CREATE TABLE contacts (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL REFERENCES tenants,
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  company    text,
  email      text,
  tags       text[] NOT NULL DEFAULT '{}',
  fields     jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, id)
);
COMMENT ON COLUMN contacts.fields IS 'custom fields: name to text';

CREATE TABLE contact_numbers (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  number     text NOT NULL CHECK (number ~ '^\+?[0-9]{2,20}$'),
  PRIMARY KEY (tenant_id, number),
  FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) ON DELETE CASCADE
);

-- ---- history, written by cordboard-amid ---------------------------------------------------------
-- Rows are whole states of one thing, upserted by key: applying one twice changes nothing. seq is
-- the journal position that last wrote the row (epoch * 2^32 + number): an older one never wins.

CREATE TABLE call_sessions (
  id            uuid PRIMARY KEY,
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
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id),
  FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
  FOREIGN KEY (tenant_id, noted_by) REFERENCES users (tenant_id, id),
  CHECK ((status = 'ENDED') = (ended_at IS NOT NULL)),
  CHECK (ended_at >= started_at)
);
CREATE INDEX call_sessions_list ON call_sessions (tenant_id, started_at DESC, id DESC);
CREATE INDEX call_sessions_open ON call_sessions (tenant_id) WHERE ended_at IS NULL;
CREATE INDEX call_sessions_from ON call_sessions (tenant_id, from_number, started_at DESC);
CREATE INDEX call_sessions_agent ON call_sessions (tenant_id, agent_id, started_at DESC);
COMMENT ON COLUMN call_sessions.pbx_id IS 'CC_CALL_ID as Asterisk carried it';
COMMENT ON COLUMN call_sessions.queue_id IS 'the first queue it entered';
COMMENT ON COLUMN call_sessions.agent_id IS 'the agent who talked last, or who dialled';
COMMENT ON COLUMN call_sessions.outcome IS 'what became of it on the telephone; the agent''s own word is disposition';
COMMENT ON COLUMN call_sessions.estimated IS 'the end was not seen: its time is the last moment the call was known to live';

CREATE TABLE call_legs (
  tenant_id   uuid NOT NULL,
  call_id     uuid NOT NULL,
  uniqueid    text NOT NULL,
  channel     text NOT NULL,
  party       text NOT NULL CHECK (party IN ('CUSTOMER', 'AGENT', 'SUPERVISOR', 'OTHER')),
  agent_id    uuid,
  number      text,
  started_at  timestamptz NOT NULL,
  answered_at timestamptz,
  ended_at    timestamptz,
  cause       int,
  tech_cause  text,
  seq         bigint NOT NULL,
  PRIMARY KEY (tenant_id, call_id, uniqueid),
  FOREIGN KEY (tenant_id, call_id) REFERENCES call_sessions (tenant_id, id)
);

CREATE TABLE queue_visits (
  tenant_id  uuid NOT NULL,
  call_id    uuid NOT NULL,
  ordinal    int NOT NULL,
  queue_id   uuid NOT NULL,
  joined_at  timestamptz NOT NULL,
  left_at    timestamptz,
  wait_ms    bigint CHECK (wait_ms >= 0),
  outcome    text CHECK (outcome IN ('ANSWERED', 'ABANDONED', 'TIMEOUT', 'FULL', 'NO_AGENTS', 'KEY', 'CLOSED', 'CALLBACK')),
  agent_id   uuid,
  seq        bigint NOT NULL,
  PRIMARY KEY (tenant_id, call_id, ordinal),
  FOREIGN KEY (tenant_id, call_id) REFERENCES call_sessions (tenant_id, id),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id),
  CHECK ((left_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX queue_visits_left ON queue_visits (tenant_id, left_at, queue_id);

CREATE TABLE ring_offers (
  tenant_id  uuid NOT NULL,
  call_id    uuid NOT NULL,
  ordinal    int NOT NULL,
  agent_id   uuid NOT NULL,
  queue_id   uuid,
  started_at timestamptz NOT NULL,
  ended_at   timestamptz,
  ring_ms    bigint CHECK (ring_ms >= 0),
  outcome    text CHECK (outcome IN ('ANSWERED', 'NO_ANSWER', 'REJECTED', 'CANCELLED')),
  seq        bigint NOT NULL,
  PRIMARY KEY (tenant_id, call_id, ordinal),
  FOREIGN KEY (tenant_id, call_id) REFERENCES call_sessions (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id)
);

CREATE TABLE talk_segments (
  tenant_id  uuid NOT NULL,
  call_id    uuid NOT NULL,
  ordinal    int NOT NULL,
  agent_id   uuid NOT NULL,
  queue_id   uuid,
  started_at timestamptz NOT NULL,
  ended_at   timestamptz,
  talk_ms    bigint CHECK (talk_ms >= 0),
  hold_ms    bigint CHECK (hold_ms >= 0),
  seq        bigint NOT NULL,
  PRIMARY KEY (tenant_id, call_id, ordinal),
  FOREIGN KEY (tenant_id, call_id) REFERENCES call_sessions (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id)
);
CREATE INDEX talk_segments_ended ON talk_segments (tenant_id, ended_at, agent_id);

CREATE TABLE call_transfers (
  tenant_id  uuid NOT NULL,
  call_id    uuid NOT NULL,
  ordinal    int NOT NULL,
  at         timestamptz NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('BLIND', 'ATTENDED')),
  from_agent text,
  to_target  text,
  result     text CHECK (result IN ('COMPLETED', 'NO_ANSWER', 'REFUSED', 'FAILED')),
  seq        bigint NOT NULL,
  PRIMARY KEY (tenant_id, call_id, ordinal),
  FOREIGN KEY (tenant_id, call_id) REFERENCES call_sessions (tenant_id, id)
);

CREATE TABLE call_timeline (
  tenant_id uuid NOT NULL,
  call_id   uuid NOT NULL,
  ordinal   int NOT NULL,
  at        timestamptz NOT NULL,
  kind      text NOT NULL,
  detail    jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, call_id, ordinal),
  FOREIGN KEY (tenant_id, call_id) REFERENCES call_sessions (tenant_id, id)
);

CREATE TABLE agent_states (
  tenant_id     uuid NOT NULL,
  agent_id      uuid NOT NULL,
  status        text NOT NULL CHECK (status IN ('OFFLINE', 'AVAILABLE', 'BUSY', 'AWAY', 'ON_CALL', 'WRAP_UP')),
  reason        text,
  since         timestamptz NOT NULL,
  call_id       uuid,
  wrapup_until  timestamptz,
  next_status   text CHECK (next_status IN ('OFFLINE', 'AVAILABLE', 'BUSY', 'AWAY')),
  next_reason   text,
  seq           bigint NOT NULL,
  PRIMARY KEY (tenant_id, agent_id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE agent_states IS 'the state each agent is in: Asterisk''s pause follows it, and a restarted worker resumes from it';

CREATE TABLE agent_activity_logs (
  tenant_id uuid NOT NULL,
  seq       bigint NOT NULL,
  agent_id  uuid NOT NULL,
  at        timestamptz NOT NULL,
  activity  text NOT NULL CHECK (activity IN ('STATUS_CHANGE', 'CALL_STARTED', 'CALL_ENDED', 'LOGIN', 'LOGOUT', 'PAUSE', 'RESUME')),
  status    text,
  reason    text,
  call_id   uuid,
  PRIMARY KEY (tenant_id, seq),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id)
);
CREATE INDEX agent_activity_logs_agent ON agent_activity_logs (tenant_id, agent_id, at);

-- ---- the writer -------------------------------------------------------------------------------

CREATE TABLE worker_nodes (
  node        text PRIMARY KEY,
  epoch       bigint NOT NULL DEFAULT 0,
  applied_seq bigint NOT NULL DEFAULT 0,
  updated_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN worker_nodes.epoch IS 'raised by each process that becomes the writer; a write under an older one is refused';
COMMENT ON COLUMN worker_nodes.applied_seq IS 'last journal position stored; committed with what it stands for';

CREATE TABLE dead_letters (
  node    text NOT NULL,
  seq     bigint NOT NULL,
  kind    text NOT NULL,
  payload text NOT NULL,
  error   text NOT NULL,
  at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (node, seq)
);
COMMENT ON TABLE dead_letters IS 'events the database refused: set aside with an alarm, so that they never block the rest';

-- ---- who may do what ----------------------------------------------------------------------------

CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('cordboard.tenant', true), '')::uuid;
CREATE FUNCTION current_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('cordboard.user', true), '')::uuid;
CREATE FUNCTION current_extension() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('cordboard.extension', true), '');
CREATE FUNCTION role_rank(role text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE role WHEN 'AGENT' THEN 1 WHEN 'SUPERVISOR' THEN 2 WHEN 'MANAGER' THEN 3 WHEN 'ADMIN' THEN 4 ELSE 0 END;
CREATE FUNCTION current_rank() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE
  RETURN role_rank(current_setting('cordboard.role', true));

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['users', 'sessions', 'agent_extensions', 'call_queues', 'queue_members',
      'inbound_routes', 'dispositions', 'pause_reasons', 'contacts', 'contact_numbers',
      'call_sessions', 'call_legs', 'queue_visits', 'ring_offers', 'talk_segments', 'call_transfers',
      'call_timeline', 'agent_states', 'agent_activity_logs'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO cordboard_api, cordboard_report USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())', t);
    EXECUTE format('CREATE POLICY worker ON %I TO cordboard_worker USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tenants TO cordboard_api, cordboard_report USING (id = current_tenant());
CREATE POLICY worker ON tenants TO cordboard_worker USING (true);
ALTER TABLE worker_nodes ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON worker_nodes TO cordboard_worker USING (true) WITH CHECK (true);
ALTER TABLE dead_letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON dead_letters TO cordboard_worker USING (true) WITH CHECK (true);

GRANT SELECT ON tenants, users, sessions, agent_extensions, call_queues, queue_members, inbound_routes,
  dispositions, pause_reasons, contacts, contact_numbers, call_sessions, call_legs, queue_visits,
  ring_offers, talk_segments, call_transfers, call_timeline, agent_states, agent_activity_logs
  TO cordboard_api, cordboard_report;
REVOKE SELECT ON users, sessions FROM cordboard_api, cordboard_report;
GRANT SELECT (id, tenant_id, extension, display_name, role, disabled_at, created_at) ON users TO cordboard_api, cordboard_report;
GRANT SELECT (id, tenant_id, user_id, address, user_agent, created_at, last_seen_at, expires_at, revoked_at) ON sessions TO cordboard_api;
GRANT UPDATE (notes, disposition, tags, noted_by, noted_at, contact_id) ON call_sessions TO cordboard_api;
GRANT INSERT, UPDATE, DELETE ON contacts, contact_numbers TO cordboard_api;

GRANT SELECT ON tenants, users, agent_extensions, call_queues, queue_members, inbound_routes, contacts, contact_numbers TO cordboard_worker;
GRANT SELECT, INSERT, UPDATE ON call_sessions, call_legs, queue_visits, ring_offers, talk_segments,
  call_transfers, call_timeline, agent_states, agent_activity_logs, worker_nodes, dead_letters TO cordboard_worker;

-- A configuration change wakes cordboard-amid, whoever made it.
CREATE FUNCTION notify_config() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cordboard_config', TG_TABLE_NAME);
  RETURN NULL;
END $$;
CREATE TRIGGER notify_config AFTER INSERT OR UPDATE OR DELETE ON agent_extensions
  FOR EACH STATEMENT EXECUTE FUNCTION notify_config();
CREATE TRIGGER notify_config AFTER INSERT OR UPDATE OR DELETE ON call_queues
  FOR EACH STATEMENT EXECUTE FUNCTION notify_config();
CREATE TRIGGER notify_config AFTER INSERT OR UPDATE OR DELETE ON queue_members
  FOR EACH STATEMENT EXECUTE FUNCTION notify_config();
CREATE TRIGGER notify_config AFTER INSERT OR UPDATE OR DELETE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION notify_config();
