/* What must hold of any least-squares answer, recomputed by other means than the search's. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/stream.h"
#include "check.h"
#include "stats/regression.h"
#include "stats/rows_qr.h"

enum { ROWS = 60, COLUMNS = 2, PARAMETERS = 3 };

static const uint64_t seed = 20250120;

/* y = b1 + b2 exp(-b3 x), rows in any order. */
typedef struct fixture {
    attain_context *ctx;
    atn_formula *formula;
    double x[ROWS], y[ROWS], weight[ROWS], lower[PARAMETERS], upper[PARAMETERS];
    const double *columns[1];
    atn_regression_model model;
} fixture;

static const double start[PARAMETERS] = {1.0, 1.0, 1.0};

static fixture open_fixture(void)
{
    static const atn_name names[] = {{"b1", false}, {"b2", false}, {"b3", false}, {"x", true}};
    fixture f = {.ctx = check_context(NULL, 1)};
    attain_error err = {.status = ATTAIN_OK};
    atn_stream stream;
    atn_check_status(
        "formula",
        atn_formula_compile(f.ctx, "b1 + b2*exp(-b3*x)", names, 4, NULL, &f.formula, &err),
        ATTAIN_OK, &err);
    atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t i = 0; i < ROWS; i++) {
        f.x[i] = 5.0 * (double)i / ROWS;
        f.y[i] = 10.0 + 20.0 * exp(-0.7 * f.x[i]) + atn_stream_normal(&stream);
        f.weight[i] = 1.0 + (double)(i % 3);
    }
    for (size_t k = 0; k < PARAMETERS; k++) {
        f.lower[k] = -INFINITY;
        f.upper[k] = INFINITY;
    }
    f.model = (atn_regression_model){
        .formula = f.formula, .n_parameters = PARAMETERS, .n_columns = 1, .n_rows = ROWS};
    return f;
}

static void close_fixture(fixture *f)
{
    atn_formula_free(f->ctx, f->formula);
    attain_context_free(f->ctx);
}

static atn_regression_answer solve(fixture *f, const double *from)
{
    atn_regression_answer answer;
    attain_error err = {.status = ATTAIN_OK};
    f->columns[0] = f->x;
    f->model.columns = f->columns;
    f->model.response = f->y;
    atn_check_status("solve", atn_regression_solve(f->ctx, &f->model, from, 1, &answer, &err),
                     ATTAIN_OK, &err);
    return answer;
}

static void check_same(const char *name, const atn_regression_answer *a,
                       const atn_regression_answer *b, double tolerance)
{
    assert_int_equal(a->end.outcome, b->end.outcome);
    for (size_t k = 0; k < PARAMETERS; k++) {
        atn_check_close(name, a->estimate[k], b->estimate[k], 0.0, tolerance);
        atn_check_close(name, a->std_error[k], b->std_error[k], 0.0, tolerance);
    }
}

/* Normal equations: the residuals are orthogonal to each derivative; covariance = s^2 (J'J)^-1. */
static void test_optimality(void **state)
{
    (void)state;
    fixture f = open_fixture();
    atn_regression_answer a = solve(&f, start);
    const double *b = a.estimate;
    double product[PARAMETERS][PARAMETERS] = {{0}}, score[PARAMETERS] = {0}, rss = 0.0;
    assert_int_equal(a.end.outcome, ATTAIN_REGRESSION_CONVERGED);
    for (size_t i = 0; i < ROWS; i++) {
        const double e = exp(-b[2] * f.x[i]), j[] = {1.0, e, -b[1] * f.x[i] * e};
        const double r = f.y[i] - (b[0] + b[1] * e);
        atn_check_close("residual", a.residual[i], r, 1e-13, 0.0);
        rss += r * r;
        for (size_t k = 0; k < PARAMETERS; k++) {
            score[k] += j[k] * r;
            for (size_t l = 0; l < PARAMETERS; l++) product[k][l] += j[k] * j[l];
        }
    }
    atn_check_close("rss", a.rss, rss, 0.0, 1e-12);
    atn_check_close("residual sd", a.residual_sd, sqrt(rss / (ROWS - PARAMETERS)), 0.0, 1e-12);
    for (size_t k = 0; k < PARAMETERS; k++) {
        atn_check_close("score", score[k] / sqrt(product[k][k] * rss), 0.0, 1e-9, 0.0);
        for (size_t l = 0; l < PARAMETERS; l++) {
            double unit = 0.0;
            for (size_t m = 0; m < PARAMETERS; m++)
                unit += product[k][m] * a.covariance[m * PARAMETERS + l];
            atn_check_close("covariance", unit / (a.residual_sd * a.residual_sd), k == l, 1e-9,
                            0.0);
        }
    }
    atn_regression_answer_free(f.ctx, &a);
    close_fixture(&f);
}

static void test_order_of_rows(void **state)
{
    (void)state;
    fixture f = open_fixture();
    atn_regression_answer a = solve(&f, start);
    for (size_t i = 0; i < ROWS / 2; i++) {
        const size_t j = ROWS - 1 - i;
        const double x = f.x[i], y = f.y[i];
        f.x[i] = f.x[j], f.y[i] = f.y[j];
        f.x[j] = x, f.y[j] = y;
    }
    atn_regression_answer b = solve(&f, start);
    check_same("rows reversed", &b, &a, 1e-10);
    atn_regression_answer_free(f.ctx, &a);
    atn_regression_answer_free(f.ctx, &b);
    close_fixture(&f);
}

