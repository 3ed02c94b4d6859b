/* The posterior of a regression with normal errors: in coordinates in which it is about standard
 * normal by least squares, first its mode, then the sampler, with the curvature at the mode as its
 * first metric.  Where no mode is found (a kink, a likelihood without curvature), the covariance of
 * least squares has to do. */
#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "stats/regression_target.h"

/* A coordinate of a parameter with bounds is about this wide where the rows say little: the
 * logarithm of a number spread evenly above 0, the logit of one spread evenly between two ends. */
static const double most_log_sd = 1.5, most_logit_sd = 2.0;
/* A prior so many times as wide as what the rows leave open has little part in the posterior. */
static const double clearly = 3.0;

typedef struct sampling {
    attain_context *ctx;
    const atn_regression_answer *answer;
    const atn_nuts_settings *settings;
    atn_regression_target target;
    double *sd;         /* n: of each coordinate, by least squares */
    bool *doubtful;     /* n: what least squares says of it is of no use on the line */
    double *centre;     /* n: the mode */
    double *covariance; /* n x n, about it */
    double *factor;     /* n x n, of the covariance */
    bool unsure;        /* least squares says nothing of some parameter: priors have to */
    size_t evaluations; /* before the chains */
} sampling;

/* ---- from least squares to the line ---- */

static double width_limit(const atn_transform *t)
{
    switch (t->kind) {
    case ATN_TRANSFORM_NONE: return INFINITY;
    case ATN_TRANSFORM_BOTH: return most_logit_sd;
    default: return most_log_sd;
    }
}

static void place_coordinate(sampling *s, size_t i)
{
    const atn_regression_answer *a = s->answer;
    atn_regression_target *t = &s->target;
    const atn_transform *transform = &t->transforms[i];
    const size_t k = t->which[i];
    const double x = k == t->p ? a->end.scale : a->estimate[k];
    const double width = k == t->p ? x / sqrt(2.0 * (double)a->n_rows) : a->std_error[k];
    const bool inside = x > transform->lower && x < transform->upper;
    double dx = 1.0;
    if (transform->kind == ATN_TRANSFORM_NONE || inside) {
        t->origin[i] = atn_transform_inverse(transform, x);
        (void)atn_transform_forward(transform, t->origin[i], &dx, NULL, NULL);
    }
    s->sd[i] = width / fabs(dx);
    s->doubtful[i] = !(s->sd[i] > 0.0 && s->sd[i] <= width_limit(transform)) ||
                     !isfinite(t->origin[i]) || (transform->kind != ATN_TRANSFORM_NONE && !inside);
    if (!s->doubtful[i]) return;
    s->sd[i] = width_limit(transform);
    if (transform->kind == ATN_TRANSFORM_NONE)
        s->unsure = true;
    else
        t->origin[i] = 0.0;
}

/* The width of a coordinate of which least squares says nothing, from the curvature along it. */
static void measure(sampling *s, size_t i)
{
    atn_regression_target *t = &s->target;
    const double at = t->origin[i], step = 1e-3 * fmax(1.0, fabs(at));
    t->origin[i] = at - step;
    (void)atn_regression_log_density(t, s->centre, s->factor, 0);
    const double below = s->factor[i];
    t->origin[i] = at + step;
    (void)atn_regression_log_density(t, s->centre, s->factor, 0);
    const double curvature = (below - s->factor[i]) / (2.0 * step);
    t->origin[i] = at;
    s->sd[i] = curvature > 0.0 && isfinite(curvature) ? 1.0 / sqrt(curvature) : fmax(1.0, fabs(at));
    s->evaluations += 2;
}

/* Looks along each doubtful coordinate for where the density is greatest; twice, since one may
 * depend on another. */
static void scan(sampling *s)
{
    enum { REACH = 30, SWEEPS = 2 };
    atn_regression_target *t = &s->target;
    for (size_t sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t i = 0; i < t->n; i++) {
            double best = -INFINITY, place = t->origin[i];
            if (!s->doubtful[i] || t->transforms[i].kind == ATN_TRANSFORM_NONE) continue;
            for (int u = -REACH; u <= REACH; u++) {
                t->origin[i] = u;
                const double density = atn_regression_log_density(t, s->centre, NULL, 0);
                s->evaluations++;
                if (density <= best) continue;
                best = density;
                place = u;
            }
            t->origin[i] = place;
        }
}

