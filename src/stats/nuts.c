/* Multinomial NUTS with the generalised U-turn criterion (Betancourt 2017, appendix A.4), dual
 * averaging (Hoffman & Gelman 2014, 3.2) and windowed adaptation of a metric that is dense in the
 * leading coordinates and diagonal in the rest. */
#include "stats/nuts.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "stats/distribution.h"
#include "stats/skyline.h"

enum { MAX_DEPTH = 12, LEVEL_VECTORS = 9, TOP_VECTORS = 12, SEGMENT = 1000 };
static const double max_energy_error = 1000.0;

/* A point of phase space. */
typedef struct phase {
    double *q, *p, *g; /* position, momentum, gradient of the log density */
    double log_density;
} phase;

/* Working vectors of one level of the tree. */
typedef struct level {
    double *rho_init, *rho_final, *rho_extra;
    double *sharp_init_end, *sharp_final_beg;
    double *p_init_end, *p_final_beg;
    double *q_final, *g_final;
} level;

typedef struct chain {
    const atn_target *target;
    const atn_nuts_settings *settings;
    const double *prior_covariance;
    size_t n, m, held; /* coordinates that move, those of the dense block, those that do not move */
    size_t worker, iteration, kept;
    atn_stream stream;
    phase now, moving, forward, backward, proposal;
    double *covariance, *factor; /* inverse metric, m x m, and its lower factor */
    double *variance;            /* the rest of it, n - m */
    double *mean, *scatter;      /* Welford sums of the window, m x m and n - m */
    size_t window_count, window_end, window_size;
    double step, log_step_bar, gradient_bar, log_step_centre;
    size_t adapted;
    level levels[MAX_DEPTH];
    double *rho, *rho_forward, *rho_backward, *rho_extra;
    double *p_ff, *p_fb, *p_bf, *p_bb; /* momenta at both ends of the forward and backward parts */
    double *sharp_ff, *sharp_fb, *sharp_bf, *sharp_bb;
    double metropolis; /* summed over the trajectory */
    size_t leapfrogs, evaluations, divergences, depth_hits;
    bool diverged, failed;
    double energy, energy_last, energy_mean, energy_scatter, energy_jumps;
    double *point, *slope;       /* n + held each, used where some are held */
    double *before;              /* held */
    double *draws, *log_density; /* this chain's part of the result */
} chain;

/* y = Sigma x. */
static void multiply(const chain *c, const double *x, double *y)
{
    const size_t m = c->m;
    for (size_t i = 0; i < m; i++) y[i] = atn_inner_wide(c->covariance + i * m, x, m);
    for (size_t i = m; i < c->n; i++) y[i] = c->variance[i - m] * x[i];
}

static void copy_phase(size_t n, phase *to, const phase *from)
{
    memcpy(to->q, from->q, n * sizeof *to->q);
    memcpy(to->p, from->p, n * sizeof *to->p);
    memcpy(to->g, from->g, n * sizeof *to->g);
    to->log_density = from->log_density;
}

static void evaluate(chain *c, phase *z)
{
    const size_t size = c->n * sizeof(double);
    c->evaluations++;
    if (c->held > 0) memcpy(c->point, z->q, size);
    z->log_density = c->held > 0
                         ? c->target->log_density(c->target->user, c->point, c->slope, c->worker)
                         : c->target->log_density(c->target->user, z->q, z->g, c->worker);
    if (c->held > 0) memcpy(z->g, c->slope, size);
}

/* Draws what is held afresh and takes it or leaves it (Hastings 1970): all but always taken where
 * it is independent and standard normal. */
static void refresh(chain *c)
{
    const size_t size = c->held * sizeof(double);
    double *const x = c->point + c->n, ratio = 0.0;
    memcpy(c->before, x, size);
    atn_stream_normals(&c->stream, x, c->held);
    for (size_t i = 0; i < c->held; i++) ratio += 0.5 * (x[i] * x[i] - c->before[i] * c->before[i]);
    copy_phase(c->n, &c->moving, &c->now);
    evaluate(c, &c->moving);
    ratio += c->moving.log_density - c->now.log_density;
    if (log(atn_stream_uniform(&c->stream)) < ratio)
        copy_phase(c->n, &c->now, &c->moving);
    else
        memcpy(x, c->before, size);
}

