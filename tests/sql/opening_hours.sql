-- Opening hours at moments around everything that is odd about local time.
DO $$
DECLARE
  t uuid := (SELECT id FROM tenants WHERE slug = 'demo');
  c record;
BEGIN
  INSERT INTO opening_hours (id, tenant_id, name, timezone) VALUES
    ('00000000-0000-4000-8000-000000000001', t, 'office', 'Europe/Berlin'),
    ('00000000-0000-4000-8000-000000000002', t, 'night', 'Europe/Berlin'),
    ('00000000-0000-4000-8000-000000000003', t, 'always', 'America/New_York'),
    ('00000000-0000-4000-8000-000000000004', t, 'never', 'UTC'),
    ('00000000-0000-4000-8000-000000000005', t, 'small hours', 'Europe/Berlin'),
    ('00000000-0000-4000-8000-000000000006', t, 'half past', 'Australia/Lord_Howe');
  INSERT INTO opening_exceptions (tenant_id, opening_hours_id, on_date, name) VALUES
    (t, '00000000-0000-4000-8000-000000000001', '2026-12-24', 'Christmas Eve'),
    (t, '00000000-0000-4000-8000-000000000001', '2026-12-25', 'Christmas'),
    (t, '00000000-0000-4000-8000-000000000001', '2026-12-27', 'Sale on Sunday'),
    (t, '00000000-0000-4000-8000-000000000002', '2026-12-25', 'Christmas'),
    (t, '00000000-0000-4000-8000-000000000003', '2026-07-04', 'Independence Day');
  INSERT INTO opening_spans (tenant_id, opening_hours_id, weekday, opens, closes)
  SELECT t, h.id, d, x.opens::time, x.closes::time
  FROM (VALUES ('office', 1, 5, '08:00', '12:00'), ('office', 1, 5, '13:00', '18:00'), ('night', 1, 7, '22:00', '06:00'),
               ('always', 1, 7, '00:00', '24:00'), ('small hours', 7, 7, '02:15', '02:45'),
               ('half past', 7, 7, '01:45', '02:15')) AS x (name, first, last, opens, closes)
  JOIN opening_hours h ON h.tenant_id = t AND h.name = x.name
  CROSS JOIN generate_series(x.first, x.last) d;
  INSERT INTO opening_spans (tenant_id, opening_hours_id, on_date, opens, closes) VALUES
    (t, '00000000-0000-4000-8000-000000000001', '2026-12-24', '08:00', '12:00'),
    (t, '00000000-0000-4000-8000-000000000001', '2026-12-27', '20:00', '01:00');
  FOR c IN SELECT h.id, x.* FROM (VALUES
    -- an ordinary week, in winter and in summer
    ('office', '2026-11-23 06:59:59.999Z', false), ('office', '2026-11-23 07:00Z', true),
    ('office', '2026-11-23 10:59:59.999Z', true), ('office', '2026-11-23 11:00Z', false),
    ('office', '2026-11-23 12:00Z', true), ('office', '2026-11-23 17:00Z', false),
    ('office', '2026-11-22 09:00Z', false), ('office', '2026-11-28 09:00Z', false),
    ('office', '2026-06-01 05:59:59Z', false), ('office', '2026-06-01 06:00Z', true),
    ('office', '2026-06-01 15:59:59Z', true), ('office', '2026-06-01 16:00Z', false),
    -- the Fridays before and the Mondays after the clocks change: 08:00 stays 08:00
    ('office', '2026-03-27 06:59Z', false), ('office', '2026-03-27 07:00Z', true),
    ('office', '2026-03-30 05:59Z', false), ('office', '2026-03-30 06:00Z', true),
    ('office', '2026-10-23 05:59Z', false), ('office', '2026-10-23 06:00Z', true),
    ('office', '2026-10-26 06:59Z', false), ('office', '2026-10-26 07:00Z', true),
    -- exceptions: closed, shorter, and open on a day that is closed otherwise, over midnight
    ('office', '2026-12-24 07:00Z', true), ('office', '2026-12-24 12:30Z', false),
    ('office', '2026-12-25 09:00Z', false), ('office', '2026-12-28 09:00Z', true),
    ('office', '2026-12-27 18:59Z', false), ('office', '2026-12-27 19:00Z', true),
    ('office', '2026-12-27 23:59Z', true), ('office', '2026-12-28 00:00Z', false),
    -- over midnight; on a holiday what began the evening before goes on, and nothing begins
    ('night', '2026-11-23 20:59Z', false), ('night', '2026-11-23 21:00Z', true),
    ('night', '2026-11-23 23:00Z', true), ('night', '2026-11-24 04:59Z', true),
    ('night', '2026-11-24 05:00Z', false), ('night', '2026-12-24 23:30Z', true),
    ('night', '2026-12-25 04:59Z', true), ('night', '2026-12-25 05:00Z', false),
    ('night', '2026-12-25 21:30Z', false), ('night', '2026-12-26 02:00Z', false),
    ('night', '2026-12-26 21:30Z', true),
    -- over the nights in which the clocks change: seven hours, and nine
    ('night', '2026-03-28 20:59Z', false), ('night', '2026-03-28 21:00Z', true),
    ('night', '2026-03-29 00:59Z', true), ('night', '2026-03-29 01:00Z', true),
    ('night', '2026-03-29 03:59Z', true), ('night', '2026-03-29 04:00Z', false),
    ('night', '2026-10-24 19:59Z', false), ('night', '2026-10-24 20:00Z', true),
    ('night', '2026-10-25 00:30Z', true), ('night', '2026-10-25 01:30Z', true),
    ('night', '2026-10-25 04:59Z', true), ('night', '2026-10-25 05:00Z', false),
    -- within the hour that is skipped, and the hour that comes twice
    ('small hours', '2026-03-29 00:59:59Z', false), ('small hours', '2026-03-29 01:00Z', false),
    ('small hours', '2026-10-25 00:14Z', false), ('small hours', '2026-10-25 00:15Z', true),
    ('small hours', '2026-10-25 00:45Z', false), ('small hours', '2026-10-25 01:15Z', true),
    ('small hours', '2026-10-25 01:45Z', false), ('small hours', '2026-11-01 01:15Z', true),
    -- where the clocks change by half an hour
    ('half past', '2026-10-03 15:14Z', false), ('half past', '2026-10-03 15:15Z', true),
    ('half past', '2026-10-03 15:29Z', true), ('half past', '2026-10-03 15:30Z', false),
    ('half past', '2026-04-04 14:44Z', false), ('half past', '2026-04-04 14:45Z', true),
    ('half past', '2026-04-04 15:00Z', false), ('half past', '2026-04-04 15:15Z', true), ('half past', '2026-04-04 15:44Z', true),
    ('half past', '2026-04-04 15:45Z', false),
    -- whole days: a day of 23 and one of 25 hours, and midnight itself
    ('always', '2026-03-08 05:00Z', true), ('always', '2026-03-08 07:30Z', true),
    ('always', '2026-03-09 03:59:59Z', true), ('always', '2026-11-01 05:30Z', true),
    ('always', '2026-11-01 06:30Z', true), ('always', '2026-07-04 03:59Z', true),
    ('always', '2026-07-04 04:00Z', false), ('always', '2026-07-05 03:59Z', false),
    ('always', '2026-07-05 04:00Z', true), ('never', '2026-01-01 12:00Z', false)
  ) AS x (name, at, open) JOIN opening_hours h ON h.tenant_id = t AND h.name = x.name LOOP
    ASSERT is_open(c.id, c.at::timestamptz) = c.open, format('%s at %s', c.name, c.at);
  END LOOP;
  ASSERT is_open(NULL, now()), 'without hours it is always open';
  ASSERT NOT is_open(gen_random_uuid(), now()), 'of hours that are not there nothing is open';

  ASSERT is_timezone('Europe/Berlin') AND is_timezone('UTC') AND is_timezone('America/Argentina/Ushuaia'), 'time zones';
  ASSERT NOT is_timezone('Europe/Nowhere') AND NOT is_timezone('CET-1CEST') AND NOT is_timezone('Mars/Olympus3') AND NOT is_timezone('Etc/GMT+13') AND NOT is_timezone('+02') AND NOT is_timezone(''),
    'what is no name of a time zone is none';

  -- What the dialplan reads follows at once.
  UPDATE inbound_routes SET opening_hours_id = '00000000-0000-4000-8000-000000000004' WHERE did = '5550100';
  SET LOCAL ROLE cordboard_asterisk;
  ASSERT (SELECT open FROM asterisk.did_routes WHERE did = '5550100') = 'no', 'a closed route';
  ASSERT (SELECT open FROM asterisk.did_routes WHERE did = '5550200') = 'yes', 'a route that is always open';
  RESET ROLE;
  RAISE EXCEPTION 'done' USING ERRCODE = 'CB999';
EXCEPTION WHEN SQLSTATE 'CB999' THEN
  NULL;
END $$;
