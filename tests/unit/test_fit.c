/* `map` and `nuts` against the independent program's posteriors; thread invariance. */
#include <attain/fit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/summary.h"
#include "study/posterior.h"
#include "study_fixture.h"

typedef struct reference {
    char name[32];
    double mean, sd, q5, q25, q50, q75, q95, mcse;
} reference;

static size_t read_references(const char *folder, reference *rows, size_t capacity)
{
    char path[512], line[2000];
    snprintf(path, sizeof path, "%s/posterior.csv", check_shared(folder));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    size_t n = 0;
    while (fgets(line, sizeof line, file)) {
        assert_true(n < capacity);
        reference *r = &rows[n++];
        assert_int_equal(sscanf(line, "%31[^,],%lf,%lf,%lf,%lf,%lf,%lf,%lf,%*f,%*f,%*f,%lf",
                                r->name, &r->mean, &r->sd, &r->q5, &r->q25, &r->q50, &r->q75,
                                &r->q95, &r->mcse),
                         9);
    }
    fclose(file);
    return n;
}

typedef struct run {
    attain_context *ctx;
    attain_study *study;
    attain_posterior *posterior;
    double *paths; /* n_draws x n_steps of series 0 */
    double *values;
} run;

static run open_run(const char *folder, attain_method method, long draws, unsigned threads)
{
    char path[512];
    snprintf(path, sizeof path, "%s", check_shared(folder));
    run r = {.ctx = check_context(NULL, threads)};
    r.study = fixture_study_load(r.ctx, path);
    attain_fit_settings settings;
    attain_fit_settings_init(&settings);
    settings.method = method;
    settings.draws = draws;
    attain_error err = {0};
    const attain_status status =
        attain_fit_run(r.ctx, r.study, &settings, NULL, &r.posterior, &err);
    atn_check_status(folder, status, ATTAIN_OK, &err);
    const size_t n_draws = r.posterior->n_draws, n_steps = r.study->n_steps;
    r.paths = malloc(n_draws * n_steps * sizeof *r.paths);
    r.values = malloc(n_draws * sizeof *r.values);
    assert_non_null(r.paths);
    assert_non_null(r.values);
    const atn_model *model;
    (void)atn_posterior_theta(r.posterior, 0, 0, &model);
    atn_workspace *w = NULL;
    assert_int_equal(atn_workspace_create(r.ctx, model, &w, NULL), ATTAIN_OK);
    for (size_t d = 0; d < n_draws; d++) {
        const double *theta = atn_posterior_theta(r.posterior, 0, d, &model);
        atn_model_paths(model, theta, 1, d, (double *[]){r.paths + d * n_steps}, w, NULL);
    }
    atn_workspace_free(r.ctx, w);
    return r;
}

static void close_run(run *r)
{
    free(r->paths);
    free(r->values);
    attain_posterior_free(r->posterior);
    attain_study_free(r->study);
    attain_context_free(r->ctx);
}

/* Fills r->values with the draws of one of their quantities; false if it is none of ours. */
static bool quantity(run *r, const char *name)
{
    const size_t n_draws = r->posterior->n_draws, n_steps = r->study->n_steps;
    size_t k;
    char ours[100];
    if (sscanf(name, "y[%zu]", &k) == 1) {
        for (size_t d = 0; d < n_draws; d++) r->values[d] = r->paths[d * n_steps + k - 1];
        return true;
    }
    if (strcmp(name, "total") == 0) {
        for (size_t d = 0; d < n_draws; d++) {
            r->values[d] = 0;
            for (size_t i = 0; i < n_steps; i++) r->values[d] += r->paths[d * n_steps + i];
        }
        return true;
    }
    if (strchr(name, '[') && strncmp(name, "sigma", 5) != 0 && strncmp(name, "phi", 3) != 0)
        return false;
    const char *deviation = strchr(name, '[') ? "deviation." : "";
    snprintf(ours, sizeof ours, "%s.%s%.*s", r->study->series[0].id, deviation,
             (int)strcspn(name, "["), name);
    return attain_posterior_draws(r->posterior, ours, r->values, NULL) == ATTAIN_OK;
}

