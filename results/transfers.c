/* results/transfers.c: a carried point's name taken apart, and the points that belong together. */
#include "results/transfers.h"

#include "base/text.h"

#include <string.h>

static const char *const judged_ways[] = {"finetune", "scratch"};

/* "SERIES" of "DATA/WAY/SERIES" if that is of the data set and way, else NULL. */
static const char *series_in(const StorePointResult *p, const char *data, const char *way)
{
    const char *at = p->point.series;
    const char *const words[] = {data, way};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const size_t n = strlen(words[i]);
        if (strncmp(at, words[i], n) != 0 || at[n] != '/')
            return NULL;
        at += n + 1;
    }
    return at;
}

static bool is_same_place(const StorePoint *a, const StorePoint *b)
{
    bool is_same = a->x == b->x && a->target_macs == b->target_macs;
    for (int k = 0; k < 3; k++)
        is_same &= a->nominal[k] == b->nominal[k];
    return is_same;
}

/* The study's own point of a series at the place of another; NULL: there is none. */
static const StorePointResult *find_own(const StoreResults *own, const char *series,
                                        const StorePoint *place)
{
    for (size_t i = 0; i < own->n_points; i++)
        if (strcmp(own->points[i].point.series, series) == 0 &&
            is_same_place(&own->points[i].point, place))
            return &own->points[i];
    return NULL;
}

/* The point of the same part, series and place in another way, or NULL. */
static const StorePointResult *find_way(const Transfer *t, const StorePointResult *like,
                                        const char *series, const char *way)
{
    for (size_t i = 0; i < t->results.n_points; i++) {
        const StorePointResult *p = &t->results.points[i];
        const char *own = series_in(p, t->data, way);
        if (own != NULL && strcmp(own, series) == 0 &&
            strcmp(p->point.part, like->point.part) == 0 &&
            is_same_place(&p->point, &like->point) && p->point.trial_digest != NULL)
            return p;
    }
    return NULL;
}

static bool is_known(const Transfer *t, const char *trial_digest)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->items[i].judged->point.trial_digest, trial_digest) == 0)
            return true;
    return false;
}

/* Under the own point's names, and among the items if its network is not yet. */
static void add_judged(Transfer *t, const StorePointResult *p, const char *series,
                       const StorePointResult *own)
{
    StorePointResult *judged = &t->judged.points[t->judged.n_points++];
    *judged = *p;
    judged->point.part = own->point.part;
    judged->point.series = series;
    if (p->point.trial_digest == NULL || is_known(t, p->point.trial_digest))
        return;
    t->items[t->n++] = (Transferred){.own = own,
                                     .judged = judged,
                                     .scratch = find_way(t, p, series, "scratch"),
                                     .total = find_way(t, p, series, "scratch-total")};
}

static void collect(Transfer *t, const StoreResults *own, const char *way)
{
    t->way = way;
    for (size_t i = 0; i < t->results.n_points; i++) {
        const StorePointResult *p = &t->results.points[i];
        const char *series = series_in(p, t->data, way);
        const StorePointResult *source = series != NULL ? find_own(own, series, &p->point) : NULL;
        if (source != NULL)
            add_judged(t, p, series, source);
    }
}

/* The study's with the data set's own facts, and room for all points. */
static StoreResults begin_results(const StoreResults *results, const StoreCarried *c, Arena *arena)
{
    StoreResults out = *results;
    out.n_points = 0;
    out.points = arena_zalloc(arena, results->n_points + 1, sizeof(*out.points));
    out.study.data_name = c->data_name;
    out.study.data_digest = c->data_digest;
    out.study.classes = c->classes;
    out.study.n_train = c->n_train;
    out.study.n_val = c->n_val;
    out.study.n_test = c->n_test;
    out.study.is_demo |= c->is_demo;
    return out;
}

static bool is_of(const Transfer *t, const StorePointResult *p)
{
    return strcmp(t->data, p->carried->data_name) == 0 && strcmp(t->part, p->point.part) == 0;
}

static ErrCode make(const StoreResults *results, const StoreResults *own,
                    const StorePointResult *first, Arena *arena, Transfer *t, Err *err)
{
    const StoreCarried *c = first->carried;
    *t = (Transfer){.name = c->data_name,
                    .part = first->point.part,
                    .data = c->data_name,
                    .results = begin_results(results, c, arena),
                    .judged = begin_results(results, c, arena),
                    .items = arena_zalloc(arena, results->n_points + 1, sizeof(*t->items))};
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < results->n_points; i++)
        if (results->points[i].carried != NULL && is_of(t, &results->points[i]))
            t->results.points[t->results.n_points++] = results->points[i];
    for (size_t w = 0; w < ARRAY_LEN(judged_ways) && t->n == 0; w++)
        collect(t, own, judged_ways[w]);
    TRY(verdict_field_make(&t->field, &t->results, VERDICT_POINTS, arena, err));
fail:
    return err->code;
}

/* Those of one data set are told by their parts. */
static void name_all(Transfer *items, size_t n, Arena *arena)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (k != i && strcmp(items[k].data, items[i].data) == 0)
                items[i].name = arena_printf(arena, "%s (%s)", items[i].data, items[i].part);
}

ErrCode transfers_find(const StoreResults *results, const StoreResults *own, Arena *arena,
                       Transfer **out, size_t *n, Err *err)
{
    Transfer *items = arena_zalloc(arena, results->n_points + 1, sizeof(*items));
    *n = 0;
    *out = items;
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        bool is_found = p->carried == NULL;
        for (size_t k = 0; k < *n && !is_found; k++)
            is_found = is_of(&items[k], p);
        if (!is_found)
            TRY(make(results, own, p, arena, &items[(*n)++], err));
    }
    name_all(items, *n, arena);
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}

void transfers_sign(Transfer *transfers, size_t n, Verdict *out, Arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        Verdict here = *out;
        here.has_noise = false;
        verdict_field_sign(&transfers[i].field, &here, arena);
        if (!here.has_noise || (out->has_noise && here.noise.sd <= out->noise.sd))
            continue;
        out->has_noise = true;
        out->noise = here.noise;
        out->basis = here.basis;
        out->seeds_needed = here.seeds_needed;
    }
}

bool transfers_forget_unripe(Transfer *transfer, Arena *arena)
{
    int epochs_to_try = 0;
    (void)verdict_field_remedy(&transfer->field, &epochs_to_try, arena);
    return epochs_to_try > 0;
}
