/* Posterior mode.  L-BFGS covers the distance without curvature; Newton steps on the differenced
 * Hessian then finish in units of the posterior's own spread, and leave the Hessian that the
 * Laplace approximation needs. */
#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "climb.h"
#include "factor.h"

enum { MEMORY = 12, MOST_LBFGS = 3000, MOST_NEWTON = 60, MOST_CHORD = 6 };

/* Newton decrements, in posterior standard deviations. */
static const double handover = 1e-2;  /* L-BFGS estimate at which Newton takes over */
static const double tolerance = 1e-6; /* aimed at */
static const double tolerable = 1e-3; /* accepted where rounding stops progress */

typedef struct climb {
    attain_context *ctx;
    const atn_target *target;
    size_t n, evaluations;
    atn_point here, there;
    double *direction, *spread;
    double *s, *y; /* MEMORY x n ring of steps and slope changes */
    double rho[MEMORY], alpha[MEMORY];
    size_t stored, next;
    double *hessian;
    double *hessian_work; /* workers x 3 n */
    atn_factor factor;
    double *factor_work;
} climb;

/* ---- L-BFGS ---- */

static double curvature_scale(const climb *c)
{
    if (c->stored == 0) return 1.0;
    const size_t k = (c->next + MEMORY - 1) % MEMORY, n = c->n;
    return 1.0 / (c->rho[k] * atn_inner(c->y + k * n, c->y + k * n, n));
}

/* direction = -H g by the two-loop recursion, Nocedal & Wright (2006), algorithm 7.4.
 * Returns g' H g. */
static double lbfgs_direction(climb *c)
{
    const size_t n = c->n;
    double *q = c->direction;
    for (size_t i = 0; i < n; i++) q[i] = -c->here.g[i];
    for (size_t k = 0; k < c->stored; k++) {
        const size_t i = (c->next + MEMORY - 1 - k) % MEMORY;
        c->alpha[i] = c->rho[i] * atn_inner(c->s + i * n, q, n);
        atn_axpy(q, -c->alpha[i], c->y + i * n, n);
    }
    const double scale = curvature_scale(c);
    for (size_t i = 0; i < n; i++) q[i] *= scale;
    for (size_t k = c->stored; k-- > 0;) {
        const size_t i = (c->next + MEMORY - 1 - k) % MEMORY;
        const double beta = c->rho[i] * atn_inner(c->y + i * n, q, n);
        atn_axpy(q, c->alpha[i] - beta, c->s + i * n, n);
    }
    return -atn_inner(q, c->here.g, n);
}

static void remember(climb *c)
{
    const size_t n = c->n;
    double *s = c->s + c->next * n, *y = c->y + c->next * n;
    for (size_t i = 0; i < n; i++) {
        s[i] = c->there.u[i] - c->here.u[i];
        y[i] = c->there.g[i] - c->here.g[i];
    }
    const double sy = atn_inner(s, y, n);
    if (!(sy > 1e-12 * sqrt(atn_inner(s, s, n) * atn_inner(y, y, n)))) return;
    c->rho[c->next] = 1.0 / sy;
    c->next = (c->next + 1) % MEMORY;
    if (c->stored < MEMORY) c->stored++;
}

static void take_there(climb *c)
{
    const atn_point keep = c->here;
    c->here = c->there;
    c->there = keep;
}

/* Ends when the estimated decrement is small, progress is, or the search fails; Newton judges. */
static attain_status run_lbfgs(climb *c, attain_error *err)
{
    double marker = c->here.f;
    for (int k = 0; k < MOST_LBFGS; k++) {
        const attain_status status = atn_poll(c->ctx, "posterior mode", 0.5, err);
        if (status) return status;
        double decrement = lbfgs_direction(c);
        if (!(decrement > 0.0)) {
            c->stored = 0;
            decrement = lbfgs_direction(c);
            if (!(decrement > 0.0)) break;
        }
        if (c->stored > 0 && sqrt(decrement) < handover) break;
        const double first = c->stored > 0 ? 1.0 : 1.0 / sqrt(decrement);
        if (!atn_line_search(c->target, &c->here, c->direction, first, &c->there,
                             &c->evaluations)) {
            if (c->stored == 0) break;
            c->stored = 0;
            continue;
        }
        remember(c);
        take_there(c);
        if (k % 20 == 19) {
            if (marker - c->here.f < 1e-4) break;
            marker = c->here.f;
        }
    }
    return ATTAIN_OK;
}

/* ---- Newton ---- */

/* direction = -H^-1 g; returns the decrement sqrt(g' H^-1 g). */
static double newton_direction(climb *c)
{
    for (size_t i = 0; i < c->n; i++) c->direction[i] = -c->here.g[i];
    atn_factor_solve(&c->factor, c->direction);
    return sqrt(fmax(0.0, -atn_inner(c->direction, c->here.g, c->n)));
}

static attain_status update_hessian(climb *c, bool *usable, attain_error *err)
{
    const attain_status status =
        atn_hessian(c->ctx, c->target, c->here.u, c->spread, c->hessian, c->hessian_work, err);
    if (status) return status;
    c->evaluations += 2 * c->n;
    *usable = atn_factor_set(&c->factor, c->hessian, c->factor_work);
    if (*usable) memcpy(c->spread, c->factor.scale, c->n * sizeof *c->spread);
    return ATTAIN_OK;
}

/* One step.  Close to the mode the change of f drowns in its rounding, so there a full step is
 * judged by the gradient. */
