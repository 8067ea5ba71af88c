/*
 * results/verdict_field.h: the networks of a study side by side, with their noise and their
 * ripeness, and the verdicts that rest on them; private to results/.
 *
 * A field has a group for each number of epochs that networks were trained for (a part may have its
 * own), for results of different schedules share no noise. A group has a row for each network,
 * whatever part asked for it, and a column for each seed; results/blocks.h says what noise is. A
 * contrast is over the seeds that every one of its points lists: another part may have trained a
 * network on seeds that chose it, and these learn the noise but judge nothing. It knows which seeds
 * it lost (a diverged network goes on with what is left, but wins nothing by it), whether its
 * networks are ripe, and what the test images alone leave open. Answers by image are not stored, so
 * that floor is sqrt(sum c^2 p(1 - p)/N), as if networks erred on different images: an upper bound
 * of the sqrt(b + c)/N that paired answers would have.
 */
#ifndef RESULTS_VERDICT_FIELD_H
#define RESULTS_VERDICT_FIELD_H

#include "results/blocks.h"
#include "results/ripeness.h"
#include "results/verdict.h"

#include "base/arena.h"
#include "base/err.h"

typedef enum VerdictScale {
    VERDICT_POINTS, /* test top-1, percent */
    VERDICT_LOGITS  /* ln(p/(1 - p)) of it, kept half an image from 0 and 1 */
} VerdictScale;

/* The networks that were trained for one number of epochs. */
typedef struct VerdictGroup {
    int64_t epochs;
    int n_networks, n_seeds;
    const StorePointResult **points; /* [n_networks] one of each, by digest */
    int64_t *seeds;                  /* [n_seeds], ascending */
    const StoreSeed **cells;         /* [n_networks][n_seeds], NULL: not planned */
    Blocks blocks;                   /* without cells, sd is NaN and df 0 */
    Ripeness *ripeness;              /* [n_networks] */
    bool *is_unripe;                 /* [n_networks] met by a contrast since the last remedy */
    bool is_met;                     /* by a contrast since the last verdict_field_sign */
    double *weights;                 /* [n_networks] scratch, zeros */
    bool *is_listed;                 /* [n_seeds] scratch */
} VerdictGroup;

typedef struct VerdictField {
    const StoreResults *results; /* borrowed */
    VerdictScale scale;
    VerdictGroup *groups; /* [n_groups], by epochs */
    int n_groups;
} VerdictField;

/* A network in a contrast. */
typedef struct VerdictTerm {
    const StorePointResult *point;
    double weight;
} VerdictTerm;

/* Errors: ERR_MEMORY. */
ErrCode verdict_field_make(VerdictField *out, const StoreResults *results, VerdictScale scale,
                           Arena *arena, Err *err) ERR_CHECKED;

/*
 * sum weight y as a contrast that decides (its outcome is left to the rule), or one without data
 * that does not if a network was not trained, or not for as many epochs as the others.
 */
VerdictContrast verdict_field_contrast(VerdictField *field, const VerdictTerm *terms, int n_terms,
                                       const char *name, const char *unit);

/*
 * The sentences about what is unripe among the networks that contrasts met since the last call:
 * which trials, how many epochs to try (*epochs_to_try, 0 where all is ripe) and what these cost.
 */
const char *verdict_field_remedy(VerdictField *field, int *epochs_to_try, Arena *arena);

/*
 * Noise, the floor of a contrast and the seeds that its noise asks for: to be called when
 * out->contrasts are there, and before out->summary is written. Of several groups that these met
 * the noisiest speaks; of none, that of the recipe's epochs.
 */
void verdict_field_sign(VerdictField *field, Verdict *out, Arena *arena);

/*
 * O1a: each dimension alone raises accuracy. O1b: with diminishing gain. Both from `curves`. O2: at
 * equal cost balance beats every single dimension, from `compare`. O3: width pays more where depth
 * and resolution are larger, from `lines`. O5: `fast` matches compound in less time, from
 * `compare`. O6: step time follows activations more than MACs. The field is one of VERDICT_POINTS.
 * Errors: ERR_MEMORY.
 */
ErrCode verdict_o1a(VerdictField *field, Arena *arena, Verdict *out, Err *err) ERR_CHECKED;
ErrCode verdict_o1b(VerdictField *field, Arena *arena, Verdict *out, Err *err) ERR_CHECKED;
ErrCode verdict_o2(VerdictField *field, Arena *arena, Verdict *out, Err *err) ERR_CHECKED;
ErrCode verdict_o3(VerdictField *field, Arena *arena, Verdict *out, Err *err) ERR_CHECKED;
ErrCode verdict_o5(VerdictField *field, Arena *arena, Verdict *out, Err *err) ERR_CHECKED;
ErrCode verdict_o6(VerdictField *field, Arena *arena, Verdict *out, Err *err) ERR_CHECKED;

#endif
