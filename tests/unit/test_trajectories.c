/* Goals counted on a given matrix of 2,000 trajectories over 12 years, exactly (reference data:
 * attainment/). */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/project.h>

#include "project/reading.h"
#include "stats/distribution.h"
#include "table_rows.h"

enum { N_TRAJECTORIES = 2000, N_YEARS = 12, FIRST_YEAR = 2025 };

typedef struct counted {
    attain_context *ctx;
    double paths[N_TRAJECTORIES * N_YEARS];
    size_t reached[N_TRAJECTORIES];
    double steps[N_TRAJECTORIES], scratch[N_TRAJECTORIES];
    size_t counts[N_YEARS];
} counted;

static attain_goal_spec value_goal(const char *direction, double target)
{
    attain_goal_spec spec;
    attain_goal_spec_init(&spec);
    spec.deadline = N_YEARS - 1;
    spec.at_most = direction[0] == '<';
    const bool strict = direction[1] == '\0';
    spec.target = strict ? nextafter(target, spec.at_most ? -INFINITY : INFINITY) : target;
    return spec;
}

static size_t count_reached(counted *c, const attain_goal_spec *spec)
{
    attain_error err;
    atn_check_status("evaluate",
                     attain_goal_evaluate(c->ctx, c->paths, N_TRAJECTORIES, N_YEARS, spec,
                                          c->reached, NULL, &err),
                     ATTAIN_OK, &err);
    size_t n = 0;
    memset(c->counts, 0, sizeof c->counts);
    for (size_t d = 0; d < N_TRAJECTORIES; d++) {
        c->steps[d] = c->reached[d] == SIZE_MAX ? INFINITY : (double)c->reached[d];
        if (c->reached[d] != SIZE_MAX) c->counts[c->reached[d]]++;
        n += c->reached[d] <= spec->deadline;
    }
    return n;
}

/* A goal that asks for one step alone has that step as its best. */
static double value_quantile(counted *c, size_t step, double p)
{
    attain_goal_spec spec = value_goal(">=", 0.0);
    spec.start = spec.deadline = step;
    attain_error err;
    atn_check_status("values",
                     attain_goal_evaluate(c->ctx, c->paths, N_TRAJECTORIES, N_YEARS, &spec, NULL,
                                          c->scratch, &err),
                     ATTAIN_OK, &err);
    double q;
    atn_quantiles(c->scratch, N_TRAJECTORIES, &p, 1, &q);
    return q;
}

static double counted_quantity(counted *c, const char *quantity, const char *year,
                               attain_goal_spec spec)
{
    static const char *const date = "first_attainment_year_quantile_type1_";
    const double n = N_TRAJECTORIES;
    if (strncmp(quantity, date, strlen(date)) == 0) {
        count_reached(c, &spec);
        return FIRST_YEAR + atn_step_quantile(c->counts, N_YEARS, N_TRAJECTORIES,
                                              strtod(quantity + strlen(date), NULL));
    }
    if (strcmp(quantity, "P_never") == 0) return 1.0 - (double)count_reached(c, &spec) / n;
    if (strcmp(quantity, "mean_first_year_given_attained") == 0) {
        double sum = 0.0;
        const size_t reached = count_reached(c, &spec);
        for (size_t i = 0; i < N_YEARS; i++) sum += (double)i * (double)c->counts[i];
        return FIRST_YEAR + sum / (double)reached;
    }
    const size_t step = (size_t)(strtol(year, NULL, 10) - FIRST_YEAR);
    static const char *const value = "quantile_type7_";
    if (strncmp(quantity, value, strlen(value)) == 0)
        return value_quantile(c, step, strtod(quantity + strlen(value), NULL));
    if (strcmp(quantity, "P_by_year_ever") == 0) {
        spec.deadline = step;
    } else if (strcmp(quantity, "P_from_year_sustained_to_end") == 0) {
        spec.start = step;
        spec.held = N_YEARS - step;
    } else { /* at that year */
        spec.start = spec.deadline = step;
    }
    const double p = (double)count_reached(c, &spec) / n;
    if (strcmp(quantity, "iid_MCSE_P_at_last_year") != 0) return p;
    const attain_posterior posterior = {.n_draws = N_TRAJECTORIES, .n_chains = 1};
    const atn_reading_job job = {.posterior = &posterior,
                                 .n_draws = N_TRAJECTORIES,
                                 .n_steps = N_YEARS,
                                 .effective = n,
                                 .scratch = c->scratch};
    double mcse;
    assert_int_equal(atn_probability_error(&job, c->steps, (double)step, p, &mcse, NULL),
                     ATTAIN_OK);
    return mcse;
}

static void test_trajectories(void **state)
{
    (void)state;
    static counted c;
    table t;
    c.ctx = check_context(NULL, 1);
    table_open(&t, "data/attainment/trajectories.csv");
    for (size_t d = 0; table_row(&t); d++)
        for (size_t i = 0; i < N_YEARS; i++)
            c.paths[d * N_YEARS + i] = strtod(t.field[i + 1], NULL);
    size_t rows = 0;
    for (table_open(&t, "data/attainment/trajectories_expected.csv"); table_row(&t); rows++) {
        char name[256];
        snprintf(name, sizeof name, "%s %s %s %s", t.field[0], t.field[1], t.field[2], t.field[3]);
        const char *direction = t.field[1][0] ? t.field[1] : ">=";
        const attain_goal_spec spec = value_goal(direction, strtod(t.field[0], NULL));
        double want = strtod(t.field[4], NULL);
        /* Ours never calls a simulated probability certain. */
        if (strncmp(t.field[2], "iid_MCSE", 8) == 0) want = fmax(want, 0.5 / N_TRAJECTORIES);
        atn_check_close(name, counted_quantity(&c, t.field[2], t.field[3], spec), want, 1e-12,
                        1e-12);
    }
    assert_true(rows > 200);
    attain_context_free(c.ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trajectories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
