/* Goal probabilities against closed forms and quadrature, through the library's own paths and goals
 * (reference data: attainment/). */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "table_rows.h"

enum { N_DRAWS = 400000 };
static const uint64_t SEED = 20251028;

/* The number behind 'key': in an inputs field. */
static double input(const char *inputs, const char *key)
{
    char pattern[32];
    snprintf(pattern, sizeof pattern, "'%s':", key);
    const char *at = strstr(inputs, pattern);
    assert_non_null(at);
    return strtod(at + strlen(pattern), NULL);
}

static size_t input_list(const char *inputs, const char *key, double *out, size_t room)
{
    char pattern[32];
    snprintf(pattern, sizeof pattern, "'%s':[", key);
    const char *at = strstr(inputs, pattern);
    assert_non_null(at);
    at += strlen(pattern);
    size_t n = 0;
    while (*at != ']') {
        char *end;
        assert_true(n < room);
        out[n++] = strtod(at, &end);
        at = *end == ';' ? end + 1 : end;
    }
    return n;
}

typedef struct simulation {
    attain_context *ctx;
    double *paths;  /* n x steps */
    double *paths2; /* another series of the same case */
    double *walk;
    double *single; /* n x 1 */
    size_t steps;
    size_t *reached;
} simulation;

static double share_reached(const simulation *s, const double *paths, size_t steps,
                            attain_goal_statistic statistic, size_t start, size_t deadline,
                            double target)
{
    attain_goal_spec spec;
    attain_goal_spec_init(&spec);
    spec.statistic = statistic;
    spec.start = start;
    spec.deadline = deadline;
    spec.target = target;
    attain_error err;
    atn_check_status(
        "evaluate",
        attain_goal_evaluate(s->ctx, paths, N_DRAWS, steps, &spec, s->reached, NULL, &err),
        ATTAIN_OK, &err);
    size_t n = 0;
    for (size_t d = 0; d < N_DRAWS; d++) n += s->reached[d] <= deadline;
    return (double)n / N_DRAWS;
}

static void check_share(const char *name, double got, double p)
{
    const double n = N_DRAWS;
    atn_check_close(name, got, p, 4.0 * sqrt(p * (1.0 - p) / n) + 1.0 / n, 0.0);
}

/* Paths of every series of a study (up to three outputs) from planted draws. */
static size_t simulate(attain_context *ctx, const char *json, size_t n_draws, planted_draw *draw,
                       void *user, const char *const *series, double **out, size_t n_series)
{
    attain_study *study = planted_study(ctx, json);
    attain_posterior *posterior = planted_posterior(ctx, study, n_draws, SEED, draw, user);
    attain_projection *projection;
    attain_error err;
    atn_check_status("project", attain_project_run(ctx, posterior, &projection, &err), ATTAIN_OK,
                     &err);
    size_t draws, steps;
    attain_projection_shape(projection, &draws, &steps);
    assert_int_equal(draws, n_draws);
    for (size_t k = 0; k < n_series; k++) {
        out[k] = malloc(draws * steps * sizeof *out[k]);
        assert_non_null(out[k]);
        atn_check_status(series[k], attain_projection_paths(projection, series[k], out[k], &err),
                         ATTAIN_OK, &err);
    }
    attain_projection_free(projection);
    attain_posterior_free(posterior);
    attain_study_free(study);
    return steps;
}

static const char *const only_y[] = {"y"};

/* A model has at least one parameter: the value at step 0, the same in every draw. */
static void known_start(void *user, const atn_model *model, size_t block, size_t draw,
                        double *theta)
{
    (void)block;
    (void)draw;
    theta[planted_index(model, "y.first")] = *(const double *)user;
}

static void simulate_walk(simulation *s, const char *inputs)
{
    char json[1024];
    double first = input(inputs, "y0");
    snprintf(json, sizeof json,
             "{'title': 'walk', 'origin': '2025-01-01', 'as_of': '2025-01-01',"
             " 'horizon': '2025-01-21', 'step': 'day', 'series': {'y': {'kind': 'stock',"
             " 'link': 'identity', 'trend': {'formula': 'first + (%.17g) * t'},"
             " 'parameters': {'first': 'normal(0, 1000)'},"
             " 'deviation': {'type': 'random_walk', 'every': 1, 'sigma': %.17g}}}, 'reports': []}",
             input(inputs, "mu"), input(inputs, "s"));
    s->steps = simulate(s->ctx, json, N_DRAWS, known_start, &first, only_y, &s->paths, 1);
}

/* The first innovation is set so that the path starts where the case does. */
static void start_at(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    (void)block;
    atn_stream stream;
    atn_stream_init(&stream, SEED, ATN_PURPOSE_SIMULATE, 1, draw);
    for (size_t k = atn_model_n_parameters(model); k < atn_model_dimension(model); k++)
        theta[k] = atn_stream_normal(&stream);
    theta[planted_index(model, "y.deviation.z[0]")] = *(const double *)user;
}

