/* Sample paths of one series at a time, in the chunks that goals read. */
#ifndef ATN_PROJECT_PATHS_H
#define ATN_PROJECT_PATHS_H

#include <math.h>

#include "project/futures.h"
#include "project/goal.h"
#include "project/projection.h"

typedef struct atn_paths {
    attain_context *ctx;
    const attain_posterior *posterior;
    size_t n_draws, n_steps, n_chunks, n_workers;
    size_t series;         /* that is loaded */
    uint64_t scatter_seed; /* the posterior's, unless changed after atn_paths_create */
    size_t stride;         /* streams are those of draw x stride: 1 unless changed likewise */
    double *y;             /* n_chunks x n_steps x ATN_LANES; lanes past n_draws repeat a draw */
    double *rows;          /* work of each worker: ATN_LANES + 1 paths */
    double **wanted;       /* ... and where atn_model_paths shall write */
    atn_workspace **workspace; /* n_workers x candidates of the block */
    size_t n_workspaces;
    bool *broken;         /* chunks that hold a NaN, or leave the link's domain in a future */
    atn_futures *futures; /* borrowed, of as many workers; NULL: the future as it is */
} atn_paths;

/* Room for one series of every draw: draws x steps doubles. */
attain_status atn_paths_create(attain_context *ctx, const attain_posterior *posterior,
                               atn_paths *paths, attain_error *err);
void atn_paths_free(atn_paths *paths);

/* The path y of one series in every draw.  NUMERIC where a path is not a number. */
attain_status atn_paths_load(atn_paths *paths, size_t series, attain_error *err);

/* Adds the scatter to one chunk in place: y becomes the realised amount Y (METHODS 2).  Called
 * once a chunk after atn_paths_load, from tasks. */
void atn_paths_realise(const atn_paths *paths, size_t chunk, size_t worker);

/* The chunk as a definition counts it: its factor (or shift) applied, and reported[i], where it
 * is a number, in place of the path.  x: n_steps x ATN_LANES; may be the chunk itself. */
void atn_paths_define(const atn_paths *paths, size_t chunk, size_t definition,
                      const double *reported, double *x);

/* reported[i]: what a used, exact report of that definition says step i alone amounted to, NaN
 * where there is none; the later published of two.  n_steps entries. */
void atn_reported_steps(const attain_study *study, size_t series, size_t definition,
                        double *reported);

/* A value of the reference as a definition with this factor (or shift) counts it. */
static inline double atn_paths_counted(double y, atn_link link, double factor)
{
    if (link == ATN_LINK_LOG) return y * factor;
    if (link == ATN_LINK_IDENTITY) return y + factor;
    /* logistic(logit(y) + shift) without forming the logit */
    return y / (y + (1.0 - y) * exp(-factor));
}
/* A change may bring a path to the edge of what its link allows, not beyond. */
static inline bool atn_paths_inside(atn_link link, double y)
{
    if (link == ATN_LINK_IDENTITY) return y > -INFINITY && y < INFINITY;
    return y >= 0 && (link == ATN_LINK_LOG ? y < INFINITY : y <= 1);
}

static inline double *atn_paths_chunk(const atn_paths *paths, size_t chunk)
{
    return paths->y + chunk * paths->n_steps * ATN_LANES;
}

/* Draws that a chunk's lanes stand for. */
static inline size_t atn_paths_draw(const atn_paths *paths, size_t chunk, size_t lane)
{
    const size_t draw = chunk * ATN_LANES + lane;
    return draw < paths->n_draws ? draw : paths->n_draws - 1;
}

#endif
