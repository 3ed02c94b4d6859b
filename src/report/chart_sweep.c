/* A sweep as a picture, and as a folder of files. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart_internal.h"
#include "sweep_words.h"

/* One line: an answer under one value of the second thing. */
static size_t n_lines(const attain_sweep *s)
{
    const size_t n = s->n_answers * s->vary[1].n;
    return n < ATN_LINE_COLORS ? n : ATN_LINE_COLORS;
}

static void name_line(atn_text *out, const attain_sweep *s, size_t line)
{
    const size_t answer = line / s->vary[1].n, second = line % s->vary[1].n;
    if (s->n_answers > 1 || s->n_vary < 2)
        atn_sweep_say_answer(out, s, answer, s->n_answers > 1 && atn_sweep_one_goal(s));
    if (s->n_vary < 2) return;
    if (s->n_answers > 1) atn_text_add(out, ", ");
    atn_escape_plain(out, s->vary[1].target);
    atn_text_add(out, " ");
    atn_say_exact(out, s->vary[1].value[second]);
}

/* What is varied, in words where it is a series. */
static void say_target(atn_text *out, const attain_sweep *s)
{
    const atn_change *change = &s->changes[0];
    if (change->kind == ATN_CHANGE_MULTIPLY) atn_text_add(out, "the factor on ");
    atn_escape_plain(out, change->kind == ATN_CHANGE_MULTIPLY || change->kind == ATN_CHANGE_REPLACE
                              ? change->target
                              : s->vary[0].target);
    if (change->kind == ATN_CHANGE_REPLACE) atn_text_add(out, " from then on");
}

static void say_goal(atn_text *out, const attain_sweep *s)
{
    const atn_goal *goal = &s->posterior->study->goals[s->answers[0].goal];
    if (atn_sweep_one_goal(s))
        atn_escape_plain(out, goal->label && *goal->label ? goal->label : goal->id);
    else
        atn_text_add(out, "each goal");
}

/* Where one line says it all, that. */
static void say_headline(atn_text *out, const attain_sweep *s)
{
    if (n_lines(s) == 1 && !isnan(s->break_even[0])) {
        atn_text_add(out, "A chance of ");
        atn_say_percent(out, s->until);
        atn_text_add(out, " of ");
        say_goal(out, s);
        atn_text_add(out, " takes ");
        say_target(out, s);
        atn_text_add(out, s->changes[0].kind == ATN_CHANGE_REPLACE ? " at " : " to be ");
        atn_sweep_say_break_even(out, s, 0, 0);
        return;
    }
    atn_text_add(out, "The chance of ");
    say_goal(out, s);
    atn_text_add(out, " by ");
    say_target(out, s);
}

static void say_below(atn_text *out, const attain_sweep *s)
{
    char date[ATN_DATE_SIZE];
    const attain_study *study = s->posterior->study;
    atn_escape_plain(out, study->title);
    atn_text_add(out, ". Changed from ");
    atn_date_format(s->changes[0].from, date);
    atn_say_short_date(out, date);
    atn_text_add(out, "; figures published by ");
    atn_date_format(study->as_of, date);
    atn_say_short_date(out, date);
}

static void write_data(atn_text *out, const attain_sweep *s)
{
    atn_escape_csv(out, s->vary[0].target);
    for (size_t line = 0; line < n_lines(s); line++) {
        atn_text name;
        atn_text_init(&name, s->ctx);
        name_line(&name, s, line);
        atn_text_add(out, ",");
        atn_escape_csv(out, name.data ? name.data : "");
        if (name.failed) out->failed = true;
        atn_text_free(&name);
    }
    atn_text_add(out, "\n");
    for (size_t k = 0; k < s->vary[0].n; k++) {
        atn_text_number(out, s->vary[0].value[k]);
        for (size_t line = 0; line < n_lines(s); line++) {
            atn_text_add(out, ",");
            atn_text_number(out, s->probability[line * s->vary[0].n + k]);
        }
        atn_text_add(out, "\n");
    }
}

static void mark_break_even(atn_frame *f, const attain_sweep *s, size_t line, bool crowded)
{
    const double at = s->break_even[line];
    atn_text *t = &f->chart->script, text;
    if (isnan(at)) return;
    atn_text_init(&text, s->ctx);
    if (!crowded) atn_sweep_say_break_even(&text, s, line / s->vary[1].n, line % s->vary[1].n);
    atn_text_add(t, "set label ");
    atn_escape_gnuplot(t, text.data ? text.data : "");
    atn_text_add(t, " at first ");
    atn_text_number(t, at);
    atn_text_add(t, ", first ");
    atn_text_number(t, s->until);
    atn_text_printf(t,
                    " left front noenhanced point pt 7 ps 0.8 lc rgb %s offset character 0.8, "
                    "-0.7 font ',11.5' textcolor rgb %s\n",
                    atn_line_colors[line], atn_line_inks[line]);
    if (text.failed) t->failed = true;
    atn_text_free(&text);
}

static void add_line(atn_frame *f, const attain_sweep *s, size_t line)
{
    const size_t n = s->vary[0].n;
    atn_text text;
    atn_text_init(&text, s->ctx);
    atn_frame_plot(f, "'%s.csv' skip 1 using 1:%zu with lines lt 1 lw 2.5 lc rgb %s",
                   f->chart->name, line + 2, atn_line_colors[line]);
    atn_say_percent(&text, s->probability[line * n + n - 1]);
    if (n_lines(s) > 1) {
        atn_text_add(&text, "  ");
        name_line(&text, s, line);
    }
    atn_frame_note(f, s->probability[line * n + n - 1], atn_line_inks[line], 0, &text);
    if (text.failed) f->chart->script.failed = true;
    atn_text_free(&text);
}

