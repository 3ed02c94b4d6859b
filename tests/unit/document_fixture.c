#define _POSIX_C_SOURCE 200809L /* strdup */
#include "document_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "check.h"
#include "report/escape.h"

enum { DAYS = 120, AS_OF = 60 };

static const char *const levels[9] = {"0.025", "0.05", "0.1",  "0.25", "0.5",
                                      "0.75",  "0.9",  "0.95", "0.975"};
static const double normal[9] = {-1.96, -1.64, -1.28, -0.67, 0, 0.67, 1.28, 1.64, 1.96};

static void quoted(atn_text *t, const char *key, const char *text)
{
    atn_text_printf(t, "\"%s\": ", key);
    atn_escape_json(t, text);
    atn_text_add(t, ", ");
}

static void date(atn_text *t, int day)
{
    char text[ATN_DATE_SIZE];
    atn_date_format(atn_date_from_parts(2025, 1, 20) + day, text);
    atn_text_printf(t, "\"%s\"", text);
}

/* kind: level at day d with spread growing after the as-of date. */
static void bands(atn_text *t, const char *key, double start, double slope, double spread,
                  bool share)
{
    atn_text_printf(t, "\"%s\": {", key);
    for (int k = 0; k < 9; k++) {
        atn_text_printf(t, "%s\"%s\": [", k ? ", " : "", levels[k]);
        for (int d = 0; d < DAYS; d++) {
            const double wide = spread * (d < AS_OF ? 1.0 : 1.0 + 0.05 * (d - AS_OF));
            const double m = start + slope * d;
            const double y =
                share ? 1 / (1 + exp(-(m + wide * normal[k]))) : m * exp(wide * normal[k]);
            if (d) atn_text_add(t, ",");
            atn_text_number(t, y);
        }
        atn_text_add(t, "]");
    }
    atn_text_add(t, "}");
}

static void series(atn_text *t, const char *id, const char *kind, const char *reference,
                   const char *text)
{
    const bool flow = strcmp(kind, "flow") == 0, share = strcmp(kind, "share") == 0;
    atn_text_printf(t, "{\"id\": \"%s\", \"kind\": \"%s\", ", id, kind);
    quoted(t, "label", text);
    quoted(t, "unit", text);
    atn_text_printf(t,
                    "\"link\": \"%s\", \"trend\": [\"logistic\"], \"reference\": %s, "
                    "\"dates\": [",
                    share ? "logit" : "log", reference);
    for (int d = 0; d < DAYS; d++) {
        if (d) atn_text_add(t, ",");
        date(t, d);
    }
    atn_text_add(t, "], ");
    bands(t, "quantiles", share ? -0.2 : 1000, share ? 0.001 : 2, share ? 0.05 : 0.04, share);
    if (flow) {
        atn_text_add(t, ", ");
        bands(t, "total_quantiles", 1000, 1060, 0.02, false);
    }
    atn_text_add(t, "}");
}

static void reading(atn_text *t, const char *name, double target, double p, bool reached)
{
    char words[64];
    snprintf(words, sizeof words, p < 0.01 ? "less than 1 in 100" : "about 1 in %d", (int)(1 / p));
    atn_text_printf(t, "{\"reading\": \"%s\", \"target\": ", name);
    atn_text_number(t, target);
    atn_text_add(t, ", \"probability\": ");
    atn_text_number(t, p);
    atn_text_printf(t,
                    ", \"mcse\": 0.005, \"words\": \"%s\", \"date\": {\"0.05\": \"2025-04-02\", "
                    "\"0.25\": \"2025-05-01\", \"0.5\": %s, \"0.75\": null, \"0.95\": null}, "
                    "\"never_by_horizon\": 0.4, \"probability_at_horizon\": 0.6, "
                    "\"shortfall\": 41000, \"shortfall_quantiles\": {\"0.05\": 0, \"0.5\": "
                    "41000, \"0.95\": 90000}, \"attainable\": {\"0.1\": 3, \"0.5\": 2, \"0.9\": "
                    "1}, \"required_pace\": 1500, \"current_pace\": 1100, \"pace_ratio\": ",
                    words, p > 0.3 ? "\"2025-05-10\"" : "null");
    atn_text_number(t, 1500.0 / 1100);
    atn_text_printf(t,
                    ", \"share_of_past_windows\": null, \"already_reached\": %s, "
                    "\"out_of_reach\": false, \"by_date\": {\"dates\": [",
                    reached ? "true" : "false");
    for (int d = 0; d < DAYS; d += 7) {
        if (d) atn_text_add(t, ",");
        date(t, d);
    }
    atn_text_add(t, "], \"probability\": [");
    for (int d = 0; d < DAYS; d += 7) {
        if (d) atn_text_add(t, ",");
        atn_text_number(t, d < AS_OF ? 0 : 0.6 * (d - AS_OF) / (DAYS - AS_OF));
    }
    atn_text_add(t, "]}}");
}

