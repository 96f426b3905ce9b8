// What the flows have in common: who calls, and how a call gets to where a flow begins.
export const CALLER = '15551230001';
export const SUPPORT = '5550100';
export const IN_SALES = '1007';       // not a member of support
export const BEGIN = ['Set(__CC_CALL_ID=${UUID()})', 'CELGenUserEvent(CCCall,${CC_CALL_ID} demo)'];

export const settings = (sql, queue, values) => sql(`UPDATE call_queues SET ${Object.entries(values).map(([k, v]) => `${k} = '${v}'`)} WHERE name = '${queue}'`);

/** Gives a number hours that are never open; with `queue` it leads there meanwhile. */
export const close = (sql, did, queue) => sql(`INSERT INTO opening_hours (tenant_id, name, timezone) SELECT id, 'Never', 'UTC' FROM tenants WHERE is_default ON CONFLICT DO NOTHING;
	UPDATE inbound_routes r SET opening_hours_id = h.id, closed_action = '${queue ? 'QUEUE' : 'ANNOUNCEMENT'}',
		closed_queue_id = (SELECT q.id FROM call_queues q WHERE q.tenant_id = r.tenant_id AND q.name = '${queue}')
	FROM opening_hours h WHERE h.tenant_id = r.tenant_id AND h.name = 'Never' AND r.did = '${did}'`);
export const open = (sql, did) => sql(`UPDATE inbound_routes SET opening_hours_id = NULL, closed_action = 'ANNOUNCEMENT', closed_queue_id = NULL WHERE did = '${did}'`);

/** Short rings, so that a recording stays small. */
export const short_rings = ({ sql }) => settings(sql, 'support', { ring_seconds: 4 });

/** A queue call that is up: the caller's and the agent's side of it, and their channels. */
export async function queue_call(floor, { extension = '1001', did = SUPPORT } = {}) {
	const agent = await floor.agent(extension);
	const outside = await floor.outside(CALLER);
	floor.step(`the caller dials ${did}`);
	const caller = outside.call(did);
	const call = await agent.ring();
	await floor.wait(400);
	floor.step(`${extension} answers`);
	call.answer();
	await floor.link.event('BridgeEnter', { BridgeNumChannels: '2' });
	const channels = { caller: await floor.channel('trunk'), agent: await floor.channel(extension) };
	await floor.wait(700);
	return { agent, outside, caller, call, channels };
}

/** Sends the caller to wait and the agent to a third party, as cordboard-amid does it. */
export function consult(floor, { channels }, number) {
	floor.step(`consultation with ${number}`);
	return floor.link.send('Redirect', { Channel: channels.caller, Context: 'cc-hold', Exten: 's', Priority: 1,
		ExtraChannel: channels.agent, ExtraContext: 'cc-consult', ExtraExten: number, ExtraPriority: 1 });
}

export const bridge = (floor, one, two) => floor.link.send('Bridge', { Channel1: one, Channel2: two, Tone: 'no' });

/** A queue call at 1001 that consults 1002, who has answered. */
export async function consultation(floor) {
	const up = await queue_call(floor);
	const target = await floor.agent('1002');
	await consult(floor, up, '1002');
	const second = await target.ring();
	await floor.wait(400);
	floor.step('1002 answers');
	second.answer();
	await floor.link.event('BridgeEnter', { Channel: up.channels.agent, Context: 'cc-consult-internal' });
	await floor.wait(600);
	return { ...up, second, channels: { ...up.channels, second: await floor.channel('1002') } };
}

export const originate = (floor, extension, number, id, more = {}) => floor.link.send('Originate', {
	Channel: `PJSIP/${extension}`, Context: 'agents', Exten: number, Priority: 1, CallerID: `"${number}" <${extension}>`, Timeout: 20000,
	Async: 'true', ChannelId: id, Variable: [`__CC_CALL_ID=${id}`, '__CC_TENANT=demo', 'CC_LEG=agent'], ...more });

/** An agent-first dial whose agent has answered; the far end is the trunk's, which acts by the last digits. */
export async function dial(floor, number, id) {
	const agent = await floor.agent('1001');
	floor.step(`1001 dials ${number}`);
	await originate(floor, '1001', number, id);
	const call = await agent.ring();
	call.answer();
	return { agent, call };
}

/** 2001 listens to the agent's leg. */
export async function spy(floor, channels, options = 'uqdES', id) {
	const supervisor = await floor.agent('2001');
	await floor.link.send('Originate', { Channel: 'PJSIP/2001', Application: 'ChanSpy', Data: `${channels.agent},${options}`, Timeout: 10000,
		Async: 'true', ...(id && { Variable: [`__CC_CALL_ID=${id}`] }) });
	floor.ear = await supervisor.ring();
	floor.ear.answer();
	await floor.link.event('ChanSpyStart');
	floor.step('2001 listens');
}
