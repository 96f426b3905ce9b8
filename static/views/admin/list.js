// The list of a section: found, sorted, a page at a time.
import { bindAction } from '../../core/keys.js';
import { go } from '../../core/router.js';
import { text } from '../../core/text.js';
import { html, useEffect, useRef, useSignal } from '../../vendor/ui.js';
import { Button, IconButton } from '../parts/button.js';
import { Empty, Failure, Skeleton } from '../parts/empty.js';
import { Icon } from '../parts/icon.js';
import { toast } from '../parts/toast.js';
import { cellOf, plainOf } from './cells.js';
import { ImportButton } from './import.js';
import { ImportPeopleButton } from './import-people.js';

/** @typedef {import('../../stores/admin/section.js').Section} Section */

/** What comes from a file. @type {Record<string, any>} */
const IMPORTS = { contacts: ImportButton, people: ImportPeopleButton };
const PAGE = 50;
const SEARCH_PAUSE_MS = 250;

const matches = (/** @type {Section} */ section, /** @type {any} */ item, /** @type {string} */ wanted) =>
	section.row.columns.some((c) => plainOf(section.id, c, item).toLowerCase().includes(wanted)) || section.titleOf(item).toLowerCase().includes(wanted);

function sorted(/** @type {Section} */ section, /** @type {any[]} */ items, /** @type {{by: string, down: boolean} | null} */ order) {
	const column = order && section.row.columns.find((c) => c.name === order.by);
	if (!column) return items;
	const key = (/** @type {any} */ item) => column.sort?.(item) ?? (typeof item[column.name] === 'number' ? item[column.name] : plainOf(section.id, column, item));
	const sign = order.down ? -1 : 1;
	return [...items].sort((a, b) => {
		const [x, y] = [key(a), key(b)];
		return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true }));
	});
}

function Heads({ section, order }) {
	const words = text.admin[section.id].columns;
	const turn = (/** @type {string} */ name) => { order.value = order.value?.by === name ? { by: name, down: !order.value.down } : { by: name, down: false }; };
	return html`<thead><tr>${section.row.columns.map((c) => {
		const active = order.value?.by === c.name;
		const look = [c.figure && 'figure-cell', c.wide && 'wide-cell'].filter(Boolean).join(' ');
		return html`<th key=${c.name} scope="col" class=${look} aria-sort=${active ? (order.value.down ? 'descending' : 'ascending') : undefined}>
			${section.row.order || section.row.search ? words[c.name] : html`<button type="button" class="sort" title=${text.admin.sortBy(words[c.name])} onClick=${() => turn(c.name)}>${words[c.name]}${active && html`<${Icon} name="chevron-down" size=${12} />`}</button>`}
		</th>`;
	})}</tr></thead>`;
}

function Row({ section, item, isShown }) {
	const open = () => go(`/admin/${section.id}/${item.id}`);
	const [first, ...rest] = section.row.columns;
	const look = [isShown && 'is-shown', (item.retiredAt || item.enabled === false) && 'is-retired'].filter(Boolean).join(' ');
	return html`<tr class=${look} onClick=${open} data-testid="admin-row">
		<td class=${first.figure ? 'figure-cell' : ''}><a href=${`/admin/${section.id}/${item.id}`} data-page onClick=${(/** @type {Event} */ e) => e.stopPropagation()}>${cellOf(section.id, first, item)}</a></td>
		${rest.map((c) => html`<td key=${c.name} class=${[c.figure && 'figure-cell', c.named && 'named-cell', c.wide && 'wide-cell'].filter(Boolean).join(' ')} data-label=${text.admin[section.id].columns[c.name]}>${cellOf(section.id, c, item)}</td>`)}
	</tr>`;
}

function Pages({ at, count }) {
	if (count <= PAGE) return null;
	const from = at.value * PAGE;
	return html`<div class="pages"><span class="muted">${text.admin.shown(from + 1, Math.min(from + PAGE, count), count)}</span>
		<${IconButton} icon="chevron-left" label=${text.admin.earlier} disabled=${at.value === 0} onClick=${() => { at.value--; }} />
		<${IconButton} icon="chevron-right" label=${text.admin.later} disabled=${from + PAGE >= count} onClick=${() => { at.value++; }} /></div>`;
}

