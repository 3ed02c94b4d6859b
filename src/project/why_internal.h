/* Between why.c and the files that find its parts. */
#ifndef ATN_WHY_INTERNAL_H
#define ATN_WHY_INTERNAL_H

#include "project/explanation.h"
#include "project/outcomes.h"
#include "study/leave_out.h"

/* Two samples of the joint draws: `all`, at most MOST_DRAWS, on which weights are cheap, and `few`,
 * every stride-th of them, which are moved or carried forward anew.  Random numbers stay those of
 * the projection, so that an answer and the same without a report differ by the report alone. */
typedef struct atn_sample {
    attain_posterior posterior; /* blocks are the projection's, draws a share of its */
    size_t stride;              /* of the projection's draws */
    atn_evidence *evidence;     /* a block; of all alone */
    atn_run run;                /* outcomes as they are; of few: work, overwritten by variants */
} atn_sample;

typedef struct atn_inquest {
    attain_context *ctx;
    const attain_projection *projection;
    const attain_study *study;
    atn_sample all, few;
    atn_why *why;
    size_t refits;  /* allowed */
    bool refit_all; /* every report, to compare with */
    double *x;      /* work: 4 n_draws of all */
} atn_inquest;

static inline const double *atn_sample_reached(const atn_sample *s, size_t place)
{
    return s->run.reached + place * s->run.padded;
}
static inline const double *atn_sample_best(const atn_sample *s, size_t place)
{
    return s->run.best + place * s->run.padded;
}
static inline const atn_plan *atn_place_plan(const atn_run *run, const atn_why_place *place)
{
    return &run->goals[place->goal].plans[place->reading];
}

/* influence_groups.c: those of a release, with repetitions; all of a source, since what its figures
 * say together none of them may say alone. */
attain_status atn_group_reports(atn_inquest *q, attain_error *err);
attain_status atn_group_sources(atn_inquest *q, attain_error *err);
/* influence.c */
attain_status atn_find_influences(atn_inquest *q, attain_error *err);
/* decomposition.c: spreads and their parts. */
attain_status atn_find_parts(atn_inquest *q, attain_error *err);
/* sensitivity.c */
attain_status atn_find_sensitivity(atn_inquest *q, attain_error *err);
/* next_figure.c: gathers what figures would say from the paths of `all` ... */
typedef struct atn_next_work atn_next_work;
attain_status atn_next_open(atn_inquest *q, atn_next_work **work, attain_error *err);
atn_paths_seen atn_next_seen; /* user: atn_next_work */
/* ... and what they would tell. */
attain_status atn_find_next(atn_inquest *q, atn_next_work *work, attain_error *err);
void atn_next_free(attain_context *ctx, atn_next_work *work);

#endif
