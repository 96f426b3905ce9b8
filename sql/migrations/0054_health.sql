-- What the API tells of the health of the rest: it reads none of these tables itself.
CREATE FUNCTION health_store(p_node text)
RETURNS TABLE (writer_age_ms bigint, dead_letters bigint, dead_letter_age_ms bigint, partitions_until timestamptz,
               strays bigint, partitions_well boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT (SELECT ms_between(n.updated_at, now()) FROM worker_nodes n WHERE n.node = p_node),
         (SELECT count(*) FROM dead_letters d WHERE d.node = p_node),
         (SELECT ms_between(max(d.at), now()) FROM dead_letters d WHERE d.node = p_node),
         p.until, p.strays, p.well
  FROM health_partitions() p
$$;
COMMENT ON FUNCTION health_store IS 'the age of a node''s last stored record, what it set aside, and how far months are made ahead';
REVOKE ALL ON FUNCTION health_store FROM PUBLIC;
GRANT EXECUTE ON FUNCTION health_store TO cordboard_api;
