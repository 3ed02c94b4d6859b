/* Maximum and minimum over a window: exact order statistics (METHODS section 4),
 *   F(x) = prod_i Phi((x - m_i) / s),  m_i = log y_i - omega^2 / 2 + b,  s^2 = omega^2 + e^2.
 * A minimum is the maximum of the mirrored line: points -x, locations -m_i, ends exchanged.
 *
 * With L = log F and the tail T = log(1 - F), a piece F(hi) - F(lo) is taken from whichever of the
 * two is small; both ends stay finite however far out a figure lies.  Steps with a_i > 0 enter
 * through prod Phi and through 1 - prod Phi, which sums c_i prod_{j<i} Phi_j, the others as logs.
 */
#include <string.h>

#include "model_internal.h"

static const double log_sqrt_2pi = 0.91893853320467274178;
static const double inv_sqrt_2pi = 0.39894228040143267794;

typedef struct extreme { /* one evaluation; arrays cut from the work space */
    size_t n_steps, n_points, n_windows;
    double sign, s, bias, omega, error;
    double *log_y;                    /* n_steps */
    double *x;                        /* n_points, mirrored for a minimum */
    double *a;                        /* n_points x n_steps */
    double *hazard;                   /* n_points x n_steps: phi(a) / Phi(a); its log where `far` */
    bool far[2 * ATN_MAX_GRAINS + 1]; /* by point: no hazard counts on the natural scale */
    double *L, *T;                    /* n_points x n_windows */
    double *gL, *gT;                  /* adjoints of the same */
    double *ga;                       /* n_steps: adjoints of a, summed over points */
    double *suffix;                   /* 2 n_windows */
    size_t lower[ATN_MAX_GRAINS], upper[ATN_MAX_GRAINS]; /* points of each piece */
    double ga_a, g_bias, g_s;                            /* sum of ga a; adjoints */
} extreme;

enum { NO_POINT_BELOW = 1 << 20, NO_POINT_ABOVE };

size_t atn_extreme_scratch(const atn_datum *d)
{
    const size_t n = d->windows[0].last - d->windows[0].first + 1, points = 2 * d->n_pieces + 1;
    return 2 * n + points + 2 * points * n + 4 * points * d->n_windows + 2 * d->n_windows;
}

static size_t point_of(extreme *e, double x)
{
    if (x == -INFINITY) return NO_POINT_BELOW;
    if (x == INFINITY) return NO_POINT_ABOVE;
    for (size_t p = 0; p < e->n_points; p++)
        if (e->x[p] == x) return p;
    e->x[e->n_points] = x;
    return e->n_points++;
}

/* Steps of window k that count: nested windows with one start. */
static size_t steps_in(const atn_datum *d, size_t k)
{
    return d->windows[k].last - d->windows[0].first + 1;
}

static void cut_scratch(extreme *e, const atn_datum *d, double *scratch)
{
    const size_t n = e->n_steps, points = 2 * d->n_pieces + 1, nw = e->n_windows;
    e->log_y = scratch;
    e->ga = e->log_y + n;
    e->x = e->ga + n;
    e->a = e->x + points;
    e->hazard = e->a + points * n;
    e->L = e->hazard + points * n;
    e->T = e->L + points * nw;
    e->gL = e->T + points * nw;
    e->gT = e->gL + points * nw;
    e->suffix = e->gT + points * nw;
}

static void setup(extreme *e, const atn_model *m, const atn_datum *d, const double *theta,
                  const atn_workspace *w, double *scratch)
{
    const atn_track *t = &m->tracks[d->track];
    memset(e, 0, sizeof *e);
    e->n_steps = steps_in(d, 0);
    e->n_windows = d->n_windows;
    e->sign = d->statistic == ATN_MAX ? 1.0 : -1.0;
    e->omega = atn_slot_get(&t->omega, theta);
    e->error = atn_datum_error(m, d, theta);
    e->s = sqrt(e->omega * e->omega + e->error * e->error);
    e->bias = atn_datum_bias(d, theta) - 0.5 * e->omega * e->omega;
    if (!scratch) return;
    cut_scratch(e, d, scratch);
    memset(e->ga, 0, e->n_steps * sizeof *e->ga);
    const double *y = w->tracks[d->track].path + d->windows[0].first;
    for (size_t i = 0; i < e->n_steps; i++) e->log_y[i] = log(y[i]);
}

