#!/bin/sh
# attain show: tables and bare values of a finished run, from its folder or file alone.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
expect 'a run to look at' 0 '*' '' run study --no-charts --quiet -o run
rm -rf study

expect 'the answer' 0 @run.txt '' show run
expect 'of its file' 0 @run.txt '' show run/results.json
"$ATTAIN" show - goals/year-40k/target <run/results.json >"$OUT" 2>"$ERR"
code=$?
judge 'from standard input' 0 '=40000' ''
expect 'as CSV' 0 @run.csv '' show run --format csv
expect 'as JSON' 0 '*' '' show run --format json
holds 'the whole document' cmp "$OUT" run/results.json
for table in goals parameters reports diagnostics series; do
    expect "$table" 0 "@show-$table.txt" '' show run "$table"
    [ "$table" = series ] || # a row a step: too long to keep
        expect "$table as CSV" 0 "@show-$table.csv" '' show run "$table" --format csv
    expect "$table as JSON" 0 '*' '' show run "$table" --format json
done
expect 'series as CSV' 0 '~visits,rate,2025-12-31,' '' show run series --format csv
expect 'a string' 0 '=A small study' '' show run study/title
expect 'a string as JSON' 0 '="A small study"' '' show run study/title --format json
expect 'a number' 0 '=40000' '' show run goals/year-40k/target
expect 'a number as JSON' 0 '=40000' '' show run goals/year-40k/target --format json
expect 'a choice left out' 0 '*' '' show run goals/year-40k/probability
cp "$OUT" short
expect 'a choice spelt out' 0 '*' '' show run goals/year-40k/paid/total/probability
holds 'the same number' cmp "$OUT" short
expect 'a group' 0 '~"0.5"' '' show run parameters/definition.all/quantiles
expect 'into a file' 0 '' '' show run goals/year-40k/target -o number
holds 'which holds it' test "$(cat number)" = 40000

expect 'a typo' 2 '' '~goals' show run gaols/year-40k/probability
expect 'a part that is not there' 2 '' '~year-40k' show run goals/nothing/probability
expect 'no scenarios' 0 '~scenario' '' show run scenarios
expect 'no such run' 5 '' '~nowhere' show nowhere
printf '{"attain": {"schema": 999}}\n' >other.json
expect 'another schema' 5 '' '~schema' show other.json
printf 'not JSON' >bad.json
expect 'not JSON' 5 '' '*' show bad.json
expect 'strict on a good run' 0 '*' '' show run --strict
sed 's/"status": "ok"/"status": "warn"/' run/results.json >warned.json
expect 'strict on a run with warnings' 1 '*' \
    '=attain: the run had warnings (attain show RESULT diagnostics)' show warned.json --strict
finish
