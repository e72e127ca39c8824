#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run_arguments.sh REPOSITORY: what run.sh makes of its arguments. The real script and the real set-up file in a folder
# with a space, with functions that install and build nothing and programs that only tell how they were called.
set -u

source_dir=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
repo="$root/a folder/spectune"
caller="$root/caller"
bin=$repo/build/release/bin
mkdir -p "$repo/cmake" "$repo/runs/demo-1" "$bin" "$caller"
cp "$source_dir/run.sh" "$repo"
cp "$source_dir/cmake/setup.sh" "$repo/cmake"
cat >>"$repo/cmake/setup.sh" <<'EOF'
setup_packages() { :; }
setup_torch() { :; }
build() { echo "build $*"; }
EOF
for program in spectune spectune-train; do
    printf '#!/usr/bin/env bash\nprintf "%%s" "${0##*/} in ${PWD##*/}:"; printf " [%%s]" "$@"; echo\n' >"$bin/$program"
    chmod +x "$bin/$program"
done

unset DISPLAY WAYLAND_DISPLAY QT_QPA_PLATFORM
cd "$caller" || exit 1
failed=0

# expect CODE TEXT COMMAND...: the command ends with that code, and the last line of its output is TEXT; with a code
# other than 0, the first line that is not blank.
expect() {
    local code=$1 text=$2 output got line
    shift 2
    output=$("$@" 2>&1)
    got=$?
    if [ "$got" -eq 0 ]; then
        line=${output##*$'\n'}
    else
        line=$(grep -m 1 . <<<"$output")
    fi
    if [ "$got" -ne "$code" ] || [ "$line" != "$text" ]; then
        printf '%s\n  wanted %s: %s\n  got    %s: %s\n' "$*" "$code" "$text" "$got" "$line" >&2
        failed=1
    fi
}

run="../a folder/spectune/run.sh"
demo="spectune-train in spectune: [run] [resources/demo/demo.json] [--out] [runs/demo-2]" # demo-1 is taken

expect 0 "spectune in spectune: []" env DISPLAY=:0 "$run"
expect 0 "spectune in spectune: []" env WAYLAND_DISPLAY=wayland-0 "$run"
expect 0 "spectune in caller: [my run] [--start]" env DISPLAY=:0 "$run" -- "my run" --start
expect 0 "spectune in caller: [--screenshot] [x y.png]" "$run" -- --screenshot "x y.png"
expect 0 "spectune in caller: [--version]" "$run" -- --version
expect 0 "$demo" "$run"
expect 0 "$demo" "$run" --
expect 0 "$demo" "$run" --headless
expect 0 "$demo" env DISPLAY=:0 "$run" --headless
expect 0 "spectune-train in caller: [run] [CONFIG.json] [--out] [X]" "$run" --headless -- CONFIG.json --out X
expect 0 "spectune-train in caller: [run] [my config.json] [--out] [an out]" \
    "$run" --headless -- "my config.json" --out "an out"
expect 0 "spectune-train in caller: [run] [$repo/resources/demo/demo.json] [--set] [train.steps=3]" \
    "$run" --headless -- --set train.steps=3
expect 0 "Built: build/release/bin/spectune and build/release/bin/spectune-train" "$run" --build
expect 0 "toolkit, else PyPI." "$run" --help

expect 1 "Failed: opening the studio" "$run" -- CONFIG.json
expect 2 "run.sh: unknown option --bogus (arguments for the program go after --)" "$run" --bogus
expect 2 "run.sh: unknown option CONFIG.json (arguments for the program go after --)" "$run" CONFIG.json
expect 2 "run.sh: --headless and --build exclude each other" "$run" --build --headless
expect 2 "run.sh: --build starts no program that could take: CONFIG.json" "$run" --build -- CONFIG.json

# However the script is reached, it works in its own repository.
ln -s "$repo/run.sh" "$root/link"
expect 0 "$demo" "$root/link" --headless
cd "$root" || exit 1
mkdir -p "$caller/a folder/spectune/cmake"
expect 0 "$demo" env CDPATH="$caller" bash "a folder/spectune/run.sh" --headless
cd "$repo" || exit 1
expect 0 "spectune-train in spectune: [run] [x.json]" ./run.sh --headless -- x.json

exit $failed
