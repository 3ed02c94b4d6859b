/* The goals' part of the document. */
#include "results_internal.h"

#include <math.h>
#include <stdlib.h>

/* Steps of attainment come as interpolated quantiles: the day by which the step is complete. */
static void add_date(atn_builder *b, cJSON *parent, const char *key, double step)
{
    if (!isfinite(step)) {
        atn_build_null(b, parent, key);
        return;
    }
    atn_build_date(b, parent, key, atn_calendar_end(&b->study->calendar, (long)ceil(step - 1e-9)));
}

void atn_build_dates(atn_builder *b, cJSON *parent, const atn_reading *r)
{
    cJSON *date = atn_build_object(b, parent, "date");
    size_t tail = 0;
    for (size_t i = 0; i < ATN_N_DATE_LEVELS; i++) {
        char name[ATN_NUMBER_SIZE];
        for (; tail < ATN_N_DATE_TAILS && atn_date_tails[tail] < atn_date_levels[i]; tail++) {
            atn_number_format(atn_date_tails[tail], name);
            add_date(b, date, name, r->date_tail[tail]);
        }
        atn_number_format(atn_date_levels[i], name);
        add_date(b, date, name, r->date[i]);
    }
}

/* Those that exist here, with the keys that the reading itself has. */
static void add_baselines(atn_builder *b, cJSON *parent, const atn_reading *r)
{
    static const double half = 0.5;
    cJSON *list = atn_build_object(b, parent, "baselines");
    for (size_t k = 0; k < ATN_N_BASELINES; k++) {
        const atn_baseline *baseline = &r->baselines[k];
        if (isnan(baseline->probability)) continue;
        cJSON *o = atn_build_object(b, list, atn_baseline_names[k]);
        atn_build_number(b, o, "probability", baseline->probability);
        atn_build_number(b, o, "mcse", baseline->mcse);
        if (k >= ATN_N_CARRIED) continue;
        cJSON *date = atn_build_object(b, o, "date");
        add_date(b, date, "0.5", baseline->date);
        atn_build_levels(b, o, "attainable", &half, &baseline->best, 1);
    }
}

/* Fewer than 1 in 200 futures: rounds to 0 %, which no table prints. */
static bool out_of_reach(const atn_reading *r)
{
    return !r->already_reached && r->probability < 0.005;
}

/* The candidate's trend; where several series of its block have a choice, each as SERIES.TREND, as
 * gates name them. */
static void add_trend_name(atn_builder *b, cJSON *o, const atn_block *block,
                           const atn_candidate *candidate)
{
    size_t choices = 0;
    for (size_t s = 0; s < block->n_series; s++)
        choices += b->study->series[block->series[s]].n_trends > 1;
    atn_text name;
    atn_text_init(&name, b->ctx);
    for (size_t s = 0; s < block->n_series; s++) {
        const atn_series *series = &b->study->series[block->series[s]];
        if (series->n_trends < 2) continue;
        if (name.length > 0) atn_text_add(&name, "+");
        if (choices > 1) atn_text_printf(&name, "%s.", series->id);
        atn_text_add(&name, series->trends[candidate->trend[s]].name);
    }
    if (atn_text_ok(&name))
        atn_build_text(b, o, "trend", name.data);
    else
        b->failed = true;
    atn_text_free(&name);
}

static void add_trends(atn_builder *b, cJSON *parent, const atn_reading *r)
{
    cJSON *list = atn_build_array(b, parent, "by_trend");
    for (size_t i = 0; i < r->n_trends; i++) {
        const atn_candidate *candidate = &r->choice->candidates[r->trends[i].candidate];
        cJSON *o = atn_build_object(b, list, NULL);
        add_trend_name(b, o, r->choice, candidate);
        atn_build_number(b, o, "weight", candidate->weight);
        atn_build_number(b, o, "draws", (double)r->trends[i].n_draws);
        atn_build_number(b, o, "probability", r->trends[i].probability);
    }
}

