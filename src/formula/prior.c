/* Prior texts: a family's name and its arguments, read with the formula's own parser. */
#include "formula/prior.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "formula_internal.h"

typedef enum argument_rule { ANY, POSITIVE, ABOVE_FIRST } argument_rule;

typedef struct family {
    const char *name, *arguments;
    int n;
} family;

static const family families[ATN_PRIOR_FAMILIES] = {
#define AS_ROW(id, name, n, arguments) {name, arguments, n},
    ATN_PRIOR_LIST(AS_ROW)
#undef AS_ROW
};

static argument_rule rule_of(atn_prior_family f, int k)
{
    switch (f) {
    case ATN_PRIOR_NORMAL:
    case ATN_PRIOR_LOGNORMAL: return k == 0 ? ANY : POSITIVE;
    case ATN_PRIOR_STUDENT_T: return k == 1 ? ANY : POSITIVE;
    case ATN_PRIOR_UNIFORM: return k == 0 ? ANY : ABOVE_FIRST;
    default: return POSITIVE;
    }
}

/* The k-th of the words "mean, sd". */
static int word_of(const family *f, int k, const char **word)
{
    const char *start = f->arguments;
    for (; k > 0; k--) start = strchr(start, ',') + 2;
    *word = start;
    return (int)strcspn(start, ",");
}

static void check_argument(atn_parser *p, const atn_prior *prior, int k, const char *where)
{
    const family *f = &families[prior->family];
    const argument_rule rule = rule_of(prior->family, k);
    const double x = prior->arg[k];
    const char *word, *wanted = rule == ANY        ? "a finite number"
                                : rule == POSITIVE ? "a finite number above 0"
                                                   : "a finite number above lower";
    if (isfinite(x) && (rule == ANY || (rule == POSITIVE && x > 0.0) ||
                        (rule == ABOVE_FIRST && x > prior->arg[0])))
        return;
    char number[ATN_NUMBER_SIZE];
    if (isnan(x))
        strcpy(number, "no number");
    else if (isinf(x))
        strcpy(number, x > 0.0 ? "infinity" : "-infinity");
    else
        atn_number_format(x, number);
    const int length = word_of(f, k, &word);
    atn_parser_fail(p, where, "found %s for %.*s of %s(%s), expected %s", number, length, word,
                    f->name, f->arguments, wanted);
}

static bool find_family(atn_parser *p, atn_prior *prior)
{
    const char *names[ATN_PRIOR_FAMILIES];
    const atn_token *t = &p->token;
    if (t->kind != ATN_TOKEN_NAME) {
        atn_parser_expected(p, "a family of distributions, such as normal(mean, sd)");
        return false;
    }
    for (int i = 0; i < ATN_PRIOR_FAMILIES; i++) {
        names[i] = families[i].name;
        if (strlen(names[i]) != t->length || memcmp(names[i], t->start, t->length) != 0) continue;
        prior->family = (atn_prior_family)i;
        return true;
    }
    char word[33];
    const char *near = NULL;
    if (t->length < sizeof word) {
        memcpy(word, t->start, t->length);
        word[t->length] = '\0';
        near = atn_suggest(word, names, ATN_PRIOR_FAMILIES);
    }
    atn_parser_expected(p, "a family of distributions%s%s%s", near ? "; did you mean '" : "",
                        near ? near : " such as normal or lognormal", near ? "'?" : "");
    return false;
}

static void wrong_count(atn_parser *p, const family *f, const char *wanted)
{
    atn_parser_expected(p, "%s: the arguments are %s(%s)", wanted, f->name, f->arguments);
}

static void parse_arguments(atn_parser *p, atn_prior *prior)
{
    const family *f = &families[prior->family];
    atn_parser_advance(p);
    if (!p->status && p->token.kind != ATN_TOKEN_OPEN) wrong_count(p, f, "'('");
    for (int k = 0; k < f->n && !p->status; k++) {
        atn_parser_advance(p); /* past '(' or ',' */
        if (!p->status && p->token.kind == ATN_TOKEN_CLOSE) wrong_count(p, f, "an argument");
        const char *where = p->token.start;
        const uint32_t node = atn_parse_expression(p);
        if (p->status) return;
        prior->arg[k] = p->graph.nodes[node].number;
        const bool last = k == f->n - 1;
        if (p->token.kind != (last ? ATN_TOKEN_CLOSE : ATN_TOKEN_COMMA))
            wrong_count(p, f, last ? "')'" : "','");
        if (!p->status) check_argument(p, prior, k, where);
    }
    atn_parser_advance(p);
    atn_parse_end(p);
}

static void set_support(atn_prior *prior)
{
    prior->lower = 0.0;
    prior->upper = INFINITY;
    switch (prior->family) {
    case ATN_PRIOR_NORMAL:
    case ATN_PRIOR_STUDENT_T: prior->lower = -INFINITY; break;
    case ATN_PRIOR_BETA: prior->upper = 1.0; break;
    case ATN_PRIOR_UNIFORM:
        prior->lower = prior->arg[0];
        prior->upper = prior->arg[1];
        break;
    default: break;
    }
}

attain_status atn_prior_parse(attain_context *ctx, const char *text, const atn_name *names,
                              const double *values, size_t n_names, const atn_calendar *calendar,
                              atn_prior *prior, attain_error *err)
{
    static const double none = 0.0;
    atn_parser p;
    atn_prior read = {.arg = {0.0, 0.0, 0.0}};
    atn_parser_init(&p, ctx, text, names, values ? values : &none, n_names, calendar, err);
    if (!p.status && find_family(&p, &read)) parse_arguments(&p, &read);
    if (!p.status) {
        set_support(&read);
        *prior = read;
    }
    atn_parser_free(&p);
    return p.status;
}

attain_status atn_prior_truncate(atn_prior *prior, double lower, double upper, attain_error *err)
{
    const double low = lower > prior->lower ? lower : prior->lower;
    const double high = upper < prior->upper ? upper : prior->upper;
    if (!(low < high) || isnan(lower) || isnan(upper)) {
        char text[4][ATN_NUMBER_SIZE];
        const double bounds[4] = {prior->lower, prior->upper, lower, upper};
        for (int i = 0; i < 4; i++) {
            if (isfinite(bounds[i]))
                atn_number_format(bounds[i], text[i]);
            else
                strcpy(text[i], isnan(bounds[i]) ? "NaN" : bounds[i] > 0.0 ? "inf" : "-inf");
        }
        return atn_fail(err, ATTAIN_ERR_FIELD,
                        "found bounds %s to %s, expected an interval that overlaps the support of "
                        "%s, %s to %s",
                        text[2], text[3], families[prior->family].name, text[0], text[1]);
    }
    prior->lower = low;
    prior->upper = high;
    return ATTAIN_OK;
}

static void append(char *buffer, size_t size, const char *text)
{
    const size_t have = strlen(buffer), more = strlen(text), room = size - 1 - have;
    const size_t n = more < room ? more : room;
    memcpy(buffer + have, text, n);
    buffer[have + n] = '\0';
}

void atn_prior_format(const atn_prior *prior, char *buffer, size_t size)
{
    const family *f = &families[prior->family];
    char number[ATN_NUMBER_SIZE];
    if (size == 0) return;
    buffer[0] = '\0';
    append(buffer, size, f->name);
    for (int k = 0; k < f->n; k++) {
        atn_number_format(prior->arg[k], number);
        append(buffer, size, k == 0 ? "(" : ", ");
        append(buffer, size, number);
    }
    append(buffer, size, ")");
}
