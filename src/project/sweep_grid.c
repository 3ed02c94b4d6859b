/* Probabilities over the grid, and where they cross. */
#include <math.h>
#include <string.h>

#include "project/sweep_run.h"

enum { BATCH = 1024, SECTIONS = 8, PASSES = 7 }; /* 8^7 = 2e6 parts of a step */

/* Draws of an answer at one point into job.scratch as 0 and 1; returns their mean. */
static double unpack(const attain_sweep *sweep, const unsigned char *bits, double *out)
{
    const size_t n = sweep->posterior->n_draws;
    size_t hits = 0;
    for (size_t d = 0; d < n; d++) {
        const bool hit = bits[d / ATN_LANES] >> (d % ATN_LANES) & 1;
        out[d] = hit ? 0.0 : 1.0;
        hits += hit;
    }
    return (double)hits / (double)n;
}

static size_t chunks_of(const attain_sweep *sweep)
{
    return (sweep->posterior->n_draws + ATN_LANES - 1) / ATN_LANES;
}

static void point_of(const attain_sweep *sweep, size_t k, double *point)
{
    point[0] = sweep->vary[0].value[k % sweep->vary[0].n];
    point[1] = sweep->vary[1].value[k / sweep->vary[0].n];
}

typedef struct grid_work {
    double *points;      /* BATCH x 2 */
    unsigned char *hits; /* answers x BATCH x chunks */
    double *step;        /* n_draws */
} grid_work;

static attain_status fill_batch(attain_sweep *sweep, size_t from, size_t n, grid_work *w,
                                attain_error *err)
{
    const size_t n_chunks = chunks_of(sweep), size = sweep->vary[0].n * sweep->vary[1].n;
    for (size_t k = 0; k < n; k++) point_of(sweep, from + k, w->points + 2 * k);
    attain_status status = atn_sweep_evaluate(sweep, w->points, n, w->hits, err);
    for (size_t a = 0; a < sweep->n_answers && status == ATTAIN_OK; a++) {
        atn_reading_job job = sweep->run.job;
        job.effective = sweep->answers[a].effective;
        for (size_t k = 0; k < n && status == ATTAIN_OK; k++) {
            const size_t at = a * size + from + k;
            sweep->probability[at] = unpack(sweep, w->hits + (a * n + k) * n_chunks, w->step);
            status = atn_probability_error(&job, w->step, 0.5, sweep->probability[at],
                                           &sweep->mcse[at], err);
        }
    }
    return status;
}

/* ---- break even ---- */

typedef struct bracket {
    size_t answer, second;
    double low, high; /* values of the first thing */
    bool below;       /* the probability at low lies below `until` */
} bracket;

/* The first pair of neighbours that encloses `until`. */
static bool find_bracket(const attain_sweep *sweep, size_t answer, size_t second, bracket *b)
{
    const size_t n = sweep->vary[0].n;
    const double *p = sweep->probability + (answer * sweep->vary[1].n + second) * n;
    for (size_t k = 0; k + 1 < n; k++) {
        if ((p[k] < sweep->until) == (p[k + 1] < sweep->until)) continue;
        *b = (bracket){.answer = answer,
                       .second = second,
                       .low = sweep->vary[0].value[k],
                       .high = sweep->vary[0].value[k + 1],
                       .below = p[k] < sweep->until};
        return true;
    }
    return false;
}

/* Cuts every bracket into SECTIONS parts and keeps the first that still encloses. */
static attain_status narrow(attain_sweep *sweep, bracket *brackets, size_t n, grid_work *w,
                            attain_error *err)
{
    const size_t n_chunks = chunks_of(sweep), cuts = SECTIONS - 1;
    for (size_t b = 0; b < n; b++)
        for (size_t k = 0; k < cuts; k++) {
            const double share = (double)(k + 1) / SECTIONS;
            double *point = w->points + 2 * (b * cuts + k);
            point[0] = brackets[b].low + share * (brackets[b].high - brackets[b].low);
            point[1] = sweep->vary[1].value[brackets[b].second];
        }
    const attain_status status = atn_sweep_evaluate(sweep, w->points, n * cuts, w->hits, err);
    for (size_t b = 0; b < n && status == ATTAIN_OK; b++) {
        const double from = brackets[b].low, width = (brackets[b].high - from) / SECTIONS;
        size_t part = 0;
        for (; part < cuts; part++) {
            const size_t point = b * cuts + part;
            const double p = unpack(
                sweep, w->hits + (brackets[b].answer * n * cuts + point) * n_chunks, w->step);
            if ((p < sweep->until) != brackets[b].below) break;
        }
        brackets[b].low = from + (double)part * width;
        brackets[b].high = from + (double)(part + 1) * width;
    }
    return status;
}

static attain_status bisect(attain_sweep *sweep, bracket *brackets, size_t n, grid_work *w,
                            attain_error *err)
{
    attain_status status = ATTAIN_OK;
    for (size_t pass = 0; pass < PASSES && status == ATTAIN_OK; pass++)
        status = narrow(sweep, brackets, n, w, err);
    for (size_t b = 0; b < n && status == ATTAIN_OK; b++)
        sweep->break_even[brackets[b].answer * sweep->vary[1].n + brackets[b].second] =
            0.5 * (brackets[b].low + brackets[b].high);
    return status;
}

