/*
 * Rows of Asterisk's channel event log (CEL) as asterisk/etc/cel_custom.conf writes them. No I/O.
 *
 * Asterisk writes each row to its file within milliseconds, whether or not anybody listens, and
 * what is written survives the death of Asterisk itself; its CDRs do not, and neither they nor
 * queue_log know fractions of seconds, bridges or who hung up. Observed on Asterisk 22: the row of
 * an event is 0 to 3 ms older than the manager's message about it.
 */
#ifndef AMID_CEL_H
#define AMID_CEL_H

#include "lib/csv.h"

struct cel_row {
	struct str type;             /* CHAN_START, ANSWER, HANGUP, … USER_DEFINED */
	struct str time;             /* "seconds.microseconds" since the epoch, as written */
	int64_t at_us;               /* the same */
	struct str uniqueid, linkedid, channel;
	struct str number, name;     /* the caller's, as they came */
	struct str context, exten;
	struct str app, app_data;
	struct str user_type;        /* of USER_DEFINED: its name */
	struct str extra;            /* a JSON object, or empty */
};

/* Returns 0, or ERR_MALFORMED when the row is none of the log's. Strings are those of the row. */
int cel_parse(const struct csv_row *csv, struct cel_row *row);

#endif
