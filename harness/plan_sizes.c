/* harness/plan_sizes.c: whole epochs first, then the size that they leave of a total. */
#include "harness/plan_sizes.h"

#include "harness/plan_networks.h"
#include "harness/plan_points.h"
#include "harness/study_sizes.h"

#include "base/fmath.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define MAX_EPOCHS 100000.0

/* Epochs of the i-th size, unrounded. */
static double epochs_of(const Plan *plan, const StudyPart *part, double total, int i)
{
    const double size =
        (double)plan->baseline_macs * fm_pow(part->range, (double)i / (part->sizes - 1));
    return total / (TIMELAW_STEP_OVER_FORWARD * (double)plan->n_train * size);
}

static ErrCode add_size(Plan *plan, int index, double total, int64_t epochs, Err *err)
{
    Recipe recipe = plan->study->recipe;
    recipe.epochs = epochs;
    TRY(recipe_check(&recipe, err));
    PlanPoint *point = plan_points_add(plan, index, "counted", err);
    if (point == NULL)
        return err->code;
    snprintf(point->series, sizeof point->series, "%.6g MACs", total);
    point->epochs = epochs;
    point->x = total / (TIMELAW_STEP_OVER_FORWARD * (double)plan->n_train * (double)epochs *
                        (double)plan->baseline_macs);
    point->target_macs = llround(point->x * (double)plan->baseline_macs);
    return ERR_NONE;
fail:
    return err_wrap(err, "%" PRId64 " epoch%s of a network that has them left of %g training MACs",
                    epochs, text_plural((uint64_t)epochs), total);
}

static ErrCode add_total(Plan *plan, int index, double total, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    int64_t before = 0;
    int n = 0;
    if (epochs_of(plan, part, total, 0) > MAX_EPOCHS)
        return err_set(err, ERR_USAGE, "%g training MACs are more than %g epochs of the baseline",
                       total, MAX_EPOCHS);
    for (int i = 0; i < part->sizes; i++) {
        const int64_t epochs = llround(epochs_of(plan, part, total, i));
        if (epochs < 1 || epochs == before)
            continue;
        TRY(add_size(plan, index, total, epochs, err));
        before = epochs;
        n++;
    }
    if (n < STUDY_MIN_SIZES)
        return err_set(err, ERR_USAGE,
                       "%g training MACs hold %d size%s that differ in whole epochs, at least %d "
                       "are needed: the baseline makes %.1f epochs of them, the largest %.1f",
                       total, n, text_plural((uint64_t)n), STUDY_MIN_SIZES,
                       epochs_of(plan, part, total, 0),
                       epochs_of(plan, part, total, part->sizes - 1));
fail:
    return err->code;
}

static ErrCode expand_part(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    for (size_t i = 0; i < part->train_macs.n; i++)
        TRY(add_total(plan, index, part->train_macs.v[i], err));
    return ERR_NONE;
fail:
    return err_wrap(err, "part '%s'", part->id);
}

ErrCode plan_sizes_expand(Plan *plan, Err *err)
{
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if (plan->study->parts[i].kind == STUDY_SIZES)
            TRY(expand_part(plan, (int)i, err));
fail:
    return err->code;
}
