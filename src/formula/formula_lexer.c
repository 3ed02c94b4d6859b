/* Text -> tokens, and the errors that point into the text. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "formula_internal.h"

const atn_builtin atn_builtins[ATN_BUILTINS] = {
    {"exp", ATN_OP_EXP, 1, 1, 0.0},
    {"log", ATN_OP_LOG, 1, 1, 0.0},
    {"log10", ATN_OP_LOG10, 1, 1, 0.0},
    {"log1p", ATN_OP_LOG1P, 1, 1, 0.0},
    {"expm1", ATN_OP_EXPM1, 1, 1, 0.0},
    {"sqrt", ATN_OP_SQRT, 1, 1, 0.0},
    {"sin", ATN_OP_SIN, 1, 1, 0.0},
    {"cos", ATN_OP_COS, 1, 1, 0.0},
    {"tan", ATN_OP_TAN, 1, 1, 0.0},
    {"atan", ATN_OP_ATAN, 1, 1, 0.0},
    {"abs", ATN_OP_ABS, 1, 1, 0.0},
    {"min", ATN_OP_MIN, 2, 0, 0.0},
    {"max", ATN_OP_MAX, 2, 0, 0.0},
    {"tanh", ATN_OP_TANH, 1, 1, 0.0},
    {"logistic", ATN_OP_LOGISTIC, 1, 1, 0.0},
    {"logit", ATN_OP_LOGIT, 1, 1, 0.0},
    {"Phi", ATN_OP_PHI, 1, 1, 0.0},
    {"lgamma", ATN_OP_LGAMMA, 1, 1, 0.0},
    {"if", ATN_OP_IF, 3, 3, 0.0},
    {"pi", ATN_OP_NUMBER, 0, 0, 3.141592653589793238},
    {"e", ATN_OP_NUMBER, 0, 0, 2.718281828459045235},
};

const atn_builtin *atn_builtin_find(const char *name, size_t length)
{
    for (size_t i = 0; i < ATN_BUILTINS; i++)
        if (strlen(atn_builtins[i].name) == length &&
            memcmp(atn_builtins[i].name, name, length) == 0)
            return &atn_builtins[i];
    return NULL;
}

bool atn_formula_has_own(const char *name)
{
    return atn_builtin_find(name, strlen(name)) != NULL;
}

/* ---- Errors ---- */

enum { SHOWN = 40 }; /* bytes of the user's text repeated in a message */

static void fail_text(atn_parser *p, const char *where, const char *message)
{
    if (p->status) return;
    p->status = atn_fail_at(p->err, ATTAIN_ERR_FORMULA, NULL, 1, (long)(where - p->text) + 1, "%s",
                            message);
}

void atn_parser_fail(atn_parser *p, const char *where, const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fail_text(p, where, message);
}

void atn_parser_expected(atn_parser *p, const char *format, ...)
{
    char wanted[160], message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(wanted, sizeof wanted, format, args);
    va_end(args);
    const atn_token *t = &p->token;
    if (t->kind == ATN_TOKEN_END)
        snprintf(message, sizeof message, "found the end of the formula, expected %s", wanted);
    else
        snprintf(message, sizeof message, "found '%.*s%s', expected %s",
                 (int)(t->length < SHOWN ? t->length : SHOWN), t->start,
                 t->length > SHOWN ? "..." : "", wanted);
    fail_text(p, t->start, message);
}

void atn_parser_no_memory(atn_parser *p)
{
    if (!p->status) p->status = atn_fail_nomem(p->err);
}

void atn_parser_hint(atn_parser *p, const char *word, size_t length, bool functions_only,
                     char hint[ATN_HINT_SIZE])
{
    char copy[65];
    hint[0] = '\0';
    if (length >= sizeof copy) return;
    memcpy(copy, word, length);
    copy[length] = '\0';
    const char **candidates = ATN_NEW_ARRAY(p->ctx, const char *, p->n_names + ATN_BUILTINS);
    if (!candidates) {
        atn_parser_no_memory(p);
        return;
    }
    size_t n = 0;
    for (size_t k = 0; k < p->n_names && !functions_only; k++) candidates[n++] = p->names[k].name;
    for (size_t k = 0; k < ATN_BUILTINS; k++)
        if (!functions_only || atn_builtins[k].least > 0) candidates[n++] = atn_builtins[k].name;
    const char *near = atn_suggest(copy, candidates, n);
    if (near) snprintf(hint, ATN_HINT_SIZE, "; did you mean '%.64s'?", near);
    atn_free(p->ctx, candidates);
}

/* ---- Tokens ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

static size_t left(const atn_parser *p, const char *from)
{
    return (size_t)(p->end - from);
}

static bool starts_with(const atn_parser *p, const char *at, const char *word)
{
    const size_t n = strlen(word);
    return left(p, at) >= n && memcmp(at, word, n) == 0;
}

/* The longest declared name here that is a whole word.  Ids may hold '-' and start with a digit,
 * so declared names are tried before anything else: with a name `book-ins`, "book-ins" is it. */
static size_t declared_name(const atn_parser *p, const char *at, uint32_t *name)
{
    size_t longest = 0;
    for (size_t k = 0; k < p->n_names; k++) {
        const size_t n = strlen(p->names[k].name);
        if (n <= longest || !starts_with(p, at, p->names[k].name)) continue;
        if (at + n < p->end && is_word(at[n])) continue;
        longest = n;
        *name = (uint32_t)k;
    }
    return longest;
}

