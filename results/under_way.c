/*
 * results/under_way.c: a pass over each of a few tables.
 *
 * No index is asked: store_trust_running holds rows against their seals, and need not hold the
 * indices of large tables against their rows.
 */
#include "results/under_way.h"

#include "results/store_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Networks by digest. */
typedef struct Network {
    const char *digest;
    double macs;
} Network;

typedef struct Networks {
    Network *items;
    size_t n;
    const Network *last; /* found: trials that differ in their seed lie side by side */
} Networks;

static int compare_networks(const void *left, const void *right)
{
    return strcmp(((const Network *)left)->digest, ((const Network *)right)->digest);
}

static ErrCode read_networks(Store *store, Arena *arena, Networks *out, Err *err)
{
    DbQuery q = {0};
    TRY(db_query(&q, &store->db, "SELECT digest, macs FROM network", NULL, 0, err));
    while (db_next(&q)) {
        if (db_is_null(&q, 0))
            continue; /* of a damaged store */
        Network *items = arena_add_item(arena, out->items, &out->n, sizeof(*items));
        if (items == NULL)
            break;
        out->items = items;
        items[out->n - 1] = (Network){db_get_text(&q, 0, arena), db_get_real(&q, 1)};
    }
    TRY(db_end(&q, err));
    TRY(arena_ok(arena, err));
    if (out->n > 0)
        qsort(out->items, out->n, sizeof(*out->items), compare_networks);
fail:
    return err->code;
}

/* What a row's trial (column 0) costs: MACs of its network (column 1; a damaged store's: NULL). */
static ErrCode read_macs(DbQuery *q, const Store *store, Networks *networks, double *macs, Err *err)
{
    const char *digest = db_get_passing(q, 1);
    const Network key = {.digest = digest != NULL ? digest : ""};
    if (networks->last == NULL || strcmp(networks->last->digest, key.digest) != 0)
        networks->last = networks->n > 0 ? bsearch(&key, networks->items, networks->n,
                                                   sizeof(*networks->items), compare_networks)
                                         : NULL;
    if (networks->last == NULL)
        return store_err_no_network(store, db_get_int(q, 0), err);
    *macs = networks->last->macs;
    return ERR_NONE;
}

/* Of each running trial its last epoch, and the first point that asks for it. */
static const char running_sql[] =
    "WITH running AS MATERIALIZED (SELECT a.trial, p.network, p.seed, p.digest, p.epochs "
    "FROM attempt a LEFT JOIN planned p ON p.id = a.trial "
    "WHERE a.run = (SELECT max(id) FROM run) "
    "AND NOT EXISTS (SELECT 1 FROM finished f WHERE f.trial = a.trial) "
    "AND NOT EXISTS (SELECT 1 FROM attempt_end d "
    "WHERE d.trial = a.trial AND d.attempt = a.number)), "
    "asking AS MATERIALIZED (SELECT q.digest, q.figure, q.series, q.nominal_d, q.nominal_w, "
    "q.nominal_r, q.genes, min(l.place) FROM listed_point l CROSS JOIN point q ON q.id = "
    "l.point "
    "WHERE l.revision = (SELECT max(id) FROM revision) "
    "AND q.digest IN (SELECT digest FROM running) GROUP BY q.digest) "
    "SELECT r.trial, r.network, r.seed, r.epochs, e.epoch, e.train_loss, e.val_top1, "
    "e.images_per_second, (SELECT sum(x.seconds) FROM epoch x WHERE x.trial = r.trial), "
    "q.figure, q.series, q.nominal_d, q.nominal_w, q.nominal_r, q.genes FROM running r "
    "LEFT JOIN epoch e ON e.trial = r.trial "
    "AND e.epoch = (SELECT max(x.epoch) FROM epoch x WHERE x.trial = r.trial) "
    "LEFT JOIN asking q ON q.digest = r.digest ORDER BY r.trial";

