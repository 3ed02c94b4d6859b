/* A backtest in words, tables and pictures. */
#ifndef ATN_BACKTEST_WORDS_H
#define ATN_BACKTEST_WORDS_H

#include "project/backtest_run.h"
#include "report_internal.h"

/* The three tables, and the document. */
void atn_backtest_scores_csv(const attain_backtest *backtest, atn_text *out);
void atn_backtest_answers_csv(const attain_backtest *backtest, atn_text *out);
void atn_backtest_forecasts_csv(const attain_backtest *backtest, atn_text *out);
void atn_backtest_json(const attain_backtest *backtest, atn_text *out);

/* A line's id within its goal: "dhs, 7-day mean"; as much as the goal has to tell apart. */
void atn_backtest_say_line(atn_text *out, const attain_backtest *backtest, size_t line);
/* Lines of one goal: *first and how many. */
size_t atn_backtest_goal_lines(const attain_backtest *backtest, size_t goal, size_t *first);
/* "DHS: over 400,000 in all from 20 Jan 2025 to 23 Sep 2025", as a report states it. */
void atn_backtest_say_figure(atn_text *out, const attain_backtest *backtest, size_t report);

typedef struct atn_chart_list atn_chart_list;
/* chart_moved.c: how the answer to each goal moved.  chart_calibration.c: coverage and PIT. */
void atn_chart_moved(atn_chart_list *list, const attain_backtest *backtest, size_t goal);
void atn_chart_calibration(atn_chart_list *list, const attain_backtest *backtest);

#endif
