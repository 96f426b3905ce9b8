-- A handmade floor in a far past, every figure against what comes out by hand (docs/METRICS.md).
DO $$
DECLARE
  t uuid := (SELECT id FROM tenants WHERE slug = 'demo');
  q uuid;
  other uuid;
  a uuid := (SELECT id FROM agent_extensions WHERE tenant_id = t AND extension = '1007');
  b uuid := (SELECT id FROM agent_extensions WHERE tenant_id = t AND extension = '1008');
  day constant timestamptz := '2020-06-01 00:00+00';
  upto constant timestamptz := '2020-06-02 00:00+00';
  call uuid;
  r record;
  m record;
  n bigint := 0;
BEGIN
  PERFORM set_config('cordboard.tenant', t::text, true);
  INSERT INTO call_queues (tenant_id, name, display_name) VALUES (t, 'figures', 'Figures') RETURNING id INTO q;
  INSERT INTO call_queues (tenant_id, name, display_name) VALUES (t, 'elsewhere', 'Elsewhere') RETURNING id INTO other;
  INSERT INTO inbound_routes (tenant_id, did, queue_id) VALUES (t, '5559999', other);

  -- One call a row: who called when, joined at +0, left after wait_ms with that outcome; if answered, the
  -- agent's talk and hold, who hung up.
  FOR r IN SELECT * FROM (VALUES
      ('491', '10:00', 'ANSWERED', 4000, '1007', 60000, 0, 'CUSTOMER'),
      ('492', '10:10', 'ANSWERED', 20000, '1007', 100000, 20000, 'AGENT'),
      ('491', '11:00', 'ANSWERED', 20001, '1008', 30000, 0, 'CUSTOMER'),
      ('493', '11:10', 'ABANDONED', 4999, NULL, 0, 0, 'CUSTOMER'),
      ('494', '11:20', 'ABANDONED', 5000, NULL, 0, 0, 'CUSTOMER'),
      ('495', '11:30', 'ABANDONED', 45000, NULL, 0, 0, 'CUSTOMER'),
      ('496', '11:40', 'TIMEOUT', 90000, NULL, 0, 0, 'SYSTEM'),
      ('497', '11:50', 'FULL', 0, NULL, 0, 0, 'SYSTEM'),
      ('498', '12:00', 'NO_AGENTS', 100, NULL, 0, 0, 'SYSTEM'),
      ('499', '12:10', 'KEY', 3000, NULL, 0, 0, 'SYSTEM'),
      ('410', '12:20', 'CLOSED', 0, NULL, 0, 0, 'SYSTEM'),
      ('411', '12:30', 'CALLBACK', 30000, NULL, 0, 0, 'SYSTEM'))
      x (number, at, outcome, wait_ms, agent, talk_ms, hold_ms, ended_by) LOOP
    call := gen_random_uuid();
    n := n + 1;
    INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, agent_id, started_at, ended_at, ended_by, seq)
    SELECT call, t, call::text, 'INBOUND', 'ENDED', r.number, CASE r.agent WHEN '1007' THEN a WHEN '1008' THEN b END, d,
           d + (r.wait_ms + r.talk_ms + r.hold_ms) * interval '1 ms', r.ended_by, n
    FROM (SELECT day + r.at::time) x (d);
    INSERT INTO queue_visits (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, seq)
    VALUES (t, call, day + r.at::time, 0, q, day + r.at::time, day + r.at::time + r.wait_ms * interval '1 ms', r.wait_ms, r.outcome, n);
    INSERT INTO talk_segments (tenant_id, call_id, call_started_at, ordinal, agent_id, queue_id, started_at, ended_at, talk_ms, hold_ms, seq)
    SELECT t, call, day + r.at::time, 0, CASE r.agent WHEN '1007' THEN a ELSE b END, q,
           day + r.at::time + r.wait_ms * interval '1 ms',
           day + r.at::time + (r.wait_ms + r.talk_ms + r.hold_ms) * interval '1 ms', r.talk_ms, r.hold_ms, n
    WHERE r.agent IS NOT NULL;
    -- Each answered call rang with the other agent first: no answer at 10:00, refused at 10:10, cancelled at 11:00.
    INSERT INTO ring_offers (tenant_id, call_id, call_started_at, ordinal, agent_id, queue_id, started_at, ended_at, ring_ms, outcome, seq)
    SELECT t, call, day + r.at::time, o.ordinal, o.agent, q, day + r.at::time, day + r.at::time + interval '1 s', 1000, o.outcome, n
    FROM (VALUES (0, CASE r.agent WHEN '1007' THEN b ELSE a END, CASE r.at WHEN '10:00' THEN 'NO_ANSWER' WHEN '10:10' THEN 'REJECTED' ELSE 'CANCELLED' END),
                 (1, CASE r.agent WHEN '1007' THEN a ELSE b END, 'ANSWERED')) o (ordinal, agent, outcome)
    WHERE r.agent IS NOT NULL;
    -- 1007 wraps up 15 s after the first call, 25 s after the second.
    INSERT INTO agent_activity_logs (tenant_id, seq, agent_id, at, activity, status, call_id)
    SELECT t, 1000 * n + s.o, a, day + r.at::time + s.after * interval '1 ms', s.activity, s.status, CASE WHEN s.o < 3 THEN call END
    FROM (VALUES (1, r.wait_ms, 'CALL_STARTED', 'ON_CALL'),
                 (2, r.wait_ms + r.talk_ms + r.hold_ms, 'CALL_ENDED', 'WRAP_UP'),
                 (3, r.wait_ms + r.talk_ms + r.hold_ms + CASE r.at WHEN '10:00' THEN 15000 ELSE 25000 END, 'STATUS_CHANGE', 'AVAILABLE')) s (o, after, activity, status)
    WHERE r.agent = '1007';
    -- The second call 1007 gives to 1008; the third 1008 gives blindly to a number that is another queue's.
    INSERT INTO call_transfers (tenant_id, call_id, call_started_at, ordinal, at, kind, from_agent, to_target, result, seq)
    SELECT t, call, day + r.at::time, x.ordinal, day + r.at::time + interval '25 s', x.kind, x.giver, x.taker, x.result, n
    FROM (VALUES ('10:10', 0, 'ATTENDED', '1007', '1008', 'NO_ANSWER'), ('10:10', 1, 'ATTENDED', '1007', '1008', 'COMPLETED'),
                 ('11:00', 0, 'BLIND', '1008', '5559999', 'COMPLETED')) x (at, ordinal, kind, giver, taker, result)
    WHERE x.at = r.at;
  END LOOP;
  -- 1007 signs in at 09:00 and out at 13:00, with a break from 12:00 to 12:30.
  INSERT INTO agent_activity_logs (tenant_id, seq, agent_id, at, activity, status) VALUES
    (t, 1, a, day + time '09:00', 'LOGIN', 'AVAILABLE'), (t, 900001, a, day + time '12:00', 'PAUSE', 'AWAY'),
    (t, 900002, a, day + time '12:30', 'RESUME', 'AVAILABLE'), (t, 900003, a, day + time '13:00', 'LOGOUT', 'OFFLINE');
  -- 491 calls again within a week (at 11:00), 492 after eight days.
  call := gen_random_uuid();
  INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, from_number, started_at, ended_at, ended_by, seq)
  VALUES (call, t, call::text, 'INBOUND', 'ENDED', '492', day + interval '8 days 12 hours', day + interval '8 days 13 hours', 'CUSTOMER', 1);
  INSERT INTO queue_visits (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, seq)
  VALUES (t, call, day + interval '8 days 12 hours', 0, q, day + interval '8 days 12 hours', day + interval '8 days 12 hours', 0, 'ABANDONED', 1);

  SELECT * INTO m FROM queue_metrics(day, upto, q);
  ASSERT (m.offered, m.answered, m.abandoned, m."shortAbandoned", m."flowOut", m.callback) = (12, 3, 3, 1, 5, 1), format('counts: %s', m);
  ASSERT m."flowOutBy"::jsonb = '{"timeout": 1, "full": 1, "noAgents": 1, "key": 1, "closed": 1}', m."flowOutBy"::text;
  ASSERT m."abandonRate" = 3 / 12.0::float8 AND m."abandonRateNet" = 2 / 11.0::float8, format('abandoned: %s, net %s', m."abandonRate", m."abandonRateNet");
  -- T = 20 s, s = 5 s: answered within 2, abandoned within 2, beyond 1.
  ASSERT m."serviceLevels"::jsonb = jsonb_build_object('S1', 4 / 6.0::float8, 'S2', 2 / 3.0::float8, 'S3', 2 / 6.0::float8,
                                                       'S4', 2 / 4.0::float8, 'S5', 2 / 11.0::float8), m."serviceLevels"::text;
  ASSERT m."serviceLevel" = 4 / 6.0::float8, 'the queue''s own formula is S1';
  ASSERT (m."asaMs", m."abandonWaitMs", m."longestWaitMs") = (44001 / 3, 54999 / 3, 90000), format('waits: %s', m);
  -- 190 s of talk, 20 s of hold, 40 s of wrap-up over 3 segments.
  ASSERT (m.handled, m."talkMs", m."holdMs", m."acwMs", m."ahtMs") = (3, 190000, 20000, 40000, 250000 / 3), format('handled: %s', m);
  ASSERT m.offers::jsonb = '{"answered": 3, "noAnswer": 1, "rejected": 1, "cancelled": 1}' AND m.rna = 2, m.offers::text;
  ASSERT m."transferredOut"::jsonb = '{"blind": 1, "attended": 1}' AND m."transferredIn"::jsonb = '{"blind": 0, "attended": 0}', m."transferredOut"::text;
  ASSERT m."endedBy"::jsonb = '{"customer": 5, "agent": 1, "system": 6}', m."endedBy"::text;
  -- Of 491 at 10:00, 492 and 491 at 11:00 the first is not resolved.
  ASSERT m."fcrRate" = 2 / 3.0::float8 AND m."fcrDays" = 7, m."fcrRate"::text;
  ASSERT (SELECT x."transferredIn"::jsonb FROM queue_metrics(day, upto, other) x) = '{"blind": 1, "attended": 0}', 'a queue is a target by its number';

  SELECT * INTO m FROM agent_metrics(day, upto, a);
  ASSERT (m.handled, m."talkMs", m."holdMs", m."acwMs", m."ahtMs") = (2, 160000, 20000, 40000, 110000), format('agent: %s', m);
  -- 4 h, less 30 min away, 180 s of calls and 40 s of wrap-up.
  ASSERT (m."loggedInMs", m."availableMs") = (14400000, 14400000 - 1800000 - 180000 - 40000), format('agent: %s', m);
  ASSERT m.states::jsonb = '{"AVAILABLE": 12380000, "AWAY": 1800000, "ON_CALL": 180000, "WRAP_UP": 40000, "OFFLINE": 39600000}', m.states::text;
  ASSERT m.occupancy = 220000 / 12600000.0::float8 AND m.utilisation = 12600000 / 14400000.0::float8, format('agent: %s', m);
  ASSERT m.offers::jsonb = '{"answered": 2, "noAnswer": 0, "rejected": 0, "cancelled": 1}' AND m.rna = 0, m.offers::text;
  ASSERT m."transferredOut"::jsonb = '{"blind": 0, "attended": 1}' AND m."transferredIn"::jsonb = '{"blind": 0, "attended": 0}', m."transferredOut"::text;
  ASSERT m."endedBy"::jsonb = '{"customer": 1, "agent": 1, "system": 0}', m."endedBy"::text;
  SELECT * INTO m FROM agent_metrics(day, upto, b);
  ASSERT m.rna = 2 AND m."transferredIn"::jsonb = '{"blind": 0, "attended": 1}', format('other agent: %s', m);
  ASSERT (m."loggedInMs", m.occupancy, m.utilisation) IS NOT DISTINCT FROM (0::bigint, 1::float8, NULL::float8), format('other agent: %s', m);

  -- The parts of a period add up to the whole: times to the millisecond, contacts where they ended.
  SELECT sum(x.handled) AS handled, sum(x."talkMs") AS talk, sum(x."acwMs") AS acw, sum(x."availableMs") AS available, sum(x."_engagedMs") AS engaged
  INTO m FROM generate_series(day, upto - interval '1 second', '61 seconds') s,
    LATERAL agent_metrics(s, least(s + interval '61 seconds', upto), a) x;
  ASSERT (m.handled, m.talk, m.acw, m.available) = (2, 160000, 40000, 12380000), format('parts: %s', m);
  ASSERT abs(m.engaged - 180000) <= 3, format('parts: %s', m);

  -- Nobody called, nobody was there: no value, where there is none.
  SELECT * INTO m FROM queue_metrics('2019-01-01', '2019-01-02', q);
  ASSERT m.offered = 0 AND num_nonnulls(m."abandonRate", m."abandonRateNet", m."serviceLevel", m."asaMs", m."abandonWaitMs",
    m."longestWaitMs", m."ahtMs", m."fcrRate") = 0, format('nothing: %s', m);
  SELECT * INTO m FROM agent_metrics('2019-01-01', '2019-01-02', a);
  ASSERT m.handled = 0 AND num_nonnulls(m."ahtMs", m.occupancy, m.utilisation) = 0 AND m.states::jsonb = '{}', format('nothing: %s', m);
  RAISE EXCEPTION 'done' USING ERRCODE = 'CB999';
