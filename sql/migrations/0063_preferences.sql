-- What each person chooses about the pages. The pages know what the names mean; here they are kept.

CREATE TABLE preferences (
  tenant_id  uuid NOT NULL,
  user_id    uuid NOT NULL,
  name       text NOT NULL CHECK (name ~ '^[a-z][A-Za-z0-9.-]{0,39}$'),
  value      text NOT NULL CHECK (length(value) BETWEEN 1 AND 4000),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, user_id, name),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE preferences IS 'what each person chose about the pages; without a row the page''s own default holds';
COMMENT ON COLUMN preferences.tenant_id IS 'whose user it is';
COMMENT ON COLUMN preferences.user_id IS 'who chose';
COMMENT ON COLUMN preferences.name IS 'what was chosen, as the pages call it';
COMMENT ON COLUMN preferences.value IS 'the choice, as JSON';
COMMENT ON COLUMN preferences.changed_at IS 'when it was chosen last';
ALTER TABLE preferences ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON preferences TO cordboard_api
  USING (tenant_id = current_tenant() AND user_id = current_user_id())
  WITH CHECK (tenant_id = current_tenant() AND user_id = current_user_id());
GRANT SELECT, INSERT, DELETE, UPDATE (value, changed_at) ON preferences TO cordboard_api;

CREATE FUNCTION preferences_get() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM preferences
$$;
COMMENT ON FUNCTION preferences_get IS 'what the acting user chose: values by name';

CREATE FUNCTION preferences_put(p_values jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  most CONSTANT int := 100;
  wrong text;
BEGIN
  SELECT e.key INTO wrong FROM jsonb_each_text(p_values) e WHERE e.key !~ '^[a-z][A-Za-z0-9.-]{0,39}$' LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'is not the name of a preference' USING ERRCODE = 'CB422', DETAIL = '/values/' || replace(replace(wrong, '~', '~0'), '/', '~1');
  END IF;
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
