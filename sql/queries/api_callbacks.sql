-- Callbacks: agents see their own and those of their queues. Missed calls: each agent's own.

-- name: callback_list
SELECT b.*, b."dueAt"::text || '|' || b.id AS "_cursor"
FROM callback_overview b
WHERE is_own_callback(b."agentId", b."queueId")
  AND ($1::text IS NULL OR b.state = $1)
  AND ($2::uuid IS NULL OR b."agentId" = $2)
  AND ($3::uuid IS NULL OR b."queueId" = $3)
  AND ($4::timestamptz IS NULL OR b."dueAt" >= $4)
  AND ($5::timestamptz IS NULL OR b."dueAt" < $5)
  AND ($7::text IS NULL OR (b."dueAt", b.id)
       > (split_part($7, '|', 1)::timestamptz, split_part($7, '|', 2)::uuid))
ORDER BY b."dueAt", b.id
LIMIT $6::int + 1

-- name: callback_get
SELECT * FROM callback_overview WHERE id = (check_callback($1::uuid)).id

-- name: callback_post
SELECT * FROM callback_post($1, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6)

-- name: callback_put
SELECT * FROM callback_put($1::uuid, $2::uuid, $3::uuid, $4::timestamptz, $5, $6, $7::uuid)

-- The list is worked out whole, since a caller may be reached at any moment; it is short.
-- name: missed_call_list
SELECT m.*, m."missedAt"::text || '|' || m.id AS "_cursor"
FROM missed_calls(current_agent()) m
WHERE $2::text IS NULL OR (m."missedAt", m.id)
      < (split_part($2, '|', 1)::timestamptz, split_part($2, '|', 2)::uuid)
ORDER BY m."missedAt" DESC, m.id DESC
LIMIT $1::int + 1

-- name: missed_call_close
SELECT missed_call_close($1::uuid)
