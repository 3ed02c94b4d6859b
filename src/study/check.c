/* What `check` says beyond errors, without a fit: notes on repeated, restated and unused figures
 * and on what has no evidence; contradictions come from contradiction.c. */
#include <attain/study.h>

#include "figures.h"

typedef struct finding {
    const attain_study *study;
    attain_diagnostics *list;
    bool nomem;
} finding;

static void begin(const finding *f, atn_text *text)
{
    atn_text_init(text, f->study->ctx);
}

static void emit(finding *f, attain_severity severity, const char *code, const atn_place *where,
                 atn_text *text)
{
    char *message = atn_text_take(text);
    if (!message) {
        f->nomem = true;
        return;
    }
    atn_diagnose(f->list, severity, code, where, "%s", message);
    atn_free(f->study->ctx, message);
}

static void add_row(atn_text *text, long row, size_t already)
{
    atn_text_printf(text, already == 0 ? "%ld" : ", %ld", row);
}

static void note_unpublished(finding *f)
{
    const attain_study *study = f->study;
    size_t n = 0;
    for (size_t r = 0; r < study->n_reports; r++) n += study->reports[r].published > study->as_of;
    if (n == 0) return;
    char date[ATN_DATE_SIZE];
    atn_date_format(study->as_of, date);
    atn_text t;
    begin(f, &t);
    atn_text_printf(&t, "%zu report%s published after %s and %s not used (row%s ", n,
                    n == 1 ? " was" : "s were", date, n == 1 ? "is" : "are", n == 1 ? "" : "s");
    size_t shown = 0;
    for (size_t r = 0; r < study->n_reports; r++)
        if (study->reports[r].published > study->as_of) {
            add_row(&t, study->reports[r].row, shown++);
        }
    atn_text_add(&t, ").");
    emit(f, ATTAIN_SEVERITY_NOTE, "not-published-yet", NULL, &t);
}

static void note_duplicates(finding *f)
{
    const attain_study *study = f->study;
    for (size_t r = 0; r < study->n_reports; r++) {
        const atn_report *report = &study->reports[r];
        if (report->duplicate_of == ATN_NONE) continue;
        atn_text t;
        begin(f, &t);
        atn_say_subject(&t, study, &study->series[report->series]);
        atn_text_printf(&t, ": row %ld repeats row %ld (release '%s': ", report->row,
                        study->reports[report->duplicate_of].row, report->release_text);
        atn_say_figure(&t, study, report);
        atn_text_add(&t, " ");
        atn_say_window(&t, report->start, report->end);
        atn_text_add(&t, "); it counts once.");
        emit(f, ATTAIN_SEVERITY_NOTE, "duplicate", &report->place, &t);
    }
}

/* Rows of a source's running totals in one definition. */
static void add_rows_like(atn_text *t, const atn_figure *figures, size_t n, const atn_figure *like)
{
    size_t count = 0, shown = 0;
    for (size_t k = 0; k < 2 * n; k++) { /* counted first, then named */
        const atn_report *r = figures[k % n].report;
        if (r->series != like->report->series || r->definition != like->report->definition ||
            r->start != like->report->start || r->statistic != ATN_TOTAL ||
            !atn_same_source(r, like->report))
            continue;
        if (k < n) {
            count++;
            continue;
        }
        if (shown == 0) atn_text_add(t, count == 1 ? "row " : "rows ");
        add_row(t, r->row, shown++);
    }
}

static void note_restated_pair(finding *f, const atn_figure *figures, size_t n, size_t earlier,
                               size_t later)
{
    const attain_study *study = f->study;
    const atn_report *a = figures[earlier].report, *b = figures[later].report;
    char until[ATN_DATE_SIZE], from[ATN_DATE_SIZE];
    atn_date_format(a->published, until);
    atn_date_format(b->published, from);
    atn_text t;
    begin(f, &t);
    atn_say_subject(&t, study, figures[later].series);
    atn_text_printf(&t, ": %s's running totals are '%s' up to %s (", b->source_text,
                    atn_definition_called(study, a), until);
    add_rows_like(&t, figures, n, &figures[earlier]);
    atn_text_printf(&t, ") and '%s' from %s on (", atn_definition_called(study, b), from);
    add_rows_like(&t, figures, n, &figures[later]);
    atn_text_add(&t, "): a restated basis, so a definition of its own.");
    emit(f, ATTAIN_SEVERITY_NOTE, "restated", &b->place, &t);
}

