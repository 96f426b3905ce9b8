-- Figures against docs/METRICS.md: each block raises unless its numbers come out.

-- The check figure of the five service-level formulas.
DO $$
DECLARE
  expected constant numeric[] := '{83.0, 86.0, 81.1, 82.7, 81.9}';
  got numeric;
BEGIN
  FOR i IN 1..5 LOOP
    got := round((100 * ratio(sl_numerator('S' || i, 860, 20),
                              sl_denominator('S' || i, 1000, 60, 20, 1060, 10)))::numeric, 1);
    ASSERT got = expected[i], format('S%s is %s, not %s', i, got, expected[i]);
  END LOOP;
  ASSERT ratio(0, 0) IS NULL, 'no calls must have no service level';
END $$;

-- Local days of 23, 24 and 25 hours.
DO $$
BEGIN
  ASSERT day_start('2026-03-29 12:00+02', 'Europe/Berlin') = '2026-03-28 23:00+00', 'spring begins late';
  ASSERT day_start('2026-03-30 12:00+02', 'Europe/Berlin') - day_start('2026-03-29 12:00+02', 'Europe/Berlin')
         = interval '23 hours', 'a day of 23 hours';
  ASSERT day_start('2026-10-26 12:00+01', 'Europe/Berlin') - day_start('2026-10-25 12:00+01', 'Europe/Berlin')
         = interval '25 hours', 'a day of 25 hours';
  ASSERT day_start('2026-11-22 00:00+01', 'Europe/Berlin') = '2026-11-21 23:00+00', 'midnight belongs to its day';
  ASSERT rfc3339('2026-11-22 10:30:00.1239+01') = '2026-11-22T09:30:00.123Z', 'milliseconds in UTC';
END $$;

-- Visits of one queue: who counts as what, and where an interval ends.
DO $$
DECLARE
  t uuid := (SELECT id FROM tenants WHERE slug = 'demo');
  q uuid := (SELECT id FROM call_queues WHERE tenant_id = t AND name = 'sales');
  a uuid := (SELECT id FROM agent_extensions WHERE tenant_id = t AND extension = '1007');
  noon constant timestamptz := '2020-01-01 12:00+00';
  v record;
  call uuid;
  f record;
BEGIN
  FOR v IN SELECT * FROM (VALUES
      ('ANSWERED', 4000, 0), ('ANSWERED', 20000, 0), ('ANSWERED', 20001, 0), ('ABANDONED', 4999, 0),
      ('ABANDONED', 5000, 0), ('ABANDONED', 60000, 0), ('TIMEOUT', 90000, 0), ('FULL', 0, 0),
      ('CALLBACK', 30000, 0), ('ANSWERED', 1000, 60), ('ANSWERED', 1000, -1)) x (outcome, wait_ms, minute) LOOP
    call := gen_random_uuid();
    INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, started_at, ended_at, seq)
    VALUES (call, t, call::text, 'INBOUND', 'ENDED', noon - interval '1 hour', noon + interval '2 hours', 1);
    INSERT INTO queue_visits (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, seq)
    VALUES (t, call, noon - interval '1 hour', 0, q, noon - interval '1 hour', noon + make_interval(mins => v.minute), v.wait_ms, v.outcome, 1);
    INSERT INTO talk_segments (tenant_id, call_id, call_started_at, ordinal, agent_id, queue_id, started_at, ended_at, talk_ms, hold_ms, seq)
    SELECT t, call, noon - interval '1 hour', 0, a, q, noon, noon + make_interval(mins => v.minute + 1), 1500, 500, 1
    WHERE v.outcome = 'ANSWERED';
  END LOOP;

  SELECT * INTO f FROM queue_figures(noon, noon + interval '1 hour') WHERE queue_id = q;
  ASSERT (f.offered, f.answered, f.abandoned, f.short_abandoned, f.flow_out, f.callback) = (9, 3, 3, 1, 2, 1),
    format('counts are %s', f);
  ASSERT f.offered = f.answered + f.abandoned + f.flow_out + f.callback, 'offered balances';
  -- S1: (answered within 20 s + abandoned within 20 s) / (answered + abandoned)
  ASSERT (f.sl_num, f.sl_den) = (4, 6), format('service level is %s of %s', f.sl_num, f.sl_den);
  ASSERT f.answered_wait_ms = 44001, 'only answered visits count for the speed of answer';
  ASSERT f.longest_wait_ms = 90000, 'the longest wait is anybody''s';

  SELECT * INTO f FROM agent_figures(noon, noon + interval '1 hour') WHERE agent_id = a;
  ASSERT (f.calls, f.talk_ms, f.hold_ms) = (4, 6000, 2000), format('the agent has %s', f);

  SELECT * INTO f FROM queue_figures('2019-01-01', '2019-01-02') WHERE queue_id = q;
  ASSERT f.offered = 0 AND f.longest_wait_ms IS NULL, 'a queue without calls is listed with nothing';
  RAISE EXCEPTION 'done' USING ERRCODE = 'CB999';
EXCEPTION WHEN SQLSTATE 'CB999' THEN
  NULL;    -- what was made for the check goes again
END $$;
