/* Documents for the charts of dates, scenarios, stocks, checks and drivers: as small as a chart
 * needs or as crowded as one has to bear. */
#ifndef CHART_FIXTURE_H
#define CHART_FIXTURE_H

#include <attain/attain.h>

typedef struct chart_size {
    int goals, scenarios, reports, days;
    double chance; /* of the first goal by its deadline; half as much more by the horizon */
    double full;   /* chance that the stock is full in the last quarter of the days */
} chart_size;

/* Every label, source, unit and title holds `text`.  Goal k is called g0, g1, ...; scenarios s0,
 * ...; the flow is `flow`, the stock `pool`.  Free with free(). */
char *chart_document(const char *text, const chart_size *size);
/* The same written to folder/results.json and loaded. */
attain_results *chart_load(attain_context *ctx, const char *folder, const char *text,
                           const chart_size *size);

#endif
