// Every state of every page, light and dark, at three widths: axe finds nothing, nothing sticks out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOOKS, SCHEMES, SIZES } from '../looks.mjs';
import { missingIcons, onPage, overflows, useBrowser, violations } from './harness.mjs';

useBrowser();

for (const look of LOOKS) {
	for (const scheme of SCHEMES) {
		test(`${look.name}, ${scheme}: accessible, and nothing sticks out at any width`, () => onPage(look.path, { ...look, scheme, reducedMotion: 'reduce' }, async (page, mock, context, watch) => {
			await look.ready(page, mock, context);
			assert.deepEqual(await missingIcons(page), []);
			for (const [width, height] of SIZES) {
				await page.setViewportSize({ width, height });
				assert.deepEqual(await violations(page, watch), [], `${width} px`);
				assert.equal(await overflows(page), false, `${width} px`);
			}
		}));
	}
}
