/* What coordinates need to know of the likelihood: its mean curvature and slope in the deviation,
 * the calendar effects and the parameters, by forward differences of the exact gradient. */
#include <gsl/gsl_eigen.h>
#include <string.h>

#include "centring_internal.h"

enum { MOST_DRAWS = 32, EVALUATIONS = 3000, MOST_EIGEN = 128, INFORMED = 4 };
static const double spread_by = 1.2;     /* scatters that the figures' information is compared at */
static const double difference = 1e-3;   /* of a posterior sd */
static const double negligible = 1e-7;   /* correlations that differences do not tell from 0 */
static const double floor_of_psi = 0.02; /* least precision of a parameter, of its posterior one */

typedef struct learning {
    atn_centring *c;
    atn_workspace *w;
    size_t n;                           /* q + n_linear */
    double *H;                          /* n x n: sum of the joint curvature */
    double *slope, *moved, *at, *scale; /* n each */
    double *mean, *mean_slope;          /* n each: sums */
    double *level_slope, *level_moved;  /* n_levels each */
    double *bend, *J; /* n_linear x n_levels, sums: -d level slope, d F, by parameter */
    double *prior;    /* n_linear: curvature of followed parameters' priors */
    double *corner;   /* n_levels: curvature in levels that no latent shares */
    bool *followed;   /* n_linear */
    double *mean_level;
    double *trial;                       /* q */
    double *weight;                      /* n: roots of the information at the draw looked at */
    double *u, *theta, *gradient, *sent; /* dimension each */
    atn_law *laws;
    size_t used;
} learning;

/* Adjoints of the path's shift to a knot by its hat of linear interpolation. */
static double knot_slope(const atn_track *t, const double *shift, size_t knot)
{
    const size_t every = (size_t)t->spec->deviation.every, middle = knot * every;
    const size_t from = knot == 0 ? 0 : middle - every + 1;
    double sum = 0.0;
    for (size_t i = from; i < middle + every && i < t->n_reach; i++) {
        const double apart = i < middle ? (double)(middle - i) : (double)(i - middle);
        sum += shift[i] * (1.0 - apart / (double)every);
    }
    return sum;
}

static double effect_slope(const atn_track *t, const double *shift, size_t effect)
{
    double own = 0.0, total = 0.0;
    for (size_t i = 0; i < t->n_reach; i++) {
        total += shift[i];
        if (t->effect_class[i] == effect) own += shift[i];
    }
    return own - total / (double)t->n_effects;
}

/* Gradient of log p(figures, psi | eta) in (eta, psi) and in the levels at the line's u; false
 * outside the domain. */
static bool slopes(learning *l, double *slope, double *level_slope)
{
    const atn_centring *c = l->c;
    const atn_model *m = c->model;
    if (!(atn_model_log_density(m, l->theta, l->gradient, l->w) > -INFINITY)) return false;
    for (size_t i = 0; i < c->q; i++) {
        const size_t track = c->latents[i].law / ATN_LAWS, z = c->latents[i].z;
        const atn_track *t = &m->tracks[track];
        const double *shift = l->w->tracks[track].adjoint;
        slope[i] = t->n_reach == 0  ? 0.0
                   : z >= t->effect ? effect_slope(t, shift, z - t->effect)
                   : z >= t->u      ? 0.0
                                    : knot_slope(t, shift, z - t->z + t->first_z);
    }
    for (size_t k = 0; k < c->n_linear; k++) {
        const size_t at = c->linear[k];
        double dx, log_jacobian, d;
        (void)atn_transform_forward(&m->entries[at].transform, l->u[at], &dx, &log_jacobian, &d);
        slope[c->q + k] = l->gradient[at] * dx + d;
    }
    for (size_t k = 0; k < c->n_levels; k++)
        level_slope[k] = knot_slope(&m->tracks[c->levels[k].track],
                                    l->w->tracks[c->levels[k].track].adjoint, c->levels[k].knot);
    return true;
}

static void go_to(learning *l, const double *u)
{
    const atn_centring *c = l->c;
    memcpy(l->u, u, c->n * sizeof *u);
    atn_model_to_natural(c->model, u, l->theta);
    atn_centring_laws(c->model, l->theta, l->laws);
    atn_centring_gather(c, l->laws, l->theta, l->at);
    for (size_t k = 0; k < c->n_linear; k++) l->at[c->q + k] = u[c->linear[k]];
}

