#include "centring_internal.h"

#include <string.h>

static bool positive(const atn_slot *slot)
{
    return slot->index != ATN_NONE || slot->value > 0;
}

static bool deviation_counts(const atn_track *t)
{
    const atn_deviation_type type = t->spec->deviation.type;
    if (type == ATN_DEVIATION_NONE || t->n_z == 0 || !positive(&t->sigma)) return false;
    if (type == ATN_DEVIATION_AR1 && t->phi.index == ATN_NONE && !(fabs(t->phi.value) < 1))
        return false;
    return t->n_u == 0 || positive(&t->sigma_v);
}

static void add_latent(atn_centring *c, size_t z, size_t before, size_t slope, size_t law)
{
    c->latents[c->q++] = (atn_latent){z, before, slope, law};
    c->count[law]++;
}

/* Knots in order, each followed by its slope. */
static void add_deviation(atn_centring *c, size_t track)
{
    const atn_track *t = &c->model->tracks[track];
    const size_t law = track * ATN_LAWS;
    size_t knot = ATN_NONE, slope = ATN_NONE;
    for (size_t j = 0; j < t->n_z; j++) {
        const bool first = j == 0 && t->first_z == 0;
        const size_t last_slope = slope;
        add_latent(c, t->z + j, knot, last_slope, law + (first ? ATN_LAW_FIRST : ATN_LAW_STEP));
        knot = c->q - 1;
        if (j >= t->n_u) continue;
        add_latent(c, t->u + j, last_slope, ATN_NONE, law + ATN_LAW_SLOPE);
        slope = c->q - 1;
    }
}

bool atn_centring_follows(const atn_track *t)
{
    return deviation_counts(t) && !t->reads_series;
}

static void add_levels(atn_centring *c, size_t track)
{
    const atn_track *t = &c->model->tracks[track];
    const size_t every = (size_t)t->spec->deviation.every;
    for (size_t k = 0; k < t->n_knots; k++) {
        const size_t step = k * every < t->n_reach ? k * every : t->n_reach - 1;
        c->levels[c->n_levels++] = (atn_level){track, k, step};
    }
}

bool atn_centring_spreads(const atn_centring *c, size_t track)
{
    size_t latents = 0;
    for (size_t k = 0; k < ATN_LAWS; k++) latents += c->count[track * ATN_LAWS + k];
    return latents > 0 && c->model->tracks[track].omega.index != ATN_NONE;
}

static bool in_trend(const atn_track *t, size_t parameter)
{
    for (size_t s = 0; s < t->trend->n_parameters; s++)
        if (t->trend_slots[s].index == parameter) return true;
    return false;
}

/* All parameters but the scales. */
static void find_linear(atn_centring *c)
{
    const atn_model *m = c->model;
    for (size_t i = 0; i < c->q; i++) c->track[i] = c->latents[i].law / ATN_LAWS;
    for (size_t k = 0; k < c->p; k++) {
        bool scale = false;
        size_t track = ATN_NONE;
        for (size_t i = 0; i < m->n_tracks; i++) {
            const atn_track *t = &m->tracks[i];
            scale = scale || k == t->sigma.index || k == t->phi.index || k == t->sigma_v.index ||
                    k == t->effect_sigma.index ||
                    (k == t->omega.index && atn_centring_spreads(c, i));
            if (track == ATN_NONE && in_trend(t, k)) track = i;
        }
        if (scale) continue;
        c->track[c->q + c->n_linear] = track;
        c->linear[c->n_linear++] = k;
    }
}

