/* A map that makes a posterior with latent values nearly standard normal. */
#include "stats/transport.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "marginal.h"

static const double star = 1.25; /* distance in sd at which the marginal is sampled */

enum { CORRECTIONS = 2 }; /* Newton steps that take a proposal's centre to the conditional mode */

struct atn_transport {
    atn_target target;
    size_t p, q, n, packed;
    double *block;
    double *axes;            /* p x p: column j of A in row j */
    double *scale;           /* p x 2: sd below and above the mode */
    double *reach;           /* p x 2: how far the star reached below and above */
    double *centre;          /* packed + q + p: L (log diagonal), z*, theta */
    double *linear, *square; /* p x (packed + q) each */
    double log_axes;         /* log |A| */
};

static void pack(const atn_nest *s, const atn_nest_point *at, double *out)
{
    const size_t q = s->q;
    size_t k = 0;
    for (size_t i = 0; i < q; i++)
        for (size_t j = 0; j <= i; j++)
            out[k++] = i == j ? log(at->chol[i * q + i]) : at->chol[i * q + j];
    memcpy(out + k, at->u + s->p, q * sizeof *out);
}

static void make_axes(const double *factor, atn_transport *t)
{
    const size_t p = t->p;
    for (size_t j = 0; j < p; j++) { /* A = F^-T: column j solves F' a = e_j */
        double *a = t->axes + j * p;
        memset(a, 0, p * sizeof *a);
        a[j] = 1.0;
        atn_cholesky_backward(factor, p, a);
    }
    t->log_axes = -atn_cholesky_half_log_det(factor, p);
}

/* Walks along axis j to where log p~ has fallen by about what one side of a normal falls at `star`
 * sd; returns the distance and leaves the surface sampled there, or 0 where nothing was found. */
static double walk(atn_nest *s, const atn_nest_point *mode, atn_nest_point *probe,
                   const double *axis, double sign, double *drop)
{
    enum { WALKS = 8 };
    double distance = star;
    for (int k = 0; k < WALKS; k++) {
        atn_nest_copy(s, probe, mode);
        for (size_t i = 0; i < s->p; i++) probe->u[i] += sign * distance * axis[i];
        const bool ok = atn_nest_inner(s, probe);
        *drop = ok ? atn_nest_surface(mode) - atn_nest_surface(probe) : INFINITY;
        if (*drop >= 0.3 && *drop <= 2.0) return distance;
        if (*drop > 2.0)
            distance *= isfinite(*drop) ? fmax(star / sqrt(2.0 * *drop), 0.2) : 0.5;
        else
            distance *= *drop > 0.05 ? star / sqrt(2.0 * *drop) : 2.0;
    }
    return *drop > 0 && *drop < 20.0 ? distance : 0.0;
}

static void sample_star(atn_nest *s, const atn_nest_point *mode, atn_nest_point *probe,
                        atn_transport *t, double *low, double *high)
{
    const size_t p = s->p, m = t->packed + t->q;
    pack(s, mode, t->centre);
    memcpy(t->centre + m, mode->u, p * sizeof *t->centre);
    for (size_t j = 0; j < p; j++) {
        double *ends[2] = {low, high}, reach[2];
        for (int side = 0; side < 2; side++) {
            double drop;
            reach[side] = walk(s, mode, probe, t->axes + j * p, side ? 1.0 : -1.0, &drop);
            t->scale[2 * j + (size_t)side] = reach[side] > 0 ? reach[side] / sqrt(2.0 * drop) : 0.5;
            if (reach[side] > 0)
                pack(s, probe, ends[side]);
            else
                memcpy(ends[side], t->centre, m * sizeof *low);
            if (!(reach[side] > 0)) reach[side] = star;
        }
        t->reach[2 * j] = reach[0];
        t->reach[2 * j + 1] = reach[1];
        for (size_t k = 0; k < m; k++) { /* the parabola through -reach[0], 0, reach[1] */
            const double down = (low[k] - t->centre[k]) / -reach[0];
            const double up = (high[k] - t->centre[k]) / reach[1];
            t->square[j * m + k] = (up - down) / (reach[0] + reach[1]);
            t->linear[j * m + k] = up - t->square[j * m + k] * reach[1];
        }
    }
}

