/* Who may see what. */
#include "lib/err.h"
#include "lib/json.h"
#include "workers/relayd/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int read_audience(const void *ctx, const char *ticket, struct audience **out)
{
	const struct json *parsed;

	assert_int_equal(json_parse(ctx, ticket, strlen(ticket), &parsed), 0);
	return audience_read(ctx, parsed, out);
}

static const char *const refused[] = {
	"{}",
	"{\"role\":null,\"extension\":\"1001\"}",
	"{\"role\":\"\",\"extension\":\"1001\"}",
	"{\"role\":\"agent\",\"extension\":\"1001\"}",
	"{\"role\":\"ROOT\",\"extension\":\"1001\"}",
	"{\"role\":\"AGENT\"}",
	"{\"role\":\"AGENT\",\"extension\":\"\"}",
	"{\"role\":\"AGENT\",\"extension\":1001}",
	"{\"role\":\"AGENT\",\"agents\":[\"1001\"]}",
	"{\"role\":\"WALLBOARDS\",\"queues\":[\"support\"]}",
	"[]",
};

static void unknown_audience_is_refused(void **state)
{
	void *ctx = talloc_new(*state);
	struct audience *audience;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		assert_int_equal(read_audience(ctx, refused[i], &audience), ERR_INVALID);
	talloc_free(ctx);
}

/* The tickets of whom the table below is about, by column. */
enum who { MANAGER, SUPERVISOR, ADMIN, AGENT, WALLBOARD, BLANK_WALL, WHO__COUNT };

static const char *const tickets[WHO__COUNT] = {
	[MANAGER] = "{\"role\":\"MANAGER\"}",
	[SUPERVISOR] = "{\"role\":\"SUPERVISOR\",\"extension\":\"2001\",\"queues\":[\"sales\"]}",
	[ADMIN] = "{\"role\":\"ADMIN\",\"extension\":\"2003\"}",
	[AGENT] = "{\"role\":\"AGENT\",\"extension\":\"1001\",\"queues\":[\"support\",\"vip\"],"
		  "\"agents\":[\"1002\"]}",
	[WALLBOARD] = "{\"role\":\"WALLBOARD\",\"extension\":\"1002\","
		      "\"queues\":[\"support\",\"vip\"],\"agents\":[\"1001\",\"1003\",7,\"\"]}",
	[BLANK_WALL] = "{\"role\":\"WALLBOARD\"}",
};

/* What an agent and a wallboard see of what those who see all see whole. */
static const struct {
	const char *queue, *extensions, *type;
	enum view agent, wallboard;
} rows[] = {
	{ "support", "1001", "call:incoming", VIEW_WHOLE, VIEW_NONE },
	{ "support", "1002", "call:incoming", VIEW_NONE, VIEW_NONE },
	{ "support", "-", "call:incoming", VIEW_NONE, VIEW_NONE },
	{ "-", "1002,1001", "call:state:changed", VIEW_WHOLE, VIEW_NONE },
	{ "-", "1001,1002", "call:state:changed", VIEW_WHOLE, VIEW_NONE },
	{ "support", "1002", "call:state:changed", VIEW_NONE, VIEW_NONE },
	{ "support", "-", "call:state:changed", VIEW_NONE, VIEW_NONE },
	{ "-", "10011", "call:state:changed", VIEW_NONE, VIEW_NONE },
	{ "-", "100", "call:state:changed", VIEW_NONE, VIEW_NONE },
	{ "-", "21001,1001x", "call:state:changed", VIEW_NONE, VIEW_NONE },
	{ "-", ",,", "call:state:changed", VIEW_NONE, VIEW_NONE },
	{ "support", "1001", "call:ended", VIEW_WHOLE, VIEW_NONE },
	{ "support", "1003", "call:ended", VIEW_NONE, VIEW_NONE },
	{ "-", "1001", "agent:status:updated", VIEW_WHOLE, VIEW_WALL },
	{ "-", "1002", "agent:status:updated", VIEW_COLLEAGUE, VIEW_NONE },
	{ "support", "1002", "agent:status:updated", VIEW_COLLEAGUE, VIEW_NONE },
	{ "-", "1003", "agent:status:updated", VIEW_COLLEAGUE, VIEW_WALL },
	{ "-", "1001", "presence:update", VIEW_WHOLE, VIEW_WALL },
	{ "-", "1002", "presence:update", VIEW_WHOLE, VIEW_NONE },
	{ "-", "-", "presence:update", VIEW_WHOLE, VIEW_NONE },
	{ "-", "1002", "presence:updated", VIEW_NONE, VIEW_NONE },
	{ "support", "-", "queue:update", VIEW_WHOLE, VIEW_WALL },
	{ "vip", "-", "queue:update", VIEW_WHOLE, VIEW_WALL },
	{ "sales", "-", "queue:update", VIEW_NONE, VIEW_NONE },
	{ "suppor", "-", "queue:update", VIEW_NONE, VIEW_NONE },
	{ "-", "-", "queue:update", VIEW_NONE, VIEW_NONE },
	{ "support", "-", "something:new", VIEW_NONE, VIEW_NONE },
	{ "-", "1001", "something:new", VIEW_WHOLE, VIEW_NONE },
	{ "-", "-", "", VIEW_NONE, VIEW_NONE },
};

static enum view wanted(size_t row, enum who who)
{
	switch (who) {
	case AGENT:
		return rows[row].agent;
	case WALLBOARD:
		return rows[row].wallboard;
	case BLANK_WALL:
		return VIEW_NONE;
	default:
		return VIEW_WHOLE;
	}
}

static void each_role_sees_of_each_event_what_is_its(void **state)
{
	void *ctx = talloc_new(*state);

	for (enum who who = 0; who < WHO__COUNT; who++) {
		struct audience *audience;
		assert_int_equal(read_audience(ctx, tickets[who], &audience), 0);
		assert_int_equal(audience->all, who < AGENT);
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			struct subject subject = { str_of(rows[i].queue), str_of(rows[i].extensions),
						   str_of(rows[i].type) };
			enum view view = filter_view(audience, &subject);
			if (view != wanted(i, who))
				fail_msg("%s: %s %s %s gives %d", tickets[who], rows[i].queue,
					 rows[i].extensions, rows[i].type, view);
		}
	}
	talloc_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_audience_is_refused),
		cmocka_unit_test(each_role_sees_of_each_event_what_is_its),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
