/* nn/netruns.c: the only place in nn/ that names kinds, by their list. */
#include "nn/netruns.h"

const OpRun *netruns_row(OpKind kind)
{
    static const OpRun *const rows[] = {
#define OP_RUN(kind, name) [kind] = &run_##name,
        OP_KINDS(OP_RUN)
#undef OP_RUN
    };
    return rows[kind];
}
