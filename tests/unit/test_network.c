/* Stocks and flows (METHODS section 2.3): people are conserved, levels reach Little's law, limits
 * hold, and the gradient is that of differences in every design. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"
#include "study/future.h"
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

/* ---- paths ---- */

typedef struct run { /* the paths of one draw */
    fixture_model f;
    double *y[8];
    size_t n_steps;
} run;

static run open_run(attain_context *ctx, attain_study *study)
{
    run r = {.f = fixture_model_open(ctx, study), .n_steps = study->n_steps};
    for (size_t k = 0; k < study->n_series; k++) {
        r.y[k] = malloc(r.n_steps * sizeof(double));
        assert_non_null(r.y[k]);
    }
    return r;
}

static void close_run(attain_context *ctx, run *r)
{
    for (size_t k = 0; k < 8; k++) free(r->y[k]);
    fixture_model_close(ctx, &r->f);
}

static void draw_paths(run *r, const double *theta, uint64_t draw)
{
    atn_model_paths(r->f.model, theta, 1, draw, r->y, r->f.workspace, NULL);
}

enum { IN, OUT, WARD, MORE, HOME };

/* Largest of |S_{i+1} - S_i - in + out| over steps; what leaves is never more than there is. */
static double imbalance(const run *r)
{
    double worst = 0;
    for (size_t i = 0; i + 1 < r->n_steps; i++) {
        const double in = r->y[IN][i] + r->y[MORE][i], out = r->y[OUT][i] + r->y[HOME][i];
        const double off = fabs(r->y[WARD][i + 1] - r->y[WARD][i] - in + out);
        if (!(off <= worst)) worst = off;
        assert_true(out <= r->y[WARD][i] * (1 + 1e-12));
        assert_true(in >= 0 && out >= 0);
    }
    return worst;
}

static void people_are_conserved(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    for (size_t d = 0; d < DESIGNS; d++) {
        run r = open_run(ctx, make(ctx, &designs[d]));
        atn_stream stream;
        atn_stream_init(&stream, 5, ATN_PURPOSE_SIMULATE, d, 0);
        double worst = 0, theta[MOST];
        for (uint64_t k = 0; k < 200; k++) {
            random_theta(r.f.model, &stream, theta);
            draw_paths(&r, theta, k);
            worst = fmax(worst, imbalance(&r));
        }
        if (!(worst <= 1e-9)) fail_msg("%s: %g people lost or gained", designs[d].name, worst);
        close_run(ctx, &r);
    }
    attain_context_free(ctx);
}

/* One stock, constant inflow a, mean stay L: S_i = a L + (S_0 - a L) (1 - 1 / L)^i. */
static const char *const plain =
    "{\"origin\": \"2025-01-01\", \"as_of\": \"2025-06-30\", \"horizon\": \"2026-12-31\","
    " \"inputs\": {\"beds\": {\"values\": {\"2025-01-01\": %s}, \"hold\": true}},"
    " \"series\": {"
    "  \"in\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"a\"},"
    "    \"parameters\": {\"a\": \"lognormal(log(30), 0.3)\"}},"
    "  \"out\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"ward / stay\"},"
    "    \"parameters\": {\"stay\": \"lognormal(log(20), 0.3)\"}},"
    "  \"ward\": {\"kind\": \"stock\", \"inflows\": [\"in\"], \"outflows\": [\"out\"]%s,"
    "    \"parameters\": {\"initial\": \"lognormal(log(100), 0.2)\"}},"
    "  \"away\": {\"kind\": \"flow\", \"link\": \"identity\","
    "    \"trend\": {\"formula\": \"0 * k + 300 - in\"}, \"parameters\": {\"k\": \"normal(0, "
    "1)\"}}},"
    " \"reports\": [{\"series\": \"ward\", \"statistic\": \"level\", \"start\": \"2025-02-10\","
    "   \"relation\": \"exact\", \"value\": 500, \"error\": 0.1},"
    "  {\"series\": \"out\", \"statistic\": \"total\", \"start\": \"2025-01-01\","
    "   \"end\": \"2025-02-09\", \"relation\": \"exact\", \"value\": 900, \"error\": 0.1}]}";

static run open_plain(attain_context *ctx, const char *beds, const char *capacity)
{
    char json[3000];
    snprintf(json, sizeof json, plain, beds, capacity);
    return open_run(ctx, fixture_study(ctx, json));
}

