/*
 * Statements against a private cluster with the migrated schema and the demo data, which the
 * fixture beside this file makes. No cluster is a failure, not a skip.
 */
#include "lib/db.h"
#include "lib/err.h"
#include "lib/log.h"
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void *ctx;
static struct db *db;       /* as the API's role */

static int begin(void **state)
{
	(void)state;
	log_init("test_db", LOG_LEVEL_ERROR);
	ctx = talloc_new(NULL);
	if (cluster_start() != 0)
		return -1;
	db = cluster_connect(ctx, "cordboard_api");
	return 0;
}

static int end(void **state)
{
	(void)state;
	talloc_free(ctx);
	return cluster_stop();
}

static void every_statement_fits_the_schema(void **state)
{
	struct db_error error = { 0 };
	int err = db_prepare_all(db, ctx, &error);

	(void)state;
	if (err)
		fail_msg("%s: %s", query_texts[error.step].name, error.message);
}

/* A signed-in session of the extension's user; its token hash. */
static const char *sign_in(const char *extension, char hash[65])
{
	const char *start[] = { NULL, extension, "127.0.0.1", "64" };
	struct db_result *result;

	memset(hash, extension[3], 64);
	hash[64] = '\0';
	assert_int_equal(db_exec(db, ctx, Q_SIGN_IN_START, start, DB_TEXT, &result, NULL), 0);
	const char *params[] = { db_text(result, 0, 1), hash, "127.0.0.1", "test", "60", "600", "test",
				 NULL };
	int err = db_exec(db, ctx, Q_SIGN_IN, params, DB_TEXT, &result, NULL);
	assert_int_equal(err, 0);
	return hash;
}

static void a_pipeline_is_one_transaction(void **state)
{
	char hash[65];
	const char *who[] = { sign_in("1001", hash), "AGENT", NULL, NULL, NULL, NULL };
	const char *name[] = { "Rolled Back", NULL, NULL, NULL, NULL, NULL };
	const char *nothing[] = { "00000000-0000-4000-8000-000000000000" };
	const char *search[] = { "rolled", NULL, "10", NULL };
	const struct db_step fails[] = { { Q_SESSION_BEGIN, who, DB_TEXT },
					 { Q_CONTACT_POST, name, DB_BINARY },
					 { Q_CALL_CHECK, nothing, DB_TEXT } };
	const struct db_step looks[] = { { Q_SESSION_BEGIN, who, DB_TEXT },
					 { Q_CONTACT_LIST, search, DB_TEXT } };
	struct db_result *results[3];
	struct db_error error;

	(void)state;
	assert_int_equal(db_run(db, ctx, fails, 3, results, &error), ERR_NOT_FOUND);
	assert_int_equal(error.step, 2);
	assert_string_equal(error.sqlstate, "CB404");
	assert_int_equal(db_run(db, ctx, looks, 2, results, &error), 0);
	assert_int_equal(db_rows(results[1]), 0);
}

static void a_session_is_refused_by_token_and_role(void **state)
{
	char hash[65];
	const char *wrong[] = { "00", "AGENT", NULL, NULL, NULL, NULL };
	const char *above[] = { sign_in("1002", hash), "MANAGER", NULL, NULL, NULL, NULL };
	const char *none[] = { hash, "NOBODY", NULL, NULL, NULL, NULL };
	struct db_result *result;

	(void)state;
	assert_int_equal(db_exec(db, ctx, Q_SESSION_BEGIN, wrong, DB_TEXT, &result, NULL),
			 ERR_UNAUTHENTICATED);
	assert_int_equal(db_exec(db, ctx, Q_SESSION_BEGIN, above, DB_TEXT, &result, NULL),
			 ERR_FORBIDDEN);
	assert_int_equal(db_exec(db, ctx, Q_SESSION_BEGIN, none, DB_TEXT, &result, NULL),
			 ERR_FORBIDDEN);
}

static void without_a_session_nothing_is_seen(void **state)
{
	const char *all[] = { NULL, NULL, "100", NULL };
	struct db_result *result;

	(void)state;
	assert_int_equal(db_exec(db, ctx, Q_AGENT_LIST, all, DB_TEXT, &result, NULL), 0);
	assert_int_equal(db_rows(result), 0);
}

static void failures_lock_for_a_while_whoever_is_tried(void **state)
{
	static const char *const tried[] = { "1009", "999999" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tried); i++) {
		const char *start[] = { NULL, tried[i], NULL, "64" };
		struct db_result *result;
		assert_int_equal(db_exec(db, ctx, Q_SIGN_IN_START, start, DB_TEXT, &result, NULL), 0);
		const char *failed[] = { db_text(result, 0, 0), tried[i], NULL, "test" };
		for (int n = 0; n < 5; n++) {
			assert_int_equal(db_int(result, 0, 3), 0);
			assert_int_equal(db_exec(db, ctx, Q_SIGN_IN_FAILED, failed, DB_TEXT,
						 &result, NULL), 0);
			assert_int_equal(db_exec(db, ctx, Q_SIGN_IN_START, start, DB_TEXT, &result,
						 NULL), 0);
		}
		assert_in_range(db_int(result, 0, 3), 1, 1000);
	}
}

