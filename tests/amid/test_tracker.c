/* What the tracker hands out as things happen: states of agents, and the answers of commands. */
#include "lib/err.h"
#include "lib/json.h"
#include "workers/amid/tracker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
#define START  (INT64_C(1795350150) * SECOND)

struct fixture {
	struct tracker *tracker;
	struct ami_reader *reader;
	char agent[RECORD__COUNT][2048];     /* newest record of 1001, by kind */
	char call[2048];
	char any_agent[2048];                /* newest record of whomever */
	char live[64];
	char queue[2048];
	int records[RECORD__COUNT];
	bool gone[RECORD__COUNT];            /* whether the newest of a kind says so */
	char activities[256];
	enum pause pause;                    /* what Asterisk was told last of 1001 */
	int pauses;
	bool busy;                           /* more events are there: nothing is handed over yet */
	char announced[256];                 /* to whom rings were */
	enum phone_state phone;              /* of who was told of last */
};

static void keep(char *to, size_t size, struct str json)
{
	snprintf(to, size, "%.*s", (int)json.n, json.p);
}

static void on_record(void *arg, const struct record *r)
{
	struct fixture *f = arg;
	const struct json *v;

	f->records[r->kind]++;
	f->gone[r->kind] = r->gone;
	if (r->live && strcmp(r->live, "call:incoming") == 0) {
		size_t n = strlen(f->announced);
		assert_int_equal(json_parse(f, r->json.p, r->json.n, &v), 0);
		snprintf(f->announced + n, sizeof(f->announced) - n, "%s ",
			 json_get_string(v, "offeredTo"));
	}
	if (r->kind == RECORD_CALL) {
		keep(f->call, sizeof(f->call), r->json);
		snprintf(f->live, sizeof(f->live), "%s", r->live);
	}
	if (r->kind == RECORD_QUEUE)
		keep(f->queue, sizeof(f->queue), r->json);
	if (r->pause != PAUSE_UNCHANGED && strcmp(r->tenant, "demo") == 0) {
		f->pause = r->pause;
		f->pauses++;
	}
	if (r->kind == RECORD_AGENT)
		keep(f->any_agent, sizeof(f->any_agent), r->json);
	if (strcmp(r->key, "1001") == 0)
		keep(f->agent[r->kind], sizeof(f->agent[r->kind]), r->json);
	if (r->kind == RECORD_ACTIVITY && json_parse(f, r->json.p, r->json.n, &v) == 0) {
		size_t n = strlen(f->activities);
		snprintf(f->activities + n, sizeof(f->activities) - n, "%s ",
			 json_get_string(v, "activity"));
	}
}

static int setup(void **state)
{
	struct fixture *f = mem_new(NULL, struct fixture);
	struct tracker_options options = { .default_tenant = "demo", .outbound_prefix = "9",
					   .outbound_wrapup_ms = 5000,
					   .sink = on_record, .arg = f };

	f->tracker = tracker_new(f, &options);
	f->reader = ami_reader_new(f);
	tracker_config_begin(f->tracker, START);
	tracker_config_queue(f->tracker, "demo", "support", 20000);
	tracker_config_agent(f->tracker, "demo", "1001", 1);
	tracker_config_agent(f->tracker, "acme", "1001", 1);
	tracker_config_end(f->tracker);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	talloc_free(*state);
	return 0;
}

/* One event, at `ms` after the start. Lines are "Key: value" with bare LF between. */
static void event(struct fixture *f, int ms, const char *lines)
{
	struct buf *b = buf_new(f);
	const struct ami_message *m;

	for (const char *p = lines; *p; p++)
		if (*p == '\n')
			buf_adds(b, "\r\n");
		else
			buf_addc(b, *p);
	buf_printf(b, "\r\nTimestamp: %lld.%03d000\r\n\r\n", (long long)(START / SECOND) + ms / 1000,
		   ms % 1000);
	ami_reader_feed(f->reader, b->p, b->n);
	assert_int_equal(ami_reader_next(f->reader, &m), 0);
	assert_non_null(m);
	tracker_ami(f->tracker, m);
	if (!f->busy)
		tracker_flush(f->tracker);
	talloc_free(b);
}

static const char *field(struct fixture *f, const char *record, const char *name)
{
	const struct json *v;

	assert_int_equal(json_parse(f, record, strlen(record), &v), 0);
	const char *text = json_get_string(v, name);
	return text ? text : "null";
}

static const char *agent(struct fixture *f, const char *name)
{
	return field(f, f->agent[RECORD_AGENT], name);
}

#define CALLER "\nUniqueid: u-1\nLinkedid: u-1\nChanVariable: CC_CALL_ID=" CALL_ID
#define AGENT  "\nUniqueid: u-2\nLinkedid: u-1\nChanVariable: CC_CALL_ID=" CALL_ID
#define CALL_ID "0b1f8a54-0d3f-4c55-9d0e-9a5a6f6d2a11"

static void call_waits(struct fixture *f)
{
	event(f, 0, "Event: Newchannel\nChannel: PJSIP/trunk-00000001\nChannelState: 4\n"
		    "CallerIDNum: 15551230001\nCallerIDName: Ann \\\\\\\"A\\\\\\\"\nContext: inbound\n"
		    "Exten: 5550100\nUniqueid: u-1\nLinkedid: u-1\nChanVariable: CC_CALL_ID=");
	event(f, 500, "Event: QueueCallerJoin\nQueue: support\nPosition: 1" CALLER);
}

