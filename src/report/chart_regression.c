/* A regression as a picture: data, curve and bands above, residuals below. */
#include "chart_regression.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "regression_words.h"

static const char BAND_NEW[] = "c_band95", BAND_CURVE[] = "c_band50", CURVE[] = "c_line";
static const double UPPER_GAP = 26.0, LOWER_HEIGHT = 130.0, LOWER_GAP = 44.0;

/* What was fitted: there is no curve to see where several columns explain. */
static const char *noun(const atn_regression_view *v)
{
    return v->kind == VIEW_FITTED ? "fitted value" : "curve";
}

/* ---- words ----------------------------------------------------------------------------------- */

/* Two digits, rounded up, so that what is said to be within it is. */
static void say_reach(atn_text *out, double reach)
{
    char digits[ATN_DIGITS_SIZE];
    const double unit = pow(10.0, atn_digits_exponent(reach, 2) - 1);
    const double up = reach > 0.0 ? ceil(reach / unit - 1e-6) * unit : 0.0;
    if (up >= 10000.0 && up < 1e9) {
        atn_text_grouped(out, up, 0);
        return;
    }
    atn_digits_short(up, 2, digits);
    atn_text_add(out, digits);
}

static void say_headline(atn_text *out, const atn_regression_view *v)
{
    const attain_regression *r = v->r;
    const size_t n = r->model.n_rows;
    /* A robust loss is asked for because of rows far off: it is the middle that counts. */
    const bool robust = r->settings.loss != ATTAIN_LOSS_SQUARES;
    if (r->posterior && !r->posterior->passed) {
        atn_text_add(out, "Not to be relied on: the sampler's draws failed a quality gate");
        return;
    }
    const double reach = atn_residual_reach(r, robust ? 0.5 : n < 20 ? 1.0 : 0.95);
    switch (r->answer.end.outcome) {
    case ATTAIN_REGRESSION_CONVERGED: break;
    case ATTAIN_REGRESSION_STALLED:
        atn_text_add(out, "No answer: the search stalled, and this is where it ended");
        return;
    case ATTAIN_REGRESSION_SINGULAR:
        atn_text_add(out, "No answer: the rows do not determine every parameter");
        return;
    case ATTAIN_REGRESSION_STEP_LIMIT:
        atn_text_add(out, "No answer: the search was still under way at its last step");
        return;
    }
    if (!isfinite(reach)) out->failed = true;
    if ((reach == 0.0 && !robust) || r->answer.residual_df <= 0) {
        atn_text_printf(out, "The %s passes through all ", noun(v));
        atn_text_grouped(out, (double)n, 0);
        atn_text_add(out, " values of ");
        atn_escape_plain(out, r->response_text);
        return;
    }
    atn_text_add(out, robust ? "Half of the " : n < 20 ? "All " : "19 in 20 of the ");
    atn_text_grouped(out, (double)n, 0);
    atn_text_add(out, " values of ");
    atn_escape_plain(out, r->response_text);
    atn_text_add(out, " lie within ");
    say_reach(out, reach);
    atn_text_printf(out, " of the %s", noun(v));
}

/* Formulas may be longer than a head has room for. */
static void say_below(atn_text *out, const atn_regression_view *v)
{
    enum { MOST = 170 };
    atn_say_equation(v->r, out);
    if (out->length > MOST && out->data && !out->failed) {
        size_t n = MOST;
        while (n > 0 && ((unsigned char)out->data[n] & 0xc0) == 0x80) n--;
        out->length = n;
        out->data[n] = '\0';
        atn_text_add(out, "\xe2\x80\xa6");
    }
    atn_text_add(out, "; ");
    atn_say_method(v->r, out);
}

