/* The posterior of a regression: exact moments of published regressions, what is known without
 * sampling, threads, memory, refusals. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <attain/regress.h>

#include "read_table.h"
#include "stats/distribution.h"
#include "stats/summary.h"

enum { MOST_DRAWS = 4000 };

/* A regression with its table; `fit` fills in the settings that are the same for all. */
typedef struct posterior {
    attain_table *table;
    attain_regression *regression;
    attain_regression_summary summary;
} posterior;

static attain_status fit(attain_context *ctx, const attain_regression_settings *settings,
                         posterior *p, attain_error *err)
{
    const attain_status status = attain_regress(ctx, p->table, settings, NULL, &p->regression, err);
    if (status == ATTAIN_OK) attain_regression_summarize(p->regression, &p->summary);
    return status;
}

static void drop(posterior *p)
{
    attain_regression_free(p->regression);
    attain_table_free(p->table);
    *p = (posterior){0};
}

static attain_regression_settings sampled(const char *response, const char *formula,
                                          const char *start)
{
    attain_regression_settings settings;
    attain_regression_settings_init(&settings);
    settings.response = response;
    settings.formula = formula;
    settings.start = start;
    settings.fit = ATTAIN_METHOD_NUTS;
    return settings;
}

static void make_table(attain_context *ctx, const char *const *names, const double *const *columns,
                       size_t n_columns, size_t n_rows, posterior *p)
{
    attain_error err = {0};
    atn_check_status("table",
                     attain_table_create(ctx, names, columns, n_columns, n_rows, &p->table, &err),
                     ATTAIN_OK, &err);
}

/* ---- published regressions ---- */

/* Draws of one parameter with their Monte Carlo errors. */
typedef struct drawn {
    double x[MOST_DRAWS], sd_error;
    atn_summary summary;
} drawn;

static void read_drawn(attain_context *ctx, const posterior *p, size_t k, drawn *d)
{
    double ess;
    attain_error err = {0};
    atn_check_status("draws", attain_regression_draws(p->regression, k, d->x, &err), ATTAIN_OK,
                     &err);
    atn_check_status("summary", atn_summarise(ctx, d->x, 4, MOST_DRAWS / 4, &d->summary, &err),
                     ATTAIN_OK, &err);
    atn_check_status("sd error",
                     atn_sd_error(ctx, d->x, 4, MOST_DRAWS / 4, &ess, &d->sd_error, &err),
                     ATTAIN_OK, &err);
}

/* exact_moments.csv: 0 posterior, 1 parameter, 2 mean, 3 sd. */
static void check_moments(attain_context *ctx, const posterior *p, const read_table *t, size_t row,
                          size_t k)
{
    static drawn d;
    char label[128];
    attain_regression_parameter parameter;
    const double mean = read_table_number(t, row, 2), sd = read_table_number(t, row, 3);
    read_drawn(ctx, p, k, &d);
    atn_check_status("parameter",
                     attain_regression_parameter_get(p->regression, k, &parameter, NULL), ATTAIN_OK,
                     NULL);
    snprintf(label, sizeof label, "%s %s", read_table_cell(t, row, 0), parameter.name);
    assert_string_equal(parameter.name, read_table_cell(t, row, 1));
    atn_check_close(label, parameter.estimate, mean, 4.0 * d.summary.mcse_mean, 0.0);
    atn_check_close(label, parameter.std_error, sd, fmax(0.05 * sd, 4.0 * d.sd_error), 0.0);
}

