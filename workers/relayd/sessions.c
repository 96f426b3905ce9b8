/* Asks the database which sessions are over. */
#include "workers/relayd/sessions.h"

#include "lib/db.h"
#include "lib/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 1000 };

enum stage { IDLE, ASKED, ANSWERED, STOPPED };

struct sessions {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	enum stage stage;
	const char *conninfo;
	struct buf *question;  /* the thread's while ASKED, else the caller's */
	struct buf *over;      /* ids one after another */
};

static void look(struct db *db, const struct sessions *s)
{
	void *ctx = mem_context();
	const char *params[] = { buf_text(s->question) };
	struct db_result *rows;

	if (db_exec(db, ctx, Q_SESSIONS_OVER, params, DB_TEXT, &rows, NULL) == 0)
		for (size_t i = 0; i < db_rows(rows); i++)
			buf_add(s->over, db_text(rows, i, 0), SESSIONS_ID_LENGTH);
	talloc_free(ctx);
}

static void *run(void *arg)
{
	struct sessions *s = arg;
	void *ctx = mem_context();
	struct db *db = db_new(ctx, s->conninfo);

	db_deadline(db, ANSWER_MS);
	pthread_mutex_lock(&s->lock);
	while (s->stage != STOPPED) {
		if (s->stage != ASKED) {
			pthread_cond_wait(&s->asked, &s->lock);
			continue;
		}
		pthread_mutex_unlock(&s->lock);
		look(db, s);
		pthread_mutex_lock(&s->lock);
		if (s->stage == ASKED)
			s->stage = ANSWERED;
	}
	pthread_mutex_unlock(&s->lock);
	talloc_free(ctx);
	return NULL;
}

static void set_stage(struct sessions *s, enum stage stage)
{
	pthread_mutex_lock(&s->lock);
	s->stage = stage;
	pthread_cond_signal(&s->asked);
	pthread_mutex_unlock(&s->lock);
}

static enum stage stage_of(struct sessions *s)
{
	pthread_mutex_lock(&s->lock);
	enum stage stage = s->stage;
	pthread_mutex_unlock(&s->lock);
	return stage;
}

static int stop(struct sessions *s)
{
	set_stage(s, STOPPED);
	pthread_join(s->thread, NULL);
	pthread_cond_destroy(&s->asked);
	pthread_mutex_destroy(&s->lock);
	return 0;
}

struct sessions *sessions_start(const void *ctx, const char *conninfo)
{
	struct sessions *s = mem_new(ctx, struct sessions);

	s->conninfo = conninfo;
	s->question = buf_new(s);
	s->over = buf_new(s);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->asked, NULL);
	if (pthread_create(&s->thread, NULL, run, s)) {
		log_error("no thread name=sessions");
		abort();
	}
	talloc_set_destructor(s, stop);
	return s;
}

bool sessions_idle(struct sessions *s)
{
	return stage_of(s) == IDLE;
}

void sessions_ask(struct sessions *s, const struct buf *ids)
{
	s->question->n = 0;
	buf_add(s->question, ids->p, ids->n);
	set_stage(s, ASKED);
}

void sessions_answer(struct sessions *s, void (*over)(void *arg, struct str id), void *arg)
{
	if (stage_of(s) != ANSWERED)
		return;
	for (size_t at = 0; at < s->over->n; at += SESSIONS_ID_LENGTH)
		over(arg, (struct str){ s->over->p + at, SESSIONS_ID_LENGTH });
	s->over->n = 0;
	set_stage(s, IDLE);
}

bool sessions_is_id(const char *id)
{
	return strlen(id) == SESSIONS_ID_LENGTH &&
	       strspn(id, "0123456789abcdef-") == SESSIONS_ID_LENGTH && id[8] == '-' &&
	       id[13] == '-' && id[18] == '-' && id[23] == '-';
}
