/* The marginal of the parameters, the map about it and its draws, on posteriors whose marginals are
 * known: linear-Gaussian (everything exact) and random effects (a quadrature). */
#include "stats/transport.h"

#include <math.h>
#include <string.h>

#include "check.h"
#include "stats/distribution.h"
#include "stats/nested.h"

/* ---- a linear-Gaussian hierarchy with fixed scales: theta -> z -> figures ---- */

enum { P = 2, Q = 3, N = P + Q, FIGURES = 6 };

/* theta_i ~ N(0, prior_sd_i^2), z ~ N(0, I), y = X (theta, z) + N(0, noise^2). */
typedef struct linear {
    double precision[N * N], centre[N];
} linear;

static const double prior_sd[P] = {3.0, 40.0}, noise = 0.4;

/* Gauss-Jordan with pivoting: inverse and log |det|. */
static double invert(const double *a, size_t n, double *inverse)
{
    double work[N * N], log_det = 0.0;
    memcpy(work, a, n * n * sizeof *work);
    for (size_t i = 0; i < n * n; i++) inverse[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k; i < n; i++)
            if (fabs(work[i * n + k]) > fabs(work[best * n + k])) best = i;
        for (size_t j = 0; j < n; j++) {
            const double a_kj = work[k * n + j], b_kj = inverse[k * n + j];
            work[k * n + j] = work[best * n + j], work[best * n + j] = a_kj;
            inverse[k * n + j] = inverse[best * n + j], inverse[best * n + j] = b_kj;
        }
        const double pivot = work[k * n + k];
        log_det += log(fabs(pivot));
        for (size_t j = 0; j < n; j++) work[k * n + j] /= pivot, inverse[k * n + j] /= pivot;
        for (size_t i = 0; i < n; i++) {
            const double factor = i == k ? 0.0 : work[i * n + k];
            for (size_t j = 0; j < n; j++) {
                work[i * n + j] -= factor * work[k * n + j];
                inverse[i * n + j] -= factor * inverse[k * n + j];
            }
        }
    }
    return log_det;
}

static linear make_linear(void)
{
    static const double x[FIGURES][N] = {{1, 0, 1, 0, 0},     {1, 0.1, 1, 0.5, 0},
                                         {1, 0.2, 0, 1, 0},   {1, 0.3, 0, 1, 0.5},
                                         {1, 0.4, 0, 0.2, 1}, {1, 0.5, -1, 0, 1}};
    static const double y[FIGURES] = {2.0, 2.9, 1.1, 4.6, 3.7, 5.5};
    linear m = {{0}, {0}};
    double right[N] = {0}, inverse[N * N];
    for (size_t i = 0; i < N; i++) m.precision[i * N + i] = i < P ? 1 / pow(prior_sd[i], 2) : 1.0;
    for (size_t f = 0; f < FIGURES; f++)
        for (size_t i = 0; i < N; i++) {
            right[i] += x[f][i] * y[f] / (noise * noise);
            for (size_t j = 0; j < N; j++)
                m.precision[i * N + j] += x[f][i] * x[f][j] / (noise * noise);
        }
    (void)invert(m.precision, N, inverse);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) m.centre[i] += inverse[i * N + j] * right[j];
    return m;
}

static double linear_density(void *user, const double *u, double *g, size_t worker)
{
    const linear *m = user;
    double value = 0.0;
    (void)worker;
    for (size_t i = 0; i < N; i++) {
        double slope = 0.0;
        for (size_t j = 0; j < N; j++) slope -= m->precision[i * N + j] * (u[j] - m->centre[j]);
        value += 0.5 * slope * (u[i] - m->centre[i]);
        if (g) g[i] = slope;
    }
    return value;
}

/* ---- one-way random effects ---- */

enum { GROUPS = 6, R = 2 + GROUPS };

/* y_j = mu + sigma z_j + N(0, error^2); mu ~ N(0, 10^2), sigma ~ half-normal(1), u = (mu, log
 * sigma, z); user: the y_j. */
static double apart[GROUPS] = {4.6, 5.45, 5.1, 4.65, 5.6, 4.85}; /* differ by twice their error */
static double alike[GROUPS] = {4.9, 5.2, 5.05, 4.85, 5.3, 5.0};  /* hardly differ */
static const double error = 0.15, sigma_scale = 1.0, mu_sd = 10.0;

