/* attain schema: what the files hold. */
#include <string.h>

#include "cli/options.h"
#include "cli/output.h"

static void list(FILE *stream, attain_format format)
{
    const size_t n = attain_schema_count();
    if (format == ATTAIN_FORMAT_JSON) fputc('[', stream);
    if (format == ATTAIN_FORMAT_CSV) fputs("name\r\n", stream);
    for (size_t i = 0; i < n; i++) {
        const char *name = attain_schema_name(i);
        if (format == ATTAIN_FORMAT_JSON) {
            if (i > 0) fputs(", ", stream);
            atn_put_json_string(stream, name);
        } else {
            fprintf(stream, format == ATTAIN_FORMAT_CSV ? "%s\r\n" : "%s\n", name);
        }
    }
    if (format == ATTAIN_FORMAT_JSON) fputs("]\n", stream);
}

static atn_exit unknown(const char *name, atn_console *console)
{
    const char *names[16], *nearest;
    size_t n = 0;
    for (; n < attain_schema_count() && n < sizeof names / sizeof *names; n++)
        names[n] = attain_schema_name(n);
    nearest = atn_nearest(name, names, n);
    if (nearest)
        atn_console_error(console, "there is no schema \"%s\", did you mean \"%s\"?", name,
                          nearest);
    else
        atn_console_error(console, "there is no schema \"%s\"; attain schema lists them", name);
    return ATN_EXIT_USAGE;
}

atn_exit atn_cmd_schema(const atn_options *options, atn_console *console)
{
    const char *text = options->n_arguments ? attain_schema_text(options->arguments[0]) : NULL;
    atn_output output;
    if (options->n_arguments && !text) return unknown(options->arguments[0], console);
    if (atn_output_open(&output)) {
        if (text)
            fputs(text, output.stream);
        else
            list(output.stream, options->format);
        if (text && *text && text[strlen(text) - 1] != '\n') fputc('\n', output.stream);
    }
    return atn_output_finish(&output, options->output, console);
}
