// Pictures of every state of every page, in both themes and at three widths, to be looked at:
//   node tests/static/shots.mjs DIRECTORY [part of a name…]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { LOOKS, SCHEMES, SIZES } from './looks.mjs';
import { startMock } from './mock-server.mjs';
import { openBrowser } from './site.mjs';

const [out, ...parts] = process.argv.slice(2);
if (!out) throw new Error('usage: node tests/static/shots.mjs DIRECTORY [part of a name…]');
await mkdir(out, { recursive: true });
const browser = await openBrowser();
const wanted = LOOKS.filter((look) => !parts.length || parts.some((part) => look.name.includes(part)));

async function shoot(look, scheme) {
	const mock = await startMock(look);
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce', permissions: ['microphone'] });
	const page = await context.newPage();
	await page.goto(mock.url + look.path);
	await look.ready(page, mock, context);
	for (const [width, height] of SIZES) {
		await page.setViewportSize({ width, height });
		await page.screenshot({ path: path.join(out, `${look.name}-${scheme}-${width}.png`) });
	}
	await context.close();
	await mock.close();
}

for (const look of wanted) {
	for (const scheme of SCHEMES) await shoot(look, scheme).catch((error) => { console.error(`${look.name}, ${scheme}: ${error.message}`); process.exitCode = 1; });
}
await browser.close();
