/*
 * What the first steps of cordboard-amid cost by themselves: logs in at a manager, reads until it
 * closes, and prints the CPU time that took.
 *   reader PORT recv|parse|track|record
 * "track" keeps the model, "record" also hands out every record of it.
 */
#include "workers/amid/tracker.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct work {
	struct ami_reader *reader;
	struct tracker *tracker;
	uint64_t bytes, messages, records;
};

static void only_recv(struct work *w, const char *bytes, size_t n)
{
	(void)bytes;
	w->bytes += n;
}

static void parse(struct work *w, const char *bytes, size_t n)
{
	const struct ami_message *m;

	w->bytes += n;
	ami_reader_feed(w->reader, bytes, n);
	while (ami_reader_next(w->reader, &m) == 0 && m)
		w->messages++;
}

static void track(struct work *w, const char *bytes, size_t n)
{
	const struct ami_message *m;

	w->bytes += n;
	ami_reader_feed(w->reader, bytes, n);
	while (ami_reader_next(w->reader, &m) == 0 && m) {
		w->messages++;
		tracker_ami(w->tracker, m);
	}
	tracker_flush(w->tracker);
}

static const struct {
	const char *name;
	void (*take)(struct work *w, const char *bytes, size_t n);
	bool records;
} modes[] = {
	{ "recv", only_recv, false },
	{ "parse", parse, false },
	{ "track", track, false },
	{ "record", track, true },
};

static void count(void *arg, const struct record *record)
{
	struct work *w = arg;

	(void)record;
	w->records++;
}

/* The demo floor. */
static struct tracker *floor_new(struct work *w, bool records)
{
	struct tracker_options options = { .default_tenant = "demo", .outbound_prefix = "9",
					   .outbound_wrapup_ms = 20000, .sink = records ? count : NULL, .arg = w };
	struct tracker *t = tracker_new(NULL, &options);
	char extension[8];

	tracker_config_begin(t, clock_wall_us());
	tracker_config_queue(t, "demo", "support", 20000);
	for (int i = 0; i < 10; i++) {
		snprintf(extension, sizeof(extension), "%d", 1001 + i);
		tracker_config_agent(t, "demo", extension, 1);
		tracker_restore_agent(t, &(struct tracker_agent){ .tenant = "demo",
			.extension = extension, .status = "AVAILABLE", .since_us = 1 });
	}
	tracker_config_end(t);
	w->records = 0;
	return t;
}

static int connect_to(int port)
{
	static const char login[] = "Action: Login\r\nActionID: 1\r\nUsername: x\r\nSecret: x\r\n\r\n";
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    send(fd, login, sizeof(login) - 1, 0) < 0) {
		perror("connect");
		return -1;
	}
	return fd;
}

static int64_t cpu_us(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (int64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 +
	       use.ru_utime.tv_usec + use.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
	struct work work = { .reader = ami_reader_new(NULL) };
	static char bytes[65536];
	size_t mode = 0;
	ssize_t n;

	while (argc == 3 && mode < ARRAY_LEN(modes) && strcmp(argv[2], modes[mode].name) != 0)
		mode++;
	if (argc != 3 || mode == ARRAY_LEN(modes)) {
		fputs("usage: reader PORT recv|parse|track|record\n", stderr);
		return 2;
	}
	work.tracker = floor_new(&work, modes[mode].records);
	int fd = connect_to((int)strtol(argv[1], NULL, 10));
	if (fd < 0)
		return EXIT_FAILURE;
	int64_t before = cpu_us();
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		modes[mode].take(&work, bytes, (size_t)n);
	printf("{\"cpuUs\":%" PRId64 ",\"bytes\":%" PRIu64 ",\"messages\":%" PRIu64
	       ",\"records\":%" PRIu64 "}\n", cpu_us() - before, work.bytes, work.messages,
	       work.records);
	talloc_free(work.tracker);
	talloc_free(work.reader);
	close(fd);
	return EXIT_SUCCESS;
}
