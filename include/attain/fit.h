/* Fitting: study -> posterior draws. */
#ifndef ATTAIN_FIT_H
#define ATTAIN_FIT_H

#include <attain/study.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attain_posterior attain_posterior;

typedef enum attain_method {
    ATTAIN_METHOD_STUDY = 0,
    ATTAIN_METHOD_MAP = 1,
    ATTAIN_METHOD_NUTS = 2
} attain_method;

typedef struct attain_fit_settings {
    int version;          /* set by attain_fit_settings_init */
    attain_method method; /* STUDY: as the study says */
    bool has_seed;
    uint64_t seed; /* used if has_seed, else the study's */
    long draws;    /* joint draws; 0: the study's chains x draws.  100 .. 1,000,000 */
    bool skip_loo; /* leave out predicting each report from the others, a third of a quick fit's
                      time, where no candidate trends need it; the results then have none */
} attain_fit_settings;

ATTAIN_API void attain_fit_settings_init(attain_fit_settings *settings);

/* Fits the study.  settings may be NULL.  The study and the context must outlive the posterior.
 * `diagnostics` (may be NULL) is for warnings about the fit; what its quality gates find is said
 * with the results, and a failed gate is no error.  Returns NUMERIC when no finite starting point
 * or mode was found, INTERRUPTED, ARGUMENT, NOMEM; *posterior is then NULL. */
ATTAIN_API attain_status attain_fit_run(attain_context *context, const attain_study *study,
                                        const attain_fit_settings *settings,
                                        attain_diagnostics *diagnostics,
                                        attain_posterior **posterior,
                                        attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_posterior_free(attain_posterior *posterior);

ATTAIN_API size_t attain_posterior_draw_count(const attain_posterior *posterior);
/* Draws of one parameter by its name in the results ("arrests.high"); out holds draw_count doubles.
 * ARGUMENT if there is none of that name in every candidate. */
ATTAIN_API attain_status attain_posterior_draws(const attain_posterior *posterior, const char *name,
                                                double *out, attain_error *err) ATTAIN_MUST_CHECK;

/* All draws as CSV with a header: `.chain`, `.iteration`, `.draw` (from 1), `lp__` (the log
 * posterior density on the natural scale, no Jacobian, of the draw's own trends, at its parameters
 * and latent values), `divergent__` (0 or 1) where the sampler tells, SERIES.trend (from 1, in the
 * study's order) where there was a choice of trends, then every parameter by its name in the
 * results; NA where the draw's trend has no such parameter.  R's posterior::as_draws_df reads the
 * data frame as it stands.  Draws of `map`, and joint draws over several trends, have no chains:
 * one holds all. The caller frees *text with attain_text_free.  Returns INTERRUPTED, NOMEM. */
ATTAIN_API attain_status attain_posterior_draws_csv(const attain_posterior *posterior, char **text,
                                                    attain_error *err) ATTAIN_MUST_CHECK;
/* The same into a file, whole or not at all.  Returns FILE, INTERRUPTED, NOMEM. */
ATTAIN_API attain_status attain_posterior_write_draws(const attain_posterior *posterior,
                                                      const char *path,
                                                      attain_error *err) ATTAIN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
