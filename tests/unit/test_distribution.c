#include "stats/distribution.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

/* Natural support, a point, and there log density, its slope and the CDF: mpmath 1.3.0, 40 digits.
 */
static const struct {
    const char *name;
    atn_prior prior;
    double x, log_density, slope, cdf;
} reference[] = {
    {"normal",
     {ATN_PRIOR_NORMAL, {1.0, 2.0}, -INFINITY, INFINITY},
     -3.5,
     -4.14333571376461805,
     1.125,
     0.0122244726550447},
    {"lognormal",
     {ATN_PRIOR_LOGNORMAL, {7.0, 0.5}, 0.0, INFINITY},
     900.0,
     -7.10628177509234851,
     -0.000232865614774714448,
     0.3463437819581556},
    {"student_t",
     {ATN_PRIOR_STUDENT_T, {4.0, 1.0, 2.0}, -INFINITY, INFINITY},
     6.0,
     -4.02643479473298796,
     -0.60975609756097561,
     0.9666167275940059},
    {"half_normal",
     {ATN_PRIOR_HALF_NORMAL, {0.3}, 0.0, INFINITY},
     0.45,
     -0.146818548318791542,
     -5.00000000000000049,
     0.8663855974622839},
    {"half_student_t",
     {ATN_PRIOR_HALF_STUDENT_T, {3.0, 2.0}, 0.0, INFINITY},
     5.0,
     -3.25291137533595798,
     -0.540540540540540541,
     0.9122933529919345},
    {"exponential",
     {ATN_PRIOR_EXPONENTIAL, {3.0}, 0.0, INFINITY},
     4.0,
     -2.43194562200144302,
     -0.333333333333333333,
     0.7364028618842732},
    {"gamma",
     {ATN_PRIOR_GAMMA, {2.5, 0.1}, 0.0, INFINITY},
     30.0,
     -3.93934953046480033,
     -0.0500000000000000056,
     0.6937810815867216},
    {"beta",
     {ATN_PRIOR_BETA, {9.0, 1.0}, 0.0, 1.0},
     0.9,
     1.35434045207360917,
     8.88888888888888867,
     0.3874204890000001},
    {"beta, cusp",
     {ATN_PRIOR_BETA, {2.5, 0.5}, 0.0, 1.0},
     0.25,
     -2.0995011382916194,
     6.66666666666666667,
     0.01172481100395464},
    {"uniform", {ATN_PRIOR_UNIFORM, {1.0, 3.0}, 1.0, 3.0}, 2.2, -0.693147180559945309, 0.0, 0.6},
};
enum { N_REFERENCE = sizeof reference / sizeof *reference };

static void test_reference(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_REFERENCE; k++) {
        double slope = 5.0;
        const atn_prior *p = &reference[k].prior;
        const double value = atn_prior_log_density(p, reference[k].x, &slope);
        atn_check_close(reference[k].name, value, reference[k].log_density, 2e-15, 2e-15);
        atn_check_close(reference[k].name, slope, 5.0 + reference[k].slope, 1e-14, 1e-14);
        atn_check_close(reference[k].name, atn_prior_cdf(p, reference[k].x), reference[k].cdf, 0,
                        1e-13);
        atn_check_close(reference[k].name, atn_prior_quantile(p, reference[k].cdf), reference[k].x,
                        0, 1e-12);
    }
}

