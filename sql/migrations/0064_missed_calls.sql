-- Missed calls: what rang at an agent and was answered by nobody. The list is worked out from the
-- history, so that it closes itself when the caller is reached, by whomever; only what an agent
-- closed by hand is kept.

CREATE TABLE missed_call_closings (
  tenant_id uuid NOT NULL,
  agent_id  uuid NOT NULL,
  number    text NOT NULL CHECK (number ~ '^[0-9]{2,20}$'),
  upto      timestamptz NOT NULL,
  closed_by uuid NOT NULL,
  closed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, agent_id, number),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, closed_by) REFERENCES users (tenant_id, id)
);
COMMENT ON TABLE missed_call_closings IS 'callers that an agent took off the list of missed calls without reaching them';
COMMENT ON COLUMN missed_call_closings.tenant_id IS 'whose caller it is';
COMMENT ON COLUMN missed_call_closings.agent_id IS 'whose list it is';
COMMENT ON COLUMN missed_call_closings.number IS 'the caller''s, without a +';
COMMENT ON COLUMN missed_call_closings.upto IS 'calls of that number that began until then are closed';
COMMENT ON COLUMN missed_call_closings.closed_by IS 'who closed them last';
COMMENT ON COLUMN missed_call_closings.closed_at IS 'when that was';
ALTER TABLE missed_call_closings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON missed_call_closings TO cordboard_api, cordboard_report
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY worker ON missed_call_closings TO cordboard_worker USING (true) WITH CHECK (true);
GRANT SELECT ON missed_call_closings TO cordboard_api, cordboard_report;
GRANT INSERT (tenant_id, agent_id, number, upto, closed_by), UPDATE (upto, closed_by, closed_at)
  ON missed_call_closings TO cordboard_api;

CREATE FUNCTION missed_since() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
  RETURN now() - interval '7 days';
COMMENT ON FUNCTION missed_since IS 'what was missed before is nobody''s work any more';

-- One row a caller: the last call that was missed, and how many were. A customer counts as reached when
-- anybody talked with that number since; a colleague when these two did.
CREATE FUNCTION missed_calls(p_agent uuid)
RETURNS TABLE (id uuid, number text, name text, "contactId" uuid, "contactName" text, queue text,
               direction text, outcome text, "missedAt" timestamptz, count bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since CONSTANT timestamptz := missed_since();
  own CONSTANT text := (SELECT e.extension FROM agent_extensions e WHERE e.id = p_agent);
BEGIN
  RETURN QUERY
  WITH rung AS (
    SELECT DISTINCT ON (o.call_id) o.call_id, o.call_started_at, o.ended_at, o.outcome
    FROM ring_offers o
    WHERE o.agent_id = p_agent AND o.ended_at >= since AND o.call_started_at >= since
    ORDER BY o.call_id, o.ordinal DESC
  ), missed AS (
    SELECT c.id, c.started_at, ltrim(c.from_number, '+') AS bare, c.from_number, c.from_name, c.queue_id, c.direction,
           r.outcome, r.ended_at,
           count(*) OVER w AS times, row_number() OVER w AS place
    FROM rung r
    JOIN call_sessions c ON c.id = r.call_id AND c.started_at = r.call_started_at AND c.started_at >= since
    WHERE c.ended_at IS NOT NULL AND c.outcome IS DISTINCT FROM 'ANSWERED'
      AND c.direction <> 'OUTBOUND' AND c.from_number ~ '^\+?[0-9]{2,20}$'
      AND NOT EXISTS (SELECT FROM missed_call_closings x
                      WHERE x.agent_id = p_agent AND x.number = ltrim(c.from_number, '+') AND x.upto >= c.started_at)
    WINDOW w AS (PARTITION BY ltrim(c.from_number, '+') ORDER BY c.started_at DESC
                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
  )
  SELECT m.id, m.from_number, m.from_name, k.id, k.name, q.name, m.direction, m.outcome, m.ended_at, m.times
  FROM missed m
  LEFT JOIN contact_numbers n ON n.number = ANY (number_forms(ARRAY[m.bare])) AND m.direction <> 'INTERNAL'
  LEFT JOIN contacts k ON k.id = n.contact_id
  LEFT JOIN call_queues q ON q.id = m.queue_id
  WHERE m.place = 1
    AND NOT EXISTS (
      SELECT FROM call_sessions t
      WHERE t.started_at >= m.started_at
        AND (t.from_number = ANY (number_forms(ARRAY[m.bare])) OR t.to_number = ANY (number_forms(ARRAY[m.bare])))
        AND (m.direction <> 'INTERNAL' OR own IN (t.from_number, t.to_number))
        AND (t.outcome = 'ANSWERED' OR t.ended_at IS NULL AND t.status IN ('CONNECTED', 'ON_HOLD')));
END $$;
COMMENT ON FUNCTION missed_calls IS 'callers whose last call rang at an agent, was answered by nobody, and who have not been reached since';

-- By an agent of the own list; by a supervisor of everybody's whom the call rang.
CREATE FUNCTION missed_call_close(p_call uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  c call_sessions;
  whose uuid[];
BEGIN
  SELECT s.* INTO c FROM call_sessions s WHERE s.id = p_call AND s.started_at = call_start(p_call);
  IF NOT FOUND OR c.from_number IS NULL OR c.from_number !~ '^\+?[0-9]{2,20}$' THEN
    RAISE EXCEPTION 'There is no such missed call.' USING ERRCODE = 'CB404';
  END IF;
  whose := ARRAY(SELECT DISTINCT o.agent_id FROM ring_offers o WHERE o.call_id = p_call AND o.call_started_at = c.started_at);
  IF current_agent() = ANY (whose) THEN
    whose := ARRAY[current_agent()];
  ELSIF current_rank() < role_rank('SUPERVISOR') THEN
    RAISE EXCEPTION 'That missed call is not yours.' USING ERRCODE = 'CB403';
  END IF;
  INSERT INTO missed_call_closings AS x (tenant_id, agent_id, number, upto, closed_by)
  SELECT current_tenant(), a, ltrim(c.from_number, '+'), c.started_at, current_user_id() FROM unnest(whose) a
  ON CONFLICT (tenant_id, agent_id, number) DO UPDATE
    SET upto = greatest(x.upto, excluded.upto), closed_by = excluded.closed_by, closed_at = now();
END $$;
COMMENT ON FUNCTION missed_call_close IS 'POST missed-calls/:id/close';
