/* Paths and goals (METHODS section 6). */
#ifndef ATN_PROJECT_PROJECTION_H
#define ATN_PROJECT_PROJECTION_H

#include <attain/project.h>

#include "study/posterior.h"

enum { ATN_N_LEVELS = 9, ATN_N_DATE_LEVELS = 5, ATN_N_DATE_TAILS = 2, ATN_N_ATTAINABLE = 3 };
extern const double atn_levels[ATN_N_LEVELS];           /* .025 .05 .1 .25 .5 .75 .9 .95 .975 */
extern const double atn_date_levels[ATN_N_DATE_LEVELS]; /* .05 .25 .5 .75 .95 */
extern const double atn_date_tails[ATN_N_DATE_TAILS];   /* .1 .9 */
extern const double atn_attainable_levels[ATN_N_ATTAINABLE]; /* .1 .5 .9 */
enum { ATN_N_VALUE_LEVELS = 23, ATN_N_FUTURES = 100, ATN_MAX_BINS = 64 };
extern const double atn_value_levels[ATN_N_VALUE_LEVELS]; /* .01 .025 .05 .1 .. .95 .975 .99 */

/* Steps that are kept draw by draw, for pictures of sums and of differences. */
enum { ATN_MAX_SHOWN = 120 };

/* What passes through a stock that is the balance of flows, at the shown steps: quantiles by
 * [atn_attainable_levels][step], no scatter. */
typedef struct atn_passage {
    double *inflow, *outflow; /* of all its flows together, a step */
    double *stay;             /* Little's law: level over outflow, in steps */
    double *full;             /* chance that no room is left; NULL: it has no capacity */
} atn_passage;

/* Quantiles by step, [level][step]. */
typedef struct atn_series_paths {
    double *rate;         /* ATN_N_LEVELS x n_steps: the path y, reference definition, no scatter */
    double *total;        /* flows: running total of the realised path from the origin; else NULL */
    atn_passage *passage; /* NULL: no balance of flows */
} atn_series_paths;

/* A reading under one candidate of a block that is fitted with several. */
typedef struct atn_reading_trend {
    size_t candidate; /* of the block */
    size_t n_draws;   /* joint draws that use it, >= 1 */
    double probability;
} atn_reading_trend;

/* What a reading's probability stands beside: futures that need no model.  The first two keep each
 * draw's past and carry a flat rate on (a stock: a steady change), with the draw's own scatter. */
typedef enum atn_baseline_kind {
    ATN_BASELINE_LAST_RATE,    /* that of the last 28 days at as_of */
    ATN_BASELINE_MEAN_RATE,    /* that of all steps from the origin to as_of */
    ATN_BASELINE_EQUAL_TRENDS, /* the candidate trends, each with the same weight */
    ATN_N_BASELINES
} atn_baseline_kind;
enum { ATN_N_CARRIED = ATN_BASELINE_MEAN_RATE + 1 }; /* those that are paths */
extern const char *const atn_baseline_names[ATN_N_BASELINES];

typedef struct atn_baseline {
    double probability, mcse; /* by the deadline; NaN: this baseline does not exist here */
    double date;              /* median step of attainment; INFINITY beyond the horizon */
    double best;              /* median of the most favourable value by the deadline; NaN for joint
                                 goals and equal trends */
} atn_baseline;

/* What forecast hubs ask for of a reading. */
typedef struct atn_forecast {
    double quantile[ATN_N_VALUE_LEVELS]; /* of the most favourable value by the deadline; NaN for
                                            joint goals and where no window fits */
    size_t n_futures;                    /* 0 there */
    double future[ATN_N_FUTURES]; /* the same value in equally likely futures: the k-th of every
                                     reading, goal and scenario is the same draw */
    size_t n_bins;                /* dates: by as_of, by the end of each month after it, by the
                                     horizon; years where months would be too many */
    long bin_step[ATN_MAX_BINS];  /* the last step of each */
    double bin[ATN_MAX_BINS];     /* probability of being reached in it; the rest is never */
} atn_forecast;

