/* Scenarios: every goal again on the same draws and streams, then the difference draw by draw. */
#include "project/scenario_run.h"

#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "stats/summary.h"

void atn_scenario_results_free(attain_context *ctx, atn_scenario_result *results, size_t n)
{
    for (size_t k = 0; results && k < n; k++) {
        attain_projection_free(results[k].answer);
        atn_free(ctx, results[k].paired);
    }
    atn_free(ctx, results);
}

double atn_variance_ratio(const double *a, const double *b, size_t n)
{
    double mean_a = 0, mean_b = 0, va = 0, vb = 0, vd = 0;
    for (size_t d = 0; d < n; d++) {
        mean_a += a[d] / (double)n;
        mean_b += b[d] / (double)n;
    }
    for (size_t d = 0; d < n; d++) {
        const double x = a[d] - mean_a, y = b[d] - mean_b;
        va += x * x;
        vb += y * y;
        vd += (x - y) * (x - y);
    }
    return va + vb > 0 ? vd / (va + vb) : NAN;
}

/* ---- one pass over the goals ---- */

typedef struct pass {
    atn_run run;
    attain_projection *projection;
} pass;

static void pass_free(pass *p)
{
    atn_run_free(&p->run);
    attain_projection_free(p->projection);
    p->projection = NULL;
}

/* Answers every goal under `futures` (NULL: none), and keeps what each draw does. */
static attain_status run_pass(attain_context *ctx, const attain_posterior *posterior,
                              atn_futures *futures, pass *p, attain_error *err)
{
    *p = (pass){.run = {.ctx = ctx, .posterior = posterior, .study = posterior->study}};
    attain_status status = atn_projection_create(ctx, posterior, &p->projection, err);
    p->run.projection = p->projection;
    if (status == ATTAIN_OK) status = atn_run_open(&p->run, err);
    if (status != ATTAIN_OK) return status;
    p->run.paths.futures = futures;
    p->run.best = atn_alloc_array(ctx, p->run.n_outcomes, p->run.padded * sizeof *p->run.best);
    if (!p->run.best) return atn_fail_nomem(err);
    for (size_t k = 0; k < p->run.n_outcomes * p->run.padded; k++) p->run.best[k] = NAN;
    for (size_t s = 0; s < posterior->study->n_series && status == ATTAIN_OK; s++) {
        status = atn_paths_load(&p->run.paths, s, err);
        if (status == ATTAIN_OK) status = atn_answer_series(&p->run, s, err);
    }
    return status == ATTAIN_OK ? atn_answer_compounds(&p->run, err) : status;
}

/* ---- pairing ---- */

typedef struct pairing {
    const atn_run *base, *other;
    double *difference; /* n_draws */
    double *scratch;    /* n_draws */
    size_t n;
} pairing;

/* As atn_probability_error: independent draws, or chains by their effective sample size; never
 * less than the last unseen draw, unless no draw is touched at all. */
static attain_status difference_error(const pairing *p, double effective, bool same, double *mcse,
                                      attain_error *err)
{
    const size_t chains = p->base->posterior->n_chains;
    double n = effective, ess;
    const double sd = atn_sd(p->difference, p->n);
    *mcse = 0.0;
    if (same) return ATTAIN_OK;
    if (chains > 1 && p->n % chains == 0 && sd > 0) {
        const attain_status status =
            atn_ess_mean(p->base->ctx, p->difference, chains, p->n / chains, &ess, err);
        if (status != ATTAIN_OK) return status;
        if (isfinite(ess) && ess > 0) n = fmin(n, ess);
    }
    *mcse = fmax(sd / sqrt(n), 0.5 / n);
    return ATTAIN_OK;
}

static void levels_of(const pairing *p, const double *x, double *out)
{
    static const double levels[] = {0.05, 0.5, 0.95};
    bool known = true;
    for (size_t d = 0; d < p->n; d++) {
        p->scratch[d] = x[d];
        known &= !isnan(x[d]);
    }
    out[0] = out[1] = out[2] = NAN;
    if (known) atn_quantiles(p->scratch, p->n, levels, 3, out);
}

static attain_status pair(const pairing *p, size_t outcome, double deadline, double effective,
                          atn_paired *out, attain_error *err)
{
    const double *before = atn_run_reached(p->base, outcome),
                 *base = atn_run_best(p->base, outcome);
    const double *after = atn_run_reached(p->other, outcome),
                 *best = atn_run_best(p->other, outcome);
    const size_t bytes = p->n * sizeof *base;
    const bool same = memcmp(before, after, bytes) == 0 && memcmp(base, best, bytes) == 0;
    for (size_t d = 0; d < p->n; d++)
        p->difference[d] = (double)(after[d] <= deadline) - (double)(before[d] <= deadline);
    out->difference = atn_mean(p->difference, p->n);
    const attain_status status = difference_error(p, effective, same, &out->mcse, err);
    levels_of(p, best, out->value);
    levels_of(p, base, out->baseline);
    out->variance_ratio = atn_variance_ratio(best, base, p->n);
    for (size_t d = 0; d < p->n; d++) p->difference[d] = best[d] - base[d];
    levels_of(p, p->difference, out->change);
    out->mean_change = atn_mean(p->difference, p->n);
    return status;
}

