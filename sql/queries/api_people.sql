-- Users, API tokens, the audit log.

-- name: user_list
SELECT u.*, u.extension AS "_cursor"
FROM user_overview u
WHERE ($1::text IS NULL OR u.role = $1)
  AND ($2::boolean IS NULL OR u.enabled = $2)
  AND ($3::text IS NULL OR starts_with(u.extension, $3)
       OR position(lower($3) IN lower(concat_ws(' ', u."displayName", u.email))) > 0)
  AND ($5::text IS NULL OR u.extension > $5)
ORDER BY u.extension
LIMIT $4::int + 1

-- name: user_get
SELECT * FROM user_overview WHERE id = $1::uuid

-- name: user_by_extension
SELECT * FROM user_overview WHERE extension = $1

-- name: user_post
SELECT user_post($1, $2, $3, $4, $5, $6::jsonb)

-- name: user_put
SELECT user_put($1::uuid, $2, $3, $4, $5::boolean)::int

-- As sessions_ended.
-- name: user_tokens
SELECT k.id, NULL::text FROM api_tokens k WHERE k.user_id = $1::uuid AND k.revoked_at IS NULL

-- name: password_reset
SELECT password_reset($1::uuid, $2)

-- name: user_sessions
SELECT * FROM session_overview WHERE "_userId" = $1::uuid ORDER BY "createdAt" DESC LIMIT 200

-- name: token_list
SELECT * FROM token_overview
WHERE "userId" = CASE WHEN current_rank() >= 4 THEN coalesce($1::uuid, current_user_id()) ELSE current_user_id() END
ORDER BY "createdAt" DESC
LIMIT 500

-- name: token_post
SELECT * FROM token_post($1, $2::text[], $3::timestamptz, $4, $5::text[])

-- name: token_delete
SELECT token_delete($1::uuid)

-- name: audit_list
SELECT l.id, l.at, l.action, l.kind, l.object, l.actor, l.actor_id AS "actorId", l.session_id AS "sessionId",
       l.token_id AS "tokenId", host(l.address) AS address, l.request_id AS "requestId", l.before, l.after,
       l.id::text AS "_cursor"
FROM audit_log l
WHERE ($1::timestamptz IS NULL OR l.at >= $1)
  AND ($2::timestamptz IS NULL OR l.at < $2)
  AND ($3::text IS NULL OR l.actor = $3)
  AND ($4::text IS NULL OR l.action = $4 OR starts_with(l.action, $4 || '.'))
  AND ($5::text IS NULL OR l.kind = $5)
  AND ($6::text IS NULL OR l.object = $6)
  AND ($8::text IS NULL OR l.id < $8::bigint)
ORDER BY l.id DESC
LIMIT $7::int + 1

-- name: audit_verify
SELECT coalesce((SELECT h.id FROM audit_heads h), 0) AS entries, v.broken IS NULL AS intact, v.broken AS "firstBroken"
FROM audit_verify(current_tenant()) v (broken)

-- As sessions_ended: a token has no phone.
-- name: token_ended
SELECT $1::uuid, NULL::text
