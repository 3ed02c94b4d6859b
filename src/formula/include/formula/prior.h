/* Prior texts: "lognormal(log(1200), 0.5)" -> family and arguments.  Arguments are formulas over
 * the given constants (m, t1, t2 in default priors).  METHODS section 3. */
#ifndef ATN_FORMULA_PRIOR_H
#define ATN_FORMULA_PRIOR_H

#include "formula/formula.h"

#define ATN_PRIOR_LIST(X)                                                                          \
    X(NORMAL, "normal", 2, "mean, sd")                                                             \
    X(LOGNORMAL, "lognormal", 2, "meanlog, sdlog")                                                 \
    X(STUDENT_T, "student_t", 3, "df, location, scale")                                            \
    X(HALF_NORMAL, "half_normal", 1, "sd")                                                         \
    X(HALF_STUDENT_T, "half_student_t", 2, "df, scale")                                            \
    X(EXPONENTIAL, "exponential", 1, "mean")                                                       \
    X(GAMMA, "gamma", 2, "shape, rate")                                                            \
    X(BETA, "beta", 2, "a, b")                                                                     \
    X(UNIFORM, "uniform", 2, "lower, upper")

typedef enum atn_prior_family {
#define ATN_AS_FAMILY(id, name, n, args) ATN_PRIOR_##id,
    ATN_PRIOR_LIST(ATN_AS_FAMILY)
#undef ATN_AS_FAMILY
        ATN_PRIOR_FAMILIES
} atn_prior_family;

/* lower and upper are the support after truncation: the family's own support cut to the bounds the
 * study gave (-INFINITY, INFINITY when open).  Densities are normalised over the family's support,
 * not over the truncation: bounds are constants, so the posterior is the same. */
typedef struct atn_prior {
    atn_prior_family family;
    double arg[3];
    double lower, upper;
} atn_prior;

/* Parses and checks the arguments' ranges (sd > 0, lower < upper, ...). */
attain_status atn_prior_parse(attain_context *ctx, const char *text, const atn_name *names,
                              const double *values, size_t n_names, const atn_calendar *calendar,
                              atn_prior *prior, attain_error *err);
/* Cuts the support; FIELD when nothing is left.  Pass -INFINITY / INFINITY for no bound. */
attain_status atn_prior_truncate(atn_prior *prior, double lower, double upper, attain_error *err);
/* Canonical text with numbers in place of formulas, e.g. "lognormal(7.09, 0.5)"; cut to size. */
void atn_prior_format(const atn_prior *prior, char *buffer, size_t size);

#endif
