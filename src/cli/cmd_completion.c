/* attain completion: a shell's completions, from the tables that the help is made of. */
#include <string.h>

#include "cli/options.h"
#include "cli/output.h"

/* What may follow a flag or stand as an argument, told by the word that the help has for it. */
typedef enum kind { KIND_TEXT, KIND_FILE, KIND_CHOICE } kind;

static kind kind_of(const char *word)
{
    static const char *const files[] = {"FILE", "DIR", "STUDY", "RESULT", "TEMPLATE", "OLD", "NEW"};
    if (strchr(word, '|')) return KIND_CHOICE;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strncmp(word, files[i], strlen(files[i])) == 0) return KIND_FILE;
    return KIND_TEXT;
}

static const char *value_of(const atn_command *command, const atn_flag_text *flag)
{
    return flag->flag == ATN_FLAG_OUTPUT ? command->output : flag->value;
}

static bool takes(const atn_command *command, const atn_flag_text *flag)
{
    return (command->flags & flag->flag) && flag->help;
}

static bool repeats(const atn_flag_text *flag)
{
    return strstr(flag->help, "may be repeated") != NULL;
}

/* "map|nuts" as "map nuts". */
static void put_choices(FILE *out, const char *choices, size_t length)
{
    for (size_t i = 0; i < length; i++) fputc(choices[i] == '|' ? ' ' : choices[i], out);
}

/* The next word of a command's arguments, brackets off; false at the end. */
static bool next_argument(const char **at, char word[40])
{
    size_t n = 0;
    *at += strspn(*at, " ");
    for (; **at && **at != ' '; ++*at)
        if (!strchr("[]", **at) && n < 39) word[n++] = **at;
    word[n] = '\0';
    return n > 0;
}

/* Inside single quotes, on one line; `special` gets a backslash each. */
static void put_quoted(FILE *out, const char *text, const char *special, const char *quote)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs(quote, out);
        else
            fprintf(out, "%s%c", strchr(special, *text) ? "\\" : "", *text == '\n' ? ' ' : *text);
    }
}

/* ---- bash ------------------------------------------------------------------------------------ */

static const char BASH_HEAD[] =
    "# bash completion for attain: source this file, or save it as\n"
    "# ~/.local/share/bash-completion/completions/attain\n"
    "_attain() {\n"
    "    local IFS=$' \\t\\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command='' flags='' values='' files='' place=0 i\n"
    "    COMPREPLY=()\n"
    "    if [[ $word == '=' ]]; then\n"
    "        word=''\n"
    "    elif [[ $before == '=' && COMP_CWORD -gt 2 ]]; then\n"
    "        before=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        case ${COMP_WORDS[i]} in\n";

static const char BASH_TAIL[] =
    "    [[ -n $values$files ]] || values=$flags\n"
    "    if [[ -n $files ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
    "    else\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$word\")\n"
    "    fi\n"
    "}\n"
    "complete -F _attain attain\n";

/* Flags that take a value, so that it is not taken for an argument. */
static void bash_values(FILE *out)
{
    fputs("        -o", out);
    for (const atn_flag_text *f = atn_flag_texts; f->name; f++)
        if (f->value && f->help) fprintf(out, " | --%s", f->name);
    fputs(")\n"
          "            ((i++))\n"
          "            [[ ${COMP_WORDS[i]} == '=' ]] && ((i++))\n"
          "            ;;\n"
          "        -?*) ;;\n"
          "        *)\n"
          "            if [[ -z $command ]]; then command=${COMP_WORDS[i]}; else ((place++)); fi\n"
          "            ;;\n"
          "        esac\n"
          "    done\n",
          out);
}

static void bash_what(FILE *out, const char *word)
{
    const kind k = kind_of(word);
    if (k == KIND_CHOICE) {
        fputs("values='", out);
        put_choices(out, word, strlen(word));
        fputs("' ;;\n", out);
    } else {
        fputs(k == KIND_FILE ? "files=1 ;;\n" : "return ;;\n", out);
    }
}

