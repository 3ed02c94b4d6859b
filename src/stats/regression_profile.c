/* Profile intervals.  tau(theta) = sign(theta - estimate) sqrt(2 (loss(theta) - loss)) / s, the
 * loss minimised over the other parameters with one held at theta (Bates & Watts 1988, 6.1.2), is
 * smooth and close to a line, so its root at +-t takes a few refits: from the estimate outward to a
 * bracket, each refit started on the line through the last two, then interpolation. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "regression_intervals.h"

enum { MAX_OUTWARD = 200, MAX_INWARD = 60, MAX_FAILURES = 20 };

static const double widest = 1e6;         /* standard errors: farther ends count as infinite */
static const double close_enough = 1e-11; /* of tau, relative to t */
/* A rise below this, in units of s^2, could be rounding; a fall below it is a lower minimum. */
static const double noise = 1e-7;

/* One worker's refits. */
typedef struct held_fit {
    atn_descent *descent;
    double *lower, *upper;         /* p: the model's bounds with one parameter held */
    double *start, *found, *spare; /* p */
    double *last, *before;         /* p: the last two good refits, last the newer */
} held_fit;

/* What one end came to. */
typedef struct profile_end {
    double value;
    double fall; /* of the loss below the answer's, in units of s^2; 0: none */
    size_t evaluations;
} profile_end;

typedef struct profile_job {
    const atn_regression_model *model;
    const atn_regression_answer *answer;
    double reach, loss;
    held_fit *worker;
    profile_end *end; /* two a parameter: lower, upper */
} profile_job;

/* One search for an end. */
typedef struct profile_walk {
    const profile_job *job;
    held_fit *fit;
    size_t j;
    double side, size; /* -1 or 1; the standard error or what stands for it */
    profile_end *end;
} profile_walk;

/* Over the parameters that the model leaves free: those alone count in its loss. */
static double log_prior(const atn_regression_model *model, const double *b)
{
    double sum = 0.0;
    for (size_t k = 0; model->priors && k < model->n_parameters; k++)
        if (model->priors[k] && !atn_regression_is_held(model, k))
            sum += atn_prior_log_density(model->priors[k], b[k], NULL);
    return sum;
}

/* Loss with the held parameter's prior too, and all of them weighed at the answer's residual
 * variance: a refit weighs them at its own, and so is off the least such loss by second order. */
static double comparable_loss(const profile_job *job, const atn_regression_model *refitted,
                              const double *b, const atn_descent_end *end)
{
    const double s = job->answer->residual_sd;
    if (!job->model->priors) return end->loss;
    return end->loss + end->scale * end->scale * log_prior(refitted, b) -
           s * s * log_prior(job->model, b);
}

/* One refit with parameter j held at theta, from fit->start to `found`; INFINITY if it has no
 * finite loss. */
static double refit(profile_walk *w, double theta, double *found, bool *converged)
{
    held_fit *fit = w->fit;
    atn_regression_model model = *w->job->model;
    atn_descent_end end;
    memset(&end, 0, sizeof end);
    fit->start[w->j] = fit->lower[w->j] = fit->upper[w->j] = theta;
    model.lower = fit->lower;
    model.upper = fit->upper;
    atn_descent_run(fit->descent, &model, fit->start, found, &end);
    w->end->evaluations += end.evaluations;
    *converged = end.outcome == ATTAIN_REGRESSION_CONVERGED;
    const double loss = comparable_loss(w->job, &model, found, &end);
    return isfinite(loss) ? loss : INFINITY;
}

/* start <- at theta on the line through the last two refits, inside the bounds; or the last. */
static void prepare(const profile_walk *w, double theta, bool line)
{
    held_fit *fit = w->fit;
    const atn_regression_model *model = w->job->model;
    const double run = fit->last[w->j] - fit->before[w->j];
    const double share = line && run != 0.0 ? (theta - fit->last[w->j]) / run : 0.0;
    for (size_t k = 0; k < model->n_parameters; k++) {
        double b = fit->last[k] + share * (fit->last[k] - fit->before[k]);
        if (model->lower && b < model->lower[k]) b = model->lower[k];
        if (model->upper && b > model->upper[k]) b = model->upper[k];
        fit->start[k] = isfinite(b) ? b : fit->last[k];
    }
}

/* |tau| at theta from fit->start, the fit in *found; INFINITY if there is no finite one. */
static double tau_at(profile_walk *w, double theta, double *found, bool *converged)
{
    const double s = w->job->answer->residual_sd;
    const double rise = (refit(w, theta, found, converged) - w->job->loss) / (s * s);
    if (rise < -noise) w->end->fall = -rise;
    return sqrt(2.0 * fmax(rise, 0.0));
}

/* |tau| - t at theta.  Where the first refit fails or leaps up, its start may be to blame.  A refit
 * that did not converge bounds tau from above: proof below t, but above it nothing, hence NaN.
 * Refits beyond the end are not built upon: they may lie anywhere. */
