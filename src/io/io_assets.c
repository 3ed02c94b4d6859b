/* Curves and schemas that are compiled in. */
#include "io/assets.h"

#include <attain/study.h>

static const char *text(const atn_asset *assets, const char *name)
{
    const atn_asset *asset = atn_asset_find(assets, name);
    return asset ? atn_asset_text(asset) : NULL;
}

size_t attain_curve_count(void)
{
    return atn_curves_count;
}

const char *attain_curve_name(size_t index)
{
    return index < atn_curves_count ? atn_curves[index].name : NULL;
}

const char *attain_curve_json(const char *name)
{
    return text(atn_curves, name);
}

size_t attain_schema_count(void)
{
    return atn_schemas_count;
}

const char *attain_schema_name(size_t index)
{
    return index < atn_schemas_count ? atn_schemas[index].name : NULL;
}

const char *attain_schema_text(const char *name)
{
    return text(atn_schemas, name);
}
