/* Messages between threads. */
#include "workers/amid/mailbox.h"

#include "lib/base.h"

#include <pthread.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

struct entry {
	struct entry *next;
	void *message;
};

struct mailbox {
	pthread_mutex_t mutex;
	pthread_cond_t posted;
	struct entry *first, **end;
	int wake_fd;
};

struct mailbox *mailbox_new(const void *ctx, int wake_fd)
{
	struct mailbox *box = mem_new(ctx, struct mailbox);
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&box->mutex, NULL);
	pthread_cond_init(&box->posted, &monotonic);
	pthread_condattr_destroy(&monotonic);
	box->end = &box->first;
	box->wake_fd = wake_fd;
	return box;
}

void wake(int event_fd)
{
	uint64_t one = 1;

	/* A full counter means that a wake-up is already under way. */
	if (write(event_fd, &one, sizeof(one)) < 0)
		return;
}

void mailbox_post(struct mailbox *box, void *message)
{
	struct entry *entry = mem_new(NULL, struct entry);

	entry->message = message;
	pthread_mutex_lock(&box->mutex);
	*box->end = entry;
	box->end = &entry->next;
	pthread_cond_signal(&box->posted);
	pthread_mutex_unlock(&box->mutex);
	if (box->wake_fd >= 0)
		wake(box->wake_fd);
}

static void deadline_after(struct timespec *at, int timeout_ms)
{
	clock_gettime(CLOCK_MONOTONIC, at);
	at->tv_sec += timeout_ms / 1000;
	at->tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (at->tv_nsec >= 1000000000) {
		at->tv_nsec -= 1000000000;
		at->tv_sec++;
	}
}

void *mailbox_take(struct mailbox *box, int timeout_ms)
{
	struct timespec deadline;
	void *message = NULL;

	deadline_after(&deadline, timeout_ms);
	pthread_mutex_lock(&box->mutex);
	while (!box->first && timeout_ms > 0)
		if (pthread_cond_timedwait(&box->posted, &box->mutex, &deadline))
			break;
	struct entry *entry = box->first;
	if (entry) {
		box->first = entry->next;
		if (!box->first)
			box->end = &box->first;
		message = entry->message;
		talloc_free(entry);
	}
	pthread_mutex_unlock(&box->mutex);
	return message;
}
