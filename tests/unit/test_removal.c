/* Draws moved to where they would lie without some figures: in a linear normal world, where the
 * answer is known, the map leaves nothing for weights to do. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/stream.h"
#include "stats/distribution.h"
#include "stats/laplace.h"
#include "stats/removal.h"

enum { N = 4, DRAWS = 4000 };

/* u ~ N(0, I) a priori; figure k states y_k = a_k'u + noise of sd s_k.  The posterior of all, and
 * without the last g, is normal; draws come by conjugate updates of a joint sample. */
typedef struct world {
    size_t n_figures;
    double a[5][N], y[5], s[5];
} world;

static const world plain = {
    3, {{1, 0.5, 0, 0}, {0, 1, -1, 0}, {0.3, 0, 0.2, 1}}, {1.0, -0.5, 2.0}, {0.5, 0.5, 0.5}};

/* Mean and covariance after the first `n` figures (Kalman updates, one at a time). */
static void condition(const world *w, size_t n, double mean[N], double cov[N][N])
{
    memset(mean, 0, N * sizeof *mean);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) cov[i][j] = i == j;
    for (size_t k = 0; k < n; k++) {
        double gain[N], at = 0.0, variance = w->s[k] * w->s[k];
        for (size_t i = 0; i < N; i++) {
            gain[i] = 0.0;
            at += w->a[k][i] * mean[i];
            for (size_t j = 0; j < N; j++) gain[i] += cov[i][j] * w->a[k][j];
            variance += w->a[k][i] * gain[i];
        }
        for (size_t i = 0; i < N; i++) {
            mean[i] += gain[i] / variance * (w->y[k] - at);
            for (size_t j = 0; j < N; j++) cov[i][j] -= gain[i] * gain[j] / variance;
        }
    }
}

static void factor(double cov[N][N], double l[N][N])
{
    memset(l, 0, N * N * sizeof(double));
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = cov[i][j];
            for (size_t k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
            l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
        }
}

static double location(const world *w, size_t k, const double *u)
{
    double m = 0.0;
    for (size_t i = 0; i < N; i++) m += w->a[k][i] * u[i];
    return m;
}

static double log_likelihood(const world *w, size_t k, const double *u)
{
    const double x = (w->y[k] - location(w, k, u)) / w->s[k];
    return -0.5 * x * x;
}

static double log_density(const world *w, size_t n, const double *u)
{
    double sum = 0.0;
    for (size_t i = 0; i < N; i++) sum -= 0.5 * u[i] * u[i];
    for (size_t k = 0; k < n; k++) sum += log_likelihood(w, k, u);
    return sum;
}

