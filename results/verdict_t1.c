/*
 * results/verdict_t1.c: does fine-tuning beat training from scratch at equal training MACs?
 *
 * At each data set the mean over all networks of fine-tuned less trained from scratch, by the block
 * model. Both make the same epochs, so what is compared is a budget: networks that a longer
 * training would bring further are no reason to say nothing, and whether they are ripe is told, not
 * asked. What pretraining cost is counted by `scratch-total`, whose networks make more epochs:
 * their difference is a paired t interval over seeds, and stands beside.
 */
#include "results/transfers.h"
#include "results/verdict_common.h"
#include "results/verdict_decide.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] =
    "Fine-tuned networks are better than networks trained from scratch at equal training MACs.";
static const char rule[] =
    "At each data set: test top-1 fine-tuned minus from scratch, mean over all networks that were "
    "trained both ways for the same epochs, by the block model over all networks there. "
    "Pretraining "
    "is not counted; counted it stands beside, against `scratch-total`. CONFIRMED if it lies above "
    "0 at each data set, one-sided 95 %; REFUTED if below 0 at one, one-sided 95 % after "
    "Bonferroni; "
    "unripe networks do decide, for the claim is about a budget; else INCONCLUSIVE.";

static const double passes_of_step = 3.0; /* of a training step, over a forward pass */

/* Both ways of every network that has them, terms[2 * t->n]; returns how many. */
static int gather(const Transfer *t, VerdictTerm *terms)
{
    int n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += t->items[i].scratch != NULL;
    for (size_t i = 0, k = 0; i < t->n; i++)
        if (t->items[i].scratch != NULL) {
            terms[k++] = (VerdictTerm){t->items[i].judged, 1.0 / n};
            terms[k++] = (VerdictTerm){t->items[i].scratch, -1.0 / n};
        }
    return 2 * n;
}

/* The mean difference to `scratch-total` at a seed, over networks; NaN: one has no result there. */
static double difference_at(const Transfer *t, int64_t seed)
{
    double sum = 0.0;
    int n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const StorePointResult *const pair[] = {t->items[i].judged, t->items[i].total};
        if (pair[1] == NULL)
            continue;
        for (int k = 0; k < 2; k++) {
            double top1 = (double)NAN;
            for (size_t s = 0; s < pair[k]->n_seeds; s++)
                if (pair[k]->seeds[s].seed == seed && pair[k]->seeds[s].status == STORE_TRIAL_DONE)
                    top1 = pair[k]->seeds[s].test_top1;
            sum += k == 0 ? top1 : -top1;
        }
        n++;
    }
    return n > 0 ? sum / n : (double)NAN;
}

/* Against training from scratch for the MACs of pretraining and fine-tuning together. */
static VerdictContrast against_total(const Transfer *t, Arena *arena)
{
    const size_t room = t->n > 0 ? t->items[0].judged->n_seeds : 0;
    double *values = arena_zalloc(arena, room + 1, sizeof(*values));
    int n = 0;
    for (size_t s = 0; s < room && values != NULL; s++) {
        const double value = difference_at(t, t->items[0].judged->seeds[s].seed);
        if (!isnan(value))
            values[n++] = value;
    }
    return (VerdictContrast){
        .name = arena_printf(arena, "%s: finetune minus scratch-total", t->name),
        .unit = "points",
        .interval = stats_interval(values, n, VERDICT_CONFIDENCE),
        .note = "pretraining counted: as many training MACs; a paired t interval over seeds",
        .floor = (double)NAN};
}

static bool has_total(const Transfer *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->items[i].total != NULL)
            return true;
    return false;
}

/* Training MACs of a point's trial on so many images. */
static double training_macs(const StorePointResult *p, int64_t n_train)
{
    return passes_of_step * (double)p->point.macs * (double)n_train * (double)p->epochs;
}

/* With pretraining over without, mean over a data set's networks. */
static double cost_ratio(const Transfer *t, const StoreStudy *study)
{
    double with = 0.0, without = 0.0;
    for (size_t i = 0; i < t->n; i++) {
        const double tuning = training_macs(t->items[i].judged, t->results.study.n_train);
        without += tuning;
        with += tuning + training_macs(t->items[i].own, study->n_train);
    }
    return with / without;
}

static const char *summarise(const Transfer *transfers, size_t n, const Verdict *v,
                             const StoreResults *own, int n_unripe, Arena *arena)
{
    Text text = {0};
    const char *effect = verdict_effect_text(v, arena);
    if (v->has_effect)
        text_printf(&text, "Fine-tuned minus from scratch where that says least: %s.",
                    effect != NULL ? effect : "");
    else
        text_append(&text, "No data set has results of both ways yet.");
    for (size_t i = 0; i < n; i++)
        text_printf(&text, "%s%.3g times (%s)",
                    i == 0 ? " With pretraining counted, too, fine-tuning had " : ", ",
                    cost_ratio(&transfers[i], &own->study), transfers[i].name);
    text_append(&text, n > 0 ? " the training MACs of training from scratch." : "");
    if (n_unripe > 0)
        text_printf(&text,
                    " At %d data set%s some networks were not ripe: longer training may "
                    "close the gap.",
                    n_unripe, text_plural((size_t)n_unripe));
    text_append(&text, verdict_more_seeds_text(v, arena));
    return verdict_summary(&text, own, arena);
}

/* The contrast of a data set; false: nothing there was trained both ways. */
static bool judge(Transfer *t, Arena *arena, VerdictContrast *out, int *n_unripe)
{
    VerdictTerm *terms = arena_zalloc(arena, 2 * t->n + 1, sizeof(*terms));
    const bool is_tuned = strcmp(t->way, "finetune") == 0;
    const int n_terms = is_tuned && terms != NULL ? gather(t, terms) : 0;
    if (n_terms == 0)
        return false;
    *out = verdict_field_contrast(&t->field, terms, n_terms,
                                  arena_printf(arena, "%s: finetune minus scratch", t->name),
                                  "points");
    *n_unripe += transfers_forget_unripe(t, arena);
    out->ripeness = VERDICT_RIPENESS_UNKNOWN;
    return true;
}

ErrCode verdict_t1(Transfer *transfers, size_t n, VerdictField *own, Arena *arena, Verdict *out,
                   bool *is_there, Err *err)
{
    VerdictContrast *contrasts = arena_zalloc(arena, 2 * n + 1, sizeof(*contrasts));
    size_t n_contrasts = 0;
    int n_unripe = 0;
    TRY(arena_ok(arena, err));
    *out = (Verdict){.id = "T1",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = own->results->study.is_demo,
                     .effect_name = "fine-tuned minus from scratch, where that says least"};
    for (size_t i = 0; i < n; i++)
        n_contrasts += judge(&transfers[i], arena, &contrasts[n_contrasts], &n_unripe);
    *is_there = n_contrasts > 0;
    for (size_t i = 0; i < n; i++)
        if (has_total(&transfers[i]))
            contrasts[n_contrasts++] = against_total(&transfers[i], arena);
    verdict_decide(out, contrasts, n_contrasts, (VerdictClaim){.sign = 1, .is_whole = true});
    transfers_sign(transfers, n, out, arena);
    out->summary = summarise(transfers, n, out, own->results, n_unripe, arena);
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}
