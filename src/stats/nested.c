/* Nested Laplace: latent values integrated out about their conditional mode. */
#include "stats/nested.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "importance.h"

enum { INNER_STEPS = 50, OUTER_STEPS = 60, HALVINGS = 30 };
static const double inner_step = 1e-5;      /* difference step for H_zz: latent values are O(1) */
static const double outer_step = 1e-3;      /* difference step along theta for log |H| */
static const double inner_tolerance = 1e-5; /* Newton decrement in conditional sd */
static const double outer_tolerance = 1e-2; /* gradient in posterior sd: resampling corrects more */
static const double star = 1.25;            /* distance in sd at which the surface is sampled */

/* State at one theta: conditional mode, factor of H_zz, and what log p~ is made of. */
typedef struct nest_point {
    double *u;    /* n: theta, z* */
    double *g;    /* n: gradient of the joint log density */
    double *chol; /* q x q lower factor of H_zz */
    double value; /* joint log density */
    double half_log_det;
} nest_point;

typedef struct nest {
    attain_context *ctx;
    const atn_target *target;
    size_t n, p, q, evaluations;
    double *trial, *trial_g, *step, *moved; /* n each */
    double *slopes;                         /* p x q: dz*_k / dtheta_i */
    double *schur;   /* p x p: -Hessian of max_z log p, from the same differences */
    double *scratch; /* q x q */
} nest;

static double joint(nest *s, const double *u, double *g)
{
    s->evaluations++;
    return s->target->log_density(s->target->user, u, g, 0);
}

static double surface(const nest_point *at)
{
    return at->value - at->half_log_det;
}

/* Lower factor of H_zz at u by forward differences of the gradient, whose value at u is g; raised
 * on the diagonal where it is not positive definite.  False where the density ends nearby. */
