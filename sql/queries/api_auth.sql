-- Sign-in and sessions.

-- name: session_begin
SELECT tenant_id, tenant, node, user_id, session_id, extension, role, agent_id
FROM session_begin($1, $2, $3, $4, $5, $6)

-- name: sign_in_start
SELECT tenant_id, user_id, password_hash, locked_ms, place::int FROM sign_in_start($1, $2, $3, $4::int)

-- name: hash_place
SELECT hash_place($1::int)::int

-- name: hash_done
SELECT pg_advisory_unlock_all()

-- name: sign_in_failed
SELECT sign_in_failed($1, $2, $3, $4)

-- name: sign_in
SELECT tenant_id, tenant, node, user_id, session_id, extension, role, agent_id
FROM sign_in($1, $2, $3, $4, $5, $6, $7, $8)

-- name: session_adopt
SELECT session_adopt($1, $2, $3, $4, $5, $6, $7)

-- name: phone_secret
SELECT phone_secret($1, $2, $3)

-- name: session_end
SELECT session_id, phone FROM session_end(coalesce($1::uuid, current_session()))

-- name: sessions_end
SELECT sessions_end($1::uuid)

-- name: sessions_end_own
SELECT sessions_end(current_user_id())

-- What this transaction has ended.
-- name: sessions_ended
SELECT s.id, s.phone_ended FROM sessions s WHERE s.user_id = $1::uuid AND s.revoked_at = now()

-- name: sessions_ended_own
SELECT s.id, s.phone_ended FROM sessions s WHERE s.user_id = current_user_id() AND s.revoked_at = now()

-- name: password_start
SELECT password_hash, locked_ms, place::int FROM password_start($1::int)

-- name: password_put
SELECT password_put($1, $2)

-- name: auth_me
SELECT json_build_object('id', u.id, 'extension', u.extension, 'displayName', u.display_name,
         'role', u.role) AS "user",
       t.id AS "tenantId", t.slug AS tenant, t.name AS "tenantName", t.timezone,
       (SELECT json_build_object('id', a.id, 'extension', a.extension, 'displayName', a."displayName",
          'phoneKind', a."phoneKind", 'autoAnswer', a."autoAnswer", 'enabled', a.enabled,
          'status', a.status, 'reason', a.reason, 'since', rfc3339(a.since), 'callId', a."callId",
          'wrapupUntil', rfc3339(a."wrapupUntil"), 'nextStatus', a."nextStatus", 'queues', a.queues)
        FROM agent_overview a WHERE a.id = current_agent()) AS "agentExtension",
       ARRAY(SELECT p.name FROM (VALUES (1, 'calls.own'), (1, 'contacts'), (2, 'calls.all'),
               (2, 'agents.status'), (2, 'board'), (3, 'reports'), (4, 'configuration')) p (least, name)
             WHERE current_rank() >= p.least) AS permissions
FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE u.id = current_user_id()

-- name: session_list
SELECT * FROM session_overview WHERE "_userId" = current_user_id() ORDER BY "createdAt" DESC LIMIT 200

-- name: session_get
SELECT * FROM session_overview
WHERE id = $1::uuid AND ("_userId" = current_user_id() OR current_rank() >= role_rank('ADMIN'))

-- name: ticket_holder
SELECT json_build_object('tenant', t.slug, 'node', t.node, 'userId', current_user_id(),
         'sessionId', coalesce(current_session(), current_token(), current_wallboard()),
         'role', current_setting('cordboard.role'), 'extension', nullif(current_setting('cordboard.extension'), ''),
         'queues', CASE WHEN current_wallboard() IS NULL
                     THEN coalesce((SELECT a.queues FROM agent_overview a WHERE a.id = current_agent()), '{}')
                     ELSE (SELECT w.queues FROM wallboard_overview w WHERE w.id = current_wallboard()) END,
         'agents', CASE WHEN current_wallboard() IS NOT NULL
                     THEN ARRAY(SELECT DISTINCT e.extension FROM queue_members m JOIN agent_extensions e ON e.id = m.agent_id
                                WHERE sees_queue(m.queue_id) ORDER BY 1) END)::text
FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE u.id = current_user_id()

-- Asked by the relay.
-- name: sessions_over
SELECT sessions_over($1::uuid[])
