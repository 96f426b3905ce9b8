/* lib/bus against a redis-server of its own. */
#include "lib/bus.h"
#include "lib/err.h"
#include "lib/log.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { TIMEOUT_MS = 500, START_MS = 10000, ARRIVAL_MS = 5000 };

static char home[] = "/tmp/test_bus.XXXXXX";
static char path[64];
static pid_t server;

static int ask(struct bus *bus, const void *ctx, struct bus_reply **reply, const char *line)
{
	struct str args[8];
	size_t n = 0;
	char *save = NULL;
	char *copy = mem_strdup(ctx, line);

	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		args[n++] = str_of(word);
	return bus_command(bus, ctx, reply, args, n);
}

static struct bus *new_bus(const void *ctx)
{
	return bus_new(ctx, path, NULL, NULL, TIMEOUT_MS);
}

static int start_server(void **state)
{
	struct bus *bus = new_bus(NULL);
	int64_t deadline = clock_mono_ms() + START_MS;

	server = fork();
	if (server == 0) {
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path,
		       "--save", "", "--dir", home, "--loglevel", "warning", (char *)NULL);
		_exit(127);
	}
	while (ask(bus, bus, NULL, "PING") != 0 && clock_mono_ms() < deadline)
		poll(NULL, 0, 20);
	*state = bus;
	return ask(bus, bus, NULL, "PING");
}

static int stop_server(void **state)
{
	talloc_free(*state);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(path);
	return rmdir(home);
}

static void answers_by_type(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus_reply *reply;

	assert_int_equal(ask(bus, ctx, &reply, "SET answer 42"), 0);
	assert_int_equal(bus_type(reply), BUS_STATUS);
	assert_true(str_is(bus_str(reply), "OK"));
	assert_int_equal(ask(bus, ctx, &reply, "INCR answer"), 0);
	assert_int_equal(bus_type(reply), BUS_INTEGER);
	assert_int_equal(bus_int(reply), 43);
	assert_int_equal(ask(bus, ctx, &reply, "GET nothing"), 0);
	assert_int_equal(bus_type(reply), BUS_NIL);
	assert_int_equal(bus_str(reply).n, 0);
	assert_int_equal(ask(bus, ctx, &reply, "MGET answer nothing"), 0);
	assert_int_equal(bus_length(reply), 2);
	assert_true(str_is(bus_str(bus_at(reply, 0)), "43"));
	assert_int_equal(bus_type(bus_at(reply, 1)), BUS_NIL);
	assert_null(bus_at(reply, 2));
	talloc_free(ctx);
}

static void carries_any_bytes(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus_reply *reply;
	struct str value = STR("a\0\r\n%s\xff");

	assert_int_equal(
		bus_command(bus, ctx, NULL, (struct str[]){ STR("SET"), STR("bytes"), value }, 3),
		0);
	assert_int_equal(ask(bus, ctx, &reply, "GET bytes"), 0);
	assert_true(str_eq(bus_str(reply), value));
	talloc_free(ctx);
}

static void pipeline_answers_in_order(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus_reply *replies[3];

	bus_add(bus, (struct str[]){ STR("SET"), STR("first"), STR("1") }, 3);
	bus_add(bus, (struct str[]){ STR("GET"), STR("first") }, 2);
	bus_add(bus, (struct str[]){ STR("DEL"), STR("first") }, 2);
	assert_int_equal(bus_flush(bus, ctx, replies), 0);
	assert_true(str_is(bus_str(replies[0]), "OK"));
	assert_true(str_is(bus_str(replies[1]), "1"));
	assert_int_equal(bus_int(replies[2]), 1);
	talloc_free(ctx);
}

static void refusal_is_an_answer(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus_reply *replies[2];

	assert_int_equal(ask(bus, ctx, NULL, "NONSENSE"), ERR_UNAVAILABLE);
	bus_add(bus, (struct str[]){ STR("NONSENSE") }, 1);
	bus_add(bus, (struct str[]){ STR("PING") }, 1);
	assert_int_equal(bus_flush(bus, ctx, replies), ERR_UNAVAILABLE);
	assert_int_equal(bus_type(replies[0]), BUS_ERROR);
	assert_true(str_is(bus_str(replies[1]), "PONG"));
	talloc_free(ctx);
}

