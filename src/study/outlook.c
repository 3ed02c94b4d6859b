/* From a fit's draws to figures that it has not seen: the draw carried on, or its past kept. */
#include "study/outlook.h"

#include <string.h>

#include "model_internal.h"

static size_t entry_named(const atn_model *m, const char *name)
{
    for (size_t k = 0; k < m->n_entries; k++)
        if (strcmp(m->entries[k].name, name) == 0) return k;
    return ATN_NONE;
}

attain_status atn_continuation_create(attain_context *ctx, const atn_model *from,
                                      const atn_model *to, atn_continuation *c, attain_error *err)
{
    *c = (atn_continuation){.ctx = ctx, .from = from, .to = to};
    c->source = ATN_NEW_ARRAY(ctx, size_t, to->n_entries + 1);
    if (!c->source) return atn_fail_nomem(err);
    for (size_t k = 0; k < to->n_entries; k++)
        c->source[k] = entry_named(from, to->entries[k].name);
    return ATTAIN_OK;
}

void atn_continuation_free(atn_continuation *c)
{
    atn_free(c->ctx, c->source);
    c->source = NULL;
}

/* Innovations of one series in the order in which horizon.c draws them. */
static void continue_track(const atn_track *from, const atn_track *to, const double *theta,
                           uint64_t seed, uint64_t draw, double *out)
{
    const bool local = to->spec->deviation.type == ATN_DEVIATION_LOCAL_TREND;
    atn_stream stream;
    memcpy(out + to->effect, theta + from->effect, to->n_effects * sizeof *out);
    for (size_t k = 0; k < to->n_z && k < from->n_z; k++) out[to->z + k] = theta[from->z + k];
    for (size_t k = 0; k < to->n_u && k < from->n_u; k++) out[to->u + k] = theta[from->u + k];
    if (to->spec->deviation.type == ATN_DEVIATION_NONE || to->n_knots <= from->n_knots) return;
    atn_stream_init(&stream, seed, ATN_PURPOSE_DEVIATION, to->series, draw);
    size_t j = from->n_knots;
    if (j == 0 && to->first_z == 0)
        out[to->z] = atn_stream_normal(&stream);
    else if (local && j >= 2 && j - 2 < to->n_u)
        out[to->u + j - 2] = atn_stream_normal(&stream);
    for (j = j > 0 ? j : 1; j < to->n_knots; j++) {
        out[to->z + j - to->first_z] = atn_stream_normal(&stream);
        const double u = local ? atn_stream_normal(&stream) : 0.0;
        if (j <= to->n_u) out[to->u + j - 1] = u;
    }
}

void atn_continue(const atn_continuation *c, const double *theta, uint64_t seed, uint64_t draw,
                  atn_stream *stream, double *out)
{
    const atn_model *from = c->from, *to = c->to;
    for (size_t k = 0; k < to->n_entries; k++)
        out[k] = c->source[k] != ATN_NONE ? theta[c->source[k]]
                                          : atn_prior_draw(&to->entries[k].prior, stream);
    for (size_t k = 0; k < to->n_tracks; k++) {
        const size_t before = from->track_of_series[to->tracks[k].series];
        continue_track(&from->tracks[before], &to->tracks[k], theta, seed, draw, out);
    }
}

/* A flow keeps its rate, a share its level, a stock what it changed by in a step. */
static void carry_track(const atn_track *t, atn_carry carry, size_t n_past, size_t recent,
                        double *path)
{
    const bool change = t->spec->kind == ATN_STOCK;
    const size_t room = change ? n_past - 1 : n_past; /* a change over k steps needs k + 1 */
    const size_t back = carry == ATN_CARRY_LAST && recent < room ? recent : room;
    const double last = path[n_past - 1];
    const double lowest = t->spec->link == ATN_LINK_LOG ? 1e-9 * last : -INFINITY;
    double rate = 0.0;
    if (change)
        rate = back > 0 ? (last - path[n_past - 1 - back]) / (double)back : 0.0;
    else
        for (size_t i = n_past - back; i < n_past; i++) rate += path[i] / (double)back;
    for (size_t i = n_past; i < t->n_reach; i++)
        path[i] = change ? fmax(last + rate * (double)(i - n_past + 1), lowest) : rate;
}

void atn_carry_paths(const atn_model *m, atn_carry carry, size_t n_past, size_t recent,
                     atn_workspace *w)
{
    for (size_t k = 0; k < m->n_tracks; k++) {
        if (m->tracks[k].n_reach <= n_past) continue; /* its figures speak of the past alone */
        carry_track(&m->tracks[k], carry, n_past, recent, w->tracks[k].path);
        atn_track_sums(&m->tracks[k], &w->tracks[k]);
    }
}
