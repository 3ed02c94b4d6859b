/* The log posterior of a block with its gradient (METHODS sections 2 to 4), and what is read off a
 * point: pointwise likelihood, predictive checks, paths to the horizon. */
#include <string.h>

#include "network.h"

static size_t track_doubles(const atn_model *m, const atn_track *t)
{
    const size_t extra = t->in_network ? (1 + t->n_slopes) * m->study->n_steps + t->n_reach : 0;
    return 3 * m->study->n_steps + 2 * t->n_knots_all + 5 * (t->n_reach + 1) +
           m->max_inputs * t->n_reach + t->trend->n_parameters + extra;
}

static double *cut_track(const atn_model *m, const atn_track *t, atn_track_work *tw, double *at)
{
    const size_t n = m->study->n_steps, reach = t->n_reach + 1;
    tw->trend = at;
    tw->shift = tw->trend + n;
    tw->path = tw->shift + n;
    tw->knots = tw->path + n;
    tw->sum = tw->knots + 2 * t->n_knots_all;
    tw->sum2 = tw->sum + reach;
    tw->adjoint = tw->sum2 + reach; /* adjoint, range, range2 are cleared together */
    tw->range = tw->adjoint + reach;
    tw->range2 = tw->range + reach;
    tw->jacobian = tw->range2 + reach;
    tw->kept = tw->jacobian + m->max_inputs * t->n_reach;
    double *extra = tw->kept + t->trend->n_parameters;
    tw->own = t->in_network && !t->balance ? extra : tw->path;
    if (t->in_network) tw->slopes = extra + n;
    if (t->in_network) tw->seeds = tw->slopes + t->n_slopes * n;
    return at + track_doubles(m, t);
}

attain_status atn_workspace_create(attain_context *ctx, const atn_model *m,
                                   atn_workspace **workspace, attain_error *err)
{
    *workspace = NULL;
    atn_workspace *w = ATN_NEW(ctx, atn_workspace);
    if (!w) return atn_fail_nomem(err);
    const size_t n_stepwise = m->network ? m->network->n_steps : 0;
    const size_t n_pools = m->network ? m->network->n_pools : 0;
    size_t n = (3 + n_stepwise) * m->max_inputs + n_pools + m->max_formula_work +
               2 * m->study->n_steps + 2 * m->max_knots + m->max_extreme + 3 * m->max_terms +
               2 * m->dimension;
    for (size_t k = 0; k < m->n_tracks; k++) n += track_doubles(m, &m->tracks[k]);
    w->block = ATN_NEW_ARRAY(ctx, double, n);
    w->tracks = ATN_NEW_ARRAY(ctx, atn_track_work, m->n_tracks);
    w->inputs = ATN_NEW_ARRAY(ctx, const double *, (2 + n_stepwise) * m->max_inputs);
    w->columns = ATN_NEW_ARRAY(ctx, double *, m->max_inputs);
    if (!w->block || !w->tracks || !w->inputs || !w->columns) {
        atn_workspace_free(ctx, w);
        return atn_fail_nomem(err);
    }
    double *at = w->block;
    for (size_t k = 0; k < m->n_tracks; k++) at = cut_track(m, &m->tracks[k], &w->tracks[k], at);
    w->later_inputs = w->inputs + m->max_inputs;
    w->step_inputs = w->later_inputs + m->max_inputs;
    w->scalars = at;
    w->low = w->scalars + m->max_inputs;
    w->high = w->low + m->max_inputs;
    w->formula = w->high + m->max_inputs;
    w->seed = w->formula + m->max_formula_work;
    w->knot_adjoint = w->seed + m->study->n_steps;
    w->extreme = w->knot_adjoint + 2 * m->max_knots;
    w->terms = w->extreme + m->max_extreme;
    w->term_m = w->terms + m->max_terms;
    w->term_tau = w->term_m + m->max_terms;
    w->natural = w->term_tau + m->max_terms;
    w->natural_gradient = w->natural + m->dimension;
    w->zeros = w->natural_gradient + m->dimension;
    w->step_scalars = w->zeros + m->study->n_steps;
    w->pool_adjoint = w->step_scalars + n_stepwise * m->max_inputs;
    *workspace = w;
    return ATTAIN_OK;
}

void atn_workspace_free(attain_context *ctx, atn_workspace *w)
{
    if (!w) return;
    atn_free(ctx, w->block);
    atn_free(ctx, w->tracks);
    atn_free(ctx, w->inputs);
    atn_free(ctx, w->columns);
    atn_free(ctx, w);
}

bool atn_model_forward(const atn_model *m, const double *theta, bool slopes, atn_workspace *w)
{
    for (size_t k = 0; k < m->n_tracks; k++) {
        if (m->tracks[k].in_network) {
            if (!atn_network_forward(m, theta, slopes, w)) return false;
            k += m->network->n - 1;
        } else if (!atn_track_forward(m, k, theta, slopes, w)) {
            return false;
        }
    }
    return true;
}

