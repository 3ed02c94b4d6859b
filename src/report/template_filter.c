/* Filters: what stands at an address, as prose.  A value goes from left to right through the pipe:
 * a node, after `interval` two of them, after a filter that words it a text. */
#include "template_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/digits.h"
#include "report_internal.h"

/* ---- parsing --------------------------------------------------------------------------------- */

typedef enum argument { NONE, NUMBER, NUMBER_OR_NONE, SHORT, TEXT } argument;

static const struct {
    const char *name;
    atn_filter_kind kind;
    argument argument;
    double low, high;
    const char *usage;
} table[] = {
    {"words", FILTER_WORDS, NONE, 0, 0, "nothing"},
    {"percent", FILTER_PERCENT, NUMBER_OR_NONE, 0, 6, "nothing or a number of decimals, 0 to 6"},
    {"round", FILTER_ROUND, NUMBER, -12, 9, "a number of decimals, -12 to 9"},
    {"digits", FILTER_DIGITS, NUMBER, 1, 15, "a number of significant digits, 1 to 15"},
    {"grouped", FILTER_GROUPED, NONE, 0, 0, "nothing"},
    {"date", FILTER_DATE, SHORT, 0, 0, "nothing or \"short\""},
    {"interval", FILTER_INTERVAL, NUMBER_OR_NONE, 1, 99, "nothing or a percentage, 1 to 99"},
    {"count", FILTER_COUNT, NONE, 0, 0, "nothing"},
    {"reading", FILTER_READING, NONE, 0, 0, "nothing"},
    {"capital", FILTER_CAPITAL, NONE, 0, 0, "nothing"},
    {"or", FILTER_OR, TEXT, 0, 0, "a text"},
};
enum { N_FILTERS = sizeof table / sizeof *table };

