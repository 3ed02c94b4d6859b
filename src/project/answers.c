/* Goals on one series: one pass over its chunks for all definitions and readings. */
#include "project/run.h"

#include <math.h>
#include <string.h>

/* Numbers of an outcome beside the step it is reached at, a row each. */
enum { ROW_BEST, ROW_REQUIRED, ROW_CURRENT, ROW_PAST_SHARE, ROW_CARRIED_BEST, N_ROWS = 6 };

typedef struct answers {
    const atn_run *run;
    size_t series;
    size_t *definitions; /* those its goals are counted in, then the reference */
    size_t n_definitions;
    double *reported; /* n_definitions x n_steps */
    double *work;     /* of each worker */
    size_t work_size;
    size_t first_outcome, n_outcomes; /* of this series' goals */
    double *levels;                   /* N_ROWS x n_outcomes x padded */
} answers;

static double *row_of(const answers *a, size_t row, size_t outcome)
{
    return a->levels + (row * a->n_outcomes + outcome - a->first_outcome) * a->run->padded;
}

static atn_outcomes outcomes_of(const answers *a, size_t outcome)
{
    atn_outcomes o = {.reached = atn_run_reached(a->run, outcome),
                      .best = row_of(a, ROW_BEST, outcome),
                      .required = row_of(a, ROW_REQUIRED, outcome),
                      .current = row_of(a, ROW_CURRENT, outcome),
                      .past_share = row_of(a, ROW_PAST_SHARE, outcome)};
    for (size_t k = 0; k < a->run->n_carried; k++) {
        o.carried[k] = atn_run_carried(a->run, k, outcome);
        o.carried_best[k] = row_of(a, ROW_CARRIED_BEST + k, outcome);
    }
    return o;
}

/* A worker's buffers. */
typedef struct bench {
    double *x;       /* the chunk in one definition */
    double *scatter; /* realised amounts over the path; only where baselines are wanted */
    double *carried; /* x as a baseline has it; the same */
    double *work;    /* windows */
    double *past;    /* ATN_LANES x n_past */
    double *prefix;  /* ATN_LANES x (n_past + 1) */
} bench;

static size_t bench_size(const atn_run *run)
{
    const size_t n = run->study->n_steps, sheets = run->n_carried > 0 ? 3 : 1;
    return sheets * n * ATN_LANES + atn_goal_work_size(n) + ATN_LANES * (2 * run->n_past + 1);
}

static bench bench_of(const answers *a, size_t worker)
{
    const size_t n = a->run->study->n_steps;
    bench b;
    b.x = a->work + worker * a->work_size;
    b.scatter = a->run->n_carried > 0 ? b.x + n * ATN_LANES : NULL;
    b.carried = a->run->n_carried > 0 ? b.scatter + n * ATN_LANES : NULL;
    b.work = b.x + (a->run->n_carried > 0 ? 3 : 1) * n * ATN_LANES;
    b.past = b.work + atn_goal_work_size(n);
    b.prefix = b.past + ATN_LANES * a->run->n_past;
    return b;
}

static void unweave_past(const bench *b, size_t n_past)
{
    for (size_t l = 0; l < ATN_LANES; l++) {
        double *past = b->past + l * n_past, *prefix = b->prefix + l * (n_past + 1);
        prefix[0] = 0.0;
        for (size_t i = 0; i < n_past; i++) {
            past[i] = b->x[i * ATN_LANES + l];
            prefix[i + 1] = prefix[i] + past[i];
        }
    }
}

static bool windows_agree(const attain_goal_spec *a, const attain_goal_spec *b)
{
    return a->statistic == b->statistic && a->over == b->over && a->held == b->held &&
           a->start == b->start && a->at_most == b->at_most;
}

/* The goal on one sheet of paths: reached and best of each reading. */
static void scan_goal(const answers *a, const bench *b, const double *x,
                      const atn_goal_layout *layout, const atn_outcomes *outcomes, size_t draw)
{
    const size_t n_steps = a->run->study->n_steps;
    const double *windows = NULL;
    size_t first = 0;
    for (size_t k = 0; k < layout->n_plans; k++) {
        const atn_plan *plan = &layout->plans[k];
        double *reached = outcomes[k].reached + draw, *best = outcomes[k].best + draw;
        if (plan->empty) {
            for (size_t l = 0; l < ATN_LANES; l++) reached[l] = INFINITY;
            for (size_t l = 0; l < ATN_LANES; l++) best[l] = NAN;
            continue;
        }
        if (!windows || !windows_agree(&plan->spec, &layout->plans[k - 1].spec))
            windows = atn_goal_windows(x, n_steps, &plan->spec, b->work, &first);
        atn_goal_scan(windows, n_steps, first, &plan->spec, reached, best);
        for (size_t l = 0; plan->at_deadline && l < ATN_LANES; l++)
            if (reached[l] > (double)plan->spec.deadline) reached[l] = INFINITY;
    }
}

