/* Scenarios: every goal again on the same draws and streams, then the difference draw by draw. */
#include "project/scenario_run.h"

#include <math.h>
#include <string.h>

#include "project/shown.h"
#include "stats/distribution.h"
#include "stats/summary.h"

void atn_scenario_results_free(attain_context *ctx, atn_scenario_result *results, size_t n)
{
    for (size_t k = 0; results && k < n; k++) {
        attain_projection_free(results[k].answer);
        atn_free(ctx, results[k].paired);
        for (size_t j = 0; j < results[k].n_paths; j++) {
            atn_free(ctx, results[k].paths[j].level);
            atn_free(ctx, results[k].paths[j].change);
        }
        atn_free(ctx, results[k].paths);
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
    atn_kept kept;
} pass;

static void pass_free(pass *p)
{
    if (p->kept.rate || p->kept.total) atn_kept_free(&p->run, &p->kept);
    atn_run_free(&p->run);
    attain_projection_free(p->projection);
    p->projection = NULL;
}

static attain_status pass_series(pass *p, size_t s, attain_error *err)
{
    attain_status status = atn_paths_load(&p->run.paths, s, err);
    if (status == ATTAIN_OK && p->kept.rate[s]) atn_shown_add(&p->run, p->kept.rate[s]);
    if (status == ATTAIN_OK) status = atn_answer_series(&p->run, s, err);
    if (status == ATTAIN_OK && p->kept.total[s]) atn_shown_add(&p->run, p->kept.total[s]);
    return status;
}

/* Answers every goal under `futures` (NULL: none), and keeps what each draw does. */
static attain_status run_pass(attain_context *ctx, const attain_posterior *posterior,
                              atn_futures *futures, pass *p, attain_error *err)
{
    *p = (pass){
        .run = {
            .ctx = ctx, .posterior = posterior, .study = posterior->study, .no_baselines = true}};
    attain_status status = atn_projection_create(ctx, posterior, &p->projection, err);
    p->run.projection = p->projection;
    if (status == ATTAIN_OK) status = atn_run_open(&p->run, err);
    if (status != ATTAIN_OK) return status;
    p->run.paths.futures = futures;
    p->run.best = atn_alloc_array(ctx, p->run.n_outcomes, p->run.padded * sizeof *p->run.best);
    if (!p->run.best) return atn_fail_nomem(err);
    for (size_t k = 0; k < p->run.n_outcomes * p->run.padded; k++) p->run.best[k] = NAN;
    status = atn_kept_open(&p->run, &p->kept, err);
    for (size_t s = 0; s < posterior->study->n_series && status == ATTAIN_OK; s++)
        status = pass_series(p, s, err);
    return status == ATTAIN_OK ? atn_answer_compounds(&p->run, err) : status;
}

/* ---- pairing ---- */

typedef struct pairing {
    const atn_run *base, *other;
    double *difference; /* n_draws of each outcome of a mixture */
    double *scratch;    /* the same */
    size_t n;
} pairing;

/* One outcome, or those of a reading in every definition: `n` of them, `stride` apart. */
typedef struct counted {
    size_t first, n, stride;
} counted;

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

/* Every draw's best value in every definition, one definition after the other. */
static void gather(const pairing *p, const atn_run *run, const counted *c, double *out)
{
    for (size_t k = 0; k < c->n; k++)
        memcpy(out + k * p->n, atn_run_best(run, c->first + k * c->stride), p->n * sizeof *out);
}

/* Quantiles of n values, which are sorted; NaN where one is missing. */
static void levels_of(double *x, size_t n, double *out)
{
    static const double levels[] = {0.05, 0.5, 0.95};
    bool known = true;
    for (size_t d = 0; d < n; d++) known = known && !isnan(x[d]);
    out[0] = out[1] = out[2] = NAN;
    if (known) atn_quantiles(x, n, levels, 3, out);
}

static bool unchanged(const pairing *p, const counted *c)
{
    const size_t bytes = p->n * sizeof(double);
    for (size_t k = 0; k < c->n; k++) {
        const size_t o = c->first + k * c->stride;
        if (memcmp(atn_run_reached(p->base, o), atn_run_reached(p->other, o), bytes) != 0 ||
            memcmp(atn_run_best(p->base, o), atn_run_best(p->other, o), bytes) != 0)
            return false;
    }
    return true;
}

static attain_status pair(const pairing *p, const counted *c, double deadline, double effective,
                          atn_paired *out, attain_error *err)
{
    const size_t n = p->n * c->n;
    for (size_t d = 0; d < p->n; d++) {
        double sum = 0;
        for (size_t k = 0; k < c->n; k++) {
            const size_t o = c->first + k * c->stride;
            sum += (double)(atn_run_reached(p->other, o)[d] <= deadline) -
                   (double)(atn_run_reached(p->base, o)[d] <= deadline);
        }
        p->difference[d] = sum / (double)c->n;
    }
    out->difference = atn_mean(p->difference, p->n);
    const attain_status status = difference_error(p, effective, unchanged(p, c), &out->mcse, err);
    gather(p, p->other, c, p->difference);
    gather(p, p->base, c, p->scratch);
    out->variance_ratio = atn_variance_ratio(p->difference, p->scratch, n);
    for (size_t d = 0; d < n; d++) p->difference[d] -= p->scratch[d];
    out->mean_change = atn_mean(p->difference, n);
    levels_of(p->difference, n, out->change);
    levels_of(p->scratch, n, out->baseline);
    gather(p, p->other, c, p->scratch);
    levels_of(p->scratch, n, out->value);
    return status;
}

/* The least of the effective draws of the series that a goal rests on. */
static double effective_draws(const atn_run *run, size_t goal)
{
    double least = (double)run->posterior->n_draws;
    for (size_t s = 0; s < run->study->n_series; s++)
        if (atn_run_tie(run, goal, s) & ATN_GOAL_RESTS)
            least = fmin(least, atn_effective_draws(run->posterior, &s, 1));
    return least;
}

static attain_status pair_goal(const pairing *p, size_t g, atn_scenario_result *out,
                               attain_error *err)
{
    const atn_goal_layout *layout = &p->base->goals[g];
    const atn_goal_result *result = &p->base->projection->goals[g];
    const double effective = effective_draws(p->base, g);
    for (size_t k = 0; k < result->n_definitions; k++) {
        for (size_t j = 0; j < layout->n_plans; j++) {
            const bool mixture = result->definitions[k].definition == ATN_POOLED;
            const counted c = {.first =
                                   layout->first_outcome + (mixture ? j : k * layout->n_plans + j),
                               .n = mixture ? layout->n_counted : 1,
                               .stride = layout->n_plans};
            const attain_status status = pair(p, &c, (double)layout->plans[j].spec.deadline,
                                              effective, &out->paired[out->n_paired++], err);
            if (status != ATTAIN_OK) return status;
        }
    }
    return ATTAIN_OK;
}

static attain_status pair_all(const atn_run *base, const atn_run *other, atn_scenario_result *out,
                              attain_error *err)
{
    attain_context *ctx = base->ctx;
    pairing p = {.base = base, .other = other, .n = base->posterior->n_draws};
    size_t most = 1, n_readings = 0;
    for (size_t g = 0; g < base->study->n_goals; g++) {
        const atn_goal_layout *layout = &base->goals[g];
        if (layout->n_counted > most) most = layout->n_counted;
        n_readings += base->projection->goals[g].n_definitions * layout->n_plans;
    }
    p.difference = ATN_NEW_ARRAY(ctx, double, most *p.n);
    p.scratch = ATN_NEW_ARRAY(ctx, double, most *p.n);
    out->paired = ATN_NEW_ARRAY(ctx, atn_paired, n_readings);
    attain_status status =
        p.difference && p.scratch && out->paired ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t g = 0; g < base->study->n_goals && status == ATTAIN_OK; g++)
        status = pair_goal(&p, g, out, err);
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

static attain_status run_scenario(const pass *without, size_t s, atn_scenario_result *out,
                                  attain_error *err)
{
    const atn_run *base = &without->run;
    attain_context *ctx = base->ctx;
    atn_futures *futures = NULL;
    pass p = {.projection = NULL};
    out->scenario = s;
    attain_status status =
        atn_futures_of_scenario(ctx, base->posterior, s, base->paths.n_workers, &futures, err);
    if (status == ATTAIN_OK) {
        status = run_pass(ctx, base->posterior, futures, &p, err);
        if (status == ATTAIN_OK) status = pair_all(base, &p.run, out, err);
        if (status == ATTAIN_OK) status = atn_kept_compare(base, &without->kept, &p.kept, out, err);
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
        if (status == ATTAIN_OK) status = run_scenario(&base, s, &results[n++], err);
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
