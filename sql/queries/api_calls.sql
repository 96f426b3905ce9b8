-- Calls: the list, one call with everything in it, notes.

-- name: call_list
WITH page AS (
  SELECT c.id, c.started_at
  FROM visible_calls c
  WHERE ($1::uuid IS NULL OR c.agent_id = $1
         OR c.id IN (SELECT s.call_id FROM talk_segments s WHERE s.agent_id = $1))
    AND ($2::uuid IS NULL OR EXISTS (SELECT FROM queue_visits v
           WHERE v.tenant_id = c.tenant_id AND v.call_id = c.id AND v.queue_id = $2))
    AND ($3::text IS NULL OR c.status = $3)
    AND ($4::text IS NULL OR c.direction = $4)
    AND ($5::timestamptz IS NULL OR c.started_at >= $5)
    AND ($6::timestamptz IS NULL OR c.started_at < $6)
    AND ($7::text IS NULL OR position($7 IN c.from_number) > 0 OR position($7 IN c.to_number) > 0
         OR position(lower($7) IN lower(c.from_name)) > 0
         OR position(lower($7) IN lower(c.notes)) > 0
         OR CASE c.direction WHEN 'INBOUND' THEN c.from_number ELSE c.to_number END IN (
              SELECT n.number FROM contact_numbers n JOIN contacts k ON k.id = n.contact_id
              WHERE position(lower($7) IN lower(k.name)) > 0))
    AND ($9::text IS NULL OR (c.started_at, c.id)
         < (split_part($9, '|', 1)::timestamptz, split_part($9, '|', 2)::uuid))
  ORDER BY c.started_at DESC, c.id DESC
  LIMIT $8::int + 1
)
SELECT c.*, c."startedAt"::text || '|' || c.id AS "_cursor"
FROM page JOIN call_overview c ON c.id = page.id
ORDER BY page.started_at DESC, page.id DESC

-- name: call_get
SELECT c.*,
  (SELECT coalesce(json_agg(json_build_object('channel', l.channel, 'party', l.party,
     'agent', e.extension, 'number', l.number, 'startedAt', rfc3339(l.started_at),
     'answeredAt', rfc3339(l.answered_at), 'endedAt', rfc3339(l.ended_at), 'hangupCause', l.cause,
     'techCause', l.tech_cause) ORDER BY l.started_at, l.uniqueid), '[]')
   FROM call_legs l LEFT JOIN agent_extensions e ON e.id = l.agent_id
   WHERE l.tenant_id = current_tenant() AND l.call_id = c.id) AS legs,
  (SELECT coalesce(json_agg(json_build_object('queue', q.name, 'joinedAt', rfc3339(v.joined_at),
     'leftAt', rfc3339(v.left_at), 'waitMs', v.wait_ms, 'outcome', v.outcome, 'agent', e.extension)
     ORDER BY v.ordinal), '[]')
   FROM queue_visits v JOIN call_queues q ON q.id = v.queue_id
   LEFT JOIN agent_extensions e ON e.id = v.agent_id
   WHERE v.tenant_id = current_tenant() AND v.call_id = c.id) AS "queueVisits",
  (SELECT coalesce(json_agg(json_build_object('agent', e.extension, 'queue', q.name,
     'startedAt', rfc3339(o.started_at), 'endedAt', rfc3339(o.ended_at), 'ringMs', o.ring_ms,
     'outcome', o.outcome) ORDER BY o.ordinal), '[]')
   FROM ring_offers o JOIN agent_extensions e ON e.id = o.agent_id
   LEFT JOIN call_queues q ON q.id = o.queue_id
   WHERE o.tenant_id = current_tenant() AND o.call_id = c.id) AS offers,
  (SELECT coalesce(json_agg(json_build_object('agent', e.extension, 'agentName', e.display_name,
     'queue', q.name, 'startedAt', rfc3339(s.started_at), 'endedAt', rfc3339(s.ended_at),
     'talkMs', s.talk_ms, 'holdMs', s.hold_ms) ORDER BY s.ordinal), '[]')
   FROM talk_segments s JOIN agent_extensions e ON e.id = s.agent_id
   LEFT JOIN call_queues q ON q.id = s.queue_id
   WHERE s.tenant_id = current_tenant() AND s.call_id = c.id) AS segments,
  (SELECT coalesce(json_agg(json_build_object('at', rfc3339(x.at), 'kind', x.kind,
     'from', x.from_agent, 'to', x.to_target, 'result', x.result) ORDER BY x.ordinal), '[]')
   FROM call_transfers x
   WHERE x.tenant_id = current_tenant() AND x.call_id = c.id) AS transfers,
  (SELECT coalesce(json_agg(json_build_object('at', rfc3339(l.at), 'kind', l.kind,
     'detail', l.detail) ORDER BY l.ordinal), '[]')
   FROM call_timeline l
   WHERE l.tenant_id = current_tenant() AND l.call_id = c.id) AS timeline,
  '[]'::json AS recordings
FROM call_overview c
WHERE c.id = $1::uuid

-- name: call_check
SELECT check_call($1::uuid)

-- name: call_owner
SELECT is_own_call($1::uuid)::int FROM call_sessions WHERE id = $1::uuid

-- name: call_note_put
SELECT * FROM call_note($1::uuid, $2, $3, $4::text[])
