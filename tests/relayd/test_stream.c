/* The stream of events: what is taken, what is kept, and the frames made of it. */
#include "lib/err.h"
#include "lib/json.h"
#include "tests/relayd/audiences.h"
#include "workers/relayd/stream.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define EPOCH ((int64_t)1 << 32)

static struct stream *new_stream(void)
{
	struct stream *s = stream_new(NULL);

	stream_begin(s, EPOCH);
	return s;
}

static enum stream_taken take(struct stream *s, int64_t seq, int64_t previous,
			      const char *extensions, const char *body)
{
	char *text = mem_printf(s, "%" PRId64 " %" PRId64 " - %s call:ended\n%s", seq, previous,
				extensions, body);
	enum stream_taken taken = stream_take(s, str_of(text));

	talloc_free(text);
	return taken;
}

static void take_next(struct stream *s, const char *extensions, const char *body)
{
	assert_int_equal(take(s, stream_seq(s) + 1, stream_seq(s), extensions, body), STREAM_NEW);
}

static void assert_frame(struct stream *s, const struct audience *audience, int64_t seq,
			 const char *text)
{
	const struct buf *frame = stream_frame(s, audience, seq);

	if (!text) {
		assert_null(frame);
		return;
	}
	assert_non_null(frame);
	assert_int_equal(frame->n - FRAME_HEADROOM, strlen(text));
	assert_memory_equal(frame->p + FRAME_HEADROOM, text, strlen(text));
}

static void header_is_read(void **state)
{
	struct event_head head;
	struct str body;

	(void)state;
	assert_int_equal(event_parse(STR("4294967301 4294967300 support 1001,1002 call:ended\n{}"),
				     &head, &body),
			 0);
	assert_int_equal(head.seq, EPOCH + 5);
	assert_int_equal(head.previous, EPOCH + 4);
	assert_true(str_is(head.subject.queue, "support"));
	assert_true(str_is(head.subject.extensions, "1001,1002"));
	assert_true(str_is(head.subject.type, "call:ended"));
	assert_true(str_is(body, "{}"));
}

static const char *const malformed[] = {
	"",
	"\n",
	"5 4 - - call:ended",
	"5 4 - - call:ended\n",
	"5 4 - -\n{}",
	"5 4 - - \n{}",
	"5 4  - call:ended\n{}",
	"5 4 - - call:ended more\n{}",
	"5 - - - call:ended\n{}",
	"-5 4 - - call:ended\n{}",
	"x 4 - - call:ended\n{}",
	" 5 4 - - call:ended\n{}",
	"9223372036854775808 4 - - call:ended\n{}",
	"99999999999999999999 4 - - call:ended\n{}",
	"{\"seq\":5}\n{}",
};

static void malformed_header_is_refused(void **state)
{
	struct event_head head;
	struct str body;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(malformed); i++)
		if (event_parse(str_of(malformed[i]), &head, &body) != ERR_MALFORMED)
			fail_msg("%s", malformed[i]);
}

static void nothing_is_taken_before_the_beginning(void **state)
{
	struct stream *s = stream_new(*state);

	assert_int_equal(take(s, EPOCH + 1, EPOCH, "-", "{}"), STREAM_OLD);
	assert_false(stream_begun(s));
	assert_false(stream_covers(s, EPOCH + 1));
	assert_frame(s, everybody, 0, NULL);
	talloc_free(s);
}

static void events_follow_each_other(void **state)
{
	struct stream *s = new_stream();

	(void)state;
	take_next(s, "-", "{\"a\":1}");
	take_next(s, "-", "{\"b\":2}");
	assert_int_equal(stream_seq(s), EPOCH + 2);
	assert_int_equal(stream_events_after(s, EPOCH), 2);
	assert_int_equal(stream_events_after(s, EPOCH + 2), 0);
	assert_frame(s, everybody, EPOCH, "[{\"a\":1},{\"b\":2}]");
	assert_frame(s, everybody, EPOCH + 1, "[{\"b\":2}]");
	assert_frame(s, everybody, EPOCH + 2, NULL);
	talloc_free(s);
}

