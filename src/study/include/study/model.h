/* The log posterior of one block of a study and its paths (METHODS sections 2 to 4). */
#ifndef ATN_STUDY_MODEL_H
#define ATN_STUDY_MODEL_H

#include "stats/distribution.h"
#include "study/future.h"
#include "study/study_data.h"

/* Dimension = n_parameters + n_latent.  A point on the natural scale is theta = (parameters,
 * latent): parameters are trend parameters, deviation sigma/phi/sigma_v, step_sigma, effect sigma
 * of each series; then definition factors, source and release biases, scale.  Latent are the
 * standard normals: per series the deviation's innovations that the reports reach (z then, for
 * local_trend, u), and the calendar effects.  On the whole line u = transform^-1(parameters),
 * latent as is. */
typedef struct atn_model atn_model;
typedef struct atn_workspace atn_workspace; /* one per worker */

/* series: the block's series; trend[s]: index of the candidate trend used for each of them. */
attain_status atn_model_create(attain_context *ctx, const attain_study *study, const size_t *series,
                               const size_t *trend, size_t n_series, atn_model **model,
                               attain_error *err);
void atn_model_free(attain_context *ctx, atn_model *model);
attain_status atn_workspace_create(attain_context *ctx, const atn_model *model,
                                   atn_workspace **workspace, attain_error *err);
void atn_workspace_free(attain_context *ctx, atn_workspace *workspace);

size_t atn_model_dimension(const atn_model *model);
size_t atn_model_n_parameters(const atn_model *model);
/* "arrests.high", "arrests.deviation.sigma", "arrests.step_sigma", "definition.dhs", "source.DHS",
 * "release.x", "scale"; latent: "arrests.deviation.z[3]", "arrests.deviation.u[2]",
 * "arrests.effect[0]".  Borrowed from the model. */
const char *atn_model_name(const atn_model *model, size_t k);
const atn_parameter *atn_model_parameter(const atn_model *model, size_t k); /* NULL for latent */
const atn_prior *atn_model_prior(const atn_model *model, size_t k);         /* NULL for latent */

/* The coordinate on the whole line that is the log of latent value k's scale (a deviation's sigma
 * or sigma_v, an effect's sigma); SIZE_MAX when that is fixed or bounded otherwise than below by 0.
 */
size_t atn_model_log_scale(const atn_model *model, size_t k);

/* Log posterior density on the natural scale, no Jacobian, in priors' normalised form; gradient
 * (dimension, overwritten) may be NULL.  Allocates nothing; -INFINITY outside the domain (gradient
 * then unspecified but finite-or-NaN-free is not promised). */
double atn_model_log_density(const atn_model *model, const double *theta, double *gradient,
                             atn_workspace *workspace);
/* The same on the whole line with the log-Jacobian. */
double atn_model_log_posterior(const atn_model *model, const double *u, double *gradient,
                               atn_workspace *workspace);
void atn_model_to_natural(const atn_model *model, const double *u, double *theta);
void atn_model_to_line(const atn_model *model, const double *theta, double *u);

/* Reports of this block that enter the likelihood: indices into study->reports. */
size_t atn_model_n_reports(const atn_model *model);
size_t atn_model_report(const atn_model *model, size_t r);
/* Pointwise log likelihood, n_reports. */
void atn_model_pointwise(const atn_model *model, const double *theta, double *log_likelihood,
                         atn_workspace *workspace);
/* Predictive probability below (F at the lower end) and up to the upper end of each used report's
 * statement: exact gives low = high = F(v); at_least F(v), 1; ...  Each n_reports. */
void atn_model_predictive(const atn_model *model, const double *theta, double *below, double *upto,
                          atn_workspace *workspace);
/* One draw of each used report's reported quantity X on the natural scale. */
void atn_model_replicate(const atn_model *model, const double *theta, atn_stream *stream,
                         double *quantity, atn_workspace *workspace);

/* Path of the block's k-th series over the whole horizon for one posterior draw: y (n_steps).
 * Innovations the reports did not reach are drawn fresh from streams keyed (seed, DEVIATION,
 * series index in the study, draw); the calendar effects come from theta.  Series of the block are
 * computed in dependency order; asking for one computes those it needs.
 * y may be NULL for series not wanted: y[k] for the k-th series of the block.
 * future (NULL: none) changes what comes: the same innovations under other parameters, inputs,
 * factors and levels.  A knot belongs to the parameters of the first step that leans on it. */
void atn_model_paths(const atn_model *model, const double *theta, uint64_t seed, uint64_t draw,
                     double *const *y, atn_workspace *workspace, const atn_future *future);
/* The same draw under many futures.  prime: the paths without any, and what of them stays, kept in
 * the workspace until it is used for anything else.  again: to the bit what atn_model_paths gives
 * at steps from .. to-1, for futures that change nothing before `from` and set no parameter of a
 * deviation or of a calendar effect. */
bool atn_model_has_again(const atn_model *model); /* whether this block can be run so */
void atn_model_prime(const atn_model *model, const double *theta, uint64_t seed, uint64_t draw,
                     double *const *y, atn_workspace *workspace);
void atn_model_paths_again(const atn_model *model, const double *theta, size_t from, size_t to,
                           double *const *y, atn_workspace *workspace, const atn_future *future);
/* The parameters in force at a step. */
const double *atn_future_theta(const atn_future *future, const double *theta, size_t step);
size_t atn_model_n_series(const atn_model *model);
size_t atn_model_series(const atn_model *model, size_t k); /* index in the study */
/* omega of the k-th series of the block at theta; 0 when it has no scatter. */
double atn_model_step_sigma(const atn_model *model, const double *theta, size_t k);
/* Factor (log link) or shift of a declared definition at theta: 1 or 0 for a reference and for
 * definitions of other blocks. */
double atn_model_factor(const atn_model *model, const double *theta, size_t definition);

#endif
