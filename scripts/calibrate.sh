#!/bin/sh
# Simulation-based calibration of the four designs at full size; replaces the stored output in
# tests/reference/calibration (read the diff), which docs/calibration.md summarises.
# Usage: scripts/calibrate.sh [REPLICATES [DESIGN...]]     default: 1000 of sparse, mixed, daily, pipeline
# Exits with 1 if a band is broken.  ATTAIN=COMMAND runs that one in place of a fresh build.
set -eu
cd "$(dirname "$0")/.."
replicates=${1:-1000}
if [ $# -gt 0 ]; then shift; fi
if [ $# -eq 0 ]; then set -- sparse mixed daily pipeline; fi

if [ -z "${ATTAIN:-}" ]; then
    cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release >/dev/null
    cmake --build build --target attain_command
    ATTAIN=build/bin/attain
fi

code=0
for design in "$@"; do
    folder=tests/reference/calibration/$design
    about=$folder/ABOUT.txt
    echo "== $design, $replicates replicates"
    {
        "$ATTAIN" --version
        cc --version | sed -n 1p
        echo "attain calibrate $folder --replicates $replicates --format csv"
    } >"$about.new"
    status=0
    "$ATTAIN" calibrate "$folder" --replicates "$replicates" --format csv \
        -o "tests/reference/calibration/$design.csv" 2>"$about.notes" || status=$?
    cat "$about.notes"
    if [ "$status" -gt 1 ]; then
        rm -f "$about.new" "$about.notes"
        exit "$status"
    fi
    sed 's/^attain: //' "$about.notes" >>"$about.new"
    mv "$about.new" "$about"
    rm -f "$about.notes"
    if [ "$status" -ne 0 ]; then code=1; fi
done
exit "$code"
