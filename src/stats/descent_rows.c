/* The loss and its rows at one point: the formula over the table, a block of rows at a time. */
#include <math.h>
#include <string.h>

#include "descent.h"
#include "stats/distribution.h"
#include "stats/rows_qr.h"

static const double huber_k = 1.345; /* 95 % efficient at the normal, Huber (1981), ch. 4 */
static const double student_df = 4.0;

/* rho(u), and omega = rho'(u) / u and slope = rho''(u) unless NULL. */
static double robust(attain_loss loss, double u, double *omega, double *slope)
{
    const double a = fabs(u), rest = student_df + u * u;
    if (loss == ATTAIN_LOSS_HUBER) {
        if (omega) *omega = a <= huber_k ? 1.0 : huber_k / a;
        if (slope) *slope = a <= huber_k;
        return a <= huber_k ? 0.5 * u * u : huber_k * (a - 0.5 * huber_k);
    }
    if (omega) *omega = (student_df + 1.0) / rest;
    if (slope) *slope = (student_df + 1.0) * (student_df - u * u) / (rest * rest);
    return 0.5 * (student_df + 1.0) * log1p(u * u / student_df);
}

static double root_weight(const atn_regression_model *model, size_t i)
{
    return model->weights ? sqrt(model->weights[i]) : 1.0;
}

/* Huber: the median absolute deviation, consistent at the normal.  Student-t: one step of EM for
 * the maximum-likelihood scale (Lange, Little & Taylor 1989), whose fixed point that is. */
double atn_descent_scale(atn_descent *d)
{
    const atn_regression_model *model = d->model;
    const size_t n = model->n_rows;
    static const double half = 0.5;
    double median;
    long double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double r = d->residual[i] * root_weight(model, i);
        double omega = 1.0;
        if (model->loss == ATTAIN_LOSS_STUDENT_T) robust(model->loss, r / d->scale, &omega, NULL);
        if (d->sorted) d->sorted[i] = fabs(r);
        sum += (long double)omega * r * r;
    }
    if (model->loss == ATTAIN_LOSS_SQUARES)
        return n > d->k ? (double)sqrtl(sum / (long double)(n - d->k)) : 0.0;
    if (model->loss == ATTAIN_LOSS_STUDENT_T) return (double)sqrtl(sum / (long double)n);
    atn_quantiles(d->sorted, n, &half, 1, &median);
    return median / 0.6745; /* as rlm and the literature round it */
}

/* Standard error of an M-estimator with unit design, Huber (1981), eq. 7.6.  s = scale. */
double atn_descent_robust_sd(const atn_descent *d, double s)
{
    const atn_regression_model *model = d->model;
    const double n = (double)model->n_rows, k = (double)d->k;
    long double square = 0, sum = 0, sum_square = 0;
    for (size_t i = 0; i < model->n_rows; i++) {
        const double u = d->residual[i] * root_weight(model, i) / s;
        double omega, slope;
        robust(model->loss, u, &omega, &slope);
        square += (long double)omega * u * omega * u;
        sum += slope;
        sum_square += (long double)slope * slope;
    }
    const double mean = (double)sum / n;
    const double variance = ((double)sum_square - n * mean * mean) / (n - 1.0);
    const double correction = 1.0 + k / n * variance / (mean * mean);
    return s * sqrt((double)square / (n - k)) * correction / mean;
}

/* Loss of a block's residuals r; root[l] becomes what multiplies row l. */
static long double block_loss(const atn_descent *d, const double *r, size_t first, size_t lanes)
{
    const atn_regression_model *model = d->model;
    double *root = d->root;
    long double sum = 0;
    for (size_t l = 0; l < lanes; l++) {
        root[l] = root_weight(model, first + l);
        const double weighted = r[l] * root[l];
        if (model->loss == ATTAIN_LOSS_SQUARES) {
            sum += 0.5L * weighted * weighted;
        } else {
            double omega;
            sum += (long double)d->scale * d->scale *
                   robust(model->loss, weighted / d->scale, &omega, NULL);
            root[l] *= sqrt(omega);
        }
    }
    return sum;
}

