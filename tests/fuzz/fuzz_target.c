#include "fuzz_target.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <attain/study.h>

#include "base/text.h"
#include "io/json.h"
#include "io/number_table.h"
#include "io/table.h"

/* assert that stays in release builds */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void *take(void *user, size_t size)
{
    ++*(size_t *)user;
    return malloc(size);
}

static void *resize(void *user, void *block, size_t size)
{
    if (!block) ++*(size_t *)user;
    return realloc(block, size);
}

static void give(void *user, void *block)
{
    if (block) --*(size_t *)user;
    free(block);
}

static size_t count_numbers(const cJSON *node)
{
    size_t n = cJSON_IsNumber(node) ? 1 : 0;
    const cJSON *child;
    cJSON_ArrayForEach (child, node) n += count_numbers(child);
    return n;
}

static void check_json(attain_context *ctx, const char *text, size_t n, fuzz_counts *counts)
{
    atn_json_numbers numbers = {0};
    cJSON *tree;
    attain_error err = {0};
    const attain_status scan = atn_json_scan(ctx, text, n, "f", NULL, &numbers, NULL, &err);
    MUST(scan == ATTAIN_OK || (scan == ATTAIN_ERR_SYNTAX && err.line > 0 && err.column > 0));
    const attain_status parse = atn_json_parse(ctx, text, n, "f", NULL, &tree, NULL);
    const bool marked = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
    MUST(parse == scan || marked);
    MUST((parse == ATTAIN_OK) == (tree != NULL));
    if (scan == ATTAIN_OK) {
        MUST(count_numbers(tree) == numbers.n);
        counts->json++;
    }
    cJSON_Delete(tree);
    atn_free(ctx, numbers.values);
}

/* What was read, written with every cell in quotes, reads back as the same cells. */
static void check_round_trip(attain_context *ctx, const atn_table *table)
{
    atn_text text;
    atn_text_init(&text, ctx);
    for (size_t r = 0; r < table->n_rows; r++)
        for (size_t c = 0; c < table->rows[r].n_cells; c++) {
            const atn_cell *cell = &table->cells[table->rows[r].first + c];
            atn_text_add(&text, c ? ",\"" : "\"");
            for (size_t k = 0; k < cell->length; k++) {
                if (cell->text[k] == '"') atn_text_add(&text, "\"");
                atn_text_add_bytes(&text, cell->text + k, 1);
            }
            atn_text_add(&text, c + 1 < table->rows[r].n_cells ? "\"" : "\"\n");
        }
    atn_table again;
    MUST(atn_table_parse(ctx, text.data ? text.data : "", text.length, "f", NULL, &again, NULL) ==
         ATTAIN_OK);
    MUST(again.n_rows == table->n_rows && again.n_cells == table->n_cells);
    for (size_t k = 0; k < table->n_cells; k++) {
        MUST(again.cells[k].length == table->cells[k].length);
        MUST(strcmp(again.cells[k].text, table->cells[k].text) == 0);
    }
    atn_table_free(ctx, &again);
    atn_text_free(&text);
}

/* The same text as columns of numbers: what the strict reader refuses is refused. */
static void check_numbers(attain_context *ctx, const char *text, size_t n, attain_status strict)
{
    attain_table *table;
    attain_error err;
    const attain_status status = attain_table_parse(ctx, text, n, "f", NULL, &table, &err);
    MUST(status == ATTAIN_OK || (status == ATTAIN_ERR_TABLE && *err.message));
    MUST(status == ATTAIN_ERR_TABLE || strict == ATTAIN_OK);
    MUST((status == ATTAIN_OK) == (table != NULL));
    for (size_t c = 0; table && c < table->n_columns; c++) {
        const atn_number_column *column = &table->columns[c];
        MUST(column->values || (column->line > 0 && column->column > 0));
        for (size_t k = 0; column->values && k < table->n_rows; k++)
            MUST(!isinf(column->values[k]));
    }
    attain_table_free(table);
}

static void check_table(attain_context *ctx, const char *text, size_t n, fuzz_counts *counts)
{
    atn_table table;
    attain_error err = {0};
    long lines = 1;
    for (size_t k = 0; k < n; k++) lines += text[k] == '\n';
    const attain_status status = atn_table_parse(ctx, text, n, "f", NULL, &table, &err);
    MUST(status == ATTAIN_OK || (status == ATTAIN_ERR_TABLE && err.line > 0));
    long line = 1;
    for (size_t k = 0; k < table.n_cells; k++) {
        const atn_cell *cell = &table.cells[k];
        MUST(cell->line >= line && cell->line <= lines && cell->column > 0);
        MUST(strlen(cell->text) == cell->length);
        line = cell->line;
    }
    if (status == ATTAIN_OK) {
        check_round_trip(ctx, &table);
        counts->table++;
    }
    atn_table_free(ctx, &table);
    check_numbers(ctx, text, n, status);
}

static void check_study(attain_context *ctx, const char *json, size_t n, const char *table,
                        size_t n_table, fuzz_counts *counts)
{
    attain_diagnostics *list;
    attain_study *study;
    attain_error err = {0};
    long lines = 1;
    for (size_t k = 0; k < n; k++) lines += json[k] == '\n';
    MUST(attain_diagnostics_create(ctx, &list, &err) == ATTAIN_OK);
    const attain_status status =
        attain_study_parse(ctx, json, n, table, n_table, NULL, list, &study, &err);
    const size_t errors = attain_diagnostics_count_of(list, ATTAIN_SEVERITY_ERROR);
    MUST((status == ATTAIN_OK) == (study != NULL) && (status == ATTAIN_OK) == (errors == 0));
    MUST(err.status == status);
    for (size_t k = 0; k < attain_diagnostics_count(list); k++) {
        const attain_diagnostic *d = attain_diagnostics_get(list, k);
        MUST(atn_utf8_valid(d->message, strlen(d->message)));
        if (strcmp(d->file, "study.json") == 0) MUST(d->line >= 0 && d->line <= lines);
    }
    if (study) counts->study++;
    attain_study_free(study);
    attain_diagnostics_free(list);
}

void fuzz_one(const uint8_t *data, size_t size, fuzz_counts *counts)
{
    size_t live = 0;
    const attain_allocator allocator = {take, resize, give, &live};
    attain_context_settings settings;
    attain_context *ctx;
    attain_context_settings_init(&settings);
    settings.allocator = &allocator;
    settings.threads = 1;
    MUST(attain_context_create(&settings, &ctx, NULL) == ATTAIN_OK);
    const char *json = (const char *)data;
    size_t n = size, n_table = 0;
    const char *table = NULL;
    for (size_t k = 0; k + 4 <= size && !table; k++)
        if (memcmp(json + k, "\n%%\n", 4) == 0) {
            n = k + 1;
            table = json + k + 4;
            n_table = size - k - 4;
        }
    check_json(ctx, json, n, counts);
    if (table) check_table(ctx, table, n_table, counts);
    check_study(ctx, json, n, table, n_table, counts);
    attain_context_free(ctx);
    MUST(live == 0);
}
