/* A scenario's changes, composed draw by draw. */
#include "project/futures.h"

#include <string.h>

#include "stats/distribution.h"

/* ---- layout ---- */

static size_t place_in_theta(const atn_model *model, const char *name)
{
    for (size_t k = 0; k < atn_model_n_parameters(model); k++)
        if (strcmp(atn_model_name(model, k), name) == 0) return k;
    return ATN_NONE;
}

static bool sets_parameter(const atn_change *change)
{
    return change->kind == ATN_CHANGE_SET && change->input == ATN_NONE;
}

static attain_status lay_parameter(atn_futures *f, atn_futures_change *c, attain_error *err)
{
    const attain_posterior *p = f->posterior;
    bool found = false;
    c->parameter = ATN_NEW_ARRAY(f->ctx, size_t, f->n_candidates);
    if (!c->parameter) return atn_fail_nomem(err);
    for (size_t b = 0, n = 0; b < p->n_blocks; b++)
        for (size_t k = 0; k < p->blocks[b].n_candidates; k++, n++) {
            c->parameter[n] = place_in_theta(p->blocks[b].candidates[k].model, c->change->target);
            found |= c->parameter[n] != ATN_NONE;
        }
    if (found) return ATTAIN_OK;
    return atn_fail_at(err, ATTAIN_ERR_FIELD, c->change->pointer, 0, 0,
                       "'%.100s' is no parameter of this study", c->change->target);
}

static attain_status lay_change(atn_futures *f, atn_futures_change *c, attain_error *err)
{
    const attain_study *study = f->posterior->study;
    const atn_change *change = c->change;
    f->drawn |= change->size.drawn;
    if (change->kind == ATN_CHANGE_DEFINE) {
        f->counted_in[change->series] = change->definition;
        return ATTAIN_OK;
    }
    c->first = atn_change_first(&study->calendar, change, study->n_steps);
    c->share = ATN_NEW_ARRAY(f->ctx, double, study->n_steps);
    if (!c->share) return atn_fail_nomem(err);
    for (c->end = c->first; c->end < study->n_steps; c->end++) {
        if (atn_calendar_start(&study->calendar, (long)c->end) > change->until) break;
        c->share[c->end] = atn_change_share(&study->calendar, change, c->end);
    }
    if (change->series != ATN_NONE && f->row_of_series[change->series] == ATN_NONE)
        f->row_of_series[change->series] = f->n_rows++;
    if (change->input != ATN_NONE && f->row_of_input[change->input] == ATN_NONE)
        f->row_of_input[change->input] = f->n_input_rows++;
    return sets_parameter(change) ? lay_parameter(f, c, err) : ATTAIN_OK;
}

static void add_boundary(atn_futures *f, size_t step)
{
    size_t at = 0;
    if (step >= f->posterior->study->n_steps) return;
    while (at < f->n_boundaries && f->boundaries[at] < step) at++;
    if (at < f->n_boundaries && f->boundaries[at] == step) return;
    memmove(f->boundaries + at + 1, f->boundaries + at,
            (f->n_boundaries - at) * sizeof *f->boundaries);
    f->boundaries[at] = step;
    f->n_boundaries++;
}

static size_t widest_model(const attain_posterior *p)
{
    size_t widest = 0;
    for (size_t b = 0; b < p->n_blocks; b++)
        for (size_t k = 0; k < p->blocks[b].n_candidates; k++) {
            const size_t n = atn_model_dimension(p->blocks[b].candidates[k].model);
            if (n > widest) widest = n;
        }
    return widest;
}

static attain_status make_work(const atn_futures *f, atn_futures_work *w, attain_error *err)
{
    const attain_study *study = f->posterior->study;
    const size_t n = study->n_steps, width = widest_model(f->posterior);
    attain_context *ctx = f->ctx;
    w->block = ATN_NONE;
    w->theta = atn_alloc_array(ctx, f->n_boundaries * width, sizeof(double));
    w->segments = ATN_NEW_ARRAY(ctx, const double *, f->n_boundaries);
    w->inputs = atn_alloc_array(ctx, f->n_input_rows * n, sizeof(double));
    w->input_columns = ATN_NEW_ARRAY(ctx, const double *, study->n_inputs);
    w->scale = atn_alloc_array(ctx, f->n_rows * n, sizeof(double));
    w->offset = atn_alloc_array(ctx, f->n_rows * n, sizeof(double));
    w->scales = ATN_NEW_ARRAY(ctx, const double *, study->n_series);
    w->offsets = ATN_NEW_ARRAY(ctx, const double *, study->n_series);
    w->sizes = ATN_NEW_ARRAY(ctx, double, f->n_changes);
    if (!w->theta || !w->segments || !w->inputs || !w->input_columns || !w->scale || !w->offset ||
        !w->scales || !w->offsets || !w->sizes)
        return atn_fail_nomem(err);
    for (size_t k = 0; k < f->n_boundaries; k++) w->segments[k] = w->theta + k * width;
    for (size_t i = 0; i < study->n_inputs; i++) {
        const size_t row = f->row_of_input[i];
        w->input_columns[i] = row == ATN_NONE ? study->inputs[i].values : w->inputs + row * n;
    }
    w->future = (atn_future){.n_segments = f->n_boundaries,
                             .from = f->boundaries,
                             .theta = w->segments,
                             .inputs = f->n_input_rows ? w->input_columns : NULL,
                             .scale = f->n_rows ? w->scales : NULL,
                             .offset = f->n_rows ? w->offsets : NULL};
    return ATTAIN_OK;
}

