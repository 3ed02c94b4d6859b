/* What drives the answers: each report's influence, and the part `why`. */
#include "results_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "project/explanation.h"

enum { MOST_LISTED = 5 };
static const double SURE = 0.01;      /* a chance that no display tells from 0 */
static const double SENSITIVE = 0.05; /* Kallioinen et al. (2023) */

static const char *const how_names[] = {"weights", "moved", "refit", "none"};
static const char *const next_names[ATN_N_NEXT] = {"value", "month", "total", "over"};

static const atn_reading *reading_of(const atn_builder *b, const atn_why_place *place)
{
    return &b->projection->goals[place->goal]
                .definitions[place->definition]
                .readings[place->reading];
}

static const char *definition_of(const atn_builder *b, const atn_why_place *place)
{
    const size_t d = b->projection->goals[place->goal].definitions[place->definition].definition;
    return d == ATN_NONE ? "reference" : b->study->definitions[d].id;
}

/* Goals, definitions and readings as `goals` has them, with what `fill` says of each place; those
 * that are not `wanted` are left out. */
typedef bool wants(const atn_builder *b, const atn_why_place *place, const void *user);
typedef void fill_reading(atn_builder *b, cJSON *o, size_t place, const void *user);

static void add_goals(atn_builder *b, cJSON *parent, wants *wanted, fill_reading *fill,
                      const void *user)
{
    const atn_why *why = b->projection->why;
    cJSON *goals = atn_build_array(b, parent, "goals");
    for (size_t g = 0; g < b->study->n_goals; g++) {
        cJSON *definitions = NULL, *readings = NULL;
        size_t last = ATN_NONE;
        for (size_t p = 0; p < why->n_places; p++) {
            const atn_why_place *place = &why->places[p];
            if (place->goal != g || !wanted(b, place, user)) continue;
            if (!definitions) {
                cJSON *goal = atn_build_object(b, goals, NULL);
                atn_build_text(b, goal, "id", b->study->goals[g].id);
                definitions = atn_build_array(b, goal, "definitions");
            }
            if (place->definition != last) {
                cJSON *definition = atn_build_object(b, definitions, NULL);
                atn_build_text(b, definition, "definition", definition_of(b, place));
                readings = atn_build_array(b, definition, "readings");
            }
            last = place->definition;
            cJSON *reading = atn_build_object(b, readings, NULL);
            atn_build_text(b, reading, "reading", reading_of(b, place)->name);
            fill(b, reading, p, user);
        }
    }
}

/* ---- a report's influence ---------------------------------------------------------------------
 */

typedef struct left_out {
    const atn_influence *influence;
    size_t block; /* of the report at hand; ATN_NONE: all that they speak to */
} left_out;

static bool speaks_to(const atn_builder *b, const atn_influence *i, const atn_why_place *place)
{
    for (size_t k = 0; k < b->posterior->n_blocks; k++)
        if (i->blocks[k] && place->blocks[k]) return true;
    return false;
}

static bool rests_on_block(const atn_builder *b, const atn_why_place *place, const void *user)
{
    const left_out *l = user;
    return l->block == ATN_NONE ? speaks_to(b, l->influence, place) : place->blocks[l->block];
}

/* The same of the quantity: of its median where the logarithm was compared. */
static void add_shift(atn_builder *b, cJSON *o, size_t place, const atn_effect *c)
{
    const atn_spread *s = &b->projection->why->spreads[place];
    if (!s->told) return;
    const double at = s->quantile[1];
    atn_build_number(b, o, "quantity_change", s->logs ? at * expm1(c->shift) : c->shift);
    atn_build_number(b, o, "quantity_mcse",
                     s->logs ? at * exp(c->shift) * c->shift_mcse : c->shift_mcse);
}

static void fill_change(atn_builder *b, cJSON *o, size_t place, const void *user)
{
    const atn_effect *c = &((const left_out *)user)->influence->changes[place];
    const atn_reading *r = reading_of(b, &b->projection->why->places[place]);
    const double without = fmin(fmax(r->probability + c->change, 0.0), 1.0);
    atn_build_text(b, o, "how", how_names[c->how]);
    atn_build_number(b, o, "k", c->k);
    atn_build_number(b, o, "without", isnan(c->change) ? (double)NAN : without);
    atn_build_number(b, o, "change", c->change);
    atn_build_number(b, o, "mcse", c->mcse);
    add_shift(b, o, place, c);
}

static const char *source_of(const atn_builder *b, const atn_influence *i)
{
    return b->study->reports[i->reports[0]].source_text;
}

