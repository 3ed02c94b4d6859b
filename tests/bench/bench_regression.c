/* Fits of NIST's 19 nonlinear sets from both starts, the library against a bare GSL fit with
 * hand-written derivatives (gsl_multifit_nlinear, trust region lm, xtol = gtol = 1e-8, ftol = 0, at
 * most 100 iterations, as in GSL's manual), in one run, interleaved.  Both are timed from data in
 * memory to estimate and covariance; the library's formula is compiled beforehand, and its cost
 * printed apart.  Target: median ratio 1.5 over the fits in which no rescue ran. */
#define _POSIX_C_SOURCE 200809L
#include <gsl/gsl_blas.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/base.h>

#include "nist_models.h"
#include "stats/regression.h"
#include "stopwatch.h"

enum { ROUNDS = 15, MOST_CELLS = 1024, MOST_ROWS = 512, CASES = 64 };
static const double round_seconds = 1e-3;
static const double target = 1.5;

typedef struct problem {
    const nist_model *model;
    char formula[256];
    size_t n, columns;
    double x[2][MOST_ROWS], y[MOST_ROWS];
    const double *column[2];
    double start[2][NIST_PARAMETERS], certified[NIST_PARAMETERS];
    atn_formula *compiled;
    double compile_seconds;
} problem;

typedef struct contest {
    double ours, theirs; /* seconds */
    size_t starts;
    bool converged, right, gsl_right;
} contest;

/* ---- Data ---- */

static FILE *open_data(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/data/nist/%s", ATTAIN_SHARED_DIR, name);
    return fopen(path, "r");
}

/* Cells of a line, in place; the number of them. */
static size_t split(char *line, char **cell, size_t most)
{
    size_t n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at && n < most; at = at ? at + 1 : NULL) {
        cell[n++] = at;
        at = strchr(at, ',');
        if (at) *at = '\0';
    }
    return n;
}

static bool read_rows(problem *p)
{
    char name[128], line[MOST_CELLS], *cell[8];
    snprintf(name, sizeof name, "nonlinear/%s.csv", p->model->set);
    FILE *file = open_data(name);
    if (!file) return false;
    const bool logarithm = strcmp(p->model->set, "Nelson") == 0;
    bool header = true;
    while (fgets(line, sizeof line, file) && p->n < MOST_ROWS) {
        const size_t cells = split(line, cell, 8);
        p->columns = cells - 1;
        if (!header) {
            const double y = strtod(cell[0], NULL);
            p->y[p->n] = logarithm ? log(y) : y;
            for (size_t k = 1; k < cells && k < 3; k++) p->x[k - 1][p->n] = strtod(cell[k], NULL);
            p->n++;
        }
        header = false;
    }
    fclose(file);
    p->column[0] = p->x[0];
    p->column[1] = p->x[1];
    return p->n > 0;
}

static bool read_starts(problem *p)
{
    char line[MOST_CELLS], *cell[8];
    size_t k = 0;
    FILE *file = open_data("nonlinear_certified_params.csv");
    if (!file) return false;
    while (fgets(line, sizeof line, file))
        if (split(line, cell, 8) >= 5 && strcmp(cell[0], p->model->set) == 0 &&
            k < NIST_PARAMETERS) {
            p->start[0][k] = strtod(cell[2], NULL);
            p->start[1][k] = strtod(cell[3], NULL);
            p->certified[k++] = strtod(cell[4], NULL);
        }
    fclose(file);
    return k == p->model->p;
}

static bool read_formula(problem *p)
{
    char line[MOST_CELLS], *cell[12];
    FILE *file = open_data("nonlinear_certified_fit.csv");
    if (!file) return false;
    while (fgets(line, sizeof line, file))
        if (split(line, cell, 12) >= 9 && strcmp(cell[0], p->model->set) == 0) {
            const char *equals = strchr(cell[8], '=');
            snprintf(p->formula, sizeof p->formula, "%s", equals ? equals + 1 : cell[8]);
        }
    fclose(file);
    return p->formula[0] != '\0';
}

/* ---- The library ---- */

