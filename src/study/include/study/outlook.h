/* Figures that a fit has not seen, as its draws foresee them. */
#ifndef ATN_STUDY_OUTLOOK_H
#define ATN_STUDY_OUTLOOK_H

#include "study/model.h"

/* A model of the same block whose reports are the figures to come reaches further than the fit's:
 * what it has beyond the fit's draw is drawn fresh, innovations from the streams that
 * atn_model_paths takes them from, so that figures are foreseen on the futures that goals are read
 * from. */
typedef struct atn_continuation {
    attain_context *ctx;
    const atn_model *from, *to;
    size_t *source; /* of each parameter of `to`: its place in `from`; ATN_NONE: a bias that the fit
                       knew nothing of, drawn from its prior */
} atn_continuation;

/* Both models are borrowed and have the same series.  NOMEM. */
attain_status atn_continuation_create(attain_context *ctx, const atn_model *from,
                                      const atn_model *to, atn_continuation *c, attain_error *err);
void atn_continuation_free(atn_continuation *c);
/* theta of `to` from the fit's for one joint draw; biases from the stream. */
void atn_continue(const atn_continuation *c, const double *theta, uint64_t seed, uint64_t draw,
                  atn_stream *stream, double *out);

/* What is kept of the past in place of the model's own future (METHODS 8). */
typedef enum atn_carry {
    ATN_CARRY_NONE, /* the model's */
    ATN_CARRY_LAST, /* the rate of the last `recent` steps; stocks: their change */
    ATN_CARRY_MEAN, /* that of all steps from the origin */
    ATN_N_CARRY
} atn_carry;

/* Of each report of the model, n_reports: log likelihood of its statement, predictive probability
 * below it and up to its upper end, one draw of its quantity on the natural scale. */
typedef struct atn_outlook {
    double *log_likelihood, *below, *upto, *quantity;
} atn_outlook;

/* n_past: steps up to and including the as-of step, >= 1.  False outside the domain; outputs are
 * then NaN, log likelihoods -INFINITY. */
bool atn_model_foresee(const atn_model *model, const double *theta, atn_carry carry, size_t n_past,
                       size_t recent, atn_stream *stream, atn_outlook *out,
                       atn_workspace *workspace);

#endif
