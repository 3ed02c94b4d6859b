/* Studies from a model's own prior: parameters, then what its reports would have said (METHODS
 * section 8). */
#ifndef ATN_STUDY_SIMULATE_H
#define ATN_STUDY_SIMULATE_H

#include "study/model.h"

/* Departures from the model, for tests that must see one. */
typedef struct atn_departure {
    double spread; /* parameters' priors are this much wider about their medians; 1: as stated */
    const double
        *grains; /* "over" without a grain of its own: X rounded down to one of these, of its
                    leading digits' size (in units of 10^(digits - 3)); NULL: refused */
    size_t n_grains;
} atn_departure;

/* Whether every prior and every report says enough to be simulated: no prior from the as-of
 * reports, one trend a series, a grain with over, nearly and about (unless the departure has
 * grains), no report whose kind has no generator.  Each problem goes to the list (may be NULL), err
 * has the first.  Returns FIELD, TABLE, NOMEM. */
attain_status atn_simulate_check(const attain_study *study, const atn_departure *departure,
                                 attain_diagnostics *list, attain_error *err);

/* Parameters from their priors and latent values from N(0, 1), drawn again until the trend is
 * inside its link's domain.  False after 1,000 vain draws. */
bool atn_simulate_theta(const atn_model *model, const atn_departure *departure, atn_stream *stream,
                        double *theta, atn_workspace *workspace);

/* What each used report of the block says at theta: its quantity X by the measurement model, stated
 * in the report's own wording.  reports: the study's, of which value, upper, relation, error and n
 * of this block's used ones are overwritten.  A report's error keeps, on the link scale, the size
 * that the study's own figure gives it.  quantity: room for atn_model_n_reports doubles.  False if
 * a figure is not a number that can be stated.
 *
 *   exact             V = X; a share with sample size n: V = K / n', K ~ binomial(n', p), n' whole
 *   over, nearly      X rounded down, up to the grain
 *   about             ... to the nearest multiple of the grain
 *   at_least, at_most V as it is; the relation is the side X falls on
 *   between           the bin that holds X, of [value, upper] and its neighbours of the same width
 *                     on the link scale (an infinite end there: the bin, and all beyond it)
 * A figure that may be stale is as old as one day of 0 .. stale, each as likely. */
bool atn_simulate_reports(const atn_model *model, const double *theta,
                          const atn_departure *departure, atn_stream *stream, atn_report *reports,
                          double *quantity, atn_workspace *workspace);

#endif
