-- Statements of cordboard-amid's store. Each takes a JSON array of records of one kind, the newest
-- state of each thing, and may run twice: an older state never replaces a newer one. The start of a
-- call, by which its parts are stored, is the one that was stored first (call_starts).

-- When the writer was last heard of.
-- name: store_sign_of_life
SELECT us(updated_at) FROM worker_nodes WHERE node = $1

-- One process writes for a node: whoever raised its epoch last. It shows that it lives by touching
-- the row; another takes over when it has not seen a new sign for long enough ($3: the last one), when
-- it was given up, or, knowing that the one before it on its own journal is dead ($2), at once.
-- name: store_become_writer
INSERT INTO worker_nodes AS n (node, epoch, holder) VALUES ($1, 1, $2)
ON CONFLICT (node) DO UPDATE SET epoch = n.epoch + 1, holder = excluded.holder, updated_at = now()
WHERE n.holder IS NULL OR n.holder = excluded.holder OR us(n.updated_at) = $3::bigint
RETURNING epoch, applied_seq, coalesce(us(n.heard_at), 0), coalesce(us((SELECT o.updated_at FROM worker_nodes o WHERE o.node = $1)), 0)

-- name: store_applied
SELECT worker_applied($1, $2::bigint, $3::bigint, $4::bigint)

-- Plans, also those of foreign keys, live as long as the connection: made when a table was empty, they
-- would go on to read all of it for each row.
-- name: store_replan
DISCARD PLANS

-- name: store_give_up
UPDATE worker_nodes SET holder = NULL WHERE node = $1 AND epoch = $2::bigint
RETURNING node

-- name: store_sweep_sessions
SELECT sessions_sweep()

-- name: store_config_queues
SELECT t.slug, q.name, q.wrapup_seconds * 1000
FROM call_queues q JOIN tenants t ON t.id = q.tenant_id
WHERE t.node = $1 AND q.retired_at IS NULL

-- name: store_config_agents
SELECT t.slug, e.extension, s.status,
       CASE WHEN s.next_status IS NULL THEN s.reason ELSE s.next_reason END, s.next_status,
       (extract(epoch FROM s.since) * 1000000)::bigint,
       coalesce((extract(epoch FROM s.wrapup_until) * 1000000)::bigint, 0), s.call_id,
       coalesce(s.wrapup_ms, 0), coalesce(s.wrapup_extended::int, 0),
       hashtext(concat_ws(' ', e.phone_kind, e.sip_session, e.display_name)), (e.sip_session IS NOT NULL)::int,
       coalesce((extract(epoch FROM s.help_since) * 1000000)::bigint, 0)
FROM agent_extensions e
JOIN tenants t ON t.id = e.tenant_id
LEFT JOIN agent_states s ON s.tenant_id = e.tenant_id AND s.agent_id = e.id
WHERE t.node = $1 AND e.enabled

