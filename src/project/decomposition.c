/* Of what the spread of a goal's total, level or best value is made: the law of total variance on
 * the draws, parts taken off one after the other.
 *
 *   Var Q = Var E[Q | trend] + E Var(E[Q | trend, factor] | trend) + ... + E Var(Q | theta)
 *
 * What is left given the whole draw theta comes from pairs of futures: two that share theta and the
 * drift but not the scatter differ by scatter alone, two that share theta by drift and scatter;
 * half their mean squared difference is the mean conditional variance, without bias.  The parts
 * within theta are explained sums of squares of nested regressions on the groups' coordinates,
 * linear and square, with degrees of freedom taken off; what theta explains beyond all of them is
 * the deviation's state. */
#include <math.h>
#include <string.h>

#include "stats/distribution.h"
#include "stats/group_regression.h"
#include "why_internal.h"

const char *const atn_part_names[ATN_N_PARTS] = {"trend", "definition", "reporting", "parameters",
                                                 "state", "drift",      "scatter"};

typedef struct splitting {
    atn_inquest *q;
    atn_run scatter, both; /* outcomes of the few draws with another scatter; another future */
    double *value;         /* n of all: Q, then its logarithm */
    double *columns;       /* n of all x columns of one candidate */
    double *response;      /* n of all */
    double *work;          /* of the regression */
    size_t most_columns;
} splitting;

/* The place's quantity in a draw of a run. */
static double quantity(const atn_run *run, size_t place, size_t draw, bool logs)
{
    const double v = run->best[place * run->padded + draw];
    return logs ? log(v) : v;
}

static bool all_finite(const atn_run *run, size_t place, size_t n, bool logs)
{
    for (size_t d = 0; d < n; d++)
        if (!isfinite(quantity(run, place, d, logs))) return false;
    return true;
}

/* Half the mean squared difference between the few draws' quantities and their twins': n pairs. */
static double within(const splitting *s, size_t place, const atn_run *twin, bool logs)
{
    const atn_inquest *q = s->q;
    const size_t n = q->few.posterior.n_draws, ratio = q->few.stride / q->all.stride;
    double sum = 0.0;
    for (size_t d = 0; d < n; d++) {
        const double gap =
            quantity(&q->all.run, place, d * ratio, logs) - quantity(twin, place, d, logs);
        sum += 0.5 * gap * gap;
    }
    return sum / (double)n;
}

/* ---- parts within the draw --------------------------------------------------------------------
 */

typedef enum group { GROUP_DEFINITION, GROUP_REPORTING, GROUP_PARAMETERS, N_GROUPS } group;

/* Which group a parameter belongs to: its own definition's factor; biases and the errors' scale;
 * its series' own.  Factors of other definitions do not enter the quantity: they speak of how the
 * figures were counted. */
static group group_of(const atn_inquest *q, const atn_model *model, size_t k, size_t definition)
{
    const char *name = atn_model_name(model, k);
    if (strncmp(name, "definition.", 11) == 0)
        return definition != ATN_NONE &&
                       strcmp(name + 11, q->study->definitions[definition].id) == 0
                   ? GROUP_DEFINITION
                   : GROUP_REPORTING;
    const bool reporting = strncmp(name, "source.", 7) == 0 || strncmp(name, "release.", 8) == 0 ||
                           strcmp(name, "scale") == 0;
    return reporting ? GROUP_REPORTING : GROUP_PARAMETERS;
}

/* Columns of one group for the draws of one candidate: coordinates on the whole line and, where
 * there are draws enough, their squares. */
