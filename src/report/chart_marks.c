/* Reports drawn by what they state: a dot is a day, a bar a period's mean, a caret a bound. */
#include "chart_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double DAY_SECONDS = 86400.0;

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

static void init(atn_marks *m, attain_context *ctx)
{
    *m = (atn_marks){.largest = -INFINITY, .smallest = INFINITY};
    for (size_t other = 0; other < 2; other++)
        for (size_t k = 0; k < N_MARKS; k++) atn_text_init(&m->lines[other][k], ctx);
}

void atn_marks_free(atn_marks *m)
{
    for (size_t other = 0; other < 2; other++)
        for (size_t k = 0; k < N_MARKS; k++) atn_text_free(&m->lines[other][k]);
}

static void put(atn_marks *m, size_t other, atn_mark mark, atn_day day, double y, double third)
{
    atn_text *t = &m->lines[other][mark];
    char date[ATN_DATE_SIZE];
    if (!isfinite(y)) return;
    atn_date_format(day, date);
    atn_text_printf(t, "%s,", date);
    atn_text_number(t, y);
    if (isfinite(third)) {
        atn_text_add(t, ",");
        atn_text_number(t, third);
    }
    atn_text_add(t, "\n");
    m->largest = fmax(m->largest, y);
    m->smallest = fmin(m->smallest, y);
    if (mark != MARK_RANGE || !isfinite(third)) return;
    m->largest = fmax(m->largest, third);
    m->smallest = fmin(m->smallest, third);
}

/* The caret or dot of a statement whose window is already drawn or needs no drawing. */
static void put_relation(atn_marks *m, size_t other, const atn_node *report, atn_day at, double y,
                         double high, bool window)
{
    const char *relation = text_of(report, "relation");
    if (strcmp(relation, "over") == 0 || strcmp(relation, "at_least") == 0)
        put(m, other, MARK_OVER, at, y, NAN);
    else if (strcmp(relation, "nearly") == 0 || strcmp(relation, "at_most") == 0)
        put(m, other, MARK_UNDER, at, y, NAN);
    else if (strcmp(relation, "about") == 0)
        put(m, other, MARK_ABOUT, at, y, NAN);
    else if (strcmp(relation, "between") == 0)
        put(m, other, MARK_RANGE, at, y, high);
    else if (!window)
        put(m, other, MARK_DAY, at, y, NAN);
}

static bool is_other(const char *definition, const char *own)
{
    return *definition && strcmp(definition, own) != 0;
}

static bool dates_of(const atn_node *report, atn_day *start, atn_day *end)
{
    return atn_iso_day(text_of(report, "start"), start) && atn_iso_day(text_of(report, "end"), end);
}

static void add_rate(atn_marks *m, const atn_node *report, const char *reference)
{
    atn_day start, end;
    const atn_node *per_step = atn_node_get(report, "per_step");
    const double y = atn_node_number(atn_node_get(per_step, "value"));
    const double high = atn_node_number(atn_node_get(per_step, "high"));
    const char *statistic = text_of(report, "statistic");
    const bool total = strcmp(statistic, "total") == 0;
    const bool peak = strcmp(statistic, "max") == 0 || strcmp(statistic, "min") == 0;
    if (!dates_of(report, &start, &end)) return;
    const size_t other = is_other(text_of(report, "definition"), reference) ? 1 : 0;
    const bool window = end > start;
    const atn_day middle = start + (end - start) / 2;
    if (peak)
        put(m, other, MARK_PEAK, start, y, DAY_SECONDS * (double)(end - start + 1));
    else if (window)
        put(m, other, total ? MARK_TOTAL : MARK_BAR, start, y,
            DAY_SECONDS * (double)(end - start + 1));
    if (window && !peak && strcmp(text_of(report, "relation"), "between") == 0)
        put(m, other, MARK_BAR, start, high, DAY_SECONDS * (double)(end - start + 1));
    put_relation(m, other, report, total ? end : middle, y, high, window || peak);
}

void atn_marks_rate(atn_marks *m, attain_context *ctx, const atn_node *root, const atn_node *series)
{
    init(m, ctx);
    const atn_node *list = atn_node_get(root, "reports");
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r))
        if (atn_node_true(atn_node_get(r, "used")) &&
            strcmp(text_of(r, "series"), text_of(series, "id")) == 0)
            add_rate(m, r, text_of(series, "reference"));
}

/* Counts that begin this close together are drawn as one count. */
enum { SAME_START = 7 };

