/* Regressions whose answers are certified: NIST's sets from every start they come with, the linear
 * sets in exact arithmetic, and saturating growth in 40 digits. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/regress.h>

#include "check.h"
#include "read_table.h"

enum { MOST = 12 };

/* Digits asked of estimates, and of standard errors and residual sd. */
static const double estimate_digits = 1e-8, spread_digits = 1e-7;

typedef struct certified {
    char title[96];
    size_t n;
    char name[MOST][16];
    double value[MOST], sd[MOST], start[MOST];
    double residual_sd;
    bool only_estimates; /* residuals below what data read as doubles can carry */
    double digits;       /* of the estimates; 0: estimate_digits */
    double zero;         /* what a certified 0 may be */
} certified;

static attain_regression *fit(attain_context *ctx, const attain_table *table, const certified *c,
                              const char *response, const char *formula)
{
    attain_regression_settings settings;
    attain_regression *regression = NULL;
    attain_error err;
    char start[1024] = "";
    for (size_t k = 0; k < c->n; k++) {
        const size_t at = strlen(start);
        snprintf(start + at, sizeof start - at, "%s%s=%.17g", k ? "," : "", c->name[k],
                 c->start[k]);
    }
    attain_regression_settings_init(&settings);
    settings.response = response;
    settings.formula = formula;
    settings.start = start;
    atn_check_status(c->title, attain_regress(ctx, table, &settings, NULL, &regression, &err),
                     ATTAIN_OK, &err);
    return regression;
}

static void check_fit(const certified *c, const attain_regression *regression)
{
    attain_regression_summary summary;
    char what[160];
    attain_regression_summarize(regression, &summary);
    if (summary.outcome != ATTAIN_REGRESSION_CONVERGED)
        fail_msg("%s: %s", c->title, attain_regression_outcome_text(summary.outcome));
    for (size_t k = 0; k < c->n; k++) {
        attain_regression_parameter p;
        attain_error err;
        atn_check_status(c->title, attain_regression_parameter_get(regression, k, &p, &err),
                         ATTAIN_OK, &err);
        assert_string_equal(p.name, c->name[k]);
        snprintf(what, sizeof what, "%s: %s", c->title, p.name);
        atn_check_close(what, p.estimate, c->value[k], c->value[k] == 0.0 ? c->zero : 0.0,
                        c->digits > 0.0 ? c->digits : estimate_digits);
        if (c->only_estimates) continue;
        snprintf(what, sizeof what, "%s: standard error of %s", c->title, p.name);
        atn_check_close(what, p.std_error, c->sd[k], c->zero, spread_digits);
    }
    snprintf(what, sizeof what, "%s: residual sd", c->title);
    if (!c->only_estimates)
        atn_check_close(what, summary.residual_sd, c->residual_sd, c->zero, spread_digits);
}

static attain_table *load(attain_context *ctx, const char *path)
{
    attain_table *table = NULL;
    attain_error err;
    atn_check_status(path, attain_table_load(ctx, path, NULL, &table, &err), ATTAIN_OK, &err);
    return table;
}

/* The set's rows of a table {set, parameter, ...}: names, then the numbers of three columns. */
static void read_parameters(const read_table *t, const char *set, size_t name, size_t value,
                            size_t sd, size_t start, certified *c)
{
    c->n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(read_table_cell(t, i, 0), set) != 0) continue;
        snprintf(c->name[c->n], sizeof *c->name, "%s", read_table_cell(t, i, name));
        c->value[c->n] = read_table_number(t, i, value);
        c->sd[c->n] = read_table_number(t, i, sd);
        c->start[c->n] = read_table_number(t, i, start);
        c->n++;
    }
    assert_true(c->n > 0 && c->n <= MOST);
}

