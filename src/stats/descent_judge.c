/* Whether an end may be believed: signs, cheap beside the search, that another basin is better. */
#include <math.h>

#include "descent.h"
#include "stats/rows_qr.h"

/* A parameter whose standard error dwarfs it and its start has run to where it changes nothing.
 * Gives the largest ratio over those in which the formula is not affine. */
static double runaway(atn_descent *d, double sd)
{
    double worst = 0.0;
    if (!atn_descent_precision(d)) return INFINITY;
    for (size_t i = 0; i < d->k; i++) {
        const size_t at = d->free[d->chosen[i]];
        const double size = fmax(fabs(d->here.b[at]), fabs(d->start[at]));
        if (!d->linear[at] && sd * d->spread[i] > worst * size) worst = sd * d->spread[i] / size;
    }
    return worst;
}

/* Far from the start: another sign, or a hundredfold change. */
static bool travelled(const atn_descent *d)
{
    for (size_t i = 0; i < d->k; i++) {
        const size_t at = d->free[d->chosen[i]];
        const double ratio = d->here.b[at] / d->start[at];
        if (!d->linear[at] && d->start[at] != 0.0 && !(ratio > 0.01 && ratio < 100.0)) return true;
    }
    return false;
}

/* Share of the squares about the mean that the fit leaves, and the residuals' first
 * autocorrelation in the order of the rows. */
static void residual_signs(const atn_descent *d, double *left, double *serial)
{
    const atn_regression_model *model = d->model;
    const size_t n = model->n_rows;
    double sum = 0.0, about = 0.0, square = 0.0, product = 0.0;
    for (size_t i = 0; i < n; i++) sum += model->response[i];
    for (size_t i = 0; i < n; i++) {
        const double y = model->response[i] - sum / (double)n, r = d->residual[i];
        about += y * y;
        square += r * r;
        if (i > 0) product += r * d->residual[i - 1];
    }
    *left = square / about;
    *serial = product / square;
}

/* Largest diagonal element of the hat matrix: near 1 the curve bends to a single row, as a pole
 * between rows does.  One more pass over the rows. */
static double largest_leverage(atn_descent *d)
{
    const atn_regression_model *model = d->model;
    const size_t k = d->k;
    double worst = 0.0;
    for (size_t first = 0; first < model->n_rows; first += d->block) {
        const size_t rest = model->n_rows - first, lanes = rest < d->block ? rest : d->block;
        atn_descent_jacobian(d, first, lanes, d->here.b);
        for (size_t l = 0; l < lanes; l++) d->value[l] = 0.0;
        for (size_t i = 0; i < k; i++) {
            for (size_t l = 0; l < lanes; l++) d->root[l] = 0.0;
            for (size_t j = 0; j <= i; j++) {
                const double w = (double)d->inverse[j * k + i];
                const double *column = d->jacobian[d->free[d->chosen[j]]];
                for (size_t l = 0; l < lanes; l++) d->root[l] += w * column[l];
            }
            for (size_t l = 0; l < lanes; l++) d->value[l] += d->root[l] * d->root[l];
        }
        for (size_t l = 0; l < lanes; l++) {
            const double h = d->value[l] * (model->weights ? model->weights[first + l] : 1.0);
            if (h > worst) worst = h;
        }
    }
    return worst;
}

static bool has_nonlinear(const atn_descent *d)
{
    for (size_t j = 0; j < d->m; j++)
        if (!d->linear[d->free[j]]) return true;
    return false;
}

/* The scale is part of the fit: losses at different scales do not compare, the likelihood with the
 * scale in it does. */
static double profiled_objective(const atn_descent *d)
{
    const double s2 = d->scale * d->scale;
    return s2 * exp(2.0 * d->here.loss / ((double)d->model->n_rows * s2));
}

void atn_descent_judge(atn_descent *d, attain_regression_outcome outcome, atn_descent_end *end)
{
    const size_t n = d->model->n_rows;
    const double sd = n > d->k ? sqrt(2.0 * d->here.loss / (double)(n - d->k)) : 0.0;
    const bool plain = d->model->loss == ATTAIN_LOSS_SQUARES && !d->model->priors;
    double left, serial;
    *end = (atn_descent_end){.outcome = outcome,
                             .loss = d->here.loss,
                             .objective = plain ? d->here.loss : profiled_objective(d),
                             .scale = plain ? sd : d->scale,
                             .evaluations = d->evaluations,
                             .extended = d->extended,
                             .doubtful = outcome != ATTAIN_REGRESSION_CONVERGED};
    if (end->doubtful || d->k == 0 || !has_nonlinear(d)) return;
    const double ratio = runaway(d, sd);
    residual_signs(d, &left, &serial);
    if (ratio > 1e3) end->outcome = ATTAIN_REGRESSION_SINGULAR;
    const double leverage = n > 3 * d->k ? largest_leverage(d) : 0.0;
    end->irregular = ratio > 3.0 || leverage > 0.99;
    end->doubtful = end->irregular || leverage > 0.9 || travelled(d) || d->rejected > 10 ||
                    left > 0.5 || (serial > 0.3 && serial * sqrt((double)n) > 3.0);
}