/* Moves coordinate j of (eta, psi) and returns by how much. */
static double step_along(learning *l, const double *u, size_t j)
{
    const atn_centring *c = l->c;
    const double h = difference * l->scale[j];
    if (j < c->q) {
        memcpy(l->trial, l->at, c->q * sizeof *l->trial);
        l->trial[j] += h;
        atn_centring_scatter(c, l->laws, l->trial, l->theta);
        return l->trial[j] - l->at[j];
    }
    const size_t at = c->linear[j - c->q];
    l->u[at] = u[at] + h;
    atn_model_to_natural(c->model, l->u, l->theta);
    return l->u[at] - u[at];
}

static double prior_slope(const atn_entry *e, double u)
{
    double dx, log_jacobian, slope, by_x = 0.0;
    const double x = atn_transform_forward(&e->transform, u, &dx, &log_jacobian, &slope);
    (void)atn_prior_log_density(&e->prior, x, &by_x);
    return by_x * dx + slope;
}

/* Slopes of the levels in the followed parameters, and their priors' curvature, at l->u. */
static void learn_trend(learning *l, const double *u)
{
    const atn_centring *c = l->c;
    for (size_t i = 0; i < c->n_levels; i++) {
        memset(l->gradient, 0, c->p * sizeof *l->gradient);
        memset(l->level_moved, 0, c->n_levels * sizeof *l->level_moved);
        l->level_moved[i] = 1.0;
        atn_centring_reverse_levels(c, l->w, l->level_moved, l->gradient);
        for (size_t k = 0; k < c->n_linear; k++) {
            const size_t at = c->linear[k];
            double dx;
            (void)atn_transform_forward(&c->model->entries[at].transform, u[at], &dx, NULL, NULL);
            l->J[k * c->n_levels + i] += l->gradient[at] * dx;
        }
    }
    for (size_t k = 0; k < c->n_linear; k++) {
        const atn_entry *e = &c->model->entries[c->linear[k]];
        const double at = u[c->linear[k]], h = difference * l->scale[c->q + k];
        l->prior[k] += fmax((prior_slope(e, at) - prior_slope(e, at + h)) / h, 0.0);
    }
}

/* Curvature at one draw, brought to information 1 and added if asked to; false where the density
 * ends nearby. */
static bool learn_at(learning *l, const double *u, bool add)
{
    atn_centring *c = l->c;
    const size_t n = l->n;
    go_to(l, u);
    if (!slopes(l, l->slope, l->level_slope)) return false;
    const double *weight = l->weight;
    for (size_t i = 0; i < n; i++)
        l->weight[i] = atn_centring_root_information(c, c->track[i], l->theta);
    for (size_t i = 0; add && i < n; i++) {
        l->mean[i] += l->at[i];
        l->mean_slope[i] += l->slope[i] / (weight[i] * weight[i]);
    }
    atn_centring_levels(c, l->w, l->level_moved);
    for (size_t k = 0; add && k < c->n_levels; k++) l->mean_level[k] += l->level_moved[k];
    for (size_t j = 0; j < n; j++) {
        const double h = step_along(l, u, j);
        const bool ok = slopes(l, l->moved, l->level_moved);
        go_to(l, u);
        if (!ok) return false;
        if (!add) continue;
        const double own = h * weight[j] * weight[j];
        for (size_t i = 0; i < n; i++)
            l->H[j * n + i] += (l->slope[i] - l->moved[i]) / (h * weight[i] * weight[j]);
        for (size_t k = 0; j < c->q && k < c->n_levels; k++)
            c->K[j * c->n_levels + k] += (l->level_slope[k] - l->level_moved[k]) / own;
        double *bend = l->bend + (j < c->q ? 0 : j - c->q) * c->n_levels;
        for (size_t k = 0; j >= c->q && k < c->n_levels; k++)
            bend[k] += (l->level_slope[k] - l->level_moved[k]) / own;
    }
    if (!add) return true;
    if (!slopes(l, l->moved, l->level_moved)) return false; /* the trend's slopes at u again */
    learn_trend(l, u);
    return true;
}

