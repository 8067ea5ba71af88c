/*
 * results/verdict_o4.c: do the constants found at one budget hold at the next?
 *
 * The shares of the optimum at a budget are looked up on the surface of the next one of the same
 * part, whose networks had no part in finding them. What they lose there against its own optimum
 * has an interval of the surface's noise (results/shapefit.h).
 */
#include "results/verdict_rules.h"
#include "results/verdict_shape.h"

#include <string.h>

static const char claim[] = "Scaling constants found at one budget hold at the next.";
static const char rule[] =
    "The optimum's shares at a budget on the fitted surface of the next: CONFIRMED if they lose at "
    "most 0.5 points of test top-1 against its own optimum by the upper bound (95 % at each "
    "point), "
    "REFUTED if they lose more than 0.5 by the lower end of the 95 % bootstrap interval; the "
    "verdict "
    "if every pair of budgets says so. A budget without an optimum decides nothing, nor one where "
    "the shape nearest it lost a seed to divergence or a corner has none left.";

/* Why a fit has no optimum. */
static const char *no_optimum(const Profile *p, Arena *arena)
{
    return p->why_not != NULL ? p->why_not
                              : arena_printf(arena, "no optimum at %.3g x: %s", p->budget,
                                             shapefit_kind_name(p->top1.kind));
}

static VerdictContrast judge(const Profile *before, const Profile *p, Arena *arena)
{
    VerdictContrast c = {.unit = "points",
                         .interval = stats_interval(NULL, 0, SHAPEFIT_CONFIDENCE)};
    c.name = arena_printf(arena, "%s: what the optimum at %.3g x loses at %.3g x", p->part,
                          before->budget, p->budget);
    if (before->why_not != NULL || !before->top1.has_optimum) {
        c.note = no_optimum(before, arena);
        return c;
    }
    if (p->why_not != NULL || !p->top1.has_optimum) {
        c.note = no_optimum(p, arena);
        return c;
    }
    const ShapeEffect *loss = &p->rules[SHAPERULES_N].below;
    c.decides = true;
    c.interval = verdict_shape_interval(p, loss);
    c.outcome = verdict_loss(p->rules[SHAPERULES_N].surely, loss->high);
    return c;
}

/* "From 2 to 4 x the optimum goes from 0.10, 0.71, 0.18 to ...". */
static void describe(const Profile *before, const Profile *p, const VerdictContrast *row,
                     Arena *arena, Text *text)
{
    text_printf(text, "%sFrom %.3g to %.3g x the baseline", text->n_bytes > 0 ? " " : "",
                before->budget, p->budget);
    if (!row->decides) {
        text_printf(text, " nothing is said: %s.", row->note != NULL ? row->note : "");
        return;
    }
    const double *from = before->top1.optimum.x, *to = p->top1.optimum.x;
    const char *interval = verdict_interval_text(&row->interval, "points", arena);
    text_printf(
        text,
        " the optimum goes from depth %.2f, width %.2f, resolution %.2f of the added cost to "
        "%.2f, %.2f, %.2f; the old one loses %s there.",
        from[0], from[1], from[2], to[0], to[1], to[2], interval != NULL ? interval : "");
}

/* Whether profile i has a budget before it in its part. */
static bool follows(const Profile *profiles, size_t i)
{
    return i > 0 && strcmp(profiles[i - 1].part, profiles[i].part) == 0;
}

ErrCode verdict_o4(const StoreResults *results, const Profile *profiles, size_t n,
                   VerdictField *field, Arena *arena, Verdict *out, bool *is_there, Err *err)
{
    size_t n_rows = 0;
    Text text = {0};
    *is_there = false;
    VerdictContrast *rows = arena_zalloc(arena, n + 1, sizeof *rows);
    TRY(arena_ok(arena, err));
    for (size_t i = 1; i < n; i++) {
        if (!follows(profiles, i))
            continue;
        rows[n_rows] = judge(&profiles[i - 1], &profiles[i], arena);
        verdict_shape_weigh(&profiles[i - 1], 2, field, arena, &rows[n_rows]);
        describe(&profiles[i - 1], &profiles[i], &rows[n_rows], arena, &text);
        for (size_t k = follows(profiles, i - 1) ? i : i - 1; k <= i; k++)
            verdict_shape_losses(&profiles[k], &text);
        n_rows++;
    }
    *is_there = n_rows > 0;
    *out = (Verdict){.id = "O4",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .contrasts = rows,
                     .n_contrasts = n_rows,
                     .effect_name = "what the constants of the budget before lose"};
    if (n_rows > 0)
        verdict_shape_take(out, &profiles[n - 1], false);
    verdict_shape_remedy(out, field, &text, arena);
    out->summary = verdict_summary(&text, results, arena);
    return arena_ok(arena, err);
fail:
    text_release(&text);
    return err->code;
}
