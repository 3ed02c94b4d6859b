/* A chart's SVG as part of a page.  It is taken apart into tags and put together anew, so that what
 * is not a drawing of gnuplot's cannot come through. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "report/escape.h"
#include "report/picture_inline.h"

extern const atn_asset atn_report_assets[];

enum { MAX_DEPTH = 32, NAME_SIZE = 32, COLOR_SIZE = 8 };

typedef struct inliner {
    const char *svg, *at;
    const char *prefix;   /* of every name within */
    atn_text body;        /* what stands within the root */
    double view[4];       /* the root's viewBox; width 0 until known */
    const char *headline; /* what is left of it to be taken out; the page says it */
    double line, top;     /* of the group being read, of the highest words: pixels from above */
    bool fixed;           /* a colour that no theme knows */
    size_t depth;         /* of open elements; the root is the first */
    size_t begin[MAX_DEPTH], end[MAX_DEPTH]; /* of their opening tags in `body` */
    char open[MAX_DEPTH][NAME_SIZE];
} inliner;

/* ---- colours --------------------------------------------------------------------------------- */

static const char *theme(const char *name)
{
    return atn_asset_text(atn_asset_find(atn_report_assets, name));
}

/* The next "c_name = '#RRGGBB'" of a theme; false at its end. */
static bool next_color(const char **at, char name[NAME_SIZE], char color[COLOR_SIZE])
{
    for (const char *s = *at; (s = strstr(s, "c_")) != NULL; s++) {
        const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz_0123456789");
        if (n >= NAME_SIZE || strncmp(s + n, " = '#", 5) != 0) continue;
        snprintf(name, NAME_SIZE, "%.*s", (int)n, s);
        snprintf(color, COLOR_SIZE, "%.7s", s + n + 4);
        *at = s + n + 4;
        return true;
    }
    return false;
}

/* Colour of that name, or name of that colour, whichever is asked. */
static bool find_color(const char *in, const char *name, char color[COLOR_SIZE])
{
    char other[NAME_SIZE];
    for (const char *s = theme(in); next_color(&s, other, color);)
        if (strcmp(name, other) == 0) return true;
    return false;
}

static bool is_known(const char *color)
{
    char name[NAME_SIZE], other[COLOR_SIZE];
    for (const char *s = theme("light.gp"); next_color(&s, name, other);)
        if (strcmp(color, other) == 0) return true;
    return strcmp(color, "#000000") == 0; /* gnuplot's own ink */
}

static void dark_rule(atn_text *out, const char *from, const char *to)
{
    static const char *const attributes[] = {"fill", "stroke", "color"};
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        atn_text_printf(out, "%s.picture:not(.fixed) [%s=\"%s\"] { %s: %s; }\n", "  ",
                        attributes[i], from, attributes[i], to);
}

void atn_picture_dark(atn_text *out)
{
    char name[NAME_SIZE], light[COLOR_SIZE], dark[COLOR_SIZE];
    atn_text_add(out, "@media screen and (prefers-color-scheme: dark) {\n");
    for (const char *s = theme("light.gp"); next_color(&s, name, light);)
        if (find_color("dark.gp", name, dark) && strcmp(light, dark) != 0)
            dark_rule(out, light, dark);
    if (find_color("dark.gp", "c_ink", dark)) {
        dark_rule(out, "#000000", dark);
        dark_rule(out, "black", dark);
    }
    atn_text_add(out, "}\n");
}