static void reverse(const atn_model *m, const double *theta, double *gradient, atn_workspace *w)
{
    for (size_t k = m->n_tracks; k-- > 0;) {
        if (m->tracks[k].in_network) {
            atn_network_reverse(m, theta, gradient, w);
            k = m->network->first;
        } else {
            atn_track_reverse(m, k, theta, gradient, w);
        }
    }
}

/* Priors of parameters, and N(0, 1) of latent values up to its constant. */
static double log_prior(const atn_model *m, const double *theta, double *gradient)
{
    double sum = 0.0, latent = 0.0;
    for (size_t k = 0; k < m->n_entries; k++)
        sum +=
            atn_prior_log_density(&m->entries[k].prior, theta[k], gradient ? gradient + k : NULL);
    for (size_t k = m->n_entries; k < m->dimension; k++) latent += theta[k] * theta[k];
    for (size_t k = m->n_entries; gradient && k < m->dimension; k++) gradient[k] -= theta[k];
    return sum - 0.5 * latent;
}

double atn_model_log_density(const atn_model *m, const double *theta, double *gradient,
                             atn_workspace *w)
{
    if (gradient) memset(gradient, 0, m->dimension * sizeof *gradient);
    double sum = log_prior(m, theta, gradient);
    if (!(sum > -INFINITY) || !atn_model_forward(m, theta, gradient != NULL, w)) return -INFINITY;
    for (size_t k = 0; gradient && k < m->n_tracks; k++)
        memset(w->tracks[k].adjoint, 0, 3 * (m->tracks[k].n_reach + 1) * sizeof(double));
    for (size_t d = 0; d < m->n_data; d++)
        sum += atn_datum_log_likelihood(m, &m->data[d], theta, gradient, w);
    if (!(sum > -INFINITY && sum < INFINITY)) return -INFINITY; /* NaN too */
    if (gradient) reverse(m, theta, gradient, w);
    return sum;
}

double atn_model_log_posterior(const atn_model *m, const double *u, double *gradient,
                               atn_workspace *w)
{
    atn_model_to_natural(m, u, w->natural);
    double *g = gradient ? w->natural_gradient : NULL;
    double sum = atn_model_log_density(m, w->natural, g, w);
    if (!(sum > -INFINITY)) return -INFINITY;
    for (size_t k = 0; k < m->n_entries; k++) {
        double dx, log_jacobian, slope;
        (void)atn_transform_forward(&m->entries[k].transform, u[k], &dx, &log_jacobian, &slope);
        sum += log_jacobian;
        if (gradient) gradient[k] = g[k] * dx + slope;
    }
    if (gradient)
        memcpy(gradient + m->n_entries, g + m->n_entries,
               (m->dimension - m->n_entries) * sizeof *g);
    return isfinite(sum) ? sum : -INFINITY;
}

void atn_model_to_natural(const atn_model *m, const double *u, double *theta)
{
    for (size_t k = 0; k < m->n_entries; k++)
        theta[k] = atn_transform_forward(&m->entries[k].transform, u[k], NULL, NULL, NULL);
    memcpy(theta + m->n_entries, u + m->n_entries, (m->dimension - m->n_entries) * sizeof *theta);
}

void atn_model_to_line(const atn_model *m, const double *theta, double *u)
{
    for (size_t k = 0; k < m->n_entries; k++)
        u[k] = atn_transform_inverse(&m->entries[k].transform, theta[k]);
    memcpy(u + m->n_entries, theta + m->n_entries, (m->dimension - m->n_entries) * sizeof *u);
}

size_t atn_model_dimension(const atn_model *m)
{
    return m->dimension;
}

size_t atn_model_n_parameters(const atn_model *m)
{
    return m->n_entries;
}

const char *atn_model_name(const atn_model *m, size_t k)
{
    return k < m->n_entries ? m->entries[k].name : m->latent_names[k - m->n_entries];
}

const atn_parameter *atn_model_parameter(const atn_model *m, size_t k)
{
    return k < m->n_entries ? m->entries[k].parameter : NULL;
}

const atn_prior *atn_model_prior(const atn_model *m, size_t k)
{
    return k < m->n_entries ? &m->entries[k].prior : NULL;
}

size_t atn_model_log_scale(const atn_model *m, size_t k)
{
    for (size_t i = 0; i < m->n_tracks; i++) {
        const atn_track *t = &m->tracks[i];
        if (k < t->z || k >= t->effect + t->n_effects) continue;
        const size_t s = k < t->u        ? t->sigma.index
                         : k < t->effect ? t->sigma_v.index
                                         : t->effect_sigma.index;
        if (s == ATN_NONE) return SIZE_MAX;
        const atn_transform *transform = &m->entries[s].transform;
        return transform->kind == ATN_TRANSFORM_LOWER && transform->lower == 0 ? s : SIZE_MAX;
    }
    return SIZE_MAX;
}

size_t atn_model_n_reports(const atn_model *m)
{
    return m->n_data;
}

size_t atn_model_report(const atn_model *m, size_t r)
{
    return m->data[r].report;
}

