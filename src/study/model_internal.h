/* Inside the study room: how a model lays out its parameters, windows and work space. */
#ifndef ATN_MODEL_INTERNAL_H
#define ATN_MODEL_INTERNAL_H

#include <math.h>

#include "study/model.h"
#include "study/outlook.h"

/* Where a quantity comes from: an entry of theta, or a fixed number. */
typedef struct atn_slot {
    size_t index; /* ATN_NONE: fixed */
    double value;
} atn_slot;

static inline double atn_slot_get(const atn_slot *slot, const double *theta)
{
    return slot->index == ATN_NONE ? slot->value : theta[slot->index];
}

static inline void atn_slot_add(const atn_slot *slot, double *gradient, double amount)
{
    if (slot->index != ATN_NONE) gradient[slot->index] += amount;
}

typedef struct atn_entry { /* one parameter of the vector */
    char *name;
    const atn_parameter *parameter;
    atn_prior prior;
    atn_transform transform;
} atn_entry;

/* One series of the block, in evaluation order. */
typedef struct atn_track {
    size_t series; /* index in the study */
    const atn_series *spec;
    const atn_trend *trend;
    atn_slot *trend_slots; /* trend->n_parameters */
    atn_slot sigma, phi, sigma_v, omega, effect_sigma;
    size_t n_reach;     /* steps the reports reach: the likelihood needs 0 .. n_reach-1 */
    size_t n_knots;     /* knots those steps need */
    size_t n_knots_all; /* over the whole horizon */
    size_t z, n_z;      /* latent innovations: offset in theta, count */
    size_t u, n_u;
    size_t effect, n_effects;
    unsigned char *effect_class; /* n_steps: day of week or month of each step; NULL: none */
    size_t first_z;              /* index of z[0]'s knot: 1, or 0 for ar1 */
    bool reads_series;           /* its trend uses another series' path */
    bool in_network;             /* of stocks and flows: `own` and `path` may differ */
    bool balance;                /* a stock that is the sum of its flows; no trend is evaluated */
    bool stepwise;               /* its formula needs such a stock: known only step by step */
    size_t n_slopes;             /* stepwise: names its formula takes from such tracks */
} atn_track;

typedef struct atn_network atn_network; /* network.h */

/* A report as the likelihood reads it.  The statement is a mixture of intervals (low, high] of the
 * link-scale quantity, or a density at `value` (exact), or a binomial kernel (share with n). */
typedef enum atn_reading_kind {
    ATN_READ_DENSITY,
    ATN_READ_INTERVALS,
    ATN_READ_SHARE
} atn_reading_kind;

typedef struct atn_window {
    size_t first, last;             /* steps it touches */
    double share_first, share_last; /* a_i at its ends; between them a_i = 1 */
    double length;                  /* sum of a_i */
} atn_window;

typedef struct atn_datum {
    size_t report; /* index in the study */
    size_t track;
    atn_reading_kind kind;
    atn_statistic statistic;
    double error; /* e_r before `scale`, link scale */
    double value; /* g(V); share kernel: V */
    double n;     /* n' of the share kernel */
    size_t n_pieces;
    double low[ATN_MAX_GRAINS], high[ATN_MAX_GRAINS];
    double weight[ATN_MAX_GRAINS], log_weight[ATN_MAX_GRAINS];
    atn_window *windows; /* one for each possible staleness, 0 first */
    size_t n_windows;
    double log_n_windows;
    atn_slot bias[3]; /* definition, source, release; n_bias used */
    bool bias_is_factor[3];
    size_t n_bias;
} atn_datum;

struct atn_model {
    attain_context *ctx;
    const attain_study *study;
    atn_entry *entries;
    size_t n_entries;
    size_t dimension;
    char **latent_names;
    atn_parameter *group_parameters; /* biases, made here */
    size_t n_group_parameters;
    atn_track *tracks; /* evaluation order */
    size_t n_tracks;
    size_t *track_of;        /* k-th series as given -> its track */
    size_t *track_of_series; /* index in the study -> track, ATN_NONE outside the block */
    atn_datum *data;
    size_t n_data;
    atn_window *windows;  /* all data's windows */
    atn_slot *slots;      /* all trends' slots */
    atn_network *network; /* NULL: no stock with flows */
    atn_slot scale;
    atn_slot *definition_slots, *source_slots, *release_slots; /* one each declared group */
    double *steps;                                             /* 0 .. n_steps-1: the variable t */
    size_t max_extreme, max_terms, max_formula_work, max_inputs, max_knots;
};

/* Per-track arrays of one evaluation. */
typedef struct atn_track_work {
    double *trend;          /* n_steps: f */
    double *knots;          /* delta; then v for local_trend: 2 n_knots_all */
    double *shift;          /* n_steps: d + w */
    double *path;           /* n_steps: y */
    double *own;            /* n_steps: g^-1(g(f) + d + w), before limits; else the path itself */
    double *slopes;         /* stepwise and affine: n_slopes columns of n_steps */
    double *seeds;          /* stepwise: d / d f, n_reach */
    double *sum, *sum2;     /* prefix sums of y and y^2, n_reach + 1 */
    double *adjoint;        /* d / d y, n_reach */
    double *range, *range2; /* difference arrays: adjoints of window sums, n_reach + 1 */
    double *jacobian;       /* one row of n_reach a formula input */
    double *kept;           /* trend parameters that trend and jacobian were computed at */
    size_t kept_steps;      /* steps they cover; 0: none yet */
    bool kept_slopes, kept_in_domain;
    bool kept_beyond; /* known to stay in the domain from there to the horizon */
} atn_track_work;

