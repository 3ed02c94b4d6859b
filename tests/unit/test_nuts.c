/* The sampler against laws known exactly: moments, correlation, truncation by a boundary, a funnel
 * it must report; interruption, faults, threads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stats/distribution.h"
#include "stats/nuts.h"
#include "stats/summary.h"

/* N(mean, S) with S_ij = sd_i sd_j rho^|i-j|, whose precision is tridiagonal. */
enum { N = 8 };
static const double rho = 0.8;

static double sd_of(size_t i)
{
    return pow(10.0, (double)i / 4.0 - 1.0);
}

static double mean_of(size_t i)
{
    return 3.0 * (double)i - 5.0;
}

static double correlated(void *user, const double *u, double *g, size_t worker)
{
    (void)user;
    (void)worker;
    double x[N], px[N], sum = 0;
    for (size_t i = 0; i < N; i++) x[i] = (u[i] - mean_of(i)) / sd_of(i);
    const double scale = 1 / (1 - rho * rho);
    for (size_t i = 0; i < N; i++) {
        px[i] = (i > 0 && i + 1 < N ? 1 + rho * rho : 1) * x[i];
        if (i > 0) px[i] -= rho * x[i - 1];
        if (i + 1 < N) px[i] -= rho * x[i + 1];
        px[i] *= scale;
        sum -= 0.5 * x[i] * px[i];
    }
    for (size_t i = 0; g && i < N; i++) g[i] = -px[i] / sd_of(i);
    return sum;
}

/* Exponential(1) on its own scale: the density ends at 0. */
static double bounded(void *user, const double *u, double *g, size_t worker)
{
    (void)user;
    (void)worker;
    if (!(u[0] > 0)) return -INFINITY;
    if (g) g[0] = -1;
    return -u[0];
}

/* Neal's (2003) funnel: v ~ N(0, 3), x_k ~ N(0, exp(v / 2)). */
static double funnel(void *user, const double *u, double *g, size_t worker)
{
    (void)user;
    (void)worker;
    double sum = -u[0] * u[0] / 18.0;
    if (g) g[0] = -u[0] / 9.0;
    for (size_t k = 1; k < N; k++) {
        const double r = u[k] * u[k] * exp(-u[0]);
        sum -= 0.5 * (r + u[0]);
        if (g) {
            g[0] += 0.5 * (r - 1.0);
            g[k] = -u[k] * exp(-u[0]);
        }
    }
    return sum;
}

/* exp(u_0) ~ Exp(1), and u_k ~ N(pull u_0, spread^2): nearly standard normals given u_0. */
static const double pull = 0.1, spread = 0.95;

static double skewed_with_followers(void *user, const double *u, double *g, size_t worker)
{
    (void)user;
    (void)worker;
    double sum = u[0] - exp(u[0]);
    if (g) g[0] = 1.0 - exp(u[0]);
    for (size_t k = 1; k < N; k++) {
        const double r = (u[k] - pull * u[0]) / spread;
        sum -= 0.5 * r * r;
        if (!g) continue;
        g[0] += pull * r / spread;
        g[k] = -r / spread;
    }
    return sum;
}

static atn_nuts_settings settings(size_t chains, size_t warmup, size_t draws)
{
    return (atn_nuts_settings){.chains = chains,
                               .warmup = warmup,
                               .draws = draws,
                               .adapt_delta = 0.8,
                               .max_depth = 10,
                               .seed = 42};
}

static atn_nuts run(attain_context *ctx, atn_log_density *density, size_t n, double variance,
                    double start, const atn_nuts_settings *s)
{
    double covariance[N * N] = {0}, starts[8 * N];
    const size_t dense = s->dense > 0 ? s->dense : n;
    for (size_t i = 0; i < dense; i++) covariance[i * dense + i] = variance;
    for (size_t i = dense; i < n; i++) covariance[dense * dense + i - dense] = variance;
    for (size_t k = 0; k < s->chains * n; k++) starts[k] = start + 0.1 * (double)(k % 7);
    const atn_target target = {n, density, NULL};
    atn_nuts result;
    attain_error err = {0};
    const attain_status status = atn_nuts_run(ctx, &target, s, covariance, starts, &result, &err);
    atn_check_status("sampler", status, ATTAIN_OK, &err);
    return result;
}

static atn_summary summary_of(attain_context *ctx, const atn_nuts *r, size_t n, size_t i,
                              const atn_nuts_settings *s, double *column)
{
    for (size_t d = 0; d < s->chains * s->draws; d++) column[d] = r->draws[d * n + i];
    atn_summary summary;
    assert_int_equal(atn_summarise(ctx, column, s->chains, s->draws, &summary, NULL), ATTAIN_OK);
    return summary;
}

/* dense: leading coordinates with a dense metric, the others' is diagonal; 0: all. */
static void correlated_normal_with(size_t dense)
{
    attain_context *ctx = check_context(NULL, 2);
    atn_nuts_settings s = settings(4, 1000, 2000);
    s.dense = dense;
    atn_nuts r = run(ctx, correlated, N, 1.0, 0.5, &s); /* the metric must be learnt: sd 0.1 .. 6 */
    double *column = malloc(s.chains * s.draws * sizeof *column);
    assert_non_null(column);
    for (size_t i = 0; i < N; i++) {
        const atn_summary m = summary_of(ctx, &r, N, i, &s, column);
        assert_true(m.rhat < 1.01);
        assert_true(m.ess_bulk > (dense == 0 ? 1000 : 400));
        atn_check_close("mean", m.mean, mean_of(i), 4 * m.mcse_mean, 0);
        atn_check_close("sd", m.sd, sd_of(i), 0, 0.06);
    }
    double cross = 0;
    for (size_t d = 0; d < s.chains * s.draws; d++)
        cross += (r.draws[d * N + 2] - mean_of(2)) * (r.draws[d * N + 3] - mean_of(3)) /
                 (sd_of(2) * sd_of(3)) / (double)(s.chains * s.draws);
    atn_check_close("correlation", cross, rho, 0.06, 0);
    assert_int_equal(r.divergences, 0);
    assert_true(r.e_bfmi > 0.3);
    free(column);
    atn_nuts_free(ctx, &r);
    attain_context_free(ctx);
}

