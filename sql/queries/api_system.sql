-- name: health
SELECT 1

-- name: health_store
SELECT writer_age_ms, dead_letters, dead_letter_age_ms, rfc3339(partitions_until), strays, partitions_well::int
FROM health_store($1)
