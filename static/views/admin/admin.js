// The administration: sections, the list of one, and one of its things in a drawer beside it.
import { go, path, redirect } from '../../core/router.js';
import { text } from '../../core/text.js';
import { setTitle } from '../../core/title.js';
import { findSection, sections } from '../../stores/admin/sections.js';
import { loadDirectory } from '../../stores/directory.js';
import { computed, html, useEffect, useRef } from '../../vendor/ui.js';
import { Icon } from '../parts/icon.js';
import { AuditView } from './audit.js';
import { ItemDrawer } from './item.js';
import { List } from './list.js';

const parts = computed(() => path.value.split('/'));
const sectionId = computed(() => parts.value[2] ?? '');
const itemId = computed(() => parts.value[3] ?? '');

function Sections({ current }) {
	const nav = useRef(/** @type {HTMLElement | null} */ (null));
	// On a narrow screen the row of sections goes on beyond the edge.
	useEffect(() => { nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }); }, [current]);
	return html`<nav class="admin-nav" ref=${nav} aria-label=${text.admin.sections}>
		${sections.value.map((s) => html`<a key=${s.id} href=${`/admin/${s.id}`} data-page aria-current=${s === current ? 'page' : undefined} data-testid=${`section-${s.id}`}>
			<${Icon} name=${s.row.icon} /><span>${text.admin[s.id].name}</span></a>`)}
	</nav>`;
}

export function AdminPage() {
	const section = findSection(sectionId.value);
	useEffect(() => { loadDirectory(); }, []);
	useEffect(() => {
		if (!section) redirect(`/admin/${sections.value[0].id}`);
		else setTitle(`${text.admin[section.id].name} — ${text.admin.title}`);
	}, [section]);
	if (!section) return null;
	const shown = itemId.value;
	return html`<main class="admin">
		<${Sections} current=${section} />
		<div class="admin-main">${section.row.view === 'audit' ? html`<${AuditView} section=${section} />` : html`<${List} key=${section.id} section=${section} shown=${shown} />`}</div>
		${shown && html`<${ItemDrawer} key=${`${section.id}/${shown}`} section=${section} id=${shown} onClose=${() => go(`/admin/${section.id}`)} />`}
	</main>`;
}
