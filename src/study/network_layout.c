/* Who takes part in a network of stocks and flows, and in what order. */
#include <string.h>

#include "network.h"

/* The chosen trend of one series reads series b. */
static bool trend_reads(const attain_study *study, const atn_trend *trend, size_t b)
{
    return atn_formula_uses(trend->formula, trend->n_parameters + 1 + study->n_inputs + b);
}

static void mark_flows(const attain_study *study, size_t stock, bool *in_block, bool *core)
{
    const atn_series *series = &study->series[stock];
    core[stock] = true;
    for (size_t k = 0; k < series->n_inflows; k++) core[series->inflows[k]] = in_block[stock];
    for (size_t k = 0; k < series->n_outflows; k++) core[series->outflows[k]] = in_block[stock];
}

/* needs[a n + b]: a's path depends on b's, directly or not; a stock on its flows. */
static void find_needs(const attain_study *study, const size_t *series, const size_t *trend,
                       size_t n_block, bool *needs)
{
    const size_t n = study->n_series;
    for (size_t k = 0; k < n_block; k++) {
        const size_t a = series[k];
        const atn_series *spec = &study->series[a];
        for (size_t b = 0; b < n; b++)
            needs[a * n + b] = trend_reads(study, &spec->trends[trend[k]], b);
        for (size_t f = 0; f < spec->n_inflows; f++) needs[a * n + spec->inflows[f]] = true;
        for (size_t f = 0; f < spec->n_outflows; f++) needs[a * n + spec->outflows[f]] = true;
    }
    for (size_t k = 0; k < n; k++) /* Warshall (1962) */
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n && needs[a * n + k]; b++)
                needs[a * n + b] = needs[a * n + b] || needs[k * n + b];
}

bool atn_network_members(const attain_study *study, const size_t *series, const size_t *trend,
                         size_t n_block, bool *member)
{
    const size_t n = study->n_series;
    bool *needs = ATN_NEW_ARRAY(study->ctx, bool, n *(n + 2));
    if (!needs) return false;
    bool *in_block = needs + n * n, *core = in_block + n;
    for (size_t k = 0; k < n_block; k++) in_block[series[k]] = true;
    for (size_t s = 0; s < n; s++)
        if (in_block[s] && study->series[s].balance) mark_flows(study, s, in_block, core);
    find_needs(study, series, trend, n_block, needs);
    for (size_t s = 0; s < n; s++) {
        bool before = false, behind = false; /* it stands between two of them */
        for (size_t c = 0; c < n; c++) {
            before = before || (core[c] && needs[c * n + s]);
            behind = behind || (core[c] && needs[s * n + c]);
        }
        member[s] = core[s] || (before && behind);
    }
    atn_free(study->ctx, needs);
    return true;
}

static size_t count_reads(const atn_model *m, const atn_track *t, bool *set)
{
    size_t n = 0;
    for (size_t s = 0; s < m->study->n_series; s++) {
        const size_t place = m->track_of_series[s];
        const size_t name = t->trend->n_parameters + 1 + m->study->n_inputs + s;
        if (place == ATN_NONE || !trend_reads(m->study, t->trend, s)) continue;
        if (!m->tracks[place].balance && !m->tracks[place].stepwise) continue;
        if (set) set[name] = true;
        n++;
    }
    return n;
}

/* Tracks stand in the order of evaluation: what is stepwise follows what makes it so. */
static void mark_stepwise(atn_model *m, atn_network *net, size_t *n_places)
{
    for (size_t k = net->first; k < net->first + net->n; k++) {
        atn_track *t = &m->tracks[k];
        if (t->balance) {
            net->n_pools++;
            *n_places += t->spec->n_inflows + t->spec->n_outflows;
            continue;
        }
        t->n_slopes = count_reads(m, t, NULL);
        t->stepwise = t->n_slopes > 0;
        if (t->stepwise) net->n_steps++;
        *n_places += 2 * t->n_slopes;
    }
}

static size_t *take(size_t **at, size_t n)
{
    size_t *piece = *at;
    *at += n;
    return piece;
}

static atn_pool describe_pool(const atn_model *m, size_t track, size_t **places)
{
    const atn_series *spec = m->tracks[track].spec;
    atn_pool pool = {.track = track,
                     .capacity = spec->has_capacity ? spec->capacity : ATN_NONE,
                     .n_in = spec->n_inflows,
                     .n_out = spec->n_outflows};
    pool.in = take(places, pool.n_in);
    pool.out = take(places, pool.n_out);
    for (size_t k = 0; k < pool.n_in; k++) pool.in[k] = m->track_of_series[spec->inflows[k]];
    for (size_t k = 0; k < pool.n_out; k++) pool.out[k] = m->track_of_series[spec->outflows[k]];
    return pool;
}

static bool describe_stepwise(const atn_model *m, size_t track, size_t **places, atn_stepwise *out)
{
    const atn_track *t = &m->tracks[track];
    bool *set = ATN_NEW_ARRAY(m->ctx, bool, m->max_inputs);
    if (!set) return false;
    *out = (atn_stepwise){.track = track, .n_reads = count_reads(m, t, set)};
    while (m->track_of[out->place] != track) out->place++;
    out->names = take(places, out->n_reads);
    out->sources = take(places, out->n_reads);
    const size_t first = t->trend->n_parameters + 1 + m->study->n_inputs;
    for (size_t s = 0, r = 0; s < m->study->n_series; s++) {
        if (!set[first + s]) continue;
        out->names[r] = first + s;
        out->sources[r++] = m->track_of_series[s];
    }
    out->affine = atn_formula_affine(t->trend->formula, set);
    atn_free(m->ctx, set);
    return true;
}

bool atn_network_create(atn_model *m)
{
    size_t first = 0, n = 0, n_places = 0;
    while (first < m->n_tracks && !m->tracks[first].in_network) first++;
    while (first + n < m->n_tracks && m->tracks[first + n].in_network) n++;
    if (n == 0) return true;
    atn_network *net = m->network = ATN_NEW(m->ctx, atn_network);
    if (!net) return false;
    net->first = first;
    net->n = n;
    mark_stepwise(m, net, &n_places);
    net->pools = ATN_NEW_ARRAY(m->ctx, atn_pool, net->n_pools);
    net->steps = ATN_NEW_ARRAY(m->ctx, atn_stepwise, net->n_steps);
    net->places = ATN_NEW_ARRAY(m->ctx, size_t, n_places);
    if (!net->pools || !net->steps || !net->places) return false;
    size_t *places = net->places, n_pools = 0, n_steps = 0;
    for (size_t k = first; k < first + n; k++) {
        if (m->tracks[k].balance)
            net->pools[n_pools++] = describe_pool(m, k, &places);
        else if (m->tracks[k].stepwise && !describe_stepwise(m, k, &places, &net->steps[n_steps++]))
            return false;
    }
    return true;
}

void atn_network_free(attain_context *ctx, atn_network *network)
{
    if (!network) return;
    atn_free(ctx, network->pools);
    atn_free(ctx, network->steps);
    atn_free(ctx, network->places);
    atn_free(ctx, network);
}
