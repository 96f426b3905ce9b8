-- Live figures of the local day, from the functions that the reports use.

-- name: reporting_realtime
WITH bounds AS (
  SELECT t.timezone, day_start(now(), t.timezone) AS day FROM tenants t
), seen AS (
  -- An agent sees the queues of the own membership, everybody else all of them.
  SELECT q.*, f.*
  FROM queue_overview q
  JOIN queue_figures((SELECT day FROM bounds), 'infinity') f ON f.queue_id = q.id
  WHERE current_rank() >= 2 OR EXISTS (SELECT FROM queue_members m
          WHERE m.queue_id = q.id AND m.agent_id = current_agent())
), people AS (
  SELECT a.*, f.calls, f.talk_ms, f.hold_ms
  FROM agent_overview a
  JOIN agent_figures((SELECT day FROM bounds), 'infinity') f ON f.agent_id = a.id
  WHERE current_rank() >= 2 OR a.id = current_agent()
)
SELECT now() AS "generatedAt", b.timezone, b.day AS "from",
  (SELECT json_build_object('waiting', coalesce(sum(waiting), 0),
     'oldestJoinedAt', rfc3339(min("oldestJoinedAt")),
     'offered', coalesce(sum(offered), 0), 'answered', coalesce(sum(answered), 0),
     'abandoned', coalesce(sum(abandoned), 0), 'shortAbandoned', coalesce(sum(short_abandoned), 0),
     'flowOut', coalesce(sum(flow_out), 0), 'callback', coalesce(sum(callback), 0),
     'serviceLevel', ratio(sum(sl_num)::bigint, sum(sl_den)::bigint),
     'asaMs', div(sum(answered_wait_ms), nullif(sum(answered), 0)),
     'longestWaitMs', max(longest_wait_ms))
   FROM seen) AS floor,
  (SELECT coalesce(json_agg(json_build_object('queueId', id, 'name', name,
     'displayName', "displayName", 'waiting', waiting, 'oldestJoinedAt', rfc3339("oldestJoinedAt"),
     'offered', offered, 'answered', answered, 'abandoned', abandoned,
     'shortAbandoned', short_abandoned, 'flowOut', flow_out, 'callback', callback,
     'serviceLevel', ratio(sl_num, sl_den), 'serviceLevelFormula', "serviceLevelFormula",
     'serviceLevelMs', "serviceLevelMs", 'asaMs', answered_wait_ms / nullif(answered, 0),
     'longestWaitMs', longest_wait_ms) ORDER BY name), '[]')
   FROM seen) AS queues,
  (SELECT coalesce(json_agg(json_build_object('agentId', id, 'extension', extension,
     'displayName', "displayName", 'status', status, 'reason', reason, 'since', rfc3339(since),
     'calls', calls, 'talkMs', talk_ms, 'holdMs', hold_ms) ORDER BY extension), '[]')
   FROM people) AS agents
FROM bounds b
