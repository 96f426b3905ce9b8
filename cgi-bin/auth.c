/* Sign-in, sessions, the own password, the phone's secret, tickets for the live feed. */
#include "cgi-bin/command.h"
#include "cgi-bin/ended.h"
#include "cgi-bin/password.h"
#include "cgi-bin/rows.h"
#include "cgi-bin/site.h"
#include "lib/log.h"
#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>

enum {
	TOKEN_BYTES = 32,
	SIP_SECRET_BYTES = 16,
	COMMAND_MS = 1500
};

/* ---- cookies and addresses ---- */

static void set_cookie(struct request *r, const char *token, int seconds)
{
	const char *name = session_cookie_name(&r->app->settings);
	const char *secure = strncmp(name, "__Host-", 7) == 0 ? "; Secure" : "";

	http_header(r->response, "Set-Cookie",
		    mem_printf(r->ctx, "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s", name,
			       token, seconds, secure));
}

/* The pages' origin with ws: for http:, and a path. */
static const char *socket_url(const struct request *r, const char *path)
{
	return mem_printf(r->ctx, "ws%s%s", r->app->settings.public_url + strlen("http"), path);
}

/* The host of the pages' origin, without scheme and port. */
static const char *public_host(const struct request *r)
{
	const char *host = strstr(r->app->settings.public_url, "://");
	host = host ? host + 3 : r->app->settings.public_url;
	return mem_strndup(r->ctx, host, strcspn(host, *host == '[' ? "/" : ":/"));
}

/* ---- the phone ---- */

/*
 * Asterisk keeps an old secret until it is told; returns whether it was. An agent who comes with a
 * phone is there to take calls; a manager who opens the board is not.
 */
static bool tell_login(struct request *r, const char *phone_kind)
{
	bool phone = phone_kind && strcmp(r->session.role, role_name(AGENT)) == 0;
	struct json_out o;
	struct buf *args = buf_new(r->ctx);

	json_out_init(&o, args);
	json_open(&o, '{');
	json_put_text(&o, "extension", r->session.extension);
	json_put_bool(&o, "phone", phone);
	json_close(&o, '}');
	int err = command_send(r, "agent.login", args, COMMAND_MS, NULL);
	if (err)
		log_error("asterisk was not told of a new phone secret extension=%s error=%s",
			  r->session.extension, err_row(err < 0 ? ERR_UNAVAILABLE : err)->name);
	r->detail = NULL;
	return err == 0;
}

/* "sip": null for a user without an extension. */
static void put_sip(struct request *r, const char *endpoint, const char *secret, bool ready)
{
	struct json_out *o = &r->out;

	json_key(o, "sip");
	if (!endpoint) {
		json_null(o);
		return;
	}
	json_open(o, '{');
	json_put_text(o, "uri", mem_printf(r->ctx, "sip:%s@%s", endpoint, public_host(r)));
	json_put_text(o, "authUser", endpoint);
	json_put_text(o, "password", secret);
	json_put_text(o, "realm", r->app->settings.sip_realm);
	json_put_text(o, "wsUrl", socket_url(r, "/sip"));
	json_put_bool(o, "ready", ready);
	json_close(o, '}');
}

static int phone(struct request *r)
{
	const char *kind = request_input(r, "phone");
	const char *secret = secret_hex(r->ctx, SIP_SECRET_BYTES);
	const char *params[] = { secret, r->app->settings.sip_realm, kind };
	struct db_result *result;
	int err = request_exec(r, Q_PHONE_SECRET, params, DB_TEXT, &result);

	if (err)
		return err;
	const char *endpoint = db_text(result, 0, 0);
	bool ready = endpoint && tell_login(r, kind);
	json_open(&r->out, '{');
	put_sip(r, endpoint, secret, ready);
	json_close(&r->out, '}');
	return 0;
}

/* ---- sign-in ---- */

