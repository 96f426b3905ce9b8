/* The schemas of all answers. A field that is not in a row here fails the tests. */
#include "cgi-bin/schema.h"

#include "lib/base.h"

#include <stdio.h>
#include <string.h>

#define OR_NULL .null = true
#define OPTIONAL .optional = true
#define TEXT(field, ...) { .name = field, .type = SCHEMA_TEXT, __VA_ARGS__ }
#define WORD(field, words, ...) { .name = field, .type = SCHEMA_TEXT, .of = words, __VA_ARGS__ }
#define INT(field, ...) { .name = field, .type = SCHEMA_INT, __VA_ARGS__ }
#define NUMBER(field, ...) { .name = field, .type = SCHEMA_NUMBER, __VA_ARGS__ }
#define BOOL(field, ...) { .name = field, .type = SCHEMA_BOOL, __VA_ARGS__ }
#define UUID(field, ...) { .name = field, .type = SCHEMA_UUID, __VA_ARGS__ }
#define TIME(field, ...) { .name = field, .type = SCHEMA_TIME, __VA_ARGS__ }
#define TEXTS(field, ...) { .name = field, .type = SCHEMA_TEXTS, __VA_ARGS__ }
#define FIELDS(field, ...) { .name = field, .type = SCHEMA_FIELDS, __VA_ARGS__ }
#define ANY(field, ...) { .name = field, .type = SCHEMA_ANY, __VA_ARGS__ }
#define ONE(field, schema, ...) { .name = field, .type = SCHEMA_ONE, .of = schema, __VA_ARGS__ }
#define MANY(field, schema, ...) { .name = field, .type = SCHEMA_MANY, .of = schema, __VA_ARGS__ }
#define MEMBERS(field, schema, ...) { .name = field, .type = SCHEMA_MEMBERS, .of = schema, __VA_ARGS__ }
#define ALSO(schema) { .name = "", .type = SCHEMA_ALSO, .of = schema }
#define END { .name = NULL }

#define STATUSES "OFFLINE AVAILABLE BUSY AWAY ON_CALL WRAP_UP"
#define CHOSEN_STATUSES "OFFLINE AVAILABLE BUSY AWAY"
#define ROLES "AGENT SUPERVISOR MANAGER ADMIN"
#define PHONES "WEBRTC SIP"
#define FORMULAS "S1 S2 S3 S4 S5"

/* ---- refusals ---- */

static const struct schema_row problem[] = {
	TEXT("type"),
	TEXT("title"),
	INT("status"),
	TEXT("detail", OPTIONAL),
	TEXT("requestId"),
	MANY("errors", "ProblemField", OPTIONAL),
	END
};
static const struct schema_row problem_field[] = {
	TEXT("pointer"),
	TEXT("detail"),
	END
};

/* ---- sign-in ---- */

static const struct schema_row me[] = {
	ONE("user", "Me.User"),
	UUID("tenantId"),
	TEXT("tenant"),
	TEXT("tenantName"),
	TEXT("timezone"),
	ONE("agentExtension", "Me.Agent", OR_NULL),
	TEXTS("permissions"),
	END
};
static const struct schema_row me_user[] = {
	UUID("id"),
	TEXT("extension"),
	TEXT("displayName"),
	WORD("role", ROLES),
	END
};
static const struct schema_row me_agent[] = {
	UUID("id"),
	TEXT("extension"),
	TEXT("displayName"),
	WORD("phoneKind", PHONES),
	BOOL("autoAnswer"),
	BOOL("enabled"),
	WORD("status", STATUSES),
	TEXT("reason", OR_NULL),
	TIME("since", OR_NULL),
	UUID("callId", OR_NULL),
	TIME("wrapupUntil", OR_NULL),
	WORD("nextStatus", CHOSEN_STATUSES, OR_NULL),
	TEXTS("queues"),
	END
};
static const struct schema_row sign_in[] = {
	TEXT("accessToken"),
	ALSO("Me"),
	ALSO("PhoneSecret"),
	END
};
static const struct schema_row phone_secret[] = {
	ONE("sip", "PhoneSecret.Sip", OR_NULL),
	END
};
static const struct schema_row phone_secret_sip[] = {
	TEXT("uri"),
	TEXT("authUser"),
	TEXT("password"),
	TEXT("realm"),
	TEXT("wsUrl"),
	BOOL("ready"),
	END
};
static const struct schema_row session[] = {
	UUID("id"),
	TEXT("address", OR_NULL),
	TEXT("userAgent", OR_NULL),
	TIME("createdAt"),
	TIME("lastSeenAt"),
	TIME("expiresAt"),
	BOOL("current"),
	END
};
static const struct schema_row new_token[] = {
	TEXT("accessToken"),
	END
};
static const struct schema_row ticket[] = {
	TEXT("ticket"),
	TIME("expiresAt"),
	TEXT("url"),
	END
};