static void fold_block(atn_descent *d, size_t lanes)
{
    for (size_t k = 0; k <= d->m; k++) {
        double *column = k < d->m ? d->jacobian[d->free[k]] : d->value;
        if (d->model->weights || d->model->loss != ATTAIN_LOSS_SQUARES)
            for (size_t l = 0; l < lanes; l++) column[l] *= d->root[l];
        d->fold[k] = column;
    }
    atn_rows_fold(d->fold_r, d->m + 1, d->fold, lanes);
}

static void point_inputs(atn_descent *d, size_t first, const double *b)
{
    for (size_t k = 0; k < d->n_names; k++) {
        const bool column = k >= d->p;
        d->inputs[k] = !column ? b + k : NULL;
        if (column && d->model->columns[k - d->p])
            d->inputs[k] = d->model->columns[k - d->p] + first;
    }
}

void atn_descent_jacobian(atn_descent *d, size_t first, size_t lanes, const double *b)
{
    point_inputs(d, first, b);
    atn_formula_jacobian(d->model->formula, lanes, d->inputs, d->value, d->jacobian,
                         d->formula_work);
}

static long double plain_block(atn_descent *d, bool rows, size_t first, size_t lanes,
                               const double *b)
{
    const atn_regression_model *model = d->model;
    if (rows) {
        atn_descent_jacobian(d, first, lanes, b);
    } else {
        point_inputs(d, first, b);
        atn_formula_value(model->formula, lanes, d->inputs, d->value, d->formula_work);
    }
    const double *y = model->response + first;
    for (size_t l = 0; l < lanes; l++) d->value[l] = y[l] - d->value[l];
    memcpy(d->residual + first, d->value, lanes * sizeof *d->value);
    const long double loss = block_loss(d, d->value, first, lanes);
    if (rows && isfinite(loss)) fold_block(d, lanes);
    return loss;
}

static long double extended_block(atn_descent *d, size_t first, size_t lanes, long double *r)
{
    const atn_regression_model *model = d->model;
    for (size_t k = d->p; k < d->n_names; k++)
        d->inputs[k] = model->columns[k - d->p] ? model->columns[k - d->p] + first : NULL;
    atn_formula_extended(model->formula, lanes, d->inputs, d->scalars_x, d->value_x, d->jacobian_x,
                         d->work_x);
    const double *y = model->response + first;
    for (size_t l = 0; l < lanes; l++) {
        d->value_x[l] = (long double)y[l] - d->value_x[l];
        d->residual[first + l] = (double)d->value_x[l];
    }
    long double loss = block_loss(d, d->residual + first, first, lanes);
    if (model->loss == ATTAIN_LOSS_SQUARES) {
        loss = 0;
        for (size_t l = 0; l < lanes; l++)
            loss += 0.5L * (model->weights ? model->weights[first + l] : 1.0L) * d->value_x[l] *
                    d->value_x[l];
    }
    for (size_t k = 0; k <= d->m; k++) {
        long double *column = k < d->m ? d->jacobian_x[d->free[k]] : d->value_x;
        if (model->weights || model->loss != ATTAIN_LOSS_SQUARES)
            for (size_t l = 0; l < lanes; l++) column[l] *= d->root[l];
        d->fold_x[k] = column;
    }
    if (isfinite(loss)) atn_rows_fold_extended(r, d->m + 1, d->fold_x, lanes);
    return loss;
}

/* Second derivative of the log density, by differences of its exact slope. */
static double prior_curvature(const atn_prior *prior, double x)
{
    const double sd = atn_prior_sd(prior), h = 1e-4 * (isfinite(sd) ? sd : fabs(x) + 1.0);
    double above = 0.0, below = 0.0;
    const bool up = atn_prior_log_density(prior, x + h, &above) > -INFINITY;
    const bool down = atn_prior_log_density(prior, x - h, &below) > -INFINITY;
    if (!up || !down) return -1.0 / (h * h) * 1e-8;
    return (above - below) / (2.0 * h);
}

