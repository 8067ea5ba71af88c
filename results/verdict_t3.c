/*
 * results/verdict_t3.c: does compound's advantage over the best single dimension survive transfer?
 *
 * At each target of `compare` the single dimension that validation on the study's own data finds
 * best is the rival, there and on every other data set: nobody is chosen by what judges. Where the
 * rival came out well on its seeds it was chosen for that and hands it on, which speaks against
 * compound and never for it.
 */
#include "results/transfers.h"
#include "results/verdict_common.h"
#include "results/verdict_decide.h"
#include "results/verdict_duel.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] = "The advantage of compound scaling over the best single dimension "
                            "survives transfer to other data.";
static const char rule[] =
    "At each target of MACs: the single dimension with the best mean validation on the study's "
    "data "
    "is the rival. Test top-1 of compound minus the rival's, by the block model, on the study's "
    "data "
    "(`source`) and on each data set that both were carried to. CONFIRMED if all of these lie "
    "above "
    "0, one-sided 95 %; REFUTED if those of the source do and one of the others lies below 0, "
    "one-sided 95 % after Bonferroni over these and the three the rival is of; where the source "
    "shows no advantage there is none that could "
    "survive: INCONCLUSIVE, as for unripe networks and else.";

/* What is compared at one target of MACs. */
typedef struct Rivalry {
    const StorePointResult *compound, *rival; /* on the study's data; rival NULL: nothing */
    double ratio;
} Rivalry;

static double mean_validation(const StorePointResult *p)
{
    double sum = 0.0;
    int n = 0;
    for (size_t s = 0; s < p->n_seeds; s++)
        if (p->seeds[s].status == STORE_TRIAL_DONE && !isnan(p->seeds[s].val_top1)) {
            sum += p->seeds[s].val_top1;
            n++;
        }
    return n > 0 ? sum / n : -(double)INFINITY;
}

/* Who meets whom at a target: of several compounds the first that can be compared. */
static Rivalry find_rivals(const StoreResults *own, const DuelCompound *compounds, int n,
                           int64_t target, Arena *arena)
{
    Rivalry found = {0};
    for (int i = 0; i < n && found.rival == NULL; i++) {
        const Duel duel = verdict_duel_find(own, &compounds[i], target, arena);
        for (int k = 0; k < duel.n_singles && duel.note == NULL; k++)
            if (found.rival == NULL ||
                mean_validation(duel.singles[k]) > mean_validation(found.rival))
                found = (Rivalry){duel.compound, duel.singles[k], duel.ratio};
    }
    return found;
}

/* A point of the study as it was carried, or NULL. */
static const StorePointResult *carried(const Transfer *t, const StorePointResult *own)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->items[i].own->point.trial_digest, own->point.trial_digest) == 0)
            return t->items[i].judged;
    return NULL;
}

static VerdictContrast compare(VerdictField *field, const StorePointResult *compound,
                               const StorePointResult *rival, const char *where,
                               const Rivalry *rivalry, Arena *arena)
{
    const VerdictTerm terms[] = {{compound, 1.0}, {rival, -1.0}};
    const char *name =
        arena_printf(arena, "%s: %s minus %s at %.3g x the baseline's MACs", where,
                     rivalry->compound->point.series, rivalry->rival->point.series, rivalry->ratio);
    return verdict_field_contrast(field, terms, (int)ARRAY_LEN(terms), name, "points");
}

/* Rows of one target: the other data sets'; returns how many. */
static size_t compare_all(Transfer *transfers, size_t n, const Rivalry *rivalry, Arena *arena,
                          VerdictContrast *rows)
{
    size_t n_rows = 0;
    for (size_t i = 0; i < n; i++) {
        const StorePointResult *compound = carried(&transfers[i], rivalry->compound);
        const StorePointResult *rival = carried(&transfers[i], rivalry->rival);
        if (compound != NULL && rival != NULL)
            rows[n_rows++] =
                compare(&transfers[i].field, compound, rival, transfers[i].name, rivalry, arena);
    }
    return n_rows;
}

/*
 * The rival is the best of three by seeds that hand their luck on: what speaks for it has to hold
 * for each of the three at once.
 */
