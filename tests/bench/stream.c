/* One recorded call made into many. */
#include "tests/bench/stream.h"

#include "lib/err.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 200, EVENTS_MAX = 100 };

/* From the end of an agent's call to the beginning of the next. */
enum { GAP_US = 1000000 };

/* What differs from call to call. */
enum what { TEXT, CALL_ID, BRIDGE_ID, CALLER_ID, AGENT_ID, CALLER_CHANNEL, AGENT_CHANNEL, CALLER, AGENT };

static const struct {
	const char *recorded;
	enum what what;
} changes[] = {
	{ "CC_CALL_ID=pbx1-1795350150.0", CALL_ID },
	{ "a93df0a1-d5f6-4573-97f7-5b75cae8c29f", BRIDGE_ID },
	{ "pbx1-1795350150.0", CALLER_ID },
	{ "pbx1-1795350151.1", AGENT_ID },
	{ "trunk-00000000", CALLER_CHANNEL },
	{ "1001-00000001", AGENT_CHANNEL },
	{ "15551230001", CALLER },
	{ "1001", AGENT },
};

struct part {
	enum what what;
	struct str text;
};

/* One event of the recording: its time, what stands before that, and the rest in parts. */
struct event {
	int64_t at_us;
	struct str head;
	struct part parts[PARTS_MAX];
	size_t n;
};

struct recording {
	struct event events[EVENTS_MAX];
	size_t n;
	int64_t period_us;
};

/* Where and when one event of one call stands in the stream. */
struct place {
	int64_t at_us;
	unsigned call, event;
};

static struct buf *read_file(const void *ctx, const char *path)
{
	struct buf *text = buf_new(ctx);
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file) {
		perror(path);
		return NULL;
	}
	while ((n = fread(buf_reserve(text, 65536), 1, 65536, file)) > 0)
		text->n += n;
	fclose(file);
	buf_text(text);
	return text;
}

static int starts_change(const char *p, size_t left)
{
	for (int i = 0; i < (int)ARRAY_LEN(changes); i++) {
		size_t n = strlen(changes[i].recorded);
		if (n <= left && memcmp(p, changes[i].recorded, n) == 0)
			return i;
	}
	return -1;
}

static void add_part(struct event *event, enum what what, const char *p, size_t n)
{
	if (n == 0 || event->n == PARTS_MAX)
		return;
	event->parts[event->n++] = (struct part){ what, { p, n } };
}

static void split_parts(struct event *event, struct str text)
{
	const char *p = text.p, *end = text.p + text.n, *begin = p;

	while (p < end) {
		int i = starts_change(p, (size_t)(end - p));
		if (i < 0) {
			p++;
			continue;
		}
		size_t n = strlen(changes[i].recorded);
		add_part(event, TEXT, begin, (size_t)(p - begin));
		add_part(event, changes[i].what, p, n);
		begin = p += n;
	}
	add_part(event, TEXT, begin, (size_t)(p - begin));
}

/* Takes the events that carry a time; what comes before is the login's. */
static void split_events(struct recording *r, const char *text)
{
	const char *end;

	for (const char *p = text; (end = strstr(p, "\r\n\r\n")) != NULL; p = end + 4) {
		const char *stamp = strstr(p, "\r\nTimestamp: ");
		if (!stamp || stamp > end || r->n == EVENTS_MAX)
			continue;
		struct event *event = &r->events[r->n++];
		const char *value = stamp + strlen("\r\nTimestamp: "), *eol = strstr(value, "\r\n");
		char *fraction;
		event->at_us = strtoll(value, &fraction, 10) * 1000000;
		event->at_us += strtoll(fraction + 1, NULL, 10);
		event->head = (struct str){ p, (size_t)(value - p) };
		split_parts(event, (struct str){ eol, (size_t)(end + 4 - eol) });
	}
	if (r->n)
		r->period_us = r->events[r->n - 1].at_us - r->events[0].at_us + GAP_US;
}

void stream_call_id(const struct stream *stream, unsigned call, char id[STREAM_ID_SIZE])
{
	(void)stream;
	snprintf(id, STREAM_ID_SIZE, "be0cbe0c-0000-4000-8000-%012x", call);
}

static void write_part(struct stream *s, const struct part *part, const struct place *at, int64_t base_s)
{
	struct buf *b = s->bytes;
	unsigned agent = STREAM_FIRST_AGENT + at->call % STREAM_AGENTS;
	char id[STREAM_ID_SIZE];

	switch (part->what) {
	case TEXT:
		buf_add(b, part->text.p, part->text.n);
		break;
	case CALL_ID:
		stream_call_id(s, at->call, id);
		buf_printf(b, "CC_CALL_ID=%s", id);
		break;
	case BRIDGE_ID:
		buf_printf(b, "be0cbe0c-1111-4000-8000-%012x", at->call);
		break;
	case CALLER_ID:
		buf_printf(b, "bench-%" PRId64 ".%u", base_s, 2 * at->call);
		break;
	case AGENT_ID:
		buf_printf(b, "bench-%" PRId64 ".%u", base_s, 2 * at->call + 1);
		break;
	case CALLER_CHANNEL:
		buf_printf(b, "trunk-%08x", 2 * at->call);
		break;
	case AGENT_CHANNEL:
		buf_printf(b, "%u-%08x", agent, 2 * at->call + 1);
		break;
	case CALLER:
		buf_printf(b, "1555%07u", at->call);
		break;
	case AGENT:
		buf_printf(b, "%u", agent);
		break;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return (x->call > y->call) - (x->call < y->call);
}

static struct place *arrange(const void *ctx, const struct recording *r, unsigned calls, int64_t first_us)
{
	struct place *places = mem_array(ctx, struct place, calls * r->n);
	size_t n = 0;

	for (unsigned call = 0; call < calls; call++)
		for (unsigned event = 0; event < r->n; event++)
			places[n++] = (struct place){
				first_us + call * (r->period_us / STREAM_AGENTS) +
					r->events[event].at_us - r->events[0].at_us,
				call, event };
	qsort(places, n, sizeof(places[0]), by_time);
	return places;
}

struct stream *stream_new(const void *ctx, const char *path, unsigned calls, int64_t first_us)
{
	void *scratch = mem_context();
	struct recording *r = mem_new(scratch, struct recording);
	struct stream *s = mem_new(ctx, struct stream);
	struct buf *text = read_file(scratch, path);

	s->bytes = buf_new(s);
	if (text)
		split_events(r, text->p);
	if (r->n == 0)
		return NULL;
	const struct place *places = arrange(scratch, r, calls, first_us);
	s->n = calls * r->n;
	s->events = mem_array(s, struct stream_event, s->n);
	for (size_t i = 0; i < s->n; i++) {
		const struct event *event = &r->events[places[i].event];
		buf_add(s->bytes, event->head.p, event->head.n);
		buf_printf(s->bytes, "%" PRId64 ".%06d", places[i].at_us / 1000000,
			   (int)(places[i].at_us % 1000000));
		for (size_t k = 0; k < event->n; k++)
			write_part(s, &event->parts[k], &places[i], first_us / 1000000);
		s->events[i] = (struct stream_event){ s->bytes->n, places[i].call, places[i].at_us };
	}
	talloc_free(scratch);
	return s;
}
