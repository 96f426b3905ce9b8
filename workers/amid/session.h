/*
 * One manager account on one link: login, boot, ping, and actions with their answers. Runs in the
 * core thread; the link's thread only moves bytes.
 */
#ifndef AMID_SESSION_H
#define AMID_SESSION_H

#include "lib/ami.h"

#include <stdbool.h>

struct session;

struct session_options {
	const char *name;              /* in the log and in ActionIDs: no two sessions share one */
	const char *host;
	int port;
	const char *user, *secret;
	bool events;                   /* false: a send-only account */
	int wake_fd;
	/* The account is logged in and Asterisk has booted: actions may be sent. */
	void (*on_ready)(void *arg, struct session *s);
	/* The link is gone; every pending action has been told so. */
	void (*on_down)(void *arg, struct session *s);
	/*
	 * A live event, from on_ready on. What carries an ActionID of this session's own is none, but a
	 * row of a list: late if its action is over, and nobody's then.
	 */
	void (*on_event)(void *arg, const struct ami_message *m);
	void *arg;
};

/*
 * The answer to an action: called for each row of a list (an event with our ActionID), then once
 * with the response or the list's Complete event and last set. m is NULL with last when the
 * deadline passed or the link was lost; nothing is known of the outcome then. An answer that comes
 * after that is passed over.
 */
typedef void session_answer(void *arg, const struct ami_message *m, bool last);

struct session *session_new(const void *ctx, const struct session_options *options);
/* Takes what the link has read; call after each wake-up and at session_next_deadline(). */
void session_run(struct session *s);
/* Monotonic ms of the next thing to do, for poll's timeout. */
int64_t session_next_deadline(const struct session *s);
bool session_ready(const struct session *s);
/* Wall clock, µs, of the last sign of life from Asterisk, 0: none yet. */
int64_t session_heard_us(const struct session *s);
/* How long Asterisk had been up when it said so at login, in whole seconds. */
int64_t session_uptime_s(const struct session *s);

/*
 * Sends an action: begin, put headers into the returned action, send. answer may be NULL. The
 * deadline is in ms from now. session_send returns 0, ERR_INVALID (a header was refused; answer
 * is not called) or ERR_PBX_UNAVAILABLE (not ready; answer is not called).
 */
struct ami_action *session_begin(struct session *s, const char *name);
int session_send(struct session *s, session_answer *answer, void *arg, int deadline_ms);

/* Whether a response says Success. */
bool answer_ok(const struct ami_message *m);

#endif
