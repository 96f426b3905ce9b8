-- A wallboard is good as long as its maker may make one: whoever is a manager no longer leaves none behind.
CREATE FUNCTION users_lose_wallboards() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE wallboards w SET revoked_at = now()
  WHERE w.tenant_id = new.tenant_id AND w.created_by = new.id AND w.revoked_at IS NULL;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION users_lose_wallboards IS 'takes back the wallboards of a user who may make none any more';
REVOKE ALL ON FUNCTION users_lose_wallboards FROM PUBLIC;

CREATE TRIGGER lose_wallboards AFTER UPDATE OF role ON users
  FOR EACH ROW WHEN (role_rank(old.role) >= role_rank('MANAGER') AND role_rank(new.role) < role_rank('MANAGER'))
  EXECUTE FUNCTION users_lose_wallboards();