static void set(const run *r, double *theta, double inflow, double stay, double initial)
{
    memset(theta, 0, atn_model_dimension(r->f.model) * sizeof *theta);
    theta[fixture_index(r->f.model, "in.a")] = inflow;
    theta[fixture_index(r->f.model, "out.stay")] = stay;
    theta[fixture_index(r->f.model, "ward.initial")] = initial;
}

static void reaches_littles_law(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    run r = open_plain(ctx, "1e6", BEDS);
    double theta[8];
    static const double cases[][3] = {{30, 20, 100}, {1000, 50, 39000}, {3, 4, 2000}, {7, 1, 10}};
    for (size_t c = 0; c < 4; c++) {
        const double a = cases[c][0], stay = cases[c][1], start = cases[c][2];
        set(&r, theta, a, stay, start);
        draw_paths(&r, theta, 0);
        for (size_t i = 0; i < r.n_steps; i++)
            atn_check_close("level", r.y[WARD][i],
                            a * stay + (start - a * stay) * pow(1 - 1 / stay, (double)i), 0, 1e-11);
        atn_check_close("Little's law", r.y[WARD][r.n_steps - 1], a * stay, 0, 1e-6);
        atn_check_close("out as in", r.y[OUT][r.n_steps - 1], a, 0, 1e-6);
    }
    close_run(ctx, &r);
    attain_context_free(ctx);
}

/* The likelihood reads the level that the paths show: the closed form again. */
static void reports_read_the_level(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    run r = open_plain(ctx, "1e6", "");
    double theta[8], pointwise[2], total = 0;
    set(&r, theta, 30, 20, 100);
    atn_model_pointwise(r.f.model, theta, pointwise, r.f.workspace);
    const double level = 600 - 500 * pow(0.95, 40);
    for (size_t i = 0; i < 40; i++) total += (600 - 500 * pow(0.95, (double)i)) / 20;
    const double said[2] = {500, 900}, is[2] = {level, total};
    for (size_t k = 0; k < 2; k++) {
        const double x = (log(said[k]) - log(is[k])) / 0.1;
        atn_check_close("density", pointwise[k],
                        -0.5 * x * x - log(0.1) - 0.5 * log(2 * acos(-1.0)), 1e-9, 0);
    }
    close_run(ctx, &r);
    attain_context_free(ctx);
}

/* 300 a day and a stay of 20 want 6,000 beds. */
static void capacity_limits_admission(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    run limited = open_plain(ctx, "2000", BEDS), open = open_plain(ctx, "2000", "");
    double theta[8];
    set(&limited, theta, 300, 20, 100);
    draw_paths(&limited, theta, 0);
    draw_paths(&open, theta, 0);
    const size_t last = limited.n_steps - 1;
    double below = 0;
    for (size_t i = 0; i <= last; i++) {
        const double level = limited.y[WARD][i], in = limited.y[IN][i];
        assert_true(in > 0 && in <= 300);
        assert_true(level <= 2000 * 1.01);
        assert_true(level <= open.y[WARD][i] * (1 + 1e-12));
        if (open.y[WARD][i] < 1500) { /* 10 widths of room are left behind the last admitted */
            below++;
            atn_check_close("all admitted", in, 300, 0, 1e-4);
        }
        atn_check_close("turned away", limited.y[3][i], 300 - in, 1e-9, 0);
    }
    assert_true(below >= 4);
    /* at rest as many are admitted as leave: o = admitted(300, C - S + o), o = S / 20 */
    const double level = limited.y[WARD][last], o = level / 20, width = 20;
    atn_check_close("at rest", limited.y[IN][last], o, 1e-6, 0);
    const double room = (2000 - level + o) / width, left = room - 300 / width;
    atn_check_close("soft minimum", o, width * (log1p(exp(room)) - log1p(exp(left))), 1e-6, 0);
    close_run(ctx, &limited);
    close_run(ctx, &open);
    attain_context_free(ctx);
}

