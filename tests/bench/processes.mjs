// Processes of the instance and what they cost, by /proc.
import { readFileSync, readdirSync } from 'node:fs';
import { instance } from '../instance.mjs';

export const TICKS_MS = 10; // of /proc/PID/stat

const stat = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
// utime, stime and those of children that have been waited for, in ms
export const cpuMs = (pid, withChildren) => stat(pid).slice(11, withChildren ? 15 : 13).reduce((sum, n) => sum + TICKS_MS * Number(n), 0);
export const command = (pid) => {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
	} catch {
		return '';
	}
};
const pids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));
export const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
export const find = (wanted) => pids().find((pid) => wanted(command(pid)));

export const postmaster = () => find((text) => text.startsWith('/usr/lib/postgresql') && text.includes(`/${instance.id}/postgres/data`));
export const redisServer = () => find((text) => text.startsWith('redis-server') && text.endsWith(`:${instance.ports.redis}`));

export function postgresCpuMs() {
	const main = postmaster();
	return children(main).reduce((sum, pid) => {
		try {
			return sum + cpuMs(pid);
		} catch {
			return sum;
		}
	}, cpuMs(main, true));
}

/** Proportional share of memory, in MB. */
export const pssMb = (pid) => Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024 / 1e6;

/** The workers of the pool that serves a socket, and those of nginx. */
export const apiWorkers = () => children(find((text) => text.startsWith('/usr/bin/multiwatch') && text.includes(`/${instance.id}/`) && text.includes('-f 4')));
/** A worker that has just been forked still bears the master's name. */
export function nginxMaster() {
	const named = pids().filter((pid) => command(pid).startsWith('nginx: master') && command(pid).includes(`/${instance.id}/`));
	return named.find((pid) => !named.includes(stat(pid)[1]));
}
export const nginxWorkers = () => children(nginxMaster());
