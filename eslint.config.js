const browser = ['AbortController', 'AbortSignal', 'AudioContext', 'Blob', 'ClipboardEvent', 'DOMException', 'DataTransfer', 'DOMParser', 'Event', 'Element', 'FormData', 'HTMLElement', 'HTMLInputElement',
	'MediaDevices',
	'HTMLTextAreaElement', 'HTMLSelectElement', 'IntersectionObserver', 'Intl', 'KeyboardEvent', 'MediaStream', 'MutationObserver', 'Notification', 'RTCPeerConnection', 'URL',
	'URLSearchParams', 'WebSocket', 'addEventListener', 'cancelAnimationFrame', 'clearInterval', 'clearTimeout', 'console', 'crypto', 'document', 'fetch', 'getComputedStyle',
	'history', 'innerHeight', 'innerWidth', 'matchMedia', 'localStorage', 'location', 'navigator', 'removeEventListener', 'requestAnimationFrame', 'sessionStorage', 'setInterval', 'setTimeout', 'globalThis'];
const node = ['window', 'performance', 'Buffer', 'Headers', 'URL', 'console', 'process', 'setImmediate', 'setTimeout'];

const known = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

const rules = {
	'no-undef': 'error',
	'no-unused-vars': ['error', { ignoreRestSiblings: true }],
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

/** A layer may not reach into those above it, nor around what has one owner. */
const layer = (files, above, owned = []) => ({
	files,
	rules: { 'no-restricted-imports': ['error', { patterns: [...above.map((name) => ({ group: [`**/${name}/**`] })), ...owned.map((group) => ({ group: [group] }))] }] },
});

// One SIP client, one reader of telephone numbers: nobody else loads their libraries.
const JSSIP = '**/vendor/jssip.js';
const WIRE = ['**/core/api.js', '**/core/socket.js'];
const NO_WIRE = { 'no-restricted-globals': ['error', 'fetch', 'WebSocket', 'XMLHttpRequest', 'EventSource'] };

export default [
	{ ignores: ['static/vendor/**', 'node_modules/**'] },
	{ files: ['static/**/*.js'], languageOptions: { globals: known(browser) }, rules },
	{ files: ['tests/**/*.mjs', 'scripts/*.mjs'], languageOptions: { globals: known([...browser, ...node]) }, rules },
	layer(['static/text/**/*.js'], ['core', 'stores', 'phone', 'views', 'vendor']),
	layer(['static/core/*.js'], ['stores', 'phone', 'views'], [JSSIP]),
	layer(['static/phone/*.js'], ['stores', 'views']),
	layer(['static/stores/*.js'], ['views'], [JSSIP]),
	layer(['static/views/**/*.js'], [], [JSSIP, ...WIRE]),
	layer(['static/views/parts/*.js'], ['phone'], [JSSIP, ...WIRE]),
	{ files: ['static/{text,phone,stores,views}/**/*.js'], rules: NO_WIRE },
	{ files: ['static/core/**/*.js'], ignores: ['static/core/{api,socket}.js'], rules: NO_WIRE },
];