/* H = -log density + p' Sigma p / 2; infinite outside the domain.  sharp: Sigma p. */
static double energy(const chain *c, const phase *z, const double *sharp)
{
    const double h = -z->log_density + 0.5 * atn_inner_wide(z->p, sharp, c->n);
    return h < INFINITY ? h : INFINITY; /* NaN too */
}

static void draw_momentum(chain *c, phase *z)
{
    atn_stream_normals(&c->stream, z->p, c->n);
    atn_cholesky_backward(c->factor, c->m,
                          z->p); /* Sigma = F F', so F^-T z has covariance Sigma^-1 */
    for (size_t i = c->m; i < c->n; i++) z->p[i] /= sqrt(c->variance[i - c->m]);
}

static void leapfrog(chain *c, phase *z, double step, double *sharp)
{
    const size_t n = c->n;
    for (size_t i = 0; i < n; i++) z->p[i] += 0.5 * step * z->g[i];
    multiply(c, z->p, sharp);
    for (size_t i = 0; i < n; i++) z->q[i] += step * sharp[i];
    evaluate(c, z);
    if (!(z->log_density > -INFINITY)) return; /* the gradient has no meaning there */
    for (size_t i = 0; i < n; i++) z->p[i] += 0.5 * step * z->g[i];
    multiply(c, z->p, sharp);
}

static bool goes_on(const chain *c, const double *sharp_beg, const double *sharp_end,
                    const double *rho)
{
    return atn_inner_wide(sharp_beg, rho, c->n) > 0 && atn_inner_wide(sharp_end, rho, c->n) > 0;
}

static void add(size_t n, const double *a, const double *b, double *sum)
{
    for (size_t i = 0; i < n; i++) sum[i] = a[i] + b[i];
}

/* One leapfrog step: the tree's leaf. */
static bool leaf(chain *c, double sign, double h0, phase *proposal, double *sharp_beg,
                 double *sharp_end, double *rho, double *p_beg, double *p_end, double *log_weight)
{
    const size_t size = c->n * sizeof(double);
    leapfrog(c, &c->moving, sign * c->step, sharp_beg);
    c->leapfrogs++;
    const double h = energy(c, &c->moving, sharp_beg);
    if (!(h - h0 <= max_energy_error)) {
        c->diverged = true;
        return false;
    }
    *log_weight = atn_log_add(*log_weight, h0 - h);
    c->metropolis += h0 - h > 0 ? 1.0 : exp(h0 - h);
    memcpy(proposal->q, c->moving.q, size);
    memcpy(proposal->g, c->moving.g, size);
    proposal->log_density = c->moving.log_density;
    memcpy(sharp_end, sharp_beg, size);
    add(c->n, rho, c->moving.p, rho);
    memcpy(p_beg, c->moving.p, size);
    memcpy(p_end, c->moving.p, size);
    return true;
}

/* Doubles a subtree of 2^depth steps; false when it turned back on itself or diverged. */
static bool build(chain *c, int depth, double sign, double h0, phase *proposal, double *sharp_beg,
                  double *sharp_end, double *rho, double *p_beg, double *p_end, double *log_weight)
{
    if (depth == 0)
        return leaf(c, sign, h0, proposal, sharp_beg, sharp_end, rho, p_beg, p_end, log_weight);
    const size_t n = c->n, size = n * sizeof(double);
    level *v = &c->levels[depth - 1];
    double log_init = -INFINITY, log_final = -INFINITY;
    memset(v->rho_init, 0, size);
    if (!build(c, depth - 1, sign, h0, proposal, sharp_beg, v->sharp_init_end, v->rho_init, p_beg,
               v->p_init_end, &log_init))
        return false;
    phase final = {.q = v->q_final, .g = v->g_final};
    memset(v->rho_final, 0, size);
    if (!build(c, depth - 1, sign, h0, &final, v->sharp_final_beg, sharp_end, v->rho_final,
               v->p_final_beg, p_end, &log_final))
        return false;
    const double log_both = atn_log_add(log_init, log_final);
    *log_weight = atn_log_add(*log_weight, log_both);
    if (log(atn_stream_uniform(&c->stream)) < log_final - log_both) {
        memcpy(proposal->q, final.q, size);
        memcpy(proposal->g, final.g, size);
        proposal->log_density = final.log_density;
    }
    add(n, v->rho_init, v->rho_final, v->rho_extra);
    add(n, rho, v->rho_extra, rho);
    bool on = goes_on(c, sharp_beg, sharp_end, v->rho_extra);
    add(n, v->rho_init, v->p_final_beg, v->rho_extra);
    on = on && goes_on(c, sharp_beg, v->sharp_final_beg, v->rho_extra);
    add(n, v->rho_final, v->p_init_end, v->rho_extra);
    return on && goes_on(c, v->sharp_init_end, sharp_end, v->rho_extra);
}

