-- Contacts: search that forgives typing errors, custom fields with definitions, removal, import.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- ---- what is searched ---------------------------------------------------------------------------

CREATE FUNCTION plain_text(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN lower(public.unaccent('public.unaccent'::regdictionary, t));
COMMENT ON FUNCTION plain_text IS 'as it is compared when searching: small letters without accents';

CREATE FUNCTION contact_text(p_name text, p_company text, p_email text, p_tags text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN ' ' || public.plain_text(concat_ws(' ', p_name, p_company, p_email, array_to_string(p_tags, ' ')));
END $$;
COMMENT ON FUNCTION contact_text IS 'everything of a contact that a search by words looks at; each word has a space before it';

ALTER TABLE contacts
  ADD COLUMN version int NOT NULL DEFAULT 1,
  ADD COLUMN search text GENERATED ALWAYS AS (contact_text(name, company, email, tags)) STORED;
COMMENT ON TABLE contacts IS 'customers and leads: whom a number belongs to';
COMMENT ON COLUMN contacts.id IS 'as the API names it';
COMMENT ON COLUMN contacts.tenant_id IS 'whose contact it is';
COMMENT ON COLUMN contacts.name IS 'of the person, or of the company where no person is known';
COMMENT ON COLUMN contacts.company IS 'where the person works';
COMMENT ON COLUMN contacts.email IS 'one address, as it was written';
COMMENT ON COLUMN contacts.tags IS 'in normal form: see normal_tags';
COMMENT ON COLUMN contacts.created_at IS 'when it was first entered';
COMMENT ON COLUMN contacts.version IS 'raised by each change: the ETag';
COMMENT ON COLUMN contacts.search IS 'name, company, e-mail and tags as a search compares them';
COMMENT ON TABLE contact_numbers IS 'numbers of contacts: each belongs to one';
COMMENT ON COLUMN contact_numbers.tenant_id IS 'whose contact it is';
COMMENT ON COLUMN contact_numbers.contact_id IS 'whose number it is';
COMMENT ON COLUMN contact_numbers.number IS 'digits after an optional +, nothing else';

CREATE TRIGGER versioned BEFORE UPDATE OR DELETE ON contacts FOR EACH ROW EXECUTE FUNCTION versioned();

-- A list of pending entries would have to be read through by every search.
CREATE INDEX contacts_search ON contacts USING gin (search gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX contacts_tags ON contacts USING gin (tags) WITH (fastupdate = off);
CREATE INDEX contacts_name ON contacts (tenant_id, name, id);
CREATE INDEX contact_numbers_search ON contact_numbers USING gin (number gin_trgm_ops) WITH (fastupdate = off);

-- One number written with and without its + is one number. Of two such rows the bare one stays.
DELETE FROM contact_numbers n USING contact_numbers same
WHERE n.tenant_id = same.tenant_id AND n.number = '+' || same.number;
CREATE UNIQUE INDEX contact_numbers_digits ON contact_numbers (tenant_id, ltrim(number, '+'));

CREATE FUNCTION like_literal(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN regexp_replace(t, '([\\%_])', '\\\1', 'g');
COMMENT ON FUNCTION like_literal IS 'a text as a pattern of LIKE that fits nothing else';

CREATE FUNCTION normal_tags(p_tags text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(tag ORDER BY place), '{}')
  FROM (SELECT lower(btrim(regexp_replace(t, '\s+', ' ', 'g'))) AS tag, min(n) AS place
        FROM unnest(p_tags) WITH ORDINALITY x (t, n) GROUP BY 1) normal
  WHERE tag <> ''
$$;
COMMENT ON FUNCTION normal_tags IS 'small letters, single spaces, each tag once, in the order they came';

-- Row-level security lets no index serve a comparison that might leak, and those of pg_trgm might.
-- So this runs with its owner's rights, and names the tenant itself.
--
-- Contacts that hold every word come first: those whose name begins with the search, those where a word
-- begins with it, the others; digits are also looked for in the numbers. Only when they do not fill a
-- page, words much like those searched for follow, by likeness. A search too vague to tell its
-- contacts apart is ranked within as many as can be looked at in a moment.
CREATE FUNCTION contact_find(p_search text, p_tag text, p_limit int, p_cursor text)
RETURNS TABLE (id uuid, name text, score float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan
SET pg_trgm.word_similarity_threshold = 0.5 AS $$
#variable_conflict use_column
DECLARE
  exact_max constant int := 5000;
  alike_max constant int := 2000;
  tenant constant uuid := current_tenant();
  tag constant text[] := nullif(normal_tags(ARRAY[p_tag]), '{}');
  phrase constant text := btrim(plain_text(p_search));
  digits constant text := CASE WHEN p_search ~ '^[-+0-9 ().]*[0-9][-+0-9 ().]*$'
                               THEN regexp_replace(p_search, '[^0-9]', '', 'g') END;
  -- The longest words are the rarest: the index is asked for three.
  words constant text[] := ARRAY(SELECT w FROM regexp_split_to_table(phrase, '\s+') w
                                 WHERE w <> '' ORDER BY length(w) DESC, w);
  patterns constant text[] := ARRAY(SELECT CASE WHEN length(w) < 3 THEN '% ' ELSE '%' END || like_literal(w) || '%'
                                    FROM unnest(words) WITH ORDINALITY x (w, n) ORDER BY n);
  p1 constant text := patterns[1];
  p2 constant text := patterns[2];
  p3 constant text := patterns[3];
  -- Two letters are like too much.
  likes constant text[] := ARRAY(SELECT w FROM unnest(words) WITH ORDINALITY x (w, n) WHERE length(w) >= 3 ORDER BY n);
  l1 constant text := likes[1];
  l2 constant text := likes[2];
  l3 constant text := likes[3];
  after_score constant float8 := nullif(split_part(p_cursor, '|', 1), '')::float8;
  after_id constant uuid := right(p_cursor, 36)::uuid;
  after_name constant text := substr(p_cursor, length(split_part(p_cursor, '|', 1)) + 2,
                                     length(p_cursor) - length(split_part(p_cursor, '|', 1)) - 38);
BEGIN
  IF p_search IS NULL THEN
    RETURN QUERY
    SELECT k.id, k.name, 0::float8
    FROM contacts k
    WHERE k.tenant_id = tenant AND (tag IS NULL OR k.tags @> tag)
      AND (p_cursor IS NULL OR (k.name, k.id) > (after_name, after_id))
    ORDER BY k.name, k.id
    LIMIT p_limit + 1;
    RETURN;
  END IF;
  RETURN QUERY
  WITH by_words AS MATERIALIZED (
    SELECT k.id, k.name, CASE WHEN k.search LIKE ' ' || like_literal(phrase) || '%' THEN 3
                              WHEN k.search LIKE '% ' || like_literal(words[1]) || '%' THEN 2.5 ELSE 2 END::float8 AS score
    FROM contacts k
    WHERE k.tenant_id = tenant AND k.search LIKE p1 AND (p2 IS NULL OR k.search LIKE p2)
      AND (p3 IS NULL OR k.search LIKE p3) AND k.search LIKE ALL (patterns)
      AND (tag IS NULL OR k.tags @> tag)
    LIMIT exact_max
  ), by_number AS MATERIALIZED (
    SELECT n.contact_id AS id, max(CASE WHEN ltrim(n.number, '+') = digits THEN 3
                                        WHEN n.number LIKE '%' || digits THEN 2.5 ELSE 2 END)::float8 AS score
    FROM (SELECT c.contact_id, c.number FROM contact_numbers c
          WHERE c.tenant_id = tenant AND c.number LIKE '%' || digits || '%' LIMIT exact_max) n
    GROUP BY n.contact_id
  ), exact AS MATERIALIZED (
    SELECT w.* FROM by_words w
    UNION ALL
    SELECT k.id, k.name, n.score FROM by_number n JOIN contacts k ON k.id = n.id
    WHERE (tag IS NULL OR k.tags @> tag) AND n.id NOT IN (SELECT w.id FROM by_words w)
  ), alike AS MATERIALIZED (
    SELECT k.id, k.name, k.search FROM contacts k
    WHERE (SELECT count(*) FROM exact) <= p_limit
      AND k.tenant_id = tenant AND k.search %> l1 AND (l2 IS NULL OR k.search %> l2)
      AND (l3 IS NULL OR k.search %> l3)
      AND NOT EXISTS (SELECT FROM unnest(words, patterns) x (w, p) WHERE length(w) < 3 AND k.search NOT LIKE p)
      AND (tag IS NULL OR k.tags @> tag)
    LIMIT alike_max
  ), ranked AS (
    SELECT e.* FROM exact e
    UNION ALL
    SELECT a.id, a.name, round(word_similarity(phrase, a.search)::numeric, 3)::float8
    FROM alike a WHERE a.id NOT IN (SELECT e.id FROM exact e)
  )
  SELECT r.id, r.name, r.score
  FROM ranked r
  WHERE p_cursor IS NULL OR (-r.score, r.name, r.id) > (-after_score, after_name, after_id)
  ORDER BY r.score DESC, r.name, r.id
  LIMIT p_limit + 1;
END $$;
COMMENT ON FUNCTION contact_find IS 'a page of the acting tenant''s contacts, one more if there is a next page';

-- ---- custom fields ------------------------------------------------------------------------------

CREATE TABLE contact_fields (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL REFERENCES tenants,
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 60 AND name = btrim(name)),
  label      text NOT NULL CHECK (length(label) BETWEEN 1 AND 80),
  type       text NOT NULL DEFAULT 'text' CHECK (type IN ('text', 'number', 'date', 'choice')),
  choices    text[] NOT NULL DEFAULT '{}',
  required   boolean NOT NULL DEFAULT false,
  position   int NOT NULL DEFAULT 0 CHECK (position BETWEEN 0 AND 1000),
  version    int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name),
  CHECK ((type = 'choice') = (choices <> '{}'))
);
COMMENT ON TABLE contact_fields IS 'custom fields of contacts: what they are called and may hold; values of others are texts';
COMMENT ON COLUMN contact_fields.id IS 'as the API names it';
COMMENT ON COLUMN contact_fields.tenant_id IS 'whose contacts have it';
COMMENT ON COLUMN contact_fields.name IS 'the key in contacts.fields';
COMMENT ON COLUMN contact_fields.label IS 'what people see';
COMMENT ON COLUMN contact_fields.type IS 'number: 12 or -3.5; date: 2026-11-22; choice: one of choices';
COMMENT ON COLUMN contact_fields.choices IS 'of a choice, in the order shown';
COMMENT ON COLUMN contact_fields.required IS 'a contact without it is refused; those from before it stay';
COMMENT ON COLUMN contact_fields.position IS 'order in forms';
COMMENT ON COLUMN contact_fields.version IS 'raised by each change: the ETag';
COMMENT ON COLUMN contact_fields.created_at IS 'when it was defined';
CREATE TRIGGER versioned BEFORE UPDATE OR DELETE ON contact_fields FOR EACH ROW EXECUTE FUNCTION versioned();
ALTER TABLE contact_fields ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_fields TO cordboard_api, cordboard_report
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT ON contact_fields TO cordboard_api, cordboard_report;
GRANT INSERT, UPDATE, DELETE ON contact_fields TO cordboard_api;

CREATE FUNCTION is_date(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN t ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND t::date IS NOT NULL;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
  RETURN false;
END $$;
COMMENT ON FUNCTION is_date IS 'whether a text is a day of the calendar, as in 2026-11-22';

-- p_complete: fields that are required must be there.
CREATE FUNCTION contact_field_errors(p_fields jsonb, p_complete boolean)
RETURNS TABLE (name text, problem text) LANGUAGE sql STABLE AS $$
  SELECT * FROM (
    SELECT d.name,
           CASE WHEN coalesce(v.value, '') = '' THEN CASE WHEN d.required AND (p_complete OR p_fields ? d.name) THEN 'is required' END
                WHEN d.type = 'number' AND v.value !~ '^-?[0-9]{1,15}(\.[0-9]{1,10})?$' THEN 'must be a number, as in 12 or -3.5'
                WHEN d.type = 'date' AND NOT is_date(v.value) THEN 'must be a day, as in 2026-11-22'
                WHEN d.type = 'choice' AND v.value <> ALL (d.choices)
                  THEN 'must be one of: ' || array_to_string(d.choices, ', ') END AS problem
    FROM contact_fields d CROSS JOIN LATERAL (SELECT p_fields ->> d.name) v (value)
    ORDER BY d.position, d.name) checked
  WHERE problem IS NOT NULL
$$;
COMMENT ON FUNCTION contact_field_errors IS 'what is wrong with the custom fields of a contact';

CREATE FUNCTION check_contact_fields(p_fields jsonb, p_complete boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  problems text;
  pointers text;
BEGIN
  SELECT string_agg(e.problem, E'\n'),
         string_agg('/fields/' || replace(replace(e.name, '~', '~0'), '/', '~1'), E'\n')
  INTO problems, pointers FROM contact_field_errors(p_fields, p_complete) e;
  IF problems IS NOT NULL THEN
    RAISE EXCEPTION '%', problems USING ERRCODE = 'CB422', DETAIL = pointers;
  END IF;
END $$;
COMMENT ON FUNCTION check_contact_fields IS 'raises CB422 with one line of message and detail for each field that is wrong';

CREATE VIEW contact_field_overview WITH (security_invoker = true) AS
  SELECT f.id, f.name, f.label, f.type, f.choices, f.required, f.position, f.version AS "_version"
  FROM contact_fields f;
GRANT SELECT ON contact_field_overview TO cordboard_api, cordboard_report;

-- A new definition when p_id is null. On a change null leaves what is there.
CREATE FUNCTION contact_field_put(p_id uuid, p_name text, p_label text, p_type text, p_choices text[],
                                  p_required boolean, p_position int)
RETURNS SETOF contact_field_overview LANGUAGE plpgsql AS $$
DECLARE
  old contact_fields;
  new contact_fields;
BEGIN
  IF p_id IS NOT NULL THEN
    SELECT * INTO old FROM contact_fields f WHERE f.id = p_id FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'There is no such field.' USING ERRCODE = 'CB404';
    END IF;
  END IF;
  p_name := btrim(coalesce(p_name, old.name));
  p_type := coalesce(p_type, old.type, 'text');
  p_choices := CASE WHEN p_type = 'choice' THEN coalesce(p_choices, old.choices) ELSE coalesce(p_choices, '{}') END;
  IF p_name = '' THEN
    RAISE EXCEPTION 'must not be empty' USING ERRCODE = 'CB422', DETAIL = '/name';
  ELSIF p_name IS DISTINCT FROM old.name AND EXISTS (SELECT FROM contact_fields f WHERE f.name = p_name) THEN
    RAISE EXCEPTION 'There is a field of that name.' USING ERRCODE = 'CB409';
  ELSIF (p_type = 'choice') <> (coalesce(p_choices, '{}') <> '{}') THEN
    RAISE EXCEPTION 'must be given for a choice, and for nothing else' USING ERRCODE = 'CB422', DETAIL = '/choices';
  END IF;
  IF p_id IS NULL THEN
    INSERT INTO contact_fields (tenant_id, name, label, type, choices, required, position)
    VALUES (current_tenant(), p_name, coalesce(p_label, p_name), p_type, p_choices,
            coalesce(p_required, false), coalesce(p_position, 0))
    RETURNING * INTO new;
  ELSE
    UPDATE contact_fields f SET name = p_name, label = coalesce(p_label, f.label), type = p_type, choices = p_choices,
           required = coalesce(p_required, f.required), position = coalesce(p_position, f.position)
    WHERE f.id = p_id RETURNING * INTO new;
  END IF;
  PERFORM audit(CASE WHEN p_id IS NULL THEN 'contact_field.create' ELSE 'contact_field.update' END, 'contact_field',
                new.id::text, CASE WHEN p_id IS NULL THEN NULL ELSE to_jsonb(old) END, to_jsonb(new));
  RETURN QUERY SELECT * FROM contact_field_overview o WHERE o.id = new.id;
END $$;

-- The definition goes; what contacts hold under its name stays, as a text.
CREATE FUNCTION contact_field_delete(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  old contact_fields;
BEGIN
  DELETE FROM contact_fields f WHERE f.id = p_id RETURNING * INTO old;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such field.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit('contact_field.delete', 'contact_field', p_id::text, to_jsonb(old), NULL);
END $$;

-- ---- one contact --------------------------------------------------------------------------------

CREATE OR REPLACE VIEW contact_overview WITH (security_invoker = true) AS
  SELECT k.id, k.name, k.company, k.email, k.tags, k.fields,
         ARRAY(SELECT n.number FROM contact_numbers n WHERE n.contact_id = k.id ORDER BY n.number) AS numbers,
         k.created_at AS "createdAt", k.version AS "_version"
  FROM contacts k;

-- A number with and without its +: both are one.
CREATE FUNCTION number_forms(p_numbers text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(form) FROM unnest(p_numbers) n, LATERAL (VALUES (ltrim(n, '+')), ('+' || ltrim(n, '+'))) f (form)
$$;

-- A new contact when p_id is null. On a change null leaves a field as it is, an empty text clears it.
CREATE OR REPLACE FUNCTION contact_put(p_id uuid, p_name text, p_company text, p_email text, p_tags text[],
                                       p_fields jsonb, p_numbers text[])
RETURNS SETOF contact_overview LANGUAGE plpgsql AS $$
DECLARE
  taken text;
BEGIN
  IF p_id IS NULL OR p_fields IS NOT NULL THEN
    PERFORM check_contact_fields(coalesce(p_fields, '{}'), true);
  END IF;
  IF p_id IS NULL THEN
    p_id := gen_random_uuid();
    INSERT INTO contacts (id, tenant_id, name, company, email, tags, fields)
    VALUES (p_id, current_tenant(), p_name, nullif(p_company, ''), nullif(p_email, ''),
            normal_tags(p_tags), coalesce(p_fields, '{}'));
  ELSE
    UPDATE contacts SET name = coalesce(p_name, name),
           company = nullif(coalesce(p_company, company), ''),
           email = nullif(coalesce(p_email, email), ''),
           tags = CASE WHEN p_tags IS NULL THEN tags ELSE normal_tags(p_tags) END,
           fields = coalesce(p_fields, fields)
    WHERE id = p_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'There is no such contact.' USING ERRCODE = 'CB404';
    END IF;
  END IF;
  IF p_numbers IS NOT NULL THEN
    SELECT n.number INTO taken FROM contact_numbers n
    WHERE n.number = ANY (number_forms(p_numbers)) AND n.contact_id <> p_id LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION '% belongs to another contact', taken USING ERRCODE = 'CB422', DETAIL = '/numbers';
    END IF;
    DELETE FROM contact_numbers WHERE contact_id = p_id AND number <> ALL (p_numbers);
    INSERT INTO contact_numbers (tenant_id, contact_id, number)
    SELECT DISTINCT ON (ltrim(n, '+')) current_tenant(), p_id, n FROM unnest(p_numbers) n
    WHERE NOT EXISTS (SELECT FROM contact_numbers o WHERE o.contact_id = p_id AND o.number = ANY (number_forms(ARRAY[n])));
  END IF;
  RETURN QUERY SELECT * FROM contact_overview WHERE id = p_id;
END $$;

-- Calls keep the number they came from; they only lose the name that went with it.
CREATE FUNCTION contact_delete(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  old jsonb;
BEGIN
  SELECT to_jsonb(k) - '_version' INTO old FROM contact_overview k WHERE k.id = p_id;
  UPDATE call_sessions SET contact_id = NULL WHERE contact_id = p_id;
  DELETE FROM contacts WHERE id = p_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no such contact.' USING ERRCODE = 'CB404';
  END IF;
  PERFORM audit('contact.delete', 'contact', p_id::text, old, NULL);
END $$;

-- ---- many at once -------------------------------------------------------------------------------

CREATE TYPE contact_line AS (line int, id uuid, is_new boolean, is_changed boolean, name text, company text, email text,
                             tags text[], numbers text[], fields jsonb);
COMMENT ON TYPE contact_line IS 'a line of an imported file, and what becomes of it';

-- Takes [{"line","name","company","email","tags","numbers","fields"}]; what a line leaves out stays. A
-- line whose number a contact has changes that contact, and adds to its tags and numbers; others make
-- new ones. p_errors are those of lines that could not even be read. p_dry says what would happen.
-- Unless p_skip, one bad line means that nothing is done. How many lines there are is not known to the
-- planner, who would take them for few and compare each with each: nothing here is joined in loops.
CREATE FUNCTION contact_import(p_lines jsonb, p_errors jsonb, p_dry boolean, p_skip boolean)
RETURNS TABLE (made bigint, changed bigint, kept bigint, failed bigint, errors jsonb) LANGUAGE plpgsql
SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  told_max constant int := 1000;
  plan contact_line[];
  wrong bigint;
  told jsonb;
BEGIN
  WITH lines AS (
    SELECT * FROM jsonb_to_recordset(p_lines) AS l (line int, name text, company text, email text, tags text[],
                                                    numbers text[], fields jsonb)
  ), numbers AS (
    SELECT DISTINCT ON (l.line, ltrim(n, '+')) l.line, n AS number, ltrim(n, '+') AS digits
    FROM lines l, unnest(l.numbers) n
  ), known AS (
    SELECT n.line, n.number, k.contact_id, min(n.line) OVER (PARTITION BY n.digits) AS first_line
    FROM numbers n LEFT JOIN contact_numbers k ON ltrim(k.number, '+') = n.digits
  ), whose AS (
    SELECT k.line, min(k.contact_id::text)::uuid AS id, count(DISTINCT k.contact_id) AS contacts,
           array_agg(k.number ORDER BY k.number) FILTER (WHERE k.contact_id IS NULL) AS fresh
    FROM known k GROUP BY k.line
  ), found AS (
    SELECT l.*, w.id, coalesce(w.contacts, 0) AS contacts, coalesce(w.fresh, '{}') AS fresh,
           min(l.line) OVER (PARTITION BY w.id) AS first_of_contact
    FROM lines l LEFT JOIN whose w ON w.line = l.line
  ), problems AS (
    SELECT f.line, 'name' AS "column", 'is required for a new contact' AS reason
    FROM found f WHERE f.id IS NULL AND f.name IS NULL
    UNION ALL
    SELECT f.line, 'number', 'its numbers belong to different contacts' FROM found f WHERE f.contacts > 1
    UNION ALL
    SELECT f.line, 'number', format('changes the same contact as line %s', f.first_of_contact)
    FROM found f WHERE f.id IS NOT NULL AND f.line > f.first_of_contact
    UNION ALL
    SELECT k.line, 'number', format('%s stands in line %s, too', k.number, k.first_line)
    FROM known k WHERE k.line > k.first_line
    UNION ALL
    SELECT f.line, e.name, e.problem
    FROM found f, contact_field_errors(coalesce(f.fields, '{}'), f.id IS NULL) e
    WHERE EXISTS (SELECT FROM contact_fields)
    UNION ALL
    SELECT e.line, e."column", e.reason FROM jsonb_to_recordset(p_errors) AS e (line int, "column" text, reason text)
  ), merged AS (
    SELECT f.line, f.id, coalesce(f.name, k.name) AS name, coalesce(f.company, k.company) AS company,
           coalesce(f.email, k.email) AS email, normal_tags(coalesce(k.tags, '{}') || coalesce(f.tags, '{}')) AS tags,
           f.fresh AS numbers,
           coalesce(k.fields, '{}') || coalesce(f.fields, '{}') AS fields,
           k.name AS old_name, k.company AS old_company, k.email AS old_email, k.tags AS old_tags, k.fields AS old_fields
    FROM found f LEFT JOIN contacts k ON k.id = f.id
    WHERE f.line NOT IN (SELECT p.line FROM problems p)
  )
  SELECT (SELECT array_agg((m.line, coalesce(m.id, gen_random_uuid()), m.id IS NULL,
            m.id IS NOT NULL AND (m.numbers <> '{}' OR (m.name, m.company, m.email, m.tags, m.fields)
              IS DISTINCT FROM (m.old_name, m.old_company, m.old_email, m.old_tags, m.old_fields)),
            m.name, m.company, m.email, m.tags, m.numbers, m.fields)::contact_line) FROM merged m),
         (SELECT count(DISTINCT p.line) FROM problems p),
         (SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.line, p."column"), '[]')
          FROM (SELECT * FROM problems p ORDER BY p.line, p."column" LIMIT told_max) p)
  INTO plan, wrong, told;

  IF NOT p_dry AND (p_skip OR wrong = 0) AND plan IS NOT NULL THEN
    INSERT INTO contacts (id, tenant_id, name, company, email, tags, fields)
    SELECT p.id, current_tenant(), p.name, p.company, p.email, p.tags, p.fields FROM unnest(plan) p WHERE p.is_new;
    UPDATE contacts k SET name = p.name, company = p.company, email = p.email, tags = p.tags, fields = p.fields
    FROM unnest(plan) p WHERE k.id = p.id AND p.is_changed;
    INSERT INTO contact_numbers (tenant_id, contact_id, number)
    SELECT current_tenant(), p.id, n FROM unnest(plan) p, unnest(p.numbers) n;
    PERFORM audit('contact.import', 'contact', NULL, NULL, jsonb_build_object(
      'made', (SELECT count(*) FROM unnest(plan) p WHERE p.is_new),
      'changed', (SELECT count(*) FROM unnest(plan) p WHERE p.is_changed)));
  END IF;
  RETURN QUERY SELECT count(*) FILTER (WHERE p.is_new), count(*) FILTER (WHERE p.is_changed),
                      count(*) FILTER (WHERE NOT p.is_new AND NOT p.is_changed), wrong, told
               FROM unnest(plan) p;
END $$;

REVOKE ALL ON FUNCTION contact_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contact_find TO cordboard_api;

COMMENT ON VIEW contact_field_overview IS 'custom fields as the API shows them';
COMMENT ON FUNCTION contact_field_put IS 'POST contact-fields and PUT contact-fields/:id';
COMMENT ON FUNCTION contact_field_delete IS 'DELETE contact-fields/:id';
COMMENT ON FUNCTION number_forms IS 'numbers with and without their +: each pair is one number';
COMMENT ON FUNCTION contact_put IS 'POST contacts and PUT contacts/:id';
COMMENT ON FUNCTION contact_delete IS 'DELETE contacts/:id';
COMMENT ON FUNCTION contact_import IS 'POST contacts/import: how many lines made, changed and left a contact, how many failed, and why';
