/* The description of the API, made from the rows that run it. */
#ifndef CB_OPENAPI_H
#define CB_OPENAPI_H

#include "cgi-bin/route.h"

/* Writes an OpenAPI 3.1 document. */
void openapi_put(struct json_out *o, const struct resource *const *resources, const char *server);

#endif