static void say_foot(atn_text *out, const atn_regression_view *v)
{
    char level[ATN_DIGITS_SIZE];
    atn_say_level(v->r, level);
    if (v->bands)
        atn_text_printf(out,
                        "Bands: where the %s lies (dark) and where one new observation%s would lie "
                        "(light), with %s %% %s at any one place, if the formula is right.",
                        noun(v), v->r->settings.weights ? " of weight 1" : "", level,
                        v->r->posterior ? "probability" : "confidence");
    else if (v->r->answer.residual_df <= 0)
        atn_text_add(out, "There are no bands: as many parameters as rows leave no scatter to "
                          "judge by.");
    else
        atn_text_add(out, "There are no bands, since there is no answer.");
    if (v->stride < 2) return;
    atn_text_printf(out, " One in %zu of the ", v->stride);
    atn_text_grouped(out, (double)v->r->model.n_rows, 0);
    atn_text_add(out, " rows is drawn.");
}

static void say_place(atn_text *out, const atn_regression_view *v, double at)
{
    char text[ATN_DIGITS_SIZE];
    if (v->date) {
        char date[ATN_DATE_SIZE];
        atn_date_format(v->r->table->calendar.origin + (atn_day)floor(at), date);
        atn_say_date(out, date);
        return;
    }
    if (atn_number_format(at, text) > 8) atn_digits_short(at, 4, text);
    atn_text_add(out, text);
}

static void say_short(atn_text *out, double value)
{
    char text[ATN_DIGITS_SIZE];
    atn_digits_short(value, 3, text);
    atn_text_add(out, text);
}

static const char *x_label(const atn_regression_view *v)
{
    switch (v->kind) {
    case VIEW_COLUMN: return v->x->label;
    case VIEW_ROWS: return "row of the table";
    case VIEW_FITTED: break;
    }
    return "fitted value";
}

/* The greater of `reach` and a band's distance from its curve. */
static double wider(double reach, double curve, double low, double high)
{
    const double here = fmax(curve - low, high - curve);
    return isfinite(here) ? fmax(reach, here) : reach;
}

static void say_bands(atn_text *out, const atn_regression_view *v)
{
    double curve = 0.0, fresh = 0.0;
    char level[ATN_DIGITS_SIZE];
    if (!v->bands) return;
    for (size_t i = 0; i < v->n_grid; i++) {
        curve = wider(curve, v->curve[i], v->edges.curve_low[i], v->edges.curve_high[i]);
        fresh = wider(fresh, v->curve[i], v->edges.new_low[i], v->edges.new_high[i]);
    }
    atn_say_level(v->r, level);
    atn_text_printf(out, " The %s %% band of the %s reaches at most ", level, noun(v));
    say_short(out, curve);
    atn_text_add(out, " to either side of it, that of new observations at most ");
    say_short(out, fresh);
    atn_text_add(out, ".");
}

static void say_residuals(atn_text *out, const atn_regression_view *v)
{
    size_t worst = 0;
    for (size_t i = 0; i < v->n; i++)
        if (fabs(v->residual[i]) > fabs(v->residual[worst])) worst = i;
    atn_text_add(out, " Below, the residuals");
    if (v->r->posterior) {
        atn_text_add(out, ", whose errors have the standard deviation sigma of ");
        say_short(out, v->r->answer.estimate[v->r->model.n_parameters]);
    } else if (isfinite(v->r->answer.residual_sd)) {
        atn_text_add(out, ", of standard deviation ");
        say_short(out, v->r->answer.residual_sd);
    }
    atn_text_add(out, "; the largest is ");
    say_short(out, v->residual[worst]);
    atn_text_printf(out, " at %s ", x_label(v));
    say_place(out, v, v->at[worst]);
    atn_text_add(out, ".");
}

