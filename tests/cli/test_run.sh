#!/bin/sh
# attain run: what it writes, what it prints, and its exit codes.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study

expect 'the default folder' 0 @run.txt '=attain: wrote study/results' run study --no-charts
holds 'results.json' test -s study/results/results.json
holds 'a report' test -s study/results/report.md
holds 'a page' test -s study/results/report.html
holds 'and why it has no pictures' grep -q 'No picture: charts were left out of this run\.' study/results/report.html
holds 'which asks for no other file' sh -c \
    '! grep -Eq "(src|href)=\"[^#d]|@import|url\(" study/results/report.html'
holds 'no chart pictures' sh -c '! ls study/results/charts/*.svg 2>/dev/null | grep -q .'
holds 'nothing else beside the study' sh -c '[ "$(ls -A study | wc -l)" -eq 3 ]'
expect 'by its file' 0 @run.txt '=attain: wrote study/results' run study/study.json --no-charts
(cd study && rm -rf results && "$ATTAIN" run study.json --no-charts) >"$OUT" 2>"$ERR"
code=$?
judge 'by its bare file' 0 @run.txt '=attain: wrote results'
holds 'beside it' test -s study/results/results.json
(cd study && rm -rf results && "$ATTAIN" run . --no-charts) >"$OUT" 2>"$ERR"
code=$?
judge 'here' 0 @run.txt '=attain: wrote ./results'
(cd study && rm -rf results && "$ATTAIN" run - --no-charts <study.json) >"$OUT" 2>"$ERR"
code=$?
judge 'from standard input' 0 @run.txt '=attain: wrote results'
expect 'another folder' 0 @run.txt '=attain: wrote deep/er/out' run study --no-charts -o deep/er/out
holds 'made with its parents' test -s deep/er/out/results.json
expect 'no folder' 0 @run.txt '' run study -o -
expect 'quiet' 0 @run.txt '' run study --no-charts --quiet -o q
expect 'as JSON' 0 '*' '' run study --format json --no-charts --quiet -o q
holds 'the document itself' cmp "$OUT" q/results.json
expect 'as CSV' 0 @run.csv '' run study --format csv -o -

# Settings reach the run.
expect 'a seed' 0 '*' '' run study --seed 99 --no-charts --quiet -o seeded
expect 'is recorded' 0 '=99' '' show seeded manifest/seed
expect 'an as-of date' 0 '*' '' run study --as-of 2025-02-28 --no-charts --quiet -o early
expect 'is recorded too' 0 '=2025-02-28' '' show early study/as_of
expect 'a change' 0 '*' '' run study --set /goals/0/target=50000 --no-charts --quiet -o more
expect 'arrives' 0 '=50000' '' show more goals/year-40k/target
expect 'two changes' 0 '*' '' run study --set /goals/0/target=50000 --set '/title="T"' -o - --quiet
expect 'map' 0 '*' '' run study --fit map --no-charts --quiet -o map
expect 'is named' 0 '=map' '' show map fit/method
expect 'nuts' 0 '*' '' run study --fit nuts --no-charts --quiet -o nuts --set /fit/chains=4 \
    --set /fit/draws=500 --set /fit/warmup=500 --set /series/visits/trend=exponential
expect 'is named too' 0 '=nuts' '' show nuts fit/method
expect 'too few draws of it' 1 '~answer with warnings: ' '*' run study --fit nuts -o - \
    --set /fit/chains=2 --set /fit/draws=50 --set /fit/warmup=50
cp -R study doubtful
printf 'visits,total,2025-01-01,2025-03-27,exact,30000,,0.01,,,,paid,Gazette,,2025-03-28,,,\n' \
    >>doubtful/reports.csv
expect 'a warning' 0 '*' '~warning: ' run doubtful -o -
expect 'which fails a strict run' 1 '~answer with warnings' '~warning: ' run doubtful -o - --strict

# Assertions.
expect 'one that holds' 0 '*' '' run study -o - --assert 'goals/year-40k/probability <= 1'
expect 'one that does not' 1 '*' '~attain: assertion failed: goals/year-40k/probability > 1 (it is ' \
    run study -o - --assert 'goals/year-40k/probability > 1'
expect 'one of two' 1 '*' '~assertion failed: fit/draws == 1' run study -o - \
    --assert 'fit/draws > 0' --assert 'fit/draws == 1'
expect 'no such address' 2 '*' "~attain: --assert 'goals/nothing/probability < 1': " \
    run study -o - --assert 'goals/nothing/probability < 1'
expect 'malformed, told before the run' 2 '' \
    "=attain: --assert 'fit/draws': expected ADDRESS, one of < <= > >= == !=, and a number or a date; found \"fit/draws\", which compares nothing" \
    run study -o - --assert 'goals/year-40k/probability <= 1' --assert 'fit/draws'
expect 'no number' 2 '' '~found "half" for the number in "fit/draws > half"' \
    run study -o never --assert 'fit/draws > half'
[ ! -e never ] || fail 'a malformed assertion leaves no folder'

# A gate: no k satisfies this one.
gate='/series/visits/deviation={"type": "random_walk"}'
expect 'a gate that fails' 1 '~answer with warnings: ' '' run study -o - \
    --set /fit/max_k=0.001 --set "$gate"
expect 'is said beside data too' 1 '~"gate_failed"' \
    '=attain: answer with warnings: see gates and diagnostics in the results' run study -o - \
    --set /fit/max_k=0.001 --set "$gate" --format json

# What goes wrong.
expect 'no such study' 5 '' '~nowhere' run nowhere
expect 'a broken study' 2 '' '~error: ' run study --set /series/visits/kind=1
copy_study
printf 'visits,value,2025-01-07,,exact,-5,,,,,,,,,,,,\n' >>study/reports.csv
expect 'a broken table' 3 '' '~reports.csv:10' run study --no-charts
holds 'wrote nothing' test ! -e study/results
copy_study
expect 'no density anywhere' 4 '' '*' run study -o - \
    --set '/series/visits/parameters={"start": -5, "slope": -5}'
expect 'a file for a folder' 5 '*' '~study/study.json' run study --no-charts -o study/study.json
finish