/* ---- users, API tokens, the audit log ---- */

static const struct schema_row user[] = {
	UUID("id"),
	TEXT("extension"),
	TEXT("displayName"),
	WORD("role", ROLES),
	TEXT("email", OR_NULL),
	BOOL("enabled"),
	TIME("createdAt"),
	TIME("passwordAt"),
	ONE("agentExtension", "User.Agent", OR_NULL),
	END
};
static const struct schema_row user_agent[] = {
	UUID("id"),
	WORD("phoneKind", PHONES),
	BOOL("autoAnswer"),
	BOOL("enabled"),
	TEXTS("queues"),
	END
};
static const struct schema_row token[] = {
	UUID("id"),
	UUID("userId"),
	TEXT("name"),
	TEXTS("scopes"),
	TIME("createdAt"),
	TIME("expiresAt", OR_NULL),
	TIME("lastUsedAt", OR_NULL),
	END
};
static const struct schema_row new_api_token[] = {
	TEXT("token"),
	ALSO("Token"),
	END
};
static const struct schema_row audit_entry[] = {
	INT("id"),
	TIME("at"),
	TEXT("action"),
	TEXT("kind"),
	TEXT("object", OR_NULL),
	TEXT("actor", OR_NULL),
	UUID("actorId", OR_NULL),
	UUID("sessionId", OR_NULL),
	UUID("tokenId", OR_NULL),
	TEXT("address", OR_NULL),
	TEXT("requestId", OR_NULL),
	ANY("before", OR_NULL),
	ANY("after", OR_NULL),
	END
};
static const struct schema_row audit_state[] = {
	INT("entries"),
	BOOL("intact"),
	INT("firstBroken", OR_NULL),
	END
};

/* ---- agents ---- */

static const struct schema_row agent[] = {
	UUID("id"),
	TEXT("extension"),
	TEXT("displayName"),
	WORD("role", ROLES, OR_NULL),
	WORD("phoneKind", PHONES),
	BOOL("autoAnswer"),
	BOOL("enabled"),
	WORD("status", STATUSES),
	TEXT("reason", OR_NULL),
	TIME("since", OR_NULL),
	UUID("callId", OR_NULL),
	TIME("wrapupUntil", OR_NULL),
	WORD("nextStatus", CHOSEN_STATUSES, OR_NULL),
	TEXTS("queues"),
	UUID("userId", OR_NULL),
	MANY("memberships", "Agent.Membership"),
	ONE("call", "Agent.Call", OR_NULL),
	END
};
static const struct schema_row agent_membership[] = {
	UUID("queueId"),
	TEXT("queue"),
	INT("penalty"),
	END
};
static const struct schema_row agent_call[] = {
	UUID("id"),
	WORD("direction", "INBOUND OUTBOUND INTERNAL"),
	WORD("status", "INITIATED RINGING CONNECTED ON_HOLD TRANSFERRING ENDED"),
	TEXT("from", OR_NULL),
	TEXT("fromName", OR_NULL),
	TEXT("to", OR_NULL),
	TEXT("queue", OR_NULL),
	TIME("since"),
	END
};
/* As cordboard-amid writes it, here and on the live feed. */
static const struct schema_row live_agent[] = {
	TEXT("extension"),
	TEXT("tenant"),
	WORD("status", STATUSES),
	TEXT("reason", OR_NULL),
	TIME("since", OR_NULL),
	UUID("callId", OR_NULL),
	TEXT("peer", OR_NULL),
	TEXT("peerName", OR_NULL),
	TEXT("queue", OR_NULL),
	BOOL("ringing"),
	BOOL("held"),
	BOOL("muted"),
	WORD("phone", "REGISTERED UNREGISTERED"),
	TIME("wrapupUntil", OR_NULL),
	INT("wrapupMs"),
	BOOL("wrapupExtended"),
	WORD("nextStatus", CHOSEN_STATUSES, OR_NULL),
	TEXT("nextReason", OR_NULL),
	TIME("help", OR_NULL),
	END
};

/* ---- queues ---- */

