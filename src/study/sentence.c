/* A report read back: one plain sentence, and the interval that its wording implies (METHODS 4). */
#include "sentence.h"

#include <math.h>
#include <string.h>

void atn_report_implied(const attain_study *study, const atn_report *report, double *low,
                        double *high)
{
    const atn_series *series = &study->series[report->series];
    const double v = report->value;
    const bool bounded = series->link != ATN_LINK_IDENTITY;
    const double ceiling = series->link == ATN_LINK_LOGIT ? 1.0 : INFINITY;
    double q[ATN_MAX_GRAINS], probability[ATN_MAX_GRAINS], widest = 0.0;
    if (report->relation >= ATN_OVER)
        widest = q[atn_grains(fabs(v), report->grain, q, probability) - 1];
    double below = 0.0, above = 0.0;
    switch (report->relation) {
    case ATN_EXACT:
        below = above = 2.0 * report->error * fabs(v);
        if (report->n > 0) /* a share's sampling error replaces the relative one */
            below = above = 2.0 * sqrt(v * (1.0 - v) * study->design_effect / report->n);
        break;
    case ATN_AT_LEAST: above = INFINITY; break;
    case ATN_AT_MOST: below = INFINITY; break;
    case ATN_BETWEEN: above = report->upper - v; break;
    case ATN_OVER: above = widest; break;
    case ATN_NEARLY: below = widest; break;
    case ATN_ABOUT: below = above = widest / 2.0; break;
    }
    *low = bounded ? fmax(v - below, 0.0) : v - below;
    *high = fmin(v + above, ceiling);
}

/* ASCII only: bytes of other letters must survive any locale. */
static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Decimals that x needs, at most `most`. */
static int decimals_of(double x, int most)
{
    double scale = 1.0;
    for (int d = 0; d < most; d++, scale *= 10.0)
        if (fabs(x * scale - nearbyint(x * scale)) <= 1e-9 * fabs(x) * scale) return d;
    return most;
}

enum { ALL_DECIMALS = 9 };

static void say_plain(atn_text *text, double x, bool stated)
{
    const double size = fabs(x);
    int decimals = ALL_DECIMALS;
    if (!stated) { /* about four significant digits, without trailing zeros */
        decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size > 0.1 ? 3 : 5;
        double scale = 1.0;
        for (int d = 0; d < decimals; d++) scale *= 10.0;
        x = nearbyint(x * scale) / scale;
    }
    atn_text_grouped(text, x, decimals_of(x, decimals));
}

void atn_say_number(atn_text *text, const atn_series *series, double value, bool stated)
{
    if (series->kind != ATN_SHARE) {
        say_plain(text, value, stated);
        return;
    }
    const double percent = 100.0 * value, tenth = nearbyint(10.0 * percent) / 10.0;
    say_plain(text, stated ? percent : tenth, true);
    atn_text_add(text, "%");
}

void atn_say_interval(atn_text *text, const atn_series *series, double low, double high)
{
    const bool share = series->kind == ATN_SHARE;
    const bool floor_open = low == -INFINITY || (series->link != ATN_LINK_IDENTITY && low <= 0);
    const bool top_open = high == INFINITY || (share && high >= 1);
    if (floor_open && top_open) {
        atn_text_add(text, "anything");
    } else if (floor_open) {
        atn_say_number(text, series, high, false);
        atn_text_add(text, " or less");
    } else {
        atn_say_number(text, series, low, false);
        atn_text_add(text, top_open ? " or more" : " to ");
        if (!top_open) atn_say_number(text, series, high, false);
    }
}

/* Length of `label` without a trailing "per day", "a day" and the like. */
static size_t subject_length(const attain_study *study, const char *label)
{
    static const char *const words[] = {" per ", " a "};
    const char *step = atn_step_unit_name(study->calendar.unit);
    const size_t n = strlen(label), m = strlen(step);
    for (size_t k = 0; k < 2; k++) {
        const size_t tail = strlen(words[k]) + m;
        if (n > tail && strncmp(label + n - tail, words[k], tail - m) == 0 &&
            strcmp(label + n - m, step) == 0)
            return n - tail;
    }
    return n;
}

void atn_say_subject(atn_text *text, const attain_study *study, const atn_series *series)
{
    if (series->label && series->label[0] && strcmp(series->label, series->id) != 0) {
        atn_text_add_bytes(text, series->label, subject_length(study, series->label));
        return;
    }
    for (size_t k = 0; series->id[k]; k++) { /* an id made readable: "ice_beds" -> "Ice beds" */
        const char c = series->id[k];
        const bool capital = k == 0 && c >= 'a' && c <= 'z';
        const char out = c == '_' ? ' ' : capital ? (char)(c - 'a' + 'A') : c;
        atn_text_add_bytes(text, &out, 1);
    }
}

