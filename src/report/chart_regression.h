#ifndef ATN_CHART_REGRESSION_H
#define ATN_CHART_REGRESSION_H

#include "chart_internal.h"
#include "regression_view.h"

/* Composes script, data and words into an empty chart that has its name. */
void atn_chart_regression(atn_chart *chart, const atn_regression_view *v);

#endif
