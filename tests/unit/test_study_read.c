/* Reading a study: every field lands where it belongs, defaults, overrides, tables, notes and
 * warnings, the reference studies, allocation faults. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <attain/study.h>

#include "base/text.h"
#include "io/digest.h"
#include "study/study_data.h"

static const char full[] =
    "\xEF\xBB\xBF{ \"$schema\": \"study.json\", \"title\": \"Everything\", \"note\": \"n\",\n"
    " \"origin\": \"2025-01-20\", \"as_of\": \"2025-10-28\", \"horizon\": \"2026-12-31\",\n"
    " \"step\": \"day\", \"reports\": [\"reports.csv\",\n"
    "   {\"series\": \"approval\", \"statistic\": \"value\", \"start\": \"2025-07-15\",\n"
    "    \"relation\": \"exact\", \"value\": 0.35, \"n\": 1000, \"note\": null}],\n"
    " \"series\": { \"note\": \"three kinds\",\n"
    "  \"arrests\": { \"kind\": \"flow\", \"label\": \"Arrests\", \"unit\": \"people\",\n"
    "    \"trend\": [\"logistic\", \"constant\"],\n"
    "    \"parameters\": { \"high\": \"lognormal(log(1200), 0.5)\", \"level\": 800,\n"
    "      \"mid\": {\"prior\": \"normal(@2025-05-20, 60)\", \"lower\": 0} },\n"
    "    \"deviation\": { \"type\": \"ar1\", \"every\": 14, \"sigma\": \"half_normal(0.1)\" },\n"
    "    \"calendar\": {\"type\": \"day_of_week\", \"sigma\": 0.2}, \"step_sigma\": 0.25 },\n"
    "  \"removals\": { \"kind\": \"flow\", \"trend\": {\"formula\": \"a * arrests + storm\"},\n"
    "    \"parameters\": {\"a\": \"beta(2, 2)\"} },\n"
    "  \"approval\": { \"kind\": \"share\", \"calendar\": \"month_of_year\",\n"
    "    \"deviation\": {\"type\": \"local_trend\", \"phi\": 0.9} },\n"
    "  \"held\": { \"kind\": \"stock\", \"link\": \"identity\", \"trend\": \"linear\" } },\n"
    " \"inputs\": { \"storm\": {\"values\": {\"2025-01-22\": 2, \"2025-01-25\": 5}, \"hold\": "
    "true,\n"
    "    \"default\": 1} },\n"
    " \"definitions\": { \"ice\": {\"series\": \"removals\", \"reference\": true},\n"
    "   \"dhs\": {\"series\": \"removals\", \"factor\": \"lognormal(log(1.7), 0.2)\"},\n"
    "   \"a1\": {\"series\": \"held\", \"reference\": true}, \"a2\": {\"series\": \"held\",\n"
    "   \"shift\": \"normal(0, 10)\"} },\n"
    " \"sources\": { \"DHS\": {\"error\": 0.02, \"bias\": 0.1, \"text\": \"Homeland Security\"},\n"
    "   \"TRAC\": {} },\n"
    " \"releases\": { \"r1\": {\"bias\": 0.3} },\n"
    " \"measurement\": { \"error\": 0.07, \"scale\": \"lognormal(0, 0.2)\", \"df\": 4,\n"
    "   \"design_effect\": 1.5 },\n"
    " \"goals\": [ { \"id\": \"g1\", \"label\": \"First\", \"series\": \"removals\", "
    "\"definition\":\n"
    "   \"dhs\", \"statistic\": \"total\", \"start\": \"2025-02-01\", \"deadline\": "
    "\"2026-01-19\",\n"
    "   \"target\": 600000, \"upper\": 700000, \"note\": \"said in May\" },\n"
    "  { \"id\": \"g2\", \"series\": \"arrests\", \"statistic\": \"mean\", \"over\": 7, \"held\": "
    "3,\n"
    "   \"target\": 3000, \"readings\": \"auto\", \"direction\": \"at_most\" },\n"
    "  { \"id\": \"g3\", \"all_of\": [\"g1\", \"g2\"] }, { \"id\": \"g4\", \"before\": [\"g3\",\n"
    "   \"g1\"] } ],\n"
    " \"fit\": { \"method\": \"nuts\", \"chains\": 2, \"warmup\": 500, \"draws\": 700, \"seed\":\n"
    "   9007199254740992, \"max_k\": 0.6 },\n"
    " \"scenarios\": [ {\"id\": \"surge\", \"changes\": [ {\"multiply\": \"arrests\", \"by\":\n"
    "   \"lognormal(log(1.3), 0.1)\", \"ramp\": 30, \"days\": 60} ]} ] }\n";

static const char table[] =
    "series,statistic,start,end,relation,value,upper,error,stale,grain,definition,source,release,"
    "published,url,quote,note\r\n"
    "arrests,value,2025-01-26,,exact,956,,,,,,DHS,,,,,\r\n"
    "\r\n"
    "removals,total,2025-01-20,2025-10-27,over,400000,,0.03,,50000,dhs,Homeland Security,r1,"
    "2025-10-28,https://example.org/a,\"\"\"over 400,000\"\"\nsince January\",x\r\n"
    "removals,mean,2025-02-01,2025-02-28,between,700,800,,7,,ice,Some paper,r9,,,,\r\n"
    "held,level,2025-03-01,,exact,0,,,,,a2,TRAC,,,,,\r\n"
    "arrests,mean,2025-03-01,2025-03-31,about,1e3,,,,,announced,,,2025-03-02,,,\r\n";

static const atn_report *report_at(const attain_study *s, size_t k)
{
    assert_true(k < s->n_reports);
    return &s->reports[k];
}

static attain_study *parse_full(attain_context *ctx, attain_diagnostics *list,
                                const attain_study_options *options)
{
    attain_study *study = NULL;
    attain_error err = {0};
    const attain_status status = attain_study_parse(ctx, full, strlen(full), table, strlen(table),
                                                    options, list, &study, &err);
    atn_check_status("full study", status, ATTAIN_OK, &err);
    return study;
}

static void check_series(const attain_study *s)
{
    assert_int_equal(s->n_series, 4);
    const atn_series *a = &s->series[0];
    assert_string_equal(a->id, "arrests");
    assert_string_equal(a->label, "Arrests");
    assert_string_equal(a->unit, "people");
    assert_int_equal(a->kind, ATN_FLOW);
    assert_int_equal(a->link, ATN_LINK_LOG);
    assert_int_equal(a->n_trends, 2);
    assert_string_equal(a->trends[0].name, "logistic");
    assert_string_equal(a->trends[0].pointer, "/series/arrests/trend/0");
    assert_int_equal(a->trends[0].n_parameters, 4);
    const atn_parameter *low = &a->trends[0].parameters[0], *high = &a->trends[0].parameters[1];
    const atn_parameter *mid = &a->trends[0].parameters[2];
    assert_string_equal(low->name, "low");
    assert_true(low->is_default && low->present && !low->fixed);
    assert_string_equal(high->prior_text, "lognormal(log(1200), 0.5)");
    assert_false(high->is_default);
    assert_string_equal(high->pointer, "/series/arrests/parameters/high");
    assert_string_equal(mid->pointer, "/series/arrests/parameters/mid/prior");
    atn_check_close("lower", mid->lower, 0, 0, 0);
    atn_check_close("upper", mid->upper, INFINITY, 0, 0);
    atn_check_close("@2025-05-20", mid->prior.arg[0], 120, 0, 0);
    assert_true(a->trends[1].parameters[0].fixed);
    atn_check_close("level", a->trends[1].parameters[0].value, 800, 0, 0);
    assert_int_equal(a->deviation.type, ATN_DEVIATION_AR1);
    assert_int_equal(a->deviation.every, 14);
    assert_string_equal(a->deviation.sigma.prior_text, "half_normal(0.1)");
    assert_int_equal(a->effect, ATN_EFFECT_DAY_OF_WEEK);
    assert_true(a->effect_sigma.fixed && a->effect_sigma.value == 0.2);
    assert_true(a->step_sigma_stated && a->step_sigma.fixed && a->step_sigma.value == 0.25);
    const atn_series *r = &s->series[1];
    assert_string_equal(r->trends[0].name, "formula");
    assert_string_equal(r->trends[0].pointer, "/series/removals/trend/formula");
    assert_string_equal(r->label, "removals");
    const atn_series *p = &s->series[2];
    assert_int_equal(p->link, ATN_LINK_LOGIT);
    assert_int_equal(p->effect, ATN_EFFECT_MONTH);
    assert_true(p->deviation.phi.fixed && p->deviation.phi.value == 0.9);
    assert_non_null(strstr(p->trends[0].parameters[0].prior_text, "beta"));
    assert_int_equal(s->series[3].link, ATN_LINK_IDENTITY);
    assert_non_null(strstr(s->series[3].trends[0].parameters[0].prior_text, "normal(m"));
}

static void check_rest(const attain_study *s)
{
    static const double storm[] = {1, 1, 2, 2, 2, 5, 5};
    assert_string_equal(s->title, "Everything");
    assert_string_equal(s->note, "n");
    assert_int_equal(s->n_steps, 711);
    atn_check_same_bits("storm", s->inputs[0].values, storm, 7);
    assert_true(s->inputs[0].values[710] == 5);
    assert_int_equal(s->n_definitions, 4);
    assert_true(s->definitions[0].reference && !s->definitions[0].factor.present);
    assert_int_equal(s->definitions[1].series, 1);
    assert_string_equal(s->definitions[1].factor.name, "dhs");
    assert_string_equal(s->definitions[3].factor.prior_text, "normal(0, 10)");
    atn_check_close("DHS error", s->sources[0].error, 0.02, 0, 0);
    assert_true(isnan(s->sources[1].error) && s->sources[1].bias_sd == 0);
    atn_check_close("release bias", s->releases[0].bias_sd, 0.3, 0, 0);
    assert_true(s->scale.present && !s->scale.fixed);
    assert_true(s->default_error == 0.07 && s->error_df == 4 && s->design_effect == 1.5);
    assert_true(s->fit.nuts && s->fit.chains == 2 && s->fit.warmup == 500 && s->fit.draws == 700);
    assert_true(s->fit.seed == 9007199254740992u && s->fit.gate[ATN_GATE_PARETO_K] == 0.6);
    assert_int_equal(s->n_goals, 4);
    const atn_goal *g = s->goals;
    assert_string_equal(g[0].label, "First");
    assert_string_equal(g[0].note, "said in May");
    assert_true(g[0].series == 1 && g[0].definition == 1 && g[0].statistic == ATN_TOTAL);
    assert_true(g[0].target == 600000 && g[0].upper == 700000 && !g[0].at_most);
    assert_int_equal(g[0].start, atn_date_from_parts(2025, 2, 1));
    assert_int_equal(g[0].deadline, atn_date_from_parts(2026, 1, 19));
    assert_true(g[1].over == 7 && g[1].held == 3 && g[1].readings_auto && g[1].at_most);
    assert_true(isnan(g[1].upper) && g[1].definition == ATN_NONE);
    assert_true(g[1].deadline == s->horizon && !g[1].has_deadline);
    assert_true(g[2].form == ATN_GOAL_ALL_OF && g[2].n_members == 2 && g[2].members[1] == 1);
    assert_true(g[3].form == ATN_GOAL_BEFORE && g[3].members[0] == 2 && g[3].members[1] == 0);
    char digest[65];
    assert_int_equal(s->n_files, 2);
    assert_string_equal(s->files[0].name, "study.json");
    assert_string_equal(s->files[1].name, "reports.csv");
    atn_sha256(full, strlen(full), digest);
    assert_string_equal(s->files[0].sha256, digest);
    atn_sha256(table, strlen(table), digest);
    assert_string_equal(s->files[1].sha256, digest);
}

static void check_reports(const attain_study *s)
{
    assert_int_equal(attain_study_report_count(s), 6);
    const atn_report *r = report_at(s, 0);
    assert_true(r->series == 0 && r->statistic == ATN_VALUE && r->relation == ATN_EXACT);
    assert_true(r->end == r->start && r->published == r->end && isnan(r->upper));
    assert_true(r->row == 1 && r->place.line == 2 && r->source == 0 && r->error == 0.02);
    r = report_at(s, 1);
    assert_true(r->row == 2 && r->place.line == 4 && r->definition == 1 && r->source == 0);
    assert_true(r->error == 0.03 && r->grain == 50000 && r->release == 0);
    assert_string_equal(r->quote, "\"over 400,000\"\nsince January");
    assert_string_equal(r->url, "https://example.org/a");
    assert_string_equal(r->source_text, "Homeland Security");
    r = report_at(s, 2);
    assert_true(r->row == 3 && r->place.line == 6 && r->upper == 800 && r->stale == 7);
    assert_true(r->definition == ATN_NONE && r->source == ATN_NONE && r->error == 0.07);
    assert_string_equal(r->definition_text, "ice");
    assert_string_equal(r->release_text, "r9");
    r = report_at(s, 3);
    assert_true(r->value == 0 && r->definition == 3 && r->source == 1 && r->error == 0.07);
    r = report_at(s, 4);
    assert_true(r->value == 1000 && r->definition == ATN_NONE && isnan(r->grain));
    r = report_at(s, 5);
    assert_true(r->series == 2 && r->n == 1000 && r->row == 2);
    assert_string_equal(r->place.pointer, "/reports/1");
    assert_string_equal(r->place.file, "study.json");
}

static bool holds(const attain_diagnostics *list, const char *code, attain_severity severity,
                  long line, const char *part)
{
    for (size_t k = 0; k < attain_diagnostics_count(list); k++) {
        const attain_diagnostic *d = attain_diagnostics_get(list, k);
        if (strcmp(d->code, code) == 0 && d->severity == severity && d->line == line &&
            strstr(d->message, part))
            return true;
    }
    return false;
}

static void test_everything(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_diagnostics *list;
    assert_int_equal(attain_diagnostics_create(ctx, &list, NULL), ATTAIN_OK);
    attain_study *s = parse_full(ctx, list, NULL);
    check_series(s);
    check_rest(s);
    check_reports(s);
    assert_string_equal(attain_study_title(s), "Everything");
    assert_int_equal(s->n_scenarios, 1);
    assert_string_equal(s->scenarios[0].label, "surge");
    const atn_change *change = &s->scenarios[0].changes[0];
    assert_int_equal(s->scenarios[0].from, s->as_of + 1);
    assert_int_equal(change->kind, ATN_CHANGE_MULTIPLY);
    assert_int_equal(change->until, change->from + 59);
    assert_true(change->size.drawn && change->ramp == 30.0);
    assert_true(holds(list, "published-early", ATTAIN_SEVERITY_WARNING, 8, "before its window"));
    assert_true(holds(list, "undeclared-definition", ATTAIN_SEVERITY_NOTE, 8, "'announced'"));
    assert_int_equal(attain_diagnostics_count_of(list, ATTAIN_SEVERITY_ERROR), 0);
    attain_study_free(s);
    attain_diagnostics_free(list);
    attain_context_free(ctx);
}

static void test_overrides(void **state)
{
    (void)state;
    static const char *const set[] = {"/series/arrests/step_sigma=0.5", "/title=A \"new\" one",
                                      "/goals/0/target=650000", "/series/arrests/label=7 days",
                                      "/fit/seed=3"};
    attain_context *ctx = check_context(NULL, 1);
    attain_study_options options;
    attain_study_options_init(&options);
    options.as_of = "2025-06-30";
    options.set = set;
    options.n_set = 5;
    attain_study *s = parse_full(ctx, NULL, &options);
    assert_true(s->series[0].step_sigma.value == 0.5 && s->goals[0].target == 650000);
    assert_string_equal(s->title, "A \"new\" one");
    assert_string_equal(s->series[0].label, "7 days");
    assert_true(s->fit.seed == 3);
    assert_int_equal(s->as_of, atn_date_from_parts(2025, 6, 30));
    assert_int_equal(s->n_overrides, 5);
    assert_string_equal(s->overrides[2], set[2]);
    attain_study_free(s);
    attain_context_free(ctx);
}

typedef struct bad_option {
    const char *as_of, *set;
    attain_status status;
    const char *says;
} bad_option;

static void test_bad_options(void **state)
{
    (void)state;
    static const bad_option cases[] = {
        {"30/6/2025", NULL, ATTAIN_ERR_ARGUMENT, "write 2025-06-30"},
        {"2027-06-30", NULL, ATTAIN_ERR_FIELD, "after 'horizon'"},
        {NULL, "/title", ATTAIN_ERR_ARGUMENT, "POINTER=VALUE"},
        {NULL, "title=x", ATTAIN_ERR_ARGUMENT, "must start with /"},
        {NULL, "/series/arests/label=x", ATTAIN_ERR_ARGUMENT, "'/series/arests'"},
        {NULL, "/goals/9/target=1", ATTAIN_ERR_ARGUMENT, "'/goals/9'"},
        {NULL, "/goals/0/target=many", ATTAIN_ERR_FIELD, "must be a number"},
        {NULL, "/titel=x", ATTAIN_ERR_FIELD, "did you mean 'title'"},
    };
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        attain_study_options options;
        attain_study_options_init(&options);
        options.as_of = cases[k].as_of;
        options.set = &cases[k].set;
        options.n_set = cases[k].set ? 1 : 0;
        attain_study *study;
        attain_error err = {0};
        const attain_status status = attain_study_parse(
            ctx, full, strlen(full), table, strlen(table), &options, NULL, &study, &err);
        atn_check_status(cases[k].says, status, cases[k].status, &err);
        assert_null(study);
        if (!strstr(err.message, cases[k].says))
            fail_msg("'%s' does not say %s", err.message, cases[k].says);
    }
    attain_context_free(ctx);
}

/* A study that names a table needs it; a parsed one reads nothing from disk. */
static void test_no_table(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_study *study;
    attain_error err = {0};
    atn_check_status("no table",
                     attain_study_parse(ctx, full, strlen(full), NULL, 0, NULL, NULL, &study, &err),
                     ATTAIN_ERR_FILE, &err);
    attain_context_free(ctx);
}

