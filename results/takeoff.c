/* results/takeoff.c: trials of each part by group, their times, one test a part. */
#include "results/takeoff.h"

#include "results/epoch.h"

#include "base/hash.h"
#include "base/intern.h"
#include "base/yaml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A finished trial in a group of a part. */
typedef struct Member {
    int64_t trial;
    int group;
    int unit; /* its network in this group, of those of the part */
    int64_t seed;
    int epochs;   /* until it took off, or n_epochs */
    int n_epochs; /* it was to make */
    bool has_taken_off;
    bool is_shared; /* stands in another group, too */
} Member;

/* A part while it is gathered. */
typedef struct Gathering {
    Arena *arena;
    TakeoffPart *out;
    Member *members;
    size_t n;
    Intern *groups; /* hashes of their keys */
    Intern *units;  /* UnitKey */
} Gathering;

typedef struct UnitKey {
    Hash128 network;
    int64_t group;
} UnitKey;

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

static Member read_member(const StorePointResult *p, const StoreSeed *seed, double threshold)
{
    Member m = {.trial = seed->trial,
                .seed = seed->seed,
                .epochs = (int)p->epochs,
                .n_epochs = (int)p->epochs};
    for (int e = 0; seed->losses != NULL && e < seed->n_epochs && !m.has_taken_off; e++)
        if (seed->losses[e] < threshold) {
            m.has_taken_off = true;
            m.epochs = e + 1;
        }
    return m;
}

static bool is_late(const Member *m)
{
    enum { SHARE = 8 };
    return m->epochs > 1 && m->epochs * SHARE > m->n_epochs;
}

/* --- groups --- */

static bool has_curves(const StorePointResult *p)
{
    for (size_t s = 0; s < p->n_seeds; s++)
        if (p->seeds[s].losses != NULL)
            return true;
    return false;
}

/* Whether the points of a part have more than one series. */
static bool has_many_series(const StoreResults *results, const char *part)
{
    const char *series = NULL;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        if (strcmp(p->part, part) != 0)
            continue;
        if (series != NULL && strcmp(series, p->series) != 0)
            return true;
        series = p->series;
    }
    return false;
}

static const char *name_group(const StorePoint *p, bool is_by_network, Arena *arena)
{
    if (!is_by_network)
        return p->series;
    if (p->genes != NULL)
        return p->genes;
    return arena_printf(arena, "%.3g × %.3g × %.3g", p->nominal[0], p->nominal[1], p->nominal[2]);
}

static Hash128 hash_key(const char *key)
{
    return hash_128(key, strlen(key));
}

/* The places of a point's group, made where it is new, and of its network there. */
static ErrCode find_places(Gathering *g, const StorePoint *p, int *group, int *unit, Err *err)
{
    TakeoffPart *out = g->out;
    const Hash128 hash = hash_key(out->is_by_network ? p->trial_digest : p->series);
    size_t n = (size_t)out->n_groups, at, network;
    TRY(intern_index(g->groups, &hash, &at, err));
    if (at == n) {
        TakeoffGroup *groups = arena_add_item(g->arena, out->groups, &n, sizeof(*groups));
        TRY(arena_ok(g->arena, err));
        groups[at].name = name_group(p, out->is_by_network, g->arena);
        out->groups = groups;
        out->n_groups = (int)n;
    }
    const UnitKey unit_key = {hash_key(p->trial_digest), (int64_t)at};
    TRY(intern_index(g->units, &unit_key, &network, err));
    *group = (int)at;
    *unit = (int)network;
fail:
    return err->code;
}

static ErrCode add_point(Gathering *g, const StorePointResult *p, double threshold, Err *err)
{
    int group = -1, unit = -1;
    if (p->point.trial_digest == NULL)
        return ERR_NONE;
    for (size_t s = 0; s < p->n_seeds; s++) {
        const StoreSeed *seed = &p->seeds[s];
        const bool is_diverged = seed->status == STORE_TRIAL_DIVERGED;
        if (seed->status != STORE_TRIAL_DONE && !is_diverged)
            continue;
        if (seed->losses == NULL && !is_diverged) {
            g->out->n_elsewhere++;
            continue;
        }
        if (group < 0)
            TRY(find_places(g, &p->point, &group, &unit, err));
        Member *members = arena_add_item(g->arena, g->members, &g->n, sizeof(*members));
        TRY(arena_ok(g->arena, err));
        g->members = members;
        members[g->n - 1] = read_member(p, seed, threshold);
        members[g->n - 1].group = group;
        members[g->n - 1].unit = unit;
    }
fail:
    return err->code;
}