/* reference_summary.csv: 0 posterior, 1 parameter, 10 q5, 12 q50, 14 q95, of 10,000 draws. */
static void check_quantiles(attain_context *ctx, const posterior *p, const read_table *t,
                            size_t row, size_t k)
{
    static drawn d;
    static const struct {
        double level;
        size_t column;
    } quantiles[] = {{0.05, 10}, {0.5, 12}, {0.95, 14}};
    read_drawn(ctx, p, k, &d);
    for (size_t q = 0; q < 3; q++) {
        char label[128];
        double ess, mcse, found, x[MOST_DRAWS];
        attain_error err = {0};
        snprintf(label, sizeof label, "%s %s %g", read_table_cell(t, row, 0),
                 read_table_cell(t, row, 1), quantiles[q].level);
        atn_check_status(
            label,
            atn_quantile_error(ctx, d.x, 4, MOST_DRAWS / 4, quantiles[q].level, &ess, &mcse, &err),
            ATTAIN_OK, &err);
        memcpy(x, d.x, sizeof x);
        atn_quantiles(x, MOST_DRAWS, &quantiles[q].level, 1, &found);
        const double both = mcse * sqrt(1.0 + ess / 10000.0);
        atn_check_close(label, found, read_table_number(t, row, quantiles[q].column),
                        fmax(4.0 * both, 0.1 * d.summary.sd), 0.0);
    }
}

/* models.csv: 0 posterior, 1 data, 2 response, 3 formula, 4 priors. */
static size_t check_published(attain_context *ctx, const read_table *models, size_t m,
                              const read_table *moments, const read_table *reference)
{
    const char *name = read_table_cell(models, m, 0);
    char path[128], start[256] = "";
    size_t found = 0;
    posterior p = {0};
    attain_error err = {0};
    for (size_t row = 0; row < moments->rows; row++) {
        const char *parameter = read_table_cell(moments, row, 1);
        const size_t n = strlen(start);
        if (strcmp(read_table_cell(moments, row, 0), name) != 0) continue;
        if (strcmp(parameter, "sigma") != 0)
            snprintf(start + n, sizeof start - n, "%s%s=0", n ? "," : "", parameter);
    }
    snprintf(path, sizeof path, "data/posteriordb/%s", read_table_cell(models, m, 1));
    attain_regression_settings settings =
        sampled(read_table_cell(models, m, 2), read_table_cell(models, m, 3), start);
    settings.prior = read_table_cell(models, m, 4);
    atn_check_status(name, attain_table_load(ctx, check_shared(path), NULL, &p.table, &err),
                     ATTAIN_OK, &err);
    const clock_t begin = clock();
    atn_check_status(name, fit(ctx, &settings, &p, &err), ATTAIN_OK, &err);
    print_message("%-40s R-hat %.4f  ESS %4.0f  divergences %zu  %.2f s\n", name,
                  p.summary.max_rhat, p.summary.min_ess, p.summary.divergences,
                  (double)(clock() - begin) / CLOCKS_PER_SEC);
    assert_true(p.summary.gates_passed);
    for (size_t row = 0; row < moments->rows; row++)
        if (strcmp(read_table_cell(moments, row, 0), name) == 0)
            check_moments(ctx, &p, moments, row, found++);
    assert_int_equal(found, p.summary.n_parameters);
    for (size_t row = 0; row < reference->rows; row++) {
        if (strcmp(read_table_cell(reference, row, 0), name) != 0) continue;
        for (size_t k = 0; k < p.summary.n_parameters; k++) {
            attain_regression_parameter parameter;
            assert_int_equal(attain_regression_parameter_get(p.regression, k, &parameter, NULL),
                             ATTAIN_OK);
            if (strcmp(parameter.name, read_table_cell(reference, row, 1)) == 0)
                check_quantiles(ctx, &p, reference, row, k);
        }
    }
    drop(&p);
    return found;
}

static void test_published(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    read_table models = read_table_open(check_shared("data/posteriordb/models.csv"));
    read_table moments = read_table_open(check_shared("data/posteriordb/exact_moments.csv"));
    read_table reference = read_table_open(check_shared("data/posteriordb/reference_summary.csv"));
    size_t n = 0;
    for (size_t m = 0; m < models.rows; m++)
        n += check_published(ctx, &models, m, &moments, &reference);
    assert_int_equal(n, moments.rows);
    read_table_close(&models);
    read_table_close(&moments);
    read_table_close(&reference);
    attain_context_free(ctx);
}

