/* Wald and profile intervals and bands against R (scripts/regression_values.R), and what must hold
 * of any of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "regression_case.h"

enum { P = REGRESSION_CASE_MOST };

static const char *const line = "b0+b1*air+b2*water+b3*acid";
static const char *const line_names[] = {"b0", "b1", "b2", "b3"};
static const double line_start[] = {-40.0, 0.7, 1.3, -0.15};

static void open_line(attain_context *ctx, regression_case *c)
{
    regression_case_open(ctx, c, "stackloss", "stackloss", "", line, line_names, 4);
}

static attain_status profile(attain_context *ctx, const regression_case *c,
                             const atn_regression_answer *answer, double level, double *lower,
                             double *upper)
{
    attain_error err;
    size_t evaluations = 0;
    memset(&err, 0, sizeof err);
    const attain_status status =
        atn_regression_profile(ctx, &c->model, answer, level, lower, upper, &evaluations, &err);
    if (status != ATTAIN_ERR_ARGUMENT && status != ATTAIN_ERR_NUMERIC) {
        atn_check_status(c->title, status, ATTAIN_OK, &err);
        assert_true(evaluations > 0);
    } else {
        assert_true(err.message[0] != '\0');
    }
    return status;
}

static void test_wald(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    read_table t = regression_values("wald_intervals.csv");
    double lower[P], upper[P], weights[64];
    assert_int_equal(t.rows, 8);
    for (size_t row = 0; row < t.rows; row += 4) {
        const char *name = read_table_cell(&t, row, 0);
        regression_case c;
        open_line(ctx, &c);
        for (size_t i = 0; i < c.n_rows; i++) weights[i] = c.column[0][i] / 60.0;
        if (row > 0) c.model.weights = weights;
        atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
        atn_regression_wald(&c.model, &a, read_table_number(&t, row, 3), lower, upper);
        for (size_t j = 0; j < 4; j++) {
            atn_check_close(name, a.estimate[j], read_table_number(&t, row + j, 4), 0, 1e-10);
            atn_check_close(name, a.std_error[j], read_table_number(&t, row + j, 5), 0, 1e-10);
            atn_check_close(name, lower[j], read_table_number(&t, row + j, 6), 0, 1e-9);
            atn_check_close(name, upper[j], read_table_number(&t, row + j, 7), 0, 1e-9);
        }
        atn_check_close(name, a.residual_sd, read_table_number(&t, row, 8), 0, 1e-10);
        atn_regression_answer_free(ctx, &a);
        regression_case_close(ctx, &c);
    }
    read_table_close(&t);
    attain_context_free(ctx);
}

/* Relative to the interval's length, so that an end near 0 asks for no more than the others. */
static void check_end(const regression_case *c, const char *name, double got, double want,
                      double length, double digits)
{
    char text[200];
    snprintf(text, sizeof text, "%s, %s", c->title, name);
    if (isnan(want)) return; /* not stored */
    if (isinf(want))
        atn_check_close(text, got, want, 0, 0);
    else
        atn_check_close(text, got, want, digits * length, 0);
}

static void check_profiles(unsigned threads)
{
    attain_context *ctx = check_context(NULL, threads);
    read_table t = regression_values("profile_intervals.csv");
    size_t row = 0, sets = 0, compared = 0;
    double lower[P], upper[P], start[P];
    while (row < t.rows) {
        regression_case c;
        regression_case_read(ctx, &c, &t, row, 0);
        const size_t p = c.model.n_parameters;
        for (size_t j = 0; j < p; j++) start[j] = read_table_number(&t, row + j, 6);
        atn_regression_answer a = regression_case_solve(ctx, &c, start);
        profile(ctx, &c, &a, read_table_number(&t, row, 5), lower, upper);
        for (size_t j = 0; j < p; j++) {
            const char *name = read_table_cell(&t, row + j, 4);
            const double low = read_table_number(&t, row + j, 7);
            const double high = read_table_number(&t, row + j, 8);
            const double length = (isfinite(high) ? high : a.estimate[j]) - low;
            check_end(&c, name, lower[j], low, length, 1e-8);
            check_end(&c, name, upper[j], high, length, 1e-8);
            const double r_low = read_table_number(&t, row + j, 9);
            const double r_high = read_table_number(&t, row + j, 10);
            if (isnan(r_low) || isnan(r_high) || strcmp(c.title, "MGH09 ") == 0 ||
                strcmp(c.title, "Nelson ") == 0) /* R's spline bends too much there */
                continue;
            check_end(&c, name, lower[j], r_low, length, 1e-4);
            check_end(&c, name, upper[j], r_high, length, 1e-4);
            compared++;
        }
        atn_regression_answer_free(ctx, &a);
        regression_case_close(ctx, &c);
        row += p;
        sets++;
    }
    assert_true(sets >= 30 && compared >= 80);
    read_table_close(&t);
    attain_context_free(ctx);
}

