/* A backtest as JSON (attain schema backtest). */
#include <math.h>
#include <string.h>

#include "backtest_words.h"

enum { SCHEMA = 1 };

/* Members of objects; each begins with its comma unless it is the first. */
static void key(atn_text *out, const char *name, bool first)
{
    if (!first) atn_text_add(out, ", ");
    atn_escape_json(out, name);
    atn_text_add(out, ": ");
}

static void put_text(atn_text *out, const char *name, const char *text, bool first)
{
    key(out, name, first);
    atn_escape_json(out, text);
}

static void put_number(atn_text *out, const char *name, double number)
{
    key(out, name, false);
    atn_text_number(out, number);
}

static void put_bool(atn_text *out, const char *name, bool is)
{
    key(out, name, false);
    atn_text_add(out, is ? "true" : "false");
}

static void put_date(atn_text *out, const char *name, atn_day day, bool first)
{
    char date[ATN_DATE_SIZE];
    atn_date_format(day, date);
    put_text(out, name, date, first);
}

/* {"estimate": ..., "error": ...} */
static void put_estimate(atn_text *out, const char *name, double value, double error)
{
    key(out, name, false);
    atn_text_add(out, "{\"estimate\": ");
    atn_text_number(out, value);
    put_number(out, "error", error);
    atn_text_add(out, "}");
}

/* The same by baseline: from "last-rate" on, or with the model's before it. */
static void put_baselines(atn_text *out, const char *name, const double *value, size_t first)
{
    key(out, name, false);
    atn_text_add(out, "{");
    for (size_t k = first; k < ATN_N_CARRY; k++) {
        key(out, atn_carry_names[k], k == first);
        atn_text_number(out, value[k - first]);
    }
    atn_text_add(out, "}");
}

static void put_pair(atn_text *out, const char *name, const double *value, const double *error)
{
    key(out, name, false);
    atn_text_add(out, "{");
    for (size_t k = 0; k < 2; k++) {
        key(out, atn_carry_names[k + 1], k == 0);
        atn_text_add(out, "{\"estimate\": ");
        atn_text_number(out, value[k]);
        put_number(out, "error", error[k]);
        atn_text_add(out, "}");
    }
    atn_text_add(out, "}");
}

static void put_dates(atn_text *out, const attain_backtest *b)
{
    atn_text_add(out, ",\n  \"dates\": [");
    for (size_t i = 0; i < b->n_dates; i++) {
        const atn_backtest_date *d = &b->dates[i];
        atn_text_add(out, i ? ",\n    {" : "\n    {");
        put_date(out, "as_of", d->as_of, true);
        put_number(out, "reports", (double)d->n_used);
        put_number(out, "later", (double)d->n_later);
        put_bool(out, "answered", d->answered);
        put_bool(out, "passed", d->passed);
        put_text(out, "reason", d->reason, false);
        atn_text_add(out, "}");
    }
    atn_text_add(out, "\n  ]");
}

static void put_scores(atn_text *out, const attain_backtest *b)
{
    static const char *const levels[ATTAIN_COVERAGES] = {"0.5", "0.8", "0.95"};
    atn_text_add(out, ",\n  \"scores\": [");
    for (size_t i = 0; i < b->n_scores; i++) {
        const attain_backtest_score *s = &b->scores[i];
        atn_text_add(out, i ? ",\n    {" : "\n    {");
        put_text(out, "group", s->group, true);
        put_text(out, "name", s->name, false);
        put_number(out, "forecasts", (double)s->n);
        put_number(out, "reports", (double)s->n_reports);
        put_number(out, "dates", (double)s->n_dates);
        put_number(out, "exact", (double)s->n_exact);
        put_number(out, "exact_reports", (double)s->n_exact_reports);
        atn_text_add(out, ",\n     \"coverage\": [");
        for (size_t k = 0; k < ATTAIN_COVERAGES; k++) {
            atn_text_printf(out, "%s{\"level\": %s", k ? ", " : "", levels[k]);
            put_number(out, "estimate", s->coverage[k]);
            put_number(out, "error", s->coverage_error[k]);
            atn_text_add(out, "}");
        }
        atn_text_add(out, "]");
        put_estimate(out, "crps", s->crps, s->crps_error);
        put_estimate(out, "wis", s->wis, s->wis_error);
        put_pair(out, "skill", s->skill, s->skill_error);
        put_pair(out, "median_skill", s->median_skill, s->median_skill_error);
        put_estimate(out, "log_score", s->log_score, s->log_score_error);
        put_pair(out, "log_gain", s->log_gain, s->log_gain_error);
        put_estimate(out, "pit", s->pit, s->pit_error);
        atn_text_add(out, "}");
    }
    atn_text_add(out, "\n  ],\n  \"pit\": [");
    for (size_t k = 0; k < ATTAIN_PIT_BINS; k++)
        atn_text_printf(out, "%s%zu", k ? ", " : "", b->pit[k]);
    atn_text_add(out, "]");
}