static void bash_command(FILE *out, const atn_command *c)
{
    const char *at = c->arguments;
    char word[40];
    fprintf(out, "    %s)\n        flags='", c->name);
    for (const atn_flag_text *f = atn_flag_texts; f->name; f++)
        if (takes(c, f)) fprintf(out, "--%s ", f->name);
    fputs("'\n        case $before in\n", out);
    for (const atn_flag_text *f = atn_flag_texts; f->name; f++) {
        if (!takes(c, f) || !f->value) continue;
        fprintf(out, "        %s--%s) ", f->flag == ATN_FLAG_OUTPUT ? "-o | " : "", f->name);
        bash_what(out, value_of(c, f));
    }
    fputs("        *)\n            [[ $word == -* ]] || case $place in\n", out);
    for (int place = 0; next_argument(&at, word); place++) {
        if (kind_of(word) == KIND_TEXT) continue;
        fprintf(out, "            %d) ", place);
        bash_what(out, word);
    }
    fputs("            *) values=$flags ;;\n            esac\n            ;;\n        esac\n"
          "        ;;\n",
          out);
}

static void put_commands(FILE *out)
{
    for (const atn_command *c = atn_commands; c->name; c++) fprintf(out, "%s ", c->name);
}

static void bash(FILE *out)
{
    fputs(BASH_HEAD, out);
    bash_values(out);
    fputs("    case $command in\n    '') values='", out);
    put_commands(out);
    fputs("help --help --version' ;;\n    help) values='", out);
    put_commands(out);
    fputs("' ;;\n", out);
    for (const atn_command *c = atn_commands; c->name; c++) bash_command(out, c);
    fputs("    *) return ;;\n    esac\n", out);
    fputs(BASH_TAIL, out);
}

/* ---- zsh ------------------------------------------------------------------------------------- */

static void zsh_what(FILE *out, const char *word)
{
    const kind k = kind_of(word);
    fputc(':', out);
    put_quoted(out, word, ":\\", "'\\''");
    fputc(':', out);
    if (k == KIND_CHOICE) {
        fputc('(', out);
        put_choices(out, word, strlen(word));
        fputc(')', out);
    } else {
        fputs(k == KIND_FILE ? "_files" : " ", out);
    }
    fputc('\'', out);
}

static void zsh_flag(FILE *out, const atn_command *c, const atn_flag_text *f)
{
    if (f->flag == ATN_FLAG_OUTPUT)
        fputs(" \\\n        '(-o --output)'{-o+,--output=}'[", out);
    else if (f->flag == ATN_FLAG_HELP)
        fputs(" \\\n        '(-h --help)'{-h,--help}'[", out);
    else
        fprintf(out, " \\\n        '%s--%s%s[", repeats(f) ? "*" : "", f->name,
                f->value ? "=" : "");
    put_quoted(out, f->help, "[]:\\", "'\\''");
    fputc(']', out);
    if (f->value)
        zsh_what(out, value_of(c, f));
    else
        fputc('\'', out);
}

static void zsh_command(FILE *out, const atn_command *c)
{
    const char *at = c->arguments;
    char word[40];
    fprintf(out, "    %s)\n      _arguments -s", c->name);
    for (const atn_flag_text *f = atn_flag_texts; f->name; f++)
        if (takes(c, f)) zsh_flag(out, c, f);
    for (int place = 1; next_argument(&at, word); place++) {
        fprintf(out, " \\\n        '%d", place);
        zsh_what(out, word);
    }
    fputs("\n      ;;\n", out);
}

