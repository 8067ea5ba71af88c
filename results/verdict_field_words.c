/* results/verdict_field_words.c: what is unripe and what to do about it, and what noise there is.
 */
#include "results/power.h"
#include "results/verdict_common.h"
#include "results/verdict_field.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *state_text(RipenessState state)
{
    static const char *const texts[] = {[RIPENESS_UNKNOWN] = "unknown",
                                        [RIPENESS_RIPE] = "ripe",
                                        [RIPENESS_SHORT] = "too few epochs",
                                        [RIPENESS_GUESSES] = "has not left chance",
                                        [RIPENESS_SPLIT] = "some seeds have not left chance",
                                        [RIPENESS_RISES] = "still rises"};
    return texts[state];
}

/* "depth 2 (still rises; trials 3, 17)". */
static void describe_row(const VerdictGroup *group, int row, Text *text)
{
    const StorePoint *p = &group->points[row]->point;
    const StoreSeed *const *cells = group->cells + (size_t)row * (size_t)group->n_seeds;
    int n = 0;
    text_printf(text, "%s %s %.3g (%s; trial", p->part, p->series, p->x,
                state_text(group->ripeness[row].state));
    for (int s = 0; s < group->n_seeds; s++)
        n += cells[s] != NULL;
    text_append(text, text_plural((size_t)n));
    for (int s = 0, k = 0; s < group->n_seeds; s++)
        if (cells[s] != NULL)
            text_printf(text, "%s %" PRId64, k++ > 0 ? "," : "", cells[s]->trial);
    text_append(text, ")");
}

/* What the trials whose times are known took, seconds; *n of them. */
static double seconds_spent(const VerdictGroup *group, int *n)
{
    double sum = 0.0;
    *n = 0;
    for (int i = 0; i < group->n_networks * group->n_seeds; i++) {
        const StoreSeed *cell = group->cells[i];
        if (cell == NULL || cell->curve == NULL || isnan(cell->seconds))
            continue;
        sum += cell->seconds;
        ++*n;
    }
    return sum;
}

/* `part`: which asked for an unripe network. Epochs that are not the recipe's are a part's own. */
static void describe_cost(const StoreResults *results, const VerdictGroup *group, const char *part,
                          int epochs_to_try, Text *text)
{
    const int n_epochs = (int)group->epochs;
    char duration[TEXT_NUMBER_BYTES];
    int n = 0;
    const double seconds = seconds_spent(group, &n) * epochs_to_try / n_epochs;
    if (group->epochs == results->revision.epochs)
        text_printf(text, " Train longer: try recipe.epochs=%d in another folder", epochs_to_try);
    else
        text_printf(text, " Train longer: try `epochs: %d` of part '%s' in another folder",
                    epochs_to_try, part);
    if (n > 0 && seconds > 0.0)
        text_printf(text,
                    "; the %d trial%s trained here for %d epoch%s each then take%s about %s one "
                    "after another",
                    n, text_plural((size_t)n), n_epochs, text_plural((size_t)n_epochs),
                    n == 1 ? "s" : "", text_duration(duration, seconds));
    text_append(text, ".");
}

/* Of one group; returns the epochs to try, 0 where all is ripe. */
static int describe_group(const StoreResults *results, VerdictGroup *group, Text *text)
{
    enum { NAMED = 3 };
    const char *part = NULL;
    int n = 0, epochs_to_try = 0;
    for (int row = 0; row < group->n_networks; row++) {
        if (!group->is_unripe[row])
            continue;
        const int epochs = ripeness_epochs_to_try(&group->ripeness[row], (int)group->epochs);
        epochs_to_try = epochs > epochs_to_try ? epochs : epochs_to_try;
        group->is_unripe[row] = false;
        part = part != NULL ? part : group->points[row]->point.part;
        if (n++ >= NAMED)
            continue;
        text_append(text, n == 1 ? " Unripe: " : ", ");
        describe_row(group, row, text);
    }
    if (n > NAMED)
        text_printf(text, " and %d more", n - NAMED);
    if (n > 0) {
        text_append(text, ".");
        describe_cost(results, group, part, epochs_to_try, text);
    }
    return epochs_to_try;
}

const char *verdict_field_remedy(VerdictField *field, int *epochs_to_try, Arena *arena)
{
    Text text = {0};
    *epochs_to_try = 0;
    for (int g = 0; g < field->n_groups; g++) {
        const int epochs = describe_group(field->results, &field->groups[g], &text);
        *epochs_to_try = epochs > *epochs_to_try ? epochs : *epochs_to_try;
    }
    return verdict_take_text(&text, arena);
}

/* For the deciding contrast in points that has the most noise; 0: there is none. */
static int seeds_needed(const VerdictGroup *group, const Verdict *v)
{
    double squares = 0.0;
    for (size_t i = 0; i < v->n_contrasts; i++)
        if (v->contrasts[i].decides && strcmp(v->contrasts[i].unit, "points") == 0)
            squares = fmax(squares, v->contrasts[i].squares);
    const PowerDesign design = {.sd = group->blocks.sd,
                                .squares = squares,
                                .confidence = VERDICT_CONFIDENCE,
                                .n_contrasts = 1,
                                .n_networks = group->n_networks};
    return squares > 0.0
               ? power_seeds(&design, VERDICT_EFFECT_POINTS, VERDICT_POWER, STATS_MAX_SEEDS)
               : 0;
}

/* Of the deciding contrasts in points the largest floor; NaN: none. */
static double largest_floor(const Verdict *v)
{
    double floor = (double)NAN;
    for (size_t i = 0; i < v->n_contrasts; i++)
        if (v->contrasts[i].decides && strcmp(v->contrasts[i].unit, "points") == 0)
            floor = fmax(floor, v->contrasts[i].floor); /* fmax leaves NaN out */
    return floor;
}

/* Whose noise a verdict has: see verdict_field_sign. NULL: the study has none such. */
static const VerdictGroup *take_group(VerdictField *field)
{
    const VerdictGroup *met = NULL, *usual = NULL;
    for (int g = 0; g < field->n_groups; g++) {
        VerdictGroup *group = &field->groups[g];
        if (group->is_met &&
            (met == NULL || isnan(met->blocks.sd) || group->blocks.sd > met->blocks.sd))
            met = group;
        if (group->epochs == field->results->revision.epochs)
            usual = group;
        group->is_met = false;
    }
    return met != NULL ? met : usual;
}

void verdict_field_sign(VerdictField *field, Verdict *out, Arena *arena)
{
    Text text = {0};
    const double floor = largest_floor(out);
    const VerdictGroup *group = take_group(field);
    if (group == NULL || !(group->blocks.df > 0.0))
        return;
    out->seeds_needed = seeds_needed(group, out);
    out->has_noise = true;
    out->noise =
        (VerdictNoise){group->blocks.sd, group->blocks.df, group->n_networks, group->n_seeds};
    text_printf(&text, "noise of %d networks on %d seeds", group->n_networks, group->n_seeds);
    if (group->epochs != field->results->revision.epochs)
        text_printf(&text, " at %" PRId64 " epochs", group->epochs);
    text_printf(&text, ": sd %.2f points, %.0f degrees of freedom", group->blocks.sd,
                group->blocks.df);
    if (!isnan(floor))
        text_printf(&text,
                    "; its %" PRId64 " test images alone leave a contrast a deviation of up to "
                    "%.2f points (answers by image are not stored: as if networks erred on "
                    "different images)",
                    field->results->study.n_test, floor);
    out->basis = verdict_take_text(&text, arena);
}
