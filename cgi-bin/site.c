/* The site map. */
#include "cgi-bin/site.h"

const struct resource *const site[] = {
	&auth_resource,
	&events_resource,
	&users_resource,
	&tokens_resource,
	&audit_resource,
	&agents_resource,
	&queues_resource,
	&routes_resource,
	&catalogue_resource,
	&calls_resource,
	&dialling_resource,
	&callbacks_resource,
	&contacts_resource,
	&preferences_resource,
	&reporting_resource,
	&wallboards_resource,
	&system_resource,
	NULL,
};
