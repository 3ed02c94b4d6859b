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

/* gnuplot leaves "]]>" in text as it is, which XML does not allow there. */
static void copy_rest(atn_text *out, const char *at)
{
    for (const char *end; (end = strstr(at, "]]>")); at = end + 3) {
        atn_text_add_bytes(out, at, (size_t)(end - at));
        atn_text_add(out, "]]&gt;");
    }
    atn_text_add(out, at);
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
    copy_rest(out, desc_end);
    return true;
}
