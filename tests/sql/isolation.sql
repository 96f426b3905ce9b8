-- A second tenant: neither sees the other, and no role reads what it must not.
DO $$
DECLARE
  t2 uuid := gen_random_uuid();
  demo uuid := (SELECT id FROM tenants WHERE slug = 'demo');
BEGIN
  INSERT INTO tenants (id, slug, name) VALUES (t2, 'other', 'Other');
  INSERT INTO contacts (tenant_id, name) VALUES (t2, 'Theirs');
  PERFORM set_config('cordboard.tenant', t2::text, true), set_config('cordboard.role', 'ADMIN', true);
  SET LOCAL ROLE cordboard_api;
  ASSERT (SELECT array_agg(name) FROM contacts) = '{Theirs}', 'a tenant sees its own contacts only';
  ASSERT (SELECT count(*) FROM tenants) = 1, 'a tenant sees itself only';
  ASSERT (SELECT count(*) FROM agent_overview) = 0, 'views do not leak';
  ASSERT (SELECT count(*) FROM queue_figures('-infinity', 'infinity')) = 0, 'figures do not leak';
  BEGIN
    INSERT INTO contacts (tenant_id, name) VALUES (demo, 'Smuggled');
    ASSERT false, 'a row was written into another tenant';
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END;
  PERFORM set_config('cordboard.tenant', '', true);
  ASSERT (SELECT count(*) FROM contacts) = 0, 'without a tenant nothing is seen';
  RESET ROLE;
  RAISE EXCEPTION 'done' USING ERRCODE = 'CB999';
EXCEPTION WHEN SQLSTATE 'CB999' THEN
  NULL;
END $$;

DO $$
DECLARE
  secret record;
BEGIN
  FOR secret IN SELECT * FROM (VALUES
      ('cordboard_api', 'SELECT password_hash FROM users'), ('cordboard_api', 'SELECT token_hash FROM sessions'),
      ('cordboard_api', 'SELECT sip_ha1 FROM agent_extensions'), ('cordboard_api', 'INSERT INTO sessions DEFAULT VALUES'),
      ('cordboard_api', 'UPDATE call_sessions SET outcome = NULL'), ('cordboard_api', 'DELETE FROM call_sessions'),
      ('cordboard_api', 'UPDATE users SET role = NULL'), ('cordboard_api', 'SELECT * FROM sign_in_failures'),
      ('cordboard_api', 'INSERT INTO audit_log DEFAULT VALUES'), ('cordboard_api', 'CREATE TABLE public.x ()'),
      ('cordboard_report', 'SELECT sip_ha1 FROM agent_extensions'), ('cordboard_report', 'DELETE FROM contacts'),
      ('cordboard_worker', 'SELECT password_hash FROM users'), ('cordboard_worker', 'SELECT sip_ha1 FROM agent_extensions'),
      ('cordboard_api', 'CREATE TEMPORARY TABLE contacts ()'), ('cordboard_worker', 'CREATE TEMPORARY TABLE contacts ()'),
      ('cordboard_asterisk', 'CREATE TEMPORARY TABLE ps_auths ()'),
      ('cordboard_worker', 'SELECT session_begin(NULL, NULL, NULL, NULL, NULL, NULL)'), ('cordboard_asterisk', 'SELECT * FROM public.users'),
      ('cordboard_asterisk', 'SELECT * FROM public.agent_extensions')) x (role, sql) LOOP
    BEGIN
      EXECUTE format('SET LOCAL ROLE %I', secret.role);
      EXECUTE secret.sql;
      RAISE EXCEPTION '% may: %', secret.role, secret.sql USING ERRCODE = 'CB999';
    EXCEPTION WHEN insufficient_privilege THEN
      NULL;
    END;
    RESET ROLE;
  END LOOP;
END $$;
