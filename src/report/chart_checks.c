/* Chart 9: each report of a series beside what the model predicts for it, and where the reports
 * fall when each is predicted from all others (the probability integral transform: even where the
 * model knows how far it can be wrong). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart_place.h"

enum { FEWEST = 3, MOST_ROWS = 40, FEW_FOR_BINS = 10, MANY = 20, N_FITTED = 5 };
static const char *const FITTED[N_FITTED] = {"0.05", "0.25", "0.5", "0.75", "0.95"};
static const double WIDTH = 960.0, SIDE = 24.0, ROW = 15.5, TALL_ROW = 24.0, DATE = 82.0,
                    SOURCE = 136.0;
static const double STATEMENT = 138.0, BESIDE = 232.0, BINS_HEIGHT = 120.0, FOOT = 72.0,
                    TIC_ROOM = 64.0;
static const double NARROWEST = 150.0; /* bars that can still be read */
static const double FURTHEST = 150.0;  /* percent: where the scale ends at the latest */

/* How a value stands beside the median predicted for it. */
typedef enum measure { PERCENT, POINTS, AMOUNT } measure;

typedef struct check_row {
    const atn_node *report;
    const char *date;
    /* As deviations from the median predicted: what is stated, and all that it may mean. */
    double fitted[N_FITTED], mark, low, high; /* open ends infinite */
    double tail, pit;
    bool outside, shown;
} check_row;

typedef struct sheet {
    attain_context *ctx;
    const atn_node *root, *series;
    measure measure;
    check_row *rows;
    bool beside; /* there is room for the histogram beside the bars */
    size_t n, n_shown, n_inside, n_half, n_pit, n_pit90, n_pit50;
    double low, high, row; /* row: pixels */
    size_t n_beyond;       /* marks beyond the scale */
} sheet;

/* ---- data --------------------------------------------------------------------------------------
 */

static bool belongs(const sheet *s, const atn_node *report)
{
    return atn_node_true(atn_node_get(report, "used")) &&
           strcmp(atn_text_of(report, "series"), atn_text_of(s->series, "id")) == 0 &&
           isfinite(atn_node_number(atn_node_path(report, "fitted/0.5")));
}

static double deviation(measure m, double value, double median)
{
    return m == PERCENT  ? 100.0 * (value / median - 1.0)
           : m == POINTS ? 100.0 * (value - median)
                         : value - median;
}

/* What the report says, as an interval: an exact figure is a point, "over" has no upper end but
 * what its wording implies. */
static void read_statement(const sheet *s, check_row *r, double median)
{
    const char *relation = atn_text_of(r->report, "relation");
    const double value = atn_number_of(r->report, "value");
    const double upper = atn_number_of(r->report, "upper");
    const atn_node *implied = atn_node_get(r->report, "implied");
    double ends[2] = {NAN, NAN};
    (void)atn_node_numbers(implied, ends, 2);
    const bool up = strcmp(relation, "over") == 0 || strcmp(relation, "at_least") == 0;
    const bool down = strcmp(relation, "nearly") == 0 || strcmp(relation, "at_most") == 0;
    double low = value, high = isfinite(upper) ? upper : value;
    if (up) high = isfinite(ends[1]) ? ends[1] : INFINITY;
    if (down) low = isfinite(ends[0]) ? ends[0] : -INFINITY;
    r->mark = deviation(s->measure, value, median);
    r->low = isfinite(low) ? deviation(s->measure, low, median) : -INFINITY;
    r->high = isfinite(high) ? deviation(s->measure, high, median) : INFINITY;
}

static void read_row(const sheet *s, check_row *r, const atn_node *report)
{
    const atn_node *fitted = atn_node_get(report, "fitted");
    const double median = atn_number_of(fitted, "0.5");
    *r = (check_row){.report = report, .date = atn_text_of(report, "end"), .shown = true};
    for (size_t k = 0; k < N_FITTED; k++)
        r->fitted[k] = deviation(s->measure, atn_number_of(fitted, FITTED[k]), median);
    read_statement(s, r, median);
    r->tail = atn_number_of(report, "tail_probability");
    r->pit = atn_node_number(atn_node_path(report, "loo/pit"));
    r->outside = r->tail < 0.1;
}

static int by_tail(const void *a, const void *b)
{
    const check_row *x = a, *y = b;
    if (x->tail < y->tail || x->tail > y->tail) return x->tail < y->tail ? -1 : 1;
    return atn_number_of(x->report, "row") < atn_number_of(y->report, "row") ? -1 : 1;
}

