/* One series' path y = g^-1(g(f(t)) + d + w) and its adjoint (METHODS section 2). */
#include <string.h>

#include "model_internal.h"

/* Inside a network one flow reads what another asks for: limits are known only when all have asked.
 */
size_t atn_track_gather(const atn_model *m, const atn_track *t, const double *theta,
                        atn_workspace *w)
{
    const attain_study *study = m->study;
    const size_t n_par = t->trend->n_parameters;
    size_t k = 0;
    for (size_t p = 0; p < n_par; p++) {
        w->scalars[p] = atn_slot_get(&t->trend_slots[p], theta);
        w->inputs[k++] = &w->scalars[p];
    }
    w->inputs[k++] = m->steps;
    for (size_t i = 0; i < study->n_inputs; i++)
        w->inputs[k++] = w->exogenous ? w->exogenous[i] : study->inputs[i].values;
    for (size_t s = 0; s < study->n_series; s++) {
        const size_t place = m->track_of_series[s];
        const bool inside = t->in_network && place != ATN_NONE && m->tracks[place].in_network;
        w->inputs[k++] = place == ATN_NONE ? NULL
                         : inside          ? w->tracks[place].own
                                           : w->tracks[place].path;
    }
    return k;
}

bool atn_in_domain(atn_link link, const double *f, size_t n)
{
    bool ok = true;
    if (link == ATN_LINK_LOG)
        for (size_t i = 0; i < n; i++) ok &= f[i] > 0 && f[i] < INFINITY;
    else if (link == ATN_LINK_LOGIT)
        for (size_t i = 0; i < n; i++) ok &= f[i] > 0 && f[i] < 1;
    else
        for (size_t i = 0; i < n; i++) ok &= isfinite(f[i]) != 0;
    return ok;
}

/* Whether the last evaluation on this work space had the same trend parameters and covered what is
 * asked for; differences along latent values then cost no trend.  Never for a trend that reads
 * another series. */
static bool trend_is_kept(const atn_track *t, const atn_track_work *tw, const double *scalars,
                          size_t n, bool slopes)
{
    if (t->reads_series || tw->kept_steps < n || (slopes && !tw->kept_slopes)) return false;
    return memcmp(tw->kept, scalars, t->trend->n_parameters * sizeof *scalars) == 0;
}

static void keep_trend(const atn_track *t, atn_track_work *tw, const double *scalars, size_t n,
                       bool slopes)
{
    memcpy(tw->kept, scalars, t->trend->n_parameters * sizeof *scalars);
    tw->kept_steps = n;
    tw->kept_slopes = slopes;
    tw->kept_beyond = false;
}

bool atn_track_trend(const atn_model *m, size_t track, const double *theta, size_t n, bool slopes,
                     atn_workspace *w)
{
    const atn_track *t = &m->tracks[track];
    atn_track_work *tw = &w->tracks[track];
    const size_t n_inputs = atn_track_gather(m, t, theta, w), n_par = t->trend->n_parameters;
    if (!w->exogenous && trend_is_kept(t, tw, w->scalars, n, slopes)) return tw->kept_in_domain;
    size_t done = 0;
    if (slopes && t->n_reach > 0) {
        for (size_t k = 0; k < n_inputs; k++) {
            const bool free_scalar = k < n_par && t->trend_slots[k].index != ATN_NONE;
            const bool series = k > n_par + m->study->n_inputs;
            const bool wanted = (free_scalar || series) && atn_formula_uses(t->trend->formula, k);
            w->columns[k] = wanted ? tw->jacobian + k * t->n_reach : NULL;
        }
        atn_formula_jacobian(t->trend->formula, t->n_reach, w->inputs, tw->trend, w->columns,
                             w->formula);
        done = t->n_reach;
    }
    if (n > done) {
        for (size_t k = 0; k < n_inputs; k++)
            w->later_inputs[k] = k < n_par || !w->inputs[k] ? w->inputs[k] : w->inputs[k] + done;
        atn_formula_value(t->trend->formula, n - done, w->later_inputs, tw->trend + done,
                          w->formula);
    }
    keep_trend(t, tw, w->scalars, w->exogenous ? 0 : n, slopes);
    tw->kept_in_domain = atn_in_domain(t->spec->link, tw->trend, n);
    return tw->kept_in_domain;
}