static void test_profile(void **state)
{
    (void)state;
    check_shared("data/nist/nonlinear/Misra1a.csv");
    check_profiles(1);
    check_profiles(2);
}

/* Of a linear model the profile is a parabola: its ends are Wald's, weights or not. */
static void test_profile_line(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 2);
    double lower[P], upper[P], low[P], high[P], weights[64];
    for (int weighted = 0; weighted < 2; weighted++) {
        regression_case c;
        open_line(ctx, &c);
        for (size_t i = 0; i < c.n_rows; i++) weights[i] = 0.5 + (double)(i % 4);
        if (weighted) c.model.weights = weights;
        atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
        profile(ctx, &c, &a, 0.9, lower, upper);
        atn_regression_wald(&c.model, &a, 0.9, low, high);
        for (size_t j = 0; j < 4; j++) {
            atn_check_close("lower", lower[j], low[j], 1e-9 * (high[j] - low[j]), 0);
            atn_check_close("upper", upper[j], high[j], 1e-9 * (high[j] - low[j]), 0);
        }
        atn_regression_answer_free(ctx, &a);
        regression_case_close(ctx, &c);
    }
    attain_context_free(ctx);
}

/* With normal priors the log density of a linear model is a parabola too.  Refits weigh the priors
 * at their own variance, so its ends are Wald's but for second order. */
static void test_profile_priors(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    double lower[P], upper[P], low[P], high[P];
    const atn_prior slope = {ATN_PRIOR_NORMAL, {0.5, 0.05, 0.0}, -INFINITY, INFINITY};
    const atn_prior acid = {ATN_PRIOR_NORMAL, {0.0, 0.1, 0.0}, -INFINITY, INFINITY};
    const atn_prior *const priors[] = {NULL, &slope, NULL, &acid};
    regression_case c;
    open_line(ctx, &c);
    c.model.priors = priors;
    atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
    profile(ctx, &c, &a, 0.95, lower, upper);
    atn_regression_wald(&c.model, &a, 0.95, low, high);
    for (size_t j = 0; j < 4; j++) {
        atn_check_close("lower", lower[j], low[j], 1e-3 * (high[j] - low[j]), 0);
        atn_check_close("upper", upper[j], high[j], 1e-3 * (high[j] - low[j]), 0);
    }
    atn_regression_answer_free(ctx, &a);
    regression_case_close(ctx, &c);
    attain_context_free(ctx);
}

/* A bound that comes first leaves that end open, a held parameter has no ends, and the others'
 * refits keep inside the bounds. */
static void test_profile_bounds(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    double lower[P], upper[P], low[P], high[P];
    double least[] = {-INFINITY, 0.6, -INFINITY, -0.15};
    double most[] = {INFINITY, INFINITY, 1.4, -0.15};
    regression_case c;
    open_line(ctx, &c);
    c.model.lower = least;
    c.model.upper = most;
    atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
    profile(ctx, &c, &a, 0.95, lower, upper);
    atn_regression_wald(&c.model, &a, 0.95, low, high);
    assert_true(isinf(lower[1]) && lower[1] < 0.0);
    assert_true(isinf(upper[2]) && upper[2] > 0.0);
    assert_true(isnan(lower[3]) && isnan(upper[3]));
    assert_true(isnan(low[3]) && isnan(high[3]));
    assert_true(isfinite(upper[1]) && isfinite(lower[2]) && isfinite(lower[0]));
    /* The upper end of b1 pushes b2 down, away from its bound: a parabola on that side. */
    atn_check_close("free side", upper[1], high[1], 1e-9 * (high[1] - low[1]), 0);
    atn_regression_answer_free(ctx, &a);
    regression_case_close(ctx, &c);
    attain_context_free(ctx);
}

