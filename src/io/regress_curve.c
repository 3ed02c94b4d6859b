/* Trend families as regression formulas, and where a search for one begins. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/study.h>

#include "io/json.h"
#include "io/reader.h"
#include "regress_internal.h"
#include "stats/distribution.h"

enum {
    MAX_HINTS = 64,
    CANDIDATES = 128, /* points of the priors that are tried */
    STARTS = 12,      /* of these, the best are handed to the solver */
    SAMPLE = 600      /* rows that judge them */
};

static void take_curve(atn_regress_job *job, const cJSON *curve)
{
    const cJSON *entry;
    job->out->formula_text = atn_strdup(job->ctx, atn_member(curve, "formula")->valuestring);
    cJSON_ArrayForEach (entry, atn_member(curve, "parameters")) {
        atn_regress_parameter *p = atn_regress_add(job, entry->string, strlen(entry->string));
        if (!p) return;
        const cJSON *prior = atn_member(entry, "identity");
        if (!prior) prior = atn_member(entry, "prior");
        p->guess_text = atn_strdup(job->ctx, prior->valuestring);
    }
    atn_name *names = ATN_NEW_ARRAY(job->ctx, atn_name, job->n_parameters + 1);
    if (!names || !job->out->formula_text) {
        atn_free(job->ctx, names);
        return;
    }
    for (size_t k = 0; k < job->n_parameters; k++)
        names[k] = (atn_name){job->parameters[k].name, false};
    names[job->n_parameters] = (atn_name){"t", true};
    /* the files are tested, so only memory can be short; that shows by itself */
    (void)atn_formula_compile(job->ctx, job->out->formula_text, names, job->n_parameters + 1, NULL,
                              &job->out->formula, NULL);
    atn_free(job->ctx, names);
}

void atn_regress_curve(atn_regress_job *job)
{
    const char *name = job->settings->curve, *json = attain_curve_json(name);
    if (!json) {
        const char *names[MAX_HINTS];
        char hint[ATN_HINT_SIZE];
        size_t n = 0;
        for (; n < MAX_HINTS && attain_curve_name(n); n++) names[n] = attain_curve_name(n);
        atn_regress_problem(job, ATTAIN_ERR_ARGUMENT, "curve", NULL, "no curve is called '%.64s'%s",
                            name, atn_hint(hint, name, names, n));
        return;
    }
    cJSON *curve = NULL;
    if (atn_json_parse(job->ctx, json, strlen(json), name, NULL, &curve, NULL) == ATTAIN_OK)
        take_curve(job, curve);
    cJSON_Delete(curve);
}

/* ---- Starts ---- */

typedef struct candidate {
    double loss;
    size_t order;
} candidate;

/* Work space of the choice of starts. */
typedef struct scout {
    atn_regress_job *job;
    size_t p, n; /* parameters, rows of the sample */
    double *t, *y;
    double *value, *column; /* n; n x p derivatives, one column a parameter */
    double *work;
    bool *linear;       /* the formula is affine in these jointly */
    double *points;     /* CANDIDATES x p */
    candidate *ranking; /* CANDIDATES */
    const double **inputs;
    double **jacobian;
} scout;

static bool scout_allocate(scout *s)
{
    attain_context *ctx = s->job->ctx;
    const atn_formula *formula = s->job->out->formula;
    s->t = ATN_NEW_ARRAY(ctx, double, s->n);
    s->y = ATN_NEW_ARRAY(ctx, double, s->n);
    s->value = ATN_NEW_ARRAY(ctx, double, s->n);
    s->column = ATN_NEW_ARRAY(ctx, double, s->n * s->p);
    s->work = ATN_NEW_ARRAY(ctx, double, atn_formula_work_size(formula, s->n));
    s->linear = ATN_NEW_ARRAY(ctx, bool, s->p + 1);
    s->points = ATN_NEW_ARRAY(ctx, double, CANDIDATES * s->p);
    s->ranking = ATN_NEW_ARRAY(ctx, candidate, CANDIDATES);
    s->inputs = ATN_NEW_ARRAY(ctx, const double *, s->p + 1);
    s->jacobian = ATN_NEW_ARRAY(ctx, double *, s->p + 1);
    return s->t && s->y && s->value && s->column && s->work && s->linear && s->points &&
           s->ranking && s->inputs && s->jacobian;
}

