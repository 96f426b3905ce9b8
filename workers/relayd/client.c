/* The browsers' sockets and the loop they live in. */
#include "workers/relayd/client.h"

#include "lib/err.h"
#include "lib/log.h"
#include "workers/relayd/pace.h"
#include "workers/relayd/sessions.h"
#include "workers/relayd/waits.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(FRAME_HEADROOM >= LWS_PRE, "frames leave room for libwebsockets' header");

enum {
	TICKET_WAIT_MS = 5000,
	STALL_MS = 10000,
	ALIVE_MS = 15000, /* no longer without a message */
	PING_MS = 15000,
	DEAD_MS = 45000, /* without a pong */
	MESSAGE_MAX_BYTES = 4096,     /* the messages a client sends are far smaller */
	LOOK_EVERY_MS = 200,          /* who asks for a sign of life more often is no page */
	RECEIVE_BYTES = 512,          /* per socket, kept as long as it is open */
	SEND_BYTES = 4 * 1024 * 1024, /* a frame goes to the kernel in one piece */
	KERNEL_SEND_BYTES = 128 * 1024,
	SESSION_ID_SIZE = 64,
	REASON_SIZE = 64,
	FILES_MAX = 65536,
	HANDSHAKES_MAX = 256, /* more than this at once wait their turn to be accepted */
	TURN_MS = 20,
	LOOK_AFTER_MS = 2500,  /* whether one who was told nothing lately is owed a sign of life */
	TELL_AT_ONCE = 64,     /* clients; then the loop sees whether there is more news already */
	GOODBYE_MS = 1000,
};

/* What is waited for; whoever waits too long is dealt with. */
enum waiting_for { FOR_TICKET, FOR_TURN, FOR_SOCKET, FOR_CLOSE, FOR_SLOW_CLOSE, FOR__COUNT };

static const int patience_ms[FOR__COUNT] = {
	[FOR_TICKET] = TICKET_WAIT_MS, [FOR_TURN] = 0,           [FOR_SOCKET] = STALL_MS,
	[FOR_CLOSE] = 1000,            [FOR_SLOW_CLOSE] = 30000,
};

/* Why a client is closed. A close frame needs a reading peer: it is waited for. */
enum closing { GOING_AWAY, NO_TICKET, REFUSED, REVOKED, BAD_MESSAGE, RENEW, TOO_SLOW, TRY_LATER };

static const struct {
	int code;
	const char *reason;
	enum waiting_for wait;
	bool advises; /* when to come back */
} closings[] = {
	[GOING_AWAY] = { 1001, "going away", FOR_CLOSE, true },
	[NO_TICKET] = { 4001, "no ticket", FOR_CLOSE, false },
	[REFUSED] = { 4002, "refused", FOR_CLOSE, false },
	[REVOKED] = { 4003, "session ended", FOR_CLOSE, false },
	[BAD_MESSAGE] = { 4004, "protocol error", FOR_CLOSE, false },
	[RENEW] = { 4005, "new ticket please", FOR_CLOSE, false },
	[TOO_SLOW] = { 1013, "too slow", FOR_SLOW_CLOSE, false },
	[TRY_LATER] = { 1013, "try again later", FOR_CLOSE, true },
};

enum client_state { AWAITING_TICKET, AWAITING_TURN, JOINED, CLOSING, CLOSED };

/* One socket; libwebsockets owns the memory. */
struct client {
	struct wait wait; /* in one list at most: with nothing to wait for, its crowd's */
	struct wait ping; /* since the last one */
	struct lws *wsi;
	struct client *next, **link;
	enum client_state state;
	enum closing closing;
	bool waiting; /* asked for the socket to be writable */
	bool told_stale;
	bool resumed;   /* owed an array at once, even an empty one */
	bool owes_sign; /* of life */
	int64_t sent_ms, heard_ms, looked_ms, renew_ms;
	struct crowd *crowd;
	struct floor *floor;
	struct audience *audience;
	uint64_t generation; /* of the stream, when the last snapshot was sent; 0: none */
	int64_t seq;         /* the last event known to the client */
	uint64_t edition;    /* of its crowd, when it was told what concerns it */
	struct buf *message; /* the beginning of one that came in pieces, or one that awaits its turn */
	char session_id[SESSION_ID_SIZE];
};

