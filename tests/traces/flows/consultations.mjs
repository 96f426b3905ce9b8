// The customer waits while the agent talks to a third party, as the worker does it.
import { bridge, consult, consultation, queue_call } from './staging.mjs';

export const flows = {
	'r18-consult-complete': {
		title: 'worker-driven consultation (agent to cc-consult) with 1002, completed by Bridge(caller, target); target hangs up',
		async run(floor) {
			const { second, channels } = await consultation(floor);
			await bridge(floor, channels.caller, channels.second);
			await floor.wait(1200);
			floor.step('1002 hangs up');
			await second.hangup();
		},
	},
	'r19-consult-cancelled': {
		title: 'worker-driven consultation with 1002, cancelled by Bridge(caller, agent); caller hangs up; the agent\'s leg goes on to cc-idle and is hung up 1 s later',
		async run(floor) {
			const { caller, call, channels } = await consultation(floor);
			await bridge(floor, channels.caller, channels.agent);
			await floor.wait(1000);
			floor.step('the caller hangs up');
			await caller.hangup();
			await floor.wait(1000);
			floor.step('1001 hangs up');
			await call.hangup();
		},
	},
	'r20-consult-cancelled-while-ringing': {
		title: 'worker-driven consultation with 1002, cancelled by Bridge(caller, agent) while 1002 rings; agent hangs up',
		async run(floor) {
			const up = await queue_call(floor);
			const target = await floor.agent('1002');
			await consult(floor, up, '1002');
			await target.ring();
			await floor.wait(1200);
			await bridge(floor, up.channels.caller, up.channels.agent);
			await floor.wait(1000);
			floor.step('1001 hangs up');
			await up.call.hangup();
		},
	},
	'r21-consult-customer-leaves': {
		title: 'worker-driven consultation with 1002; the customer hangs up during it; then 1001 hangs up',
		async run(floor) {
			const { caller, call } = await consultation(floor);
			floor.step('the caller hangs up');
			await caller.hangup();
			await floor.wait(1000);
			floor.step('1001 hangs up');
			await call.hangup();
		},
	},
	'r22-consult-agent-leaves': {
		title: 'worker-driven consultation with 1002; 1001 hangs up during it; the caller, left in the music, hangs up 1.5 s later',
		async run(floor) {
			const { caller, call } = await consultation(floor);
			floor.step('1001 hangs up');
			await call.hangup();
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r23-consult-target-leaves': {
		title: 'worker-driven consultation with 1002; 1002 hangs up during it, which ends the leg of 1001 as well; the caller, left in the music, hangs up 1.5 s later',
		async run(floor) {
			const { caller, second } = await consultation(floor);
			floor.step('1002 hangs up');
			await second.hangup();
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r24-consult-customer-leaves-while-ringing': {
		title: 'worker-driven consultation with 1002; the customer hangs up while 1002 rings; then 1001 gives up',
		async run(floor) {
			const up = await queue_call(floor);
			const target = await floor.agent('1002');
			await consult(floor, up, '1002');
			await target.ring();
			await floor.wait(1000);
			floor.step('the caller hangs up');
			await up.caller.hangup();
			await floor.wait(800);
			floor.step('1001 hangs up');
			await up.call.hangup();
		},
	},
	'r25-consult-outside-complete': {
		title: 'worker-driven consultation with the outside number 15550100200, completed by Bridge(caller, outside); caller hangs up',
		async run(floor) {
			const up = await queue_call(floor);
			await consult(floor, up, '915550100200');
			await floor.link.event('BridgeEnter', { Channel: up.channels.agent, Context: 'cc-consult' });
			const outside = await floor.channel('trunk', 1);
			await floor.wait(1000);
			await bridge(floor, up.channels.caller, outside);
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await up.caller.hangup();
		},
	},
};
