/* Chart 10: what drives an answer: of what the spread of its quantity is made, and what the chance
 * would be without one report or another. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart_place.h"

enum { MAX_PARTS = 8, MAX_MOVERS = 10, MAX_SOURCES = 3 };
static const double WIDTH = 960.0, SIDE = 24.0, GAP = 58.0;
static const double ROW = 21.0, LOW_ROW = 14.0, HIGH_ROW = 30.0;
static const double LABELS = 368.0, NUMBERS = 196.0; /* room left and right of the bars */
static const double LEAST_SHARE = 0.005;

static const struct {
    const char *name, *label, *words; /* words: in a sentence */
} PARTS[] = {{"trend", "Which trend holds", "which trend holds"},
             {"definition", "How it is counted (factor)", "how it is counted"},
             {"reporting", "Biases and errors of the figures", "the errors of the figures"},
             {"parameters", "Trend, scale and persistence", "where the trend leads"},
             {"state", "Where the path stands after the figures", "where things stand now"},
             {"drift", "How it drifts from there", "how things drift from here"},
             {"scatter", "Scatter from step to step", "scatter from step to step"}};
enum { N_PARTS = sizeof PARTS / sizeof *PARTS };

typedef struct part {
    size_t kind; /* of PARTS */
    double share;
} part;

/* What leaving a report, or all of a source, out does. */
typedef struct mover {
    const atn_node *report; /* NULL: a source */
    const char *source;
    size_t together; /* reports left out with it, itself too */
    double change, mcse;
} mover;

typedef struct drivers {
    const atn_node *root, *why, *part_node;
    atn_answer a;
    double chance;
    bool of_quantity,
        log_scale; /* movers' changes are the quantity's: the chance is all but sure */
    part parts[MAX_PARTS];
    size_t n_parts;
    mover movers[MAX_MOVERS];
    size_t n_movers, n_more, n_untold;
    double row; /* pixels */
} drivers;

/* ---- data --------------------------------------------------------------------------------------
 */

/* The answer's entry in a list of goals, as `why` and each report's influence hold them. */
static const atn_node *entry_of(const atn_node *goals, const atn_answer *a)
{
    const atn_node *goal = atn_find(goals, "id", atn_text_of(a->goal, "id"));
    const atn_node *definition = atn_find(atn_node_get(goal, "definitions"), "definition",
                                          atn_text_of(a->definition, "definition"));
    return atn_find(atn_node_get(definition, "readings"), "reading",
                    atn_text_of(a->reading, "reading"));
}

/* The least certain answer of the goal, where drivers show; a mixture of definitions last. */
static void choose_answer(drivers *d, const atn_node *goal)
{
    double best = INFINITY;
    for (atn_answer a = {0}; atn_answer_next(d->root, &a);) {
        if (a.goal != goal) continue;
        const atn_node *entry = entry_of(atn_node_get(d->why, "goals"), &a);
        const double p = atn_number_of(a.reading, "probability");
        if (!entry || !isfinite(p)) continue;
        const bool pooled = strcmp(atn_text_of(a.definition, "definition"), "pooled") == 0;
        const double far = fabs(p - 0.5) + (pooled ? 1.0 : 0.0);
        if (far >= best) continue;
        best = far;
        d->a = a;
        d->part_node = entry;
        d->chance = p;
    }
}

static int by_share(const void *a, const void *b)
{
    const part *x = a, *y = b;
    if (x->share < y->share || x->share > y->share) return x->share > y->share ? -1 : 1;
    return x->kind < y->kind ? -1 : 1;
}

static void read_parts(drivers *d)
{
    const atn_node *list = atn_node_get(d->part_node, "parts");
    d->log_scale = atn_node_true(atn_node_get(d->part_node, "log_scale"));
    for (const atn_node *p = atn_node_first(list); p && d->n_parts < MAX_PARTS;
         p = atn_node_next(p)) {
        const double share = atn_number_of(p, "share");
        for (size_t k = 0; k < N_PARTS; k++)
            if (strcmp(atn_text_of(p, "name"), PARTS[k].name) == 0 && share >= LEAST_SHARE)
                d->parts[d->n_parts++] = (part){k, share};
    }
    qsort(d->parts, d->n_parts, sizeof *d->parts, by_share);
}

