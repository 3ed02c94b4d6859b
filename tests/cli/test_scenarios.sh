#!/bin/sh
# Scenarios of the study and of files: run, shown, chosen, refused.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study
cat >more.json <<'END'
[ { "id": "half", "label": "Half as many", "from": "2025-04-01",
    "changes": [ { "multiply": "visits", "by": "lognormal(log(0.5), 0.05)", "ramp": 30 } ] },
  { "id": "level", "from": "2025-06-01", "changes": [ { "replace": "visits", "with": 300, "days": 30 } ] } ]
END
expect 'beside the answer' 0 '@run-scenarios.txt' '' run study --no-charts --quiet -o run \
    --scenarios more.json
holds 'a table' test -s run/scenarios.csv
holds 'a section' grep -q '^## Scenarios' run/report.md
expect 'shown' 0 '@show-scenarios.txt' '' show run scenarios
expect 'as CSV' 0 '@show-scenarios.csv' '' show run scenarios --format csv
expect 'what it changes' 0 '~multiply visits by lognormal(log(0.5), 0.05) over 30 days from 2025-04-01' \
    '' show run scenarios/half/changes
expect 'asserted' 0 '*' '' run study --no-charts --quiet -o - --scenarios more.json \
    --assert 'scenarios/half/goals/year-40k/difference/value < 0'
expect 'the file is in the manifest' 0 '~more.json' '' show run manifest/inputs
cp run/goals.csv with.csv
expect 'without' 0 '*' '' run study --no-charts --quiet -o run
holds 'the answer is the same' cmp run/goals.csv with.csv
expect 'one of them' 0 '~level' '' run study --no-charts --quiet -o one --scenarios more.json --only level
expect 'and no other' 2 '' '~half' show one scenarios/half
expect 'an unknown one' 2 '' "~did you mean 'level'?" run study --no-charts --quiet -o none \
    --scenarios more.json --only levle
expect 'an override goes on record' 0 '*' '' run study --no-charts --quiet -o set \
    --set /series/visits/step_sigma=0.3
expect 'in the manifest' 0 '~/series/visits/step_sigma=0.3' '' show set manifest/overrides

# Mistakes are told at once, at their lines, before anything is fitted.
cat >bad.json <<'END'
{ "scenarios": [
  { "id": "half", "from": "2025-03-31", "changes": [ { "multiply": "visit", "by": 2 } ] },
  { "id": "set", "extends": "haf", "changes": [ { "set": "visits.level", "to": 3 } ] } ] }
END
expect 'mistakes' 2 '' '@scenarios-bad.txt' run study --no-charts -o none --scenarios bad.json
expect 'no file' 5 '' '~nowhere.json' run study -o none --scenarios nowhere.json
expect 'twice the same' 2 '' '~already' run study -o none --scenarios more.json --scenarios more.json
echo 'not JSON' >more.txt
expect 'not JSON' 2 '' '~more.txt' run study -o none --scenarios more.txt
holds 'nothing was written' test ! -e none
finish