static attain_status lay_out(atn_futures *f, const atn_change *const *changes, const uint64_t *keys,
                             attain_error *err)
{
    const attain_study *study = f->posterior->study;
    const attain_posterior *p = f->posterior;
    attain_context *ctx = f->ctx;
    f->changes = ATN_NEW_ARRAY(ctx, atn_futures_change, f->n_changes);
    f->boundaries = ATN_NEW_ARRAY(ctx, size_t, 2 * f->n_changes + 1);
    f->row_of_series = ATN_NEW_ARRAY(ctx, size_t, study->n_series);
    f->row_of_input = ATN_NEW_ARRAY(ctx, size_t, study->n_inputs);
    f->counted_in = ATN_NEW_ARRAY(ctx, size_t, study->n_series);
    f->first_candidate = ATN_NEW_ARRAY(ctx, size_t, p->n_blocks);
    f->work = ATN_NEW_ARRAY(ctx, atn_futures_work, f->n_workers);
    if (!f->changes || !f->boundaries || !f->row_of_series || !f->row_of_input || !f->counted_in ||
        !f->first_candidate || !f->work)
        return atn_fail_nomem(err);
    for (size_t s = 0; s < study->n_series; s++) {
        f->row_of_series[s] = ATN_NONE;
        f->counted_in[s] = ATN_AS_STATED;
    }
    for (size_t i = 0; i < study->n_inputs; i++) f->row_of_input[i] = ATN_NONE;
    for (size_t b = 0; b < p->n_blocks; b++) {
        f->first_candidate[b] = f->n_candidates;
        f->n_candidates += p->blocks[b].n_candidates;
    }
    attain_status status = ATTAIN_OK;
    for (size_t c = 0; c < f->n_changes && status == ATTAIN_OK; c++) {
        f->changes[c] = (atn_futures_change){.change = changes[c], .key = keys[c]};
        status = lay_change(f, &f->changes[c], err);
        if (status != ATTAIN_OK || !sets_parameter(changes[c])) continue;
        add_boundary(f, f->changes[c].first);
        add_boundary(f, f->changes[c].end);
    }
    for (size_t w = 0; w < f->n_workers && status == ATTAIN_OK; w++)
        status = make_work(f, &f->work[w], err);
    return status;
}

attain_status atn_futures_create(attain_context *ctx, const attain_posterior *posterior,
                                 const atn_change *const *changes, const uint64_t *keys,
                                 size_t n_changes, size_t n_workers, atn_futures **futures,
                                 attain_error *err)
{
    atn_futures *f = *futures = ATN_NEW(ctx, atn_futures);
    if (!f) return atn_fail_nomem(err);
    *f = (atn_futures){
        .ctx = ctx, .posterior = posterior, .n_changes = n_changes, .n_workers = n_workers};
    const attain_status status = lay_out(f, changes, keys, err);
    if (status == ATTAIN_OK) return status;
    atn_futures_free(f);
    *futures = NULL;
    return status;
}

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *text, uint64_t n)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *text; text++) h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    for (int k = 0; k < 8; k++) h = (h ^ (n >> (8 * k) & 0xff)) * UINT64_C(1099511628211);
    return h;
}

attain_status atn_futures_of_scenario(attain_context *ctx, const attain_posterior *posterior,
                                      size_t s, size_t n_workers, atn_futures **futures,
                                      attain_error *err)
{
    const atn_scenario *all = posterior->study->scenarios;
    size_t n = 0;
    for (size_t at = s; at != ATN_NONE; at = all[at].extends) n += all[at].n_changes;
    const atn_change **changes = ATN_NEW_ARRAY(ctx, const atn_change *, n);
    uint64_t *keys = ATN_NEW_ARRAY(ctx, uint64_t, n);
    *futures = NULL;
    size_t left = n; /* from the last back to the first of what is extended */
    for (size_t at = s; changes && keys && at != ATN_NONE; at = all[at].extends) {
        left -= all[at].n_changes;
        for (size_t c = 0; c < all[at].n_changes; c++) {
            changes[left + c] = &all[at].changes[c];
            keys[left + c] = hash(all[at].id, c);
        }
    }
    const attain_status status = changes && keys ? atn_futures_create(ctx, posterior, changes, keys,
                                                                      n, n_workers, futures, err)
                                                 : atn_fail_nomem(err);
    atn_free(ctx, changes);
    atn_free(ctx, keys);
    return status;
}

