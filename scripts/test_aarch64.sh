#!/bin/sh
# Cross-compiles for 64-bit ARM and runs, in qemu's user emulation, what holds the NEON kernels to the bits of all
# others: the tests of kernels/, one golden training, and trainings whose digests are those of x86-64. Skipped, saying
# so, where a compiler, qemu or apt-get is missing: `apt-get install gcc-aarch64-linux-gnu qemu-user` (Debian).
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

# As in cmake/aarch64-linux-gnu.cmake.
sysroot=$PWD/build/aarch64-sysroot
sysroot_packages="libc6-dev libgomp1 libyaml-dev libjansson-dev libxxhash-dev libsqlite3-dev libcminpack-dev
libarchive-dev zlib1g-dev libturbojpeg0-dev libpng-dev libwebp-dev libtiff-dev libprotobuf-c-dev libcmocka-dev"

for tool in aarch64-linux-gnu-gcc qemu-aarch64 apt-get dpkg-deb; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        say "SKIP: '$tool' is missing, nothing was tested for aarch64"
        exit 0
    fi
done

# make_sysroot: the packages and what they need, unpacked below build/ by an apt of its own: nothing is installed.
make_sysroot() {
    say "unpacking libraries for aarch64 in build/aarch64-sysroot"
    apt=$(mktemp -d)
    trap 'rm -rf "$apt"' EXIT
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    : >"$apt/status"
    cat >"$apt/conf" <<EOF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::State::extended_states "$apt/extended";
Dir::Cache "$apt";
Debug::NoLocking "true";
EOF
    APT_CONFIG=$apt/conf apt-get -qq update
    # shellcheck disable=SC2086
    APT_CONFIG=$apt/conf apt-get -qq -y install --download-only $sysroot_packages >/dev/null
    rm -rf "$sysroot.part"
    mkdir -p "$sysroot.part"
    for package in "$apt"/archives/*.deb; do
        dpkg-deb -x "$package" "$sysroot.part"
    done
    mv "$sysroot.part" "$sysroot"
}

# shellcheck disable=SC2086
install_packages $build_packages
if [ ! -d "$sysroot" ]; then
    make_sysroot
fi

kernels="affine conv dw head ladder opt pool pw se"
say "building preset 'aarch64' in build/aarch64"
cmake --preset aarch64 >/dev/null
targets=""
for test in cpu $kernels nn_bits nn_golden; do
    targets="$targets test_$test"
done
# shellcheck disable=SC2086
cmake --build --preset aarch64 --parallel "$(nproc)" --target $targets

say "levels, kernels and digests, emulated"
ctest --test-dir build/aarch64 --output-on-failure -R "^($(echo cpu $kernels nn_bits | tr ' ' '|'))\$"

say "one golden training, emulated"
ISOFLOP_SOURCE_DIR=$PWD qemu-aarch64 -L "$sysroot" build/aarch64/tests/nn/test_nn_golden average-pool-cifar test_losses_sgd
