/* The charts of a document, composed in memory. */
#include "chart_internal.h"

#include <stdio.h>
#include <string.h>

static void safe(char *out, size_t size, const char *kind, const char *id)
{
    size_t n = (size_t)snprintf(out, size, "%s", kind);
    if (*id) n += (size_t)snprintf(out + n, size - n, "-");
    for (const char *s = id; *s && n + 1 < size; s++) {
        const bool plain = (*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') ||
                           (*s >= 'a' && *s <= 'z') || *s == '-' || *s == '_';
        out[n++] = plain ? *s : '_';
    }
    out[n] = '\0';
}

atn_chart *atn_chart_add(atn_chart_list *list, const char *kind, const char *id)
{
    void *charts = list->charts;
    if (list->failed ||
        !atn_grow(list->ctx, &charts, &list->capacity, list->n + 1, sizeof *list->charts)) {
        list->failed = true;
        return NULL;
    }
    list->charts = charts;
    atn_chart *chart = &list->charts[list->n];
    *chart = (atn_chart){.look = list->look};
    snprintf(chart->kind, sizeof chart->kind, "%s", kind);
    safe(chart->name, sizeof chart->name - 8, kind, id);
    size_t same = 0;
    for (size_t i = 0; i < list->n; i++)
        same += strncmp(list->charts[i].name, chart->name, strlen(chart->name)) == 0 &&
                (list->charts[i].name[strlen(chart->name)] == '\0' ||
                 list->charts[i].name[strlen(chart->name)] == '.');
    if (same) {
        const size_t n = strlen(chart->name);
        snprintf(chart->name + n, sizeof chart->name - n, "_%zu", list->n);
    }
    atn_text_init(&chart->headline, list->ctx);
    atn_text_init(&chart->alt, list->ctx);
    atn_text_init(&chart->script, list->ctx);
    atn_text_init(&chart->data, list->ctx);
    chart->data.style = ATTAIN_NUMBERS_COMMA; /* for programs */
    list->n++;
    return chart;
}

void atn_charts_free(atn_chart_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        atn_text_free(&list->charts[i].headline);
        atn_text_free(&list->charts[i].alt);
        atn_text_free(&list->charts[i].script);
        atn_text_free(&list->charts[i].data);
    }
    if (list->ctx) atn_free(list->ctx, list->charts);
    *list = (atn_chart_list){0};
}

/* One chart of the running total for each definition of a goal that counts one; definitions pooled
 * share no scale to draw them on. */
static void totals(atn_chart_list *list, const atn_node *root)
{
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        const char *statistic = atn_node_text(atn_node_get(a.goal, "statistic"));
        const char *reading = atn_node_text(atn_node_get(a.reading, "reading"));
        const char *definition = atn_node_text(atn_node_get(a.definition, "definition"));
        if (a.series && strcmp(statistic, "total") == 0 && strcmp(reading, "total") == 0 &&
            strcmp(definition, "pooled") != 0)
            atn_chart_total(list, root, &a);
    }
}

/* CHARTS.md's order. */
static void compose(atn_chart_list *list, const atn_node *root)
{
    const atn_node *series = atn_node_get(root, "series"), *goals = atn_node_get(root, "goals");
    atn_chart_scoreboard(list, root);
    for (const atn_node *s = atn_node_first(series); s; s = atn_node_next(s))
        atn_chart_rate(list, root, s);
    totals(list, root);
    for (const atn_node *g = atn_node_first(goals); g; g = atn_node_next(g))
        atn_chart_attainment(list, root, g);
    for (const atn_node *g = atn_node_first(goals); g; g = atn_node_next(g))
        atn_chart_dots(list, root, g);
    for (const atn_node *s = atn_node_first(series); s; s = atn_node_next(s))
        atn_chart_scenarios(list, root, s);
    for (const atn_node *s = atn_node_first(series); s; s = atn_node_next(s))
        atn_chart_stock(list, root, s);
    for (const atn_node *s = atn_node_first(series); s; s = atn_node_next(s))
        atn_chart_checks(list, root, s);
    for (const atn_node *g = atn_node_first(goals); g; g = atn_node_next(g))
        atn_chart_drivers(list, root, g);
}

attain_status atn_charts_compose(attain_context *ctx, const attain_results *results,
                                 const atn_look *look, atn_chart_list *list, attain_error *err)
{
    const atn_node *root = atn_document_root(results);
    const attain_number_style style = ctx->style;
    *list = (atn_chart_list){.ctx = ctx, .look = look ? look : &atn_web_look};
    ctx->style = list->look->numbers; /* of every text begun while charts are composed */
    compose(list, root);
    ctx->style = style;
    for (size_t i = 0; i < list->n; i++) {
        atn_chart *c = &list->charts[i];
        if (atn_gates_failed(root))
            atn_text_add(&c->alt, " Answer with warnings: a quality gate failed.");
        if (!atn_text_ok(&c->headline) || !atn_text_ok(&c->alt) || !atn_text_ok(&c->script) ||
            !atn_text_ok(&c->data))
            list->failed = true;
    }
    if (!list->failed) return ATTAIN_OK;
    atn_charts_free(list);
    return atn_fail_nomem(err);
}
