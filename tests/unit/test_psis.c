#include "stats/laplace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "read_table.h"
#include "stats/distribution.h"

/* loo 2.5.1's gpdfit without and with its prior (k_wip = (n k + 5) / (n + 10)). */
static void test_gpd_reference(void **state)
{
    (void)state;
    read_table t = read_table_open(check_shared("data/psis_loo/expected_gpdfit.csv"));
    for (size_t row = 0; row < t.rows; row++) {
        double x[1000], work[100], k, sigma;
        size_t n = 0;
        const char *at = read_table_cell(&t, row, 5);
        for (char *end; *at && n < 1000; at = *end == ';' ? end + 1 : end)
            x[n++] = strtod(at, &end);
        atn_gpd_fit(x, n, &k, &sigma, work);
        atn_check_close("k", k, read_table_number(&t, row, 3), 1e-8, 0);
        atn_check_close("sigma", sigma, read_table_number(&t, row, 4), 0, 1e-8);
        const double prior = ((double)n * k + 5.0) / ((double)n + 10.0);
        atn_check_close("k with prior", prior, read_table_number(&t, row, 1), 1e-8, 0);
    }
    read_table_close(&t);
}

typedef struct matrix {
    double *x; /* observations x draws */
    size_t draws, observations;
} matrix;

static matrix load_log_likelihood(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "data/psis_loo/loglik_%s.csv", name);
    read_table t = read_table_open(check_shared(path));
    matrix m = {calloc(t.rows * t.columns, sizeof(double)), t.rows, t.columns};
    assert_non_null(m.x);
    for (size_t o = 0; o < t.columns; o++)
        for (size_t i = 0; i < t.rows; i++) m.x[o * t.rows + i] = read_table_number(&t, i, o);
    read_table_close(&t);
    return m;
}

static void test_loo_reference(void **state)
{
    (void)state;
    read_table t = read_table_open(check_shared("data/psis_loo/expected_pointwise.csv"));
    char current[64] = "";
    matrix m = {NULL, 0, 0};
    for (size_t row = 0; row < t.rows; row++) {
        const char *name = read_table_cell(&t, row, 0);
        if (strcmp(current, name) != 0) {
            free(m.x);
            m = load_log_likelihood(name);
            snprintf(current, sizeof current, "%s", name);
        }
        const size_t obs = (size_t)read_table_number(&t, row, 2) - 1, n = m.draws;
        const double r_eff = read_table_number(&t, row, 1);
        double *w = malloc(n * sizeof *w), *work = malloc(2 * n * sizeof *work);
        assert_true(w && work);
        for (size_t i = 0; i < n; i++) w[i] = -m.x[obs * n + i];
        const double k = atn_psis(w, n, r_eff, work);
        atn_check_close(name, k, read_table_number(&t, row, 8), 1e-6, 0);
        double sum_squares = 0.0;
        for (size_t i = 0; i < n; i++) sum_squares += exp(2.0 * w[i]);
        atn_check_close(name, r_eff / sum_squares, read_table_number(&t, row, 9), 0, 1e-8);
        for (size_t i = 0; i < n; i++) w[i] += m.x[obs * n + i];
        const double elpd = atn_log_sum(w, n);
        const double lpd = atn_log_sum(m.x + obs * n, n) - log((double)n);
        atn_check_close(name, elpd, read_table_number(&t, row, 4), 1e-8, 0);
        atn_check_close(name, lpd - elpd, read_table_number(&t, row, 6), 1e-8, 0);
        free(w);
        free(work);
    }
    assert_int_equal(t.rows, 140);
    free(m.x);
    read_table_close(&t);
}

/* Sums over the observations, as `fit/loo` states them: elpd, its se, p_loo. */
static void test_totals_reference(void **state)
{
    (void)state;
    read_table t = read_table_open(check_shared("data/psis_loo/expected_totals.csv"));
    size_t checked = 0;
    for (size_t row = 0; row < t.rows; row++) {
        const char *quantity = read_table_cell(&t, row, 2);
        const bool is_elpd = strcmp(quantity, "elpd_loo") == 0;
        if (!is_elpd && strcmp(quantity, "p_loo") != 0) continue;
        const matrix m = load_log_likelihood(read_table_cell(&t, row, 0));
        const size_t n = m.draws;
        double *w = malloc(n * sizeof *w), *work = malloc(2 * n * sizeof *work);
        double *each = malloc(m.observations * sizeof *each), sum = 0.0;
        assert_true(w && work && each);
        for (size_t o = 0; o < m.observations; o++) {
            const double *x = m.x + o * n;
            for (size_t i = 0; i < n; i++) w[i] = -x[i];
            (void)atn_psis(w, n, read_table_number(&t, row, 1), work);
            for (size_t i = 0; i < n; i++) w[i] += x[i];
            each[o] = atn_log_sum(w, n);
            if (!is_elpd) each[o] = atn_log_sum(x, n) - log((double)n) - each[o];
            sum += each[o];
        }
        const double se = sqrt((double)m.observations) * atn_sd(each, m.observations);
        atn_check_close(quantity, sum, read_table_number(&t, row, 3), 1e-8, 1e-9);
        atn_check_close("se", se, read_table_number(&t, row, 4), 1e-8, 1e-9);
        checked++;
        free(each);
        free(w);
        free(work);
        free(m.x);
    }
    assert_int_equal(checked % 2, 0);
    assert_true(checked >= 6);
    read_table_close(&t);
}

