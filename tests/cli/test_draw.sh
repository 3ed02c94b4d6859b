#!/bin/sh
# Charts: gnuplot there, missing, failing, hanging; in every case the rest of the run is whole.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
mkdir bin
fake() { # fake SCRIPT: a gnuplot of our own, first on PATH
    printf '#!/bin/sh\n%s\n' "$1" >bin/gnuplot
    chmod +x bin/gnuplot
}
with() { # with NAME CODE OUT ERR PATH arguments...
    name=$1 want=$2 out=$3 err=$4 path=$5
    shift 5
    (PATH=$path exec "$ATTAIN" "$@") >"$OUT" 2>"$ERR" </dev/null
    code=$?
    judge "$name" "$want" "$out" "$err"
}
whole() { # whole NAME FOLDER: everything but pictures stands
    holds "$1: results" test -s "$2/results.json"
    holds "$1: report" test -s "$2/report.md"
    holds "$1: page" grep -q '</html>' "$2/report.html"
    holds "$1: scripts" sh -c "ls $2/charts/*.gp >/dev/null"
    holds "$1: no scratch, no half file" sh -c \
        "[ -z \"\$(find $2 -name '.*' ! -path $2 -o -name '*.tmp' -o -size 0)\" ]"
}
no_pictures() {
    holds "$1: no pictures" sh -c "! ls $2/charts/*.svg $2/charts/*.png 2>/dev/null | grep -q ."
}

expect 'with gnuplot' 0 @run.txt '=attain: wrote out' run study -o out
whole 'with gnuplot' out
holds 'every picture on the page' sh -c \
    '[ "$(grep -c "<svg class=\"picture\" " out/report.html)" -eq "$(ls out/charts/*.svg | wc -l)" ]'
for script in out/charts/*.gp; do
    stem=${script%.gp}
    for ending in csv svg png alt.txt; do
        holds "$stem.$ending" test -s "$stem.$ending"
    done
    # A newsroom redraws it with nothing else.
    cp -R out/charts again
    rm -f again/*.svg again/*.png
    (cd again && LC_ALL=C.UTF-8 gnuplot "$(basename "$script")") >"$OUT" 2>"$ERR"
    code=$?
    judge "gnuplot $script" 0 '' ''
    holds "$stem redrawn" test -s "again/$(basename "$stem").svg"
    rm -rf again
done

with 'missing' 5 @run.txt '~attain: gnuplot was not found; install it' /nonexistent run study -o out
whole missing out
no_pictures 'missing, and those of the last run are gone' out
holds 'missing, said on the page' grep -q 'No picture: gnuplot was not found' out/report.html
with 'missing but not asked for' 0 @run.txt '=attain: wrote none' /nonexistent \
    run study --no-charts -o none

fake 'echo "line 1: something is wrong" >&2; exit 3'
with 'failing' 5 @run.txt '~attain: gnuplot failed: line 1: something is wrong' "$WORK/bin:$PATH" \
    run study -o failing
whole failing failing
no_pictures failing failing
fake 'exit 0'
with 'drawing nothing' 5 @run.txt '~gnuplot drew no svg for' "$WORK/bin:$PATH" run study -o nothing
whole 'drawing nothing' nothing
fake 'kill -SEGV $$'
with 'crashing' 5 @run.txt '~died of signal 11' "$WORK/bin:$PATH" run study -o crashing
fake 'touch half.svg; : > "${2%.gp}.svg"'
with 'drawing an empty picture' 5 @run.txt '~cannot be kept' "$WORK/bin:$PATH" run study -o hollow
no_pictures 'drawing an empty picture' hollow

# It hangs, with a child of its own: both are gone afterwards.
fake 'sleep 7531 & echo $! > "'"$WORK"'/child"; sleep 7531'
ATTAIN_DRAW_LIMIT=1
export ATTAIN_DRAW_LIMIT
with 'hanging' 5 @run.txt '~after 1 s; no further chart was tried' "$WORK/bin:$PATH" \
    run study -o hanging
unset ATTAIN_DRAW_LIMIT
whole hanging hanging
no_pictures hanging hanging
holds 'no orphan' gone "$(cat child)"

# What the study's author wrote never runs.
label='`touch pwned` '"'"'; system(\"touch pwned\") %d {/Bold x} \\n @x $(touch pwned)'
expect 'user text is no code' 0 '*' '=attain: wrote out' run study -o out \
    --set "/series/visits/label=\"$label\"" --set "/title=\"$label\"" \
    --set "/goals/0/label=\"$label\"" --set "/series/visits/unit=\"$label\""
holds 'nothing ran' sh -c '! find . -name pwned | grep -q .'

# Of a week, a rate stands at its middle and a running total at its end, as the reports' windows do.
expect 'a study by weeks' 0 '' '*' init weeks
expect 'its charts' 0 '*' '*' run weeks
holds 'a rate at the middle' grep -q '^2025-01-02,' weeks/results/charts/rate-trees.csv
holds 'a total at the end' grep -q '^2025-01-05,' weeks/results/charts/total-10000-this-year.csv
holds 'said of the week' grep -q ' in the week of 15 July 2025' weeks/results/charts/rate-trees.alt.txt
finish