/* ---- what is known without sampling ---- */

/* y = b x with b > 0 and flat: b has a Student-t law cut at 0, whatever least squares says. */
static void test_at_bound(void **state)
{
    static const double slopes[] = {-0.6, -0.1, 0.0, 0.3, 4.0};
    static const char *const names[] = {"x", "y"};
    enum { N = 10, GRID = 200000 };
    (void)state;
    for (size_t s = 0; s < sizeof slopes / sizeof *slopes; s++) {
        attain_context *ctx = check_context(NULL, 1);
        double x[N], y[N], xx = 0, xy = 0, rss = 0, weight = 0, first = 0, second = 0;
        const double *const columns[] = {x, y};
        posterior p = {0};
        attain_error err = {0};
        for (size_t i = 0; i < N; i++) {
            x[i] = 0.5 + 0.1 * (double)i;
            y[i] = slopes[s] * x[i] + 0.7 * sin(2.3 * (double)i + 1.0);
            xx += x[i] * x[i];
            xy += x[i] * y[i];
        }
        const double b = xy / xx;
        for (size_t i = 0; i < N; i++) rss += (y[i] - b * x[i]) * (y[i] - b * x[i]);
        for (size_t g = 0; g < GRID; g++) { /* sigma integrated out: (rss + ...)^-(N - 1)/2 */
            const double at = 20.0 * ((double)g + 0.5) / GRID;
            const double density = pow(1.0 + (at - b) * (at - b) * xx / rss, -0.5 * (N - 1));
            weight += density;
            first += density * at;
            second += density * at * at;
        }
        const double mean = first / weight, sd = sqrt(second / weight - mean * mean);
        make_table(ctx, names, columns, 2, N, &p);
        attain_regression_settings settings = sampled("y", "b*x", "b=1");
        settings.bounds = "b=0:";
        atn_check_status("fit", fit(ctx, &settings, &p, &err), ATTAIN_OK, &err);
        static drawn d;
        char label[60];
        snprintf(label, sizeof label, "slope %g", slopes[s]);
        read_drawn(ctx, &p, 0, &d);
        print_message("%s: mean %.4f sd %.4f R-hat %.4f ESS %.0f divergences %zu\n", label, mean,
                      sd, p.summary.max_rhat, p.summary.min_ess, p.summary.divergences);
        atn_check_close(label, d.summary.mean, mean, 4.0 * d.summary.mcse_mean, 0.0);
        atn_check_close(label, d.summary.sd, sd, fmax(0.05 * sd, 4.0 * d.sd_error), 0.0);
        assert_true(p.summary.gates_passed);
        drop(&p);
        attain_context_free(ctx);
    }
}

/* Normal errors from a fixed stream about a curve that is not linear in its parameters. */
static void plant(size_t n, double *x, double *y, double *w)
{
    atn_stream stream;
    atn_stream_init(&stream, 20260, ATN_PURPOSE_SIMULATE, 0, 0);
    for (size_t i = 0; i < n; i++) {
        x[i] = 8.0 * ((double)i + 0.5) / (double)n;
        w[i] = i % 3 ? 1.0 : 4.0;
        y[i] =
            1.0 + 12.0 * (1.0 - exp(-0.4 * x[i])) + 0.5 / sqrt(w[i]) * atn_stream_normal(&stream);
    }
}

