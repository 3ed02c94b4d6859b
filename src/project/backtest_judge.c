/* Forecasts and answers summed up, with the error of each mean. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "project/backtest_run.h"
#include "stats/distribution.h"
#include "stats/scores.h"

/* Days from the as-of date to the end of a report's window. */
static const struct {
    long low, high;
    const char *name;
} horizons[] = {{LONG_MIN, 0, "past by then"},
                {1, 30, "1 to 30 days"},
                {31, 90, "31 to 90 days"},
                {91, 180, "91 to 180 days"},
                {181, LONG_MAX, "over 180 days"}};
enum { N_HORIZONS = sizeof horizons / sizeof *horizons };

static const double covered[ATTAIN_COVERAGES] = {0.5, 0.8, 0.95};

/* What is summed up of a group.  Ratios are of means, so that no single forecast decides; what has
 * to do with baselines is over forecasts that lie ahead, since a window that is past is the same to
 * all of them. */
typedef enum statistic {
    STAT_COVERAGE,
    STAT_CRPS = STAT_COVERAGE + ATTAIN_COVERAGES,
    STAT_WIS,
    STAT_SKILL,
    STAT_MEDIAN_SKILL = STAT_SKILL + 2,
    STAT_LOG = STAT_MEDIAN_SKILL + 2,
    STAT_LOG_GAIN,
    STAT_PIT = STAT_LOG_GAIN + 2,
    N_STATISTICS
} statistic;

typedef struct group {
    const attain_backtest *b;
    const size_t *rows; /* forecasts of it */
    size_t n;
} group;

/* A cluster that is left out: reports, or dates, of this number; ATN_NONE: none. */
typedef struct omission {
    bool by_date;
    size_t which;
} omission;

static bool is_omitted(const atn_foreseen *f, const omission *o)
{
    return o->which != ATN_NONE && (o->by_date ? f->date : f->report) == o->which;
}

static void take_statistics(const group *g, const omission *o, double out[N_STATISTICS])
{
    double sum[N_STATISTICS] = {0}, base[ATN_N_CARRY] = {0}, miss[ATN_N_CARRY] = {0};
    double n = 0.0, n_ahead = 0.0, n_exact = 0.0;
    for (size_t i = 0; i < g->n; i++) {
        const atn_foreseen *f = &g->b->forecasts[g->rows[i]];
        if (is_omitted(f, o)) continue;
        n += 1.0;
        sum[STAT_LOG] += f->log_score[0];
        n_ahead += f->ahead > 0;
        for (size_t k = 0; k < 2 && f->ahead > 0; k++)
            sum[STAT_LOG_GAIN + k] += f->log_score[0] - f->log_score[1 + k];
        sum[STAT_PIT] += f->pit;
        if (!f->exact) continue;
        n_exact += 1.0;
        for (size_t k = 0; k < ATTAIN_COVERAGES; k++) sum[STAT_COVERAGE + k] += f->inside[k];
        sum[STAT_CRPS] += f->crps[0];
        sum[STAT_WIS] += f->wis[0];
        for (size_t k = 0; k < ATN_N_CARRY && f->ahead > 0; k++) {
            base[k] += f->crps[k];
            miss[k] += f->miss[k];
        }
    }
    for (size_t k = 0; k < N_STATISTICS; k++) out[k] = sum[k] / (k < STAT_LOG ? n_exact : n);
    for (size_t k = 0; k < 2; k++) {
        out[STAT_LOG_GAIN + k] = sum[STAT_LOG_GAIN + k] / n_ahead;
        out[STAT_SKILL + k] = 1.0 - base[0] / base[1 + k];
        out[STAT_MEDIAN_SKILL + k] = 1.0 - miss[0] / miss[1 + k];
    }
}

/* Different reports or dates in the group: flags of so many; returns how many. */
static size_t count_clusters(const group *g, bool by_date, bool exact_only, bool *seen, size_t most)
{
    size_t n = 0;
    memset(seen, 0, most * sizeof *seen);
    for (size_t i = 0; i < g->n; i++) {
        const atn_foreseen *f = &g->b->forecasts[g->rows[i]];
        const size_t which = by_date ? f->date : f->report;
        if ((exact_only && !f->exact) || seen[which]) continue;
        seen[which] = true;
        n++;
    }
    return n;
}

typedef struct bench {
    bool *seen;
    double *left; /* N_STATISTICS x most clusters */
    size_t *rows; /* n_forecasts */
    size_t most;
} bench;

