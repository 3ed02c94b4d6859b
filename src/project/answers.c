/* Goals on one series: one pass over its chunks for all definitions and readings. */
#include "project/run.h"

#include <math.h>
#include <string.h>

enum { RECENT_DAYS = 28 }; /* METHODS 6: the current pace is that of the last 28 days */

typedef struct answers {
    const atn_run *run;
    size_t series;
    size_t *definitions; /* those its goals are counted in, then the reference */
    size_t n_definitions;
    double *reported; /* n_definitions x n_steps */
    double *work;     /* of each worker */
    size_t work_size;
    size_t first_outcome, n_outcomes; /* of this series' goals */
    double *levels; /* best, required, current, past_share: 4 x n_outcomes x padded */
    size_t recent;
} answers;

static atn_outcomes outcomes_of(const answers *a, size_t outcome)
{
    const size_t padded = a->run->padded, size = a->n_outcomes * padded;
    double *level = a->levels + (outcome - a->first_outcome) * padded;
    return (atn_outcomes){.reached = atn_run_reached(a->run, outcome),
                          .best = level,
                          .required = level + size,
                          .current = level + 2 * size,
                          .past_share = level + 3 * size};
}

/* A worker's buffers. */
typedef struct bench {
    double *x;      /* the chunk in one definition */
    double *work;   /* windows */
    double *past;   /* ATN_LANES x n_past */
    double *prefix; /* ATN_LANES x (n_past + 1) */
} bench;

static size_t bench_size(const atn_run *run)
{
    const size_t n = run->study->n_steps;
    return n * ATN_LANES + atn_goal_work_size(n) + ATN_LANES * (2 * run->n_past + 1);
}

