/* Laying a block out as a vector of parameters and latent normals, and its reports as data. */
#include <stdio.h>
#include <string.h>

#include "network.h"

/* Entries are added while the vector grows; names and priors are copied. */
static bool add_entry(atn_model *m, const atn_parameter *p, char *name, atn_slot *slot)
{
    if (!name) return false;
    atn_entry *e = &m->entries[m->n_entries];
    *e = (atn_entry){
        .name = name, .parameter = p, .prior = p->prior, .transform = atn_transform_of(&p->prior)};
    *slot = (atn_slot){.index = m->n_entries++, .value = 0.0};
    return true;
}

static char *joined(attain_context *ctx, const char *a, const char *b, const char *c)
{
    const size_t n = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = ATN_NEW_ARRAY(ctx, char, n);
    if (text) snprintf(text, n, "%s%s%s", a, b, c);
    return text;
}

static bool add_parameter(atn_model *m, const atn_parameter *p, const char *owner,
                          const char *suffix, double absent, atn_slot *slot)
{
    *slot = (atn_slot){.index = ATN_NONE, .value = p->present && p->fixed ? p->value : absent};
    if (!p->present || p->fixed) return true;
    return add_entry(m, p, joined(m->ctx, owner, ".", suffix), slot);
}

static bool add_track_parameters(atn_model *m, atn_track *t)
{
    const char *id = t->spec->id;
    const atn_deviation *d = &t->spec->deviation;
    for (size_t p = 0; p < t->trend->n_parameters; p++)
        if (!add_parameter(m, &t->trend->parameters[p], id, t->trend->parameters[p].name, 0.0,
                           &t->trend_slots[p]))
            return false;
    return add_parameter(m, &d->sigma, id, "deviation.sigma", 0.0, &t->sigma) &&
           add_parameter(m, &d->phi, id, "deviation.phi", 1.0, &t->phi) &&
           add_parameter(m, &d->sigma_v, id, "deviation.sigma_v", 0.0, &t->sigma_v) &&
           add_parameter(m, &t->spec->effect_sigma, id, "effect.sigma", 0.0, &t->effect_sigma) &&
           add_parameter(m, &t->spec->step_sigma, id, "step_sigma", 0.0, &t->omega);
}

static size_t track_of_series(const atn_model *m, size_t series)
{
    return m->track_of_series[series];
}

static bool add_definitions(atn_model *m)
{
    const attain_study *study = m->study;
    for (size_t d = 0; d < study->n_definitions; d++) {
        const atn_definition *def = &study->definitions[d];
        const bool factor = study->series[def->series].link == ATN_LINK_LOG;
        m->definition_slots[d] = (atn_slot){ATN_NONE, factor ? 1.0 : 0.0};
        if (track_of_series(m, def->series) == ATN_NONE || def->reference) continue;
        if (!add_parameter(m, &def->factor, "definition", def->id, factor ? 1.0 : 0.0,
                           &m->definition_slots[d]))
            return false;
    }
    return true;
}

/* A declared bias of a source or release that has a used report in this block. */
static bool group_in_block(const atn_model *m, size_t group, bool release)
{
    for (size_t r = 0; r < m->study->n_reports; r++) {
        const atn_report *report = &m->study->reports[r];
        if ((release ? report->release : report->source) == group && report->used &&
            track_of_series(m, report->series) != ATN_NONE)
            return true;
    }
    return false;
}

static bool add_groups(atn_model *m, const atn_group *groups, size_t n, bool release,
                       atn_slot *slots)
{
    for (size_t g = 0; g < n; g++) {
        slots[g] = (atn_slot){ATN_NONE, 0.0};
        if (!(groups[g].bias_sd > 0) || !group_in_block(m, g, release)) continue;
        atn_parameter *p = &m->group_parameters[m->n_group_parameters++];
        *p = (atn_parameter){
            .present = true, .lower = -INFINITY, .upper = INFINITY, .name = groups[g].id};
        p->prior = (atn_prior){.family = ATN_PRIOR_NORMAL,
                               .arg = {0.0, groups[g].bias_sd},
                               .lower = -INFINITY,
                               .upper = INFINITY};
        if (!add_parameter(m, p, release ? "release" : "source", groups[g].id, 0.0, &slots[g]))
            return false;
    }
    return true;
}

/* Candidate trend of series a reads series b. */
static bool trend_reads(const attain_study *study, const atn_trend *trend, size_t b)
{
    return atn_formula_uses(trend->formula, trend->n_parameters + 1 + study->n_inputs + b);
}

