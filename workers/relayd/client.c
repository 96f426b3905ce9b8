/* One browser: what is said to it, and its end. */
#include "workers/relayd/client.h"

#include "workers/relayd/socket.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	STALL_MS = 10000,
	ALIVE_MS = 15000, /* no longer without a message */
	PING_MS = 15000,
	REASON_SIZE = 64,
};

static const int patience_ms[FOR__COUNT] = {
	[FOR_TICKET] = TICKET_WAIT_MS, [FOR_TURN] = 0,           [FOR_SOCKET] = STALL_MS,
	[FOR_CLOSE] = 1000,            [FOR_SLOW_CLOSE] = 30000,
};

/* A close frame needs a reading peer: it is waited for. */
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

struct client *client_of(struct wait *wait)
{
	return wait ? (void *)((char *)wait - offsetof(struct client, wait)) : NULL;
}

static int advice_ms(const struct relay *relay)
{
	return pace_advice_ms(&relay->pace, relay->metrics.clients);
}

/* ---- the end ---- */

void client_want_write(struct relay *relay, struct client *c)
{
	if (c->waiting)
		return;
	c->waiting = true;
	if (c->state == JOINED)
		waits_add(&relay->waits[FOR_SOCKET], &c->wait, clock_mono_ms());
	socket_want_room(c->wsi);
}

int client_close_now(struct client *c, enum closing closing)
{
	char reason[REASON_SIZE];
	int n = closings[closing].advises
			? snprintf(reason, sizeof(reason), "%s; retryMs=%d",
				   closings[closing].reason, advice_ms(socket_relay(c->wsi)))
			: snprintf(reason, sizeof(reason), "%s", closings[closing].reason);

	c->state = CLOSED;
	wait_end(&c->wait);
	socket_say_why(c->wsi, closings[closing].code, reason, (size_t)n);
	return -1;
}

void client_close_soon(struct relay *relay, struct client *c, enum closing closing)
{
	if (c->state >= CLOSING)
		return;
	c->state = CLOSING;
	c->closing = closing;
	waits_add(&relay->waits[closings[closing].wait], &c->wait, clock_mono_ms());
	client_want_write(relay, c);
}

void client_kill_soon(struct client *c)
{
	c->state = CLOSED;
	wait_end(&c->wait);
	socket_kill_soon(c->wsi);
}

/* ---- sending ---- */

static int send_text(struct client *c, char *text, size_t n)
{
	struct metrics *metrics = &socket_relay(c->wsi)->metrics;

	metrics->frames++;
	metrics->bytes += (int64_t)n;
	c->sent_ms = clock_mono_ms();
	c->owes_sign = false;
	return socket_send(c->wsi, text, n);
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
			    time_rfc3339(since_us, when), advice_ms(socket_relay(c->wsi)));
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

	bool full = socket_is_full(c->wsi);
	while (!full && !result && has_news(relay, c)) {
		result = send_news(relay, c);
		full = socket_is_full(c->wsi);
	}
	if (!full && !result && (c->owes_sign || now - c->sent_ms >= ALIVE_MS)) {
		result = send_sign(relay, c);
		full = socket_is_full(c->wsi);
	}
	put_down(c, now);
	if (full)
		client_want_write(relay, c);
	return result;
}

/* For who waits for nothing. */
void client_tell(struct relay *relay, struct client *c)
{
	int64_t now = clock_mono_ms();

	if (c->renew_ms && now >= c->renew_ms) {
		relay->metrics.renewed++;
		client_close_soon(relay, c, RENEW);
	} else if (has_news(relay, c) || now - c->sent_ms >= ALIVE_MS) {
		if (speak(relay, c))
			client_kill_soon(c);
	} else {
		if (!feed_away_since(relay->feed))
			c->seq = stream_seq(floor_stream(c->floor));
		put_down(c, now);
	}
}

int client_writable(struct relay *relay, struct client *c)
{
	c->waiting = false;
	if (c->state == CLOSING)
		return client_close_now(c, c->closing);
	if (c->state != JOINED)
		return 0;
	return speak(relay, c);
}

/* ---- that it is there ---- */

void clients_init(struct relay *relay)
{
	for (size_t i = 0; i < FOR__COUNT; i++)
		waits_init(&relay->waits[i], patience_ms[i]);
	waits_init(&relay->pings, PING_MS);
}

void client_open(struct relay *relay, struct client *c, struct lws *wsi)
{
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
}

void client_closed(struct relay *relay, struct client *c)
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