static attain_status break_even(attain_sweep *sweep, grid_work *w, attain_error *err)
{
    enum { TOGETHER = BATCH / (SECTIONS - 1) };
    bracket brackets[TOGETHER];
    size_t n = 0;
    attain_status status = ATTAIN_OK;
    for (size_t a = 0; a < sweep->n_answers; a++) {
        for (size_t s = 0; s < sweep->vary[1].n && status == ATTAIN_OK; s++) {
            sweep->break_even[a * sweep->vary[1].n + s] = NAN;
            n += find_bracket(sweep, a, s, &brackets[n]);
            if (n < TOGETHER) continue;
            status = bisect(sweep, brackets, n, w, err);
            n = 0;
        }
    }
    return status == ATTAIN_OK && n > 0 ? bisect(sweep, brackets, n, w, err) : status;
}

attain_status atn_sweep_grid(attain_sweep *sweep, attain_error *err)
{
    attain_context *ctx = sweep->ctx;
    const size_t size = sweep->vary[0].n * sweep->vary[1].n;
    grid_work w = {0};
    sweep->probability = atn_alloc_array(ctx, sweep->n_answers, size * sizeof(double));
    sweep->mcse = atn_alloc_array(ctx, sweep->n_answers, size * sizeof(double));
    sweep->break_even = atn_alloc_array(ctx, sweep->n_answers, sweep->vary[1].n * sizeof(double));
    w.points = ATN_NEW_ARRAY(ctx, double, 2 * BATCH);
    w.hits = atn_alloc_array(ctx, sweep->n_answers * BATCH, chunks_of(sweep));
    w.step = ATN_NEW_ARRAY(ctx, double, chunks_of(sweep) * ATN_LANES);
    attain_status status = ATTAIN_OK;
    if (!sweep->probability || !sweep->mcse || !sweep->break_even || !w.points || !w.hits ||
        !w.step)
        status = atn_fail_nomem(err);
    for (size_t from = 0; from < size && status == ATTAIN_OK; from += BATCH)
        status = fill_batch(sweep, from, size - from < BATCH ? size - from : BATCH, &w, err);
    if (status == ATTAIN_OK) status = break_even(sweep, &w, err);
    atn_free(ctx, w.points);
    atn_free(ctx, w.hits);
    atn_free(ctx, w.step);
    return status;
}

/* ---- reading it ---- */

void attain_sweep_free(attain_sweep *sweep)
{
    if (!sweep) return;
    attain_context *ctx = sweep->ctx;
    attain_projection *projection = sweep->run.projection;
    for (size_t v = 0; v < 2; v++) {
        atn_free(ctx, sweep->vary[v].target);
        atn_free(ctx, sweep->vary[v].value);
        atn_free(ctx, sweep->changes[v].target);
        atn_free(ctx, sweep->changes[v].pointer);
        atn_free(ctx, sweep->changes[v].size.text);
    }
    if (sweep->run.ctx) atn_run_free(&sweep->run);
    attain_projection_free(projection);
    atn_free(ctx, sweep->answers);
    atn_free(ctx, sweep->probability);
    atn_free(ctx, sweep->mcse);
    atn_free(ctx, sweep->break_even);
    atn_free(ctx, sweep);
}

void attain_sweep_shape(const attain_sweep *sweep, size_t n[2], size_t *n_answers)
{
    if (n) {
        n[0] = sweep->vary[0].n;
        n[1] = sweep->vary[1].n;
    }
    if (n_answers) *n_answers = sweep->n_answers;
}

double attain_sweep_value(const attain_sweep *sweep, size_t which, size_t index)
{
    return which < 2 && index < sweep->vary[which].n ? sweep->vary[which].value[index] : NAN;
}

attain_status attain_sweep_answer_get(const attain_sweep *sweep, size_t index,
                                      attain_sweep_answer *answer, attain_error *err)
{
    atn_error_clear(err);
    if (!sweep || !answer || index >= sweep->n_answers)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "the sweep has no such answer");
    const attain_study *study = sweep->posterior->study;
    const atn_sweep_answer *a = &sweep->answers[index];
    const size_t d = sweep->run.projection->goals[a->goal].definitions[a->definition].definition;
    answer->goal = study->goals[a->goal].id;
    answer->definition = d == ATN_NONE ? "reference" : study->definitions[d].id;
    answer->reading = sweep->run.goals[a->goal].plans[a->plan].name;
    return ATTAIN_OK;
}

bool attain_sweep_probability(const attain_sweep *sweep, size_t answer, size_t first, size_t second,
                              double *probability, double *mcse)
{
    if (!sweep || answer >= sweep->n_answers || first >= sweep->vary[0].n ||
        second >= sweep->vary[1].n)
        return false;
    const size_t at = (answer * sweep->vary[1].n + second) * sweep->vary[0].n + first;
    if (probability) *probability = sweep->probability[at];
    if (mcse) *mcse = sweep->mcse[at];
    return true;
}

bool attain_sweep_break_even(const attain_sweep *sweep, size_t answer, size_t second, double *value)
{
    if (!sweep || answer >= sweep->n_answers || second >= sweep->vary[1].n) return false;
    const double found = sweep->break_even[answer * sweep->vary[1].n + second];
    if (isnan(found)) return false;
    if (value) *value = found;
    return true;
}
