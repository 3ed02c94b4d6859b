#define _XOPEN_SOURCE 700
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The common reasons in fixed words: strerror follows the locale. */
static const char *reason(int code)
{
    switch (code) {
    case ENOENT: return "no such file or folder";
    case EACCES:
    case EPERM: return "permission denied";
    case EISDIR: return "it is a folder, not a file";
    case ENOTDIR: return "a part of the path is not a folder";
    case EEXIST: return "a file of that name is in the way";
    case ENOSPC: return "no space left";
    case EROFS: return "the file system is read-only";
    case ENAMETOOLONG: return "the name is too long";
    case ELOOP: return "too many symbolic links";
    case EMFILE:
    case ENFILE: return "too many open files";
    case EIO: return "input or output error";
    default: return "the system refused";
    }
}

static attain_status fail_file(attain_error *err, const char *verb, const char *path, int code)
{
    return atn_fail(err, ATTAIN_ERR_FILE, "cannot %s '%s': %s", verb, path, reason(code));
}

bool atn_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool atn_path_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

/* A pipe that nobody has opened for writing reads as empty instead of blocking for ever; once
 * open, reads may wait as usual. */
static int open_to_read(const char *path)
{
    if (strcmp(path, "-") == 0) return STDIN_FILENO;
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return fd;
    const int flags = fcntl(fd, F_GETFL);
    if (flags >= 0) (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    return fd;
}

static attain_status read_all(attain_context *ctx, int fd, const char *path, size_t limit,
                              size_t expected, char **data, size_t *length, attain_error *err)
{
    void *block = NULL;
    size_t capacity = 0, n = 0;
    attain_status status = ATTAIN_OK;
    for (;;) {
        if (!atn_grow(ctx, &block, &capacity, n ? n + 2 : expected + 2, 1)) {
            status = atn_fail_nomem(err);
            break;
        }
        const ssize_t got = read(fd, (char *)block + n, capacity - n - 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            status = fail_file(err, "read", path, errno);
            break;
        }
        if (got == 0) break;
        n += (size_t)got;
        if (n > limit) {
            status = atn_fail(err, ATTAIN_ERR_FILE, "cannot read '%s': it has over %zu bytes", path,
                              limit);
            break;
        }
    }
    if (status) {
        atn_free(ctx, block);
        return status;
    }
    ((char *)block)[n] = '\0';
    *data = block;
    *length = n;
    return ATTAIN_OK;
}

attain_status atn_file_read(attain_context *ctx, const char *path, size_t limit, char **data,
                            size_t *length, attain_error *err)
{
    if (limit > SIZE_MAX - 2) limit = SIZE_MAX - 2;
    const int fd = open_to_read(path);
    if (fd < 0) return fail_file(err, "read", path, errno);
    struct stat st;
    attain_status status = ATTAIN_OK;
    size_t expected = 4096;
    if (fstat(fd, &st) != 0) {
        status = fail_file(err, "read", path, errno);
    } else if (S_ISDIR(st.st_mode)) {
        status = fail_file(err, "read", path, EISDIR);
    } else if (S_ISREG(st.st_mode) && st.st_size > 0) {
        expected = (size_t)st.st_size;
        if (expected > limit)
            status = atn_fail(err, ATTAIN_ERR_FILE,
                              "cannot read '%s': it has %zu bytes, at most %zu are taken", path,
                              expected, limit);
    }
    if (!status) status = read_all(ctx, fd, path, limit, expected, data, length, err);
    if (fd != STDIN_FILENO) close(fd);
    return status;
}

static bool write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        const ssize_t put = write(fd, data, length);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        data += put;
        length -= (size_t)put;
    }
    return true;
}

/* Pipes and devices cannot be replaced by renaming; they are written as they stand. */
static attain_status write_through(const char *path, const char *data, size_t length,
                                   attain_error *err)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return fail_file(err, "write", path, errno);
    const bool written = write_all(fd, data, length);
    const int code = errno;
    if (close(fd) != 0 && written) return fail_file(err, "write", path, errno);
    return written ? ATTAIN_OK : fail_file(err, "write", path, code);
}

/* Opens a file of a new name in `folder`; *temporary is its path, to be freed. */
static int open_temporary(attain_context *ctx, const char *folder, mode_t mode, char **temporary)
{
    for (int k = 0; k < 10000; k++) {
        char name[64];
        snprintf(name, sizeof name, ".attain-%ld-%d.tmp", (long)getpid(), k);
        *temporary = atn_path_join(ctx, folder, name);
        if (!*temporary) {
            errno = ENOMEM;
            return -1;
        }
        const int fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0) return fd;
        const int code = errno;
        atn_free(ctx, *temporary);
        *temporary = NULL;
        errno = code;
        if (code != EEXIST) return -1;
    }
    return -1;
}

void atn_folder_sync(const char *folder)
{
    /* The file is whole already; some file systems cannot sync a folder, which is no failure. */
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    close(fd);
}

static attain_status replace(attain_context *ctx, const char *path, const char *folder, mode_t mode,
                             const char *data, size_t length, attain_error *err)
{
    char *temporary = NULL;
    const int fd = open_temporary(ctx, folder, mode, &temporary);
    if (fd < 0) return errno == ENOMEM ? atn_fail_nomem(err) : fail_file(err, "write", path, errno);
    bool ok = write_all(fd, data, length) && fsync(fd) == 0;
    int code = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        code = errno;
    }
    if (ok && rename(temporary, path) != 0) {
        ok = false;
        code = errno;
    }
    if (!ok) unlink(temporary);
    atn_free(ctx, temporary);
    return ok ? ATTAIN_OK : fail_file(err, "write", path, code);
}

static attain_status write_whole(attain_context *ctx, const char *path, const char *data,
                                 size_t length, bool sync, attain_error *err)
{
    struct stat st;
    mode_t mode = 0666; /* less the process's umask */
    char resolved[PATH_MAX];
    if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && realpath(path, resolved)) path = resolved;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) return fail_file(err, "write", path, EISDIR);
        if (!S_ISREG(st.st_mode)) return write_through(path, data, length, err);
        mode = st.st_mode & 0777;
    }
    char *folder = atn_path_folder(ctx, path);
    if (!folder) return atn_fail_nomem(err);
    const attain_status status = replace(ctx, path, folder, mode, data, length, err);
    if (status == ATTAIN_OK && sync) atn_folder_sync(folder);
    atn_free(ctx, folder);
    return status;
}

attain_status atn_file_write(attain_context *ctx, const char *path, const char *data, size_t length,
                             attain_error *err)
{
    return write_whole(ctx, path, data, length, true, err);
}

attain_status atn_file_put(attain_context *ctx, const char *path, const char *data, size_t length,
                           attain_error *err)
{
    return write_whole(ctx, path, data, length, false, err);
}

attain_status atn_folder_create(attain_context *ctx, const char *path, attain_error *err)
{
    char *part = atn_strdup(ctx, path);
    if (!part) return atn_fail_nomem(err);
    attain_status status = ATTAIN_OK;
    const size_t n = strlen(part);
    for (size_t i = 1; i <= n && !status; i++) {
        if (part[i] != '/' && part[i] != '\0') continue;
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && !atn_is_folder(part))
            status = fail_file(err, "create folder", part, errno);
        if (i < n) part[i] = '/';
    }
    atn_free(ctx, part);
    return status;
}
