/* Figures to come, where their law is known: continued draws, the past kept, statements. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "planted.h"
#include "study/outlook.h"

static double Phi(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

/* One early figure, and later ones of every wording; %s is the trend and its deviation. */
static const char head[] = "{'title': 'later', 'origin': '2025-01-01', 'as_of': '2025-01-31',"
                           " 'horizon': '2025-06-30', 'series': {'made': {'kind': '%s', %s}},"
                           " 'goals': [], 'reports': ["
                           "{'series': 'made', 'statistic': '%s', 'start': '2025-01-15',"
                           " 'end': '2025-01-15', 'relation': 'exact', 'value': 100, 'error': 0.1}";
static const char later[] =
    ",{'series': 'made', 'statistic': '%s', 'start': '2025-03-01', 'end': '2025-03-31',"
    " 'relation': 'exact', 'value': 130, 'error': 0.1},"
    "{'series': 'made', 'statistic': '%s', 'start': '2025-03-01', 'end': '2025-03-31',"
    " 'relation': 'over', 'value': 120, 'grain': 10, 'error': 0.1},"
    "{'series': 'made', 'statistic': '%s', 'start': '2025-03-01', 'end': '2025-03-31',"
    " 'relation': 'at_least', 'value': 120, 'error': 0.1}";

typedef struct pair {
    attain_context *ctx;
    attain_study *early, *late; /* the second with the later figures used alone */
    atn_model *from, *to;
    atn_workspace *w;
    atn_continuation c;
} pair;

static attain_study *make(attain_context *ctx, const char *kind, const char *law,
                          const char *statistic, const char *windowed)
{
    char json[4000];
    int n = snprintf(json, sizeof json, head, kind, law, statistic);
    n += snprintf(json + n, sizeof json - (size_t)n, later, windowed, windowed, windowed);
    snprintf(json + n, sizeof json - (size_t)n, "]}");
    return planted_study(ctx, json);
}

static void open_pair(pair *p, const char *kind, const char *law, const char *statistic,
                      const char *windowed)
{
    static const size_t first[1];
    attain_error err = {0};
    p->ctx = check_context(NULL, 1);
    p->early = make(p->ctx, kind, law, statistic, windowed);
    p->late = make(p->ctx, kind, law, statistic, windowed);
    for (size_t r = 0; r < p->late->n_reports; r++) p->late->reports[r].used = r > 0;
    atn_check_status("from", atn_model_create(p->ctx, p->early, first, first, 1, &p->from, &err),
                     ATTAIN_OK, &err);
    atn_check_status("to", atn_model_create(p->ctx, p->late, first, first, 1, &p->to, &err),
                     ATTAIN_OK, &err);
    atn_check_status("room", atn_workspace_create(p->ctx, p->to, &p->w, &err), ATTAIN_OK, &err);
    atn_check_status("map", atn_continuation_create(p->ctx, p->from, p->to, &p->c, &err), ATTAIN_OK,
                     &err);
}

static void close_pair(pair *p)
{
    atn_continuation_free(&p->c);
    atn_workspace_free(p->ctx, p->w);
    atn_model_free(p->ctx, p->from);
    atn_model_free(p->ctx, p->to);
    attain_study_free(p->early);
    attain_study_free(p->late);
    attain_context_free(p->ctx);
}

/* The continued draw's path is, to the bit, the one that goals are read from. */
static void check_continuation(const char *law)
{
    enum { STEPS = 181 };
    static double ends[STEPS], own[STEPS];
    pair p;
    attain_error err = {0};
    atn_workspace *w = NULL;
    open_pair(&p, "flow", law, "value", "mean");
    atn_check_status("room", atn_workspace_create(p.ctx, p.from, &w, &err), ATTAIN_OK, &err);
    double theta[200], longer[200];
    assert_in_range(atn_model_dimension(p.to), atn_model_dimension(p.from) + 1, 200);
    for (size_t k = 0; k < atn_model_dimension(p.from); k++)
        theta[k] =
            k < atn_model_n_parameters(p.from) ? 0.3 + 0.1 * (double)k : 0.2 - 0.1 * (double)k;
    theta[planted_index(p.from, "made.level")] = 100.0;
    for (uint64_t draw = 0; draw < 5; draw++) {
        atn_stream s;
        atn_stream_init(&s, 7, ATN_PURPOSE_FORESEE, 0, draw);
        atn_continue(&p.c, theta, 7, draw, &s, longer);
        double *y = ends, *z = own;
        atn_model_paths(p.from, theta, 7, draw, &y, w, NULL);
        atn_model_paths(p.to, longer, 99, draw, &z, p.w, NULL); /* another seed beyond its reach */
        atn_check_same_bits("path", own, ends, 90);             /* to 31 March */
        assert_true(memcmp(own + 120, ends + 120, sizeof *own) != 0);
    }
    atn_workspace_free(p.ctx, w);
    close_pair(&p);
}