static void goal(atn_text *t, const char *id, const char *of, const char *statistic, double target,
                 const char *text)
{
    atn_text_printf(t, "{\"id\": \"%s\", ", id);
    quoted(t, "label", text);
    quoted(t, "note", text);
    quoted(t, "unit", text);
    atn_text_printf(t,
                    "\"form\": \"single\", \"series\": \"%s\", \"statistic\": \"%s\", \"over\": "
                    "7, \"held\": 1, \"target\": ",
                    of, statistic);
    atn_text_number(t, target);
    atn_text_add(t, ", \"start\": \"2025-01-20\", \"deadline\": \"2025-05-01\", "
                    "\"deadline_stated\": true, \"direction\": \"at_least\", \"definitions\": [");
}

static void goals(atn_text *t, const char *text)
{
    atn_text_add(t, "\"goals\": [");
    goal(t, "first-year", "arrests", "total", 150000, text);
    atn_text_add(t, "{\"definition\": \"ice\", \"readings\": [");
    reading(t, "total", 150000, 0.125, false);
    atn_text_add(t, "]}, {\"definition\": \"dhs\", \"readings\": [");
    reading(t, "total", 150000, 0.5, false);
    atn_text_add(t, "]}]}, ");
    goal(t, "a-day", "arrests", "mean", 3000, text);
    atn_text_add(t, "{\"definition\": \"ice\", \"readings\": [");
    reading(t, "any-day", 3000, 0.03, false);
    atn_text_add(t, ", ");
    reading(t, "7-day-mean", 3000, 0.001, false);
    atn_text_add(t, ", ");
    reading(t, "7-day-mean-held-30-days", 3000, 0.0001, false);
    atn_text_add(t, "]}]}, ");
    goal(t, "half", "approval", "value", 0.5, text);
    atn_text_add(t, "{\"definition\": \"reference\", \"readings\": [");
    reading(t, "any-day", 0.5, 0.25, true);
    atn_text_add(t, "]}]}], ");
}

static void report(atn_text *t, int row, const char *of, const char *statistic,
                   const char *relation, const char *definition, double value, const char *text)
{
    atn_text_printf(t,
                    "%s{\"row\": %d, \"series\": \"%s\", \"statistic\": \"%s\", \"relation\": "
                    "\"%s\", \"definition\": \"%s\", ",
                    row > 1 ? ", " : "", row, of, statistic, relation, definition);
    quoted(t, "source", text);
    quoted(t, "release", text);
    quoted(t, "url", text);
    quoted(t, "quote", text);
    quoted(t, "note", text);
    quoted(t, "sentence", text);
    const bool window = strcmp(statistic, "value") != 0;
    atn_text_printf(t,
                    "\"start\": \"2025-01-2%d\", \"end\": \"2025-02-%s\", \"published\": "
                    "\"2025-03-01\", \"value\": ",
                    window ? 0 : 5, window ? "20" : "03");
    atn_text_number(t, value);
    atn_text_add(t, ", \"upper\": null, \"error\": 0.05, \"n\": null, \"stale\": 0, \"used\": "
                    "true, \"implied\": [1, null], \"per_step\": {\"value\": ");
    atn_text_number(t, strcmp(statistic, "total") == 0 ? value / 32 : value);
    atn_text_add(t, ", \"low\": null, \"high\": ");
    atn_text_number(t, 1.2 * value);
    atn_text_add(t, "}, \"fitted\": {\"0.05\": 900, \"0.25\": 950, \"0.5\": 1000, \"0.75\": 1050, "
                    "\"0.95\": 1100}, \"tail_probability\": 0.4}");
}

