/* Bearer tokens, told once. */
#include "cgi-bin/issue.h"

#include "cgi-bin/rows.h"
#include "lib/bearer.h"
#include "lib/secret.h"

enum { TOKEN_BYTES = 32 };

struct issued issue_token(struct request *r)
{
	const char *token = mem_printf(r->ctx, "%s%s", BEARER_API_PREFIX,
				       secret_token(r->ctx, TOKEN_BYTES));

	return (struct issued){ token, secret_sha256(r->ctx, str_of(token)) };
}

int issue_answer(struct request *r, const struct issued *issued, enum query query,
		 const char *const *params)
{
	struct db_result *result;
	int err = request_exec(r, query, params, DB_BINARY, &result);

	if (err)
		return err;
	json_open(&r->out, '{');
	json_put_text(&r->out, "token", issued->token);
	err = rows_put_members(&r->out, result, 0);
	json_close(&r->out, '}');
	return err;
}
