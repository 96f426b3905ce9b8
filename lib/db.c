/* PostgreSQL: one pipeline, one transaction, one round trip. */
#include "lib/db.h"

#include "lib/err.h"
#include "lib/log.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECT_MS = 800,
	HUNG_PAUSE_MS = 1000,   /* a server that takes connections in silence is not asked meanwhile */
	ANSWER_MS = 15000,      /* unless db_deadline() says otherwise */
	CHANNELS_MAX = 4
};

struct db {
	const char *conninfo;
	PGconn *conn;
	int answer_ms;
	int64_t retry_at_ms;    /* not before, after a connection that was not answered */
	bool prepared[Q__COUNT];
	enum query channels[CHANNELS_MAX];      /* LISTEN statements */
	size_t n_channels;
	bool missed;            /* a reconnect: notifications may have been lost */
};

struct db_result {
	PGresult *res;
};

/* ---- connection ---- */

static void close_connection(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	memset(db->prepared, 0, sizeof(db->prepared));
}

static int free_db(struct db *db)
{
	close_connection(db);
	return 0;
}

struct db *db_new(const void *ctx, const char *conninfo)
{
	struct db *db = mem_new(ctx, struct db);

	db->conninfo = mem_strdup(db, conninfo);
	db->answer_ms = ANSWER_MS;
	talloc_set_destructor(db, free_db);
	return db;
}

void db_deadline(struct db *db, int answer_ms)
{
	db->answer_ms = answer_ms;
}

int db_socket(const struct db *db)
{
	return db->conn ? PQsocket(db->conn) : -1;
}

/* Logs why, closes, and returns the errno of it. */
static int lost(struct db *db, const char *what, int error)
{
	const char *why = db->conn ? PQerrorMessage(db->conn) : "";

	log_error("database %s error=%s message=%s", what, strerror(error), why);
	close_connection(db);
	return -error;
}

/* Waits until the socket is ready or the deadline has passed. */
static int wait_ready(const struct db *db, short events, int64_t deadline)
{
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = events };

	for (;;) {
		int64_t left = deadline - clock_mono_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		int ready = poll(&fd, 1, (int)left);
		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return -errno;
	}
}

static int handshake(struct db *db)
{
	int64_t deadline = clock_mono_ms() + CONNECT_MS;

	for (PostgresPollingStatusType state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
		if (state == PGRES_POLLING_FAILED)
			return lost(db, "refused the connection", ECONNREFUSED);
		int err = wait_ready(db, state == PGRES_POLLING_READING ? POLLIN : POLLOUT,
				     deadline);
		if (err) {
			db->retry_at_ms = clock_mono_ms() + HUNG_PAUSE_MS;
			return lost(db, "did not answer the connection", -err);
		}
		state = PQconnectPoll(db->conn);
	}
	return 0;
}

static int listen_on(struct db *db, enum query channel)
{
	const char *sql = query_texts[channel].sql;
	PGresult *res = PQexecParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 0);
	bool ok = PQresultStatus(res) == PGRES_COMMAND_OK;

	PQclear(res);
	return ok ? 0 : lost(db, "refused LISTEN", ECONNRESET);
}

static int open_connection(struct db *db)
{
	if (clock_mono_ms() < db->retry_at_ms)
		return -ETIMEDOUT;
	db->conn = mem_check(PQconnectStart(db->conninfo));
	if (PQstatus(db->conn) == CONNECTION_BAD)
		return lost(db, "unreachable", ECONNREFUSED);
	int err = handshake(db);
	for (size_t i = 0; !err && i < db->n_channels; i++)
		err = listen_on(db, db->channels[i]);
	if (err)
		return err;
	db->missed = db->n_channels > 0;
	if (PQsetnonblocking(db->conn, 1) != 0)
		return lost(db, "would not turn non-blocking", EIO);
	return 0;
}