static void test_nonlinear(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    read_table fits = read_table_open(check_shared("data/nist/nonlinear_certified_fit.csv"));
    read_table values = read_table_open(check_shared("data/nist/nonlinear_certified_params.csv"));
    static const size_t starts[] = {2, 3, 4}; /* columns: both starts, and the answer itself */
    for (size_t i = 0; i < fits.rows; i++) {
        const char *set = read_table_cell(&fits, i, 0), *model = read_table_cell(&fits, i, 8);
        const char *equals = strstr(model, " = ");
        char path[128], response[32] = "y";
        if (equals) snprintf(response, sizeof response, "%.*s", (int)(equals - model), model);
        snprintf(path, sizeof path, "data/nist/nonlinear/%s.csv", set);
        attain_table *table = load(ctx, check_shared(path));
        for (size_t s = 0; s < 3; s++) {
            certified c = {.residual_sd = read_table_number(&fits, i, 7),
                           .only_estimates = strcmp(set, "Lanczos1") == 0};
            snprintf(c.title, sizeof c.title, "%s from start %zu", set, s + 1);
            read_parameters(&values, set, 1, 4, 5, starts[s], &c);
            attain_regression *regression =
                fit(ctx, table, &c, response, equals ? equals + 3 : model);
            check_fit(&c, regression);
            attain_regression_free(regression);
        }
        attain_table_free(table);
    }
    read_table_close(&fits);
    read_table_close(&values);
    attain_context_free(ctx);
}

/* B0 + B1*x + ... or, of two columns or more, B0 + B1*x1 + ... */
static void linear_formula(const char *set, size_t n, char *text, size_t size)
{
    const bool columns = strcmp(set, "Longley") == 0, through = strcmp(set, "NoInt1") == 0;
    size_t at = 0;
    for (size_t k = through; k < n + through && at < size; k++) {
        const char *plus = at > 0 ? " + " : "";
        if (k == 0)
            at += (size_t)snprintf(text + at, size - at, "%sB0", plus);
        else if (columns)
            at += (size_t)snprintf(text + at, size - at, "%sB%zu*x%zu", plus, k, k);
        else
            at += (size_t)snprintf(text + at, size - at, "%sB%zu*x^%zu", plus, k, k);
    }
}

static double sd_of_response(const char *path)
{
    read_table t = read_table_open(path);
    double mean = 0.0, square = 0.0;
    for (size_t i = 0; i < t.rows; i++) mean += read_table_number(&t, i, 0) / (double)t.rows;
    for (size_t i = 0; i < t.rows; i++) square += pow(read_table_number(&t, i, 0) - mean, 2.0);
    const double sd = sqrt(square / (double)(t.rows - 1));
    read_table_close(&t);
    return sd;
}

static void test_linear(void **state)
{
    (void)state;
    static const struct {
        const char *set;
        double residual_sd, digits;
    } rows[] = {
        {"Norris", 0.884796396144373, 0.0},
        {"NoInt1", 3.56753034006338, 0.0},
        {"Filip", 0.334801051324544e-2, 1e-7},
        {"Longley", 304.854073561965, 0.0},
        {"Wampler1", 0.0, 0.0},
        {"Wampler2", 0.0, 0.0},
        {"Wampler3", 2360.14502379268, 0.0},
        {"Wampler5", 23601450.2379268, 0.0},
    };
    attain_context *ctx = check_context(NULL, 1);
    read_table values = read_table_open(check_shared("data/nist/linear_certified_params.csv"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[128], formula[512];
        snprintf(path, sizeof path, "data/nist/linear/%s.csv", rows[i].set);
        certified c = {.residual_sd = rows[i].residual_sd,
                       .digits = rows[i].digits,
                       .zero = 1e-9 * sd_of_response(check_shared(path))};
        snprintf(c.title, sizeof c.title, "%s", rows[i].set);
        read_parameters(&values, rows[i].set, 1, 2, 3, 2, &c);
        linear_formula(rows[i].set, c.n, formula, sizeof formula);
        if (rows[i].residual_sd > 0.0) c.zero = 0.0;
        attain_table *table = load(ctx, check_shared(path));
        for (int s = 0; s < 3; s++) { /* from 0, from 1, from the answer */
            for (size_t k = 0; s < 2 && k < c.n; k++) c.start[k] = s;
            for (size_t k = 0; s == 2 && k < c.n; k++) c.start[k] = c.value[k];
            attain_regression *regression = fit(ctx, table, &c, "y", formula);
            check_fit(&c, regression);
            attain_regression_free(regression);
        }
        attain_table_free(table);
    }
    read_table_close(&values);
    attain_context_free(ctx);
}

/* ---- Growth ---- */

typedef struct points {
    double *x, *y;
    size_t n;
    double low_x, high_x, high_y;
} points;

static points read_points(const read_table *t, const char *set, const char *subset)
{
    points p = {.low_x = INFINITY, .high_x = -INFINITY};
    p.x = calloc(t->rows, sizeof *p.x);
    p.y = calloc(t->rows, sizeof *p.y);
    assert_true(p.x && p.y);
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(read_table_cell(t, i, 0), set) != 0 ||
            strcmp(read_table_cell(t, i, 1), subset) != 0)
            continue;
        p.x[p.n] = read_table_number(t, i, 2);
        p.y[p.n] = read_table_number(t, i, 3);
        p.low_x = fmin(p.low_x, p.x[p.n]);
        p.high_x = fmax(p.high_x, p.x[p.n]);
        p.high_y = fmax(p.high_y, p.y[p.n]);
        p.n++;
    }
    assert_true(p.n > 0);
    return p;
}

