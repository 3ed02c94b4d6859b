/* What a reader is told of draws that cannot be trusted and of priors that speak in the figures'
 * place: planted draws, every output. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "stats/distribution.h"

static const char growing[] =
    "{'title': 'evidence', 'origin': '2025-01-01', 'as_of': '2025-03-01', 'horizon': '2026-12-31',"
    " 'step': 'day', 'fit': {'method': 'nuts', 'chains': 4, 'draws': 250, 'warmup': 250%s},"
    " 'series': {'made': {'kind': 'flow', 'trend': %s, 'step_sigma': 0%s}},"
    " 'goals': ["
    " {'id': 'rate', 'series': 'made', 'statistic': 'mean', 'over': 7, 'target': 100},"
    " {'id': 'sum', 'series': 'made', 'statistic': 'total', 'target': 30000}],"
    " 'reports': ["
    " {'series': 'made', 'statistic': 'mean', 'start': '2025-01-01', 'end': '2025-01-31',"
    "  'relation': 'exact', 'value': 60},"
    " {'series': 'made', 'statistic': 'mean', 'start': '2025-02-01', 'end': '2025-02-28',"
    "  'relation': 'about', 'value': 70}]}";

typedef struct world {
    attain_context *ctx;
    attain_study *study;
    attain_posterior *posterior;
    attain_projection *projection;
    attain_results *results;
} world;

static world world_open(const char *gates, const char *trend, const char *rest)
{
    char json[3000];
    world w = {.ctx = check_context(NULL, 2)};
    snprintf(json, sizeof json, growing, gates, trend, rest);
    w.study = planted_study(w.ctx, json);
    return w;
}

static void world_fit(world *w)
{
    attain_error err = {0};
    atn_check_status("fit", attain_fit_run(w->ctx, w->study, NULL, NULL, &w->posterior, &err),
                     ATTAIN_OK, &err);
}

static void world_gather(world *w)
{
    attain_error err = {0};
    atn_check_status("project", attain_project_run(w->ctx, w->posterior, &w->projection, &err),
                     ATTAIN_OK, &err);
    atn_check_status("results",
                     attain_results_create(w->ctx, w->projection, NULL, false, &w->results, &err),
                     ATTAIN_OK, &err);
}

static void world_free(world *w)
{
    attain_results_free(w->results);
    attain_projection_free(w->projection);
    attain_posterior_free(w->posterior);
    attain_study_free(w->study);
    attain_context_free(w->ctx);
}

static bool answer_says(const world *w, const char *words)
{
    char *text = NULL;
    attain_error err = {0};
    atn_check_status("answer", attain_report_answer(w->ctx, w->results, &text, &err), ATTAIN_OK,
                     &err);
    const bool says = strstr(text, words) != NULL;
    attain_text_free(w->ctx, text);
    return says;
}

static bool json_says(const world *w, const char *words)
{
    char *text = NULL;
    attain_error err = {0};
    atn_check_status("json", attain_results_json(w->results, &text, &err), ATTAIN_OK, &err);
    const bool says = strstr(text, words) != NULL;
    attain_text_free(w->ctx, text);
    return says;
}

static bool table_says(const world *w, const char *table, attain_format format, const char *words)
{
    char *text = NULL;
    attain_error err = {0};
    atn_check_status("table", attain_report_table(w->ctx, w->results, table, format, &text, &err),
                     ATTAIN_OK, &err);
    const bool says = strstr(text, words) != NULL;
    attain_text_free(w->ctx, text);
    return says;
}

static bool file_says(const char *folder, const char *name, const char *words)
{
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file) fail_msg("no file %s", path);
    char *text = calloc(1, 4000000);
    assert_non_null(text);
    assert_true(fread(text, 1, 3999999, file) > 0);
    fclose(file);
    const bool says = strstr(text, words) != NULL;
    free(text);
    return says;
}

static double number(const world *w, const char *address)
{
    double x = NAN;
    attain_error err = {0};
    atn_check_status(address, attain_results_number(w->results, address, &x, &err), ATTAIN_OK,
                     &err);
    return x;
}

static double gate(const world *w, const char *name, const char *what)
{
    char address[80];
    snprintf(address, sizeof address, "gates/%s/%s", name, what);
    return number(w, address);
}

/* Divergences fail the gate and show wherever an answer is read. */
static void test_every_output(void **state)
{
    (void)state;
    char folder[512];
    attain_error err = {0};
    world w = world_open(", 'gates': {'ess': 10, 'rhat': 1.5}", "'constant'", "");
    world_fit(&w);
    w.posterior->blocks[0].candidates[0].divergences = 3;
    world_gather(&w);
    assert_int_equal(attain_results_state(w.results), ATTAIN_RESULTS_GATE_FAILED);
    assert_true(answer_says(&w, "answer with warnings: 3 trajectories of the sampler diverged"));
    assert_true(json_says(&w, "\"status\": \"gate_failed\""));
    assert_true(json_says(&w, "\"gate-divergences\""));
    static const char *const tables[] = {"goals", "parameters", "reports", "diagnostics", "series"};
    for (size_t i = 0; i < 5; i++)
        assert_true(table_says(&w, tables[i], ATTAIN_FORMAT_TABLE, "trajectories of the sampler"));
    assert_true(table_says(&w, "goals", ATTAIN_FORMAT_CSV, ",gate_failed\n"));
    check_scratch_create(folder, sizeof folder);
    atn_check_status("write", attain_report_write(w.ctx, w.results, folder, NULL, NULL, &err),
                     ATTAIN_OK, &err);
    assert_true(file_says(folder, "report.md", "**Answer with warnings:** a quality gate failed"));
    assert_true(file_says(folder, "report.md", "trajectories diverged"));
    assert_true(file_says(folder, "results.json", "gate_failed"));
    assert_true(file_says(folder, "goals.csv", "gate_failed"));
    assert_true(file_says(folder, "charts/rate-made.gp", "Answer with warnings"));
    assert_true(file_says(folder, "charts/rate-made.alt.txt", "Answer with warnings"));
    assert_true(file_says(folder, "charts/attainment-rate.gp", "Answer with warnings"));
    check_scratch_remove(folder);
    world_free(&w);
}

