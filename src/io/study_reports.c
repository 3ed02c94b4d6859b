/* The reports of a study: a table beside it, rows that stand in the JSON, or both. */
#include <stdio.h>
#include <string.h>

#include "io/digest.h"
#include "io/reader.h"

enum { TABLE_LIMIT = 64 << 20, MAX_UNDECLARED = 100 };

static bool room_for(atn_reader *r, size_t *capacity)
{
    void *block = r->study->reports;
    if (!atn_grow(r->ctx, &block, capacity, r->study->n_reports + 1, sizeof(atn_report))) {
        r->nomem = true;
        return false;
    }
    r->study->reports = block;
    return true;
}

static void add_row(atn_reader *r, const atn_report_row *row, size_t *capacity)
{
    if (!room_for(r, capacity)) return;
    if (atn_read_report(r, row, &r->study->reports[r->study->n_reports])) r->study->n_reports++;
}

static void table_problem(atn_reader *r, const char *file, const char *code, long line, long column,
                          const char *message)
{
    const atn_place place = {.file = file, .line = line, .column = column};
    atn_problem_at(r, ATTAIN_SEVERITY_ERROR, ATTAIN_ERR_TABLE, code, &place, message);
}

/* Which column each cell of the header row names; false when rows cannot be read by it. */
static bool read_header(atn_reader *r, const char *file, const atn_table *table, size_t *column_of)
{
    const atn_row *header = &table->rows[0];
    const char *const *names = atn_column_names();
    bool seen[ATN_COLUMNS] = {false}, other = false;
    char message[300], hint[ATN_HINT_SIZE];
    for (size_t k = 0; k < header->n_cells; k++) {
        const atn_cell *cell = &table->cells[header->first + k];
        size_t c = 0;
        while (c < ATN_COLUMNS && strcmp(names[c], cell->text) != 0) c++;
        column_of[k] = c;
        if (c == ATN_COLUMNS) {
            other = header->n_cells == 1 && strpbrk(cell->text, ";\t");
            snprintf(message, sizeof message, "unknown column '%.64s'%s", cell->text,
                     other ? "; columns are separated by commas"
                           : atn_hint_words(hint, cell->text, names));
            table_problem(r, file, "unknown-column", cell->line, cell->column, message);
        } else if (seen[c]) {
            snprintf(message, sizeof message, "column '%s' stands twice", names[c]);
            table_problem(r, file, "duplicate-column", cell->line, cell->column, message);
        } else {
            seen[c] = true;
        }
    }
    bool whole = true;
    for (size_t c = 0; c < ATN_REQUIRED_COLUMNS; c++) {
        if (seen[c]) continue;
        whole = false;
        if (other) continue; /* said already */
        snprintf(message, sizeof message, "column '%s' is missing", names[c]);
        table_problem(r, file, "missing-column", header->line, 1, message);
    }
    return whole;
}

static void read_row(atn_reader *r, const char *file, const atn_table *table, size_t k,
                     const size_t *column_of, size_t *capacity)
{
    const atn_row *row = &table->rows[k];
    const size_t n = table->rows[0].n_cells;
    if (row->n_cells != n) {
        char message[200];
        snprintf(message, sizeof message,
                 "the row has %zu fields, the header %zu; a field with a comma stands in quotes",
                 row->n_cells, n);
        table_problem(r, file, "ragged-row", row->line, 1, message);
        return;
    }
    atn_entry entries[ATN_COLUMNS] = {0};
    for (size_t j = 0; j < n; j++) {
        const atn_cell *cell = &table->cells[row->first + j];
        if (column_of[j] == ATN_COLUMNS) continue;
        entries[column_of[j]] =
            (atn_entry){.text = cell->text, .line = cell->line, .column = cell->column};
    }
    add_row(r,
            &(atn_report_row){.file = file, .row = (long)k, .line = row->line, .entries = entries},
            capacity);
}

static void read_table(atn_reader *r, const char *file, const char *text, size_t length,
                       size_t *capacity)
{
    atn_table table;
    attain_error err = {0};
    const attain_status status = atn_table_parse(r->ctx, text, length, file, r->list, &table, &err);
    if (status == ATTAIN_ERR_NOMEM) r->nomem = true;
    if (status == ATTAIN_ERR_TABLE && r->status == ATTAIN_OK) {
        r->status = status;
        *r->err = err;
    }
    if (!r->nomem && table.n_rows == 0 && status == ATTAIN_OK)
        table_problem(r, file, "missing-column", 1, 1,
                      "the table is empty: its header row is missing");
    if (!r->nomem && table.n_rows > 0) {
        size_t *column_of = ATN_MAKE(r, size_t, table.rows[0].n_cells);
        if (column_of && read_header(r, file, &table, column_of))
            for (size_t k = 1; k < table.n_rows && !r->nomem; k++)
                read_row(r, file, &table, k, column_of, capacity);
        atn_free(r->ctx, column_of);
    }
    atn_table_free(r->ctx, &table);
}

/* Remembers a table for the manifest. */
static void keep_file(atn_reader *r, const char *name, const char *text, size_t length)
{
    attain_study *s = r->study;
    atn_source_file *files = ATN_MAKE(r, atn_source_file, s->n_files + 1);
    if (!files) return;
    if (s->n_files) memcpy(files, s->files, s->n_files * sizeof *files);
    atn_free(r->ctx, s->files);
    s->files = files;
    files[s->n_files].name = atn_copy(r, name);
    atn_sha256(text, length, files[s->n_files].sha256);
    s->n_files++;
}

