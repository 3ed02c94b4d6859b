#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "read_table.h"
#include "stats/distribution.h"

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The definition on sorted data: x_l + (h - l) (x_{l+1} - x_l), h = (n - 1) p. */
static double from_sorted(const double *x, size_t n, double p)
{
    const double h = (double)(n - 1) * p, l = floor(h);
    const double low = x[(size_t)l], high = x[l + 1 < (double)n ? (size_t)l + 1 : n - 1];
    return h == l || low == high ? low : low + (h - l) * (high - low);
}

enum { MOST = 700, LEVELS = 40 };

typedef double entry(atn_stream *s, size_t i);
static double normal_entry(atn_stream *s, size_t i)
{
    (void)i;
    return atn_stream_normal(s);
}
static double tied(atn_stream *s, size_t i)
{
    (void)i;
    return (double)atn_stream_below(s, 3);
}
static double rising(atn_stream *s, size_t i)
{
    (void)s;
    return (double)i;
}
static double falling(atn_stream *s, size_t i)
{
    (void)s;
    return -(double)i;
}
static double pipe(atn_stream *s, size_t i)
{
    (void)s;
    return i % 2 ? (double)i : -(double)i;
}
static double endless(atn_stream *s, size_t i)
{
    (void)i;
    return atn_stream_below(s, 2) ? INFINITY : atn_stream_uniform(s);
}
static double constant(atn_stream *s, size_t i)
{
    (void)s, (void)i;
    return 4.25;
}

static void test_against_sorting(void **state)
{
    (void)state;
    static entry *const kinds[] = {normal_entry, tied, rising, falling, pipe, endless, constant};
    static const size_t sizes[] = {1, 2, 3, 7, 24, 25, 26, 100, 129, 333, MOST};
    double x[MOST], sorted[MOST], p[LEVELS], got[LEVELS];
    for (size_t i = 0; i < LEVELS; i++) p[i] = (double)i / (LEVELS - 1);
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (size_t m = 0; m < sizeof sizes / sizeof *sizes; m++)
            for (size_t count = 1; count <= LEVELS; count += 13) {
                const size_t n = sizes[m];
                atn_stream s;
                atn_stream_init(&s, 1, ATN_PURPOSE_SIMULATE, kind, m);
                for (size_t i = 0; i < n; i++) x[i] = sorted[i] = kinds[kind](&s, i);
                qsort(sorted, n, sizeof *sorted, ascending);
                atn_quantiles(x, n, p, count, got);
                for (size_t i = 0; i < count; i++)
                    atn_check_close("quantile", got[i], from_sorted(sorted, n, p[i]), 0, 0);
                qsort(x, n, sizeof *x, ascending); /* only the order may have changed */
                assert_memory_equal(x, sorted, n * sizeof *x);
            }
}

/* R 4.2: quantile(c(1, 3, 4, 9, 20), c(0, .1, .25, .5, .9, 1)). */
static void test_known(void **state)
{
    (void)state;
    double x[] = {9, 1, 20, 3, 4}, out[6];
    const double p[] = {0, 0.1, 0.25, 0.5, 0.9, 1}, want[] = {1, 1.8, 3, 4, 15.6, 20};
    atn_quantiles(x, 5, p, 6, out);
    for (size_t i = 0; i < 6; i++) atn_check_close("quantile", out[i], want[i], 0, 1e-15);
    atn_quantiles(x, 0, p, 1, out);
    assert_true(isnan(out[0]));
    assert_true(isnan(atn_mean(x, 0)) && isnan(atn_sd(x, 1)));
}

/* NIST StRD univariate: certified for the decimal data, so NumAcc4 keeps the error that
 * its conversion to binary brings. */
static void test_nist(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double sd_tolerance;
    } rows[] = {{"PiDigits", 2e-15}, {"Lottery", 2e-15}, {"Michelso", 2e-13},
                {"NumAcc1", 2e-15},  {"NumAcc2", 2e-15}, {"NumAcc4", 2e-8}};
    read_table certified = read_table_open(check_shared("data/nist/univariate_certified.csv"));
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char path[80];
        snprintf(path, sizeof path, "data/nist/univariate/%s.csv", rows[k].name);
        read_table t = read_table_open(check_shared(path));
        double *x = malloc(t.rows * sizeof *x);
        assert_non_null(x);
        for (size_t i = 0; i < t.rows; i++) x[i] = read_table_number(&t, i, 0);
        assert_string_equal(read_table_cell(&certified, k, 0), rows[k].name);
        atn_check_close(rows[k].name, atn_mean(x, t.rows), read_table_number(&certified, k, 5), 0,
                        2e-16);
        atn_check_close(rows[k].name, atn_sd(x, t.rows), read_table_number(&certified, k, 6), 0,
                        rows[k].sd_tolerance);
        free(x);
        read_table_close(&t);
    }
    read_table_close(&certified);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_sorting),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_nist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