static double effects(void *user, const double *u, double *g, size_t worker)
{
    (void)worker;
    const double *y = user;
    const double mu = u[0], sigma = exp(u[1]), s2 = sigma * sigma / (sigma_scale * sigma_scale);
    double value = -0.5 * mu * mu / (mu_sd * mu_sd) - 0.5 * s2 + u[1];
    double g_mu = -mu / (mu_sd * mu_sd), g_sigma = 1.0 - s2;
    for (size_t j = 0; j < GROUPS; j++) {
        const double z = u[2 + j], r = (y[j] - mu - sigma * z) / error;
        value -= 0.5 * (r * r + z * z);
        g_mu += r / error;
        g_sigma += r / error * sigma * z;
        if (g) g[2 + j] = r / error * sigma - z;
    }
    if (g) g[0] = g_mu, g[1] = g_sigma;
    return value;
}

static const double effects_start[R] = {5.0, -1.0};

/* log p(sigma | y) up to a constant: given sigma, y_j ~ N(mu, v), v = sigma^2 + error^2, and the
 * mean of the y_j ~ N(0, mu_sd^2 + v / GROUPS). */
static double log_marginal(const double *y, double sigma)
{
    double mean = 0.0, squares = 0.0;
    for (size_t j = 0; j < GROUPS; j++) mean += y[j] / GROUPS;
    for (size_t j = 0; j < GROUPS; j++) squares += pow(y[j] - mean, 2);
    const double v = sigma * sigma + error * error, whole = mu_sd * mu_sd + v / GROUPS;
    return -0.5 * pow(sigma / sigma_scale, 2) - 0.5 * (GROUPS - 1) * log(v) - 0.5 * squares / v -
           0.5 * log(whole) - 0.5 * mean * mean / whole;
}

/* P(sigma <= at | y) by Simpson's rule. */
static double exact_cdf(const double *y, double at)
{
    enum { CELLS = 20000 };
    const double parts[2] = {at, 6.0};
    double sum[2] = {0.0, 0.0};
    for (size_t k = 0; k < 2; k++) {
        const double h = parts[k] / CELLS;
        for (size_t i = 0; i <= CELLS; i++) {
            const double weight = i == 0 || i == CELLS ? 1.0 : i % 2 ? 4.0 : 2.0;
            sum[k] += weight * h / 3.0 * exp(log_marginal(y, h * (double)i) - log_marginal(y, 0.1));
        }
    }
    return sum[0] / sum[1];
}

/* log p(mu, log sigma | y) up to a constant: what p~ is, exactly, since z is normal given both. */
static double log_both(const double *y, double mu, double log_sigma)
{
    const double sigma = exp(log_sigma), v = sigma * sigma + error * error;
    double sum = log_sigma - 0.5 * pow(sigma / sigma_scale, 2) - 0.5 * pow(mu / mu_sd, 2);
    for (size_t j = 0; j < GROUPS; j++) sum -= 0.5 * log(v) + 0.5 * pow(y[j] - mu, 2) / v;
    return sum;
}

/* ---- helpers ---- */

typedef struct opened {
    atn_target target;
    size_t n_outer;
    atn_transport *map;
    atn_mode mode;
    double *work;
} opened;

static opened open_map(attain_context *ctx, atn_target target, size_t n_outer, const double *start)
{
    opened o = {.target = target, .n_outer = n_outer};
    attain_error err = {0};
    atn_check_status("transport",
                     atn_transport_create(ctx, &target, n_outer, start, &o.map, &o.mode, &err),
                     ATTAIN_OK, &err);
    o.work = ATN_NEW_ARRAY(ctx, double, atn_transport_work_size(o.map));
    assert_non_null(o.work);
    return o;
}

static void close_map(attain_context *ctx, opened *o)
{
    atn_free(ctx, o->work);
    atn_mode_free(ctx, &o->mode);
    atn_transport_free(ctx, o->map);
}

static opened open_linear(attain_context *ctx, linear *m)
{
    static const double start[N] = {1, 1, 1, 1, 1};
    return open_map(ctx, (atn_target){N, linear_density, m}, P, start);
}

static opened open_effects(attain_context *ctx, double *y)
{
    return open_map(ctx, (atn_target){R, effects, y}, 2, effects_start);
}

