/* The answer in words, as the command prints it. */
#include "report_internal.h"

#include <math.h>
#include <string.h>

static void say_head(atn_text *out, const atn_node *root)
{
    const atn_node *study = atn_node_get(root, "study");
    atn_escape_plain(out, atn_node_text(atn_node_get(study, "title")));
    atn_text_add(out, "\nas of ");
    atn_say_date(out, atn_node_text(atn_node_get(study, "as_of")));
    atn_text_add(out, ", carried to ");
    atn_say_date(out, atn_node_text(atn_node_get(study, "horizon")));
    atn_text_add(out, "\n");
    atn_say_gates(out, root);
    atn_say_evidence(out, root);
}

/* Pads the line that began at `line` to a column. */
static void pad_to(atn_text *out, size_t line, size_t column)
{
    const size_t n = out->data && out->length > line ? atn_utf8_length(out->data + line) : 0;
    for (size_t i = n; i < column; i++) atn_text_add(out, " ");
    atn_text_add(out, "  ");
}

static size_t which_width(attain_context *ctx, const atn_node *root)
{
    size_t widest = 0;
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        atn_text text;
        atn_text_init(&text, ctx);
        atn_say_which(&text, &a);
        const size_t n = text.data ? atn_utf8_length(text.data) : 0;
        if (n > widest) widest = n;
        atn_text_free(&text);
    }
    return widest > 40 ? 40 : widest;
}

static void say_line(atn_text *out, const atn_node *root, const atn_answer *a, size_t width)
{
    const size_t line = out->length;
    const double p = atn_node_number(atn_node_get(a->reading, "probability"));
    atn_text_add(out, "  ");
    atn_say_which(out, a);
    pad_to(out, line, width + 2);
    const size_t chance = out->length;
    atn_say_percent(out, p);
    pad_to(out, chance, 5);
    const size_t words = out->length;
    atn_escape_plain(out, atn_node_text(atn_node_get(a->reading, "words")));
    pad_to(out, words, 19);
    if (atn_say_trends(out, a->reading)) atn_text_add(out, "; ");
    atn_say_when(out, root, a);
    const size_t pace = out->length;
    atn_text_add(out, "; ");
    if (!atn_say_pace(out, root, a) && out->data && !out->failed) {
        out->length = pace; /* nothing to add */
        out->data[pace] = '\0';
    }
    atn_text_add(out, "\n");
}

static void say_goal_head(atn_text *out, const atn_node *root, const atn_answer *a)
{
    const char *id = atn_node_text(atn_node_get(a->goal, "id"));
    const char *label = atn_node_text(atn_node_get(a->goal, "label"));
    atn_text_add(out, "\n");
    atn_escape_plain(out, id);
    atn_text_add(out, ": ");
    const bool said = atn_say_goal_subject(out, root, a);
    atn_text_add(out, " by ");
    atn_say_date(out, atn_node_text(atn_node_get(a->goal, "deadline")));
    if (a->series) {
        if (*label && strcmp(label, id) != 0 && !said) {
            atn_text_add(out, " (");
            atn_escape_plain(out, label);
            atn_text_add(out, ")");
        }
    }
    atn_text_add(out, "\n");
}

attain_status attain_report_answer(attain_context *context, const attain_results *results,
                                   char **text, attain_error *err)
{
    atn_error_clear(err);
    *text = NULL;
    const atn_node *root = atn_document_root(results);
    const size_t refusals = context->refusals;
    atn_text out;
    atn_text_init(&out, context);
    say_head(&out, root);
    const size_t width = which_width(context, root);
    const atn_node *goal = NULL;
    for (atn_answer a = {0}; atn_answer_next(root, &a);) {
        if (a.goal != goal) say_goal_head(&out, root, &a);
        goal = a.goal;
        say_line(&out, root, &a, width);
    }
    atn_say_scenarios(&out, root);
    /* Columns measured without memory would be out of line. */
    if (context->refusals != refusals) out.failed = true;
    *text = atn_text_take(&out);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}

attain_status attain_report_table(attain_context *context, const attain_results *results,
                                  const char *name, attain_format format, char **text,
                                  attain_error *err)
{
    atn_error_clear(err);
    *text = NULL;
    atn_text out;
    atn_text_init(&out, context);
    const attain_status status = atn_grid_write(context, results, name, format, &out, err);
    if (status != ATTAIN_OK) {
        atn_text_free(&out);
        return status;
    }
    *text = atn_text_take(&out);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}
