-- Calls: a version of what people write about them, what they may be filed as, and finding them by
-- number and name with indexes; and for each agent the call that is being talked in now.

-- ---- notes ----------------------------------------------------------------------------------------

ALTER TABLE call_sessions ADD COLUMN note_version int NOT NULL DEFAULT 1;
COMMENT ON COLUMN call_sessions.note_version IS 'raised by each change of notes, disposition or tags, and by nothing else: the ETag';
GRANT UPDATE (note_version) ON call_sessions TO cordboard_api;

CREATE OR REPLACE VIEW call_overview WITH (security_invoker = true) AS
  SELECT c.id, c.direction, c.status, c.from_number AS "from", c.from_name AS "fromName",
         c.to_number AS "to", c.did, c.queue_id AS "queueId", q.name AS queue,
         c.agent_id AS "agentId", e.extension AS agent, e.display_name AS "agentName",
         k.id AS "contactId", k.name AS "contactName", c.started_at AS "startedAt",
         c.answered_at AS "answeredAt", c.ended_at AS "endedAt", c.ended_by AS "endedBy",
         c.hangup_cause AS "hangupCause", c.outcome, c.end_reason AS "endReason", c.estimated,
         c.wait_ms AS "waitMs", c.talk_ms AS "talkMs", c.hold_ms AS "holdMs",
         ms_between(c.started_at, c.ended_at) AS "durationMs",
         c.notes, c.disposition, c.tags, c.noted_at AS "notedAt", c.note_version AS "_version"
  FROM call_sessions c
  LEFT JOIN call_queues q ON q.id = c.queue_id
  LEFT JOIN agent_extensions e ON e.id = c.agent_id
  LEFT JOIN contact_numbers n ON n.tenant_id = c.tenant_id AND c.direction <> 'INTERNAL'
    AND n.number = CASE c.direction WHEN 'INBOUND' THEN c.from_number ELSE c.to_number END
  LEFT JOIN contacts k ON k.id = coalesce(c.contact_id, n.contact_id);

-- Null leaves a field as it is, an empty text clears it. cordboard-amid goes on writing the same row,
-- so the version is compared here and not by the row's trigger. A queue that wants a disposition gets
-- one by the time that nobody is talking or wrapping up any more.
CREATE OR REPLACE FUNCTION call_note(p_call uuid, p_notes text, p_disposition text, p_tags text[])
RETURNS SETOF call_overview LANGUAGE plpgsql AS $$
DECLARE
  started timestamptz := call_start(p_call);
  wanted text := nullif(current_setting('cordboard.if_match', true), '');
  old call_sessions;
BEGIN
  PERFORM check_call(p_call);
  SELECT * INTO old FROM call_sessions WHERE id = p_call AND started_at = started FOR NO KEY UPDATE;
  IF lower(split_part(wanted, ' ', 1)) = p_call::text THEN
    IF split_part(wanted, ' ', 2) <> old.note_version::text THEN
      RAISE EXCEPTION 'It was changed meanwhile: this is version %.', old.note_version USING ERRCODE = 'CB412';
    END IF;
    PERFORM set_config('cordboard.if_match', '', true);
  END IF;
  IF p_disposition <> '' AND NOT disposition_allowed(p_call, p_disposition) THEN
    RAISE EXCEPTION 'is not one that this call can be filed as' USING ERRCODE = 'CB422', DETAIL = '/disposition';
  ELSIF coalesce(p_disposition, old.disposition, '') = '' AND old.ended_at IS NOT NULL
        AND EXISTS (SELECT FROM call_queues q WHERE q.id = old.queue_id AND q.disposition_required)
        AND (p_disposition = '' AND old.disposition <> ''
             OR NOT EXISTS (SELECT FROM agent_states s WHERE s.call_id = p_call AND s.status = 'WRAP_UP')) THEN
    RAISE EXCEPTION 'is required for calls of this queue' USING ERRCODE = 'CB422', DETAIL = '/disposition';
  END IF;
  UPDATE call_sessions
  SET notes = nullif(coalesce(p_notes, notes), ''),
      disposition = nullif(coalesce(p_disposition, disposition), ''),
      tags = CASE WHEN p_tags IS NULL THEN tags ELSE normal_tags(p_tags) END,
      noted_by = current_user_id(), noted_at = now(), note_version = note_version + 1
  WHERE id = p_call AND started_at = started;
  RETURN QUERY SELECT * FROM call_overview WHERE id = p_call AND "startedAt" = started;
