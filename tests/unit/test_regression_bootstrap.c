/* Bootstrap intervals: seeded, whatever the threads; close to what theory says where it says it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "check.h"
#include "regression_case.h"
#include "stats/distribution.h"

enum { ROWS = 200 };

static const char *const line = "b0+b1*air+b2*water+b3*acid";
static const char *const line_names[] = {"b0", "b1", "b2", "b3"};
static const double line_start[] = {-40.0, 0.7, 1.3, -0.15};

static void open_line(attain_context *ctx, regression_case *c)
{
    regression_case_open(ctx, c, "stackloss", "stackloss", "", line, line_names, 4);
}

static size_t bootstrap(attain_context *ctx, const atn_regression_model *model,
                        const atn_regression_answer *answer, double level, uint64_t seed,
                        size_t replicates, double *ends)
{
    attain_error err;
    size_t failed = SIZE_MAX;
    const size_t p = model->n_parameters;
    memset(&err, 0, sizeof err);
    atn_check_status("bootstrap",
                     atn_regression_bootstrap(ctx, model, answer, level, seed, replicates, ends,
                                              ends + p, &failed, &err),
                     ATTAIN_OK, &err);
    assert_true(failed <= replicates);
    return failed;
}

static void test_seeded(void **state)
{
    (void)state;
    double ends[4][8];
    size_t failed[4];
    static const unsigned threads[] = {1, 2, 4, 1};
    for (size_t run = 0; run < 4; run++) {
        attain_context *ctx = check_context(NULL, threads[run]);
        regression_case c;
        open_line(ctx, &c);
        atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
        failed[run] = bootstrap(ctx, &c.model, &a, 0.95, run == 3 ? 8 : 7, 500, ends[run]);
        atn_regression_answer_free(ctx, &a);
        regression_case_close(ctx, &c);
        attain_context_free(ctx);
    }
    for (size_t run = 1; run < 3; run++) {
        atn_check_same_bits("threads", ends[run], ends[0], 8);
        assert_int_equal(failed[run], failed[0]);
    }
    assert_true(memcmp(ends[3], ends[0], sizeof ends[0]) != 0);
}

static void test_curved_model_across_threads(void **state)
{
    (void)state;
    static const char *const names[] = {"b1", "b2", "b3"};
    static const double start[] = {72.0, 2.6, 0.067};
    double ends[2][6];
    check_shared("data/nist/nonlinear/Rat42.csv");
    for (unsigned run = 0; run < 2; run++) {
        attain_context *ctx = check_context(NULL, 1 + run);
        regression_case c;
        regression_case_open(ctx, &c, "nist", "Rat42", "", "b1/(1+exp(b2-b3*x))", names, 3);
        atn_regression_answer a = regression_case_solve(ctx, &c, start);
        const size_t failed = bootstrap(ctx, &c.model, &a, 0.95, 1, 1000, ends[run]);
        assert_true(failed <= 10);
        for (size_t j = 0; j < 3; j++) {
            assert_true(ends[run][j] < a.estimate[j] && ends[run][3 + j] > a.estimate[j]);
            const double length = ends[run][3 + j] - ends[run][j];
            /* Nine rows: percentiles of normal errors would span 2 x 1.96 sd, give or take. */
            assert_true(length > 2.5 * a.std_error[j] && length < 6.0 * a.std_error[j]);
        }
        atn_regression_answer_free(ctx, &a);
        regression_case_close(ctx, &c);
        attain_context_free(ctx);
    }
    atn_check_same_bits("threads", ends[1], ends[0], 6);
}

/* A planted line of ROWS rows, error sd 0.5 / sqrt(weight). */
typedef struct planted_line {
    double x[ROWS], y[ROWS], weight[ROWS];
    const double *columns[1];
    atn_formula *formula;
    atn_regression_model model;
} planted_line;

static void plant_line(attain_context *ctx, planted_line *l, bool weighted, uint64_t seed)
{
    static const atn_name names[] = {{"a", false}, {"b", false}, {"x", true}};
    attain_error err;
    atn_stream s;
    atn_stream_init(&s, seed, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t i = 0; i < ROWS; i++) {
        l->x[i] = (double)i / ROWS;
        l->weight[i] = weighted ? 0.25 + 4.0 * l->x[i] : 1.0;
        l->y[i] = 3.0 - 2.0 * l->x[i] + 0.5 * atn_stream_normal(&s) / sqrt(l->weight[i]);
    }
    l->columns[0] = l->x;
    memset(&err, 0, sizeof err);
    atn_check_status("compile",
                     atn_formula_compile(ctx, "a+b*x", names, 3, NULL, &l->formula, &err),
                     ATTAIN_OK, &err);
    l->model = (atn_regression_model){.formula = l->formula,
                                      .n_parameters = 2,
                                      .n_columns = 1,
                                      .n_rows = ROWS,
                                      .columns = l->columns,
                                      .response = l->y,
                                      .weights = weighted ? l->weight : NULL};
}

