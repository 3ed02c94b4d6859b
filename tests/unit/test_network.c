/* Stocks and flows (METHODS section 2.3): people are conserved, levels reach Little's law, limits
 * hold, and the gradient is that of differences in every design. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "study_fixture.h"

enum { MOST = 600 };

/* A ward that people enter, leave, and are turned away from. */
static const char *const shape =
    "{\"origin\": \"2025-01-01\", \"as_of\": \"2025-06-30\", \"horizon\": \"2025-12-31\","
    " \"inputs\": {\"beds\": {\"values\": {\"2025-01-01\": %s, \"2025-04-01\": %s,"
    "                         \"2025-08-01\": %s}, \"ramp\": true},"
    "              \"effort\": {\"values\": {\"2025-03-01\": 1.5}, \"default\": 1, \"hold\": "
    "true}},"
    " \"series\": {"
    "  \"in\": {\"kind\": \"flow\", \"link\": \"%s\", \"trend\": {\"formula\": \"%s\"},"
    "    \"parameters\": {\"a\": \"lognormal(log(30), 0.3)\", \"b\": \"normal(0.2, 0.3)\"}%s},"
    "  \"out\": {\"kind\": \"flow\", \"link\": \"%s\", \"trend\": {\"formula\": \"%s\"},"
    "    \"parameters\": {\"stay\": \"lognormal(log(%s), 0.3)\"}%s},"
    "  \"ward\": {\"kind\": \"stock\", \"link\": \"%s\", \"inflows\": [\"in\", \"more\"],"
    "    \"outflows\": [\"out\", \"home\"]%s,"
    "    \"parameters\": {\"initial\": \"lognormal(log(400), 0.2)\"}},"
    "  \"more\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"c * exp(-t / 200)\"},"
    "    \"parameters\": {\"c\": \"lognormal(log(10), 0.3)\"},"
    "    \"deviation\": {\"type\": \"random_walk\", \"every\": 14}},"
    "  \"home\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"%s\"},"
    "    \"parameters\": {\"rate\": \"lognormal(log(0.02), 0.3)\"}},"
    "  \"counted\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"out + k * in + ward / 1000\"},"
    "    \"parameters\": {\"k\": \"lognormal(0, 0.2)\"}}},"
    " \"reports\": ["
    "  {\"series\": \"ward\", \"statistic\": \"level\", \"start\": \"2025-02-10\","
    "   \"relation\": \"exact\", \"value\": 500},"
    "  {\"series\": \"ward\", \"statistic\": \"mean\", \"start\": \"2025-03-01\","
    "   \"end\": \"2025-04-20\", \"relation\": \"about\", \"value\": 600},"
    "  {\"series\": \"in\", \"statistic\": \"total\", \"start\": \"2025-01-05\","
    "   \"end\": \"2025-04-02\", \"relation\": \"exact\", \"value\": 3200, \"error\": 0.1},"
    "  {\"series\": \"out\", \"statistic\": \"mean\", \"start\": \"2025-02-01\","
    "   \"end\": \"2025-04-02\", \"relation\": \"over\", \"value\": 20},"
    "  {\"series\": \"home\", \"statistic\": \"total\", \"start\": \"2025-01-01\","
    "   \"end\": \"2025-03-02\", \"relation\": \"at_least\", \"value\": 400},"
    "  {\"series\": \"counted\", \"statistic\": \"mean\", \"start\": \"2025-01-01\","
    "   \"end\": \"2025-05-02\", \"relation\": \"exact\", \"value\": 60}]}";

typedef struct design {
    const char *name, *beds[3], *capacity, *link, *in, *in_more, *out_link, *out, *stay, *out_more,
        *ward_link, *home;
} design;

#define WEEKLY ", \"deviation\": {\"type\": \"ar1\", \"every\": 7}"
#define SLOPE                                                                                      \
    ", \"deviation\": {\"type\": \"local_trend\", \"every\": 14, \"sigma\": \"half_normal(0.1)\"," \
    " \"sigma_v\": \"half_normal(0.05)\"}, \"calendar\": \"day_of_week\""
#define BEDS ", \"capacity\": \"beds\""