EXCEPTION WHEN SQLSTATE 'CB999' THEN
  NULL;
END $$;

-- A state from 05:23 to 06:15 is split over the half hours it covers; days of 23 and 25 hours are as long.
DO $$
DECLARE
  t uuid := (SELECT id FROM tenants WHERE slug = 'demo');
  a uuid := (SELECT id FROM agent_extensions WHERE tenant_id = t AND extension = '1007');
  z constant text := 'Europe/Berlin';
  split bigint[];
  hours numeric[];
BEGIN
  PERFORM set_config('cordboard.tenant', t::text, true);
  INSERT INTO agent_activity_logs (tenant_id, seq, agent_id, at, activity, status) VALUES
    (t, 1, a, '2020-06-01 05:23+00', 'LOGIN', 'AVAILABLE'), (t, 2, a, '2020-06-01 06:15+00', 'LOGOUT', 'OFFLINE');
  SELECT array_agg(m."availableMs" / 60000 ORDER BY s) INTO split
  FROM generate_series('2020-06-01 05:00+00', '2020-06-01 06:30+00', interval '30 minutes') s,
    LATERAL agent_metrics(s, s + interval '30 minutes', a) m;
  ASSERT split = '{7,30,15,0}', split::text;
  INSERT INTO agent_activity_logs (tenant_id, seq, agent_id, at, activity, status) VALUES
    (t, 3, a, '2021-01-01 00:00+00', 'LOGIN', 'AVAILABLE');
  SELECT array_agg(m."availableMs" / 3600000.0 ORDER BY d) INTO hours
  FROM unnest('{2021-03-27,2021-03-28,2021-10-31}'::date[]) d,
    LATERAL agent_metrics(d::timestamp AT TIME ZONE z, (d + 1)::timestamp AT TIME ZONE z, a) m;
  ASSERT hours = '{24,23,25}', hours::text;
  ASSERT (SELECT p."from" FROM metrics_period(NULL, '2021-03-28 12:00+00', z, 'UTC') p) = '2021-03-27 23:00+00', 'the local day';
  RAISE EXCEPTION 'done' USING ERRCODE = 'CB999';
