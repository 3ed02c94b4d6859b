/* What the formula language refuses, at which column and in which words; hostile texts; faults. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formula/formula.h"

static const atn_calendar calendar = {ATN_STEP_DAY, 20108}; /* 2025-01-20 */

static const atn_name names[] = {
    {"x", false}, {"y", false},  {"low", false},     {"high", false}, {"t", true},
    {"u", true},  {"e2", false}, {"book-ins", true}, {"287g", true},  {"log-rate", false}};
enum { NAMES = sizeof names / sizeof *names };
static const double given[NAMES] = {2.0, -3.0, 10.0, 20.0, 5.0, 0.25, 7.0, 11.0, 13.0, 17.0};

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
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_limits),      cmocka_unit_test(test_long_formulas),
        cmocka_unit_test(test_random_text), cmocka_unit_test(test_faults)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
