#!/bin/sh
# Runs every folder beside this script through `attain check` and compares the exit code and that
# each expected message is said on stderr.  Usage: run_cases.sh PATH-OF-attain
set -u
attain=$1
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cases=0
failures=0

fail() {
    printf '%s: %s\n' "$1" "$2"
    failures=$((failures + 1))
}

# check NAME FOLDER STATUS: exit code by status, output kept in $scratch
check() {
    case $3 in
    TABLE) want=3 ;;
    FILE) want=5 ;;
    *) want=2 ;;
    esac
    "$attain" check "$2" >"$scratch/out" 2>"$scratch/err" </dev/null
    got=$?
    cases=$((cases + 1))
    [ "$got" -eq "$want" ] || fail "$1" "exit code $got, want $want"
}

for folder in "$here"/*/; do
    name=$(basename "$folder")
    [ -f "$folder/expected" ] || continue
    check "$name" "$folder" "$(head -n 1 "$folder/expected")"
    sed -e 1d -e 's/^.* | //' "$folder/expected" >"$scratch/parts"
    while IFS= read -r part; do
        grep -qF -e "$part" "$scratch/out" "$scratch/err" || fail "$name" "does not say: $part"
    done <"$scratch/parts"
done

# A line of 10 MB, and a formula of 100,000 brackets.
mkdir "$scratch/long" "$scratch/deep"
cp "$here/cell-nan/study.json" "$scratch/long/"
{ head -n 1 "$here/cell-nan/reports.csv"; head -c 10485760 /dev/zero | tr '\0' x; } \
    >"$scratch/long/reports.csv"
check "10 MB line" "$scratch/long" TABLE
{
    printf '{"origin": "2025-01-01", "as_of": "2025-06-30", "horizon": "2025-12-31",\n'
    printf '"reports": [], "series": {"a": {"kind": "flow", "trend": {"formula": "'
    head -c 100000 /dev/zero | tr '\0' '('
    printf '1'
    head -c 100000 /dev/zero | tr '\0' ')'
    printf '"}}}}\n'
} >"$scratch/deep/study.json"
check "100,000 brackets" "$scratch/deep" FORMULA
grep -q formula "$scratch/out" "$scratch/err" || fail "100,000 brackets" "no word of the formula"

printf '%s cases, %s failures\n' "$cases" "$failures"
[ "$failures" -eq 0 ]
