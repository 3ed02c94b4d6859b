/* The expressions of a regression: which names they may use, and what is said of the others. */
#include <stdio.h>
#include <string.h>

#include "io/reader.h"
#include "regress_internal.h"

enum { MOST_UNKNOWN = 20, WORD_SIZE = 65 };

/* One expression on its way to a program. */
typedef struct expression {
    const char *field, *text; /* "response" and the expression */
    bool parameters;          /* it may use them */
    atn_name *names;          /* parameters if any, then usable columns, then unknown words */
    size_t n_names, first_column;
    char (*unknown)[WORD_SIZE];
    size_t n_unknown;
} expression;

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

/* Names that a formula can be compiled beside: words and ids, not the language's own. */
static bool is_usable(const char *name)
{
    bool letter = false;
    for (const char *at = name; *at; at++) {
        if (!is_word(*at) && *at != '-') return false;
        letter = letter || (is_word(*at) && *at != '_' && !(*at >= '0' && *at <= '9'));
    }
    double number;
    return letter && *name != '-' && !atn_formula_has_own(name) &&
           !atn_number_parse(name, strlen(name), &number);
}

static void find_usable(atn_regress_job *job)
{
    const attain_table *t = job->table;
    job->usable = ATN_NEW_ARRAY(job->ctx, size_t, t->n_columns);
    job->in_use = ATN_NEW_ARRAY(job->ctx, bool, t->n_columns);
    for (size_t c = 0; c < t->n_columns && job->usable; c++)
        if (t->columns[c].values && is_usable(t->columns[c].name)) job->usable[job->n_usable++] = c;
}

static atn_place place_in(const char *text, const char *at)
{
    return (atn_place){.line = 1, .column = (long)(at - text) + 1};
}

/* "(the columns are x, y, z)", cut. */
static void list_columns(const attain_table *t, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "; the columns are ");
    for (size_t c = 0; c < t->n_columns; c++) {
        const char *name = t->columns[c].name;
        const size_t more = strlen(name) + 2;
        if (n + more + 5 >= size) {
            snprintf(out + n, size - n, "%s...", c ? ", " : "");
            return;
        }
        n += (size_t)snprintf(out + n, size - n, "%s%s", c ? ", " : "", name);
    }
}

static void hint_name(const atn_regress_job *job, const expression *x, const char *word, char *out,
                      size_t size)
{
    const attain_table *t = job->table;
    const size_t n_parameters = x->parameters ? job->n_parameters : 0;
    const char **names = ATN_NEW_ARRAY(job->ctx, const char *, n_parameters + t->n_columns);
    *out = '\0';
    if (!names) return;
    size_t n = 0;
    for (size_t k = 0; k < n_parameters; k++) names[n++] = job->parameters[k].name;
    for (size_t c = 0; c < t->n_columns; c++) names[n++] = t->columns[c].name;
    const char *near = atn_regress_near(word, names, n);
    if (near)
        snprintf(out, size, "; did you mean '%.64s'?", near);
    else
        list_columns(t, out, size);
    atn_free(job->ctx, names);
}

/* A column that cannot be used: its first bad cell says why. */
static void refuse_column(atn_regress_job *job, const expression *x, const atn_number_column *c)
{
    const atn_place place = {.file = job->table->name, .line = c->line, .column = c->column};
    char advice[ATN_ADVICE_SIZE] = "";
    if (strcmp(c->wanted, "a number") != 0) atn_date_advice(c->bad, advice);
    if (!*advice) atn_number_advice(c->bad, advice);
    atn_regress_problem(job, ATTAIN_ERR_TABLE, "column", &place,
                        "%s: column '%.64s' holds '%s' in line %ld, expected %s%s", x->field,
                        c->name, c->bad, c->line, c->wanted, advice);
}