/* More leave than there are: the stock empties and what leaves is what came the day before. */
static void outflows_end_at_nothing(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    run r = open_plain(ctx, "1e6", "");
    double theta[8];
    set(&r, theta, 30, 0.25, 100);
    draw_paths(&r, theta, 0);
    atn_check_close("first", r.y[OUT][0], 100, 1e-12, 0);
    for (size_t i = 1; i < r.n_steps; i++) {
        atn_check_close("level", r.y[WARD][i], 30, 1e-12, 0);
        atn_check_close("out", r.y[OUT][i], 30, 1e-12, 0);
    }
    close_run(ctx, &r);
    attain_context_free(ctx);
}

/* A capacity far above the level changes no bit; one that is shrunk below it admits nobody. */
static void far_capacities(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    run with = open_plain(ctx, "1e5", BEDS), without = open_plain(ctx, "1e5", "");
    run shut = open_plain(ctx, "1000", BEDS);
    double theta[8];
    set(&with, theta, 30, 20, 2000);
    draw_paths(&with, theta, 0);
    draw_paths(&without, theta, 0);
    draw_paths(&shut, theta, 0);
    for (size_t k = 0; k < 3; k++)
        atn_check_same_bits("path", with.y[k], without.y[k], with.n_steps);
    assert_true(shut.y[IN][0] >= 0 && shut.y[IN][0] < 1e-30);
    atn_check_close("falls", shut.y[WARD][5], 2000 * pow(0.95, 5), 1e-9, 0);
    close_run(ctx, &with);
    close_run(ctx, &without);
    close_run(ctx, &shut);
    attain_context_free(ctx);
}

/* A formula that bends has no coefficients to be had beforehand: step by step it gives the same. */
static void both_ways_of_stepping_agree(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    design bent = designs[2];
    bent.out = "exp(log(ward) - log(stay))";
    bent.home = "rate * ward ^ 1";
    run affine = open_run(ctx, make(ctx, &designs[2])), stepped = open_run(ctx, make(ctx, &bent));
    atn_stream stream;
    atn_stream_init(&stream, 9, ATN_PURPOSE_SIMULATE, 0, 0);
    double theta[MOST], u[MOST], g[2][MOST];
    for (uint64_t k = 0; k < 20; k++) {
        random_theta(affine.f.model, &stream, theta);
        draw_paths(&affine, theta, k);
        draw_paths(&stepped, theta, k);
        for (size_t i = 0; i < affine.n_steps; i++)
            atn_check_close("level", stepped.y[WARD][i], affine.y[WARD][i], 0, 1e-10);
        atn_model_to_line(affine.f.model, theta, u);
        const double a = atn_model_log_posterior(affine.f.model, u, g[0], affine.f.workspace);
        const double b = atn_model_log_posterior(stepped.f.model, u, g[1], stepped.f.workspace);
        atn_check_close("density", b, a, 1e-9, 1e-10);
        for (size_t j = 0; j < atn_model_dimension(affine.f.model); j++)
            atn_check_close("gradient", g[1][j], g[0][j], 1e-7, 1e-7);
    }
    close_run(ctx, &affine);
    close_run(ctx, &stepped);
    attain_context_free(ctx);
}

/* A block may be given in any order. */
static void order_of_series_does_not_matter(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_study *study = make(ctx, &designs[1]);
    size_t given[6] = {0, 1, 2, 3, 4, 5}, turned[6] = {5, 4, 3, 2, 1, 0}, trend[6] = {0};
    atn_model *a = NULL, *b = NULL;
    atn_workspace *wa = NULL, *wb = NULL;
    attain_error err;
    assert_int_equal(atn_model_create(ctx, study, given, trend, 6, &a, &err), ATTAIN_OK);
    assert_int_equal(atn_model_create(ctx, study, turned, trend, 6, &b, &err), ATTAIN_OK);
    assert_int_equal(atn_workspace_create(ctx, a, &wa, &err), ATTAIN_OK);
    assert_int_equal(atn_workspace_create(ctx, b, &wb, &err), ATTAIN_OK);
    double theta[MOST], other[MOST];
    atn_stream stream;
    atn_stream_init(&stream, 4, ATN_PURPOSE_SIMULATE, 0, 0);
    random_theta(a, &stream, theta);
    for (size_t k = 0; k < atn_model_dimension(b); k++)
        other[k] = theta[fixture_index(a, atn_model_name(b, k))];
    atn_check_close("density", atn_model_log_density(b, other, NULL, wb),
                    atn_model_log_density(a, theta, NULL, wa), 1e-9, 0);
    double *y[2][6];
    for (size_t k = 0; k < 12; k++)
        assert_non_null(y[k / 6][k % 6] = malloc(study->n_steps * sizeof(double)));
    atn_model_paths(a, theta, 1, 3, y[0], wa, NULL);
    atn_model_paths(b, other, 1, 3, y[1], wb, NULL);
    for (size_t k = 0; k < 6; k++) {
        assert_int_equal(atn_model_series(b, 5 - k), atn_model_series(a, k));
        for (size_t i = 0; i < study->n_steps; i++)
            atn_check_close("path", y[1][5 - k][i], y[0][k][i], 0, 1e-12);
    }
    for (size_t k = 0; k < 12; k++) free(y[k / 6][k % 6]);
    atn_workspace_free(ctx, wa);
    atn_workspace_free(ctx, wb);
    atn_model_free(ctx, a);
    atn_model_free(ctx, b);
    attain_study_free(study);
    attain_context_free(ctx);
}

