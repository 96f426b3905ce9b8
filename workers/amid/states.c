/* Records to lines. */
#include "workers/amid/states.h"

#include "lib/json.h"
#include "lib/log.h"

#include <string.h>

/* The default hash function falls through its switch, which clang warns of. */
#define HASH_FUNCTION HASH_FNV
#include <uthash.h>

struct known {
	UT_hash_handle hh;
	const char *id, *status;
};

struct states {
	struct known *calls;
};

/* What a line of each kind shows, from the members of its record. */
static const struct column {
	const char *key, *member;
} call_columns[] = {
	{ "id", "id" },       { "tenant", "tenant" }, { "status", "status" },
	{ "from", "from" },   { "name", "fromName" }, { "to", "to" },
	{ "queue", "queue" }, { "agent", "agent" },   { "outcome", "outcome" },
}, agent_columns[] = {
	{ "extension", "agent" }, { "tenant", "tenant" }, { "status", "status" },
	{ "reason", "reason" },   { "call", "callId" },
};

static int free_table(struct states *s)
{
	HASH_CLEAR(hh, s->calls);
	return 0;
}

struct states *states_new(const void *ctx)
{
	struct states *s = mem_new(ctx, struct states);

	talloc_set_destructor(s, free_table);
	return s;
}

static struct known *find(struct states *s, const char *id)
{
	struct known *call;

	HASH_FIND_STR(s->calls, id, call);
	return call;
}

static void forget(struct states *s, struct known *call)
{
	HASH_DEL(s->calls, call);
	talloc_free(call);
}

static void know(struct states *s, const char *id, const char *status)
{
	struct known *call = mem_new(s, struct known);

	call->id = mem_strdup(call, id);
	call->status = mem_strdup(call, status);
	HASH_ADD_KEYPTR(hh, s->calls, call->id, strlen(call->id), call);
}

void states_know(struct states *s, const struct json *call)
{
	const char *id = json_get_string(call, "id"), *status = json_get_string(call, "status");

	if (id && status && !find(s, id))
		know(s, id, status);
}

/* Whether the call's status is another one than at its last record. */
static bool changes(struct states *s, const struct record *record, const struct json *call)
{
	const char *id = json_get_string(call, "id"), *status = json_get_string(call, "status");
	struct known *known = id ? find(s, id) : NULL;

	if (!id || !status || (known && strcmp(known->status, status) == 0))
		return false;
	if (known)
		forget(s, known);
	if (!record->gone)
		know(s, id, status);
	return true;
}

static void put(struct buf *out, const char *what, const struct json *v,
		const struct column *columns, size_t n)
{
	buf_adds(out, what);
	for (size_t i = 0; i < n; i++)
		if (json_get_string(v, columns[i].member))
			log_put(out, columns[i].key, json_get_string(v, columns[i].member));
}

bool states_line(struct states *s, const struct record *record, struct buf *out)
{
	const struct json *v;

	out->n = 0;
	/* An agent's activities are just the changes of status. */
	if (record->kind != RECORD_CALL && record->kind != RECORD_ACTIVITY)
		return false;
	void *ctx = mem_context();
	if (json_parse(ctx, record->json.p, record->json.n, &v) == 0) {
		if (record->kind == RECORD_ACTIVITY)
			put(out, "agent", v, agent_columns, ARRAY_LEN(agent_columns));
		else if (changes(s, record, v))
			put(out, "call", v, call_columns, ARRAY_LEN(call_columns));
	}
	talloc_free(ctx);
	return out->n > 0;
}
