#include "stats/laplace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stats/distribution.h"

/* ---- targets ---- */

enum { GAUSS = 6 };

/* A normal with wild scales and strong correlation: precision = D A D, A = I + 3 v v'. */
static const double gauss_centre[GAUSS] = {0, 5, -300, 1e-3, 7, 2};
static const double gauss_scale[GAUSS] = {1, 0.05, 60, 1e-4, 0.5, 3};

static double gauss_precision(size_t i, size_t j)
{
    const double vi = 1.0 + 0.1 * (double)i, vj = 1.0 + 0.1 * (double)j;
    return ((i == j ? 1.0 : 0.0) + 3.0 * vi * vj) / (gauss_scale[i] * gauss_scale[j]);
}

static double gauss(void *user, const double *u, double *g, size_t worker)
{
    (void)user, (void)worker;
    double value = 0.0;
    for (size_t i = 0; i < GAUSS; i++) {
        double slope = 0.0;
        for (size_t j = 0; j < GAUSS; j++)
            slope -= gauss_precision(i, j) * (u[j] - gauss_centre[j]);
        value += 0.5 * slope * (u[i] - gauss_centre[i]);
        if (g) g[i] = slope;
    }
    return value;
}

/* log of a gamma(shape *user, 1) variable, independent coordinates: E exp(u) = shape. */
enum { GAMMAS = 5 };
static double log_gammas(void *user, const double *u, double *g, size_t worker)
{
    (void)worker;
    const double shape = *(const double *)user;
    double value = 0.0;
    for (size_t i = 0; i < GAMMAS; i++) {
        value += shape * u[i] - exp(u[i]);
        if (g) g[i] = shape - exp(u[i]);
    }
    return value;
}

/* Neal's funnel. */
enum { FUNNEL = 10 };
static double funnel(void *user, const double *u, double *g, size_t worker)
{
    (void)user, (void)worker;
    const double v = u[0], precision = exp(-v), n = FUNNEL - 1;
    double sum = 0.0;
    for (size_t i = 1; i < FUNNEL; i++) {
        sum += u[i] * u[i];
        if (g) g[i] = -precision * u[i];
    }
    if (g) g[0] = -v / 9.0 - 0.5 * n + 0.5 * precision * sum;
    return -v * v / 18.0 - 0.5 * n * v - 0.5 * precision * sum;
}

/* x ~ N(0, 1), y ~ N(4 x^2, 1/4). */
static double banana(void *user, const double *u, double *g, size_t worker)
{
    (void)user, (void)worker;
    const double d = 4.0 * (u[1] - 4.0 * u[0] * u[0]);
    if (g) {
        g[0] = -u[0] + 32.0 * u[0] * d;
        g[1] = -4.0 * d;
    }
    return -0.5 * u[0] * u[0] - 0.5 * d * d;
}

enum { ROSENBROCK = 10 };
static double rosenbrock(void *user, const double *u, double *g, size_t worker)
{
    (void)user, (void)worker;
    double value = 0.0;
    if (g) memset(g, 0, ROSENBROCK * sizeof *g);
    for (size_t i = 0; i + 1 < ROSENBROCK; i++) {
        const double a = u[i + 1] - u[i] * u[i], b = 1.0 - u[i];
        value -= 100.0 * a * a + b * b;
        if (!g) continue;
        g[i] += 400.0 * a * u[i] + 2.0 * b;
        g[i + 1] -= 200.0 * a;
    }
    return value;
}

/* Bounded by walls on every side: 3 log x + 2 log(1 - x), -INFINITY outside (0, 1); a first step of
 * unit length lands outside. */
static double walled(void *user, const double *u, double *g, size_t worker)
{
    (void)user, (void)worker;
    if (!(u[0] > 0.0 && u[0] < 1.0)) return -INFINITY;
    if (g) g[0] = 3e3 / u[0] - 2e3 / (1.0 - u[0]);
    return 3e3 * log(u[0]) + 2e3 * log1p(-u[0]);
}

