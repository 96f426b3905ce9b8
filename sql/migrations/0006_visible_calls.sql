-- The calls that the acting user may see, shaped so that either half is skipped as a whole: a
-- supervisor's list walks the index by time, an agent's starts from the agent's own few calls.
-- Both halves are ordered, or a page would sort the whole history.
CREATE INDEX talk_segments_agent ON talk_segments (tenant_id, agent_id, call_id);
CREATE INDEX ring_offers_open ON ring_offers (tenant_id, agent_id) WHERE ended_at IS NULL;

CREATE VIEW visible_calls WITH (security_invoker = true) AS
  (SELECT c.* FROM call_sessions c
   WHERE current_rank() >= 2
   ORDER BY c.started_at DESC, c.id DESC)
  UNION ALL
  (SELECT c.* FROM call_sessions c
   WHERE current_rank() = 1 AND c.id IN (
     SELECT o.id FROM call_sessions o WHERE o.agent_id = current_agent()
     UNION SELECT s.call_id FROM talk_segments s WHERE s.agent_id = current_agent()
     UNION SELECT r.call_id FROM ring_offers r WHERE r.agent_id = current_agent() AND r.ended_at IS NULL)
   ORDER BY c.started_at DESC, c.id DESC);

GRANT SELECT ON visible_calls TO cordboard_api;
