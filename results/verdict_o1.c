/*
 * results/verdict_o1.c: does each dimension alone raise accuracy, with diminishing gain?
 *
 * For each of width, depth and resolution, with its sizes ordered by counted MACs: the gain is test
 * accuracy at the largest size minus that at the smallest; it fades if accuracy per added MAC falls
 * from the first half of the sizes to the second. All must hold for CONFIRMED, so no correction for
 * several tests is due there; any may fail for REFUTED, so that one is Bonferroni's.
 */
#include "results/verdict_common.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

enum { N_DIMENSIONS = 3, N_PER_DIMENSION = 2, N_CONTRASTS = N_DIMENSIONS * N_PER_DIMENSION };
enum { MIN_SIZES = 3 };
enum { FIRST, MIDDLE, LAST, N_ENDS };

static const char *const dimensions[N_DIMENSIONS] = {"width", "depth", "resolution"};

static const char claim[] = "Scaling any one of width, depth and resolution raises accuracy, but "
                            "the gain diminishes for bigger models.";
static const char rule[] =
    "For each dimension, over sizes ordered by counted MACs: gain = test top-1 of the largest "
    "minus "
    "the smallest; fading = points per baseline's worth of MACs up to the middle size minus beyond "
    "it. CONFIRMED if the 90 % paired t intervals of all six lie above 0; REFUTED if any lies "
    "below "
    "0 at 90 % after Bonferroni; else, or with fewer than 3 seeds, INCONCLUSIVE.";

/* Distinct networks of a dimension by counted MACs; returns their number. */
static int collect_sizes(const StoreResults *results, const char *dimension,
                         const StorePointResult **sizes)
{
    int n = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!store_is_part(&p->point, "curves") || strcmp(p->point.series, dimension) != 0 ||
            p->point.trial_digest == NULL)
            continue;
        int at = n;
        while (at > 0 && sizes[at - 1]->point.macs > p->point.macs)
            at--;
        if (at > 0 && strcmp(sizes[at - 1]->point.trial_digest, p->point.trial_digest) == 0)
            continue;
        for (int j = n; j > at; j--)
            sizes[j] = sizes[j - 1];
        sizes[at] = p;
        n++;
    }
    return n;
}

/* gain[s] and fading[s] of every complete seed at the three sizes. */
static void differences(const SeedMatrix *m, const StorePointResult *const ends[N_ENDS],
                        double baseline_macs, double *gain, double *fading)
{
    const double x_first = (double)ends[FIRST]->point.macs / baseline_macs;
    const double x_middle = (double)ends[MIDDLE]->point.macs / baseline_macs;
    const double x_last = (double)ends[LAST]->point.macs / baseline_macs;
    for (int s = 0; s < m->n; s++) {
        const double early = m->values[MIDDLE][s] - m->values[FIRST][s];
        const double late = m->values[LAST][s] - m->values[MIDDLE][s];
        gain[s] = m->values[LAST][s] - m->values[FIRST][s];
        fading[s] = early / (x_middle - x_first) - late / (x_last - x_middle);
    }
}

