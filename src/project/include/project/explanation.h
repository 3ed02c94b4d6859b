/* What drives the answers of a projection. */
#ifndef ATN_PROJECT_EXPLANATION_H
#define ATN_PROJECT_EXPLANATION_H

#include <attain/why.h>

#include "project/projection.h"

/* How an answer without some reports was found, the surest first. */
typedef enum atn_left_out {
    ATN_BY_WEIGHTS, /* on the draws as they are */
    ATN_BY_MOVING,  /* on draws moved to where they would lie */
    ATN_BY_REFIT,
    ATN_NOT_TOLD /* none of them can be relied on */
} atn_left_out;

/* One reading of one goal in one definition. */
typedef struct atn_why_place {
    size_t goal, definition, reading; /* places in the projection's goals */
    bool *blocks;                     /* n_blocks: those its answer rests on */
} atn_why_place;

typedef struct atn_effect {
    atn_left_out how;
    double change, mcse;      /* of the probability; NaN where not told */
    double shift, shift_mcse; /* of the mean quantity, of its logarithm where atn_spread has that;
                                 NaN too where the place has none */
    double k;                 /* of the weights it rests on; NaN for a refit */
} atn_effect;

/* Reports that are left out together. */
typedef struct atn_influence {
    size_t *reports; /* of the study, repetitions that do not count included */
    size_t n_reports;
    bool *blocks;        /* n_blocks: those it speaks to */
    double *plain_k;     /* n_blocks: of the weights on the draws as they are */
    atn_left_out *how;   /* n_blocks */
    double *k;           /* n_blocks: of the weights that were taken */
    bool tried;          /* a refit */
    atn_effect *changes; /* n_places; of places on other blocks all 0 */
} atn_influence;

/* Of what the spread of a quantity is made, in the order in which it is taken off. */
typedef enum atn_part {
    ATN_PART_TREND,      /* choice of trend */
    ATN_PART_DEFINITION, /* its factor */
    ATN_PART_REPORTING,  /* biases of sources and releases, scale of the errors */
    ATN_PART_PARAMETERS, /* of the trend, the deviation, the scatter */
    ATN_PART_STATE,      /* the deviation up to the last report */
    ATN_PART_DRIFT,      /* and from there on */
    ATN_PART_SCATTER,
    ATN_N_PARTS
} atn_part;
extern const char *const atn_part_names[ATN_N_PARTS];

typedef struct atn_sensitivity {
    double prior, likelihood; /* NaN where the weights cannot be relied on, or nothing varies */
} atn_sensitivity;

/* One more figure. */
typedef enum atn_figure_kind {
    ATN_NEXT_VALUE, /* one step: a flow's day, a stock's level, a share */
    ATN_NEXT_MONTH, /* flows: the total of the last 30 days */
    ATN_NEXT_TOTAL, /* flows: the total to date */
    ATN_NEXT_OVER,  /* the same, "over" two leading digits */
    ATN_N_NEXT
} atn_figure_kind;

/* The continuous quantity behind a reading: the total, level or best value at its deadline. */
typedef struct atn_spread {
    bool told;                /* false for joint goals and where no window fits */
    bool logs;                /* parts are of its logarithm */
    double quantile[3];       /* 5, 50, 95 % */
    double sd;                /* of its logarithm, where logs */
    double part[ATN_N_PARTS]; /* shares, summing to 1; NaN where nothing varies */
    atn_sensitivity sensitivity;
    double width[ATN_N_NEXT]; /* expected width of the 90 % interval with one more figure over that
                                 without; NaN where the series has no such figure */
} atn_spread;

typedef struct atn_why_parameter {
    char *name;
    atn_sensitivity sensitivity;
} atn_why_parameter;

struct atn_why {
    size_t n_places, n_influences, n_blocks;
    atn_why_place *places;
    atn_influence *influences;
    size_t *influence_of; /* n_reports of the study: ATN_NONE where none */
    atn_influence
        *sources; /* all that one source states, where that is more than one of the above */
    size_t n_sources;
    atn_spread *spreads; /* n_places */
    atn_why_parameter *parameters;
    size_t n_parameters;
    attain_diagnostics *contradictions; /* severity, code, place, message */
    double threshold, moved_threshold;  /* of Pareto k */
    size_t draws, moved_draws, refits;  /* used; refits done */
};
typedef struct atn_why atn_why;

/* attain_why_run; with refit_all every influence comes from fits without the report, for tests that
 * compare. */
attain_status atn_why_explain(attain_context *ctx, attain_projection *projection,
                              const attain_why_settings *settings, bool refit_all,
                              attain_error *err);
void atn_why_free(attain_context *ctx, atn_why *why);

#endif