/* Whether the rows, far more than the priors, say how wide the posterior is, so that it widens with
 * sigma. */
static bool is_scaled(const sampling *s)
{
    for (size_t i = 0; i < s->target.n; i++)
        if (s->doubtful[i]) return false;
    for (size_t k = 0; k < s->target.p && s->target.model->priors; k++) {
        const atn_prior *prior = s->target.model->priors[k];
        if (prior && !(atn_prior_sd(prior) > clearly * s->answer->std_error[k])) return false;
    }
    return true;
}

/* origin and factor by least squares. */
static attain_status place_by_least_squares(sampling *s, attain_error *err)
{
    atn_regression_target *t = &s->target;
    const size_t n = t->n, p = t->p;
    memset(s->centre, 0, n * sizeof *s->centre);
    for (size_t i = 0; i < n; i++) place_coordinate(s, i);
    scan(s);
    for (size_t i = 0; i < n; i++)
        if (s->doubtful[i] && t->transforms[i].kind == ATN_TRANSFORM_NONE) measure(s, i);
    t->scaled = is_scaled(s);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const size_t a = t->which[i], b = t->which[j];
            const bool known = a < p && b < p && !s->doubtful[i] && !s->doubtful[j];
            s->covariance[i * n + j] = i == j ? 1.0
                                       : known
                                           ? s->answer->covariance[a * p + b] /
                                                 (s->answer->std_error[a] * s->answer->std_error[b])
                                           : 0.0;
            /* an upper bound turns the line around */
            const bool turned = (t->transforms[i].kind == ATN_TRANSFORM_UPPER) !=
                                (t->transforms[j].kind == ATN_TRANSFORM_UPPER);
            if (turned) s->covariance[i * n + j] *= -1.0;
        }
    if (!atn_cholesky_raised(s->covariance, n, t->factor))
        return atn_fail(err, ATTAIN_ERR_NUMERIC, "the least-squares covariance is singular");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) t->factor[i * n + j] *= s->sd[i];
    return ATTAIN_OK;
}

/* ---- from there to the mode ---- */

/* s->covariance = the inverse of `hessian`, s->factor its own; false where there is none. */
static bool invert(sampling *s, const double *hessian)
{
    const size_t n = s->target.n;
    if (!atn_cholesky(hessian, n, s->factor)) return false;
    for (size_t j = 0; j < n; j++) {
        double *row = s->covariance + j * n;
        memset(row, 0, n * sizeof *row);
        row[j] = 1.0;
        atn_cholesky_solve(s->factor, n, row);
    }
    atn_symmetrise(s->covariance, n);
    return atn_cholesky(s->covariance, n, s->factor);
}

/* Centre and covariance of the normal approximation, in the target's coordinates. */
static attain_status find_mode(sampling *s, attain_error *err)
{
    const size_t n = s->target.n;
    const atn_target target = {n, atn_regression_log_density, &s->target};
    atn_mode mode = {0};
    memset(s->centre, 0, n * sizeof *s->centre);
    const attain_status status = atn_mode_find(s->ctx, &target, s->centre, &mode, err);
    if (status == ATTAIN_ERR_DOMAIN) {
        atn_error_clear(err);
        return atn_fail(err, ATTAIN_ERR_NUMERIC,
                        "the posterior has no finite density at the least-squares answer");
    }
    if (status) return status;
    s->evaluations += mode.evaluations;
    const bool found = mode.outcome == ATN_CONVERGED && invert(s, mode.hessian);
    if (found) {
        memcpy(s->centre, mode.u, n * sizeof *s->centre);
    } else {
        memset(s->covariance, 0, n * n * sizeof *s->covariance);
        for (size_t i = 0; i < n; i++) s->covariance[i * n + i] = 1.0;
        memcpy(s->factor, s->covariance, n * n * sizeof *s->factor);
    }
    atn_mode_free(s->ctx, &mode);
    if (found || !s->unsure) return ATTAIN_OK;
    return atn_fail(err, ATTAIN_ERR_NUMERIC,
                    "the rows and priors do not determine every parameter: the posterior has no "
                    "mode with curvature in every direction");
}