static void read_file(atn_reader *r, const char *name, const char *member, size_t *capacity)
{
    if (r->table) {
        keep_file(r, name, r->table, r->table_length);
        if (!r->nomem) read_table(r, name, r->table, r->table_length, capacity);
        r->table = NULL; /* one text is one table */
        return;
    }
    if (!r->folder) {
        atn_problem(r, ATTAIN_SEVERITY_ERROR, ATTAIN_ERR_FILE, "missing-table", member,
                    "the study names the table '%.100s', but none was given", name);
        return;
    }
    char *path = atn_path_join(r->ctx, r->folder, name), *text = NULL;
    size_t length = 0;
    attain_error err = {0};
    if (!path) {
        r->nomem = true;
        return;
    }
    const attain_status status = atn_file_read(r->ctx, path, TABLE_LIMIT, &text, &length, &err);
    if (status == ATTAIN_ERR_NOMEM)
        r->nomem = true;
    else if (status != ATTAIN_OK)
        atn_problem(r, ATTAIN_SEVERITY_ERROR, status, "unreadable-file", member, "%s", err.message);
    else {
        keep_file(r, name, text, length);
        if (!r->nomem) read_table(r, path, text, length, capacity);
    }
    atn_free(r->ctx, text);
    atn_free(r->ctx, path);
}

/* A row that stands in the JSON: the path is at its object. */
static void read_inline(atn_reader *r, const cJSON *object, long row, size_t *capacity)
{
    atn_entry entries[ATN_COLUMNS] = {0};
    const char *const *names = atn_column_names();
    if (!atn_need_object(r, object)) return;
    atn_check_keys(r, object, ATN_OBJECT_REPORT);
    bool good = true;
    for (size_t c = 0; c < ATN_COLUMNS; c++) {
        const cJSON *node = atn_member(object, names[c]);
        if (!node) continue;
        if (cJSON_IsNumber(node))
            entries[c] = (atn_entry){.is_number = true, .number = node->valuedouble};
        else if (cJSON_IsString(node))
            entries[c] = (atn_entry){.text = node->valuestring};
        else if (c != ATN_COLUMN_NOTE) {
            ATN_BAD(r, "wrong-type", names[c], "'%s' must be text or a number, not %s", names[c],
                    atn_kind_of(node));
            good = false;
        }
    }
    if (good) add_row(r, &(atn_report_row){.row = row, .entries = entries}, capacity);
}

/* Definitions that rows name and nobody declared: one message for each, not for each row. */
static void say_undeclared(atn_reader *r)
{
    const attain_study *s = r->study;
    size_t first[MAX_UNDECLARED], count[MAX_UNDECLARED], n = 0;
    for (size_t k = 0; k < s->n_reports; k++) {
        const atn_report *report = &s->reports[k];
        const char *text = report->definition_text;
        if (!*text || report->definition != ATN_NONE ||
            atn_find_id(text, s->definitions, sizeof *s->definitions, s->n_definitions) != ATN_NONE)
            continue;
        size_t j = 0;
        while (j < n && (s->reports[first[j]].series != report->series ||
                         strcmp(s->reports[first[j]].definition_text, text) != 0))
            j++;
        if (j == MAX_UNDECLARED) continue;
        if (j == n) {
            first[n] = k;
            count[n++] = 0;
        }
        count[j]++;
    }
    for (size_t j = 0; j < n; j++) {
        const atn_report *report = &s->reports[first[j]];
        const char *series = s->series[report->series].id;
        bool alone = true; /* the only wording of a series is its reference */
        for (size_t d = 0; d < s->n_definitions; d++)
            alone = alone && s->definitions[d].series != report->series;
        for (size_t i = 0; i < n; i++)
            alone = alone && (i == j || s->reports[first[i]].series != report->series);
        char message[300], hint[ATN_HINT_SIZE];
        snprintf(message, sizeof message,
                 "definition '%.64s' of series '%.64s' is not declared: %zu %s read as the "
                 "reference%s",
                 report->definition_text, series, count[j],
                 count[j] == 1 ? "report is" : "reports are",
                 atn_hint_ids(r, hint, report->definition_text, s->definitions,
                              sizeof *s->definitions, s->n_definitions));
        atn_problem_at(r, alone ? ATTAIN_SEVERITY_NOTE : ATTAIN_SEVERITY_WARNING, ATTAIN_OK,
                       "undeclared-definition", &report->place, message);
    }
}

void atn_read_reports(atn_reader *r, const cJSON *study)
{
    const cJSON *node = atn_member(study, "reports"), *item;
    size_t capacity = 0, k = 0;
    if (!node) {
        ATN_BAD(r, "missing-key", NULL, "'reports' is missing: a table's name or a list of rows");
    } else if (cJSON_IsString(node)) {
        read_file(r, node->valuestring, "reports", &capacity);
    } else if (cJSON_IsArray(node)) {
        const size_t mark = atn_enter(r, "reports");
        cJSON_ArrayForEach (item, node) {
            if (r->nomem) break;
            const size_t inner = atn_enter_index(r, k++);
            if (cJSON_IsString(item))
                read_file(r, item->valuestring, NULL, &capacity);
            else
                read_inline(r, item, (long)k, &capacity);
            atn_leave(r, inner);
        }
        atn_leave(r, mark);
    } else {
        ATN_BAD(r, "wrong-type", "reports",
                "'reports' must be a table's file name or a list of rows, not %s",
                atn_kind_of(node));
    }
    if (!r->nomem) say_undeclared(r);
}
