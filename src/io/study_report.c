/* One reported figure: from a row of cells to a report, with every rule of METHODS 4 that a row can
 * break by itself. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/reader.h"

typedef struct cursor {
    atn_reader *r;
    const atn_report_row *row;
    bool ok;
} cursor;

static void say(cursor *c, attain_severity severity, const char *code, atn_column column,
                const char *message)
{
    const atn_report_row *row = c->row;
    const char *name = atn_column_names()[column];
    if (severity == ATTAIN_SEVERITY_ERROR) c->ok = false;
    if (!row->file) {
        /* an absent member has no place of its own */
        const bool there = row->entries[column].text || row->entries[column].is_number;
        atn_problem(c->r, severity, ATTAIN_ERR_FIELD, code, there ? name : NULL, "%s", message);
        return;
    }
    atn_place place = {.file = row->file,
                       .line = row->entries[column].line,
                       .column = row->entries[column].column};
    if (place.line == 0) place = (atn_place){.file = row->file, .line = row->line, .column = 1};
    atn_problem_at(c->r, severity, ATTAIN_ERR_TABLE, code, &place, message);
}

static void bad(cursor *c, const char *code, atn_column column, const char *format, ...)
    ATTAIN_PRINTF(4, 5);
static void bad(cursor *c, const char *code, atn_column column, const char *format, ...)
{
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    say(c, ATTAIN_SEVERITY_ERROR, code, column, message);
}

static bool is_blank(const cursor *c, atn_column column)
{
    const atn_entry *entry = &c->row->entries[column];
    return !entry->is_number && (!entry->text || !*entry->text);
}

/* The text of a cell, NULL when it is blank (recorded if required) or a number. */
static const char *text_of(cursor *c, atn_column column, bool required)
{
    const atn_entry *entry = &c->row->entries[column];
    const char *name = atn_column_names()[column];
    if (is_blank(c, column)) {
        if (required) bad(c, "missing-value", column, "'%s' is missing", name);
        return NULL;
    }
    if (entry->is_number) {
        bad(c, "wrong-type", column, "'%s' must be text, not a number", name);
        return NULL;
    }
    return entry->text;
}

static bool number_of(cursor *c, atn_column column, bool required, double *out)
{
    const atn_entry *entry = &c->row->entries[column];
    const char *name = atn_column_names()[column];
    if (is_blank(c, column)) {
        if (required) bad(c, "missing-value", column, "'%s' is missing", name);
        return false;
    }
    if (entry->is_number) {
        *out = entry->number;
        return true;
    }
    const bool plain = atn_number_parse(entry->text, strlen(entry->text), out);
    if (plain && c->row->file) return true;
    char advice[ATN_ADVICE_SIZE];
    atn_number_advice(entry->text, advice);
    bad(c, "bad-number", column, "'%s' must be a plain number, not '%.40s'%s", name, entry->text,
        advice);
    return false;
}

static bool date_of(cursor *c, atn_column column, bool required, atn_day *out)
{
    const char *text = text_of(c, column, required);
    if (!text) return false;
    if (atn_date_parse(text, strlen(text), out)) return true;
    char advice[ATN_ADVICE_SIZE];
    atn_date_advice(text, advice);
    bad(c, "bad-date", column, "'%s' must be a date like 2025-01-20, not '%.40s'%s",
        atn_column_names()[column], text, advice);
    return false;
}

static bool word_of(cursor *c, atn_column column, const char *const *words, int *out)
{
    const char *text = text_of(c, column, true);
    if (!text) return false;
    for (int k = 0; words[k]; k++) {
        if (strcmp(words[k], text) != 0) continue;
        *out = k;
        return true;
    }
    char hint[ATN_HINT_SIZE], all[ATN_WORDS_SIZE];
    bad(c, "bad-word", column, "'%s' cannot be '%.40s'; it is one of %s%s",
        atn_column_names()[column], text, atn_list_words(all, words),
        atn_hint_words(hint, text, words));
    return false;
}

