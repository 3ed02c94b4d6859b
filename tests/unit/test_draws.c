/* Posterior draws as a table: its columns, its numbers, its chains. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/attain.h>

#include "planted.h"

typedef struct world {
    attain_context *ctx;
    attain_study *study;
    attain_posterior *posterior;
    char *text;
} world;

static const char text[] =
    "{'title': 'draws', 'origin': '2025-01-01', 'as_of': '2025-03-01', 'horizon': '2025-06-30',"
    " 'step': 'day', 'fit': {%s}, 'series': {"
    " 'made': {'kind': 'flow', 'trend': %s, 'step_sigma': 0.1},"
    " 'held': {'kind': 'stock', 'trend': 'constant', 'deviation': {'type': 'random_walk'}}},"
    " 'reports': ["
    " {'series': 'made', 'statistic': 'mean', 'start': '2025-01-01', 'end': '2025-01-31',"
    "  'relation': 'exact', 'value': 50},"
    " {'series': 'made', 'statistic': 'mean', 'start': '2025-02-01', 'end': '2025-02-28',"
    "  'relation': 'about', 'value': 60},"
    " {'series': 'held', 'statistic': 'level', 'start': '2025-01-20', 'relation': 'exact',"
    "  'value': 900},"
    " {'series': 'held', 'statistic': 'level', 'start': '2025-02-20', 'relation': 'over',"
    "  'value': 1000}]}";

static world world_of(const char *fit, const char *trend)
{
    char json[2000];
    attain_error err = {0};
    world w = {.ctx = check_context(NULL, 2)};
    snprintf(json, sizeof json, text, fit, trend);
    w.study = planted_study(w.ctx, json);
    atn_check_status("fit", attain_fit_run(w.ctx, w.study, NULL, NULL, &w.posterior, &err),
                     ATTAIN_OK, &err);
    atn_check_status("draws", attain_posterior_draws_csv(w.posterior, &w.text, &err), ATTAIN_OK,
                     &err);
    return w;
}

static void world_free(world *w)
{
    attain_text_free(w->ctx, w->text);
    attain_posterior_free(w->posterior);
    attain_study_free(w->study);
    attain_context_free(w->ctx);
}

enum { MOST_COLUMNS = 32 };

/* One line cut at its commas; returns the start of the next. */
static char *cut(char *line, char **cells, size_t *n)
{
    char *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    *n = 0;
    for (char *cell = line; cell;) {
        assert_true(*n < MOST_COLUMNS);
        cells[(*n)++] = cell;
        cell = strchr(cell, ',');
        if (cell) *cell++ = '\0';
    }
    return end + 1;
}

static size_t column(char *const *head, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(head[i], name) == 0) return i;
    fail_msg("no column %s", name);
    return n;
}

/* Every number is the draw's own, and lp__ the density that the library gives for it: latent
 * values are not in the table, so the study's has none here. */
static void test_numbers(void **state)
{
    (void)state;
    world w = world_of("'method': 'map', 'chains': 2, 'draws': 200, 'seed': 5", "'linear'");
    const size_t n_draws = attain_posterior_draw_count(w.posterior);
    char *head[MOST_COLUMNS], *cells[MOST_COLUMNS];
    size_t n_columns, n;
    char *line = cut(w.text, head, &n_columns);
    assert_int_equal(n_draws, 400);
    assert_string_equal(head[0], ".chain");
    assert_string_equal(head[1], ".iteration");
    assert_string_equal(head[2], ".draw");
    assert_string_equal(head[3], "lp__");
    assert_string_equal(head[4], "made.start");
    double *own[MOST_COLUMNS];
    for (size_t c = 4; c < n_columns; c++) {
        attain_error err = {0};
        own[c] = calloc(n_draws, sizeof(double));
        assert_non_null(own[c]);
        atn_check_status(head[c], attain_posterior_draws(w.posterior, head[c], own[c], &err),
                         ATTAIN_OK, &err);
    }
    for (size_t d = 0; d < n_draws; d++) {
        line = cut(line, cells, &n);
        assert_int_equal(n, n_columns);
        assert_string_equal(cells[0], "1"); /* map has no chains */
        assert_int_equal(atol(cells[1]), d + 1);
        assert_int_equal(atol(cells[2]), d + 1);
        assert_true(isfinite(strtod(cells[3], NULL)));
        for (size_t c = 4; c < n_columns; c++) {
            const double read = strtod(cells[c], NULL);
            atn_check_same_bits(head[c], &read, &own[c][d], 1);
        }
    }
    assert_true(*line == '\0');
    for (size_t c = 4; c < n_columns; c++) free(own[c]);
    world_free(&w);
}

static const char plain[] =
    "{'title': 'draws', 'origin': '2025-01-01', 'as_of': '2025-03-01', 'horizon': '2025-06-30',"
    " 'step': 'day', 'fit': {'chains': 1, 'draws': 100}, 'series': {"
    " 'made': {'kind': 'flow', 'trend': 'linear', 'step_sigma': 'half_normal(0.1)'},"
    " 'held': {'kind': 'stock', 'trend': 'constant'}}, 'reports': ["
    " {'series': 'made', 'statistic': 'mean', 'start': '2025-01-01', 'end': '2025-01-31',"
    "  'relation': 'exact', 'value': 50},"
    " {'series': 'held', 'statistic': 'level', 'start': '2025-02-20', 'relation': 'over',"
    "  'value': 1000}]}";

