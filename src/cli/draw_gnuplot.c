#define _GNU_SOURCE /* pipe2, posix_spawn_file_actions_addchdir_np */
#include "cli/draw_gnuplot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/session.h"

extern char **environ;

enum { DEFAULT_LIMIT = 60, MAX_LIMIT = 3600, PATH_SIZE = 4096, SAID_SIZE = 1024, SLICE_MS = 50 };

void atn_gnuplot_init(atn_gnuplot *gnuplot, const char *without)
{
    const char *text = getenv("ATTAIN_DRAW_LIMIT");
    memset(gnuplot, 0, sizeof *gnuplot);
    gnuplot->without = without;
    gnuplot->limit = DEFAULT_LIMIT;
    if (!text || !*text) return;
    char *end;
    const long seconds = strtol(text, &end, 10);
    if (!*end && seconds >= 1 && seconds <= MAX_LIMIT) gnuplot->limit = (double)seconds;
}

ATTAIN_PRINTF(3, 4)
static attain_status fail(attain_error *err, attain_status status, const char *format, ...)
{
    va_list arguments;
    if (!err) return status;
    memset(err, 0, sizeof *err);
    err->status = status;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return status;
}

static bool join(char path[PATH_SIZE], const char *folder, const char *name)
{
    const int n = snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    return n > 0 && n < PATH_SIZE;
}

static bool is_picture(const char *name)
{
    const char *end = strrchr(name, '.');
    return end && (strcmp(end, ".svg") == 0 || strcmp(end, ".png") == 0);
}

/* The script, its data, its pictures: whatever else begins with the same stem is not ours. */
static bool is_ours(const char *name, const char *stem)
{
    static const char *const endings[] = {".gp", ".csv", ".svg", ".png"};
    const size_t length = strlen(stem);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strncmp(name, stem, length) == 0 && strcmp(name + length, endings[i]) == 0) return true;
    return false;
}

static bool copy_file(const char *from, const char *to)
{
    char block[1 << 14];
    size_t n;
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
    bool good = out != NULL;
    while (good && (n = fread(block, 1, sizeof block, in)) > 0)
        good = fwrite(block, 1, n, out) == n;
    good = good && !ferror(in);
    if (in) fclose(in);
    if (out) good = fclose(out) == 0 && good;
    return good;
}

/* Visits the files in `folder` of the chart `stem` ("" = every file). */
typedef bool visit(const char *folder, const char *name, const char *other);

static bool each_file(const char *folder, const char *stem, visit *call, const char *other)
{
    DIR *listing = opendir(folder);
    bool good = listing != NULL;
    struct dirent *entry;
    while (good && (entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (*stem && !is_ours(entry->d_name, stem)) continue;
        good = call(folder, entry->d_name, other);
    }
    if (listing) closedir(listing);
    return good;
}

static bool take_input(const char *folder, const char *name, const char *scratch)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    if (!join(from, folder, name) || !join(to, scratch, name)) return false;
    if (is_picture(name)) return unlink(from) == 0; /* of an earlier run */
    return copy_file(from, to);
}

static bool remove_file(const char *folder, const char *name, const char *unused)
{
    char path[PATH_SIZE];
    (void)unused;
    return join(path, folder, name) && unlink(path) == 0;
}

/* A finished picture goes where it belongs: on disk first, then under its name. */
static bool keep_picture(const char *scratch, const char *name, const char *folder)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    struct stat info;
    if (!is_picture(name)) return true;
    if (!join(from, scratch, name) || !join(to, folder, name)) return false;
    const int descriptor = open(from, O_RDONLY | O_CLOEXEC);
    if (descriptor == -1) return false;
    const bool whole = fstat(descriptor, &info) == 0 && info.st_size > 0 && fsync(descriptor) == 0;
    if (close(descriptor) != 0) return false;
    if (!whole) {
        errno = ENODATA; /* an empty picture is none */
        return false;
    }
    return rename(from, to) == 0;
}

/* The caller's environment, but for what changes gnuplot's output; NULL when out of memory. */
static char **make_environment(void)
{
    static const char *const dropped[] = {"LC_", "LANG", "GNUPLOT", "GNUTERM"};
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t n = 0, kept = 0;
    while (environ && environ[n]) n++;
    char **copy = calloc(n + 2, sizeof *copy);
    if (!copy) return NULL;
    for (size_t i = 0; i < n; i++) {
        bool drop = false;
        for (size_t d = 0; d < sizeof dropped / sizeof *dropped; d++)
            drop = drop || strncmp(environ[i], dropped[d], strlen(dropped[d])) == 0;
        if (!drop) copy[kept++] = environ[i];
    }
    copy[kept] = locale;
    return copy;
}

/* Starts gnuplot in `scratch`, in a process group of its own, its output into `output`.  Returns
 * an errno, 0 when it runs. */
static int start(const char *scratch, const char *script, int output, pid_t *child)
{
    char program[] = "gnuplot", no_settings[] = "--default-settings", *name = strdup(script);
    char *arguments[] = {program, no_settings, name, NULL};
    char **environment = make_environment();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults, none;
    int problem = name && environment ? 0 : ENOMEM;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    if (!problem) problem = posix_spawn_file_actions_addchdir_np(&actions, scratch);
    if (!problem) problem = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!problem) problem = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (!problem) problem = posix_spawn_file_actions_adddup2(&actions, output, 2);
    if (!problem) problem = posix_spawnattr_setpgroup(&attributes, 0);
    if (!problem) problem = posix_spawnattr_setsigdefault(&attributes, &defaults);
    if (!problem) problem = posix_spawnattr_setsigmask(&attributes, &none);
    if (!problem)
        problem = posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (!problem)
        problem = posix_spawnp(child, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    free(name);
    return problem;
}

