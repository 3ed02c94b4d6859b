/* The formula language: what texts mean, and their derivatives where those are delicate. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formula/formula.h"

static const atn_calendar calendar = {ATN_STEP_DAY, 20108}; /* 2025-01-20 */

/* ---- Values ---- */

static const atn_name names[] = {
    {"x", false}, {"y", false},  {"low", false},     {"high", false}, {"t", true},
    {"u", true},  {"e2", false}, {"book-ins", true}, {"287g", true},  {"log-rate", false}};
enum { NAMES = sizeof names / sizeof *names };
static const double given[NAMES] = {2.0, -3.0, 10.0, 20.0, 5.0, 0.25, 7.0, 11.0, 13.0, 17.0};

typedef struct meaning {
    const char *text;
    double want;
} meaning;

static const meaning meanings[] = {
    {"1 + 2 * 3", 7.0},
    {"(1 + 2) * 3", 9.0},
    {"8 - 4 - 2", 2.0},
    {"8 / 4 / 2", 1.0},
    {"8 - (4 - 2)", 6.0},
    {"-2^2", -4.0},
    {"(-2)^2", 4.0},
    {"2^3^2", 512.0},
    {"2^-3", 0.125},
    {"2^-3^2", 0x1p-9},
    {"-x^2", -4.0},
    {"--x", 2.0},
    {"x - -x", 4.0},
    {"x--x", 4.0},
    {"-x * -y", -6.0},
    {"2 * -x + 1", -3.0},
    {"1e3", 1000.0},
    {"1.5e-3 * 2E+3", 3.0},
    {"  1\t+\n2\r", 3.0},
    {"e2", 7.0},
    {"1e2", 100.0},
    {"e", 2.718281828459045235},
    {"2 * pi", 6.283185307179586477},
    {"e^x", 7.389056098930650227},
    {"1 < 2", 1.0},
    {"2 < 1", 0.0},
    {"2 <= 2", 1.0},
    {"3 <= 2", 0.0},
    {"3 > 2", 1.0},
    {"2 > 2", 0.0},
    {"2 >= 2", 1.0},
    {"1 >= 2", 0.0},
    {"2 == 2", 1.0},
    {"x != 2", 0.0},
    {"x != y", 1.0},
    {"1 + 1 < 1 * 3", 1.0},
    {"(1 < 2) + (2 < 3)", 2.0},
    {"(1 < 2) == (2 < 3)", 1.0},
    {"t > 4", 1.0},
    {"if(t > 4, low, high)", 10.0},
    {"if(t < 4, low, high)", 20.0},
    {"if(0.5, 1, 2)", 1.0},
    {"if(-0.0, 1, 2)", 2.0},
    {"if(x == 2, if(y == 2, 1, 3), 4)", 3.0},
    {"min(3, 1, 2)", 1.0},
    {"max(x, y, t, 1)", 5.0},
    {"max(x, y)", 2.0},
    {"abs(y)", 3.0},
    {"exp(0) + log(1) + log10(1000)", 4.0},
    {"log1p(1e-20) * 1e20", 1.0},
    {"expm1(1e-20) * 1e20", 1.0},
    {"sqrt(16)", 4.0},
    {"16^0.5", 4.0},
    {"x^0", 1.0},
    {"x^1", 2.0},
    {"x^-1", 0.5},
    {"0^0", 1.0},
    {"(-8)^3", -512.0},
    {"t / 8", 0.625},
    {"t / 10", 0.5},
    {"sin(pi / 2) + cos(0)", 2.0},
    {"tan(0) + atan(1) * 4", 3.141592653589793238},
    {"tanh(1)", 0.76159415595576488812},
    {"logistic(0)", 0.5},
    {"logistic(x)", 0.88079707797788244406},
    {"logistic(-x)", 0.11920292202211755594},
    {"logistic(-745)", 5e-324},
    {"logistic(1e308)", 1.0},
    {"logistic(-1e308)", 0.0},
    {"logit(0.25)", -1.0986122886681096914},
    {"logit(0.5 + 2^-30)", 0x1p-28},
    {"Phi(0)", 0.5},
    {"Phi(1.959963984540054)", 0.975},
    {"Phi(-1)", 0.15865525393145705142},
    {"lgamma(5)", 3.1780538303479456196},
    {"lgamma(-0.5)", 1.2655121234846454028},
    {"lgamma(0.5)", 0.57236494292470008707},
    {"@2025-01-20", 0.0},
    {"@2025-06-01 - 132", 0.0},
    {"@2024-12-31", -20.0},
    {"t - @2025-01-24", 1.0},
    {"book-ins", 11.0},
    {"book-ins*2", 22.0},
    {"-book-ins-1", -12.0},
    {"287g + 1", 14.0},
    {"low-x", 8.0},
    {"log-rate", 17.0},
    {"log(e)-log-rate", -16.0},
    {"low + (high - low) * logistic((t - 3) / x)", 17.310585786300048793},
    /* What C99 says of domains; a NaN is never lost on the way. */
    {"log(y)", NAN},
    {"sqrt(y)", NAN},
    {"log(0 * x)", -INFINITY},
    {"x / (x - 2)", INFINITY},
    {"y / (x - 2)", -INFINITY},
    {"(x - 2) / (x - 2)", NAN},
    {"logit(x)", NAN},
    {"logit(x - 1)", INFINITY},
    {"logit(x - 2)", -INFINITY},
    {"lgamma(x - 2)", INFINITY},
    {"max(0, log(y))", NAN},
    {"max(log(y), 0)", NAN},
    {"min(log(y), 0, 1)", NAN},
    {"min(0, 1, log(y))", NAN},
    {"if(log(y), 1, 2)", NAN},
    {"log(y) < 0", 0.0},
    {"log(y) == log(y)", 0.0},
    {"log(y) != log(y)", 1.0},
    {"if(y > 0, log(y), 4)", 4.0},
    {"if(y < 0, 4, 1 / (x - 2))", 4.0},
    {"0 * log(y)", NAN},
    {"exp(1000)", INFINITY},
    {"1 / (1 + exp(-1000 * y))", 0.0},
};

