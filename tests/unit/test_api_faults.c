/* Every allocating public call, with each of its allocations failing in turn: NOMEM, nothing lost,
 * outputs empty; and the call succeeds afterwards in the same context. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "host_study.h"

static check_allocator allocator;
static attain_context *ctx;
static attain_study *study;
static attain_posterior *posterior;
static attain_projection *projection;
static attain_results *results;
static char folder[256];

typedef attain_status stage(attain_error *err);

/* Runs a stage with allocation k = 1, 2, ... refused until none is.  `made` is released by `undo`
 * except for the last round's, which later stages build on. */
static void sweep(const char *name, stage *run, void (*undo)(void), bool keep)
{
    size_t rounds = 0;
    for (size_t k = 1;; k++) {
        attain_error err;
        const size_t live = allocator.live;
        allocator.failures = 0;
        allocator.fail_at = allocator.calls + k;
        const attain_status status = run(&err);
        const bool refused = allocator.failures > 0;
        allocator.fail_at = 0;
        if (status != (refused ? ATTAIN_ERR_NOMEM : ATTAIN_OK)) print_message("round %zu\n", k);
        atn_check_status(name, status, refused ? ATTAIN_ERR_NOMEM : ATTAIN_OK, &err);
        if (refused && allocator.live != live)
            fail_msg("%s: round %zu leaves %zu blocks for %zu", name, k, allocator.live, live);
        if (refused) continue;
        rounds = k - 1;
        if (keep) break;
        undo();
        if (allocator.live != live)
            fail_msg("%s leaves %zu blocks for %zu", name, allocator.live, live);
        break;
    }
    print_message("%s: %zu allocations\n", name, rounds);
}

static attain_status parse(attain_error *err)
{
    const attain_status status =
        attain_study_parse(ctx, study_text, strlen(study_text), NULL, 0, NULL, NULL, &study, err);
    assert_true((status == ATTAIN_OK) == (study != NULL));
    return status;
}

static attain_diagnostics *findings;

static attain_status check(attain_error *err)
{
    attain_status status = attain_diagnostics_create(ctx, &findings, err);
    if (status) return status;
    status = attain_study_check(study, findings, err);
    if (status) attain_diagnostics_free(findings);
    return status;
}

static void drop_findings(void)
{
    attain_diagnostics_free(findings);
}

static attain_status fit(attain_error *err)
{
    attain_fit_settings settings;
    attain_fit_settings_init(&settings);
    settings.draws = 100;
    const attain_status status = attain_fit_run(ctx, study, &settings, NULL, &posterior, err);
    assert_true((status == ATTAIN_OK) == (posterior != NULL));
    return status;
}

static attain_status project(attain_error *err)
{
    const attain_status status = attain_project_run(ctx, posterior, &projection, err);
    assert_true((status == ATTAIN_OK) == (projection != NULL));
    return status;
}

static attain_status explain(attain_error *err)
{
    return attain_why_run(ctx, projection, NULL, err);
}

static attain_status gather(attain_error *err)
{
    const attain_status status = attain_results_create(ctx, projection, NULL, false, &results, err);
    assert_true((status == ATTAIN_OK) == (results != NULL));
    return status;
}

static char *text;

static void drop_text(void)
{
    attain_text_free(ctx, text);
    text = NULL;
}

static attain_status whole(attain_error *err)
{
    return attain_results_json(results, &text, err);
}

static attain_status one_text(attain_error *err)
{
    return attain_results_text(results, "goals/ten-thousand", &text, err);
}

static attain_status table(attain_error *err)
{
    return attain_report_table(ctx, results, "goals", ATTAIN_FORMAT_TABLE, &text, err);
}

static attain_status why_table(attain_error *err)
{
    return attain_report_table(ctx, results, "why", ATTAIN_FORMAT_TABLE, &text, err);
}

static attain_status compare(attain_error *err)
{
    return attain_compare(ctx, results, results, ATTAIN_FORMAT_TABLE, &text, err);
}

static attain_status compare_json(attain_error *err)
{
    return attain_compare(ctx, results, results, ATTAIN_FORMAT_JSON, &text, err);
}

static attain_status in_words(attain_error *err)
{
    return attain_report_answer(ctx, results, &text, err);
}

static void nothing(void)
{
}

static attain_status write_all(attain_error *err)
{
    return attain_report_write(ctx, results, folder, NULL, NULL, err);
}

static attain_results *loaded;

static attain_status load(attain_error *err)
{
    return attain_results_load(ctx, folder, &loaded, err);
}

static void drop_loaded(void)
{
    attain_results_free(loaded);
}

static attain_status goal(attain_error *err)
{
    static const double paths[2][5] = {{1, 2, 3, 4, 5}, {1, 1, 1, 1, 1}};
    attain_goal_spec spec;
    size_t reached[2];
    double best[2];
    attain_goal_spec_init(&spec);
    spec.statistic = ATTAIN_GOAL_MEAN;
    spec.over = 2;
    spec.deadline = 4;
    spec.target = 4.5;
    return attain_goal_evaluate(ctx, paths[0], 2, 5, &spec, reached, best, err);
}

static attain_status density(attain_error *err)
{
    static const char *const names[] = {"nobody"};
    static const double values[] = {1.0};
    double log_density;
    const attain_status status =
        attain_study_log_density(study, names, values, 1, &log_density, err);
    if (status != ATTAIN_ERR_ARGUMENT) return status;
    assert_string_not_equal(err->message, "");
    err->status = ATTAIN_OK;
    return ATTAIN_OK;
}

static attain_status init(attain_error *err)
{
    char fresh[300];
    snprintf(fresh, sizeof fresh, "%s/init", folder);
    check_scratch_remove(fresh);
    return attain_study_init(ctx, fresh, err);
}

static void whole_way(void **state)
{
    (void)state;
    attain_gsl_quiet();
    check_scratch_create(folder, sizeof folder);
    check_allocator_init(&allocator);
    ctx = check_context(&allocator, 1);
    sweep("study_parse", parse, nothing, true);
    sweep("study_check", check, drop_findings, false);
    sweep("study_log_density", density, nothing, true);
    sweep("fit_run", fit, nothing, true);
    sweep("project_run", project, nothing, true);
    sweep("why_run", explain, nothing, true);
    sweep("results_create", gather, nothing, true);
    sweep("results_json", whole, drop_text, false);
    sweep("results_text", one_text, drop_text, false);
    sweep("report_table", table, drop_text, false);
    sweep("report_table why", why_table, drop_text, false);
    sweep("compare", compare, drop_text, false);
    sweep("compare json", compare_json, drop_text, false);
    sweep("report_answer", in_words, drop_text, false);
    sweep("report_write", write_all, nothing, false);
    sweep("results_load", load, drop_loaded, false);
    sweep("goal_evaluate", goal, nothing, false);
    sweep("study_init", init, nothing, false);

    attain_results_free(results);
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_study_free(study);
    attain_context_free(ctx);
    assert_int_equal(allocator.live, 0);
    check_scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_way)};
    return cmocka_run_group_tests_name("public calls under memory faults", tests, NULL, NULL);
}
