/* Composing charts: a gnuplot script, its data and its description, in memory. */
#ifndef ATN_CHART_INTERNAL_H
#define ATN_CHART_INTERNAL_H

#include "report/text_width.h"
#include "report_internal.h"

/* How charts are laid out and coloured, and what they are drawn as. */
typedef struct atn_look {
    attain_chart_size size;
    bool dark;
    unsigned pictures; /* attain_picture bits */
    attain_number_style numbers;
    const char *theme; /* gnuplot commands of the user's; NULL: none */
} atn_look;
extern const atn_look atn_web_look; /* that of a run's own charts */

struct atn_chart {
    char name[96];        /* stem of its files: only A-Z a-z 0-9 _ - */
    char kind[24];        /* what it shows: "rate", "total"; its name begins so */
    const atn_look *look; /* borrowed; NULL: atn_web_look */
    bool drawn;           /* pictures lie beside the script */
    bool filed;           /* script, data and words lie in charts/ */
    char undrawn[256];    /* why there is no picture */
    atn_text headline;    /* one sentence */
    atn_text alt;         /* what the picture shows, for those who do not see it */
    atn_text script, data;
};

struct atn_chart_list {
    attain_context *ctx;
    const atn_look *look; /* borrowed; of every chart added */
    atn_chart *charts;
    size_t n, capacity;
    bool failed;
};

/* Every chart of a document; `look` is borrowed until the list is freed (NULL: atn_web_look).
 * NOMEM. */
attain_status atn_charts_compose(attain_context *ctx, const attain_results *results,
                                 const atn_look *look, atn_chart_list *list, attain_error *err);
void atn_charts_free(atn_chart_list *list);
/* A new chart, named KIND-ID made safe and unique; NULL (and failed) when out of memory. */
atn_chart *atn_chart_add(atn_chart_list *list, const char *kind, const char *id);

/* chart_files.c: writes scripts, data and words of n charts into `folder`, then calls `draw` once
 * for all of them (NULL: no pictures).  A chart that draw fails on keeps them, is told in
 * `diagnostics` (may be NULL) and in `drawing` (the first failure), not as the status; INTERRUPTED
 * ends the call.
 */
attain_status atn_charts_write(attain_context *ctx, atn_chart *charts, size_t n, const char *folder,
                               attain_draw *draw, void *draw_user, attain_diagnostics *diagnostics,
                               attain_error *drawing, attain_error *err);
/* The same of one. */
attain_status atn_chart_write(attain_context *ctx, atn_chart *chart, const char *folder,
                              attain_draw *draw, void *draw_user, attain_error *drawing,
                              attain_error *err);

/* Colours are gnuplot variables that the head of each script defines: assets/light.gp, dark.gp.
 * Several lines of one chart, in this order; words need darker ink than lines to be read. */
enum { ATN_LINE_COLORS = 8 };
extern const char *const atn_line_colors[ATN_LINE_COLORS], *const atn_line_inks[ATN_LINE_COLORS];

/* A label in the right margin, level with the line it names. */
typedef struct atn_margin_note {
    double y;
    char text[112];
    const char *color;
    int rank; /* 0: always shown, moved if need be; higher: dropped first where room is short */
} atn_margin_note;
enum { ATN_MAX_NOTES = 32, ATN_MAX_RULES = 4 };

/* A dotted vertical line's word, placed above the plot once all of them are known. */
typedef struct atn_rule {
    atn_day day;
    char word[48];
    bool right_of_it; /* where it would rather stand */
} atn_rule;

/* One panel being composed. */
typedef struct atn_frame {
    attain_context *ctx;
    const atn_node *root;
    atn_chart *chart;
    atn_text plot; /* the plot command's parts */
    size_t n_parts;
    double width, height;            /* pixels */
    double left, right, top, bottom; /* of the plot, from the left and lower edge, pixels */
    atn_day first, last;             /* date axis */
    double low, high;                /* value axis */
    bool share;
    atn_margin_note notes[ATN_MAX_NOTES];
    size_t n_notes;
    atn_rule rules[ATN_MAX_RULES];
    size_t n_rules;
    const atn_look *look; /* never NULL */
    bool free;            /* drawn at any height */
} atn_frame;

/* Width and height are those of the web layout, in pixels.  Another size has another width: read
 * f->width and f->height from then on.  The height of what is made of rows is kept, or more. */
