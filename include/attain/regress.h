/* Regression: least squares (or a robust loss) of any formula on any table, or its posterior. */
#ifndef ATTAIN_REGRESS_H
#define ATTAIN_REGRESS_H

#include <attain/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Tables: named columns of numbers ---- */

typedef struct attain_table attain_table;

/* Reads a CSV file (RFC 4180, header row; "-" is standard input).  A cell is a decimal number, an
 * ISO date, empty, or NA.  Dates become days since the earliest date of the table.  A column that
 * holds anything else is kept out, and using it is an error that names its first such cell.
 * Problems go to `diagnostics` (may be NULL).  Returns FILE, TABLE, NOMEM; *table is then NULL. */
ATTAIN_API attain_status attain_table_load(attain_context *context, const char *path,
                                           attain_diagnostics *diagnostics, attain_table **table,
                                           attain_error *err) ATTAIN_MUST_CHECK;
/* The same from memory; `name` stands in messages. */
ATTAIN_API attain_status attain_table_parse(attain_context *context, const char *text,
                                            size_t length, const char *name,
                                            attain_diagnostics *diagnostics, attain_table **table,
                                            attain_error *err) ATTAIN_MUST_CHECK;
/* From n_columns arrays of n_rows numbers each; everything is copied.  NaN is a missing cell.
 * ARGUMENT for an empty or repeated name or an infinite number. */
