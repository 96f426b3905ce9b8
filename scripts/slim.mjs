// Takes comments and white space out of the pages' modules where they are installed: what browsers load
// stays one file a module, at two thirds of the size. Without esbuild they stay as they are.
//   node scripts/slim.mjs DIRECTORY
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const [directory] = process.argv.slice(2);
if (!directory) throw new Error('usage: node scripts/slim.mjs DIRECTORY');
const esbuild = await import('esbuild').catch(() => null);
const files = esbuild ? (await readdir(directory, { recursive: true })).filter((file) => file.endsWith('.js') && !file.startsWith('vendor')) : [];

await Promise.all(files.map(async (name) => {
	const file = path.join(directory, name);
	const { code } = await esbuild.transform(await readFile(file, 'utf8'), { minify: true, target: 'es2022' });
	await writeFile(file, code);
}));
