/* The gradient of the log posterior of a study of arrests (logistic trend, AR(1) deviation, worded
 * figures, peaks, two definitions) against the same posterior written out by hand in C, in one run:
 * ratio of medians over interleaved rounds.  Target: 2. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/fit.h>

#include "stopwatch.h"
#include "study/posterior.h"

enum { STEPS = 400, KNOTS = 60, FIGURES = 64, GRAINS = ATN_MAX_GRAINS, EVERY = 7 };
enum { POINTS = 20, CALLS = 5, ROUNDS = 301 };
enum { LOW, HIGH, MID, WIDTH, SIGMA, PHI, FACTOR, PARAMETERS = FACTOR + 2 };
static const double omega = 0.25, root_half = 0.70710678118654752440,
                    root_two_pi = 2.50662827463100050242;

typedef struct figure {
    int first, last, definition, n_pieces; /* definition: 0 reference, 1 and 2 have factors */
    bool mean, peak, exact;
    double error, value, low[GRAINS], high[GRAINS], weight[GRAINS];
} figure;

typedef struct by_hand {
    figure figures[FIGURES];
    int n_figures, reach, n_z;
} by_hand;

/* ---- the posterior by hand ---- */

static double cdf(double x)
{
    return 0.5 * erfc(-x * root_half);
}

static double pdf(double x)
{
    return exp(-0.5 * x * x) / root_two_pi;
}

typedef struct path {
    double y[STEPS], sum[STEPS + 1], square[STEPS + 1];
    double adjoint[STEPS], range[STEPS + 1], range2[STEPS + 1];
    double g_factor[3];
} path;

static double read_window(const figure *f, path *p, double bias)
{
    const double s1 = p->sum[f->last + 1] - p->sum[f->first];
    const double s2 = p->square[f->last + 1] - p->square[f->first];
    const double h = s2 / (s1 * s1), tau = sqrt(f->error * f->error + omega * omega * h);
    const double m =
        log(f->mean ? s1 / (f->last - f->first + 1) : s1) - 0.5 * omega * omega * h + bias;
    double value, gm = 0.0, gt = 0.0;
    if (f->exact) {
        const double x = (f->value - m) / tau;
        value = -0.5 * x * x - log(tau * root_two_pi);
        gm = x / tau;
        gt = (x * x - 1.0) / tau;
    } else {
        double total = 0.0;
        for (int q = 0; q < f->n_pieces; q++) {
            const double a = (f->low[q] - m) / tau, b = (f->high[q] - m) / tau;
            const double fa = pdf(a), fb = pdf(b);
            total += f->weight[q] * (cdf(b) - cdf(a));
            gm += f->weight[q] * (fa - fb) / tau;
            gt += f->weight[q] * ((isinf(a) ? 0 : fa * a) - (isinf(b) ? 0 : fb * b)) / tau;
        }
        value = log(total);
        gm /= total;
        gt /= total;
    }
    const double gh = 0.5 * omega * omega * (gt / tau - gm);
    const double g1 = gm / s1 - 2.0 * gh * s2 / (s1 * s1 * s1), g2 = gh / (s1 * s1);
    p->range[f->first] += g1;
    p->range[f->last + 1] -= g1;
    p->range2[f->first] += g2;
    p->range2[f->last + 1] -= g2;
    p->g_factor[f->definition] += gm;
    return value;
}

