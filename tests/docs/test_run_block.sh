#!/bin/sh
# test_run_block.sh: a block that does not work is a failure, not a pass and not a skip.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/tree" "$folder/docs/place" "$folder/docs/bin"
cat >"$folder/tree/README.md" <<'EOF'
```sh
true
```
```sh
isoflop no-such-command
```
```yaml
study: bad
no_such_key: 1
```
```sh
isoflop data cifar-10
```
```klingon
nuqneH
```
EOF
printf '#!/bin/sh\necho "isoflop: no" >&2\nexit 2\n' >"$folder/docs/bin/isoflop"
chmod +x "$folder/docs/bin/isoflop"
unset ISOFLOP_DATA
failures=0

# expect NUMBER STATUS
expect() {
    sh "$here/run_block.sh" "$folder/tree" none "$folder/docs" README.md "$1" >"$folder/said" 2>&1
    seen=$?
    if [ "$seen" -ne "$2" ]; then
        echo "block $1: exit status $seen, not $2"
        cat "$folder/said"
        failures=$((failures + 1))
    fi
}

expect 1 0
expect 2 2
expect 3 2
expect 4 77
expect 5 1
expect 6 1
[ "$failures" -eq 0 ]
