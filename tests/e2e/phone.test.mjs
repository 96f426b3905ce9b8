// The softphone on the real exchange: its registration through every loss, and what can be done in a call.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { number, phoneIs, ready, sitDown, stageIs, standUp, stateIs } from './desk.mjs';
import * as h from './harness.mjs';
import { line } from './line.mjs';

const EXTENSION = '1007';
// A trunk call goes to whoever is free: nobody but this agent is.
const DID = '5550200';
// Two seconds are what is promised; a machine that does much else beside may take longer, never this long.
const BACK_MS = 6_000;
const HEARD_FRAMES = 20;

let wire, chrome, page, ami;

before(async () => {
	wire = await line(h.instance.ports.http);
	chrome = await h.browser({ through: wire.port });
	ami = await h.witness();
	await h.sql(`INSERT INTO queue_members (tenant_id, queue_id, agent_id)
		SELECT q.tenant_id, q.id, e.id FROM call_queues q JOIN agent_extensions e USING (tenant_id) WHERE q.name = 'sales' AND e.extension = '${EXTENSION}' ON CONFLICT DO NOTHING`);
	page = await sitDown(chrome, EXTENSION);
	// The sound may be played from now on.
	await page.getByTestId('phone-number').click();
});

after(async () => {
	await standUp(EXTENSION);
	await chrome?.close();
	wire?.close();
	ami?.close();
});

const isRegisteredAtAsterisk = async () => /Avail|NonQual/.test((await ami.ask({ Action: 'Getvar', Variable: `PJSIP_AOR(${EXTENSION},contact)` })).Value ?? '');

/** Rings the agent and is answered. */
async function talk(more = {}) {
	await ready(page);
	const caller = await h.ring({ did: DID, number: number('558'), ...more });
	await page.getByTestId('answer').click();
	await stageIs(page, 'talking');
	const channel = await h.until(() => ami.events.findLast((e) => e.Event === 'DialEnd' && e.DialStatus === 'ANSWER' && e.DestChannel?.startsWith(`PJSIP/${EXTENSION}-`)), 'the agent’s leg');
	return { ...caller, channel: channel.DestChannel };
}

async function over(caller) {
	if (await page.getByTestId('hang-up').isVisible()) await page.getByTestId('hang-up').click();
	await Promise.race([caller.ended, h.until(async () => !await page.getByTestId('call-card').isVisible(), 'the call to be over')]);
	caller.stop();
	await h.until(async () => !await page.getByTestId('call-card').isVisible(), 'the page to be idle');
}

const heardBy = async (caller, hz) => {
	caller.media.heard.length = 0;
	await h.until(() => caller.media.heard.length >= 75, 'sound for the caller');
	return caller.media.hears(hz);
};

describe('registration', () => {
	const back = (t, since) => {
		const ms = Date.now() - since;
		t.diagnostic(`registered again after ${ms} ms`);
		assert.ok(ms <= BACK_MS, `back after ${ms} ms`);
	};

	it('comes back by itself with the line, and says what is missing meanwhile', async (t) => {
		await phoneIs(page, 'registered');
		wire.cut();
		await phoneIs(page, 'reconnecting');
		assert.match(await page.getByTestId('registration-notice').innerText(), /line to the exchange was lost/);
		assert.ok(await page.getByTestId('dial').isDisabled());
		const mended = await wire.mend();
		await phoneIs(page, 'registered');
		back(t, mended);
	});

	it('comes back by itself with Asterisk', async (t) => {
		const died = ami.closed;
		await h.service('kill', 'asterisk');
		await died;
		await phoneIs(page, 'reconnecting');
		ami = await h.until(() => h.witness().catch(() => null), 'Asterisk to be back', 30_000);
		const answers = Date.now();
		await phoneIs(page, 'registered');
		back(t, answers);
		await h.until(h.on_its_line, 'amid on its line', 20_000);
	});

	it('finds out that a silent line is dead', async (t) => {
		wire.silence();
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await phoneIs(page, 'reconnecting');
		const mended = await wire.mend({ anew: true });
		await phoneIs(page, 'registered');
		back(t, mended);
	});
});

describe('a second device', () => {
	let other;
	after(() => other?.context().close());

	it('takes the phone; the first says so, does not fight, and can take it back', async () => {
		other = await h.signIn(chrome, EXTENSION, '/agent');
		await phoneIs(other, 'registered');
		await phoneIs(page, 'taken');
		await page.getByText('Your phone is used elsewhere').waitFor();
		await page.getByTestId('take-back').click();
		await phoneIs(page, 'registered');
		await phoneIs(other, 'taken');
	});
});

/** The digits that reach a caller as events (RFC 4733), each once. */
function digitsAt(socket) {
	const digits = [], seen = new Set();
	socket.on('message', (packet) => {
		const at = packet.readUInt32BE(4);
		if ((packet[1] & 0x7f) !== 101 || seen.has(at)) return;
		seen.add(at);
		digits.push('0123456789*#ABCD'[packet[12]]);
	});
	return digits;
}