/* One note a pair of definitions: from the last row before to the first row after. */
static void note_restated(finding *f, const atn_figure *figures, size_t n)
{
    for (size_t b = 0; b < n; b++) {
        for (size_t a = 0; a < n; a++) {
            if (!atn_is_restated(figures, n, a, b)) continue;
            bool nearest = true;
            for (size_t k = 0; nearest && k < n; k++) {
                const atn_report *r = figures[k].report;
                const bool after_a = k != a && atn_is_restated(figures, n, k, b) &&
                                     r->definition == figures[a].report->definition &&
                                     (r->published > figures[a].report->published ||
                                      (r->published == figures[a].report->published && k > a));
                const bool before_b = k != b && atn_is_restated(figures, n, a, k) &&
                                      r->definition == figures[b].report->definition &&
                                      (r->published < figures[b].report->published ||
                                       (r->published == figures[b].report->published && k < b));
                nearest = !after_a && !before_b;
            }
            if (nearest) note_restated_pair(f, figures, n, a, b);
        }
    }
}

static size_t count_used(const attain_study *study, size_t series, size_t definition)
{
    size_t n = 0;
    for (size_t r = 0; r < study->n_reports; r++) {
        const atn_report *report = &study->reports[r];
        if (!report->used || report->series != series) continue;
        const bool reference = definition != ATN_NONE && study->definitions[definition].reference;
        n += definition == ATN_NONE || report->definition == definition ||
             (reference && report->definition == ATN_NONE);
    }
    return n;
}

static void note_definitions(finding *f)
{
    const attain_study *study = f->study;
    for (size_t d = 0; d < study->n_definitions; d++) {
        const atn_definition *definition = &study->definitions[d];
        if (count_used(study, definition->series, ATN_NONE) == 0 ||
            count_used(study, definition->series, d) > 0)
            continue;
        const atn_place place = {.pointer = definition->pointer};
        atn_text t;
        begin(f, &t);
        atn_text_printf(&t, "No report counts %s as '%s' does: answers in it rest on %s.",
                        study->series[definition->series].id, definition->id,
                        definition->reference ? "the other definitions' factors"
                                              : "its factor's prior alone");
        emit(f, ATTAIN_SEVERITY_NOTE, "no-evidence", &place, &t);
    }
}

static size_t count_free(const atn_trend *trend)
{
    size_t n = 0;
    for (size_t p = 0; p < trend->n_parameters; p++)
        n += trend->parameters[p].present && !trend->parameters[p].fixed;
    return n;
}

static bool has_goal(const attain_study *study, size_t series)
{
    for (size_t g = 0; g < study->n_goals; g++)
        if (study->goals[g].form == ATN_GOAL_SINGLE && study->goals[g].series == series)
            return true;
    return false;
}

static void note_series(finding *f)
{
    const attain_study *study = f->study;
    for (size_t s = 0; s < study->n_series; s++) {
        const atn_series *series = &study->series[s];
        const size_t used = count_used(study, s, ATN_NONE);
        const size_t parameters = count_free(&series->trends[0]);
        if (used >= parameters && used > 0) continue;
        const atn_place place = {.pointer = series->pointer};
        atn_text t;
        begin(f, &t);
        const bool tied = used == 0 && atn_study_tied(study, s);
        if (used == 0)
            atn_text_printf(&t,
                            "Series '%s' has no report published in time: what is said of it %s.",
                            series->id,
                            tied ? "comes from the series that its formula or theirs ties it to"
                                 : "is its prior");
        else
            atn_text_printf(&t,
                            "Series '%s' has %zu report%s for %zu trend parameters: priors decide "
                            "what the figures leave open.",
                            series->id, used, used == 1 ? "" : "s", parameters);
        emit(f,
             used == 0 && !tied && has_goal(study, s) ? ATTAIN_SEVERITY_WARNING
                                                      : ATTAIN_SEVERITY_NOTE,
             used == 0 ? "no-evidence" : "thin-evidence", &place, &t);
    }
}

attain_status atn_study_check(const attain_study *study, attain_diagnostics *list,
                              attain_error *err)
{
    size_t n = 0;
    atn_figure *figures = atn_figures_create(study, &n);
    if (!figures) return atn_fail_nomem(err);
    finding f = {.study = study, .list = list};
    attain_status status = atn_check_contradictions(study, figures, n, list, err);
    if (status == ATTAIN_OK) {
        note_restated(&f, figures, n);
        note_duplicates(&f);
        note_unpublished(&f);
        note_definitions(&f);
        note_series(&f);
        status =
            f.nomem ? atn_fail_nomem(err) : atn_check_feasibility(study, figures, n, list, err);
    }
    atn_free(study->ctx, figures);
    if (status != ATTAIN_OK) return status;
    const size_t all = list ? attain_diagnostics_count(list) : 0;
    return atn_diagnostics_status(list, all, ATTAIN_ERR_FIELD, err); /* NOMEM if an item was lost */
}

attain_status attain_study_check(const attain_study *study, attain_diagnostics *findings,
                                 attain_error *err)
{
    atn_error_clear(err);
    return atn_study_check(study, findings, err);
}
