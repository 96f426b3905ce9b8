/* Who is told next: rounds, in which all clients of a floor are told what has changed. */
#include "workers/relayd/client.h"

#include "workers/relayd/socket.h"

enum {
	LOOK_AFTER_MS = 2500, /* whether one who was told nothing lately is owed a sign of life */
	TELL_AT_ONCE = 64,    /* clients; then the loop sees whether there is more news already */
};

struct crowd *crowd_of(struct relay *relay, struct floor *floor)
{
	struct crowd *crowd = floor_data(floor);

	if (crowd)
		return crowd;
	crowd = mem_new(relay, struct crowd);
	waits_init(&crowd->idle, LOOK_AFTER_MS);
	crowd->next = relay->crowds;
	relay->crowds = crowd;
	relay->metrics.floors++;
	floor_set_data(floor, crowd);
	return crowd;
}

/* Whether somebody of the crowd has yet to be told. */
static bool is_behind(const struct crowd *crowd)
{
	const struct client *first = client_of(crowd->idle.first);

	return first && first->edition != crowd->edition;
}

static void tell_some(struct relay *relay, struct crowd *crowd)
{
	for (int i = 0; i < TELL_AT_ONCE && is_behind(crowd); i++)
		client_tell(relay, client_of(crowd->idle.first));
}

static void end_round(struct relay *relay, struct crowd *crowd)
{
	if (!crowd->began_us || is_behind(crowd))
		return;
	relay->metrics.rounds++;
	relay->metrics.rounds_us += clock_mono_us() - crowd->began_us;
	crowd->began_us = 0;
}

bool crowds_tell(struct relay *relay)
{
	bool behind = false;

	for (struct crowd *crowd = relay->crowds; crowd; crowd = crowd->next) {
		tell_some(relay, crowd);
		behind = behind || is_behind(crowd);
		end_round(relay, crowd);
	}
	return behind;
}

void crowd_changed(void *arg, const struct floor *floor)
{
	struct relay *relay = arg;
	struct crowd *crowd = floor_data(floor);

	if (!crowd)
		return;
	crowd->edition++;
	if (!is_behind(crowd))
		return;
	if (!crowd->began_us)
		crowd->began_us = clock_mono_us();
	loop_want_round(relay);
}