static int by_date(const void *a, const void *b)
{
    const check_row *x = a, *y = b;
    if (x->shown != y->shown) return x->shown ? -1 : 1;
    const int order = strcmp(x->date, y->date); /* ISO dates sort as text */
    if (order != 0) return order;
    return atn_number_of(x->report, "row") < atn_number_of(y->report, "row") ? -1 : 1;
}

static void tally(sheet *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const check_row *r = &s->rows[i];
        s->n_inside += r->tail >= 0.1;
        s->n_half += r->tail >= 0.5;
        if (!isfinite(r->pit)) continue;
        s->n_pit++;
        s->n_pit90 += r->pit >= 0.05 && r->pit <= 0.95;
        s->n_pit50 += r->pit >= 0.25 && r->pit <= 0.75;
    }
}

/* The `most` reports furthest out, by date. */
static void show(sheet *s, size_t most)
{
    qsort(s->rows, s->n, sizeof *s->rows, by_tail);
    for (size_t i = 0; i < s->n; i++) s->rows[i].shown = i < most;
    s->n_shown = s->n < most ? s->n : most;
    qsort(s->rows, s->n, sizeof *s->rows, by_date);
}

/* False: out of memory. */
static bool gather(sheet *s)
{
    const atn_node *list = atn_node_get(s->root, "reports");
    size_t n = 0;
    bool positive = true;
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r)) {
        if (!belongs(s, r)) continue;
        n++;
        positive &= atn_node_number(atn_node_path(r, "fitted/0.5")) > 0;
    }
    if (n < FEWEST) return true;
    const bool share = strcmp(atn_text_of(s->series, "kind"), "share") == 0;
    s->measure = share ? POINTS : positive ? PERCENT : AMOUNT;
    s->rows = ATN_NEW_ARRAY(s->ctx, check_row, n);
    if (!s->rows) return false;
    for (const atn_node *r = atn_node_first(list); r; r = atn_node_next(r))
        if (belongs(s, r)) read_row(s, &s->rows[s->n++], r);
    tally(s);
    show(s, MOST_ROWS);
    return true;
}

static void choose_range(sheet *s)
{
    s->low = s->high = 0.0;
    s->n_beyond = 0;
    for (size_t i = 0; i < s->n_shown; i++) {
        const check_row *r = &s->rows[i];
        s->low = fmin(s->low, fmin(r->fitted[0], r->mark));
        s->high = fmax(s->high, fmax(r->fitted[N_FITTED - 1], r->mark));
    }
    if (s->measure == PERCENT) s->high = fmin(s->high, FURTHEST);
    const double room = 0.04 * (s->high - s->low);
    s->low -= room;
    s->high += room;
    for (size_t i = 0; i < s->n_shown; i++) s->n_beyond += s->rows[i].mark > s->high;
}

/* ---- words -------------------------------------------------------------------------------------
 */

/* A report helps to place its own range: where there are predictions without it, they are told. */
static void say_headline(atn_text *out, const sheet *s)
{
    atn_escape_plain(out, atn_text_of(s->series, "label"));
    atn_text_printf(out, ": %zu of %zu reports lie within the model\xe2\x80\x99s 90 %% range",
                    s->n_inside, s->n);
    if (s->n_pit)
        atn_text_printf(out, ", %zu of %zu where the other reports put them", s->n_pit90, s->n_pit);
}

static const char *axis_words(const sheet *s)
{
    return s->measure == PERCENT  ? "Each report, in % above or below the median predicted for it"
           : s->measure == POINTS ? "Each report, in points above or below the median predicted "
                                    "for it"
                                  : "Each report, less the median predicted for it";
}

static void say_below(atn_text *out, const sheet *s)
{
    atn_text_add(out, axis_words(s));
    atn_text_add(out, "; bars: the middle 50 and 90 % of predictions of such a report");
    atn_say_sources(out, s->root, atn_text_of(s->series, "id"));
    atn_say_published(out, s->root);
}

static void say_foot(atn_text *out, const sheet *s)
{
    atn_text_add(out,
                 "\xe2\x97\x8f as stated   \xe2\x96\xb2 over or at least   \xe2\x96\xbc nearly "
                 "or at most   \xe2\x97\x86 about   \xe2\x80\x94 a range   orange: outside "
                 "the 90 %.");
    if (s->n_beyond)
        atn_text_printf(out, " %zu mark%s beyond the scale, at its edge.", s->n_beyond,
                        s->n_beyond == 1 ? " lies" : "s lie");
    if (s->n > s->n_shown)
        atn_text_printf(out, " And %zu more reports, all nearer the middle.", s->n - s->n_shown);
}

