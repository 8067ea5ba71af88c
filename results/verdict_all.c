/* results/verdict_all.c: every verdict there is, where a study has what it speaks of. */
#include "results/holm.h"
#include "results/transfers.h"
#include "results/varied.h"
#include "results/verdict_common.h"
#include "results/verdict_duel.h"
#include "results/verdict_field.h"
#include "results/verdict_shape.h"

#include <string.h>

/* Whether there is a part of that kind, with that series unless NULL. */
static bool has_part(const StoreResults *results, const char *kind, const char *series)
{
    for (size_t i = 0; i < results->n_points; i++)
        if (store_is_part(&results->points[i].point, kind) &&
            (series == NULL || strcmp(results->points[i].point.series, series) == 0))
            return true;
    return false;
}

/* Those of shapes. */
static ErrCode judge_shapes(const StoreResults *results, Arena *arena, Verdict *out, size_t *n,
                            Err *err)
{
    Profile *profiles = NULL;
    VerdictField field;
    size_t n_profiles = 0;
    bool is_there = false;
    TRY(verdict_shape_profiles(results, arena, &profiles, &n_profiles, err));
    if (n_profiles == 0)
        return ERR_NONE;
    TRY(verdict_field_make(&field, results, VERDICT_POINTS, arena, err));
    TRY(verdict_o2s(results, profiles, n_profiles, &field, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_o4(results, profiles, n_profiles, &field, arena, &out[*n], &is_there, err));
    *n += is_there;
fail:
    return err->code;
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

/* Whether rules are compared: not where a profile's optimum is trained once more and no single
 * dimension beside it. */
static bool compares_rules(const StoreResults *results)
{
    bool is_there = false, has_single = false, has_chosen = false;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *point = &results->points[i].point;
        if (!store_is_part(point, "compare"))
            continue;
        is_there = true;
        has_single |= verdict_duel_is_single(point);
        has_chosen |= verdict_shape_is_chosen(point);
    }
    return is_there && (has_single || !has_chosen);
}

/* Verdicts of the block model, and the parts they speak of. */
static const struct {
    const char *part;
    bool is_usual;      /* also where a study has nothing else to say */
    const char *series; /* only if the part has it; NULL: any */
    ErrCode (*judge)(VerdictField *field, Arena *arena, Verdict *out, Err *err);
} observations[] = {{"curves", true, NULL, verdict_o1a},    {"curves", true, NULL, verdict_o1b},
                    {"compare", true, NULL, verdict_o2},    {"lines", false, NULL, verdict_o3},
                    {"compare", false, "fast", verdict_o5}, {"curves", false, NULL, verdict_o6}};

/* Those of scaling; with `is_only` there are no others. */
static ErrCode judge_scaling(const StoreResults *results, bool is_only, Arena *arena, Verdict *out,
                             size_t *n, Err *err)
{
    const bool has_rules = compares_rules(results);
    const bool is_scaling = is_only || has_part(results, "curves", NULL) || has_rules;
    VerdictField field;
    *n = 0;
    TRY(verdict_field_make(&field, results, VERDICT_POINTS, arena, err));
    for (size_t i = 0; i < ARRAY_LEN(observations); i++) {
        if (observations[i].is_usual
                ? !is_scaling
                : !has_part(results, observations[i].part, observations[i].series))
            continue;
        if (observations[i].judge == verdict_o2 && !has_rules && has_part(results, "compare", NULL))
            continue;
        TRY(observations[i].judge(&field, arena, &out[*n], err));
        ++*n;
    }
fail:
    return err->code;
}

/* Holm's correction over those that have a p. */
static void adjust(Verdict *verdicts, size_t n)
{
    double p[VERDICT_MAX], adjusted[VERDICT_MAX];
    int n_family = 0;
    for (size_t i = 0; i < n; i++)
        if (verdicts[i].has_p)
            p[n_family++] = verdicts[i].p;
    holm_adjust(p, n_family, adjusted);
    for (size_t i = 0, k = 0; i < n; i++)
        if (verdicts[i].has_p) {
            verdicts[i].p_holm = adjusted[k++];
            verdicts[i].n_family = n_family;
        }
}

/* Those of networks that were carried to other data. */
static ErrCode judge_transfers(const StoreResults *results, const StoreResults *own, Arena *arena,
                               Verdict *out, size_t *n, Err *err)
{
    Transfer *transfers = NULL;
    VerdictField field;
    size_t n_sets = 0;
    bool is_there = false;
    TRY(transfers_find(results, own, arena, &transfers, &n_sets, err));
    if (n_sets == 0)
        return ERR_NONE;
    TRY(verdict_field_make(&field, own, VERDICT_POINTS, arena, err));
    TRY(verdict_t1(transfers, n_sets, &field, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_t2(transfers, n_sets, &field, arena, &out[*n], &is_there, err));
    *n += is_there;
    TRY(verdict_t3(transfers, n_sets, &field, arena, &out[*n], &is_there, err));
    *n += is_there;
fail:
    return err->code;
}

/* `everything`: what was carried is there, too. */
static ErrCode judge_all(const StoreResults *results, const StoreResults *everything, Arena *arena,
                         Verdict *out, size_t *n, Err *err)
{
    const char *const *varied = varied_sources(results).v;
    Verdict others[VERDICT_MAX];
    size_t n_others = 0;
    *n = 0;
    TRY(judge_shapes(results, arena, others, &n_others, err));
    TRY(judge_others(results, arena, others, &n_others, err));
    TRY(judge_transfers(everything, results, arena, others, &n_others, err));
    TRY(judge_scaling(results, n_others == 0, arena, out, n, err));
    memcpy(out + *n, others, n_others * sizeof(*out));
    *n += n_others;
    for (size_t i = 0; i < *n; i++) {
        out[i].varied = varied;
        verdict_say_origin(&out[i], arena);
    }
    adjust(out, *n);
fail:
    return err->code;
}

/*
 * The same results with points of one kind of learning rate: the networks' own, or the recipe's for
 * all. Trials that rates were chosen by are in neither, nor are those on other data.
 */
static StoreResults select_rate(const StoreResults *results, bool is_common, Arena *arena)
{
    StoreResults selected = *results;
    selected.n_points = 0;
    selected.points = arena_zalloc(arena, results->n_points + 1, sizeof *selected.points);
    for (size_t i = 0; i < results->n_points && selected.points != NULL; i++) {
        StorePointResult point = results->points[i];
        if (text_starts_with(point.point.part, VERDICT_COMMON_RATE) != is_common ||
            store_is_part(&point.point, "tune") || point.carried != NULL)
            continue;
        point.point.part += is_common ? strlen(VERDICT_COMMON_RATE) : 0;
        selected.points[selected.n_points++] = point;
    }
    return selected;
}

/* The summary of a verdict, and what it would be at the common rate. */
static const char *describe_either(const Verdict *own, const Verdict *common, Arena *arena)
{
    const char *effect = verdict_effect_text(common, arena);
    return arena_printf(arena,
                        "%s Each network has a learning rate of its own; at the recipe's for all "
                        "it %s %s%s%s%s.",
                        own->summary, common->outcome == own->outcome ? "is" : "would be",
                        verdict_outcome_name(common->outcome), effect != NULL ? ": " : "",
                        effect != NULL ? effect : "",
                        common->is_mixed ? ", of trials from here and elsewhere (import)" : "");
}

ErrCode verdict_all(const StoreResults *results, Arena *arena, Verdict *out, size_t *n, Err *err)
{
    Verdict at_common[VERDICT_MAX];
    size_t n_common = 0;
    const StoreResults own = select_rate(results, false, arena);
    const StoreResults common = select_rate(results, true, arena);
    TRY(arena_ok(arena, err));
    TRY(judge_all(&own, results, arena, out, n, err));
    if (common.n_points > 0)
        TRY(judge_all(&common, &common, arena, at_common, &n_common, err));
    for (size_t i = 0; i < *n; i++)
        for (size_t k = 0; k < n_common; k++)
            if (strcmp(out[i].id, at_common[k].id) == 0)
                out[i].summary = describe_either(&out[i], &at_common[k], arena);
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}
