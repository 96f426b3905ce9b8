/* Transfers, and supervisors who listen. */
#include "workers/amid/event.h"

#include <string.h>

/* A leg may be gone when Asterisk tells of its transfer: its name is not, nor is the customer. */
static const char *extension_in(struct tracker *t, const struct ami_message *m, const char *channel)
{
	struct str name = pbx_name(t, endpoint_of(ami_get(m, channel))).name;

	return is_extension(name) ? mem_strndup(t->scratch, name.p, name.n) : NULL;
}

static struct call *transferred_call(struct tracker *t, const struct ami_message *m,
				     const char *transferer_uniqueid)
{
	const struct leg *leg = leg_find(t, ami_get(m, transferer_uniqueid));

	if (!leg || !leg->call)
		leg = leg_find(t, ami_get(m, "TransfereeUniqueid"));
	return leg ? leg->call : NULL;
}

static bool had_customer_since(const struct call *call, const char *extension, int64_t at_us)
{
	for (size_t i = 0; i < call->segments.n; i++)
		if (call->segments.items[i].started_us > at_us &&
		    strcmp(call->segments.items[i].agent->extension, extension) == 0)
			return true;
	return false;
}

/* The transfer that was seen before Asterisk told of it; NULL: it is news. */
static struct transfer *seen_before(struct call *call, const char *kind, const char *from)
{
	for (size_t i = call->transfers.n; i-- > 0;) {
		struct transfer *x = &call->transfers.items[i];
		/* After a consultation that failed the agent still has the customer. */
		bool stayed = strcmp(x->kind, "ATTENDED") == 0 && x->result &&
			      strcmp(x->result, "COMPLETED") != 0;
		if (strcmp(x->kind, kind) == 0 && strcmp(x->from, from) == 0 && !stayed &&
		    !had_customer_since(call, from, x->at_us))
			return x;
	}
	return NULL;
}

/* When the customer was brought back after this moment; INT64_MAX: was not. */
static int64_t returned_us(const struct call *call, int64_t after_us)
{
	for (size_t i = 0; i < call->moments.n; i++) {
		const struct moment *m = &call->moments.items[i];
		if (m->at_us > after_us && m->kind && strcmp(m->kind, "returned") == 0)
			return m->at_us;
	}
	return INT64_MAX;
}

/* What a transfer had come to before it was told of; NULL: nothing yet. */
static const char *told_too_late(const struct tracker *t, const struct call *call)
{
	const struct visit *last = call->visits.n ? &call->visits.items[call->visits.n - 1] : NULL;
	int64_t returned = returned_us(call, t->now_us);
	const struct leg *rung = NULL;

	if (last && last->joined_us > t->now_us && last->joined_us < returned)
		return "COMPLETED";
	for (const struct leg *leg = call->legs; leg; leg = leg->next)
		if (leg->dialled && leg->started_us > t->now_us && leg->started_us < returned)
			rung = leg;
	if (!rung)
		return returned == INT64_MAX ? NULL : "FAILED";
	if (rung->ringing)
		return NULL;
	return rung->up ? "COMPLETED" : ring_failure(rung, ring_status(rung));
}

/* A queue has a letter before it, and in Asterisk its tenant. */
static struct str transferred_to(struct tracker *t, const struct ami_message *m)
{
	struct str exten = ami_get(m, "Extension");

	if (!str_is(ami_get(m, "Context"), "cc-transfer-queue") || exten.n < 2)
		return exten_number(t, exten);
	return pbx_name(t, (struct str){ exten.p + 1, exten.n - 1 }).name;
}

void on_blind_transfer(struct tracker *t, const struct ami_message *m)
{
	struct call *call = transferred_call(t, m, "TransfererUniqueid");
	const char *from = extension_in(t, m, "TransfererChannel");
	struct str to = transferred_to(t, m);

	if (!call || !from)
		return;
	struct transfer *seen = seen_before(call, "BLIND", from);
	if (!seen) {
		transfer_add(t, call, "BLIND", from, mem_strndup(t->scratch, to.p, to.n),
			     told_too_late(t, call));
		return;
	}
	seen->to = mem_strndup(call, to.p, to.n);
	seen->dirty = true;
	call_changed(t, call);
}

/* A target that still rings is behind a Local channel whose other half talks to nobody. */
static const char *attended_result(const struct ami_message *m, const struct leg *target)
{
	if (!str_is(ami_get(m, "Result"), "Success"))
		return "FAILED";
	return target && target->local_peer && !target->local_peer->bridge ? NULL : "COMPLETED";
}

void on_attended_transfer(struct tracker *t, const struct ami_message *m)
{
	struct call *call = transferred_call(t, m, "OrigTransfererUniqueid");
	const char *from = extension_in(t, m, "OrigTransfererChannel");
	const struct leg *to = leg_find(t, ami_get(m, "TransferTargetUniqueid"));

	if (call && from && !seen_before(call, "ATTENDED", from))
		transfer_add(t, call, "ATTENDED", from,
			     to ? to->number : extension_in(t, m, "TransferTargetChannel"),
			     attended_result(m, to));
}

/* Nobody has taken a customer who was transferred; if no ring has told why, none could be rung. */
void on_return(struct tracker *t, struct call *call)
{
	struct transfer *transfer = call_open_transfer(call);

	if (transfer) {
		transfer->result = "FAILED";
		transfer->dirty = true;
	}
	call->ended_by = ENDED_UNKNOWN;
	call_moment(t, call, "returned", NULL);
	call_changed(t, call);
}

/* ---- supervision ---- */

/* A leg that listens is no party of any call: its agent's own state stays as it was. */
void leg_listens(struct tracker *t, struct leg *leg)
{
	if (!leg || !leg->call)
		return;
	leg->party = PARTY_SUPERVISOR;
	if (leg->call->legs == leg && !leg->next)
		leg->call->merged = true;
	if (leg->agent)
		agent_refresh(t, leg->agent);
}

void on_spy_start(struct tracker *t, const struct ami_message *m)
{
	leg_listens(t, leg_find(t, ami_get(m, "SpyerUniqueid")));
}
