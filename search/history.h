/*
 * search/history: what a search has asked for and heard, folded from the log of a decider.
 *
 * It lies in the decider's state: zeroed memory is the history of the empty log, and nothing in it
 * is a pointer. A History is a view of that memory, made anew at every call. Points are found again
 * by the hash of their canonical genes, so that no network is asked for twice.
 *
 * Vocabulary. A *place* numbers the points asked for, from 0. A point's *value* is what the search
 * maximises: a score of its accuracy (search/objective.h), or the accuracy itself, in percent. A
 * diverged point has the worst value, -inf; one that failed or was refused has none, and costs no
 * budget.
 */
#ifndef SEARCH_HISTORY_H
#define SEARCH_HISTORY_H

#include "search/decider.h"
#include "search/genespace.h"
#include "search/objective.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct HistoryPoint {
    double value; /* NaN: none, or none yet */
    bool is_told; /* its result is there */
} HistoryPoint;

typedef struct HistoryHead {
    int64_t first_ticket; /* of place 0; 0 before anything was asked for */
    int32_t n_asked, n_told;
    int32_t n_valued; /* told and with a value */
    int32_t n_free;   /* told, failed or refused: they cost no budget */
    int32_t best;     /* place + 1 of the best value, the earlier of equals; 0: none */
    int64_t spent;    /* counted training MACs of the points that are not free (strategy.h) */
} HistoryHead;

typedef struct History {
    const GeneSpace *space;
    int32_t room; /* points at most */
    HistoryHead *head;
    HistoryPoint *points; /* [n_asked] */
    int32_t *valued;      /* [n_valued] places with a value, in the order they were told */
    uint32_t *slots;      /* [n_slots] place + 1, or 0: where a hash leads */
    uint32_t n_slots;     /* a power of two */
    uint8_t *genes;       /* [n_asked, n_genes] */
} History;

/* Bytes of the history of at most `room` points, a multiple of 64. */
size_t history_bytes(const GeneSpace *space, int32_t room);

/* A view of those bytes. */
History history_view(const GeneSpace *space, int32_t room, void *state);

const uint8_t *history_genes(const History *history, int32_t place);
int64_t history_ticket(const History *history, int32_t place);

/* The place of a canonical point, or -1. */
int32_t history_find(const History *history, const uint8_t *genes);

/*
 * The value that a result gives the point at a place. objective: NULL, or pareto, for the accuracy
 * itself.
 */
double history_value(const History *history, int32_t place, const DeciderResult *result,
                     const Objective *objective);

/* Adds an ask; its place, or -1 if there is no room or the genes are none of the space. */
int32_t history_ask(const History *history, const DeciderEntry *entry);

/* Adds a result; its place, or -1 if the ticket is none that was asked for. */
int32_t history_tell(const History *history, const DeciderEntry *entry, const Objective *objective);

#endif