function Nothing({ section, searched, clear }) {
	const words = text.admin[section.id];
	if (searched) return html`<${Empty} icon="search" title=${text.admin.noMatch} text=${text.admin.noMatchHint}><${Button} label=${text.admin.clearSearch} onClick=${clear} /><//>`;
	return html`<${Empty} icon=${section.row.icon} title=${words.empty} text=${words.emptyHint}>
		${section.mayMake.value && html`<${Button} label=${words.create} kind="primary" onClick=${() => go(`/admin/${section.id}/new`)} />`}<//>`;
}

function Items({ section, shown }) {
	const order = useSignal(/** @type {{by: string, down: boolean} | null} */ (null));
	const at = useSignal(0);
	const all = section.items.value;
	if (all === null) return section.problem.value ? null : html`<div class="card admin-card"><${Skeleton} lines=${8} /></div>`;
	const wanted = section.row.search ? '' : section.search.value.trim().toLowerCase();
	const found = sorted(section, wanted ? all.filter((item) => matches(section, item, wanted)) : all, order.value);
	if (found.length === 0) return html`<div class="card"><${Nothing} section=${section} searched=${section.search.value.trim() !== ''} clear=${() => searchFor(section, '')} /></div>`;
	const from = at.value * PAGE < found.length ? at.value * PAGE : 0;
	const page = section.row.search ? found : found.slice(from, from + PAGE);
	return html`<div class="scroll card" tabIndex=${0} role="group" aria-label=${text.admin[section.id].name}><table class="table admin-table">
			<${Heads} section=${section} order=${order} />
			<tbody>${page.map((item) => html`<${Row} key=${item.id} section=${section} item=${item} isShown=${item.id === shown} />`)}</tbody>
		</table></div>
		${section.row.search ? section.next.value && html`<${Button} label=${text.admin.more} onClick=${() => section.more()} />` : html`<${Pages} at=${at} count=${found.length} />`}`;
}

/** @type {any} */
let pause = 0;

function searchFor(/** @type {Section} */ section, /** @type {string} */ words) {
	section.search.value = words;
	if (!section.row.search) return;
	clearTimeout(pause);
	pause = setTimeout(() => section.load(), SEARCH_PAUSE_MS);
}

function Tools({ section }) {
	const input = useRef(/** @type {HTMLInputElement | null} */ (null));
	useEffect(() => bindAction('filter', () => input.current?.focus()), []);
	const words = text.admin[section.id];
	const retired = (/** @type {any} */ event) => {
		section.withRetired.value = event.target.checked;
		section.load();
	};
	return html`<div class="admin-tools">
		<label class="search"><span class="hidden">${text.admin.search(words.name.toLowerCase())}</span><${Icon} name="search" />
			<input ref=${input} class="input" type="search" data-testid="admin-search" placeholder=${text.admin.search(words.name.toLowerCase())} value=${section.search.value} onInput=${(/** @type {any} */ e) => searchFor(section, e.target.value)} /></label>
		${section.row.retired && html`<label class="check"><input type="checkbox" checked=${section.withRetired.value} onChange=${retired} /> ${text.admin.showRetired}</label>`}
		<span class="grow"></span>
		${IMPORTS[section.id] && html`<${IMPORTS[section.id]} section=${section} />`}
		${section.mayMake.value && html`<${Button} label=${words.create} icon="plus" kind="primary" testid="admin-new" onClick=${() => go(`/admin/${section.id}/new`)} />`}
	</div>`;
}

/** Takes what was retired into use again, under its old name. */
export async function bringBack(/** @type {Section} */ section, /** @type {any} */ item) {
	try {
		await section.make(section.valuesOf(item));
		toast({ text: text.admin.broughtBack(section.titleOf(item)), tone: 'ready' });
		go(`/admin/${section.id}`);
		await Promise.all([section.load(), section.row.after?.()]);
	} catch (error) {
		toast({ text: /** @type {Error} */ (error).message, tone: 'danger' });
	}
}

export function List({ section, shown }) {
	const loaded = useRef(false);
	useEffect(() => {
		if (!loaded.current) section.load();
		loaded.current = true;
	}, [section]);
	const words = text.admin[section.id];
	return html`<header class="admin-head"><div><h1>${words.name}</h1><p class="muted">${words.intro}</p></div></header>
		<${Tools} section=${section} />
		${!section.mayMake.value && !section.mayChange.value && html`<p class="notice"><${Icon} name="eye" />${text.admin.readOnly}</p>`}
		${section.problem.value && html`<${Failure} text=${section.problem.value} retry=${() => section.load()} />`}
		<${Items} section=${section} shown=${shown} />`;
}
