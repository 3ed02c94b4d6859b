/* Regression on tables through the public calls: exact small fits, rows left out, dates, curves
 * that start themselves, what is said of a weak answer, JSON and CSV, failing memory. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/regress.h>
#include <attain/study.h>

#include "base/stream.h"
#include "base/text.h"
#include "io/json.h"
#include "io/regression_result.h"

static attain_table *parse(attain_context *ctx, const char *text)
{
    attain_table *table;
    attain_error err;
    atn_check_status("table",
                     attain_table_parse(ctx, text, strlen(text), "t.csv", NULL, &table, &err),
                     ATTAIN_OK, &err);
    return table;
}

static attain_regression *fit(attain_context *ctx, const attain_table *table,
                              const attain_regression_settings *settings, attain_diagnostics *list)
{
    attain_regression *regression;
    attain_error err;
    atn_check_status(settings->curve ? settings->curve : settings->formula,
                     attain_regress(ctx, table, settings, list, &regression, &err), ATTAIN_OK,
                     &err);
    return regression;
}

static attain_regression_settings line(void)
{
    attain_regression_settings s;
    attain_regression_settings_init(&s);
    s.response = "y";
    s.formula = "a + b * x";
    s.start = "a=0,b=1";
    return s;
}

static double estimate(const attain_regression *r, size_t k)
{
    attain_regression_parameter p;
    assert_int_equal(attain_regression_parameter_get(r, k, &p, NULL), ATTAIN_OK);
    return p.estimate;
}

/* The first message of that code, "" if there is none. */
static const char *said(const attain_diagnostics *list, const char *code)
{
    for (size_t k = 0; k < attain_diagnostics_count(list); k++)
        if (strcmp(attain_diagnostics_get(list, k)->code, code) == 0)
            return attain_diagnostics_get(list, k)->message;
    return "";
}

/* By hand: weights 1, 2, 1, 2 at x = 0, 1, 2, 3 give Sw = 6, Swx = 10, Swxx = 24, Swy = 20,
 * Swxy = 45; b = (6 * 45 - 10 * 20) / (6 * 24 - 10^2) and a = (20 - 10 b) / 6. */
static void test_line(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table = parse(ctx, "x,y,w\n0,1,1\n1,2,2\n2,4,1\n3,5.5,2\n");
    attain_regression_settings s = line();
    s.weights = "w";
    s.formula = "a + b * (x - 0)";
    attain_regression *r = fit(ctx, table, &s, NULL);
    attain_regression_summary summary;
    attain_regression_parameter p;
    attain_error err;
    const double b = (6 * 45.0 - 10 * 20.0) / 44, a = (20 - 10 * b) / 6;
    double covariance[4], residual[4], rss = 0;
    size_t row[4];
    attain_regression_summarize(r, &summary);
    attain_regression_covariance(r, covariance);
    attain_regression_residuals(r, residual, row);
    atn_check_close("a", estimate(r, 0), a, 1e-14, 1e-14);
    atn_check_close("b", estimate(r, 1), b, 0, 1e-14);
    for (size_t k = 0; k < 4; k++) {
        static const double y[] = {1, 2, 4, 5.5}, w[] = {1, 2, 1, 2};
        assert_int_equal(row[k], k);
        atn_check_close("residual", residual[k], y[k] - a - b * (double)k, 1e-14, 0);
        rss += w[k] * residual[k] * residual[k];
    }
    assert_int_equal(summary.outcome, ATTAIN_REGRESSION_CONVERGED);
    assert_int_equal(summary.n_rows, 4);
    assert_int_equal(summary.residual_df, 2);
    atn_check_close("rss", summary.rss, rss, 0, 1e-12);
    atn_check_close("variance of b", covariance[3], rss / 2 * 6 / 44, 0, 1e-12);
    atn_check_close("covariance", covariance[1], -rss / 2 * 10 / 44, 0, 1e-12);
    assert_int_equal(attain_regression_parameter_get(r, 1, &p, &err), ATTAIN_OK);
    assert_string_equal(p.name, "b");
    atn_check_close("std error", p.std_error, sqrt(covariance[3]), 0, 1e-14);
    /* t with 2 degrees of freedom at 0.975 */
    atn_check_close("upper", p.upper, b + 4.302652729911275 * p.std_error, 0, 1e-9);
    assert_int_equal(attain_regression_parameter_get(r, 2, &p, &err), ATTAIN_ERR_ARGUMENT);
    attain_regression_residuals(r, residual, NULL);
    attain_regression_free(r);
    attain_regression_free(NULL);
    attain_table_free(table);
    attain_context_free(ctx);
}