/* What somebody who looked at the points would try. */
static double rough_start(const char *name, const points *p)
{
    const double span = p->high_x - p->low_x;
    const struct {
        const char *name;
        double start;
    } guesses[] = {
        {"Asym", p->high_y},
        {"xmid", p->low_x + 0.5 * span},
        {"scal", 0.1 * span},
        {"Vm", p->high_y},
        {"K", p->low_x + 0.2 * span},
        {"R0", 0.0},
        {"lrc", -log(0.5 * span)},
        {"A1", p->high_y},
        {"lrc1", -log(0.1 * span)},
        {"A2", 0.5 * p->high_y},
        {"lrc2", -log(0.5 * span)},
        {"alpha", p->high_y},
        {"beta", 0.5 * p->high_y},
        {"lambda", exp(-3.0 / span)},
        {"b2", 3.0},
        {"b3", exp(-3.0 / span)},
        {"nu", 1.0},
    };
    for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
        if (strcmp(guesses[i].name, name) == 0) return guesses[i].start;
    fail_msg("no rough start for %s", name);
    return NAN;
}

static void read_growth(const read_table *values, const read_table *fits, size_t row, certified *c)
{
    c->n = 0;
    c->residual_sd = read_table_number(fits, row, 8);
    snprintf(c->title, sizeof c->title, "%s %s %s", read_table_cell(fits, row, 0),
             read_table_cell(fits, row, 1), read_table_cell(fits, row, 2));
    for (size_t i = 0; i < values->rows; i++) {
        bool same = true;
        for (size_t k = 0; k < 3; k++)
            same =
                same && strcmp(read_table_cell(values, i, k), read_table_cell(fits, row, k)) == 0;
        if (!same) continue;
        snprintf(c->name[c->n], sizeof *c->name, "%s", read_table_cell(values, i, 3));
        c->value[c->n] = read_table_number(values, i, 4);
        c->sd[c->n++] = read_table_number(values, i, 5);
    }
    assert_true(c->n > 0);
}

static void test_growth(void **state)
{
    (void)state;
    static const char *const names[] = {"x", "y"};
    attain_context *ctx = check_context(NULL, 1);
    read_table data = read_table_open(check_shared("data/growth/growth_data.csv"));
    read_table fits = read_table_open(check_shared("data/growth/growth_certified_fit.csv"));
    read_table values = read_table_open(check_shared("data/growth/growth_certified_params.csv"));
    for (size_t i = 0; i < fits.rows; i++) {
        certified c = {.n = 0};
        attain_table *table = NULL;
        attain_error err;
        read_growth(&values, &fits, i, &c);
        points p = read_points(&data, read_table_cell(&fits, i, 0), read_table_cell(&fits, i, 1));
        const double *const columns[] = {p.x, p.y};
        atn_check_status(c.title, attain_table_create(ctx, names, columns, 2, p.n, &table, &err),
                         ATTAIN_OK, &err);
        for (int s = 0; s < 3; s++) { /* by eye; the answer; the answer times 3 and by 3 in turn */
            for (size_t k = 0; k < c.n; k++) {
                c.start[k] = s == 0 ? rough_start(c.name[k], &p) : c.value[k];
                if (s == 2) c.start[k] *= k % 2 ? 3.0 : 1.0 / 3.0;
            }
            attain_regression *regression = fit(ctx, table, &c, "y", read_table_cell(&fits, i, 3));
            check_fit(&c, regression);
            attain_regression_free(regression);
        }
        attain_table_free(table);
        free(p.x);
        free(p.y);
    }
    read_table_close(&data);
    read_table_close(&fits);
    read_table_close(&values);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nonlinear),
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_growth),
    };
    attain_gsl_quiet();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