static void say_alt(atn_text *out, const atn_regression_view *v, const atn_text *headline)
{
    size_t first = 0, last = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (v->at[i] < v->at[first]) first = i;
        if (v->at[i] > v->at[last]) last = i;
    }
    if (headline->data) atn_text_add(out, headline->data);
    atn_text_add(out, ". ");
    atn_text_grouped(out, (double)v->n, 0);
    atn_text_add(out, v->n == 1 ? " point: " : " points: ");
    atn_escape_plain(out, v->r->response_text);
    atn_text_add(out, v->kind == VIEW_FITTED ? " against its " : " against ");
    atn_escape_plain(out, x_label(v));
    atn_text_add(out, " from ");
    say_place(out, v, v->at[first]);
    atn_text_add(out, " to ");
    say_place(out, v, v->at[last]);
    if (v->kind == VIEW_FITTED) {
        atn_text_add(out, ", with the line on which both are the same.");
    } else {
        atn_text_add(out, v->r->posterior
                              ? ", with the posterior mean of the curve, which goes from "
                              : ", with the fitted curve, which goes from ");
        say_short(out, v->curve[0]);
        atn_text_add(out, " to ");
        say_short(out, v->curve[v->n_grid - 1]);
        atn_text_add(out, ".");
    }
    say_bands(out, v);
    say_residuals(out, v);
}

/* ---- data ------------------------------------------------------------------------------------ */

/* A place on the x axis; the curve of a time runs by minutes. */
static void put_place(atn_text *out, const atn_regression_view *v, double at, bool minutes)
{
    if (!v->date) {
        atn_text_number(out, at);
        return;
    }
    char date[ATN_DATE_SIZE];
    const double day = floor(at);
    atn_date_format(v->r->table->calendar.origin + (atn_day)day, date);
    atn_text_add(out, date);
    if (!minutes) return;
    const int minute = (int)(1440.0 * (at - day));
    atn_text_printf(out, "T%02d:%02d", minute / 60, minute % 60);
}

static void put_value(atn_text *out, double value)
{
    atn_text_add(out, ",");
    if (isfinite(value)) atn_text_number(out, value);
}

/* Six digits of the axis' span are more than a picture shows. */
static double plotted(double value, double low, double high)
{
    const double unit = pow(10.0, floor(log10(high - low)) - 5.0);
    const double rounded = round(value / unit) * unit;
    return isfinite(rounded) && unit > 0.0 ? rounded : value;
}

static void write_rows(const atn_regression_view *v, atn_text *out)
{
    atn_text_add(out, "x,observed,fitted,residual\n");
    for (size_t i = 0; i < v->n; i++) {
        put_place(out, v, v->at[i], false);
        put_value(out, v->observed[i]);
        put_value(out, v->fitted[i]);
        put_value(out, v->residual[i]);
        atn_text_add(out, "\n");
    }
}

