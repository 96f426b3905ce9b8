/* Phones: whether one is there. */
#include "workers/amid/event.h"

#include <string.h>

void on_contact_status(struct tracker *t, const struct ami_message *m)
{
	struct pbx_name name = pbx_name(t, ami_get(m, "EndpointName"));
	struct str uri = ami_get(m, "URI");

	if (!is_extension(name.name))
		return;
	struct agent *agent = agent_get(t, name.tenant, name.name);
	bool removed = str_is(ami_get(m, "ContactStatus"), "Removed");
	/* One that answers no question is there in name only. */
	bool gone = removed || str_is(ami_get(m, "ContactStatus"), "Unreachable");
	/* A phone that registers anew replaces its contact: the old one's end is no news. */
	if (gone && agent->contact && !str_is(uri, agent->contact))
		return;
	agent->parted = gone;
	agent_phone(t, agent, !gone, removed ? (struct str){ "", 0 } : uri);
}

/* A device in use may be a channel whose phone has gone: only one that is idle is surely there. */
static void device_seen(struct tracker *t, struct agent *agent, bool there, bool idle)
{
	if (there && !idle && agent->parted)
		return;
	if (idle)
		agent->parted = false;
	agent_phone(t, agent, there, str_of(agent->contact));
}

/* Device states of DeviceStateList and QueueMemberStatus; 4 and 5 mean that no phone is there. */
void on_member_status(struct tracker *t, const struct ami_message *m)
{
	struct str interface = ami_get(m, "Interface");
	const char *slash = interface.n ? memchr(interface.p, '/', interface.n) : NULL;

	if (!slash)
		return;
	size_t skip = (size_t)(slash - interface.p) + 1;
	struct pbx_name name = pbx_name(t, (struct str){ slash + 1, interface.n - skip });
	int64_t status = ami_get_int(m, "Status", 0);
	if (!is_extension(name.name) || status == 0)
		return;
	device_seen(t, agent_get(t, name.tenant, name.name), status != 5 && status != 4, status == 1);
}

void on_device_state(struct tracker *t, const struct ami_message *m)
{
	struct str device = ami_get(m, "Device"), state = ami_get(m, "State");

	if (device.n < 7 || memcmp(device.p, "PJSIP/", 6) != 0)
		return;
	struct pbx_name name = pbx_name(t, (struct str){ device.p + 6, device.n - 6 });
	if (!is_extension(name.name))
		return;
	bool registered = !str_is(state, "UNAVAILABLE") && !str_is(state, "INVALID") &&
			  !str_is(state, "UNKNOWN");
	device_seen(t, agent_get(t, name.tenant, name.name), registered, str_is(state, "NOT_INUSE"));
}