static void what_is_known_is_dropped(void **state)
{
	struct stream *s = new_stream();

	(void)state;
	take_next(s, "-", "1");
	assert_int_equal(take(s, EPOCH + 1, EPOCH, "-", "2"), STREAM_OLD);
	assert_int_equal(take(s, EPOCH - 3, EPOCH - 4, "-", "2"), STREAM_OLD);
	assert_int_equal(stream_generation(s), 1);
	assert_frame(s, everybody, EPOCH, "[1]");
	talloc_free(s);
}

static const struct {
	const char *what;
	int64_t seq, previous;
} holes[] = {
	{ "one is missing", EPOCH + 3, EPOCH + 2 },
	{ "the one before is another", EPOCH + 2, EPOCH },
	{ "a new epoch", 2 * EPOCH, EPOCH + 1 },
};

static void hole_resets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(holes); i++) {
		struct stream *s = new_stream();
		take_next(s, "-", "1");
		if (take(s, holes[i].seq, holes[i].previous, "-", "2") != STREAM_HOLE)
			fail_msg("%s", holes[i].what);
		assert_int_equal(stream_generation(s), 2);
		assert_false(stream_begun(s));
		assert_false(stream_covers(s, EPOCH + 1));
		stream_begin(s, holes[i].seq);
		take_next(s, "-", "3");
		assert_frame(s, everybody, holes[i].seq, "[3]");
		talloc_free(s);
	}
}

static void unreadable_message_is_a_hole(void **state)
{
	struct stream *s = new_stream();

	(void)state;
	assert_int_equal(stream_take(s, STR("what?")), STREAM_HOLE);
	assert_int_equal(stream_generation(s), 2);
	talloc_free(s);
}

static void bytes_kept_are_bounded(void **state)
{
	struct stream *s = new_stream();
	enum { BODY = 1000, EVENTS = 3 * STREAM_BYTES_MAX / BODY };
	char *body = mem_array(s, char, BODY + 1);

	(void)state;
	memset(body, '1', BODY);
	for (int i = 0; i < EVENTS; i++)
		take_next(s, "-", body);
	size_t kept = stream_events_after(s, 0);
	assert_int_equal(kept, STREAM_BYTES_MAX / BODY);
	int64_t floor = stream_seq(s) - (int64_t)kept;
	assert_true(stream_covers(s, floor));
	assert_false(stream_covers(s, floor - 1));
	talloc_free(s);
}

static void events_kept_are_bounded(void **state)
{
	struct stream *s = new_stream();

	(void)state;
	for (int i = 0; i < STREAM_EVENTS_MAX + 10; i++)
		take_next(s, "-", "1");
	assert_int_equal(stream_events_after(s, 0), STREAM_EVENTS_MAX);
	assert_true(stream_covers(s, EPOCH + 10));
	assert_false(stream_covers(s, EPOCH + 9));
	talloc_free(s);
}

static void one_event_larger_than_the_bound_is_kept(void **state)
{
	struct stream *s = new_stream();
	char *body = mem_array(s, char, STREAM_BYTES_MAX + 2);

	(void)state;
	memset(body, '1', STREAM_BYTES_MAX + 1);
	take_next(s, "-", "1");
	take_next(s, "-", body);
	assert_int_equal(stream_events_after(s, 0), 1);
	talloc_free(s);
}

static void frames_hold_what_may_be_seen(void **state)
{
	struct stream *s = new_stream();

	(void)state;
	take_next(s, "1001", "1");
	take_next(s, "1002", "2");
	take_next(s, "1002,1001", "3");
	assert_frame(s, everybody, EPOCH, "[1,2,3]");
	assert_frame(s, agent, EPOCH, "[1,3]");
	assert_frame(s, agent, EPOCH + 1, "[3]");
	talloc_free(s);
}

static void same_frame_serves_all_who_see_the_same(void **state)
{
	struct stream *s = new_stream();
	struct audience *other = audience_of(s, "{\"role\":\"AGENT\",\"extension\":\"1009\"}");

	(void)state;
	take_next(s, "1009,1001", "1");
	const struct buf *frame = stream_frame(s, everybody, EPOCH);
	assert_ptr_equal(stream_frame(s, agent, EPOCH), frame);
	assert_ptr_equal(stream_frame(s, other, EPOCH), frame);
	take_next(s, "1009", "2");
	assert_frame(s, agent, EPOCH, "[1]");
	assert_frame(s, other, EPOCH, "[1,2]");
	talloc_free(s);
}