/* An idle connection that the server closed is readable: better found now than mid-request. */
static bool is_alive(const struct db *db)
{
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = POLLIN };

	while (PQstatus(db->conn) == CONNECTION_OK) {
		if (poll(&fd, 1, 0) <= 0)
			return true;
		if (!PQconsumeInput(db->conn))
			return false;
	}
	return false;
}

static int ready(struct db *db)
{
	if (db->conn && is_alive(db))
		return 0;
	if (db->conn)
		close_connection(db);
	return open_connection(db);
}

/* ---- results ---- */

static int free_result(struct db_result *r)
{
	PQclear(r->res);
	return 0;
}

static struct db_result *result_new(const void *ctx, PGresult *res)
{
	struct db_result *r = mem_new(ctx, struct db_result);

	r->res = res;
	talloc_set_destructor(r, free_result);
	return r;
}

struct state_row {
	const char *prefix;
	int err;
};

/* The first row whose prefix fits decides. */
static const struct state_row state_rows[] = {
	{ "CB401", ERR_UNAUTHENTICATED },
	{ "CB403", ERR_FORBIDDEN },
	{ "CB404", ERR_NOT_FOUND },
	{ "CB409", ERR_CONFLICT },
	{ "CB412", ERR_PRECONDITION },
	{ "CB422", ERR_INVALID },
	{ "23505", ERR_DUPLICATE },
	{ "23", ERR_INVALID },
	{ "22", ERR_INVALID },
	{ "40", ERR_UNAVAILABLE },      /* it and another were in each other's way */
	{ "57014", ERR_TIMEOUT },
	{ "55P03", ERR_TIMEOUT },
	{ "53", ERR_UNAVAILABLE },
	{ "57P", ERR_UNAVAILABLE },
};

static int state_err(const char *sqlstate)
{
	for (size_t i = 0; i < ARRAY_LEN(state_rows); i++)
		if (strncmp(sqlstate, state_rows[i].prefix, strlen(state_rows[i].prefix)) == 0)
			return state_rows[i].err;
	return ERR_INTERNAL;
}

static const char *field(const void *ctx, const PGresult *res, int code)
{
	const char *text = PQresultErrorField(res, code);

	return text ? mem_strdup(ctx, text) : NULL;
}

static int take_error(const void *ctx, const PGresult *res, size_t step, struct db_error *error)
{
	const char *sqlstate = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	struct db_error e = { .step = step };

	snprintf(e.sqlstate, sizeof(e.sqlstate), "%s", sqlstate ? sqlstate : "XX000");
	e.message = field(ctx, res, PG_DIAG_MESSAGE_PRIMARY);
	e.detail = field(ctx, res, PG_DIAG_MESSAGE_DETAIL);
	e.constraint = field(ctx, res, PG_DIAG_CONSTRAINT_NAME);
	if (error)
		*error = e;
	int err = state_err(e.sqlstate);
	if (err == ERR_INTERNAL || err == ERR_UNAVAILABLE)
		log_error("database refused step=%zu sqlstate=%s message=%s", step, e.sqlstate,
			  e.message ? e.message : "");
	return err;
}

/* ---- one pipeline ---- */

/* The highest $n of a statement. */
static int parameter_count(const char *sql)
{
	long count = 0;

	for (const char *p = strchr(sql, '$'); p; p = strchr(p + 1, '$')) {
		long n = strtol(p + 1, NULL, 10);
		if (n > count)
			count = n;
	}
	return (int)count;
}

/* What is awaited from the server, in order. */
struct expected {
	size_t step;
	bool prepare;
};

struct pipeline {
	struct db *db;
	const void *ctx;
	const struct db_step *steps;
	size_t n;
	struct expected *expected;
	size_t n_expected;
	struct db_result **results;
	struct db_error *error;
	int err;                /* of the first refused step */
};

