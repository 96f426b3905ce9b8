/* Who waits, in the order of beginning to. */
#include "workers/relayd/waits.h"

void waits_init(struct waits *waits, int64_t patience_ms)
{
	*waits = (struct waits){ .end = &waits->first, .patience_ms = patience_ms };
}

void wait_end(struct wait *wait)
{
	struct waits *waits = wait->in;

	if (!waits)
		return;
	*wait->link = wait->next;
	if (wait->next)
		wait->next->link = wait->link;
	else
		waits->end = wait->link;
	waits->n--;
	wait->in = NULL;
	wait->next = NULL;
}

void waits_add(struct waits *waits, struct wait *wait, int64_t now_ms)
{
	wait_end(wait);
	wait->in = waits;
	wait->since_ms = now_ms;
	wait->link = waits->end;
	*waits->end = wait;
	waits->end = &wait->next;
	waits->n++;
}

struct wait *waits_overdue(const struct waits *waits, int64_t now_ms)
{
	struct wait *first = waits->first;

	return first && now_ms - first->since_ms >= waits->patience_ms ? first : NULL;
}
