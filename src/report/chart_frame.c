/* One panel: head, foot, axes, labels in the margin, and the script around them. */
#include "chart_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const double SIDE = 24.0, HEAD_SIZE = 17.0, BELOW_SIZE = 12.0, FOOT_SIZE = 10.5;
static const double NOTE_SIZE = 11.5, NOTE_GAP = 15.0, RIGHT_ROOM = 196.0;
static const double LINE = 1.32; /* heights of text from line to line */

const char *const atn_line_colors[ATN_LINE_COLORS] = {"c_line", "c_orange", "c_green", "c_pink",
                                                      "c_sky",  "c_mark",   "c_brown", "c_rule"};
const char *const atn_line_inks[ATN_LINE_COLORS] = {"c_line",       "c_orange_text", "c_green_text",
                                                    "c_pink_text",  "c_sky_text",    "c_mark",
                                                    "c_brown_text", "c_quiet"};

static void number(atn_text *out, double value)
{
    atn_text_number(out, isfinite(value) ? value : 0.0);
}

void atn_add_day(atn_text *out, atn_day day)
{
    char text[ATN_DATE_SIZE];
    atn_date_format(day, text);
    atn_text_printf(out, "'%s'", text);
}

static void open_frame(atn_frame *f, attain_context *ctx, const atn_node *root, atn_chart *chart,
                       double width, double height, bool free)
{
    const atn_look *look = chart->look ? chart->look : &atn_web_look;
    atn_look_layout(look, free, &width, &height);
    *f = (atn_frame){.ctx = ctx,
                     .root = root,
                     .chart = chart,
                     .look = look,
                     .free = free,
                     .width = width,
                     .height = height};
    f->left = 74.0;
    f->right = width - RIGHT_ROOM;
    f->top = height - 100.0;
    f->bottom = 86.0;
    atn_text_init(&f->plot, ctx);
    atn_text_printf(&chart->script,
                    "# Redraw with: gnuplot %s.gp (gnuplot 5.4; reads %s.csv beside it)\n",
                    chart->name, chart->name);
    atn_look_head(look, &chart->script);
}

void atn_frame_open(atn_frame *f, attain_context *ctx, const atn_node *root, atn_chart *chart,
                    double width, double height)
{
    open_frame(f, ctx, root, chart, width, height, false);
}

void atn_frame_open_free(atn_frame *f, attain_context *ctx, const atn_node *root, atn_chart *chart,
                         double width, double height)
{
    open_frame(f, ctx, root, chart, width, height, true);
}

void atn_frame_set_height(atn_frame *f, double height)
{
    const double before = f->width;
    atn_look_layout(f->look, false, &f->width, &height);
    f->right += f->width - before;
    f->top += height - f->height;
    f->height = height;
}

void atn_frame_label(atn_frame *f, const char *text, const char *place, double size,
                     const char *color, const char *align)
{
    atn_text *s = &f->chart->script;
    char digits[64];
    atn_number_fixed(size, 1, digits);
    atn_text_add(s, "set label ");
    atn_escape_gnuplot(s, text);
    atn_text_printf(s, " at %s %s front noenhanced font ',%s' textcolor rgb %s\n", place, align,
                    digits, color);
}

/* The most lines that a text of the head or the foot gets; what is longer is cut, and stands whole
 * in the description. */
enum { MOST_LINES = 5 };

static size_t count_lines(const char *text, double size, bool bold, double room)
{
    size_t lines = 0;
    for (; *text && lines < MOST_LINES; lines++) {
        text += atn_text_fit(text, size, bold, room);
        while (*text == ' ') text++;
    }
    return lines;
}

/* The narrowest column that needs no more lines: no single word is left to the last one. */
static double balanced(const char *text, double size, bool bold, double room)
{
    const size_t lines = count_lines(text, size, bold, room);
    if (lines < 2 || lines == MOST_LINES) return room;
    double narrow = room;
    while (narrow > 0.4 * room && count_lines(text, size, bold, narrow - 8.0) == lines)
        narrow -= 8.0;
    return narrow;
}

