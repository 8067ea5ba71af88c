/* search/fronts: front by front, quadratic in the members: generations are small. */
#include "search/fronts.h"

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

/* Moves those of the n that none dominates to the beginning; how many they are. */
static int take_front(FrontMember *members, int n, int front)
{
    int n_front = 0;
    for (int i = 0; i < n; i++) {
        bool is_dominated = false;
        for (int j = 0; j < n && !is_dominated; j++)
            is_dominated = fronts_dominates(&members[j], &members[i]);
        members[i].front = is_dominated ? front + 1 : front;
    }
    for (int i = 0; i < n; i++)
        if (members[i].front == front) {
            const FrontMember member = members[i];
            memmove(&members[n_front + 1], &members[n_front],
                    (size_t)(i - n_front) * sizeof member);
            members[n_front++] = member;
        }
    return n_front;
}

static bool has_less_macs(const FrontMember *a, const FrontMember *b)
{
    return a->macs != b->macs ? a->macs < b->macs : a->place < b->place;
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

/* A front in order of MACs is one in order of value: both distances are of the same neighbours. */
static void measure_crowding(FrontMember *front, int n)
{
    sort(front, n, has_less_macs);
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
    for (int begin = 0, front = 0; begin < n && begin < wanted; front++) {
        const int n_front = take_front(members + begin, n - begin, front);
        measure_crowding(members + begin, n_front);
        sort(members + begin, n_front, fronts_is_better);
        begin += n_front;
    }
}
