/* Bounds, told a second time and in another way than lib/param.c does. */
#include "tests/fuzz/rows.h"

#include "cgi-bin/site.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1000 };

const struct route *rows_route(size_t number)
{
	size_t n = 0;

	for (const struct resource *const *r = site; *r; r++)
		n += (*r)->n;
	number %= n;
	for (const struct resource *const *r = site; *r; number -= (*r)->n, r++)
		if (number < (*r)->n)
			return &(*r)->routes[number];
	abort();
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_match(const char *text, const char *pattern)
{
	regex_t regex;

	must(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0);
	must(regexec(&regex, text, 0, NULL, 0) == 0);
	regfree(&regex);
}

static void must_be_text(const struct param_row *row, const char *text)
{
	int64_t n = 0, max = row->max ? row->max : TEXT_MAX;

	must(json_is_utf8(str_of(text)));
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		must((*p >= ' ' && *p != 127) || *p == '\n' || *p == '\t');
		n += *p < 0x80 || *p >= 0xc0;
	}
	must(n >= row->min && n <= max);
}

static void must_be_one_of(const char *choices, const char *text)
{
	size_t n = strlen(text);
	const char *found = choices;

	must(n > 0 && !strchr(text, ' '));
	while ((found = strstr(found, text)) != NULL) {
		if ((found == choices || found[-1] == ' ') && (found[n] == ' ' || !found[n]))
			return;
		found++;
	}
	abort();
}

static void must_be_json(const void *ctx, const char *text, enum json_kind kind)
{
	const struct json *value;

	must(json_parse(ctx, text, strlen(text), &value) == 0 && json_kind(value) == kind);
}

void rows_check_value(const void *ctx, const struct param_row *row, const char *text)
{
	int64_t n;

	/* An explicit null, where it clears. */
	if (row->nullable && !*text)
		return;
	switch (row->type) {
	case PARAM_TEXT:
		must_be_text(row, text);
		if (row->pattern)
			must_match(text, row->pattern);
		break;
	case PARAM_INT:
		must_match(text, "^[+-]?[0-9]+$");
		n = strtoll(text, NULL, 10);
		must((!row->min && !row->max) || (n >= row->min && n <= row->max));
		must(!row->step || n % row->step == 0);
		break;
	case PARAM_NUMBER:
		must_match(text, "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$");
		break;
	case PARAM_BOOL:
		must_match(text, "^(true|false)$");
		break;
	case PARAM_UUID:
		must_match(text, "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$");
		break;
	case PARAM_TIME:
		must_match(text, "^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]"
				 "(\\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-5][0-9])$");
		break;
	case PARAM_CHOICE:
		must_be_one_of(row->choices, text);
		break;
	case PARAM_PHONE:
		must_match(text, "^\\+?[0-9]{2,20}$");
		break;
	case PARAM_TEXTS:
	case PARAM_PHONES:
		must_match(text, "^\\{(\"([^\"\\\\]|\\\\.)*\"(,\"([^\"\\\\]|\\\\.)*\")*)?\\}$");
		break;
	case PARAM_FIELDS:
	case PARAM_OBJECT:
		must_be_json(ctx, text, JSON_OBJECT);
		break;
	case PARAM_OBJECTS:
		must_be_json(ctx, text, JSON_ARRAY);
		break;
	case PARAM_CURSOR:
		break;
	}
}

void rows_check_answer(const void *ctx, const struct param_row *rows, int err, const struct param_values *in)
{
	must(err == 0 || err == ERR_INVALID);
	must((err == 0) == (in->n_errors == 0));
	for (size_t i = 0; i < in->n_errors; i++) {
		must(in->errors[i].pointer && in->errors[i].detail && *in->errors[i].detail);
		must(!*in->errors[i].pointer || *in->errors[i].pointer == '/');
	}
	for (size_t i = 0; !err && rows[i].name; i++) {
		must(!rows[i].required || in->text[i]);
		if (in->text[i] && in->text[i] != rows[i].fallback)
			rows_check_value(ctx, &rows[i], in->text[i]);
	}
}