static void simulate_ar1(simulation *s, const char *inputs)
{
    const double phi = input(inputs, "phi"), mean = input(inputs, "mean");
    const double stationary = input(inputs, "s") / sqrt(1.0 - phi * phi);
    double first = (input(inputs, "y0") - mean) / stationary;
    char json[1024];
    snprintf(json, sizeof json,
             "{'title': 'ar1', 'origin': '2025-01-01', 'as_of': '2025-01-01',"
             " 'horizon': '2025-01-13', 'step': 'day', 'series': {'y': {'kind': 'stock',"
             " 'link': 'identity', 'trend': {'formula': '%.17g + 0 * t'},"
             " 'deviation': {'type': 'ar1', 'every': 1, 'sigma': %.17g, 'phi': %.17g}}},"
             " 'reports': [{'series': 'y', 'statistic': 'level', 'start': '2025-01-01',"
             " 'relation': 'exact', 'value': %.17g}]}",
             mean, stationary, phi, input(inputs, "y0"));
    s->steps = simulate(s->ctx, json, N_DRAWS, start_at, &first, only_y, &s->paths, 1);
}

/* Conjugate posterior of a line and of a drift, each with unknown variance (flat in location,
 * p(sigma^2) ~ 1 / sigma^2): chi-square as a sum of squares, the rest normal given sigma. */
typedef struct trend_case {
    double y[32], intercept, slope, sigma, mean_x, sxx, drift, step_sd;
    size_t n;
} trend_case;

static void least_squares(trend_case *c)
{
    const double n = (double)c->n;
    double my = 0, sxy = 0, rss = 0, change = 0;
    c->mean_x = 0.5 * (n + 1);
    c->sxx = 0;
    for (size_t i = 0; i < c->n; i++) my += c->y[i] / n;
    for (size_t i = 0; i < c->n; i++) {
        const double x = (double)(i + 1) - c->mean_x;
        c->sxx += x * x;
        sxy += x * (c->y[i] - my);
    }
    c->slope = sxy / c->sxx;
    c->intercept = my - c->slope * c->mean_x;
    c->drift = (c->y[c->n - 1] - c->y[0]) / (n - 1);
    for (size_t i = 0; i < c->n; i++) {
        const double r = c->y[i] - c->intercept - c->slope * (double)(i + 1);
        const double d = i > 0 ? c->y[i] - c->y[i - 1] - c->drift : 0;
        rss += r * r;
        change += d * d;
    }
    c->sigma = sqrt(rss / (n - 2));
    c->step_sd = sqrt(change / (n - 2));
}

static double draw_sd(atn_stream *stream, double sd, size_t df)
{
    double chi2 = 0;
    for (size_t i = 0; i < df; i++) {
        const double z = atn_stream_normal(stream);
        chi2 += z * z;
    }
    return sd * sqrt((double)df / chi2);
}

static void draw_trend(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    const trend_case *c = user;
    (void)block;
    const double n = (double)c->n;
    atn_stream stream;
    atn_stream_init(&stream, SEED, ATN_PURPOSE_SIMULATE, 2, draw);
    const double sigma = draw_sd(&stream, c->sigma, c->n - 2);
    const double b = c->slope + sigma * atn_stream_normal(&stream) / sqrt(c->sxx);
    const double at_mean =
        c->intercept + c->slope * c->mean_x + sigma * atn_stream_normal(&stream) / sqrt(n);
    const double step_sd = draw_sd(&stream, c->step_sd, c->n - 2);
    const double drift = c->drift + step_sd * atn_stream_normal(&stream) / sqrt(n - 1);
    for (size_t k = 0; k < atn_model_n_parameters(model); k++) {
        const char *name = strchr(atn_model_name(model, k), '.') + 1;
        const bool walk = strncmp(atn_model_name(model, k), "walk.", 5) == 0;
        if (strcmp(name, "b") == 0) theta[k] = b;
        if (strcmp(name, "a") == 0) theta[k] = at_mean - b * c->mean_x;
        if (strcmp(name, "drift") == 0) theta[k] = drift;
        if (strcmp(name, "deviation.sigma") == 0) theta[k] = walk ? step_sd : sigma;
    }
}

