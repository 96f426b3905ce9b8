// A telephone for recording flows: as much of SIP over UDP as a call on loopback needs, no sound.
// It does what it is told and nothing else, so that a flow is what its script says.
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const tag = () => randomBytes(6).toString('hex');
const md5 = (text) => createHash('md5').update(text).digest('hex');
const CRLF = '\r\n';

function parse(packet) {
	const [head, ...body] = packet.toString().split(CRLF + CRLF);
	const [start, ...lines] = head.split(CRLF);
	const headers = {};
	for (const line of lines) {
		const [, name, value] = /^([^:]+?)\s*:\s*(.*)$/.exec(line);
		(headers[name.toLowerCase()] ??= []).push(value);
	}
	const [first, second] = start.split(' ');
	const response = first === 'SIP/2.0';
	return { headers, body: body.join(CRLF + CRLF), status: response ? Number(second) : 0, method: response ? null : first,
		get: (name) => headers[name]?.[0] ?? '' };
}

const uri_in = (header) => /<([^>]*)>/.exec(header)?.[1] ?? header;
const tag_in = (header) => /;tag=([^;]+)/.exec(header)?.[1];

/** One call of one phone. `rung`, `answered` and `ended` say how far it has come; `status` is the last answer. */
class Dialog {
	constructor(phone, fields) {
		Object.assign(this, { phone, cseq: 0, version: 0, rung: false, answered: false, ended: false, status: 0 }, fields);
	}