/* "rgb( 0,114, 178)" and "#0072b2" as "#0072B2"; words as they are.  False for anything else. */
static bool normal_color(char color[NAME_SIZE], const char *value, size_t n)
{
    char text[NAME_SIZE];
    int r, g, b, used = 0;
    if (n >= sizeof text) return false;
    snprintf(text, sizeof text, "%.*s", (int)n, value);
    if (sscanf(text, "rgb( %3d , %3d , %3d )%n", &r, &g, &b, &used) == 3 && used > 0 &&
        text[used] == '\0' && r >= 0 && r < 256 && g >= 0 && g < 256 && b >= 0 && b < 256) {
        snprintf(color, NAME_SIZE, "#%02X%02X%02X", (unsigned)r, (unsigned)g, (unsigned)b);
        return true;
    }
    const bool hex = text[0] == '#' && n == 7 && strspn(text + 1, "0123456789abcdefABCDEF") == 6;
    for (size_t i = 0; i < n; i++) {
        if (!hex && !isalpha((unsigned char)text[i])) return false;
        color[i] = hex ? (char)toupper((unsigned char)text[i]) : text[i];
    }
    color[n] = '\0';
    return n > 0;
}

/* ---- attributes ------------------------------------------------------------------------------ */

static bool is_among(const char *const *list, const char *name, size_t n)
{
    for (; *list; list++)
        if (strlen(*list) == n && strncmp(*list, name, n) == 0) return true;
    return false;
}

static bool is_it(const char *name, size_t n, const char *want)
{
    return strlen(want) == n && strncmp(name, want, n) == 0;
}

static const char *const kept[] = {"clip-path",
                                   "clipPathUnits",
                                   "cx",
                                   "cy",
                                   "d",
                                   "dx",
                                   "dy",
                                   "fill-opacity",
                                   "fill-rule",
                                   "filter",
                                   "filterUnits",
                                   "flood-color",
                                   "flood-opacity",
                                   "font-size",
                                   "font-style",
                                   "font-weight",
                                   "height",
                                   "in",
                                   "in2",
                                   "opacity",
                                   "operator",
                                   "patternUnits",
                                   "points",
                                   "r",
                                   "result",
                                   "rx",
                                   "ry",
                                   "shape-rendering",
                                   "stroke-dasharray",
                                   "stroke-linecap",
                                   "stroke-linejoin",
                                   "stroke-opacity",
                                   "stroke-width",
                                   "text-anchor",
                                   "width",
                                   "x",
                                   "x1",
                                   "x2",
                                   "xml:space",
                                   "y",
                                   "y1",
                                   "y2",
                                   NULL};
/* The page sets fonts; classes and groups are named for gnuplot's own use. */
static const char *const left_out[] = {"aria-labelledby", "class", "font-family", "role",
                                       "version",         "xmlns", "xmlns:xlink", NULL};
static const char *const colored[] = {"color", "fill", "stroke", NULL};

static void add_attribute(inliner *p, const char *name, size_t n, const char *before,
                          const char *value, size_t length)
{
    atn_text_printf(&p->body, " %.*s=\"%s", (int)n, name, before);
    atn_text_add_bytes(&p->body, value, length);
    atn_text_add(&p->body, "\"");
}

/* "#name" or "url(#name)" as a name of this picture's own. */
static bool add_reference(inliner *p, const char *name, size_t n, const char *value, size_t length)
{
    const bool url = length > 5 && strncmp(value, "url(#", 5) == 0;
    const size_t skip = url ? 5 : 1;
    char before[160];
    if (!url && (length < 2 || *value != '#')) return false;
    snprintf(before, sizeof before, "%s%s-", url ? "url(#" : "#", p->prefix);
    add_attribute(p, name, n, before, value + skip, length - skip);
    return true;
}

static bool add_color(inliner *p, const char *name, size_t n, const char *value, size_t length)
{
    char color[NAME_SIZE];
    if (length > 4 && strncmp(value, "url(", 4) == 0)
        return add_reference(p, name, n, value, length);
    if (!normal_color(color, value, length)) return false;
    if (color[0] == '#' && !is_known(color)) p->fixed = true;
    add_attribute(p, name, n, "", color, strlen(color));
    return true;
}

/* gnuplot names a bold face as a family of its own. */
static void add_face(inliner *p, const char *family, size_t length)
{
    for (const char *s = family; s + 5 <= family + length; s++)
        if (strncmp(s, ":Bold", 5) == 0) add_attribute(p, "font-weight", 11, "", "700", 3);
}

