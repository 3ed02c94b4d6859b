#!/bin/sh
# attain check: all problems at once, reports read back, contradictions.
. "${SOURCE:?}/tests/cli/harness.sh"
copy_study

expect 'a good study' 0 @check.txt '' check study
expect 'by its file' 0 @check.txt '' check study/study.json
expect 'as JSON' 0 @check.json '' check study --format json
expect 'as CSV' 0 @check.csv '' check study --format csv
expect 'into a file' 0 '' '' check study -o check.txt
holds 'the same text' cmp check.txt "$GOLDEN/check.txt"
expect 'to standard output by name' 0 @check.txt '' check study -o -
expect 'an earlier date' 0 '~[not used]' '' check study --as-of 2025-02-28
expect 'one place changed' 0 '~Renamed' '' check study --set '/title="Renamed"'
(cd study && "$ATTAIN" check - <study.json) >"$OUT" 2>"$ERR"
code=$?
judge 'from standard input' 0 @check.txt ''

# Two totals that no allowed rate can join.
copy_study
printf 'visits,total,2025-01-01,2025-03-27,exact,30000,,0.01,,,,paid,Gazette,,2025-03-28,,,\n' \
    >>study/reports.csv
expect 'a contradiction is a warning' 0 '~warning: ' '' check study
expect 'and fails a strict check' 1 '~warning: ' '' check study --strict
expect 'in JSON' 1 '~"severity": "warning"' '' check study --strict --format json

# Every problem of a study at once, each with its place.
cat >broken.json <<'END'
{
  "title": "Broken",
  "origin": "2025-01-01",
  "as_of": "2025-02-30",
  "horizon": "2025-12-31",
  "seriez": {},
  "series": { "visits": { "kind": "flaw", "trend": "linear" } },
  "goals": [ { "id": "a", "series": "vists", "statistic": "total", "target": "many" } ]
}
END
expect 'four problems' 2 '' @check-broken.txt check broken.json
expect 'as data' 2 @check-broken.json '' check broken.json --format json
expect 'as a table of data' 2 '~finding,,,,,,error,' '' check broken.json --format csv
expect 'quiet keeps errors' 2 '' '~error: ' check broken.json --quiet
holds 'the pointer of each' grep -q '(/series/visits/kind)' "$ERR"

copy_study
sed -i 's/,3000,/,"3,000",/; s/2025-02-28,about/2\/28\/2025,about/' study/reports.csv
expect 'a bad table' 3 '' @check-table.txt check study
expect 'no such study' 5 '' '~nowhere' check nowhere
mkdir -p empty
expect 'a folder without a study' 5 '' '~study.json' check empty
expect 'not JSON at all' 2 '' '*' check study/reports.csv
finish
