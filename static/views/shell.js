// The frame of every page: where one is, what is connected, the way out.
import { bindKeys, boundKeys, keysOff, setKeysOff } from '../core/keys.js';
import { path } from '../core/router.js';
import { agentState, LINK_STATES, PHONE_STATES } from '../core/states.js';
import { cycleTheme, theme } from '../core/theme.js';
import { link, reconnect } from '../stores/live.js';
import { phoneCall, phonePlace, registration } from '../stores/phone.js';
import { agentExtension, isSupervisor, signOut, user } from '../stores/session.js';
import { self } from '../stores/self.js';
import { html, signal, useEffect, useRef, useSignal } from '../vendor/ui.js';
import { StatusSelect } from './agent/status.js';
import { OwnFigures } from './agent/own-figures.js';
import { Icon, Mark } from './parts/icon.js';
import { Since } from './parts/since.js';
import { StateMark } from './parts/state.js';

const NAV = [
	{ path: '/agent', label: 'Desktop', icon: 'headset', open: () => agentExtension.value !== null },
	{ path: '/manager', label: 'Board', icon: 'layout-dashboard', open: () => isSupervisor.value },
	{ path: '/reports', label: 'Reports', icon: 'chart-column', open: () => isSupervisor.value },
	{ path: '/admin', label: 'Admin', icon: 'settings', open: () => isSupervisor.value },
];

function Nav() {
	const open = NAV.filter((item) => item.open());
	if (open.length < 2) return null;
	return html`<nav class="nav" aria-label="Pages">
		${open.map((item) => html`<a key=${item.path} href=${item.path} title=${item.label} data-page aria-current=${path.value === item.path ? 'page' : undefined}>
			<${Icon} name=${item.icon} /><span>${item.label}</span></a>`)}
	</nav>`;
}

const LINK_TITLES = {
	live: 'Connected: what you see is live.',
	stale: 'The live feed is interrupted: what you see is old.',
	waiting: 'Connection lost. Trying again; press to try now.',
	connecting: 'Connecting to the live feed.',
	off: 'Not connected.',
};

function LinkState() {
	const { state, since } = link.value;
	const aged = state !== 'live' && state !== 'off';
	return html`<button class="chip" data-testid="connection" data-state=${state} onClick=${reconnect} title=${LINK_TITLES[state]}>
		<${StateMark} state=${LINK_STATES[state]}>${aged && html`<${Since} from=${since} />`}<//>
	</button>`;
}

function PhoneState() {
	if (registration.value.state === 'off' && phonePlace.value === 'unknown') return null;
	const { state, reason } = registration.value;
	const shown = phonePlace.value === 'elsewhere' ? 'elsewhere' : state;
	return html`<span class="chip" data-testid="phone-state" data-state=${shown} title=${reason || PHONE_STATES[shown].word}>
		<${StateMark} state=${PHONE_STATES[shown]} />
	</span>`;
}

const THEME_ICONS = { system: 'monitor', light: 'sun', dark: 'moon' };

function ThemeButton() {
	const label = `Theme: ${theme.value}`;
	return html`<button class="icon-button" onClick=${cycleTheme} aria-label=${label} title=${label}><${Icon} name=${THEME_ICONS[theme.value]} /></button>`;
}

const helpOpen = signal(false);

/** The keys that work on this page, and the switch that turns single keys off. */
function KeyHelp() {
	const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
	useEffect(() => {
		if (helpOpen.value) dialog.current?.showModal();
	}, [helpOpen.value]);
	if (!helpOpen.value) return null;
	return html`<dialog ref=${dialog} class="dialog" aria-labelledby="keys-title" onClose=${() => { helpOpen.value = false; }}>
		<h2 id="keys-title">Keys on this page</h2>
		<dl class="keys">${boundKeys().map(({ key, label }) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${label}</dd></div>`)}</dl>
		<label class="check"><input type="checkbox" checked=${!keysOff.value} onChange=${(/** @type {any} */ e) => setKeysOff(!e.target.checked)} /> Use single keys</label>
		<form method="dialog"><button class="button">Close</button></form>
	</dialog>`;
}

function KeyHelpButton() {
	useEffect(() => bindKeys([{ key: '?', label: 'Show these keys', run: () => { helpOpen.value = true; } }]), []);
	return html`<button class="icon-button key-help" onClick=${() => { helpOpen.value = true; }} aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"><${Icon} name="keyboard" /></button>`;
}

function SignOutButton() {
	const problem = useSignal('');
	const onCall = phoneCall.value !== null;
	const label = problem.value || (onCall ? 'Sign out (after the call)' : 'Sign out');
	const leave = async () => {
		try {
			await signOut();
		} catch (error) {
			problem.value = `Sign out failed: ${/** @type {Error} */ (error).message}`;
		}
	};
	return html`<button class=${`icon-button ${problem.value ? 'tone-danger' : ''}`} onClick=${leave} disabled=${onCall} aria-label=${label} title=${label} data-testid="sign-out"><${Icon} name="log-out" /></button>`;
}

function Person() {
	return html`<span class="person" title=${`${user.value?.displayName} · ${user.value?.extension}`}>
		<strong>${user.value?.displayName}</strong><span class="muted">${user.value?.extension}</span>
	</span>`;
}

/** On the other pages the agent's own state stays in sight. */
function OwnState() {
	if (!self.value) return null;
	return html`<span class="chip"><${StateMark} state=${agentState(self.value.status)} /></span>`;
}

export function Shell({ children }) {
	const atDesk = path.value === '/agent';
	return html`<div class=${`shell ${atDesk ? 'at-desk' : ''}`}>
		<header class="topbar">
			<div class="topbar-start"><span class="brand"><${Mark} /><span>Cordboard</span></span><${Nav} /></div>
			${atDesk ? html`<${StatusSelect} /><${OwnFigures} />` : html`<span class="grow"></span>${phonePlace.value === 'here' && html`<${OwnState} />`}`}
			<div class="topbar-end">
				<${PhoneState} /><${LinkState} />
				<${Person} /><${KeyHelpButton} /><${ThemeButton} /><${SignOutButton} />
			</div>
		</header>
		${children}
		<${KeyHelp} />
	</div>`;
}