static void test_planted(void **state)
{
    enum { N = 150 };
    static const double truth[] = {12.0, 0.4, 1.0, 0.5};
    static const char *const names[] = {"x", "y", "w"};
    double x[N], y[N], w[N];
    const double *const columns[] = {x, y, w};
    attain_context *ctx = check_context(NULL, 1);
    attain_error err = {0};
    posterior p = {0};
    (void)state;
    plant(N, x, y, w);
    make_table(ctx, names, columns, 3, N, &p);
    attain_regression_settings settings = sampled("y", "c+a*(1-exp(-b*x))", "a=5,b=1,c=0");
    settings.bounds = "a=0:, b=0.01:3, c=:20";
    settings.weights = "w";
    settings.prior = "b=lognormal(-1,1); sigma=exponential(1)";
    settings.level = 0.99;
    atn_check_status("fit", fit(ctx, &settings, &p, &err), ATTAIN_OK, &err);
    assert_true(p.summary.gates_passed);
    assert_int_equal(p.summary.n_parameters, 4);
    for (size_t k = 0; k < 4; k++) {
        attain_regression_parameter found;
        assert_int_equal(attain_regression_parameter_get(p.regression, k, &found, NULL), ATTAIN_OK);
        print_message("%s %.4f +- %.4f, planted %g\n", found.name, found.estimate, found.std_error,
                      truth[k]);
        atn_check_close(found.name, found.estimate, truth[k], 3.0 * found.std_error, 0.0);
        assert_true(found.lower < truth[k] && truth[k] < found.upper);
    }
    drop(&p);
    attain_context_free(ctx);
}

/* ---- threads, memory, refusals ---- */

static void draw_all(unsigned threads, double *draws)
{
    enum { N = 40 };
    static const char *const names[] = {"x", "y", "w"};
    double x[N], y[N], w[N];
    const double *const columns[] = {x, y, w};
    attain_context *ctx = check_context(NULL, threads);
    attain_error err = {0};
    posterior p = {0};
    plant(N, x, y, w);
    make_table(ctx, names, columns, 3, N, &p);
    attain_regression_settings settings = sampled("y", "c+a*(1-exp(-b*x))", "a=5,b=1,c=0");
    settings.bounds = "b=0:3";
    atn_check_status("fit", fit(ctx, &settings, &p, &err), ATTAIN_OK, &err);
    for (size_t k = 0; k < 4; k++)
        atn_check_status("draws",
                         attain_regression_draws(p.regression, k, draws + k * MOST_DRAWS, &err),
                         ATTAIN_OK, &err);
    drop(&p);
    attain_context_free(ctx);
}

static void test_threads(void **state)
{
    static double one[4 * MOST_DRAWS], two[4 * MOST_DRAWS];
    (void)state;
    draw_all(1, one);
    draw_all(2, two);
    atn_check_same_bits("threads", one, two, sizeof one / sizeof *one);
}

typedef struct asking {
    const char *formula, *start, *bounds, *prior, *folder;
} asking;

static attain_status write_all(void *user, attain_context *ctx, attain_error *err)
{
    enum { N = 8 };
    static const double x[N] = {0, 1, 2, 3, 4, 5, 6, 7}, z[N] = {1, 0, 2, 1, 3, 0, 1, 2};
    static const double y[N] = {1.1, 2.9, 5.2, 6.8, 9.1, 11.2, 12.8, 15.1};
    static const char *const names[] = {"x", "z", "y"};
    static const double *const columns[] = {x, z, y};
    const asking *a = user;
    char path[300];
    posterior p = {0};
    attain_regression_settings settings = sampled("y", a->formula, a->start);
    settings.bounds = a->bounds;
    settings.prior = a->prior;
    settings.chains = 2;
    settings.warmup = settings.draws = 60;
    attain_status status = attain_table_create(ctx, names, columns, 3, N, &p.table, err);
    if (status == ATTAIN_OK) status = fit(ctx, &settings, &p, err);
    for (int format = ATTAIN_FORMAT_TABLE; status == ATTAIN_OK && format <= ATTAIN_FORMAT_CSV;
         format++) {
        char *text = NULL;
        status = attain_regression_text(p.regression, (attain_format)format, true, &text, err);
        assert_true((status == ATTAIN_OK) == (text != NULL));
        attain_text_free(ctx, text);
    }
    snprintf(path, sizeof path, "%s/draws.csv", a->folder);
    if (status == ATTAIN_OK) status = attain_regression_write_draws(p.regression, path, err);
    snprintf(path, sizeof path, "%s/fit.svg", a->folder);
    if (status == ATTAIN_OK) status = attain_regression_plot(p.regression, path, NULL, NULL, err);
    drop(&p);
    return status;
}

