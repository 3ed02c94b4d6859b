/* Whether an end may be believed: signs, cheap beside the search, that another basin is better. */
#include <float.h>
#include <math.h>

#include "descent.h"

/* A parameter whose standard error dwarfs it has run to where it changes nothing.  Gives the
 * largest ratio over those in which the formula is not affine.  The start counts as the parameter's
 * size too, unless it was left a thousandfold behind on the way to 0. */
static double runaway(const atn_descent *d, double sd)
{
    double worst = 0.0;
    const double noise = sqrt(2.0 * d->noise / (double)d->model->n_rows);
    for (size_t i = 0; i < d->k; i++) {
        const size_t at = d->free[d->chosen[i]];
        const double b = fabs(d->here.b[at]), start = fabs(d->start[at]);
        const double size = b < 1e-3 * start ? b : fmax(b, start);
        const double spread = fmax(sd, noise) * d->spread[i];
        if (!d->linear[at] && spread > worst * size) worst = spread / size;
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

/* Share of the squares about the mean that the fit leaves. */
static double left_over(const atn_descent *d)
{
    const atn_regression_model *model = d->model;
    const size_t n = model->n_rows;
    double sum = 0.0, about = 0.0, square = 0.0;
    for (size_t i = 0; i < n; i++) sum += model->response[i];
    for (size_t i = 0; i < n; i++) {
        const double y = model->response[i] - sum / (double)n;
        about += y * y;
        square += d->residual[i] * d->residual[i];
    }
    return square / about;
}

/* Serial correlation of the residuals in the order of the rows: the first autocorrelation, and the
 * portmanteau of Box & Pierce (1970) over some lags, which also sees waves. */
static bool serial(const atn_descent *d)
{
    enum { LAGS = 8 };
    const size_t n = d->model->n_rows, lags = n / 4 < LAGS ? n / 4 : LAGS;
    double square = 0.0, portmanteau = 0.0, first = 0.0;
    for (size_t i = 0; i < n; i++) square += d->residual[i] * d->residual[i];
    for (size_t lag = 1; lag <= lags; lag++) {
        double product = 0.0;
        for (size_t i = lag; i < n; i++) product += d->residual[i] * d->residual[i - lag];
        const double r = product / square;
        if (lag == 1) first = r;
        portmanteau += (double)n * r * r;
    }
    return (first > 0.3 && first * sqrt((double)n) > 3.0) ||
           portmanteau > (double)lags + 5.0 * sqrt(2.0 * (double)lags);
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

/* The scale is part of the fit: losses at different scales do not compare.  With priors and with
 * Student's t the likelihood does, the scale in it; Huber's scale is no part of one, and of two
 * fixed points the one with the smaller scale, that of the closer half of the rows, is the better.
 */
double atn_descent_objective(const atn_descent *d)
{
    const double s2 = d->scale * d->scale;
    if (d->model->loss == ATTAIN_LOSS_HUBER) return s2;
    if (d->model->loss == ATTAIN_LOSS_SQUARES && !d->model->priors) return d->here.loss;
    return s2 * exp(2.0 * d->here.loss / ((double)d->model->n_rows * s2));
}

/* What rounding may have done to the estimate in the precision of the last steps: a bound, relative
 * to each parameter or its standard error, whichever is larger. */
static double rounding_bound(const atn_descent *d, double sd)
{
    double worst = 0.0;
    for (size_t i = 0; i < d->k; i++) {
        const double b = fabs(d->here.b[d->free[d->chosen[i]]]);
        worst = fmax(worst, d->floor[i] / (fmax(b, sd * d->spread[i]) + DBL_MIN));
    }
    return worst;
}

void atn_descent_judge(atn_descent *d, attain_regression_outcome outcome, atn_descent_end *end)
{
    const size_t n = d->model->n_rows;
    const bool plain = d->model->loss == ATTAIN_LOSS_SQUARES && !d->model->priors;
    const double sd = atn_descent_residual_sd(d);
    const bool precise = d->here.has_rows && atn_descent_precision(d);
    *end = (atn_descent_end){.outcome = outcome,
                             .loss = d->here.loss - d->scale * d->scale * d->peaks,
                             .objective = atn_descent_objective(d),
                             .scale = plain ? sd : d->scale,
                             .evaluations = d->evaluations,
                             .extended = d->extended,
                             .rounding = precise ? rounding_bound(d, sd) : 0.0,
                             .doubtful = outcome != ATTAIN_REGRESSION_CONVERGED};
    if (end->doubtful || !has_nonlinear(d)) return;
    const double ratio = precise ? runaway(d, sd) : INFINITY;
    const double leverage = n > 3 * d->k ? largest_leverage(d) : 0.0;
    if (ratio > 1e3) end->outcome = ATTAIN_REGRESSION_SINGULAR;
    end->irregular = ratio > 3.0 || leverage > 0.99;
    end->patterned = left_over(d) > 0.5 || serial(d);
    end->doubtful = end->irregular || end->patterned || leverage > 0.9 || travelled(d) ||
                    d->rejected > 10 || d->many_basins || d->k == 0;
}