/* Fills a dimension's two contrasts. */
static void judge_dimension(const StoreResults *results, const char *dimension, Arena *arena,
                            VerdictContrast *out)
{
    const StorePointResult **sizes = arena_zalloc(arena, results->n_points + 1, sizeof(*sizes));
    const int n_sizes = sizes != NULL ? collect_sizes(results, dimension, sizes) : 0;
    out[0] =
        (VerdictContrast){.name = arena_printf(arena, "%s: gain", dimension), .unit = "points"};
    out[1] = (VerdictContrast){.name = arena_printf(arena, "%s: fading", dimension),
                               .unit = "points per 1x baseline MACs"};
    for (int i = 0; i < N_PER_DIMENSION; i++)
        out[i].interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE);
    if (n_sizes < MIN_SIZES) {
        out[0].note = out[1].note =
            arena_printf(arena, "%d of at least %d sizes in the study", n_sizes, MIN_SIZES);
        return;
    }
    const StorePointResult *const ends[N_ENDS] = {sizes[0], sizes[(n_sizes - 1) / 2],
                                                  sizes[n_sizes - 1]};
    const SeedMatrix m = verdict_seeds(ends, N_ENDS, arena);
    double *values[N_PER_DIMENSION] = {arena_zalloc(arena, (size_t)m.n, sizeof(double)),
                                       arena_zalloc(arena, (size_t)m.n, sizeof(double))};
    if (arena->failed)
        return;
    differences(&m, ends, (double)results->revision.baseline_macs, values[0], values[1]);
    for (int i = 0; i < N_PER_DIMENSION; i++) {
        out[i].interval = stats_interval(values[i], m.n, VERDICT_CONFIDENCE);
        out[i].outcome =
            verdict_outcome(values[i], m.n, 1.0 - (1.0 - VERDICT_CONFIDENCE) / N_CONTRASTS);
        out[i].decides = true;
        out[i].n_diverged = m.n_diverged;
    }
    out[0].seeds_needed = stats_seeds_needed(out[0].interval.sd, VERDICT_EFFECT_POINTS,
                                             VERDICT_CONFIDENCE, VERDICT_POWER);
}

/* All confirmed, any refuted, or neither. */
static VerdictOutcome combine(const VerdictContrast *contrasts)
{
    int n_confirmed = 0;
    for (int i = 0; i < N_CONTRASTS; i++) {
        if (contrasts[i].outcome == VERDICT_REFUTED)
            return VERDICT_REFUTED;
        n_confirmed += contrasts[i].outcome == VERDICT_CONFIRMED;
    }
    return n_confirmed == N_CONTRASTS ? VERDICT_CONFIRMED : VERDICT_INCONCLUSIVE;
}

static const char *summarise(const StoreResults *results, const Verdict *v, Arena *arena)
{
    Text text = {0};
    bool any = false;
    for (int d = 0; d < N_DIMENSIONS; d++) {
        const VerdictContrast *gain = &v->contrasts[d * N_PER_DIMENSION];
        if (!gain->decides)
            continue;
        text_printf(&text, "%s%s %s",
                    any ? ", "
                        : "From the smallest to the largest size, test "
                          "accuracy changes: ",
                    dimensions[d], verdict_interval_text(&gain->interval, "points", arena));
        any = true;
    }
    text_append(&text, any ? "." : "The study has no dimension with three sizes yet.");
    const char *seeds = verdict_seeds_text(v->n, v->seeds_needed, arena);
    if (v->outcome == VERDICT_INCONCLUSIVE && seeds != NULL)
        text_append(&text, seeds);
    return verdict_summary(&text, results, arena);
}

ErrCode verdict_o1(const StoreResults *results, Arena *arena, Verdict *out, Err *err)
{
    VerdictContrast *contrasts = arena_zalloc(arena, N_CONTRASTS, sizeof(*contrasts));
    if (contrasts == NULL)
        return arena_ok(arena, err);
    *out = (Verdict){.id = "O1",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .effect_name = "smallest gain of a dimension",
                     .contrasts = contrasts,
                     .n_contrasts = N_CONTRASTS};
    for (int d = 0; d < N_DIMENSIONS; d++)
        judge_dimension(results, dimensions[d], arena, &contrasts[d * N_PER_DIMENSION]);
    bool any = false;
    for (int i = 0; i < N_CONTRASTS; i++) {
        const VerdictContrast *c = &contrasts[i];
        if (!c->decides)
            continue;
        out->n = any && out->n < c->interval.n ? out->n : c->interval.n;
        any = true;
        out->seeds_needed =
            c->seeds_needed > out->seeds_needed ? c->seeds_needed : out->seeds_needed;
        if (i % N_PER_DIMENSION == 0 && c->interval.n > 0 &&
            (!out->has_effect || c->interval.mean < out->effect.mean)) {
            out->effect = c->interval;
            out->has_effect = true;
        }
    }
    out->outcome = combine(contrasts);
    out->summary = summarise(results, out, arena);
    return arena_ok(arena, err);
}
