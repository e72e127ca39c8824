# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What run.sh and test.sh share: packages, LibTorch, configure, build. Sourced, never run.
# Every step is a no-op when its result is there, and works offline from then on.

unset CDPATH # with it cd may go elsewhere, and prints where
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$repo" || exit 1

torch_version=2.11.0
# With a CUDA 13 toolkit on the machine, torch and what no toolkit has.
torch_packages=("torch==$torch_version" nvidia-cusparselt-cu13==0.8.0 nvidia-nvshmem-cu13==3.4.5 nvidia-cufile==1.15.1.6)
# Without one, also the libraries that torch asks for, and the compiler. All pinned: unpinned, pip mixes 13.0 and 13.5.
cuda_packages=(nvidia-cublas==13.1.0.3 nvidia-cuda-cupti==13.0.85 nvidia-cuda-nvrtc==13.0.88 nvidia-cuda-runtime==13.0.96
    nvidia-cudnn-cu13==9.19.0.56 nvidia-cufft==12.0.0.61 nvidia-curand==10.4.0.35 nvidia-cusolver==12.0.4.66
    nvidia-cusparse==12.6.3.3 nvidia-nccl-cu13==2.28.9 nvidia-nvjitlink==13.0.88 nvidia-nvtx==13.0.85
    nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-cuda-cccl==13.0.85)
# For the CPU alone: libtorch_cpu.so of this wheel is linked with these two.
cpu_packages=("torch==$torch_version" nvidia-cuda-cupti==13.0.85 nvidia-cuda-runtime==13.0.96)

apt_packages=(
    g++ cmake ninja-build ccache pkg-config python3 python3-venv
    qt6-base-dev qt6-base-dev-tools qt6-svg-dev libgl-dev libqcustomplot-dev
    libqt6sql6-sqlite qt6-qpa-plugins qt6-wayland dbus-daemon libxcb-cursor0 fonts-inter fonts-dejavu-core
    libsentencepiece-dev libprotobuf-dev nlohmann-json3-dev libcli11-dev libgif-dev libwebp-dev
)

say() { printf '%s\n' "$*"; }

# fail STEP WHY WHAT_TO_TYPE: ends the program with a text that helps.
fail() {
    printf '\nFailed: %s\nWhy:    %s\nType:   %s\n' "$1" "$2" "$3" >&2
    exit 1
}

find_cache() {
    cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/spectune
    if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
        cache=$repo/.cache/spectune
        mkdir -p "$cache" || fail "making a cache folder" "$cache cannot be written" "XDG_CACHE_HOME=/a/folder/of/yours $0"
    fi
}

# ---- Packages of the system -----------------------------------------------------------------------------------------

setup_packages() {
    command -v dpkg-query >/dev/null || { check_tools; return; }
    local missing=() state
    state=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${apt_packages[@]}" 2>/dev/null)
    for package in "${apt_packages[@]}"; do
        grep -qx "$package installed" <<<"$state" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return

    local step="installing ${#missing[@]} packages of the system" as_root=()
    local by_hand="sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
    command -v apt-get >/dev/null || fail "$step" "this system has no apt-get; missing: ${missing[*]}" "$by_hand"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "$step" "not root, and there is no sudo" "su -c '${by_hand//sudo /}'"
        as_root=(sudo)
        if [ ! -t 0 ]; then
            as_root=(sudo -n)
            sudo -n true 2>/dev/null || fail "$step" "sudo wants a password and there is no terminal to ask in" "$by_hand"
        fi
    fi
    say "[1/3] Packages to install: ${missing[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    "${as_root[@]}" apt-get -q update || fail "$step" "apt-get update failed (see above): sudo refused, no network, or a wrong source in /etc/apt" "$by_hand"
    "${as_root[@]}" LC_ALL=C apt-get install --no-install-recommends --assume-no "${missing[@]}" 2>/dev/null \
        | grep -E '^(Need to get|After this operation)' | sed 's/^/      /'
    "${as_root[@]}" apt-get -q install -y --no-install-recommends "${missing[@]}" || fail "$step" "apt-get could not install them (see above)" "$by_hand"
}

