#define _POSIX_C_SOURCE 200809L /* strdup */
/* A forecast hub of a document: ids, limits, refusals, each allocation failing. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/report.h>

#include "document_fixture.h"
#include "io/document.h"
#include "report/escape.h"
#include "report/phrase.h"

static const char LEVELS[] =
    "{\"0.01\": 1, \"0.025\": 2, \"0.05\": 3, \"0.1\": 4, \"0.15\": 5, \"0.2\": 6, \"0.25\": 7, "
    "\"0.3\": 8, \"0.35\": 9, \"0.4\": 10, \"0.45\": 11, \"0.5\": 11, \"0.55\": 12, \"0.6\": 13, "
    "\"0.65\": 14, \"0.7\": 15, \"0.75\": 16, \"0.8\": 17, \"0.85\": 18, \"0.9\": 19, \"0.95\": "
    "20, \"0.975\": 21, \"0.99\": 22.5}";
static const char BINS[] = "{\"2025-03-21\": 0, \"2025-03-31\": 0.25, \"2025-05-19\": 0.25, "
                           "\"never\": 0.5}";

static void reading(atn_text *t, const char *name, const char *levels, const char *futures,
                    const char *bins)
{
    atn_text_printf(t,
                    "{\"reading\": \"%s\", \"target\": 15, \"probability\": 0.125, "
                    "\"value_quantiles\": %s, \"futures\": %s, \"date_bins\": %s}",
                    name, levels, futures, bins);
}

static void quoted(atn_text *t, const char *key, const char *text)
{
    atn_text_printf(t, "\"%s\": ", key);
    atn_escape_json(t, text);
    atn_text_add(t, ", ");
}

static void goal(atn_text *t, const char *id, const char *text)
{
    atn_text_add(t, "{");
    quoted(t, "label", text ? text : id);
    quoted(t, "unit", text ? text : "");
    atn_text_printf(t,
                    "\"id\": \"%s\", \"form\": \"single\", "
                    "\"series\": \"x\", \"statistic\": \"total\", \"target\": 15, \"start\": "
                    "\"2025-01-20\", \"deadline\": \"2025-05-01\", \"direction\": \"at_least\", "
                    "\"definitions\": [",
                    id);
}

/* Two goals on a series, the first with two definitions and `reading`, the second a joint one; one
 * scenario.  What is NULL is as it should be. */
typedef struct sample {
    const char *as_of, *id, *other, *reading, *levels, *futures, *bins, *scenario;
    const char *text; /* title, labels, units, source */
} sample;

static attain_results *document(attain_context *ctx, const sample *s)
{
    const char *id = s->id ? s->id : "first", *reading_name = s->reading ? s->reading : "total";
    const char *other = s->other ? s->other : "both";
    attain_results *results = NULL;
    attain_error err = {0};
    atn_text t;
    atn_text_init(&t, ctx);
    atn_text_add(&t, "{\"attain\": {\"schema\": 1}, \"status\": \"ok\", \"study\": {");
    quoted(&t, "title", s->text ? s->text : "A \"title\" \\ of \xc3\xa9");
    atn_text_printf(&t,
                    "\"as_of\": \"%s\", \"horizon\": \"2025-05-19\", \"step\": \"day\"}, \"fit\": "
                    "{\"method\": \"map\"}, \"series\": [{\"id\": \"x\", \"kind\": \"flow\"}], "
                    "\"reports\": [{\"row\": 3, \"series\": \"x\", \"statistic\": \"total\", ",
                    s->as_of ? s->as_of : "2025-03-21");
    quoted(&t, "source", s->text ? s->text : "=cmd|x, y");
    atn_text_add(&t, "\"start\": \"2025-01-20\", \"end\": \"2025-02-01\", \"relation\": \"over\", "
                     "\"value\": 7.5, \"upper\": null, \"published\": null, \"used\": true}, "
                     "{\"row\": 4, \"series\": \"x\", \"end\": \"2025-02-01\", \"value\": 8, "
                     "\"used\": false}], \"goals\": [");
    for (int scenario = 0; scenario < 2; scenario++) {
        if (scenario == 1)
            atn_text_printf(&t, "], \"scenarios\": [{\"id\": \"%s\", \"goals\": [",
                            s->scenario ? s->scenario : "surge");
        goal(&t, id, s->text);
        atn_text_add(&t, "{\"definition\": \"ice\", \"readings\": [");
        reading(&t, reading_name, LEVELS, "[1, -2.5, 3]", BINS);
        atn_text_add(&t, "]}, {\"definition\": \"dhs\", \"readings\": [");
        reading(&t, reading_name, s->levels ? s->levels : LEVELS,
                s->futures ? s->futures : "[4, 5, 6]", s->bins ? s->bins : BINS);
        atn_text_add(&t, "]}]}, ");
        goal(&t, other, s->text);
        atn_text_add(&t, "{\"definition\": \"reference\", \"readings\": [");
        reading(&t, "all-of", "null", "null", BINS);
        atn_text_add(&t, "]}]}");
    }
    atn_text_add(&t, "]}]}");
    assert_true(atn_text_ok(&t));
    atn_check_status("document", atn_document_parse(ctx, t.data, t.length, "t", &results, &err),
                     ATTAIN_OK, &err);
    atn_text_free(&t);
    return results;
}