static const struct schema_row queue[] = {
	UUID("id"),
	TEXT("name"),
	TEXT("displayName"),
	WORD("strategy", "ringall leastrecent fewestcalls random rrmemory linear wrandom rrordered"),
	INT("ringMs"),
	INT("maxWaitMs"),
	INT("maxWaiting"),
	INT("wrapupMs"),
	INT("serviceLevelMs"),
	WORD("serviceLevelFormula", FORMULAS),
	INT("shortAbandonMs"),
	INT("weight"),
	BOOL("dispositionRequired"),
	TEXTS("dids"),
	INT("members"),
	INT("waiting"),
	TIME("oldestJoinedAt", OR_NULL),
	TEXT("musicClass"),
	TEXT("timezone", OR_NULL),
	TEXT("screenPopUrl", OR_NULL),
	INT("warnWaitMs", OR_NULL),
	INT("alertWaitMs", OR_NULL),
	INT("alertWaiting", OR_NULL),
	NUMBER("serviceLevelTarget"),
	END
};
static const struct schema_row member[] = {
	UUID("queueId"),
	UUID("agentId"),
	TEXT("extension"),
	TEXT("displayName"),
	INT("penalty"),
	WORD("status", STATUSES),
	END
};
static const struct schema_row queue_status[] = {
	UUID("id"),
	TEXT("name"),
	TEXT("displayName"),
	INT("waiting"),
	TIME("oldestJoinedAt", OR_NULL),
	MANY("waitingCalls", "QueueStatus.Call"),
	MANY("agents", "QueueStatus.Agent"),
	TIME("from"),
	INT("offered"),
	INT("answered"),
	INT("abandoned"),
	INT("shortAbandoned"),
	INT("flowOut"),
	INT("callback"),
	NUMBER("serviceLevel", OR_NULL),
	WORD("serviceLevelFormula", FORMULAS),
	INT("serviceLevelMs"),
	INT("asaMs", OR_NULL),
	INT("longestWaitMs", OR_NULL),
	END
};
static const struct schema_row queue_status_call[] = {
	UUID("callId"),
	TEXT("from", OR_NULL),
	TEXT("fromName", OR_NULL),
	TIME("joinedAt"),
	END
};
static const struct schema_row queue_status_agent[] = {
	UUID("agentId"),
	TEXT("extension"),
	TEXT("displayName"),
	WORD("status", STATUSES),
	TEXT("reason", OR_NULL),
	TIME("since", OR_NULL),
	INT("penalty"),
	END
};

/* ---- routes and opening hours ---- */

static const struct schema_row route[] = {
	UUID("id"),
	TEXT("did"),
	TEXT("label", OR_NULL),
	UUID("queueId"),
	TEXT("queue"),
	UUID("openingHoursId", OR_NULL),
	TEXT("openingHours", OR_NULL),
	ONE("closed", "Route.Closed"),
	BOOL("open"),
	END
};
static const struct schema_row route_closed[] = {
	WORD("action", "ANNOUNCEMENT QUEUE"),
	TEXT("announcement"),
	UUID("queueId", OR_NULL),
	END
};
static const struct schema_row route_preview[] = {
	TIME("at"),
	TEXT("localTime"),
	BOOL("open"),
	TEXT("exception", OR_NULL),
	WORD("action", "ANNOUNCEMENT QUEUE"),
	UUID("queueId", OR_NULL),
	TEXT("queue", OR_NULL),
	TEXT("announcement", OR_NULL),
	END
};
static const struct schema_row opening_hours[] = {
	UUID("id"),
	TEXT("name"),
	TEXT("timezone"),
	MANY("spans", "OpeningHours.Weekly"),
	MANY("exceptions", "OpeningHours.Exception"),
	BOOL("open"),
	TEXTS("dids"),
	END
};
static const struct schema_row opening_span[] = {
	TEXT("opens"),
	TEXT("closes"),
	END
};
static const struct schema_row opening_weekly[] = {
	INT("weekday"),
	ALSO("OpeningHours.Span"),
	END
};
static const struct schema_row opening_exception[] = {
	TEXT("date"),
	TEXT("name"),
	MANY("spans", "OpeningHours.Span"),
	END
};

/* ---- the words of records ---- */

static const struct schema_row disposition[] = {
	UUID("id"),
	TEXT("code"),
	TEXT("label"),
	UUID("parentId", OR_NULL),
	INT("depth"),
	INT("position"),
	TEXTS("queueIds"),
	BOOL("selectable"),
	TIME("retiredAt", OR_NULL),
	END
};
static const struct schema_row pause_reason[] = {
	UUID("id"),
	TEXT("code"),
	TEXT("label"),
	BOOL("paid"),
	INT("limitMs", OR_NULL),
	INT("position"),
	TIME("retiredAt", OR_NULL),
	END
};

static const struct schema_row dial_rule[] = {
	UUID("id"),
	TEXT("prefix"),
	TEXT("reason"),
	TIME("createdAt"),
	END
};

/* ---- calls ---- */