static void agent_rings(struct fixture *f)
{
	event(f, 600, "Event: Newchannel\nChannel: PJSIP/1001-00000002\nChannelState: 0\n"
		      "Uniqueid: u-2\nLinkedid: u-1");
	event(f, 610, "Event: DialBegin\nDestUniqueid: u-2\nDialString: PJSIP/1001" CALLER);
}

static void agent_answers(struct fixture *f)
{
	event(f, 2000, "Event: DialEnd\nDestUniqueid: u-2\nDialStatus: ANSWER" CALLER);
	event(f, 2000, "Event: QueueCallerLeave\nQueue: support" CALLER);
	event(f, 2000, "Event: AgentConnect\nQueue: support\nDestUniqueid: u-2" CALLER);
	event(f, 2001, "Event: BridgeEnter\nBridgeUniqueid: b\nBridgeNumChannels: 1" AGENT);
	event(f, 2002, "Event: BridgeEnter\nBridgeUniqueid: b\nBridgeNumChannels: 2" CALLER);
}

static void caller_hangs_up(struct fixture *f)
{
	event(f, 9000, "Event: HangupRequest" CALLER);
	event(f, 9000, "Event: BridgeLeave\nBridgeUniqueid: b" CALLER);
	event(f, 9001, "Event: BridgeLeave\nBridgeUniqueid: b" AGENT);
	event(f, 9002, "Event: Hangup\nCause: 16" AGENT);
	event(f, 9003, "Event: Hangup\nCause: 16" CALLER);
}

static void sign_in(struct fixture *f)
{
	assert_int_equal(tracker_agent_login(f->tracker, "demo", "1001", true, START), 0);
	assert_string_equal(agent(f, "status"), "AVAILABLE");
}

static void a_queue_call_takes_the_agent_through_every_state(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	call_waits(f);
	assert_string_equal(field(f, f->call, "status"), "RINGING");
	assert_string_equal(field(f, f->call, "fromName"), "Ann \"A\"");
	assert_string_equal(field(f, f->call, "id"), CALL_ID);
	assert_non_null(strstr(f->queue, "\"position\":1"));
	agent_rings(f);
	assert_string_equal(f->live, "call:incoming");
	assert_string_equal(field(f, f->call, "offeredTo"), "1001");
	assert_non_null(strstr(f->agent[RECORD_AGENT], "\"ringing\":true"));
	assert_string_equal(agent(f, "status"), "AVAILABLE");
	agent_answers(f);
	assert_string_equal(agent(f, "status"), "ON_CALL");
	assert_string_equal(agent(f, "peer"), "15551230001");
	assert_string_equal(agent(f, "callId"), CALL_ID);
	assert_string_equal(field(f, f->call, "status"), "CONNECTED");
	assert_string_equal(f->queue, "{\"name\":\"support\",\"waiting\":[]}");
	caller_hangs_up(f);
	assert_string_equal(f->live, "call:ended");
	assert_string_equal(field(f, f->call, "endedBy"), "CUSTOMER");
	assert_string_equal(agent(f, "status"), "WRAP_UP");
	assert_string_equal(agent(f, "callId"), CALL_ID);
	int64_t due = tracker_next_tick(f->tracker);
	assert_int_equal(due, START + 29 * SECOND);
	tracker_tick(f->tracker, due - 1);
	assert_string_equal(agent(f, "status"), "WRAP_UP");
	tracker_tick(f->tracker, due);
	assert_string_equal(agent(f, "status"), "AVAILABLE");
	assert_string_equal(agent(f, "callId"), "null");
	assert_int_equal(tracker_next_tick(f->tracker), 0);
	assert_string_equal(f->activities, "LOGIN CALL_STARTED CALL_ENDED STATUS_CHANGE ");
}

static void events_that_come_together_are_handed_over_once(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	memset(f->records, 0, sizeof(f->records));
	f->busy = true;
	call_waits(f);
	agent_rings(f);
	agent_answers(f);
	assert_int_equal(f->records[RECORD_CALL], 0);
	tracker_flush(f->tracker);
	assert_int_equal(f->records[RECORD_CALL], 1);
	assert_string_equal(f->live, "call:state:changed");
	assert_string_equal(field(f, f->call, "status"), "CONNECTED");
	assert_int_equal(f->records[RECORD_AGENT], 1);
	assert_int_equal(f->records[RECORD_QUEUE], 1);
	assert_int_equal(f->records[RECORD_SEGMENT], 1);
	caller_hangs_up(f);
	assert_string_equal(f->live, "call:ended");
	assert_int_equal(f->records[RECORD_CALL], 2);
	tracker_flush(f->tracker);
	assert_int_equal(f->records[RECORD_CALL], 2);
	assert_int_equal(f->records[RECORD_MOMENT], 7);
	assert_string_equal(agent(f, "status"), "WRAP_UP");
	assert_string_equal(f->activities, "LOGIN CALL_STARTED CALL_ENDED ");
}

static void each_ring_is_announced_also_when_two_come_together(void **state)
{
	struct fixture *f = *state;

	f->busy = true;
	call_waits(f);
	agent_rings(f);
	event(f, 610, "Event: Newchannel\nChannel: PJSIP/1002-00000003\nChannelState: 0\n"
		      "Uniqueid: u-3\nLinkedid: u-1");
	event(f, 620, "Event: DialBegin\nDestUniqueid: u-3\nDialString: PJSIP/1002" CALLER);
	tracker_flush(f->tracker);
	assert_string_equal(f->announced, "1001 1002 ");
	assert_non_null(strstr(f->call, "\"ringing\":[\"1001\",\"1002\"]"));
}

