/* Dates, settings, priors, inputs and versions that differ. */
#include "comparison.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const atn_node *node, const char *key)
{
    return atn_node_text(atn_node_get(node, key));
}

/* Whole UTF-8 characters, as many as fit. */
static void copy(char *out, size_t size, const char *text)
{
    size_t n = strlen(text);
    if (n >= size) /* the first byte that is left out begins a character */
        for (n = size - 1; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--) {
        }
    memcpy(out, text, n);
    out[n] = '\0';
}

void atn_setting_add(atn_comparison *c, const char *name, const char *before, const char *after)
{
    void *list = c->settings;
    if (!atn_grow(c->ctx, &list, &c->settings_capacity, c->n_settings + 1, sizeof *c->settings)) {
        c->failed = true;
        return;
    }
    c->settings = list;
    atn_setting_change *s = &c->settings[c->n_settings++];
    copy(s->name, sizeof s->name, name);
    copy(s->before, sizeof s->before, before);
    copy(s->after, sizeof s->after, after);
}

/* A scalar as text; false for groups. */
static bool scalar(const atn_node *node, char text[160])
{
    const double number = atn_node_number(node);
    if (!node)
        copy(text, 160, "");
    else if (isfinite(number))
        atn_number_format(number, text);
    else if (*atn_node_text(node))
        copy(text, 160, atn_node_text(node));
    else if (atn_node_is_null(node))
        copy(text, 160, "none");
    else if (atn_node_first(node))
        return false;
    else
        copy(text, 160, atn_node_true(node) ? "true" : "");
    return true;
}

static void compare_scalar(atn_comparison *c, const char *name, const atn_node *before,
                           const atn_node *after)
{
    char x[160], y[160];
    if (scalar(before, x) && scalar(after, y) && strcmp(x, y) != 0) atn_setting_add(c, name, x, y);
}

/* Members of two groups, those of either alone too; one level of groups within. */
static void compare_group(atn_comparison *c, const char *prefix, const atn_node *before,
                          const atn_node *after, int depth)
{
    char name[128];
    for (int side = 0; side < 2; side++) {
        const atn_node *own = side ? after : before, *other = side ? before : after;
        for (const atn_node *k = atn_node_first(own); k; k = atn_node_next(k)) {
            const atn_node *twin = atn_node_get(other, atn_node_key(k));
            if (side && twin) continue; /* seen from the other side */
            snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? " " : "", atn_node_key(k));
            if (atn_node_first(k) && depth > 0)
                compare_group(c, name, side ? NULL : k, side ? k : twin, depth - 1);
            else
                compare_scalar(c, name, side ? NULL : k, side ? k : twin);
        }
    }
}

static void compare_priors(atn_comparison *c)
{
    const atn_node *before = atn_node_get(c->before, "parameters");
    const atn_node *after = atn_node_get(c->after, "parameters");
    char name[128];
    for (int side = 0; side < 2; side++) {
        const atn_node *list = side ? after : before, *other = side ? before : after;
        for (const atn_node *p = atn_node_first(list); p; p = atn_node_next(p)) {
            const atn_node *twin = atn_find(other, "name", text_of(p, "name"));
            if (side && twin) continue;
            if (twin && strcmp(text_of(p, "prior"), text_of(twin, "prior")) == 0) continue;
            snprintf(name, sizeof name, "prior of %s", text_of(p, "name"));
            atn_setting_add(c, name, side ? "" : text_of(p, "prior"),
                            side ? text_of(p, "prior") : text_of(twin, "prior"));
        }
    }
}

static void compare_goals(atn_comparison *c)
{
    static const char *const keys[] = {"target",    "upper", "start", "deadline", "direction",
                                       "statistic", "over",  "held",  "series"};
    const atn_node *list = atn_node_get(c->before, "goals");
    char name[128];
    for (const atn_node *g = atn_node_first(list); g; g = atn_node_next(g)) {
        const atn_node *twin = atn_find(atn_node_get(c->after, "goals"), "id", text_of(g, "id"));
        for (size_t i = 0; twin && i < sizeof keys / sizeof *keys; i++) {
            snprintf(name, sizeof name, "goal %s: %s", text_of(g, "id"), keys[i]);
            compare_scalar(c, name, atn_node_get(g, keys[i]), atn_node_get(twin, keys[i]));
        }
    }
}

