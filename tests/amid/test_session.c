/*
 * The session: login, boot and ping each with a deadline, and each action answered once, whatever
 * the manager at the other end does. Time is the test's: it moves when the test says so.
 */
#include "workers/amid/session.h"

#include "lib/err.h"
#include "tests/amid/peer.h"
#include "workers/amid/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include <cmocka.h>

enum { DAY_S = 86400 };

static _Atomic int64_t mono_ms = 1000000, wall_shift_us;

int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_wall_us(void);
int64_t __real_clock_wall_us(void);

int64_t __wrap_clock_mono_ms(void)
{
	return atomic_load(&mono_ms);
}

int64_t __wrap_clock_wall_us(void)
{
	return __real_clock_wall_us() + atomic_load(&wall_shift_us);
}

struct fixture {
	struct peer peer;
	struct session *session;
	int wake_fd;
	struct buf *told;        /* a line each call the session has made */
	char id[64];             /* ActionID of the last action that was asked */
	int again;               /* what session_send said inside an answer */
};

static void *forever;

static int open_forever(void **state)
{
	(void)state;
	forever = mem_context();
	return 0;
}

static int setup(void **state)
{
	struct fixture *f = mem_new(forever, struct fixture);

	peer_open(&f->peer);
	f->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->told = buf_new(forever);
	atomic_store(&wall_shift_us, 0);
	log_forget();
	*state = f;
	return 0;
}

/* ---- what the session tells ---- */

static void on_ready(void *arg, struct session *s)
{
	struct fixture *f = arg;

	assert_true(session_ready(s));
	buf_adds(f->told, "ready\n");
}

static void on_down(void *arg, struct session *s)
{
	struct fixture *f = arg;

	assert_false(session_ready(s));
	buf_adds(f->told, "down\n");
}

static void on_event(void *arg, const struct ami_message *m)
{
	struct fixture *f = arg;
	struct str name = ami_get(m, "Event");

	buf_printf(f->told, "event %.*s\n", (int)name.n, name.p);
}

static struct fixture *answered;
static char hangup[] = "Hangup";

/* The argument is the name that the test gave the action. */
static void on_answer(void *arg, const struct ami_message *m, bool last)
{
	struct buf *told = answered->told;

	buf_printf(told, "%s %s", (const char *)arg, !m ? "lost" : last ? "last" : "row");
	for (size_t i = 0; m && i < m->n; i++)
		if (!str_is(m->headers[i].key, "ActionID") && !str_is(m->headers[i].key, "EventList"))
			buf_printf(told, " %.*s", (int)m->headers[i].value.n, m->headers[i].value.p);
	buf_addc(told, '\n');
}

static const char *told(struct fixture *f)
{
	return buf_text(f->told);
}

/* ---- the manager's part ---- */

static void turn(struct fixture *f)
{
	peer_wait(&f->peer, f->wake_fd);
	session_run(f->session);
	peer_read(&f->peer);
}

static void say(struct fixture *f, const char *text)
{
	peer_send(&f->peer, text, strlen(text));
}

static void say_of(struct fixture *f, const char *id, const char *before, const char *after)
{
	struct buf *text = buf_new(forever);

	buf_printf(text, "%s\r\nActionID: %s\r\n%s\r\n", before, id, after);
	peer_send(&f->peer, text->p, text->n);
}

/* Whether an action has come whole. If so it is taken out, and is to be of that name. */
static bool take_action(struct fixture *f, const char *name, struct buf *action)
{
	struct buf *in = f->peer.in;
	char *end = in->n ? memmem(in->p, in->n, "\r\n\r\n", 4) : NULL;

	if (!end)
		return false;
	size_t n = (size_t)(end + 4 - in->p);
	action->n = 0;
	buf_add(action, in->p, n);
	buf_shift(in, n);
	char *expected = mem_printf(forever, "Action: %s\r\nActionID: ", name);
	assert_memory_equal(buf_text(action), expected, strlen(expected));
	assert_int_equal(sscanf(action->p + strlen(expected), "%63[^\r]", f->id), 1);
	return true;
}