/* Medians of parameters, and of total and path, within so many reference sd. */
static void compare(const char *folder, double parameters, double paths, double max_k)
{
    reference rows[60];
    const size_t n = read_references(folder, rows, 60);
    run r = open_run(folder, ATTAIN_METHOD_MAP, 4000, 2);
    const atn_candidate *c = &r.posterior->blocks[0].candidates[0];
    print_message("%s: k %.3f (threshold %.2f), ess %.0f, %zu evaluations, outcome %d, "
                  "gradient %.1g sd, %zu modes\n",
                  folder, c->pareto_k, c->k_threshold, c->ess, c->evaluations, (int)c->outcome,
                  c->gradient_norm, c->n_modes);
    assert_true(c->pareto_k <= max_k);
    size_t compared = 0;
    for (size_t i = 0; i < n; i++) {
        if (!quantity(&r, rows[i].name)) continue;
        const double p[] = {0.05, 0.25, 0.5, 0.75, 0.95};
        double q[5];
        atn_quantiles(r.values, r.posterior->n_draws, p, 5, q);
        const double shift = (q[2] - rows[i].q50) / rows[i].sd;
        const bool path = rows[i].name[0] == 'y' || strcmp(rows[i].name, "total") == 0;
        if (rows[i].name[0] != 'y' || i % 6 == 0)
            print_message(
                "  %-9s median %10.4f, theirs %10.4f (%+.2f sd); 90%% width %.3f of theirs\n",
                rows[i].name, q[2], rows[i].q50, shift, (q[4] - q[0]) / (rows[i].q95 - rows[i].q5));
        atn_check_close(rows[i].name, shift, 0.0, path ? paths : parameters, 0);
        compared++;
    }
    assert_true(compared >= 20);
    close_run(&r);
}

static void growth(void **state)
{
    (void)state;
    compare("reference/growth", 0.3, 0.3, 0.7);
}

static void growth_rw(void **state)
{
    (void)state;
    compare("reference/growth-rw", INFINITY, 0.5, INFINITY);
}

static void arrests(void **state)
{
    (void)state;
    compare("reference/arrests-2025-10", INFINITY, 0.5, INFINITY);
}

/* The quickest of them by the sampler; test_reference_posteriors takes all, and more draws. */
static void growth_sampled(void **state)
{
    (void)state;
    static const char *const folder = "reference/growth";
    reference rows[60];
    const size_t n = read_references(folder, rows, 60);
    run r = open_run(folder, ATTAIN_METHOD_NUTS, 4000, 2);
    const atn_candidate *c = &r.posterior->blocks[0].candidates[0];
    print_message("%s: %zu divergences, step %.3f, %zu evaluations\n", folder, c->divergences,
                  c->step_size, c->evaluations);
    assert_int_equal(r.posterior->n_chains, 4);
    assert_int_equal(c->divergences, 0);
    for (size_t i = 0; i < n; i++) {
        if (!quantity(&r, rows[i].name)) continue;
        atn_summary ours;
        assert_int_equal(atn_summarise(r.ctx, r.values, 4, r.posterior->n_draws / 4, &ours, NULL),
                         ATTAIN_OK);
        assert_true(ours.rhat < 1.02);
        const double error = hypot(ours.mcse_mean, rows[i].mcse), p[] = {0.05, 0.5, 0.95};
        double q[3];
        atn_check_close(rows[i].name, ours.mean, rows[i].mean, 4 * error, 0);
        const bool path = rows[i].name[0] == 'y' || strcmp(rows[i].name, "total") == 0;
        if (!path) /* the paths' tails are too heavy for their sd to settle */
            atn_check_close(rows[i].name, ours.sd, rows[i].sd, 0, 0.12);
        atn_quantiles(r.values, r.posterior->n_draws, p, 3, q);
        atn_check_close(rows[i].name, q[0], rows[i].q5, 0.15 * rows[i].sd, 0);
        atn_check_close(rows[i].name, q[1], rows[i].q50, 0.1 * rows[i].sd, 0);
        atn_check_close(rows[i].name, q[2], rows[i].q95, 0.2 * rows[i].sd, 0);
    }
    close_run(&r);
}

/* More latent values than are integrated out: the sampler finds its own way from conditional modes.
 * A random walk in log steps of 0.05, each day counted to 2 %. */
