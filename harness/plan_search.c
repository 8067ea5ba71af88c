/* harness/plan_search.c: spaces, budgets and searchers of a plan; genes become points. */
#include "harness/plan_search.h"

#include "harness/plan_networks.h"
#include "harness/plan_points.h"
#include "harness/plan_tune.h"
#include "harness/study_search.h"

#include "base/sort.h"
#include "base/sys.h"
#include "models/resolve.h"
#include "models/zoo.h"
#include "search/strategies.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LARGEST_MACS 9.0e18 /* of a budget */

/* --- the space --- */

/* The place of a key in the part, for a message. */
static const YamlNode *place_of(const Plan *plan, int part, const char *key)
{
    return study_search_node(plan->study, part, key);
}

/* The space as the study trains it: with its keys and the data set's classes. */
static ErrCode adapt_space(const Plan *plan, NetSpace *space, Err *err)
{
    ResolveOptions options = resolve_options();
    Spec changed, base;
    options.classes = plan->classes;
    TRY(study_override(&changed, netspace_base(space), plan->study, err));
    TRY(resolve_apply(&base, &changed, &options, err));
    TRY(netspace_rebase(space, &base, err));
fail:
    return err->code;
}

static ErrCode load_space(const Plan *plan, int part, PlanSearch *search, Err *err)
{
    const char *name = plan->study->parts[part].search.space;
    Err why = {0};
    const ErrCode code = study_space(&search->space, plan->study, name, &why);
    if (code == ERR_NONE)
        return adapt_space(plan, search->space, err);
    if (code == ERR_USAGE && !zoo_is_path(name))
        return yaml_error(err, place_of(plan, part, "space"), "%s", why.msg);
    *err = why;
    return code;
}

/* In a band nothing outside of it may be asked for. */
static ErrCode limit_space(const Plan *plan, int part, PlanSearch *search, Err *err)
{
    NetSpaceSurvey *survey = &search->survey;
    const Objective *o = &search->objective;
    if (o->form == OBJECTIVE_BAND)
        netspace_narrow(search->space, (int64_t)ceil(o->target_macs * (1 - o->tolerance)),
                        (int64_t)floor(o->target_macs));
    TRY(netspace_survey(search->space, survey, err));
    search->genes = netspace_genespace(search->space);
    if (survey->is_exact)
        search->genes.n_points = (int64_t)survey->inside;
    if (survey->inside == 0)
        TRY(yaml_error(err, place_of(plan, part, "objective"),
                       "no network of space '%s' has %lld to %lld MACs: %s have %lld to %lld",
                       netspace_name(search->space), (long long)search->genes.min_macs,
                       (long long)search->genes.max_macs,
                       survey->is_exact ? "they" : "100,000 that were drawn",
                       (long long)survey->macs[0], (long long)survey->macs[SURVEY_QUANTILES - 1]));
fail:
    return err->code;
}

/* --- the budget --- */

static ErrCode take_budget(const Plan *plan, int part, PlanSearch *search, Err *err)
{
    const StudySearch *s = &plan->study->parts[part].search;
    search->objective = study_search_objective(s, plan->baseline_macs);
    const double target = search->objective.target_macs;
    search->target_macs = llround(target);
    search->objective.target_macs = (double)search->target_macs;
    search->full_epochs = plan_networks_epochs(plan, part);
    search->short_epochs = s->screen_epochs;
    search->full_factor = plan_networks_passes(plan, search->full_epochs) * (double)s->seeds.n;
    search->short_factor = plan_networks_passes(plan, search->short_epochs) * (double)s->seeds.n;
    const double budget = isnan(s->budget.trainings)
                              ? s->budget.train_macs
                              : s->budget.trainings * target * search->full_factor;
    if (budget > LARGEST_MACS)
        return yaml_error(err, place_of(plan, part, "budget"),
                          "a budget of %g counted training MACs is more than %g", budget,
                          LARGEST_MACS);
    search->budget_macs = llround(budget);
    return ERR_NONE;
}

static ErrCode check_budget(const Plan *plan, int part, const PlanSearch *search, Err *err)
{
    const int64_t least = strategy_cost((double)search->survey.least, search->full_factor);
    if (search->budget_macs < least)
        return yaml_error(err, place_of(plan, part, "budget"),
                          "the budget of %lld counted training MACs does not hold one training, "
                          "the cheapest needs %lld",
                          (long long)search->budget_macs, (long long)least);
    return ERR_NONE;
}

/* --- searchers --- */

/* A lower bound of what a network inside the limits costs: drawn ones are not all. */
static int64_t least_macs(const PlanSearch *search)
{
    enum { MARGIN = 4 };
    const int64_t least = search->survey.least / (search->survey.is_exact ? 1 : MARGIN);
    return search->genes.min_macs > least ? search->genes.min_macs : least > 0 ? least : 1;
}

