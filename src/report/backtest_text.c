/* A backtest for people, and which of its dresses a caller gets. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "backtest_words.h"

/* ---- names ---- */

size_t atn_backtest_goal_lines(const attain_backtest *b, size_t goal, size_t *first)
{
    size_t n = 0;
    *first = 0;
    for (size_t i = 0; i < b->n_lines; i++) {
        if (b->lines[i].goal != goal) continue;
        if (n++ == 0) *first = i;
    }
    return n;
}

void atn_backtest_say_line(atn_text *out, const attain_backtest *b, size_t line)
{
    size_t first;
    const size_t n = atn_backtest_goal_lines(b, b->lines[line].goal, &first);
    bool definitions = false, readings = false;
    attain_backtest_answer a;
    for (size_t i = first; i < first + n; i++) {
        definitions |= b->lines[i].definition != b->lines[first].definition;
        readings |= strcmp(b->lines[i].reading, b->lines[first].reading) != 0;
    }
    if (attain_backtest_answer_get(b, line, &a, NULL) != ATTAIN_OK) return;
    if (definitions) atn_escape_plain(out, a.definition);
    if (definitions && readings) atn_text_add(out, ", ");
    if (readings) atn_say_reading(out, a.reading);
}

/* "from 1 Mar to 31 Mar 2025". */
static void say_window(atn_text *out, const atn_report *r)
{
    char date[ATN_DATE_SIZE];
    const bool single = r->start == r->end;
    atn_date_format(r->start, date);
    atn_text_add(out, single ? " on " : " from ");
    atn_say_short_date(out, date);
    if (single) return;
    atn_text_add(out, " to ");
    atn_date_format(r->end, date);
    atn_say_short_date(out, date);
}

void atn_backtest_say_figure(atn_text *out, const attain_backtest *b, size_t report)
{
    static const char *const words[] = {
        [ATN_EXACT] = "",      [ATN_AT_LEAST] = "at least ", [ATN_AT_MOST] = "at most ",
        [ATN_BETWEEN] = "",    [ATN_OVER] = "over ",         [ATN_NEARLY] = "nearly ",
        [ATN_ABOUT] = "about "};
    static const char *const statistics[] = {
        [ATN_VALUE] = "",           [ATN_MEAN] = " on average",   [ATN_TOTAL] = " in all",
        [ATN_MAX] = " at the peak", [ATN_MIN] = " at the lowest", [ATN_LEVEL] = ""};
    const atn_report *r = &b->study->reports[report];
    const bool share = b->study->series[r->series].kind == ATN_SHARE;
    if (*r->source_text) {
        atn_escape_plain(out, r->source_text);
        atn_text_add(out, ": ");
    }
    atn_text_add(out, words[r->relation]);
    atn_say_value(out, r->value, share, true);
    if (r->relation == ATN_BETWEEN) {
        atn_text_add(out, " to ");
        atn_say_value(out, r->upper, share, true);
    }
    if (r->start != r->end) atn_text_add(out, statistics[r->statistic]);
    say_window(out, r);
}

/* ---- fixed columns ---- */

static void put_cell(atn_text *out, const char *text, size_t width, bool right)
{
    const size_t n = atn_utf8_length(text);
    for (size_t i = n; right && i < width; i++) atn_text_add(out, " ");
    atn_text_add(out, text);
    for (size_t i = n; !right && i < width; i++) atn_text_add(out, " ");
}

/* "61 ±9", in percent; "-" for what is not known. */
static void put_percent(atn_text *out, double value, double error, size_t width)
{
    char text[64] = "-";
    if (isfinite(error))
        snprintf(text, sizeof text, "%d \xc2\xb1%d", (int)round(100 * value),
                 (int)ceil(100 * error - 1e-9));
    else if (isfinite(value))
        snprintf(text, sizeof text, "%d", (int)round(100 * value));
    put_cell(out, text, width, true);
}

/* What is less certain than this tells nothing. */
static void put_skill(atn_text *out, double value, double error)
{
    put_percent(out, error <= 1.0 ? value : NAN, error <= 1.0 ? error : NAN, 11);
}

static void put_decimal(atn_text *out, double value, int decimals, size_t width)
{
    char text[64] = "-";
    if (isfinite(value)) atn_number_fixed(value, decimals, text);
    put_cell(out, text, width, true);
}

static void put_count(atn_text *out, size_t n, size_t width)
{
    char text[32];
    snprintf(text, sizeof text, "%zu", n);
    put_cell(out, text, width, true);
}

/* ---- scores ---- */

