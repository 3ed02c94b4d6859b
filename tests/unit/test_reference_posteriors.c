/* The sampler against every posterior of the reference folder, which an independent program
 * computed: parameters, path at every 14th step, totals.  Bounds: each mean within 4 combined Monte
 * Carlo errors; each sd within 5 % or 4 of its own; the 5, 50 and 95 % quantiles within 4 of their
 * own or a tenth of the posterior sd; always the wider.  Folders are found at run time.  Many
 * comparisons are made, correlated within a folder, with a fixed seed; how many lie beyond 3 errors
 * (0.3 % of normal ones would) is printed beside the worst. */
#include <attain/fit.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read_table.h"
#include "stats/summary.h"
#include "study/posterior.h"
#include "study_fixture.h"

enum { MOST_FOLDERS = 64, N_LEVELS = 3, KINDS = 3, BEYOND = 3, DRAWS = 20000 };
static const uint64_t seed = 4;
static const double levels[N_LEVELS] = {0.05, 0.5, 0.95};

/* Columns of posterior.csv. */
enum { MEAN = 1, SD = 2, Q5 = 3, Q50 = 5, Q95 = 7, RHAT = 8, MCSE_MEAN = 11, MCSE_SD, MCSE_Q5 };
static const size_t quantile_column[N_LEVELS] = {Q5, Q50, Q95};

typedef enum kind { OF_MEAN, OF_SD, OF_QUANTILE } kind;
static const char *const kind_names[KINDS] = {"mean", "sd", "quantile"};

/* What was compared, by kind: departures in combined Monte Carlo errors and in shares of the bound.
 */
typedef struct tally {
    size_t n, beyond, broken;
    double worst, worst_share;
    char where[80], where_share[80];
} tally;

typedef struct run {
    attain_context *ctx;
    attain_study *study;
    attain_posterior *posterior;
    const char *folder;
    double *paths;  /* n_draws x n_steps of series 0 */
    double *values; /* n_draws of one quantity */
    tally tallies[KINDS];
} run;

static void fill_paths(run *r)
{
    const size_t n_draws = r->posterior->n_draws, n_steps = r->study->n_steps;
    const atn_model *model;
    (void)atn_posterior_theta(r->posterior, 0, 0, &model);
    atn_workspace *w = NULL;
    assert_int_equal(atn_workspace_create(r->ctx, model, &w, NULL), ATTAIN_OK);
    for (size_t d = 0; d < n_draws; d++) {
        const double *theta = atn_posterior_theta(r->posterior, 0, d, &model);
        atn_model_paths(model, theta, seed, d, (double *[]){r->paths + d * n_steps}, w, NULL);
    }
    atn_workspace_free(r->ctx, w);
}

static run open_run(const char *folder, const char *path)
{
    run r = {.ctx = check_context(NULL, 1), .folder = folder};
    r.study = fixture_study_load(r.ctx, path);
    assert_int_equal(r.study->n_series, 1);
    attain_fit_settings settings;
    attain_fit_settings_init(&settings);
    settings.method = ATTAIN_METHOD_NUTS;
    settings.has_seed = true;
    settings.seed = seed;
    settings.draws = DRAWS;
    attain_error err = {0};
    const attain_status status =
        attain_fit_run(r.ctx, r.study, &settings, NULL, &r.posterior, &err);
    atn_check_status(folder, status, ATTAIN_OK, &err);
    assert_int_equal(r.posterior->n_chains, 4);
    r.paths = malloc(r.posterior->n_draws * r.study->n_steps * sizeof *r.paths);
    r.values = malloc(r.posterior->n_draws * sizeof *r.values);
    assert_non_null(r.paths);
    assert_non_null(r.values);
    fill_paths(&r);
    return r;
}

static void close_run(run *r)
{
    free(r->paths);
    free(r->values);
    attain_posterior_free(r->posterior);
    attain_study_free(r->study);
    attain_context_free(r->ctx);
}