/* ---- tests ---- */

/* Mode, curvature and conditional law are exact, so the map makes the posterior standard normal. */
static void test_linear_map(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    linear m = make_linear();
    opened o = open_linear(ctx, &m);
    assert_int_equal(o.mode.outcome, ATN_CONVERGED);
    assert_true(o.mode.gradient_norm < 0.01 && o.mode.evaluations > 0);
    double covariance[N * N];
    const double log_det = invert(m.precision, N, covariance);
    for (size_t i = 0; i < N; i++)
        atn_check_close("mode", o.mode.u[i], m.centre[i], 1e-3 * sqrt(covariance[i * (N + 1)]), 0);
    for (size_t j = 0; j < P; j++)
        for (int above = 0; above < 2; above++)
            atn_check_close("scale", atn_transport_scale(o.map, j, above), 1.0, 1e-3, 0);
    atn_stream stream;
    atn_stream_init(&stream, 20250120, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t k = 0; k < 50; k++) {
        double w[N], u[N], square = 0.0;
        atn_stream_normals(&stream, w, N);
        for (size_t i = 0; i < N; i++) square += w[i] * w[i];
        const double log_jacobian = atn_transport_map(o.map, w, u, o.work, 0);
        atn_check_close("volume", log_jacobian, -0.5 * log_det, 1e-3, 0);
        atn_check_close("density", linear_density(&m, u, NULL, 0), -0.5 * square, 1e-3, 1e-3);
    }
    close_map(ctx, &o);
    attain_context_free(ctx);
}

/* E(z | theta) = z0 - P_zz^-1 P_zt (theta - theta0) wherever c puts theta. */
static void test_linear_conditional(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    linear m = make_linear();
    opened o = open_linear(ctx, &m);
    double zz[Q * Q], inverse[Q * Q];
    for (size_t i = 0; i < Q; i++)
        for (size_t j = 0; j < Q; j++) zz[i * Q + j] = m.precision[(P + i) * N + P + j];
    (void)invert(zz, Q, inverse);
    static const double c[][P] = {{0, 0}, {1, 0}, {0, -1}, {-2, 2}, {8, -9}};
    for (size_t k = 0; k < sizeof c / sizeof *c; k++) {
        double w[N] = {c[k][0], c[k][1]}, u[N];
        (void)atn_transport_map(o.map, w, u, o.work, 0);
        for (size_t i = 0; i < Q; i++) {
            double want = m.centre[P + i];
            for (size_t j = 0; j < Q; j++)
                for (size_t l = 0; l < P; l++)
                    want -=
                        inverse[i * Q + j] * m.precision[(P + j) * N + l] * (u[l] - m.centre[l]);
            atn_check_close("conditional mean", u[P + i], want, 2e-4, 1e-4);
        }
    }
    close_map(ctx, &o);
    attain_context_free(ctx);
}

static void test_linear_draws(void **state)
{
    (void)state;
    enum { PROPOSALS = 20000, DRAWS = 8000 };
    attain_context *ctx = check_context(NULL, 2);
    linear m = make_linear();
    opened o = open_linear(ctx, &m);
    attain_error err = {0};
    atn_laplace r = {0};
    atn_check_status("draws",
                     atn_nested_draw(ctx, &o.target, o.map, P, 7, 0, PROPOSALS, DRAWS, &r, &err),
                     ATTAIN_OK, &err);
    assert_true(r.resampled && r.pareto_k <= r.k_threshold && r.ess > 0.5 * PROPOSALS);
    double covariance[N * N], mean[N] = {0};
    (void)invert(m.precision, N, covariance);
    for (size_t d = 0; d < DRAWS; d++)
        for (size_t i = 0; i < N; i++) mean[i] += r.draws[d * N + i] / DRAWS;
    for (size_t i = 0; i < N; i++) /* five standard errors, weights counted */
        atn_check_close("mean", mean[i], m.centre[i],
                        5.0 * sqrt(covariance[i * (N + 1)] / (0.5 * DRAWS)), 0);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (size_t d = 0; d < DRAWS; d++)
                sum += (r.draws[d * N + i] - mean[i]) * (r.draws[d * N + j] - mean[j]) / DRAWS;
            const double size = sqrt(covariance[i * (N + 1)] * covariance[j * (N + 1)]);
            atn_check_close("covariance", sum, covariance[i * N + j],
                            5.0 * size * sqrt(2.0 / (0.5 * DRAWS)), 0);
        }
    for (size_t d = 0; d < 20; d++)
        atn_check_close("density", r.log_density[d], linear_density(&m, r.draws + d * N, NULL, 0),
                        0, 0);
    atn_laplace_free(ctx, &r);
    close_map(ctx, &o);
    attain_context_free(ctx);
}