static bench bench_of(const answers *a, size_t worker)
{
    const size_t n = a->run->study->n_steps;
    bench b;
    b.x = a->work + worker * a->work_size;
    b.work = b.x + n * ATN_LANES;
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

static void nothing_fits(const atn_outcomes *o, size_t draw)
{
    for (size_t l = 0; l < ATN_LANES; l++) {
        o->reached[draw + l] = INFINITY;
        o->best[draw + l] = o->required[draw + l] = NAN;
        o->current[draw + l] = o->past_share[draw + l] = NAN;
    }
}

static void read_paces(const answers *a, const bench *b, const atn_plan *plan, size_t draw,
                       const atn_outcomes *o)
{
    const size_t n_past = a->run->n_past;
    for (size_t l = 0; l < ATN_LANES; l++) {
        const bool reached = o->reached[draw + l] < (double)n_past;
        const atn_pace pace = atn_goal_pace(b->past + l * n_past, b->prefix + l * (n_past + 1),
                                            n_past, a->recent, &plan->spec, reached);
        o->required[draw + l] = pace.required;
        o->current[draw + l] = pace.current;
        o->past_share[draw + l] = pace.past_share;
    }
}

static void answer_goal(const answers *a, const bench *b, const atn_goal_layout *layout,
                        size_t place, size_t draw)
{
    const size_t n_steps = a->run->study->n_steps;
    const double *windows = NULL;
    size_t first = 0;
    for (size_t k = 0; k < layout->n_plans; k++) {
        const atn_plan *plan = &layout->plans[k];
        const atn_outcomes o = outcomes_of(a, layout->first_outcome + place * layout->n_plans + k);
        if (plan->empty) {
            nothing_fits(&o, draw);
            continue;
        }
        if (!windows || !windows_agree(&plan->spec, &layout->plans[k - 1].spec))
            windows = atn_goal_windows(b->x, n_steps, &plan->spec, b->work, &first);
        atn_goal_scan(windows, n_steps, first, &plan->spec, o.reached + draw, o.best + draw);
        for (size_t l = 0; plan->at_deadline && l < ATN_LANES; l++)
            if (o.reached[draw + l] > (double)plan->spec.deadline) o.reached[draw + l] = INFINITY;
        read_paces(a, b, plan, draw, &o);
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

static bool answer_chunk(void *user, size_t chunk, size_t worker)
{
    const answers *a = user;
    const atn_run *run = a->run;
    const bench b = bench_of(a, worker);
    atn_paths_realise(&run->paths, chunk, worker);
    for (size_t d = 0; d + 1 < a->n_definitions; d++) {
        atn_paths_define(&run->paths, chunk, counted_in(a, a->definitions[d]),
                         a->reported + d * run->study->n_steps, b.x);
        unweave_past(&b, run->n_past);
        for (size_t g = 0; g < run->study->n_goals; g++) {
            const atn_goal *goal = &run->study->goals[g];
            const atn_goal_result *result = &run->projection->goals[g];
            if (goal->form != ATN_GOAL_SINGLE || goal->series != a->series) continue;
            for (size_t k = 0; k < result->n_definitions; k++)
                if (result->definitions[k].definition == a->definitions[d])
                    answer_goal(a, &b, &run->goals[g], k, chunk * ATN_LANES);
        }
    }
    leave_reference(a, chunk);
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
        const size_t end = first + result->n_definitions * run->goals[g].n_plans;
        if (a->n_outcomes == 0) a->first_outcome = first;
        a->n_outcomes = end - a->first_outcome;
        for (size_t k = 0; k < result->n_definitions; k++)
            if (!uses(a, result->definitions[k].definition))
                a->definitions[a->n_definitions++] = result->definitions[k].definition;
    }
    a->definitions[a->n_definitions++] = ATN_NONE;
}

static attain_status fill_readings(const answers *a, attain_error *err)
{
    const atn_run *run = a->run;
    atn_reading_job job = run->job;
    job.effective = atn_effective_draws(run->posterior, &a->series, 1);
    const atn_block *block = &run->posterior->blocks[run->posterior->block_of_series[a->series]];
    job.choice = block->n_candidates > 1 ? block : NULL;
    for (size_t g = 0; g < run->study->n_goals; g++) {
        const atn_goal *goal = &run->study->goals[g];
        const atn_goal_layout *layout = &run->goals[g];
        if (goal->form != ATN_GOAL_SINGLE || goal->series != a->series) continue;
        for (size_t k = 0; k < run->projection->goals[g].n_definitions; k++) {
            atn_goal_definition *definition = &run->projection->goals[g].definitions[k];
            for (size_t j = 0; j < layout->n_plans; j++) {
                const atn_outcomes o =
                    outcomes_of(a, layout->first_outcome + k * layout->n_plans + j);
                const attain_status status =
                    atn_reading_fill(&job, &layout->plans[j], &o, &definition->readings[j], err);
                if (run->best)
                    memcpy(atn_run_best(run, layout->first_outcome + k * layout->n_plans + j),
                           o.best, run->padded * sizeof *o.best);
                if (status != ATTAIN_OK) return status;
            }
        }
        run->goals[g].done = true;
    }
    return ATTAIN_OK;
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
    a->levels = atn_alloc_array(ctx, 4 * a->n_outcomes, run->padded * sizeof(double));
    if (!a->reported || !a->work || !a->levels) return atn_fail_nomem(err);
    for (size_t d = 0; d < a->n_definitions; d++)
        atn_reported_steps(study, a->series, counted_in(a, a->definitions[d]),
                           a->reported + d * study->n_steps);
    const double recent = RECENT_DAYS / atn_step_unit_days(study->calendar.unit);
    a->recent = recent > 1.5 ? (size_t)(recent + 0.5) : 1;
    return ATTAIN_OK;
}

attain_status atn_answer_series(atn_run *run, size_t series, attain_error *err)
{
    answers a = {.run = run, .series = series};
    attain_status status = prepare(&a, err);
    if (status == ATTAIN_OK)
        status = atn_parallel_for(run->ctx, run->paths.n_chunks, answer_chunk, &a, "project", err);
    if (status == ATTAIN_OK) status = fill_readings(&a, err);
    atn_free(run->ctx, a.definitions);
    atn_free(run->ctx, a.reported);
    atn_free(run->ctx, a.work);
    atn_free(run->ctx, a.levels);
    return status;
}
