/* A backtest in the making: what past answers said of what came later (METHODS section 8). */
#ifndef ATN_PROJECT_BACKTEST_RUN_H
#define ATN_PROJECT_BACKTEST_RUN_H

#include <attain/backtest.h>

#include "project/projection.h"
#include "study/outlook.h"

enum { ATN_FORESEEN_LEVELS = 7, ATN_FORECAST_MEDIAN = 3, ATN_RELIABILITY_BINS = 5 };
extern const double atn_forecast_levels[ATN_FORESEEN_LEVELS]; /* .025 .1 .25 .5 .75 .9 .975 */
/* "model", "last-rate", "mean-rate": by atn_carry. */
extern const char *const atn_carry_names[ATN_N_CARRY];

typedef struct atn_backtest_date {
    atn_day as_of;
    size_t n_used;    /* reports */
    size_t n_later;   /* published later, by the last date: what it is scored against */
    bool answered;    /* false: skipped, and `reason` says why */
    bool passed;      /* the fit passed its quality gates */
    char reason[256]; /* or which gates failed; "" if none */
} atn_backtest_date;

/* One later report as one date foresaw it.  Scores are on the log scale under a log link, on the
 * natural scale otherwise, so that under a log link they are relative misses, nearly. */
typedef struct atn_foreseen {
    size_t date, report; /* of the backtest; of the study */
    long ahead;          /* days from the as-of date to the window's end; 0 or less: past already */
    bool exact, logs;
    double quantile[ATN_FORESEEN_LEVELS]; /* of the reported quantity, natural scale */
    bool inside[ATTAIN_COVERAGES];        /* exact: the figure lies in the 50, 80, 95 % interval */
    double pit, below, upto;              /* pit: uniform between F at the statement's ends */
    double crps_natural;                  /* the model's; the four below NaN unless exact */
    double crps[ATN_N_CARRY], wis[ATN_N_CARRY], miss[ATN_N_CARRY]; /* miss: |y - median| */
    double log_score[ATN_N_CARRY]; /* log density of an exact figure, log probability of another's
                                      statement */
} atn_foreseen;

typedef enum atn_goal_outcome {
    ATN_OUTCOME_OPEN,
    ATN_OUTCOME_REACHED,
    ATN_OUTCOME_MISSED
} atn_goal_outcome;

/* One reading of one goal in one definition. */
typedef struct atn_backtest_line {
    size_t goal, definition; /* of the study; ATN_NONE, ATN_POOLED as in a projection */
    char reading[64];
    double target;
    atn_goal_outcome outcome;
    atn_day settled; /* reached: the median date; missed: the deadline */
} atn_backtest_line;

typedef struct atn_backtest_answer {
    double probability, mcse; /* by the deadline; NaN where the date was skipped */
    double baseline[2];       /* the same with the last rate, the mean rate kept */
    bool scored;              /* the outcome is known, and was not yet when the answer was given */
} atn_backtest_answer;

/* Answers whose outcome is known. */
typedef struct atn_goal_score {
    size_t n, n_outcomes; /* answers; lines that they are about */
    double brier, brier_error, log_score, log_score_error, brier_baseline[2];
} atn_goal_score;

typedef struct atn_reliability {
    double low, high;
    size_t n, n_came;
    double mean; /* of the probabilities; NaN for none */
} atn_reliability;

struct attain_backtest {
    attain_context *ctx;
    attain_study *study; /* by all reports; owned */
    const char *method;  /* of the last fit */
    uint64_t seed;
    size_t n_draws; /* of the last fit */
    atn_backtest_date *dates;
    size_t n_dates; /* ascending; the last is the study's own as-of date */
    atn_backtest_line *lines;
    size_t n_lines;
    atn_backtest_answer *answers; /* n_dates x n_lines */
    atn_foreseen *forecasts;      /* by date, then report */
    size_t n_forecasts, forecast_room;
    attain_backtest_score *scores;
    char (*score_names)[80];
    size_t n_scores;
    atn_goal_score goals;
    atn_reliability bins[ATN_RELIABILITY_BINS];
    size_t pit[ATTAIN_PIT_BINS];
};

/* Ascending as-of dates up to the study's own: from `from` on (has_from), or counted back from it
 * to the first publication. every: days, 0: calendar months.  At most 1000.  *dates in ctx. */
attain_status atn_backtest_plan(attain_context *ctx, const attain_study *study, long every,
                                bool has_from, atn_day from, atn_backtest_date **dates, size_t *n,
                                attain_error *err);

/* Whether a report of the backtest's study scores what was said on this date. */
bool atn_backtest_is_later(const attain_backtest *backtest, size_t date, size_t report);

/* What the posterior (of a study that differs from the backtest's in as_of alone) foresees of each
 * later report.  NUMERIC, INTERRUPTED, NOMEM. */
attain_status atn_backtest_foresee(attain_backtest *backtest, size_t date,
                                   const attain_posterior *posterior, attain_error *err);
/* Its answers; the first call lays out the lines. */
attain_status atn_backtest_take_answers(attain_backtest *backtest, size_t date,
                                        const attain_projection *projection, attain_error *err);
/* Outcomes, from the projection of the last date. */
void atn_backtest_settle(attain_backtest *backtest, const attain_projection *last);
/* Everything that sums up forecasts and answers. */
attain_status atn_backtest_judge(attain_backtest *backtest, attain_error *err);

#endif