/* Curvature of the figures along a series' latent values, in posterior variances. */
static double information_at(learning *l, const double *u, size_t track)
{
    const atn_centring *c = l->c;
    double sum = 0.0;
    go_to(l, u);
    if (!slopes(l, l->slope, l->level_slope)) return NAN;
    for (size_t j = 0; j < c->q; j++) {
        if (c->track[j] != track) continue;
        const double h = step_along(l, u, j);
        if (!slopes(l, l->moved, l->level_moved)) return NAN;
        sum += (l->slope[j] - l->moved[j]) / h * l->scale[j] * l->scale[j];
    }
    return sum;
}

/* How it falls with the scatter: d log information / d log omega = -2 share at omega = `at`. */
static void learn_information(learning *l, const double *draws, size_t m)
{
    atn_centring *c = l->c;
    const size_t looks = m < INFORMED ? m : INFORMED;
    for (size_t k = 0; k < c->model->n_tracks; k++) {
        const atn_slot *omega = &c->model->tracks[k].omega;
        atn_information *own = &c->information[k];
        double log_omega = 0.0, share = 0.0;
        if (!atn_centring_spreads(c, k)) continue;
        for (size_t d = 0; d < m; d++) {
            go_to(l, draws + d * c->n);
            log_omega += log(l->theta[omega->index]) / (double)m;
        }
        for (size_t d = 0; d < looks; d++) {
            double by[2];
            for (int side = 0; side < 2; side++) {
                memcpy(l->sent, draws + d * (m / looks) * c->n, c->n * sizeof *l->sent);
                atn_model_to_natural(c->model, l->sent, l->theta);
                l->theta[omega->index] *= side ? spread_by : 1.0 / spread_by;
                l->sent[omega->index] = atn_transform_inverse(
                    &c->model->entries[omega->index].transform, l->theta[omega->index]);
                by[side] = information_at(l, l->sent, k);
            }
            const double slope = (log(by[1]) - log(by[0])) / (2.0 * log(spread_by));
            share += fmin(fmax(-0.5 * slope, 0.0), 1.0) / (double)looks; /* NaN: 0 */
        }
        *own = (atn_information){share, exp(log_omega)};
        c->informed = c->informed || share > 0;
    }
}

static void find_scales(learning *l, const double *draws, size_t m)
{
    for (size_t d = 0; d < m; d++) {
        go_to(l, draws + d * l->c->n);
        for (size_t i = 0; i < l->n; i++) {
            l->slope[i] += l->at[i] / (double)m;
            l->moved[i] += l->at[i] * l->at[i] / (double)m;
        }
    }
    for (size_t i = 0; i < l->n; i++) {
        const double variance = l->moved[i] - l->slope[i] * l->slope[i];
        l->scale[i] = variance > 1e-12 * l->moved[i] ? sqrt(variance) : 1e-3;
    }
}

/* ---- the joint curvature made positive semidefinite, then put into its skyline ---- */

/* Negative eigenvalues to 0.  The work space is laid out by hand so that GSL allocates nothing. */
static bool clip(double *H, size_t n, double *work)
{
    double *copy = work, *vectors = copy + n * n, *values = vectors + n * n, *rest = values + n;
    memcpy(copy, H, n * n * sizeof *H);
    gsl_matrix_view a = gsl_matrix_view_array(copy, n, n);
    gsl_matrix_view v = gsl_matrix_view_array(vectors, n, n);
    gsl_vector_view e = gsl_vector_view_array(values, n);
    gsl_eigen_symmv_workspace w = {
        .size = n, .d = rest, .sd = rest + n, .gc = rest + 2 * n, .gs = rest + 3 * n};
    if (gsl_eigen_symmv(&a.matrix, &e.vector, &v.matrix, &w) != 0) return false;
    for (size_t k = 0; k < n; k++) {
        if (!(values[k] < 0)) continue;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                H[i * n + j] -= values[k] * vectors[i * n + k] * vectors[j * n + k];
    }
    return true;
}

static bool is_spread(const atn_model *m, size_t parameter)
{
    bool spread = parameter == m->scale.index;
    for (size_t i = 0; i < m->n_tracks; i++)
        spread = spread || parameter == m->tracks[i].omega.index;
    return spread;
}

/* H in units of posterior sd: mean, symmetric.  What spreads figures (scatter, scale) moves with
 * the rest only through residuals at a draw, whose expectation is nothing. */
