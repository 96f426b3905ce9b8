/* The live picture of one tenant at one moment. */
#include "workers/relayd/snapshot.h"

#include "lib/err.h"
#include "lib/json.h"
#include "workers/relayd/stream.h"

#include <stdio.h>
#include <string.h>

struct item {
	struct subject subject;
	struct str views[VIEW__COUNT]; /* empty: it is not shown in this one */
	struct item *next;
};

struct snapshot {
	int64_t seq;
	struct item *parts[SNAPSHOT__PARTS], **ends[SNAPSHOT__PARTS];
	struct buf *for_all; /* built once: most who ask see everything */
	struct buf *scratch;
};

struct snapshot *snapshot_new(const void *ctx, int64_t seq)
{
	struct snapshot *s = mem_new(ctx, struct snapshot);

	s->seq = seq;
	for (size_t i = 0; i < SNAPSHOT__PARTS; i++)
		s->ends[i] = &s->parts[i];
	return s;
}

static struct str text_of(const void *ctx, struct buf *buf)
{
	return (struct str){ mem_strndup(ctx, buf->p, buf->n), buf->n };
}

static void add_word(struct buf *list, const char *word)
{
	if (word)
		buf_printf(list, "%s%s", list->n ? "," : "", word);
}

/* The extensions a call is about: who talks, who rings, who is consulted. */
static struct str call_extensions(const void *ctx, struct str key, const struct json *call)
{
	const struct json *ringing = json_get(call, "ringing");
	struct buf *list = buf_new(ctx);

	(void)key;
	add_word(list, json_get_string(call, "agent"));
	add_word(list, json_get_string(json_get(call, "consult"), "to"));
	for (size_t i = 0; i < json_length(ringing); i++)
		add_word(list, json_string(json_at(ringing, i), NULL));
	return list->n ? text_of(ctx, list) : STR("-");
}

static struct str own_key(const void *ctx, struct str key, const struct json *object)
{
	(void)object;
	return (struct str){ mem_strndup(ctx, key.p, key.n), key.n };
}

static struct str none(const void *ctx, struct str key, const struct json *object)
{
	(void)ctx;
	(void)key;
	(void)object;
	return STR("-");
}

/* What an object is about, and the event that would tell of it. */
static const struct {
	const char *name, *type;
	struct str (*extensions)(const void *ctx, struct str key, const struct json *object);
	struct str (*queue)(const void *ctx, struct str key, const struct json *object);
} parts[SNAPSHOT__PARTS] = {
	[SNAPSHOT_CALLS] = { "calls", "call:state:changed", call_extensions, none },
	[SNAPSHOT_AGENTS] = { "agents", "agent:status:updated", own_key, none },
	[SNAPSHOT_QUEUES] = { "queues", "queue:update", none, own_key },
};

static void describe(struct item *item, enum snapshot_part part, struct str key,
		     const struct json *object)
{
	item->subject = (struct subject){
		.queue = parts[part].queue(item, key, object),
		.extensions = parts[part].extensions(item, key, object),
		.type = str_of(parts[part].type),
	};
	for (enum view view = VIEW_WHOLE + 1; view < VIEW__COUNT; view++)
		if (view_object(item, view, item->subject.type, object, &item->views[view]) != 0)
			item->views[view].n = 0;
}

int snapshot_add(struct snapshot *s, enum snapshot_part part, struct str key, struct str json)
{
	void *scratch = talloc_new(s);
	const struct json *object;

	if (json_parse(scratch, json.p, json.n, &object) || json_kind(object) != JSON_OBJECT) {
		talloc_free(scratch);
		return ERR_MALFORMED;
	}
	struct item *item = mem_new(s, struct item);
	item->views[VIEW_WHOLE] = own_key(item, json, object);
	describe(item, part, key, object);
	*s->ends[part] = item;
	s->ends[part] = &item->next;
	talloc_free(scratch);
	return 0;
}

int64_t snapshot_seq(const struct snapshot *s)
{
	return s->seq;
}

/* Digits at a fixed place, so that a frame made for many carries the advice of the moment. */
enum { RETRY_DIGITS = 6 };
#define RETRY_BEFORE "\"retryMs\":"

static void put_retry(struct buf *frame, int retry_ms)
{
	char digits[RETRY_DIGITS + 1];
	char *at = memmem(frame->p, frame->n, RETRY_BEFORE, sizeof(RETRY_BEFORE) - 1);

	snprintf(digits, sizeof(digits), "%*d", RETRY_DIGITS, retry_ms);
	memcpy(at + sizeof(RETRY_BEFORE) - 1, digits, RETRY_DIGITS);
}

static struct buf *build(struct snapshot *s, const struct audience *audience)
{
	struct buf *buf = buf_new(s);
	struct json_out out;

	buf_reserve(buf, FRAME_HEADROOM);
	buf->n = FRAME_HEADROOM;
	json_out_init(&out, buf);
	json_open(&out, '{');
	json_put_text(&out, "type", "snapshot");
	json_put_int(&out, "seq", s->seq);
	json_put_bool(&out, "stale", s->seq == 0);
	json_key(&out, "retryMs");
	json_raw(&out, STR("      "));
	for (size_t i = 0; i < SNAPSHOT__PARTS; i++) {
		json_key(&out, parts[i].name);
		json_open(&out, '[');
		for (const struct item *item = s->parts[i]; item; item = item->next) {
			struct str text = item->views[filter_view(audience, &item->subject)];
			if (text.n)
				json_raw(&out, text);
		}
		json_close(&out, ']');
	}
	json_close(&out, '}');
	return buf;
}

const struct buf *snapshot_frame(struct snapshot *s, const struct audience *audience, int retry_ms)
{
	if (audience->all) {
		if (!s->for_all)
			s->for_all = build(s, audience);
		put_retry(s->for_all, retry_ms);
		return s->for_all;
	}
	talloc_free(s->scratch);
	s->scratch = build(s, audience);
	put_retry(s->scratch, retry_ms);
	return s->scratch;
}
