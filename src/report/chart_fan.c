/* Quantile bands of a series: reading them from the document, data file, bands and their labels. */
#include "chart_internal.h"

#include <math.h>
#include <stdio.h>

static const char *const LEVELS[ATN_BAND_LEVELS] = {"0.025", "0.05", "0.1",  "0.25", "0.5",
                                                    "0.75",  "0.9",  "0.95", "0.975"};

void atn_fan_free(atn_fan *fan)
{
    if (!fan->ctx) return;
    atn_free(fan->ctx, fan->days);
    for (size_t k = 0; k < ATN_BAND_LEVELS; k++) atn_free(fan->ctx, fan->q[k]);
    *fan = (atn_fan){0};
}

bool atn_fan_read(atn_fan *fan, attain_context *ctx, const atn_node *series, const char *bands)
{
    const atn_node *dates = atn_node_get(series, "dates");
    const atn_node *group = atn_node_get(series, bands);
    const size_t n = atn_node_size(dates);
    *fan = (atn_fan){.ctx = ctx};
    fan->days = ATN_NEW_ARRAY(ctx, atn_day, n);
    bool good = fan->days != NULL;
    for (size_t k = 0; k < ATN_BAND_LEVELS; k++) {
        fan->q[k] = ATN_NEW_ARRAY(ctx, double, n);
        good = good && fan->q[k];
    }
    if (!good) {
        atn_fan_free(fan);
        return false;
    }
    size_t kept = 0;
    for (const atn_node *d = atn_node_first(dates); d; d = atn_node_next(d))
        if (!atn_iso_day(atn_node_text(d), &fan->days[kept++])) return true; /* n stays 0 */
    for (size_t k = 0; k < ATN_BAND_LEVELS; k++)
        if (atn_node_numbers(atn_node_get(group, LEVELS[k]), fan->q[k], n) != n) return true;
    fan->n = n;
    return true;
}

size_t atn_fan_at(const atn_fan *fan, atn_day day)
{
    size_t at = 0;
    for (size_t i = 0; i < fan->n && fan->days[i] <= day; i++) at = i;
    return at;
}

double atn_fan_largest(const atn_fan *fan, size_t level)
{
    double most = -INFINITY;
    for (size_t i = 0; i < fan->n; i++) most = fmax(most, fan->q[level][i]);
    return most;
}

double atn_fan_smallest(const atn_fan *fan, size_t level)
{
    double least = INFINITY;
    for (size_t i = 0; i < fan->n; i++) least = fmin(least, fan->q[level][i]);
    return least;
}

/* Seven digits are more than a picture shows, and keep its data small. */
static double plotted(double y)
{
    if (y == 0.0) return 0.0;
    const int decimals = 6 - (int)floor(log10(fabs(y)));
    if (decimals > 15 || decimals < 0) return y;
    const double unit = pow(10.0, decimals);
    return round(y * unit) / unit;
}

void atn_fan_draw(const atn_fan *fan, atn_frame *f, double scale, double shift)
{
    static const struct {
        int low, high;
        const char *tint;
    } bands[] = {{2, 10, "c_band95"}, {4, 8, "c_band80"}, {5, 7, "c_band50"}};
    atn_text *data = &f->chart->data;
    atn_text_add(data, "date");
    for (size_t k = 0; k < ATN_BAND_LEVELS; k++) atn_text_printf(data, ",q%s", LEVELS[k]);
    atn_text_add(data, "\n");
    for (size_t i = 0; i < fan->n; i++) {
        char date[ATN_DATE_SIZE];
        if (fan->days[i] < f->first || fan->days[i] > f->last) continue;
        atn_date_format(fan->days[i], date);
        atn_text_add(data, date);
        for (size_t k = 0; k < ATN_BAND_LEVELS; k++) {
            const double y = fan->q[k][i] * scale + shift;
            atn_text_add(data, ",");
            if (isfinite(y)) atn_text_number(data, plotted(y));
        }
        atn_text_add(data, "\n");
    }
    const char *name = f->chart->name;
    for (size_t k = 0; k < sizeof bands / sizeof *bands; k++)
        atn_frame_plot(f, "'%s.csv' skip 1 using 1:%d:%d with filledcurves lc rgb %s", name,
                       bands[k].low, bands[k].high, bands[k].tint);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:6 with lines ls 1", name);
}

void atn_fan_notes(const atn_fan *fan, atn_frame *f, double scale, double shift, bool share)
{
    static const struct {
        size_t level;
        const char *words;
        int rank;
    } edges[] = {{0, "1 in 40 below", 4}, {2, "1 in 10 below", 3}, {3, "1 in 4 below", 5},
                 {5, "1 in 4 above", 5},  {6, "1 in 10 above", 3}, {8, "1 in 40 above", 4}};
    if (fan->n == 0) return;
    const size_t end = atn_fan_at(fan, f->last);
    atn_text text;
    atn_text_init(&text, f->ctx);
    atn_text_add(&text, "median ");
    atn_say_value(&text, fan->q[ATN_BAND_MEDIAN][end] * scale + shift, share, false);
    atn_frame_note(f, fan->q[ATN_BAND_MEDIAN][end] * scale + shift, "c_line", 0, &text);
    atn_text_free(&text);
    for (size_t k = 0; k < sizeof edges / sizeof *edges; k++) {
        const double y = fan->q[edges[k].level][end] * scale + shift;
        atn_text_add(&text, edges[k].words);
        atn_text_add(&text, ": ");
        atn_say_value(&text, y, share, false);
        atn_frame_note(f, y, "c_band_text", edges[k].rank, &text);
        atn_text_free(&text);
    }
}
