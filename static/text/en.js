// The English catalogue: a file a room.
import { common } from './en/common.js';
import { shell } from './en/shell.js';
import { settings } from './en/settings.js';
import { signIn } from './en/sign-in.js';
import { phone } from './en/phone.js';
import { work } from './en/work.js';
import { board } from './en/board.js';
import { reports } from './en/reports.js';
import { admin } from './en/admin.js';

export const en = { common, shell, settings, signIn, phone, work, board, reports, admin };
