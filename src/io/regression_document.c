/* A regression's numbers: read by calls, as JSON, as CSV. */
#include <math.h>
#include <string.h>

#include "io/json_bytes.h"
#include "io/regression_result.h"

enum { REGRESSION_SCHEMA = 1 };

/* ---- Calls ---- */

void attain_regression_summarize(const attain_regression *regression,
                                 attain_regression_summary *summary)
{
    const atn_regression_answer *a = &regression->answer;
    *summary = (attain_regression_summary){.outcome = a->end.outcome,
                                           .n_rows = a->n_rows,
                                           .n_parameters = a->n_parameters,
                                           .rss = a->rss,
                                           .residual_sd = a->residual_sd,
                                           .residual_df = a->residual_df,
                                           .r_squared = a->r_squared,
                                           .scale = a->end.scale,
                                           .condition = a->condition,
                                           .evaluations = a->end.evaluations,
                                           .starts = a->starts,
                                           .extended = a->end.extended,
                                           .max_rhat = NAN,
                                           .min_ess = NAN};
    const atn_regression_posterior *p = regression->posterior;
    summary->gates_passed = a->end.outcome == ATTAIN_REGRESSION_CONVERGED && (!p || p->passed);
    if (!p) return;
    summary->max_rhat = p->max_rhat;
    summary->min_ess = p->min_ess;
    summary->divergences = p->nuts.divergences;
}

attain_status attain_regression_parameter_get(const attain_regression *regression, size_t index,
                                              attain_regression_parameter *parameter,
                                              attain_error *err)
{
    const atn_regression_answer *a = &regression->answer;
    atn_error_clear(err);
    if (index >= a->n_parameters)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "parameter %zu of %zu", index, a->n_parameters);
    *parameter = (attain_regression_parameter){.name = regression->names[index],
                                               .estimate = a->estimate[index],
                                               .std_error = a->std_error[index],
                                               .lower = regression->lower[index],
                                               .upper = regression->upper[index],
                                               .at_bound = a->at_bound[index],
                                               .rhat = NAN,
                                               .ess_bulk = NAN,
                                               .ess_tail = NAN};
    if (!regression->posterior) return ATTAIN_OK;
    const atn_summary *s = &regression->posterior->summary[index];
    parameter->rhat = s->rhat;
    parameter->ess_bulk = s->ess_bulk;
    parameter->ess_tail = s->ess_tail;
    return ATTAIN_OK;
}

attain_status attain_regression_draws(const attain_regression *regression, size_t index,
                                      double *draws, attain_error *err)
{
    const atn_regression_posterior *p = regression->posterior;
    const size_t n = regression->answer.n_parameters;
    atn_error_clear(err);
    if (!p) return atn_fail(err, ATTAIN_ERR_ARGUMENT, "there is no posterior: fit it with nuts");
    if (index >= n) return atn_fail(err, ATTAIN_ERR_ARGUMENT, "parameter %zu of %zu", index, n);
    for (size_t d = 0; d < p->n_draws; d++) draws[d] = p->nuts.draws[d * n + index];
    return ATTAIN_OK;
}

void attain_regression_covariance(const attain_regression *regression, double *covariance)
{
    const size_t p = regression->answer.n_parameters;
    memcpy(covariance, regression->answer.covariance, p * p * sizeof *covariance);
}

void attain_regression_residuals(const attain_regression *regression, double *residual, size_t *row)
{
    const size_t n = regression->answer.n_rows;
    memcpy(residual, regression->answer.residual, n * sizeof *residual);
    for (size_t k = 0; row && k < n; k++) row[k] = regression->rows ? regression->rows[k] : k;
}

/* ---- JSON ---- */

/* A member's name on a line of its own; `first` has no comma before it. */
static void key(atn_text *t, int level, bool first, const char *name)
{
    atn_text_add(t, first ? "\n" : ",\n");
    for (int k = 0; k < level; k++) atn_text_add(t, "  ");
    atn_text_printf(t, "\"%s\": ", name);
}

