/* Warnings and notes about a regression's answer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regress_internal.h"

enum { MOST_PAIRS = 10 };
static const double strong = 0.99; /* |correlation| from which parameters trade off */

double atn_regression_correlation(const attain_regression *r, size_t i, size_t j)
{
    const size_t p = r->answer.n_parameters;
    const double a = r->answer.std_error[i], b = r->answer.std_error[j];
    return isfinite(a) && isfinite(b) ? r->answer.covariance[i * p + j] / (a * b) : (double)NAN;
}

bool atn_regression_is_fixed(const attain_regression *r, size_t k)
{
    return k < r->model.n_parameters && r->bound_low[k] == r->bound_high[k];
}

long atn_regression_line(const attain_regression *r, size_t k)
{
    return r->table->lines ? r->table->lines[r->rows ? r->rows[k] : k] : 0;
}

static void remark_outcome(atn_regress_job *job)
{
    switch (job->out->answer.end.outcome) {
    case ATTAIN_REGRESSION_STALLED:
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "not-converged",
                         "stalled: no step lowers the loss, yet its gradient is not 0; this is no "
                         "answer, try another start");
        break;
    case ATTAIN_REGRESSION_STEP_LIMIT:
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "not-converged",
                         "step limit: the search was still moving; this is no answer, try another "
                         "start");
        break;
    default: break;
    }
}

size_t atn_regress_open(const atn_regress_job *job, char *shares, size_t size)
{
    const double *weak = job->out->answer.weak;
    const size_t p = job->n_parameters;
    double above = INFINITY;
    size_t told = 0;
    *shares = '\0';
    while (told < p) {
        size_t next = p;
        for (size_t k = 0; k < p; k++)
            if (fabs(weak[k]) < above && (next == p || fabs(weak[k]) > fabs(weak[next]))) next = k;
        if (next == p || fabs(weak[next]) < 0.05) break;
        above = fabs(weak[next]);
        for (size_t k = 0; k < p; k++) { /* equals come together */
            if (fabs(weak[k]) != above) continue;
            char share[64];
            atn_number_fixed(weak[k], 2, share);
            const size_t n = strlen(shares);
            if (n + strlen(job->parameters[k].name) + strlen(share) + 8 < size)
                snprintf(shares + n, size - n, "%s%.64s (%.16s)", n ? ", " : "",
                         job->parameters[k].name, share);
            told++;
        }
    }
    return told;
}

static void remark_unidentified(atn_regress_job *job)
{
    char shares[300];
    if (job->out->answer.end.outcome != ATTAIN_REGRESSION_SINGULAR) return;
    const size_t told = atn_regress_open(job, shares, sizeof shares);
    if (told == 1)
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "unidentified",
                         "the rows do not determine %s: the loss is flat along it", shares);
    else if (told > 1)
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "unidentified",
                         "the rows do not determine these apart: %s; moved together in these "
                         "shares of their scales, they leave the loss as it is",
                         shares);
    else
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "unidentified",
                         "the rows do not determine every parameter");
}

static void remark_bounds(atn_regress_job *job)
{
    const attain_regression *out = job->out;
    for (size_t k = 0; k < job->n_parameters; k++) {
        char number[ATN_NUMBER_SIZE];
        if (!out->answer.at_bound[k] || out->bound_low[k] == out->bound_high[k]) continue;
        atn_regress_warn(job, ATTAIN_SEVERITY_NOTE, "at-bound",
                         "%s lies on its bound, %s, and has no standard error",
                         job->parameters[k].name,
                         atn_regress_number(out->answer.estimate[k], number));
    }
}

static void remark_correlations(atn_regress_job *job)
{
    size_t pairs = 0;
    if (job->out->answer.end.outcome != ATTAIN_REGRESSION_CONVERGED) return;
    for (size_t i = 0; i < job->n_parameters; i++) { /* sigma trades off with none */
        for (size_t j = i + 1; j < job->n_parameters; j++) {
            const double r = atn_regression_correlation(job->out, i, j);
            char number[64];
            if (!(fabs(r) > strong) || pairs++ >= MOST_PAIRS) continue;
            atn_number_fixed(r, 4, number);
            atn_regress_warn(job, ATTAIN_SEVERITY_NOTE, "correlation",
                             "%s and %s trade off: their correlation is %s",
                             job->parameters[i].name, job->parameters[j].name, number);
        }
    }
    if (pairs > MOST_PAIRS)
        atn_regress_warn(job, ATTAIN_SEVERITY_NOTE, "correlation",
                         "%zu more pairs of parameters have correlations beyond 0.99",
                         pairs - MOST_PAIRS);
}

