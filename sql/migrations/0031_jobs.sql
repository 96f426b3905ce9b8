-- What cordboard-jobs runs. Its role reads and writes no table: each job is a function that runs with
-- its owner's rights, does one thing in one transaction and tells what it did.

GRANT USAGE ON SCHEMA public TO cordboard_jobs;

ALTER TABLE tenants ADD COLUMN history_months int CHECK (history_months BETWEEN 1 AND 1200);
COMMENT ON COLUMN tenants.history_months IS 'how many whole months of history are kept beside the present one; null: all';

-- Two of the same never run at once; the lock goes with the transaction.
CREATE FUNCTION job_begin(p_job text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('cordboard.job'), hashtext(p_job)) THEN
    RAISE EXCEPTION 'the job runs already' USING ERRCODE = 'CB409';
  END IF;
END $$;
COMMENT ON FUNCTION job_begin IS 'holds the job for this transaction; CB409: another has it';

-- Sessions that ended a month ago, failed sign-ins that nobody remembers.
CREATE FUNCTION purge_sign_ins() RETURNS TABLE (what text, count bigint) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  what := 'sessions';
  DELETE FROM sessions s
  WHERE least(s.revoked_at, s.expires_at, s.last_seen_at + s.idle_limit) < now() - interval '30 days';
  GET DIAGNOSTICS count = ROW_COUNT;
  RETURN NEXT;
  what := 'sign-in failures';
  DELETE FROM sign_in_failures f WHERE f.at < now() - interval '1 day';
  GET DIAGNOSTICS count = ROW_COUNT;
  RETURN NEXT;
  what := 'addresses of failures';
  DELETE FROM sign_in_addresses a WHERE a.at < now() - interval '1 day';
  GET DIAGNOSTICS count = ROW_COUNT;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION purge_sign_ins IS 'removes what signing in leaves behind; gives what and how many';

-- Calls of a month that some tenants keep no longer: what they have in it goes, and the month with it
-- when nobody keeps any of it. A call that is open or whose recording is still on a disk stays, and
-- with it all that tenant has in that month.
CREATE FUNCTION purge_month(p_month date, p_tenants uuid[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  t record;
  gone uuid[];
  kept boolean;
  n bigint;
  rows bigint := 0;
BEGIN
  EXECUTE format('SELECT array_agg(t) FROM unnest($1) t
                  WHERE NOT EXISTS (SELECT FROM history.%I c WHERE c.tenant_id = t AND c.ended_at IS NULL)
                    AND NOT EXISTS (SELECT FROM history.%I r WHERE r.tenant_id = t AND r.state IN (''RECORDING'', ''STORED''))',
                 partition_name('call_sessions', p_month), partition_name('call_recordings', p_month))
  INTO gone USING p_tenants;
  EXECUTE format('SELECT EXISTS (SELECT FROM history.%I c WHERE c.tenant_id = ANY ($1) IS NOT TRUE)
                      OR EXISTS (SELECT FROM history.%I a WHERE a.tenant_id = ANY ($1) IS NOT TRUE)',
                 partition_name('call_sessions', p_month), partition_name('agent_activity_logs', p_month))
  INTO kept USING gone;
  IF NOT kept THEN
    EXECUTE format('SELECT count(*) FROM history.%I', partition_name('call_sessions', p_month)) INTO rows;
    PERFORM partition_drop(p_month);
    RETURN rows;
  END IF;
  FOR t IN SELECT * FROM history_tables() WITH ORDINALITY ORDER BY ordinality DESC LOOP
    EXECUTE format('DELETE FROM history.%I WHERE tenant_id = ANY ($1)', partition_name(t.name, p_month)) USING gone;
    GET DIAGNOSTICS n = ROW_COUNT;
    rows := CASE t.name WHEN 'call_sessions' THEN n ELSE rows END;
  END LOOP;
  RETURN rows;
END $$;
COMMENT ON FUNCTION purge_month IS 'removes what these tenants have in a month, the whole month when nobody has more; gives how many calls';

CREATE FUNCTION purge_history() RETURNS TABLE (what text, count bigint) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  past record;
BEGIN
  PERFORM set_config('lock_timeout', '500ms', true);
  FOR past IN
    SELECT m.month, array_agg(t.id) AS tenants
    FROM history_months() m
    JOIN tenants t ON m.month < this_month() - make_interval(months => t.history_months)
    GROUP BY m.month ORDER BY m.month LOOP
    what := 'calls of ' || to_char(past.month, 'YYYY-MM');
    count := purge_month(past.month, past.tenants);
    RETURN NEXT;
  END LOOP;
END $$;
COMMENT ON FUNCTION purge_history IS 'removes the months that tenants.history_months does not keep; gives how many calls of each';

REVOKE EXECUTE ON FUNCTION job_begin, purge_sign_ins, purge_month, purge_history FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_begin, purge_sign_ins, purge_history TO cordboard_jobs;
