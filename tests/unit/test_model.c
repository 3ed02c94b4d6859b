/* The log posterior: gradients against differences over every statistic, relation, kind, link,
 * deviation and effect; finiteness far out; no allocation; the independent program's values. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "study_fixture.h"

/* One series, one report of each wanted kind; the rest of the study has every kind of parameter. */
static const char *const shape =
    "{\"title\": \"t\", \"origin\": \"2025-01-01\", \"as_of\": \"2025-06-30\","
    " \"horizon\": \"2025-09-30\", \"step\": \"%s\","
    " \"series\": {\"x\": {\"kind\": \"%s\", \"link\": \"%s\","
    "   \"trend\": {\"formula\": \"%s\"},"
    "   \"parameters\": {\"a\": \"normal(%s)\", \"b\": \"lognormal(log(40), 0.5)\"},"
    "   \"deviation\": {\"type\": \"%s\"%s}%s%s}},"
    " \"definitions\": {\"ref\": {\"series\": \"x\", \"reference\": true},"
    "   \"other\": {\"series\": \"x\", %s}},"
    " \"sources\": {\"S\": {\"error\": 0.04, \"bias\": 0.05}},"
    " \"releases\": {\"R\": {\"bias\": 0.03}},"
    " \"measurement\": {\"scale\": \"lognormal(0, 0.3)\"%s},"
    " \"reports\": [%s]}";

typedef struct link_case {
    const char *kind, *link, *formula, *level_prior, *factor, *value, *upper, *grain;
} link_case;

static const link_case links[] = {
    {"flow", "log", "exp(a + 0.5 * tanh((t - 90) / b))", "6.5, 0.3",
     "\"factor\": \"lognormal(0.3, 0.2)\"", "700", "900", ""},
    {"flow", "identity", "100 * a + 40 * tanh((t - 90) / b)", "6.5, 0.3",
     "\"shift\": \"normal(10, 20)\"", "700", "900", ""},
    {"stock", "log", "exp(a + 0.5 * tanh((t - 90) / b))", "6.5, 0.3",
     "\"factor\": \"lognormal(0.3, 0.2)\"", "700", "900", ""},
    {"stock", "identity", "100 * a + 40 * tanh((t - 90) / b)", "6.5, 0.3",
     "\"shift\": \"normal(10, 20)\"", "700", "900", ""},
    {"share", "logit", "logistic(a + 0.2 * tanh((t - 90) / b))", "0.1, 0.3",
     "\"shift\": \"normal(0.1, 0.2)\"", "0.5", "0.55", ", \"grain\": 0.05"},
    {"share", "identity", "a + 0.05 * tanh((t - 90) / b)", "0.5, 0.05",
     "\"shift\": \"normal(0.01, 0.02)\"", "0.5", "0.55", ", \"grain\": 0.05"},
};

static const char *const relations[] = {"exact", "at_least", "at_most", "between",
                                        "over",  "nearly",   "about"};

typedef struct deviation_case {
    const char *type, *more, *effect, *step;
} deviation_case;

static const deviation_case deviations[] = {
    {"none", "", "", "day"},
    {"random_walk", ", \"every\": 7, \"sigma\": \"half_normal(0.2)\"", "", "day"},
    {"ar1", ", \"every\": 10", ", \"calendar\": \"day_of_week\"", "day"},
    {"local_trend",
     ", \"every\": 14, \"sigma\": \"half_normal(0.1)\", \"sigma_v\": "
     "\"half_normal(0.05)\", \"phi\": \"beta(8, 2)\"",
     "", "day"},
    {"ar1", ", \"every\": 2", "", "week"},
    {"random_walk", "", ", \"calendar\": {\"type\": \"month_of_year\", \"sigma\": 0.1}", "month"},
};

static const char *statistics_of(const char *kind, size_t k)
{
    static const char *const flow[] = {"value", "mean", "total", "max", "min", NULL};
    static const char *const stock[] = {"level", "mean", NULL};
    static const char *const share[] = {"value", "mean", NULL};
    return (*kind == 'f' ? flow : kind[1] == 't' ? stock : share)[k];
}

/* Rows of the report under test: in the reference and in the other definition, one of them stale.
 */