static const design designs[] = {
    {"open",
     {"9e9", "9e9", "9e9"},
     "",
     "log",
     "a * (1 + b * t / 100)",
     "",
     "log",
     "ward / stay",
     "30",
     "",
     "log",
     "rate * ward"},
    {"deviations",
     {"9e9", "9e9", "9e9"},
     BEDS,
     "log",
     "a * exp(b * t / 100)",
     WEEKLY,
     "log",
     "ward / stay",
     "30",
     SLOPE,
     "log",
     "rate * ward * effort"},
    {"short of beds",
     {"450", "600", "900"},
     BEDS,
     "log",
     "a * exp(b * t / 100)",
     WEEKLY,
     "log",
     "ward / stay",
     "40",
     "",
     "log",
     "rate * ward"},
    {"beds shrink",
     {"900", "420", "500"},
     BEDS,
     "log",
     "a * exp(b)",
     "",
     "log",
     "ward / stay",
     "60",
     SLOPE,
     "identity",
     "rate * ward"},
    {"more wanted than there are",
     {"9e9", "9e9", "9e9"},
     "",
     "log",
     "a * exp(b)",
     "",
     "log",
     "3 * ward / stay",
     "1",
     "",
     "log",
     "rate * ward"},
    {"bent",
     {"500", "500", "500"},
     BEDS,
     "log",
     "a * exp(b) * 400 / (100 + ward)",
     "",
     "log",
     "stay * ward ^ 0.5 / 10",
     "30",
     WEEKLY,
     "log",
     "rate * ward * logistic((ward - 300) / 100)"},
    {"one reads another",
     {"600", "600", "600"},
     BEDS,
     "log",
     "a * exp(b)",
     WEEKLY,
     "log",
     "0.2 * in + 0.5 * home + ward / stay",
     "60",
     SLOPE,
     "log",
     "rate * ward"},
    {"identity",
     {"600", "600", "600"},
     BEDS,
     "identity",
     "a * effort * exp(b)",
     "",
     "identity",
     "ward / stay",
     "30",
     ", \"deviation\": {\"type\": \"random_walk\", \"sigma\": \"half_normal(0.1)\"}",
     "identity",
     "rate * ward"},
};
enum { DESIGNS = sizeof designs / sizeof *designs };

static attain_study *make(attain_context *ctx, const design *d)
{
    char json[6000];
    snprintf(json, sizeof json, shape, d->beds[0], d->beds[1], d->beds[2], d->link, d->in,
             d->in_more, d->out_link, d->out, d->stay, d->out_more, d->ward_link, d->capacity,
             d->home);
    return fixture_study(ctx, json);
}

static void random_theta(const atn_model *model, atn_stream *stream, double *theta)
{
    const size_t n = atn_model_dimension(model);
    assert_true(n <= MOST);
    for (size_t k = 0; k < n; k++) {
        const atn_prior *prior = atn_model_prior(model, k);
        const double p = 0.1 + 0.8 * atn_stream_uniform(stream);
        theta[k] = prior ? atn_prior_quantile(prior, p) : atn_stream_normal(stream);
    }
}

static void gradients_match_differences(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const uint64_t seed = 20251122;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (size_t d = 0; d < DESIGNS; d++) {
        fixture_model f = fixture_model_open(ctx, make(ctx, &designs[d]));
        assert_int_equal(atn_model_n_series(f.model), 6);
        atn_stream stream;
        atn_stream_init(&stream, seed, ATN_PURPOSE_SIMULATE, d, 0);
        double worst = 0, theta[MOST], u[MOST];
        for (int k = 0; k < 12; k++) {
            random_theta(f.model, &stream, theta);
            atn_model_to_line(f.model, theta, u);
            const double error = fixture_gradient_error(&f, u);
            if (!(error <= worst)) worst = error;
        }
        print_message("%s: largest relative difference %.2g\n", designs[d].name, worst);
        if (!(worst <= 1e-6)) fail_msg("%s: gradient off by %g", designs[d].name, worst);
        fixture_model_close(ctx, &f);
    }
    attain_context_free(ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_match_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
