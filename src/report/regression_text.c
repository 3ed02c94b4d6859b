/* A regression as text: the table for people here, JSON and CSV by the room that knows them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "regression_words.h"
#include "report/digits.h"
#include "report/escape.h"
#include "report/phrase.h"

/* ---- columns aligned on the decimal point ---------------------------------------------------- */

enum { MOST_COLUMNS = 7 };

/* One line's cells; the first is words where `name` is set. */
typedef struct row_cells {
    const char *name;
    char text[MOST_COLUMNS][ATN_DIGITS_SIZE];
} row_cells;

typedef void make_row(const attain_regression *r, size_t k, row_cells *row);

typedef struct columns {
    const attain_regression *r;
    const char *const *headings;
    size_t n_columns, n_rows;
    make_row *make;
    size_t before[MOST_COLUMNS], after[MOST_COLUMNS]; /* the point; for words, before alone */
} columns;

/* Characters before the point, or before the exponent, or all of them. */
static size_t before_point(const char *text)
{
    return strcspn(text, ".e");
}

static size_t heading_width(const columns *c, size_t k)
{
    return atn_utf8_length(c->headings[k]);
}

static void measure(columns *c)
{
    row_cells row = {.name = NULL};
    for (size_t i = 0; i < c->n_rows; i++) {
        c->make(c->r, i, &row);
        for (size_t k = 0; k < c->n_columns; k++) {
            const bool words = k == 0 && row.name;
            const size_t all = words ? atn_utf8_length(row.name) : strlen(row.text[k]);
            const size_t before = words ? all : before_point(row.text[k]);
            if (before > c->before[k]) c->before[k] = before;
            if (all - before > c->after[k]) c->after[k] = all - before;
        }
    }
    for (size_t k = 0; k < c->n_columns; k++) {
        const size_t heading = heading_width(c, k), numbers = c->before[k] + c->after[k];
        if (heading > numbers) c->before[k] += heading - numbers;
    }
}

static void pad(atn_text *out, size_t from, size_t to)
{
    for (; from < to; from++) atn_text_add(out, " ");
}

static void print_headings(const columns *c, bool words, atn_text *out)
{
    for (size_t k = 0; k < c->n_columns; k++) {
        const size_t gap = c->before[k] + c->after[k] - heading_width(c, k);
        const bool left = k == 0 && words;
        pad(out, 0, (k ? 2 : 0) + (left ? 0 : gap));
        atn_text_add(out, c->headings[k]);
        if (left) pad(out, 0, gap);
    }
    atn_text_add(out, "\n");
}

/* Blanks at the end of a line are not written. */
static void print_row(const columns *c, const row_cells *row, atn_text *out)
{
    size_t owed = 0;
    for (size_t k = 0; k < c->n_columns; k++) {
        const bool words = k == 0 && row->name;
        const char *text = words ? row->name : row->text[k];
        const size_t all = words ? atn_utf8_length(text) : strlen(text);
        const size_t before = words ? all : before_point(text);
        pad(out, 0, owed + (k ? 2 : 0) + (words ? 0 : c->before[k] - before));
        atn_escape_plain(out, text);
        owed = c->after[k] - (all - before) + (words ? c->before[k] - before : 0);
    }
    atn_text_add(out, "\n");
}

