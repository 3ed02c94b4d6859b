/* A backtest as CSV tables: scores by group, answers by date, every later figure by date. */
#include <math.h>
#include <string.h>

#include "backtest_words.h"

static const atn_grid_column score_columns[] = {{"group", "", SHOW_TEXT, 0},
                                                {"name", "", SHOW_TEXT, 0},
                                                {"forecasts", "", SHOW_EXACT, 0},
                                                {"reports", "", SHOW_EXACT, 0},
                                                {"dates", "", SHOW_EXACT, 0},
                                                {"exact", "", SHOW_EXACT, 0},
                                                {"exact_reports", "", SHOW_EXACT, 0},
                                                {"coverage_50", "", SHOW_EXACT, 0},
                                                {"coverage_50_error", "", SHOW_EXACT, 0},
                                                {"coverage_80", "", SHOW_EXACT, 0},
                                                {"coverage_80_error", "", SHOW_EXACT, 0},
                                                {"coverage_95", "", SHOW_EXACT, 0},
                                                {"coverage_95_error", "", SHOW_EXACT, 0},
                                                {"crps", "", SHOW_EXACT, 0},
                                                {"crps_error", "", SHOW_EXACT, 0},
                                                {"wis", "", SHOW_EXACT, 0},
                                                {"wis_error", "", SHOW_EXACT, 0},
                                                {"skill_last_rate", "", SHOW_EXACT, 0},
                                                {"skill_last_rate_error", "", SHOW_EXACT, 0},
                                                {"skill_mean_rate", "", SHOW_EXACT, 0},
                                                {"skill_mean_rate_error", "", SHOW_EXACT, 0},
                                                {"median_skill_last_rate", "", SHOW_EXACT, 0},
                                                {"median_skill_last_rate_error", "", SHOW_EXACT, 0},
                                                {"median_skill_mean_rate", "", SHOW_EXACT, 0},
                                                {"median_skill_mean_rate_error", "", SHOW_EXACT, 0},
                                                {"log_score", "", SHOW_EXACT, 0},
                                                {"log_score_error", "", SHOW_EXACT, 0},
                                                {"log_gain_last_rate", "", SHOW_EXACT, 0},
                                                {"log_gain_last_rate_error", "", SHOW_EXACT, 0},
                                                {"log_gain_mean_rate", "", SHOW_EXACT, 0},
                                                {"log_gain_mean_rate_error", "", SHOW_EXACT, 0},
                                                {"pit", "", SHOW_EXACT, 0},
                                                {"pit_error", "", SHOW_EXACT, 0}};

static void add_pairs(atn_grid *t, const double *value, const double *error, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        atn_grid_number(t, value[k]);
        atn_grid_number(t, error[k]);
    }
}

void atn_backtest_scores_csv(const attain_backtest *b, atn_text *out)
{
    atn_grid t;
    atn_grid_init(&t, b->ctx, score_columns, sizeof score_columns / sizeof *score_columns);
    for (size_t i = 0; i < b->n_scores; i++) {
        const attain_backtest_score *s = &b->scores[i];
        const size_t counts[] = {s->n, s->n_reports, s->n_dates, s->n_exact, s->n_exact_reports};
        atn_grid_text(&t, s->group);
        atn_grid_text(&t, s->name);
        for (size_t k = 0; k < 5; k++) atn_grid_number(&t, (double)counts[k]);
        add_pairs(&t, s->coverage, s->coverage_error, ATTAIN_COVERAGES);
        add_pairs(&t, &s->crps, &s->crps_error, 1);
        add_pairs(&t, &s->wis, &s->wis_error, 1);
        add_pairs(&t, s->skill, s->skill_error, 2);
        add_pairs(&t, s->median_skill, s->median_skill_error, 2);
        add_pairs(&t, &s->log_score, &s->log_score_error, 1);
        add_pairs(&t, s->log_gain, s->log_gain_error, 2);
        add_pairs(&t, &s->pit, &s->pit_error, 1);
    }
    atn_grid_print(&t, ATTAIN_FORMAT_CSV, out);
    atn_grid_free(&t);
}

