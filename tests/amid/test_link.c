/* The link: it is drained whatever happens, bounded, and made anew; its two ends never mix. */
#include "workers/amid/link.h"

#include "tests/amid/peer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>

#include <cmocka.h>

struct fixture {
	struct peer peer;
	struct link *link;
	int wake_fd;
	struct buf *in;          /* what has been taken of the present connection */
	struct buf *into;        /* is exchanged */
	unsigned connection;
	bool up;
};

/* A link lives as long as the process: so does what its thread uses. */
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
	f->in = buf_new(forever);
	f->into = buf_new(NULL);
	log_forget();
	*state = f;
	return 0;
}

static void start(struct fixture *f)
{
	f->link = link_start(forever, "test", f->peer.host, f->peer.port, f->wake_fd);
}

static void take(struct fixture *f)
{
	unsigned before = f->connection;

	f->into->n = 0;
	f->up = link_take(f->link, &f->into, &f->connection);
	if (f->connection != before)
		f->in->n = 0;
	buf_add(f->in, f->into->p, f->into->n);
}

static void turn(struct fixture *f)
{
	peer_wait(&f->peer, f->wake_fd);
	take(f);
}

static void connect_next(struct fixture *f)
{
	unsigned before = f->connection;

	UNTIL(peer_accept(&f->peer), turn(f));
	UNTIL(f->up && f->connection > before, turn(f));
}

static void say(struct fixture *f, const char *text)
{
	peer_send(&f->peer, text, strlen(text));
}

static const char *got(struct fixture *f)
{
	return buf_text(f->in);
}

static void pauses_lie_between_their_bounds(void **state)
{
	static const unsigned randoms[] = { 0, 1, 99, 100, 101, 4899, 4900, 4901, 123456789, ~0u };
	int longest = 0;

	(void)state;
	for (unsigned failures = 0; failures < 100; failures++)
		for (size_t i = 0; i < ARRAY_LEN(randoms); i++) {
			int ms = link_backoff_ms(failures, randoms[i]);
			assert_in_range(ms, LINK_BACKOFF_MIN_MS, LINK_BACKOFF_MAX_MS);
			assert_true(failures || ms <= 2 * LINK_BACKOFF_MIN_MS);
			longest = ms > longest ? ms : longest;
		}
	assert_int_equal(longest, LINK_BACKOFF_MAX_MS);
	assert_int_equal(link_backoff_ms(~0u, 4900), LINK_BACKOFF_MAX_MS);
	assert_int_not_equal(link_backoff_ms(0, 1), link_backoff_ms(0, 2));
}

static void what_is_left_of_a_connection_goes_with_it(void **state)
{
	struct fixture *f = *state;

	start(f);
	connect_next(f);
	say(f, "Asterisk Call Man");
	UNTIL(f->in->n == 17, turn(f));
	assert_string_equal(got(f), "Asterisk Call Man");
	say(f, "ager/11.0.0\r\n");
	peer_close(&f->peer);
	/* Nothing is taken until the next connection is there. */
	UNTIL(peer_accept(&f->peer), peer_wait(&f->peer, f->wake_fd));
	say(f, "new");
	UNTIL(f->connection == 2 && f->in->n >= 3, take(f));
	assert_string_equal(got(f), "new");
	assert_true(log_has("link down name=test reason=closed by Asterisk"));
}

static void numbers_rise_with_each_connection(void **state)
{
	struct fixture *f = *state;

	start(f);
	for (unsigned i = 1; i <= 3; i++) {
		connect_next(f);
		assert_int_equal(f->connection, i);
		peer_close(&f->peer);
	}
}

static void the_last_bytes_before_a_close_are_handed_out(void **state)
{
	struct fixture *f = *state;

	start(f);
	connect_next(f);
	peer_refuse(&f->peer);
	say(f, "Event: Shutdown\r\n\r\n");
	peer_close(&f->peer);
	UNTIL(log_has("link down"), peer_wait(&f->peer, f->wake_fd));
	UNTIL(!f->up, turn(f));
	assert_int_equal(f->connection, 1);
	assert_string_equal(got(f), "Event: Shutdown\r\n\r\n");
}

static void one_that_is_refused_is_tried_again(void **state)
{
	struct fixture *f = *state;

	peer_refuse(&f->peer);
	start(f);
	UNTIL(log_has("link refused name=test reason=Connection refused"), turn(f));
	assert_false(f->up);
	assert_int_equal(link_send(f->link, 0, f->in), -ENOTCONN);
	peer_listen_again(&f->peer);
	connect_next(f);
	assert_int_equal(f->connection, 1);
}

static void what_nobody_takes_is_bounded(void **state)
{
	enum { PIECE = 1 << 20 };
	struct fixture *f = *state;
	char *piece = mem_array(forever, char, PIECE);

	memset(piece, 'x', PIECE);
	start(f);
	connect_next(f);
	for (int i = 0; i < LINK_QUEUE_MAX_BYTES / PIECE + 1; i++)
		peer_send(&f->peer, piece, PIECE);
	UNTIL(log_has("link down name=test reason=more than can be kept"),
	      peer_wait(&f->peer, f->wake_fd));
	UNTIL(peer_accept(&f->peer), peer_wait(&f->peer, f->wake_fd));
	say(f, "new");
	/* Until then this side has taken nothing: what is handed out now is of the new one alone. */
	UNTIL(f->connection == 2 && f->in->n, take(f));
	assert_string_equal(got(f), "new");
	assert_true(f->into->cap <= LINK_QUEUE_MAX_BYTES);
}