static void test_weights_reference(void **state)
{
    (void)state;
    static const char *const file[] = {"data/psis_loo/psis_weights_normal_ok_obs13.csv",
                                       "data/psis_loo/psis_weights_normal_outlier_obs20.csv",
                                       "data/psis_loo/psis_weights_poisson_obs5.csv"};
    for (size_t f = 0; f < 3; f++) {
        read_table t = read_table_open(check_shared(file[f]));
        double w[1000], work[2000];
        assert_int_equal(t.rows, 1000);
        for (size_t i = 0; i < 1000; i++) w[i] = read_table_number(&t, i, 1);
        atn_psis(w, 1000, 1.0, work);
        for (size_t i = 0; i < 1000; i++)
            atn_check_close(file[f], w[i], read_table_number(&t, i, 2), 1e-8, 0);
        read_table_close(&t);
    }
}

/* Ratios in, normalised weights out: a common factor changes nothing, order is kept. */
static void test_properties(void **state)
{
    (void)state;
    enum { N = 500 };
    double a[N], b[N], raw[N], work[2 * N];
    atn_stream s;
    atn_stream_init(&s, 20250120, ATN_PURPOSE_RESAMPLE, 0, 0);
    for (size_t i = 0; i < N; i++) {
        raw[i] = a[i] = 2.0 * atn_stream_normal(&s);
        b[i] = a[i] + 700.0;
    }
    const double k = atn_psis(a, N, 1.0, work);
    atn_check_close("shifted k", atn_psis(b, N, 1.0, work), k, 1e-10, 0);
    atn_check_close("normalised", atn_log_sum(a, N), 0.0, 1e-12, 0);
    for (size_t i = 0; i < N; i++) atn_check_close("shifted", b[i], a[i], 1e-9, 0);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++)
            if (raw[i] > raw[j]) assert_true(a[i] >= a[j]);
}

/* Exponential ratios of a planted tail: exp(k E) with E ~ exponential(1) has tail index k. */
static void test_planted_tail(void **state)
{
    (void)state;
    enum { N = 20000 };
    static const double planted[] = {0.2, 0.5, 0.9};
    double *w = malloc(N * sizeof *w), *work = malloc(2 * N * sizeof *work);
    assert_true(w && work);
    for (size_t p = 0; p < 3; p++) {
        atn_stream s;
        atn_stream_init(&s, 7, ATN_PURPOSE_RESAMPLE, p, 0);
        for (size_t i = 0; i < N; i++) w[i] = -planted[p] * log(atn_stream_uniform(&s));
        atn_check_close("k", atn_psis(w, N, 1.0, work), planted[p], 0.15, 0);
    }
    free(w);
    free(work);
}

static void test_degenerate(void **state)
{
    (void)state;
    double few[8] = {0, 1, 2, 3, 4, 5, 6, 7}, constant[100] = {0}, work[200];
    assert_true(isinf(atn_psis(few, 8, 1.0, work)));
    atn_check_close("few", atn_log_sum(few, 8), 0.0, 1e-14, 0);
    assert_true(isinf(atn_psis(constant, 100, 1.0, work)));
    atn_check_close("constant", constant[17], -log(100.0), 1e-14, 0);
    /* Ties at the cutoff, and proposals outside the domain. */
    double ties[100];
    for (int i = 0; i < 100; i++) ties[i] = i < 90 ? 1.0 : 1.0 + 0.1 * i;
    (void)atn_psis(ties, 100, 1.0, work);
    atn_check_close("ties", atn_log_sum(ties, 100), 0.0, 1e-12, 0);
    for (int i = 0; i < 100; i++) ties[i] = i < 50 ? -INFINITY : 0.01 * i;
    assert_true(isfinite(atn_psis(ties, 100, 1.0, work)));
    assert_true(ties[0] == -INFINITY);
    few[3] = NAN;
    assert_true(isnan(atn_psis(few, 8, 1.0, work)));
    for (int i = 0; i < 8; i++) few[i] = -INFINITY;
    assert_true(isnan(atn_psis(few, 8, 1.0, work)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gpd_reference),    cmocka_unit_test(test_loo_reference),
        cmocka_unit_test(test_totals_reference), cmocka_unit_test(test_weights_reference),
        cmocka_unit_test(test_properties),       cmocka_unit_test(test_planted_tail),
        cmocka_unit_test(test_degenerate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
