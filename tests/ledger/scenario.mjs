// SIPp scenarios of the ledger test: phones that take any number of calls, one after another or at
// once, and callers. What a call is to be like travels with it, in the caller's name: "t3" talks
// TALK_MS[3], "t3h" is put on hold meanwhile, "t3x3321" is then sent on to 3321 by REFER. How a phone
// answers a ring is a line of its own list.
import { readFileSync } from 'node:fs';

const shared = (name) => readFileSync(new URL(`../../asterisk/sipp/${name}.xml`, import.meta.url), 'utf8');

/** Until the agent hangs up. */
export const TALK_MS = [300, 1000, 2000, 4000, 6000, 9000, 12_000];
const TALK_OTHER_MS = 5000;
export const HOLD_AFTER_MS = 1200;
export const HOLD_MS = 1700;
/** A number dialled through the trunk says in one digit what the caller's name says else. */
export const DIALLED = '1558';
const DIALLED_DIGITS = 6;
/** How long the customer of a dialled call stays. */
const CUSTOMER_MS = 7000;

/** Answers to a ring: after ms, with what. */
export const RINGS = {
	now: [200, 'answer'],
	soon: [800, 'answer'],
	slow: [1900, 'answer'],
	late: [2700, 'answer'],
	refused: [700, 'reject'],
	never: [90_000, 'reject'],
};

const headers = (to = '[last_To:]') => `[last_Via:]
[last_From:]
${to}
[last_Call-ID:]
[last_CSeq:]`;
const TAGGED = '[last_To:];tag=p[pid]x[call_number]';
const CONTACT = 'Contact: <sip:[local_ip]:[local_port];transport=[transport]>';

const send = (text, options = '') => `<send ${options}><![CDATA[
${text}

]]></send>
`;
const empty = 'Content-Length: 0';
const sdp = (version, way) => `${CONTACT}
Allow: INVITE, ACK, BYE, CANCEL
Content-Type: application/sdp
Content-Length: [len]

v=0
o=phone 1 ${version} IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=${way}`;

// A request of the phone within its call: from the called side, so the parties are the other way round.
const request = (method, cseq, rest = empty, options = 'retrans="500"') => send(`${method} [$target] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$local];tag=p[pid]x[call_number]
To:[$remote]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Max-Forwards: 70
${rest}`, options);

const find = (pattern, header, to) => `<ereg regexp="${pattern}" search_in="hdr" header="${header}" assign_to="${to}"/>`;
const go = (label, test) => `<nop next="${label}"${test ? ` test="${test}"` : ''}/>\n`;
const label = (id) => `<label id="${id}"/>\n`;
const within = (ms, then) => `<recv request="BYE" timeout="${ms}" ontimeout="${then}"/>\n${go('ended')}`;

const PARTIES = `
      <ereg regexp=".*" search_in="hdr" header="From:" assign_to="remote"/>
      <ereg regexp=".*" search_in="hdr" header="To:" assign_to="local"/>
      <ereg regexp="sip:[^&gt;;]*" search_in="hdr" header="Contact:" assign_to="target"/>`;

// The other side may hang up while we ask for a hold: then its BYE comes instead.
const reinvite = (cseq, way, waitMs, then) => `${request('INVITE', cseq, sdp(cseq + 1, way))}
<recv response="100" optional="true"/>
<recv request="BYE" optional="true" next="ended"/>
<recv response="200" timeout="8000" ontimeout="over"/>
${request('ACK', cseq, empty, '')}
${waitMs ? within(waitMs, then) : go(then)}`;