static void take_errors(const group *g, const bench *w, double error[N_STATISTICS])
{
    for (size_t k = 0; k < N_STATISTICS; k++) error[k] = NAN;
    for (int by_date = 0; by_date < 2; by_date++) {
        double values[N_STATISTICS];
        (void)count_clusters(g, by_date, false, w->seen, w->most);
        size_t n = 0;
        for (size_t c = 0; c < w->most; c++) {
            const omission o = {by_date, c};
            if (!w->seen[c]) continue;
            take_statistics(g, &o, values);
            for (size_t k = 0; k < N_STATISTICS; k++) w->left[k * w->most + n] = values[k];
            n++;
        }
        for (size_t k = 0; k < N_STATISTICS; k++)
            error[k] = fmax(error[k], atn_jackknife_error(w->left + k * w->most, n));
    }
}

static void fill_score(const group *g, const bench *w, attain_backtest_score *s)
{
    const omission none = {false, ATN_NONE};
    double value[N_STATISTICS], error[N_STATISTICS];
    take_statistics(g, &none, value);
    take_errors(g, w, error);
    s->n = g->n;
    s->n_reports = count_clusters(g, false, false, w->seen, w->most);
    s->n_dates = count_clusters(g, true, false, w->seen, w->most);
    s->n_exact_reports = count_clusters(g, false, true, w->seen, w->most);
    for (size_t i = 0; i < g->n; i++) s->n_exact += g->b->forecasts[g->rows[i]].exact;
    for (size_t k = 0; k < ATTAIN_COVERAGES; k++) {
        const double binomial = sqrt(covered[k] * (1.0 - covered[k]) / (double)s->n_exact_reports);
        s->coverage[k] = value[STAT_COVERAGE + k];
        s->coverage_error[k] = isfinite(binomial) ? fmax(binomial, error[STAT_COVERAGE + k]) : NAN;
    }
    s->crps = value[STAT_CRPS];
    s->crps_error = error[STAT_CRPS];
    s->wis = value[STAT_WIS];
    s->wis_error = error[STAT_WIS];
    for (size_t k = 0; k < 2; k++) {
        s->skill[k] = value[STAT_SKILL + k];
        s->skill_error[k] = error[STAT_SKILL + k];
        s->median_skill[k] = value[STAT_MEDIAN_SKILL + k];
        s->median_skill_error[k] = error[STAT_MEDIAN_SKILL + k];
        s->log_gain[k] = value[STAT_LOG_GAIN + k];
        s->log_gain_error[k] = error[STAT_LOG_GAIN + k];
    }
    s->log_score = value[STAT_LOG];
    s->log_score_error = error[STAT_LOG];
    s->pit = value[STAT_PIT];
    s->pit_error = error[STAT_PIT];
}

/* Whether a forecast belongs to group number k: all, then horizons, then series. */
static bool belongs(const attain_backtest *b, const atn_foreseen *f, size_t k)
{
    if (k == 0) return true;
    if (k <= N_HORIZONS) return f->ahead >= horizons[k - 1].low && f->ahead <= horizons[k - 1].high;
    return b->study->reports[f->report].series == k - 1 - N_HORIZONS;
}

static void add_score(attain_backtest *b, size_t k, const bench *w)
{
    group g = {.b = b, .rows = w->rows};
    for (size_t i = 0; i < b->n_forecasts; i++)
        if (belongs(b, &b->forecasts[i], k)) w->rows[g.n++] = i;
    if (g.n == 0) return;
    attain_backtest_score *s = &b->scores[b->n_scores];
    char *name = b->score_names[b->n_scores++];
    const char *text = k == 0            ? "all"
                       : k <= N_HORIZONS ? horizons[k - 1].name
                                         : b->study->series[k - 1 - N_HORIZONS].id;
    snprintf(name, sizeof *b->score_names, "%s", text);
    *s = (attain_backtest_score){.group = k == 0            ? "all"
                                          : k <= N_HORIZONS ? "horizon"
                                                            : "series",
                                 .name = name};
    fill_score(&g, w, s);
}

