/* The manager's protocol: reading in any pieces, and writing that cannot be subverted. */
#include "lib/ami.h"
#include "lib/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = talloc_new(NULL);
	return 0;
}

static int teardown(void **state)
{
	talloc_free(*state);
	return 0;
}

/* Every message as "key=value|key=value|" lines, whatever the pieces were. */
static const char *read_all(void *ctx, const char *bytes, size_t n, size_t piece)
{
	struct ami_reader *r = ami_reader_new(ctx);
	struct buf *out = buf_new(ctx);
	const struct ami_message *m;

	for (size_t at = 0; at < n; at += piece) {
		ami_reader_feed(r, bytes + at, n - at < piece ? n - at : piece);
		int err;
		while (!(err = ami_reader_next(r, &m)) && m) {
			for (size_t i = 0; i < m->n; i++) {
				const struct ami_header *h = &m->headers[i];
				buf_printf(out, "%.*s=%.*s|", (int)h->key.n, h->key.p,
					   (int)h->value.n, h->value.p);
			}
			buf_addc(out, '\n');
		}
		if (err)
			buf_printf(out, "error %d\n", err);
	}
	return buf_text(out);
}

static const char stream[] = "Asterisk Call Manager/11.0.0\r\n"
			     "Response: Success\r\nActionID: a1\r\n\r\n"
			     "\r\n"
			     "Response: Success\r\nMessage: Park successful\n\r\n\r\n"
			     "Event: X\r\nEmpty:\r\nAlso: \r\nColon: a:b: c\r\nNo colon here\r\n\r\n"
			     "Event: UserEvent\r\nBody: x\nEvent: Hangup\r\n\r\n"
			     "Event: Last\r\nIncomplete: ye";

static void messages_are_the_same_in_any_pieces(void **state)
{
	static const char expected[] = "Response=Success|ActionID=a1|\n"
				       "Response=Success|Message=Park successful\n|\n"
				       "Event=X|Empty=|Also=|Colon=a:b: c|\n"
				       "Event=UserEvent|Body=x\nEvent: Hangup|\n";

	for (size_t piece = 1; piece <= sizeof(stream); piece++)
		assert_string_equal(read_all(*state, stream, sizeof(stream) - 1, piece), expected);
}

static void the_first_of_a_repeated_key_counts(void **state)
{
	static const char text[] = "Event: UserEvent\r\nEvent: Hangup\r\nChanVariable: A=1\r\n"
				   "ChanVariable: CC_CALL_ID=c-7\r\nChanVariable: CC_CALL=no\r\n"
				   "Number: 42\r\nBig: 99999999999999999999\r\n\r\n";
	struct ami_reader *r = ami_reader_new(*state);
	const struct ami_message *m;

	ami_reader_feed(r, text, sizeof(text) - 1);
	assert_int_equal(ami_reader_next(r, &m), 0);
	assert_true(str_is(ami_get(m, "Event"), "UserEvent"));
	assert_true(str_is(ami_get_variable(m, "ChanVariable", "CC_CALL_ID"), "c-7"));
	assert_int_equal(ami_get_variable(m, "ChanVariable", "CC_LEG").n, 0);
	assert_int_equal(ami_get_int(m, "Number", -1), 42);
	assert_int_equal(ami_get_int(m, "Big", -1), -1);
	assert_int_equal(ami_get_int(m, "Event", -1), -1);
	assert_int_equal(ami_get(m, "Absent").n, 0);
}

static void timestamps_are_microseconds(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{ "Timestamp: 1795350150.765769", 1795350150765769 },
		{ "Timestamp: 1795350150.5", 1795350150500000 },
		{ "Timestamp: 1795350150", 0 },
		{ "Timestamp: x", 0 },
		{ "Other: 1", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ami_reader *r = ami_reader_new(*state);
		const struct ami_message *m;
		ami_reader_feed(r, cases[i].text, strlen(cases[i].text));
		ami_reader_feed(r, "\r\n\r\n", 4);
		assert_int_equal(ami_reader_next(r, &m), 0);
		assert_int_equal(ami_timestamp_us(m), cases[i].us);
	}
}

static void a_stream_beyond_the_limits_is_refused(void **state)
{
	struct ami_reader *r = ami_reader_new(*state);
	const struct ami_message *m;
	int err = 0;

	for (int i = 0; i <= AMI_HEADERS_MAX; i++)
		ami_reader_feed(r, "K: v\r\n", 6);
	ami_reader_feed(r, "\r\n", 2);
	assert_int_equal(ami_reader_next(r, &m), ERR_TOO_LARGE);
	ami_reader_reset(r);
	for (int i = 0; i < 2 * AMI_MESSAGE_MAX_BYTES / 100 && !err; i++) {
		char line[100];
		memset(line, 'x', sizeof(line));
		ami_reader_feed(r, line, sizeof(line));
		err = ami_reader_next(r, &m);
	}
	assert_int_equal(err, ERR_TOO_LARGE);
}