/* One reading of one goal in one definition. */
typedef struct atn_reading {
    char name[64]; /* "total", "any-day", "7-day-mean", "7-day-mean-held-30-days",
                      "365-day-total", "level", "at-deadline", "all-of", "any-of",
                      "before"; "-upper" appended for the upper end of a range */
    double target;
    double probability, mcse; /* by the deadline; mcse is at least 1 / (2 draws) */
    double probability_at_horizon;
    double date[ATN_N_DATE_LEVELS]; /* step of attainment, a whole number (lower order
                                       statistic); INFINITY beyond the horizon */
    double date_tail[ATN_N_DATE_TAILS];
    double never_by_horizon;
    double shortfall[3]; /* 0.05, 0.5, 0.95 quantiles of max(0, target - best by deadline) */
    double attainable[ATN_N_ATTAINABLE]; /* best value reached with probability .1 .5 .9 */
    double required_pace; /* after as_of, median over draws: an amount per step; for levels net
                             change per step; for means and values the target.  NaN where no
                             time is left, for joint goals and where definitions are pooled */
    double pace_for[ATN_N_ATTAINABLE]; /* kept without scatter after as_of it reaches the target
                                          with probability .1 .5 .9; NaN as required_pace */
    double current_pace;               /* of the last 28 days at as_of, in the same terms */
    double pace_ratio;                 /* required / current; NaN unless both point the same way */
    double share_of_past_windows;      /* of the remaining length, up to as_of, that reached the
                                          required pace, mean over draws; NaN if none fits in most */
    atn_baseline baselines[ATN_N_BASELINES];
    bool already_reached; /* by as_of in at least 99 % of draws */
    size_t n_curve;       /* P(attained by date) at up to ~120 steps, start .. horizon */
    long *curve_step;
    double *curve_probability;
    atn_forecast forecast;
    const atn_block *choice; /* whose candidates `trends` are; NULL: no choice of trends, or one in
                                several blocks at once (joint goals) */
    size_t n_trends;         /* candidates worth showing: 50 draws or a weight over 0.01 */
    atn_reading_trend *trends;
} atn_reading;

typedef struct atn_goal_definition {
    size_t definition; /* index; ATN_NONE: the series has none; ATN_POOLED: all, equally likely */
    atn_reading *readings;
    size_t n_readings;
} atn_goal_definition;

typedef struct atn_goal_result {
    /* Reference first, a mixture last.  A joint goal has them where its members leave the
     * definition of one series open; else one entry with ATN_NONE. */
    atn_goal_definition *definitions;
    size_t n_definitions;
    atn_day deadline;   /* a joint goal's: the last of its members' */
    bool in_references; /* several series' definitions are open: each is read in its reference */
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

/* A path that a scenario moves, at the shown steps: quantiles by [atn_attainable_levels][step]. */
typedef struct atn_moved_path {
    size_t series;
    bool total;     /* its running total, with scatter; else the path, without */
    double *level;  /* under the scenario */
    double *change; /* less that without, draw by draw */
} atn_moved_path;

typedef struct atn_scenario_result {
    size_t scenario;           /* of the study */
    attain_projection *answer; /* its goals alone */
    atn_paired *paired;        /* in the order of goals, definitions, readings */
    size_t n_paired;
    atn_moved_path *paths; /* of the quantities that single goals count, those that move */
    size_t n_paths;
} atn_scenario_result;

struct attain_projection {
    attain_context *ctx;
    const attain_posterior *posterior;
    size_t n_draws, n_steps;
    size_t shown[ATN_MAX_SHOWN], n_shown; /* steps, ascending */
    atn_series_paths *series;             /* n_series */
    atn_goal_result *goals;               /* n_goals */
    atn_report_fit *reports;              /* n_reports */
    atn_scenario_result *scenarios;
    size_t n_scenarios;
    struct atn_why
        *why; /* what explains the answers (project/explanation.h); NULL: not asked for */
};

#endif
