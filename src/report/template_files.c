/* attain_report_render: a template's file, its partials beside it, and the language it writes. */
#include <stdio.h>
#include <string.h>

#include "report/template.h"

enum { RENDER_SETTINGS_VERSION = 1, TEMPLATE_LIMIT = 4 * 1024 * 1024 };

static const char SUFFIX[] = ".mustache";

void attain_render_settings_init(attain_render_settings *settings)
{
    *settings = (attain_render_settings){.version = RENDER_SETTINGS_VERSION};
}

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    const size_t n = strlen(end);
    return length > n && memcmp(text + length - n, end, n) == 0;
}

/* The extension of "x.html" or "x.html.mustache" is ".html"; "" for none. */
static void extension(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    if (ends_with(name, length, SUFFIX)) length -= sizeof SUFFIX - 1;
    size_t dot = length;
    while (dot > 0 && name[dot - 1] != '.') dot--;
    const bool found = dot > 1 && length - dot + 2 < size;
    snprintf(out, size, "%.*s", found ? (int)(length - dot + 1) : 0, found ? name + dot - 1 : "");
}

static attain_escape escape_by_name(const char *path)
{
    static const struct {
        const char *extension;
        attain_escape escape;
    } rows[] = {{".html", ATTAIN_ESCAPE_HTML},   {".htm", ATTAIN_ESCAPE_HTML},
                {".xhtml", ATTAIN_ESCAPE_HTML},  {".svg", ATTAIN_ESCAPE_HTML},
                {".xml", ATTAIN_ESCAPE_HTML},    {".tex", ATTAIN_ESCAPE_LATEX},
                {".md", ATTAIN_ESCAPE_MARKDOWN}, {".markdown", ATTAIN_ESCAPE_MARKDOWN},
                {".csv", ATTAIN_ESCAPE_CSV}};
    char found[16];
    extension(path, found, sizeof found);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(found, rows[i].extension) == 0) return rows[i].escape;
    return ATTAIN_ESCAPE_TEXT;
}

typedef struct beside {
    const char *folder;
    char extension[16];
} beside;

/* name + extension [+ ".mustache"], or name + ".mustache". */
static attain_status read_partial(void *user, attain_context *ctx, const char *name, char **file,
                                  char **data, size_t *length, attain_error *err)
{
    const beside *b = user;
    const char *const ends[][2] = {{b->extension, SUFFIX}, {b->extension, ""}, {SUFFIX, ""}};
    char leaf[320];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(leaf, sizeof leaf, "%s%s%s", name, ends[i][0], ends[i][1]);
        char *path = atn_path_join(ctx, b->folder, leaf);
        if (!path) return atn_fail_nomem(err);
        if (atn_path_exists(path)) {
            const attain_status status =
                atn_file_read(ctx, path, TEMPLATE_LIMIT, data, length, err);
            *file = path;
            return status;
        }
        atn_free(ctx, path);
    }
    return atn_fail(err, ATTAIN_ERR_FILE,
                    "no partial \"%.80s\": beside the template is neither "
                    "%.80s%s nor %.80s%s",
                    name, name, *b->extension ? b->extension : SUFFIX, name, SUFFIX);
}

static attain_status check_settings(const attain_render_settings *s, attain_error *err)
{
    if (s->version != RENDER_SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "render settings: version is %d, expected %d (use "
                        "attain_render_settings_init)",
                        s->version, RENDER_SETTINGS_VERSION);
    if ((int)s->escape < ATTAIN_ESCAPE_BY_NAME || s->escape > ATTAIN_ESCAPE_CSV)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "render settings: escape is %d, expected 0 to 5",
                        (int)s->escape);
    if ((int)s->numbers < ATTAIN_NUMBERS_COMMA || s->numbers > ATTAIN_NUMBERS_POINT)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "render settings: numbers is %d, expected 0 to 2",
                        (int)s->numbers);
    return ATTAIN_OK;
}

static attain_status parse_file(attain_context *ctx, const char *path,
                                attain_diagnostics *diagnostics, atn_template **made,
                                attain_error *err)
{
    char *data = NULL, *folder = is_stdin(path) ? atn_strdup(ctx, ".") : atn_path_folder(ctx, path);
    size_t length = 0;
    beside b = {.folder = folder};
    extension(path, b.extension, sizeof b.extension);
    attain_status status = folder ? atn_file_read(ctx, path, TEMPLATE_LIMIT, &data, &length, err)
                                  : atn_fail_nomem(err);
    if (status == ATTAIN_OK)
        status = atn_template_parse(ctx, is_stdin(path) ? "standard input" : path, data, length,
                                    read_partial, &b, diagnostics, made, err);
    atn_free(ctx, data);
    atn_free(ctx, folder);
    return status;
}

static attain_status render_file(attain_context *context, const attain_results *results,
                                 const char *path, const attain_render_settings *settings,
                                 attain_diagnostics *diagnostics, char **text, size_t *unsupported,
                                 attain_error *err)
{
    atn_template *made = NULL;
    attain_status status = parse_file(context, path, diagnostics, &made, err);
    if (status != ATTAIN_OK) return status;
    atn_text out;
    atn_text_init(&out, context);
    out.style = settings->numbers;
    const attain_escape escape =
        settings->escape == ATTAIN_ESCAPE_BY_NAME ? escape_by_name(path) : settings->escape;
    status = atn_template_render(made, atn_document_root(results), escape, diagnostics, &out,
                                 unsupported, err);
    if (status == ATTAIN_OK && *unsupported == 0) *text = atn_text_take(&out);
    atn_text_free(&out);
    atn_template_free(made);
    return status;
}

attain_status attain_report_render(attain_context *context, const attain_results *results,
                                   const char *path, const attain_render_settings *settings,
                                   attain_diagnostics *diagnostics, char **text,
                                   size_t *unsupported, attain_error *err)
{
    attain_render_settings defaults;
    attain_render_settings_init(&defaults);
    const size_t refusals = context->refusals;
    atn_error_clear(err);
    *text = NULL;
    *unsupported = 0;
    if (!settings) settings = &defaults;
    attain_status status = check_settings(settings, err);
    if (status == ATTAIN_OK)
        status = render_file(context, results, path, settings, diagnostics, text, unsupported, err);
    if (context->refusals == refusals) return status;
    /* A word or a problem is missing for want of memory. */
    atn_error_clear(err);
    atn_free(context, *text);
    *text = NULL;
    *unsupported = 0;
    return atn_fail_nomem(err);
}
