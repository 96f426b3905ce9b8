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

static const char agent[] =
	"{\"role\":\"AGENT\",\"extension\":\"1001\",\"queues\":[\"support\",\"vip\"]}";

static const struct {
	const char *role;
	bool all;
} seeing[] = { { "SUPERVISOR", true }, { "MANAGER", true }, { "ADMIN", true }, { "AGENT", false } };

static void roles_see_all_or_their_own(void **state)
{
	void *ctx = talloc_new(*state);
	struct audience *audience;

	for (size_t i = 0; i < ARRAY_LEN(seeing); i++) {
		char *ticket =
			mem_printf(ctx, "{\"role\":\"%s\",\"extension\":\"1\"}", seeing[i].role);
		assert_int_equal(read_audience(ctx, ticket, &audience), 0);
		assert_int_equal(audience->all, seeing[i].all);
	}
	talloc_free(ctx);
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

static const struct {
	const char *queue, *extensions, *type;
	bool seen;
} subjects[] = {
	{ "support", "1001", "call:incoming", true },
	{ "-", "1002,1001", "call:state:changed", true },
	{ "-", "1001,1002", "call:state:changed", true },
	{ "support", "1002", "call:state:changed", false },
	{ "support", "-", "call:state:changed", false },
	{ "-", "10011", "call:state:changed", false },
	{ "-", "100", "call:state:changed", false },
	{ "-", "21001,1001x", "call:state:changed", false },
	{ "-", ",,", "call:state:changed", false },
	{ "-", "1002", "agent:status:updated", false },
	{ "-", "1001", "agent:status:updated", true },
	{ "-", "1002", "presence:update", true },
	{ "-", "-", "presence:update", true },
	{ "-", "1002", "presence:updated", false },
	{ "support", "-", "queue:update", true },
	{ "vip", "-", "queue:update", true },
	{ "sales", "-", "queue:update", false },
	{ "suppor", "-", "queue:update", false },
	{ "-", "-", "queue:update", false },
	{ "-", "-", "something:new", false },
};

static struct subject subject_of(size_t i)
{
	return (struct subject){ str_of(subjects[i].queue), str_of(subjects[i].extensions),
				 str_of(subjects[i].type) };
}

static void agent_sees_its_own(void **state)
{
	void *ctx = talloc_new(*state);
	struct audience *audience;

	assert_int_equal(read_audience(ctx, agent, &audience), 0);
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		struct subject subject = subject_of(i);
		if (filter_sees(audience, &subject) != subjects[i].seen)
			fail_msg("%s %s %s", subjects[i].queue, subjects[i].extensions,
				 subjects[i].type);
	}
	talloc_free(ctx);
}

static void manager_sees_everything(void **state)
{
	void *ctx = talloc_new(*state);
	struct audience *audience;

	assert_int_equal(read_audience(ctx, "{\"role\":\"MANAGER\"}", &audience), 0);
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		struct subject subject = subject_of(i);
		assert_true(filter_sees(audience, &subject));
	}
	talloc_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_see_all_or_their_own),
		cmocka_unit_test(unknown_audience_is_refused),
		cmocka_unit_test(agent_sees_its_own),
		cmocka_unit_test(manager_sees_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
