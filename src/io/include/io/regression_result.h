/* A regression's result as the report room sees it. */
#ifndef ATN_IO_REGRESSION_RESULT_H
#define ATN_IO_REGRESSION_RESULT_H

#include <attain/regress.h>

#include "base/text.h"
#include "io/number_table.h"
#include "stats/regression.h"
#include "stats/summary.h"
#include "study/study_data.h"

/* A column the formula may read: the model's columns, in its order. */
typedef struct atn_regression_column {
    const char *name;     /* in the formula; "t" of a curve */
    const char *label;    /* for axes: the header's name, or the expression that stands for t */
    const double *values; /* the model's n_rows numbers; NULL where the formula does not read it */
    bool date;            /* days since table->calendar.origin */
} atn_regression_column;

enum { ATN_N_REGRESSION_GATES = 5, ATN_N_REGRESSION_LEVELS = 5 };
extern const double atn_regression_levels[ATN_N_REGRESSION_LEVELS]; /* 0.05, 0.25, 0.5, ... */

typedef struct atn_regression_gate {
    const atn_gate_rule *rule;
    double value;
    bool passed;
} atn_regression_gate;

/* Beside the answer, whose parameters are then those of the draws: sigma last. */
typedef struct atn_regression_posterior {
    atn_nuts nuts; /* draws: n_draws x answer.n_parameters */
    size_t n_draws;
    bool has_sigma_prior;
    atn_prior sigma_prior;
    atn_summary *summary; /* a parameter each */
    double *quantiles;    /* a parameter each: ATN_N_REGRESSION_LEVELS */
    atn_regression_gate gates[ATN_N_REGRESSION_GATES];
    double max_rhat, min_ess;
    size_t max_rhat_of, min_ess_of; /* parameters */
    bool passed;                    /* all gates */
} atn_regression_posterior;

struct attain_regression {
    attain_context *ctx;
    const attain_table *table;
    /* What was asked for, the texts copied; NULL as in the settings. */
    attain_regression_settings settings;
    char *response_text; /* = settings.response */
    char *formula_text;  /* what was fitted; a curve's own formula */
    char *curve;         /* the curve's name, or NULL */

    atn_formula *formula;
    atn_regression_model model; /* borrows from the arrays below and from the table */
    atn_regression_answer answer;
    char **names; /* answer.n_parameters */
    size_t n_names;
    atn_regression_column *columns;
    double *lower, *upper; /* of the intervals: a parameter each, NaN where there are none */
    atn_regression_posterior *posterior; /* NULL: not asked for */
    size_t n_failed;                     /* bootstrap: replicates left out */
    size_t n_missing;                    /* rows of the table left out for a missing cell */
    size_t *rows;              /* each used row's index in the table; NULL: all, in order */
    attain_diagnostics *notes; /* warnings and notes of the fit */

    char *along_text; /* of a curve: what stands for its t */

    /* Owners of what the model and the columns borrow. */
    double *response, *weights, *bound_low, *bound_high;
    double **gathered; /* one a model column; NULL where the table's own array serves */
    const double **inputs;
    const atn_prior **prior_of;
    atn_prior *priors;
};

/* Line in the file of the k-th row used; 0 for a table from arrays. */
long atn_regression_line(const attain_regression *regression, size_t k);
/* Bounds hold the parameter at one value. */
bool atn_regression_is_fixed(const attain_regression *regression, size_t parameter);
/* Correlation of two parameters; NaN where either has no standard error. */
double atn_regression_correlation(const attain_regression *regression, size_t i, size_t j);
const char *atn_loss_name(attain_loss loss);                /* "squares", "huber", "student_t" */
const char *atn_intervals_name(attain_intervals intervals); /* "wald", "profile", "bootstrap" */

/* The JSON document and the CSV: of the parameters, or with `residuals` of the rows (line or row,
 * response, fitted, residual).  What attain_regression_text hands out in these formats. */
attain_status atn_regression_json(const attain_regression *regression, bool residuals, char **text,
                                  attain_error *err);
attain_status atn_regression_csv(const attain_regression *regression, bool residuals, char **text,
                                 attain_error *err);

#endif
