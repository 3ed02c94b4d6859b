/* The one place where memory is asked for. */
#include "base/context.h"

#include <string.h>

void *atn_alloc_array(attain_context *ctx, size_t n, size_t size)
{
    void *block = NULL;
    const size_t bytes = n > 0 && size > 0 ? n * size : 1;
    if (size == 0 || n <= SIZE_MAX / size)
        block = ctx->allocator.allocate(ctx->allocator.user, bytes);
    if (block)
        memset(block, 0, bytes);
    else
        ctx->refusals++;
    return block;
}

bool atn_grow(attain_context *ctx, void **array, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity && *array) return true;
    size_t larger = *capacity <= SIZE_MAX / 2 ? *capacity * 2 : need;
    if (larger < need) larger = need;
    if (larger < 8) larger = 8;
    if (size && larger > SIZE_MAX / size) larger = need;
    void *moved = NULL;
    if (size == 0 || larger <= SIZE_MAX / size)
        moved = ctx->allocator.reallocate(ctx->allocator.user, *array, larger * size);
    if (!moved) {
        ctx->refusals++;
        return false;
    }
    *array = moved;
    *capacity = larger;
    return true;
}

char *atn_strndup(attain_context *ctx, const char *text, size_t length)
{
    if (length == SIZE_MAX) return NULL;
    char *copy = atn_alloc_array(ctx, length + 1, 1);
    if (copy && length) memcpy(copy, text, length);
    return copy;
}

char *atn_strdup(attain_context *ctx, const char *text)
{
    return text ? atn_strndup(ctx, text, strlen(text)) : NULL;
}

void atn_free(attain_context *ctx, const void *block)
{
    /* Owners hold const pointers to what nobody may change; releasing it is not changing it. */
    if (block) ctx->allocator.release(ctx->allocator.user, (void *)(uintptr_t)block);
}
