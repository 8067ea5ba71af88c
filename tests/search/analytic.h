/*
 * tests/search/analytic.h: searches of functions that are known: spaces, noise, and workers that
 * are simulated.
 */
#ifndef TESTS_SEARCH_ANALYTIC_H
#define TESTS_SEARCH_ANALYTIC_H

#include "search/decider.h"
#include "search/genespace.h"

#include <stdbool.h>
#include <stdint.h>

enum { ANALYTIC_MAX_TICKETS = 8192, ANALYTIC_MAX_WORKERS = 8 };

/* A function of genes, 0 to 1, and the noise of a measurement (standard deviation). */
typedef struct Analytic {
    GeneSpace space;
    double (*truth)(const GeneSpace *space, const uint8_t *genes);
    double noise;
    bool has_trouble; /* some points are refused, diverge or fail */
} Analytic;

/* Share of ones of 100 bits. */
extern const Analytic analytic_onemax;
/* 28 genes of three values: 1 minus the mean distance from a value of each gene's own. */
extern const Analytic analytic_separable;
/* 40 bits in blocks of four: a block scores 1 if all are ones, else 0.6 - 0.2 * ones. */
extern const Analytic analytic_trap;
/* Gene 0 of three values chooses which 4 of 12 further genes are active; others are written as 0.
 */
extern const Analytic analytic_conditional;
/* 8 genes of three values that cost MACs; only those of 40 to 60 million may be asked for. */
extern const Analytic analytic_banded;

/* What a search left behind. */
typedef struct AnalyticRun {
    const Analytic *function;
    int n_log, n_tickets;
    DeciderEntry *log; /* with keeps_log */
    bool keeps_log;
    uint8_t genes[ANALYTIC_MAX_TICKETS][GENESPACE_MAX_GENES]; /* by ticket - 1 */
    double values[ANALYTIC_MAX_TICKETS];                      /* true ones */
    int64_t yielded;                                          /* ticket; 0: none */
} AnalyticRun;

/*
 * A whole search with n_real workers, whose times are shuffled by `shuffle`, and n_virtual ones.
 * Fails the test on an error. analytic_release frees the log.
 */
void analytic_search(AnalyticRun *run, const Analytic *function, const Decider *decider,
                     const void *settings, uint64_t seed, int n_virtual, int n_real,
                     uint32_t shuffle);
void analytic_release(AnalyticRun *run);

/* The largest true value of those asked for. */
double analytic_best(const AnalyticRun *run);

#endif
