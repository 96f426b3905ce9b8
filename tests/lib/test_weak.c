/* Passwords that are refused, and those that are not. */
#include "lib/weak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void what_many_use_is_weak(void **state)
{
	static const char *const rows[] = {
		"password1234",	    "Password2024!",	"P4ssw0rd!P4ssw0rd!", "123456789012",
		"qwertyuiop12",	    "QWERTYUIOP[]",	"iloveyou1234",	      "aaaaaaaaaaaa",
		"abcabcabcabc",	    "monkey123456",	"adminadmin12",	      "trustno1trustno1",
		"Administrator1",   "letmein letmein",	"1q2w3e4r5t6y",	      "zxcvbnm,zxcvbnm",
		"dragonmonkeyking", "Summer2026!!!",	"987654321098",	      "1qaz2wsx3edc",
		"welcome2024!!",    "football2019!!",	"asdfghjkl;12",	      "          ",
		"mnbvcxzlkjhgf",    "$uper$uper1999",	"passwortpasswort",   "",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!weak_password(rows[i]))
			fail_msg("%s", rows[i]);
}

static void what_nobody_guesses_is_not(void **state)
{
	static const char *const rows[] = {
		"cordboard-demo",      "correct horse battery staple", "kT9#vB2!xQ7m",
		"tr0ub4dor&3xy",       "seven grey herons over the weir", "Winter-Sturm-Apfel-9",
		"gruenkohl mit pinkel", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f-ohne-sinn",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (weak_password(rows[i]))
			fail_msg("%s", rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_many_use_is_weak),
		cmocka_unit_test(what_nobody_guesses_is_not),
	};

	return cmocka_run_group_tests_name("weak", tests, NULL, NULL);
}
