/*
 * Messages from one thread to another, in order. A message is a talloc context that changes
 * owner: whoever takes it frees it. Only a context without a parent may be posted.
 */
#ifndef AMID_MAILBOX_H
#define AMID_MAILBOX_H

struct mailbox;

/*
 * wake_fd: an eventfd that is written after each post, for a receiver that polls; -1: the receiver
 * waits in mailbox_take.
 */
struct mailbox *mailbox_new(const void *ctx, int wake_fd);
void mailbox_post(struct mailbox *box, void *message);
/* The oldest message; NULL if there was none within timeout_ms. */
void *mailbox_take(struct mailbox *box, int timeout_ms);

/* Wakes a thread that polls an eventfd. */
void wake(int event_fd);

#endif
