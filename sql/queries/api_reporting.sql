-- Live figures of the local day, from the functions that the reports use.

-- name: reporting_realtime
WITH bounds AS (
  SELECT t.timezone, day_start(now(), t.timezone) AS day FROM tenants t
), seen AS (
  -- Each queue's own day.
  SELECT q.*, f.*
  FROM queue_overview q
  JOIN queue_figures(NULL, 'infinity') f ON f.queue_id = q.id
  WHERE sees_queue(q.id)
), people AS (
  SELECT a.*, f.calls, f.talk_ms, f.hold_ms
  FROM agent_overview a
  JOIN agent_figures((SELECT day FROM bounds), 'infinity') f ON f.agent_id = a.id
  WHERE current_rank() >= 2 OR a.id = current_agent()
     OR (current_wallboard() IS NOT NULL AND EXISTS (SELECT FROM queue_members m WHERE m.agent_id = a.id AND sees_queue(m.queue_id)))
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
     'displayName', "displayName", 'from', rfc3339(day_start(now(), coalesce(seen.timezone, b.timezone))), 'waiting', waiting, 'oldestJoinedAt', rfc3339("oldestJoinedAt"),
     'offered', offered, 'answered', answered, 'abandoned', abandoned,
     'shortAbandoned', short_abandoned, 'flowOut', flow_out, 'callback', callback,
     'serviceLevel', ratio(sl_num, sl_den), 'serviceLevelFormula', "serviceLevelFormula",
     'serviceLevelMs', "serviceLevelMs", 'serviceLevelTarget', "serviceLevelTarget", 'warnWaitMs', "warnWaitMs",
     'alertWaitMs', "alertWaitMs", 'alertWaiting', "alertWaiting", 'asaMs', answered_wait_ms / nullif(answered, 0),
     'longestWaitMs', longest_wait_ms) ORDER BY name), '[]')
   FROM seen) AS queues,
  (SELECT coalesce(json_agg(json_build_object('agentId', id, 'extension', extension,
     'displayName', "displayName",
     'queues', CASE WHEN current_wallboard() IS NULL THEN queues
                 ELSE ARRAY(SELECT s.name FROM seen s WHERE s.name = ANY (queues) ORDER BY s.name) END, 'status', status, 'reason', reason, 'since', rfc3339(since),
     'calls', calls, 'talkMs', talk_ms, 'holdMs', hold_ms) ORDER BY extension), '[]')
   FROM people) AS agents
FROM bounds b

-- name: reporting_recent
SELECT now() AS "generatedAt", min(r.at) AS "from", 300000 AS "stepMs",
  (SELECT coalesce(json_agg(json_build_object('queueId', q.id, 'name', q.name, 'steps', s.steps) ORDER BY q.name), '[]')
   FROM call_queues q
   JOIN (SELECT x.queue_id, json_agg(json_build_object('at', rfc3339(x.at), 'offered', x.offered, 'answered', x.answered,
                  'abandoned', x.abandoned, 'serviceLevel', ratio(x.sl_num, x.sl_den)) ORDER BY x.at) AS steps
         FROM queue_recent(now()) x GROUP BY x.queue_id) s ON s.queue_id = q.id) AS queues
FROM queue_recent(now()) r

-- name: reporting_visits
SELECT v.*, v."leftAt"::text || '|' || v._key AS "_cursor"
FROM visits_of($1, $2::uuid, $3::timestamptz, coalesce($4::timestamptz, 'infinity'),
               nullif(split_part($6, '|', 1), '')::timestamptz, nullif(split_part($6, '|', 2), ''), $5::int + 1) v

-- name: reporting_agent
SELECT p."from", p.until, p.timezone, m.*
FROM metrics_period($2::timestamptz, $3::timestamptz, $4, (SELECT timezone FROM tenants)) p
CROSS JOIN LATERAL agent_metrics(p."from", p.until, metrics_of($1::uuid)) m

-- name: reporting_queue
SELECT p."from", p.until, p.timezone, m.*
FROM call_queues q
CROSS JOIN LATERAL metrics_period($2::timestamptz, $3::timestamptz, $4, queue_timezone(q)) p
CROSS JOIN LATERAL queue_metrics(p."from", p.until, q.id) m
WHERE q.id = $1::uuid

