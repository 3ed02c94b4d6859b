#define _XOPEN_SOURCE 700
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/context.h"
#include "base/stream.h"

enum { ITEMS = 500 };

typedef struct work {
    double out[ITEMS];
    atomic_int runs[ITEMS];
    size_t workers;
    atomic_bool bad_worker;
    size_t stop_at;
} work;

static bool simulate(void *user, size_t item, size_t worker)
{
    work *w = user;
    atn_stream s;
    double sum = 0.0;
    if (worker >= w->workers) atomic_store(&w->bad_worker, true);
    atn_stream_init(&s, 1, ATN_PURPOSE_SIMULATE, 0, item);
    for (int i = 0; i < 1000; i++) sum += atn_stream_normal(&s);
    w->out[item] = sum;
    atomic_fetch_add(&w->runs[item], 1);
    return item != w->stop_at;
}

static attain_status run(work *w, attain_context *ctx, size_t stop_at, attain_error *err)
{
    memset(w, 0, sizeof *w);
    w->stop_at = stop_at;
    w->workers = atn_parallel_workers(ctx, ITEMS);
    return atn_parallel_for(ctx, ITEMS, simulate, w, "test", err);
}

static void same_for_any_threads(void **state)
{
    (void)state;
    static const unsigned threads[] = {1, 2, 7, 200};
    static work first, w;
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        attain_error err = {.status = ATTAIN_OK};
        attain_context *ctx = check_context(NULL, threads[i]);
        atn_check_status("run", run(&w, ctx, SIZE_MAX, &err), ATTAIN_OK, &err);
        for (size_t k = 0; k < ITEMS; k++) assert_int_equal(atomic_load(&w.runs[k]), 1);
        assert_false(atomic_load(&w.bad_worker));
        if (i == 0) memcpy(first.out, w.out, sizeof w.out);
        atn_check_same_bits("results", w.out, first.out, ITEMS);
        attain_context_free(ctx);
    }
}

static void worker_counts(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 4);
    assert_int_equal(atn_parallel_workers(ctx, 0), 1);
    assert_int_equal(atn_parallel_workers(ctx, 3), 3);
    assert_int_equal(atn_parallel_workers(ctx, 100), 4);
    assert_int_equal(atn_parallel_for(ctx, 0, simulate, NULL, "none", NULL), ATTAIN_OK);
    attain_context_free(ctx);
}

/* A task that says stop ends the loop: earlier items have run, not many later ones. */
static void a_task_stops(void **state)
{
    (void)state;
    static work w;
    for (unsigned threads = 1; threads <= 7; threads += 3) {
        attain_error err = {.status = ATTAIN_OK};
        attain_context *ctx = check_context(NULL, threads);
        atn_check_status("stop", run(&w, ctx, 10, &err), ATTAIN_OK, &err);
        for (size_t k = 0; k <= 10; k++) assert_int_equal(atomic_load(&w.runs[k]), 1);
        if (threads == 1) assert_int_equal(atomic_load(&w.runs[11]), 0);
        attain_context_free(ctx);
    }
}

typedef struct caller {
    pthread_t thread;
    int calls, answer_no_at;
    bool elsewhere;
    double last;
} caller;

static bool proceed(void *user, const attain_progress *progress)
{
    caller *c = user;
    c->elsewhere = c->elsewhere || !pthread_equal(c->thread, pthread_self());
    assert_string_equal(progress->stage, "test");
    assert_true(progress->fraction >= 0.0 && progress->fraction <= 1.0);
    c->last = progress->fraction;
    return ++c->calls != c->answer_no_at;
}

static attain_context *polled_context(caller *c, unsigned threads)
{
    attain_context_settings settings;
    attain_context *ctx = NULL;
    attain_context_settings_init(&settings);
    settings.threads = threads;
    settings.proceed = proceed;
    settings.proceed_user = c;
    assert_int_equal(attain_context_create(&settings, &ctx, NULL), ATTAIN_OK);
    return ctx;
}

static bool doze(void *user, size_t item, size_t worker)
{
    (void)item, (void)worker;
    check_sleep(10);
    atomic_fetch_add((atomic_int *)user, 1);
    return true;
}

static void interrupted(void **state)
{
    (void)state;
    static work w;
    for (unsigned threads = 1; threads <= 7; threads += 3) {
        attain_error err = {.status = ATTAIN_OK};
        caller c = {.thread = pthread_self(), .answer_no_at = 1};
        attain_context *ctx = polled_context(&c, threads);
        atn_check_status("at once", run(&w, ctx, SIZE_MAX, &err), ATTAIN_ERR_INTERRUPTED, &err);
        assert_int_equal(c.calls, 1);
        attain_context_free(ctx);

        atomic_int done = 0;
        atn_error_clear(&err);
        c = (caller){.thread = pthread_self(), .answer_no_at = 3};
        ctx = polled_context(&c, threads);
        atn_check_status("later", atn_parallel_for(ctx, 100000, doze, &done, "test", &err),
                         ATTAIN_ERR_INTERRUPTED, &err);
        assert_int_equal(c.calls, 3);
        assert_false(c.elsewhere);
        assert_true(atomic_load(&done) < 100000);
        attain_context_free(ctx);
    }
}

