#!/bin/sh
# tools/check_cycles: files on files without a circle pass; a circle of includes and one of calls
# that no include shows are found, each with exactly its members; a header without a .c makes none.
# shellcheck source=tests/tools/common.sh
. "$(dirname "$0")/common.sh"

echo 'int low(void); int high(void);' | put nn/low.h
echo '#include "nn/low.h"' | put nn/middle.h
echo '#include "nn/middle.h"' | put nn/high.h
put nn/low.c <<'EOF'
#include "nn/middle.h"
int low(void) { return 1; }
EOF
put nn/high.c <<'EOF'
#include "nn/high.h"
int high(void) { return low(); }
EOF
compile nn/low.c
compile nn/high.c
expect_clean check_cycles

echo 'int high(void); int low(void) { return high(); }' | put nn/low.c
compile nn/low.c
expect_breach check_cycles "nn: calls: high low"
echo 'int low(void) { return 1; }' | put nn/low.c
compile nn/low.c
expect_clean check_cycles
echo '#include "nn/high.h"' | put nn/low.c
compile nn/low.c
expect_breach check_cycles "nn: includes: high low"