static const atn_grid_column answer_columns[] = {
    {"as_of", "", SHOW_TEXT, 0},      {"goal", "", SHOW_TEXT, 0},
    {"definition", "", SHOW_TEXT, 0}, {"reading", "", SHOW_TEXT, 0},
    {"target", "", SHOW_EXACT, 0},    {"probability", "", SHOW_EXACT, 0},
    {"mcse", "", SHOW_EXACT, 0},      {"last_rate", "", SHOW_EXACT, 0},
    {"mean_rate", "", SHOW_EXACT, 0}, {"passed", "", SHOW_BOOL, 0},
    {"outcome", "", SHOW_TEXT, 0},    {"judged", "", SHOW_BOOL, 0}};

/* Dates as text must outlive the grid. */
typedef char date_text[ATN_DATE_SIZE];
static date_text *format_dates(const attain_backtest *b)
{
    date_text *dates = atn_alloc_array(b->ctx, b->n_dates, sizeof *dates);
    for (size_t i = 0; dates && i < b->n_dates; i++) atn_date_format(b->dates[i].as_of, dates[i]);
    return dates;
}

void atn_backtest_answers_csv(const attain_backtest *b, atn_text *out)
{
    atn_grid t;
    date_text *dates = format_dates(b);
    atn_grid_init(&t, b->ctx, answer_columns, sizeof answer_columns / sizeof *answer_columns);
    for (size_t i = 0; dates && i < b->n_dates * b->n_lines; i++) {
        attain_backtest_answer a;
        if (attain_backtest_answer_get(b, i, &a, NULL) != ATTAIN_OK) continue;
        if (!b->dates[a.date].answered) continue;
        atn_grid_text(&t, dates[a.date]);
        atn_grid_text(&t, a.goal);
        atn_grid_text(&t, a.definition);
        atn_grid_text(&t, a.reading);
        atn_grid_number(&t, b->lines[i % b->n_lines].target);
        atn_grid_number(&t, a.probability);
        atn_grid_number(&t, a.mcse);
        atn_grid_number(&t, b->answers[i].baseline[0]);
        atn_grid_number(&t, b->answers[i].baseline[1]);
        atn_grid_number(&t, b->dates[a.date].passed);
        atn_grid_text(&t, a.outcome);
        atn_grid_number(&t, a.judged);
    }
    if (!dates) out->failed = true;
    atn_grid_print(&t, ATTAIN_FORMAT_CSV, out);
    atn_grid_free(&t);
    atn_free(b->ctx, dates);
}

static const atn_grid_column forecast_columns[] = {{"as_of", "", SHOW_TEXT, 0},
                                                   {"row", "", SHOW_EXACT, 0},
                                                   {"series", "", SHOW_TEXT, 0},
                                                   {"definition", "", SHOW_TEXT, 0},
                                                   {"statistic", "", SHOW_TEXT, 0},
                                                   {"start", "", SHOW_TEXT, 0},
                                                   {"end", "", SHOW_TEXT, 0},
                                                   {"published", "", SHOW_TEXT, 0},
                                                   {"days_ahead", "", SHOW_EXACT, 0},
                                                   {"relation", "", SHOW_TEXT, 0},
                                                   {"observed", "", SHOW_EXACT, 0},
                                                   {"upper", "", SHOW_EXACT, 0},
                                                   {"q0.025", "", SHOW_EXACT, 0},
                                                   {"q0.1", "", SHOW_EXACT, 0},
                                                   {"q0.25", "", SHOW_EXACT, 0},
                                                   {"q0.5", "", SHOW_EXACT, 0},
                                                   {"q0.75", "", SHOW_EXACT, 0},
                                                   {"q0.9", "", SHOW_EXACT, 0},
                                                   {"q0.975", "", SHOW_EXACT, 0},
                                                   {"pit", "", SHOW_EXACT, 0},
                                                   {"scale", "", SHOW_TEXT, 0},
                                                   {"log_score", "", SHOW_EXACT, 0},
                                                   {"log_score_last_rate", "", SHOW_EXACT, 0},
                                                   {"log_score_mean_rate", "", SHOW_EXACT, 0},
                                                   {"crps_natural", "", SHOW_EXACT, 0},
                                                   {"crps", "", SHOW_EXACT, 0},
                                                   {"crps_last_rate", "", SHOW_EXACT, 0},
                                                   {"crps_mean_rate", "", SHOW_EXACT, 0},
                                                   {"wis", "", SHOW_EXACT, 0},
                                                   {"wis_last_rate", "", SHOW_EXACT, 0},
                                                   {"wis_mean_rate", "", SHOW_EXACT, 0},
                                                   {"miss", "", SHOW_EXACT, 0},
                                                   {"miss_last_rate", "", SHOW_EXACT, 0},
                                                   {"miss_mean_rate", "", SHOW_EXACT, 0}};