static void polling(void **state)
{
    (void)state;
    attain_error err = {.status = ATTAIN_OK};
    caller c = {.thread = pthread_self(), .answer_no_at = 4};
    attain_context *ctx = polled_context(&c, 1);
    assert_int_equal(atn_poll(ctx, "test", 0.0, &err), ATTAIN_OK);
    assert_int_equal(atn_poll(ctx, "test", 0.0, &err), ATTAIN_OK);
    assert_int_equal(c.calls, 2);
    check_sleep(60);
    assert_int_equal(atn_poll(ctx, "test", 0.5, &err), ATTAIN_OK);
    assert_int_equal(c.calls, 3);
    atn_check_status("no", atn_poll(ctx, "test", 0.0, &err), ATTAIN_ERR_INTERRUPTED, &err);
    attain_context_free(ctx);
    ctx = check_context(NULL, 1);
    assert_int_equal(atn_poll(ctx, "test", 0.0, &err), ATTAIN_OK);
    attain_context_free(ctx);
}

/* Where no thread can be started the loop runs in the caller's.  A child process gives up its
 * right to new threads: the limit counts for ordinary users, so the superuser becomes one. */
static void without_threads(void **state)
{
    (void)state;
    static work w;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit none = {0, 0};
        attain_context *ctx = check_context(NULL, 4);
        if (geteuid() == 0 && setuid(65534) != 0) _exit(3);
        if (setrlimit(RLIMIT_NPROC, &none) != 0) _exit(3);
        if (run(&w, ctx, SIZE_MAX, NULL) != ATTAIN_OK) _exit(1);
        for (size_t k = 0; k < ITEMS; k++)
            if (atomic_load(&w.runs[k]) != 1) _exit(2);
        attain_context_free(ctx);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 3) {
        print_message("skipped: this process cannot limit its threads\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* The loop itself asks for no memory. */
static void no_memory(void **state)
{
    (void)state;
    static work w;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 3);
    const size_t calls = allocator.calls;
    assert_int_equal(run(&w, ctx, SIZE_MAX, NULL), ATTAIN_OK);
    assert_int_equal(allocator.calls, calls);
    attain_context_free(ctx);
}

/* A loop inside a longer stage tells that stage's fraction, whatever its own. */
typedef struct story {
    size_t told, wrong;
} story;

static bool listen(void *user, const attain_progress *progress)
{
    story *t = user;
    t->told++;
    t->wrong += strcmp(progress->stage, "long") != 0 || fabs(progress->fraction - 0.25) > 1e-12;
    return t->told < 3;
}

static bool wait_a_little(void *user, size_t item, size_t worker)
{
    (void)user;
    (void)item;
    (void)worker;
    check_sleep(20);
    return true;
}

static void test_inner_loop(void **state)
{
    (void)state;
    story t = {0};
    attain_context_settings settings;
    attain_context *ctx = NULL;
    attain_error err = {0};
    attain_context_settings_init(&settings);
    settings.threads = 2;
    settings.proceed = listen;
    settings.proceed_user = &t;
    atn_check_status("context", attain_context_create(&settings, &ctx, &err), ATTAIN_OK, &err);
    check_sleep(60);
    atn_check_status("long", atn_poll(ctx, "long", 0.25, &err), ATTAIN_OK, &err);
    assert_int_equal(t.told, 1);
    atn_check_status("inner", atn_parallel_for(ctx, 1, wait_a_little, NULL, NULL, &err), ATTAIN_OK,
                     &err);
    assert_int_equal(t.told, 1); /* no word at every start of a short loop */
    atn_check_status("stopped", atn_parallel_for(ctx, 1000, wait_a_little, NULL, NULL, &err),
                     ATTAIN_ERR_INTERRUPTED, &err);
    assert_int_equal(t.told, 3);
    assert_int_equal(t.wrong, 0);
    assert_non_null(strstr(err.message, "long"));
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inner_loop), cmocka_unit_test(same_for_any_threads),
        cmocka_unit_test(worker_counts),   cmocka_unit_test(a_task_stops),
        cmocka_unit_test(interrupted),     cmocka_unit_test(polling),
        cmocka_unit_test(without_threads), cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
