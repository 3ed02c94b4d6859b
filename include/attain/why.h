/* Why: what drives each answer. */
#ifndef ATTAIN_WHY_H
#define ATTAIN_WHY_H

#include <attain/project.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attain_why_settings {
    int version; /* set by attain_why_settings_init */
    long refits; /* at most so many reports whose removal the draws cannot judge are left out by a
                    fit of their own, the most influential first; -1: as the study says (fit.refits,
                    by default none) */
    long draws;  /* moved or carried forward once more; 0: 1,000.  100 .. 100,000 */
} attain_why_settings;

ATTAIN_API void attain_why_settings_init(attain_why_settings *settings);

/* Explains every answer of a projection, and leaves what it finds there, for attain_results_create:
 *  - how each goal's probability changes when a report is left out (with all that share its
 *    release): by Pareto-smoothed weights on the draws where their k allows, else by draws moved to
 *    where the others would have them, weighted likewise, else by a fit without it, else not at
 * all;
 *  - of what the spread of each goal's total, level or best value is made;
 *  - how far it and the parameters follow the power of prior and likelihood;
 *  - figures that contradict each other;
 *  - what one more figure of several kinds would tell.
 * settings may be NULL.  A second call replaces what the first left.  Cost: about that of three
 * projections, and a seventh of one for each report whose plain weights will not do; that of a fit
 * of its series for each refit.  Bits do not depend on threads. Returns ARGUMENT, INTERRUPTED,
 * NUMERIC, NOMEM; the projection then has no explanation. */
ATTAIN_API attain_status attain_why_run(attain_context *context, attain_projection *projection,
                                        const attain_why_settings *settings,
                                        attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
