/*
 * results/store_trials.c: trials one by one, and how many stand where.
 *
 * Both hold what they count against itself: whoever only counts rows does not see their seals.
 */
#include "results/damage.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What tells, at the end, whether the epochs that trials were said to have are theirs. */
typedef struct EpochCounts {
    int64_t n_epochs;
    Text doubtful; /* a JSON list of trials */
} EpochCounts;

/*
 * All the epochs that were to be made by a trial that is done speak for themselves: a row that a
 * changed key took away or added would change their number.
 */
static void count_epochs(EpochCounts *counts, const StoreTrial *trial)
{
    counts->n_epochs += trial->n_epochs;
    if (trial->n_epochs == (trial->status == STORE_TRIAL_DONE ? trial->epochs : 0))
        return;
    text_printf(&counts->doubtful, "%c%" PRId64, counts->doubtful.n_bytes > 0 ? ',' : '[',
                trial->number);
}

/* The others' rows are held against their seals, and no row is anybody else's. */
static ErrCode check_epochs(Store *store, EpochCounts *counts, Err *err)
{
    Arena arena = {0};
    DamageList found = {.arena = &arena};
    int64_t n_epochs = 0;
    text_append(&counts->doubtful, counts->doubtful.n_bytes > 0 ? "]" : "[]");
    TRY(text_ok(&counts->doubtful, err));
    const DamageRows rows = {"trial IN (SELECT value FROM json_each(?1))",
                             db_text(text_string(&counts->doubtful))};
    TRY(damage_seals(store, "epoch", &rows, &found, err));
    TRY(db_scalar(&store->db, "SELECT count(*) FROM epoch", NULL, 0, 0, &n_epochs, err));
    if (n_epochs != counts->n_epochs)
        damage_report(&found, 0, "rows of table 'epoch' belong to no trial");
    TRY(arena_ok(&arena, err));
    TRY(damage_refuse(store, &found, err));
fail:
    arena_release(&arena);
    return err->code;
}

static StoreTrial read_trial(DbQuery *q)
{
    return (StoreTrial){.number = db_get_int(q, 0),
                        .digest = db_get_passing(q, 1),
                        .network = db_get_passing(q, 2),
                        .seed = db_get_int(q, 3),
                        .status = store_status_named(db_get_passing(q, 4)),
                        .is_listed = db_get_int(q, 5) != 0,
                        .n_attempts = db_get_int(q, 6),
                        .n_counted = db_get_int(q, 7),
                        .reason = db_get_passing(q, 8),
                        .macs = db_get_int(q, 9),
                        .epochs = db_get_int(q, 10),
                        .n_epochs = db_get_int(q, 11),
                        .val_top1 = db_get_real(q, 12),
                        .test_top1 = db_get_real(q, 13)};
}

ErrCode store_err_no_network(const Store *store, int64_t trial, Err *err)
{
    return err_set(err, ERR_DATA,
                   "store '%s' is damaged: trial %" PRId64 " has no network; "
                   "'isoflop doctor' on its folder says more",
                   store_path(store), trial);
}

ErrCode store_each_trial(Store *store, StoreSeeTrial see, void *user, Err *err)
{
    static const char sql[] =
        "SELECT id, digest, network, seed, status, is_listed, n_attempts, "
        "n_counted, reason, macs, epochs, n_epochs, val_top1, test_top1 FROM trial "
        "ORDER BY id";
    enum { MACS = 9 };
    EpochCounts counts = {0};
    DbQuery q = {0};
    TRY(db_begin_read(&store->db, err));
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    while (db_next(&q)) {
        const StoreTrial trial = read_trial(&q);
        if (db_is_null(&q, MACS)) {
            (void)store_err_no_network(store, trial.number, err);
            goto fail;
        }
        count_epochs(&counts, &trial);
        TRY(see(user, &trial, err));
    }
    TRY(db_end(&q, err));
    TRY(check_epochs(store, &counts, err));
    TRY(db_commit(&store->db, err));
fail:
    db_abandon(&q);
    db_rollback(&store->db);
    text_release(&counts.doubtful);
    return err->code;
}

/* Where store_trials collects. */
typedef struct Collector {
    Arena *arena;
    StoreTrials *trials;
} Collector;

static const char *arena_copy(Arena *arena, const char *text)
{
    return text != NULL ? arena_text(arena, text) : NULL;
}

static ErrCode collect_trial(void *user, const StoreTrial *trial, Err *err)
{
    const Collector *c = user;
    StoreTrial *items = arena_add_item(c->arena, c->trials->items, &c->trials->n, sizeof(*items));
    if (items == NULL)
        return arena_ok(c->arena, err);
    StoreTrial *copy = &items[c->trials->n - 1];
    *copy = *trial;
    copy->digest = arena_copy(c->arena, trial->digest);
    copy->network = arena_copy(c->arena, trial->network);
    copy->reason = arena_copy(c->arena, trial->reason);
    c->trials->items = items;
    return arena_ok(c->arena, err);
}

ErrCode store_trials(Store *store, Arena *arena, StoreTrials *out, Err *err)
{
    Collector collector = {arena, out};
    *out = (StoreTrials){0};
    return store_each_trial(store, collect_trial, &collector, err);
}

ErrCode store_check_listed(Store *store, const char *list, int64_t n_found, Err *err)
{
    enum { SQL_BYTES = 128 };
    char sql[SQL_BYTES];
    int64_t n_listed = 0;
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM %s WHERE revision = (SELECT max(id) FROM revision)", list);
    TRY(db_scalar(&store->db, sql, NULL, 0, 0, &n_listed, err));
    if (n_listed != n_found)
        return err_set(err, ERR_DATA,
                       "store '%s' is damaged: of %" PRId64 " rows of table '%s' %" PRId64
                       " lead to something; 'isoflop doctor' on its folder says what is",
                       store_path(store), n_listed, list, n_found);
fail:
    return err->code;
}

ErrCode store_standing(Store *store, StoreStanding *out, Err *err)
{
    DbQuery q = {0};
    *out = (StoreStanding){0};
    TRY(db_begin_read(&store->db, err));
    TRY(db_query(&q, &store->db,
                 "SELECT t.status FROM listed_trial l CROSS JOIN trial t ON t.id = l.trial "
                 "WHERE l.revision = (SELECT max(id) FROM revision)",
                 NULL, 0, err));
    for (; db_next(&q); out->n_trials++)
        out->n_by_status[store_status_named(db_get_passing(&q, 0))]++;
    TRY(db_end(&q, err));
    TRY(store_check_listed(store, "listed_trial", out->n_trials, err));
    TRY(db_query(&q, &store->db, "SELECT count(*), sum(status = 'unfair') FROM current_point", NULL,
                 0, err));
    if (db_next(&q)) {
        out->n_points = db_get_int(&q, 0);
        out->n_unfair = db_get_int(&q, 1);
    }
    TRY(db_end(&q, err));
    TRY(store_check_listed(store, "listed_point", out->n_points, err));
    return db_commit(&store->db, err);
fail:
    db_rollback(&store->db);
    return err->code;
}
