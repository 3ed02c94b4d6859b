#define _XOPEN_SOURCE 700
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

typedef struct place {
    char folder[256], path[300];
    attain_context *ctx;
    check_allocator allocator;
} place;

static int set_up(void **state)
{
    static place p;
    check_scratch_create(p.folder, sizeof p.folder);
    snprintf(p.path, sizeof p.path, "%s/file", p.folder);
    check_allocator_init(&p.allocator);
    p.ctx = check_context(&p.allocator, 1);
    *state = &p;
    return 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    attain_context_free(p->ctx);
    check_scratch_remove(p->folder);
    return p->allocator.live != 0;
}

static size_t entries(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(d);
    return n;
}

static void write_text(place *p, const char *path, const char *text)
{
    attain_error err = {.status = ATTAIN_OK};
    atn_check_status("write", atn_file_write(p->ctx, path, text, strlen(text), &err), ATTAIN_OK,
                     &err);
}

static void expect_text(place *p, const char *path, const char *want)
{
    attain_error err = {.status = ATTAIN_OK};
    char *data = NULL;
    size_t n = 0;
    atn_check_status("read", atn_file_read(p->ctx, path, 1 << 20, &data, &n, &err), ATTAIN_OK,
                     &err);
    assert_int_equal(n, strlen(want));
    assert_string_equal(data, want);
    atn_free(p->ctx, data);
}

static void expect_refusal(place *p, const char *path, size_t limit, const char *why)
{
    attain_error err = {.status = ATTAIN_OK};
    char *data = (char *)&err;
    size_t n = 77;
    atn_check_status(why, atn_file_read(p->ctx, path, limit, &data, &n, &err), ATTAIN_ERR_FILE,
                     &err);
    if (!strstr(err.message, why)) fail_msg("'%s' does not say '%s'", err.message, why);
    assert_ptr_equal(data, &err);
    assert_int_equal(n, 77);
}

static void written_and_read(void **state)
{
    place *p = *state;
    write_text(p, p->path, "first");
    expect_text(p, p->path, "first");
    write_text(p, p->path, "");
    expect_text(p, p->path, "");
    write_text(p, p->path, "second, longer");
    expect_text(p, p->path, "second, longer");
    assert_int_equal(entries(p->folder), 1);
}

static void large_and_binary(void **state)
{
    place *p = *state;
    enum { N = 3000000 };
    char *big = malloc(N), *back = NULL;
    size_t n = 0;
    attain_error err = {.status = ATTAIN_OK};
    assert_non_null(big);
    for (size_t i = 0; i < N; i++) big[i] = (char)(i * 31 % 251);
    atn_check_status("write", atn_file_write(p->ctx, p->path, big, N, &err), ATTAIN_OK, &err);
    atn_check_status("read", atn_file_read(p->ctx, p->path, N, &back, &n, &err), ATTAIN_OK, &err);
    assert_int_equal(n, N);
    assert_memory_equal(back, big, N);
    assert_int_equal(back[N], 0);
    atn_free(p->ctx, back);
    free(big);
    expect_refusal(p, p->path, N - 1, "3000000 bytes");
}

static void refused(void **state)
{
    place *p = *state;
    expect_refusal(p, p->folder, 100, "folder");
    expect_refusal(p, p->path, 100, "no such file");
    write_text(p, p->path, "x");
    char below[400];
    snprintf(below, sizeof below, "%s/below", p->path);
    expect_refusal(p, below, 100, "not a folder");
    expect_refusal(p, "/dev/zero", 100000, "over 100000 bytes");
    if (geteuid() != 0) { /* the superuser reads everything */
        assert_int_equal(chmod(p->path, 0), 0);
        expect_refusal(p, p->path, 100, "permission denied");
    }
}

