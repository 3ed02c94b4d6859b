/* Prior texts: families, arguments, supports, refusals with their columns, and the way back. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <math.h>
#include <string.h>

#include "formula/prior.h"

static attain_context *ctx;
static const atn_calendar calendar = {ATN_STEP_DAY, 20108}; /* 2025-01-20 */
static const atn_name names[] = {{"m", false}, {"t1", false}, {"t2", false}};
static const double values[] = {1200.0, 10.0, 250.0};

static attain_status parse(const char *text, atn_prior *prior, attain_error *err)
{
    memset(err, 0, sizeof *err);
    return atn_prior_parse(ctx, text, names, values, 3, &calendar, prior, err);
}

typedef struct reading {
    const char *text;
    atn_prior_family family;
    double arg[3], lower, upper;
    const char *canonical;
} reading;

static const reading readings[] = {
    {"normal(3, 0.5)", ATN_PRIOR_NORMAL, {3.0, 0.5}, -INFINITY, INFINITY, "normal(3, 0.5)"},
    {" normal ( -3 , 5e-1 ) ",
     ATN_PRIOR_NORMAL,
     {-3.0, 0.5},
     -INFINITY,
     INFINITY,
     "normal(-3, 0.5)"},
    {"normal(@2025-05-20, 60)",
     ATN_PRIOR_NORMAL,
     {120.0, 60.0},
     -INFINITY,
     INFINITY,
     "normal(120, 60)"},
    {"normal((t1+t2)/2, t2-t1)",
     ATN_PRIOR_NORMAL,
     {130.0, 240.0},
     -INFINITY,
     INFINITY,
     "normal(130, 240)"},
    {"lognormal(log(1200), 0.5)",
     ATN_PRIOR_LOGNORMAL,
     {7.0900768357760917, 0.5},
     0.0,
     INFINITY,
     NULL},
    {"lognormal(log(m), 1)", ATN_PRIOR_LOGNORMAL, {7.0900768357760917, 1.0}, 0.0, INFINITY, NULL},
    {"lognormal(7.09, max(0.5, 0.25))",
     ATN_PRIOR_LOGNORMAL,
     {7.09, 0.5},
     0.0,
     INFINITY,
     "lognormal(7.09, 0.5)"},
    {"student_t(4, -1, 2)",
     ATN_PRIOR_STUDENT_T,
     {4.0, -1.0, 2.0},
     -INFINITY,
     INFINITY,
     "student_t(4, -1, 2)"},
    {"half_normal(0.3)", ATN_PRIOR_HALF_NORMAL, {0.3}, 0.0, INFINITY, "half_normal(0.3)"},
    {"half_student_t(3, 2.5)",
     ATN_PRIOR_HALF_STUDENT_T,
     {3.0, 2.5},
     0.0,
     INFINITY,
     "half_student_t(3, 2.5)"},
    {"exponential(7)", ATN_PRIOR_EXPONENTIAL, {7.0}, 0.0, INFINITY, "exponential(7)"},
    {"gamma(2, 1/8)", ATN_PRIOR_GAMMA, {2.0, 0.125}, 0.0, INFINITY, "gamma(2, 0.125)"},
    {"beta(9, 1)", ATN_PRIOR_BETA, {9.0, 1.0}, 0.0, 1.0, "beta(9, 1)"},
    {"uniform(-1, 2)", ATN_PRIOR_UNIFORM, {-1.0, 2.0}, -1.0, 2.0, "uniform(-1, 2)"},
    {"uniform(0.1, 1/3)", ATN_PRIOR_UNIFORM, {0.1, 1.0 / 3.0}, 0.1, 1.0 / 3.0, NULL},
};

static void test_readings(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        const reading *r = &readings[i];
        atn_prior prior, again;
        attain_error err;
        char text[128];
        atn_check_status(r->text, parse(r->text, &prior, &err), ATTAIN_OK, &err);
        assert_int_equal(prior.family, r->family);
        for (int k = 0; k < 3; k++) atn_check_close(r->text, prior.arg[k], r->arg[k], 0.0, 1e-15);
        atn_check_close(r->text, prior.lower, r->lower, 0.0, 0.0);
        atn_check_close(r->text, prior.upper, r->upper, 0.0, 0.0);
        atn_prior_format(&prior, text, sizeof text);
        if (r->canonical) assert_string_equal(text, r->canonical);
        /* What is printed is read as the same prior, to the bit. */
        atn_check_status(text, parse(text, &again, &err), ATTAIN_OK, &err);
        assert_int_equal(again.family, prior.family);
        atn_check_same_bits(text, again.arg, prior.arg, 3);
    }
}