typedef struct report_dates {
    char start[ATN_DATE_SIZE], end[ATN_DATE_SIZE], published[ATN_DATE_SIZE];
} report_dates;

static void add_numbers(atn_grid *t, const double *values, size_t n)
{
    for (size_t k = 0; k < n; k++) atn_grid_number(t, values[k]);
}

static void add_report(atn_grid *t, const attain_backtest *b, const atn_foreseen *f,
                       const report_dates *days)
{
    const attain_study *study = b->study;
    const atn_report *r = &study->reports[f->report];
    atn_grid_number(t, (double)r->row);
    atn_grid_text(t, study->series[r->series].id);
    atn_grid_text(t, r->definition_text);
    atn_grid_text(t, atn_statistic_name(r->statistic));
    atn_grid_text(t, days->start);
    atn_grid_text(t, days->end);
    atn_grid_text(t, days->published);
    atn_grid_number(t, (double)f->ahead);
    atn_grid_text(t, atn_relation_name(r->relation));
    atn_grid_number(t, r->value);
    atn_grid_number(t, r->upper);
}

void atn_backtest_forecasts_csv(const attain_backtest *b, atn_text *out)
{
    atn_grid t;
    date_text *dates = format_dates(b);
    report_dates *days = ATN_NEW_ARRAY(b->ctx, report_dates, b->study->n_reports);
    for (size_t r = 0; days && r < b->study->n_reports; r++) {
        atn_date_format(b->study->reports[r].start, days[r].start);
        atn_date_format(b->study->reports[r].end, days[r].end);
        atn_date_format(b->study->reports[r].published, days[r].published);
    }
    atn_grid_init(&t, b->ctx, forecast_columns, sizeof forecast_columns / sizeof *forecast_columns);
    for (size_t i = 0; dates && days && i < b->n_forecasts; i++) {
        const atn_foreseen *f = &b->forecasts[i];
        atn_grid_text(&t, dates[f->date]);
        add_report(&t, b, f, &days[f->report]);
        add_numbers(&t, f->quantile, ATN_FORESEEN_LEVELS);
        atn_grid_number(&t, f->pit);
        atn_grid_text(&t, f->logs ? "log" : "natural");
        add_numbers(&t, f->log_score, ATN_N_CARRY);
        atn_grid_number(&t, f->crps_natural);
        add_numbers(&t, f->crps, ATN_N_CARRY);
        add_numbers(&t, f->wis, ATN_N_CARRY);
        add_numbers(&t, f->miss, ATN_N_CARRY);
    }
    if (!dates || !days) out->failed = true;
    atn_grid_print(&t, ATTAIN_FORMAT_CSV, out);
    atn_grid_free(&t);
    atn_free(b->ctx, dates);
    atn_free(b->ctx, days);
}
