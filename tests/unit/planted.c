#include "planted.h"

#include <string.h>

#include <attain/study.h>

attain_study *planted_study(attain_context *ctx, const char *json)
{
    char text[8192];
    const size_t n = strlen(json);
    assert_true(n < sizeof text);
    for (size_t i = 0; i <= n; i++) text[i] = json[i] == '\'' ? '"' : json[i];
    attain_diagnostics *problems;
    attain_error err = {0};
    attain_study *study;
    atn_check_status("list", attain_diagnostics_create(ctx, &problems, &err), ATTAIN_OK, &err);
    const attain_status status =
        attain_study_parse(ctx, text, n, NULL, 0, NULL, problems, &study, &err);
    for (size_t i = 0; i < attain_diagnostics_count(problems); i++) {
        const attain_diagnostic *d = attain_diagnostics_get(problems, i);
        if (d->severity == ATTAIN_SEVERITY_ERROR) print_error("%s: %s\n", d->pointer, d->message);
    }
    attain_diagnostics_free(problems);
    atn_check_status("study", status, ATTAIN_OK, &err);
    return study;
}

static void plant_block(attain_posterior *p, size_t b, planted_draw *draw, void *user)
{
    atn_block *block = &p->blocks[b];
    attain_error err = {0};
    block->n_candidates = 1;
    block->candidates = ATN_NEW(p->ctx, atn_candidate);
    block->which = ATN_NEW_ARRAY(p->ctx, uint32_t, p->n_draws);
    block->row = ATN_NEW_ARRAY(p->ctx, uint32_t, p->n_draws);
    assert_true(block->candidates && block->which && block->row);
    atn_candidate *c = block->candidates;
    c->weight = 1.0;
    c->trend = ATN_NEW_ARRAY(p->ctx, size_t, block->n_series);
    assert_non_null(c->trend);
    atn_check_status("model",
                     atn_model_create(p->ctx, p->study, block->series, c->trend, block->n_series,
                                      &c->model, &err),
                     ATTAIN_OK, &err);
    const size_t n = atn_model_dimension(c->model);
    c->theta = ATN_NEW_ARRAY(p->ctx, double, p->n_draws *n);
    assert_non_null(c->theta);
    for (size_t d = 0; d < p->n_draws; d++) {
        block->row[d] = (uint32_t)d;
        if (draw) draw(user, c->model, b, d, c->theta + d * n);
    }
}

attain_posterior *planted_posterior(attain_context *ctx, const attain_study *study, size_t n_draws,
                                    uint64_t seed, planted_draw *draw, void *user)
{
    attain_posterior *p = ATN_NEW(ctx, attain_posterior);
    assert_non_null(p);
    p->ctx = ctx;
    p->study = study;
    p->n_draws = n_draws;
    p->n_chains = 1;
    p->seed = seed;
    p->method = p->requested = "map";
    p->block_of_series = ATN_NEW_ARRAY(ctx, size_t, study->n_series);
    p->place_in_block = ATN_NEW_ARRAY(ctx, size_t, study->n_series);
    assert_true(p->block_of_series && p->place_in_block);
    p->n_blocks = atn_study_blocks(study, p->block_of_series);
    p->blocks = ATN_NEW_ARRAY(ctx, atn_block, p->n_blocks);
    assert_non_null(p->blocks);
    for (size_t s = 0; s < study->n_series; s++) {
        atn_block *block = &p->blocks[p->block_of_series[s]];
        if (!block->series) block->series = ATN_NEW_ARRAY(ctx, size_t, study->n_series);
        assert_non_null(block->series);
        p->place_in_block[s] = block->n_series;
        block->series[block->n_series++] = s;
    }
    for (size_t b = 0; b < p->n_blocks; b++) plant_block(p, b, draw, user);
    return p;
}

size_t planted_index(const atn_model *model, const char *name)
{
    for (size_t k = 0; k < atn_model_dimension(model); k++)
        if (strcmp(atn_model_name(model, k), name) == 0) return k;
    print_error("no parameter %s\n", name);
    fail();
    return 0;
}

void planted_fit(planted_world *w)
{
    attain_error err = {0};
    atn_check_status("fit", attain_fit_run(w->ctx, w->study, NULL, NULL, &w->posterior, &err),
                     ATTAIN_OK, &err);
}

void planted_project(planted_world *w)
{
    attain_error err = {0};
    atn_check_status("project", attain_project_run(w->ctx, w->posterior, &w->projection, &err),
                     ATTAIN_OK, &err);
}

void planted_free(planted_world *w)
{
    attain_projection_free(w->projection);
    attain_posterior_free(w->posterior);
    attain_study_free(w->study);
    attain_context_free(w->ctx);
}
