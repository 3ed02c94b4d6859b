/* Mode, Laplace and resampling on real regressions whose posterior means and sds are known without
 * Monte Carlo error (posteriordb's data; closed form or one-dimensional quadrature). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "read_table.h"
#include "stats/distribution.h"
#include "stats/laplace.h"

enum { MOST_NAMES = 16, MOST_PARAMETERS = 10, DRAWS = 8000 };

static const struct {
    const char *posterior, *data, *response, *formula;
    const char *prior[MOST_PARAMETERS]; /* by parameter, sigma last; NULL: flat */
} models[] = {
    {"kidiq-kidscore_momhs",
     "kidiq",
     "kid_score",
     "beta1 + beta2*mom_hs",
     {NULL, NULL, "half_student_t(1,2.5)"}},
    {"kidiq-kidscore_interaction",
     "kidiq",
     "kid_score",
     "beta1 + beta2*mom_hs + beta3*mom_iq + beta4*mom_hs*mom_iq",
     {NULL, NULL, NULL, NULL, "half_student_t(1,2.5)"}},
    {"kidiq_with_mom_work-kidscore_mom_work",
     "kidiq_with_mom_work",
     "kid_score",
     "beta1 + beta2*(mom_work==2) + beta3*(mom_work==3) + beta4*(mom_work==4)",
     {NULL}},
    {"earnings-earn_height", "earnings", "earn", "beta1 + beta2*height", {NULL}},
    {"earnings-logearn_height", "earnings", "log(earn)", "beta1 + beta2*height", {NULL}},
    {"earnings-logearn_logheight_male",
     "earnings",
     "log(earn)",
     "beta1 + beta2*log(height) + beta3*male",
     {NULL}},
    {"mesquite-logmesquite",
     "mesquite",
     "log(weight)",
     "beta1 + beta2*log(diam1) + beta3*log(diam2) + beta4*log(canopy_height)"
     " + beta5*log(total_height) + beta6*log(density) + beta7*group",
     {NULL}},
    {"mesquite-logmesquite_logvolume",
     "mesquite",
     "log(weight)",
     "beta1 + beta2*log(diam1*diam2*canopy_height)",
     {NULL}},
    {"kilpisjarvi_mod-kilpisjarvi",
     "kilpisjarvi_mod",
     "y",
     "alpha + beta*x",
     {"normal(9.31290322580645,100)", "normal(0,0.0333333333333333)", NULL}},
    {"sblrc-blr",
     "sblrc",
     "y",
     "beta1*x1 + beta2*x2 + beta3*x3 + beta4*x4 + beta5*x5",
     {"normal(0,10)", "normal(0,10)", "normal(0,10)", "normal(0,10)", "normal(0,10)",
      "half_normal(10)"}},
};

typedef struct regression {
    attain_context *ctx;
    size_t n, rows, columns; /* n parameters, the last is log sigma */
    atn_name name[MOST_NAMES];
    char text[MOST_NAMES][32];
    double *column[MOST_NAMES]; /* data, from name n - 1 on */
    double *response, *residual, *work;
    atn_formula *formula;
    atn_prior prior[MOST_PARAMETERS];
    bool has_prior[MOST_PARAMETERS];
    double mean[MOST_PARAMETERS], sd[MOST_PARAMETERS];
} regression;

/* u = (coefficients, log sigma); the log-Jacobian of the latter included. */
static double posterior(void *user, const double *u, double *g, size_t worker)
{
    regression *r = user;
    const size_t k = r->n - 1;
    const double *input[MOST_NAMES];
    double *adjoint[MOST_NAMES] = {NULL}, fitted_slope[MOST_PARAMETERS] = {0};
    const double sigma = exp(u[k]);
    double squares = 0.0, prior_slope[MOST_PARAMETERS] = {0}, value = u[k];
    assert_int_equal(worker, 0);
    if (!isfinite(sigma) || sigma == 0.0) return -INFINITY;
    for (size_t i = 0; i < k + r->columns; i++) input[i] = i < k ? u + i : r->column[i];
    atn_formula_value(r->formula, r->rows, input, r->residual, r->work);
    for (size_t i = 0; i < r->rows; i++) {
        r->residual[i] = r->response[i] - r->residual[i];
        squares += r->residual[i] * r->residual[i];
    }
    value -= (double)r->rows * u[k] + 0.5 * squares / (sigma * sigma);
    for (size_t i = 0; i < r->n; i++)
        if (r->has_prior[i])
            value += atn_prior_log_density(&r->prior[i], i < k ? u[i] : sigma, &prior_slope[i]);
    if (!g) return value;
    for (size_t i = 0; i < k; i++) adjoint[i] = &fitted_slope[i];
    atn_formula_gradient(r->formula, r->rows, input, r->residual, NULL, adjoint, r->work);
    for (size_t i = 0; i < k; i++) g[i] = fitted_slope[i] / (sigma * sigma) + prior_slope[i];
    g[k] = 1.0 - (double)r->rows + squares / (sigma * sigma) + sigma * prior_slope[k];
    return value;
}

static void add_name(regression *r, size_t at, const char *name, bool column)
{
    assert_true(at < MOST_NAMES);
    snprintf(r->text[at], sizeof r->text[at], "%.31s", name);
    r->name[at] = (atn_name){r->text[at], column};
}