static void zsh(FILE *out)
{
    fputs("#compdef attain\n"
          "# zsh completion for attain: save it as _attain in a folder of $fpath\n"
          "_attain() {\n"
          "  local curcontext=$curcontext context state state_descr line\n"
          "  local -a commands\n"
          "  typeset -A opt_args\n"
          "  commands=(\n",
          out);
    for (const atn_command *c = atn_commands; c->name; c++) {
        fprintf(out, "    '%s:", c->name);
        put_quoted(out, c->summary, "", "'\\''");
        fputs("'\n", out);
    }
    fputs("    'help:what a command does'\n"
          "  )\n"
          "  _arguments -C '--help[what the commands do]' '--version[print the version]' \\\n"
          "    '1:command:->command' '*::argument:->argument'\n"
          "  case $state in\n"
          "  command) _describe command commands ;;\n"
          "  argument)\n"
          "    case $words[1] in\n"
          "    help) _describe command commands ;;\n",
          out);
    for (const atn_command *c = atn_commands; c->name; c++) zsh_command(out, c);
    fputs(
        "    esac\n"
        "    ;;\n"
        "  esac\n"
        "}\n"
        "if [[ $funcstack[1] == _attain ]]; then _attain \"$@\"; else compdef _attain attain; fi\n",
        out);
}

/* ---- fish ------------------------------------------------------------------------------------ */

static void fish_what(FILE *out, const char *word)
{
    const kind k = kind_of(word);
    if (k == KIND_FILE) {
        fputs(" -r -F", out);
    } else {
        fputs(" -x", out);
        if (k == KIND_CHOICE) {
            fputs(" -a '", out);
            put_choices(out, word, strlen(word));
            fputc('\'', out);
        }
    }
}

static void fish_command(FILE *out, const atn_command *c)
{
    const char *at = c->arguments;
    char word[40];
    fprintf(out, "complete -c attain -n __fish_use_subcommand -f -a %s -d '", c->name);
    put_quoted(out, c->summary, "\\", "\\'");
    fputs("'\n", out);
    for (const atn_flag_text *f = atn_flag_texts; f->name; f++) {
        if (!takes(c, f)) continue;
        fprintf(out, "complete -c attain -n '__fish_seen_subcommand_from %s' -l %s", c->name,
                f->name);
        if (f->flag == ATN_FLAG_OUTPUT) fputs(" -s o", out);
        if (f->flag == ATN_FLAG_HELP) fputs(" -s h", out);
        if (f->value) fish_what(out, value_of(c, f));
        fputs(" -d '", out);
        put_quoted(out, f->help, "\\", "\\'");
        fputs("'\n", out);
    }
    while (next_argument(&at, word)) {
        if (kind_of(word) != KIND_CHOICE) continue;
        fprintf(out, "complete -c attain -n '__fish_seen_subcommand_from %s' -a '", c->name);
        put_choices(out, word, strlen(word));
        fputs("'\n", out);
    }
}

static void fish(FILE *out)
{
    fputs("# fish completion for attain: save it as ~/.config/fish/completions/attain.fish\n", out);
    for (const atn_command *c = atn_commands; c->name; c++) fish_command(out, c);
    fputs("complete -c attain -n __fish_use_subcommand -f -a help -d 'what a command does'\n"
          "complete -c attain -n '__fish_seen_subcommand_from help' -f -a '",
          out);
    put_commands(out);
    fputs("'\n"
          "complete -c attain -n __fish_use_subcommand -l version -d 'print the version'\n",
          out);
}

/* ---- the command ----------------------------------------------------------------------------- */

atn_exit atn_cmd_completion(const atn_options *options, atn_console *console)
{
    static const char *const names[] = {"bash", "zsh", "fish"};
    static void (*const scripts[])(FILE *) = {bash, zsh, fish};
    const char *shell = options->arguments[0];
    size_t k = 0;
    while (k < 3 && strcmp(shell, names[k]) != 0) k++;
    if (k == 3) {
        const char *nearest = atn_nearest(shell, names, 3);
        if (nearest)
            atn_console_error(console, "completion: unknown shell \"%s\", did you mean \"%s\"?",
                              shell, nearest);
        else
            atn_console_error(
                console, "completion: unknown shell \"%s\"; there are bash, zsh and fish", shell);
        return ATN_EXIT_USAGE;
    }
    atn_output output;
    if (atn_output_open(&output)) scripts[k](output.stream);
    return atn_output_finish(&output, options->output, console);
}
