// Makes the seeds of a fuzzer:  seeds.mjs TARGET DIRECTORY
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [target, directory] = process.argv.slice(2);
const traces = fileURLToPath(new URL('../traces', import.meta.url));
const files = (folder, end) => readdirSync(path.join(traces, folder)).filter((name) => name.endsWith(end)).map((name) => readFileSync(path.join(traces, folder, name)));
const bytes = (...parts) => Buffer.concat(parts.map((part) => (Array.isArray(part) ? Buffer.from(part) : Buffer.from(part))));
const PLAIN = new Array(16).fill(0), BENT = [1, 0, 3, 2, 0, 0, 1, 0, 2, 0, 0, 3, 0, 0, 1, 0];
const streams = () => files('', '.ami').flatMap((text) => [bytes(PLAIN, text), bytes(BENT, text)]);
const ROUTES = 128; // more than there are: the number counts in a circle

const ID = '00000000-0000-4000-8000-000000000000';
const QUERIES = [`limit=50&cursor=MTAwMQ`, 'search=a%20b&status=AVAILABLE', 'from=2026-11-22T09:30:00Z&until=2026-11-23T09:30:00.5%2B01:00', '=&a=&&b', 'x=%00', 'x=%zz', '%'];
const BODIES = ['{}', '[]', 'null', '{"notes":"a","disposition":"SALE","tags":["vip"]}', '{"name":"A","numbers":["+49 30 1234"],"fields":{"plan":"gold"}}',
	'{"phoneNumber":"12","contactId":null}', '{"extension":"1001","password":"x","phone":"SIP"}', '{"status":"AWAY","reason":"LUNCH"}', '{"a":{"b":[{"c":1}]}}',
	'{"name":1e999}', '{"days":[{"day":1,"from":"09:00","until":"17:00"}]}'];
const NOW_S = 1_795_520_000;
const CLAIMS = [{ sub: '1001', exp: NOW_S + 60 }, { sub: 'a@b.example', exp: NOW_S + 3600, iat: NOW_S, nbf: NOW_S, tenant: 'demo', iss: 'x', aud: ['y'] }, { sub: '1001', exp: NOW_S - 1 }, { sub: '', exp: 'x' }];
const HEADERS = ['{"alg":"HS256","typ":"JWT"}', '{"alg":"none"}', '{"alg":"HS256","crit":["x"]}', '{"alg":"RS256","kid":"../../x"}'];
const CONTACTS = ['name,company,email,tags,number,Phone 2,Plan\r\nAda,Acme,a@b.example,"vip|old",+49 30 1234,,gold\r\n', 'name;number\nAda;12\n\nBob;"1\n2"\n', '\ufeffname\nÄ', 'name,name\na,b\n', 'name\n"a""b"\n', 'a\n"',
	'name,number\n=cmd|x,12\n,\n'];

const makers = {
	action: streams,
	reader: streams,
	tracker: streams,
	log: () => [...files('gap', '.cel').map((text) => bytes([1, 0, 0, 0], text)), ...streams()],
	request: () => [
		...Array.from({ length: ROUTES }, (_, i) => bytes([1, i], `${ID}\0${ID}\0MTAwMQ\0demo\0`)),
		...QUERIES.map((query, i) => bytes([2 * i, 0], `calls/sessions/${ID}?${query}\0a=b; cordboard_session=token; c\0trace-12345678\0application/json; x\0`)),
	],
	body: () => [
		...Array.from({ length: ROUTES }, (_, i) => bytes([i, 1, 255], 'x')),
		...Array.from({ length: ROUTES }, (_, i) => bytes([i, 1, i], 'text')),
		...BODIES.flatMap((body) => Array.from({ length: ROUTES / 8 }, (_, i) => bytes([8 * i, 0, 0], body))),
	],
	token: () => [
		...CLAIMS.flatMap((claims, i) => HEADERS.map((header) => bytes([i & 1, i * 16, i], header, [0], JSON.stringify(claims)))),
		bytes([0, 0, 0], `Bearer ${'A'.repeat(43)}`), bytes([0, 0, 0], `Bearer cb_${'A'.repeat(43)}`), bytes([0, 0, 0], 'bearer a.b.c'), bytes([0, 0, 0], `a=b; cordboard_session=${'A'.repeat(43)}; c`),
	],
	csv: () => CONTACTS.flatMap((text) => [bytes([0], text), bytes([1], text), bytes([0], text.replaceAll(',', '\0'))]),
};

if (!makers[target]) throw new Error(`no seeds for ${target}: give it a maker here`);
mkdirSync(directory, { recursive: true });
for (const seed of makers[target]()) writeFileSync(path.join(directory, createHash('sha1').update(seed).digest('hex')), seed);