/* "translate(24.00,31.54)": how far down words stand. */
static void note_line(inliner *p, const char *value, size_t length)
{
    const char *comma = memchr(value, ',', length);
    const size_t digits = comma ? strspn(comma + 1, "0123456789.") : 0;
    double y;
    if (strncmp(value, "translate(", 10) == 0 && atn_number_parse(comma + 1, digits, &y))
        p->line = y;
}

/* One attribute of an element within the root. */
static bool add(inliner *p, const char *name, size_t n, const char *value, size_t length)
{
    char before[128];
    if (is_it(name, n, "font-family")) add_face(p, value, length);
    if (is_it(name, n, "transform") && memchr(value, ',', length)) note_line(p, value, length);
    if (is_among(left_out, name, n)) return true;
    if (is_it(name, n, "id")) {
        if (strncmp(value, "gnuplot_", 8) == 0) return true;
        snprintf(before, sizeof before, "%s-", p->prefix);
        add_attribute(p, name, n, before, value, length);
        return true;
    }
    if (is_it(name, n, "xlink:href") || is_it(name, n, "href"))
        return add_reference(p, "href", 4, value, length);
    if (is_it(name, n, "filter") || is_it(name, n, "clip-path"))
        return add_reference(p, name, n, value, length);
    if (is_among(colored, name, n)) return add_color(p, name, n, value, length);
    if (!is_among(kept, name, n) && !is_it(name, n, "transform")) return false;
    if (memchr(value, '(', length) && !is_it(name, n, "transform")) return false;
    add_attribute(p, name, n, "", value, length);
    return true;
}

static bool add_to_root(inliner *p, const char *name, size_t n, const char *value, size_t length)
{
    if (!is_it(name, n, "viewBox"))
        return is_among(left_out, name, n) || is_it(name, n, "width") || is_it(name, n, "height");
    const char *s = value, *end = value + length;
    for (size_t i = 0; i < 4; i++) {
        s += strspn(s, " ");
        const size_t digits = strspn(s, "0123456789.");
        if (s + digits > end || !atn_number_parse(s, digits, &p->view[i])) return false;
        s += digits;
    }
    return s == end && p->view[2] > 0 && p->view[3] > 0;
}

/* Reads the attributes of a tag, up to its closing bracket; *alone: it closes itself. */
static bool read_attributes(inliner *p, bool root, bool *alone)
{
    const char *s = p->at;
    for (;;) {
        s += strspn(s, " \t\r\n");
        *alone = *s == '/';
        if (*s == '/') s++;
        if (*s == '>') break;
        const char *name = s;
        const size_t n = strcspn(s, " \t\r\n=<>\"'/");
        s += n;
        s += strspn(s, " \t\r\n");
        if (n == 0 || *s != '=') return false;
        s++;
        s += strspn(s, " \t\r\n");
        const char quote = *s;
        if (quote != '"' && quote != '\'') return false;
        const char *value = ++s, *end = strchr(s, quote);
        if (!end || strcspn(value, "<>&\"'") < (size_t)(end - value)) return false;
        const size_t length = (size_t)(end - value);
        if (!(root ? add_to_root(p, name, n, value, length) : add(p, name, n, value, length)))
            return false;
        s = end + 1;
    }
    p->at = s + 1;
    return true;
}

/* ---- tags ------------------------------------------------------------------------------------ */

static const char *const elements[] = {
    "circle", "clipPath", "defs",    "ellipse",  "feComposite", "feFlood", "filter", "g",   "line",
    "path",   "pattern",  "polygon", "polyline", "rect",        "text",    "tspan",  "use", NULL};

/* The next character of a text that may be written with entities, a straight quote as a round one.
 */
