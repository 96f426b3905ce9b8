// Waiting: queues that are full, empty or left, rings that nobody answers, and a restart.
import { BEGIN, CALLER, close, IN_SALES, open, queue_call, settings, short_rings, SUPPORT } from './staging.mjs';

export const flows = {
	'r01-both-hang-up-at-once': {
		title: 'queue call; caller and agent hang up in the same millisecond',
		async run(floor) {
			const { caller, call } = await queue_call(floor);
			floor.step('both hang up');
			await Promise.all([call.hangup(), caller.hangup()]);
		},
	},
	'r02-queue-full': {
		title: 'queue with room for one: the first caller waits and gives up, the second is turned away (queue full)',
		async run(floor) {
			await settings(floor.sql, 'support', { max_waiting: 1 });
			const first = (await floor.outside(CALLER)).call(SUPPORT);
			await floor.link.event('QueueCallerJoin');
			const second = (await floor.outside('15551230002', 'Second Caller')).call(SUPPORT);
			floor.step('the second caller dials');
			await floor.until(() => second.ended, 'the end of the second call');
			await floor.wait(500);
			floor.step('the first caller hangs up');
			await first.hangup();
			await settings(floor.sql, 'support', { max_waiting: 0 });
		},
	},
	'r03-no-agents': {
		title: 'a queue that lets nobody join while no agent is there (JOINEMPTY)',
		async run(floor) {
			await floor.lab_queue('empty', 'joinempty = no');
			await floor.lab('inbound', '700', ...BEGIN, 'Answer()', 'Gosub(cc-queue,s,1(empty,20))', 'Goto(cc-overflow,s,1)');
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call('700');
			await floor.until(() => caller.ended, 'the end of the call');
		},
	},
	'r04-overflow-to-second-queue': {
		title: 'queue support times out after 6 s with 1001 ringing; the dialplan goes on to queue sales, where 1001 lets it ring and 1007 answers; caller hangs up',
		async run(floor) {
			await short_rings(floor);
			await floor.lab('inbound', '700', ...BEGIN, 'Set(__CC_TENANT=demo)', 'Answer()', 'Gosub(cc-queue,s,1(support,6))',
				'Gosub(cc-queue,s,1(sales,60))', 'Goto(cc-overflow,s,1)');
			await floor.agent('1001');
			const sales = await floor.agent(IN_SALES);
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call('700');
			const call = await sales.ring();
			await floor.wait(300);
			floor.step(`${IN_SALES} answers`);
			call.answer();
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r05-overflow-caller-leaves-in-goodbye': {
		title: 'queue times out after 5 s, nobody there; the caller hangs up while the goodbye is played',
		async run(floor) {
			await settings(floor.sql, 'support', { max_wait_seconds: 5 });
			const caller = (await floor.outside(CALLER)).call(SUPPORT);
			floor.step('the caller dials; nobody is there');
			await floor.link.event('UserEvent', { UserEvent: 'CCQueueExit' });
			floor.step('the caller hangs up');
			await caller.hangup();
			await settings(floor.sql, 'support', { max_wait_seconds: 300 });
		},
	},
	'r06-two-rings-unanswered-then-answer': {
		title: 'queue call; 1001 lets it ring twice and answers the third ring; agent hangs up',
		async run(floor) {
			await short_rings(floor);
			const agent = await floor.agent('1001');
			floor.step('the caller dials');
			(await floor.outside(CALLER)).call(SUPPORT);
			await agent.ring();
			await agent.ring();
			const call = await agent.ring();
			await floor.wait(500);
			floor.step('1001 answers the third ring');
			call.answer();
			await floor.wait(1200);
			floor.step('1001 hangs up');
			await call.hangup();
		},
	},
	'r07-abandon-cuts-second-ring': {
		title: 'queue call; the first ring is not answered, the caller hangs up during the second',
		async run(floor) {
			await short_rings(floor);
			const agent = await floor.agent('1001');
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call(SUPPORT);
			await agent.ring();
			await agent.ring();
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r08-agents-reject-next-answers': {
		title: 'queue call; one agent rejects with 486, then with 603, then answers; caller hangs up',
		async run(floor) {
			const agent = await floor.agent('1001');
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call(SUPPORT);
			for (const status of [486, 603]) {
				const ring = await agent.ring();
				await floor.wait(600);
				floor.step(`1001 rejects with ${status}`);
				ring.reject(status);
			}
			const call = await agent.ring();
			await floor.wait(300);
			floor.step('1001 answers');
			call.answer();
			await floor.wait(1000);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r09-ringall-two-agents': {
		title: 'queue with strategy ringall: 1001 and 1002 ring at once, 1002 answers; agent hangs up',
		async run(floor) {
			await settings(floor.sql, 'support', { strategy: 'ringall' });
			const one = await floor.agent('1001'), two = await floor.agent('1002');
			floor.step('the caller dials');
			(await floor.outside(CALLER)).call(SUPPORT);
			await one.ring();
			const call = await two.ring();
			await floor.wait(800);
			floor.step('1002 answers');
			call.answer();
			await floor.wait(1200);
			floor.step('1002 hangs up');
			await call.hangup();
			await settings(floor.sql, 'support', { strategy: 'rrmemory' });
		},
	},
	'r10-ringall-nobody-then-abandon': {
		title: 'queue with strategy ringall: 1001 and 1002 ring at once for 4 s, nobody answers; the caller hangs up in the second ring',
		async run(floor) {
			await settings(floor.sql, 'support', { strategy: 'ringall', ring_seconds: 4 });
			const one = await floor.agent('1001'), two = await floor.agent('1002');
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call(SUPPORT);
			for (const phone of [one, two, one, two]) await phone.ring();
			await floor.wait(700);
			floor.step('the caller hangs up');
			await caller.hangup();
			await settings(floor.sql, 'support', { strategy: 'rrmemory' });
		},
	},
	'r44-agent-channel-killed': {
		title: 'queue call; the agent\'s channel is hung up by AMI Hangup',
		async run(floor) {
			const { channels } = await queue_call(floor);
			await floor.link.send('Hangup', { Channel: channels.agent, Cause: 16 });
		},
	},
	'r48-restart-with-waiting-and-talking': {
		title: 'core restart now with one call at 1001, one on hold by the phone of 1002 and one waiting with nobody free; the link is made anew',
		async run(floor) {
			await queue_call(floor);
			const two = await floor.agent('1002');
			(await floor.outside('15551230002', 'Second Caller')).call(SUPPORT);
			const second = await two.ring();
			floor.step('1002 answers the second caller');
			second.answer();
			await floor.wait(700);
			floor.step('1002 holds');
			await second.hold();
			(await floor.outside('15551230003', 'Third Caller')).call(SUPPORT);
			await floor.link.event('QueueCallerJoin', { CallerIDNum: '15551230003' });
			await floor.wait(1000);
			floor.step('core restart now');
			await floor.asterisk('core restart now');
			await floor.link.again();
		},
	},
	'r49-local-channel-member': {
		title: 'queue whose member is a Local channel to 1001; 1001 answers; caller hangs up',
		async run(floor) {
			await floor.lab_queue('local', 'member = Local/702@agents,0,1001,PJSIP/1001');
			await floor.lab('agents', '702', 'Dial(PJSIP/1001,20)');
			await floor.lab('inbound', '703', ...BEGIN, 'Answer()', 'Gosub(cc-queue,s,1(local,20))', 'Goto(cc-overflow,s,1)');
			const agent = await floor.agent('1001');
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call('703');
			const call = await agent.ring();
			await floor.wait(500);
			floor.step('1001 answers');
			call.answer();
			await floor.wait(1500);
			floor.step('the caller hangs up');
			await caller.hangup();
		},
	},
	'r50-abandon-as-the-agent-answers': {
		title: 'queue call; the caller hangs up in the very moment 1001 answers',
		async run(floor) {
			const agent = await floor.agent('1001');
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call(SUPPORT);
			const call = await agent.ring();
			await floor.wait(800);
			floor.step('the caller hangs up as 1001 answers');
			const bye = caller.hangup();
			call.answer();
			await bye;
		},
	},
	'r59-killed-with-waiting-and-talking': {
		title: 'Asterisk is killed (kill -9) with one call at 1001 and one waiting; it is started again and the next caller is answered by 1001, who hangs up; nothing is known of the first two calls after the last message before the cut',
		async run(floor) {
			await queue_call(floor);
			(await floor.outside('15551230002', 'Second Caller')).call(SUPPORT);
			await floor.link.event('QueueCallerJoin', { CallerIDNum: '15551230002' });
			await floor.wait(1500);
			floor.step('kill -9');
			await floor.service('kill', 'asterisk');
			await floor.link.again();
			const { call } = await queue_call(floor);
			floor.step('1001 hangs up');
			await call.hangup();
			await floor.link.event('QueueMemberStatus', { Status: '1' });
			floor.link.forget();
		},
	},
	'r60-closed': {
		title: 'a number outside of its opening hours: the caller hears an announcement and the goodbye, nobody waits',
		async run(floor) {
			await close(floor.sql, SUPPORT);
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call(SUPPORT);
			await floor.until(() => caller.ended, 'the end of the call');
			await open(floor.sql, SUPPORT);
		},
	},
	'r61-closed-caller-leaves-in-announcement': {
		title: 'a number outside of its opening hours: the caller hangs up during the announcement',
		async run(floor) {
			await close(floor.sql, SUPPORT);
			const caller = (await floor.outside(CALLER)).call(SUPPORT);
			floor.step('the caller dials');
			await floor.link.event('UserEvent', { UserEvent: 'CCQueueExit' });
			await floor.wait(500);
			floor.step('the caller hangs up');
			await caller.hangup();
			await open(floor.sql, SUPPORT);
		},
	},
	'r62-closed-to-another-queue': {
		title: 'a number outside of its opening hours leads to queue sales: 1007 answers; caller hangs up',
		async run(floor) {
			await close(floor.sql, SUPPORT, 'sales');
			const agent = await floor.agent(IN_SALES);
			floor.step('the caller dials');
			const caller = (await floor.outside(CALLER)).call(SUPPORT);
			const call = await agent.ring();
			await floor.wait(400);
			floor.step(`${IN_SALES} answers`);
			call.answer();
			await floor.wait(1200);
			floor.step('the caller hangs up');
			await caller.hangup();
			await open(floor.sql, SUPPORT);
		},
	},
};
