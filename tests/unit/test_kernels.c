#include "stats/distribution.h"

#include <math.h>
#include <stdio.h>

#include "check.h"
#include "kernel_values.h"

static const double laws[] = {INFINITY, 1.0, 1.7, 4.0, 30.0, 1e3, 1e6};
enum { N_LAWS = sizeof laws / sizeof *laws };

static void test_reference(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof interval_values / sizeof *interval_values; k++) {
        double da, db;
        char name[120];
        const double a = interval_values[k].a, b = interval_values[k].b, df = interval_values[k].df;
        snprintf(name, sizeof name, "[%.17g, %.17g], df %g", a, b, df);
        const double value = atn_log_interval(a, b, df, &da, &db);
        atn_check_close(name, value, interval_values[k].log_p, 2e-15, 2e-15);
        atn_check_close(name, da, interval_values[k].da, 1e-290, 2e-13);
        atn_check_close(name, db, interval_values[k].db, 1e-290, 2e-13);
    }
}

/* F(x) = 1/2 + atan(x) / pi. */
static void test_cauchy(void **state)
{
    (void)state;
    for (double x = 1e-3; x < 2e8; x *= 3.0) {
        const double upper = atan2(1.0, x) / 3.14159265358979323846;
        atn_check_close("ccdf", atn_log_ccdf(x, 1.0, NULL), log(upper), 1e-15, 1e-15);
        atn_check_close("cdf", atn_log_cdf(x, 1.0, NULL), log1p(-upper), 0, 5e-15);
        atn_check_close("interval", atn_log_interval(x, 2.0 * x, 1.0, NULL, NULL),
                        log(atan2(x, 1.0 + 2.0 * x * x) / 3.14159265358979323846), 3e-15, 3e-15);
    }
}

static double difference(double a, double b, double df, bool in_b)
{
    const double width = b - a, h = 1e-5 * (width < 1.0 ? width : 1.0);
    const double high = atn_log_interval(in_b ? a : a + h, in_b ? b + h : b, df, NULL, NULL);
    const double low = atn_log_interval(in_b ? a : a - h, in_b ? b - h : b, df, NULL, NULL);
    return (high - low) / (in_b ? (b + h) - (b - h) : (a + h) - (a - h));
}

static void test_slopes(void **state)
{
    (void)state;
    atn_stream s;
    atn_stream_init(&s, 20250120, ATN_PURPOSE_PREDICT, 0, 0);
    for (int k = 0; k < 4000; k++) {
        const double df = laws[k % N_LAWS], a = 8.0 * atn_stream_uniform(&s) - 4.0;
        const double b = a + 0.02 + 3.0 * atn_stream_uniform(&s);
        double da, db, slope;
        atn_log_interval(a, b, df, &da, &db);
        atn_check_close("da", da, difference(a, b, df, false), 1e-7, 1e-7);
        atn_check_close("db", db, difference(a, b, df, true), 1e-7, 1e-7);
        atn_log_cdf(a, df, &slope);
        const double h = 1e-5;
        atn_check_close("cdf", slope,
                        (atn_log_cdf(a + h, df, NULL) - atn_log_cdf(a - h, df, NULL)) / (2 * h),
                        1e-8, 1e-8);
        atn_log_pdf(a, df, &slope);
        atn_check_close("pdf", slope,
                        (atn_log_pdf(a + h, df, NULL) - atn_log_pdf(a - h, df, NULL)) / (2 * h),
                        1e-8, 1e-8);
    }
}

/* Mirror images agree bit for bit; parts add up; the two tails make one. */
static void test_identities(void **state)
{
    (void)state;
    atn_stream s;
    atn_stream_init(&s, 7, ATN_PURPOSE_PREDICT, 0, 0);
    for (int k = 0; k < 4000; k++) {
        const double df = laws[k % N_LAWS], scale = pow(10.0, 6.0 * atn_stream_uniform(&s) - 3.0);
        const double a = scale * atn_stream_normal(&s), b = a + scale * atn_stream_uniform(&s);
        const double c = b + atn_stream_uniform(&s);
        double da, db, ea, eb;
        const double value = atn_log_interval(a, b, df, &da, &db);
        const double mirrored = atn_log_interval(-b, -a, df, &eb, &ea);
        atn_check_same_bits("mirror", &value, &mirrored, 1);
        assert_true(da == -ea && db == -eb && da <= 0.0 && db >= 0.0);
        const double whole = atn_log_interval(a, c, df, NULL, NULL);
        const double parts = atn_log_add(value, atn_log_interval(b, c, df, NULL, NULL));
        atn_check_close("parts", parts, whole, 1e-13, 1e-13);
        atn_check_close("tails", atn_log_add(atn_log_cdf(a, df, NULL), atn_log_ccdf(a, df, NULL)),
                        0.0, 1e-15, 0);
        atn_check_close("open", atn_log_interval(-INFINITY, a, df, NULL, NULL),
                        atn_log_cdf(a, df, NULL), 0, 0);
    }
}

