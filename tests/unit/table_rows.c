#include "table_rows.h"

#include <string.h>

#include "check.h"

void table_open(table *t, const char *name)
{
    const char *path = check_shared(name);
    t->file = fopen(path, "r");
    assert_non_null(t->file);
    assert_non_null(fgets(t->line, sizeof t->line, t->file)); /* header */
}

/* Splits a row in place; quotes surround fields with commas, none are doubled in these files. */
bool table_row(table *t)
{
    if (!fgets(t->line, sizeof t->line, t->file)) {
        fclose(t->file);
        return false;
    }
    t->line[strcspn(t->line, "\r\n")] = '\0';
    bool quoted = false;
    t->n = 0;
    char *to = t->line;
    t->field[t->n++] = to;
    for (const char *from = t->line;; from++) {
        const char c = *from;
        if (c == '"') {
            quoted = !quoted;
            continue;
        }
        *to++ = c == ',' && !quoted ? '\0' : c;
        if (c == '\0') break;
        if (c == ',' && !quoted) {
            assert_true(t->n < MAX_FIELDS);
            t->field[t->n++] = to;
        }
    }
    return true;
}