static bool prepared_before(const struct pipeline *p, size_t step)
{
	if (p->db->prepared[p->steps[step].query])
		return true;
	for (size_t i = 0; i < step; i++)
		if (p->steps[i].query == p->steps[step].query)
			return true;
	return false;
}

static bool send_step(struct pipeline *p, size_t i)
{
	const struct db_step *step = &p->steps[i];
	const struct query_text *query = &query_texts[step->query];

	if (!prepared_before(p, i)) {
		if (!PQsendPrepare(p->db->conn, query->name, query->sql, 0, NULL))
			return false;
		p->expected[p->n_expected++] = (struct expected){ i, true };
	}
	p->expected[p->n_expected++] = (struct expected){ i, false };
	return PQsendQueryPrepared(p->db->conn, query->name, parameter_count(query->sql),
				   step->params, NULL, NULL, step->format == DB_BINARY) == 1;
}

static int send_all(struct pipeline *p)
{
	PGconn *conn = p->db->conn;
	bool sent = PQenterPipelineMode(conn) == 1;

	for (size_t i = 0; sent && i < p->n; i++)
		sent = send_step(p, i);
	return sent && PQpipelineSync(conn) ? 0 : lost(p->db, "took no statement", ECONNRESET);
}

/* The next result, NULL between two commands; never waits beyond the deadline. */
static int next_result(struct db *db, int64_t deadline, PGresult **out)
{
	while (PQisBusy(db->conn)) {
		int unsent = PQflush(db->conn);
		if (unsent < 0)
			return lost(db, "was lost while sending", ECONNRESET);
		int err = wait_ready(db, (short)(unsent ? POLLIN | POLLOUT : POLLIN), deadline);
		if (err)
			return lost(db, "did not answer in time", -err);
		if (!PQconsumeInput(db->conn))
			return lost(db, "was lost", ECONNRESET);
	}
	*out = PQgetResult(db->conn);
	if (PQstatus(db->conn) == CONNECTION_OK)
		return 0;
	PQclear(*out);
	return lost(db, "was lost", ECONNRESET);
}

/* One answer of the server. Takes res over. */
static void take_result(struct pipeline *p, size_t at, PGresult *res)
{
	const struct expected *e = at < p->n_expected ? &p->expected[at] : NULL;
	size_t step = e ? e->step : p->n - 1;      /* a deferred check fails at the end */

	switch (PQresultStatus(res)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
		if (e && e->prepare)
			p->db->prepared[p->steps[step].query] = true;
		else if (e)
			p->results[step] = result_new(p->results, res), res = NULL;
		break;
	case PGRES_PIPELINE_ABORTED:
		break;
	default:
		if (!p->err)
			p->err = take_error(p->ctx, res, step, p->error);
	}
	PQclear(res);
}

static int receive_all(struct pipeline *p)
{
	int64_t deadline = clock_mono_ms() + p->db->answer_ms;
	size_t at = 0;

	for (;;) {
		PGresult *res = NULL;
		int err = next_result(p->db, deadline, &res);
		if (err)
			return err;
		if (!res) {
			at++;
			if (at > p->n_expected + 2)
				return lost(p->db, "ended the pipeline early", EPROTO);
			continue;
		}
		if (PQresultStatus(res) == PGRES_PIPELINE_SYNC) {
			PQclear(res);
			return PQexitPipelineMode(p->db->conn)
				       ? 0
				       : lost(p->db, "kept the pipeline open", EPROTO);
		}
		take_result(p, at, res);
	}
}

int db_run(struct db *db, const void *ctx, const struct db_step *steps, size_t n,
	   struct db_result **results, struct db_error *error)
{
	struct db_error ignored;
	struct pipeline p = { .db = db, .ctx = ctx, .steps = steps, .n = n,
			      .error = error ? error : &ignored };

