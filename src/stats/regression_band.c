/* Bands by the delta method (Bates & Watts 1988, 2.3.2): at a place with gradient g the curve has
 * variance g' C g, C the covariance of the estimate. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "descent.h"
#include "regression_intervals.h"

enum { LANES = 256 }; /* places to a block */

typedef struct band_work {
    atn_descent *descent; /* at the answer */
    double size;          /* C = (size R^-1)(size R^-1)', R of the rows; 0: C is another matrix */
    double *value, *jacobian_block, *formula_work;
    double **jacobian;     /* a name each, NULL for columns */
    const double **inputs; /* a name each */
} band_work;

/* The factor between the answer's covariance and that of the rows at it, if there is one. */
static double relative_size(const atn_regression_answer *answer, const atn_descent *d)
{
    double size = 0.0;
    for (size_t i = 0; i < d->k; i++) {
        const double here = answer->std_error[d->free[d->chosen[i]]] / d->spread[i];
        if (!(here > 0.0) || (size > 0.0 && !(fabs(here - size) <= 1e-9 * size))) return 0.0;
        if (size == 0.0) size = here;
    }
    return size;
}

/* |size g' R^-1|: the products in g' C g would cancel twice the digits. */
static double spread_by_rows(const band_work *work, size_t lane)
{
    const atn_descent *d = work->descent;
    long double sum = 0;
    for (size_t i = 0; i < d->k; i++) {
        long double part = 0;
        for (size_t l = 0; l <= i; l++)
            part += work->jacobian[d->free[d->chosen[l]]][lane] * d->inverse[l * d->k + i];
        sum += part * part;
    }
    return work->size * (double)sqrtl(sum);
}

static double spread_by_covariance(const band_work *work, const atn_regression_answer *answer,
                                   size_t lane)
{
    const size_t p = answer->n_parameters;
    long double sum = 0;
    for (size_t j = 0; j < p; j++)
        for (size_t k = 0; k < p; k++)
            sum += (long double)work->jacobian[j][lane] * answer->covariance[j * p + k] *
                   work->jacobian[k][lane];
    return sqrt((double)fmaxl(sum, 0));
}

/* Half-width for the scatter of one observation of weight 1 about the curve. */
static double scatter_half(const atn_regression_model *model, const atn_regression_answer *answer,
                           double level, double reach)
{
    switch (model->loss) {
    case ATTAIN_LOSS_HUBER: return reach * answer->end.scale;
    case ATTAIN_LOSS_STUDENT_T:
        return gsl_cdf_tdist_Qinv(0.5 * (1.0 - level), 4.0) * answer->end.scale;
    default: return reach * answer->residual_sd;
    }
}

static void free_work(attain_context *ctx, band_work *work)
{
    atn_descent_free(ctx, work->descent);
    atn_free(ctx, work->value);
    atn_free(ctx, work->jacobian_block);
    atn_free(ctx, work->formula_work);
    atn_free(ctx, work->jacobian);
    atn_free(ctx, work->inputs);
}

/* The triangle of the rows at the answer; of a robust loss, as the covariance has them: without the
 * weights that it gives them. */
static void find_rows(const atn_regression_model *model, const atn_regression_answer *answer,
                      band_work *work)
{
    atn_regression_model rows = *model;
    if (!model->priors) rows.loss = ATTAIN_LOSS_SQUARES;
    if (atn_descent_visit(work->descent, &rows, answer->estimate, &answer->end) &&
        atn_descent_precision(work->descent))
        work->size = relative_size(answer, work->descent);
    work->descent->model = NULL; /* rows goes out of scope */
}

static attain_status make_work(attain_context *ctx, const atn_regression_model *model,
                               const atn_regression_answer *answer, band_work *work,
                               attain_error *err)
{
    const size_t p = model->n_parameters, names = p + model->n_columns;
    const attain_status status = atn_descent_create(ctx, model, &work->descent, err);
    if (status) return status;
    work->value = ATN_NEW_ARRAY(ctx, double, LANES);
    work->jacobian_block = ATN_NEW_ARRAY(ctx, double, p *LANES);
    work->formula_work = ATN_NEW_ARRAY(ctx, double, atn_formula_work_size(model->formula, LANES));
    work->jacobian = ATN_NEW_ARRAY(ctx, double *, names);
    work->inputs = ATN_NEW_ARRAY(ctx, const double *, names);
    if (!work->value || !work->jacobian_block || !work->formula_work || !work->jacobian ||
        !work->inputs)
        return atn_fail_nomem(err);
    for (size_t k = 0; k < p; k++) {
        work->jacobian[k] = work->jacobian_block + k * LANES;
        work->inputs[k] = answer->estimate + k;
    }
    find_rows(model, answer, work);
    return ATTAIN_OK;
}

attain_status atn_regression_band(attain_context *ctx, const atn_regression_model *model,
                                  const atn_regression_answer *answer, const double *const *columns,
                                  size_t n_lanes, double level, double *curve, double *curve_half,
                                  double *new_half, attain_error *err)
{
    const double reach = atn_regression_reach(model, answer, level);
    const double scatter = scatter_half(model, answer, level, reach);
    band_work work = {.size = 0.0};
    const attain_status status = make_work(ctx, model, answer, &work, err);
    for (size_t first = 0; !status && first < n_lanes; first += LANES) {
        const size_t lanes = n_lanes - first < LANES ? n_lanes - first : LANES;
        for (size_t k = 0; k < model->n_columns; k++)
            work.inputs[model->n_parameters + k] = columns[k] ? columns[k] + first : NULL;
        atn_formula_jacobian(model->formula, lanes, work.inputs, work.value, work.jacobian,
                             work.formula_work);
        for (size_t l = 0; l < lanes; l++) {
            const double spread =
                work.size > 0.0 ? spread_by_rows(&work, l) : spread_by_covariance(&work, answer, l);
            const double half = reach * spread;
            curve[first + l] = work.value[l];
            curve_half[first + l] = half;
            new_half[first + l] = hypot(half, scatter);
        }
    }
    free_work(ctx, &work);
    return status;
}
