/* attain_report_plot: the charts of a finished run in another size, look or kind of picture. */
#include "chart_internal.h"

#include <stdio.h>
#include <string.h>

enum { PLOT_SETTINGS_VERSION = 1, ALL_PICTURES = 7, THEME_LIMIT = 1 << 20, MAX_NAMES = 512 };

void attain_plot_settings_init(attain_plot_settings *settings)
{
    *settings =
        (attain_plot_settings){.version = PLOT_SETTINGS_VERSION, .pictures = atn_web_look.pictures};
}

static attain_status check(const attain_plot_settings *s, attain_error *err)
{
    if (s->version != PLOT_SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "plot settings: version is %d, expected %d (use attain_plot_settings_init)",
                        s->version, PLOT_SETTINGS_VERSION);
    if ((int)s->size < ATTAIN_SIZE_WEB || s->size > ATTAIN_SIZE_PRINT)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "plot settings: size is %d, expected 0 to 2",
                        (int)s->size);
    if (s->pictures == 0 || s->pictures > ALL_PICTURES)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "plot settings: pictures is %u, expected 1 to 7",
                        s->pictures);
    if ((int)s->numbers < ATTAIN_NUMBERS_COMMA || s->numbers > ATTAIN_NUMBERS_POINT)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "plot settings: numbers is %d, expected 0 to 2",
                        (int)s->numbers);
    return ATTAIN_OK;
}

static attain_status read_theme(attain_context *ctx, const char *path, char **theme,
                                attain_error *err)
{
    size_t length = 0;
    if (!path) return ATTAIN_OK;
    const attain_status status = atn_file_read(ctx, path, THEME_LIMIT, theme, &length, err);
    if (status != ATTAIN_OK) return status;
    if (strlen(*theme) == length && atn_utf8_valid(*theme, length)) return ATTAIN_OK;
    return atn_fail(err, ATTAIN_ERR_FILE, "%s is no theme: expected gnuplot commands in UTF-8",
                    path);
}

static bool matches(const atn_chart *chart, const char *word)
{
    return !word || strcmp(chart->name, word) == 0 || strcmp(chart->kind, word) == 0;
}

static attain_status no_chart(const atn_chart_list *list, const char *word, attain_error *err)
{
    const char *names[MAX_NAMES];
    size_t n = 0;
    for (size_t i = 0; i < list->n && n + 2 <= MAX_NAMES; i++) {
        names[n++] = list->charts[i].name;
        names[n++] = list->charts[i].kind;
    }
    const char *nearest = atn_suggest(word, names, n);
    if (nearest)
        return atn_fail(err, ATTAIN_ERR_ADDRESS,
                        "this run has no chart \"%.80s\", did you mean \"%s\"?", word, nearest);
    char kinds[160] = "";
    for (size_t i = 0; i < list->n; i++) {
        const char *kind = list->charts[i].kind;
        if ((i > 0 && strcmp(kind, list->charts[i - 1].kind) == 0) ||
            strlen(kinds) + strlen(kind) + 3 > sizeof kinds)
            continue;
        if (*kinds) strcat(kinds, ", ");
        strcat(kinds, kind);
    }
    return atn_fail(err, ATTAIN_ERR_ADDRESS, "this run has no chart \"%.80s\"; it has %s", word,
                    *kinds ? kinds : "none");
}

/* Drops the charts that were not asked for. */
static attain_status choose(atn_chart_list *list, const char *word, attain_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) kept += matches(&list->charts[i], word);
    if (kept == 0 && word) return no_chart(list, word, err);
    kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (!matches(&list->charts[i], word)) continue;
        const atn_chart chart = list->charts[i];
        list->charts[i] = list->charts[kept];
        list->charts[kept++] = chart;
    }
    for (size_t i = kept; i < list->n; i++) {
        atn_text_free(&list->charts[i].headline);
        atn_text_free(&list->charts[i].alt);
        atn_text_free(&list->charts[i].script);
        atn_text_free(&list->charts[i].data);
    }
    list->n = kept;
    return ATTAIN_OK;
}

static attain_status plot(attain_context *ctx, const attain_results *results, const char *folder,
                          const attain_plot_settings *settings, const atn_look *look,
                          attain_diagnostics *diagnostics, size_t *n_charts, attain_error *err)
{
    atn_chart_list list = {0};
    attain_error drawing = {0};
    const size_t refusals = ctx->refusals;
    attain_status status = atn_charts_compose(ctx, results, look, &list, err);
    if (status == ATTAIN_OK && ctx->refusals != refusals) status = atn_fail_nomem(err);
    if (status == ATTAIN_OK) status = choose(&list, settings->chart, err);
    if (status == ATTAIN_OK) status = atn_folder_create(ctx, folder, err);
    if (status == ATTAIN_OK) status = atn_poll(ctx, "draw", 0.0, err);
    if (status == ATTAIN_OK)
        status = atn_charts_write(ctx, list.charts, list.n, folder, settings->draw,
                                  settings->draw_user, diagnostics, &drawing, err);
    if (status == ATTAIN_OK && n_charts) *n_charts = list.n;
    atn_charts_free(&list);
    if (status == ATTAIN_OK && drawing.status != ATTAIN_OK)
        status = atn_fail(err, drawing.status, "%s", drawing.message);
    return status;
}

attain_status attain_report_plot(attain_context *context, const attain_results *results,
                                 const char *folder, const attain_plot_settings *settings,
                                 attain_diagnostics *diagnostics, size_t *n_charts,
                                 attain_error *err)
{
    attain_plot_settings defaults;
    attain_error own = {0};
    char *theme = NULL;
    attain_plot_settings_init(&defaults);
    if (!settings) settings = &defaults;
    if (!err) err = &own;
    atn_error_clear(err);
    if (n_charts) *n_charts = 0;
    attain_status status = check(settings, err);
    if (status == ATTAIN_OK) status = read_theme(context, settings->theme, &theme, err);
    if (status == ATTAIN_OK) {
        const atn_look look = {.size = settings->size,
                               .dark = settings->dark,
                               .pictures = settings->pictures,
                               .numbers = settings->numbers,
                               .theme = theme};
        status = plot(context, results, folder, settings, &look, diagnostics, n_charts, err);
    }
    atn_free(context, theme);
    return status;
}
