/*
 * JSON bodies into the inputs of every route. Either the body is arbitrary, or it is the route's own
 * example in which one member is an arbitrary text. The answer is that all is good and within
 * bounds, or a list of what is wrong that names each place; an example is always good.
 */
#include "tests/fuzz/rows.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_bare(enum param_type type)
{
	return type == PARAM_TEXT || type == PARAM_UUID || type == PARAM_TIME || type == PARAM_CHOICE ||
	       type == PARAM_PHONE;
}

/* The example of each input, but for the one of that number, which is text. */
static struct buf *write_example(const void *ctx, const struct param_row *rows, size_t replaced, struct str text)
{
	struct buf *b = buf_new(ctx);
	struct json_out o;

	json_out_init(&o, b);
	json_open(&o, '{');
	for (size_t i = 0; rows[i].name; i++) {
		if (rows[i].where != PARAM_BODY || (i != replaced && !rows[i].example))
			continue;
		json_key(&o, rows[i].name);
		if (i == replaced)
			json_str(&o, text);
		else if (is_bare(rows[i].type))
			json_text(&o, rows[i].example);
		else
			json_raw(&o, str_of(rows[i].example));
	}
	json_close(&o, '}');
	return b;
}

/* Inputs that stand elsewhere, as their examples have them. */
static size_t take_examples(const struct param_row *rows, enum param_where where, struct param_pair *pairs)
{
	size_t n = 0;

	for (size_t i = 0; rows[i].name; i++)
		if (rows[i].where == where && rows[i].example)
			pairs[n++] = (struct param_pair){ rows[i].name, rows[i].example };
	return n;
}

static bool has_all_examples(const struct param_row *rows)
{
	for (; rows->name; rows++)
		if (rows->required && !rows->example)
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { ARBITRARY, EXAMPLE, WHOLE = 255 };
	if (size < 3)
		return 0;
	void *ctx = mem_context();
	const struct route *route = rows_route(data[0]);
	struct str rest = { (const char *)data + 3, size - 3 };
	struct param_pair path[PARAM_MAX], query[PARAM_MAX];
	struct param_source source = { .path = path, .query = query };
	struct param_values in;
	size_t replaced = data[2] == WHOLE ? WHOLE : data[2] % PARAM_MAX;

	source.n_path = take_examples(route->inputs, PARAM_PATH, path);
	source.n_query = take_examples(route->inputs, PARAM_QUERY, query);
	if ((data[1] & 1) == EXAMPLE) {
		struct buf *b = write_example(ctx, route->inputs, replaced, rest);
		if (json_parse(ctx, b->p, b->n, &source.body))
			abort();
	} else if (json_parse(ctx, rest.p, rest.n, &source.body)) {
		talloc_free(ctx);
		return 0;
	}
	int err = param_read(ctx, route->inputs, &source, &in);
	rows_check_answer(ctx, route->inputs, err, &in);
	if (err && (data[1] & 1) == EXAMPLE && replaced == WHOLE && has_all_examples(route->inputs))
		abort();
	talloc_free(ctx);
	return 0;
}