/* The next action, which is of that name. Its ActionID is in f->id. */
static const char *asked(struct fixture *f, const char *name)
{
	struct buf *action = buf_new(forever);

	UNTIL(take_action(f, name, action), turn(f));
	return buf_text(action);
}

static void open_session(struct fixture *f, bool events)
{
	answered = f;
	f->session = session_new(forever, &(struct session_options){
		.name = "test", .host = f->peer.host, .port = f->peer.port, .user = "worker",
		.secret = "s3cret", .events = events, .wake_fd = f->wake_fd,
		.on_ready = on_ready, .on_down = on_down, .on_event = on_event, .arg = f });
}

static void accept_next(struct fixture *f)
{
	UNTIL(peer_accept(&f->peer), turn(f));
}

static const char booted[] = "Event: FullyBooted\r\nUptime: 42\r\n\r\n";

static void log_in(struct fixture *f)
{
	accept_next(f);
	say(f, "Asterisk Call Manager/11.0.0\r\n");
	asked(f, "Login");
	say_of(f, f->id, "Response: Success", "Message: Authentication accepted\r\n");
	say(f, booted);
	UNTIL(session_ready(f->session), turn(f));
}

static void be_ready(struct fixture *f)
{
	open_session(f, true);
	log_in(f);
	f->told->n = 0;
}

static int send_named(struct fixture *f, const char *action, int deadline_ms)
{
	session_begin(f->session, action);
	return session_send(f->session, on_answer, mem_strdup(forever, action), deadline_ms);
}

static void ask(struct fixture *f, const char *action, int deadline_ms)
{
	assert_int_equal(send_named(f, action, deadline_ms), 0);
	asked(f, action);
}

static void pass(int ms)
{
	atomic_fetch_add(&mono_ms, ms);
}

/* A second with its ping, answered. */
static void ping(struct fixture *f)
{
	pass(1000);
	asked(f, "Ping");
	say_of(f, f->id, "Response: Success", "Ping: Pong\r\n");
}

/* What was said before this has been heard. */
static void until_heard(struct fixture *f)
{
	size_t before = f->told->n;

	say(f, "Event: Mark\r\n\r\n");
	UNTIL(f->told->n > before && memmem(f->told->p + before, f->told->n - before,
					    "event Mark\n", 11), turn(f));
	f->told->n -= strlen("event Mark\n");
}

/* ---- login and boot ---- */

static void a_session_is_ready_once_asterisk_has_booted(void **state)
{
	struct fixture *f = *state;

	open_session(f, true);
	accept_next(f);
	const char *login = asked(f, "Login");
	assert_non_null(strstr(login, "\r\nUsername: worker\r\nSecret: s3cret\r\nEvents: on\r\n"));
	assert_false(session_ready(f->session));
	assert_int_equal(send_named(f, "Status", 1000), ERR_PBX_UNAVAILABLE);
	say_of(f, f->id, "Asterisk Call Manager/11.0.0\r\nResponse: Success", "");
	/* What happens while it boots is found by what on_ready begins. */
	say(f, "Event: ContactStatus\r\n\r\n");
	say(f, booted);
	say(f, "Event: Newchannel\r\n\r\n");
	UNTIL(f->told->n >= 23, turn(f));
	assert_string_equal(told(f), "ready\nevent Newchannel\n");
	assert_int_equal(session_uptime_s(f->session), 42);
	assert_true(log_has("link up name=test"));
	assert_false(log_has("s3cret"));
}

static void an_account_without_events_is_ready_when_logged_in(void **state)
{
	struct fixture *f = *state;

	open_session(f, false);
	accept_next(f);
	assert_non_null(strstr(asked(f, "Login"), "\r\nEvents: off\r\n"));
	say_of(f, f->id, "Response: Success", "");
	UNTIL(session_ready(f->session), turn(f));
	assert_string_equal(told(f), "ready\n");
}