static void a_nul_ends_the_stream_behind_the_last_whole_message(void **state)
{
	static const char text[] = "Event: A\r\n\r\nEvent: B\0\r\n\r\nEvent: C\r\n\r\n";
	struct ami_reader *r = ami_reader_new(*state);
	const struct ami_message *m;

	ami_reader_feed(r, text, sizeof(text) - 1);
	assert_int_equal(ami_reader_next(r, &m), 0);
	assert_true(str_is(ami_get(m, "Event"), "A"));
	assert_int_equal(ami_reader_next(r, &m), ERR_MALFORMED);
	ami_reader_feed(r, "\r\n\r\n", 4);
	assert_int_equal(ami_reader_next(r, &m), ERR_MALFORMED);
	ami_reader_reset(r);
	ami_reader_feed(r, text, 12);
	assert_int_equal(ami_reader_next(r, &m), 0);
	assert_non_null(m);
}

static void unknown_is_empty_and_escapes_are_undone(void **state)
{
	assert_int_equal(ami_known(STR("<unknown>")).n, 0);
	assert_int_equal(ami_known(STR("(null)")).n, 0);
	assert_true(str_is(ami_known(STR("x")), "x"));
	assert_true(str_is(ami_unescape(*state, STR("a\\\"b\\\\c\\r\\n\\t")), "a\"b\\c\r\n\t"));
	assert_true(str_is(ami_unescape(*state, STR("end\\")), "end\\"));
}

static void an_action_reads_back_as_it_was_written(void **state)
{
	struct buf *b = buf_new(*state);
	struct ami_action a;

	ami_action_begin(&a, b, "Originate", "id-1");
	ami_action_put(&a, "Channel", "PJSIP/1001");
	ami_action_put(&a, "Variable", "A=1");
	ami_action_printf(&a, "Variable", "B=%d", 2);
	assert_int_equal(ami_action_end(&a), 0);
	assert_string_equal(read_all(*state, b->p, b->n, b->n),
			    "Action=Originate|ActionID=id-1|Channel=PJSIP/1001|Variable=A=1|"
			    "Variable=B=2|\n");
}

static void what_could_forge_an_action_leaves_nothing_behind(void **state)
{
	char long_value[AMI_ACTION_LINE_MAX_BYTES + 1];
	memset(long_value, 'x', sizeof(long_value) - 1);
	long_value[sizeof(long_value) - 1] = '\0';
	const struct {
		const char *key, *value;
	} cases[] = {
		{ "Exten", "1\r\nAction: Hangup" }, { "Exten", "1\rx" }, { "Exten", "1\nx" },
		{ "Ex\r\nten", "1" },               { "Exten: 1", "1" }, { "", "1" },
		{ "Channel", "/.*/" },              { "ExtraChannel", "/x" },
		{ "Exten", long_value },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf *b = buf_new(*state);
		struct ami_action a;
		buf_adds(b, "before");
		ami_action_begin(&a, b, "Redirect", "id");
		ami_action_put(&a, cases[i].key, cases[i].value);
		ami_action_put(&a, "Priority", "1");
		assert_int_equal(ami_action_end(&a), ERR_INVALID);
		assert_string_equal(buf_text(b), "before");
	}
}

static void an_action_of_too_many_lines_is_refused(void **state)
{
	struct buf *b = buf_new(*state);
	struct ami_action a;

	ami_action_begin(&a, b, "Originate", "id");
	for (int i = 0; i < AMI_ACTION_LINES_MAX; i++)
		ami_action_put(&a, "Variable", "A=1");
	assert_int_equal(ami_action_end(&a), ERR_INVALID);
	assert_int_equal(b->n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages_are_the_same_in_any_pieces, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_first_of_a_repeated_key_counts, setup,
						teardown),
		cmocka_unit_test_setup_teardown(timestamps_are_microseconds, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stream_beyond_the_limits_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_nul_ends_the_stream_behind_the_last_whole_message, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_is_empty_and_escapes_are_undone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_action_reads_back_as_it_was_written, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_could_forge_an_action_leaves_nothing_behind,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_action_of_too_many_lines_is_refused, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