static void say_coverage(atn_text *out, size_t inside, size_t n, int level)
{
    atn_text_printf(out, "%zu of %zu (", inside, n);
    atn_say_percent(out, (double)inside / (double)n);
    atn_text_printf(out, ") in the middle %d %%", level);
}

static void say_alt(atn_text *out, const sheet *s, const atn_chart *chart)
{
    size_t told = 0;
    atn_text_add(out, atn_words(&chart->headline));
    atn_text_printf(
        out,
        ". A row for each report, with the interval that the model predicts for it from "
        "all reports: %zu of %zu lie within its 90 %%, %zu within its 50 %%",
        s->n_inside, s->n, s->n_half);
    if (s->n_pit) {
        atn_text_add(out, ". Predicted from all other reports: ");
        say_coverage(out, s->n_pit90, s->n_pit, 90);
        atn_text_add(out, ", ");
        say_coverage(out, s->n_pit50, s->n_pit, 50);
    }
    for (size_t i = 0; i < s->n_shown && told < 5; i++) {
        const check_row *r = &s->rows[i];
        if (!r->outside) continue;
        atn_text_add(out, told++ ? "; " : ". Outside: ");
        atn_say_statement(out, s->root, r->report);
        if (*atn_text_of(r->report, "source")) {
            atn_text_add(out, " by ");
            atn_escape_plain(out, atn_text_of(r->report, "source"));
        }
        atn_text_add(out, " for ");
        atn_say_report_date(out, r->report);
    }
    if (s->n - s->n_inside > told) atn_text_printf(out, " and %zu more", s->n - s->n_inside - told);
    atn_text_add(out, ".");
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

static int mark_kind(const check_row *r)
{
    static const char *const kinds[][2] = {{"over", "1"},    {"at_least", "1"}, {"nearly", "2"},
                                           {"at_most", "2"}, {"about", "3"},    {"between", "4"}};
    const char *relation = atn_text_of(r->report, "relation");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(relation, kinds[i][0]) == 0) return kinds[i][1][0] - '0';
    return 0;
}

static void add_cell(atn_text *out, double value)
{
    atn_text_add(out, ",");
    atn_add_plotted(out, value);
}

static void write_data(atn_text *out, const sheet *s)
{
    const double edge = s->high - 0.01 * (s->high - s->low); /* what lies beyond, just inside */
    /* Text last: where gnuplot reads quotes otherwise than we write them, no number moves. */
    atn_text_add(out, "row,height,fitted0.05,fitted0.25,fitted0.75,fitted0.95,low,high,mark,kind,"
                      "outside,pit,end,source\n");
    for (size_t i = 0; i < s->n; i++) {
        const check_row *r = &s->rows[i];
        atn_text_printf(out, "%d,", (int)atn_number_of(r->report, "row"));
        if (r->shown) atn_text_number(out, (double)(s->n_shown - i) - 0.5);
        add_cell(out, r->fitted[0]);
        add_cell(out, r->fitted[1]);
        add_cell(out, r->fitted[3]);
        add_cell(out, r->fitted[4]);
        add_cell(out, fmin(fmax(r->low, s->low), edge));
        add_cell(out, fmin(fmax(r->high, s->low), edge));
        add_cell(out, fmin(r->mark, edge));
        atn_text_printf(out, ",%d,%d", mark_kind(r), r->outside);
        add_cell(out, r->pit);
        atn_text_add(out, ",");
        atn_escape_csv(out, r->date);
        atn_text_add(out, ",");
        atn_escape_csv(out, atn_text_of(r->report, "source"));
        atn_text_add(out, "\n");
    }
}

static void add_axis(atn_frame *f, const sheet *s)
{
    atn_text *t = &f->chart->script;
    const int parts = (int)fmin(6.0, fmax(2.0, (f->right - f->left) / TIC_ROOM));
    const double step = atn_nice_step(s->high - s->low, parts), from = ceil(s->low / step) * step;
    atn_text_add(t, "set xrange [");
    atn_text_number(t, s->low);
    atn_text_add(t, ":");
    atn_text_number(t, s->high);
    atn_text_add(t, "]\nset xtics (");
    for (int k = 0; k < 40 && from + k * step <= s->high; k++) {
        const double at = fabs(from + k * step) < 1e-9 * step ? 0.0 : from + k * step;
        atn_text_add(t, k ? ", '" : "'");
        if (at > 0) atn_text_add(t, "+");
        atn_say_exact(t, at);
        if (s->measure == PERCENT) atn_text_add(t, " %%"); /* a tic is a printf format */
        atn_text_add(t, "' ");
        atn_text_number(t, at);
    }
    atn_text_printf(t,
                    ")\nset grid xtics noytics lt 1 lw 0.75 lc rgb c_grid\nunset ytics\n"
                    "set yrange [0:%zu]\n",
                    s->n_shown);
}