static const char *next_character(const char *s, char out[5])
{
    static const char *const entities[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"'", "\xe2\x80\x99"}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (strncmp(s, entities[i][0], strlen(entities[i][0])) != 0) continue;
        snprintf(out, 5, "%s", entities[i][1]);
        return s + strlen(entities[i][0]);
    }
    size_t n = 1;
    while (n < 4 && ((unsigned char)s[n] & 0xc0) == 0x80) n++;
    snprintf(out, 5, "%.*s", (int)n, s);
    return s + n;
}

/* What of the headline follows this line of it, which ends at a '<'; NULL where it is another. */
static const char *after_line(const char *headline, const char *line)
{
    char a[5], b[5];
    headline += strspn(headline, " ");
    line += strspn(line, " ");
    if (!*headline || *line == '<') return NULL;
    while (*line && *line != '<') {
        if (*line == ' ' && line[strspn(line, " ")] == '<') break;
        if (!*headline) return NULL;
        line = next_character(line, a);
        /* In the headline an ampersand is one. */
        const bool plain = *headline == '&';
        const char *rest = plain ? headline + 1 : next_character(headline, b);
        if (plain) snprintf(b, sizeof b, "&");
        if (strcmp(a, b) != 0) return NULL;
        headline = rest;
    }
    return headline + strspn(headline, " ");
}

/* Whether words at `text` stand in a bold group; headlines do, tic labels do not. */
static bool is_bold(const char *svg, const char *text)
{
    const char *tag = text;
    while (tag > svg && *--tag != '<') {
    }
    const char *face = strstr(tag, ":Bold"), *weight = strstr(tag, "font-weight=\"bold\"");
    return (face && face < text) || (weight && weight < text);
}

/* Whether the bold words of the picture begin with the headline, whole. */
static bool opens_with(const char *svg, const char *headline)
{
    for (const char *s = strstr(svg, "<text"); s && *headline; s = strstr(s, "<text")) {
        const bool bold = is_bold(svg, s);
        s += strcspn(s, ">");
        const char *rest = bold && *s ? after_line(headline, s + 1) : NULL;
        if (rest) headline = rest;
    }
    return !*headline;
}

/* At an opened text: whether it is the next line of the headline, which the page says itself. */
static bool is_headline(inliner *p, const char *tag)
{
    const bool bold = *p->headline && is_bold(p->svg, tag);
    const char *rest = bold ? after_line(p->headline, p->at) : NULL;
    if (rest) p->headline = rest;
    return rest != NULL;
}

/* Past an element whose content is left out. */
static bool skip_element(inliner *p, const char *name, size_t n)
{
    char close[NAME_SIZE];
    snprintf(close, sizeof close, "</%.*s>", (int)n, name);
    const char *end = strstr(p->at, close);
    if (end) p->at = end + strlen(close);
    return end != NULL;
}

static void take_back(atn_text *body, size_t length)
{
    if (body->failed) return;
    body->length = length;
    body->data[length] = '\0';
}

static bool read_opening(inliner *p)
{
    const char *name = p->at + 1;
    const size_t n = strcspn(name, " \t\r\n/>");
    const bool root = p->depth == 0;
    bool alone;
    p->at = name + n;
    if (!root && (is_it(name, n, "title") || is_it(name, n, "desc")))
        return skip_element(p, name, n);
    if (root ? !is_it(name, n, "svg") : !is_among(elements, name, n)) return false;
    const size_t begin = p->body.length;
    if (!root) atn_text_printf(&p->body, "<%.*s", (int)n, name);
    if (!read_attributes(p, root, &alone) || (root && alone)) return false;
    if (!root) atn_text_add(&p->body, alone ? "/>" : ">");
    if (alone) return true;
    if (is_it(name, n, "text")) {
        if (is_headline(p, name - 1)) {
            take_back(&p->body, begin);
            return skip_element(p, name, n);
        }
        if (p->line < p->top) p->top = p->line;
    }
    if (p->depth == MAX_DEPTH) return false;
    p->begin[p->depth] = begin;
    p->end[p->depth] = p->body.length;
    snprintf(p->open[p->depth], NAME_SIZE, "%.*s", (int)n, name);
    p->depth++;
    return true;
}

