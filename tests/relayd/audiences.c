/* Who looks on. */
#include "tests/relayd/audiences.h"

#include "lib/base.h"
#include "lib/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct audience *everybody, *agent, *wallboard;

struct audience *audience_of(const void *ctx, const char *ticket)
{
	const struct json *parsed;
	struct audience *audience;

	assert_int_equal(json_parse(ctx, ticket, strlen(ticket), &parsed), 0);
	assert_int_equal(audience_read(ctx, parsed, &audience), 0);
	return audience;
}

int make_audiences(void **state)
{
	*state = mem_context();
	everybody = audience_of(*state, "{\"role\":\"MANAGER\"}");
	agent = audience_of(*state, "{\"role\":\"AGENT\",\"extension\":\"1001\","
				    "\"queues\":[\"support\"]}");
	wallboard = audience_of(*state, "{\"role\":\"WALLBOARD\",\"agents\":[\"1002\"],"
					"\"queues\":[\"support\"]}");
	return 0;
}

int free_audiences(void **state)
{
	return talloc_free(*state);
}
