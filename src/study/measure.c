/* The measurement model: log likelihood of one report (METHODS section 4), values and adjoints. */
#include "model_internal.h"

/* Sum and sum of squares of a_i y_i over a window.  Short windows are added directly: the
 * difference of two prefix sums would lose digits that a single day still has. */
enum { DIRECT_STEPS = 8 };

static void window_sums(const atn_track_work *tw, const atn_window *window, double *s1, double *s2)
{
    const size_t a = window->first, b = window->last;
    const double first = window->share_first * tw->path[a];
    *s1 = first;
    *s2 = first * first;
    if (a == b) return;
    const double last = window->share_last * tw->path[b];
    if (b - a <= DIRECT_STEPS) {
        for (size_t i = a + 1; i < b; i++) {
            *s1 += tw->path[i];
            *s2 += tw->path[i] * tw->path[i];
        }
    } else {
        *s1 += tw->sum[b] - tw->sum[a + 1];
        *s2 += tw->sum2[b] - tw->sum2[a + 1];
    }
    *s1 += last;
    *s2 += last * last;
}

/* Adds g1 d s1 + g2 d s2 to the path's adjoint in constant time: interiors as ranges. */
static void window_reverse(atn_track_work *tw, const atn_window *window, double g1, double g2)
{
    const size_t a = window->first, b = window->last;
    const double wa = window->share_first, wb = window->share_last;
    tw->adjoint[a] += wa * (g1 + 2.0 * g2 * wa * tw->path[a]);
    if (a == b) return;
    tw->adjoint[b] += wb * (g1 + 2.0 * g2 * wb * tw->path[b]);
    tw->range[a + 1] += g1;
    tw->range[b] -= g1;
    tw->range2[a + 1] += g2;
    tw->range2[b] -= g2;
}

double atn_datum_bias(const atn_datum *d, const double *theta)
{
    double sum = 0.0;
    for (size_t k = 0; k < d->n_bias; k++) {
        const double b = atn_slot_get(&d->bias[k], theta);
        sum += d->bias_is_factor[k] ? log(b) : b;
    }
    return sum;
}

void atn_datum_bias_reverse(const atn_datum *d, const double *theta, double amount,
                            double *gradient)
{
    for (size_t k = 0; k < d->n_bias; k++) {
        const double b = atn_slot_get(&d->bias[k], theta);
        atn_slot_add(&d->bias[k], gradient, d->bias_is_factor[k] ? amount / b : amount);
    }
}

double atn_datum_error(const atn_model *m, const atn_datum *d, const double *theta)
{
    return d->error * atn_slot_get(&m->scale, theta);
}

/* What one window contributes: m_r, tau_r and the pieces their adjoints need. */
typedef struct location {
    double s1, s2, h, m, tau, slope; /* slope: d g(functional) / d s1 */
} location;

static location locate(const atn_datum *d, const atn_track *t, const atn_track_work *tw,
                       const atn_window *window, double omega, double error, double bias)
{
    location at = {0};
    window_sums(tw, window, &at.s1, &at.s2);
    const double length = d->statistic == ATN_TOTAL ? 1.0 : window->length;
    const double value = at.s1 / length;
    switch (t->spec->link) {
    case ATN_LINK_LOG: at.slope = 1.0 / at.s1; break;
    case ATN_LINK_IDENTITY: at.slope = 1.0 / length; break;
    case ATN_LINK_LOGIT: at.slope = 1.0 / (value * (1.0 - value) * length); break;
    }
    if (omega > 0) at.h = at.s2 / (at.s1 * at.s1);
    at.m = atn_link_apply(t->spec->link, value) - 0.5 * omega * omega * at.h + bias;
    at.tau = omega > 0 ? sqrt(error * error + omega * omega * at.h) : error;
    return at;
}

void atn_datum_location(const atn_model *m, const atn_datum *d, const atn_window *window,
                        const double *theta, const atn_workspace *w, double *out_m, double *out_tau)
{
    const atn_track *t = &m->tracks[d->track];
    const location at = locate(d, t, &w->tracks[d->track], window, atn_slot_get(&t->omega, theta),
                               atn_datum_error(m, d, theta), atn_datum_bias(d, theta));
    *out_m = at.m;
    *out_tau = at.tau;
}