static int refuse_locked(struct request *r, int64_t locked_ms)
{
	r->retry_after_s = (int)((locked_ms + 999) / 1000);
	return ERR_RATE_LIMITED;
}

/* Gives the place back and counts the failure by what was typed, whether anybody has that name or not. */
static int refuse_wrong(struct request *r, const char *tenant_id, const char *extension)
{
	const char *params[] = { tenant_id, extension, http_variable(r->http, "REMOTE_ADDR"),
				 r->http->id };
	const struct db_step steps[] = { { Q_HASH_DONE, NULL, DB_TEXT },
					 { Q_SIGN_IN_FAILED, params, DB_TEXT } };
	struct db_result *results[ARRAY_LEN(steps)];
	int err = db_run(r->app->db, r->ctx, steps, ARRAY_LEN(steps), results, NULL);

	return err ? err : ERR_BAD_CREDENTIALS;
}

/* Whose password it is, and what it is to be kept as from now on: NULL for as it is. */
static int check_password(struct request *r, const char **user_id, const char **hash)
{
	const char *password = request_input(r, "password");
	const char *params[] = { request_input(r, "tenant"), request_input(r, "extension"),
				 http_variable(r->http, "REMOTE_ADDR"), password_places(r) };
	struct secret_cost cost = password_cost(r);
	struct db_result *found;
	int err = db_exec(r->app->db, r->ctx, Q_SIGN_IN_START, params, DB_TEXT, &found, NULL);

	if (err)
		return err;
	if (db_int(found, 0, 3) > 0)
		return refuse_locked(r, db_int(found, 0, 3));
	if (!db_int(found, 0, 4))
		return password_busy(r);
	if (!secret_verify(db_text(found, 0, 2), password, cost))
		return refuse_wrong(r, db_text(found, 0, 0), request_input(r, "extension"));
	*user_id = db_text(found, 0, 1);
	*hash = secret_outdated(db_text(found, 0, 2), cost) ? secret_hash(r->ctx, password, cost)
							    : NULL;
	return 0;
}

enum { IN_HASH_DONE, IN_SIGN_IN, IN_PHONE, IN_ME, IN_COUNT };

static int begin_session(struct request *r, const char *user_id, const char *hash,
			 const char *token, const char *secret, struct db_result **results)
{
	const struct settings *s = &r->app->settings;
	const char *sign_in[] = {
		user_id,
		secret_sha256(r->ctx, str_of(token)),
		http_variable(r->http, "REMOTE_ADDR"),
		http_variable(r->http, "HTTP_USER_AGENT"),
		mem_printf(r->ctx, "%d", s->session_idle_s),
		mem_printf(r->ctx, "%d", s->session_absolute_s),
		r->http->id,
		hash,
	};
	const char *phone_secret[] = { secret, s->sip_realm, request_input(r, "phone") };
	const struct db_step steps[IN_COUNT] = {
		[IN_HASH_DONE] = { Q_HASH_DONE, NULL, DB_TEXT },
		[IN_SIGN_IN] = { Q_SIGN_IN, sign_in, DB_TEXT },
		[IN_PHONE] = { Q_PHONE_SECRET, phone_secret, DB_TEXT },
		[IN_ME] = { Q_AUTH_ME, NULL, DB_BINARY },
	};
	struct db_error error;
	int err = db_run(r->app->db, r->ctx, steps, IN_COUNT, results, &error);

	if (!err)
		request_session(r, results[IN_SIGN_IN]);
	return err ? request_db_error(r, err, &error) : 0;
}