static bool compile(attain_context *ctx, problem *p)
{
    static const char *const parameter[] = {"b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9"};
    atn_name name[NIST_PARAMETERS + 2];
    attain_error err;
    for (size_t k = 0; k < p->model->p; k++) name[k] = (atn_name){parameter[k], false};
    name[p->model->p] = (atn_name){p->columns == 1 ? "x" : "x1", true};
    name[p->model->p + 1] = (atn_name){"x2", true};
    double seconds[ROUNDS];
    memset(&err, 0, sizeof err);
    for (size_t round = 0; round < ROUNDS; round++) {
        atn_formula_free(ctx, p->compiled);
        const double begin = stopwatch_read(CLOCK_MONOTONIC);
        if (atn_formula_compile(ctx, p->formula, name, p->model->p + p->columns, NULL, &p->compiled,
                                &err)) {
            fprintf(stderr, "bench_regression: %s: %s\n", p->model->set, err.message);
            return false;
        }
        seconds[round] = stopwatch_read(CLOCK_MONOTONIC) - begin;
    }
    p->compile_seconds = stopwatch_median(seconds, ROUNDS);
    return true;
}

static bool is_right(const problem *p, const double *b)
{
    for (size_t k = 0; k < p->model->p; k++)
        if (!(fabs(b[k] - p->certified[k]) <= 0.5e-4 * fabs(p->certified[k]))) return false;
    return true;
}

static bool fit_ours(attain_context *ctx, const problem *p, size_t start, contest *c)
{
    const atn_regression_model model = {.formula = p->compiled,
                                        .n_parameters = p->model->p,
                                        .n_columns = p->columns,
                                        .n_rows = p->n,
                                        .columns = p->column,
                                        .response = p->y};
    atn_regression_answer answer;
    attain_error err;
    if (atn_regression_solve(ctx, &model, p->start[start], 1, &answer, &err)) return false;
    c->starts = answer.starts;
    c->converged = answer.end.outcome == ATTAIN_REGRESSION_CONVERGED;
    c->right = is_right(p, answer.estimate);
    atn_regression_answer_free(ctx, &answer);
    return true;
}

/* ---- GSL ---- */

static int gsl_f(const gsl_vector *b, void *params, gsl_vector *f)
{
    const problem *p = params;
    p->model->curve(p->x[0], p->x[1], p->n, b->data, f->data, NULL);
    for (size_t i = 0; i < p->n; i++) f->data[i] -= p->y[i];
    return GSL_SUCCESS;
}

static int gsl_df(const gsl_vector *b, void *params, gsl_matrix *j)
{
    const problem *p = params;
    p->model->curve(p->x[0], p->x[1], p->n, b->data, NULL, j->data);
    return GSL_SUCCESS;
}

static bool fit_gsl(problem *p, size_t start, contest *c)
{
    const gsl_multifit_nlinear_parameters settings = gsl_multifit_nlinear_default_parameters();
    const size_t n = p->n, m = p->model->p;
    gsl_multifit_nlinear_fdf fdf = {.f = gsl_f, .df = gsl_df, .n = n, .p = m, .params = p};
    gsl_multifit_nlinear_workspace *w =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &settings, n, m);
    gsl_matrix *covariance = gsl_matrix_alloc(m, m);
    int info = 0;
    if (!w || !covariance) return false;
    const gsl_vector_view b = gsl_vector_view_array(p->start[start], m);
    gsl_multifit_nlinear_init(&b.vector, &fdf, w);
    gsl_multifit_nlinear_driver(100, 1e-8, 1e-8, 0.0, NULL, NULL, &info, w);
    gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(w), 0.0, covariance);
    c->gsl_right = is_right(p, gsl_multifit_nlinear_position(w)->data);
    gsl_matrix_free(covariance);
    gsl_multifit_nlinear_free(w);
    return true;
}

/* ---- The race ---- */

/* Both must compute the same function before their times mean anything. */
static bool agrees(const problem *p, double *work)
{
    double engine[MOST_ROWS], by_hand[MOST_ROWS], jacobian[MOST_ROWS * NIST_PARAMETERS];
    double columns[NIST_PARAMETERS][MOST_ROWS], *derivative[NIST_PARAMETERS + 2] = {NULL};
    const double *inputs[NIST_PARAMETERS + 2];
    const size_t m = p->model->p;
    for (size_t k = 0; k < m; k++) {
        inputs[k] = p->certified + k;
        derivative[k] = columns[k];
    }
    for (size_t k = 0; k < p->columns; k++) inputs[m + k] = p->column[k];
    atn_formula_jacobian(p->compiled, p->n, inputs, engine, derivative, work);
    p->model->curve(p->x[0], p->x[1], p->n, p->certified, by_hand, jacobian);
    for (size_t i = 0; i < p->n; i++) {
        if (!(fabs(engine[i] - by_hand[i]) <= 1e-11 * (fabs(by_hand[i]) + 1e-3))) return false;
        for (size_t k = 0; k < m; k++) {
            const double d = jacobian[i * m + k];
            if (!(fabs(columns[k][i] - d) <= 1e-10 * (fabs(d) + fabs(by_hand[i])))) return false;
        }
    }
    return true;
}