static void a_status_chosen_in_a_call_holds_after_the_wrap_up(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	call_waits(f);
	agent_rings(f);
	agent_answers(f);
	assert_int_equal(tracker_agent_status(f->tracker, "demo", "1001", "AWAY", "LUNCH",
					      START + 3 * SECOND), 0);
	assert_string_equal(agent(f, "status"), "ON_CALL");
	assert_string_equal(agent(f, "nextStatus"), "AWAY");
	caller_hangs_up(f);
	assert_string_equal(agent(f, "status"), "WRAP_UP");
	assert_int_equal(tracker_wrapup(f->tracker, "demo", "1001", false, START + 10 * SECOND), 0);
	assert_string_equal(agent(f, "status"), "AWAY");
	assert_string_equal(agent(f, "reason"), "LUNCH");
}

static void a_wrap_up_is_extended_once_and_ended_by_ready(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	assert_int_equal(tracker_wrapup(f->tracker, "demo", "1001", true, START), ERR_CONFLICT);
	call_waits(f);
	agent_rings(f);
	agent_answers(f);
	caller_hangs_up(f);
	assert_int_equal(tracker_wrapup(f->tracker, "demo", "1001", true, START + 10 * SECOND), 0);
	assert_int_equal(tracker_next_tick(f->tracker), START + 49 * SECOND);
	assert_int_equal(tracker_wrapup(f->tracker, "demo", "1001", true, START + 11 * SECOND),
			 ERR_CONFLICT);
	assert_int_equal(tracker_agent_status(f->tracker, "demo", "1001", "AVAILABLE", NULL,
					      START + 12 * SECOND), 0);
	assert_string_equal(agent(f, "status"), "AVAILABLE");
	assert_int_equal(tracker_next_tick(f->tracker), 0);
}

static void commands_answer_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	const char *channel;

	assert_int_equal(tracker_agent_status(f->tracker, "demo", "1999", "AWAY", NULL, START),
			 ERR_NOT_FOUND);
	assert_int_equal(tracker_agent_status(f->tracker, "demo", "1001", "ON_CALL", NULL, START),
			 ERR_INVALID);
	assert_int_equal(tracker_agent_status(f->tracker, "demo", "1001", "away", NULL, START),
			 ERR_INVALID);
	assert_int_equal(tracker_dial(f->tracker, "demo", "1999", CALL_ID, "123", START),
			 ERR_NOT_FOUND);
	assert_int_equal(tracker_hangup(f->tracker, f, "demo", CALL_ID, "1001", &channel),
			 ERR_NOT_FOUND);
	call_waits(f);
	assert_int_equal(tracker_hangup(f->tracker, f, "demo", CALL_ID, "1001", &channel),
			 ERR_NOT_FOUND);
	assert_int_equal(tracker_hangup(f->tracker, f, "acme", CALL_ID, NULL, &channel),
			 ERR_NOT_FOUND);
	assert_int_equal(tracker_hangup(f->tracker, f, "demo", CALL_ID, NULL, &channel), 0);
	assert_string_equal(channel, "PJSIP/trunk-00000001");
}

static void a_dial_is_one_call_from_the_command_to_its_end(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	assert_int_equal(tracker_dial(f->tracker, "demo", "1001", CALL_ID, "5551234", START), 0);
	assert_string_equal(field(f, f->call, "status"), "INITIATED");
	assert_string_equal(field(f, f->call, "to"), "5551234");
	event(f, 10, "Event: Newchannel\nChannel: PJSIP/1001-00000003\nChannelState: 0\n"
		     "Uniqueid: " CALL_ID "\nLinkedid: " CALL_ID);
	event(f, 11, "Event: DialBegin\nDestUniqueid: " CALL_ID "\nDialString: 1001");
	assert_non_null(strstr(f->agent[RECORD_AGENT], "\"ringing\":true"));
	assert_int_equal(f->records[RECORD_OFFER], 0);
	assert_int_equal(tracker_dial(f->tracker, "demo", "1001",
				      "1b1f8a54-0d3f-4c55-9d0e-9a5a6f6d2a11", "1234", START),
			 ERR_CONFLICT);
	event(f, 500, "Event: DialEnd\nDestUniqueid: " CALL_ID "\nDialStatus: ANSWER");
	assert_string_equal(agent(f, "status"), "ON_CALL");
	event(f, 510, "Event: Newchannel\nChannel: PJSIP/trunk-00000004\nChannelState: 0\n"
		      "Uniqueid: u-9\nLinkedid: " CALL_ID);
	event(f, 511, "Event: DialBegin\nUniqueid: " CALL_ID "\nDestUniqueid: u-9\n"
		      "DialString: 5551234@trunk");
	event(f, 600, "Event: HangupRequest\nUniqueid: u-9\nCause: 17\nTechCause: 486");
	event(f, 600, "Event: DialEnd\nUniqueid: " CALL_ID "\nDestUniqueid: u-9\nDialStatus: BUSY");
	event(f, 601, "Event: Hangup\nUniqueid: u-9\nCause: 17\nTechCause: 486");
	event(f, 602, "Event: Hangup\nUniqueid: " CALL_ID "\nCause: 17");
	assert_string_equal(field(f, f->call, "outcome"), "BUSY");
	assert_string_equal(field(f, f->call, "status"), "ENDED");
	assert_string_equal(agent(f, "status"), "AVAILABLE");
}

