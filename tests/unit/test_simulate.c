/* The generator of calibrations against the law it is meant to follow, at planted parameters. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/study.h>

#include "planted.h"
#include "stats/distribution.h"
#include "study/simulate.h"

enum { SIMULATIONS = 20000 };
static const uint64_t seed = 20250121;
static const atn_departure none = {.spread = 1.0};

/* Thirty steps of a constant rate; rows in the order of the enum below. */
static const char flows[] =
    "{'title': 'planted', 'origin': '2025-01-01', 'as_of': '2025-01-31', 'horizon': '2025-02-28',"
    " 'series': {'made': {'kind': 'flow', 'trend': {'formula': 'rate'},"
    "  'parameters': {'rate': 'lognormal(log(100), 0.5)'}, 'step_sigma': 'half_normal(0.3)'}},"
    " 'definitions': {'own': {'series': 'made', 'reference': true},"
    "  'other': {'series': 'made', 'factor': 'lognormal(log(2), 0.1)'}},"
    " 'reports': ["
    "{'series':'made','statistic':'value','start':'2025-01-03','relation':'exact','value':90,"
    " 'error':0.1},"
    "{'series':'made','statistic':'total','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'exact','value':3000,'error':0.1,'definition':'other'},"
    "{'series':'made','statistic':'mean','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'over','value':90,'error':0.1,'grain':10},"
    "{'series':'made','statistic':'mean','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'nearly','value':90,'error':0.1,'grain':10},"
    "{'series':'made','statistic':'mean','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'about','value':90,'error':0.1,'grain':10},"
    "{'series':'made','statistic':'mean','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'at_least','value':103,'error':0.1},"
    "{'series':'made','statistic':'mean','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'between','value':95,'upper':105,'error':0.1},"
    "{'series':'made','statistic':'max','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'exact','value':90,'error':0.1,'stale':6},"
    "{'series':'made','statistic':'min','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'exact','value':90,'error':0.1},"
    "{'series':'made','statistic':'total','start':'2025-01-01','end':'2025-01-16',"
    " 'relation':'exact','value':90,'error':0.1,'stale':3}]}";
enum { EXACT, OTHER, OVER, NEARLY, ABOUT, AT_LEAST, BETWEEN, MAXIMUM, MINIMUM, STALE, ROWS };
static const double rate = 100.0, omega = 0.4, factor = 1.8, error_sd = 0.1;

typedef struct generator {
    attain_context *ctx;
    attain_study *study;
    atn_model *model;
    atn_workspace *w;
    atn_report reports[ROWS];
    double theta[8], quantity[ROWS];
    atn_stream stream;
} generator;

static generator generator_open(const char *json)
{
    static const size_t first[1];
    generator g = {.ctx = check_context(NULL, 1)};
    attain_error err = {0};
    g.study = planted_study(g.ctx, json);
    assert_true(g.study->n_reports <= ROWS);
    atn_check_status("model", atn_model_create(g.ctx, g.study, first, first, 1, &g.model, &err),
                     ATTAIN_OK, &err);
    assert_true(atn_model_dimension(g.model) <= 8);
    atn_check_status("room", atn_workspace_create(g.ctx, g.model, &g.w, &err), ATTAIN_OK, &err);
    atn_stream_init(&g.stream, seed, ATN_PURPOSE_SIMULATE, 0, 0);
    return g;
}

static void generator_close(generator *g)
{
    atn_workspace_free(g->ctx, g->w);
    atn_model_free(g->ctx, g->model);
    attain_study_free(g->study);
    attain_context_free(g->ctx);
}

static void simulate(generator *g)
{
    memcpy(g->reports, g->study->reports, g->study->n_reports * sizeof *g->reports);
    assert_true(
        atn_simulate_reports(g->model, g->theta, &none, &g->stream, g->reports, g->quantity, g->w));
}

static generator flow_generator(void)
{
    generator g = generator_open(flows);
    g.theta[planted_index(g.model, "made.rate")] = rate;
    g.theta[planted_index(g.model, "made.step_sigma")] = omega;
    g.theta[planted_index(g.model, "definition.other")] = factor;
    return g;
}

