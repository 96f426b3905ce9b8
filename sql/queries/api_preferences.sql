-- What the acting user chose about the pages.

-- name: preferences_get
SELECT preferences_get() AS "values"

-- name: preferences_put
SELECT preferences_put($1::jsonb) AS "values"
