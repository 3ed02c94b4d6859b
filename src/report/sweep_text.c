/* A sweep as a table for people, JSON or CSV. */
#include <math.h>
#include <string.h>

#include "report_internal.h"
#include "sweep_words.h"

enum { SHOWN = 40 }; /* values of a grid that a table for people has room for */

static const char *second_name(const attain_sweep *sweep)
{
    return sweep->n_vary > 1 ? sweep->vary[1].target : NULL;
}

bool atn_sweep_one_goal(const attain_sweep *sweep)
{
    for (size_t a = 1; a < sweep->n_answers; a++)
        if (sweep->answers[a].goal != sweep->answers[0].goal) return false;
    return true;
}

void atn_sweep_say_answer(atn_text *out, const attain_sweep *sweep, size_t a, bool among)
{
    attain_sweep_answer answer;
    if (attain_sweep_answer_get(sweep, a, &answer, NULL) != ATTAIN_OK) return;
    const atn_sweep_answer *own = &sweep->answers[a];
    const bool definitions = sweep->run.projection->goals[own->goal].n_definitions > 1;
    const bool readings = sweep->run.goals[own->goal].n_plans > 1;
    const bool bare = among && (definitions || readings);
    if (!bare) atn_escape_plain(out, answer.goal);
    if (!definitions && !readings) return;
    if (!bare) atn_text_add(out, " (");
    if (definitions) atn_escape_plain(out, answer.definition);
    if (definitions && readings) atn_text_add(out, ", ");
    if (readings) atn_say_reading(out, answer.reading);
    if (!bare) atn_text_add(out, ")");
}

/* Digits that the grid's step supports. */
static void say_at(atn_text *out, const attain_sweep *sweep, double value)
{
    const atn_sweep_vary *v = &sweep->vary[0];
    const double step = v->n > 1 ? v->value[1] - v->value[0] : 1.0;
    int decimals = 2 - (int)floor(log10(step));
    if (decimals < 0) decimals = 0;
    atn_text_grouped(out, value, decimals > 9 ? 9 : decimals);
}

void atn_sweep_say_break_even(atn_text *out, const attain_sweep *sweep, size_t a, size_t second)
{
    double value;
    if (attain_sweep_break_even(sweep, a, second, &value)) {
        say_at(out, sweep, value);
        return;
    }
    double p = NAN;
    (void)attain_sweep_probability(sweep, a, 0, second, &p, NULL);
    atn_text_add(out, p < sweep->until ? "not in this range: below throughout"
                                       : "not in this range: above throughout");
}

/* ---- for people ------------------------------------------------------------------------------ */

static void put_break_even(atn_text *out, const attain_sweep *sweep)
{
    atn_escape_plain(out, sweep->vary[0].target);
    atn_text_add(out, " at which the chance is ");
    atn_say_percent(out, sweep->until);
    atn_text_add(out, "\n");
    for (size_t a = 0; a < sweep->n_answers; a++) {
        for (size_t s = 0; s < sweep->vary[1].n; s++) {
            atn_text_add(out, "  ");
            atn_sweep_say_answer(out, sweep, a, false);
            if (second_name(sweep)) {
                atn_text_add(out, ", ");
                atn_escape_plain(out, second_name(sweep));
                atn_text_add(out, " ");
                atn_text_number(out, sweep->vary[1].value[s]);
            }
            atn_text_add(out, ": ");
            atn_sweep_say_break_even(out, sweep, a, s);
            atn_text_add(out, "\n");
        }
    }
}

static const atn_grid_column columns[] = {
    {"first", "value", SHOW_EXACT, 1},     {"second", "second", SHOW_EXACT, 0},
    {"goal", "goal", SHOW_TEXT, 24},       {"definition", "definition", SHOW_TEXT, 14},
    {"reading", "reading", SHOW_TEXT, 24}, {"probability", "chance", SHOW_PERCENT, 1},
    {"mcse", "mcse", SHOW_ESTIMATE, 1},    {"break_even", "break even", SHOW_ESTIMATE, 0}};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* thin: only so many values of the first thing, its ends among them. */
static void fill(atn_grid *t, const attain_sweep *sweep, bool thin)
{
    const size_t n = sweep->vary[0].n, stride = thin && n > SHOWN ? (n - 2) / (SHOWN - 1) + 1 : 1;
    for (size_t a = 0; a < sweep->n_answers; a++) {
        attain_sweep_answer answer;
        if (attain_sweep_answer_get(sweep, a, &answer, NULL) != ATTAIN_OK) continue;
        for (size_t s = 0; s < sweep->vary[1].n; s++) {
            double even = NAN;
            (void)attain_sweep_break_even(sweep, a, s, &even);
            for (size_t k = 0; k < n; k++) {
                double p = NAN, mcse = NAN;
                if (k % stride != 0 && k + 1 != n) continue;
                (void)attain_sweep_probability(sweep, a, k, s, &p, &mcse);
                atn_grid_number(t, sweep->vary[0].value[k]);
                atn_grid_number(t, sweep->vary[1].value[s]);
                atn_grid_text(t, answer.goal);
                atn_grid_text(t, answer.definition);
                atn_grid_text(t, answer.reading);
                atn_grid_number(t, p);
                atn_grid_number(t, mcse);
                atn_grid_number(t, even);
            }
        }
    }
}