static void standardise(learning *l)
{
    const size_t n = l->n;
    double *H = l->H;
    for (size_t i = l->c->q; i < n; i++) {
        if (!is_spread(l->c->model, l->c->linear[i - l->c->q])) continue;
        for (size_t j = 0; j < n; j++)
            if (j != i) H[i * n + j] = H[j * n + i] = 0.0;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            H[i * n + j] = H[j * n + i] =
                0.5 * (H[i * n + j] + H[j * n + i]) * l->scale[i] * l->scale[j];
}

/* Latent of a level's knot; ATN_NONE for a first knot that is fixed. */
static size_t latent_of(const atn_centring *c, const atn_level *level)
{
    const atn_track *t = &c->model->tracks[level->track];
    for (size_t i = 0; i < c->q && level->knot >= t->first_z; i++)
        if (c->latents[i].z == t->z + level->knot - t->first_z) return i;
    return ATN_NONE;
}

/* K x for one parameter's J, over all levels: by the latents that share them; a level of its own
 * has the row of K's column, and on the diagonal what explains the parameters' bends best. */
static void level_curvature(const learning *l, const double *J, double *out)
{
    const atn_centring *c = l->c;
    const size_t n = c->n_levels;
    for (size_t a = 0; a < n; a++) {
        const size_t i = latent_of(c, &c->levels[a]);
        out[a] = 0.0;
        if (i != ATN_NONE) {
            out[a] = atn_inner_wide(c->K + i * n, J, n);
            continue;
        }
        for (size_t b = 0; b < n; b++) {
            const size_t j = latent_of(c, &c->levels[b]);
            if (j != ATN_NONE) out[a] += c->K[j * n + a] * J[b];
        }
        out[a] += l->corner[a] * J[a];
    }
}

static void find_corner(learning *l)
{
    const atn_centring *c = l->c;
    const size_t n = c->n_levels;
    for (size_t a = 0; a < n; a++) {
        if (latent_of(c, &c->levels[a]) != ATN_NONE) continue;
        double above = 0.0, below = 0.0;
        for (size_t k = 0; k < c->n_linear; k++) {
            if (!l->followed[k]) continue;
            const double *J = l->J + k * n;
            level_curvature(l, J, l->level_moved);
            above += J[a] * (l->bend[k * n + a] - l->level_moved[a]);
            below += J[a] * J[a];
        }
        l->corner[a] = below > 0 ? fmax(above / below, 0.0) : 0.0;
    }
}

/* What followed parameters do, they do through the levels: rows of H from K and the mean J, B =
 * J'K J + prior, A = K J.  The draws' own second derivatives hold noise (slopes at a draw times the
 * trend's bends, J apart from its mean) that would be large beside B - A'P^-1 A, which matters. */
static void follow(learning *l)
{
    const atn_centring *c = l->c;
    const size_t n = l->n, q = c->q, levels = c->n_levels;
    find_corner(l);
    for (size_t k = 0; k < c->n_linear; k++) {
        if (!l->followed[k]) continue;
        const double *J = l->J + k * levels;
        double *row = l->H + (q + k) * n;
        level_curvature(l, J, l->level_moved);
        for (size_t i = 0; i < q; i++) row[i] = atn_inner_wide(c->K + i * levels, J, levels);
        for (size_t m = 0; m < c->n_linear; m++)
            row[q + m] = atn_inner_wide(l->followed[m] ? l->J + m * levels : l->bend + m * levels,
                                        l->followed[m] ? l->level_moved : J, levels);
        row[q + k] += l->prior[k];
        for (size_t i = 0; i < n; i++) l->H[i * n + q + k] = row[i];
    }
}

static bool counts(const double *H, size_t n, size_t i, size_t j)
{
    return fabs(H[i * n + j]) > negligible * (1.0 + sqrt(fabs(H[i * n + i] * H[j * n + j])));
}

static void find_skyline(learning *l)
{
    atn_centring *c = l->c;
    for (size_t i = 0; i < l->n; i++) {
        size_t first = i < c->q ? i : 0;
        if (i < c->q && c->latents[i].before < first) first = c->latents[i].before;
        if (i < c->q && c->latents[i].slope < first) first = c->latents[i].slope;
        for (size_t j = 0; j < first; j++)
            if (counts(l->H, l->n, i, j)) first = j;
        c->sky.first[i] = first;
    }
    atn_skyline_layout(&c->sky);
    for (size_t i = 0; i < c->q; i++) {
        const double *K = c->K + i * c->n_levels;
        size_t from = 0, to = c->n_levels;
        double most = 0.0;
        for (size_t k = 0; k < c->n_levels; k++) most = fmax(most, fabs(K[k]));
        while (from < to && !(fabs(K[from]) > negligible * most)) from++;
        while (to > from && !(fabs(K[to - 1]) > negligible * most)) to--;
        c->reach[2 * i] = from;
        c->reach[2 * i + 1] = to;
    }
}

/* The smallest of 0, 1e-3, 1e-2, ... on the diagonal that makes it positive definite. */
static double raise_needed(const learning *l, double *trial)
{
    const atn_skyline *s = &l->c->sky;
    for (double raise = 1e-9; raise < 1e6; raise *= raise < 1e-3 ? 1e6 : 10.0) {
        for (size_t i = 0; i < l->n; i++)
            for (size_t j = s->first[i]; j <= i; j++)
                trial[atn_skyline_at(s, i, j)] = l->H[i * l->n + j] + (i == j ? raise : 0.0);
        if (atn_skyline_factor(s, trial, trial + s->start[l->n])) return raise;
    }
    return 0.0;
}

static void fill(learning *l, double raise)
{
    atn_centring *c = l->c;
    const atn_skyline *s = &c->sky;
    const size_t n = l->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double entry = l->H[i * n + j];
            if (i == j) entry += raise + (i >= c->q ? floor_of_psi : 0.0);
            entry /= l->scale[i] * l->scale[j];
            l->H[i * n + j] = l->H[j * n + i] = j >= s->first[i] ? entry : 0.0;
            if (j >= s->first[i]) c->joint[atn_skyline_at(s, i, j)] = entry;
        }
}