static double excess(profile_walk *w, double theta)
{
    held_fit *fit = w->fit;
    const double reach = w->job->reach;
    bool converged;
    prepare(w, theta, true);
    double tau = tau_at(w, theta, fit->found, &converged);
    if (!converged || !(tau <= 2.0 * reach)) {
        prepare(w, theta, false);
        bool again_converged;
        const double again = tau_at(w, theta, fit->spare, &again_converged);
        if (again < tau || (again_converged && !converged)) {
            converged = again_converged;
            double *const better = fit->spare;
            fit->spare = fit->found;
            fit->found = better;
            tau = again;
        }
    }
    if (!isfinite(tau) || (!converged && tau >= reach)) return NAN;
    if (tau < reach) {
        double *const oldest = fit->before;
        fit->before = fit->last;
        fit->last = fit->found;
        fit->found = oldest;
    }
    return tau - reach;
}

typedef struct bracket {
    double a, fa, b, fb; /* fa < 0 <= fb */
} bracket;

/* How far to go next: where a line through the last two points reaches t, and a little more. */
static double stride(double distance, double before, double f, double f_before)
{
    const double slope = (f - f_before) / (distance - before);
    const double aim = distance - 1.1 * f / slope;
    return isfinite(aim) && slope > 0.0 ? fmax(1.15 * distance, fmin(aim, 3.0 * distance))
                                        : 3.0 * distance;
}

/* Whether tau has stopped rising: one more stride closed less than a thousandth of the gap. */
static bool is_flat(const profile_walk *w, double distance, double f, double f_before)
{
    return distance > 10.0 * w->job->reach * w->size && f - f_before < -1e-3 * f;
}

/* From the estimate outward until tau exceeds t.  If it does not, the end's value is infinite: up
 * to the bound, within `widest` or for good; or NaN: the rows could not be fitted on the way. */
static bool go_outward(profile_walk *w, bracket *found)
{
    const atn_regression_model *model = w->job->model;
    const double *bounds = w->side > 0.0 ? model->upper : model->lower;
    const double estimate = w->job->answer->estimate[w->j], never = w->side * INFINITY;
    const double room = bounds ? fabs(bounds[w->j] - estimate) : INFINITY;
    double edge = INFINITY; /* no fit from here on */
    double before = 0.0, f_before = -w->job->reach;
    double distance = w->job->reach * w->size;
    int failures = 0;
    w->end->value = room == 0.0 ? never : NAN;
    if (room == 0.0) return false;
    for (int i = 0; i < MAX_OUTWARD; i++) {
        distance = fmin(distance, room);
        const bool last = distance == room;
        const double theta = last ? bounds[w->j] : estimate + w->side * distance;
        const double f = excess(w, theta);
        if (w->end->fall > 0.0) return false;
        if (f >= 0.0) {
            *found = (bracket){estimate + w->side * before, f_before, theta, f};
            return true;
        }
        if (isnan(f)) {
            edge = distance;
            if (++failures > MAX_FAILURES) return false;
        } else {
            if (last || distance > widest * w->size || is_flat(w, distance, f, f_before)) {
                w->end->value = never;
                return false;
            }
            const double next = stride(distance, before, f, f_before);
            before = distance;
            f_before = f;
            distance = next;
        }
        if (distance >= edge) distance = 0.5 * (before + edge);
    }
    return false;
}

