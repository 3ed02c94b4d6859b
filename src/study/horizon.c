/* Paths to the horizon: knots that no report reached are drawn fresh (METHODS section 2.2). */
#include <string.h>

#include "network.h"

const double *atn_future_theta(const atn_future *future, const double *theta, size_t step)
{
    for (size_t k = future ? future->n_segments : 0; k-- > 0;)
        if (future->from[k] <= step) return future->theta[k];
    return theta;
}

/* What carries knot j on from the one before it. */
typedef struct law {
    double sigma, step, phi, sigma_v;
} law;

/* Steps (j - 1) every + 1 .. j every lean on knot j: none of them may lie before the change. */
static law law_of(const atn_track *t, const atn_future *future, const double *theta, size_t j)
{
    const size_t every = (size_t)t->spec->deviation.every;
    const double *at = atn_future_theta(future, theta, j == 0 ? 0 : (j - 1) * every + 1);
    law l = {.sigma = atn_slot_get(&t->sigma, at),
             .phi = atn_slot_get(&t->phi, at),
             .sigma_v = atn_slot_get(&t->sigma_v, at)};
    l.step = l.sigma;
    if (t->spec->deviation.type == ATN_DEVIATION_AR1) l.step *= sqrt((1 - l.phi) * (1 + l.phi));
    return l;
}

static void extend_knots(const atn_track *t, const double *theta, const atn_future *future,
                         atn_stream *stream, double *knots)
{
    const atn_deviation_type type = t->spec->deviation.type;
    if (type == ATN_DEVIATION_NONE) return;
    double *v = knots + t->n_knots_all;
    size_t j = t->n_knots;
    if (j == 0) {
        const law l = law_of(t, future, theta, 0);
        knots[0] = type == ATN_DEVIATION_AR1 ? l.sigma * atn_stream_normal(stream) : 0.0;
        v[0] = 0.0;
        j = 1;
    } else if (type == ATN_DEVIATION_LOCAL_TREND && j >= 2) {
        const law l = law_of(t, future, theta, j - 1);
        v[j - 1] = l.phi * v[j - 2] + l.sigma_v * atn_stream_normal(stream);
    }
    for (; j < t->n_knots_all; j++) {
        const law l = law_of(t, future, theta, j);
        const double z = atn_stream_normal(stream);
        if (type == ATN_DEVIATION_AR1) {
            knots[j] = l.phi * knots[j - 1] + l.step * z;
        } else if (type == ATN_DEVIATION_RANDOM_WALK) {
            knots[j] = knots[j - 1] + l.step * z;
        } else {
            knots[j] = knots[j - 1] + v[j - 1] + l.step * z;
            v[j] = l.phi * v[j - 1] + l.sigma_v * atn_stream_normal(stream);
        }
    }
}

/* d + w, the size of a calendar effect by segment.  scratch: n. */
static void shift_to_horizon(const atn_track *t, const double *theta, const atn_future *future,
                             size_t n, const double *knots, double *shift, double *scratch)
{
    atn_track_shift(t, theta, n, knots, shift);
    for (size_t k = 0; future && t->n_effects > 0 && k < future->n_segments; k++) {
        const size_t from = future->from[k];
        if (from >= n) break;
        atn_track_shift(t, future->theta[k], n, knots, scratch);
        memcpy(shift + from, scratch + from, (n - from) * sizeof *shift);
    }
}

static bool sets_trend(const atn_track *t, const double *a, const double *b)
{
    for (size_t p = 0; p < t->trend->n_parameters; p++) {
        const size_t k = t->trend_slots[p].index;
        if (k != ATN_NONE && memcmp(&a[k], &b[k], sizeof *a) != 0) return true;
    }
    return false;
}

/* The trend under the future's parameters: the track's own where none of them is set, else in
 * scratch (n). */
static const double *trend_to_horizon(const atn_model *m, size_t track, const double *theta,
                                      const atn_future *future, size_t n, double *scratch,
                                      atn_workspace *w)
{
    const atn_track *t = &m->tracks[track];
    const double *const own = w->tracks[track].trend;
    bool changed = false;
    (void)atn_track_trend(m, track, theta, n, false, w);
    for (size_t k = 0; future && k < future->n_segments; k++) {
        const size_t from = future->from[k];
        if (from >= n) break;
        if (!changed && !sets_trend(t, theta, future->theta[k])) continue;
        if (!changed) memcpy(scratch, own, from * sizeof *scratch);
        changed = true;
        atn_track_trend_from(m, track, future->theta[k], from, n, scratch, w);
    }
    return changed ? scratch : own;
}

static size_t place_of(const atn_model *m, size_t track)
{
    size_t k = 0;
    while (k + 1 < m->n_tracks && m->track_of[k] != track) k++;
    return k;
}

