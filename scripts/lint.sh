#!/bin/sh
# Style and static analysis: clang-format, the checks of tools/, cppcheck, clang-tidy. Installs what
# is missing (Debian). Ends with status 1 if any of them has a finding. `--fix` formats in place.
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086
install_packages $build_packages git clang-format-14 clang-tidy-14 libomp-14-dev cppcheck
sources=$(git ls-files '*.c' '*.h')
failed=0

if [ "${1:-}" = "--fix" ]; then
    # shellcheck disable=SC2086
    clang-format-14 -i $sources
fi

say "clang-format"
# shellcheck disable=SC2086
clang-format-14 --dry-run --Werror $sources || failed=1

say "dependency law"
sh tools/check_deps || failed=1

say "dialect"
sh tools/check_dialect || failed=1

say "what documents say of the tree"
sh tools/check_docs || failed=1

build_preset calls

say "circles of files"
# shellcheck disable=SC2046
sh tools/check_cycles base $(find kernels -type d) models data nn infer weights paper search results plots harness harness/cli ||
    failed=1

say "functions nobody calls"
sh tools/check_uncalled || failed=1

build_preset dev

say "cppcheck"
cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
    --suppressions-list=tools/cppcheck_suppressions.txt --error-exitcode=1 -j "$(nproc)" \
    -D_GNU_SOURCE -I . base kernels models nn infer weights paper data search results plots harness || failed=1

say "clang-tidy"
git ls-files 'base/*.c' 'kernels/*.c' 'models/*.c' 'nn/*.c' 'infer/*.c' 'weights/*.c' 'paper/*.c' 'data/*.c' 'search/*.c' 'results/*.c' \
    'plots/*.c' 'harness/*.c' |
    xargs -P "$(nproc)" -n 8 clang-tidy-14 --quiet -p build/dev 2>build/clang-tidy.log || failed=1

if [ "$failed" -ne 0 ]; then
    say "lint: findings above"
    exit 1
fi
say "lint: clean"
