/* Backtests: what would have been answered on past dates, from the reports published by then, and
 * how it fared against what was published later.
 *
 *   attain_backtest_settings settings;  attain_backtest *backtest;  attain_backtest_summary
 * summary; attain_backtest_settings_init(&settings); settings.from = "2025-04-30";
 *   attain_backtest_run(ctx, "study", NULL, &settings, NULL, &backtest, &err);
 *   attain_backtest_summarize(backtest, &summary);
 *   printf("%zu forecasts\n", summary.n_forecasts);
 *   attain_backtest_free(backtest); */
#ifndef ATTAIN_BACKTEST_H
#define ATTAIN_BACKTEST_H

#include <attain/calibrate.h>
#include <attain/report.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attain_backtest attain_backtest;

typedef struct attain_backtest_settings {
    int version;       /* set by attain_backtest_settings_init */
    const char *every; /* "month", "week" or a number of days, 1 .. 3660; NULL: "month" */
    const char *from;  /* first as-of date, YYYY-MM-DD; NULL: back from the study's own as_of to the
                          first publication */
    attain_method method; /* STUDY: as the study says */
    bool has_seed;
    uint64_t seed; /* used if has_seed, else the study's */
    bool strict;   /* a warning about a date's fit fails its gates too */
} attain_backtest_settings;
ATTAIN_API void attain_backtest_settings_init(attain_backtest_settings *settings);

/* Reads the study at `path` (as attain_study_load does; "-" is read once) as of each date and fits,
 * projects and answers it as a run with that as_of would, bit for bit; a report published later
 * changes nothing.  The last date is the study's own as_of (options->as_of in its place), up to
 * which later reports are known.  Each later report is then compared with what each earlier date's
 * draws foresaw of it: coverage, CRPS and weighted interval score of exact figures, log score and
 * PIT of every statement; beside two baselines, the past's last rate and its mean rate kept.
 * Answers are scored where the reports of the last date leave no doubt of the outcome.
 *
 * options and settings may be NULL.  A date without reports, or whose study cannot be read, fitted
 * or projected, is skipped with its reason.  `problems` (may be NULL) gets what is wrong with the
 * study as of the last date, and a warning for each date that was skipped or whose fit failed its
 * gates.  The context must outlive the backtest.  Returns what attain_study_load does; ARGUMENT (a
 * setting, named); NUMERIC where the last date or every earlier one was skipped; INTERRUPTED,
 * NOMEM; *backtest is then NULL.  Cost: so many fits, one after the other. */
