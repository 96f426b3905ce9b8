/*
 * The core thread of cordboard-amid: everything that changes state happens here, one thing at a
 * time. It polls one eventfd that the other threads write.
 */
#ifndef AMID_CORE_H
#define AMID_CORE_H

#include "workers/amid/command.h"
#include "workers/amid/session.h"
#include "workers/amid/tracker.h"

struct core;
struct journal;

/* Runs until the process is told to end; returns the exit status. */
int core_run(const struct settings *settings);

/* ---- for verbs.c ---- */

struct tracker *core_tracker(struct core *core);
const struct settings *core_settings(const struct core *core);
/* The account for call control, and the send-only one for what needs write=system. */
struct session *core_control(struct core *core);
struct session *core_system(struct core *core);
struct commands *core_commands(struct core *core);
/* Whether commands reach Asterisk and their consequences are heard. */
bool core_linked(const struct core *core);
/* Whether no other process can have become the writer meanwhile. */
bool core_leads(const struct core *core);
/* Name of an extension's endpoint in Asterisk: plain in the default tenant. */
const char *core_endpoint(const struct core *core, const void *ctx, const char *tenant,
			  const char *extension);

/*
 * Asterisk forgets what it has read of a phone, so that only what is in the database counts, and of
 * one that is gone also where it is. Returns how many answers will come; all is the number wanted.
 */
size_t core_forget_phone(struct core *core, const char *endpoint, bool gone, session_answer *answer,
			 void *arg, int deadline_ms, size_t *all);

/* ---- verbs.c ---- */

/* Executes a command; the reply may come later. Takes the command over. */
void verb_run(struct core *core, struct command *c);
/* Shows verbs that wait for an event each live event. */
void verb_event(struct core *core, const struct ami_message *m);
/* Ends verbs whose deadline has passed, or all that wait when the link is gone. */
void verb_tick(struct core *core, bool link_lost);
/* The command's one reply: {}, or the error. */
void verb_reply(struct core *core, struct command *c, int err, const char *detail);
/* Until the first of those deadlines; INT_MAX: none waits. */
int verb_time_left_ms(void);

#endif
