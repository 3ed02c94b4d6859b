/* numbers.tex: every number of a document, and every short text, as \attain{ADDRESS}.
 *
 * The addresses are those that resolve elsewhere, without the levels that only group, and with each
 * single choice both spelt out and left out.  Lists of plain values (paths by day) stay out: nobody
 * quotes them by number, and TeX's memory is finite. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_internal.h"

enum { ADDRESS_SIZE = 512, LONGEST_TEXT = 160 };

typedef struct walk {
    const atn_node *root;
    atn_text *out;
    atn_text words; /* work */
    char address[ADDRESS_SIZE];
    size_t length;
    size_t loose; /* parts left out so far: the address may then belong to another value */
    bool dates;   /* among quantiles of a date, where null is never */
} walk;

/* \detokenize: a language or package may have made _ or : active where the address is written. */
static const char HEAD[] =
    "% The numbers of a run: \\input this file in the preamble.  Then\n"
    "%   \\attain{ADDRESS}           the value there, as attain show prints it\n"
    "%   \\attain[round]{ADDRESS}    a number in three digits\n"
    "%   \\attain[percent]{ADDRESS}  a share in percent\n"
    "%   \\attain[date]{ADDRESS}     a date in words\n"
    "%   \\attainvalue{ADDRESS}      as the first, and expandable: \\num{\\attainvalue{ADDRESS}}\n"
    "\\def\\attainset#1#2#3{\\expandafter\\def\\csname attain-#1-\\detokenize{#2}\\endcsname{#3}}\n"
    "\\DeclareRobustCommand{\\attain}[2][value]{%\n"
    "  \\ifcsname attain-#1-\\detokenize{#2}\\endcsname\n"
    "    \\csname attain-#1-\\detokenize{#2}\\endcsname\n"
    "  \\else\n"
    "    \\PackageError{attain}{No #1 at the address \\detokenize{#2}}{See attain show RESULT.}%\n"
    "    \\textbf{??}%\n"
    "  \\fi}\n"
    "\\def\\attainvalue#1{\\csname attain-value-\\detokenize{#1}\\endcsname}\n";

static bool is_safe(const char *part)
{
    for (const char *s = part; *s; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
              strchr("._+-", *s)))
            return false;
    return *part != '\0';
}

