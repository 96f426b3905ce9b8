-- Agents and queues as they are now.

-- name: agent_list
SELECT a.*, a.extension AS "_cursor"
FROM agent_overview a
WHERE ($1::text IS NULL OR a.status = $1)
  AND ($2::text IS NULL OR starts_with(a.extension, $2) OR position(lower($2) IN lower(a."displayName")) > 0)
  AND ($4::text IS NULL OR a.extension > $4)
ORDER BY a.extension
LIMIT $3::int + 1

-- name: agent_get
SELECT * FROM agent_overview WHERE id = $1::uuid

-- name: agent_target
SELECT e.extension, (e.id = current_agent())::int, disposition_missing(e.id)::int
FROM agent_extensions e
WHERE e.id = $1::uuid AND e.enabled

-- name: pause_reason_find
SELECT code FROM pause_reasons
WHERE retired_at IS NULL AND (code = upper($1) OR lower(label) = lower($1))
ORDER BY code <> upper($1)
LIMIT 1

-- name: queue_list
SELECT q.*, q.name AS "_cursor"
FROM queue_overview q
WHERE ($2::text IS NULL OR q.name > $2)
ORDER BY q.name
LIMIT $1::int + 1

-- name: queue_get
SELECT * FROM queue_overview WHERE id = $1::uuid

-- name: queue_status
SELECT q.id, q.name, q."displayName", q.waiting, q."oldestJoinedAt",
       (SELECT coalesce(json_agg(json_build_object('callId', c.id, 'from', c.from_number,
                 'fromName', c.from_name, 'joinedAt', rfc3339(v.joined_at)) ORDER BY v.joined_at, c.id), '[]')
        FROM queue_visits v JOIN call_sessions c ON c.id = v.call_id AND c.started_at = v.call_started_at AND c.ended_at IS NULL
        WHERE v.queue_id = q.id AND v.left_at IS NULL AND v.call_started_at >= open_since() AND c.started_at >= open_since()) AS "waitingCalls",
       (SELECT coalesce(json_agg(json_build_object('agentId', a.id, 'extension', a.extension,
                 'displayName', a."displayName", 'status', a.status, 'reason', a.reason,
                 'since', rfc3339(a.since), 'penalty', m.penalty) ORDER BY a.extension), '[]')
        FROM queue_members m JOIN agent_overview a ON a.id = m.agent_id
        WHERE m.queue_id = q.id) AS agents,
       day_start(now(), coalesce(q.timezone, (SELECT timezone FROM tenants))) AS "from",
       f.offered, f.answered, f.abandoned, f.short_abandoned AS "shortAbandoned",
       f.flow_out AS "flowOut", f.callback, ratio(f.sl_num, f.sl_den) AS "serviceLevel",
       q."serviceLevelFormula", q."serviceLevelMs",
       f.answered_wait_ms / nullif(f.answered, 0) AS "asaMs", f.longest_wait_ms AS "longestWaitMs"
FROM queue_overview q
JOIN queue_figures(NULL, 'infinity', $1::uuid) f ON f.queue_id = q.id
WHERE q.id = $1::uuid