static int write_rows(char *out, size_t size, const link_case *l, const char *statistic,
                      const char *relation, const char *step)
{
    const bool single = strcmp(statistic, "value") == 0 || strcmp(statistic, "level") == 0;
    const bool total = strcmp(statistic, "total") == 0;
    const bool day = strcmp(step, "day") == 0;
    /* a month or week holds more than a day, but a value always speaks of one step */
    const double steps = !total ? 1 : day ? 45 : step[0] == 'w' ? 7 : 1.5;
    const double value = atof(l->value) * steps, upper = atof(l->upper) * steps;
    char more[120] = "", grain[40] = "";
    if (strcmp(relation, "between") == 0) snprintf(more, sizeof more, ", \"upper\": %.10g", upper);
    if (strcmp(relation, "over") == 0 || strcmp(relation, "nearly") == 0 ||
        strcmp(relation, "about") == 0)
        snprintf(grain, sizeof grain, "%s", l->grain);
    const char *window = single ? "\"start\": \"2025-03-10\", \"end\": \"2025-03-10\""
                                : "\"start\": \"2025-02-20\", \"end\": \"2025-04-05\"";
    return snprintf(
        out, size,
        "{\"series\": \"x\", \"statistic\": \"%s\", %s, \"relation\": \"%s\", \"value\": %.10g%s%s,"
        " \"source\": \"S\", \"release\": \"R\", \"stale\": 3},"
        "{\"series\": \"x\", \"statistic\": \"%s\", %s, \"relation\": \"%s\", \"value\": %.10g%s%s,"
        " \"definition\": \"other\", \"error\": 0.07, \"note\": \"second\"}",
        statistic, window, relation, value, more, grain, statistic, window, relation, value, more,
        grain);
}

static attain_study *make_case(attain_context *ctx, const link_case *l, const deviation_case *d,
                               const char *statistic, const char *relation, bool student)
{
    char rows[1200], json[4000];
    write_rows(rows, sizeof rows, l, statistic, relation, d->step);
    const bool scatter = strcmp(l->kind, "flow") == 0 && strcmp(l->link, "log") == 0;
    snprintf(json, sizeof json, shape, d->step, l->kind, l->link, l->formula, l->level_prior,
             d->type, d->more, d->effect,
             scatter ? ", \"step_sigma\": \"lognormal(log(0.2), 0.4)\"" : "", l->factor,
             student ? ", \"df\": 4" : "", rows);
    return fixture_study(ctx, json);
}

static void random_point(const atn_model *model, atn_stream *stream, double spread, double *u)
{
    double theta[400] = {0};
    const size_t n = atn_model_dimension(model);
    assert_true(n <= 400);
    for (size_t k = 0; k < n; k++) {
        const atn_prior *prior = atn_model_prior(model, k);
        const double p = 0.5 + 0.35 * spread * (2 * atn_stream_uniform(stream) - 1);
        theta[k] = prior ? atn_prior_quantile(prior, p) : spread * atn_stream_normal(stream);
    }
    atn_model_to_line(model, theta, u);
}

static void gradients_match_differences(void **state)
{
    (void)state;
    const uint64_t seed = 20250120;
    print_message("seed %llu\n", (unsigned long long)seed);
    attain_context *ctx = check_context(NULL, 1);
    atn_stream stream;
    atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, 0, 0);
    size_t cases = 0;
    double worst = 0;
    for (size_t l = 0; l < sizeof links / sizeof *links; l++)
        for (size_t s = 0; statistics_of(links[l].kind, s); s++)
            for (size_t r = 0; r < 7; r++)
                for (size_t d = 0; d < sizeof deviations / sizeof *deviations; d++)
                    for (int student = 0; student < 2; student++) {
                        const char *statistic = statistics_of(links[l].kind, s);
                        const bool extreme = statistic[0] == 'm' && statistic[1] != 'e';
                        if (extreme && strcmp(links[l].link, "log") != 0) continue;
                        fixture_model f =
                            fixture_model_open(ctx, make_case(ctx, &links[l], &deviations[d],
                                                              statistic, relations[r], student));
                        double u[400];
                        random_point(f.model, &stream, 1.0, u);
                        const double error = fixture_gradient_error(&f, u);
                        if (!(error <= 2e-7))
                            fail_msg("%s %s %s %s, deviation %s, %s, df %d: gradient off by %g",
                                     links[l].kind, links[l].link, statistic, relations[r],
                                     deviations[d].type, deviations[d].step, student ? 4 : 0,
                                     error);
                        if (error > worst) worst = error;
                        cases++;
                        fixture_model_close(ctx, &f);
                    }
    print_message("%zu cases, largest relative difference %.2g\n", cases, worst);
    assert_true(cases > 1000);
    attain_context_free(ctx);
}

