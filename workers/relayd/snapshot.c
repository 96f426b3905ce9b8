/* The live picture of one tenant at one moment. */
#include "workers/relayd/snapshot.h"

#include "lib/err.h"
#include "lib/json.h"
#include "workers/relayd/stream.h"

struct item {
	struct subject subject;
	struct str json;  /* for those whom it concerns */
	struct str brief; /* for the others; empty: nothing */
	struct item *next;
};

struct snapshot {
	int64_t seq;
	struct item *parts[SNAPSHOT__PARTS], **ends[SNAPSHOT__PARTS];
	struct buf *for_all; /* built once: most who ask see everything */
	struct buf *scratch;
};

static const char *const part_names[] = { "calls", "agents", "queues" };

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

/* The extensions a call is about: who talks and who rings. */
static struct str call_extensions(const void *ctx, const struct json *call)
{
	const struct json *ringing = json_get(call, "ringing");
	const char *agent = json_get_string(call, "agent");
	struct buf *list = buf_new(ctx);

	buf_adds(list, agent ? agent : "-");
	for (size_t i = 0; i < json_length(ringing); i++) {
		const char *extension = json_string(json_at(ringing, i), NULL);
		buf_addc(list, ',');
		buf_adds(list, extension ? extension : "-");
	}
	return text_of(ctx, list);
}

static struct str agent_brief(const void *ctx, struct str extension, const struct json *agent)
{
	struct json_out out;
	struct buf *buf = buf_new(ctx);

	json_out_init(&out, buf);
	json_open(&out, '{');
	json_put_str(&out, "extension", extension);
	json_put_text(&out, "status", json_get_string(agent, "status"));
	json_put_text(&out, "phone", json_get_string(agent, "phone"));
	json_close(&out, '}');
	return text_of(ctx, buf);
}

static void describe(struct item *item, enum snapshot_part part, struct str key,
		     const struct json *object)
{
	item->subject = (struct subject){ STR("-"), STR("-"), STR("") };
	switch (part) {
	case SNAPSHOT_CALLS:
		item->subject.extensions = call_extensions(item, object);
		break;
	case SNAPSHOT_AGENTS:
		item->subject.extensions = key;
		item->brief = agent_brief(item, key, object);
		break;
	default:
		item->subject.queue = key;
		item->subject.type = STR("queue:update");
		break;
	}
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
	item->json = (struct str){ mem_strndup(item, json.p, json.n), json.n };
	describe(item, part, (struct str){ mem_strndup(item, key.p, key.n), key.n }, object);
	*s->ends[part] = item;
	s->ends[part] = &item->next;
	talloc_free(scratch);
	return 0;
}

int64_t snapshot_seq(const struct snapshot *s)
{
	return s->seq;
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
	for (size_t i = 0; i < SNAPSHOT__PARTS; i++) {
		json_key(&out, part_names[i]);
		json_open(&out, '[');
		for (const struct item *item = s->parts[i]; item; item = item->next)
			if (filter_sees(audience, &item->subject))
				json_raw(&out, item->json);
			else if (item->brief.n)
				json_raw(&out, item->brief);
		json_close(&out, ']');
	}
	json_close(&out, '}');
	return buf;
}

const struct buf *snapshot_frame(struct snapshot *s, const struct audience *audience)
{
	if (audience->all) {
		if (!s->for_all)
			s->for_all = build(s, audience);
		return s->for_all;
	}
	talloc_free(s->scratch);
	s->scratch = build(s, audience);
	return s->scratch;
}
