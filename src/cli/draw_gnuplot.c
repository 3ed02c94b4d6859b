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

enum {
    DEFAULT_LIMIT = 60,
    MAX_LIMIT = 3600,
    MAX_AT_ONCE = 64,
    PATH_SIZE = 4096,
    STEM_SIZE = 256,
    SAID_SIZE = 1024,
    SLICE_MS = 50
};

/* One gnuplot at work. */
typedef struct easel {
    attain_drawing *drawing; /* NULL: free */
    char scratch[PATH_SIZE], stem[STEM_SIZE];
    pid_t child;
    int input; /* what it says; -1 once it has closed that */
    char said[SAID_SIZE];
    size_t length;
    struct timespec begin;
} easel;

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

static const char *const endings[] = {".svg", ".png", ".pdf"}; /* in the order of their bits */
enum { N_ENDINGS = 3 };

static bool join_stem(char path[PATH_SIZE], const char *folder, const char *stem,
                      const char *ending)
{
    const int n = snprintf(path, PATH_SIZE, "%s/%s%s", folder, stem, ending);
    return n > 0 && n < PATH_SIZE;
}

static bool stem_of(const char *script, char stem[STEM_SIZE])
{
    const char *end = strrchr(script, '.');
    const size_t length = end ? (size_t)(end - script) : strlen(script);
    if (length >= STEM_SIZE) return false;
    memcpy(stem, script, length);
    stem[length] = '\0';
    return true;
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

/* Pictures of an earlier run; what does not exist is gone already. */
static void remove_pictures(const char *folder, const attain_drawing *drawing)
{
    char path[PATH_SIZE], stem[STEM_SIZE];
    if (!stem_of(drawing->script, stem)) return;
    for (size_t i = 0; i < N_ENDINGS; i++)
        if ((drawing->pictures & 1u << i) && join_stem(path, folder, stem, endings[i]))
            (void)unlink(path);
}

static void empty_folder(const char *folder)
{
    char path[PATH_SIZE];
    struct dirent *entry;
    DIR *listing = opendir(folder);
    while (listing && (entry = readdir(listing)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            join(path, folder, entry->d_name))
            (void)unlink(path);
    if (listing) closedir(listing);
}

/* Whether a picture is there and more than nothing; it is on disk then. */
static bool is_whole(const char *path)
{
    struct stat info;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor == -1) return false;
    bool whole = fstat(descriptor, &info) == 0 && fsync(descriptor) == 0;
    if (close(descriptor) != 0) return false;
    if (whole && info.st_size == 0) {
        errno = ENODATA; /* an empty picture is none */
        whole = false;
    }
    return whole;
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

/* Marks the drawing as failed; the charts that remain fail likewise. */
static void give_up(atn_gnuplot *g, attain_drawing *drawing)
{
    g->given_up = true;
    fail(&drawing->error, ATTAIN_ERR_TOOL, "%s", g->reason);
}

static void no_start(atn_gnuplot *g, attain_drawing *drawing, int problem)
{
    if (problem != ENOENT) {
        fail(&drawing->error, ATTAIN_ERR_TOOL, "gnuplot cannot be started: %s", strerror(problem));
        return;
    }
    snprintf(g->reason, sizeof g->reason,
             "gnuplot was not found; install it (Debian: gnuplot-nox) or %s", g->without);
    give_up(g, drawing);
}

/* Script and data, in a new scratch folder; its name is "" where there is none. */
static bool lay_out(easel *e, const char *folder, attain_drawing *drawing)
{
    static const char *const inputs[] = {".gp", ".csv"};
    char from[PATH_SIZE], to[PATH_SIZE];
    const char *script = drawing->script;
    if (!stem_of(script, e->stem) || !join(e->scratch, folder, ".draw-XXXXXX")) {
        e->scratch[0] = '\0';
        fail(&drawing->error, ATTAIN_ERR_FILE, "name too long: %.100s", script);
        return false;
    }
    if (!mkdtemp(e->scratch)) {
        e->scratch[0] = '\0';
        fail(&drawing->error, ATTAIN_ERR_FILE, "cannot draw in %.150s: %s", folder,
             strerror(errno));
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (join_stem(from, folder, e->stem, inputs[i]) &&
            join_stem(to, e->scratch, e->stem, inputs[i]) && copy_file(from, to))
            continue;
        fail(&drawing->error, ATTAIN_ERR_FILE, "cannot copy %.100s to draw it: %s", script,
             strerror(errno));
        return false;
    }
    return true;
}

static void clear_away(easel *e)
{
    if (e->input >= 0) close(e->input);
    if (e->scratch[0]) {
        empty_folder(e->scratch);
        rmdir(e->scratch);
    }
    e->drawing = NULL;
}

/* The easel is free again unless gnuplot runs. */
static void begin(atn_gnuplot *g, easel *e, const char *folder, attain_drawing *drawing)
{
    int ends[2] = {-1, -1};
    e->input = -1;
    e->scratch[0] = '\0';
    if (g->given_up) {
        give_up(g, drawing);
        return;
    }
    if (lay_out(e, folder, drawing)) {
        int problem = pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
        if (problem == 0) problem = start(e->scratch, drawing->script, ends[1], &e->child);
        if (ends[1] >= 0) close(ends[1]);
        e->input = ends[0];
        if (problem == 0) {
            e->drawing = drawing;
            e->length = 0;
            clock_gettime(CLOCK_MONOTONIC, &e->begin);
            return;
        }
        no_start(g, drawing, problem);
    }
    clear_away(e);
}

/* Every picture is looked at before the first is moved: all of them or none. */
static void keep_pictures(const easel *e, const char *folder, attain_error *err)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    for (size_t i = 0; i < N_ENDINGS; i++) {
        if (!(e->drawing->pictures & 1u << i)) continue;
        if (join_stem(from, e->scratch, e->stem, endings[i]) && is_whole(from)) continue;
        if (errno == ENOENT)
            fail(err, ATTAIN_ERR_TOOL, "gnuplot drew no %s for %.100s", endings[i] + 1,
                 e->drawing->script);
        else
            fail(err, ATTAIN_ERR_FILE, "the pictures of %.100s cannot be kept: %s",
                 e->drawing->script, strerror(errno));
        return;
    }
    for (size_t i = 0; i < N_ENDINGS; i++)
        if ((e->drawing->pictures & 1u << i) &&
            !(join_stem(from, e->scratch, e->stem, endings[i]) &&
              join_stem(to, folder, e->stem, endings[i]) && rename(from, to) == 0)) {
            fail(err, ATTAIN_ERR_FILE, "the pictures of %.100s cannot be kept: %s",
                 e->drawing->script, strerror(errno));
            remove_pictures(folder, e->drawing);
            return;
        }
}

/* What a gnuplot that ended by itself leaves. */
static void judge(easel *e, const char *folder, int status)
{
    attain_error *err = &e->drawing->error;
    e->said[e->length] = '\0';
    if (WIFSIGNALED(status))
        fail(err, ATTAIN_ERR_TOOL, "gnuplot died of signal %d on %.80s", WTERMSIG(status),
             e->drawing->script);
    else if (WEXITSTATUS(status) != 0)
        fail(err, ATTAIN_ERR_TOOL, "gnuplot failed: %.200s", last_line(e->said));
    else
        keep_pictures(e, folder, err);
}

/* Ends its whole group and reaps it: killed before the child is reaped, while the group's number
 * cannot have passed to another. */
static void end(atn_gnuplot *g, easel *e, const char *folder, bool by_itself)
{
    int status = 0;
    kill(-e->child, SIGKILL);
    while (waitpid(e->child, &status, 0) == -1 && errno == EINTR) {
    }
    if (by_itself) {
        judge(e, folder, status);
    } else if (atn_interrupted()) {
        fail(&e->drawing->error, ATTAIN_ERR_INTERRUPTED, "interrupted while drawing");
    } else {
        snprintf(g->reason, sizeof g->reason,
                 "gnuplot was stopped on %.80s after %.0f s; no further chart was tried",
                 e->drawing->script, g->limit);
        give_up(g, e->drawing);
    }
    clear_away(e);
}

static void listen_to(easel *e)
{
    char rest[256];
    const bool room = e->length + 1 < SAID_SIZE;
    const ssize_t n = read(e->input, room ? e->said + e->length : rest,
                           room ? SAID_SIZE - 1 - e->length : sizeof rest);
    if (room && n > 0) e->length += (size_t)n;
    if (n > 0 || (n == -1 && errno == EINTR)) return;
    close(e->input); /* all ends closed: it is about to exit */
    e->input = -1;
}

/* Sleeps until one of them says something or closes its end, but not for long. */
static void await(easel *easels, size_t n)
{
    struct pollfd ready[MAX_AT_ONCE];
    int slice = SLICE_MS;
    for (size_t i = 0; i < n; i++) {
        ready[i] =
            (struct pollfd){.fd = easels[i].drawing ? easels[i].input : -1, .events = POLLIN};
        if (easels[i].drawing && easels[i].input < 0) slice = 1;
    }
    if (poll(ready, (nfds_t)n, slice) <= 0) return;
    for (size_t i = 0; i < n; i++)
        if (ready[i].fd >= 0 && ready[i].revents) listen_to(&easels[i]);
}

static bool has_ended(const easel *e)
{
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)e->child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == e->child;
}