/* Rows with gaps in columns in use are left out; others do not matter. */
static void test_missing(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table = parse(ctx, "x,y,z\n0,NA,1\n1,3,\n,9,2\n2,5,x\n\n3,7.5,NA\n4,,1\n");
    attain_diagnostics *list;
    assert_int_equal(attain_diagnostics_create(ctx, &list, NULL), ATTAIN_OK);
    const attain_regression_settings s = line();
    attain_regression *r = fit(ctx, table, &s, list);
    attain_regression_summary summary;
    double residual[3];
    size_t row[3];
    attain_regression_summarize(r, &summary);
    assert_int_equal(summary.n_rows, 3);
    attain_regression_residuals(r, residual, row);
    assert_int_equal(row[0], 1);
    assert_int_equal(row[1], 3);
    assert_int_equal(row[2], 4);
    assert_int_equal(atn_regression_line(r, 2), 7);
    atn_check_close("b", estimate(r, 1), 2.25, 0, 1e-13);
    assert_string_equal(said(list, "missing-cells"),
                        "3 of 6 rows are left out for missing cells in x, y");
    assert_int_equal(attain_diagnostics_get(list, 0)->severity, ATTAIN_SEVERITY_WARNING);
    attain_regression_free(r);
    attain_diagnostics_free(list);
    attain_table_free(table);
    attain_context_free(ctx);
}

/* Dates count from the table's first; literals of expressions count from the same day. */
static void test_dates(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table =
        parse(ctx, "day,y\n2025-02-01,12.5\n2025-01-30,8\n2025-01-28,4\n2025-02-05,20\n");
    attain_diagnostics *list;
    assert_int_equal(attain_diagnostics_create(ctx, &list, NULL), ATTAIN_OK);
    attain_regression_settings s = line();
    s.formula = "a + b * (day - at)";
    s.start = "a=0,b=1,at=@2025-01-30";
    s.bounds = "at=@2025-01-30:@2025-01-30";
    attain_regression *r = fit(ctx, table, &s, list);
    attain_regression_parameter p;
    assert_true(estimate(r, 2) == 2.0);
    atn_check_close("b", estimate(r, 1), 2.02, 0, 0.01);
    assert_int_equal(attain_regression_parameter_get(r, 2, &p, NULL), ATTAIN_OK);
    assert_true(isnan(p.std_error));
    assert_string_equal(said(list, "dates"), "day counts days from 2025-01-28");
    attain_regression_free(r);

    s.formula = "a + b * (day - @2025-01-30)";
    s.start = "a=0,b=1";
    s.bounds = NULL;
    attain_regression *same = fit(ctx, table, &s, NULL);
    atn_check_close("b again", estimate(same, 1), 2.02, 0, 0.01);
    attain_regression_free(same);
    attain_diagnostics_free(list);
    attain_table_free(table);
    attain_context_free(ctx);
}

/* ---- Weak answers ---- */

typedef struct weakness {
    const char *name, *formula, *start, *bounds;
    attain_regression_outcome outcome;
    const char *code, *words; /* that the remark holds */
} weakness;