static void add_line(atn_frame *f, const char *text, size_t n, bool cut, double y, double size,
                     bool bold, const char *color)
{
    atn_text line, *s = &f->chart->script;
    char digits[64];
    atn_text_init(&line, f->ctx);
    atn_text_add_bytes(&line, text, n);
    if (cut) atn_text_add(&line, "\xe2\x80\xa6");
    atn_number_fixed(size, 1, digits);
    atn_text_add(s, "set label ");
    atn_escape_gnuplot(s, line.data ? line.data : "");
    atn_text_add(s, " at screen ");
    number(s, SIDE / f->width);
    atn_text_add(s, ", screen ");
    number(s, y / f->height);
    atn_text_printf(s, " left front noenhanced font %s.',%s' textcolor rgb %s\n",
                    bold ? "f_bold" : "f_plain", digits, color);
    if (line.failed) s->failed = true;
    atn_text_free(&line);
}

/* Lines of text downwards from `y` (pixels); returns where the next would stand. */
static double paragraph(atn_frame *f, const char *text, double y, double size, bool bold,
                        const char *color)
{
    const double room = balanced(text, size, bold, f->width - 2 * SIDE);
    for (size_t line = 1; *text && line <= MOST_LINES; line++) {
        size_t n = atn_text_fit(text, size, bold, room);
        const bool cut = line == MOST_LINES && text[n] != '\0';
        if (cut) n = atn_text_fit(text, size, bold, room - size);
        add_line(f, text, n, cut, y, size, bold, color);
        text += n;
        while (*text == ' ') text++;
        y -= size * LINE;
    }
    return y;
}

static const char WARNING[] = "Answer with warnings: a quality gate failed.";

double atn_frame_head_height(const atn_frame *f, const char *below)
{
    const char *headline = f->chart->headline.data ? f->chart->headline.data : "";
    const double room = f->width - 2 * SIDE;
    double height = 26.0 + LINE * HEAD_SIZE * (double)count_lines(headline, HEAD_SIZE, true, room);
    if (atn_gates_failed(f->root)) height += 1.0 + LINE * BELOW_SIZE;
    return height + 17.0 + LINE * BELOW_SIZE * (double)count_lines(below, BELOW_SIZE, false, room);
}

/* Long words must leave room for the plot: a slide grows (and all on it is smaller), a column of
 * print grows taller. */
static void make_room(atn_frame *f, const char *below)
{
    if (!f->free || f->look->size == ATTAIN_SIZE_WEB) return;
    for (int k = 0; k < 4 && atn_frame_head_height(f, below) > 0.29 * f->height; k++)
        atn_frame_set_height(f, round(1.1 * f->height));
}

void atn_frame_head(atn_frame *f, const char *below)
{
    atn_capitalise(&f->chart->headline, 0);
    make_room(f, below);
    const char *headline = f->chart->headline.data ? f->chart->headline.data : "";
    double y = paragraph(f, headline, f->height - 26.0, HEAD_SIZE, true, "c_ink");
    if (atn_gates_failed(f->root)) /* a picture travels alone */
        y = paragraph(f, WARNING, y - 1.0, BELOW_SIZE, true, "c_warning");
    y = paragraph(f, below, y - 1.0, BELOW_SIZE, false, "c_quiet");
    f->top = y - 16.0;
}

void atn_frame_foot(atn_frame *f, const char *text)
{
    const double lines = (double)count_lines(text, FOOT_SIZE, false, f->width - 2 * SIDE);
    const double height = lines * FOOT_SIZE * LINE;
    paragraph(f, text, height + 2.0, FOOT_SIZE, false, "c_quiet");
    f->bottom = 62.0 + height;
}

void atn_frame_margins(atn_frame *f)
{
    atn_text *s = &f->chart->script;
    const struct {
        const char *name;
        double at;
    } sides[] = {{"lmargin", f->left / f->width},
                 {"rmargin", f->right / f->width},
                 {"tmargin", f->top / f->height},
                 {"bmargin", f->bottom / f->height}};
    for (size_t i = 0; i < 4; i++) {
        atn_text_printf(s, "set %s at screen ", sides[i].name);
        number(s, sides[i].at);
        atn_text_add(s, "\n");
    }
}

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* By how much labels must thin out on a plot narrower than those the steps below are made for. */
static double crowding(const atn_frame *f)
{
    const double room = f->right - f->left;
    return room > 0 && room < 640.0 ? 640.0 / room : 1.0;
}

