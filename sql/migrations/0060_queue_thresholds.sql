-- What a queue promises and when its board turns amber and red, and the page that opens with its calls.

-- Placeholders stand behind the host only: who calls does not choose whose page opens.
ALTER TABLE call_queues
  ADD COLUMN screen_pop_url text CHECK (length(screen_pop_url) <= 500 AND screen_pop_url ~ '^https?://[0-9A-Za-z.:-]+([/?#]([!#-;=?-z|~]|[{](number|name|queue|did|callId|contactId)[}])*)?$'),
  ADD COLUMN warn_wait_seconds int DEFAULT 30 CHECK (warn_wait_seconds BETWEEN 1 AND 7200),
  ADD COLUMN alert_wait_seconds int DEFAULT 120 CHECK (alert_wait_seconds BETWEEN 1 AND 7200),
  ADD COLUMN alert_waiting int CHECK (alert_waiting BETWEEN 1 AND 1000),
  ADD COLUMN service_level_target double precision NOT NULL DEFAULT 0.8 CHECK (service_level_target BETWEEN 0 AND 1),
  ADD CONSTRAINT alert_after_warning CHECK (alert_wait_seconds >= warn_wait_seconds);
COMMENT ON COLUMN call_queues.screen_pop_url IS 'opened for the agent with a call; {number}, {name}, {queue}, {did}, {callId}, {contactId} are filled in; null: none';
COMMENT ON COLUMN call_queues.warn_wait_seconds IS 'a caller who waits longer is shown as a warning; null: none is';
COMMENT ON COLUMN call_queues.alert_wait_seconds IS 'a caller who waits longer is an alert; null: none is';
COMMENT ON COLUMN call_queues.alert_waiting IS 'so many waiting callers are an alert; null: no number is';
COMMENT ON COLUMN call_queues.service_level_target IS 'the service level that is promised, 0 to 1';

GRANT UPDATE (screen_pop_url, warn_wait_seconds, alert_wait_seconds, alert_waiting, service_level_target)
  ON call_queues TO cordboard_api;

CREATE OR REPLACE VIEW queue_overview WITH (security_invoker = true) AS
  SELECT q.id, q.name, q.display_name AS "displayName", q.strategy,
         q.ring_seconds * 1000 AS "ringMs", q.max_wait_seconds * 1000 AS "maxWaitMs",
         q.max_waiting AS "maxWaiting", q.wrapup_seconds * 1000 AS "wrapupMs",
         q.service_level_seconds * 1000 AS "serviceLevelMs",
         q.service_level_formula AS "serviceLevelFormula",
         q.short_abandon_seconds * 1000 AS "shortAbandonMs", q.weight,
         q.disposition_required AS "dispositionRequired",
         ARRAY(SELECT r.did FROM inbound_routes r WHERE r.queue_id = q.id ORDER BY r.did) AS dids,
         (SELECT count(*) FROM queue_members m WHERE m.queue_id = q.id) AS members,
         w.waiting, w."oldestJoinedAt", q.music_class AS "musicClass", q.timezone,
         q.version AS "_version", q.screen_pop_url AS "screenPopUrl",
         q.warn_wait_seconds * 1000 AS "warnWaitMs", q.alert_wait_seconds * 1000 AS "alertWaitMs",
         q.alert_waiting AS "alertWaiting", q.service_level_target AS "serviceLevelTarget"
  FROM call_queues q
  CROSS JOIN LATERAL (SELECT count(*) AS waiting, min(v.joined_at) AS "oldestJoinedAt"
                      FROM queue_visits v
                      JOIN call_starts o ON o.tenant_id = v.tenant_id AND o.id = v.call_id AND o.ended_at IS NULL
                      WHERE v.tenant_id = q.tenant_id AND v.queue_id = q.id AND v.left_at IS NULL
                        AND v.call_started_at >= open_since()) w
  WHERE q.retired_at IS NULL;

-- Null leaves a field as it is; an empty text clears it.
CREATE FUNCTION queue_thresholds_set(p_id uuid, p_warn_wait_ms text, p_alert_wait_ms text, p_alert_waiting text,
                                     p_service_level_target double precision) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  q call_queues;
