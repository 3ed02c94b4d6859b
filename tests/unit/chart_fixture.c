#define _POSIX_C_SOURCE 200809L /* strdup */
#include "chart_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "check.h"
#include "report/escape.h"

typedef struct writer {
    atn_text *t;
    const char *text;
    const chart_size *size;
} writer;

static void add(const writer *w, const char *json)
{
    atn_text_add(w->t, json);
}

static void quoted(const writer *w, const char *key)
{
    atn_text_printf(w->t, "\"%s\": ", key);
    atn_escape_json(w->t, w->text);
    add(w, ", ");
}

static void number(const writer *w, const char *key, double value)
{
    atn_text_printf(w->t, "\"%s\": ", key);
    atn_text_number(w->t, value);
    add(w, ", ");
}

static void day(const writer *w, int d)
{
    char text[ATN_DATE_SIZE];
    atn_date_format(atn_date_from_parts(2025, 1, 20) + d, text);
    atn_text_printf(w->t, "\"%s\"", text);
}

static void dated(const writer *w, const char *key, int d)
{
    atn_text_printf(w->t, "\"%s\": ", key);
    day(w, d);
    add(w, ", ");
}

static void dates(const writer *w)
{
    add(w, "\"dates\": [");
    for (int d = 0; d < w->size->days; d++) {
        if (d) add(w, ",");
        day(w, d);
    }
    add(w, "], ");
}

/* start + slope d at each level, further apart after the middle of the days. */
static void levels(const writer *w, const char *key, int n, double start, double slope,
                   double spread)
{
    static const char *const nine[] = {"0.025", "0.05", "0.1",  "0.25", "0.5",
                                       "0.75",  "0.9",  "0.95", "0.975"};
    static const char *const three[] = {"0.1", "0.5", "0.9"};
    const int days = w->size->days;
    atn_text_printf(w->t, "\"%s\": {", key);
    for (int k = 0; k < n; k++) {
        const double z = n == 9 ? 0.5 * (k - 4) : 1.28 * (k - 1);
        atn_text_printf(w->t, "%s\"%s\": [", k ? ", " : "", n == 9 ? nine[k] : three[k]);
        for (int d = 0; d < days; d++) {
            if (d) add(w, ",");
            const double wide = spread * (d < days / 2 ? 0.2 : 1.0);
            atn_text_number(w->t, round(1000 * (start + slope * d + wide * z)) / 1000);
        }
        add(w, "]");
    }
    add(w, "}");
}

/* ---- parts of the document --------------------------------------------------------------------
 */

static double chance_of(const writer *w, int goal, int reading)
{
    const double p = w->size->chance;
    return goal == 0 && reading == 0 ? p : fmin(0.97, p / (1 + goal) + 0.07 * reading);
}

static double later(double p)
{
    return fmin(1.0, 1.5 * p);
}

static void reading(const writer *w, int goal, int k)
{
    static const char *const names[] = {"any-day", "7-day-mean", "7-day-mean-held-30-days"};
    const double p = chance_of(w, goal, k);
    const int days = w->size->days, deadline = 3 * days / 4;
    atn_text_printf(w->t, "{\"reading\": \"%s\", \"words\": \"about so many\", ",
                    goal % 2 ? names[k] : "total");
    number(w, "target", goal % 2 ? 1300 : 1100 * deadline);
    number(w, "probability", p);
    number(w, "mcse", 0.005);
    number(w, "probability_at_horizon", later(p));
    number(w, "never_by_horizon", 1 - later(p));
    number(w, "required_pace", 1500);
    number(w, "current_pace", 1000);
    number(w, "pace_ratio", 1.5);
    add(w, "\"date\": {\"0.5\": null}, \"already_reached\": false, \"out_of_reach\": false, "
           "\"by_date\": {");
    dates(w);
    add(w, "\"probability\": [");
    for (int d = 0; d < days; d++) {
        const double part =
            d <= deadline ? p * fmax(0, d - 0.5 * days) / (deadline - 0.5 * days)
                          : p + (later(p) - p) * (d - deadline) / fmax(1, days - 1 - deadline);
        if (d) add(w, ",");
        atn_text_number(w->t, part);
    }
    add(w, "]}}");
}

static void goals(const writer *w)
{
    const int days = w->size->days;
    add(w, "\"goals\": [");
    for (int g = 0; g < w->size->goals; g++) {
        atn_text_printf(w->t, "%s{\"id\": \"g%d\", \"form\": \"single\", \"series\": \"flow\", ",
                        g ? ", " : "", g);
        quoted(w, "label");
        quoted(w, "unit");
        number(w, "target", g % 2 ? 1300 : 1100 * days);
        dated(w, "start", 0);
        dated(w, "deadline", 3 * days / 4);
        atn_text_printf(w->t,
                        "\"statistic\": \"%s\", \"over\": 7, \"direction\": \"at_least\", "
                        "\"definitions\": [{\"definition\": \"reference\", \"readings\": [",
                        g % 2 ? "mean" : "total");
        const int n = g % 2 ? 3 : 1;
        for (int k = 0; k < n; k++) {
            if (k) add(w, ", ");
            reading(w, g, k);
        }
        add(w, "]}]}");
    }
    add(w, "], ");
}