-- name: store_open_calls
SELECT jsonb_build_object('id', c.id, 'pbxId', c.pbx_id, 'status', c.status, 'tenant', t.slug, 'direction', c.direction, 'from', c.from_number,
  'fromName', c.from_name, 'to', c.to_number, 'did', c.did, 'startedAt', us(c.started_at), 'answeredAt', us(c.answered_at),
  'agent', a.extension,
  'legs', (SELECT jsonb_agg(jsonb_build_object('uniqueid', l.uniqueid, 'channel', l.channel, 'party', l.party,
      'number', l.number, 'startedAt', us(l.started_at), 'answeredAt', us(l.answered_at), 'endedAt', us(l.ended_at),
      'bridge', l.bridge, 'origin', l.origin, 'dialled', l.dialled, 'dialledBy', l.dialled_by, 'cause', l.cause) ORDER BY l.started_at, l.uniqueid)
    FROM call_legs l WHERE l.tenant_id = c.tenant_id AND l.call_id = c.id AND l.call_started_at = c.started_at),
  'visits', (SELECT jsonb_agg(jsonb_build_object('queue', q.name, 'joinedAt', us(v.joined_at), 'leftAt', us(v.left_at),
      'outcome', v.outcome, 'agent', e.extension) ORDER BY v.ordinal)
    FROM queue_visits v JOIN call_queues q ON q.tenant_id = v.tenant_id AND q.id = v.queue_id
    LEFT JOIN agent_extensions e ON e.tenant_id = v.tenant_id AND e.id = v.agent_id
    WHERE v.tenant_id = c.tenant_id AND v.call_id = c.id AND v.call_started_at = c.started_at),
  'offers', (SELECT jsonb_agg(jsonb_build_object('agent', e.extension, 'queue', q.name, 'startedAt', us(o.started_at),
      'endedAt', us(o.ended_at), 'outcome', o.outcome) ORDER BY o.ordinal)
    FROM ring_offers o JOIN agent_extensions e ON e.tenant_id = o.tenant_id AND e.id = o.agent_id
    LEFT JOIN call_queues q ON q.tenant_id = o.tenant_id AND q.id = o.queue_id
    WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id AND o.call_started_at = c.started_at),
  'segments', (SELECT jsonb_agg(jsonb_build_object('agent', e.extension, 'queue', q.name, 'startedAt', us(s.started_at),
      'endedAt', us(s.ended_at), 'holdUs', s.settled_hold_ms * 1000, 'heldAt', us(s.held_at), 'detachedAt', us(s.detached_at),
      'parked', s.parked) ORDER BY s.ordinal)
    FROM talk_segments s JOIN agent_extensions e ON e.tenant_id = s.tenant_id AND e.id = s.agent_id
    LEFT JOIN call_queues q ON q.tenant_id = s.tenant_id AND q.id = s.queue_id
    WHERE s.tenant_id = c.tenant_id AND s.call_id = c.id AND s.call_started_at = c.started_at),
  'transfers', (SELECT jsonb_agg(jsonb_build_object('kind', x.kind, 'from', x.from_agent, 'to', x.to_target,
      'result', x.result, 'at', us(x.at)) ORDER BY x.ordinal)
    FROM call_transfers x WHERE x.tenant_id = c.tenant_id AND x.call_id = c.id AND x.call_started_at = c.started_at),
  'moments', (SELECT jsonb_agg(jsonb_build_object('kind', m.kind, 'at', us(m.at)) ORDER BY m.ordinal)
    FROM call_timeline m WHERE m.tenant_id = c.tenant_id AND m.call_id = c.id AND m.call_started_at = c.started_at))
FROM call_sessions c JOIN tenants t ON t.id = c.tenant_id
LEFT JOIN agent_extensions a ON a.tenant_id = c.tenant_id AND a.id = c.agent_id
WHERE t.node = $1 AND c.ended_at IS NULL AND c.started_at >= open_since()
ORDER BY c.started_at

-- Legs that ended shortly before the moment from which the channel event log is read ($1, in µs).
-- name: store_recent_legs
SELECT uniqueid FROM call_legs
WHERE call_started_at >= call_since(to_timestamp($1::double precision / 1000000) - interval '1 hour')
  AND started_at > to_timestamp($1::double precision / 1000000) - interval '1 hour'
  AND ended_at > to_timestamp($1::double precision / 1000000) - interval '1 minute'

-- name: store_calls
INSERT INTO call_sessions AS c (id, tenant_id, pbx_id, direction, status, from_number, from_name, to_number, did,
  queue_id, agent_id, contact_id, started_at, answered_at, ended_at, ended_by, hangup_cause, outcome, end_reason, estimated,
  wait_ms, talk_ms, hold_ms, seq)