/* y in other units: linear parameters and the residual sd follow, b3 does not. */
static void test_units(void **state)
{
    (void)state;
    static const double scales[] = {1e-150, 1e-9, 1e9, 1e100};
    fixture f = open_fixture();
    atn_regression_answer a = solve(&f, start);
    double y[ROWS];
    memcpy(y, f.y, sizeof y);
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        for (size_t i = 0; i < ROWS; i++) f.y[i] = y[i] * scales[s];
        atn_regression_answer b = solve(&f, start);
        assert_int_equal(b.end.outcome, ATTAIN_REGRESSION_CONVERGED);
        atn_check_close("b1", b.estimate[0] / scales[s], a.estimate[0], 0.0, 1e-9);
        atn_check_close("b2", b.estimate[1] / scales[s], a.estimate[1], 0.0, 1e-9);
        atn_check_close("b3", b.estimate[2], a.estimate[2], 0.0, 1e-9);
        atn_check_close("residual sd", b.residual_sd / scales[s], a.residual_sd, 0.0, 1e-9);
        atn_regression_answer_free(f.ctx, &b);
    }
    atn_regression_answer_free(f.ctx, &a);
    close_fixture(&f);
}

/* A row of weight 3 is three rows. */
static void test_weights(void **state)
{
    (void)state;
    enum { MOST = 3 * ROWS };
    fixture f = open_fixture();
    double x[MOST], y[MOST];
    const double *const columns[] = {x};
    size_t n = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (double w = 0.0; w < f.weight[i]; w++) x[n] = f.x[i], y[n++] = f.y[i];
    f.model.weights = f.weight;
    atn_regression_answer a = solve(&f, start), b;
    attain_error err = {.status = ATTAIN_OK};
    atn_regression_model many = f.model;
    many.n_rows = n;
    many.weights = NULL;
    many.columns = columns;
    many.response = y;
    atn_check_status("rows", atn_regression_solve(f.ctx, &many, start, 1, &b, &err), ATTAIN_OK,
                     &err);
    atn_check_close("rss", a.rss, b.rss, 0.0, 1e-12);
    for (size_t k = 0; k < PARAMETERS; k++)
        atn_check_close("estimate", a.estimate[k], b.estimate[k], 0.0, 1e-10);
    atn_check_close("r squared", a.r_squared, b.r_squared, 0.0, 1e-12);
    atn_regression_answer_free(f.ctx, &a);
    atn_regression_answer_free(f.ctx, &b);
    close_fixture(&f);
}

/* On a bound the gradient points out of it; the others are at their least given it. */
static void test_bounds(void **state)
{
    (void)state;
    fixture f = open_fixture();
    const double from[] = {1.0, 1.0, 0.3};
    f.upper[2] = 0.4; /* the least is near 0.7 */
    f.model.lower = f.lower;
    f.model.upper = f.upper;
    atn_regression_answer a = solve(&f, from);
    assert_int_equal(a.end.outcome, ATTAIN_REGRESSION_CONVERGED);
    assert_true(a.at_bound[2] && !a.at_bound[0] && a.estimate[2] == 0.4);
    assert_true(isnan(a.std_error[2]) && a.std_error[0] > 0.0);
    assert_int_equal(a.residual_df, ROWS - 2);
    f.lower[2] = 0.4; /* held there: the same */
    const double held[] = {1.0, 1.0, 0.4};
    atn_regression_answer b = solve(&f, held);
    for (size_t k = 0; k < PARAMETERS; k++)
        atn_check_close("held", b.estimate[k], a.estimate[k], 0.0, 1e-9);
    atn_check_close("held", b.std_error[0], a.std_error[0], 0.0, 1e-9);
    atn_regression_answer_free(f.ctx, &a);
    atn_regression_answer_free(f.ctx, &b);
    close_fixture(&f);
}

/* R'R = A'A whatever the blocks, in both types, and the fold of what has been folded. */
static void test_fold(void **state)
{
    (void)state;
    enum { N = 37, C = 4 };
    double a[C][N], whole[C * C] = {0}, pieces[C * C] = {0}, copy[C][N];
    long double a_x[C][N], extended[C * C] = {0};
    double *columns[C];
    long double *columns_x[C];
    atn_stream stream;
    atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 1, 0);
    for (size_t j = 0; j < C; j++) {
        for (size_t i = 0; i < N; i++) a_x[j][i] = a[j][i] = atn_stream_normal(&stream);
        memcpy(copy[j], a[j], sizeof copy[j]);
        columns_x[j] = a_x[j];
    }
    for (size_t j = 0; j < C; j++) columns[j] = copy[j];
    atn_rows_fold(whole, C, columns, N);
    atn_rows_fold_extended(extended, C, columns_x, N);
    for (size_t first = 0; first < N; first += 10) {
        for (size_t j = 0; j < C; j++) {
            memcpy(copy[j], a[j], sizeof copy[j]);
            columns[j] = copy[j] + first;
        }
        atn_rows_fold(pieces, C, columns, N - first < 10 ? N - first : 10);
    }
    for (size_t j = 0; j < C; j++)
        for (size_t k = 0; k < C; k++) {
            double want = 0.0, one = 0.0, several = 0.0, precise = 0.0;
            for (size_t i = 0; i < N; i++) want += a[j][i] * a[k][i];
            for (size_t i = 0; i < C; i++) {
                one += whole[i * C + j] * whole[i * C + k];
                several += pieces[i * C + j] * pieces[i * C + k];
                precise += (double)(extended[i * C + j] * extended[i * C + k]);
            }
            atn_check_close("one block", one, want, 1e-12, 0.0);
            atn_check_close("several blocks", several, want, 1e-12, 0.0);
            atn_check_close("extended", precise, want, 1e-12, 0.0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimality), cmocka_unit_test(test_order_of_rows),
        cmocka_unit_test(test_units),      cmocka_unit_test(test_weights),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_fold),
    };
    attain_gsl_quiet();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