static const weakness weaknesses[] = {
    {"a product", "a + b * c * x", "a=0,b=1,c=1", NULL, ATTAIN_REGRESSION_SINGULAR, "unidentified",
     "do not determine these apart: "},
    {"a sum", "a + b + c * x", "a=0,b=1,c=1", NULL, ATTAIN_REGRESSION_SINGULAR, "unidentified",
     "a (0.71), b (-0.71)"},
    {"a bound", "a + b * x", "a=0,b=1", "b=:1.5", ATTAIN_REGRESSION_CONVERGED, "at-bound",
     "b lies on its bound, 1.5"},
    {"no freedom", "a + b * x + c * x^2 + d * x^3 + f * x^4", "a=0,b=1,c=0,d=0,f=0", NULL,
     ATTAIN_REGRESSION_CONVERGED, "no-residual-freedom", "as many free parameters as rows"},
    {"far from 0", "a + b * (x + 1000)", "a=0,b=1", NULL, ATTAIN_REGRESSION_CONVERGED,
     "correlation", "a and b trade off: their correlation is -1.0000"},
};

static void test_weaknesses(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table = parse(ctx, "x,y\n1,2.1\n2,3.9\n3,6.2\n4,7.8\n5,10.1\n");
    for (size_t k = 0; k < sizeof weaknesses / sizeof *weaknesses; k++) {
        const weakness *c = &weaknesses[k];
        attain_regression_settings s = line();
        attain_diagnostics *list;
        attain_regression_summary summary;
        s.formula = c->formula;
        s.start = c->start;
        s.bounds = c->bounds;
        assert_int_equal(attain_diagnostics_create(ctx, &list, NULL), ATTAIN_OK);
        attain_regression *r = fit(ctx, table, &s, list);
        attain_regression_summarize(r, &summary);
        if (summary.outcome != c->outcome || !strstr(said(list, c->code), c->words))
            fail_msg("%s: %s, %s: %s", c->name, attain_regression_outcome_text(summary.outcome),
                     c->code, said(list, c->code));
        if (summary.outcome != ATTAIN_REGRESSION_CONVERGED || summary.residual_df == 0)
            for (size_t j = 0; j < summary.n_parameters; j++) {
                attain_regression_parameter p;
                assert_int_equal(attain_regression_parameter_get(r, j, &p, NULL), ATTAIN_OK);
                assert_true(isnan(p.lower) && isnan(p.upper));
            }
        attain_regression_free(r);
        attain_diagnostics_free(list);
    }
    attain_table_free(table);
    attain_context_free(ctx);
}

/* A prior's support bounds its parameter, and a tight prior decides. */
static void test_prior(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table = parse(ctx, "x,y\n1,2.1\n2,3.9\n3,6.2\n4,7.8\n5,10.1\n");
    attain_regression_settings s = line();
    s.prior = "b = normal(5, 1e-6)";
    attain_regression *tight = fit(ctx, table, &s, NULL);
    atn_check_close("b", estimate(tight, 1), 5, 0, 1e-6);
    attain_regression_free(tight);
    s.prior = "a=uniform(0.5, 2); b=normal(0, 1e6)";
    s.start = "a=1,b=1";
    attain_regression *cut = fit(ctx, table, &s, NULL);
    atn_check_close("a", estimate(cut, 0), 0.5, 1e-12, 0);
    attain_regression_free(cut);
    attain_table_free(table);
    attain_context_free(ctx);
}

/* ---- Curves ---- */

typedef struct planted {
    const char *curve;
    double value[5];
    const char *scaled; /* a letter a parameter: 's' grows with the response's unit */
} planted;

static const planted curves[] = {
    {"constant", {7.3}, "s"},
    {"damped_trend", {40, -0.8, 20}, "s.."},
    {"exponential", {3, 0.05}, "s."},
    {"gompertz", {10, 90, 40, 9}, "ss.."},
    {"linear", {-3, 0.4}, "ss"},
    {"logistic", {900, 150, 60, 5}, "ss.."},
    {"piecewise_linear", {5, 0.3, -0.2, 55}, "sss."},
    {"power", {2, 0.8}, "s."},
    {"richards", {-1, 4, 45, 7, 2}, "ss..."},
    {"step", {12, 3, 33.3}, "ss."},
    {"weibull", {1, 20, 35, 2.2}, "ss.."},
};

