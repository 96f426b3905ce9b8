// Signing in, and what stands there while that is not possible.
import { setTitle } from '../core/title.js';
import { resumeSession, signedOutBecause, signIn } from '../stores/session.js';
import { html, useEffect, useRef, useSignal } from '../vendor/ui.js';
import { Failure } from './parts/empty.js';
import { Icon, Mark } from './parts/icon.js';

const PROMISES = [
	{ icon: 'headset', text: 'Your phone is this page: nothing to install.' },
	{ icon: 'activity', text: 'Every state you see is the exchange’s own, as it happens.' },
	{ icon: 'keyboard', text: 'Every action has a key. Press ? to see them.' },
];

/** Says what is missing before the server has to. */
function missing(/** @type {string} */ extension, /** @type {string} */ password) {
	if (!/^[0-9]{3,8}$/.test(extension)) return { field: 'extension', text: 'Your extension is a number of 3 to 8 digits.' };
	return password ? null : { field: 'password', text: 'Enter your password.' };
}

function explain(/** @type {import('../core/api.js').Problem} */ problem) {
	if (problem.status === 429 && problem.retryAfterSeconds) {
		return `Too many attempts. Try again in ${problem.retryAfterSeconds} seconds.`;
	}
	return problem.status === 401 ? 'Extension or password is wrong.' : problem.message;
}

function Field({ id, label, error, input, ...rest }) {
	return html`<div class="field">
		<label for=${id}>${label}</label>
		<input id=${id} name=${id} ref=${input} class="input" data-testid=${id} aria-invalid=${error ? 'true' : undefined}
			aria-describedby=${error ? `${id}-error` : undefined} ...${rest} />
		${error && html`<p class="field-error" id=${`${id}-error`}><${Icon} name="circle-alert" size=${14} />${error}</p>`}
	</div>`;
}

function SignInForm() {
	const busy = useSignal(false);
	const problem = useSignal(/** @type {{field: string, text: string} | null} */ (null));
	const extension = useRef(/** @type {any} */ (null));
	const password = useRef(/** @type {any} */ (null));
	useEffect(() => extension.current?.focus(), []);

	const refuse = (/** @type {{field: string, text: string}} */ what) => {
		problem.value = what;
		(what.field === 'extension' ? extension : password).current?.focus();
	};
	const submit = async (/** @type {Event} */ event) => {
		event.preventDefault();
		const given = extension.current.value.trim();
		const wrong = missing(given, password.current.value);
		if (wrong) return refuse(wrong);
		busy.value = true;
		problem.value = null;
		try {
			await signIn(given, password.current.value);
		} catch (error) {
			busy.value = false;
			refuse({ field: 'form', text: explain(/** @type {any} */ (error)) });
			password.current?.select();
		}
		return undefined;
	};
	const errorOf = (/** @type {string} */ field) => (problem.value?.field === field ? problem.value.text : '');

	return html`<form class="sign-in-form" onSubmit=${submit} noValidate aria-busy=${busy.value}>
		<h1>Sign in</h1>
		<p class="muted">to your desk on this floor</p>
		${signedOutBecause.value && !problem.value && html`<div class="notice" role="status"><${Icon} name="clock" /><p>${signedOutBecause.value}</p></div>`}
		${errorOf('form') && html`<div class="notice tone-danger" role="alert"><${Icon} name="circle-alert" /><p>${errorOf('form')}</p></div>`}
		<${Field} id="extension" label="Extension" error=${errorOf('extension')} input=${extension} inputMode="numeric" autocomplete="username" />
		<${Field} id="password" label="Password" error=${errorOf('password')} input=${password} type="password" autocomplete="current-password" />
		<button class="button primary large wide" data-testid="sign-in" disabled=${busy.value}>${busy.value ? 'Signing in…' : 'Sign in'}</button>
	</form>`;
}

export function SignInPage() {
	useEffect(() => setTitle('Sign in'), []);
	return html`<div class="sign-in">
		<main class="sign-in-main">
			<div class="brand"><${Mark} size=${28} /><span>Cordboard</span></div>
			<${SignInForm} />
		</main>
		<aside class="sign-in-side" aria-label="About Cordboard">
			<p class="sign-in-claim">The whole floor,<br />on one board.</p>
			<ul>${PROMISES.map((p) => html`<li key=${p.icon}><${Icon} name=${p.icon} size=${18} />${p.text}</li>`)}</ul>
		</aside>
	</div>`;
}

export function StartingPage() {
	return html`<main class="starting" aria-busy="true"><h1 class="hidden">Cordboard</h1><${Mark} size=${40} /></main>`;
}

export function UnreachablePage() {
	useEffect(() => setTitle('Not reachable'), []);
	return html`<main class="starting">
		<${Mark} size=${40} />
		<h1>The server cannot be reached</h1>
		<${Failure} text="Nothing on this page can be trusted until it answers. Check your network; if others have the same trouble, tell your administrator." retry=${resumeSession} />
	</main>`;
}