/* An estimate at a local minimum is found out by its own profile. */
static void test_profile_finds_lower_minimum(void **state)
{
    (void)state;
    static const char *const names[] = {"b"};
    double y[40], x[40], lower[1], upper[1];
    const double *columns[1] = {x};
    for (int i = 0; i < 40; i++) {
        x[i] = i;
        y[i] = sin(0.3 * i) + 0.3 * cos(17.0 * i);
    }
    attain_context *ctx = check_context(NULL, 1);
    regression_case c;
    attain_error err;
    memset(&c, 0, sizeof c);
    memset(&err, 0, sizeof err);
    const atn_name name[] = {{names[0], false}, {"x", true}};
    atn_check_status("compile",
                     atn_formula_compile(ctx, "sin(b*x)", name, 2, NULL, &c.formula, &err),
                     ATTAIN_OK, &err);
    c.model = (atn_regression_model){.formula = c.formula,
                                     .n_parameters = 1,
                                     .n_columns = 1,
                                     .n_rows = 40,
                                     .columns = columns,
                                     .response = y};
    atn_descent *descent;
    atn_regression_answer a = {.n_parameters = 1, .n_rows = 40, .residual_df = 39};
    double estimate = 0.45, sd = 1.0, covariance = 1.0;
    atn_check_status("descent", atn_descent_create(ctx, &c.model, &descent, &err), ATTAIN_OK, &err);
    atn_descent_run(descent, &c.model, &estimate, &estimate, &a.end);
    assert_int_equal(a.end.outcome, ATTAIN_REGRESSION_CONVERGED);
    assert_true(fabs(estimate - 0.3) > 0.05);
    a.estimate = &estimate;
    a.std_error = &sd;
    a.covariance = &covariance;
    a.residual_sd = sqrt(2.0 * a.end.loss / 39.0);
    /* A standard error that puts the first look where the better minimum lies. */
    atn_regression_wald(&c.model, &a, 0.95, lower, upper);
    sd = fabs(estimate - 0.3) / (upper[0] - estimate);
    covariance = sd * sd;
    assert_int_equal(profile(ctx, &c, &a, 0.95, lower, upper), ATTAIN_ERR_NUMERIC);
    atn_descent_free(ctx, descent);
    atn_formula_free(ctx, c.formula);
    attain_context_free(ctx);
}

static void test_profile_refuses_robust_losses(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    double lower[P], upper[P];
    regression_case c;
    open_line(ctx, &c);
    atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
    c.model.loss = ATTAIN_LOSS_HUBER;
    assert_int_equal(profile(ctx, &c, &a, 0.95, lower, upper), ATTAIN_ERR_ARGUMENT);
    atn_regression_answer_free(ctx, &a);
    regression_case_close(ctx, &c);
    attain_context_free(ctx);
}

/* ---- Bands ---- */

static const struct {
    const char *source, *set, *subset, *formula;
    const char *names[P];
    double start[P];
    double level;
    double digits; /* what the conditioning of the rows leaves */
} bands[] = {
    {"stackloss",
     "stackloss",
     "",
     "b0+b1*air+b2*water+b3*acid",
     {"b0", "b1", "b2", "b3"},
     {-40.0, 0.7, 1.3, -0.15},
     0.80,
     1e-10},
    {"stackloss",
     "stackloss",
     "",
     "b0+b1*air+b2*water+b3*acid",
     {"b0", "b1", "b2", "b3"},
     {-40.0, 0.7, 1.3, -0.15},
     0.95,
     1e-10},
    {"nist", "Misra1a", "", "b1*(1-exp(-b2*x))", {"b1", "b2"}, {239.0, 5.5e-4}, 0.95, 1e-9},
    {"nist",
     "Thurber",
     "",
     "(b1+b2*x+b3*x^2+b4*x^3)/(1+b5*x+b6*x^2+b7*x^3)",
     {"b1", "b2", "b3", "b4", "b5", "b6", "b7"},
     {1288.0, 1491.0, 583.0, 75.4, 0.966, 0.398, 0.0497},
     0.95,
     1e-9},
    {"growth",
     "DNase",
     "run1",
     "Asym/(1+exp((xmid-x)/scal))",
     {"Asym", "xmid", "scal"},
     {2.3, 1.5, 1.0},
     0.95,
     1e-9},
};

