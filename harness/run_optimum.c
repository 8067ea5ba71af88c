/* harness/run_optimum.c: trials of a profile, the fit of each budget, facts, the plan's outcome. */
#include "harness/run_optimum.h"

#include "harness/plan_outcomes.h"
#include "harness/plan_past.h"
#include "harness/run_decider.h"

#include "base/arena.h"
#include "results/profiles.h"

#include <math.h>
#include <string.h>

/* --- trials --- */

/* Whether the trials of a seed have ended at every network of the part. */
static bool is_over(const RunState *run, int part, const StoreTrials *trials, int64_t seed)
{
    const Plan *plan = run->plan;
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        if (point->part != part || point->is_past || point->network == PLAN_NONE)
            continue;
        const StoreTrial *trial =
            run_decider_find_trial(trials, plan->networks[point->network].trial_digest, seed);
        if (!run_decider_is_over(trial) || run_state_is_begun_again(run, trial))
            return false;
    }
    return true;
}

/* The part's points alone, with the seeds that count. */
static StoreResults select_part(const RunState *run, int part, const StoreTrials *trials,
                                const StoreResults *results, Arena *arena)
{
    const Study *study = run->study;
    StoreResults selected = *results;
    selected.n_points = 0;
    selected.points = arena_zalloc(arena, results->n_points + 1, sizeof *selected.points);
    for (size_t i = 0; i < results->n_points && selected.points != NULL; i++) {
        StorePointResult point = results->points[i];
        StoreSeed *seeds = arena_zalloc(arena, point.n_seeds + 1, sizeof *seeds);
        size_t n = 0;
        if (seeds == NULL || strcmp(point.point.part, study->parts[part].name) != 0)
            continue;
        for (size_t s = 0; s < point.n_seeds; s++)
            if (yaml_has_int(&study->seeds, point.seeds[s].seed) ||
                (!run->settings->exact_seeds && is_over(run, part, trials, point.seeds[s].seed)))
                seeds[n++] = point.seeds[s];
        point.seeds = seeds;
        point.n_seeds = n;
        selected.points[selected.n_points++] = point;
    }
    return selected;
}

/* --- what is found --- */

/* Shares in thousandths; the largest takes what the others leave. */
static void round_shares(const Shares *from, double to[STUDY_DIMENSIONS])
{
    const double parts = 1000.0;
    int largest = 0;
    double rest = parts;
    for (int k = 1; k < STUDY_DIMENSIONS; k++)
        if (from->x[k] > from->x[largest])
            largest = k;
    for (int k = 0; k < STUDY_DIMENSIONS; k++) {
        const double thousandths = round(from->x[k] * parts);
        to[k] = thousandths / parts;
        rest -= k != largest ? thousandths : 0;
    }
    to[largest] = rest / parts;
}

/* Fills a shape of a profile that has an optimum, and says what it is. */
static const char *describe_found(const Profile *p, PlanShape *shape, Arena *arena)
{
    static const char *const dimensions[] = {"depth", "width", "resolution"};
    shape->is_found = true;
    if (shape->chosen == STUDY_CORNER) {
        shape->shares[p->top1.corner] = 1.0;
        return arena_printf(
            arena, "of the single dimensions at %.9g x %s is best by the fit of test top-1",
            p->budget, dimensions[p->top1.corner]);
    }
    round_shares(&p->top1.optimum, shape->shares);
    return arena_printf(arena,
                        "the best shape at %.9g x gives depth %.3f, width %.3f, resolution %.3f of "
                        "the added cost (%s): %.2f points over the best single dimension by the "
                        "fit of test top-1, %.2f to %.2f",
                        p->budget, shape->shares[0], shape->shares[1], shape->shares[2],
                        shapefit_kind_name(p->top1.kind), p->gain.effect, p->gain.low,
                        p->gain.high);
}

/* Why a budget's surface has no optimum. */
static const char *describe_lack(const Profile *p, double budget, Arena *arena)
{
    if (p == NULL)
        return arena_printf(arena, "no optimum at %.9g x: nothing was trained", budget);
    if (p->why_not != NULL)
        return arena_printf(arena, "no optimum at %.9g x: %s", budget, p->why_not);
    return arena_printf(arena, "no optimum at %.9g x: %s, %s", budget,
                        shapefit_kind_name(p->top1.kind), shapefit_kind_text(p->top1.kind));
}

static const Profile *find_budget(const Profile *profiles, size_t n, double budget)
{
    for (size_t i = 0; i < n; i++)
        if (profiles[i].budget == budget)
            return &profiles[i];
    return NULL;
}

/* Room for what a profile finds, with nothing found yet: each budget's optimum, then its corner. */
static ErrCode begin_shapes(RunState *run, int part, PlanShape **shapes, size_t *n, Err *err)
{
    const YamlDoubles *budgets = &run->study->parts[part].macs;
    Arena *arena = &run->plan->texts;
    *n = budgets->n * (STUDY_N_CHOSEN - 1);
    *shapes = arena_zalloc(arena, *n + 1, sizeof **shapes);
    for (size_t i = 0; i < *n && *shapes != NULL; i++)
        (*shapes)[i] = (PlanShape){.budget = budgets->v[i / (STUDY_N_CHOSEN - 1)],
                                   .chosen = STUDY_OPTIMUM + (int)(i % (STUDY_N_CHOSEN - 1))};
    return arena_ok(arena, err);
}

