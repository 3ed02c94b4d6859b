/* Probabilities, dates, shortfalls and paces of one reading over the draws. */
#include "project/reading.h"

#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "stats/summary.h"

const double atn_levels[ATN_N_LEVELS] = {0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975};
const double atn_date_levels[ATN_N_DATE_LEVELS] = {0.05, 0.25, 0.5, 0.75, 0.95};
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

/* Every joint draw uses one candidate, so their probabilities, weighted by draws, add up to the
 * reading's. */
static attain_status add_trends(const atn_reading_job *job, const atn_plan *plan,
                                const double *reached, atn_reading *reading, attain_error *err)
{
    const atn_block *block = reading->choice = job->choice;
    if (!block) return ATTAIN_OK;
    reading->trends = ATN_NEW_ARRAY(job->ctx, atn_reading_trend, block->n_candidates);
    if (!reading->trends) return atn_fail_nomem(err);
    for (size_t c = 0; c < block->n_candidates; c++) {
        size_t n = 0, hits = 0;
        for (size_t d = 0; d < job->n_draws; d++) {
            if (block->which[d] != c) continue;
            n++;
            hits += reached[d] <= (double)plan->spec.deadline;
        }
        if (n == 0 || (n < FEW_DRAWS && !(block->candidates[c].weight > SMALL_WEIGHT))) continue;
        reading->trends[reading->n_trends++] = (atn_reading_trend){
            .candidate = c, .n_draws = n, .probability = (double)hits / (double)n};
    }
    return ATTAIN_OK;
}

attain_status atn_probability_error(const atn_reading_job *job, const double *reached, double limit,
                                    double p, double *mcse, attain_error *err)
{
    const size_t chains = job->posterior->n_chains;
    double n = job->effective;
    if (chains > 1 && job->n_draws % chains == 0 && p > 0 && p < 1) {
        for (size_t d = 0; d < job->n_draws; d++) job->scratch[d] = reached[d] <= limit;
        double ess;
        const attain_status status =
            atn_ess_mean(job->ctx, job->scratch, chains, job->n_draws / chains, &ess, err);
        if (status != ATTAIN_OK) return status;
        if (isfinite(ess) && ess > 0) n = fmin(n, ess);
    }
    *mcse = fmax(sqrt(p * (1.0 - p) / n), 0.5 / n);
    return ATTAIN_OK;
}

static size_t count_by(const size_t *counts, size_t n_steps, long last)
{
    size_t n = 0;
    for (size_t i = 0; i < n_steps && (long)i <= last; i++) n += counts[i];
    return n;
}

static attain_status add_curve(const atn_reading_job *job, const atn_plan *plan,
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
        reading->curve_probability[n++] = (double)seen / (double)job->n_draws;
    }
    reading->n_curve = n;
    return ATTAIN_OK;
}

/* Quantile of the draws that are numbers (an outcome's NaN stands for "has no meaning"). */
static double quantile(const atn_reading_job *job, const double *x, double p)
{
    size_t n = 0;
    for (size_t d = 0; d < job->n_draws; d++)
        if (!isnan(x[d])) job->scratch[n++] = x[d];
    double q = NAN;
    if (n > 0) atn_quantiles(job->scratch, n, &p, 1, &q);
    return q;
}

static void add_levels(const atn_reading_job *job, const atn_plan *plan, const double *best,
                       atn_reading *reading)
{
    static const double levels[] = {0.05, 0.5, 0.95};
    const double target = plan->spec.target;
    bool known = true;
    for (size_t d = 0; d < job->n_draws; d++) {
        const double gap = plan->spec.at_most ? best[d] - target : target - best[d];
        known = known && !isnan(gap);
        job->scratch[d] = fmax(gap, 0.0);
    }
    for (size_t k = 0; k < 3; k++) reading->shortfall[k] = NAN;
    if (known) atn_quantiles(job->scratch, job->n_draws, levels, 3, reading->shortfall);
    for (size_t k = 0; k < ATN_N_ATTAINABLE; k++) {
        const double p = atn_attainable_levels[k];
        reading->attainable[k] = quantile(job, best, plan->spec.at_most ? p : 1.0 - p);
    }
}

static void add_paces(const atn_reading_job *job, const atn_outcomes *outcomes,
                      atn_reading *reading)
{
    reading->required_pace = quantile(job, outcomes->required, 0.5);
    reading->current_pace = quantile(job, outcomes->current, 0.5);
    /* next to nothing has no multiples */
    const double ratio = reading->required_pace / reading->current_pace;
    reading->pace_ratio = ratio >= 0 && ratio < 1e6 ? ratio : NAN;
    size_t n = 0;
    for (size_t d = 0; d < job->n_draws; d++)
        if (!isnan(outcomes->past_share[d])) job->scratch[n++] = outcomes->past_share[d];
    reading->share_of_past_windows = n > 0 ? atn_mean(job->scratch, n) : NAN;
}

static void no_levels(atn_reading *reading)
{
    for (size_t k = 0; k < 3; k++) reading->shortfall[k] = NAN;
    for (size_t k = 0; k < ATN_N_ATTAINABLE; k++) reading->attainable[k] = NAN;
    reading->required_pace = reading->current_pace = reading->pace_ratio = NAN;
    reading->share_of_past_windows = NAN;
}

attain_status atn_reading_fill(const atn_reading_job *job, const atn_plan *plan,
                               const atn_outcomes *outcomes, atn_reading *reading,
                               attain_error *err)
{
    const double n = (double)job->n_draws;
    memcpy(reading->name, plan->name, sizeof reading->name);
    reading->target = plan->spec.target;
    memset(job->counts, 0, job->n_steps * sizeof *job->counts);
    for (size_t d = 0; d < job->n_draws; d++)
        if (isfinite(outcomes->reached[d])) job->counts[(size_t)outcomes->reached[d]]++;
    const long deadline = (long)plan->spec.deadline, horizon = (long)job->n_steps - 1;
    reading->probability = (double)count_by(job->counts, job->n_steps, deadline) / n;
    reading->probability_at_horizon = (double)count_by(job->counts, job->n_steps, horizon) / n;
    reading->never_by_horizon = (n - (double)count_by(job->counts, job->n_steps, horizon)) / n;
    reading->already_reached =
        (double)count_by(job->counts, job->n_steps, job->as_of) >= ALREADY * n;
    for (size_t k = 0; k < ATN_N_DATE_LEVELS; k++)
        reading->date[k] =
            atn_step_quantile(job->counts, job->n_steps, job->n_draws, atn_date_levels[k]);
    no_levels(reading);
    if (outcomes->best) {
        add_levels(job, plan, outcomes->best, reading);
        add_paces(job, outcomes, reading);
    }
    attain_status status =
        atn_probability_error(job, outcomes->reached, (double)plan->spec.deadline,
                              reading->probability, &reading->mcse, err);
    if (status == ATTAIN_OK) status = add_trends(job, plan, outcomes->reached, reading, err);
    return status == ATTAIN_OK ? add_curve(job, plan, reading, err) : status;
}
