/* Realised paths for a host program. */
#include <string.h>

#include "base/text.h"
#include "project/paths.h"

typedef struct copying {
    const atn_paths *paths;
    const double *reported;
} copying;

static bool realise_chunk(void *user, size_t chunk, size_t worker)
{
    const copying *c = user;
    atn_paths_realise(c->paths, chunk, worker);
    atn_paths_define(c->paths, chunk, ATN_NONE, c->reported, atn_paths_chunk(c->paths, chunk));
    return true;
}

static attain_status find_series(const attain_projection *projection, const char *id,
                                 size_t *series, attain_error *err)
{
    const attain_study *study = projection->posterior->study;
    for (size_t s = 0; s < study->n_series; s++) {
        *series = s;
        if (strcmp(study->series[s].id, id) == 0) return ATTAIN_OK;
    }
    return atn_fail(err, ATTAIN_ERR_ARGUMENT, "the study has no series \"%.100s\"", id);
}

/* Nothing is copied before everything is there. */
static void copy_out(const atn_paths *paths, double *out)
{
    for (size_t d = 0; d < paths->n_draws; d++) {
        const double *from = atn_paths_chunk(paths, d / ATN_LANES) + d % ATN_LANES;
        for (size_t i = 0; i < paths->n_steps; i++)
            out[d * paths->n_steps + i] = from[i * ATN_LANES];
    }
}

attain_status attain_projection_paths(const attain_projection *projection, const char *series,
                                      double *paths, attain_error *err)
{
    atn_error_clear(err);
    if (!projection || !series || !paths)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "projection, series and paths are needed");
    size_t s = 0;
    attain_status status = find_series(projection, series, &s, err);
    if (status != ATTAIN_OK) return status;
    attain_context *ctx = projection->ctx;
    atn_paths loaded;
    status = atn_paths_create(ctx, projection->posterior, &loaded, err);
    if (status != ATTAIN_OK) return status;
    double *reported = ATN_NEW_ARRAY(ctx, double, projection->n_steps);
    if (!reported)
        status = atn_fail_nomem(err);
    else
        status = atn_paths_load(&loaded, s, err);
    if (status == ATTAIN_OK) {
        atn_reported_steps(projection->posterior->study, s, ATN_NONE, reported);
        copying c = {.paths = &loaded, .reported = reported};
        status = atn_parallel_for(ctx, loaded.n_chunks, realise_chunk, &c, "project", err);
    }
    if (status == ATTAIN_OK) copy_out(&loaded, paths);
    atn_free(ctx, reported);
    atn_paths_free(&loaded);
    return status;
}