/* x, curve, lower and upper edge of its band and of the other, and these edges less the curve. */
static void write_curve(const atn_regression_view *v, atn_text *out)
{
    atn_text_add(out, "$curve << EOD\n");
    for (size_t i = 0; i < v->n_grid; i++) {
        const double y = v->curve[i], low = v->y_low, high = v->y_high;
        const double edge[] = {
            v->bands ? v->edges.curve_low[i] : NAN, v->bands ? v->edges.curve_high[i] : NAN,
            v->bands ? v->edges.new_low[i] : NAN, v->bands ? v->edges.new_high[i] : NAN};
        if (v->date)
            put_place(out, v, v->grid[i], true);
        else
            atn_text_number(out, plotted(v->grid[i], v->x_low, v->x_high));
        put_value(out, plotted(y, low, high));
        for (size_t k = 0; k < 4; k++) put_value(out, plotted(edge[k], low, high));
        for (size_t k = 0; k < 4; k++) put_value(out, plotted(edge[k] - y, v->r_low, v->r_high));
        atn_text_add(out, "\n");
    }
    atn_text_add(out, "EOD\n");
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* Where there are many points, what they would hide is drawn over them, and they are grey. */
static bool is_crowded(const atn_regression_view *v)
{
    return v->n > 500;
}

static const char *point_color(const atn_regression_view *v)
{
    return is_crowded(v) ? "c_faint" : "c_mark";
}

static void add_key(atn_frame *f, const atn_regression_view *v)
{
    char level[ATN_DIGITS_SIZE], band[80], fresh[80];
    atn_say_level(v->r, level);
    snprintf(band, sizeof band, "%s %% band of the %s", level, noun(v));
    snprintf(fresh, sizeof fresh, "%s %% band of new observations", level);
    const bool answer = v->r->answer.end.outcome == ATTAIN_REGRESSION_CONVERGED;
    const char *line = v->kind == VIEW_FITTED ? "observed = fitted"
                       : v->r->posterior      ? "posterior mean of the curve"
                       : answer               ? "fitted curve"
                                              : "curve where the search ended";
    const atn_key_item items[] = {{SAMPLE_POINT, point_color(v), "observed"},
                                  {SAMPLE_LINE, CURVE, line},
                                  {SAMPLE_BOX, BAND_CURVE, band},
                                  {SAMPLE_BOX, BAND_NEW, fresh}};
    atn_panels_key(f, items, v->bands ? 4 : 2);
}

static void panel_title(atn_frame *f, const char *text)
{
    atn_text *s = &f->chart->script;
    atn_text_add(s, "set label ");
    atn_escape_gnuplot(s, text);
    atn_text_add(s, " at graph 0, graph 1 left front noenhanced offset character 0, 0.7 font "
                    "',11.5' textcolor rgb c_text\n");
}

static const char *x_of_curve(const atn_regression_view *v)
{
    return v->date ? "(timecolumn(1,'%Y-%m-%dT%H:%M'))" : "1";
}

/* Both bands as gnuplot's expressions for their lower and upper edges; where every row has a place
 * of its own on the axis, as a bar there. */
static void plot_band(atn_frame *f, const atn_regression_view *v, const char *low, const char *high,
                      const char *color)
{
    if (!v->bands) return;
    if (v->kind == VIEW_FITTED)
        atn_frame_plot(f,
                       "$curve using 1:(%s):(0):(%s-(%s)) with vectors nohead lt 1 lw 5 lc rgb %s",
                       low, high, low, color);
    else
        atn_frame_plot(f, "$curve using %s:(%s):(%s) with filledcurves lc rgb %s", x_of_curve(v),
                       low, high, color);
}

static void plot_points(atn_frame *f, const atn_regression_view *v, int column)
{
    const char *size = v->n <= 60 ? "0.6" : v->n <= 300 ? "0.45" : v->n <= 2000 ? "0.3" : "0.2";
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%d with points pt 7 ps %s lc rgb %s", f->chart->name,
                   column, size, point_color(v));
}

static void plot_curve(atn_frame *f, const atn_regression_view *v)
{
    if (v->kind == VIEW_FITTED)
        atn_frame_plot(f, "$line using 1:1 with lines lt 1 lw 1.6 lc rgb %s", CURVE);
    else
        atn_frame_plot(f, "$curve using %s:2 with lines lt 1 lw 1.6 lc rgb %s", x_of_curve(v),
                       CURVE);
}

static void plot_fit(atn_frame *f, const atn_regression_view *v)
{
    plot_band(f, v, "$5", "$6", BAND_NEW);
    plot_band(f, v, "$3", "$4", BAND_CURVE);
    if (is_crowded(v)) plot_points(f, v, 2);
    plot_curve(f, v);
    if (!is_crowded(v)) plot_points(f, v, 2);
}

static void plot_residuals(atn_frame *f, const atn_regression_view *v)
{
    plot_band(f, v, "$9", "$10", BAND_NEW);
    plot_band(f, v, "$7", "$8", BAND_CURVE);
    if (is_crowded(v)) plot_points(f, v, 4);
    atn_frame_plot(f, "0 with lines lt 1 lw 1.6 lc rgb %s", CURVE);
    if (!is_crowded(v)) plot_points(f, v, 4);
}

