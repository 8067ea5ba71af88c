/*
 * results/store_read.c: queries, each one short transaction into an arena.
 *
 * Lists grow by doubling inside the arena: what is outgrown stays until the arena goes, which is a
 * report's life.
 */
#include "results/store_internal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

ErrCode store_network(Store *store, const char *digest, Arena *arena, StoreNetwork *out, Err *err)
{
    const DbValue key = db_text(digest);
    DbQuery q = {0};
    bool is_there = false;
    TRY(db_query(&q, &store->db,
                 "SELECT digest, name, yaml, resolution, params, macs, acts FROM network WHERE "
                 "digest = ?1",
                 &key, 1, err));
    if (db_next(&q)) {
        is_there = true;
        *out = (StoreNetwork){.digest = db_get_text(&q, 0, arena),
                              .name = db_get_text(&q, 1, arena),
                              .yaml = db_get_text(&q, 2, arena),
                              .resolution = (int)db_get_int(&q, 3),
                              .params = db_get_int(&q, 4),
                              .macs = db_get_int(&q, 5),
                              .acts = db_get_int(&q, 6)};
    }
    TRY(db_end(&q, err));
    if (!is_there)
        return err_set(err, ERR_MISSING, "there is no network '%s' in store '%s'", digest,
                       store_path(store));
    return ERR_NONE;
fail:
    return err->code;
}

/* --- the study's texts --- */