/* Months between tics, a divisor or multiple of 12, so that each labelled January stands. */
static int month_step(double months)
{
    static const int most[][2] = {{13, 1}, {26, 2}, {40, 3}, {80, 6}, {160, 12}, {400, 24}};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++)
        if (months <= most[i][0]) return most[i][1];
    return 120;
}

static void tic(atn_text *s, bool *any, atn_day day, const char *label, int year)
{
    atn_text_printf(s, "%s\"%s", *any ? ", " : "", label);
    if (year) atn_text_printf(s, "%s%d", *label ? "\\n" : "", year);
    atn_text_add(s, "\" ");
    atn_add_day(s, day);
    *any = true;
}

static void short_tics(atn_text *s, atn_day first, atn_day last, double crowded)
{
    bool any = false;
    const double days = (double)(last - first) * crowded;
    const int step = days > 35 ? 14 : days > 16 ? 7 : days > 9 ? 2 : 1;
    for (atn_day day = first; day <= last; day += step) {
        int y, m, d;
        char label[16];
        atn_date_parts(day, &y, &m, &d);
        snprintf(label, sizeof label, "%d %s", d, MONTHS[m - 1]);
        tic(s, &any, day, label, any ? 0 : y);
    }
}

static void month_tics(atn_text *s, atn_day first, atn_day last, double crowded)
{
    int y, m, d, year, month;
    bool any = false;
    atn_date_parts(first, &year, &month, &d);
    atn_date_parts(last, &y, &m, &d);
    const int step = month_step(((y - year) * 12 + m - month + 1) * crowded);
    if (atn_date_from_parts(year, month, 1) < first) month++;
    for (;; month++) {
        if (month > 12) year++, month -= 12;
        const atn_day day = atn_date_from_parts(year, month, 1);
        if (day > last) break;
        if (step <= 12 ? (month - 1) % step : month != 1 || year % (step / 12)) continue;
        tic(s, &any, day, step >= 12 ? "" : MONTHS[month - 1], !any || month == 1 ? year : 0);
    }
}

void atn_frame_dates(atn_frame *f, atn_day first, atn_day last)
{
    atn_text *s = &f->chart->script;
    f->first = first;
    f->last = last > first ? last : first + 1;
    atn_text_add(s, "set xdata time\nset timefmt '%Y-%m-%d'\nset xrange [");
    atn_add_day(s, f->first);
    atn_text_add(s, ":");
    atn_add_day(s, f->last);
    atn_text_add(s, "]\nset xtics (");
    if (f->last - f->first < 75)
        short_tics(s, f->first, f->last, crowding(f));
    else
        month_tics(s, f->first, f->last, crowding(f));
    atn_text_add(s, ")\n");
}

double atn_nice_step(double span, int parts)
{
    const double raw = span / parts;
    if (!(raw > 0) || !isfinite(raw)) return 1.0;
    const double unit = pow(10.0, floor(log10(raw)));
    const double mantissa = raw / unit;
    return unit * (mantissa <= 1     ? 1
                   : mantissa <= 2   ? 2
                   : mantissa <= 2.5 ? 2.5
                   : mantissa <= 5   ? 5
                                     : 10);
}

void atn_frame_values(atn_frame *f, double low, double high, bool share)
{
    atn_text *s = &f->chart->script;
    if (!(high > low)) high = low + 1.0;
    const double step = atn_nice_step(high - low, 5);
    const double from = ceil(low / step - 1e-9) * step;
    f->low = low;
    f->high = high;
    f->share = share;
    atn_text_add(s, "set yrange [");
    number(s, f->low);
    atn_text_add(s, ":");
    number(s, f->high);
    atn_text_add(s, "]\nset ytics (");
    double widest = 0;
    for (int k = 0; k < 40 && from + k * step <= high + 1e-9 * step; k++) {
        const double at = from + k * step;
        atn_text_add(s, k ? ", '" : "'");
        const size_t before = s->length;
        atn_say_value(s, fabs(at) < 1e-9 * step ? 0.0 : at, share, true);
        if (s->data && !s->failed)
            widest = fmax(widest,
                          atn_text_width(s->data + before, s->length - before, BELOW_SIZE, false));
        /* Tic labels are printf formats: the percent sign ours end with is doubled. */
        atn_text_add(s, share ? "%' " : "' ");
        number(s, at);
    }
    atn_text_add(s, ")\n");
    f->left = fmax(f->left, widest + 16.0);
}