/* Why latent values are integrated out: the joint mode's sigma obeys sigma^2 = s^2 (1 + |z|^2)
 * whatever the figures say, while the marginal's mode follows them. */
static void test_joint_mode_misleads(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    double *const data[] = {apart, alike};
    for (size_t k = 0; k < 2; k++) {
        const atn_target target = {R, effects, data[k]};
        attain_error err = {0};
        atn_mode joint = {0};
        atn_check_status("joint", atn_mode_find(ctx, &target, effects_start, &joint, &err),
                         ATTAIN_OK, &err);
        double square = 0.0;
        for (size_t j = 0; j < GROUPS; j++) square += joint.u[2 + j] * joint.u[2 + j];
        const double sigma = exp(joint.u[1]);
        atn_check_close("joint sigma", sigma, sigma_scale * sqrt(1.0 + square), 1e-4, 0);
        assert_true(sigma >= sigma_scale && exact_cdf(data[k], sigma) > 0.98);
        opened o = open_effects(ctx, data[k]);
        assert_int_equal(o.mode.outcome, ATN_CONVERGED);
        const double mu = o.mode.u[0], log_sigma = o.mode.u[1], h = 1e-4;
        const double found = exact_cdf(data[k], exp(log_sigma));
        assert_true(found > 0.2 && found < 0.8);
        atn_check_close(
            "slope along mu",
            (log_both(data[k], mu + h, log_sigma) - log_both(data[k], mu - h, log_sigma)) / (2 * h),
            0.0, 0.2, 0); /* 0.01 posterior sd, of about 0.05 */
        atn_check_close(
            "slope along log sigma",
            (log_both(data[k], mu, log_sigma + h) - log_both(data[k], mu, log_sigma - h)) / (2 * h),
            0.0, 0.02, 0);
        atn_mode_free(ctx, &joint);
        close_map(ctx, &o);
    }
    attain_context_free(ctx);
}

/* Quantiles of sigma against the quadrature.  Where the groups differ, to Monte Carlo error; where
 * they hardly do, the curvature along log sigma's long tail towards 0 is not what three points an
 * axis describe, and the lowest quantiles err by some per cent of probability, as k near 0.5 says.
 */
static void test_effects_draws(void **state)
{
    (void)state;
    enum { PROPOSALS = 16000, DRAWS = 8000 };
    static const double p[5] = {0.05, 0.25, 0.5, 0.75, 0.95};
    static const struct {
        const char *name;
        double *y;
        double slack;
    } rows[] = {{"apart", apart, 0.01}, {"alike", alike, 0.03}};
    attain_context *ctx = check_context(NULL, 2);
    for (size_t row = 0; row < 2; row++) {
        opened o = open_effects(ctx, rows[row].y);
        attain_error err = {0};
        atn_laplace r = {0};
        atn_check_status(
            rows[row].name,
            atn_nested_draw(ctx, &o.target, o.map, 2, 20250120, 0, PROPOSALS, DRAWS, &r, &err),
            ATTAIN_OK, &err);
        if (!(r.resampled && r.pareto_k <= 0.7)) fail_msg("%s: k = %g", rows[row].name, r.pareto_k);
        double sigma[DRAWS], quantile[5];
        for (size_t d = 0; d < DRAWS; d++) sigma[d] = exp(r.draws[d * R + 1]);
        atn_quantiles(sigma, DRAWS, p, 5, quantile);
        for (size_t k = 0; k < 5; k++)
            atn_check_close(rows[row].name, exact_cdf(rows[row].y, quantile[k]), p[k],
                            rows[row].slack + 3.0 * sqrt(p[k] * (1 - p[k]) / fmin(r.ess, DRAWS)),
                            0);
        atn_laplace_free(ctx, &r);
        close_map(ctx, &o);
    }
    attain_context_free(ctx);
}