SELECT DISTINCT ON (r.id) r.id, t.id, r."pbxId", r.direction, r.status, r."from", r."fromName", r."to", r.did,
  q.id, a.id, n.contact_id, coalesce(k.started_at, r."startedAt"), r."answeredAt",
  CASE WHEN r."endedAt" < k.started_at THEN k.started_at ELSE r."endedAt" END, r."endedBy", r."hangupCause", r.outcome,
  r."endReason", r.estimated, r."waitMs", r."talkMs", r."holdMs", r.seq
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, id uuid, tenant text, "pbxId" text, direction text, status text,
  "from" text, "fromName" text, "to" text, did text, "firstQueue" text, "lastAgent" text, "startedAt" timestamptz,
  "answeredAt" timestamptz, "endedAt" timestamptz, "endedBy" text, "hangupCause" int, outcome text, "endReason" text,
  estimated boolean,
  "waitMs" bigint, "talkMs" bigint, "holdMs" bigint)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN call_queues q ON q.tenant_id = t.id AND q.name = r."firstQueue"
LEFT JOIN agent_extensions a ON a.tenant_id = t.id AND a.extension = r."lastAgent"
LEFT JOIN contact_numbers n ON n.tenant_id = t.id
  AND n.number = CASE r.direction WHEN 'INBOUND' THEN r."from" ELSE r."to" END
LEFT JOIN call_starts k ON k.tenant_id = t.id AND k.id = r.id
ORDER BY r.id, r.seq DESC
ON CONFLICT (tenant_id, id, started_at) DO UPDATE SET direction = excluded.direction, status = excluded.status,
  from_number = excluded.from_number, from_name = excluded.from_name, to_number = excluded.to_number,
  did = excluded.did, queue_id = excluded.queue_id, agent_id = excluded.agent_id,
  contact_id = coalesce(c.contact_id, excluded.contact_id),
  answered_at = excluded.answered_at, ended_at = excluded.ended_at, ended_by = excluded.ended_by,
  hangup_cause = excluded.hangup_cause, outcome = excluded.outcome, end_reason = excluded.end_reason,
  estimated = excluded.estimated, wait_ms = excluded.wait_ms, talk_ms = excluded.talk_ms, hold_ms = excluded.hold_ms, seq = excluded.seq
WHERE c.seq < excluded.seq

-- name: store_legs
INSERT INTO call_legs AS l (tenant_id, call_id, call_started_at, uniqueid, channel, party, agent_id, number, started_at, answered_at,
  ended_at, bridge, origin, dialled, dialled_by, cause, tech_cause, seq)
SELECT DISTINCT ON (t.id, r."callId", r.uniqueid) t.id, r."callId", k.started_at, r.uniqueid, r.channel, r.party, a.id, r.number,
  r."startedAt", r."answeredAt", r."endedAt", r.bridge, r.origin, r.dialled, r."dialledBy", nullif(r.cause, 0), nullif(r."techCause", 0)::text, r.seq
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, tenant text, "callId" uuid, uniqueid text, channel text,
  party text, agent text, number text, "startedAt" timestamptz, "answeredAt" timestamptz, "endedAt" timestamptz,
  bridge text, origin boolean, dialled boolean, "dialledBy" text, cause int, "techCause" int)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN call_starts k ON k.tenant_id = t.id AND k.id = r."callId"
LEFT JOIN agent_extensions a ON a.tenant_id = t.id AND a.extension = r.agent
ORDER BY t.id, r."callId", r.uniqueid, r.seq DESC
ON CONFLICT (tenant_id, call_id, uniqueid, call_started_at) DO UPDATE SET party = excluded.party, number = excluded.number,
  answered_at = excluded.answered_at, ended_at = excluded.ended_at, bridge = excluded.bridge, dialled = excluded.dialled,
  dialled_by = excluded.dialled_by, cause = excluded.cause,
  tech_cause = excluded.tech_cause, seq = excluded.seq
WHERE l.seq < excluded.seq

-- name: store_visits
INSERT INTO queue_visits AS v (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, agent_id, seq)
SELECT DISTINCT ON (t.id, r."callId", r.ordinal) t.id, r."callId", k.started_at, r.ordinal, q.id, r."joinedAt", r."leftAt",
  r."waitMs", r.outcome, a.id, r.seq
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, tenant text, "callId" uuid, ordinal int, queue text,
  "joinedAt" timestamptz, "leftAt" timestamptz, "waitMs" bigint, outcome text, agent text)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN call_starts k ON k.tenant_id = t.id AND k.id = r."callId"
