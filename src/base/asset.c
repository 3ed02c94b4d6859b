#include "base/asset.h"

#include <string.h>

const atn_asset *atn_asset_find(const atn_asset *assets, const char *name)
{
    for (; assets->name; assets++)
        if (strcmp(assets->name, name) == 0) return assets;
    return NULL;
}

const char *atn_asset_text(const atn_asset *asset)
{
    return (const char *)asset->data;
}
