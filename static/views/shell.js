// The frame of every page: where one is, what is connected, the way out.
import { initials } from '../core/format.js';
import { isWithin, path } from '../core/router.js';
import { agentState, LINK_STATES, PHONE_STATES } from '../core/states.js';
import { text } from '../core/text.js';
import { link, reconnect } from '../stores/live.js';
import { phoneCall, phonePlace, registration, registrationReason } from '../stores/phone.js';
import { agentExtension, isSupervisor, signOut, user } from '../stores/session.js';
import { self } from '../stores/self.js';
import { html } from '../vendor/ui.js';
import { StatusSelect } from './agent/status.js';
import { OwnFigures } from './agent/own-figures.js';
import { KeyHelp, helpOpen } from './key-help.js';
import { Palette, PaletteButton } from './palette.js';
import { Attention, CallChip } from './attention.js';
import { Icon, Mark } from './parts/icon.js';
import { Menu } from './parts/menu.js';
import { Since } from './parts/since.js';
import { StateMark } from './parts/state.js';
import { toast } from './parts/toast.js';
import { openSettings } from './settings/open.js';
import { Settings } from './settings/settings.js';

const NAV = [
	{ path: '/agent', label: text.shell.nav.agent, icon: 'headset', open: () => agentExtension.value !== null },
	{ path: '/manager', label: text.shell.nav.manager, icon: 'layout-dashboard', open: () => isSupervisor.value },
	{ path: '/reports', label: text.shell.nav.reports, icon: 'chart-column', open: () => isSupervisor.value },
	{ path: '/admin', label: text.shell.nav.admin, icon: 'settings', open: () => isSupervisor.value },
];

function Nav() {
	const open = NAV.filter((item) => item.open());
	if (open.length < 2) return null;
	return html`<nav class="nav" aria-label=${text.shell.pages}>
		${open.map((item) => html`<a key=${item.path} href=${item.path} title=${item.label} data-page aria-current=${isWithin(item.path) ? 'page' : undefined}>
			<${Icon} name=${item.icon} /><span>${item.label}</span></a>`)}
	</nav>`;
}

function LinkState() {
	const { state, since } = link.value;
	const aged = state !== 'live' && state !== 'off';
	return html`<button class="chip" data-testid="connection" data-state=${state} onClick=${reconnect} title=${text.shell.link[state]}>
		<${StateMark} state=${LINK_STATES[state]}>${aged && html`<${Since} from=${since} />`}<//>
	</button>`;
}

/** At the desk it has its place from the first moment on. */
function PhoneState({ atDesk }) {
	const { state } = registration.value;
	const starting = state === 'off' && phonePlace.value === 'unknown';
	if (starting && !(atDesk && agentExtension.value)) return null;
	const shown = phonePlace.value === 'elsewhere' ? 'elsewhere' : starting ? 'connecting' : state;
	return html`<span class="chip" data-testid="phone-state" data-state=${shown} title=${registrationReason.value || PHONE_STATES[shown].word}>
		<${StateMark} state=${PHONE_STATES[shown]} />
	</span>`;
}

async function leave() {
	try {
		await signOut();
	} catch (error) {
		toast({ text: text.shell.signOutFailed(/** @type {Error} */ (error).message), tone: 'danger', action: { label: text.common.tryAgain, run: leave } });
	}
}

/** Who is signed in, and what is theirs alone. */
function UserMenu() {
	const { displayName = '', extension } = user.value ?? {};
	const onCall = phoneCall.value !== null;
	const items = [
		{ label: text.shell.settings, icon: 'settings', run: () => openSettings(), testid: 'open-settings' },
		{ label: text.shell.keysHelp, icon: 'keyboard', run: () => { helpOpen.value = true; }, testid: 'open-key-help' },
		{ label: onCall ? text.shell.signOutAfterCall : text.shell.signOut, icon: 'log-out', run: leave, disabled: onCall, testid: 'sign-out' },
	];
	return html`<${Menu} label=${text.shell.account(displayName)} look="user-button" testid="user-menu" items=${items}
		head=${html`<strong>${displayName}</strong><span class="muted">${extension}</span>`}>
		<span class="avatar small" aria-hidden="true">${initials(displayName)}</span><span class="person"><span class="hidden">${text.shell.account(displayName)}</span><strong aria-hidden="true">${displayName}</strong></span>
	<//>`;
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
			<div class="topbar-start"><span class="brand"><${Mark} /><span>${text.common.product}</span></span><${Nav} /></div>
			${atDesk ? html`<${StatusSelect} /><${OwnFigures} />` : html`<span class="grow"></span><${CallChip} />${phonePlace.value === 'here' && html`<${OwnState} />`}`}
			<div class="topbar-end">
				<${PaletteButton} /><${PhoneState} atDesk=${atDesk} /><${LinkState} />
				<${UserMenu} />
			</div>
		</header>
		${children}
		<${KeyHelp} /><${Settings} /><${Palette} /><${Attention} />
	</div>`;
}
