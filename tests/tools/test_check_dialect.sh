#!/bin/sh
# tools/check_dialect: a clean file passes; each rule, broken once, is found with its line.
# shellcheck source=tests/tools/common.sh
. "$(dirname "$0")/common.sh"

put base/clean.h <<'EOF'
/* A header; its text may say https://example.org. */
#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H
#include <stddef.h>
extern const char *link; /* "//" */
#endif
EOF
put nn/clean.c <<'EOF'
#include "nn/clean.h"

#include "nn/other.h"

#include "base/clean.h"

#include <stdio.h>
const char *link = "http://\"//"; /* two
// lines */
EOF
expect_clean check_dialect

put nn/bad.c <<'EOF'
void f(char *x) { strcpy(x, "y"); }
EOF
expect_breach check_dialect "nn/bad.c:1: a forbidden call: write what knows its bound and its error"
put nn/bad.c <<'EOF'
const char *hostile = "\"; system(1)";
/* sprintf(
 * strcat( */
void f(char *x) { my_system(x); snprintf(x, 1, ""); }
EOF
expect_clean check_dialect
put nn/bad.c <<'EOF'
int x; // a comment
EOF
expect_breach check_dialect "nn/bad.c:1: a // comment: write /* */"
put nn/bad.c <<'EOF'
#include <stdio.h>

#include "nn/bad.h"
EOF
expect_breach check_dialect "nn/bad.c:3: order of includes: own header, same folder, other folders, system"
put nn/bad.c <<'EOF'
#include "nn/bad.h"
#include "base/clean.h"
EOF
expect_breach check_dialect "nn/bad.c:2: an empty line belongs between blocks of includes"
rm "$tree/nn/bad.c"
put nn/bad.h <<'EOF'
#ifndef BAD_H
#define NN_BAD_H
#endif
EOF
expect_breach check_dialect "nn/bad.h:1: the guard must be NN_BAD_H"
