/* Latent values integrated out: conditional modes by Newton, the mode of the rest by BFGS. */
#include "marginal.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"

enum { INNER_STEPS = 50, OUTER_STEPS = 60, HALVINGS = 30 };
static const double inner_step = 1e-5;      /* difference step for H_zz: latent values are O(1) */
static const double outer_step = 1e-3;      /* difference step along theta for log |H| */
static const double inner_tolerance = 1e-5; /* Newton decrement in conditional sd */
static const double outer_tolerance = 1e-2; /* gradient in posterior sd: resampling corrects more */

static double joint(atn_nest *s, const double *u, double *g)
{
    s->evaluations++;
    return s->target->log_density(s->target->user, u, g, 0);
}

/* Lower factor of H_zz at u by forward differences of the gradient, whose value at u is g; raised
 * on the diagonal where it is not positive definite.  False where the density ends nearby. */
static bool factor_inner(atn_nest *s, const double *u, const double *g, double *chol,
                         double *half_log_det)
{
    const size_t p = s->p, q = s->q;
    double *h = s->scratch;
    memcpy(s->moved, u, s->n * sizeof *u);
    for (size_t j = 0; j < q; j++) {
        s->moved[p + j] = u[p + j] + inner_step;
        if (!(joint(s, s->moved, s->trial_g) > -INFINITY)) return false;
        s->moved[p + j] = u[p + j];
        for (size_t k = 0; k < q; k++) h[j * q + k] = (g[p + k] - s->trial_g[p + k]) / inner_step;
    }
    atn_symmetrise(h, q);
    if (!atn_cholesky_raised(h, q, chol)) return false;
    *half_log_det = atn_cholesky_half_log_det(chol, q);
    return true;
}

/* Maximises over z from at->u: Newton's method that keeps its Hessian while steps stay small. */
bool atn_nest_inner(atn_nest *s, atn_nest_point *at)
{
    const size_t p = s->p, q = s->q, n = s->n;
    double drift = INFINITY; /* conditional sd moved since the factor was made */
    at->value = joint(s, at->u, at->g);
    if (!(at->value > -INFINITY)) return false;
    for (int k = 0; k < INNER_STEPS; k++) {
        const bool fresh = drift > 0.3;
        if (fresh && !factor_inner(s, at->u, at->g, at->chol, &at->half_log_det)) return false;
        if (fresh) drift = 0.0;
        memcpy(s->step, at->g + p, q * sizeof *s->step);
        atn_cholesky_solve(at->chol, q, s->step);
        const double decrement = sqrt(fmax(atn_inner(s->step, at->g + p, q), 0.0));
        if (decrement < inner_tolerance) break;
        double t = 1.0, value = -INFINITY;
        int halvings = 0;
        memcpy(s->trial, at->u, n * sizeof *s->trial);
        for (; halvings < HALVINGS; halvings++, t *= 0.5) {
            for (size_t j = 0; j < q; j++) s->trial[p + j] = at->u[p + j] + t * s->step[j];
            value = joint(s, s->trial, s->trial_g);
            if (value >= at->value + 1e-4 * t * decrement * decrement) break;
        }
        if (halvings == HALVINGS) {
            if (fresh || decrement < 1e-3) break; /* at the precision of the density */
            drift = INFINITY;
            continue;
        }
        drift += t * decrement;
        at->value = value;
        memcpy(at->u, s->trial, n * sizeof *s->trial);
        memcpy(at->g, s->trial_g, n * sizeof *s->trial_g);
    }
    return drift <= 0.02 || factor_inner(s, at->u, at->g, at->chol, &at->half_log_det);
}

/* Joint gradient at theta + h e_i: fills slopes[i] and column i of the Schur complement's parts. */
static bool slope_of(atn_nest *s, const atn_nest_point *at, size_t i, double *column)
{
    const size_t p = s->p, q = s->q;
    memcpy(s->moved, at->u, s->n * sizeof *s->moved);
    s->moved[i] += inner_step;
    if (!(joint(s, s->moved, s->trial_g) > -INFINITY)) return false;
    for (size_t k = 0; k < p; k++) column[k] = (at->g[k] - s->trial_g[k]) / inner_step;
    double *slope = s->slopes + i * q;
    for (size_t k = 0; k < q; k++) slope[k] = (s->trial_g[p + k] - at->g[p + k]) / inner_step;
    return true;
}

/* Slopes of z* and S = H_tt - H_tz H_zz^-1 H_zt, the curvature of the profile max_z log p. */
static bool profile_curvature(atn_nest *s, const atn_nest_point *at)
{
    const size_t p = s->p, q = s->q;
    for (size_t i = 0; i < p; i++)
        if (!slope_of(s, at, i, s->schur + i * p)) return false;
    for (size_t i = 0; i < p; i++) { /* slopes hold -H_zt; S_ij -= (H_zt)_i' H_zz^-1 (H_zt)_j */
        memcpy(s->step, s->slopes + i * q, q * sizeof *s->step);
        atn_cholesky_forward(at->chol, q, s->step);
        memcpy(s->slopes + i * q, s->step, q * sizeof *s->step);
    }
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            s->schur[i * p + j] -= atn_inner(s->slopes + i * q, s->slopes + j * q, q);
    for (size_t i = 0; i < p; i++) atn_cholesky_backward(at->chol, q, s->slopes + i * q);
    atn_symmetrise(s->schur, p);
    return true;
}