/* The one text that a query of the plan answers. */
static ErrCode planned_text(Store *store, const char *sql, Arena *arena, const char **text,
                            Err *err)
{
    DbQuery q = {0};
    *text = NULL;
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    if (db_next(&q))
        *text = db_get_text(&q, 0, arena);
    TRY(db_end(&q, err));
    if (*text == NULL)
        return err_set(err, ERR_MISSING, "nothing was planned yet in store '%s'",
                       store_path(store));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode store_data_digest(Store *store, Arena *arena, const char **digest, Err *err)
{
    return planned_text(store, "SELECT data_digest FROM study", arena, digest, err);
}

ErrCode store_study_yaml(Store *store, Arena *arena, const char **yaml, Err *err)
{
    return planned_text(store, "SELECT yaml FROM revision ORDER BY id DESC LIMIT 1", arena, yaml,
                        err);
}

ErrCode store_check_arithmetic(Store *store, int revision, Err *err)
{
    DbQuery q = {0};
    int64_t begun_with = revision;
    TRY(db_query(&q, &store->db, "SELECT arithmetic FROM study", NULL, 0, err));
    if (db_next(&q))
        begun_with = db_get_int(&q, 0);
    TRY(db_end(&q, err));
    if (begun_with == revision)
        return ERR_NONE;
    return err_set(err, ERR_USAGE,
                   "store '%s' was begun with arithmetic revision %" PRId64
                   ", this isoflop has %d: "
                   "its trials cannot be compared with new ones, use another folder",
                   store_path(store), begun_with, revision);
fail:
    return err->code;
}

/* --- everything for verdicts and reports --- */

static ErrCode read_study(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    static const char sql[] =
        "SELECT s.name, r.question, s.baseline, s.data_name, s.data_digest, s.classes, s.n_train, "
        "s.n_val, s.n_test, s.is_demo, s.arithmetic, r.yaml, r.digest, r.objective, "
        "r.objective_w, r.target_macs, r.baseline_macs, r.fairness_tolerance, r.epochs, r.recipe, "
        "r.created_utc, (SELECT command FROM run ORDER BY id DESC LIMIT 1) "
        "FROM revision r JOIN study s ON s.id = r.study ORDER BY r.id DESC LIMIT 1";
    DbQuery q = {0};
    bool is_there = false;
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    if (db_next(&q)) {
        is_there = true;
        out->study = (StoreStudy){.name = db_get_text(&q, 0, arena),
                                  .question = db_get_text(&q, 1, arena),
                                  .baseline = db_get_text(&q, 2, arena),
                                  .data_name = db_get_text(&q, 3, arena),
                                  .data_digest = db_get_text(&q, 4, arena),
                                  .classes = (int)db_get_int(&q, 5),
                                  .n_train = db_get_int(&q, 6),
                                  .n_val = db_get_int(&q, 7),
                                  .n_test = db_get_int(&q, 8),
                                  .is_demo = db_get_int(&q, 9) != 0,
                                  .arithmetic = (int)db_get_int(&q, 10)};
        out->revision = (StoreRevision){.yaml = db_get_text(&q, 11, arena),
                                        .digest = db_get_text(&q, 12, arena),
                                        .objective = db_get_text(&q, 13, arena),
                                        .objective_w = db_get_real(&q, 14),
                                        .target_macs = db_get_int(&q, 15),
                                        .baseline_macs = db_get_int(&q, 16),
                                        .fairness_tolerance = db_get_real(&q, 17),
                                        .epochs = db_get_int(&q, 18),
                                        .recipe = db_get_text(&q, 19, arena),
                                        .created = db_get_text(&q, 20, arena)};
        out->command = db_get_text(&q, 21, arena);
    }
    TRY(db_end(&q, err));
    if (!is_there)
        return err_set(err, ERR_MISSING, "nothing was planned yet in store '%s'",
                       store_path(store));
    return ERR_NONE;
fail:
    return err->code;
}

/* A text, the last row's own where that is the same: rows come part by part. */
static const char *text_as_last(DbQuery *q, int column, const char *last, Arena *arena)
{
    const char *text = last != NULL ? db_get_passing(q, column) : NULL;
    return text != NULL && strcmp(text, last) == 0 ? last : db_get_text(q, column, arena);
}

static StorePointResult read_point(DbQuery *q, const StorePointResult *before, Arena *arena)
{
    const StorePoint *last = &before->point;
    return (StorePointResult){
        .point = {.id = db_get_int(q, 0),
                  .part = text_as_last(q, 1, last->part, arena),
                  .figure = text_as_last(q, 2, last->figure, arena),
                  .series = text_as_last(q, 3, last->series, arena),
                  .match = text_as_last(q, 4, last->match, arena),
                  .nominal = {db_get_real(q, 5), db_get_real(q, 6), db_get_real(q, 7)},
                  .built = {db_get_real(q, 8), db_get_real(q, 9), db_get_real(q, 10)},
                  .trim = db_get_real(q, 11),
                  .x = db_get_real(q, 12),
                  .network = db_get_text(q, 13, arena),
                  .trial_digest = db_get_text(q, 14, arena),
                  .resolution = (int)db_get_int(q, 15),
                  .macs = db_get_int(q, 16),
                  .target_macs = db_get_int(q, 17),
                  .ratio = db_get_real(q, 18),
                  .naive_ratio = db_get_real(q, 19),
                  .status = text_as_last(q, 20, last->status, arena),
                  .reason = db_get_text(q, 21, arena),
                  .genes = db_get_text(q, 23, arena)},
        .network_name = text_as_last(q, 22, before->network_name, arena),
        .is_judged = db_get_int(q, 24) != 0,
        .acts = db_get_int(q, 25)};
}

static ErrCode read_points(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    static const char sql[] =
        "SELECT p.id, p.part, p.figure, p.series, p.match, p.nominal_d, p.nominal_w, p.nominal_r, "
        "p.built_d, p.built_w, p.built_r, p.trim, p.x, p.network, p.digest, p.resolution, p.macs, "
        "p.target_macs, p.ratio, p.naive_ratio, p.status, p.reason, n.name, p.genes, "
        "EXISTS (SELECT 1 FROM own_seed o WHERE o.part = p.part), n.acts "
        "FROM current_point p LEFT JOIN network n ON n.digest = p.network ORDER BY p.place";
    DbQuery q = {0};
    StorePointResult last = {0};
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    while (db_next(&q)) {
        StorePointResult *items =
            arena_add_item(arena, out->points, &out->n_points, sizeof(*items));
        if (items == NULL) {
            q.out_of_memory = true;
            break;
        }
        out->points = items;
        last = items[out->n_points - 1] = read_point(&q, &last, arena);
    }
    TRY(db_end(&q, err));
    return store_check_listed(store, "listed_point", (int64_t)out->n_points, err);
fail:
    return err->code;
}

/* Those of the point that is being read; n_room of them fit. */
typedef struct Seeds {
    StoreSeed *items;
    size_t n, n_room;
} Seeds;

static bool make_room(Seeds *seeds, Arena *arena)
{
    StoreSeed *more = arena_alloc(arena, 2 * seeds->n_room + 1, sizeof(*more));
    if (more == NULL)
        return false;
    if (seeds->n > 0)
        memcpy(more, seeds->items, seeds->n * sizeof(*more));
    seeds->items = more;
    seeds->n_room = 2 * seeds->n_room + 1;
    return true;
}

/* Gives them to their point, without the room around them. */
static void keep_seeds(StoreResults *out, size_t place, Seeds *seeds, Arena *arena)
{
    StoreSeed *copy = seeds->n > 0 ? arena_alloc(arena, seeds->n, sizeof(*copy)) : NULL;
    if (copy != NULL) {
        out->points[place - 1].seeds = memcpy(copy, seeds->items, seeds->n * sizeof(*copy));
        out->points[place - 1].n_seeds = seeds->n;
    }
    seeds->n = 0;
}

/* The seeds of every point, in the order of `points`. */
static ErrCode read_seeds(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    static const char sql[] = "SELECT place, seed, trial, status, val_top1, test_top1, val_loss, "
                              "test_loss, epochs, EXISTS (SELECT 1 FROM attempt_end e WHERE "
                              "e.trial = m.trial AND e.reason = '" STORE_IMPORT "') "
                              "FROM measured m ORDER BY place, seed";
    DbQuery q = {0};
    Seeds seeds = {0};
    size_t of = 0; /* which point */
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    while (db_next(&q)) {
        const size_t place = (size_t)db_get_int(&q, 0);
        if (place < 1 || place > out->n_points)
            continue;
        if (place != of)
            keep_seeds(out, of, &seeds, arena);
        of = place;
        if (seeds.n == seeds.n_room && !make_room(&seeds, arena)) {
            q.out_of_memory = true;
            break;
        }
        out->points[place - 1].epochs = db_get_int(&q, 8);
        seeds.items[seeds.n++] = (StoreSeed){.seed = db_get_int(&q, 1),
                                             .trial = db_get_int(&q, 2),
                                             .status = store_status_named(db_get_passing(&q, 3)),
                                             .val_top1 = db_get_real(&q, 4),
                                             .test_top1 = db_get_real(&q, 5),
                                             .val_loss = db_get_real(&q, 6),
                                             .test_loss = db_get_real(&q, 7),
                                             .is_imported = db_get_int(&q, 9) != 0};
    }
    keep_seeds(out, of, &seeds, arena);
    TRY(db_end(&q, err));
    return arena_ok(arena, err);
fail:
    return err->code;
}

/* Of the facts of one name only the last stays: the one in force. */
static void keep_newest(StoreResults *results)
{
    StoreFact *facts = results->facts;
    size_t n = 0;
    for (size_t i = 0; i < results->n_facts; i++) {
        const bool is_followed = i + 1 < results->n_facts && facts[i + 1].number > 1;
        if (!is_followed)
            facts[n++] = facts[i];
    }
    results->n_facts = n;
}

ErrCode store_carried(Store *store, Arena *arena, StoreCarried **out, size_t *n, Err *err)
{
    static const char sql[] = "SELECT digest, source, data_name, data_digest, classes, n_train, "
                              "n_val, n_test, majority, is_demo, yaml, init FROM carried";
    DbQuery q = {0};
    *out = NULL;
    *n = 0;
    TRY(db_query(&q, &store->db, sql, NULL, 0, err));
    while (db_next(&q)) {
        StoreCarried *items = arena_add_item(arena, *out, n, sizeof(*items));
        if (items == NULL) {
            q.out_of_memory = true;
            break;
        }
        *out = items;
        items[*n - 1] = (StoreCarried){.trial_digest = db_get_text(&q, 0, arena),
                                       .source = db_get_text(&q, 1, arena),
                                       .data_name = db_get_text(&q, 2, arena),
                                       .data_digest = db_get_text(&q, 3, arena),
                                       .classes = (int)db_get_int(&q, 4),
                                       .n_train = db_get_int(&q, 5),
                                       .n_val = db_get_int(&q, 6),
                                       .n_test = db_get_int(&q, 7),
                                       .majority = db_get_real(&q, 8),
                                       .is_demo = db_get_int(&q, 9) != 0,
                                       .yaml = db_get_text(&q, 10, arena),
                                       .init = db_get_text(&q, 11, arena)};
    }
    TRY(db_end(&q, err));
fail:
    return err->code;
}

/* Gives points what their trials are trained on where that is not the study's own. */
static ErrCode read_carried(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    StoreCarried *carried = NULL;
    size_t n = 0;
    TRY(store_carried(store, arena, &carried, &n, err));
    for (size_t i = 0; i < out->n_points && carried != NULL; i++) {
        const char *digest = out->points[i].point.trial_digest;
        for (size_t k = 0; k < n && digest != NULL; k++)
            if (carried[k].trial_digest != NULL && strcmp(carried[k].trial_digest, digest) == 0)
                out->points[i].carried = &carried[k];
    }
fail:
    return err->code;
}

/* How much of a study is read. */
typedef enum Depth { DEPTH_STUDY, DEPTH_POINTS, DEPTH_SEEDS } Depth;

static ErrCode read_results(Store *store, Depth depth, Arena *arena, StoreResults *out, Err *err)
{
    *out = (StoreResults){0};
    TRY(db_begin_read(&store->db, err));
    TRY(read_study(store, arena, out, err));
    if (depth >= DEPTH_POINTS)
        TRY(read_points(store, arena, out, err));
    if (depth >= DEPTH_POINTS)
        TRY(read_carried(store, arena, out, err));
    if (depth >= DEPTH_SEEDS)
        TRY(read_seeds(store, arena, out, err));
    TRY(store_facts(store, NULL, arena, &out->facts, &out->n_facts, err));
    keep_newest(out);
    TRY(db_commit(&store->db, err));
    return arena_ok(arena, err);
fail:
    db_rollback(&store->db);
    return err->code;
}

ErrCode store_results(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    return read_results(store, DEPTH_SEEDS, arena, out, err);
}

ErrCode store_points(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    return read_results(store, DEPTH_POINTS, arena, out, err);
}

ErrCode store_study(Store *store, Arena *arena, StoreResults *out, Err *err)
{
    return read_results(store, DEPTH_STUDY, arena, out, err);
}