void atn_track_trend_from(const atn_model *m, size_t track, const double *theta, size_t from,
                          size_t n, double *trend, atn_workspace *w)
{
    const atn_track *t = &m->tracks[track];
    const size_t n_inputs = atn_track_gather(m, t, theta, w), n_par = t->trend->n_parameters;
    for (size_t k = 0; k < n_inputs; k++)
        w->later_inputs[k] = k < n_par || !w->inputs[k] ? w->inputs[k] : w->inputs[k] + from;
    if (from < n)
        atn_formula_value(t->trend->formula, n - from, w->later_inputs, trend + from, w->formula);
}

void atn_track_knots(const atn_track *t, const double *theta, double *knots)
{
    if (t->spec->deviation.type == ATN_DEVIATION_NONE || t->n_knots == 0) return;
    const double sigma = atn_slot_get(&t->sigma, theta);
    const double *z = theta + t->z, *u = theta + t->u;
    double *v = knots + t->n_knots_all;
    knots[0] = v[0] = 0.0;
    if (t->spec->deviation.type == ATN_DEVIATION_RANDOM_WALK) {
        for (size_t j = 1; j < t->n_knots; j++) knots[j] = knots[j - 1] + sigma * z[j - 1];
    } else if (t->spec->deviation.type == ATN_DEVIATION_AR1) {
        const double phi = atn_slot_get(&t->phi, theta), step = sigma * sqrt((1 - phi) * (1 + phi));
        knots[0] = sigma * z[0];
        for (size_t j = 1; j < t->n_knots; j++) knots[j] = phi * knots[j - 1] + step * z[j];
    } else {
        const double phi = atn_slot_get(&t->phi, theta), sigma_v = atn_slot_get(&t->sigma_v, theta);
        for (size_t j = 1; j < t->n_knots; j++) {
            knots[j] = knots[j - 1] + v[j - 1] + sigma * z[j - 1];
            if (j <= t->n_u) v[j] = phi * v[j - 1] + sigma_v * u[j - 1];
        }
    }
}

/* Centred calendar effects: e_k = sigma_w (x_k - mean x). */
static void centred_effects(const atn_track *t, const double *theta, double *effect)
{
    const double *x = theta + t->effect, sigma = atn_slot_get(&t->effect_sigma, theta);
    double mean = 0.0;
    for (size_t c = 0; c < t->n_effects; c++) mean += x[c];
    mean /= (double)t->n_effects;
    for (size_t c = 0; c < t->n_effects; c++) effect[c] = sigma * (x[c] - mean);
}

void atn_track_shift(const atn_track *t, const double *theta, size_t n, const double *knots,
                     double *shift)
{
    if (t->spec->deviation.type == ATN_DEVIATION_NONE) {
        memset(shift, 0, n * sizeof *shift);
    } else {
        const size_t every = (size_t)t->spec->deviation.every;
        for (size_t start = 0, j = 0; start < n; start += every, j++) {
            const size_t stop = start + every < n ? start + every : n;
            shift[start] = knots[j];
            if (stop - start < 2) continue;
            const double slope = (knots[j + 1] - knots[j]) / (double)every;
            for (size_t i = start + 1; i < stop; i++)
                shift[i] = knots[j] + slope * (double)(i - start);
        }
    }
    if (t->n_effects == 0) return;
    double effect[12];
    centred_effects(t, theta, effect);
    for (size_t i = 0; i < n; i++) shift[i] += effect[t->effect_class[i]];
}

void atn_track_path(const atn_track *t, size_t n, const double *trend, const double *shift,
                    double *path)
{
    const bool moves = t->spec->deviation.type != ATN_DEVIATION_NONE || t->n_effects > 0;
    if (!moves) {
        memcpy(path, trend, n * sizeof *path);
        return;
    }
    switch (t->spec->link) {
    case ATN_LINK_LOG:
        for (size_t i = 0; i < n; i++) path[i] = trend[i] * exp(shift[i]);
        break;
    case ATN_LINK_IDENTITY:
        for (size_t i = 0; i < n; i++) path[i] = trend[i] + shift[i];
        break;
    case ATN_LINK_LOGIT:
        for (size_t i = 0; i < n; i++)
            path[i] = atn_link_inverse(ATN_LINK_LOGIT,
                                       atn_link_apply(ATN_LINK_LOGIT, trend[i]) + shift[i]);
        break;
    }
}

