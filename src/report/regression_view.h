/* The numbers that a regression's chart shows. */
#ifndef ATN_REGRESSION_VIEW_H
#define ATN_REGRESSION_VIEW_H

#include "io/regression_result.h"

typedef enum atn_view_kind {
    VIEW_COLUMN, /* along the one column that the formula reads */
    VIEW_ROWS,   /* it reads none: along the rows */
    VIEW_FITTED  /* it reads several: observed against fitted */
} atn_view_kind;

typedef struct atn_regression_view {
    const attain_regression *r;
    atn_view_kind kind;
    const atn_regression_column *x; /* VIEW_COLUMN */
    bool date;                      /* x counts days from the table's origin */
    bool bands;

    size_t stride;                             /* every so many rows are drawn: 1 in most cases */
    size_t n;                                  /* rows drawn */
    double *at, *observed, *fitted, *residual; /* n each */

    size_t n_grid; /* places of the curve; VIEW_FITTED: the rows drawn */
    double *grid, *curve;
    atn_regression_edges edges; /* of the bands; NULL without them */

    double x_low, x_high, y_low, y_high, r_low, r_high; /* what the axes show */
} atn_regression_view;

/* NOMEM, or what atn_regression_band returns.  Free in any case. */
attain_status atn_regression_view_make(atn_regression_view *v, const attain_regression *r,
                                       attain_error *err);
void atn_regression_view_free(atn_regression_view *v);

/* |residual| that this share of all rows does not exceed; NaN when out of memory. */
double atn_residual_reach(const attain_regression *r, double share);

#endif