/* log |du/dw| against the determinant of a differenced Jacobian, near and beyond the star. */
static void test_jacobian(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    opened o = open_effects(ctx, alike);
    atn_stream stream;
    atn_stream_init(&stream, 3, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t k = 0; k < 40; k++) {
        double w[R], up[R], down[R], a[R * R], b[R * R] = {0};
        for (size_t i = 0; i < R; i++) w[i] = (k < 20 ? 1.0 : 4.0) * atn_stream_normal(&stream);
        const double log_jacobian = atn_transport_map(o.map, w, up, o.work, 0);
        for (size_t i = 0; i < R; i++) {
            const double h = 1e-5, at = w[i];
            w[i] = at + h;
            (void)atn_transport_map(o.map, w, up, o.work, 0);
            w[i] = at - h;
            (void)atn_transport_map(o.map, w, down, o.work, 0);
            w[i] = at;
            for (size_t j = 0; j < R; j++) a[j * R + i] = (up[j] - down[j]) / (2 * h);
        }
        double log_det = 0.0; /* u depends on w in blocks: theta on c alone, z on v linearly */
        memcpy(b, a, sizeof b);
        for (size_t i = 0; i < R; i++) {
            size_t best = i;
            for (size_t j = i; j < R; j++)
                if (fabs(b[j * R + i]) > fabs(b[best * R + i])) best = j;
            for (size_t j = 0; j < R; j++) {
                const double kept = b[i * R + j];
                b[i * R + j] = b[best * R + j], b[best * R + j] = kept;
            }
            log_det += log(fabs(b[i * R + i]));
            for (size_t j = i + 1; j < R; j++) {
                const double factor = b[j * R + i] / b[i * R + i];
                for (size_t l = i; l < R; l++) b[j * R + l] -= factor * b[i * R + l];
            }
        }
        atn_check_close("log |du/dw|", log_jacobian, log_det, 1e-6, 1e-6);
        for (size_t i = 0; i < 2; i++)
            for (size_t j = 2; j < R; j++)
                atn_check_close("theta knows no v", a[i * R + j], 0.0, 0.0, 0);
    }
    close_map(ctx, &o);
    attain_context_free(ctx);
}

/* One w for each u: theta is linear in c, and z linear in v given c, with the slopes' determinant
 * never 0. */
static void test_bijection(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    opened o = open_effects(ctx, alike);
    atn_stream stream;
    atn_stream_init(&stream, 4, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t k = 0; k < 20; k++) {
        double w[R], one[R], two[R], none[R];
        for (size_t i = 0; i < R; i++) w[i] = 3.0 * atn_stream_normal(&stream);
        assert_true(isfinite(atn_transport_map(o.map, w, one, o.work, 0)));
        for (size_t i = 2; i < R; i++) w[i] *= 2.0;
        (void)atn_transport_map(o.map, w, two, o.work, 0);
        for (size_t i = 2; i < R; i++) w[i] = 0.0;
        (void)atn_transport_map(o.map, w, none, o.work, 0);
        for (size_t i = 2; i < R; i++)
            atn_check_close("z in v", two[i] - none[i], 2.0 * (one[i] - none[i]), 1e-9, 1e-9);
        w[0] *= 2.0, w[1] *= 2.0;
        (void)atn_transport_map(o.map, w, two, o.work, 0);
        for (size_t i = 0; i < 2; i++)
            atn_check_close("theta in c", two[i] - o.mode.u[i], 2.0 * (none[i] - o.mode.u[i]),
                            1e-12, 1e-12);
    }
    close_map(ctx, &o);
    attain_context_free(ctx);
}

static void test_threads(void **state)
{
    (void)state;
    enum { PROPOSALS = 2000, DRAWS = 500 };
    atn_laplace r[2] = {{0}, {0}};
    double mode[2][R];
    attain_context *contexts[2];
    for (unsigned k = 0; k < 2; k++) {
        attain_context *ctx = contexts[k] = check_context(NULL, k ? 4 : 1);
        attain_error err = {0};
        opened o = open_effects(ctx, alike);
        memcpy(mode[k], o.mode.u, sizeof mode[k]);
        atn_check_status(
            "draws", atn_nested_draw(ctx, &o.target, o.map, 2, 5, 9, PROPOSALS, DRAWS, &r[k], &err),
            ATTAIN_OK, &err);
        close_map(ctx, &o);
    }
    atn_check_same_bits("mode", mode[1], mode[0], R);
    atn_check_same_bits("draws", r[1].draws, r[0].draws, (size_t)DRAWS * R);
    atn_check_same_bits("k", &r[1].pareto_k, &r[0].pareto_k, 1);
    for (unsigned k = 0; k < 2; k++) {
        atn_laplace_free(contexts[k], &r[k]);
        attain_context_free(contexts[k]);
    }
}