void atn_build_chance(atn_builder *b, cJSON *parent, const atn_reading *r)
{
    char words[64];
    atn_build_text(b, parent, "reading", r->name);
    atn_build_number(b, parent, "target", r->target);
    atn_build_number(b, parent, "probability", r->probability);
    atn_build_number(b, parent, "mcse", r->mcse);
    atn_frequency_words(r->probability, words, sizeof words);
    atn_build_text(b, parent, "words", words);
}

/* Six digits: a sample has no more, and the file stays small. */
static double six_digits(double value)
{
    if (!(fabs(value) > 1e-15 && fabs(value) < 1e15)) return value;
    const int place = 5 - (int)floor(log10(fabs(value)));
    const double scale = pow(10.0, abs(place));
    return place >= 0 ? round(value * scale) / scale : round(value / scale) * scale;
}

void atn_build_forecast(atn_builder *b, cJSON *o, const atn_reading *r)
{
    const atn_forecast *f = &r->forecast;
    if (f->n_futures == 0) {
        atn_build_null(b, o, "value_quantiles");
        atn_build_null(b, o, "futures");
    } else {
        atn_build_levels(b, o, "value_quantiles", atn_value_levels, f->quantile,
                         ATN_N_VALUE_LEVELS);
        cJSON *futures = atn_build_array(b, o, "futures");
        for (size_t k = 0; k < f->n_futures; k++)
            atn_build_number(b, futures, NULL, six_digits(f->future[k]));
    }
    cJSON *bins = atn_build_object(b, o, "date_bins");
    for (size_t k = 0; k < f->n_bins; k++) {
        char date[ATN_DATE_SIZE];
        atn_date_format(atn_calendar_end(&b->study->calendar, f->bin_step[k]), date);
        atn_build_number(b, bins, date, f->bin[k]);
    }
    atn_build_number(b, bins, "never", r->never_by_horizon);
}

static void add_reading(atn_builder *b, cJSON *parent, const atn_reading *r, bool on_ceiling)
{
    static const double shortfall_levels[] = {0.05, 0.5, 0.95};
    cJSON *o = atn_build_object(b, parent, NULL);
    atn_build_chance(b, o, r);
    add_trends(b, o, r);
    atn_build_dates(b, o, r);
    atn_build_number(b, o, "never_by_horizon", r->never_by_horizon);
    atn_build_number(b, o, "probability_at_horizon", r->probability_at_horizon);
    atn_build_number(b, o, "shortfall", r->shortfall[1]);
    atn_build_levels(b, o, "shortfall_quantiles", shortfall_levels, r->shortfall, 3);
    atn_build_levels(b, o, "attainable", atn_attainable_levels, r->attainable, ATN_N_ATTAINABLE);
    atn_build_number(b, o, "required_pace", r->required_pace);
    atn_build_levels(b, o, "pace_for", atn_attainable_levels, r->pace_for, ATN_N_ATTAINABLE);
    atn_build_number(b, o, "current_pace", r->current_pace);
    atn_build_number(b, o, "pace_ratio", r->pace_ratio);
    atn_build_number(b, o, "share_of_past_windows", r->share_of_past_windows);
    add_baselines(b, o, r);
    atn_build_bool(b, o, "already_reached", r->already_reached);
    atn_build_bool(b, o, "out_of_reach", out_of_reach(r));
    atn_build_bool(b, o, "date_rests_on_prior", on_ceiling);
    atn_build_forecast(b, o, r);
    cJSON *curve = atn_build_object(b, o, "by_date");
    cJSON *dates = atn_build_array(b, curve, "dates");
    for (size_t i = 0; i < r->n_curve; i++)
        atn_build_date(b, dates, NULL, atn_calendar_end(&b->study->calendar, r->curve_step[i]));
    atn_build_numbers(b, curve, "probability", r->curve_probability, r->n_curve);
}

