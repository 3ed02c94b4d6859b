/* Paths and goals (METHODS section 6). */
#ifndef ATN_PROJECT_PROJECTION_H
#define ATN_PROJECT_PROJECTION_H

#include <attain/project.h>

#include "study/posterior.h"

enum { ATN_N_LEVELS = 9, ATN_N_DATE_LEVELS = 5, ATN_N_ATTAINABLE = 3 };
extern const double atn_levels[ATN_N_LEVELS];           /* .025 .05 .1 .25 .5 .75 .9 .95 .975 */
extern const double atn_date_levels[ATN_N_DATE_LEVELS]; /* .05 .25 .5 .75 .95 */
extern const double atn_attainable_levels[ATN_N_ATTAINABLE]; /* .1 .5 .9 */

/* Quantiles by step, [level][step]. */
typedef struct atn_series_paths {
    double *rate;  /* ATN_N_LEVELS x n_steps: the path y, reference definition, no scatter */
    double *total; /* flows: running total of the realised path from the origin; else NULL */
} atn_series_paths;

/* A reading under one candidate of a block that is fitted with several. */
typedef struct atn_reading_trend {
    size_t candidate; /* of the block */
    size_t n_draws;   /* joint draws that use it, >= 1 */
    double probability;
} atn_reading_trend;

/* One reading of one goal in one definition. */
typedef struct atn_reading {
    char name[48]; /* "total", "any-day", "7-day-mean", "7-day-mean-held-30-days",
                      "365-day-total", "level", "at-deadline", "all-of", "any-of",
                      "before"; "-upper" appended for the upper end of a range */
    double target;
    double probability, mcse; /* by the deadline; mcse is at least 1 / (2 draws) */
    double probability_at_horizon;
    double date[ATN_N_DATE_LEVELS]; /* step of attainment, a whole number (lower order
                                       statistic); INFINITY beyond the horizon */
    double never_by_horizon;
    double shortfall[3]; /* 0.05, 0.5, 0.95 quantiles of max(0, target - best by deadline) */
    double attainable[ATN_N_ATTAINABLE]; /* best value reached with probability .1 .5 .9 */
    double required_pace; /* after as_of, median over draws: an amount per step; for levels net
                             change per step; for means and values the target.  NaN where no
                             time is left and for joint goals */
    double current_pace;  /* of the last 28 days at as_of, in the same terms */
    double pace_ratio;    /* required / current; NaN unless both point the same way */
    double share_of_past_windows; /* of the remaining length, up to as_of, that reached the
                                     required pace, mean over draws; NaN if none fits */
    bool already_reached;         /* by as_of in at least 99 % of draws */
    size_t n_curve;               /* P(attained by date) at up to ~120 steps, start .. horizon */
    long *curve_step;
    double *curve_probability;
    const atn_block *choice; /* whose candidates `trends` are; NULL: no choice of trends, or one in
                                several blocks at once (joint goals) */
    size_t n_trends;         /* candidates worth showing: 50 draws or a weight over 0.01 */
    atn_reading_trend *trends;
} atn_reading;

typedef struct atn_goal_definition {
    size_t definition; /* index, or ATN_NONE: the series has none */
    atn_reading *readings;
    size_t n_readings;
} atn_goal_definition;

typedef struct atn_goal_result {
    atn_goal_definition *definitions; /* compounds: one entry with ATN_NONE */
    size_t n_definitions;
} atn_goal_result;

/* Predictive check of one used report. */
typedef struct atn_report_fit {
    bool available;          /* false for unused reports */
    double fitted[5];        /* .05 .25 .5 .75 .95 quantiles of the replicated quantity */
    double tail_probability; /* 2 min(p, 1 - p), p = mean over draws of (F(low end) + F(high end)) /
                                2 */
} atn_report_fit;

/* A reading under a scenario beside the same reading without: on the same draws, so that chance has
 * little to add. */
typedef struct atn_paired {
    double difference, mcse; /* of the probability by the deadline, with its Monte Carlo error */
    double value[3];         /* .05 .5 .95 quantiles of the best value by the deadline (a total) */
    double baseline[3];      /* the same without the scenario */
    double change[3];        /* and of value less baseline, draw by draw */
    double mean_change;
    double variance_ratio; /* of paired differences to unpaired ones; NaN where nothing varies */
} atn_paired;

typedef struct atn_scenario_result {
    size_t scenario;           /* of the study */
    attain_projection *answer; /* its goals alone */
    atn_paired *paired;        /* in the order of goals, definitions, readings */
    size_t n_paired;
} atn_scenario_result;

struct attain_projection {
    attain_context *ctx;
    const attain_posterior *posterior;
    size_t n_draws, n_steps;
    atn_series_paths *series; /* n_series */
    atn_goal_result *goals;   /* n_goals */
    atn_report_fit *reports;  /* n_reports */
    atn_scenario_result *scenarios;
    size_t n_scenarios;
};

#endif
