/* The quality gates that failed, in plain words. */
#include "report_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Failed gates of one kind and limit make one sentence, for all that failed them at once. */
typedef struct gate_words {
    const char *name;
    const char *before; /* what went wrong, for ... */
    const char *measure;
    const char *limit; /* "limit", or "at least" where more is better */
    const char *after;
} gate_words;

static const gate_words known_gates[] = {
    {"pareto_k", "the quick approximation (map) is not confirmed", "Pareto k", "limit",
     ": try --fit nuts"},
    {"mode", "the optimiser stopped short of the posterior's mode", "distance in posterior sd",
     "limit", ""},
    {"rhat", "the sampler's chains disagree", "R-hat", "limit", ""},
    {"ess", "the sampler has too few independent draws", "effective sample size", "at least", ""},
    {"e_bfmi", "the sampler explored the tails poorly", "E-BFMI", "at least", ""},
    {"depth", "the sampler explores too slowly", "share of trajectories cut short", "limit", ""}};

static const char *gate_text(const atn_node *gate, const char *key)
{
    return atn_node_text(atn_node_get(gate, key));
}

static bool gate_failed(const atn_node *gate)
{
    return !atn_node_true(atn_node_get(gate, "passed"));
}

static double gate_limit(const atn_node *gate)
{
    return atn_node_number(atn_node_get(gate, "threshold"));
}

static bool same_kind(const atn_node *a, const atn_node *b)
{
    const double x = gate_limit(a), y = gate_limit(b);
    return gate_failed(b) && strcmp(gate_text(a, "name"), gate_text(b, "name")) == 0 &&
           (fabs(x - y) <= 0.0 || !(isfinite(x) || isfinite(y)));
}

/* "arrests.logistic+removals.linear" as "arrests (logistic) with removals (linear)". */
static void say_where(atn_text *out, const atn_node *gate)
{
    bool within = false;
    for (const char *s = gate_text(gate, "where"); *s;) {
        char piece[128];
        size_t n = strcspn(s, "+.");
        snprintf(piece, sizeof piece, "%.*s", (int)n, s);
        atn_escape_plain(out, piece);
        s += n;
        if (*s != '.' || within) {
            if (within) atn_text_add(out, ")");
            within = false;
        }
        if (*s == '.') atn_text_add(out, " (");
        if (*s == '+') atn_text_add(out, " with ");
        within = *s == '.';
        if (*s) s++;
    }
    if (within) atn_text_add(out, ")");
}

/* Two decimals, more where they would not tell the value from its limit. */
static void say_measure(atn_text *out, double value, double limit)
{
    int decimals = fabs(value) >= 10 || fabs(limit) >= 10 ? 0 : 2;
    if (!isfinite(value)) {
        atn_text_add(out, "not computable");
        return;
    }
    while (decimals < 4 && fabs(value - limit) > 0 && fabs(value - limit) < pow(10.0, -decimals))
        decimals += decimals ? 1 : 2;
    atn_text_grouped(out, value, decimals);
}

/* Between members of a list: "a, b and c". */
static void say_join(atn_text *out, size_t place, size_t n, bool with_and)
{
    if (place > 0) atn_text_add(out, place + 1 < n || !with_and ? ", " : " and ");
}

static void say_group(atn_text *out, const atn_node *gate, size_t n, bool values)
{
    size_t place = 0;
    for (const atn_node *g = gate; g; g = atn_node_next(g)) {
        if (!same_kind(gate, g)) continue;
        say_join(out, place++, n, !values);
        if (values)
            say_measure(out, atn_node_number(atn_node_get(g, "value")), gate_limit(g));
        else
            say_where(out, g);
    }
}

/* "3 trajectories diverged for arrests, 1 for removals". */
static void say_divergences(atn_text *out, const atn_node *gate)
{
    size_t place = 0;
    for (const atn_node *g = gate; g; g = atn_node_next(g)) {
        if (!same_kind(gate, g)) continue;
        const double count = atn_node_number(atn_node_get(g, "value"));
        if (place > 0) atn_text_add(out, ", ");
        atn_text_grouped(out, count, 0);
        if (place++ == 0)
            atn_text_add(out, fabs(count - 1.0) <= 0.0 ? " trajectory of the sampler diverged"
                                                       : " trajectories of the sampler diverged");
        atn_text_add(out, " for ");
        say_where(out, g);
    }
}

/* The sentence of a gate and of all after it of its kind. */
static void say_gate(atn_text *out, const atn_node *gate)
{
    const char *name = gate_text(gate, "name");
    gate_words words = {name, name, "value", "limit", ""};
    size_t n = 0;
    for (size_t i = 0; i < sizeof known_gates / sizeof *known_gates; i++)
        if (strcmp(name, known_gates[i].name) == 0) words = known_gates[i];
    if (strcmp(name, "divergences") == 0) {
        say_divergences(out, gate);
        return;
    }
    for (const atn_node *g = gate; g; g = atn_node_next(g)) n += same_kind(gate, g);
    atn_escape_plain(out, words.before);
    atn_text_add(out, " for ");
    say_group(out, gate, n, false);
    atn_text_printf(out, " (%s ", words.measure);
    say_group(out, gate, n, true);
    atn_text_printf(out, "; %s ", words.limit);
    say_measure(out, gate_limit(gate), 0.0);
    atn_text_printf(out, ")%s", words.after);
}

static bool said_before(const atn_node *gates, const atn_node *gate)
{
    for (const atn_node *g = atn_node_first(gates); g != gate; g = atn_node_next(g))
        if (same_kind(gate, g)) return true;
    return false;
}

bool atn_gates_failed(const atn_node *root)
{
    return strcmp(atn_node_text(atn_node_get(root, "status")), "gate_failed") == 0;
}

void atn_say_evidence(atn_text *out, const atn_node *root)
{
    static const char *const told[][2] = {{"prior-speaks", "the prior speaks: "},
                                          {"ceiling-not-identified", "the prior speaks: "},
                                          {"several-modes", "beware: "}};
    const atn_node *list = atn_node_get(root, "diagnostics");
    for (const atn_node *d = atn_node_first(list); d; d = atn_node_next(d)) {
        if (strcmp(atn_node_text(atn_node_get(d, "severity")), "warning") != 0) continue;
        for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
            if (strcmp(atn_node_text(atn_node_get(d, "code")), told[i][0]) != 0) continue;
            atn_text_add(out, told[i][1]);
            atn_escape_plain(out, atn_node_text(atn_node_get(d, "message")));
            atn_text_add(out, "\n");
        }
    }
}

void atn_say_gates(atn_text *out, const atn_node *root)
{
    if (!atn_gates_failed(root)) return;
    atn_text_add(out, "answer with warnings: ");
    size_t failed = 0;
    const atn_node *gates = atn_node_get(root, "gates");
    for (const atn_node *g = atn_node_first(gates); g; g = atn_node_next(g)) {
        if (!gate_failed(g) || said_before(gates, g)) continue;
        if (failed++) atn_text_add(out, "; ");
        say_gate(out, g);
    }
    if (!failed) atn_text_add(out, "warnings count as failures in this run");
    atn_text_add(out, "\n");
}