/*
 * The clients of one floor whose sockets have room, in the order in which they were told last. Each
 * change is a new edition: who has an older one is told, a few at a time, with all that has come
 * until then; so nobody waits for longer than one round takes.
 */
struct crowd {
	struct waits idle;
	uint64_t edition;
	int64_t began_us; /* the round under way */
	struct crowd *next;
};

struct relay {
	struct ev_loop *loop;
	struct lws_context *lws;
	struct lws_vhost *inner;
	struct lws *redis; /* Redis's subscription in our loop */
	uint64_t connection;
	struct feed *feed;
	struct sessions *sessions;
	int64_t ask_at_ms;
	int renew_ms; /* what a ticket says about queues ages: up to twice this, spread */
	struct metrics metrics;
	struct client *clients;
	struct crowd *crowds;
	struct waits waits[FOR__COUNT], pings;
	struct pace pace;
	lws_sorted_usec_list_t tick, turn;
	struct ev_idle round; /* active while somebody has yet to be told */
};

static volatile sig_atomic_t stopping;

void relay_stop(void)
{
	stopping = 1;
}

static struct relay *relay_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

static struct client *client_of(struct wait *wait)
{
	return wait ? lws_container_of(wait, struct client, wait) : NULL;
}

static int advice_ms(const struct relay *relay)
{
	return pace_advice_ms(&relay->pace, relay->metrics.clients);
}

/* ---- sending ---- */

static void want_write(struct relay *relay, struct client *c)
{
	if (c->waiting)
		return;
	c->waiting = true;
	if (c->state == JOINED)
		waits_add(&relay->waits[FOR_SOCKET], &c->wait, clock_mono_ms());
	lws_callback_on_writable(c->wsi);
}

/* Ends the client in its own callback, whose return value this is. */
static int close_now(struct client *c, enum closing closing)
{
	unsigned char reason[REASON_SIZE];
	int n = closings[closing].advises
			? snprintf((char *)reason, sizeof(reason), "%s; retryMs=%d",
				   closings[closing].reason, advice_ms(relay_of(c->wsi)))
			: snprintf((char *)reason, sizeof(reason), "%s", closings[closing].reason);

	c->state = CLOSED;
	wait_end(&c->wait);
	lws_close_reason(c->wsi, (enum lws_close_status)closings[closing].code, reason, (size_t)n);
	return -1;
}

/* Ends the client from outside: as soon as the close frame fits, or when patience is over. */
static void close_soon(struct relay *relay, struct client *c, enum closing closing)
{
	if (c->state >= CLOSING)
		return;
	c->state = CLOSING;
	c->closing = closing;
	waits_add(&relay->waits[closings[closing].wait], &c->wait, clock_mono_ms());
	want_write(relay, c);
}

static int send_text(struct client *c, char *text, size_t n)
{
	struct metrics *metrics = &relay_of(c->wsi)->metrics;

	metrics->frames++;
	metrics->bytes += (int64_t)n;
	c->sent_ms = clock_mono_ms();
	c->owes_sign = false;
	return lws_write(c->wsi, (unsigned char *)text, n, LWS_WRITE_TEXT) < (int)n ? -1 : 0;
}

static int send_frame(struct client *c, const struct buf *frame)
{
	return send_text(c, frame->p + FRAME_HEADROOM, frame->n - FRAME_HEADROOM);
}

static int CB_PRINTF(2, 3) send_message(struct client *c, const char *format, ...)
{
	char message[FRAME_HEADROOM + 160];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(message + FRAME_HEADROOM, sizeof(message) - FRAME_HEADROOM, format, args);
	va_end(args);
	return send_text(c, message + FRAME_HEADROOM, (size_t)n);
}

static int send_stale(struct client *c, int64_t since_us)
{
	char when[TIME_TEXT_SIZE];

	c->told_stale = true;
	return send_message(c, "{\"type\":\"stale\",\"since\":\"%s\",\"retryMs\":%d}",
			    time_rfc3339(since_us, when), advice_ms(relay_of(c->wsi)));
}

