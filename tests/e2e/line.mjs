// The line between a browser and the door, as a real one fails: it falls silent, or it is cut.
import { once } from 'node:events';
import net from 'node:net';

/** A line to a port of loopback; browsers that are to use it get --host-resolver-rules (see browser()). */
export async function line(port) {
	const pairs = new Set(), waiting = new Set();
	let silent = false;

	/** What one end says the other hears, unless nothing is heard at all; what is sent meanwhile comes later, as TCP has it. */
	const join = (near) => {
		const pair = [near, net.connect(port, '127.0.0.1')];
		const end = () => {
			pairs.delete(pair);
			for (const socket of pair) socket.destroy();
		};
		pairs.add(pair);
		for (const socket of pair) socket.on('error', end).on('close', end);
		flow(pair);
	};
	const flow = ([near, far]) => {
		near.pipe(far);
		far.pipe(near);
	};
	const stop = (pair) => {
		for (const socket of pair) socket.unpipe().pause();
	};
	const endAll = () => {
		for (const pair of pairs) for (const socket of pair) socket.destroy();
		pairs.clear();
	};
	const server = net.createServer({ pauseOnConnect: true }, (near) => {
		near.on('error', () => near.destroy());
		if (silent) waiting.add(near);
		else join(near);
	});
	const open = async (at) => {
		server.listen(at, '127.0.0.1');
		await once(server, 'listening');
		return server.address().port;
	};
	const own = await open(0);

	return {
		port: own,
		/** Nobody hears anybody, and nobody is told. */
		silence: () => {
			silent = true;
			pairs.forEach(stop);
		},
		/** Every connection ends, and none can be made. */
		cut: () => {
			server.close();
			endAll();
		},
		/** The line is back; anew: what was connected before is not any more, as after a change of networks. */
		mend: async ({ anew = false } = {}) => {
			if (anew) endAll();
			silent = false;
			if (!server.listening) await open(own);
			pairs.forEach(flow);
			waiting.forEach(join);
			waiting.clear();
			return Date.now();
		},
		close: () => {
			server.close();
			endAll();
			for (const socket of waiting) socket.destroy();
		},
	};
}