/* Truncations of every kind, far tails among them, with the sd by quadrature (mpmath 1.3.0). */
static const struct {
    const char *name;
    atn_prior prior;
    double sd; /* NaN: not checked */
} truncated[] = {
    {"normal above 10", {ATN_PRIOR_NORMAL, {1, 2}, 10, INFINITY}, 0.394025883844072},
    {"normal above 0", {ATN_PRIOR_NORMAL, {0, 1}, 0, INFINITY}, 0.60281027498086860},
    {"normal below -60", {ATN_PRIOR_NORMAL, {1, 2}, -INFINITY, -60}, NAN},
    {"normal in a sliver", {ATN_PRIOR_NORMAL, {0, 1}, 1, 1.000001}, 2.8867513459481288e-7},
    {"exponential in [1, 9]", {ATN_PRIOR_EXPONENTIAL, {3}, 1, 9}, 1.965741661256544},
    {"beta below 1/2", {ATN_PRIOR_BETA, {9, 1}, 0, 0.5}, 0.04522670168666454},
    {"student above 0", {ATN_PRIOR_STUDENT_T, {5, 1, 2}, 0, INFINITY}, 1.839172055555876},
    {"lognormal above 100", {ATN_PRIOR_LOGNORMAL, {7, 0.5}, 100, INFINITY}, 662.2567894440273},
    {"cauchy in [-1, 3]", {ATN_PRIOR_STUDENT_T, {1, 0, 1}, -1, 3}, 0.8998230317990543},
    {"cauchy above 0", {ATN_PRIOR_STUDENT_T, {1, 0, 1}, 0, INFINITY}, INFINITY},
    {"gamma above 50", {ATN_PRIOR_GAMMA, {2.5, 0.1}, 50, INFINITY}, 12.23817233455641},
    {"uniform cut", {ATN_PRIOR_UNIFORM, {0, 4}, 1, 4}, 0.86602540378443865},
    {"half_normal above 1", {ATN_PRIOR_HALF_NORMAL, {0.3}, 1, INFINITY}, NAN},
    {"half_student_t below 3", {ATN_PRIOR_HALF_STUDENT_T, {3, 2}, 0, 3}, NAN},
    {"gamma, tiny shape", {ATN_PRIOR_GAMMA, {0.1, 2}, 0, INFINITY}, 0.15811388300841897},
    {"gamma, large shape", {ATN_PRIOR_GAMMA, {1e5, 2}, 0, INFINITY}, 158.11388300841897},
    {"beta, both cusps", {ATN_PRIOR_BETA, {0.1, 0.2}, 0, 1}, 0.41344911529736127},
    {"student, whole", {ATN_PRIOR_STUDENT_T, {3, 0, 2}, -INFINITY, INFINITY}, 3.4641016151377546},
    {"half_student_t, whole", {ATN_PRIOR_HALF_STUDENT_T, {3, 2}, 0, INFINITY}, 2.671438411262327},
    {"lognormal, whole", {ATN_PRIOR_LOGNORMAL, {0, 1}, 0, INFINITY}, 2.1611974158950877},
};
enum { N_TRUNCATED = sizeof truncated / sizeof *truncated };

static void check_inverse(const char *name, const atn_prior *prior, double p)
{
    const double x = atn_prior_quantile(prior, p);
    assert_true(x >= prior->lower && x <= prior->upper);
    /* The CDF cannot be met more closely than neighbouring doubles allow. */
    const double here = atn_prior_cdf(prior, x),
                 next = atn_prior_cdf(prior, nextafter(x, INFINITY));
    const double before = atn_prior_cdf(prior, nextafter(x, -INFINITY));
    const double slack = 4.0 * fmax(next - here, here - before);
    atn_check_close(name, here, p, slack + 1e-15, 1e-11);
}

static void test_truncated(void **state)
{
    (void)state;
    static const double p[] = {1e-12, 1e-3, 0.1, 0.5, 0.77, 0.999, 1.0 - 1e-9};
    for (size_t k = 0; k < N_TRUNCATED; k++) {
        const atn_prior *prior = &truncated[k].prior;
        double last = -INFINITY;
        for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
            check_inverse(truncated[k].name, prior, p[i]);
            const double x = atn_prior_quantile(prior, p[i]);
            assert_true(x >= last);
            last = x;
        }
        assert_true(atn_prior_cdf(prior, prior->lower) == 0.0);
        assert_true(atn_prior_cdf(prior, prior->upper) == 1.0);
        const double sd = atn_prior_sd(prior);
        if (!isnan(truncated[k].sd))
            atn_check_close(truncated[k].name, sd, truncated[k].sd, 0, 1e-9);
        assert_true(sd > 0.0);
    }
}

static void test_outside(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_TRUNCATED; k++) {
        const atn_prior *p = &truncated[k].prior;
        double slope = 3.0;
        assert_true(atn_prior_log_density(p, NAN, &slope) == -INFINITY);
        if (isfinite(p->lower))
            assert_true(atn_prior_log_density(p, p->lower - 1.0, &slope) == -INFINITY);
        if (isfinite(p->upper))
            assert_true(atn_prior_log_density(p, p->upper + 1.0, &slope) == -INFINITY);
        assert_true(slope == 3.0);
    }
    const atn_prior lognormal = reference[1].prior, gamma = reference[6].prior;
    assert_true(atn_prior_log_density(&lognormal, 0.0, NULL) == -INFINITY);
    assert_true(atn_prior_log_density(&gamma, 0.0, NULL) == -INFINITY);
    const atn_prior cusp = {ATN_PRIOR_BETA, {0.5, 0.5, 0}, 0, 1};
    const atn_prior flat = {ATN_PRIOR_BETA, {1, 1, 0}, 0, 1};
    assert_true(atn_prior_log_density(&cusp, 0.0, NULL) == -INFINITY);
    assert_true(atn_prior_log_density(&cusp, 1.0, NULL) == -INFINITY);
    atn_check_close("flat", atn_prior_log_density(&flat, 1.0, NULL), 0.0, 1e-14, 0);
}