static void read_paces(const answers *a, const bench *b, const atn_plan *plan, size_t draw,
                       const atn_outcomes *o)
{
    const size_t n_past = a->run->n_past;
    for (size_t l = 0; l < ATN_LANES; l++) {
        const bool reached = o->reached[draw + l] < (double)n_past;
        atn_pace pace = {.required = NAN, .current = NAN, .past_share = NAN};
        if (!plan->empty)
            pace = atn_goal_pace(b->past + l * n_past, b->prefix + l * (n_past + 1), n_past,
                                 a->run->recent, &plan->spec, reached);
        o->required[draw + l] = pace.required;
        o->current[draw + l] = pace.current;
        o->past_share[draw + l] = pace.past_share;
    }
}

/* A goal in its definition at `place`, on the model's paths and on each baseline's. */
static void answer_goal(const answers *a, const bench *b, const atn_goal_layout *layout,
                        size_t place, size_t draw)
{
    atn_outcomes o[ATN_MAX_PLANS];
    for (size_t k = 0; k < layout->n_plans; k++)
        o[k] = outcomes_of(a, layout->first_outcome + place * layout->n_plans + k);
    scan_goal(a, b, b->x, layout, o, draw);
    for (size_t k = 0; !a->run->outcomes_only && k < layout->n_plans; k++)
        read_paces(a, b, &layout->plans[k], draw, &o[k]);
}

static void answer_carried(const answers *a, const bench *b, const atn_goal_layout *layout,
                           size_t place, size_t baseline, size_t draw)
{
    atn_outcomes o[ATN_MAX_PLANS];
    for (size_t k = 0; k < layout->n_plans; k++) {
        o[k] = outcomes_of(a, layout->first_outcome + place * layout->n_plans + k);
        o[k].reached = o[k].carried[baseline];
        o[k].best = o[k].carried_best[baseline];
    }
    scan_goal(a, b, b->carried, layout, o, draw);
}

/* Calls every goal on the series that is counted in this definition. */
static void answer_definition(const answers *a, const bench *b, size_t definition, size_t draw)
{
    const atn_run *run = a->run;
    for (size_t carried = 0; carried <= run->n_carried; carried++) {
        if (carried > 0)
            atn_carry_on(run, a->series, (atn_baseline_kind)(carried - 1), b->x, b->scatter,
                         b->carried);
        for (size_t g = 0; g < run->study->n_goals; g++) {
            const atn_goal *goal = &run->study->goals[g];
            const atn_goal_layout *layout = &run->goals[g];
            const atn_goal_definition *counted = run->projection->goals[g].definitions;
            if (goal->form != ATN_GOAL_SINGLE || goal->series != a->series) continue;
            for (size_t k = 0; k < layout->n_counted; k++) {
                if (counted[k].definition != definition) continue;
                if (carried > 0)
                    answer_carried(a, b, layout, k, carried - 1, draw);
                else
                    answer_goal(a, b, layout, k, draw);
            }
        }
    }
}

/* A scenario may count the goals of a series in a definition of its own. */
static size_t counted_in(const answers *a, size_t definition)
{
    const atn_futures *futures = a->run->paths.futures;
    const size_t other = futures ? futures->counted_in[a->series] : ATN_AS_STATED;
    return other == ATN_AS_STATED ? definition : other;
}

/* The reference as realised, for flows summed up from the origin. */
static void leave_reference(const answers *a, size_t chunk)
{
    const atn_run *run = a->run;
    double *y = atn_paths_chunk(&run->paths, chunk);
    const size_t last = a->n_definitions - 1;
    atn_paths_define(&run->paths, chunk, a->definitions[last],
                     a->reported + last * run->study->n_steps, y);
    if (run->study->series[a->series].kind != ATN_FLOW) return;
    for (size_t i = ATN_LANES; i < run->study->n_steps * ATN_LANES; i++) y[i] += y[i - ATN_LANES];
}

/* Realises the chunk, and keeps what that multiplied each step by. */
static void realise(const answers *a, const bench *b, size_t chunk, size_t worker)
{
    const atn_paths *paths = &a->run->paths;
    const size_t size = a->run->study->n_steps * ATN_LANES;
    const double *y = atn_paths_chunk(paths, chunk);
    if (b->scatter) memcpy(b->scatter, y, size * sizeof *y);
    atn_paths_realise(paths, chunk, worker);
    for (size_t i = 0; b->scatter && i < size; i++) {
        const double by = y[i] / b->scatter[i];
        b->scatter[i] = isfinite(by) ? by : 1.0; /* 0 stays 0 */
    }
}

static bool answer_chunk(void *user, size_t chunk, size_t worker)
{
    const answers *a = user;
    const atn_run *run = a->run;
    const bench b = bench_of(a, worker);
    realise(a, &b, chunk, worker);
    for (size_t d = 0; d + 1 < a->n_definitions; d++) {
        atn_paths_define(&run->paths, chunk, counted_in(a, a->definitions[d]),
                         a->reported + d * run->study->n_steps, b.x);
        if (!run->outcomes_only) unweave_past(&b, run->n_past);
        answer_definition(a, &b, a->definitions[d], chunk * ATN_LANES);
    }
    if (!run->outcomes_only) leave_reference(a, chunk);
    return true;
}

