/*
 * A phone that goes away in a call: the customer hears music meanwhile, the agent is rung again when it is
 * back, and who does not come back loses the customer to the queue.
 */
#ifndef AMID_STRAY_H
#define AMID_STRAY_H

struct core;

/* Looks after all calls, at most every now and then; call it often. */
void stray_tick(struct core *core);
/* Milliseconds until there is something to look after again; INT_MAX: nothing. */
int stray_time_left_ms(void);

#endif
