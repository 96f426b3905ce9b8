/*
 * PostgreSQL through libpq: the only file that includes it is db.c.
 *
 * Statements are named (lib/query.h, generated from sql/queries/) and prepared on first use of a
 * connection. Several go out as one pipeline in one transaction: one round trip.
 */
#ifndef CB_DB_H
#define CB_DB_H

#include "lib/base.h"
#include "lib/query.h"

#include <stdbool.h>

struct db;
struct db_result;

enum db_format { DB_TEXT, DB_BINARY };

struct db_step {
	enum query query;
	const char *const *params;    /* text; NULL is SQL NULL; as many as the statement takes */
	enum db_format format;        /* of the result's values */
};

/* What PostgreSQL said of a refused statement; strings belong to the context of the call. */
struct db_error {
	char sqlstate[6];
	const char *message;
	const char *detail;           /* a raise in sql/ names the field here, as a JSON pointer */
	const char *constraint;
	size_t step;                  /* index of the step that failed */
};

/* A connection, opened on first use and again after a loss. conninfo as libpq takes it. */
struct db *db_new(const void *ctx, const char *conninfo);
/* How long one db_run may wait for its answers (15 s unless told); then the connection is lost. */
void db_deadline(struct db *db, int answer_ms);

/*
 * Sends all steps as one pipeline and one transaction, and reads every answer.
 * results gets n entries that belong to ctx; error is filled on a positive answer.
 * Returns 0; -errno when the server could not be reached or was lost (nothing is known of the
 * outcome; the next call reconnects); or what the SQLSTATE means (class CB is ours):
 *   CB401 ERR_UNAUTHENTICATED  CB403 ERR_FORBIDDEN  CB404 ERR_NOT_FOUND  CB409 ERR_CONFLICT
 *   CB412 ERR_PRECONDITION  CB422 ERR_INVALID  23505 ERR_DUPLICATE  23xxx, 22xxx ERR_INVALID
 *   57014, 55P03 ERR_TIMEOUT  53xxx, 57Pxx ERR_UNAVAILABLE  anything else ERR_INTERNAL
 */
int db_run(struct db *db, const void *ctx, const struct db_step *steps, size_t n,
	   struct db_result **results, struct db_error *error);

/* One step. */
int db_exec(struct db *db, const void *ctx, enum query query, const char *const *params,
	    enum db_format format, struct db_result **result, struct db_error *error);

/* Prepares every named statement, so that a test finds one that does not fit the schema. */
int db_prepare_all(struct db *db, const void *ctx, struct db_error *error);
/* The columns of a statement that db_prepare_all has prepared, as a result without rows. */
int db_describe(struct db *db, const void *ctx, enum query query, struct db_result **result);

/* The socket to wait on for notifications, -1 while not connected. */
int db_socket(const struct db *db);
/* Runs a LISTEN statement now and after each reconnect. */
void db_listen(struct db *db, enum query channel);
/*
 * True once for each notification that has arrived, and once after each (re)connect, since some
 * may have been missed; reads the socket without blocking.
 */
bool db_notified(struct db *db);

size_t db_rows(const struct db_result *r);
size_t db_columns(const struct db_result *r);
const char *db_column_name(const struct db_result *r, size_t column);
unsigned db_column_oid(const struct db_result *r, size_t column);
bool db_is_null(const struct db_result *r, size_t row, size_t column);
/* The value's bytes; valid as long as the result. */
struct str db_value(const struct db_result *r, size_t row, size_t column);
/* Text-format values by column number. */
const char *db_text(const struct db_result *r, size_t row, size_t column);   /* NULL if null */
int64_t db_int(const struct db_result *r, size_t row, size_t column);        /* 0 if null */

#endif
