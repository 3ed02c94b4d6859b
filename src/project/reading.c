/* Probabilities, dates, shortfalls and paces of one reading over the draws. */
#include "project/reading.h"

#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "stats/summary.h"

const double atn_levels[ATN_N_LEVELS] = {0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975};
const double atn_date_levels[ATN_N_DATE_LEVELS] = {0.05, 0.25, 0.5, 0.75, 0.95};
const double atn_date_tails[ATN_N_DATE_TAILS] = {0.1, 0.9};
const double atn_attainable_levels[ATN_N_ATTAINABLE] = {0.1, 0.5, 0.9};

static const double ALREADY = 0.99; /* share of draws that have reached it: said as a fact */
enum { CURVE_POINTS = 117 };        /* with deadline, as_of and horizon at most 120 */
enum { FEW_DRAWS = 50 };            /* under these a trend's own probability is mostly noise ... */
static const double SMALL_WEIGHT = 0.01; /* ... and is left out unless the trend matters */

double atn_step_quantile(const size_t *counts, size_t n_steps, size_t n_draws, double p)
{
    /* The tolerance keeps 0.95 x 2000 = 1900.0000000000002 from asking for a draw more. */
    const double rank = ceil((double)n_draws * p - 1e-9 * (double)n_draws);
    size_t seen = 0;
    for (size_t i = 0; i < n_steps; i++) {
        seen += counts[i];
        if (seen > 0 && (double)seen >= rank) return (double)i;
    }
    return INFINITY;
}

static double block_draws(const attain_posterior *posterior, const atn_block *block)
{
    const double n = (double)posterior->n_draws;
    double inverse = 0.0;
    for (size_t c = 0; c < block->n_candidates; c++) {
        const atn_candidate *candidate = &block->candidates[c];
        const double w = candidate->weight;
        if (!(w > 0)) continue;
        const double ess = candidate->ess;
        const bool weighted = candidate->resampled && ess > 0 && ess < w * n;
        inverse += w * w / (weighted ? ess : w * n);
    }
    return inverse > 0 ? fmin(n, 1.0 / inverse) : n;
}

double atn_effective_draws(const attain_posterior *posterior, const size_t *series, size_t n)
{
    double least = (double)posterior->n_draws;
    for (size_t i = 0; i < n; i++) {
        const size_t b = posterior->block_of_series[series[i]];
        least = fmin(least, block_draws(posterior, &posterior->blocks[b]));
    }
    return fmax(least, 1.0);
}

const atn_block *atn_choice_of_trends(const attain_posterior *posterior, const bool *series)
{
    const atn_block *found = NULL;
    for (size_t s = 0; s < posterior->study->n_series; s++) {
        const atn_block *block = &posterior->blocks[posterior->block_of_series[s]];
        if (!series[s] || block == found || block->n_candidates < 2) continue;
        if (found) return NULL;
        found = block;
    }
    return found;
}

/* Share of a candidate's draws that reach the target in time, over all outcomes; NaN if no joint
 * draw uses it. */
static double share_of_trend(const atn_reading_job *job, const atn_plan *plan,
                             const atn_outcomes *outcomes, size_t n_outcomes, size_t candidate,
                             size_t *n_draws)
{
    const double deadline = (double)plan->spec.deadline;
    size_t n = 0, hits = 0;
    for (size_t d = 0; d < job->n_draws; d++) {
        if (job->choice->which[d] != candidate) continue;
        n++;
        for (size_t k = 0; k < n_outcomes; k++) hits += outcomes[k].reached[d] <= deadline;
    }
    *n_draws = n;
    return n > 0 ? (double)hits / (double)(n * n_outcomes) : NAN;
}

/* Every joint draw uses one candidate, so their probabilities, weighted by draws, add up to the
 * reading's; with equal weights they are a baseline. */
