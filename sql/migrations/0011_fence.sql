-- A batch names the epoch that it was written under. Under an old one it fails, and with it all of the
-- transaction: who has slept through another's taking over stores nothing.
CREATE FUNCTION worker_applied(p_node text, p_epoch bigint, p_seq bigint, p_heard_us bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE worker_nodes SET applied_seq = greatest(applied_seq, p_seq), updated_at = now(),
    heard_at = greatest(heard_at, to_timestamp(p_heard_us::double precision / 1000000))
  WHERE node = p_node AND epoch = p_epoch;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'another process has become the writer' USING ERRCODE = 'CB409';
  END IF;
END $$;
COMMENT ON FUNCTION worker_applied IS 'the writer of this epoch has stored everything up to a journal position; CB409: it is the writer no more';
REVOKE EXECUTE ON FUNCTION worker_applied FROM PUBLIC;
GRANT EXECUTE ON FUNCTION worker_applied TO cordboard_worker;