static void a_wrong_value_is_named_by_its_state(void **state)
{
	const char *nonsense[] = { "not a uuid" };
	struct db_result *result;
	struct db_error error;

	(void)state;
	assert_int_equal(db_exec(db, ctx, Q_CALL_CHECK, nonsense, DB_TEXT, &result, &error),
			 ERR_INVALID);
	assert_string_equal(error.sqlstate, "22P02");
	/* The connection is as good as before. */
	assert_int_equal(db_exec(db, ctx, Q_HEALTH, NULL, DB_TEXT, &result, &error), 0);
	assert_int_equal(db_int(result, 0, 0), 1);
}

static void figures_are_what_they_are_defined_to_be(void **state)
{
	(void)state;
	assert_int_equal(cluster_check(SOURCE_DIR "/tests/sql/figures.sql"), 0);
	assert_int_equal(cluster_check(SOURCE_DIR "/tests/sql/metrics.sql"), 0);
}

static void tenants_and_roles_are_kept_apart(void **state)
{
	(void)state;
	assert_int_equal(cluster_check(SOURCE_DIR "/tests/sql/isolation.sql"), 0);
}

static void an_older_version_is_refused(void **state)
{
	(void)state;
	assert_int_equal(cluster_check(SOURCE_DIR "/tests/sql/versions.sql"), 0);
}

static void the_audit_log_is_only_added_to(void **state)
{
	(void)state;
	assert_int_equal(cluster_check(SOURCE_DIR "/tests/sql/audit.sql"), 0);
}

static void opening_hours_go_by_the_clock_on_the_wall(void **state)
{
	(void)state;
	assert_int_equal(cluster_check(SOURCE_DIR "/tests/sql/opening_hours.sql"), 0);
}

static void the_demo_data_may_be_loaded_again(void **state)
{
	(void)state;
	assert_int_equal(cluster_check(SOURCE_DIR "/sql/seed/demo.sql"), 0);
}

static void a_lost_server_is_an_errno_and_heals(void **state)
{
	struct db_result *result;

	(void)state;
	assert_int_equal(db_exec(db, ctx, Q_HEALTH, NULL, DB_TEXT, &result, NULL), 0);
	assert_int_equal(cluster_halt(), 0);
	int64_t began = clock_mono_ms();
	assert_true(db_exec(db, ctx, Q_HEALTH, NULL, DB_TEXT, &result, NULL) < 0);
	assert_true(clock_mono_ms() - began < 1000);
	assert_int_equal(db_socket(db), -1);
	assert_int_equal(cluster_resume(), 0);
	assert_int_equal(db_exec(db, ctx, Q_HEALTH, NULL, DB_TEXT, &result, NULL), 0);
}

/* An idle connection that the server dropped costs nobody a refusal. */
static void a_connection_lost_while_idle_is_opened_again(void **state)
{
	struct db_result *result;

	(void)state;
	assert_int_equal(db_exec(db, ctx, Q_HEALTH, NULL, DB_TEXT, &result, NULL), 0);
	assert_int_equal(cluster_halt(), 0);
	assert_int_equal(cluster_resume(), 0);
	assert_int_equal(db_exec(db, ctx, Q_HEALTH, NULL, DB_TEXT, &result, NULL), 0);
}

static void a_notification_arrives(void **state)
{
	struct db *listener = cluster_connect(ctx, "cordboard_worker");
	char hash[65];
	const char *secret[] = { "s", "cordboard", "WEBRTC" };
	const char *who[] = { sign_in("1003", hash), "AGENT", NULL, NULL, NULL, NULL };
	const struct db_step steps[] = { { Q_SESSION_BEGIN, who, DB_TEXT },
					 { Q_PHONE_SECRET, secret, DB_TEXT } };
	struct db_result *results[2];

	(void)state;
	db_listen(listener, Q_LISTEN_CONFIG);
	assert_true(db_socket(listener) >= 0);
	while (db_notified(listener))
		;
	assert_int_equal(db_run(db, ctx, steps, 2, results, NULL), 0);
	assert_string_equal(db_text(results[1], 0, 0), "1003");
	int64_t deadline = clock_mono_ms() + 5000;
	bool notified = false;
	while (!notified && clock_mono_ms() < deadline)
		notified = db_notified(listener);
	assert_true(notified);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_fits_the_schema),
		cmocka_unit_test(an_older_version_is_refused),
		cmocka_unit_test(a_pipeline_is_one_transaction),
		cmocka_unit_test(a_session_is_refused_by_token_and_role),
		cmocka_unit_test(without_a_session_nothing_is_seen),
		cmocka_unit_test(failures_lock_for_a_while_whoever_is_tried),
		cmocka_unit_test(a_wrong_value_is_named_by_its_state),
		cmocka_unit_test(figures_are_what_they_are_defined_to_be),
		cmocka_unit_test(tenants_and_roles_are_kept_apart),
		cmocka_unit_test(the_audit_log_is_only_added_to),
		cmocka_unit_test(opening_hours_go_by_the_clock_on_the_wall),
		cmocka_unit_test(the_demo_data_may_be_loaded_again),
		cmocka_unit_test(a_lost_server_is_an_errno_and_heals),
		cmocka_unit_test(a_connection_lost_while_idle_is_opened_again),
		cmocka_unit_test(a_notification_arrives),
	};

	return cmocka_run_group_tests_name("db", tests, begin, end);
}
