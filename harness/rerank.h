/*
 * harness/rerank: the networks a study has trained, ranked anew by another objective.
 *
 * Nothing is trained. Every part by itself: its ranking (results/ranking.h), which network the
 * objective chooses, or which front, and how firm that is (search/stability.h): by each seed alone
 * and by bootstrap samples, of the seeds that all these networks have, and over w. A network with a
 * diverged seed is chosen only where all have one. A retrain has the objective of its search.
 */
#ifndef HARNESS_RERANK_H
#define HARNESS_RERANK_H

#include "harness/study.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "results/ranking.h"
#include "results/store.h"
#include "search/objective.h"
#include "search/stability.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RERANK_SAMPLES = 2000 }; /* of the bootstrap */

typedef struct RerankSettings {
    int form;         /* ObjectiveForm; RERANK_AS_STUDY: the study's, or a search's own */
    double w;         /* NaN: the study's, or the form's own */
    double target;    /* over the baseline's MACs; 0: the study's, or a search's own */
    const char *part; /* an id of the study's; NULL: every part with a result */
} RerankSettings;

enum { RERANK_AS_STUDY = -1 };

/* What there is to say of a row of the ranking besides. */
typedef struct RerankRow {
    bool is_chosen;
    int n_alone;  /* paired seeds that choose it by themselves */
    double share; /* of bootstrap samples that choose it; NaN: fewer than two paired seeds */
} RerankRow;

typedef struct RerankPart {
    const char *id;
    Objective objective; /* T over the part's own baseline; a search's band ends at T */
    Ranking ranking;
    RerankRow *rows; /* [ranking.n_rows] */
    size_t n_chosen;
    const int64_t *seeds; /* [n_seeds] that at least one network has finished, ascending */
    int n_seeds;
    int n_paired;           /* of these: all that may be chosen have finished them */
    StabilityRange *ranges; /* [n_ranges] by w; network: its place in ranking.rows */
    size_t n_ranges;
} RerankPart;

typedef struct Rerank {
    const StoreResults *results;
    RerankPart *parts;
    size_t n_parts;
} Rerank;

/*
 * Everything lives in the arena. Errors: ERR_MISSING (no finished trial), ERR_USAGE (no such part),
 * ERR_MEMORY.
 */
ErrCode rerank_make(const Study *study, const StoreResults *results, const RerankSettings *settings,
                    Arena *arena, Rerank *out, Err *err) ERR_CHECKED;

/* The document of `objective --json`. */
void rerank_json(const Rerank *rerank, Text *out);

/* The same for people. */
void rerank_text(const Rerank *rerank, Text *out);

#endif