static void as_much_as_the_bound_is_kept(void **state)
{
	enum { PIECE = 1 << 20 };
	struct fixture *f = *state;
	char *piece = mem_array(forever, char, PIECE);

	memset(piece, 'x', PIECE);
	start(f);
	connect_next(f);
	peer_refuse(&f->peer);
	for (int i = 0; i < LINK_QUEUE_MAX_BYTES / PIECE; i++)
		peer_send(&f->peer, piece, PIECE);
	peer_close(&f->peer);
	UNTIL(log_has("link down"), peer_wait(&f->peer, f->wake_fd));
	assert_true(log_has("reason=closed by Asterisk"));
	take(f);
	assert_int_equal(f->into->n, LINK_QUEUE_MAX_BYTES);
}

static void sending_never_waits(void **state)
{
	enum { PIECE = 1 << 20, PIECES_MAX = 64 };
	struct fixture *f = *state;
	struct buf *piece = buf_new(forever);
	int err = 0;

	memset(buf_reserve(piece, PIECE), 'x', PIECE);
	piece->n = PIECE;
	start(f);
	connect_next(f);
	int64_t begin = peer_now_ms();
	for (int i = 0; i < PIECES_MAX && !err; i++)
		err = link_send(f->link, 1, piece);
	assert_int_equal(err, -EAGAIN);
	assert_in_range(peer_now_ms() - begin, 0, 2000);
	assert_int_equal(link_send(f->link, 1, piece), -ENOTCONN);
	UNTIL(log_has("link down name=test reason=Asterisk does not read"), turn(f));
	connect_next(f);
	piece->n = 4;
	assert_int_equal(link_send(f->link, 2, piece), 0);
	UNTIL(f->peer.in->n == 4, peer_read(&f->peer));
}

static void bytes_and_the_far_ends_close_are_signs_of_life(void **state)
{
	void (*const ends[])(struct peer *) = { peer_close, peer_reset };
	struct fixture *f = *state;
	int64_t heard = 0;

	start(f);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		/* That the kernel accepts is none: it does so for a stopped Asterisk. */
		connect_next(f);
		assert_int_equal(link_heard_us(f->link), heard);
		say(f, "x");
		UNTIL(link_heard_us(f->link) > heard, turn(f));
		heard = link_heard_us(f->link);
		ends[i](&f->peer);
		UNTIL(link_heard_us(f->link) > heard, turn(f));
		heard = link_heard_us(f->link);
	}
}

static void an_end_of_our_own_making_is_no_sign_of_life(void **state)
{
	struct fixture *f = *state;

	start(f);
	connect_next(f);
	say(f, "x");
	UNTIL(f->in->n, turn(f));
	int64_t heard = link_heard_us(f->link);
	link_drop(f->link, 1, "the test says so");
	connect_next(f);
	assert_int_equal(link_heard_us(f->link), heard);
	assert_true(log_has("link down name=test reason=the test says so"));
	assert_false(log_has("closed by Asterisk"));
}

static void who_means_an_old_connection_does_not_touch_the_new_one(void **state)
{
	struct fixture *f = *state;
	struct buf *action = buf_new(forever);

	buf_adds(action, "Action: Ping\r\n\r\n");
	start(f);
	connect_next(f);
	peer_close(&f->peer);
	connect_next(f);
	link_drop(f->link, 1, "too late");
	assert_int_equal(link_send(f->link, 1, action), -ENOTCONN);
	assert_int_equal(link_send(f->link, 2, action), 0);
	UNTIL(f->peer.in->n == action->n, peer_read(&f->peer));
	assert_false(f->peer.ended);
	assert_false(log_has("too late"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_lie_between_their_bounds),
		cmocka_unit_test_setup(what_is_left_of_a_connection_goes_with_it, setup),
		cmocka_unit_test_setup(numbers_rise_with_each_connection, setup),
		cmocka_unit_test_setup(the_last_bytes_before_a_close_are_handed_out, setup),
		cmocka_unit_test_setup(one_that_is_refused_is_tried_again, setup),
		cmocka_unit_test_setup(what_nobody_takes_is_bounded, setup),
		cmocka_unit_test_setup(as_much_as_the_bound_is_kept, setup),
		cmocka_unit_test_setup(sending_never_waits, setup),
		cmocka_unit_test_setup(bytes_and_the_far_ends_close_are_signs_of_life, setup),
		cmocka_unit_test_setup(an_end_of_our_own_making_is_no_sign_of_life, setup),
		cmocka_unit_test_setup(who_means_an_old_connection_does_not_touch_the_new_one,
				       setup),
	};

	return cmocka_run_group_tests(tests, open_forever, NULL);
}
