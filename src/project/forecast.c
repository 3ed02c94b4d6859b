/* A reading as forecast hubs ask for it: quantiles, joint samples, dates in bins. */
#include <math.h>

#include "project/reading.h"
#include "stats/summary.h"

/* Those of the FluSight challenges (Mathis et al. 2024, Nature Communications 15, 6289). */
const double atn_value_levels[ATN_N_VALUE_LEVELS] = {0.01, 0.025, 0.05, 0.1, 0.15, 0.2,   0.25, 0.3,
                                                     0.35, 0.4,   0.45, 0.5, 0.55, 0.6,   0.65, 0.7,
                                                     0.75, 0.8,   0.85, 0.9, 0.95, 0.975, 0.99};

static void add_values(const atn_reading_job *job, const double *const *best, size_t n_rows,
                       atn_forecast *forecast)
{
    size_t n = 0;
    for (size_t k = 0; k < n_rows; k++)
        for (size_t d = 0; d < job->n_draws; d++)
            if (!isnan(best[k][d])) job->scratch[n++] = best[k][d];
    if (n < n_rows * job->n_draws) return;
    atn_quantiles(job->scratch, n, atn_value_levels, ATN_N_VALUE_LEVELS, forecast->quantile);
    forecast->n_futures = job->n_draws < ATN_N_FUTURES ? job->n_draws : ATN_N_FUTURES;
    /* Evenly spaced, so that every chain has its part; a mixture's rows take turns. */
    for (size_t k = 0; k < forecast->n_futures; k++)
        forecast->future[k] = best[k % n_rows][k * job->n_draws / forecast->n_futures];
}

static long month_of(const attain_study *study, size_t step)
{
    int year, month, day;
    atn_date_parts(atn_calendar_end(&study->calendar, (long)step), &year, &month, &day);
    return year * 12L + month - 1;
}

/* Months to a bin, so that bins are few enough to look at. */
static long bin_length(long months)
{
    enum { PLENTY = ATN_MAX_BINS - 4 };
    long length = 1;
    if (months > 36) length = 12;
    while (months / length > PLENTY) length *= 10;
    return length;
}

static void add_bins(const atn_reading_job *job, size_t n_counted, atn_forecast *forecast)
{
    const attain_study *study = job->posterior->study;
    const size_t last = job->n_steps - 1;
    const size_t as_of = job->as_of < 0 ? 0 : job->as_of < (long)last ? (size_t)job->as_of : last;
    long month = month_of(study, as_of);
    const long length = bin_length(month_of(study, last) - month);
    size_t seen = 0;
    for (size_t i = 0; i <= last; i++) {
        seen += job->counts[i];
        if (i < as_of) continue;
        const long next = i < last ? month_of(study, i + 1) : month;
        const bool ends = i == as_of || i == last || next / length != month / length;
        month = i < last ? next : month;
        if (!ends) continue;
        forecast->bin_step[forecast->n_bins] = (long)i;
        forecast->bin[forecast->n_bins++] = (double)seen / (double)n_counted;
        seen = 0;
    }
}

void atn_forecast_fill(const atn_reading_job *job, const double *const *best, size_t n_rows,
                       size_t n_counted, atn_forecast *forecast)
{
    for (size_t k = 0; k < ATN_N_VALUE_LEVELS; k++) forecast->quantile[k] = NAN;
    forecast->n_futures = forecast->n_bins = 0;
    if (best[0]) add_values(job, best, n_rows, forecast);
    add_bins(job, n_counted, forecast);
}