static const char *form_name(atn_goal_form form)
{
    switch (form) {
    case ATN_GOAL_ALL_OF: return "all_of";
    case ATN_GOAL_ANY_OF: return "any_of";
    case ATN_GOAL_BEFORE: return "before";
    case ATN_GOAL_SINGLE: break;
    }
    return "single";
}

static void add_head(atn_builder *b, cJSON *o, const atn_goal *goal, atn_day deadline)
{
    const attain_study *study = b->study;
    const bool single = goal->form == ATN_GOAL_SINGLE;
    const atn_series *series = single ? &study->series[goal->series] : NULL;
    atn_build_text(b, o, "id", goal->id);
    atn_build_text(b, o, "label", goal->label ? goal->label : goal->id);
    atn_build_text(b, o, "note", goal->note);
    atn_build_text(b, o, "form", form_name(goal->form));
    if (single) {
        atn_build_text(b, o, "series", series->id);
        atn_build_text(b, o, "unit", series->unit);
        atn_build_text(b, o, "statistic", atn_statistic_name(goal->statistic));
        atn_build_number(b, o, "over", goal->over > 0 ? (double)goal->over : 1.0);
        atn_build_number(b, o, "held", goal->held > 0 ? (double)goal->held : 1.0);
        atn_build_number(b, o, "target", goal->target);
        if (isfinite(goal->upper)) atn_build_number(b, o, "upper", goal->upper);
    } else {
        atn_build_null(b, o, "series");
        cJSON *members = atn_build_array(b, o, "members");
        for (size_t i = 0; i < goal->n_members; i++)
            atn_build_text(b, members, NULL, study->goals[goal->members[i]].id);
    }
    atn_build_date(b, o, "start", goal->has_start ? goal->start : study->calendar.origin);
    atn_build_date(b, o, "deadline", deadline);
    atn_build_bool(b, o, "deadline_stated", goal->has_deadline || deadline < study->horizon);
    atn_build_text(b, o, "direction", goal->at_most ? "at_most" : "at_least");
}

const char *atn_counted_as(const attain_study *study, size_t definition)
{
    if (definition == ATN_POOLED) return ATN_POOLED_NAME;
    return definition == ATN_NONE ? "reference" : study->definitions[definition].id;
}

/* Each member says for itself that its definition is open; together they would be many answers. */
static void note_references(atn_builder *b, const atn_goal *goal, const atn_goal_result *result)
{
    if (result->in_references && goal->form != ATN_GOAL_SINGLE)
        atn_build_diagnostic(b, ATTAIN_SEVERITY_NOTE, "goal-in-references", goal->id,
                             "goal \"%s\" joins goals on several series that do not say by which "
                             "definition they are counted: each is read in its series' reference",
                             goal->id);
}

void atn_build_goals(atn_builder *b)
{
    cJSON *goals = atn_build_array(b, b->root, "goals");
    for (size_t g = 0; g < b->study->n_goals; g++) {
        const atn_goal *goal = &b->study->goals[g];
        const atn_goal_result *result = &b->projection->goals[g];
        cJSON *o = atn_build_object(b, goals, NULL);
        add_head(b, o, goal, result->deadline);
        const bool on_ceiling = atn_rests_on_ceiling(b, goal);
        atn_build_feasibility(b, o, goal);
        note_references(b, goal, result);
        cJSON *definitions = atn_build_array(b, o, "definitions");
        for (size_t i = 0; i < result->n_definitions; i++) {
            const atn_goal_definition *d = &result->definitions[i];
            cJSON *entry = atn_build_object(b, definitions, NULL);
            atn_build_text(b, entry, "definition", atn_counted_as(b->study, d->definition));
            cJSON *readings = atn_build_array(b, entry, "readings");
            for (size_t k = 0; k < d->n_readings; k++)
                add_reading(b, readings, &d->readings[k], on_ceiling);
        }
    }
}