static attain_status export_hub(attain_context *ctx, const attain_results *results,
                                const char *folder, const char *model_id, attain_error *err)
{
    attain_export_settings settings;
    attain_export_settings_init(&settings);
    settings.format = ATTAIN_EXPORT_HUB;
    settings.model_id = model_id;
    return attain_report_export(ctx, results, folder, &settings, err);
}

static void holds(const char *folder, const char *name, const char *want, bool whole)
{
    char *text = fixture_read(folder, name);
    if (!text) fail_msg("%s is not there", name);
    if (whole ? strcmp(text, want) != 0 : strstr(text, want) == NULL)
        fail_msg("%s should hold:\n%s\nand is:\n%s", name, want, text);
    free(text);
}

static void test_files(void **state)
{
    (void)state;
    char folder[256];
    attain_context *ctx = check_context(NULL, 1);
    attain_error err = {0};
    attain_results *results = document(ctx, &(sample){0});
    check_scratch_create(folder, sizeof folder);
    atn_check_status("export", export_hub(ctx, results, folder, "my_team-m1", &err), ATTAIN_OK,
                     &err);
    static const char output[] = "model-output/my_team-m1/2025-03-21-my_team-m1.csv";
    holds(folder, output,
          "origin_date,scenario_id,target,target_end_date,output_type,output_type_id,value\n"
          "2025-03-21,baseline,first.ice.value,2025-05-01,quantile,0.01,1\n",
          false);
    holds(folder, output,
          "2025-03-21,baseline,first.ice.value,2025-05-01,quantile,0.99,22.5\n"
          "2025-03-21,baseline,first.ice.value,2025-05-01,sample,1,1\n"
          "2025-03-21,baseline,first.ice.value,2025-05-01,sample,2,-2.5\n"
          "2025-03-21,baseline,first.ice.value,2025-05-01,sample,3,3\n"
          "2025-03-21,baseline,first.ice.met,2025-05-01,pmf,no,0.875\n"
          "2025-03-21,baseline,first.ice.met,2025-05-01,pmf,yes,0.125\n"
          "2025-03-21,baseline,first.ice.date,2025-05-19,pmf,2025-03-21,0\n"
          "2025-03-21,baseline,first.ice.date,2025-05-19,pmf,2025-03-31,0.25\n"
          "2025-03-21,baseline,first.ice.date,2025-05-19,pmf,2025-05-19,0.25\n"
          "2025-03-21,baseline,first.ice.date,2025-05-19,pmf,never,0.5\n"
          "2025-03-21,baseline,first.dhs.value,2025-05-01,quantile,0.01,1\n",
          false);
    holds(folder, output,
          "2025-03-21,surge,both.met,2025-05-01,pmf,no,0.875\n"
          "2025-03-21,surge,both.met,2025-05-01,pmf,yes,0.125\n",
          false);
    holds(folder, "target-data/time-series.csv",
          "as_of,target_end_date,start,row,series,definition,statistic,relation,observation,upper,"
          "source\n"
          "2025-02-01,2025-02-01,2025-01-20,3,x,,total,over,7.5,,\"'=cmd|x, y\"\n",
          true);
    holds(folder, "hub-config/tasks.json", "\"round_name\": \"A \\\"title\\\" \\\\ of \xc3\xa9\",",
          false);
    holds(folder, "hub-config/tasks.json",
          "                \"first.ice.value\",\n                \"first.dhs.value\"\n", false);
    holds(folder, "hub-config/tasks.json", "\"required\": [\"no\", \"yes\"]", false);
    holds(folder, "hub-config/tasks.json",
          "\"required\": [\"2025-03-21\", \"2025-03-31\", \"2025-05-19\", \"never\"]", false);
    holds(folder, "hub-config/tasks.json",
          "\"min_samples_per_task\": 3,\n                \"max_samples_per_task\": 3,", false);
    holds(folder, "hub-config/admin.json", "\"owner\": \"my_team\"", false);
    holds(folder, "hub-config/target-data.json", "\"date_col\": \"target_end_date\"", false);
    holds(folder, "hub-config/model-metadata-schema.json", "\"team_abbr\"", false);
    holds(folder, "model-metadata/my_team-m1.yml", "model_abbr: \"m1\"\n", false);
    check_scratch_remove(folder);
    attain_results_free(results);
    attain_context_free(ctx);
}

