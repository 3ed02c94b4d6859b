/* Walking and printing a results document: the report room's only view of it. */
#include "results_internal.h"

#include <math.h>
#include <string.h>

#include "io/json_bytes.h"

const atn_node *atn_document_root(const attain_results *results)
{
    return results ? atn_item_node(results->root) : NULL;
}

const atn_node *atn_node_get(const atn_node *node, const char *key)
{
    const cJSON *item = atn_node_item(node);
    if (!cJSON_IsObject(item)) return NULL;
    return atn_item_node(cJSON_GetObjectItemCaseSensitive(item, key));
}

const atn_node *atn_node_path(const atn_node *node, const char *path)
{
    const cJSON *item = atn_node_item(node);
    while (item && *path) {
        const size_t n = strcspn(path, "/");
        const cJSON *child = cJSON_IsObject(item) ? item->child : NULL;
        while (child && !(strlen(child->string) == n && memcmp(child->string, path, n) == 0))
            child = child->next;
        item = child;
        path += n + (path[n] == '/');
    }
    return atn_item_node(item);
}

size_t atn_node_size(const atn_node *node)
{
    size_t n = 0;
    for (const atn_node *c = atn_node_first(node); c; c = atn_node_next(c)) n++;
    return n;
}

const atn_node *atn_node_first(const atn_node *node)
{
    const cJSON *item = atn_node_item(node);
    return cJSON_IsArray(item) || cJSON_IsObject(item) ? atn_item_node(item->child) : NULL;
}

const atn_node *atn_node_next(const atn_node *node)
{
    return node ? atn_item_node(atn_node_item(node)->next) : NULL;
}

const char *atn_node_key(const atn_node *node)
{
    return node ? atn_node_item(node)->string : NULL;
}

bool atn_node_is_null(const atn_node *node)
{
    return !node || cJSON_IsNull(atn_node_item(node));
}

double atn_node_number(const atn_node *node)
{
    const cJSON *item = atn_node_item(node);
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

const char *atn_node_text(const atn_node *node)
{
    const cJSON *item = atn_node_item(node);
    return cJSON_IsString(item) && item->valuestring ? item->valuestring : "";
}

bool atn_node_true(const atn_node *node)
{
    return cJSON_IsTrue(atn_node_item(node));
}

size_t atn_node_numbers(const atn_node *node, double *out, size_t n)
{
    size_t count = 0;
    for (const atn_node *c = atn_node_first(node); c; c = atn_node_next(c), count++)
        if (count < n) out[count] = atn_node_number(c);
    return count;
}

atn_node_kind atn_node_kind_of(const atn_node *node)
{
    const cJSON *item = atn_node_item(node);
    if (cJSON_IsObject(item)) return ATN_NODE_GROUP;
    if (cJSON_IsArray(item)) return ATN_NODE_LIST;
    if (cJSON_IsString(item)) return ATN_NODE_TEXT;
    if (cJSON_IsNumber(item)) return ATN_NODE_NUMBER;
    if (cJSON_IsTrue(item)) return ATN_NODE_TRUE;
    return cJSON_IsFalse(item) ? ATN_NODE_FALSE : ATN_NODE_NULL;
}

const char *atn_node_kind_name(atn_node_kind kind)
{
    static const char *const names[] = {"null", "false", "true", "number", "text", "list", "group"};
    return names[kind];
}

static void indent(atn_text *text, int level)
{
    atn_text_add(text, "\n");
    for (int i = 0; i < level; i++) atn_text_add(text, "  ");
}

static bool all_scalars(const cJSON *item)
{
    for (const cJSON *c = item->child; c; c = c->next)
        if (cJSON_IsArray(c) || cJSON_IsObject(c)) return false;
    return true;
}

static void print_item(const cJSON *item, int level, atn_text *text);

static void print_group(const cJSON *item, int level, atn_text *text)
{
    const bool object = cJSON_IsObject(item);
    const bool flat = !object && all_scalars(item);
    atn_text_add(text, object ? "{" : "[");
    for (const cJSON *c = item->child; c; c = c->next) {
        if (!flat) indent(text, level + 1);
        if (object) {
            atn_json_print_string(c->string, text);
            atn_text_add(text, ": ");
        }
        print_item(c, level + 1, text);
        if (c->next) atn_text_add(text, flat ? ", " : ",");
    }
    if (item->child && !flat) indent(text, level);
    atn_text_add(text, object ? "}" : "]");
}

static void print_item(const cJSON *item, int level, atn_text *text)
{
    if (cJSON_IsArray(item) || cJSON_IsObject(item))
        print_group(item, level, text);
    else if (cJSON_IsString(item))
        atn_json_print_string(item->valuestring, text);
    else if (cJSON_IsNumber(item))
        atn_text_number(text, item->valuedouble);
    else if (cJSON_IsBool(item))
        atn_text_add(text, cJSON_IsTrue(item) ? "true" : "false");
    else
        atn_text_add(text, "null");
}

void atn_node_print(const atn_node *node, atn_text *text)
{
    if (node)
        print_item(atn_node_item(node), 0, text);
    else
        atn_text_add(text, "null");
}