static void number(atn_text *t, const char *name, double value)
{
    key(t, 1, false, name);
    atn_text_number(t, value);
}

static void count(atn_text *t, const char *name, size_t value)
{
    key(t, 1, false, name);
    atn_text_printf(t, "%zu", value);
}

static void string(atn_text *t, int level, bool first, const char *name, const char *value)
{
    key(t, level, first, name);
    if (value)
        atn_json_print_string(value, t);
    else
        atn_text_add(t, "null");
}

static void numbers(atn_text *t, const double *values, size_t n)
{
    atn_text_add(t, "[");
    for (size_t k = 0; k < n; k++) {
        if (k) atn_text_add(t, ", ");
        atn_text_number(t, values[k]);
    }
    atn_text_add(t, "]");
}

static void member(atn_text *t, const char *name, double value)
{
    atn_text_printf(t, ", \"%s\": ", name);
    atn_text_number(t, value);
}

static void add_summary(atn_text *t, const atn_regression_posterior *p, size_t k)
{
    const atn_summary *s = &p->summary[k];
    member(t, "mean", s->mean);
    member(t, "sd", s->sd);
    atn_text_add(t, ",\n     \"quantiles\": {");
    for (size_t q = 0; q < ATN_N_REGRESSION_LEVELS; q++) {
        atn_text_add(t, q ? ", \"" : "\"");
        atn_text_number(t, atn_regression_levels[q]);
        atn_text_add(t, "\": ");
        atn_text_number(t, p->quantiles[k * ATN_N_REGRESSION_LEVELS + q]);
    }
    atn_text_add(t, "}");
    member(t, "rhat", s->rhat);
    member(t, "ess_bulk", s->ess_bulk);
    member(t, "ess_tail", s->ess_tail);
    member(t, "mcse_mean", s->mcse_mean);
}

static void add_parameters(atn_text *t, const attain_regression *r)
{
    const atn_regression_answer *a = &r->answer;
    key(t, 1, false, "parameters");
    atn_text_add(t, "[");
    for (size_t k = 0; k < a->n_parameters; k++) {
        const struct {
            const char *name;
            double value;
        } members[] = {{"estimate", a->estimate[k]},
                       {"std_error", a->std_error[k]},
                       {"lower", r->lower[k]},
                       {"upper", r->upper[k]}};
        atn_text_printf(t, "%s\n    {\"name\": ", k ? "," : "");
        atn_json_print_string(r->names[k], t);
        for (size_t m = 0; m < sizeof members / sizeof *members; m++)
            member(t, members[m].name, members[m].value);
        atn_text_printf(t, ", \"at_bound\": %s", a->at_bound[k] ? "true" : "false");
        if (r->posterior) add_summary(t, r->posterior, k);
        atn_text_add(t, "}");
    }
    atn_text_add(t, "\n  ]");
}

static void add_request(atn_text *t, const attain_regression *r)
{
    string(t, 1, false, "response", r->response_text);
    string(t, 1, false, "formula", r->formula_text);
    if (r->curve) {
        string(t, 1, false, "curve", r->curve);
        string(t, 1, false, "t", r->along_text);
    }
    if (r->settings.weights) string(t, 1, false, "weights", r->settings.weights);
    if (r->settings.prior) string(t, 1, false, "prior", r->settings.prior);
    if (r->settings.bounds) string(t, 1, false, "bounds", r->settings.bounds);
    string(t, 1, false, "loss", atn_loss_name(r->settings.loss));
}

