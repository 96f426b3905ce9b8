/* How fast clients are let in. */
#include "workers/relayd/pace.h"

enum { PLACE = 1000, AT_ONCE_PART = 10, WAIT_MAX_S = 4 };

bool pace_take(struct pace *pace, int64_t now_ms)
{
	int64_t most = (pace->a_second / AT_ONCE_PART + 1) * PLACE;

	pace->thousandths += (now_ms - pace->at_ms) * pace->a_second;
	pace->at_ms = now_ms;
	if (pace->thousandths > most)
		pace->thousandths = most;
	if (pace->thousandths < PLACE)
		return false;
	pace->thousandths -= PLACE;
	return true;
}

bool pace_is_full(const struct pace *pace, size_t waiting)
{
	return waiting >= (size_t)pace->a_second * WAIT_MAX_S;
}

int pace_advice_ms(const struct pace *pace, int64_t clients)
{
	int64_t ms = clients * 1000 * 2 / pace->a_second;

	return (int)(ms < PACE_ADVICE_MAX_MS ? ms : PACE_ADVICE_MAX_MS);
}