static attain_status add_trends(const atn_reading_job *job, const atn_plan *plan,
                                const atn_outcomes *outcomes, size_t n_outcomes,
                                atn_reading *reading, attain_error *err)
{
    const atn_block *block = reading->choice = job->choice;
    if (!block) return ATTAIN_OK;
    reading->trends = ATN_NEW_ARRAY(job->ctx, atn_reading_trend, block->n_candidates);
    if (!reading->trends) return atn_fail_nomem(err);
    const double weight = 1.0 / (double)block->n_candidates;
    double mean = 0.0, variance = 0.0;
    for (size_t c = 0; c < block->n_candidates; c++) {
        size_t n;
        const double p = share_of_trend(job, plan, outcomes, n_outcomes, c, &n);
        mean += weight * p;
        variance += weight * weight * p * (1.0 - p) / (double)n;
        if (n == 0 || (n < FEW_DRAWS && !(block->candidates[c].weight > SMALL_WEIGHT))) continue;
        reading->trends[reading->n_trends++] =
            (atn_reading_trend){.candidate = c, .n_draws = n, .probability = p};
    }
    atn_baseline *equal = &reading->baselines[ATN_BASELINE_EQUAL_TRENDS];
    equal->probability = mean; /* NaN if a candidate has no draws to speak for it */
    equal->mcse = isnan(mean) ? NAN : fmax(sqrt(variance), 0.5 / job->effective);
    return ATTAIN_OK;
}

/* The same over several arrays, whose draws are the same futures counted differently. */
static attain_status share_error(const atn_reading_job *job, const double *const *reached,
                                 size_t n_reached, double limit, double p, double *mcse,
                                 attain_error *err)
{
    const size_t chains = job->posterior->n_chains;
    double n = job->effective, variance = 0.0;
    for (size_t d = 0; d < job->n_draws; d++) {
        size_t hits = 0;
        for (size_t k = 0; k < n_reached; k++) hits += reached[k][d] <= limit;
        job->scratch[d] = (double)hits / (double)n_reached;
        variance += (job->scratch[d] - p) * (job->scratch[d] - p) / (double)job->n_draws;
    }
    if (n_reached == 1) variance = p * (1.0 - p); /* the same, in closed form */
    if (chains > 1 && job->n_draws % chains == 0 && p > 0 && p < 1) {
        double ess;
        const attain_status status =
            atn_ess_mean(job->ctx, job->scratch, chains, job->n_draws / chains, &ess, err);
        if (status != ATTAIN_OK) return status;
        if (isfinite(ess) && ess > 0) n = fmin(n, ess);
    }
    *mcse = fmax(sqrt(variance / n), 0.5 / n);
    return ATTAIN_OK;
}

attain_status atn_probability_error(const atn_reading_job *job, const double *reached, double limit,
                                    double p, double *mcse, attain_error *err)
{
    return share_error(job, &reached, 1, limit, p, mcse, err);
}

static size_t count_by(const size_t *counts, size_t n_steps, long last)
{
    size_t n = 0;
    for (size_t i = 0; i < n_steps && (long)i <= last; i++) n += counts[i];
    return n;
}

static attain_status add_curve(const atn_reading_job *job, const atn_plan *plan, size_t n_paths,
                               atn_reading *reading, attain_error *err)
{
    const size_t first = plan->spec.start, last = job->n_steps - 1;
    const size_t stride = (last - first) / CURVE_POINTS + 1;
    reading->curve_step = ATN_NEW_ARRAY(job->ctx, long, CURVE_POINTS + 3);
    reading->curve_probability = ATN_NEW_ARRAY(job->ctx, double, CURVE_POINTS + 3);
    if (!reading->curve_step || !reading->curve_probability) return atn_fail_nomem(err);
    size_t seen = count_by(job->counts, job->n_steps, (long)first - 1), n = 0;
    for (size_t i = first; i <= last; i++) {
        seen += job->counts[i];
        const bool named = i == last || i == plan->spec.deadline || (long)i == job->as_of;
        if ((i - first) % stride != 0 && !named) continue;
        reading->curve_step[n] = (long)i;
        reading->curve_probability[n++] = (double)seen / (double)n_paths;
    }
    reading->n_curve = n;
    return ATTAIN_OK;
}

/* Quantile of the numbers among the draws of all rows (an outcome's NaN stands for "has no
 * meaning"). */