/* Inputs with ramps: the default before the first date, straight lines, then the last value. */
static void inputs_ramp(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    attain_study *study = fixture_study(
        ctx, "{\"origin\": \"2025-01-01\", \"as_of\": \"2025-01-09\", \"horizon\": \"2025-01-10\","
             " \"inputs\": {\"beds\": {\"values\": {\"2025-01-03\": 10, \"2025-01-07\": 30,"
             "   \"2025-01-08\": 28}, \"default\": 4, \"ramp\": true},"
             "   \"none\": {\"values\": {}, \"default\": 2, \"ramp\": true}},"
             " \"series\": {\"x\": {\"kind\": \"stock\"}}, \"reports\": []}");
    static const double beds[] = {4, 4, 10, 15, 20, 25, 30, 28, 28, 28};
    static const double none[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    for (size_t i = 0; i < 10; i++) {
        atn_check_close("beds", study->inputs[0].values[i], beds[i], 1e-12, 0);
        atn_check_close("none", study->inputs[1].values[i], none[i], 0, 0);
    }
    attain_study_free(study);
    attain_context_free(ctx);
}

/* Two stocks in a row, and a share between them that reads the one and is read by what feeds it. */
static const char *const chain =
    "{\"origin\": \"2025-01-06\", \"as_of\": \"2026-06-29\", \"horizon\": \"2027-12-27\","
    " \"step\": \"week\","
    " \"series\": {"
    "  \"left\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"ward / stay\"},"
    "    \"parameters\": {\"stay\": \"lognormal(log(4), 0.2)\"}},"
    "  \"ward\": {\"kind\": \"stock\", \"inflows\": [\"moved\"], \"outflows\": [\"left\"],"
    "    \"parameters\": {\"initial\": \"lognormal(log(300), 0.2)\"}},"
    "  \"moved\": {\"kind\": \"flow\", \"trend\": {\"formula\": \"welcome * queue / wait\"},"
    "    \"parameters\": {\"wait\": \"lognormal(log(2), 0.2)\"},"
    "    \"deviation\": {\"type\": \"ar1\", \"every\": 4}},"
    "  \"welcome\": {\"kind\": \"share\", \"trend\": {\"formula\": \"logistic(a - ward / 200)\"},"
    "    \"parameters\": {\"a\": \"normal(2, 0.5)\"},"
    "    \"deviation\": {\"type\": \"random_walk\", \"every\": 8, \"sigma\": "
    "\"half_normal(0.2)\"}},"
    "  \"queue\": {\"kind\": \"stock\", \"inflows\": [\"come\"], \"outflows\": [\"moved\"]},"
    "  \"come\": {\"kind\": \"flow\", \"trend\": \"constant\", \"calendar\": \"month_of_year\"}},"
    " \"reports\": ["
    "  {\"series\": \"come\", \"statistic\": \"mean\", \"start\": \"2025-01-06\","
    "   \"end\": \"2025-06-29\", \"relation\": \"exact\", \"value\": 90},"
    "  {\"series\": \"queue\", \"statistic\": \"level\", \"start\": \"2025-09-01\","
    "   \"relation\": \"exact\", \"value\": 250},"
    "  {\"series\": \"welcome\", \"statistic\": \"mean\", \"start\": \"2025-03-03\","
    "   \"end\": \"2025-12-28\", \"relation\": \"exact\", \"value\": 0.7},"
    "  {\"series\": \"left\", \"statistic\": \"total\", \"start\": \"2025-01-06\","
    "   \"end\": \"2026-03-29\", \"relation\": \"over\", \"value\": 4000}]}";

static void stocks_in_a_row(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    run r = open_run(ctx, fixture_study(ctx, chain));
    enum { LEFT, SECOND, MOVED, WELCOME, QUEUE, COME };
    atn_stream stream;
    atn_stream_init(&stream, 8, ATN_PURPOSE_SIMULATE, 0, 0);
    double theta[MOST], u[MOST];
    for (uint64_t k = 0; k < 20; k++) {
        random_theta(r.f.model, &stream, theta);
        atn_model_to_line(r.f.model, theta, u);
        const double error = fixture_gradient_error(&r.f, u);
        if (!(error <= 1e-6)) fail_msg("gradient off by %g", error);
        draw_paths(&r, theta, k);
        double *const *y = r.y;
        for (size_t i = 0; i + 1 < r.n_steps; i++) {
            atn_check_close("queue", y[QUEUE][i + 1], y[QUEUE][i] + y[COME][i] - y[MOVED][i], 1e-9,
                            0);
            atn_check_close("ward", y[SECOND][i + 1], y[SECOND][i] + y[MOVED][i] - y[LEFT][i], 1e-9,
                            0);
            assert_true(y[WELCOME][i] > 0 && y[WELCOME][i] < 1);
        }
    }
    close_run(ctx, &r);
    attain_context_free(ctx);
}

/* ---- changed futures ---- */

static double *column(const run *r, size_t from, double before, double after)
{
    double *x = malloc(r->n_steps * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < r->n_steps; i++) x[i] = i < from ? before : after;
    return x;
}

/* A stay that is set from a step on: Little's law before and behind it, no bit of the past moved.
 */
static void a_set_stay_is_followed(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    run was = open_plain(ctx, "1e6", BEDS), is = open_plain(ctx, "1e6", BEDS);
    const size_t from = 300;
    double theta[8], later[8];
    set(&was, theta, 30, 20, 600);
    set(&was, later, 30, 50, 600);
    const double *const segments[] = {later};
    const atn_future future = {.n_segments = 1, .from = &from, .theta = segments};
    draw_paths(&was, theta, 0);
    atn_model_paths(is.f.model, theta, 1, 0, is.y, is.f.workspace, &future);
    for (size_t k = 0; k < 4; k++) atn_check_same_bits("past", is.y[k], was.y[k], from);
    for (size_t i = from; i < is.n_steps; i++)
        atn_check_close("level", is.y[WARD][i], 1500 - 900 * pow(0.98, (double)(i - from)), 0,
                        1e-11);
    close_run(ctx, &was);
    close_run(ctx, &is);
    attain_context_free(ctx);
}

/* A flow is changed as it is asked for: beds limit what comes of it, and nobody is lost.  The same
 * whether the flow depends on the level or not. */
static void changed_flows_are_limited(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    const size_t from = 200;
    for (size_t d = 1; d < 7; d++) {
        run was = open_run(ctx, make(ctx, &designs[d])), is = open_run(ctx, make(ctx, &designs[d]));
        double *in = column(&is, from, 1, 3), *out = column(&is, from, 0, 2);
        double *beds = column(&is, from, 1, 1), *effort = column(&is, from, 1, 1);
        const attain_study *study = is.f.study;
        for (size_t i = 0; i < is.n_steps; i++) {
            beds[i] = study->inputs[0].values[i] * (i < from ? 1 : 0.9);
            effort[i] = study->inputs[1].values[i];
        }
        const double *const scale[6] = {in, NULL}, *const offset[6] = {NULL, out};
        const double *const inputs[] = {beds, effort};
        const atn_future future = {.inputs = inputs, .scale = scale, .offset = offset};
        atn_stream stream;
        atn_stream_init(&stream, 6, ATN_PURPOSE_SIMULATE, d, 0);
        double theta[MOST];
        for (uint64_t k = 0; k < 20; k++) {
            random_theta(is.f.model, &stream, theta);
            draw_paths(&was, theta, k);
            atn_model_paths(is.f.model, theta, 1, k, is.y, is.f.workspace, &future);
            for (size_t s = 0; s < 6; s++) atn_check_same_bits("past", is.y[s], was.y[s], from);
            if (!(imbalance(&is) <= 1e-9)) fail_msg("%s: people lost", designs[d].name);
        }
        free(in);
        free(out);
        free(beds);
        free(effort);
        close_run(ctx, &was);
        close_run(ctx, &is);
    }
    attain_context_free(ctx);
}

/* Beds that are halved from a step on: the level comes down to them. */
static void a_changed_capacity_limits(void **state)
{
    (void)state;
    attain_context *ctx = check_context(NULL, 1);
    run r = open_plain(ctx, "10000", BEDS);
    double theta[8], *beds = column(&r, 300, 10000, 3000);
    const double *const inputs[] = {beds};
    const atn_future future = {.inputs = inputs};
    set(&r, theta, 300, 20, 6000);
    atn_model_paths(r.f.model, theta, 1, 0, r.y, r.f.workspace, &future);
    atn_check_close("before", r.y[WARD][300], 6000, 1e-6, 0);
    assert_true(r.y[WARD][r.n_steps - 1] <= 3000 * 1.01 && r.y[WARD][r.n_steps - 1] > 2900);
    assert_true(r.y[IN][301] < 1e-3);
    free(beds);
    close_run(ctx, &r);
    attain_context_free(ctx);
}

/* ---- memory ---- */

static void evaluation_allocates_nothing(void **state)
{
    (void)state;
    check_allocator allocator;
    check_allocator_init(&allocator);
    attain_context *ctx = check_context(&allocator, 1);
    for (size_t d = 1; d < 6; d += 2) {
        run r = open_run(ctx, make(ctx, &designs[d]));
        double theta[MOST], u[MOST], gradient[MOST];
        atn_stream stream;
        atn_stream_init(&stream, 5, ATN_PURPOSE_SIMULATE, d, 0);
        random_theta(r.f.model, &stream, theta);
        atn_model_to_line(r.f.model, theta, u);
        const size_t before = allocator.calls;
        assert_true(isfinite(atn_model_log_posterior(r.f.model, u, gradient, r.f.workspace)));
        draw_paths(&r, theta, 0);
        assert_int_equal(allocator.calls, before);
        close_run(ctx, &r);
    }
    attain_context_free(ctx);
    assert_int_equal(allocator.live, 0);
}

static attain_status build(void *user, attain_context *ctx, attain_error *err)
{
    const char *json = user;
    attain_study *study = NULL;
    atn_model *model = NULL;
    atn_workspace *w = NULL;
    const size_t series[6] = {0, 1, 2, 3, 4, 5}, trend[6] = {0};
    attain_status status =
        attain_study_parse(ctx, json, strlen(json), NULL, 0, NULL, NULL, &study, err);
    if (status == ATTAIN_OK) status = atn_model_create(ctx, study, series, trend, 6, &model, err);
    assert_true((status == ATTAIN_OK) == (model != NULL));
    if (status == ATTAIN_OK) status = atn_workspace_create(ctx, model, &w, err);
    assert_true((status == ATTAIN_OK) == (w != NULL));
    atn_workspace_free(ctx, w);
    atn_model_free(ctx, model);
    attain_study_free(study);
    return status;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    static char json[6000];
    const design *d = &designs[5];
    snprintf(json, sizeof json, shape, d->beds[0], d->beds[1], d->beds[2], d->link, d->in,
             d->in_more, d->out_link, d->out, d->stay, d->out_more, d->ward_link, d->capacity,
             d->home);
    check_faults("network", build, json, 5000);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_match_differences),
        cmocka_unit_test(people_are_conserved),
        cmocka_unit_test(reaches_littles_law),
        cmocka_unit_test(reports_read_the_level),
        cmocka_unit_test(capacity_limits_admission),
        cmocka_unit_test(outflows_end_at_nothing),
        cmocka_unit_test(far_capacities),
        cmocka_unit_test(both_ways_of_stepping_agree),
        cmocka_unit_test(order_of_series_does_not_matter),
        cmocka_unit_test(stocks_in_a_row),
        cmocka_unit_test(inputs_ramp),
        cmocka_unit_test(a_set_stay_is_followed),
        cmocka_unit_test(changed_flows_are_limited),
        cmocka_unit_test(a_changed_capacity_limits),
        cmocka_unit_test(evaluation_allocates_nothing),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