/* Moves the level until the report lies `sd` predictive standard deviations out. */
static void far_out_is_finite(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t l = 0; l < sizeof links / sizeof *links; l++)
        for (size_t s = 0; statistics_of(links[l].kind, s); s++)
            for (size_t r = 0; r < 7; r++)
                for (int side = -1; side <= 1; side += 2) {
                    const char *statistic = statistics_of(links[l].kind, s);
                    const bool extreme = statistic[0] == 'm' && statistic[1] != 'e';
                    if (extreme && strcmp(links[l].link, "log") != 0) continue;
                    fixture_model f =
                        fixture_model_open(ctx, make_case(ctx, &links[l], &deviations[1], statistic,
                                                          relations[r], false));
                    double u[400], gradient[400];
                    atn_stream stream;
                    atn_stream_init(&stream, 7, ATN_PURPOSE_SIMULATE, l, s);
                    random_point(f.model, &stream, 0.1, u);
                    const bool identity = strcmp(links[l].link, "identity") == 0;
                    u[fixture_index(f.model, "x.a")] += side * (identity ? 20.0 : 10.0);
                    const double value = atn_model_log_posterior(f.model, u, gradient, f.workspace);
                    if (!isfinite(value))
                        fail_msg("%s %s %s %s, side %d: %g", links[l].kind, links[l].link,
                                 statistic, relations[r], side, value);
                    for (size_t k = 0; k < atn_model_dimension(f.model); k++)
                        if (!isfinite(gradient[k]))
                            fail_msg("%s %s %s %s, side %d: gradient of %s is %g", links[l].kind,
                                     links[l].link, statistic, relations[r], side,
                                     atn_model_name(f.model, k), gradient[k]);
                    fixture_model_close(ctx, &f);
                }
    attain_context_free(ctx);
}

static void sample_size_kernel(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    char rows[400], json[4000];
    snprintf(
        rows, sizeof rows,
        "{\"series\": \"x\", \"statistic\": \"mean\", \"start\": \"2025-02-20\", \"end\": "
        "\"2025-02-25\", \"relation\": \"exact\", \"value\": 0.47, \"n\": 1000, \"stale\": 2}");
    const link_case *l = &links[4];
    snprintf(json, sizeof json, shape, "day", l->kind, l->link, l->formula, l->level_prior,
             "random_walk", "", "", "", l->factor, ", \"design_effect\": 2", rows);
    fixture_model f = fixture_model_open(ctx, fixture_study(ctx, json));
    double u[400], theta[400], pointwise[1];
    atn_stream stream;
    atn_stream_init(&stream, 3, ATN_PURPOSE_SIMULATE, 0, 0);
    random_point(f.model, &stream, 0.5, u);
    assert_true(fixture_gradient_error(&f, u) <= 2e-7);
    /* a constant share makes the kernel what its formula says */
    for (size_t k = 0; k < atn_model_dimension(f.model); k++) theta[k] = 0;
    theta[fixture_index(f.model, "x.a")] = 0.3;
    theta[fixture_index(f.model, "x.b")] = 1e9;
    theta[fixture_index(f.model, "x.deviation.sigma")] = 0.1;
    theta[fixture_index(f.model, "definition.other")] = 0;
    theta[fixture_index(f.model, "scale")] = 1;
    atn_model_pointwise(f.model, theta, pointwise, f.workspace);
    const double p = 1 / (1 + exp(-0.3));
    atn_check_close("kernel", pointwise[0], 500 * (0.47 * log(p) + 0.53 * log(1 - p)), 1e-4, 0);
    fixture_model_close(ctx, &f);
    attain_context_free(ctx);
}

