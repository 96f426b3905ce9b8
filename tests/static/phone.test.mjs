// The pure parts of the phone: what may be dialled, which codec is answered, how good a line is, its tones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.mjs';

const { dialable } = await load('core/dialable.js');
const { refusalOf } = await load('stores/dial-rules.js');
const { allowed, narrow } = await load('phone/codecs.js');
const { countsOf, qualityOf } = await load('phone/quality.js');
const { loudness } = await load('phone/level.js');
const { samplesOf, TONES, wavOf } = await load('phone/tones.js');
const { soundAudio } = await load('stores/devices.js');

test('a number is taken as people write and paste it', () => {
	const rows = [['+1 (555) 123-0001', '+15551230001'], ['tel:+49-30-123456', '+4930123456'], ['+49 (0)30 123456', '+4930123456'], ['030 / 12 34 56', '030123456'],
		['\u202a+1\u00a0555\u2011123\u20110001\u202c', '+15551230001'], ['1002', '1002'], ['12', '12']];
	for (const [typed, number] of rows) assert.equal(dialable(typed).number, number, typed);
});

test('what is no number is refused in words', () => {
	const rows = [['', /Enter/], ['5', /short/], ['call me', /digits only/], ['+1+2', /digits only/], ['1'.repeat(21), /at most 20/], ['+491234', /short/],
		['+4912345678901234', /at most 15/], ['+0301234567', /begins with 0/]];
	for (const [typed, problem] of rows) {
		assert.equal(dialable(typed).number, null, typed);
		assert.match(dialable(typed).problem, problem);
	}
});

test('a refused prefix tells its own reason, the longest first', () => {
	const rules = [{ prefix: '+883', reason: 'a' }, { prefix: '+8835', reason: 'b' }, { prefix: '0190', reason: 'c' }, { prefix: '00', reason: 'd' }];
	const rows = [['+8831', 'a'], ['008831', 'a'], ['8831', 'a'], ['+88351', 'b'], ['0190123', 'c'], ['+4930', 'd'], ['004930', 'd'], ['030123', '']];
	for (const [number, reason] of rows) assert.equal(refusalOf(rules, number), reason, number);
});

const SDP = ['m=audio 9 UDP/TLS/RTP/SAVPF 0 107 9 8 101', 'a=rtpmap:107 opus/48000/2', 'a=fmtp:107 useinbandfec=1', 'a=rtpmap:101 telephone-event/8000', 'a=rtcp-mux', ''].join('\r\n');
const payloads = (sdp) => /SAVPF (.*)\r/.exec(sdp)[1];

test('an offer is narrowed to the preferred codec where it has it, and left alone where not', () => {
	const rows = [['opus', '107 101'], ['g722', '9 101'], ['g711', '0 101'], ['auto', '0 107 9 8 101'], ['unheard of', '0 107 9 8 101']];
	for (const [preference, kept] of rows) assert.equal(payloads(narrow(SDP, preference)), kept);
	assert.equal(payloads(narrow(SDP.replace(' 0 ', ' '), 'g711')), '8 101');
	assert.equal(narrow(SDP.replace(' 9 8', ' 8'), 'g722'), SDP.replace(' 9 8', ' 8'));
	assert.equal(narrow(SDP, 'g722'), ['m=audio 9 UDP/TLS/RTP/SAVPF 9 101', 'a=rtpmap:101 telephone-event/8000', 'a=rtcp-mux', ''].join('\r\n'));
});

test('what is offered later keeps to it', () => {
	const able = ['opus', 'red', 'G722', 'PCMU', 'PCMA', 'CN', 'telephone-event'].map((name) => ({ mimeType: `audio/${name}` }));
	const names = (codecs) => codecs.map((c) => c.mimeType.slice(6)).join(' ');
	assert.equal(names(allowed(able, 'g722')), 'G722 CN telephone-event');
	assert.equal(names(allowed(able, 'g711')), 'PCMU PCMA CN telephone-event');
	assert.equal(allowed(able, 'auto'), able);
});

const counts = (more) => ({ received: 100, lost: 0, jitterMs: 5, rttMs: 40, farLoss: 0, codec: 'opus', ...more });
const graded = (more) => qualityOf(counts(), counts({ received: 200, ...more })).grade;

test('loss, jitter and delay make a line fair or poor, whichever is worst; silence is poor', () => {
	const rows = [[{}, 'good'], [{ lost: 2 }, 'fair'], [{ lost: 10 }, 'poor'], [{ jitterMs: 35 }, 'fair'], [{ jitterMs: 80 }, 'poor'], [{ rttMs: 300 }, 'fair'],
		[{ rttMs: 700 }, 'poor'], [{ farLoss: 0.1 }, 'poor'], [{ jitterMs: null, rttMs: null, farLoss: null }, 'good']];
	for (const [more, grade] of rows) assert.equal(graded(more), grade, JSON.stringify(more));
	assert.deepEqual((({ grade, silent }) => [grade, silent])(qualityOf(counts(), counts())), ['poor', true]);
});

test('counts are read from a report, also from an empty one', () => {
	const report = new Map([
		['in', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 7, packetsLost: 1, jitter: 0.012, codecId: 'c' }],
		['far', { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.25, roundTripTime: 0.08 }],
		['c', { type: 'codec', mimeType: 'audio/opus' }],
	]);
	assert.deepEqual(countsOf(report), { received: 7, lost: 1, jitterMs: 12, rttMs: 80, farLoss: 0.25, codec: 'opus' });
	assert.deepEqual(countsOf(new Map()), { received: 0, lost: 0, jitterMs: null, rttMs: null, farLoss: null, codec: null });
});

test('tones are audible, never clipped, and end in silence; a WAV says its own length', () => {
	for (const beeps of Object.values(TONES)) {
		const samples = samplesOf(beeps);
		assert.ok(loudness(samples) > 0.5);
		assert.ok(samples.every((x) => Math.abs(x) <= 1));
		assert.equal(samples.at(-1), 0);
		assert.equal(new DataView(wavOf(beeps)).getUint32(40, true), 2 * samples.length);
	}
	assert.equal(loudness(new Float32Array(512)), 0);
});

test('of kept device settings only what is sound is used', () => {
	const kept = soundAudio({ microphone: 'x', volume: 3, ringVolume: 0.2, echoCancellation: 'no', codec: 'mp3', other: 1 });
	assert.deepEqual(kept, { microphone: 'x', speaker: '', ring: '', volume: 1, ringVolume: 0.2, echoCancellation: true, noiseSuppression: true, autoGainControl: true, codec: 'auto' });
});