static bool factor_inner(nest *s, const double *u, const double *g, double *chol,
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
static bool solve_inner(nest *s, nest_point *at)
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
static bool slope_of(nest *s, const nest_point *at, size_t i, double *column)
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
static bool profile_curvature(nest *s, const nest_point *at)
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
static double half_log_det_near(nest *s, const nest_point *at, const double *delta)
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
static bool outer_gradient(nest *s, const nest_point *at, double *delta, double *g)
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

static void copy_point(const nest *s, nest_point *to, const nest_point *from)
{
    memcpy(to->u, from->u, s->n * sizeof *to->u);
    memcpy(to->g, from->g, s->n * sizeof *to->g);
    memcpy(to->chol, from->chol, s->q * s->q * sizeof *to->chol);
    to->value = from->value;
    to->half_log_det = from->half_log_det;
}

/* BFGS (Nocedal & Wright 2006, 6.1) on log p~, begun with the profile's curvature. */
typedef struct outer_work {
    double *g, *g_next, *direction, *delta, *y; /* p each */
    double *inverse, *factor, *product;         /* p x p, p x p, p */
} outer_work;

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
static bool outer_diagonal(nest *s, const nest_point *at, double *delta, double *diagonal)
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

static bool first_inverse(nest *s, const nest_point *at, outer_work *w)
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

static void update_inverse(size_t p, outer_work *w, const double *step)
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
static double ascend(const nest *s, outer_work *w)
{
    const size_t p = s->p;
    for (size_t i = 0; i < p; i++) w->direction[i] = atn_inner(w->inverse + i * p, w->g, p);
    const double length = sqrt(fmax(atn_inner(w->direction, w->g, p), 0.0));
    for (size_t i = 0; length > 2.0 && i < p; i++) w->direction[i] *= 2.0 / length;
    return length;
}

static attain_status solve_outer(nest *s, nest_point *at, nest_point *next, outer_work *w,
                                 double *norm, atn_outcome *outcome, attain_error *err)
{
    const size_t p = s->p;
    if (!solve_inner(s, at) || !outer_gradient(s, at, w->delta, w->g) || !first_inverse(s, at, w))
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
        const double gain = atn_inner(w->direction, w->g, p), before = surface(at);
        int halvings = 0;
        for (; halvings < HALVINGS; halvings++, t *= 0.5) {
            copy_point(s, next, at);
            for (size_t i = 0; i < p; i++) next->u[i] += t * w->direction[i];
            if (solve_inner(s, next) && surface(next) >= before + 1e-4 * t * gain) break;
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
        copy_point(s, at, next);
        memcpy(w->g, w->g_next, p * sizeof *w->g);
        const attain_status status = atn_poll(s->ctx, "fit", 0.5, err);
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}

/* Curvature of log p~ in full: S exactly, log |H| by second differences over 0.3 conditional sd. */
static bool outer_factor(nest *s, const nest_point *at, outer_work *w, double *corners,
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

/* The proposal: theta = mode + A c with A A' = H^-1 and c split normal along each axis;
 * z = z~(c) + L~(c)^-T v, both quadratic along each axis through the star points. */
typedef struct proposal {
    size_t p, q, n, packed;
    double *axes;            /* p x p: column j of A in row j */
    double *scale;           /* p x 2: sd below and above the mode */
    double *reach;           /* p x 2: how far the star reached below and above */
    double *centre;          /* packed + q + p: L (log diagonal), z*, theta */
    double *linear, *square; /* p x (packed + q) each */
    double log_constant;
} proposal;

static void pack(const nest *s, const nest_point *at, double *out)
{
    const size_t q = s->q;
    size_t k = 0;
    for (size_t i = 0; i < q; i++)
        for (size_t j = 0; j <= i; j++)
            out[k++] = i == j ? log(at->chol[i * q + i]) : at->chol[i * q + j];
    memcpy(out + k, at->u + s->p, q * sizeof *out);
}

static void make_axes(const double *factor, proposal *pr)
{
    const size_t p = pr->p;
    for (size_t j = 0; j < p; j++) { /* A = F^-T: column j solves F' a = e_j */
        double *a = pr->axes + j * p;
        memset(a, 0, p * sizeof *a);
        a[j] = 1.0;
        atn_cholesky_backward(factor, p, a);
    }
    pr->log_constant = atn_cholesky_half_log_det(factor, p); /* log |A|^-1 */
}

/* Walks along axis j to where log p~ has fallen by about what one side of a normal falls at `star`
 * sd; returns the distance and leaves the surface sampled there, or 0 where nothing was found. */
static double walk(nest *s, const nest_point *mode, nest_point *probe, const double *axis,
                   double sign, double *drop)
{
    enum { WALKS = 8 };
    double distance = star;
    for (int k = 0; k < WALKS; k++) {
        copy_point(s, probe, mode);
        for (size_t i = 0; i < s->p; i++) probe->u[i] += sign * distance * axis[i];
        const bool ok = solve_inner(s, probe);
        *drop = ok ? surface(mode) - surface(probe) : INFINITY;
        if (*drop >= 0.3 && *drop <= 2.0) return distance;
        if (*drop > 2.0)
            distance *= isfinite(*drop) ? fmax(star / sqrt(2.0 * *drop), 0.2) : 0.5;
        else
            distance *= *drop > 0.05 ? star / sqrt(2.0 * *drop) : 2.0;
    }
    return *drop > 0 && *drop < 20.0 ? distance : 0.0;
}

static void sample_star(nest *s, const nest_point *mode, nest_point *probe, proposal *pr,
                        double *low, double *high)
{
    const size_t p = s->p, m = pr->packed + pr->q;
    pack(s, mode, pr->centre);
    memcpy(pr->centre + m, mode->u, p * sizeof *pr->centre);
    for (size_t j = 0; j < p; j++) {
        double *ends[2] = {low, high}, reach[2];
        for (int side = 0; side < 2; side++) {
            double drop;
            reach[side] = walk(s, mode, probe, pr->axes + j * p, side ? 1.0 : -1.0, &drop);
            pr->scale[2 * j + (size_t)side] =
                reach[side] > 0 ? reach[side] / sqrt(2.0 * drop) : 0.5;
            if (reach[side] > 0)
                pack(s, probe, ends[side]);
            else
                memcpy(ends[side], pr->centre, m * sizeof *low);
            if (!(reach[side] > 0)) reach[side] = star;
        }
        pr->reach[2 * j] = reach[0];
        pr->reach[2 * j + 1] = reach[1];
        for (size_t k = 0; k < m; k++) { /* the parabola through -reach[0], 0, reach[1] */
            const double down = (low[k] - pr->centre[k]) / -reach[0];
            const double up = (high[k] - pr->centre[k]) / reach[1];
            pr->square[j * m + k] = (up - down) / (reach[0] + reach[1]);
            pr->linear[j * m + k] = up - pr->square[j * m + k] * reach[1];
        }
    }
}

/* One proposal and its log density up to pr->log_constant; work: packed + q + p. */
static double propose(const proposal *pr, atn_stream *stream, double *u, double *work)
{
    const size_t p = pr->p, q = pr->q, m = pr->packed + q;
    double *c = work + m, log_q = pr->log_constant;
    memcpy(work, pr->centre, m * sizeof *work);
    memcpy(u, pr->centre + m, p * sizeof *u);
    for (size_t j = 0; j < p; j++) {
        const double below = pr->scale[2 * j], above = pr->scale[2 * j + 1];
        const double z = atn_stream_normal(stream);
        const bool up = atn_stream_uniform(stream) * (below + above) < above;
        c[j] = up ? above * fabs(z) : -below * fabs(z);
        log_q += -0.5 * z * z - log(0.5 * (below + above));
        for (size_t i = 0; i < p; i++) u[i] += c[j] * pr->axes[j * p + i];
        /* the parabola is trusted to twice the star's reach and goes on as its tangent */
        const double reach = fmin(fmax(c[j], -2.0 * pr->reach[2 * j]), 2.0 * pr->reach[2 * j + 1]);
        const double square = reach * (2.0 * c[j] - reach);
        const double *linear = pr->linear + j * m, *curve = pr->square + j * m;
        for (size_t k = 0; k < m; k++) work[k] += linear[k] * c[j] + curve[k] * square;
    }
    double *v = u + p;
    for (size_t i = 0; i < q; i++) {
        v[i] = atn_stream_normal(stream);
        log_q -= 0.5 * v[i] * v[i];
    }
    for (size_t i = q; i-- > 0;) { /* L' x = v by rows of the packed lower factor */
        const double *row = work + i * (i + 1) / 2;
        log_q += row[i];
        v[i] *= exp(-row[i]);
        for (size_t j = 0; j < i; j++) v[j] -= row[j] * v[i];
    }
    for (size_t i = 0; i < q; i++) v[i] += work[pr->packed + i];
    return log_q;
}

typedef struct proposing {
    const proposal *pr;
    const atn_target *target;
    uint64_t seed, chain;
    double *u, *log_density, *log_ratio, *work;
} proposing;

static bool propose_task(void *user, size_t item, size_t worker)
{
    proposing *t = user;
    const size_t n = t->pr->n;
    atn_stream stream;
    atn_stream_init(&stream, t->seed, ATN_PURPOSE_LAPLACE, t->chain, item);
    double *u = t->u + item * n;
    const double log_q =
        propose(t->pr, &stream, u, t->work + worker * (t->pr->packed + t->pr->q + t->pr->p));
    t->log_density[item] = t->target->log_density(t->target->user, u, NULL, worker);
    t->log_ratio[item] = t->log_density[item] - log_q;
    return true;
}

static attain_status draw_all(nest *s, const proposal *pr, uint64_t seed, uint64_t chain,
                              size_t n_proposals, size_t n_draws, atn_laplace *result,
                              attain_error *err)
{
    const size_t workers = atn_parallel_workers(s->ctx, n_proposals);
    double *u = ATN_NEW_ARRAY(s->ctx, double, n_proposals * s->n);
    double *density = ATN_NEW_ARRAY(s->ctx, double, 2 * n_proposals);
    double *work = ATN_NEW_ARRAY(s->ctx, double, workers *(pr->packed + pr->q + pr->p));
    attain_status status = u && density && work ? ATTAIN_OK : atn_fail_nomem(err);
    if (status == ATTAIN_OK) {
        proposing t = {pr, s->target, seed, chain, u, density, density + n_proposals, work};
        status = atn_parallel_for(s->ctx, n_proposals, propose_task, &t, "fit", err);
    }
    if (status == ATTAIN_OK) {
        status = atn_importance_resample(s->ctx, u, density, density + n_proposals, n_proposals,
                                         s->n, seed, chain, n_draws, result, err);
    }
    atn_free(s->ctx, u);
    atn_free(s->ctx, density);
    atn_free(s->ctx, work);
    return status;
}

/* One block of memory for everything, cut in order. */
typedef struct cutter {
    double *at;
} cutter;

static double *cut(cutter *c, size_t n)
{
    double *piece = c->at;
    c->at += n;
    return piece;
}

static void cut_point(const nest *s, nest_point *at, cutter *c)
{
    at->u = cut(c, s->n);
    at->g = cut(c, s->n);
    at->chol = cut(c, s->q * s->q);
}

static attain_status run(nest *s, nest_point at[2], outer_work *w, proposal *pr, double *more,
                         uint64_t seed, uint64_t chain, size_t n_proposals, size_t n_draws,
                         atn_mode *mode, atn_laplace *result, attain_error *err)
{
    const size_t p = s->p;
    attain_status status =
        solve_outer(s, &at[0], &at[1], w, &mode->gradient_norm, &mode->outcome, err);
    if (status != ATTAIN_OK) return status;
    if (!outer_factor(s, &at[0], w, more, w->factor))
        return atn_fail(err, ATTAIN_ERR_NUMERIC,
                        "the posterior's curvature at its mode could not be computed");
    make_axes(w->factor, pr);
    const size_t m = pr->packed + pr->q;
    sample_star(s, &at[0], &at[1], pr, more + p * p, more + p * p + m);
    mode->log_density = surface(&at[0]);
    memcpy(mode->u, at[0].u, s->n * sizeof *mode->u);
    return draw_all(s, pr, seed, chain, n_proposals, n_draws, result, err);
}

attain_status atn_nested_draw(attain_context *ctx, const atn_target *target, size_t n_outer,
                              const double *start, uint64_t seed, uint64_t chain,
                              size_t n_proposals, size_t n_draws, atn_mode *mode,
                              atn_laplace *result, attain_error *err)
{
    nest s = {.ctx = ctx, .target = target, .n = target->n, .p = n_outer, .q = target->n - n_outer};
    const size_t n = s.n, p = s.p, q = s.q;
    proposal pr = {.p = p, .q = q, .n = n, .packed = q * (q + 1) / 2};
    const size_t m = pr.packed + q;
    const size_t total = 4 * n + p * q + p * p + 2 * q * q + 2 * (2 * n + q * q) + 6 * p +
                         2 * p * p + p * p + 2 * m + p * p + 4 * p + (m + p) + 2 * p * m;
    *mode = (atn_mode){0};
    *result = (atn_laplace){0};
    double *block = ATN_NEW_ARRAY(ctx, double, total);
    mode->u = ATN_NEW_ARRAY(ctx, double, n);
    attain_status status = block && mode->u ? ATTAIN_OK : atn_fail_nomem(err);
    if (status == ATTAIN_OK) {
        cutter c = {block};
        nest_point at[2];
        outer_work w;
        s.trial = cut(&c, n);
        s.trial_g = cut(&c, n);
        s.step = cut(&c, n);
        s.moved = cut(&c, n);
        s.slopes = cut(&c, p * q);
        s.schur = cut(&c, p * p);
        s.scratch = cut(&c, 2 * q * q);
        cut_point(&s, &at[0], &c);
        cut_point(&s, &at[1], &c);
        double **vectors[] = {&w.g, &w.g_next, &w.direction, &w.delta, &w.y, &w.product};
        for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) *vectors[k] = cut(&c, p);
        w.inverse = cut(&c, p * p);
        w.factor = cut(&c, p * p);
        double *more = cut(&c, p * p + 2 * m);
        pr.axes = cut(&c, p * p);
        pr.scale = cut(&c, 2 * p);
        pr.reach = cut(&c, 2 * p);
        pr.centre = cut(&c, m + p);
        pr.linear = cut(&c, p * m);
        pr.square = cut(&c, p * m);
        memcpy(at[0].u, start, n * sizeof *start);
        status = run(&s, at, &w, &pr, more, seed, chain, n_proposals, n_draws, mode, result, err);
        mode->evaluations = s.evaluations;
    }
    atn_free(ctx, block);
    if (status != ATTAIN_OK) atn_mode_free(ctx, mode);
    return status;
}