static const struct schema_row dialled[] = {
	UUID("callId"),
	WORD("status", "INITIATED"),
	END
};
static const struct schema_row call[] = {
	UUID("id"),
	WORD("direction", "INBOUND OUTBOUND INTERNAL"),
	WORD("status", "INITIATED RINGING CONNECTED ON_HOLD TRANSFERRING ENDED"),
	TEXT("from", OR_NULL),
	TEXT("fromName", OR_NULL),
	TEXT("to", OR_NULL),
	TEXT("did", OR_NULL),
	UUID("queueId", OR_NULL),
	TEXT("queue", OR_NULL),
	UUID("agentId", OR_NULL),
	TEXT("agent", OR_NULL),
	TEXT("agentName", OR_NULL),
	UUID("contactId", OR_NULL),
	TEXT("contactName", OR_NULL),
	TIME("startedAt"),
	TIME("answeredAt", OR_NULL),
	TIME("endedAt", OR_NULL),
	WORD("endedBy", "CUSTOMER AGENT SYSTEM", OR_NULL),
	INT("hangupCause", OR_NULL),
	WORD("outcome", "ANSWERED ABANDONED BUSY NO_ANSWER FAILED CANCELLED", OR_NULL),
	TEXT("endReason", OR_NULL),
	BOOL("estimated"),
	INT("waitMs"),
	INT("talkMs"),
	INT("holdMs"),
	INT("durationMs", OR_NULL),
	TEXT("notes", OR_NULL),
	TEXT("disposition", OR_NULL),
	TEXTS("tags"),
	TIME("notedAt", OR_NULL),
	END
};
static const struct schema_row call_detail[] = {
	ALSO("Call"),
	MANY("legs", "Call.Leg"),
	MANY("queueVisits", "Call.QueueVisit"),
	MANY("offers", "Call.Offer"),
	MANY("segments", "Call.Segment"),
	MANY("transfers", "Call.Transfer"),
	MANY("timeline", "Call.Moment"),
	MANY("recordings", "Call.Recording"),
	END
};
static const struct schema_row call_leg[] = {
	TEXT("channel"),
	WORD("party", "CUSTOMER AGENT SUPERVISOR OTHER"),
	TEXT("agent", OR_NULL),
	TEXT("number", OR_NULL),
	TIME("startedAt"),
	TIME("answeredAt", OR_NULL),
	TIME("endedAt", OR_NULL),
	INT("hangupCause", OR_NULL),
	TEXT("techCause", OR_NULL),
	END
};
static const struct schema_row call_queue_visit[] = {
	TEXT("queue"),
	TIME("joinedAt"),
	TIME("leftAt", OR_NULL),
	INT("waitMs", OR_NULL),
	WORD("outcome", "ANSWERED ABANDONED TIMEOUT FULL NO_AGENTS KEY CLOSED CALLBACK", OR_NULL),
	TEXT("agent", OR_NULL),
	END
};
static const struct schema_row call_offer[] = {
	TEXT("agent"),
	TEXT("queue", OR_NULL),
	TIME("startedAt"),
	TIME("endedAt", OR_NULL),
	INT("ringMs", OR_NULL),
	WORD("outcome", "ANSWERED NO_ANSWER REJECTED CANCELLED", OR_NULL),
	END
};
static const struct schema_row call_segment[] = {
	TEXT("agent"),
	TEXT("agentName"),
	TEXT("queue", OR_NULL),
	TIME("startedAt"),
	TIME("endedAt", OR_NULL),
	INT("talkMs", OR_NULL),
	INT("holdMs", OR_NULL),
	END
};
static const struct schema_row call_transfer[] = {
	TIME("at"),
	WORD("kind", "BLIND ATTENDED"),
	TEXT("from", OR_NULL),
	TEXT("to", OR_NULL),
	WORD("result", "COMPLETED NO_ANSWER REFUSED FAILED", OR_NULL),
	END
};
static const struct schema_row call_moment[] = {
	TIME("at"),
	TEXT("kind"),
	ANY("detail"),
	END
};
static const struct schema_row call_recording[] = {
	UUID("id"),
	END
};

/* ---- contacts ---- */

static const struct schema_row contact[] = {
	UUID("id"),
	TEXT("name"),
	TEXT("company", OR_NULL),
	TEXT("email", OR_NULL),
	TEXTS("tags"),
	FIELDS("fields"),
	TEXTS("numbers"),
	TIME("createdAt"),
	END
};
static const struct schema_row contact_calls[] = {
	ALSO("Contact"),
	MANY("calls", "Contact.Call"),
	END
};
static const struct schema_row contact_call[] = {
	UUID("id"),
	WORD("direction", "INBOUND OUTBOUND INTERNAL"),
	TIME("startedAt"),
	TEXT("queue", OR_NULL),
	TEXT("agent", OR_NULL),
	TEXT("agentName", OR_NULL),
	TEXT("outcome", OR_NULL),
	INT("talkMs"),
	TEXT("disposition", OR_NULL),
	TEXT("notes", OR_NULL),
	END
};