ATTAIN_API attain_status attain_table_create(attain_context *context, const char *const *names,
                                             const double *const *columns, size_t n_columns,
                                             size_t n_rows, attain_table **table,
                                             attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_table_free(attain_table *table);
ATTAIN_API size_t attain_table_rows(const attain_table *table);

/* ---- Fitting ---- */

typedef struct attain_regression attain_regression;

typedef enum attain_loss {
    ATTAIN_LOSS_SQUARES = 0,
    ATTAIN_LOSS_HUBER = 1,    /* tuning constant 1.345, scale by the median absolute deviation */
    ATTAIN_LOSS_STUDENT_T = 2 /* 4 degrees of freedom, scale by maximum likelihood */
} attain_loss;

typedef enum attain_intervals {
    ATTAIN_INTERVALS_WALD = 0,
    ATTAIN_INTERVALS_PROFILE = 1,
    ATTAIN_INTERVALS_BOOTSTRAP = 2
} attain_intervals;

typedef struct attain_regression_settings {
    int version;          /* set by attain_regression_settings_init */
    const char *response; /* expression over the columns; required */
    const char *formula;  /* over columns and parameters; with `curve`, what stands for its t */
    const char *curve;    /* a trend family of the library in place of a formula */
    const char *start;    /* "b1=500,b2=1e-4": names the parameters; may be NULL with `curve` */
    const char *prior;    /* "b1=normal(0,10); b2=lognormal(0,1)" or NULL */
    const char *bounds;   /* "b1=0:,b2=:1" or NULL */
    const char *weights;  /* expression over the columns, > 0; NULL: all 1 */
    attain_loss loss;
    attain_intervals intervals;
    double level;    /* of the intervals, in (0, 1); default 0.95 */
    uint64_t seed;   /* of bootstrap and sampler; default 1 */
    long replicates; /* of the bootstrap, 100 .. 1,000,000; default 2,000 */
    /* STUDY or MAP: `loss` is minimised.  NUTS: the posterior is sampled, under normal errors of sd
     * sigma / sqrt(weight); `prior` may then name sigma, and what has no prior is flat.  Takes the
     * loss squares and no other intervals than WALD, in whose place stand central quantiles. */
    attain_method fit;
    long chains;        /* of the sampler, 1 .. 64; default 4 */
    long warmup, draws; /* of a chain, warmup 1 .. 1,000,000, chains x draws 100 .. 1,000,000;
                           default 1,000 each */
} attain_regression_settings;
ATTAIN_API void attain_regression_settings_init(attain_regression_settings *settings);

/* Why the search ended.  Only CONVERGED is an answer. */
#define ATTAIN_REGRESSION_OUTCOME_LIST(X)                                                          \
    X(CONVERGED, 0, "converged")                                                                   \
    X(STALLED, 1, "stalled")   /* no step lowers the loss, yet its gradient is not 0 */            \
    X(SINGULAR, 2, "singular") /* the rows do not determine every parameter */                     \
    X(STEP_LIMIT, 3, "step_limit")
#define ATTAIN_AS_OUTCOME(name, code, text) ATTAIN_REGRESSION_##name = (code),
typedef enum attain_regression_outcome {
    ATTAIN_REGRESSION_OUTCOME_LIST(ATTAIN_AS_OUTCOME)
} attain_regression_outcome;
ATTAIN_API const char *attain_regression_outcome_text(attain_regression_outcome outcome);

/* Fits.  Rows with a missing cell in a column in use are left out, with a warning that counts them.
 * The table, the context and nothing else are borrowed until the regression is freed.  Success
 * means that there is a result; read its outcome.  Errors: ARGUMENT (settings), FORMULA (an
 * expression: column and what was expected; names a column the table lacks), TABLE (a column that
 * is no numbers, a constant response, fewer rows than parameters, weights <= 0), DOMAIN (start
 * outside its bounds; formula not finite at the start: row and value), NUMERIC (NUTS alone: no
 * proper posterior, or least squares, where its search begins, found no answer), INTERRUPTED,
 * NOMEM. */
ATTAIN_API attain_status attain_regress(attain_context *context, const attain_table *table,
                                        const attain_regression_settings *settings,
                                        attain_diagnostics *diagnostics,
                                        attain_regression **regression,
                                        attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_regression_free(attain_regression *regression);

/* ---- Reading the result ---- */

typedef struct attain_regression_summary {
    attain_regression_outcome outcome;
    size_t n_rows, n_parameters; /* rows used */
    double rss;                  /* weighted sum of squared residuals */
    double residual_sd;          /* sqrt(rss / residual_df); NaN when residual_df is 0 */
    long residual_df;
    double r_squared;   /* 1 - rss / weighted sum of squares about the mean */
    double scale;       /* of the loss: residual_sd for squares */
    double condition;   /* of the column-scaled Jacobian */
    size_t evaluations; /* of formula or Jacobian over all rows */
    size_t starts;      /* places searched from: 1 unless the first was in doubt */
    bool extended;      /* the last steps were taken in extended precision */
    /* Of the posterior: over its parameters; NaN and 0 without one. */
    double max_rhat, min_ess; /* the worse of bulk and tail */
    size_t divergences;
    bool gates_passed; /* converged and, of the posterior, every quality gate passed */
} attain_regression_summary;
/* With a posterior: n_parameters counts sigma; the residuals, and with them rss, residual_sd, scale
 * and r_squared, are those about the posterior mean of the curve; condition, starts and extended
 * tell of the search for the least squares that the sampler starts from. */
ATTAIN_API void attain_regression_summarize(const attain_regression *regression,
                                            attain_regression_summary *summary);

typedef struct attain_regression_parameter {
    const char *name;    /* borrowed from the regression */
    double estimate;     /* of the posterior: its mean */
    double std_error;    /* NaN where the rows do not determine it or it lies on a bound; of the
                            posterior: its sd, NaN where bounds hold the parameter */
    double lower, upper; /* of the interval asked for; NaN or infinite where there is none */
    bool at_bound;
    double rhat, ess_bulk, ess_tail; /* of the posterior, else NaN (Vehtari et al. 2021) */
} attain_regression_parameter;
/* index < n_parameters, in the order of `start` or of the curve's file, then sigma of a posterior;
 * ARGUMENT otherwise. */
ATTAIN_API attain_status attain_regression_parameter_get(const attain_regression *regression,
                                                         size_t index,
                                                         attain_regression_parameter *parameter,
                                                         attain_error *err) ATTAIN_MUST_CHECK;
/* n_parameters x n_parameters numbers, row-major; of a posterior, that of its draws. */
ATTAIN_API void attain_regression_covariance(const attain_regression *regression,
                                             double *covariance);
/* One number a row used, response - fitted; `row` (may be NULL) gets each one's row in the table,
 * from 0. */
ATTAIN_API void attain_regression_residuals(const attain_regression *regression, double *residual,
                                            size_t *row);
/* The posterior's draws of parameter `index`, chain by chain: chains x draws numbers.  ARGUMENT
 * without a posterior or for another index. */
ATTAIN_API attain_status attain_regression_draws(const attain_regression *regression, size_t index,
                                                 double *draws,
                                                 attain_error *err) ATTAIN_MUST_CHECK;

/* ---- Putting it out (free texts with attain_text_free) ---- */

/* Table for people, JSON or CSV of the parameters; `residuals` adds them, a line a row.  In CSV the
 * rows then stand in the parameters' place. */
ATTAIN_API attain_status attain_regression_text(const attain_regression *regression,
                                                attain_format format, bool residuals, char **text,
                                                attain_error *err) ATTAIN_MUST_CHECK;
/* The posterior's draws as CSV with a header, into a file, whole or not at all: `.chain`,
 * `.iteration`, `.draw` (from 1), `lp__` (the log posterior density on the natural scale, without
 * the likelihood's constants), then every parameter.  R's posterior::as_draws_df reads the data
 * frame as it stands.  Returns ARGUMENT without a posterior, FILE, INTERRUPTED, NOMEM. */
ATTAIN_API attain_status attain_regression_write_draws(const attain_regression *regression,
                                                       const char *path,
                                                       attain_error *err) ATTAIN_MUST_CHECK;
/* Draws data, curve, the band of the curve and the band of new observations, and the residuals
 * below: along the one column that the formula reads; where it reads several, observed against
 * fitted; where it reads none, along the rows.  Without bands where the search did not converge,
 * which the headline then says.  Of a posterior the curve is its mean, and the bands are quantiles
 * of the draws.  `path` ends in .svg; .gp, .csv, .png and .alt.txt lie beside it
 * under the same name, each written whole or not at all.  draw as in report.h; NULL leaves script
 * and data, as does one that fails, whose status (TOOL, FILE) is the call's.  ARGUMENT for a name
 * of other characters than letters, digits, blanks and . _ -, or whose .csv is the table itself. */
ATTAIN_API attain_status attain_regression_plot(const attain_regression *regression,
                                                const char *path, attain_draw *draw,
                                                void *draw_user,
                                                attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
