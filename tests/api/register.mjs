// A desk phone's REGISTER over UDP, with the digest that Asterisk asks for.
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { instance } from '../instance.mjs';

const md5 = (text) => createHash('md5').update(text).digest('hex');
const server = { host: '127.0.0.1', port: instance.ports.sip_udp };
const DEADLINE_MS = 4000;

function answerTo(challenge, user, password, uri) {
  const field = (name) => challenge.match(new RegExp(`${name}="?([^",]+)`))?.[1];
  const [realm, nonce, opaque] = ['realm', 'nonce', 'opaque'].map(field);
  const nc = '00000001';
  const cnonce = randomBytes(8).toString('hex');
  const response = md5([md5(`${user}:${realm}:${password}`), nonce, nc, cnonce, 'auth', md5(`REGISTER:${uri}`)].join(':'));
  return `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=MD5, `
    + `cnonce="${cnonce}", nc=${nc}, qop=auth, response="${response}"${opaque ? `, opaque="${opaque}"` : ''}\r\n`;
}

/** Registers and returns the final status: 200, 401, 403, 404 … */
export async function register(user, password) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const uri = `sip:${server.host}:${server.port}`;
  const id = randomBytes(8).toString('hex');
  const exchange = async (cseq, authorization) => {
    socket.send(`REGISTER ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${id}${cseq}\r\n`
      + `From: <sip:${user}@${server.host}>;tag=${id}\r\nTo: <sip:${user}@${server.host}>\r\nCall-ID: ${id}\r\n`
      + `CSeq: ${cseq} REGISTER\r\nContact: <sip:${user}@127.0.0.1:${port}>\r\nExpires: 120\r\nMax-Forwards: 70\r\n`
      + `${authorization}Content-Length: 0\r\n\r\n`, server.port, server.host);
    const signal = AbortSignal.timeout(DEADLINE_MS);
    for (;;) {
      const [packet] = await once(socket, 'message', { signal });
      const text = packet.toString();
      const status = Number(text.match(/^SIP\/2.0 (\d+)/)?.[1]);
      if (status >= 200 && text.includes(`CSeq: ${cseq} REGISTER`)) return { status, text };
    }
  };
  try {
    const first = await exchange(1, '');
    const challenge = first.text.match(/^WWW-Authenticate: Digest (.*)$/mi)?.[1];
    if (!challenge) return first.status;
    return (await exchange(2, answerTo(challenge, user, password, uri))).status;
  } finally {
    socket.close();
  }
}