static void compose(atn_frame *f, const attain_sweep *s)
{
    const atn_sweep_vary *v = &s->vary[0];
    atn_text text, *t = &f->chart->script;
    atn_text_init(&text, s->ctx);
    say_below(&text, s);
    atn_frame_head(f, text.data ? text.data : "");
    if (text.failed) t->failed = true;
    atn_text_free(&text);
    atn_frame_foot(f, "");
    f->right = f->width - (n_lines(s) > 1 ? 260.0 : 90.0);
    f->bottom += 16.0; /* for the name of the x axis */
    const double last = v->n > 1 ? v->value[v->n - 1] : v->value[0] + 1.0;
    (void)atn_panel_axis(f, "x", v->value[0], last, 8);
    atn_frame_values(f, 0.0, 1.0, true);
    atn_text_add(t, "set xlabel ");
    say_target(&text, s);
    atn_escape_gnuplot(t, text.data ? text.data : "");
    if (text.failed) t->failed = true;
    atn_text_free(&text);
    atn_text_add(t, " noenhanced textcolor rgb c_text\nset arrow from graph 0, first ");
    atn_text_number(t, s->until);
    atn_text_add(t, " to graph 1, first ");
    atn_text_number(t, s->until);
    atn_text_add(t, " nohead front ls 3\n");
    write_data(&f->chart->data, s);
    for (size_t line = n_lines(s); line-- > 0;) add_line(f, s, line);
    for (size_t line = 0; line < n_lines(s); line++) mark_break_even(f, s, line, n_lines(s) > 3);
    atn_frame_place_notes(f);
}

static void say_alt(atn_text *out, const attain_sweep *s, const atn_chart *chart)
{
    const size_t n = s->vary[0].n;
    if (chart->headline.data) atn_text_add(out, chart->headline.data);
    atn_text_add(out, ". Curves of the chance by the deadline against ");
    say_target(out, s);
    atn_text_add(out, ", ");
    atn_text_number(out, s->vary[0].value[0]);
    atn_text_add(out, " to ");
    atn_text_number(out, s->vary[0].value[n - 1]);
    for (size_t line = 0; line < n_lines(s); line++) {
        atn_text_add(out, line ? "; " : ": ");
        name_line(out, s, line);
        atn_text_add(out, " from ");
        atn_say_percent(out, s->probability[line * n]);
        atn_text_add(out, " to ");
        atn_say_percent(out, s->probability[line * n + n - 1]);
    }
    atn_text_add(out, ".");
}

static attain_status write_file(const attain_sweep *s, const char *folder, const char *name,
                                attain_format format, attain_error *err)
{
    char *text = NULL, *path = NULL;
    attain_status status = attain_sweep_text(s, format, &text, err);
    if (status == ATTAIN_OK && !(path = atn_path_join(s->ctx, folder, name)))
        status = atn_fail_nomem(err);
    if (status == ATTAIN_OK) status = atn_file_write(s->ctx, path, text, strlen(text), err);
    atn_free(s->ctx, text);
    atn_free(s->ctx, path);
    return status;
}

static attain_status write_chart(const attain_sweep *s, const char *folder, attain_draw *draw,
                                 void *draw_user, attain_error *drawing, attain_error *err)
{
    atn_chart chart = {.name = "chance"};
    atn_frame f;
    const size_t refusals = s->ctx->refusals;
    atn_text *const texts[] = {&chart.headline, &chart.alt, &chart.script, &chart.data};
    for (size_t i = 0; i < 4; i++) atn_text_init(texts[i], s->ctx);
    say_headline(&chart.headline, s);
    atn_frame_open(&f, s->ctx, NULL, &chart, 960.0, 540.0);
    compose(&f, s);
    atn_frame_close(&f);
    say_alt(&chart.alt, s, &chart);
    attain_status status = ATTAIN_OK;
    if (s->ctx->refusals != refusals) status = atn_fail_nomem(err);
    if (status == ATTAIN_OK)
        status = atn_chart_write(s->ctx, &chart, folder, draw, draw_user, drawing, err);
    for (size_t i = 0; i < 4; i++) atn_text_free(texts[i]);
    return status;
}

attain_status attain_sweep_write(const attain_sweep *sweep, const char *folder, attain_draw *draw,
                                 void *draw_user, attain_error *err)
{
    attain_error own = {0}, drawing = {0};
    if (!err) err = &own;
    atn_error_clear(err);
    attain_status status = atn_folder_create(sweep->ctx, folder, err);
    if (status == ATTAIN_OK)
        status = write_file(sweep, folder, "sweep.csv", ATTAIN_FORMAT_CSV, err);
    if (status == ATTAIN_OK)
        status = write_file(sweep, folder, "sweep.json", ATTAIN_FORMAT_JSON, err);
    if (status == ATTAIN_OK) status = write_chart(sweep, folder, draw, draw_user, &drawing, err);
    if (status == ATTAIN_OK && drawing.status != ATTAIN_OK)
        status = atn_fail(err, drawing.status, "%s", drawing.message);
    return status;
}
