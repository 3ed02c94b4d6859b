/* Simultaneous bands for empirical distribution functions, and the chi-square beside them. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/stream.h"
#include "stats/uniformity.h"

/* P(counts inside at every point) by enumerating the counts of cells: n! / prod c! * K^-n. */
static double enumerate(size_t left, size_t point, size_t n_points, size_t count, double weight,
                        const size_t *low, const size_t *high)
{
    if (point == n_points) return weight / tgamma((double)left + 1.0);
    double sum = 0.0;
    for (size_t c = 0; c <= left; c++) {
        if (count + c < low[point - 1] || count + c > high[point - 1]) continue;
        sum += enumerate(left - c, point + 1, n_points, count + c, weight / tgamma((double)c + 1.0),
                         low, high);
    }
    return sum;
}

static void test_enumerated(void **state)
{
    (void)state;
    enum { N = 12, POINTS = 5 };
    static const double alphas[] = {0.3, 0.1, 0.02};
    attain_context *ctx = check_context(NULL, 1);
    const double all = tgamma(N + 1.0) * pow(POINTS, -(double)N);
    for (size_t k = 0; k < sizeof alphas / sizeof *alphas; k++) {
        size_t low[POINTS - 1], high[POINTS - 1];
        attain_error err = {0};
        atn_check_status("band", atn_uniform_band(ctx, N, POINTS, alphas[k], low, high, &err),
                         ATTAIN_OK, &err);
        const double inside = all * enumerate(N, 1, POINTS, 0, 1.0, low, high);
        assert_true(inside >= 1.0 - alphas[k]);
        /* not wider than need be: a count less on both sides everywhere would not do */
        for (size_t i = 0; i < POINTS - 1; i++) {
            low[i]++;
            high[i]--;
        }
        assert_true(all * enumerate(N, 1, POINTS, 0, 1.0, low, high) < 1.0 - alphas[k]);
        for (size_t i = 0; i < POINTS - 1; i++)
            assert_int_equal(low[i] + high[POINTS - 2 - i], N); /* mirrored */
    }
    attain_context_free(ctx);
}

/* Uniform samples leave the 90 % band in about a tenth of all cases; a tilted sample does. */
static void test_sizes(void **state)
{
    (void)state;
    enum { N = 200, POINTS = 100, SAMPLES = 4000 };
    const uint64_t seed = 20251122;
    print_message("seed %llu\n", (unsigned long long)seed);
    attain_context *ctx = check_context(NULL, 1);
    size_t low[POINTS], high[POINTS], outside = 0, tilted = 0;
    attain_error err = {0};
    atn_check_status("band", atn_uniform_band(ctx, N, POINTS, 0.1, low, high, &err), ATTAIN_OK,
                     &err);
    for (size_t s = 0; s < SAMPLES; s++) {
        double u[N], v[N];
        atn_stream stream;
        atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, s);
        for (size_t i = 0; i < N; i++) {
            u[i] = atn_stream_uniform(&stream);
            v[i] = pow(u[i], 1.5);
        }
        outside += atn_uniform_judge(u, N, POINTS, low, high).ratio > 1.0;
        const atn_uniform_stray stray = atn_uniform_judge(v, N, POINTS, low, high);
        tilted += stray.ratio > 1.0 && stray.deviation > stray.high;
    }
    const double rate = (double)outside / SAMPLES;
    print_message("outside: %.4f\n", rate);
    assert_true(rate <= 0.1 + 3.0 * sqrt(0.09 / SAMPLES) && rate >= 0.06);
    assert_true(tilted >= SAMPLES * 95 / 100);
    attain_context_free(ctx);
}

static void test_judge(void **state)
{
    (void)state;
    const size_t low[] = {1, 2, 3}, high[] = {3, 4, 5};
    double u[] = {0.9, 0.1, 0.2, 0.15, 0.22, 0.6}; /* counts 4, 4, 5 at .25 .5 .75; n z 1.5 3 4.5 */
    const atn_uniform_stray stray = atn_uniform_judge(u, 6, 4, low, high);
    atn_check_close("ratio", stray.ratio, 2.5 / 2.0, 1e-15, 0);
    atn_check_close("at", stray.at, 0.25, 0, 0);
    atn_check_close("deviation", stray.deviation, 2.5 / 6.0, 1e-15, 0);
    atn_check_close("high", stray.high, 1.5 / 6.0, 1e-15, 0);
    atn_check_close("low", stray.low, -0.5 / 6.0, 1e-15, 0);
}

/* Counts 1, 2, 3, 4 of ten: the statistic is 2 on 3 degrees of freedom, whose upper tail is
 * erfc(1) + 2 exp(-1) / sqrt(pi). */
static void test_chi_square(void **state)
{
    (void)state;
    const double u[] = {0.1, 0.3, 0.4, 0.6, 0.7, 0.74, 0.8, 0.9, 0.95, 1.0};
    const double tail = erfc(1.0) + 2.0 * exp(-1.0) / sqrt(acos(-1.0));
    atn_check_close("p", atn_uniform_chi_square(u, 10, 4), tail, 1e-12, 0);
    atn_check_close("empty", atn_uniform_chi_square(u, 0, 4), 1.0, 0, 0);
}

static void test_refusals(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    size_t low[4], high[4];
    attain_error err = {0};
    assert_int_equal(atn_uniform_band(ctx, 0, 4, 0.1, low, high, &err), ATTAIN_ERR_ARGUMENT);
    assert_int_equal(atn_uniform_band(ctx, 10, 1, 0.1, low, high, &err), ATTAIN_ERR_ARGUMENT);
    assert_int_equal(atn_uniform_band(ctx, 10, 4, NAN, low, high, &err), ATTAIN_ERR_ARGUMENT);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enumerated), cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_judge),      cmocka_unit_test(test_chi_square),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