/* --- facts --- */

static const char *name_fact(const RunState *run, int part, const PlanShape *shape, Arena *arena)
{
    return arena_printf(arena, "%s/%s %.9g", run->study->parts[part].id,
                        study_chosen_name(shape->chosen), shape->budget);
}

static ErrCode put_fact(RunState *run, int part, const PlanShape *shape, Arena *arena, Err *err)
{
    bool is_new = false, is_anew = false;
    StoreFact fact = {.name = name_fact(run, part, shape, arena),
                      .value = {(double)NAN, (double)NAN, (double)NAN},
                      .text = shape->reason};
    if (shape->is_found)
        memcpy(fact.value, shape->shares, sizeof fact.value);
    TRY(arena_ok(arena, err));
    TRY(run_decider_put_fact(run, &fact, FACT_SAME_VALUES, &is_new, &is_anew, err));
    if (is_new && (shape->is_found || shape->chosen == STUDY_OPTIMUM))
        run_state_note(run, "%s is decided%s: %s", run->study->parts[part].id,
                       is_anew ? " anew" : "", fact.text);
fail:
    return err->code;
}

static void take_fact(const StoreFact *fact, PlanShape *shape)
{
    shape->is_found = !isnan(fact->value[0]);
    memcpy(shape->shares, fact->value, sizeof shape->shares);
}

/* Shows what was built on earlier facts of a shape; the plan drops what is built so still. */
static ErrCode add_past(RunState *run, int part, const PlanShape *shape, Err *err)
{
    Arena arena = {0};
    StoreFact *facts = NULL;
    size_t n = 0;
    const char *name = name_fact(run, part, shape, &arena);
    TRY(arena_ok(&arena, err));
    TRY(store_facts(run->store, name, &arena, &facts, &n, err));
    for (size_t i = 0; i + 1 < n; i++) {
        PlanShape past = *shape;
        const PlanOutcome outcome = {.shapes = &past, .n_shapes = 1};
        take_fact(&facts[i], &past);
        TRY(plan_add_past(run->plan, part, &outcome, facts[i].number, err));
    }
fail:
    arena_release(&arena);
    return err->code;
}

static ErrCode set_outcome(RunState *run, int part, const PlanShape *shapes, size_t n,
                           PlanState state, Err *err)
{
    const PlanOutcome outcome = {.shapes = shapes, .n_shapes = n};
    TRY(plan_set_outcome(run->plan, part, &outcome, state, NULL, err));
    for (size_t i = 0; i < n; i++)
        TRY(add_past(run, part, &shapes[i], err));
fail:
    return err->code;
}

/* --- deciding --- */

/* Fits all budgets and puts what they come to. */
static ErrCode decide(RunState *run, int part, const StoreTrials *trials, PlanShape *shapes,
                      size_t n, Arena *arena, Err *err)
{
    StoreResults results;
    Profile *profiles = NULL;
    size_t n_profiles = 0;
    TRY(store_results(run->store, arena, &results, err));
    const StoreResults own = select_part(run, part, trials, &results, arena);
    TRY(arena_ok(arena, err));
    TRY(profiles_find(&own, arena, &profiles, &n_profiles, err));
    for (size_t i = 0; i < n; i++) {
        const Profile *p = find_budget(profiles, n_profiles, shapes[i].budget);
        shapes[i].reason = p != NULL && p->why_not == NULL && p->top1.has_optimum
                               ? describe_found(p, &shapes[i], &run->plan->texts)
                               : describe_lack(p, shapes[i].budget, &run->plan->texts);
        TRY(arena_ok(&run->plan->texts, err));
        TRY(put_fact(run, part, &shapes[i], arena, err));
    }
fail:
    return err->code;
}

ErrCode run_optimum_advance(RunState *run, int part, const StoreTrials *trials, bool *is_settled,
                            Err *err)
{
    Arena arena = {0};
    PlanShape *shapes = NULL;
    size_t n = 0;
    *is_settled = false;
    for (size_t i = 0; i < run->study->seeds.n; i++)
        if (!is_over(run, part, trials, run->study->seeds.v[i]))
            return ERR_NONE;
    TRY(begin_shapes(run, part, &shapes, &n, err));
    TRY(decide(run, part, trials, shapes, n, &arena, err));
    TRY(set_outcome(run, part, shapes, n, PLAN_SETTLED, err));
    *is_settled = true;
fail:
    arena_release(&arena);
    return err->code;
}

ErrCode run_optimum_take_provisional(RunState *run, int part, Err *err)
{
    Arena arena = {0};
    PlanShape *shapes = NULL;
    size_t n = 0;
    bool has_any = false;
    TRY(begin_shapes(run, part, &shapes, &n, err));
    for (size_t i = 0; i < n; i++) {
        StoreFact fact;
        bool is_there = false;
        const char *name = name_fact(run, part, &shapes[i], &arena);
        TRY(arena_ok(&arena, err));
        TRY(store_fact(run->store, name, &arena, &fact, &is_there, err));
        if (is_there)
            take_fact(&fact, &shapes[i]);
        has_any |= shapes[i].is_found;
    }
    if (has_any)
        TRY(set_outcome(run, part, shapes, n, PLAN_PROVISIONAL, err));
fail:
    arena_release(&arena);
    return err->code;
}
