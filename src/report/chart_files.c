/* Composed charts as files: scripts, data and words, then what the caller's draw makes of them. */
#include <stdio.h>

#include "picture.h"

enum { PICTURE_LIMIT = 64 * 1024 * 1024, SCRIPT_SIZE = 104 };

static attain_status write_text(attain_context *ctx, const char *folder, const char *stem,
                                const char *ending, const atn_text *text, attain_error *err)
{
    char name[128];
    snprintf(name, sizeof name, "%s.%s", stem, ending);
    if (!atn_text_ok(text)) return atn_fail_nomem(err);
    char *path = atn_path_join(ctx, folder, name);
    if (!path) return atn_fail_nomem(err);
    const attain_status status =
        atn_file_write(ctx, path, text->data ? text->data : "", text->length, err);
    atn_free(ctx, path);
    return status;
}

static attain_status write_parts(attain_context *ctx, atn_chart *chart, const char *folder,
                                 attain_error *err)
{
    atn_text_add(&chart->alt, "\n");
    attain_status status = write_text(ctx, folder, chart->name, "gp", &chart->script, err);
    if (status == ATTAIN_OK)
        status = write_text(ctx, folder, chart->name, "csv", &chart->data, err);
    if (status == ATTAIN_OK)
        status = write_text(ctx, folder, chart->name, "alt.txt", &chart->alt, err);
    return status;
}

static attain_status finish_picture(attain_context *ctx, const char *folder, const atn_chart *chart,
                                    attain_error *err)
{
    char name[128], *svg = NULL;
    size_t length = 0;
    const size_t refusals = ctx->refusals;
    atn_text out;
    atn_text_init(&out, ctx);
    snprintf(name, sizeof name, "%s.svg", chart->name);
    char *path = atn_path_join(ctx, folder, name);
    attain_status status =
        path ? atn_file_read(ctx, path, PICTURE_LIMIT, &svg, &length, err) : atn_fail_nomem(err);
    if (status == ATTAIN_OK && atn_picture_finish(&out, svg, chart))
        status = ctx->refusals == refusals ? write_text(ctx, folder, chart->name, "svg", &out, err)
                                           : atn_fail_nomem(err);
    atn_free(ctx, svg);
    atn_free(ctx, path);
    atn_text_free(&out);
    return status;
}

static unsigned pictures_of(const atn_chart *chart)
{
    return (chart->look ? chart->look : &atn_web_look)->pictures;
}

static void tell_undrawn(atn_chart *chart, const attain_error *why, attain_diagnostics *diagnostics,
                         attain_error *first)
{
    char script[SCRIPT_SIZE];
    const atn_place place = {.file = script};
    snprintf(script, sizeof script, "%s.gp", chart->name);
    snprintf(chart->undrawn, sizeof chart->undrawn, "%s", why->message);
    atn_diagnose(diagnostics, ATTAIN_SEVERITY_WARNING, "chart-not-drawn", &place,
                 "chart %s was not drawn: %s", chart->name, why->message);
    atn_fail(first, why->status, "%s", why->message);
}

/* What came of each drawing. */
static attain_status take_pictures(attain_context *ctx, atn_chart *charts,
                                   const attain_drawing *drawings, size_t n, const char *folder,
                                   attain_diagnostics *diagnostics, attain_error *drawing,
                                   attain_error *err)
{
    for (size_t i = 0; i < n; i++) {
        attain_status status = ATTAIN_OK;
        if (drawings[i].error.status != ATTAIN_OK) {
            tell_undrawn(&charts[i], &drawings[i].error, diagnostics, drawing);
            continue;
        }
        attain_error why = {0};
        if (drawings[i].pictures & ATTAIN_PICTURE_SVG)
            status = finish_picture(ctx, folder, &charts[i], &why);
        charts[i].drawn = status == ATTAIN_OK;
        if (status == ATTAIN_ERR_NOMEM) return atn_fail_nomem(err);
        if (status != ATTAIN_OK) tell_undrawn(&charts[i], &why, diagnostics, drawing);
    }
    return ATTAIN_OK;
}

static attain_status run_draw(attain_context *ctx, atn_chart *charts, size_t n, const char *folder,
                              attain_draw *draw, void *draw_user, attain_diagnostics *diagnostics,
                              attain_error *drawing, attain_error *err)
{
    attain_error why = {0};
    attain_drawing *drawings = ATN_NEW_ARRAY(ctx, attain_drawing, n);
    char(*scripts)[SCRIPT_SIZE] = atn_alloc_array(ctx, n, sizeof *scripts);
    attain_status status = drawings && scripts ? ATTAIN_OK : atn_fail_nomem(err);
    for (size_t i = 0; i < n && status == ATTAIN_OK; i++) {
        snprintf(scripts[i], sizeof scripts[i], "%s.gp", charts[i].name);
        drawings[i].script = scripts[i];
        drawings[i].pictures = pictures_of(&charts[i]);
    }
    if (status == ATTAIN_OK) {
        const attain_status drawn = draw(draw_user, folder, drawings, n, &why);
        if (drawn == ATTAIN_ERR_INTERRUPTED) status = atn_fail(err, drawn, "%s", why.message);
        for (size_t i = 0; i < n && drawn != ATTAIN_OK; i++)
            atn_fail(&drawings[i].error, drawn, "%s", why.message);
    }
    if (status == ATTAIN_OK)
        status = take_pictures(ctx, charts, drawings, n, folder, diagnostics, drawing, err);
    atn_free(ctx, drawings);
    atn_free(ctx, scripts);
    return status;
}

attain_status atn_charts_write(attain_context *ctx, atn_chart *charts, size_t n, const char *folder,
                               attain_draw *draw, void *draw_user, attain_diagnostics *diagnostics,
                               attain_error *drawing, attain_error *err)
{
    attain_status status = ATTAIN_OK;
    for (size_t i = 0; i < n && status == ATTAIN_OK; i++)
        status = write_parts(ctx, &charts[i], folder, err);
    for (size_t i = 0; i < n && status == ATTAIN_OK; i++) {
        charts[i].filed = true;
        snprintf(charts[i].undrawn, sizeof charts[i].undrawn, "this program draws none");
    }
    if (status != ATTAIN_OK || !draw || n == 0) return status;
    return run_draw(ctx, charts, n, folder, draw, draw_user, diagnostics, drawing, err);
}

attain_status atn_chart_write(attain_context *ctx, atn_chart *chart, const char *folder,
                              attain_draw *draw, void *draw_user, attain_error *drawing,
                              attain_error *err)
{
    return atn_charts_write(ctx, chart, 1, folder, draw, draw_user, NULL, drawing, err);
}
