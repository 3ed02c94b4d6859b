#define _XOPEN_SOURCE 700
#include "check.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void check_close_at(const char *name, double got, double want, double abs_tol, double rel_tol,
                    const char *file, int line)
{
    if (fabs(got - want) <= abs_tol + rel_tol * fabs(want)) return;
    if (isinf(want) && got == want) return;
    print_error("%s: got %.17g, want %.17g, difference %.3g, tolerance %.3g + %.3g relative\n",
                name, got, want, got - want, abs_tol, rel_tol);
    _fail(file, line);
}

static const char *status_name(attain_status status)
{
#define AS_NAME(name, code, text)                                                                  \
    case ATTAIN_ERR_##name: return #name;
    switch (status) {
        ATTAIN_STATUS_LIST(AS_NAME)
    }
#undef AS_NAME
    return "(unknown)";
}

void check_status_at(const char *name, attain_status got, attain_status want,
                     const attain_error *err, const char *file, int line)
{
    if (got == want && (!err || err->status == want)) return;
    print_error("%s: returned %s, want %s\n", name, status_name(got), status_name(want));
    if (err)
        print_error("%s: err holds %s, %ld:%ld, pointer '%s': %s\n", name, status_name(err->status),
                    err->line, err->column, err->pointer, err->message);
    _fail(file, line);
}

void check_same_bits_at(const char *name, const double *got, const double *want, size_t n,
                        const char *file, int line)
{
    for (size_t i = 0; i < n; i++) {
        if (memcmp(got + i, want + i, sizeof *got) == 0) continue;
        print_error("%s: element %zu is %.17g, want %.17g\n", name, i, got[i], want[i]);
        _fail(file, line);
    }
}

static bool refuse(check_allocator *a)
{
    a->calls++;
    const bool no =
        a->fail_at && (a->calls == a->fail_at || (a->fail_after && a->calls > a->fail_at));
    if (no) a->failures++;
    return no;
}

static void *count_allocate(void *user, size_t size)
{
    check_allocator *a = user;
    if (refuse(a)) return NULL;
    void *block = malloc(size);
    if (block) a->live++;
    return block;
}

static void *count_reallocate(void *user, void *block, size_t size)
{
    check_allocator *a = user;
    if (refuse(a)) return NULL;
    void *moved = realloc(block, size);
    if (moved && !block) a->live++;
    return moved;
}

static void count_release(void *user, void *block)
{
    check_allocator *a = user;
    if (!block) return;
    a->live--;
    free(block);
}

void check_allocator_init(check_allocator *a)
{
    memset(a, 0, sizeof *a);
    a->functions.allocate = count_allocate;
    a->functions.reallocate = count_reallocate;
    a->functions.release = count_release;
    a->functions.user = a;
}

attain_context *check_context(check_allocator *allocator, unsigned threads)
{
    attain_context_settings settings;
    attain_context *ctx = NULL;
    attain_error err;
    attain_context_settings_init(&settings);
    settings.threads = threads;
    if (allocator) settings.allocator = &allocator->functions;
    const attain_status status = attain_context_create(&settings, &ctx, &err);
    atn_check_status("context", status, ATTAIN_OK, &err);
    return ctx;
}

void check_faults(const char *name, check_call *call, void *user, size_t limit)
{
    for (size_t k = 1; k <= limit; k++) {
        check_allocator allocator;
        attain_error err;
        check_allocator_init(&allocator);
        attain_context *ctx = check_context(&allocator, 1);
        const size_t before = allocator.live;
        allocator.fail_at = allocator.calls + k;
        memset(&err, 0, sizeof err);
        const attain_status status = call(user, ctx, &err);
        const bool failed = allocator.failures > 0;
        if (allocator.live != before) {
            print_error("%s: allocation %zu failing leaves %zu blocks for %zu\n", name, k,
                        allocator.live, before);
            fail();
        }
        atn_check_status(name, status, failed ? ATTAIN_ERR_NOMEM : ATTAIN_OK, &err);
        attain_context_free(ctx);
        assert_int_equal(allocator.live, 0);
        if (!failed) return;
    }
    print_error("%s: still refused after %zu rounds\n", name, limit);
    fail();
}

static const char *join(const char *folder, const char *name)
{
    static char path[4096];
    const int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_in_range(n, 1, sizeof path - 1);
    return path;
}

const char *check_shared_or_null(const char *name)
{
    const char *path = join(ATTAIN_SHARED_DIR, name);
    return access(path, R_OK) == 0 ? path : NULL;
}

const char *check_shared(const char *name)
{
    const char *path = check_shared_or_null(name);
    if (!path) {
        print_message("skipped: no reference data %s\n", join(ATTAIN_SHARED_DIR, name));
        skip();
    }
    return path;
}

const char *check_source(const char *name)
{
    return join(ATTAIN_SOURCE_DIR, name);
}

char *check_scratch_create(char *buffer, size_t size)
{
    const char *base = getenv("TMPDIR");
    const int n = snprintf(buffer, size, "%s/attain-test-XXXXXX", base && *base ? base : "/tmp");
    assert_in_range(n, 1, size - 1);
    assert_non_null(mkdtemp(buffer));
    return buffer;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st, (void)kind, (void)walk;
    return remove(path);
}

void check_scratch_remove(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void check_sleep(long milliseconds)
{
    const struct timespec time = {.tv_sec = milliseconds / 1000,
                                  .tv_nsec = milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}