/* Targets' ids are of at most 30 characters, tame, and each its own. */
static void test_ids(void **state)
{
    (void)state;
    static const struct {
        sample of;
        const char *targets[3], *scenario;
    } rows[] = {
        {{.id = "a", .other = "b"}, {"a.ice", "a.dhs", "b"}, "surge"},
        {{.id = "a", .other = "a.ice"}, {"a.ice", "a.dhs", "a.ice~3"}, "surge"},
        {{.id = "twenty-one-characters"},
         {"twenty-one-characters~1", "twenty-one-characters~2", "both"},
         "surge"},
        {{.id = "twenty-characters--x"},
         {"twenty-characters--x.ice", "twenty-characters--x.dhs", "both"},
         "surge"},
        {{.id = "a-goal-whose-name-is-longer-than-any-hub-would-take"},
         {"a-goal-whose-name-is-l~1", "a-goal-whose-name-is-l~2", "both"},
         "surge"},
        {{.id = "=1,2 `x`", .other = "-b", .scenario = "a,b"},
         {"_1_2__x_.ice", "_1_2__x_.dhs", "_b"},
         "a_b"},
        {{.id = "\xc3\xa9", .other = "", .scenario = "baseline"},
         {"__.ice", "__.dhs", ""},
         "baseline~1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char folder[256], want[256];
        attain_context *ctx = check_context(NULL, 1);
        attain_error err = {0};
        attain_results *results = document(ctx, &rows[i].of);
        check_scratch_create(folder, sizeof folder);
        atn_check_status("export", export_hub(ctx, results, folder, NULL, &err), ATTAIN_OK, &err);
        for (size_t k = 0; k < 3; k++) {
            snprintf(want, sizeof want, "\"target_id\": \"%s.date\"", rows[i].targets[k]);
            holds(folder, "hub-config/tasks.json", want, false);
            snprintf(want, sizeof want, "2025-03-21,%s,%s.met,2025-05-01,pmf,yes,0.125\n",
                     rows[i].scenario, rows[i].targets[k]);
            holds(folder, "model-output/attain-map/2025-03-21-attain-map.csv", want, false);
        }
        check_scratch_remove(folder);
        attain_results_free(results);
        attain_context_free(ctx);
    }
}

/* What no hub would take is refused before anything is written. */
static void test_refusals(void **state)
{
    (void)state;
    static const char not_23[] = "{\"0.5\": 1}";
    static const char falls[] = "{\"2025-03-31\": 0.5, \"2025-03-21\": 0, \"2025-05-19\": 0, "
                                "\"never\": 0.5}";
    static const char over[] = "{\"2025-03-21\": 0, \"2025-03-31\": 0.25, \"2025-05-19\": 0.25, "
                               "\"never\": 0.6}";
    static const char negative[] = "{\"2025-03-21\": -0.1, \"2025-03-31\": 0.35, \"2025-05-19\": "
                                   "0.25, \"never\": 0.5}";
    static const char fewer[] = "{\"2025-03-21\": 0, \"2025-03-31\": 0.5, \"never\": 0.5}";
    static const char endless[] = "{\"2025-03-21\": 0, \"2025-03-31\": 0.5, \"2025-05-19\": 0.5}";
    char *unordered = strdup(LEVELS);
    assert_non_null(unordered);
    memcpy(strstr(unordered, "22.5"), "20.5", 4);
    const struct {
        sample of;
        const char *model_id;
        attain_status status;
        const char *message;
    } rows[] = {
        {{.as_of = "soon"}, NULL, ATTAIN_ERR_FIELD, "study/as_of"},
        {{.levels = not_23}, NULL, ATTAIN_ERR_FIELD, "there are no 23 value_quantiles"},
        {{.levels = unordered}, NULL, ATTAIN_ERR_FIELD, "value_quantiles are not in order"},
        {{.futures = "[1, 2]"}, NULL, ATTAIN_ERR_FIELD, "not as many futures"},
        {{.futures = "[1, 2, null]"}, NULL, ATTAIN_ERR_FIELD, "one of its futures is no number"},
        {{.bins = "null"}, NULL, ATTAIN_ERR_FIELD, "there are no date_bins"},
        {{.bins = falls}, NULL, ATTAIN_ERR_FIELD, "not the others'"},
        {{.bins = over}, NULL, ATTAIN_ERR_FIELD, "do not sum to 1"},
        {{.bins = negative}, NULL, ATTAIN_ERR_FIELD, "is no probability"},
        {{.bins = fewer}, NULL, ATTAIN_ERR_FIELD, "not the others'"},
        {{.bins = endless}, NULL, ATTAIN_ERR_FIELD, "not the others'"},
        {{0}, "team", ATTAIN_ERR_ARGUMENT, "TEAM-MODEL"},
        {{0}, "-model", ATTAIN_ERR_ARGUMENT, "TEAM-MODEL"},
        {{0}, "team-", ATTAIN_ERR_ARGUMENT, "TEAM-MODEL"},
        {{0}, "team-mo-del", ATTAIN_ERR_ARGUMENT, "TEAM-MODEL"},
        {{0}, "../up-x", ATTAIN_ERR_ARGUMENT, "TEAM-MODEL"},
        {{0}, "seventeen_letters-x", ATTAIN_ERR_ARGUMENT, "1 to 16 letters"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char folder[256], inside[300];
        attain_context *ctx = check_context(NULL, 1);
        attain_error err = {0};
        attain_results *results = document(ctx, &rows[i].of);
        check_scratch_create(folder, sizeof folder);
        snprintf(inside, sizeof inside, "%s/hub", folder);
        atn_check_status(rows[i].message, export_hub(ctx, results, inside, rows[i].model_id, &err),
                         rows[i].status, &err);
        if (!strstr(err.message, rows[i].message))
            fail_msg("\"%s\" should hold \"%s\"", err.message, rows[i].message);
        assert_false(atn_path_exists(inside));
        check_scratch_remove(folder);
        attain_results_free(results);
        attain_context_free(ctx);
    }
    free(unordered);
}

static void test_settings(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_export_settings settings;
    attain_error err = {0};
    attain_results *results = document(ctx, &(sample){0});
    attain_export_settings_init(&settings);
    settings.version = 7;
    atn_check_status("version", attain_report_export(ctx, results, "x", &settings, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    attain_export_settings_init(&settings);
    settings.format = (attain_export_format)3;
    atn_check_status("format", attain_report_export(ctx, results, "x", &settings, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    atn_check_status("results", attain_report_export(ctx, NULL, "x", NULL, &err),
                     ATTAIN_ERR_ARGUMENT, &err);
    atn_check_status("folder", attain_report_export(ctx, results, "/dev/null/x", NULL, NULL),
                     ATTAIN_ERR_FILE, NULL);
    attain_results_free(results);
    attain_context_free(ctx);
}

/* ---- text of the user's -----------------------------------------------------------------------
 */

static attain_results *parsed(attain_context *ctx, const char *folder, const char *name)
{
    attain_results *json = NULL;
    attain_error err = {0};
    char *text = fixture_read(folder, name);
    if (!text) fail_msg("%s is not there", name);
    atn_check_status(name, atn_document_parse(ctx, text, strlen(text), name, &json, &err),
                     ATTAIN_OK, &err);
    free(text);
    return json;
}

static const char *at(const attain_results *json, const char *address)
{
    const atn_node *node = NULL;
    attain_error err = {0};
    atn_check_status(address,
                     atn_node_find(atn_document_root(json), address, strlen(address), &node, &err),
                     ATTAIN_OK, &err);
    return atn_node_text(node);
}

/* What stands in the last cell of a table of one row, read back as RFC 4180 has it. */
static void last_cell(const char *folder, const char *name, char *cell)
{
    char *text = fixture_read(folder, name);
    assert_non_null(text);
    const char *from = strstr(text, ",7.5,,");
    assert_non_null(from);
    from += strlen(",7.5,,");
    const char *end = text + strlen(text) - 1; /* the line's */
    assert_true(*end == '\n');
    const bool quotes = *from == '"';
    if (quotes) from++, end--;
    for (; from < end; from++) {
        *cell++ = *from;
        if (quotes && *from == '"') assert_true(*++from == '"');
    }
    *cell = '\0';
    free(text);
}

/* Every text stays text in every file that holds it: the JSON reads back as it was, a name that is
 * too long is cut between characters, a cell is no formula, and no line of LaTeX is added. */
static void test_nasty_text(void **state)
{
    (void)state;
    static char long_text[10001], accents[20001];
    memset(long_text, 'x', 10000);
    for (size_t i = 0; i < 10000; i++) memcpy(accents + 2 * i, "\xc3\xa9", 2);
    static const char *const rows[] = {"`id`",
                                       "$(touch PWNED)",
                                       "it's",
                                       "say \"x\", y",
                                       "back\\slash",
                                       "{} @x %d %s",
                                       "<script>alert(1)</script>",
                                       "=cmd|' /C calc'!A0",
                                       "+1",
                                       "-1",
                                       "@x",
                                       "\tx",
                                       "\\input{/etc/passwd}",
                                       "\\end{longtable}",
                                       "two\nlines\r",
                                       "\x1b[31m\x7f",
                                       "\xe2\x80\xaeright to left",
                                       long_text,
                                       accents};
    static char cell[30000];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char folder[256];
        attain_context *ctx = check_context(NULL, 1);
        attain_error err = {0};
        attain_results *results = document(ctx, &(sample){.text = rows[i]});
        check_scratch_create(folder, sizeof folder);
        atn_check_status("hub", export_hub(ctx, results, folder, NULL, &err), ATTAIN_OK, &err);
        attain_results *tasks = parsed(ctx, folder, "hub-config/tasks.json");
        attain_results *admin = parsed(ctx, folder, "hub-config/admin.json");
        assert_string_equal(at(tasks, "rounds/0/round_name"), rows[i]);
        assert_string_equal(at(admin, "name"), rows[i]);
        static const char target[] = "rounds/0/model_tasks/0/target_metadata/0/";
        char address[128];
        snprintf(address, sizeof address, "%sadditional_metadata/label", target);
        assert_string_equal(at(tasks, address), rows[i]);
        static const char *const limited[] = {"target_name", "target_units"};
        for (size_t k = 0; k < 2; k++) {
            snprintf(address, sizeof address, "%s%s", target, limited[k]);
            assert_in_range(atn_utf8_length(at(tasks, address)), 1, 100);
        }
        last_cell(folder, "target-data/time-series.csv", cell);
        const bool formula = strchr("=+-@\t", rows[i][0]) != NULL;
        assert_string_equal(formula ? cell + 1 : cell, rows[i]);
        assert_true(!formula || cell[0] == '\'');
        attain_export_settings settings;
        attain_export_settings_init(&settings);
        settings.format = ATTAIN_EXPORT_LATEX;
        atn_check_status("LaTeX", attain_report_export(ctx, results, folder, &settings, &err),
                         ATTAIN_OK, &err);
        char *tex = fixture_read(folder, "goals.tex");
        size_t lines = 0;
        for (const char *c = tex; *c; c++) lines += *c == '\n';
        assert_int_equal(lines, 6 + 1 + 2 + 1 + 2); /* head, goal, answers, goal, end */
        assert_null(strstr(tex, "\\input{"));
        assert_int_equal(strstr(strstr(tex, "\\end{longtable}") + 1, "\\end{longtable}") == NULL,
                         1);
        free(tex);
        check_scratch_remove(folder);
        attain_results_free(tasks);
        attain_results_free(admin);
        attain_results_free(results);
        attain_context_free(ctx);
    }
}

/* ---- each allocation failing ----------------------------------------------------------------- */

typedef struct faulty {
    const char *folder;
    attain_export_format format;
    const attain_results *results;
} faulty;

static attain_status export_faulty(void *user, attain_context *ctx, attain_error *err)
{
    const faulty *f = user;
    attain_export_settings settings;
    attain_export_settings_init(&settings);
    settings.format = f->format;
    return attain_report_export(ctx, f->results, f->folder, &settings, err);
}

static void test_allocations(void **state)
{
    (void)state;
    char folder[256];
    attain_context *ctx = check_context(NULL, 1);
    attain_results *results = document(ctx, &(sample){0});
    check_scratch_create(folder, sizeof folder);
    for (int format = ATTAIN_EXPORT_CSV; format <= ATTAIN_EXPORT_HUB; format++) {
        faulty f = {folder, (attain_export_format)format, results};
        check_faults("export", export_faulty, &f, 4000);
    }
    check_scratch_remove(folder);
    attain_results_free(results);
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),      cmocka_unit_test(test_ids),
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_settings),
        cmocka_unit_test(test_nasty_text), cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