/* The least of the effective draws of the series that a goal rests on. */
static double effective_draws(const atn_run *run, size_t goal)
{
    const atn_goal *g = &run->study->goals[goal];
    if (g->form == ATN_GOAL_SINGLE) return atn_effective_draws(run->posterior, &g->series, 1);
    double least = (double)run->posterior->n_draws;
    for (size_t m = 0; m < g->n_members; m++)
        least = fmin(least, effective_draws(run, g->members[m]));
    return least;
}

static attain_status pair_all(const atn_run *base, const atn_run *other, atn_scenario_result *out,
                              attain_error *err)
{
    attain_context *ctx = base->ctx;
    pairing p = {.base = base, .other = other, .n = base->posterior->n_draws};
    p.difference = ATN_NEW_ARRAY(ctx, double, p.n);
    p.scratch = ATN_NEW_ARRAY(ctx, double, p.n);
    out->paired = ATN_NEW_ARRAY(ctx, atn_paired, base->n_outcomes);
    attain_status status =
        p.difference && p.scratch && out->paired ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t g = 0; g < base->study->n_goals && status == ATTAIN_OK; g++) {
        const atn_goal_layout *layout = &base->goals[g];
        const size_t n = base->projection->goals[g].n_definitions * layout->n_plans;
        const double effective = effective_draws(base, g);
        for (size_t k = 0; k < n && status == ATTAIN_OK; k++)
            status = pair(&p, layout->first_outcome + k,
                          (double)layout->plans[k % layout->n_plans].spec.deadline, effective,
                          &out->paired[out->n_paired++], err);
    }
    atn_free(ctx, p.difference);
    atn_free(ctx, p.scratch);
    return status;
}

/* A failure is told with the scenario it belongs to. */
static attain_status told(const atn_run *base, size_t s, attain_status status, attain_error *err)
{
    char message[sizeof err->message];
    if (status != ATTAIN_ERR_NUMERIC || !err) return status;
    memcpy(message, err->message, sizeof message);
    atn_error_clear(err);
    return atn_fail_at(err, status, base->study->scenarios[s].pointer, 0, 0, "scenario \"%s\": %s",
                       base->study->scenarios[s].id, message);
}

static attain_status run_scenario(const atn_run *base, size_t s, atn_scenario_result *out,
                                  attain_error *err)
{
    attain_context *ctx = base->ctx;
    atn_futures *futures = NULL;
    pass p = {.projection = NULL};
    out->scenario = s;
    attain_status status =
        atn_futures_of_scenario(ctx, base->posterior, s, base->paths.n_workers, &futures, err);
    if (status == ATTAIN_OK) {
        status = run_pass(ctx, base->posterior, futures, &p, err);
        if (status == ATTAIN_OK) status = pair_all(base, &p.run, out, err);
        if (status == ATTAIN_OK) {
            out->answer = p.projection;
            p.projection = NULL;
        }
        pass_free(&p);
    }
    atn_futures_free(futures);
    return told(base, s, status, err);
}

attain_status attain_project_scenarios(attain_context *context, attain_projection *projection,
                                       attain_error *err)
{
    atn_error_clear(err);
    if (!context || !projection)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "context and projection are needed");
    const attain_study *study = projection->posterior->study;
    atn_scenario_result *results = ATN_NEW_ARRAY(context, atn_scenario_result, study->n_scenarios);
    if (!results) return atn_fail_nomem(err);
    size_t n = 0;
    pass base = {.projection = NULL};
    attain_status status = ATTAIN_OK;
    for (size_t s = 0; s < study->n_scenarios && status == ATTAIN_OK; s++) {
        if (study->scenarios[s].left_out) continue;
        if (!base.projection) status = run_pass(context, projection->posterior, NULL, &base, err);
        if (status == ATTAIN_OK) status = run_scenario(&base.run, s, &results[n++], err);
    }
    if (base.projection || base.run.ctx) pass_free(&base);
    if (status != ATTAIN_OK) {
        atn_scenario_results_free(context, results, n);
        return status;
    }
    atn_scenario_results_free(projection->ctx, projection->scenarios, projection->n_scenarios);
    projection->scenarios = results;
    projection->n_scenarios = n;
    return ATTAIN_OK;
}
