-- What the API shows, as views with the names and units of its JSON, and every figure's one
-- definition (docs/METRICS.md). All of it runs with the caller's rights: row-level security holds.

CREATE FUNCTION rfc3339(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

CREATE FUNCTION ms_between(a timestamptz, b timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (extract(epoch FROM b - a) * 1000)::bigint;

-- ---- agents and queues ------------------------------------------------------------------------

CREATE VIEW agent_overview WITH (security_invoker = true) AS
  SELECT e.id, e.extension, e.display_name AS "displayName", u.role, e.phone_kind AS "phoneKind",
         e.auto_answer AS "autoAnswer", e.enabled, coalesce(s.status, 'OFFLINE') AS status, s.reason,
         s.since, s.call_id AS "callId", s.wrapup_until AS "wrapupUntil", s.next_status AS "nextStatus",
         ARRAY(SELECT q.name FROM queue_members m JOIN call_queues q ON q.id = m.queue_id
               WHERE m.agent_id = e.id AND q.retired_at IS NULL ORDER BY q.name) AS queues
  FROM agent_extensions e
  LEFT JOIN users u ON u.id = e.user_id
  LEFT JOIN agent_states s ON s.tenant_id = e.tenant_id AND s.agent_id = e.id;

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
                      FROM queue_visits v JOIN call_sessions c ON c.id = v.call_id AND c.ended_at IS NULL
                      WHERE v.queue_id = q.id AND v.left_at IS NULL) w
  WHERE q.retired_at IS NULL;
CREATE INDEX queue_visits_open ON queue_visits (tenant_id, queue_id) WHERE left_at IS NULL;

-- ---- calls --------------------------------------------------------------------------------------

CREATE VIEW call_overview WITH (security_invoker = true) AS
  SELECT c.id, c.direction, c.status, c.from_number AS "from", c.from_name AS "fromName",
         c.to_number AS "to", c.did, c.queue_id AS "queueId", q.name AS queue,
         c.agent_id AS "agentId", e.extension AS agent, e.display_name AS "agentName",
         c.contact_id AS "contactId", k.name AS "contactName", c.started_at AS "startedAt",
         c.answered_at AS "answeredAt", c.ended_at AS "endedAt", c.ended_by AS "endedBy",
         c.hangup_cause AS "hangupCause", c.outcome, c.end_reason AS "endReason", c.estimated,
         c.wait_ms AS "waitMs", c.talk_ms AS "talkMs", c.hold_ms AS "holdMs",
         ms_between(c.started_at, c.ended_at) AS "durationMs",
         c.notes, c.disposition, c.tags, c.noted_at AS "notedAt"
  FROM call_sessions c
  LEFT JOIN call_queues q ON q.id = c.queue_id
  LEFT JOIN agent_extensions e ON e.id = c.agent_id
  LEFT JOIN contacts k ON k.id = c.contact_id;

-- An agent's own call: talked in it, dialled it, or is being rung for it.
CREATE FUNCTION is_own_call(p_call uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM call_sessions c WHERE c.id = p_call AND c.agent_id = current_agent())
      OR EXISTS (SELECT FROM talk_segments s WHERE s.tenant_id = current_tenant()
                   AND s.call_id = p_call AND s.agent_id = current_agent())
      OR EXISTS (SELECT FROM ring_offers o WHERE o.tenant_id = current_tenant() AND o.call_id = p_call
                   AND o.agent_id = current_agent() AND o.ended_at IS NULL)
$$;

CREATE FUNCTION may_see_call(p_call uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_rank() >= role_rank('SUPERVISOR') OR is_own_call(p_call)
$$;

-- Raises unless the call is there and the acting user may touch it.
CREATE FUNCTION check_call(p_call uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM call_sessions WHERE id = p_call) THEN
    RAISE EXCEPTION 'There is no such call.' USING ERRCODE = 'CB404';
  ELSIF NOT may_see_call(p_call) THEN
    RAISE EXCEPTION 'That call is not yours.' USING ERRCODE = 'CB403';
  END IF;
END $$;

-- Null leaves a field as it is, an empty text clears it.
CREATE FUNCTION call_note(p_call uuid, p_notes text, p_disposition text, p_tags text[])
RETURNS SETOF call_overview LANGUAGE plpgsql AS $$
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
  WHERE id = p_call;
  RETURN QUERY SELECT * FROM call_overview WHERE id = p_call;
END $$;

-- ---- contacts -----------------------------------------------------------------------------------

CREATE VIEW contact_overview WITH (security_invoker = true) AS
  SELECT k.id, k.name, k.company, k.email, k.tags, k.fields,
         ARRAY(SELECT n.number FROM contact_numbers n WHERE n.contact_id = k.id ORDER BY n.number) AS numbers,
         k.created_at AS "createdAt"
  FROM contacts k;
CREATE INDEX contact_numbers_contact ON contact_numbers (contact_id);

-- A new contact when p_id is null. On a change null leaves a field as it is.
CREATE FUNCTION contact_put(p_id uuid, p_name text, p_company text, p_email text, p_tags text[],
                            p_fields jsonb, p_numbers text[])
RETURNS SETOF contact_overview LANGUAGE plpgsql AS $$
DECLARE
  taken text;
BEGIN
  IF p_id IS NULL THEN
    p_id := gen_random_uuid();
    INSERT INTO contacts (id, tenant_id, name, company, email, tags, fields)
    VALUES (p_id, current_tenant(), p_name, nullif(p_company, ''), nullif(p_email, ''),
            coalesce(p_tags, '{}'), coalesce(p_fields, '{}'));
  ELSE
    UPDATE contacts SET name = coalesce(p_name, name),
           company = nullif(coalesce(p_company, company), ''),
           email = nullif(coalesce(p_email, email), ''),
           tags = coalesce(p_tags, tags), fields = coalesce(p_fields, fields)
    WHERE id = p_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'There is no such contact.' USING ERRCODE = 'CB404';
    END IF;
  END IF;
  IF p_numbers IS NOT NULL THEN
    SELECT n.number INTO taken FROM contact_numbers n
    WHERE n.number = ANY (p_numbers) AND n.contact_id <> p_id LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION '% belongs to another contact', taken USING ERRCODE = 'CB422', DETAIL = '/numbers';
    END IF;
    DELETE FROM contact_numbers WHERE contact_id = p_id AND number <> ALL (p_numbers);
    INSERT INTO contact_numbers (tenant_id, contact_id, number)
    SELECT DISTINCT current_tenant(), p_id, n FROM unnest(p_numbers) n ON CONFLICT DO NOTHING;
  END IF;
  RETURN QUERY SELECT * FROM contact_overview WHERE id = p_id;
END $$;

-- ---- figures ------------------------------------------------------------------------------------

-- The local day that a moment lies in begins here; a day of 23 or 25 hours is that long.
CREATE FUNCTION day_start(t timestamptz, timezone text) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN date_trunc('day', t AT TIME ZONE timezone) AT TIME ZONE timezone;

CREATE FUNCTION sl_numerator(formula text, answered_in bigint, abandoned_in bigint) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN answered_in + CASE formula WHEN 'S1' THEN abandoned_in ELSE 0 END;

CREATE FUNCTION sl_denominator(formula text, answered bigint, abandoned bigint, abandoned_in bigint,
                               offered bigint, short_abandoned bigint) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE formula WHEN 'S1' THEN answered + abandoned WHEN 'S2' THEN answered
                      WHEN 'S3' THEN answered + abandoned
                      WHEN 'S4' THEN answered + abandoned - abandoned_in
                      WHEN 'S5' THEN offered - short_abandoned END;

CREATE FUNCTION ratio(numerator bigint, denominator bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN numerator::float8 / nullif(denominator, 0);

-- Every queue's visits that ended in [p_from, p_to). A queue without one has zeros.
CREATE FUNCTION queue_figures(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (queue_id uuid, offered bigint, answered bigint, abandoned bigint, short_abandoned bigint,
               flow_out bigint, callback bigint, sl_num bigint, sl_den bigint, answered_wait_ms bigint,
               longest_wait_ms bigint)
LANGUAGE sql STABLE AS $$
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
    GROUP BY q.id, q.service_level_formula)
  SELECT id, offered, answered, abandoned, short_abandoned, flow_out, callback,
         sl_numerator(formula, answered_in, abandoned_in),
         sl_denominator(formula, answered, abandoned, abandoned_in, offered, short_abandoned),
         answered_wait_ms, longest_wait_ms
  FROM counted
$$;

-- Every agent's segments that ended in [p_from, p_to).
CREATE FUNCTION agent_figures(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (agent_id uuid, calls bigint, talk_ms bigint, hold_ms bigint)
LANGUAGE sql STABLE AS $$
  SELECT e.id, count(s.call_id), coalesce(sum(s.talk_ms), 0)::bigint, coalesce(sum(s.hold_ms), 0)::bigint
  FROM agent_extensions e
  LEFT JOIN talk_segments s ON s.tenant_id = e.tenant_id AND s.agent_id = e.id
                           AND s.ended_at >= p_from AND s.ended_at < p_to
  GROUP BY e.id
$$;

GRANT SELECT ON agent_overview, queue_overview, call_overview, contact_overview
  TO cordboard_api, cordboard_report;