static double read_peak(const figure *f, path *p, double bias)
{
    const double s = sqrt(omega * omega + f->error * f->error);
    const int n = f->last - f->first + 1;
    double log_y[STEPS], hazard[STEPS], ga[STEPS] = {0}, a[STEPS], total = 0.0, value;
    for (int i = 0; i < n; i++) log_y[i] = log(p->y[f->first + i]) - 0.5 * omega * omega + bias;
    if (f->exact) {
        double sum = 0.0, logs = 0.0;
        for (int i = 0; i < n; i++) {
            a[i] = (f->value - log_y[i]) / s;
            const double c = cdf(a[i]);
            hazard[i] = pdf(a[i]) / c;
            logs += log(c);
            sum += hazard[i];
        }
        value = logs + log(sum / s);
        for (int i = 0; i < n; i++) ga[i] = hazard[i] - hazard[i] / sum * (a[i] + hazard[i]);
    } else {
        for (int q = 0; q < 2 * f->n_pieces; q++) {
            const double x = q % 2 ? f->high[q / 2] : f->low[q / 2];
            if (q > 0 && q % 2 == 0 && x == f->low[0]) continue; /* shared, taken at once */
            if (isinf(x)) {
                total += x > 0 ? f->weight[q / 2] : 0.0;
                continue;
            }
            double weight = q % 2   ? f->weight[q / 2]
                            : q > 0 ? -f->weight[q / 2]
                                    : 0.0,
                   product = 1.0;
            for (int k = 0; q == 0 && k < f->n_pieces; k++)
                weight -= f->low[k] == x ? f->weight[k] : 0.0;
            for (int i = 0; i < n; i++) {
                a[i] = (x - log_y[i]) / s;
                const double c = cdf(a[i]);
                hazard[i] = pdf(a[i]) / c;
                product *= c;
            }
            total += weight * product;
            for (int i = 0; i < n; i++) ga[i] += weight * product * hazard[i];
        }
        value = log(total);
        for (int i = 0; i < n; i++) ga[i] /= total;
    }
    for (int i = 0; i < n; i++) {
        p->adjoint[f->first + i] -= ga[i] / (s * p->y[f->first + i]);
        p->g_factor[f->definition] -= ga[i] / s;
    }
    return value;
}

static double log_normal_prior(double x, double mean, double sd, double *g)
{
    const double z = (x - mean) / sd;
    *g += -z / sd;
    return -0.5 * z * z - log(sd * root_two_pi);
}

/* u: logs of low, high, width, sigma and the factors, mid, the logit of phi, innovations. */
static double hand_written(const by_hand *h, const double *u, double *g)
{
    static path p;
    const double low = exp(u[LOW]), high = exp(u[HIGH]), mid = u[MID], width = exp(u[WIDTH]);
    const double sigma = exp(u[SIGMA]), phi = 1.0 / (1.0 + exp(-u[PHI]));
    const double rest = sqrt(1.0 - phi * phi), *z = u + PARAMETERS;
    double logistic[STEPS], grown[STEPS], knot[KNOTS], g_knot[KNOTS + 1] = {0};
    memset(g, 0, (size_t)(PARAMETERS + h->n_z) * sizeof *g);
    double sum = log_normal_prior(u[LOW], log(300), 0.5, &g[LOW]) +
                 log_normal_prior(u[HIGH], log(1200), 0.5, &g[HIGH]) +
                 log_normal_prior(mid, 120, 60, &g[MID]) +
                 log_normal_prior(u[WIDTH], log(20), 0.7, &g[WIDTH]) +
                 log_normal_prior(u[FACTOR], 0, 0.1, &g[FACTOR]) +
                 log_normal_prior(u[FACTOR + 1], 0, 0.1, &g[FACTOR + 1]);
    sum += log(2.0 / (0.3 * root_two_pi)) - 0.5 * sigma * sigma / 0.09 + u[SIGMA];
    g[SIGMA] = 1.0 - sigma * sigma / 0.09;
    sum += log(9.0) + 9.0 * log(phi) + log1p(-phi); /* beta(9, 1) with the Jacobian */
    g[PHI] = 9.0 * (1.0 - phi) - phi;
    for (int j = 0; j < h->n_z; j++) {
        sum -= 0.5 * z[j] * z[j];
        knot[j] = j == 0 ? sigma * z[0] : phi * knot[j - 1] + sigma * rest * z[j];
    }
    memset(p.adjoint, 0, sizeof p.adjoint);
    memset(p.range, 0, sizeof p.range);
    memset(p.range2, 0, sizeof p.range2);
    memset(p.g_factor, 0, sizeof p.g_factor);
    for (int i = 0; i < h->reach; i++) {
        const int j = i / EVERY, k = i % EVERY;
        const double shift = k == 0 ? knot[j] : knot[j] + (knot[j + 1] - knot[j]) * k / EVERY;
        logistic[i] = 1.0 / (1.0 + exp((mid - i) / width));
        grown[i] = exp(shift);
        p.y[i] = (low + (high - low) * logistic[i]) * grown[i];
        p.sum[i + 1] = p.sum[i] + p.y[i];
        p.square[i + 1] = p.square[i] + p.y[i] * p.y[i];
    }
    for (int r = 0; r < h->n_figures; r++) {
        const figure *f = &h->figures[r];
        const double bias = f->definition ? u[FACTOR + f->definition - 1] : 0.0;
        sum += f->peak ? read_peak(f, &p, bias) : read_window(f, &p, bias);
    }
    double run = 0.0, run2 = 0.0;
    for (int i = 0; i < h->reach; i++) {
        run += p.range[i];
        run2 += p.range2[i];
        const double gy = p.adjoint[i] + run + 2.0 * run2 * p.y[i], gf = gy * grown[i];
        const double slope = (high - low) * logistic[i] * (1.0 - logistic[i]) / width;
        const double share = (double)(i % EVERY) / EVERY;
        g[LOW] += gf * (1.0 - logistic[i]) * low;
        g[HIGH] += gf * logistic[i] * high;
        g[MID] -= gf * slope;
        g[WIDTH] -= gf * slope * (i - mid);
        g_knot[i / EVERY] += gy * p.y[i] * (1.0 - share);
        g_knot[i / EVERY + 1] += gy * p.y[i] * share;
    }
    double g_phi = 0.0;
    for (int j = h->n_z - 1; j >= 0; j--) {
        const double scale = j > 0 ? sigma * rest : sigma;
        g[PARAMETERS + j] = scale * g_knot[j] - z[j];
        g[SIGMA] += scale * z[j] * g_knot[j];
        if (j == 0) break;
        g_phi += (knot[j - 1] - sigma * z[j] * phi / rest) * g_knot[j];
        g_knot[j - 1] += phi * g_knot[j];
    }
    g[PHI] += g_phi * phi * (1.0 - phi);
    g[FACTOR] += p.g_factor[1];
    g[FACTOR + 1] += p.g_factor[2];
    return sum;
}

