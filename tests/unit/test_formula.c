/* The formula language: what texts mean, at edges too, and what is refused, at which column. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <math.h>
#include <stdio.h>
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

/* ---- Errors ---- */

typedef struct refusal {
    const char *text;
    long column;
    const char *says; /* part of the message */
} refusal;

static const refusal refusals[] = {
    {"", 1, "found the end of the formula, expected a number, a name or '('"},
    {"   ", 4, "found the end"},
    {"1 +", 4, "found the end"},
    {"1 + * 2", 5, "found '*', expected a number, a name or '('"},
    {"+1", 1, "found '+'"},
    {"1 2", 3, "found '2', expected an operator or the end"},
    {"2x", 2, "found 'x', expected an operator after the number"},
    {"2low*t", 2, "found 'low'"},
    {"(1 + 2", 7, "found the end of the formula, expected an operator or ')'"},
    {"(1 + 2))", 8, "found ')', expected no ')' without its '('"},
    {")", 1, "found ')'"},
    {"()", 2, "found ')', expected a number, a name or '('"},
    {"hihg * 2", 1, "found 'hihg', expected a name this formula may use; did you mean 'high'?"},
    {"1 + lwo", 5, "did you mean 'low'?"},
    {"zzzzzzzz", 1, "found 'zzzzzzzz', expected a name this formula may use"},
    {"sqr(2)", 1, "expected the name of a function; did you mean 'sqrt'?"},
    {"logistc(t)", 1, "did you mean 'logistic'?"},
    {"phi(1)", 1, "did you mean 'Phi'?"},
    {"exp", 4, "found the end of the formula, expected '(' after the function exp"},
    {"exp * 2", 5, "found '*', expected '(' after the function exp"},
    {"exp 2", 5, "found '2'"},
    {"exp()", 5, "found ')', expected an argument: exp takes 1 argument"},
    {"exp(1, 2)", 6, "found ',', expected ')': exp takes 1 argument"},
    {"if(1, 2)", 8, "found ')', expected ',': if takes 3 arguments"},
    {"if(1, 2, 3, 4)", 11, "found ',', expected ')': if takes 3 arguments"},
    {"min(1)", 6, "found ')', expected ',': min takes 2 or more arguments"},
    {"max()", 5, "found ')', expected an argument: max takes 2 or more arguments"},
    {"max(1, )", 8, "found ')'"},
    {"exp(1", 6, "found the end of the formula, expected an operator, ',' or ')'"},
    {"low(3)", 4, "found '(', expected an operator: 'low' is not a function"},
    {"pi(3)", 1, "found 'pi', expected the name of a function"},
    {"1, 2", 2, "found ','"},
    {"1 < t < 3", 7, "found '<', expected no second comparison"},
    {"1.2.3", 1, "found '1.2.3', expected a number"},
    {"1 + 1e999", 5, "found '1e999', expected a number"},
    {"5.", 1, "found '5.'"},
    {".5", 1, "found '.5'"},
    {"1..2", 1, "found '1..2'"},
    {"1e", 2, "found 'e'"},
    {"0x10", 2, "found 'x10'"},
    {"t ** 2", 3, "found '**', expected '^' for powers"},
    {"t = 2", 3, "found '=', expected '==' to compare"},
    {"t && 2", 3, "found '&&'"},
    {"!t", 1, "found '!'"},
    {"5%", 2, "found '%', expected a fraction"},
    {"t \xE2\x88\x92 1", 3, "expected '-' (the plain hyphen)"},
    {"2 \xC3\x97 t", 3, "expected '*'"},
    {"t + \xE2\x82\xAC", 5, "found '\xE2\x82\xAC', expected a number, a name, an operator"},
    {"t + \xFF", 5, "found the byte 0xFF"},
    {"t + \x01", 5, "found the byte 0x01"},
    {"t # 1", 3, "found '#'"},
    {"'t'", 1, "found '''"},
    {"@2025-02-29", 1, "found '@2025-02-29', expected a date that exists"},
    {"1 + @2025-13-01", 5, "expected a date that exists, written @YYYY-MM-DD"},
    {"@2025-1-1", 1, "found '@2025-1-1'"},
    {"@2025-01-201", 1, "expected a date"},
    {"@", 1, "found '@'"},
    {"@t", 1, "found '@'"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     1, "found 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'"},
};

