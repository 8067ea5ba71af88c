#!/bin/sh
# script_hash.sh PLOTS: the content security policy of all pages names the script that the report has, by the
# digest of its bytes between the tags: a browser runs no other.
set -eu
plots=$1

hex=$({ printf '\n'; cat "$plots/report.js"; } | sha256sum | cut -d' ' -f1)
digest=$(
    for byte in $(printf %s "$hex" | sed 's/../& /g'); do
        # shellcheck disable=SC2059
        printf "\\$(printf %03o "0x$byte")"
    done | base64
)
grep -q "script-src 'sha256-$digest'" "$plots/page_head.html" || {
    echo "plots/page_head.html wants script-src 'sha256-$digest'"
    exit 1
}