static bool lay_out(attain_context *ctx, atn_centring *c)
{
    const atn_model *m = c->model;
    const size_t n_latent = c->n - c->p;
    size_t n_levels = 0;
    for (size_t k = 0; k < m->n_tracks; k++) n_levels += m->tracks[k].n_knots;
    c->latents = ATN_NEW_ARRAY(ctx, atn_latent, n_latent);
    c->levels = ATN_NEW_ARRAY(ctx, atn_level, n_levels);
    c->places = ATN_NEW_ARRAY(ctx, size_t, 6 * n_latent + 1 + 5 * c->p + ATN_LAWS * m->n_tracks);
    if (!c->latents || !c->levels || !c->places) return false;
    c->information = ATN_NEW_ARRAY(ctx, atn_information, m->n_tracks);
    if (!c->information) return false;
    c->sky.first = c->places;
    c->sky.start = c->sky.first + c->n;
    c->sky.last = c->sky.start + c->n + 1;
    c->reach = c->sky.last + c->n;
    c->linear = c->reach + 2 * n_latent;
    c->count = c->linear + c->p;
    c->track = c->count + ATN_LAWS * m->n_tracks;
    for (size_t k = 0; k < m->n_tracks; k++)
        if (deviation_counts(&m->tracks[k])) add_deviation(c, k);
    c->sky.tail = c->q;
    for (size_t k = 0; k < m->n_tracks; k++) {
        const atn_track *t = &m->tracks[k];
        for (size_t e = 0; e < t->n_effects && positive(&t->effect_sigma); e++)
            add_latent(c, t->effect + e, ATN_NONE, ATN_NONE, k * ATN_LAWS + ATN_LAW_EFFECT);
    }
    for (size_t k = 0; k < m->n_tracks; k++)
        if (atn_centring_follows(&m->tracks[k])) add_levels(c, k);
    find_linear(c);
    c->sky.n = c->q + c->n_linear;
    return true;
}

attain_status atn_centring_create(attain_context *ctx, const atn_model *model, const double *draws,
                                  size_t m, atn_workspace *w, atn_centring **centring,
                                  attain_error *err)
{
    *centring = NULL;
    atn_centring *c = ATN_NEW(ctx, atn_centring);
    if (!c) return atn_fail_nomem(err);
    c->model = model;
    c->n = model->dimension;
    c->p = model->n_entries;
    const attain_status status =
        lay_out(ctx, c) ? atn_centring_fit(ctx, c, draws, m, w, err) : atn_fail_nomem(err);
    if (status == ATTAIN_OK)
        *centring = c;
    else
        atn_centring_free(ctx, c);
    return status;
}

void atn_centring_free(attain_context *ctx, atn_centring *c)
{
    if (!c) return;
    atn_free(ctx, c->latents);
    atn_free(ctx, c->levels);
    atn_free(ctx, c->places);
    atn_free(ctx, c->information);
    atn_free(ctx, c->block);
    atn_free(ctx, c->joint);
    atn_free(ctx, c);
}

static void reverse_laws(const atn_model *m, const double *theta, const atn_law *laws,
                         const atn_law *adjoint, double *gradient)
{
    for (size_t k = 0; k < m->n_tracks; k++) {
        const atn_track *t = &m->tracks[k];
        const atn_law *law = laws + k * ATN_LAWS, *g = adjoint + k * ATN_LAWS;
        const double sigma = atn_slot_get(&t->sigma, theta), phi = atn_slot_get(&t->phi, theta);
        const double steps = g[ATN_LAW_STEP].a * law[ATN_LAW_STEP].a;
        if (sigma > 0)
            atn_slot_add(&t->sigma, gradient,
                         -(g[ATN_LAW_FIRST].a * law[ATN_LAW_FIRST].a + steps) / sigma);
        if (t->spec->deviation.type == ATN_DEVIATION_AR1)
            atn_slot_add(&t->phi, gradient,
                         steps * phi / ((1 - phi) * (1 + phi)) + g[ATN_LAW_STEP].b);
        else
            atn_slot_add(&t->phi, gradient, g[ATN_LAW_SLOPE].b);
        const double slope = law[ATN_LAW_SLOPE].a, effect = law[ATN_LAW_EFFECT].a;
        if (isfinite(slope))
            atn_slot_add(&t->sigma_v, gradient, -g[ATN_LAW_SLOPE].a * slope * slope);
        if (isfinite(effect))
            atn_slot_add(&t->effect_sigma, gradient, -g[ATN_LAW_EFFECT].a * effect * effect);
    }
}