static void test_memory(void **state)
{
    char folder[256];
    asking asked[] = {{"a + b*x", "a=0,b=1", NULL, NULL, folder},
                      {"a + b*x + c*z", "a=0,b=1,c=1", "b=0:,c=1:1",
                       "a=normal(0,3);sigma=half_normal(2)", folder}};
    (void)state;
    check_scratch_create(folder, sizeof folder);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        check_faults(asked[i].formula, write_all, &asked[i], 5000);
    check_scratch_remove(folder);
}

typedef struct refusal {
    const char *title, *formula, *start, *prior, *bounds, *message;
    attain_loss loss;
    attain_intervals intervals;
    attain_method method;
    long chains, draws; /* 0: default */
    attain_status status;
} refusal;

static void test_refusals(void **state)
{
    enum { N = 6 };
    static const double x[N] = {1, 2, 3, 4, 5, 6}, y[N] = {2.2, 3.9, 6.3, 7.8, 10.1, 11.8};
    static const char *const names[] = {"x", "y", "sigma"};
    static const double *const columns[] = {x, y, x};
    static const refusal rows[] = {
        {.title = "loss", .loss = ATTAIN_LOSS_HUBER, .message = "normal errors"},
        {.title = "profile", .intervals = ATTAIN_INTERVALS_PROFILE, .message = "of its own"},
        {.title = "bootstrap", .intervals = ATTAIN_INTERVALS_BOOTSTRAP, .message = "of its own"},
        {.title = "method", .method = (attain_method)7, .message = "settings.fit"},
        {.title = "chains", .chains = 65, .message = "settings.chains"},
        {.title = "draws", .draws = 24, .message = "settings.draws"},
        {.title = "sigma without nuts",
         .method = ATTAIN_METHOD_MAP,
         .prior = "sigma=half_normal(1)",
         .message = "fit nuts"},
        {.title = "sigma below 0", .prior = "sigma=uniform(-3,-1)", .message = "above 0"},
        {.title = "sigma twice",
         .prior = "sigma=half_normal(1);sigma=half_normal(2)",
         .message = "sigma twice"},
        {.title = "a parameter",
         .formula = "a+sigma*x",
         .start = "a=1,sigma=1",
         .message = "no parameter"},
        {.title = "a column", .formula = "a+b*sigma", .message = "no column"},
        {.title = "two for one",
         .formula = "a*b*x",
         .status = ATTAIN_ERR_NUMERIC,
         .message = "rows and priors do not determine a (0.71), b (-0.71)"},
        {.title = "as many as rows",
         .formula = "a+b*x+c*x^2+d*x^3+f*x^4+g*x^5",
         .start = "a=0,b=0,c=0,d=0,f=0,g=0",
         .status = ATTAIN_ERR_NUMERIC,
         .message = "nothing left from which to learn sigma"},
        {.title = "one to spare",
         .formula = "a+b*x+c*x^2+d*x^3+f*x^4",
         .start = "a=0,b=0,c=0,d=0,f=0",
         .status = ATTAIN_ERR_NUMERIC,
         .message = "give sigma a prior"}};
    attain_context *ctx = check_context(NULL, 1);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const refusal *r = &rows[i];
        posterior p = {0};
        attain_error err = {0};
        const attain_status status = r->status ? r->status : ATTAIN_ERR_ARGUMENT;
        make_table(ctx, names, columns, r->formula && strstr(r->formula, "sigma*x") ? 2 : 3, N, &p);
        attain_regression_settings settings =
            sampled("y", r->formula ? r->formula : "a+b*x", r->start ? r->start : "a=1,b=1");
        settings.prior = r->prior;
        settings.loss = r->loss;
        settings.intervals = r->intervals;
        if (r->method) settings.fit = r->method;
        if (r->chains) settings.chains = r->chains;
        if (r->draws) settings.draws = r->draws;
        atn_check_status(r->title, fit(ctx, &settings, &p, &err), status, &err);
        if (!strstr(err.message, r->message)) fail_msg("%s: %s", r->title, err.message);
        assert_null(p.regression);
        drop(&p);
    }
    attain_context_free(ctx);
}

