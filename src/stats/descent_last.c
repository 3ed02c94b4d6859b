/* The last steps of a local search: undamped, judged by their own length.  The loss is noise there
 * in its last digits. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "descent.h"

enum { MAX_LAST_STEPS = 60 };

const double atn_wanted_digits = 1e-10;

double atn_descent_residual_sd(const atn_descent *d)
{
    const size_t n = d->model->n_rows;
    return n > d->k ? sqrt(2.0 * d->here.loss / (double)(n - d->k)) : 0.0;
}

/* Largest part of the step relative to its parameter, in units of the wanted digits. */
static double excess(const atn_descent *d, const double *step)
{
    double worst = 0.0;
    for (size_t i = 0; i < d->k; i++) {
        const size_t j = d->chosen[i];
        const double near = atn_wanted_digits * fabs(d->here.b[d->free[j]]);
        const double part = step[j] == 0.0 ? 0.0 : fabs(step[j]) / (near + DBL_MIN);
        if (!(part <= worst)) worst = part;
    }
    return worst;
}

/* Whether rounding alone explains the step. */
static bool is_rounding(const atn_descent *d, const double *step)
{
    for (size_t i = 0; i < d->k; i++) {
        const size_t j = d->chosen[i];
        const double near = atn_wanted_digits * fabs(d->here.b[d->free[j]]);
        if (!(fabs(step[j]) <= fmax(near, 8.0 * d->floor[i]))) return false;
    }
    return true;
}

/* -gradient over the chosen. */
static void downhill(const atn_descent *d, const atn_spot *spot, double *g)
{
    const size_t c = d->m + 1;
    for (size_t i = 0; i < d->k; i++) {
        long double sum = 0;
        for (size_t l = 0; l <= d->chosen[i]; l++)
            sum += spot->r[l * c + d->chosen[i]] * spot->r[l * c + d->m];
        g[i] = (double)sum;
    }
}

/* x <- W' x with W = R^-1 where the Hessian was taken. */
static void whiten(const atn_descent *d, double *x)
{
    const size_t k = d->k;
    for (size_t j = 0; j < k; j++) d->solution[j] = x[j];
    for (size_t i = 0; i < k; i++) {
        long double sum = 0;
        for (size_t j = 0; j <= i; j++) sum += d->whitener[j * k + i] * d->solution[j];
        x[i] = (double)sum;
    }
}

/* trial <- here + h times column i of W; false outside the bounds. */
static bool aside(atn_descent *d, size_t i, double h)
{
    memcpy(d->trial.b, d->here.b, d->p * sizeof *d->trial.b);
    memcpy(d->trial.low, d->here.low, d->p * sizeof *d->trial.low);
    for (size_t j = 0; j <= i; j++) {
        const size_t at = d->free[d->chosen[j]];
        const long double b = (long double)d->trial.b[at] + h * d->whitener[j * d->k + i];
        d->trial.b[at] = (double)b;
        if (d->extended) d->trial.low[at] += (double)(b - d->trial.b[at]);
        if (d->model->lower && d->trial.b[at] < d->model->lower[at]) return false;
        if (d->model->upper && d->trial.b[at] > d->model->upper[at]) return false;
    }
    return true;
}

/* W'HW, H the Hessian over the chosen, by differences of the exact gradient; about the unit matrix,
 * so that its errors do not make it indefinite.  Factored; false unless it is positive definite. */
static bool curvature(atn_descent *d, atn_depth depth)
{
    const size_t k = d->k;
    double *const low = d->factor, *const high = d->factor + k;
    const double sd = atn_descent_residual_sd(d);
    memcpy(d->whitener, d->inverse, k * k * sizeof *d->whitener);
    downhill(d, &d->here, low);
    whiten(d, low);
    for (size_t i = 0; i < k; i++) {
        double h = 1e-3 * sd;
        if (!aside(d, i, h) && !aside(d, i, h = -h)) return false;
        if (h == 0.0 || !atn_descent_evaluate(d, depth, &d->trial)) return false;
        downhill(d, &d->trial, high);
        whiten(d, high);
        for (size_t j = 0; j < k; j++) d->hessian[i * k + j] = -(high[j] - low[j]) / h;
    }
    atn_symmetrise(d->hessian, k);
    return atn_cholesky(d->hessian, k, d->factor);
}

static void newton_step(const atn_descent *d, double *step)
{
    const size_t k = d->k;
    double *const x = d->hessian; /* no longer needed */
    downhill(d, &d->here, x);
    whiten(d, x);
    atn_cholesky_solve(d->factor, k, x);
    memset(step, 0, d->m * sizeof *step);
    for (size_t i = 0; i < k; i++)
        for (size_t j = i; j < k; j++)
            step[d->chosen[i]] += (double)(d->whitener[i * k + j] * x[j]);
}

/* The Gauss-Newton step inside the bounds; *cut: it ends on one.  false: singular. */
static bool gauss_newton(atn_descent *d, bool *cut)
{
    *cut = false;
    do {
        if (d->k == 0) return true;
        if (!atn_descent_precision(d) || !atn_descent_step(d, 0.0, d->step)) return false;
    } while (!atn_descent_bounded(d, d->step, cut));
    return true;
}

attain_regression_outcome atn_descent_last_steps(atn_descent *d, atn_depth depth)
{
    bool newton = false, cut;
    double before = INFINITY;
    size_t k = 0;
    for (int i = 0; i < MAX_LAST_STEPS; i++) {
        atn_descent_choose(d);
        if (!gauss_newton(d, &cut)) return ATTAIN_REGRESSION_SINGULAR;
        if (d->k == 0) return ATTAIN_REGRESSION_CONVERGED;
        if (d->k != k || cut) {
            newton = false;
            before = INFINITY;
        }
        k = d->k;
        double now = excess(d, d->step);
        const double plain = now;
        if (newton) {
            newton_step(d, d->step);
            now = excess(d, d->step);
        }
        /* A Hessian gone wrong would make any step short. */
        if (now <= 1.0 && plain <= 1e4 && !cut) return ATTAIN_REGRESSION_CONVERGED;
        if (now > 0.3 * before) {
            if (is_rounding(d, d->step)) return ATTAIN_REGRESSION_CONVERGED;
            if (newton && now > 0.5 * before) return ATTAIN_REGRESSION_STALLED;
            if (!newton) {
                if (!curvature(d, depth)) return ATTAIN_REGRESSION_STALLED;
                newton = true;
                newton_step(d, d->step);
                now = excess(d, d->step);
            }
        }
        before = now;
        atn_descent_move(d, d->step);
        if (!atn_descent_evaluate(d, depth, &d->trial)) return ATTAIN_REGRESSION_STALLED;
        atn_descent_swap(d);
    }
    return ATTAIN_REGRESSION_STALLED;
}