static bool extend_forward(chain *c, int depth, double h0, double *log_weight)
{
    const size_t size = c->n * sizeof(double);
    copy_phase(c->n, &c->moving, &c->forward);
    memcpy(c->rho_backward, c->rho, size);
    memcpy(c->p_bf, c->p_ff, size);
    memcpy(c->sharp_bf, c->sharp_ff, size);
    memset(c->rho_forward, 0, size);
    const bool ok = build(c, depth, 1.0, h0, &c->proposal, c->sharp_fb, c->sharp_ff, c->rho_forward,
                          c->p_fb, c->p_ff, log_weight);
    copy_phase(c->n, &c->forward, &c->moving);
    return ok;
}

static bool extend_backward(chain *c, int depth, double h0, double *log_weight)
{
    const size_t size = c->n * sizeof(double);
    copy_phase(c->n, &c->moving, &c->backward);
    memcpy(c->rho_forward, c->rho, size);
    memcpy(c->p_fb, c->p_bb, size);
    memcpy(c->sharp_fb, c->sharp_bb, size);
    memset(c->rho_backward, 0, size);
    const bool ok = build(c, depth, -1.0, h0, &c->proposal, c->sharp_bf, c->sharp_bb,
                          c->rho_backward, c->p_bf, c->p_bb, log_weight);
    copy_phase(c->n, &c->backward, &c->moving);
    return ok;
}

/* The whole trajectory so far must not have turned, nor either half onto the other's edge. */
static bool trajectory_goes_on(chain *c)
{
    add(c->n, c->rho_backward, c->rho_forward, c->rho);
    bool on = goes_on(c, c->sharp_bb, c->sharp_ff, c->rho);
    add(c->n, c->rho_backward, c->p_fb, c->rho_extra);
    on = on && goes_on(c, c->sharp_bb, c->sharp_fb, c->rho_extra);
    add(c->n, c->rho_forward, c->p_bf, c->rho_extra);
    return on && goes_on(c, c->sharp_bf, c->sharp_ff, c->rho_extra);
}

/* One transition; returns the tree's depth. */
static int transition(chain *c)
{
    const size_t n = c->n, size = n * sizeof(double);
    draw_momentum(c, &c->now);
    multiply(c, c->now.p, c->sharp_ff);
    const double h0 = energy(c, &c->now, c->sharp_ff);
    c->energy = h0;
    copy_phase(n, &c->forward, &c->now);
    copy_phase(n, &c->backward, &c->now);
    double *const starts[] = {c->p_ff, c->p_fb, c->p_bf, c->p_bb, c->rho};
    double *const sharps[] = {c->sharp_fb, c->sharp_bf, c->sharp_bb};
    for (size_t k = 0; k < 5; k++) memcpy(starts[k], c->now.p, size);
    for (size_t k = 0; k < 3; k++) memcpy(sharps[k], c->sharp_ff, size);
    c->metropolis = 0.0;
    c->leapfrogs = 0;
    c->diverged = false;
    double log_weight = 0.0;
    int depth = 0;
    while (depth < c->settings->max_depth) {
        double log_subtree = -INFINITY;
        const bool ahead = atn_stream_uniform(&c->stream) > 0.5;
        if (!(ahead ? extend_forward(c, depth, h0, &log_subtree)
                    : extend_backward(c, depth, h0, &log_subtree)))
            break;
        depth++;
        if (log(atn_stream_uniform(&c->stream)) < log_subtree - log_weight) {
            memcpy(c->now.q, c->proposal.q, size);
            memcpy(c->now.g, c->proposal.g, size);
            c->now.log_density = c->proposal.log_density;
        }
        log_weight = atn_log_add(log_weight, log_subtree);
        if (!trajectory_goes_on(c)) break;
    }
    return depth;
}