/* The root between: Chandrupatla (1997), inverse quadratic where that is safe, else bisection. */
static double close_in(profile_walk *w, bracket k)
{
    double a = k.a, fa = k.fa, b = k.b, fb = k.fb;
    double part = fa / (fa - fb);
    for (int i = 0; i < MAX_INWARD; i++) {
        const double x = a + part * (b - a);
        double f = excess(w, x);
        if (w->end->fall > 0.0) return NAN;
        if (isnan(f)) f = w->job->reach;
        double c = a, fc = fa;
        if ((f < 0.0) != (fa < 0.0)) {
            c = b;
            fc = fb;
            b = a;
            fb = fa;
        }
        a = x;
        fa = f;
        const double best = fabs(fa) < fabs(fb) ? a : b;
        const double span = fabs(b - a), least = 4.0 * DBL_EPSILON * fabs(best);
        if (fmin(fabs(fa), fabs(fb)) <= close_enough * w->job->reach || span <= least) return best;
        const double xi = (a - b) / (c - b), phi = (fa - fb) / (fc - fb);
        part = 0.5;
        if (phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi)
            part = fa / (fb - fa) * fc / (fb - fc) +
                   (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
        const double margin = fmin(0.5, 0.5 * least / span);
        part = fmin(fmax(part, margin), 1.0 - margin);
    }
    return fabs(fa) < fabs(fb) ? a : b;
}

/* The first line: the tangent of the profile at the estimate, cov_kj / cov_jj (Bates & Watts). */
static void start_at_estimate(const profile_walk *w)
{
    const atn_regression_answer *answer = w->job->answer;
    const atn_regression_model *model = w->job->model;
    const size_t p = answer->n_parameters, j = w->j;
    const double variance = answer->covariance[j * p + j];
    held_fit *fit = w->fit;
    for (size_t k = 0; k < p; k++) {
        const double slope = variance > 0.0 ? answer->covariance[k * p + j] / variance : k == j;
        fit->last[k] = answer->estimate[k];
        fit->before[k] = answer->estimate[k] - slope * w->size;
        fit->lower[k] = model->lower ? model->lower[k] : -INFINITY;
        fit->upper[k] = model->upper ? model->upper[k] : INFINITY;
    }
}

/* Without a standard error (on a bound, say) any scale will do: the walk outward finds it. */
static double size_of(const atn_regression_answer *answer, size_t j)
{
    const double sd = answer->std_error[j], b = fabs(answer->estimate[j]);
    if (isfinite(sd) && sd > 0.0) return sd;
    return b > 0.0 ? 1e-2 * b : 1e-2;
}

static bool find_end(void *user, size_t item, size_t worker)
{
    profile_job *job = user;
    profile_walk w = {.job = job,
                      .fit = job->worker + worker,
                      .j = item / 2,
                      .side = item % 2 ? 1.0 : -1.0,
                      .end = job->end + item};
    bracket found = {0};
    w.end->value = NAN;
    if (atn_regression_is_held(job->model, w.j)) return true;
    w.size = size_of(job->answer, w.j);
    start_at_estimate(&w);
    if (go_outward(&w, &found)) w.end->value = close_in(&w, found);
    return true;
}

static void free_workers(attain_context *ctx, held_fit *worker, size_t n)
{
    for (size_t i = 0; worker && i < n; i++) {
        held_fit *fit = worker + i;
        double *const blocks[] = {fit->lower, fit->upper, fit->start, fit->found,
                                  fit->spare, fit->last,  fit->before};
        for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) atn_free(ctx, blocks[k]);
        atn_descent_free(ctx, fit->descent);
    }
    atn_free(ctx, worker);
}

static attain_status make_workers(attain_context *ctx, const atn_regression_model *model, size_t n,
                                  held_fit **worker, attain_error *err)
{
    const size_t p = model->n_parameters;
    *worker = ATN_NEW_ARRAY(ctx, held_fit, n);
    if (!*worker) return atn_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        held_fit *fit = *worker + i;
        double **const blocks[] = {&fit->lower, &fit->upper, &fit->start, &fit->found,
                                   &fit->spare, &fit->last,  &fit->before};
        for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++)
            if (!(*blocks[k] = ATN_NEW_ARRAY(ctx, double, p))) return atn_fail_nomem(err);
        const attain_status status = atn_descent_create(ctx, model, &fit->descent, err);
        if (status) return status;
    }
    return ATTAIN_OK;
}

static attain_status collect(const profile_job *job, double *lower, double *upper,
                             size_t *evaluations, attain_error *err)
{
    const size_t p = job->model->n_parameters;
    for (size_t i = 0; i < 2 * p; i++) {
        *evaluations += job->end[i].evaluations;
        if (job->end[i].fall > 0.0)
            return atn_fail(err, ATTAIN_ERR_NUMERIC,
                            "the profile of parameter %zu fell below the estimate's loss, by %.3g "
                            "of the residual variance: the estimate is not the minimum; start "
                            "elsewhere",
                            i / 2 + 1, job->end[i].fall);
    }
    for (size_t j = 0; j < p; j++) {
        lower[j] = job->end[2 * j].value;
        upper[j] = job->end[2 * j + 1].value;
    }
    return ATTAIN_OK;
}

attain_status atn_regression_profile(attain_context *ctx, const atn_regression_model *model,
                                     const atn_regression_answer *answer, double level,
                                     double *lower, double *upper, size_t *evaluations,
                                     attain_error *err)
{
    const size_t p = model->n_parameters, workers = atn_parallel_workers(ctx, 2 * p);
    if (model->loss != ATTAIN_LOSS_SQUARES)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "profile intervals are for least squares; a robust loss has none: ask for "
                        "wald or bootstrap");
    profile_job job = {.model = model,
                       .answer = answer,
                       .reach = atn_regression_reach(model, answer, level),
                       .loss = answer->end.loss};
    if (!(job.reach > 0.0 && answer->residual_sd > 0.0)) {
        for (size_t j = 0; j < p; j++) lower[j] = upper[j] = NAN;
        return ATTAIN_OK;
    }
    attain_status status = make_workers(ctx, model, workers, &job.worker, err);
    if (status) goto cleanup;
    job.end = ATN_NEW_ARRAY(ctx, profile_end, 2 * p);
    if (!job.end) {
        status = atn_fail_nomem(err);
        goto cleanup;
    }
    status = atn_parallel_for(ctx, 2 * p, find_end, &job, "profile intervals", err);
    if (!status) status = collect(&job, lower, upper, evaluations, err);
cleanup:
    atn_free(ctx, job.end);
    free_workers(ctx, job.worker, workers);
    return status;
}
