// Agents with desk phones and customers for them, and what can be seen of their calls.
import assert from 'node:assert/strict';
import { Phone } from '../traces/phone.mjs';
import * as h from './harness.mjs';

const server = { address: '127.0.0.1', port: h.instance.ports.sip_udp };
const SUPPORT = '5550100';
const some = () => String(Math.floor(Math.random() * 1e6)).padStart(6, '0');

let ami;
export const open = async () => { ami = await h.witness(); };
export const close = () => ami?.close();

const json = (text) => JSON.parse(text || '{}');
export const agentState = async (extension) => json(await h.redis('HGET', 'cb:node1:demo:agents', extension));
export const callState = async (id) => json(await h.redis('HGET', 'cb:node1:demo:calls', id));
export const api = (who, id, what, body = {}) => h.api(who.token, 'POST', `/calls/${id}/${what}`, body);
export const done = async (who, id, what, body) => {
	const reply = await api(who, id, what, body);
	assert.equal(reply.status, 204, `${what}: ${reply.status} ${reply.text}`);
};
export const record = async (id) => json(await h.sql(`SELECT json_build_object('ended', ended_at IS NOT NULL, 'endedBy', ended_by, 'outcome', outcome,
	'segments', (SELECT coalesce(json_agg(json_build_object('agent', e.extension, 'ended', s.ended_at IS NOT NULL, 'hold', s.hold_ms, 'talk', s.talk_ms) ORDER BY s.ordinal), '[]')
		FROM talk_segments s JOIN agent_extensions e ON e.id = s.agent_id WHERE s.call_id = c.id),
	'visits', (SELECT coalesce(json_agg(q.name || ' ' || coalesce(v.outcome, '-') ORDER BY v.ordinal), '[]')
		FROM queue_visits v JOIN call_queues q ON q.id = v.queue_id WHERE v.call_id = c.id),
	'transfers', (SELECT coalesce(json_agg(concat_ws(' ', x.kind, x.from_agent, x.to_target, x.result) ORDER BY x.ordinal), '[]')
		FROM call_transfers x WHERE x.call_id = c.id)) FROM call_sessions c WHERE id = '${id}'`));
export const over = (id) => h.until(async () => { const r = await record(id); return r.ended && r; }, `the end of ${id}`);
export const transfers = (id, ...wanted) => h.until(async () => {
	const r = await record(id);
	return JSON.stringify(r.transfers) === JSON.stringify(wanted) && r;
}, `transfers ${wanted}`, 30_000);

// Which legs share a bridge, as Asterisk's own list has it; by the endpoints' names.
export async function joined(...names) {
	const since = ami.events.length;
	await ami.ask({ Action: 'Status' });
	await h.until(() => ami.events.slice(since).some((e) => e.Event === 'StatusComplete'), 'the list');
	const rows = ami.events.slice(since).filter((e) => e.Event === 'Status');
	const bridge = (name) => rows.findLast((e) => e.Channel.startsWith(`PJSIP/${name}-`) && e.BridgeID)?.BridgeID;
	return Boolean(bridge(names[0])) && names.every((name) => bridge(name) === bridge(names[0]));
}
export const together = (...names) => h.until(() => joined(...names), `${names.join(', ')} together`);
export const apart = (...names) => h.until(async () => !await joined(...names), `${names.join(', ')} apart`);
const music = async (name) => {
	const since = ami.events.length;
	await ami.ask({ Action: 'Status' });
	await h.until(() => ami.events.slice(since).some((e) => e.Event === 'StatusComplete'), 'the list');
	return ami.events.slice(since).some((e) => e.Event === 'Status' && e.Channel.startsWith(`PJSIP/${name}-`) && e.Application === 'MusicOnHold');
};
export const hearsMusic = (name) => h.until(() => music(name), `${name} to hear music`);

// Not waited for: a call that Asterisk has forgotten answers nothing.
const hangUpAll = (phone) => [...phone.dialogs.values()].filter((dialog) => dialog.answered && !dialog.ended).forEach((dialog) => { dialog.hangup(); });

/** Agents with desk phones, gone again at the end with every call. */
export async function floor(extensions, f) {
	const phones = [];
	const calls = [];
	try {
		for (const extension of extensions) {
			const { body } = await h.api(null, 'POST', '/auth/login', { extension, password: h.PASSWORD, phone: 'SIP' });
			const phone = await Phone.open({ user: body.sip.authUser, password: body.sip.password, server });
			Object.assign(phone, { token: body.accessToken, id: body.agentExtension.id, extension });
			phones.push(phone);
			await phone.register();
			phone.ring = async () => {
				const had = phone.seen ?? 0;
				const call = await h.until(() => phone.calls[had], `a ring at ${extension}`, 40_000);
				phone.seen = had + 1;
				return call;
			};
			await h.until(async () => (await agentState(extension)).phone === 'REGISTERED', `the phone of ${extension}`);
			await h.api(phone.token, 'PUT', `/agent-extensions/${phone.id}/status`, { status: 'BUSY' });
		}
		/** A customer from the queue, with the first of them. */
		const customer = async (agent = phones[0]) => {
			const number = `1557${some()}`;
			const outside = await Phone.open({ user: number, name: 'Customer', address: '127.0.0.2', server });
			calls.push(outside);
			await h.api(agent.token, 'PUT', `/agent-extensions/${agent.id}/status`, { status: 'AVAILABLE' });
			const line = outside.call(SUPPORT);
			const leg = await agent.ring();
			leg.answer();
			const id = await h.until(() => h.sql(`SELECT id FROM call_sessions WHERE from_number = '${number}' AND status = 'CONNECTED'`), 'the call');
			await h.until(async () => (await callState(id)).status === 'CONNECTED', 'connected');
			await h.api(agent.token, 'PUT', `/agent-extensions/${agent.id}/status`, { status: 'BUSY' });
			return { id, line, leg, number };
		};
		await f({ phones, customer });
	} finally {
		[...phones, ...calls].forEach(hangUpAll);
		for (const phone of phones) await h.api(phone.token, 'PUT', `/agent-extensions/${phone.id}/status`, { status: 'OFFLINE' });
		await h.until(async () => (await h.redis('HLEN', 'cb:node1:demo:calls')) === '0', 'no call to be left', 60_000);
		for (const phone of [...phones, ...calls]) phone.close();
	}
}

export const to = (kind, value) => ({ to: { kind, value } });
