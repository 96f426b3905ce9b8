// Figures of today.
import { ok } from './answers.mjs';
import { QUEUES } from './queues.mjs';

function figures(m) {
	const sum = (key) => QUEUES.reduce((total, q) => total + q[key], 0);
	return {
		floor: { waiting: 3, offered: sum('offered'), answered: sum('answered'), abandoned: sum('abandoned'), serviceLevel: 0.817 },
		queues: QUEUES, agents: m.staff.map((p, i) => ({ extension: p.extension, calls: 21 - (i % 9), talkMs: 4820000 - i * 1000, holdMs: 152000 })),
	};
}

export const routes = [
	['GET', /^reporting\/realtime$/, (m) => ok(figures(m))],
];