static const struct schema_row contact_field[] = {
	UUID("id"),
	TEXT("name"),
	TEXT("label"),
	WORD("type", "text number date choice"),
	TEXTS("choices"),
	BOOL("required"),
	INT("position"),
	END
};
static const struct schema_row contact_import[] = {
	BOOL("dryRun"),
	INT("lines"),
	INT("made"),
	INT("changed"),
	INT("left"),
	INT("failed"),
	MANY("errors", "ContactImport.Error"),
	END
};
static const struct schema_row contact_import_error[] = {
	INT("line"),
	TEXT("column"),
	TEXT("reason"),
	END
};

/* ---- figures ---- */

static const struct schema_row realtime[] = {
	TIME("generatedAt"),
	TEXT("timezone"),
	TIME("from"),
	ONE("floor", "Realtime.Figures"),
	MANY("queues", "Realtime.Queue"),
	MANY("agents", "Realtime.Agent"),
	END
};
static const struct schema_row realtime_figures[] = {
	INT("waiting"),
	TIME("oldestJoinedAt", OR_NULL),
	INT("offered"),
	INT("answered"),
	INT("abandoned"),
	INT("shortAbandoned"),
	INT("flowOut"),
	INT("callback"),
	NUMBER("serviceLevel", OR_NULL),
	INT("asaMs", OR_NULL),
	INT("longestWaitMs", OR_NULL),
	END
};
static const struct schema_row realtime_queue[] = {
	UUID("queueId"),
	TEXT("name"),
	TEXT("displayName"),
	TIME("from"),
	ALSO("Realtime.Figures"),
	WORD("serviceLevelFormula", FORMULAS),
	INT("serviceLevelMs"),
	NUMBER("serviceLevelTarget"),
	INT("warnWaitMs", OR_NULL),
	INT("alertWaitMs", OR_NULL),
	INT("alertWaiting", OR_NULL),
	END
};
static const struct schema_row realtime_agent[] = {
	UUID("agentId"),
	TEXT("extension"),
	TEXT("displayName"),
	TEXTS("queues"),
	WORD("status", STATUSES),
	TEXT("reason", OR_NULL),
	TIME("since", OR_NULL),
	INT("calls"),
	INT("talkMs"),
	INT("holdMs"),
	END
};

static const struct schema_row recent[] = {
	TIME("generatedAt"),
	TIME("from", OR_NULL),
	INT("stepMs"),
	MANY("queues", "Recent.Queue"),
	END
};
static const struct schema_row recent_queue[] = {
	UUID("queueId"),
	TEXT("name"),
	MANY("steps", "Recent.Step"),
	END
};
static const struct schema_row recent_step[] = {
	TIME("at"),
	INT("offered"),
	INT("answered"),
	INT("abandoned"),
	NUMBER("serviceLevel", OR_NULL),
	END
};
static const struct schema_row visit[] = {
	UUID("callId"),
	UUID("queueId"),
	TEXT("queue"),
	TEXT("from", OR_NULL),
	TEXT("fromName", OR_NULL),
	TEXT("contactName", OR_NULL),
	TIME("joinedAt"),
	TIME("leftAt"),
	INT("waitMs"),
	WORD("outcome", "ANSWERED ABANDONED TIMEOUT FULL NO_AGENTS KEY CLOSED CALLBACK"),
	TEXT("agent", OR_NULL),
	TEXT("agentName", OR_NULL),
	BOOL("inServiceLevel"),
	END
};
static const struct schema_row wallboard[] = {
	UUID("id"),
	TEXT("name"),
	TEXTS("queues"),
	TEXT("createdBy"),
	TIME("createdAt"),
	TIME("expiresAt"),
	TIME("lastUsedAt", OR_NULL),
	END
};
static const struct schema_row new_wallboard[] = {
	TEXT("token"),
	ALSO("Wallboard"),
	END
};