typedef struct reference {
    const char *name;
    size_t reports, definitions, goals;
    const char *first_definition;
} reference;

static void test_references(void **state)
{
    (void)state;
    static const reference references[] = {{"growth", 24, 2, 2, "count"},
                                           {"growth-rw", 24, 2, 2, "count"},
                                           {"arrests-2025-10", 30, 3, 3, "ICE_arrests"}};
    for (size_t k = 0; k < 3; k++) {
        char name[100];
        snprintf(name, sizeof name, "reference/%s", references[k].name);
        const char *path = check_shared(name);
        attain_context *ctx = check_context(NULL, 1);
        attain_diagnostics *list;
        attain_study *s;
        attain_error err = {0};
        assert_int_equal(attain_diagnostics_create(ctx, &list, NULL), ATTAIN_OK);
        atn_check_status(name, attain_study_load(ctx, path, NULL, list, &s, &err), ATTAIN_OK, &err);
        assert_int_equal(s->n_reports, references[k].reports);
        assert_int_equal(s->n_definitions, references[k].definitions);
        assert_int_equal(s->n_goals, references[k].goals);
        assert_string_equal(s->definitions[0].id, references[k].first_definition);
        assert_int_equal(s->n_steps, 365);
        assert_int_equal(attain_diagnostics_count_of(list, ATTAIN_SEVERITY_WARNING), 0);
        attain_study_free(s);
        attain_diagnostics_free(list);
        attain_context_free(ctx);
    }
}