static void correlated_normal(void **state)
{
    (void)state;
    correlated_normal_with(0);
}

static void metric_in_blocks(void **state)
{
    (void)state;
    correlated_normal_with(3);
    correlated_normal_with(1);
}

/* Held coordinates keep their law, and what they share with those that move. */
static void held_coordinates(void **state)
{
    (void)state;
    const double euler = 0.57721566490153286, variance = 1.6449340668482264; /* pi^2 / 6 */
    attain_context *ctx = check_context(NULL, 2);
    atn_nuts_settings s = settings(4, 500, 10000);
    s.held = N - 1;
    s.dense = 1;
    atn_nuts r = run(ctx, skewed_with_followers, N, 1.0, 0.1, &s);
    const size_t n = s.chains * s.draws;
    double *column = malloc(n * sizeof *column);
    assert_non_null(column);
    for (size_t i = 0; i < N; i++) {
        const double share = i > 0 ? pull : 1.0;
        const double sd = sqrt(share * share * variance + (i > 0 ? spread * spread : 0.0));
        const atn_summary m = summary_of(ctx, &r, N, i, &s, column);
        assert_true(m.ess_bulk > 2000);
        atn_check_close("mean", m.mean, -share * euler, 4 * m.mcse_mean, 0);
        atn_check_close("sd", m.sd, sd, 0, 0.03);
    }
    for (size_t i = 1; i < N; i++) {
        double cross = 0;
        for (size_t d = 0; d < n; d++)
            cross += (r.draws[d * N] + euler) * (r.draws[d * N + i] + pull * euler) / (double)n;
        atn_check_close("covariance", cross, pull * variance, 0.06, 0);
    }
    for (size_t d = 0; d < n; d++)
        atn_check_close("density of the draw", r.log_density[d],
                        skewed_with_followers(NULL, r.draws + d * N, NULL, 0), 1e-12, 1e-12);
    free(column);
    atn_nuts_free(ctx, &r);
    attain_context_free(ctx);
}

/* Quantiles of the exponential, though trajectories keep running off its end. */
static void boundary(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 2);
    const atn_nuts_settings s = settings(4, 500, 5000);
    atn_nuts r = run(ctx, bounded, 1, 1.0, 0.7, &s);
    const double p[] = {0.1, 0.5, 0.9};
    double q[3];
    atn_quantiles(r.draws, s.chains * s.draws, p, 3, q);
    for (size_t k = 0; k < 3; k++) atn_check_close("quantile", q[k], -log1p(-p[k]), 0.03, 0.06);
    atn_nuts_free(ctx, &r);
    attain_context_free(ctx);
}

static void funnel_is_reported(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 2);
    const atn_nuts_settings s = settings(4, 500, 500);
    atn_nuts r = run(ctx, funnel, N, 1.0, 0.5, &s);
    assert_true(r.divergences > 0 || r.e_bfmi < 0.3);
    atn_nuts_free(ctx, &r);
    attain_context_free(ctx);
}

static void threads_leave_no_trace(void **state)
{
    (void)state;
    const atn_nuts_settings s = settings(3, 150, 100);
    attain_context *one = check_context(NULL, 1), *three = check_context(NULL, 3);
    atn_nuts a = run(one, correlated, N, 1.0, 0.5, &s), b = run(three, correlated, N, 1.0, 0.5, &s);
    atn_check_same_bits("draws", b.draws, a.draws, s.chains * s.draws * N);
    atn_nuts_free(one, &a);
    atn_nuts_free(three, &b);
    attain_context_free(one);
    attain_context_free(three);
}

static attain_status sample_once(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    double covariance[N * N] = {0}, starts[2 * N] = {0};
    for (size_t i = 0; i < N; i++) covariance[i * N + i] = 1;
    const atn_target target = {N, correlated, NULL};
    const atn_nuts_settings s = settings(2, 20, 10);
    atn_nuts r;
    const attain_status status = atn_nuts_run(ctx, &target, &s, covariance, starts, &r, err);
    if (status != ATTAIN_OK) assert_null(r.draws);
    atn_nuts_free(ctx, &r);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    check_faults("atn_nuts_run", sample_once, NULL, 100);
}

static void impossible_start(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const double covariance[1] = {1}, starts[2] = {-1, -1};
    const atn_target target = {1, bounded, NULL};
    const atn_nuts_settings s = settings(2, 20, 10);
    atn_nuts r;
    attain_error err = {0};
    atn_check_status("start", atn_nuts_run(ctx, &target, &s, covariance, starts, &r, &err),
                     ATTAIN_ERR_NUMERIC, &err);
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(correlated_normal),         cmocka_unit_test(metric_in_blocks),
        cmocka_unit_test(held_coordinates),          cmocka_unit_test(boundary),
        cmocka_unit_test(funnel_is_reported),        cmocka_unit_test(threads_leave_no_trace),
        cmocka_unit_test(every_allocation_may_fail), cmocka_unit_test(impossible_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