/* ---- adaptation ---------------------------------------------------------------------------------
 */

static void restart_dual_averaging(chain *c)
{
    c->log_step_centre = log(10.0 * c->step);
    c->log_step_bar = c->gradient_bar = 0.0;
    c->adapted = 0;
}

/* Hoffman & Gelman 2014, equation 6, with their constants. */
static void adapt_step(chain *c, double acceptance)
{
    const double gamma = 0.05, t0 = 10.0, kappa = 0.75, t = (double)++c->adapted;
    const double eta = 1.0 / (t + t0);
    c->gradient_bar = (1.0 - eta) * c->gradient_bar + eta * (c->settings->adapt_delta - acceptance);
    const double log_step = c->log_step_centre - c->gradient_bar * sqrt(t) / gamma;
    const double weight = pow(t, -kappa);
    c->log_step_bar = weight * log_step + (1.0 - weight) * c->log_step_bar;
    c->step = exp(log_step);
}

/* Doubles or halves the step until the acceptance of one leapfrog crosses 0.8. */
static bool find_step(chain *c)
{
    int direction = 0;
    for (int k = 0; k < 100; k++) {
        copy_phase(c->n, &c->moving, &c->now);
        draw_momentum(c, &c->moving);
        multiply(c, c->moving.p, c->sharp_ff);
        const double h0 = energy(c, &c->moving, c->sharp_ff);
        leapfrog(c, &c->moving, c->step, c->sharp_ff);
        const double h = energy(c, &c->moving, c->sharp_ff);
        const int wanted = h0 - h > log(0.8) ? 1 : -1;
        if (direction == 0) direction = wanted;
        if (wanted != direction) return true;
        c->step *= direction > 0 ? 2.0 : 0.5;
    }
    return c->step > 1e-12 && c->step < 1e12;
}

/* Sigma = (k S + (d + 5) Sigma_0) / (k + d + 5), k draws in the window, d coordinates estimated
 * together (S is singular in short windows): m in the dense block, 1 elsewhere. */
static bool update_metric(chain *c)
{
    const size_t m = c->m;
    const double k = (double)c->window_count, less = fmax(k - 1.0, 1.0);
    const double dense = (double)m + 5.0, single = 6.0;
    const double *spread = c->scatter + m * m, *prior = c->prior_covariance + m * m;
    for (size_t i = 0; i < m * m; i++)
        c->covariance[i] =
            (k * c->scatter[i] / less + dense * c->prior_covariance[i]) / (k + dense);
    for (size_t i = 0; i < c->n - m; i++)
        c->variance[i] = (k * spread[i] / less + single * prior[i]) / (k + single);
    atn_symmetrise(c->covariance, m);
    return atn_cholesky_raised(c->covariance, m, c->factor);
}

static void clear_window(chain *c)
{
    c->window_count = 0;
    memset(c->mean, 0, c->n * sizeof *c->mean);
    memset(c->scatter, 0, (c->m * c->m + c->n - c->m) * sizeof *c->scatter);
}

