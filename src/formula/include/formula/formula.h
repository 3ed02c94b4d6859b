/* The formula engine: text -> flat program -> values and exact derivatives over columns of lanes.
 * METHODS section 2.1.
 *
 * Beyond that section: a comparison of NaN is 0 (!= is 1), as in C; min, max and the condition of
 * `if` hand NaN on; the branch of `if` not taken has no part in value or derivative, even if it is
 * NaN or infinite.  A kink takes the right-hand derivative in abs, the first operand's on a tie of
 * min or max, and 0 in comparisons.  */
#ifndef ATN_FORMULA_FORMULA_H
#define ATN_FORMULA_FORMULA_H

#include "base/calendar.h"
#include "base/context.h"

/* A name the formula may use.  A scalar is one number for all lanes (a parameter); a column has
 * one number a lane (t, an exogenous input, another series).  Besides words, ids of a study serve:
 * they may hold '-' and start with a digit, and the longest declared name that fits is read, so
 * that `book-ins`, once declared, is no difference.  Functions and constants cannot be redefined.
 */
typedef struct atn_name {
    const char *name;
    bool column;
} atn_name;

typedef struct atn_formula atn_formula;

/* Whether the language has a function or constant of that name. */
bool atn_formula_has_own(const char *name);

/* Compiles `text`.  names are copied.  calendar resolves date literals (@2025-06-01 -> step
 * number); NULL refuses them.  On FORMULA err holds line 1 and the 1-based column (in bytes) of
 * the offending token, what was found, what was expected, and for an unknown name a suggestion.
 * Depth and length are bounded: 100,000 brackets give an error, not a crash. */
attain_status atn_formula_compile(attain_context *ctx, const char *text, const atn_name *names,
                                  size_t n_names, const atn_calendar *calendar,
                                  atn_formula **formula, attain_error *err);
void atn_formula_free(attain_context *ctx, atn_formula *formula);

size_t atn_formula_n_names(const atn_formula *formula);
/* Whether name k occurs in the formula (after constant folding). */
bool atn_formula_uses(const atn_formula *formula, size_t k);

/* Doubles of work space that a forward or reverse call needs for this many lanes; grows with lanes
 * up to the length of a block, then no more.  Contents need not be kept between calls. */
size_t atn_formula_work_size(const atn_formula *formula, size_t lanes);

/* value[l] for l < lanes.  inputs[k] points at 1 double (scalar) or `lanes` doubles (column) for
 * each name in order; unused names may be NULL.  Domain errors give NaN or inf, as C99's libm. */
void atn_formula_value(const atn_formula *formula, size_t lanes, const double *const *inputs,
                       double *restrict value, double *restrict work);

/* Value as above, and the reverse sweep in the same call:
 *   adjoint[k] += sum_l seed[l] d value[l] / d name_k          scalar names (one double)
 *   adjoint[k][l] += seed[l] d value[l] / d name_k[l]          column names (lanes doubles)
 * adjoint[k] NULL: not wanted.  seed NULL: all ones.  value may be NULL.
 * A lane with seed 0 contributes exactly 0, whatever its derivative. */
void atn_formula_gradient(const atn_formula *formula, size_t lanes, const double *const *inputs,
                          const double *seed, double *restrict value, double *const *adjoint,
                          double *restrict work);

/* Value and each lane's derivative: jacobian[k][l] = d value[l] / d name_k (overwritten) for every
 * name, scalar or column; jacobian[k] NULL: not wanted. */
void atn_formula_jacobian(const atn_formula *formula, size_t lanes, const double *const *inputs,
                          double *restrict value, double *const *jacobian, double *restrict work);

/* Value and derivatives in long double, lane by lane: for the last steps of a fit, where rounding
 * in double would show.  columns[k] holds `lanes` doubles for each column name in use (others
 * NULL), scalars[k] the number of each scalar name; both have one entry a name.  value may be NULL.
 * jacobian[k][l] for scalar names (overwritten); jacobian[k] NULL: not wanted; jacobian may be
 * NULL. work: atn_formula_extended_work_size long doubles. */
size_t atn_formula_extended_work_size(const atn_formula *formula);
void atn_formula_extended(const atn_formula *formula, size_t lanes, const double *const *columns,
                          const long double *scalars, long double *restrict value,
                          long double *const *jacobian, long double *restrict work);

/* Bounds on value[l] over lanes whose inputs lie in low[k] .. high[k] (unused names are not read),
 * by interval arithmetic: never too narrow, often too wide, -INFINITY .. INFINITY where it gives
 * up. Where it gives finite bounds no such lane is NaN.  work: atn_formula_range_work_size doubles.
 */
size_t atn_formula_range_work_size(const atn_formula *formula);
void atn_formula_range(const atn_formula *formula, const double *low, const double *high,
                       double *value_low, double *value_high, double *work);

/* Whether the formula is affine in the names of the set jointly (set[k] for each name), as its
 * structure shows: derivatives by these names depend on none of them.  Never true by mistake. */
bool atn_formula_affine(const atn_formula *formula, const bool *set);

/* Whether a name of the set bends the formula sharply or makes it oscillate (it reaches abs, min,
 * max, if, a comparison, sin, cos or tan): sums of squares over it have many basins. */
bool atn_formula_many_basins(const atn_formula *formula, const bool *set);

/* A formula without lanes: values[k] for each name (NULL if there are none), `column` ignored.
 * *result may come out NaN or infinite; it is untouched on failure. */
attain_status atn_formula_constant(attain_context *ctx, const char *text, const atn_name *names,
                                   const double *values, size_t n_names,
                                   const atn_calendar *calendar, double *result, attain_error *err);

#endif