void atn_frame_open(atn_frame *f, attain_context *ctx, const atn_node *root, atn_chart *chart,
                    double width, double height);
/* The same for one plot that can be drawn at any height: sizes flatten it. */
void atn_frame_open_free(atn_frame *f, attain_context *ctx, const atn_node *root, atn_chart *chart,
                         double width, double height);
/* Sets the height of what is made of rows, once it is known and before anything is placed; a slide
 * grows wider with it. */
void atn_frame_set_height(atn_frame *f, double height);
/* Pixels that the head will take, before it is placed. */
double atn_frame_head_height(const atn_frame *f, const char *below);
double atn_frame_x(const atn_frame *f, atn_day day); /* pixels from the left, of a date */
/* Headline (the chart's own) and the line below it, wrapped; sets the plot's upper edge. */
void atn_frame_head(atn_frame *f, const char *below);
void atn_frame_foot(atn_frame *f, const char *text);
void atn_frame_dates(atn_frame *f, atn_day first, atn_day last);
/* Value axis with about five tics; share: in percent. */
void atn_frame_values(atn_frame *f, double low, double high, bool share);
/* Dotted vertical line with a word at its head, on the side it would rather have unless it would
 * meet another there. */
void atn_frame_rule(atn_frame *f, atn_day day, const char *word, bool right_of_it);
void atn_frame_note(atn_frame *f, double y, const char *color, int rank, const atn_text *text);
/* Least distance between two notes, on the value axis. */
double atn_frame_note_gap(const atn_frame *f);
bool atn_frame_note_fits(const atn_frame *f, const atn_text *text);
void atn_frame_place_notes(atn_frame *f);
/* A string as a label at a place given in gnuplot's words. */
void atn_frame_label(atn_frame *f, const char *text, const char *place, double size,
                     const char *color, const char *align);
/* One part of the plot command. */
void atn_frame_plot(atn_frame *f, const char *format, ...) ATTAIN_PRINTF(2, 3);
/* Draws for each terminal and lets go of the work space. */
void atn_frame_close(atn_frame *f);
/* What frame_close is made of: the words of the rules, and the edges of the plot. */
void atn_frame_place_rules(atn_frame *f);
void atn_frame_margins(atn_frame *f);

/* chart_look.c: what a look makes of a layout, and of a script. */
void atn_look_layout(const atn_look *look, bool free, double *width, double *height);
void atn_look_head(const atn_look *look, atn_text *script);
/* A terminal of the look's size with its output file. */
void atn_look_terminal(const atn_frame *f, attain_picture picture);
/* "svg png" */
void atn_look_say_pictures(const atn_look *look, atn_text *out);
extern const struct atn_picture_kind {
    attain_picture bit;
    const char *name; /* and file ending */
} atn_picture_kinds[3];

/* chart_panels.c: several panels under one head.  Between open and close everything stands inside a
 * loop over the terminals, where no data block can be defined. */
void atn_panels_open(atn_frame *f);
/* Draws one panel between these heights (pixels from the lower edge) with what was set since the
 * last, and forgets labels, arrows and the plot's parts. */
void atn_panel_draw(atn_frame *f, double bottom, double top);
void atn_panels_close(atn_frame *f);
/* An axis ("x", "y") of plain numbers of any size, with about so many tics; width of the widest tic
 * label in pixels. */
double atn_panel_axis(atn_frame *f, const char *axis, double low, double high, int parts);
typedef enum atn_sample { SAMPLE_POINT, SAMPLE_LINE, SAMPLE_BOX } atn_sample;
typedef struct atn_key_item {
    atn_sample sample;
    const char *color;
    const char *text;
} atn_key_item;
/* A row of samples and words under the head; moves the plot's upper edge. */
void atn_panels_key(atn_frame *f, const atn_key_item *items, size_t n);

/* chart_dot_words.c: dots on lines with words beside them. */
enum { ATN_MAX_DOTS = 2 * ATN_LINE_COLORS };
typedef struct atn_dot {
    double x, y; /* pixels from the lower left corner */
    const char *color, *ink;
    char text[64]; /* "": none */
} atn_dot;
typedef struct atn_dots {
    atn_dot dots[ATN_MAX_DOTS];
    size_t n;
    double (*points)[2]; /* borrowed; of all lines, in pixels, one after the other by x; a NaN
                            height ends a line */
    size_t n_points;
    bool sparse; /* words may cross a line rather than be left out */
} atn_dots;
void atn_dots_add(atn_dots *d, double x, double y, const char *color, const char *ink,
                  const atn_text *text);
