/* results/takeoff.c: the times of each part's groups, one test a part. */
#include "results/takeoff.h"

#include "results/epoch.h"
#include "results/takeoff_members.h"

#include "base/yaml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what losses mean --- */

/* The entropy of labels of which each class has its share of `smoothing`. */
static double least_loss(double smoothing, int classes)
{
    const double other = smoothing / classes, own = 1.0 - smoothing + other;
    if (!(smoothing > 0.0))
        return 0.0;
    return -own * log(own) - (classes - 1) * other * log(other);
}

/* The recipe's numbers, of the study's text; what cannot be read stays as it is. */
static void read_recipe(const StoreResults *results, double *smoothing, int64_t *batch)
{
    const char *text = results->revision.yaml;
    YamlDoc *doc = NULL;
    Err ignored = {0};
    if (text != NULL && yaml_parse(&doc, "study", text, strlen(text), &ignored) == ERR_NONE) {
        const YamlNode *recipe = yaml_find(yaml_root(doc), "recipe");
        const YamlNode *share = yaml_find(recipe, "label_smoothing");
        const YamlNode *size = yaml_find(recipe, "batch");
        if (share != NULL)
            (void)!yaml_as_double(share, 0.0, 1.0, smoothing, &ignored);
        if (size != NULL)
            (void)!yaml_as_int(size, 1, INT32_MAX, batch, &ignored);
    }
    yaml_destroy(&doc);
}

static bool is_late(const TakeoffMember *m)
{
    enum { SHARE = 8 };
    return m->epochs > 1 && m->epochs * SHARE > m->n_epochs;
}

/* --- numbers --- */

static int by_group(const void *left, const void *right)
{
    const TakeoffMember *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->trial > b->trial) - (a->trial < b->trial);
}

/* Of every group; times[all->n] is scratch. */
static void sum_up_groups(TakeoffPart *part, TakeoffMembers *all, SurvivalTime *times)
{
    if (all->n > 1)
        qsort(all->items, all->n, sizeof(*all->items), by_group);
    for (size_t begin = 0, end = 0; begin < all->n; begin = end) {
        const int group = all->items[begin].group;
        TakeoffGroup *out = &part->groups[group];
        for (; end < all->n && all->items[end].group == group; end++) {
            const TakeoffMember *m = &all->items[end];
            times[out->n++] = (SurvivalTime){.time = m->epochs, .is_event = m->has_taken_off};
            out->n_censored += !m->has_taken_off;
            out->n_shared += m->is_shared;
        }
        out->median_epochs = survival_median(times, out->n);
    }
}

/* Whether a group has trials of its own of several networks; members are by group. */
static bool has_many_networks(const TakeoffMembers *all)
{
    const TakeoffMember *last = NULL;
    for (size_t i = 0; i < all->n; i++) {
        const TakeoffMember *m = &all->items[i];
        if (m->is_shared)
            continue;
        if (last != NULL && last->group == m->group && last->unit != m->unit)
            return true;
        last = m;
    }
    return false;
}

/* Over the trials that are in one group alone. */
static ErrCode test_groups(TakeoffPart *out, const TakeoffMembers *all, SurvivalTime *times,
                           Arena *arena, Err *err)
{
    int n = 0;
    int *places = arena_zalloc(arena, (size_t)out->n_groups + 1, sizeof(*places));
    TRY(arena_ok(arena, err));
    out->shuffles_networks = has_many_networks(all);
    for (int i = 0; i < out->n_groups; i++)
        if (out->groups[i].n > out->groups[i].n_shared)
            places[i] = out->n_tested++;
    for (size_t i = 0; i < all->n; i++) {
        const TakeoffMember *m = &all->items[i];
        if (!m->is_shared)
            times[n++] = (SurvivalTime){.time = m->epochs,
                                        .is_event = m->has_taken_off,
                                        .group = places[m->group],
                                        .block = out->shuffles_networks ? 0 : m->seed,
                                        .unit = m->unit};
    }
    if (out->n_tested >= 2 && out->n_tested <= TAKEOFF_MOST_GROUPS)
        TRY(survival_logrank(times, n, out->n_tested, arena, &out->test, err));
fail:
    return err->code;
}

/* Its members are added to those of all. */
static ErrCode fill_part(const StoreResults *results, double threshold, TakeoffPart *part,
                         TakeoffMembers *all, Arena *arena, Err *err)
{
    TakeoffMembers own;
    TRY(takeoff_members_find(results, threshold, part, &own, arena, err));
    SurvivalTime *times = arena_zalloc(arena, own.n + 1, sizeof(*times));
    TRY(arena_ok(arena, err));
    sum_up_groups(part, &own, times);
    TRY(test_groups(part, &own, times, arena, err));
    for (size_t i = 0; i < own.n; i++)
        TRY(takeoff_members_add(all, &own.items[i], arena, err));
fail:
    return err->code;
}

static bool has_curves(const StorePointResult *p)
{
    for (size_t s = 0; s < p->n_seeds; s++)
        if (p->seeds[s].losses != NULL)
            return true;
    return false;
}

/* Counts each trial once, of the members of all parts. */
static void count_trials(TakeoffMembers *all, Takeoff *out)
{
    takeoff_members_by_trial(all);
    for (size_t i = 0; i < all->n; i++) {
        const TakeoffMember *m = &all->items[i];
        if (i > 0 && m[-1].trial == m->trial)
            continue;
        out->n++;
        out->n_never += !m->has_taken_off;
        out->n_late += m->has_taken_off && is_late(m);
    }
    out->is_short = out->n_late + out->n_never > 0;
}

static bool is_known(const Takeoff *out, const char *part)
{
    for (size_t i = 0; i < out->n_parts; i++)
        if (strcmp(out->parts[i].part, part) == 0)
            return true;
    return false;
}

static ErrCode fill_parts(const StoreResults *results, Arena *arena, Takeoff *out, Err *err)
{
    TakeoffMembers all = {0}; /* of every part */
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!has_curves(p) || p->carried != NULL || is_known(out, p->point.part))
            continue;
        TakeoffPart *parts = arena_add_item(arena, out->parts, &out->n_parts, sizeof(*parts));
        if (parts == NULL)
            break;
        out->parts = parts;
        parts[out->n_parts - 1].part = p->point.part;
        TRY(fill_part(results, out->threshold, &parts[out->n_parts - 1], &all, arena, err));
    }
    TRY(arena_ok(arena, err));
    count_trials(&all, out);
fail:
    return err->code;
}

ErrCode takeoff_find(const StoreResults *results, Arena *arena, Takeoff *out, Err *err)
{
    int64_t batch = 0;
    *out = (Takeoff){0};
    if (results->study.classes < 1)
        return ERR_NONE;
    read_recipe(results, &out->smoothing, &batch);
    out->threshold = log(results->study.classes) - TAKEOFF_FALL;
    out->least_loss = least_loss(out->smoothing, results->study.classes);
    out->can_be_seen = out->least_loss < out->threshold;
    if (batch > 0 && results->study.n_train > 0)
        out->steps = epoch_steps(batch, results->study.n_train);
    if (!out->can_be_seen)
        return ERR_NONE;
    return fill_parts(results, arena, out, err);
}