/* The part's seeds, ascending, moved on by as many as they span in each run. */
static ErrCode take_seeds(const StudySearch *s, PlanSearch *search, PlanSearcher *searcher,
                          Err *err)
{
    const size_t n = s->seeds.n;
    int64_t *seeds = arena_zalloc(&search->arena, n, sizeof *seeds);
    TRY(arena_ok(&search->arena, err));
    memcpy(seeds, s->seeds.v, n * sizeof *seeds);
    sort_int64(seeds, n);
    const int64_t span = seeds[n - 1] - seeds[0] + 1;
    for (size_t i = 0; i < n; i++)
        seeds[i] += searcher->run * span;
    searcher->seeds = (YamlInts){seeds, n};
fail:
    return err->code;
}

/* The settings of a searcher that has its name, its run and whether it is a rival. */
static ErrCode set_up(const Plan *plan, int part, PlanSearch *search, const char *strategy,
                      PlanSearcher *searcher, Err *err)
{
    const StudySearch *s = &plan->study->parts[part].search;
    const SearchStrategy *found = NULL;
    Err why = {0};
    TRY(strategies_find(strategy, &found, err));
    TRY(take_seeds(s, search, searcher, err));
    StrategySettings settings = strategy_settings(found, &search->genes, 1);
    if (searcher->is_main)
        TRY(study_search_options(s, &settings, err));
    strategy_set_macs(&settings, search->budget_macs, search->full_factor, least_macs(search));
    settings.seed = (uint64_t)searcher->seeds.v[0];
    settings.objective = search->objective.form == OBJECTIVE_BAND ? NULL : &search->objective;
    if (strategy_check(&settings, &why) != ERR_NONE)
        TRY(yaml_error(err, place_of(plan, part, searcher->is_main ? "options" : "rivals"), "%s",
                       why.msg));
    searcher->settings.search = settings;
    if (searcher->has_screen)
        screen_divide_macs(&searcher->settings, &settings, search->short_factor,
                           search->short_epochs, least_macs(search));
fail:
    return err->code;
}

/* One searcher of each run, unless one of that name is there. */
static ErrCode add_searchers(const Plan *plan, int part, PlanSearch *search, const char *strategy,
                             bool is_main, Err *err)
{
    const int n_runs = plan->study->parts[part].search.runs;
    PlanSearcher searcher = {.is_main = is_main,
                             .has_screen = is_main && search->short_epochs != 0};
    snprintf(searcher.name, sizeof searcher.name, "%s%s", strategy,
             searcher.has_screen ? "+screen" : "");
    for (size_t i = 0; i < search->n_searchers; i++)
        if (strcmp(search->searchers[i].name, searcher.name) == 0)
            return ERR_NONE;
    for (; searcher.run < n_runs; searcher.run++) {
        memcpy(searcher.series, searcher.name, sizeof searcher.series);
        if (searcher.run > 0)
            snprintf(searcher.series, sizeof searcher.series, "%.60s #%d", searcher.name,
                     searcher.run + 1);
        TRY(set_up(plan, part, search, strategy, &searcher, err));
        search->searchers[search->n_searchers++] = searcher;
    }
fail:
    return err->code;
}

static ErrCode make_searchers(const Plan *plan, int part, PlanSearch *search, Err *err)
{
    const StudySearch *s = &plan->study->parts[part].search;
    const size_t most = (s->rivals.n + 2) * (size_t)s->runs;
    search->searchers = arena_zalloc(&search->arena, most, sizeof *search->searchers);
    TRY(arena_ok(&search->arena, err));
    TRY(add_searchers(plan, part, search, s->strategy, true, err));
    for (size_t i = 0; i < s->rivals.n; i++)
        TRY(add_searchers(plan, part, search, s->rivals.v[i], false, err));
    TRY(add_searchers(plan, part, search, "random", false, err));
fail:
    return err->code;
}

const Objective *plan_search_scores(const PlanSearch *search)
{
    const ObjectiveForm form = search->objective.form;
    return form == OBJECTIVE_BAND || form == OBJECTIVE_PARETO ? NULL : &search->objective;
}

const Decider *plan_search_decider(const PlanSearcher *searcher)
{
    return searcher->has_screen ? &screen_decider : &strategy_decider;
}

const void *plan_search_settings(const PlanSearcher *searcher)
{
    return searcher->has_screen ? (const void *)&searcher->settings : &searcher->settings.search;
}

int64_t plan_search_epochs(const PlanSearch *search, const DeciderPoint *point)
{
    return point->epochs != 0 ? point->epochs : search->full_epochs;
}

/* --- life --- */