bool atn_frame_note_fits(const atn_frame *f, const atn_text *text)
{
    const double room = f->width - f->right - 16.0;
    return text->data && atn_text_width(text->data, text->length, NOTE_SIZE, false) <= room;
}

/* What has no room is cut: before its last part, which often tells it from its like, where that is
 * short. */
static void cut_note(char *out, size_t size, const char *text, double room)
{
    static const char ellipsis[] = "\xe2\x80\xa6";
    const char *tail = "";
    for (const char *s = strstr(text, ", "); s; s = strstr(s + 1, ", ")) tail = s;
    if (atn_text_width(tail, strlen(tail), NOTE_SIZE, false) > 0.5 * room || strlen(tail) > 40)
        tail = "";
    const double left = room - NOTE_SIZE - atn_text_width(tail, strlen(tail), NOTE_SIZE, false);
    size_t n = atn_text_cut(text, NOTE_SIZE, false, left);
    const size_t most = size - strlen(tail) - sizeof ellipsis;
    if (n > most) n = most;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) n--;
    while (n > 0 && strchr(" (,", text[n - 1])) n--;
    snprintf(out, size, "%.*s%s%s", (int)n, text, ellipsis, tail);
}

void atn_frame_note(atn_frame *f, double y, const char *color, int rank, const atn_text *text)
{
    if (f->n_notes == ATN_MAX_NOTES || !isfinite(y) || y > f->high || y < f->low || !text->data)
        return;
    atn_margin_note *note = &f->notes[f->n_notes];
    const double room = f->width - f->right - 16.0;
    if (text->length >= sizeof note->text || !atn_frame_note_fits(f, text))
        cut_note(note->text, sizeof note->text, text->data, room);
    else
        snprintf(note->text, sizeof note->text, "%s", text->data);
    note->y = y;
    note->color = color;
    note->rank = rank;
    f->n_notes++;
}

static void sort_notes(atn_frame *f)
{
    for (size_t i = 1; i < f->n_notes; i++) {
        const atn_margin_note note = f->notes[i];
        size_t k = i;
        for (; k > 0 && f->notes[k - 1].y > note.y; k--) f->notes[k] = f->notes[k - 1];
        f->notes[k] = note;
    }
}

/* Drops what collides with something of better rank, worst rank first. */
static void thin_notes(atn_frame *f, double gap)
{
    for (int rank = 9; rank > 0; rank--)
        for (size_t i = 0; i < f->n_notes;) {
            bool collides = false;
            for (size_t k = 0; k < f->n_notes && f->notes[i].rank == rank; k++)
                collides |= k != i && f->notes[k].rank <= rank &&
                            fabs(f->notes[k].y - f->notes[i].y) < gap &&
                            (f->notes[k].rank < rank || k < i);
            if (!collides) {
                i++;
                continue;
            }
            memmove(&f->notes[i], &f->notes[i + 1], (f->n_notes - i - 1) * sizeof *f->notes);
            f->n_notes--;
        }
}

/* More notes than the margin is high: of the two that are closest, the upper one goes. */
static void drop_closest(atn_frame *f)
{
    size_t closest = 1;
    for (size_t i = 2; i < f->n_notes; i++)
        if (f->notes[i].y - f->notes[i - 1].y < f->notes[closest].y - f->notes[closest - 1].y)
            closest = i;
    memmove(&f->notes[closest], &f->notes[closest + 1],
            (f->n_notes - closest - 1) * sizeof *f->notes);
    f->n_notes--;
}