static bool is_sure(double p)
{
    return !(p >= 0.01 && p <= 0.99);
}

/* The greatest first; of two as great, the one that came first. */
static void keep(drivers *d, const mover *m)
{
    size_t at = d->n_movers;
    while (at > 0 && fabs(d->movers[at - 1].change) < fabs(m->change)) at--;
    if (d->n_movers == MAX_MOVERS) d->n_more++;
    if (at == MAX_MOVERS) return;
    const size_t last = d->n_movers < MAX_MOVERS ? d->n_movers++ : MAX_MOVERS - 1;
    memmove(d->movers + at + 1, d->movers + at, (last - at) * sizeof *d->movers);
    d->movers[at] = *m;
}

/* Whether a report of the same release, left out together with this one, came before. */
static bool is_repeated(const atn_node *list, const atn_node *report)
{
    const double first =
        atn_node_number(atn_node_first(atn_node_path(report, "influence/together")));
    for (const atn_node *r = atn_node_first(list); r != report; r = atn_node_next(r))
        if (fabs(atn_node_number(atn_node_first(atn_node_path(r, "influence/together"))) - first) <=
            0.0)
            return true;
    return false;
}

static bool read_change(const drivers *d, const atn_node *entry, mover *m)
{
    m->change = atn_number_of(entry, d->of_quantity ? "quantity_change" : "change");
    m->mcse = atn_number_of(entry, d->of_quantity ? "quantity_mcse" : "mcse");
    return entry && strcmp(atn_text_of(entry, "how"), "none") != 0 && isfinite(m->change) &&
           fabs(m->change) > 2.0 * m->mcse;
}

static void read_reports(drivers *d)
{
    const atn_node *list = atn_node_get(d->root, "reports");
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r)) {
        const atn_node *influence = atn_node_get(r, "influence");
        const atn_node *entry = entry_of(atn_node_get(influence, "goals"), &d->a);
        mover m = {.report = r, .together = atn_node_size(atn_node_get(influence, "together"))};
        if (!entry) continue;
        d->n_untold += strcmp(atn_text_of(entry, "how"), "none") == 0;
        if (read_change(d, entry, &m) && !is_repeated(list, r)) keep(d, &m);
    }
}

/* A source whose figures all left with one report says nothing new. */
static bool is_said(const drivers *d, const mover *m)
{
    for (size_t k = 0; k < d->n_movers; k++)
        if (d->movers[k].together == m->together && fabs(d->movers[k].change - m->change) <= 1e-12)
            return true;
    return false;
}

/* All of a source at once: figures that say the same have little influence each and much together.
 */
static void read_sources(drivers *d)
{
    const atn_node *list = atn_node_get(d->why, "sources");
    for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s)) {
        mover m = {.source = atn_text_of(s, "name"),
                   .together = atn_node_size(atn_node_get(s, "together"))};
        if (read_change(d, entry_of(atn_node_get(s, "goals"), &d->a), &m) && !is_said(d, &m))
            keep(d, &m);
    }
}

static bool any_chance_moves(const drivers *d)
{
    for (size_t k = 0; k < d->n_movers; k++)
        if (!is_sure(d->chance + d->movers[k].change)) return true;
    return false;
}

static void read_movers(drivers *d)
{
    read_reports(d);
    read_sources(d);
    /* Where no display tells the chances apart, what moves the quantity is told. */
    if (!is_sure(d->chance) || any_chance_moves(d)) return;
    d->of_quantity = true;
    d->n_movers = d->n_more = d->n_untold = 0;
    read_reports(d);
    read_sources(d);
}

/* ---- words -------------------------------------------------------------------------------------
 */

static const char *quantity_of(const drivers *d)
{
    const char *statistic = atn_text_of(d->a.goal, "statistic");
    if (strcmp(statistic, "total") == 0 || strcmp(statistic, "rolling_total") == 0) return "total";
    return strcmp(statistic, "level") == 0 ? "level" : "best value";
}