typedef struct moments {
    double n, sum, sum2;
} moments;

static void count(moments *m, double x)
{
    m->n++;
    m->sum += x;
    m->sum2 += x * x;
}

/* Mean within 4 standard errors, sd within 4 of its own for a normal. */
static void check_moments(const char *name, const moments *m, double mean, double sd)
{
    const double found = m->sum / m->n, spread = sqrt(m->sum2 / m->n - found * found);
    char text[64];
    snprintf(text, sizeof text, "%s: mean", name);
    atn_check_close(text, found, mean, 4 * sd / sqrt(m->n), 0);
    snprintf(text, sizeof text, "%s: sd", name);
    atn_check_close(text, spread, sd, 4 * sd / sqrt(2 * m->n), 0);
}

static void check_share(const char *name, double times, double p)
{
    atn_check_close(name, times / SIMULATIONS, p, 4 * sqrt(p * (1 - p) / SIMULATIONS), 0);
}

static double below(double x, double mean, double sd)
{
    return 0.5 * erfc((mean - x) / (sd * sqrt(2.0)));
}

static void test_quantities(void **state)
{
    (void)state;
    generator g = flow_generator();
    moments exact = {0}, other = {0};
    double max_below = 0, min_below = 0, stale[4] = {0}, stale_mean = 0;
    const double s = hypot(omega, error_sd), m = log(rate) - 0.5 * omega * omega;
    /* thresholds: where one of 16 steps lies below with probability .97, above with .95 */
    const double high = exp(m + s * atn_normal_quantile(0.97));
    const double low = exp(m + s * atn_normal_quantile(0.05));
    for (int i = 0; i < SIMULATIONS; i++) {
        simulate(&g);
        count(&exact, log(g.reports[EXACT].value));
        count(&other, log(g.reports[OTHER].value));
        assert_true(g.reports[EXACT].value == g.quantity[EXACT]);
        max_below += g.reports[MAXIMUM].value <= high;
        min_below += g.reports[MINIMUM].value <= low;
        stale_mean += log(g.reports[STALE].value) / SIMULATIONS;
    }
    check_moments("exact", &exact, m, s);
    check_moments("other definition", &other, log(16 * rate * factor) - 0.5 * omega * omega / 16,
                  hypot(error_sd, omega / 4));
    double p = 0;
    for (int late = 0; late <= 6; late++) p += pow(0.97, 16 - late) / 7;
    check_share("maximum", max_below, p);
    check_share("minimum", min_below, 1 - pow(0.95, 16));
    for (int late = 0; late < 4; late++)
        stale[late] = log(rate * (16 - late)) - 0.5 * omega * omega / (16 - late);
    atn_check_close("stale", stale_mean, (stale[0] + stale[1] + stale[2] + stale[3]) / 4,
                    4 * 0.17 / sqrt(SIMULATIONS), 0);
    generator_close(&g);
}

