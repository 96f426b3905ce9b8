/** Texts of the room "admin": the words that fields choose from. */
const nouns = {
	user: 'Person', agent: 'Agent', queue: 'Queue', route: 'Route', opening_hours: 'Timetable', disposition: 'Disposition', pause_reason: 'Pause reason', contact: 'Contact',
	contact_field: 'Contact field', dial_rule: 'Dialling rule', session: 'Session', token: 'API token', wallboard: 'Wallboard',
};
const verbs = { create: 'made', update: 'changed', retire: 'retired', delete: 'deleted', revoke: 'taken back' };
/** What is not a thing and what was done to it. */
const phrases = {
	'session.begin': 'Signed in', 'session.end': 'Signed out', 'session.refuse': 'Sign-in refused', 'session.revoke': 'Session ended', 'session.revoke_all': 'All sessions ended',
	'user.password': 'Password changed', 'user.password_reset': 'Password reset', 'user.role': 'Role changed', 'user.enable': 'Sign-in enabled', 'user.disable': 'Sign-in disabled',
	'queue.members': 'Agents of a queue changed', 'contact.import': 'Contacts imported', 'dial_rule.create': 'Prefix refused', 'dial_rule.delete': 'Prefix allowed again',
};

/** What an entry of the audit trail says was done; one that is not known stays as it is written. */
function deed(/** @type {string} */ action) {
	const [kind, what] = action.split('.');
	const [noun, verb] = [/** @type {Record<string, string>} */ (nouns)[kind], /** @type {Record<string, string>} */ (verbs)[what]];
	return /** @type {Record<string, string>} */ (phrases)[action] ?? (noun && verb ? `${noun} ${verb}` : action);
}

export const adminWords = {
	deed,
	/** Words for choices, by field. */
	options: {
		role: { AGENT: 'Agent', SUPERVISOR: 'Supervisor', MANAGER: 'Manager', ADMIN: 'Administrator' },
		phoneKind: { WEBRTC: 'Browser', SIP: 'SIP phone' },
		strategy: {
			rrmemory: 'Round robin: in turn, goes on after the last one', leastrecent: 'Longest idle first', fewestcalls: 'Fewest calls first', ringall: 'All at once',
			random: 'At random', linear: 'In the order of the list', wrandom: 'At random, low penalties more often', rrordered: 'Round robin, in the order of the list',
		},
		serviceLevelFormula: {
			S1: 'S1: answered or abandoned in time, of all', S2: 'S2: answered in time, of those answered', S3: 'S3: answered in time, of all',
			S4: 'S4: answered in time, of all but those abandoned in time', S5: 'S5: answered in time, of all but short abandons',
		},
		closedAction: { ANNOUNCEMENT: 'Play an announcement', QUEUE: 'Lead to another queue' },
		type: { text: 'Text', number: 'Number', date: 'Date', choice: 'Choice' },
		kind: {
			'': 'Everything', user: 'People', agent: 'Agents', queue: 'Queues', route: 'Routes', opening_hours: 'Opening hours', disposition: 'Dispositions', pause_reason: 'Pause reasons',
			contact: 'Contacts', contact_field: 'Contact fields', dial_rule: 'Dialling', session: 'Sessions', token: 'API tokens', wallboard: 'Wallboards',
		},
	},
	strategies: {
		rrmemory: 'Round robin', leastrecent: 'Longest idle', fewestcalls: 'Fewest calls', ringall: 'All at once', random: 'Random', linear: 'In order',
		wrandom: 'Weighted random', rrordered: 'Ordered round robin',
	},
	members: {
		add: 'Add an agent…',
		addQueue: 'Add a queue…',
		penalty: (/** @type {string} */ name) => `Penalty of ${name}`,
		penaltyHead: 'Penalty',
		nobody: 'Nobody yet: callers would wait until the end.',
		noQueue: 'None yet: no queue rings here.',
		everybody: 'Everybody is in it.',
	},
	days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
	shortDays: ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'],
};