# Not Debian and not Ubuntu: say early what will be needed, and let CMake name what it does not find.
check_tools() {
    local tool
    for tool in g++ cmake ninja python3 pkg-config; do
        command -v "$tool" >/dev/null || fail "looking for $tool" "this is no Debian or Ubuntu, so it cannot be installed from here" \
            "install your system's packages for: ${apt_packages[*]}"
    done
}

# ---- LibTorch and CUDA ----------------------------------------------------------------------------------------------

# Prints machine, pypi or none. SPECTUNE_CUDA_FROM decides when it is set.
choose_cuda() {
    if [ -n "${SPECTUNE_CUDA_FROM:-}" ]; then
        printf '%s' "$SPECTUNE_CUDA_FROM"
        return
    fi
    local nvcc known library folders
    nvcc=$(PATH="$PATH:${CUDA_HOME:-/usr/local/cuda}/bin:/usr/local/cuda/bin" command -v nvcc) || { printf pypi; return; }
    "$nvcc" --version 2>/dev/null | grep -q 'release 13\.' || { printf pypi; return; }
    IFS=: read -r -a folders <<<"${LD_LIBRARY_PATH:-/nonexistent}"
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p; ls "${folders[@]}" 2>/dev/null)
    for library in libcudart.so.13 libcublas.so.13 libcublasLt.so.13 libcudnn.so.9 libnccl.so.2 libcusparse.so.12 \
        libcufft.so.12 libcurand.so.10 libcusolver.so.12 libcupti.so.13 libnvrtc.so.13 libnvJitLink.so.13; do
        grep -qF "$library" <<<"$known" || { printf pypi; return; }
    done
    printf machine
}

setup_torch() {
    if [ -z "${SPECTUNE_CUDA_FROM:-}" ] && [ -e .deps/torch/lib/libtorch_cpu.so ] \
        && [ "$(cat .deps/torch/../complete 2>/dev/null)" = "$torch_version" ]; then
        return
    fi
    local variant packages size need folder
    variant=$(choose_cuda)
    case $variant in
        machine) packages=("${torch_packages[@]}"); size="0.8 GB (1.6 GB on disk)"; need=4 ;;
        pypi) packages=("${torch_packages[@]}" "${cuda_packages[@]}"); size="2.4 GB (4.6 GB on disk)"; need=8 ;;
        none) packages=("${cpu_packages[@]}"); size="0.6 GB (1.5 GB on disk)"; need=3 ;;
        *) fail "choosing CUDA" "SPECTUNE_CUDA_FROM is '$variant'" "SPECTUNE_CUDA_FROM=machine|pypi|none $0" ;;
    esac
    folder=$cache/libtorch-$torch_version-cuda-$variant
    (
        flock 9 || exit 1
        [ "$(cat "$folder/complete" 2>/dev/null)" = "$torch_version" ] && exit 0
        fetch_torch "$folder" "$variant" "$size" "$need" "${packages[@]}"
    ) 9>"$folder.lock" || exit 1
    link_torch "$folder"
}

