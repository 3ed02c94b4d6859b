/* How wide text will be: advance widths of DejaVu Sans (thousandths of the size, U+0020 to U+007E),
 * the font that the charts ask for and Debian installs with gnuplot. */
#include "chart_internal.h"

#include <string.h>

static const short REGULAR[95] = {
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838};
static const short BOLD[95] = {
    348,  456, 521, 838, 696, 1002, 872, 306,  457, 457, 523, 838, 380, 415,  380, 365,
    696,  696, 696, 696, 696, 696,  696, 696,  696, 696, 400, 400, 838, 838,  838, 580,
    1000, 774, 762, 734, 830, 683,  683, 821,  837, 372, 372, 775, 637, 995,  837, 850,
    733,  850, 770, 720, 682, 812,  774, 1103, 771, 724, 725, 457, 365, 457,  838, 500,
    500,  675, 716, 593, 716, 678,  435, 716,  712, 343, 343, 665, 343, 1042, 712, 687,
    716,  716, 493, 595, 478, 712,  652, 924,  645, 652, 582, 712, 365, 712,  838};

enum {
    OTHER = 700,
    WIDE = 1000
}; /* beyond ASCII: letters with accents; scripts with square signs */

static size_t sequence(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

static const char NO_BREAK[] = "\xc2\xa0", NARROW[] = "\xe2\x80\xaf"; /* spaces */

/* Of what is not ASCII. */
static short other_width(const char *text)
{
    if (strncmp(text, NO_BREAK, 2) == 0) return REGULAR[0];
    if (strncmp(text, NARROW, 3) == 0) return 200;
    return (unsigned char)*text >= 0xe2 ? WIDE : OTHER;
}

/* Of the character that begins here, in thousandths of the size. */
static short advance(const char *text, bool bold)
{
    const unsigned char c = (unsigned char)*text;
    if (c >= 0x20 && c < 0x7f) return bold ? BOLD[c - 0x20] : REGULAR[c - 0x20];
    return other_width(text);
}

double atn_text_width(const char *text, size_t n, double size, bool bold)
{
    long sum = 0;
    for (size_t i = 0; i < n; i += sequence((unsigned char)text[i])) sum += advance(text + i, bold);
    return (double)sum * size / 1000.0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A line may break at this space, unless it stands inside a date or before a percent sign. */
static bool may_break(const char *text, size_t at)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text[at + 1] == '%') return false;
    for (const char *m = months; *m; m += 3) {
        const bool after = at > 0 && is_digit(text[at - 1]) && strncmp(text + at + 1, m, 3) == 0;
        const bool before = at >= 3 && strncmp(text + at - 3, m, 3) == 0 && is_digit(text[at + 1]);
        if (after || before) return false;
    }
    return true;
}

/* Bytes of the characters that fit; *space and *hyphen: of those up to the last of either, 0 where
 * there is none. */
static size_t measure(const char *text, double size, bool bold, double width, size_t *space,
                      size_t *hyphen)
{
    const size_t length = strlen(text);
    long sum = 0;
    size_t n = 0;
    *space = *hyphen = 0;
    while (n < length) {
        const size_t next = n + sequence((unsigned char)text[n]);
        sum += advance(text + n, bold);
        if (next > length || (double)sum * size / 1000.0 > width) break;
        if (text[next] == ' ' && may_break(text, next)) *space = next;
        if (text[n] == '-' || text[n] == '_') *hyphen = next; /* of a long identifier */
        n = next;
    }
    return n;
}

size_t atn_text_fit(const char *text, double size, bool bold, double width)
{
    size_t space, hyphen;
    const size_t fits = measure(text, size, bold, width, &space, &hyphen);
    if (!text[fits]) return fits;
    return space ? space : hyphen ? hyphen : fits ? fits : sequence((unsigned char)*text);
}

size_t atn_text_cut(const char *text, double size, bool bold, double width)
{
    size_t space, hyphen;
    return measure(text, size, bold, width, &space, &hyphen);
}
