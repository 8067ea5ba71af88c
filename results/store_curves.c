/*
 * results/store_curves.c: the curves of the trials that verdicts compare.
 *
 * Whoever reads them holds their rows against their seals, and their number against the epochs that
 * a trial was to make: a row whose key was changed is then missing somewhere.
 */
#include "results/damage.h"
#include "results/verdict.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A finished trial at a point. */
typedef struct Wanted {
    StoreSeed *seed;
    int64_t epochs; /* it made, or was to make until it diverged */
} Wanted;

typedef struct Curves {
    Arena *arena;
    Wanted *wanted; /* by trial */
    size_t n, at;
    Arena reading; /* one trial: lists that grow, which stay behind */
    double *values, *losses;
    size_t n_values, n_losses;
    double seconds;
} Curves;

/* Parts whose networks are compared by the curves they were trained along. */
static bool is_compared(const StorePoint *point)
{
    static const char *const parts[] = {"curves", "lines", "compare", "profile", "grid"};
    StorePoint own = *point; /* the part itself, at whatever rate */
    if (text_starts_with(own.part, VERDICT_COMMON_RATE))
        own.part += strlen(VERDICT_COMMON_RATE);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (store_is_part(&own, parts[i]))
            return true;
    return false;
}

static int by_trial(const void *left, const void *right)
{
    const int64_t a = ((const Wanted *)left)->seed->trial, b = ((const Wanted *)right)->seed->trial;
    return (a > b) - (a < b);
}

static void collect(const StoreResults *results, Curves *curves)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        StoreSeed *seeds = (StoreSeed *)(uintptr_t)p->seeds; /* the arena's, as the points are */
        for (size_t s = 0; is_compared(&p->point) && s < p->n_seeds; s++) {
            if (seeds[s].status != STORE_TRIAL_DONE && seeds[s].status != STORE_TRIAL_DIVERGED)
                continue;
            Wanted *items =
                arena_add_item(curves->arena, curves->wanted, &curves->n, sizeof(*items));
            if (items == NULL)
                return;
            curves->wanted = items;
            items[curves->n - 1] = (Wanted){&seeds[s], p->epochs};
        }
    }
    if (curves->n > 1)
        qsort(curves->wanted, curves->n, sizeof(*curves->wanted), by_trial);
}

/* Gives what was read to every place of that trial, without the room around it. */
static void give(Curves *curves, int64_t trial)
{
    const size_t n = curves->n_values;
    double *values = n > 0 ? arena_alloc(curves->arena, 2 * n, sizeof(*values)) : NULL;
    double *losses = values != NULL ? values + n : NULL;
    if (values != NULL) {
        memcpy(values, curves->values, n * sizeof(*values));
        memcpy(losses, curves->losses, n * sizeof(*losses));
    }
    while (curves->at < curves->n && curves->wanted[curves->at].seed->trial <= trial) {
        StoreSeed *seed = curves->wanted[curves->at++].seed;
        if (seed->trial != trial)
            continue;
        seed->losses = losses;
        seed->n_epochs = values != NULL ? (int)n : 0;
        if (seed->status != STORE_TRIAL_DONE)
            continue;
        seed->curve = values;
        seed->seconds = curves->seconds;
    }
    arena_release(&curves->reading);
    curves->values = curves->losses = NULL;
    curves->n_values = curves->n_losses = 0;
    curves->seconds = 0.0;
}

/* Another value of a list; false without memory. */
static bool add_value(Arena *arena, double **items, size_t *n, double value)
{
    double *longer = arena_add_item(arena, *items, n, sizeof(*longer));
    if (longer == NULL)
        return false;
    *items = longer;
    longer[*n - 1] = value;
    return true;
}

static ErrCode read_rows(Store *store, const DbValue *trials, Curves *curves, Err *err)
{
    DbQuery q = {0};
    int64_t trial = 0;
    TRY(db_query(&q, &store->db,
                 "SELECT trial, val_top1, train_loss, seconds FROM epoch WHERE trial IN "
                 "(SELECT value FROM json_each(?1)) ORDER BY trial, epoch",
                 trials, 1, err));
    while (db_next(&q)) {
        if (db_get_int(&q, 0) != trial)
            give(curves, trial);
        trial = db_get_int(&q, 0);
        if (!add_value(&curves->reading, &curves->values, &curves->n_values, db_get_real(&q, 1)) ||
            !add_value(&curves->reading, &curves->losses, &curves->n_losses, db_get_real(&q, 2))) {
            q.out_of_memory = true;
            break;
        }
        curves->seconds += db_get_real(&q, 3);
    }
    give(curves, trial);
    TRY(db_end(&q, err));
    return arena_ok(curves->arena, err);
fail:
    arena_release(&curves->reading);
    return err->code;
}

/* A trial that was trained elsewhere may have none, one that diverged has fewer. */
static void check_numbers(const Curves *curves, DamageList *found)
{
    for (size_t i = 0; i < curves->n; i++) {
        const StoreSeed *seed = curves->wanted[i].seed;
        const bool is_without =
            (seed->is_imported && seed->n_epochs == 0) || seed->status == STORE_TRIAL_DIVERGED;
        if (!is_without && seed->n_epochs != curves->wanted[i].epochs)
            damage_report(found, seed->trial,
                          arena_printf(found->arena, "%d of %" PRId64 " epochs are there",
                                       seed->n_epochs, curves->wanted[i].epochs));
    }
}

ErrCode store_curves(Store *store, Arena *arena, StoreResults *results, Err *err)
{
    Curves curves = {.arena = arena};
    DamageList found = {.arena = arena};
    Text list = {0};
    collect(results, &curves);
    for (size_t i = 0; i < curves.n; i++)
        text_printf(&list, "%c%" PRId64, i == 0 ? '[' : ',', curves.wanted[i].seed->trial);
    text_append(&list, curves.n > 0 ? "]" : "[]");
    TRY(arena_ok(arena, err));
    TRY(text_ok(&list, err));
    const DbValue trials = db_text(text_string(&list));
    const DamageRows rows = {"trial IN (SELECT value FROM json_each(?1))", trials};
    TRY(db_begin_read(&store->db, err));
    TRY(read_rows(store, &trials, &curves, err));
    TRY(damage_seals(store, "epoch", &rows, &found, err));
    TRY(db_commit(&store->db, err));
    check_numbers(&curves, &found);
    TRY(arena_ok(arena, err));
    TRY(damage_refuse(store, &found, err));
fail:
    db_rollback(&store->db);
    text_release(&list);
    return err->code;
}
