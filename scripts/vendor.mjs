// Puts the third-party modules of the pages into one folder (default: static/vendor).
//
// npm ships some of them as CommonJS and some with bare imports; a browser without a bundler wants
// neither. Each becomes one self-contained ES module with a type declaration beside it, so the
// pages import plain relative paths and need no import map, whose inline script a strict
// Content-Security-Policy would have to make an exception for.
//
//   node scripts/vendor.mjs [output directory]
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// Where the kinds of a country's numbers begin in its metadata.
const KINDS_AT = 11;

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** What grouping a number takes: of each calling code the country that sets its formats, without kinds of numbers. */
function grouping() {
	const all = createRequire(import.meta.url)('libphonenumber-js/metadata.min.json');
	const codes = Object.entries(all.country_calling_codes).map(([code, [country]]) => [code, [country]]);
	const setting = new Set(codes.map(([, [country]]) => country));
	const countries = Object.entries(all.countries).filter(([country]) => setting.has(country)).map(([country, data]) => [country, data.slice(0, KINDS_AT)]);
	return { ...all, country_calling_codes: Object.fromEntries(codes), countries: Object.fromEntries(countries) };
}

const UI = `
export { h, render, createContext, Fragment } from 'preact';
export { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
export { batch, computed, effect, signal, untracked, useComputed, useSignal, useSignalEffect, Signal } from '@preact/signals';
`;

// file, what it exports, its declaration (the same text where npm has types of its own)
const MODULES = [
	{
		name: 'ui',
		source: `${UI}import { h } from 'preact';\nimport htm from 'htm';\nexport const html = htm.bind(h);\n`,
		types: `${UI}import { VNode } from 'preact';\nexport declare const html: (strings: TemplateStringsArray, ...values: any[]) => VNode<any>;\n`,
	},
	{
		name: 'jssip',
		source: `import JsSIP from 'jssip';\nexport const { UA, WebSocketInterface, debug } = JsSIP;\n`,
		types: `export declare const UA: any;\nexport declare const WebSocketInterface: any;\nexport declare const debug: any;\n`,
	},
	{
		name: 'phonenumber',
		source: `import { parsePhoneNumberFromString as parse } from 'libphonenumber-js/core';\n` +
			`const metadata = ${JSON.stringify(grouping())};\nexport const parsePhoneNumberFromString = (text) => parse(text, metadata);\n`,
		types: `import { PhoneNumber } from 'libphonenumber-js/core';\nexport declare const parsePhoneNumberFromString: (text: string) => PhoneNumber | undefined;\n`,
	},
];

/** Writes a file so that a reader never sees half of it. */
async function put(file, text) {
	const temporary = `${file}.${process.pid}`;
	await writeFile(temporary, text);
	await rename(temporary, file);
}

async function bundle({ name, source, types }, out) {
	const result = await build({
		stdin: { contents: source, resolveDir: ROOT, sourcefile: `${name}.js` },
		bundle: true,
		format: 'esm',
		minify: true,
		target: 'es2022',
		legalComments: 'inline',
		write: false,
	});
	await put(path.join(out, `${name}.js`), result.outputFiles[0].text);
	await put(path.join(out, `${name}.d.ts`), types);
}

/** The icons in use: every word of our own modules that is the name of one. */
async function iconsInUse() {
	const known = createRequire(import.meta.url)('lucide-static/icon-nodes.json');
	const files = (await readdir(path.join(ROOT, 'static'), { recursive: true })).filter((file) => /^(core|phone|stores|views)\/.*\.js$/.test(file));
	const sources = await Promise.all(files.map((file) => readFile(path.join(ROOT, 'static', file), 'utf8')));
	const words = sources.flatMap((source) => [...source.matchAll(/['"]([a-z][a-z0-9-]*)['"]/g)].map(([, word]) => word));
	const names = [...new Set(words)].filter((word) => Object.hasOwn(known, word)).sort();
	return Object.fromEntries(names.map((name) => [name, known[name]]));
}

// Shapes in a module, not symbols in an image: a browser reads a referenced image anew for every icon that is drawn.
async function icons(out) {
	await put(path.join(out, 'icons.js'), `export const icons = ${JSON.stringify(await iconsInUse())};\n`);
	await put(path.join(out, 'icons.d.ts'), 'export declare const icons: Record<string, [string, Record<string, string>][]>;\n');
}

/** Fills a folder with everything the pages need from npm. */
export async function vendor(out = path.join(ROOT, 'static/vendor')) {
	await mkdir(out, { recursive: true });
	await Promise.all([...MODULES.map((m) => bundle(m, out)), icons(out)]);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
	await vendor(process.argv[2] && path.resolve(process.argv[2]));
}