/* That the line lives, and up to where the client has been told everything. */
static int send_sign(struct relay *relay, struct client *c)
{
	relay->metrics.signs++;
	return send_message(c, "{\"type\":\"alive\",\"seq\":%" PRId64 ",\"retryMs\":%d}", c->seq,
			    advice_ms(relay));
}

static int send_snapshot(struct relay *relay, struct client *c)
{
	struct stream *stream = floor_stream(c->floor);
	const struct buf *frame =
		feed_snapshot(relay->feed, c->floor, c->audience, advice_ms(relay), &c->seq);

	if (!frame)
		return c->told_stale ? 0 : send_stale(c, feed_away_since(relay->feed));
	if (c->generation == stream_generation(stream))
		relay->metrics.coalesced++;
	relay->metrics.snapshots_sent++;
	c->generation = stream_generation(stream);
	c->told_stale = false;
	c->resumed = false;
	return send_frame(c, frame);
}

static int send_events(struct client *c)
{
	struct stream *stream = floor_stream(c->floor);
	const struct buf *frame = stream_frame(stream, c->audience, c->seq);
	bool resumed = c->resumed;

	if (c->seq < stream_seq(stream))
		c->seq = stream_seq(stream);
	c->resumed = false;
	if (frame)
		return send_frame(c, frame);
	return resumed ? send_message(c, "[]") : 0;
}

static bool has_lost_its_place(const struct client *c)
{
	const struct stream *stream = floor_stream(c->floor);

	return c->generation != stream_generation(stream) || !stream_covers(stream, c->seq);
}

static int send_news(struct relay *relay, struct client *c)
{
	int64_t away = feed_away_since(relay->feed);

	if (away)
		return c->told_stale ? 0 : send_stale(c, away);
	return has_lost_its_place(c) ? send_snapshot(relay, c) : send_events(c);
}

/* Whether there is something to say to a client that waits for nothing. */
static bool has_news(const struct relay *relay, const struct client *c)
{
	if (feed_away_since(relay->feed))
		return !c->told_stale;
	return c->resumed || has_lost_its_place(c) ||
	       stream_concerns(floor_stream(c->floor), c->audience, c->seq);
}