/* A stock that is a balance of flows is known at the start of a step, before what reads it. */
static bool waits_for(const atn_model *m, const atn_track *t, size_t b)
{
    return m->track_of_series[b] == ATN_NONE && trend_reads(m->study, t->trend, b) &&
           !(t->in_network && m->study->series[b].balance);
}

static bool ready(const atn_model *m, const atn_track *t, const bool *in_block)
{
    for (size_t b = 0; b < m->study->n_series; b++)
        if (in_block[b] && waits_for(m, t, b)) return false;
    return true;
}

typedef struct choice { /* the k-th series as given */
    atn_track track;
    bool placed;
} choice;

static void place(atn_model *m, choice *c, size_t k)
{
    c->placed = true;
    m->track_of[k] = m->track_of_series[c->track.series] = m->n_tracks;
    m->tracks[m->n_tracks++] = c->track;
}

/* Everything that members of the network need from outside it is there. */
static bool network_ready(const atn_model *m, const choice *choices, size_t n, const bool *member,
                          const bool *in_block)
{
    for (size_t k = 0; k < n; k++)
        for (size_t b = 0; choices[k].track.in_network && b < m->study->n_series; b++)
            if (in_block[b] && !member[b] && waits_for(m, &choices[k].track, b)) return false;
    return true;
}

/* Stocks first, then flows in an order in which each one's inputs come first. */
static void place_network(atn_model *m, choice *choices, size_t n, const bool *in_block)
{
    size_t left = 0;
    for (size_t k = 0; k < n; k++) {
        if (choices[k].track.balance)
            place(m, &choices[k], k);
        else
            left += choices[k].track.in_network;
    }
    while (left > 0)
        for (size_t k = 0; k < n; k++) {
            if (!choices[k].track.in_network || choices[k].placed ||
                !ready(m, &choices[k].track, in_block))
                continue;
            place(m, &choices[k], k);
            left--;
        }
}

/* Puts the series into an order in which each one's inputs come first; the study has no cycles but
 * through stocks, and what takes part in those stands together. */
static bool order_tracks(atn_model *m, const size_t *series, const size_t *trend, size_t n)
{
    const size_t n_series = m->study->n_series;
    bool *in_block = ATN_NEW_ARRAY(m->ctx, bool, 2 * n_series);
    choice *choices = ATN_NEW_ARRAY(m->ctx, choice, n);
    bool *member = in_block ? in_block + n_series : NULL;
    const bool ok = in_block && choices && atn_network_members(m->study, series, trend, n, member);
    for (size_t k = 0; ok && k < n; k++) {
        const atn_series *spec = &m->study->series[series[k]];
        in_block[series[k]] = true;
        choices[k].track = (atn_track){.series = series[k],
                                       .spec = spec,
                                       .trend = &spec->trends[trend[k]],
                                       .in_network = member[series[k]],
                                       .balance = spec->balance};
    }
    for (size_t s = 0; s < n_series; s++) m->track_of_series[s] = ATN_NONE;
    while (ok && m->n_tracks < n) {
        for (size_t k = 0; k < n; k++) {
            if (choices[k].placed) continue;
            if (!choices[k].track.in_network) {
                if (ready(m, &choices[k].track, in_block)) place(m, &choices[k], k);
            } else if (network_ready(m, choices, n, member, in_block)) {
                place_network(m, choices, n, in_block);
            }
        }
    }
    atn_free(m->ctx, in_block);
    atn_free(m->ctx, choices);
    return ok;
}

static size_t knots_for(size_t n_steps, long every)
{
    return n_steps == 0 ? 0 : (n_steps - 1 + (size_t)every - 1) / (size_t)every + 1;
}

/* Levels depend on all flows before them, and flows on levels: one reach for all. */
static void join_reach(atn_model *m)
{
    size_t most = 0;
    for (size_t k = 0; k < m->n_tracks; k++)
        if (m->tracks[k].in_network && m->tracks[k].n_reach > most) most = m->tracks[k].n_reach;
    for (size_t k = 0; k < m->n_tracks; k++)
        if (m->tracks[k].in_network) m->tracks[k].n_reach = most;
}