/* The parabola along an axis is trusted to twice the star's reach and goes on as its tangent. */
static double bent_square(const atn_transport *t, size_t j, double c)
{
    const double low = -2.0 * t->reach[2 * j], high = 2.0 * t->reach[2 * j + 1];
    const double trusted = fmin(fmax(c, low), high);
    return trusted * (2.0 * c - trusted);
}

size_t atn_transport_work_size(const atn_transport *t)
{
    return t->packed + t->q + t->n + t->q;
}

double atn_transport_scale(const atn_transport *t, size_t j, bool above)
{
    return t->scale[2 * j + above];
}

/* x <- L^-1 x by rows of the packed lower factor, whose diagonal is in logs. */
static void packed_forward(const double *packed, size_t q, double *x)
{
    for (size_t i = 0; i < q; i++) {
        const double *row = packed + i * (i + 1) / 2;
        x[i] = (x[i] - atn_inner(row, x, i)) * exp(-row[i]);
    }
}

/* x <- L^-T x; returns log |L|. */
static double packed_backward(const double *packed, size_t q, double *x)
{
    double log_det = 0.0;
    for (size_t i = q; i-- > 0;) {
        const double *row = packed + i * (i + 1) / 2;
        log_det += row[i];
        x[i] *= exp(-row[i]);
        for (size_t j = 0; j < i; j++) x[j] -= row[j] * x[i];
    }
    return log_det;
}

/* The parabolas know nothing of how two axes act together, which may put z* several conditional sd
 * off; Newton steps with L take it back.  They depend on theta alone, so the map stays exact. */
static void correct_centre(const atn_transport *t, const double *packed, double *u, double *g,
                           double *before, size_t worker)
{
    const size_t p = t->p, q = t->q;
    double value = -INFINITY, *step = g + p;
    for (int k = 0; k < CORRECTIONS; k++) { /* the last step stays unverified: it is the smallest */
        const double at = t->target.log_density(t->target.user, u, g, worker);
        if (!(at > value)) {
            if (k > 0) memcpy(u + p, before, q * sizeof *before);
            return;
        }
        value = at;
        memcpy(before, u + p, q * sizeof *before);
        packed_forward(packed, q, step);
        if (!(atn_inner(step, step, q) > 1e-2)) return; /* within 0.1 conditional sd */
        (void)packed_backward(packed, q, step);
        for (size_t i = 0; i < q; i++) u[p + i] += step[i];
    }
}

double atn_transport_map(const atn_transport *t, const double *w, double *u, double *work,
                         size_t worker)
{
    const size_t p = t->p, q = t->q, m = t->packed + q;
    double *v = work + t->packed; /* holds z* first */
    memcpy(work, t->centre, m * sizeof *work);
    memcpy(u, t->centre + m, p * sizeof *u);
    for (size_t j = 0; j < p; j++) {
        const double c = w[j], square = bent_square(t, j, c);
        for (size_t i = 0; i < p; i++) u[i] += c * t->axes[j * p + i];
        const double *linear = t->linear + j * m, *curve = t->square + j * m;
        for (size_t k = 0; k < m; k++) work[k] += linear[k] * c + curve[k] * square;
    }
    memcpy(u + p, v, q * sizeof *v);
    correct_centre(t, work, u, work + m, work + m + t->n, worker);
    memcpy(v, w + p, q * sizeof *v);
    const double log_det = packed_backward(work, q, v);
    for (size_t i = 0; i < q; i++) u[p + i] += v[i];
    return t->log_axes - log_det;
}

/* Memory is one block, cut in order. */
static double *cut(double **at, size_t n)
{
    double *piece = *at;
    *at += n;
    return piece;
}

static void cut_point(const atn_nest *s, atn_nest_point *point, double **at)
{
    point->u = cut(at, s->n);
    point->g = cut(at, s->n);
    point->chol = cut(at, s->q * s->q);
}