/* half log |H_zz| at theta + delta, z* moved along its slopes; NaN where the density ends. */
static double half_log_det_near(atn_nest *s, const atn_nest_point *at, const double *delta)
{
    memcpy(s->trial, at->u, s->n * sizeof *s->trial);
    for (size_t i = 0; i < s->p; i++) {
        if (delta[i] == 0) continue;
        s->trial[i] += delta[i];
        for (size_t k = 0; k < s->q; k++) s->trial[s->p + k] += delta[i] * s->slopes[i * s->q + k];
    }
    double half_log_det, *g = s->step; /* step has n entries: the gradient at the moved point */
    if (!(joint(s, s->trial, g) > -INFINITY)) return NAN;
    double *chol = s->scratch + s->q * s->q;
    return factor_inner(s, s->trial, g, chol, &half_log_det) ? half_log_det : NAN;
}

/* Gradient of log p~: the envelope theorem leaves the joint one; log |H| by differences. */
static bool outer_gradient(atn_nest *s, const atn_nest_point *at, double *delta, double *g)
{
    if (!profile_curvature(s, at)) return false;
    memset(delta, 0, s->p * sizeof *delta);
    for (size_t i = 0; i < s->p; i++) {
        delta[i] = outer_step;
        const double moved = half_log_det_near(s, at, delta);
        delta[i] = 0.0;
        if (!isfinite(moved)) return false;
        g[i] = at->g[i] - (moved - at->half_log_det) / outer_step;
    }
    return true;
}

void atn_nest_copy(const atn_nest *s, atn_nest_point *to, const atn_nest_point *from)
{
    memcpy(to->u, from->u, s->n * sizeof *to->u);
    memcpy(to->g, from->g, s->n * sizeof *to->g);
    memcpy(to->chol, from->chol, s->q * s->q * sizeof *to->chol);
    to->value = from->value;
    to->half_log_det = from->half_log_det;
}

/* BFGS (Nocedal & Wright 2006, 6.1) on log p~, begun with the profile's curvature. */
/* Lower factor of a curvature matrix that should be positive definite: scaled to a unit diagonal
 * and raised until no direction is softer than a fiftieth of its own coordinates. */
static bool factor_outer(const double *matrix, size_t p, double *scaled, double *factor)
{
    static const double raises[] = {0.0, 0.01, 0.03, 0.1, 0.3, 1.0};
    for (size_t i = 0; i < p; i++)
        if (!(matrix[i * p + i] > 0) || !isfinite(matrix[i * p + i])) return false;
    for (size_t r = 0; r < sizeof raises / sizeof *raises; r++) {
        for (size_t i = 0; i < p; i++)
            for (size_t j = 0; j < p; j++)
                scaled[i * p + j] =
                    matrix[i * p + j] / sqrt(matrix[i * p + i] * matrix[j * p + j]) +
                    (i == j ? raises[r] : 0.0);
        bool firm = atn_cholesky(scaled, p, factor);
        for (size_t i = 0; firm && i < p; i++) firm = factor[i * p + i] * factor[i * p + i] >= 0.02;
        if (!firm) continue;
        for (size_t i = 0; i < p; i++)
            for (size_t j = 0; j <= i; j++) factor[i * p + j] *= sqrt(matrix[i * p + i]);
        return true;
    }
    return false;
}

/* Curvature of log p~ along each coordinate: S_ii and the second difference of log |H|.  A profile
 * that bends the wrong way along a scale is what log |H| corrects; where their sum still does, its
 * size stands in. */
static bool outer_diagonal(atn_nest *s, const atn_nest_point *at, double *delta, double *diagonal)
{
    const size_t p = s->p;
    memset(delta, 0, p * sizeof *delta);
    for (size_t i = 0; i < p; i++) {
        const double profile = s->schur[i * p + i];
        const double h = 0.1 / sqrt(fmax(fabs(profile), 1e-8));
        delta[i] = h;
        const double plus = half_log_det_near(s, at, delta);
        delta[i] = -h;
        const double minus = half_log_det_near(s, at, delta);
        delta[i] = 0.0;
        diagonal[i] = fabs(profile + (plus + minus - 2.0 * at->half_log_det) / (h * h));
        if (!(diagonal[i] > 1e-12 && diagonal[i] < INFINITY)) return false;
    }
    return true;
}

