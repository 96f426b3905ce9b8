// Queues and what is chosen from: reasons, dispositions.
import { randomUUID } from 'node:crypto';
import { list } from './answers.mjs';

export const QUEUES = [
	{ name: 'support', displayName: 'Support', offered: 148, answered: 131, abandoned: 12, serviceLevel: 0.862 },
	{ name: 'sales', displayName: 'Sales', offered: 64, answered: 55, abandoned: 9, serviceLevel: 0.71 },
].map((q) => ({
	...q, id: randomUUID(), strategy: 'rrmemory', ringMs: 15000, maxWaitMs: 300000, wrapupMs: 20000, serviceLevelMs: 20000, serviceLevelFormula: 'S1', members: 6,
}));

export const routes = [
	['GET', /^queues$/, () => list(QUEUES)],
	['GET', /^dispositions$/, () => list([{ code: 'RESOLVED', label: 'Resolved' }, { code: 'CALL_BACK', label: 'Call back' }, { code: 'WRONG_NUMBER', label: 'Wrong number' }])],
	['GET', /^pause-reasons$/, () => list([{ code: 'LUNCH', label: 'Lunch' }, { code: 'TRAINING', label: 'Training' }])],
];
