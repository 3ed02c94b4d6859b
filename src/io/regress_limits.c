/* Bounds of a regression's parameters (those stated, those of priors, those of a curve), and
 * whether a search can begin at its starts. */
#include <math.h>

#include "regress_internal.h"
#include "stats/distribution.h"

static void refuse_limits(atn_regress_job *job, const atn_regress_parameter *p, const char *why)
{
    atn_regress_problem(job, ATTAIN_ERR_ARGUMENT, "bounds", NULL, "bounds of %.64s: %s", p->name,
                        why);
}

/* false where nothing is left between them. */
static bool limit(atn_regress_job *job, atn_regress_parameter *p, double *low, double *high)
{
    attain_error err = {0};
    bool room = true;
    *low = p->bounded ? p->lower : -INFINITY;
    *high = p->bounded ? p->upper : INFINITY;
    if (p->has_prior) {
        room = *low < *high;
        if (!room) {
            refuse_limits(job, p, "they hold it, so a prior has no part in it");
        } else if (atn_prior_truncate(&p->prior, *low, *high, &err) != ATTAIN_OK) {
            room = false;
            refuse_limits(job, p, err.message);
        }
        *low = p->prior.lower;
        *high = p->prior.upper;
    } else if (p->guess_text) {
        *low = fmax(*low, p->guess.lower);
        *high = fmin(*high, p->guess.upper);
        room = *low <= *high;
        if (!room) refuse_limits(job, p, "the curve needs it above 0");
    }
    return room;
}

static void check_start(atn_regress_job *job, const atn_regress_parameter *p, double low,
                        double high)
{
    char a[ATN_NUMBER_SIZE], b[ATN_NUMBER_SIZE], c[ATN_NUMBER_SIZE];
    if (!p->started) return;
    if (!(p->start >= low && p->start <= high)) {
        atn_regress_problem(job, ATTAIN_ERR_DOMAIN, "start", NULL,
                            "start of %.64s: %s is outside its bounds, %s to %s", p->name,
                            atn_regress_number(p->start, a), atn_regress_number(low, b),
                            atn_regress_number(high, c));
    } else if (p->has_prior && low < high &&
               !isfinite(atn_prior_log_density(&p->prior, p->start, NULL))) {
        char prior[120];
        atn_prior_format(&p->prior, prior, sizeof prior);
        atn_regress_problem(job, ATTAIN_ERR_DOMAIN, "start", NULL,
                            "start of %.64s: its prior %s allows no %s", p->name, prior,
                            atn_regress_number(p->start, a));
    }
}

void atn_regress_limits(atn_regress_job *job)
{
    attain_regression *out = job->out;
    const size_t p = job->n_parameters;
    if (job->settings->curve && !atn_regress_guesses(job)) return;
    out->bound_low = ATN_NEW_ARRAY(job->ctx, double, p);
    out->bound_high = ATN_NEW_ARRAY(job->ctx, double, p);
    out->priors = ATN_NEW_ARRAY(job->ctx, atn_prior, p);
    out->prior_of = ATN_NEW_ARRAY(job->ctx, const atn_prior *, p);
    if (!out->bound_low || !out->bound_high || !out->priors || !out->prior_of) return;
    bool any = false;
    for (size_t k = 0; k < p; k++) {
        atn_regress_parameter *parameter = &job->parameters[k];
        if (limit(job, parameter, &out->bound_low[k], &out->bound_high[k]))
            check_start(job, parameter, out->bound_low[k], out->bound_high[k]);
        if (!parameter->has_prior) continue;
        out->priors[k] = parameter->prior;
        out->prior_of[k] = &out->priors[k];
        any = true;
    }
    out->model.lower = out->bound_low;
    out->model.upper = out->bound_high;
    out->model.priors = any ? out->prior_of : NULL;
}

/* ---- Starts ---- */

void atn_regress_refuse_start(atn_regress_job *job, size_t k)
{
    const attain_regression *out = job->out;
    const size_t p = job->n_parameters, n = out->model.n_columns;
    const size_t row = out->rows ? out->rows[k] : k;
    const double **inputs = ATN_NEW_ARRAY(job->ctx, const double *, p + n);
    double *work = ATN_NEW_ARRAY(job->ctx, double, atn_formula_work_size(out->formula, 1));
    char where[64], cells[160] = "", number[ATN_NUMBER_SIZE];
    double value = NAN;
    if (inputs && work) {
        for (size_t j = 0; j < p; j++) inputs[j] = job->starts + j;
        for (size_t j = 0; j < n; j++) inputs[p + j] = out->inputs[j] ? out->inputs[j] + k : NULL;
        atn_formula_value(out->formula, 1, inputs, &value, work);
        for (size_t j = 0; j < n; j++)
            if (out->inputs[j])
                atn_regress_append(cells, sizeof cells, out->columns[j].name, *inputs[p + j]);
        for (size_t j = 0; j < p; j++)
            atn_regress_append(cells, sizeof cells, job->parameters[j].name, job->starts[j]);
        const atn_place place = {.file = job->table->name,
                                 .line = job->table->lines ? job->table->lines[row] : 0};
        atn_regress_where(job->table, row, where);
        if (isfinite(value)) /* then its slope is not */
            atn_regress_problem(job, ATTAIN_ERR_DOMAIN, "start", &place,
                                "the formula has no finite slope at the start in %s, where %s",
                                where, cells);
        else
            atn_regress_problem(job, ATTAIN_ERR_DOMAIN, "start", &place,
                                "the formula gives %s at the start in %s, where %s",
                                atn_regress_number(value, number), where, cells);
    }
    atn_free(job->ctx, inputs);
    atn_free(job->ctx, work);
}