static void expect_refusal(const char *name, const char *text, long column, const char *says)
{
    attain_error err;
    atn_formula *formula = (atn_formula *)&err;
    memset(&err, 0, sizeof err);
    const attain_status status =
        atn_formula_compile(ctx, text, names, NAMES, &calendar, &formula, &err);
    atn_check_status(name, status, ATTAIN_ERR_FORMULA, &err);
    assert_null(formula);
    if (err.line != 1 || err.column != column || !strstr(err.message, says)) {
        print_error("%s: %ld:%ld: %s\nwant 1:%ld: %s\n", name, err.line, err.column, err.message,
                    column, says);
        fail();
    }
    double value = 5.0;
    memset(&err, 0, sizeof err);
    atn_check_status(name,
                     atn_formula_constant(ctx, text, names, given, NAMES, &calendar, &value, &err),
                     ATTAIN_ERR_FORMULA, &err);
    assert_int_equal(err.column, column);
    assert_true(value == 5.0);
}

static void test_refusals(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        expect_refusal(refusals[i].text, refusals[i].text, refusals[i].column, refusals[i].says);
    atn_formula *formula = NULL;
    assert_int_equal(atn_formula_compile(ctx, "1 +", NULL, 0, NULL, &formula, NULL),
                     ATTAIN_ERR_FORMULA);
}

static void test_bad_names(void **unused)
{
    (void)unused;
    static const struct {
        const char *first, *second, *says;
    } rows[] = {{"a", "e", "'e'"},
                {"a", "pi", "'pi'"},
                {"a", "exp", "'exp'"},
                {"if", "a", "'if'"},
                {"a", "a", "'a', expected each name once"},
                {"a", "", "expected one with a letter"},
                {"12-3", "a", "'12-3'"},
                {"1e3", "a", "'1e3'"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const atn_name two[] = {{rows[i].first, false}, {rows[i].second, true}};
        attain_error err;
        atn_formula *formula = NULL;
        memset(&err, 0, sizeof err);
        atn_check_status(rows[i].says, atn_formula_compile(ctx, "1", two, 2, NULL, &formula, &err),
                         ATTAIN_ERR_FORMULA, &err);
        assert_non_null(strstr(err.message, rows[i].says));
    }
}

/* ---- Hostile input ---- */

static char *repeated(const char *unit, size_t times, const char *tail)
{
    const size_t n = strlen(unit);
    char *text = malloc(n * times + strlen(tail) + 1);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++) memcpy(text + i * n, unit, n);
    strcpy(text + n * times, tail);
    return text;
}

