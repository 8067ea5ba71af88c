/*
 * plots/report_network.h: networks drawn as rows of blocks, one above the other; private to plots/.
 *
 * A column is a stage: a bar for each layer, as high as its maps have pixels and as wide as they
 * have channels, with a mark on top for squeeze and excitation; what differs from the first network
 * is marked. Read from the specification as the store has it, which is data and not trusted.
 */
#ifndef PLOTS_REPORT_NETWORK_H
#define PLOTS_REPORT_NETWORK_H

#include "results/store.h"

#include "base/arena.h"
#include "base/text.h"

typedef struct ReportNetwork {
    const char *what; /* "given", "found by nas" */
    StoreNetwork network;
} ReportNetwork;

/* A table of them; one that cannot be read has its reason in the place of its blocks. */
void report_networks(Text *page, const ReportNetwork *networks, size_t n, Arena *arena);

#endif