describe('in a call', () => {
	let caller;
	afterEach(() => over(caller));

	it('mute is heard by nobody, holds through hold, and is undone by one key', async () => {
		caller = await talk();
		assert.ok(await heardBy(caller, h.AGENT_HZ) > HEARD_FRAMES);
		await page.keyboard.press('m');
		await page.getByTestId('muted-note').waitFor();
		assert.equal(await heardBy(caller, h.AGENT_HZ), 0);
		await page.keyboard.press('h');
		await page.getByTestId('resume').and(page.locator(':enabled')).waitFor();
		await page.getByTestId('hold-timer').waitFor();
		await h.until(() => ami.events.find((e) => e.Event === 'Hold' && e.Channel === caller.channel), 'the hold in Asterisk');
		assert.equal(await page.getByTestId('unmute').isVisible(), true);
		await page.keyboard.press('h');
		await stageIs(page, 'talking');
		assert.equal(await page.getByTestId('hold-timer').count(), 0);
		assert.equal(await heardBy(caller, h.AGENT_HZ), 0);
		await page.keyboard.press('m');
		await page.getByTestId('mute').waitFor();
		await h.until(async () => await heardBy(caller, h.AGENT_HZ) > HEARD_FRAMES, 'the agent to be heard again');
	});

	it('digits go by click, key and paste, and what went is shown', async () => {
		caller = await talk();
		const digits = digitsAt(caller.media.socket);
		await page.getByTestId('keypad').click();
		const pad = page.getByTestId('call-keypad');
		await pad.getByRole('button', { name: '5' }).click();
		await page.keyboard.press('#');
		await page.evaluate(() => {
			const data = new DataTransfer();
			data.setData('text', '12-34');
			document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
		});
		await h.until(async () => await page.getByTestId('digits-sent').innerText() === '5#1234', 'the digits on the page');
		await h.until(() => digits.join('') === '5#1234', 'the digits at the caller');
	});

	for (const [codec, formats] of [['opus', /opus/], ['g722', /g722/], ['g711', /ulaw/]]) {
		it(`${codec} is spoken where it is preferred, and both hear each other`, async () => {
			await page.evaluate((name) => localStorage.setItem('cordboard.browser', JSON.stringify({ audio: { codec: name } })), codec);
			await page.reload();
			await page.getByTestId('phone-number').click();
			caller = await talk();
			const format = (await ami.ask({ Action: 'Getvar', Channel: caller.channel, Variable: 'CHANNEL(audionativeformat)' })).Value;
			assert.match(format, formats);
			assert.doesNotMatch(format, codec === 'opus' ? /ulaw|g722/ : /opus/);
			await h.until(async () => await heardBy(caller, h.AGENT_HZ) > HEARD_FRAMES, 'the caller to hear the agent');
			assert.ok(await h.pageHears(page, h.CALLER_HZ) > 0.3, 'the agent hears the caller');
			await h.until(async () => ['good', 'fair'].includes(await page.getByTestId('quality').getAttribute('data-grade')), 'the quality of the line');
			assert.match(await page.getByTestId('quality').getAttribute('title'), /Loss \d+\.\d %, jitter \d+ ms/);
		});
	}

	it('goes on when the line to the exchange is lost and comes back', async () => {
		caller = await talk();
		wire.cut();
		await phoneIs(page, 'reconnecting');
		await stageIs(page, 'talking');
		await h.until(async () => await heardBy(caller, h.AGENT_HZ) > HEARD_FRAMES, 'the sound to go on');
		await wire.mend();
		await phoneIs(page, 'registered');
		await page.keyboard.press('h');
		await page.getByTestId('resume').and(page.locator(':enabled')).waitFor();
		await page.keyboard.press('h');
		await stageIs(page, 'talking');
		await page.getByTestId('hang-up').click();
		assert.equal(await caller.ended, 0, 'the caller was told of the end');
		await stateIs(page, 'WRAP_UP');
	});

	it('ends here as well when the caller hangs up after such a loss', async () => {
		caller = await talk({ stayMs: 8_000 });
		wire.cut();
		await phoneIs(page, 'reconnecting');
		await wire.mend();
		await phoneIs(page, 'registered');
		await caller.ended;
		await h.until(async () => !await page.getByTestId('call-card').isVisible(), 'the call to be over');
	});
});

describe('auto-answer', () => {
	const set = (on) => h.sql(`UPDATE agent_extensions SET auto_answer = ${on} WHERE extension = '${EXTENSION}'`);
	after(() => set(false));

	it('takes the call after a tone, without a hand', async () => {
		await set(true);
		await page.reload();
		await page.getByTestId('phone-number').click();
		await ready(page);
		const played = page.evaluate(() => new Promise((resolve) => {
			const { play } = HTMLMediaElement.prototype;
			HTMLMediaElement.prototype.play = function spied(...args) {
				if (this.dataset.testid === 'ring-audio') resolve(this.loop);
				return play.apply(this, args);
			};
		}));
		const caller = await h.ring({ did: DID, number: number('558') });
		await stageIs(page, 'talking');
		assert.equal(await played, false, 'a tone, and no ring');
		await over(caller);
	});
});

describe('what may not be dialled', () => {
	before(() => h.sql(`INSERT INTO dial_rules (tenant_id, prefix, reason) SELECT id, '+882', 'Satellites are too dear.' FROM tenants WHERE is_default`));
	after(() => h.sql(`DELETE FROM dial_rules WHERE prefix = '+882'`));

	it('is told before it is dialled, with the reason', async () => {
		await page.reload();
		await ready(page);
		await page.getByTestId('phone-number').fill('00882 16 1234567');
		await page.getByTestId('dial').click();
		await h.until(async () => /too dear/.test(await page.getByTestId('dial-note').innerText()), 'the reason');
		assert.equal(await h.sql(`SELECT count(*) FROM call_sessions WHERE to_number LIKE '%882161234567'`), '0');
	});
});

it('no page had an error or broke its security policy', () => assert.deepEqual(page.problems, []));