static void only_the_own_leg_that_rings_can_be_answered(void **state)
{
	struct fixture *f = *state;
	const char *leg, *channel;

	assert_int_equal(tracker_answer(f->tracker, f, "demo", CALL_ID, "1001", &leg, &channel),
			 ERR_NOT_FOUND);
	call_waits(f);
	assert_int_equal(tracker_answer(f->tracker, f, "demo", CALL_ID, "1001", &leg, &channel),
			 ERR_CONFLICT);
	agent_rings(f);
	assert_int_equal(tracker_answer(f->tracker, f, "demo", CALL_ID, "1002", &leg, &channel),
			 ERR_CONFLICT);
	assert_int_equal(tracker_answer(f->tracker, f, "acme", CALL_ID, "1001", &leg, &channel),
			 ERR_NOT_FOUND);
	assert_int_equal(tracker_answer(f->tracker, f, "demo", CALL_ID, "1001", &leg, &channel), 0);
	assert_string_equal(leg, "u-2");
	assert_string_equal(channel, "PJSIP/1001-00000002");
	agent_answers(f);
	assert_int_equal(tracker_answer(f->tracker, f, "demo", CALL_ID, "1001", &leg, &channel), 0);
	assert_null(leg);
	assert_null(channel);
}

static void what_is_there_is_counted(void **state)
{
	struct fixture *f = *state;
	struct tracker_counts n;

	tracker_count(f->tracker, &n);
	assert_int_equal(n.calls + n.waiting, 0);
	assert_int_equal(n.agents[0], 2);
	call_waits(f);
	agent_rings(f);
	tracker_count(f->tracker, &n);
	assert_int_equal(n.calls, 1);
	assert_int_equal(n.waiting, 1);
	agent_answers(f);
	tracker_flush(f->tracker);
	tracker_count(f->tracker, &n);
	assert_int_equal(n.calls, 1);
	assert_int_equal(n.waiting, 0);
	assert_int_equal(n.agents[0], 1);
	assert_int_equal(n.agents[4], 1);
}

static void a_dial_that_never_became_a_channel_is_a_failed_call(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tracker_dial(f->tracker, "demo", "1001", CALL_ID, "5551234", START), 0);
	tracker_dial_failed(f->tracker, CALL_ID, START + SECOND);
	assert_string_equal(field(f, f->call, "outcome"), "FAILED");
	assert_string_equal(f->live, "call:ended");
}