static atn_regression_answer solve(attain_context *ctx, const atn_regression_model *model)
{
    static const double start[2] = {1.0, 1.0};
    atn_regression_answer answer;
    attain_error err;
    memset(&err, 0, sizeof err);
    atn_check_status("solve", atn_regression_solve(ctx, model, start, 1, &answer, &err), ATTAIN_OK,
                     &err);
    assert_int_equal(answer.end.outcome, ATTAIN_REGRESSION_CONVERGED);
    return answer;
}

/* For a line and normal errors the percentiles are Wald's ends, but for Monte Carlo error: the 0.05
 * quantile of 4,000 draws has standard error 0.033 sd; 200 rows bend it by as much. */
static void test_agrees_with_wald(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 2);
    for (int weighted = 0; weighted < 2; weighted++) {
        planted_line l;
        double ends[4], wald[4];
        plant_line(ctx, &l, weighted != 0, 20250120);
        atn_regression_answer a = solve(ctx, &l.model);
        assert_int_equal(bootstrap(ctx, &l.model, &a, 0.9, 3, 4000, ends), 0);
        atn_regression_wald(&l.model, &a, 0.9, wald, wald + 2);
        for (size_t k = 0; k < 4; k++)
            atn_check_close(weighted ? "weighted" : "plain", ends[k], wald[k],
                            0.15 * a.std_error[k % 2], 0);
        atn_regression_answer_free(ctx, &a);
        atn_formula_free(ctx, l.formula);
    }
    attain_context_free(ctx);
}

/* 80 % intervals over 100 planted tables hold the slope about 80 times: binomial sd 4. */
static void test_covers(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 2);
    int held = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        planted_line l;
        double ends[4];
        plant_line(ctx, &l, seed % 2 == 0, seed);
        atn_regression_answer a = solve(ctx, &l.model);
        bootstrap(ctx, &l.model, &a, 0.8, seed, 300, ends);
        held += ends[1] <= -2.0 && ends[3] >= -2.0;
        atn_regression_answer_free(ctx, &a);
        atn_formula_free(ctx, l.formula);
    }
    assert_in_range(held, 64, 94);
    attain_context_free(ctx);
}

/* A held parameter has no interval; one cut by its bound keeps inside it. */
static void test_bounds(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 2);
    double least[] = {-INFINITY, 0.7, -INFINITY, -0.15};
    double most[] = {INFINITY, INFINITY, INFINITY, -0.15}, ends[8];
    regression_case c;
    open_line(ctx, &c);
    c.model.lower = least;
    c.model.upper = most;
    atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
    bootstrap(ctx, &c.model, &a, 0.95, 5, 400, ends);
    atn_check_close("cut", ends[1], 0.7, 0, 0);
    assert_true(ends[5] > a.estimate[1]);
    assert_true(isnan(ends[3]) && isnan(ends[7]));
    atn_regression_answer_free(ctx, &a);
    regression_case_close(ctx, &c);
    attain_context_free(ctx);
}

static bool refuse(void *user, const attain_progress *progress)
{
    (void)progress;
    return ++*(int *)user < 2;
}

static void test_interrupted(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1), *stopping = NULL;
    attain_context_settings settings;
    attain_error err;
    int asked = 0;
    regression_case c;
    open_line(ctx, &c);
    atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
    attain_context_settings_init(&settings);
    settings.proceed = refuse;
    settings.proceed_user = &asked;
    settings.threads = 2;
    assert_int_equal(attain_context_create(&settings, &stopping, &err), ATTAIN_OK);
    double ends[8] = {7.0};
    size_t failed = 3;
    const attain_status status = atn_regression_bootstrap(stopping, &c.model, &a, 0.95, 1, 1000000,
                                                          ends, ends + 4, &failed, &err);
    atn_check_status("interrupted", status, ATTAIN_ERR_INTERRUPTED, &err);
    assert_true(ends[0] == 7.0 && failed == 3);
    attain_context_free(stopping);
    atn_regression_answer_free(ctx, &a);
    regression_case_close(ctx, &c);
    attain_context_free(ctx);
}

typedef struct fault_job {
    regression_case c;
    atn_regression_answer answer;
} fault_job;

static attain_status run(void *user, attain_context *ctx, attain_error *err)
{
    const fault_job *job = user;
    double ends[8] = {7.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0};
    size_t failed = 3;
    const attain_status status = atn_regression_bootstrap(ctx, &job->c.model, &job->answer, 0.95, 1,
                                                          50, ends, ends + 4, &failed, err);
    if (status) assert_true(ends[0] == 7.0 && ends[7] == 7.0 && failed == 3);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    fault_job job;
    open_line(ctx, &job.c);
    job.answer = regression_case_solve(ctx, &job.c, line_start);
    check_faults("bootstrap", run, &job, 200);
    atn_regression_answer_free(ctx, &job.answer);
    regression_case_close(ctx, &job.c);
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeded),           cmocka_unit_test(test_curved_model_across_threads),
        cmocka_unit_test(test_agrees_with_wald), cmocka_unit_test(test_covers),
        cmocka_unit_test(test_bounds),           cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
