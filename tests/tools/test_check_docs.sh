#!/bin/sh
# tools/check_docs: true names, links and citations pass; a wrong one of each kind is found.
# shellcheck disable=SC2016
# shellcheck source=tests/tools/common.sh
. "$(dirname "$0")/common.sh"

put nn/net.h <<'EOF'
typedef struct Net Net;
void net_step(Net *net);
EOF
put docs/numerics.md <<'EOF'
See [the page](architecture.md#rooms) and [elsewhere](https://example.org/x.md).
EOF
page='`nn/`, `nn/net.h`, `net.h`, `n*/*.h`, `net_step()`, `Net`, `isoflop run`, `--set`, `data`'
echo "$page" | put docs/architecture.md
expect_clean check_docs

expect_wrong() {
    echo "$page $1" | put docs/architecture.md
    expect_breach check_docs "docs/architecture.md: $2"
}
expect_wrong '`nn/nett.h`' "there is no file 'nn/nett.h'"
expect_wrong '`mm/`' "there is no file 'mm/'"
expect_wrong '`n/*.c`' "there is no file 'n/*.c'"
expect_wrong '`net_stop()`' "there is no function 'net_stop()'"
expect_wrong '`Net()`' "there is no function 'Net()'"
expect_wrong '`net_stop`' "nothing is called 'net_stop'"
expect_wrong '`Nut`' "nothing is called 'Nut'"
expect_wrong '[a](store.md)' "the link 'store.md' leads nowhere"

echo "$page" | put docs/architecture.md
echo "/* as DESIGN section 3 says */" | put nn/net.c
expect_breach check_docs "nn/net.c:1:/* as DESIGN section 3 says */
these cite documents that are not in the tree: cite docs/ instead"