double atn_frame_note_gap(const atn_frame *f)
{
    return NOTE_GAP * (f->high - f->low) / (f->top - f->bottom);
}

void atn_frame_place_notes(atn_frame *f)
{
    const double gap = atn_frame_note_gap(f);
    sort_notes(f);
    thin_notes(f, gap);
    while (f->n_notes > 1 && (double)(f->n_notes - 1) * gap > f->high - f->low) drop_closest(f);
    /* What is left is pushed apart: upwards, then back down from the upper edge. */
    for (size_t i = 1; i < f->n_notes; i++)
        f->notes[i].y = fmax(f->notes[i].y, f->notes[i - 1].y + gap);
    double limit = f->high;
    for (size_t i = f->n_notes; i-- > 0; limit = f->notes[i].y - gap)
        f->notes[i].y = fmin(f->notes[i].y, limit);
    for (size_t i = 0; i < f->n_notes; i++) {
        char place[96], digits[ATN_NUMBER_SIZE];
        atn_number_format(f->notes[i].y, digits);
        snprintf(place, sizeof place, "graph 1, first %s", digits);
        atn_text *s = &f->chart->script;
        atn_text_add(s, "set label ");
        atn_escape_gnuplot(s, f->notes[i].text);
        atn_text_printf(s,
                        " at %s left front noenhanced offset character 0.8, 0 font ',11.5' "
                        "textcolor rgb %s\n",
                        place, f->notes[i].color);
    }
}

void atn_frame_plot(atn_frame *f, const char *format, ...)
{
    char part[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(part, sizeof part, format, arguments);
    va_end(arguments);
    atn_text_add(&f->plot, f->n_parts++ ? ", \\\n     " : "plot ");
    atn_text_add(&f->plot, part);
}

void atn_frame_close(atn_frame *f)
{
    atn_text *s = &f->chart->script;
    bool drawn = false;
    atn_frame_place_rules(f);
    atn_frame_margins(f);
    for (size_t i = 0; i < 3; i++) {
        if (!(f->look->pictures & (unsigned)atn_picture_kinds[i].bit)) continue;
        atn_look_terminal(f, atn_picture_kinds[i].bit);
        atn_text_add(s, drawn || !f->plot.data ? "replot" : f->plot.data);
        atn_text_add(s, "\n");
        drawn = true;
    }
    if (f->plot.failed) s->failed = true;
    atn_text_add(s, "set output\n");
    atn_text_free(&f->plot);
}

bool atn_study_days(const atn_node *root, atn_day *origin, atn_day *as_of, atn_day *horizon)
{
    const atn_node *study = atn_node_get(root, "study");
    return atn_iso_day(atn_node_text(atn_node_get(study, "origin")), origin) &&
           atn_iso_day(atn_node_text(atn_node_get(study, "as_of")), as_of) &&
           atn_iso_day(atn_node_text(atn_node_get(study, "horizon")), horizon);
}

void atn_say_sources(atn_text *out, const atn_node *root, const char *series)
{
    enum { SHOWN = 3, KNOWN = 64 };
    const char *names[KNOWN];
    size_t n = 0, reports = 0;
    const atn_node *list = atn_node_get(root, "reports");
    for (const atn_node *r = atn_node_first(list); r && n < KNOWN; r = atn_node_next(r)) {
        const char *name = atn_node_text(atn_node_get(r, "source"));
        if (strcmp(atn_node_text(atn_node_get(r, "series")), series) != 0 ||
            !atn_node_true(atn_node_get(r, "used")))
            continue;
        reports++;
        bool seen = !*name;
        for (size_t i = 0; i < n && !seen; i++) seen = strcmp(names[i], name) == 0;
        if (!seen) names[n++] = name;
    }
    if (reports == 0) atn_text_add(out, ". No report of its own");
    if (n > 0) atn_text_add(out, ". Source: ");
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        const bool last = i + 1 == n && i > 0;
        atn_text_add(out, i == 0 ? "" : last ? " and " : ", ");
        atn_escape_plain(out, names[i]);
    }
    if (n > SHOWN) atn_text_printf(out, " and %zu more", n - SHOWN);
}
