/* Chart 6: what each scenario does to a path that goals count, in small multiples on one scale: its
 * fan over the ghost of the median without it, and below the difference, draw by draw. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart_multiples.h"

static const double WIDTH = 960.0, SIZE = 12.0, NOTE = 11.5; /* of tics and notes */
enum { MOST_LINES = 3, MOST_COLUMNS = 4 };
static const double TITLE = 58.0, LINE = 15.9; /* under a title of one line; each more */
static const double FAN = 138.0, LOW_FAN = 40.0, HIGH_FAN = 420.0, BETWEEN = 24.0, STRIP = 58.0,
                    TICS = 46.0;

/* ---- words -------------------------------------------------------------------------------------
 */

static const char *label_of(const atn_node *node)
{
    const char *label = atn_text_of(node, "label");
    return *label ? label : atn_text_of(node, "id");
}

/* Of all that move the chance; with `free`, of those that do not set the path itself. */
static const atn_cell *strongest_of(const atn_multiples *m, bool free)
{
    const atn_cell *best = NULL;
    double most = -1.0;
    for (size_t k = 0; k < m->n; k++) {
        const double move = fabs(atn_multiples_move(m->cells[k].reading));
        if (move <= most || (free && atn_multiples_sets(m, m->cells[k].scenario))) continue;
        most = move;
        best = &m->cells[k];
    }
    return best;
}

/* A goal that is met because its own path was set to it is no finding. */
static const atn_cell *strongest(const atn_multiples *m)
{
    const atn_cell *best = strongest_of(m, true);
    return best && fabs(atn_multiples_move(best->reading)) >= ATN_MOVED ? best
                                                                        : strongest_of(m, false);
}

static void say_name(atn_text *out, const atn_multiples *m)
{
    if (m->total) {
        const char *unit = atn_text_of(m->series, "unit");
        atn_text_add(out, "running total of ");
        atn_escape_plain(out, *unit ? unit : label_of(m->series));
    } else {
        atn_escape_plain(out, label_of(m->series));
    }
}

static void say_headline(atn_text *out, const atn_multiples *m)
{
    const atn_cell *best = strongest(m);
    if (!m->a.goal) {
        say_name(out, m);
        atn_text_printf(out, " under %zu scenario%s", m->n, m->n == 1 ? "" : "s");
        return;
    }
    if (fabs(atn_multiples_move(best->reading)) < ATN_MOVED) {
        atn_text_add(out, "No scenario moves the chance of ");
        atn_say_goal(out, m->root, &m->a);
        atn_text_add(out, " by a point");
        return;
    }
    atn_say_goal(out, m->root, &m->a);
    atn_text_add(out, ": ");
    atn_escape_plain(out, atn_text_of(best->reading, "words"));
    atn_text_add(out, " with \xe2\x80\x9c");
    atn_escape_plain(out, label_of(best->scenario));
    atn_text_add(out, "\xe2\x80\x9d, ");
    atn_escape_plain(out, atn_text_of(m->a.reading, "words"));
    atn_text_add(out, " without");
}

static void say_below(atn_text *out, const atn_multiples *m)
{
    say_name(out, m);
    atn_capitalise(out, 0);
    atn_text_add(out, ", median and 8 in 10 futures, on one scale; below, the difference that the "
                      "change makes to the same futures");
    atn_say_sources(out, m->root, atn_text_of(m->series, "id"));
    atn_say_published(out, m->root);
}

static void say_foot(atn_text *out, const atn_multiples *m)
{
    if (m->a.goal) {
        atn_text_add(out, "Chances: ");
        atn_say_goal(out, m->root, &m->a);
        const size_t before = out->length;
        atn_text_add(out, " (");
        const size_t named = out->length;
        atn_say_which(out, &m->a);
        if (out->length > named) {
            atn_text_add(out, ")");
        } else if (out->data && !out->failed) {
            out->length = before;
            out->data[before] = '\0';
        }
        atn_text_add(out, ". ");
    }
    if (fabs(m->scale - 1.0) > 1e-9) {
        atn_text_add(out, "Paths are those of the reference definition times the median factor ");
        atn_text_grouped(out, m->scale, 2);
        atn_text_add(out, ". ");
    }
    if (m->n_still)
        atn_text_printf(out, "%zu more scenario%s this path as it is. ", m->n_still,
                        m->n_still == 1 ? " leaves" : "s leave");
    if (m->n_more)
        atn_text_printf(out, "And %zu more scenario%s, in the table.", m->n_more,
                        m->n_more == 1 ? "" : "s");
}