static bool first_inverse(atn_nest *s, const atn_nest_point *at, atn_outer_work *w)
{
    const size_t p = s->p;
    if (!outer_diagonal(s, at, w->delta, w->y)) return false;
    for (size_t i = 0; i < p; i++) s->schur[i * p + i] = w->y[i];
    if (!factor_outer(s->schur, p, w->inverse, w->factor)) return false;
    memset(w->inverse, 0, p * p * sizeof *w->inverse);
    for (size_t i = 0; i < p; i++) {
        w->inverse[i * p + i] = 1.0;
        atn_cholesky_solve(w->factor, p, w->inverse + i * p);
    }
    return true;
}

static void update_inverse(size_t p, atn_outer_work *w, const double *step)
{
    const double sy = atn_inner(step, w->y, p);
    if (!(sy > 1e-10)) return;
    for (size_t i = 0; i < p; i++) w->product[i] = atn_inner(w->inverse + i * p, w->y, p);
    const double scale = (1.0 + atn_inner(w->y, w->product, p) / sy) / sy;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            w->inverse[i * p + j] += scale * step[i] * step[j] -
                                     (w->product[i] * step[j] + step[i] * w->product[j]) / sy;
}

/* A step of more than about two posterior sd is cut: the surface is only locally quadratic. */
static double ascend(const atn_nest *s, atn_outer_work *w)
{
    const size_t p = s->p;
    for (size_t i = 0; i < p; i++) w->direction[i] = atn_inner(w->inverse + i * p, w->g, p);
    const double length = sqrt(fmax(atn_inner(w->direction, w->g, p), 0.0));
    for (size_t i = 0; length > 2.0 && i < p; i++) w->direction[i] *= 2.0 / length;
    return length;
}

attain_status atn_nest_outer(atn_nest *s, atn_nest_point *at, atn_nest_point *next,
                             atn_outer_work *w, double *norm, atn_outcome *outcome,
                             attain_error *err)
{
    const size_t p = s->p;
    if (!atn_nest_inner(s, at) || !outer_gradient(s, at, w->delta, w->g) ||
        !first_inverse(s, at, w))
        return atn_fail(err, ATTAIN_ERR_NUMERIC,
                        "the posterior has no finite density near its start");
    *outcome = ATN_STEP_LIMIT;
    for (int k = 0; k < OUTER_STEPS; k++) {
        *norm = ascend(s, w);
        if (*norm < outer_tolerance) {
            *outcome = ATN_CONVERGED;
            break;
        }
        double t = 1.0;
        const double gain = atn_inner(w->direction, w->g, p), before = atn_nest_surface(at);
        int halvings = 0;
        for (; halvings < HALVINGS; halvings++, t *= 0.5) {
            atn_nest_copy(s, next, at);
            for (size_t i = 0; i < p; i++) next->u[i] += t * w->direction[i];
            if (atn_nest_inner(s, next) && atn_nest_surface(next) >= before + 1e-4 * t * gain)
                break;
        }
        if (halvings == HALVINGS || !outer_gradient(s, next, w->delta, w->g_next)) {
            *outcome = *norm < 0.1 ? ATN_CONVERGED : ATN_STALLED;
            break;
        }
        for (size_t i = 0; i < p; i++) {
            w->y[i] = w->g[i] - w->g_next[i]; /* of the minimised -log p~ */
            w->direction[i] = next->u[i] - at->u[i];
        }
        update_inverse(p, w, w->direction);
        atn_nest_copy(s, at, next);
        memcpy(w->g, w->g_next, p * sizeof *w->g);
        const attain_status status = atn_poll(s->ctx, "fit", 0.5, err);
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}

/* Curvature of log p~ in full: S exactly, log |H| by second differences over 0.3 conditional sd. */
bool atn_nest_curvature(atn_nest *s, const atn_nest_point *at, atn_outer_work *w, double *corners,
                        double *factor)
{
    const size_t p = s->p;
    double *size = w->y, *plus = w->product;
    if (!profile_curvature(s, at) || !outer_diagonal(s, at, w->delta, size)) return false;
    for (size_t i = 0; i < p; i++) size[i] = 0.3 / sqrt(size[i]);
    for (size_t i = 0; i < p; i++) {
        w->delta[i] = size[i];
        plus[i] = half_log_det_near(s, at, w->delta);
        w->delta[i] = -size[i];
        const double minus = half_log_det_near(s, at, w->delta);
        w->delta[i] = 0.0;
        const double bend = (plus[i] + minus - 2.0 * at->half_log_det) / (size[i] * size[i]);
        corners[i * p + i] = fmax(s->schur[i * p + i] + bend, 0.01 / (size[i] * size[i]));
    }
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < i; j++) {
            w->delta[i] = size[i];
            w->delta[j] = size[j];
            const double both = half_log_det_near(s, at, w->delta);
            w->delta[i] = w->delta[j] = 0.0;
            corners[i * p + j] = corners[j * p + i] =
                s->schur[i * p + j] +
                (both - plus[i] - plus[j] + at->half_log_det) / (size[i] * size[j]);
        }
    return factor_outer(corners, p, w->inverse, factor);
}