/* Welford (1962). */
static void add_to_window(chain *c)
{
    const size_t n = c->n, m = c->m;
    double *before = c->rho_extra, *spread = c->scatter + m * m;
    c->window_count++;
    for (size_t i = 0; i < n; i++) {
        before[i] = c->now.q[i] - c->mean[i];
        c->mean[i] += before[i] / (double)c->window_count;
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            c->scatter[i * m + j] += before[i] * (c->now.q[j] - c->mean[j]);
    for (size_t i = m; i < n; i++) spread[i - m] += before[i] * (c->now.q[i] - c->mean[i]);
}

/* Warm-up: `first` steps for the step size alone, windows that double for the metric, `last` steps
 * for the final step size. */
static void schedule(const atn_nuts_settings *s, size_t *first, size_t *base, size_t *last)
{
    const bool roomy = s->warmup >= 150;
    *first = roomy ? 75 : s->warmup * 15 / 100;
    *last = roomy ? 50 : s->warmup / 10;
    *base = roomy ? 25 : s->warmup - *first - *last;
}

static void adapt_metric(chain *c)
{
    size_t first, base, last;
    schedule(c->settings, &first, &base, &last);
    const size_t stop = c->settings->warmup - last;
    if (c->iteration < first || c->iteration >= stop) return;
    if (c->iteration == first) {
        c->window_size = base;
        c->window_end = first + base;
        if (c->window_end + 2 * base > stop) c->window_end = stop;
        clear_window(c);
    }
    add_to_window(c);
    if (c->iteration + 1 != c->window_end) return;
    c->failed = c->failed || !update_metric(c) || !find_step(c);
    restart_dual_averaging(c);
    clear_window(c);
    c->window_size *= 2;
    c->window_end += c->window_size;
    if (c->window_end + 2 * c->window_size > stop) c->window_end = stop;
}

static void note_energy(chain *c)
{
    const double count = (double)c->kept, delta = c->energy - c->energy_mean;
    if (c->kept > 1) c->energy_jumps += (c->energy - c->energy_last) * (c->energy - c->energy_last);
    c->energy_mean += delta / count;
    c->energy_scatter += delta * (c->energy - c->energy_mean);
    c->energy_last = c->energy;
}

static void iterate(chain *c)
{
    const bool warming = c->iteration < c->settings->warmup;
    if (c->held > 0) refresh(c);
    const int depth = transition(c);
    if (warming) {
        adapt_step(c, c->leapfrogs > 0 ? c->metropolis / (double)c->leapfrogs : 0.0);
        adapt_metric(c);
        if (c->iteration + 1 == c->settings->warmup) c->step = exp(c->log_step_bar);
    } else {
        double *draw = c->draws + c->kept * (c->n + c->held);
        memcpy(draw, c->now.q, c->n * sizeof *draw);
        memcpy(draw + c->n, c->point + c->n, c->held * sizeof *draw);
        c->log_density[c->kept++] = c->now.log_density;
        c->divergences += c->diverged;
        c->depth_hits += depth == c->settings->max_depth;
        note_energy(c);
    }
    c->iteration++;
}

/* ---- chains -------------------------------------------------------------------------------------
 */

static bool run_segment(void *user, size_t item, size_t worker)
{
    chain *c = (chain *)user + item;
    c->worker = worker;
    const size_t end = c->settings->warmup + c->settings->draws;
    if (c->iteration == 0) {
        evaluate(c, &c->now);
        c->step = 0.5;
        c->failed = !(c->now.log_density > -INFINITY) || !find_step(c);
        restart_dual_averaging(c);
    }
    /* by evaluations, so that chains on several threads do not wait for each other's long trees */
    const size_t stop = c->evaluations + SEGMENT;
    while (c->evaluations < stop && c->iteration < end && !c->failed) iterate(c);
    return true;
}

static double *cut(double **at, size_t n)
{
    double *piece = *at;
    *at += n;
    return piece;
}

static size_t chain_doubles(size_t n, size_t m, size_t held)
{
    return 2 * (n + held) + held + 18 * n + 3 * m * m + MAX_DEPTH * LEVEL_VECTORS * n +
           TOP_VECTORS * n;
}

static void cut_chain(chain *c, double *block)
{
    const size_t n = c->n;
    double **at = &block;
    phase *const phases[] = {&c->now, &c->moving, &c->forward, &c->backward, &c->proposal};
    for (size_t k = 0; k < 5; k++) *phases[k] = (phase){cut(at, n), cut(at, n), cut(at, n), 0.0};
    c->covariance = cut(at, c->m * c->m);
    c->factor = cut(at, c->m * c->m);
    c->scatter = cut(at, c->m * c->m + n - c->m);
    c->variance = cut(at, n - c->m);
    c->mean = cut(at, n);
    c->point = cut(at, n + c->held);
    c->slope = cut(at, n + c->held);
    c->before = cut(at, c->held);
    for (size_t d = 0; d < MAX_DEPTH; d++) {
        level *v = &c->levels[d];
        double **const vectors[LEVEL_VECTORS] = {
            &v->rho_init,   &v->rho_final,   &v->rho_extra, &v->sharp_init_end, &v->sharp_final_beg,
            &v->p_init_end, &v->p_final_beg, &v->q_final,   &v->g_final};
        for (size_t k = 0; k < LEVEL_VECTORS; k++) *vectors[k] = cut(at, n);
    }
    double **const vectors[] = {&c->rho,      &c->rho_forward, &c->rho_backward, &c->rho_extra,
                                &c->p_ff,     &c->p_fb,        &c->p_bf,         &c->p_bb,
                                &c->sharp_ff, &c->sharp_fb,    &c->sharp_bf,     &c->sharp_bb};
    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) *vectors[k] = cut(at, n);
}