/* y = scale y + offset. */
static void change_path(const atn_future *future, size_t place, size_t n, double *path)
{
    const double *scale = future->scale ? future->scale[place] : NULL;
    const double *offset = future->offset ? future->offset[place] : NULL;
    for (size_t i = 0; scale && i < n; i++) path[i] *= scale[i];
    for (size_t i = 0; offset && i < n; i++) path[i] += offset[i];
}

void atn_model_paths(const atn_model *m, const double *theta, uint64_t seed, uint64_t draw,
                     double *const *y, atn_workspace *w, const atn_future *future)
{
    const size_t n = m->study->n_steps;
    w->exogenous = future ? future->inputs : NULL;
    for (size_t k = 0; k < m->n_tracks; k++) {
        const atn_track *t = &m->tracks[k];
        atn_track_work *tw = &w->tracks[k];
        atn_stream stream;
        atn_stream_init(&stream, seed, ATN_PURPOSE_DEVIATION, t->series, draw);
        atn_track_knots(t, theta, tw->knots);
        extend_knots(t, theta, future, &stream, tw->knots);
        shift_to_horizon(t, theta, future, n, tw->knots, tw->shift, w->seed);
        if (!t->balance && !t->stepwise) {
            const double *trend = trend_to_horizon(m, k, theta, future, n, w->seed, w);
            atn_track_path(t, n, trend, tw->shift, tw->own);
            if (future) change_path(future, place_of(m, k), n, tw->own);
        }
        if (m->network && k + 1 == m->network->first + m->network->n)
            atn_network_paths(m, theta, future, w);
    }
    w->exogenous = NULL;
    for (size_t k = 0; k < m->n_tracks; k++)
        if (y[k]) memcpy(y[k], w->tracks[m->track_of[k]].path, n * sizeof(double));
}

/* ---- the same draw under many futures ---- */

bool atn_model_has_again(const atn_model *m)
{
    return m->n_tracks > 0 && !m->network; /* levels carry the whole past along */
}

void atn_model_prime(const atn_model *m, const double *theta, uint64_t seed, uint64_t draw,
                     double *const *y, atn_workspace *w)
{
    const size_t n = m->study->n_steps;
    atn_model_paths(m, theta, seed, draw, y, w, NULL);
    for (size_t k = 0; k < m->n_tracks; k++) {
        double *shift = w->tracks[k].shift;
        if (m->tracks[k].spec->link != ATN_LINK_LOG) continue;
        for (size_t i = 0; i < n; i++) shift[i] = exp(shift[i]);
    }
}

/* As atn_track_path with exp(shift) at hand. */
static void path_again(atn_link link, size_t from, size_t to, const double *trend,
                       const double *shift, double *path)
{
    for (size_t i = from; i < to; i++)
        path[i] = link == ATN_LINK_LOG ? trend[i] * shift[i]
                  : link == ATN_LINK_IDENTITY
                      ? trend[i] + shift[i]
                      : atn_link_inverse(link, atn_link_apply(link, trend[i]) + shift[i]);
}

void atn_model_paths_again(const atn_model *m, const double *theta, size_t from, size_t to,
                           double *const *y, atn_workspace *w, const atn_future *future)
{
    w->exogenous = future->inputs;
    for (size_t k = 0; k < m->n_tracks; k++) {
        double *path = w->tracks[k].path, *trend = w->seed;
        const size_t place = place_of(m, k);
        const double *scale = future->scale ? future->scale[place] : NULL;
        const double *offset = future->offset ? future->offset[place] : NULL;
        atn_track_trend_from(m, k, atn_future_theta(future, theta, from), from, to, trend, w);
        for (size_t s = 0; s < future->n_segments; s++)
            if (future->from[s] > from)
                atn_track_trend_from(m, k, future->theta[s], future->from[s], to, trend, w);
        path_again(m->tracks[k].spec->link, from, to, trend, w->tracks[k].shift, path);
        for (size_t i = from; scale && i < to; i++) path[i] *= scale[i];
        for (size_t i = from; offset && i < to; i++) path[i] += offset[i];
    }
    w->exogenous = NULL;
    for (size_t k = 0; k < m->n_tracks; k++)
        if (y[k])
            memcpy(y[k] + from, w->tracks[m->track_of[k]].path + from,
                   (to - from) * sizeof(double));
}

size_t atn_model_n_series(const atn_model *m)
{
    return m->n_tracks;
}

size_t atn_model_series(const atn_model *m, size_t k)
{
    return m->tracks[m->track_of[k]].series;
}

double atn_model_step_sigma(const atn_model *m, const double *theta, size_t k)
{
    return atn_slot_get(&m->tracks[m->track_of[k]].omega, theta);
}

double atn_model_factor(const atn_model *m, const double *theta, size_t definition)
{
    return atn_slot_get(&m->definition_slots[definition], theta);
}