/* Kinds that some shown row is of: gnuplot warns of a part without a point. */
static bool any_of(const sheet *s, int kind, bool outside)
{
    for (size_t i = 0; i < s->n_shown; i++)
        if (mark_kind(&s->rows[i]) == kind && s->rows[i].outside == outside) return true;
    return false;
}

static void plot_marks(atn_frame *f, const sheet *s)
{
    static const int points[] = {7, 9, 11, 13};
    static const char *const colors[] = {"c_mark", "c_goal"};
    const char *name = f->chart->name;
    atn_frame_plot(f,
                   "'%s.csv' skip 1 using 3:2:($6-$3):(0) with vectors nohead lw 8 lc rgb "
                   "c_band95",
                   name);
    atn_frame_plot(f,
                   "'%s.csv' skip 1 using 4:2:($5-$4):(0) with vectors nohead lw 8 lc rgb "
                   "c_band80",
                   name);
    for (int outside = 0; outside < 2; outside++) {
        if (any_of(s, 1, outside) || any_of(s, 2, outside) || any_of(s, 4, outside))
            atn_frame_plot(f,
                           "'%s.csv' skip 1 using ($11==%d && $10!=0 && $10!=3 ? $7 : NaN):2:"
                           "($8-$7):(0) with vectors nohead lt 1 lw 1.2 lc rgb %s",
                           name, outside, colors[outside]);
        for (int kind = 0; kind < 4; kind++)
            if (any_of(s, kind, outside))
                atn_frame_plot(
                    f,
                    "'%s.csv' skip 1 using ($11==%d && $10==%d ? $9 : NaN):2 with points "
                    "pt %d ps 0.62 lc rgb %s",
                    name, outside, kind, points[kind], colors[outside]);
    }
}

static void add_row_words(atn_frame *f, const sheet *s, double bottom)
{
    const atn_words_style date = {10.5, false, "c_quiet", "left", DATE - 4.0};
    const atn_words_style source = {10.5, false, "c_text", "left", SOURCE - 8.0};
    const atn_words_style value = {10.5, false, "c_mark", "right", STATEMENT - 6.0};
    atn_text text;
    atn_text_init(&text, f->ctx);
    for (size_t i = 0; i < s->n_shown; i++) {
        const check_row *r = &s->rows[i];
        const double y = bottom + s->row * ((double)(s->n_shown - i) - 0.5);
        atn_words_clear(&text);
        atn_say_report_date(&text, r->report);
        atn_place_words(f, atn_words(&text), SIDE, y, &date);
        atn_words_clear(&text);
        atn_escape_plain(&text, atn_text_of(r->report, "source"));
        atn_place_words(f, atn_words(&text), SIDE + DATE, y, &source);
        atn_words_clear(&text);
        atn_say_statement(&text, s->root, r->report);
        atn_place_words(f, atn_words(&text), f->left - 12.0, y, &value);
    }
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
}

static void draw_rows(atn_frame *f, const sheet *s)
{
    const double bottom = f->bottom, top = bottom + s->row * (double)s->n_shown;
    add_axis(f, s);
    add_row_words(f, s, bottom);
    atn_text_add(&f->chart->script,
                 "set arrow from 0, graph 0 to 0, graph 1 nohead back lt 1 lw 1.2 lc rgb c_rule\n");
    plot_marks(f, s);
    atn_panel_draw(f, bottom, top);
}

