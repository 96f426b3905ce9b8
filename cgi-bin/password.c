/* Checks and hashes new passwords. */
#include "cgi-bin/password.h"

#include "cgi-bin/metrics.h"
#include "lib/weak.h"

enum { BUSY_RETRY_S = 1 };

struct secret_cost password_cost(const struct request *r)
{
	const struct settings *s = &r->app->settings;

	return (struct secret_cost){ s->password_kib, s->password_passes };
}

const char *password_places(const struct request *r)
{
	return mem_printf(r->ctx, "%d", r->app->settings.password_places);
}

int password_busy(struct request *r)
{
	metrics_count(METRIC_PASSWORD_BUSY);
	r->detail = "Many are signing in at this moment; try again.";
	r->retry_after_s = BUSY_RETRY_S;
	return ERR_UNAVAILABLE;
}

int password_check(struct request *r, const char *input)
{
	if (!weak_password(request_input(r, input)))
		return 0;
	return request_invalid(r, mem_printf(r->ctx, "/%s", input),
			       "is easy to guess: common words, rows of keys, counts and "
			       "repetitions make no password");
}

int password_take(struct request *r, const char *input, const char **hash)
{
	const char *places[] = { password_places(r) };
	struct db_result *place;
	int err = request_begin(r);

	if (!err)
		err = password_check(r, input);
	if (!err)
		err = db_exec(r->app->db, r->ctx, Q_HASH_PLACE, places, DB_TEXT, &place, NULL);
	if (err)
		return err;
	if (!db_int(place, 0, 0))
		return password_busy(r);
	r->hashing = true;
	*hash = secret_hash(r->ctx, request_input(r, input), password_cost(r));
	return *hash ? 0 : ERR_UNAVAILABLE;
}