static void say_mover(atn_text *out, const drivers *d, const mover *m)
{
    if (!m->report) {
        if (m->together == 2)
            atn_text_add(out, "both figures of ");
        else
            atn_text_printf(out, "all %zu figures of ", m->together);
        atn_escape_plain(out, m->source);
        return;
    }
    /* What tells reports apart comes first: the end may be cut off. */
    atn_say_report_date(out, m->report);
    atn_text_add(out, ": ");
    atn_say_statement(out, d->root, m->report);
    if (m->together > 1) atn_text_printf(out, " and %zu more", m->together - 1);
    if (!*atn_text_of(m->report, "source")) return;
    atn_text_add(out, ", ");
    atn_escape_plain(out, atn_text_of(m->report, "source"));
}

static void say_change(atn_text *out, const drivers *d, double change)
{
    atn_text_add(out, change < 0 ? "\xe2\x88\x92" : "+");
    if (!d->of_quantity || d->a.share) {
        atn_text_grouped(out, 100 * fabs(change), 1);
        atn_text_add(out, " points");
    } else {
        atn_say_estimate(out, fabs(change));
    }
}

/* "31 %, -9.4 points" */
static void say_effect(atn_text *out, const drivers *d, const mover *m)
{
    if (!d->of_quantity) {
        atn_say_percent(out, fmin(fmax(d->chance + m->change, 0.0), 1.0));
        atn_text_add(out, ", ");
    }
    say_change(out, d, m->change);
}

static void say_headline(atn_text *out, const drivers *d)
{
    atn_say_goal(out, d->root, &d->a);
    atn_text_add(out, ": ");
    if (d->n_parts) {
        atn_text_add(out, "what matters most is ");
        atn_text_add(out, PARTS[d->parts[0].kind].words);
        atn_text_add(out, ", ");
        atn_say_percent(out, d->parts[0].share);
        atn_text_add(out, " of the spread");
    } else if (d->n_movers) {
        say_change(out, d, d->movers[0].change);
        atn_text_add(out, " without ");
        say_mover(out, d, &d->movers[0]);
    } else {
        atn_text_add(out, "no one report decides it");
    }
}

static void say_below(atn_text *out, const drivers *d)
{
    if (d->n_parts)
        atn_text_printf(out, "Shares of the variance of the %s%s by the deadline, and what ",
                        quantity_of(d), d->log_scale ? " (of its logarithm)" : "");
    else
        atn_text_add(out, "What ");
    if (d->of_quantity)
        atn_text_printf(out, "the %s would gain or lose", quantity_of(d));
    else
        atn_text_add(out, "the chance would be");
    atn_text_add(out, " without a report");
    const size_t before = out->length;
    atn_text_add(out, " (counted as ");
    const size_t named = out->length;
    atn_say_which(out, &d->a);
    if (out->length > named) {
        atn_text_add(out, ")");
    } else if (out->data && !out->failed) {
        out->length = before;
        out->data[before] = '\0';
    }
    if (d->a.series) atn_say_sources(out, d->root, atn_text_of(d->a.series, "id"));
    atn_say_published(out, d->root);
}

static void say_foot(atn_text *out, const drivers *d)
{
    if (d->n_movers)
        atn_text_add(out,
                     "Thin lines: twice the Monte Carlo error either way; what moves it by less "
                     "is left out.");
    if (d->n_more)
        atn_text_printf(out, " And %zu more, each of which moves it by less.", d->n_more);
    if (d->n_untold)
        atn_text_printf(out, "%s%zu report%s cannot be judged by these draws.",
                        d->n_movers || d->n_more ? " " : "", d->n_untold,
                        d->n_untold == 1 ? "" : "s");
}

static void say_second(atn_text *out, const drivers *d)
{
    if (d->of_quantity) {
        atn_text_printf(out, "Change of the %s, were it left out", quantity_of(d));
    } else {
        atn_text_add(out, "Chance without it; with all reports ");
        atn_say_percent(out, d->chance);
        atn_text_add(out, ", ");
        atn_escape_plain(out, atn_text_of(d->a.reading, "words"));
    }
}