static void read_series(cursor *c, atn_report *report)
{
    const attain_study *s = c->r->study;
    const char *id = text_of(c, ATN_COLUMN_SERIES, true);
    report->series = ATN_NONE;
    if (!id) return;
    report->series = atn_find_id(id, s->series, sizeof *s->series, s->n_series);
    char hint[ATN_HINT_SIZE];
    if (report->series == ATN_NONE)
        bad(c, "unknown-series", ATN_COLUMN_SERIES, "no series is called '%.64s'%s", id,
            atn_hint_ids(c->r, hint, id, s->series, sizeof *s->series, s->n_series));
}

/* Which statistics a kind of series is reported by (DESIGN, "The study file"). */
static void read_statistic(cursor *c, atn_report *report)
{
    static const char *const words[] = {"value", "mean", "total", "max", "min", "level", NULL};
    static const char *const allowed[] = {[ATN_FLOW] = "value, mean, total, max or min",
                                          [ATN_STOCK] = "level or mean",
                                          [ATN_SHARE] = "value or mean"};
    int k;
    if (!word_of(c, ATN_COLUMN_STATISTIC, words, &k)) return;
    report->statistic = (atn_statistic)k; /* the enum's order */
    if (report->series == ATN_NONE) return;
    const atn_series *series = &c->r->study->series[report->series];
    const bool fits[] = {
        [ATN_FLOW] = k != ATN_LEVEL,
        [ATN_STOCK] = k == ATN_LEVEL || k == ATN_MEAN,
        [ATN_SHARE] = k == ATN_VALUE || k == ATN_MEAN,
    };
    if (!fits[series->kind])
        bad(c, "conflict", ATN_COLUMN_STATISTIC, "a %s is reported by its %s, not its %s",
            atn_kind_name(series->kind), allowed[series->kind], words[k]);
    else if ((k == ATN_MAX || k == ATN_MIN) && series->link != ATN_LINK_LOG)
        bad(c, "conflict", ATN_COLUMN_STATISTIC, "max and min need a series with a log link");
}

static void read_window(cursor *c, atn_report *report)
{
    const atn_reader *r = c->r;
    const bool started = date_of(c, ATN_COLUMN_START, true, &report->start);
    report->end = report->start;
    const bool ended =
        is_blank(c, ATN_COLUMN_END) ? started : date_of(c, ATN_COLUMN_END, true, &report->end);
    report->published = report->end;
    const bool published = date_of(c, ATN_COLUMN_PUBLISHED, false, &report->published);
    if (started && ended && report->end < report->start)
        bad(c, "bad-window", ATN_COLUMN_END, "the window ends before it starts");
    if (published && ended && report->published < report->end)
        say(c, ATTAIN_SEVERITY_WARNING, "published-early", ATN_COLUMN_PUBLISHED,
            "published before its window ends");
    if (!r->calendar_ok) return;
    const attain_study *s = r->study;
    if (started && report->start < atn_calendar_start(&s->calendar, 0))
        bad(c, "bad-window", ATN_COLUMN_START,
            "the window starts before the step of the study's origin; move the origin or leave the "
            "row "
            "out");
    if (started && ended && report->end > s->horizon)
        bad(c, "bad-window", is_blank(c, ATN_COLUMN_END) ? ATN_COLUMN_START : ATN_COLUMN_END,
            "the window ends after the study's horizon");
}

/* A figure must be a possible value of its series. */
static void check_figure(cursor *c, const atn_report *report, atn_column column, double figure)
{
    if (report->series == ATN_NONE) return;
    const atn_series *series = &c->r->study->series[report->series];
    const char *name = atn_column_names()[column];
    if (series->kind == ATN_SHARE) {
        if (figure > 0 && figure < 1) return;
        if (figure > 1 && figure < 100) {
            char number[ATN_NUMBER_SIZE];
            atn_number_format(figure / 100, number);
            bad(c, "out-of-range", column,
                "a share lies between 0 and 1; if this is in percent, write %s", number);
            return;
        }
        bad(c, "out-of-range", column, "a share lies between 0 and 1, both excluded");
    } else if (series->link == ATN_LINK_LOG && figure < 0) {
        bad(c, "out-of-range", column, "'%s' is negative, but series '%.64s' counts something",
            name, series->id);
    } else if (series->link == ATN_LINK_LOG && !(figure > 0)) {
        bad(c, "out-of-range", column,
            "'%s' is 0, which needs \"link\": \"identity\" in series '%.64s'", name, series->id);
    }
}