static size_t n_names(size_t band)
{
    size_t p = 0;
    while (p < P && bands[band].names[p]) p++;
    return p;
}

/* Stored rows from *row on; the places are every third row of the data, moved by 1/8. */
static void check_band(attain_context *ctx, size_t band, const read_table *t, size_t *row)
{
    double place[3][64], curve[64], curve_half[64], new_half[64];
    const double *columns[3] = {place[0], place[1], place[2]};
    attain_error err;
    regression_case c;
    size_t lanes = 0;
    regression_case_open(ctx, &c, bands[band].source, bands[band].set, bands[band].subset,
                         bands[band].formula, bands[band].names, n_names(band));
    atn_regression_answer a = regression_case_solve(ctx, &c, bands[band].start);
    for (size_t i = 0; i < c.n_rows; i += 3, lanes++)
        for (size_t k = 0; k < c.n_columns; k++) place[k][lanes] = c.column[k][i] + 0.125;
    memset(&err, 0, sizeof err);
    atn_check_status(c.title,
                     atn_regression_band(ctx, &c.model, &a, columns, lanes, bands[band].level,
                                         curve, curve_half, new_half, &err),
                     ATTAIN_OK, &err);
    for (size_t i = 0; i < lanes; i++, (*row)++) {
        const double digits = bands[band].digits;
        assert_int_equal((size_t)read_table_number(t, *row, 5), i + 1);
        atn_check_close(c.title, curve[i], read_table_number(t, *row, 6), 0, digits);
        atn_check_close(c.title, curve_half[i], read_table_number(t, *row, 7), 0, digits);
        atn_check_close(c.title, new_half[i], read_table_number(t, *row, 8), 0, digits);
    }
    atn_regression_answer_free(ctx, &a);
    regression_case_close(ctx, &c);
}

static void test_bands(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    read_table t = regression_values("bands.csv");
    size_t row = 0;
    const size_t n =
        check_shared_or_null("data/nist/nonlinear/Misra1a.csv") ? sizeof bands / sizeof *bands : 2;
    for (size_t band = 0; band < n; band++) check_band(ctx, band, &t, &row);
    if (n > 2) assert_int_equal(row, t.rows);
    if (n == 2) print_message("bands of curved models skipped: no reference data\n");
    read_table_close(&t);
    attain_context_free(ctx);
}

/* More places than a block holds give what each gives alone. */
static void test_band_blocks(void **state)
{
    (void)state;
    enum { LANES = 1000 };
    attain_context *ctx = check_context(NULL, 1);
    double place[3][LANES], curve[LANES], half[LANES], new_half[LANES], one[3];
    const double *columns[3] = {place[0], place[1], place[2]};
    attain_error err;
    regression_case c;
    open_line(ctx, &c);
    atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
    for (size_t i = 0; i < LANES; i++)
        for (size_t k = 0; k < 3; k++) place[k][i] = 10.0 + (double)((i * (k + 7)) % 91);
    assert_int_equal(
        atn_regression_band(ctx, &c.model, &a, columns, LANES, 0.9, curve, half, new_half, &err),
        ATTAIN_OK);
    for (size_t i = 0; i < LANES; i += 111) {
        const double *const alone[3] = {&place[0][i], &place[1][i], &place[2][i]};
        assert_int_equal(
            atn_regression_band(ctx, &c.model, &a, alone, 1, 0.9, one, one + 1, one + 2, &err),
            ATTAIN_OK);
        atn_check_close("curve", curve[i], one[0], 0, 1e-15);
        atn_check_close("half", half[i], one[1], 0, 1e-15);
        atn_check_close("new", new_half[i], one[2], 0, 1e-15);
    }
    atn_regression_answer_free(ctx, &a);
    regression_case_close(ctx, &c);
    attain_context_free(ctx);
}

