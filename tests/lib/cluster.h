/* A private PostgreSQL cluster with the migrated schema and the demo data, made by pg-fixture. */
#ifndef TEST_CLUSTER_H
#define TEST_CLUSTER_H

#include "lib/db.h"

/* Starts it; 0 when it runs. No cluster is a failure, not a skip. */
int cluster_start(void);
int cluster_stop(void);
/* The server goes away, and comes back. */
int cluster_halt(void);
int cluster_resume(void);
/* Runs a file of assertions as a superuser; 0 if they hold. */
int cluster_check(const char *path);
struct db *cluster_connect(const void *ctx, const char *role);

#endif