static UnderWayTrial running_trial(DbQuery *q, double macs, Arena *arena)
{
    enum {
        TRIAL,
        NETWORK,
        SEED,
        EPOCHS,
        EPOCH,
        LOSS,
        VAL,
        SPEED,
        SECONDS,
        FIGURE,
        SERIES,
        NOMINAL,
        GENES = NOMINAL + 3
    };
    return (UnderWayTrial){
        .trial = db_get_int(q, TRIAL),
        .seed = db_get_int(q, SEED),
        .macs = macs,
        .epochs = db_get_int(q, EPOCHS),
        .epoch = db_get_int(q, EPOCH),
        .train_loss = db_get_real(q, LOSS),
        .val_top1 = db_get_real(q, VAL),
        .images_per_second = db_get_real(q, SPEED),
        .seconds = db_is_null(q, SECONDS) ? 0 : db_get_real(q, SECONDS),
        .point = {.figure = db_get_text(q, FIGURE, arena),
                  .series = db_get_text(q, SERIES, arena),
                  .nominal = {db_get_real(q, NOMINAL), db_get_real(q, NOMINAL + 1),
                              db_get_real(q, NOMINAL + 2)},
                  .genes = db_get_text(q, GENES, arena)}};
}

static ErrCode read_trials(Store *store, Arena *arena, Networks *networks, UnderWay *out, Err *err)
{
    DbQuery q = {0};
    TRY(db_query(&q, &store->db, running_sql, NULL, 0, err));
    while (db_next(&q)) {
        double macs = 0;
        TRY(read_macs(&q, store, networks, &macs, err));
        UnderWayTrial *items = arena_add_item(arena, out->trials, &out->n_trials, sizeof(*items));
        if (items == NULL)
            break;
        out->trials = items;
        items[out->n_trials - 1] = running_trial(&q, macs, arena);
    }
    TRY(db_end(&q, err));
    return arena_ok(arena, err);
fail:
    db_abandon(&q);
    return err->code;
}

static ErrCode read_work(Store *store, Networks *networks, UnderWay *out, Err *err)
{
    enum { EPOCHS = 2, IS_LEFT };
    static const char sql[] =
        "SELECT p.id, p.network, p.epochs, CASE WHEN f.trial IS NOT NULL THEN 0 ELSE (SELECT "
        "count(*) FROM attempt_end e WHERE e.trial = p.id AND e.is_counted) < ?1 END "
        "FROM listed_trial l CROSS JOIN planned p ON p.id = l.trial "
        "LEFT JOIN finished f ON f.trial = p.id "
        "WHERE l.revision = (SELECT max(id) FROM revision)";
    const DbValue most = db_int(STORE_ATTEMPTS);
    DbQuery q = {0};
    int64_t n = 0;
    TRY(db_query(&q, &store->db, sql, &most, 1, err));
    for (; db_next(&q); n++) {
        double macs = 0;
        TRY(read_macs(&q, store, networks, &macs, err));
        const double work = macs * (double)db_get_int(&q, EPOCHS);
        out->all += work;
        if (db_get_int(&q, IS_LEFT) == 0)
            continue;
        out->left += work;
        out->longest = fmax(out->longest, work);
    }
    TRY(db_end(&q, err));
    return store_check_listed(store, "listed_trial", n, err);
fail:
    db_abandon(&q);
    return err->code;
}

static ErrCode read_pace(Store *store, Networks *networks, UnderWay *out, Err *err)
{
    enum { EPOCHS = 2, SECONDS };
    enum { MOST_TRIALS = 16 };
    static const char sql[] =
        "SELECT p.id, p.network, p.epochs, "
        "coalesce((SELECT sum(x.seconds) FROM epoch x WHERE x.trial = f.trial), 0) "
        "FROM finished f JOIN planned p ON p.id = f.trial WHERE f.outcome = 'done' "
        "ORDER BY f.trial DESC LIMIT ?1";
    const DbValue most = db_int(MOST_TRIALS);
    DbQuery q = {0};
    TRY(db_query(&q, &store->db, sql, &most, 1, err));
    while (db_next(&q)) {
        double macs = 0;
        TRY(read_macs(&q, store, networks, &macs, err));
        out->paced += macs * (double)db_get_int(&q, EPOCHS);
        out->paced_s += db_get_real(&q, SECONDS);
    }
    return db_end(&q, err);
fail:
    db_abandon(&q);
    return err->code;
}

ErrCode under_way_read(Store *store, Arena *arena, UnderWay *out, Err *err)
{
    Networks networks = {0};
    *out = (UnderWay){0};
    TRY(db_begin_read(&store->db, err));
    TRY(read_networks(store, arena, &networks, err));
    TRY(read_trials(store, arena, &networks, out, err));
    TRY(read_work(store, &networks, out, err));
    TRY(read_pace(store, &networks, out, err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err->code;
}
