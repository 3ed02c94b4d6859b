/* The 19 nonlinear models of NIST's reference sets in plain C, values and derivatives written by
 * hand: what a user of a fitting library would write. */
#ifndef NIST_MODELS_H
#define NIST_MODELS_H

#include <stddef.h>

enum { NIST_PARAMETERS = 9 };

/* f: n values, or NULL; jacobian: n x p, row-major, or NULL.  x2 is used by Nelson alone. */
typedef void nist_curve(const double *x, const double *x2, size_t n, const double *b, double *f,
                        double *jacobian);

typedef struct nist_model {
    const char *set;
    size_t p;
    nist_curve *curve;
} nist_model;

extern const nist_model nist_models[];
extern const size_t nist_n_models;

#endif
