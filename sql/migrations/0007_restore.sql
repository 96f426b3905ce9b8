-- A restarted cordboard-amid goes on from the open calls as they were stored.
CREATE FUNCTION us(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (extract(epoch FROM t) * 1000000)::bigint;
COMMENT ON FUNCTION us IS 'microseconds since the Unix epoch, exact';