/* Columns under the names of what is varied; the second only where there is one. */
static void put_grid(atn_text *out, const attain_sweep *sweep, attain_format format)
{
    atn_grid_column own[COLUMNS];
    atn_grid t;
    memcpy(own, columns, sizeof own);
    own[0].key = own[0].heading = sweep->vary[0].target;
    if (second_name(sweep)) {
        own[1].key = own[1].heading = sweep->vary[1].target;
        own[1].width = 1;
    }
    atn_grid_init(&t, sweep->ctx, own, COLUMNS);
    fill(&t, sweep, format == ATTAIN_FORMAT_TABLE);
    atn_grid_print(&t, format, out);
    atn_grid_free(&t);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_numbers(atn_text *out, const char *key, const double *x, size_t n)
{
    atn_escape_json(out, key);
    atn_text_add(out, ": [");
    for (size_t k = 0; k < n; k++) {
        if (k) atn_text_add(out, ", ");
        atn_text_number(out, x[k]);
    }
    atn_text_add(out, "]");
}

static void put_member(atn_text *out, const char *key, const char *text)
{
    atn_escape_json(out, key);
    atn_text_add(out, ": ");
    atn_escape_json(out, text);
    atn_text_add(out, ", ");
}

static void put_json(atn_text *out, const attain_sweep *sweep)
{
    const size_t n = sweep->vary[0].n;
    char from[ATN_DATE_SIZE];
    atn_date_format(sweep->changes[0].from, from);
    atn_text_add(out, "{\n  ");
    put_member(out, "title", attain_study_title(sweep->posterior->study));
    put_member(out, "from", from);
    atn_text_add(out, "\"until\": ");
    atn_text_number(out, sweep->until);
    atn_text_add(out, ",\n  \"vary\": [");
    for (size_t v = 0; v < sweep->n_vary; v++) {
        atn_text_add(out, v ? ",\n    {" : "\n    {");
        put_member(out, "target", sweep->vary[v].target);
        put_numbers(out, "values", sweep->vary[v].value, sweep->vary[v].n);
        atn_text_add(out, "}");
    }
    atn_text_add(out, "\n  ],\n  \"answers\": [");
    for (size_t a = 0; a < sweep->n_answers; a++) {
        attain_sweep_answer answer;
        if (attain_sweep_answer_get(sweep, a, &answer, NULL) != ATTAIN_OK) continue;
        for (size_t s = 0; s < sweep->vary[1].n; s++) {
            const size_t row = a * sweep->vary[1].n + s;
            atn_text_add(out, row ? ",\n    {" : "\n    {");
            put_member(out, "goal", answer.goal);
            put_member(out, "definition", answer.definition);
            put_member(out, "reading", answer.reading);
            if (second_name(sweep)) {
                atn_text_add(out, "\"second\": ");
                atn_text_number(out, sweep->vary[1].value[s]);
                atn_text_add(out, ", ");
            }
            atn_text_add(out, "\"break_even\": ");
            atn_text_number(out, sweep->break_even[row]);
            atn_text_add(out, ",\n     ");
            put_numbers(out, "probability", sweep->probability + row * n, n);
            atn_text_add(out, ",\n     ");
            put_numbers(out, "mcse", sweep->mcse + row * n, n);
            atn_text_add(out, "}");
        }
    }
    atn_text_add(out, "\n  ]\n}\n");
}

attain_status attain_sweep_text(const attain_sweep *sweep, attain_format format, char **text,
                                attain_error *err)
{
    atn_error_clear(err);
    *text = NULL;
    const size_t refusals = sweep->ctx->refusals;
    atn_text out;
    atn_text_init(&out, sweep->ctx);
    if (format == ATTAIN_FORMAT_JSON) {
        put_json(&out, sweep);
    } else if (format == ATTAIN_FORMAT_CSV) {
        put_grid(&out, sweep, format);
    } else {
        put_break_even(&out, sweep);
        atn_text_add(&out, "\n");
        put_grid(&out, sweep, format);
    }
    if (sweep->ctx->refusals != refusals) out.failed = true;
    *text = atn_text_take(&out);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}
