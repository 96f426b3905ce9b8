// Which program a user agent names, in the words people know: a row a program, the first that fits.

const PROGRAMS = [
	[/Edg\//, 'Edge'],
	[/OPR\//, 'Opera'],
	[/Firefox\//, 'Firefox'],
	[/Chrom(e|ium)\//, 'Chrome'],
	[/Safari\//, 'Safari'],
	[/^curl\//, 'curl'],
];

const SYSTEMS = [
	[/Windows/, 'Windows'],
	[/Android/, 'Android'],
	[/iPhone|iPad/, 'iOS'],
	[/Mac OS X|Macintosh/, 'macOS'],
	[/CrOS/, 'ChromeOS'],
	[/Linux|X11/, 'Linux'],
];

const first = (/** @type {any[][]} */ rows, /** @type {string} */ agent) => rows.find(([pattern]) => pattern.test(agent))?.[1];

/** "Chrome, Windows"; what is not known is shown as it came, and nothing as ''. */
export function agentName(/** @type {string | null} */ agent) {
	if (!agent) return '';
	const names = [first(PROGRAMS, agent), first(SYSTEMS, agent)].filter(Boolean);
	return names.length ? names.join(', ') : agent;
}
