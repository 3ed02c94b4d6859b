#!/bin/sh
# Usage: host_pkg_config.sh SOURCE_FOLDER LIBRARY_FOLDER c|c++ COMPILER [FLAG...]
set -eu
source=$1 library=$2 language=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case $language in
c) standard=c11 runtime= ;;
*) standard=c++17 runtime=-lstdc++ ;;
esac
PKG_CONFIG_PATH="$library/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
export PKG_CONFIG_PATH

# shellcheck disable=SC2046  # lists of flags
"$@" -x "$language" -std=$standard -Wall -Wextra -Wpedantic -Werror "$source/host.c" -x none \
    $(pkg-config --cflags --libs attain gsl) $runtime -o "$scratch/host"
LD_LIBRARY_PATH="$library" "$scratch/host" "$scratch/results"
test -s "$scratch/results/results.json"
test -s "$scratch/results/report.md"
test -s "$scratch/results/report.html"

# LOCPATH, where it is set, holds a locale with a decimal comma; without one this repeats the run.
LC_ALL=de_DE.UTF-8 LD_LIBRARY_PATH="$library" "$scratch/host" "$scratch/comma"
cmp "$scratch/results/results.json" "$scratch/comma/results.json"
cmp "$scratch/results/report.md" "$scratch/comma/report.md"

if [ "$language" = c ]; then # and with the static library
    # shellcheck disable=SC2046
    "$@" -std=$standard "$source/host.c" $(pkg-config --cflags attain) "$library/libattain.a" \
        $(pkg-config --static --libs-only-l attain | sed 's/-lattain //') -o "$scratch/static"
    "$scratch/static" "$scratch/results"
fi
