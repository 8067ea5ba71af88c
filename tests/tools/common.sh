# Sourced by the tests of tools/: a tree to put bad examples in, and what a tool must say of them.
# Usage of a test: test_TOOL.sh ROOT, ROOT being the source folder with tools/.
# shellcheck shell=sh
set -eu
root=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# put FILE: writes standard input to a file of the tree.
put() {
    mkdir -p "$(dirname "$tree/$1")"
    cat >"$tree/$1"
}

# compile SOURCE: its object where the preset `calls` would have it.
compile() {
    object="$tree/build/calls/$(dirname "$1")/CMakeFiles/made.dir/$(basename "$1").o"
    mkdir -p "$(dirname "$object")"
    "${CC:-cc}" -O0 -ffunction-sections -fdata-sections -I "$tree" -c "$tree/$1" -o "$object"
}

# expect_clean TOOL: it has nothing to say of the tree.
expect_clean() {
    if ! said=$(sh "$root/tools/$1" --root "$tree" 2>&1) || [ -n "$said" ]; then
        echo "$1 finds fault with a clean tree: $said"
        exit 1
    fi
}

# expect_breach TOOL LINE: it says exactly LINE and ends with status 1.
expect_breach() {
    status=0
    said=$(sh "$root/tools/$1" --root "$tree" 2>&1) || status=$?
    if [ "$status" -ne 1 ] || [ "$said" != "$2" ]; then
        echo "$1 ended with $status; said: $said; expected: $2"
        exit 1
    fi
}