/* "82 %, 41 of 50; without <1 %" */
static void say_chance(atn_text *out, const atn_multiples *m, const atn_cell *c)
{
    const double p = atn_number_of(c->reading, "probability");
    if (!m->a.goal || !isfinite(p)) return;
    atn_text_add(out, "chance ");
    atn_say_percent(out, p);
    atn_text_add(out, ", ");
    atn_say_futures(out, p);
    atn_text_add(out, "; without ");
    atn_say_percent(out, atn_node_number(atn_node_path(c->reading, "baseline/probability")));
}

static size_t last_shown(const atn_multiples *m)
{
    size_t at = 0;
    for (size_t i = 0; i < m->n_days; i++)
        if (m->days[i] <= m->last) at = i;
    return at;
}

static void say_alt(atn_text *out, const atn_multiples *m, const atn_chart *chart)
{
    const size_t end = last_shown(m);
    char date[ATN_DATE_SIZE];
    atn_date_format(m->days[end], date);
    atn_text_add(out, atn_words(&chart->headline));
    atn_text_add(out, ". A panel for each scenario; medians on ");
    atn_say_date(out, date);
    atn_text_add(out, ", and in brackets what the change adds to the same futures (8 in 10)");
    for (size_t k = 0; k < m->n; k++) {
        const atn_cell *c = &m->cells[k];
        atn_text_add(out, k ? "; " : ": ");
        atn_escape_plain(out, label_of(c->scenario));
        atn_text_add(out, ": ");
        atn_say_value(out, atn_multiples_shown(m, c->q[MIDDLE][end]), m->share, false);
        atn_text_add(out, " (");
        atn_say_value(out, m->scale * c->change[LOW][end], m->share, false);
        atn_text_add(out, " to ");
        atn_say_value(out, m->scale * c->change[HIGH][end], m->share, false);
        atn_text_add(out, ")");
        if (c->reading) atn_text_add(out, ", ");
        say_chance(out, m, c);
    }
    atn_text_add(out, ".");
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

static void write_data(atn_text *out, const atn_multiples *m)
{
    static const char *const names[] = {"low",        "median",        "high",
                                        "change_low", "change_median", "change_high"};
    atn_text_add(out, "date,without");
    for (size_t k = 0; k < m->n; k++)
        for (size_t j = 0; j < 6; j++) {
            atn_text name;
            atn_text_init(&name, m->ctx);
            atn_text_printf(&name, "%s %s", atn_text_of(m->cells[k].scenario, "id"), names[j]);
            atn_text_add(out, ",");
            atn_escape_csv(out, atn_words(&name));
            if (name.failed) out->failed = true;
            atn_text_free(&name);
        }
    atn_text_add(out, "\n");
    for (size_t i = 0; i < m->n_days; i++) {
        char date[ATN_DATE_SIZE];
        if (m->days[i] < m->first || m->days[i] > m->last) continue;
        atn_date_format(m->days[i], date);
        atn_text_printf(out, "%s,", date);
        atn_add_plotted(out, atn_multiples_shown(m, m->ghost[i]));
        for (size_t k = 0; k < m->n; k++)
            for (size_t j = 0; j < 2 * N_LEVELS; j++) {
                const atn_cell *c = &m->cells[k];
                atn_text_add(out, ",");
                atn_add_plotted(out, j < N_LEVELS ? atn_multiples_shown(m, c->q[j][i])
                                                  : m->scale * c->change[j - N_LEVELS][i]);
            }
        atn_text_add(out, "\n");
    }
}

static void say_end(atn_text *out, const atn_multiples *m, double y, bool change)
{
    if (change && y > 0) atn_text_add(out, "+");
    atn_say_value(out, y, m->share, false);
}

/* What the line ends at, beside the panel. */
static void end_note(atn_frame *f, const atn_multiples *m, double y, bool change, const char *color,
                     int rank)
{
    atn_text text;
    atn_text_init(&text, m->ctx);
    say_end(&text, m, y, change);
    atn_frame_note(f, y, color, rank, &text);
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
}

static double width_of(const atn_multiples *m, double y, bool change, double size)
{
    atn_text text;
    atn_text_init(&text, m->ctx);
    say_end(&text, m, y, change);
    const double width = atn_text_width(atn_words(&text), text.length, size, false);
    atn_text_free(&text);
    return width;
}

static void measure(atn_multiples *m)
{
    const size_t end = last_shown(m);
    double after = fmax(width_of(m, atn_multiples_shown(m, m->ghost[end]), false, NOTE),
                        m->target <= m->high ? width_of(m, m->target, false, NOTE) : 0.0);
    for (size_t k = 0; k < m->n; k++) {
        const atn_cell *c = &m->cells[k];
        after = fmax(after, width_of(m, atn_multiples_shown(m, c->q[MIDDLE][end]), false, NOTE));
        after = fmax(after, width_of(m, m->scale * c->change[MIDDLE][end], true, NOTE));
    }
    const double step = atn_nice_step(m->high - m->low, 5);
    m->left = 24.0;
    for (double y = ceil(m->low / step) * step; y <= m->high; y += step)
        m->left = fmax(m->left, width_of(m, y, false, SIZE));
    m->left += 24.0;
    m->after = after + 26.0;
}

static size_t n_columns(size_t n)
{
    return n == 4 ? 2 : n < 3 ? n : 3;
}

static double cell_width(const atn_multiples *m, double width)
{
    return (width - m->left - 4.0) / (double)m->columns;
}

static void measure_titles(atn_multiples *m, double width)
{
    int most = 1;
    for (size_t k = 0; k < m->n; k++) {
        const char *text = label_of(m->cells[k].scenario);
        int lines = 0;
        for (; *text && lines < MOST_LINES; lines++) {
            text += atn_text_fit(text, SIZE, true, cell_width(m, width) - 18.0);
            while (*text == ' ') text++;
        }
        if (lines > most) most = lines;
    }
    m->title = TITLE + LINE * (most - 1);
}

/* The grid of the first column, without its numbers. */
static void plain_values(atn_frame *f, const atn_multiples *m)
{
    atn_text *s = &f->chart->script;
    const double step = atn_nice_step(m->high - m->low, 5), from = ceil(m->low / step) * step;
    f->low = m->low;
    f->high = m->high;
    atn_text_add(s, "set yrange [");
    atn_text_number(s, m->low);
    atn_text_add(s, ":");
    atn_text_number(s, m->high);
    atn_text_add(s, "]\nset ytics (");
    for (int k = 0; k < 40 && from + k * step <= m->high; k++) {
        atn_text_add(s, k ? ", '' " : "'' ");
        atn_text_number(s, from + k * step);
    }
    atn_text_add(s, ")\n");
}

static void add_target(atn_frame *f, const atn_multiples *m)
{
    atn_text *s = &f->chart->script;
    if (!(m->target <= m->high)) return;
    atn_text_add(s, "set arrow from graph 0, first ");
    atn_text_number(s, m->target);
    atn_text_add(s, " to graph 1, first ");
    atn_text_number(s, m->target);
    atn_text_add(s, " nohead front ls 2\n");
    end_note(f, m, m->target, false, "c_goal", 1);
}

/* Both rules speak in the first panel. */
static void add_days(atn_frame *f, const atn_multiples *m, bool named)
{
    const bool deadline = m->a.goal && m->deadline < m->last && m->deadline > m->first;
    const bool near =
        deadline && fabs((double)(m->deadline - m->as_of)) < 0.3 * (double)(m->last - m->first);
    if (m->as_of > m->first) {
        atn_text text;
        atn_text_init(&text, m->ctx);
        if (near)
            atn_say_short_date(&text, atn_node_text(atn_node_path(m->root, "study/as_of")));
        else
            atn_text_add(&text, "projection \xe2\x86\x92");
        atn_frame_rule(f, m->as_of, named ? atn_words(&text) : "", !near);
        if (text.failed) f->chart->script.failed = true;
        atn_text_free(&text);
    }
    if (deadline) atn_frame_rule(f, m->deadline, named ? "deadline" : "", true);
}

static void draw_fan(atn_frame *f, const atn_multiples *m, size_t k, double bottom, double top,
                     bool first_column)
{
    const int column = 3 + 6 * (int)k;
    const double whole_top = f->top, whole_bottom = f->bottom;
    atn_place_panel(f, bottom, top);
    if (first_column)
        atn_frame_values(f, m->low, m->high, m->share);
    else
        plain_values(f, m);
    add_days(f, m, k == 0);
    const char *name = f->chart->name;
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%d:%d with filledcurves lc rgb c_band80", name,
                   column, column + 2);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:2 with lines lt 1 lw 1.8 lc rgb c_faint", name);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%d with lines ls 1", name, column + 1);
    const size_t end = last_shown(m);
    end_note(f, m, atn_multiples_shown(m, m->cells[k].q[MIDDLE][end]), false, "c_line", 0);
    end_note(f, m, atn_multiples_shown(m, m->ghost[end]), false, "c_quiet", 2);
    add_target(f, m);
    atn_frame_place_notes(f);
    atn_panel_draw(f, bottom, top);
    f->top = whole_top;
    f->bottom = whole_bottom;
}

