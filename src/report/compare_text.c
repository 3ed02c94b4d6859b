/* Two runs side by side, in words, JSON or CSV. */
#include "comparison.h"

#include <math.h>
#include <string.h>

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static double number_of(const atn_node *node, const char *key)
{
    return atn_node_number(atn_node_get(node, key));
}

/* Of whichever side is there, the newer first. */
static const atn_answer *either(const atn_answer_change *a)
{
    return a->after.reading ? &a->after : &a->before;
}

static void say_points(atn_text *out, double change)
{
    atn_text_add(out, change < 0 ? "-" : "+");
    atn_text_grouped(out, 100 * fabs(change), 1);
}

static void say_report(atn_text *out, const atn_report_change *r)
{
    const atn_node *report = r->after ? r->after : r->before;
    atn_text_printf(out, "row %d", (int)number_of(report, "row"));
    if (r->kind == ATN_REPORT_REMOVED) atn_text_add(out, " of the old");
    atn_text_add(out, " (");
    if (*text_of(report, "source")) {
        atn_escape_plain(out, text_of(report, "source"));
        atn_text_add(out, ", ");
    }
    atn_say_short_date(out, text_of(report, "published"));
    atn_text_printf(out, ": %s ", text_of(report, "series"));
    const char *relation = text_of(report, "relation");
    atn_text_printf(out, "%s ", text_of(report, "statistic"));
    if (strcmp(relation, "exact") != 0 && strcmp(relation, "between") != 0) {
        for (const char *s = relation; *s; s++) atn_text_add_bytes(out, *s == '_' ? " " : s, 1);
        atn_text_add(out, " ");
    }
    atn_say_exact(out, number_of(report, "value"));
    if (isfinite(number_of(report, "upper"))) {
        atn_text_add(out, " to ");
        atn_say_exact(out, number_of(report, "upper"));
    }
    atn_text_add(out, ")");
}

/* ---- in words ---------------------------------------------------------------------------------
 */

static void say_which(atn_text *out, const atn_answer_change *change)
{
    const atn_answer *a = either(change);
    atn_escape_plain(out, text_of(a->goal, "id"));
    const size_t before = out->length;
    atn_text_add(out, ", ");
    const size_t named = out->length;
    atn_say_which(out, a);
    if (out->length == named && out->data && !out->failed) {
        out->length = before;
        out->data[before] = '\0';
    }
}

static void say_median(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const atn_node *median = atn_node_path(a->reading, "date/0.5");
    if (atn_date_untold(root, a->reading))
        atn_text_add(out, "none");
    else if (atn_node_is_null(median))
        atn_text_add(out, "beyond the horizon");
    else
        atn_say_short_date(out, atn_node_text(median));
}

static void say_dates(atn_text *out, const atn_comparison *c, const atn_answer_change *a)
{
    const size_t start = out->length;
    atn_text_add(out, "    median date ");
    say_median(out, c->before, &a->before);
    const size_t arrow = out->length;
    atn_text_add(out, " -> ");
    const size_t after = out->length;
    say_median(out, c->after, &a->after);
    const char *first = out->data ? out->data + start + strlen("    median date ") : "";
    const size_t length = arrow - start - strlen("    median date ");
    if (out->data && !out->failed && out->length - after == length &&
        memcmp(first, out->data + after, length) == 0) {
        out->length = start; /* the same: not worth a line */
        out->data[start] = '\0';
        return;
    }
    atn_text_add(out, "\n");
}

static void say_interval(atn_text *out, const atn_answer_change *a, size_t side)
{
    const bool share = either(a)->share;
    atn_say_value(out, a->low[side], share, false);
    atn_text_add(out, " to ");
    atn_say_value(out, a->high[side], share, false);
}

static void say_quantity(atn_text *out, const atn_answer_change *a)
{
    if (!isfinite(a->median[0]) || !isfinite(a->median[1])) return;
    atn_text_add(out, "    quantity ");
    say_interval(out, a, 0);
    atn_text_add(out, " -> ");
    say_interval(out, a, 1);
    atn_text_add(out, " (90 %)\n");
}

/* Whether anything but the reports may have changed the answers. */
static bool settings_count(const atn_comparison *c)
{
    static const char *const idle[] = {"title", "as_of", "status"};
    for (size_t i = 0; i < c->n_settings; i++) {
        bool counts = strncmp(c->settings[i].name, "contents of ", 12) != 0;
        for (size_t k = 0; k < sizeof idle / sizeof *idle; k++)
            counts = counts && strcmp(c->settings[i].name, idle[k]) != 0;
        if (counts) return true;
    }
    return false;
}

