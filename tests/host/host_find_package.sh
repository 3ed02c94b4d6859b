#!/bin/sh
# Usage: host_find_package.sh SOURCE_FOLDER PREFIX CMAKE COMPILER FLAGS
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cxx=$(printf '%s' "$4" | sed 's/clang/clang++/;t;s/gcc/g++/;t;s/cc$/c++/')
if ! { "$3" -S "$1/package" -B "$scratch/build" "-DCMAKE_PREFIX_PATH=$2" \
    "-DCMAKE_C_COMPILER=$4" "-DCMAKE_C_FLAGS=$5" \
    "-DCMAKE_CXX_COMPILER=$cxx" "-DCMAKE_CXX_FLAGS=$5" &&
    "$3" --build "$scratch/build"; } >"$scratch/log" 2>&1; then
    cat "$scratch/log"
    exit 1
fi
for program in host_shared host_static host_cxx; do
    "$scratch/build/$program" "$scratch/results-$program"
done
for program in host_static host_cxx; do
    cmp "$scratch/results-host_shared/results.json" "$scratch/results-$program/results.json"
done
