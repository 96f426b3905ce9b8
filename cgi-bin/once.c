/*
 * Idempotency-Key, kept in Redis: "<hash of the body>" while it runs; then also the answer, as
 * "<status><header lines>\r\n<body>".
 */
#include "cgi-bin/once.h"

#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 255, HASH_CHARACTERS = 64, STATUS_CHARACTERS = 3 };

#define RUNNING_S "120"
#define KEPT_S "86400"

static int put(struct request *r, const char *slot, const char *value, const char *seconds)
{
	struct str args[] = { STR("SET"), str_of(slot), str_of(value), STR("EX"), str_of(seconds) };

	return bus_command(r->app->bus, r->ctx, NULL, args, ARRAY_LEN(args));
}

/* Whether the slot was free and is now ours. */
static int claim(struct request *r, const char *slot, const char *hash, bool *ours)
{
	struct str args[] = { STR("SET"), str_of(slot),   str_of(hash),
			      STR("EX"),  STR(RUNNING_S), STR("NX") };
	struct bus_reply *reply;
	int err = bus_command(r->app->bus, r->ctx, &reply, args, ARRAY_LEN(args));

	*ours = !err && bus_type(reply) != BUS_NIL;
	return err;
}

static const char *answer(const struct request *r)
{
	const struct http_response *a = r->response;

	return mem_printf(r->ctx, "%03d%s\r\n%s", a->status ? a->status : r->route->status,
			  buf_text(a->headers), buf_text(a->body));
}

/* Gives a kept answer as if it had just been made. */
static void repeat(struct request *r, const char *text)
{
	const char *headers = text + STATUS_CHARACTERS;
	const char *body = headers;

	while (strncmp(body, "\r\n", 2) != 0)
		body = strstr(body, "\r\n") + 2;
	r->response->status = (int)strtol(mem_strndup(r->ctx, text, STATUS_CHARACTERS), NULL, 10);
	buf_add(r->response->headers, headers, (size_t)(body - headers));
	json_raw(&r->out, str_of(body + 2));
	if (body[2])
		r->response->type = "application/json";
}

static int replay(struct request *r, const char *slot, const char *hash)
{
	struct str args[] = { STR("GET"), str_of(slot) };
	struct bus_reply *reply;
	int err = bus_command(r->app->bus, r->ctx, &reply, args, ARRAY_LEN(args));

	if (err)
		return err;
	struct str kept = bus_str(reply);
	if (kept.n < HASH_CHARACTERS) {
		r->detail = "The first request with this Idempotency-Key has just failed.";
		return ERR_CONFLICT;
	}
	if (memcmp(kept.p, hash, HASH_CHARACTERS) != 0)
		return request_invalid(r, "", "this Idempotency-Key was used for another request");
	if (kept.n == HASH_CHARACTERS) {
		r->detail = "The first request with this Idempotency-Key is still running.";
		return ERR_CONFLICT;
	}
	repeat(r, mem_strndup(r->ctx, kept.p + HASH_CHARACTERS, kept.n - HASH_CHARACTERS));
	return 0;
}

static void forget(struct request *r, const char *slot)
{
	struct str args[] = { STR("DEL"), str_of(slot) };

	bus_command(r->app->bus, r->ctx, NULL, args, ARRAY_LEN(args));
}

int once_run(struct request *r, const char *key, int (*f)(struct request *r))
{
	bool ours;

	if (strlen(key) > KEY_MAX)
		return request_invalid(r, "", "the Idempotency-Key is too long");
	/* Only a valid session may claim a slot. */
	int err = request_begin(r);
	if (err)
		return err;
	const char *name = mem_printf(r->ctx, "%s %s %s %s", r->session.user_id,
				      http_method_name(r->route->method),
				      http_variable(r->http, "REQUEST_URI"), key);
	const char *slot = mem_printf(r->ctx, "cb:answer:%s", secret_sha256(r->ctx, str_of(name)));
	const char *hash = secret_sha256(r->ctx, r->http->body);
	err = claim(r, slot, hash, &ours);
	if (err)
		return err;
	if (!ours)
		return replay(r, slot, hash);
	err = f(r);
	if (err)
		forget(r, slot);
	else
		put(r, slot, mem_printf(r->ctx, "%s%s", hash, answer(r)), KEPT_S);
	return err;
}
