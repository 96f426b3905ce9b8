// Follows the live events of a Cordboard and prints them:
// node docs/example-events.mjs http://127.0.0.1:8080 2002 cordboard-demo
import WebSocket from 'ws';

const [origin, extension, password] = process.argv.slice(2);
if (!password) {
	console.error('usage: node docs/example-events.mjs ORIGIN EXTENSION PASSWORD');
	process.exit(2);
}

const BACKOFF_FIRST_MS = 1000;
const BACKOFF_MAX_MS = 30_000;
let backoff = BACKOFF_FIRST_MS;
let token;
let since;

async function post(path, body, headers = {}) {
	const answer = await fetch(`${origin}/api/pbx/${path}`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'cordboard', ...headers },
		body: JSON.stringify(body),
	});
	if (answer.status === 401) token = undefined;
	if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
	return answer.json();
}

function take(message) {
	backoff = BACKOFF_FIRST_MS;
	if (Array.isArray(message)) {
		for (const event of message) {
			since = event.seq;
			console.log(event.ts, event.type, JSON.stringify(event.data));
		}
	} else if (message.type === 'snapshot') {
		since = message.seq;
		console.log('snapshot', `${message.calls.length} calls, ${message.agents.length} agents,`,
			`${message.queues.length} queues`, message.stale ? '(stale)' : '');
	} else if (message.type === 'stale') {
		console.log('stale since', message.since);
	}
}

async function follow() {
	token ??= (await post('auth/login', { extension, password })).accessToken;
	const { ticket, url } = await post('ws-ticket', {}, { Authorization: `Bearer ${token}` });
	const socket = new WebSocket(url, 'cordboard.v1', { origin });
	socket.on('open', () => socket.send(JSON.stringify({ ticket, since })));
	socket.on('message', (data) => take(JSON.parse(data)));
	const code = await new Promise((resolve, reject) => {
		socket.on('close', resolve);
		socket.on('error', reject);
	});
	throw new Error(`closed: ${code}`);
}

for (;;) {
	await follow().catch((error) => console.error(error.message));
	await new Promise((resolve) => setTimeout(resolve, Math.random() * backoff));
	backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
}