static void scout_free(scout *s)
{
    attain_context *ctx = s->job->ctx;
    void *const blocks[] = {
        s->t,      s->y,      s->value,   s->column,         s->work,
        s->linear, s->points, s->ranking, (void *)s->inputs, (void *)s->jacobian};
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) atn_free(ctx, blocks[k]);
}

/* Every few rows of those in use. */
static void scout_sample(scout *s)
{
    const attain_regression *out = s->job->out;
    for (size_t k = 0; k < s->n; k++) {
        const size_t row = k * out->model.n_rows / s->n;
        s->t[k] = out->inputs[0][row];
        s->y[k] = out->response[row];
    }
}

/* m, t1, t2 of the default priors. */
static bool scales(const atn_regress_job *job, double values[3])
{
    const attain_regression *out = job->out;
    const size_t n = out->model.n_rows;
    const double half = 0.5;
    double *copy = ATN_NEW_ARRAY(job->ctx, double, n);
    if (!copy) return false;
    memcpy(copy, out->response, n * sizeof *copy);
    atn_quantiles(copy, n, &half, 1, &values[0]);
    atn_free(job->ctx, copy);
    values[1] = INFINITY;
    values[2] = -INFINITY;
    for (size_t k = 0; k < n; k++) {
        values[1] = fmin(values[1], out->inputs[0][k]);
        values[2] = fmax(values[2], out->inputs[0][k]);
    }
    if (!(values[2] > values[1])) values[2] = values[1] + 1;
    return true;
}

bool atn_regress_guesses(atn_regress_job *job)
{
    static const atn_name names[] = {{"m", false}, {"t1", false}, {"t2", false}};
    double values[3];
    if (!scales(job, values)) return false;
    for (size_t k = 0; k < job->n_parameters; k++) {
        atn_regress_parameter *p = &job->parameters[k];
        attain_error err = {0};
        const attain_status status =
            atn_prior_parse(job->ctx, p->guess_text, names, values, 3, NULL, &p->guess, &err);
        if (status == ATTAIN_ERR_NOMEM) return false;
        if (status)
            atn_regress_problem(job, ATTAIN_ERR_DOMAIN, "curve", NULL,
                                "the data give the parameter %s of the curve no scale: %s", p->name,
                                err.message);
    }
    return true;
}

/* The k-th number of van der Corput's sequence in a base: points of several prime bases fill the
 * cube evenly (Halton 1960). */
static double radical_inverse(size_t k, size_t base)
{
    double x = 0, digit = 1;
    for (; k > 0; k /= base) {
        digit /= (double)base;
        x += digit * (double)(k % base);
    }
    return x;
}

static double inside(double x, double low, double high)
{
    if (x >= low && x <= high) return x;
    /* held, or a step in from the end that was overshot */
    if (low == high) return low;
    if (isfinite(low) && isfinite(high)) return low + (x < low ? 0.01 : 0.99) * (high - low);
    if (x < low) return low + 0.01 * fmax(fabs(low), 1);
    return high - 0.01 * fmax(fabs(high), 1);
}

/* Candidate c: medians first, then quantiles 0.05 .. 0.95 of the priors; what the user gave stays.
 */
static void place_candidate(const scout *s, size_t c, double *point)
{
    static const size_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19};
    for (size_t j = 0; j < s->p; j++) {
        const atn_regress_parameter *p = &s->job->parameters[j];
        const double u = c == 0 ? 0.5 : radical_inverse(c, bases[j % 8]);
        const double x = atn_prior_quantile(p->has_prior ? &p->prior : &p->guess, 0.05 + 0.9 * u);
        point[j] = p->started ? p->start
                              : inside(x, s->job->out->bound_low[j], s->job->out->bound_high[j]);
    }
}

/* Parameters that least squares can place outright once the others are given. */
static void choose_linear(scout *s)
{
    for (size_t j = 0; j < s->p; j++) {
        if (s->job->parameters[j].started) continue;
        s->linear[j] = true;
        if (!atn_formula_affine(s->job->out->formula, s->linear)) s->linear[j] = false;
    }
}

static double squares(const scout *s, const double *point)
{
    double sum = 0;
    for (size_t j = 0; j < s->p; j++) s->inputs[j] = point + j;
    s->inputs[s->p] = s->t;
    atn_formula_value(s->job->out->formula, s->n, s->inputs, s->value, s->work);
    for (size_t k = 0; k < s->n; k++) sum += (s->y[k] - s->value[k]) * (s->y[k] - s->value[k]);
    return isfinite(sum) ? sum : INFINITY;
}

