/* Settings files: defaults, bounds, and errors that name line and key. */
#include "lib/err.h"
#include "lib/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void *ctx;

static int load(const char *text, struct settings *s, const char **problem)
{
	char path[] = "/tmp/cordboard-settings-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	int err = settings_load(ctx, path, s, problem);
	unlink(path);
	return err;
}

static void what_is_not_set_has_its_default(void **state)
{
	struct settings s;
	const char *problem;

	(void)state;
	assert_int_equal(load("[node]\nname = pbx7\n[ami]\nport = 5039\n", &s, &problem), 0);
	assert_string_equal(s.node, "pbx7");
	assert_int_equal(s.ami_port, 5039);
	assert_string_equal(s.default_tenant, "demo");
	assert_int_equal(s.session_idle_s, 1800);
	assert_int_equal(s.log_level, LOG_LEVEL_INFO);
	assert_false(s.log_states);
	assert_int_equal(load("[amid]\nlog_states = yes\n", &s, &problem), 0);
	assert_true(s.log_states);
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *text, *word;
	} cases[] = {
		{ "[ami]\nport = 70000\n", "port" },
		{ "[ami]\nport = 50x\n", "port" },
		{ "[ami]\nprot = 1\n", "prot" },
		{ "[nowhere]\nname = x\n", "nowhere" },
		{ "[node]\nlog_level = loud\n", "log_level" },
		{ "[amid]\nlog_states = maybe\n", "log_states" },
		{ "[amid]\nlog_states = \n", "log_states" },
		{ "[node]\nno equals sign\n", "2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings s;
		const char *problem = "";
		assert_int_equal(load(cases[i].text, &s, &problem), ERR_INVALID);
		assert_non_null(strstr(problem, cases[i].word));
		assert_non_null(strstr(problem, ":2: "));
	}
}

static void a_missing_file_is_an_error(void **state)
{
	struct settings s;
	const char *problem;

	(void)state;
	assert_true(settings_load(ctx, "/nonexistent/cordboard.conf", &s, &problem) < 0);
	assert_non_null(strstr(problem, "/nonexistent/cordboard.conf"));
	assert_null(settings_secret(ctx, "/nonexistent/secret"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_set_has_its_default),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(a_missing_file_is_an_error),
	};

	ctx = talloc_new(NULL);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	talloc_free(ctx);
	return failed;
}