/* The number of those that ended. */
static size_t visit(atn_gnuplot *g, easel *easels, size_t n, const char *folder)
{
    size_t ended = 0;
    for (size_t i = 0; i < n; i++) {
        easel *const e = &easels[i];
        if (!e->drawing) continue;
        const bool by_itself = has_ended(e);
        if (!by_itself && !atn_interrupted() && atn_seconds_since(&e->begin) < g->limit) continue;
        end(g, e, folder, by_itself);
        ended++;
    }
    return ended;
}

static size_t count_easels(const atn_gnuplot *g, size_t n)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t most = g->at_once ? g->at_once : processors > 0 ? (size_t)processors : 1;
    if (most > n) most = n;
    return most > MAX_AT_ONCE ? MAX_AT_ONCE : most;
}

attain_status atn_gnuplot_draw(void *user, const char *folder, attain_drawing *drawings, size_t n,
                               attain_error *err)
{
    atn_gnuplot *const g = user;
    const size_t at_once = count_easels(g, n);
    size_t next = 0, done = 0, running = 0;
    easel *easels = calloc(at_once ? at_once : 1, sizeof *easels);
    if (!easels) return fail(err, ATTAIN_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) remove_pictures(folder, &drawings[i]);
    while ((next < n && !atn_interrupted()) || running > 0) {
        for (size_t i = 0; i < at_once && next < n && !atn_interrupted(); i++) {
            if (easels[i].drawing) continue;
            begin(g, &easels[i], folder, &drawings[next++]);
            if (easels[i].drawing)
                running++;
            else
                done++;
        }
        if (running > 0) await(easels, at_once);
        const size_t ended = visit(g, easels, at_once, folder);
        running -= ended;
        done += ended;
        if (g->console) atn_console_progress(g->console, "draw", (double)done / (double)n);
    }
    free(easels);
    if (!atn_interrupted()) return ATTAIN_OK;
    return fail(err, ATTAIN_ERR_INTERRUPTED, "interrupted while drawing");
}