static int login(struct request *r)
{
	const char *token = secret_token(r->ctx, TOKEN_BYTES);
	const char *secret = secret_hex(r->ctx, SIP_SECRET_BYTES);
	struct db_result *results[IN_COUNT];
	const char *user_id = NULL, *hash = NULL;
	int err = check_password(r, &user_id, &hash);

	if (!err)
		err = begin_session(r, user_id, hash, token, secret, results);
	if (err)
		return err;
	const char *endpoint = db_text(results[IN_PHONE], 0, 0);
	bool ready = endpoint && tell_login(r, request_input(r, "phone"));
	json_open(&r->out, '{');
	json_put_text(&r->out, "accessToken", token);
	err = rows_put_members(&r->out, results[IN_ME], 0);
	put_sip(r, endpoint, secret, ready);
	json_close(&r->out, '}');
	if (!err)
		set_cookie(r, token, r->app->settings.session_absolute_s);
	return err;
}

/* ---- the own password ---- */

/* Holds a place to hash in, if the old password may be tried now. */
static int check_old_password(struct request *r)
{
	const char *places[] = { password_places(r) };
	struct db_result *found;
	int err = request_exec(r, Q_PASSWORD_START, places, DB_TEXT, &found);

	if (err)
		return err;
	if (db_int(found, 0, 1) > 0)
		return refuse_locked(r, db_int(found, 0, 1));
	if (!db_int(found, 0, 2))
		return password_busy(r);
	r->hashing = true;
	if (secret_verify(db_text(found, 0, 0), request_input(r, "oldPassword"), password_cost(r)))
		return 0;
	err = refuse_wrong(r, r->session.tenant_id, r->session.extension);
	return err == ERR_BAD_CREDENTIALS
		       ? request_invalid(r, "/oldPassword", "is not the present password")
		       : err;
}

/* A browser or program goes on under a new token; all other sessions of the user end. */
static int password_put(struct request *r)
{
	const char *token = secret_token(r->ctx, TOKEN_BYTES);
	int err = request_begin(r);

	if (!err)
		err = password_check(r, "newPassword");
	if (!err)
		err = check_old_password(r);
	if (err)
		return err;
	const char *params[] = {
		secret_hash(r->ctx, request_input(r, "newPassword"), password_cost(r)),
		secret_sha256(r->ctx, str_of(token)),
	};
	const char *user[] = { r->session.user_id };
	const struct db_step steps[] = { { Q_PASSWORD_PUT, params, DB_TEXT },
					 { Q_SESSIONS_ENDED, user, DB_TEXT } };
	struct db_result *results[ARRAY_LEN(steps)];
	err = params[0] ? request_run(r, steps, ARRAY_LEN(steps), results) : ERR_UNAVAILABLE;
	if (err)
		return err;
	ended_tell(r, results[1]);
	json_open(&r->out, '{');
	json_put_text(&r->out, "accessToken", token);
	json_close(&r->out, '}');
	set_cookie(r, token, r->app->settings.session_absolute_s);
	return 0;
}

/* ---- ends of sessions ---- */

static bool is_own_session(const struct request *r, const char *id)
{
	return r->session.id && strcmp(id, r->session.id) == 0;
}

/* Without an id: the own session. */
static int end_session(struct request *r, const char *id)
{
	const char *params[] = { id };
	struct db_result *ended;
	int err = request_exec(r, Q_SESSION_END, params, DB_TEXT, &ended);

	if (err)
		return err;
	ended_tell(r, ended);
	if (is_own_session(r, db_text(ended, 0, 0)))
		set_cookie(r, "", 0);
	return 0;
}

static int logout(struct request *r)
{
	return end_session(r, NULL);
}

static int session_delete(struct request *r)
{
	return end_session(r, request_input(r, "id"));
}

static int sessions_delete(struct request *r)
{
	int err = ended_run(r, Q_SESSIONS_END_OWN, Q_SESSIONS_ENDED_OWN, NULL);

	if (err)
		return err;
	set_cookie(r, "", 0);
	return 0;
}

/* ---- tickets ---- */