static void a_phone_that_registers_anew_stays_registered(void **state)
{
	struct fixture *f = *state;

	event(f, 0, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Created");
	assert_string_equal(field(f, f->agent[RECORD_PRESENCE], "phone"), "REGISTERED");
	event(f, 1, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:b\nContactStatus: Created");
	event(f, 2, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Removed");
	assert_string_equal(agent(f, "phone"), "REGISTERED");
	event(f, 3, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:b\nContactStatus: Removed");
	assert_string_equal(agent(f, "phone"), "UNREGISTERED");
	assert_int_equal(f->records[RECORD_PRESENCE], 2);
}

static void a_phone_that_answers_no_question_is_not_there(void **state)
{
	struct fixture *f = *state;

	event(f, 0, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Created");
	event(f, 1, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Reachable");
	assert_string_equal(agent(f, "phone"), "REGISTERED");
	event(f, 2, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Unreachable");
	assert_string_equal(agent(f, "phone"), "UNREGISTERED");
	event(f, 3, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:b\nContactStatus: Created");
	event(f, 4, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Unreachable");
	assert_string_equal(agent(f, "phone"), "REGISTERED");
}

static void an_agent_whose_phone_is_gone_is_offline_until_it_is_back(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	event(f, 0, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Created");
	event(f, 5, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Removed");
	assert_string_equal(agent(f, "status"), "AVAILABLE");
	int64_t due = tracker_next_tick(f->tracker);
	assert_int_equal(due, START + 5000 + 30 * SECOND);
	tracker_tick(f->tracker, due);
	assert_string_equal(agent(f, "status"), "OFFLINE");
	assert_string_equal(agent(f, "reason"), "PHONE_LOST");
	assert_string_equal(agent(f, "nextStatus"), "AVAILABLE");
	assert_int_equal(f->pause, PAUSE_ON);
	event(f, 60000, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:b\n"
			"ContactStatus: Created");
	assert_string_equal(agent(f, "status"), "AVAILABLE");
	assert_int_equal(f->pause, PAUSE_OFF);
	assert_int_equal(tracker_next_tick(f->tracker), 0);
}

static void a_phone_that_is_back_in_time_changes_nothing(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	event(f, 0, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Created");
	event(f, 5, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:a\nContactStatus: Removed");
	event(f, 900, "Event: ContactStatus\nEndpointName: 1001\nURI: sip:b\nContactStatus: Created");
	assert_int_equal(tracker_next_tick(f->tracker), 0);
	assert_string_equal(agent(f, "status"), "AVAILABLE");
	assert_string_equal(f->activities, "LOGIN ");
}

static void asterisk_is_told_of_a_pause_only_when_it_changes(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	int told = f->pauses;
	assert_int_equal(f->pause, PAUSE_OFF);
	call_waits(f);
	agent_rings(f);
	assert_int_equal(f->pauses, told);
	agent_answers(f);
	assert_int_equal(f->pauses, told + 1);
	assert_int_equal(f->pause, PAUSE_ON);
	caller_hangs_up(f);
	assert_int_equal(f->pauses, told + 1);
	tracker_tick(f->tracker, START + 100 * SECOND);
	assert_int_equal(f->pauses, told + 2);
	assert_int_equal(f->pause, PAUSE_OFF);
}

static void tenants_are_told_apart_by_the_endpoint(void **state)
{
	struct fixture *f = *state;

	event(f, 0, "Event: ContactStatus\nEndpointName: acme-1001\nURI: sip:a\n"
		    "ContactStatus: Created");
	assert_string_equal(agent(f, "tenant"), "acme");
	assert_string_equal(agent(f, "phone"), "REGISTERED");
	sign_in(f);
	assert_string_equal(agent(f, "tenant"), "demo");
	assert_string_equal(agent(f, "phone"), "UNREGISTERED");
}

static void calls_that_a_resync_does_not_list_are_closed_as_estimated(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	call_waits(f);
	tracker_resync_begin(f->tracker);
	tracker_resync_end(f->tracker, START + 59 * SECOND, START + 60 * SECOND);
	assert_string_equal(f->live, "call:ended");
	assert_non_null(strstr(f->call, "\"estimated\":true"));
	assert_string_equal(field(f, f->call, "endReason"), "pbx_restart");
	assert_string_equal(field(f, f->call, "endedAt"), "2026-11-22T12:22:30.500Z");
}

/* A list of Asterisk's channels with these in it: "uniqueid bridge", "-" for none. */
static void list(struct fixture *f, int ms, const char *const *channels)
{
	int64_t now_us = START + ms * INT64_C(1000);

	tracker_resync_begin(f->tracker);
	for (; *channels; channels++) {
		const char *space = strchr(*channels, ' ');
		struct ami_message m = { .n = 5, .headers = {
			{ STR("Event"), STR("Status") },
			{ STR("Channel"), STR("PJSIP/trunk-00000009") },
			{ STR("Uniqueid"), { *channels, (size_t)(space - *channels) } },
			{ STR("Linkedid"), { *channels, (size_t)(space - *channels) } },
			{ STR("BridgeID"), str_of(space[1] == '-' ? "" : space + 1) } } };
		tracker_resync_channel(f->tracker, &m, now_us);
	}
	tracker_resync_end(f->tracker, 0, now_us);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
static const char *const nothing[] = { NULL };

static void a_command_settles_no_doubt(void **state)
{
	struct fixture *f = *state;

	call_waits(f);
	list(f, 5000, nothing);
	assert_int_equal(tracker_agent_status(f->tracker, "demo", "1001", "AWAY", NULL, START + 8 * SECOND), 0);
	assert_string_equal(agent(f, "status"), "AWAY");
	assert_string_not_equal(f->live, "call:ended");
	event(f, 4991, "Event: Hangup\nCause: 0" CALLER);
	assert_non_null(strstr(f->call, "\"estimated\":false"));
}

static void reasons_of_the_past_take_no_memory(void **state)
{
	struct fixture *f = *state;
	size_t before = 0;

	for (int i = 0; i < 100; i++) {
		assert_int_equal(tracker_agent_status(f->tracker, "demo", "1001", "AWAY", i % 2 ? "LUNCH" : "BREAK",
						      START + i * SECOND), 0);
		if (i == 10)
			before = talloc_total_blocks(f->tracker);
	}
	assert_int_equal(talloc_total_blocks(f->tracker), before);
}

static void an_event_that_a_list_was_ahead_of_settles_the_doubt(void **state)
{
	struct fixture *f = *state;

	call_waits(f);
	list(f, 5000, nothing);
	assert_string_not_equal(f->live, "call:ended");
	assert_int_equal(tracker_next_tick(f->tracker), START + 7 * SECOND);
	event(f, 4990, "Event: HangupRequest" CALLER);
	event(f, 4991, "Event: Hangup\nCause: 0" CALLER);
	assert_string_equal(f->live, "call:ended");
	assert_non_null(strstr(f->call, "\"estimated\":false"));
	assert_string_equal(field(f, f->call, "outcome"), "ABANDONED");
	tracker_tick(f->tracker, START + 8 * SECOND);
	assert_int_equal(tracker_differences(f->tracker), 0);
}

static void what_no_event_explains_ended_when_it_was_last_known_to_live(void **state)
{
	struct fixture *f = *state;

	call_waits(f);
	tracker_checked(f->tracker, START + 3 * SECOND);
	list(f, 5000, nothing);
	assert_true(tracker_doubt_due(f->tracker, START + 7 * SECOND));
	tracker_tick(f->tracker, START + 7 * SECOND);
	assert_string_equal(f->live, "call:ended");
	assert_string_equal(field(f, f->call, "endReason"), "lost");
	assert_non_null(strstr(f->call, "\"estimated\":true"));
	assert_string_equal(field(f, f->call, "endedAt"), "2026-11-22T12:22:33.000Z");
	assert_int_equal(tracker_differences(f->tracker), 1);
	assert_false(tracker_doubt_due(f->tracker, INT64_MAX));
}

static void what_is_over_comes_back_by_no_list_and_no_late_event(void **state)
{
	struct fixture *f = *state;

	call_waits(f);
	event(f, 900, "Event: Hangup\nCause: 0" CALLER);
	int records = f->records[RECORD_CALL];
	list(f, 950, LIST("u-1 -"));
	event(f, 960, "Event: Newchannel\nChannel: PJSIP/trunk-00000001\nChannelState: 4" CALLER);
	event(f, 970, "Event: QueueCallerJoin\nQueue: support\nPosition: 1" CALLER);
	tracker_forget_leg(f->tracker, "u-7");
	event(f, 980, "Event: Newchannel\nChannel: PJSIP/trunk-00000007\nChannelState: 4\n"
		      "Uniqueid: u-7\nLinkedid: u-7\nChanVariable: CC_CALL_ID=x");
	assert_int_equal(f->records[RECORD_CALL], records);
}

static void a_channel_that_only_lists_know_is_a_difference(void **state)
{
	struct fixture *f = *state;

	list(f, 1000, LIST("u-8 -"));
	event(f, 1001, "Event: Hold\nUniqueid: u-8\nLinkedid: u-8");
	tracker_tick(f->tracker, START + 4 * SECOND);
	assert_int_equal(tracker_differences(f->tracker), 0);
	list(f, 5000, LIST("u-8 -", "u-9 -"));
	tracker_tick(f->tracker, START + 8 * SECOND);
	assert_int_equal(tracker_differences(f->tracker), 1);
}

static void a_list_is_believed_about_bridges_the_second_time(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	call_waits(f);
	agent_rings(f);
	agent_answers(f);
	list(f, 5000, LIST("u-1 -", "u-2 -"));
	assert_string_equal(field(f, f->call, "status"), "CONNECTED");
	list(f, 6000, LIST("u-1 b", "u-2 b"));
	list(f, 7000, LIST("u-1 -", "u-2 -"));
	assert_string_equal(field(f, f->call, "status"), "CONNECTED");
	list(f, 8000, LIST("u-1 -", "u-2 -"));
	assert_string_equal(field(f, f->call, "status"), "ON_HOLD");
	assert_int_equal(tracker_differences(f->tracker), 2);
}

static void messages_wait_until_the_gap_before_them_is_filled(void **state)
{
	struct fixture *f = *state;

	tracker_gap_begin(f->tracker, START);
	call_waits(f);
	assert_int_equal(f->records[RECORD_CALL], 0);
	tracker_gap_end(f->tracker);
	assert_string_equal(field(f, f->call, "queue"), "support");
}

static void a_restored_wrap_up_ends_when_it_was_to_end(void **state)
{
	struct fixture *f = *state;

	tracker_restore_agent(f->tracker, &(struct tracker_agent){
		.tenant = "demo", .extension = "1001", .status = "WRAP_UP", .next_status = "AWAY",
		.since_us = START, .wrapup_until_us = START + 5 * SECOND });
	assert_int_equal(tracker_next_tick(f->tracker), START + 5 * SECOND);
	tracker_tick(f->tracker, START + 5 * SECOND);
	assert_string_equal(agent(f, "status"), "AWAY");
}

static void no_length_is_negative_when_the_input_is_older_than_the_call(void **state)
{
	struct fixture *f = *state;

	call_waits(f);
	event(f, 100, "Event: QueueCallerJoin\nQueue: other\nPosition: 1" CALLER);
	tracker_emit_all(f->tracker);
	assert_non_null(strstr(f->call, "\"waitMs\":0,"));
}

static void an_agent_who_is_not_configured_has_a_time_as_well(void **state)
{
	struct fixture *f = *state;

	event(f, 0, "Event: QueueMemberStatus\nInterface: PJSIP/7001\nStatus: 1");
	assert_string_not_equal(field(f, f->any_agent, "since"), "null");
}

static void configure(struct fixture *f, const char *queue, const char *agent)
{
	tracker_config_begin(f->tracker, START);
	if (queue)
		tracker_config_queue(f->tracker, "demo", queue, 20000);
	tracker_config_agent(f->tracker, "demo", "1001", 1);
	tracker_config_agent(f->tracker, "acme", agent, 1);
	tracker_config_end(f->tracker);
}

static void a_configuration_tells_only_of_who_comes_and_goes(void **state)
{
	struct fixture *f = *state;
	const int *n = f->records;

	memset(f->records, 0, sizeof(f->records));
	configure(f, "support", "1001");
	assert_int_equal(n[RECORD_AGENT] + n[RECORD_QUEUE], 0);
	configure(f, "support", "1002");
	assert_int_equal(n[RECORD_AGENT], 2);
	configure(f, "support", "1001");
	configure(f, "support", "1001");
	assert_int_equal(n[RECORD_AGENT], 4);
	assert_int_equal(n[RECORD_QUEUE], 0);
	call_waits(f);
	configure(f, NULL, "1001");
	assert_false(f->gone[RECORD_QUEUE]);
	event(f, 900, "Event: Hangup\nCause: 0" CALLER);
	assert_true(f->gone[RECORD_QUEUE]);
	tracker_config_begin(f->tracker, START);
	tracker_config_agent(f->tracker, "demo", "1001", 1);
	tracker_config_end(f->tracker);
	assert_int_equal(n[RECORD_AGENT], 5);
	assert_true(f->gone[RECORD_AGENT]);
}

static void what_a_configuration_changes_of_a_phone_is_told(void **state)
{
	static const struct {
		int64_t phone;             /* 0: the agent is not there */
		enum phone_news news;
	} steps[] = { { 5, PHONE_NEW },     { 5, PHONE_SAME }, { 6, PHONE_CHANGED },
		      { 6, PHONE_SAME },    { 0, PHONE_SAME }, { 6, PHONE_NEW } };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		tracker_config_begin(f->tracker, START);
		if (steps[i].phone)
			assert_int_equal(tracker_config_agent(f->tracker, "demo", "1005", steps[i].phone), steps[i].news);
		tracker_config_end(f->tracker);
	}
}

static void who_leaves_the_configuration_is_offline_from_then_on(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tracker_agent_status(f->tracker, "acme", "1001", "AVAILABLE", NULL, START), 0);
	configure(f, "support", "1002");
	configure(f, "support", "1001");
	struct buf *b = buf_new(f);
	assert_int_equal(tracker_agent_json(f->tracker, "acme", "1001", b), 0);
	assert_non_null(strstr(buf_text(b), "\"status\":\"OFFLINE\""));
}

static void help_is_asked_for_a_call_and_its_wrap_up(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	assert_int_equal(tracker_agent_help(f->tracker, "demo", "1999", true, START), ERR_NOT_FOUND);
	call_waits(f);
	agent_rings(f);
	agent_answers(f);
	assert_int_equal(tracker_agent_help(f->tracker, "demo", "1001", true, START + 3 * SECOND), 0);
	const char *since = agent(f, "help");
	assert_string_not_equal(since, "null");
	assert_int_equal(tracker_agent_help(f->tracker, "demo", "1001", true, START + 4 * SECOND), 0);
	assert_string_equal(agent(f, "help"), since);
	assert_int_equal(tracker_agent_help(f->tracker, "demo", "1001", false, START + 4 * SECOND), 0);
	assert_string_equal(agent(f, "help"), "null");
	assert_int_equal(tracker_agent_help(f->tracker, "demo", "1001", true, START + 5 * SECOND), 0);
	caller_hangs_up(f);
	assert_string_equal(agent(f, "status"), "WRAP_UP");
	assert_string_not_equal(agent(f, "help"), "null");
	assert_int_equal(tracker_wrapup(f->tracker, "demo", "1001", false, START + 10 * SECOND), 0);
	assert_string_equal(agent(f, "help"), "null");
}

#define TARGET "\nUniqueid: u-3\nLinkedid: u-1\nChanVariable: CC_CALL_ID=" CALL_ID

static void leave(struct fixture *f, int ms, const char *who, const char *context)
{
	event(f, ms, mem_printf(f, "Event: BridgeLeave\nBridgeUniqueid: b\nContext: %s%s", context, who));
}

static void enter(struct fixture *f, int ms, const char *who, const char *bridge)
{
	event(f, ms, mem_printf(f, "Event: BridgeEnter\nBridgeUniqueid: %s%s", bridge, who));
}

/* 1001 puts the customer on hold and has 1002 rung. */
static void agent_consults(struct fixture *f)
{
	leave(f, 3000, CALLER, "cc-hold");
	leave(f, 3000, AGENT, "cc-consult");
	event(f, 3010, "Event: Newchannel\nChannel: PJSIP/1002-00000003\nChannelState: 0\n"
		       "Uniqueid: u-3\nLinkedid: u-1");
	event(f, 3020, "Event: DialBegin\nDestUniqueid: u-3\nDialString: PJSIP/1002" AGENT);
}

static enum consult_state consult(struct fixture *f, const char *status)
{
	struct parties who;

	assert_int_equal(tracker_parties(f->tracker, f, "demo", CALL_ID, "1001", &who), 0);
	assert_string_equal(who.agent, "PJSIP/1001-00000002");
	assert_string_equal(who.customer, "PJSIP/trunk-00000001");
	assert_int_equal(who.target != NULL, who.consult != CONSULT_NONE);
	if (status)
		assert_non_null(strstr(f->call, mem_printf(f, "\"status\":\"%s\",\"since\"", status)));
	else
		assert_non_null(strstr(f->call, "\"consult\":null"));
	return who.consult;
}

static void target_answers(struct fixture *f)
{
	event(f, 3500, "Event: DialEnd\nDestUniqueid: u-3\nDialStatus: ANSWER" AGENT);
	enter(f, 3501, TARGET, "c");
	enter(f, 3502, AGENT, "c");
}

static void agent_goes_back_to_the_customer(struct fixture *f)
{
	leave(f, 4000, TARGET, "cc-hold");
	leave(f, 4000, AGENT, "cc-with");
	enter(f, 4001, CALLER, "d");
	enter(f, 4002, AGENT, "d");
}

static void a_consultation_is_known_in_each_of_its_states(void **state)
{
	struct fixture *f = *state;
	struct parties who;

	sign_in(f);
	call_waits(f);
	assert_int_equal(tracker_parties(f->tracker, f, "demo", CALL_ID, NULL, &who), ERR_CONFLICT);
	agent_rings(f);
	agent_answers(f);
	assert_int_equal(consult(f, NULL), CONSULT_NONE);
	agent_consults(f);
	assert_int_equal(consult(f, "RINGING"), CONSULT_RINGING);
	assert_int_equal(tracker_parties(f->tracker, f, "demo", CALL_ID, "1002", &who), ERR_CONFLICT);
	assert_int_equal(tracker_parties(f->tracker, f, "acme", CALL_ID, "1001", &who), ERR_NOT_FOUND);
	target_answers(f);
	assert_int_equal(consult(f, "TALKING"), CONSULT_TALKING);
	assert_string_equal(field(f, f->call, "status"), "ON_HOLD");
	agent_goes_back_to_the_customer(f);
	assert_int_equal(consult(f, "HELD"), CONSULT_HELD);
	assert_string_equal(field(f, f->call, "status"), "CONNECTED");
	enter(f, 5000, TARGET, "d");
	assert_int_equal(consult(f, "JOINED"), CONSULT_JOINED);
	assert_int_equal(tracker_parties(f->tracker, f, "demo", CALL_ID, "1002", &who), 0);
	assert_true(who.crowded);
	event(f, 6000, "Event: Hangup\nCause: 16" TARGET);
	assert_int_equal(consult(f, NULL), CONSULT_NONE);
}

/* Asterisk tells of the agent's end and of the target's beginning in either order. */
static void hand_over(struct fixture *f, bool agent_leaves_first)
{
	static const char agent_ends[] = "Event: Hangup\nCause: 16" AGENT;

	sign_in(f);
	call_waits(f);
	agent_rings(f);
	agent_answers(f);
	agent_consults(f);
	target_answers(f);
	agent_goes_back_to_the_customer(f);
	leave(f, 5000, CALLER, "cc-inbound");
	if (agent_leaves_first)
		event(f, 5001, agent_ends);
	enter(f, 5002, CALLER, "e");
	enter(f, 5002, TARGET, "e");
	if (!agent_leaves_first)
		event(f, 5003, agent_ends);
	assert_non_null(strstr(f->call, "\"transfer\":{\"kind\":\"ATTENDED\",\"from\":\"1001\","
					"\"to\":\"1002\",\"result\":\"COMPLETED\""));
	assert_string_equal(field(f, f->call, "agent"), "1002");
	assert_int_equal(f->records[RECORD_TRANSFER], 1);
}

static void a_customer_is_handed_over_by_an_agent_who_has_left(void **state)
{
	hand_over(*state, true);
}

static void a_customer_is_handed_over_by_an_agent_who_leaves_then(void **state)
{
	hand_over(*state, false);
}

static void note_phone(void *arg, const struct talking *who)
{
	struct fixture *f = arg;

	assert_string_equal(who->extension, "1001");
	f->phone = who->phone;
}

static enum phone_state phone(struct fixture *f)
{
	tracker_each_talking(f->tracker, note_phone, f);
	return f->phone;
}

static void contact(struct fixture *f, int ms, const char *user, const char *status)
{
	event(f, ms, mem_printf(f, "Event: ContactStatus\nEndpointName: 1001\nContactStatus: %s\n"
				   "URI: sip:%s@127.0.0.1:%d", status, user, 1024 + ms));
}

static void a_phone_that_goes_away_in_a_call_is_told_from_one_that_is_elsewhere(void **state)
{
	struct fixture *f = *state;

	sign_in(f);
	contact(f, 10, "page-one", "NonQualified");
	call_waits(f);
	agent_rings(f);
	agent_answers(f);
	assert_int_equal(phone(f), PHONE_THERE);
	event(f, 2500, "Event: ContactStatus\nEndpointName: 1001\nContactStatus: Removed\n"
		       "URI: sip:page-one@127.0.0.1:1034");
	assert_int_equal(phone(f), PHONE_GONE);
	/* That the channel is in use does not bring the phone back. */
	event(f, 2600, "Event: QueueMemberStatus\nQueue: support\nInterface: PJSIP/1001\nStatus: 2");
	assert_int_equal(phone(f), PHONE_GONE);
	contact(f, 2700, "page-one", "NonQualified");
	assert_int_equal(phone(f), PHONE_THERE);
	contact(f, 2800, "page-two", "NonQualified");
	assert_int_equal(phone(f), PHONE_ELSEWHERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_a_configuration_changes_of_a_phone_is_told, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			who_leaves_the_configuration_is_offline_from_then_on, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_configuration_tells_only_of_who_comes_and_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			no_length_is_negative_when_the_input_is_older_than_the_call, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_agent_who_is_not_configured_has_a_time_as_well, setup, teardown),
		cmocka_unit_test_setup_teardown(help_is_asked_for_a_call_and_its_wrap_up, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_consultation_is_known_in_each_of_its_states, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_customer_is_handed_over_by_an_agent_who_has_left, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_customer_is_handed_over_by_an_agent_who_leaves_then, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_phone_that_goes_away_in_a_call_is_told_from_one_that_is_elsewhere, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_queue_call_takes_the_agent_through_every_state,
						setup, teardown),
		cmocka_unit_test_setup_teardown(events_that_come_together_are_handed_over_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(each_ring_is_announced_also_when_two_come_together,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_status_chosen_in_a_call_holds_after_the_wrap_up,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_wrap_up_is_extended_once_and_ended_by_ready,
						setup, teardown),
		cmocka_unit_test_setup_teardown(commands_answer_what_is_wrong, setup, teardown),
		cmocka_unit_test_setup_teardown(a_dial_is_one_call_from_the_command_to_its_end,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_the_own_leg_that_rings_can_be_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_there_is_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_dial_that_never_became_a_channel_is_a_failed_call, setup, teardown),
		cmocka_unit_test_setup_teardown(a_phone_that_registers_anew_stays_registered,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_agent_whose_phone_is_gone_is_offline_until_it_is_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_phone_that_answers_no_question_is_not_there,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_phone_that_is_back_in_time_changes_nothing,
						setup, teardown),
		cmocka_unit_test_setup_teardown(asterisk_is_told_of_a_pause_only_when_it_changes,
						setup, teardown),
		cmocka_unit_test_setup_teardown(tenants_are_told_apart_by_the_endpoint, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			calls_that_a_resync_does_not_list_are_closed_as_estimated, setup, teardown),
		cmocka_unit_test_setup_teardown(a_command_settles_no_doubt, setup, teardown),
		cmocka_unit_test_setup_teardown(reasons_of_the_past_take_no_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_event_that_a_list_was_ahead_of_settles_the_doubt, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_no_event_explains_ended_when_it_was_last_known_to_live, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_over_comes_back_by_no_list_and_no_late_event, setup, teardown),
		cmocka_unit_test_setup_teardown(a_channel_that_only_lists_know_is_a_difference, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_list_is_believed_about_bridges_the_second_time,
						setup, teardown),
		cmocka_unit_test_setup_teardown(messages_wait_until_the_gap_before_them_is_filled,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_restored_wrap_up_ends_when_it_was_to_end, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
