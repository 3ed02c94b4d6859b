/* Studies with more latent values than a nested approximation affords, against exact posteriors: a
 * weekly random walk seen with known error is a Kalman filter given its step, and the step's own
 * posterior an integral over one dimension. */
#include <attain/fit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/stream.h"
#include "stats/summary.h"
#include "study/posterior.h"
#include "study_fixture.h"

enum { STEPS = 220, GRID = 2000, SIZE = 60000 };
static const double error = 0.05, log_level = 5.0, level_sd = 1.0, prior_sd = 0.3;

/* Log figures of a walk with steps of sd 0.08, rounded as they are written. */
static void plant(double *v)
{
    atn_stream stream;
    atn_stream_init(&stream, 21, ATN_PURPOSE_SIMULATE, 0, 0);
    double x = 5.2;
    for (size_t j = 0; j < STEPS; j++) {
        if (j > 0) x += 0.08 * atn_stream_normal(&stream);
        v[j] = log(round(10.0 * exp(x + error * atn_stream_normal(&stream))) / 10.0);
    }
}

static char *write_study(const double *v)
{
    char *json = malloc(SIZE);
    atn_day origin;
    assert_non_null(json);
    assert_true(atn_date_parse("2020-01-06", 10, &origin));
    int at =
        snprintf(json, SIZE,
                 "{\"title\": \"t\", \"origin\": \"2020-01-06\", \"as_of\": \"2024-06-01\","
                 " \"horizon\": \"2024-12-31\", \"step\": \"week\", \"series\": {\"held\": "
                 "{\"kind\": \"stock\", \"trend\": \"constant\", \"parameters\": {\"level\": "
                 "\"lognormal(5, 1)\"}, \"deviation\": {\"type\": \"random_walk\", \"every\": "
                 "1, \"sigma\": \"half_normal(0.3)\"}}}, \"fit\": {\"method\": \"nuts\", "
                 "\"chains\": 4, \"warmup\": 400, \"draws\": 500, \"seed\": 3}, \"reports\": [");
    for (size_t j = 0; j < STEPS; j++) {
        char day[ATN_DATE_SIZE];
        atn_date_format(origin + 7 * (atn_day)j, day);
        at += snprintf(json + at, SIZE - (size_t)at,
                       "%s{\"series\": \"held\", \"statistic\": \"level\", \"start\": \"%s\", "
                       "\"relation\": \"exact\", \"value\": %.1f, \"error\": 0.05}",
                       j ? "," : "", day, exp(v[j]));
    }
    snprintf(json + at, SIZE - (size_t)at, "]}");
    return json;
}

/* Backwards: what the figures from j on say of x_j, normal with this precision and mean; returns
 * the log likelihood of the step's sd, up to its constant, with the level integrated out, and the
 * level's posterior mean and variance. */
static double filter(const double *v, double sigma, double *mean, double *variance)
{
    double precision = 0.0, at = 0.0, sum = 0.0;
    for (size_t j = STEPS; j-- > 0;) {
        if (precision > 0) {
            const double ahead = 1.0 / precision + sigma * sigma, total = ahead + error * error;
            sum -= 0.5 * (log(total) + (v[j] - at) * (v[j] - at) / total);
            precision = 1.0 / ahead;
        }
        const double own = 1.0 / (error * error);
        at = (precision * at + own * v[j]) / (precision + own);
        precision += own;
    }
    const double total = 1.0 / precision + level_sd * level_sd;
    sum -= 0.5 * (log(total) + (at - log_level) * (at - log_level) / total);
    const double prior = 1.0 / (level_sd * level_sd);
    *mean = (precision * at + prior * log_level) / (precision + prior);
    *variance = 1.0 / (precision + prior);
    return sum;
}

typedef struct moments {
    double sigma, sigma_sd, level, level_sd; /* level: its logarithm */
} moments;

static moments integrate(const double *v)
{
    static double weight[GRID], sigma[GRID], level[GRID], variance[GRID];
    double most = -INFINITY, total = 0.0, level2 = 0.0;
    for (size_t k = 0; k < GRID; k++) {
        sigma[k] = 0.3 * ((double)k + 0.5) / GRID;
        weight[k] = filter(v, sigma[k], &level[k], &variance[k]) -
                    0.5 * sigma[k] * sigma[k] / (prior_sd * prior_sd);
        most = fmax(most, weight[k]);
    }
    moments m = {0};
    for (size_t k = 0; k < GRID; k++) total += weight[k] = exp(weight[k] - most);
    for (size_t k = 0; k < GRID; k++) {
        const double w = weight[k] / total;
        m.sigma += w * sigma[k];
        m.sigma_sd += w * sigma[k] * sigma[k];
        m.level += w * level[k];
        level2 += w * (variance[k] + level[k] * level[k]);
    }
    m.sigma_sd = sqrt(m.sigma_sd - m.sigma * m.sigma);
    m.level_sd = sqrt(level2 - m.level * m.level);
    return m;
}

static void agree(attain_context *ctx, const attain_posterior *p, const char *name, bool logarithm,
                  double mean, double sd)
{
    const size_t n = p->n_draws;
    double *x = malloc(n * sizeof *x);
    assert_non_null(x);
    assert_int_equal(attain_posterior_draws(p, name, x, NULL), ATTAIN_OK);
    for (size_t d = 0; logarithm && d < n; d++) x[d] = log(x[d]);
    atn_summary s;
    assert_int_equal(atn_summarise(ctx, x, p->n_chains, n / p->n_chains, &s, NULL), ATTAIN_OK);
    print_message("%s: %.5f (exact %.5f), sd %.5f (%.5f), size %.0f\n", name, s.mean, mean, s.sd,
                  sd, s.ess_bulk);
    atn_check_close(name, s.mean, mean, 4.0 * s.mcse_mean, 0);
    atn_check_close("its sd", s.sd, sd, 0.0, 4.0 * sqrt(0.5 / fmin(s.ess_bulk, s.ess_tail)));
    assert_true(s.rhat < 1.02 && s.ess_bulk > 300);
    free(x);
}

static void random_walk(void **state)
{
    (void)state;
    static double v[STEPS];
    plant(v);
    char *json = write_study(v);
    const moments exact = integrate(v);
    attain_context *ctx = check_context(NULL, 2);
    attain_study *study = fixture_study(ctx, json);
    attain_posterior *p = NULL;
    attain_error err = {0};
    atn_check_status("fit", attain_fit_run(ctx, study, NULL, NULL, &p, &err), ATTAIN_OK, &err);
    assert_true(atn_model_dimension(p->blocks[0].candidates[0].model) > 200);
    assert_int_equal(p->blocks[0].candidates[0].divergences, 0);
    agree(ctx, p, "held.deviation.sigma", false, exact.sigma, exact.sigma_sd);
    agree(ctx, p, "held.level", true, exact.level, exact.level_sd);
    attain_posterior_free(p);
    attain_study_free(study);
    attain_context_free(ctx);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_walk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