END $$;
COMMENT ON FUNCTION call_note IS 'PUT calls/:id/notes';

-- ---- finding calls ----------------------------------------------------------------------------------

-- Numbers are looked for by how they begin, and as a whole.
DROP INDEX call_sessions_from;
CREATE INDEX call_sessions_from ON call_sessions (tenant_id, from_number text_pattern_ops, started_at DESC);
CREATE INDEX call_sessions_to ON call_sessions (tenant_id, to_number text_pattern_ops, started_at DESC);

CREATE FUNCTION call_text(p_name text, p_notes text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN plain_text(coalesce(p_name || ' ', '') || coalesce(p_notes, ''));
COMMENT ON FUNCTION call_text IS 'everything of a call that a search by words looks at';
-- Each writer does its own part at once: a list of pending entries would be one request's long wait.
CREATE INDEX call_sessions_text ON call_sessions USING gin (call_text(from_name, notes) gin_trgm_ops)
  WITH (fastupdate = off) WHERE from_name IS NOT NULL OR notes IS NOT NULL;

-- With its owner's rights, as contact_find() and for its reasons. Digits are the beginning of either
-- number; a text stands in the caller's name, in the notes, or in the name of a contact.
CREATE FUNCTION call_find(p_search text, p_since timestamptz, p_upto timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  contacts_max constant int := 200;
  tenant constant uuid := current_tenant();
  digits constant text := CASE WHEN p_search ~ '^[-+0-9 ().]*[0-9][-+0-9 ().]*$'
                               THEN regexp_replace(p_search, '[^0-9]', '', 'g') END;
  bare constant text := digits || '%';
  plus constant text := '+' || digits || '%';
  pattern constant text := '%' || like_literal(btrim(plain_text(p_search))) || '%';
  numbers text[];
BEGIN
  IF digits IS NOT NULL THEN
    RETURN QUERY
    SELECT c.id FROM call_sessions c
    WHERE c.tenant_id = tenant AND c.started_at >= p_since AND c.started_at < p_upto
      AND (c.from_number LIKE bare OR c.from_number LIKE plus OR c.to_number LIKE bare OR c.to_number LIKE plus);
    RETURN;
  END IF;
  numbers := ARRAY(SELECT n.number
                   FROM (SELECT k.id FROM contacts k WHERE k.tenant_id = tenant AND k.search LIKE pattern LIMIT contacts_max) k
                   JOIN contact_numbers n ON n.tenant_id = tenant AND n.contact_id = k.id);
  RETURN QUERY
  SELECT c.id FROM call_sessions c
  WHERE c.tenant_id = tenant AND c.started_at >= p_since AND c.started_at < p_upto
    AND (c.from_name IS NOT NULL OR c.notes IS NOT NULL) AND call_text(c.from_name, c.notes) LIKE pattern
  UNION ALL
  SELECT c.id FROM call_sessions c
  WHERE c.tenant_id = tenant AND c.started_at >= p_since AND c.started_at < p_upto
    AND (c.direction = 'INBOUND' AND c.from_number = ANY (numbers)
         OR c.direction = 'OUTBOUND' AND c.to_number = ANY (numbers));
END $$;
COMMENT ON FUNCTION call_find IS 'calls of the acting tenant, begun in a period, that a search finds';
REVOKE ALL ON FUNCTION call_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION call_find TO cordboard_api;

CREATE OR REPLACE FUNCTION call_page(p_own uuid, p_agent uuid, p_queue uuid, p_status text, p_direction text,
                                     p_from timestamptz, p_until timestamptz, p_search text, p_number text,
                                     p_before timestamptz, p_before_id uuid, p_limit int)
RETURNS SETOF call_overview LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  upto timestamptz := least(p_until, p_before + interval '1 microsecond', 'infinity');
  since timestamptz;
  bound timestamptz;
  wanted int := p_limit;
  n int;
BEGIN
  FOR bound IN SELECT b FROM history_bounds() b WHERE b < upto ORDER BY b DESC LOOP
    EXIT WHEN wanted <= 0 OR upto <= p_from;
    since := greatest(bound, p_from);
    RETURN QUERY
      SELECT c.* FROM call_overview c
      WHERE c."startedAt" >= since AND c."startedAt" < upto
        AND (p_before IS NULL OR (c."startedAt", c.id) < (p_before, p_before_id))
        AND (p_own IS NULL OR c.id IN (SELECT o.id FROM calls_of(p_own, since, upto) o))
        AND (p_agent IS NULL OR c.id IN (SELECT o.id FROM calls_of(p_agent, since, upto) o))
        AND (p_queue IS NULL OR c.id IN (SELECT v.call_id FROM queue_visits v WHERE v.queue_id = p_queue
               AND v.call_started_at >= since AND v.call_started_at < upto))
        AND (p_status IS NULL OR c.status = p_status)
        AND (p_direction IS NULL OR c.direction = p_direction)
        AND (p_number IS NULL OR c."from" = ANY (number_forms(ARRAY[p_number])) OR c."to" = ANY (number_forms(ARRAY[p_number])))
        AND (p_search IS NULL OR c.id IN (SELECT f FROM call_find(p_search, since, upto) f))
      ORDER BY c."startedAt" DESC, c.id DESC
      LIMIT wanted;
    GET DIAGNOSTICS n = ROW_COUNT;
    wanted := wanted - n;
    upto := bound;
  END LOOP;
END $$;

-- ---- the call that an agent is in ---------------------------------------------------------------------

CREATE OR REPLACE VIEW agent_overview WITH (security_invoker = true) AS
  SELECT e.id, e.extension, e.display_name AS "displayName", u.role, e.phone_kind AS "phoneKind",
         e.auto_answer AS "autoAnswer", e.enabled, coalesce(s.status, 'OFFLINE') AS status, s.reason,
         s.since, s.call_id AS "callId", s.wrapup_until AS "wrapupUntil", s.next_status AS "nextStatus",
         ARRAY(SELECT q.name FROM queue_members m JOIN call_queues q ON q.id = m.queue_id
               WHERE m.agent_id = e.id AND q.retired_at IS NULL ORDER BY q.name) AS queues,
         e.user_id AS "userId",
         (SELECT coalesce(json_agg(json_build_object('queueId', q.id, 'queue', q.name, 'penalty', m.penalty)
                                   ORDER BY q.name), '[]')
          FROM queue_members m JOIN call_queues q ON q.id = m.queue_id
          WHERE m.agent_id = e.id AND q.retired_at IS NULL) AS memberships,
         e.version AS "_version",
         CASE WHEN s.call_id IS NOT NULL AND s.status <> 'WRAP_UP' THEN
           (SELECT json_build_object('id', c.id, 'direction', c.direction, 'status', c.status, 'from', c.from_number,
                     'fromName', c.from_name, 'to', c.to_number, 'queue', q.name,
                     'since', rfc3339(CASE s.status WHEN 'ON_CALL' THEN s.since ELSE c.started_at END))
            FROM call_sessions c LEFT JOIN call_queues q ON q.id = c.queue_id
            WHERE c.id = s.call_id AND c.started_at >= open_since() AND c.ended_at IS NULL) END AS call
  FROM agent_extensions e
  LEFT JOIN users u ON u.id = e.user_id
  LEFT JOIN agent_states s ON s.tenant_id = e.tenant_id AND s.agent_id = e.id
  WHERE e.retired_at IS NULL;
