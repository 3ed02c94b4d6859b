/* Primary output: gathered in memory, then sent whole to standard output or to the -o file. */
#ifndef ATN_CLI_OUTPUT_H
#define ATN_CLI_OUTPUT_H

#include <stdio.h>

#include "cli/console.h"

typedef struct atn_output {
    FILE *stream; /* NULL after a failed open: printing helpers below then do nothing */
    char *data;
    size_t length;
} atn_output;

bool atn_output_open(atn_output *output);
/* Sends everything to `path` (NULL or "-": standard output) and frees it.  A regular file is
 * replaced whole or not at all.  Problems are said on the console. */
atn_exit atn_output_finish(atn_output *output, const char *path, atn_console *console);
void atn_output_discard(atn_output *output);

/* One value in the language of the format.  Numbers in the shortest form that reads back; what
 * is not finite is null in JSON and empty in CSV. */
void atn_put_number(FILE *stream, double value, const char *otherwise);
void atn_put_json_string(FILE *stream, const char *text);
void atn_put_csv_field(FILE *stream, const char *text); /* that no spreadsheet runs */

#endif