/* Robust losses: the curve's band by the covariance as it stands, normal quantiles, and a new
 * observation scattered by the law that the loss stands for. */
static void test_band_of_robust_losses(void **state)
{
    (void)state;
    static const double normal_reach = 1.95996398454005423552, t4_reach = 2.77644510519779;
    attain_context *ctx = check_context(NULL, 1);
    const double place[3] = {62.0, 22.5, 86.0}, gradient[4] = {1.0, 62.0, 22.5, 86.0};
    const double *const columns[3] = {place, place + 1, place + 2};
    for (int loss = ATTAIN_LOSS_HUBER; loss <= ATTAIN_LOSS_STUDENT_T; loss++) {
        double curve, half, new_half, square = 0.0;
        attain_error err;
        regression_case c;
        open_line(ctx, &c);
        c.model.loss = (attain_loss)loss;
        atn_regression_answer a = regression_case_solve(ctx, &c, line_start);
        for (size_t j = 0; j < 4; j++)
            for (size_t k = 0; k < 4; k++)
                square += gradient[j] * a.covariance[4 * j + k] * gradient[k];
        assert_int_equal(atn_regression_band(ctx, &c.model, &a, columns, 1, 0.95, &curve, &half,
                                             &new_half, &err),
                         ATTAIN_OK);
        const double scatter = a.end.scale * (loss == ATTAIN_LOSS_HUBER ? normal_reach : t4_reach);
        atn_check_close("half", half, normal_reach * sqrt(square), 0, 1e-9);
        atn_check_close("new", new_half, hypot(half, scatter), 0, 1e-9);
        atn_regression_answer_free(ctx, &a);
        regression_case_close(ctx, &c);
    }
    attain_context_free(ctx);
}

/* ---- Allocation ---- */

typedef struct fault_job {
    regression_case c;
    atn_regression_answer answer;
} fault_job;

static attain_status run_profile(void *user, attain_context *ctx, attain_error *err)
{
    const fault_job *job = user;
    double lower[4] = {7.0, 7.0, 7.0, 7.0}, upper[4] = {8.0, 8.0, 8.0, 8.0};
    size_t evaluations = 0;
    const attain_status status = atn_regression_profile(ctx, &job->c.model, &job->answer, 0.95,
                                                        lower, upper, &evaluations, err);
    if (status) assert_true(lower[0] == 7.0 && upper[3] == 8.0);
    return status;
}

static attain_status run_band(void *user, attain_context *ctx, attain_error *err)
{
    const fault_job *job = user;
    double out[3] = {7.0, 7.0, 7.0};
    const attain_status status = atn_regression_band(
        ctx, &job->c.model, &job->answer, job->c.column, 1, 0.95, out, out + 1, out + 2, err);
    if (status) assert_true(out[0] == 7.0 && out[1] == 7.0 && out[2] == 7.0);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    fault_job job;
    open_line(ctx, &job.c);
    job.answer = regression_case_solve(ctx, &job.c, line_start);
    check_faults("profile", run_profile, &job, 200);
    check_faults("band", run_band, &job, 200);
    atn_regression_answer_free(ctx, &job.answer);
    regression_case_close(ctx, &job.c);
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wald),
        cmocka_unit_test(test_profile),
        cmocka_unit_test(test_profile_line),
        cmocka_unit_test(test_profile_priors),
        cmocka_unit_test(test_profile_bounds),
        cmocka_unit_test(test_profile_finds_lower_minimum),
        cmocka_unit_test(test_profile_refuses_robust_losses),
        cmocka_unit_test(test_bands),
        cmocka_unit_test(test_band_blocks),
        cmocka_unit_test(test_band_of_robust_losses),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
