/* A composed chart as files: script, data and words, then what the caller's draw makes of them. */
#include <stdio.h>

#include "picture.h"

enum { PICTURE_LIMIT = 64 * 1024 * 1024 };

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

static attain_status run_draw(attain_context *ctx, atn_chart *chart, const char *folder,
                              attain_draw *draw, void *draw_user, attain_error *drawing,
                              attain_error *err)
{
    char script[128];
    attain_error why = {0};
    snprintf(script, sizeof script, "%s.gp", chart->name);
    const attain_status status = draw(draw_user, folder, script, &why);
    if (status == ATTAIN_ERR_INTERRUPTED) return atn_fail(err, status, "%s", why.message);
    if (status != ATTAIN_OK) {
        atn_fail(drawing, status, "%s", why.message);
        return ATTAIN_OK;
    }
    chart->drawn = true;
    return finish_picture(ctx, folder, chart, err);
}

attain_status atn_chart_write(attain_context *ctx, atn_chart *chart, const char *folder,
                              attain_draw *draw, void *draw_user, attain_error *drawing,
                              attain_error *err)
{
    atn_text_add(&chart->alt, "\n");
    attain_status status = write_text(ctx, folder, chart->name, "gp", &chart->script, err);
    if (status == ATTAIN_OK)
        status = write_text(ctx, folder, chart->name, "csv", &chart->data, err);
    if (status == ATTAIN_OK)
        status = write_text(ctx, folder, chart->name, "alt.txt", &chart->alt, err);
    if (status != ATTAIN_OK || !draw) return status;
    return run_draw(ctx, chart, folder, draw, draw_user, drawing, err);
}