static void refuse_unknown(atn_regress_job *job, const expression *x, const char *word,
                           const char *at)
{
    const atn_place place = place_in(x->text, at);
    const size_t c = atn_number_column_find(job->table, word);
    char hint[160];
    if (c < job->table->n_columns && !job->table->columns[c].values) {
        refuse_column(job, x, &job->table->columns[c]);
    } else if (atn_regress_find(job, word, strlen(word)) < job->n_parameters) {
        atn_regress_problem(job, ATTAIN_ERR_FORMULA, x->field, &place,
                            "%s, column %ld: '%s' is a parameter, and only columns of the table "
                            "stand here",
                            x->field, place.column, word);
    } else {
        hint_name(job, x, word, hint, sizeof hint);
        atn_regress_problem(job, ATTAIN_ERR_FORMULA, x->field, &place,
                            "%s, column %ld: '%s' is no column of the table%s%s", x->field,
                            place.column, word,
                            x->parameters ? " and has no start as a parameter" : "", hint);
    }
}

/* The language's own names are never read as columns: exp without a bracket, e, pi. */
static bool refuse_own(atn_regress_job *job, const expression *x)
{
    for (const char *at = x->text; *at;) {
        size_t n = 0;
        while (is_word(at[n])) n++;
        if (n == 0) {
            at++;
            continue;
        }
        char word[WORD_SIZE];
        const char *next = at + n;
        while (*next == ' ') next++;
        snprintf(word, sizeof word, "%.*s", n < WORD_SIZE ? (int)n : WORD_SIZE - 1, at);
        if (*next != '(' && atn_formula_has_own(word) &&
            atn_number_column_find(job->table, word) < job->table->n_columns) {
            const atn_place place = place_in(x->text, at);
            atn_regress_problem(job, ATTAIN_ERR_FORMULA, x->field, &place,
                                "%s, column %ld: '%s' is the formula language's own, so the "
                                "table's column of that name cannot be read; rename it",
                                x->field, place.column, word);
            return true;
        }
        at += n;
    }
    return false;
}

/* An unknown name is declared after it was reported, so that the next one is found too. */
static bool next_unknown(atn_regress_job *job, expression *x, const attain_error *err)
{
    if (err->column < 1 || !strstr(err->message, "a name this formula may use")) return false;
    const char *at = x->text + err->column - 1;
    size_t n = 0;
    while (is_word(at[n])) n++;
    if (n == 0 || n >= WORD_SIZE || x->n_unknown == MOST_UNKNOWN) return false;
    char *word = x->unknown[x->n_unknown++];
    memcpy(word, at, n);
    word[n] = '\0';
    refuse_unknown(job, x, word, at);
    x->names[x->n_names++] = (atn_name){word, true};
    return is_usable(word);
}

static atn_formula *compile_named(atn_regress_job *job, expression *x)
{
    const atn_calendar *calendar = job->table->has_dates ? &job->table->calendar : NULL;
    for (;;) {
        atn_formula *formula = NULL;
        attain_error err = {0};
        const attain_status status =
            atn_formula_compile(job->ctx, x->text, x->names, x->n_names, calendar, &formula, &err);
        if (status == ATTAIN_OK && x->n_unknown == 0) return formula;
        atn_formula_free(job->ctx, formula);
        if (status == ATTAIN_OK || status == ATTAIN_ERR_NOMEM) return NULL;
        if (next_unknown(job, x, &err)) continue;
        if (x->n_unknown > 0) return NULL;
        const atn_place place = {.line = 1, .column = err.column};
        atn_regress_problem(job, ATTAIN_ERR_FORMULA, x->field, &place, "%s, column %ld: %s",
                            x->field, err.column, err.message);
        return NULL;
    }
}

static atn_formula *compile(atn_regress_job *job, const char *field, const char *text,
                            bool parameters)
{
    expression x = {.field = field, .text = text, .parameters = parameters};
    const size_t n = job->n_usable + (parameters ? job->n_parameters : 0);
    if (refuse_own(job, &x)) return NULL;
    atn_formula *formula = NULL;
    x.names = ATN_NEW_ARRAY(job->ctx, atn_name, n + MOST_UNKNOWN);
    x.unknown = atn_alloc_array(job->ctx, MOST_UNKNOWN, WORD_SIZE);
    if (x.names && x.unknown) {
        for (size_t k = 0; parameters && k < job->n_parameters; k++)
            x.names[x.n_names++] = (atn_name){job->parameters[k].name, false};
        x.first_column = x.n_names;
        for (size_t k = 0; k < job->n_usable; k++)
            x.names[x.n_names++] = (atn_name){job->table->columns[job->usable[k]].name, true};
        formula = compile_named(job, &x);
        for (size_t k = 0; formula && k < job->n_usable; k++)
            if (atn_formula_uses(formula, x.first_column + k)) job->in_use[job->usable[k]] = true;
    }
    atn_free(job->ctx, x.names);
    atn_free(job->ctx, x.unknown);
    return formula;
}

