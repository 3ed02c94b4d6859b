/* Simulation-based calibration of the four designs of tests/reference/calibration, and of a reader
 * whose idea of rounding is wrong (METHODS section 8).  scripts/calibrate.sh runs the designs at
 * full size. */
#include "check.h"

#include <math.h>
#include <stdio.h>

#include <attain/attain.h>

#include "project/calibration.h"

enum { REPLICATES = 100, MISREAD = 400 };

/* Grains of leading digits that the kernel's 1, 2.5 and 5 do not favour, 0.2 to 30 % of X. */
static const double odd_grains[] = {2, 3, 4, 6, 8, 20, 30};

static attain_calibration *calibrate(attain_context *ctx, const char *name,
                                     const atn_departure *departure, size_t replicates)
{
    char path[256];
    snprintf(path, sizeof path, "tests/reference/calibration/%s", name);
    attain_error err = {0};
    attain_study *study = NULL;
    attain_calibration *calibration = NULL;
    attain_calibration_settings settings;
    attain_calibration_settings_init(&settings);
    settings.replicates = replicates;
    atn_check_status(name, attain_study_load(ctx, check_source(path), NULL, NULL, &study, &err),
                     ATTAIN_OK, &err);
    atn_check_status(name,
                     atn_calibrate(ctx, study, &settings, departure, NULL, &calibration, &err),
                     ATTAIN_OK, &err);
    attain_study_free(study);
    return calibration;
}

/* Inside the bands; at a tenth of the full size at most one quantity may miss a coverage. */
static void check_design(const char *name)
{
    static const atn_departure none = {.spread = 1.0};
    attain_context *ctx = check_context(NULL, 0);
    attain_calibration *c = calibrate(ctx, name, &none, REPLICATES);
    attain_calibration_summary summary;
    attain_calibration_summarize(c, &summary);
    size_t missed = 0;
    for (size_t k = 0; k < summary.n_quantities; k++) {
        attain_calibration_quantity q;
        assert_int_equal(attain_calibration_get(c, k, &q, NULL), ATTAIN_OK);
        if (!q.uniform || !q.covers)
            print_message("%s %s: stray %.2f at %.2f, coverage %.3f %.3f %.3f\n", name, q.name,
                          q.stray, q.stray_at, q.coverage[0], q.coverage[1], q.coverage[2]);
        missed += !q.covers;
    }
    print_message("%s: seed %llu, %zu failed, %zu divergent, %zu unmixed, median %zu draws\n", name,
                  (unsigned long long)summary.seed, summary.failed, summary.divergent,
                  summary.unmixed, summary.draws_median);
    assert_true(summary.uniform);
    assert_true(missed <= 1);
    assert_int_equal(summary.failed, 0);
    attain_calibration_free(c);
    attain_context_free(ctx);
}

static void test_sparse(void **state)
{
    (void)state;
    check_design("sparse");
}

static void test_mixed(void **state)
{
    (void)state;
    check_design("mixed");
}

static void test_daily(void **state)
{
    (void)state;
    check_design("daily");
}

static void test_pipeline(void **state)
{
    (void)state;
    check_design("pipeline");
}

static double coverage_of(const attain_calibration *c, size_t k, double level)
{
    size_t n = 0, inside = 0;
    for (size_t r = 0; r < c->replicates; r++) {
        if (c->draws[r] == 0) continue;
        n++;
        inside += fabs(c->u[k * c->replicates + r] - 0.5) <= 0.5 * level;
    }
    return (double)inside / (double)n;
}

/* "over N", 0 to 10 days stale and read so, rounded at other grains than the reader expects: 90 %
 * intervals cover 85 to 95 %, as far as so many studies can tell: two standard errors of a share.
 */
static void test_misread(void **state)
{
    (void)state;
    const atn_departure departure = {
        .spread = 1.0, .grains = odd_grains, .n_grains = sizeof odd_grains / sizeof *odd_grains};
    attain_context *ctx = check_context(NULL, 0);
    attain_calibration *c = calibrate(ctx, "misread", &departure, MISREAD);
    for (size_t k = 0; k < c->n_quantities; k++) {
        if (c->quantities[k].kind == ATN_QUANTITY_DENSITY) continue;
        const double covered = coverage_of(c, k, 0.9);
        print_message("misread %s: 90 %% intervals cover %.1f %%\n", c->quantities[k].name,
                      100 * covered);
        const double low = 0.85 - 2.0 * sqrt(0.85 * 0.15 / (double)c->replicates);
        const double high = 0.95 + 2.0 * sqrt(0.95 * 0.05 / (double)c->replicates);
        assert_true(covered >= low && covered <= high);
    }
    assert_int_equal(c->summary.failed, 0);
    attain_calibration_free(c);
    attain_context_free(ctx);
}

/* An argument names the one test to run. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sparse),  cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_daily),   cmocka_unit_test(test_pipeline),
        cmocka_unit_test(test_misread),
    };
    attain_gsl_quiet();
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
