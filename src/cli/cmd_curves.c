/* attain curves: the trend families, or one of them in full. */
#include <string.h>

#include "cli/options.h"
#include "cli/output.h"

/* Text of a string member of a curve's file, without its quotes.  These files are compiled into the
 * library, indented, and hold no escapes in the members asked for here, so that finding
 * "\"key\": \"" reads them; anything else gives an empty text. */
static size_t member(const char *json, const char *key, const char **text)
{
    char quoted[48];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(json, quoted);
    *text = "";
    if (!at) return 0;
    at += strlen(quoted);
    at += strspn(at, " \n");
    if (*at != '"') return 0;
    *text = at + 1;
    return strcspn(*text, "\"");
}

static void put_row(FILE *stream, attain_format format, const char *name)
{
    const char *json = attain_curve_json(name), *title, *formula;
    const int n_title = (int)member(json, "title", &title);
    const int n_formula = (int)member(json, "formula", &formula);
    if (format == ATTAIN_FORMAT_CSV)
        fprintf(stream, "%s,\"%.*s\",\"%.*s\"\r\n", name, n_title, title, n_formula, formula);
    else
        fprintf(stream, "%-17s %-38.*s %.*s\n", name, n_title, title, n_formula, formula);
}

static void list(FILE *stream, attain_format format)
{
    if (format == ATTAIN_FORMAT_CSV) fputs("name,title,formula\r\n", stream);
    if (format == ATTAIN_FORMAT_JSON) fputs("[\n", stream);
    for (size_t i = 0; i < attain_curve_count(); i++) {
        const char *name = attain_curve_name(i);
        if (format != ATTAIN_FORMAT_JSON) {
            put_row(stream, format, name);
            continue;
        }
        if (i > 0) fputs(",\n", stream);
        fputs(attain_curve_json(name), stream);
    }
    if (format == ATTAIN_FORMAT_JSON) fputs("]\n", stream);
}

static atn_exit unknown(const char *name, atn_console *console)
{
    const char *names[64], *nearest;
    size_t n = 0;
    for (; n < attain_curve_count() && n < sizeof names / sizeof *names; n++)
        names[n] = attain_curve_name(n);
    nearest = atn_nearest(name, names, n);
    if (nearest)
        atn_console_error(console, "there is no curve \"%s\", did you mean \"%s\"?", name, nearest);
    else
        atn_console_error(console, "there is no curve \"%s\"; attain curves lists them", name);
    return ATN_EXIT_USAGE;
}

atn_exit atn_cmd_curves(const atn_options *options, atn_console *console)
{
    const char *json = options->n_arguments ? attain_curve_json(options->arguments[0]) : NULL;
    atn_output output;
    if (options->n_arguments && !json) return unknown(options->arguments[0], console);
    if (atn_output_open(&output)) {
        if (json)
            fputs(json, output.stream);
        else
            list(output.stream, options->format);
        if (json && *json && json[strlen(json) - 1] != '\n') fputc('\n', output.stream);
    }
    return atn_output_finish(&output, options->output, console);
}