static void test_wordings(void **state)
{
    (void)state;
    generator g = flow_generator();
    const double m = log(rate) - 0.5 * omega * omega / 16, tau = hypot(error_sd, omega / 4);
    double over = 0, nearly = 0, about = 0, least = 0, own = 0, next = 0;
    for (int i = 0; i < SIMULATIONS; i++) {
        simulate(&g);
        const atn_report *r = g.reports;
        const double *x = g.quantity;
        for (size_t k = OVER; k <= ABOUT; k++) assert_true(fmod(r[k].value, 10) == 0);
        assert_true(r[OVER].value <= x[OVER] && x[OVER] < r[OVER].value + 10);
        assert_true(r[NEARLY].value - 10 < x[NEARLY] && x[NEARLY] <= r[NEARLY].value);
        assert_true(fabs(r[ABOUT].value - x[ABOUT]) <= 5);
        assert_true(r[AT_LEAST].value == 103);
        assert_int_equal(r[AT_LEAST].relation, x[AT_LEAST] >= 103 ? ATN_AT_LEAST : ATN_AT_MOST);
        assert_int_equal(r[BETWEEN].relation, ATN_BETWEEN);
        assert_true(r[BETWEEN].value <= x[BETWEEN] * (1 + 1e-12) &&
                    x[BETWEEN] <= r[BETWEEN].upper * (1 + 1e-12));
        atn_check_close("width", r[BETWEEN].upper / r[BETWEEN].value, 105.0 / 95.0, 0, 1e-9);
        over += r[OVER].value == 100;
        nearly += r[NEARLY].value == 100;
        about += r[ABOUT].value == 100;
        least += r[AT_LEAST].relation == ATN_AT_LEAST;
        own += r[BETWEEN].value == 95;
        next += fabs(r[BETWEEN].value - 105) < 1e-9;
    }
    check_share("over", over, below(log(110), m, tau) - below(log(100), m, tau));
    check_share("nearly", nearly, below(log(100), m, tau) - below(log(90), m, tau));
    check_share("about", about, below(log(105), m, tau) - below(log(95), m, tau));
    check_share("at least", least, 1 - below(log(103), m, tau));
    check_share("own bin", own, below(log(105), m, tau) - below(log(95), m, tau));
    check_share("next bin", next, below(log(105.0 * 105 / 95), m, tau) - below(log(105), m, tau));
    generator_close(&g);
}

/* The error stays on the link scale what the study's own figure makes it; polls are binomial. */
static void test_shares(void **state)
{
    (void)state;
    generator g = generator_open(
        "{'title': 'planted', 'origin': '2025-01-01', 'as_of': '2025-01-31',"
        " 'horizon': '2025-02-28', 'series': {'part': {'kind': 'share',"
        "  'trend': {'formula': 'level'}, 'parameters': {'level': 'beta(2, 2)'}}},"
        " 'measurement': {'df': 5, 'design_effect': 1.5},"
        " 'reports': ["
        "{'series':'part','statistic':'value','start':'2025-01-03','relation':'exact','value':0.4,"
        " 'error':0.06},"
        "{'series':'part','statistic':'value','start':'2025-01-04','relation':'exact','value':0.4,"
        " 'n':600},"
        "{'series':'part','statistic':'value','start':'2025-01-05','relation':'nearly',"
        " 'value':0.4,'grain':0.5,'error':0.06}]}");
    g.theta[0] = 0.6;
    moments exact = {0}, poll = {0};
    for (int i = 0; i < SIMULATIONS; i++) {
        simulate(&g);
        const double v = g.reports[0].value;
        count(&exact, log(v / (1 - v)));
        count(&poll, g.reports[1].value);
        atn_check_close("error kept", g.reports[0].error / (1 - v), 0.1, 0, 1e-12);
        const double kept = g.reports[2].error / (1 - g.reports[2].value);
        atn_check_close("error kept at 1", kept, 0.1, 0, 1e-12);
        assert_true(g.reports[1].n == 600);
    }
    const double mean = exact.sum / exact.n;
    atn_check_close("t: mean", mean, log(1.5), 4 * 0.1 * sqrt(5.0 / 3 / SIMULATIONS), 0);
    /* variance of t(5) is 5/3 and its kurtosis 9 */
    atn_check_close("t: variance", exact.sum2 / exact.n - mean * mean, 0.01 * 5 / 3, 0,
                    4 * sqrt(8.0 / SIMULATIONS));
    check_moments("poll", &poll, 0.6, sqrt(0.6 * 0.4 / 400));
    generator_close(&g);
}

static void test_theta(void **state)
{
    (void)state;
    generator g = flow_generator();
    const atn_departure wide = {.spread = 1.5};
    const size_t k = planted_index(g.model, "made.rate");
    const size_t j = planted_index(g.model, "made.step_sigma");
    moments plain = {0}, spread = {0}, scatter = {0};
    for (int i = 0; i < SIMULATIONS; i++) {
        assert_true(atn_simulate_theta(g.model, &none, &g.stream, g.theta, g.w));
        count(&plain, log(g.theta[k]));
        count(&scatter, g.theta[j] * g.theta[j]);
        assert_true(g.theta[j] > 0);
        assert_true(atn_simulate_theta(g.model, &wide, &g.stream, g.theta, g.w));
        count(&spread, log(g.theta[k]));
    }
    check_moments("rate", &plain, log(100), 0.5);
    check_moments("rate, wide", &spread, log(100), 0.75);
    /* E x^2 = sd^2, Var x^2 = 2 sd^4 */
    atn_check_close("mean square", scatter.sum / scatter.n, 0.09,
                    4 * 0.09 * sqrt(2.0 / SIMULATIONS), 0);
    generator_close(&g);
}