static size_t name_width(const attain_backtest *b)
{
    size_t width = 15;
    for (size_t i = 0; i < b->n_scores; i++) {
        const size_t n = atn_utf8_length(b->scores[i].name);
        if (n > width) width = n;
    }
    return width;
}

static void put_score(atn_text *out, const attain_backtest_score *s, size_t width)
{
    put_cell(out, s->name, width, false);
    put_count(out, s->n, 7);
    put_count(out, s->n_exact, 7);
    put_count(out, s->n_exact_reports, 9);
    for (size_t k = 0; k < ATTAIN_COVERAGES; k++)
        put_percent(out, s->coverage[k], s->coverage_error[k], 9);
    put_decimal(out, s->crps, 3, 8);
    for (size_t k = 0; k < 2; k++) put_skill(out, s->skill[k], s->skill_error[k]);
    for (size_t k = 0; k < 2; k++) put_skill(out, s->median_skill[k], s->median_skill_error[k]);
    put_decimal(out, s->pit, 2, 7);
    atn_text_add(out, "\n");
}

static void put_scores(atn_text *out, const attain_backtest *b)
{
    const size_t width = name_width(b);
    if (b->n_forecasts == 0) {
        atn_text_add(out,
                     "No figure was published after the first of these dates: nothing to score "
                     "them by.\n");
        return;
    }
    atn_text_add(out, "Later figures against what was foreseen\n");
    put_cell(out, "", width, false);
    atn_text_add(out,
                 "                           inside, %               skill, % (CRPS)      skill, % "
                 "(median)\n");
    put_cell(out, "end of window", width, false);
    atn_text_add(out,
                 "   seen  exact  figures       50       80       95    CRPS  last rate  mean rate"
                 "  last rate  mean rate    PIT\n");
    for (size_t i = 0; i < b->n_scores; i++) {
        const bool begins = i > 0 && strcmp(b->scores[i].group, b->scores[i - 1].group) != 0;
        if (begins && strcmp(b->scores[i].group, "series") == 0) atn_text_add(out, "\n");
        put_score(out, &b->scores[i], width);
    }
    atn_text_add(
        out,
        "\nseen: dates x figures, of which exact; figures: different exact ones.  Errors "
        "(\xc2\xb1) count one figure, or\none date, once.  CRPS on the log scale under a "
        "log link: 0.10 is about 10 %.  Skill: less than the baseline's\nby so much, windows "
        "that end later alone.  PIT: mean; above 0.5 figures came out higher than foreseen.\n");
}

/* ---- goals ---- */

static void put_answer_row(atn_text *out, const attain_backtest *b, size_t line,
                           const size_t *shown, size_t n_shown)
{
    atn_text text;
    atn_text_init(&text, b->ctx);
    atn_text_add(&text, "  ");
    atn_backtest_say_line(&text, b, line);
    if (text.length == 2) atn_text_add(&text, "chance");
    put_cell(out, text.data ? text.data : "", 30, false);
    atn_text_free(&text);
    for (size_t k = 0; k < n_shown; k++) {
        atn_say_percent(&text, b->answers[shown[k] * b->n_lines + line].probability);
        put_cell(out, text.data ? text.data : "", 8, true);
        if (text.failed) out->failed = true;
        atn_text_free(&text);
    }
    atn_text_add(out, b->lines[line].outcome == ATN_OUTCOME_REACHED  ? "   reached"
                      : b->lines[line].outcome == ATN_OUTCOME_MISSED ? "   missed"
                                                                     : "");
    atn_text_add(out, "\n");
}

/* At most so many dates fit a line: the last, and others evenly before it. */
enum { SHOWN = 10 };
static size_t choose_dates(const attain_backtest *b, size_t *shown)
{
    size_t answered = 0, n = 0, seen = 0;
    for (size_t i = 0; i < b->n_dates; i++) answered += b->dates[i].answered;
    const size_t stride = (answered + SHOWN - 1) / SHOWN;
    for (size_t i = 0; i < b->n_dates; i++) {
        if (!b->dates[i].answered) continue;
        if ((answered - 1 - seen++) % stride == 0) shown[n++] = i;
    }
    return n;
}

static void put_answers(atn_text *out, const attain_backtest *b)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    size_t shown[SHOWN], first;
    const size_t n_shown = choose_dates(b, shown);
    if (b->n_lines == 0) return;
    atn_text_add(out, "\nAnswers by as-of date\n");
    put_cell(out, "", 30, false);
    for (size_t k = 0; k < n_shown; k++) {
        int y, m, d;
        char text[16];
        atn_date_parts(b->dates[shown[k]].as_of, &y, &m, &d);
        snprintf(text, sizeof text, "%d %s", d, months[m - 1]);
        put_cell(out, text, 8, true);
    }
    atn_text_add(out, "\n");
    for (size_t g = 0; g < b->study->n_goals; g++) {
        const size_t n = atn_backtest_goal_lines(b, g, &first);
        if (n == 0) continue;
        atn_escape_plain(out, b->study->goals[g].id);
        atn_text_add(out, "\n");
        for (size_t i = first; i < first + n; i++) put_answer_row(out, b, i, shown, n_shown);
    }
}

