/* What is refused of a regression's settings and texts, with which words, and that all problems of
 * a call are told at once. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/regress.h>

static const char csv[] = "x,y,w,when,money,e\n"
                          "1,2.1,1,2025-01-01,\"1,179\",1\n"
                          "2,3.9,1,2025-01-05,52%,2\n"
                          "3,6.2,2,2025-01-09,7,3\n"
                          "4,7.8,1,NA,8,4\n"
                          "5,10.1,0,2025-01-20,9,5\n"
                          ",11.1,1,2025-01-21,9,6\n";

typedef struct refusal {
    const char *name;
    attain_regression_settings s;
    attain_status want;
    const char *problems; /* "line:column message" a problem */
} refusal;

#define LINE .response = "y", .formula = "a + b * x"

static const refusal refusals[] = {
    /* start */
    {"no value",
     {LINE, .start = "a=0,b"},
     ATTAIN_ERR_ARGUMENT,
     "1:5 start: found 'b', expected NAME=NUMBER such as b1=500\n"},
    {"every item",
     {LINE, .start = "a=,=3,,1q=2, a b=1"},
     ATTAIN_ERR_ARGUMENT,
     "1:1 start: found 'a=', expected NAME=NUMBER such as b1=500\n"
     "1:4 start: found '=3', expected NAME=NUMBER such as b1=500\n"
     "1:7 start: found '', expected NAME=NUMBER such as b1=500\n"
     "1:8 start: found '1q', expected a name of letters, digits and _\n"
     "1:14 start: found 'a b', expected a name of letters, digits and _\n"},
    {"twice", {LINE, .start = "a=0; b=1; a=2"}, ATTAIN_ERR_ARGUMENT, "1:11 start names a twice\n"},
    {"no number",
     {LINE, .start = "a=0,b=two"},
     ATTAIN_ERR_FORMULA,
     "1:7 start of b: found 'two', expected a name this formula may use\n"},
    {"inside an expression",
     {LINE, .start = "a=max(1, 2), b = 1 + (2"},
     ATTAIN_ERR_FORMULA,
     "1:24 start of b: found the end of the formula, expected an operator or ')'\n"},
    {"not finite",
     {LINE, .start = "a=0,b=1/0"},
     ATTAIN_ERR_ARGUMENT,
     "1:7 start of b: '1/0' is no finite number\n"},
    {"the language's own",
     {LINE, .start = "a=0,b=1,exp=1"},
     ATTAIN_ERR_ARGUMENT,
     "1:9 start: 'exp' is a function or constant of the formula language and cannot be a "
     "parameter\n"},
    {"a column too",
     {LINE, .start = "a=0,x=1"},
     ATTAIN_ERR_ARGUMENT,
     "1:5 start: 'x' is a column of the table and cannot be a parameter too\n"},
    {"unused",
     {LINE, .start = "a=0,b=1,c=2"},
     ATTAIN_ERR_ARGUMENT,
     "0:0 start names 'c', which the formula does not use\n"},
    /* prior and bounds */
    {"a prior's argument",
     {LINE, .start = "a=0,b=1", .prior = "a=normal(0, -1)"},
     ATTAIN_ERR_FORMULA,
     "1:13 prior of a: found -1 for sd of normal(mean, sd), expected a finite number above 0\n"},
    {"priors of others",
     {.response = "y",
      .start = "a=0,slope=1",
      .formula = "a + slope * x",
      .prior = "slop=normal(0,1); a=5"},
     ATTAIN_ERR_ARGUMENT,
     "1:1 prior: there is no parameter 'slop'; did you mean 'slope'?\n"
     "1:21 prior of a: found '5', expected a family of distributions, such as "
     "normal(mean, sd)\n"},
    {"bounds",
     {LINE, .start = "a=0,b=1", .bounds = "a=2:1,b=:,b=3,q=1:"},
     ATTAIN_ERR_ARGUMENT,
     "1:3 bounds of a: the lower one, 2, is above the upper one, 1\n"
     "1:9 bounds of b: found ':', expected LOWER:UPPER, LOWER: or :UPPER\n"
     "1:13 bounds of b: found '3', expected LOWER:UPPER, LOWER: or :UPPER\n"
     "1:15 bounds: there is no parameter 'q'\n"},
    {"start outside",
     {LINE, .start = "a=0,b=1", .bounds = "b=1.5:"},
     ATTAIN_ERR_DOMAIN,
     "0:0 start of b: 1 is outside its bounds, 1.5 to infinity\n"},
    {"start outside a support",
     {LINE, .start = "a=-1,b=1", .prior = "a=half_normal(1)", .bounds = "a=:3"},
     ATTAIN_ERR_DOMAIN,
     "0:0 start of a: -1 is outside its bounds, 0 to 3\n"},
    {"start without density",
     {LINE, .start = "a=0,b=1", .prior = "a=lognormal(0,1)"},
     ATTAIN_ERR_DOMAIN,
     "0:0 start of a: its prior lognormal(0, 1) allows no 0\n"},
    {"bounds beside a support",
     {LINE, .start = "a=1,b=1", .prior = "a=beta(2,2)", .bounds = "a=2:3"},
     ATTAIN_ERR_ARGUMENT,
     "0:0 bounds of a: found bounds 2 to 3, expected an interval that overlaps the support of "
     "beta, 0 to 1\n"},
    {"held and a prior",
     {LINE, .start = "a=1,b=1", .prior = "a=normal(0,1)", .bounds = "a=1:1"},
     ATTAIN_ERR_ARGUMENT,
     "0:0 bounds of a: they hold it, so a prior has no part in it\n"},
    /* names in expressions */
    {"unknown names",
     {.response = "yy", .formula = "a + b * xx + c", .start = "a=0,b=1"},
     ATTAIN_ERR_FORMULA,
     "1:1 response, column 1: 'yy' is no column of the table; did you mean 'y'?\n"
     "1:9 formula, column 9: 'xx' is no column of the table and has no start as a parameter; did "
     "you mean 'x'?\n"
     "1:14 formula, column 14: 'c' is no column of the table and has no start as a parameter; the "
     "columns are x, y, w, when, money, e\n"},
    {"parameters elsewhere",
     {.formula = "a + b * x", .start = "a=0,b=1", .response = "a * y", .weights = "b"},
     ATTAIN_ERR_FORMULA,
     "1:1 response, column 1: 'a' is a parameter, and only columns of the table stand here\n"
     "1:1 weights, column 1: 'b' is a parameter, and only columns of the table stand here\n"},
    {"the language's own column",
     {.response = "y", .formula = "a + b * e", .start = "a=0,b=1"},
     ATTAIN_ERR_FORMULA,
     "1:9 formula, column 9: 'e' is the formula language's own, so the table's column of that "
     "name cannot be read; rename it\n"},
    {"grammar",
     {.response = "y", .formula = "a + (b * x", .start = "a=0,b=1"},
     ATTAIN_ERR_FORMULA,
     "1:11 formula, column 11: found the end of the formula, expected an operator or ')'\n"},
    {"no numbers",
     {.response = "y", .formula = "a + b * money", .start = "a=0,b=1"},
     ATTAIN_ERR_TABLE,
     "2:20 formula: column 'money' holds '1,179' in line 2, expected a number or a date "
     "YYYY-MM-DD; write 1179\n"},
    {"everything at once",
     {.response = "money", .formula = "a + b", .start = "a=0,b", .bounds = "a=5"},
     ATTAIN_ERR_ARGUMENT,
     "1:5 start: found 'b', expected NAME=NUMBER such as b1=500\n"
     "1:3 bounds of a: found '5', expected LOWER:UPPER, LOWER: or :UPPER\n"
     "2:20 response: column 'money' holds '1,179' in line 2, expected a number or a date "
     "YYYY-MM-DD; write 1179\n"},
    /* rows */
    {"a weight of 0",
     {LINE, .start = "a=0,b=1", .weights = "w"},
     ATTAIN_ERR_TABLE,
     "6:0 weights 'w' is 0 in line 6; a weight is a number above 0\n"},
    {"weights",
     {LINE, .start = "a=0,b=1", .weights = "w - 1"},
     ATTAIN_ERR_TABLE,
     "2:0 weights 'w - 1' is 0 in line 2, where w = 1; a weight is a number above 0 (4 rows in "
     "all)\n"},
    {"a response outside its domain",
     {.formula = "a + b * x", .response = "log(y - 2.1)", .start = "a=0,b=1"},
     ATTAIN_ERR_DOMAIN,
     "2:0 response 'log(y - 2.1)' is -infinity in line 2, where y = 2.1\n"},
    {"a constant response",
     {.formula = "a + b * x", .response = "7 + 0 * y", .start = "a=0,b=1"},
     ATTAIN_ERR_TABLE,
     "0:0 response '7 + 0 * y' is 7 in every row: nothing varies\n"},
    {"too few rows",
     {.response = "y",
      .formula = "a + b * x + c * x^2 + d * x^3 + f * x^4 + g * x^5",
      .start = "a=0,b=1,c=1,d=1,f=1,g=1"},
     ATTAIN_ERR_TABLE,
     "0:0 5 rows in use cannot determine 6 free parameters\n"},
    {"the formula's domain",
     {.response = "y", .formula = "a + b * log(x - 1)", .start = "a=0,b=1"},
     ATTAIN_ERR_DOMAIN,
     "2:0 the formula gives -infinity at the start in line 2, where x = 1, a = 0, b = 1\n"},
    /* curves */
    {"no such curve",
     {.response = "y", .curve = "lineer"},
     ATTAIN_ERR_ARGUMENT,
     "0:0 no curve is called 'lineer'; did you mean 'linear'?\n"},
    {"no such parameter",
     {.response = "y", .curve = "logistic", .start = "md=3"},
     ATTAIN_ERR_ARGUMENT,
     "1:1 start: the curve logistic has no parameter 'md'; did you mean 'mid'?\n"},
    {"a width below 0",
     {.response = "y", .curve = "logistic", .formula = "x", .bounds = "width=-2:-1"},
     ATTAIN_ERR_ARGUMENT,
     "0:0 bounds of width: the curve needs it above 0\n"},
    {"a curve's domain",
     {.response = "y", .curve = "power", .formula = "x - 4"},
     ATTAIN_ERR_DOMAIN,
     "2:0 the formula gives NaN at the start in line 2, where t = -3, start = 6.2, power = 0\n"},
    /* settings */
    {"nothing",
     {0},
     ATTAIN_ERR_ARGUMENT,
     "0:0 settings.response is missing: an expression over the columns\n"
     "0:0 settings.formula is missing: give a formula or a curve\n"
     "0:0 settings.start is missing: it names the formula's parameters, such as b1=500,b2=1e-4\n"},
    {"profile and huber",
     {LINE, .start = "a=0,b=1", .loss = ATTAIN_LOSS_HUBER, .intervals = ATTAIN_INTERVALS_PROFILE},
     ATTAIN_ERR_ARGUMENT,
     "0:0 settings.intervals: profile intervals need the loss squares; take wald or bootstrap\n"},
};

