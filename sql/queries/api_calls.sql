-- Calls: the list, one call with everything in it, notes.

-- name: call_list
SELECT c.*, c."startedAt"::text || '|' || c.id AS "_cursor"
FROM call_page(own_calls_of(), $1::uuid, $2::uuid, $3, $4, $5::timestamptz, $6::timestamptz, $7, NULL,
               nullif(split_part($9, '|', 1), '')::timestamptz, nullif(split_part($9, '|', 2), '')::uuid, $8::int + 1) c

-- name: call_get
SELECT c.*,
  (SELECT coalesce(json_agg(json_build_object('channel', l.channel, 'party', l.party,
     'agent', e.extension, 'number', l.number, 'startedAt', rfc3339(l.started_at),
     'answeredAt', rfc3339(l.answered_at), 'endedAt', rfc3339(l.ended_at), 'hangupCause', l.cause,
     'techCause', l.tech_cause) ORDER BY l.started_at, l.uniqueid), '[]')
   FROM call_legs l LEFT JOIN agent_extensions e ON e.id = l.agent_id
   WHERE l.tenant_id = current_tenant() AND l.call_id = c.id AND l.call_started_at = call_start($1::uuid)) AS legs,
  (SELECT coalesce(json_agg(json_build_object('queue', q.name, 'joinedAt', rfc3339(v.joined_at),
     'leftAt', rfc3339(v.left_at), 'waitMs', v.wait_ms, 'outcome', v.outcome, 'agent', e.extension)
     ORDER BY v.ordinal), '[]')
   FROM queue_visits v JOIN call_queues q ON q.id = v.queue_id
   LEFT JOIN agent_extensions e ON e.id = v.agent_id
   WHERE v.tenant_id = current_tenant() AND v.call_id = c.id AND v.call_started_at = call_start($1::uuid)) AS "queueVisits",
  (SELECT coalesce(json_agg(json_build_object('agent', e.extension, 'queue', q.name,
     'startedAt', rfc3339(o.started_at), 'endedAt', rfc3339(o.ended_at), 'ringMs', o.ring_ms,
     'outcome', o.outcome) ORDER BY o.ordinal), '[]')
   FROM ring_offers o JOIN agent_extensions e ON e.id = o.agent_id
   LEFT JOIN call_queues q ON q.id = o.queue_id
   WHERE o.tenant_id = current_tenant() AND o.call_id = c.id AND o.call_started_at = call_start($1::uuid)) AS offers,
  (SELECT coalesce(json_agg(json_build_object('agent', e.extension, 'agentName', e.display_name,
     'queue', q.name, 'startedAt', rfc3339(s.started_at), 'endedAt', rfc3339(s.ended_at),
     'talkMs', s.talk_ms, 'holdMs', s.hold_ms) ORDER BY s.ordinal), '[]')
   FROM talk_segments s JOIN agent_extensions e ON e.id = s.agent_id
   LEFT JOIN call_queues q ON q.id = s.queue_id
   WHERE s.tenant_id = current_tenant() AND s.call_id = c.id AND s.call_started_at = call_start($1::uuid)) AS segments,
  (SELECT coalesce(json_agg(json_build_object('at', rfc3339(x.at), 'kind', x.kind,
     'from', x.from_agent, 'to', x.to_target, 'result', x.result) ORDER BY x.ordinal), '[]')
   FROM call_transfers x
   WHERE x.tenant_id = current_tenant() AND x.call_id = c.id AND x.call_started_at = call_start($1::uuid)) AS transfers,
  (SELECT coalesce(json_agg(json_build_object('at', rfc3339(l.at), 'kind', l.kind,
     'detail', l.detail) ORDER BY l.ordinal), '[]')
   FROM call_timeline l
   WHERE l.tenant_id = current_tenant() AND l.call_id = c.id AND l.call_started_at = call_start($1::uuid)) AS timeline,
  '[]'::json AS recordings
FROM call_overview c
WHERE c.id = $1::uuid AND c."startedAt" = call_start($1::uuid)

-- name: call_check
SELECT check_call($1::uuid)

-- name: agent_name
SELECT display_name FROM agent_extensions WHERE extension = $1 AND enabled

-- name: call_owner
SELECT is_own_call($1::uuid)::int FROM call_starts WHERE id = $1::uuid

-- name: call_note_put
SELECT * FROM call_note($1::uuid, $2, $3, $4::text[])
