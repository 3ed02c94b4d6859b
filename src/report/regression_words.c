#include "regression_words.h"

#include <math.h>
#include <string.h>

#include "report/escape.h"

void atn_say_equation(const attain_regression *r, atn_text *out)
{
    atn_escape_plain(out, r->response_text);
    atn_text_add(out, " = ");
    atn_escape_plain(out, r->formula_text);
    for (size_t k = 0; r->curve && k < r->model.n_columns; k++) {
        const atn_regression_column *c = &r->columns[k];
        if (!c->values || strcmp(c->name, c->label) == 0) continue;
        atn_text_printf(out, ", %s = ", c->name);
        atn_escape_plain(out, c->label);
    }
}

static bool has_prior(const attain_regression *r)
{
    for (size_t k = 0; r->model.priors && k < r->model.n_parameters; k++)
        if (r->model.priors[k]) return true;
    return false;
}

void atn_say_method(const attain_regression *r, atn_text *out)
{
    const char *slash = r->table->name ? strrchr(r->table->name, '/') : NULL;
    if (r->posterior)
        atn_text_add(out, "posterior under normal errors of sd sigma");
    else if (r->settings.loss == ATTAIN_LOSS_SQUARES)
        atn_text_add(out, "least squares");
    else
        atn_text_printf(out, "%s loss", atn_loss_word(r->settings.loss));
    if (has_prior(r) || (r->posterior && r->posterior->has_sigma_prior))
        atn_text_add(out, " with priors");
    atn_text_add(out, " over ");
    atn_text_grouped(out, (double)r->model.n_rows, 0);
    atn_text_add(out, r->model.n_rows == 1 ? " row" : " rows");
    if (r->table->name && strcmp(r->table->name, "-") != 0) {
        atn_text_add(out, " of ");
        atn_escape_plain(out, slash ? slash + 1 : r->table->name);
    }
    if (!r->settings.weights) return;
    atn_text_add(out, ", weighted by ");
    atn_escape_plain(out, r->settings.weights);
}

void atn_say_level(const attain_regression *r, char text[ATN_DIGITS_SIZE])
{
    /* Ten digits: 100 * 0.999 is 99.90000000000001 or so. */
    atn_digits_put(100.0 * r->settings.level, -8, false, text);
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '0') n--;
    if (n > 0 && text[n - 1] == '.') n--;
    text[n] = '\0';
}

const char *atn_outcome_words(attain_regression_outcome outcome)
{
    switch (outcome) {
    case ATTAIN_REGRESSION_CONVERGED: return "converged";
    case ATTAIN_REGRESSION_STALLED:
        return "stalled: no step lowers the loss, yet its gradient is not 0";
    case ATTAIN_REGRESSION_SINGULAR: return "singular: the rows do not determine every parameter";
    case ATTAIN_REGRESSION_STEP_LIMIT: return "step limit: still under way at the last step";
    }
    return "unknown";
}

const char *atn_loss_word(attain_loss loss)
{
    static const char *const words[] = {"squared", "Huber", "Student-t"};
    return words[loss];
}