static void series(const writer *w)
{
    add(w, "\"series\": [{\"id\": \"flow\", \"kind\": \"flow\", ");
    quoted(w, "label");
    quoted(w, "unit");
    add(w, "\"link\": \"log\", \"trend\": [\"constant\"], \"reference\": null, ");
    dates(w);
    levels(w, "quantiles", 9, 1000, 1, 50);
    add(w, ", ");
    levels(w, "total_quantiles", 9, 1000, 1000, 500);
    add(w, "}, {\"id\": \"pool\", \"kind\": \"stock\", ");
    quoted(w, "label");
    quoted(w, "unit");
    add(w, "\"link\": \"log\", \"trend\": [\"balance\"], \"reference\": null, ");
    dates(w);
    levels(w, "quantiles", 9, 40000, 100, 3000);
    add(w, ", \"passage\": {\"inflows\": [\"flow\"], \"outflows\": [], ");
    dates(w);
    levels(w, "inflow", 3, 1000, 1, 50);
    add(w, ", ");
    levels(w, "outflow", 3, 900, 1, 50);
    add(w, ", ");
    levels(w, "stay", 3, 44, 0.1, 3);
    add(w, ", \"capacity\": {\"name\": \"beds\", \"values\": [");
    for (int d = 0; d < w->size->days; d++) atn_text_printf(w->t, "%s60000", d ? "," : "");
    add(w, "], \"full\": [");
    for (int d = 0; d < w->size->days; d++) {
        if (d) add(w, ",");
        atn_text_number(w->t, d < 3 * w->size->days / 4 ? 0.0 : w->size->full);
    }
    add(w, "]}}}], \"definitions\": [], ");
}

static void scenario_goals(const writer *w, int scenario)
{
    add(w, "\"goals\": [");
    for (int g = 0; g < w->size->goals; g++) {
        const double p = chance_of(w, g, 0), after = fmin(1.0, p + 0.1 * (scenario + 1));
        atn_text_printf(w->t,
                        "%s{\"id\": \"g%d\", \"definitions\": [{\"definition\": \"reference\", "
                        "\"readings\": [{\"reading\": \"%s\", \"words\": \"about that many\", ",
                        g ? ", " : "", g, g % 2 ? "any-day" : "total");
        number(w, "probability", after);
        add(w, "\"baseline\": {");
        number(w, "probability", p);
        add(w, "\"mcse\": 0.01}, \"difference\": {");
        number(w, "probability", after - p);
        add(w, "\"mcse\": 0.01}}]}]}");
    }
    add(w, "], ");
}

static void scenarios(const writer *w)
{
    add(w, "\"scenarios\": [");
    for (int s = 0; s < w->size->scenarios; s++) {
        atn_text_printf(w->t, "%s{\"id\": \"s%d\", ", s ? ", " : "", s);
        quoted(w, "label");
        dated(w, "from", w->size->days / 2);
        add(w, "\"changes\": [], ");
        scenario_goals(w, s);
        add(w, "\"paths\": [");
        for (int total = 0; total < 2; total++) {
            atn_text_printf(w->t, "%s{\"series\": \"flow\", \"total\": %s, ", total ? ", " : "",
                            total ? "true" : "false");
            dates(w);
            levels(w, "quantiles", 3, 1000 + 10 * s, total ? 1000 + 10 * s : 1 + s, 50);
            add(w, ", ");
            levels(w, "difference", 3, 10 * s, total ? 10 * s : s, 20);
            add(w, "}");
        }
        add(w, "]}");
    }
    add(w, "], ");
}

/* What leaving report i (or source i) out does to the first goal: -6, 5, -4, ... points. */
static double change_of(int i)
{
    return (i % 2 ? 1 : -1) * 0.06 / (1 + 0.2 * i);
}

static void influence(const writer *w, int i)
{
    atn_text_printf(
        w->t,
        "\"goals\": [{\"id\": \"g0\", \"definitions\": [{\"definition\": \"reference\", "
        "\"readings\": [{\"reading\": \"total\", \"how\": \"%s\", \"k\": 0.3, ",
        i == 3 ? "none" : "weights");
    number(w, "change", change_of(i));
    number(w, "mcse", i == 5 ? 0.04 : 0.002);
    number(w, "quantity_change", 100 * change_of(i));
    add(w, "\"quantity_mcse\": 1}]}]}]");
}

