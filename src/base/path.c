#include "base/text.h"

#include <string.h>

char *atn_path_join(attain_context *ctx, const char *folder, const char *name)
{
    const size_t n = strlen(folder), m = strlen(name);
    if (n == 0 || name[0] == '/') return atn_strdup(ctx, name);
    const size_t slash = folder[n - 1] != '/';
    char *path = atn_alloc_array(ctx, n + slash + m + 1, 1);
    if (!path) return NULL;
    memcpy(path, folder, n);
    if (slash) path[n] = '/';
    memcpy(path + n + slash, name, m + 1);
    return path;
}

char *atn_path_folder(attain_context *ctx, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    while (n > 0 && path[n - 1] != '/') n--;
    if (n == 0) return atn_strdup(ctx, ".");
    while (n > 1 && path[n - 1] == '/') n--;
    return atn_strndup(ctx, path, n);
}