-- name: reporting_team
WITH p AS MATERIALIZED (
  SELECT * FROM metrics_period($1::timestamptz, $2::timestamptz, $3, (SELECT timezone FROM tenants))
), q AS MATERIALIZED (
  SELECT m.* FROM p CROSS JOIN LATERAL queue_metrics(p."from", p.until) m
), a AS MATERIALIZED (
  SELECT m.* FROM p CROSS JOIN LATERAL agent_metrics(p."from", p.until) m
), called AS (
  SELECT coalesce(sum(offered), 0)::bigint AS offered, coalesce(sum(answered), 0)::bigint AS answered,
         coalesce(sum(abandoned), 0)::bigint AS abandoned, coalesce(sum("shortAbandoned"), 0)::bigint AS short,
         coalesce(sum("flowOut"), 0)::bigint AS flow_out, coalesce(sum(callback), 0)::bigint AS callback,
         sum("_slNum")::bigint AS sl_num, sum("_slDen")::bigint AS sl_den,
         sum("_answeredWaitMs")::bigint AS answered_wait, sum("_abandonedWaitMs")::bigint AS abandoned_wait,
         max("longestWaitMs") AS longest, sum("_fcrContacts")::bigint AS contacts, sum("_fcrResolved")::bigint AS resolved
  FROM q
), worked AS (
  SELECT coalesce(sum(handled), 0)::bigint AS handled, coalesce(sum("talkMs"), 0)::bigint AS talk,
         coalesce(sum("holdMs"), 0)::bigint AS hold, coalesce(sum("acwMs"), 0)::bigint AS acw,
         coalesce(sum("availableMs"), 0)::bigint AS available, coalesce(sum("loggedInMs"), 0)::bigint AS logged_in,
         coalesce(sum("_engagedMs"), 0)::bigint AS engaged, coalesce(sum(rna), 0)::bigint AS rna
  FROM a
)
SELECT p."from", p.until, p.timezone,
  (SELECT json_build_object('offered', c.offered, 'answered', c.answered, 'abandoned', c.abandoned,
     'shortAbandoned', c.short, 'flowOut', c.flow_out, 'callback', c.callback,
     'abandonRate', ratio(c.abandoned, c.offered), 'abandonRateNet', ratio(c.abandoned - c.short, c.offered - c.short),
     'serviceLevel', ratio(c.sl_num, c.sl_den), 'asaMs', c.answered_wait / nullif(c.answered, 0),
     'abandonWaitMs', c.abandoned_wait / nullif(c.abandoned, 0), 'longestWaitMs', c.longest,
     'handled', w.handled, 'talkMs', w.talk, 'holdMs', w.hold, 'acwMs', w.acw,
     'ahtMs', (w.talk + w.hold + w.acw) / nullif(w.handled, 0), 'availableMs', w.available, 'loggedInMs', w.logged_in,
     'occupancy', ratio(w.engaged + w.acw, w.engaged + w.acw + w.available),
     'utilisation', ratio(w.engaged + w.acw + w.available, w.logged_in), 'rna', w.rna,
     'endedBy', (SELECT by_party(count(*) FILTER (WHERE e.ended_by = 'CUSTOMER'), count(*) FILTER (WHERE e.ended_by = 'AGENT'),
                                 count(*) FILTER (WHERE e.ended_by = 'SYSTEM')) FROM endings_between(p."from", p.until) e),
     'fcrRate', ratio(c.resolved, c.contacts), 'fcrDays', fcr_days())
   FROM called c, worked w) AS total,
  (SELECT coalesce(json_agg(to_jsonb(q) - ARRAY['_slNum', '_slDen', '_answeredWaitMs', '_abandonedWaitMs', '_fcrContacts', '_fcrResolved']
                            ORDER BY q.name), '[]') FROM q) AS queues,
  (SELECT coalesce(json_agg(to_jsonb(a) - '_engagedMs' ORDER BY a.extension), '[]') FROM a) AS agents
FROM p

-- name: wallboard_list
SELECT * FROM wallboard_overview ORDER BY "createdAt" DESC LIMIT 200

-- name: wallboard_post
SELECT * FROM wallboard_post($1, $2::text[], $3::bigint, $4)

-- name: wallboard_delete
SELECT wallboard_delete($1::uuid)

-- name: wallboard_ended
SELECT $1::uuid, NULL::text