static const struct schema_row period[] = {
	TIME("from"),
	TIME("until"),
	TEXT("timezone"),
	END
};
static const struct schema_row metrics_by_kind[] = {
	INT("blind"),
	INT("attended"),
	END
};
static const struct schema_row metrics_by_party[] = {
	INT("customer"),
	INT("agent"),
	INT("system"),
	END
};
static const struct schema_row metrics_by_offer[] = {
	INT("answered"),
	INT("noAnswer"),
	INT("rejected"),
	INT("cancelled"),
	END
};
static const struct schema_row metrics_flow_out[] = {
	INT("timeout"),
	INT("full"),
	INT("noAgents"),
	INT("key"),
	INT("closed"),
	END
};
static const struct schema_row metrics_service_levels[] = {
	NUMBER("S1", OR_NULL),
	NUMBER("S2", OR_NULL),
	NUMBER("S3", OR_NULL),
	NUMBER("S4", OR_NULL),
	NUMBER("S5", OR_NULL),
	END
};
/* What queues and the total of all have. */
static const struct schema_row metrics_called[] = {
	INT("offered"),
	INT("answered"),
	INT("abandoned"),
	INT("shortAbandoned"),
	INT("flowOut"),
	INT("callback"),
	NUMBER("abandonRate", OR_NULL),
	NUMBER("abandonRateNet", OR_NULL),
	NUMBER("serviceLevel", OR_NULL),
	INT("asaMs", OR_NULL),
	INT("abandonWaitMs", OR_NULL),
	INT("longestWaitMs", OR_NULL),
	NUMBER("fcrRate", OR_NULL),
	INT("fcrDays"),
	END
};
/* What queues, agents and the total of all have. */
static const struct schema_row metrics_handled[] = {
	INT("handled"),
	INT("talkMs"),
	INT("holdMs"),
	INT("acwMs"),
	INT("ahtMs", OR_NULL),
	INT("rna"),
	ONE("endedBy", "Metrics.ByParty"),
	END
};
/* What agents and the total of all have. */
static const struct schema_row metrics_time[] = {
	INT("availableMs"),
	INT("loggedInMs"),
	NUMBER("occupancy", OR_NULL),
	NUMBER("utilisation", OR_NULL),
	END
};
/* What queues and agents have. */
static const struct schema_row metrics_moved[] = {
	ONE("offers", "Metrics.ByOffer"),
	ONE("transferredIn", "Metrics.ByKind"),
	ONE("transferredOut", "Metrics.ByKind"),
	END
};
static const struct schema_row metrics_queue[] = {
	UUID("queueId"),
	TEXT("name"),
	TEXT("displayName"),
	ALSO("Metrics.Called"),
	ONE("flowOutBy", "Metrics.FlowOut"),
	WORD("serviceLevelFormula", FORMULAS),
	INT("serviceLevelMs"),
	INT("shortAbandonMs"),
	ONE("serviceLevels", "Metrics.ServiceLevels"),
	ALSO("Metrics.Handled"),
	ALSO("Metrics.Moved"),
	END
};
static const struct schema_row metrics_states[] = {
	INT("OFFLINE", OPTIONAL),
	INT("AVAILABLE", OPTIONAL),
	INT("BUSY", OPTIONAL),
	INT("AWAY", OPTIONAL),
	INT("ON_CALL", OPTIONAL),
	INT("WRAP_UP", OPTIONAL),
	END
};
static const struct schema_row metrics_agent[] = {
	UUID("agentId"),
	TEXT("extension"),
	TEXT("displayName"),
	ALSO("Metrics.Handled"),
	ALSO("Metrics.Time"),
	ALSO("Metrics.Moved"),
	ONE("states", "Metrics.States"),
	END
};
static const struct schema_row metrics_total[] = {
	ALSO("Metrics.Called"),
	ALSO("Metrics.Handled"),
	ALSO("Metrics.Time"),
	END
};
static const struct schema_row queue_metrics[] = {
	ALSO("Period"),
	ALSO("Metrics.Queue"),
	END
};
static const struct schema_row agent_metrics[] = {
	ALSO("Period"),
	ALSO("Metrics.Agent"),
	END
};
static const struct schema_row team_metrics[] = {
	ALSO("Period"),
	ONE("total", "Metrics.Total"),
	MANY("queues", "Metrics.Queue"),
	MANY("agents", "Metrics.Agent"),
	END
};

/* ---- preferences ---- */

static const struct schema_row preferences[] = {
	FIELDS("values"),
	END
};

/* ---- callbacks ---- */

static const struct schema_row callback[] = {
	UUID("id"),
	WORD("state", "PENDING DONE CANCELLED"),
	TEXT("phoneNumber"),
	UUID("contactId", OR_NULL),
	TEXT("contactName", OR_NULL),
	UUID("queueId", OR_NULL),
	TEXT("queue", OR_NULL),
	UUID("agentId", OR_NULL),
	TEXT("agent", OR_NULL),
	TEXT("agentName", OR_NULL),
	TIME("dueAt"),
	TEXT("notes", OR_NULL),
	UUID("callId", OR_NULL),
	TEXT("createdBy"),
	TIME("createdAt"),
	TEXT("closedBy", OR_NULL),
	TIME("closedAt", OR_NULL),
	END
};

static const struct schema_row missed_call[] = {
	UUID("id"),
	TEXT("number"),
	TEXT("name", OR_NULL),
	UUID("contactId", OR_NULL),
	TEXT("contactName", OR_NULL),
	TEXT("queue", OR_NULL),
	WORD("direction", "INBOUND INTERNAL"),
	WORD("outcome", "NO_ANSWER REJECTED CANCELLED ANSWERED"),
	TIME("missedAt"),
	INT("count"),
	END
};

/* ---- the service itself ---- */

static const struct schema_row health[] = {
	WORD("status", "ok degraded"),
	TEXT("version", OPTIONAL),
	MEMBERS("checks", "Health.Check", OPTIONAL),
	END
};
static const struct schema_row health_check[] = {
	WORD("state", "up warn down"),
	INT("ageMs", OR_NULL),
	INT("count", OPTIONAL),
	INT("freeBytes", OPTIONAL),
	TIME("until", OPTIONAL, OR_NULL),
	END
};

