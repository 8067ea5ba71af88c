/* results/takeoff_members.h: who takes part in a part's take-off; private to takeoff*.c. */
#ifndef RESULTS_TAKEOFF_MEMBERS_H
#define RESULTS_TAKEOFF_MEMBERS_H

#include "results/store.h"
#include "results/takeoff_types.h"

#include "base/arena.h"
#include "base/err.h"

/* A finished trial in a group of a part. */
typedef struct TakeoffMember {
    int64_t trial;
    int group;
    int unit; /* its network in this group, of those of the part */
    int64_t seed;
    int epochs;   /* until it took off, or n_epochs */
    int n_epochs; /* it was to make */
    bool has_taken_off;
    bool is_shared; /* stands in another group, too */
} TakeoffMember;

typedef struct TakeoffMembers {
    TakeoffMember *items; /* an arena's */
    size_t n;
} TakeoffMembers;

ErrCode takeoff_members_add(TakeoffMembers *all, const TakeoffMember *member, Arena *arena,
                            Err *err) ERR_CHECKED;

/* Sorts them by trial, those of one trial by group. */
void takeoff_members_by_trial(TakeoffMembers *all);

/*
 * The finished trials of a part, whose name is there, each once a group, and the part's groups with
 * their names; their numbers stay 0. A trial takes off below the threshold. ERR_MEMORY.
 */
ErrCode takeoff_members_find(const StoreResults *results, double threshold, TakeoffPart *part,
                             TakeoffMembers *members, Arena *arena, Err *err) ERR_CHECKED;

#endif
