/* Workers count together: what one adds another prints, and a file of another program is left alone. */
#include "cgi-bin/metrics.h"

#include "cgi-bin/site.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORKERS = 4, EACH = 5000 };

static char path[] = "/tmp/cordboard-metrics-XXXXXX";

static int setup(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	return close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

/* A process of its own, as a worker is. */
static void as_worker(void (*f)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		f();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void count(void)
{
	metrics_open(path);
	for (int i = 0; i < EACH; i++) {
		metrics_request(site[0]->routes, i % 2 ? 200 : 401,
				i % 2 ? 0 : ERR_BAD_CREDENTIALS, 700);
		metrics_count(METRIC_PASSWORD_BUSY);
	}
	metrics_request(NULL, 404, ERR_NOT_FOUND, 60000000);
}

static void assert_line(struct buf *text, const char *line)
{
	if (!strstr(buf_text(text), line))
		fail_msg("%s is not in\n%s", line, buf_text(text));
}

static void workers_count_together(void **state)
{
	void *ctx = mem_context();
	struct buf *text = buf_new(ctx);
	pid_t pids[WORKERS];

	(void)state;
	for (int i = 0; i < WORKERS; i++)
		if ((pids[i] = fork()) == 0) {
			count();
			_exit(0);
		}
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	metrics_open(path);
	metrics_print(text);
	const struct route *first = site[0]->routes;
	const char *labels = mem_printf(ctx, "{method=\"%s\",path=\"%s\"",
					http_method_name(first->method), first->path);
	assert_line(text, mem_printf(ctx, "\ncordboard_api_requests_total%s,class=\"2xx\"} 10000\n", labels));
	assert_line(text, mem_printf(ctx, "\ncordboard_api_requests_total%s,class=\"4xx\"} 10000\n", labels));
	assert_line(text, mem_printf(ctx, "\ncordboard_api_request_seconds_bucket%s,le=\"0.0005\"} 0\n", labels));
	assert_line(text, mem_printf(ctx, "\ncordboard_api_request_seconds_bucket%s,le=\"0.001\"} 20000\n", labels));
	assert_line(text, mem_printf(ctx, "\ncordboard_api_request_seconds_bucket%s,le=\"+Inf\"} 20000\n", labels));
	assert_line(text, mem_printf(ctx, "\ncordboard_api_request_seconds_sum%s} 14.000000\n", labels));
	assert_line(text, "\ncordboard_api_refusals_total{problem=\"bad-credentials\"} 10000\n");
	assert_line(text, "\ncordboard_api_password_busy_total 20000\n");
	/* Longer than every bound, and of no route. */
	assert_line(text, "\ncordboard_api_request_seconds_bucket{method=\"\",path=\"\",le=\"5\"} 0\n");
	assert_line(text, "\ncordboard_api_request_seconds_bucket{method=\"\",path=\"\",le=\"+Inf\"} 4\n");
	talloc_free(ctx);
}

static void a_file_of_another_layout_is_left_to_its_program(void **state)
{
	struct stat before, after;
	int fd = open(path, O_RDWR);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "another.", 8, 0), 8);
	assert_int_equal(fstat(fd, &before), 0);
	as_worker(count);
	assert_int_equal(stat(path, &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	char text[8];
	assert_int_equal(pread(fd, text, sizeof(text), 0), sizeof(text));
	assert_memory_equal(text, "another.", sizeof(text));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workers_count_together),
		cmocka_unit_test(a_file_of_another_layout_is_left_to_its_program),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
