-- Contacts.

-- name: contact_list
SELECT k.*, k.name || '|' || k.id AS "_cursor"
FROM contact_overview k
WHERE ($1::text IS NULL
       OR position(lower($1) IN lower(concat_ws(' ', k.name, k.company, k.email))) > 0
       OR (regexp_replace($1, '[^0-9]', '', 'g') <> '' AND EXISTS (SELECT FROM contact_numbers n
             WHERE n.contact_id = k.id AND position(regexp_replace($1, '[^0-9]', '', 'g') IN n.number) > 0))
       OR lower($1) = ANY (k.tags))
  AND ($3::text IS NULL OR (k.name, k.id)
       > (left($3, -37), right($3, 36)::uuid))
ORDER BY k.name, k.id
LIMIT $2::int + 1

-- name: contact_get
SELECT * FROM contact_overview WHERE id = $1::uuid

-- name: contact_put
SELECT * FROM contact_put($1::uuid, $2, $3, $4, $5::text[], $6::jsonb, $7::text[])

-- name: contact_post
SELECT * FROM contact_put(NULL, $1, $2, $3, $4::text[], $5::jsonb, $6::text[])

-- name: contact_by_number
SELECT k.*,
  (SELECT coalesce(json_agg(json_build_object('id', c.id, 'direction', c.direction,
     'startedAt', rfc3339(c."startedAt"), 'queue', c.queue, 'agent', c.agent,
     'agentName', c."agentName", 'outcome', c.outcome, 'talkMs', c."talkMs",
     'disposition', c.disposition, 'notes', c.notes) ORDER BY c."startedAt" DESC), '[]')
   FROM (SELECT * FROM call_overview o
         WHERE o."from" = $1 OR o."to" = $1 ORDER BY o."startedAt" DESC LIMIT 10) c) AS calls
FROM contact_numbers n JOIN contact_overview k ON k.id = n.contact_id
WHERE n.number IN (ltrim($1, '+'), '+' || ltrim($1, '+'))
