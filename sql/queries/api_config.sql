-- Configuration: agents, queues, members, routes, opening hours, the words of records.

-- name: agent_post
SELECT * FROM agent_put(NULL, $1, $2, $3, $4::boolean, $5::boolean, $6, $7::jsonb)

-- name: agent_put
SELECT * FROM agent_put($1::uuid, NULL, $2, $3, $4::boolean, $5::boolean, $6, $7::jsonb)

-- name: agent_retire
SELECT agent_retire($1::uuid)

-- name: queue_post
SELECT * FROM queue_put(NULL, $1, $2, $3, $4::int, $5::int, $6::int, $7::int, $8::int, $9, $10::int, $11::int,
  $12, $13::boolean, $14, $15, $16, $17, $18, $19::float8)

-- name: queue_put
SELECT * FROM queue_put($1::uuid, NULL, $2, $3, $4::int, $5::int, $6::int, $7::int, $8::int, $9, $10::int,
  $11::int, $12, $13::boolean, $14, $15, $16, $17, $18, $19::float8)

-- name: queue_thresholds_put
SELECT * FROM queue_thresholds_put($1::uuid, $2, $3, $4, $5::float8)

-- name: queue_retire
SELECT queue_retire($1::uuid)

-- name: member_list
SELECT m.*, m.extension AS "_cursor" FROM queue_member_page($1::uuid, $2::int + 1, $3) m

-- name: members_put
SELECT * FROM queue_members_put($1::uuid, $2::jsonb)

-- name: member_post
SELECT * FROM queue_member_put($1::uuid, $2::uuid, $3::int, true)

-- name: member_put
SELECT * FROM queue_member_put($1::uuid, $2::uuid, $3::int, false)

-- name: member_delete
SELECT FROM queue_member_put($1::uuid, $2::uuid, NULL, false)

-- name: route_list
SELECT r.*, r.did AS "_cursor" FROM route_overview r
WHERE ($2::text IS NULL OR r.did > $2) ORDER BY r.did LIMIT $1::int + 1

-- name: route_get
SELECT * FROM route_overview WHERE id = $1::uuid

-- name: route_post
SELECT * FROM route_put(NULL, $1, $2::uuid, $3, $4, $5::jsonb)

-- name: route_put
SELECT * FROM route_put($1::uuid, NULL, $2::uuid, $3, $4, $5::jsonb)

-- name: route_delete
SELECT route_delete($1::uuid)

-- name: route_preview
SELECT * FROM route_preview($1::uuid, coalesce($2::timestamptz, now()))

-- name: opening_hours_list
SELECT h.*, h.name AS "_cursor" FROM opening_hours_overview h
WHERE ($2::text IS NULL OR h.name > $2) ORDER BY h.name LIMIT $1::int + 1

-- name: opening_hours_get
SELECT * FROM opening_hours_overview WHERE id = $1::uuid

-- name: opening_hours_post
SELECT * FROM opening_hours_put(NULL, $1, $2, $3::jsonb, $4::jsonb)

-- name: opening_hours_put
SELECT * FROM opening_hours_put($1::uuid, $2, $3, $4::jsonb, $5::jsonb)

-- name: opening_hours_delete
SELECT opening_hours_delete($1::uuid)

-- name: disposition_list
SELECT d.*, d."_path" AS "_cursor" FROM disposition_overview d
WHERE ($1::uuid IS NULL OR disposition_applies(d.id, $1))
  AND ($2::boolean OR d."retiredAt" IS NULL)
  AND ($4::text IS NULL OR d."_path" > $4)
ORDER BY d."_path" LIMIT $3::int + 1

-- name: disposition_get
SELECT * FROM disposition_overview WHERE id = $1::uuid

-- name: disposition_post
SELECT * FROM disposition_put(NULL, $1, $2, $3, $4::int, $5::uuid[])

-- name: disposition_put
SELECT * FROM disposition_put($1::uuid, NULL, $2, $3, $4::int, $5::uuid[])

-- name: disposition_retire
SELECT disposition_retire($1::uuid)

-- name: pause_reason_list
SELECT r.*, lpad(r.position::text, 4, '0') || r.code AS "_cursor" FROM pause_reason_overview r
WHERE ($1::boolean OR r."retiredAt" IS NULL)
  AND ($3::text IS NULL OR lpad(r.position::text, 4, '0') || r.code > $3)
ORDER BY r.position, r.code LIMIT $2::int + 1

-- name: pause_reason_get
SELECT * FROM pause_reason_overview WHERE id = $1::uuid

-- name: pause_reason_post
SELECT * FROM pause_reason_put(NULL, $1, $2, $3::boolean, $4, $5::int)

-- name: pause_reason_put
SELECT * FROM pause_reason_put($1::uuid, NULL, $2, $3::boolean, $4, $5::int)

-- name: pause_reason_retire
SELECT pause_reason_retire($1::uuid)
