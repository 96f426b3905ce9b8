/* How many there are of what. */
#include "workers/amid/model.h"

_Static_assert((int)AGENT__COUNT == (int)TRACKER_STATUSES, "a count for each status");

static bool is_waiting(const struct call *call)
{
	return call->visits.n && !call->visits.items[call->visits.n - 1].left_us;
}

void tracker_count(const struct tracker *t, struct tracker_counts *out)
{
	*out = (struct tracker_counts){ 0 };
	for (const struct call *call = t->all_calls; call; call = call->next_any)
		if (call->pbx_id && !call->ended_us) {
			out->calls++;
			out->waiting += is_waiting(call);
		}
	for (const struct agent *agent = t->agents; agent; agent = agent->hh.next)
		out->agents[agent->status] += agent->configured;
}