static size_t scratch_doubles(size_t n, size_t p, size_t q, size_t m)
{
    return 4 * n + p * q + p * p + 2 * q * q + 2 * (2 * n + q * q) + 6 * p + 3 * p * p + 2 * m;
}

static attain_status solve(atn_nest *s, const double *start, double *at, atn_transport *t,
                           atn_mode *mode, attain_error *err)
{
    const size_t n = s->n, p = s->p, q = s->q, m = t->packed + q;
    atn_nest_point point[2];
    atn_outer_work w;
    double **const whole[] = {&s->trial, &s->trial_g, &s->step, &s->moved};
    double **const outer[] = {&w.g, &w.g_next, &w.direction, &w.delta, &w.y, &w.product};
    for (size_t k = 0; k < 4; k++) *whole[k] = cut(&at, n);
    for (size_t k = 0; k < 6; k++) *outer[k] = cut(&at, p);
    s->slopes = cut(&at, p * q);
    s->schur = cut(&at, p * p);
    s->scratch = cut(&at, 2 * q * q);
    w.inverse = cut(&at, p * p);
    w.factor = cut(&at, p * p);
    cut_point(s, &point[0], &at);
    cut_point(s, &point[1], &at);
    double *ends = cut(&at, 2 * m), *corners = at;
    memcpy(point[0].u, start, n * sizeof *start);
    const attain_status status =
        atn_nest_outer(s, &point[0], &point[1], &w, &mode->gradient_norm, &mode->outcome, err);
    if (status != ATTAIN_OK) return status;
    if (!atn_nest_curvature(s, &point[0], &w, corners, w.factor))
        return atn_fail(err, ATTAIN_ERR_NUMERIC,
                        "the posterior's curvature at its mode could not be computed");
    make_axes(w.factor, t);
    sample_star(s, &point[0], &point[1], t, ends, ends + m);
    mode->log_density = atn_nest_surface(&point[0]);
    memcpy(mode->u, point[0].u, n * sizeof *mode->u);
    return ATTAIN_OK;
}

static bool allocate(attain_context *ctx, atn_transport *t)
{
    const size_t p = t->p, m = t->packed + t->q;
    t->block = ATN_NEW_ARRAY(ctx, double, p *p + 4 * p + (m + p) + 2 * p * m);
    if (!t->block) return false;
    double *at = t->block;
    t->axes = cut(&at, p * p);
    t->scale = cut(&at, 2 * p);
    t->reach = cut(&at, 2 * p);
    t->centre = cut(&at, m + p);
    t->linear = cut(&at, p * m);
    t->square = cut(&at, p * m);
    return true;
}

attain_status atn_transport_create(attain_context *ctx, const atn_target *target, size_t n_outer,
                                   const double *start, atn_transport **transport, atn_mode *mode,
                                   attain_error *err)
{
    atn_nest s = {.ctx = ctx, .target = target, .n = target->n, .p = n_outer};
    s.q = s.n - s.p;
    *transport = NULL;
    *mode = (atn_mode){0};
    atn_transport *t = ATN_NEW(ctx, atn_transport);
    if (!t) return atn_fail_nomem(err);
    t->target = *target;
    t->n = s.n;
    t->p = s.p;
    t->q = s.q;
    t->packed = s.q * (s.q + 1) / 2;
    double *scratch = ATN_NEW_ARRAY(ctx, double, scratch_doubles(s.n, s.p, s.q, t->packed + s.q));
    mode->u = ATN_NEW_ARRAY(ctx, double, s.n);
    attain_status status = scratch && mode->u && allocate(ctx, t) ? ATTAIN_OK : atn_fail_nomem(err);
    if (status == ATTAIN_OK) status = solve(&s, start, scratch, t, mode, err);
    mode->evaluations = s.evaluations;
    atn_free(ctx, scratch);
    if (status == ATTAIN_OK) {
        *transport = t;
    } else {
        atn_transport_free(ctx, t);
        atn_mode_free(ctx, mode);
    }
    return status;
}

void atn_transport_free(attain_context *ctx, atn_transport *t)
{
    if (!t) return;
    atn_free(ctx, t->block);
    atn_free(ctx, t);
}
