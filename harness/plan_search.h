/*
 * harness/plan_search.h: what a search may ask for, and the points of what it has asked for.
 *
 * A search has several *searchers*, the main strategy and its rivals, each once for every run. Each
 * is a decider of its own with the same budget in counted training MACs. Its settings stand here,
 * and so does the way from genes to a network of the plan; when it asks, harness/run_decider_search
 * knows.
 */
#ifndef HARNESS_PLAN_SEARCH_H
#define HARNESS_PLAN_SEARCH_H

#include "harness/plan_types.h"

#include "search/netspace.h"
#include "search/netspace_survey.h"
#include "search/screen.h"

#include "base/arena.h"
#include "base/err.h"

typedef struct PlanSearcher {
    char name[PLAN_SERIES_MAX];   /* "tpe", "local+screen" */
    char series[PLAN_SERIES_MAX]; /* the same, "tpe #2" in run 2 */
    int run;                      /* from 0 */
    bool is_main;                 /* the part's own strategy, not a rival */
    bool has_screen;
    YamlInts seeds;          /* of its trials, ascending; the first is its own, too */
    ScreenSettings settings; /* without a screen only its `search` */
} PlanSearcher;

typedef struct PlanSearch {
    NetSpace *space; /* with the study's classes and keys; in a band narrowed to it */
    GeneSpace genes; /* of it */
    NetSpaceSurvey survey;
    Objective objective;
    int64_t target_macs;               /* T */
    int64_t budget_macs;               /* of each searcher, counted training MACs */
    int64_t full_epochs, short_epochs; /* short: 0 without a screen */
    double full_factor, short_factor;  /* training MACs of all seeds over the network's */
    PlanSearcher *searchers;           /* [n_searchers], run by run, the main one first */
    size_t n_searchers;
    size_t n_asked;     /* asks of all searchers that were not refused */
    int64_t asked_macs; /* of these */
    Arena arena;        /* of searchers and their seeds */
} PlanSearch;

/* What an ask comes to. */
typedef struct PlanAsk {
    int network;  /* index into plan->networks; PLAN_NONE: it is refused */
    int64_t macs; /* of its trials, counted */
} PlanAsk;

/* Opens the spaces of all searches. ERR_USAGE with the place of what is wrong; ERR_IO, ERR_MEMORY.
 */
ErrCode plan_search_open(Plan *plan, Err *err) ERR_CHECKED;

/* Accepts a plan whose searches were not all opened. */
void plan_search_close(Plan *plan);

/* Which decider a searcher is, and its settings. */
const Decider *plan_search_decider(const PlanSearcher *searcher);
const void *plan_search_settings(const PlanSearcher *searcher);

/* What its networks are ranked by; NULL: accuracy itself, as in a band. */
const Objective *plan_search_scores(const PlanSearch *search);

/* Epochs of a point that a searcher asks for. */
int64_t plan_search_epochs(const PlanSearch *search, const DeciderPoint *point);

/* Counted training MACs that the budgets of a search still hold; 0 once it is decided. */
double plan_search_left(const Plan *plan, int part);

/*
 * Trials that a search may still ask for: what is left of the budgets, at the mean cost of those
 * that were asked for; 0 once it is decided.
 */
size_t plan_search_to_come(const Plan *plan, int part);

/*
 * A searcher asks for a point, as its `place`-th: its network, its trials and a point are added to
 * the plan. What cannot be built or trained, or lies outside of the limits, is refused with the
 * reason, and adds nothing. ERR_DATA: genes that are none; ERR_MEMORY.
 */
ErrCode plan_search_ask(Plan *plan, int part, const PlanSearcher *searcher, int64_t place,
                        const DeciderPoint *point, PlanAsk *ask, char reason[DECIDER_REASON_MAX],
                        Err *err) ERR_CHECKED;

#endif
