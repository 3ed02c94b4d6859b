#!/bin/sh
# attain render: templates filled from a finished run; assertions; numbers.tex.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
expect 'a run to speak of' 0 '*' '' run study --no-charts --quiet -o run
rm -rf study

cat >note.md.mustache <<'T'
{{! what the paper prints }}
# {{study/title}}
{{goals/year-40k/target | grouped}} visits by {{goals/year-40k/deadline | date}}:
{{goals/year-40k/probability | words | capital}}.
{{#assert}}goals/year-40k/target == 40000{{/assert}}
{{> signed}}
T
printf 'as of {{study/as_of | date short}}\n' >signed.md
expect 'a template' 0 @render.md '' render run note.md.mustache
expect 'of the file of a run' 0 @render.md '' render run/results.json note.md.mustache
expect 'into a file' 0 '' '' render run note.md.mustache -o out.md
holds 'the same bytes' cmp out.md "$GOLDEN/render.md"
"$ATTAIN" render run - <note.md.mustache >"$OUT" 2>"$ERR"
code=$?
judge 'from standard input, where partials end otherwise' 2 '' \
    '~standard input:6:1: error: no partial "signed": beside the template is neither signed.mustache'
mv signed.md signed.mustache
"$ATTAIN" render run - --escape markdown <note.md.mustache >"$OUT" 2>"$ERR"
code=$?
judge 'from standard input' 0 @render.md ''
"$ATTAIN" render - note.md.mustache <run/results.json >"$OUT" 2>"$ERR"
code=$?
judge 'results from standard input' 0 @render.md ''
expect 'both from there' 2 '' '~cannot both come from standard input' render - -

printf '{{goals/year-40k/target | grouped}}<{{study/title}}' >n.txt
expect 'no line end that is not there' 0 '=40,000<A small study' '' render run n.txt
holds 'no byte more' test "$(wc -c <"$OUT")" -eq 20
expect 'numbers with points' 0 '=40.000<A small study' '' render run n.txt --number-style point
expect 'with narrow spaces' 0 "=$(printf '40\342\200\257000<A small study')" '' \
    render run n.txt --number-style space
printf '{{fit/method}} & {{{fit/method}}} {{gone}} {{p}}' >x.html
expect 'names that are not there' 0 '=map & map  ' '' render run x.html
printf '{{#parameters}}{{name}};{{/parameters}}' >names.txt
expect 'as LaTeX' 0 '~definition.all;visits.' '' render run names.txt --escape latex

# Assertions.
printf '%s\n' 'sure' '{{#assert}}goals/year-40k/probability > 1{{/assert}}' '{{#assert}}' \
    'fit/draws == 1' 'study/as_of <= 2020-01-01' '{{/assert}}' >sure.md
expect 'prose that the numbers do not support' 1 '' \
    '~attain: the numbers no longer support the text (3 assertions failed); nothing was written' \
    render run sure.md -o sure.out
holds 'each is named' grep -q '^sure.md:2:12: error: assertion failed: goals/year-40k/probability > 1 (it is ' "$ERR"
holds 'with its value' grep -q '^sure.md:4:1: error: assertion failed: fit/draws == 1 (it is [0-9]*) \[assertion-failed\]$' "$ERR"
holds 'dates too' grep -q '^sure.md:5:1: error: .*2020-01-01 (it is 2025-' "$ERR"
holds 'nothing is written' test ! -e sure.out
echo kept >sure.out
expect 'nor replaced' 1 '' '*' render run sure.md -o sure.out
holds 'what was there' test "$(cat sure.out)" = kept
expect 'dates may be asserted of a run' 1 '*' '~assertion failed: study/as_of < 2020-01-01 (it is 2025-' \
    run "$SOURCE/tests/cli/study" -o - --assert 'study/as_of < 2020-01-01'
expect 'in either direction' 0 '*' '' \
    run "$SOURCE/tests/cli/study" -o - --assert 'study/as_of >= 2020-01-01'

# Mistakes: all at once, each with its place.
printf '%s\n' '{{#a}}' '{{goals/year-40k/probability | wrods}}' '{{/b}}' '{{x' >bad.md
expect 'a broken template' 2 '' '~bad.md:2:1: error: no filter "wrods"; did you mean "words"?' \
    render run bad.md
holds 'a stray close' grep -q '^bad.md:3:1: error: a closing tag of what is not open: "b" \[stray-close\]$' "$ERR"
holds 'an unclosed tag' grep -q '^bad.md:4:1: error: a tag is never closed' "$ERR"
holds 'an unclosed section' grep -q '^bad.md:1:1: error: a section is never closed: "a"' "$ERR"
printf '%s\n' 'x {{goals/year-4k/probability}}' '{{#assert}}goals/year-40k/probability{{/assert}}' >typo.md
expect 'an address that is not there' 2 '' \
    '~typo.md:1:3: error: "goals/year-4k/probability": no "year-4k" there; did you mean "year-40k"?' \
    render run typo.md
holds 'a malformed assertion' grep -q '^typo.md:2:12: error: expected ADDRESS, one of' "$ERR"
printf '{{> ../secret}}' >up.md
expect 'out of the folder' 2 '' "~a partial is a file in the template's folder" render run up.md
printf '{{> self}}' >self.md
expect 'a partial of itself' 2 '' '~partials nest more than 32 deep: ... > self > self' render run self.md
printf 'a\000b' >nul.md
expect 'a NUL byte' 2 '' '~nul.md:1:2: error: a template is UTF-8 text without NUL bytes' render run nul.md
expect 'no such template' 5 '' "~cannot read 'nowhere.md'" render run nowhere.md
expect 'a folder for a template' 5 '' '*' render run run
expect 'no such run' 5 '' '~nowhere' render nowhere n.txt
printf '{}' >other.json
expect 'no results' 5 '' '~attain/schema' render other.json n.txt
expect 'one argument' 2 '' '~an argument is missing' render run
expect 'an unknown language' 2 '' '~"--escape" needs text, html, latex, markdown or csv' \
    render run n.txt --escape pdf
expect 'a language misspelt' 2 '' '~did you mean "latex"?' render run n.txt --escape latx
expect 'an unknown style' 2 '' '~"--number-style" needs comma, space or point' \
    render run n.txt --number-style dots
expect 'where no file can be' 5 '' '*' render run n.txt -o n.txt/out
sed 's/"status": "ok"/"status": "warn"/' run/results.json >warned.json
expect 'strict on a run with warnings' 1 '' '~the run had warnings' render warned.json n.txt --strict
sed 's/"status": "ok"/"status": "gate_failed"/' run/results.json >gated.json
expect 'a gate that failed' 0 '*' "=attain: the run's answer has warnings: see gates in the results" \
    render gated.json n.txt

# numbers.tex: what show prints.
value=$("$ATTAIN" show run goals/year-40k/probability)
holds 'numbers.tex' grep -qxF "\\attainset{value}{goals/year-40k/probability}{$value}" run/numbers.tex
holds 'by its full address' \
    grep -qxF "\\attainset{value}{goals/year-40k/paid/total/probability}{$value}" run/numbers.tex
if command -v pdflatex >/dev/null; then
    cat >paper.tex <<'T'
\documentclass{article}
\input{run/numbers}
\begin{document}
\section{On \attain[round]{goals/year-40k/target}}
\attain{goals/year-40k/words}, \attain[percent]{goals/year-40k/probability},
\attain[date]{goals/year-40k/deadline}, \edef\x{\attainvalue{goals/year-40k/paid/total/required_pace}}\x
\end{document}
T
    holds 'which LaTeX reads' pdflatex -halt-on-error -interaction=nonstopmode paper.tex >/dev/null
else
    echo 'skipped: no pdflatex'
fi

# The page's example comes out as printed there.
page=$SOURCE/docs/templates.md
awk '/^```mustache$/ { on = 1; next } /^```$/ { on = 0 } on' "$page" >trees.md.mustache
awk '/^```markdown$/ { on = 1; next } /^```$/ { on = 0 } on' "$page" >trees.want
expect 'its study' 0 '' '*' init trees
expect 'its run' 0 '*' '' run trees --no-charts --quiet
expect 'its template' 0 '*' '' render trees/results trees.md.mustache
holds 'as the page says' cmp "$OUT" trees.want
for filter in words percent round digits grouped date interval count reading capital or; do
    holds "templates.md names $filter" grep -q "^| \`$filter" "$page"
done

# The shipped paragraph: its words hold for the shipped figures, and not for those of April.
shipped=$SOURCE/models/us-enforcement-2025
for day in 2025-10-28 2025-04-15; do
    "$ATTAIN" run "$shipped" --fit map --no-charts --quiet --as-of $day -o us-$day >"$OUT" 2>"$ERR"
    code=$?
    [ "$code" -ne 1 ] || code=0 # an answer with warnings is an answer
    judge "the shipped study on $day" 0 '*' '*'
done
expect 'its paragraph' 0 '~chance is' '*' render us-2025-10-28 "$shipped/paragraph.md.mustache"
expect 'which would have been wrong then' 1 '' '~assertion failed: goals/first-year-600k/' \
    render us-2025-04-15 "$shipped/paragraph.md.mustache"
finish
