/* The answer of a regression: the search from the first start, rescue if that is in doubt, and what
 * the rows say at the estimate. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "descent.h"
#include "rescue.h"
#include "stats/distribution.h"

static attain_status allocate(attain_context *ctx, const atn_regression_model *model,
                              atn_regression_answer *a, attain_error *err)
{
    const size_t p = model->n_parameters;
    memset(a, 0, sizeof *a);
    a->n_parameters = p;
    a->n_rows = model->n_rows;
    a->estimate = ATN_NEW_ARRAY(ctx, double, p);
    a->std_error = ATN_NEW_ARRAY(ctx, double, p);
    a->covariance = ATN_NEW_ARRAY(ctx, double, p *p);
    a->residual = ATN_NEW_ARRAY(ctx, double, model->n_rows);
    a->at_bound = ATN_NEW_ARRAY(ctx, bool, p);
    a->weak = ATN_NEW_ARRAY(ctx, double, p);
    return a->estimate && a->std_error && a->covariance && a->residual && a->at_bound && a->weak
               ? ATTAIN_OK
               : atn_fail_nomem(err);
}

void atn_regression_answer_free(attain_context *ctx, atn_regression_answer *a)
{
    atn_free(ctx, a->estimate);
    atn_free(ctx, a->std_error);
    atn_free(ctx, a->covariance);
    atn_free(ctx, a->residual);
    atn_free(ctx, a->at_bound);
    atn_free(ctx, a->weak);
    memset(a, 0, sizeof *a);
}

/* Sums about the weighted mean in two passes, compensated by extended precision. */
static double squares_about_mean(const atn_regression_model *model)
{
    long double sum = 0, weight = 0, square = 0;
    for (size_t i = 0; i < model->n_rows; i++) {
        const double w = model->weights ? model->weights[i] : 1.0;
        sum += (long double)w * model->response[i];
        weight += w;
    }
    const long double mean = sum / weight;
    for (size_t i = 0; i < model->n_rows; i++) {
        const long double x = model->response[i] - mean;
        square += (model->weights ? model->weights[i] : 1.0) * x * x;
    }
    return (double)square;
}

static void describe_fit(const atn_regression_model *model, const atn_descent *d,
                         atn_regression_answer *a)
{
    long double rss = 0;
    memcpy(a->residual, d->residual, model->n_rows * sizeof *a->residual);
    for (size_t i = 0; i < model->n_rows; i++)
        rss += (model->weights ? model->weights[i] : 1.0L) * a->residual[i] * a->residual[i];
    if (model->loss == ATTAIN_LOSS_SQUARES && !model->priors) rss = 2.0L * (long double)a->end.loss;
    a->rss = (double)rss;
    a->residual_df = (long)model->n_rows - (long)d->k;
    a->residual_sd = a->residual_df > 0 ? sqrt(a->rss / (double)a->residual_df) : NAN;
    a->r_squared = 1.0 - a->rss / squares_about_mean(model);
    for (size_t j = 0; j < d->m; j++) {
        const size_t at = d->free[j];
        a->at_bound[at] = (model->lower && d->here.b[at] <= model->lower[at]) ||
                          (model->upper && d->here.b[at] >= model->upper[at]);
    }
    for (size_t i = 0; i < d->k; i++) a->at_bound[d->free[d->chosen[i]]] = false;
}

/* Covariance s^2 (R'R)^-1 over the parameters that were free to move; for a robust loss R is that
 * of the rows themselves. */
static void describe_spread(atn_descent *d, const atn_regression_model *model,
                            atn_regression_answer *a)
{
    const size_t p = a->n_parameters, k = d->k;
    const bool robust = model->loss != ATTAIN_LOSS_SQUARES && !model->priors;
    const double sd = robust ? atn_descent_robust_sd(d, a->end.scale) : a->end.scale;
    atn_regression_model plain = *model;
    plain.loss = ATTAIN_LOSS_SQUARES;
    if (robust) d->model = &plain;
    if (robust) atn_descent_evaluate(d, ATN_DEPTH_ROWS, &d->here);
    const bool known = atn_descent_precision(d) && a->residual_df > 0 &&
                       a->end.outcome != ATTAIN_REGRESSION_SINGULAR;
    const double s2 = sd * sd;
    for (size_t j = 0; j < p; j++) a->std_error[j] = NAN;
    for (size_t i = 0; known && i < k; i++) {
        const size_t row = d->free[d->chosen[i]];
        for (size_t j = 0; j < k; j++) {
            long double sum = 0;
            for (size_t l = i > j ? i : j; l < k; l++)
                sum += d->inverse[i * k + l] * d->inverse[j * k + l];
            a->covariance[row * p + d->free[d->chosen[j]]] = (double)(s2 * sum);
        }
        a->std_error[row] = sqrt(a->covariance[row * p + row]);
    }
    a->condition = atn_descent_condition(d, d->step);
    d->model = NULL;
    if (a->end.outcome != ATTAIN_REGRESSION_SINGULAR) return;
    for (size_t i = 0; i < k; i++) a->weak[d->free[d->chosen[i]]] = d->step[i];
}

attain_status atn_regression_solve(attain_context *ctx, const atn_regression_model *model,
                                   const double *starts, size_t n_starts, atn_regression_answer *a,
                                   attain_error *err)
{
    atn_descent *d = NULL;
    attain_status status = allocate(ctx, model, a, err);
    if (status == ATTAIN_OK) status = atn_descent_create(ctx, model, &d, err);
    if (status == ATTAIN_OK) status = atn_rescue_search(ctx, d, model, starts, n_starts, a, err);
    if (status == ATTAIN_OK) {
        /* The best end may not be the last one: its rows are what describes it. */
        atn_descent_visit(d, model, a->estimate, &a->end);
        describe_fit(model, d, a);
        describe_spread(d, model, a);
    } else {
        atn_regression_answer_free(ctx, a);
    }
    atn_descent_free(ctx, d);
    return status;
}