static bool race(attain_context *ctx, problem *p, size_t start, contest *c)
{
    double ours[ROUNDS], theirs[ROUNDS];
    double begin = stopwatch_read(CLOCK_MONOTONIC);
    if (!fit_ours(ctx, p, start, c)) return false;
    const double once = stopwatch_read(CLOCK_MONOTONIC) - begin;
    const size_t calls = once > round_seconds ? 1 : 1 + (size_t)(round_seconds / once);
    for (size_t round = 0; round < ROUNDS; round++) {
        begin = stopwatch_read(CLOCK_MONOTONIC);
        for (size_t k = 0; k < calls; k++)
            if (!fit_ours(ctx, p, start, c)) return false;
        const double middle = stopwatch_read(CLOCK_MONOTONIC);
        for (size_t k = 0; k < calls; k++)
            if (!fit_gsl(p, start, c)) return false;
        ours[round] = (middle - begin) / (double)calls;
        theirs[round] = (stopwatch_read(CLOCK_MONOTONIC) - middle) / (double)calls;
    }
    c->ours = stopwatch_median(ours, ROUNDS);
    c->theirs = stopwatch_median(theirs, ROUNDS);
    return true;
}

static bool prepare(attain_context *ctx, problem *p)
{
    if (!read_rows(p) || !read_starts(p) || !read_formula(p) || !compile(ctx, p)) return false;
    double *work = malloc(atn_formula_work_size(p->compiled, p->n) * sizeof *work);
    const bool good = work && agrees(p, work);
    free(work);
    if (!good)
        fprintf(stderr, "bench_regression: %s: the engine and the loop disagree\n", p->model->set);
    return good;
}

static const char *yes(bool it_is)
{
    return it_is ? "yes" : "NO";
}

static bool report(double *plain, size_t n_plain, double *fair, size_t n_fair, double *with_text)
{
    const double ratio = stopwatch_median(plain, n_plain);
    printf("median ratio, %zu fits without rescue           %6.2f  target %.1f  %s\n", n_plain,
           ratio, target, ratio <= target ? "met" : "MISSED");
    printf("median ratio, %zu of them that GSL has right     %6.2f\n", n_fair,
           stopwatch_median(fair, n_fair));
    printf("median ratio, compiling the formula included   %6.2f\n",
           stopwatch_median(with_text, n_plain));
    return ratio <= target;
}

int main(void)
{
    static problem problems[CASES];
    double plain[2 * CASES], fair[2 * CASES], with_text[2 * CASES];
    size_t n_plain = 0, n_fair = 0;
    attain_context_settings settings;
    attain_context *ctx = NULL;
    FILE *data = open_data("nonlinear_certified_fit.csv");
    if (!data) {
        printf("skipped: no reference data under %s\n", ATTAIN_SHARED_DIR);
        return 0;
    }
    fclose(data);
    attain_gsl_quiet();
    attain_context_settings_init(&settings);
    settings.threads = 1;
    bool good = attain_context_create(&settings, &ctx, NULL) == ATTAIN_OK;
    printf("set       start  attain us     gsl us   ratio  searches  right  gsl right\n");
    for (size_t i = 0; i < nist_n_models && good; i++) {
        problem *p = problems + i;
        p->model = nist_models + i;
        good = prepare(ctx, p);
        for (size_t start = 0; start < 2 && good; start++) {
            contest c = {.ours = 0.0};
            good = race(ctx, p, start, &c);
            if (!good) break;
            const double ratio = c.ours / c.theirs;
            printf("%-9s %5zu %10.1f %10.1f %7.2f %9zu  %5s  %9s%s\n", p->model->set, start + 1,
                   1e6 * c.ours, 1e6 * c.theirs, ratio, c.starts, yes(c.right), yes(c.gsl_right),
                   c.converged ? "" : "  (not converged)");
            if (c.starts > 1) continue;
            with_text[n_plain] = (c.ours + p->compile_seconds) / c.theirs;
            plain[n_plain++] = ratio;
            if (c.gsl_right) fair[n_fair++] = ratio;
        }
        atn_formula_free(ctx, p->compiled);
    }
    if (good) good = report(plain, n_plain, fair, n_fair, with_text);
    attain_context_free(ctx);
    return good ? 0 : 1;
}