static attain_status run_all(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    const atn_target target = {R, effects, alike};
    atn_transport *map = NULL;
    atn_mode mode = {0};
    atn_laplace r = {.n = 77};
    attain_status status = atn_transport_create(ctx, &target, 2, effects_start, &map, &mode, err);
    if (status != ATTAIN_OK) {
        assert_true(!map && !mode.u);
        return status;
    }
    status = atn_nested_draw(ctx, &target, map, 2, 1, 0, 100, 20, &r, err);
    if (status != ATTAIN_OK)
        assert_true(r.n == 77 && !r.draws);
    else
        atn_laplace_free(ctx, &r);
    atn_mode_free(ctx, &mode);
    atn_transport_free(ctx, map);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    check_faults("map and draws", run_all, NULL, 40);
}

/* Says no at call number *user, counted down. */
static bool stop_later(void *user, const attain_progress *progress)
{
    (void)progress;
    int *left = user;
    return (*left)-- > 0;
}

static void test_interrupted(void **state)
{
    (void)state;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context_settings settings;
    attain_context_settings_init(&settings);
    int left = 0;
    settings.allocator = &allocator.functions;
    settings.proceed = stop_later;
    settings.proceed_user = &left;
    attain_context *ctx = NULL;
    attain_error err = {0};
    atn_check_status("context", attain_context_create(&settings, &ctx, &err), ATTAIN_OK, &err);
    const size_t before = allocator.live;
    atn_check_status("map or draws", run_all(NULL, ctx, &err), ATTAIN_ERR_INTERRUPTED, &err);
    assert_int_equal(allocator.live, before);
    attain_context_free(ctx);
    assert_int_equal(allocator.live, 0);
}

/* Finite within *user of the start alone. */
static double spike(void *user, const double *u, double *g, size_t worker)
{
    double distance = 0.0;
    for (size_t i = 0; i < R; i++) distance = fmax(distance, fabs(u[i] - effects_start[i]));
    return distance <= *(const double *)user ? effects(alike, u, g, worker) : -INFINITY;
}

static void test_nearly_everywhere_impossible(void **state)
{
    (void)state;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 1);
    const size_t before = allocator.live;
    static const double widths[] = {-1.0, 0.0, 1e-9, 2e-5, 2e-3};
    for (size_t k = 0; k < sizeof widths / sizeof *widths; k++) {
        double width = widths[k];
        const atn_target target = {R, spike, &width};
        attain_error err = {0};
        atn_transport *map = (atn_transport *)&width;
        atn_mode mode = {.evaluations = 77};
        atn_check_status("spike",
                         atn_transport_create(ctx, &target, 2, effects_start, &map, &mode, &err),
                         ATTAIN_ERR_NUMERIC, &err);
        assert_true(!map && !mode.u && err.message[0]);
        assert_int_equal(allocator.live, before);
    }
    /* a good map whose every proposal falls outside */
    opened o = open_effects(ctx, alike);
    double width = 0.0;
    const atn_target target = {R, spike, &width};
    attain_error err = {0};
    atn_laplace r = {.n = 77};
    atn_check_status("draws", atn_nested_draw(ctx, &target, o.map, 2, 1, 0, 200, 50, &r, &err),
                     ATTAIN_ERR_NUMERIC, &err);
    assert_true(r.n == 77 && !r.draws);
    close_map(ctx, &o);
    assert_int_equal(allocator.live, before);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear_map),
        cmocka_unit_test(test_linear_conditional),
        cmocka_unit_test(test_linear_draws),
        cmocka_unit_test(test_joint_mode_misleads),
        cmocka_unit_test(test_effects_draws),
        cmocka_unit_test(test_jacobian),
        cmocka_unit_test(test_bijection),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_nearly_everywhere_impossible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