void atn_futures_free(atn_futures *f)
{
    if (!f) return;
    attain_context *ctx = f->ctx;
    for (size_t c = 0; f->changes && c < f->n_changes; c++) {
        atn_free(ctx, f->changes[c].share);
        atn_free(ctx, f->changes[c].parameter);
    }
    for (size_t k = 0; f->work && k < f->n_workers; k++) {
        atn_futures_work *w = &f->work[k];
        atn_free(ctx, w->theta);
        atn_free(ctx, w->segments);
        atn_free(ctx, w->inputs);
        atn_free(ctx, w->input_columns);
        atn_free(ctx, w->scale);
        atn_free(ctx, w->offset);
        atn_free(ctx, w->scales);
        atn_free(ctx, w->offsets);
        atn_free(ctx, w->sizes);
    }
    atn_free(ctx, f->work);
    atn_free(ctx, f->changes);
    atn_free(ctx, f->boundaries);
    atn_free(ctx, f->row_of_series);
    atn_free(ctx, f->row_of_input);
    atn_free(ctx, f->counted_in);
    atn_free(ctx, f->first_candidate);
    atn_free(ctx, f);
}

/* ---- draw by draw ---- */

static void draw_sizes(const atn_futures *f, atn_futures_work *w, size_t draw)
{
    for (size_t c = 0; c < f->n_changes; c++) {
        const atn_size *size = &f->changes[c].change->size;
        w->sizes[c] = size->value;
        if (!size->drawn) continue;
        atn_stream stream;
        atn_stream_init(&stream, f->posterior->seed, ATN_PURPOSE_SCENARIO, f->changes[c].key, draw);
        w->sizes[c] = atn_prior_draw(&size->prior, &stream);
    }
}

/* y' = scale y + offset; a later change works on what earlier ones left. */
static void apply_to_series(const atn_futures *f, const atn_futures_change *c, double x,
                            atn_futures_work *w)
{
    const size_t n = f->posterior->study->n_steps, row = f->row_of_series[c->change->series];
    double *scale = w->scale + row * n, *offset = w->offset + row * n;
    const bool factor = c->change->kind == ATN_CHANGE_MULTIPLY;
    for (size_t i = c->first; i < c->end; i++) {
        const double r = c->share[i];
        const double times = factor ? 1.0 + r * (x - 1.0) : 1.0 - r;
        scale[i] *= times;
        offset[i] = offset[i] * times + (factor ? 0.0 : r * x);
    }
}

static void apply_to_input(const atn_futures *f, const atn_futures_change *c, double x,
                           atn_futures_work *w)
{
    const size_t n = f->posterior->study->n_steps;
    double *values = w->inputs + f->row_of_input[c->change->input] * n;
    for (size_t i = c->first; i < c->end; i++) values[i] += c->share[i] * (x - values[i]);
}

static void compose_columns(const atn_futures *f, atn_futures_work *w)
{
    const attain_study *study = f->posterior->study;
    const size_t n = study->n_steps;
    for (size_t i = 0; i < f->n_rows * n; i++) {
        w->scale[i] = 1.0;
        w->offset[i] = 0.0;
    }
    for (size_t i = 0; i < study->n_inputs; i++)
        if (f->row_of_input[i] != ATN_NONE)
            memcpy(w->inputs + f->row_of_input[i] * n, study->inputs[i].values, n * sizeof(double));
    for (size_t c = 0; c < f->n_changes; c++) {
        const atn_change *change = f->changes[c].change;
        if (change->kind == ATN_CHANGE_DEFINE || sets_parameter(change)) continue;
        if (change->input != ATN_NONE)
            apply_to_input(f, &f->changes[c], w->sizes[c], w);
        else
            apply_to_series(f, &f->changes[c], w->sizes[c], w);
    }
}

