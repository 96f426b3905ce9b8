-- Two requests of one user that come at once are counted one after the other.

CREATE OR REPLACE FUNCTION preferences_put(p_values jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  most CONSTANT int := 100;
  wrong text;
BEGIN
  SELECT e.key INTO wrong FROM jsonb_each_text(p_values) e WHERE e.key !~ '^[a-z][A-Za-z0-9.-]{0,39}$' LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'is not the name of a preference' USING ERRCODE = 'CB422', DETAIL = '/values/' || replace(replace(wrong, '~', '~0'), '/', '~1');
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('preferences ' || current_user_id(), 0));
  DELETE FROM preferences p USING jsonb_each_text(p_values) e WHERE p.name = e.key AND e.value = '';
  INSERT INTO preferences (tenant_id, user_id, name, value)
  SELECT current_tenant(), current_user_id(), e.key, e.value FROM jsonb_each_text(p_values) e WHERE e.value <> ''
  ON CONFLICT (tenant_id, user_id, name) DO UPDATE SET value = excluded.value, changed_at = now();
  IF (SELECT count(*) FROM preferences) > most THEN
    RAISE EXCEPTION 'more than % are not kept', most USING ERRCODE = 'CB422', DETAIL = '/values';
  END IF;
  RETURN preferences_get();
END
$$;
COMMENT ON FUNCTION preferences_put IS 'keeps what the acting user chose; an empty value is forgotten, what is left out stays';
