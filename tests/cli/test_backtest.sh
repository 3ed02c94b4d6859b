#!/bin/sh
# attain backtest: past answers and their scores; dates that cannot be answered; what a run as of
# the same date says.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
expect 'a table' 0 @backtest.txt '' backtest study --from 2025-02-15
expect 'a gate that fails' 1 '~3 of 3 fits failed a quality gate' '~as of 2025-02-15: divergences' \
    backtest study --from 2025-02-15 --fit nuts --set /fit/chains=4 --set /fit/warmup=300
expect 'scores as CSV' 0 @backtest.csv '' backtest study --from 2025-02-15 --format csv
cp "$OUT" scores
expect 'one thread' 0 '*' '' backtest study --from 2025-02-15 --format csv --threads 1
holds 'the same bytes' cmp scores "$OUT"
expect 'into a folder' 0 '*' '=attain: wrote out' backtest study --from 2025-02-15 --no-charts -o out
holds 'the same scores' cmp scores out/scores.csv
for file in backtest.json backtest.csv answers.csv; do holds "$file" test -s out/$file; done
holds 'no chart was asked for' sh -c '! ls out/*.gp 2>/dev/null | grep -q .'
holds 'no results beside the study' test ! -e study/results
expect 'the document' 0 '*' '' backtest study --from 2025-02-15 --format json --quiet
holds 'is the one in the folder' cmp "$OUT" out/backtest.json
if command -v python3 >/dev/null; then
    holds 'JSON that parses' python3 -m json.tool out/backtest.json /dev/null
fi
(cd study && exec "$ATTAIN" backtest - --from 2025-02-15 --format csv) <study/study.json >"$OUT" 2>"$ERR"
code=$?
judge 'a study from standard input' 0 @backtest.csv ''
if command -v gnuplot >/dev/null; then
    expect 'charts' 0 '*' '~attain: wrote pictures' backtest study --from 2025-02-15 -o pictures
    holds 'in words' grep -q '^The chance of 40,000 visits in 2025 by 31 December 2025 ' \
        pictures/moved-year-40k.alt.txt
    for chart in moved-year-40k moved-200-a-day calibration; do
        for ending in gp csv svg png alt.txt; do
            holds "$chart.$ending" test -s "pictures/$chart.$ending"
        done
    done
fi

# An answer is that of a run as of its date, digit by digit.
expect 'a run of the past' 0 '*' '' run study --no-charts --quiet --as-of 2025-03-15 -o past
p=$("$ATTAIN" show past goals/year-40k/probability)
holds 'the same answer' grep -q "^2025-03-15,year-40k,paid,total,40000,$p," out/answers.csv

# What is published later changes no earlier answer; what is skipped is told.
echo 'visits,value,2025-03-28,2025-03-28,exact,900,,,,,,paid,Gazette,,2025-03-29,,,' >>study/reports.csv
expect 'another ending' 0 '*' '*' backtest study --from 2025-02-15 --no-charts -o later
grep -v 2025-03-31 out/answers.csv | cut -d, -f1-9 >before
grep -v 2025-03-31 later/answers.csv | cut -d, -f1-9 >after
holds 'the same past' cmp before after
expect 'a date without figures' 0 '~1 date skipped' \
    '~as of 2025-01-05: skipped: no report was published by then [date-skipped]' \
    backtest study --from 2025-01-05
expect 'which a strict call takes amiss' 1 '~1 date skipped' '*' backtest study --from 2025-01-05 \
    --strict
expect 'nothing but dates without figures' 4 '' '~no past date has an answer; the last: no report' \
    backtest study --as-of 2025-01-07 --from 2025-01-02 --every 3

expect 'no such step' 2 '' "~'fortnight' is neither month, week nor a number of days" backtest study \
    --every fortnight
expect 'no date' 2 '' "~'31/1/2025' is no date of the form 2025-01-20" backtest study --from 31/1/2025
expect 'before the origin' 2 '' "~between the study's origin and its as_of" backtest study \
    --from 2024-12-31
expect 'after the last' 2 '' "~between the study's origin and its as_of" backtest study \
    --from 2025-03-31
expect 'no step in the whole time' 2 '' '~take dates that lie closer' backtest study --every 3660
expect 'a missing study' 5 '' '*' backtest nowhere
expect 'no study' 2 '' '~an argument is missing' backtest
expect 'a flag of run' 2 '' '~unknown flag "--assert"' backtest study --assert 'a < 1'
expect 'a typo in a flag' 2 '' '~did you mean "--every"?' backtest study --evry month

# Ctrl-C: exit 130, nothing written.
"$ATTAIN" backtest study --from 2025-02-15 -o stopped --set /fit/draws=900000 >"$OUT" 2>"$ERR" </dev/null &
job=$!
sleep 0.5
kill -INT "$job"
wait "$job"
code=$?
judge 'INT' 130 '' '~attain: interrupted'
holds 'nothing was written' test ! -e stopped
finish