/* Series that read another series and an input: gradients cross the formula. */
static void series_read_series(void **state)
{
    (void)state;
    static const char *const json =
        "{\"title\": \"t\", \"origin\": \"2025-01-01\", \"as_of\": \"2025-06-30\","
        " \"horizon\": \"2025-09-30\", \"step\": \"day\","
        " \"inputs\": {\"holiday\": {\"default\": 0, \"values\": {\"2025-02-01\": 1}}},"
        " \"series\": {"
        "  \"down\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"share * up + 3 * holiday\"},"
        "    \"parameters\": {\"share\": \"beta(8, 2)\"}, \"step_sigma\": 0.1,"
        "    \"deviation\": {\"type\": \"ar1\", \"every\": 7}},"
        "  \"up\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"level * exp(slope * t / 100)\"},"
        "    \"parameters\": {\"level\": \"lognormal(log(500), 0.5)\", \"slope\": \"normal(0, "
        "1)\"},"
        "    \"deviation\": {\"type\": \"random_walk\", \"every\": 14}, \"step_sigma\": 0.1}},"
        " \"reports\": ["
        "  {\"series\": \"down\", \"statistic\": \"total\", \"start\": \"2025-01-01\", \"end\": "
        "\"2025-04-10\", \"relation\": \"over\", \"value\": 40000},"
        "  {\"series\": \"up\", \"statistic\": \"mean\", \"start\": \"2025-01-01\", \"end\": "
        "\"2025-02-10\", \"relation\": \"about\", \"value\": 500}]}";
    attain_context *ctx = check_context(NULL, 1);
    fixture_model f = fixture_model_open(ctx, fixture_study(ctx, json));
    assert_int_equal(atn_model_n_series(f.model), 2);
    double u[400];
    atn_stream stream;
    atn_stream_init(&stream, 11, ATN_PURPOSE_SIMULATE, 0, 0);
    for (int k = 0; k < 20; k++) {
        random_point(f.model, &stream, 1.0, u);
        assert_true(fixture_gradient_error(&f, u) <= 2e-7);
    }
    fixture_model_close(ctx, &f);
    attain_context_free(ctx);
}

static void evaluation_allocates_nothing(void **state)
{
    (void)state;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 1);
    fixture_model f =
        fixture_model_open(ctx, make_case(ctx, &links[0], &deviations[2], "max", "over", false));
    double u[400], gradient[400];
    atn_stream stream;
    atn_stream_init(&stream, 5, ATN_PURPOSE_SIMULATE, 0, 0);
    random_point(f.model, &stream, 1.0, u);
    const size_t before = allocator.calls;
    for (int k = 0; k < 10; k++)
        assert_true(isfinite(atn_model_log_posterior(f.model, u, gradient, f.workspace)));
    assert_int_equal(allocator.calls, before);
    fixture_model_close(ctx, &f);
    attain_context_free(ctx);
    assert_int_equal(allocator.live, 0);
}

/* Paths beyond the last report agree with the likelihood's path on the steps it reaches, and a
 * trend of fixed shape is carried to the horizon. */
static void paths_continue_the_fit(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    fixture_model f =
        fixture_model_open(ctx, make_case(ctx, &links[0], &deviations[3], "mean", "exact", false));
    double u[400], theta[400];
    atn_stream stream;
    atn_stream_init(&stream, 9, ATN_PURPOSE_SIMULATE, 0, 0);
    random_point(f.model, &stream, 1.0, u);
    atn_model_to_natural(f.model, u, theta);
    const size_t n = f.study->n_steps;
    double *a = malloc(2 * n * sizeof *a), *b = a + n;
    assert_non_null(a);
    atn_model_paths(f.model, theta, 1, 0, (double *[]){a}, f.workspace, NULL);
    atn_model_paths(f.model, theta, 1, 1, (double *[]){b}, f.workspace, NULL);
    for (size_t i = 0; i < 85; i++) /* the report reaches step 94, knots every 14: 84 is fixed */
        atn_check_close("fixed part", a[i], b[i], 0, 1e-14);
    assert_true(fabs(a[n - 1] - b[n - 1]) > 1e-6 * a[n - 1]);
    atn_model_paths(f.model, theta, 1, 0, (double *[]){b}, f.workspace, NULL);
    atn_check_same_bits("same draw, same path", b, a, n);
    free(a);
    fixture_model_close(ctx, &f);
    attain_context_free(ctx);
}

/* ---- values of the independent program ----------------------------------------------------------
 */

