/*
 * results/transfers.h: the networks of a study that were carried to other data, data set by data
 * set; private to results/.
 *
 * A carried point's series is "DATA/WAY/SERIES" (harness/plan_transfer.h); part, multipliers and x
 * tell which of the study's own points it was. What is judged is one way: fine-tuning where it is
 * there, else training from scratch.
 */
#ifndef RESULTS_TRANSFERS_H
#define RESULTS_TRANSFERS_H

#include "results/verdict_field.h"

/* A network that was carried. */
typedef struct Transferred {
    const StorePointResult *own;    /* on the study's data */
    const StorePointResult *judged; /* in the way that is judged, under the own point's names */
    const StorePointResult *scratch, *total; /* in the ways `scratch`, `scratch-total`; or NULL */
} Transferred;

/* A data set of a part `transfer`. */
typedef struct Transfer {
    const char *name; /* the data set's, with the part's where another has the same */
    const char *part, *data;
    const char *way;      /* that is judged */
    StoreResults results; /* all points there, with the data set's facts as the study's */
    VerdictField field;   /* of these: networks of all ways together */
    StoreResults judged;  /* points of Transferred.judged: as if the study had been made there */
    Transferred *items;   /* [n], each network once */
    size_t n;
} Transfer;

/*
 * All data sets in the study's order; none without a part `transfer`. `results`: everything,
 * `own`: without what was carried. Errors: ERR_MEMORY.
 */
ErrCode transfers_find(const StoreResults *results, const StoreResults *own, Arena *arena,
                       Transfer **out, size_t *n, Err *err) ERR_CHECKED;

/*
 * verdict_field_sign for contrasts at several data sets: the noise of the noisiest, of those that
 * contrasts met.
 */
void transfers_sign(Transfer *transfers, size_t n, Verdict *out, Arena *arena);

/* Whether a network of those that contrasts met was not ripe; that is then forgotten. */
bool transfers_forget_unripe(Transfer *transfer, Arena *arena);

/*
 * T1: fine-tuning beats training from scratch at equal training MACs. T2: the order of networks on
 * the study's data is that on the others. T3: the advantage of compound over the best single
 * dimension is there, too. `own` is a field of the study's own networks. *is_there is false where
 * nothing was carried that they speak of. Errors: ERR_MEMORY.
 */
ErrCode verdict_t1(Transfer *transfers, size_t n, VerdictField *own, Arena *arena, Verdict *out,
                   bool *is_there, Err *err) ERR_CHECKED;
ErrCode verdict_t2(Transfer *transfers, size_t n, VerdictField *own, Arena *arena, Verdict *out,
                   bool *is_there, Err *err) ERR_CHECKED;
ErrCode verdict_t3(Transfer *transfers, size_t n, VerdictField *own, Arena *arena, Verdict *out,
                   bool *is_there, Err *err) ERR_CHECKED;

#endif