/* The socket is of no more use; it is closed outside of its own callbacks. */
static void kill_soon(struct client *c)
{
	c->state = CLOSED;
	wait_end(&c->wait);
	lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

/* It has been told all there is. */
static void put_down(struct client *c, int64_t now)
{
	c->edition = c->crowd->edition;
	waits_add(&c->crowd->idle, &c->wait, now);
}

/*
 * Says all there is to say, at once: nearly always the kernel has room, and to ask the poll for it
 * first would cost about as much as to send. What it has no room for, libwebsockets keeps, which is
 * one frame at most: nothing is sent behind it before the socket is writable again.
 */
static int speak(struct relay *relay, struct client *c)
{
	int64_t now = clock_mono_ms();
	int result = 0;

	bool full = lws_partial_buffered(c->wsi);
	while (!full && !result && has_news(relay, c)) {
		result = send_news(relay, c);
		full = lws_partial_buffered(c->wsi);
	}
	if (!full && !result && (c->owes_sign || now - c->sent_ms >= ALIVE_MS)) {
		result = send_sign(relay, c);
		full = lws_partial_buffered(c->wsi);
	}
	put_down(c, now);
	if (full)
		want_write(relay, c);
	return result;
}

/* For who waits for nothing. */
static void tell(struct relay *relay, struct client *c)
{
	int64_t now = clock_mono_ms();

	if (c->renew_ms && now >= c->renew_ms) {
		relay->metrics.renewed++;
		close_soon(relay, c, RENEW);
	} else if (has_news(relay, c) || now - c->sent_ms >= ALIVE_MS) {
		if (speak(relay, c))
			kill_soon(c);
	} else {
		if (!feed_away_since(relay->feed))
			c->seq = stream_seq(floor_stream(c->floor));
		put_down(c, now);
	}
}

static int on_writable(struct relay *relay, struct client *c)
{
	c->waiting = false;
	if (c->state == CLOSING)
		return close_now(c, c->closing);
	if (c->state != JOINED)
		return 0;
	return speak(relay, c);
}

/* ---- joining ---- */

static int read_ticket(struct client *c, const struct json *ticket)
{
	const char *session = json_get_string(ticket, "sessionId");

	if (!session || strlen(session) >= sizeof(c->session_id) ||
	    !json_get_string(ticket, "node") || !json_get_string(ticket, "tenant"))
		return ERR_INVALID;
	memcpy(c->session_id, session, strlen(session) + 1);
	return audience_read(NULL, ticket, &c->audience);
}

static struct crowd *crowd_of(struct relay *relay, struct floor *floor)
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
	want_write(relay, c);
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

static void watch_redis(struct relay *relay);

/* Lets in who has waited longest, as fast as the pace allows. */
static void on_turn(lws_sorted_usec_list_t *turn)
{
	struct relay *relay = lws_container_of(turn, struct relay, turn);
	struct waits *queue = &relay->waits[FOR_TURN];

	while (queue->first && pace_take(&relay->pace, clock_mono_ms())) {
		struct client *c = client_of(queue->first);
		struct buf *message = c->message;
		c->message = NULL;
		int closing = take_ticket(relay, c, message, (struct str){ message->p, message->n });
		talloc_free(message);
		if (closing >= 0)
			close_soon(relay, c, (enum closing)closing);
	}
	watch_redis(relay);
	if (queue->first)
		lws_sul_schedule(relay->lws, 0, turn, on_turn, TURN_MS * LWS_US_PER_MS);
}

/* Puts the message aside until there is a place. */
static int await_turn(struct relay *relay, struct client *c, struct buf *message)
{
	struct waits *queue = &relay->waits[FOR_TURN];

	if (pace_is_full(&relay->pace, queue->n)) {
		talloc_free(message);
		relay->metrics.sent_away++;
		return close_now(c, TRY_LATER);
	}
	if (!queue->first)
		lws_sul_schedule(relay->lws, 0, &relay->turn, on_turn, TURN_MS * LWS_US_PER_MS);
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
		return close_now(c, BAD_MESSAGE);
	c->looked_ms = now;
	c->owes_sign = true;
	want_write(relay, c);
	return 0;
}

static int take_message(struct relay *relay, struct client *c, struct buf *message)
{
	struct str text = { message->p, message->n };
	int result;

	if (c->state == JOINED) {
		result = take_look(relay, c, text);
	} else if (c->state != AWAITING_TICKET) {
		result = close_now(c, BAD_MESSAGE);
	} else if (relay->waits[FOR_TURN].first || !pace_take(&relay->pace, clock_mono_ms())) {
		return await_turn(relay, c, message);
	} else {
		int closing = take_ticket(relay, c, message, text);
		result = closing < 0 ? 0 : close_now(c, (enum closing)closing);
	}
	talloc_free(message);
	return result;
}

static int on_receive(struct relay *relay, struct client *c, const char *in, size_t n)
{
	size_t before = c->message ? c->message->n : 0;

	if (c->state >= CLOSING)
		return 0;
	if (c->state == AWAITING_TURN || lws_frame_is_binary(c->wsi) ||
	    before + n > MESSAGE_MAX_BYTES)
		return close_now(c, BAD_MESSAGE);
	if (!c->message)
		c->message = buf_new(NULL);
	buf_add(c->message, in, n);
	if (!lws_is_final_fragment(c->wsi) || lws_remaining_packet_payload(c->wsi))
		return 0;
	struct buf *message = c->message;
	c->message = NULL;
	return take_message(relay, c, message);
}

static void on_open(struct relay *relay, struct client *c, struct lws *wsi)
{
	int bytes = KERNEL_SEND_BYTES;

	int64_t now = clock_mono_ms();

	*c = (struct client){ .wsi = wsi, .heard_ms = now };
	waits_add(&relay->waits[FOR_TICKET], &c->wait, now);
	waits_add(&relay->pings, &c->ping, now);
	c->next = relay->clients;
	c->link = &relay->clients;
	if (c->next)
		c->next->link = &c->next;
	relay->clients = c;
	relay->metrics.clients++;
	relay->metrics.accepted++;
	/* A stalled peer must show here and not after megabytes in the kernel. */
	setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static void on_closed(struct relay *relay, struct client *c)
{
	if (!c->link)
		return;
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	c->link = NULL;
	wait_end(&c->wait);
	wait_end(&c->ping);
	talloc_free(c->audience);
	talloc_free(c->message);
	relay->metrics.clients--;
}

/* ---- what the feed tells ---- */

/* Whether somebody of the crowd has yet to be told. */
static bool is_behind(const struct crowd *crowd)
{
	const struct client *first = client_of(crowd->idle.first);

	return first && first->edition != crowd->edition;
}

static void tell_some(struct relay *relay, struct crowd *crowd)
{
	for (int i = 0; i < TELL_AT_ONCE && is_behind(crowd); i++)
		tell(relay, client_of(crowd->idle.first));
}

static void end_round(struct relay *relay, struct crowd *crowd)
{
	if (!crowd->began_us || is_behind(crowd))
		return;
	relay->metrics.rounds++;
	relay->metrics.rounds_us += clock_mono_us() - crowd->began_us;
	crowd->began_us = 0;
}

static void on_round(struct ev_loop *loop, struct ev_idle *round, int events)
{
	struct relay *relay = round->data;
	bool behind = false;

	(void)events;
	for (struct crowd *crowd = relay->crowds; crowd; crowd = crowd->next) {
		tell_some(relay, crowd);
		behind = behind || is_behind(crowd);
		end_round(relay, crowd);
	}
	if (!behind)
		ev_idle_stop(loop, round);
}

static void changed(void *arg, const struct floor *floor)
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
	ev_idle_start(relay->loop, &relay->round);
}

/* floor NULL: whichever it is on. */
static void close_session(struct relay *relay, const struct floor *floor, struct str session_id)
{
	for (struct client *c = relay->clients; c; c = c->next)
		if ((!floor || c->floor == floor) && c->state == JOINED &&
		    str_is(session_id, c->session_id)) {
			relay->metrics.revoked++;
			close_soon(relay, c, REVOKED);
		}
}

static void revoked(void *arg, const struct floor *floor, struct str session_id)
{
	close_session(arg, floor, session_id);
}

/* ---- what the database tells ---- */

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

/* ---- Redis's socket in the loop ---- */

/* hiredis and libwebsockets both close what they hold, so the loop watches a duplicate. */
static void watch_redis(struct relay *relay)
{
	uint64_t connection;
	int fd = feed_socket(relay->feed, &connection);
	lws_sock_file_fd_type watched;

	if (connection == relay->connection)
		return;
	relay->connection = connection;
	if (relay->redis)
		lws_set_timeout(relay->redis, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	relay->redis = NULL;
	if (fd < 0)
		return;
	watched.filefd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (watched.filefd >= 0)
		relay->redis = lws_adopt_descriptor_vhost(relay->inner, LWS_ADOPT_RAW_FILE_DESC,
							  watched, "inner", NULL);
	if (!relay->redis)
		log_error("redis unwatched error=%s", strerror(errno));
}

static void on_redis(struct relay *relay)
{
	feed_read(relay->feed);
	watch_redis(relay);
}

/* ---- the clock ---- */

static void give_up(struct relay *relay, struct client *c)
{
	switch (c->state) {
	case AWAITING_TICKET:
		close_soon(relay, c, NO_TICKET);
		break;
	case JOINED:
		relay->metrics.cuts++;
		close_soon(relay, c, TOO_SLOW);
		break;
	default:
		kill_soon(c);
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
			tell(relay, c);
}

/* In one go, so that the answers come together as well and each is not a turn of the loop by itself. */
static void ping(struct relay *relay, struct client *c, int64_t now)
{
	/* Of a pong without a payload libwebsockets says nothing. */
	unsigned char text[LWS_PRE + 1] = { [LWS_PRE] = '?' };

	if (c->state == CLOSED)
		return;
	if (now - c->heard_ms > DEAD_MS) {
		relay->metrics.dead++;
		kill_soon(c);
	} else if (c->state < CLOSING && !lws_partial_buffered(c->wsi) &&
		   lws_write(c->wsi, text + LWS_PRE, 1, LWS_WRITE_PING) < 0) {
		kill_soon(c);
	}
}

static void ping_all(struct relay *relay, int64_t now)
{
	struct wait *wait;

	while ((wait = waits_overdue(&relay->pings, now)) != NULL) {
		waits_add(&relay->pings, wait, now);
		ping(relay, lws_container_of(wait, struct client, ping), now);
	}
}

static void on_tick(lws_sorted_usec_list_t *tick)
{
	struct relay *relay = lws_container_of(tick, struct relay, tick);
	int64_t now = clock_mono_ms();

	lws_sul_schedule(relay->lws, 0, tick, on_tick, FEED_TICK_MS * LWS_US_PER_MS);
	feed_tick(relay->feed);
	watch_redis(relay);
	check_sessions(relay, now);
	check_waits(relay, now);
	ping_all(relay, now);
}

/* ---- libwebsockets ---- */

static int ws_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		       size_t n)
{
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		on_open(relay_of(wsi), user, wsi);
		return 0;
	case LWS_CALLBACK_RECEIVE: {
		struct relay *relay = relay_of(wsi);
		int result = on_receive(relay, user, in, n);
		watch_redis(relay);
		return result;
	}
	case LWS_CALLBACK_RECEIVE_PONG:
		((struct client *)user)->heard_ms = clock_mono_ms();
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return on_writable(relay_of(wsi), user);
	case LWS_CALLBACK_CLOSED:
		on_closed(relay_of(wsi), user);
		return 0;
	default:
		return 0;
	}
}

/* Without the subprotocol's name there is no WebSocket here. */
static int plain_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			  size_t n)
{
	if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
		return 1;
	return lws_callback_http_dummy(wsi, reason, user, in, n);
}