static void add_rows(atn_builder *b, cJSON *o, const atn_influence *i)
{
    cJSON *rows = atn_build_array(b, o, "together");
    for (size_t k = 0; k < i->n_reports; k++)
        atn_build_number(b, rows, NULL, (double)b->study->reports[i->reports[k]].row);
}

static void add_sources(atn_builder *b, cJSON *o)
{
    const atn_why *why = b->projection->why;
    cJSON *list = atn_build_array(b, o, "sources");
    for (size_t k = 0; k < why->n_sources; k++) {
        const left_out l = {.influence = &why->sources[k], .block = ATN_NONE};
        cJSON *source = atn_build_object(b, list, NULL);
        atn_build_text(b, source, "name", source_of(b, l.influence));
        add_rows(b, source, l.influence);
        add_goals(b, source, rests_on_block, fill_change, &l);
    }
}

void atn_build_influence(atn_builder *b, cJSON *o, size_t report)
{
    const atn_why *why = b->projection->why;
    const size_t group = why ? why->influence_of[report] : ATN_NONE;
    if (group == ATN_NONE || !b->study->reports[report].used) {
        atn_build_null(b, o, "influence");
        return;
    }
    const left_out l = {.influence = &why->influences[group],
                        .block = b->posterior->block_of_series[b->study->reports[report].series]};
    cJSON *part = atn_build_object(b, o, "influence");
    add_rows(b, part, l.influence);
    atn_build_text(b, part, "how", how_names[l.influence->how[l.block]]);
    atn_build_number(b, part, "plain_k", l.influence->plain_k[l.block]);
    atn_build_number(b, part, "k", l.influence->k[l.block]);
    add_goals(b, part, rests_on_block, fill_change, &l);
}

/* ---- why --------------------------------------------------------------------------------------
 */

static const char *diagnosis(const atn_sensitivity *s)
{
    if (!(s->prior >= SENSITIVE)) return "";
    return s->likelihood >= SENSITIVE ? "prior-data conflict" : "strong prior or weak likelihood";
}

static void add_sensitivity(atn_builder *b, cJSON *o, const atn_sensitivity *s)
{
    atn_build_number(b, o, "prior_sensitivity", s->prior);
    atn_build_number(b, o, "likelihood_sensitivity", s->likelihood);
    atn_build_text(b, o, "diagnosis", diagnosis(s));
}

/* Groups by the size of what they change, the largest first, then in the table's order. */
typedef struct ranked {
    double size;
    size_t group;
} ranked;

static int by_size(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->size > y->size || x->size < y->size) return x->size < y->size ? 1 : -1;
    return (x->group > y->group) - (x->group < y->group);
}

/* The row by which a group is known among goals on this place: its first that speaks to it. */
static double row_of(const atn_builder *b, const atn_influence *i, const atn_why_place *place)
{
    for (size_t k = 0; k < i->n_reports; k++) {
        const atn_report *r = &b->study->reports[i->reports[k]];
        if (r->used && place->blocks[b->posterior->block_of_series[r->series]])
            return (double)r->row;
    }
    return NAN;
}

/* Whether more than one group of a source's reports speaks to a place: else its own line says it.
 */
static bool says_more(const atn_builder *b, const atn_influence *i, const atn_why_place *place)
{
    size_t first = ATN_NONE;
    for (size_t k = 0; k < i->n_reports; k++) {
        const atn_report *r = &b->study->reports[i->reports[k]];
        const size_t group = b->projection->why->influence_of[i->reports[k]];
        if (!r->used || !place->blocks[b->posterior->block_of_series[r->series]]) continue;
        if (first != ATN_NONE && group != first) return true;
        first = group;
    }
    return false;
}

/* The groups of a list that move this answer the most, those with a change over twice its error
 * alone; `untold` (NULL: not wanted) gets the rows of which nothing can be said.  Where the
 * probability is all but 0 or 1, by what they do to the quantity. */
