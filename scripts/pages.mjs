// Makes what is installed of static/: the same modules without what only their readers need, and a
// page that names them all at once, so that a browser need not find them one after another.
//
//   node scripts/pages.mjs [output directory]
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const STATIC = path.join(ROOT, 'static');
const FIRST = 'app.js';

/** A module as it is served: names and lines of code stay, comments and indentation go. */
export async function served(name) {
	const source = await readFile(path.join(STATIC, name), 'utf8');
	if (name.startsWith('vendor/') || !name.endsWith('.js')) return source;
	return (await transform(source, { minifyWhitespace: true, target: 'es2022', legalComments: 'none', charset: 'utf8' })).code;
}

const IMPORT = /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{][^'";]*?from\s*)?['"](\.[^'"]+)['"]/g;
const LATER = /import\(\s*['"](\.[^'"]+)['"]\s*\)/g;

/** What a module imports: at once, and later on. */
async function importsOf(name) {
	const source = await served(name);
	const paths = (pattern) => [...source.matchAll(pattern)].map((m) => path.posix.join(path.posix.dirname(name), m[1]));
	return { now: paths(IMPORT), later: paths(LATER) };
}

/** Every module that one leads to at once, itself first, and those that follow later. */
export async function reach(first) {
	const now = new Set([first]);
	const later = new Set();
	for (const name of now) {
		if (name.startsWith('vendor/')) continue;
		const found = await importsOf(name);
		for (const next of found.now) now.add(next);
		for (const next of found.later) later.add(next);
	}
	return { now: [...now], later: [...later] };
}

/** The style sheet with those it imports in their places: one request instead of one after another. */
async function styles(name) {
	const sheet = await readFile(path.join(STATIC, name), 'utf8');
	const parts = sheet.split(/@import url\("([^"]+)"\);\n?/);
	const inlined = await Promise.all(parts.map((part, i) => (i % 2 ? styles(path.posix.join(path.posix.dirname(name), part)) : part)));
	return inlined.join('');
}

async function page() {
	const html = await readFile(path.join(STATIC, 'index.html'), 'utf8');
	const { now } = await reach(FIRST);
	const links = now.filter((name) => !html.includes(`href="/${name}"`)).map((name) => `<link rel="modulepreload" href="/${name}">`);
	return html.replace('</head>', `${links.join('\n')}\n</head>`);
}

async function make(out) {
	await rm(out, { recursive: true, force: true });
	const files = (await readdir(STATIC, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
		.map((entry) => path.relative(STATIC, path.join(entry.parentPath ?? entry.path, entry.name)));
	await Promise.all(files.map(async (name) => {
		await mkdir(path.dirname(path.join(out, name)), { recursive: true });
		if (name.endsWith('.js')) await writeFile(path.join(out, name), await served(name));
		else await cp(path.join(STATIC, name), path.join(out, name));
	}));
	await writeFile(path.join(out, 'css/main.css'), await styles('css/main.css'));
	await writeFile(path.join(out, 'index.html'), await page());
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
	await make(path.resolve(process.argv[2] ?? path.join(ROOT, 'pages')));
}