ATTAIN_API attain_status attain_backtest_run(attain_context *context, const char *path,
                                             const attain_study_options *options,
                                             const attain_backtest_settings *settings,
                                             attain_diagnostics *problems,
                                             attain_backtest **backtest,
                                             attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_backtest_free(attain_backtest *backtest);

enum { ATTAIN_PIT_BINS = 10 };

typedef struct attain_backtest_summary {
    size_t n_dates;                    /* the last, which nothing scores, included */
    size_t n_skipped;                  /* of these */
    size_t n_failed;                   /* of those that were not: the fit failed a quality gate */
    size_t n_answers;                  /* dates x readings of goals in definitions */
    size_t n_forecasts;                /* dates x later reports */
    size_t n_scores;                   /* groups that forecasts are summed up in */
    size_t n_judged;                   /* answers with a known outcome */
    size_t n_outcomes;                 /* outcomes that they are about */
    double brier, brier_error;         /* their mean Brier score; NaN for none */
    double log_score, log_score_error; /* and mean log probability of what came */
    double brier_baseline[2];          /* Brier score with the last rate, the mean rate kept */
    size_t pit[ATTAIN_PIT_BINS];       /* all forecasts by PIT, equal bins */
    uint64_t seed;
    const char *method; /* "map" or "nuts" */
} attain_backtest_summary;
ATTAIN_API void attain_backtest_summarize(const attain_backtest *backtest,
                                          attain_backtest_summary *summary);

typedef struct attain_backtest_date {
    char as_of[16];
    size_t reports, later; /* reports published by then; later ones that score it */
    bool answered, passed;
    const char *reason; /* why it was skipped, or which gates failed; borrowed from the backtest */
} attain_backtest_date;
/* index < n_dates, ascending; ARGUMENT otherwise. */
ATTAIN_API attain_status attain_backtest_date_get(const attain_backtest *backtest, size_t index,
                                                  attain_backtest_date *date,
                                                  attain_error *err) ATTAIN_MUST_CHECK;

typedef struct attain_backtest_answer { /* texts borrowed from the backtest */
    size_t date;
    const char *goal, *definition, *reading;
    double probability, mcse; /* NaN where the date was skipped */
    const char *outcome;      /* "reached", "missed", "open" by the reports of the last date */
    bool judged;              /* it is, and was not settled yet when the answer was given */
} attain_backtest_answer;
/* index < n_answers, by date; ARGUMENT otherwise. */
ATTAIN_API attain_status attain_backtest_answer_get(const attain_backtest *backtest, size_t index,
                                                    attain_backtest_answer *answer,
                                                    attain_error *err) ATTAIN_MUST_CHECK;

typedef struct attain_backtest_forecast {
    size_t date, report; /* report: index in the study, as attain_study_report */
    long ahead;          /* days from the as-of date to the end of the report's window */
    bool exact;          /* what only an exact figure has is NaN otherwise */
    double quantile[7];  /* .025 .1 .25 .5 .75 .9 .975 of the reported quantity */
    double pit, log_score, crps, wis; /* crps, wis: on the log scale under a log link */
} attain_backtest_forecast;
/* index < n_forecasts; ARGUMENT otherwise. */
ATTAIN_API attain_status attain_backtest_forecast_get(const attain_backtest *backtest, size_t index,
                                                      attain_backtest_forecast *forecast,
                                                      attain_error *err) ATTAIN_MUST_CHECK;

/* Forecasts of one group summed up.  Errors are standard errors, the larger of two jackknives that
 * leave out a report, or a date, at a time: one report is foreseen on many dates, one date foresees
 * many.  A coverage's is not below the binomial one of so many different reports.  NaN where there
 * are too few to tell.  Pairs are against the last rate kept and the mean rate to date. */
typedef struct attain_backtest_score { /* texts borrowed from the backtest */
    const char *group;                 /* "all", "horizon", "series" */
    const char *name;                  /* "all", "1 to 30 days", "arrests" */
    size_t n, n_reports, n_dates;      /* forecasts, different reports, dates */
    size_t n_exact, n_exact_reports;   /* those of exact figures */
    double coverage[ATTAIN_COVERAGES], coverage_error[ATTAIN_COVERAGES];
    double crps, crps_error, wis, wis_error;
    double skill[2], skill_error[2]; /* 1 - CRPS / the baseline's: above 0 is better than it */
    double median_skill[2], median_skill_error[2]; /* the same of the median's absolute miss */
    double log_score, log_score_error;             /* mean over all statements */
    double log_gain[2], log_gain_error[2];         /* less the baseline's */
    double pit, pit_error; /* mean: above 1/2 the figures came out higher than foreseen */
} attain_backtest_score;
/* index < n_scores; ARGUMENT otherwise. */
ATTAIN_API attain_status attain_backtest_score_get(const attain_backtest *backtest, size_t index,
                                                   attain_backtest_score *score,
                                                   attain_error *err) ATTAIN_MUST_CHECK;

/* Everything for people or as JSON (attain schema backtest); as CSV the table of that name:
 * "scores" (NULL), "answers" or "forecasts".  Free with attain_text_free.  ADDRESS for another
 * name. */
ATTAIN_API attain_status attain_backtest_text(const attain_backtest *backtest, const char *table,
                                              attain_format format, char **text,
                                              attain_error *err) ATTAIN_MUST_CHECK;
/* Writes backtest.json, backtest.csv (forecasts), answers.csv, scores.csv and the charts
 * moved-GOAL (how the answer moved) and calibration into `folder`, created if missing; each file
 * whole or not at all.  draw: as in report.h; NULL: scripts and data only.  A failing draw leaves
 * script and data; its status (TOOL, FILE) is the call's.  Returns FILE, INTERRUPTED, NOMEM. */
ATTAIN_API attain_status attain_backtest_write(const attain_backtest *backtest, const char *folder,
                                               bool charts, attain_draw *draw, void *draw_user,
                                               attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