/* ---- the chains ---- */

/* Twice as far out as a draw of the normal approximation, drawn in until the density is finite. */
static attain_status place_starts(sampling *s, double *starts, attain_error *err)
{
    const size_t n = s->target.n;
    for (size_t c = 0; c < s->settings->chains; c++) {
        double *start = starts + c * n, reach = 2.0;
        for (; reach > 0.01; reach *= 0.7) {
            atn_stream stream;
            atn_stream_init(&stream, s->settings->seed, ATN_PURPOSE_START, c, 0);
            memcpy(start, s->centre, n * sizeof *start);
            for (size_t j = 0; j < n; j++) {
                const double z = reach * atn_stream_normal(&stream);
                for (size_t i = j; i < n; i++) start[i] += s->factor[i * n + j] * z;
            }
            if (atn_regression_log_density(&s->target, start, NULL, 0) > -INFINITY) break;
        }
        if (reach <= 0.01)
            return atn_fail(err, ATTAIN_ERR_NUMERIC,
                            "the posterior has no finite density near the least-squares answer");
    }
    return ATTAIN_OK;
}

/* The draws, natural; held parameters among them. */
static attain_status to_natural(const sampling *s, atn_nuts *nuts, attain_error *err)
{
    const size_t n = s->target.n, all = s->target.p + 1;
    const size_t n_draws = s->settings->chains * s->settings->draws;
    double *natural = ATN_NEW_ARRAY(s->ctx, double, n_draws *all);
    if (!natural) return atn_fail_nomem(err);
    for (size_t d = 0; d < n_draws; d++)
        nuts->log_density[d] -=
            atn_regression_natural(&s->target, nuts->draws + d * n, natural + d * all);
    atn_free(s->ctx, nuts->draws);
    nuts->draws = natural;
    return ATTAIN_OK;
}

static attain_status run(sampling *s, atn_nuts *nuts, attain_error *err)
{
    const size_t n = s->target.n;
    const atn_target target = {n, atn_regression_log_density, &s->target};
    double *starts = ATN_NEW_ARRAY(s->ctx, double, s->settings->chains *n);
    attain_status status = starts ? place_by_least_squares(s, err) : atn_fail_nomem(err);
    if (!status) status = find_mode(s, err);
    if (!status) status = place_starts(s, starts, err);
    if (!status) {
        status = atn_nuts_run(s->ctx, &target, s->settings, s->covariance, starts, nuts, err);
    }
    atn_free(s->ctx, starts);
    if (status) return status;
    nuts->evaluations += s->evaluations;
    status = to_natural(s, nuts, err);
    if (status) atn_nuts_free(s->ctx, nuts);
    return status;
}

attain_status atn_regression_sample(attain_context *ctx, const atn_regression_model *model,
                                    const atn_prior *sigma, const atn_regression_answer *answer,
                                    const atn_nuts_settings *settings, atn_nuts *nuts,
                                    attain_error *err)
{
    sampling s = {.ctx = ctx, .answer = answer, .settings = settings};
    attain_status status = atn_regression_target_open(ctx, model, sigma, &s.target, err);
    if (status) return status;
    const size_t n = s.target.n;
    s.sd = ATN_NEW_ARRAY(ctx, double, n);
    s.doubtful = ATN_NEW_ARRAY(ctx, bool, n);
    s.centre = ATN_NEW_ARRAY(ctx, double, n);
    s.covariance = ATN_NEW_ARRAY(ctx, double, n *n);
    s.factor = ATN_NEW_ARRAY(ctx, double, n *n);
    status = s.sd && s.doubtful && s.centre && s.covariance && s.factor ? run(&s, nuts, err)
                                                                        : atn_fail_nomem(err);
    void *const blocks[] = {s.sd, s.doubtful, s.centre, s.covariance, s.factor};
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) atn_free(ctx, blocks[k]);
    atn_regression_target_close(ctx, &s.target);
    return status;
}
