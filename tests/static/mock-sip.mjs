// As much of a SIP exchange as the page's phone needs: registers everybody, calls, answers, hangs up.
// Its media is made elsewhere: whoever calls gives the offer and gets the answer.
import { randomBytes } from 'node:crypto';

const token = () => randomBytes(6).toString('hex');

function parse(text) {
	const [head, body = ''] = text.split('\r\n\r\n', 2);
	const [first, ...lines] = head.split('\r\n');
	const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
	const one = (name) => headers.find(([key]) => key === name)?.[1];
	const all = (name) => headers.filter(([key]) => key === name).map(([, value]) => value);
	return { first, one, all, body };
}

const ECHOED = ['via', 'from', 'call-id', 'cseq'];
const uriOf = (address) => /<([^>]+)>/.exec(address)?.[1] ?? address;

export class SipPeer {
	constructor() {
		this.socket = null;
		this.contact = null;
		this.dialogs = new Map();
		this.waiters = [];
		this.registrations = 0;
		/** How a REGISTER is answered. */
		this.registerStatus = '200 OK';
	}

	attach(socket) {
		this.socket = socket;
		socket.on('message', (data) => this.receive(String(data)));
	}

	send(lines, body = '') {
		const type = body ? ['Content-Type: application/sdp'] : [];
		this.socket.send([...lines, ...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
	}

	receive(text) {
		if (!text.trim()) return;
		const message = parse(text);
		const [method] = message.first.split(' ');
		if (method === 'SIP/2.0') this.receiveAnswer(message);
		else this.receiveRequest(method, message);
	}

	respond(request, status, extra = [], body = '') {
		const echoed = ECHOED.flatMap((name) => request.all(name).map((value) => `${name}: ${value}`));
		const to = request.one('to');
		this.send([`SIP/2.0 ${status}`, ...echoed, `To: ${to.includes('tag=') ? to : `${to};tag=${token()}`}`, ...extra], body);
	}

	async receiveRequest(method, request) {
		const dialog = this.dialogs.get(request.one('call-id'));
		if (method === 'REGISTER') return this.register(request);
		if (method === 'INVITE' && dialog) {
			const answer = await dialog.reoffer(request.body);
			return answer === null ? this.respond(request, '488 Not Acceptable Here') : this.respond(request, '200 OK', [`Contact: <${dialog.us}>`], answer);
		}
		if (method === 'BYE') {
			this.respond(request, '200 OK');
			dialog?.onBye();
		} else if (method !== 'ACK') {
			this.respond(request, '200 OK');
		}
		return undefined;
	}

	register(request) {
		const contact = request.one('contact');
		this.contact = uriOf(contact);
		const gone = /expires=0/.test(contact) || request.one('expires') === '0';
		if (!gone && this.registerStatus === '200 OK') this.registrations++;
		this.respond(request, this.registerStatus, gone ? [] : [`Contact: <${this.contact}>;expires=120`]);
		this.waiters.splice(0).forEach((wake) => wake());
	}

	/** Until somebody is registered. */
	async registered() {
		while (!this.registrations) await new Promise((resolve) => { this.waiters.push(resolve); });
	}

	/**
	 * Rings the registered phone.
	 * @returns a dialog: answered (resolves with the SDP), refused (resolves with the status), ended, hangUp(), cancel()
	 */
	invite({ sdp, from, name = from, headers = [], reoffer = async () => '' }) {
		const id = token();
		const us = 'sip:exchange@127.0.0.1';
		const dialog = {
			id, us, reoffer, from: `"${name}" <sip:${from}@127.0.0.1>;tag=${token()}`, to: `<${this.contact}>`, cseq: 1, branch: token(),
			...Object.fromEntries(['answered', 'refused', 'ended', 'rings'].flatMap((event) => {
				const { promise, resolve } = withResolvers();
				return [[event, promise], [`on${event[0].toUpperCase()}${event.slice(1)}`, resolve]];
			})),
		};
		dialog.onBye = () => dialog.onEnded('BYE');
		dialog.hangUp = () => this.bye(dialog);
		dialog.cancel = () => this.request(dialog, 'CANCEL', { cseq: 1, branch: dialog.branch });
		this.dialogs.set(id, dialog);
		this.request(dialog, 'INVITE', { cseq: 1, branch: dialog.branch, headers: [...headers, 'Allow: ACK, BYE, CANCEL, INVITE, UPDATE'], body: sdp });
		return dialog;
	}

	request(dialog, method, { cseq, branch = token(), headers = [], body = '' }) {
		this.send([
			`${method} ${this.contact} SIP/2.0`, `Via: SIP/2.0/WS 127.0.0.1;branch=z9hG4bK${branch}`, `Max-Forwards: 70`, `From: ${dialog.from}`, `To: ${dialog.to}`,
			`Call-ID: ${dialog.id}`, `CSeq: ${cseq} ${method}`, `Contact: <${dialog.us}>`, ...headers,
		], body);
	}

	receiveAnswer(message) {
		const dialog = this.dialogs.get(message.one('call-id'));
		const status = Number(message.first.split(' ')[1]);
		if (!dialog || !message.one('cseq').endsWith('INVITE')) return;
		if (status === 180) dialog.onRings();
		if (status < 200) return;
		dialog.to = message.one('to');
		this.request(dialog, 'ACK', { cseq: 1, branch: status < 300 ? token() : dialog.branch });
		if (status < 300) dialog.onAnswered(message.body);
		else dialog.onRefused(status);
	}

	bye(dialog) {
		this.request(dialog, 'BYE', { cseq: ++dialog.cseq });
		dialog.onEnded('US');
	}
}

function withResolvers() {
	let resolve;
	const promise = new Promise((r) => { resolve = r; });
	return { promise, resolve };
}