ErrCode plan_search_open(Plan *plan, Err *err)
{
    for (size_t i = 0; i < plan->study->n_parts; i++) {
        if (plan->study->parts[i].kind != STUDY_SEARCH)
            continue;
        PlanSearch *search = mem_calloc(1, sizeof *search);
        if (search == NULL)
            return err_memory(err, sizeof *search);
        plan->parts[i].search = search;
        TRY(load_space(plan, (int)i, search, err));
        TRY(take_budget(plan, (int)i, search, err));
        TRY(limit_space(plan, (int)i, search, err));
        TRY(check_budget(plan, (int)i, search, err));
        TRY(make_searchers(plan, (int)i, search, err));
    }
fail:
    return err->code;
}

void plan_search_close(Plan *plan)
{
    for (size_t i = 0; i < plan->study->n_parts && plan->parts != NULL; i++) {
        PlanSearch *search = plan->parts[i].search;
        if (search == NULL)
            continue;
        netspace_destroy(&search->space);
        arena_release(&search->arena);
        mem_free(search);
    }
}

/* --- points --- */

double plan_search_left(const Plan *plan, int part)
{
    const PlanSearch *search = plan->parts[part].search;
    const double left =
        (double)search->n_searchers * (double)search->budget_macs - (double)search->asked_macs;
    return plan->parts[part].state == PLAN_SETTLED || left < 0 ? 0 : left;
}

size_t plan_search_to_come(const Plan *plan, int part)
{
    const PlanSearch *search = plan->parts[part].search;
    const double mean = search->n_asked ? (double)search->asked_macs / (double)search->n_asked
                                        : (double)search->target_macs * search->full_factor;
    return (size_t)(plan_search_left(plan, part) / mean) * plan->study->parts[part].search.seeds.n;
}

static ErrCode add_point(Plan *plan, int part, const PlanSearcher *searcher, int64_t place,
                         const char *genes, int network, Err *err)
{
    PlanSearch *search = plan->parts[part].search;
    const Network *built = &plan->networks[network].network;
    const bool is_band = search->objective.form == OBJECTIVE_BAND;
    PlanPoint *point = plan_points_add(plan, part, is_band ? "counted" : "none", err);
    if (point == NULL)
        return err->code;
    point->part_name = plan->study->parts[part].id;
    memcpy(point->series, searcher->series, sizeof point->series);
    point->x = (double)place;
    point->genes = arena_text(&plan->texts, genes);
    point->macs = built->macs;
    point->target_macs = search->target_macs;
    point->ratio = (double)built->macs / (double)search->target_macs;
    point->resolution = built->resolution;
    point->network = network;
    point->seeds = &searcher->seeds;
    point->status = is_band ? MATCH_FAIR : MATCH_UNMATCHED;
    return arena_ok(&plan->texts, err);
}

/* The network of genes, resolved; ERR_USAGE if it is too large. */
static ErrCode digest_of(const Spec *spec, char digest[NETWORK_DIGEST_MAX], Err *err)
{
    Network network = {0};
    TRY(resolve_network(&network, spec, err));
    memcpy(digest, network.digest, NETWORK_DIGEST_MAX);
fail:
    network_release(&network);
    return err->code;
}

ErrCode plan_search_ask(Plan *plan, int part, const PlanSearcher *searcher, int64_t place,
                        const DeciderPoint *point, PlanAsk *ask, char reason[DECIDER_REASON_MAX],
                        Err *err)
{
    PlanSearch *search = plan->parts[part].search;
    uint8_t genes[GENESPACE_MAX_GENES];
    char digest[NETWORK_DIGEST_MAX];
    Spec spec;
    Err why = {0};
    *ask = (PlanAsk){.network = PLAN_NONE};
    if (!genespace_from_text(&search->genes, point->genes, genes))
        return err_set(err, ERR_DATA, "'%s' are no genes of space '%s'", point->genes,
                       netspace_name(search->space));
    netspace_spec(search->space, genes, &spec);
    if (plan_networks_check(plan, &spec, &why) == ERR_USAGE) {
        snprintf(reason, DECIDER_REASON_MAX, "%.*s", DECIDER_REASON_MAX - 1, why.msg);
        return ERR_NONE;
    }
    *err = why;
    TRY(err->code);
    TRY(digest_of(&spec, digest, err));
    TRY(plan_networks_add(plan, &spec, digest, plan_search_epochs(search, point), NULL,
                          &ask->network, err));
    TRY(plan_networks_at(plan, ask->network, plan_tune_factor(plan), &searcher->seeds,
                         &ask->network, err));
    ask->macs = strategy_cost((double)plan->networks[ask->network].network.macs,
                              plan_networks_passes(plan, plan_search_epochs(search, point)) *
                                  (double)searcher->seeds.n);
    search->n_asked++;
    search->asked_macs += ask->macs;
    TRY(add_point(plan, part, searcher, place, point->genes, ask->network, err));
fail:
    return err->code;
}