/* Each gate of the sampler judges what it is given against the study's own threshold. */
static void test_thresholds(void **state)
{
    (void)state;
    world w = world_open(", 'gates': {'divergences': 3, 'e_bfmi': 0.2, 'depth': 0.5, 'ess': 50,"
                         " 'rhat': 1.2}",
                         "'constant'", "");
    world_fit(&w);
    atn_candidate *c = &w.posterior->blocks[0].candidates[0];
    c->divergences = 3;
    c->e_bfmi = 0.2;
    c->depth_hits = w.posterior->n_draws / 2;
    world_gather(&w);
    assert_int_not_equal(attain_results_state(w.results), ATTAIN_RESULTS_GATE_FAILED);
    atn_check_close("ess", gate(&w, "ess", "threshold"), 50, 0, 0);
    atn_check_close("depth", gate(&w, "depth", "value"), 0.5, 1e-12, 0);
    assert_true(json_says(&w, "\"tree-depth\"")); /* passed, but told */
    world_free(&w);

    w = world_open("", "'constant'", "");
    world_fit(&w);
    c = &w.posterior->blocks[0].candidates[0];
    c->divergences = 0;
    c->e_bfmi = 0.29;
    c->depth_hits = w.posterior->n_draws / 50;
    world_gather(&w);
    atn_check_close("e_bfmi", gate(&w, "e_bfmi", "passed"), 0, 0, 0);
    atn_check_close("depth", gate(&w, "depth", "passed"), 0, 0, 0);
    atn_check_close("divergences", gate(&w, "divergences", "passed"), 1, 0, 0);
    assert_true(answer_says(&w, "E-BFMI"));
    assert_true(answer_says(&w, "explores too slowly"));
    world_free(&w);
}

/* A chain in another mode: R-hat sees it, names the parameter, and no ESS is left. */
static void test_stuck_chain(void **state)
{
    (void)state;
    world w = world_open("", "'constant'", "");
    world_fit(&w);
    const atn_candidate *c = &w.posterior->blocks[0].candidates[0];
    const size_t level = planted_index(c->model, "made.level");
    const size_t width = atn_model_dimension(c->model);
    for (size_t d = 0; d < w.posterior->n_draws / 4; d++) c->theta[d * width + level] *= 2.0;
    world_gather(&w);
    atn_check_close("rhat", gate(&w, "rhat", "passed"), 0, 0, 0);
    assert_true(gate(&w, "rhat", "value") > 1.3);
    atn_check_close("ess", gate(&w, "ess", "passed"), 0, 0, 0);
    assert_true(number(&w, "parameters/made.level/rhat") > 1.3);
    assert_true(json_says(&w, "R-hat of made.level reaches"));
    assert_true(answer_says(&w, "the sampler's chains disagree"));
    world_free(&w);
}

/* ---- planted draws of a logistic trend: the ceiling as wide as this share of its prior ---------
 */

typedef struct plan {
    double share; /* of the prior's log-sd that the ceiling keeps */
    uint64_t seed;
} plan;

static void draw_logistic(void *user, const atn_model *model, size_t block, size_t draw,
                          double *theta)
{
    (void)block;
    const plan *p = user;
    atn_stream stream;
    atn_stream_init(&stream, p->seed, ATN_PURPOSE_SIMULATE, 0, draw);
    const double z = atn_stream_normal(&stream);
    theta[planted_index(model, "made.low")] = 50 * exp(0.01 * atn_stream_normal(&stream));
    theta[planted_index(model, "made.high")] = exp(log(120) + 0.5 * p->share * z);
    theta[planted_index(model, "made.mid")] = 60 + atn_stream_normal(&stream);
    theta[planted_index(model, "made.width")] = 20 * exp(0.01 * atn_stream_normal(&stream));
}