/* Slopes against differences; the CDF's slope is the density over the mass kept. */
static void test_slopes(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_TRUNCATED; k++)
        for (double q = 0.05; q < 1.0; q += 0.1) {
            const atn_prior *p = &truncated[k].prior;
            const double x = atn_prior_quantile(p, q), width = atn_prior_quantile(p, q + 0.01) - x;
            const double h = 1e-3 * width;
            double slope = 0.0;
            const double f = atn_prior_log_density(p, x, &slope);
            const double numeric =
                (atn_prior_log_density(p, x + h, NULL) - atn_prior_log_density(p, x - h, NULL)) /
                ((x + h) - (x - h));
            atn_check_close(truncated[k].name, slope * width, numeric * width, 1e-6, 1e-5);
            const double mid = atn_prior_quantile(p, 0.5),
                         step = 1e-3 * (atn_prior_quantile(p, 0.51) - mid);
            const double density =
                (atn_prior_cdf(p, x + h) - atn_prior_cdf(p, x - h)) / ((x + h) - (x - h));
            const double at_mid = (atn_prior_cdf(p, mid + step) - atn_prior_cdf(p, mid - step)) /
                                  ((mid + step) - (mid - step));
            atn_check_close(truncated[k].name, density / at_mid,
                            exp(f - atn_prior_log_density(p, mid, NULL)), 0, 1e-4);
        }
}

/* Kolmogorov's distance of 4000 draws; 1.95 / sqrt(n) is exceeded once in a thousand. */
static void test_draws(void **state)
{
    (void)state;
    enum { N = 4000 };
    for (size_t k = 0; k < N_REFERENCE + N_TRUNCATED; k++) {
        const atn_prior *p =
            k < N_REFERENCE ? &reference[k].prior : &truncated[k - N_REFERENCE].prior;
        atn_stream s;
        atn_stream_init(&s, 20250120, ATN_PURPOSE_SIMULATE, k, 0);
        double u[N], distance = 0.0;
        for (size_t i = 0; i < N; i++) u[i] = atn_prior_cdf(p, atn_prior_draw(p, &s));
        double level[99], q[99];
        for (size_t i = 0; i < 99; i++) level[i] = 0.01 * (double)(i + 1);
        atn_quantiles(u, N, level, 99, q);
        for (size_t i = 0; i < 99; i++) distance = fmax(distance, fabs(q[i] - level[i]));
        if (!(distance < 1.95 / sqrt(N))) fail_msg("prior %zu: distance %g", k, distance);
    }
}

static void test_transforms(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double lower, upper;
        atn_transform_kind kind;
    } rows[] = {{"none", -INFINITY, INFINITY, ATN_TRANSFORM_NONE},
                {"lower", 2.0, INFINITY, ATN_TRANSFORM_LOWER},
                {"upper", -INFINITY, -3.0, ATN_TRANSFORM_UPPER},
                {"both", -1.0, 4.0, ATN_TRANSFORM_BOTH}};
    for (size_t k = 0; k < 4; k++) {
        const atn_prior prior = {ATN_PRIOR_NORMAL, {0, 1, 0}, rows[k].lower, rows[k].upper};
        const atn_transform t = atn_transform_of(&prior);
        assert_int_equal(t.kind, rows[k].kind);
        for (double u = -12.0; u <= 12.0; u += 0.75) {
            double dx, jacobian, djacobian;
            const double x = atn_transform_forward(&t, u, &dx, &jacobian, &djacobian), h = 1e-5;
            assert_true(x >= rows[k].lower && x <= rows[k].upper);
            atn_check_close(rows[k].name, atn_transform_inverse(&t, x), u, 1e-9, 1e-9);
            atn_check_close(rows[k].name, log(fabs(dx)), jacobian, 1e-12, 1e-12);
            double high, low;
            const double above = atn_transform_forward(&t, u + h, NULL, &high, NULL);
            const double below = atn_transform_forward(&t, u - h, NULL, &low, NULL);
            atn_check_close(rows[k].name, dx, (above - below) / (2 * h), 2e-10, 1e-8);
            atn_check_close(rows[k].name, djacobian, (high - low) / (2 * h), 1e-8, 1e-8);
        }
    }
    /* Far out the logistic stays inside and its Jacobian finite. */
    const atn_transform both = {ATN_TRANSFORM_BOTH, 0.0, 1.0};
    double jacobian;
    assert_true(atn_transform_forward(&both, -600.0, NULL, &jacobian, NULL) > 0.0);
    atn_check_close("far", jacobian, -600.0, 1e-12, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_outside),   cmocka_unit_test(test_slopes),
        cmocka_unit_test(test_draws),     cmocka_unit_test(test_transforms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
