// Signing in, and what stands there while that is not possible.
import { text } from '../core/text.js';
import { setTitle } from '../core/title.js';
import { resumeSession, signedOutBecause, signIn } from '../stores/session.js';
import { html, useEffect, useRef, useSignal } from '../vendor/ui.js';
import { Failure } from './parts/empty.js';
import { Icon, Mark } from './parts/icon.js';

const words = text.signIn;

const PROMISES = [
	{ icon: 'headset', text: words.promises.phone },
	{ icon: 'activity', text: words.promises.state },
	{ icon: 'keyboard', text: words.promises.keys },
];

/** Says what is missing before the server has to. */
function missing(/** @type {string} */ extension, /** @type {string} */ password) {
	if (!/^[0-9]{3,8}$/.test(extension)) return { field: 'extension', text: words.extensionWrong };
	return password ? null : { field: 'password', text: words.passwordMissing };
}

function explain(/** @type {import('../core/api.js').Problem} */ problem) {
	if (problem.status === 429 && problem.retryAfterSeconds) {
		return words.tooMany(problem.retryAfterSeconds);
	}
	return problem.status === 401 ? words.refused : problem.message;
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
		<h1>${words.title}</h1>
		<p class="muted">${words.lead}</p>
		${signedOutBecause.value && !problem.value && html`<div class="notice" role="status"><${Icon} name="clock" /><p>${signedOutBecause.value}</p></div>`}
		${errorOf('form') && html`<div class="notice tone-danger" role="alert"><${Icon} name="circle-alert" /><p>${errorOf('form')}</p></div>`}
		<${Field} id="extension" label=${words.extension} error=${errorOf('extension')} input=${extension} inputMode="numeric" autocomplete="username" />
		<${Field} id="password" label=${words.password} error=${errorOf('password')} input=${password} type="password" autocomplete="current-password" />
		<button class="button primary large wide" data-testid="sign-in" disabled=${busy.value}>${busy.value ? words.busy : words.submit}</button>
	</form>`;
}

export function SignInPage() {
	useEffect(() => setTitle(words.title), []);
	return html`<div class="sign-in">
		<main class="sign-in-main">
			<div class="brand"><${Mark} size=${28} /><span>${text.common.product}</span></div>
			<${SignInForm} />
		</main>
		<aside class="sign-in-side" aria-label=${words.about}>
			<p class="sign-in-claim">${words.claim[0]}<br />${words.claim[1]}</p>
			<ul>${PROMISES.map((p) => html`<li key=${p.icon}><${Icon} name=${p.icon} size=${18} />${p.text}</li>`)}</ul>
		</aside>
	</div>`;
}

export function StartingPage() {
	return html`<main class="starting" aria-busy="true"><h1>${text.common.product}</h1></main>`;
}

export function UnreachablePage() {
	useEffect(() => setTitle(words.unreachableTitle), []);
	return html`<main class="starting">
		<${Mark} size=${40} />
		<h1>${words.unreachable}</h1>
		<${Failure} text=${words.unreachableHelp} retry=${resumeSession} />
	</main>`;
}