static void set_x_axis(atn_frame *f, const atn_regression_view *v)
{
    if (v->date) {
        const atn_day origin = v->r->table->calendar.origin;
        atn_frame_dates(f, origin + (atn_day)floor(v->x_low), origin + (atn_day)ceil(v->x_high));
    } else {
        (void)atn_panel_axis(f, "x", v->x_low, v->x_high, 8);
    }
}

static void add_head(atn_frame *f, const atn_regression_view *v)
{
    atn_text text;
    atn_text_init(&text, f->ctx);
    say_below(&text, v);
    atn_frame_head(f, text.data ? text.data : "");
    atn_text_free(&text);
    say_foot(&text, v);
    atn_frame_foot(f, text.data ? text.data : "");
    atn_text_free(&text);
    add_key(f, v);
}

static void upper_panel(atn_frame *f, const atn_regression_view *v, double bottom)
{
    panel_title(f, v->r->response_text);
    set_x_axis(f, v);
    atn_text_add(&f->chart->script, "unset xtics\nunset xlabel\n");
    (void)atn_panel_axis(f, "y", v->y_low, v->y_high, 5);
    plot_fit(f, v);
    atn_panel_draw(f, bottom, f->top - UPPER_GAP);
}

static void lower_panel(atn_frame *f, const atn_regression_view *v, double bottom)
{
    atn_text *s = &f->chart->script;
    panel_title(f, v->kind == VIEW_FITTED ? "residual: observed - fitted"
                                          : "residual: observed - curve");
    atn_text_add(s, "set xtics nomirror out scale 0.6 textcolor rgb c_text\nset xlabel ");
    atn_escape_gnuplot(s, x_label(v));
    atn_text_add(s, " noenhanced textcolor rgb c_text\n");
    set_x_axis(f, v);
    (void)atn_panel_axis(f, "y", v->r_low, v->r_high, 4);
    plot_residuals(f, v);
    atn_panel_draw(f, bottom, bottom + LOWER_HEIGHT);
}

/* Both panels share their left edge: room for the wider labels of the two. */
static void choose_left(atn_frame *f, const atn_regression_view *v)
{
    atn_chart blind = *f->chart;
    atn_chart *const own = f->chart;
    atn_text_init(&blind.script, f->ctx);
    f->chart = &blind;
    const double upper = atn_panel_axis(f, "y", v->y_low, v->y_high, 5);
    const double lower = atn_panel_axis(f, "y", v->r_low, v->r_high, 4);
    f->chart = own;
    if (blind.script.failed) own->script.failed = true;
    atn_text_free(&blind.script);
    f->left = fmax(48.0, fmax(upper, lower) + 20.0);
    f->right = f->width - 28.0;
}

/* From corner to corner, as far as the observed values go. */
static void write_line(const atn_regression_view *v, atn_text *out)
{
    atn_text_add(out, "$line << EOD\n");
    atn_text_number(out, v->x_low);
    atn_text_add(out, "\n");
    atn_text_number(out, v->x_high);
    atn_text_add(out, "\nEOD\n");
}

void atn_chart_regression(atn_chart *chart, const atn_regression_view *v)
{
    atn_frame f;
    say_headline(&chart->headline, v);
    atn_frame_open(&f, v->r->ctx, NULL, chart, 960.0, 720.0);
    write_rows(v, &chart->data);
    write_curve(v, &chart->script);
    if (v->kind == VIEW_FITTED) write_line(v, &chart->script);
    choose_left(&f, v);
    atn_panels_open(&f);
    atn_text_add(&chart->script, "set clip two\n");
    add_head(&f, v);
    const double bottom = f.bottom + 16.0; /* for the name of the x axis */
    upper_panel(&f, v, bottom + LOWER_HEIGHT + LOWER_GAP);
    lower_panel(&f, v, bottom);
    atn_panels_close(&f);
    say_alt(&chart->alt, v, &chart->headline);
}
