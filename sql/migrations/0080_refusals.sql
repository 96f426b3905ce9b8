-- What is dialled and whom a call is sent to are refused for the same reasons.

-- The longest prefix gives the reason. Extensions of the house are no numbers of the world.
CREATE FUNCTION dial_refusal(p_number text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN p_number LIKE '+%' AND length(p_number) NOT BETWEEN 8 AND 16 THEN 'must have 7 to 15 digits after the +'
  ELSE (SELECT r.reason FROM dial_rules r
        WHERE dial_rule_applies(r.prefix, p_number)
          AND NOT EXISTS (SELECT FROM agent_extensions e WHERE e.extension = p_number)
        ORDER BY length(dial_form(r.prefix)) DESC, r.prefix LIMIT 1) END
$$;
COMMENT ON FUNCTION dial_refusal IS 'why a number may not be dialled; null: it may';

CREATE OR REPLACE FUNCTION check_dialled(p_number text) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
  why text := dial_refusal(p_number);
BEGIN
  IF why IS NOT NULL THEN
    RAISE EXCEPTION '%', why USING ERRCODE = 'CB422', DETAIL = '/phoneNumber';
  END IF;
END $$;
COMMENT ON FUNCTION check_dialled IS 'raises for a number that may not be dialled, with the reason';