const struct schema schemas[] = {
	{ "Problem", .rows = problem },
	{ "ProblemField", .rows = problem_field },
	{ "Me", .rows = me },
	{ "Me.User", .rows = me_user },
	{ "Me.Agent", .rows = me_agent },
	{ "SignIn", .rows = sign_in },
	{ "PhoneSecret", .rows = phone_secret },
	{ "PhoneSecret.Sip", .rows = phone_secret_sip },
	{ "Session", .rows = session },
	{ "NewToken", .rows = new_token },
	{ "Ticket", .rows = ticket },
	{ "Agent", .versioned = true, .rows = agent },
	{ "Agent.Call", .rows = agent_call },
	{ "Agent.Membership", .rows = agent_membership },
	{ "User", .versioned = true, .rows = user },
	{ "User.Agent", .rows = user_agent },
	{ "Token", .rows = token },
	{ "NewApiToken", .rows = new_api_token },
	{ "AuditEntry", .rows = audit_entry },
	{ "AuditState", .rows = audit_state },
	{ "LiveAgent", .rows = live_agent },
	{ "Queue", .versioned = true, .rows = queue },
	{ "Member", .versioned = true, .rows = member },
	{ "QueueStatus", .rows = queue_status },
	{ "QueueStatus.Call", .rows = queue_status_call },
	{ "QueueStatus.Agent", .rows = queue_status_agent },
	{ "Route", .versioned = true, .rows = route },
	{ "Route.Closed", .rows = route_closed },
	{ "RoutePreview", .rows = route_preview },
	{ "OpeningHours", .versioned = true, .rows = opening_hours },
	{ "OpeningHours.Span", .rows = opening_span },
	{ "OpeningHours.Weekly", .rows = opening_weekly },
	{ "OpeningHours.Exception", .rows = opening_exception },
	{ "Disposition", .versioned = true, .rows = disposition },
	{ "PauseReason", .versioned = true, .rows = pause_reason },
	{ "DialRule", .rows = dial_rule },
	{ "Dialled", .rows = dialled },
	{ "Call", .versioned = true, .rows = call },
	{ "CallDetail", .versioned = true, .rows = call_detail },
	{ "Call.Leg", .rows = call_leg },
	{ "Call.QueueVisit", .rows = call_queue_visit },
	{ "Call.Offer", .rows = call_offer },
	{ "Call.Segment", .rows = call_segment },
	{ "Call.Transfer", .rows = call_transfer },
	{ "Call.Moment", .rows = call_moment },
	{ "Call.Recording", .rows = call_recording },
	{ "Contact", .versioned = true, .rows = contact },
	{ "ContactCalls", .versioned = true, .rows = contact_calls },
	{ "Contact.Call", .rows = contact_call },
	{ "ContactField", .versioned = true, .rows = contact_field },
	{ "ContactImport", .rows = contact_import },
	{ "ContactImport.Error", .rows = contact_import_error },
	{ "Realtime", .rows = realtime },
	{ "Realtime.Figures", .rows = realtime_figures },
	{ "Realtime.Queue", .rows = realtime_queue },
	{ "Realtime.Agent", .rows = realtime_agent },
	{ "Recent", .rows = recent },
	{ "Recent.Queue", .rows = recent_queue },
	{ "Recent.Step", .rows = recent_step },
	{ "Visit", .rows = visit },
	{ "Wallboard", .rows = wallboard },
	{ "NewWallboard", .rows = new_wallboard },
	{ "Period", .rows = period },
	{ "Metrics.ByKind", .rows = metrics_by_kind },
	{ "Metrics.ByParty", .rows = metrics_by_party },
	{ "Metrics.ByOffer", .rows = metrics_by_offer },
	{ "Metrics.FlowOut", .rows = metrics_flow_out },
	{ "Metrics.ServiceLevels", .rows = metrics_service_levels },
	{ "Metrics.Called", .rows = metrics_called },
	{ "Metrics.Handled", .rows = metrics_handled },
	{ "Metrics.Time", .rows = metrics_time },
	{ "Metrics.Moved", .rows = metrics_moved },
	{ "Metrics.States", .rows = metrics_states },
	{ "Metrics.Queue", .rows = metrics_queue },
	{ "Metrics.Agent", .rows = metrics_agent },
	{ "Metrics.Total", .rows = metrics_total },
	{ "QueueMetrics", .rows = queue_metrics },
	{ "AgentMetrics", .rows = agent_metrics },
	{ "TeamMetrics", .rows = team_metrics },
	{ "Preferences", .rows = preferences },
	{ "Callback", .versioned = true, .rows = callback },
	{ "MissedCall", .rows = missed_call },
	{ "Health", .rows = health },
	{ "Health.Check", .rows = health_check },
	{ "Description", .rows = NULL },
	{ "Any", .rows = NULL },
	END
};