/* Draws all dots, and those words that find a place inside the plot. */
void atn_dots_place(atn_frame *f, const atn_dots *d);

void atn_add_day(atn_text *out, atn_day day); /* quoted date, as gnuplot's time axis reads it */
double atn_nice_step(double span, int parts);
/* Study dates of the document; false where one is missing or malformed. */
bool atn_study_days(const atn_node *root, atn_day *origin, atn_day *as_of, atn_day *horizon);
/* ". Source: NBC, DHS, ICE and 4 more" over the used reports of a series; says so where there is
 * none, and nothing where reports name no source. */
void atn_say_sources(atn_text *out, const atn_node *root, const char *series);

/* chart_fan.c: quantile bands of a series. */
enum { ATN_BAND_LEVELS = 9, ATN_BAND_MEDIAN = 4 };
typedef struct atn_fan {
    attain_context *ctx;
    size_t n;
    atn_day *days;
    double *q[ATN_BAND_LEVELS]; /* 0.025 .05 .1 .25 .5 .75 .9 .95 .975, n each */
} atn_fan;
/* `bands` names the group ("quantiles", "total_quantiles"); NOMEM via false. */
bool atn_fan_read(atn_fan *fan, attain_context *ctx, const atn_node *series, const char *bands);
void atn_fan_free(atn_fan *fan);
size_t atn_fan_at(const atn_fan *fan, atn_day day); /* last entry on or before the day */
double atn_fan_largest(const atn_fan *fan, size_t level);
double atn_fan_smallest(const atn_fan *fan, size_t level);
/* Writes the chart's data file and the bands' part of the plot; x times `scale` plus `shift`. */
void atn_fan_draw(const atn_fan *fan, atn_frame *f, double scale, double shift);
void atn_fan_notes(const atn_fan *fan, atn_frame *f, double scale, double shift, bool share);

/* chart_marks.c: reports as marks by what they state. */
typedef enum atn_mark {
    MARK_DAY,   /* exact, one step: a dot */
    MARK_BAR,   /* a window's mean */
    MARK_TOTAL, /* a total, spread over its window */
    MARK_OVER,  /* over, at least: caret up */
    MARK_UNDER, /* nearly, at most: caret down */
    MARK_ABOUT, /* a diamond */
    MARK_RANGE, /* between: a bracket */
    MARK_PEAK,  /* max, min: a tick */
    N_MARKS
} atn_mark;
typedef struct atn_marks {
    atn_text lines[2][N_MARKS]; /* [another definition][mark]: rows of a data block */
    double largest, smallest;
} atn_marks;
/* Reads the used reports of a series as rates or levels; NULL frame fields are not touched. */
void atn_marks_rate(atn_marks *m, attain_context *ctx, const atn_node *root,
                    const atn_node *series);
/* Totals counted from about `start`, in the units of `definition` (scale times the reference). */
void atn_marks_total(atn_marks *m, attain_context *ctx, const atn_node *root,
                     const atn_node *series, atn_day start, const char *definition, double scale);
void atn_marks_draw(const atn_marks *m, atn_frame *f);
void atn_marks_key(const atn_marks *m, atn_text *out, bool totals);
void atn_marks_free(atn_marks *m);

/* The charts of CHARTS.md, numbers 1, 2, 4 and 5. */
void atn_chart_rate(atn_chart_list *list, const atn_node *root, const atn_node *series);
void atn_chart_total(atn_chart_list *list, const atn_node *root, const atn_answer *first);
void atn_chart_attainment(atn_chart_list *list, const atn_node *root, const atn_node *goal);
void atn_chart_scoreboard(atn_chart_list *list, const atn_node *root);
/* Numbers 3, 6, 7, 9 and 10; each adds nothing where the document has nothing for it. */
void atn_chart_dots(atn_chart_list *list, const atn_node *root, const atn_node *goal);
void atn_chart_scenarios(atn_chart_list *list, const atn_node *root, const atn_node *series);
void atn_chart_stock(atn_chart_list *list, const atn_node *root, const atn_node *series);
void atn_chart_checks(atn_chart_list *list, const atn_node *root, const atn_node *series);
void atn_chart_drivers(atn_chart_list *list, const atn_node *root, const atn_node *goal);

#endif
