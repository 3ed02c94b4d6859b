/* The posterior of a regression: whether there is one, its draws, what they say. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "regress_internal.h"
#include "stats/distribution.h"

const double atn_regression_levels[ATN_N_REGRESSION_LEVELS] = {0.05, 0.25, 0.5, 0.75, 0.95};

static const double adapt_delta = 0.95; /* as for studies */
enum { MAX_DEPTH = 10 };

/* ---- whether there is one ---- */

#define REFUSE(...) atn_regress_problem(job, ATTAIN_ERR_NUMERIC, "no-posterior", NULL, __VA_ARGS__)

static void refuse_outcome(atn_regress_job *job)
{
    char shares[200];
    const attain_regression_outcome outcome = job->out->answer.end.outcome;
    if (outcome != ATTAIN_REGRESSION_SINGULAR)
        REFUSE("least squares, about which the sampler starts, found no answer (%s): try another "
               "start",
               attain_regression_outcome_text(outcome));
    else if (atn_regress_open(job, shares, sizeof shares) > 0)
        REFUSE("the rows and priors do not determine %s: the posterior is improper; give a prior, "
               "or hold what is known by bounds",
               shares);
    else
        REFUSE("the rows and priors do not determine every parameter: the posterior is improper");
}

/* Where the rows leave a direction open along which some parameter has a prior, there may be a
 * posterior: its mode decides. */
static bool priors_may_tell(const atn_regress_job *job)
{
    const atn_regression_answer *a = &job->out->answer;
    if (a->end.outcome != ATTAIN_REGRESSION_SINGULAR) return false;
    for (size_t k = 0; k < job->n_parameters; k++)
        if (job->parameters[k].has_prior && fabs(a->weak[k]) > 1e-3) return true;
    return false;
}

/* Parameters that bounds leave free, and those of them that no prior or pair of bounds contains. */
static void count_free(const atn_regress_job *job, size_t *n_free, size_t *n_flat)
{
    *n_free = *n_flat = 0;
    for (size_t k = 0; k < job->n_parameters; k++) {
        if (atn_regression_is_fixed(job->out, k)) continue;
        ++*n_free;
        *n_flat += !job->parameters[k].has_prior &&
                   !(isfinite(job->out->bound_low[k]) && isfinite(job->out->bound_high[k]));
    }
}

/* Rows that lie on the curve but for rounding have no sd of their errors. */
static bool has_errors(const attain_regression *out)
{
    double square = 0.0;
    for (size_t i = 0; i < out->model.n_rows; i++) {
        const double y = out->response[i];
        square += (out->weights ? out->weights[i] : 1.0) * y * y;
    }
    return out->answer.rss > 1e-24 * square;
}

/* With n rows and p flat parameters, sigma falls off as sigma^(p - n). */
static bool is_proper(atn_regress_job *job)
{
    const attain_regression *out = job->out;
    const size_t rows = out->model.n_rows;
    size_t n_free, n_flat;
    count_free(job, &n_free, &n_flat);
    if (out->answer.end.outcome != ATTAIN_REGRESSION_CONVERGED && !priors_may_tell(job))
        refuse_outcome(job);
    else if (rows <= n_free)
        REFUSE(
            "%zu rows are no more than the %zu free parameters: there is nothing left from which "
            "to learn sigma",
            rows, n_free);
    else if (!has_errors(out))
        REFUSE("the rows lie on the curve but for rounding: sigma, the sd of the errors, has no "
               "least value, and the posterior is improper");
    else if (!job->has_sigma_prior && rows < n_flat + 2)
        REFUSE("%zu rows cannot bound sigma from above beside %zu parameters without a prior: the "
               "posterior is improper; give sigma a prior",
               rows, n_flat);
    return job->status == ATTAIN_OK;
}

/* ---- what the draws say ---- */

static double *draws_of(const atn_regression_posterior *p, size_t n, size_t k, double *out)
{
    for (size_t d = 0; d < p->n_draws; d++) out[d] = p->nuts.draws[d * n + k];
    return out;
}

