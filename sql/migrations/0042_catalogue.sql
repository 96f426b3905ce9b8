-- What calls are filed as and what pauses are for, as the API changes them. A code is a word of old
-- records: it never changes, and what is retired keeps it.

ALTER TABLE pause_reasons
  ADD COLUMN version int NOT NULL DEFAULT 1,
  ADD CHECK (length(label) BETWEEN 1 AND 80),
  ADD CHECK (position BETWEEN 0 AND 9999);
COMMENT ON COLUMN pause_reasons.version IS 'raised by each change: its ETag';
CREATE TRIGGER versioned BEFORE UPDATE OR DELETE ON pause_reasons FOR EACH ROW EXECUTE FUNCTION versioned();

ALTER TABLE dispositions
  ADD COLUMN parent_id uuid,
  ADD COLUMN version int NOT NULL DEFAULT 1,
  ADD UNIQUE (tenant_id, id),
  ADD FOREIGN KEY (tenant_id, parent_id) REFERENCES dispositions (tenant_id, id),
  ADD CHECK (length(label) BETWEEN 1 AND 80),
  ADD CHECK (position BETWEEN 0 AND 9999);
COMMENT ON COLUMN dispositions.parent_id IS 'the group it stands in; null: at the top';
COMMENT ON COLUMN dispositions.version IS 'raised by each change: its ETag';
CREATE INDEX dispositions_parent ON dispositions (tenant_id, parent_id);
CREATE TRIGGER versioned BEFORE UPDATE OR DELETE ON dispositions FOR EACH ROW EXECUTE FUNCTION versioned();