static void many_latent_values(void **state)
{
    (void)state;
    enum { DAYS = 170 };
    static char json[40000];
    int at =
        sprintf(json, "{\"title\": \"t\", \"origin\": \"2025-01-01\", \"as_of\": \"2025-07-01\","
                      " \"horizon\": \"2025-09-30\", \"step\": \"day\", \"series\": {\"x\": {"
                      "\"kind\": \"flow\", \"trend\": \"constant\", \"step_sigma\": 0,"
                      "\"deviation\": {\"type\": \"random_walk\", \"every\": 1,"
                      " \"sigma\": \"half_normal(0.3)\"}}},"
                      "\"fit\": {\"method\": \"nuts\", \"chains\": 2, \"warmup\": 300,"
                      " \"draws\": 200}, \"reports\": [");
    print_message("seed 21\n");
    atn_stream stream;
    atn_stream_init(&stream, 21, ATN_PURPOSE_SIMULATE, 0, 0);
    double level = log(500);
    for (int d = 0; d < DAYS; d++) {
        if (d > 0) level += 0.05 * atn_stream_normal(&stream);
        const int month = d / 28 + 1, day = d % 28 + 1; /* days 29 to 31 have no figure */
        at += sprintf(json + at,
                      "%s{\"series\": \"x\", \"statistic\": \"value\", \"start\":"
                      " \"2025-%02d-%02d\", \"end\": \"2025-%02d-%02d\", \"relation\": \"exact\","
                      " \"value\": %.3f, \"error\": 0.02}",
                      d ? "," : "", month, day, month, day,
                      exp(level + 0.02 * atn_stream_normal(&stream)));
    }
    sprintf(json + at, "]}");
    attain_context *ctx = check_context(NULL, 2);
    attain_study *study = fixture_study(ctx, json);
    attain_posterior *posterior = NULL;
    attain_error err = {0};
    const attain_status status = attain_fit_run(ctx, study, NULL, NULL, &posterior, &err);
    atn_check_status("fit", status, ATTAIN_OK, &err);
    double sigma[400];
    assert_int_equal(attain_posterior_draw_count(posterior), 400);
    assert_int_equal(attain_posterior_draws(posterior, "x.deviation.sigma", sigma, NULL),
                     ATTAIN_OK);
    atn_summary summary;
    assert_int_equal(atn_summarise(ctx, sigma, 2, 200, &summary, NULL), ATTAIN_OK);
    atn_check_close("sigma", summary.mean, 0.05, 0.012, 0);
    assert_true(summary.rhat < 1.05);
    assert_int_equal(posterior->blocks[0].candidates[0].divergences, 0);
    attain_posterior_free(posterior);
    attain_study_free(study);
    attain_context_free(ctx);
}

static void threads_leave_no_trace(void **state)
{
    (void)state;
    run a = open_run("reference/growth-rw", ATTAIN_METHOD_MAP, 500, 1),
        b = open_run("reference/growth-rw", ATTAIN_METHOD_MAP, 500, 3);
    atn_check_same_bits("paths", b.paths, a.paths, 500 * a.study->n_steps);
    close_run(&a);
    close_run(&b);
}

static void refused(attain_study *study, attain_method method, long draws, const char *message)
{
    attain_fit_settings settings;
    attain_fit_settings_init(&settings);
    settings.method = method;
    settings.draws = draws;
    attain_error err = {0};
    attain_posterior *posterior = NULL;
    atn_check_status(message, attain_fit_run(study->ctx, study, &settings, NULL, &posterior, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    assert_non_null(strstr(err.message, message));
    assert_null(posterior);
}

/* Chains too short to be judged, and 2^64 combinations of trends, which no counter holds. */
static void refusals(void **state)
{
    (void)state;
    enum { SERIES = 64 };
    attain_context *ctx = check_context(NULL, 1);
    char json[16384], *at = json;
    at += sprintf(at, "{\"origin\":\"2025-01-01\",\"as_of\":\"2025-03-31\",\"horizon\":"
                      "\"2025-04-30\",\"step\":\"day\",\"reports\":[],\"measurement\":{"
                      "\"scale\":\"lognormal(0, 0.1)\"},\"series\":{");
    for (int k = 0; k < SERIES; k++)
        at += sprintf(at, "%s\"s%d\":{\"kind\":\"flow\",\"trend\":[\"constant\",\"logistic\"]}",
                      k ? "," : "", k);
    sprintf(at, "},\"fit\":{\"chains\":64,\"draws\":2}}");
    attain_study *study = fixture_study(ctx, json);
    refused(study, ATTAIN_METHOD_NUTS, 0, "a chain needs");
    refused(study, ATTAIN_METHOD_MAP, 0, "combinations of trends");
    refused(study, ATTAIN_METHOD_MAP, 99, "between 100 and");
    attain_study_free(study);
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth),
        cmocka_unit_test(growth_rw),
        cmocka_unit_test(arrests),
        cmocka_unit_test(growth_sampled),
        cmocka_unit_test(many_latent_values),
        cmocka_unit_test(threads_leave_no_trace),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
