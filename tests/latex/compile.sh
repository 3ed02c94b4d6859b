#!/bin/bash
# What LaTeX makes of a run: numbers.tex in a paper of its own, and every LaTeX export's example.
# Needs pdflatex and ATTAIN (the command); works in a folder of its own.
#
#   ATTAIN=build/bin/attain tests/latex/compile.sh
set -u -o pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
attain=$(realpath "${ATTAIN:?the command}")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() { # WHAT [LOG]
    echo "FAILED $1"
    [ $# -lt 2 ] || tail -n 30 "$2"
    failures=$((failures + 1))
}

latex() { # FILE, in this folder
    pdflatex -halt-on-error -interaction=nonstopmode "$1" >"$1.out" 2>&1
}

study=$source/models/us-enforcement-2025
"$attain" run "$study" --fit map --no-charts --quiet -o run --scenarios "$study/scenarios.json" \
    >/dev/null 2>run.err
[ $? -le 1 ] || fail 'the run' run.err

# The address of the manual, in text, in a heading and expanded.
cat >paper.tex <<'T'
\documentclass{article}
\usepackage[utf8]{inputenc}
\input{run/numbers}
\begin{document}
\section{A chance of \attain[percent]{goals/first-year-600k/dhs/probability}}
The chance is \attain{goals/first-year-600k/dhs/probability}
(\attain{goals/first-year-600k/dhs/words}), by the median on
\attain[date]{goals/first-year-600k/dhs/date/0.5};
\attain{reports/1/sentence}
\typeout{ANSWER=\attainvalue{goals/first-year-600k/dhs/probability}}
\end{document}
T
begin=$(date +%s%N)
latex paper.tex || fail 'numbers.tex in a paper' paper.tex.out
echo "a paper with numbers.tex: $((($(date +%s%N) - begin) / 1000000)) ms"
want=$("$attain" show run goals/first-year-600k/dhs/probability)
grep -qxF "ANSWER=$want" paper.log || fail "the paper does not say $want"
sed 's/600k/601k/' paper.tex >typo.tex
latex typo.tex && fail 'an address that is not there'
grep -q 'No percent at the address goals/first-year-601k' typo.log || fail 'it is not named' typo.log

# Every export compiles as it is, and nothing sticks out of the page.
for name in us-enforcement-2025 approval seed-figures trees; do
    case $name in
    us-enforcement-2025) result=run ;;
    trees) "$attain" init trees --quiet && result=trees/results ;;
    *) result=results-$name ;;
    esac
    [ -e $result ] || "$attain" run "$([ $name = trees ] && echo trees || echo "$source/models/$name")" \
        --fit map --no-charts --quiet -o $result >/dev/null 2>&1
    "$attain" export $result latex -o tex-$name --quiet || fail "$name: export"
    (cd tex-$name && latex example.tex && latex example.tex) || fail $name tex-$name/example.tex.out
    ! grep -q 'Overfull .hbox' tex-$name/example.log || fail "$name: a line sticks out" tex-$name/example.log
done

# Texts that LaTeX would act on.
sed 's/"title": "[^"]*"/"title": "\\\\input{\/etc\/passwd} $x_y^z$ 50 % \& # ~ {} \\u00e9"/; s/"label": "[^"]*"/"label": "\\\\write18{touch PWNED} \\\\end{document}"/' \
    run/results.json >nasty.json
"$attain" export nasty.json latex -o nasty --quiet || fail 'nasty: export'
(cd nasty && latex example.tex) || fail nasty nasty/example.tex.out
[ -z "$(find . -name PWNED)" ] || fail 'a label was run'
[ $failures -eq 0 ]