/* About the largest log density. */
static double prior_peak(const atn_prior *prior)
{
    const double a = prior->arg[0], b = prior->arg[1];
    double mode = 0.0; /* half_normal, half_student_t, exponential */
    switch (prior->family) {
    case ATN_PRIOR_NORMAL: mode = a; break;
    case ATN_PRIOR_STUDENT_T: mode = b; break;
    case ATN_PRIOR_LOGNORMAL: mode = exp(a - b * b); break;
    case ATN_PRIOR_GAMMA: mode = a > 1.0 ? (a - 1.0) / b : 0.0; break;
    case ATN_PRIOR_BETA: mode = a > 1.0 && b > 1.0 ? (a - 1.0) / (a + b - 2.0) : 0.0; break;
    case ATN_PRIOR_UNIFORM: mode = 0.5 * (a + b); break;
    default: break;
    }
    const double middle = atn_prior_log_density(prior, atn_prior_quantile(prior, 0.5), NULL);
    if (mode <= prior->lower || mode >= prior->upper) return middle + 10.0;
    return fmax(middle, atn_prior_log_density(prior, mode, NULL));
}

void atn_descent_prior_peaks(atn_descent *d)
{
    d->peaks = 0.0;
    for (size_t k = 0; d->model->priors && k < d->m; k++) {
        const atn_prior *prior = d->model->priors[d->free[k]];
        if (prior) d->peaks += prior_peak(prior);
    }
}

/* Each prior is one more row: its gradient exactly, its curvature where that is convex. */
static long double prior_rows(atn_descent *d, bool rows, const double *b, long double *r)
{
    const double s2 = d->scale * d->scale;
    long double loss = (long double)s2 * d->peaks;
    if (!d->model->priors) return 0;
    for (size_t k = 0; k < d->m; k++) {
        const atn_prior *prior = d->model->priors[d->free[k]];
        double slope = 0.0;
        if (!prior) continue;
        const double height = atn_prior_log_density(prior, b[d->free[k]], &slope);
        loss -= (long double)s2 * height;
        if (!rows) continue;
        const double convex = -prior_curvature(prior, b[d->free[k]]);
        if (slope == 0.0 && !(convex > 0.0)) continue; /* a flat law */
        const double sd = atn_prior_sd(prior), least = isfinite(sd) ? 1e-6 / (sd * sd) : 1e-6;
        const long double root = sqrtl((long double)s2 * (convex > least ? convex : least));
        for (size_t j = 0; j <= d->m; j++) {
            d->prior_row[j] = j == k ? root : j == d->m ? (long double)s2 * slope / root : 0;
            d->fold_x[j] = &d->prior_row[j];
        }
        atn_rows_fold_extended(r, d->m + 1, d->fold_x, 1);
    }
    return loss;
}

static bool finite_rows(const long double *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(r[i]) || fabsl(r[i]) > 1e150L) return false;
    return true;
}

bool atn_descent_evaluate(atn_descent *d, atn_depth depth, atn_spot *spot)
{
    const size_t n = d->model->n_rows, c2 = (d->m + 1) * (d->m + 1);
    const bool rows = depth != ATN_DEPTH_VALUE, extended = depth == ATN_DEPTH_EXTENDED;
    long double loss = 0;
    memset(d->fold_r, 0, c2 * sizeof *d->fold_r);
    if (rows)
        for (size_t i = 0; i < c2; i++) spot->r[i] = 0;
    for (size_t k = 0; extended && k < d->p; k++)
        d->scalars_x[k] = (long double)spot->b[k] + spot->low[k];
    d->evaluations++;
    spot->has_rows = false;
    spot->loss = INFINITY;
    for (size_t first = 0; first < n && isfinite(loss); first += d->block) {
        const size_t lanes = n - first < d->block ? n - first : d->block;
        loss += extended ? extended_block(d, first, lanes, spot->r)
                         : plain_block(d, rows, first, lanes, spot->b);
    }
    if (!isfinite(loss)) return false;
    for (size_t i = 0; rows && !extended && i < c2; i++) spot->r[i] = d->fold_r[i];
    loss += prior_rows(d, rows, spot->b, spot->r);
    if (!isfinite((double)loss) || (rows && !finite_rows(spot->r, c2))) return false;
    spot->loss = (double)loss;
    spot->has_rows = rows;
    return true;
}