	sdp(direction = 'sendrecv') {
		const { address, media } = this.phone;
		return ['v=0', `o=phone 1 ${++this.version} IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0',
			`m=audio ${media.address().port} RTP/AVP 0 101`, 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000',
			`a=${direction}`, ''].join(CRLF);
	}

	async #in_dialog(method, headers = [], body = '') {
		const answer = await this.phone.request(this, method, ++this.cseq, headers, body);
		if (method === 'INVITE') this.phone.ack(this, this.cseq);
		return answer;
	}

	/** For a call that came in. */
	answer() {
		this.phone.respond(this.invite, 200, this, this.sdp());
		this.answered = true;
	}

	reject(status) {
		this.phone.respond(this.invite, status, this);
		this.ended = true;
	}

	async hangup() {
		this.ended = true;
		await this.#in_dialog('BYE');
	}

	/** Gives up a call of ours that nobody has answered. */
	cancel() {
		this.phone.send(this.phone.head(this, 'CANCEL', this.cseq, this.branch));
	}

	hold() { return this.#in_dialog('INVITE', ['Content-Type: application/sdp'], this.sdp('sendonly')); }

	unhold() { return this.#in_dialog('INVITE', ['Content-Type: application/sdp'], this.sdp()); }

	/** Transfers: to a number, or with `replaces` to the far side of another call of this phone. */
	refer(number, replaces) {
		const { server } = this.phone;
		const wanted = replaces && `?Replaces=${encodeURIComponent(
			`${replaces.call};to-tag=${replaces.remote_tag};from-tag=${replaces.local_tag}`)}`;
		return this.#in_dialog('REFER', [`Refer-To: <sip:${number}@${server.address}:${server.port}${wanted ?? ''}>`,
			`Referred-By: <sip:${this.phone.user}@${server.address}>`]);
	}
}

export class Phone {
	/** `server` is { address, port } of Asterisk; a phone without a password speaks as the trunk does. */
	static async open({ user, name = user, password, address = '127.0.0.1', port = 0, server }) {
		const phone = new Phone();
		Object.assign(phone, { user, name, password, address, server, calls: [], dialogs: new Map(), waiting: new Map() });
		phone.socket = createSocket('udp4');
		phone.media = createSocket('udp4');
		for (const [socket, at] of [[phone.socket, port], [phone.media, 0]]) {
			socket.bind(at, address);
			await once(socket, 'listening');
		}
		phone.port = phone.socket.address().port;
		phone.socket.on('message', (packet) => phone.#take(packet));
		return phone;
	}

	close() {
		this.socket.close();
		this.media.close();
	}

	send(lines, body = '') {
		this.socket.send([...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(CRLF), this.server.port, this.server.address);
	}

	head(dialog, method, cseq, branch = `z9hG4bK${tag()}`) {
		const to = dialog.remote_tag ? `;tag=${dialog.remote_tag}` : '';
		return [`${method} ${dialog.target} SIP/2.0`, `Via: SIP/2.0/UDP ${this.address}:${this.port};branch=${branch}`,
			`From: <${dialog.local}>;tag=${dialog.local_tag}`.replace('<', dialog.display ?? '<'), `To: <${dialog.remote}>${to}`,
			`Call-ID: ${dialog.call}`, `CSeq: ${cseq} ${method}`, `Contact: <sip:${this.user}@${this.address}:${this.port}>`,
			'Max-Forwards: 70'];
	}

	/** Resolves with the final answer. */
	request(dialog, method, cseq, headers = [], body = '') {
		dialog.branch = `z9hG4bK${tag()}`;
		this.send([...this.head(dialog, method, cseq, dialog.branch), ...headers], body);
		return new Promise((resolve) => { this.waiting.set(`${dialog.call} ${cseq} ${method}`, { dialog, resolve }); });
	}

	ack(dialog, cseq) { this.send(this.head(dialog, 'ACK', cseq)); }

	respond(request, status, dialog, body = '') {
		const { headers } = request;
		const to = tag_in(request.get('to')) || !dialog ? request.get('to') : `${request.get('to')};tag=${dialog.local_tag}`;
		this.send([`SIP/2.0 ${status} ${status < 300 ? 'OK' : 'No'}`, ...headers.via.map((via) => `Via: ${via}`),
			`From: ${request.get('from')}`, `To: ${to}`, `Call-ID: ${request.get('call-id')}`, `CSeq: ${request.get('cseq')}`,
			`Contact: <sip:${this.user}@${this.address}:${this.port}>`, ...(body ? ['Content-Type: application/sdp'] : [])], body);
	}

	#authorization(answer, method, uri) {
		const header = answer.get('www-authenticate');
		const [realm, nonce, opaque] = ['realm', 'nonce', 'opaque'].map((key) => new RegExp(`${key}="([^"]*)"`).exec(header)?.[1] ?? '');
		const cnonce = tag();
		const digest = md5(`${md5(`${this.user}:${realm}:${this.password}`)}:${nonce}:00000001:${cnonce}:auth:${md5(`${method}:${uri}`)}`);
		return `Authorization: Digest username="${this.user}",realm="${realm}",nonce="${nonce}",uri="${uri}",response="${digest}",` +
			`algorithm=MD5,qop=auth,nc=00000001,cnonce="${cnonce}",opaque="${opaque}"`;
	}

	async #authenticated(dialog, method, headers, body) {
		let answer = await this.request(dialog, method, ++dialog.cseq, headers, body);
		if (answer.status !== 401) return answer;
		if (method === 'INVITE') this.#ack_failure(dialog, answer);
		dialog.remote_tag = undefined;
		answer = await this.request(dialog, method, ++dialog.cseq, [...headers, this.#authorization(answer, method, dialog.target)], body);
		return answer;
	}

	#ack_failure(dialog, answer) {
		dialog.remote_tag = tag_in(answer.get('to'));
		this.send(this.head(dialog, 'ACK', dialog.cseq, dialog.branch));
	}

	#dialog(number, display) {
		const host = `${this.server.address}:${this.server.port}`;
		return new Dialog(this, { call: tag(), local_tag: tag(), target: `sip:${number}@${host}`, remote: `sip:${number}@${host}`,
			local: `sip:${this.user}@${host}`, display });
	}

	async register() {
		const dialog = this.#dialog(this.user);
		dialog.target = `sip:${this.server.address}:${this.server.port}`;
		const { status } = await this.#authenticated(dialog, 'REGISTER', ['Expires: 600'], '');
		if (status !== 200) throw new Error(`${this.user} was not registered: ${status}`);
	}

	/** Calls a number; the dialog tells how it goes. */
	call(number) {
		const dialog = this.#dialog(number, `"${this.name}" <`);
		this.dialogs.set(dialog.call, dialog);
		dialog.over = this.#authenticated(dialog, 'INVITE', ['Allow: INVITE, ACK, BYE, CANCEL, UPDATE, REFER, NOTIFY',
			'Content-Type: application/sdp'], dialog.sdp()).then((answer) => {
			if (answer.status < 300) {
				dialog.answered = true;
				this.ack(dialog, dialog.cseq);
			} else {
				dialog.ended = true;
				this.#ack_failure(dialog, answer);
			}
		});
		return dialog;
	}

	#take(packet) {
		const message = parse(packet);
		if (message.status) this.#take_response(message);
		else this.#take_request(message);
	}

	#take_response(message) {
		const key = `${message.get('call-id')} ${message.get('cseq')}`;
		const { dialog, resolve } = this.waiting.get(key) ?? {};
		if (!dialog) return;
		dialog.status = message.status;
		if (message.status === 180 || message.status === 183) dialog.rung = true;
		if (message.status < 200) return;
		if (message.status < 300) {
			dialog.remote_tag = tag_in(message.get('to')) ?? dialog.remote_tag;
			if (message.get('contact')) dialog.target = uri_in(message.get('contact'));
		}
		this.waiting.delete(key);
		resolve(message);
	}

	#take_request(message) {
		const dialog = this.dialogs.get(message.get('call-id'));
		const act = {
			INVITE: () => (dialog ? this.respond(message, 200, dialog, dialog.sdp()) : this.#rings(message)),
			ACK: () => {},
			CANCEL: () => {
				this.respond(message, 200, dialog);
				if (dialog && !dialog.answered && !dialog.ended) dialog.reject(487);
			},
			BYE: () => {
				this.respond(message, 200, dialog);
				if (dialog) dialog.ended = true;
			},
			UPDATE: () => this.respond(message, 200, dialog, message.body ? dialog.sdp() : ''),
		}[message.method] ?? (() => this.respond(message, 200, dialog));
		act();
	}

	#rings(message) {
		const dialog = new Dialog(this, { invite: message, call: message.get('call-id'), local_tag: tag(), remote_tag: tag_in(message.get('from')),
			local: uri_in(message.get('to')), remote: uri_in(message.get('from')), target: uri_in(message.get('contact')), rung: true });
		this.dialogs.set(dialog.call, dialog);
		this.calls.push(dialog);
		this.respond(message, 180, dialog);
	}
}
