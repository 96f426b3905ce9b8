-- Callbacks: whom to call, when, and who is to do it: an agent, or anybody of a queue.

CREATE TABLE callbacks (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid NOT NULL REFERENCES tenants,
  phone_number text NOT NULL CHECK (phone_number ~ '^\+?[0-9]{2,20}$'),
  contact_id   uuid,
  queue_id     uuid,
  agent_id     uuid,
  due_at       timestamptz NOT NULL,
  notes        text CHECK (length(notes) <= 8000),
  state        text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DONE', 'CANCELLED')),
  call_id      uuid,
  created_by   uuid NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  closed_by    uuid,
  closed_at    timestamptz,
  version      int NOT NULL DEFAULT 1,
  FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) ON DELETE SET NULL (contact_id),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent_extensions (tenant_id, id),
  FOREIGN KEY (tenant_id, call_id) REFERENCES call_starts (tenant_id, id) ON DELETE SET NULL (call_id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, closed_by) REFERENCES users (tenant_id, id),
  CHECK (num_nonnulls(queue_id, agent_id) = 1),
  CHECK ((state = 'PENDING') = (closed_at IS NULL)),
  CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
  CHECK (call_id IS NULL OR state = 'DONE')
);
CREATE INDEX callbacks_due ON callbacks (tenant_id, due_at, id);
CREATE INDEX callbacks_agent ON callbacks (tenant_id, agent_id, due_at);
CREATE INDEX callbacks_queue ON callbacks (tenant_id, queue_id, due_at);
CREATE INDEX callbacks_contact ON callbacks (tenant_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX callbacks_call ON callbacks (tenant_id, call_id) WHERE call_id IS NOT NULL;
COMMENT ON TABLE callbacks IS 'promises to call back; closed ones stay';
COMMENT ON COLUMN callbacks.id IS 'as the API names it';
COMMENT ON COLUMN callbacks.tenant_id IS 'who promised';
COMMENT ON COLUMN callbacks.phone_number IS 'whom to call: digits after an optional +';
COMMENT ON COLUMN callbacks.contact_id IS 'whose number it was when it was promised; null: nobody known';
COMMENT ON COLUMN callbacks.queue_id IS 'whose agents may do it; null: it is one agent''s';
COMMENT ON COLUMN callbacks.agent_id IS 'who is to do it; null: whoever of the queue';
COMMENT ON COLUMN callbacks.due_at IS 'when it was promised for';
COMMENT ON COLUMN callbacks.notes IS 'what it is about';
COMMENT ON COLUMN callbacks.state IS 'PENDING until it is DONE or CANCELLED, which it then stays';
COMMENT ON COLUMN callbacks.call_id IS 'the call that did it; null: not said, or no longer kept';
COMMENT ON COLUMN callbacks.created_by IS 'who promised it';
COMMENT ON COLUMN callbacks.created_at IS 'when it was promised';
COMMENT ON COLUMN callbacks.closed_by IS 'who said that it is done or cancelled';
COMMENT ON COLUMN callbacks.closed_at IS 'when that was';
COMMENT ON COLUMN callbacks.version IS 'raised by each change: the ETag';
CREATE TRIGGER versioned BEFORE UPDATE OR DELETE ON callbacks FOR EACH ROW EXECUTE FUNCTION versioned();
ALTER TABLE callbacks ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON callbacks TO cordboard_api, cordboard_report
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY worker ON callbacks TO cordboard_worker USING (true) WITH CHECK (true);
GRANT SELECT ON callbacks TO cordboard_api, cordboard_report;
GRANT INSERT (tenant_id, phone_number, contact_id, queue_id, agent_id, due_at, notes, created_by),
      UPDATE (queue_id, agent_id, due_at, notes, state, call_id, closed_by, closed_at)
  ON callbacks TO cordboard_api;

CREATE VIEW callback_overview WITH (security_invoker = true) AS
  SELECT b.id, b.state, b.phone_number AS "phoneNumber", b.contact_id AS "contactId", k.name AS "contactName",
         b.queue_id AS "queueId", q.name AS queue, b.agent_id AS "agentId", e.extension AS agent,
         e.display_name AS "agentName", b.due_at AS "dueAt", b.notes, b.call_id AS "callId",
         m.extension AS "createdBy", b.created_at AS "createdAt", c.extension AS "closedBy",
         b.closed_at AS "closedAt", b.version AS "_version"
  FROM callbacks b
  JOIN users m ON m.id = b.created_by
  LEFT JOIN users c ON c.id = b.closed_by
  LEFT JOIN contacts k ON k.id = b.contact_id
  LEFT JOIN call_queues q ON q.id = b.queue_id
  LEFT JOIN agent_extensions e ON e.id = b.agent_id;
COMMENT ON VIEW callback_overview IS 'callbacks as the API shows them';
GRANT SELECT ON callback_overview TO cordboard_api, cordboard_report;

CREATE FUNCTION is_own_queue(p_queue uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM queue_members m WHERE m.queue_id = p_queue AND m.agent_id = current_agent())
$$;
COMMENT ON FUNCTION is_own_queue IS 'whether the acting user is a member of the queue';

-- An agent's own, and those of the own queues; all of them for supervisors.
CREATE FUNCTION is_own_callback(p_agent uuid, p_queue uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_rank() >= role_rank('SUPERVISOR') OR coalesce(p_agent = current_agent(), false)
      OR is_own_queue(p_queue)
$$;
COMMENT ON FUNCTION is_own_callback IS 'whether the acting user may see and change a callback of that agent or queue';

CREATE FUNCTION check_callback(p_id uuid) RETURNS callbacks LANGUAGE plpgsql STABLE AS $$
DECLARE
  b callbacks;
BEGIN
  SELECT * INTO b FROM callbacks WHERE id = p_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such callback.' USING ERRCODE = 'CB404';
  ELSIF NOT is_own_callback(b.agent_id, b.queue_id) THEN
    RAISE EXCEPTION 'That callback is not yours.' USING ERRCODE = 'CB403';
  END IF;
  RETURN b;
END $$;
COMMENT ON FUNCTION check_callback IS 'the callback, if it is there and the acting user''s to see';

-- Whom it may be given to: agents take it or give it to a queue of theirs, supervisors to anybody.
CREATE FUNCTION check_callback_for(p_agent uuid, p_queue uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF p_agent IS NOT NULL AND p_queue IS NOT NULL THEN
    RAISE EXCEPTION 'cannot be given together with a queue' USING ERRCODE = 'CB422', DETAIL = '/agentId';
  ELSIF p_agent IS NULL AND p_queue IS NULL THEN
    RAISE EXCEPTION 'is required, or a queue' USING ERRCODE = 'CB422', DETAIL = '/agentId';
  ELSIF p_agent IS NOT NULL AND NOT EXISTS (SELECT FROM agent_extensions e WHERE e.id = p_agent AND e.enabled) THEN
    RAISE EXCEPTION 'names no agent that is here' USING ERRCODE = 'CB422', DETAIL = '/agentId';
  ELSIF p_queue IS NOT NULL AND NOT EXISTS (SELECT FROM call_queues q WHERE q.id = p_queue AND q.retired_at IS NULL) THEN
    RAISE EXCEPTION 'names no queue that is here' USING ERRCODE = 'CB422', DETAIL = '/queueId';
  ELSIF NOT is_own_callback(p_agent, p_queue) THEN
    RAISE EXCEPTION 'Agents give callbacks to themselves or to queues of theirs.' USING ERRCODE = 'CB403';
  END IF;
END $$;
COMMENT ON FUNCTION check_callback_for IS 'raises unless a callback may be given to that agent or queue';

CREATE FUNCTION check_due(p_due timestamptz) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF p_due < now() - interval '5 minutes' THEN
    RAISE EXCEPTION 'is over' USING ERRCODE = 'CB422', DETAIL = '/dueAt';
  END IF;
END $$;
COMMENT ON FUNCTION check_due IS 'raises for a time that is past, but for what clocks may differ by';

-- For neither an agent nor a queue: the acting user's own.
CREATE FUNCTION callback_post(p_number text, p_contact uuid, p_queue uuid, p_agent uuid, p_due timestamptz, p_notes text)
RETURNS SETOF callback_overview LANGUAGE plpgsql AS $$
DECLARE
  made uuid;
BEGIN
  IF p_queue IS NULL THEN
    p_agent := coalesce(p_agent, current_agent());
  END IF;
  PERFORM check_callback_for(p_agent, p_queue), check_due(p_due);
  IF p_contact IS NULL THEN
    SELECT n.contact_id INTO p_contact FROM contact_numbers n WHERE n.number = ANY (number_forms(ARRAY[p_number]));
  ELSIF NOT EXISTS (SELECT FROM contacts k WHERE k.id = p_contact) THEN
    RAISE EXCEPTION 'names no contact that is here' USING ERRCODE = 'CB422', DETAIL = '/contactId';
  END IF;
  INSERT INTO callbacks (tenant_id, phone_number, contact_id, queue_id, agent_id, due_at, notes, created_by)
  VALUES (current_tenant(), p_number, p_contact, p_queue, p_agent, p_due, nullif(p_notes, ''), current_user_id())
  RETURNING id INTO made;
  RETURN QUERY SELECT * FROM callback_overview WHERE id = made;
END $$;
COMMENT ON FUNCTION callback_post IS 'POST callbacks';

-- Null leaves a field as it is; an empty text clears the notes. What is closed stays as it was closed.
CREATE FUNCTION callback_put(p_id uuid, p_queue uuid, p_agent uuid, p_due timestamptz, p_notes text, p_state text, p_call uuid)
RETURNS SETOF callback_overview LANGUAGE plpgsql AS $$
DECLARE
  b callbacks;
  closing boolean := coalesce(p_state <> 'PENDING', false);
BEGIN
  -- Held first: two must not close it, each in its way.
  PERFORM FROM callbacks WHERE id = p_id FOR NO KEY UPDATE;
  b := check_callback(p_id);
  IF b.state <> 'PENDING' THEN
    RAISE EXCEPTION 'It is % already.', lower(b.state) USING ERRCODE = 'CB409';
  ELSIF p_call IS NOT NULL AND p_state IS DISTINCT FROM 'DONE' THEN
    RAISE EXCEPTION 'is for a callback that is done' USING ERRCODE = 'CB422', DETAIL = '/callId';
  ELSIF p_call IS NOT NULL AND (call_start(p_call) IS NULL OR NOT may_see_call(p_call)) THEN
    RAISE EXCEPTION 'names no call of yours' USING ERRCODE = 'CB422', DETAIL = '/callId';
  END IF;
  IF p_agent IS NOT NULL OR p_queue IS NOT NULL THEN
    PERFORM check_callback_for(p_agent, p_queue);
  ELSE
    p_agent := b.agent_id;
    p_queue := b.queue_id;
  END IF;
  PERFORM check_due(p_due);
  UPDATE callbacks SET agent_id = p_agent, queue_id = p_queue, due_at = coalesce(p_due, due_at),
         notes = nullif(coalesce(p_notes, notes), ''), state = coalesce(p_state, state), call_id = p_call,
         closed_by = CASE WHEN closing THEN current_user_id() END, closed_at = CASE WHEN closing THEN now() END
  WHERE id = p_id;
  RETURN QUERY SELECT * FROM callback_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION callback_put IS 'PUT callbacks/:id';
