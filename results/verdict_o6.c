/*
 * results/verdict_o6.c: does runtime follow activations more than MACs?
 *
 * Over the networks of a study whose step was timed in turn (results/steptime.h): Spearman's
 * correlation of the time with the activations less that with the MACs, with an interval by the
 * bootstrap over networks. Times of trials are not used, for trials run side by side.
 */
#include "results/steptime.h"
#include "results/verdict_common.h"
#include "results/verdict_field.h"

#include "base/rng.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { N_DRAWS = 2000, LEAST_NETWORKS = 10, MS = 0, ACTS, MACS, N_COLUMNS };

static const char claim[] = "Runtime follows activations more than MACs.";
static const char rule[] =
    "Over the study's networks whose step was timed in turn and together, 10 at least: Spearman's "
    "correlation of step time with activations minus that with MACs, 90 % interval by 2,000 "
    "bootstrap draws of networks. CONFIRMED if it lies above 0, REFUTED if below; else "
    "INCONCLUSIVE. Times of trials, which ran side by side, are not used.";

/* What was measured, and room for a draw of it. */
typedef struct Timed {
    double *x[N_COLUMNS], *drawn[N_COLUMNS]; /* [n] */
    int n;
    bool is_mixed; /* of several measurements */
} Timed;

static const StorePointResult *find_network(const StoreResults *results, const char *network)
{
    for (size_t i = 0; i < results->n_points; i++)
        if (results->points[i].point.network != NULL &&
            strcmp(results->points[i].point.network, network) == 0)
            return &results->points[i];
    return NULL;
}

/* Empty without memory (arena_ok tells). */
static Timed collect(const StoreResults *results, Arena *arena)
{
    Timed timed = {.n = 0};
    StepTime first = {0};
    for (int c = 0; c < N_COLUMNS; c++) {
        timed.x[c] = arena_zalloc(arena, results->n_facts + 1, sizeof(double));
        timed.drawn[c] = arena_zalloc(arena, results->n_facts + 1, sizeof(double));
    }
    for (size_t i = 0; !arena->failed && i < results->n_facts; i++) {
        StepTime time;
        if (!steptime_of(&results->facts[i], &time))
            continue;
        const StorePointResult *p = find_network(results, results->facts[i].network);
        if (p == NULL)
            continue;
        first = timed.n == 0 ? time : first;
        timed.is_mixed |= !steptime_is_together(&first, &time);
        timed.x[MS][timed.n] = time.ms;
        timed.x[ACTS][timed.n] = (double)p->acts;
        timed.x[MACS][timed.n++] = (double)p->point.macs;
    }
    return timed;
}

static double difference(double *const x[N_COLUMNS], int n)
{
    return stats_spearman(x[MS], x[ACTS], n) - stats_spearman(x[MS], x[MACS], n);
}

/* The percentile interval; a draw that is of one network alone has no correlation and is made anew.
 */
static StatsInterval bootstrap(const Timed *timed, double *draws)
{
    const double tail = 0.5 * (1.0 - VERDICT_CONFIDENCE);
    Rng rng = rng_start(0, RNG_BOOTSTRAP, 0, 0);
    for (int d = 0; d < N_DRAWS;) {
        for (int i = 0; i < timed->n; i++) {
            const uint32_t k = rng_below(&rng, (uint32_t)timed->n);
            for (int c = 0; c < N_COLUMNS; c++)
                timed->drawn[c][i] = timed->x[c][k];
        }
        draws[d] = difference(timed->drawn, timed->n);
        d += !isnan(draws[d]);
    }
    return (StatsInterval){.mean = difference(timed->x, timed->n),
                           .sd = (double)NAN,
                           .low = stats_sample_quantile(draws, N_DRAWS, tail),
                           .high = stats_sample_quantile(draws, N_DRAWS, 1.0 - tail),
                           .df = (double)NAN,
                           .confidence = VERDICT_CONFIDENCE,
                           .n = timed->n};
}

/* Whether times, activations and MACs all differ somewhere: else nothing follows anything. */
static bool has_order(const Timed *timed)
{
    return !isnan(difference(timed->x, timed->n));
}

static const char *summarise(const StoreResults *results, const Verdict *v, const Timed *timed,
                             Arena *arena)
{
    Text text = {0};
    if (v->has_effect)
        text_printf(&text,
                    "Step times of %d networks: rank correlation with activations %.2f, with MACs "
                    "%.2f; the difference %+.2f (90 %% interval %.2f to %.2f).",
                    timed->n, stats_spearman(timed->x[MS], timed->x[ACTS], timed->n),
                    stats_spearman(timed->x[MS], timed->x[MACS], timed->n), v->effect.mean,
                    v->effect.low, v->effect.high);
    else if (timed->n == 0)
        text_append(&text, "Step times are missing (those of trials that ran side by side are "
                           "none): " STEPTIME_REMEDY ".");
    else if (timed->is_mixed)
        text_append(&text, "There are " STEPTIME_MIXED ": " STEPTIME_REMEDY ".");
    else if (timed->n < LEAST_NETWORKS)
        text_printf(&text, "%d network%s timed: %d decide.", timed->n,
                    timed->n == 1 ? " was" : "s were", LEAST_NETWORKS);
    else
        text_append(&text, "All networks have the same activations, MACs or time.");
    return verdict_summary(&text, results, arena);
}

ErrCode verdict_o6(VerdictField *field, Arena *arena, Verdict *out, Err *err)
{
    const StoreResults *results = field->results;
    double *draws = arena_alloc(arena, N_DRAWS, sizeof(*draws));
    const Timed timed = collect(results, arena);
    if (arena->failed)
        return arena_ok(arena, err);
    *out = (Verdict){.id = "O6",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .effect_name = "rank correlation with activations minus that with MACs",
                     .effect_unit = "of a rank correlation",
                     .why = timed.n == 0               ? "time not measured"
                            : timed.is_mixed           ? STEPTIME_MIXED
                            : timed.n < LEAST_NETWORKS ? "too few networks"
                                                       : "all are alike",
                     .n = timed.n};
    if (timed.n >= LEAST_NETWORKS && !timed.is_mixed && has_order(&timed)) {
        out->effect = bootstrap(&timed, draws);
        out->has_effect = true;
        out->outcome = out->effect.low > 0.0    ? VERDICT_CONFIRMED
                       : out->effect.high < 0.0 ? VERDICT_REFUTED
                                                : VERDICT_INCONCLUSIVE;
        out->why = out->outcome == VERDICT_INCONCLUSIVE ? "noise" : "the interval excludes 0";
    }
    out->summary = summarise(results, out, &timed, arena);
    return arena_ok(arena, err);
}