enum { STEPS = 101 };

/* The curve at t = 0 .. 100 through the library's own formula, with a little scatter. */
static attain_table *plant(attain_context *ctx, const planted *c, double unit)
{
    attain_error err;
    static double t[STEPS], y[STEPS];
    cJSON *tree;
    const char *json = attain_curve_json(c->curve);
    assert_int_equal(atn_json_parse(ctx, json, strlen(json), c->curve, NULL, &tree, &err), 0);
    const cJSON *parameters = cJSON_GetObjectItem(tree, "parameters"), *entry;
    atn_name names[6];
    const double *inputs[6];
    size_t n = 0;
    cJSON_ArrayForEach (entry, parameters) {
        inputs[n] = &c->value[n];
        names[n++] = (atn_name){entry->string, false};
    }
    names[n] = (atn_name){"t", true};
    inputs[n] = t;
    atn_formula *formula;
    assert_int_equal(atn_formula_compile(ctx, cJSON_GetObjectItem(tree, "formula")->valuestring,
                                         names, n + 1, NULL, &formula, &err),
                     ATTAIN_OK);
    for (size_t k = 0; k < STEPS; k++) t[k] = (double)k;
    double *work = ATN_NEW_ARRAY(ctx, double, atn_formula_work_size(formula, STEPS));
    atn_formula_value(formula, STEPS, inputs, y, work);
    double low = y[0], high = y[0];
    for (size_t k = 0; k < STEPS; k++) {
        low = fmin(low, y[k]);
        high = fmax(high, y[k]);
    }
    atn_stream stream;
    atn_stream_init(&stream, 3, ATN_PURPOSE_SIMULATE, 0, 0);
    const double scatter = high > low ? 0.01 * (high - low) : 0.1;
    for (size_t k = 0; k < STEPS; k++) y[k] = unit * (y[k] + scatter * atn_stream_normal(&stream));
    atn_free(ctx, work);
    atn_formula_free(ctx, formula);
    cJSON_Delete(tree);
    attain_table *table;
    const char *const columns[] = {"t", "y"};
    const double *const values[] = {t, y};
    atn_check_status(c->curve, attain_table_create(ctx, columns, values, 2, STEPS, &table, &err),
                     ATTAIN_OK, &err);
    return table;
}

static void test_curves(void **state)
{
    (void)state;
    static const double units[] = {1, 1e6, -1e-4};
    attain_context *ctx = check_context(NULL, 1);
    assert_int_equal(attain_curve_count(), sizeof curves / sizeof *curves);
    for (size_t k = 0; k < sizeof curves / sizeof *curves; k++) {
        for (size_t u = 0; u < 3; u++) {
            const planted *c = &curves[k];
            attain_table *table = plant(ctx, c, units[u]);
            attain_regression_settings s;
            attain_regression_summary summary;
            attain_regression_settings_init(&s);
            s.response = "y";
            s.curve = c->curve;
            attain_regression *r = fit(ctx, table, &s, NULL);
            attain_regression_summarize(r, &summary);
            if (summary.outcome != ATTAIN_REGRESSION_CONVERGED)
                fail_msg("%s: %s", c->curve, attain_regression_outcome_text(summary.outcome));
            assert_int_equal(summary.n_parameters, strlen(c->scaled));
            for (size_t j = 0; j < summary.n_parameters; j++) {
                attain_regression_parameter p;
                assert_int_equal(attain_regression_parameter_get(r, j, &p, NULL), ATTAIN_OK);
                const double truth = c->value[j] * (c->scaled[j] == 's' ? units[u] : 1);
                if (!(fabs(p.estimate - truth) < 6 * p.std_error))
                    fail_msg("%s, unit %g: %s is %g +- %g, not %g", c->curve, units[u], p.name,
                             p.estimate, p.std_error, truth);
            }
            attain_regression_free(r);
            attain_table_free(table);
        }
    }
    attain_context_free(ctx);
}