LEFT JOIN call_queues q ON q.tenant_id = t.id AND q.name = r.queue
LEFT JOIN agent_extensions a ON a.tenant_id = t.id AND a.extension = r.agent
ORDER BY t.id, r."callId", r.ordinal, r.seq DESC
ON CONFLICT (tenant_id, call_id, ordinal, call_started_at) DO UPDATE SET left_at = excluded.left_at, wait_ms = excluded.wait_ms,
  outcome = excluded.outcome, agent_id = excluded.agent_id, seq = excluded.seq
WHERE v.seq < excluded.seq

-- name: store_offers
INSERT INTO ring_offers AS o (tenant_id, call_id, call_started_at, ordinal, agent_id, queue_id, started_at, ended_at, ring_ms, outcome, seq)
SELECT DISTINCT ON (t.id, r."callId", r.ordinal) t.id, r."callId", k.started_at, r.ordinal, a.id, q.id, r."startedAt", r."endedAt",
  r."ringMs", r.outcome, r.seq
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, tenant text, "callId" uuid, ordinal int, agent text, queue text,
  "startedAt" timestamptz, "endedAt" timestamptz, "ringMs" bigint, outcome text)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN call_starts k ON k.tenant_id = t.id AND k.id = r."callId"
LEFT JOIN call_queues q ON q.tenant_id = t.id AND q.name = r.queue
LEFT JOIN agent_extensions a ON a.tenant_id = t.id AND a.extension = r.agent
ORDER BY t.id, r."callId", r.ordinal, r.seq DESC
ON CONFLICT (tenant_id, call_id, ordinal, call_started_at) DO UPDATE SET ended_at = excluded.ended_at, ring_ms = excluded.ring_ms,
  outcome = excluded.outcome, seq = excluded.seq
WHERE o.seq < excluded.seq

-- name: store_segments
INSERT INTO talk_segments AS s (tenant_id, call_id, call_started_at, ordinal, agent_id, queue_id, started_at, ended_at, talk_ms, hold_ms,
  settled_hold_ms, held_at, detached_at, parked, seq)
SELECT DISTINCT ON (t.id, r."callId", r.ordinal) t.id, r."callId", k.started_at, r.ordinal, a.id, q.id, r."startedAt", r."endedAt",
  r."talkMs", r."holdMs", r."settledHoldMs", r."heldAt", r."detachedAt", r.parked, r.seq
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, tenant text, "callId" uuid, ordinal int, agent text, queue text,
  "startedAt" timestamptz, "endedAt" timestamptz, "talkMs" bigint, "holdMs" bigint, "settledHoldMs" bigint,
  "heldAt" timestamptz, "detachedAt" timestamptz, parked boolean)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN call_starts k ON k.tenant_id = t.id AND k.id = r."callId"
LEFT JOIN call_queues q ON q.tenant_id = t.id AND q.name = r.queue
LEFT JOIN agent_extensions a ON a.tenant_id = t.id AND a.extension = r.agent
ORDER BY t.id, r."callId", r.ordinal, r.seq DESC
ON CONFLICT (tenant_id, call_id, ordinal, call_started_at) DO UPDATE SET ended_at = excluded.ended_at, talk_ms = excluded.talk_ms,
  hold_ms = excluded.hold_ms, settled_hold_ms = excluded.settled_hold_ms, held_at = excluded.held_at,
  detached_at = excluded.detached_at, parked = excluded.parked, seq = excluded.seq
WHERE s.seq < excluded.seq

