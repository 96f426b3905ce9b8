-- A row under two editors: what a version lets through, and what it does not.
DO $$
DECLARE
  a uuid := gen_random_uuid();
  b uuid := gen_random_uuid();
  refused boolean;
BEGIN
  CREATE TEMPORARY TABLE things (id uuid PRIMARY KEY, label text, seen int, version int NOT NULL DEFAULT 1);
  CREATE TRIGGER versioned BEFORE UPDATE OF label OR DELETE ON things FOR EACH ROW EXECUTE FUNCTION versioned();
  INSERT INTO things (id) VALUES (a), (b);

  UPDATE things SET label = 'x' WHERE id = a;
  ASSERT (SELECT version FROM things WHERE id = a) = 2, 'a change raises the version';
  UPDATE things SET seen = 1 WHERE id = a;
  ASSERT (SELECT version FROM things WHERE id = a) = 2, 'a column that nobody edits does not';
  PERFORM check_version_compared();

  PERFORM set_config('cordboard.if_match', upper(a::text) || ' 2', true);
  UPDATE things SET label = 'y' WHERE id = b;
  ASSERT current_setting('cordboard.if_match') <> '', 'another row does not use the condition up';
  UPDATE things SET label = 'y' WHERE id = a;
  UPDATE things SET label = 'z' WHERE id = a;
  PERFORM check_version_compared();
  ASSERT (SELECT version FROM things WHERE id = a) = 4, 'a request may change its row twice';

  refused := false;
  PERFORM set_config('cordboard.if_match', a || ' 3', true);
  BEGIN
    UPDATE things SET label = 'late' WHERE id = a;
  EXCEPTION WHEN SQLSTATE 'CB412' THEN
    refused := true;
  END;
  ASSERT refused, 'an older version is refused';

  refused := false;
  BEGIN
    DELETE FROM things WHERE id = a;
  EXCEPTION WHEN SQLSTATE 'CB412' THEN
    refused := true;
  END;
  ASSERT refused, 'a deletion is compared as well';
  PERFORM set_config('cordboard.if_match', a || ' 4', true);
  DELETE FROM things WHERE id = a;
  PERFORM check_version_compared();

  refused := false;
  PERFORM set_config('cordboard.if_match', gen_random_uuid() || ' 1', true);
  BEGIN
    UPDATE things SET label = 'w';
    PERFORM check_version_compared();
  EXCEPTION WHEN SQLSTATE 'CB412' THEN
    refused := true;
  END;
  ASSERT refused, 'a condition that no row met is not met';
  DROP TABLE things;
END $$;
