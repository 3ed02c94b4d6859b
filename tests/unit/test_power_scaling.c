/* Distances of weighted samples, and variances that groups of columns explain. */
#include "check.h"

#include <math.h>

#include "base/stream.h"
#include "stats/distribution.h"
#include "stats/group_regression.h"
#include "stats/power_scaling.h"

/* Two points 0 and 1 with weights 1/2 and q: on [0, 1) the distribution functions are 1/2 and q. */
static void test_two_points(void **state)
{
    (void)state;
    const double x[] = {1.0, 0.0}, w[] = {0.25, 0.75};
    double work[4];
    const double p = 0.5, q = 0.75, m = 0.625;
    const double below = sqrt((p * log2(p / m) + q * log2(q / m)) / (p + q));
    const double pa = 0.5, qa = 0.25, ma = 0.375;
    const double above = sqrt((pa * log2(pa / ma) + qa * log2(qa / ma)) / (pa + qa));
    atn_check_close("distance", atn_cumulative_distance(x, w, 2, work), fmax(below, above), 1e-12,
                    0);
    const double even[] = {0.5, 0.5};
    atn_check_close("none", atn_cumulative_distance(x, even, 2, work), 0.0, 1e-12, 0);
    const double same[] = {3.0, 3.0}, bad[] = {NAN, 1.0};
    atn_check_close("constant", atn_cumulative_distance(same, w, 2, work), 0.0, 0, 0);
    assert_true(isnan(atn_cumulative_distance(bad, w, 2, work)));
}

static double cdf(double x)
{
    return exp(atn_log_cdf(x, INFINITY, NULL));
}

/* The distance of two normals by quadrature of the definition over the sample's range (the upper
 * bound grows with it). */
static double exact(double mean, double sd, double from, double to)
{
    double sum[2] = {0, 0}, bound[2] = {0, 0};
    const double h = 1e-3;
    for (double x = from; x < to; x += h) {
        for (int side = 0; side < 2; side++) {
            const double p = cdf(side ? -x : x);
            const double q = cdf((side ? -1 : 1) * (x - mean) / sd), m = 0.5 * (p + q);
            if (p > 0) sum[side] += h * p * log2(p / m);
            if (q > 0) sum[side] += h * q * log2(q / m);
            bound[side] += h * (p + q);
        }
    }
    return fmax(sqrt(sum[0] / bound[0]), sqrt(sum[1] / bound[1]));
}

/* Prior N(0, 1) and likelihood N(y; u, 1): the posterior is N(y/2, 1/2), and with the prior to the
 * power a N(y / (1 + a), 1 / (1 + a)).  With more data the prior matters less. */
static double sensitivity(double y, double precision, int prior, double *expected)
{
    enum { DRAWS = 20000 };
    static double u[DRAWS], w[DRAWS], work[2 * DRAWS];
    double at[2], wanted[2];
    const double sd = 1.0 / sqrt(1.0 + precision), mean = y * precision * sd * sd;
    atn_stream stream;
    atn_stream_init(&stream, 7, ATN_PURPOSE_SIMULATE, 0, 0);
    double from = INFINITY, to = -INFINITY;
    for (size_t d = 0; d < DRAWS; d++) {
        const double z = atn_stream_normal(&stream);
        from = fmin(from, z);
        to = fmax(to, z);
        u[d] = mean + sd * z;
    }
    for (int high = 0; high < 2; high++) {
        const double power = high ? ATN_POWER_HIGH : ATN_POWER_LOW;
        double total = 0.0;
        for (size_t d = 0; d < DRAWS; d++) {
            const double component =
                prior ? -0.5 * u[d] * u[d] : -0.5 * precision * (y - u[d]) * (y - u[d]);
            w[d] = exp((power - 1.0) * component);
            total += w[d];
        }
        for (size_t d = 0; d < DRAWS; d++) w[d] /= total;
        at[high] = atn_cumulative_distance(u, w, DRAWS, work);
        const double a = prior ? power : 1.0, b = prior ? precision : precision * power;
        /* distances do not change with location and scale */
        wanted[high] = exact((y * b / (a + b) - mean) / sd, 1.0 / sqrt(a + b) / sd, from, to);
    }
    *expected = atn_power_sensitivity(wanted[0], wanted[1]);
    return atn_power_sensitivity(at[0], at[1]);
}

static void test_conjugate(void **state)
{
    (void)state;
    double expected;
    for (int prior = 0; prior < 2; prior++) {
        const double conflict = sensitivity(4.0, 1.0, prior, &expected);
        print_message("conflict, %s: %.4f, exact %.4f\n", prior ? "prior" : "likelihood", conflict,
                      expected);
        atn_check_close("conflict", conflict, expected, 0, 0.06);
        assert_true(conflict > 0.05);
    }
    const double weak = sensitivity(0.0, 100.0, 1, &expected);
    atn_check_close("much data", weak, expected, 0.003, 0);
    assert_true(weak < 0.05);
}

/* y = 2 a + b + noise: shares of variance 4, 1, 1; a column that repeats another adds nothing, and
 * columns of noise nothing on average. */
static void test_groups(void **state)
{
    (void)state;
    enum { M = 5000, COLUMNS = 23 };
    static double y[M], columns[COLUMNS * M];
    const size_t group[] = {2, 1, 20};
    double explained[3];
    atn_stream stream;
    attain_context *ctx = check_context(NULL, 1);
    atn_stream_init(&stream, 11, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t i = 0; i < M; i++) {
        const double a = atn_stream_normal(&stream), b = atn_stream_normal(&stream);
        columns[i] = a;
        columns[M + i] = 3.0 - 2.0 * a;
        columns[2 * M + i] = b + 0.5 * a;
        for (size_t k = 3; k < COLUMNS; k++) columns[k * M + i] = atn_stream_normal(&stream);
        y[i] = 10.0 + 2.0 * a + b + atn_stream_normal(&stream);
    }
    atn_check_status("groups",
                     atn_explained_variance(ctx, y, columns, M, group, 3, explained, NULL),
                     ATTAIN_OK, NULL);
    atn_check_close("a", explained[0], 4.0, 0.4, 0);
    atn_check_close("b", explained[1], 1.0, 0.1, 0);
    atn_check_close("noise", explained[2], 0.0, 0.01, 0);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_points),
        cmocka_unit_test(test_conjugate),
        cmocka_unit_test(test_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
