/* The formula engine against a hand-written loop of the logistic trend, in one run: ratios of the
 * median of many interleaved rounds.  Targets: value 1.5, value and four derivatives 4.0. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/base.h>

#include "formula/formula.h"
#include "stopwatch.h"

enum { LANES = 730, CALLS = 40, ROUNDS = 1001, PARAMETERS = 4 };

typedef struct problem {
    double t[LANES], value[LANES];
    double parameter[PARAMETERS], gradient[PARAMETERS]; /* low, high, mid, width */
    const double *inputs[1 + PARAMETERS];
    double *adjoint[1 + PARAMETERS];
    const atn_formula *formula;
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

/* The trend as the loop spells it, and as a person would. */
static const char *const spellings[] = {"low + (high - low) / (1 + exp(-(t - mid) / width))",
                                        "low + (high - low) * logistic((t - mid) / width)"};
enum { SPELLINGS = sizeof spellings / sizeof *spellings, CONTESTANTS = 1 + 2 * SPELLINGS };

typedef struct contestant {
    const char *name;
    void (*run)(problem *);
    const atn_formula *formula;
    double target; /* times the first contestant; 0: none */
    double seconds[ROUNDS];
} contestant;

static atn_formula *compile(attain_context *ctx, const char *text)
{
    static const atn_name names[] = {
        {"t", true}, {"low", false}, {"high", false}, {"mid", false}, {"width", false}};
    atn_formula *formula;
    attain_error err;
    memset(&err, 0, sizeof err);
    if (atn_formula_compile(ctx, text, names, 1 + PARAMETERS, NULL, &formula, &err))
        fprintf(stderr, "bench_formula: %s\n", err.message);
    return formula;
}

static void prepare(problem *p)
{
    static const double parameter[PARAMETERS] = {310.0, 1180.0, 250.0, 45.0};
    memcpy(p->parameter, parameter, sizeof parameter);
    for (int i = 0; i < LANES; i++) p->t[i] = i;
    p->inputs[0] = p->t;
    p->adjoint[0] = NULL;
    for (int k = 0; k < PARAMETERS; k++) {
        p->inputs[k + 1] = p->parameter + k;
        p->adjoint[k + 1] = p->gradient + k;
    }
}

/* The engine must have computed the same thing before its time means anything. */
static bool agrees(problem *p, const contestant *c)
{
    double expected[LANES];
    hand_written(p);
    memcpy(expected, p->value, sizeof expected);
    c->run(p);
    for (int i = 0; i < LANES; i++)
        if (!(fabs(p->value[i] - expected[i]) <= 1e-13 * fabs(expected[i]))) return false;
    return true;
}

static void race(problem *p, contestant *contestants)
{
    for (int round = 0; round < ROUNDS; round++)
        for (int c = 0; c < CONTESTANTS; c++) {
            p->formula = contestants[c].formula;
            const double start = stopwatch_read(CLOCK_MONOTONIC);
            for (int k = 0; k < CALLS; k++) contestants[c].run(p);
            contestants[c].seconds[round] = stopwatch_read(CLOCK_MONOTONIC) - start;
        }
}

static bool report(contestant *contestants)
{
    bool good = true;
    const double unit = stopwatch_median(contestants[0].seconds, ROUNDS);
    printf("logistic trend, %d lanes, median of %d rounds of %d calls\n", LANES, ROUNDS, CALLS);
    for (int i = 0; i < SPELLINGS; i++) printf("(%d) %s\n", i + 1, spellings[i]);
    for (int c = 0; c < CONTESTANTS; c++) {
        const double seconds = stopwatch_median(contestants[c].seconds, ROUNDS),
                     ratio = seconds / unit;
        printf("%-32s %7.2f ns/lane  ratio %5.2f", contestants[c].name,
               1e9 * seconds / (CALLS * (double)LANES), ratio);
        if (contestants[c].target > 0.0) {
            const bool met = ratio <= contestants[c].target;
            printf("  target %.1f  %s", contestants[c].target, met ? "met" : "MISSED");
            good = good && met;
        }
        printf("\n");
    }
    return good;
}

int main(void)
{
    static problem p;
    static contestant contestants[CONTESTANTS] = {
        {"hand-written value", hand_written, NULL, 0.0, {0.0}},
        {"formula (1) value", engine_value, NULL, 1.5, {0.0}},
        {"formula (1) value + gradient", engine_gradient, NULL, 4.0, {0.0}},
        {"formula (2) value", engine_value, NULL, 1.5, {0.0}},
        {"formula (2) value + gradient", engine_gradient, NULL, 4.0, {0.0}}};
    attain_context *ctx = NULL;
    atn_formula *formulas[SPELLINGS] = {NULL};
    bool good = attain_context_create(NULL, &ctx, NULL) == ATTAIN_OK;
    prepare(&p);
    size_t need = 1;
    for (int i = 0; i < SPELLINGS && good; i++) {
        formulas[i] = compile(ctx, spellings[i]);
        good = formulas[i] != NULL;
        if (!good) break;
        contestants[1 + 2 * i].formula = contestants[2 + 2 * i].formula = formulas[i];
        const size_t size = atn_formula_work_size(formulas[i], LANES);
        need = size > need ? size : need;
    }
    p.work = malloc(need * sizeof *p.work);
    good = good && p.work;
    for (int c = 1; c < CONTESTANTS && good; c++) {
        p.formula = contestants[c].formula;
        good = agrees(&p, &contestants[c]);
        if (!good) fprintf(stderr, "bench_formula: the engine and the loop disagree\n");
    }
    if (good) {
        race(&p, contestants);
        good = report(contestants);
    }
    free(p.work);
    for (int i = 0; i < SPELLINGS && ctx; i++) atn_formula_free(ctx, formulas[i]);
    attain_context_free(ctx);
    return good ? 0 : 1;
}
