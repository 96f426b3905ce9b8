/*
 * What the relay knows of its browsers. Private to client.c, join.c, crowd.c and leave.c, which know of no
 * library (socket.h), and to server.c.
 *
 * A client shows its ticket within 5 s, gets a snapshot and then arrays of events, and a sign of life
 * whenever there was nothing else for 15 s. All it costs is its place in the tenant's stream; when it
 * has fallen off the stream it gets a snapshot, and when nothing could be sent to it for 10 s it is
 * closed with 1013.
 */
#ifndef CB_CLIENT_H
#define CB_CLIENT_H

#include "workers/relayd/feed.h"
#include "workers/relayd/pace.h"
#include "workers/relayd/sessions.h"
#include "workers/relayd/waits.h"

struct lws;

enum {
	TICKET_WAIT_MS = 5000,
	TURN_MS = 20, /* between two looks at who may come in */
	SESSION_ID_SIZE = 64,
};

/* What is waited for; whoever waits too long is dealt with. */
enum waiting_for { FOR_TICKET, FOR_TURN, FOR_SOCKET, FOR_CLOSE, FOR_SLOW_CLOSE, FOR__COUNT };

/* Why a client is closed. A close frame needs a reading peer: it is waited for. */
enum closing { GOING_AWAY, NO_TICKET, REFUSED, REVOKED, BAD_MESSAGE, RENEW, TOO_SLOW, TRY_LATER };

enum client_state { AWAITING_TICKET, AWAITING_TURN, JOINED, CLOSING, CLOSED };

/* One socket, in whose memory it is (socket.h). */
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
	struct server *server;
	struct feed *feed;
	struct sessions *sessions;
	int64_t ask_at_ms;
	int renew_ms; /* what a ticket says about queues ages: up to twice this, spread */
	struct metrics metrics;
	struct client *clients;
	struct crowd *crowds;
	struct waits waits[FOR__COUNT], pings;
	struct pace pace;
};

/* ---- client.c: what is said to a client, and its end ---- */

void clients_init(struct relay *relay);
void client_open(struct relay *relay, struct client *c, struct lws *wsi);
void client_closed(struct relay *relay, struct client *c);
/* The socket has room again. These two return -1 if the socket is to be closed. */
int client_writable(struct relay *relay, struct client *c);
/* Ends the client in its own callback, whose return value this is. */
int client_close_now(struct client *c, enum closing closing);
/* Ends the client from outside: as soon as the close frame fits, or when patience is over. */
void client_close_soon(struct relay *relay, struct client *c, enum closing closing);
/* The socket is of no more use; it is closed outside of its own callbacks. */
void client_kill_soon(struct client *c);
void client_want_write(struct relay *relay, struct client *c);
/* Says what there is to say to a client that waits for nothing. */
void client_tell(struct relay *relay, struct client *c);
/* Whose wait it is; NULL of NULL. */
struct client *client_of(struct wait *wait);

/* ---- join.c: what a client says ---- */

/* A message, or a piece of one. */
struct piece {
	const char *p;
	size_t n;
	bool binary;
	bool last;
};

/* Returns -1 if the socket is to be closed. */
int client_receive(struct relay *relay, struct client *c, const struct piece *piece);
/* Lets in who has waited longest, as fast as the pace allows. Returns whether more wait. */
bool clients_let_in(struct relay *relay);

/* ---- crowd.c: who is told next ---- */

struct crowd *crowd_of(struct relay *relay, struct floor *floor);
/* For feed_watcher. */
void crowd_changed(void *relay, const struct floor *floor);
/* Tells a few of each crowd. Returns whether somebody has yet to be told. */
bool crowds_tell(struct relay *relay);

/* ---- leave.c: who must go ---- */

/* For feed_watcher. */
void client_revoked(void *relay, const struct floor *floor, struct str session_id);
/* To be called every FEED_TICK_MS: whose session or patience is over, and who answers no ping. */
void clients_check(struct relay *relay, int64_t now);
void clients_dismiss(struct relay *relay);

#endif