/* How far reports reach into each track, also through the tracks that read it. */
static void reach(atn_model *m)
{
    for (size_t d = 0; d < m->n_data; d++) {
        atn_track *t = &m->tracks[m->data[d].track];
        if (m->data[d].windows[0].last + 1 > t->n_reach)
            t->n_reach = m->data[d].windows[0].last + 1;
    }
    for (size_t k = m->n_tracks; k-- > 0;) {
        if (m->tracks[k].in_network) join_reach(m);
        for (size_t s = 0; s < m->study->n_series; s++) {
            if (!trend_reads(m->study, m->tracks[k].trend, s)) continue;
            atn_track *read = &m->tracks[track_of_series(m, s)];
            m->tracks[k].reads_series = true;
            if (m->tracks[k].n_reach > read->n_reach) read->n_reach = m->tracks[k].n_reach;
        }
    }
}

static bool place_latent(atn_model *m, atn_track *t)
{
    const atn_deviation *d = &t->spec->deviation;
    t->first_z = d->type == ATN_DEVIATION_AR1 ? 0 : 1;
    if (d->type != ATN_DEVIATION_NONE) {
        t->n_knots_all = knots_for(m->study->n_steps, d->every);
        t->n_knots = knots_for(t->n_reach, d->every);
        if (t->n_knots > t->first_z) t->n_z = t->n_knots - t->first_z;
        if (d->type == ATN_DEVIATION_LOCAL_TREND && t->n_knots > 2) t->n_u = t->n_knots - 2;
    }
    if (t->spec->effect != ATN_EFFECT_NONE) {
        const bool month = t->spec->effect == ATN_EFFECT_MONTH;
        t->n_effects = month ? 12 : 7;
        t->effect_class = ATN_NEW_ARRAY(m->ctx, unsigned char, m->study->n_steps);
        if (!t->effect_class) return false;
        for (size_t i = 0; i < m->study->n_steps; i++) {
            const atn_day day = atn_calendar_start(&m->study->calendar, (long)i);
            t->effect_class[i] =
                (unsigned char)(month ? atn_month_of_year(day) : atn_day_of_week(day));
        }
    }
    t->z = m->dimension;
    t->u = t->z + t->n_z;
    t->effect = t->u + t->n_u;
    m->dimension = t->effect + t->n_effects;
    if (t->n_knots_all > m->max_knots) m->max_knots = t->n_knots_all;
    return true;
}

static bool name_latent(atn_model *m)
{
    m->latent_names = ATN_NEW_ARRAY(m->ctx, char *, m->dimension - m->n_entries + 1);
    if (!m->latent_names) return false;
    for (size_t k = 0; k < m->n_tracks; k++) {
        const atn_track *t = &m->tracks[k];
        for (size_t i = t->z; i < t->effect + t->n_effects; i++) {
            char suffix[48];
            if (i < t->u)
                snprintf(suffix, sizeof suffix, "deviation.z[%zu]", i - t->z + t->first_z);
            else if (i < t->effect)
                snprintf(suffix, sizeof suffix, "deviation.u[%zu]", i - t->u + 1);
            else
                snprintf(suffix, sizeof suffix, "effect[%zu]", i - t->effect);
            char *name = joined(m->ctx, t->spec->id, ".", suffix);
            if (!name) return false;
            m->latent_names[i - m->n_entries] = name;
        }
    }
    return true;
}

static bool allocate(atn_model *m, size_t n_series)
{
    const attain_study *study = m->study;
    attain_context *ctx = m->ctx;
    size_t n_entries = study->n_definitions + study->n_sources + study->n_releases + 1;
    size_t n_slots = 0;
    for (size_t k = 0; k < n_series; k++) {
        n_entries += m->tracks[k].trend->n_parameters + 5;
        n_slots += m->tracks[k].trend->n_parameters;
        const size_t n_inputs =
            m->tracks[k].trend->n_parameters + 1 + study->n_inputs + study->n_series;
        if (n_inputs > m->max_inputs) m->max_inputs = n_inputs;
    }
    m->entries = ATN_NEW_ARRAY(ctx, atn_entry, n_entries);
    m->slots = ATN_NEW_ARRAY(ctx, atn_slot, n_slots + 1);
    m->definition_slots = ATN_NEW_ARRAY(ctx, atn_slot, study->n_definitions + 1);
    m->source_slots = ATN_NEW_ARRAY(ctx, atn_slot, study->n_sources + 1);
    m->release_slots = ATN_NEW_ARRAY(ctx, atn_slot, study->n_releases + 1);
    m->group_parameters =
        ATN_NEW_ARRAY(ctx, atn_parameter, study->n_sources + study->n_releases + 1);
    m->steps = ATN_NEW_ARRAY(ctx, double, study->n_steps);
    if (!m->entries || !m->slots || !m->definition_slots || !m->source_slots || !m->release_slots ||
        !m->group_parameters || !m->steps)
        return false;
    for (size_t i = 0; i < study->n_steps; i++) m->steps[i] = (double)i;
    n_slots = 0;
    for (size_t k = 0; k < n_series; k++) {
        m->tracks[k].trend_slots = m->slots + n_slots;
        n_slots += m->tracks[k].trend->n_parameters;
    }
    return true;
}

