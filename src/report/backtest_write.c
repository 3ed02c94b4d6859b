/* A backtest as a folder of files. */
#include <string.h>

#include "backtest_words.h"
#include "chart_internal.h"

static attain_status write_text(const attain_backtest *b, const char *folder, const char *name,
                                const char *table, attain_format format, attain_error *err)
{
    char *text = NULL, *path = NULL;
    attain_status status = attain_backtest_text(b, table, format, &text, err);
    if (status == ATTAIN_OK && !(path = atn_path_join(b->ctx, folder, name)))
        status = atn_fail_nomem(err);
    if (status == ATTAIN_OK) status = atn_file_write(b->ctx, path, text, strlen(text), err);
    atn_free(b->ctx, text);
    atn_free(b->ctx, path);
    return status;
}

static attain_status write_charts(const attain_backtest *b, const char *folder, attain_draw *draw,
                                  void *draw_user, attain_error *drawing, attain_error *err)
{
    atn_chart_list list = {.ctx = b->ctx};
    const size_t refusals = b->ctx->refusals;
    attain_status status = ATTAIN_OK;
    for (size_t g = 0; g < b->study->n_goals; g++) atn_chart_moved(&list, b, g);
    if (b->n_forecasts > 0) atn_chart_calibration(&list, b);
    if (list.failed || b->ctx->refusals != refusals) status = atn_fail_nomem(err);
    for (size_t i = 0; i < list.n && status == ATTAIN_OK; i++) {
        status = atn_poll(b->ctx, "draw", (double)i / (double)list.n, err);
        if (status == ATTAIN_OK)
            status =
                atn_chart_write(b->ctx, &list.charts[i], folder, draw, draw_user, drawing, err);
    }
    atn_charts_free(&list);
    return status;
}

attain_status attain_backtest_write(const attain_backtest *backtest, const char *folder,
                                    bool charts, attain_draw *draw, void *draw_user,
                                    attain_error *err)
{
    static const struct {
        const char *name, *table;
        attain_format format;
    } files[] = {{"backtest.json", NULL, ATTAIN_FORMAT_JSON},
                 {"backtest.csv", "forecasts", ATTAIN_FORMAT_CSV},
                 {"answers.csv", "answers", ATTAIN_FORMAT_CSV},
                 {"scores.csv", "scores", ATTAIN_FORMAT_CSV}};
    attain_error own = {0}, drawing = {0};
    if (!err) err = &own;
    atn_error_clear(err);
    attain_status status = atn_folder_create(backtest->ctx, folder, err);
    for (size_t i = 0; i < sizeof files / sizeof *files && status == ATTAIN_OK; i++)
        status = write_text(backtest, folder, files[i].name, files[i].table, files[i].format, err);
    if (status == ATTAIN_OK && charts)
        status = write_charts(backtest, folder, draw, draw_user, &drawing, err);
    if (status == ATTAIN_OK && drawing.status != ATTAIN_OK)
        status = atn_fail(err, drawing.status, "%s", drawing.message);
    return status;
}