static bool unknown(const char *word, char *why, size_t size)
{
    const char *names[N_FILTERS];
    char list[128] = "";
    size_t used = 0;
    for (size_t i = 0; i < N_FILTERS; i++) {
        names[i] = table[i].name;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = atn_suggest(word, names, N_FILTERS);
    if (near)
        snprintf(why, size, "no filter \"%s\"; did you mean \"%s\"?", word, near);
    else
        snprintf(why, size, "no filter \"%s\"; there are %s", word, list);
    return false;
}

bool atn_filter_parse(const char *text, size_t length, atn_filter *filter, char *why, size_t size)
{
    char word[48];
    size_t n = 0, i = 0;
    while (n < length && !strchr(" \t\r\n", text[n])) n++;
    snprintf(word, sizeof word, "%.*s", (int)(n < 40 ? n : 40), text);
    while (i < N_FILTERS && strcmp(word, table[i].name) != 0) i++;
    if (i == N_FILTERS) return unknown(word, why, size);
    *filter = (atn_filter){.kind = table[i].kind, .name = table[i].name};
    filter->text = text + n;
    filter->length = length - n;
    atn_trim(&filter->text, &filter->length);
    filter->given = filter->length > 0;
    bool good = filter->given;
    switch (table[i].argument) {
    case NONE: good = !filter->given; break;
    case TEXT: break;
    case SHORT:
        good = !filter->given || (filter->length == 5 && memcmp(filter->text, "short", 5) == 0);
        break;
    case NUMBER:
    case NUMBER_OR_NONE: {
        long number = 0;
        const bool whole = atn_integer_parse(filter->text, filter->length, &number);
        filter->number = (double)number;
        good = filter->given
                   ? whole && filter->number >= table[i].low && filter->number <= table[i].high
                   : table[i].argument == NUMBER_OR_NONE;
    }
    }
    char shown[ATN_SHOWN_SIZE];
    if (!good && filter->given)
        snprintf(why, size, "the filter %s takes %s, found \"%s\"", word, table[i].usage,
                 atn_shown(filter->text, filter->length, shown));
    else if (!good)
        snprintf(why, size, "the filter %s takes %s", word, table[i].usage);
    return good;
}

/* ---- applying -------------------------------------------------------------------------------- */

/* What is in the pipe. */
typedef struct piped {
    const atn_node *ends[2]; /* ends[1] only of an interval */
    bool interval, worded;
    atn_text text; /* once worded */
    bool plain;    /* a bare number */
    char *why;
    size_t size;
} piped;

static bool is_date(const atn_node *node)
{
    atn_day day;
    return atn_iso_day(atn_node_text(node), &day);
}

static bool is_null(const atn_node *node)
{
    return atn_node_kind_of(node) == ATN_NODE_NULL;
}

static const char *kind_name(const piped *p, const atn_node *node)
{
    if (p->worded) return "text";
    return p->interval ? "interval" : atn_node_kind_name(atn_node_kind_of(node));
}

static bool refuse(piped *p, const atn_filter *f, const char *wanted, const atn_node *node)
{
    snprintf(p->why, p->size, "the filter %s needs %s, and a %s stands there", f->name, wanted,
             kind_name(p, node));
    return false;
}

static bool say_words(piped *p, const atn_filter *f, double value)
{
    char words[64];
    if (isfinite(value) && !(value >= -1e-9 && value <= 1.0 + 1e-9)) {
        snprintf(p->why, p->size, "the filter %s needs a probability, from 0 to 1", f->name);
        return false;
    }
    atn_frequency_words(value, words, sizeof words);
    atn_text_add(&p->text, words);
    return true;
}

/* A share between 0 and 1 never rounds to either end; more than all is just a number. */
static void say_percent(atn_text *out, double value, int decimals)
{
    const double least = pow(10, -decimals), percent = 100 * value;
    const bool share = value >= 0.0 && value <= 1.0;
    const bool low = share && percent < least, high = share && percent > 100 - least;
    if (share && decimals == 0) {
        atn_say_percent(out, value);
        return;
    }
    if (low || high) atn_text_add(out, low ? "<" : ">");
    atn_text_grouped(out, low ? least : high ? 100 - least : percent, decimals);
    atn_text_add(out, " %");
}

static void say_rounded(atn_text *out, double value, int decimals)
{
    const double unit = pow(10, -decimals);
    if (decimals >= 0)
        atn_text_grouped(out, value, decimals);
    else
        atn_text_grouped(out, round(value / unit) * unit, 0);
}

/* A number in fixed notation, its thousands grouped; any other as it is. */
static void say_fixed(atn_text *out, const char *text)
{
    if (strchr(text, 'e'))
        atn_text_add(out, text);
    else
        atn_text_group_digits(out, text);
}

static void say_grouped(atn_text *out, double value)
{
    char text[ATN_NUMBER_SIZE];
    (void)atn_number_format(value, text);
    say_fixed(out, text);
}

static void say_digits(atn_text *out, double value, int digits)
{
    char text[ATN_DIGITS_SIZE];
    atn_digits_short(value, digits, text);
    say_fixed(out, text);
}

/* One number, worded. */
static bool word_number(piped *p, const atn_filter *f, const atn_node *node)
{
    if (atn_node_kind_of(node) != ATN_NODE_NUMBER && !is_null(node))
        return refuse(p, f, "a number", node);
    const double value = atn_node_number(node);
    if (f->kind == FILTER_WORDS) return say_words(p, f, value);
    if (!isfinite(value)) {
        atn_text_add(&p->text, "-");
        return true;
    }
    switch (f->kind) {
    case FILTER_PERCENT: say_percent(&p->text, value, (int)f->number); break;
    case FILTER_ROUND: say_rounded(&p->text, value, (int)f->number); break;
    case FILTER_DIGITS: say_digits(&p->text, value, (int)f->number); break;
    default: say_grouped(&p->text, value); break;
    }
    return true;
}

static bool word_date(piped *p, const atn_filter *f, const atn_node *node)
{
    if (is_null(node)) {
        atn_text_add(&p->text, "never");
        return true;
    }
    if (!is_date(node)) return refuse(p, f, "a date (2026-01-19)", node);
    if (f->given)
        atn_say_short_date(&p->text, atn_node_text(node));
    else
        atn_say_date(&p->text, atn_node_text(node));
    return true;
}

static bool word(piped *p, const atn_filter *f, const atn_node *node)
{
    return f->kind == FILTER_DATE ? word_date(p, f, node) : word_number(p, f, node);
}

/* ---- intervals ------------------------------------------------------------------------------- */

/* The members of least and greatest key, or those that bound the middle `share`. */
static bool pick_levels(const atn_node *group, double share, const atn_node *ends[2])
{
    double least = 2.0, most = -1.0;
    ends[0] = ends[1] = NULL;
    for (const atn_node *c = atn_node_first(group); c; c = atn_node_next(c)) {
        double level;
        const char *key = atn_node_key(c);
        if (!atn_number_parse(key, strlen(key), &level) || level < 0.0 || level > 1.0) return false;
        const bool low = share > 0 ? fabs(level - (1 - share) / 2) < 1e-9 : level < least;
        const bool high = share > 0 ? fabs(level - (1 + share) / 2) < 1e-9 : level > most;
        least = fmin(least, level);
        most = fmax(most, level);
        if (low) ends[0] = c;
        if (high) ends[1] = c;
    }
    return ends[0] && ends[1] && ends[0] != ends[1];
}

static bool pick_named(const atn_node *group, const atn_node *ends[2])
{
    ends[0] = atn_node_get(group, "low");
    ends[1] = atn_node_get(group, "high");
    return ends[0] && ends[1];
}

static bool take_interval(piped *p, const atn_filter *f)
{
    const atn_node *node = p->ends[0], *inner = atn_node_get(node, "quantiles");
    const double share = f->number / 100;
    const atn_node_kind kind = atn_node_kind_of(node);
    bool found = false;
    if (p->worded || p->interval) return refuse(p, f, "quantiles or two ends", node);
    if (kind == ATN_NODE_LIST && atn_node_size(node) == 2 && !f->given) {
        p->ends[0] = atn_node_first(node);
        p->ends[1] = atn_node_next(p->ends[0]);
        found = true;
    } else if (kind == ATN_NODE_GROUP) {
        found = pick_levels(inner ? inner : node, share, p->ends) ||
                (!f->given && pick_named(node, p->ends));
    }
    p->interval = found;
    if (found) return true;
    if (kind == ATN_NODE_GROUP && f->given)
        snprintf(p->why, p->size, "no quantiles there bound the middle %d %%", (int)f->number);
    else
        return refuse(p, f, "quantiles or two ends", node);
    return false;
}

/* Lower end first: `attainable` falls with its probability. */
static bool falls(const piped *p)
{
    const double a = atn_node_number(p->ends[0]), b = atn_node_number(p->ends[1]);
    if (isfinite(a) && isfinite(b)) return a > b;
    return is_date(p->ends[0]) && is_date(p->ends[1]) &&
           strcmp(atn_node_text(p->ends[0]), atn_node_text(p->ends[1])) > 0;
}

static bool word_both(piped *p, const atn_filter *f)
{
    const bool turn = falls(p);
    if (!word(p, f, p->ends[turn])) return false;
    atn_text_add(&p->text, " to ");
    return word(p, f, p->ends[!turn]);
}

/* ---- the pipe -------------------------------------------------------------------------------- */

/* A value that no filter has worded: as it stands; an interval in few digits. */
static bool word_bare(piped *p)
{
    const atn_node *node = p->ends[0];
    const atn_filter date = {.kind = FILTER_DATE, .name = "date"};
    const atn_filter digits = {.kind = FILTER_DIGITS, .name = "digits", .number = 3};
    if (p->interval)
        return word_both(p, is_date(p->ends[0]) || is_date(p->ends[1]) ? &date : &digits);
    switch (atn_node_kind_of(node)) {
    case ATN_NODE_NULL: break;
    case ATN_NODE_TRUE: atn_text_add(&p->text, "true"); break;
    case ATN_NODE_FALSE: atn_text_add(&p->text, "false"); break;
    case ATN_NODE_TEXT: atn_text_add(&p->text, atn_node_text(node)); break;
    case ATN_NODE_NUMBER:
        atn_text_number(&p->text, atn_node_number(node));
        p->plain = true;
        break;
    default:
        snprintf(p->why, p->size, "a %s stands there, not a value",
                 atn_node_kind_name(atn_node_kind_of(node)));
        return false;
    }
    return true;
}

static bool pass(piped *p, const atn_filter *f)
{
    const atn_node *node = p->ends[0];
    const atn_node_kind kind = atn_node_kind_of(node);
    const bool scalar = !p->worded && !p->interval;
    switch (f->kind) {
    case FILTER_OR:
        if (!scalar || !is_null(node)) return true;
        atn_text_add_bytes(&p->text, f->text, f->length);
        break;
    case FILTER_INTERVAL: return take_interval(p, f);
    case FILTER_CAPITAL:
        if (!p->worded && !word_bare(p)) return false;
        atn_capitalise(&p->text, 0);
        break;
    case FILTER_COUNT:
        if (!scalar || kind != ATN_NODE_LIST) return refuse(p, f, "a list", node);
        atn_text_number(&p->text, (double)atn_node_size(node));
        p->plain = true;
        break;
    case FILTER_READING:
        if (!scalar || kind != ATN_NODE_TEXT) return refuse(p, f, "the name of a reading", node);
        atn_say_reading(&p->text, atn_node_text(node));
        break;
    default:
        if (p->worded) return refuse(p, f, f->kind == FILTER_DATE ? "a date" : "a number", node);
        if (!(p->interval ? word_both(p, f) : word(p, f, node))) return false;
        break;
    }
    p->worded = true;
    return true;
}

/* Where nothing stands, or a null, an `or` anywhere in the pipe speaks, and what is after it. */
static size_t first_filter(const atn_node *node, const atn_filter *filters, size_t n)
{
    for (size_t i = 0; i < n && is_null(node); i++)
        if (filters[i].kind == FILTER_OR) return i;
    return 0;
}

bool atn_filter_apply(const atn_node *node, const atn_filter *filters, size_t n, atn_text *out,
                      bool *plain, char *why, size_t size)
{
    piped p = {.ends = {node}, .why = why, .size = size};
    size_t i = first_filter(node, filters, n);
    if (!node && n > 0 && filters[i].kind != FILTER_OR) {
        snprintf(why, size, "nothing of that name for the filter %s", filters[0].name);
        return false;
    }
    atn_text_init(&p.text, out->ctx);
    p.text.style = out->style;
    bool good = true;
    for (; i < n && good; i++) good = pass(&p, &filters[i]);
    if (good && !p.worded) good = word_bare(&p);
    if (good && p.text.data) atn_text_add_bytes(out, p.text.data, p.text.length);
    if (p.text.failed) out->failed = true;
    *plain = p.plain;
    atn_text_free(&p.text);
    return good;
}
