/* plots/report_answer.h: what a report opens with: one sentence a claim; private to plots/. */
#ifndef PLOTS_REPORT_ANSWER_H
#define PLOTS_REPORT_ANSWER_H

#include "base/arena.h"
#include "base/text.h"
#include "results/ranking.h"
#include "results/verdict.h"

/* Items of a list: one for each verdict, which leads to its card; one for each grid's winner. */
void report_answer_claims(Text *page, const Verdict *verdicts, size_t n, Arena *arena);
void report_answer_winners(Text *page, const Ranking *rankings, size_t n);

/*
 * ": balance minus the best dimension +1.2 points (...).", or why there is no effect; "." where the
 * badge has said it.
 */
void report_answer_effect(Text *page, const Verdict *verdict, Arena *arena);

/* "CONFIRMED" and the stamps of a verdict, as badges. */
void report_answer_badges(Text *page, const Verdict *verdict);

#endif
