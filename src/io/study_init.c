/* A new study's files: all of them, or none. */
#define _POSIX_C_SOURCE 200809L
#include <sys/stat.h>
#include <unistd.h>

#include <attain/study.h>

#include "base/text.h"
#include "io/assets.h"

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

static attain_status make_paths(attain_context *ctx, const char *folder, char **paths,
                                attain_error *err)
{
    for (size_t k = 0; k < atn_template_count; k++) {
        paths[k] = atn_path_join(ctx, folder, atn_template[k].name);
        if (!paths[k]) return atn_fail_nomem(err);
        if (exists(paths[k]))
            return atn_fail(err, ATTAIN_ERR_FILE, "'%.180s' is there already", paths[k]);
    }
    return ATTAIN_OK;
}

static attain_status write_files(attain_context *ctx, char *const *paths, attain_error *err)
{
    for (size_t k = 0; k < atn_template_count; k++) {
        const atn_asset *asset = &atn_template[k];
        const attain_status status =
            atn_file_write(ctx, paths[k], atn_asset_text(asset), asset->size, err);
        if (status == ATTAIN_OK) continue;
        while (k > 0) unlink(paths[--k]);
        return status;
    }
    return ATTAIN_OK;
}

attain_status attain_study_init(attain_context *context, const char *folder, attain_error *err)
{
    atn_error_clear(err);
    char **paths = ATN_NEW_ARRAY(context, char *, atn_template_count);
    if (!paths) return atn_fail_nomem(err);
    attain_status status = make_paths(context, folder, paths, err);
    if (status == ATTAIN_OK) status = atn_folder_create(context, folder, err);
    if (status == ATTAIN_OK) status = write_files(context, paths, err);
    for (size_t k = 0; k < atn_template_count; k++) atn_free(context, paths[k]);
    atn_free(context, paths);
    return status;
}