/* log(1 - F) where F = 1 to working precision: 1 - prod (1 - c_i) = sum c_i up to second order,
 * and the c_i are below 1e-290. */
static double log_tail(const double *a, size_t n)
{
    double total = -INFINITY;
    for (size_t i = 0; i < n; i++) total = atn_log_add(total, atn_log_ccdf(a[i], INFINITY, NULL));
    return total;
}

/* Hazards so small that only their logs can be compared. */
static void go_far(extreme *e, size_t p)
{
    const double *a = e->a + p * e->n_steps;
    double *hazard = e->hazard + p * e->n_steps;
    e->far[p] = true;
    for (size_t i = 0; i < e->n_steps; i++)
        hazard[i] = atn_log_pdf(a[i], INFINITY, NULL) - atn_log_cdf(a[i], INFINITY, NULL);
}

static void evaluate_point(extreme *e, const atn_datum *d, size_t p)
{
    double *a = e->a + p * e->n_steps, *hazard = e->hazard + p * e->n_steps;
    const double inverse = 1.0 / e->s, x = e->x[p] - e->sign * e->bias;
    double logs = 0.0, most = 0.0;
    double present = 1.0, missing = 0.0; /* F = exp(logs) present, present = 1 - missing */
    size_t k = e->n_windows;             /* windows are nested: the last is the shortest */
    for (size_t i = 0; i < e->n_steps; i++) {
        const double ai = a[i] = (x - e->sign * e->log_y[i]) * inverse;
        if (ai > 0) {
            const double density = inv_sqrt_2pi * exp(-0.5 * ai * ai);
            const double above = density * atn_mills(ai);
            hazard[i] = density / (1.0 - above);
            missing += above * present;
            present *= 1.0 - above;
        } else {
            const double mills = atn_mills(-ai);
            hazard[i] = 1.0 / mills;
            logs += log(mills) - 0.5 * ai * ai - log_sqrt_2pi;
        }
        if (present < 1e-200) { /* hundreds of steps about their medians */
            logs += log(present);
            present = 1.0;
            missing = 0.0;
        }
        if (hazard[i] > most) most = hazard[i];
        while (k > 0 && steps_in(d, k - 1) == i + 1) {
            k--;
            const size_t at = p * e->n_windows + k;
            e->L[at] = logs + (missing < 0.5 ? log1p(-missing) : log(present));
            e->T[at] = logs < 0           ? atn_log1mexp(e->L[at])
                       : missing > 1e-290 ? log(missing)
                                          : log_tail(a, i + 1);
            e->gL[at] = e->gT[at] = 0.0;
        }
    }
    e->far[p] = false;
    if (!(most > 1e-200)) go_far(e, p);
}

/* log(F(upper) - F(lower)) over window k, on the mirrored line for a minimum; with `weight`
 * nonzero adds weight times its partial derivatives to gL and gT. */
static double piece(extreme *e, size_t lower, size_t upper, size_t k, double weight)
{
    const size_t lo = lower * e->n_windows + k, up = upper * e->n_windows + k;
    const bool none_below = lower >= NO_POINT_BELOW, none_above = upper >= NO_POINT_BELOW;
    const double L_lo = none_below ? -INFINITY : e->L[lo], L_up = none_above ? 0.0 : e->L[up];
    if (none_below || L_lo < -0.6931471805599453) {
        const double gap = none_below ? -INFINITY : L_lo - L_up;
        if (weight != 0) {
            const double ratio = 1.0 / -expm1(gap);
            if (!none_above) e->gL[up] += weight * ratio;
            if (!none_below) e->gL[lo] -= weight * (ratio - 1.0);
        }
        return L_up + (none_below ? 0.0 : atn_log1mexp(gap));
    }
    const double T_lo = e->T[lo], gap = none_above ? -INFINITY : e->T[up] - T_lo;
    if (weight != 0) {
        const double ratio = 1.0 / -expm1(gap);
        e->gT[lo] += weight * ratio;
        if (!none_above) e->gT[up] -= weight * (ratio - 1.0);
    }
    return T_lo + (none_above ? 0.0 : atn_log1mexp(gap));
}