static void put_goals(atn_text *out, const attain_backtest *b)
{
    const atn_goal_score *g = &b->goals;
    atn_text_printf(out, ",\n  \"goals\": {\"answers\": %zu", g->n);
    put_number(out, "outcomes", (double)g->n_outcomes);
    put_estimate(out, "brier", g->brier, g->brier_error);
    put_baselines(out, "brier_baselines", g->brier_baseline, 1);
    put_estimate(out, "log_score", g->log_score, g->log_score_error);
    atn_text_add(out, ",\n    \"reliability\": [");
    for (size_t k = 0; k < ATN_RELIABILITY_BINS; k++) {
        const atn_reliability *r = &b->bins[k];
        atn_text_add(out, k ? ",\n      {\"low\": " : "\n      {\"low\": ");
        atn_text_number(out, r->low);
        put_number(out, "high", r->high);
        put_number(out, "answers", (double)r->n);
        put_number(out, "reached", (double)r->n_came);
        put_number(out, "mean", r->mean);
        atn_text_add(out, "}");
    }
    atn_text_add(out, "\n    ]}");
}

static void put_answers(atn_text *out, const attain_backtest *b)
{
    atn_text_add(out, ",\n  \"answers\": [");
    for (size_t i = 0; i < b->n_lines; i++) {
        attain_backtest_answer a;
        if (attain_backtest_answer_get(b, i, &a, NULL) != ATTAIN_OK) continue;
        atn_text_add(out, i ? ",\n    {" : "\n    {");
        put_text(out, "goal", a.goal, true);
        put_text(out, "definition", a.definition, false);
        put_text(out, "reading", a.reading, false);
        put_number(out, "target", b->lines[i].target);
        put_text(out, "outcome", a.outcome, false);
        atn_text_add(out, ", \"by_date\": [");
        bool any = false;
        for (size_t d = 0; d < b->n_dates; d++) {
            const atn_backtest_answer *at = &b->answers[d * b->n_lines + i];
            if (!b->dates[d].answered) continue;
            atn_text_add(out, any ? ",\n      {" : "\n      {");
            any = true;
            put_date(out, "as_of", b->dates[d].as_of, true);
            put_number(out, "probability", at->probability);
            put_number(out, "mcse", at->mcse);
            put_baselines(out, "baselines", at->baseline, 1);
            put_bool(out, "judged", at->scored);
            atn_text_add(out, "}");
        }
        atn_text_add(out, "]}");
    }
    atn_text_add(out, "\n  ]");
}

static void put_forecast(atn_text *out, const attain_backtest *b, const atn_foreseen *f)
{
    const atn_report *r = &b->study->reports[f->report];
    put_date(out, "as_of", b->dates[f->date].as_of, true);
    put_number(out, "row", (double)r->row);
    put_text(out, "series", b->study->series[r->series].id, false);
    put_number(out, "days_ahead", (double)f->ahead);
    put_text(out, "relation", atn_relation_name(r->relation), false);
    put_number(out, "observed", r->value);
    atn_text_add(out, ", \"quantiles\": {");
    for (size_t k = 0; k < ATN_FORESEEN_LEVELS; k++) {
        char level[ATN_NUMBER_SIZE];
        atn_number_format(atn_forecast_levels[k], level);
        key(out, level, k == 0);
        atn_text_number(out, f->quantile[k]);
    }
    atn_text_add(out, "}");
    put_number(out, "pit", f->pit);
    put_text(out, "scale", f->logs ? "log" : "natural", false);
    put_baselines(out, "log_score", f->log_score, 0);
    put_baselines(out, "crps", f->crps, 0);
    put_baselines(out, "wis", f->wis, 0);
    put_baselines(out, "miss", f->miss, 0);
    put_number(out, "crps_natural", f->crps_natural);
}

void atn_backtest_json(const attain_backtest *b, atn_text *out)
{
    atn_text_printf(out, "{\n  \"attain\": {\"schema\": %d", SCHEMA);
    put_text(out, "version", attain_version(), false);
    atn_text_add(out, "},\n  ");
    put_text(out, "title", b->study->title, true);
    put_text(out, "method", b->method, false);
    put_number(out, "seed", (double)b->seed);
    put_number(out, "draws", (double)b->n_draws);
    atn_text_add(out, ",\n  \"files\": [");
    for (size_t k = 0; k < b->study->n_files; k++) {
        atn_text_add(out, k ? ", {" : "{");
        put_text(out, "name", b->study->files[k].name, true);
        put_text(out, "sha256", b->study->files[k].sha256, false);
        atn_text_add(out, "}");
    }
    atn_text_add(out, "]");
    put_dates(out, b);
    put_scores(out, b);
    put_goals(out, b);
    put_answers(out, b);
    atn_text_add(out, ",\n  \"forecasts\": [");
    for (size_t i = 0; i < b->n_forecasts; i++) {
        atn_text_add(out, i ? ",\n    {" : "\n    {");
        put_forecast(out, b, &b->forecasts[i]);
        atn_text_add(out, "}");
    }
    atn_text_add(out, b->n_forecasts ? "\n  ]\n}\n" : "]\n}\n");
}
