-- What Asterisk sees (res_config_pgsql): a schema of views and nothing else. The views are read
-- with their owner's rights, so row-level security does not hide tenants from the one PBX that
-- serves them all. Names: the plain extension or queue in the default tenant, "slug-name" in others.

CREATE SCHEMA asterisk;

CREATE FUNCTION asterisk.pbx_name(t tenants, name text) RETURNS text LANGUAGE sql STABLE
  RETURN CASE WHEN (t).is_default THEN name ELSE (t).slug || '-' || name END;

CREATE VIEW asterisk.ps_endpoints AS
  SELECT asterisk.pbx_name(t, e.extension)::varchar(40) AS id,
         asterisk.pbx_name(t, e.extension)::varchar(40) AS auth,
         asterisk.pbx_name(t, e.extension)::varchar(40) AS aors,
         'agents'::varchar(40) AS context, 'all'::varchar(40) AS disallow,
         (CASE e.phone_kind WHEN 'WEBRTC' THEN 'opus,ulaw' ELSE 'ulaw,alaw' END)::varchar(200) AS allow,
         (CASE e.phone_kind WHEN 'WEBRTC' THEN 'yes' ELSE 'no' END)::varchar(3) AS webrtc,
         'no'::varchar(3) AS direct_media, 30 AS rtp_timeout, 300 AS rtp_timeout_hold,
         ('CC_TENANT=' || t.slug)::varchar(200) AS set_var,
         ('"' || regexp_replace(e.display_name, '[^[:alnum:] ._-]', '', 'g') || '" <' || e.extension || '>')::varchar(200) AS callerid
  FROM public.agent_extensions e JOIN public.tenants t ON t.id = e.tenant_id
  WHERE e.enabled;

CREATE VIEW asterisk.ps_auths AS
  SELECT asterisk.pbx_name(t, e.extension)::varchar(40) AS id, 'digest'::varchar(20) AS auth_type,
         asterisk.pbx_name(t, e.extension)::varchar(40) AS username,
         'cordboard'::varchar(40) AS realm, ('MD5:' || e.sip_ha1)::varchar(200) AS password_digest
  FROM public.agent_extensions e JOIN public.tenants t ON t.id = e.tenant_id
  WHERE e.enabled AND e.sip_ha1 IS NOT NULL;

CREATE VIEW asterisk.ps_aors AS
  SELECT asterisk.pbx_name(t, e.extension)::varchar(40) AS id, 1 AS max_contacts,
         'yes'::varchar(3) AS remove_existing
  FROM public.agent_extensions e JOIN public.tenants t ON t.id = e.tenant_id
  WHERE e.enabled;

-- Wrap-up is cordboard-amid's: Asterisk is told "paused" instead, so that a countdown held by the
-- server, finished early or extended, is one state with one owner.
CREATE VIEW asterisk.queues AS
  SELECT asterisk.pbx_name(t, q.name)::varchar(128) AS name, q.strategy::varchar(40) AS strategy,
         q.ring_seconds AS timeout, 1 AS retry, 0 AS wrapuptime, q.service_level_seconds AS servicelevel,
         q.max_waiting AS maxlen, q.weight, q.music_class::varchar(128) AS musiconhold,
         'no'::varchar(3) AS ringinuse, 'app'::varchar(10) AS timeoutpriority,
         'yes'::varchar(3) AS setqueuevar, 'yes'::varchar(3) AS setqueueentryvar,
         'yes'::varchar(3) AS setinterfacevar
  FROM public.call_queues q JOIN public.tenants t ON t.id = q.tenant_id
  WHERE q.retired_at IS NULL;

CREATE VIEW asterisk.queue_members AS
  SELECT m.id AS uniqueid, asterisk.pbx_name(t, q.name)::varchar(128) AS queue_name,
         ('PJSIP/' || asterisk.pbx_name(t, e.extension))::varchar(128) AS interface,
         asterisk.pbx_name(t, e.extension)::varchar(128) AS membername,
         ('PJSIP/' || asterisk.pbx_name(t, e.extension))::varchar(128) AS state_interface,
         m.penalty, CASE WHEN coalesce(s.status, 'OFFLINE') = 'AVAILABLE' THEN 0 ELSE 1 END AS paused,
         coalesce(s.reason, s.status, 'OFFLINE')::varchar(80) AS reason_paused,
         'no'::varchar(3) AS ringinuse, 0 AS wrapuptime
  FROM public.queue_members m
  JOIN public.tenants t ON t.id = m.tenant_id
  JOIN public.call_queues q ON q.id = m.queue_id AND q.retired_at IS NULL
  JOIN public.agent_extensions e ON e.id = m.agent_id AND e.enabled
  LEFT JOIN public.agent_states s ON s.tenant_id = m.tenant_id AND s.agent_id = m.agent_id;

CREATE VIEW asterisk.did_routes AS
  SELECT r.did::varchar(32) AS did, t.slug::varchar(40) AS tenant,
         asterisk.pbx_name(t, q.name)::varchar(128) AS queue, q.max_wait_seconds AS max_wait
  FROM public.inbound_routes r
  JOIN public.tenants t ON t.id = r.tenant_id
  JOIN public.call_queues q ON q.id = r.queue_id AND q.retired_at IS NULL;

-- AMI QueuePause makes Asterisk UPDATE queue_members.paused; our tables stay the only truth.
CREATE FUNCTION asterisk.ignore_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER ignore_write INSTEAD OF UPDATE ON asterisk.queue_members
  FOR EACH ROW EXECUTE FUNCTION asterisk.ignore_write();

GRANT USAGE ON SCHEMA asterisk TO cordboard_asterisk;
GRANT SELECT ON ALL TABLES IN SCHEMA asterisk TO cordboard_asterisk;
GRANT UPDATE ON asterisk.queue_members TO cordboard_asterisk;