static void draw_strip(atn_frame *f, const atn_multiples *m, size_t k, double bottom, double top)
{
    const int column = 6 + 6 * (int)k;
    const double whole_top = f->top, whole_bottom = f->bottom;
    const atn_words_style small = {10.5, false, "c_quiet", "left", f->right - f->left};
    atn_place_panel(f, bottom, top);
    f->low = m->change_low;
    f->high = m->change_high;
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set yrange [");
    atn_text_number(s, m->change_low);
    atn_text_add(s, ":");
    atn_text_number(s, m->change_high);
    atn_text_add(s, "]\nset ytics ('0' 0)\n");
    atn_place_words(f, "difference", f->left, top + 8.0, &small);
    add_days(f, m, false);
    const char *name = f->chart->name;
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%d:%d with filledcurves lc rgb c_band80", name,
                   column, column + 2);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%d with lines ls 1", name, column + 1);
    end_note(f, m, m->scale * m->cells[k].change[MIDDLE][last_shown(m)], true, "c_line", 0);
    atn_frame_place_notes(f);
    atn_panel_draw(f, bottom, top);
    f->top = whole_top;
    f->bottom = whole_bottom;
}

static void draw_cell(atn_frame *f, const atn_multiples *m, size_t k, double left, double right,
                      double top, bool first_column)
{
    const atn_cell *c = &m->cells[k];
    const atn_words_style title = {SIZE, true, "c_mark", "left", right - left + m->after - 14.0};
    const atn_words_style chance = {11.0, false, "c_line", "left", right - left + m->after - 8.0};
    atn_text text;
    atn_text_init(&text, m->ctx);
    atn_escape_plain(&text, label_of(c->scenario));
    atn_capitalise(&text, 0);
    double y = atn_place_lines(f, atn_words(&text), left, top - 8.0, MOST_LINES, &title);
    atn_words_clear(&text);
    say_chance(&text, m, c);
    atn_place_words(f, atn_words(&text), left, y, &chance);
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    f->left = left;
    f->right = right;
    const double fan_top = top - m->title, strip_top = fan_top - m->fan - BETWEEN;
    const int tics = right - left > 320.0 ? 8 : 6;
    atn_place_dates(f, m->first, m->last, tics);
    atn_text_add(&f->chart->script, "unset xtics\n");
    draw_fan(f, m, k, fan_top - m->fan, fan_top, first_column);
    atn_text_add(&f->chart->script, "set xtics nomirror out scale 0.6 textcolor rgb c_text\n");
    atn_place_dates(f, m->first, m->last, tics);
    draw_strip(f, m, k, strip_top - m->strip, strip_top);
}