typedef struct refusal {
    const char *text;
    long column;
    const char *says;
} refusal;

static const refusal refusals[] = {
    {"", 1, "found the end of the formula, expected a family of distributions"},
    {"0.3", 1, "found '0.3', expected a family"},
    {"norml(0, 1)", 1, "did you mean 'normal'?"},
    {"Normal(0, 1)", 1, "did you mean 'normal'?"},
    {"cauchy(0, 1)", 1, "expected a family of distributions such as normal or lognormal"},
    {"normal", 7, "found the end of the formula, expected '(': the arguments are normal(mean, sd)"},
    {"normal 0, 1", 8, "found '0', expected '('"},
    {"normal()", 8, "found ')', expected an argument: the arguments are normal(mean, sd)"},
    {"normal(0)", 9, "found ')', expected ',': the arguments are normal(mean, sd)"},
    {"normal(0, 1, 2)", 12, "found ',', expected ')': the arguments are normal(mean, sd)"},
    {"normal(0, )", 11, "found ')', expected an argument"},
    {"normal(0, 1", 12, "found the end of the formula, expected ')'"},
    {"normal(0, 1) + 1", 14, "found '+', expected an operator or the end"},
    {"normal(0, 1))", 13, "found ')'"},
    {"normal(mm, 1)", 8, "found 'mm', expected a name this formula may use; did you mean 'm'?"},
    {"normal(0, 1 +)", 14, "found ')'"},
    {"half_normal(0.3, 1)", 16, "the arguments are half_normal(sd)"},
    {"student_t(3, 0)", 15, "the arguments are student_t(df, location, scale)"},
    {"normal(0, 0)", 11, "found 0 for sd of normal(mean, sd), expected a finite number above 0"},
    {"normal(0, -1)", 11, "found -1 for sd of normal(mean, sd)"},
    {"normal(1/0, 1)", 8, "found infinity for mean of normal(mean, sd), expected a finite number"},
    {"normal(-1/0, 1)", 8, "found -infinity for mean"},
    {"normal(0, log(-1))", 11, "found no number for sd"},
    {"lognormal(log(0), 1)", 11, "found -infinity for meanlog of lognormal(meanlog, sdlog)"},
    {"lognormal(1, -0.5)", 14, "found -0.5 for sdlog"},
    {"student_t(0, 0, 1)", 11, "found 0 for df"},
    {"student_t(1, 1/0, 1)", 14, "for location"},
    {"student_t(1, 0, 0)", 17, "found 0 for scale of student_t(df, location, scale)"},
    {"half_normal(-2)", 13, "found -2 for sd of half_normal(sd)"},
    {"half_student_t(-1, 1)", 16, "for df"},
    {"half_student_t(1, 0)", 19, "for scale"},
    {"exponential(0)", 13, "for mean of exponential(mean)"},
    {"gamma(0, 1)", 7, "for shape"},
    {"gamma(1, 0)", 10, "for rate"},
    {"beta(0, 1)", 6, "found 0 for a of beta(a, b)"},
    {"beta(1, -1)", 9, "found -1 for b of beta(a, b)"},
    {"uniform(3, 2)", 12,
     "found 2 for upper of uniform(lower, upper), expected a finite number "
     "above lower"},
    {"uniform(3, 3)", 12, "found 3 for upper"},
    {"uniform(0, 1/0)", 12, "found infinity for upper"},
};

static void test_refusals(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const refusal *r = &refusals[i];
        atn_prior prior, before;
        attain_error err;
        memset(&prior, 0x5A, sizeof prior);
        memcpy(&before, &prior, sizeof prior);
        atn_check_status(r->text, parse(r->text, &prior, &err), ATTAIN_ERR_FORMULA, &err);
        if (err.line != 1 || err.column != r->column || !strstr(err.message, r->says)) {
            print_error("%s: %ld:%ld: %s\nwant 1:%ld: %s\n", r->text, err.line, err.column,
                        err.message, r->column, r->says);
            fail();
        }
        assert_memory_equal(&prior, &before, sizeof prior);
    }
}

