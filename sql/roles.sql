-- Roles of one database cluster, made once by a superuser before the first migration.
-- Every statement may be run again. Passwords are set by whoever installs (scripts/up, docs/OPERATING.md).
--   cordboard_owner     owns schema and tables, runs migrations, never a program's account
--   cordboard_api       the API: row-level security by tenant, owns nothing
--   cordboard_worker    cordboard-amid: writes history of all tenants of its node
--   cordboard_report    read-only history, for reports and jobs
--   cordboard_asterisk  Asterisk's realtime look-ups: the views of schema asterisk and nothing else
--   cordboard_jobs      cordboard-jobs: runs the functions of its jobs, reads and writes no table itself
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['cordboard_owner', 'cordboard_api', 'cordboard_worker',
                              'cordboard_report', 'cordboard_asterisk', 'cordboard_jobs'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', role);
    END IF;
  END LOOP;
END $$;
ALTER ROLE cordboard_asterisk SET search_path = asterisk;
ALTER ROLE cordboard_asterisk SET statement_timeout = '3s';
ALTER ROLE cordboard_api SET statement_timeout = '3s';
ALTER ROLE cordboard_api SET idle_in_transaction_session_timeout = '5s';
ALTER ROLE cordboard_worker SET statement_timeout = '10s';
ALTER ROLE cordboard_jobs SET statement_timeout = '30min';