/* ---- the precision and its adjoint ---- */

static bool make_factor(const atn_centring *c, const atn_law *laws, const double *weight, double *l,
                        double *work)
{
    const atn_skyline *s = &c->sky;
    if (!c->informed) memcpy(l, c->joint, s->start[s->n] * sizeof *l);
    for (size_t i = 0; c->informed && i < s->n; i++) {
        const double *row = c->joint + s->start[i], *w = weight + s->first[i];
        for (size_t j = 0; j <= i - s->first[i]; j++)
            l[s->start[i] + j] = row[j] * w[j] * weight[i];
    }
    for (size_t i = 0; i < c->q; i++) {
        const atn_latent *latent = &c->latents[i];
        const size_t before = latent->before, slope = latent->slope;
        const double a = laws[latent->law].a, b = laws[latent->law].b, a2 = a * a;
        l[atn_skyline_at(s, i, i)] += a2;
        if (before != ATN_NONE) {
            l[atn_skyline_at(s, i, before)] -= a2 * b;
            l[atn_skyline_at(s, before, before)] += a2 * b * b;
        }
        if (slope != ATN_NONE) {
            l[atn_skyline_at(s, i, slope)] -= a2;
            l[atn_skyline_at(s, slope, slope)] += a2;
            l[atn_skyline_at(s, slope, before)] += a2 * b; /* a slope stands behind its knot */
        }
    }
    return atn_skyline_factor(s, l, work);
}

/* adjoint: of P's lower triangle. */
static void reverse_precision(const atn_centring *c, const atn_law *laws, const double *adjoint,
                              atn_law *g)
{
    const atn_skyline *s = &c->sky;
    for (size_t i = 0; i < c->q; i++) {
        const atn_latent *latent = &c->latents[i];
        const size_t before = latent->before, slope = latent->slope;
        const double a = laws[latent->law].a, b = laws[latent->law].b;
        double by_a2 = adjoint[atn_skyline_at(s, i, i)], by_b = 0.0;
        if (before != ATN_NONE) {
            const double side = adjoint[atn_skyline_at(s, i, before)];
            const double own = adjoint[atn_skyline_at(s, before, before)];
            by_a2 += b * (b * own - side);
            by_b += 2.0 * b * own - side;
        }
        if (slope != ATN_NONE) {
            const double both = adjoint[atn_skyline_at(s, slope, before)];
            by_a2 += adjoint[atn_skyline_at(s, slope, slope)] -
                     adjoint[atn_skyline_at(s, i, slope)] + b * both;
            by_b += both;
        }
        g[latent->law].a += 2.0 * a * by_a2;
        g[latent->law].b += a * a * by_b;
    }
}

/* Adjoint of the weights of the rows, as of their squares in (h, k) and the pull before. */
static void reverse_weights(const atn_centring *c, const double *weight, const double *adjoint,
                            double *g)
{
    const atn_skyline *s = &c->sky;
    for (size_t i = 0; i < s->n; i++) {
        const size_t f = s->first[i];
        const double *joint = c->joint + s->start[i], *own = adjoint + s->start[i];
        double sum = 0.0;
        for (size_t j = f; j <= i; j++) {
            const double both = own[j - f] * joint[j - f];
            sum += both * weight[j];
            g[j] += both * weight[i];
        }
        g[i] += sum;
    }
}

/* The corner of L that belongs to psi; its rows begin at column 0, its diagonal is inverted. */
static const double *corner_row(const atn_centring *c, const double *l, size_t i)
{
    return l + c->sky.start[c->q + i] + c->q;
}