static void add_intervals(atn_text *t, const attain_regression *r)
{
    key(t, 1, false, "intervals");
    atn_text_printf(t, "{\"type\": \"%s\", \"level\": ",
                    r->posterior ? "posterior" : atn_intervals_name(r->settings.intervals));
    atn_text_number(t, r->settings.level);
    if (r->settings.intervals == ATTAIN_INTERVALS_BOOTSTRAP)
        atn_text_printf(t, ", \"replicates\": %ld, \"seed\": %llu, \"failed\": %zu",
                        r->settings.replicates, (unsigned long long)r->settings.seed, r->n_failed);
    atn_text_add(t, "}");
}

/* How the draws were made, and the gates that they have to pass. */
static void add_fit(atn_text *t, const attain_regression *r)
{
    const atn_regression_posterior *p = r->posterior;
    const attain_regression_settings *s = &r->settings;
    if (!p) return;
    key(t, 1, false, "fit");
    atn_text_printf(t,
                    "{\"method\": \"nuts\", \"chains\": %ld, \"warmup\": %ld, \"draws\": %ld, "
                    "\"seed\": %llu,\n    \"divergences\": %zu, \"depth_hits\": %zu",
                    s->chains, s->warmup, s->draws, (unsigned long long)s->seed,
                    p->nuts.divergences, p->nuts.depth_hits);
    member(t, "e_bfmi", p->nuts.e_bfmi);
    member(t, "step_size", p->nuts.step_size);
    atn_text_printf(t, ", \"evaluations\": %zu}", p->nuts.evaluations);
    key(t, 1, false, "gates");
    atn_text_add(t, "[");
    for (size_t k = 0; k < ATN_N_REGRESSION_GATES; k++) {
        const atn_regression_gate *g = &p->gates[k];
        atn_text_printf(t, "%s\n    {\"name\": \"%s\"", k ? "," : "", g->rule->name);
        member(t, "value", g->value);
        member(t, "threshold", g->rule->threshold);
        atn_text_printf(t, ", \"passed\": %s}", g->passed ? "true" : "false");
    }
    atn_text_add(t, "\n  ]");
}

static void add_covariance(atn_text *t, const attain_regression *r)
{
    const size_t p = r->answer.n_parameters;
    key(t, 1, false, "covariance");
    atn_text_add(t, "[");
    for (size_t i = 0; i < p; i++) {
        atn_text_add(t, i ? ",\n    " : "\n    ");
        numbers(t, r->answer.covariance + i * p, p);
    }
    atn_text_add(t, "\n  ]");
}

/* The direction that the rows leave open. */
static void add_unidentified(atn_text *t, const attain_regression *r)
{
    bool first = true;
    if (r->answer.end.outcome != ATTAIN_REGRESSION_SINGULAR) return;
    key(t, 1, false, "unidentified");
    atn_text_add(t, "[");
    for (size_t k = 0; k < r->answer.n_parameters; k++) {
        if (!(fabs(r->answer.weak[k]) > 1e-6)) continue; /* rounding, in a unit direction */
        atn_text_add(t, first ? "{\"name\": " : ", {\"name\": ");
        atn_json_print_string(r->names[k], t);
        atn_text_add(t, ", \"weight\": ");
        atn_text_number(t, r->answer.weak[k]);
        atn_text_add(t, "}");
        first = false;
    }
    atn_text_add(t, "]");
}

static void add_diagnostics(atn_text *t, const attain_regression *r)
{
    static const char *const severities[] = {"note", "warning", "error"};
    const size_t n = attain_diagnostics_count(r->notes);
    key(t, 1, false, "diagnostics");
    atn_text_add(t, "[");
    for (size_t k = 0; k < n; k++) {
        const attain_diagnostic *d = attain_diagnostics_get(r->notes, k);
        const char *slash = strrchr(d->file, '/');
        atn_text_add(t, k ? ",\n    {" : "\n    {");
        string(t, 3, true, "code", d->code);
        string(t, 3, false, "severity", severities[d->severity]);
        string(t, 3, false, "where", slash ? slash + 1 : d->file);
        string(t, 3, false, "message", d->message);
        atn_text_add(t, "\n    }");
    }
    atn_text_add(t, n ? "\n  ]" : "]");
}

