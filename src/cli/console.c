#define _POSIX_C_SOURCE 200809L
#include "cli/console.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RED = 31, YELLOW = 33, CYAN = 36 };

static void ensure_open(int descriptor, int flags)
{
    if (fcntl(descriptor, F_GETFD) != -1) return;
    /* open takes the lowest free number, and those below are open by now.  Standard output gets a
     * descriptor that refuses writing: output to nowhere must fail, not vanish. */
    if (open("/dev/null", flags) == -1) _exit(ATN_EXIT_FILE);
}

static bool wants_colour(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (no_color && *no_color) return false;
    return term && *term && strcmp(term, "dumb") != 0;
}

void atn_console_init(atn_console *console)
{
    ensure_open(STDIN_FILENO, O_RDONLY);
    ensure_open(STDOUT_FILENO, O_RDONLY);
    ensure_open(STDERR_FILENO, O_WRONLY);
    memset(console, 0, sizeof *console);
    console->terminal = isatty(STDERR_FILENO) == 1;
    console->colour = console->terminal && wants_colour();
}

double atn_seconds_since(const struct timespec *start)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0.0;
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

/* Messages repeat the user's text: no control character of it may reach the terminal. */
static void put_clean(const char *text)
{
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        fputc(c < 0x20 || c == 0x7f ? '?' : c, stderr);
    }
}

static void say(atn_console *console, const char *format, va_list arguments)
{
    char text[4096];
    vsnprintf(text, sizeof text, format, arguments);
    atn_console_progress_end(console);
    fputs("attain: ", stderr);
    put_clean(text);
    fputc('\n', stderr);
}

void atn_console_error(atn_console *console, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(console, format, arguments);
    va_end(arguments);
}

void atn_console_note(atn_console *console, const char *format, ...)
{
    va_list arguments;
    if (console->quiet) return;
    va_start(arguments, format);
    say(console, format, arguments);
    va_end(arguments);
}

static void print_severity(const atn_console *console, attain_severity severity)
{
    static const struct {
        const char *name;
        int colour;
    } table[] = {{"note", CYAN}, {"warning", YELLOW}, {"error", RED}};
    if (console->colour)
        fprintf(stderr, "\033[1;%dm%s\033[0m: ", table[severity].colour, table[severity].name);
    else
        fprintf(stderr, "%s: ", table[severity].name);
}

void atn_console_diagnostic(atn_console *console, const attain_diagnostic *item)
{
    atn_console_progress_end(console);
    if (*item->file) {
        put_clean(item->file);
        if (item->line > 0) fprintf(stderr, ":%ld", item->line);
        if (item->line > 0 && item->column > 0) fprintf(stderr, ":%ld", item->column);
    } else {
        fputs("attain", stderr);
    }
    fputs(": ", stderr);
    print_severity(console, item->severity);
    put_clean(item->message);
    if (*item->code) fprintf(stderr, " [%s]", item->code);
    if (*item->pointer) {
        fputs(" (", stderr);
        put_clean(item->pointer);
        fputc(')', stderr);
    }
    fputc('\n', stderr);
}

void atn_console_diagnostics(atn_console *console, const attain_diagnostics *list, size_t from,
                             attain_severity at_least)
{
    const attain_severity least = console->quiet ? ATTAIN_SEVERITY_ERROR : at_least;
    for (size_t i = from; i < attain_diagnostics_count(list); i++) {
        const attain_diagnostic *item = attain_diagnostics_get(list, i);
        if (item->severity >= least) atn_console_diagnostic(console, item);
    }
}

void atn_console_progress_end(atn_console *console)
{
    if (!console->line_open) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    console->line_open = false;
}

static void show_time(double gone, double elapsed, double fraction)
{
    /* A rate from the first half second is a guess not worth showing. */
    const bool known = elapsed >= 0.5 && fraction > 0.01 && fraction < 1.0;
    const double left = known ? elapsed * (1.0 - fraction) / fraction : 0.0;
    if (known && left < 90.0)
        fprintf(stderr, ", about %.0f s left", left < 1.0 ? 1.0 : left);
    else if (known)
        fprintf(stderr, ", about %.0f min left", left / 60.0);
    else if (gone >= 1.0)
        fprintf(stderr, ", %.0f s so far", gone);
}

/* A stage may have parts, each of which begins anew. */
static void follow(atn_console *console, const char *stage, double fraction)
{
    const bool same = strcmp(console->stage, stage) == 0;
    if (!same || fraction < console->fraction) {
        console->part = same ? console->part + 1 : 1;
        if (!same) clock_gettime(CLOCK_MONOTONIC, &console->stage_start);
        snprintf(console->stage, sizeof console->stage, "%s", stage);
        clock_gettime(CLOCK_MONOTONIC, &console->part_start);
    }
    console->fraction = fraction;
}

void atn_console_progress(atn_console *console, const char *stage, double fraction)
{
    if (!console->terminal || console->quiet) return;
    follow(console, stage, fraction);
    if (console->line_open && atn_seconds_since(&console->last_shown) < 0.1) return;
    clock_gettime(CLOCK_MONOTONIC, &console->last_shown);
    fprintf(stderr, "\r\033[K%s", stage);
    if (console->part > 1) fprintf(stderr, ", part %u", console->part);
    fprintf(stderr, " %3.0f %%", 100.0 * fraction);
    show_time(atn_seconds_since(&console->stage_start), atn_seconds_since(&console->part_start),
              fraction);
    fflush(stderr);
    console->line_open = true;
}
