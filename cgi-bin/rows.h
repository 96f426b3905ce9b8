/* Result rows as JSON: names are the column names, values follow the column's type. */
#ifndef CB_ROWS_H
#define CB_ROWS_H

#include "lib/db.h"
#include "lib/json.h"

/*
 * One row of a binary result as an object. Columns whose name begins with '_' are for the engine
 * and left out. Returns 0, or ERR_INTERNAL for a type nobody wrote a writer for.
 */
int rows_put(struct json_out *o, const struct db_result *result, size_t row);
/* The members only, for an object that holds more. */
int rows_put_members(struct json_out *o, const struct db_result *result, size_t row);
/* The value of an integer column of a binary result. */
int64_t rows_int(const struct db_result *result, size_t row, size_t column);
/* The number of the column of that name, db_columns() if there is none. */
size_t rows_column(const struct db_result *result, const char *name);

#endif