/* Events of an earlier generation may carry the same numbers. */
static void frame_of_before_a_reset_is_not_used_again(void **state)
{
	struct stream *s = new_stream();

	(void)state;
	take_next(s, "-", "\"old\"");
	assert_frame(s, everybody, EPOCH, "[\"old\"]");
	stream_reset(s);
	stream_begin(s, EPOCH);
	take_next(s, "-", "\"new\"");
	assert_frame(s, everybody, EPOCH, "[\"new\"]");
	talloc_free(s);
}

static void take_agent(struct stream *s, const char *extension, const char *status)
{
	int64_t seq = stream_seq(s) + 1;
	char *text = mem_printf(s, "%" PRId64 " %" PRId64 " - %s agent:status:updated\n"
				"{\"seq\":1,\"data\":{\"extension\":\"%s\",\"status\":\"%s\",\"peer\":\"+49\"}}",
				seq, seq - 1, extension, extension, status);

	assert_int_equal(stream_take(s, str_of(text)), STREAM_NEW);
	talloc_free(text);
}

static void each_sees_as_much_as_is_its(void **state)
{
	struct stream *s = new_stream();

	(void)state;
	take_agent(s, "1001", "A");
	take_agent(s, "1002", "B");
	assert_frame(s, everybody, EPOCH,
		     "[{\"seq\":1,\"data\":{\"extension\":\"1001\",\"status\":\"A\",\"peer\":\"+49\"}},"
		     "{\"seq\":1,\"data\":{\"extension\":\"1002\",\"status\":\"B\",\"peer\":\"+49\"}}]");
	assert_frame(s, agent, EPOCH,
		     "[{\"seq\":1,\"data\":{\"extension\":\"1001\",\"status\":\"A\",\"peer\":\"+49\"}},"
		     "{\"seq\":1,\"data\":{\"extension\":\"1002\",\"status\":\"B\"}}]");
	assert_frame(s, wallboard, EPOCH,
		     "[{\"seq\":1,\"data\":{\"extension\":\"1002\",\"status\":\"B\"}}]");
	assert_true(stream_concerns(s, everybody, EPOCH));
	assert_true(stream_concerns(s, wallboard, EPOCH + 1));
	assert_false(stream_concerns(s, wallboard, EPOCH + 2));
	take_agent(s, "1001", "C");
	assert_false(stream_concerns(s, wallboard, EPOCH + 2));
	assert_true(stream_concerns(s, agent, EPOCH + 2));
	talloc_free(s);
}

static void frame_of_the_many_outlives_those_of_the_few(void **state)
{
	struct stream *s = new_stream();

	for (int i = 0; i < 40; i++)
		take_next(s, "1001", "{}");
	const struct buf *frame = stream_frame(s, everybody, EPOCH);
	for (int64_t seq = EPOCH + 1; seq < EPOCH + 40; seq++) {
		stream_frame(s, agent, seq);
		assert_ptr_equal(stream_frame(s, everybody, EPOCH), frame);
	}
	(void)state;
	talloc_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_is_read),
		cmocka_unit_test(malformed_header_is_refused),
		cmocka_unit_test(nothing_is_taken_before_the_beginning),
		cmocka_unit_test(events_follow_each_other),
		cmocka_unit_test(what_is_known_is_dropped),
		cmocka_unit_test(hole_resets),
		cmocka_unit_test(unreadable_message_is_a_hole),
		cmocka_unit_test(bytes_kept_are_bounded),
		cmocka_unit_test(events_kept_are_bounded),
		cmocka_unit_test(one_event_larger_than_the_bound_is_kept),
		cmocka_unit_test(frames_hold_what_may_be_seen),
		cmocka_unit_test(same_frame_serves_all_who_see_the_same),
		cmocka_unit_test(frame_of_before_a_reset_is_not_used_again),
		cmocka_unit_test(each_sees_as_much_as_is_its),
		cmocka_unit_test(frame_of_the_many_outlives_those_of_the_few),
	};

	return cmocka_run_group_tests(tests, make_audiences, free_audiences);
}