static void refusal_within_exec_is_seen(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);

	bus_add(bus, (struct str[]){ STR("MULTI") }, 1);
	bus_add(bus, (struct str[]){ STR("SET"), STR("text"), STR("x") }, 3);
	bus_add(bus, (struct str[]){ STR("HGETALL"), STR("text") }, 2);
	bus_add(bus, (struct str[]){ STR("EXEC") }, 1);
	assert_int_equal(bus_flush(bus, ctx, NULL), ERR_UNAVAILABLE);
	assert_int_equal(ask(bus, ctx, NULL, "PING"), 0);
	talloc_free(ctx);
}

static void deadline_ends_a_command(void **state)
{
	struct bus *bus = new_bus(*state);
	void *ctx = talloc_new(NULL);
	int64_t began = clock_mono_ms();

	assert_int_equal(ask(bus, ctx, NULL, "BLPOP empty 0"), -ETIMEDOUT);
	assert_in_range(clock_mono_ms() - began, TIMEOUT_MS - 50, 10 * TIMEOUT_MS);
	assert_int_equal(bus_socket(bus), -1);
	assert_int_equal(ask(bus, ctx, NULL, "PING"), 0);
	talloc_free(ctx);
	talloc_free(bus);
}

static void blocking_command_has_its_own_deadline(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus_reply *reply;
	struct str blpop[] = { STR("BLPOP"), STR("empty"), STR("1") };

	assert_int_equal(bus_command_wait(bus, ctx, &reply, blpop, 3, 5000), 0);
	assert_int_equal(bus_type(reply), BUS_NIL);
	/* Afterwards the connection's own holds again. */
	assert_int_equal(ask(bus, ctx, NULL, "BLPOP empty 0"), -ETIMEDOUT);
	talloc_free(ctx);
}

static void cut_connection_is_opened_again(void **state)
{
	struct bus *bus = *state;
	struct bus *other = new_bus(*state);
	void *ctx = talloc_new(NULL);

	assert_int_equal(ask(bus, ctx, NULL, "PING"), 0);
	assert_int_equal(ask(other, ctx, NULL, "CLIENT KILL TYPE normal SKIPME yes"), 0);
	assert_int_equal(ask(bus, ctx, NULL, "PING"), 0);
	talloc_free(ctx);
	talloc_free(other);
}

static void password_is_sent(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus *with = bus_new(ctx, path, "relay", "sesame", TIMEOUT_MS);
	struct bus *wrong = bus_new(ctx, path, "relay", "barley", TIMEOUT_MS);
	struct bus_reply *reply;

	assert_int_equal(ask(bus, ctx, NULL, "ACL SETUSER relay on >sesame +acl|whoami"), 0);
	assert_int_equal(ask(with, ctx, &reply, "ACL WHOAMI"), 0);
	assert_true(str_is(bus_str(reply), "relay"));
	assert_int_equal(ask(wrong, ctx, NULL, "ACL WHOAMI"), ERR_UNAVAILABLE);
	talloc_free(ctx);
}

static void absent_server_is_an_error(void **state)
{
	void *ctx = talloc_new(*state);
	struct bus *bus = bus_new(ctx, "/nonexistent/redis.sock", NULL, NULL, TIMEOUT_MS);

	assert_int_equal(bus_add(bus, (struct str[]){ STR("PING") }, 1), -ENOENT);
	assert_int_equal(bus_flush(bus, ctx, NULL), -ENOENT);
	assert_int_equal(bus_read(bus, NULL, NULL), -ENOTCONN);
	/* Half a pipeline is never sent: what follows fails as well, until somebody has looked. */
	assert_int_equal(bus_add(bus, (struct str[]){ STR("PING") }, 1), -ENOENT);
	bus_close(bus);
	assert_int_equal(bus_flush(bus, ctx, NULL), 0);
	talloc_free(ctx);
}

struct heard {
	char text[128];
	int n;
};

