#!/bin/sh
# Usage: breach_room.sh SOURCE_FOLDER ROOM room,room,... COMPILER FLAG...
# With the room's own flags, headers of its own compile and those of every room below do not.
set -eu
source=$1 room=$2 order=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

compiles() { # HEADER COMPILER FLAG...
    printf '#include "%s"\nint breach;\n' "$1" >"$scratch/probe.c"
    shift
    "$@" -fsyntax-only "$scratch/probe.c" >"$scratch/log" 2>&1
}

headers() { # ROOM
    (cd "$source/src/$1/include" 2>/dev/null && find . -name '*.h' | sed 's|^\./||' | sort)
}

tried=0
place=above
for other in $(printf '%s' "$order" | tr ',' ' '); do
    if [ "$other" = "$room" ]; then place=own; fi
    # The command sees no other room, above or not.
    if [ "$room" = cli ] && [ "$other" != cli ]; then place=below; fi
    for header in $(headers "$other" || true); do
        case $place in
        own)
            compiles "$header" "$@" || {
                echo "$room does not compile its own $header:"
                cat "$scratch/log"
                status=1
            }
            ;;
        below)
            tried=$((tried + 1))
            if compiles "$header" "$@"; then
                echo "$room can include $header of the room $other"
                status=1
            fi
            ;;
        esac
    done
    if [ "$other" = "$room" ]; then place=below; fi
done
echo "$room: $tried headers below it tried"
exit $status