# fetch_torch FOLDER VARIANT SIZE NEEDED_GB PACKAGES...: a virtual environment brings pip; only its packages are kept.
fetch_torch() {
    local folder=$1 variant=$2 size=$3 need=$4 python=/usr/bin/python3 free site
    shift 4
    [ -x "$python" ] || python=python3
    case $variant in
        machine) say "[2/3] LibTorch $torch_version from PyPI, about $size to download; CUDA 13 is on this machine." ;;
        pypi) say "[2/3] LibTorch $torch_version, CUDA 13 and its compiler from PyPI, about $size to download: no CUDA 13 toolkit here." ;;
        none) say "[2/3] LibTorch $torch_version for the CPU from PyPI, about $size to download." ;;
    esac
    say "      into $folder"
    free=$(df -Pk "$cache" | awk 'NR == 2 {print int($4 / 1048576)}')
    [ "$free" -ge "$need" ] || fail "fetching LibTorch" "$need GB are needed, $free GB are free in $cache" "XDG_CACHE_HOME=/a/larger/disk $0"

    rm -rf "$folder.new"
    env -u PYTHONPATH -u PYTHONHOME -u VIRTUAL_ENV "$python" -m venv "$folder.new" || fail "fetching LibTorch" "$python cannot make a virtual environment" "sudo apt-get install python3-venv"
    mkdir -p "$folder.new/tmp"
    # pip unpacks beside the target, not in a small /tmp, and nothing of a person's own Python settings leaks in.
    env -u PYTHONPATH -u PYTHONHOME -u VIRTUAL_ENV -u PIP_TARGET -u PIP_PREFIX -u PIP_USER -u PIP_REQUIRE_VIRTUALENV \
        PYTHONNOUSERSITE=1 TMPDIR="$folder.new/tmp" PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$folder.new/bin/python" -m pip install --no-deps --no-cache-dir --no-compile --only-binary :all: --no-input "$@" \
        || fail "fetching LibTorch" "pip could not download or unpack it (see above): no network, a proxy, or a full disk" "$0    (starts this step again)"
    site=$(echo "$folder.new"/lib/python3*/site-packages)
    [ -e "$site/torch/lib/libtorch_cpu.so" ] || fail "fetching LibTorch" "the wheel has no torch/lib/libtorch_cpu.so" "rm -rf '$folder.new'; $0"
    if [ "$variant" = pypi ]; then
        [ -x "$site/nvidia/cu13/bin/nvcc" ] || fail "fetching the CUDA compiler" "the wheels have no nvidia/cu13/bin/nvcc" "SPECTUNE_CUDA_FROM=none $0"
        # The linker looks for the plain names, and nvcc for lib64.
        ln -sf libcudart.so.13 "$site/nvidia/cu13/lib/libcudart.so"
        ln -sfn lib "$site/nvidia/cu13/lib64"
    fi
    rm -rf "$folder" "$site/pip" "$site/setuptools"
    mv "$site" "$folder" && rm -rf "$folder.new"
    printf '%s' "$torch_version" >"$folder/complete"
    say "      done: $(du -sh "$folder" | cut -f1) in $folder"
}

link_torch() {
    mkdir -p .deps
    ln -sfn "$1/torch" .deps/torch
    rm -f .deps/cuda
    if [ -x "$1/nvidia/cu13/bin/nvcc" ]; then
        ln -sfn "$1/nvidia/cu13" .deps/cuda
    fi
}

# ---- Configure and build --------------------------------------------------------------------------------------------

# Prints the architectures of this machine's GPUs as CMake takes them; nothing where there is none, or where the development
# preset is for the same already.
own_architectures() {
    local list
    list=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null \
        | awk -F. '/^[0-9]+\.[0-9]$/ && $1 >= 8 {print $1 $2 ($0 == "9.0" ? "a" : "")}' | sort -u | paste -sd ';')
    [ "$list" = 90a ] || printf '%s' "$list"
}

# Configures build/PRESET when that has not been done for this LibTorch and these GPUs. Later changes of a CMakeLists.txt are
# ninja's.
configure() {
    local preset=$1 folder=build/$1 stamp options=() own=
    [ "$preset" != dev ] || own=$(own_architectures)
    stamp="$(readlink -f .deps/torch 2>/dev/null) $repo${own:+ $own}"
    [ -e "$folder/build.ninja" ] && [ "$(cat "$folder/configured" 2>/dev/null)" = "$stamp" ] && return
    [[ $stamp == *-cuda-none/torch* ]] && options=(-DSPECTUNE_CUDA=OFF)
    [ -z "$own" ] || options+=("-DCMAKE_CUDA_ARCHITECTURES=$own")
    say "[3/3] Configuring $folder"
    mkdir -p "$folder"
    rm -f "$folder/CMakeCache.txt"
    cmake --preset "$preset" "${options[@]}" >"$folder/configure.log" 2>&1 || {
        tail -n 25 "$folder/configure.log" >&2
        fail "configuring $folder" "CMake stopped; its last lines are above, all of them in $folder/configure.log" "cmake --preset $preset"
    }
    printf '%s' "$stamp" >"$folder/configured"
}

# build PRESET TARGETS...
build() {
    local preset=$1 folder=build/$1
    shift
    configure "$preset"
    # A dry run first: a start with nothing to do stays silent.
    ninja -C "$folder" -n "$@" 2>/dev/null | grep -q 'no work to do' && return
    say "[3/3] Building $folder (done/all and time; the first build takes minutes)"
    NINJA_STATUS='[%f/%t %es] ' ninja -C "$folder" "$@" || fail "building $folder" "the compiler stopped; its message is above" "ninja -C $folder $*"
}

find_cache
