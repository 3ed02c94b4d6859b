/* Scores against closed forms and against what defines them. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "base/stream.h"
#include "stats/order.h"
#include "stats/scores.h"

static const uint64_t seed = 20251122;

static double phi(double x)
{
    return exp(-0.5 * x * x) / sqrt(2.0 * acos(-1.0));
}

static double Phi(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

/* Quantiles at (i + 1/2) / n: a law with hardly any noise. */
enum { FINE = 4000 };
static double fine[FINE];

static double crps_at(double y)
{
    return atn_score_crps(fine, FINE, y);
}

/* Gneiting & Raftery (2007), eq. 21; of the exponential and the uniform: Jordan, Krüger & Lerch
 * (2019), appendix A. */
static void test_crps_closed_forms(void **state)
{
    (void)state;
    static const double at[] = {-2.5, -0.3, 0.0, 0.4, 1.0, 3.0};
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        const double y = at[k];
        for (size_t i = 0; i < FINE; i++)
            fine[i] = 5.0 + 2.0 * atn_normal_quantile(((double)i + 0.5) / FINE);
        atn_check_close("normal", crps_at(5.0 + 2.0 * y),
                        2.0 * (y * (2.0 * Phi(y) - 1.0) + 2.0 * phi(y) - 1.0 / sqrt(acos(-1.0))),
                        2e-3, 0);
        for (size_t i = 0; i < FINE; i++) fine[i] = -log1p(-((double)i + 0.5) / FINE);
        const double below = y < 0 ? 0.0 : 1.0 - exp(-y);
        atn_check_close("exponential", crps_at(y), fabs(y) - 2.0 * below + 0.5, 2e-3, 0);
        for (size_t i = 0; i < FINE; i++) fine[i] = ((double)i + 0.5) / FINE;
        const double u = y < 0 ? 0.0 : y > 1 ? 1.0 : y;
        atn_check_close("uniform", crps_at(y), fabs(y - u) + u * u - u + 1.0 / 3.0, 1e-3, 0);
    }
}

static size_t random_sample(uint64_t draw, double *x, double *y)
{
    double tag[64] = {0};
    atn_stream s;
    atn_stream_init(&s, seed, ATN_PURPOSE_SIMULATE, 0, draw);
    const size_t n = 2 + (size_t)atn_stream_below(&s, 60);
    for (size_t i = 0; i < n; i++) x[i] = 10.0 * atn_stream_normal(&s) + 1000.0;
    *y = 12.0 * atn_stream_normal(&s) + 1000.0;
    atn_sort_pairs(x, tag, n);
    return n;
}

/* The definition by all pairs; shifts and scales. */
static void test_crps_by_pairs(void **state)
{
    (void)state;
    double x[64], moved[64], y;
    for (uint64_t draw = 0; draw < 50; draw++) {
        const size_t n = random_sample(draw, x, &y);
        double distance = 0.0, spread = 0.0;
        for (size_t i = 0; i < n; i++) {
            distance += fabs(x[i] - y);
            for (size_t j = 0; j < n; j++) spread += fabs(x[i] - x[j]);
            moved[i] = 3.0 * x[i] - 7.0;
        }
        const double m = (double)n, score = atn_score_crps(x, n, y);
        atn_check_close("pairs", score, distance / m - 0.5 * spread / (m * (m - 1.0)), 1e-9, 1e-9);
        atn_check_close("moved", atn_score_crps(moved, n, 3.0 * y - 7.0), 3.0 * score, 1e-9, 1e-9);
    }
}

/* The weighted interval score is the mean pinball loss over its quantiles, twice (Bracher et al.
 * 2021, supplement S1). */
static void test_wis_by_pinball(void **state)
{
    (void)state;
    static const double alpha[] = {0.5, 0.2, 0.05};
    double x[64], y;
    for (uint64_t draw = 100; draw < 150; draw++) {
        const size_t n = random_sample(draw, x, &y);
        double low[3], high[3], sum = 0.0;
        const double median = x[n / 2];
        for (size_t k = 0; k < 3; k++) {
            low[k] = x[0] - (double)k;
            high[k] = x[n - 1] + 2.0 * (double)k;
            const double ends[] = {low[k], high[k]}, tau[] = {alpha[k] / 2, 1.0 - alpha[k] / 2};
            for (size_t e = 0; e < 2; e++)
                sum += 2.0 * ((y <= ends[e] ? 1.0 : 0.0) - tau[e]) * (ends[e] - y);
        }
        sum += fabs(median - y);
        atn_check_close("pinball", atn_score_wis(median, low, high, alpha, 3, y), sum / 7.0, 1e-9,
                        1e-9);
    }
    atn_check_close("inside", atn_score_interval(1, 4, 0.2, 2), 3.0, 0, 0);
    atn_check_close("below", atn_score_interval(1, 4, 0.2, 0.5), 8.0, 1e-12, 0);
    atn_check_close("above", atn_score_interval(1, 4, 0.2, 5.0), 13.0, 1e-12, 0);
}

static void test_binary(void **state)
{
    (void)state;
    atn_check_close("brier", atn_score_brier(0.3, true), 0.49, 1e-15, 0);
    atn_check_close("brier", atn_score_brier(0.3, false), 0.09, 1e-15, 0);
    atn_check_close("log", atn_score_log(0.3, true, 0.01), log(0.3), 1e-15, 0);
    atn_check_close("log", atn_score_log(0.3, false, 0.01), log(0.7), 1e-15, 0);
    atn_check_close("floor", atn_score_log(0.0, true, 0.01), log(0.01), 1e-15, 0);
    atn_check_close("floor", atn_score_log(1.0, false, 0.01), log(0.01), 1e-13, 0);
}

/* Of a mean the jackknife is the textbook's standard error. */
static void test_jackknife(void **state)
{
    (void)state;
    static const double x[] = {3.0, 1.0, 4.0, 1.5, 9.0};
    double left[5], mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < 5; i++) mean += x[i] / 5.0;
    for (size_t i = 0; i < 5; i++) {
        squares += (x[i] - mean) * (x[i] - mean);
        left[i] = (5.0 * mean - x[i]) / 4.0;
    }
    atn_check_close("mean", atn_jackknife_error(left, 5), sqrt(squares / 4.0 / 5.0), 1e-12, 0);
    assert_true(isnan(atn_jackknife_error(left, 1)));
    left[2] = NAN;
    assert_true(isnan(atn_jackknife_error(left, 5)));
}

int main(void)
{
    print_message("seed %llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crps_closed_forms), cmocka_unit_test(test_crps_by_pairs),
        cmocka_unit_test(test_wis_by_pinball),    cmocka_unit_test(test_binary),
        cmocka_unit_test(test_jackknife),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