static void compose_theta(const atn_futures *f, atn_futures_work *w, size_t b, size_t draw)
{
    const atn_model *model;
    const double *theta = atn_posterior_theta(f->posterior, b, draw, &model);
    const size_t candidate = f->first_candidate[b] + f->posterior->blocks[b].which[draw];
    const size_t dimension = atn_model_dimension(model), width = widest_model(f->posterior);
    for (size_t k = 0; k < f->n_boundaries; k++) {
        double *segment = w->theta + k * width;
        memcpy(segment, theta, dimension * sizeof *segment);
        for (size_t c = 0; c < f->n_changes; c++) {
            const atn_futures_change *change = &f->changes[c];
            if (!change->parameter || change->parameter[candidate] == ATN_NONE) continue;
            if (f->boundaries[k] < change->first || f->boundaries[k] >= change->end) continue;
            segment[change->parameter[candidate]] = w->sizes[c];
        }
    }
}

static void point_at_columns(const atn_futures *f, atn_futures_work *w, size_t b)
{
    const atn_block *block = &f->posterior->blocks[b];
    const size_t n = f->posterior->study->n_steps;
    for (size_t k = 0; k < block->n_series; k++) {
        const size_t row = f->row_of_series[block->series[k]];
        w->scales[k] = row == ATN_NONE ? NULL : w->scale + row * n;
        w->offsets[k] = row == ATN_NONE ? NULL : w->offset + row * n;
    }
    w->block = b;
}

const atn_future *atn_futures_compose(atn_futures *f, size_t b, size_t draw, size_t worker)
{
    atn_futures_work *w = &f->work[worker];
    if (w->block != b) point_at_columns(f, w, b);
    if (f->drawn || !w->composed) {
        draw_sizes(f, w, draw);
        compose_columns(f, w);
        w->composed = true;
    }
    if (f->n_boundaries > 0) compose_theta(f, w, b, draw);
    return &w->future;
}

void atn_futures_resize(atn_futures *f, size_t worker, const double *sizes)
{
    atn_futures_work *w = &f->work[worker];
    memcpy(w->sizes, sizes, f->n_changes * sizeof *sizes);
    compose_columns(f, w);
    w->composed = true;
}

/* ---- what is touched ---- */

static bool trend_reads(const attain_study *study, const atn_trend *trend, size_t s, size_t i)
{
    const size_t first = trend->n_parameters + 1;
    const size_t k = s == ATN_NONE ? first + i : first + study->n_inputs + s;
    return atn_formula_uses(trend->formula, k);
}

static bool is_flow_of(const atn_series *stock, size_t s)
{
    for (size_t k = 0; k < stock->n_inflows; k++)
        if (stock->inflows[k] == s) return true;
    for (size_t k = 0; k < stock->n_outflows; k++)
        if (stock->outflows[k] == s) return true;
    return false;
}

/* A stock moves with its flows and its capacity, and they with it: what is there limits them. */
static bool series_reads(const attain_study *study, size_t reader, size_t s, size_t i)
{
    const atn_series *series = &study->series[reader];
    if (s == ATN_NONE && series->has_capacity && series->capacity == i) return true;
    if (s != ATN_NONE && (is_flow_of(series, s) || is_flow_of(&study->series[s], reader)))
        return true;
    for (size_t t = 0; t < series->n_trends; t++)
        if (trend_reads(study, &series->trends[t], s, i)) return true;
    return false;
}

/* Whether the target is a parameter of the series. */
static bool names_series(const attain_study *study, size_t s, const char *target)
{
    const char *id = study->series[s].id;
    const size_t n = strlen(id);
    return strncmp(target, id, n) == 0 && target[n] == '.';
}

/* A parameter or an input of the series' own is set. */
static bool is_set(const atn_futures *f, size_t s)
{
    const attain_study *study = f->posterior->study;
    for (size_t c = 0; c < f->n_changes; c++) {
        const atn_change *change = f->changes[c].change;
        if (sets_parameter(change) && names_series(study, s, change->target)) return true;
        if (change->input != ATN_NONE && series_reads(study, s, ATN_NONE, change->input))
            return true;
    }
    return false;
}

bool atn_futures_only_scale(const atn_futures *f, size_t s, const bool *touched)
{
    const attain_study *study = f->posterior->study;
    if (f->row_of_series[s] == ATN_NONE || is_set(f, s)) return false;
    for (size_t other = 0; other < study->n_series; other++)
        if (touched[other] && series_reads(study, s, other, 0)) return false;
    return true;
}

void atn_futures_touch(const atn_futures *f, bool *touched)
{
    const attain_study *study = f->posterior->study;
    for (size_t s = 0; s < study->n_series; s++) {
        touched[s] = is_set(f, s);
        for (size_t c = 0; c < f->n_changes; c++) touched[s] |= f->changes[c].change->series == s;
    }
    for (bool more = true; more;) {
        more = false;
        for (size_t s = 0; s < study->n_series; s++)
            for (size_t other = 0; other < study->n_series && !touched[s]; other++)
                if (touched[other] && series_reads(study, s, other, 0)) touched[s] = more = true;
    }
}
