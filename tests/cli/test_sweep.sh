#!/bin/sh
# attain sweep: grids and break-even values, where they go, and mistakes told before the fit.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
expect 'a table' 0 @sweep.txt '' sweep study --vary multiply.visits=0.5:2:0.5
expect 'as CSV' 0 @sweep.csv '' sweep study --vary multiply.visits=0.5:2:0.5 --format csv --goal year-40k
expect 'as JSON' 0 @sweep.json '' sweep study --vary multiply.visits=0.5:2:0.5 --format json \
    --goal year-40k
expect 'two things' 0 @sweep-two.txt '' sweep study --vary visits.slope=0:1.5:0.5 \
    --vary multiply.visits=1:1.5:0.5 --goal 200-a-day --until 0.8 --from 2025-05-01
expect 'any number of threads' 0 @sweep.csv '' sweep study --vary multiply.visits=0.5:2:0.5 \
    --format csv --goal year-40k --threads 1
expect 'into a file' 0 '' '' sweep study --vary multiply.visits=0.5:2:0.5 --goal year-40k -o grid.csv
holds 'the same' cmp grid.csv "$GOLDEN/sweep.csv"
expect 'into a folder' 0 '*' '=attain: wrote grid' sweep study --vary multiply.visits=0.5:2:0.5 \
    --goal year-40k --no-charts -o grid
holds 'the table' cmp grid/sweep.csv "$GOLDEN/sweep.csv"
holds 'the document' cmp grid/sweep.json "$GOLDEN/sweep.json"
holds 'a script to draw' test -s grid/chance.gp
holds 'in words' grep -q 'takes the factor on visits to be' grid/chance.alt.txt
holds 'no results beside the study' test ! -e study/results

# The same number as a scenario's.
cat >double.json <<'END'
[ { "id": "double", "changes": [ { "multiply": "visits", "by": 1.5 } ] } ]
END
expect 'a scenario' 0 '*' '' run study --no-charts --quiet --scenarios double.json -o run
p=$("$ATTAIN" show run scenarios/double/goals/year-40k/probability)
holds 'is the value of the grid' grep -q "^1.5,,year-40k,paid,total,$p," "$GOLDEN/sweep.csv"

expect 'nothing to vary' 2 '' '~missing: --vary' sweep study
expect 'three things' 2 '' '~once or twice' sweep study --vary a=1:2:1 --vary b=1:2:1 --vary c=1:2:1
expect 'a series alone' 2 '' '~multiply.visits or replace.visits' sweep study --vary visits=1:2:1
expect 'a typo' 2 '' "~did you mean 'visits.slope'?" sweep study --vary visits.slop=1:2:1
expect 'a typo in a goal' 2 '' "~did you mean 'year-40k'?" sweep study --vary multiply.visits=1:2:1 \
    --goal year-4k
expect 'no range' 2 '' '~FROM:TO:STEP' sweep study --vary multiply.visits=2
expect 'no chance' 2 '' '~"--until" needs a number between 0 and 1' sweep study \
    --vary multiply.visits=1:2:1 --until 1.5
expect 'the past' 2 '' '~after as_of' sweep study --vary multiply.visits=1:2:1 --from 2025-03-31
finish
