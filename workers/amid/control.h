/*
 * Verbs that act on a call that is up: hold, transfer, consultation, mute, digits. Each runs a command
 * and replies once Asterisk has taken the last of its actions, or refused one.
 */
#ifndef AMID_CONTROL_H
#define AMID_CONTROL_H

struct command;
struct core;

void control_hold(struct core *core, struct command *c);
void control_unhold(struct core *core, struct command *c);
void control_mute(struct core *core, struct command *c);
void control_unmute(struct core *core, struct command *c);
void control_dtmf(struct core *core, struct command *c);
void control_transfer(struct core *core, struct command *c);
void control_consult(struct core *core, struct command *c);
void control_swap(struct core *core, struct command *c);
void control_join(struct core *core, struct command *c);
void control_complete(struct core *core, struct command *c);
void control_cancel(struct core *core, struct command *c);

#endif