enum { METRICS_BYTES = 16384 };

static int send_metrics(struct lws *wsi)
{
	struct relay *relay = relay_of(wsi);
	struct buf *body = buf_new(NULL);
	unsigned char page[LWS_PRE + METRICS_BYTES];
	unsigned char *start = page + LWS_PRE, *p = start, *end = page + sizeof(page);

	relay->metrics.awaiting_turn = (int64_t)relay->waits[FOR_TURN].n;
	relay->metrics.full = (int64_t)relay->waits[FOR_SOCKET].n;
	metrics_print(&relay->metrics, body);
	int failed = lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain; version=0.0.4",
						 body->n, &p, end) ||
		     lws_finalize_http_header(wsi, &p, end) || body->n > (size_t)(end - p);
	if (!failed) {
		memcpy(p, body->p, body->n);
		p += body->n;
		failed = lws_write(wsi, start, (size_t)(p - start), LWS_WRITE_HTTP_FINAL) < 0 ||
			 lws_http_transaction_completed(wsi);
	}
	talloc_free(body);
	return failed ? -1 : 0;
}

static int inner_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			  size_t n)
{
	switch (reason) {
	case LWS_CALLBACK_RAW_RX_FILE:
		if (wsi != relay_of(wsi)->redis)
			return -1;
		on_redis(relay_of(wsi));
		return 0;
	case LWS_CALLBACK_RAW_CLOSE_FILE:
		if (wsi == relay_of(wsi)->redis)
			relay_of(wsi)->redis = NULL;
		return 0;
	case LWS_CALLBACK_HTTP:
		if (in && strcmp(in, "/metrics") == 0)
			return send_metrics(wsi);
		return lws_callback_http_dummy(wsi, reason, user, in, n);
	default:
		return plain_callback(wsi, reason, user, in, n);
	}
}

