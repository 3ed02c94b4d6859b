#!/bin/sh
# attain curves, schema, init: what ships with the library.
. "${SOURCE:?}/tests/cli/harness.sh"

expect 'the curves' 0 @curves.txt '' curves
expect 'as CSV' 0 @curves.csv '' curves --format csv
expect 'as JSON' 0 '*' '' curves --format json
for name in constant damped_trend exponential gompertz linear logistic piecewise_linear power richards step \
    weibull; do
    expect "$name" 0 '~"formula"' '' curves "$name"
    holds "$name as it ships" cmp "$OUT" "$SOURCE/models/curves/$name.json"
done
expect 'a typo' 2 '' '=attain: there is no curve "logistc", did you mean "logistic"?' curves logistc
expect 'no such curve' 2 '' '=attain: there is no curve "spaghetti"; attain curves lists them' \
    curves spaghetti

expect 'the schemas' 0 @schema.txt '' schema
expect 'as JSON' 0 '~"study"' '' schema --format json
expect 'as CSV' 0 '~study' '' schema --format csv
for name in $(cat "$GOLDEN/schema.txt"); do
    expect "schema $name" 0 '~e' '' schema "$name"
done
expect 'a typo' 2 '' '=attain: there is no schema "studdy", did you mean "study"?' schema studdy

expect 'a study to start from' 0 '' '=attain: wrote a study into new; next: attain run new' init new
expect 'is good' 0 '*' '' check new --strict
expect 'runs' 0 '*' '=attain: wrote new/results' run new --no-charts
expect 'is never overwritten' 5 '' '~new' init new
mkdir empty
expect 'into an empty folder' 0 '' '' init empty --quiet
expect 'by -o' 0 '' '' init -o third --quiet
holds 'the same files' diff -r empty third
expect 'without a name' 2 '' '=attain: init: name the folder; usage: attain init DIR' init
expect 'not to standard output' 2 '' '~name the folder' init -
finish
