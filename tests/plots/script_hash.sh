#!/bin/sh
# script_hash.sh PLOTS: the report's content security policy names the script that the report has, by the
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
for page in report report_beside; do
    grep -q "script-src 'sha256-$digest'" "$plots/$page.html" || {
        echo "plots/$page.html wants script-src 'sha256-$digest'"
        exit 1
    }
done