#define LEVEL                                                                                      \
    "'step_sigma': 0, 'trend': {'formula': 'level'}, 'parameters': {'level': "                     \
    "'lognormal(log(100), 1)'}, "
static void test_continuation(void **state)
{
    (void)state;
    check_continuation(LEVEL "'deviation': {'type': 'ar1', 'every': 7}");
    check_continuation(LEVEL "'deviation': {'type': 'random_walk', 'every': 10}");
    check_continuation(LEVEL "'deviation': {'type': 'local_trend', 'every': 5}");
    check_continuation(LEVEL "'deviation': {'type': 'local_trend', 'every': 5,"
                             " 'phi': 'beta(9, 1)'}, 'calendar': {'type': 'day_of_week'}");
}

#define LINE                                                                                       \
    "'trend': {'formula': 'level + slope * t'}, 'parameters': {'level': 'lognormal(log(100), 1)'," \
    " 'slope': 'lognormal(0, 1)'}"

/* level 100, slope 0.5 from 1 January on: what a figure of March is under each future. */
static double march(const pair *p, atn_carry carry, bool stock)
{
    const double last = 100.0 + 0.5 * 30.0; /* of 31 January */
    const double mean = stock || carry == ATN_CARRY_NONE ? 100.0 + 0.5 * (59.0 + 89.0) / 2.0
                        : carry == ATN_CARRY_LAST        ? last - 0.5 * 27.0 / 2.0
                                                         : last - 0.5 * 30.0 / 2.0;
    (void)p;
    return mean; /* a stock's steady change is the line itself */
}

static void check_futures(bool stock)
{
    pair p;
    double theta[8], log_likelihood[3], below[3], upto[3], quantity[3];
    atn_outlook out = {log_likelihood, below, upto, quantity};
    open_pair(&p, stock ? "stock" : "flow", stock ? LINE : "'step_sigma': 0, " LINE,
              stock ? "level" : "value", "mean");
    double fitted[8] = {0};
    fitted[planted_index(p.from, "made.level")] = 100.0;
    fitted[planted_index(p.from, "made.slope")] = 0.5;
    for (int carry = 0; carry < ATN_N_CARRY; carry++) {
        atn_stream s;
        atn_stream_init(&s, 1, ATN_PURPOSE_FORESEE, 0, 0);
        atn_continue(&p.c, fitted, 1, 0, &s, theta);
        assert_true(atn_model_foresee(p.to, theta, (atn_carry)carry, 31, 28, &s, &out, p.w));
        const double m = log(march(&p, (atn_carry)carry, stock)), e = 0.1;
        const double z = (log(130.0) - m) / e;
        atn_check_close("exact", log_likelihood[0],
                        -0.5 * z * z - log(e) - 0.5 * log(2.0 * acos(-1.0)), 1e-9, 0);
        atn_check_close("pit", below[0], Phi(z), 1e-9, 0);
        atn_check_close("pit", upto[0], Phi(z), 1e-9, 0);
        const double low = Phi((log(120.0) - m) / e), high = Phi((log(130.0) - m) / e);
        atn_check_close("over", log_likelihood[1], log(high - low), 1e-9, 0);
        atn_check_close("over", below[1], low, 1e-9, 0);
        atn_check_close("over", upto[1], high, 1e-9, 0);
        atn_check_close("at least", log_likelihood[2], log(1.0 - low), 1e-9, 0);
        atn_check_close("at least", upto[2], 1.0, 0, 0);
        for (size_t r = 0; r < 3; r++) assert_true(fabs(log(quantity[r]) - m) < 5 * e);
    }
    close_pair(&p);
}

static void test_futures(void **state)
{
    (void)state;
    check_futures(false);
    check_futures(true);
}

static attain_status continue_once(void *user, attain_context *ctx, attain_error *err)
{
    const pair *p = user;
    atn_continuation c;
    const attain_status status = atn_continuation_create(ctx, p->from, p->to, &c, err);
    if (status == ATTAIN_OK) atn_continuation_free(&c);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    pair p;
    open_pair(&p, "flow", "'step_sigma': 0, " LINE, "value", "mean");
    check_faults("continuation", continue_once, &p, 10);
    close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_continuation),
        cmocka_unit_test(test_futures),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