static void corner_forward(const atn_centring *c, const double *l, double *x)
{
    for (size_t i = 0; i < c->n_linear; i++) {
        const double *row = corner_row(c, l, i);
        for (size_t j = 0; j < i; j++) x[i] -= row[j] * x[j];
        x[i] *= row[i];
    }
}

static void corner_backward(const atn_centring *c, const double *l, double *x)
{
    for (size_t i = c->n_linear; i-- > 0;) {
        const double *row = corner_row(c, l, i);
        x[i] *= row[i];
        for (size_t j = 0; j < i; j++) x[j] -= row[j] * x[i];
    }
}

/* ---- the change of variables ---- */

typedef struct passage { /* cut from the caller's work space */
    atn_law *laws, *law_adjoint;
    double *l, *adjoint;             /* skyline values */
    double *level, *side;            /* n_levels each */
    double *whole;                   /* q + n_linear: L^-1 (h, k) */
    double *pull;                    /* q: y = L_eta^-1 (h - K F - C psi) */
    double *eta, *s;                 /* q each */
    double *r;                       /* q + n_linear */
    double *weight, *weight_adjoint; /* q + n_linear: roots of the rows' information */
    double *base;                    /* q: h - K F - C psi at information 1 */
    double *line, *dx;               /* p each: parameters on the whole line */
    double *psi, *t;                 /* n_linear each */
    double *scratch;                 /* 2 (q + n_linear) */
} passage;

static size_t laws_size(const atn_centring *c)
{
    return sizeof(atn_law) / sizeof(double) * ATN_LAWS * c->model->n_tracks;
}

size_t atn_centring_work_size(const atn_centring *c)
{
    return 2 * laws_size(c) + 2 * c->sky.start[c->sky.n] + 2 * c->n_levels + 10 * c->q +
           8 * c->n_linear + 2 * c->p;
}

static double *cut(double **at, size_t n)
{
    double *piece = *at;
    *at += n;
    return piece;
}

static passage cut_passage(const atn_centring *c, double *at)
{
    const size_t values = c->sky.start[c->sky.n];
    passage p = {.laws = (atn_law *)cut(&at, laws_size(c)),
                 .law_adjoint = (atn_law *)cut(&at, laws_size(c))};
    p.l = cut(&at, values);
    p.adjoint = cut(&at, values);
    p.level = cut(&at, c->n_levels);
    p.side = cut(&at, c->n_levels);
    p.whole = cut(&at, c->q + c->n_linear);
    p.r = cut(&at, c->q + c->n_linear);
    p.weight = cut(&at, c->q + c->n_linear);
    p.weight_adjoint = cut(&at, c->q + c->n_linear);
    p.base = cut(&at, c->q);
    p.pull = cut(&at, c->q);
    p.eta = cut(&at, c->q);
    p.s = cut(&at, c->q);
    p.line = cut(&at, c->p);
    p.dx = cut(&at, c->p);
    p.psi = cut(&at, c->n_linear);
    p.t = cut(&at, c->n_linear);
    p.scratch = cut(&at, 2 * c->sky.n);
    return p;
}

static void to_natural(const atn_centring *c, size_t k, const double *line, double *theta)
{
    theta[k] = atn_transform_forward(&c->model->entries[k].transform, line[k], NULL, NULL, NULL);
}

/* Adjoints of the rows' weights into those of the scatter. */
static void reverse_information(const atn_centring *c, const passage *p, const double *theta,
                                double *natural)
{
    for (size_t i = 0; i < c->sky.n; i++) {
        const size_t track = c->track[i];
        if (track == ATN_NONE || !(c->information[track].share > 0)) continue;
        const atn_information *own = &c->information[track];
        const atn_slot *omega = &c->model->tracks[track].omega;
        const double w = p->weight[i];
        atn_slot_add(omega, natural,
                     -p->weight_adjoint[i] * w * w * w * own->share * atn_slot_get(omega, theta) /
                         (own->at * own->at));
    }
}