EXCEPTION WHEN SQLSTATE 'CB999' THEN
  NULL;
END $$;

-- Each queue's today is that of its own time zone.
DO $$
DECLARE
  t uuid := (SELECT id FROM tenants WHERE slug = 'demo');
  zones constant text[] := '{Pacific/Kiritimati,Pacific/Pago_Pago}';
  q uuid;
  call uuid;
  zone text;
BEGIN
  PERFORM set_config('cordboard.tenant', t::text, true);
  FOREACH zone IN ARRAY zones LOOP
    INSERT INTO call_queues (tenant_id, name, display_name, timezone) VALUES (t, lower(split_part(zone, '/', 2)), zone, zone) RETURNING id INTO q;
    FOR i IN -1..0 LOOP
      call := gen_random_uuid();
      INSERT INTO call_sessions (id, tenant_id, pbx_id, direction, status, started_at, ended_at, seq)
      VALUES (call, t, call::text, 'INBOUND', 'ENDED', day_start(now(), zone) - interval '1 hour', day_start(now(), zone), 1);
      -- One left in the last moment of yesterday, one in the first of today.
      INSERT INTO queue_visits (tenant_id, call_id, call_started_at, ordinal, queue_id, joined_at, left_at, wait_ms, outcome, seq)
      VALUES (t, call, day_start(now(), zone) - interval '1 hour', 0, q, day_start(now(), zone) - interval '1 hour',
              day_start(now(), zone) + i * interval '1 ms', 1000, 'ANSWERED', 1);
    END LOOP;
    ASSERT (SELECT f.offered FROM queue_figures(NULL, 'infinity') f WHERE f.queue_id = q) = 1, zone;
  END LOOP;
  RAISE EXCEPTION 'done' USING ERRCODE = 'CB999';
EXCEPTION WHEN SQLSTATE 'CB999' THEN
  NULL;
END $$;
