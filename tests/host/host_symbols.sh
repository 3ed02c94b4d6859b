#!/bin/sh
# Usage: host_symbols.sh LIBRARY HEADER_FOLDER
# The shared library exports what the public headers declare, all of it and nothing else.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
nm -D --defined-only "$1" | awk '{print $3}' | sed 's/@.*//' | grep -v '^_' | sort -u >"$scratch/have"
grep -hv '^#' "$2"/*.h | tr '\n' ' ' | grep -o 'ATTAIN_API [^;]*;' |
    sed 's/(.*//; s/.*[ *]\(attain_[a-z0-9_]*\)$/\1/' | sort -u >"$scratch/want"
diff "$scratch/want" "$scratch/have" || {
    echo '< declared but missing, > exported but not declared'
    exit 1
}
echo "$(wc -l <"$scratch/have") public functions"