static size_t add_columns(const splitting *s, size_t block, size_t c, group which,
                          size_t definition, size_t m, size_t from)
{
    const atn_inquest *q = s->q;
    const atn_block *b = &q->all.posterior.blocks[block];
    const atn_model *model = b->candidates[c].model;
    const size_t n = q->all.posterior.n_draws;
    size_t column = from;
    for (size_t k = 0; k < atn_model_n_parameters(model); k++) {
        if (group_of(q, model, k, definition) != which) continue;
        const atn_transform transform = atn_transform_of(atn_model_prior(model, k));
        double *x = s->columns + column * m, mean = 0.0, scale = 0.0;
        for (size_t d = 0, i = 0; d < n; d++) {
            if (b->which[d] != c) continue;
            const atn_model *own;
            x[i] = atn_transform_inverse(&transform,
                                         atn_posterior_theta(&q->all.posterior, block, d, &own)[k]);
            mean += x[i++] / (double)m;
        }
        for (size_t i = 0; i < m; i++) {
            x[i] -= mean;
            scale = fmax(scale, fabs(x[i]));
        }
        column++;
        if (m < 40 * atn_model_n_parameters(model)) continue;
        double *square = s->columns + column++ * m;
        for (size_t i = 0; i < m; i++) square[i] = scale > 0 ? pow(x[i] / scale, 2) : 0.0;
    }
    return column - from;
}

/* Explained parts of the candidate's draws, weighted by their share. */
static attain_status split_candidate(const splitting *s, size_t block, size_t c, size_t definition,
                                     size_t m, double *part, attain_error *err)
{
    static const atn_part parts[N_GROUPS] = {ATN_PART_DEFINITION, ATN_PART_REPORTING,
                                             ATN_PART_PARAMETERS};
    const atn_block *b = &s->q->all.posterior.blocks[block];
    const size_t n = s->q->all.posterior.n_draws;
    size_t groups[N_GROUPS], total = 0, i = 0;
    double explained[N_GROUPS];
    for (size_t d = 0; d < n; d++)
        if (b->which[d] == c) s->response[i++] = s->value[d];
    for (size_t g = 0; g < N_GROUPS; g++) {
        groups[g] = add_columns(s, block, c, (group)g, definition, m, total);
        total += groups[g];
    }
    const attain_status status = atn_explained_variance(s->q->ctx, s->response, s->columns, m,
                                                        groups, N_GROUPS, explained, err);
    for (size_t g = 0; g < N_GROUPS && status == ATTAIN_OK; g++)
        part[parts[g]] += explained[g] * (double)m / (double)n;
    return status;
}

/* Variance of the candidates' means. */
static double between(const splitting *s, size_t block)
{
    const atn_block *b = &s->q->all.posterior.blocks[block];
    const size_t n = s->q->all.posterior.n_draws;
    const double grand = atn_mean(s->value, n);
    double sum = 0.0;
    for (size_t c = 0; c < b->n_candidates; c++) {
        double mean = 0.0;
        size_t m = 0;
        for (size_t d = 0; d < n; d++) {
            if (b->which[d] != c) continue;
            mean += s->value[d];
            m++;
        }
        if (m > 0) sum += (double)m * pow(mean / (double)m - grand, 2) / (double)n;
    }
    return sum;
}

static bool has_latent(const atn_block *block)
{
    for (size_t c = 0; c < block->n_candidates; c++) {
        const atn_model *model = block->candidates[c].model;
        if (atn_model_dimension(model) > atn_model_n_parameters(model)) return true;
    }
    return false;
}

static attain_status split(const splitting *s, size_t place, size_t block, size_t definition,
                           bool logs, double *part, attain_error *err)
{
    const atn_inquest *q = s->q;
    const atn_block *b = &q->all.posterior.blocks[block];
    const size_t n = q->all.posterior.n_draws;
    const double total = pow(atn_sd(s->value, n), 2);
    for (size_t k = 0; k < ATN_N_PARTS; k++) part[k] = NAN;
    if (!(total > 0)) return ATTAIN_OK; /* it is known */
    for (size_t k = 0; k < ATN_N_PARTS; k++) part[k] = 0.0;
    part[ATN_PART_SCATTER] = fmin(within(s, place, &s->scatter, logs), total);
    const double future = fmin(within(s, place, &s->both, logs), total);
    part[ATN_PART_DRIFT] = fmax(future - part[ATN_PART_SCATTER], 0.0);
    if (b->n_candidates > 1) part[ATN_PART_TREND] = between(s, block);
    for (size_t c = 0; c < b->n_candidates; c++) {
        size_t m = 0;
        for (size_t d = 0; d < n; d++) m += b->which[d] == c;
        if (m < 4) continue;
        const attain_status status = split_candidate(s, block, c, definition, m, part, err);
        if (status != ATTAIN_OK) return status;
    }
    double known = 0.0;
    for (size_t k = 0; k < ATN_N_PARTS; k++) known += part[k];
    /* what the draw knows beyond the regressions is the deviation's; of a model that has none, the
     * parameters' */
    part[has_latent(b) ? ATN_PART_STATE : ATN_PART_PARAMETERS] += fmax(total - known, 0.0);
    known = fmax(known, total);
    for (size_t k = 0; k < ATN_N_PARTS; k++) part[k] /= known;
    return ATTAIN_OK;
}

