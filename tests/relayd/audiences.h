/* Who looks on, in the tests of what is shown to whom. */
#ifndef CB_TESTS_AUDIENCES_H
#define CB_TESTS_AUDIENCES_H

#include "workers/relayd/filter.h"

/* A manager; agent 1001 of support; a wallboard of support, which 1002 is a member of. */
extern struct audience *everybody, *agent, *wallboard;

/* Who is described by a ticket; in memory of ctx. */
struct audience *audience_of(const void *ctx, const char *ticket);

/* A group's setup and teardown. */
int make_audiences(void **state);
int free_audiences(void **state);

#endif