static void add_key(atn_frame *f, const atn_multiples *m)
{
    atn_key_item items[] = {{SAMPLE_LINE, "c_line", "median with the change"},
                            {SAMPLE_BOX, "c_band80", "8 in 10 futures with it"},
                            {SAMPLE_LINE, "c_faint", "median without it"},
                            {SAMPLE_LINE, "c_goal", "goal"}};
    atn_panels_key(f, items, m->target <= m->high ? 4 : 3);
}

/* Fan and strip share what room there is; where that is little, as on a slide, more panels stand
 * side by side. */
static void lay_out(const atn_frame *f, atn_multiples *m)
{
    for (m->columns = n_columns(m->n);; m->columns++) {
        measure_titles(m, f->width);
        const double rows = ceil((double)m->n / (double)m->columns);
        /* f->bottom leaves room for the tics of the last row already. */
        const double room = (f->top - 6.0 - f->bottom + TICS) / rows - m->title - BETWEEN - TICS;
        m->fan = fmin(fmax(room * FAN / (FAN + STRIP), LOW_FAN), HIGH_FAN);
        m->strip = m->fan * STRIP / FAN;
        if (m->fan >= 0.7 * FAN || m->columns >= m->n || m->columns == MOST_COLUMNS) return;
    }
}

static void compose(atn_frame *f, atn_multiples *m)
{
    atn_text text;
    atn_panels_open(f);
    atn_text_init(&text, m->ctx);
    say_below(&text, m);
    atn_frame_head(f, atn_words(&text));
    atn_words_clear(&text);
    say_foot(&text, m);
    atn_frame_foot(f, atn_words(&text));
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    add_key(f, m);
    lay_out(f, m);
    const size_t columns = m->columns;
    const double wide = cell_width(m, f->width);
    const double high = m->title + m->fan + BETWEEN + m->strip + TICS;
    for (size_t k = 0; k < m->n; k++) {
        const double left = m->left + (double)(k % columns) * wide;
        const double top = f->top - 6.0 - (double)(k / columns) * high;
        draw_cell(f, m, k, left, left + wide - m->after, top, k % columns == 0);
    }
    atn_panels_close(f);
}