/* The column that stands for t where nobody said: see the list in the code. */
static size_t choose_along(const atn_regress_job *job)
{
    const attain_table *t = job->table;
    size_t dates = 0, others = 0, date = 0, other = 0;
    const size_t named = atn_number_column_find(t, "t");
    if (named < t->n_columns) return named;
    for (size_t k = 0; k < job->n_usable; k++) {
        const size_t c = job->usable[k];
        if (job->in_use[c]) continue; /* by response or weights */
        others++;
        other = c;
        if (!t->columns[c].date) continue;
        dates++;
        date = c;
    }
    const size_t x = atn_number_column_find(t, "x");
    if (dates == 1) return date;
    if (x < t->n_columns) return x;
    if (others == 1) return other;
    size_t any = 0; /* a curve without t takes no further column in */
    while (any < t->n_columns && !job->in_use[any]) any++;
    return atn_formula_uses(job->out->formula, job->n_parameters) ? t->n_columns : any;
}

/* What the curve's t is: an expression, or a column of the table. */
static void settle_along(atn_regress_job *job)
{
    const attain_table *t = job->table;
    const char *text = job->settings->formula;
    job->along_column = t->n_columns;
    if (text) {
        const size_t c = atn_number_column_find(t, text);
        if (c < t->n_columns && t->columns[c].values && is_usable(text)) job->along_column = c;
    } else {
        const size_t c = choose_along(job);
        if (c == t->n_columns) {
            char columns[120];
            list_columns(t, columns, sizeof columns);
            atn_regress_problem(
                job, ATTAIN_ERR_ARGUMENT, "formula", NULL,
                "which column is the t of the curve %.64s? give it as the formula%s",
                job->settings->curve, columns);
            return;
        }
        job->along_column = c;
        text = t->columns[c].name;
    }
    job->out->along_text = atn_strdup(job->ctx, text);
    if (job->along_column == t->n_columns) {
        job->along = compile(job, "formula", text, false);
    } else if (t->columns[job->along_column].values) {
        job->in_use[job->along_column] = true;
    } else {
        const expression x = {.field = "formula", .text = text};
        refuse_column(job, &x, &t->columns[job->along_column]);
    }
}

static void refuse_unused(atn_regress_job *job)
{
    for (size_t k = 0; k < job->n_parameters; k++)
        if (!atn_formula_uses(job->out->formula, k))
            atn_regress_problem(job, ATTAIN_ERR_ARGUMENT, "start", NULL,
                                "start names '%.64s', which the formula does not use",
                                job->parameters[k].name);
}

/* A posterior's own name. */
static void refuse_sigma(atn_regress_job *job)
{
    const size_t c = atn_number_column_find(job->table, "sigma");
    const char *what = atn_regress_find(job, "sigma", 5) < job->n_parameters        ? "parameter"
                       : c < job->table->n_columns && job->in_use && job->in_use[c] ? "column"
                                                                                    : NULL;
    if (!what || !atn_regress_is_sampled(job)) return;
    atn_regress_problem(
        job, ATTAIN_ERR_ARGUMENT, "sigma", NULL,
        "sigma is the sd of the errors where the posterior is sampled (fit nuts), so "
        "no %s in use may have that name; rename it",
        what);
}

void atn_regress_compile(atn_regress_job *job)
{
    const attain_regression_settings *s = job->settings;
    find_usable(job);
    if (!job->usable || !job->in_use) return;
    job->response = compile(job, "response", s->response, false);
    if (s->weights) job->weights = compile(job, "weights", s->weights, false);
    if (s->curve) {
        settle_along(job);
    } else if (job->parameters_known) {
        job->out->formula = compile(job, "formula", s->formula, true);
        if (job->out->formula) refuse_unused(job);
    }
    refuse_sigma(job);
}
