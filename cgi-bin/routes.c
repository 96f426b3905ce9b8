/* Where the numbers that callers dial lead: routes and opening hours. */
#include "cgi-bin/site.h"

#define ROUTE_ID { "id", PARAM_UUID, PARAM_PATH, .required = true }
#define PAGE \
	{ "limit", PARAM_INT, PARAM_QUERY, .min = 1, .max = 500, .fallback = "200" }, \
	{ "cursor", PARAM_CURSOR, .where = PARAM_QUERY }

/* ---- opening hours ---- */

#define SPAN \
	{ "opens", PARAM_TEXT, PARAM_BODY, .min = 5, .max = 5, .required = true, \
	  .pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$" }, \
	{ "closes", PARAM_TEXT, PARAM_BODY, .min = 5, .max = 5, .required = true, \
	  .pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" }

static const struct param_row weekly_spans[] = {
	{ "weekday", PARAM_INT, PARAM_BODY, .min = 1, .max = 7, .required = true },
	SPAN,
	{ 0 },
};

static const struct param_row spans_of_a_day[] = { SPAN, { 0 } };

static const struct param_row exceptions[] = {
	{ "date", PARAM_TEXT, PARAM_BODY, .min = 10, .max = 10, .required = true,
	  .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
	{ "name", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80, .required = true },
	{ "spans", PARAM_OBJECTS, PARAM_BODY, .max = 20, .items = spans_of_a_day },
	{ 0 },
};

#define HOURS_FIELDS(needed) \
	{ "name", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80, .required = needed, \
	  .example = "Office hours" }, \
	{ "timezone", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 60, .example = "Europe/Berlin" }, \
	{ "spans", PARAM_OBJECTS, PARAM_BODY, .max = 100, .required = needed, .items = weekly_spans, \
	  .example = "[{\"weekday\":1,\"opens\":\"08:00\",\"closes\":\"18:00\"}]" }, \
	{ "exceptions", PARAM_OBJECTS, PARAM_BODY, .max = 400, .items = exceptions, \
	  .example = "[{\"date\":\"2026-12-25\",\"name\":\"Christmas\",\"spans\":[]}]" }

/* ---- routes ---- */

static const struct param_row closed[] = {
	{ "action", PARAM_CHOICE, PARAM_BODY, .choices = "ANNOUNCEMENT QUEUE", .required = true },
	{ "announcement", PARAM_TEXT, PARAM_BODY, .min = 1, .max = 80,
	  .pattern = "^[a-z0-9][a-z0-9_-]{0,39}(/[a-z0-9][a-z0-9_-]{0,39})?$" },
	{ "queueId", PARAM_UUID, .where = PARAM_BODY },
	{ 0 },
};

#define ROUTE_FIELDS(needed) \
	{ "queueId", PARAM_UUID, PARAM_BODY, .required = needed }, \
	{ "label", PARAM_TEXT, PARAM_BODY, .min = 0, .max = 80, .example = "Support line" }, \
	{ "openingHoursId", PARAM_UUID, PARAM_BODY, .nullable = true }, \
	{ "closed", PARAM_OBJECT, PARAM_BODY, .items = closed, \
	  .example = "{\"action\":\"ANNOUNCEMENT\",\"announcement\":\"vm-nobodyavail\"}" }

static const struct route routes[] = {
	{ HTTP_GET, "routes", SUPERVISOR, "Numbers and where they lead", 200,
	  .schema = "Route", .query = Q_ROUTE_LIST, .shape = LIST, .inputs = { PAGE } },
	{ HTTP_POST, "routes", ADMIN, "A new number", 201, .schema = "Route", .query = Q_ROUTE_POST,
	  .once = true,
	  .inputs = { { "did", PARAM_PHONE, PARAM_BODY, .required = true, .example = "5550900" },
		      ROUTE_FIELDS(true) } },
	{ HTTP_GET, "routes/:id", SUPERVISOR, "One number", 200, .object = "route",
	  .schema = "Route", .query = Q_ROUTE_GET, .inputs = { ROUTE_ID } },
	{ HTTP_PUT, "routes/:id", ADMIN, "Lead a number elsewhere; what is left out stays", 200,
	  .object = "route", .schema = "Route", .query = Q_ROUTE_PUT,
	  .inputs = { ROUTE_ID, ROUTE_FIELDS(false) } },
	{ HTTP_DELETE, "routes/:id", ADMIN, "Take a number out: callers are refused", 204,
	  .object = "route", .query = Q_ROUTE_DELETE, .shape = NOTHING, .inputs = { ROUTE_ID } },
	{ HTTP_GET, "routes/:id/preview", SUPERVISOR, "What a caller would meet, now or then", 200,
	  .object = "route", .schema = "RoutePreview", .query = Q_ROUTE_PREVIEW,
	  .inputs = { ROUTE_ID, { "at", PARAM_TIME, .where = PARAM_QUERY } } },
	{ HTTP_GET, "opening-hours", SUPERVISOR, "Timetables that routes go by", 200,
	  .schema = "OpeningHours", .query = Q_OPENING_HOURS_LIST, .shape = LIST, .inputs = { PAGE } },
	{ HTTP_POST, "opening-hours", ADMIN, "A new timetable", 201,
	  .schema = "OpeningHours", .query = Q_OPENING_HOURS_POST,
	  .once = true, .inputs = { HOURS_FIELDS(true) } },
	{ HTTP_GET, "opening-hours/:id", SUPERVISOR, "One timetable", 200, .object = "opening-hours",
	  .schema = "OpeningHours", .query = Q_OPENING_HOURS_GET, .inputs = { ROUTE_ID } },
	{ HTTP_PUT, "opening-hours/:id", ADMIN,
	  "Change a timetable; what is left out stays, a list replaces the whole list", 200,
	  .object = "opening-hours", .schema = "OpeningHours", .query = Q_OPENING_HOURS_PUT,
	  .inputs = { ROUTE_ID, HOURS_FIELDS(false) } },
	{ HTTP_DELETE, "opening-hours/:id", ADMIN, "Delete a timetable that no route goes by", 204,
	  .object = "opening-hours", .query = Q_OPENING_HOURS_DELETE, .shape = NOTHING,
	  .inputs = { ROUTE_ID } },
};

const struct resource routes_resource = { routes, ARRAY_LEN(routes), "routes" };