/* The worst of a held parameter does not count: it has none. */
static void note_worst(atn_regression_posterior *p, const attain_regression *r, size_t k)
{
    const atn_summary *s = &p->summary[k];
    const double ess = s->ess_bulk < s->ess_tail ? s->ess_bulk : s->ess_tail;
    if (k < r->model.n_parameters && atn_regression_is_fixed(r, k)) return;
    if (!(s->rhat <= p->max_rhat) && !isnan(p->max_rhat)) { /* NaN wins and stays */
        p->max_rhat = s->rhat;
        p->max_rhat_of = k;
    }
    if (!(ess >= p->min_ess) && !isnan(p->min_ess)) {
        p->min_ess = ess;
        p->min_ess_of = k;
    }
}

/* Summaries, quantiles and the interval of each parameter; false when out of memory. */
static bool summarise(atn_regress_job *job, double *draws)
{
    attain_regression *out = job->out;
    atn_regression_posterior *p = out->posterior;
    const size_t n = job->n_parameters + 1, chains = (size_t)job->settings->chains;
    const double tail = 0.5 * (1.0 - job->settings->level), ends[] = {tail, 1.0 - tail};
    p->max_rhat = 0.0;
    p->min_ess = INFINITY;
    for (size_t k = 0; k < n; k++) {
        double interval[2];
        if (atn_summarise(job->ctx, draws_of(p, n, k, draws), chains, p->n_draws / chains,
                          &p->summary[k], NULL) != ATTAIN_OK)
            return false;
        atn_quantiles(draws, p->n_draws, atn_regression_levels, ATN_N_REGRESSION_LEVELS,
                      p->quantiles + k * ATN_N_REGRESSION_LEVELS);
        atn_quantiles(draws, p->n_draws, ends, 2, interval);
        note_worst(p, out, k);
        const bool held = k < job->n_parameters && atn_regression_is_fixed(out, k);
        out->lower[k] = held ? (double)NAN : interval[0];
        out->upper[k] = held ? (double)NAN : interval[1];
        out->answer.estimate[k] = held ? out->bound_low[k] : p->summary[k].mean;
        out->answer.std_error[k] = held ? (double)NAN : p->summary[k].sd;
        out->answer.at_bound[k] = false;
    }
    return true;
}

static void find_covariance(const atn_regression_posterior *p, atn_regression_answer *a)
{
    const size_t n = a->n_parameters;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            long double sum = 0;
            for (size_t d = 0; d < p->n_draws; d++)
                sum += ((long double)p->nuts.draws[d * n + i] - a->estimate[i]) *
                       ((long double)p->nuts.draws[d * n + j] - a->estimate[j]);
            const double value = (double)(sum / (long double)(p->n_draws - 1));
            a->covariance[i * n + j] = a->covariance[j * n + i] = value;
        }
}

/* Residuals about the posterior mean of the curve, and what is measured by them. */
static void find_residuals(atn_regress_job *job, double *fitted)
{
    attain_regression *out = job->out;
    atn_regression_answer *a = &out->answer;
    attain_error err = {0};
    long double rss = 0;
    const attain_status status =
        atn_regression_predict(job->ctx, &out->model, out->posterior->nuts.draws,
                               out->posterior->n_draws, out->model.columns, out->model.n_rows,
                               job->settings->level, job->settings->seed, fitted, NULL, &err);
    if (status) {
        job->status = atn_fail(job->err, status, "%s", err.message);
        return;
    }
    for (size_t i = 0; i < a->n_rows; i++) {
        a->residual[i] = out->response[i] - fitted[i];
        rss += (out->weights ? out->weights[i] : 1.0L) * a->residual[i] * a->residual[i];
    }
    a->r_squared = 1.0 - (1.0 - a->r_squared) * ((double)rss / a->rss);
    a->rss = (double)rss;
    a->residual_df = (long)a->n_rows;
    for (size_t k = 0; k < job->n_parameters; k++)
        a->residual_df -= !atn_regression_is_fixed(out, k);
    a->residual_sd = a->end.scale = sqrt(a->rss / (double)a->residual_df);
}

