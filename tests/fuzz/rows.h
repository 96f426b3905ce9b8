/* What the fuzzers of the API's inputs share: the routes by number, and what a bound value must be. */
#ifndef CB_FUZZ_ROWS_H
#define CB_FUZZ_ROWS_H

#include "cgi-bin/route.h"

/* The route of a number, whatever the number is. */
const struct route *rows_route(size_t number);
/* Ends the process unless the value is within the row's bounds. */
void rows_check_value(const void *ctx, const struct param_row *row, const char *text);
/* Ends the process unless the answer of param_read is whole: every error says where and what. */
void rows_check_answer(const void *ctx, const struct param_row *rows, int err, const struct param_values *in);

#endif
