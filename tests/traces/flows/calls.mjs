// Hold, supervision, and calls that no queue has part in.
import { BEGIN, CALLER, dial, queue_call, spy } from './staging.mjs';

export const flows = {
	'r28-hold-by-phone-agent-hangs-up': {
		title: 'queue call; the agent holds by phone (re-INVITE sendonly) and hangs up without resuming',
		async run(floor) {
			const { call } = await queue_call(floor);
			floor.step('1001 holds');
			await call.hold();
			await floor.wait(1500);
			floor.step('1001 hangs up');
			await call.hangup();
		},
	},
	'r29-hold-by-phone-caller-hangs-up': {
		title: 'queue call; the agent holds, resumes, holds again by phone; the caller hangs up while held',
		async run(floor) {
			const { caller, call } = await queue_call(floor);
			floor.step('1001 holds');
			await call.hold();
			await floor.wait(1000);
			floor.step('1001 resumes');
			await call.unhold();
			await floor.wait(800);
			floor.step('1001 holds again');
			await call.hold();
			await floor.wait(1300);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r30-hold-by-server-caller-hangs-up': {
		title: 'queue call; hold by dual Redirect (caller to cc-hold, agent to cc-idle); the caller hangs up while held; then the agent\'s leg is hung up by AMI',
		async run(floor) {
			const { caller, channels } = await queue_call(floor);
			await floor.link.send('Redirect', { Channel: channels.caller, Context: 'cc-hold', Exten: 's', Priority: 1,
				ExtraChannel: channels.agent, ExtraContext: 'cc-idle', ExtraExten: 's', ExtraPriority: 1 });
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
			await floor.wait(800);
			await floor.link.send('Hangup', { Channel: channels.agent, Cause: 16 });
		},
	},
	'r31-hold-by-server-agent-hangs-up': {
		title: 'queue call; hold by dual Redirect; the agent hangs up while the caller is held; the caller hangs up 1.2 s later',
		async run(floor) {
			const { caller, call, channels } = await queue_call(floor);
			await floor.link.send('Redirect', { Channel: channels.caller, Context: 'cc-hold', Exten: 's', Priority: 1,
				ExtraChannel: channels.agent, ExtraContext: 'cc-idle', ExtraExten: 's', ExtraPriority: 1 });
			await floor.wait(1500);
			floor.step('1001 hangs up');
			await call.hangup();
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r32-hold-by-caller': {
		title: 'queue call; the caller holds by phone and resumes; agent hangs up',
		async run(floor) {
			const { caller, call } = await queue_call(floor);
			floor.step('the caller holds');
			await caller.hold();
			await floor.wait(1200);
			floor.step('the caller resumes');
			await caller.unhold();
			await floor.wait(800);
			floor.step('1001 hangs up');
			await call.hangup();
		},
	},
	'r35-supervisor-leaves-before-the-end': {
		title: 'queue call at 1001; 2001 listens (ChanSpy) and hangs up before the call ends; caller hangs up',
		async run(floor) {
			const { caller, channels } = await queue_call(floor);
			await spy(floor, channels);
			await floor.wait(1000);
			floor.step('2001 hangs up');
			await floor.ear.hangup();
			await floor.wait(700);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r36-supervisor-stays-after-the-end': {
		title: 'queue call at 1001; 2001 listens with an own call id (ChanSpy without E, so that the leg outlives the call); agent hangs up; 2001 hangs up 1 s later',
		async run(floor) {
			const { call, channels } = await queue_call(floor);
			await spy(floor, channels, 'qd', '0d6b1a3e-0000-4000-8000-000000000036');
			await floor.wait(1000);
			floor.step('1001 hangs up');
			await call.hangup();
			await floor.wait(1000);
			floor.step('2001 hangs up');
			await floor.ear.hangup().catch(() => {});
		},
	},
	'r37-dial-agent-gives-up-while-ringing': {
		title: 'agent-first dial of 15550100408, which rings and never answers; 1001 hangs up after 2 s',
		async run(floor) {
			const { call } = await dial(floor, '915550100408', '0d6b1a3e-0000-4000-8000-000000000037');
			await floor.link.event('DialBegin', { DestChannel: /trunk/ });
			await floor.wait(2000);
			floor.step('1001 hangs up');
			await call.hangup();
		},
	},
	'r38-dial-answered-far-end-hangs-up': {
		title: 'agent-first dial of a far end that answers; the far end hangs up (the trunk is a phone of the script)',
		async run(floor) {
			const far = await floor.far_end();
			const { call } = await dial(floor, '915550100299', '0d6b1a3e-0000-4000-8000-000000000038');
			const there = await far.ring();
			await floor.wait(700);
			floor.step('the far end answers');
			there.answer();
			await floor.wait(1500);
			floor.step('the far end hangs up');
			await there.hangup();
			await floor.until(() => call.ended, 'the end at 1001');
		},
	},
	'r39-internal-answered': {
		title: '1001 calls 1002, who answers; 1002 hangs up',
		async run(floor) {
			const one = await floor.agent('1001'), two = await floor.agent('1002');
			floor.step('1001 calls 1002');
			one.call('1002');
			const there = await two.ring();
			await floor.wait(700);
			floor.step('1002 answers');
			there.answer();
			await floor.wait(1500);
			floor.step('1002 hangs up');
			await there.hangup();
		},
	},
	'r40-internal-given-up': {
		title: '1001 calls 1002 and hangs up (CANCEL) while it rings',
		async run(floor) {
			const one = await floor.agent('1001'), two = await floor.agent('1002');
			floor.step('1001 calls 1002');
			const call = one.call('1002');
			await two.ring();
			await floor.wait(1500);
			floor.step('1001 gives up');
			call.cancel();
		},
	},
	'r41-internal-rejected': {
		title: '1001 calls 1002, who rejects with 486',
		async run(floor) {
			const one = await floor.agent('1001'), two = await floor.agent('1002');
			floor.step('1001 calls 1002');
			one.call('1002');
			const there = await two.ring();
			await floor.wait(500);
			floor.step('1002 rejects with 486');
			there.reject(486);
		},
	},
	'r42-internal-unanswered': {
		title: '1001 calls 1002, who lets it ring for the 30 s of the dialplan',
		async run(floor) {
			const one = await floor.agent('1001'), two = await floor.agent('1002');
			floor.step('1001 calls 1002');
			one.call('1002');
			await two.ring();
		},
	},
	'r43-number-without-route': {
		title: 'a caller dials 5550999, a number that leads nowhere',
		async run(floor) {
			floor.step('the caller dials 5550999');
			const caller = (await floor.outside(CALLER)).call('5550999');
			await floor.until(() => caller.ended, 'the refusal');
		},
	},
	'r45-browser-outbound-agent-hangs-up': {
		title: '1001 dials 915550100200 from the phone; the far end answers after 1 s; 1001 hangs up',
		async run(floor) {
			const agent = await floor.agent('1001');
			floor.step('1001 dials 915550100200');
			const call = agent.call('915550100200');
			await floor.until(() => call.answered, 'the answer');
			await floor.wait(1500);
			floor.step('1001 hangs up');
			await call.hangup();
		},
	},
	'r46-outbound-busy': {
		title: '1001 dials 915550100486 from the phone; the far end is busy',
		async run(floor) {
			const agent = await floor.agent('1001');
			floor.step('1001 dials 915550100486');
			const call = agent.call('915550100486');
			await floor.until(() => call.ended, 'the refusal');
		},
	},
	'r51-number-of-an-agent-unanswered': {
		title: 'a number that rings 1001 directly for 5 s; nobody answers and the dialplan hangs up',
		async run(floor) {
			await floor.lab('inbound', '704', ...BEGIN, 'Dial(PJSIP/1001,5)', 'Hangup(19)');
			const agent = await floor.agent('1001');
			floor.step('the caller dials');
			(await floor.outside(CALLER)).call('704');
			await agent.ring();
		},
	},
	'r52-number-of-an-agent-answered': {
		title: 'a number that rings 1001 directly; 1001 answers; the caller hangs up',
		async run(floor) {
			await floor.lab('inbound', '704', ...BEGIN, 'Dial(PJSIP/1001,5)', 'Hangup(19)');
			const agent = await floor.agent('1001');
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call('704');
			const call = await agent.ring();
			await floor.wait(500);
			floor.step('1001 answers');
			call.answer();
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r53-number-of-an-agent-given-up': {
		title: 'a number that rings 1001 directly; the caller gives up (CANCEL) while it rings',
		async run(floor) {
			await floor.lab('inbound', '704', ...BEGIN, 'Dial(PJSIP/1001,20)', 'Hangup(19)');
			const agent = await floor.agent('1001');
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call('704');
			await agent.ring();
			await floor.wait(1200);
			floor.step('the caller gives up');
			caller.cancel();
		},
	},
};
