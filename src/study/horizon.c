/* Paths to the horizon: knots that no report reached are drawn fresh (METHODS section 2.2). */
#include <string.h>

#include "network.h"

static void extend_knots(const atn_track *t, const double *theta, atn_stream *stream, double *knots)
{
    const atn_deviation_type type = t->spec->deviation.type;
    if (type == ATN_DEVIATION_NONE) return;
    const double sigma = atn_slot_get(&t->sigma, theta), phi = atn_slot_get(&t->phi, theta);
    const double sigma_v = atn_slot_get(&t->sigma_v, theta);
    const double step = type == ATN_DEVIATION_AR1 ? sigma * sqrt((1 - phi) * (1 + phi)) : sigma;
    double *v = knots + t->n_knots_all;
    size_t j = t->n_knots;
    if (j == 0) {
        knots[0] = type == ATN_DEVIATION_AR1 ? sigma * atn_stream_normal(stream) : 0.0;
        v[0] = 0.0;
        j = 1;
    } else if (type == ATN_DEVIATION_LOCAL_TREND && j >= 2) {
        v[j - 1] = phi * v[j - 2] + sigma_v * atn_stream_normal(stream);
    }
    for (; j < t->n_knots_all; j++) {
        const double z = atn_stream_normal(stream);
        if (type == ATN_DEVIATION_AR1) {
            knots[j] = phi * knots[j - 1] + step * z;
        } else if (type == ATN_DEVIATION_RANDOM_WALK) {
            knots[j] = knots[j - 1] + step * z;
        } else {
            knots[j] = knots[j - 1] + v[j - 1] + step * z;
            v[j] = phi * v[j - 1] + sigma_v * atn_stream_normal(stream);
        }
    }
}

void atn_model_paths(const atn_model *m, const double *theta, uint64_t seed, uint64_t draw,
                     double *const *y, atn_workspace *w)
{
    const size_t n = m->study->n_steps;
    for (size_t k = 0; k < m->n_tracks; k++) {
        const atn_track *t = &m->tracks[k];
        atn_track_work *tw = &w->tracks[k];
        atn_stream stream;
        atn_stream_init(&stream, seed, ATN_PURPOSE_DEVIATION, t->series, draw);
        atn_track_knots(t, theta, tw->knots);
        extend_knots(t, theta, &stream, tw->knots);
        atn_track_shift(t, theta, n, tw->knots, tw->shift);
        if (!t->balance && !t->stepwise) {
            (void)atn_track_trend(m, k, theta, n, false, w);
            atn_track_path(t, n, tw->trend, tw->shift, tw->own);
        }
        if (m->network && k + 1 == m->network->first + m->network->n)
            atn_network_paths(m, theta, NULL, w);
    }
    for (size_t k = 0; k < m->n_tracks; k++)
        if (y[k]) memcpy(y[k], w->tracks[m->track_of[k]].path, n * sizeof(double));
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