static const struct lws_protocols ws_protocols[] = {
	{ .name = "none", .callback = plain_callback },
	{ .name = "cordboard.v1",
	  .callback = ws_callback,
	  .per_session_data_size = sizeof(struct client),
	  .rx_buffer_size = RECEIVE_BYTES,
	  .tx_packet_size = SEND_BYTES },
	{ 0 },
};

static const struct lws_protocols inner_protocols[] = {
	{ .name = "inner", .callback = inner_callback },
	{ 0 },
};

/* The relay pings by itself: libwebsockets would wake up for each socket apart. */
static const lws_retry_bo_t no_pings = {
	.secs_since_valid_ping = UINT16_MAX / 2,
	.secs_since_valid_hangup = UINT16_MAX,
};

static void log_line(int level, const char *line)
{
	log_at(level == LLL_ERR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "lws %.*s",
	       (int)strcspn(line, "\n"), line);
}

/* As many sockets as the system lets us have; returns their number. */
static unsigned raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
	setrlimit(RLIMIT_NOFILE, &limit);
	return (unsigned)limit.rlim_cur;
}

static struct lws_vhost *listen_on(struct relay *relay, const char *name, int port,
				   const struct lws_protocols *protocols)
{
	struct lws_context_creation_info info = {
		.vhost_name = name,
		.iface = "127.0.0.1",
		.port = port,
		.protocols = protocols,
		.retry_and_idle_policy = &no_pings,
		.options =
			LWS_SERVER_OPTION_DISABLE_IPV6 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
	};

	return lws_create_vhost(relay->lws, &info);
}