/* Rows on the curve itself leave sigma no least value. */
static void test_exact_rows(void **state)
{
    enum { N = 5 };
    static const double x[N] = {1, 2, 3, 4, 5}, y[N] = {2.1, 4.1, 6.1, 8.1, 10.1};
    static const char *const names[] = {"x", "y"};
    static const double *const columns[] = {x, y};
    attain_context *ctx = check_context(NULL, 1);
    posterior p = {0};
    attain_error err = {0};
    (void)state;
    make_table(ctx, names, columns, 2, N, &p);
    attain_regression_settings settings = sampled("y", "a+b*x", "a=0,b=1");
    atn_check_status("exact", fit(ctx, &settings, &p, &err), ATTAIN_ERR_NUMERIC, &err);
    assert_non_null(strstr(err.message, "lie on the curve"));
    drop(&p);
    attain_context_free(ctx);
}

/* Too few draws fail the gate of effective size, and the summary says so; without a posterior there
 * are no draws. */
static void test_gates(void **state)
{
    enum { N = 6 };
    static const double x[N] = {1, 2, 3, 4, 5, 6}, y[N] = {2.2, 3.9, 6.3, 7.8, 10.1, 11.8};
    static const char *const names[] = {"x", "y"};
    static const double *const columns[] = {x, y};
    attain_context *ctx = check_context(NULL, 1);
    attain_diagnostics *notes = NULL;
    posterior p = {0};
    attain_error err = {0};
    double draws[100];
    (void)state;
    make_table(ctx, names, columns, 2, N, &p);
    assert_int_equal(attain_diagnostics_create(ctx, &notes, NULL), ATTAIN_OK);
    attain_regression_settings settings = sampled("y", "a+b*x", "a=0,b=1");
    settings.chains = 1;
    settings.warmup = settings.draws = 100;
    atn_check_status("few draws",
                     attain_regress(ctx, p.table, &settings, notes, &p.regression, &err), ATTAIN_OK,
                     &err);
    attain_regression_summarize(p.regression, &p.summary);
    assert_false(p.summary.gates_passed);
    assert_true(p.summary.outcome == ATTAIN_REGRESSION_CONVERGED);
    assert_true(p.summary.min_ess < 400.0);
    bool told = false;
    for (size_t k = 0; k < attain_diagnostics_count(notes); k++)
        told = told || strcmp(attain_diagnostics_get(notes, k)->code, "gate-ess") == 0;
    assert_true(told);
    atn_check_status("beyond", attain_regression_draws(p.regression, 3, draws, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    attain_regression_free(p.regression);
    settings.fit = ATTAIN_METHOD_STUDY;
    atn_check_status("least squares", fit(ctx, &settings, &p, &err), ATTAIN_OK, &err);
    assert_true(p.summary.gates_passed && isnan(p.summary.max_rhat) && isnan(p.summary.min_ess));
    assert_int_equal(p.summary.n_parameters, 2);
    atn_check_status("none", attain_regression_draws(p.regression, 0, draws, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    atn_check_status("none", attain_regression_write_draws(p.regression, "none.csv", &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    drop(&p);
    attain_diagnostics_free(notes);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),  cmocka_unit_test(test_at_bound),
        cmocka_unit_test(test_planted),    cmocka_unit_test(test_threads),
        cmocka_unit_test(test_memory),     cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_exact_rows), cmocka_unit_test(test_gates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
