#!/bin/sh
# Usage: scan_rooms.sh SOURCE_FOLDER ROOM...
# Reads every #include of the rooms: no "../", no room below one's own, cJSON, libcsv and libmd in
# io alone, gnuplot started by cli alone, no printing or ending of the process in the library.
set -eu
cd "$1"
shift
status=0

complain() { # TEXT LINES
    if [ -n "$2" ]; then
        printf '%s:\n%s\n' "$1" "$2"
        status=1
    fi
}

lines() { # PATTERN FOLDER...
    pattern=$1
    shift
    grep -rnE --include='*.[ch]' "$pattern" "$@" || true
}

complain 'an include leaves its folder' "$(lines '#[[:space:]]*include[[:space:]]*["<]\.\.?/' src tests include)"

for room in "$@"; do
    [ -d "src/$room" ] || continue
    below=
    passed=no
    for other in "$@"; do
        if [ $passed = yes ]; then below="$below|$other"; fi
        if [ "$other" = "$room" ]; then passed=yes; fi
        if [ "$room" = cli ] && [ "$other" != cli ]; then below="$below|$other"; fi
    done
    below=${below#|}
    if [ -n "$below" ]; then
        complain "room $room looks below itself" \
            "$(lines "#[[:space:]]*include[[:space:]]*[\"<]($below)/" "src/$room")"
    fi
    if [ "$room" != io ]; then
        complain "room $room sees a parser's library" \
            "$(lines '#[[:space:]]*include[[:space:]]*["<](cjson/|cJSON|csv\.h|md5\.h|sha2\.h)' "src/$room")"
    fi
    if [ "$room" != cli ]; then
        complain "room $room prints, exits or starts something" \
            "$(lines '(^|[^_[:alnum:]"])(v?f?printf|f?puts|f?putc|putchar|perror|exit|_exit|abort|system|popen|fork|execvp?|posix_spawnp?)[[:space:]]*\(' "src/$room")"
    fi
done
exit $status
