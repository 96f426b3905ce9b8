-- Dialling: prefixes that a tenant refuses, each with the reason that people are told; the codecs of browsers.

CREATE TABLE dial_rules (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL REFERENCES tenants,
  prefix     text NOT NULL CHECK (prefix ~ '^\+?[0-9]{1,15}$'),
  reason     text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, prefix)
);
COMMENT ON TABLE dial_rules IS 'prefixes that are not dialled';
COMMENT ON COLUMN dial_rules.id IS 'as the API names it';
COMMENT ON COLUMN dial_rules.tenant_id IS 'whose agents do not dial it';
COMMENT ON COLUMN dial_rules.prefix IS 'how refused numbers begin: digits, after a + where a country code is meant';
COMMENT ON COLUMN dial_rules.reason IS 'what who dials it is told';
COMMENT ON COLUMN dial_rules.created_at IS 'since when';
ALTER TABLE dial_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON dial_rules TO cordboard_api, cordboard_report
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY worker ON dial_rules TO cordboard_worker USING (true) WITH CHECK (true);
GRANT SELECT ON dial_rules TO cordboard_api, cordboard_report;
GRANT INSERT (tenant_id, prefix, reason), DELETE ON dial_rules TO cordboard_api;

CREATE VIEW dial_rule_overview WITH (security_invoker = true) AS
  SELECT id, prefix, reason, created_at AS "createdAt" FROM dial_rules;
COMMENT ON VIEW dial_rule_overview IS 'refused prefixes as the API shows them';
GRANT SELECT ON dial_rule_overview TO cordboard_api, cordboard_report;

-- +49… and 0049… and 49… are one number; what has neither + nor 00 is compared as it is.
CREATE FUNCTION dial_form(p_number text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(p_number, '^(\+|00)(?=.)', '')
$$;
COMMENT ON FUNCTION dial_form IS 'a number or prefix without the sign that a country code follows';

-- "00" alone refuses every number that names its country, however it does.
CREATE FUNCTION dial_rule_applies(p_prefix text, p_number text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT starts_with(dial_form(p_number), dial_form(p_prefix)) OR (p_prefix = '00' AND p_number ~ '^(\+|00)')
$$;
COMMENT ON FUNCTION dial_rule_applies IS 'whether a number begins with a refused prefix';

-- The longest prefix gives the reason. Extensions of the house are no numbers of the world.
CREATE FUNCTION check_dialled(p_number text) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
  why text;
BEGIN
  IF p_number LIKE '+%' AND length(p_number) NOT BETWEEN 8 AND 16 THEN
    RAISE EXCEPTION 'must have 7 to 15 digits after the +' USING ERRCODE = 'CB422', DETAIL = '/phoneNumber';
  END IF;
  SELECT r.reason INTO why FROM dial_rules r
  WHERE dial_rule_applies(r.prefix, p_number)
    AND NOT EXISTS (SELECT FROM agent_extensions e WHERE e.extension = p_number)
  ORDER BY length(dial_form(r.prefix)) DESC, r.prefix LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '%', why USING ERRCODE = 'CB422', DETAIL = '/phoneNumber';
  END IF;
END $$;
COMMENT ON FUNCTION check_dialled IS 'raises for a number that may not be dialled, with the reason';

CREATE FUNCTION dial_rule_post(p_prefix text, p_reason text) RETURNS SETOF dial_rule_overview LANGUAGE plpgsql AS $$
DECLARE
  made uuid;
BEGIN
  INSERT INTO dial_rules (tenant_id, prefix, reason) VALUES (current_tenant(), p_prefix, p_reason)
  ON CONFLICT (tenant_id, prefix) DO NOTHING RETURNING id INTO made;
  IF made IS NULL THEN
    RAISE EXCEPTION 'is refused already' USING ERRCODE = 'CB422', DETAIL = '/prefix';
  END IF;
  PERFORM audit('dial_rule.create', 'dial_rule', made::text, NULL,
                (SELECT to_jsonb(r) - ARRAY['id', 'createdAt'] FROM dial_rule_overview r WHERE r.id = made));
  RETURN QUERY SELECT * FROM dial_rule_overview WHERE id = made;
END $$;
COMMENT ON FUNCTION dial_rule_post IS 'POST dial-rules';

CREATE FUNCTION dial_rule_delete(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := (SELECT to_jsonb(r) - ARRAY['id', 'createdAt'] FROM dial_rule_overview r WHERE r.id = p_id);
BEGIN
  DELETE FROM dial_rules WHERE id = p_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such rule.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit('dial_rule.delete', 'dial_rule', p_id::text, before, NULL);
END $$;
COMMENT ON FUNCTION dial_rule_delete IS 'DELETE dial-rules/:id';

-- Browsers choose among opus, G.722 and G.711; which one is theirs to prefer.
CREATE OR REPLACE VIEW asterisk.ps_endpoints AS
  SELECT asterisk.pbx_name(t, e.extension)::varchar(40) AS id,
         asterisk.pbx_name(t, e.extension)::varchar(40) AS auth,
         asterisk.pbx_name(t, e.extension)::varchar(40) AS aors,
         'agents'::varchar(40) AS context, 'all'::varchar(40) AS disallow,
         (CASE e.phone_kind WHEN 'WEBRTC' THEN 'opus,g722,ulaw,alaw' ELSE 'ulaw,alaw' END)::varchar(200) AS allow,
         (CASE e.phone_kind WHEN 'WEBRTC' THEN 'yes' ELSE 'no' END)::varchar(3) AS webrtc,
         'no'::varchar(3) AS direct_media, 30 AS rtp_timeout, 300 AS rtp_timeout_hold,
         ('CC_TENANT=' || t.slug)::varchar(200) AS set_var,
         ('"' || regexp_replace(e.display_name, '[^[:alnum:] ._-]', '', 'g') || '" <' || e.extension || '>')::varchar(200) AS callerid
  FROM public.agent_extensions e JOIN public.tenants t ON t.id = e.tenant_id
  WHERE e.enabled;