static void test_limits(void **unused)
{
    (void)unused;
    static const struct {
        const char *unit;
        size_t times;
        const char *tail, *says;
        long column;
    } rows[] = {
        {"(", 100000, "1", "found nesting deeper than 200", 201},
        {"-", 100000, "1", "found nesting deeper than 200", 201},
        {"2^", 100000, "1", "found nesting deeper than 200", 401},
        {"exp(", 50000, "1", "found nesting deeper than 200", 801},
        {"if(1,2,", 30000, "1", "found nesting deeper than 200", 1397},
        {"(", 1048576, "", "found a formula of 1048576 bytes, expected at most 262144", 1},
        {" ", 1048576, "1", "found a formula of 1048577 bytes", 1},
        {"1", 200000, "", "expected a number", 1},
        {"a", 200000, "", "expected a name", 1},
        {")", 200000, "", "found ')'", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = repeated(rows[i].unit, rows[i].times, rows[i].tail);
        char name[64];
        snprintf(name, sizeof name, "%s times %zu", rows[i].unit, rows[i].times);
        expect_refusal(name, text, rows[i].column, rows[i].says);
        free(text);
    }
}

/* Up to a bound, length is no fault: equal terms share a node, and constants fold. */
static void test_long_formulas(void **unused)
{
    (void)unused;
    char *text = repeated("1+", 2000, "1");
    double value = 0.0;
    attain_error err = {.status = ATTAIN_OK};
    atn_check_status("ones", atn_formula_constant(ctx, text, NULL, NULL, 0, NULL, &value, &err),
                     ATTAIN_OK, &err);
    assert_true(value == 2001.0);
    free(text);
    text = repeated("(((((", 30, "x");
    char *closed = repeated(text, 1, "");
    free(text);
    text = repeated(")", 150, "");
    char *whole = malloc(strlen(closed) + strlen(text) + 1);
    strcpy(whole, closed);
    strcat(whole, text);
    atn_formula_free(ctx, compile(whole));
    free(text), free(closed), free(whole);
    /* Nothing to share here. */
    text = repeated("sin(x+", 90, "x");
    closed = repeated(")", 90, "");
    whole = malloc(strlen(closed) + strlen(text) + 1);
    strcpy(whole, text);
    strcat(whole, closed);
    atn_formula_free(ctx, compile(whole));
    free(text), free(closed), free(whole);
    text = repeated("x*", 20000, "x");
    atn_formula *formula = NULL;
    memset(&err, 0, sizeof err);
    atn_check_status("products", atn_formula_compile(ctx, text, names, NAMES, NULL, &formula, &err),
                     ATTAIN_ERR_FORMULA, &err);
    assert_non_null(strstr(err.message, "more than 4096 operations"));
    free(text);
}

static uint64_t next(uint64_t *state) /* xorshift64*, Vigna (2016) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* Bytes, and pieces of the language, in any order: an answer or an error with a place. */
static void test_random_text(void **unused)
{
    (void)unused;
    static const char *const pieces[] = {
        "x",   "t",   "low",     "(",    ")",        ",",    "+",           "-",    "*",
        "/",   "^",   "<",       "<=",   "==",       "if(",  "min(",        "max(", "1",
        "2.5", "1e3", "exp(",    "log(", "Phi(",     "pi",   "@2025-06-01", " ",    "e",
        ".",   "=",   "lgamma(", "abs(", "book-ins", "287g", "\xC3\x97",    "\n"};
    uint64_t state = 20250120;
    size_t good = 0;
    print_message("seed %llu\n", (unsigned long long)state);
    for (int i = 0; i < 60000; i++) {
        char text[256] = "";
        size_t length = next(&state) % 40;
        if (i % 2) {
            for (size_t k = 0; k < length; k++) text[k] = (char)(1 + next(&state) % 255);
        } else {
            for (size_t k = 0; k < length % 14; k++)
                strcat(text, pieces[next(&state) % (sizeof pieces / sizeof *pieces)]);
        }
        length = strlen(text);
        attain_error err;
        atn_formula *formula = NULL;
        memset(&err, 0, sizeof err);
        const attain_status status =
            atn_formula_compile(ctx, text, names, NAMES, &calendar, &formula, &err);
        if (status == ATTAIN_OK) {
            const double *inputs[NAMES];
            double gradient[NAMES] = {0.0}, *adjoint[NAMES], value;
            for (size_t k = 0; k < NAMES; k++) inputs[k] = given + k;
            for (size_t k = 0; k < NAMES; k++) adjoint[k] = gradient + k;
            double *work = work_for(formula, 1);
            atn_formula_gradient(formula, 1, inputs, NULL, &value, adjoint, work);
            free(work);
            good++;
        } else {
            atn_check_status(text, status, ATTAIN_ERR_FORMULA, &err);
            assert_null(formula);
            assert_in_range(err.column, 1, length + 1);
            assert_true(strlen(err.message) > 10);
        }
        atn_formula_free(ctx, formula);
    }
    print_message("%zu of 60000 were formulas\n", good);
    assert_true(good > 500);
}

static attain_status compile_and_free(void *user, attain_context *own, attain_error *err)
{
    atn_formula *formula = (atn_formula *)user;
    const attain_status status = atn_formula_compile(
        own, "low + (high - low) * logistic((t - @2025-06-01) / x) + if(u > 1, u, exp(-t))", names,
        NAMES, &calendar, &formula, err);
    if (status) assert_null(formula);
    atn_formula_free(own, formula);
    return status;
}

static attain_status fold_and_forget(void *user, attain_context *own, attain_error *err)
{
    double value = 42.0;
    (void)user;
    const attain_status status = atn_formula_constant(own, "log(x) + low * high", names, given,
                                                      NAMES, &calendar, &value, err);
    assert_true(status ? value == 42.0 : value == log(2.0) + 200.0);
    return status;
}

static void test_faults(void **unused)
{
    (void)unused;
    check_faults("compile", compile_and_free, NULL, 100);
    check_faults("constant", fold_and_forget, NULL, 100);
    /* Out of memory while looking for a suggestion. */
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *own = check_context(&allocator, 1);
    for (size_t k = 1, failures = 1; failures; k++) {
        attain_error err;
        atn_formula *formula = NULL;
        memset(&err, 0, sizeof err);
        const size_t live = allocator.live;
        allocator.failures = 0;
        allocator.fail_at = allocator.calls + k;
        const attain_status status =
            atn_formula_compile(own, "1 + hihg", names, NAMES, NULL, &formula, &err);
        failures = allocator.failures;
        atn_check_status("suggestion", status, failures ? ATTAIN_ERR_NOMEM : ATTAIN_ERR_FORMULA,
                         &err);
        assert_int_equal(allocator.live, live);
    }
    attain_context_free(own);
    atn_formula_free(ctx, NULL);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meanings),      cmocka_unit_test(test_constant_without_names),
        cmocka_unit_test(test_slopes),        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_bad_names),     cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_formulas), cmocka_unit_test(test_random_text),
        cmocka_unit_test(test_faults)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
