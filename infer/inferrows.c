/* infer/inferrows.c: the only place in infer/ that names kinds, by their list. */
#include "infer/inferrows.h"

const InferRow *inferrows_row(OpKind kind)
{
    static const InferRow *const rows[] = {
#define INFER_ROW(kind, name) [kind] = &infer_##name,
        OP_KINDS(INFER_ROW)
#undef INFER_ROW
    };
    return rows[kind];
}