/* Wordings whose coarseness is read off the figure's own roundness (METHODS 4, grains). */
static bool is_rounded(atn_relation relation)
{
    return relation == ATN_OVER || relation == ATN_NEARLY || relation == ATN_ABOUT;
}

static void read_grain(cursor *c, atn_report *report, bool related)
{
    report->grain = NAN;
    if (number_of(c, ATN_COLUMN_GRAIN, false, &report->grain)) {
        if (!(report->grain > 0))
            bad(c, "out-of-range", ATN_COLUMN_GRAIN, "'grain' must be greater than 0");
        if (related && !is_rounded(report->relation))
            bad(c, "conflict", ATN_COLUMN_GRAIN, "only over, nearly and about have a grain");
        return;
    }
    if (!related || !is_rounded(report->relation) || !is_blank(c, ATN_COLUMN_GRAIN)) return;
    if (report->series == ATN_NONE) return;
    const bool share = c->r->study->series[report->series].kind == ATN_SHARE;
    if (share || fabs(report->value) < 10)
        bad(c, "missing-value", ATN_COLUMN_GRAIN,
            "'%s' needs a 'grain' here: the roundness of %s does not show how far it may be off",
            atn_relation_name(report->relation), share ? "a share" : "a figure below 10");
}

static void read_figures(cursor *c, atn_report *report)
{
    int relation = ATN_EXACT;
    const bool related = word_of(c, ATN_COLUMN_RELATION, atn_relation_names, &relation);
    report->relation = (atn_relation)relation;
    const bool valued = number_of(c, ATN_COLUMN_VALUE, true, &report->value);
    if (valued) check_figure(c, report, ATN_COLUMN_VALUE, report->value);
    report->upper = NAN;
    const bool between = related && relation == ATN_BETWEEN;
    if (number_of(c, ATN_COLUMN_UPPER, between, &report->upper)) {
        check_figure(c, report, ATN_COLUMN_UPPER, report->upper);
        if (related && !between)
            bad(c, "conflict", ATN_COLUMN_UPPER, "only 'between' has an upper figure");
        else if (valued && !(report->upper > report->value))
            bad(c, "out-of-range", ATN_COLUMN_UPPER, "'upper' must be greater than 'value'");
    }
    read_grain(c, report, related && valued);
    report->n = NAN;
    if (number_of(c, ATN_COLUMN_N, false, &report->n)) {
        if (!(report->n > 0)) bad(c, "out-of-range", ATN_COLUMN_N, "'n' must be greater than 0");
        if (report->series != ATN_NONE && c->r->study->series[report->series].kind != ATN_SHARE)
            bad(c, "conflict", ATN_COLUMN_N, "only a share has a sample size 'n'");
        else if (related && relation != ATN_EXACT)
            bad(c, "conflict", ATN_COLUMN_N, "a sample size 'n' goes with 'exact' only");
    }
    double stale = 0;
    if (number_of(c, ATN_COLUMN_STALE, false, &stale) &&
        !(stale >= 0 && stale <= 36525 && stale == floor(stale))) {
        bad(c, "out-of-range", ATN_COLUMN_STALE,
            "'stale' must be a whole number of days, 0 or more");
        stale = 0;
    }
    report->stale = (long)stale;
}

/* A definition nobody declared is read as the reference; atn_read_reports says so, once each. */
static void read_definition(cursor *c, atn_report *report)
{
    const attain_study *s = c->r->study;
    const char *id = text_of(c, ATN_COLUMN_DEFINITION, false);
    report->definition = ATN_NONE;
    if (!id) return;
    const size_t d = atn_find_id(id, s->definitions, sizeof *s->definitions, s->n_definitions);
    if (d == ATN_NONE || report->series == ATN_NONE) return;
    if (s->definitions[d].series != report->series)
        bad(c, "conflict", ATN_COLUMN_DEFINITION, "'%.64s' is a definition of another series", id);
    else if (!s->definitions[d].reference)
        report->definition = d;
}