/* What is given of a curve stays given. */
static void test_curve_settings(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table = plant(ctx, &curves[5], 1);
    attain_regression_settings s;
    attain_regression_settings_init(&s);
    s.response = "y";
    s.curve = "logistic";
    s.formula = "2 * t";
    s.start = "mid=110";
    s.bounds = "low=900:900";
    attain_regression *r = fit(ctx, table, &s, NULL);
    assert_true(estimate(r, 0) == 900);
    atn_check_close("mid", estimate(r, 2), 120, 1, 0);
    assert_string_equal(r->columns[0].label, "2 * t");
    assert_string_equal(r->columns[0].name, "t");
    attain_regression_free(r);
    attain_table_free(table);
    attain_context_free(ctx);
}

/* ---- Texts ---- */

static double json_number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!item) fail_msg("no '%s'", name);
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

/* Every member has a place in the schema, and every required one is there. */
static void check_schema(attain_context *ctx, const cJSON *document)
{
    const char *text = attain_schema_text("regression");
    cJSON *schema;
    assert_int_equal(atn_json_parse(ctx, text, strlen(text), "schema", NULL, &schema, NULL), 0);
    const cJSON *properties = cJSON_GetObjectItem(schema, "properties"), *item;
    cJSON_ArrayForEach (item, document)
        if (!cJSON_GetObjectItemCaseSensitive(properties, item->string))
            fail_msg("'%s' is not in the schema", item->string);
    cJSON_ArrayForEach (item, cJSON_GetObjectItem(schema, "required"))
        if (!cJSON_GetObjectItemCaseSensitive(document, item->valuestring))
            fail_msg("'%s' is not in the document", item->valuestring);
    cJSON_Delete(schema);
}

static void test_json(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table = parse(ctx, "x,y,\"q\"\n1,2.1,1\n2,3.9,1\n3,6.2,1\n4,,1\n5,10.1,1\n");
    attain_regression_settings s = line();
    attain_regression_summary summary;
    attain_error err = {0};
    char *text;
    cJSON *tree;
    s.intervals = ATTAIN_INTERVALS_BOOTSTRAP;
    s.replicates = 100;
    s.response = "y + 0 * q";
    attain_regression *r = fit(ctx, table, &s, NULL);
    attain_regression_summarize(r, &summary);
    for (int residuals = 0; residuals < 2; residuals++) {
        assert_int_equal(atn_regression_json(r, residuals, &text, &err), ATTAIN_OK);
        atn_check_status("json", atn_json_parse(ctx, text, strlen(text), "json", NULL, &tree, &err),
                         ATTAIN_OK, &err);
        check_schema(ctx, tree);
        const double rss = json_number(tree, "rss");
        atn_check_same_bits("rss", &rss, &summary.rss, 1);
        assert_true(json_number(tree, "n_missing") == 1);
        assert_true(json_number(cJSON_GetObjectItem(tree, "intervals"), "replicates") == 100);
        const cJSON *list = cJSON_GetObjectItem(tree, "parameters");
        assert_int_equal(cJSON_GetArraySize(list), 2);
        const double b = json_number(cJSON_GetArrayItem(list, 1), "estimate"),
                     want = estimate(r, 1);
        atn_check_same_bits("b", &b, &want, 1);
        assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(tree, "residuals")),
                         residuals ? 4 : 0);
        assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(tree, "diagnostics")), 1);
        cJSON_Delete(tree);
        attain_text_free(ctx, text);
    }
    attain_regression_free(r);

    s = line();
    s.formula = "a + b + c * x";
    s.start = "a=0,b=0,c=1";
    attain_regression *weak = fit(ctx, table, &s, NULL);
    assert_int_equal(atn_regression_json(weak, false, &text, &err), ATTAIN_OK);
    assert_int_equal(atn_json_parse(ctx, text, strlen(text), "json", NULL, &tree, &err), 0);
    check_schema(ctx, tree);
    assert_string_equal(cJSON_GetObjectItem(tree, "outcome")->valuestring, "singular");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(tree, "unidentified")), 2);
    cJSON_Delete(tree);
    attain_text_free(ctx, text);
    attain_regression_free(weak);
    attain_table_free(table);
    attain_context_free(ctx);
}

