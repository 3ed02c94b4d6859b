#!/bin/sh
# attain calibrate: simulated studies ranked; refusals; the same bytes for any number of threads.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
study=$SOURCE/tests/cli/calibrate
header=quantity,n,deviation,deviation_at,band_low,band_high,stray,chi_square_p,coverage_50,\
coverage_50_error,coverage_80,coverage_80_error,coverage_95,coverage_95_error,verdict

expect 'priors from the reports' 2 '' \
    '~the prior of visits.start was made from the reports' calibrate study --replicates 10
expect 'wordings without a grain' 3 '' "~says 'over' without a grain" calibrate study \
    --replicates 10 --set '/series/visits/parameters={"start": "lognormal(5, 1)", "slope": "normal(0, 0.1)"}'
expect 'too few' 2 '' '~a whole number from 10 to 1000000, found "9"' calibrate "$study" \
    --replicates 9
expect 'no flag of regress' 2 '' '~unknown flag "--intervals"' calibrate "$study" --intervals wald

expect 'a table' 0 '~ranks are uniform: inside the 99 % bands of all quantities' '' \
    calibrate "$study" --replicates 20 --threads 1
cp "$OUT" table
expect 'other threads' 0 '*' '' calibrate "$study" --replicates 20 --threads 3
holds 'the same bytes' cmp -s table "$OUT"
expect 'another seed' 0 '~seed 77' '' calibrate "$study" --replicates 20 --seed 77
holds 'other ranks' sh -c "! cmp -s table '$OUT'"

expect 'a CSV with notes' 0 '' '~20 of 20 replicates ranked' calibrate "$study" --replicates 20 \
    --format csv -o quantities.csv --ranks ranks.csv
holds 'its header' test "$(sed -n '1s/\r$//p' quantities.csv)" = "$header"
holds 'the ranks' test "$(sed -n '1s/\r$//p' ranks.csv)" = replicate,quantity,truth,rank,draws
quantities=$(($(wc -l <quantities.csv) - 1))
holds 'a line a rank' test "$(wc -l <ranks.csv)" -eq $((quantities * 20 + 1))
expect 'JSON' 0 '~"replicates": 20,' '' calibrate "$study" --replicates 20 --format json
if command -v python3 >/dev/null; then
    holds 'JSON that parses' python3 -m json.tool "$OUT" /dev/null
fi
expect 'quiet' 0 '' '' calibrate "$study" --replicates 10 --format csv --quiet -o out.csv
finish
