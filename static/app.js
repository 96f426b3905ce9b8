// Where the pages begin: start the stores, draw the page that the address and the session ask for.
import { startClock } from './core/clock.js';
import { startKeys } from './core/keys.js';
import { isWithin, path, redirect, startRouter } from './core/router.js';
import { startTheme } from './core/theme.js';
import { startCustomer } from './stores/customer.js';
import { startDirectory } from './stores/directory.js';
import { startFigures } from './stores/figures.js';
import { startLive } from './stores/live.js';
import { startPhoneStore } from './stores/phone.js';
import { startPreferences } from './stores/preferences.js';
import { homePath, isSupervisor, resumeSession, sessionState } from './stores/session.js';
import { openWall } from './stores/wallboard.js';
import { startWork } from './stores/work.js';
import { effect, html, render } from './vendor/ui.js';
import { Announcer } from './views/parts/announce.js';
import { lazy } from './views/parts/lazy.js';
import { Toasts } from './views/parts/toast.js';
import { Shell } from './views/shell.js';
import { SignInPage, StartingPage, UnreachablePage } from './views/sign-in.js';

// Each page comes when it is opened.
const PAGES = [
	{ path: '/agent', view: lazy(() => import('./views/agent/agent.js').then((m) => m.AgentPage)), open: () => true },
	{ path: '/manager', view: lazy(() => import('./views/manager/manager.js').then((m) => m.ManagerPage)), open: () => isSupervisor.value },
	{ path: '/reports', view: lazy(() => import('./views/reports.js').then((m) => m.ReportsPage)), open: () => isSupervisor.value },
	{ path: '/admin', view: lazy(() => import('./views/admin/admin.js').then((m) => m.AdminPage)), open: () => isSupervisor.value, deep: true },
];

/** The page of the address; a deep one has addresses of its own within. */
const pageHere = () => PAGES.find((p) => p.path === path.value || (p.deep && isWithin(p.path)));

/** @type {Record<string, any>} */
const WITHOUT_SESSION = { unknown: StartingPage, unreachable: UnreachablePage, out: SignInPage };

function Page() {
	const outside = WITHOUT_SESSION[sessionState.value];
	if (outside) return html`<${outside} />`;
	const page = pageHere();
	if (!page?.open()) return html`<${StartingPage} />`;
	return html`<${Shell}><${page.view} key=${page.path} /></${Shell}>`;
}

/** An address that is not for this person, or for nobody, leads to where this person works. */
function keepAddress() {
	if (sessionState.value === 'in') {
		if (!pageHere()?.open()) redirect(homePath.value);
	} else if (sessionState.value === 'out' && path.value !== '/' && !pageHere()) {
		redirect('/');
	}
}

/** The screen on the wall has no session, and none of what goes with one. */
function startWall() {
	const WallboardPage = lazy(() => import('./views/wallboard/wallboard.js').then((m) => m.WallboardPage));
	openWall(location.hash.slice(1));
	render(html`<${WallboardPage} />`, root);
}

function startPages() {
	// Whoever signs in here most likely works at the desk.
	(pageHere() ?? PAGES[0]).view.preload();
	startPreferences();
	startKeys();
	startRouter();
	startLive();
	startDirectory();
	startFigures();
	startPhoneStore();
	startWork();
	startCustomer();
	effect(keepAddress);
	render(html`<${Page} /><${Announcer} /><${Toasts} />`, root);
	resumeSession();
}

const root = /** @type {Element} */ (document.getElementById('app'));
startClock();
startTheme();
if (path.value === '/wallboard') startWall();
else startPages();