/* Parameters whose effect the levels carry. */
static void find_followed(learning *l)
{
    const atn_centring *c = l->c;
    const atn_model *m = c->model;
    for (size_t k = 0; k < c->n_linear; k++)
        for (size_t i = 0; i < m->n_tracks; i++) {
            const atn_track *t = &m->tracks[i];
            for (size_t s = 0; s < t->trend->n_parameters && atn_centring_follows(t); s++)
                if (c->linear[k] == t->trend_slots[s].index) l->followed[k] = true;
        }
}

/* A column of C for each parameter that the levels do not follow. */
static void take_linear(const learning *l)
{
    atn_centring *c = l->c;
    for (size_t k = 0; k < c->n_linear; k++)
        for (size_t i = 0; i < c->q; i++)
            c->C[i * c->n_linear + k] = l->followed[k] ? 0.0 : l->H[i * l->n + c->q + k];
}

/* Slopes at 0 that give the mean slope at the mean. */
static void take_slopes(const learning *l)
{
    atn_centring *c = l->c;
    const size_t n = l->n, q = c->q;
    const double share = 1.0 / (double)l->used;
    for (size_t i = 0; i < n; i++) {
        const double *row = l->H + i * n;
        double own = i < q ? l->mean_slope[i] : 0.0, other = 0.0; /* mean slope in psi: 0 */
        for (size_t j = 0; j < q; j++) own += row[j] * l->mean[j];
        for (size_t j = q; j < n; j++) other += row[j] * l->mean[j];
        c->h[i] = share * (own + other);
        if (i >= q) continue;
        const double *K = c->K + i * c->n_levels, *C = c->C + i * c->n_linear;
        for (size_t k = 0; k < c->n_levels; k++) own += K[k] * l->mean_level[k];
        for (size_t k = 0; k < c->n_linear; k++) own += C[k] * l->mean[q + k];
        c->h_given_psi[i] = share * own;
    }
}