static bool uses(const answers *a, size_t definition)
{
    for (size_t d = 0; d < a->n_definitions; d++)
        if (a->definitions[d] == definition) return true;
    return false;
}

/* Definitions this series' goals are counted in, and the span of their outcomes. */
static void gather(answers *a)
{
    const atn_run *run = a->run;
    for (size_t g = 0; g < run->study->n_goals; g++) {
        const atn_goal *goal = &run->study->goals[g];
        const atn_goal_result *result = &run->projection->goals[g];
        if (goal->form != ATN_GOAL_SINGLE || goal->series != a->series) continue;
        const size_t first = run->goals[g].first_outcome;
        const size_t n_counted = run->goals[g].n_counted;
        const size_t end = first + n_counted * run->goals[g].n_plans;
        if (a->n_outcomes == 0) a->first_outcome = first;
        a->n_outcomes = end - a->first_outcome;
        for (size_t k = 0; k < n_counted; k++)
            if (!uses(a, result->definitions[k].definition))
                a->definitions[a->n_definitions++] = result->definitions[k].definition;
    }
    a->definitions[a->n_definitions++] = ATN_NONE;
}

/* A goal's readings, definition by definition, then those of all definitions together. */
static attain_status fill_goal(const answers *a, const atn_reading_job *job, size_t g,
                               atn_outcomes *outcomes, attain_error *err)
{
    const atn_goal_layout *layout = &a->run->goals[g];
    const atn_goal_result *result = &a->run->projection->goals[g];
    const size_t n = layout->n_counted;
    attain_status status = ATTAIN_OK;
    for (size_t j = 0; j < layout->n_plans && status == ATTAIN_OK; j++) {
        for (size_t k = 0; k < n && status == ATTAIN_OK; k++) {
            outcomes[k] = outcomes_of(a, layout->first_outcome + k * layout->n_plans + j);
            status = atn_reading_fill(job, &layout->plans[j], &outcomes[k], 1,
                                      &result->definitions[k].readings[j], err);
        }
        if (status == ATTAIN_OK && n < result->n_definitions)
            status = atn_reading_fill(job, &layout->plans[j], outcomes, n,
                                      &result->definitions[n].readings[j], err);
    }
    return status;
}

static attain_status fill_readings(const answers *a, attain_error *err)
{
    const atn_run *run = a->run;
    atn_reading_job job = run->job;
    job.effective = atn_effective_draws(run->posterior, &a->series, 1);
    const atn_block *block = &run->posterior->blocks[run->posterior->block_of_series[a->series]];
    job.choice = block->n_candidates > 1 ? block : NULL;
    atn_outcomes *outcomes = ATN_NEW_ARRAY(run->ctx, atn_outcomes, run->study->n_definitions + 1);
    if (!outcomes) return atn_fail_nomem(err);
    attain_status status = ATTAIN_OK;
    for (size_t g = 0; g < run->study->n_goals && status == ATTAIN_OK; g++) {
        const atn_goal *goal = &run->study->goals[g];
        if (goal->form != ATN_GOAL_SINGLE || goal->series != a->series) continue;
        if (!run->outcomes_only) status = fill_goal(a, &job, g, outcomes, err);
        run->goals[g].done = true;
    }
    atn_free(run->ctx, outcomes);
    return status;
}

static attain_status prepare(answers *a, attain_error *err)
{
    const atn_run *run = a->run;
    attain_context *ctx = run->ctx;
    const attain_study *study = run->study;
    a->definitions = ATN_NEW_ARRAY(ctx, size_t, study->n_definitions + 2);
    if (!a->definitions) return atn_fail_nomem(err);
    gather(a);
    a->work_size = bench_size(run);
    a->reported = atn_alloc_array(ctx, a->n_definitions, study->n_steps * sizeof(double));
    a->work = atn_alloc_array(ctx, run->paths.n_workers, a->work_size * sizeof(double));
    a->levels = atn_alloc_array(ctx, N_ROWS * a->n_outcomes, run->padded * sizeof(double));
    if (!a->reported || !a->work || !a->levels) return atn_fail_nomem(err);
    for (size_t d = 0; d < a->n_definitions; d++)
        atn_reported_steps(study, a->series, counted_in(a, a->definitions[d]),
                           a->reported + d * study->n_steps);
    return ATTAIN_OK;
}

attain_status atn_answer_series(atn_run *run, size_t series, attain_error *err)
{
    answers a = {.run = run, .series = series};
    attain_status status = prepare(&a, err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(run->ctx, run->paths.n_chunks, answer_chunk, &a, "project", err);
    if (status == ATTAIN_OK && run->best) /* the first row of levels */
        memcpy(run->best + a.first_outcome * run->padded, a.levels,
               a.n_outcomes * run->padded * sizeof *run->best);
    if (status == ATTAIN_OK) status = fill_readings(&a, err);
    atn_free(run->ctx, a.definitions);
    atn_free(run->ctx, a.reported);
    atn_free(run->ctx, a.work);
    atn_free(run->ctx, a.levels);
    return status;
}