/* Whether bounds on the trend over steps from .. n-1 already lie inside the domain. */
static bool surely_in_domain(const atn_model *m, const atn_track *t, const double *theta,
                             size_t from, size_t n, atn_workspace *w)
{
    (void)atn_track_gather(m, t, theta, w);
    const size_t n_par = t->trend->n_parameters, n_inputs = m->study->n_inputs;
    double *low = w->low, *high = w->high, least, most;
    for (size_t k = 0; k < n_par; k++) low[k] = high[k] = w->scalars[k];
    low[n_par] = (double)from;
    high[n_par] = (double)(n - 1);
    for (size_t i = 0; i < n_inputs; i++) {
        const size_t k = n_par + 1 + i;
        if (!atn_formula_uses(t->trend->formula, k)) continue;
        low[k] = high[k] = w->inputs[k][from];
        for (size_t l = from; l < n; l++) {
            if (!(w->inputs[k][l] >= low[k])) low[k] = w->inputs[k][l];
            if (!(w->inputs[k][l] <= high[k])) high[k] = w->inputs[k][l];
        }
    }
    atn_formula_range(t->trend->formula, low, high, &least, &most, w->formula);
    const double ends[2] = {least, most};
    return atn_in_domain(t->spec->link, ends, 2);
}

/* The path under the log link: exp of a shift that is linear between knots grows by one factor a
 * step.  It is taken afresh at knots and every so many steps, so that rounding stays below 1e-14.
 */
static void log_path(const atn_track *t, const double *theta, size_t n, const double *trend,
                     const double *knots, double *path)
{
    enum { AFRESH = 32 };
    const size_t every = (size_t)t->spec->deviation.every;
    const bool deviates = t->spec->deviation.type != ATN_DEVIATION_NONE;
    if (!deviates && path != trend) memcpy(path, trend, n * sizeof *path);
    for (size_t start = 0, j = 0; deviates && start < n; start += every, j++) {
        const size_t stop = start + every < n ? start + every : n;
        const bool moves = stop - start >= 2;
        const double slope = moves ? (knots[j + 1] - knots[j]) / (double)every : 0.0;
        const double ratio = moves ? exp(slope) : 1.0;
        double grown = 1.0;
        for (size_t i = start; i < stop; i++) {
            if ((i - start) % AFRESH == 0) grown = exp(knots[j] + slope * (double)(i - start));
            path[i] = trend[i] * grown;
            grown *= ratio;
        }
    }
    if (t->n_effects == 0) return;
    double factor[12];
    centred_effects(t, theta, factor);
    for (size_t c = 0; c < t->n_effects; c++) factor[c] = exp(factor[c]);
    for (size_t i = 0; i < n; i++) path[i] *= factor[t->effect_class[i]];
}

/* The trend must stay inside the domain up to the horizon, where mostly bounds tell as much as
 * values.  Another series' path is not known beyond the reports, so its readers are not asked. */
static bool goes_to_horizon(const atn_model *m, size_t track, const double *theta, bool slopes,
                            atn_workspace *w)
{
    const atn_track *t = &m->tracks[track];
    atn_track_work *tw = &w->tracks[track];
    const size_t n = m->study->n_steps;
    if (t->reads_series || t->n_reach == n || tw->kept_beyond) return true;
    tw->kept_beyond = surely_in_domain(m, t, theta, t->n_reach, n, w) ||
                      atn_track_trend(m, track, theta, n, slopes, w);
    return tw->kept_beyond;
}

void atn_track_growth(const atn_track *t, const double *theta, size_t n, const double *knots,
                      double *growth)
{
    for (size_t i = 0; i < n; i++) growth[i] = 1.0;
    log_path(t, theta, n, growth, knots, growth);
}

bool atn_track_own(const atn_model *m, size_t track, const double *theta, bool slopes,
                   atn_workspace *w)
{
    const atn_track *t = &m->tracks[track];
    atn_track_work *tw = &w->tracks[track];
    const size_t n = t->n_reach > 0 || t->reads_series ? t->n_reach : m->study->n_steps;
    if (!atn_track_trend(m, track, theta, n, slopes, w) ||
        !goes_to_horizon(m, track, theta, slopes, w))
        return false;
    atn_track_knots(t, theta, tw->knots);
    if (t->spec->link == ATN_LINK_LOG) {
        log_path(t, theta, t->n_reach, tw->trend, tw->knots, tw->own);
    } else {
        atn_track_shift(t, theta, t->n_reach, tw->knots, tw->shift);
        atn_track_path(t, t->n_reach, tw->trend, tw->shift, tw->own);
    }
    return atn_in_domain(t->spec->link, tw->own, t->n_reach);
}