/* ---- the quantities ---------------------------------------------------------------------------
 */

static attain_status find_spread(splitting *s, size_t p, attain_error *err)
{
    static const double levels[] = {0.05, 0.5, 0.95};
    atn_inquest *q = s->q;
    const atn_why_place *place = &q->why->places[p];
    const atn_goal *goal = &q->study->goals[place->goal];
    atn_spread *spread = &q->why->spreads[p];
    const size_t n = q->all.posterior.n_draws, few = q->few.posterior.n_draws;
    if (goal->form != ATN_GOAL_SINGLE || !all_finite(&q->all.run, p, n, false)) return ATTAIN_OK;
    spread->told = true;
    memcpy(s->value, atn_sample_best(&q->all, p), n * sizeof *s->value);
    atn_quantiles(s->value, n, levels, 3, spread->quantile);
    spread->logs = q->study->series[goal->series].link == ATN_LINK_LOG &&
                   all_finite(&q->all.run, p, n, true) && all_finite(&s->scatter, p, few, true) &&
                   all_finite(&s->both, p, few, true);
    for (size_t d = 0; d < n; d++) s->value[d] = quantity(&q->all.run, p, d, spread->logs);
    spread->sd = atn_sd(s->value, n);
    const size_t definition =
        q->projection->goals[place->goal].definitions[place->definition].definition;
    return split(s, p, q->all.posterior.block_of_series[goal->series], definition, spread->logs,
                 spread->part, err);
}

static attain_status read_twins(splitting *s, attain_error *err)
{
    const atn_inquest *q = s->q;
    const attain_posterior *few = &q->few.posterior;
    atn_stream stream;
    atn_stream_init(&stream, few->seed, ATN_PURPOSE_REPLICATE, 0, 0);
    const uint64_t seed = atn_stream_bits(&stream);
    atn_variant variant = {.seed = few->seed, .scatter_seed = seed, .stride = q->few.stride};
    attain_status status = atn_outcomes_open(q->ctx, few, &s->scatter, err);
    if (status == ATTAIN_OK) status = atn_outcomes_read(&s->scatter, few, &variant, err);
    variant.seed = seed;
    if (status == ATTAIN_OK) status = atn_outcomes_open(q->ctx, few, &s->both, err);
    if (status == ATTAIN_OK) status = atn_outcomes_read(&s->both, few, &variant, err);
    return status;
}

static size_t most_parameters(const atn_inquest *q)
{
    size_t most = 0;
    for (size_t b = 0; b < q->why->n_blocks; b++)
        for (size_t c = 0; c < q->all.posterior.blocks[b].n_candidates; c++) {
            const size_t n = atn_model_n_parameters(q->all.posterior.blocks[b].candidates[c].model);
            if (n > most) most = n;
        }
    return most;
}

attain_status atn_find_parts(atn_inquest *q, attain_error *err)
{
    splitting s = {.q = q};
    const size_t n = q->all.posterior.n_draws;
    s.columns = atn_alloc_array(q->ctx, 2 * most_parameters(q), n * sizeof(double));
    s.value = ATN_NEW_ARRAY(q->ctx, double, 2 * n);
    s.response = s.value ? s.value + n : NULL;
    attain_status status = s.columns && s.value ? read_twins(&s, err) : atn_fail_nomem(err);
    for (size_t p = 0; p < q->why->n_places && status == ATTAIN_OK; p++)
        status = find_spread(&s, p, err);
    if (s.both.ctx) atn_outcomes_close(&s.both);
    if (s.scatter.ctx) atn_outcomes_close(&s.scatter);
    atn_free(q->ctx, s.columns);
    atn_free(q->ctx, s.value);
    return status;
}