static void put_goal_scores(atn_text *out, const attain_backtest *b)
{
    const atn_goal_score *g = &b->goals;
    atn_text_add(out, "\n");
    if (g->n == 0) {
        atn_text_add(out,
                     "No goal's outcome is known that an earlier answer could be scored by.\n");
        return;
    }
    atn_text_printf(out, "%zu answer%s on %zu known outcome%s: Brier score ", g->n,
                    g->n == 1 ? "" : "s", g->n_outcomes, g->n_outcomes == 1 ? "" : "s");
    put_decimal(out, g->brier, 3, 0);
    if (isfinite(g->brier_error)) {
        atn_text_add(out, " \xc2\xb1");
        put_decimal(out, g->brier_error, 3, 0);
    }
    atn_text_add(out, " (last rate ");
    put_decimal(out, g->brier_baseline[0], 3, 0);
    atn_text_add(out, ", mean rate ");
    put_decimal(out, g->brier_baseline[1], 3, 0);
    atn_text_add(out, "; 0.25 is a coin), mean log score ");
    put_decimal(out, g->log_score, 2, 0);
    atn_text_add(out, "\n");
    for (size_t k = 0; k < ATN_RELIABILITY_BINS; k++) {
        const atn_reliability *r = &b->bins[k];
        if (r->n == 0) continue;
        atn_text_printf(out, "  %3d to %3d %% said (mean %d %%): %zu of %zu came\n",
                        (int)round(100 * r->low), (int)round(100 * r->high),
                        (int)round(100 * r->mean), r->n_came, r->n);
    }
}

static void put_head(atn_text *out, const attain_backtest *b)
{
    char date[ATN_DATE_SIZE];
    size_t skipped = 0, failed = 0;
    atn_escape_plain(out, b->study->title);
    atn_text_printf(out, "\nbacktest on %zu dates, ", b->n_dates - 1);
    atn_date_format(b->dates[0].as_of, date);
    atn_say_short_date(out, date);
    atn_text_add(out, " to ");
    atn_date_format(b->dates[b->n_dates - 2].as_of, date);
    atn_say_short_date(out, date);
    atn_text_add(out, ", by figures published until ");
    atn_date_format(b->study->as_of, date);
    atn_say_short_date(out, date);
    atn_text_printf(out, "; %s, seed %llu\n", b->method, (unsigned long long)b->seed);
    for (size_t i = 0; i < b->n_dates; i++) {
        skipped += !b->dates[i].answered;
        failed += b->dates[i].answered && !b->dates[i].passed;
    }
    if (skipped > 0) atn_text_printf(out, "%zu date%s skipped\n", skipped, skipped == 1 ? "" : "s");
    if (failed > 0)
        atn_text_printf(out, "answer with warnings: %zu of %zu fits failed a quality gate\n",
                        failed, b->n_dates - skipped);
    atn_text_add(out, "\n");
}

attain_status attain_backtest_text(const attain_backtest *backtest, const char *table,
                                   attain_format format, char **text, attain_error *err)
{
    static const struct {
        const char *name;
        void (*put)(const attain_backtest *, atn_text *);
    } tables[] = {{"scores", atn_backtest_scores_csv},
                  {"answers", atn_backtest_answers_csv},
                  {"forecasts", atn_backtest_forecasts_csv}};
    atn_error_clear(err);
    *text = NULL;
    size_t k = 0;
    while (table && k < 3 && strcmp(table, tables[k].name) != 0) k++;
    if (k == 3)
        return atn_fail(err, ATTAIN_ERR_ADDRESS,
                        "a backtest has the tables scores, answers and forecasts, not '%.40s'",
                        table);
    const size_t refusals = backtest->ctx->refusals;
    atn_text out;
    atn_text_init(&out, backtest->ctx);
    if (format == ATTAIN_FORMAT_CSV) {
        tables[k].put(backtest, &out);
    } else if (format == ATTAIN_FORMAT_JSON) {
        atn_backtest_json(backtest, &out);
    } else {
        put_head(&out, backtest);
        put_scores(&out, backtest);
        put_answers(&out, backtest);
        put_goal_scores(&out, backtest);
    }
    if (backtest->ctx->refusals != refusals) out.failed = true;
    *text = atn_text_take(&out);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}
