/*
 * results/verdict.h: what a study says: observations with a rule fixed beforehand, and rankings.
 *
 * Works on StoreResults alone, so every rule can be tried on made-up numbers. Accuracies are
 * percent. Selection (which point wins) looks at validation only, verdicts at test only. Seeds are
 * blocks: trials of one seed saw the same data in the same order. O1a to O6 take their noise from
 * all networks of the study (results/verdict_field.h) and decide nothing about what is not ripe
 * (results/ripeness.h); the others rest on paired t intervals, and on no fewer than STATS_MIN_N
 * seeds. Intervals are two-sided 90 %, that is 5 % on the side that decides. These are observations
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

/* Whether what is compared was trained long enough. */
typedef enum VerdictRipeness {
    VERDICT_RIPENESS_UNKNOWN, /* the rule does not ask, or no curves are known */
    VERDICT_RIPE,
    VERDICT_UNRIPE
} VerdictRipeness;

/* Where trials were trained. */
typedef struct VerdictOrigin {
    int n_trials, n_imported; /* all of them; those trained elsewhere (store_import) */
} VerdictOrigin;

/* One comparison a verdict rests on. */
typedef struct VerdictContrast {
    const char *name;       /* "width: gain", "compound minus depth at 2 x the baseline's MACs" */
    const char *unit;       /* "points", "points per 1x baseline MACs" */
    StatsInterval interval; /* over complete seeds */
    VerdictOutcome outcome;
    bool decides;         /* false: shown only, `note` says why */
    const char *note;     /* or NULL */
    int n_diverged;       /* seeds left out since a trial diverged */
    VerdictOrigin origin; /* of the trials whose accuracies it compares; noise is of more */
    int seeds_needed; /* for VERDICT_EFFECT_POINTS, where the unit is points; 0: cannot be said */

    /* Of contrasts by the block model alone; has_p tells. */
    bool has_p;
    double p;       /* two-sided, that it is 0 */
    double p_alone; /* the same by its own variance, not shrunk; NaN: one seed */
    double floor;   /* deviation that the test images alone leave it, in `unit` */
    double squares; /* sum of its weights' squares */
    VerdictRipeness ripeness;
    int n_unfinished;                  /* seeds with a trial that is still to come */
    bool bars_positive, bars_negative; /* it must not be above (below) 0: a network that would
                                          win by it has lost a seed; of a fit of shapes both */
} VerdictContrast;

/* The noise that a verdict's intervals rest on: results/blocks.h. */
typedef struct VerdictNoise {
    double sd, df; /* points; NaN, 0: not to be had */
    int n_networks, n_seeds;
} VerdictNoise;

/* The answer to one observation. */
typedef struct Verdict {
    const char *id;    /* "O1a", "O2" */
    const char *claim; /* the paper's, in one sentence */
    const char *rule;  /* how it is decided, fixed beforehand */
    VerdictOutcome outcome;
    const char *why;      /* what decided or kept from it, a few words: "unripe"; or NULL */
    bool is_demo;         /* stamp DEMO */
    bool is_nominal;      /* stamp "nominal cost": no matched points */
    bool is_mixed;        /* stamp "mixed origin": a contrast has trials of both: verdict_all */
    bool has_effect;      /* `effect` is meaningful */
    StatsInterval effect; /* the headline number */
    const char *effect_name;
    const char *effect_unit; /* NULL: points */
    const char *summary;     /* one or two sentences for people */
    const char *basis;       /* what its intervals rest on, for people; or NULL */
    const VerdictContrast *contrasts;
    size_t n_contrasts;
    int n;            /* complete seeds of the contrast with the fewest; 0: no data */
    int seeds_needed; /* largest of its contrasts'; 0: cannot be said */
    VerdictRipeness ripeness;
    int epochs_to_try;         /* unripe: what to try; else 0 */
    const char *const *varied; /* what seeds vary, then NULL: "init", "order" */
    bool has_noise;
    VerdictNoise noise;
    bool has_p;    /* it is one of those that Holm's correction speaks of */
    double p;      /* of the side that it comes down on, corrected as its rule says */
    double p_holm; /* the same over all verdicts of the study that have one: verdict_all */
    int n_family;  /* how many these are */
} Verdict;

/*
 * Where a study tunes the learning rate of each network (part `tune`), its points are there at the
 * recipe's own rate, too, as those of parts with this before their name.
 */
#define VERDICT_COMMON_RATE "common:"

enum {
    VERDICT_MAX = 16,          /* of one study */
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
 * Fills *out from the points of parts `search` and `retrain` (N-random), `retrain` (N-base), and of
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
 * O1a, O1b and O2 of a study that has `curves` or `compare`, or nothing else to say; of the others,
 * O2s and O4 of shapes among them (results/profiles.h), those that are there: out[VERDICT_MAX], *n
 * of them. Where rates were tuned for each network, summaries say what each would be at the
 * recipe's own for all. Ripeness is judged if store_curves was called. Errors: ERR_MEMORY.
 */
ErrCode verdict_all(const StoreResults *results, Arena *arena, Verdict *out, size_t *n,
                    Err *err) ERR_CHECKED;

/* Whether some were trained here and some elsewhere: a difference may be one of the two places. */
bool verdict_is_mixed(const VerdictOrigin *origin);

/* That of n with this id, or NULL. */
const Verdict *verdict_find(const Verdict *verdicts, size_t n, const char *id);

/* "CONFIRMED", "REFUTED", "INCONCLUSIVE". */
const char *verdict_outcome_name(VerdictOutcome outcome);

/* "+1.23 points (90 % interval 0.40 to 2.06, n = 5)", or "... (n = 2: no interval)". */
const char *verdict_interval_text(const StatsInterval *interval, const char *unit, Arena *arena);

/* That of a verdict's effect; NULL if it has none, or without memory. */
const char *verdict_effect_text(const Verdict *verdict, Arena *arena);

/*
 * What a verdict rests on, for people: noise, what seeds vary, p alone and over the study's
 * verdicts. NULL where it has nothing to say, or without memory (arena_ok tells).
 */
const char *verdict_basis_text(const Verdict *verdict, Arena *arena);

#endif