/* What depends on the scales alone, which x and `line` have in common: laws, L, L^-1 (h, k). */
static bool prepare_scales(const atn_centring *c, const double *x, double *theta, passage *p)
{
    for (size_t k = 0; k < c->p; k++) to_natural(c, k, x, theta); /* those of psi are replaced */
    atn_centring_laws(c->model, theta, p->laws);
    for (size_t i = 0; i < c->sky.n; i++)
        p->weight[i] = atn_centring_root_information(c, c->track[i], theta);
    if (!make_factor(c, p->laws, p->weight, p->l, p->scratch)) return false;
    for (size_t i = 0; i < c->sky.n; i++) p->whole[i] = c->h[i] * p->weight[i] * p->weight[i];
    atn_skyline_forward(&c->sky, c->sky.n, p->l, p->whole);
    return true;
}

/* What depends on psi too, given in p->psi and theta: F, y. */
static bool prepare_pull(const atn_centring *c, const double *theta, bool slopes, passage *p,
                         atn_workspace *w)
{
    const atn_model *m = c->model;
    for (size_t k = 0; k < m->n_tracks; k++)
        if (atn_centring_follows(&m->tracks[k]) &&
            !atn_track_trend(m, k, theta, m->tracks[k].n_reach, slopes, w))
            return false;
    atn_centring_levels(c, w, p->level);
    for (size_t i = 0; i < c->q; i++) {
        const double *K = c->K + i * c->n_levels, *C = c->C + i * c->n_linear;
        const size_t from = c->reach[2 * i], to = c->reach[2 * i + 1];
        p->base[i] = c->h_given_psi[i] - atn_inner_wide(K + from, p->level + from, to - from) -
                     atn_inner_wide(C, p->psi, c->n_linear);
        p->pull[i] = p->base[i] * p->weight[i] * p->weight[i];
    }
    atn_skyline_forward(&c->sky, c->q, p->l, p->pull);
    return true;
}

/* x to parameters on the line and theta; log |d (psi, latents) / dx| goes to *log_jacobian. */
static bool pass(const atn_centring *c, const double *x, bool slopes, passage *p, double *theta,
                 double *log_jacobian, atn_workspace *w)
{
    if (!prepare_scales(c, x, theta, p)) return false;
    memcpy(p->line, x, c->p * sizeof *x);
    for (size_t k = 0; k < c->n_linear; k++) p->psi[k] = x[c->linear[k]] + p->whole[c->q + k];
    corner_backward(c, p->l, p->psi);
    for (size_t k = 0; k < c->n_linear; k++) {
        p->line[c->linear[k]] = p->psi[k];
        to_natural(c, c->linear[k], p->line, theta);
    }
    if (!prepare_pull(c, theta, slopes, p, w)) return false;
    memcpy(theta + c->p, x + c->p, (c->n - c->p) * sizeof *theta);
    for (size_t i = 0; i < c->q; i++) p->eta[i] = p->pull[i] + x[c->latents[i].z];
    atn_skyline_backward(&c->sky, c->q, p->l, p->eta);
    atn_centring_scatter(c, p->laws, p->eta, theta);
    *log_jacobian = -atn_skyline_half_log_det(&c->sky, p->l);
    for (size_t k = 0; k < ATN_LAWS * c->model->n_tracks; k++)
        if (c->count[k] > 0) *log_jacobian += (double)c->count[k] * log(p->laws[k].a);
    return true;
}

/* ---- adjoints, last step first ---- */