static attain_status judge_forecasts(attain_backtest *b, attain_error *err)
{
    const size_t groups = 1 + N_HORIZONS + b->study->n_series;
    const size_t most = b->study->n_reports > b->n_dates ? b->study->n_reports : b->n_dates;
    bench w = {.most = most};
    b->scores = ATN_NEW_ARRAY(b->ctx, attain_backtest_score, groups);
    b->score_names = atn_alloc_array(b->ctx, groups, sizeof *b->score_names);
    w.seen = ATN_NEW_ARRAY(b->ctx, bool, most + 1);
    w.left = ATN_NEW_ARRAY(b->ctx, double, N_STATISTICS *(most + 1));
    w.rows = ATN_NEW_ARRAY(b->ctx, size_t, b->n_forecasts + 1);
    const bool all = b->scores && b->score_names && w.seen && w.left && w.rows;
    for (size_t k = 0; k < groups && all; k++) add_score(b, k, &w);
    for (size_t i = 0; i < b->n_forecasts && all; i++) {
        const double at = b->forecasts[i].pit * ATTAIN_PIT_BINS;
        b->pit[at >= ATTAIN_PIT_BINS ? ATTAIN_PIT_BINS - 1 : (size_t)fmax(at, 0.0)]++;
    }
    atn_free(b->ctx, w.seen);
    atn_free(b->ctx, w.left);
    atn_free(b->ctx, w.rows);
    return all ? ATTAIN_OK : atn_fail_nomem(err);
}

/* ---- goals ---- */

/* Mean scores over the answers with a known outcome, line `omitted` left out. */
static void mean_goal_scores(const attain_backtest *b, size_t omitted, atn_goal_score *s)
{
    /* the least that so many draws can tell from none */
    const double floor = 0.5 / ((double)b->n_draws + 1.0);
    *s = (atn_goal_score){0};
    for (size_t i = 0; i < b->n_lines; i++) {
        bool any = false;
        if (i == omitted) continue;
        for (size_t d = 0; d < b->n_dates; d++) {
            const atn_backtest_answer *a = &b->answers[d * b->n_lines + i];
            const bool came = b->lines[i].outcome == ATN_OUTCOME_REACHED;
            if (!a->scored) continue;
            any = true;
            s->n++;
            s->brier += atn_score_brier(a->probability, came);
            s->log_score += atn_score_log(a->probability, came, floor);
            for (size_t k = 0; k < 2; k++)
                s->brier_baseline[k] += atn_score_brier(a->baseline[k], came);
        }
        s->n_outcomes += any;
    }
    const double n = (double)s->n; /* 0 / 0 is NaN: nothing to judge */
    s->brier /= n;
    s->log_score /= n;
    for (size_t k = 0; k < 2; k++) s->brier_baseline[k] /= n;
}

static attain_status judge_goals(attain_backtest *b, attain_error *err)
{
    double *left = ATN_NEW_ARRAY(b->ctx, double, 2 * b->n_lines + 1);
    if (!left) return atn_fail_nomem(err);
    mean_goal_scores(b, ATN_NONE, &b->goals);
    size_t n = 0;
    for (size_t i = 0; i < b->n_lines; i++) {
        atn_goal_score without;
        mean_goal_scores(b, i, &without);
        if (without.n == b->goals.n) continue;
        left[n] = without.brier;
        left[b->n_lines + n++] = without.log_score;
    }
    b->goals.brier_error = atn_jackknife_error(left, n);
    b->goals.log_score_error = atn_jackknife_error(left + b->n_lines, n);
    atn_free(b->ctx, left);
    return ATTAIN_OK;
}

static void judge_reliability(attain_backtest *b)
{
    for (size_t k = 0; k < ATN_RELIABILITY_BINS; k++) {
        atn_reliability *bin = &b->bins[k];
        double sum = 0.0;
        *bin = (atn_reliability){.low = (double)k / ATN_RELIABILITY_BINS,
                                 .high = (double)(k + 1) / ATN_RELIABILITY_BINS};
        for (size_t i = 0; i < b->n_dates * b->n_lines; i++) {
            const atn_backtest_answer *a = &b->answers[i];
            size_t at = (size_t)(a->scored ? a->probability * ATN_RELIABILITY_BINS : 0.0);
            if (at == ATN_RELIABILITY_BINS) at--;
            if (!a->scored || at != k) continue;
            bin->n++;
            bin->n_came += b->lines[i % b->n_lines].outcome == ATN_OUTCOME_REACHED;
            sum += a->probability;
        }
        bin->mean = sum / (double)bin->n;
    }
}

attain_status atn_backtest_judge(attain_backtest *b, attain_error *err)
{
    attain_status status = judge_forecasts(b, err);
    if (status == ATTAIN_OK) status = judge_goals(b, err);
    if (status == ATTAIN_OK) judge_reliability(b);
    return status;
}
