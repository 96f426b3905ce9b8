-- Opening hours, and where a number leads: in them, and outside of them.

-- ---- opening hours --------------------------------------------------------------------------------
-- Local time is what a clock on the wall shows. A span belongs to the day that it begins on; one that
-- closes no later than it opens goes on into the next day. An exception (a holiday, a long evening)
-- replaces what would begin on its date, and lets run what began the day before.

CREATE TABLE opening_hours (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL REFERENCES tenants,
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  timezone   text NOT NULL CHECK (is_timezone(timezone)),
  version    int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name),
  UNIQUE (tenant_id, id)
);
COMMENT ON TABLE opening_hours IS 'named timetables, which routes name';
COMMENT ON COLUMN opening_hours.id IS 'names it in the API';
COMMENT ON COLUMN opening_hours.tenant_id IS 'whose it is';
COMMENT ON COLUMN opening_hours.name IS 'what people call it';
COMMENT ON COLUMN opening_hours.timezone IS 'whose clock its times are of (IANA)';
COMMENT ON COLUMN opening_hours.version IS 'raised by each change, of its spans too: its ETag';
COMMENT ON COLUMN opening_hours.created_at IS 'when it was made';
CREATE TRIGGER versioned BEFORE UPDATE OR DELETE ON opening_hours FOR EACH ROW EXECUTE FUNCTION versioned();

