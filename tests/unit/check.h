/* Shared by all test programs: comparators that refuse NaN, an allocator that counts and fails,
 * the places of reference data. */
#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above first. */
#include <cmocka.h>

#include <attain/base.h>

/* Passes only if |got - want| <= abs_tol + rel_tol |want|, so NaN fails; equal infinities pass. */
#define atn_check_close(name, got, want, abs_tol, rel_tol)                                         \
    check_close_at((name), (got), (want), (abs_tol), (rel_tol), __FILE__, __LINE__)
void check_close_at(const char *name, double got, double want, double abs_tol, double rel_tol,
                    const char *file, int line);

/* Compares statuses and prints both names and err's message on failure (err may be NULL). */
#define atn_check_status(name, got, want, err)                                                     \
    check_status_at((name), (got), (want), (err), __FILE__, __LINE__)
void check_status_at(const char *name, attain_status got, attain_status want,
                     const attain_error *err, const char *file, int line);

/* Bit-for-bit equality of n doubles. */
#define atn_check_same_bits(name, got, want, n)                                                    \
    check_same_bits_at((name), (got), (want), (n), __FILE__, __LINE__)
void check_same_bits_at(const char *name, const double *got, const double *want, size_t n,
                        const char *file, int line);

/* An allocator over malloc that counts and, if asked, fails once or from a point on. */
typedef struct check_allocator {
    attain_allocator functions; /* give &functions to attain_context_settings.allocator */
    size_t live;                /* blocks not yet released */
    size_t calls;               /* allocations and reallocations asked for so far */
    size_t fail_at;             /* this call fails (1-based); 0: none */
    bool fail_after;            /* every call after fail_at fails too */
    size_t failures;            /* calls refused so far */
} check_allocator;
void check_allocator_init(check_allocator *allocator);

/* A context on this allocator (NULL: malloc) with so many threads; the test fails if it cannot. */
attain_context *check_context(check_allocator *allocator, unsigned threads);

/* Runs `call(user, ctx, err)` with allocation k = 1, 2, ... failing until it succeeds without a
 * refusal.  Each failing round must return NOMEM and leave no block behind that was not there
 * before; the last must return OK.  The context has one thread.  `call` frees what it made and
 * checks for itself that outputs of a failed call are untouched.  Rounds are bounded by `limit`. */
typedef attain_status check_call(void *user, attain_context *ctx, attain_error *err);
void check_faults(const char *name, check_call *call, void *user, size_t limit);

/* Path of a file under the folder of reference data, in a static buffer of the test program;
 * skips the running test with a message where the folder is absent. */
const char *check_shared(const char *name);
/* The same without skipping: NULL where it is absent. */
const char *check_shared_or_null(const char *name);
/* Path of a file of the source tree, in a static buffer. */
const char *check_source(const char *name);
/* A fresh empty folder, removed with all its contents by check_scratch_remove. */
char *check_scratch_create(char *buffer, size_t size);
void check_scratch_remove(const char *folder);

void check_sleep(long milliseconds);

#endif
