/* How fast clients are let in. */
#include "workers/relayd/pace.h"

enum { PLACE = 1000, ADVICE_MS_A_CLIENT = 3 };

bool pace_take(struct pace *pace, int64_t now_ms)
{
	pace->thousandths += (now_ms - pace->at_ms) * PACE_A_SECOND;
	pace->at_ms = now_ms;
	if (pace->thousandths > PACE_AT_ONCE * PLACE)
		pace->thousandths = PACE_AT_ONCE * PLACE;
	if (pace->thousandths < PLACE)
		return false;
	pace->thousandths -= PLACE;
	return true;
}

int pace_advice_ms(int64_t clients)
{
	int64_t ms = clients * ADVICE_MS_A_CLIENT;

	return (int)(ms < PACE_ADVICE_MAX_MS ? ms : PACE_ADVICE_MAX_MS);
}
