#include "regression_intervals.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

double atn_regression_reach(const atn_regression_model *model, const atn_regression_answer *answer,
                            double level)
{
    const double tail = 0.5 * (1.0 - level);
    if (model->loss != ATTAIN_LOSS_SQUARES) return -atn_normal_quantile(tail);
    const double df = (double)answer->residual_df;
    if (!(df > 0.0)) return NAN;
    /* GSL's inverse is good to some 1e-11; its distribution function is exact, so one Newton step
     * brings the rest. */
    const double t = gsl_cdf_tdist_Qinv(tail, df);
    const double better = t + (gsl_cdf_tdist_Q(t, df) - tail) / gsl_ran_tdist_pdf(t, df);
    return isfinite(better) ? better : t;
}

bool atn_regression_is_held(const atn_regression_model *model, size_t j)
{
    return model->lower && model->upper && model->lower[j] >= model->upper[j];
}

void atn_regression_wald(const atn_regression_model *model, const atn_regression_answer *answer,
                         double level, double *lower, double *upper)
{
    const double reach = atn_regression_reach(model, answer, level);
    for (size_t j = 0; j < answer->n_parameters; j++) {
        const double half = reach * answer->std_error[j]; /* NaN where undetermined */
        lower[j] = answer->estimate[j] - half;
        upper[j] = answer->estimate[j] + half;
    }
}
