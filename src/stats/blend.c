/* Partial centring of latent normals, direction by direction. */
#include "stats/blend.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <string.h>

#include "cholesky.h"

typedef struct group { /* latents first .. first + q - 1 share the scale exp(u[scale]) */
    size_t first, q, scale;
    double *rotation; /* q x q, column k is the k-th direction */
    double *lambda;   /* q */
} group;

struct atn_blend {
    size_t n, n_outer, n_groups;
    group *groups;
    double *block;
};

/* Covariance of the draws, then of the latents given the parameters:
 * C_zz - C_zt C_tt^-1 C_tz, left in the lower right of `c`. */
static bool conditional_covariance(const atn_blend *b, const double *draws, size_t m, double *c,
                                   double *mean, double *outer, double *factor)
{
    const size_t n = b->n, p = b->n_outer;
    for (size_t d = 0; d < m; d++)
        for (size_t i = 0; i < n; i++) mean[i] += draws[d * n + i] / (double)m;
    for (size_t d = 0; d < m; d++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                c[i * n + j] +=
                    (draws[d * n + i] - mean[i]) * (draws[d * n + j] - mean[j]) / ((double)m - 1.0);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++) outer[i * p + j] = c[i > j ? i * n + j : j * n + i];
    if (!atn_cholesky_raised(outer, p, factor)) return false;
    for (size_t i = p; i < n; i++) atn_cholesky_forward(factor, p, c + i * n);
    for (size_t i = p; i < n; i++)
        for (size_t j = p; j <= i; j++) {
            c[i * n + j] -= atn_inner(c + i * n, c + j * n, p);
            c[j * n + i] = c[i * n + j];
        }
    return true;
}

static attain_status rotate(group *g, const double *c, size_t n, attain_error *err)
{
    const size_t q = g->q;
    gsl_eigen_symmv_workspace *w = gsl_eigen_symmv_alloc(q);
    if (!w) return atn_fail_nomem(err);
    /* g->rotation receives the vectors; the matrix itself is destroyed */
    double *matrix = g->lambda + q;
    for (size_t i = 0; i < q; i++)
        for (size_t j = 0; j < q; j++) matrix[i * q + j] = c[(g->first + i) * n + g->first + j];
    gsl_matrix_view a = gsl_matrix_view_array(matrix, q, q);
    gsl_matrix_view v = gsl_matrix_view_array(g->rotation, q, q);
    gsl_vector_view values = gsl_vector_view_array(g->lambda, q);
    const int status = gsl_eigen_symmv(&a.matrix, &values.vector, &v.matrix, w);
    gsl_eigen_symmv_free(w);
    if (status)
        return atn_fail(err, ATTAIN_ERR_NUMERIC, "the latent values' covariance has no axes");
    for (size_t k = 0; k < q; k++)
        g->lambda[k] = ATN_BLEND_MOST * fmin(fmax(1.0 - g->lambda[k], 0.0), 1.0);
    return ATTAIN_OK;
}

static size_t find_groups(atn_blend *b, const size_t *log_scale)
{
    size_t count = 0, doubles = 0;
    for (size_t k = b->n_outer; k < b->n;) {
        size_t end = k + 1;
        while (end < b->n && log_scale[end] == log_scale[k]) end++;
        if (log_scale[k] != SIZE_MAX) {
            const size_t q = end - k;
            if (b->groups) b->groups[count] = (group){.first = k, .q = q, .scale = log_scale[k]};
            count++;
            doubles += 2 * q * q + q;
        }
        k = end;
    }
    b->n_groups = count;
    return doubles;
}

attain_status atn_blend_create(attain_context *ctx, size_t n, size_t n_outer, const double *draws,
                               size_t m, const size_t *log_scale, atn_blend **blend,
                               attain_error *err)
{
    *blend = NULL;
    atn_blend *b = ATN_NEW(ctx, atn_blend);
    double *work = ATN_NEW_ARRAY(ctx, double, n *n + n + 2 * n_outer * n_outer);
    attain_status status = b && work ? ATTAIN_OK : atn_fail_nomem(err);
    if (status == ATTAIN_OK) {
        b->n = n;
        b->n_outer = n_outer;
        const size_t doubles = find_groups(b, log_scale);
        b->block = ATN_NEW_ARRAY(ctx, double, doubles);
        b->groups = ATN_NEW_ARRAY(ctx, group, b->n_groups);
        if (!b->block || !b->groups) status = atn_fail_nomem(err);
    }
    if (status == ATTAIN_OK) {
        (void)find_groups(b, log_scale);
        double *mean = work + n * n, *outer = mean + n;
        if (!conditional_covariance(b, draws, m, work, mean, outer, outer + n_outer * n_outer))
            status = atn_fail(err, ATTAIN_ERR_NUMERIC, "the draws have no finite covariance");
    }
    double *at = b ? b->block : NULL;
    for (size_t k = 0; status == ATTAIN_OK && k < b->n_groups; k++) {
        group *g = &b->groups[k];
        g->rotation = at;
        g->lambda = at + g->q * g->q;
        at = g->lambda + g->q + g->q * g->q;
        status = rotate(g, work, n, err);
    }
    atn_free(ctx, work);
    if (status == ATTAIN_OK)
        *blend = b;
    else
        atn_blend_free(ctx, b);
    return status;
}

void atn_blend_free(attain_context *ctx, atn_blend *b)
{
    if (!b) return;
    atn_free(ctx, b->groups);
    atn_free(ctx, b->block);
    atn_free(ctx, b);
}

/* out = Q' in, or Q in. */
static void turn(const group *g, bool transposed, const double *in, double *out)
{
    for (size_t i = 0; i < g->q; i++) out[i] = 0.0;
    for (size_t i = 0; i < g->q; i++)
        for (size_t k = 0; k < g->q; k++) {
            if (transposed)
                out[k] += g->rotation[i * g->q + k] * in[i];
            else
                out[i] += g->rotation[i * g->q + k] * in[k];
        }
}

void atn_blend_apply(const atn_blend *b, const double *u, double *x, double *work)
{
    memcpy(x, u, b->n * sizeof *x);
    for (size_t j = 0; j < b->n_groups; j++) {
        const group *g = &b->groups[j];
        turn(g, true, u + g->first, work);
        for (size_t k = 0; k < g->q; k++)
            x[g->first + k] = work[k] * exp(g->lambda[k] * u[g->scale]);
    }
}

double atn_blend_undo(const atn_blend *b, const double *x, double *u, double *work)
{
    double log_jacobian = 0.0;
    memcpy(u, x, b->n * sizeof *u);
    for (size_t j = 0; j < b->n_groups; j++) {
        const group *g = &b->groups[j];
        for (size_t k = 0; k < g->q; k++) {
            work[k] = x[g->first + k] * exp(-g->lambda[k] * x[g->scale]);
            log_jacobian -= g->lambda[k] * x[g->scale];
        }
        turn(g, false, work, u + g->first);
    }
    return log_jacobian;
}

void atn_blend_pull(const atn_blend *b, const double *x, const double *gradient_u,
                    double *gradient_x, double *work)
{
    memcpy(gradient_x, gradient_u, b->n * sizeof *gradient_x);
    for (size_t j = 0; j < b->n_groups; j++) {
        const group *g = &b->groups[j];
        turn(g, true, gradient_u + g->first, work);
        for (size_t k = 0; k < g->q; k++) {
            const double shrink = exp(-g->lambda[k] * x[g->scale]);
            gradient_x[g->first + k] = work[k] * shrink;
            gradient_x[g->scale] -= g->lambda[k] * (work[k] * x[g->first + k] * shrink + 1.0);
        }
    }
}
