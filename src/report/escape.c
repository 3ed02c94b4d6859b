/* Text of the user's never becomes code: one escaper for each language we write. */
#include "report_internal.h"

#include <string.h>

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || (unsigned char)c == 0x7f;
}

/* Marks that turn all that follows them, ours too (U+202A to 202E, 2066 to 2069): people's scripts
 * read rightly without.  Their length in bytes, else 0. */
static size_t turning(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] != 0xe2) return 0;
    if (u[1] == 0x80 && u[2] >= 0xaa && u[2] <= 0xae) return 3;
    return u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9 ? 3 : 0;
}

void atn_escape_plain(atn_text *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (turning(s)) {
            s += turning(s) - 1;
            continue;
        }
        const char c = is_control(*s) ? ' ' : *s;
        atn_text_add_bytes(out, &c, 1);
    }
}

/* Spreadsheets run cells that open with these (OWASP, "CSV injection"). */
static bool is_formula(const char *text)
{
    return *text && strchr("=+-@\t\r", *text);
}

void atn_escape_csv(atn_text *out, const char *text)
{
    const size_t n = strlen(text);
    const bool guard = is_formula(text);
    const bool quote = guard || strpbrk(text, ",\"\r\n") || (n > 0 && *text == ' ') ||
                       (n > 0 && text[n - 1] == ' ');
    if (!quote) {
        atn_text_add(out, text);
        return;
    }
    atn_text_add(out, guard ? "\"'" : "\"");
    for (const char *s = text; *s; s++) {
        if (*s == '"') atn_text_add(out, "\"");
        atn_text_add_bytes(out, s, 1);
    }
    atn_text_add(out, "\"");
}

void atn_escape_json(atn_text *out, const char *text)
{
    atn_text_add(out, "\"");
    for (const char *s = text; *s; s++) {
        if (*s == '"' || *s == '\\') {
            atn_text_add(out, "\\");
            atn_text_add_bytes(out, s, 1);
        } else if (*s == '\n') {
            atn_text_add(out, "\\n");
        } else if (is_control(*s)) {
            atn_text_printf(out, "\\u%04x", (unsigned)(unsigned char)*s);
        } else {
            atn_text_add_bytes(out, s, 1);
        }
    }
    atn_text_add(out, "\"");
}

void atn_escape_markdown(atn_text *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (turning(s)) {
            s += turning(s) - 1;
            continue;
        }
        const char c = is_control(*s) ? ' ' : *s;
        if (c == '<')
            atn_text_add(out, "&lt;");
        else if (c == '>')
            atn_text_add(out, "&gt;");
        else if (c == '&')
            atn_text_add(out, "&amp;");
        else if (c == ':' && strncmp(s, "://", 3) == 0)
            atn_text_add(out, "&#58;"); /* bare addresses must not become links */
        else {
            if (strchr("\\`*_{}[]#|~!$", c)) atn_text_add(out, "\\");
            atn_text_add_bytes(out, &c, 1);
        }
    }
}

/* Marks that turn or join text (U+200B to 200F, 202A to 202E, 2060 to 206F, FEFF): pdflatex knows
 * none of them and stops.  Their length in bytes, else 0. */
static size_t invisible(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] == 0xef && u[1] == 0xbb && u[2] == 0xbf) return 3;
    if (u[0] != 0xe2) return 0;
    if (u[1] == 0x80 && ((u[2] >= 0x8b && u[2] <= 0x8f) || (u[2] >= 0xaa && u[2] <= 0xae)))
        return 3;
    return u[1] == 0x81 && u[2] >= 0xa0 && u[2] <= 0xaf ? 3 : 0;
}

/* What stands for a character that LaTeX acts on; NULL for one that is itself. */
static const char *latex_command(char c)
{
    switch (c) {
    case '\\': return "\\textbackslash{}";
    case '{': return "\\{";
    case '}': return "\\}";
    case '$': return "\\$";
    case '&': return "\\&";
    case '#': return "\\#";
    case '%': return "\\%";
    case '_': return "\\_";
    case '^': return "\\textasciicircum{}";
    case '~': return "\\textasciitilde{}";
    case '<': return "\\textless{}";
    case '>': return "\\textgreater{}";
    case '|': return "\\textbar{}";
    case '`': return "\\textasciigrave{}";
    case '"': return "\\char34{}"; /* active in some languages of babel */
    default: return NULL;
    }
}

/* Most of a text, and all of a number: characters that are themselves wherever they stand. */
static size_t plain_run(const char *s)
{
    size_t n = 0;
    while ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9') ||
           (s[n] >= 'A' && s[n] <= 'Z') || s[n] == '.' || s[n] == ' ')
        n++;
    return n;
}

void atn_escape_latex(atn_text *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        const size_t plain = plain_run(s);
        atn_text_add_bytes(out, s, plain);
        s += plain;
        if (!*s) break;
        const char c = is_control(*s) ? ' ' : *s;
        const char *command = latex_command(c);
        const size_t unseen = invisible(s);
        if (unseen > 0) {
            s += unseen - 1;
        } else if (strncmp(s, "\xe2\x80\xaf", 3) == 0) { /* the narrow space of large numbers */
            atn_text_add(out, "\\,");
            s += 2;
        } else if (strncmp(s, "\xc2\xa0", 2) == 0) {
            atn_text_add(out, "~");
            s += 1;
        } else if (command) {
            atn_text_add(out, command);
        } else {
            if (s > text && s[-1] == c && strchr("-,'", c)) atn_text_add(out, "{}");
            atn_text_add_bytes(out, &c, 1);
        }
    }
}

/* Doubling a quote does not do: gnuplot 5.4 takes one that opens a string, or follows another
 * doubled one, for the string's end, and the script breaks.  A typographic apostrophe says the same
 * and is no quote. */
void atn_escape_gnuplot(atn_text *out, const char *text)
{
    atn_text_add(out, "'");
    for (const char *s = text; *s; s++) {
        if (turning(s)) {
            s += turning(s) - 1;
            continue;
        }
        const char c = is_control(*s) ? ' ' : *s;
        if (c == '\'')
            atn_text_add(out, "\xe2\x80\x99");
        else
            atn_text_add_bytes(out, &c, 1);
    }
    atn_text_add(out, "'");
}

void atn_escape_xml_part(atn_text *out, const char *text, size_t length)
{
    for (const char *s = text; s < text + length; s++) {
        if (turning(s)) {
            s += turning(s) - 1;
            continue;
        }
        switch (*s) {
        case '<': atn_text_add(out, "&lt;"); break;
        case '>': atn_text_add(out, "&gt;"); break;
        case '&': atn_text_add(out, "&amp;"); break;
        case '"': atn_text_add(out, "&quot;"); break;
        case '\'': atn_text_add(out, "&#39;"); break;
        default: {
            const char c = is_control(*s) ? ' ' : *s;
            atn_text_add_bytes(out, &c, 1);
        }
        }
    }
}

void atn_escape_xml(atn_text *out, const char *text)
{
    atn_escape_xml_part(out, text, strlen(text));
}
