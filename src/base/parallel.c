/* One loop for all parallel work: threads are started and joined inside the call, the caller's
 * thread works too and is the only one to call back. */
#define _POSIX_C_SOURCE 200809L
#include "base/context.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

/* More workers than this gain nothing here, and a fixed table means the loop cannot run short. */
enum { MOST_WORKERS = 64 };
static const int64_t poll_interval = 50000000; /* nanoseconds: 20 calls a second */

typedef struct loop {
    attain_context *ctx;
    atn_task *task;
    void *user;
    const char *stage;
    size_t n;
    atomic_size_t next, done;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t active; /* started threads still at work; under lock */
} loop;

typedef struct helper {
    loop *loop;
    size_t worker;
    pthread_t thread;
} helper;

static int64_t now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) return 0;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

attain_status atn_poll(attain_context *ctx, const char *stage, double fraction, attain_error *err)
{
    if (!ctx->proceed) return ATTAIN_OK;
    const int64_t time = now();
    const bool begins = stage && !(fraction > 0.0);
    if (stage) ctx->progress = (attain_progress){.stage = stage, .fraction = fraction};
    if (!begins && time - ctx->polled_at < poll_interval) return ATTAIN_OK;
    ctx->polled_at = time;
    if (!ctx->progress.stage) ctx->progress.stage = "work";
    if (ctx->proceed(ctx->proceed_user, &ctx->progress)) return ATTAIN_OK;
    return atn_fail(err, ATTAIN_ERR_INTERRUPTED, "interrupted by the caller during %s",
                    ctx->progress.stage);
}

size_t atn_parallel_workers(const attain_context *ctx, size_t n)
{
    size_t workers = ctx->threads < MOST_WORKERS ? ctx->threads : MOST_WORKERS;
    if (workers > n) workers = n;
    return workers ? workers : 1;
}

/* Takes one item; false when there is none left or the loop has been stopped. */
static bool take(loop *l, size_t worker)
{
    if (atomic_load(&l->stop)) return false;
    const size_t item = atomic_fetch_add(&l->next, 1);
    if (item >= l->n) return false;
    if (!l->task(l->user, item, worker)) atomic_store(&l->stop, true);
    atomic_fetch_add(&l->done, 1);
    return true;
}

static void *help(void *argument)
{
    helper *h = argument;
    while (take(h->loop, h->worker)) {
    }
    pthread_mutex_lock(&h->loop->lock);
    h->loop->active--;
    pthread_cond_signal(&h->loop->changed);
    pthread_mutex_unlock(&h->loop->lock);
    return NULL;
}

static attain_status poll_loop(loop *l, attain_error *err)
{
    const double fraction = (double)atomic_load(&l->done) / (double)l->n;
    const attain_status status = atn_poll(l->ctx, l->stage, fraction, err);
    if (status) atomic_store(&l->stop, true);
    return status;
}

/* Signals go to the host's threads, not to ours: new threads inherit a full mask. */
static size_t start(loop *l, helper *helpers, size_t wanted)
{
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return 0;
    size_t started = 0;
    while (started < wanted) {
        helper *h = helpers + started;
        *h = (helper){.loop = l, .worker = started + 1};
        pthread_mutex_lock(&l->lock);
        l->active++;
        pthread_mutex_unlock(&l->lock);
        if (pthread_create(&h->thread, NULL, help, h) != 0) {
            pthread_mutex_lock(&l->lock);
            l->active--;
            pthread_mutex_unlock(&l->lock);
            break;
        }
        started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Waits for the helpers, still polling, then joins them. */
static attain_status finish(loop *l, helper *helpers, size_t started, attain_status status,
                            attain_error *err)
{
    pthread_mutex_lock(&l->lock);
    while (l->active > 0) {
        struct timespec until;
        const int64_t at = now() + poll_interval;
        until.tv_sec = (time_t)(at / 1000000000);
        until.tv_nsec = (long)(at % 1000000000);
        pthread_cond_timedwait(&l->changed, &l->lock, &until);
        if (l->active == 0 || status) continue;
        pthread_mutex_unlock(&l->lock);
        status = poll_loop(l, err);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; i < started; i++) pthread_join(helpers[i].thread, NULL);
    return status;
}

static bool init_sync(loop *l)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) return false;
    bool ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(&l->changed, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    if (ok && pthread_mutex_init(&l->lock, NULL) != 0) {
        pthread_cond_destroy(&l->changed);
        ok = false;
    }
    return ok;
}

attain_status atn_parallel_for(attain_context *ctx, size_t n, atn_task *task, void *user,
                               const char *stage, attain_error *err)
{
    helper helpers[MOST_WORKERS];
    loop l = {.ctx = ctx, .task = task, .user = user, .stage = stage, .n = n};
    if (n == 0) return ATTAIN_OK;
    attain_status status = atn_poll(ctx, stage, 0.0, err);
    if (status) return status;
    atomic_init(&l.next, 0);
    atomic_init(&l.done, 0);
    atomic_init(&l.stop, false);

    size_t workers = atn_parallel_workers(ctx, n), started = 0;
    if (workers > 1 && !init_sync(&l)) workers = 1;
    if (workers > 1) started = start(&l, helpers, workers - 1);
    while (!status && take(&l, 0)) status = poll_loop(&l, err);
    if (workers > 1) {
        status = finish(&l, helpers, started, status, err);
        pthread_mutex_destroy(&l.lock);
        pthread_cond_destroy(&l.changed);
    }
    return status;
}