static void gather(const chain *chains, const atn_nuts_settings *s, atn_nuts *r)
{
    r->e_bfmi = INFINITY;
    for (size_t k = 0; k < s->chains; k++) {
        const chain *c = &chains[k];
        r->divergences += c->divergences;
        r->depth_hits += c->depth_hits;
        r->evaluations += c->evaluations;
        r->step_size += c->step / (double)s->chains;
        const double bfmi = c->energy_jumps / c->energy_scatter;
        if (!(bfmi >= r->e_bfmi)) r->e_bfmi = bfmi;
    }
}

static attain_status run_chains(attain_context *ctx, chain *chains, const atn_nuts_settings *s,
                                attain_error *err)
{
    const size_t total = s->chains * (s->warmup + s->draws);
    for (size_t done = 0; done < total;) {
        attain_status status = atn_parallel_for(ctx, s->chains, run_segment, chains, NULL, err);
        done = 0;
        for (size_t k = 0; k < s->chains; k++) done += chains[k].iteration;
        if (status == ATTAIN_OK)
            status = atn_poll(ctx, "sampling",
                              s->progress + (1.0 - s->progress - s->progress_left) * (double)done /
                                                (double)total,
                              err);
        if (status != ATTAIN_OK) return status;
        for (size_t k = 0; k < s->chains; k++)
            if (chains[k].failed)
                return atn_fail(err, ATTAIN_ERR_NUMERIC,
                                "chain %zu found no step at which the posterior can be followed",
                                k);
    }
    return ATTAIN_OK;
}

attain_status atn_nuts_run(attain_context *ctx, const atn_target *target,
                           const atn_nuts_settings *s, const double *covariance,
                           const double *starts, atn_nuts *result, attain_error *err)
{
    const size_t total = target->n, n = total - s->held;
    const size_t m = s->dense > 0 && s->dense < n ? s->dense : n;
    const size_t per_chain = chain_doubles(n, m, s->held);
    *result = (atn_nuts){0};
    chain *chains = ATN_NEW_ARRAY(ctx, chain, s->chains);
    double *block = ATN_NEW_ARRAY(ctx, double, s->chains *per_chain);
    result->draws = ATN_NEW_ARRAY(ctx, double, s->chains * s->draws * total);
    result->log_density = ATN_NEW_ARRAY(ctx, double, s->chains * s->draws);
    attain_status status =
        chains && block && result->draws && result->log_density ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t k = 0; status == ATTAIN_OK && k < s->chains; k++) {
        chain *c = &chains[k];
        *c = (chain){.target = target,
                     .settings = s,
                     .prior_covariance = covariance,
                     .n = n,
                     .m = m,
                     .held = s->held};
        cut_chain(c, block + k * per_chain);
        atn_stream_init(&c->stream, s->seed, ATN_PURPOSE_SAMPLER, s->stream, k);
        memcpy(c->now.q, starts + k * total, n * sizeof *starts);
        memcpy(c->point, starts + k * total, total * sizeof *starts);
        memcpy(c->covariance, covariance, m * m * sizeof *covariance);
        memcpy(c->variance, covariance + m * m, (n - m) * sizeof *covariance);
        if (!atn_cholesky_raised(covariance, m, c->factor))
            status = atn_fail(err, ATTAIN_ERR_NUMERIC, "the sampler's first metric is not finite");
        c->draws = result->draws + k * s->draws * total;
        c->log_density = result->log_density + k * s->draws;
    }
    if (status == ATTAIN_OK) status = run_chains(ctx, chains, s, err);
    if (status == ATTAIN_OK)
        gather(chains, s, result);
    else
        atn_nuts_free(ctx, result);
    atn_free(ctx, chains);
    atn_free(ctx, block);
    return status;
}

void atn_nuts_free(attain_context *ctx, atn_nuts *result)
{
    if (!result) return;
    atn_free(ctx, result->draws);
    atn_free(ctx, result->log_density);
    result->draws = result->log_density = NULL;
}
