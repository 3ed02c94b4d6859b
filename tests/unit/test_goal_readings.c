/* Readings asked for by name, in every definition and pooled: what they are called, what orders
 * hold between them, and how joint goals follow. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/plan.h"
#include "project/projection.h"

/* ---- names ---- */

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *step, *kind, *goal;
        const char *names[12];
    } rows[] = {
        {"day",
         "flow",
         "'statistic': 'mean', 'over': 7, 'readings': ['any-day', '28-day-mean']",
         {"7-day-mean", "any-day", "28-day-mean"}},
        {"day",
         "flow",
         "'statistic': 'mean', 'over': 7, 'readings': ['28-day-mean', '7-day-mean',"
         " '7-day-mean-held-30-days', 'at-deadline', '7-day-mean-at-deadline',"
         " 'any-day-held-3-days-at-deadline', {'statistic': 'mean', 'over': 14, 'held': 10},"
         " {'statistic': 'value'}]",
         {"28-day-mean", "7-day-mean", "7-day-mean-held-30-days", "at-deadline",
          "7-day-mean-at-deadline", "any-day-held-3-days-at-deadline", "14-day-mean-held-10-days",
          "any-day"}},
        {"day",
         "flow",
         "'statistic': 'value', 'readings': ['auto', '14-day-mean', '7-day-mean']",
         {"any-day", "7-day-mean", "28-day-mean", "7-day-mean-held-30-days", "14-day-mean"}},
        {"day",
         "flow",
         "'statistic': 'total', 'upper': 2e3, 'readings': ['60-day-total',"
         " {'statistic': 'rolling_total', 'over': 30, 'at_deadline': true}]",
         {"total", "total-upper", "60-day-total", "60-day-total-upper", "30-day-total-at-deadline",
          "30-day-total-at-deadline-upper"}},
        {"week",
         "flow",
         "'statistic': 'value', 'readings': ['4-week-mean-held-3-weeks']",
         {"any-week", "4-week-mean-held-3-weeks"}},
        {"month",
         "stock",
         "'statistic': 'level', 'readings': ['at-deadline', '3-month-mean']",
         {"any-month", "at-deadline", "3-month-mean"}},
        {"month",
         "share",
         "'statistic': 'value', 'readings': ['at-deadline']",
         {"any-month", "at-deadline"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char json[2048];
        attain_context *ctx = check_context(NULL, 1);
        snprintf(json, sizeof json,
                 "{'title': 'n', 'origin': '2025-01-06', 'as_of': '2025-03-31', 'horizon':"
                 " '2025-12-31', 'step': '%s', 'reports': [], 'series': {'s': {'kind': '%s',"
                 " 'trend': {'formula': 'a + 0 * t'}, 'parameters': {'a': 'beta(2, 2)'}}},"
                 " 'goals': [{'id': 'g', 'series': 's', 'target': 0.5, %s}]}",
                 rows[i].step, rows[i].kind, rows[i].goal);
        attain_study *study = planted_study(ctx, json);
        atn_plan plans[ATN_MAX_PLANS];
        const size_t n = atn_goal_plans(study, &study->goals[0], plans);
        size_t own = 0;
        for (size_t k = 0; k < n; k++) {
            assert_non_null(rows[i].names[k]);
            assert_string_equal(plans[k].name, rows[i].names[k]);
            own += plans[k].own;
            if (plans[k].at_deadline)
                assert_int_equal(plans[k].spec.start + plans[k].spec.over + plans[k].spec.held,
                                 plans[k].spec.deadline + 2);
        }
        assert_null(rows[i].names[n]);
        assert_int_equal(own, 1);
        attain_study_free(study);
        attain_context_free(ctx);
    }
}

/* ---- the shipped figures ---- */

static planted_world shipped(const char *const *set, size_t n_set)
{
    planted_world w = {.ctx = check_context(NULL, 2)};
    attain_study_options options;
    attain_error err = {0};
    attain_study_options_init(&options);
    options.set = set;
    options.n_set = n_set;
    atn_check_status("study",
                     attain_study_load(w.ctx, check_source("models/us-enforcement-2025"), &options,
                                       NULL, &w.study, &err),
                     ATTAIN_OK, &err);
    planted_fit(&w);
    planted_project(&w);
    return w;
}

static const atn_goal_result *goal_of(const planted_world *w, const char *id)
{
    for (size_t g = 0; g < w->study->n_goals; g++)
        if (strcmp(w->study->goals[g].id, id) == 0) return &w->projection->goals[g];
    fail_msg("no goal %s", id);
    return NULL;
}

static const atn_reading *reading_of(const atn_goal_definition *d, const char *name)
{
    for (size_t j = 0; j < d->n_readings; j++)
        if (strcmp(d->readings[j].name, name) == 0) return &d->readings[j];
    fail_msg("no reading %s", name);
    return NULL;
}

/* By every date and at the deadline: what implies another is never the likelier. */
static void check_implies(const atn_goal_definition *d, const char *strong, const char *weak)
{
    const atn_reading *a = reading_of(d, strong), *b = reading_of(d, weak);
    assert_true(a->probability <= b->probability);
    assert_true(a->probability_at_horizon <= b->probability_at_horizon);
    for (size_t k = 0; k < ATN_N_DATE_LEVELS; k++) assert_true(a->date[k] >= b->date[k]);
    for (size_t k = 0; k < ATN_N_CARRIED; k++)
        assert_true(a->baselines[k].probability <= b->baselines[k].probability);
    for (size_t k = 0; k < ATN_N_ATTAINABLE; k++)
        assert_true(a->attainable[k] <= b->attainable[k] * (1 + 1e-12));
}

static void check_never_falls(const atn_reading *r)
{
    for (size_t i = 1; i < r->n_curve; i++)
        assert_true(r->curve_probability[i] >= r->curve_probability[i - 1]);
}

/* The mixture is the mean of what it mixes, at every date. */
static void check_pooled(const atn_goal_result *result)
{
    const size_t n = result->n_definitions - 1;
    const atn_goal_definition *pooled = &result->definitions[n];
    assert_true(n > 1 && pooled->definition == ATN_POOLED);
    for (size_t j = 0; j < pooled->n_readings; j++) {
        const atn_reading *r = &pooled->readings[j];
        double p = 0, last = 0, low = INFINITY, high = -INFINITY, worst = 0;
        for (size_t k = 0; k < n; k++) {
            const atn_reading *one = &result->definitions[k].readings[j];
            assert_string_equal(one->name, r->name);
            p += one->probability / (double)n;
            last += one->baselines[ATN_BASELINE_LAST_RATE].probability / (double)n;
            low = fmin(low, one->date[2]);
            high = fmax(high, one->date[2]);
            worst = fmax(worst, one->mcse);
        }
        atn_check_close("mixture", r->probability, p, 1e-12, 0);
        atn_check_close("mixture of baselines", r->baselines[ATN_BASELINE_LAST_RATE].probability,
                        last, 1e-12, 0);
        assert_true(r->date[2] >= low && r->date[2] <= high);
        assert_true(r->mcse > 0 && r->mcse <= worst + 1e-12);
        assert_true(isnan(r->required_pace) && isnan(r->share_of_past_windows));
        check_never_falls(r);
    }
}

static void test_shipped_order(void **state)
{
    (void)state;
    static const char *const set[] = {
        "/fit/method=\"map\"",
        "/fit/draws=500",
        "/goals/2/definition=null",
        "/goals/2/target=1300",
        "/goals/2/deadline=\"2026-12-31\"",
        "/goals/2/readings=[\"any-day\", \"7-day-mean\", \"14-day-mean\", \"28-day-mean\","
        " \"30-day-mean\", \"7-day-mean-held-30-days\", \"7-day-mean-held-10-days\","
        " \"at-deadline\", \"7-day-mean-at-deadline\"]",
        "/goals/7={\"id\": \"all\", \"all_of\": [\"3000-a-day\", \"first-year-600k\"]}",
        "/goals/4={\"id\": \"one\", \"all_of\": [\"3000-a-day\", \"100k-beds\"]}",
        "/goals/5={\"id\": \"any\", \"any_of\": [\"one\", \"3000-a-day\"]}"};
    static const char *const order[][2] = {
        {"7-day-mean", "any-day"},
        {"14-day-mean", "7-day-mean"},
        {"28-day-mean", "14-day-mean"},
        /* kept up for H steps, it has been reached over any span of at most H */
        {"7-day-mean-held-30-days", "30-day-mean"},
        {"7-day-mean-held-30-days", "28-day-mean"},
        {"7-day-mean-held-30-days", "7-day-mean-held-10-days"},
        {"7-day-mean-held-10-days", "7-day-mean"},
        {"at-deadline", "any-day"},
        {"7-day-mean-at-deadline", "7-day-mean"}};
    planted_world w = shipped(set, sizeof set / sizeof set[0]);
    const atn_goal_result *rate = goal_of(&w, "3000-a-day"), *beds = goal_of(&w, "100k-beds");
    assert_int_equal(rate->n_definitions, 6); /* five, and all of them */
    for (size_t k = 0; k < rate->n_definitions; k++) {
        for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
            check_implies(&rate->definitions[k], order[i][0], order[i][1]);
        for (size_t j = 0; j < rate->definitions[k].n_readings; j++)
            check_never_falls(&rate->definitions[k].readings[j]);
    }
    check_pooled(rate);
    check_pooled(goal_of(&w, "first-year-600k"));
    /* Joint goals follow the one series whose count is open, definition by definition. */
    const atn_goal_result *one = goal_of(&w, "one"), *any = goal_of(&w, "any");
    const atn_reading *level = &beds->definitions[0].readings[0];
    assert_int_equal(one->n_definitions, 6);
    assert_int_equal(any->n_definitions, 6);
    for (size_t k = 0; k < 6; k++) {
        assert_int_equal(one->definitions[k].definition, rate->definitions[k].definition);
        const atn_reading *week = reading_of(&rate->definitions[k], "7-day-mean");
        const double both = one->definitions[k].readings[0].probability;
        assert_true(both <= week->probability && both <= level->probability + 1e-12);
        assert_true(both >= week->probability + level->probability - 1 - 1e-12);
        atn_check_close("absorbed", any->definitions[k].readings[0].probability, week->probability,
                        1e-12, 0);
        for (size_t b = 0; b < ATN_N_CARRIED; b++)
            assert_true(one->definitions[k].readings[0].baselines[b].probability <=
                        week->baselines[b].probability);
    }
    check_pooled(one);
    /* Two series left open: each in its reference, and said so. */
    const atn_goal_result *all = goal_of(&w, "all");
    assert_true(all->n_definitions == 1 && all->in_references && !one->in_references);
    assert_true(all->definitions[0].readings[0].probability <=
                reading_of(&rate->definitions[0], "7-day-mean")->probability);
    planted_free(&w);
}

/* ---- equal trends ---- */

static void test_equal_trends(void **state)
{
    (void)state;
    static const char *const set[] = {"/fit/method=\"map\"", "/fit/draws=500",
                                      "/series/arrests/trend=[\"logistic\", \"linear\"]",
                                      "/series/arrests/parameters=null", "/goals/2/target=1300"};
    planted_world w = shipped(set, sizeof set / sizeof set[0]);
    const atn_reading *r = &goal_of(&w, "3000-a-day")->definitions[0].readings[0];
    const atn_baseline *equal = &r->baselines[ATN_BASELINE_EQUAL_TRENDS];
    assert_int_equal(r->n_trends, 2);
    atn_check_close("equal weights", equal->probability,
                    (r->trends[0].probability + r->trends[1].probability) / 2, 1e-12, 0);
    assert_true(equal->mcse > 0 && equal->mcse < 0.2);
    const atn_reading *beds = &goal_of(&w, "100k-beds")->definitions[0].readings[0];
    assert_true(isnan(beds->baselines[ATN_BASELINE_EQUAL_TRENDS].probability));
    planted_free(&w);
}

/* ---- in the document ---- */

static void known(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    (void)user;
    (void)block;
    (void)draw;
    for (size_t k = 0; k < atn_model_n_parameters(model); k++) theta[k] = 100;
}

static const char *const joined =
    "{'title': 'joined', 'origin': '2025-01-01', 'as_of': '2025-02-09', 'horizon': '2025-06-30',"
    " 'step': 'day', 'reports': [], 'series': {"
    "'made': {'kind': 'flow', 'unit': 'parts', 'trend': {'formula': 'rate + 0 * t'},"
    " 'parameters': {'rate': 'lognormal(log(100), 0.1)'}, 'step_sigma': 0},"
    "'people': {'kind': 'stock', 'unit': 'people', 'link': 'identity',"
    " 'trend': {'formula': 'first + t'}, 'parameters': {'first': 'normal(100, 1)'}}},"
    "'definitions': {'all': {'series': 'made', 'reference': true},"
    " 'sold': {'series': 'made', 'factor': 0.5}},"
    "'goals': ["
    "{'id': 'rate', 'series': 'made', 'statistic': 'mean', 'over': 7, 'target': 90,"
    " 'deadline': '2025-03-31', 'readings': ['any-day']},"
    "{'id': 'size', 'series': 'people', 'statistic': 'level', 'target': 200,"
    " 'deadline': '2025-05-31'},"
    "{'id': 'small', 'series': 'people', 'statistic': 'level', 'target': 50,"
    " 'direction': 'at_most', 'deadline': '2025-05-31'},"
    "{'id': 'both', 'all_of': ['rate', 'size']},"
    "{'id': 'either', 'any_of': ['both', 'size', 'small']},"
    "{'id': 'first', 'before': ['size', 'small']},"
    "{'id': 'named', 'label': 'all is well', 'all_of': ['first', 'size']}]}";

typedef struct document {
    planted_world w;
    attain_diagnostics *problems;
    attain_results *results;
} document;

static document document_of(const char *json)
{
    document d = {.w = {.ctx = check_context(NULL, 1)}};
    attain_error err = {0};
    d.w.study = planted_study(d.w.ctx, json);
    d.w.posterior = planted_posterior(d.w.ctx, d.w.study, 40, 7, known, NULL);
    atn_check_status("project", attain_project_run(d.w.ctx, d.w.posterior, &d.w.projection, &err),
                     ATTAIN_OK, &err);
    atn_check_status("list", attain_diagnostics_create(d.w.ctx, &d.problems, &err), ATTAIN_OK,
                     &err);
    atn_check_status(
        "results",
        attain_results_create(d.w.ctx, d.w.projection, d.problems, false, &d.results, &err),
        ATTAIN_OK, &err);
    return d;
}

static void document_free(document *d)
{
    attain_results_free(d->results);
    attain_diagnostics_free(d->problems);
    planted_free(&d->w);
}

static void check_text(const document *d, const char *address, const char *want)
{
    char *text;
    attain_error err = {0};
    atn_check_status(address, attain_results_text(d->results, address, &text, &err), ATTAIN_OK,
                     &err);
    assert_string_equal(text, want);
    attain_text_free(d->w.ctx, text);
}

static void test_addresses(void **state)
{
    (void)state;
    document d = document_of(joined);
    static const char *const rows[][2] = {
        {"goals/rate/all/any-day/probability", "1"},
        {"goals/rate/sold/any-day/probability", "0"},
        {"goals/rate/pooled/any-day/probability", "0.5"},
        {"goals/rate/pooled/any-day/required_pace", "null"},
        {"goals/rate/pooled/7-day-mean/baselines/mean-rate/probability", "0.5"},
        {"goals/rate/sold/7-day-mean/baselines/last-rate/attainable/0.5", "50"},
        {"goals/size/level/baselines/last-rate/date/0.5", "2025-04-11"},
        {"goals/size/baselines/last-rate/probability", "1"},
        {"goals/size/pace_for/0.9", "0.5495495495495496"}, /* 61 more in 111 days */
        {"goals/size/date/0.1", "2025-04-11"},
        {"goals/both/all/all-of/probability", "1"},
        {"goals/both/sold/probability", "0"},
        {"goals/both/pooled/baselines/last-rate/probability", "0.5"},
        {"goals/both/deadline", "2025-05-31"},
        {"goals/first/deadline", "2025-05-31"},
        {"goals/first/probability", "1"},
        /* 100 a day, and 125.5 people on average over the last 28 days */
        {"goals/size/feasibility/made/stay", "1.255"},
        {"goals/size/feasibility/made/stay_needed", "2"},
        {"goals/rate/feasibility/people/implied", "112.94999999999999"},
        {"goals/rate/feasibility/people/stay_needed", "1.3944444444444444"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_text(&d, rows[i][0], rows[i][1]);
    document_free(&d);
}

static void test_phrases(void **state)
{
    (void)state;
    document d = document_of(joined);
    static const char *const lines[] = {
        "\nboth: 90 parts a day by 31 Mar 2025 and 200 people by 31 May 2025\n",
        "\neither: (90 parts a day by 31 Mar 2025 and 200 people by 31 May 2025), 200 people",
        ", 200 people by 31 May 2025 or at most 50 people by 31 May 2025\n",
        "\nfirst: 200 people before at most 50 people by 31 May 2025\n",
        "\nnamed: all is well by 31 May 2025\n",
    };
    char *text;
    attain_error err = {0};
    atn_check_status("answer", attain_report_answer(d.w.ctx, d.results, &text, &err), ATTAIN_OK,
                     &err);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!strstr(text, lines[i])) fail_msg("no \"%s\" in\n%s", lines[i], text);
    attain_text_free(d.w.ctx, text);
    document_free(&d);
}

/* ---- each allocation failing in turn ---- */

static attain_status parse_once(void *user, attain_context *ctx, attain_error *err)
{
    const char *text = user;
    attain_study *study = (attain_study *)&study;
    const attain_status status =
        attain_study_parse(ctx, text, strlen(text), NULL, 0, NULL, NULL, &study, err);
    assert_true((study == NULL) == (status != ATTAIN_OK));
    attain_study_free(study);
    return status;
}

static attain_status project_once(void *user, attain_context *ctx, attain_error *err)
{
    attain_projection *projection;
    const attain_status status = attain_project_run(ctx, user, &projection, err);
    attain_projection_free(projection);
    return status;
}

static attain_status answer_once(void *user, attain_context *ctx, attain_error *err)
{
    char *text;
    const attain_status status = attain_report_answer(ctx, user, &text, err);
    attain_text_free(ctx, text);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    char text[4096];
    const size_t n = strlen(joined);
    assert_true(n < sizeof text);
    for (size_t i = 0; i <= n; i++) text[i] = joined[i] == '\'' ? '"' : joined[i];
    check_faults("attain_study_parse", parse_once, text, 3000);
    document d = document_of(joined);
    check_faults("attain_project_run", project_once, d.w.posterior, 3000);
    check_faults("attain_report_answer", answer_once, d.results, 3000);
    document_free(&d);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),        cmocka_unit_test(test_shipped_order),
        cmocka_unit_test(test_equal_trends), cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_phrases),      cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