static void fill_parameter(run *r, const char *ours, bool logarithm)
{
    attain_error err = {0};
    atn_check_status(ours, attain_posterior_draws(r->posterior, ours, r->values, &err), ATTAIN_OK,
                     &err);
    for (size_t d = 0; logarithm && d < r->posterior->n_draws; d++)
        r->values[d] = log(r->values[d]);
}

/* Name of the k-th definition (from 1) beside the reference. */
static void definition_name(const run *r, size_t k, char *name, size_t size)
{
    for (size_t d = 0; d < r->study->n_definitions; d++)
        if (!r->study->definitions[d].reference && --k == 0) {
            snprintf(name, size, "definition.%s", r->study->definitions[d].id);
            return;
        }
    fail_msg("%s: posterior.csv has more definitions than the study", r->folder);
}

/* Sums of the path over the horizon, times `values` as they stand if `scaled`. */
static void fill_total(run *r, bool scaled)
{
    const size_t n_steps = r->study->n_steps;
    for (size_t d = 0; d < r->posterior->n_draws; d++) {
        const double factor = scaled ? r->values[d] : 1.0;
        r->values[d] = 0.0;
        for (size_t i = 0; i < n_steps; i++) r->values[d] += r->paths[d * n_steps + i];
        r->values[d] *= factor;
    }
}

/* Fills r->values with the draws of one of their quantities; every name must be known. */
static void fill_quantity(run *r, const char *name)
{
    const size_t n_steps = r->study->n_steps;
    const char *series = r->study->series[0].id;
    size_t k;
    char ours[128];
    if (sscanf(name, "y[%zu]", &k) == 1) {
        assert_in_range(k, 1, n_steps);
        for (size_t d = 0; d < r->posterior->n_draws; d++)
            r->values[d] = r->paths[d * n_steps + k - 1];
    } else if (strcmp(name, "total") == 0) {
        fill_total(r, false);
    } else if (sscanf(name, "total_b[%zu]", &k) == 1) {
        definition_name(r, k, ours, sizeof ours);
        fill_parameter(r, ours, false);
        fill_total(r, true);
    } else if (sscanf(name, "b[%zu]", &k) == 1) {
        definition_name(r, k, ours, sizeof ours);
        fill_parameter(r, ours, true);
    } else {
        const bool bracket = strchr(name, '[') != NULL; /* sigma[1], phi[1], sigma_v[1] */
        snprintf(ours, sizeof ours, "%s.%s%.*s", series, bracket ? "deviation." : "",
                 (int)strcspn(name, "["), name);
        fill_parameter(r, ours, false);
    }
}

/* One comparison; `least` is the bound that Monte Carlo errors cannot narrow. */
static void compare(run *r, kind which, const char *name, const char *statistic, double ours,
                    double theirs, double error, double least)
{
    tally *t = &r->tallies[which];
    const double gap = fabs(ours - theirs), z = gap / error, bound = fmax(4.0 * error, least);
    t->n++;
    t->beyond += !(z <= BEYOND);
    if (!(z <= t->worst)) {
        t->worst = z;
        snprintf(t->where, sizeof t->where, "%s of %.60s", statistic, name);
    }
    if (!(gap / bound <= t->worst_share)) {
        t->worst_share = gap / bound;
        snprintf(t->where_share, sizeof t->where_share, "%s of %.60s", statistic, name);
    }
    if (gap <= bound) return;
    t->broken++;
    print_message("%s: %s of %s is %.10g, theirs %.10g: %.2f combined errors, bound %.3g\n",
                  r->folder, statistic, name, ours, theirs, z, bound);
}