static attain_context *ctx;

static atn_formula *compile(const char *text)
{
    attain_error err;
    atn_formula *formula = NULL;
    memset(&err, 0, sizeof err);
    const attain_status status =
        atn_formula_compile(ctx, text, names, NAMES, &calendar, &formula, &err);
    atn_check_status(text, status, ATTAIN_OK, &err);
    return formula;
}

static double *work_for(const atn_formula *formula, size_t lanes)
{
    /* Exactly as much as was asked for: a checker of memory sees one byte more. */
    double *work = malloc(atn_formula_work_size(formula, lanes) * sizeof *work);
    assert_non_null(work);
    return work;
}

static void check_value(const char *text, double got, double want, double tolerance)
{
    if (isnan(want) && isnan(got)) return;
    atn_check_close(text, got, want, 0.0, tolerance);
}

static void test_meanings(void **unused)
{
    (void)unused;
    double folded[NAMES];
    const double *inputs[NAMES];
    for (size_t k = 0; k < NAMES; k++) inputs[k] = given + k;
    memcpy(folded, given, sizeof given);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        const meaning *m = &meanings[i];
        atn_formula *formula = compile(m->text);
        double *work = work_for(formula, 1), value = 99.0, constant = 99.0;
        atn_formula_value(formula, 1, inputs, &value, work);
        check_value(m->text, value, m->want, 4e-16);
        attain_error err = {.status = ATTAIN_OK};
        const attain_status status =
            atn_formula_constant(ctx, m->text, names, given, NAMES, &calendar, &constant, &err);
        atn_check_status(m->text, status, ATTAIN_OK, &err);
        check_value(m->text, constant, m->want, 4e-16);
        free(work);
        atn_formula_free(ctx, formula);
    }
    assert_memory_equal(folded, given, sizeof given);
}

static void test_constant_without_names(void **unused)
{
    (void)unused;
    double value = 0.0;
    attain_error err = {.status = ATTAIN_OK};
    atn_check_status("constant",
                     atn_formula_constant(ctx, "log(1200)", NULL, NULL, 0, NULL, &value, &err),
                     ATTAIN_OK, &err);
    atn_check_close("constant", value, 7.0900768357760917, 0.0, 1e-15);
    atn_check_status(
        "no dates", atn_formula_constant(ctx, "1 + @2025-01-20", NULL, NULL, 0, NULL, &value, &err),
        ATTAIN_ERR_FORMULA, &err);
    assert_int_equal(err.column, 5);
    atn_check_close("untouched", value, 7.0900768357760917, 0.0, 1e-15);
}

/* ---- Derivatives at chosen points, edges first ---- */

typedef struct slope_row {
    const char *text;
    double x, slope; /* d text / d x at x */
} slope_row;

