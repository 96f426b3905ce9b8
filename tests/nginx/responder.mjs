// A FastCGI responder: answers each request by a function of its parameters and body.
import { chmodSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';

const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6;
const HEADER_BYTES = 8, CHUNK_BYTES = 65_528;

function record(type, id, content) {
	const header = Buffer.alloc(HEADER_BYTES);
	header.writeUInt8(1, 0);
	header.writeUInt8(type, 1);
	header.writeUInt16BE(id, 2);
	header.writeUInt16BE(content.length, 4);
	return Buffer.concat([header, content]);
}

function lengthAt(bytes, at) {
	return bytes[at] < 128 ? [bytes[at], at + 1] : [bytes.readUInt32BE(at) & 0x7fffffff, at + 4];
}

function pairs(bytes) {
	const params = {};
	for (let at = 0; at < bytes.length;) {
		let name, value;
		[name, at] = lengthAt(bytes, at);
		[value, at] = lengthAt(bytes, at);
		params[bytes.toString('utf8', at, at + name)] = bytes.toString('utf8', at + name, at + name + value);
		at += name + value;
	}
	return params;
}

/** The answer as a CGI program writes it; null: the program dies instead. */
function finish(socket, id, answer) {
	if (answer === null) return socket.destroy();
	const bytes = Buffer.from(answer);
	for (let at = 0; at < bytes.length; at += CHUNK_BYTES) socket.write(record(STDOUT, id, bytes.subarray(at, at + CHUNK_BYTES)));
	socket.end(Buffer.concat([record(STDOUT, id, Buffer.alloc(0)), record(END, id, Buffer.alloc(8))]));
}

export async function responder(path, answer) {
	const server = net.createServer((socket) => {
		const params = [], body = [];
		let pending = Buffer.alloc(0);
		socket.on('error', () => socket.destroy());
		socket.on('data', (chunk) => {
			pending = Buffer.concat([pending, chunk]);
			while (pending.length >= HEADER_BYTES) {
				const type = pending[1], id = pending.readUInt16BE(2), length = pending.readUInt16BE(4);
				const whole = HEADER_BYTES + length + pending[6];
				if (pending.length < whole) return;
				const content = Buffer.from(pending.subarray(HEADER_BYTES, HEADER_BYTES + length));
				pending = pending.subarray(whole);
				if (type === PARAMS) params.push(content);
				else if (type === STDIN && length) body.push(content);
				else if (type === STDIN) finish(socket, id, answer(pairs(Buffer.concat(params)), Buffer.concat(body)));
				else if (type !== BEGIN) socket.destroy();
			}
		});
	});
	server.listen(path);
	await once(server, 'listening');
	chmodSync(path, 0o666);
	return server;
}