CREATE TABLE opening_exceptions (
  tenant_id        uuid NOT NULL,
  opening_hours_id uuid NOT NULL,
  on_date          date NOT NULL,
  name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  PRIMARY KEY (tenant_id, opening_hours_id, on_date),
  FOREIGN KEY (tenant_id, opening_hours_id) REFERENCES opening_hours (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE opening_exceptions IS 'days on which the weekly spans do not count: closed, but for spans of their own';
COMMENT ON COLUMN opening_exceptions.tenant_id IS 'of the opening hours';
COMMENT ON COLUMN opening_exceptions.opening_hours_id IS 'of which hours';
COMMENT ON COLUMN opening_exceptions.on_date IS 'the local day';
COMMENT ON COLUMN opening_exceptions.name IS 'why: the name of the holiday';

CREATE TABLE opening_spans (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id        uuid NOT NULL,
  opening_hours_id uuid NOT NULL,
  weekday          int CHECK (weekday BETWEEN 1 AND 7),
  on_date          date,
  opens            time NOT NULL CHECK (opens < '24:00'),
  closes           time NOT NULL CHECK (closes <> opens),
  CHECK (num_nonnulls(weekday, on_date) = 1),
  FOREIGN KEY (tenant_id, opening_hours_id) REFERENCES opening_hours (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, opening_hours_id, on_date) REFERENCES opening_exceptions ON DELETE CASCADE
);
CREATE INDEX opening_spans_hours ON opening_spans (tenant_id, opening_hours_id);
COMMENT ON TABLE opening_spans IS 'when it is open: on a day of every week, or on the date of an exception';
COMMENT ON COLUMN opening_spans.id IS 'no meaning';
COMMENT ON COLUMN opening_spans.tenant_id IS 'of the opening hours';
COMMENT ON COLUMN opening_spans.opening_hours_id IS 'of which hours';
COMMENT ON COLUMN opening_spans.weekday IS '1 Monday … 7 Sunday, on which it begins; null: of an exception';
COMMENT ON COLUMN opening_spans.on_date IS 'the exception''s date, on which it begins; null: of every week';
COMMENT ON COLUMN opening_spans.opens IS 'local time from which on it is open';
COMMENT ON COLUMN opening_spans.closes IS 'local time from which on it is closed, on the next day unless it is later than opens; 24:00 is midnight';

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['opening_hours', 'opening_exceptions', 'opening_spans'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO cordboard_api, cordboard_report USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())', t);
    EXECUTE format('CREATE POLICY worker ON %I TO cordboard_worker USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT ON %I TO cordboard_api, cordboard_report', t);
  END LOOP;
END $$;
GRANT INSERT (tenant_id, name, timezone), UPDATE (name, timezone), DELETE ON opening_hours TO cordboard_api;
GRANT INSERT, DELETE ON opening_exceptions TO cordboard_api;
GRANT INSERT (tenant_id, opening_hours_id, weekday, on_date, opens, closes), DELETE ON opening_spans TO cordboard_api;

-- Of no hours, it is always open.
CREATE FUNCTION is_open(p_hours uuid, p_at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p_hours IS NULL OR EXISTS (
    SELECT FROM opening_hours h
    CROSS JOIN LATERAL (SELECT p_at AT TIME ZONE h.timezone AS clock) l
    CROSS JOIN LATERAL (VALUES (l.clock::date), (l.clock::date - 1)) d (day)
    JOIN opening_spans s ON s.tenant_id = h.tenant_id AND s.opening_hours_id = h.id
    WHERE h.id = p_hours
      AND CASE WHEN EXISTS (SELECT FROM opening_exceptions x WHERE x.tenant_id = h.tenant_id
                              AND x.opening_hours_id = h.id AND x.on_date = d.day)
               THEN s.on_date = d.day ELSE s.weekday = extract(isodow FROM d.day) END
      AND l.clock >= d.day + s.opens
      AND l.clock < d.day + s.closes + CASE WHEN s.closes < s.opens THEN interval '1 day' ELSE interval '0' END)
$$;
COMMENT ON FUNCTION is_open IS 'whether opening hours are open at that moment, by the clock of their time zone';

CREATE FUNCTION asterisk.is_open(p_hours uuid) RETURNS boolean LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = public, pg_temp
  RETURN public.is_open(p_hours, now());
COMMENT ON FUNCTION asterisk.is_open IS 'the same now, for the dialplan, which may read no table';
REVOKE EXECUTE ON FUNCTION asterisk.is_open FROM PUBLIC;
GRANT EXECUTE ON FUNCTION asterisk.is_open TO cordboard_asterisk;

-- ---- routes -------------------------------------------------------------------------------------

ALTER TABLE inbound_routes
  ADD COLUMN opening_hours_id uuid,
  ADD COLUMN closed_action text NOT NULL DEFAULT 'ANNOUNCEMENT' CHECK (closed_action IN ('ANNOUNCEMENT', 'QUEUE')),
  ADD COLUMN closed_announcement text NOT NULL DEFAULT 'vm-nobodyavail'
    CHECK (closed_announcement ~ '^[a-z0-9][a-z0-9_-]{0,39}(/[a-z0-9][a-z0-9_-]{0,39})?$'),
  ADD COLUMN closed_queue_id uuid,
  ADD COLUMN version int NOT NULL DEFAULT 1,
  ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
  ADD UNIQUE (tenant_id, id),
  ADD FOREIGN KEY (tenant_id, opening_hours_id) REFERENCES opening_hours (tenant_id, id),
  ADD FOREIGN KEY (tenant_id, closed_queue_id) REFERENCES call_queues (tenant_id, id),
  ADD CHECK ((closed_action = 'QUEUE') = (closed_queue_id IS NOT NULL)),
  ADD CHECK (closed_queue_id <> queue_id);
-- The trunk says a number with or without its plus.
CREATE UNIQUE INDEX inbound_routes_number ON inbound_routes (ltrim(did, '+'));
CREATE INDEX inbound_routes_hours ON inbound_routes (tenant_id, opening_hours_id);
CREATE INDEX inbound_routes_closed_queue ON inbound_routes (tenant_id, closed_queue_id);
COMMENT ON TABLE inbound_routes IS 'where the numbers that callers dial lead';
COMMENT ON COLUMN inbound_routes.opening_hours_id IS 'when it leads to its queue; null: always';
COMMENT ON COLUMN inbound_routes.closed_action IS 'outside of them: the caller hears an announcement, or is put into another queue';
COMMENT ON COLUMN inbound_routes.closed_announcement IS 'a sound of Asterisk''s, without its ending';
COMMENT ON COLUMN inbound_routes.closed_queue_id IS 'the queue for QUEUE, whatever hours lead to it otherwise';
COMMENT ON COLUMN inbound_routes.version IS 'raised by each change: its ETag';
COMMENT ON COLUMN inbound_routes.created_at IS 'when it was made';
CREATE TRIGGER versioned BEFORE UPDATE OR DELETE ON inbound_routes FOR EACH ROW EXECUTE FUNCTION versioned();

GRANT INSERT (tenant_id, did, queue_id, label, opening_hours_id, closed_action, closed_announcement, closed_queue_id),
      UPDATE (queue_id, label, opening_hours_id, closed_action, closed_announcement, closed_queue_id), DELETE
  ON inbound_routes TO cordboard_api;

CREATE OR REPLACE VIEW asterisk.did_routes AS
  SELECT ltrim(r.did, '+')::varchar(32) AS did, t.slug::varchar(40) AS tenant,
         asterisk.pbx_name(t, q.name)::varchar(128) AS queue, q.max_wait_seconds AS max_wait,
         (CASE WHEN asterisk.is_open(r.opening_hours_id) THEN 'yes' ELSE 'no' END)::varchar(3) AS open,
         r.closed_announcement::varchar(80) AS announcement,
         asterisk.pbx_name(t, c.name)::varchar(128) AS closed_queue, c.max_wait_seconds AS closed_max_wait
  FROM public.inbound_routes r
  JOIN public.tenants t ON t.id = r.tenant_id
  JOIN public.call_queues q ON q.id = r.queue_id AND q.retired_at IS NULL
  LEFT JOIN public.call_queues c ON c.id = r.closed_queue_id AND c.retired_at IS NULL;

-- ---- what the API shows ---------------------------------------------------------------------------

CREATE FUNCTION clock_text(t time) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN left(t::text, 5);
COMMENT ON FUNCTION clock_text IS 'hours and minutes: "08:30", "24:00"';

CREATE VIEW opening_hours_overview WITH (security_invoker = true) AS
  SELECT h.id, h.name, h.timezone,
         (SELECT coalesce(json_agg(json_build_object('weekday', s.weekday, 'opens', clock_text(s.opens),
                   'closes', clock_text(s.closes)) ORDER BY s.weekday, s.opens), '[]')
          FROM opening_spans s WHERE s.opening_hours_id = h.id AND s.weekday IS NOT NULL) AS spans,
         (SELECT coalesce(json_agg(json_build_object('date', x.on_date, 'name', x.name, 'spans',
                   (SELECT coalesce(json_agg(json_build_object('opens', clock_text(s.opens),
                             'closes', clock_text(s.closes)) ORDER BY s.opens), '[]')
                    FROM opening_spans s WHERE s.opening_hours_id = h.id AND s.on_date = x.on_date))
                   ORDER BY x.on_date), '[]')
          FROM opening_exceptions x WHERE x.opening_hours_id = h.id) AS exceptions,
         is_open(h.id, now()) AS open,
         ARRAY(SELECT r.did FROM inbound_routes r WHERE r.opening_hours_id = h.id ORDER BY r.did) AS dids,
         h.version AS "_version"
  FROM opening_hours h;
COMMENT ON VIEW opening_hours_overview IS 'opening hours as the API shows them';

CREATE VIEW route_overview WITH (security_invoker = true) AS
  SELECT r.id, r.did, r.label, r.queue_id AS "queueId", q.name AS queue,
         r.opening_hours_id AS "openingHoursId", h.name AS "openingHours",
         json_build_object('action', r.closed_action, 'announcement', r.closed_announcement,
                           'queueId', r.closed_queue_id) AS closed,
         is_open(r.opening_hours_id, now()) AS open, r.version AS "_version"
  FROM inbound_routes r
  JOIN call_queues q ON q.id = r.queue_id
  LEFT JOIN opening_hours h ON h.id = r.opening_hours_id;
COMMENT ON VIEW route_overview IS 'routes as the API shows them';
GRANT SELECT ON opening_hours_overview, route_overview TO cordboard_api, cordboard_report;

-- ---- changes of opening hours -----------------------------------------------------------------------

CREATE FUNCTION read_date(p_text text, p_pointer text) RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN p_text::date;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
  RAISE EXCEPTION 'is no day of any year' USING ERRCODE = 'CB422', DETAIL = p_pointer;
END $$;
COMMENT ON FUNCTION read_date IS 'a date, or CB422 at that pointer';

-- p_pointer: of the list. p_date: whose exception they are of; null: each names its weekday.
CREATE FUNCTION opening_spans_add(p_hours uuid, p_date date, p_spans jsonb, p_pointer text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  wrong int;
BEGIN
  SELECT i - 1 INTO wrong FROM jsonb_array_elements(p_spans) WITH ORDINALITY e (v, i)
  WHERE v ->> 'opens' = v ->> 'closes' ORDER BY i LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'must differ from opens; a whole day is 00:00 to 24:00'
      USING ERRCODE = 'CB422', DETAIL = format('%s/%s/closes', p_pointer, wrong);
  END IF;
  INSERT INTO opening_spans (tenant_id, opening_hours_id, weekday, on_date, opens, closes)
  SELECT current_tenant(), p_hours, CASE WHEN p_date IS NULL THEN (v ->> 'weekday')::int END, p_date,
         (v ->> 'opens')::time, (v ->> 'closes')::time
  FROM jsonb_array_elements(p_spans) v;
END $$;
COMMENT ON FUNCTION opening_spans_add IS 'adds spans of the week, or of one exception';

CREATE FUNCTION opening_exceptions_put(p_hours uuid, p_exceptions jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  x record;
  day date;
BEGIN
  DELETE FROM opening_exceptions WHERE opening_hours_id = p_hours;
  FOR x IN SELECT i - 1 AS at, v FROM jsonb_array_elements(p_exceptions) WITH ORDINALITY e (v, i) ORDER BY i LOOP
    day := read_date(x.v ->> 'date', format('/exceptions/%s/date', x.at));
    INSERT INTO opening_exceptions (tenant_id, opening_hours_id, on_date, name)
    VALUES (current_tenant(), p_hours, day, x.v ->> 'name') ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'is named twice' USING ERRCODE = 'CB422', DETAIL = format('/exceptions/%s/date', x.at);
    END IF;
    PERFORM opening_spans_add(p_hours, day, coalesce(nullif(x.v -> 'spans', 'null'), '[]'),
                              format('/exceptions/%s/spans', x.at));
  END LOOP;
END $$;
COMMENT ON FUNCTION opening_exceptions_put IS 'the whole list of exceptions';

CREATE FUNCTION opening_hours_record(p_id uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('name', name, 'timezone', timezone, 'spans', spans, 'exceptions', exceptions)
  FROM opening_hours_overview WHERE id = p_id
$$;
COMMENT ON FUNCTION opening_hours_record IS 'opening hours as the audit trail shows them';

-- New ones when p_id is null. Null leaves a field as it is; a list replaces the whole list.
CREATE FUNCTION opening_hours_put(p_id uuid, p_name text, p_timezone text, p_spans jsonb, p_exceptions jsonb)
RETURNS SETOF opening_hours_overview LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := opening_hours_record(p_id);
  is_new boolean := p_id IS NULL;
BEGIN
  IF p_timezone IS NOT NULL THEN
    PERFORM check_timezone(p_timezone, '/timezone');
  END IF;
  IF is_new THEN
    INSERT INTO opening_hours (tenant_id, name, timezone)
    VALUES (current_tenant(), p_name, coalesce(p_timezone, (SELECT timezone FROM tenants)))
    ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id INTO p_id;
  ELSIF NOT EXISTS (SELECT FROM opening_hours WHERE tenant_id = current_tenant() AND name = p_name AND id <> p_id) THEN
    UPDATE opening_hours SET name = coalesce(p_name, name), timezone = coalesce(p_timezone, timezone) WHERE id = p_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'There are no such opening hours.' USING ERRCODE = 'CB404';
    END IF;
  ELSE
    p_id := NULL;
  END IF;
  IF p_id IS NULL THEN
    RAISE EXCEPTION 'is that of other opening hours' USING ERRCODE = 'CB422', DETAIL = '/name';
  END IF;
  IF p_spans IS NOT NULL THEN
    DELETE FROM opening_spans WHERE opening_hours_id = p_id AND weekday IS NOT NULL;
    PERFORM opening_spans_add(p_id, NULL, p_spans, '/spans');
  END IF;
  IF p_exceptions IS NOT NULL THEN
    PERFORM opening_exceptions_put(p_id, p_exceptions);
  END IF;
  PERFORM audit(CASE WHEN is_new THEN 'opening_hours.create' ELSE 'opening_hours.update' END, 'opening_hours',
                p_id::text, before, opening_hours_record(p_id));
  RETURN QUERY SELECT * FROM opening_hours_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION opening_hours_put IS 'POST opening-hours and PUT opening-hours/:id';

CREATE FUNCTION opening_hours_delete(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := opening_hours_record(p_id);
  dids text := (SELECT string_agg(did, ', ' ORDER BY did) FROM inbound_routes WHERE opening_hours_id = p_id);
BEGIN
  IF before IS NULL THEN
    RAISE EXCEPTION 'There are no such opening hours.' USING ERRCODE = 'CB404';
  ELSIF dids IS NOT NULL THEN
    RAISE EXCEPTION 'Routes go by them: %.', dids USING ERRCODE = 'CB409';
  END IF;
  DELETE FROM opening_hours WHERE id = p_id;
  PERFORM audit('opening_hours.delete', 'opening_hours', p_id::text, before, NULL);
END $$;
COMMENT ON FUNCTION opening_hours_delete IS 'DELETE opening-hours/:id';

-- ---- changes of routes ------------------------------------------------------------------------------

CREATE FUNCTION route_record(p_id uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(r) - ARRAY['id', 'open', '_version'] FROM route_overview r WHERE r.id = p_id
$$;
COMMENT ON FUNCTION route_record IS 'a route as the audit trail shows it';

-- Holds the queue as it is until the commit, so that it is not retired meanwhile.
CREATE FUNCTION check_route_queue(p_queue uuid, p_pointer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM call_queues WHERE id = p_queue AND retired_at IS NULL FOR SHARE;
  IF NOT FOUND AND p_queue IS NOT NULL THEN
    RAISE EXCEPTION 'names no queue that is here' USING ERRCODE = 'CB422', DETAIL = p_pointer;
  END IF;
END $$;
COMMENT ON FUNCTION check_route_queue IS 'CB422 at that pointer if it is no queue';

CREATE FUNCTION check_route(r inbound_routes) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM check_route_queue(r.queue_id, '/queueId');
  PERFORM check_route_queue(r.closed_queue_id, '/closed/queueId');
  IF r.opening_hours_id IS NOT NULL AND NOT EXISTS (SELECT FROM opening_hours WHERE id = r.opening_hours_id) THEN
    RAISE EXCEPTION 'names no opening hours that are here' USING ERRCODE = 'CB422', DETAIL = '/openingHoursId';
  ELSIF r.closed_action = 'QUEUE' AND r.closed_queue_id IS NULL THEN
    RAISE EXCEPTION 'is required' USING ERRCODE = 'CB422', DETAIL = '/closed/queueId';
  ELSIF r.closed_queue_id = r.queue_id THEN
    RAISE EXCEPTION 'must be another queue' USING ERRCODE = 'CB422', DETAIL = '/closed/queueId';
  END IF;
END $$;
COMMENT ON FUNCTION check_route IS 'CB422 at whatever of a route leads nowhere';

-- A new one when p_id is null. Null leaves a field as it is; an empty p_hours: always open. p_closed
-- replaces all of what is done outside of the hours.
CREATE FUNCTION route_put(p_id uuid, p_did text, p_queue uuid, p_label text, p_hours text, p_closed jsonb)
RETURNS SETOF route_overview LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := route_record(p_id);
  r inbound_routes;
BEGIN
  SELECT * INTO r FROM inbound_routes WHERE id = p_id FOR NO KEY UPDATE;
  IF NOT FOUND AND p_id IS NOT NULL THEN
    RAISE EXCEPTION 'There is no such route.' USING ERRCODE = 'CB404';
  END IF;
  r.queue_id := coalesce(p_queue, r.queue_id);
  r.label := nullif(coalesce(p_label, r.label), '');
  r.opening_hours_id := nullif(coalesce(p_hours, r.opening_hours_id::text), '')::uuid;
  IF p_closed IS NOT NULL OR p_id IS NULL THEN
    r.closed_action := coalesce(p_closed ->> 'action', 'ANNOUNCEMENT');
    r.closed_announcement := coalesce(p_closed ->> 'announcement', 'vm-nobodyavail');
    r.closed_queue_id := CASE r.closed_action WHEN 'QUEUE' THEN (p_closed ->> 'queueId')::uuid END;
  END IF;
  PERFORM check_route(r);
  IF p_id IS NULL THEN
    -- A number is the whole house's: who has it is not told.
    INSERT INTO inbound_routes (tenant_id, did, queue_id, label, opening_hours_id, closed_action,
                                closed_announcement, closed_queue_id)
    VALUES (current_tenant(), p_did, r.queue_id, r.label, r.opening_hours_id, r.closed_action,
            r.closed_announcement, r.closed_queue_id)
    ON CONFLICT DO NOTHING RETURNING id INTO p_id;
    IF p_id IS NULL THEN
      RAISE EXCEPTION 'is taken' USING ERRCODE = 'CB422', DETAIL = '/did';
    END IF;
  ELSE
    UPDATE inbound_routes SET queue_id = r.queue_id, label = r.label, opening_hours_id = r.opening_hours_id,
      closed_action = r.closed_action, closed_announcement = r.closed_announcement,
      closed_queue_id = r.closed_queue_id
    WHERE id = p_id;
  END IF;
  PERFORM audit(CASE WHEN before IS NULL THEN 'route.create' ELSE 'route.update' END, 'route', p_id::text,
                before, route_record(p_id));
  RETURN QUERY SELECT * FROM route_overview WHERE id = p_id;
END $$;
COMMENT ON FUNCTION route_put IS 'POST routes and PUT routes/:id';

CREATE FUNCTION route_delete(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := route_record(p_id);
BEGIN
  DELETE FROM inbound_routes WHERE id = p_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such route.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit('route.delete', 'route', p_id::text, before, NULL);
END $$;
COMMENT ON FUNCTION route_delete IS 'DELETE routes/:id';

-- What a caller of that number would meet.
CREATE FUNCTION route_preview(p_id uuid, p_at timestamptz)
RETURNS TABLE (at timestamptz, "localTime" text, open boolean, exception text, action text, "queueId" uuid,
               queue text, announcement text)
LANGUAGE sql STABLE AS $$
  SELECT p_at, to_char(l.clock, 'YYYY-MM-DD"T"HH24:MI:SS'), o.open, x.name,
         CASE WHEN o.open THEN 'QUEUE' ELSE r.closed_action END, q.id, q.name,
         CASE WHEN NOT o.open AND r.closed_action = 'ANNOUNCEMENT' THEN r.closed_announcement END
  FROM inbound_routes r
  CROSS JOIN LATERAL (SELECT is_open(r.opening_hours_id, p_at) AS open) o
  LEFT JOIN opening_hours h ON h.id = r.opening_hours_id
  CROSS JOIN LATERAL (SELECT p_at AT TIME ZONE coalesce(h.timezone, (SELECT timezone FROM tenants)) AS clock) l
  LEFT JOIN opening_exceptions x ON x.opening_hours_id = h.id AND x.on_date = l.clock::date
  LEFT JOIN call_queues q ON q.id = CASE WHEN o.open THEN r.queue_id ELSE r.closed_queue_id END
  WHERE r.id = p_id
$$;
COMMENT ON FUNCTION route_preview IS 'GET routes/:id/preview: what the dialplan would do at that moment';

-- ---- the end of a queue -----------------------------------------------------------------------------

CREATE FUNCTION queue_retire(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := queue_record(p_id);
  waiting bigint;
  dids text;
BEGIN
  PERFORM queue_touch(p_id);
  waiting := (SELECT q.waiting FROM queue_overview q WHERE q.id = p_id);
  dids := (SELECT string_agg(did, ', ' ORDER BY did) FROM inbound_routes WHERE p_id IN (queue_id, closed_queue_id));
  IF waiting > 0 THEN
    RAISE EXCEPTION 'Callers wait in it: %.', waiting USING ERRCODE = 'CB409';
  ELSIF dids IS NOT NULL THEN
    RAISE EXCEPTION 'Routes lead to it: %.', dids USING ERRCODE = 'CB409';
  END IF;
  DELETE FROM queue_members WHERE queue_id = p_id;
  UPDATE call_queues SET retired_at = now() WHERE id = p_id;
  PERFORM audit('queue.retire', 'queue', p_id::text, before, NULL);
END $$;
COMMENT ON FUNCTION queue_retire IS 'DELETE queues/:id: history keeps it';
