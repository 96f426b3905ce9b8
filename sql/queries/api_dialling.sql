-- What may be dialled.

-- name: dial_check
SELECT check_dialled($1)

-- name: dial_refusal
SELECT dial_refusal($1)

-- name: dial_rule_list
SELECT r.*, r.prefix AS "_cursor" FROM dial_rule_overview r
WHERE ($2::text IS NULL OR r.prefix > $2) ORDER BY r.prefix LIMIT $1::int + 1

-- name: dial_rule_post
SELECT * FROM dial_rule_post($1, $2)

-- name: dial_rule_delete
SELECT dial_rule_delete($1::uuid)
