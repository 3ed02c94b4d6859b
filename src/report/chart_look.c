/* Sizes, terminals, colours: what a look makes of a chart. */
#include <math.h>
#include <string.h>

#include "base/asset.h"
#include "chart_internal.h"

extern const atn_asset atn_report_assets[];

const atn_look atn_web_look = {.size = ATTAIN_SIZE_WEB,
                               .pictures = ATTAIN_PICTURE_SVG | ATTAIN_PICTURE_PNG};

const struct atn_picture_kind atn_picture_kinds[3] = {
    {ATTAIN_PICTURE_SVG, "svg"}, {ATTAIN_PICTURE_PNG, "png"}, {ATTAIN_PICTURE_PDF, "pdf"}};

/* Text keeps its size in layout pixels, so a narrower layout means larger text in the picture. */
static const double SLIDE_WIDTH = 768.0, SLIDE_HEIGHT = 432.0, PRINT_WIDTH = 680.0;
static const double SLIDE_PIXELS = 1920.0, SLIDE_INCHES = 40.0 / 3.0;
static const double PRINT_INCHES = 6.5, PRINT_DPI = 300.0;
static const double WEB_SCALE = 1.5, WEB_INCH = 96.0; /* PNG; layout pixels of a PDF's inch */

void atn_look_layout(const atn_look *look, bool free, double *width, double *height)
{
    switch (look->size) {
    case ATTAIN_SIZE_WEB: return;
    case ATTAIN_SIZE_SLIDE:
        if (free || *height < SLIDE_HEIGHT) *height = SLIDE_HEIGHT;
        *width = *height * SLIDE_WIDTH / SLIDE_HEIGHT;
        return;
    case ATTAIN_SIZE_PRINT:
        if (free) *height = round(0.75 * *height);
        *width = PRINT_WIDTH;
        return;
    }
}

static void add_asset(atn_text *script, const char *name)
{
    atn_text_add(script, atn_asset_text(atn_asset_find(atn_report_assets, name)));
}

static void add_theme(const atn_look *look, atn_text *script, const char *words)
{
    const size_t n = look->theme ? strlen(look->theme) : 0;
    if (n == 0) return;
    atn_text_add(script, words);
    atn_text_add(script, look->theme);
    if (look->theme[n - 1] != '\n') atn_text_add(script, "\n");
    atn_text_add(script, "# End of the theme.\n");
}

/* The user's theme stands before ours, which spreads its colours, and after it, where its styles
 * win. */
void atn_look_head(const atn_look *look, atn_text *script)
{
    add_asset(script, look->dark ? "dark.gp" : "light.gp");
    add_theme(look, script, "# The theme, for its colours.\n");
    add_asset(script, "theme.gp");
    add_theme(look, script, "# The theme once more, for its styles.\n");
}

/* Picture pixels or points of a layout pixel. */
static double scale_of(const atn_frame *f, double web, double slide, double print)
{
    switch (f->look->size) {
    case ATTAIN_SIZE_WEB: break;
    case ATTAIN_SIZE_SLIDE: return slide / f->width;
    case ATTAIN_SIZE_PRINT: return print / f->width;
    }
    return web;
}

/* Pango sets a point as 4/3 pixels in both cairo terminals. */
static void add_scale(atn_text *s, double text, double line, double point)
{
    atn_text_add(s, " font f_plain.',12' fontscale ");
    atn_text_number(s, round(1e4 * 0.75 * text) / 1e4);
    atn_text_add(s, " linewidth ");
    atn_text_number(s, round(1e4 * line) / 1e4);
    atn_text_add(s, " pointscale ");
    atn_text_number(s, round(1e4 * point) / 1e4);
}

static void add_svg(const atn_frame *f, atn_text *s)
{
    atn_text_printf(s, "set terminal svg size %d,%d dynamic font f_plain.',12'", (int)f->width,
                    (int)f->height);
}

static void add_png(const atn_frame *f, atn_text *s)
{
    const double scale = scale_of(f, WEB_SCALE, SLIDE_PIXELS, PRINT_INCHES * PRINT_DPI);
    atn_text_printf(s, "set terminal pngcairo size %d,%d", (int)round(scale * f->width),
                    (int)round(scale * f->height));
    add_scale(s, scale, scale, scale);
}

static void add_pdf(const atn_frame *f, atn_text *s)
{
    const double inch = scale_of(f, 1.0 / WEB_INCH, SLIDE_INCHES, PRINT_INCHES);
    atn_text_add(s, "set terminal pdfcairo size ");
    atn_text_number(s, round(1e3 * inch * f->width) / 1e3);
    atn_text_add(s, "in,");
    atn_text_number(s, round(1e3 * inch * f->height) / 1e3);
    atn_text_add(s, "in");
    add_scale(s, 72.0 * inch, 144.0 * inch, 72.0 * inch); /* its lines are half as wide */
}

void atn_look_terminal(const atn_frame *f, attain_picture picture)
{
    atn_text *s = &f->chart->script;
    switch (picture) {
    case ATTAIN_PICTURE_SVG: add_svg(f, s); break;
    case ATTAIN_PICTURE_PNG: add_png(f, s); break;
    case ATTAIN_PICTURE_PDF: add_pdf(f, s); break;
    }
    atn_text_add(s, " background rgb c_paper noenhanced\nset output '");
    for (size_t i = 0; i < 3; i++)
        if (atn_picture_kinds[i].bit == picture)
            atn_text_printf(s, "%s.%s'\n", f->chart->name, atn_picture_kinds[i].name);
}

void atn_look_say_pictures(const atn_look *look, atn_text *out)
{
    bool any = false;
    for (size_t i = 0; i < 3; i++) {
        if (!(look->pictures & (unsigned)atn_picture_kinds[i].bit)) continue;
        atn_text_add(out, any ? " " : "");
        atn_text_add(out, atn_picture_kinds[i].name);
        any = true;
    }
}
