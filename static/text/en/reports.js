/** Texts of the room "reports". */
export const reports = {
	title: 'Reports',
	zone: (/** @type {string} */ zone) => `Times in ${zone}`,
	tabs: { queues: 'Queues by day', calls: 'Calls of today' },
	reload: 'Reload',
	more: 'Show more',

	day: 'Day',
	today: 'Today',
	before: 'The day before',
	after: 'The day after',
	queues: 'Figures of the queues',
	queue: 'Queue',
	all: 'All queues',
	columns: {
		offered: 'Offered', answered: 'Answered', abandoned: 'Abandoned', flowOut: 'Left otherwise', serviceLevel: 'Service level', asaMs: 'Mean wait', longestWaitMs: 'Longest wait',
		handled: 'Handled', ahtMs: 'Mean handling',
	},
	open: (/** @type {string} */ what, /** @type {string} */ queue) => `Show them: ${what.toLowerCase()}, ${queue}`,
	noQueues: 'No figures',
	noQueuesText: 'No queue had a call on that day. Choose another day.',
	shares: (/** @type {string} */ queue, /** @type {number} */ answered, /** @type {number} */ abandoned, /** @type {number} */ other) =>
		`${queue}: ${answered} answered, ${abandoned} abandoned, ${other} left otherwise`,
	chart: 'What became of the callers',

	filter: 'Filter the calls',
	search: 'Number, name or words',
	agent: 'Agent',
	allAgents: 'All agents',
	direction: 'Direction',
	bothWays: 'Both ways',
	directions: { INBOUND: 'Incoming', OUTBOUND: 'Outgoing', INTERNAL: 'Internal' },
	calls: 'Calls of today',
	call: { started: 'Started', from: 'From', to: 'To', queue: 'Queue', agent: 'Agent', outcome: 'Outcome', wait: 'Wait', talk: 'Talk', disposition: 'Disposition' },
	showCall: 'Show the call',
	noCalls: 'No calls match',
	noCallsText: 'No call of today fits these filters. Widen them, or wait for the first call.',
};