/* z = E eta: adjoint of eta into p->s, of the laws. */
static void reverse_innovations(const atn_centring *c, passage *p, const double *theta,
                                const double *natural)
{
    memset(p->law_adjoint, 0, ATN_LAWS * c->model->n_tracks * sizeof *p->law_adjoint);
    memset(p->s, 0, c->q * sizeof *p->s);
    for (size_t i = 0; i < c->q; i++) {
        const atn_latent *l = &c->latents[i];
        const atn_law *law = &p->laws[l->law];
        const double g = natural[l->z] * law->a;
        p->s[i] += g;
        if (l->before != ATN_NONE) {
            p->s[l->before] -= g * law->b;
            p->law_adjoint[l->law].b -= g * p->eta[l->before];
        }
        if (l->slope != ATN_NONE) p->s[l->slope] -= g;
        p->law_adjoint[l->law].a += (natural[l->z] * theta[l->z] + 1.0) / law->a;
    }
}

/* eta = L^-T (x + y), y = L^-1 r: adjoint of x into p->s, of r into p->r, of L's first rows. */
static void reverse_latents(const atn_centring *c, passage *p)
{
    atn_skyline_forward(&c->sky, c->q, p->l, p->s);
    memcpy(p->r, p->s, c->q * sizeof *p->r);
    atn_skyline_backward(&c->sky, c->q, p->l, p->r);
    for (size_t i = 0; i < c->q; i++) {
        double *row = p->adjoint + c->sky.start[i];
        const double eta = p->eta[i], r = p->r[i];
        const size_t f = c->sky.first[i];
        for (size_t j = f; j <= i; j++) row[j - f] = -eta * p->s[j] - r * p->pull[j];
    }
}

/* r = h - K F - C psi: adjoints into the parameters' gradient, natural and on the line. */
static void reverse_pull(const atn_centring *c, passage *p, double *natural, double *line,
                         atn_workspace *w)
{
    memset(p->side, 0, c->n_levels * sizeof *p->side);
    memset(p->weight_adjoint, 0, c->sky.n * sizeof *p->weight_adjoint);
    for (size_t i = 0; i < c->q; i++) {
        const double *K = c->K + i * c->n_levels, *C = c->C + i * c->n_linear;
        const double weight = p->weight[i], r = p->r[i] * weight * weight;
        for (size_t k = c->reach[2 * i]; k < c->reach[2 * i + 1]; k++) p->side[k] -= K[k] * r;
        for (size_t k = 0; k < c->n_linear; k++) line[c->linear[k]] -= C[k] * r;
        p->weight_adjoint[i] = 2.0 * weight * p->r[i] * p->base[i];
    }
    atn_centring_reverse_levels(c, w, p->side, natural);
}

/* psi = L_psi^-T (x + y), y the last entries of L^-1 (h, k): the adjoint of psi in `line` becomes
 * that of x; p->adjoint takes the rest. */
static void reverse_psi(const atn_centring *c, passage *p, double *line)
{
    const atn_skyline *sky = &c->sky;
    for (size_t k = 0; k < c->n_linear; k++) p->t[k] = line[c->linear[k]];
    corner_forward(c, p->l, p->t);
    memset(p->r, 0, c->q * sizeof *p->r);
    memcpy(p->r + c->q, p->t, c->n_linear * sizeof *p->r);
    atn_skyline_backward(sky, sky->n, p->l, p->r);
    for (size_t i = 0; i < sky->n; i++) {
        p->weight_adjoint[i] += 2.0 * p->weight[i] * p->r[i] * c->h[i];
        double *row = p->adjoint + sky->start[i];
        const size_t f = sky->first[i];
        if (i >= c->q) memset(row, 0, (i + 1) * sizeof *row);
        for (size_t j = f; j <= i; j++) row[j - f] -= p->r[i] * p->whole[j];
        for (size_t k = c->q; k <= i; k++) row[k] -= p->psi[i - c->q] * p->t[k - c->q];
        row[i - f] -= p->l[sky->start[i] + i - f]; /* of -log |L| */
    }
    for (size_t k = 0; k < c->n_linear; k++) line[c->linear[k]] = p->t[k];
}