static void print_columns(columns *c, atn_text *out)
{
    row_cells row = {.name = NULL};
    measure(c);
    for (size_t i = 0; i < c->n_rows; i++) {
        c->make(c->r, i, &row);
        if (i == 0) print_headings(c, row.name != NULL, out);
        print_row(c, &row, out);
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

static void parameter_row(const attain_regression *r, size_t k, row_cells *row)
{
    /* Where the search did not converge, nothing is known of its end's precision. */
    const bool known = r->answer.end.outcome == ATTAIN_REGRESSION_CONVERGED;
    const double estimate = r->answer.estimate[k];
    const double error = known ? r->answer.std_error[k] : NAN;
    const atn_digits_plan p = atn_digits_for(estimate, error, r->lower[k], r->upper[k]);
    row->name = r->names[k];
    atn_digits_put(estimate, p.place, p.scientific, row->text[1]);
    atn_digits_put(error, p.error_place, p.error_scientific, row->text[2]);
    atn_digits_put(r->lower[k], p.place, p.scientific, row->text[3]);
    atn_digits_put(r->upper[k], p.place, p.scientific, row->text[4]);
}

/* A bound that holds a parameter has neither scatter nor chains. */
static void posterior_row(const attain_regression *r, size_t k, row_cells *row)
{
    const atn_summary *s = &r->posterior->summary[k];
    const double ess = s->ess_bulk < s->ess_tail ? s->ess_bulk : s->ess_tail;
    const bool fixed = atn_regression_is_fixed(r, k);
    parameter_row(r, k, row);
    atn_digits_put(fixed ? (double)NAN : s->rhat, -3, false, row->text[5]);
    atn_digits_put(fixed ? (double)NAN : floor(ess), 0, false, row->text[6]);
}

static void print_posterior(const attain_regression *r, atn_text *out)
{
    char level[ATN_DIGITS_SIZE], low[80], high[80];
    atn_say_level(r, level);
    snprintf(low, sizeof low, "%s %% low", level);
    snprintf(high, sizeof high, "%s %% high", level);
    const char *const headings[] = {"parameter", "mean", "sd", low, high, "R-hat", "ESS"};
    columns c = {.r = r,
                 .headings = headings,
                 .n_columns = 7,
                 .n_rows = r->answer.n_parameters,
                 .make = posterior_row};
    print_columns(&c, out);
}

static const char *interval_word(attain_intervals intervals)
{
    static const char *const words[] = {"Wald", "profile", "bootstrap"};
    return words[intervals];
}

static void print_parameters(const attain_regression *r, atn_text *out)
{
    char level[ATN_DIGITS_SIZE], low[80], high[80];
    atn_say_level(r, level);
    snprintf(low, sizeof low, "%s %% %s low", level, interval_word(r->settings.intervals));
    snprintf(high, sizeof high, "%s %% %s high", level, interval_word(r->settings.intervals));
    const char *const headings[] = {"parameter", "estimate", "std. error", low, high};
    columns c = {.r = r,
                 .headings = headings,
                 .n_columns = 5,
                 .n_rows = r->model.n_parameters,
                 .make = parameter_row};
    print_columns(&c, out);
}

/* ---- what stands below ----------------------------------------------------------------------- */

static void label(atn_text *out, const char *words)
{
    atn_text_add(out, words);
    pad(out, strlen(words), 15);
}

/* R-squared with two digits of what is left to explain. */
static void say_r_squared(const attain_regression *r, atn_text *out)
{
    char digits[ATN_DIGITS_SIZE];
    const double value = isfinite(r->answer.r_squared) ? r->answer.r_squared : NAN;
    const int left = atn_digits_exponent(1.0 - value, 2);
    const int place = left < -9 ? -10 : left > -3 ? -4 : left - 1;
    atn_digits_put(value, place, false, digits);
    atn_text_add(out, digits);
}

static void say_residual_sd(const attain_regression *r, atn_text *out)
{
    char digits[ATN_DIGITS_SIZE];
    const atn_regression_answer *a = &r->answer;
    label(out, "residual sd");
    atn_digits_short(isfinite(a->residual_sd) ? a->residual_sd : NAN, 4, digits);
    atn_text_printf(out, "%s on ", digits);
    atn_text_grouped(out, (double)a->residual_df, 0);
    atn_text_add(out, a->residual_df == 1 ? " degree of freedom" : " degrees of freedom");
    if (r->settings.loss != ATTAIN_LOSS_SQUARES) {
        atn_digits_short(a->end.scale, 4, digits);
        atn_text_printf(out, "; scale of the %s loss %s", atn_loss_word(r->settings.loss), digits);
    }
    atn_text_add(out, "\n");
}

static void say_fit(const attain_regression *r, atn_text *out)
{
    if (!r->posterior) say_residual_sd(r, out); /* sigma says it */
    label(out, "R-squared");
    say_r_squared(r, out);
    atn_text_add(out, "\n");
    label(out, "rows");
    atn_text_grouped(out, (double)r->model.n_rows, 0);
    if (r->n_missing > 0) {
        atn_text_add(out, "; left out for a missing cell: ");
        atn_text_grouped(out, (double)r->n_missing, 0);
    }
    atn_text_add(out, "\n");
}

static void say_search(const attain_regression *r, atn_text *out)
{
    const atn_regression_answer *a = &r->answer;
    label(out, "outcome");
    atn_text_printf(out, "%s\n", atn_outcome_words(a->end.outcome));
    if (a->starts > 1) {
        label(out, "");
        atn_text_printf(out,
                        "the first search left doubt: %zu starts were tried, the best end is "
                        "given\n",
                        a->starts);
    }
    if (a->end.extended) {
        label(out, "");
        atn_text_add(out, "the last steps were taken in extended precision\n");
    }
    if (r->settings.intervals == ATTAIN_INTERVALS_BOOTSTRAP) {
        label(out, "bootstrap");
        atn_text_grouped(out, (double)r->settings.replicates, 0);
        atn_text_add(out, " replicates");
        if (r->n_failed > 0)
            atn_text_printf(out, ", of which %zu found no answer and were left out", r->n_failed);
        atn_text_add(out, "\n");
    }
}

static void say_sampler(const attain_regression *r, atn_text *out)
{
    const attain_regression_settings *s = &r->settings;
    const atn_regression_posterior *p = r->posterior;
    label(out, "sampler");
    atn_text_grouped(out, (double)s->chains, 0);
    atn_text_add(out, s->chains == 1 ? " chain of " : " chains of ");
    atn_text_grouped(out, (double)s->draws, 0);
    atn_text_add(out, " draws after ");
    atn_text_grouped(out, (double)s->warmup, 0);
    atn_text_printf(out, " of warm-up, seed %llu\n", (unsigned long long)s->seed);
    label(out, "divergences");
    atn_text_grouped(out, (double)p->nuts.divergences, 0);
    atn_text_add(out, "\n");
    label(out, "quality gates");
    if (p->passed) atn_text_add(out, "all passed\n");
    for (size_t k = 0, n = 0; k < attain_diagnostics_count(r->notes) && !p->passed; k++) {
        const attain_diagnostic *d = attain_diagnostics_get(r->notes, k);
        if (strncmp(d->code, "gate-", 5) != 0) continue;
        if (n++) label(out, "");
        atn_text_add(out, "FAILED: ");
        atn_escape_plain(out, d->message);
        atn_text_add(out, "\n");
    }
}

/* A condition number c means that about log10(c) of the 15 digits of the data are lost. */
static void say_condition(const attain_regression *r, atn_text *out)
{
    enum { LARGE = 100000 };
    char digits[ATN_DIGITS_SIZE];
    if (!(r->answer.condition > LARGE)) return;
    label(out, "condition");
    atn_digits_short(r->answer.condition, 2, digits);
    atn_text_printf(out, "%s: the rows hardly determine some combination of the parameters\n",
                    digits);
}

static void say_bounds(const attain_regression *r, atn_text *out)
{
    bool any = false;
    for (size_t k = 0; k < r->model.n_parameters; k++) {
        const bool held =
            r->model.lower && r->model.upper && r->model.lower[k] == r->model.upper[k];
        if (!held && !r->answer.at_bound[k]) continue;
        label(out, any ? "" : "bounds");
        atn_escape_plain(out, r->names[k]);
        atn_text_add(out, held ? " is held at " : " lies on its bound, ");
        atn_text_number(out, r->answer.estimate[k]);
        atn_text_add(out, "\n");
        any = true;
    }
}

typedef struct pair {
    size_t i, j;
    double r;
} pair;

/* The strongest pair that is weaker than `last` (or as strong and later); false if there is none.
 */
static bool next_pair(const attain_regression *r, const pair *last, pair *next)
{
    const double least = 0.95;
    bool found = false;
    for (size_t i = 0; i < r->model.n_parameters; i++)
        for (size_t j = i + 1; j < r->model.n_parameters; j++) {
            const double c = atn_regression_correlation(r, i, j), size = fabs(c);
            if (!(size > least)) continue;
            if (last) {
                const double other = fabs(last->r);
                const bool later = i > last->i || (i == last->i && j > last->j);
                if (size > other || (size == other && !later)) continue;
            }
            if (found && size <= fabs(next->r)) continue;
            *next = (pair){i, j, c};
            found = true;
        }
    return found;
}

/* 0.9988, 0.999993: two digits of what is missing to 1. */
static void say_correlation(double value, atn_text *out)
{
    char digits[ATN_DIGITS_SIZE];
    const int left = atn_digits_exponent(1.0 - fabs(value), 2);
    atn_digits_put(value, left < -8 ? -9 : left - 1, false, digits);
    atn_text_add(out, digits);
}

static void say_correlations(const attain_regression *r, atn_text *out)
{
    enum { SHOWN = 5 };
    pair at = {0, 0, 0.0}, next;
    size_t n = 0;
    while (n < SHOWN && next_pair(r, n > 0 ? &at : NULL, &next)) {
        at = next;
        label(out, n++ ? "" : "correlation");
        say_correlation(at.r, out);
        atn_text_add(out, " of ");
        atn_escape_plain(out, r->names[at.i]);
        atn_text_add(out, " and ");
        atn_escape_plain(out, r->names[at.j]);
        atn_text_add(out, n == 1 ? ": the rows hardly tell one from the other\n" : "\n");
    }
    size_t more = 0;
    while (n == SHOWN && next_pair(r, &at, &next)) {
        at = next;
        more++;
    }
    if (more == 0) return;
    label(out, "");
    atn_text_printf(out, "and %zu more pair%s above 0.95\n", more, more == 1 ? "" : "s");
}

/* Remarks of the fit without which the numbers cannot be read. */
static void say_remarks(const attain_regression *r, atn_text *out)
{
    for (size_t k = 0; k < attain_diagnostics_count(r->notes); k++) {
        const attain_diagnostic *d = attain_diagnostics_get(r->notes, k);
        const bool open = strcmp(d->code, "unidentified") == 0;
        if (!open && strcmp(d->code, "dates") != 0) continue;
        label(out, open ? "undetermined" : "dates");
        atn_escape_plain(out, d->message);
        atn_text_add(out, "\n");
    }
}

/* ---- residuals ------------------------------------------------------------------------------- */

static void residual_row(const attain_regression *r, size_t k, row_cells *row)
{
    const double residual = r->answer.residual[k], response = r->model.response[k];
    const double sd = r->answer.residual_sd;
    const long line = atn_regression_line(r, k);
    row->name = NULL;
    if (line > 0)
        snprintf(row->text[0], ATN_DIGITS_SIZE, "%ld", line);
    else
        snprintf(row->text[0], ATN_DIGITS_SIZE, "%zu", (r->rows ? r->rows[k] : k) + 1);
    atn_number_format(response, row->text[1]);
    if (isfinite(sd) && sd > 0.0) { /* three digits of a usual residual say all */
        const int place = atn_digits_exponent(sd, 3) - 2;
        const bool scientific = place < -9 || place > 6;
        atn_digits_put(response - residual, place, scientific, row->text[2]);
        atn_digits_put(residual, place, scientific, row->text[3]);
    } else {
        atn_digits_short(response - residual, 6, row->text[2]);
        atn_digits_short(residual, 3, row->text[3]);
    }
}

static void print_residuals(const attain_regression *r, atn_text *out)
{
    const bool lines = atn_regression_line(r, 0) > 0;
    const char *const headings[] = {lines ? "line" : "row", "response", "fitted", "residual"};
    columns c = {.r = r,
                 .headings = headings,
                 .n_columns = 4,
                 .n_rows = r->model.n_rows,
                 .make = residual_row};
    atn_text_add(out, "\n");
    print_columns(&c, out);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void say_head(const attain_regression *r, atn_text *out)
{
    atn_say_equation(r, out);
    atn_text_add(out, "\n");
    atn_say_method(r, out);
    atn_text_add(out, "\n");
    if (r->answer.end.outcome != ATTAIN_REGRESSION_CONVERGED)
        atn_text_add(out, "NO ANSWER: the search did not converge; this is where it ended\n");
    if (r->posterior && !r->posterior->passed)
        atn_text_add(out, "NOT TO BE RELIED ON: a quality gate failed; which one is said below\n");
    atn_text_add(out, "\n");
}

static void print_table(const attain_regression *r, bool residuals, atn_text *out)
{
    say_head(r, out);
    if (r->posterior)
        print_posterior(r, out);
    else
        print_parameters(r, out);
    atn_text_add(out, "\n");
    say_fit(r, out);
    if (r->posterior)
        say_sampler(r, out);
    else
        say_search(r, out);
    if (r->answer.end.outcome == ATTAIN_REGRESSION_CONVERGED && !r->posterior)
        say_condition(r, out);
    say_bounds(r, out);
    if (r->answer.end.outcome == ATTAIN_REGRESSION_CONVERGED) say_correlations(r, out);
    say_remarks(r, out);
    if (residuals) print_residuals(r, out);
}

attain_status attain_regression_text(const attain_regression *regression, attain_format format,
                                     bool residuals, char **text, attain_error *err)
{
    atn_error_clear(err);
    *text = NULL;
    if (format == ATTAIN_FORMAT_JSON) return atn_regression_json(regression, residuals, text, err);
    if (format == ATTAIN_FORMAT_CSV) return atn_regression_csv(regression, residuals, text, err);
    atn_text out;
    atn_text_init(&out, regression->ctx);
    print_table(regression, residuals, &out);
    *text = atn_text_take(&out);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}