static double quantile(const atn_reading_job *job, const double *const *rows, size_t n_rows,
                       double p)
{
    size_t n = 0;
    for (size_t k = 0; k < n_rows; k++)
        for (size_t d = 0; d < job->n_draws; d++)
            if (!isnan(rows[k][d])) job->scratch[n++] = rows[k][d];
    double q = NAN;
    if (n > 0) atn_quantiles(job->scratch, n, &p, 1, &q);
    return q;
}

static void add_levels(const atn_reading_job *job, const atn_plan *plan, const double *const *best,
                       size_t n_rows, atn_reading *reading)
{
    static const double levels[] = {0.05, 0.5, 0.95};
    const double target = plan->spec.target;
    bool known = true;
    size_t n = 0;
    for (size_t k = 0; k < n_rows; k++) {
        for (size_t d = 0; d < job->n_draws; d++) {
            const double gap = plan->spec.at_most ? best[k][d] - target : target - best[k][d];
            known = known && !isnan(gap);
            job->scratch[n++] = fmax(gap, 0.0);
        }
    }
    if (known) atn_quantiles(job->scratch, n, levels, 3, reading->shortfall);
    for (size_t k = 0; k < ATN_N_ATTAINABLE; k++) {
        const double p = atn_attainable_levels[k];
        reading->attainable[k] = quantile(job, best, n_rows, plan->spec.at_most ? p : 1.0 - p);
    }
}

/* A pace is an amount of one definition's own count, so a mixture has none. */
static void add_paces(const atn_reading_job *job, const atn_plan *plan, const atn_outcomes *o,
                      atn_reading *reading)
{
    const double *required = o->required, *current = o->current;
    reading->required_pace = quantile(job, &required, 1, 0.5);
    reading->current_pace = quantile(job, &current, 1, 0.5);
    for (size_t k = 0; k < ATN_N_ATTAINABLE; k++) {
        /* A pace that is enough for 9 draws in 10; under a cap, low enough for them. */
        const double p = atn_attainable_levels[k];
        reading->pace_for[k] = quantile(job, &required, 1, plan->spec.at_most ? 1.0 - p : p);
    }
    /* next to nothing has no multiples */
    const double ratio = reading->required_pace / reading->current_pace;
    reading->pace_ratio = ratio >= 0 && ratio < 1e6 ? ratio : NAN;
    size_t n = 0;
    for (size_t d = 0; d < job->n_draws; d++)
        if (!isnan(o->past_share[d])) job->scratch[n++] = o->past_share[d];
    /* Like the pace itself, that of the middle draw: where most draws' windows are longer than the
     * past, the few others do not speak for them. */
    reading->share_of_past_windows = 2 * n >= job->n_draws ? atn_mean(job->scratch, n) : NAN;
}

static void no_levels(atn_reading *reading)
{
    for (size_t k = 0; k < 3; k++) reading->shortfall[k] = NAN;
    for (size_t k = 0; k < ATN_N_ATTAINABLE; k++)
        reading->attainable[k] = reading->pace_for[k] = NAN;
    reading->required_pace = reading->current_pace = reading->pace_ratio = NAN;
    reading->share_of_past_windows = NAN;
    for (size_t k = 0; k < ATN_N_BASELINES; k++)
        reading->baselines[k] = (atn_baseline){NAN, NAN, NAN, NAN};
}

/* Draws that reach at each step, over all rows. */
static void count_steps(const atn_reading_job *job, const double *const *reached, size_t n_rows)
{
    memset(job->counts, 0, job->n_steps * sizeof *job->counts);
    for (size_t k = 0; k < n_rows; k++)
        for (size_t d = 0; d < job->n_draws; d++)
            if (isfinite(reached[k][d])) job->counts[(size_t)reached[k][d]]++;
}

static void add_dates(const atn_reading_job *job, size_t n, atn_reading *reading)
{
    for (size_t k = 0; k < ATN_N_DATE_LEVELS; k++)
        reading->date[k] = atn_step_quantile(job->counts, job->n_steps, n, atn_date_levels[k]);
    for (size_t k = 0; k < ATN_N_DATE_TAILS; k++)
        reading->date_tail[k] = atn_step_quantile(job->counts, job->n_steps, n, atn_date_tails[k]);
}

