#!/bin/sh
# tools/check_uncalled: what main reaches over calls and tables passes, as does what is allowed; what
# only its like calls is found; so is an entry of the list that is not needed.
# shellcheck source=tests/tools/common.sh
. "$(dirname "$0")/common.sh"

put tools/uncalled_allowed.txt <<'EOF'
# comment
kept_* # reason
EOF
put nn/tables.c <<'EOF'
void in_table(void) {}
void kept_one(void) {}
void (*const table[])(void) = {in_table};
EOF
put harness/main.c <<'EOF'
extern void (*const table[])(void);
static void own(void) { table[0](); }
int main(void) { own(); return 0; }
EOF
compile nn/tables.c
compile harness/main.c
expect_clean check_uncalled

put nn/dead.c <<'EOF'
void dead(void);
void deader(void) { dead(); }
void dead(void) { deader(); }
void (*const dead_table[])(void) = {dead};
EOF
compile nn/dead.c
expect_breach check_uncalled "nn/dead.c: dead
nn/dead.c: deader"
rm "$tree/nn/dead.c"
echo 'gone # reason' >>"$tree/tools/uncalled_allowed.txt"
expect_breach check_uncalled \
    "tools/uncalled_allowed.txt: 'gone' need not be allowed: it is called, or gone"