/* ---- figures from the study ---- */

static bool take_figures(const attain_study *study, by_hand *h)
{
    h->reach = 0;
    for (size_t r = 0; r < study->n_reports; r++) {
        const atn_report *report = &study->reports[r];
        if (!report->used) continue;
        if (h->n_figures == FIGURES) return false;
        figure *f = &h->figures[h->n_figures++];
        *f = (figure){.first = (int)atn_calendar_step(&study->calendar, report->start),
                      .last = (int)atn_calendar_step(&study->calendar, report->end),
                      .mean = report->statistic != ATN_TOTAL,
                      .peak = report->statistic == ATN_MAX,
                      .exact = report->relation == ATN_EXACT,
                      .error = report->error,
                      .value = log(report->value)};
        for (size_t d = 0; d < study->n_definitions && d <= report->definition; d++)
            f->definition += report->definition != ATN_NONE && !study->definitions[d].reference;
        if (f->last + 1 > h->reach) h->reach = f->last + 1;
        double q[GRAINS];
        f->n_pieces = 1;
        f->weight[0] = 1.0;
        f->low[0] = report->relation == ATN_AT_LEAST ? f->value : -INFINITY;
        f->high[0] = report->relation == ATN_AT_MOST ? f->value : INFINITY;
        if (report->relation == ATN_OVER || report->relation == ATN_NEARLY ||
            report->relation == ATN_ABOUT)
            f->n_pieces = (int)atn_grains(report->value, report->grain, q, f->weight);
        const double below = report->relation == ATN_OVER     ? 0.0
                             : report->relation == ATN_NEARLY ? 1.0
                                                              : 0.5;
        for (int k = 0; k < f->n_pieces && report->relation >= ATN_OVER; k++) {
            f->low[k] = log(report->value - below * q[k]);
            f->high[k] = log(report->value + (1.0 - below) * q[k]);
        }
    }
    h->n_z = (h->reach - 1 + EVERY - 1) / EVERY + 1;
    return h->reach <= STEPS && h->n_z <= KNOTS;
}