static int relay_destroy(struct relay *relay)
{
	if (relay->lws)
		lws_context_destroy(relay->lws);
	ev_idle_stop(relay->loop, &relay->round);
	ev_loop_destroy(relay->loop);
	return 0;
}

int relay_open(const void *ctx, const struct relay_options *options, struct relay **out)
{
	struct relay *relay = mem_new(ctx, struct relay);
	/* epoll: with poll, each turn of the loop would look at every socket. */
	void *loop = relay->loop = mem_check(ev_loop_new(EVBACKEND_EPOLL));
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBEV,
		.foreign_loops = &loop,
		.user = relay,
		.server_string = "cordboard",
		.max_http_header_pool = HANDSHAKES_MAX,
		.fd_limit_per_thread = raise_file_limit(),
		.timeout_secs = TICKET_WAIT_MS / 1000,
	};

	lws_set_log_level(LLL_ERR | LLL_WARN, log_line);
	for (size_t i = 0; i < FOR__COUNT; i++)
		waits_init(&relay->waits[i], patience_ms[i]);
	waits_init(&relay->pings, PING_MS);
	relay->renew_ms = options->renew_ms;
	relay->pace.a_second = options->joins_a_second;
	ev_idle_init(&relay->round, on_round);
	ev_set_priority(&relay->round, EV_MAXPRI); /* once a turn, whatever else is to be done */
	relay->round.data = relay;
	relay->feed = feed_new(relay, options->redis, &relay->metrics,
			       &(struct feed_watcher){ relay, changed, revoked });
	relay->sessions = sessions_start(relay, options->database);
	relay->lws = lws_create_context(&info);
	talloc_set_destructor(relay, relay_destroy);
	if (!relay->lws) {
		talloc_free(relay);
		return -ELIBACC;
	}
	relay->inner = listen_on(relay, "inner", options->metrics_port, inner_protocols);
	if (!relay->inner || !listen_on(relay, "ws", options->port, ws_protocols)) {
		talloc_free(relay);
		return -EADDRINUSE;
	}
	*out = relay;
	return 0;
}

static void say_goodbye(struct relay *relay)
{
	int64_t deadline = clock_mono_ms() + GOODBYE_MS;

	for (struct client *c = relay->clients; c; c = c->next)
		close_soon(relay, c, GOING_AWAY);
	while (relay->clients && clock_mono_ms() < deadline)
		ev_run(relay->loop, EVRUN_ONCE);
}

void relay_run(struct relay *relay)
{
	on_tick(&relay->tick);
	/* libwebsockets looks at its timers after something has happened. */
	lws_cancel_service(relay->lws);
	while (!stopping)
		ev_run(relay->loop, EVRUN_ONCE);
	say_goodbye(relay);
}
