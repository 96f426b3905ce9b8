/* A CSV file of contacts: every line becomes what it says, or an error that names line and column. */
#include "cgi-bin/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct import_field fields[] = { { "Plan", "Tariff" }, { "Customer number", "Number" } };

struct row {
	struct str text;
	const char *lines, *errors;
};

#define ERROR(line, column, reason) \
	"{\"line\":" #line ",\"column\":\"" column "\",\"reason\":\"" reason "\"}"

static const struct row cases[] = {
	{ STR("name,number\nClara,+49 (30) 1234\n"),
	  "[{\"line\":2,\"name\":\"Clara\",\"numbers\":[\"+49301234\"]}]", "[]" },
	/* As spreadsheets write it: a mark, CR LF, no end to the last row, empty rows. */
	{ STR("\xef\xbb\xbfName,E-Mail\r\n\r\nClara,c@example.com\r\n,\r\nBen,"),
	  "[{\"line\":3,\"name\":\"Clara\",\"email\":\"c@example.com\"},{\"line\":5,\"name\":\"Ben\"}]",
	  "[]" },
	{ STR("name;company;tags\n\"Doe; Jane\";\"Say \"\"hi\"\"\";\"vip, new|old\"\n"),
	  "[{\"line\":2,\"name\":\"Doe; Jane\",\"company\":\"Say \\\"hi\\\"\","
	  "\"tags\":[\"vip\",\"new\",\"old\"]}]",
	  "[]" },
	/* Lines are counted as an editor does. */
	{ STR("name,email\n\"Two\nlines\",a@b\nBen,nobody\n"),
	  "[{\"line\":2,\"name\":\"Two\\nlines\",\"email\":\"a@b\"}]",
	  "[" ERROR(4, "email", "must match ^([^@ ]+@[^@ ]+)?$") "]" },
	{ STR("name,phone,Phone 2,mobile\nAnn,12,34,56|78\n"),
	  "[{\"line\":2,\"name\":\"Ann\",\"numbers\":[\"12\",\"34\",\"56\",\"78\"]}]", "[]" },
	{ STR("name,tariff,customer number\nAnn,Gold,\nBen,,C-1\n"),
	  "[{\"line\":2,\"name\":\"Ann\",\"fields\":{\"Plan\":\"Gold\"}},"
	  "{\"line\":3,\"name\":\"Ben\",\"fields\":{\"Customer number\":\"C-1\"}}]",
	  "[]" },
	/* A formula is a text like any other. */
	{ STR("name\n\"=cmd|' /C calc'!A0\"\n"),
	  "[{\"line\":2,\"name\":\"=cmd|' /C calc'!A0\"}]", "[]" },
	/* A bad line takes no good one with it. */
	{ STR("name,number\nAnn,12x\nBen,1,2\nCid,\"7\"7\nDan,77\n"),
	  "[{\"line\":5,\"name\":\"Dan\",\"numbers\":[\"77\"]}]",
	  "[" ERROR(2, "number", "must hold digits only, after an optional +") ","
	  ERROR(3, "", "has 3 cells where the first row has 2") ","
	  ERROR(4, "", "has a quote where none may stand") "]" },
	{ STR("name\nJ\xfcrgen\nBen\n"), "[{\"line\":3,\"name\":\"Ben\"}]",
	  "[" ERROR(2, "name", "is not UTF-8 (it may be Latin-1): save the file as UTF-8") "]" },
	{ STR("name\nA\0B\nC\x01\n"), "[]",
	  "[" ERROR(2, "name", "must not hold control characters") ","
	  ERROR(3, "name", "must not hold control characters") "]" },
	/* Of these nothing can be used. */
	{ STR(""), "[]", "[" ERROR(1, "", "there is no line of contacts") "]" },
	{ STR("name\n"), "[]", "[" ERROR(2, "", "there is no line of contacts") "]" },
	{ STR("name,colour\nAnn,red\n"), "[]",
	  "[" ERROR(1, "colour", "is neither a known column nor a custom field") "]" },
	{ STR("name,Name,email,plan,Tariff\nAnn\n"), "[]",
	  "[" ERROR(1, "Name", "is there twice") "," ERROR(1, "Tariff", "is there twice") "]" },
	{ STR("name\n\"Ann\nBen\n"), "[]",
	  "[" ERROR(2, "", "has a quoted cell that is never closed") "]" },
	{ STR("na\"me\nAnn\n"), "[]", "[" ERROR(1, "", "has a quote where none may stand") "]" },
};