/* `init` writes a study that reads without a word, and never over anything. */
static void test_init(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    char scratch[500], folder[600];
    attain_error err = {0};
    attain_diagnostics *list;
    attain_study *s;
    assert_non_null(check_scratch_create(scratch, sizeof scratch));
    snprintf(folder, sizeof folder, "%s/new/study", scratch);
    atn_check_status("init", attain_study_init(ctx, folder, &err), ATTAIN_OK, &err);
    assert_int_equal(attain_diagnostics_create(ctx, &list, NULL), ATTAIN_OK);
    atn_check_status("load", attain_study_load(ctx, folder, NULL, list, &s, &err), ATTAIN_OK, &err);
    assert_int_equal(attain_diagnostics_count(list), 0);
    assert_int_equal(attain_study_report_count(s), 7);
    attain_study_free(s);
    atn_check_status("again", attain_study_init(ctx, folder, &err), ATTAIN_ERR_FILE, &err);
    assert_non_null(strstr(err.message, "there already"));
    attain_diagnostics_free(list);
    check_scratch_remove(scratch);
    attain_context_free(ctx);
}

static attain_status load_once(void *user, attain_context *ctx, attain_error *err)
{
    (void)user;
    attain_diagnostics *list = NULL;
    attain_study *s = NULL;
    static const char *const set[] = {"/series/arrests/step_sigma=0.5", "/title=new"};
    attain_study_options options;
    attain_study_options_init(&options);
    options.set = set;
    options.n_set = 2;
    attain_status status = attain_diagnostics_create(ctx, &list, err);
    if (status == ATTAIN_OK)
        status = attain_study_parse(ctx, full, strlen(full), table, strlen(table), &options, list,
                                    &s, err);
    if (status != ATTAIN_OK) assert_null(s);
    attain_study_free(s);
    attain_diagnostics_free(list);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    check_faults("a whole study", load_once, NULL, 5000);
}