/* One row of draws for each outcome. */
typedef struct draw_rows {
    const double **reached, **best;
} draw_rows;

static attain_status add_baseline(const atn_reading_job *job, const atn_plan *plan,
                                  const draw_rows *rows, size_t n_rows, atn_baseline *baseline,
                                  attain_error *err)
{
    const size_t n = job->n_draws * n_rows;
    count_steps(job, rows->reached, n_rows);
    const double deadline = (double)plan->spec.deadline;
    baseline->probability =
        (double)count_by(job->counts, job->n_steps, (long)plan->spec.deadline) / (double)n;
    baseline->date = atn_step_quantile(job->counts, job->n_steps, n, 0.5);
    if (rows->best[0]) baseline->best = quantile(job, rows->best, n_rows, 0.5);
    return share_error(job, rows->reached, n_rows, deadline, baseline->probability, &baseline->mcse,
                       err);
}

static attain_status add_baselines(const atn_reading_job *job, const atn_plan *plan,
                                   const atn_outcomes *outcomes, const draw_rows *rows,
                                   size_t n_rows, atn_reading *reading, attain_error *err)
{
    for (size_t b = 0; b < ATN_N_CARRIED; b++) {
        if (!outcomes[0].carried[b]) continue;
        for (size_t k = 0; k < n_rows; k++) {
            rows->reached[k] = outcomes[k].carried[b];
            rows->best[k] = outcomes[k].carried_best[b];
        }
        const attain_status status =
            add_baseline(job, plan, rows, n_rows, &reading->baselines[b], err);
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}

static attain_status fill(const atn_reading_job *job, const atn_plan *plan,
                          const atn_outcomes *outcomes, const draw_rows *rows, size_t n_rows,
                          atn_reading *reading, attain_error *err)
{
    const size_t n = job->n_draws * n_rows;
    const double total = (double)n;
    const long deadline = (long)plan->spec.deadline, horizon = (long)job->n_steps - 1;
    memcpy(reading->name, plan->name, sizeof reading->name);
    reading->target = plan->spec.target;
    no_levels(reading);
    for (size_t k = 0; k < n_rows; k++) {
        rows->reached[k] = outcomes[k].reached;
        rows->best[k] = outcomes[k].best;
    }
    count_steps(job, rows->reached, n_rows);
    const size_t ever = count_by(job->counts, job->n_steps, horizon);
    reading->probability = (double)count_by(job->counts, job->n_steps, deadline) / total;
    reading->probability_at_horizon = (double)ever / total;
    reading->never_by_horizon = (total - (double)ever) / total;
    reading->already_reached =
        (double)count_by(job->counts, job->n_steps, job->as_of) >= ALREADY * total;
    add_dates(job, n, reading);
    if (rows->best[0]) add_levels(job, plan, rows->best, n_rows, reading);
    if (rows->best[0] && n_rows == 1) add_paces(job, plan, outcomes, reading);
    atn_forecast_fill(job, rows->best, n_rows, n, &reading->forecast);
    attain_status status = add_curve(job, plan, n, reading, err);
    if (status == ATTAIN_OK)
        status = share_error(job, rows->reached, n_rows, (double)deadline, reading->probability,
                             &reading->mcse, err);
    if (status == ATTAIN_OK) status = add_trends(job, plan, outcomes, n_rows, reading, err);
    if (status == ATTAIN_OK)
        status = add_baselines(job, plan, outcomes, rows, n_rows, reading, err);
    return status;
}

attain_status atn_reading_fill(const atn_reading_job *job, const atn_plan *plan,
                               const atn_outcomes *outcomes, size_t n_outcomes,
                               atn_reading *reading, attain_error *err)
{
    const draw_rows rows = {.reached = ATN_NEW_ARRAY(job->ctx, const double *, n_outcomes),
                            .best = ATN_NEW_ARRAY(job->ctx, const double *, n_outcomes)};
    const attain_status status = rows.reached && rows.best
                                     ? fill(job, plan, outcomes, &rows, n_outcomes, reading, err)
                                     : atn_fail_nomem(err);
    atn_free(job->ctx, rows.reached);
    atn_free(job->ctx, rows.best);
    return status;
}
