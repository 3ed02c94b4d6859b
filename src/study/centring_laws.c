/* The laws of a model's latent values, and what they shift. */
#include <math.h>

#include "centring_internal.h"

void atn_centring_laws(const atn_model *m, const double *theta, atn_law *laws)
{
    for (size_t k = 0; k < m->n_tracks; k++) {
        const atn_track *t = &m->tracks[k];
        atn_law *law = laws + k * ATN_LAWS;
        const double a = 1.0 / atn_slot_get(&t->sigma, theta), phi = atn_slot_get(&t->phi, theta);
        const bool ar1 = t->spec->deviation.type == ATN_DEVIATION_AR1;
        law[ATN_LAW_FIRST] = (atn_law){a, 0.0};
        law[ATN_LAW_STEP] =
            ar1 ? (atn_law){a / sqrt((1 - phi) * (1 + phi)), phi} : (atn_law){a, 1.0};
        law[ATN_LAW_SLOPE] = (atn_law){1.0 / atn_slot_get(&t->sigma_v, theta), phi};
        law[ATN_LAW_EFFECT] = (atn_law){1.0 / atn_slot_get(&t->effect_sigma, theta), 0.0};
    }
}

void atn_centring_levels(const atn_centring *c, const atn_workspace *w, double *level)
{
    for (size_t k = 0; k < c->n_levels; k++) {
        const atn_level *l = &c->levels[k];
        level[k] = atn_link_apply(c->model->tracks[l->track].spec->link,
                                  w->tracks[l->track].trend[l->step]);
    }
}

void atn_centring_reverse_levels(const atn_centring *c, const atn_workspace *w,
                                 const double *adjoint, double *gradient)
{
    for (size_t k = 0; k < c->n_levels; k++) {
        const atn_level *l = &c->levels[k];
        const atn_track *t = &c->model->tracks[l->track];
        const atn_track_work *tw = &w->tracks[l->track];
        const double f = tw->trend[l->step];
        const double g = t->spec->link == ATN_LINK_LOG     ? adjoint[k] / f
                         : t->spec->link == ATN_LINK_LOGIT ? adjoint[k] / (f * (1.0 - f))
                                                           : adjoint[k];
        for (size_t s = 0; s < t->trend->n_parameters; s++)
            if (t->trend_slots[s].index != ATN_NONE && atn_formula_uses(t->trend->formula, s))
                gradient[t->trend_slots[s].index] += g * tw->jacobian[s * t->n_reach + l->step];
    }
}

static double distance(const atn_latent *l, const atn_law *law, const double *eta, size_t i)
{
    double d = eta[i];
    if (l->before != ATN_NONE) d -= law->b * eta[l->before];
    if (l->slope != ATN_NONE) d -= eta[l->slope];
    return d;
}

void atn_centring_gather(const atn_centring *c, const atn_law *laws, const double *theta,
                         double *eta)
{
    for (size_t i = 0; i < c->q; i++) {
        const atn_latent *l = &c->latents[i];
        const atn_law *law = &laws[l->law];
        eta[i] = 0.0;
        eta[i] = theta[l->z] / law->a - distance(l, law, eta, i);
    }
}

void atn_centring_scatter(const atn_centring *c, const atn_law *laws, const double *eta,
                          double *theta)
{
    for (size_t i = 0; i < c->q; i++) {
        const atn_latent *l = &c->latents[i];
        theta[l->z] = laws[l->law].a * distance(l, &laws[l->law], eta, i);
    }
}

double atn_centring_root_information(const atn_centring *c, size_t track, const double *theta)
{
    if (track == ATN_NONE || !(c->information[track].share > 0)) return 1.0;
    const atn_information *own = &c->information[track];
    const double ratio = atn_slot_get(&c->model->tracks[track].omega, theta) / own->at;
    return 1.0 / sqrt(1.0 - own->share + own->share * ratio * ratio);
}
