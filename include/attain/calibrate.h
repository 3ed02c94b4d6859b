/* Calibration: does the fit of a study recover what made the figures?  Simulation-based calibration
 * (Talts et al. 2018; Modrák et al. 2023).
 *
 *   attain_calibration *calibration;  attain_calibration_summary summary;
 *   attain_calibrate(ctx, study, NULL, NULL, &calibration, &err);
 *   attain_calibration_summarize(calibration, &summary);
 *   printf("%s\n", summary.uniform ? "ranks are uniform" : "they are not");
 *   attain_calibration_free(calibration); */
#ifndef ATTAIN_CALIBRATE_H
#define ATTAIN_CALIBRATE_H

#include <attain/project.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attain_calibration attain_calibration;

typedef struct attain_calibration_settings {
    int version;          /* set by attain_calibration_settings_init */
    size_t replicates;    /* simulated studies, 1 .. 1,000,000; 0: 100 */
    attain_method method; /* STUDY: as the study says */
    bool has_seed;
    uint64_t seed; /* used if has_seed, else the study's */
} attain_calibration_settings;
ATTAIN_API void attain_calibration_settings_init(attain_calibration_settings *settings);

/* For each replicate: parameters, latent values and future are drawn from the study's priors; each
 * report says what the measurement model then makes it say, in its own wording, window, definition
 * and error; the study with these figures is fitted as the study's fit settings say; and the truth
 * is ranked among the posterior's draws, thinned to the smallest effective sample size.  Ranked are
 * every parameter, the path of each series at three dates (a quarter of the way to the horizon, the
 * as-of date, the horizon), each goal's most favourable value by its deadline (a total: the total)
 * in each of its definitions, and the log posterior density.  Ranks are uniform if simulation,
 * likelihood, sampler and projection agree.
 *
 * at_least and at_most keep their figure and take the side that the quantity falls on; between
 * takes the bin that holds it, of the report's own and its neighbours of the same width on the link
 * scale; over, nearly and about round it to their grain.
 *
 * settings may be NULL.  The context must outlive the calibration; the study is read during the
 * call alone.  A fit that fails is counted, never an error.  Every reason why a study cannot be
 * simulated goes to `diagnostics` (may be NULL).  Returns FIELD (a prior made from the reports,
 * several candidate trends), TABLE (over, nearly or about without a grain), ARGUMENT, NUMERIC
 * (every replicate failed), INTERRUPTED, NOMEM; *calibration is then NULL.  Cost: that of so many
 * fits, run one after the other, each with its chains in parallel; bits do not depend on threads.
 */
ATTAIN_API attain_status attain_calibrate(attain_context *context, const attain_study *study,
                                          const attain_calibration_settings *settings,
                                          attain_diagnostics *diagnostics,
                                          attain_calibration **calibration,
                                          attain_error *err) ATTAIN_MUST_CHECK;
ATTAIN_API void attain_calibration_free(attain_calibration *calibration);

typedef struct attain_calibration_summary {
    size_t n_quantities;
    size_t replicates; /* asked for */
    size_t failed;     /* of these: simulation or fit gave no result; the rest is ranked */
    size_t divergent;  /* ranked ones whose sampler diverged at least once */
    size_t unmixed;    /* ranked ones with an R-hat above 1.05 */
    size_t weak; /* ranked ones whose approximation (map) has a Pareto k above its threshold */
    size_t draws_low, draws_median; /* fewest and median draws that a truth was ranked among */
    uint64_t seed;
    const char *method;  /* "map" or "nuts" */
    const char *failure; /* message of the first failure, "" if none */
    double level;        /* of the bands, all quantities together: 0.99 */
    bool uniform;        /* no quantity has left its band */
} attain_calibration_summary;
ATTAIN_API void attain_calibration_summarize(const attain_calibration *calibration,
                                             attain_calibration_summary *summary);

enum { ATTAIN_COVERAGES = 3 }; /* central intervals of 50, 80 and 95 % */

/* Ranks become u = (rank + a uniform) / (draws + 1), uniform on (0, 1). */
typedef struct attain_calibration_quantity {
    const char *name; /* "arrests.high", "path/arrests/2025-10-28", "goal/first-year-600k/dhs",
                         "log-density"; borrowed from the calibration */
    size_t n;         /* replicates ranked */
    double stray;     /* greatest deviation of u's empirical distribution function from the straight
                         line, in half-widths of the band there; above 1: outside */
    double stray_at;  /* the u of it */
    double deviation; /* share of ranks at or below stray_at, less stray_at */
    double band_low, band_high; /* the band there, in the same terms */
    double chi_square_p;        /* of equal bins: a supplement, blind to order */
    double coverage[ATTAIN_COVERAGES], coverage_error[ATTAIN_COVERAGES]; /* binomial, nominal */
    bool uniform;                                                        /* inside the band */
    bool covers; /* each coverage within 3.5 errors of its nominal value */
} attain_calibration_quantity;
/* index < n_quantities; ARGUMENT otherwise. */
ATTAIN_API attain_status attain_calibration_get(const attain_calibration *calibration, size_t index,
                                                attain_calibration_quantity *quantity,
                                                attain_error *err) ATTAIN_MUST_CHECK;

/* One rank: draws of `draws` below `truth`, ties broken at random.  False where the replicate
 * failed or an index is out of range; outputs (any may be NULL) are then untouched. */
ATTAIN_API bool attain_calibration_rank(const attain_calibration *calibration, size_t index,
                                        size_t replicate, double *truth, size_t *rank,
                                        size_t *draws);

#ifdef __cplusplus
}
#endif
#endif
