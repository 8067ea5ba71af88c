/* results/verdict_all.c: every verdict there is. */
#include "results/verdict_common.h"

ErrCode verdict_all(const StoreResults *results, Arena *arena, Verdict *out, size_t *n, Err *err)
{
    bool is_there = false;
    TRY(verdict_o1(results, arena, &out[0], err));
    TRY(verdict_o2(results, arena, &out[1], err));
    *n = 2;
    TRY(verdict_random(results, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_base(results, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_const(results, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_table(results, arena, &out[*n], &is_there, err));
    *n += is_there;
    return ERR_NONE;
fail:
    return err->code;
}