/* Sample of size n' with share V: n' (V log p + (1 - V) log(1 - p)), p = g^-1(m). */
static double share_kernel(const atn_datum *d, atn_link link, double m, double *dm)
{
    if (link == ATN_LINK_LOGIT) {
        const double p = atn_link_inverse(link, m);
        const double log_p = m >= 0 ? -log1p(exp(-m)) : m - log1p(exp(m));
        *dm = d->n * (d->value - p);
        return d->n * (log_p - (1.0 - d->value) * m);
    }
    const double p = atn_link_inverse(link, m);
    *dm = 0.0;
    if (!(p > 0 && p < 1)) return -INFINITY;
    const double dp = link == ATN_LINK_LOG ? p : 1.0;
    *dm = d->n * dp * (d->value / p - (1.0 - d->value) / (1.0 - p));
    return d->n * (d->value * log(p) + (1.0 - d->value) * log1p(-p));
}

/* Log density or log probability of each piece of the statement for one window; returns how many
 * terms were written, with their derivatives in m and tau. */
static size_t window_terms(const atn_model *m, const atn_datum *d, atn_link link,
                           const location *at, double *term, double *term_m, double *term_tau)
{
    const double df = m->study->error_df, inverse = 1.0 / at->tau;
    if (d->kind == ATN_READ_SHARE) {
        term[0] = share_kernel(d, link, at->m, &term_m[0]);
        term_tau[0] = 0.0;
        return 1;
    }
    if (d->kind == ATN_READ_DENSITY) {
        const double x = (d->value - at->m) * inverse;
        double slope = 0.0;
        term[0] = atn_log_pdf(x, df, &slope) - log(at->tau);
        term_m[0] = -slope * inverse;
        term_tau[0] = -(slope * x + 1.0) * inverse;
        return 1;
    }
    for (size_t q = 0; q < d->n_pieces; q++) {
        const double a = (d->low[q] - at->m) * inverse, b = (d->high[q] - at->m) * inverse;
        double da = 0.0, db = 0.0;
        term[q] = d->log_weight[q] + atn_log_interval(a, b, df, &da, &db);
        term_m[q] = -(da + db) * inverse;
        term_tau[q] = -((isfinite(a) ? a * da : 0.0) + (isfinite(b) ? b * db : 0.0)) * inverse;
    }
    return d->n_pieces;
}

/* What a datum says of m and tau at one window, and the sums that all windows share. */
typedef struct reversal {
    double bias, omega, error;
} reversal;

static void reverse_window(atn_track_work *tw, const atn_window *window, const location *at,
                           double omega, double error, double gm, double gt, reversal *sum)
{
    const double gt2 = gt / at->tau; /* d tau = (e de + omega h d omega + omega^2 dh / 2) / tau */
    const double gh = 0.5 * omega * omega * (gt2 - gm);
    const double g2 = omega > 0 ? gh / (at->s1 * at->s1) : 0.0;
    sum->bias += gm;
    sum->error += gt2 * error;
    sum->omega += omega * at->h * (gt2 - gm);
    window_reverse(tw, window, gm * at->slope - 2.0 * g2 * at->s2 / at->s1, g2);
}

static void reverse_sums(const atn_model *m, const atn_datum *d, const double *theta,
                         const reversal *sum, double *gradient)
{
    atn_datum_bias_reverse(d, theta, sum->bias, gradient);
    atn_slot_add(&m->tracks[d->track].omega, gradient, sum->omega);
    atn_slot_add(&m->scale, gradient, sum->error * d->error);
}

/* Probability of a statement at one window on the natural scale with its derivatives in m and tau;
 * false where an end lies too far out for that. */
static bool direct_probability(const atn_datum *d, const location *at, double *p, double *p_m,
                               double *p_tau)
{
    const double inverse = 1.0 / at->tau;
    atn_normal_point a = {NAN, 0, 0}, b = {NAN, 0, 0};
    double sum = 0.0, sum_m = 0.0, sum_tau = 0.0;
    for (size_t q = 0; q < d->n_pieces; q++) {
        const double low = (d->low[q] - at->m) * inverse, high = (d->high[q] - at->m) * inverse;
        if ((fabs(low) > ATN_NORMAL_FAR && !isinf(low)) ||
            (fabs(high) > ATN_NORMAL_FAR && !isinf(high)))
            return false;
        if (low != a.x) a = atn_normal_at(low); /* pieces of "over" and "nearly" share an end */
        if (high != b.x) b = atn_normal_at(high);
        const double fa = isinf(low) ? 0.0 : a.density, fb = isinf(high) ? 0.0 : b.density;
        sum += d->weight[q] * atn_normal_between(&a, &b);
        sum_m += d->weight[q] * (fa - fb);
        sum_tau += d->weight[q] * ((fa != 0 ? fa * low : 0.0) - (fb != 0 ? fb * high : 0.0));
    }
    *p = sum;
    *p_m = sum_m * inverse;
    *p_tau = sum_tau * inverse;
    return true;
}