static bool agrees(const by_hand *h, const atn_model *model, const double *u, atn_workspace *w)
{
    double ours[PARAMETERS + KNOTS], theirs[PARAMETERS + KNOTS];
    const size_t n = atn_model_dimension(model);
    const double a = hand_written(h, u, theirs), b = atn_model_log_posterior(model, u, ours, w);
    bool good = fabs(a - b) <= 1e-9 * fabs(a);
    for (size_t k = 0; k < n; k++)
        good = good && fabs(ours[k] - theirs[k]) <= 1e-7 * (1.0 + fabs(theirs[k]));
    return good;
}

/* ---- the race ---- */

static bool race(const by_hand *h, const atn_model *model, const double *u, atn_workspace *w)
{
    static double seconds[2][ROUNDS];
    double gradient[PARAMETERS + KNOTS];
    const size_t n = atn_model_dimension(model);
    for (int round = 0; round < ROUNDS; round++)
        for (int who = 0; who < 2; who++) {
            const double start = stopwatch_read(CLOCK_MONOTONIC);
            for (int k = 0; k < CALLS * POINTS; k++) {
                const double *at = u + (size_t)(k % POINTS) * n;
                if (who == 0)
                    (void)hand_written(h, at, gradient);
                else
                    (void)atn_model_log_posterior(model, at, gradient, w);
            }
            seconds[who][round] = stopwatch_read(CLOCK_MONOTONIC) - start;
        }
    const double unit = stopwatch_median(seconds[0], ROUNDS);
    const double ours = stopwatch_median(seconds[1], ROUNDS), ratio = ours / unit;
    printf("arrests, %d figures, %zu dimensions, median of %d rounds of %d gradients\n",
           h->n_figures, n, ROUNDS, CALLS * POINTS);
    printf("hand-written %7.2f us\nmodel        %7.2f us  ratio %5.2f  target 2.0  %s\n",
           1e6 * unit / (CALLS * POINTS), 1e6 * ours / (CALLS * POINTS), ratio,
           ratio <= 2.0 ? "met" : "MISSED");
    return ratio <= 2.0;
}

static bool bench(attain_context *ctx, attain_study *study)
{
    static by_hand h;
    static double u[POINTS * (PARAMETERS + KNOTS)];
    atn_model *model = NULL;
    atn_workspace *w = NULL;
    const size_t series = 0, trend = 0;
    bool good = atn_model_create(ctx, study, &series, &trend, 1, &model, NULL) == ATTAIN_OK &&
                atn_workspace_create(ctx, model, &w, NULL) == ATTAIN_OK &&
                take_figures(study, &h) &&
                atn_model_dimension(model) == (size_t)(PARAMETERS + h.n_z);
    attain_fit_settings settings;
    attain_fit_settings_init(&settings);
    settings.method = ATTAIN_METHOD_MAP;
    settings.draws = 1000;
    attain_posterior *posterior = NULL;
    good = good && attain_fit_run(ctx, study, &settings, NULL, &posterior, NULL) == ATTAIN_OK;
    for (size_t k = 0; good && k < POINTS; k++) {
        const atn_model *same;
        double *at = u + k * atn_model_dimension(model);
        atn_model_to_line(model, atn_posterior_theta(posterior, 0, 50 * k, &same), at);
        good = agrees(&h, model, at, w);
        if (!good) fprintf(stderr, "bench_gradient: the two posteriors disagree\n");
    }
    attain_posterior_free(posterior);
    good = good && race(&h, model, u, w);
    atn_workspace_free(ctx, w);
    atn_model_free(ctx, model);
    return good;
}

int main(void)
{
    attain_gsl_quiet();
    attain_context *ctx = NULL;
    attain_study *study = NULL;
    if (attain_context_create(NULL, &ctx, NULL) != ATTAIN_OK) return 1;
    if (attain_study_load(ctx, ATTAIN_SHARED_DIR "/reference/arrests-2025-10", NULL, NULL, &study,
                          NULL) != ATTAIN_OK) {
        printf("bench_gradient: skipped, no reference study\n");
        attain_context_free(ctx);
        return 0;
    }
    const bool good = bench(ctx, study);
    attain_study_free(study);
    attain_context_free(ctx);
    return good ? 0 : 1;
}