/* Reads what gnuplot says until it ends, time is up or we are interrupted; then ends its whole
 * group and reaps it.  The group is killed before the child is reaped, while its number cannot
 * have passed to another. */
static bool await(pid_t child, int input, double limit, char said[SAID_SIZE], int *status)
{
    struct timespec begin;
    size_t length = 0;
    bool ended = false;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (!ended && !atn_interrupted() && atn_seconds_since(&begin) < limit) {
        struct pollfd ready = {.fd = input, .events = POLLIN};
        if (poll(&ready, 1, SLICE_MS) > 0) {
            char rest[256];
            const bool room = length + 1 < SAID_SIZE;
            const ssize_t n = read(input, room ? said + length : rest,
                                   room ? SAID_SIZE - 1 - length : sizeof rest);
            if (room && n > 0) length += (size_t)n;
            if (n <= 0) poll(NULL, 0, 1); /* all ends closed: it is about to exit */
        }
        siginfo_t info = {.si_pid = 0};
        ended = waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                info.si_pid == child;
    }
    said[length] = '\0';
    kill(-child, SIGKILL);
    while (waitpid(child, status, 0) == -1 && errno == EINTR) {
    }
    return ended;
}

/* Last line that gnuplot said, where it puts the reason. */
static const char *last_line(char *said)
{
    size_t n = strlen(said);
    while (n > 0 && (unsigned char)said[n - 1] <= ' ') said[--n] = '\0';
    char *line = strrchr(said, '\n');
    line = line ? line + 1 : said;
    while (*line == ' ' || *line == '\t') line++;
    return *line ? line : "it gave no reason";
}

static attain_status give_up(atn_gnuplot *g, attain_error *err)
{
    g->given_up = true;
    return fail(err, ATTAIN_ERR_TOOL, "%s", g->reason);
}

static attain_status run_gnuplot(atn_gnuplot *g, const char *scratch, const char *script,
                                 attain_error *err)
{
    char said[SAID_SIZE];
    int ends[2], status = 0;
    pid_t child = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(err, ATTAIN_ERR_TOOL, "gnuplot cannot be started: %s", strerror(errno));
    const int problem = start(scratch, script, ends[1], &child);
    close(ends[1]);
    const bool ended = problem == 0 && await(child, ends[0], g->limit, said, &status);
    close(ends[0]);
    if (problem == ENOENT) {
        snprintf(g->reason, sizeof g->reason,
                 "gnuplot was not found; install it (Debian: gnuplot-nox) or %s", g->without);
        return give_up(g, err);
    }
    if (problem)
        return fail(err, ATTAIN_ERR_TOOL, "gnuplot cannot be started: %s", strerror(problem));
    if (!ended && atn_interrupted())
        return fail(err, ATTAIN_ERR_INTERRUPTED, "interrupted while drawing");
    if (!ended) {
        snprintf(g->reason, sizeof g->reason,
                 "gnuplot was stopped on %.80s after %.0f s; no further chart was tried", script,
                 g->limit);
        return give_up(g, err);
    }
    if (WIFSIGNALED(status))
        return fail(err, ATTAIN_ERR_TOOL, "gnuplot died of signal %d on %.80s", WTERMSIG(status),
                    script);
    if (WEXITSTATUS(status) != 0)
        return fail(err, ATTAIN_ERR_TOOL, "gnuplot failed: %.200s", last_line(said));
    return ATTAIN_OK;
}

static bool file_exists(const char *folder, const char *stem, const char *ending)
{
    char path[PATH_SIZE];
    struct stat info;
    const int n = snprintf(path, sizeof path, "%s/%s%s", folder, stem, ending);
    return n > 0 && n < PATH_SIZE && stat(path, &info) == 0;
}

attain_status atn_gnuplot_draw(void *user, const char *folder, const char *script,
                               attain_error *err)
{
    atn_gnuplot *const g = user;
    char scratch[PATH_SIZE], stem[256];
    const char *end = strrchr(script, '.');
    const size_t length = end ? (size_t)(end - script) : strlen(script);
    if (length >= sizeof stem || !join(scratch, folder, ".draw-XXXXXX"))
        return fail(err, ATTAIN_ERR_FILE, "name too long: %.100s", script);
    memcpy(stem, script, length);
    stem[length] = '\0';
    if (!mkdtemp(scratch))
        return fail(err, ATTAIN_ERR_FILE, "cannot draw in %.150s: %s", folder, strerror(errno));
    attain_status status = ATTAIN_OK;
    if (!each_file(folder, stem, take_input, scratch))
        status = fail(err, ATTAIN_ERR_FILE, "cannot copy %.100s to draw it: %s", script,
                      strerror(errno));
    else if (g->given_up)
        status = give_up(g, err);
    else
        status = run_gnuplot(g, scratch, script, err);
    if (status == ATTAIN_OK && !each_file(scratch, stem, keep_picture, folder))
        status = fail(err, ATTAIN_ERR_FILE, "the pictures of %.100s cannot be kept: %s", script,
                      strerror(errno));
    if (status == ATTAIN_OK && !file_exists(folder, stem, ".svg"))
        status = fail(err, ATTAIN_ERR_TOOL, "gnuplot drew nothing for %.100s", script);
    each_file(scratch, "", remove_file, NULL);
    rmdir(scratch);
    return status;
}
