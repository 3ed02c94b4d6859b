/* What a scenario changes of one draw's future (METHODS section 7), as the paths see it. */
#ifndef ATN_STUDY_FUTURE_H
#define ATN_STUDY_FUTURE_H

#include <stddef.h>

/* Everything borrowed; steps before the first change must come out bit for bit as without. */
typedef struct atn_future {
    size_t n_segments;           /* parameters set from a step on; later segments replace earlier */
    const size_t *from;          /* n_segments first steps, ascending */
    const double *const *theta;  /* n_segments vectors of the model's dimension */
    const double *const *inputs; /* the study's inputs, n_inputs columns of n_steps; NULL: as is.
                                    Capacities are inputs */
    const double *const
        *scale; /* by place in the model, n_steps each; NULL, or a NULL entry: the */
    const double *const *offset; /* path y becomes scale y + offset before other series read it */
} atn_future;

#endif
