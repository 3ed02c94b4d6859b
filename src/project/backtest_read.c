/* The public reading of a backtest. */
#include <math.h>
#include <string.h>

#include "project/backtest_run.h"

static const char *const outcomes[] = {"open", "reached", "missed"};

static attain_status out_of_range(const char *what, size_t index, size_t n, attain_error *err)
{
    return atn_fail(err, ATTAIN_ERR_ARGUMENT, "%s %zu: the backtest has %zu", what, index, n);
}

void attain_backtest_summarize(const attain_backtest *b, attain_backtest_summary *s)
{
    *s = (attain_backtest_summary){.n_dates = b->n_dates,
                                   .n_answers = b->n_dates * b->n_lines,
                                   .n_forecasts = b->n_forecasts,
                                   .n_scores = b->n_scores,
                                   .n_judged = b->goals.n,
                                   .n_outcomes = b->goals.n_outcomes,
                                   .brier = b->goals.brier,
                                   .brier_error = b->goals.brier_error,
                                   .log_score = b->goals.log_score,
                                   .log_score_error = b->goals.log_score_error,
                                   .seed = b->seed,
                                   .method = b->method};
    memcpy(s->brier_baseline, b->goals.brier_baseline, sizeof s->brier_baseline);
    memcpy(s->pit, b->pit, sizeof s->pit);
    for (size_t i = 0; i < b->n_dates; i++) {
        s->n_skipped += !b->dates[i].answered;
        s->n_failed += b->dates[i].answered && !b->dates[i].passed;
    }
}

attain_status attain_backtest_date_get(const attain_backtest *b, size_t index,
                                       attain_backtest_date *date, attain_error *err)
{
    atn_error_clear(err);
    if (index >= b->n_dates) return out_of_range("date", index, b->n_dates, err);
    const atn_backtest_date *d = &b->dates[index];
    *date = (attain_backtest_date){.reports = d->n_used,
                                   .later = d->n_later,
                                   .answered = d->answered,
                                   .passed = d->passed,
                                   .reason = d->reason};
    atn_date_format(d->as_of, date->as_of);
    return ATTAIN_OK;
}

attain_status attain_backtest_answer_get(const attain_backtest *b, size_t index,
                                         attain_backtest_answer *answer, attain_error *err)
{
    const size_t n = b->n_dates * b->n_lines;
    atn_error_clear(err);
    if (index >= n) return out_of_range("answer", index, n, err);
    const atn_backtest_line *line = &b->lines[index % b->n_lines];
    const atn_backtest_answer *a = &b->answers[index];
    const size_t d = line->definition;
    *answer = (attain_backtest_answer){.date = index / b->n_lines,
                                       .goal = b->study->goals[line->goal].id,
                                       .definition = d == ATN_POOLED ? ATN_POOLED_NAME
                                                     : d == ATN_NONE ? "reference"
                                                                     : b->study->definitions[d].id,
                                       .reading = line->reading,
                                       .probability = a->probability,
                                       .mcse = a->mcse,
                                       .outcome = outcomes[line->outcome],
                                       .judged = a->scored};
    return ATTAIN_OK;
}

attain_status attain_backtest_forecast_get(const attain_backtest *b, size_t index,
                                           attain_backtest_forecast *forecast, attain_error *err)
{
    atn_error_clear(err);
    if (index >= b->n_forecasts) return out_of_range("forecast", index, b->n_forecasts, err);
    const atn_foreseen *f = &b->forecasts[index];
    *forecast = (attain_backtest_forecast){.date = f->date,
                                           .report = f->report,
                                           .ahead = f->ahead,
                                           .exact = f->exact,
                                           .pit = f->pit,
                                           .log_score = f->log_score[0],
                                           .crps = f->crps[0],
                                           .wis = f->wis[0]};
    memcpy(forecast->quantile, f->quantile, sizeof forecast->quantile);
    return ATTAIN_OK;
}

attain_status attain_backtest_score_get(const attain_backtest *b, size_t index,
                                        attain_backtest_score *score, attain_error *err)
{
    atn_error_clear(err);
    if (index >= b->n_scores) return out_of_range("score", index, b->n_scores, err);
    *score = b->scores[index];
    return ATTAIN_OK;
}
