/* A new study's files. */
#define _POSIX_C_SOURCE 200809L
#include <sys/stat.h>

#include <attain/study.h>

#include "base/text.h"
#include "io/assets.h"

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

static attain_status each(attain_context *ctx, const char *folder, bool write, attain_error *err)
{
    for (const atn_asset *asset = atn_template; asset->name; asset++) {
        char *path = atn_path_join(ctx, folder, asset->name);
        if (!path) return atn_fail_nomem(err);
        attain_status status = ATTAIN_OK;
        if (write)
            status = atn_file_write(ctx, path, atn_asset_text(asset), asset->size, err);
        else if (exists(path))
            status = atn_fail(err, ATTAIN_ERR_FILE, "'%.180s' is there already", path);
        atn_free(ctx, path);
        if (status != ATTAIN_OK) return status;
    }
    return ATTAIN_OK;
}

attain_status attain_study_init(attain_context *context, const char *folder, attain_error *err)
{
    atn_error_clear(err);
    attain_status status = each(context, folder, false, err);
    if (status == ATTAIN_OK) status = atn_folder_create(context, folder, err);
    if (status == ATTAIN_OK) status = each(context, folder, true, err);
    return status;
}