static char *read_line(FILE *file, char *line, size_t size)
{
    if (!fgets(line, (int)size, file)) return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

static void their_name(const char *theirs, const char *series, const attain_study *study,
                       size_t first_z, char *ours, size_t size)
{
    size_t k;
    if (sscanf(theirs, "z[%zu]", &k) == 1) {
        snprintf(ours, size, "%s.deviation.z[%zu]", series, k - 1 + first_z);
    } else if (sscanf(theirs, "b[%zu]", &k) == 1) {
        size_t seen = 0, d = 0;
        for (; d < study->n_definitions; d++)
            if (!study->definitions[d].reference && ++seen == k) break;
        assert_true(d < study->n_definitions);
        snprintf(ours, size, "definition.%s", study->definitions[d].id);
    } else if (strcmp(theirs, "sigma[1]") == 0 || strcmp(theirs, "phi[1]") == 0) {
        snprintf(ours, size, "%s.deviation.%.*s", series, (int)strcspn(theirs, "["), theirs);
    } else {
        snprintf(ours, size, "%s.%s", series, theirs);
    }
}

/* Our value at one of their points: their density of a factor is on its log, and their z run to the
 * horizon, each knot beyond the reports adding -z^2 / 2. */
static double our_value(const fixture_model *f, char names[][64], const double *values, size_t n)
{
    const size_t dimension = atn_model_dimension(f->model);
    double theta[400] = {0}, extra = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < dimension && strcmp(atn_model_name(f->model, k), names[i]) != 0) k++;
        if (k == dimension) {
            assert_non_null(strstr(names[i], ".deviation.z["));
            extra -= 0.5 * values[i] * values[i];
        } else if (strncmp(names[i], "definition.", 11) == 0) {
            theta[k] = exp(values[i]);
            extra += values[i];
        } else {
            theta[k] = values[i];
        }
    }
    return atn_model_log_density(f->model, theta, NULL, f->workspace) + extra;
}

static void agrees_with_folder(const char *folder, size_t first_z)
{
    char path[512];
    snprintf(path, sizeof path, "%s", check_shared(folder));
    attain_context *ctx = check_context(NULL, 1);
    fixture_model f = fixture_model_open(ctx, fixture_study_load(ctx, path));
    strncat(path, "/lp.csv", sizeof path - strlen(path) - 1);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    static char line[20000];
    char names[200][64];
    size_t n = 0, points = 0;
    double first = 0, worst = 0;
    assert_non_null(read_line(file, line, sizeof line));
    for (char *cell = strtok(line, ","); cell; cell = strtok(NULL, ","), n++)
        their_name(cell, f.study->series[0].id, f.study, first_z, names[n], sizeof names[n]);
    while (read_line(file, line, sizeof line)) {
        double values[200];
        size_t i = 0;
        for (char *cell = strtok(line, ","); cell; cell = strtok(NULL, ","))
            values[i++] = atof(cell);
        assert_int_equal(i, n);
        const double offset = our_value(&f, names, values, n - 1) - values[n - 1];
        if (points++ == 0) first = offset;
        if (!(fabs(offset - first) <= worst)) worst = fabs(offset - first);
        atn_check_close(folder, offset, first, 1e-9, 0);
    }
    fclose(file);
    print_message("%s: %zu points, largest deviation %.2g\n", folder, points, worst);
    assert_true(points > 5);
    fixture_model_close(ctx, &f);
    attain_context_free(ctx);
}

static void agrees_on_growth(void **state)
{
    (void)state;
    agrees_with_folder("reference/growth", 1);
}

static void agrees_on_growth_rw(void **state)
{
    (void)state;
    agrees_with_folder("reference/growth-rw", 1);
}

static void agrees_on_arrests(void **state)
{
    (void)state;
    agrees_with_folder("reference/arrests-2025-10", 0);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_on_growth),       cmocka_unit_test(agrees_on_growth_rw),
        cmocka_unit_test(agrees_on_arrests),      cmocka_unit_test(gradients_match_differences),
        cmocka_unit_test(far_out_is_finite),      cmocka_unit_test(sample_size_kernel),
        cmocka_unit_test(series_read_series),     cmocka_unit_test(evaluation_allocates_nothing),
        cmocka_unit_test(paths_continue_the_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
