// Every state of every page that is looked at: by axe in pages/looks.test.mjs, by people with shots.mjs.
// A row a state; an area a file of looks/, found by being there.
import { filesIn } from './site.mjs';

/**
 * @typedef {{name: string, path: string, user?: string, agents?: number,
 *   ready: (page: any, mock: any, context: any) => Promise<any>}} Look
 * name: also of the picture's file; user: who is signed in already; ready: brings the page there
 */

/** @type {Look[]} */
export const LOOKS = (await filesIn(new URL('./looks/', import.meta.url))).flatMap((area) => area.looks);

export const SIZES = [[1440, 900], [820, 1180], [390, 844]];
export const SCHEMES = ['light', 'dark'];
