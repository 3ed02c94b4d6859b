#include "climb.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "factor.h"

/* Log density and gradient turned into the function to minimise; INFINITY when either is not
 * finite, since a step there must be taken back. */
static double negated(const atn_target *target, const double *u, double *g, size_t worker)
{
    const double value = target->log_density(target->user, u, g, worker);
    if (!isfinite(value)) return INFINITY;
    double sum = 0.0;
    for (size_t i = 0; i < target->n; i++) {
        g[i] = -g[i];
        sum += g[i] * 0.0; /* NaN as soon as one entry is not finite */
    }
    return isnan(sum) ? INFINITY : -value;
}

void atn_point_evaluate(const atn_target *target, atn_point *p, size_t *evaluations)
{
    p->f = negated(target, p->u, p->g, 0);
    ++*evaluations;
}

void atn_point_copy(atn_point *to, const atn_point *from, size_t n)
{
    memcpy(to->u, from->u, n * sizeof *to->u);
    memcpy(to->g, from->g, n * sizeof *to->g);
    to->f = from->f;
}

typedef struct end {
    double at, f, slope;
} end;

/* Minimiser of the cubic through both ends, Nocedal & Wright (2006), eq. 3.59, kept off the ends;
 * a quarter of the way where the far end lies outside the domain. */
static double interpolate(end low, end high)
{
    const double width = high.at - low.at;
    if (!isfinite(high.f)) return low.at + 0.25 * width;
    const double d1 = low.slope + high.slope - 3.0 * (high.f - low.f) / width;
    const double square = d1 * d1 - low.slope * high.slope;
    double share = 0.5;
    if (square >= 0.0) {
        const double d2 = sqrt(square);
        share = 1.0 - (high.slope + d2 - d1) / (high.slope - low.slope + 2.0 * d2);
    }
    if (!(share > 0.1)) share = 0.1;
    if (share > 0.9) share = 0.9;
    return low.at + share * width;
}

/* Keeps a bracket (low, high): low decreases enough but still falls steeply, high decreases too
 * little or rises steeply, so that a strong Wolfe point lies between them. */
bool atn_line_search(const atn_target *target, const atn_point *from, const double *direction,
                     double step, atn_point *to, size_t *evaluations)
{
    static const double c1 = 1e-4, c2 = 0.9;
    const size_t n = target->n;
    const double slope0 = atn_inner(from->g, direction, n);
    end low = {0.0, from->f, slope0}, high = {INFINITY, INFINITY, 0.0};
    if (!(slope0 < 0.0)) return false;
    for (int k = 0; k < 60; k++) {
        memcpy(to->u, from->u, n * sizeof *to->u);
        atn_axpy(to->u, step, direction, n);
        atn_point_evaluate(target, to, evaluations);
        const end here = {step, to->f, isfinite(to->f) ? atn_inner(to->g, direction, n) : INFINITY};
        if (!(here.f <= from->f + c1 * step * slope0))
            high = here;
        else if (here.slope < c2 * slope0)
            low = here;
        else if (here.slope > -c2 * slope0)
            high = here;
        else
            return true;
        if (isinf(high.at))
            step *= 4.0;
        else if (high.at - low.at <= 1e-12 * high.at)
            break;
        else
            step = interpolate(low, high);
    }
    if (!(low.at > 0.0)) return false;
    memcpy(to->u, from->u, n * sizeof *to->u);
    atn_axpy(to->u, low.at, direction, n);
    atn_point_evaluate(target, to, evaluations);
    return to->f < from->f;
}

/* ---- Hessian ---- */

typedef struct hessian_job {
    const atn_target *target;
    const double *u, *spread;
    double *hessian, *work;
} hessian_job;

/* Steps of 3e-4 spreads balance the cubic term (about 1e-7) against rounding. */
static bool hessian_row(void *user, size_t j, size_t worker)
{
    const hessian_job *job = user;
    const size_t n = job->target->n;
    double *u = job->work + worker * 3 * n, *above = u + n, *below = above + n;
    double *row = job->hessian + j * n, step = 3e-4 * job->spread[j];
    memcpy(u, job->u, n * sizeof *u);
    for (int k = 0; k < 30; k++, step *= 0.25) {
        const double high = job->u[j] + step, low = job->u[j] - step;
        u[j] = high;
        const double f_above = negated(job->target, u, above, worker);
        u[j] = low;
        const double f_below = negated(job->target, u, below, worker);
        if (!isfinite(f_above) || !isfinite(f_below) || !(high > low)) continue;
        for (size_t i = 0; i < n; i++) row[i] = (above[i] - below[i]) / (high - low);
        return true;
    }
    for (size_t i = 0; i < n; i++) row[i] = NAN;
    return true;
}

attain_status atn_hessian(attain_context *ctx, const atn_target *target, const double *u,
                          const double *spread, double *hessian, double *work, attain_error *err)
{
    const size_t n = target->n;
    hessian_job job = {target, u, spread, hessian, work};
    const attain_status status =
        atn_parallel_for(ctx, n, hessian_row, &job, "posterior curvature", err);
    if (status) return status;
    atn_symmetrise(hessian, n);
    return ATTAIN_OK;
}