/* Without latent values lp__ is what the public density says at the row's own numbers. */
static void test_density(void **state)
{
    (void)state;
    attain_error err = {0};
    world w = {.ctx = check_context(NULL, 1)};
    w.study = planted_study(w.ctx, plain);
    atn_check_status("fit", attain_fit_run(w.ctx, w.study, NULL, NULL, &w.posterior, &err),
                     ATTAIN_OK, &err);
    atn_check_status("draws", attain_posterior_draws_csv(w.posterior, &w.text, &err), ATTAIN_OK,
                     &err);
    char *head[MOST_COLUMNS], *cells[MOST_COLUMNS];
    size_t n_columns, n;
    char *line = cut(w.text, head, &n_columns);
    for (size_t d = 0; d < 100; d++) {
        double value[MOST_COLUMNS], density = NAN;
        line = cut(line, cells, &n);
        for (size_t c = 4; c < n; c++) value[c] = strtod(cells[c], NULL);
        atn_check_status("density",
                         attain_study_log_density(w.study, (const char *const *)head + 4, value + 4,
                                                  n - 4, &density, &err),
                         ATTAIN_OK, &err);
        atn_check_close("lp__", strtod(cells[3], NULL), density, 1e-10, 1e-12);
    }
    world_free(&w);
}

/* Four chains, one after another. */
static void test_chains(void **state)
{
    (void)state;
    world w = world_of("'method': 'nuts', 'chains': 4, 'draws': 50, 'warmup': 100, 'seed': 5",
                       "'constant'");
    char *cells[MOST_COLUMNS];
    size_t n;
    char *line = cut(w.text, cells, &n);
    for (size_t d = 0; d < 200; d++) {
        line = cut(line, cells, &n);
        assert_int_equal(atol(cells[0]), d / 50 + 1);
        assert_int_equal(atol(cells[1]), d % 50 + 1);
        assert_int_equal(atol(cells[2]), d + 1);
    }
    world_free(&w);
}

/* Over several trends: which one, and NA for what it has not. */
static void test_trends(void **state)
{
    (void)state;
    world w =
        world_of("'method': 'map', 'chains': 1, 'draws': 300, 'seed': 5", "['constant', 'linear']");
    char *head[MOST_COLUMNS], *cells[MOST_COLUMNS];
    size_t n, seen[3] = {0};
    char *line = cut(w.text, head, &n);
    const size_t trend = column(head, n, "made.trend"), level = column(head, n, "made.level"),
                 slope = column(head, n, "made.slope");
    for (size_t d = 0; d < 300; d++) {
        line = cut(line, cells, &n);
        const long which = atol(cells[trend]);
        assert_true(which == 1 || which == 2);
        seen[which]++;
        assert_int_equal(strcmp(cells[level], "NA") == 0, which == 2);
        assert_int_equal(strcmp(cells[slope], "NA") == 0, which == 1);
        assert_true(isfinite(strtod(cells[3], NULL)));
    }
    assert_true(seen[1] > 0 && seen[2] > 0);
    world_free(&w);
}

static void test_file(void **state)
{
    (void)state;
    char folder[512], path[600];
    world w = world_of("'method': 'map', 'chains': 1, 'draws': 100, 'seed': 5", "'constant'");
    attain_error err = {0};
    check_scratch_create(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/draws.csv", folder);
    atn_check_status("write", attain_posterior_write_draws(w.posterior, path, &err), ATTAIN_OK,
                     &err);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *read = calloc(1, strlen(w.text) + 2);
    assert_non_null(read);
    assert_int_equal(fread(read, 1, strlen(w.text) + 1, file), strlen(w.text));
    assert_string_equal(read, w.text);
    fclose(file);
    free(read);
    snprintf(path, sizeof path, "%s/none/draws.csv", folder);
    atn_check_status("no folder", attain_posterior_write_draws(w.posterior, path, &err),
                     ATTAIN_ERR_FILE, &err);
    check_scratch_remove(folder);
    world_free(&w);
}

typedef struct refusal {
    check_allocator allocator;
    attain_context *ctx;
} refusal;

/* The table alone, with each of its allocations failing in turn. */
static void test_faults(void **state)
{
    (void)state;
    refusal r;
    attain_error err = {0};
    check_allocator_init(&r.allocator);
    r.ctx = check_context(&r.allocator, 1);
    attain_study *study = planted_study(r.ctx, plain);
    attain_posterior *posterior = NULL;
    atn_check_status("fit", attain_fit_run(r.ctx, study, NULL, NULL, &posterior, &err), ATTAIN_OK,
                     &err);
    const size_t live = r.allocator.live;
    size_t k = 0;
    for (attain_status status = ATTAIN_ERR_NOMEM; status != ATTAIN_OK;) {
        char *made = NULL;
        assert_true(++k < 100);
        r.allocator.fail_at = r.allocator.calls + k;
        status = attain_posterior_draws_csv(posterior, &made, &err);
        if (status != ATTAIN_OK) {
            atn_check_status("refused", status, ATTAIN_ERR_NOMEM, &err);
            assert_null(made);
        }
        attain_text_free(r.ctx, made);
        assert_int_equal(r.allocator.live, live);
    }
    r.allocator.fail_at = 0;
    assert_true(k > 5);
    attain_posterior_free(posterior);
    attain_study_free(study);
    attain_context_free(r.ctx);
}

int main(void)
{
    attain_gsl_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_density),
        cmocka_unit_test(test_chains),  cmocka_unit_test(test_trends),
        cmocka_unit_test(test_file),    cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