/* Rounding left digits open although the last steps were taken in extended precision. */
static void remark_rounding(atn_regress_job *job)
{
    const atn_descent_end *end = &job->out->answer.end;
    if (end->outcome != ATTAIN_REGRESSION_CONVERGED || !(end->rounding > 1e-8)) return;
    atn_regress_warn(
        job, ATTAIN_SEVERITY_WARNING, "rounding",
        "about %d digits of the estimates are sure: terms far larger than the residuals "
        "cancel in the formula; subtract a middle value from its columns, or from the "
        "response",
        (int)floor(-log10(end->rounding)));
}

static void remark_dates(atn_regress_job *job)
{
    const attain_regression *out = job->out;
    for (size_t k = 0; k < out->model.n_columns; k++) {
        char date[ATN_DATE_SIZE];
        if (!out->columns[k].date || !out->columns[k].values) continue;
        atn_date_format(job->table->calendar.origin, date);
        atn_regress_warn(job, ATTAIN_SEVERITY_NOTE, "dates", "%s counts days from %s",
                         out->columns[k].label, date);
    }
}

/* A value of a gate as messages show it. */
static const char *shown(double value, int decimals, char text[64])
{
    if (!isfinite(value)) return "not computable";
    atn_number_fixed(value, decimals, text);
    return text;
}

/* Codes as those of a study's results. */
static void remark_gate(atn_regress_job *job, const atn_regression_gate *gate)
{
    const atn_regression_posterior *p = job->out->posterior;
    char value[64], limit[64];
    switch ((atn_gate)(gate->rule - atn_gate_rules)) {
    case ATN_GATE_RHAT:
        atn_regress_warn(
            job, ATTAIN_SEVERITY_WARNING, "gate-rhat",
            "R-hat of %s is %s, over %s: the chains do not agree; they may be stuck in "
            "different modes",
            atn_regress_name(job, p->max_rhat_of), shown(gate->value, 3, value),
            shown(gate->rule->threshold, 3, limit));
        break;
    case ATN_GATE_ESS:
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "gate-ess",
                         "the effective sample of %s is only %s, under %s",
                         atn_regress_name(job, p->min_ess_of), shown(gate->value, 0, value),
                         shown(gate->rule->threshold, 0, limit));
        break;
    case ATN_GATE_DIVERGENCES:
        atn_regress_warn(
            job, ATTAIN_SEVERITY_WARNING, "gate-divergences",
            "%zu of the sampler's trajectories diverged: parts of the posterior may be "
            "missing",
            p->nuts.divergences);
        break;
    case ATN_GATE_E_BFMI:
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "gate-e-bfmi",
                         "the energy's Bayesian fraction of missing information is %s, under %s: "
                         "tails may be explored poorly",
                         shown(gate->value, 2, value), shown(gate->rule->threshold, 2, limit));
        break;
    case ATN_GATE_DEPTH:
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "gate-depth",
                         "%s %% of the sampler's trajectories were cut at their greatest length, "
                         "over %s %%: it explores too slowly",
                         shown(100.0 * gate->value, 1, value),
                         shown(100.0 * gate->rule->threshold, 1, limit));
        break;
    default: break;
    }
}

static void remark_gates(atn_regress_job *job)
{
    const atn_regression_posterior *p = job->out->posterior;
    for (size_t k = 0; k < ATN_N_REGRESSION_GATES; k++)
        if (!p->gates[k].passed) remark_gate(job, &p->gates[k]);
}

void atn_regress_remarks(atn_regress_job *job)
{
    const attain_regression *out = job->out;
    remark_dates(job);
    if (out->posterior) {
        remark_gates(job);
        remark_correlations(job);
        return;
    }
    remark_outcome(job);
    remark_unidentified(job);
    remark_bounds(job);
    if (out->answer.residual_df < 1)
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "no-residual-freedom",
                         "as many free parameters as rows: the spread is unknown, so there are no "
                         "standard errors");
    remark_rounding(job);
    remark_correlations(job);
    if (job->settings->intervals == ATTAIN_INTERVALS_BOOTSTRAP && out->model.priors)
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "bootstrap-of-priors",
                         "resampled rows leave the priors where they are, so the intervals are too "
                         "narrow where a prior speaks; take wald or profile");
    if (out->n_failed > 0)
        atn_regress_warn(job, ATTAIN_SEVERITY_WARNING, "bootstrap-failures",
                         "%zu of %ld replicates did not converge and are left out", out->n_failed,
                         job->settings->replicates);
}
