/* The live picture, as far as somebody may see it. */
#include "lib/err.h"
#include "lib/json.h"
#include "tests/relayd/audiences.h"
#include "workers/relayd/snapshot.h"
#include "workers/relayd/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define CALL_1  "{\"id\":\"c1\",\"agent\":\"1001\",\"ringing\":[]}"
#define CALL_2  "{\"id\":\"c2\",\"agent\":null,\"ringing\":[\"1002\",\"1001\"]}"
#define CALL_3  "{\"id\":\"c3\",\"agent\":\"1002\",\"ringing\":[]}"
#define AGENT_1 "{\"extension\":\"1001\",\"status\":\"ON_CALL\",\"phone\":\"X\",\"peer\":\"5\"}"
#define AGENT_2 "{\"extension\":\"1002\",\"status\":\"AWAY\",\"phone\":\"X\",\"peer\":\"6\"}"
#define BRIEF_2 "{\"extension\":\"1002\",\"status\":\"AWAY\",\"phone\":\"X\"}"
#define WALL_2  "{\"extension\":\"1002\",\"status\":\"AWAY\",\"phone\":\"X\"}"
#define SUPPORT "{\"name\":\"support\",\"waiting\":[{\"callId\":\"c9\",\"from\":\"+49\",\"position\":1}]}"
#define SUPPORT_WALL "{\"name\":\"support\",\"waiting\":[{\"callId\":\"c9\",\"position\":1}]}"
#define SALES   "{\"name\":\"sales\",\"waiting\":[]}"

static void add(struct snapshot *s, enum snapshot_part part, const char *key, const char *json)
{
	assert_int_equal(snapshot_add(s, part, str_of(key), str_of(json)), 0);
}

static struct snapshot *new_snapshot(void)
{
	struct snapshot *s = snapshot_new(NULL, 7);

	add(s, SNAPSHOT_CALLS, "c1", CALL_1);
	add(s, SNAPSHOT_CALLS, "c2", CALL_2);
	add(s, SNAPSHOT_CALLS, "c3", CALL_3);
	add(s, SNAPSHOT_AGENTS, "1001", AGENT_1);
	add(s, SNAPSHOT_AGENTS, "1002", AGENT_2);
	add(s, SNAPSHOT_QUEUES, "support", SUPPORT);
	add(s, SNAPSHOT_QUEUES, "sales", SALES);
	return s;
}

static void assert_text(const struct buf *frame, const char *text)
{
	assert_int_equal(frame->n - FRAME_HEADROOM, strlen(text));
	assert_memory_equal(frame->p + FRAME_HEADROOM, text, strlen(text));
}

static void manager_gets_everything(void **state)
{
	struct snapshot *s = new_snapshot();
	const struct buf *frame = snapshot_frame(s, everybody, 30);

	(void)state;
	assert_text(frame, "{\"type\":\"snapshot\",\"seq\":7,\"stale\":false,\"retryMs\":    30,"
			   "\"calls\":[" CALL_1 "," CALL_2 "," CALL_3 "],"
			   "\"agents\":[" AGENT_1 "," AGENT_2 "],"
			   "\"queues\":[" SUPPORT "," SALES "]}");
	assert_ptr_equal(snapshot_frame(s, everybody, 30000), frame);
	assert_non_null(memmem(frame->p, frame->n, "\"retryMs\": 30000,", 17));
	talloc_free(s);
}

static void agent_gets_its_own_and_a_brief_of_colleagues(void **state)
{
	struct snapshot *s = new_snapshot();

	(void)state;
	assert_text(snapshot_frame(s, agent, 30), "{\"type\":\"snapshot\",\"seq\":7,\"stale\":false,\"retryMs\":    30,"
					       "\"calls\":[" CALL_1 "," CALL_2 "],"
					       "\"agents\":[" AGENT_1 "," BRIEF_2 "],"
					       "\"queues\":[" SUPPORT "]}");
	talloc_free(s);
}

static void wallboard_gets_its_queues_without_a_caller(void **state)
{
	struct snapshot *s = new_snapshot();

	(void)state;
	assert_text(snapshot_frame(s, wallboard, 30),
		    "{\"type\":\"snapshot\",\"seq\":7,\"stale\":false,\"retryMs\":    30,\"calls\":[],"
		    "\"agents\":[" WALL_2 "],\"queues\":[" SUPPORT_WALL "]}");
	talloc_free(s);
}

static void consulted_agent_gets_the_call(void **state)
{
	struct snapshot *s = snapshot_new(*state, 7);

	add(s, SNAPSHOT_CALLS, "c1", "{\"id\":\"c1\",\"agent\":\"1002\",\"consult\":{\"to\":\"1001\"}}");
	const struct buf *frame = snapshot_frame(s, agent, 30);
	assert_non_null(memmem(frame->p, frame->n, "\"c1\"", 4));
	talloc_free(s);
}

static void absent_picture_is_stale(void **state)
{
	struct snapshot *s = snapshot_new(*state, 0);

	assert_text(snapshot_frame(s, everybody, 30),
		    "{\"type\":\"snapshot\",\"seq\":0,\"stale\":true,\"retryMs\":    30,"
		    "\"calls\":[],\"agents\":[],\"queues\":[]}");
	talloc_free(s);
}

static void unreadable_object_is_left_out(void **state)
{
	static const char *const bad[] = { "", "{", "[]", "7", "{} {}", "{\"a\":\"\xff\"}" };
	struct snapshot *s = snapshot_new(*state, 7);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(snapshot_add(s, SNAPSHOT_CALLS, STR("c"), str_of(bad[i])),
				 ERR_MALFORMED);
	assert_text(snapshot_frame(s, everybody, 30),
		    "{\"type\":\"snapshot\",\"seq\":7,\"stale\":false,\"retryMs\":    30,"
		    "\"calls\":[],\"agents\":[],\"queues\":[]}");
	talloc_free(s);
}

static void colleague_of_hostile_name_stays_text(void **state)
{
	struct snapshot *s = snapshot_new(*state, 7);

	add(s, SNAPSHOT_AGENTS, "1\"2", "{\"extension\":\"1\\\"2\",\"status\":\"\\\"}<\",\"phone\":null}");
	assert_text(snapshot_frame(s, agent, 30),
		    "{\"type\":\"snapshot\",\"seq\":7,\"stale\":false,\"retryMs\":    30,\"calls\":[],"
		    "\"agents\":[{\"extension\":\"1\\\"2\",\"status\":\"\\\"}<\",\"phone\":null}],"
		    "\"queues\":[]}");
	talloc_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manager_gets_everything),
		cmocka_unit_test(agent_gets_its_own_and_a_brief_of_colleagues),
		cmocka_unit_test(wallboard_gets_its_queues_without_a_caller),
		cmocka_unit_test(consulted_agent_gets_the_call),
		cmocka_unit_test(absent_picture_is_stale),
		cmocka_unit_test(unreadable_object_is_left_out),
		cmocka_unit_test(colleague_of_hostile_name_stays_text),
	};

	return cmocka_run_group_tests(tests, make_audiences, free_audiences);
}