static void hear(void *arg, struct str channel, struct str message)
{
	struct heard *heard = arg;
	size_t used = strlen(heard->text);

	heard->n++;
	snprintf(heard->text + used, sizeof(heard->text) - used, "%.*s=%.*s;", (int)channel.n,
		 channel.p, (int)message.n, message.p);
}

/* Reads as an event loop does until n messages have come. */
static int listen_for(struct bus *bus, struct heard *heard, int n)
{
	int64_t deadline = clock_mono_ms() + ARRIVAL_MS;
	int result = bus_read(bus, hear, heard);

	while (!result && heard->n < n && clock_mono_ms() < deadline) {
		poll(&(struct pollfd){ .fd = bus_socket(bus), .events = POLLIN }, 1, ARRIVAL_MS);
		result = bus_read(bus, hear, heard);
	}
	return result;
}

static void subscription_hears_its_channels(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus *ear = new_bus(ctx);
	struct heard heard = { .n = 0 };

	assert_int_equal(bus_subscribe(ear, (struct str[]){ STR("a"), STR("b") }, 2), 0);
	assert_int_equal(bus_read(ear, hear, &heard), 0);
	assert_int_equal(heard.n, 0);
	assert_int_equal(ask(bus, ctx, NULL, "PUBLISH a 1"), 0);
	assert_int_equal(ask(bus, ctx, NULL, "PUBLISH c 2"), 0);
	assert_int_equal(ask(bus, ctx, NULL, "PUBLISH b 3"), 0);
	assert_int_equal(listen_for(ear, &heard, 2), 0);
	assert_string_equal(heard.text, "a=1;b=3;");
	talloc_free(ctx);
}

static void added_channel_loses_nothing_of_the_first(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus *ear = new_bus(ctx);
	struct heard heard = { .n = 0 };

	assert_int_equal(bus_subscribe(ear, (struct str[]){ STR("a") }, 1), 0);
	assert_int_equal(ask(bus, ctx, NULL, "PUBLISH a 1"), 0);
	assert_int_equal(bus_subscribe(ear, (struct str[]){ STR("b") }, 1), 0);
	assert_int_equal(ask(bus, ctx, NULL, "PUBLISH b 2"), 0);
	assert_int_equal(listen_for(ear, &heard, 2), 0);
	assert_string_equal(heard.text, "a=1;b=2;");
	talloc_free(ctx);
}

static void lost_subscription_is_told(void **state)
{
	struct bus *bus = *state;
	void *ctx = talloc_new(NULL);
	struct bus *ear = new_bus(ctx);
	struct heard heard = { .n = 0 };

	assert_int_equal(bus_subscribe(ear, (struct str[]){ STR("a") }, 1), 0);
	assert_int_equal(ask(bus, ctx, NULL, "CLIENT KILL TYPE pubsub"), 0);
	assert_int_equal(listen_for(ear, &heard, 1), -ECONNRESET);
	assert_int_equal(bus_socket(ear), -1);
	assert_int_equal(bus_subscribe(ear, (struct str[]){ STR("a") }, 1), 0);
	assert_int_equal(ask(bus, ctx, NULL, "PUBLISH a again"), 0);
	assert_int_equal(listen_for(ear, &heard, 1), 0);
	assert_string_equal(heard.text, "a=again;");
	talloc_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_by_type),
		cmocka_unit_test(carries_any_bytes),
		cmocka_unit_test(pipeline_answers_in_order),
		cmocka_unit_test(refusal_is_an_answer),
		cmocka_unit_test(refusal_within_exec_is_seen),
		cmocka_unit_test(deadline_ends_a_command),
		cmocka_unit_test(blocking_command_has_its_own_deadline),
		cmocka_unit_test(cut_connection_is_opened_again),
		cmocka_unit_test(password_is_sent),
		cmocka_unit_test(absent_server_is_an_error),
		cmocka_unit_test(subscription_hears_its_channels),
		cmocka_unit_test(added_channel_loses_nothing_of_the_first),
		cmocka_unit_test(lost_subscription_is_told),
	};

	log_init("test_bus", LOG_LEVEL_ERROR);
	if (!mkdtemp(home))
		return 1;
	snprintf(path, sizeof(path), "%s/redis.sock", home);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
