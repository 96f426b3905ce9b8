/* CEL rows. */
#include "workers/amid/cel.h"

#include "lib/ami.h"
#include "lib/err.h"

#include <string.h>

enum { COLUMNS = 13 };

static const size_t columns[COLUMNS] = {
	offsetof(struct cel_row, type),     offsetof(struct cel_row, time),
	offsetof(struct cel_row, uniqueid), offsetof(struct cel_row, linkedid),
	offsetof(struct cel_row, channel),  offsetof(struct cel_row, number),
	offsetof(struct cel_row, name),     offsetof(struct cel_row, context),
	offsetof(struct cel_row, exten),    offsetof(struct cel_row, app),
	offsetof(struct cel_row, app_data), offsetof(struct cel_row, user_type),
	offsetof(struct cel_row, extra),
};

int cel_parse(const struct csv_row *csv, struct cel_row *row)
{
	*row = (struct cel_row){ .at_us = 0 };
	if (csv->n != COLUMNS)
		return ERR_MALFORMED;
	for (size_t i = 0; i < COLUMNS; i++) {
		*(struct str *)(void *)((char *)row + columns[i]) = csv->fields[i];
		/* Names and ids are read as C strings. */
		if (memchr(csv->fields[i].p, '\0', csv->fields[i].n))
			return ERR_MALFORMED;
	}
	row->at_us = ami_epoch_us(row->time);
	return row->at_us && row->type.n && row->uniqueid.n && row->linkedid.n ? ERR_OK
									       : ERR_MALFORMED;
}