static world logistic_world(double share, const char *trend, const char *role)
{
    char rest[400];
    plan p = {share, 7};
    snprintf(rest, sizeof rest,
             ", 'parameters': {'low': 'lognormal(log(50), 0.5)',"
             " 'high': {'prior': 'lognormal(log(120), 0.5)'%s},"
             " 'mid': 'normal(60, 30)', 'width': 'lognormal(log(20), 0.5)'}",
             role);
    world w = world_open("", trend, rest);
    w.posterior = planted_posterior(w.ctx, w.study, 2000, 3, draw_logistic, &p);
    world_gather(&w);
    return w;
}

#define FORMULA "{'formula': 'low + (high - low) * logistic((t - mid) / width)'}"

static void test_ceiling(void **state)
{
    (void)state;
    world w = logistic_world(0.9, "'logistic'", "");
    assert_true(number(&w, "parameters/made.high/contraction") > 0.6);
    assert_true(json_says(&w, "\"code\": \"ceiling-not-identified\""));
    assert_true(answer_says(&w, "the prior speaks: the ceiling made.high is not identified"));
    assert_true(answer_says(&w, "no date: the level at which the trend ends is not identified"));
    assert_true(number(&w, "goals/rate/date_rests_on_prior") > 0);
    assert_true(number(&w, "goals/sum/date_rests_on_prior") < 1);
    assert_true(answer_says(&w, "median date")); /* the total's */
    assert_true(table_says(&w, "goals", ATTAIN_FORMAT_TABLE, "rests on a level"));
    world_free(&w);

    w = logistic_world(0.3, "'logistic'", "");
    assert_false(json_says(&w, "\"code\": \"ceiling-not-identified\""));
    assert_false(answer_says(&w, "no date"));
    assert_false(answer_says(&w, "the prior speaks"));
    assert_true(number(&w, "goals/rate/date_rests_on_prior") < 1);
    world_free(&w);

    w = logistic_world(0.9, FORMULA, ", 'role': 'ceiling'");
    assert_true(json_says(&w, "\"code\": \"ceiling-not-identified\""));
    world_free(&w);
    w = logistic_world(0.9, FORMULA, ""); /* found by itself */
    assert_true(json_says(&w, "\"code\": \"ceiling-not-identified\""));
    world_free(&w);
    w = logistic_world(0.9, "{'formula': 'high + low * (t - mid) / (1000 * width)'}", "");
    assert_false(json_says(&w, "\"code\": \"ceiling-not-identified\"")); /* it never ends */
    assert_true(json_says(&w, "made.high ("));
    world_free(&w);
}

/* Ceilings of formulas, and what is none. */
static void test_formulas(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *parameters, *ceiling;
    } rows[] = {
        {"low + (high - low) * logistic((t - mid) / width)",
         "'low': 'lognormal(4, 1)', 'high': 'lognormal(4, 1)', 'mid': 'normal(60, 30)',"
         " 'width': 'lognormal(3, 1)'",
         "high"},
        {"top * (1 - exp(-t / time))", "'top': 'lognormal(4, 1)', 'time': 'lognormal(3, 1)'",
         "top"},
        {"top * t / (half + t)", "'top': 'lognormal(4, 1)', 'half': 'lognormal(3, 1)'", "top"},
        {"level", "'level': 'lognormal(4, 1)'", NULL},
        {"start * exp(rate * t)", "'start': 'lognormal(4, 1)', 'rate': 'normal(0.01, 0.01)'", NULL},
        {"start + slope * t", "'start': 'lognormal(4, 1)', 'slope': 'lognormal(0, 1)'", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char trend[300], rest[400];
        snprintf(trend, sizeof trend, "{'formula': '%s'}", rows[i].formula);
        snprintf(rest, sizeof rest, ", 'parameters': {%s}", rows[i].parameters);
        world w = world_open("", trend, rest);
        const atn_trend *read = &w.study->series[0].trends[0];
        for (size_t p = 0; p < read->n_parameters; p++) {
            const char *name = read->parameters[p].name;
            const bool wanted = rows[i].ceiling && strcmp(name, rows[i].ceiling) == 0;
            if (read->parameters[p].ceiling != wanted)
                fail_msg("%s: %s is %sa ceiling", rows[i].formula, name, wanted ? "no " : "");
        }
        world_free(&w);
    }
}

/* The report's first page and charts tell no such date either. */
static void test_ceiling_files(void **state)
{
    (void)state;
    char folder[512];
    attain_error err = {0};
    world w = logistic_world(0.9, "'logistic'", "");
    check_scratch_create(folder, sizeof folder);
    atn_check_status("write", attain_report_write(w.ctx, w.results, folder, NULL, NULL, &err),
                     ATTAIN_OK, &err);
    assert_true(file_says(folder, "report.md", "the prior speaks: the ceiling made.high"));
    assert_true(file_says(folder, "report.md", "no date: the level"));
    assert_true(file_says(folder, "report.md", "| not told |"));
    assert_false(file_says(folder, "charts/attainment-rate.gp", "even chance by"));
    check_scratch_remove(folder);
    world_free(&w);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_output),  cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_stuck_chain),   cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_ceiling_files), cmocka_unit_test(test_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