/* A declared source by its id or by the text it says it stands for. */
static size_t find_source(const atn_reader *r, const char *text)
{
    const attain_study *s = r->study;
    const size_t by_id = atn_find_id(text, s->sources, sizeof *s->sources, s->n_sources);
    if (by_id != ATN_NONE) return by_id;
    const cJSON *sources = atn_member(r->tree, "sources");
    for (size_t k = 0; k < s->n_sources; k++) {
        const cJSON *own = atn_member(atn_member(sources, s->sources[k].id), "text");
        if (cJSON_IsString(own) && strcmp(own->valuestring, text) == 0) return k;
    }
    return ATN_NONE;
}

static void read_origin(cursor *c, atn_report *report)
{
    const attain_study *s = c->r->study;
    const char *source = text_of(c, ATN_COLUMN_SOURCE, false);
    const char *release = text_of(c, ATN_COLUMN_RELEASE, false);
    report->source = source ? find_source(c->r, source) : ATN_NONE;
    report->release = ATN_NONE;
    if (release)
        report->release = atn_find_id(release, s->releases, sizeof *s->releases, s->n_releases);
    report->error = s->default_error;
    if (report->source != ATN_NONE && s->sources[report->source].error > 0)
        report->error = s->sources[report->source].error;
    double own;
    if (!number_of(c, ATN_COLUMN_ERROR, false, &own)) return;
    if (!(own > 0)) {
        bad(c, "out-of-range", ATN_COLUMN_ERROR,
            "'error' is relative and greater than 0, like 0.05 for 5 %%");
        return;
    }
    report->error = own;
    if (own >= 1)
        say(c, ATTAIN_SEVERITY_WARNING, "large-error", ATN_COLUMN_ERROR,
            "'error' is relative: 1 is 100 %, and 5 % is written 0.05");
}

static void keep_texts(cursor *c, atn_report *report)
{
    const struct {
        atn_column column;
        char **out;
    } texts[] = {{ATN_COLUMN_DEFINITION, &report->definition_text},
                 {ATN_COLUMN_SOURCE, &report->source_text},
                 {ATN_COLUMN_RELEASE, &report->release_text},
                 {ATN_COLUMN_URL, &report->url},
                 {ATN_COLUMN_QUOTE, &report->quote},
                 {ATN_COLUMN_NOTE, &report->note}};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        /* url, quote and note have not been looked at before */
        const bool fresh = texts[k].column >= ATN_COLUMN_URL;
        const char *text = c->row->entries[texts[k].column].text;
        if (fresh) text = text_of(c, texts[k].column, false);
        *texts[k].out = atn_copy(c->r, text ? text : "");
    }
    report->row = c->row->row;
    report->place.file = atn_copy(c->r, c->row->file ? c->row->file : c->r->file);
    report->place.pointer = atn_copy(c->r, c->row->file ? "" : c->r->pointer);
    report->place.line = c->row->line; /* 0 for an inline row, whose pointer says more */
    report->place.column = c->row->line ? 1 : 0;
}

bool atn_read_report(atn_reader *r, const atn_report_row *row, atn_report *report)
{
    cursor c = {.r = r, .row = row, .ok = true};
    *report = (atn_report){.duplicate_of = ATN_NONE};
    read_series(&c, report);
    read_statistic(&c, report);
    read_window(&c, report);
    read_figures(&c, report);
    read_definition(&c, report);
    read_origin(&c, report);
    keep_texts(&c, report);
    if (c.ok && !r->nomem) return true;
    atn_report_free(r->ctx, report);
    return false;
}

void atn_report_free(attain_context *ctx, atn_report *report)
{
    const void *const owned[] = {
        report->sentence,     report->definition_text, report->source_text, report->release_text,
        report->url,          report->quote,           report->note,        report->place.file,
        report->place.pointer};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++) atn_free(ctx, owned[k]);
    *report = (atn_report){0};
}