static attain_regression_settings with_defaults(const attain_regression_settings *s)
{
    attain_regression_settings all;
    attain_regression_settings_init(&all);
    all.response = s->response;
    all.formula = s->formula;
    all.curve = s->curve;
    all.start = s->start;
    all.prior = s->prior;
    all.bounds = s->bounds;
    all.weights = s->weights;
    all.loss = s->loss;
    all.intervals = s->intervals;
    return all;
}

/* Errors alone: warnings of the rows come between. */
static void list_problems(const attain_diagnostics *list, char *out, size_t size)
{
    for (size_t k = 0; k < attain_diagnostics_count(list); k++) {
        const attain_diagnostic *d = attain_diagnostics_get(list, k);
        const size_t n = strlen(out);
        if (d->severity == ATTAIN_SEVERITY_ERROR)
            snprintf(out + n, size - n, "%ld:%ld %s\n", d->line, d->column, d->message);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table;
    attain_error err;
    assert_int_equal(attain_table_parse(ctx, csv, strlen(csv), "t.csv", NULL, &table, &err), 0);
    for (size_t k = 0; k < sizeof refusals / sizeof *refusals; k++) {
        const refusal *c = &refusals[k];
        const attain_regression_settings settings = with_defaults(&c->s);
        attain_diagnostics *list;
        attain_regression *regression;
        char got[1500] = "", first[400];
        assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
        const attain_status status = attain_regress(ctx, table, &settings, list, &regression, &err);
        list_problems(list, got, sizeof got);
        if (strcmp(got, c->problems) != 0)
            fail_msg("%s: got\n%s\nwant\n%s", c->name, got, c->problems);
        atn_check_status(c->name, status, c->want, &err);
        assert_null(regression);
        snprintf(first, sizeof first, "%ld:%ld %s\n", err.line, err.column, err.message);
        if (strncmp(first, c->problems, strlen(first)) != 0)
            fail_msg("%s: the error is\n%s", c->name, first);
        attain_diagnostics_free(list);
    }
    attain_table_free(table);
    attain_context_free(ctx);
}

typedef struct bad_number {
    double level;
    long replicates;
    int version, loss, intervals;
    const char *field;
} bad_number;

static void test_settings(void **state)
{
    (void)state;
    static const bad_number cases[] = {
        {0, 2000, 1, 0, 0, "level"},           {1, 2000, 1, 0, 0, "level"},
        {(double)NAN, 2000, 1, 0, 0, "level"}, {0.9, 99, 1, 0, 0, "replicates"},
        {0.9, 1000001, 1, 0, 0, "replicates"}, {0.9, 2000, 0, 0, 0, "version"},
        {0.9, 2000, 1, 3, 0, "loss"},          {0.9, 2000, 1, -1, 0, "loss"},
        {0.9, 2000, 1, 0, 3, "intervals"},
    };
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table;
    attain_error err;
    assert_int_equal(attain_table_parse(ctx, csv, strlen(csv), "t.csv", NULL, &table, &err), 0);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const attain_regression_settings line = {LINE, .start = "a=0,b=1"};
        attain_regression_settings s = with_defaults(&line);
        attain_regression *regression;
        s.level = cases[k].level;
        s.replicates = cases[k].replicates;
        s.version = cases[k].version;
        s.loss = (attain_loss)cases[k].loss;
        s.intervals = (attain_intervals)cases[k].intervals;
        atn_check_status(cases[k].field, attain_regress(ctx, table, &s, NULL, &regression, &err),
                         ATTAIN_ERR_ARGUMENT, &err);
        assert_non_null(strstr(err.message, cases[k].field));
    }
    attain_table_free(table);
    attain_context_free(ctx);
}

