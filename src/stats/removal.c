/* Undoing figures by an affine map: see stats/removal.h. */
#include "stats/removal.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"

enum { DRAWS_A_COORDINATE = 4, MOST_COORDINATES = 400 /* covariances cost their square */ };
static const double MOST_VARIANCE = 1e4; /* of x without the figures, over that with them */

struct atn_removal {
    size_t n, g;
    double *mean;  /* n: of u */
    double *slope; /* g x n: x = slope (u - mean), unit variance each */
    double *carry; /* g x n: regression of u on x */
    double *grow;  /* g x g: A of x' = A x + shift */
    double *back;  /* g x g: its inverse */
    double *shift; /* g */
    double log_det;
};

struct atn_removal_basis {
    const double *u; /* m x n */
    size_t m, n;
    double *mean, *covariance, *factor; /* n, n x n, n x n */
};

typedef struct moments {
    const atn_removal_basis *basis;
    double *with;            /* g x n: covariance of u with each location */
    double *a, *b, *c, *d;   /* g x g each */
    double *linear, *square; /* g: log likelihood ~ linear x + square x^2 */
} moments;

static void free_moments(attain_context *ctx, moments *m)
{
    const void *const owned[] = {m->with, m->a, m->b, m->c, m->d, m->linear, m->square};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) atn_free(ctx, owned[i]);
}

static bool create_moments(attain_context *ctx, const atn_removal_basis *basis, size_t g,
                           moments *m)
{
    *m = (moments){.basis = basis,
                   .with = ATN_NEW_ARRAY(ctx, double, g * basis->n),
                   .a = ATN_NEW_ARRAY(ctx, double, g *g),
                   .b = ATN_NEW_ARRAY(ctx, double, g *g),
                   .c = ATN_NEW_ARRAY(ctx, double, g *g),
                   .d = ATN_NEW_ARRAY(ctx, double, g *g),
                   .linear = ATN_NEW_ARRAY(ctx, double, g),
                   .square = ATN_NEW_ARRAY(ctx, double, g)};
    return m->with && m->a && m->b && m->c && m->d && m->linear && m->square;
}

static bool create_map(attain_context *ctx, size_t n, size_t g, atn_removal *r)
{
    *r = (atn_removal){.n = n,
                       .g = g,
                       .mean = ATN_NEW_ARRAY(ctx, double, n),
                       .slope = ATN_NEW_ARRAY(ctx, double, g *n),
                       .carry = ATN_NEW_ARRAY(ctx, double, g *n),
                       .grow = ATN_NEW_ARRAY(ctx, double, g *g),
                       .back = ATN_NEW_ARRAY(ctx, double, g *g),
                       .shift = ATN_NEW_ARRAY(ctx, double, g)};
    return r->mean && r->slope && r->carry && r->grow && r->back && r->shift;
}

void atn_removal_free(attain_context *ctx, atn_removal *r)
{
    if (!r) return;
    const void *const owned[] = {r->mean, r->slope, r->carry, r->grow, r->back, r->shift, r};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) atn_free(ctx, owned[i]);
}

