/* results/takeoff_members.c: points by part, series and network; a trial once a group. */
#include "results/takeoff_members.h"

#include "base/hash.h"
#include "base/intern.h"

#include <stdlib.h>
#include <string.h>

typedef struct UnitKey {
    Hash128 network;
    int64_t group;
} UnitKey;

/* A part while it is gathered. */
typedef struct Gathering {
    const StoreResults *results;
    double threshold;
    Arena *arena;
    TakeoffPart *out;
    TakeoffMembers *members;
    Intern *groups; /* hashes of their keys */
    Intern *units;  /* UnitKey */
} Gathering;

ErrCode takeoff_members_add(TakeoffMembers *all, const TakeoffMember *member, Arena *arena,
                            Err *err)
{
    TakeoffMember *items = arena_add_item(arena, all->items, &all->n, sizeof(*items));
    TRY(arena_ok(arena, err));
    all->items = items;
    items[all->n - 1] = *member;
fail:
    return err->code;
}

static int by_trial(const void *left, const void *right)
{
    const TakeoffMember *a = left, *b = right;
    if (a->trial != b->trial)
        return a->trial < b->trial ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

void takeoff_members_by_trial(TakeoffMembers *all)
{
    if (all->n > 1)
        qsort(all->items, all->n, sizeof(*all->items), by_trial);
}

static TakeoffMember read_member(const StorePointResult *p, const StoreSeed *seed, double threshold)
{
    TakeoffMember m = {.trial = seed->trial,
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

static ErrCode add_point(Gathering *g, const StorePointResult *p, Err *err)
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
        TakeoffMember member = read_member(p, seed, g->threshold);
        member.group = group;
        member.unit = unit;
        TRY(takeoff_members_add(g->members, &member, g->arena, err));
    }
fail:
    return err->code;
}

/* Each trial once a group, whatever points it stands at; marks those in several groups. */
static void merge_members(TakeoffMembers *all)
{
    TakeoffMember *items = all->items;
    size_t n = 0;
    takeoff_members_by_trial(all);
    for (size_t i = 0; i < all->n; i++) {
        TakeoffMember *m = &items[i];
        if (n > 0 && items[n - 1].trial == m->trial) {
            if (items[n - 1].group == m->group)
                continue;
            m->is_shared = items[n - 1].is_shared = true;
        }
        items[n++] = *m;
    }
    all->n = n;
}

ErrCode takeoff_members_find(const StoreResults *results, double threshold, TakeoffPart *part,
                             TakeoffMembers *members, Arena *arena, Err *err)
{
    Gathering g = {.results = results,
                   .threshold = threshold,
                   .arena = arena,
                   .out = part,
                   .members = members};
    *members = (TakeoffMembers){0};
    part->is_by_network = !has_many_series(results, part->part);
    TRY(intern_create(&g.groups, sizeof(Hash128), err));
    TRY(intern_create(&g.units, sizeof(UnitKey), err));
    for (size_t i = 0; i < results->n_points; i++)
        if (strcmp(results->points[i].point.part, part->part) == 0)
            TRY(add_point(&g, &results->points[i], err));
    merge_members(members);
fail:
    intern_destroy(&g.groups);
    intern_destroy(&g.units);
    return err->code;
}
