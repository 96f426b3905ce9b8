/* The lines of changes of state: one for each, none else, and none that a caller wrote. */
#include "lib/json.h"
#include "workers/amid/states.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CALL(status, more) "{\"id\":\"c1\",\"tenant\":\"demo\",\"status\":\"" status "\"" more "}"
#define FROM(number) ",\"from\":\"" number "\",\"fromName\":null"
#define NAME(name) CALL("RINGING", ",\"fromName\":\"" name "\"")
#define LINE "call id=c1 tenant=demo status="

static void *ctx;

struct row {
	enum record_kind kind;
	bool gone;
	const char *json, *line;     /* NULL: no line */
};

static void check(const struct row *rows, size_t n, const char *stored)
{
	struct states *s = states_new(ctx);
	struct buf *out = buf_new(ctx);
	const struct json *call;

	if (stored) {
		assert_int_equal(json_parse(ctx, stored, strlen(stored), &call), 0);
		states_know(s, call);
	}
	for (size_t i = 0; i < n; i++) {
		struct record r = { .kind = rows[i].kind, .gone = rows[i].gone,
				    .json = str_of(rows[i].json) };
		bool due = states_line(s, &r, out);
		assert_int_equal(due, rows[i].line != NULL);
		if (due)
			assert_string_equal(buf_text(out), rows[i].line);
	}
	talloc_free(s);
}

static void a_call_has_a_line_for_each_status(void **state)
{
	static const struct row rows[] = {
		{ RECORD_CALL, false, CALL("INITIATED", FROM("1555")), LINE "INITIATED from=1555" },
		{ RECORD_CALL, false, CALL("INITIATED", ",\"from\":\"1556\""), NULL },
		{ RECORD_CALL, false, CALL("RINGING", FROM("1555") ",\"queue\":\"support\",\"agent\":null"),
		  LINE "RINGING from=1555 queue=support" },
		{ RECORD_CALL, false, CALL("RINGING", FROM("1555") ",\"ringing\":[\"1001\"]"), NULL },
		{ RECORD_LEG, false, CALL("CONNECTED", ""), NULL },
		{ RECORD_CALL, false, CALL("CONNECTED", ",\"agent\":\"1001\""), LINE "CONNECTED agent=1001" },
		{ RECORD_CALL, true, CALL("ENDED", ",\"outcome\":\"ANSWERED\""), LINE "ENDED outcome=ANSWERED" },
		/* Forgotten with its end: the same id would be another call. */
		{ RECORD_CALL, false, CALL("ENDED", ""), LINE "ENDED" },
		{ RECORD_CALL, false, "{\"id\":\"c2\",\"status\":\"RINGING\"}", "call id=c2 status=RINGING" },
		{ RECORD_CALL, false, "{\"id\":\"c3\"}", NULL },
		{ RECORD_CALL, false, "{", NULL },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows), NULL);
}

static void a_restart_repeats_no_line(void **state)
{
	static const struct row rows[] = {
		{ RECORD_CALL, false, CALL("RINGING", ""), NULL },
		{ RECORD_CALL, false, CALL("CONNECTED", ""), LINE "CONNECTED" },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows), CALL("RINGING", ""));
}

static void an_agent_has_a_line_for_each_activity(void **state)
{
	static const struct row rows[] = {
		{ RECORD_ACTIVITY, false,
		  "{\"tenant\":\"demo\",\"agent\":\"1001\",\"activity\":\"CALL_ENDED\",\"status\":\"WRAP_UP\","
		  "\"reason\":null,\"callId\":\"c1\"}",
		  "agent extension=1001 tenant=demo status=WRAP_UP call=c1" },
		{ RECORD_ACTIVITY, false,
		  "{\"tenant\":\"demo\",\"agent\":\"1001\",\"status\":\"AWAY\",\"reason\":\"LUNCH\",\"callId\":null}",
		  "agent extension=1001 tenant=demo status=AWAY reason=LUNCH" },
		{ RECORD_AGENT, false, "{\"extension\":\"1001\",\"status\":\"AVAILABLE\"}", NULL },
		{ RECORD_QUEUE, false, "{\"name\":\"support\"}", NULL },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows), NULL);
}

static void what_a_caller_says_stays_one_value(void **state)
{
	static const struct {
		const char *json, *value;
	} cases[] = {
		{ NAME("Ann"), "Ann" },
		{ NAME("Ann Bee"), "\"Ann Bee\"" },
		{ NAME("x status=ENDED"), "\"x status=ENDED\"" },
		{ NAME("a=b"), "\"a=b\"" },
		{ NAME("x\\n2026-11-22T09:30:00.123Z error amid fenced"),
		  "\"x\\n2026-11-22T09:30:00.123Z error amid fenced\"" },
		{ NAME("\\u001b[2J"), "\"\\u001b[2J\"" },
		{ NAME("say \\\"hi\\\" \\\\"), "\"say \\\"hi\\\" \\\\\"" },
		{ NAME("J\xc3\xbcrgen"), "\"J\xc3\xbcrgen\"" },
		{ NAME("\xc2\x9b" "2J"), "\"??2J\"" },
		{ NAME("a\xe2\x80\xa8" "b"), "\"a???b\"" },
		{ NAME(""), "\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char line[200];
		snprintf(line, sizeof(line), LINE "RINGING name=%s", cases[i].value);
		check(&(struct row){ RECORD_CALL, false, cases[i].json, line }, 1, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_has_a_line_for_each_status),
		cmocka_unit_test(a_restart_repeats_no_line),
		cmocka_unit_test(an_agent_has_a_line_for_each_activity),
		cmocka_unit_test(what_a_caller_says_stays_one_value),
	};

	ctx = mem_context();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	talloc_free(ctx);
	return failed;
}
