/* Between centring.c and centring_fit.c. */
#ifndef ATN_CENTRING_INTERNAL_H
#define ATN_CENTRING_INTERNAL_H

#include "model_internal.h"
#include "stats/skyline.h"
#include "study/centring.h"

enum { ATN_LAW_FIRST, ATN_LAW_STEP, ATN_LAW_SLOPE, ATN_LAW_EFFECT, ATN_LAWS };

/* z = a (eta - b eta_before - eta_slope); a and b come from its law. */
typedef struct atn_latent {
    size_t z;             /* place of the innovation in theta */
    size_t before, slope; /* earlier latents, ATN_NONE */
    size_t law;           /* track * ATN_LAWS + kind */
} atn_latent;

typedef struct atn_law {
    double a, b;
} atn_law;

typedef struct atn_level { /* one entry of F */
    size_t track, knot, step;
} atn_level;

/* Figures of a series with scatter omega say (1 - share + share omega^2 / at^2)^-1 times as much as
 * at omega = `at`. */
typedef struct atn_information {
    double share, at;
} atn_information;

struct atn_centring {
    const atn_model *model;
    size_t n, p;        /* dimension, parameters */
    size_t q, n_linear; /* latents that are centred, entries of psi */
    size_t n_levels;
    atn_latent *latents;
    atn_level *levels;
    size_t *linear;               /* coordinates of psi */
    size_t *count;                /* latents of each law */
    size_t *track;                /* q + n_linear: whose information a row is; ATN_NONE: no one's */
    size_t *reach;                /* q x 2: levels that row i of K reaches, from and to */
    atn_skyline sky;              /* of q + n_linear rows: eta, then psi */
    double *joint;                /* [G A; A' B] in the skyline */
    double *K;                    /* q x n_levels */
    double *C;                    /* q x n_linear; 0 for parameters that F follows */
    double *h;                    /* q + n_linear: (h, k) of the joint law */
    double *h_given_psi;          /* q */
    atn_information *information; /* n_tracks; share 0 where omega is known */
    bool informed;                /* some share is not 0 */
    size_t *places;               /* block behind the arrays of size_t */
    double *block;                /* block behind K, C, h */
};

void atn_centring_laws(const atn_model *m, const double *theta, atn_law *laws);
/* F at theta; the trend must be evaluated (atn_track_trend). */
void atn_centring_levels(const atn_centring *c, const atn_workspace *w, double *level);
/* gradient += J' adjoint, J the slopes of F in the parameters on the natural scale. */
void atn_centring_reverse_levels(const atn_centring *c, const atn_workspace *w,
                                 const double *adjoint, double *gradient);
/* eta from the innovations in theta, and back. */
void atn_centring_gather(const atn_centring *c, const atn_law *laws, const double *theta,
                         double *eta);
void atn_centring_scatter(const atn_centring *c, const atn_law *laws, const double *eta,
                          double *theta);
/* Whether omega is a scale here: it is estimated and the series has latent values. */
bool atn_centring_spreads(const atn_centring *c, size_t track);
/* Root of the information of a track's figures at theta, 1 at omega = `at`; ATN_NONE: 1. */
double atn_centring_root_information(const atn_centring *c, size_t track, const double *theta);
/* Whether F follows the trend's parameters. */
bool atn_centring_follows(const atn_track *t);
/* Learns the matrices from draws. */
attain_status atn_centring_fit(attain_context *ctx, atn_centring *c, const double *draws, size_t m,
                               atn_workspace *w, attain_error *err);

#endif
