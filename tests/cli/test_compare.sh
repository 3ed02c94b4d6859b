#!/bin/sh
# attain compare: two finished runs side by side, from their folders alone.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
expect 'a run' 0 '*' '' run study --no-charts --quiet -o new
expect 'an earlier one' 0 '*' '' run study --no-charts --quiet --as-of 2025-03-24 -o old
expect 'one with another prior' 0 '*' '' run study --no-charts --quiet -o other \
    --set '/series/visits/step_sigma=0.2' --set '/goals/0/target=41000'
sed 's/118,,,,,,paid/119,,,,,,paid/; /8500/d' study/reports.csv >changed.csv
mv changed.csv study/reports.csv
expect 'one with other figures' 0 '*' '' run study --no-charts --quiet -o figures
rm -rf study

expect 'a later cut' 0 @compare.txt '' compare old new
expect 'as CSV' 0 @compare.csv '' compare old new --format csv
expect 'as JSON' 0 @compare.json '' compare old new --format json
expect 'other settings' 0 @compare-settings.txt '' compare new other
expect 'other figures' 0 @compare-figures.txt '' compare new figures
expect 'with itself' 0 '~the same reports and settings' '' compare new new
expect 'files, too' 0 @compare.txt '' compare old/results.json new/results.json
expect 'into a file' 0 '' '' compare old new -o text
holds 'which holds it' cmp text "$GOLDEN/compare.txt"

mkdir folder && cp -R "$SOURCE/tests/cli/study" folder/study
expect 'a study is no run' 5 '' '~attain run it' compare folder/study new
cp -R new folder/study/results
expect 'its results are' 5 '' '~did you mean "folder/study/results"?' compare folder/study new
expect 'no such run' 5 '' '~nowhere' compare old nowhere
printf '{"attain": {"schema": 999}}\n' >bad.json
expect 'no results' 5 '' '~schema' compare bad.json new
expect 'one run is not two' 2 '' '~OLD NEW' compare new
sed 's/"status": "ok"/"status": "warn"/' new/results.json >warned.json
expect 'strict on a run with warnings' 1 '*' '~the run had warnings' compare new warned.json --strict
finish