static void a_refused_login_is_tried_again_without_haste(void **state)
{
	enum { REFUSALS = 3 };
	struct fixture *f = *state;
	int64_t begin = peer_now_ms();

	open_session(f, true);
	for (int i = 0; i < REFUSALS; i++) {
		accept_next(f);
		asked(f, "Login");
		say_of(f, f->id, "Response: Error", "Message: Authentication failed\r\n");
		UNTIL(f->peer.ended, turn(f));
	}
	log_in(f);
	assert_true(peer_now_ms() - begin >= REFUSALS * LINK_BACKOFF_MIN_MS);
	assert_string_equal(told(f), "ready\n");
	assert_true(log_has("login refused name=test user=worker message=Authentication failed"));
	assert_true(log_has("link down name=test reason=login refused"));
}

/* As a stopped Asterisk does: its kernel accepts. */
static void who_does_not_answer_the_login_is_dropped_at_the_deadline(void **state)
{
	struct fixture *f = *state;

	open_session(f, true);
	accept_next(f);
	asked(f, "Login");
	pass(4999);
	session_run(f->session);
	assert_int_equal(session_next_deadline(f->session), atomic_load(&mono_ms) + 1);
	pass(1);
	UNTIL(f->peer.ended, turn(f));
	log_in(f);
	assert_string_equal(told(f), "ready\n");
	assert_true(log_has("link down name=test reason=no answer to the login"));
}

static void who_never_boots_is_dropped_at_the_deadline(void **state)
{
	struct fixture *f = *state;

	open_session(f, true);
	accept_next(f);
	asked(f, "Login");
	say_of(f, f->id, "Response: Success", "");
	int64_t boots_until = atomic_load(&mono_ms) + 60000;
	UNTIL(session_next_deadline(f->session) == boots_until, turn(f));
	pass(60000);
	UNTIL(f->peer.ended, turn(f));
	assert_string_equal(told(f), "");
	UNTIL(log_has("reason=Asterisk does not finish booting"), turn(f));
}

/* ---- ping ---- */

static void silence_is_noticed_four_seconds_after_the_last_answer(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	for (int i = 0; i < 5; i++)
		ping(f);
	until_heard(f);
	int64_t heard = session_heard_us(f->session);
	for (int i = 0; i < 3; i++) {
		pass(1000);
		asked(f, "Ping");
	}
	pass(999);
	session_run(f->session);
	assert_true(session_ready(f->session));
	pass(1);
	session_run(f->session);
	assert_false(session_ready(f->session));
	UNTIL(f->peer.ended, turn(f));
	assert_string_equal(told(f), "down\n");
	assert_int_equal(send_named(f, "Status", 1000), ERR_PBX_UNAVAILABLE);
	f->told->n = 0;
	log_in(f);
	assert_string_equal(told(f), "ready\n");
	assert_true(log_has("link down name=test reason=no answer to a ping"));
	/* Our own hanging up is no word from Asterisk; its banner was. */
	assert_true(session_heard_us(f->session) > heard);
}

static void a_silent_asterisk_is_not_heard_by_being_dropped(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	until_heard(f);
	int64_t heard = session_heard_us(f->session);
	pass(1000);
	asked(f, "Ping");
	pass(3000);
	for (int i = 0; i < 2; i++) {
		UNTIL(f->peer.ended, turn(f));
		accept_next(f);
		asked(f, "Login");
		assert_int_equal(session_heard_us(f->session), heard);
		pass(5000);
	}
}

static void a_jump_of_the_wall_clock_moves_no_deadline(void **state)
{
	static const int64_t jumps_s[] = { DAY_S, -DAY_S, -3600, 3600 };
	struct fixture *f = *state;

	be_ready(f);
	for (size_t i = 0; i < ARRAY_LEN(jumps_s); i++) {
		ask(f, "Status", 500);
		int64_t next = session_next_deadline(f->session);
		atomic_store(&wall_shift_us, jumps_s[i] * 1000000);
		session_run(f->session);
		assert_int_equal(session_next_deadline(f->session), next);
		say_of(f, f->id, "Response: Success", "");
		until_heard(f);
		ping(f);
		until_heard(f);
		assert_in_range(session_heard_us(f->session), clock_wall_us() - 20000000,
				clock_wall_us());
	}
	assert_string_equal(told(f), "Status last Success\nStatus last Success\n"
				     "Status last Success\nStatus last Success\n");
	assert_true(session_ready(f->session));
}

