-- A call shows its contact also when nobody linked the two: by the customer's number.
CREATE OR REPLACE VIEW call_overview WITH (security_invoker = true) AS
  SELECT c.id, c.direction, c.status, c.from_number AS "from", c.from_name AS "fromName",
         c.to_number AS "to", c.did, c.queue_id AS "queueId", q.name AS queue,
         c.agent_id AS "agentId", e.extension AS agent, e.display_name AS "agentName",
         k.id AS "contactId", k.name AS "contactName", c.started_at AS "startedAt",
         c.answered_at AS "answeredAt", c.ended_at AS "endedAt", c.ended_by AS "endedBy",
         c.hangup_cause AS "hangupCause", c.outcome, c.end_reason AS "endReason", c.estimated,
         c.wait_ms AS "waitMs", c.talk_ms AS "talkMs", c.hold_ms AS "holdMs",
         ms_between(c.started_at, c.ended_at) AS "durationMs",
         c.notes, c.disposition, c.tags, c.noted_at AS "notedAt"
  FROM call_sessions c
  LEFT JOIN call_queues q ON q.id = c.queue_id
  LEFT JOIN agent_extensions e ON e.id = c.agent_id
  LEFT JOIN contact_numbers n ON n.tenant_id = c.tenant_id AND c.direction <> 'INTERNAL'
    AND n.number = CASE c.direction WHEN 'INBOUND' THEN c.from_number ELSE c.to_number END
  LEFT JOIN contacts k ON k.id = coalesce(c.contact_id, n.contact_id);