/* How many reports fall into each tenth (or fifth) of what the others predict. */
static void draw_bins(atn_frame *f, const sheet *s, double top)
{
    const int bins = s->n_pit >= MANY ? 10 : 5;
    double count[10] = {0}, most = (double)s->n_pit / bins;
    atn_text *t = &f->chart->script;
    for (size_t i = 0; i < s->n; i++) {
        const double pit = s->rows[i].pit;
        if (!isfinite(pit)) continue;
        const int bin = (int)(pit * bins);
        count[bin < bins ? bin : bins - 1] += 1.0;
    }
    for (int k = 0; k < bins; k++) most = fmax(most, count[k]);
    atn_text_add(t, "set xrange [0:1]\nset xtics ('lowest' 0, 'middle' 0.5, 'highest' 1)\n"
                    "unset grid\nset yrange [0:");
    atn_text_number(t, 1.25 * most);
    atn_text_printf(t,
                    "]\nset boxwidth 0.9/%d.0\nset arrow from 0, first %d/%d.0 to 1, first "
                    "%d/%d.0 nohead front ls 3\n",
                    bins, (int)s->n_pit, bins, (int)s->n_pit, bins);
    atn_frame_plot(f,
                   "'%s.csv' skip 1 using ((floor($12*%d.0*0.9999999)+0.5)/%d.0):(1) smooth "
                   "frequency with boxes fs solid 1.0 noborder lc rgb c_band50",
                   f->chart->name, bins, bins);
    atn_panel_draw(f, top - BINS_HEIGHT, top);
}

static void draw_beside(atn_frame *f, const sheet *s, double top)
{
    const double x = f->width - BESIDE + 24.0, room = f->width - x - 16.0;
    const atn_words_style title = {11.5, true, "c_mark", "left", room};
    const atn_words_style small = {10.5, false, "c_text", "left", room};
    const atn_words_style quiet = {10.5, false, "c_quiet", "left", room};
    const bool bins = s->n_pit >= FEW_FOR_BINS;
    atn_text text;
    if (!s->beside) return;
    double y = atn_place_lines(f, "Each predicted from all other reports", x, top - 8.0, 2, &title);
    atn_text_init(&text, f->ctx);
    say_coverage(&text, s->n_pit90, s->n_pit, 90);
    y = atn_place_lines(f, atn_words(&text), x, y - 2.0, 2, &small);
    atn_words_clear(&text);
    say_coverage(&text, s->n_pit50, s->n_pit, 50);
    y = atn_place_lines(f, atn_words(&text), x, y, 2, &small);
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    if (!bins) return;
    const double foot = y - 14.0 - BINS_HEIGHT - 34.0;
    (void)atn_place_lines(f,
                          "Reports by where they fall in the prediction; dotted: the even "
                          "spread of a model that knows its errors",
                          x, foot, 4, &quiet);
    f->left = x + 8.0;
    f->right = f->width - 30.0;
    draw_bins(f, s, y - 10.0);
}

static void compose(atn_frame *f, sheet *s)
{
    atn_text text;
    atn_panels_open(f);
    atn_text_init(&text, f->ctx);
    say_below(&text, s);
    atn_frame_head(f, atn_words(&text));
    atn_words_clear(&text);
    /* The picture may be lower than asked for. */
    const double fit = floor((f->top - FOOT) / ROW);
    if (fit < (double)s->n_shown) show(s, fit > FEWEST ? (size_t)fit : FEWEST);
    f->left = SIDE + DATE + SOURCE + STATEMENT;
    s->beside = s->n_pit && f->width - BESIDE - f->left >= NARROWEST;
    choose_range(s);
    write_data(&f->chart->data, s);
    say_foot(&text, s);
    atn_frame_foot(f, atn_words(&text));
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
    f->right = f->width - (s->beside ? BESIDE : SIDE);
    f->bottom -= 10.0; /* its tics are of one line */
    s->row = fmax(ROW, fmin(TALL_ROW, (f->top - 8.0 - f->bottom) / (double)s->n_shown));
    draw_rows(f, s);
    /* Head first, so that the words beside stand below it however high it is. */
    draw_beside(f, s, f->top);
    atn_panels_close(f);
}

void atn_chart_checks(atn_chart_list *list, const atn_node *root, const atn_node *series)
{
    sheet s = {.ctx = list->ctx, .root = root, .series = series};
    atn_frame f;
    if (!gather(&s)) {
        list->failed = true;
        return;
    }
    if (s.n >= FEWEST) {
        atn_chart *chart = atn_chart_add(list, "checks", atn_text_of(series, "id"));
        if (chart) {
            say_headline(&chart->headline, &s);
            const double rows = ROW * (double)s.n_shown;
            const double beside = s.n_pit >= FEW_FOR_BINS ? 300.0 : s.n_pit ? 80.0 : 0.0;
            atn_frame_open(&f, list->ctx, root, chart, WIDTH, fmax(rows, beside) + 212.0);
            compose(&f, &s);
            say_alt(&chart->alt, &s, chart);
        }
    }
    atn_free(s.ctx, s.rows);
}
