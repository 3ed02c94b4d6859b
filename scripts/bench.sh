#!/bin/sh
# Builds (Release, in build/) and runs the benchmarks; they print ratios within one run.
set -eu
cd "$(dirname "$0")/.."
cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build
for program in build/bench/*; do
    if [ -f "$program" ] && [ -x "$program" ]; then
        echo "== $(basename "$program")"
        "$program"
    fi
done
