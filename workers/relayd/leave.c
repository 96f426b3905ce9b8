/* Who must go: whose session has ended, whose patience is over, and who answers no ping. */
#include "workers/relayd/client.h"

#include "workers/relayd/socket.h"

enum { DEAD_MS = 45000 /* without a pong */ };

/* ---- sessions that have ended ---- */

/* floor NULL: whichever it is on. */
static void close_session(struct relay *relay, const struct floor *floor, struct str session_id)
{
	for (struct client *c = relay->clients; c; c = c->next)
		if ((!floor || c->floor == floor) && c->state == JOINED &&
		    str_is(session_id, c->session_id)) {
			relay->metrics.revoked++;
			client_close_soon(relay, c, REVOKED);
		}
}

/* As Redis tells. */
void client_revoked(void *arg, const struct floor *floor, struct str session_id)
{
	close_session(arg, floor, session_id);
}

/* As the database tells. */
static void over(void *arg, struct str session_id)
{
	close_session(arg, NULL, session_id);
}

static void ask_for_sessions(struct relay *relay)
{
	struct buf *ids = buf_new(relay);

	for (const struct client *c = relay->clients; c; c = c->next)
		if (c->state == JOINED && sessions_is_id(c->session_id))
			buf_printf(ids, "%c%s", ids->n ? ',' : '{', c->session_id);
	if (ids->n) {
		buf_addc(ids, '}');
		sessions_ask(relay->sessions, ids);
	}
	talloc_free(ids);
}

static void check_sessions(struct relay *relay, int64_t now)
{
	sessions_answer(relay->sessions, over, relay);
	if (now < relay->ask_at_ms || !sessions_idle(relay->sessions))
		return;
	relay->ask_at_ms = now + SESSIONS_ASK_MS;
	ask_for_sessions(relay);
}

/* ---- the clock ---- */

static void give_up(struct relay *relay, struct client *c)
{
	switch (c->state) {
	case AWAITING_TICKET:
		client_close_soon(relay, c, NO_TICKET);
		break;
	case JOINED:
		relay->metrics.cuts++;
		client_close_soon(relay, c, TOO_SLOW);
		break;
	default:
		client_kill_soon(c);
		break;
	}
}

static void check_waits(struct relay *relay, int64_t now)
{
	struct client *c;

	for (enum waiting_for what = 0; what < FOR__COUNT; what++)
		while (what != FOR_TURN &&
		       (c = client_of(waits_overdue(&relay->waits[what], now))) != NULL)
			give_up(relay, c);
	for (struct crowd *crowd = relay->crowds; crowd; crowd = crowd->next)
		while ((c = client_of(waits_overdue(&crowd->idle, now))) != NULL)
			client_tell(relay, c);
}

/* In one go, so that the answers come together as well and each is not a turn of the loop by itself. */
static void ping(struct relay *relay, struct client *c, int64_t now)
{
	if (c->state == CLOSED)
		return;
	if (now - c->heard_ms > DEAD_MS) {
		relay->metrics.dead++;
		client_kill_soon(c);
	} else if (c->state < CLOSING && !socket_is_full(c->wsi) && socket_ping(c->wsi)) {
		client_kill_soon(c);
	}
}

static void ping_all(struct relay *relay, int64_t now)
{
	struct wait *wait;

	while ((wait = waits_overdue(&relay->pings, now)) != NULL) {
		waits_add(&relay->pings, wait, now);
		ping(relay, (void *)((char *)wait - offsetof(struct client, ping)), now);
	}
}

void clients_check(struct relay *relay, int64_t now)
{
	check_sessions(relay, now);
	check_waits(relay, now);
	ping_all(relay, now);
}

void clients_dismiss(struct relay *relay)
{
	for (struct client *c = relay->clients; c; c = c->next)
		client_close_soon(relay, c, GOING_AWAY);
}