/* A pipe without a writer must not hang; one with a writer is read to its end. */
static void pipes(void **state)
{
    place *p = *state;
    assert_int_equal(mkfifo(p->path, 0600), 0);
    expect_text(p, p->path, "");
    const int fd = open(p->path, O_RDWR | O_NONBLOCK);
    assert_true(fd >= 0);
    const pid_t child = fork();
    if (child == 0) {
        const int out = open(p->path, O_WRONLY);
        const bool ok = write(out, "through ", 8) == 8;
        check_sleep(50);
        _exit(!(ok && write(out, "a pipe", 6) == 6));
    }
    close(fd); /* the child still holds its copy, so the pipe has a writer */
    expect_text(p, p->path, "through a pipe");
}

static void unwritable(void **state)
{
    place *p = *state;
    char path[400];
    attain_error err = {.status = ATTAIN_OK};
    atn_check_status("folder", atn_file_write(p->ctx, p->folder, "x", 1, &err), ATTAIN_ERR_FILE,
                     &err);
    atn_error_clear(&err);
    snprintf(path, sizeof path, "%s/none/file", p->folder);
    atn_check_status("no folder", atn_file_write(p->ctx, path, "x", 1, &err), ATTAIN_ERR_FILE,
                     &err);
    assert_non_null(strstr(err.message, "no such file or folder"));
    assert_int_equal(entries(p->folder), 0);
    atn_error_clear(&err);
    /* A name too long for the file system fails only at the rename. */
    memset(path, 'n', sizeof path - 1);
    memcpy(path, p->folder, strlen(p->folder));
    path[strlen(p->folder)] = '/';
    path[sizeof path - 1] = '\0';
    atn_check_status("long name", atn_file_write(p->ctx, path, "x", 1, &err), ATTAIN_ERR_FILE,
                     &err);
    assert_int_equal(entries(p->folder), 0);
}

static void modes_links_and_devices(void **state)
{
    place *p = *state;
    char link[400];
    struct stat st;
    write_text(p, p->path, "old");
    assert_int_equal(chmod(p->path, 0640), 0);
    write_text(p, p->path, "new");
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);

    snprintf(link, sizeof link, "%s/link", p->folder);
    assert_int_equal(symlink("file", link), 0);
    write_text(p, link, "through the link");
    expect_text(p, p->path, "through the link");
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));

    write_text(p, "/dev/null", "gone");
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    assert_int_equal(entries(p->folder), 2);
}

static void folders(void **state)
{
    place *p = *state;
    char path[400];
    attain_error err = {.status = ATTAIN_OK};
    snprintf(path, sizeof path, "%s/a/b//c/", p->folder);
    assert_false(atn_is_folder(path));
    for (int i = 0; i < 2; i++)
        atn_check_status("create", atn_folder_create(p->ctx, path, &err), ATTAIN_OK, &err);
    assert_true(atn_is_folder(path));
    write_text(p, p->path, "x");
    snprintf(path, sizeof path, "%s/file/below", p->folder);
    atn_check_status("in the way", atn_folder_create(p->ctx, path, &err), ATTAIN_ERR_FILE, &err);
    assert_false(atn_is_folder(p->path));
}

static attain_status write_and_read(void *user, attain_context *ctx, attain_error *err)
{
    const place *p = user;
    char *data = NULL;
    size_t n = 0;
    char folder[400];
    snprintf(folder, sizeof folder, "%s/sub", p->folder);
    attain_status status = atn_folder_create(ctx, folder, err);
    if (!status) status = atn_file_write(ctx, p->path, "content", 7, err);
    if (!status) status = atn_file_read(ctx, p->path, 1000, &data, &n, err);
    assert_true((status == ATTAIN_OK) == (data != NULL));
    atn_free(ctx, data);
    return status;
}

static void faults(void **state)
{
    place *p = *state;
    check_faults("files", write_and_read, p, 50);
    assert_int_equal(entries(p->folder), 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(written_and_read), TEST(large_and_binary),        TEST(refused), TEST(pipes),
        TEST(unwritable),       TEST(modes_links_and_devices), TEST(folders), TEST(faults),
    };
#undef TEST
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
