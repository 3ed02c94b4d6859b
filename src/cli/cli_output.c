#define _XOPEN_SOURCE 700 /* POSIX 2008 with realpath */
#include "cli/output.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool atn_output_open(atn_output *output)
{
    output->data = NULL;
    output->length = 0;
    output->stream = open_memstream(&output->data, &output->length);
    return output->stream != NULL;
}

void atn_output_discard(atn_output *output)
{
    if (output->stream) fclose(output->stream);
    free(output->data);
    output->stream = NULL;
    output->data = NULL;
}

static bool write_all(int descriptor, const char *data, size_t length)
{
    while (length > 0) {
        const ssize_t n = write(descriptor, data, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data += n;
        length -= (size_t)n;
    }
    return true;
}

static bool write_stdout(const atn_output *output)
{
    return write_all(STDOUT_FILENO, output->data, output->length);
}

/* /dev/stdout, a pipe, /dev/null: what must be written into, never replaced. */
static bool write_into(const char *path, const atn_output *output)
{
    FILE *file = fopen(path, "w");
    if (!file) return false;
    const bool written = fwrite(output->data, 1, output->length, file) == output->length;
    return fclose(file) == 0 && written;
}

/* mkstemp's 0600 is for secrets: a new file gets what any other would, an old one keeps its own. */
static mode_t mode_for(const struct stat *old)
{
    if (old) return old->st_mode & 07777;
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool replace_file(const char *path, const struct stat *old, const atn_output *output)
{
    const size_t size = strlen(path) + sizeof ".XXXXXX";
    char *temporary = malloc(size);
    bool done = false;
    if (!temporary) return false;
    snprintf(temporary, size, "%s.XXXXXX", path);
    const int descriptor = mkstemp(temporary);
    if (descriptor != -1) {
        done = write_all(descriptor, output->data, output->length) &&
               fchmod(descriptor, mode_for(old)) == 0 && fsync(descriptor) == 0;
        done = close(descriptor) == 0 && done;
        done = done && rename(temporary, path) == 0;
        const int why = errno;
        if (!done) unlink(temporary);
        errno = why;
    }
    free(temporary);
    return done;
}

static bool write_path(const char *path, const atn_output *output)
{
    struct stat info;
    if (stat(path, &info) != 0) return replace_file(path, NULL, output);
    if (S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return false;
    }
    if (!S_ISREG(info.st_mode)) return write_into(path, output);
    char *target = realpath(path, NULL); /* a link stays one */
    const bool done = target && replace_file(target, &info, output);
    free(target);
    return done;
}

atn_exit atn_output_finish(atn_output *output, const char *path, atn_console *console)
{
    const bool to_stdout = !path || strcmp(path, "-") == 0;
    const char *name = to_stdout ? "standard output" : path;
    atn_exit code = ATN_EXIT_GOOD;
    atn_console_progress_end(console);
    const bool gathered = output->stream && !ferror(output->stream);
    const bool closed = output->stream && fclose(output->stream) == 0;
    output->stream = NULL;
    if (!gathered || !closed) {
        atn_console_error(console, "out of memory");
        code = ATN_EXIT_NUMERIC;
    } else if (!(to_stdout ? write_stdout(output) : write_path(path, output))) {
        /* A reader that has seen enough (head) is no news. */
        if (errno != EPIPE) atn_console_error(console, "%s: %s", name, strerror(errno));
        code = ATN_EXIT_FILE;
    }
    atn_output_discard(output);
    return code;
}

void atn_put_number(FILE *stream, double value, const char *otherwise)
{
    char text[40];
    if (!isfinite(value)) {
        fputs(otherwise, stream);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) { /* the locale is never set: "C" */
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    fputs(text, stream);
}

void atn_put_json_string(FILE *stream, const char *text)
{
    fputc('"', stream);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", stream);
        else if (c < 0x20 || c == 0x7f)
            fprintf(stream, "\\u%04x", c);
        else
            fputc(c, stream);
    }
    fputc('"', stream);
}

void atn_put_csv_field(FILE *stream, const char *text)
{
    const bool guard = *text && strchr("=+-@\t", *text); /* spreadsheets run such cells */
    if (!guard && !strpbrk(text, ",\"\r\n")) {
        fputs(text, stream);
        return;
    }
    fputs(guard ? "\"'" : "\"", stream);
    for (; *text; text++) {
        if (*text == '"') fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}
