/*
 * results/verdict.h: what a study says: observations with a rule fixed beforehand, and rankings.
 *
 * Works on StoreResults alone, so every rule can be tried on made-up numbers. Accuracies are
 * percent. Selection (which point wins, which single dimension is best) looks at validation only,
 * verdicts at test only. Seeds are paired: trials of one seed saw the same data in the same order.
 * Intervals are two-sided 90 % paired t intervals over seeds, that is 5 % on the side that decides;
 * fewer than STATS_MIN_N complete seeds are INCONCLUSIVE whatever they show. These are observations
 * about the networks, data and recipe at hand, not causes: texts say so.
 */
#ifndef RESULTS_VERDICT_H
#define RESULTS_VERDICT_H

#include "results/stats.h"
#include "results/store.h"

#include "base/arena.h"
#include "base/err.h"

typedef enum VerdictOutcome {
    VERDICT_INCONCLUSIVE,
    VERDICT_CONFIRMED,
    VERDICT_REFUTED
} VerdictOutcome;

/* The two-sided level of every interval that decides, and the power behind seeds_needed. */
#define VERDICT_CONFIDENCE 0.90
#define VERDICT_POWER 0.80
/* The effect, in percentage points, below which nobody would care; seeds_needed is for it. */
#define VERDICT_EFFECT_POINTS 1.0
/* What constants may lose, in percentage points, and still be said to hold. */
#define VERDICT_LOSS_POINTS 0.5

/* One comparison a verdict rests on. */
typedef struct VerdictContrast {
    const char *name;       /* "width: gain", "compound against depth at 2.00 x the baseline" */
    const char *unit;       /* "points", "points per 1x baseline MACs" */
    StatsInterval interval; /* over complete seeds */
    VerdictOutcome outcome;
    bool decides;     /* false: shown only, `note` says why */
    const char *note; /* or NULL */
    int n_diverged;   /* seeds left out since a trial diverged */
    int seeds_needed; /* for VERDICT_EFFECT_POINTS, where the unit is points; 0: cannot be said */
} VerdictContrast;

/* The answer to one observation. */
typedef struct Verdict {
    const char *id;    /* "O1", "O2" */
    const char *claim; /* the paper's, in one sentence */
    const char *rule;  /* how it is decided, fixed beforehand */
    VerdictOutcome outcome;
    bool is_demo;         /* stamp DEMO */
    bool is_nominal;      /* stamp "nominal cost": no matched points */
    bool has_effect;      /* `effect` is meaningful */
    StatsInterval effect; /* the headline number, points */
    const char *effect_name;
    const char *summary; /* one or two sentences for people */
    const VerdictContrast *contrasts;
    size_t n_contrasts;
    int n;            /* complete seeds of the contrast with the fewest; 0: no data */
    int seeds_needed; /* largest of its contrasts'; 0: cannot be said */
} Verdict;

enum {
    VERDICT_MAX = 6,           /* of one study */
    VERDICT_MIN_RUNS = 5,      /* of a search in a study, below which N-random decides nothing */
    VERDICT_MIN_REPLAYS = 200, /* of a search on a table */
};

/* A search beats another if it wins this share of the runs; it loses at one minus it. */
#define VERDICT_SHARE 0.6

/*
 * Whether a search wins against another: n_won runs of n, a tie counting half. CONFIRMED (it beats
 * the other) if the share is at least VERDICT_SHARE and its 90 % interval (stats_share) lies above
 * 0.5, REFUTED the other way round, else a tie; INCONCLUSIVE with fewer than n_least runs.
 */
VerdictOutcome verdict_share(double n_won, int n, int n_least, StatsInterval *share);

/* The same in the words of contests: "BEATS", "LOSES", "TIE". */
const char *verdict_share_name(VerdictOutcome outcome);

/*
 * Each fills *out from the points of the parts `curves` (O1), `compare` (O2). Errors: ERR_MEMORY.
 */
ErrCode verdict_o1(const StoreResults *results, Arena *arena, Verdict *out, Err *err) ERR_CHECKED;
ErrCode verdict_o2(const StoreResults *results, Arena *arena, Verdict *out, Err *err) ERR_CHECKED;

/*
 * The same from the points of parts `search` and `retrain` (N-random), `retrain` (N-base), and of
 * two of `grid` (N-const); *is_there is false where the study has no such parts. Errors:
 * ERR_MEMORY.
 */
ErrCode verdict_random(const StoreResults *results, Arena *arena, Verdict *out, bool *is_there,
                       Err *err) ERR_CHECKED;
ErrCode verdict_base(const StoreResults *results, Arena *arena, Verdict *out, bool *is_there,
                     Err *err) ERR_CHECKED;
ErrCode verdict_const(const StoreResults *results, Arena *arena, Verdict *out, bool *is_there,
                      Err *err) ERR_CHECKED;

/*
 * Whether a table of networks, the part `table`, orders them alike whatever the seed. Errors:
 * ERR_MEMORY.
 */
ErrCode verdict_table(const StoreResults *results, Arena *arena, Verdict *out, bool *is_there,
                      Err *err) ERR_CHECKED;

/*
 * O1 and O2 of a study that has `curves` or `compare`, or nothing else to say; of the others those
 * that are there: out[VERDICT_MAX], *n of them.
 */
ErrCode verdict_all(const StoreResults *results, Arena *arena, Verdict *out, size_t *n,
                    Err *err) ERR_CHECKED;

/* "CONFIRMED", "REFUTED", "INCONCLUSIVE". */
const char *verdict_outcome_name(VerdictOutcome outcome);

/* "+1.23 points (90 % interval 0.40 to 2.06, n = 5)", or "... (n = 2: no interval)". */
const char *verdict_interval_text(const StatsInterval *interval, const char *unit, Arena *arena);

#endif
