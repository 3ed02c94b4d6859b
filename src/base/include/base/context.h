/* Memory, errors, diagnostics, and the parallel loop: what every room leans on. */
#ifndef ATN_BASE_CONTEXT_H
#define ATN_BASE_CONTEXT_H

#include <attain/base.h>

struct attain_context {
    attain_allocator allocator;
    unsigned threads; /* >= 1 */
    attain_proceed *proceed;
    void *proceed_user;
    size_t refusals;   /* allocations that failed so far: a call that builds many small texts may
                          compare this at its end instead of asking each of them */
    int64_t polled_at; /* monotonic nanoseconds of the last call of proceed */
    attain_number_style style; /* of grouped numbers in texts begun from here on: commas, but while
                                  charts in another style are composed */
    attain_progress progress;  /* what was told last, or would have been told had there been time */
};

/* All memory of the library comes from here.  Blocks are zeroed.  n * size is overflow-checked;
 * a request for 0 bytes gives a valid block.  NULL on failure; nothing is reported here. */
void *atn_alloc_array(attain_context *ctx, size_t n, size_t size);
#define ATN_NEW(ctx, type)          ((type *)atn_alloc_array((ctx), 1, sizeof(type)))
#define ATN_NEW_ARRAY(ctx, type, n) ((type *)atn_alloc_array((ctx), (n), sizeof(type)))
/* Grows *array (element size `size`) to hold at least `need` elements, doubling; *capacity follows.
 * New space is not zeroed.  false on failure, with the old block intact. */
bool atn_grow(attain_context *ctx, void **array, size_t *capacity, size_t need, size_t size);
char *atn_strndup(attain_context *ctx, const char *text, size_t length);
char *atn_strdup(attain_context *ctx, const char *text); /* NULL in, NULL out */
void atn_free(attain_context *ctx, const void *block);   /* NULL is fine */

/* Records the first failure of a call (later ones are ignored) and returns `status`, so that
 * `return atn_fail(err, ATTAIN_ERR_DOMAIN, "...")` reads naturally.  err may be NULL.
 * atn_fail_at adds a place.  Long messages are cut at a whole UTF-8 character. */
attain_status atn_fail(attain_error *err, attain_status status, const char *format, ...)
    ATTAIN_PRINTF(3, 4);
attain_status atn_fail_at(attain_error *err, attain_status status, const char *pointer, long line,
                          long column, const char *format, ...) ATTAIN_PRINTF(6, 7);
attain_status atn_fail_nomem(attain_error *err);
void atn_error_clear(attain_error *err); /* NULL is fine */

/* Where a problem lies.  Any part may be NULL or 0. */
typedef struct atn_place {
    const char *file;
    const char *pointer;
    long line, column;
} atn_place;

/* Appends a copy.  An allocation failure is remembered: atn_diagnostics_status then says NOMEM.
 * list may be NULL (nothing is kept).  where may be NULL. */
void atn_diagnose(attain_diagnostics *list, attain_severity severity, const char *code,
                  const atn_place *where, const char *format, ...) ATTAIN_PRINTF(5, 6);
/* Index-addressed completion of places: lets a reader that knows a pointer's line fill it in. */
void atn_diagnostics_set_place(attain_diagnostics *list, size_t index, long line, long column);
/* OK when the list holds no error from index `from` on; otherwise err repeats the first of them
 * with `status`.  NOMEM when an item was lost. */
attain_status atn_diagnostics_status(const attain_diagnostics *list, size_t from,
                                     attain_status status, attain_error *err);

/* Runs task(user, item, worker) for item = 0 .. n-1 on up to ctx->threads threads (joined before
 * returning; serial when none can be started).  worker < atn_parallel_workers(ctx, n), so callers
 * cut one workspace per worker beforehand: tasks never allocate.  Items go out in order; a task's
 * result must not depend on worker.  A task returns false to stop the loop early.
 * ctx->proceed is called from this thread only, at most ~20 times a second, with `stage`.
 * Returns INTERRUPTED if proceed said so, else OK (task failures are the caller's to record). */
typedef bool atn_task(void *user, size_t item, size_t worker);
size_t atn_parallel_workers(const attain_context *ctx, size_t n);
attain_status atn_parallel_for(attain_context *ctx, size_t n, atn_task *task, void *user,
                               const char *stage, attain_error *err);
/* Polls ctx->proceed outside a loop: always when fraction is 0 (a stage begins), else when 50 ms
 * have passed since it was last called, so an iteration may call this freely.  A loop within a
 * longer stage gives NULL for its own: the stage around it is then told again, with its fraction.
 */
attain_status atn_poll(attain_context *ctx, const char *stage, double fraction, attain_error *err);

#endif
