/* Robust losses and priors against stored values (scripts/regression_values.R). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "regression_case.h"

enum { P = REGRESSION_CASE_MOST };

/* Rows of one problem from `row` on; the number of them. */
static size_t check_problem(attain_context *ctx, const read_table *t, size_t row)
{
    regression_case c;
    double start[P];
    char name[200];
    regression_case_read(ctx, &c, t, row, 1);
    const size_t p = c.model.n_parameters;
    const bool huber = strcmp(read_table_cell(t, row, 0), "huber") == 0;
    c.model.loss = huber ? ATTAIN_LOSS_HUBER : ATTAIN_LOSS_STUDENT_T;
    for (size_t j = 0; j < p; j++) start[j] = read_table_number(t, row + j, 6);
    atn_regression_answer a = regression_case_solve(ctx, &c, start);
    for (size_t j = 0; j < p; j++) {
        snprintf(name, sizeof name, "%s, %s, %s", read_table_cell(t, row, 0), c.title,
                 read_table_cell(t, row + j, 5));
        atn_check_close(name, a.estimate[j], read_table_number(t, row + j, 7), 0, 1e-7);
        atn_check_close(name, a.std_error[j], read_table_number(t, row + j, 8), 0, 1e-6);
    }
    atn_check_close(name, a.end.scale, read_table_number(t, row, 9), 0, 1e-7);
    atn_regression_answer_free(ctx, &a);
    regression_case_close(ctx, &c);
    return p;
}

static void check_robust(bool shared)
{
    attain_context *ctx = check_context(NULL, 1);
    read_table t = regression_values("robust_estimates.csv");
    size_t problems = 0;
    for (size_t row = 0; row < t.rows;) {
        const bool own = strcmp(read_table_cell(&t, row, 1), "stackloss") == 0;
        if (own == shared) {
            row++;
            continue;
        }
        row += check_problem(ctx, &t, row);
        problems++;
    }
    assert_int_equal(problems, shared ? 12 : 2);
    read_table_close(&t);
    attain_context_free(ctx);
}

static void test_stack_loss(void **state)
{
    (void)state;
    check_robust(false);
}

static void test_reference_sets(void **state)
{
    (void)state;
    check_shared("data/nist/nonlinear/Misra1a.csv");
    check_robust(true);
}

/* Linear model, normal priors: the fixed point of (X'X / s^2 + D) b = X'y / s^2 + D m. */
static void test_priors(void **state)
{
    (void)state;
    static const char *const names[] = {"b0", "b1", "b2", "b3"};
    attain_context *ctx = check_context(NULL, 1);
    read_table t = regression_values("modes.csv");
    assert_int_equal(t.rows, 8);
    for (size_t row = 0; row < t.rows; row += 4) {
        const char *name = read_table_cell(&t, row, 0);
        atn_prior prior[4];
        const atn_prior *priors[4] = {NULL};
        /* At the prior's own centre, where its slope is 0, and away from it. */
        const double starts[2][4] = {{-30.0, 1.0, 1.0, 0.0}, {-40.0, 0.7, 1.3, -0.15}};
        for (size_t j = 0; j < 4; j++) {
            const double sd = read_table_number(&t, row + j, 4);
            prior[j] = (atn_prior){ATN_PRIOR_NORMAL,
                                   {read_table_number(&t, row + j, 3), sd, 0.0},
                                   -INFINITY,
                                   INFINITY};
            priors[j] = isnan(sd) ? NULL : &prior[j];
        }
        for (size_t s = 0; s < 2; s++) {
            regression_case c;
            regression_case_open(ctx, &c, "stackloss", "stackloss", "", read_table_cell(&t, row, 1),
                                 names, 4);
            c.model.priors = priors;
            atn_regression_answer a = regression_case_solve(ctx, &c, starts[s]);
            for (size_t j = 0; j < 4; j++) {
                atn_check_close(name, a.estimate[j], read_table_number(&t, row + j, 5), 0, 1e-8);
                atn_check_close(name, a.std_error[j], read_table_number(&t, row + j, 7), 0, 1e-7);
            }
            atn_check_close(name, a.residual_sd, read_table_number(&t, row, 6), 0, 1e-8);
            atn_regression_answer_free(ctx, &a);
            regression_case_close(ctx, &c);
        }
    }
    read_table_close(&t);
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stack_loss),
        cmocka_unit_test(test_reference_sets),
        cmocka_unit_test(test_priors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
