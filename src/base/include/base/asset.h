/* Files compiled in as byte arrays (cmake/AttainEmbed.cmake makes the arrays). */
#ifndef ATN_BASE_ASSET_H
#define ATN_BASE_ASSET_H

#include <stddef.h>

typedef struct atn_asset {
    const char *name;          /* file name without its folder; NULL ends a list */
    const unsigned char *data; /* a NUL follows the last byte */
    size_t size;               /* without that NUL */
} atn_asset;

/* The asset of that name in a list ended by {NULL, NULL, 0}; NULL if there is none. */
const atn_asset *atn_asset_find(const atn_asset *assets, const char *name);
/* Its bytes as text, for assets that hold no NUL. */
const char *atn_asset_text(const atn_asset *asset);

#endif