static attain_status load_folder(void *user, attain_context *ctx, attain_error *err)
{
    attain_study *s = NULL;
    const attain_status status = attain_study_load(ctx, user, NULL, NULL, &s, err);
    attain_study_free(s);
    return status;
}

static void test_folder_faults(void **state)
{
    (void)state;
    char folder[500];
    snprintf(folder, sizeof folder, "%s", check_source("src/io/template"));
    check_faults("a folder", load_folder, folder, 5000);
}

static attain_status init_once(void *user, attain_context *ctx, attain_error *err)
{
    static const char *const files[] = {"study.json", "reports.csv", "README.md"};
    const attain_status status = attain_study_init(ctx, user, err);
    for (size_t k = 0; k < 3; k++) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", (const char *)user, files[k]);
        assert_int_equal(access(path, F_OK) == 0, status == ATTAIN_OK);
    }
    return status;
}

/* A failed init leaves no file. */
static void test_init_faults(void **state)
{
    (void)state;
    char folder[500];
    assert_non_null(check_scratch_create(folder, sizeof folder));
    check_faults("init", init_once, folder, 100);
    check_scratch_remove(folder);
}

/* Faults while problems are being told: out of memory or the problems, and nothing left behind. */
static void test_bad_faults(void **state)
{
    (void)state;
    check_allocator memory;
    check_allocator_init(&memory);
    attain_context *ctx = check_context(&memory, 1);
    const size_t before = memory.live;
    char folder[500];
    snprintf(folder, sizeof folder, "%s",
             check_source("tests/invalid/both-files-several-problems"));
    bool whole = false;
    for (size_t k = 1; !whole && k < 2000; k++) {
        memory.calls = memory.failures = 0;
        memory.fail_at = k;
        attain_study *s;
        attain_error err = {0};
        const attain_status status = attain_study_load(ctx, folder, NULL, NULL, &s, &err);
        whole = memory.failures == 0;
        atn_check_status("bad study", status, whole ? ATTAIN_ERR_FIELD : ATTAIN_ERR_NOMEM, &err);
        assert_null(s);
        assert_int_equal(memory.live, before);
    }
    assert_true(whole);
    memory.fail_at = 0;
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),  cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_bad_options), cmocka_unit_test(test_no_table),
        cmocka_unit_test(test_references),  cmocka_unit_test(test_init),
        cmocka_unit_test(test_faults),      cmocka_unit_test(test_folder_faults),
        cmocka_unit_test(test_bad_faults),  cmocka_unit_test(test_init_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
