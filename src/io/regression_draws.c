/* A posterior's draws as a table that R's posterior and ArviZ read as it stands. */
#include <string.h>

#include "base/text.h"
#include "io/regression_result.h"

enum { BATCH = 1000 }; /* draws between two looks at whether to stop */

static void add_draw(atn_text *t, const attain_regression *r, size_t d)
{
    const atn_regression_posterior *p = r->posterior;
    const size_t n = r->answer.n_parameters, per_chain = (size_t)r->settings.draws;
    atn_text_printf(t, "%zu,%zu,%zu,", d / per_chain + 1, d % per_chain + 1, d + 1);
    atn_text_number(t, p->nuts.log_density[d]);
    for (size_t k = 0; k < n; k++) {
        atn_text_add(t, ",");
        atn_text_number(t, p->nuts.draws[d * n + k]);
    }
    atn_text_add(t, "\n");
}

attain_status attain_regression_write_draws(const attain_regression *regression, const char *path,
                                            attain_error *err)
{
    const atn_regression_posterior *p = regression->posterior;
    attain_context *ctx = regression->ctx;
    attain_status status = ATTAIN_OK;
    atn_text t;
    atn_error_clear(err);
    if (!p) return atn_fail(err, ATTAIN_ERR_ARGUMENT, "there is no posterior: fit it with nuts");
    atn_text_init(&t, ctx);
    atn_text_add(&t, ".chain,.iteration,.draw,lp__");
    for (size_t k = 0; k < regression->n_names; k++)
        atn_text_printf(&t, ",%s", regression->names[k]); /* letters, digits and _ */
    atn_text_add(&t, "\n");
    for (size_t d = 0; d < p->n_draws && status == ATTAIN_OK && atn_text_ok(&t); d++) {
        add_draw(&t, regression, d);
        if (d % BATCH == 0)
            status = atn_poll(ctx, "write draws", (double)d / (double)p->n_draws, err);
    }
    char *text = status == ATTAIN_OK ? atn_text_take(&t) : NULL;
    if (status == ATTAIN_OK)
        status = text ? atn_file_write(ctx, path, text, strlen(text), err) : atn_fail_nomem(err);
    else
        atn_text_free(&t);
    atn_free(ctx, text);
    return status;
}
