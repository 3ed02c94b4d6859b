/* Which parameter of a trend's formula is the level at which the trend ends.  Curves say it in
 * their files; of a formula written in the study it is found here: far beyond the horizon the trend
 * has settled, to a value that is proportional, or nearly, to one parameter which matters less at
 * the start.  A level that matters everywhere (a constant, a starting value) is none. */
#include "ceiling.h"

#include <math.h>
#include <string.h>

#include "stats/distribution.h"

enum { LANES = 3 }; /* the start, far off, further off */

static bool has_role(const atn_trend *trend)
{
    for (size_t p = 0; p < trend->n_parameters; p++)
        if (trend->parameters[p].ceiling) return true;
    return false;
}

/* Neither inputs nor other series: those have no values beyond the horizon. */
static bool stands_alone(const attain_study *study, const atn_trend *trend)
{
    const size_t others = study->n_inputs + study->n_series;
    for (size_t k = 0; k < others; k++)
        if (atn_formula_uses(trend->formula, trend->n_parameters + 1 + k)) return false;
    return true;
}

static bool settled(double far, double further)
{
    return isfinite(far) && fabs(further - far) <= 1e-4 * fabs(far);
}

static void judge(atn_trend *trend, const double *at, const double *value, double *const *jacobian)
{
    if (!settled(value[1], value[2])) return;
    for (size_t p = 0; p < trend->n_parameters; p++) {
        const double *slope = jacobian[p];
        const double end = at[p] * slope[1] / value[1], start = at[p] * slope[0] / value[0];
        const bool lasts = settled(slope[1], slope[2]);
        if (lasts && end > 0.5 && !(fabs(start) > 0.5 * end)) trend->parameters[p].ceiling = true;
    }
}

static attain_status find_in(const attain_study *study, atn_trend *trend, attain_error *err)
{
    const size_t n_par = trend->n_parameters, n_names = atn_formula_n_names(trend->formula);
    const double far = 1e4 * (double)study->n_steps;
    const double t[LANES] = {0.0, far, 10.0 * far};
    const size_t n_work = atn_formula_work_size(trend->formula, LANES);
    double value[LANES];
    double *block = ATN_NEW_ARRAY(study->ctx, double, n_par *(1 + LANES) + n_work);
    const double **inputs = ATN_NEW_ARRAY(study->ctx, const double *, n_names);
    double **jacobian = ATN_NEW_ARRAY(study->ctx, double *, n_names);
    const attain_status status = block && inputs && jacobian ? ATTAIN_OK : atn_fail_nomem(err);
    if (status == ATTAIN_OK) {
        double *at = block, *columns = at + n_par;
        for (size_t p = 0; p < n_par; p++) {
            const atn_parameter *own = &trend->parameters[p];
            at[p] = own->fixed ? own->value : atn_prior_quantile(&own->prior, 0.5);
            inputs[p] = &at[p];
            jacobian[p] = columns + p * LANES;
        }
        inputs[n_par] = t;
        atn_formula_jacobian(trend->formula, LANES, inputs, value, jacobian,
                             columns + n_par * LANES);
        judge(trend, at, value, jacobian);
    }
    atn_free(study->ctx, block);
    atn_free(study->ctx, inputs);
    atn_free(study->ctx, jacobian);
    return status;
}

attain_status atn_find_ceilings(attain_study *study, attain_error *err)
{
    for (size_t s = 0; s < study->n_series; s++)
        for (size_t k = 0; k < study->series[s].n_trends; k++) {
            atn_trend *trend = &study->series[s].trends[k];
            if (strcmp(trend->name, "formula") != 0 || has_role(trend) ||
                !stands_alone(study, trend))
                continue;
            const attain_status status = find_in(study, trend, err);
            if (status != ATTAIN_OK) return status;
        }
    return ATTAIN_OK;
}