const struct schema *schema_find(const char *name)
{
	for (const struct schema *s = schemas; name && s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

/* ---- as JSON Schema ---- */

static void put_words(struct json_out *o, const struct schema_row *row)
{
	json_key(o, "enum");
	json_open(o, '[');
	for (const char *p = row->of; *p;) {
		size_t n = strcspn(p, " ");
		json_str(o, (struct str){ p, n });
		p += n + (p[n] == ' ');
	}
	if (row->null)
		json_null(o);
	json_close(o, ']');
}

/* "type" alone, or with null beside it. */
static void put_type(struct json_out *o, const char *type, bool null)
{
	json_key(o, "type");
	if (!null) {
		json_text(o, type);
		return;
	}
	json_open(o, '[');
	json_text(o, type);
	json_text(o, "null");
	json_close(o, ']');
}

static void put_formatted(struct json_out *o, const char *format, bool null)
{
	put_type(o, "string", null);
	json_put_text(o, "format", format);
}

void schema_put_ref(struct json_out *o, const char *name)
{
	static const char where[] = "#/components/schemas/";
	char ref[sizeof(where) + SCHEMA_NAME_MAX];

	snprintf(ref, sizeof(ref), "%s%s", where, name);
	json_open(o, '{');
	json_put_text(o, "$ref", ref);
	json_close(o, '}');
}

static void put_one(struct json_out *o, const struct schema_row *row)
{
	json_key(o, "anyOf");
	json_open(o, '[');
	schema_put_ref(o, row->of);
	if (row->null)
		json_raw(o, STR("{\"type\":\"null\"}"));
	json_close(o, ']');
}

static void put_field(struct json_out *o, const struct schema_row *row)
{
	json_open(o, '{');
	switch (row->type) {
	case SCHEMA_TEXT:
		put_type(o, "string", row->null);
		if (row->of)
			put_words(o, row);
		break;
	case SCHEMA_INT:
		put_type(o, "integer", row->null);
		break;
	case SCHEMA_NUMBER:
		put_type(o, "number", row->null);
		break;
	case SCHEMA_BOOL:
		put_type(o, "boolean", row->null);
		break;
	case SCHEMA_UUID:
		put_formatted(o, "uuid", row->null);
		break;
	case SCHEMA_TIME:
		put_formatted(o, "date-time", row->null);
		break;
	case SCHEMA_TEXTS:
		put_type(o, "array", row->null);
		json_key(o, "items");
		json_raw(o, STR("{\"type\":\"string\"}"));
		break;
	case SCHEMA_FIELDS:
		put_type(o, "object", row->null);
		json_key(o, "additionalProperties");
		json_raw(o, STR("{\"type\":\"string\"}"));
		break;
	case SCHEMA_ANY:
		put_type(o, "object", row->null);
		break;
	case SCHEMA_ONE:
		put_one(o, row);
		break;
	case SCHEMA_MANY:
		put_type(o, "array", row->null);
		json_key(o, "items");
		schema_put_ref(o, row->of);
		break;
	case SCHEMA_MEMBERS:
		put_type(o, "object", row->null);
		json_key(o, "additionalProperties");
		schema_put_ref(o, row->of);
		break;
	case SCHEMA_ALSO:
		break;
	}
	json_close(o, '}');
}

static int put_property(void *arg, const struct schema_row *row)
{
	struct json_out *o = arg;

	json_key(o, row->name);
	put_field(o, row);
	return 0;
}

static int put_required(void *arg, const struct schema_row *row)
{
	if (!row->optional)
		json_text(arg, row->name);
	return 0;
}

int schema_each(const struct schema *schema, int (*f)(void *arg, const struct schema_row *row),
		void *arg)
{
	int stop = 0;

	for (const struct schema_row *row = schema->rows; row && row->name && !stop; row++)
		stop = row->type == SCHEMA_ALSO ? schema_each(schema_find(row->of), f, arg)
						: f(arg, row);
	return stop;
}

static void put_schema(struct json_out *o, const struct schema *schema)
{
	json_open(o, '{');
	json_put_text(o, "type", "object");
	if (schema->rows) {
		json_put_bool(o, "additionalProperties", false);
		json_key(o, "properties");
		json_open(o, '{');
		schema_each(schema, put_property, o);
		json_close(o, '}');
		json_key(o, "required");
		json_open(o, '[');
		schema_each(schema, put_required, o);
		json_close(o, ']');
	}
	json_close(o, '}');
}

void schema_put_all(struct json_out *o)
{
	for (const struct schema *s = schemas; s->name; s++) {
		json_key(o, s->name);
		put_schema(o, s);
	}
}
