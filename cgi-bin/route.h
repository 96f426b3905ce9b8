/*
 * The engine: a route is a row, and everything that all routes have in common is done here once:
 * matching, the origin check, inputs, the session, the statement, the answer.
 */
#ifndef CB_ROUTE_H
#define CB_ROUTE_H

#include "cgi-bin/http.h"
#include "lib/bus.h"
#include "lib/db.h"
#include "lib/err.h"
#include "lib/jwt.h"
#include "lib/settings.h"

#define API_PREFIX "/api/pbx/"

/*
 * Zero is nobody, so that a row that forgot its role admits no one. What is least for WALLBOARD is
 * open to a wallboard's token as well as to everybody who is signed in.
 */
enum role { NOBODY, PUBLIC, WALLBOARD, AGENT, SUPERVISOR, MANAGER, ADMIN };

/* What the answer is made of when a row has a statement instead of a handler. */
enum shape {
	OBJECT,       /* the first row; none is 404 */
	LIST,         /* {"items":[…],"next":cursor|null}; with a "limit" input it is paged */
	NOTHING       /* 204 */
};

/* How long a request waits for the database, unless its handler needs more. */
enum { APP_DB_ANSWER_MS = 4000 };

/* What outlives a request. */
struct app {
	struct settings settings;
	struct jwt_rules jwt;
	struct db *db;
	int db_answer_ms;             /* how long the pool's requests wait for it */
	struct bus *bus;
};

/* Who acts, once the session has begun. */
struct session {
	const char *tenant_id, *tenant, *node, *user_id, *id, *extension, *role, *agent_id;
};

struct request {
	const void *ctx;
	struct app *app;
	const struct http_request *http;
	const struct route *route;
	const char *token;            /* of the session; NULL: none was shown */
	const char *const *adopt;     /* session_adopt's parameters; NULL: the session is one of ours */
	const char *if_match;         /* "<id> <version>" that a change needs; "": none was asked for */
	bool hashing;                 /* holds a place to hash in: the next request_run gives it back */
	struct param_values in;       /* by input row */
	struct session session;
	struct http_response *response;
	struct json_out out;          /* writes the response's body */
	const char *detail;           /* of a refusal, for people */
	int retry_after_s;            /* of a refusal; 0: not told */
};

typedef int route_handler(struct request *r);

enum { ROUTE_INPUTS = PARAM_MAX };

/* What is counted for each user, so that a stolen session or a mad program stays small. */
enum limit { LIMIT_NONE, LIMIT_DIAL, LIMIT_IMPORT };

struct route {
	enum http_method method;
	const char *path;             /* below the prefix; a segment ":name" is an input */
	enum role least;
	const char *summary;
	int status;                   /* of success */
	int also;                     /* another status with the same answer; 0: none */
	route_handler *handler;       /* or, if NULL, the statement below */
	enum query query;             /* binds the inputs in their order */
	enum shape shape;
	bool once;                    /* honours Idempotency-Key */
	const char *body_type;        /* of a body the handler reads itself; NULL: JSON, into inputs */
	size_t body_max_bytes;        /* of such a body */
	enum limit limit;
	const char *object;           /* what ":id" names: "agent", "queue", "call", "contact" … */
	int foreign;                  /* status if the object is a colleague's; 0: as the own */
	enum role over;               /* the role from which on it is as the own; 0: SUPERVISOR */
	const char *schema;           /* of the answer (of an item of a LIST), by its name in schema.c */
	struct param_row inputs[ROUTE_INPUTS];
};

/* The rows of one resource. */
struct resource {
	const struct route *routes;
	size_t n;
	const char *scope;            /* an API token needs "<scope>:read" to GET, else "<scope>:write";
	                                 NULL: tokens may do nothing here */
};

/* Does the request and fills response, whatever happens. */
void route_serve(struct app *app, const struct http_request *http, int read_err,
		 struct http_response *response);

/* The row that fits, and the values of its ":name" segments: ERR_NOT_FOUND, ERR_METHOD or 0. */
int route_match(const struct http_request *http, const struct route **route,
		struct param_pair *path, size_t *n_path);

/* How long a body the request may have: the row's own bound, or that of all others. */
size_t route_body_max_bytes(const struct http_request *http);

/* Whether a mutation may come from where it says it comes from. */
int route_check_origin(const struct http_request *http, const char *public_url, enum role least,
		       bool by_cookie);

/*
 * For handlers: session_begin and then the steps, in one pipeline. The caller's session is filled;
 * results has n entries (session_begin's own is left out). Under If-Match the first that has steps
 * must make the change: it fails with ERR_PRECONDITION if none of them compared the version.
 */
int request_run(struct request *r, const struct db_step *steps, size_t n,
		struct db_result **results);
/* Runs one statement in that way. */
int request_exec(struct request *r, enum query query, const char *const *params,
		 enum db_format format, struct db_result **result);
/* Only session_begin, for handlers that need no statement. */
int request_begin(struct request *r);
/*
 * Writes the first row of a binary result as the answer; ERR_NOT_FOUND if there is none. A column
 * "_version" becomes the ETag.
 */
int request_put(struct request *r, const struct db_result *result);
/* Writes a page of a binary result: as a row of the shape LIST does. */
int request_put_list(struct request *r, const struct db_result *result);
/* Turns what db_run said into the answer: names the field of a refusal. */
int request_db_error(struct request *r, int err, const struct db_error *error);
/* Lists one wrong field, and returns ERR_INVALID. */
int request_invalid(struct request *r, const char *pointer, const char *detail);
/* The value of an input by its name. */
const char *request_input(const struct request *r, const char *name);
/* Fills the session from a row that has session_begin's columns. */
void request_session(struct request *r, const struct db_result *result);

/* The name of the cookie: it may carry the __Host- prefix only where there is TLS. */
const char *session_cookie_name(const struct settings *settings);
const char *role_name(enum role role);

#endif
