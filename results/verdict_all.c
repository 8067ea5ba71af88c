/* results/verdict_all.c: every verdict there is. */
#include "results/verdict_common.h"

ErrCode verdict_all(const StoreResults *results, Arena *arena, Verdict *out, Err *err)
{
    TRY(verdict_o1(results, arena, &out[0], err));
    TRY(verdict_o2(results, arena, &out[1], err));
    return ERR_NONE;
fail:
    return err->code;
}