attain_status atn_regression_json(const attain_regression *r, bool residuals, char **text,
                                  attain_error *err)
{
    const atn_regression_answer *a = &r->answer;
    atn_text t;
    atn_text_init(&t, r->ctx);
    atn_text_add(&t, "{");
    key(&t, 1, true, "attain");
    atn_text_printf(&t, "{\"schema\": %d, \"version\": \"%s\"}", REGRESSION_SCHEMA,
                    attain_version());
    add_request(&t, r);
    string(&t, 1, false, "outcome", attain_regression_outcome_text(a->end.outcome));
    add_parameters(&t, r);
    add_intervals(&t, r);
    add_fit(&t, r);
    count(&t, "n_rows", a->n_rows);
    count(&t, "n_missing", r->n_missing);
    number(&t, "rss", a->rss);
    number(&t, "residual_sd", a->residual_sd);
    key(&t, 1, false, "residual_df");
    atn_text_printf(&t, "%ld", a->residual_df);
    number(&t, "r_squared", a->r_squared);
    number(&t, "scale", a->end.scale);
    number(&t, "condition", a->condition);
    count(&t, "evaluations", a->end.evaluations);
    count(&t, "starts", a->starts);
    key(&t, 1, false, "extended");
    atn_text_add(&t, a->end.extended ? "true" : "false");
    add_covariance(&t, r);
    add_unidentified(&t, r);
    add_diagnostics(&t, r);
    if (residuals) {
        key(&t, 1, false, "residuals");
        numbers(&t, a->residual, a->n_rows);
    }
    atn_text_add(&t, "\n}\n");
    *text = atn_text_take(&t);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}

/* ---- CSV ---- */

/* An empty cell where there is no number. */
static void cell(atn_text *t, double value)
{
    atn_text_add(t, ",");
    if (isfinite(value)) atn_text_number(t, value);
}

static void csv_parameters(atn_text *t, const attain_regression *r)
{
    const atn_regression_answer *a = &r->answer;
    const atn_regression_posterior *p = r->posterior;
    atn_text_add(t, "name,estimate,std_error,lower,upper");
    atn_text_add(t, p ? ",rhat,ess_bulk,ess_tail\n" : "\n");
    for (size_t k = 0; k < a->n_parameters; k++) {
        atn_text_add(t, r->names[k]); /* letters, digits and _ */
        cell(t, a->estimate[k]);
        cell(t, a->std_error[k]);
        cell(t, r->lower[k]);
        cell(t, r->upper[k]);
        if (p) {
            cell(t, p->summary[k].rhat);
            cell(t, p->summary[k].ess_bulk);
            cell(t, p->summary[k].ess_tail);
        }
        atn_text_add(t, "\n");
    }
}

static void csv_residuals(atn_text *t, const attain_regression *r)
{
    const atn_regression_answer *a = &r->answer;
    atn_text_add(t, r->table->lines ? "line,response,fitted,residual\n"
                                    : "row,response,fitted,residual\n");
    for (size_t k = 0; k < a->n_rows; k++) {
        if (r->table->lines)
            atn_text_printf(t, "%ld", atn_regression_line(r, k));
        else
            atn_text_printf(t, "%zu", r->rows ? r->rows[k] : k);
        cell(t, r->response[k]);
        cell(t, r->response[k] - a->residual[k]);
        cell(t, a->residual[k]);
        atn_text_add(t, "\n");
    }
}

attain_status atn_regression_csv(const attain_regression *r, bool residuals, char **text,
                                 attain_error *err)
{
    atn_text t;
    atn_text_init(&t, r->ctx);
    if (residuals)
        csv_residuals(&t, r);
    else
        csv_parameters(&t, r);
    *text = atn_text_take(&t);
    return *text ? ATTAIN_OK : atn_fail_nomem(err);
}