static void compare_series(atn_comparison *c)
{
    const atn_node *list = atn_node_get(c->before, "series");
    for (const atn_node *s = atn_node_first(list); s; s = atn_node_next(s)) {
        const atn_node *twin = atn_find(atn_node_get(c->after, "series"), "id", text_of(s, "id"));
        char name[128], trends[2][160] = {"", ""};
        for (int side = 0; side < 2; side++) {
            const atn_node *trend = atn_node_get(side ? twin : s, "trend");
            for (const atn_node *t = atn_node_first(trend); t; t = atn_node_next(t)) {
                const size_t used = strlen(trends[side]);
                snprintf(trends[side] + used, sizeof trends[side] - used, "%s%s", used ? ", " : "",
                         atn_node_text(t));
            }
        }
        snprintf(name, sizeof name, "trend of %s", text_of(s, "id"));
        if (strcmp(trends[0], trends[1]) != 0) atn_setting_add(c, name, trends[0], trends[1]);
    }
}

static void compare_overrides(atn_comparison *c)
{
    for (int side = 0; side < 2; side++) {
        const atn_node *own = atn_node_path(side ? c->after : c->before, "manifest/overrides");
        const atn_node *other = atn_node_path(side ? c->before : c->after, "manifest/overrides");
        for (const atn_node *o = atn_node_first(own); o; o = atn_node_next(o)) {
            bool shared = false;
            for (const atn_node *k = atn_node_first(other); k; k = atn_node_next(k))
                shared |= strcmp(atn_node_text(k), atn_node_text(o)) == 0;
            if (!shared)
                atn_setting_add(c, "--set", side ? "" : atn_node_text(o),
                                side ? atn_node_text(o) : "");
        }
    }
}

static void compare_inputs(atn_comparison *c)
{
    const atn_node *list = atn_node_path(c->before, "manifest/inputs");
    const atn_node *other = atn_node_path(c->after, "manifest/inputs");
    for (const atn_node *f = atn_node_first(list); f; f = atn_node_next(f)) {
        const atn_node *twin = atn_find(other, "name", text_of(f, "name"));
        char name[128], x[17], y[17];
        snprintf(name, sizeof name, "contents of %s", text_of(f, "name"));
        snprintf(x, sizeof x, "%.16s", text_of(f, "sha256"));
        snprintf(y, sizeof y, "%.16s", text_of(twin, "sha256"));
        if (strcmp(x, y) != 0) atn_setting_add(c, name, x, y);
    }
}

void atn_compare_settings(atn_comparison *c)
{
    static const char *const study[] = {"title", "as_of", "origin", "horizon", "step"};
    for (size_t i = 0; i < sizeof study / sizeof *study; i++)
        compare_scalar(c, study[i], atn_node_get(atn_node_get(c->before, "study"), study[i]),
                       atn_node_get(atn_node_get(c->after, "study"), study[i]));
    compare_goals(c);
    compare_series(c);
    compare_priors(c);
    compare_group(c, "", atn_node_path(c->before, "manifest/settings"),
                  atn_node_path(c->after, "manifest/settings"), 1);
    compare_scalar(c, "seed", atn_node_path(c->before, "manifest/seed"),
                   atn_node_path(c->after, "manifest/seed"));
    compare_overrides(c);
    compare_inputs(c);
    compare_group(c, "version", atn_node_path(c->before, "manifest/versions"),
                  atn_node_path(c->after, "manifest/versions"), 0);
    compare_scalar(c, "status", atn_node_get(c->before, "status"),
                   atn_node_get(c->after, "status"));
}
