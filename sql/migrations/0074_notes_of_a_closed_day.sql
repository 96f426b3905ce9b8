-- What an agent wrote about a call is changed until the day it ended on closes, but for an hour at least: a
-- wrap-up may last beyond midnight. A supervisor changes it later, too.

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
  IF current_rank() < role_rank('SUPERVISOR') AND old.ended_at < least(day_start(now(), (SELECT t.timezone FROM tenants t)), now() - interval '1 hour') THEN
    RAISE EXCEPTION 'The day of that call is closed: what was written stays.' USING ERRCODE = 'CB409';
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