static int by_trial(const void *left, const void *right)
{
    const Member *a = left, *b = right;
    if (a->trial != b->trial)
        return a->trial < b->trial ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

/* Each trial once a group, whatever points it stands at; marks those in several groups. */
static void merge_members(Gathering *g)
{
    size_t n = 0;
    if (g->n > 1)
        qsort(g->members, g->n, sizeof(*g->members), by_trial);
    for (size_t i = 0; i < g->n; i++) {
        Member *m = &g->members[i];
        if (n > 0 && g->members[n - 1].trial == m->trial) {
            if (g->members[n - 1].group == m->group)
                continue;
            m->is_shared = g->members[n - 1].is_shared = true;
        }
        g->members[n++] = *m;
    }
    g->n = n;
}

/* --- numbers --- */

static int by_group(const void *left, const void *right)
{
    const Member *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->trial > b->trial) - (a->trial < b->trial);
}

/* Of every group; times[g->n] is scratch. */
static void sum_up_groups(Gathering *g, SurvivalTime *times)
{
    if (g->n > 1)
        qsort(g->members, g->n, sizeof(*g->members), by_group);
    for (size_t begin = 0, end = 0; begin < g->n; begin = end) {
        const int group = g->members[begin].group;
        TakeoffGroup *out = &g->out->groups[group];
        for (; end < g->n && g->members[end].group == group; end++) {
            const Member *m = &g->members[end];
            times[out->n++] = (SurvivalTime){.time = m->epochs, .is_event = m->has_taken_off};
            out->n_censored += !m->has_taken_off;
            out->n_shared += m->is_shared;
        }
        out->median_epochs = survival_median(times, out->n);
    }
}

/* Whether a group has trials of its own of several networks; members are by group. */
static bool has_many_networks(const Gathering *g)
{
    const Member *last = NULL;
    for (size_t i = 0; i < g->n; i++) {
        const Member *m = &g->members[i];
        if (m->is_shared)
            continue;
        if (last != NULL && last->group == m->group && last->unit != m->unit)
            return true;
        last = m;
    }
    return false;
}

/* Over the trials that are in one group alone. */
static ErrCode test_groups(const Gathering *g, SurvivalTime *times, Err *err)
{
    TakeoffPart *out = g->out;
    int n = 0;
    int *places = arena_zalloc(g->arena, (size_t)out->n_groups + 1, sizeof(*places));
    TRY(arena_ok(g->arena, err));
    out->shuffles_networks = has_many_networks(g);
    for (int i = 0; i < out->n_groups; i++)
        if (out->groups[i].n > out->groups[i].n_shared)
            places[i] = out->n_tested++;
    for (size_t i = 0; i < g->n; i++) {
        const Member *m = &g->members[i];
        if (!m->is_shared)
            times[n++] = (SurvivalTime){.time = m->epochs,
                                        .is_event = m->has_taken_off,
                                        .group = places[m->group],
                                        .block = out->shuffles_networks ? 0 : m->seed,
                                        .unit = m->unit};
    }
    if (out->n_tested >= 2 && out->n_tested <= TAKEOFF_MOST_GROUPS)
        TRY(survival_logrank(times, n, out->n_tested, g->arena, &out->test, err));
fail:
    return err->code;
}

static ErrCode fill_part(const StoreResults *results, double threshold, Gathering *g, Err *err)
{
    g->out->is_by_network = !has_many_series(results, g->out->part);
    TRY(intern_create(&g->groups, sizeof(Hash128), err));
    TRY(intern_create(&g->units, sizeof(UnitKey), err));
    for (size_t i = 0; i < results->n_points; i++)
        if (strcmp(results->points[i].point.part, g->out->part) == 0)
            TRY(add_point(g, &results->points[i], threshold, err));
    merge_members(g);
    SurvivalTime *times = arena_zalloc(g->arena, g->n + 1, sizeof(*times));
    TRY(arena_ok(g->arena, err));
    sum_up_groups(g, times);
    TRY(test_groups(g, times, err));
fail:
    intern_destroy(&g->groups);
    intern_destroy(&g->units);
    return err->code;
}

/* Counts each trial once, of the members of all parts. */
static void count_trials(Member *all, size_t n, Takeoff *out)
{
    if (n > 1)
        qsort(all, n, sizeof(*all), by_trial);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && all[i - 1].trial == all[i].trial)
            continue;
        out->n++;
        out->n_never += !all[i].has_taken_off;
        out->n_late += all[i].has_taken_off && is_late(&all[i]);
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
    Gathering all = {0}; /* its members are those of every part */
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!has_curves(p) || is_known(out, p->point.part))
            continue;
        TakeoffPart *parts = arena_add_item(arena, out->parts, &out->n_parts, sizeof(*parts));
        if (parts == NULL)
            break;
        out->parts = parts;
        Gathering g = {.arena = arena, .out = &parts[out->n_parts - 1]};
        g.out->part = p->point.part;
        TRY(fill_part(results, out->threshold, &g, err));
        for (size_t m = 0; m < g.n; m++) {
            Member *members = arena_add_item(arena, all.members, &all.n, sizeof(*members));
            if (members == NULL)
                break;
            all.members = members;
            members[all.n - 1] = g.members[m];
        }
    }
    TRY(arena_ok(arena, err));
    count_trials(all.members, all.n, out);
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