typedef struct reading { /* what all windows of a datum have in common */
    const atn_model *m;
    const atn_datum *d;
    const atn_track *t;
    atn_track_work *tw;
    double omega, error, bias;
} reading;

static location locate_window(const reading *r, size_t k)
{
    return locate(r->d, r->t, r->tw, &r->d->windows[k], r->omega, r->error, r->bias);
}

/* Likelihood of a statement over its windows, with derivatives of each window's share in w->term_m
 * and w->term_tau; 0 where it cannot be had on the natural scale. */
static double direct_likelihood(const reading *r, location *last, atn_workspace *w)
{
    double sum = 0.0;
    if (r->d->kind != ATN_READ_INTERVALS || isfinite(r->m->study->error_df)) return 0.0;
    for (size_t k = 0; k < r->d->n_windows; k++) {
        double p;
        *last = locate_window(r, k);
        if (!direct_probability(r->d, last, &p, &w->term_m[k], &w->term_tau[k])) return 0.0;
        sum += p;
    }
    return sum > 1e-250 ? sum : 0.0;
}

/* The same in logs, however far out: log likelihood of window k, with the derivatives of its own
 * logarithm. */
static double window_log_likelihood(const reading *r, size_t k, location *last, double *scratch,
                                    double *d_m, double *d_tau)
{
    double *term = scratch, *term_m = term + ATN_MAX_GRAINS, *term_tau = term_m + ATN_MAX_GRAINS;
    *last = locate_window(r, k);
    const size_t n = window_terms(r->m, r->d, r->t->spec->link, last, term, term_m, term_tau);
    const double total = n == 1 ? term[0] : atn_log_sum(term, n);
    *d_m = *d_tau = 0.0;
    for (size_t q = 0; q < n && total > -INFINITY; q++) {
        const double weight = n == 1 ? 1.0 : exp(term[q] - total);
        if (weight == 0) continue;
        *d_m += weight * term_m[q];
        *d_tau += weight * term_tau[q];
    }
    return total;
}

double atn_datum_log_likelihood(const atn_model *m, const atn_datum *d, const double *theta,
                                double *gradient, atn_workspace *w)
{
    if (d->statistic == ATN_MAX || d->statistic == ATN_MIN)
        return atn_extreme_log_likelihood(m, d, theta, gradient, w);
    const atn_track *t = &m->tracks[d->track];
    const reading r = {.m = m,
                       .d = d,
                       .t = t,
                       .tw = &w->tracks[d->track],
                       .omega = atn_slot_get(&t->omega, theta),
                       .error = atn_datum_error(m, d, theta),
                       .bias = atn_datum_bias(d, theta)};
    location at = {0};
    const double direct = direct_likelihood(&r, &at, w);
    double total = log(direct), scratch[3 * ATN_MAX_GRAINS];
    if (!(direct > 0)) {
        for (size_t k = 0; k < d->n_windows; k++)
            w->terms[k] =
                window_log_likelihood(&r, k, &at, scratch, &w->term_m[k], &w->term_tau[k]);
        total = d->n_windows == 1 ? w->terms[0] : atn_log_sum(w->terms, d->n_windows);
    }
    if (!gradient || !(total > -INFINITY)) return total - d->log_n_windows;
    reversal sum = {0};
    for (size_t k = 0; k < d->n_windows; k++) {
        const double weight = direct > 0          ? 1.0 / direct
                              : d->n_windows == 1 ? 1.0
                                                  : exp(w->terms[k] - total);
        if (weight == 0) continue;
        if (d->n_windows > 1) at = locate_window(&r, k);
        reverse_window(r.tw, &d->windows[k], &at, r.omega, r.error, weight * w->term_m[k],
                       weight * w->term_tau[k], &sum);
    }
    reverse_sums(m, d, theta, &sum, gradient);
    return total - d->log_n_windows;
}
