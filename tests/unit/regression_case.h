/* Regressions for tests: a formula over a set of the reference data, or over Brownlee's stack loss
 * data that lie beside the stored values. */
#ifndef REGRESSION_CASE_H
#define REGRESSION_CASE_H

#include "check.h"
#include "read_table.h"
#include "stats/regression.h"

enum { REGRESSION_CASE_MOST = 9 }; /* parameters */

/* A file under tests/reference/regression/. */
read_table regression_values(const char *name);

typedef struct regression_case {
    char title[128];
    size_t n_rows, n_columns;
    const char *const *column_name;
    double *block; /* columns one after the other, the response last */
    const double *column[4];
    atn_formula *formula;
    atn_regression_model model; /* without weights, bounds and priors: a test may set them */
} regression_case;

/* source: nist, growth or stackloss; skips the test where the reference data are absent. */
void regression_case_open(attain_context *ctx, regression_case *c, const char *source,
                          const char *set, const char *subset, const char *formula,
                          const char *const *parameter, size_t n_parameters);
/* The same from a table's rows: five cells from column `at` on are source, set, subset, formula and
 * parameter; parameters are read from `row` until the set changes or a name comes again. */
void regression_case_read(attain_context *ctx, regression_case *c, const read_table *table,
                          size_t row, size_t at);
void regression_case_close(attain_context *ctx, regression_case *c);

/* From one start; the test fails unless that converges. */
atn_regression_answer regression_case_solve(attain_context *ctx, const regression_case *c,
                                            const double *start);

#endif
