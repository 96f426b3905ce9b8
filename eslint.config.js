const browser = ['AbortController', 'AbortSignal', 'AudioContext', 'DOMException', 'Element', 'FormData', 'Intl', 'MediaStream', 'RTCPeerConnection', 'URL',
	'URLSearchParams', 'WebSocket', 'addEventListener', 'cancelAnimationFrame', 'clearInterval', 'clearTimeout', 'console', 'crypto', 'document', 'fetch',
	'history', 'innerWidth', 'localStorage', 'location', 'navigator', 'requestAnimationFrame', 'sessionStorage', 'setInterval', 'setTimeout', 'globalThis'];
const node = ['Buffer', 'Headers', 'URL', 'console', 'process', 'setImmediate', 'setTimeout'];

const known = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

const rules = {
	'no-undef': 'error',
	'no-unused-vars': 'error',
	'no-shadow': 'error',
	'no-var': 'error',
	'prefer-const': 'error',
	eqeqeq: 'error',
	'no-eval': 'error',
	'no-implied-eval': 'error',
	'no-restricted-properties': ['error', { property: 'innerHTML' }, { property: 'outerHTML' }, { property: 'insertAdjacentHTML' }],
	complexity: ['error', 14],
	'max-depth': ['error', 3],
	'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
	'no-unreachable': 'error',
	'no-constant-condition': 'error',
	'no-dupe-keys': 'error',
	'no-import-assign': 'error',
	'require-atomic-updates': 'off',
};

/** A layer may not reach into those above it. */
const layer = (files, above) => ({
	files,
	rules: { 'no-restricted-imports': ['error', { patterns: above.map((name) => ({ group: [`**/${name}/*`] })) }] },
});

export default [
	{ ignores: ['static/vendor/**', 'node_modules/**'] },
	{ files: ['static/**/*.js'], languageOptions: { globals: known(browser) }, rules },
	{ files: ['tests/**/*.mjs', 'scripts/*.mjs'], languageOptions: { globals: known([...browser, ...node]) }, rules },
	layer(['static/core/*.js'], ['stores', 'phone', 'views']),
	layer(['static/phone/*.js'], ['stores', 'views']),
	layer(['static/stores/*.js'], ['views']),
	{ files: ['static/views/**/*.js'], rules: { 'no-restricted-globals': ['error', 'fetch', 'WebSocket'], 'no-restricted-imports': ['error', { patterns: [{ group: ['**/core/api.js', '**/core/socket.js'] }] }] } },
];
