// What an agent is told of wherever they look: a call-back that is due, a break that is over.
import { phone as phoneText, time } from '../../core/format.js';
import { notify } from '../../core/notify.js';
import { playSound } from '../../core/sounds.js';
import { text } from '../../core/text.js';
import { callBack, remind } from '../../stores/callbacks.js';
import { reasonLabel } from '../../stores/directory.js';
import { watchPause } from '../../stores/pause.js';
import { self, setStatus } from '../../stores/self.js';
import { useEffect } from '../../vendor/ui.js';
import { toast } from '../parts/toast.js';
import { openList } from './lists.js';

const words = text.work;

/** Several at once, as after a night, are told as one. @param {import('../../stores/callbacks.js').Callback[]} news */
function callbacksDue(news) {
	const open = () => { openList.value = 'callbacks'; };
	open();
	playSound('message');
	if (news.length === 1) {
		callbackDue(news[0], open);
		return;
	}
	const title = words.callbacksDue(news.length);
	notify({ title, tag: 'callbacks', onClick: open });
	toast({ text: title, tone: 'hold', action: { label: words.showThem, run: open } });
}

/** @param {import('../../stores/callbacks.js').Callback} callback @param {() => void} open */
function callbackDue(callback, open) {
	const title = words.callbackDue(callback.contactName ?? phoneText(callback.phoneNumber));
	const about = [words.callbackDueText(time(callback.dueAt)), callback.notes].filter(Boolean).join(' · ');
	notify({ title, text: about, tag: `callback-${callback.id}`, onClick: open });
	toast({ text: `${title}. ${about}`, tone: 'hold', action: { label: words.callNow, run: () => callBack(callback) } });
}

function breakOver() {
	const title = words.overrunTitle(reasonLabel(self.peek()?.reason ?? ''));
	playSound('alert');
	notify({ title, text: words.overrunText, tag: 'pause' });
	toast({ text: `${title}. ${words.overrunText}`, tone: 'danger', action: { label: words.makeAvailable, run: () => setStatus('AVAILABLE') } });
}

export function useReminders() {
	useEffect(() => remind(callbacksDue), []);
	useEffect(() => watchPause(breakOver), []);
}
