/* Sweeps and scenarios of a stock with limited room agree to the bit, whatever of it they change.
 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"
#include "project/projection.h"

#define FROM "2025-02-20"

static const char *const shape =
    "{'title': 'swept', 'origin': '2025-01-01', 'as_of': '2025-02-09', 'horizon': '2025-05-31',"
    " 'inputs': {'beds': {'values': {'2025-01-01': 1300}, 'hold': true}},"
    " 'series': {"
    "'come': {'kind': 'flow', 'trend': 'constant',"
    " 'deviation': {'type': 'ar1', 'every': 7, 'sigma': 'half_normal(0.3)', 'phi': 'beta(9, 1)'}},"
    "'in': {'kind': 'flow', 'trend': {'formula': 'come'}, 'step_sigma': 0.1},"
    "'out': {'kind': 'flow', 'trend': {'formula': 'ward / stay'},"
    " 'parameters': {'stay': 'lognormal(log(20), 0.1)'}},"
    "'ward': {'kind': 'stock', 'inflows': ['in'], 'outflows': ['out'], 'capacity': 'beds',"
    " 'parameters': {'initial': 'lognormal(log(1000), 0.1)'}},"
    "'away': {'kind': 'flow', 'link': 'identity', 'trend': {'formula': 'come - in'}}},"
    " 'reports': [{'series': 'ward', 'statistic': 'level', 'start': '2025-02-08',"
    " 'relation': 'exact', 'value': 1100}],"
    " 'goals': ["
    "{'id': 'full', 'series': 'ward', 'statistic': 'level', 'start': '2025-02-10', 'target': 1290},"
    "{'id': 'left', 'series': 'out', 'statistic': 'total', 'target': 9000},"
    "{'id': 'sent', 'series': 'away', 'statistic': 'mean', 'over': 7, 'target': 5},"
    "{'id': 'week', 'series': 'in', 'statistic': 'mean', 'over': 7, 'target': 70},"
    "{'id': 'both', 'all_of': ['full', 'sent']}],"
    " 'scenarios': [{'id': 's', 'from': '" FROM "', 'changes': [%s]}]}";

static void planted(void *user, const atn_model *model, size_t block, size_t draw, double *theta)
{
    (void)user;
    atn_stream stream;
    atn_stream_init(&stream, 7, ATN_PURPOSE_SIMULATE, block, draw);
    for (size_t k = 0; k < atn_model_dimension(model); k++) {
        const char *name = atn_model_name(model, k);
        const double z = theta[k] = atn_stream_normal(&stream);
        if (strcmp(name, "come.level") == 0) theta[k] = 60 * exp(0.1 * z);
        if (strcmp(name, "out.stay") == 0) theta[k] = 20 * exp(0.1 * z);
        if (strcmp(name, "ward.initial") == 0) theta[k] = 1000 * exp(0.1 * z);
        if (strcmp(name, "come.deviation.sigma") == 0) theta[k] = 0.1;
        if (strcmp(name, "come.deviation.phi") == 0) theta[k] = 0.9;
    }
}

/* How many readings of the scenario differ from the baseline. */
static size_t compare(const attain_sweep *sweep, const attain_projection *projection,
                      const attain_study *study, const char *vary)
{
    const atn_goal_result *goals = projection->scenarios[0].answer->goals;
    size_t n[2], n_answers, a = 0, moved = 0;
    attain_sweep_shape(sweep, n, &n_answers);
    for (size_t g = 0; g < study->n_goals; g++)
        for (size_t d = 0; d < goals[g].n_definitions; d++)
            for (size_t j = 0; j < goals[g].definitions[d].n_readings; j++, a++) {
                const atn_reading *r = &goals[g].definitions[d].readings[j];
                double p = NAN, mcse = NAN;
                assert_true(attain_sweep_probability(sweep, a, n[0] - 1, 0, &p, &mcse));
                if (memcmp(&p, &r->probability, sizeof p) != 0)
                    fail_msg("%s, %s: %g, the scenario says %g", vary, study->goals[g].id, p,
                             r->probability);
                moved += fabs(projection->scenarios[0].paired[a].difference) > 0.01;
            }
    assert_int_equal(a, n_answers);
    return moved;
}

static void sweeps_agree_with_scenarios(void **state)
{
    (void)state;
    static const struct {
        const char *vary, *change;
        size_t moves; /* readings that it moves at least */
    } rows[] = {
        {"ward.beds=900:1500:600", "{'capacity': 'ward.beds', 'to': 1500}", 2},
        {"ward.beds=500:900:400", "{'capacity': 'beds', 'to': 900}", 3},
        {"multiply.come=1:1.4:0.4", "{'multiply': 'come', 'by': 1.4}", 3},
        {"multiply.in=1:1.4:0.4", "{'multiply': 'in', 'by': 1.4}", 2},
        {"replace.out=10:80:70", "{'replace': 'out', 'with': 80}", 2},
        {"out.stay=10:40:30", "{'set': 'out.stay', 'to': 40}", 3},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char json[4000], text[400];
        attain_error err;
        attain_projection *projection;
        attain_sweep *sweep;
        snprintf(text, sizeof text, "%s", rows[k].change);
        snprintf(json, sizeof json, shape, text);
        attain_context *ctx = check_context(NULL, 2);
        attain_study *study = planted_study(ctx, json);
        attain_posterior *posterior = planted_posterior(ctx, study, 203, 42, planted, NULL);
        attain_sweep_settings settings;
        attain_sweep_settings_init(&settings);
        settings.vary = &rows[k].vary;
        settings.n_vary = 1;
        settings.from = FROM;
        atn_check_status("sweep", attain_sweep_run(ctx, posterior, &settings, &sweep, &err),
                         ATTAIN_OK, &err);
        atn_check_status("project", attain_project_run(ctx, posterior, &projection, &err),
                         ATTAIN_OK, &err);
        atn_check_status("scenario", attain_project_scenarios(ctx, projection, &err), ATTAIN_OK,
                         &err);
        const size_t moved = compare(sweep, projection, study, rows[k].vary);
        if (moved < rows[k].moves) fail_msg("%s moves %zu readings", rows[k].vary, moved);
        attain_sweep_free(sweep);
        attain_projection_free(projection);
        attain_posterior_free(posterior);
        attain_study_free(study);
        attain_context_free(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sweeps_agree_with_scenarios)};
    attain_gsl_quiet();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
