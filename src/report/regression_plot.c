/* attain_regression_plot: where the chart's files go, and what must not be overwritten. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <sys/stat.h>

#include "chart_regression.h"

/* The name stands in the script, and on gnuplot's command line. */
static bool is_plain(const char *stem, size_t n)
{
    if (n == 0 || stem[0] == '-' || stem[0] == '.') return false;
    for (size_t i = 0; i < n; i++) {
        const char c = stem[i];
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == ' ';
        if (!plain) return false;
    }
    return true;
}

static attain_status read_name(const char *path, char *name, size_t size, attain_error *err)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const size_t length = strlen(base);
    if (length < 5 || strcmp(base + length - 4, ".svg") != 0)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "the chart's name must end in .svg, found \"%s\"",
                        path);
    if (length - 4 >= size || !is_plain(base, length - 4))
        return atn_fail(
            err, ATTAIN_ERR_ARGUMENT,
            "the chart's name may hold letters, digits, blanks and . _ - (at most %zu), "
            "found \"%s\"",
            size - 1, base);
    memcpy(name, base, length - 4);
    name[length - 4] = '\0';
    return ATTAIN_OK;
}

/* The chart's data go into NAME.csv, which must not be the table itself. */
static attain_status spare_table(const attain_regression *r, const char *folder, const char *name,
                                 attain_error *err)
{
    struct stat table, data;
    char file[128];
    if (!r->table->name || strcmp(r->table->name, "-") == 0) return ATTAIN_OK;
    strcat(strcpy(file, name), ".csv");
    char *path = atn_path_join(r->ctx, folder, file);
    if (!path) return atn_fail_nomem(err);
    const bool same = stat(r->table->name, &table) == 0 && stat(path, &data) == 0 &&
                      table.st_dev == data.st_dev && table.st_ino == data.st_ino;
    atn_free(r->ctx, path);
    if (!same) return ATTAIN_OK;
    return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                    "a chart named %s.svg would put its data into %s, which is the table; give it "
                    "another name",
                    name, file);
}

static attain_status compose(const attain_regression *r, atn_chart *chart, attain_error *err)
{
    atn_regression_view view;
    const size_t refusals = r->ctx->refusals;
    attain_status status = atn_regression_view_make(&view, r, err);
    if (status == ATTAIN_OK) {
        atn_chart_regression(chart, &view);
        /* Any word that is missing for want of memory spoils the text it was meant for. */
        if (r->ctx->refusals != refusals) status = atn_fail_nomem(err);
    }
    atn_regression_view_free(&view);
    return status;
}

attain_status attain_regression_plot(const attain_regression *regression, const char *path,
                                     attain_draw *draw, void *draw_user, attain_error *err)
{
    attain_context *ctx = regression->ctx;
    attain_error own = {0}, drawing = {0};
    atn_chart chart = {0};
    atn_error_clear(err);
    if (!err) err = &own;
    attain_status status = read_name(path, chart.name, sizeof chart.name, err);
    if (status != ATTAIN_OK) return status;
    char *folder = atn_path_folder(ctx, path);
    if (!folder) return atn_fail_nomem(err);
    atn_text *const texts[] = {&chart.headline, &chart.alt, &chart.script, &chart.data};
    for (size_t i = 0; i < 4; i++) atn_text_init(texts[i], ctx);
    status = spare_table(regression, folder, chart.name, err);
    if (status == ATTAIN_OK) status = compose(regression, &chart, err);
    if (status == ATTAIN_OK)
        status = atn_chart_write(ctx, &chart, folder, draw, draw_user, &drawing, err);
    for (size_t i = 0; i < 4; i++) atn_text_free(texts[i]);
    atn_free(ctx, folder);
    if (status == ATTAIN_OK && drawing.status != ATTAIN_OK)
        status = atn_fail(err, drawing.status, "%s", drawing.message);
    return status;
}