static void gather(atn_removal_basis *b)
{
    const size_t n = b->n;
    const double share = 1.0 / (double)b->m;
    for (size_t d = 0; d < b->m; d++)
        for (size_t i = 0; i < n; i++) b->mean[i] += share * b->u[d * n + i];
    for (size_t d = 0; d < b->m; d++) {
        const double *row = b->u + d * n;
        for (size_t i = 0; i < n; i++) {
            const double x = share * (row[i] - b->mean[i]);
            for (size_t k = 0; k <= i; k++) b->covariance[i * n + k] += x * (row[k] - b->mean[k]);
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) b->covariance[k * n + i] = b->covariance[i * n + k];
}

attain_status atn_removal_basis_create(attain_context *ctx, const double *u, size_t m, size_t n,
                                       atn_removal_basis **basis, attain_error *err)
{
    *basis = NULL;
    if (n == 0 || n > MOST_COORDINATES || m < DRAWS_A_COORDINATE * n) return ATTAIN_OK;
    atn_removal_basis *b = ATN_NEW(ctx, atn_removal_basis);
    if (!b) return atn_fail_nomem(err);
    *b = (atn_removal_basis){.u = u,
                             .m = m,
                             .n = n,
                             .mean = ATN_NEW_ARRAY(ctx, double, n),
                             .covariance = ATN_NEW_ARRAY(ctx, double, n *n),
                             .factor = ATN_NEW_ARRAY(ctx, double, n *n)};
    const bool room = b->mean && b->covariance && b->factor;
    if (room) gather(b);
    if (room && atn_cholesky_raised(b->covariance, n, b->factor))
        *basis = b;
    else
        atn_removal_basis_free(ctx, b);
    return room ? ATTAIN_OK : atn_fail_nomem(err);
}

void atn_removal_basis_free(attain_context *ctx, atn_removal_basis *b)
{
    if (!b) return;
    atn_free(ctx, b->mean);
    atn_free(ctx, b->covariance);
    atn_free(ctx, b->factor);
    atn_free(ctx, b);
}

/* False where a location does not vary but by rounding. */
static bool correlate(const double *location, atn_removal *r, moments *m)
{
    const atn_removal_basis *b = m->basis;
    const size_t n = r->n, g = r->g;
    memcpy(r->mean, b->mean, n * sizeof *r->mean);
    for (size_t j = 0; j < g; j++) {
        double centre = 0.0, variance = 0.0;
        for (size_t d = 0; d < b->m; d++) centre += location[d * g + j] / (double)b->m;
        for (size_t d = 0; d < b->m; d++) {
            const double y = (location[d * g + j] - centre) / (double)b->m;
            variance += y * (location[d * g + j] - centre);
            for (size_t i = 0; i < n; i++) m->with[j * n + i] += y * (b->u[d * n + i] - b->mean[i]);
        }
        if (!(variance > 1e-24 * centre * centre)) return false;
    }
    return true;
}

/* slope = S^-1 cov(u, m), scaled so that x has unit variance; a: the correlations of x; carry:
 * cov(u, x) = S slope. */
static bool set_predictors(atn_removal *r, moments *m)
{
    const atn_removal_basis *b = m->basis;
    const size_t n = r->n, g = r->g;
    for (size_t j = 0; j < g; j++) {
        double *slope = r->slope + j * n;
        memcpy(slope, m->with + j * n, n * sizeof *slope);
        atn_cholesky_solve(b->factor, n, slope);
        const double variance = atn_inner(slope, m->with + j * n, n);
        if (!(variance > 0 && variance < INFINITY)) return false;
        for (size_t i = 0; i < n; i++) slope[i] /= sqrt(variance);
        for (size_t i = 0; i < n; i++)
            r->carry[j * n + i] = atn_inner(b->covariance + i * n, slope, n);
    }
    for (size_t j = 0; j < g; j++)
        for (size_t k = 0; k < g; k++)
            m->a[j * g + k] = atn_inner(r->slope + j * n, r->carry + k * n, n);
    return true;
}

static double predictor(const atn_removal *r, size_t j, const double *u)
{
    double x = 0.0;
    for (size_t i = 0; i < r->n; i++) x += r->slope[j * r->n + i] * (u[i] - r->mean[i]);
    return x;
}

/* Least-squares parabola through (x, log likelihood) over the draws, by polynomials orthogonal
 * under them: x, x^2 - E[x^3] x - 1 (x has mean 0 and variance 1).  Draws that the figure all but
 * rules out would bend it: those below the median by more than 20 count as that. */
static bool set_parabola(const double *log_likelihood, const atn_removal *r, size_t j, moments *m)
{
    const size_t n = r->n, g = r->g, n_draws = m->basis->m;
    const double *u = m->basis->u;
    double third = 0.0, first = 0.0, second = 0.0, norm = 0.0, top = -INFINITY;
    for (size_t d = 0; d < n_draws; d++) {
        const double x = predictor(r, j, u + d * n);
        third += x * x * x / (double)n_draws;
        top = fmax(top, log_likelihood[d * g + j]);
    }
    for (size_t d = 0; d < n_draws; d++) {
        const double x = predictor(r, j, u + d * n), p = x * x - third * x - 1.0;
        const double value = fmax(log_likelihood[d * g + j], top - 20.0) - top;
        first += value * x / (double)n_draws;
        second += value * p;
        norm += p * p;
    }
    if (!(norm > 0)) return false;
    m->square[j] = fmin(second / norm, 0.0);
    m->linear[j] = first - m->square[j] * third;
    return isfinite(m->square[j]) && isfinite(m->linear[j]);
}

static void identity_solve(const double *factor, size_t g, double *inverse)
{
    memset(inverse, 0, g * g * sizeof *inverse);
    for (size_t j = 0; j < g; j++) {
        inverse[j * g + j] = 1.0;
        atn_cholesky_solve(factor, g, inverse + j * g);
    }
}

/* The law of x without the share t of what the figures say: covariance into b (whose factor goes to
 * c), mean into shift.  m->a holds the precision with them. */
static bool without_figures(atn_removal *r, moments *m, double t)
{
    const size_t g = r->g;
    memcpy(m->b, m->a, g * g * sizeof *m->b);
    for (size_t j = 0; j < g; j++) m->b[j * g + j] += 2.0 * t * m->square[j];
    if (!atn_cholesky(m->b, g, m->c)) return false;
    for (size_t j = 0; j < g; j++) r->shift[j] = -t * m->linear[j];
    atn_cholesky_solve(m->c, g, r->shift);
    identity_solve(m->c, g, m->b);
    for (size_t j = 0; j < g; j++)
        if (!(m->b[j * g + j] <= MOST_VARIANCE)) return false;
    return atn_cholesky(m->b, g, m->c);
}

/* out = scale a b^-1 for lower factors a and b; column: g. */
static void quotient(const double *a, const double *b, size_t g, double scale, double *out,
                     double *column)
{
    for (size_t j = 0; j < g; j++) {
        memset(column, 0, g * sizeof *column);
        column[j] = 1.0;
        atn_cholesky_forward(b, g, column);
        for (size_t i = 0; i < g; i++) out[i * g + j] = scale * atn_inner(a + i * g, column, g);
    }
}

/* A = wider L_without L_with^-1 takes one law to the other. */
static bool set_growth(atn_removal *r, moments *m, double wider)
{
    const size_t g = r->g;
    double *with = m->d;
    if (!atn_cholesky_raised(m->a, g, with)) return false;
    const double log_det_with = atn_cholesky_half_log_det(with, g);
    identity_solve(with, g, m->a); /* from here on the precision */
    double t = 1.0;
    while (t > 0.05 && !without_figures(r, m, t)) t -= 0.1;
    if (!(t > 0.05)) return false;
    quotient(m->c, with, g, wider, r->grow, m->linear);
    quotient(with, m->c, g, 1.0 / wider, r->back, m->linear);
    r->log_det = atn_cholesky_half_log_det(m->c, g) - log_det_with + (double)g * log(wider);
    /* regression of u on x: cov(u, x) times the precision */
    double *column = m->b;
    for (size_t i = 0; i < r->n; i++) {
        for (size_t j = 0; j < g; j++) {
            column[j] = 0.0;
            for (size_t k = 0; k < g; k++) column[j] += r->carry[k * r->n + i] * m->a[k * g + j];
        }
        for (size_t j = 0; j < g; j++) r->carry[j * r->n + i] = column[j];
    }
    return true;
}

attain_status atn_removal_create(attain_context *ctx, const atn_removal_basis *basis,
                                 const double *location, const double *log_likelihood, size_t g,
                                 double wider, atn_removal **removal, attain_error *err)
{
    *removal = NULL;
    if (g == 0 || g > basis->n) return ATTAIN_OK;
    moments m = {0};
    atn_removal *r = ATN_NEW(ctx, atn_removal);
    const bool room = r && create_map(ctx, basis->n, g, r) && create_moments(ctx, basis, g, &m);
    bool good = room;
    if (room) {
        good = correlate(location, r, &m) && set_predictors(r, &m);
        for (size_t j = 0; j < g && good; j++) good = set_parabola(log_likelihood, r, j, &m);
        good = good && set_growth(r, &m, wider);
    }
    free_moments(ctx, &m);
    if (good)
        *removal = r;
    else
        atn_removal_free(ctx, r);
    return room ? ATTAIN_OK : atn_fail_nomem(err);
}

static void carry_along(const atn_removal *r, const double *u, const double *change, double *out)
{
    memcpy(out, u, r->n * sizeof *out);
    for (size_t j = 0; j < r->g; j++)
        for (size_t i = 0; i < r->n; i++) out[i] += change[j] * r->carry[j * r->n + i];
}

void atn_removal_apply(const atn_removal *r, const double *u, double *moved, double *work)
{
    double *x = work, *change = work + r->g;
    for (size_t j = 0; j < r->g; j++) x[j] = predictor(r, j, u);
    for (size_t j = 0; j < r->g; j++)
        change[j] = r->shift[j] + atn_inner(r->grow + j * r->g, x, r->g) - x[j];
    carry_along(r, u, change, moved);
}

/* The predictor of a moved draw is where the map took it. */
void atn_removal_undo(const atn_removal *r, const double *moved, double *u, double *work)
{
    double *x = work, *change = work + r->g;
    for (size_t j = 0; j < r->g; j++) x[j] = predictor(r, j, moved) - r->shift[j];
    for (size_t j = 0; j < r->g; j++)
        change[j] = atn_inner(r->back + j * r->g, x, r->g) - x[j] - r->shift[j];
    carry_along(r, moved, change, u);
}

double atn_removal_log_det(const atn_removal *r)
{
    return r->log_det;
}