void atn_track_sums(const atn_track *t, atn_track_work *tw)
{
    double sum = 0.0, sum2 = 0.0;
    for (size_t i = 0; i < t->n_reach; i++) {
        tw->sum[i] = sum;
        tw->sum2[i] = sum2;
        sum += tw->path[i];
        sum2 += tw->path[i] * tw->path[i];
    }
    tw->sum[t->n_reach] = sum;
    tw->sum2[t->n_reach] = sum2;
}

bool atn_track_forward(const atn_model *m, size_t track, const double *theta, bool slopes,
                       atn_workspace *w)
{
    if (!atn_track_own(m, track, theta, slopes, w)) return false;
    atn_track_sums(&m->tracks[track], &w->tracks[track]);
    return true;
}

static void reverse_knots(const atn_track *t, const double *theta, const double *knots,
                          double *adjoint, double *gradient)
{
    const double sigma = atn_slot_get(&t->sigma, theta);
    const double *z = theta + t->z, *u = theta + t->u, *v = knots + t->n_knots_all;
    double *gz = gradient + t->z, *gu = gradient + t->u, *adjoint_v = adjoint + t->n_knots_all;
    double g_sigma = 0.0, g_phi = 0.0, g_sigma_v = 0.0;
    if (t->spec->deviation.type == ATN_DEVIATION_RANDOM_WALK) {
        for (size_t j = t->n_knots - 1; j >= 1; j--) {
            gz[j - 1] += sigma * adjoint[j];
            g_sigma += z[j - 1] * adjoint[j];
            adjoint[j - 1] += adjoint[j];
        }
    } else if (t->spec->deviation.type == ATN_DEVIATION_AR1) {
        const double phi = atn_slot_get(&t->phi, theta), rest = sqrt((1 - phi) * (1 + phi));
        for (size_t j = t->n_knots - 1; j >= 1; j--) {
            gz[j] += sigma * rest * adjoint[j];
            g_sigma += rest * z[j] * adjoint[j];
            g_phi += (knots[j - 1] - sigma * z[j] * phi / rest) * adjoint[j];
            adjoint[j - 1] += phi * adjoint[j];
        }
        gz[0] += sigma * adjoint[0];
        g_sigma += z[0] * adjoint[0];
    } else {
        const double phi = atn_slot_get(&t->phi, theta), sigma_v = atn_slot_get(&t->sigma_v, theta);
        for (size_t j = t->n_knots - 1; j >= 1; j--) {
            if (j <= t->n_u) {
                gu[j - 1] += sigma_v * adjoint_v[j];
                g_sigma_v += u[j - 1] * adjoint_v[j];
                g_phi += v[j - 1] * adjoint_v[j];
                adjoint_v[j - 1] += phi * adjoint_v[j];
            }
            gz[j - 1] += sigma * adjoint[j];
            g_sigma += z[j - 1] * adjoint[j];
            adjoint[j - 1] += adjoint[j];
            adjoint_v[j - 1] += adjoint[j];
        }
    }
    atn_slot_add(&t->sigma, gradient, g_sigma);
    atn_slot_add(&t->phi, gradient, g_phi);
    atn_slot_add(&t->sigma_v, gradient, g_sigma_v);
}

