/* What a gradient costs beside one evaluation where stocks and flows are carried step by step: the
 * shipped study of arrests, detention and removals, one thread, median of rounds. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <attain/attain.h>

#include "base/stream.h"
#include "stopwatch.h"
#include "study/model.h"

enum { ROUNDS = 21, CALLS = 200, POINTS = 8, MOST_SERIES = 32 };

typedef struct bench {
    atn_model *model;
    atn_workspace *w;
    double *u; /* POINTS x dimension */
    double *gradient;
    size_t n;
} bench;

/* Points near the priors' middle, inside the domain. */
static bool find_points(bench *b)
{
    size_t found = 0;
    for (uint64_t attempt = 0; found < POINTS && attempt < 1000; attempt++) {
        atn_stream stream;
        atn_stream_init(&stream, 1, ATN_PURPOSE_SIMULATE, attempt, 0);
        double *u = b->u + found * b->n, *theta = b->gradient;
        for (size_t k = 0; k < b->n; k++) {
            const atn_prior *prior = atn_model_prior(b->model, k);
            theta[k] = prior ? atn_prior_quantile(prior, 0.4 + 0.2 * atn_stream_uniform(&stream))
                             : 0.3 * atn_stream_normal(&stream);
        }
        atn_model_to_line(b->model, theta, u);
        found += isfinite(atn_model_log_posterior(b->model, u, NULL, b->w)) != 0;
    }
    return found == POINTS;
}

static double time_calls(const bench *b, bool gradient)
{
    const double start = stopwatch_read(CLOCK_MONOTONIC);
    for (size_t k = 0; k < CALLS; k++) {
        /* another point each time: a trend that is kept would flatter the evaluation */
        const double *u = b->u + k % POINTS * b->n;
        (void)atn_model_log_posterior(b->model, u, gradient ? b->gradient : NULL, b->w);
    }
    return (stopwatch_read(CLOCK_MONOTONIC) - start) / CALLS;
}

static bool race(const bench *b)
{
    double value[ROUNDS], gradient[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        value[round] = time_calls(b, false);
        gradient[round] = time_calls(b, true);
    }
    const double unit = stopwatch_median(value, ROUNDS);
    const double ours = stopwatch_median(gradient, ROUNDS), ratio = ours / unit;
    printf("us-enforcement-pipeline, %zu dimensions, median of %d rounds of %d\n", b->n, ROUNDS,
           CALLS);
    printf("value    %7.2f us\ngradient %7.2f us  ratio %5.2f  target 6.0  %s\n", 1e6 * unit,
           1e6 * ours, ratio, ratio <= 6.0 ? "met" : "MISSED");
    return ratio <= 6.0;
}

static bool run(attain_context *ctx, const attain_study *study)
{
    bench b = {0};
    size_t series[MOST_SERIES], trend[MOST_SERIES] = {0};
    for (size_t s = 0; s < MOST_SERIES; s++) series[s] = s;
    bool good =
        study->n_series <= MOST_SERIES &&
        atn_model_create(ctx, study, series, trend, study->n_series, &b.model, NULL) == ATTAIN_OK &&
        atn_workspace_create(ctx, b.model, &b.w, NULL) == ATTAIN_OK;
    if (good) {
        b.n = atn_model_dimension(b.model);
        b.u = malloc(POINTS * b.n * sizeof *b.u);
        b.gradient = malloc(b.n * sizeof *b.gradient);
    }
    good = good && b.u && b.gradient && find_points(&b) && race(&b);
    free(b.u);
    free(b.gradient);
    atn_workspace_free(ctx, b.w);
    atn_model_free(ctx, b.model);
    return good;
}

int main(void)
{
    attain_gsl_quiet();
    attain_context *ctx = NULL;
    attain_study *study = NULL;
    attain_error err = {0};
    bool good = attain_context_create(NULL, &ctx, NULL) == ATTAIN_OK;
    good = good && attain_study_load(ctx, ATTAIN_SOURCE_DIR "/models/us-enforcement-pipeline", NULL,
                                     NULL, &study, &err) == ATTAIN_OK;
    if (!good) fprintf(stderr, "bench_network: %s\n", err.message);
    good = good && run(ctx, study);
    attain_study_free(study);
    attain_context_free(ctx);
    return good ? 0 : 1;
}