static void test_no_dates_without_calendar(void **unused)
{
    (void)unused;
    atn_prior prior;
    attain_error err = {.status = ATTAIN_OK};
    atn_check_status(
        "date", atn_prior_parse(ctx, "normal(@2025-05-20, 60)", NULL, NULL, 0, NULL, &prior, &err),
        ATTAIN_ERR_FORMULA, &err);
    assert_int_equal(err.column, 8);
}

static void test_truncation(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        double lower, upper, want_lower, want_upper;
        bool empty;
    } rows[] = {
        {"normal(0, 1)", -INFINITY, INFINITY, -INFINITY, INFINITY, false},
        {"normal(0, 1)", -2.0, INFINITY, -2.0, INFINITY, false},
        {"normal(0, 1)", -2.0, 3.0, -2.0, 3.0, false},
        {"lognormal(0, 1)", -2.0, 3.0, 0.0, 3.0, false},
        {"beta(9, 1)", 0.5, 2.0, 0.5, 1.0, false},
        {"uniform(1, 4)", 2.0, INFINITY, 2.0, 4.0, false},
        {"normal(0, 1)", 2.0, 2.0, 0.0, 0.0, true},
        {"normal(0, 1)", 3.0, 2.0, 0.0, 0.0, true},
        {"half_normal(1)", -3.0, 0.0, 0.0, 0.0, true},
        {"beta(9, 1)", 1.0, INFINITY, 0.0, 0.0, true},
        {"uniform(1, 4)", 5.0, 6.0, 0.0, 0.0, true},
        {"normal(0, 1)", NAN, INFINITY, 0.0, 0.0, true},
        {"normal(0, 1)", -INFINITY, NAN, 0.0, 0.0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        atn_prior prior, before;
        attain_error err;
        atn_check_status(rows[i].text, parse(rows[i].text, &prior, &err), ATTAIN_OK, &err);
        before = prior;
        const attain_status status = atn_prior_truncate(&prior, rows[i].lower, rows[i].upper, &err);
        if (rows[i].empty) {
            atn_check_status(rows[i].text, status, ATTAIN_ERR_FIELD, &err);
            assert_non_null(strstr(err.message, "expected an interval that overlaps the support"));
            assert_true(prior.lower == before.lower && prior.upper == before.upper);
            continue;
        }
        atn_check_status(rows[i].text, status, ATTAIN_OK, &err);
        atn_check_close("lower", prior.lower, rows[i].want_lower, 0.0, 0.0);
        atn_check_close("upper", prior.upper, rows[i].want_upper, 0.0, 0.0);
    }
}

static void test_format_is_cut(void **unused)
{
    (void)unused;
    static const char whole[] = "student_t(4, -1, 2.25)";
    atn_prior prior;
    attain_error err;
    char text[64];
    atn_check_status(whole, parse(whole, &prior, &err), ATTAIN_OK, &err);
    for (size_t size = 1; size <= sizeof whole; size++) {
        memset(text, '#', sizeof text);
        atn_prior_format(&prior, text, size);
        assert_int_equal(strlen(text), size - 1);
        assert_memory_equal(text, whole, size - 1);
        assert_int_equal(text[size], '#');
    }
    text[0] = '#';
    atn_prior_format(&prior, text, 0);
    assert_int_equal(text[0], '#');
}

static attain_status parse_with_faults(void *user, attain_context *own, attain_error *err)
{
    atn_prior prior;
    (void)user;
    return atn_prior_parse(own, "lognormal(log(m) + 0 * t1, 0.5)", names, values, 3, &calendar,
                           &prior, err);
}

static void test_faults(void **unused)
{
    (void)unused;
    check_faults("prior", parse_with_faults, NULL, 50);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_readings),
                                       cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_no_dates_without_calendar),
                                       cmocka_unit_test(test_truncation),
                                       cmocka_unit_test(test_format_is_cut),
                                       cmocka_unit_test(test_faults)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