static void add_movers(atn_builder *b, cJSON *list, cJSON *untold, size_t place,
                       const atn_influence *groups, size_t n_groups)
{
    const atn_why *why = b->projection->why;
    const atn_why_place *at = &why->places[place];
    ranked *order = ATN_NEW_ARRAY(b->ctx, ranked, n_groups);
    size_t n = 0;
    const double p = reading_of(b, at)->probability;
    const bool by_quantity = why->spreads[place].told && !(p >= SURE && p <= 1.0 - SURE);
    if (!order) {
        b->failed = true;
        return;
    }
    for (size_t g = 0; g < n_groups; g++) {
        const atn_influence *i = &groups[g];
        const atn_effect *c = &i->changes[place];
        if (!speaks_to(b, i, at)) continue;
        if (groups == why->sources && !says_more(b, i, at)) continue;
        if (untold && c->how == ATN_NOT_TOLD) atn_build_number(b, untold, NULL, row_of(b, i, at));
        const double size = by_quantity ? c->shift : c->change;
        if (fabs(size) > 2.0 * (by_quantity ? c->shift_mcse : c->mcse))
            order[n++] = (ranked){.size = fabs(size), .group = g};
    }
    qsort(order, n, sizeof *order, by_size);
    for (size_t k = 0; k < n && k < MOST_LISTED; k++) {
        const atn_influence *i = &groups[order[k].group];
        const atn_effect *c = &i->changes[place];
        cJSON *entry = atn_build_object(b, list, NULL);
        if (groups == why->sources)
            atn_build_text(b, entry, "name", source_of(b, i));
        else
            atn_build_number(b, entry, "row", row_of(b, i, at));
        atn_build_number(b, entry, "change", c->change);
        atn_build_number(b, entry, "mcse", c->mcse);
        add_shift(b, entry, place, c);
        atn_build_text(b, entry, "how", how_names[c->how]);
        atn_build_number(b, entry, "k", c->k);
    }
    atn_free(b->ctx, order);
}

static void fill_why(atn_builder *b, cJSON *o, size_t place, const void *user)
{
    static const double levels[] = {0.05, 0.5, 0.95};
    const atn_spread *s = &b->projection->why->spreads[place];
    (void)user;
    const atn_why *why = b->projection->why;
    cJSON *list = atn_build_array(b, o, "reports"), *untold = atn_build_array(b, o, "untold");
    add_movers(b, list, untold, place, why->influences, why->n_influences);
    add_movers(b, atn_build_array(b, o, "sources"), NULL, place, why->sources, why->n_sources);
    if (!s->told) {
        atn_build_null(b, o, "quantity");
        return;
    }
    atn_build_levels(b, o, "quantity", levels, s->quantile, 3);
    atn_build_number(b, o, "sd", s->sd);
    atn_build_bool(b, o, "log_scale", s->logs);
    cJSON *parts = atn_build_array(b, o, "parts");
    for (size_t k = 0; k < ATN_N_PARTS; k++) {
        cJSON *part = atn_build_object(b, parts, NULL);
        atn_build_text(b, part, "name", atn_part_names[k]);
        atn_build_number(b, part, "share", s->part[k]);
    }
    add_sensitivity(b, o, &s->sensitivity);
    cJSON *next = atn_build_array(b, o, "next");
    for (size_t k = 0; k < ATN_N_NEXT; k++) {
        if (isnan(s->width[k])) continue;
        cJSON *figure = atn_build_object(b, next, NULL);
        atn_build_text(b, figure, "name", next_names[k]);
        atn_build_number(b, figure, "width", s->width[k]);
    }
}

static bool every_place(const atn_builder *b, const atn_why_place *place, const void *user)
{
    (void)b, (void)place, (void)user;
    return true;
}

static void add_contradictions(atn_builder *b, cJSON *o)
{
    const attain_diagnostics *list = b->projection->why->contradictions;
    cJSON *array = atn_build_array(b, o, "contradictions");
    for (size_t i = 0; i < attain_diagnostics_count(list); i++) {
        const attain_diagnostic *d = attain_diagnostics_get(list, i);
        if (strcmp(d->code, "contradiction") != 0) continue;
        cJSON *entry = atn_build_object(b, array, NULL);
        atn_build_text(b, entry, "message", d->message);
    }
}

void atn_build_why(atn_builder *b)
{
    const atn_why *why = b->projection->why;
    if (!why) return;
    cJSON *o = atn_build_object(b, b->root, "why");
    atn_build_number(b, o, "draws", (double)why->draws);
    atn_build_number(b, o, "moved_draws", (double)why->moved_draws);
    atn_build_number(b, o, "refits", (double)why->refits);
    atn_build_number(b, o, "k_threshold", why->threshold);
    atn_build_number(b, o, "moved_k_threshold", why->moved_threshold);
    add_goals(b, o, every_place, fill_why, NULL);
    add_sources(b, o);
    cJSON *parameters = atn_build_array(b, o, "parameters");
    for (size_t k = 0; k < why->n_parameters; k++) {
        cJSON *p = atn_build_object(b, parameters, NULL);
        atn_build_text(b, p, "name", why->parameters[k].name);
        add_sensitivity(b, p, &why->parameters[k].sensitivity);
    }
    add_contradictions(b, o);
}