static void say_attributions(atn_text *out, const atn_comparison *c, const atn_answer_change *a,
                             atn_attribution *work)
{
    double rest;
    const size_t n = atn_attribute(c, a, work, &rest);
    for (size_t i = 0; i < n; i++) {
        atn_text_add(out, "    ");
        say_report(out, work[i].report);
        atn_text_printf(out, " %s: ", atn_report_change_names[work[i].report->kind]);
        if (isfinite(work[i].effect)) {
            say_points(out, work[i].effect);
            atn_text_add(out, " points (error ");
            atn_text_grouped(out, 100 * work[i].mcse, 1);
            atn_text_add(out, ")\n");
        } else {
            atn_text_add(out, "not known by itself\n");
        }
    }
    if (n == 0 || !isfinite(rest)) return;
    atn_text_add(out, settings_count(c) ? "    the rest, settings and what they do together: "
                                        : "    what they do together beyond each alone: ");
    say_points(out, rest);
    atn_text_add(out, " points\n");
}

static void say_answer(atn_text *out, const atn_comparison *c, const atn_answer_change *a,
                       atn_attribution *work)
{
    atn_text_add(out, "  ");
    say_which(out, a);
    atn_text_add(out, ": ");
    if (!a->before.reading || !a->after.reading) {
        atn_text_add(out, a->after.reading ? "only in the new run, " : "only in the old run, ");
        atn_say_percent(out, number_of(either(a)->reading, "probability"));
        atn_text_add(out, "\n");
        return;
    }
    atn_say_percent(out, number_of(a->before.reading, "probability"));
    atn_text_add(out, " -> ");
    atn_say_percent(out, number_of(a->after.reading, "probability"));
    if (fabs(a->change) <= 0.0 && !(fabs(a->median[0] - a->median[1]) > 0)) {
        atn_text_add(out, ", unchanged\n");
        return;
    }
    atn_text_add(out, ", ");
    say_points(out, a->change);
    atn_text_add(out, " points (error ");
    atn_text_grouped(out, 100 * a->error, 1);
    atn_text_add(out, a->beyond ? ")\n" : "; within Monte Carlo error)\n");
    say_dates(out, c, a);
    say_quantity(out, a);
    if (a->beyond) say_attributions(out, c, a, work);
}

static void say_reports(atn_text *out, const atn_comparison *c)
{
    if (c->n_reports > 0) atn_text_add(out, "\nreports\n");
    for (size_t i = 0; i < c->n_reports; i++) {
        const atn_report_change *r = &c->reports[i];
        atn_text_printf(out, "  %s: ", atn_report_change_names[r->kind]);
        say_report(out, r);
        if (r->kind == ATN_REPORT_RESTATED) {
            atn_text_printf(out, ", was %s ", text_of(r->before, "relation"));
            atn_say_exact(out, number_of(r->before, "value"));
        }
        atn_text_add(out, "\n");
    }
}

static void say_setting(atn_text *out, const atn_setting_change *s, const char *value)
{
    atn_text text;
    atn_text_init(&text, out->ctx);
    if (strncmp(s->name, "prior of ", 9) == 0 && *value)
        atn_say_prior(&text, value);
    else
        atn_text_add(&text, *value ? value : "nothing");
    atn_escape_plain(out, text.data ? text.data : "");
    if (text.failed) out->failed = true;
    atn_text_free(&text);
}

static void say_settings(atn_text *out, const atn_comparison *c)
{
    if (c->n_settings > 0) atn_text_add(out, "\nsettings\n");
    for (size_t i = 0; i < c->n_settings; i++) {
        const atn_setting_change *s = &c->settings[i];
        atn_text_add(out, "  ");
        atn_escape_plain(out, s->name);
        atn_text_add(out, ": ");
        say_setting(out, s, s->before);
        atn_text_add(out, " -> ");
        say_setting(out, s, s->after);
        atn_text_add(out, "\n");
    }
}

static void say_run(atn_text *out, const char *which, const atn_node *root)
{
    atn_text_printf(out, "%s: ", which);
    atn_escape_plain(out, atn_node_text(atn_node_path(root, "study/title")));
    atn_text_add(out, ", as of ");
    atn_say_date(out, atn_node_text(atn_node_path(root, "study/as_of")));
    atn_text_add(out, "\n");
}