/* Moves the linear parameters to their least-squares values: columns made orthogonal in turn
 * (modified Gram-Schmidt), those that hang on earlier ones left out.  A value outside its bounds
 * leaves the point as it was. */
static void solve_linear(const scout *s, double *point)
{
    enum { MOST = 16 };
    double factor[MOST][MOST] = {{0}}, step[MOST] = {0};
    size_t chosen[MOST], m = 0;
    for (size_t j = 0; j < s->p; j++) {
        s->inputs[j] = point + j;
        s->jacobian[j] = s->linear[j] ? s->column + j * s->n : NULL;
    }
    s->inputs[s->p] = s->t;
    s->jacobian[s->p] = NULL;
    atn_formula_jacobian(s->job->out->formula, s->n, s->inputs, s->value, s->jacobian, s->work);
    for (size_t k = 0; k < s->n; k++) s->value[k] = s->y[k] - s->value[k];
    for (size_t j = 0; j < s->p && m < MOST; j++) {
        if (!s->linear[j]) continue;
        double *x = s->column + j * s->n, before = 0, after = 0, along = 0;
        for (size_t k = 0; k < s->n; k++) before += x[k] * x[k];
        for (size_t i = 0; i < m; i++) {
            const double *q = s->column + chosen[i] * s->n;
            double dot = 0;
            for (size_t k = 0; k < s->n; k++) dot += q[k] * x[k];
            for (size_t k = 0; k < s->n; k++) x[k] -= dot * q[k];
            factor[i][m] = dot;
        }
        for (size_t k = 0; k < s->n; k++) after += x[k] * x[k];
        if (!(after > 1e-16 * before) || !isfinite(after)) continue;
        factor[m][m] = sqrt(after);
        for (size_t k = 0; k < s->n; k++) x[k] /= factor[m][m];
        for (size_t k = 0; k < s->n; k++) along += x[k] * s->value[k];
        for (size_t k = 0; k < s->n; k++) s->value[k] -= along * x[k];
        step[m] = along;
        chosen[m++] = j;
    }
    for (size_t i = m; i-- > 0;) {
        for (size_t j = i + 1; j < m; j++) step[i] -= factor[i][j] * step[j];
        step[i] /= factor[i][i];
    }
    const attain_regression *out = s->job->out;
    for (size_t i = 0; i < m; i++) {
        const double x = point[chosen[i]] + step[i];
        if (!(x >= out->bound_low[chosen[i]] && x <= out->bound_high[chosen[i]])) return;
    }
    for (size_t i = 0; i < m; i++) point[chosen[i]] += step[i];
}

static int by_loss(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->loss != y->loss) return x->loss < y->loss ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static bool scout_starts(scout *s)
{
    atn_regress_job *job = s->job;
    scout_sample(s);
    choose_linear(s);
    for (size_t c = 0; c < CANDIDATES; c++) {
        double *point = s->points + c * s->p;
        place_candidate(s, c, point);
        solve_linear(s, point);
        s->ranking[c] = (candidate){.loss = squares(s, point), .order = c};
    }
    qsort(s->ranking, CANDIDATES, sizeof *s->ranking, by_loss);
    job->n_starts = STARTS;
    job->starts = ATN_NEW_ARRAY(job->ctx, double, STARTS * s->p);
    for (size_t c = 0; c < STARTS && job->starts; c++)
        memcpy(job->starts + c * s->p, s->points + s->ranking[c].order * s->p,
               s->p * sizeof *s->points);
    return job->starts != NULL;
}

void atn_regress_starts(atn_regress_job *job)
{
    const size_t p = job->n_parameters;
    size_t given = 0;
    for (size_t k = 0; k < p; k++) given += job->parameters[k].started;
    if (given < p) {
        scout s = {.job = job, .p = p, .n = job->n_used < SAMPLE ? job->n_used : SAMPLE};
        if (scout_allocate(&s)) (void)scout_starts(&s);
        scout_free(&s);
        return;
    }
    job->n_starts = 1;
    job->starts = ATN_NEW_ARRAY(job->ctx, double, p);
    for (size_t k = 0; k < p && job->starts; k++) job->starts[k] = job->parameters[k].start;
}
