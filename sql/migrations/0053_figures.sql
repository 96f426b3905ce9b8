-- Every figure of docs/METRICS.md for any period, from one set of functions: the live board, the
-- metrics of an agent, a queue or all, and reports. They run with the caller's rights, and for all
-- queues or agents unless one is named; sums over several are sums of numerators over sums of
-- denominators. Columns that begin with _ are for such sums, and not shown.

-- ---- whose day it is ------------------------------------------------------------------------------

CREATE FUNCTION queue_timezone(q call_queues) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce(q.timezone, (SELECT t.timezone FROM tenants t WHERE t.id = q.tenant_id))
$$;
COMMENT ON FUNCTION queue_timezone IS 'what the queue''s days are days of';

-- ---- queues -----------------------------------------------------------------------------------------

-- Visits that ended in [p_from, p_to); of the queue's own day so far when p_from is null. A queue
-- without one has zeros, and no longest wait.
DROP FUNCTION queue_figures(timestamptz, timestamptz);
CREATE FUNCTION queue_figures(p_from timestamptz, p_to timestamptz, p_queue uuid DEFAULT NULL)
RETURNS TABLE (queue_id uuid, offered bigint, answered bigint, abandoned bigint, short_abandoned bigint,
               flow_out bigint, callback bigint, sl_num bigint, sl_den bigint, answered_wait_ms bigint,
               longest_wait_ms bigint, abandoned_wait_ms bigint, answered_in bigint, abandoned_in bigint,
               left_by_timeout bigint, left_full bigint, left_no_agents bigint, left_by_key bigint, left_closed bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  earliest CONSTANT timestamptz := coalesce(p_from, (SELECT min(day_start(now(), queue_timezone(q))) FROM call_queues q));
  since CONSTANT timestamptz := call_since(earliest);
BEGIN
  RETURN QUERY
  WITH days AS (
    SELECT q.*, coalesce(p_from, day_start(now(), queue_timezone(q))) AS begins
    FROM call_queues q WHERE p_queue IS NULL OR q.id = p_queue
  ), counted AS (
    SELECT q.id, q.service_level_formula AS formula,
           count(v.outcome) AS offered,
           count(*) FILTER (WHERE v.outcome = 'ANSWERED') AS answered,
           count(*) FILTER (WHERE v.outcome = 'ABANDONED') AS abandoned,
           count(*) FILTER (WHERE v.outcome = 'ABANDONED' AND v.wait_ms < q.short_abandon_seconds * 1000) AS short_abandoned,
           count(*) FILTER (WHERE v.outcome = 'TIMEOUT') AS timeout,
           count(*) FILTER (WHERE v.outcome = 'FULL') AS full,
           count(*) FILTER (WHERE v.outcome = 'NO_AGENTS') AS no_agents,
           count(*) FILTER (WHERE v.outcome = 'KEY') AS key,
           count(*) FILTER (WHERE v.outcome = 'CLOSED') AS closed,
           count(*) FILTER (WHERE v.outcome = 'CALLBACK') AS callback,
           count(*) FILTER (WHERE v.outcome = 'ANSWERED' AND v.wait_ms <= q.service_level_seconds * 1000) AS answered_in,
           count(*) FILTER (WHERE v.outcome = 'ABANDONED' AND v.wait_ms <= q.service_level_seconds * 1000) AS abandoned_in,
           coalesce(sum(v.wait_ms) FILTER (WHERE v.outcome = 'ANSWERED'), 0)::bigint AS answered_wait_ms,
           coalesce(sum(v.wait_ms) FILTER (WHERE v.outcome = 'ABANDONED'), 0)::bigint AS abandoned_wait_ms,
           max(v.wait_ms) AS longest_wait_ms
    FROM days q
    LEFT JOIN queue_visits v ON v.tenant_id = q.tenant_id AND v.queue_id = q.id
                            AND v.left_at >= earliest AND v.left_at >= q.begins AND v.left_at < p_to
                            AND v.call_started_at >= since AND v.call_started_at < p_to
    GROUP BY q.id, q.service_level_formula)
  SELECT c.id, c.offered, c.answered, c.abandoned, c.short_abandoned,
         c.timeout + c.full + c.no_agents + c.key + c.closed, c.callback,
         sl_numerator(c.formula, c.answered_in, c.abandoned_in),
         sl_denominator(c.formula, c.answered, c.abandoned, c.abandoned_in, c.offered, c.short_abandoned),
         c.answered_wait_ms, c.longest_wait_ms, c.abandoned_wait_ms, c.answered_in, c.abandoned_in,
         c.timeout, c.full, c.no_agents, c.key, c.closed
  FROM counted c;
END $$;
COMMENT ON FUNCTION queue_figures IS 'what became of the callers of each queue';

-- ---- agents' states ---------------------------------------------------------------------------------

-- Every state that agents were in during [p_from, p_to), cut at its bounds and at this moment. What was
-- before an agent's first change is not known, and is no state.
CREATE FUNCTION agent_periods(p_from timestamptz, p_to timestamptz, p_agent uuid DEFAULT NULL)
RETURNS TABLE (agent_id uuid, status text, reason text, call_id uuid, started_at timestamptz, ended_at timestamptz)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  upto CONSTANT timestamptz := least(p_to, now());
BEGIN
  RETURN QUERY
  WITH changes AS (
    SELECT e.id, l.status, l.reason, l.call_id, p_from AS at, l.seq
    FROM agent_extensions e
    CROSS JOIN LATERAL (SELECT * FROM agent_activity_logs a
                        WHERE a.tenant_id = e.tenant_id AND a.agent_id = e.id AND a.at < p_from
                        ORDER BY a.at DESC, a.seq DESC LIMIT 1) l
    WHERE p_agent IS NULL OR e.id = p_agent
    UNION ALL
    SELECT a.agent_id, a.status, a.reason, a.call_id, a.at, a.seq
    FROM agent_activity_logs a
    WHERE a.at >= p_from AND a.at < upto AND (p_agent IS NULL OR a.agent_id = p_agent))
  SELECT c.id, c.status, c.reason, c.call_id, c.at,
         coalesce(lead(c.at) OVER (PARTITION BY c.id ORDER BY c.at, c.seq), upto)
  FROM changes c WHERE c.at < upto;
END $$;
COMMENT ON FUNCTION agent_periods IS 'the time of agents, state by state: split pro rata over whatever periods are asked for';

-- Every agent's segments that ended in [p_from, p_to).
DROP FUNCTION agent_figures(timestamptz, timestamptz);
CREATE FUNCTION agent_figures(p_from timestamptz, p_to timestamptz, p_agent uuid DEFAULT NULL)
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
  WHERE p_agent IS NULL OR e.id = p_agent
  GROUP BY e.id;
END $$;
COMMENT ON FUNCTION agent_figures IS 'handled segments of each agent, booked where they ended';

-- ---- what happened to calls --------------------------------------------------------------------------

-- Rings offered, by how they ended.
CREATE FUNCTION offer_figures(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (agent_id uuid, queue_id uuid, answered bigint, no_answer bigint, rejected bigint, cancelled bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since CONSTANT timestamptz := call_since(p_from);
BEGIN
  RETURN QUERY
  SELECT o.agent_id, o.queue_id, count(*) FILTER (WHERE o.outcome = 'ANSWERED'), count(*) FILTER (WHERE o.outcome = 'NO_ANSWER'),
         count(*) FILTER (WHERE o.outcome = 'REJECTED'), count(*) FILTER (WHERE o.outcome = 'CANCELLED')
  FROM ring_offers o
  WHERE o.ended_at >= p_from AND o.ended_at < p_to AND o.call_started_at >= since AND o.call_started_at < p_to
  GROUP BY o.agent_id, o.queue_id;
END $$;
COMMENT ON FUNCTION offer_figures IS 'rings offered to agents, booked where they ended; queue null: not by a queue';
-- One index serves open rings and those of a period.
DROP INDEX ring_offers_open;
CREATE INDEX ring_offers_ended ON ring_offers (tenant_id, agent_id, ended_at);

-- Transfers that reached their target: who gave, for which queue the giver was talking, and who or what
-- took. A queue is a target by its name or by a number that is routed to it.
CREATE FUNCTION transfers_between(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (kind text, from_agent uuid, from_queue uuid, to_agent uuid, to_queue uuid)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since CONSTANT timestamptz := call_since(p_from);
BEGIN
  RETURN QUERY
  SELECT x.kind, f.id,
         (SELECT s.queue_id FROM talk_segments s
          WHERE s.tenant_id = x.tenant_id AND s.call_id = x.call_id AND s.call_started_at = x.call_started_at
            AND s.agent_id = f.id AND s.started_at <= x.at
          ORDER BY s.ordinal DESC LIMIT 1),
         t.id,
         (SELECT q.id FROM call_queues q
          WHERE q.tenant_id = x.tenant_id
            AND (q.name = x.to_target
                 OR EXISTS (SELECT FROM inbound_routes r WHERE r.queue_id = q.id AND r.did = x.to_target))
          ORDER BY q.name <> x.to_target LIMIT 1)
  FROM call_transfers x
  LEFT JOIN agent_extensions f ON f.tenant_id = x.tenant_id AND f.extension = x.from_agent
  LEFT JOIN agent_extensions t ON t.tenant_id = x.tenant_id AND t.extension = x.to_target
  WHERE x.at >= p_from AND x.at < p_to AND x.call_started_at >= since AND x.call_started_at < p_to
    AND x.result = 'COMPLETED';
END $$;
COMMENT ON FUNCTION transfers_between IS 'transfers that reached their target, booked where they were made';

CREATE FUNCTION fcr_days() RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 7;
COMMENT ON FUNCTION fcr_days IS 'a contact is resolved when the same number calls the same queue no more for so many days';

-- Answered calls of each queue whose caller has a number, and those not followed by another so soon.
CREATE FUNCTION fcr_figures(p_from timestamptz, p_to timestamptz, p_queue uuid DEFAULT NULL)
RETURNS TABLE (queue_id uuid, contacts bigint, resolved bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  within CONSTANT interval := make_interval(days => fcr_days());
  upto CONSTANT timestamptz := p_to + within;
  since CONSTANT timestamptz := call_since(p_from);
BEGIN
  RETURN QUERY
  WITH stays AS (
    SELECT v.queue_id, c.from_number, min(v.joined_at) AS joined_at, max(v.left_at) AS left_at,
           bool_or(v.outcome = 'ANSWERED' AND v.left_at >= p_from AND v.left_at < p_to) AS counts
    FROM queue_visits v
    JOIN call_sessions c ON c.tenant_id = v.tenant_id AND c.id = v.call_id AND c.started_at = v.call_started_at
    WHERE v.call_started_at >= since AND v.call_started_at < upto
      AND c.started_at >= since AND c.started_at < upto
      AND c.from_number <> '' AND (p_queue IS NULL OR v.queue_id = p_queue)
    GROUP BY v.queue_id, c.from_number, v.call_id
  ), followed AS (
    SELECT s.queue_id, s.counts, s.left_at,
           lead(s.joined_at) OVER (PARTITION BY s.queue_id, s.from_number ORDER BY s.joined_at) AS next_at
    FROM stays s)
  SELECT f.queue_id, count(*), count(*) FILTER (WHERE f.next_at IS NULL OR f.next_at > f.left_at + within)
  FROM followed f WHERE f.counts GROUP BY f.queue_id;
END $$;
COMMENT ON FUNCTION fcr_figures IS 'first contact resolution, as far as it is known by now';

-- Calls that ended, with the queues they were in and the agent who talked last.
CREATE FUNCTION endings_between(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (agent_id uuid, queues uuid[], ended_by text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since CONSTANT timestamptz := call_since(p_from);
BEGIN
  RETURN QUERY
  SELECT c.agent_id,
         ARRAY(SELECT DISTINCT v.queue_id FROM queue_visits v
               WHERE v.tenant_id = c.tenant_id AND v.call_id = c.id AND v.call_started_at = c.started_at),
         c.ended_by
  FROM call_sessions c
  WHERE c.ended_at >= p_from AND c.ended_at < p_to AND c.started_at >= since AND c.started_at < p_to;
END $$;
COMMENT ON FUNCTION endings_between IS 'who ended the calls that ended in a period';

CREATE FUNCTION by_kind(p_blind bigint, p_attended bigint) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN json_build_object('blind', coalesce(p_blind, 0), 'attended', coalesce(p_attended, 0));
CREATE FUNCTION by_party(p_customer bigint, p_agent bigint, p_system bigint) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN json_build_object('customer', coalesce(p_customer, 0), 'agent', coalesce(p_agent, 0), 'system', coalesce(p_system, 0));
CREATE FUNCTION by_offer(p_answered bigint, p_no_answer bigint, p_rejected bigint, p_cancelled bigint) RETURNS json
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN json_build_object('answered', coalesce(p_answered, 0), 'noAnswer', coalesce(p_no_answer, 0),
                           'rejected', coalesce(p_rejected, 0), 'cancelled', coalesce(p_cancelled, 0));

COMMENT ON FUNCTION by_kind IS 'counts of transfers as the API shows them';
COMMENT ON FUNCTION by_party IS 'counts of who hung up as the API shows them';
COMMENT ON FUNCTION by_offer IS 'counts of rings as the API shows them';

-- ---- all figures of a queue -----------------------------------------------------------------------

CREATE FUNCTION queue_metrics(p_from timestamptz, p_to timestamptz, p_queue uuid DEFAULT NULL)
RETURNS TABLE ("queueId" uuid, name text, "displayName" text,
  offered bigint, answered bigint, abandoned bigint, "shortAbandoned" bigint, "flowOut" bigint, "flowOutBy" json,
  callback bigint, "abandonRate" float8, "abandonRateNet" float8, "serviceLevel" float8, "serviceLevelFormula" text,
  "serviceLevelMs" int, "shortAbandonMs" int, "serviceLevels" json, "asaMs" bigint, "abandonWaitMs" bigint, "longestWaitMs" bigint,
  handled bigint, "talkMs" bigint, "holdMs" bigint, "acwMs" bigint, "ahtMs" bigint, offers json, rna bigint,
  "transferredIn" json, "transferredOut" json, "endedBy" json, "fcrRate" float8, "fcrDays" int,
  "_slNum" bigint, "_slDen" bigint, "_answeredWaitMs" bigint, "_abandonedWaitMs" bigint, "_fcrContacts" bigint, "_fcrResolved" bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since CONSTANT timestamptz := call_since(p_from);
BEGIN
  RETURN QUERY
  WITH segments AS (
    SELECT s.queue_id, count(*) AS handled, sum(s.talk_ms)::bigint AS talk_ms, sum(s.hold_ms)::bigint AS hold_ms
    FROM talk_segments s
    WHERE s.ended_at >= p_from AND s.ended_at < p_to AND s.call_started_at >= since AND s.call_started_at < p_to
    GROUP BY s.queue_id
  ), wrapups AS (
    -- A wrap-up belongs to the queue of the segment that it follows.
    SELECT DISTINCT ON (w.agent_id, w.started_at) s.queue_id, w.ended_at - w.started_at AS length
    FROM agent_periods(p_from, p_to) w
    JOIN talk_segments s ON s.call_id = w.call_id AND s.agent_id = w.agent_id
                        AND s.call_started_at >= since AND s.call_started_at < p_to
    WHERE w.status = 'WRAP_UP'
    ORDER BY w.agent_id, w.started_at, s.ordinal DESC
  ), acw AS (
    SELECT w.queue_id, (extract(epoch FROM sum(w.length)) * 1000)::bigint AS ms FROM wrapups w GROUP BY w.queue_id
  ), rings AS (
    SELECT o.queue_id, sum(o.answered)::bigint AS answered, sum(o.no_answer)::bigint AS no_answer,
           sum(o.rejected)::bigint AS rejected, sum(o.cancelled)::bigint AS cancelled
    FROM offer_figures(p_from, p_to) o GROUP BY o.queue_id
  ), moves AS (
    SELECT * FROM transfers_between(p_from, p_to)
  ), ends AS (
    SELECT q AS queue_id, count(*) FILTER (WHERE e.ended_by = 'CUSTOMER') AS customer,
           count(*) FILTER (WHERE e.ended_by = 'AGENT') AS agent, count(*) FILTER (WHERE e.ended_by = 'SYSTEM') AS system
    FROM endings_between(p_from, p_to) e, unnest(e.queues) q GROUP BY q)
  SELECT q.id, q.name, q.display_name, f.offered, f.answered, f.abandoned, f.short_abandoned, f.flow_out,
         json_build_object('timeout', f.left_by_timeout, 'full', f.left_full, 'noAgents', f.left_no_agents,
                           'key', f.left_by_key, 'closed', f.left_closed),
         f.callback, ratio(f.abandoned, f.offered), ratio(f.abandoned - f.short_abandoned, f.offered - f.short_abandoned),
         ratio(f.sl_num, f.sl_den), q.service_level_formula, q.service_level_seconds * 1000, q.short_abandon_seconds * 1000,
         (SELECT json_object_agg(s.id, ratio(sl_numerator(s.id, f.answered_in, f.abandoned_in),
                                             sl_denominator(s.id, f.answered, f.abandoned, f.abandoned_in, f.offered, f.short_abandoned))
                                 ORDER BY s.id)
          FROM unnest(ARRAY['S1', 'S2', 'S3', 'S4', 'S5']) s (id)),
         f.answered_wait_ms / nullif(f.answered, 0), f.abandoned_wait_ms / nullif(f.abandoned, 0), f.longest_wait_ms,
         coalesce(s.handled, 0), coalesce(s.talk_ms, 0), coalesce(s.hold_ms, 0), coalesce(a.ms, 0),
         (s.talk_ms + s.hold_ms + coalesce(a.ms, 0)) / nullif(s.handled, 0),
         by_offer(r.answered, r.no_answer, r.rejected, r.cancelled), coalesce(r.no_answer + r.rejected, 0),
         (SELECT by_kind(count(*) FILTER (WHERE m.kind = 'BLIND'), count(*) FILTER (WHERE m.kind = 'ATTENDED'))
          FROM moves m WHERE m.to_queue = q.id),
         (SELECT by_kind(count(*) FILTER (WHERE m.kind = 'BLIND'), count(*) FILTER (WHERE m.kind = 'ATTENDED'))
          FROM moves m WHERE m.from_queue = q.id),
         by_party(e.customer, e.agent, e.system),
         ratio(c.resolved, c.contacts), fcr_days(),
         f.sl_num, f.sl_den, f.answered_wait_ms, f.abandoned_wait_ms, coalesce(c.contacts, 0), coalesce(c.resolved, 0)
  FROM call_queues q
  JOIN queue_figures(p_from, p_to, p_queue) f ON f.queue_id = q.id
  LEFT JOIN segments s ON s.queue_id = q.id
  LEFT JOIN acw a ON a.queue_id = q.id
  LEFT JOIN rings r ON r.queue_id = q.id
  LEFT JOIN ends e ON e.queue_id = q.id
  LEFT JOIN fcr_figures(p_from, p_to, p_queue) c ON c.queue_id = q.id
  WHERE p_queue IS NOT NULL OR q.retired_at IS NULL OR f.offered > 0 OR s.handled > 0
  ORDER BY q.name;
END $$;
COMMENT ON FUNCTION queue_metrics IS 'every figure of each queue, or of one; retired ones as long as they have something';

-- ---- all figures of an agent ----------------------------------------------------------------------

CREATE FUNCTION agent_metrics(p_from timestamptz, p_to timestamptz, p_agent uuid DEFAULT NULL)
RETURNS TABLE ("agentId" uuid, extension text, "displayName" text, handled bigint, "talkMs" bigint, "holdMs" bigint,
  "acwMs" bigint, "ahtMs" bigint, "availableMs" bigint, "loggedInMs" bigint, states json, occupancy float8, utilisation float8,
  offers json, rna bigint, "transferredIn" json, "transferredOut" json, "endedBy" json, "_engagedMs" bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since CONSTANT timestamptz := call_since(p_from);
BEGIN
  RETURN QUERY
  WITH periods AS (
    SELECT p.agent_id, p.status, (extract(epoch FROM sum(p.ended_at - p.started_at)) * 1000)::bigint AS ms
    FROM agent_periods(p_from, p_to, p_agent) p GROUP BY p.agent_id, p.status
  ), times AS (
    SELECT p.agent_id, coalesce(sum(p.ms) FILTER (WHERE p.status = 'WRAP_UP'), 0)::bigint AS acw,
           coalesce(sum(p.ms) FILTER (WHERE p.status = 'AVAILABLE'), 0)::bigint AS available,
           coalesce(sum(p.ms) FILTER (WHERE p.status <> 'OFFLINE'), 0)::bigint AS logged_in,
           json_object_agg(p.status, p.ms ORDER BY p.status) AS states
    FROM periods p GROUP BY p.agent_id
  ), lengths AS (
    SELECT s.agent_id, s.talk_ms, s.hold_ms, s.started_at, coalesce(s.ended_at, now()) AS until, s.ended_at IS NULL AS open
    FROM talk_segments s
    WHERE s.started_at < p_to AND (s.ended_at IS NULL OR s.ended_at >= p_from)
      AND s.call_started_at >= since AND s.call_started_at < p_to AND (p_agent IS NULL OR s.agent_id = p_agent)
  ), engaged AS (
    -- Talk and hold, of each segment the share that lies in the period: what states are compared with.
    SELECT l.agent_id, sum(CASE WHEN l.until > l.started_at THEN
             CASE WHEN l.open THEN ms_between(l.started_at, l.until) ELSE l.talk_ms + l.hold_ms END
             * greatest(0, extract(epoch FROM least(l.until, p_to) - greatest(l.started_at, p_from)))
             / extract(epoch FROM l.until - l.started_at) ELSE 0 END)::bigint AS ms
    FROM lengths l GROUP BY l.agent_id
  ), rings AS (
    SELECT o.agent_id, sum(o.answered)::bigint AS answered, sum(o.no_answer)::bigint AS no_answer,
           sum(o.rejected)::bigint AS rejected, sum(o.cancelled)::bigint AS cancelled
    FROM offer_figures(p_from, p_to) o GROUP BY o.agent_id
  ), moves AS (
    SELECT * FROM transfers_between(p_from, p_to)
  ), ends AS (
    SELECT e.agent_id, count(*) FILTER (WHERE e.ended_by = 'CUSTOMER') AS customer,
           count(*) FILTER (WHERE e.ended_by = 'AGENT') AS agent, count(*) FILTER (WHERE e.ended_by = 'SYSTEM') AS system
    FROM endings_between(p_from, p_to) e GROUP BY e.agent_id)
  SELECT e.id, e.extension, e.display_name, f.calls, f.talk_ms, f.hold_ms, coalesce(t.acw, 0),
         (f.talk_ms + f.hold_ms + coalesce(t.acw, 0)) / nullif(f.calls, 0),
         coalesce(t.available, 0), coalesce(t.logged_in, 0), coalesce(t.states, '{}'),
         ratio(coalesce(g.ms, 0) + coalesce(t.acw, 0), coalesce(g.ms, 0) + coalesce(t.acw, 0) + coalesce(t.available, 0)),
         ratio(coalesce(g.ms, 0) + coalesce(t.acw, 0) + coalesce(t.available, 0), t.logged_in),
         by_offer(r.answered, r.no_answer, r.rejected, r.cancelled), coalesce(r.no_answer + r.rejected, 0),
         (SELECT by_kind(count(*) FILTER (WHERE m.kind = 'BLIND'), count(*) FILTER (WHERE m.kind = 'ATTENDED'))
          FROM moves m WHERE m.to_agent = e.id),
         (SELECT by_kind(count(*) FILTER (WHERE m.kind = 'BLIND'), count(*) FILTER (WHERE m.kind = 'ATTENDED'))
          FROM moves m WHERE m.from_agent = e.id),
         by_party(x.customer, x.agent, x.system), coalesce(g.ms, 0)
  FROM agent_extensions e
  JOIN agent_figures(p_from, p_to, p_agent) f ON f.agent_id = e.id
  LEFT JOIN times t ON t.agent_id = e.id
  LEFT JOIN engaged g ON g.agent_id = e.id
  LEFT JOIN rings r ON r.agent_id = e.id
  LEFT JOIN ends x ON x.agent_id = e.id
  WHERE p_agent IS NOT NULL OR e.retired_at IS NULL OR f.calls > 0 OR t.logged_in > 0
  ORDER BY e.extension;
END $$;
COMMENT ON FUNCTION agent_metrics IS 'every figure of each agent, or of one; retired ones as long as they have something';

-- ---- what is asked for ------------------------------------------------------------------------------

-- From the beginning of the local day until now, unless told; at most a year.
CREATE FUNCTION metrics_period(p_from timestamptz, p_until timestamptz, p_timezone text, p_default_timezone text,
                               OUT "from" timestamptz, OUT until timestamptz, OUT timezone text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  timezone := coalesce(p_timezone, p_default_timezone);
  IF NOT is_timezone(timezone) THEN
    RAISE EXCEPTION 'is not the name of a time zone' USING ERRCODE = 'CB422', DETAIL = '/timezone';
  END IF;
  until := coalesce(p_until, now());
  "from" := coalesce(p_from, day_start(until, timezone));
  IF until <= "from" THEN
    RAISE EXCEPTION 'must be after the beginning' USING ERRCODE = 'CB422', DETAIL = '/until';
  ELSIF until > "from" + interval '1 year 1 day' THEN
    RAISE EXCEPTION 'must be at most a year after the beginning' USING ERRCODE = 'CB422', DETAIL = '/until';
  END IF;
END $$;
COMMENT ON FUNCTION metrics_period IS 'the period of a request for figures, checked';

-- Agents see their own figures, supervisors anybody's.
CREATE FUNCTION metrics_of(p_agent uuid) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM agent_extensions e WHERE e.id = p_agent) THEN
    RAISE EXCEPTION 'There is no such agent.' USING ERRCODE = 'CB404';
  ELSIF current_rank() < role_rank('SUPERVISOR') AND p_agent IS DISTINCT FROM current_agent() THEN
    RAISE EXCEPTION 'Those figures are not yours.' USING ERRCODE = 'CB403';
  END IF;
  RETURN p_agent;
END $$;
COMMENT ON FUNCTION metrics_of IS 'the agent, if it is there and its figures are the acting user''s to see';