struct atn_workspace {
    double *block; /* every array below is cut from it */
    atn_track_work *tracks;
    const double **inputs, **later_inputs; /* max_inputs each */
    const double *const *exogenous;        /* in place of the study's inputs; NULL: as is */
    double **columns;                      /* max_inputs */
    double *scalars, *low, *high;          /* max_inputs */
    double *formula;                       /* max_formula_work */
    double *seed;                          /* n_steps */
    double *zeros;                         /* n_steps, of a network */
    double *step_scalars;                  /* max_inputs for each stepwise track */
    const double **step_inputs;            /* the same */
    double *pool_adjoint;                  /* one a stock */
    double *knot_adjoint;                  /* 2 max_knots */
    double *extreme;                       /* max_extreme: scratch of max and min */
    double *terms, *term_m, *term_tau;     /* max_terms each: windows x pieces */
    double *natural, *natural_gradient;    /* dimension each */
};

/* track.c.  The trend f over steps 0 .. n-1; with `slopes` also its Jacobian over the steps that
 * reports reach.  False outside the link's domain. */
bool atn_track_trend(const atn_model *m, size_t track, const double *theta, size_t n, bool slopes,
                     atn_workspace *w);
/* The trend at steps from .. n-1 alone, into trend[from] and on. */
void atn_track_trend_from(const atn_model *m, size_t track, const double *theta, size_t from,
                          size_t n, double *trend, atn_workspace *w);
/* The n_knots knots that latent values fix: delta, and v from knots[n_knots_all] on. */
void atn_track_knots(const atn_track *t, const double *theta, double *knots);
/* d + w for steps 0 .. n-1; knots must reach step n-1. */
void atn_track_shift(const atn_track *t, const double *theta, size_t n, const double *knots,
                     double *shift);
/* y = g^-1(g(f) + shift). */
void atn_track_path(const atn_track *t, size_t n, const double *trend, const double *shift,
                    double *path);
/* The same under the log link with f = 1: exp(d + w). */
void atn_track_growth(const atn_track *t, const double *theta, size_t n, const double *knots,
                      double *growth);
/* Fills w->scalars and w->inputs in the order of atn_trend's names; returns how many. */
size_t atn_track_gather(const atn_model *m, const atn_track *t, const double *theta,
                        atn_workspace *w);
bool atn_in_domain(atn_link link, const double *f, size_t n);
/* Forward pass over the steps that reports reach up to `own`. */
bool atn_track_own(const atn_model *m, size_t track, const double *theta, bool slopes,
                   atn_workspace *w);
/* Prefix sums of the path. */
void atn_track_sums(const atn_track *t, atn_track_work *tw);
/* Forward pass over the steps that reports reach, with prefix sums. */
bool atn_track_forward(const atn_model *m, size_t track, const double *theta, bool slopes,
                       atn_workspace *w);
/* Adjoints of the path and of window sums back to theta and to the tracks this one reads. */
void atn_track_reverse(const atn_model *m, size_t track, const double *theta, double *gradient,
                       atn_workspace *w);
/* The second half: seed[i] = d / d f_i, the track's adjoint d / d (d_i + w_i). */
void atn_track_reverse_trend(const atn_model *m, size_t track, const double *theta,
                             const double *seed, double *gradient, atn_workspace *w);

/* density.c: all tracks over the steps that reports reach; false outside the domain. */
bool atn_model_forward(const atn_model *m, const double *theta, bool slopes, atn_workspace *w);

/* measure.c: log likelihood of one datum; adds adjoints to the track's arrays and to gradient
 * unless gradient is NULL. */
double atn_datum_log_likelihood(const atn_model *m, const atn_datum *d, const double *theta,
                                double *gradient, atn_workspace *w);
/* Sum of the datum's biases on the link scale. */
double atn_datum_bias(const atn_datum *d, const double *theta);
void atn_datum_bias_reverse(const atn_datum *d, const double *theta, double amount,
                            double *gradient);
/* e_r after `scale`. */
double atn_datum_error(const atn_model *m, const atn_datum *d, const double *theta);
/* Location and scale of the reported quantity on the link scale for one window. */
void atn_datum_location(const atn_model *m, const atn_datum *d, const atn_window *window,
                        const double *theta, const atn_workspace *w, double *location, double *tau);

/* extreme.c: the same for max and min. */
double atn_extreme_log_likelihood(const atn_model *m, const atn_datum *d, const double *theta,
                                  double *gradient, atn_workspace *w);
size_t atn_extreme_scratch(const atn_datum *d);
/* log F(x) of the extreme, F the mean over its windows. */
double atn_extreme_log_cdf(const atn_model *m, const atn_datum *d, const double *theta, double x,
                           const atn_workspace *w);
double atn_extreme_draw(const atn_model *m, const atn_datum *d, const double *theta,
                        atn_stream *stream, const atn_workspace *w);

/* outlook.c: paths from step n_past on replaced by what is kept of the past, with their sums; after
 * a forward pass. */
void atn_carry_paths(const atn_model *m, atn_carry carry, size_t n_past, size_t recent,
                     atn_workspace *w);

/* datum.c */
attain_status atn_data_create(atn_model *m, attain_error *err);

static inline double atn_link_apply(atn_link link, double x)
{
    if (link == ATN_LINK_LOG) return x > 0 ? log(x) : -INFINITY;
    if (link == ATN_LINK_IDENTITY) return x;
    return x <= 0 ? -INFINITY : x >= 1 ? INFINITY : log(x) - log1p(-x);
}

static inline double atn_link_inverse(atn_link link, double x)
{
    if (link == ATN_LINK_LOG) return exp(x);
    if (link == ATN_LINK_IDENTITY) return x;
    return x >= 0 ? 1.0 / (1.0 + exp(-x)) : exp(x) / (1.0 + exp(x));
}

#endif