/* ---- answers ---- */

static void rows_go_to_their_action_in_any_pieces(void **state)
{
	static const size_t pieces[] = { 1, 2, 7, 100, 100000 };
	struct fixture *f = *state;

	be_ready(f);
	for (size_t p = 0; p < ARRAY_LEN(pieces); p++) {
		struct buf *text = buf_new(forever);
		ask(f, "Status", 5000);
		buf_printf(text, "Response: Success\r\nActionID: %s\r\nEventList: start\r\n\r\n", f->id);
		buf_printf(text, "Event: Status\r\nActionID: %s\r\nChannel: A\r\n\r\n", f->id);
		buf_adds(text, "Event: Hangup\r\n\r\n");
		buf_printf(text, "Event: Status\r\nActionID: %s\r\nChannel: B\r\n\r\n", f->id);
		/* Said of an Originate of another session. */
		buf_adds(text, "Event: OriginateResponse\r\nActionID: cb-control-1-1\r\n\r\n");
		buf_adds(text, "Event: OriginateResponse\r\nActionID: cb-1-2\r\n\r\n");
		buf_printf(text, "Event: StatusComplete\r\nActionID: %s\r\nEventList: Complete\r\n"
			   "ListItems: 2\r\n\r\n", f->id);
		buf_adds(text, "Event: End\r\n\r\n");
		for (size_t at = 0, n; at < text->n; at += n) {
			n = text->n - at < pieces[p] ? text->n - at : pieces[p];
			peer_send(&f->peer, text->p + at, n);
			turn(f);
		}
		UNTIL(f->told->n > 9 && memcmp(f->told->p + f->told->n - 10, "event End\n", 10) == 0,
		      turn(f));
		assert_string_equal(told(f), "Status row Status A\n"
					     "event Hangup\n"
					     "Status row Status B\n"
					     "event OriginateResponse\n"
					     "event OriginateResponse\n"
					     "Status last StatusComplete 2\n"
					     "event End\n");
		f->told->n = 0;
	}
}

static void a_refusal_is_the_whole_answer(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	ask(f, "PJSIPShowContacts", 5000);
	say_of(f, f->id, "Response: Error", "Message: No Contacts found\r\n");
	say_of(f, f->id, "Response: Error", "Message: once more\r\n");
	until_heard(f);
	pass(500);
	session_run(f->session);
	assert_string_equal(told(f), "PJSIPShowContacts last Error No Contacts found\n");
}

static void answers_find_their_action_out_of_order(void **state)
{
	struct fixture *f = *state;
	char first[64];

	be_ready(f);
	ask(f, "Hangup", 5000);
	memcpy(first, f->id, sizeof(first));
	ask(f, "Redirect", 5000);
	say_of(f, f->id, "Response: Success", "");
	say_of(f, first, "Response: Error", "");
	until_heard(f);
	assert_string_equal(told(f), "Redirect last Success\nHangup last Error\n");
}

/* Asterisk refuses a line of 1,024 bytes without saying whose it is. */
static void an_error_without_an_action_only_lets_time_pass(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	ask(f, "Hangup", 500);
	say(f, "Response: Error\r\nMessage: line too long\r\n\r\n");
	until_heard(f);
	assert_string_equal(told(f), "");
	pass(499);
	session_run(f->session);
	assert_string_equal(told(f), "");
	pass(1);
	session_run(f->session);
	assert_string_equal(told(f), "Hangup lost\n");
	assert_true(session_ready(f->session));
}

