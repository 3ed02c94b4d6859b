/* The formula engine against a hand-written loop of the logistic trend, in one run: ratios of the
 * median of many interleaved rounds.  Targets: value 1.5, value and four derivatives 4.0. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <attain/base.h>

#include "formula/formula.h"

enum { LANES = 730, CALLS = 40, ROUNDS = 1001, PARAMETERS = 4 };

typedef struct problem {
    double t[LANES], value[LANES];
    double parameter[PARAMETERS], gradient[PARAMETERS]; /* low, high, mid, width */
    const double *inputs[1 + PARAMETERS];
    double *adjoint[1 + PARAMETERS];
    atn_formula *formula;
    double *work;
} problem;

/* The yardstick: what a programmer would write, with the C library's exp. */
__attribute__((noinline)) static void hand_written(problem *p)
{
    const double low = p->parameter[0], high = p->parameter[1], mid = p->parameter[2],
                 width = p->parameter[3];
    for (int i = 0; i < LANES; i++)
        p->value[i] = low + (high - low) / (1 + exp(-(p->t[i] - mid) / width));
}

__attribute__((noinline)) static void engine_value(problem *p)
{
    atn_formula_value(p->formula, LANES, p->inputs, p->value, p->work);
}

__attribute__((noinline)) static void engine_gradient(problem *p)
{
    memset(p->gradient, 0, sizeof p->gradient);
    atn_formula_gradient(p->formula, LANES, p->inputs, NULL, p->value, p->adjoint, p->work);
}

typedef struct contestant {
    const char *name;
    void (*run)(problem *);
    double target; /* times the first contestant; 0: none */
    double seconds[ROUNDS];
} contestant;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, ascending);
    return x[n / 2];
}

static bool prepare(problem *p, attain_context *ctx)
{
    static const atn_name names[] = {
        {"t", true}, {"low", false}, {"high", false}, {"mid", false}, {"width", false}};
    static const double parameter[PARAMETERS] = {310.0, 1180.0, 250.0, 45.0};
    attain_error err;
    memset(&err, 0, sizeof err);
    if (atn_formula_compile(ctx, "low + (high - low) / (1 + exp(-(t - mid) / width))", names, 5,
                            NULL, &p->formula, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    memcpy(p->parameter, parameter, sizeof parameter);
    for (int i = 0; i < LANES; i++) p->t[i] = i;
    p->inputs[0] = p->t;
    p->adjoint[0] = NULL;
    for (int k = 0; k < PARAMETERS; k++) {
        p->inputs[k + 1] = p->parameter + k;
        p->adjoint[k + 1] = p->gradient + k;
    }
    p->work = malloc(atn_formula_work_size(p->formula, LANES) * sizeof(double));
    return p->work != NULL;
}

/* The engine must have computed the same thing before its time means anything. */
static bool agree(problem *p)
{
    double expected[LANES];
    hand_written(p);
    memcpy(expected, p->value, sizeof expected);
    engine_gradient(p);
    for (int i = 0; i < LANES; i++)
        if (!(fabs(p->value[i] - expected[i]) <= 1e-13 * fabs(expected[i]))) return false;
    return true;
}

int main(void)
{
    static problem p;
    static contestant contestants[] = {{"hand-written value", hand_written, 0.0, {0.0}},
                                       {"formula value", engine_value, 1.5, {0.0}},
                                       {"formula value + gradient", engine_gradient, 4.0, {0.0}}};
    const size_t n = sizeof contestants / sizeof *contestants;
    attain_context *ctx = NULL;
    attain_error err;
    bool good = true;
    if (attain_context_create(NULL, &ctx, &err) || !prepare(&p, ctx) || !agree(&p)) {
        fprintf(stderr, "bench_formula: the engine and the loop disagree\n");
        return 1;
    }
    for (int round = 0; round < ROUNDS; round++)
        for (size_t c = 0; c < n; c++) {
            const double start = now();
            for (int k = 0; k < CALLS; k++) contestants[c].run(&p);
            contestants[c].seconds[round] = now() - start;
        }
    const double unit = median(contestants[0].seconds, ROUNDS);
    printf("logistic trend, %d lanes, median of %d rounds of %d calls\n", LANES, ROUNDS, CALLS);
    for (size_t c = 0; c < n; c++) {
        const double seconds = median(contestants[c].seconds, ROUNDS), ratio = seconds / unit;
        printf("%-26s %7.2f ns/lane  ratio %5.2f", contestants[c].name,
               1e9 * seconds / (CALLS * (double)LANES), ratio);
        if (contestants[c].target > 0.0) {
            printf("  target %.1f  %s", contestants[c].target,
                   ratio <= contestants[c].target ? "met" : "MISSED");
            good = good && ratio <= contestants[c].target;
        }
        printf("\n");
    }
    free(p.work);
    atn_formula_free(ctx, p.formula);
    attain_context_free(ctx);
    return good ? 0 : 1;
}
