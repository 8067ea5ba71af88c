/* plots/report_tables.h: the sections of a report that are tables and prose; private to plots/. */
#ifndef PLOTS_REPORT_TABLES_H
#define PLOTS_REPORT_TABLES_H

#include "base/text.h"
#include "results/ranking.h"
#include "results/store.h"
#include "results/verdict.h"

/* A verdict as a card: claim, outcome, effect, rule, contrasts. */
void report_verdict(Text *page, const Verdict *verdict, Arena *arena);

/* The shapes of every budget with what they say, a section; nothing if the study has none. */
void report_profiles(Text *page, const StoreResults *results, Arena *arena);

/* Points that are unfair, off their ray or tied, with reasons, and what the nominal rule costs. */
void report_unfair(Text *page, const StoreResults *results, const Ranking *rankings,
                   size_t n_rankings);

#endif
