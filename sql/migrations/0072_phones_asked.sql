-- A browser's line can die without a word, and its registration lives for two minutes more: the exchange asks
-- each such phone for a sign of life, so that nobody is rung who cannot hear it.
CREATE OR REPLACE VIEW asterisk.ps_aors AS
  SELECT asterisk.pbx_name(t, e.extension)::varchar(40) AS id, 1 AS max_contacts,
         'yes'::varchar(3) AS remove_existing,
         CASE e.phone_kind WHEN 'WEBRTC' THEN 10 ELSE 0 END AS qualify_frequency,
         3.0::float8 AS qualify_timeout
  FROM public.agent_extensions e JOIN public.tenants t ON t.id = e.tenant_id
  WHERE e.enabled;