static void compare_row(run *r, const read_table *t, size_t row)
{
    const char *name = read_table_cell(t, row, 0);
    const size_t n = r->posterior->n_draws, chain = n / r->posterior->n_chains;
    double theirs[16], size, error;
    atn_summary ours;
    for (size_t k = 1; k < t->columns && k < 16; k++) theirs[k] = read_table_number(t, row, k);
    fill_quantity(r, name);
    assert_int_equal(atn_summarise(r->ctx, r->values, r->posterior->n_chains, chain, &ours, NULL),
                     ATTAIN_OK);
    if (!(ours.rhat <= 1.01))
        print_message("%s: R-hat of %s is %.4f\n", r->folder, name, ours.rhat);
    compare(r, OF_MEAN, name, "mean", ours.mean, theirs[MEAN],
            hypot(ours.mcse_mean, theirs[MCSE_MEAN]), 0.0);
    assert_int_equal(
        atn_sd_error(r->ctx, r->values, r->posterior->n_chains, chain, &size, &error, NULL),
        ATTAIN_OK);
    compare(r, OF_SD, name, "sd", ours.sd, theirs[SD], hypot(error, theirs[MCSE_SD]),
            0.05 * theirs[SD]);
    /* Errors first: finding quantiles reorders the draws. */
    double quantile[N_LEVELS];
    atn_quantiles(r->values, n, levels, N_LEVELS, quantile);
    for (size_t k = 0; k < N_LEVELS; k++) {
        char statistic[32];
        snprintf(statistic, sizeof statistic, "%g %% quantile", 100 * levels[k]);
        compare(r, OF_QUANTILE, name, statistic, quantile[k], theirs[quantile_column[k]],
                hypot(ours.mcse_quantile[k], theirs[MCSE_Q5 + k]), 0.1 * theirs[SD]);
    }
}

static size_t report_run(const run *r)
{
    const atn_candidate *c = &r->posterior->blocks[0].candidates[0];
    size_t broken = 0;
    print_message("%s: %zu draws, seed %llu, %zu divergent, step %.3f\n", r->folder,
                  r->posterior->n_draws, (unsigned long long)seed, c->divergences, c->step_size);
    for (size_t k = 0; k < KINDS; k++) {
        const tally *t = &r->tallies[k];
        print_message("  %-8s %3zu compared, %zu beyond %d combined errors, worst %.2f (%s); "
                      "%.2f of the bound (%s)\n",
                      kind_names[k], t->n, t->beyond, BEYOND, t->worst, t->where, t->worst_share,
                      t->where_share);
        broken += t->broken;
    }
    return broken;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t list_folders(const char *base, char names[][256])
{
    DIR *folder = opendir(base);
    assert_non_null(folder);
    size_t n = 0;
    for (struct dirent *e; (e = readdir(folder));) {
        char file[600];
        snprintf(file, sizeof file, "reference/%.255s/posterior.csv", e->d_name);
        if (e->d_name[0] == '.' || !check_shared_or_null(file)) continue;
        assert_true(n < MOST_FOLDERS);
        snprintf(names[n++], sizeof names[0], "%.255s", e->d_name);
    }
    closedir(folder);
    qsort(names, n, sizeof names[0], by_name);
    return n;
}

static void posteriors(void **state)
{
    (void)state;
    static char names[MOST_FOLDERS][256];
    const size_t n = list_folders(check_shared("reference"), names);
    size_t broken = 0, compared = 0, beyond = 0;
    for (size_t i = 0; i < n; i++) {
        char file[600], path[1024];
        snprintf(file, sizeof file, "reference/%s/posterior.csv", names[i]);
        read_table t = read_table_open(check_shared(file));
        snprintf(file, sizeof file, "reference/%s", names[i]);
        snprintf(path, sizeof path, "%s", check_shared(file));
        run r = open_run(names[i], path);
        for (size_t row = 0; row < t.rows; row++) compare_row(&r, &t, row);
        broken += report_run(&r);
        for (size_t k = 0; k < KINDS; k++) {
            compared += r.tallies[k].n;
            beyond += r.tallies[k].beyond;
        }
        close_run(&r);
        read_table_close(&t);
    }
    print_message(
        "%zu folders, %zu comparisons, %zu beyond %d combined errors, %zu out of bounds\n", n,
        compared, beyond, BEYOND, broken);
    assert_true(n > 0);
    assert_int_equal(broken, 0);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posteriors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