-- name: store_transfers
INSERT INTO call_transfers AS x (tenant_id, call_id, call_started_at, ordinal, at, kind, from_agent, to_target, result, seq)
SELECT DISTINCT ON (t.id, r."callId", r.ordinal) t.id, r."callId", k.started_at, r.ordinal, r.at, r.kind, r."from", r."to", r.result, r.seq
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, tenant text, "callId" uuid, ordinal int, at timestamptz, kind text,
  "from" text, "to" text, result text)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN call_starts k ON k.tenant_id = t.id AND k.id = r."callId"
ORDER BY t.id, r."callId", r.ordinal, r.seq DESC
ON CONFLICT (tenant_id, call_id, ordinal, call_started_at) DO UPDATE SET result = excluded.result, seq = excluded.seq
WHERE x.seq < excluded.seq

-- name: store_moments
INSERT INTO call_timeline (tenant_id, call_id, call_started_at, ordinal, at, kind, detail)
SELECT t.id, r."callId", k.started_at, r.ordinal, r.at, r.kind, jsonb_strip_nulls(jsonb_build_object('detail', r.detail))
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, tenant text, "callId" uuid, ordinal int, at timestamptz, kind text,
  detail text)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN call_starts k ON k.tenant_id = t.id AND k.id = r."callId"
ON CONFLICT (tenant_id, call_id, ordinal, call_started_at) DO NOTHING

-- name: store_agents
INSERT INTO agent_states AS s (tenant_id, agent_id, status, reason, since, call_id, wrapup_until, wrapup_ms,
  wrapup_extended, next_status, next_reason, help_since, seq)
SELECT DISTINCT ON (t.id, r.extension) t.id, a.id, r.status, r.reason, r.since, r."callId", r."wrapupUntil",
  r."wrapupMs", r."wrapupExtended", r."nextStatus", r."nextReason", r.help, r.seq
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, tenant text, extension text, status text, reason text,
  since timestamptz, "callId" uuid, "wrapupUntil" timestamptz, "wrapupMs" bigint,
  "wrapupExtended" boolean, "nextStatus" text, "nextReason" text, help timestamptz)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN agent_extensions a ON a.tenant_id = t.id AND a.extension = r.extension
ORDER BY t.id, r.extension, r.seq DESC
ON CONFLICT (tenant_id, agent_id) DO UPDATE SET status = excluded.status, reason = excluded.reason,
  since = excluded.since, call_id = excluded.call_id, wrapup_until = excluded.wrapup_until,
  wrapup_ms = excluded.wrapup_ms, wrapup_extended = excluded.wrapup_extended, next_status = excluded.next_status, next_reason = excluded.next_reason,
  help_since = excluded.help_since, seq = excluded.seq
WHERE s.seq < excluded.seq

-- name: store_activities
INSERT INTO agent_activity_logs (tenant_id, seq, agent_id, at, activity, status, reason, call_id)
SELECT t.id, r.seq, a.id, r.at, r.activity, r.status, r.reason, r."callId"
FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, tenant text, agent text, at timestamptz, activity text, status text,
  reason text, "callId" uuid)
LEFT JOIN tenants t ON t.slug = r.tenant
LEFT JOIN agent_extensions a ON a.tenant_id = t.id AND a.extension = r.agent
ON CONFLICT (tenant_id, seq, at) DO NOTHING

-- name: store_dead_letter
INSERT INTO dead_letters (node, seq, kind, payload, error) VALUES ($1, $2::bigint, $3, $4, $5)
ON CONFLICT (node, seq) DO NOTHING

-- name: store_close_lost
UPDATE call_sessions c SET status = 'ENDED', ended_at = greatest(c.started_at, c.answered_at, n.updated_at),
  ended_by = 'SYSTEM', outcome = CASE WHEN c.answered_at IS NULL THEN 'FAILED' ELSE 'ANSWERED' END,
  end_reason = 'lost', estimated = true, seq = $2::bigint
FROM worker_nodes n, tenants t
WHERE n.node = $1 AND t.node = n.node AND t.id = c.tenant_id AND c.ended_at IS NULL AND c.started_at >= open_since() AND c.seq < $2::bigint
RETURNING c.id

-- name: listen_config
LISTEN cordboard_config