CREATE TABLE disposition_queues (
  tenant_id      uuid NOT NULL,
  disposition_id uuid NOT NULL,
  queue_id       uuid NOT NULL,
  PRIMARY KEY (tenant_id, disposition_id, queue_id),
  FOREIGN KEY (tenant_id, disposition_id) REFERENCES dispositions (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, queue_id) REFERENCES call_queues (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX disposition_queues_queue ON disposition_queues (tenant_id, queue_id);
COMMENT ON TABLE disposition_queues IS 'which queues'' calls a disposition is for; none: all calls';
COMMENT ON COLUMN disposition_queues.tenant_id IS 'of both';
COMMENT ON COLUMN disposition_queues.disposition_id IS 'the disposition, with all that stand below it';
COMMENT ON COLUMN disposition_queues.queue_id IS 'a queue that it is for';

ALTER TABLE disposition_queues ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON disposition_queues TO cordboard_api, cordboard_report
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY worker ON disposition_queues TO cordboard_worker USING (true) WITH CHECK (true);
GRANT SELECT ON disposition_queues TO cordboard_api, cordboard_report;
GRANT INSERT, DELETE ON disposition_queues TO cordboard_api;
GRANT INSERT (tenant_id, code, label), UPDATE (label, position, parent_id, retired_at) ON dispositions TO cordboard_api;
GRANT INSERT (tenant_id, code, label), UPDATE (label, paid, limit_seconds, position, retired_at)
  ON pause_reasons TO cordboard_api;

-- ---- pause reasons ------------------------------------------------------------------------------

CREATE VIEW pause_reason_overview WITH (security_invoker = true) AS
  SELECT id, code, label, paid, limit_seconds * 1000 AS "limitMs", position, retired_at AS "retiredAt",
         version AS "_version"
  FROM pause_reasons;
COMMENT ON VIEW pause_reason_overview IS 'pause reasons as the API shows them';

CREATE FUNCTION pause_reason_record(p_id uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(r) - ARRAY['id', 'retiredAt', '_version'] FROM pause_reason_overview r
  WHERE r.id = p_id AND r."retiredAt" IS NULL
$$;
COMMENT ON FUNCTION pause_reason_record IS 'a pause reason as the audit trail shows it';

-- A new one when p_id is null. Null leaves a field as it is; an empty p_limit_ms: no limit.
CREATE FUNCTION pause_reason_put(p_id uuid, p_code text, p_label text, p_paid boolean, p_limit_ms text, p_position int)
RETURNS SETOF pause_reason_overview LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := pause_reason_record(p_id);
BEGIN
  IF p_id IS NULL THEN
    INSERT INTO pause_reasons AS r (tenant_id, code, label) VALUES (current_tenant(), p_code, p_label)
    ON CONFLICT (tenant_id, code) DO UPDATE SET retired_at = NULL WHERE r.retired_at IS NOT NULL
    RETURNING r.id INTO p_id;
    IF p_id IS NULL THEN
      RAISE EXCEPTION 'is another reason''s' USING ERRCODE = 'CB422', DETAIL = '/code';
    END IF;
  END IF;
  UPDATE pause_reasons SET label = coalesce(p_label, label), paid = coalesce(p_paid, paid),
    limit_seconds = nullif(coalesce(p_limit_ms, (limit_seconds * 1000)::text), '')::int / 1000,
    position = coalesce(p_position, position)
  WHERE id = p_id AND retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such pause reason.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit(CASE WHEN before IS NULL THEN 'pause_reason.create' ELSE 'pause_reason.update' END, 'pause_reason',
                p_id::text, before, pause_reason_record(p_id));
  RETURN QUERY SELECT * FROM pause_reason_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION pause_reason_put IS 'POST pause-reasons and PUT pause-reasons/:id';

CREATE FUNCTION pause_reason_retire(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := pause_reason_record(p_id);
BEGIN
  UPDATE pause_reasons SET retired_at = now() WHERE id = p_id AND retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such pause reason.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit('pause_reason.retire', 'pause_reason', p_id::text, before, NULL);
END $$;
COMMENT ON FUNCTION pause_reason_retire IS 'DELETE pause-reasons/:id: old records keep its code';

-- ---- dispositions -------------------------------------------------------------------------------

-- A tree, not deeper than people can choose from. Changes of one tenant's tree wait for each other,
-- or two could make a circle together.
CREATE FUNCTION disposition_nests() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  above uuid[] := ARRAY[NEW.id];
  up uuid := NEW.parent_id;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('dispositions ' || NEW.tenant_id, 0));
  WHILE up IS NOT NULL LOOP
    IF up = ANY (above) OR cardinality(above) > 4 THEN
      RAISE EXCEPTION '%', CASE WHEN up = ANY (above) THEN 'stands below this one' ELSE 'stands too deep already' END
        USING ERRCODE = 'CB422', DETAIL = '/parentId';
    END IF;
    above := above || up;
    up := (SELECT d.parent_id FROM dispositions d WHERE d.tenant_id = NEW.tenant_id AND d.id = up);
  END LOOP;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION disposition_nests IS 'trigger: dispositions are a tree of five levels at most';
CREATE TRIGGER disposition_nests BEFORE INSERT OR UPDATE OF parent_id ON dispositions FOR EACH ROW
  WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION disposition_nests();

-- path orders the tree so that each stands right below its group.
CREATE VIEW disposition_overview WITH (security_invoker = true) AS
  WITH RECURSIVE tree AS (
    SELECT d.id, 0 AS depth, lpad(d.position::text, 4, '0') || d.code AS path
    FROM dispositions d WHERE d.parent_id IS NULL
    UNION ALL
    SELECT d.id, t.depth + 1, t.path || '/' || lpad(d.position::text, 4, '0') || d.code
    FROM tree t JOIN dispositions d ON d.parent_id = t.id)
  SELECT d.id, d.code, d.label, d.parent_id AS "parentId", t.depth, d.position,
         ARRAY(SELECT q.queue_id::text FROM disposition_queues q WHERE q.disposition_id = d.id ORDER BY 1) AS "queueIds",
         NOT EXISTS (SELECT FROM dispositions c WHERE c.parent_id = d.id AND c.retired_at IS NULL) AS selectable,
         d.retired_at AS "retiredAt", t.path AS "_path", d.version AS "_version"
  FROM tree t JOIN dispositions d ON d.id = t.id;
COMMENT ON VIEW disposition_overview IS 'dispositions as the API shows them; a group is not selectable, only what stands in it is';
GRANT SELECT ON pause_reason_overview, disposition_overview TO cordboard_api, cordboard_report;

-- A disposition is for what all of its groups are for, too. Without a queue: for every call.
CREATE FUNCTION disposition_applies(p_id uuid, p_queue uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  WITH RECURSIVE up AS (
    SELECT d.id, d.parent_id FROM dispositions d WHERE d.id = p_id
    UNION ALL
    SELECT d.id, d.parent_id FROM up JOIN dispositions d ON d.id = up.parent_id)
  SELECT NOT EXISTS (
    SELECT FROM up
    WHERE EXISTS (SELECT FROM disposition_queues q WHERE q.disposition_id = up.id)
      AND NOT EXISTS (SELECT FROM disposition_queues q WHERE q.disposition_id = up.id AND q.queue_id = p_queue))
$$;
COMMENT ON FUNCTION disposition_applies IS 'whether a disposition is for calls of that queue; null: for calls of none';

CREATE FUNCTION disposition_allowed(p_call uuid, p_code text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM disposition_overview d
    WHERE d.code = p_code AND d."retiredAt" IS NULL AND d.selectable
      AND (disposition_applies(d.id, NULL)
           OR EXISTS (SELECT FROM queue_visits v
                      WHERE v.tenant_id = current_tenant() AND v.call_id = p_call AND v.call_started_at = call_start(p_call)
                        AND disposition_applies(d.id, v.queue_id))))
$$;
COMMENT ON FUNCTION disposition_allowed IS 'whether a call may be filed as that: in use, no group, and for a queue that the call was in';

-- The call that an agent finishes is one whose queue wants to know what became of it.
CREATE FUNCTION disposition_missing(p_agent uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM agent_states s
    JOIN call_starts b ON b.tenant_id = s.tenant_id AND b.id = s.call_id
    JOIN call_sessions c ON c.tenant_id = b.tenant_id AND c.id = b.id AND c.started_at = b.started_at
    JOIN call_queues q ON q.tenant_id = c.tenant_id AND q.id = c.queue_id
    WHERE s.agent_id = p_agent AND s.status = 'WRAP_UP' AND q.disposition_required AND c.disposition IS NULL)
$$;
COMMENT ON FUNCTION disposition_missing IS 'whether an agent wraps up a call that still needs a disposition';

CREATE FUNCTION disposition_record(p_id uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(d) - ARRAY['id', 'depth', 'selectable', 'retiredAt', '_path', '_version']
  FROM disposition_overview d WHERE d.id = p_id AND d."retiredAt" IS NULL
$$;
COMMENT ON FUNCTION disposition_record IS 'a disposition as the audit trail shows it';

CREATE FUNCTION disposition_queues_put(p_id uuid, p_queues uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT i - 1 INTO wrong FROM unnest(p_queues) WITH ORDINALITY e (id, i)
  WHERE NOT EXISTS (SELECT FROM call_queues q WHERE q.id = e.id AND q.retired_at IS NULL) ORDER BY i LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'names no queue that is here' USING ERRCODE = 'CB422', DETAIL = format('/queueIds/%s', wrong);
  END IF;
  DELETE FROM disposition_queues WHERE disposition_id = p_id AND queue_id <> ALL (p_queues);
  INSERT INTO disposition_queues (tenant_id, disposition_id, queue_id)
  SELECT current_tenant(), p_id, q FROM unnest(p_queues) q ON CONFLICT DO NOTHING;
END $$;
COMMENT ON FUNCTION disposition_queues_put IS 'the whole list of queues that a disposition is for';

-- A new one when p_id is null. Null leaves a field as it is; an empty p_parent: at the top.
CREATE FUNCTION disposition_put(p_id uuid, p_code text, p_label text, p_parent text, p_position int, p_queues uuid[])
RETURNS SETOF disposition_overview LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := disposition_record(p_id);
BEGIN
  IF p_parent <> '' AND NOT EXISTS (SELECT FROM dispositions WHERE id = p_parent::uuid AND retired_at IS NULL) THEN
    RAISE EXCEPTION 'names nothing that is here' USING ERRCODE = 'CB422', DETAIL = '/parentId';
  END IF;
  IF p_id IS NULL THEN
    INSERT INTO dispositions AS d (tenant_id, code, label) VALUES (current_tenant(), p_code, p_label)
    ON CONFLICT (tenant_id, code) DO UPDATE SET retired_at = NULL, parent_id = NULL WHERE d.retired_at IS NOT NULL
    RETURNING d.id INTO p_id;
    IF p_id IS NULL THEN
      RAISE EXCEPTION 'is another disposition''s' USING ERRCODE = 'CB422', DETAIL = '/code';
    END IF;
  END IF;
  UPDATE dispositions SET label = coalesce(p_label, label), position = coalesce(p_position, position),
    parent_id = nullif(coalesce(p_parent, parent_id::text), '')::uuid
  WHERE id = p_id AND retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such disposition.' USING ERRCODE = 'CB404';
  END IF;
  IF p_queues IS NOT NULL THEN
    PERFORM disposition_queues_put(p_id, p_queues);
  END IF;
  PERFORM audit(CASE WHEN before IS NULL THEN 'disposition.create' ELSE 'disposition.update' END, 'disposition',
                p_id::text, before, disposition_record(p_id));
  RETURN QUERY SELECT * FROM disposition_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION disposition_put IS 'POST dispositions and PUT dispositions/:id';

CREATE FUNCTION disposition_retire(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := disposition_record(p_id);
  below text := (SELECT string_agg(code, ', ' ORDER BY code) FROM dispositions WHERE parent_id = p_id AND retired_at IS NULL);
BEGIN
  IF below IS NOT NULL THEN
    RAISE EXCEPTION 'Others stand below it: %.', below USING ERRCODE = 'CB409';
  END IF;
  UPDATE dispositions SET retired_at = now() WHERE id = p_id AND retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such disposition.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit('disposition.retire', 'disposition', p_id::text, before, NULL);
END $$;
COMMENT ON FUNCTION disposition_retire IS 'DELETE dispositions/:id: old records keep its code';
