#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, and opens the studio on the bundled demo.
set -u -o pipefail

usage() {
    cat <<'EOF'
./run.sh                  install what is missing, build, open the studio on the bundled demo
./run.sh --headless       train the demo in the terminal (so it is without a display, too)
./run.sh --build          install and build only
./run.sh [--headless] -- ARGS    pass ARGS on to `spectune`, or to `spectune-train run` with --headless

Downloads lie in ${XDG_CACHE_HOME:-~/.cache}/spectune; .deps/ points there. Nothing is fetched twice.
SPECTUNE_CUDA_FROM=machine|pypi|none chooses where CUDA comes from (none: CPU only); unset: the machine's CUDA 13
toolkit, else PyPI.
EOF
}

refuse() {
    printf 'run.sh: %s\n\n' "$1" >&2
    usage >&2
    exit 2
}

mode=studio
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
        --headless | --build)
            [ "$mode" = studio ] || [ "--$mode" = "$1" ] || refuse "--headless and --build exclude each other"
            mode=${1#--}
            ;;
        -h | --help) usage; exit 0 ;;
        --) shift; arguments=("$@"); break ;;
        *) refuse "unknown option $1 (arguments for the program go after --)" ;;
    esac
    shift
done

[ "$mode" != build ] || [ ${#arguments[@]} -eq 0 ] || refuse "--build starts no program that could take: ${arguments[*]}"

here=$PWD # what the arguments' paths are relative to

# shellcheck source=cmake/setup.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/cmake/setup.sh" || exit 1

if [ "$mode" = studio ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
    case " ${arguments[*]:-} " in
        *" --screenshot"* | *" --help "* | *" -h "* | *" --version "*) export QT_QPA_PLATFORM=offscreen ;;
        *)
            [ ${#arguments[@]} -eq 0 ] || fail "opening the studio" \
                "there is no display, so it cannot take: ${arguments[*]}" "./run.sh --headless -- CONFIG.json"
            say "There is no display (DISPLAY and WAYLAND_DISPLAY are empty): training the demo in the terminal instead."
            mode=headless
            ;;
    esac
fi

setup_packages
setup_torch

case $mode in
    build)
        build release spectune spectune-train
        say "Built: build/release/bin/spectune and build/release/bin/spectune-train"
        ;;
    studio)
        build release spectune
        program=$PWD/build/release/bin/spectune
        [ ${#arguments[@]} -eq 0 ] || cd "$here"
        exec "$program" "${arguments[@]}"
        ;;
    headless)
        build release spectune-train
        program=$PWD/build/release/bin/spectune-train
        if [ ${#arguments[@]} -eq 0 ]; then
            number=1
            while [ -e "runs/demo-$number" ]; do number=$((number + 1)); done
            say "Training the demo into runs/demo-$number"
            exec "$program" run resources/demo/demo.json --out "runs/demo-$number"
        fi
        config=$PWD/resources/demo/demo.json
        case ${arguments[0]} in
            -*) ;;
            *) config=${arguments[0]}; arguments=("${arguments[@]:1}") ;;
        esac
        cd "$here"
        exec "$program" run "$config" "${arguments[@]}"
        ;;
esac
