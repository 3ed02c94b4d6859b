/* Inside the io room: how a regression's settings become a model. */
#ifndef ATN_REGRESS_INTERNAL_H
#define ATN_REGRESS_INTERNAL_H

#include "io/regression_result.h"

typedef struct atn_regress_parameter {
    char *name;
    bool started, bounded, has_prior;
    double start, lower, upper; /* bounds as stated */
    atn_prior prior;            /* as stated */
    char *guess_text;           /* of a curve: its default prior, from which starts are made */
    atn_prior guess;
} atn_regress_parameter;

typedef struct atn_regress_job {
    attain_context *ctx;
    const attain_table *table;
    const attain_regression_settings *settings;
    attain_regression *out;
    attain_error *err;
    attain_status status; /* of the first problem */

    atn_regress_parameter *parameters;
    size_t n_parameters, capacity;
    bool parameters_known; /* `start` was read without a problem */
    bool has_sigma_prior;
    atn_prior sigma_prior; /* of a posterior */

    size_t *usable; /* the table's columns that expressions may name */
    size_t n_usable;
    bool *in_use; /* each table column */
    atn_formula *response, *weights;
    atn_formula *along;  /* of a curve: the expression that stands for t, unless a column does */
    size_t along_column; /* the table's column in its place */
    size_t n_used;       /* rows */
    double *starts;      /* n_starts x n_parameters */
    size_t n_starts;
} atn_regress_job;

/* Records a problem; an error's status is kept if it is the first.  place may be NULL. */
void atn_regress_problem(atn_regress_job *job, attain_status status, const char *code,
                         const atn_place *place, const char *format, ...) ATTAIN_PRINTF(5, 6);
void atn_regress_warn(atn_regress_job *job, attain_severity severity, const char *code,
                      const char *format, ...) ATTAIN_PRINTF(4, 5);

/* "; did you mean 'x'?" or "" into hint. */
enum { ATN_REGRESS_HINT = 100 };
void atn_regress_hint_parameter(const atn_regress_job *job, const char *word,
                                char hint[ATN_REGRESS_HINT]);
/* atn_suggest, but for single letters. */
const char *atn_regress_near(const char *word, const char *const *names, size_t n);
/* Index of a parameter; n_parameters if there is none. */
size_t atn_regress_find(const atn_regress_job *job, const char *name, size_t length);
/* Appends an empty parameter of that name; NULL when out of memory. */
atn_regress_parameter *atn_regress_add(atn_regress_job *job, const char *name, size_t length);

/* Reads `start`, `prior` and `bounds`. */
void atn_regress_words(atn_regress_job *job);
/* The curve's parameters and formula. */
void atn_regress_curve(atn_regress_job *job);

/* Which columns may be named, then the expressions. */
void atn_regress_compile(atn_regress_job *job);

/* Rows, response, weights and the columns of the model. */
void atn_regress_data(atn_regress_job *job);
/* "line 7" or "row 6", and "x = 0, y = 2" of that row (index in the table). */
void atn_regress_where(const attain_table *table, size_t row, char out[64]);
void atn_regress_cells(const atn_regress_job *job, const atn_formula *formula, size_t first_column,
                       size_t row, char *out, size_t size);
void atn_regress_append(char *out, size_t size, const char *name, double value);
/* "NaN", "infinity", "-infinity" or the number. */
const char *atn_regress_number(double value, char out[ATN_NUMBER_SIZE]);

/* The curve's default priors, scaled by the data; false when out of memory. */
bool atn_regress_guesses(atn_regress_job *job);
/* Bounds, priors and starts. */
void atn_regress_limits(atn_regress_job *job);
void atn_regress_starts(atn_regress_job *job);
/* The formula is not finite at the first start in the k-th row used. */
void atn_regress_refuse_start(atn_regress_job *job, size_t k);

/* The posterior in the place of the least-squares answer. */
void atn_regress_posterior(atn_regress_job *job);
/* Of a parameter of the answer; "sigma" after the model's own. */
const char *atn_regress_name(const atn_regress_job *job, size_t parameter);
bool atn_regress_is_sampled(const atn_regress_job *job);
void atn_regress_posterior_free(attain_context *ctx, atn_regression_posterior *posterior);

/* The direction that the rows leave open: "b1 (0.71), b2 (-0.71)", its largest shares first;
 * returns how many. */
size_t atn_regress_open(const atn_regress_job *job, char *shares, size_t size);
/* What is to be said of the answer. */
void atn_regress_remarks(atn_regress_job *job);

#endif
