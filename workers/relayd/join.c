/* What a browser says: its ticket, for which it may have to wait its turn, and then hardly anything. */
#include "workers/relayd/client.h"

#include "lib/err.h"
#include "workers/relayd/socket.h"

#include <string.h>

enum {
	MESSAGE_MAX_BYTES = 4096, /* the messages a client sends are far smaller */
	LOOK_EVERY_MS = 200,      /* who asks for a sign of life more often is no page */
};

static int read_ticket(struct client *c, const struct json *ticket)
{
	const char *session = json_get_string(ticket, "sessionId");

	if (!session || strlen(session) >= sizeof(c->session_id) ||
	    !json_get_string(ticket, "node") || !json_get_string(ticket, "tenant"))
		return ERR_INVALID;
	memcpy(c->session_id, session, strlen(session) + 1);
	return audience_read(NULL, ticket, &c->audience);
}

static void join(struct relay *relay, struct client *c, int64_t since)
{
	struct stream *stream = floor_stream(c->floor);
	int64_t now = clock_mono_ms();

	if (since > 0 && since <= stream_seq(stream) && stream_covers(stream, since)) {
		c->seq = since;
		c->generation = stream_generation(stream);
		c->resumed = true;
		relay->metrics.resumed++;
	}
	if (!c->audience->all)
		c->renew_ms = now + relay->renew_ms + relay->metrics.accepted * TURN_MS % relay->renew_ms;
	c->crowd = crowd_of(relay, c->floor);
	c->sent_ms = now;
	c->state = JOINED;
	client_want_write(relay, c);
}

/* The closing if the ticket is no good, or -1 when it has joined. */
static int redeem(struct relay *relay, struct client *c, const void *ctx, struct str word,
		  int64_t since)
{
	const struct json *ticket;
	int result = feed_redeem(relay->feed, ctx, word, &ticket);

	if (!result)
		result = read_ticket(c, ticket);
	if (!result) {
		/* The channel is heard before the question: an end is known by one or the other. */
		c->floor = feed_floor(relay->feed, json_get_string(ticket, "node"),
				      json_get_string(ticket, "tenant"));
		result = feed_check_session(relay->feed, ctx, c->session_id);
	}
	if (result < 0 || result == ERR_UNAVAILABLE)
		return TRY_LATER;
	if (result) {
		relay->metrics.tickets_refused++;
		return REFUSED;
	}
	join(relay, c, since);
	return -1;
}

/* The first message of a client: {"ticket":"…","since":seq?}; answers as redeem does. */
static int take_ticket(struct relay *relay, struct client *c, const void *ctx, struct str text)
{
	const struct json *message;

	if (json_parse(ctx, text.p, text.n, &message) || json_kind(message) != JSON_OBJECT)
		return BAD_MESSAGE;
	struct str word = str_of(json_get_string(message, "ticket"));
	return word.n ? redeem(relay, c, ctx, word, json_get_int(message, "since", 0)) : NO_TICKET;
}

bool clients_let_in(struct relay *relay)
{
	struct waits *queue = &relay->waits[FOR_TURN];

	while (queue->first && pace_take(&relay->pace, clock_mono_ms())) {
		struct client *c = client_of(queue->first);
		struct buf *message = c->message;
		c->message = NULL;
		int closing = take_ticket(relay, c, message, (struct str){ message->p, message->n });
		talloc_free(message);
		if (closing >= 0)
			client_close_soon(relay, c, (enum closing)closing);
	}
	return queue->first != NULL;
}

/* Puts the message aside until there is a place. */
static int await_turn(struct relay *relay, struct client *c, struct buf *message)
{
	struct waits *queue = &relay->waits[FOR_TURN];

	if (pace_is_full(&relay->pace, queue->n)) {
		talloc_free(message);
		relay->metrics.sent_away++;
		return client_close_now(c, TRY_LATER);
	}
	if (!queue->first)
		loop_want_turn(relay);
	relay->metrics.delayed++;
	c->message = message;
	c->state = AWAITING_TURN;
	waits_add(queue, &c->wait, clock_mono_ms());
	return 0;
}

/* {"type":"look"}: whether the line lives. Whoever waits for the socket will be answered there. */
static int take_look(struct relay *relay, struct client *c, struct str text)
{
	int64_t now = clock_mono_ms();

	if (!str_is(text, "{\"type\":\"look\"}") || now - c->looked_ms < LOOK_EVERY_MS)
		return client_close_now(c, BAD_MESSAGE);
	c->looked_ms = now;
	c->owes_sign = true;
	client_want_write(relay, c);
	return 0;
}

static int take_message(struct relay *relay, struct client *c, struct buf *message)
{
	struct str text = { message->p, message->n };
	int result;

	if (c->state == JOINED) {
		result = take_look(relay, c, text);
	} else if (c->state != AWAITING_TICKET) {
		result = client_close_now(c, BAD_MESSAGE);
	} else if (relay->waits[FOR_TURN].first || !pace_take(&relay->pace, clock_mono_ms())) {
		return await_turn(relay, c, message);
	} else {
		int closing = take_ticket(relay, c, message, text);
		result = closing < 0 ? 0 : client_close_now(c, (enum closing)closing);
	}
	talloc_free(message);
	return result;
}

int client_receive(struct relay *relay, struct client *c, const struct piece *piece)
{
	size_t before = c->message ? c->message->n : 0;

	if (c->state >= CLOSING)
		return 0;
	/* What adds nothing could go on without end. */
	bool empty = piece->n == 0 && !piece->last;
	if (c->state == AWAITING_TURN || piece->binary || empty ||
	    before + piece->n > MESSAGE_MAX_BYTES)
		return client_close_now(c, BAD_MESSAGE);
	if (!c->message)
		c->message = buf_new(NULL);
	buf_add(c->message, piece->p, piece->n);
	if (!piece->last)
		return 0;
	struct buf *message = c->message;
	c->message = NULL;
	return take_message(relay, c, message);
}
