/* The text for Prometheus: every line of it is well formed, and every value is where it belongs. */
#include "lib/err.h"
#include "workers/amid/metrics.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PREFIX "cordboard_amid_"

static void *ctx;

static const char *text(void)
{
	struct buf *out = buf_new(ctx);

	metrics_print(out);
	return buf_text(out);
}

static bool has(const char *line)
{
	return strstr(text(), mem_printf(ctx, "\n%s\n", line)) != NULL;
}

/* name, or name{label="value",…}; returns what follows, NULL if it is neither. */
static const char *skip_series(const char *p)
{
	p += strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (*p != '{')
		return p;
	do {
		p++;
		p += strspn(p, "abcdefghijklmnopqrstuvwxyz_");
		if (p[0] != '=' || p[1] != '"')
			return NULL;
		p += 2;
		p += strcspn(p, "\"\\\n");
		if (*p++ != '"')
			return NULL;
	} while (*p == ',');
	return *p == '}' ? p + 1 : NULL;
}

static bool is_sample(const char *line)
{
	const char *p = skip_series(line);
	char *end;

	if (!p || *p != ' ' || isspace((unsigned char)p[1]))
		return false;
	strtod(p + 1, &end);
	return end > p + 1 && *end == '\0';
}

/* HELP, TYPE, then samples of that name only, and no name twice. */
static void every_line_is_well_formed(void **state)
{
	metrics_command("agent.status", ERR_OK);
	char *copy = mem_strdup(ctx, text()), *save, name[80] = "", type[20] = "", word[100];
	const char *seen = "";
	size_t samples = 0;

	(void)state;
	assert_int_equal(copy[strlen(copy) - 1], '\n');
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "# HELP %79s %19s", name, type) == 2) {
			assert_int_equal(strncmp(name, PREFIX, strlen(PREFIX)), 0);
			snprintf(word, sizeof(word), " %s ", name);
			assert_null(strstr(seen, word));
			seen = mem_printf(ctx, "%s%s", seen, word);
			line = strtok_r(NULL, "\n", &save);
			assert_non_null(line);
			assert_int_equal(sscanf(line, "# TYPE %99s %19s", word, type), 2);
			assert_string_equal(word, name);
			bool total = strcmp(name + strlen(name) - 6, "_total") == 0;
			assert_string_equal(type, total ? "counter" : "gauge");
			continue;
		}
		assert_int_equal(strncmp(line, name, strlen(name)), 0);
		assert_true(line[strlen(name)] == '{' || line[strlen(name)] == ' ');
		assert_true(is_sample(line));
		samples++;
	}
	assert_true(samples >= METRIC__COUNT);
}

static void values_are_shown(void **state)
{
	(void)state;
	metric_set(METRIC_CALLS_OPEN, 7);
	metric_add(METRIC_RESYNCS, 2);
	metric_add(METRIC_RESYNCS, 1);
	metric_set(METRIC_AGENTS + 1, 41);
	metric_set(METRIC_AMI_SILENCE, 1234);
	metric_set(METRIC_JOURNAL_LAG, 60001);
	metric_set(METRIC_JOURNAL_LAG_LAST, 5);
	metric_set(METRIC_UP_REDIS, 1);
	assert_true(has(PREFIX "calls_open 7"));
	assert_true(has(PREFIX "resyncs_total 3"));
	assert_true(has(PREFIX "agents{status=\"AVAILABLE\"} 41"));
	assert_true(has(PREFIX "ami_silence_seconds 1.234"));
	assert_true(has(PREFIX "journal_lag_seconds{to=\"postgresql\"} 60.001"));
	assert_true(has(PREFIX "journal_lag_seconds{to=\"redis\"} 0.005"));
	assert_true(has(PREFIX "up{part=\"redis\"} 1"));
}

static void commands_are_counted_by_verb_and_result(void **state)
{
	(void)state;
	metrics_command("dial", ERR_OK);
	metrics_command("dial", ERR_CONFLICT);
	metrics_command("dial", ERR_CONFLICT);
	metrics_command("hangup", ERR_NOT_FOUND);
	metrics_command("hangup", -5);
	assert_true(has(PREFIX "commands_total{verb=\"dial\",result=\"ok\"} 1"));
	assert_true(has(PREFIX "commands_total{verb=\"dial\",result=\"conflict\"} 2"));
	assert_true(has(PREFIX "commands_total{verb=\"hangup\",result=\"ok\"} 0"));
	assert_true(has(PREFIX "commands_total{verb=\"hangup\",result=\"not-found\"} 1"));
	assert_true(has(PREFIX "commands_total{verb=\"hangup\",result=\"internal\"} 1"));
	assert_false(has(PREFIX "commands_total{verb=\"hangup\",result=\"conflict\"} 0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_shown),
		cmocka_unit_test(commands_are_counted_by_verb_and_result),
		cmocka_unit_test(every_line_is_well_formed),
	};

	ctx = mem_context();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	talloc_free(ctx);
	return failed;
}
