/* From a scenario's changes to what each draw's paths see of them. */
#ifndef ATN_PROJECT_FUTURES_H
#define ATN_PROJECT_FUTURES_H

#include "study/posterior.h"

/* One change on this study's steps. */
typedef struct atn_futures_change {
    const atn_change *change;
    uint64_t key;      /* of its stream: the scenario's id and the change's place in it */
    double *share;     /* n_steps: atn_change_share */
    size_t first, end; /* in force from first to end - 1 */
    size_t *parameter; /* set: place in theta by block and candidate, ATN_NONE where it has none */
} atn_futures_change;

/* What one worker composes an atn_future in. */
typedef struct atn_futures_work {
    atn_future future;
    double *theta; /* n_boundaries x widest model */
    const double **segments;
    double *inputs; /* n_inputs_changed x n_steps */
    const double **input_columns;
    double *scale, *offset; /* one row of n_steps a series changed */
    const double **scales, **offsets;
    double *sizes; /* of each change in this draw */
    size_t block;  /* it was composed for; ATN_NONE: none yet */
    bool composed; /* factors, levels and inputs stand: no size is drawn */
} atn_futures_work;

typedef struct atn_futures {
    attain_context *ctx;
    const attain_posterior *posterior;
    atn_futures_change *changes;
    size_t n_changes;
    size_t *boundaries; /* steps at which set parameters change, ascending */
    size_t n_boundaries;
    size_t *row_of_series; /* in scale and offset; ATN_NONE: not changed */
    size_t n_rows;
    size_t *row_of_input;
    size_t n_input_rows;
    size_t *counted_in; /* n_series: the definition its goals are counted in; ATN_AS_STATED */
    size_t n_candidates;
    size_t *first_candidate; /* of each block */
    bool drawn;              /* some size is */
    size_t n_workers;
    atn_futures_work *work;
} atn_futures;
#define ATN_AS_STATED ((size_t)-2)

/* Lays out changes[c] with stream keys key[c], for so many workers.  Everything is borrowed. */
attain_status atn_futures_create(attain_context *ctx, const attain_posterior *posterior,
                                 const atn_change *const *changes, const uint64_t *keys,
                                 size_t n_changes, size_t n_workers, atn_futures **futures,
                                 attain_error *err);
/* The changes of scenario s with those of all that it extends before them. */
attain_status atn_futures_of_scenario(attain_context *ctx, const attain_posterior *posterior,
                                      size_t s, size_t n_workers, atn_futures **futures,
                                      attain_error *err);
void atn_futures_free(atn_futures *futures);

/* The future of one draw as block b sees it; valid until this worker's next call. */
const atn_future *atn_futures_compose(atn_futures *futures, size_t b, size_t draw, size_t worker);

/* Gives every change this size instead of its own, for this worker from now on. */
void atn_futures_resize(atn_futures *futures, size_t worker, const double *sizes);

/* Marks the series (n_series flags) whose paths or goals the changes can alter: those named, those
 * whose parameters or inputs are, and those that read such a one. */
void atn_futures_touch(const atn_futures *futures, bool *touched);
/* Whether a touched series is so by a factor or level of its own alone: nothing that its path is
 * computed from is touched. */
bool atn_futures_only_scale(const atn_futures *futures, size_t series, const bool *touched);

#endif