static void say_table(atn_text *out, const atn_comparison *c, atn_attribution *work)
{
    say_run(out, "old", c->before);
    say_run(out, "new", c->after);
    atn_text_add(out, "\nanswers\n");
    for (size_t i = 0; i < c->n_answers; i++) say_answer(out, c, &c->answers[i], work);
    say_reports(out, c);
    say_settings(out, c);
    if (c->n_reports == 0 && c->n_settings == 0)
        atn_text_add(out, "\nthe same reports and settings\n");
}

/* ---- CSV --------------------------------------------------------------------------------------
 */

static void put_number(atn_text *out, double value, const char *otherwise)
{
    if (isfinite(value))
        atn_text_number(out, value);
    else
        atn_text_add(out, otherwise);
}

static void put_csv(atn_text *out, const atn_comparison *c, atn_attribution *work)
{
    atn_text_add(out, "goal,definition,reading,old_probability,new_probability,change,error,"
                      "beyond_error,old_median_date,new_median_date,old_low,old_median,old_high,"
                      "new_low,new_median,new_high,from_reports,rest\n");
    for (size_t i = 0; i < c->n_answers; i++) {
        const atn_answer_change *a = &c->answers[i];
        double rest;
        (void)atn_attribute(c, a, work, &rest);
        const double numbers[] = {number_of(a->before.reading, "probability"),
                                  number_of(a->after.reading, "probability"), a->change, a->error};
        const double quantities[] = {a->low[0],    a->median[0], a->high[0],       a->low[1],
                                     a->median[1], a->high[1],   a->change - rest, rest};
        atn_escape_csv(out, text_of(either(a)->goal, "id"));
        atn_text_add(out, ",");
        atn_escape_csv(out, text_of(either(a)->definition, "definition"));
        atn_text_add(out, ",");
        atn_escape_csv(out, text_of(either(a)->reading, "reading"));
        for (size_t k = 0; k < 4; k++) {
            atn_text_add(out, ",");
            put_number(out, numbers[k], "");
        }
        atn_text_printf(out, ",%s,%s,%s", a->beyond ? "true" : "false",
                        atn_node_text(atn_node_path(a->before.reading, "date/0.5")),
                        atn_node_text(atn_node_path(a->after.reading, "date/0.5")));
        for (size_t k = 0; k < 8; k++) {
            atn_text_add(out, ",");
            put_number(out, quantities[k], "");
        }
        atn_text_add(out, "\n");
    }
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static void put_key(atn_text *out, const char *before, const char *key)
{
    atn_text_printf(out, "%s\"%s\": ", before, key);
}

static void put_date(atn_text *out, const atn_node *node)
{
    if (atn_node_is_null(node))
        atn_text_add(out, "null");
    else
        atn_escape_json(out, atn_node_text(node));
}

static void put_side(atn_text *out, const char *key, const atn_answer_change *a, size_t side)
{
    const atn_answer *answer = side ? &a->after : &a->before;
    put_key(out, ", ", key);
    if (!answer->reading) {
        atn_text_add(out, "null");
        return;
    }
    put_key(out, "{", "probability");
    put_number(out, number_of(answer->reading, "probability"), "null");
    put_key(out, ", ", "mcse");
    put_number(out, number_of(answer->reading, "mcse"), "null");
    put_key(out, ", ", "median_date");
    put_date(out, atn_node_path(answer->reading, "date/0.5"));
    put_key(out, ", ", "quantity");
    put_key(out, "{", "0.05");
    put_number(out, a->low[side], "null");
    put_key(out, ", ", "0.5");
    put_number(out, a->median[side], "null");
    put_key(out, ", ", "0.95");
    put_number(out, a->high[side], "null");
    atn_text_add(out, "}}");
}

static void put_row(atn_text *out, const char *before, const char *key, const atn_node *report)
{
    put_key(out, before, key);
    put_number(out, number_of(report, "row"), "null");
}

static void put_attributions(atn_text *out, const atn_comparison *c, const atn_answer_change *a,
                             atn_attribution *work)
{
    double rest;
    const size_t n = atn_attribute(c, a, work, &rest);
    put_key(out, ",\n     ", "reports");
    atn_text_add(out, "[");
    for (size_t i = 0; i < n; i++) {
        put_row(out, i ? ", {" : "{", "old_row", work[i].report->before);
        put_row(out, ", ", "new_row", work[i].report->after);
        put_key(out, ", ", "effect");
        put_number(out, work[i].effect, "null");
        put_key(out, ", ", "mcse");
        put_number(out, work[i].mcse, "null");
        atn_text_add(out, "}");
    }
    put_key(out, "], ", "rest");
    put_number(out, rest, "null");
    atn_text_add(out, "}");
}

static void put_json_answers(atn_text *out, const atn_comparison *c, atn_attribution *work)
{
    for (size_t i = 0; i < c->n_answers; i++) {
        const atn_answer_change *a = &c->answers[i];
        put_key(out, i ? ",\n    {" : "\n    {", "goal");
        atn_escape_json(out, text_of(either(a)->goal, "id"));
        put_key(out, ", ", "definition");
        atn_escape_json(out, text_of(either(a)->definition, "definition"));
        put_key(out, ", ", "reading");
        atn_escape_json(out, text_of(either(a)->reading, "reading"));
        put_side(out, "old", a, 0);
        put_side(out, "new", a, 1);
        put_key(out, ",\n     ", "change");
        put_number(out, a->change, "null");
        put_key(out, ", ", "error");
        put_number(out, a->error, "null");
        put_key(out, ", ", "beyond_error");
        atn_text_add(out, a->beyond ? "true" : "false");
        put_attributions(out, c, a, work);
    }
}

static void put_json(atn_text *out, const atn_comparison *c, atn_attribution *work)
{
    for (int side = 0; side < 2; side++) {
        const atn_node *study = atn_node_get(side ? c->after : c->before, "study");
        put_key(out, side ? ",\n  " : "{\n  ", side ? "new" : "old");
        put_key(out, "{", "title");
        atn_escape_json(out, text_of(study, "title"));
        put_key(out, ", ", "as_of");
        atn_escape_json(out, text_of(study, "as_of"));
        atn_text_add(out, "}");
    }
    put_key(out, ",\n  ", "answers");
    atn_text_add(out, "[");
    put_json_answers(out, c, work);
    put_key(out, "\n  ],\n  ", "reports");
    atn_text_add(out, "[");
    for (size_t i = 0; i < c->n_reports; i++) {
        put_key(out, i ? ",\n    {" : "\n    {", "change");
        atn_escape_json(out, atn_report_change_names[c->reports[i].kind]);
        put_row(out, ", ", "old_row", c->reports[i].before);
        put_row(out, ", ", "new_row", c->reports[i].after);
        const atn_node *report = c->reports[i].after ? c->reports[i].after : c->reports[i].before;
        put_key(out, ", ", "sentence");
        atn_escape_json(out, text_of(report, "sentence"));
        atn_text_add(out, "}");
    }
    put_key(out, "\n  ],\n  ", "settings");
    atn_text_add(out, "[");
    for (size_t i = 0; i < c->n_settings; i++) {
        put_key(out, i ? ",\n    {" : "\n    {", "name");
        atn_escape_json(out, c->settings[i].name);
        put_key(out, ", ", "old");
        atn_escape_json(out, c->settings[i].before);
        put_key(out, ", ", "new");
        atn_escape_json(out, c->settings[i].after);
        atn_text_add(out, "}");
    }
    atn_text_add(out, "\n  ]\n}\n");
}

attain_status attain_compare(attain_context *context, const attain_results *before,
                             const attain_results *after, attain_format format, char **text,
                             attain_error *err)
{
    atn_error_clear(err);
    if (text) *text = NULL;
    if (!context || !before || !after || !text)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "context, two results and text are needed");
    const size_t refusals = context->refusals;
    atn_comparison c;
    atn_text out;
    atn_text_init(&out, context);
    atn_comparison_make(context, atn_document_root(before), atn_document_root(after), &c);
    atn_attribution *work = ATN_NEW_ARRAY(context, atn_attribution, c.n_reports);
    if (work && !c.failed) {
        if (format == ATTAIN_FORMAT_JSON)
            put_json(&out, &c, work);
        else if (format == ATTAIN_FORMAT_CSV)
            put_csv(&out, &c, work);
        else
            say_table(&out, &c, work);
    }
    if (context->refusals != refusals) out.failed = true;
    atn_free(context, work);
    atn_comparison_free(&c);
    *text = atn_text_take(&out);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}
