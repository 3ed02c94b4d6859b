#!/bin/sh
# Pages of several runs, looked at in Chromium (check_pages.js).  Needs chromium, node and npm.
# Usage: tests/browser/run.sh COMMAND FOLDER     the built attain; runs, screenshots and npm's files go into FOLDER
set -eu
attain=$(realpath "$1")
source=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$2"
cd "$2"

# Study, name of its page, options.  Exit 1 (a quality gate failed) is a result like another here.
page() {
    study=$1 name=$2 code=0
    shift 2
    rm -rf "runs/$name"
    env "PATH=$tools" "$attain" run "$study" -o "runs/$name" --quiet "$@" >"$name.txt" 2>"$name.err" || code=$?
    if [ "$code" -gt 1 ] && [ "$name" != no-gnuplot ]; then
        echo "attain run $study: exit $code"
        cat "$name.err"
        exit 1
    fi
    [ -s "runs/$name/report.html" ] || { echo "$name: no report.html"; exit 1; }
}
tools=$PATH few='--set /fit/chains=2 --set /fit/draws=60 --set /fit/warmup=100'
models=$source/models
# shellcheck disable=SC2086 # options on purpose
{
    page "$models/us-enforcement-2025" shipped --fit map --scenarios "$models/us-enforcement-2025/scenarios.json"
    page "$models/us-enforcement-pipeline" pipeline $few
    page "$models/approval" share $few
    page "$source/tests/browser/twelve-goals" twelve-goals
    page "$source/tests/cli/study" no-charts --no-charts
    tools=/nonexistent
    page "$source/tests/cli/study" no-gnuplot
}

# Packages are those of the lock file, and only the tests' own.
cp "$source/tests/browser/package.json" "$source/tests/browser/package-lock.json" .
[ -d node_modules/axe-core ] || npm ci --ignore-scripts --no-audit --no-fund >npm.txt 2>&1 || {
    cat npm.txt
    exit 1
}
rm -rf shots
NODE_PATH=$PWD/node_modules node "$source/tests/browser/check_pages.js" shots runs/*/report.html