void atn_model_pointwise(const atn_model *m, const double *theta, double *log_likelihood,
                         atn_workspace *w)
{
    const bool ok = atn_model_forward(m, theta, false, w);
    for (size_t d = 0; d < m->n_data; d++)
        log_likelihood[d] =
            ok ? atn_datum_log_likelihood(m, &m->data[d], theta, NULL, w) : -INFINITY;
}

/* Ends of the statement on the link scale: exact has one point. */
static void ends(const atn_datum *d, double *low, double *high)
{
    *low = *high = d->value;
    if (d->kind != ATN_READ_INTERVALS) return;
    *low = d->low[0];
    *high = d->high[0];
    for (size_t q = 1; q < d->n_pieces; q++) {
        if (d->low[q] < *low) *low = d->low[q];
        if (d->high[q] > *high) *high = d->high[q];
    }
}

static double predictive_cdf(const atn_model *m, const atn_datum *d, const double *theta, double x,
                             const atn_workspace *w)
{
    if (d->statistic == ATN_MAX || d->statistic == ATN_MIN)
        return exp(atn_extreme_log_cdf(m, d, theta, x, w));
    const atn_link link = m->tracks[d->track].spec->link;
    double sum = 0.0;
    for (size_t k = 0; k < d->n_windows; k++) {
        double location, tau;
        atn_datum_location(m, d, &d->windows[k], theta, w, &location, &tau);
        if (d->kind == ATN_READ_SHARE) { /* normal limit of the binomial, on the share itself */
            location = atn_link_inverse(link, location);
            tau = sqrt(location * (1.0 - location) / d->n);
        }
        sum += exp(atn_log_cdf((x - location) / tau, m->study->error_df, NULL));
    }
    return sum / (double)d->n_windows;
}

void atn_model_predictive(const atn_model *m, const double *theta, double *below, double *upto,
                          atn_workspace *w)
{
    const bool ok = atn_model_forward(m, theta, false, w);
    for (size_t d = 0; d < m->n_data; d++) {
        double low, high;
        ends(&m->data[d], &low, &high);
        below[d] = ok ? predictive_cdf(m, &m->data[d], theta, low, w) : NAN;
        upto[d] = ok ? predictive_cdf(m, &m->data[d], theta, high, w) : NAN;
    }
}

static double replicate(const atn_model *m, const atn_datum *d, const double *theta,
                        atn_stream *stream, const atn_workspace *w)
{
    if (d->statistic == ATN_MAX || d->statistic == ATN_MIN)
        return atn_extreme_draw(m, d, theta, stream, w);
    const atn_link link = m->tracks[d->track].spec->link;
    const size_t k = d->n_windows > 1 ? (size_t)atn_stream_below(stream, d->n_windows) : 0;
    double location, tau;
    atn_datum_location(m, d, &d->windows[k], theta, w, &location, &tau);
    if (d->kind == ATN_READ_SHARE) {
        const double p = atn_link_inverse(link, location);
        const double x = p + sqrt(p * (1.0 - p) / d->n) * atn_stream_normal(stream);
        return x < 0 ? 0 : x > 1 ? 1 : x;
    }
    if (isfinite(m->study->error_df)) {
        const atn_prior t = {.family = ATN_PRIOR_STUDENT_T,
                             .arg = {m->study->error_df, 0, 1},
                             .lower = -INFINITY,
                             .upper = INFINITY};
        return atn_link_inverse(link, location + tau * atn_prior_draw(&t, stream));
    }
    return atn_link_inverse(link, location + tau * atn_stream_normal(stream));
}

void atn_model_replicate(const atn_model *m, const double *theta, atn_stream *stream,
                         double *quantity, atn_workspace *w)
{
    const bool ok = atn_model_forward(m, theta, false, w);
    for (size_t d = 0; d < m->n_data; d++)
        quantity[d] = ok ? replicate(m, &m->data[d], theta, stream, w) : NAN;
}

/* A share's kernel lacks the constant that makes it a density of the share: its binomial
 * coefficient and n'. */
static double share_constant(const atn_datum *d)
{
    if (d->kind != ATN_READ_SHARE) return 0.0;
    const double came = d->n * d->value;
    return lgamma(d->n + 1.0) - lgamma(came + 1.0) - lgamma(d->n - came + 1.0) + log(d->n);
}

bool atn_model_foresee(const atn_model *m, const double *theta, atn_carry carry, size_t n_past,
                       size_t recent, atn_stream *stream, atn_outlook *out, atn_workspace *w)
{
    const bool ok = atn_model_forward(m, theta, false, w);
    if (ok && carry != ATN_CARRY_NONE) atn_carry_paths(m, carry, n_past, recent, w);
    for (size_t r = 0; r < m->n_data; r++) {
        const atn_datum *d = &m->data[r];
        double low, high;
        ends(d, &low, &high);
        out->log_likelihood[r] =
            ok ? atn_datum_log_likelihood(m, d, theta, NULL, w) + share_constant(d) : -INFINITY;
        out->below[r] = ok ? predictive_cdf(m, d, theta, low, w) : NAN;
        out->upto[r] = ok ? predictive_cdf(m, d, theta, high, w) : NAN;
        out->quantity[r] = ok ? replicate(m, d, theta, stream, w) : NAN;
    }
    return ok;
}