static void test_csv(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_table *table = parse(ctx, "x,y\n1,2\n\n2,NA\n3,6\n");
    attain_regression_settings s = line();
    attain_error err = {0};
    char *text;
    s.formula = "b * x";
    s.start = "b=1";
    attain_regression *r = fit(ctx, table, &s, NULL);
    assert_int_equal(atn_regression_csv(r, false, &text, &err), ATTAIN_OK);
    assert_string_equal(text, "name,estimate,std_error,lower,upper\nb,2,0,2,2\n");
    attain_text_free(ctx, text);
    assert_int_equal(atn_regression_csv(r, true, &text, &err), ATTAIN_OK);
    assert_string_equal(text, "line,response,fitted,residual\n2,2,2,0\n5,6,6,0\n");
    attain_text_free(ctx, text);
    attain_regression_free(r);
    attain_table_free(table);
    attain_context_free(ctx);
}

/* ---- Failing memory ---- */

typedef struct whole {
    const char *table;
    attain_regression_settings s;
    attain_status want;
} whole;

static attain_status whole_once(void *user, attain_context *ctx, attain_error *err)
{
    const whole *w = user;
    attain_diagnostics *list = NULL;
    attain_table *table = NULL;
    attain_regression *r = NULL;
    char *text = NULL;
    attain_status status = attain_diagnostics_create(ctx, &list, err);
    if (!status)
        status = attain_table_parse(ctx, w->table, strlen(w->table), "t", list, &table, err);
    if (!status) status = attain_regress(ctx, table, &w->s, list, &r, err);
    assert_true(status == ATTAIN_OK || r == NULL);
    if (!status) status = atn_regression_json(r, true, &text, err);
    attain_text_free(ctx, text);
    attain_regression_free(r);
    attain_table_free(table);
    attain_diagnostics_free(list);
    if (status != w->want || status == ATTAIN_OK) return status;
    err->status = ATTAIN_OK; /* refused as it should be */
    return ATTAIN_OK;
}

static void test_faults(void **state)
{
    (void)state;
    static const char table[] = "x,y,w,bad,day\n1,2.1,1,x,2025-01-01\n2,3.9,2,1,2025-01-02\n"
                                "3,6.2,1,1,2025-01-03\nNA,1,1,1,2025-01-04\n4,7.8,1,1,2025-01-05\n"
                                "5,10.1,2,1,2025-01-06\n";
    whole plain = {.table = table, .s = line()};
    plain.s.weights = "w";
    plain.s.prior = "b=normal(0, 10)";
    plain.s.bounds = "a=-5:5";
    check_faults("formula", whole_once, &plain, 1000);
    whole boot = {.table = table, .s = line()};
    boot.s.intervals = ATTAIN_INTERVALS_BOOTSTRAP;
    boot.s.replicates = 100;
    check_faults("bootstrap", whole_once, &boot, 1000);
    whole profile = {.table = table, .s = line()};
    profile.s.intervals = ATTAIN_INTERVALS_PROFILE;
    check_faults("profile", whole_once, &profile, 1000);
    whole curve = {.table = table, .s = line()};
    curve.s.formula = "day + 1";
    curve.s.start = NULL;
    curve.s.curve = "linear";
    check_faults("curve", whole_once, &curve, 1000);
    whole names = {.table = table, .s = line(), .want = ATTAIN_ERR_FORMULA};
    names.s.formula = "a + b * xx + bad";
    check_faults("names", whole_once, &names, 1000);
    whole domain = {.table = table, .s = line(), .want = ATTAIN_ERR_DOMAIN};
    domain.s.formula = "a + b * log(x - 1)";
    check_faults("domain", whole_once, &domain, 1000);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_weaknesses),
        cmocka_unit_test(test_prior),
        cmocka_unit_test(test_curves),
        cmocka_unit_test(test_curve_settings),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