static const slope_row slopes[] = {
    {"abs(x)", 0.0, 1.0},
    {"abs(x)", -2.0, -1.0},
    {"min(x, 0)", 0.0, 1.0},
    {"min(0, x)", 0.0, 0.0},
    {"max(x, 0)", 0.0, 1.0},
    {"max(0, x)", 0.0, 0.0},
    {"max(x, 2 * x)", 0.0, 1.0},
    {"x^2", 0.0, 0.0},
    {"x^1", 0.0, 1.0},
    {"x^0", 0.0, 0.0},
    {"x^3", 0.0, 0.0},
    {"x^3", -2.0, 12.0},
    {"x^1.5", 0.0, 0.0},
    {"x^0.5", 0.0, INFINITY},
    {"x^0.25", 0.0, INFINITY},
    {"x^-1", 2.0, -0.25},
    {"x^300", 1e-10, 0.0},
    {"0^x", 2.0, 0.0},
    {"2^x", 1.0, 1.3862943611198906188},
    {"e^x", 1.0, 2.718281828459045235},
    {"x^x", 1.0, 1.0},
    {"sqrt(x)", 0.0, INFINITY},
    {"sqrt(max(x, 0))", -1.0, 0.0},
    {"if(x > 0, sqrt(x), 0)", 0.0, 0.0},
    {"if(x > 0, log(x), x)", -1.0, 1.0},
    {"if(x > 0, x^2, 1 / 0)", 3.0, 6.0},
    {"if(x, 2 * x, 3 * x)", 0.0, 3.0},
    {"max(0, log(x + 2)) * 3", -1.5, 0.0},
    {"x < 3", 3.0, 0.0},
    {"(x < 3) * x", 2.0, 1.0},
    {"logistic(x)", 0.0, 0.25},
    {"logistic(x)", 40.0, 4.2483542552915889953e-18},
    {"logistic(x)", -40.0, 4.2483542552915889953e-18},
    {"logistic(x)", 1e308, 0.0},
    {"logistic(x)", -1e308, 0.0},
    {"1 / (1 + exp(-x))", -1000.0, 0.0},
    {"tanh(x)", 20.0, 1.6993417021166355981e-17},
    {"tanh(x)", -1e4, 0.0},
    {"expm1(x)", -40.0, 4.2483542552915889953e-18},
    {"log1p(x)", 1e-20, 1.0},
    {"Phi(x)", 0.0, 0.39894228040143267794},
    {"Phi(x)", -10.0, 7.6945986267064193463e-23},
    {"logit(x)", 0.5, 4.0},
    {"logit(x)", 1e-300, 1e300},
    {"lgamma(x)", 1.0, -0.57721566490153286061}, /* Abramowitz & Stegun (1964) 6.3.2 */
    {"lgamma(x)", 0.5, -1.9635100260214234794},  /* 6.3.3 */
    {"lgamma(x) + x", -0.5, 1.036489973978576520559},
    {"lgamma(x)", 10.0, 2.2517525890667211077},
    {"lgamma(x)", 1e10, 23.025850929890456840},
    {"lgamma(x)", 1e-10, -1.0000000000577216e10},
    {"lgamma(x)", -1e-10, 9.9999999994227843e9},
    {"lgamma(x)", -1.0, NAN},
    {"log(x)", -1.0, -1.0},
    {"x * x", 3.0, 6.0},
    {"x - x", 3.0, 0.0},
    {"--x", 3.0, 1.0},
    {"t * x + x", 3.0, 6.0},
    {"5", 3.0, 0.0},
    {"t", 3.0, 0.0},
    {"x", 3.0, 1.0},
};

static void test_slopes(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof slopes / sizeof *slopes; i++) {
        const slope_row *row = &slopes[i];
        atn_formula *formula = compile(row->text);
        double *work = work_for(formula, 1), value, plain, derivative = 0.0, slope = 99.0;
        double x = row->x;
        const double *inputs[NAMES];
        double *adjoint[NAMES] = {NULL}, *jacobian[NAMES] = {NULL};
        for (size_t k = 0; k < NAMES; k++) inputs[k] = given + k;
        inputs[0] = &x;
        adjoint[0] = &derivative;
        jacobian[0] = &slope;
        atn_formula_gradient(formula, 1, inputs, NULL, &value, adjoint, work);
        check_value(row->text, derivative, row->slope, 2e-15);
        atn_formula_jacobian(formula, 1, inputs, &plain, jacobian, work);
        check_value(row->text, slope, row->slope, 2e-15);
        check_value(row->text, value, plain, 0.0);
        free(work);
        atn_formula_free(ctx, formula);
    }
}

static int set_up(void **unused)
{
    (void)unused;
    ctx = check_context(NULL, 1);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    attain_context_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_meanings),
                                       cmocka_unit_test(test_constant_without_names),
                                       cmocka_unit_test(test_slopes)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
