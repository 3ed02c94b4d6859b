#!/bin/bash
# Exported hubs against the schemas of hubverse (ajv) and by a reader of their rows (check_hub.mjs);
# both must refuse spoilt ones.  Results against the schema that attain prints.  Needs node, npm, ATTAIN (the command) and the folder of reference
# data; works in a folder of its own.
#
#   ATTAIN=build/bin/attain tests/hub/validate.sh [SCHEMAS]
set -u -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
schemas=$(realpath "${1:-$source/../shared/data/hubverse}")
attain=$(realpath "${ATTAIN:?the command}")
[ -d "$schemas" ] || {
    echo "skipped: no schemas at $schemas"
    exit 0
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work" && cd "$work" || exit 1
npm ci --no-audit --no-fund --silent || {
    echo "npm ci failed (npm's registry out of reach?)"
    exit 1
}

failures=0
fail() { # WHAT [LOG]
    echo "FAILED $1"
    [ $# -lt 2 ] || tail -n 30 "$2"
    failures=$((failures + 1))
}

ajv() { # SCHEMA DATA...
    local schema=$1 data=()
    shift
    for file in "$@"; do data+=(-d "$file"); done
    node_modules/.bin/ajv validate --spec=draft2020 --strict=false --all-errors \
        -c ajv-formats -s "$schema" "${data[@]}"
}

# The schema of a hub's file.
schema_of() {
    case $1 in
    hub-config/*.json) echo "$schemas/$(basename "$1" .json)-schema-v6.0.0.json" ;;
    model-metadata/*) echo scenarios.hub/hub-config/model-metadata-schema.json ;;
    esac
}

run() { # NAME STUDY [FLAGS of run]
    local name=$1
    shift
    "$attain" run "$@" --fit map --no-charts --quiet -o "$name" >/dev/null 2>"$name.err"
    [ $? -le 1 ] || fail "$name" "$name.err"
    "$attain" export "$name" hub -o "$name.hub" --quiet || fail "$name: export"
}

run enforcement "$source/models/us-enforcement-2025"
run scenarios "$source/models/us-enforcement-2025" \
    --scenarios "$source/models/us-enforcement-2025/scenarios.json"
# All its figures take a minute.
run pipeline "$source/models/us-enforcement-pipeline" --as-of 2025-04-30 \
    --set /fit/refits=0 --set /fit/draws=400
run approval "$source/models/approval"
run seed "$source/models/seed-figures"
# Names that no hub would take as they are.
sed 's/"first-year-600k"/"=an <id> of sixty characters, with \\u00e9, \\"quotes\\" and a tail"/; s/"title": ".*"/"title": "\\u202e`$(touch x)` {} \\\\input"/' \
    enforcement/results.json >names.json
"$attain" export names.json hub -o names.hub --quiet || fail 'names: export'

for file in hub-config/{tasks,admin,target-data}.json model-metadata/attain-map.yml; do
    ajv "$(schema_of "$file")" ./*.hub/"$file" >ajv.log 2>&1 || fail "$file" ajv.log
    holds=$(grep -c ' valid$' ajv.log)
    [ "$holds" -eq 6 ] || fail "$file: $holds of 6 are valid"
done
for hub in ./*.hub; do
    node "$here/check_hub.mjs" "$hub" >check.log 2>&1 || fail "$hub" check.log
    echo "$hub: $(tail -n 1 check.log)"
done

# The schema of the results themselves.
"$attain" schema results >results.schema.json
ajv results.schema.json ./*/results.json >ajv.log 2>&1 || fail 'results.json' ajv.log
holds=$(grep -c ' valid$' ajv.log)
[ "$holds" -eq 5 ] || fail "results.json: $holds of 5 are valid"

# What is spoilt is refused: configuration by its schema, rows by their reader.
refused() { # NAME FILE SED
    local schema
    schema=$(schema_of "$2")
    rm -rf spoilt
    cp -R scenarios.hub spoilt
    sed -i "$3" "spoilt/$2"
    ! cmp -s "scenarios.hub/$2" "spoilt/$2" || fail "$1: nothing was spoilt"
    if [ -n "$schema" ]; then ajv "$schema" "spoilt/$2"; else node "$here/check_hub.mjs" spoilt; fi \
        >spoilt.log 2>&1 && fail "$1: it was taken"
}

output=$(cd scenarios.hub && echo model-output/*/*.csv)
refused 'an id of 31 characters' hub-config/tasks.json 's/"target_id": "100k-beds.date"/"target_id": "100k-beds-and-a-tail-of-characters"/'
refused 'no schema version' hub-config/tasks.json '/schema_version/d'
refused 'a type of target' hub-config/tasks.json 's/"ordinal"/"orderly"/'
refused 'a time zone' hub-config/admin.json 's/Africa.Abidjan/Mars/'
refused 'a key too many' hub-config/target-data.json 's/"versioned"/"versions"/'
refused 'a team' model-metadata/attain-map.yml 's/^team_abbr: .*/team_abbr: "a team"/'
refused 'a level less' "$output" '/100k-beds.value.*quantile,0.35,/d'
refused 'a quantile that falls' "$output" '/100k-beds.value.*quantile,0.35,/s/[0-9.]*$/1/'
refused 'a chance that is none' "$output" '/100k-beds.met.*pmf,yes,/s/[0-9.]*$/1.5/'
refused 'a sum that is not 1' "$output" '/100k-beds.date.*never,/s/[0-9.]*$/0.123/'
refused 'a bin of its own' "$output" '/100k-beds.date.*never,/s/never/ever/'
refused 'an answer to nothing' "$output" 's/100k-beds.met/200k-beds.met/'
refused 'no answer' "$output" '/100k-beds.met/d'
refused 'a sample twice' "$output" '/100k-beds.value.*sample,7,/s/sample,7/sample,8/'
refused 'another date' "$output" '/100k-beds.met.*,yes,/s/2026-12-31/2026-01-19/'
[ $failures -eq 0 ]
