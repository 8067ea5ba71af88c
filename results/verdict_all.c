/* results/verdict_all.c: every verdict there is, where a study has what it speaks of. */
#include "results/verdict_common.h"

#include <string.h>

static bool has_part(const StoreResults *results, const char *kind)
{
    for (size_t i = 0; i < results->n_points; i++)
        if (store_is_part(&results->points[i].point, kind))
            return true;
    return false;
}

/* Those of searches, grids of two baselines and tables. */
static ErrCode judge_others(const StoreResults *results, Arena *arena, Verdict *out, size_t *n,
                            Err *err)
{
    bool is_there = false;
    TRY(verdict_random(results, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_base(results, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_const(results, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_table(results, arena, &out[*n], &is_there, err));
    *n += is_there;
fail:
    return err->code;
}

ErrCode verdict_all(const StoreResults *results, Arena *arena, Verdict *out, size_t *n, Err *err)
{
    enum { OBSERVATIONS = 2 };
    size_t n_others = 0;
    *n = 0;
    TRY(judge_others(results, arena, out + OBSERVATIONS, &n_others, err));
    if (n_others == 0 || has_part(results, "curves") || has_part(results, "compare")) {
        TRY(verdict_o1(results, arena, &out[0], err));
        TRY(verdict_o2(results, arena, &out[1], err));
        *n = OBSERVATIONS;
    }
    memmove(out + *n, out + OBSERVATIONS, n_others * sizeof(*out));
    *n += n_others;
fail:
    return err->code;
}
