-- The tables and what refers to what, as the mermaid diagram of docs/DATABASE.md:
--   psql -XAtqf scripts/er-diagram.sql CONNINFO
-- Of columns only those are shown that rows are found and held together by; tenant_id, which is in
-- nearly every key, is not.
WITH tables AS (
  SELECT oid, relname FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'schema_migrations'
), keys AS (
  SELECT k.conrelid, k.confrelid, k.contype, k.conkey, k.conname FROM pg_constraint k
  WHERE k.contype IN ('p', 'f') AND k.conparentid = 0 AND k.conrelid IN (SELECT oid FROM tables)
  UNION
  -- Keys that the partitions of a month have among each other.
  SELECT i.inhparent, j.inhparent, k.contype, k.conkey, k.conname FROM pg_constraint k
  JOIN pg_inherits i ON i.inhrelid = k.conrelid AND i.inhrelid::regclass::text LIKE '%\_stray'
  JOIN pg_inherits j ON j.inhrelid = k.confrelid
  WHERE k.contype = 'f' AND k.conparentid = 0
), columns AS (
  SELECT t.oid, t.relname, a.attname, a.attnum, format_type(a.atttypid, NULL) AS type,
         concat_ws(',', CASE WHEN bool_or(k.contype = 'p') THEN 'PK' END, CASE WHEN bool_or(k.contype = 'f') THEN 'FK' END) AS role
  FROM tables t
  JOIN keys k ON k.conrelid = t.oid
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (k.conkey)
  WHERE a.attname <> 'tenant_id' OR t.relname IN ('audit_heads')
  GROUP BY t.oid, t.relname, a.attname, a.attnum, a.atttypid
), lines AS (
  SELECT 1 AS part, relname::text AS sort, 0 AS n,
         format('  %s {', relname) AS line FROM tables WHERE oid IN (SELECT oid FROM columns)
  UNION ALL
  SELECT 1, relname, attnum, format('    %s %s %s', replace(replace(type, ' ', '_'), 'timestamp_with_time_zone', 'timestamptz'), attname, role) FROM columns
  UNION ALL
  SELECT 1, relname, 10000, '  }' FROM tables WHERE oid IN (SELECT oid FROM columns)
  UNION ALL
  SELECT DISTINCT 2, f.relname || t.relname, 0, format('  %s ||--o{ %s : ""', t.relname, f.relname)
  FROM keys k JOIN tables f ON f.oid = k.conrelid JOIN tables t ON t.oid = k.confrelid
  WHERE k.contype = 'f' AND t.relname <> 'tenants'
)
SELECT 'erDiagram' UNION ALL
SELECT * FROM (SELECT line FROM lines ORDER BY part, sort, n) l;
