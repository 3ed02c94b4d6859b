/* attain: finds the command, reads its flags, runs it. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <string.h>

#include "cli/options.h"
#include "cli/output.h"

typedef void print_text(FILE *stream);

static atn_exit print(print_text *text, const atn_command *command, atn_console *console)
{
    atn_output output;
    if (atn_output_open(&output)) {
        if (command)
            atn_help_command(output.stream, command);
        else
            text(output.stream);
    }
    return atn_output_finish(&output, NULL, console);
}

static void print_version(FILE *stream)
{
    fprintf(stream, "attain %s\n", attain_version());
}

static atn_exit run_command(const atn_command *command, int argc, char **argv, atn_console *console)
{
    atn_options options = {0};
    atn_exit code = ATN_EXIT_USAGE;
    if (atn_options_parse(command, argc, argv, &options, console)) {
        console->quiet = options.quiet;
        code = options.help ? print(NULL, command, console) : command->run(&options, console);
        atn_console_progress_end(console);
    }
    atn_options_free(&options);
    return code;
}

static atn_exit dispatch(int argc, char **argv, atn_console *console)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    const atn_command *command;
    if (!word) {
        atn_help_usage(stderr);
        return ATN_EXIT_USAGE;
    }
    if (strcmp(word, "--version") == 0) return print(print_version, NULL, console);
    if (strcmp(word, "help") == 0 && argc > 2) {
        if ((command = atn_command_find(argv[2])) != NULL) return print(NULL, command, console);
        word = argv[2];
    } else if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
               strcmp(word, "-h") == 0) {
        return print(atn_help_overview, NULL, console);
    } else if ((command = atn_command_find(word)) != NULL) {
        return run_command(command, argc - 2, argv + 2, console);
    }
    atn_command_unknown(word, console);
    return ATN_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    atn_console console;
    atn_console_init(&console);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, exit 5 */
    if (!ATTAIN_VERSION_CHECK()) {
        atn_console_error(&console, "built for libattain %d.%d but found %s", ATTAIN_VERSION_MAJOR,
                          ATTAIN_VERSION_MINOR, attain_version());
        return ATN_EXIT_FILE;
    }
    attain_gsl_quiet();
    return (int)dispatch(argc, argv, &console);
}
