/* One tenant's stream of events. */
#include "workers/relayd/stream.h"

#include "lib/err.h"

#include <string.h>

/* Frames kept for others who see the same events: all of them, none of their own, and a few. */
enum { FRAMES_KEPT = 16, EPOCH_BITS = 32 };

struct event {
	struct event_head head;
	struct str body;
	struct str views[VIEW__COUNT]; /* made when first asked for */
};

/* An event as somebody sees it. */
struct sight {
	int64_t seq;
	struct str text;
};

/* A frame and what it is made of. */
struct frame {
	struct sight *sights;
	size_t n;
	uint64_t used; /* the higher the later */
	struct buf *buf;
};

struct stream {
	bool begun;
	uint64_t generation;
	int64_t seq;                             /* of the last event */
	int64_t floor;                           /* everything after it is kept */
	struct event *events[STREAM_EVENTS_MAX]; /* a ring */
	size_t first, n, bytes;
	struct frame frames[FRAMES_KEPT];
	uint64_t uses;
	struct {
		int64_t from, to;
		struct frame *frame; /* NULL: none */
	} for_all; /* what most ask for, and in a row */
	struct sight picked[STREAM_EVENTS_MAX];
};

/* ---- messages ---- */

/* Cuts the next word off the line; words are separated by one space. */
static struct str next_word(struct str *line)
{
	const char *space = memchr(line->p, ' ', line->n);
	struct str word = { line->p, space ? (size_t)(space - line->p) : line->n };
	size_t used = word.n + (space ? 1 : 0);

	*line = (struct str){ line->p + used, line->n - used };
	return word;
}

static int read_seq(struct str word, int64_t *out)
{
	int64_t value = 0;

	if (word.n == 0)
		return ERR_MALFORMED;
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return ERR_MALFORMED;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, word.p[i] - '0', &value))
			return ERR_MALFORMED;
	}
	*out = value;
	return 0;
}

int event_parse(struct str message, struct event_head *head, struct str *body)
{
	const char *end = message.n ? memchr(message.p, '\n', message.n) : NULL;

	if (!end)
		return ERR_MALFORMED;
	struct str line = { message.p, (size_t)(end - message.p) };
	*body = (struct str){ end + 1, message.n - line.n - 1 };
	if (read_seq(next_word(&line), &head->seq) || read_seq(next_word(&line), &head->previous))
		return ERR_MALFORMED;
	head->subject.queue = next_word(&line);
	head->subject.extensions = next_word(&line);
	head->subject.type = next_word(&line);
	if (head->subject.queue.n == 0 || head->subject.extensions.n == 0 ||
	    head->subject.type.n == 0 || line.n > 0 || body->n == 0)
		return ERR_MALFORMED;
	return 0;
}

/* ---- the ring ---- */

static struct event *event_at(const struct stream *s, size_t i)
{
	return s->events[(s->first + i) % STREAM_EVENTS_MAX];
}

static void drop_oldest(struct stream *s)
{
	struct event *event = event_at(s, 0);

	s->floor = event->head.seq;
	s->bytes -= event->body.n;
	s->first = (s->first + 1) % STREAM_EVENTS_MAX;
	s->n--;
	talloc_free(event);
}

static void append(struct stream *s, struct event *event)
{
	while (s->n == STREAM_EVENTS_MAX || (s->n && s->bytes + event->body.n > STREAM_BYTES_MAX))
		drop_oldest(s);
	s->events[(s->first + s->n++) % STREAM_EVENTS_MAX] = event;
	s->bytes += event->body.n;
	s->seq = event->head.seq;
}

struct stream *stream_new(const void *ctx)
{
	struct stream *s = mem_new(ctx, struct stream);

	s->generation = 1;
	return s;
}

void stream_begin(struct stream *s, int64_t seq)
{
	s->begun = true;
	s->seq = s->floor = seq;
}

void stream_reset(struct stream *s)
{
	while (s->n)
		drop_oldest(s);
	s->for_all.frame = NULL;
	/* Events to come may carry the same numbers. */
	for (size_t i = 0; i < FRAMES_KEPT; i++)
		s->frames[i].n = 0;
	s->begun = false;
	s->seq = s->floor = 0;
	s->generation++;
}

bool stream_begun(const struct stream *s)
{
	return s->begun;
}

static bool is_next(const struct stream *s, const struct event_head *head)
{
	return head->previous == s->seq && head->seq >> EPOCH_BITS == s->seq >> EPOCH_BITS;
}