/* false where the part does not fit or is not safe; else undo with the length before. */
static bool push(walk *w, const char *part)
{
    const size_t n = strlen(part);
    if (!is_safe(part) || w->length + n + 2 > ADDRESS_SIZE) return false;
    if (w->length > 0) w->address[w->length++] = '/';
    memcpy(w->address + w->length, part, n + 1);
    w->length += n;
    return true;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* The line of one form; what was put into w->words is its text. */
static void put(walk *w, const char *form)
{
    atn_text_printf(w->out, "\\attainset{%s}{%s}{", form, w->address);
    if (w->words.length > 0) atn_escape_latex(w->out, w->words.data);
    atn_text_add(w->out, "}\n");
    w->words.length = 0;
}

static void put_number(walk *w, double value)
{
    atn_text_number(&w->words, value);
    put(w, "value");
    if (fabs(value) < 1000 && fabs(value - round(value)) <= 0.0) /* 7 days are not 7.00 */
        atn_say_exact(&w->words, value);
    else
        atn_say_estimate(&w->words, value);
    put(w, "round");
    if (!(value >= 0.0 && value <= 1.0)) return;
    atn_say_percent(&w->words, value);
    put(w, "percent");
}

static void put_string(walk *w, const char *text)
{
    atn_day day;
    if (strlen(text) > LONGEST_TEXT) return;
    atn_text_add(&w->words, text);
    put(w, "value");
    if (!atn_iso_day(text, &day)) return;
    atn_say_date(&w->words, text);
    put(w, "date");
}

static void put_value(walk *w, const atn_node *node)
{
    const atn_node *there;
    if (w->loose > 0 && (atn_node_find(w->root, w->address, w->length, &there, NULL) != ATTAIN_OK ||
                         atn_node_settle(there) != node))
        return;
    switch (atn_node_kind_of(node)) {
    case ATN_NODE_NUMBER: put_number(w, atn_node_number(node)); break;
    case ATN_NODE_TEXT: put_string(w, atn_node_text(node)); break;
    case ATN_NODE_TRUE: put_string(w, "true"); break;
    case ATN_NODE_FALSE: put_string(w, "false"); break;
    default:
        put_string(w, "-");
        if (!w->dates) break;
        atn_text_add(&w->words, "never");
        put(w, "date");
    }
}

/* ---- the tree -------------------------------------------------------------------------------- */

static void walk_node(walk *w, const atn_node *node);

/* Tables in the tree: nobody quotes their numbers one by one, and they would be most of the file.
 * What each report does to each goal is told from either side. */
static bool is_table(const walk *w, const char *key, const atn_node *node)
{
    static const char *const tables[] = {"influence", "sources", "diagnostics",     "fitted",
                                         "per_step",  "loo",     "value_quantiles", "futures",
                                         "date_bins", "by_date"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(key, tables[i]) == 0) return true;
    const bool list = atn_node_kind_of(node) == ATN_NODE_LIST;
    return w->length > 0 && list && strcmp(key, "reports") == 0;
}

/* An element's name is what its address ends with already. */
static bool is_own_name(const walk *w, const atn_node *node)
{
    const size_t n = strlen(atn_node_text(node));
    return n > 0 && w->length > n && w->address[w->length - n - 1] == '/' &&
           strcmp(w->address + w->length - n, atn_node_text(node)) == 0;
}

static void walk_group(walk *w, const atn_node *group)
{
    const size_t length = w->length, loose = w->loose;
    const bool dates = w->dates;
    for (const atn_node *c = atn_node_first(group); c; c = atn_node_next(c)) {
        const char *key = atn_node_key(c);
        if (is_table(w, key, c) || is_own_name(w, c)) continue;
        if (atn_node_groups(key))
            w->loose++;
        else if (!push(w, key))
            continue;
        w->dates = dates || strcmp(key, "date") == 0;
        walk_node(w, c);
        w->dates = dates;
        w->length = length;
        w->address[length] = '\0';
        w->loose = loose;
    }
}

/* By its row, else by its name; by its place where it has none, or shares it with one before. */
static bool push_element(walk *w, const atn_node *list, const atn_node *element, size_t place)
{
    char number[24];
    const atn_node *there = NULL;
    const char *name = atn_node_name(element);
    const double row = atn_node_number(atn_node_get(element, "row"));
    if (name && !isfinite(row) &&
        atn_node_find(list, name, strlen(name), &there, NULL) == ATTAIN_OK && there == element)
        return push(w, name);
    snprintf(number, sizeof number, "%.0f", isfinite(row) ? row : (double)place);
    return push(w, number);
}

static void walk_list(walk *w, const atn_node *list)
{
    const size_t length = w->length;
    size_t place = 0;
    for (const atn_node *c = atn_node_first(list); c; c = atn_node_next(c), place++) {
        const atn_node_kind kind = atn_node_kind_of(c);
        if (kind != ATN_NODE_GROUP && kind != ATN_NODE_LIST) return;
        if (push_element(w, list, c, place)) walk_node(w, c);
        w->length = length;
        w->address[length] = '\0';
        if (!atn_is_single(list)) continue;
        w->loose++;
        walk_node(w, c);
        w->loose--;
    }
}

static void walk_node(walk *w, const atn_node *node)
{
    switch (atn_node_kind_of(node)) {
    case ATN_NODE_GROUP: walk_group(w, node); break;
    case ATN_NODE_LIST: walk_list(w, node); break;
    default: put_value(w, node); break;
    }
}

attain_status atn_numbers_tex(attain_context *ctx, const attain_results *results, atn_text *out,
                              attain_error *err)
{
    walk *w = ATN_NEW(ctx, walk);
    if (!w) return atn_fail_nomem(err);
    w->root = atn_document_root(results);
    w->out = out;
    atn_text_init(&w->words, ctx);
    atn_text_add(out, HEAD);
    walk_node(w, w->root);
    const bool good = atn_text_ok(out) && atn_text_ok(&w->words);
    atn_text_free(&w->words);
    atn_free(ctx, w);
    return good ? ATTAIN_OK : atn_fail_nomem(err);
}
