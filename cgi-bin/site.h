/* The site map: every resource once. */
#ifndef CB_SITE_H
#define CB_SITE_H

#include "cgi-bin/route.h"

/* Ends with NULL. */
extern const struct resource *const site[];

/* One a file. */
extern const struct resource auth_resource, events_resource, users_resource, tokens_resource,
	audit_resource, agents_resource, queues_resource, routes_resource, catalogue_resource,
	calls_resource, dialling_resource, callbacks_resource, contacts_resource,
	preferences_resource, reporting_resource, wallboards_resource, system_resource;

#endif