static bool newton_step(climb *c, double decrement)
{
    if (decrement < handover && !c->factor.repaired) {
        memcpy(c->there.u, c->here.u, c->n * sizeof *c->there.u);
        atn_axpy(c->there.u, 1.0, c->direction, c->n);
        atn_point_evaluate(c->target, &c->there, &c->evaluations);
        if (c->there.f <= c->here.f + 1e-10 * (1.0 + fabs(c->here.f))) return true;
    }
    return atn_line_search(c->target, &c->here, c->direction, 1.0, &c->there, &c->evaluations);
}

/* Steps with one Hessian while each gains a factor of ten; returns the last decrement. */
static double chord_steps(climb *c, double decrement, bool *moved)
{
    for (int k = 0; k < MOST_CHORD && decrement > tolerance; k++) {
        if (!newton_step(c, decrement)) break;
        take_there(c);
        const double next = newton_direction(c);
        /* A worse gradient at equal height is rounding at work: go back and stop. */
        if (!(next < decrement) && decrement < handover && !c->factor.repaired) {
            take_there(c);
            newton_direction(c);
            break;
        }
        *moved = true;
        const bool slow = next > 0.1 * decrement;
        decrement = next;
        if (slow || c->factor.repaired) break;
    }
    return decrement;
}

/* Down a direction of negative curvature, where the gradient may see nothing at all. */
static bool leave_saddle(climb *c)
{
    if (!c->factor.repaired || !(c->factor.least < -1e-6)) return false;
    atn_factor_least_direction(&c->factor, c->factor_work, c->direction);
    for (double step = 1.0; step > 1e-3; step *= 0.25)
        for (int side = 0; side < 2; side++) {
            memcpy(c->there.u, c->here.u, c->n * sizeof *c->there.u);
            atn_axpy(c->there.u, side ? -step : step, c->direction, c->n);
            atn_point_evaluate(c->target, &c->there, &c->evaluations);
            if (!(c->there.f < c->here.f)) continue;
            take_there(c);
            return true;
        }
    return false;
}

static attain_status run_newton(climb *c, atn_mode *mode, attain_error *err)
{
    bool usable = false, moved = true;
    double decrement = INFINITY;
    for (int k = 0; k < MOST_NEWTON && moved; k++) {
        const attain_status status = update_hessian(c, &usable, err);
        if (status) return status;
        moved = false;
        if (!usable) break;
        decrement = newton_direction(c);
        if (decrement > tolerance || c->factor.repaired)
            decrement = chord_steps(c, decrement, &moved);
        if (!moved) moved = leave_saddle(c);
    }
    if (usable && !c->factor.repaired && decrement <= tolerable)
        mode->outcome = ATN_CONVERGED;
    else
        mode->outcome = moved ? ATN_STEP_LIMIT : ATN_STALLED;
    mode->gradient_norm = decrement;
    return ATTAIN_OK;
}

/* ---- the whole ---- */

/* One block for everything but what the caller keeps. */
static double *cut_workspace(climb *c)
{
    const size_t n = c->n, workers = atn_parallel_workers(c->ctx, n);
    const size_t total = 7 * n + 2 * MEMORY * n + 3 * workers * n + n * n + atn_factor_work(n);
    double *block = ATN_NEW_ARRAY(c->ctx, double, total), *at = block;
    if (!block) return NULL;
    double **piece[] = {&c->here.u,    &c->here.g, &c->there.u,     &c->there.g,
                        &c->direction, &c->spread, &c->factor.scale};
    for (size_t k = 0; k < sizeof piece / sizeof *piece; k++, at += n) *piece[k] = at;
    c->s = at;
    c->y = (at += MEMORY * n);
    c->hessian_work = (at += MEMORY * n);
    c->factor.l = (at += 3 * workers * n);
    c->factor_work = at + n * n;
    c->factor.n = n;
    return block;
}

attain_status atn_mode_find(attain_context *ctx, const atn_target *target, const double *start,
                            atn_mode *mode, attain_error *err)
{
    const size_t n = target->n;
    climb c = {.ctx = ctx, .target = target, .n = n};
    atn_mode found = {.outcome = ATN_STALLED};
    attain_status status = ATTAIN_OK;
    found.u = ATN_NEW_ARRAY(ctx, double, n);
    found.hessian = n < SIZE_MAX / (8 * n) ? ATN_NEW_ARRAY(ctx, double, n *n) : NULL;
    double *block = found.u && found.hessian ? cut_workspace(&c) : NULL;
    c.hessian = found.hessian;
    if (!block) {
        status = atn_fail_nomem(err);
        goto cleanup;
    }
    memcpy(c.here.u, start, n * sizeof *start);
    for (size_t i = 0; i < n; i++) c.spread[i] = 0.1 * fmax(1.0, fabs(start[i]));
    atn_point_evaluate(target, &c.here, &c.evaluations);
    if (!isfinite(c.here.f)) {
        status = atn_fail(err, ATTAIN_ERR_DOMAIN,
                          "the posterior density or its slope is not finite at the start");
        goto cleanup;
    }
    status = run_lbfgs(&c, err);
    if (!status) status = run_newton(&c, &found, err);
    if (status) goto cleanup;
    memcpy(found.u, c.here.u, n * sizeof *found.u);
    found.log_density = -c.here.f;
    found.evaluations = c.evaluations;
    *mode = found;
    found = (atn_mode){0};
cleanup:
    atn_free(ctx, block);
    atn_mode_free(ctx, &found);
    return status;
}

void atn_mode_free(attain_context *ctx, atn_mode *mode)
{
    if (!mode) return;
    atn_free(ctx, mode->u);
    atn_free(ctx, mode->hessian);
    mode->u = NULL;
    mode->hessian = NULL;
}