/* The last g figures of the world are taken away. */
static void check_removal(const char *name, const world *w, size_t g)
{
    static double u[DRAWS * N], m[DRAWS * 5], ll[DRAWS * 5], ratio[DRAWS], work[2 * DRAWS];
    double mean[N], cov[N][N], l[N][N], moved[N], sum[N] = {0}, square[N] = {0}, scratch[10];
    attain_context *ctx = check_context(NULL, 1);
    atn_stream stream;
    atn_stream_init(&stream, 20260611, ATN_PURPOSE_SIMULATE, g, 0);
    condition(w, w->n_figures, mean, cov);
    factor(cov, l);
    for (size_t d = 0; d < DRAWS; d++) {
        double z[N];
        atn_stream_normals(&stream, z, N);
        for (size_t i = 0; i < N; i++) {
            u[d * N + i] = mean[i];
            for (size_t k = 0; k <= i; k++) u[d * N + i] += l[i][k] * z[k];
        }
        for (size_t k = 0; k < g; k++) {
            m[d * g + k] = location(w, w->n_figures - g + k, u + d * N);
            ll[d * g + k] = log_likelihood(w, w->n_figures - g + k, u + d * N);
        }
    }
    atn_removal_basis *basis = NULL;
    atn_removal *removal = NULL;
    atn_check_status(name, atn_removal_basis_create(ctx, u, DRAWS, N, &basis, NULL), ATTAIN_OK,
                     NULL);
    assert_non_null(basis);
    atn_check_status(name, atn_removal_create(ctx, basis, m, ll, g, 1.0, &removal, NULL), ATTAIN_OK,
                     NULL);
    assert_non_null(removal);
    for (size_t d = 0; d < DRAWS; d++) {
        atn_removal_apply(removal, u + d * N, moved, scratch);
        ratio[d] = log_density(w, w->n_figures - g, moved) + atn_removal_log_det(removal) -
                   log_density(w, w->n_figures, u + d * N);
        double back[N];
        atn_removal_undo(removal, moved, back, scratch);
        for (size_t i = 0; i < N; i++) {
            atn_check_close("undone", back[i], u[d * N + i], 1e-9, 0);
            sum[i] += moved[i] / DRAWS;
            square[i] += moved[i] * moved[i] / DRAWS;
        }
    }
    condition(w, w->n_figures - g, mean, cov);
    const double spread = atn_sd(ratio, DRAWS), k = atn_psis(ratio, DRAWS, 1.0, work);
    print_message("%s: log weights' sd %.3f, k %.2f\n", name, spread, k);
    assert_true(spread < 0.25); /* 0 but for the moments of 4,000 draws */
    assert_true(k < 0.3);
    for (size_t i = 0; i < N; i++) {
        const double sd = sqrt(cov[i][i]);
        atn_check_close("mean", sum[i], mean[i], 8 * sd / sqrt(DRAWS), 0);
        atn_check_close("sd", sqrt(square[i] - sum[i] * sum[i]), sd, 0.1 * sd, 0);
    }
    atn_removal_free(ctx, removal);
    atn_removal_basis_free(ctx, basis);
    attain_context_free(ctx);
}

static void test_one(void **state)
{
    (void)state;
    check_removal("a precise figure", &plain, 1);
}

static void test_two(void **state)
{
    (void)state;
    check_removal("two figures", &plain, 2);
}

/* What cannot be mapped is said, not guessed. */
static void test_refused(void **state)
{
    (void)state;
    static double u[40 * N], m[40], ll[40];
    attain_context *ctx = check_context(NULL, 1);
    atn_removal_basis *basis = NULL;
    atn_removal *removal = NULL;
    for (size_t i = 0; i < 40 * N; i++) u[i] = sin((double)(i * i) * 1.7);
    assert_int_equal(atn_removal_basis_create(ctx, u, 3 * N, N, &basis, NULL), ATTAIN_OK);
    assert_null(basis); /* too few draws */
    assert_int_equal(atn_removal_basis_create(ctx, u, 40, N, &basis, NULL), ATTAIN_OK);
    assert_non_null(basis);
    for (size_t d = 0; d < 40; d++) m[d] = 3.0;
    assert_int_equal(atn_removal_create(ctx, basis, m, ll, 1, 1.0, &removal, NULL), ATTAIN_OK);
    assert_null(removal); /* the location does not vary */
    for (size_t d = 0; d < 40; d++) m[d] = u[d * N];
    m[7] = NAN;
    assert_int_equal(atn_removal_create(ctx, basis, m, ll, 1, 1.0, &removal, NULL), ATTAIN_OK);
    assert_null(removal);
    atn_removal_basis_free(ctx, basis);
    attain_context_free(ctx);
}

static attain_status create(void *user, attain_context *ctx, attain_error *err)
{
    static double u[40 * N], m[40], ll[40];
    atn_removal_basis *basis = NULL;
    atn_removal *removal = NULL;
    (void)user;
    for (size_t i = 0; i < 40 * N; i++) u[i] = sin((double)(i * i) * 1.7);
    for (size_t d = 0; d < 40; d++) {
        m[d] = u[d * N];
        ll[d] = -0.05 * m[d] * m[d];
    }
    attain_status status = atn_removal_basis_create(ctx, u, 40, N, &basis, err);
    if (status == ATTAIN_OK) {
        status = atn_removal_create(ctx, basis, m, ll, 1, 1.0, &removal, err);
        assert_true((status == ATTAIN_OK) == (removal != NULL));
    }
    atn_removal_free(ctx, removal);
    atn_removal_basis_free(ctx, basis);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    check_faults("removal", create, NULL, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_two),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