void atn_say_window(atn_text *text, atn_day start, atn_day end)
{
    char a[ATN_DATE_SIZE], b[ATN_DATE_SIZE];
    atn_date_format(start, a);
    atn_date_format(end, b);
    if (start == end)
        atn_text_printf(text, "on %s", a);
    else
        atn_text_printf(text, "from %s to %s", a, b);
}

void atn_say_figure(atn_text *text, const attain_study *study, const atn_report *report)
{
    static const char *const words[] = {"",      "no less than ", "no more than ", "between ",
                                        "over ", "nearly ",       "about "};
    const atn_series *series = &study->series[report->series];
    atn_text_add(text, words[report->relation]);
    atn_say_number(text, series, report->value, true);
    if (report->relation == ATN_BETWEEN) {
        atn_text_add(text, " and ");
        atn_say_number(text, series, report->upper, true);
    }
}

void atn_say_sample(atn_text *text, const atn_report *report)
{
    double unit = 1.0; /* of the last digit that the share was stated with */
    for (int d = decimals_of(report->value, ALL_DECIMALS); d > 0; d--) unit /= 10.0;
    if (unit * report->n < 0.5) {
        say_plain(text, nearbyint(report->value * report->n), true);
        atn_text_add(text, " of ");
    } else {
        atn_text_add(text, "n = ");
    }
    say_plain(text, report->n, true);
}

/* Whether the label already says the unit; upper and lower case count as the same. */
static bool label_says(const char *label, const char *unit)
{
    const size_t n = strlen(unit);
    for (const char *at = label; *at; at++) {
        size_t k = 0;
        while (k < n && at[k] && lower(at[k]) == lower(unit[k])) k++;
        if (k == n) return true;
    }
    return false;
}

static void say_unit(atn_text *text, const attain_study *study, const atn_series *series)
{
    if (series->kind == ATN_SHARE || !series->unit || !series->unit[0]) return;
    const char *label = series->label ? series->label : series->id;
    if (label_says(label, series->unit)) return;
    atn_text_add(text, " ");
    atn_text_add_bytes(text, series->unit, subject_length(study, series->unit));
}

/* "ICE arrests averaged about 1,200 per day from 2025-06-01 to 2025-06-23" */
static void say_statement(atn_text *text, const attain_study *study, const atn_report *report)
{
    const atn_series *series = &study->series[report->series];
    const char *step = atn_step_unit_name(study->calendar.unit);
    const char *verb = series->kind == ATN_FLOW ? " came to " : " stood at ";
    if (report->statistic == ATN_MEAN) verb = " averaged ";
    if (report->statistic == ATN_TOTAL) verb = " totalled ";
    if (report->statistic == ATN_MAX) verb = " peaked at ";
    if (report->statistic == ATN_MIN) verb = " bottomed out at ";
    atn_text_add(text, verb);
    atn_say_figure(text, study, report);
    say_unit(text, study, series);
    if (report->statistic == ATN_MEAN && series->kind == ATN_FLOW)
        atn_text_printf(text, " per %s", step);
    if (report->n > 0) {
        atn_text_add(text, " (");
        atn_say_sample(text, report);
        atn_text_add(text, ")");
    }
    atn_text_add(text, " ");
    const bool extreme = report->statistic == ATN_MAX || report->statistic == ATN_MIN;
    if (!extreme || report->start == report->end) {
        atn_say_window(text, report->start, report->end);
        return;
    }
    char a[ATN_DATE_SIZE], b[ATN_DATE_SIZE];
    atn_date_format(report->start, a);
    atn_date_format(report->end, b);
    atn_text_printf(text, "in one %s between %s and %s", step, a, b);
}

attain_status atn_report_sentence(const attain_study *study, const atn_report *report, char **text,
                                  attain_error *err)
{
    const atn_series *series = &study->series[report->series];
    atn_text t;
    atn_text_init(&t, study->ctx);
    atn_say_subject(&t, study, series);
    if (report->definition != ATN_NONE && !study->definitions[report->definition].reference)
        atn_text_printf(&t, " (%s)", study->definitions[report->definition].id);
    say_statement(&t, study, report);
    if (report->source_text && report->source_text[0])
        atn_text_printf(&t, ", according to %s", report->source_text);
    double low, high;
    atn_report_implied(study, report, &low, &high);
    atn_text_add(&t, ": read as ");
    atn_say_interval(&t, series, low, high);
    if (report->stale > 0)
        atn_text_printf(&t, ", up to %ld day%s old", report->stale, report->stale == 1 ? "" : "s");
    atn_text_add(&t, ".");
    char *made = atn_text_take(&t);
    if (!made) return atn_fail_nomem(err);
    *text = made;
    return ATTAIN_OK;
}
