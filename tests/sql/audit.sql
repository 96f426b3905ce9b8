-- The audit chain: only added to, by anybody, and any other change to it is found.
CREATE FUNCTION pg_temp.tampered(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  t uuid := (SELECT id FROM tenants WHERE is_default);
  broken bigint;
BEGIN
  BEGIN
    -- What a superuser with the server's files at hand can do.
    SET LOCAL session_replication_role = replica;
    EXECUTE statement;
    broken := audit_verify(t);
    RAISE EXCEPTION 'undone' USING ERRCODE = 'CB999';
  EXCEPTION WHEN SQLSTATE 'CB999' THEN
    NULL;
  END;
  RETURN broken;
END $$;

DO $$
DECLARE
  t uuid := (SELECT id FROM tenants WHERE is_default);
  first bigint := coalesce((SELECT max(id) FROM audit_log WHERE tenant_id = t), 0);
  who text;
  what text;
BEGIN
  PERFORM set_config('cordboard.tenant', t::text, true), set_config('cordboard.user', gen_random_uuid()::text, true),
          set_config('cordboard.extension', '2003', true), set_config('cordboard.address', '192.0.2.7', true),
          set_config('cordboard.request_id', 'r-1', true);
  FOR i IN 1..5 LOOP
    SET LOCAL ROLE cordboard_api;
    PERFORM audit('queue.update', 'queue', i::text, jsonb_build_object('i', i), jsonb_build_object('ü', i + 0.50));
    RESET ROLE;
  END LOOP;
  ASSERT (SELECT count(*) FROM audit_log WHERE tenant_id = t AND id > first) = 5, 'a row each';
  ASSERT (SELECT (actor, address, request_id) = ('2003', '192.0.2.7'::inet, 'r-1') FROM audit_log
          WHERE tenant_id = t AND id = first + 1), 'who, from where, in which request';
  ASSERT audit_verify(t) IS NULL, 'an untouched chain holds';

  ASSERT pg_temp.tampered(format('UPDATE audit_log SET after = ''{}'' WHERE id = %s', first + 3)) = first + 3, 'a changed row';
  ASSERT pg_temp.tampered(format('UPDATE audit_log SET actor = ''1001'' WHERE id = %s', first + 5)) = first + 5, 'the last one';
  ASSERT pg_temp.tampered(format('UPDATE audit_log SET at = at + interval ''1 microsecond'' WHERE id = %s', first + 2)) = first + 2, 'a time';
  ASSERT pg_temp.tampered(format('UPDATE audit_log SET hash = sha256('''') WHERE id = %s', first + 2)) = first + 2, 'a hash';
  ASSERT pg_temp.tampered(format('DELETE FROM audit_log WHERE id = %s', first + 2)) = first + 3, 'a missing row breaks the next';
  ASSERT pg_temp.tampered(format('DELETE FROM audit_log WHERE id > %s', first + 3)) = first + 4, 'a cut end';
  ASSERT pg_temp.tampered('DELETE FROM audit_log') = 1, 'an emptied log';
  ASSERT pg_temp.tampered(format('UPDATE audit_log a SET object = b.object FROM audit_log b WHERE a.id = %s AND b.id = %s', first + 2, first + 3)) = first + 2, 'what belongs to another row';
  ASSERT pg_temp.tampered('INSERT INTO audit_log SELECT tenant_id, id + 1, at, action, kind, object, actor_id, actor, session_id, token_id, address, request_id, before, after, hash FROM audit_log ORDER BY id DESC LIMIT 1') IS NOT NULL, 'a row put in';
  ASSERT audit_verify(t) IS NULL, 'and all of it was undone';

  FOREACH who IN ARRAY ARRAY['cordboard_api', 'cordboard_worker', 'cordboard_report', 'cordboard_asterisk', 'cordboard_owner', 'postgres'] LOOP
    FOREACH what IN ARRAY ARRAY['UPDATE public.audit_log SET actor = NULL', 'DELETE FROM public.audit_log', 'TRUNCATE public.audit_log'] LOOP
      BEGIN
        EXECUTE format('SET LOCAL ROLE %I', who);
        EXECUTE what;
        RAISE EXCEPTION '% may: %', who, what USING ERRCODE = 'CB998';
      EXCEPTION WHEN insufficient_privilege THEN
        NULL;
      END;
      RESET ROLE;
    END LOOP;
  END LOOP;

  PERFORM set_config('cordboard.tenant', gen_random_uuid()::text, true);
  SET LOCAL ROLE cordboard_api;
  ASSERT (SELECT count(*) FROM audit_log) = 0, 'another tenant sees none of it';
  RESET ROLE;
END $$;