double atn_centring_density(const atn_centring *c, const double *x, double *gradient, double *work,
                            atn_workspace *w)
{
    const atn_model *m = c->model;
    passage p = cut_passage(c, work);
    double *theta = w->natural, *natural = gradient ? w->natural_gradient : NULL, sum = 0.0;
    if (!pass(c, x, gradient != NULL, &p, theta, &sum, w)) return -INFINITY;
    sum += atn_model_log_density(m, theta, natural, w);
    for (size_t k = 0; k < c->p; k++) {
        double log_jacobian, slope;
        (void)atn_transform_forward(&m->entries[k].transform, p.line[k], &p.dx[k], &log_jacobian,
                                    &slope);
        sum += log_jacobian;
        if (gradient) gradient[k] = slope;
    }
    if (!(sum > -INFINITY && sum < INFINITY)) return -INFINITY;
    if (!gradient) return sum;
    memcpy(gradient + c->p, natural + c->p, (c->n - c->p) * sizeof *gradient);
    reverse_innovations(c, &p, theta, natural);
    reverse_latents(c, &p);
    for (size_t i = 0; i < c->q; i++) gradient[c->latents[i].z] = p.s[i];
    reverse_pull(c, &p, natural, gradient, w);
    for (size_t k = 0; k < c->n_linear; k++) {
        const size_t at = c->linear[k];
        gradient[at] += natural[at] * p.dx[at];
        natural[at] = 0.0;
    }
    reverse_psi(c, &p, gradient);
    atn_skyline_reverse(&c->sky, p.l, p.adjoint, p.scratch);
    reverse_precision(c, p.laws, p.adjoint, p.law_adjoint);
    if (c->informed) {
        reverse_weights(c, p.weight, p.adjoint, p.weight_adjoint);
        reverse_information(c, &p, theta, natural);
    }
    reverse_laws(m, theta, p.laws, p.law_adjoint, natural);
    for (size_t k = 0; k < c->p; k++) gradient[k] += natural[k] * p.dx[k]; /* the scales */
    return sum;
}

bool atn_centring_undo(const atn_centring *c, const double *x, double *theta, double *work,
                       atn_workspace *w)
{
    passage p = cut_passage(c, work);
    double log_jacobian;
    return pass(c, x, false, &p, theta, &log_jacobian, w);
}

bool atn_centring_apply(const atn_centring *c, const double *u, double *x, double *work,
                        atn_workspace *w)
{
    passage p = cut_passage(c, work);
    double *theta = w->natural;
    atn_model_to_natural(c->model, u, theta);
    memcpy(x, u, c->n * sizeof *x);
    memcpy(p.line, u, c->p * sizeof *u);
    for (size_t k = 0; k < c->n_linear; k++) p.psi[k] = u[c->linear[k]];
    if (!prepare_scales(c, u, theta, &p) || !prepare_pull(c, theta, false, &p, w)) return false;
    atn_centring_gather(c, p.laws, theta, p.eta);
    atn_skyline_transposed(&c->sky, c->q, p.l, p.eta, p.s);
    for (size_t i = 0; i < c->q; i++) x[c->latents[i].z] = p.s[i] - p.pull[i];
    for (size_t k = 0; k < c->n_linear; k++) p.t[k] = -p.whole[c->q + k];
    for (size_t i = 0; i < c->n_linear; i++)
        for (size_t j = 0; j <= i; j++) {
            const double entry = corner_row(c, p.l, i)[j];
            p.t[j] += (i == j ? 1.0 / entry : entry) * u[c->linear[i]];
        }
    for (size_t k = 0; k < c->n_linear; k++) x[c->linear[k]] = p.t[k];
    return true;
}

void atn_centring_shrink(const atn_centring *c, double *x, double keep)
{
    for (size_t k = 0; k < c->n_linear; k++) x[c->linear[k]] *= keep;
    for (size_t i = 0; i < c->q; i++) x[c->latents[i].z] *= keep;
}
