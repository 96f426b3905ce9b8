/* How much of an object is shown. */
#include "lib/err.h"
#include "workers/relayd/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	enum view view;
	const char *type, *object, *shown; /* NULL: refused */
} rows[] = {
	{ VIEW_COLLEAGUE, "agent:status:updated",
	  "{\"extension\":\"1\",\"status\":\"ON_CALL\",\"peer\":\"+49\",\"peerName\":\"Ada\","
	  "\"callId\":\"c\",\"ringing\":true,\"phone\":\"REGISTERED\",\"new\":1}",
	  "{\"extension\":\"1\",\"status\":\"ON_CALL\",\"ringing\":true,"
	  "\"phone\":\"REGISTERED\"}" },
	{ VIEW_WALL, "agent:status:updated",
	  "{\"peer\":\"+49\",\"peerName\":\"Ada\",\"callId\":\"c\",\"extension\":\"1\",\"reason\":null,"
	  "\"ringing\":false,\"nextStatus\":\"AWAY\",\"new\":1}",
	  "{\"extension\":\"1\",\"reason\":null,\"ringing\":false}" },
	{ VIEW_WALL, "presence:update", "{\"extension\":\"1\",\"phone\":\"X\",\"address\":\"10.0.0.1\"}",
	  "{\"extension\":\"1\",\"phone\":\"X\"}" },
	{ VIEW_WALL, "queue:update",
	  "{\"name\":\"a\",\"waiting\":[{\"callId\":\"c\",\"from\":\"+49\",\"fromName\":\"Ada\","
	  "\"position\":1,\"joinedAt\":\"t\",\"priority\":0,\"new\":1},{}],\"new\":[]}",
	  "{\"name\":\"a\",\"waiting\":[{\"callId\":\"c\",\"position\":1,\"joinedAt\":\"t\","
	  "\"priority\":0},{}]}" },
	{ VIEW_WALL, "queue:update", "{\"name\":\"<\\\"\\n>\",\"waiting\":null}",
	  "{\"name\":\"<\\\"\\n>\",\"waiting\":[]}" },
	{ VIEW_WALL, "queue:update", "{\"waiting\":[7,\"x\"]}", "{\"waiting\":[{},{}]}" },
	{ VIEW_WALL, "queue:update", "[]", NULL },
	{ VIEW_WALL, "queue:update", "null", NULL },
	{ VIEW_WALL, "call:state:changed", "{\"id\":\"c\"}", NULL },
	{ VIEW_COLLEAGUE, "call:state:changed", "{\"id\":\"c\"}", NULL },
	{ VIEW_COLLEAGUE, "queue:update", "{\"name\":\"a\"}", NULL },
	{ VIEW_WALL, "something:new", "{\"name\":\"a\"}", NULL },
};

static void assert_shown(size_t i, int result, struct str got, const char *wanted)
{
	if (!wanted) {
		assert_int_equal(result, ERR_MALFORMED);
		return;
	}
	if (result || !str_is(got, wanted))
		fail_msg("row %zu gives %d %.*s", i, result, (int)got.n, got.p);
}

static void only_listed_members_of_objects_are_shown(void **state)
{
	void *ctx = talloc_new(*state);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct json *object;
		struct str got;
		assert_int_equal(json_parse(ctx, rows[i].object, strlen(rows[i].object), &object), 0);
		int result = view_object(ctx, rows[i].view, str_of(rows[i].type), object, &got);
		assert_shown(i, result, got, rows[i].shown);
	}
	talloc_free(ctx);
}

static void only_listed_members_of_events_are_shown(void **state)
{
	void *ctx = talloc_new(*state);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *event = mem_printf(ctx, "{\"seq\":9,\"ts\":\"t\",\"type\":\"x\",\"more\":1,"
						    "\"data\":%s}", rows[i].object);
		const char *shown = rows[i].shown ? mem_printf(ctx, "{\"seq\":9,\"ts\":\"t\",\"type\":\"x\","
							      "\"data\":%s}", rows[i].shown)
						  : NULL;
		struct str got;
		int result = view_event(ctx, rows[i].view, str_of(rows[i].type), str_of(event), &got);
		assert_shown(i, result, got, shown);
	}
	talloc_free(ctx);
}

static void unreadable_events_are_shown_to_nobody(void **state)
{
	static const char *const bad[] = { "", "{", "7", "[]", "{}", "{\"data\":null}",
					   "{\"data\":{\"name\":\"\xff\"}}" };
	void *ctx = talloc_new(*state);
	struct str got;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(view_event(ctx, VIEW_WALL, STR("queue:update"), str_of(bad[i]), &got),
				 ERR_MALFORMED);
	talloc_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_listed_members_of_objects_are_shown),
		cmocka_unit_test(only_listed_members_of_events_are_shown),
		cmocka_unit_test(unreadable_events_are_shown_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
