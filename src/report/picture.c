/* Finishing what gnuplot drew: an SVG that says what it shows. */
#include "picture.h"

#include <string.h>

#include "base/text.h"

/* Copies `svg` up to and with `mark`, or nothing when the mark is missing. */
static const char *copy_to(atn_text *out, const char *svg, const char *mark)
{
    const char *at = svg ? strstr(svg, mark) : NULL;
    if (!at) return NULL;
    atn_text_add_bytes(out, svg, (size_t)(at - svg) + strlen(mark));
    return at + strlen(mark);
}

/* One tag: browsers know no "Family:Bold", and few readers have the family. */
static void add_tag(atn_text *out, const char *tag, size_t n)
{
    static const char key[] = "font-family=\"", bold[] = ":Bold";
    const char *const end = tag + n, *at = strstr(tag, key);
    const char *name = at ? at + sizeof key - 1 : end;
    const char *close = name < end ? memchr(name, '"', (size_t)(end - name)) : NULL;
    if (!close) {
        atn_text_add_bytes(out, tag, n);
        return;
    }
    const size_t length = (size_t)(close - name), ending = sizeof bold - 1;
    const bool is_bold = length > ending && memcmp(close - ending, bold, ending) == 0;
    atn_text_add_bytes(out, tag, (size_t)(name - tag));
    atn_text_add_bytes(out, name, is_bold ? length - ending : length);
    atn_text_add(out, ", Verdana, sans-serif\"");
    if (is_bold) atn_text_add(out, " font-weight=\"bold\"");
    atn_text_add_bytes(out, close + 1, (size_t)(end - close - 1));
}

/* gnuplot leaves "]]>" in text as it is, which XML does not allow there. */
static void add_words(atn_text *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const bool ends = text[i] == '>' && i >= 2 && text[i - 1] == ']' && text[i - 2] == ']';
        atn_text_add_bytes(out, ends ? "&gt;" : text + i, ends ? 4 : 1);
    }
}

/* The rest of the picture with fonts that a browser can follow; text stays as it is. */
static void add_rest(atn_text *out, const char *svg)
{
    for (const char *at = svg; *at;) {
        const size_t text = strcspn(at, "<");
        add_words(out, at, text);
        at += text;
        const char *close = strchr(at, '>');
        const size_t n = close ? (size_t)(close - at) + 1 : strlen(at);
        if (n > 0) add_tag(out, at, n);
        at += n;
    }
}

bool atn_picture_finish(atn_text *out, const char *svg, const atn_chart *chart)
{
    const char *at = copy_to(out, svg, "<svg ");
    if (at) atn_text_add(out, "role=\"img\" aria-labelledby=\"title desc\" ");
    const char *title = at ? strstr(at, "<title>") : NULL;
    const char *title_end = title ? strstr(title, "</title>") : NULL;
    const char *desc = title_end ? strstr(title_end, "<desc>") : NULL;
    const char *desc_end = desc ? strstr(desc, "</desc>") : NULL;
    if (!desc_end) return false;
    atn_text_add_bytes(out, at, (size_t)(title - at));
    atn_text_add(out, "<title id=\"title\">");
    atn_escape_xml(out, chart->headline.data ? chart->headline.data : "");
    atn_text_add(out, "</title>\n<desc id=\"desc\">");
    atn_escape_xml(out, chart->alt.data ? chart->alt.data : "");
    add_rest(out, desc_end);
    return true;
}