/* The predictive distribution of a peak that may be stale is that of the draws above. */
static void test_stale_peak(void **state)
{
    (void)state;
    generator g = flow_generator();
    double from[ROWS], upto[ROWS], p = 0;
    const double s = hypot(omega, error_sd), m = log(rate) - 0.5 * omega * omega;
    atn_model_predictive(g.model, g.theta, from, upto, g.w);
    for (int late = 0; late <= 6; late++) p += pow(below(log(90), m, s), 16 - late) / 7;
    atn_check_close("maximum", from[MAXIMUM], p, 0, 1e-10);
    atn_check_close("minimum", from[MINIMUM], 1 - pow(1 - below(log(90), m, s), 16), 0, 1e-10);
    generator_close(&g);
}

typedef struct refusal {
    const char *name, *series, *report, *message;
    attain_status status;
} refusal;

static void test_refusals(void **state)
{
    (void)state;
    static const char exact[] = "'relation': 'exact'";
    static const refusal rows[] = {
        {"stated", "'trend': 'constant', 'parameters': {'level': 'lognormal(2, 1)'}", exact, "",
         ATTAIN_OK},
        {"general defaults",
         "'trend': 'constant', 'parameters': {'level': 'lognormal(2, 1)'},"
         "'deviation': {'type': 'ar1'}, 'calendar': 'day_of_week'",
         exact, "", ATTAIN_OK},
        {"made from the reports", "'trend': 'constant'", exact, "made.level", ATTAIN_ERR_FIELD},
        {"several trends", "'trend': ['constant', 'linear']", exact, "2 candidate trends",
         ATTAIN_ERR_FIELD},
        {"no grain", "'trend': 'constant', 'parameters': {'level': 'lognormal(2, 1)'}",
         "'relation': 'over'", "row 1 says 'over' without a grain", ATTAIN_ERR_TABLE},
        {"a grain", "'trend': 'constant', 'parameters': {'level': 'lognormal(2, 1)'}",
         "'relation': 'over', 'grain': 5", "", ATTAIN_OK},
    };
    attain_context *ctx = check_context(NULL, 1);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char json[2000];
        snprintf(json, sizeof json,
                 "{'title': 'planted', 'origin': '2025-01-01', 'as_of': '2025-01-31',"
                 " 'horizon': '2025-02-28', 'series': {'made': {'kind': 'flow', %s}},"
                 " 'reports': [{'series': 'made', 'statistic': 'mean', 'start': '2025-01-03',"
                 " 'end': '2025-01-20', 'value': 50, %s}]}",
                 rows[k].series, rows[k].report);
        attain_error err = {0};
        attain_diagnostics *list = NULL;
        attain_study *study = planted_study(ctx, json);
        atn_check_status("list", attain_diagnostics_create(ctx, &list, &err), ATTAIN_OK, &err);
        atn_check_status(rows[k].name, atn_simulate_check(study, &none, list, &err), rows[k].status,
                         &err);
        assert_non_null(strstr(err.message, rows[k].message));
        assert_true((attain_diagnostics_count(list) > 0) == (rows[k].status != ATTAIN_OK));
        attain_diagnostics_free(list);
        attain_study_free(study);
    }
    attain_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantities), cmocka_unit_test(test_wordings),
        cmocka_unit_test(test_shares),     cmocka_unit_test(test_theta),
        cmocka_unit_test(test_stale_peak), cmocka_unit_test(test_refusals),
    };
    attain_gsl_quiet();
    print_message("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
