// Queues and what is chosen from: reasons, dispositions.
import { randomUUID } from 'node:crypto';
import { list, ok } from './answers.mjs';

export const QUEUES = [
	{ name: 'support', displayName: 'Support', offered: 148, answered: 131, abandoned: 12, serviceLevel: 0.862 },
	{ name: 'sales', displayName: 'Sales', offered: 64, answered: 55, abandoned: 9, serviceLevel: 0.71 },
].map((q) => ({
	...q, id: randomUUID(), strategy: 'rrmemory', ringMs: 15000, maxWaitMs: 300000, wrapupMs: 20000, serviceLevelMs: 20000, serviceLevelFormula: 'S1', members: 6,
	serviceLevelTarget: 0.8, warnWaitMs: 30000, alertWaitMs: 120000, alertWaiting: null,
}));

const word = (code, label, parentId = null, selectable = true) => ({ id: code, code, label, parentId, depth: parentId ? 1 : 0, position: 0, queueIds: [], selectable });

const DISPOSITIONS = [
	word('RESOLVED', 'Resolved'), word('CALL_BACK', 'Call back'), word('BILLING', 'Billing', null, false), word('REFUND', 'Refund granted', 'BILLING'),
	word('COPY', 'Copy of an invoice', 'BILLING'), word('WRONG_NUMBER', 'Wrong number'),
];

const REASONS = [
	{ id: 'LUNCH', position: 1, code: 'LUNCH', label: 'Lunch', paid: false, limitMs: 2_700_000 }, { id: 'TRAINING', position: 2, code: 'TRAINING', label: 'Training', paid: true, limitMs: null },
	{ id: 'BREAK', position: 3, code: 'BREAK', label: 'Short break', paid: true, limitMs: 900_000 },
];

export const routes = [
	['GET', /^queues$/, (m) => list(QUEUES.map((q) => ({ ...q, ...m.queueChange })))],
	['GET', /^dispositions$/, () => list(DISPOSITIONS)],
	['GET', /^pause-reasons$/, () => list(REASONS)],
	['PUT', /^queues\/([^/]+)\/thresholds$/, (m, { match, body }) => ok({ ...QUEUES.find((q) => q.id === match[1]), ...body })],
];
