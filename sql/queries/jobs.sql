-- Statements of cordboard-jobs: the lock, and one a job.

-- name: job_begin
SELECT job_begin($1)

-- name: job_partitions
SELECT to_char(month, 'YYYY-MM'), moved FROM partitions_make($1::int)

-- name: job_partitions_health
SELECT rfc3339(until), strays, well::int FROM health_partitions()

-- name: job_purge
SELECT what, count FROM purge_sign_ins() UNION ALL SELECT what, count FROM purge_history()