static void say_alt(atn_text *out, const drivers *d, const atn_chart *chart)
{
    atn_text_add(out, atn_words(&chart->headline));
    for (size_t k = 0; k < d->n_parts; k++) {
        atn_text_add(out, k ? "; " : ". Shares of the spread: ");
        atn_text_add(out, PARTS[d->parts[k].kind].words);
        atn_text_add(out, " ");
        atn_say_percent(out, d->parts[k].share);
    }
    atn_text_add(out, ". ");
    say_second(out, d);
    for (size_t k = 0; k < d->n_movers; k++) {
        atn_text_add(out, k ? "; without " : ": without ");
        say_mover(out, d, &d->movers[k]);
        atn_text_add(out, " \xe2\x80\x93 ");
        say_effect(out, d, &d->movers[k]);
    }
    if (!d->n_movers)
        atn_text_add(out, d->n_untold ? ": these draws cannot judge it"
                                      : ": no report moves it by twice its Monte Carlo error");
    atn_text_add(out, ".");
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

/* Text last: where gnuplot reads quotes otherwise than we write them, no number moves. */
static void write_data(atn_text *out, const drivers *d)
{
    atn_text words;
    atn_text_init(&words, out->ctx);
    atn_text_add(out, "panel,height,value,error,name\n");
    for (size_t k = 0; k < d->n_parts; k++) {
        atn_text_add(out, "1,");
        atn_text_number(out, (double)(d->n_parts - k) - 0.5);
        atn_text_add(out, ",");
        atn_add_plotted(out, d->parts[k].share);
        atn_text_printf(out, ",,%s\n", PARTS[d->parts[k].kind].name);
    }
    for (size_t k = 0; k < d->n_movers; k++) {
        atn_words_clear(&words);
        say_mover(&words, d, &d->movers[k]);
        atn_text_add(out, "2,");
        atn_text_number(out, (double)(d->n_movers - k) - 0.5);
        atn_text_add(out, ",");
        atn_add_plotted(out, d->movers[k].change);
        atn_text_add(out, ",");
        atn_add_plotted(out, d->movers[k].mcse);
        atn_text_add(out, ",");
        atn_escape_csv(out, atn_words(&words));
        atn_text_add(out, "\n");
    }
    if (words.failed) out->failed = true;
    atn_text_free(&words);
}

static void add_row(atn_frame *f, double y, const char *label, const char *number)
{
    const atn_words_style name = {11.0, false, "c_text", "right", LABELS - SIDE - 14.0};
    const atn_words_style value = {11.0, true, "c_mark", "left", NUMBERS - 24.0};
    atn_place_words(f, label, f->left - 12.0, y, &name);
    atn_place_words(f, number, f->right + 12.0, y, &value);
}

static void add_heading(atn_frame *f, const char *text, double y)
{
    const atn_words_style style = {12.0, true, "c_mark", "left", f->width - 2 * SIDE};
    atn_place_words(f, text, SIDE, y, &style);
}

static void set_range(atn_frame *f, const char *axis, double low, double high)
{
    atn_text *s = &f->chart->script;
    atn_text_printf(s, "set %srange [", axis);
    atn_add_plotted(s, low);
    atn_text_add(s, ":");
    atn_add_plotted(s, high);
    atn_text_add(s, "]\n");
}

static void draw_parts(atn_frame *f, const drivers *d, double top)
{
    const double bottom = top - d->row * (double)d->n_parts;
    atn_text text;
    atn_text_init(&text, f->ctx);
    atn_text_printf(&text, "Where the spread of the %s comes from", quantity_of(d));
    add_heading(f, atn_words(&text), top + 14.0);
    for (size_t k = 0; k < d->n_parts; k++) {
        atn_words_clear(&text);
        atn_say_percent(&text, d->parts[k].share);
        add_row(f, top - d->row * ((double)k + 0.5), PARTS[d->parts[k].kind].label,
                atn_words(&text));
    }
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    set_range(f, "x", 0.0, fmax(0.5, d->parts[0].share));
    set_range(f, "y", 0.0, (double)d->n_parts);
    atn_frame_plot(f,
                   "'%s.csv' skip 1 using ($1==1 ? 0 : NaN):2:(0):3:($2-0.36):($2+0.36) with "
                   "boxxyerror fs solid 1.0 noborder lc rgb c_band50",
                   f->chart->name);
    atn_panel_draw(f, bottom, top);
}

static bool any_sign(const drivers *d, int sign)
{
    for (size_t k = 0; k < d->n_movers; k++)
        if ((d->movers[k].change < 0) == (sign < 0)) return true;
    return false;
}

static void draw_movers(atn_frame *f, const drivers *d, double top)
{
    const double bottom = top - d->row * (double)d->n_movers;
    double low = 0, high = 0;
    atn_text text, *s = &f->chart->script;
    atn_text_init(&text, f->ctx);
    say_second(&text, d);
    add_heading(f, atn_words(&text), top + 14.0);
    for (size_t k = 0; k < d->n_movers; k++) {
        const mover *m = &d->movers[k];
        atn_text label;
        atn_text_init(&label, f->ctx);
        say_mover(&label, d, m);
        atn_words_clear(&text);
        say_effect(&text, d, m);
        atn_capitalise(&label, 0);
        add_row(f, top - d->row * ((double)k + 0.5), atn_words(&label), atn_words(&text));
        if (label.failed) s->failed = true;
        atn_text_free(&label);
        low = fmin(low, m->change - 2.0 * m->mcse);
        high = fmax(high, m->change + 2.0 * m->mcse);
    }
    if (text.failed) s->failed = true;
    atn_text_free(&text);
    const double room = 0.03 * (high - low);
    set_range(f, "x", low - room, high + room);
    set_range(f, "y", 0.0, (double)d->n_movers);
    atn_text_add(s, "set arrow from 0, graph 0 to 0, graph 1 nohead front lt 1 lw 1.2 lc rgb "
                    "c_rule\n");
    static const char *const signs[][2] = {{"<0", "c_goal"}, {">=0", "c_line"}};
    const bool any[] = {any_sign(d, -1), any_sign(d, 1)};
    for (size_t k = 0; k < 2; k++) {
        if (!any[k]) continue; /* gnuplot warns of a part without a point */
        atn_frame_plot(f,
                       "'%s.csv' skip 1 using ($1==2 && $3%s ? 0 : NaN):2:(0):3:($2-0.36):"
                       "($2+0.36) with boxxyerror fs solid 1.0 noborder lc rgb %s",
                       f->chart->name, signs[k][0], signs[k][1]);
    }
    atn_frame_plot(f,
                   "'%s.csv' skip 1 using ($1==2 ? $3-2*$4 : NaN):2:(4*$4):(0) with vectors "
                   "nohead lt 1 lw 1.2 lc rgb c_mark",
                   f->chart->name);
    atn_panel_draw(f, bottom, top);
}

static void compose(atn_frame *f, drivers *d)
{
    atn_text text;
    atn_panels_open(f);
    atn_text_add(&f->chart->script, "set border 0\nunset grid\nunset xtics\nunset ytics\n");
    atn_text_init(&text, f->ctx);
    say_below(&text, d);
    atn_frame_head(f, atn_words(&text));
    atn_words_clear(&text);
    say_foot(&text, d);
    atn_frame_foot(f, atn_words(&text));
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    f->left = LABELS;
    f->right = f->width - NUMBERS;
    double top = f->top - 24.0;
    const double gap = d->n_parts && d->n_movers ? GAP : 0.0;
    const double room = top - (f->bottom - 36.0) - gap; /* no axis stands below */
    d->row = fmin(fmax(room / (double)(d->n_parts + d->n_movers), LOW_ROW), HIGH_ROW);
    if (d->n_parts) {
        draw_parts(f, d, top);
        top -= d->row * (double)d->n_parts + GAP;
    }
    if (d->n_movers) draw_movers(f, d, top);
    atn_panels_close(f);
}

void atn_chart_drivers(atn_chart_list *list, const atn_node *root, const atn_node *goal)
{
    drivers d = {.root = root, .why = atn_node_get(root, "why")};
    atn_frame f;
    choose_answer(&d, goal);
    if (!d.part_node) return;
    read_parts(&d);
    read_movers(&d);
    if (d.n_parts + d.n_movers == 0) return;
    atn_chart *chart = atn_chart_add(list, "drivers", atn_text_of(goal, "id"));
    if (!chart) return;
    say_headline(&chart->headline, &d);
    const double rows = ROW * (double)(d.n_parts + d.n_movers);
    atn_frame_open(&f, list->ctx, root, chart, WIDTH,
                   rows + (d.n_parts && d.n_movers ? GAP : 0.0) + 200.0);
    write_data(&chart->data, &d);
    compose(&f, &d);
    say_alt(&chart->alt, &d, chart);
}