static void judge(atn_regression_posterior *p)
{
    const struct {
        atn_gate gate;
        double value;
    } values[ATN_N_REGRESSION_GATES] = {
        {ATN_GATE_RHAT, p->max_rhat},
        {ATN_GATE_ESS, p->min_ess},
        {ATN_GATE_DIVERGENCES, (double)p->nuts.divergences},
        {ATN_GATE_E_BFMI, p->nuts.e_bfmi},
        {ATN_GATE_DEPTH, (double)p->nuts.depth_hits / (double)p->n_draws}};
    p->passed = true;
    for (size_t k = 0; k < ATN_N_REGRESSION_GATES; k++) {
        const atn_gate_rule *rule = &atn_gate_rules[values[k].gate];
        const double value = values[k].value; /* NaN fails */
        const bool passed = rule->at_least ? value >= rule->threshold : value <= rule->threshold;
        p->gates[k] = (atn_regression_gate){rule, value, passed};
        p->passed = p->passed && passed;
    }
}

/* ---- the stage ---- */

/* The answer's arrays with room for sigma; false when out of memory. */
static bool make_room(atn_regress_job *job)
{
    attain_context *ctx = job->ctx;
    attain_regression *out = job->out;
    atn_regression_answer *a = &out->answer;
    atn_regression_posterior *p = out->posterior;
    const size_t n = job->n_parameters + 1;
    void *const old[] = {a->estimate, a->std_error, a->covariance, a->at_bound};
    for (size_t k = 0; k < sizeof old / sizeof *old; k++) atn_free(ctx, old[k]);
    a->n_parameters = n;
    a->estimate = ATN_NEW_ARRAY(ctx, double, n);
    a->std_error = ATN_NEW_ARRAY(ctx, double, n);
    a->covariance = ATN_NEW_ARRAY(ctx, double, n *n);
    a->at_bound = ATN_NEW_ARRAY(ctx, bool, n);
    out->lower = ATN_NEW_ARRAY(ctx, double, n);
    out->upper = ATN_NEW_ARRAY(ctx, double, n);
    p->summary = ATN_NEW_ARRAY(ctx, atn_summary, n);
    p->quantiles = ATN_NEW_ARRAY(ctx, double, n *ATN_N_REGRESSION_LEVELS);
    return a->estimate && a->std_error && a->covariance && a->at_bound && out->lower &&
           out->upper && p->summary && p->quantiles;
}

static void run_sampler(atn_regress_job *job)
{
    const attain_regression_settings *s = job->settings;
    attain_regression *out = job->out;
    atn_regression_posterior *p = out->posterior;
    attain_error err = {0};
    const atn_nuts_settings settings = {.chains = (size_t)s->chains,
                                        .warmup = (size_t)s->warmup,
                                        .draws = (size_t)s->draws,
                                        .adapt_delta = adapt_delta,
                                        .max_depth = MAX_DEPTH,
                                        .seed = s->seed};
    p->has_sigma_prior = job->has_sigma_prior;
    p->sigma_prior = job->sigma_prior;
    p->n_draws = settings.chains * settings.draws;
    const attain_status status =
        atn_regression_sample(job->ctx, &out->model, p->has_sigma_prior ? &p->sigma_prior : NULL,
                              &out->answer, &settings, &p->nuts, &err);
    if (status == ATTAIN_ERR_NUMERIC)
        REFUSE("%s", err.message);
    else if (status)
        job->status = atn_fail(job->err, status, "%s", err.message);
}

void atn_regress_posterior(atn_regress_job *job)
{
    attain_regression *out = job->out;
    if (!atn_regress_is_sampled(job) || !is_proper(job)) return;
    out->posterior = ATN_NEW(job->ctx, atn_regression_posterior);
    if (!out->posterior) return;
    run_sampler(job);
    if (job->status) return;
    const size_t n_draws = out->posterior->n_draws, rows = out->model.n_rows;
    double *work = ATN_NEW_ARRAY(job->ctx, double, n_draws > rows ? n_draws : rows);
    if (work && make_room(job) && summarise(job, work)) {
        out->answer.end.evaluations += out->posterior->nuts.evaluations;
        out->answer.end.outcome = ATTAIN_REGRESSION_CONVERGED;
        find_covariance(out->posterior, &out->answer);
        find_residuals(job, work);
        judge(out->posterior);
    }
    atn_free(job->ctx, work);
}

void atn_regress_posterior_free(attain_context *ctx, atn_regression_posterior *posterior)
{
    if (!posterior) return;
    atn_nuts_free(ctx, &posterior->nuts);
    atn_free(ctx, posterior->summary);
    atn_free(ctx, posterior->quantiles);
    atn_free(ctx, posterior);
}
