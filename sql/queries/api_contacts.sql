-- Contacts, and what their custom fields may hold.

-- name: contact_list
SELECT k.*, concat_ws('|', f.score, f.name, f.id) AS "_cursor"
FROM contact_find($1, $2, $3::int, $4) f JOIN contact_overview k ON k.id = f.id
ORDER BY f.score DESC, f.name, f.id

-- name: contact_get
SELECT * FROM contact_overview WHERE id = $1::uuid

-- name: contact_put
SELECT * FROM contact_put($1::uuid, $2, $3, $4, $5::text[], $6::jsonb, $7::text[])

-- name: contact_post
SELECT * FROM contact_put(NULL, $1, $2, $3, $4::text[], $5::jsonb, $6::text[])

-- name: contact_delete
SELECT contact_delete($1::uuid)

-- name: contact_by_number
SELECT k.*,
  (SELECT coalesce(json_agg(json_build_object('id', c.id, 'direction', c.direction,
     'startedAt', rfc3339(c."startedAt"), 'queue', c.queue, 'agent', c.agent,
     'agentName', c."agentName", 'outcome', c.outcome, 'talkMs', c."talkMs",
     'disposition', c.disposition, 'notes', c.notes) ORDER BY c."startedAt" DESC), '[]')
   FROM call_page(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, $1, NULL, NULL, 10) c) AS calls
FROM contact_numbers n JOIN contact_overview k ON k.id = n.contact_id
WHERE n.number IN (ltrim($1, '+'), '+' || ltrim($1, '+'))

-- name: contact_field_names
SELECT name, label FROM contact_fields ORDER BY position, name

-- How long an import may take: it has a pool of its own, and nobody waits behind it.
-- name: contact_import_patience
SELECT set_config('statement_timeout', $1, true)

-- name: contact_import
SELECT made, changed, kept, failed, errors FROM contact_import($1::jsonb, $2::jsonb, $3::boolean, $4::boolean)

-- name: contact_field_list
SELECT * FROM contact_field_overview ORDER BY position, name LIMIT 500

-- name: contact_field_get
SELECT * FROM contact_field_overview WHERE id = $1::uuid

-- name: contact_field_post
SELECT * FROM contact_field_put(NULL, $1, $2, $3, $4::text[], $5::boolean, $6::int)

-- name: contact_field_put
SELECT * FROM contact_field_put($1::uuid, $2, $3, $4, $5::text[], $6::boolean, $7::int)

-- name: contact_field_delete
SELECT contact_field_delete($1::uuid)