static void test_far_and_narrow(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_LAWS; k++)
        for (double x = 1.0; x <= 1e8; x *= 10.0)
            for (double width = 1e-12; width < 1e9; width *= 100.0) {
                double da, db;
                const double value = atn_log_interval(x, x + width, laws[k], &da, &db);
                if (x + width == x) {
                    assert_true(value == -INFINITY && da == 0.0 && db == 0.0);
                    continue;
                }
                assert_true(isfinite(value) && value < 0.0 && isfinite(da) && isfinite(db));
                /* A wider interval holds more. */
                const double wider = atn_log_interval(x, x + 2.0 * width, laws[k], NULL, NULL);
                assert_true(wider >= value);
            }
}

static void test_ends(void **state)
{
    (void)state;
    double da = 1, db = 1;
    for (size_t k = 0; k < N_LAWS; k++) {
        assert_true(atn_log_interval(-INFINITY, INFINITY, laws[k], &da, &db) == 0.0);
        assert_true(da == 0.0 && db == 0.0);
        assert_true(atn_log_interval(1.0, 1.0, laws[k], &da, &db) == -INFINITY);
        assert_true(atn_log_interval(INFINITY, INFINITY, laws[k], &da, &db) == -INFINITY);
        assert_true(atn_log_interval(NAN, 1.0, laws[k], &da, &db) == -INFINITY);
        assert_true(atn_log_cdf(INFINITY, laws[k], NULL) == 0.0);
        assert_true(atn_log_cdf(-INFINITY, laws[k], NULL) == -INFINITY);
        assert_true(atn_log_ccdf(INFINITY, laws[k], NULL) == -INFINITY);
    }
    /* Many degrees of freedom come to the normal. */
    atn_check_close("limit", atn_log_interval(-2.0, 0.7, 1e12, NULL, NULL),
                    atn_log_interval(-2.0, 0.7, INFINITY, NULL, NULL), 1e-11, 0);
}

static void test_logs(void **state)
{
    (void)state;
    atn_check_close("log1mexp", atn_log1mexp(-1e-20), log(1e-20), 0, 1e-15);
    atn_check_close("log1mexp", atn_log1mexp(-1.0), -0.45867514538708189102, 0, 1e-15);
    atn_check_close("log1mexp", atn_log1mexp(-50.0), -1.9287498479639178e-22, 0, 1e-15);
    assert_true(atn_log1mexp(0.0) == -INFINITY && atn_log1mexp(-INFINITY) == 0.0);
    atn_check_close("log_add", atn_log_add(-1000.0, -1000.0), -1000.0 + log(2.0), 0, 1e-15);
    assert_true(atn_log_add(-INFINITY, 3.0) == 3.0 && atn_log_add(3.0, -INFINITY) == 3.0);
    assert_true(atn_log_add(-INFINITY, -INFINITY) == -INFINITY);
    assert_true(atn_log_add(INFINITY, -INFINITY) == INFINITY);
    const double x[4] = {-800.0, -INFINITY, -801.0, -802.0};
    atn_check_close("log_sum", atn_log_sum(x, 4), -800.0 + log(1 + exp(-1.0) + exp(-2.0)), 0,
                    1e-15);
    assert_true(atn_log_sum(x, 0) == -INFINITY && atn_log_sum(x + 1, 1) == -INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),      cmocka_unit_test(test_cauchy),
        cmocka_unit_test(test_slopes),         cmocka_unit_test(test_identities),
        cmocka_unit_test(test_far_and_narrow), cmocka_unit_test(test_ends),
        cmocka_unit_test(test_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