static void what_comes_after_the_deadline_is_nobodys(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	ask(f, "QueueStatus", 500);
	say_of(f, f->id, "Response: Success", "EventList: start\r\n");
	say_of(f, f->id, "Event: QueueMember", "");
	until_heard(f);
	pass(500);
	session_run(f->session);
	say_of(f, f->id, "Event: QueueMember", "");
	say_of(f, f->id, "Event: QueueStatusComplete", "EventList: Complete\r\n");
	say_of(f, f->id, "Response: Success", "");
	until_heard(f);
	assert_string_equal(told(f), "QueueStatus row QueueMember\nQueueStatus lost\n");
}

static void a_loss_is_told_to_each_action_once(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	ask(f, "Hangup", 2000);
	ask(f, "Redirect", 500);
	say_of(f, f->id, "Response: Success", "EventList: start\r\n");
	until_heard(f);
	peer_close(&f->peer);
	UNTIL(!session_ready(f->session), turn(f));
	assert_string_equal(told(f), "Hangup lost\nRedirect lost\ndown\n");
	log_in(f);
	pass(900);
	until_heard(f);
	assert_string_equal(told(f), "Hangup lost\nRedirect lost\ndown\nready\n");
}

static void an_action_that_is_refused_here_is_never_sent(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	ami_action_put(session_begin(f->session, "Hangup"), "Channel", "/.*/");
	assert_int_equal(session_send(f->session, on_answer, hangup, 500), ERR_INVALID);
	ami_action_put(session_begin(f->session, "Hangup"), "Channel", "a\r\nAction: Logoff");
	assert_int_equal(session_send(f->session, NULL, NULL, 0), ERR_INVALID);
	ask(f, "Status", 500);
	pass(500);
	session_run(f->session);
	assert_string_equal(told(f), "Status lost\n");
}

static void an_action_without_interest_in_its_answer_is_sent(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	session_begin(f->session, "QueuePause");
	assert_int_equal(session_send(f->session, NULL, NULL, 0), 0);
	asked(f, "QueuePause");
	say_of(f, f->id, "Response: Success", "");
	until_heard(f);
	assert_string_equal(told(f), "");
}

static void ask_again(void *arg, const struct ami_message *m, bool last)
{
	struct fixture *f = arg;

	on_answer(hangup, m, last);
	f->again = send_named(f, "Status", 1000);
}

static void an_answer_may_ask_again(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	session_begin(f->session, "Hangup");
	assert_int_equal(session_send(f->session, ask_again, f, 500), 0);
	asked(f, "Hangup");
	pass(500);
	asked(f, "Status");
	assert_int_equal(f->again, 0);
	say_of(f, f->id, "Response: Success", "");
	until_heard(f);
	session_begin(f->session, "Hangup");
	assert_int_equal(session_send(f->session, ask_again, f, 500), 0);
	peer_close(&f->peer);
	UNTIL(!session_ready(f->session), turn(f));
	assert_int_equal(f->again, ERR_PBX_UNAVAILABLE);
	assert_string_equal(told(f), "Hangup lost\nStatus last Success\nHangup lost\ndown\n");
}

/* ---- the ends of a connection ---- */

static void what_came_whole_before_the_end_is_heard(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	ask(f, "Hangup", 500);
	peer_refuse(&f->peer);
	say_of(f, f->id, "Response: Success", "");
	say(f, "Event: Hangup\r\n\r\nEvent: Shutdown\r\n\r\nEvent: Cut\r\nChannel: PJS");
	peer_close(&f->peer);
	/* The session looks only when all is over. */
	UNTIL(log_has("link down"), peer_wait(&f->peer, f->wake_fd));
	session_run(f->session);
	assert_string_equal(told(f), "Hangup last Success\nevent Hangup\nevent Shutdown\ndown\n");
}

static void a_message_cut_in_the_middle_is_not_completed_by_the_next_connection(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	int64_t heard = session_heard_us(f->session);
	say(f, "Event: Cut\r\nChannel: PJS");
	UNTIL(session_heard_us(f->session) > heard, turn(f));
	turn(f);
	peer_close(&f->peer);
	UNTIL(!session_ready(f->session), turn(f));
	log_in(f);
	until_heard(f);
	assert_string_equal(told(f), "down\nready\n");
}

