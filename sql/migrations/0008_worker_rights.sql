-- cordboard-amid needs to know who is there, not what they sign in with: no password hash, no
-- phone's secret. Nobody makes temporary tables, which would come before the real ones.
REVOKE SELECT ON users, agent_extensions FROM cordboard_worker;
GRANT SELECT (id, tenant_id, user_id, extension, display_name, phone_kind, auto_answer, enabled, created_at)
  ON agent_extensions TO cordboard_worker;
DO $$
BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