/* Report i states what is predicted for it times 1 + 0.001 i; every seventh lies far out. */
static void reports(const writer *w)
{
    static const char *const relations[] = {"exact", "over", "nearly", "about", "between"};
    add(w, "\"reports\": [");
    for (int i = 0; i < w->size->reports; i++) {
        const char *relation = relations[i % 5];
        const bool far = i % 7 == 6;
        atn_text_printf(w->t,
                        "%s{\"row\": %d, \"series\": \"flow\", \"statistic\": \"mean\", "
                        "\"relation\": \"%s\", \"definition\": \"\", ",
                        i ? ", " : "", i + 1, relation);
        quoted(w, "source");
        quoted(w, "sentence");
        dated(w, "start", i % w->size->days);
        dated(w, "end", i % w->size->days);
        dated(w, "published", i % w->size->days);
        number(w, "value", far ? 1300 : 1000 + i);
        if (i % 5 == 4) number(w, "upper", 1400);
        number(w, "tail_probability", far ? 0.01 : 0.2 + 0.01 * i);
        add(w, "\"used\": true, \"implied\": [990, 1100], \"per_step\": {\"value\": 1000, \"low\": "
               "990, \"high\": 1100}, \"fitted\": {\"0.05\": 900, \"0.25\": 950, \"0.5\": 1000, "
               "\"0.75\": 1050, \"0.95\": 1100}, \"loo\": {");
        atn_text_add(w->t, "\"pit\": ");
        atn_text_number(w->t, (i + 0.5) / w->size->reports);
        atn_text_printf(w->t, "}, \"influence\": {\"together\": [%d], \"how\": \"weights\", ",
                        i + 1);
        influence(w, i);
        add(w, "}}");
    }
    add(w, "], ");
}

static void why(const writer *w)
{
    add(w, "\"why\": {\"sources\": [{");
    quoted(w, "name");
    add(w, "\"together\": [1, 2], ");
    influence(w, 40);
    add(w,
        "}], \"goals\": [{\"id\": \"g0\", \"definitions\": [{\"definition\": \"reference\", "
        "\"readings\": [{\"reading\": \"total\", \"reports\": [], \"untold\": [4], \"quantity\": "
        "{\"0.05\": 1, \"0.5\": 2, \"0.95\": 3}, \"sd\": 1, \"log_scale\": false, \"parts\": "
        "[{\"name\": \"trend\", \"share\": 0.2}, {\"name\": \"definition\", \"share\": 0}, "
        "{\"name\": \"drift\", \"share\": 0.55}, {\"name\": \"scatter\", \"share\": 0.25}]}]}]}], "
        "\"parameters\": [], \"contradictions\": []}, ");
}

char *chart_document(const char *text, const chart_size *size)
{
    attain_context *ctx = check_context(NULL, 1);
    atn_text t;
    atn_text_init(&t, ctx);
    const writer w = {&t, text, size};
    add(&w,
        "{\"attain\": {\"schema\": 1, \"version\": \"0.1.0\"}, \"status\": \"ok\", \"study\": {");
    quoted(&w, "title");
    dated(&w, "origin", 0);
    dated(&w, "as_of", size->days / 2);
    dated(&w, "horizon", size->days - 1);
    atn_text_printf(&t, "\"step\": \"day\", \"n_steps\": %d}, \"diagnostics\": [], \"gates\": [], ",
                    size->days);
    goals(&w);
    series(&w);
    scenarios(&w);
    reports(&w);
    why(&w);
    add(&w, "\"parameters\": [], \"fit\": {\"method\": \"map\", \"requested\": \"map\", \"draws\": "
            "4000, \"chains\": 1, \"blocks\": []}, \"manifest\": {\"inputs\": [], \"seed\": 7, "
            "\"settings\": {}, \"overrides\": [], \"versions\": {\"attain\": \"0.1.0\"}}}\n");
    assert_true(atn_text_ok(&t));
    char *copy = strdup(t.data);
    atn_text_free(&t);
    attain_context_free(ctx);
    assert_non_null(copy);
    return copy;
}

attain_results *chart_load(attain_context *ctx, const char *folder, const char *text,
                           const chart_size *size)
{
    char path[512];
    attain_error err = {0};
    attain_results *results = NULL;
    char *document = chart_document(text, size);
    snprintf(path, sizeof path, "%s/results.json", folder);
    atn_check_status("write", atn_file_write(ctx, path, document, strlen(document), &err),
                     ATTAIN_OK, &err);
    atn_check_status("load", attain_results_load(ctx, folder, &results, &err), ATTAIN_OK, &err);
    free(document);
    return results;
}