static attain_status finish(attain_context *ctx, learning *l, attain_error *err)
{
    atn_centring *c = l->c;
    const size_t n = l->n;
    if (l->used == 0)
        for (size_t i = 0; i < n; i++) l->H[i * n + i] = 0.0;
    if (l->used == 0) l->used = 1;
    const double share = 1.0 / (double)l->used;
    for (size_t k = 0; k < n * n; k++) l->H[k] *= share;
    for (size_t k = 0; k < c->q * c->n_levels; k++) c->K[k] *= share;
    for (size_t k = 0; k < c->n_linear * c->n_levels; k++) {
        l->bend[k] *= share;
        l->J[k] *= share;
    }
    for (size_t k = 0; k < c->n_linear; k++) l->prior[k] *= share;
    follow(l);
    standardise(l);
    double *work = ATN_NEW_ARRAY(ctx, double, 2 * n * n + 5 * n + 1);
    if (!work) return atn_fail_nomem(err);
    if (n > 0 && n <= MOST_EIGEN) (void)clip(l->H, n, work);
    find_skyline(l);
    c->joint = ATN_NEW_ARRAY(ctx, double, c->sky.start[n]);
    if (c->joint) {
        fill(l, raise_needed(l, work));
        take_linear(l);
        take_slopes(l);
    }
    atn_free(ctx, work);
    return c->joint ? ATTAIN_OK : atn_fail_nomem(err);
}

static double *cut(double **at, size_t n)
{
    double *piece = *at;
    *at += n;
    return piece;
}

static double *open_learning(attain_context *ctx, learning *l)
{
    const atn_centring *c = l->c;
    const size_t n = l->n, laws = sizeof(atn_law) / sizeof(double) * ATN_LAWS * c->model->n_tracks;
    double *block = ATN_NEW_ARRAY(ctx, double,
                                  n *n + 7 * n + (4 + 2 * c->n_linear) * c->n_levels + c->q +
                                      4 * c->n + laws + c->n_linear);
    double *at = block;
    if (!block) return NULL;
    l->H = cut(&at, n * n);
    double **const rows[] = {&l->slope, &l->moved,      &l->at,    &l->scale,
                             &l->mean,  &l->mean_slope, &l->weight};
    double **const by_level[] = {&l->level_slope, &l->level_moved, &l->mean_level};
    double **const whole[] = {&l->u, &l->theta, &l->gradient, &l->sent};
    for (size_t k = 0; k < 7; k++) *rows[k] = cut(&at, n);
    for (size_t k = 0; k < 3; k++) *by_level[k] = cut(&at, c->n_levels);
    for (size_t k = 0; k < 4; k++) *whole[k] = cut(&at, c->n);
    l->trial = cut(&at, c->q);
    l->laws = (atn_law *)cut(&at, laws);
    l->bend = cut(&at, c->n_linear * c->n_levels);
    l->J = cut(&at, c->n_linear * c->n_levels);
    l->prior = cut(&at, c->n_linear);
    l->corner = cut(&at, c->n_levels);
    return block;
}

attain_status atn_centring_fit(attain_context *ctx, atn_centring *c, const double *draws, size_t m,
                               atn_workspace *w, attain_error *err)
{
    const size_t q = c->q, n = q + c->n_linear;
    size_t wanted = EVALUATIONS / (2 * (n + 1)) + 1;
    if (wanted > MOST_DRAWS) wanted = MOST_DRAWS;
    if (wanted > m) wanted = m;
    learning l = {.c = c, .w = w, .n = n};
    c->block = ATN_NEW_ARRAY(ctx, double, q *(c->n_levels + c->n_linear + 1) + n);
    double *block = c->block ? open_learning(ctx, &l) : NULL;
    l.followed = block ? ATN_NEW_ARRAY(ctx, bool, c->n_linear) : NULL;
    if (!l.followed) {
        atn_free(ctx, block);
        return atn_fail_nomem(err);
    }
    find_followed(&l);
    c->K = c->block;
    c->C = c->K + q * c->n_levels;
    c->h_given_psi = c->C + q * c->n_linear;
    c->h = c->h_given_psi + q;
    find_scales(&l, draws, m);
    learn_information(&l, draws, m);
    attain_status status = ATTAIN_OK;
    for (size_t d = 0; status == ATTAIN_OK && d < wanted; d++) {
        const double *u = draws + d * (m / wanted) * c->n;
        if (learn_at(&l, u, false) && learn_at(&l, u, true)) l.used++;
        status = atn_poll(ctx, "fit", 0.5, err);
    }
    if (status == ATTAIN_OK) status = finish(ctx, &l, err);
    atn_free(ctx, l.followed);
    atn_free(ctx, block);
    return status;
}
