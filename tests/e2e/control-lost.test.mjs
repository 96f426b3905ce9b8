// A call survives its phone: a page that is loaded anew in a call, one that never comes back, a desk phone that
// registers elsewhere.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as h from './harness.mjs';

const SUPPORT = '5550100';
const some = () => String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
const json = (text) => JSON.parse(text || '{}');
const callState = async (id) => json(await h.redis('HGET', 'cb:node1:demo:calls', id));
const segments = (id) => h.sql(`SELECT string_agg(e.extension, ' ' ORDER BY s.ordinal) FROM talk_segments s
	JOIN agent_extensions e ON e.id = s.agent_id WHERE s.call_id = '${id}'`);
const visits = (id) => h.sql(`SELECT count(*) FROM queue_visits WHERE call_id = '${id}'`);
const setStatus = (extension, status) => h.command('agent.status', { extension, status }, { extension });

describe('a browser in a call', () => {
	let chrome, page, caller, number, id, ami;
	before(async () => { chrome = await h.browser(); ami = await h.witness(); });
	after(async () => { await chrome.close(); ami.close(); });

	const stage = () => page.getByTestId('call-card').getAttribute('data-stage').catch(() => '');
	const music = async () => {
		const since = ami.events.length;
		await ami.ask({ Action: 'Status' });
		await h.until(() => ami.events.slice(since).some((e) => e.Event === 'StatusComplete'), 'the list');
		return ami.events.slice(since).some((e) => e.Event === 'Status' && e.Channel.startsWith('PJSIP/trunk-') && e.Application === 'MusicOnHold');
	};

	async function talk() {
		page = await h.signIn(chrome, '1002', '/agent');
		await h.until(async () => await page.getByTestId('status').getAttribute('data-state').catch(() => '') === 'AVAILABLE', 'available', 30_000);
		number = `1556${some()}`;
		caller = await h.ring({ did: SUPPORT, number });
		await page.getByTestId('ring-card').waitFor();
		await page.getByTestId('answer').click();
		await h.until(async () => await stage() === 'talking', 'talking');
		id = await h.until(() => h.sql(`SELECT id FROM call_sessions WHERE from_number = '${number}'`), 'the call');
		await h.until(() => caller.media.hears(h.AGENT_HZ) >= 20, 'the agent’s tone at the caller');
	}
	async function over() {
		caller.stop();
		if (Object.keys(await callState(id)).length) await h.command('hangup', { callId: id }, { extension: '2001', role: 'SUPERVISOR' });
		await h.until(async () => !Object.keys(await callState(id)).length, 'the end');
		await setStatus('1002', 'OFFLINE');
		await page.context().close();
	}

	it('that is loaded anew is rung again, in the same call', async () => {
		await talk();
		try {
			await page.reload();
			await page.getByTestId('ring-card').waitFor({ timeout: 30_000 });
			await page.getByTestId('answer').click();
			await h.until(async () => await stage() === 'talking', 'talking again');
			caller.media.heard.length = 0;
			await h.until(() => caller.media.hears(h.AGENT_HZ) >= 20, 'the agent’s tone at the caller again');
			assert.equal((await callState(id)).agent, '1002');
			await h.until(async () => await segments(id) === '1002 1002', 'a second segment of the same call');
			assert.equal(await visits(id), '1');
		} finally {
			await over();
		}
	});

	it('that never comes back: the customer hears music, then is first in the queue', async () => {
		await talk();
		try {
			await page.goto('about:blank');
			const left = Date.now();
			await h.until(music, 'music', 5_000);
			assert.equal((await callState(id)).status, 'ON_HOLD');
			await h.until(async () => await visits(id) === '2', 'the queue', 45_000);
			assert.ok(Date.now() - left > 25_000, 'not before the phone counts as lost');
			await h.until(async () => (await callState(id)).agent === null, 'nobody to have the call');
		} finally {
			await over();
		}
	});

	it('that only loses its line to the exchange talks on', async () => {
		await talk();
		try {
			await h.service('kill', 'nginx');
			await h.until(async () => json(await h.redis('HGET', 'cb:node1:demo:agents', '1002')).phone === 'REGISTERED', 'the phone again', 30_000);
			caller.media.heard.length = 0;
			await h.until(() => caller.media.hears(h.AGENT_HZ) >= 20, 'the agent’s tone at the caller');
			assert.equal(await stage(), 'talking');
			assert.equal(await segments(id), '1002');
		} finally {
			await over();
		}
	});
});