static void a_new_connection_gets_nothing_before_its_login(void **state)
{
	struct fixture *f = *state;

	be_ready(f);
	ask(f, "Status", 5000);
	peer_close(&f->peer);
	/* The link is up again before the session has looked. */
	UNTIL(peer_accept(&f->peer), peer_wait(&f->peer, f->wake_fd));
	assert_int_equal(send_named(f, "Hangup", 5000), ERR_PBX_UNAVAILABLE);
	asked(f, "Login");
	assert_string_equal(told(f), "Status lost\ndown\n");
}

static void what_is_not_the_managers_protocol_ends_the_link(void **state)
{
	enum { LONG = AMI_MESSAGE_MAX_BYTES + 100000 };
	struct fixture *f = *state;
	struct buf *line = buf_new(forever), *headers = buf_new(forever);

	memset(buf_reserve(line, LONG), 'x', LONG);
	line->n = LONG;
	for (int i = 0; i <= AMI_HEADERS_MAX; i++)
		buf_adds(headers, "K: v\r\n");
	const struct str streams[] = { STR("Event: A\0B\r\n\r\n"), { line->p, line->n },
				       { headers->p, headers->n } };
	be_ready(f);
	for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
		ask(f, "Status", 5000);
		say(f, "Event: Before\r\n\r\n");
		peer_send(&f->peer, streams[i].p, streams[i].n);
		say(f, "\r\n\r\nEvent: After\r\n\r\n");
		UNTIL(!session_ready(f->session), turn(f));
		UNTIL(peer_accept(&f->peer), turn(f));
		assert_string_equal(told(f), "event Before\nStatus lost\ndown\n");
		assert_true(log_has("link down name=test reason=not the manager's protocol"));
		asked(f, "Login");
		say_of(f, f->id, "Response: Success", "");
		say(f, booted);
		UNTIL(session_ready(f->session), turn(f));
		f->told->n = 0;
		log_forget();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_session_is_ready_once_asterisk_has_booted, setup),
		cmocka_unit_test_setup(an_account_without_events_is_ready_when_logged_in, setup),
		cmocka_unit_test_setup(a_refused_login_is_tried_again_without_haste, setup),
		cmocka_unit_test_setup(who_does_not_answer_the_login_is_dropped_at_the_deadline,
				       setup),
		cmocka_unit_test_setup(who_never_boots_is_dropped_at_the_deadline, setup),
		cmocka_unit_test_setup(silence_is_noticed_four_seconds_after_the_last_answer, setup),
		cmocka_unit_test_setup(a_silent_asterisk_is_not_heard_by_being_dropped, setup),
		cmocka_unit_test_setup(a_jump_of_the_wall_clock_moves_no_deadline, setup),
		cmocka_unit_test_setup(rows_go_to_their_action_in_any_pieces, setup),
		cmocka_unit_test_setup(a_refusal_is_the_whole_answer, setup),
		cmocka_unit_test_setup(answers_find_their_action_out_of_order, setup),
		cmocka_unit_test_setup(an_error_without_an_action_only_lets_time_pass, setup),
		cmocka_unit_test_setup(what_comes_after_the_deadline_is_nobodys, setup),
		cmocka_unit_test_setup(a_loss_is_told_to_each_action_once, setup),
		cmocka_unit_test_setup(an_action_that_is_refused_here_is_never_sent, setup),
		cmocka_unit_test_setup(an_action_without_interest_in_its_answer_is_sent, setup),
		cmocka_unit_test_setup(an_answer_may_ask_again, setup),
		cmocka_unit_test_setup(what_came_whole_before_the_end_is_heard, setup),
		cmocka_unit_test_setup(
			a_message_cut_in_the_middle_is_not_completed_by_the_next_connection, setup),
		cmocka_unit_test_setup(a_new_connection_gets_nothing_before_its_login, setup),
		cmocka_unit_test_setup(what_is_not_the_managers_protocol_ends_the_link, setup),
	};

	return cmocka_run_group_tests(tests, open_forever, NULL);
}