static void simulate_trend(simulation *s, trend_case *c, const char *inputs)
{
    static const char *const names[] = {"seen", "line", "walk", "slope"};
    char json[2048];
    double *out[4];
    c->n = input_list(inputs, "y", c->y, 32);
    least_squares(c);
    snprintf(json, sizeof json,
             "{'title': 'trend', 'origin': '2025-01-01', 'as_of': '2025-01-01',"
             " 'horizon': '2025-01-11', 'step': 'day', 'series': {"
             "'seen': {'kind': 'stock', 'link': 'identity',"
             " 'trend': {'formula': 'a + b * (t + %zu)'},"
             " 'parameters': {'a': 'normal(0, 100)', 'b': 'normal(0, 100)'},"
             /* nothing of one step's error is left in the next */
             " 'deviation': {'type': 'ar1', 'every': 1, 'sigma': 'half_normal(1)',"
             " 'phi': 1e-12}},"
             "'line': {'kind': 'stock', 'link': 'identity',"
             " 'trend': {'formula': 'a + b * (t + %zu)'},"
             " 'parameters': {'a': 'normal(0, 100)', 'b': 'normal(0, 100)'}},"
             "'walk': {'kind': 'stock', 'link': 'identity',"
             " 'trend': {'formula': '%.17g + drift * t'},"
             " 'parameters': {'drift': 'normal(0, 100)'},"
             " 'deviation': {'type': 'random_walk', 'every': 1, 'sigma': 'half_normal(1)'}},"
             "'slope': {'kind': 'stock', 'link': 'identity', 'trend': {'formula': 'b + 0 * t'},"
             " 'parameters': {'b': 'normal(0, 100)'}}}, 'reports': []}",
             c->n, c->n, c->y[c->n - 1]);
    s->steps = simulate(s->ctx, json, N_DRAWS, draw_trend, c, names, out, 4);
    s->paths = out[0];
    s->paths2 = out[1];
    s->walk = out[2];
    s->single = out[3];
}

/* Gamma with a whole shape: a sum of exponentials. */
static double draw_gamma(atn_stream *stream, double shape, double rate)
{
    double sum = 0;
    for (double k = 0; k < shape; k++) sum -= log(atn_stream_uniform(stream));
    return sum / rate;
}

static double draw_poisson(atn_stream *stream, double mean)
{
    const double limit = exp(-mean);
    double product = atn_stream_uniform(stream), n = 0;
    for (; product > limit; n++) product *= atn_stream_uniform(stream);
    return n;
}

static void simulate_counts(simulation *s, const char *inputs, size_t steps, bool poisson)
{
    s->steps = steps;
    s->paths = malloc(N_DRAWS * steps * sizeof *s->paths);
    s->single = malloc(N_DRAWS * sizeof *s->single);
    assert_true(s->paths && s->single);
    for (size_t d = 0; d < N_DRAWS; d++) {
        atn_stream stream;
        atn_stream_init(&stream, SEED, ATN_PURPOSE_SIMULATE, 3, d);
        double parameter;
        if (poisson) {
            parameter = draw_gamma(&stream, input(inputs, "a0") + input(inputs, "total"),
                                   input(inputs, "b0") + input(inputs, "periods"));
        } else {
            const double k = input(inputs, "k"), n = input(inputs, "n");
            const double yes = draw_gamma(&stream, 1 + k, 1);
            parameter = yes / (yes + draw_gamma(&stream, 1 + n - k, 1));
        }
        s->single[d] = parameter;
        for (size_t i = 0; i < steps; i++)
            s->paths[d * steps + i] = poisson ? draw_poisson(&stream, parameter)
                                              : atn_stream_uniform(&stream) < parameter;
    }
}

