// A call that moves on: blind, by the phone, to a queue, to a number outside, to three.
import { IN_SALES, queue_call } from './staging.mjs';

export const flows = {
	'r11-blind-transfer-to-queue': {
		title: 'queue call at 1001; BlindTransfer to an extension that enters queue sales; another agent answers; caller hangs up',
		async run(floor) {
			await floor.lab('agents', '701', 'Gosub(cc-queue,s,1(sales,60))', 'Goto(cc-overflow,s,1)');
			const { caller, channels } = await queue_call(floor);
			const sales = await floor.agent(IN_SALES);
			await floor.link.send('BlindTransfer', { Channel: channels.agent, Context: 'agents', Exten: '701' });
			const call = await sales.ring();
			await floor.wait(600);
			floor.step(`${IN_SALES} answers`);
			call.answer();
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r12-blind-transfer-to-queue-abandoned': {
		title: 'queue call at 1001; BlindTransfer to an extension that enters queue sales; the caller gives up there',
		async run(floor) {
			await floor.lab('agents', '701', 'Gosub(cc-queue,s,1(sales,60))', 'Goto(cc-overflow,s,1)');
			const { caller, channels } = await queue_call(floor);
			await floor.link.send('BlindTransfer', { Channel: channels.agent, Context: 'agents', Exten: '701' });
			await floor.link.event('QueueCallerJoin', { Queue: /sales/ });
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r13-blind-transfer-no-answer': {
		title: 'queue call at 1001; BlindTransfer to 1002, who does not answer within the 30 s of the dialplan',
		async run(floor) {
			const { channels } = await queue_call(floor);
			await floor.agent('1002');
			await floor.link.send('BlindTransfer', { Channel: channels.agent, Context: 'agents', Exten: '1002' });
		},
	},
	'r14-blind-transfer-caller-gives-up': {
		title: 'queue call at 1001; BlindTransfer to 1002; the caller hangs up while 1002 rings',
		async run(floor) {
			const { caller, channels } = await queue_call(floor);
			const target = await floor.agent('1002');
			await floor.link.send('BlindTransfer', { Channel: channels.agent, Context: 'agents', Exten: '1002' });
			await target.ring();
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r15-blind-transfer-refused': {
		title: 'queue call at 1001; BlindTransfer to 1002, who rejects with 486',
		async run(floor) {
			const { channels } = await queue_call(floor);
			const target = await floor.agent('1002');
			await floor.link.send('BlindTransfer', { Channel: channels.agent, Context: 'agents', Exten: '1002' });
			const ring = await target.ring();
			await floor.wait(500);
			floor.step('1002 rejects with 486');
			ring.reject(486);
		},
	},
	'r16-blind-transfer-outside': {
		title: 'queue call at 1001; BlindTransfer to the outside number 15550100200, which answers after 1 s; caller hangs up',
		async run(floor) {
			const { caller, channels } = await queue_call(floor);
			await floor.link.send('BlindTransfer', { Channel: channels.agent, Context: 'agents', Exten: '915550100200' });
			await floor.link.event('DialEnd', { DialStatus: 'ANSWER', DestChannel: /trunk/ });
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r17-blind-transfer-outside-busy': {
		title: 'queue call at 1001; BlindTransfer to the outside number 15550100486, which is busy',
		async run(floor) {
			const { channels } = await queue_call(floor);
			await floor.link.send('BlindTransfer', { Channel: channels.agent, Context: 'agents', Exten: '915550100486' });
		},
	},
	'r26-threeway-first-agent-leaves': {
		title: 'queue call at 1001; Originate 1002 with BridgeAdd; 1001 leaves; the other two go on; caller hangs up',
		async run(floor) {
			const { caller, call, channels } = await queue_call(floor);
			const third = await floor.agent('1002');
			const { id } = await floor.link.event('BridgeEnter', { Channel: channels.caller });
			await floor.link.send('Originate', { Channel: 'PJSIP/1002', Application: 'BridgeAdd', Data: channels.agent, Timeout: 10000,
				Async: 'true', Variable: [`__CC_CALL_ID=${id}`] });
			const second = await third.ring();
			await floor.wait(500);
			floor.step('1002 answers');
			second.answer();
			await floor.link.event('BridgeEnter', { BridgeNumChannels: '3' });
			await floor.wait(1000);
			floor.step('1001 hangs up');
			await call.hangup();
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r27-threeway-invitation-unanswered': {
		title: 'queue call at 1001; Originate 1002 with BridgeAdd, who does not answer within 3 s; agent hangs up',
		async run(floor) {
			const { call, channels } = await queue_call(floor);
			await floor.agent('1002');
			const { id } = await floor.link.event('BridgeEnter', { Channel: channels.caller });
			await floor.link.send('Originate', { Channel: 'PJSIP/1002', Application: 'BridgeAdd', Data: channels.agent, Timeout: 3000,
				Async: 'true', Variable: [`__CC_CALL_ID=${id}`] });
			await floor.link.event('OriginateResponse');
			await floor.wait(700);
			floor.step('1001 hangs up');
			await call.hangup();
		},
	},
	'r33-refer-replaces': {
		title: 'queue call at 1001; 1001 holds, calls 1002 on a second line, REFER with Replaces; caller hangs up',
		async run(floor) {
			const { agent, caller, call } = await queue_call(floor);
			const target = await floor.agent('1002');
			floor.step('1001 holds');
			await call.hold();
			await floor.wait(300);
			floor.step('1001 calls 1002');
			const second = agent.call('1002');
			const there = await target.ring();
			await floor.wait(400);
			floor.step('1002 answers');
			there.answer();
			await floor.until(() => second.answered, 'the second line');
			await floor.wait(900);
			floor.step('1001 sends REFER with Replaces');
			await call.refer('1002', second);
			await floor.wait(1300);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r34-refer-blind': {
		title: 'queue call at 1001; the phone sends REFER to 1002, who answers; agent 1002 hangs up',
		async run(floor) {
			const { call } = await queue_call(floor);
			const target = await floor.agent('1002');
			floor.step('1001 sends REFER to 1002');
			await call.refer('1002');
			const there = await target.ring();
			await floor.wait(500);
			floor.step('1002 answers');
			there.answer();
			await floor.wait(1200);
			floor.step('1002 hangs up');
			await there.hangup();
		},
	},
	'r47-outbound-blind-transfer': {
		title: '1001 dials 915550100200 from the phone, blind-transfers the far end to 1002, who answers and hangs up',
		async run(floor) {
			const agent = await floor.agent('1001'), target = await floor.agent('1002');
			floor.step('1001 dials 915550100200');
			const call = agent.call('915550100200');
			await floor.until(() => call.answered, 'the answer');
			await floor.wait(900);
			await floor.link.send('BlindTransfer', { Channel: await floor.channel('1001'), Context: 'agents', Exten: '1002' });
			const there = await target.ring();
			await floor.wait(500);
			floor.step('1002 answers');
			there.answer();
			await floor.wait(1000);
			floor.step('1002 hangs up');
			await there.hangup();
		},
	},
	'r54-held-by-server-then-sent-on': {
		title: 'queue call; hold by dual Redirect; the held caller is sent to 1002 by Redirect and the agent\'s leg hung up by AMI; 1002 answers; caller hangs up',
		async run(floor) {
			const { caller, channels } = await queue_call(floor);
			const target = await floor.agent('1002');
			await floor.link.send('Redirect', { Channel: channels.caller, Context: 'cc-hold', Exten: 's', Priority: 1,
				ExtraChannel: channels.agent, ExtraContext: 'cc-idle', ExtraExten: 's', ExtraPriority: 1 });
			await floor.wait(1000);
			await floor.link.send('Redirect', { Channel: channels.caller, Context: 'agents', Exten: '1002', Priority: 1 });
			await floor.link.send('Hangup', { Channel: channels.agent, Cause: 16 });
			const there = await target.ring();
			await floor.wait(600);
			floor.step('1002 answers');
			there.answer();
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r55-conference-to-the-end': {
		title: 'queue call; caller and agent sent into a conference, 1002 invited with the call\'s id; 1001 leaves, then the caller, then 1002',
		async run(floor) {
			const { caller, call, channels } = await queue_call(floor);
			const third = await floor.agent('1002');
			const { id } = await floor.link.event('BridgeEnter', { Channel: channels.caller });
			await floor.link.send('Redirect', { Channel: channels.caller, Context: 'cc-conf', Exten: '7001', Priority: 1,
				ExtraChannel: channels.agent, ExtraContext: 'cc-conf', ExtraExten: '7001', ExtraPriority: 1 });
			await floor.link.send('Originate', { Channel: 'PJSIP/1002', Context: 'cc-conf', Exten: '7001', Priority: 1, Timeout: 10000,
				Async: 'true', Variable: [`__CC_CALL_ID=${id}`] });
			const second = await third.ring();
			await floor.wait(500);
			floor.step('1002 answers');
			second.answer();
			await floor.link.event('ConfbridgeJoin', { Channel: /1002/ });
			await floor.wait(1000);
			floor.step('1001 hangs up');
			await call.hangup();
			await floor.wait(1000);
			floor.step('the caller hangs up');
			await caller.hangup();
			await floor.wait(800);
			floor.step('1002 hangs up');
			await second.hangup();
		},
	},
	'r56-refer-replaces-outside': {
		title: 'queue call at 1001; 1001 holds, calls the outside number 15550100200 on a second line, REFER with Replaces; caller hangs up',
		async run(floor) {
			const { agent, caller, call } = await queue_call(floor);
			floor.step('1001 holds');
			await call.hold();
			await floor.wait(300);
			floor.step('1001 calls 915550100200');
			const second = agent.call('915550100200');
			await floor.until(() => second.answered, 'the second line');
			await floor.wait(900);
			floor.step('1001 sends REFER with Replaces');
			await call.refer('915550100200', second);
			await floor.wait(1300);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r57-blind-transfer-of-a-held-caller': {
		title: 'queue call; 1001 holds by phone and blind-transfers (REFER) to 1002 without resuming; 1002 answers; 1002 hangs up',
		async run(floor) {
			const { call } = await queue_call(floor);
			const target = await floor.agent('1002');
			floor.step('1001 holds');
			await call.hold();
			await floor.wait(1000);
			floor.step('1001 sends REFER to 1002');
			await call.refer('1002');
			const there = await target.ring();
			await floor.wait(500);
			floor.step('1002 answers');
			there.answer();
			await floor.wait(1000);
			floor.step('1002 hangs up');
			await there.hangup();
		},
	},
	'r58-transferred-twice': {
		title: 'queue call at 1001; BlindTransfer to 1002, who answers and blind-transfers to 1003, who answers; caller hangs up',
		async run(floor) {
			const { caller, channels } = await queue_call(floor);
			for (const [from, extension] of [[channels.agent, '1002'], ['1002', '1003']]) {
				const target = await floor.agent(extension);
				const channel = from.startsWith('PJSIP') ? from : await floor.channel(from);
				await floor.link.send('BlindTransfer', { Channel: channel, Context: 'agents', Exten: extension });
				const there = await target.ring();
				await floor.wait(400);
				floor.step(`${extension} answers`);
				there.answer();
				await floor.wait(900);
			}
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
};
