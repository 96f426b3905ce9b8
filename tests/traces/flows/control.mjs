// What cordboard-amid does with a call that is up, and how the dialplan brings a customer back whom nobody has.
import { bridge, consult, queue_call } from './staging.mjs';

const set = (floor, channel, Variable, Value) => floor.link.send('Setvar', { Channel: channel, Variable, Value });
const transfer = async (floor, { channels }, kind, exten, back) => {
	await set(floor, channels.caller, 'CC_HOLDER', channels.agent);
	await set(floor, channels.caller, 'CC_BACK', back);
	floor.step(`blind transfer to ${exten}`);
	await floor.link.send('BlindTransfer', { Channel: channels.agent, Context: `cc-transfer-${kind}`, Exten: exten });
};

/** The agent with 1002, who has answered; the caller hears music until one of them comes back. */
async function consulting(floor) {
	const up = await queue_call(floor);
	const target = await floor.agent('1002');
	await set(floor, up.channels.caller, 'CC_HOLDER', up.channels.agent);
	await set(floor, up.channels.caller, 'CC_BACK', '1001');
	await set(floor, up.channels.agent, 'CC_HELD', up.channels.caller);
	await consult(floor, up, '1002');
	const second = await target.ring();
	await floor.wait(400);
	floor.step('1002 answers');
	second.answer();
	await floor.link.event('BridgeEnter', { Channel: up.channels.agent, Context: 'cc-consult-internal' });
	up.channels.second = await floor.channel('1002');
	await floor.wait(700);
	return { ...up, second };
}

const swap = async (floor, { channels }, waits, talks, held) => {
	if (waits === channels.second) await set(floor, waits, 'CC_HOLDER', channels.agent);
	await set(floor, channels.agent, 'CC_WITH', talks);
	await set(floor, channels.agent, 'CC_HELD', held);
	await floor.link.send('Redirect', { Channel: waits, Context: 'cc-hold', Exten: 's', Priority: 1,
		ExtraChannel: channels.agent, ExtraContext: 'cc-with', ExtraExten: 's', ExtraPriority: 1 });
	await floor.wait(900);
};

export const flows = {
	'r63-transfer-refused-comes-back': {
		title: 'blind transfer to 1002, who rejects with 486; 1001 is rung for the same call and answers; the caller hangs up',
		async run(floor) {
			const up = await queue_call(floor);
			const target = await floor.agent('1002');
			await transfer(floor, up, 'agent', '1002', '1001');
			const ring = await target.ring();
			await floor.wait(500);
			floor.step('1002 rejects');
			ring.reject(486);
			const again = await up.agent.ring();
			await floor.wait(400);
			floor.step('1001 answers');
			again.answer();
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await up.caller.hangup();
		},
	},
	'r64-transfer-to-nobody-goes-to-the-queue': {
		title: 'blind transfer to 1006, whose phone is not there, from an agent who is not to be rung: the caller goes to the head of the queue, 1001 answers and hangs up',
		async run(floor) {
			const up = await queue_call(floor);
			await transfer(floor, up, 'agent', '1006', '');
			const again = await up.agent.ring();
			await floor.wait(400);
			floor.step('1001 answers');
			again.answer();
			await floor.wait(1200);
			floor.step('1001 hangs up');
			await again.hangup();
		},
	},
	'r65-transfer-to-a-queue-by-name': {
		title: 'blind transfer to the queue sales by its name; the caller gives up there',
		async run(floor) {
			const up = await queue_call(floor);
			await transfer(floor, up, 'queue', 'qsales', '1001');
			await floor.link.event('QueueCallerJoin', { Queue: /sales/ });
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await up.caller.hangup();
		},
	},
	'r66-consult-target-leaves-agent-goes-back': {
		title: 'consultation with 1002, who hangs up: the dialplan brings 1001 back to the caller; the caller hangs up',
		async run(floor) {
			const { caller, second } = await consulting(floor);
			floor.step('1002 hangs up');
			await second.hangup();
			await floor.wait(1300);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r67-consult-swapped-twice-then-completed': {
		title: 'consultation with 1002; the agent goes to the caller, back to 1002, and puts both together; the caller hangs up',
		async run(floor) {
			const up = await consulting(floor);
			const { channels, caller } = up;
			floor.step('swap: to the caller');
			await swap(floor, up, channels.second, channels.caller, '');
			floor.step('swap: to 1002');
			await swap(floor, up, channels.caller, channels.second, channels.caller);
			await set(floor, channels.agent, 'CC_HELD', '');
			await set(floor, channels.caller, 'CC_BACK', '');
			floor.step('complete');
			await bridge(floor, channels.caller, channels.second);
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r68-held-then-agent-hangs-up': {
		title: 'held by the server; 1001 hangs up: the dialplan rings 1001 again for the caller; 1001 answers; the caller hangs up',
		async run(floor) {
			const up = await queue_call(floor);
			await set(floor, up.channels.caller, 'CC_HOLDER', up.channels.agent);
			await set(floor, up.channels.caller, 'CC_BACK', '1001');
			await floor.link.send('Redirect', { Channel: up.channels.caller, Context: 'cc-hold', Exten: 's', Priority: 1,
				ExtraChannel: up.channels.agent, ExtraContext: 'cc-idle', ExtraExten: 's', ExtraPriority: 1 });
			await floor.wait(800);
			floor.step('1001 hangs up');
			await up.call.hangup();
			const again = await up.agent.ring();
			await floor.wait(400);
			floor.step('1001 answers');
			again.answer();
			await floor.wait(1000);
			floor.step('the caller hangs up');
			await up.caller.hangup();
		},
	},
};