void atn_marks_total(atn_marks *m, attain_context *ctx, const atn_node *root,
                     const atn_node *series, atn_day start, const char *definition, double scale)
{
    init(m, ctx);
    const atn_node *list = atn_node_get(root, "reports");
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r)) {
        atn_day from, to;
        if (!atn_node_true(atn_node_get(r, "used")) ||
            strcmp(text_of(r, "series"), text_of(series, "id")) != 0 ||
            strcmp(text_of(r, "statistic"), "total") != 0 || !dates_of(r, &from, &to) ||
            from < start - SAME_START || from > start + SAME_START)
            continue;
        const char *own = text_of(r, "definition");
        const double unit = scale / (*own ? atn_factor(root, own) : 1.0);
        const size_t other = is_other(*own ? own : text_of(series, "reference"), definition);
        put_relation(m, other, r, to, atn_node_number(atn_node_get(r, "value")) * unit,
                     atn_node_number(atn_node_get(r, "upper")) * unit, false);
    }
}

static const char *const BLOCKS[N_MARKS] = {"days",  "bars",  "totals", "over",
                                            "under", "about", "ranges", "peaks"};

static void draw_one(const atn_marks *m, atn_frame *f, size_t other, atn_mark mark)
{
    const atn_text *lines = &m->lines[other][mark];
    atn_text *s = &f->chart->script;
    if (lines->failed) s->failed = true;
    if (!lines->data || lines->length == 0) return;
    char block[32];
    snprintf(block, sizeof block, "$%s%s", BLOCKS[mark], other ? "_other" : "");
    atn_text_printf(s, "%s << EOD\n", block);
    atn_text_add_bytes(s, lines->data, lines->length);
    atn_text_add(s, "EOD\n");
    const char *color = other ? "c_faint" : "c_mark";
    const int line = other ? 5 : 4;
    switch (mark) {
    case MARK_BAR:
        atn_frame_plot(f, "%s using 1:2:3:(0) with vectors nohead ls %d", block, line);
        break;
    case MARK_TOTAL:
        atn_frame_plot(f, "%s using 1:2:3:(0) with vectors nohead ls %d", block, line + 2);
        break;
    case MARK_PEAK:
        atn_frame_plot(f, "%s using 1:2:3:(0) with vectors nohead lt 1 lw 1.4 dt (2,3) lc rgb %s",
                       block, color);
        break;
    case MARK_RANGE:
        atn_frame_plot(f,
                       "%s using 1:2:(0):($3-$2) with vectors heads size screen 0.004,90 lt 1 "
                       "lw 1.8 lc rgb %s",
                       block, color);
        break;
    case MARK_DAY:
        atn_frame_plot(f, "%s using 1:2 with points pt %d ps 0.75 lw 1.2 lc rgb %s", block,
                       other ? 6 : 7, color);
        break;
    case MARK_ABOUT:
        atn_frame_plot(f, "%s using 1:2 with points pt %d ps 0.95 lw 1.2 lc rgb %s", block,
                       other ? 12 : 13, color);
        break;
    case MARK_OVER:
    case MARK_UNDER:
        atn_frame_plot(f, "%s using 1:2 with points pt %d ps 0.95 lw 1.2 lc rgb %s", block,
                       (mark == MARK_OVER ? 9 : 11) - (other ? 1 : 0), color);
        break;
    case N_MARKS: break;
    }
}

void atn_marks_draw(const atn_marks *m, atn_frame *f)
{
    static const atn_mark order[] = {MARK_TOTAL, MARK_BAR,   MARK_PEAK,  MARK_RANGE,
                                     MARK_OVER,  MARK_UNDER, MARK_ABOUT, MARK_DAY};
    for (size_t other = 2; other-- > 0;)
        for (size_t k = 0; k < sizeof order / sizeof *order; k++) draw_one(m, f, other, order[k]);
}

static void add_unbroken(atn_text *out, const char *words)
{
    for (const char *s = words; *s; s++) {
        if (*s == '~')
            atn_text_add(out, "\xc2\xa0");
        else
            atn_text_add_bytes(out, s, 1);
    }
}

void atn_marks_key(const atn_marks *m, atn_text *out, bool totals)
{
    /* Within a part of the key a line may not break: ~ stands for a no-break space. */
    static const char *const words[N_MARKS] = {"\xe2\x97\x8f~one~day",
                                               "\xe2\x80\x94~mean~of~a~period",
                                               "thin~line:~a~total~spread~over~its~period",
                                               "\xe2\x96\xb2~over~or~at~least",
                                               "\xe2\x96\xbc~nearly~or~at~most",
                                               "\xe2\x97\x86~about",
                                               "\xe2\x8c\xb6~a~range",
                                               "\xc2\xb7\xc2\xb7\xc2\xb7~peak~of~a~period"};
    bool any = false;
    for (size_t k = 0; k < N_MARKS; k++) {
        if (m->lines[0][k].length == 0 && m->lines[1][k].length == 0) continue;
        atn_text_add(out, any ? "   " : "Reports: ");
        add_unbroken(out, totals && k == MARK_DAY ? "\xe2\x97\x8f~as~stated" : words[k]);
        any = true;
    }
    bool other = false;
    for (size_t k = 0; k < N_MARKS; k++) other |= m->lines[1][k].length > 0;
    if (other)
        atn_text_add(out, "   grey: other definitions, put on this scale by their median factor");
    if (any) atn_text_add(out, ".");
}
