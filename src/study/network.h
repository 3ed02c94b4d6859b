/* Stocks with the flows that feed and drain them (METHODS section 2.3): who takes part in them, and
 * how they are carried forward step by step. */
#ifndef ATN_NETWORK_H
#define ATN_NETWORK_H

#include "model_internal.h"
#include "study/future.h"

/* A stock that is the balance of its flows. */
typedef struct atn_pool {
    size_t track;
    size_t capacity;  /* the study's input, ATN_NONE: no limit */
    size_t *in, *out; /* tracks */
    size_t n_in, n_out;
} atn_pool;

/* A track whose formula needs the level at the start of the step, its own or by way of another. */
typedef struct atn_stepwise {
    size_t track, place; /* place: k-th series as given to atn_model_create */
    size_t *names;       /* n_reads: which of the formula's names are known only step by step */
    size_t *sources;     /* n_reads: their tracks */
    size_t n_reads;
    bool affine; /* in those names jointly: its coefficients can be had a column at a time */
} atn_stepwise;

/* All of a block's stocks and flows, and what stands between them: tracks first .. first + n - 1.
 * Every one of them reaches as far as the one that reports reach furthest. */
struct atn_network {
    size_t first, n;
    atn_pool *pools;
    size_t n_pools;
    atn_stepwise *steps; /* in the order in which they are evaluated within a step */
    size_t n_steps;
    size_t *places; /* block behind the arrays above */
};

/* How many of `offered` people find room: the soft minimum of both, of the given width, less what
 * it would be were nobody offered,
 *     w log(1 + e^(room / w)) - w log(1 + e^((room - offered) / w)),
 * each person being admitted with probability logistic(room left / w).  Never below 0 nor above
 * `offered`. */
double atn_admission(double offered, double room, double width);
#define ATN_CAPACITY_WIDTH 0.01 /* of the capacity */

/* network_layout.c.  member[s], by series of the study: takes part in the network of the block.
 * False: out of memory. */
bool atn_network_members(const attain_study *study, const size_t *series, const size_t *trend,
                         size_t n, bool *member);
/* Describes the network once tracks are in order; tracks know their flags.  False: out of memory.
 */
bool atn_network_create(atn_model *m);
void atn_network_free(attain_context *ctx, atn_network *network);

/* network.c.  The network's share of a forward pass over the steps that reports reach. */
bool atn_network_forward(const atn_model *m, const double *theta, bool slopes, atn_workspace *w);
/* Adjoints of its paths and window sums back to theta and to the tracks it reads. */
void atn_network_reverse(const atn_model *m, const double *theta, double *gradient,
                         atn_workspace *w);
/* Paths over all steps.  What trend and deviation alone ask for must stand in `own` of members that
 * are not stepwise, d + w in `shift` of those that are. */
void atn_network_paths(const atn_model *m, const double *theta, const atn_future *future,
                       atn_workspace *w);

#endif