static void forgive_chosen(Verdict *out, VerdictContrast *rows, size_t n)
{
    const double level = 0.5 * (1.0 - VERDICT_CONFIDENCE);
    size_t n_against = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].outcome != VERDICT_REFUTED)
            continue;
        if ((double)(DUEL_SINGLES * n) * verdict_side_p(&rows[i], -1) > level)
            rows[i].outcome = VERDICT_INCONCLUSIVE;
        n_against += rows[i].outcome == VERDICT_REFUTED;
    }
    if (out->outcome != VERDICT_REFUTED || n_against > 0)
        return;
    out->outcome = VERDICT_INCONCLUSIVE;
    out->why = "noise";
}

/*
 * The source's rows behind the others, which are judged first: an advantage that is not there
 * cannot survive.
 */
static void decide(Verdict *out, VerdictContrast *rows, size_t n_targets, size_t n_source)
{
    Verdict source = {0};
    verdict_decide(&source, rows + n_targets, n_source,
                   (VerdictClaim){.sign = 1, .is_whole = true});
    verdict_decide(out, rows, n_targets, (VerdictClaim){.sign = 1, .is_whole = true});
    out->n_contrasts = n_targets + n_source;
    if (n_targets > 0)
        out->ripeness = verdict_joint_ripeness(out->ripeness, source.ripeness);
    forgive_chosen(out, rows, n_targets);
    if (source.outcome != VERDICT_CONFIRMED && out->outcome != VERDICT_INCONCLUSIVE) {
        out->outcome = VERDICT_INCONCLUSIVE;
        out->why = source.outcome == VERDICT_REFUTED ? "no advantage on the source" : source.why;
    }
    out->has_p &= source.has_p;
    out->p = fmax(out->p, source.p);
}

static const char *summarise(Transfer *transfers, size_t n, VerdictField *own, Verdict *v,
                             Arena *arena)
{
    Text text = {0};
    const char *effect = verdict_effect_text(v, arena);
    if (v->has_effect)
        text_printf(&text,
                    "Compound minus the single dimension that was best on %s, where that "
                    "says least: %s.",
                    own->results->study.data_name, effect != NULL ? effect : "");
    else
        text_append(&text, "No data set has results of both yet.");
    if (v->why != NULL && strcmp(v->why, "no advantage on the source") == 0)
        text_append(&text,
                    " On the study's own data compound has no advantage that could survive.");
    for (size_t i = 0; i <= n; i++) {
        int epochs = 0;
        const char *remedy =
            verdict_field_remedy(i < n ? &transfers[i].field : own, &epochs, arena);
        text_append(&text, remedy != NULL ? remedy : "");
        v->epochs_to_try = epochs > v->epochs_to_try ? epochs : v->epochs_to_try;
    }
    text_append(&text, verdict_more_seeds_text(v, arena));
    return verdict_summary(&text, own->results, arena);
}

ErrCode verdict_t3(Transfer *transfers, size_t n, VerdictField *own, Arena *arena, Verdict *out,
                   bool *is_there, Err *err)
{
    const StoreResults *results = own->results;
    int64_t *targets = arena_zalloc(arena, results->n_points + 1, sizeof(*targets));
    DuelCompound *compounds = arena_zalloc(arena, results->n_points + 1, sizeof(*compounds));
    VerdictContrast *rows = NULL, *source = NULL;
    size_t n_rows = 0, n_source = 0;
    TRY(arena_ok(arena, err));
    const int n_targets = verdict_duel_targets(results, targets);
    const int n_compounds = verdict_duel_compounds(results, compounds);
    rows = arena_zalloc(arena, (size_t)n_targets * (n + 1) + 1, sizeof(*rows));
    source = arena_zalloc(arena, (size_t)n_targets + 1, sizeof(*source));
    TRY(arena_ok(arena, err));
    for (int i = 0; i < n_targets; i++) {
        const Rivalry rivalry = find_rivals(results, compounds, n_compounds, targets[i], arena);
        const size_t before = n_rows;
        if (rivalry.rival == NULL)
            continue;
        n_rows += compare_all(transfers, n, &rivalry, arena, rows + n_rows);
        if (n_rows > before)
            source[n_source++] =
                compare(own, rivalry.compound, rivalry.rival, "source", &rivalry, arena);
    }
    *is_there = n_rows > 0;
    *out = (Verdict){.id = "T3",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .effect_name = "compound minus the single dimension that was best on the "
                                    "source, where that says least"};
    memcpy(rows + n_rows, source, n_source * sizeof(*rows));
    decide(out, rows, n_rows, n_source);
    transfers_sign(transfers, n, out, arena);
    out->summary = summarise(transfers, n, own, out, arena);
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}