/* Groups that hold nothing, of which gnuplot writes many, are taken back. */
static bool read_closing(inliner *p)
{
    const char *name = p->at + 2;
    const size_t n = strcspn(name, ">");
    if (p->depth == 0 || name[n] != '>' || !is_it(name, n, p->open[p->depth - 1])) return false;
    p->at = name + n + 1;
    p->depth--;
    if (p->depth == 0) return true;
    if (p->body.length == p->end[p->depth] && is_it(name, n, "g"))
        take_back(&p->body, p->begin[p->depth]);
    else
        atn_text_printf(&p->body, "</%.*s>", (int)n, name);
    return true;
}

static void read_text(inliner *p)
{
    const size_t n = strcspn(p->at, "<");
    const bool words = p->depth > 0 && (strcmp(p->open[p->depth - 1], "text") == 0 ||
                                        strcmp(p->open[p->depth - 1], "tspan") == 0);
    if (words) atn_text_add_bytes(&p->body, p->at, n);
    p->at += n;
}

static bool read_all(inliner *p)
{
    while (*p->at) {
        if (*p->at != '<') {
            read_text(p);
        } else if (strncmp(p->at, "<!--", 4) == 0 || strncmp(p->at, "<?", 2) == 0) {
            const char *end = strstr(p->at, p->at[1] == '?' ? "?>" : "-->");
            if (!end) return false;
            p->at = end + (*end == '?' ? 2 : 3);
        } else if (p->at[1] == '/') {
            if (!read_closing(p)) return false;
            if (p->depth == 0) return true;
        } else if (!read_opening(p)) {
            return false;
        }
    }
    return false;
}

/* The root's opening tag: the picture begins above its first words. */
static void open_root(atn_text *out, const inliner *p, bool cropped)
{
    enum { ABOVE = 18 };
    const double top = cropped && p->top > ABOVE && p->top < p->view[3] ? p->top - ABOVE : 0;
    const double view[4] = {p->view[0], p->view[1] + top, p->view[2], p->view[3] - top};
    atn_text_printf(out,
                    "<svg class=\"picture%s\" role=\"img\" aria-labelledby=\"%s-title %s-desc\"",
                    p->fixed ? " fixed" : "", p->prefix, p->prefix);
    for (size_t i = 0; i < 4; i++) {
        char number[64];
        atn_number_fixed(view[i], 0, number);
        atn_text_printf(out, "%s%s", i ? " " : " viewBox=\"", number);
    }
    atn_text_add(out, "\">\n");
}

static void add_words(atn_text *out, const char *element, const char *name, const char *text)
{
    atn_text_printf(out, "<%s id=\"%s-%s\">", element, name, element);
    atn_escape_xml(out, text);
    atn_text_printf(out, "</%s>\n", element);
}

bool atn_picture_inline(atn_text *out, const char *svg, const char *name, const char *headline,
                        const char *alt)
{
    const bool cropped = opens_with(svg, headline);
    inliner *p = ATN_NEW(out->ctx, inliner);
    if (!p) {
        out->failed = true;
        return false;
    }
    *p = (inliner){.svg = svg,
                   .at = svg,
                   .prefix = name,
                   .headline = cropped ? headline : "",
                   .top = INFINITY};
    atn_text_init(&p->body, out->ctx);
    const bool good = read_all(p) && p->view[2] > 0 && !p->body.failed;
    if (good) {
        open_root(out, p, cropped);
        add_words(out, "title", name, headline);
        add_words(out, "desc", name, alt);
        atn_text_add(out, p->body.data ? p->body.data : "");
        atn_text_add(out, "\n</svg>\n");
    }
    if (p->body.failed) out->failed = true;
    atn_text_free(&p->body);
    atn_free(out->ctx, p);
    return good;
}
