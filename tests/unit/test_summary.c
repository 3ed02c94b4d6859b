#include "stats/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
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

enum { N_LEVELS = 7, N_STATISTICS = 9 + 2 * N_LEVELS };

static const char *const statistic[N_STATISTICS] = {
    "mean",    "sd",       "mcse_mean", "rhat",     "ess_bulk", "ess_tail", "ess_mean", "ess_sd",
    "mcse_sd", "ess_q5",   "ess_q10",   "ess_q25",  "ess_q50",  "ess_q75",  "ess_q90",  "ess_q95",
    "mcse_q5", "mcse_q10", "mcse_q25",  "mcse_q50", "mcse_q75", "mcse_q90", "mcse_q95"};
static const double levels[N_LEVELS] = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

typedef struct expected {
    char name[64];
    double value[N_STATISTICS]; /* stated[k] tells which */
    bool stated[N_STATISTICS];
} expected;

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
    double got[N_STATISTICS] = {s.mean,     s.sd,       s.mcse_mean, s.rhat,
                                s.ess_bulk, s.ess_tail, ess_mean};
    atn_check_status(e->name, atn_sd_error(ctx, x, n_chains, length, &got[7], &got[8], &err),
                     ATTAIN_OK, &err);
    for (size_t k = 0; k < N_LEVELS; k++)
        atn_check_status(e->name,
                         atn_quantile_error(ctx, x, n_chains, length, levels[k], &got[9 + k],
                                            &got[9 + N_LEVELS + k], &err),
                         ATTAIN_OK, &err);
    check_value(e->name, 9 + N_LEVELS, s.mcse_quantile[0], got[9 + N_LEVELS]);
    check_value(e->name, 12 + N_LEVELS, s.mcse_quantile[1], got[12 + N_LEVELS]);
    check_value(e->name, 15 + N_LEVELS, s.mcse_quantile[2], got[15 + N_LEVELS]);
    for (size_t k = 0; k < N_STATISTICS; k++)
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
        for (size_t k = 0; k < N_STATISTICS && row < t.rows; k++)
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
    atn_summary s = {-1, -1, -1, -1, -1, -1, {-1, -1, -1}};
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

/* The error of a quantile of independent normal draws: sqrt(p (1 - p) / n) / density. */
static void test_planted_quantiles(void **state)
{
    (void)state;
    enum { CHAINS = 4, LENGTH = 5000, N = CHAINS * LENGTH };
    double *x = calloc(N, sizeof *x);
    assert_non_null(x);
    attain_context *ctx = check_context(NULL, 1);
    atn_stream stream;
    atn_stream_init(&stream, 20260101, ATN_PURPOSE_SIMULATE, 0, 0);
    atn_stream_normals(&stream, x, N);
    for (size_t k = 0; k < N_LEVELS; k++) {
        const double p = levels[k], q = atn_normal_quantile(p);
        const double density = exp(-0.5 * q * q) / sqrt(2 * acos(-1.0));
        double ess, mcse;
        attain_error err = {0};
        atn_check_status("error", atn_quantile_error(ctx, x, CHAINS, LENGTH, p, &ess, &mcse, &err),
                         ATTAIN_OK, &err);
        atn_check_close("ess", ess, N, 0.1 * N, 0);
        atn_check_close("mcse", mcse, sqrt(p * (1 - p) / N) / density, 0, 0.4);
    }
    attain_context_free(ctx);
    free(x);
}

static attain_status errors_untouched(void *user, attain_context *ctx, attain_error *err)
{
    double ess = -1, mcse = -1;
    attain_status status = atn_quantile_error(ctx, user, 2, 16, 0.5, &ess, &mcse, err);
    if (status) assert_true(ess == -1 && mcse == -1);
    if (status) return status;
    ess = mcse = -1;
    status = atn_sd_error(ctx, user, 2, 16, &ess, &mcse, err);
    if (status) assert_true(ess == -1 && mcse == -1);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    double x[32];
    for (int i = 0; i < 32; i++) x[i] = sin(7.0 * i);
    check_faults("summarise", summarise_untouched, x, 10);
    check_faults("ess", ess_untouched, x, 10);
    check_faults("errors", errors_untouched, x, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),  cmocka_unit_test(test_invariance),
        cmocka_unit_test(test_degenerate), cmocka_unit_test(test_planted_quantiles),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
