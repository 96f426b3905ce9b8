// Every state of every page that is looked at: by axe in pages/looks.test.mjs, by people with shots.mjs.
// A row a state; an area a file.
import { looks as admin } from './looks/admin.mjs';
import { looks as board } from './looks/board.mjs';
import { looks as desk } from './looks/desk.mjs';
import { looks as signIn } from './looks/sign-in.mjs';
import { looks as work } from './looks/work.mjs';

/**
 * @typedef {{name: string, path: string, user?: string, agents?: number,
 *   ready: (page: any, mock: any, context: any) => Promise<any>}} Look
 * name: also of the picture's file; user: who is signed in already; ready: brings the page there
 */

/** @type {Look[]} */
export const LOOKS = [...signIn, ...desk, ...work, ...board, ...admin];

export const SIZES = [[1440, 900], [820, 1180], [390, 844]];
export const SCHEMES = ['light', 'dark'];
