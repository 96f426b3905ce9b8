-- Versions: what may be edited by two at once carries a number that each change raises. A request
-- that says which version it saw (If-Match) changes nothing when the row has moved on.
--
-- cordboard.if_match is "<id> <version>", or empty: one request may touch several rows of several
-- tables, and only the row it names is compared, the first time that it is touched.

CREATE FUNCTION versioned() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted text := current_setting('cordboard.if_match', true);
BEGIN
  IF wanted <> '' AND lower(split_part(wanted, ' ', 1)) = to_jsonb(OLD) ->> 'id' THEN
    IF split_part(wanted, ' ', 2) <> OLD.version::text THEN
      RAISE EXCEPTION 'It was changed meanwhile: this is version %.', OLD.version USING ERRCODE = 'CB412';
    END IF;
    PERFORM set_config('cordboard.if_match', '', true);
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION versioned() IS 'trigger BEFORE UPDATE OR DELETE of a table with a column version; UPDATE OF leaves columns out that nobody edits';

-- The last step of a request with If-Match: a condition that nothing compared is never taken as met.
CREATE FUNCTION check_version_compared() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('cordboard.if_match', true) <> '' THEN
    RAISE EXCEPTION 'Nothing with a version was changed here: leave If-Match out.' USING ERRCODE = 'CB412';
  END IF;
END $$;
COMMENT ON FUNCTION check_version_compared IS 'raises CB412 when If-Match named a version that nothing compared';

GRANT EXECUTE ON FUNCTION check_version_compared() TO cordboard_api;
