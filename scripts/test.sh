#!/bin/sh
# Installs what is missing, builds everything (Release, in build/) and runs the tests.
# Usage: scripts/test.sh [ctest option...]      the slow ones: scripts/test.sh -L long
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

# `locales` lets the tests make a locale with a decimal comma.
# shellcheck disable=SC2086  # a list of words
install_missing $build_packages locales
echo "== building (Release, in build/)"
cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release
cmake --build build
echo "== testing"
if [ $# -eq 0 ]; then set -- -LE long; fi
ctest --test-dir build --output-on-failure -j "$(nproc)" "$@"