enum stream_taken stream_take(struct stream *s, struct str message)
{
	if (!s->begun)
		return STREAM_OLD;
	struct event *event = mem_new(s, struct event);
	const char *text = mem_strndup(event, message.p, message.n);
	int malformed = event_parse((struct str){ text, message.n }, &event->head, &event->body);
	if (!malformed && event->head.seq > s->seq && is_next(s, &event->head)) {
		append(s, event);
		return STREAM_NEW;
	}
	bool old = !malformed && event->head.seq <= s->seq;
	talloc_free(event);
	if (old)
		return STREAM_OLD;
	stream_reset(s);
	return STREAM_HOLE;
}

int64_t stream_seq(const struct stream *s)
{
	return s->seq;
}

uint64_t stream_generation(const struct stream *s)
{
	return s->generation;
}

bool stream_covers(const struct stream *s, int64_t seq)
{
	return s->begun && seq >= s->floor;
}

size_t stream_events_after(const struct stream *s, int64_t seq)
{
	size_t n = 0;

	/* Whoever asks is nearly always close to the end. */
	while (n < s->n && event_at(s, s->n - 1 - n)->head.seq > seq)
		n++;
	return n;
}

/* ---- frames ---- */

/* Empty if the event does not allow of it, as one that cannot be read. */
static struct str text_of(struct event *event, enum view view)
{
	struct str *text = &event->views[view];

	if (view == VIEW_NONE || view == VIEW_WHOLE)
		return view == VIEW_WHOLE ? event->body : (struct str){ 0 };
	if (!text->p && view_event(event, view, event->head.subject.type, event->body, text) != 0)
		*text = (struct str){ "", 0 };
	return *text;
}

static size_t pick(struct stream *s, const struct audience *audience, int64_t seq)
{
	size_t n = 0;

	for (size_t i = s->n - stream_events_after(s, seq); i < s->n; i++) {
		struct event *event = event_at(s, i);
		struct str text = text_of(event, filter_view(audience, &event->head.subject));
		if (text.n)
			s->picked[n++] = (struct sight){ event->head.seq, text };
	}
	return n;
}

/* The text tells the views of an event apart: each is in one place. */
static bool is_of(const struct frame *frame, const struct sight *sights, size_t n)
{
	if (frame->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (frame->sights[i].seq != sights[i].seq ||
		    frame->sights[i].text.p != sights[i].text.p)
			return false;
	return true;
}

static void build(struct stream *s, struct frame *frame, size_t n)
{
	frame->sights = mem_grow(s, frame->sights, struct sight, n);
	memcpy(frame->sights, s->picked, n * sizeof(s->picked[0]));
	frame->n = n;
	if (s->for_all.frame == frame)
		s->for_all.frame = NULL;
	talloc_free(frame->buf);
	frame->buf = buf_new(s);
	buf_reserve(frame->buf, FRAME_HEADROOM);
	frame->buf->n = FRAME_HEADROOM;
	for (size_t i = 0; i < n; i++) {
		buf_addc(frame->buf, i ? ',' : '[');
		buf_add(frame->buf, s->picked[i].text.p, s->picked[i].text.n);
	}
	buf_addc(frame->buf, ']');
}

static struct frame *find_or_build(struct stream *s, size_t n)
{
	struct frame *frame = &s->frames[0];

	for (size_t i = 0; i < FRAMES_KEPT; i++) {
		if (is_of(&s->frames[i], s->picked, n))
			return &s->frames[i];
		if (s->frames[i].used < frame->used)
			frame = &s->frames[i];
	}
	build(s, frame, n);
	return frame;
}

static struct frame *frame_for(struct stream *s, const struct audience *audience, int64_t seq)
{
	if (audience->all && s->for_all.frame && s->for_all.from == seq && s->for_all.to == s->seq)
		return s->for_all.frame;
	size_t n = pick(s, audience, seq);
	struct frame *frame = n ? find_or_build(s, n) : NULL;
	if (audience->all) {
		s->for_all.from = seq;
		s->for_all.to = s->seq;
		s->for_all.frame = frame;
	}
	return frame;
}

const struct buf *stream_frame(struct stream *s, const struct audience *audience, int64_t seq)
{
	struct frame *frame = frame_for(s, audience, seq);

	if (!frame)
		return NULL;
	frame->used = ++s->uses;
	return frame->buf;
}

bool stream_concerns(const struct stream *s, const struct audience *audience, int64_t seq)
{
	if (audience->all)
		return s->seq > seq && s->n > 0;
	for (size_t i = s->n - stream_events_after(s, seq); i < s->n; i++)
		if (filter_view(audience, &event_at(s, i)->head.subject) != VIEW_NONE)
			return true;
	return false;
}
