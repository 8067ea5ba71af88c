/* search/fronts: one pass in the order of MACs, for each member over the fronts there are. */
#include "search/fronts.h"

#include <assert.h>
#include <math.h>
#include <string.h>

bool fronts_dominates(const FrontMember *a, const FrontMember *b)
{
    return a->value >= b->value && a->macs <= b->macs && (a->value > b->value || a->macs < b->macs);
}

bool fronts_is_better(const FrontMember *a, const FrontMember *b)
{
    if (a->front != b->front)
        return a->front < b->front;
    if (a->crowding != b->crowding)
        return a->crowding > b->crowding;
    return a->place < b->place;
}

/* Whoever dominates a member comes before it. */
static bool has_less_macs(const FrontMember *a, const FrontMember *b)
{
    if (a->macs != b->macs)
        return a->macs < b->macs;
    return a->value != b->value ? a->value > b->value : a->place < b->place;
}

static void sort(FrontMember *members, int n,
                 bool (*precedes)(const FrontMember *, const FrontMember *))
{
    for (int i = 1; i < n; i++) {
        const FrontMember member = members[i];
        int j = i;
        for (; j > 0 && precedes(&member, &members[j - 1]); j--)
            members[j] = members[j - 1];
        members[j] = member;
    }
}

/*
 * Fronts of members in the order of MACs, and how many members each has. Along a front values rise
 * with MACs: whom its last member so far does not dominate, none of it does.
 */
static void find_fronts(FrontMember *members, int n, int sizes[FRONTS_MAX])
{
    int last[FRONTS_MAX], n_fronts = 0;
    for (int i = 0; i < n; i++) {
        int front = 0;
        while (front < n_fronts && fronts_dominates(&members[last[front]], &members[i]))
            front++;
        if (front == n_fronts)
            sizes[n_fronts++] = 0;
        members[i].front = front;
        last[front] = i;
        sizes[front]++;
    }
}

/* Puts members in the order of their fronts; those of one keep theirs. */
static void group(FrontMember *members, int n, const int sizes[FRONTS_MAX])
{
    FrontMember copy[FRONTS_MAX];
    int next[FRONTS_MAX];
    for (int front = 0, begin = 0; begin < n; begin += sizes[front++])
        next[front] = begin;
    memcpy(copy, members, (size_t)n * sizeof *members);
    for (int i = 0; i < n; i++)
        members[next[copy[i].front]++] = copy[i];
}

/*
 * A front in the order of MACs is one in the order of value: both distances are of the same
 * neighbours.
 */
static void measure_crowding(FrontMember *front, int n)
{
    const double macs = front[n - 1].macs - front[0].macs,
                 value = front[n - 1].value - front[0].value;
    for (int i = 0; i < n; i++) {
        front[i].crowding = 0;
        if (i == 0 || i == n - 1)
            front[i].crowding = (double)INFINITY;
        else if (macs > 0 && value > 0)
            front[i].crowding = (front[i + 1].macs - front[i - 1].macs) / macs +
                                (front[i + 1].value - front[i - 1].value) / value;
    }
}

void fronts_select(FrontMember *members, int n, int wanted)
{
    int sizes[FRONTS_MAX];
    assert(n <= FRONTS_MAX);
    sort(members, n, has_less_macs);
    find_fronts(members, n, sizes);
    group(members, n, sizes);
    for (int begin = 0, front = 0; begin < n && begin < wanted; begin += sizes[front++]) {
        measure_crowding(members + begin, sizes[front]);
        sort(members + begin, sizes[front], fronts_is_better);
    }
}
