#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds with warnings as errors, and runs the tests: all of them, and once more under the
# sanitizers what needs neither LibTorch nor a window.
set -u -o pipefail

usage() {
    cat <<'EOF'
./test.sh                 all tests
./test.sh -R name         the tests whose name matches this regular expression
./test.sh --quick         without the sanitizer builds
./test.sh --gpu           the checks on a real GPU alone, compute-sanitizer's among them
EOF
}

filter=
quick=
gpu=
while [ $# -gt 0 ]; do
    case $1 in
        -R) [ $# -ge 2 ] || { usage >&2; exit 2; }; filter=$2; shift ;;
        --quick) quick=1 ;;
        --gpu) gpu=1 ;;
        -h | --help) usage; exit 0 ;;
        *) printf 'test.sh: unknown option %s\n\n' "$1" >&2; usage >&2; exit 2 ;;
    esac
    shift
done

# shellcheck source=cmake/setup.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/cmake/setup.sh" || exit 1

if [ -n "$gpu" ] && ! compgen -G '/dev/nvidia[0-9]*' >/dev/null && ! nvidia-smi -L >/dev/null 2>&1; then
    say "SKIP: no NVIDIA GPU on this machine, so there is nothing for --gpu to check."
    exit 0
fi

setup_packages
setup_torch

# The thread sanitizer of g++ 12 cannot start where addresses are randomised widely (kernels from 6.6 on).
fixed_addresses=()
setarch "$(uname -m)" -R true 2>/dev/null && fixed_addresses=(setarch "$(uname -m)" -R)
failed=()
found=

# run_tests PRESET CTEST_ARGUMENTS...: builds what the chosen tests need and runs them.
run_tests() {
    local preset=$1 names targets=()
    shift
    configure "$preset"
    names=$(ctest --test-dir "build/$preset" -N "$@" | sed -n 's/^ *Test *#[0-9]*: *//p')
    [ -n "$names" ] || return 0
    found=1
    if [ "$preset" = dev ] && [ -z "$filter$gpu" ]; then
        targets=(all)
    else
        # A test made by spectune_add_test is a target of its name; the programs are for those that start one.
        mapfile -t targets < <(ninja -C "build/$preset" -t targets all | sed -n 's/^\([A-Za-z0-9_-]*\): phony$/\1/p' \
            | grep -Fx -e spectune-train -e spectune -f <(printf '%s\n' "$names"))
    fi
    [ ${#targets[@]} -eq 0 ] || build "$preset" "${targets[@]}"
    say "Tests of build/$preset"
    "${fixed_addresses[@]}" ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure --no-tests=ignore "$@" || failed+=("$preset")
}

# The toolkit's own checkers on every kernel of ours: reads and writes out of bounds, threads that do not wait for each other.
sanitize_kernels() {
    local tool checker=
    for tool in compute-sanitizer /usr/local/cuda/bin/compute-sanitizer; do
        [ -n "$checker" ] || checker=$(command -v "$tool" || true)
    done
    if [ -z "$checker" ]; then
        say "SKIPPED: compute-sanitizer is not here (Debian and Ubuntu: cuda-sanitizer-13-0 of NVIDIA's repository)."
        return
    fi
    for tool in memcheck racecheck; do
        say "compute-sanitizer, $tool"
        sanitize "$checker" "$tool" gpu_kernels
        sanitize "$checker" "$tool" gpu_pass kernels
    done
}

# sanitize CHECKER TOOL PROGRAM ARGUMENTS...: its output is shown where something was found.
sanitize() {
    local checker=$1 tool=$2 program=$3 log=build/dev/tests/$2-$3.log
    shift 3
    "$checker" --tool "$tool" --error-exitcode 1 "build/dev/tests/$program" "$@" >"$log" 2>&1 && return
    head -n 60 "$log" >&2
    tail -n 5 "$log" >&2
    say "compute-sanitizer's whole output: $log"
    failed+=("dev, $tool of $program")
}

select=()
[ -n "$filter" ] && select+=(-R "$filter")
if [ -n "$gpu" ]; then
    export SPECTUNE_REQUIRE_GPU=1
    run_tests dev -L gpu "${select[@]}"
    [ -n "$filter" ] || sanitize_kernels
else
    run_tests dev "${select[@]}"
    if [ -z "$quick" ]; then
        run_tests asan -LE house "${select[@]}"
        run_tests tsan -LE house "${select[@]}"
    fi
fi

if [ ${#failed[@]} -gt 0 ]; then
    say "FAILED in ${failed[*]/#/build/} after $SECONDS s. One test again: ./test.sh -R <name>"
    exit 1
fi
if [ -z "$found" ]; then
    say "No test matches '$filter'. All names: ctest --test-dir build/dev -N"
    exit 2
fi
[ -d ../shared/data ] || say "Skipped: what reads ../shared/data, which is not here; the comparison with PEFT is among it."
say "All tests passed in $SECONDS s."