static bool build(atn_model *m, const size_t *series, const size_t *trend, size_t n,
                  attain_status *status, attain_error *err)
{
    m->tracks = ATN_NEW_ARRAY(m->ctx, atn_track, n);
    m->track_of = ATN_NEW_ARRAY(m->ctx, size_t, n);
    m->track_of_series = ATN_NEW_ARRAY(m->ctx, size_t, m->study->n_series);
    if (!m->tracks || !m->track_of || !m->track_of_series) return false;
    if (!order_tracks(m, series, trend, n) || !allocate(m, n)) return false;
    for (size_t k = 0; k < n; k++)
        if (!add_track_parameters(m, &m->tracks[k])) return false;
    if (!add_definitions(m) ||
        !add_groups(m, m->study->sources, m->study->n_sources, false, m->source_slots) ||
        !add_groups(m, m->study->releases, m->study->n_releases, true, m->release_slots))
        return false;
    m->scale = (atn_slot){ATN_NONE, 1.0};
    const atn_parameter *scale = &m->study->scale;
    if (scale->present && scale->fixed) m->scale.value = scale->value;
    if (scale->present && !scale->fixed &&
        !add_entry(m, scale, atn_strdup(m->ctx, "scale"), &m->scale))
        return false;
    m->dimension = m->n_entries;
    if (!atn_network_create(m)) return false;
    *status = atn_data_create(m, err);
    if (*status != ATTAIN_OK) return *status != ATTAIN_ERR_NOMEM;
    reach(m);
    for (size_t k = 0; k < n; k++)
        if (!place_latent(m, &m->tracks[k])) return false;
    for (size_t k = 0; k < n; k++) {
        const atn_formula *formula = m->tracks[k].trend->formula;
        const size_t work = atn_formula_work_size(formula, m->study->n_steps);
        const size_t range = atn_formula_range_work_size(formula);
        if (work > m->max_formula_work) m->max_formula_work = work;
        if (range > m->max_formula_work) m->max_formula_work = range;
    }
    return name_latent(m);
}

attain_status atn_model_create(attain_context *ctx, const attain_study *study, const size_t *series,
                               const size_t *trend, size_t n_series, atn_model **model,
                               attain_error *err)
{
    *model = NULL;
    atn_model *m = ATN_NEW(ctx, atn_model);
    if (!m) return atn_fail_nomem(err);
    m->ctx = ctx;
    m->study = study;
    attain_status status = ATTAIN_OK;
    if (!build(m, series, trend, n_series, &status, err)) status = atn_fail_nomem(err);
    if (status == ATTAIN_OK && m->dimension == 0)
        status = atn_fail(err, ATTAIN_ERR_DOMAIN,
                          "series '%s' has no free parameter: nothing to estimate",
                          study->series[series[0]].id);
    if (status == ATTAIN_OK)
        *model = m;
    else
        atn_model_free(ctx, m);
    return status;
}

void atn_model_free(attain_context *ctx, atn_model *m)
{
    if (!m) return;
    for (size_t k = 0; m->latent_names && k < m->dimension - m->n_entries; k++)
        atn_free(ctx, m->latent_names[k]);
    for (size_t k = 0; k < m->n_entries; k++) atn_free(ctx, m->entries[k].name);
    for (size_t k = 0; k < m->n_tracks; k++) atn_free(ctx, m->tracks[k].effect_class);
    atn_network_free(ctx, m->network);
    const void *const owned[] = {m->latent_names,
                                 m->entries,
                                 m->slots,
                                 m->definition_slots,
                                 m->source_slots,
                                 m->release_slots,
                                 m->group_parameters,
                                 m->steps,
                                 m->tracks,
                                 m->track_of,
                                 m->track_of_series,
                                 m->data,
                                 m->windows,
                                 m};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++) atn_free(ctx, owned[k]);
}