static void forget(simulation *s)
{
    free(s->paths);
    free(s->paths2);
    free(s->walk);
    free(s->single);
    s->paths = s->paths2 = s->walk = s->single = NULL;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void check_stochastic(const simulation *s, const char *name, const char *quantity, double p)
{
    unsigned k = 0;
    double c = 0;
    const attain_goal_statistic level = ATTAIN_GOAL_LEVEL, total = ATTAIN_GOAL_TOTAL;
    if (sscanf(quantity, "P(y[T+%u]", &k) == 1) {
        c = input(name, "target");
        check_share(quantity, share_reached(s, s->paths, s->steps, level, k, k, c), p);
    } else if (sscanf(quantity, "P(max y[T+1..T+%u]", &k) == 1) {
        c = input(name, "target");
        check_share(quantity, share_reached(s, s->paths, s->steps, level, 1, k, c), p);
    } else if (sscanf(quantity, "P(sum y[T+1..T+%u]>=%lf)", &k, &c) == 2) {
        check_share(quantity, share_reached(s, s->paths, s->steps, total, 1, k, c), p);
    } else if (sscanf(quantity, "P(y[n+%u]>=%lf)", &k, &c) == 2) {
        check_share(quantity, share_reached(s, s->paths, s->steps, level, k, k, c), p);
    } else if (sscanf(quantity, "P(mean[n+%u]>=%lf)", &k, &c) == 2) {
        check_share(quantity, share_reached(s, s->paths2, s->steps, level, k, k, c), p);
    } else if (sscanf(quantity, "RW-drift P(y[n+%u]>=%lf)", &k, &c) == 2) {
        check_share(quantity, share_reached(s, s->walk, s->steps, level, k, k, c), p);
    } else if (begins(quantity, "P(slope>0)")) {
        check_share(quantity, share_reached(s, s->single, s->steps, level, 0, 0, 0), p);
    } else if (sscanf(quantity, "P(total next %u >= %lf)", &k, &c) == 2 ||
               sscanf(quantity, "P(successes in next %u >= %lf)", &k, &c) == 2) {
        assert_int_equal(k, s->steps);
        check_share(quantity, share_reached(s, s->paths, k, total, 0, k - 1, c), p);
    } else if (sscanf(quantity, "P(rate>=%lf)", &c) == 1 ||
               sscanf(quantity, "P(theta>=%lf)", &c) == 1) {
        check_share(quantity, share_reached(s, s->single, 1, ATTAIN_GOAL_VALUE, 0, 0, c), p);
    } else {
        fail_msg("%s: unknown quantity", quantity);
    }
}

/* Average annual rate of change, as a path that grows by it. */
static void check_growth(attain_context *ctx, const char *inputs, const char *quantity, double want)
{
    const double base = input(inputs, "base");
    double end = input(inputs, "end");
    const double years = input(inputs, "end_year") - input(inputs, "base_year");
    char json[1024];
    double *path;
    snprintf(json, sizeof json,
             "{'title': 'growth', 'origin': '2025-01-01', 'as_of': '2025-01-01',"
             " 'horizon': '2032-12-31', 'step': 'year', 'series': {'y': {'kind': 'stock',"
             " 'trend': {'formula': 'first * ((%.17g / %.17g) ^ (1 / %.17g)) ^ t'},"
             " 'parameters': {'first': 'lognormal(4, 2)'}}}, 'reports': []}",
             end, base, years);
    const size_t steps = simulate(ctx, json, 1, known_start, &end, only_y, &path, 1);
    attain_goal_spec spec;
    attain_goal_spec_init(&spec);
    const bool rate = begins(quantity, "average");
    spec.start = spec.deadline = rate ? 1 : 7;
    double best;
    attain_error err;
    atn_check_status("growth", attain_goal_evaluate(ctx, path, 1, steps, &spec, NULL, &best, &err),
                     ATTAIN_OK, &err);
    atn_check_close(quantity, rate ? best / end - 1.0 : best, want, 2e-15, 1e-12);
    free(path);
}

static bool check_line(const trend_case *c, const char *quantity, double want)
{
    const double *got = NULL;
    if (strcmp(quantity, "intercept") == 0) got = &c->intercept;
    if (strcmp(quantity, "slope") == 0) got = &c->slope;
    if (strcmp(quantity, "sigma_hat") == 0) got = &c->sigma;
    if (got) atn_check_close(quantity, *got, want, 0, 1e-13);
    return got != NULL;
}

static void prepare_case(simulation *s, trend_case *c, const char *name, const char *inputs,
                         const char *quantity)
{
    unsigned k = 1;
    forget(s);
    if (begins(name, "rw_drift")) simulate_walk(s, inputs);
    if (begins(name, "ar1")) simulate_ar1(s, inputs);
    if (begins(name, "trend")) simulate_trend(s, c, inputs);
    const bool counts = sscanf(quantity, "P(total next %u", &k) == 1 ||
                        sscanf(quantity, "P(successes in next %u", &k) == 1;
    if (begins(name, "poisson")) simulate_counts(s, inputs, k, true);
    if (begins(name, "beta")) simulate_counts(s, inputs, counts ? k : 1, false);
}

static void test_closed_forms(void **state)
{
    (void)state;
    simulation s = {.ctx = check_context(NULL, 2)};
    trend_case c = {0};
    table t;
    char current[64] = "";
    size_t rows = 0;
    table_open(&t, "data/attainment/analytic_expected.csv");
    s.reached = malloc(N_DRAWS * sizeof *s.reached);
    assert_non_null(s.reached);
    for (; table_row(&t); rows++) {
        const char *name = t.field[0], *quantity = t.field[1], *inputs = t.field[2];
        const double want = strtod(t.field[3], NULL);
        if (strcmp(name, "aarc") == 0) {
            check_growth(s.ctx, inputs, quantity, want);
            continue;
        }
        const bool own_steps = begins(quantity, "P(successes");
        if (strcmp(name, current) != 0 || own_steps) prepare_case(&s, &c, name, inputs, quantity);
        snprintf(current, sizeof current, "%s", name);
        if (begins(name, "trend") && check_line(&c, quantity, want)) continue;
        check_stochastic(&s, strstr(quantity, "T+") ? inputs : name, quantity, want);
    }
    assert_true(rows > 150);
    forget(&s);
    free(s.reached);
    attain_context_free(s.ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