/* a_i = (x - sign (log y_i + bias)) / s, so d a_i = -sign (d log y_i + d bias) / s - a_i ds / s. */
static void reverse_steps(extreme *e, const atn_datum *d, atn_track_work *tw)
{
    const double inverse = -e->sign / e->s;
    double *adjoint = tw->adjoint + d->windows[0].first;
    const double *path = tw->path + d->windows[0].first;
    for (size_t i = 0; i < e->n_steps; i++) {
        e->g_bias += inverse * e->ga[i];
        adjoint[i] += inverse * e->ga[i] / path[i];
    }
    e->g_s -= e->ga_a / e->s;
}

/* Adjoint of every a_i from gL and gT: dL = hazard da, dT = -(F / (1 - F)) hazard da. */
static void reverse_point(extreme *e, const atn_datum *d, size_t p)
{
    const size_t nw = e->n_windows;
    const double *L = e->L + p * nw, *T = e->T + p * nw, *gL = e->gL + p * nw, *gT = e->gT + p * nw;
    double odds = -INFINITY, *from_L = e->suffix, *from_T = e->suffix + nw;
    for (size_t k = 0; k < nw; k++)
        if (gT[k] != 0 && L[k] - T[k] > odds) odds = L[k] - T[k];
    for (size_t k = 0; k < nw; k++) { /* windows 0 .. k are the ones long enough to hold a step */
        from_L[k] = gL[k] + (k > 0 ? from_L[k - 1] : 0.0);
        from_T[k] =
            (gT[k] != 0 ? gT[k] * exp(L[k] - T[k] - odds) : 0.0) + (k > 0 ? from_T[k - 1] : 0.0);
    }
    if (odds > 300.0 && !e->far[p]) go_far(e, p);
    const double *hazard = e->hazard + p * e->n_steps, *a = e->a + p * e->n_steps;
    const double odds_ratio = e->far[p] ? 0.0 : exp(odds);
    size_t i = 0;
    for (size_t k = nw; k-- > 0;) { /* steps of window k that no shorter one has */
        const size_t end = steps_in(d, k);
        const double factor = from_L[k] - (e->far[p] ? 0.0 : from_T[k] * odds_ratio);
        for (; i < end; i++) {
            double ga = factor * hazard[i];
            if (e->far[p])
                ga = from_L[k] * exp(hazard[i]) -
                     (from_T[k] != 0 ? from_T[k] * exp(hazard[i] + odds) : 0.0);
            e->ga[i] += ga;
            e->ga_a += ga * a[i];
        }
    }
}

static void reverse_parameters(const extreme *e, const atn_model *m, const atn_datum *d,
                               const double *theta, double *gradient)
{
    atn_slot_add(&m->tracks[d->track].omega, gradient,
                 (e->g_s / e->s - e->g_bias) * e->omega); /* bias holds -omega^2 / 2 */
    atn_slot_add(&m->scale, gradient, e->g_s * e->error / e->s * d->error);
    atn_datum_bias_reverse(d, theta, e->g_bias, gradient);
}

/* Density of the extreme at its one point: F(x) sum_i hazard_i / s.  The tail is not needed, so T
 * keeps the log of the sum. */
static double density(extreme *e, const atn_datum *d, double *term)
{
    double log_sum = -INFINITY, sum = 0.0;
    for (size_t i = 0, k = e->n_windows; i < e->n_steps; i++) {
        if (e->far[0])
            log_sum = atn_log_add(log_sum, e->hazard[i]);
        else
            sum += e->hazard[i];
        while (k > 0 && steps_in(d, k - 1) == i + 1) {
            k--;
            e->T[k] = e->far[0] ? log_sum : log(sum);
            term[k] = e->L[k] + e->T[k] - log(e->s);
        }
    }
    return atn_log_sum(term, e->n_windows);
}

/* d log density = hazard da - softmax (a + hazard) da for each step, and -ds / s. */
static void reverse_density(extreme *e, const atn_datum *d, const double *term, double total)
{
    for (size_t k = 0; k < e->n_windows; k++) {
        const double weight = exp(term[k] - total), inverse = e->far[0] ? 0.0 : exp(-e->T[k]);
        e->g_s -= weight / e->s;
        for (size_t i = 0; i < steps_in(d, k); i++) {
            const double hazard = e->far[0] ? exp(e->hazard[i]) : e->hazard[i];
            const double share = e->far[0] ? exp(e->hazard[i] - e->T[k]) : hazard * inverse;
            const double ga = weight * (hazard - share * (e->a[i] + hazard));
            e->ga[i] += ga;
            e->ga_a += ga * e->a[i];
        }
    }
}