static void add_chart(atn_chart_list *list, atn_multiples *m)
{
    char id[96];
    atn_frame f;
    atn_day origin;
    if (!atn_study_days(m->root, &origin, &m->as_of, &m->last)) return;
    m->first = m->as_of - (m->last - m->as_of) / 5;
    if (m->first < origin) m->first = origin;
    if (m->a.goal) {
        m->target = atn_number_of(m->a.reading, "target");
        m->scale = atn_factor(m->root, atn_text_of(m->a.definition, "definition"));
        if (!atn_iso_day(atn_text_of(m->a.goal, "deadline"), &m->deadline)) m->deadline = m->last;
    }
    if (!atn_multiples_read(m)) {
        list->failed = true;
        return;
    }
    if (m->n == 0) return;
    measure(m);
    m->columns = n_columns(m->n);
    measure_titles(m, WIDTH);
    snprintf(id, sizeof id, "%.60s%s", atn_text_of(m->series, "id"), m->total ? "-total" : "");
    atn_chart *chart = atn_chart_add(list, "scenarios", id);
    if (!chart) return;
    say_headline(&chart->headline, m);
    const double rows = ceil((double)m->n / (double)n_columns(m->n));
    atn_frame_open(&f, m->ctx, m->root, chart, WIDTH,
                   196.0 + rows * (m->title + FAN + BETWEEN + STRIP + TICS));
    write_data(&chart->data, m);
    compose(&f, m);
    say_alt(&chart->alt, m, chart);
}

void atn_chart_scenarios(atn_chart_list *list, const atn_node *root, const atn_node *series)
{
    for (int total = 0; total < 2; total++) {
        atn_multiples m = {.ctx = list->ctx,
                           .root = root,
                           .series = series,
                           .total = total == 1,
                           .share = strcmp(atn_text_of(series, "kind"), "share") == 0,
                           .scale = 1.0,
                           .target = NAN};
        atn_multiples_gather(&m);
        if (m.n > 0) add_chart(list, &m);
        atn_multiples_free(&m);
    }
}
