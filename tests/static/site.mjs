// What the tests of the pages share: third-party modules in place, a browser, its flags.
import { readdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { vendor } from '../../scripts/vendor.mjs';

await vendor();

const FLAGS = [
	'--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
	'--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
];

export const openBrowser = () => chromium.launch({ executablePath: process.env.CB_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

/** A module of the pages, loaded in node. */
export const load = (name) => import(new URL(`../../static/${name}`, import.meta.url).href);

/** All modules of a folder, in the order of their names. @param {URL} folder */
export async function filesIn(folder) {
	const names = (await readdir(folder)).filter((name) => name.endsWith('.mjs')).sort();
	return Promise.all(names.map((name) => import(new URL(name, folder).href)));
}
