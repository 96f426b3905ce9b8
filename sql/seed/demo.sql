-- The demo floor: tenant, people, queues, contacts. May be run again: nothing is doubled and what
-- was changed since stays. Everybody's password is cordboard-demo.

INSERT INTO tenants (slug, name, node, timezone, is_default)
VALUES ('demo', 'Cordboard Demo', 'node1', 'Europe/Berlin', true)
ON CONFLICT (slug) DO NOTHING;

INSERT INTO users (tenant_id, extension, display_name, role, password_hash)
SELECT t.id, p.extension, p.name, p.role,
       '$argon2id$v=19$m=40960,t=2,p=1$gbXUbVJ0XU4WRTBFfy874Q$P6lh+HpwwU+WFNLRZY+SxWbPK0/y7yetnTxeohoYluM'
FROM tenants t, (VALUES
  ('1001', 'Amelia Hart', 'AGENT'), ('1002', 'Noah Lindqvist', 'AGENT'),
  ('1003', 'Priya Raman', 'AGENT'), ('1004', 'Lucas Moreau', 'AGENT'),
  ('1005', 'Hanna Kowalski', 'AGENT'), ('1006', 'Diego Fuentes', 'AGENT'),
  ('1007', 'Mei Tanaka', 'AGENT'), ('1008', 'Oliver Grant', 'AGENT'),
  ('1009', 'Fatima Zahra', 'AGENT'), ('1010', 'Jonas Weber', 'AGENT'),
  ('2001', 'Sofia Marino', 'SUPERVISOR'), ('2002', 'Daniel Okafor', 'MANAGER'),
  ('2003', 'Ingrid Solberg', 'ADMIN')) AS p (extension, name, role)
WHERE t.slug = 'demo'
ON CONFLICT (tenant_id, extension) DO NOTHING;

INSERT INTO agent_extensions (tenant_id, user_id, extension, display_name)
SELECT u.tenant_id, u.id, u.extension, u.display_name
FROM users u JOIN tenants t ON t.id = u.tenant_id AND t.slug = 'demo'
ON CONFLICT (tenant_id, extension) DO NOTHING;

INSERT INTO call_queues (tenant_id, name, display_name, wrapup_seconds)
SELECT t.id, q.name, q.display_name, 20
FROM tenants t, (VALUES ('support', 'Support'), ('sales', 'Sales')) AS q (name, display_name)
WHERE t.slug = 'demo'
ON CONFLICT (tenant_id, name) DO NOTHING;

INSERT INTO inbound_routes (tenant_id, did, queue_id, label)
SELECT t.id, r.did, q.id, r.label
FROM tenants t
JOIN (VALUES ('5550100', 'support', 'Support line'), ('5550200', 'sales', 'Sales line')) AS r (did, queue, label) ON true
JOIN call_queues q ON q.tenant_id = t.id AND q.name = r.queue
WHERE t.slug = 'demo'
ON CONFLICT (did) DO NOTHING;

INSERT INTO queue_members (tenant_id, queue_id, agent_id)
SELECT t.id, q.id, e.id
FROM tenants t
JOIN call_queues q ON q.tenant_id = t.id
JOIN agent_extensions e ON e.tenant_id = t.id
WHERE t.slug = 'demo'
  AND ((q.name = 'support' AND e.extension BETWEEN '1001' AND '1006')
    OR (q.name = 'sales' AND (e.extension IN ('1001', '1002') OR e.extension BETWEEN '1006' AND '1010')))
ON CONFLICT (tenant_id, queue_id, agent_id) DO NOTHING;

INSERT INTO dispositions (tenant_id, code, label, position)
SELECT t.id, d.code, d.label, d.position
FROM tenants t, (VALUES
  ('RESOLVED', 'Resolved', 1), ('FOLLOW_UP', 'Needs follow-up', 2), ('ESCALATED', 'Escalated', 3),
  ('CALL_BACK', 'Wants a call back', 4), ('SALE', 'Sale', 5), ('QUOTE_SENT', 'Quote sent', 6),
  ('NOT_INTERESTED', 'Not interested', 7), ('WRONG_NUMBER', 'Wrong number', 8),
  ('NO_RESPONSE', 'Nobody on the line', 9)) AS d (code, label, position)
WHERE t.slug = 'demo'
ON CONFLICT (tenant_id, code) DO NOTHING;

INSERT INTO pause_reasons (tenant_id, code, label, paid, limit_seconds, position)
SELECT t.id, r.code, r.label, r.paid, r.limit_seconds, r.position
FROM tenants t, (VALUES
  ('BREAK', 'Short break', true, 900, 1), ('LUNCH', 'Lunch', false, 2700, 2),
  ('TRAINING', 'Training', true, NULL, 3), ('MEETING', 'Meeting', true, 3600, 4),
  ('BACK_OFFICE', 'Back-office work', true, NULL, 5), ('TECHNICAL', 'Technical trouble', true, NULL, 6))
  AS r (code, label, paid, limit_seconds, position)
WHERE t.slug = 'demo'
ON CONFLICT (tenant_id, code) DO NOTHING;

