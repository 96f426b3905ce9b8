-- The manager's board: which visits a figure counts, the last hour in steps, and wallboards.

-- ---- what a figure counts ---------------------------------------------------------------------------

-- One definition for counting visits and for showing them: what a figure says can be opened, visit by visit.
-- It is inlined, so that a constant name leaves one comparison.
CREATE FUNCTION visit_counts(p_figure text, p_outcome text, p_wait_ms bigint, p_level_ms int, p_short_ms int,
                             p_formula text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE p_figure
    WHEN 'offered' THEN p_outcome IS NOT NULL
    WHEN 'answered' THEN p_outcome = 'ANSWERED'
    WHEN 'abandoned' THEN p_outcome = 'ABANDONED'
    WHEN 'shortAbandoned' THEN p_outcome = 'ABANDONED' AND p_wait_ms < p_short_ms
    WHEN 'flowOut' THEN p_outcome IN ('TIMEOUT', 'FULL', 'NO_AGENTS', 'KEY', 'CLOSED')
    WHEN 'timeout' THEN p_outcome = 'TIMEOUT'
    WHEN 'full' THEN p_outcome = 'FULL'
    WHEN 'noAgents' THEN p_outcome = 'NO_AGENTS'
    WHEN 'key' THEN p_outcome = 'KEY'
    WHEN 'closed' THEN p_outcome = 'CLOSED'
    WHEN 'callback' THEN p_outcome = 'CALLBACK'
    WHEN 'answeredIn' THEN p_outcome = 'ANSWERED' AND p_wait_ms <= p_level_ms
    WHEN 'abandonedIn' THEN p_outcome = 'ABANDONED' AND p_wait_ms <= p_level_ms
    WHEN 'serviceLevelMet' THEN p_wait_ms <= p_level_ms
      AND (p_outcome = 'ANSWERED' OR (p_formula = 'S1' AND p_outcome = 'ABANDONED'))
    WHEN 'serviceLevelOf' THEN CASE p_formula
      WHEN 'S2' THEN p_outcome = 'ANSWERED'
      WHEN 'S4' THEN p_outcome = 'ANSWERED' OR (p_outcome = 'ABANDONED' AND p_wait_ms > p_level_ms)
      WHEN 'S5' THEN p_outcome IS NOT NULL AND NOT (p_outcome = 'ABANDONED' AND p_wait_ms < p_short_ms)
      ELSE p_outcome IN ('ANSWERED', 'ABANDONED') END
    WHEN 'serviceLevelMissed' THEN CASE p_formula
      WHEN 'S2' THEN p_outcome = 'ANSWERED' AND p_wait_ms > p_level_ms
      WHEN 'S4' THEN p_outcome IN ('ANSWERED', 'ABANDONED') AND p_wait_ms > p_level_ms
      WHEN 'S5' THEN NOT (p_outcome = 'ANSWERED' AND p_wait_ms <= p_level_ms)
                 AND NOT (p_outcome = 'ABANDONED' AND p_wait_ms < p_short_ms)
      WHEN 'S3' THEN p_outcome = 'ABANDONED' OR (p_outcome = 'ANSWERED' AND p_wait_ms > p_level_ms)
      ELSE p_outcome IN ('ANSWERED', 'ABANDONED') AND p_wait_ms > p_level_ms END
  END;
COMMENT ON FUNCTION visit_counts IS 'whether a finished visit is among those that a figure counts; null: there is no figure of that name';

-- As before, with that predicate.
CREATE OR REPLACE FUNCTION queue_figures(p_from timestamptz, p_to timestamptz, p_queue uuid DEFAULT NULL)
RETURNS TABLE (queue_id uuid, offered bigint, answered bigint, abandoned bigint, short_abandoned bigint,
               flow_out bigint, callback bigint, sl_num bigint, sl_den bigint, answered_wait_ms bigint,
               longest_wait_ms bigint, abandoned_wait_ms bigint, answered_in bigint, abandoned_in bigint,
               left_by_timeout bigint, left_full bigint, left_no_agents bigint, left_by_key bigint, left_closed bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  earliest CONSTANT timestamptz := coalesce(p_from, (SELECT min(day_start(now(), queue_timezone(q))) FROM call_queues q));
  since CONSTANT timestamptz := call_since(earliest);
BEGIN
  RETURN QUERY
  WITH days AS (
    SELECT q.id, q.tenant_id, q.service_level_formula AS formula, q.service_level_seconds * 1000 AS level_ms,
           q.short_abandon_seconds * 1000 AS short_ms, coalesce(p_from, day_start(now(), queue_timezone(q))) AS begins
    FROM call_queues q WHERE p_queue IS NULL OR q.id = p_queue
  ), counted AS (
    SELECT q.id, q.formula,
           count(*) FILTER (WHERE visit_counts('offered', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS offered,
           count(*) FILTER (WHERE visit_counts('answered', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS answered,
           count(*) FILTER (WHERE visit_counts('abandoned', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS abandoned,
           count(*) FILTER (WHERE visit_counts('shortAbandoned', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS short_abandoned,
           count(*) FILTER (WHERE visit_counts('timeout', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS timeout,
           count(*) FILTER (WHERE visit_counts('full', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS full,
           count(*) FILTER (WHERE visit_counts('noAgents', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS no_agents,
           count(*) FILTER (WHERE visit_counts('key', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS key,
           count(*) FILTER (WHERE visit_counts('closed', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS closed,
           count(*) FILTER (WHERE visit_counts('callback', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS callback,
           count(*) FILTER (WHERE visit_counts('answeredIn', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS answered_in,
           count(*) FILTER (WHERE visit_counts('abandonedIn', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)) AS abandoned_in,
           coalesce(sum(v.wait_ms) FILTER (WHERE v.outcome = 'ANSWERED'), 0)::bigint AS answered_wait_ms,
           coalesce(sum(v.wait_ms) FILTER (WHERE v.outcome = 'ABANDONED'), 0)::bigint AS abandoned_wait_ms,
           max(v.wait_ms) AS longest_wait_ms
    FROM days q
    LEFT JOIN queue_visits v ON v.tenant_id = q.tenant_id AND v.queue_id = q.id
                            AND v.left_at >= earliest AND v.left_at >= q.begins AND v.left_at < p_to
                            AND v.call_started_at >= since AND v.call_started_at < p_to
    GROUP BY q.id, q.formula)
  SELECT c.id, c.offered, c.answered, c.abandoned, c.short_abandoned,
         c.timeout + c.full + c.no_agents + c.key + c.closed, c.callback,
         sl_numerator(c.formula, c.answered_in, c.abandoned_in),
         sl_denominator(c.formula, c.answered, c.abandoned, c.abandoned_in, c.offered, c.short_abandoned),
         c.answered_wait_ms, c.longest_wait_ms, c.abandoned_wait_ms, c.answered_in, c.abandoned_in,
         c.timeout, c.full, c.no_agents, c.key, c.closed
  FROM counted c;
END $$;

-- The visits behind a figure, the newest end first: of [p_from, p_to), or of each queue's day so far.
CREATE FUNCTION visits_of(p_figure text, p_queue uuid, p_from timestamptz, p_to timestamptz,
                          p_before timestamptz, p_before_key text, p_limit int)
RETURNS TABLE ("callId" uuid, "queueId" uuid, queue text, "from" text, "fromName" text, "contactName" text,
               "joinedAt" timestamptz, "leftAt" timestamptz, "waitMs" bigint, outcome text, agent text, "agentName" text,
               "inServiceLevel" boolean, _key text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  earliest CONSTANT timestamptz := coalesce(p_from, (SELECT min(day_start(now(), queue_timezone(q))) FROM call_queues q));
  since CONSTANT timestamptz := call_since(earliest);
BEGIN
  IF p_queue IS NOT NULL AND NOT EXISTS (SELECT FROM call_queues q WHERE q.id = p_queue) THEN
    RAISE EXCEPTION 'is no queue' USING ERRCODE = 'CB422', DETAIL = '/queueId';
  ELSIF p_to <= p_from THEN
    RAISE EXCEPTION 'must be after the beginning' USING ERRCODE = 'CB422', DETAIL = '/until';
  ELSIF p_from < coalesce(nullif(p_to, 'infinity'), now()) - interval '1 year 1 day' THEN
    RAISE EXCEPTION 'must be at most a year before the end' USING ERRCODE = 'CB422', DETAIL = '/from';
  END IF;
  RETURN QUERY
  WITH days AS (
    SELECT q.id, q.tenant_id, q.name, q.service_level_formula AS formula, q.service_level_seconds * 1000 AS level_ms,
           q.short_abandon_seconds * 1000 AS short_ms, coalesce(p_from, day_start(now(), queue_timezone(q))) AS begins
    FROM call_queues q WHERE CASE WHEN p_queue IS NULL THEN q.retired_at IS NULL ELSE q.id = p_queue END
  ), counted AS (
    SELECT v.*, q.name, visit_counts('serviceLevelMet', v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula) AS met,
           v.call_id || '/' || v.ordinal AS key
    FROM days q
    JOIN queue_visits v ON v.tenant_id = q.tenant_id AND v.queue_id = q.id
                       AND v.left_at >= earliest AND v.left_at >= q.begins AND v.left_at < p_to
                       AND v.call_started_at >= since AND v.call_started_at < p_to
    WHERE visit_counts(p_figure, v.outcome, v.wait_ms, q.level_ms, q.short_ms, q.formula)
      AND (p_before IS NULL OR v.left_at < p_before
           OR (v.left_at = p_before AND v.call_id || '/' || v.ordinal < p_before_key))
    ORDER BY v.left_at DESC, v.call_id || '/' || v.ordinal DESC
    LIMIT p_limit)
  SELECT c.id, v.queue_id, v.name, c.from_number, c.from_name, k.name, v.joined_at, v.left_at, v.wait_ms, v.outcome,
         e.extension, e.display_name, v.met, v.key
  FROM counted v
  JOIN call_sessions c ON c.tenant_id = v.tenant_id AND c.id = v.call_id AND c.started_at = v.call_started_at
  LEFT JOIN agent_extensions e ON e.id = v.agent_id
  LEFT JOIN contacts k ON k.id = c.contact_id
  ORDER BY v.left_at DESC, v.key DESC;
END $$;
COMMENT ON FUNCTION visits_of IS 'a page of the visits that a figure counts; all queues that are in use unless one is named';

-- ---- the last hour ----------------------------------------------------------------------------------

-- Steps end on multiples of five minutes; the last one is still open.
CREATE FUNCTION queue_recent(p_now timestamptz)
RETURNS TABLE (queue_id uuid, at timestamptz, offered bigint, answered bigint, abandoned bigint, sl_num bigint, sl_den bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  step CONSTANT interval := '5 minutes';
  earliest CONSTANT timestamptz := date_bin(step, p_now, 'epoch') - 11 * step;
  since CONSTANT timestamptz := call_since(earliest);
BEGIN
  RETURN QUERY
  WITH visits AS (
    SELECT v.queue_id, date_bin(step, v.left_at, 'epoch') AS step_at, v.outcome, v.wait_ms, q.service_level_formula AS formula,
           q.service_level_seconds * 1000 AS level_ms, q.short_abandon_seconds * 1000 AS short_ms
    FROM queue_visits v
    JOIN call_queues q ON q.tenant_id = v.tenant_id AND q.id = v.queue_id AND q.retired_at IS NULL
    WHERE v.left_at >= earliest AND v.left_at <= p_now AND v.call_started_at >= since AND v.call_started_at <= p_now)
  SELECT q.id, s.at,
         count(*) FILTER (WHERE visit_counts('offered', v.outcome, v.wait_ms, v.level_ms, v.short_ms, v.formula)),
         count(*) FILTER (WHERE visit_counts('answered', v.outcome, v.wait_ms, v.level_ms, v.short_ms, v.formula)),
         count(*) FILTER (WHERE visit_counts('abandoned', v.outcome, v.wait_ms, v.level_ms, v.short_ms, v.formula)),
         count(*) FILTER (WHERE visit_counts('serviceLevelMet', v.outcome, v.wait_ms, v.level_ms, v.short_ms, v.formula)),
         count(*) FILTER (WHERE visit_counts('serviceLevelOf', v.outcome, v.wait_ms, v.level_ms, v.short_ms, v.formula))
  FROM call_queues q
  CROSS JOIN generate_series(earliest, p_now, step) s (at)
  LEFT JOIN visits v ON v.queue_id = q.id AND v.step_at = s.at
  WHERE q.retired_at IS NULL
  GROUP BY q.id, s.at
  ORDER BY q.id, s.at;
END $$;
COMMENT ON FUNCTION queue_recent IS 'the last hour of each queue in twelve steps of five minutes';

-- ---- wallboards -------------------------------------------------------------------------------------

CREATE TABLE wallboards (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid NOT NULL,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  queue_ids    uuid[] NOT NULL CHECK (cardinality(queue_ids) > 0),
  created_by   uuid NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id),
  UNIQUE (tenant_id, id)
);
COMMENT ON TABLE wallboards IS 'links to a board that only shows: each opens the live feed and today''s figures of its queues, and nothing else';
COMMENT ON COLUMN wallboards.id IS 'names it in the API; shows nothing of the token';
COMMENT ON COLUMN wallboards.tenant_id IS 'whose queues it shows';
COMMENT ON COLUMN wallboards.name IS 'where it hangs';
COMMENT ON COLUMN wallboards.token_hash IS 'SHA-256 of the token; the token itself is stored nowhere';
COMMENT ON COLUMN wallboards.queue_ids IS 'the queues it shows; one that is retired is left out';
COMMENT ON COLUMN wallboards.created_by IS 'who made it; it ends with that user';
COMMENT ON COLUMN wallboards.created_at IS 'when it was made';
COMMENT ON COLUMN wallboards.expires_at IS 'from then on it opens nothing';
COMMENT ON COLUMN wallboards.last_used_at IS 'to the minute';
COMMENT ON COLUMN wallboards.revoked_at IS 'taken back; null: good';
ALTER TABLE wallboards ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wallboards FOR SELECT TO cordboard_api USING (tenant_id = current_tenant());
GRANT SELECT (id, tenant_id, name, queue_ids, created_by, created_at, expires_at, last_used_at, revoked_at)
  ON wallboards TO cordboard_api;

CREATE FUNCTION current_wallboard() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('cordboard.wallboard', true), '')::uuid;
COMMENT ON FUNCTION current_wallboard IS 'the wallboard that asks; null: a person or a program';

CREATE VIEW wallboard_overview WITH (security_invoker = true) AS
  SELECT w.id, w.name, ARRAY(SELECT q.name FROM call_queues q WHERE q.id = ANY (w.queue_ids) AND q.retired_at IS NULL
                             ORDER BY q.name) AS queues,
         u.display_name AS "createdBy", w.created_at AS "createdAt", w.expires_at AS "expiresAt", w.last_used_at AS "lastUsedAt"
  FROM wallboards w JOIN users u ON u.tenant_id = w.tenant_id AND u.id = w.created_by
  WHERE w.revoked_at IS NULL AND w.expires_at > now();
COMMENT ON VIEW wallboard_overview IS 'the wallboards that are good, as the API shows them';
GRANT SELECT ON wallboard_overview TO cordboard_api;

CREATE FUNCTION wallboard_post(p_name text, p_queues text[], p_valid_ms bigint, p_token_hash text)
RETURNS SETOF wallboard_overview
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  unknown record;
  added wallboards;
BEGIN
  SELECT n.name, n.ordinality - 1 AS at INTO unknown
  FROM unnest(p_queues) WITH ORDINALITY n (name)
  WHERE NOT EXISTS (SELECT FROM call_queues q WHERE q.tenant_id = current_tenant() AND q.name = n.name AND q.retired_at IS NULL)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'is no queue' USING ERRCODE = 'CB422', DETAIL = '/queues/' || unknown.at;
  ELSIF cardinality(p_queues) = 0 THEN
    RAISE EXCEPTION 'must name one at least' USING ERRCODE = 'CB422', DETAIL = '/queues';
  END IF;
  INSERT INTO wallboards (tenant_id, name, token_hash, queue_ids, created_by, expires_at)
  VALUES (current_tenant(), p_name, decode(p_token_hash, 'hex'),
          ARRAY(SELECT q.id FROM call_queues q WHERE q.tenant_id = current_tenant() AND q.name = ANY (p_queues) ORDER BY q.name),
          current_user_id(), now() + p_valid_ms * interval '1 ms')
  RETURNING * INTO added;
  PERFORM audit('wallboard.create', 'wallboard', added.id::text, NULL,
                jsonb_build_object('name', added.name, 'queues', p_queues, 'expiresAt', added.expires_at));
  RETURN QUERY SELECT * FROM wallboard_overview o WHERE o.id = added.id;
END $$;
COMMENT ON FUNCTION wallboard_post IS 'a new wallboard of some queues, by name';

CREATE FUNCTION wallboard_delete(p_wallboard uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  gone wallboards;
BEGIN
  UPDATE wallboards w SET revoked_at = now()
  WHERE w.id = p_wallboard AND w.tenant_id = current_tenant() AND w.revoked_at IS NULL
  RETURNING * INTO gone;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such wallboard.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit('wallboard.revoke', 'wallboard', gone.id::text, jsonb_build_object('name', gone.name), NULL);
END $$;
COMMENT ON FUNCTION wallboard_delete IS 'takes a wallboard back';

-- As before, and a wallboard's token begins a session of the role WALLBOARD: below everybody, good for
-- what is least for WALLBOARD and nothing else.
CREATE OR REPLACE FUNCTION session_begin(p_token_hash text, p_least text, p_scope text, p_address text,
  p_request_id text, p_if_match text,
  OUT tenant_id uuid, OUT tenant text, OUT node text, OUT user_id uuid, OUT session_id uuid,
  OUT extension text, OUT role text, OUT agent_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  token uuid;
  wallboard uuid;
  scopes text[];
  seen timestamptz;
  acting text[];
BEGIN
  SELECT s.id, s.last_seen_at, u.id, u.extension, u.role, t.id, t.slug, t.node, e.id
  INTO session_id, seen, user_id, extension, role, tenant_id, tenant, node, agent_id
  FROM sessions s
  JOIN users u ON u.id = s.user_id
  JOIN tenants t ON t.id = s.tenant_id
  LEFT JOIN agent_extensions e ON e.user_id = u.id
  WHERE s.token_hash = decode(p_token_hash, 'hex') AND s.revoked_at IS NULL AND s.expires_at > now()
    AND s.last_seen_at + s.idle_limit > now() AND u.disabled_at IS NULL;
  IF NOT FOUND THEN
    SELECT k.id, k.scopes, coalesce(k.last_used_at, '-infinity'), u.id, u.extension, u.role, t.id, t.slug,
           t.node, e.id
    INTO token, scopes, seen, user_id, extension, role, tenant_id, tenant, node, agent_id
    FROM api_tokens k
    JOIN users u ON u.id = k.user_id
    JOIN tenants t ON t.id = k.tenant_id
    LEFT JOIN agent_extensions e ON e.user_id = u.id
    WHERE k.token_hash = decode(p_token_hash, 'hex') AND k.revoked_at IS NULL
      AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.disabled_at IS NULL;
    IF NOT FOUND THEN
      SELECT w.id, coalesce(w.last_used_at, '-infinity'), u.id, '', 'WALLBOARD', t.id, t.slug, t.node
      INTO wallboard, seen, user_id, extension, role, tenant_id, tenant, node
      FROM wallboards w
      JOIN users u ON u.id = w.created_by
      JOIN tenants t ON t.id = w.tenant_id
      WHERE w.token_hash = decode(p_token_hash, 'hex') AND w.revoked_at IS NULL AND w.expires_at > now()
        AND u.disabled_at IS NULL;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'no such session' USING ERRCODE = 'CB401';
      END IF;
    -- A route that names no scope is not for tokens.
    ELSIF p_scope IS NULL THEN
      RAISE EXCEPTION 'It takes a session: no API token may do this.' USING ERRCODE = 'CB403';
    ELSIF p_scope <> ALL (scopes) THEN
      RAISE EXCEPTION 'The token needs the scope %.', p_scope USING ERRCODE = 'CB403';
    END IF;
  END IF;
  -- A least role that is none admits nobody; the one of wallboards admits everybody who is signed in.
  IF p_least <> 'WALLBOARD' AND (role_rank(p_least) = 0 OR role_rank(role) < role_rank(p_least)) THEN
    RAISE EXCEPTION 'It takes the role %.', p_least USING ERRCODE = 'CB403';
  END IF;
  IF seen < now() - interval '1 minute' THEN
    UPDATE sessions SET last_seen_at = now() WHERE id = session_id;
    UPDATE api_tokens SET last_used_at = now() WHERE id = token;
    UPDATE wallboards SET last_used_at = now() WHERE id = wallboard;
  END IF;
  -- An assignment is evaluated at once; PERFORM would run a query.
  acting := ARRAY[
    set_config('cordboard.tenant', tenant_id::text, true),
    set_config('cordboard.user', user_id::text, true),
    set_config('cordboard.extension', extension, true),
    set_config('cordboard.role', role, true),
    set_config('cordboard.session', coalesce(session_id::text, ''), true),
    set_config('cordboard.token', coalesce(token::text, ''), true),
    set_config('cordboard.wallboard', coalesce(wallboard::text, ''), true),
    set_config('cordboard.agent', coalesce(agent_id::text, ''), true),
    set_config('cordboard.address', coalesce(p_address, ''), true),
    set_config('cordboard.request_id', coalesce(p_request_id, ''), true),
    set_config('cordboard.if_match', coalesce(p_if_match, ''), true)];
END $$;

CREATE OR REPLACE FUNCTION sessions_over(p_ids uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE sessions s SET last_seen_at = now()
  WHERE s.id = ANY (p_ids) AND s.revoked_at IS NULL AND s.last_seen_at < now() - interval '1 minute'
    AND s.last_seen_at + s.idle_limit > now();
  RETURN QUERY
    SELECT i FROM unnest(p_ids) i
    WHERE NOT EXISTS (SELECT FROM sessions s JOIN users u ON u.id = s.user_id
                      WHERE s.id = i AND s.revoked_at IS NULL AND s.expires_at > now()
                        AND s.last_seen_at + s.idle_limit > now() AND u.disabled_at IS NULL)
      AND NOT EXISTS (SELECT FROM api_tokens k JOIN users u ON u.id = k.user_id
                      WHERE k.id = i AND k.revoked_at IS NULL
                        AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.disabled_at IS NULL)
      AND NOT EXISTS (SELECT FROM wallboards w JOIN users u ON u.id = w.created_by
                      WHERE w.id = i AND w.revoked_at IS NULL AND w.expires_at > now() AND u.disabled_at IS NULL);
END $$;
COMMENT ON FUNCTION sessions_over IS 'which of these sessions, API tokens and wallboards are good no longer, of any tenant: for the relay, which knows nothing else of them';

-- Whether the acting user, or wallboard, sees a queue on the board.
CREATE FUNCTION sees_queue(p_queue uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN current_wallboard() IS NOT NULL
           THEN EXISTS (SELECT FROM wallboards w WHERE w.id = current_wallboard() AND p_queue = ANY (w.queue_ids))
           ELSE current_rank() >= role_rank('SUPERVISOR')
             OR EXISTS (SELECT FROM queue_members m WHERE m.queue_id = p_queue AND m.agent_id = current_agent()) END
$$;
COMMENT ON FUNCTION sees_queue IS 'agents see the queues they are members of, a wallboard those it was made for, everybody else all';

REVOKE ALL ON FUNCTION wallboard_post, wallboard_delete FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wallboard_post, wallboard_delete TO cordboard_api;
