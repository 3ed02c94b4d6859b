# shellcheck shell=sh disable=SC2034
# Sourced by run.sh, test.sh and .ci/run: installs what is missing from Debian's packages.
# Usage: install_missing package...

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_missing() {
    missing=
    for package in "$@"; do
        # Any gnuplot, node and npm will do.
        case $package in
        gnuplot-nox) program=gnuplot ;;
        nodejs) program=node ;;
        npm) program=npm ;;
        *) program= ;;
        esac
        if [ -n "$program" ] && command -v "$program" >/dev/null 2>&1; then continue; fi
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "== installing from Debian's packages:$missing"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        as_root=sudo
    else
        echo "not root and no sudo; please run as root: apt-get install$missing" >&2
        return 1
    fi
    # shellcheck disable=SC2086  # lists of words on purpose
    $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

build_packages="build-essential cmake ninja-build pkg-config libgsl-dev libcjson-dev libcsv-dev
    libmd-dev librandom123-dev libcmocka-dev gnuplot-nox fonts-dejavu-core"