static void every_line_is_read_or_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		void *ctx = mem_context();
		struct import import;
		/* The text ends where its memory does. */
		char *text = mem_array(ctx, char, cases[i].text.n);
		memcpy(text, cases[i].text.p, cases[i].text.n);
		import_read(ctx, (struct str){ text, cases[i].text.n }, fields, 2, &import);
		assert_string_equal(buf_text(import.lines), cases[i].lines);
		assert_string_equal(buf_text(import.errors), cases[i].errors);
		talloc_free(ctx);
	}
}

static void a_file_has_so_many_lines(void **state)
{
	void *ctx = mem_context();
	struct buf *text = buf_new(ctx);
	struct import import;

	(void)state;
	buf_adds(text, "name\n");
	for (int i = 0; i < IMPORT_LINES_MAX; i++)
		buf_adds(text, "A\n");
	import_read(ctx, (struct str){ text->p, text->n }, NULL, 0, &import);
	assert_true(import.readable);
	assert_int_equal(import.n_lines, IMPORT_LINES_MAX);
	buf_adds(text, "A\n");
	import_read(ctx, (struct str){ text->p, text->n }, NULL, 0, &import);
	assert_false(import.readable);
	assert_string_equal(buf_text(import.lines), "[]");
	assert_string_equal(buf_text(import.errors),
			    "[" ERROR(50002, "", "is one too many: a file may have 50,000") "]");
	talloc_free(ctx);
}

/* What a file says wrong is told, and does not grow beyond all bounds with it. */
static void errors_do_not_outgrow_their_file(void **state)
{
	void *ctx = mem_context();
	struct buf *text = buf_new(ctx);
	struct import import;
	size_t n = 0;

	(void)state;
	buf_adds(text, "name,phone,mobile,phone 2\n");
	for (int i = 0; i < IMPORT_ERRORS_MAX; i++)
		buf_adds(text, "A,x|x,x,x\n");
	import_read(ctx, (struct str){ text->p, text->n }, NULL, 0, &import);
	for (const char *p = buf_text(import.errors); (p = strstr(p, "\"line\"")); p++)
		n++;
	/* Four of each line, until there are enough; then each line is counted once. */
	assert_int_equal(n, IMPORT_ERRORS_MAX + IMPORT_ERRORS_MAX - IMPORT_ERRORS_MAX / 4);
	assert_non_null(strstr(buf_text(import.errors), "\"line\":1001,"));
	talloc_free(ctx);
}

static void titles_have_a_length(void **state)
{
	void *ctx = mem_context();
	struct buf *text = buf_new(ctx);
	struct import import;

	(void)state;
	buf_printf(text, "name,phone%0*d\nA,x\n", 5000, 1);
	import_read(ctx, (struct str){ text->p, text->n }, NULL, 0, &import);
	assert_false(import.readable);
	assert_string_equal(buf_text(import.errors), "[" ERROR(1, "", "has a title that is too long") "]");
	talloc_free(ctx);
}

static void a_line_has_so_many_parts(void **state)
{
	static const char fifty[] = "1234567890123456789012345678901234567890"
				    "1234567890";
	void *ctx = mem_context();
	struct buf *text = buf_new(ctx);
	struct import import;

	(void)state;
	buf_adds(text, "name,tags,tag 2\n");
	for (int extra = 0; extra < 2; extra++) {
		buf_adds(text, "A,");
		for (const char *p = fifty; *p; p++)
			buf_printf(text, "%c|", *p);
		buf_adds(text, extra ? ",x\n" : ",\n");
	}
	import_read(ctx, (struct str){ text->p, text->n }, NULL, 0, &import);
	assert_string_equal(buf_text(import.errors),
			    "[" ERROR(3, "tag 2", "is one too many: a line may have 50") "]");
	assert_non_null(strstr(buf_text(import.lines), "\"line\":2,"));
	talloc_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_read_or_named),
		cmocka_unit_test(a_file_has_so_many_lines),
		cmocka_unit_test(errors_do_not_outgrow_their_file),
		cmocka_unit_test(titles_have_a_length),
		cmocka_unit_test(a_line_has_so_many_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