/* A noisy random walk observed at every step: latent increments z, as the deviations of a study. */
enum { WALK = 120 };
static double walk(void *user, const double *u, double *g, size_t worker)
{
    (void)user, (void)worker;
    double path[WALK], slope[WALK], value = 0.0, level = 0.0;
    for (size_t i = 0; i < WALK; i++) {
        level += 0.3 * u[i];
        path[i] = level;
        value -= 0.5 * u[i] * u[i];
        const double r = (sin(0.1 * (double)i) - path[i]) / 0.1;
        value -= 2.5 * log1p(r * r / 4.0); /* t errors, so that it is not quadratic */
        slope[i] = 5.0 * r / (4.0 + r * r) / 0.1;
    }
    if (!g) return value;
    double sum = 0.0;
    for (size_t i = WALK; i-- > 0;) {
        sum += slope[i];
        g[i] = -u[i] + 0.3 * sum;
    }
    return value;
}

/* ---- tests ---- */

static atn_mode find(attain_context *ctx, const atn_target *target, const double *start)
{
    atn_mode mode = {0};
    attain_error err = {0};
    atn_check_status("mode", atn_mode_find(ctx, target, start, &mode, &err), ATTAIN_OK, &err);
    return mode;
}

static void test_gaussian(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const atn_target target = {GAUSS, gauss, NULL};
    const double start[GAUSS] = {3, 3, 3, 3, 3, 3};
    atn_mode mode = find(ctx, &target, start);
    assert_int_equal(mode.outcome, ATN_CONVERGED);
    assert_true(mode.gradient_norm <= 1e-6);
    for (size_t i = 0; i < GAUSS; i++) {
        atn_check_close("mode", mode.u[i], gauss_centre[i], 1e-6 * gauss_scale[i], 0);
        for (size_t j = 0; j < GAUSS; j++)
            atn_check_close("hessian", mode.hessian[i * GAUSS + j], gauss_precision(i, j), 0, 1e-7);
    }
    atn_laplace r;
    attain_error err = {0};
    atn_check_status("draw", atn_laplace_draw(ctx, &target, &mode, 1, 0, 16000, 4000, &r, &err),
                     ATTAIN_OK, &err);
    assert_true(r.resampled && r.pareto_k < 0.0 && r.ess > 0.85 * 16000);
    atn_check_close("threshold", r.k_threshold, 0.7, 1e-15, 0);
    /* Each coordinate's mean within 5 standard errors, variances of A^-1 = I - 3 v v' / (1 + 3
     * v'v). */
    double vv = 0.0;
    for (size_t i = 0; i < GAUSS; i++) vv += pow(1.0 + 0.1 * (double)i, 2);
    for (size_t i = 0; i < GAUSS; i++) {
        double x[4000];
        for (size_t d = 0; d < 4000; d++)
            x[d] = (r.draws[d * GAUSS + i] - gauss_centre[i]) / gauss_scale[i];
        const double sd = sqrt(1.0 - 3.0 * pow(1.0 + 0.1 * (double)i, 2) / (1.0 + 3.0 * vv));
        atn_check_close("mean", atn_mean(x, 4000), 0.0, 5.0 * sd / sqrt(4000.0), 0);
        atn_check_close("sd", atn_sd(x, 4000), sd, 0, 0.06);
    }
    atn_laplace_free(ctx, &r);
    atn_mode_free(ctx, &mode);
    attain_context_free(ctx);
}

/* Skew posterior with a known mean: resampling must move the draws from the approximation's. */
static void test_resampling_corrects(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    double shape = 12.0;
    const atn_target target = {GAMMAS, log_gammas, &shape};
    const double start[GAMMAS] = {0};
    atn_mode mode = find(ctx, &target, start);
    atn_check_close("mode", mode.u[2], log(shape), 1e-6, 0);
    atn_laplace r;
    attain_error err = {0};
    enum { DRAWS = 8000 };
    atn_check_status("draw",
                     atn_laplace_draw(ctx, &target, &mode, 20250120, 3, 5 * DRAWS, DRAWS, &r, &err),
                     ATTAIN_OK, &err);
    assert_true(r.resampled && r.pareto_k < 0.7);
    assert_true(r.ess > 0.5 * 5 * DRAWS && r.ess < 5 * DRAWS);
    double sum = 0.0, twice = 0.0;
    for (size_t d = 0; d < DRAWS; d++) {
        for (size_t i = 0; i < GAMMAS; i++) sum += exp(r.draws[d * GAMMAS + i]);
        atn_check_close("density", r.log_density[d],
                        log_gammas(&shape, r.draws + d * GAMMAS, NULL, 0), 1e-10, 0);
        twice += d > 0 && r.draws[d * GAMMAS] == r.draws[(d - 1) * GAMMAS];
    }
    /* The plain approximation's mean of exp(u) is 12 exp(1 / 24) = 12.51; sd of a mean is 0.017. */
    atn_check_close("mean", sum / (DRAWS * GAMMAS), shape, 0.1, 0);
    assert_true(twice < 0.02 * DRAWS);
    atn_laplace_free(ctx, &r);
    atn_mode_free(ctx, &mode);
    attain_context_free(ctx);
}