static int ws_ticket(struct request *r)
{
	const char *ticket = secret_token(r->ctx, TOKEN_BYTES);
	const char *key = mem_printf(r->ctx, "cb:ticket:%s", secret_sha256(r->ctx, str_of(ticket)));
	const char *seconds = mem_printf(r->ctx, "%d", TICKET_SECONDS);
	int64_t expires_us = clock_wall_us() + TICKET_SECONDS * INT64_C(1000000);
	struct db_result *holder;
	int err = request_exec(r, Q_TICKET_HOLDER, NULL, DB_TEXT, &holder);

	if (err)
		return err;
	struct str args[] = { STR("SET"), str_of(key), db_value(holder, 0, 0), STR("EX"),
			      str_of(seconds) };
	err = bus_command(r->app->bus, r->ctx, NULL, args, ARRAY_LEN(args));
	json_open(&r->out, '{');
	json_put_text(&r->out, "ticket", ticket);
	json_put_time(&r->out, "expiresAt", expires_us);
	json_put_text(&r->out, "url", socket_url(r, "/ws"));
	json_close(&r->out, '}');
	return err;
}

/* ---- rows ---- */

static const struct route routes[] = {
	{ HTTP_POST, "auth/login", PUBLIC, "Sign in", 200, .schema = "SignIn", .handler = login,
	  .inputs = { { "extension", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 8, .required = true,
			.example = "1001" },
		      { "password", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 200,
			.required = true, .example = "cordboard-demo" },
		      { "tenant", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 31, .example = "demo" },
		      { "phone", PARAM_CHOICE, PARAM_BODY, .choices = "WEBRTC SIP",
			.example = "WEBRTC" } } },
	{ HTTP_POST, "auth/logout", AGENT, "Sign out", 204, .handler = logout },
	{ HTTP_POST, "auth/phone", AGENT, "A fresh secret for the session's phone", 200,
	  .schema = "PhoneSecret", .handler = phone,
	  .inputs = { { "phone", PARAM_CHOICE, PARAM_BODY, .choices = "WEBRTC SIP",
			.fallback = "WEBRTC", .example = "WEBRTC" } } },
	{ HTTP_GET, "auth/me", AGENT, "Who is signed in", 200, .schema = "Me", .query = Q_AUTH_ME },
	{ HTTP_PUT, "auth/password", AGENT,
	  "Change the own password: the session goes on under a new token, all others end", 200,
	  .schema = "NewToken", .handler = password_put,
	  .inputs = { { "oldPassword", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 200,
			.required = true, .example = "cordboard-demo" },
		      { "newPassword", PARAM_TEXT, PARAM_BODY, .min = PASSWORD_MIN,
			.max = PASSWORD_MAX, .required = true,
			.example = "seven grey herons over the weir" } } },
	{ HTTP_GET, "auth/sessions", AGENT, "Own open sessions", 200, .schema = "Session",
	  .query = Q_SESSION_LIST, .shape = LIST },
	{ HTTP_DELETE, "auth/sessions", AGENT, "End all own sessions, this one as well", 204,
	  .handler = sessions_delete },
	{ HTTP_GET, "auth/sessions/:id", AGENT, "An open session: an own one, or anybody's for admins", 200,
	  .schema = "Session", .query = Q_SESSION_GET, .object = "session", .foreign = 404, .over = ADMIN,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
	{ HTTP_DELETE, "auth/sessions/:id", AGENT,
	  "End a session: an own one, or anybody's for admins", 204, .handler = session_delete,
	  .object = "session", .foreign = 404, .over = ADMIN,
	  .inputs = { { "id", PARAM_UUID, PARAM_PATH, .required = true } } },
};

const struct resource auth_resource = { routes, ARRAY_LEN(routes), NULL };

static const struct route event_routes[] = {
	{ HTTP_POST, "ws-ticket", WALLBOARD, "A ticket for the live feed, good once for 30 s", 200,
	  .schema = "Ticket", .handler = ws_ticket },
};

const struct resource events_resource = { event_routes, ARRAY_LEN(event_routes), "events" };
