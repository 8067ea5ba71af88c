/*
 * results/verdict_o2s.c: is the best shape a blend of dimensions?
 *
 * The rule is that of results/shapefit.h: the kind of the surface at each budget. PEAK and BLEND
 * say that something on the triangle is better than every corner, CORNER that a corner is as good;
 * FLAT, OPEN and REFUSED say neither. Where a study trains the optimum once more
 * (results/verdict_optimum.c) that stands beside.
 */
#include "results/ridge.h"
#include "results/verdict_shape.h"

static const char claim[] =
    "At one cost, the best shape is a blend of depth, width and resolution.";
static const char rule[] =
    "A Scheffe polynomial over the shares of the added cost, fitted to the logits of test top-1 "
    "with "
    "seeds as blocks. A budget says CONFIRMED if the surface is a PEAK or a BLEND (the gain over "
    "the "
    "best corner is above 0 by the lower end of the 90 % bootstrap interval), REFUTED if a CORNER "
    "(that gain is at most 0.5 points by its upper bound), else nothing, and nothing where the "
    "shape nearest the optimum lost a seed to divergence or a corner has none left; the verdict if "
    "every budget says so.";

static VerdictContrast judge(const Profile *p, Arena *arena)
{
    VerdictContrast c = {.unit = "points",
                         .interval = stats_interval(NULL, 0, SHAPEFIT_CONFIDENCE)};
    c.name = arena_printf(arena, "%s at %.3g x: best shape less best single dimension", p->part,
                          p->budget);
    if (p->why_not != NULL) {
        c.note = p->why_not;
        return c;
    }
    c.interval.n = p->n_low;
    c.note = arena_printf(arena, "%s: %s", shapefit_kind_name(p->top1.kind),
                          shapefit_kind_text(p->top1.kind));
    if (!p->top1.has_optimum)
        return c;
    c.decides = true;
    c.interval = verdict_shape_interval(p, &p->gain);
    if (p->top1.kind == SHAPE_PEAK || p->top1.kind == SHAPE_BLEND)
        c.outcome = VERDICT_CONFIRMED;
    else if (p->top1.kind == SHAPE_CORNER)
        c.outcome = VERDICT_REFUTED;
    return c;
}

/* "At 2 x: BLEND, best at depth 0.10, width 0.71, resolution 0.18 (of loss: PEAK)." */
static void describe(const Profile *p, Text *text)
{
    const char *gap = text->n_bytes > 0 ? " " : "";
    if (p->why_not != NULL) {
        text_printf(text, "%sAt %.3g x there is no fit: %s.", gap, p->budget, p->why_not);
        return;
    }
    text_printf(text, "%sAt %.3g x: %s", gap, p->budget, shapefit_kind_name(p->top1.kind));
    if (p->top1.has_optimum)
        text_printf(text,
                    ", best at depth %.2f, width %.2f, resolution %.2f of the added cost, that is "
                    "%.3g x the blocks, %.3g x the channels, %.3g x the pixels",
                    p->top1.optimum.x[0], p->top1.optimum.x[1], p->top1.optimum.x[2],
                    p->multipliers[0], p->multipliers[1], p->multipliers[2]);
    if (p->top1.has_ridge) {
        text_append(text, "; nothing is lost by ");
        ridge_words(p->top1.exchange, text);
    }
    text_append(text, "; ");
    profiles_loss_kind(p, text);
    text_append_char(text, '.');
}

ErrCode verdict_o2s(const StoreResults *results, const Profile *profiles, size_t n,
                    VerdictField *field, Arena *arena, Verdict *out, bool *is_there, Err *err)
{
    Text text = {0};
    size_t n_rows = n + 1;
    *is_there = false;
    for (size_t i = 0; i < n; i++)
        n_rows += verdict_shape_most_again(results, &profiles[i]);
    VerdictContrast *rows = arena_zalloc(arena, n_rows, sizeof *rows);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < n; i++) {
        rows[i] = judge(&profiles[i], arena);
        verdict_shape_weigh(&profiles[i], 1, field, arena, &rows[i]);
        describe(&profiles[i], &text);
        verdict_shape_losses(&profiles[i], &text);
    }
    *is_there = n > 0;
    *out = (Verdict){.id = "O2s",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .contrasts = rows,
                     .n_contrasts = n,
                     .effect_name = "best shape minus best single dimension"};
    if (n > 0)
        verdict_shape_take(out, &profiles[0], true);
    verdict_shape_remedy(out, field, &text, arena);
    for (size_t i = 0; i < n; i++)
        out->n_contrasts += verdict_shape_again(results, &profiles[i], field, arena,
                                                rows + out->n_contrasts, &text);
    out->summary = verdict_summary(&text, results, arena);
    return arena_ok(arena, err);
fail:
    text_release(&text);
    return err->code;
}
