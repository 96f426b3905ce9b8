-- What the engine itself sends.

-- name: version_compared
SELECT check_version_compared()
