#!/bin/sh
# Installs what is missing, builds, and answers the shipped study's goals.
# Usage: scripts/run.sh [STUDY [option...]]     default study: models/us-enforcement-2025
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

# shellcheck disable=SC2086  # a list of words
install_missing $build_packages
echo "== building (Release, in build/)"
mkdir -p build
if ! { cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release &&
    cmake --build build --target attain_command; } >build/build.log 2>&1; then
    cat build/build.log
    exit 1
fi

if [ $# -eq 0 ]; then set -- models/us-enforcement-2025; fi
echo "== attain run $*"
code=0
build/bin/attain run "$@" || code=$?
case $code in
0) ;;
1) echo "== the answer above comes with warnings: a quality gate or an assertion failed" ;;
*)
    echo "== attain failed with exit code $code" >&2
    exit "$code"
    ;;
esac
case $* in
*" -o"*) ;;
*) [ ! -d "$1" ] || echo "== page: ${1%/}/results/report.html (as text: report.md), charts: ${1%/}/results/charts/" ;;
esac