/** A desk phone. Its list (-inf) has a key of RINGS for each ring. Only one that refers sends calls on. */
export function phone(refers) {
	const rings = Object.keys(RINGS), talks = TALK_MS.map((ms, i) => [`t${i}`, ms]);
	return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="phone">
<recv request="INVITE" rrs="true">
  <action>${PARTIES}
    ${find('.*', 'CSeq:', 'cseq')}
    ${find('1', 'X-CC-Auto-Answer:', 'auto')}
    ${talks.map(([name], i) => find(`&quot;(t${i}|[+]?${DIALLED}[0-9]{${DIALLED_DIGITS}}${i})`, 'From:', name)).join('\n    ')}
    ${find('&quot;t[0-9]h', 'From:', 'held')}
    <ereg regexp="&quot;t[0-9]x([0-9]+)" search_in="hdr" header="From:" assign_to="sent,onto"/>
    <assignstr assign_to="plan" value="[field0]"/>
    ${rings.map((name) => `<ereg regexp="${name}" search_in="var" variable="plan" assign_to="${name}"/>`).join('\n    ')}
  </action>
</recv>
<Reference variables="onto"/>
${send(`SIP/2.0 180 Ringing\n${headers(TAGGED)}\n${CONTACT}\n${empty}`)}
${go('answer', 'auto')}
${rings.map((name) => go(`ring_${name}`, name)).join('')}
${rings.map((name) => `${label(`ring_${name}`)}<recv request="CANCEL" timeout="${RINGS[name][0]}" ontimeout="${RINGS[name][1]}"/>
${go('cancelled')}`).join('')}
${label('cancelled')}
${send(`SIP/2.0 200 OK\n${headers()}\n${empty}`)}
${send(`SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
${TAGGED}
[last_Call-ID:]
CSeq:[$cseq]
${empty}`, 'retrans="500"')}
<recv request="ACK" timeout="8000" ontimeout="over" next="over"/>
${label('reject')}
${send(`SIP/2.0 486 Busy Here\n${headers(TAGGED)}\n${empty}`, 'retrans="500"')}
<recv request="ACK" timeout="8000" ontimeout="over" next="over"/>
${label('answer')}
${send(`SIP/2.0 200 OK\n${headers(TAGGED)}\n${sdp(1, 'sendrecv')}`, 'retrans="500"')}
<recv request="CANCEL" optional="true" next="crossed"/>
<recv request="ACK" timeout="8000" ontimeout="over" next="talk"/>
${label('crossed')}
${send(`SIP/2.0 200 OK\n${headers()}\n${empty}`)}
<recv request="ACK" timeout="8000" ontimeout="over"/>
${label('talk')}
<nop><action><exec rtp_stream="voice.ul,-1,0"/></action></nop>
${go('hold', 'held')}
${label('talking')}
${talks.map(([name]) => go(`talk_${name}`, name)).join('')}
${within(TALK_OTHER_MS, 'enough')}
${talks.map(([name, ms]) => `${label(`talk_${name}`)}${within(ms, 'enough')}`).join('')}
${label('hold')}
${within(HOLD_AFTER_MS, 'hold_on')}
${label('hold_on')}
${reinvite(1, 'sendonly', HOLD_MS, 'hold_off')}
${label('hold_off')}
${reinvite(2, 'sendrecv', 0, 'talking')}
${label('enough')}
${go(refers ? 'refer' : 'bye', 'sent')}
${label('bye')}
${request('BYE', 4)}
<recv request="BYE" optional="true" next="ended"/>
<recv response="481" optional="true" next="over"/>
<recv response="200" timeout="8000" ontimeout="over" next="over"/>
${label('refer')}
${request('REFER', 3, `${CONTACT}\nRefer-To: <sip:[$onto]@[remote_ip]:[remote_port]>\n${empty}`)}
<recv response="100" optional="true"/>
<recv request="BYE" optional="true" next="ended"/>
<recv response="481" optional="true" next="over"/>
<recv response="202" timeout="8000" ontimeout="over"/>
${label('referred')}
<recv request="NOTIFY" optional="true" next="noted"/>
<recv request="BYE" timeout="1000" ontimeout="bye" next="ended"/>
${label('noted')}
${send(`SIP/2.0 200 OK\n${headers()}\n${empty}`, 'next="referred"')}
${label('ended')}
${send(`SIP/2.0 200 OK\n${headers()}\n${empty}`)}
${label('over')}
</scenario>
`;
}

/** A caller from outside, who hangs up after -recv_timeout ms or when told to (INFO). */
export const caller = () => shared('caller').replace('<label id="10"/>', `<label id="10"/>
  <recv request="INFO" optional="true" next="8" ontimeout="8"/>`);

/** The outside world of asterisk/sipp, except that an answering customer hangs up in the end. */
export const trunk = () => shared('trunk_uas')
	.replace('<action>', `<action>${PARTIES}`)
	.replace('<recv request="BYE"/>', `<recv request="BYE" timeout="${CUSTOMER_MS}" ontimeout="bye"/>`)
	.replace('<label id="21"/>', `${label('bye')}${request('BYE', 1).replaceAll('tag=p[pid]x', 'tag=u')}
  <recv request="BYE" optional="true" next="ended"/>
  <recv response="481" optional="true" next="99"/>
  <recv response="200" timeout="8000" ontimeout="99" next="99"/>
  ${label('ended')}
  ${send(`SIP/2.0 200 OK\n${headers()}\n${empty}`, 'next="99"')}
  <label id="21"/>`);

/** A desk phone registers. */
export const register = (user, password, port) => shared('register')
	.replaceAll('@USER@', user).replaceAll('@PASSWORD@', password).replaceAll('@PORT@', String(port));

/** A desk phone calls a colleague, and hangs up after -recv_timeout ms. */
export function internal(user, password) {
	const invite = (cseq, rest = '') => send(`INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${user}@[remote_ip]>;tag=[call_number]i[pid]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: ${cseq} INVITE
Max-Forwards: 70
${rest}${sdp(1, 'sendrecv')}`, 'retrans="500"');
	const within_call = (method, cseq, to, options) => send(`${method} ${to} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${user}@[remote_ip]>;tag=[call_number]i[pid]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Max-Forwards: 70
${empty}`, options);
	return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="internal">
${invite(1)}
<recv response="100" optional="true"/>
<recv response="401" auth="true" timeout="8000"/>
${within_call('ACK', 1, 'sip:[service]@[remote_ip]:[remote_port]', '')}
${invite(2, `[authentication username=${user} password=${password}]\n`)}
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="486" optional="true" next="refused"/>
<recv response="503" optional="true" next="refused"/>
<recv response="200" rrs="true" timeout="30000"/>
${within_call('ACK', 2, '[next_url]', '')}
<nop><action><exec rtp_stream="voice.ul,-1,0"/></action></nop>
${label('talk')}
<recv request="INVITE" optional="true" next="again" ontimeout="bye"/>
<recv request="UPDATE" optional="true" next="again" ontimeout="bye"/>
<recv request="BYE" ontimeout="bye"/>
${send(`SIP/2.0 200 OK\n${headers()}\n${empty}`, 'next="over"')}
${label('again')}
${send(`SIP/2.0 200 OK\n${headers()}\n${sdp(2, 'sendrecv')}`, 'retrans="500"')}
<recv request="ACK" next="talk"/>
${label('bye')}
${within_call('BYE', 3, '[next_url]', 'retrans="500"')}
<recv request="BYE" optional="true" next="byed"/>
<recv response="200" timeout="8000" ontimeout="over" next="over"/>
${label('byed')}
${send(`SIP/2.0 200 OK\n${headers()}\n${empty}`, 'next="over"')}
${label('refused')}
${within_call('ACK', 2, 'sip:[service]@[remote_ip]:[remote_port]', '')}
${label('over')}
</scenario>
`;
}
