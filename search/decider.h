/*
 * search/decider.h: the interface of what decides while a study runs: constants, searches, the
 * choice of what is trained again.
 *
 * A decider is asked for points given the results so far. It answers with one, says that it waits
 * for results, or that it is done, and then what it yields: constants, a network, or nothing. It
 * has no hidden state: it is a pure function of (settings, seed, log). So that it need not read the
 * whole log at every question, it may fold the log into a state, which is nothing but a summary:
 * zeroed memory is that of the empty log, `fold` adds one entry, and nothing else may change it. A
 * study that goes on folds the stored log again; no state is ever saved.
 *
 * Randomness is rng_start(seed, RNG_SEARCH, 0, ticket). Powers and logarithms come from base/fmath,
 * so a log is the same on every machine.
 *
 * Vocabulary. A *point* is what may be trained: multipliers or genes, and a number of epochs. A
 * *ticket* numbers points from 1: first those that the study gives, then those that are asked for,
 * in order. Where a study trains a point with several seeds, its result is one: their mean.
 */
#ifndef SEARCH_DECIDER_H
#define SEARCH_DECIDER_H

#include "base/err.h"
#include "models/scaling.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECIDER_GENES_MAX = 128, DECIDER_REASON_MAX = 256 };

typedef struct DeciderPoint {
    Scale scale;                   /* multipliers; NaN where genes describe it */
    char genes[DECIDER_GENES_MAX]; /* one character a gene; "" where multipliers describe it */
    int64_t epochs;                /* passes, with a whole schedule of their own; 0: the recipe's */
} DeciderPoint;

typedef enum DeciderOutcome {
    DECIDER_DONE,
    DECIDER_DIVERGED, /* the worst value: at least one seed of it diverged */
    DECIDER_FAILED,   /* no seed of it could be trained to its end; says nothing about the point */
    DECIDER_REFUSED   /* nothing was trained: outside the limits, or it cannot be built */
} DeciderOutcome;

typedef struct DeciderResult {
    DeciderOutcome outcome;
    double value; /* mean validation accuracy of the seeds that finished, percent; NaN: none did */
    int n, n_seeds; /* seeds that finished, and that were to be trained */
} DeciderResult;

/* What a decider comes to when it is done. */
typedef struct DeciderYield {
    bool has_constants;
    double constants[3]; /* alpha, beta, gamma of a compound ray */
    int64_t ticket;      /* of the point whose network it yields; 0: none */
} DeciderYield;

typedef enum DeciderEntryKind { DECIDER_ASK, DECIDER_TELL, DECIDER_END } DeciderEntryKind;

/* One entry of the log. That a decider waits is not in it: the log so far implies it. */
typedef struct DeciderEntry {
    int64_t number; /* from 1 */
    DeciderEntryKind kind;
    int64_t time;                    /* virtual, in counted MACs */
    int64_t ticket;                  /* ask, tell; else 0 */
    DeciderPoint point;              /* ask; else multipliers NaN */
    DeciderResult result;            /* tell */
    DeciderYield yield;              /* end */
    char reason[DECIDER_REASON_MAX]; /* why, for people */
} DeciderEntry;

typedef enum DeciderAnswer { DECIDER_ASKS, DECIDER_WAITS, DECIDER_ENDS } DeciderAnswer;

/* With an answer: the point that is asked for, or what is yielded; and why. */
typedef struct DeciderReply {
    DeciderPoint point;
    DeciderYield yield;
    char reason[DECIDER_REASON_MAX];
} DeciderReply;

typedef struct Decider {
    const char *name;
    /* Bytes of the state under these settings, at least 1. */
    size_t (*state_bytes)(const void *settings);
    /* Adds an entry to the state. */
    void (*fold)(const void *settings, void *state, const DeciderEntry *entry);
    /* `ticket` is the one that the next point gets. *reply is zeroed, its multipliers NaN. */
    DeciderAnswer (*decide)(const void *settings, uint64_t seed, int64_t ticket, const void *state,
                            DeciderReply *reply);
} Decider;

#endif
