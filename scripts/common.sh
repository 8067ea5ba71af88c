# shellcheck shell=sh disable=SC2034
# Shared by the scripts of this folder: set-up of a Debian system and the release build. Sourced, not run.
set -eu
cd "$(dirname "$0")/.."

build_packages="gcc libc6-dev make cmake pkg-config libyaml-dev libjansson-dev libxxhash-dev libsqlite3-dev
libcminpack-dev libarchive-dev zlib1g-dev libturbojpeg0-dev libpng-dev libwebp-dev libtiff-dev
libprotobuf-c-dev protobuf-c-compiler libonnx-dev libcmocka-dev gnuplot-nox"

say() {
    printf '== %s\n' "$*"
}

# is_installed PACKAGE: where there is no dpkg, the build itself says what it lacks.
is_installed() {
    ! command -v dpkg-query >/dev/null 2>&1 ||
        dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# install_packages PACKAGE...: installs those that are missing, with sudo where we are not root.
install_packages() {
    missing=""
    for package in "$@"; do
        if ! is_installed "$package"; then
            missing="$missing $package"
        fi
    done
    if [ -z "$missing" ]; then
        return 0
    fi
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        as_root="sudo"
    fi
    if ! command -v apt-get >/dev/null 2>&1 || ! command -v "${as_root:-env}" >/dev/null 2>&1; then
        echo "these packages (Debian's names) are missing; install them and run again:$missing" >&2
        exit 1
    fi
    say "installing:$missing"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $missing >/dev/null
}

# build_preset PRESET: configures and builds build/PRESET; quick when nothing changed.
build_preset() {
    say "building preset '$1' in build/$1"
    mkdir -p build
    if ! cmake --preset "$1" >"build/configure-$1.log" 2>&1; then
        cat "build/configure-$1.log" >&2
        exit 1
    fi
    cmake --build --preset "$1" --parallel "$(nproc)"
}
