/* How much of an object is shown. */
#include "workers/relayd/view.h"

#include "lib/err.h"

enum { NAMES_MAX = 10 };

/* Members that are shown; of the array `list`, if it has one, those of each entry. */
static const struct {
	enum view view;
	const char *type;
	const char *names[NAMES_MAX];
	const char *list;
	const char *list_names[NAMES_MAX];
} rows[] = {
	{ VIEW_COLLEAGUE,
	  "agent:status:updated",
	  { "extension", "status", "ringing", "phone" },
	  NULL,
	  { 0 } },
	{ VIEW_WALL,
	  "agent:status:updated",
	  { "extension", "status", "reason", "since", "queue", "ringing", "held", "phone",
	    "wrapupUntil" },
	  NULL,
	  { 0 } },
	{ VIEW_WALL, "presence:update", { "extension", "phone" }, NULL, { 0 } },
	{ VIEW_WALL,
	  "queue:update",
	  { "name" },
	  "waiting",
	  { "callId", "position", "joinedAt", "priority" } },
};

static void put_members(struct json_out *out, const void *ctx, const struct json *object,
			const char *const names[NAMES_MAX])
{
	for (size_t i = 0; i < NAMES_MAX && names[i]; i++)
		if (json_has(object, names[i])) {
			json_key(out, names[i]);
			json_raw(out, str_of(json_print(ctx, json_get(object, names[i]))));
		}
}

static void put_list(struct json_out *out, const void *ctx, const struct json *list, size_t row)
{
	json_key(out, rows[row].list);
	json_open(out, '[');
	for (size_t i = 0; i < json_length(list); i++) {
		json_open(out, '{');
		put_members(out, ctx, json_at(list, i), rows[row].list_names);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static int put_object(struct json_out *out, const void *ctx, enum view view, struct str type,
		      const struct json *object)
{
	if (json_kind(object) != JSON_OBJECT)
		return ERR_MALFORMED;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].view != view || !str_is(type, rows[i].type))
			continue;
		json_open(out, '{');
		put_members(out, ctx, object, rows[i].names);
		if (rows[i].list)
			put_list(out, ctx, json_get(object, rows[i].list), i);
		json_close(out, '}');
		return 0;
	}
	return ERR_MALFORMED;
}

int view_object(const void *ctx, enum view view, struct str type, const struct json *object,
		struct str *text)
{
	struct buf *buf = buf_new(ctx);
	struct json_out out;

	json_out_init(&out, buf);
	int result = put_object(&out, buf, view, type, object);
	*text = (struct str){ buf->p, buf->n };
	return result;
}

int view_event(const void *ctx, enum view view, struct str type, struct str event, struct str *text)
{
	static const char *const frame[NAMES_MAX] = { "seq", "ts", "type" };
	void *scratch = talloc_new(ctx);
	struct buf *buf = buf_new(ctx);
	const struct json *parsed;
	struct json_out out;
	int result = json_parse(scratch, event.p, event.n, &parsed);

	json_out_init(&out, buf);
	json_open(&out, '{');
	if (!result) {
		put_members(&out, scratch, parsed, frame);
		json_key(&out, "data");
		result = put_object(&out, scratch, view, type, json_get(parsed, "data"));
	}
	json_close(&out, '}');
	*text = (struct str){ buf->p, buf->n };
	talloc_free(scratch);
	return result;
}