BEGIN
  SELECT * INTO q FROM call_queues WHERE id = p_id AND retired_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such queue.' USING ERRCODE = 'CB404';
  END IF;
  q.warn_wait_seconds := nullif(coalesce(p_warn_wait_ms, (q.warn_wait_seconds * 1000)::text), '')::int / 1000;
  q.alert_wait_seconds := nullif(coalesce(p_alert_wait_ms, (q.alert_wait_seconds * 1000)::text), '')::int / 1000;
  IF q.alert_wait_seconds < q.warn_wait_seconds THEN
    RAISE EXCEPTION 'must not come before the warning'
      USING ERRCODE = 'CB422', DETAIL = CASE WHEN p_alert_wait_ms IS NULL THEN '/warnWaitMs' ELSE '/alertWaitMs' END;
  END IF;
  UPDATE call_queues SET warn_wait_seconds = q.warn_wait_seconds, alert_wait_seconds = q.alert_wait_seconds,
    alert_waiting = nullif(coalesce(p_alert_waiting, alert_waiting::text), '')::int,
    service_level_target = coalesce(p_service_level_target, service_level_target)
  WHERE id = p_id;
END $$;
COMMENT ON FUNCTION queue_thresholds_set IS 'when a queue''s board warns, and what service level it promises';

CREATE FUNCTION queue_thresholds_put(p_id uuid, p_warn_wait_ms text, p_alert_wait_ms text, p_alert_waiting text,
                                     p_service_level_target double precision) RETURNS SETOF queue_overview
LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := queue_record(p_id);
BEGIN
  PERFORM queue_thresholds_set(p_id, p_warn_wait_ms, p_alert_wait_ms, p_alert_waiting, p_service_level_target);
  PERFORM audit('queue.update', 'queue', p_id::text, before, queue_record(p_id));
  RETURN QUERY SELECT * FROM queue_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION queue_thresholds_put IS 'PUT queues/:id/thresholds';

DROP FUNCTION queue_put(uuid, text, text, text, int, int, int, int, int, text, int, int, text, boolean, text);

-- A new queue when p_id is null. Null leaves a field as it is; an empty text where a field may be null
-- makes it so (p_timezone: the tenant's). Durations in ms.
CREATE FUNCTION queue_put(p_id uuid, p_name text, p_display_name text, p_strategy text, p_ring_ms int,
                          p_max_wait_ms int, p_max_waiting int, p_wrapup_ms int, p_service_level_ms int,
                          p_service_level_formula text, p_short_abandon_ms int, p_weight int,
                          p_music_class text, p_disposition_required boolean, p_timezone text,
                          p_screen_pop_url text, p_warn_wait_ms text, p_alert_wait_ms text,
                          p_alert_waiting text, p_service_level_target double precision)
RETURNS SETOF queue_overview LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := queue_record(p_id);
BEGIN
  IF p_timezone <> '' THEN
    PERFORM check_timezone(p_timezone, '/timezone');
  END IF;
  IF p_id IS NULL THEN
    INSERT INTO call_queues AS q (tenant_id, name, display_name)
    VALUES (current_tenant(), p_name, p_display_name)
    ON CONFLICT (tenant_id, name) DO UPDATE SET retired_at = NULL WHERE q.retired_at IS NOT NULL
    RETURNING q.id INTO p_id;
    IF p_id IS NULL THEN
      RAISE EXCEPTION 'is another queue''s' USING ERRCODE = 'CB422', DETAIL = '/name';
    END IF;
  END IF;
  UPDATE call_queues SET display_name = coalesce(p_display_name, display_name),
    strategy = coalesce(p_strategy, strategy), ring_seconds = coalesce(p_ring_ms / 1000, ring_seconds),
    max_wait_seconds = coalesce(p_max_wait_ms / 1000, max_wait_seconds),
    max_waiting = coalesce(p_max_waiting, max_waiting), wrapup_seconds = coalesce(p_wrapup_ms / 1000, wrapup_seconds),
    service_level_seconds = coalesce(p_service_level_ms / 1000, service_level_seconds),
    service_level_formula = coalesce(p_service_level_formula, service_level_formula),
    short_abandon_seconds = coalesce(p_short_abandon_ms / 1000, short_abandon_seconds),
    weight = coalesce(p_weight, weight), music_class = coalesce(p_music_class, music_class),
    disposition_required = coalesce(p_disposition_required, disposition_required),
    timezone = nullif(coalesce(p_timezone, timezone), ''),
    screen_pop_url = nullif(coalesce(p_screen_pop_url, screen_pop_url), '')
  WHERE id = p_id AND retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such queue.' USING ERRCODE = 'CB404';
  END IF;
  IF num_nonnulls(p_warn_wait_ms, p_alert_wait_ms, p_alert_waiting, p_service_level_target) > 0 THEN
    PERFORM queue_thresholds_set(p_id, p_warn_wait_ms, p_alert_wait_ms, p_alert_waiting, p_service_level_target);
  END IF;
  PERFORM audit(CASE WHEN before IS NULL THEN 'queue.create' ELSE 'queue.update' END, 'queue', p_id::text,
                before, queue_record(p_id));
  RETURN QUERY SELECT * FROM queue_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION queue_put IS 'POST queues and PUT queues/:id';