/* Parameter names and exact moments. */
static void load_moments(regression *r, const char *name)
{
    read_table t = read_table_open(check_shared("data/posteriordb/exact_moments.csv"));
    for (size_t row = 0; row < t.rows; row++)
        if (strcmp(read_table_cell(&t, row, 0), name) == 0) {
            add_name(r, r->n, read_table_cell(&t, row, 1), false);
            r->mean[r->n] = read_table_number(&t, row, 2);
            r->sd[r->n++] = read_table_number(&t, row, 3);
        }
    assert_true(r->n >= 3 && strcmp(r->text[r->n - 1], "sigma") == 0);
    read_table_close(&t);
}

static double *numbers(size_t n)
{
    double *x = calloc(n, sizeof *x);
    assert_non_null(x);
    return x;
}

/* The header row is not kept by read_table: column names come from the file's first line. */
static void load_data(regression *r, const char *data)
{
    char path[96], header[256];
    snprintf(path, sizeof path, "data/posteriordb/%s.csv", data);
    FILE *file = fopen(check_shared(path), "r");
    assert_non_null(file);
    assert_non_null(fgets(header, sizeof header, file));
    fclose(file);
    read_table t = read_table_open(check_shared(path));
    r->rows = t.rows;
    const size_t k = r->n - 1;
    char *at = header;
    for (size_t c = 0; c < t.columns; c++) {
        char *end = at + strcspn(at, ",\r\n");
        *end = '\0';
        add_name(r, k + c, at, true);
        at = end + 1;
        r->column[k + c] = numbers(t.rows);
        for (size_t i = 0; i < t.rows; i++) r->column[k + c][i] = read_table_number(&t, i, c);
    }
    r->columns = t.columns;
    read_table_close(&t);
}

static atn_formula *compile(regression *r, const char *text)
{
    atn_formula *formula = NULL;
    attain_error err = {0};
    atn_check_status(
        text,
        atn_formula_compile(r->ctx, text, r->name, r->n - 1 + r->columns, NULL, &formula, &err),
        ATTAIN_OK, &err);
    return formula;
}

static void load(regression *r, size_t m)
{
    attain_error err = {0};
    r->ctx = check_context(NULL, 1);
    load_moments(r, models[m].posterior);
    load_data(r, models[m].data);
    const double *input[MOST_NAMES];
    const double zero = 0.0;
    for (size_t i = 0; i < r->n - 1 + r->columns; i++)
        input[i] = i < r->n - 1 ? &zero : r->column[i];
    r->response = numbers(r->rows);
    r->residual = numbers(r->rows);
    atn_formula *response = compile(r, models[m].response);
    double *work = numbers(atn_formula_work_size(response, r->rows));
    atn_formula_value(response, r->rows, input, r->response, work);
    free(work);
    atn_formula_free(r->ctx, response);
    r->formula = compile(r, models[m].formula);
    r->work = numbers(atn_formula_work_size(r->formula, r->rows));
    for (size_t i = 0; i < r->n; i++)
        if ((r->has_prior[i] = models[m].prior[i] != NULL))
            atn_check_status(models[m].prior[i],
                             atn_prior_parse(r->ctx, models[m].prior[i], NULL, NULL, 0, NULL,
                                             &r->prior[i], &err),
                             ATTAIN_OK, &err);
}

static void unload(regression *r)
{
    for (size_t i = 0; i < MOST_NAMES; i++) free(r->column[i]);
    free(r->response);
    free(r->residual);
    free(r->work);
    atn_formula_free(r->ctx, r->formula);
    attain_context_free(r->ctx);
}

static void check_model(size_t m)
{
    regression r = {0};
    load(&r, m);
    const atn_target target = {r.n, posterior, &r};
    double start[MOST_PARAMETERS] = {0};
    start[r.n - 1] = log(atn_sd(r.response, r.rows));
    atn_mode mode = {0};
    atn_laplace l = {0};
    attain_error err = {0};
    const char *name = models[m].posterior;
    atn_check_status(name, atn_mode_find(r.ctx, &target, start, &mode, &err), ATTAIN_OK, &err);
    if (mode.outcome != ATN_CONVERGED) fail_msg("%s: outcome %d", name, (int)mode.outcome);
    atn_check_status(
        name, atn_laplace_draw(r.ctx, &target, &mode, 20250120, m, 4 * DRAWS, DRAWS, &l, &err),
        ATTAIN_OK, &err);
    if (!l.resampled) fail_msg("%s: k = %g", name, l.pareto_k);
    double *x = numbers(DRAWS);
    for (size_t i = 0; i < r.n; i++) {
        char label[96];
        snprintf(label, sizeof label, "%s %s", name, r.text[i]);
        for (size_t d = 0; d < DRAWS; d++)
            x[d] = i + 1 < r.n ? l.draws[d * r.n + i] : exp(l.draws[d * r.n + i]);
        /* The standard error of a mean is 0.011 to 0.014 sd. */
        atn_check_close(label, (atn_mean(x, DRAWS) - r.mean[i]) / r.sd[i], 0.0, 0.05, 0);
        atn_check_close(label, atn_sd(x, DRAWS), r.sd[i], 0, 0.05);
    }
    free(x);
    atn_laplace_free(r.ctx, &l);
    atn_mode_free(r.ctx, &mode);
    unload(&r);
}

static void test_exact_moments(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) check_model(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_exact_moments)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