-- A number belongs to one contact: who has it already is not added again.
WITH person (name, company, email, number, tags, fields) AS (VALUES
  ('Clara Bennett', 'Northwind Bakery', 'clara.bennett@example.com', '15551230001', '{"vip","wholesale"}'::text[],
   '{"Customer number": "C-10041", "Plan": "Business Plus", "Language": "English"}'::jsonb),
  ('Marcus Doyle', 'Doyle Plumbing', 'marcus.doyle@example.com', '15551230002', '{"trade"}'::text[],
   '{"Customer number": "C-10042", "Plan": "Starter"}'::jsonb),
  ('Elena Petrova', NULL, 'elena.petrova@example.com', '15551230003', '{"new"}'::text[],
   '{"Customer number": "C-10043", "Plan": "Home"}'::jsonb),
  ('Samuel Adeyemi', 'Adeyemi & Sons', 'samuel.adeyemi@example.com', '15551230004', '{"wholesale"}'::text[],
   '{"Customer number": "C-10044", "Plan": "Business"}'::jsonb),
  ('Ruth Feldman', 'Harbor Clinic', 'ruth.feldman@example.com', '15551230005', '{"vip","health"}'::text[],
   '{"Customer number": "C-10045", "Plan": "Business Plus", "Account manager": "Jonas Weber"}'::jsonb),
  ('Tomasz Nowak', NULL, 'tomasz.nowak@example.com', '15551230006', '{}'::text[],
   '{"Customer number": "C-10046", "Plan": "Home"}'::jsonb),
  ('Aisha Karim', 'Karim Textiles', 'aisha.karim@example.com', '15551230007', '{"trade","late payer"}'::text[],
   '{"Customer number": "C-10047", "Plan": "Business"}'::jsonb),
  ('Peter Lang', 'Lang Optics', 'peter.lang@example.com', '15551230008', '{}'::text[],
   '{"Customer number": "C-10048", "Plan": "Starter"}'::jsonb),
  ('Grace Liu', 'Riverside School', 'grace.liu@example.com', '15551230009', '{"education"}'::text[],
   '{"Customer number": "C-10049", "Plan": "Education"}'::jsonb),
  ('Henrik Dahl', 'Dahl Outdoor', 'henrik.dahl@example.com', '15551230010', '{"vip"}'::text[],
   '{"Customer number": "C-10050", "Plan": "Business Plus"}'::jsonb),
  ('Isabel Navarro', NULL, 'isabel.navarro@example.com', '15551230011', '{"new"}'::text[],
   '{"Customer number": "C-10051", "Plan": "Home"}'::jsonb),
  ('Walter Simmons', 'Simmons Garage', 'walter.simmons@example.com', '15551230012', '{"trade"}'::text[],
   '{"Customer number": "C-10052", "Plan": "Starter"}'::jsonb),
  ('Yara Haddad', 'Cedar Catering', 'yara.haddad@example.com', '15551230013', '{"wholesale"}'::text[],
   '{"Customer number": "C-10053", "Plan": "Business"}'::jsonb),
  ('Emil Janssen', NULL, 'emil.janssen@example.com', '15551230014', '{}'::text[],
   '{"Customer number": "C-10054", "Plan": "Home"}'::jsonb),
  ('Monica Reyes', 'Reyes Architects', 'monica.reyes@example.com', '15551230015', '{"vip"}'::text[],
   '{"Customer number": "C-10055", "Plan": "Business Plus"}'::jsonb),
  ('Patrick O’Neill', 'O’Neill Farms', 'patrick.oneill@example.com', '15551230016', '{"trade"}'::text[],
   '{"Customer number": "C-10056", "Plan": "Business"}'::jsonb),
  ('Leila Farouk', NULL, 'leila.farouk@example.com', '15551230017', '{"new"}'::text[],
   '{"Customer number": "C-10057", "Plan": "Home"}'::jsonb),
  ('George Whitfield', 'Whitfield Books', 'george.whitfield@example.com', '15551230018', '{}'::text[],
   '{"Customer number": "C-10058", "Plan": "Starter"}'::jsonb),
  ('Naomi Ishikawa', 'Ishikawa Design', 'naomi.ishikawa@example.com', '15551230019', '{"education"}'::text[],
   '{"Customer number": "C-10059", "Plan": "Business"}'::jsonb),
  ('Viktor Holm', 'Holm Logistics', 'viktor.holm@example.com', '15551230020', '{"vip","wholesale"}'::text[],
   '{"Customer number": "C-10060", "Plan": "Enterprise", "Account manager": "Mei Tanaka"}'::jsonb)
), added AS (
  INSERT INTO contacts (tenant_id, name, company, email, tags, fields)
  SELECT t.id, p.name, p.company, p.email, p.tags, p.fields
  FROM tenants t, person p
  WHERE t.slug = 'demo' AND NOT EXISTS (SELECT FROM contact_numbers n
                                        WHERE n.tenant_id = t.id AND n.number = p.number)
  RETURNING tenant_id, id, email
)
INSERT INTO contact_numbers (tenant_id, contact_id, number)
SELECT a.tenant_id, a.id, p.number FROM added a JOIN person p ON p.email = a.email;