static double density_log_likelihood(extreme *e, const atn_model *m, const atn_datum *d,
                                     const double *theta, double *gradient, atn_workspace *w)
{
    (void)point_of(e, e->sign * d->value);
    evaluate_point(e, d, 0);
    const double total = density(e, d, w->terms);
    if (gradient && total > -INFINITY) {
        reverse_density(e, d, w->terms, total);
        reverse_steps(e, d, &w->tracks[d->track]);
        reverse_parameters(e, m, d, theta, gradient);
    }
    return total - d->log_n_windows;
}

double atn_extreme_log_likelihood(const atn_model *m, const atn_datum *d, const double *theta,
                                  double *gradient, atn_workspace *w)
{
    extreme e;
    setup(&e, m, d, theta, w, w->extreme);
    if (d->kind == ATN_READ_DENSITY) return density_log_likelihood(&e, m, d, theta, gradient, w);
    for (size_t q = 0; q < d->n_pieces; q++) {
        e.lower[q] = point_of(&e, e.sign > 0 ? d->low[q] : -d->high[q]);
        e.upper[q] = point_of(&e, e.sign > 0 ? d->high[q] : -d->low[q]);
    }
    for (size_t p = 0; p < e.n_points; p++) evaluate_point(&e, d, p);
    size_t n = 0;
    for (size_t k = 0; k < d->n_windows; k++)
        for (size_t q = 0; q < d->n_pieces; q++)
            w->terms[n++] = d->log_weight[q] + piece(&e, e.lower[q], e.upper[q], k, 0.0);
    const double total = atn_log_sum(w->terms, n);
    if (!gradient || !(total > -INFINITY)) return total - d->log_n_windows;
    n = 0;
    for (size_t k = 0; k < d->n_windows; k++)
        for (size_t q = 0; q < d->n_pieces; q++)
            (void)piece(&e, e.lower[q], e.upper[q], k, exp(w->terms[n++] - total));
    for (size_t p = 0; p < e.n_points; p++) reverse_point(&e, d, p);
    reverse_steps(&e, d, &w->tracks[d->track]);
    reverse_parameters(&e, m, d, theta, gradient);
    return total - d->log_n_windows;
}

double atn_extreme_log_cdf(const atn_model *m, const atn_datum *d, const double *theta, double x,
                           const atn_workspace *w)
{
    if (x == -INFINITY) return -INFINITY;
    if (x == INFINITY) return 0.0;
    extreme e;
    setup(&e, m, d, theta, w, NULL);
    const double *y = w->tracks[d->track].path + d->windows[0].first;
    double sum = 0.0, mean = 0.0;
    for (size_t k = d->n_windows; k-- > 0;) { /* the last window ends first */
        const size_t from = k + 1 < d->n_windows ? steps_in(d, k + 1) : 0;
        for (size_t i = from; i < steps_in(d, k); i++)
            sum += atn_log_cdf(e.sign * (x - log(y[i]) - e.bias) / e.s, INFINITY, NULL);
        const double log_cdf = e.sign > 0 ? sum : atn_log1mexp(sum);
        mean = k + 1 < d->n_windows ? atn_log_add(mean, log_cdf) : log_cdf;
    }
    return mean - d->log_n_windows;
}

double atn_extreme_draw(const atn_model *m, const atn_datum *d, const double *theta,
                        atn_stream *stream, const atn_workspace *w)
{
    extreme e;
    setup(&e, m, d, theta, w, NULL);
    const double *y = w->tracks[d->track].path + d->windows[0].first;
    const size_t k = d->n_windows > 1 ? (size_t)atn_stream_below(stream, d->n_windows) : 0;
    double best = -INFINITY;
    for (size_t i = 0; i < steps_in(d, k); i++) {
        const double x = log(y[i]) + e.bias + e.s * atn_stream_normal(stream);
        if (e.sign * x > best) best = e.sign * x;
    }
    return exp(e.sign * best);
}
