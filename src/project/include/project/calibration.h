/* A calibration in the making, and what is ranked in it. */
#ifndef ATN_PROJECT_CALIBRATION_H
#define ATN_PROJECT_CALIBRATION_H

#include <attain/calibrate.h>

#include "project/paths.h"
#include "study/simulate.h"

typedef enum atn_quantity_kind {
    ATN_QUANTITY_PARAMETER,
    ATN_QUANTITY_PATH,
    ATN_QUANTITY_GOAL,
    ATN_QUANTITY_DENSITY /* filled by the calibration itself: only the thinned draws need it */
} atn_quantity_kind;

typedef struct atn_quantity {
    atn_quantity_kind kind;
    char *name;
    size_t block;
    size_t index;      /* of the parameter in the block's vector; step of the path */
    size_t series;     /* of a path or goal */
    size_t definition; /* of a goal */
    attain_goal_spec spec;
} atn_quantity;

/* The quantities of a study; truth has its blocks and models.  Free with atn_quantities_free. */
attain_status atn_quantities_create(attain_context *ctx, const attain_posterior *truth,
                                    atn_quantity **quantities, size_t *n, attain_error *err);
void atn_quantities_free(attain_context *ctx, atn_quantity *quantities, size_t n);

/* values: n x n_draws of the posterior, row by row; rows of log densities are left alone.  NUMERIC
 * where a path is not a number. */
attain_status atn_quantities_read(attain_context *ctx, const attain_posterior *posterior,
                                  const atn_quantity *quantities, size_t n, double *values,
                                  attain_error *err);

struct attain_calibration {
    attain_context *ctx;
    atn_quantity *quantities;
    size_t n_quantities, replicates;
    double *truth;                       /* n_quantities x replicates */
    double *u;                           /* the same: in (0, 1); NaN where the replicate failed */
    uint32_t *rank;                      /* the same */
    uint32_t *draws;                     /* replicates: 0 where it failed */
    attain_calibration_quantity *judged; /* n_quantities */
    attain_calibration_summary summary;
    char failure[256];
};

/* attain_calibrate with a generator that departs from the model: for tests that must see it. */
attain_status atn_calibrate(attain_context *ctx, const attain_study *study,
                            const attain_calibration_settings *settings,
                            const atn_departure *departure, attain_diagnostics *diagnostics,
                            attain_calibration **calibration, attain_error *err);

/* Ranks to bands, coverage and verdicts. */
attain_status atn_calibration_judge(attain_calibration *calibration, attain_error *err);

#endif