/* shift_adjoint[i] = d / d (d_i + w_i) back to knots and effects. */
static void reverse_shift(const atn_track *t, const double *theta, const double *shift_adjoint,
                          const double *knots, double *knot_adjoint, double *gradient)
{
    if (t->spec->deviation.type != ATN_DEVIATION_NONE) {
        const size_t every = (size_t)t->spec->deviation.every, n = t->n_reach;
        memset(knot_adjoint, 0, 2 * t->n_knots_all * sizeof *knot_adjoint);
        for (size_t start = 0, j = 0; start < n; start += every, j++) {
            const size_t stop = start + every < n ? start + every : n;
            double total = 0.0, moment = 0.0;
            for (size_t i = start; i < stop; i++) {
                total += shift_adjoint[i];
                moment += shift_adjoint[i] * (double)(i - start);
            }
            moment /= (double)every;
            knot_adjoint[j] += total - moment;
            if (stop - start >= 2) knot_adjoint[j + 1] += moment;
        }
        reverse_knots(t, theta, knots, knot_adjoint, gradient);
    }
    if (t->n_effects == 0) return;
    const double *x = theta + t->effect, sigma = atn_slot_get(&t->effect_sigma, theta);
    double by_class[12] = {0}, total = 0.0, mean = 0.0, g_sigma = 0.0;
    for (size_t i = 0; i < t->n_reach; i++) by_class[t->effect_class[i]] += shift_adjoint[i];
    for (size_t c = 0; c < t->n_effects; c++) {
        total += by_class[c];
        mean += x[c] / (double)t->n_effects;
    }
    for (size_t c = 0; c < t->n_effects; c++) {
        gradient[t->effect + c] += sigma * (by_class[c] - total / (double)t->n_effects);
        g_sigma += by_class[c] * (x[c] - mean);
    }
    atn_slot_add(&t->effect_sigma, gradient, g_sigma);
}

/* seed[i] = d / d f_i and shift_adjoint[i] = d / d shift_i from d / d y_i, in place of tw->adjoint
 * and w->seed. */
static void split_adjoint(const atn_track *t, atn_track_work *tw, double *seed)
{
    double run = 0.0, run2 = 0.0;
    for (size_t i = 0; i < t->n_reach; i++) {
        run += tw->range[i];
        run2 += tw->range2[i];
        const double y = tw->own[i], f = tw->trend[i];
        const double g = tw->adjoint[i] + run + 2.0 * run2 * tw->path[i];
        switch (t->spec->link) {
        case ATN_LINK_LOG:
            tw->adjoint[i] = g * y;
            seed[i] = g * y / f;
            break;
        case ATN_LINK_IDENTITY: tw->adjoint[i] = seed[i] = g; break;
        case ATN_LINK_LOGIT:
            tw->adjoint[i] = g * y * (1.0 - y);
            seed[i] = tw->adjoint[i] / (f * (1.0 - f));
            break;
        }
    }
}

/* What the network's own sweep carries back does not go this way. */
static bool step_by_step(const atn_track *t, const atn_track *read)
{
    return t->stepwise && (read->balance || read->stepwise);
}

void atn_track_reverse_trend(const atn_model *m, size_t track, const double *theta,
                             const double *seed, double *gradient, atn_workspace *w)
{
    const atn_track *t = &m->tracks[track];
    const atn_track_work *tw = &w->tracks[track];
    reverse_shift(t, theta, tw->adjoint, tw->knots, w->knot_adjoint, gradient);
    const size_t n_par = t->trend->n_parameters;
    for (size_t p = 0; p < n_par; p++) {
        if (t->trend_slots[p].index == ATN_NONE || !atn_formula_uses(t->trend->formula, p))
            continue;
        const double *column = tw->jacobian + p * t->n_reach;
        double sum = 0.0;
        for (size_t i = 0; i < t->n_reach; i++)
            if (seed[i] != 0) sum += seed[i] * column[i];
        gradient[t->trend_slots[p].index] += sum;
    }
    if (!t->reads_series) return;
    for (size_t s = 0; s < m->study->n_series; s++) {
        const size_t k = n_par + 1 + m->study->n_inputs + s, place = m->track_of_series[s];
        if (!atn_formula_uses(t->trend->formula, k) || step_by_step(t, &m->tracks[place])) continue;
        const double *column = tw->jacobian + k * t->n_reach;
        double *other = w->tracks[place].adjoint;
        for (size_t i = 0; i < t->n_reach; i++)
            if (seed[i] != 0) other[i] += seed[i] * column[i];
    }
}

void atn_track_reverse(const atn_model *m, size_t track, const double *theta, double *gradient,
                       atn_workspace *w)
{
    const atn_track *t = &m->tracks[track];
    if (t->n_reach == 0) return;
    split_adjoint(t, &w->tracks[track], w->seed);
    atn_track_reverse_trend(m, track, theta, w->seed, gradient, w);
}