/* Shapes that no normal covers must be flagged and left unweighted. */
static void test_flagged(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        atn_target target;
    } rows[] = {{"funnel", {FUNNEL, funnel, NULL}}, {"banana", {2, banana, NULL}}};
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < 2; k++) {
        const double start[FUNNEL] = {0.1, 0.2, 0.1};
        atn_mode mode = find(ctx, &rows[k].target, start);
        assert_int_equal(mode.outcome, ATN_CONVERGED);
        atn_laplace r;
        attain_error err = {0};
        atn_check_status(rows[k].name,
                         atn_laplace_draw(ctx, &rows[k].target, &mode, 5, 0, 4000, 1000, &r, &err),
                         ATTAIN_OK, &err);
        if (!(r.pareto_k > r.k_threshold)) fail_msg("%s: k = %g", rows[k].name, r.pareto_k);
        assert_false(r.resampled);
        atn_laplace_free(ctx, &r);
        atn_mode_free(ctx, &mode);
    }
    attain_context_free(ctx);
}

static void test_hard_modes(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 2);
    const atn_target valley = {ROSENBROCK, rosenbrock, NULL}, walls = {1, walled, NULL};
    double start[ROSENBROCK];
    for (size_t i = 0; i < ROSENBROCK; i++) start[i] = i % 2 ? 1.0 : -1.2;
    atn_mode mode = find(ctx, &valley, start);
    assert_int_equal(mode.outcome, ATN_CONVERGED);
    /* The function has a second, local minimum near (-1, 1, ..., 1); either is a mode. */
    atn_check_close("valley", fabs(mode.u[0]), 1.0, 0.01, 0);
    atn_mode_free(ctx, &mode);

    for (double at = 1e-6; at < 1.0; at += 0.1249) {
        mode = find(ctx, &walls, &at);
        assert_int_equal(mode.outcome, ATN_CONVERGED);
        atn_check_close("walled", mode.u[0], 0.6, 1e-7, 0);
        atn_check_close("curvature", mode.hessian[0], 3e3 / 0.36 + 2e3 / 0.16, 0, 1e-6);
        atn_mode_free(ctx, &mode);
    }
    attain_error err = {0};
    const double outside = 1.5;
    mode.evaluations = 77;
    atn_check_status("outside", atn_mode_find(ctx, &walls, &outside, &mode, &err),
                     ATTAIN_ERR_DOMAIN, &err);
    assert_int_equal(mode.evaluations, 77);
    attain_context_free(ctx);
}

/* From a ridge, where the gradient points at a saddle, to one of the two modes beside it. */
static double saddle(void *user, const double *u, double *g, size_t worker)
{
    (void)user, (void)worker;
    if (g) {
        g[0] = -u[0];
        g[1] = u[1] - u[1] * u[1] * u[1];
    }
    return -0.5 * u[0] * u[0] + 0.5 * u[1] * u[1] - 0.25 * pow(u[1], 4);
}

static void test_saddle(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const atn_target target = {2, saddle, NULL};
    const double start[2][2] = {{3, 0}, {3, 1e-9}};
    for (int k = 0; k < 2; k++) {
        atn_mode mode = find(ctx, &target, start[k]);
        assert_int_equal(mode.outcome, ATN_CONVERGED);
        atn_check_close("mode", fabs(mode.u[1]), 1.0, 1e-6, 0);
        atn_mode_free(ctx, &mode);
    }
    attain_context_free(ctx);
}