static void reports(atn_text *t, const char *text)
{
    static const char *const relations[] = {"exact", "at_least", "at_most", "between",
                                            "over",  "nearly",   "about"};
    int row = 1;
    atn_text_add(t, "\"reports\": [");
    for (int i = 0; i < 7; i++) {
        report(t, row++, "arrests", "value", relations[i], "", 1000 + 10 * i, text);
        report(t, row++, "arrests", "mean", relations[i], "ice", 1100 + 10 * i, text);
        report(t, row++, "arrests", "total", relations[i], "dhs", 60000 + 10 * i, text);
    }
    report(t, row++, "arrests", "max", "over", "", 1300, text);
    report(t, row++, "approval", "value", "exact", "", 0.45, text);
    atn_text_add(t, "], ");
}

char *fixture_document(const char *text)
{
    attain_context *ctx = check_context(NULL, 1);
    atn_text t;
    atn_text_init(&t, ctx);
    atn_text_add(&t, "{\"attain\": {\"schema\": 1, \"version\": \"0.1.0\"}, \"status\": "
                     "\"gate_failed\", \"study\": {");
    quoted(&t, "title", text);
    quoted(&t, "note", text);
    atn_text_add(&t, "\"origin\": \"2025-01-20\", \"as_of\": \"2025-03-21\", \"horizon\": "
                     "\"2025-05-19\", \"step\": \"day\", \"n_steps\": 120}, \"diagnostics\": "
                     "[{\"code\": \"contradiction\", \"severity\": \"warning\", ");
    quoted(&t, "where", text);
    atn_text_add(&t, "\"message\": ");
    atn_escape_json(&t, text);
    atn_text_add(&t,
                 "}], \"gates\": [{\"name\": \"pareto_k\", \"value\": 0.83, \"threshold\": 0.7, "
                 "\"passed\": false, \"where\": \"arrests\"}], ");
    goals(&t, text);
    atn_text_add(&t, "\"series\": [");
    series(&t, "arrests", "flow", "\"ice\"", text);
    atn_text_add(&t, ", ");
    series(&t, "approval", "share", "null", text);
    atn_text_add(&t, "], \"definitions\": [{\"id\": \"ice\", \"series\": \"arrests\", "
                     "\"reference\": true, \"factor\": {\"0.05\": 1, \"0.5\": 1, \"0.95\": 1}}, "
                     "{\"id\": \"dhs\", \"series\": \"arrests\", \"reference\": false, \"factor\": "
                     "{\"0.05\": 1.5, \"0.5\": 1.7, \"0.95\": 1.9}}], \"parameters\": [{\"name\": "
                     "\"arrests.high\", ");
    quoted(&t, "prior", text);
    atn_text_add(&t,
                 "\"default_prior\": false, \"fixed\": false, \"mean\": 1150, \"sd\": 40, "
                 "\"quantiles\": {\"0.05\": 1085, \"0.25\": 1120, \"0.5\": 1150, \"0.75\": "
                 "1177, \"0.95\": 1216}, \"prior_sd\": 700, \"rhat\": null, \"ess_bulk\": null, "
                 "\"ess_tail\": null, \"mcse_mean\": 0.7}], ");
    reports(&t, text);
    atn_text_add(&t, "\"fit\": {\"method\": \"map\", \"requested\": \"map\", \"draws\": 4000, "
                     "\"chains\": 1, \"k\": 0.83, \"evaluations\": 12, \"blocks\": []}, "
                     "\"manifest\": {\"inputs\": [{");
    quoted(&t, "name", text);
    atn_text_add(&t, "\"sha256\": \"00\"}], \"seed\": 7, \"settings\": {}, \"overrides\": [");
    atn_escape_json(&t, text);
    atn_text_add(&t, "], \"versions\": {\"attain\": \"0.1.0\"}}}\n");
    assert_true(atn_text_ok(&t));
    char *copy = strdup(t.data);
    atn_text_free(&t);
    attain_context_free(ctx);
    assert_non_null(copy);
    return copy;
}

attain_results *fixture_load(attain_context *ctx, const char *folder, const char *text)
{
    char path[512];
    attain_error err = {0};
    attain_results *results = NULL;
    char *document = fixture_document(text);
    snprintf(path, sizeof path, "%s/results.json", folder);
    atn_check_status("write", atn_file_write(ctx, path, document, strlen(document), &err),
                     ATTAIN_OK, &err);
    atn_check_status("load", attain_results_load(ctx, folder, &results, &err), ATTAIN_OK, &err);
    free(document);
    return results;
}

char *fixture_read(const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    size_t length = 0, capacity = 1 << 24;
    char *text = malloc(capacity);
    assert_non_null(text);
    length = fread(text, 1, capacity - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}
