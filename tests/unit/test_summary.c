#include "stats/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "read_table.h"

/* Column of draws -> chain by chain. */
static double *load_draws(const char *name, size_t *n_chains, size_t *length)
{
    char path[128];
    snprintf(path, sizeof path, "data/mcmc_diag/draws_%s.csv", name);
    read_table t = read_table_open(check_shared(path));
    double *x = calloc(t.rows * t.columns, sizeof *x);
    assert_non_null(x);
    for (size_t c = 0; c < t.columns; c++)
        for (size_t i = 0; i < t.rows; i++) x[c * t.rows + i] = read_table_number(&t, i, c);
    *n_chains = t.columns;
    *length = t.rows;
    read_table_close(&t);
    return x;
}

typedef struct expected {
    char name[64];
    double value[7]; /* mean sd mcse_mean rhat ess_bulk ess_tail ess_mean; stated[k] tells which */
    bool stated[7];
} expected;

static const char *const statistic[7] = {"mean",     "sd",       "mcse_mean", "rhat",
                                         "ess_bulk", "ess_tail", "ess_mean"};

static void check_value(const char *name, size_t k, double got, double want)
{
    char label[128];
    snprintf(label, sizeof label, "%s %s", name, statistic[k]);
    if (isnan(want)) {
        if (!isnan(got)) fail_msg("%s: %.17g where it is undefined", label, got);
        return;
    }
    atn_check_close(label, got, want, 1e-12, 1e-8);
}

static void check_case(attain_context *ctx, const expected *e)
{
    size_t n_chains, length;
    double *x = load_draws(e->name, &n_chains, &length), ess_mean;
    atn_summary s;
    attain_error err = {0};
    atn_check_status(e->name, atn_summarise(ctx, x, n_chains, length, &s, &err), ATTAIN_OK, &err);
    atn_check_status(e->name, atn_ess_mean(ctx, x, n_chains, length, &ess_mean, &err), ATTAIN_OK,
                     &err);
    const double got[7] = {s.mean, s.sd, s.mcse_mean, s.rhat, s.ess_bulk, s.ess_tail, ess_mean};
    for (size_t k = 0; k < 7; k++)
        if (e->stated[k]) check_value(e->name, k, got[k], e->value[k]);
    free(x);
}

/* R posterior 1.4.0 on fixed draws: every case, among them constant, stuck, infinite and NaN. */
static void test_reference(void **state)
{
    (void)state;
    read_table t = read_table_open(check_shared("data/mcmc_diag/expected_posterior.csv"));
    attain_context *ctx = check_context(NULL, 1);
    expected e = {"", {0}, {false}};
    size_t cases = 0;
    for (size_t row = 0; row <= t.rows; row++) {
        const char *name = row < t.rows ? read_table_cell(&t, row, 0) : "";
        if (strcmp(name, e.name) != 0) {
            if (e.name[0]) {
                check_case(ctx, &e);
                cases++;
            }
            memset(&e, 0, sizeof e);
            snprintf(e.name, sizeof e.name, "%s", name);
        }
        for (size_t k = 0; k < 7 && row < t.rows; k++)
            if (strcmp(read_table_cell(&t, row, 1), statistic[k]) == 0) {
                e.value[k] = read_table_number(&t, row, 2);
                e.stated[k] = true;
            }
    }
    assert_int_equal(cases, 17);
    attain_context_free(ctx);
    read_table_close(&t);
}

/* Rank-based statistics do not see increasing transforms; the order of chains is immaterial. */
static void test_invariance(void **state)
{
    (void)state;
    size_t n_chains, length;
    double *x = load_draws("ar1_rho03", &n_chains, &length);
    attain_context *ctx = check_context(NULL, 1);
    attain_error err = {0};
    atn_summary a, b, c;
    atn_check_status("raw", atn_summarise(ctx, x, n_chains, length, &a, &err), ATTAIN_OK, &err);
    for (size_t i = 0; i < n_chains * length; i++) x[i] = exp(x[i]);
    atn_check_status("exp", atn_summarise(ctx, x, n_chains, length, &b, &err), ATTAIN_OK, &err);
    atn_check_close("bulk", b.ess_bulk, a.ess_bulk, 0, 1e-12);
    atn_check_close("tail", b.ess_tail, a.ess_tail, 0, 1e-12);
    for (size_t i = 0; i < length; i++) {
        const double keep = x[i];
        x[i] = x[2 * length + i];
        x[2 * length + i] = keep;
    }
    atn_check_status("swap", atn_summarise(ctx, x, n_chains, length, &c, &err), ATTAIN_OK, &err);
    atn_check_close("rhat", c.rhat, b.rhat, 0, 1e-12);
    atn_check_close("mcse", c.mcse_mean, b.mcse_mean, 0, 1e-12);
    attain_context_free(ctx);
    free(x);
}

static void test_degenerate(void **state)
{
    (void)state;
    const double x[3] = {1, 2, 3};
    attain_context *ctx = check_context(NULL, 1);
    attain_error err = {0};
    atn_summary s;
    atn_check_status("none", atn_summarise(ctx, x, 0, 0, &s, &err), ATTAIN_OK, &err);
    assert_true(isnan(s.mean) && isnan(s.rhat));
    atn_check_status("one", atn_summarise(ctx, x, 1, 1, &s, &err), ATTAIN_OK, &err);
    assert_true(s.mean == 1.0 && isnan(s.sd) && isnan(s.ess_bulk));
    atn_check_status("three", atn_summarise(ctx, x, 1, 3, &s, &err), ATTAIN_OK, &err);
    assert_true(s.mean == 2.0 && isnan(s.ess_bulk));
    attain_context_free(ctx);
}

static attain_status summarise_untouched(void *user, attain_context *ctx, attain_error *err)
{
    const double *x = user;
    atn_summary s = {-1, -1, -1, -1, -1, -1};
    const attain_status status = atn_summarise(ctx, x, 2, 16, &s, err);
    if (status) assert_true(s.mean == -1 && s.ess_tail == -1);
    return status;
}

static attain_status ess_untouched(void *user, attain_context *ctx, attain_error *err)
{
    double ess = -1;
    const attain_status status = atn_ess_mean(ctx, user, 2, 16, &ess, err);
    if (status) assert_true(ess == -1);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    double x[32];
    for (int i = 0; i < 32; i++) x[i] = sin(7.0 * i);
    check_faults("summarise", summarise_untouched, x, 10);
    check_faults("ess", ess_untouched, x, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_invariance),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