static size_t digits(const atn_parser *p, const char *at)
{
    size_t n = 0;
    while (at + n < p->end && is_digit(at[n])) n++;
    return n;
}

static void read_number(atn_parser *p)
{
    atn_token *t = &p->token;
    const char *at = t->start;
    while (at < p->end && (is_digit(*at) || *at == '.')) at++;
    if (at < p->end && (*at == 'e' || *at == 'E')) {
        const char *exponent = at + 1;
        if (exponent < p->end && (*exponent == '-' || *exponent == '+')) exponent++;
        if (digits(p, exponent) > 0) at = exponent + digits(p, exponent);
    }
    t->kind = ATN_TOKEN_NUMBER;
    t->length = (size_t)(at - t->start);
    if (!atn_number_parse(t->start, t->length, &t->number))
        atn_parser_expected(p, "a number such as 0.5 or 1.2e6, within the range of doubles");
    else if (at < p->end && is_word(*at)) {
        t->start = at;
        for (t->length = 1; t->length < left(p, at) && is_word(at[t->length]);) t->length++;
        atn_parser_expected(p, "an operator after the number");
    }
}

static void read_date(atn_parser *p)
{
    atn_token *t = &p->token;
    atn_day day;
    size_t n = 1;
    while (t->start + n < p->end && n <= 10 && (is_digit(t->start[n]) || t->start[n] == '-')) n++;
    const bool longer = t->start + n < p->end && is_word(t->start[n]);
    t->kind = ATN_TOKEN_DATE;
    t->length = n;
    if (n != 11 || longer || !atn_date_parse(t->start + 1, 10, &day))
        atn_parser_expected(p, "a date that exists, written @YYYY-MM-DD");
    else if (!p->calendar)
        atn_parser_expected(p, "no date: dates have no meaning in this formula");
    else
        t->number = (double)atn_calendar_step(p->calendar, day);
}

/* What people write or paste for something the language spells otherwise. */
static void refuse(atn_parser *p)
{
    static const struct {
        const char *found, *wanted;
    } habits[] = {
        {"\xE2\x88\x92", "'-' (the plain hyphen)"},
        {"\xE2\x80\x93", "'-' (the plain hyphen)"},
        {"\xC3\x97", "'*'"},
        {"\xC2\xB7", "'*'"},
        {"\xC3\xB7", "'/'"},
        {"&&", "a product of comparisons"},
        {"||", "max(...) of comparisons"},
        {"!", "'!='"},
        {"=", "'==' to compare"},
        {"[", "'('"},
        {"]", "')'"},
        {"%", "a fraction: write 0.05 for 5 %"},
    };
    atn_token *t = &p->token;
    t->kind = ATN_TOKEN_BAD;
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        if (!starts_with(p, t->start, habits[i].found)) continue;
        t->length = strlen(habits[i].found);
        atn_parser_expected(p, "%s", habits[i].wanted);
        return;
    }
    const unsigned char byte = (unsigned char)*t->start;
    t->length = 1;
    while (byte >= 0xC0 && t->length < left(p, t->start) && t->length < 4 &&
           ((unsigned char)t->start[t->length] & 0xC0) == 0x80)
        t->length++;
    const char *wanted = "a number, a name, an operator or a bracket";
    if (byte < 0x20 || byte == 0x7F || !atn_utf8_valid(t->start, t->length))
        atn_parser_fail(p, t->start, "found the byte 0x%02X, expected %s", byte, wanted);
    else
        atn_parser_expected(p, "%s", wanted);
}

static bool read_operator(atn_parser *p)
{
    static const struct {
        const char *text;
        atn_token_kind kind;
    } operators[] = {
        {"**", ATN_TOKEN_POWER}, {"<=", ATN_TOKEN_LE},   {">=", ATN_TOKEN_GE},
        {"==", ATN_TOKEN_EQ},    {"!=", ATN_TOKEN_NE},   {"<", ATN_TOKEN_LT},
        {">", ATN_TOKEN_GT},     {"(", ATN_TOKEN_OPEN},  {")", ATN_TOKEN_CLOSE},
        {",", ATN_TOKEN_COMMA},  {"-", ATN_TOKEN_MINUS}, {"+", ATN_TOKEN_PLUS},
        {"*", ATN_TOKEN_TIMES},  {"/", ATN_TOKEN_OVER},  {"^", ATN_TOKEN_POWER},
    };
    atn_token *t = &p->token;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (!starts_with(p, t->start, operators[i].text)) continue;
        t->kind = operators[i].kind;
        t->length = strlen(operators[i].text);
        if (i == 0) atn_parser_expected(p, "'^' for powers");
        return true;
    }
    return false;
}

void atn_parser_advance(atn_parser *p)
{
    atn_token *t = &p->token;
    while (p->next < p->end && strchr(" \t\r\n", *p->next) && *p->next) p->next++;
    *t = (atn_token){.kind = ATN_TOKEN_END, .start = p->next, .name = ATN_NO_NODE};
    if (p->next == p->end || p->status) return;
    t->length = declared_name(p, t->start, &t->name);
    const char c = *t->start;
    if (t->length > 0)
        t->kind = ATN_TOKEN_NAME;
    else if (is_digit(c) || (c == '.' && left(p, t->start) > 1 && is_digit(t->start[1])))
        read_number(p);
    else if (is_word(c)) {
        t->kind = ATN_TOKEN_NAME;
        while (t->length < left(p, t->start) && is_word(t->start[t->length])) t->length++;
    } else if (c == '@')
        read_date(p);
    else if (!read_operator(p))
        refuse(p);
    p->next = t->start + t->length;
}