	*p.error = (struct db_error){ 0 };
	int err = ready(db);
	if (err)
		return err;
	p.results = mem_array(ctx, struct db_result *, n);
	p.expected = mem_array(p.results, struct expected, 2 * n);
	err = send_all(&p);
	if (!err)
		err = receive_all(&p);
	if (!err)
		err = p.err;
	/* A plan that no longer fits the schema: a new connection prepares everything afresh. */
	if (err == ERR_INTERNAL && (strcmp(p.error->sqlstate, "0A000") == 0 ||
				    strcmp(p.error->sqlstate, "26000") == 0))
		close_connection(db);
	for (size_t i = 0; !err && i < n; i++)
		results[i] = talloc_steal(ctx, p.results[i]);
	talloc_free(p.results);
	return err;
}

int db_exec(struct db *db, const void *ctx, enum query query, const char *const *params,
	    enum db_format format, struct db_result **result, struct db_error *error)
{
	struct db_step step = { query, params, format };

	return db_run(db, ctx, &step, 1, result, error);
}

int db_prepare_all(struct db *db, const void *ctx, struct db_error *error)
{
	int err = ready(db);

	for (size_t i = 0; !err && i < Q__COUNT; i++) {
		PGresult *res = db->prepared[i] ? NULL : PQprepare(db->conn, query_texts[i].name,
								   query_texts[i].sql, 0, NULL);
		if (res && PQresultStatus(res) != PGRES_COMMAND_OK)
			err = take_error(ctx, res, i, error);
		else
			db->prepared[i] = true;
		PQclear(res);
	}
	return err;
}

int db_describe(struct db *db, const void *ctx, enum query query, struct db_result **result)
{
	PGresult *res = PQdescribePrepared(db->conn, query_texts[query].name);

	if (PQresultStatus(res) != PGRES_COMMAND_OK) {
		int err = take_error(ctx, res, 0, NULL);
		PQclear(res);
		return err;
	}
	*result = result_new(ctx, res);
	return 0;
}

/* ---- notifications ---- */

void db_listen(struct db *db, enum query channel)
{
	if (db->n_channels == CHANNELS_MAX) {
		log_error("too many database channels channel=%s", query_texts[channel].name);
		abort();
	}
	db->channels[db->n_channels++] = channel;
	if (!db->conn) {
		ready(db);
	} else if (PQsetnonblocking(db->conn, 0) == 0 && listen_on(db, channel) == 0) {
		PQsetnonblocking(db->conn, 1);
	}
}

bool db_notified(struct db *db)
{
	if (db->missed) {
		db->missed = false;
		return true;
	}
	if (!db->conn)
		return false;
	if (!is_alive(db)) {
		close_connection(db);
		return false;
	}
	PGnotify *notice = PQnotifies(db->conn);
	if (!notice)
		return false;
	PQfreemem(notice);
	return true;
}

/* ---- reading results ---- */

size_t db_rows(const struct db_result *r)
{
	return (size_t)PQntuples(r->res);
}

size_t db_columns(const struct db_result *r)
{
	return (size_t)PQnfields(r->res);
}

const char *db_column_name(const struct db_result *r, size_t column)
{
	return PQfname(r->res, (int)column);
}

unsigned db_column_oid(const struct db_result *r, size_t column)
{
	return PQftype(r->res, (int)column);
}

bool db_is_null(const struct db_result *r, size_t row, size_t column)
{
	return PQgetisnull(r->res, (int)row, (int)column);
}

struct str db_value(const struct db_result *r, size_t row, size_t column)
{
	return (struct str){ PQgetvalue(r->res, (int)row, (int)column),
			     (size_t)PQgetlength(r->res, (int)row, (int)column) };
}

const char *db_text(const struct db_result *r, size_t row, size_t column)
{
	return db_is_null(r, row, column) ? NULL : PQgetvalue(r->res, (int)row, (int)column);
}

int64_t db_int(const struct db_result *r, size_t row, size_t column)
{
	const char *text = db_text(r, row, column);

	return text ? strtoll(text, NULL, 10) : 0;
}