/* The same bits on one thread and on four. */
static void test_threads(void **state)
{
    (void)state;
    const atn_target target = {WALK, walk, NULL};
    const double start[WALK] = {0};
    atn_mode mode[2];
    atn_laplace r[2];
    for (unsigned k = 0; k < 2; k++) {
        attain_context *ctx = check_context(NULL, k ? 4 : 1);
        attain_error err = {0};
        mode[k] = find(ctx, &target, start);
        assert_int_equal(mode[k].outcome, ATN_CONVERGED);
        atn_check_status("draw",
                         atn_laplace_draw(ctx, &target, &mode[k], 9, 1, 2000, 500, &r[k], &err),
                         ATTAIN_OK, &err);
        attain_context_free(ctx);
    }
    atn_check_same_bits("mode", mode[1].u, mode[0].u, WALK);
    atn_check_same_bits("hessian", mode[1].hessian, mode[0].hessian, WALK * WALK);
    atn_check_same_bits("draws", r[1].draws, r[0].draws, 500 * WALK);
    atn_check_same_bits("k", &r[1].pareto_k, &r[0].pareto_k, 1);
    attain_context *ctx = check_context(NULL, 1);
    for (int k = 0; k < 2; k++) {
        atn_mode_free(ctx, &mode[k]);
        atn_laplace_free(ctx, &r[k]);
    }
    attain_context_free(ctx);
}

static double nowhere(void *user, const double *u, double *g, size_t worker)
{
    (void)user, (void)u, (void)g, (void)worker;
    return -INFINITY;
}

static void test_refusals(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const atn_target target = {GAUSS, gauss, NULL}, empty = {GAUSS, nowhere, NULL};
    const double start[GAUSS] = {0};
    atn_mode mode = find(ctx, &target, start);
    atn_laplace r = {.n = 4242};
    attain_error err = {0};
    atn_check_status("few proposals", atn_laplace_draw(ctx, &target, &mode, 1, 0, 5, 6, &r, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    err.status = ATTAIN_OK;
    atn_check_status("nowhere", atn_laplace_draw(ctx, &empty, &mode, 1, 0, 50, 6, &r, &err),
                     ATTAIN_ERR_NUMERIC, &err);
    err.status = ATTAIN_OK;
    mode.hessian[3] = NAN;
    atn_check_status("hessian", atn_laplace_draw(ctx, &target, &mode, 1, 0, 50, 6, &r, &err),
                     ATTAIN_ERR_NUMERIC, &err);
    assert_int_equal(r.n, 4242);
    atn_mode_free(ctx, &mode);
    attain_context_free(ctx);
}

static bool stop_at_once(void *user, const attain_progress *progress)
{
    (void)user, (void)progress;
    return false;
}

static void test_interrupted(void **state)
{
    (void)state;
    const atn_target target = {WALK, walk, NULL};
    const double start[WALK] = {0};
    attain_context_settings settings;
    attain_context *ctx = NULL;
    attain_error err = {0};
    attain_context_settings_init(&settings);
    settings.proceed = stop_at_once;
    atn_check_status("context", attain_context_create(&settings, &ctx, &err), ATTAIN_OK, &err);
    atn_mode mode = {.evaluations = 77};
    atn_check_status("stopped", atn_mode_find(ctx, &target, start, &mode, &err),
                     ATTAIN_ERR_INTERRUPTED, &err);
    assert_true(mode.evaluations == 77 && !mode.u);
    attain_context_free(ctx);
}

static attain_status fit_all(void *user, attain_context *ctx, attain_error *err)
{
    const atn_target *target = user;
    const double start[GAUSS] = {1, 1, 1, 1, 1, 1};
    atn_mode mode = {.evaluations = 77};
    atn_laplace r = {.n = 77};
    attain_status status = atn_mode_find(ctx, target, start, &mode, err);
    if (status) {
        assert_true(mode.evaluations == 77 && !mode.u);
        return status;
    }
    status = atn_laplace_draw(ctx, target, &mode, 1, 0, 100, 20, &r, err);
    if (status)
        assert_true(r.n == 77 && !r.draws);
    else
        atn_laplace_free(ctx, &r);
    atn_mode_free(ctx, &mode);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    atn_target target = {GAUSS, gauss, NULL};
    check_faults("mode and draws", fit_all, &target, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaussian),    cmocka_unit_test(test_resampling_corrects),
        cmocka_unit_test(test_flagged),     cmocka_unit_test(test_hard_modes),
        cmocka_unit_test(test_saddle),      cmocka_unit_test(test_threads),
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_faults),
        cmocka_unit_test(test_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