/* Which column a curve runs along where nobody said. */
static void test_along(void **state)
{
    (void)state;
    static const struct {
        const char *table, *want; /* a message, or the first note; NULL: neither */
        const char *curve;
    } cases[] = {
        {"t,x,y\n1,9,1\n2,7,3\n3,9,4\n", NULL, "linear"},
        {"d,x,y\n2025-01-01,9,1\n2025-01-02,7,3\n2025-01-03,9,4\n", "d counts days from 2025-01-01",
         "linear"},
        {"x,y,z\n1,1,1\n2,3,5\n3,4,4\n", NULL, "linear"},
        {"u,y\n1,1\n2,3\n3,4\n", NULL, "linear"},
        {"u,v,y\n1,1,1\n2,2,3\n3,3,4\n",
         "which column is the t of the curve linear? give it as the formula; the columns are u, v, "
         "y",
         "linear"},
        {"u,v,y\n1,1,1\n2,2,3\n3,3,4\n", NULL, "constant"},
        {"y\n1\n3\n4\n", NULL, "constant"},
        {"t,y\nmon,1\ntue,3\nwed,4\n",
         "formula: column 't' holds 'mon' in line 2, expected a number or a date YYYY-MM-DD",
         "linear"},
    };
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        attain_regression_settings s;
        attain_diagnostics *list;
        attain_regression *regression;
        attain_table *table;
        attain_error err;
        const char *text = cases[k].table;
        attain_regression_settings_init(&s);
        s.response = "y";
        s.curve = cases[k].curve;
        assert_int_equal(attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK);
        assert_int_equal(attain_table_parse(ctx, text, strlen(text), "t", list, &table, &err), 0);
        const attain_status status = attain_regress(ctx, table, &s, list, &regression, &err);
        const attain_diagnostic *d = attain_diagnostics_get(list, 0);
        if (!cases[k].want) atn_check_status(text, status, ATTAIN_OK, &err);
        if (cases[k].want && (!d || strcmp(d->message, cases[k].want) != 0))
            fail_msg("case %zu: %s", k, d ? d->message : "no word");
        attain_regression_free(regression);
        attain_table_free(table);
        attain_diagnostics_free(list);
    }
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
