/* results/store_decide.c: what was settled on the way: facts, and the logs of deciders. */
#include "results/store_internal.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

static const char *const kind_names[] = {
    [STORE_ASK] = "ask", [STORE_TELL] = "tell", [STORE_END] = "end"};
static const char *const heard_names[] = {[STORE_HEARD_NOTHING] = NULL,
                                          [STORE_HEARD_DONE] = "done",
                                          [STORE_HEARD_DIVERGED] = "diverged",
                                          [STORE_HEARD_FAILED] = "failed",
                                          [STORE_HEARD_REFUSED] = "refused"};

enum { NAME_BYTES = 64 };

/* The place of `name` among n names; 0 if it is none of them. */
static int place_of(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (name != NULL && names[i] != NULL && strcmp(name, names[i]) == 0)
            return i;
    return 0;
}

static DbValue maybe(int64_t value)
{
    return value > 0 ? db_int(value) : db_text(NULL);
}

/* --- facts --- */

ErrCode store_put_newest_fact(Store *store, const StoreFact *fact, Err *err)
{
    static const char columns[] =
        "name, number, network, value_1, value_2, value_3, text, created_utc";
    enum { N_KEYS = 2, N_COMPARED = 5 };
    char utc[CLOCK_UTC_BYTES];
    const DbValue name = db_text(fact->name);
    int64_t newest = 0;
    int found = DB_NO_ROW;
    TRY(db_scalar(&store->db, "SELECT max(number) FROM fact WHERE name = ?1", &name, 1, 0, &newest,
                  err));
    DbValue values[] = {name,
                        db_int(newest),
                        db_text(fact->network),
                        db_real(fact->value[0]),
                        db_real(fact->value[1]),
                        db_real(fact->value[2]),
                        db_text(fact->text),
                        db_text(clock_utc(utc))};
    TRY(db_compare(&store->db, "fact", columns, values, N_KEYS, N_COMPARED, &found, err));
    if (found != DB_SAME) {
        values[1] = db_int(newest + 1);
        TRY(db_insert(&store->db, "fact", columns, values, ARRAY_LEN(values), err));
    }
fail:
    return err->code;
}

ErrCode store_put_fact(Store *store, const StoreFact *fact, Err *err)
{
    TRY(store_put_facts(store, fact, 1, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "recording fact '%s'", fact->name);
}

ErrCode store_put_facts(Store *store, const StoreFact *facts, size_t n, Err *err)
{
    TRY(db_begin_write(&store->db, err));
    for (size_t i = 0; i < n; i++)
        TRY(store_put_newest_fact(store, &facts[i], err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err->code;
}

static StoreFact read_fact(DbQuery *q, Arena *arena)
{
    return (StoreFact){.name = db_get_text(q, 0, arena),
                       .number = db_get_int(q, 1),
                       .network = db_get_text(q, 2, arena),
                       .value = {db_get_real(q, 3), db_get_real(q, 4), db_get_real(q, 5)},
                       .text = db_get_text(q, 6, arena)};
}

ErrCode store_facts(Store *store, const char *name, Arena *arena, StoreFact **out, size_t *n_out,
                    Err *err)
{
    const DbValue key = db_text(name);
    DbQuery q = {0};
    *out = NULL;
    *n_out = 0;
    TRY(db_query(&q, &store->db,
                 "SELECT name, number, network, value_1, value_2, value_3, text FROM fact "
                 "WHERE name = ?1 OR ?1 IS NULL ORDER BY name, number",
                 &key, 1, err));
    while (db_next(&q)) {
        StoreFact *items = arena_add_item(arena, *out, n_out, sizeof(*items));
        if (items == NULL) {
            q.out_of_memory = true;
            break;
        }
        *out = items;
        items[*n_out - 1] = read_fact(&q, arena);
    }
    return db_end(&q, err);
fail:
    return err->code;
}

ErrCode store_fact(Store *store, const char *name, Arena *arena, StoreFact *out, bool *is_there,
                   Err *err)
{
    StoreFact *facts = NULL;
    size_t n = 0;
    *is_there = false;
    TRY(store_facts(store, name, arena, &facts, &n, err));
    *is_there = facts != NULL;
    if (facts != NULL)
        *out = facts[n - 1];
    return ERR_NONE;
fail:
    return err->code;
}

/* --- decisions --- */

ErrCode store_put_decision(Store *store, const StoreDecision *d, Err *err)
{
    static const char columns[] = "part, number, kind, virtual_time, ticket, d, w, r, genes, "
                                  "epochs, digest, outcome, value, n, n_seeds, reason, created_utc";
    enum { N_KEYS = 2, N_COMPARED = 14 };
    char utc[CLOCK_UTC_BYTES], name[NAME_BYTES];
    int64_t newest = 0;
    int found = DB_NO_ROW;
    const bool is_tell = d->kind == STORE_TELL;
    const DbValue values[] = {db_text(d->part),
                              db_int(d->number),
                              db_text(kind_names[d->kind]),
                              db_int(d->virtual_time),
                              maybe(d->ticket),
                              db_real(d->scale[0]),
                              db_real(d->scale[1]),
                              db_real(d->scale[2]),
                              db_text(d->genes),
                              maybe(d->epochs),
                              db_text(d->trial_digest),
                              db_text(heard_names[d->outcome]),
                              db_real(d->value),
                              is_tell ? db_int(d->n) : db_text(NULL),
                              is_tell ? db_int(d->n_seeds) : db_text(NULL),
                              db_text(d->reason != NULL ? d->reason : ""),
                              db_text(clock_utc(utc))};
    TRY(db_begin_write(&store->db, err));
    TRY(db_compare(&store->db, "decision", columns, values, N_KEYS, N_COMPARED, &found, err));
    if (found >= 0) {
        err_set(err, ERR_DATA, "it is there with another %s: the decider is not reproducible here",
                db_column_name(columns, found, name, sizeof(name)));
        goto fail;
    }
    TRY(db_scalar(&store->db, "SELECT max(number) FROM decision WHERE part = ?1", values, 1, 0,
                  &newest, err));
    if (found == DB_NO_ROW && d->number != newest + 1) {
        err_set(err, ERR_INTERNAL, "the log has %" PRId64 " so far", newest);
        goto fail;
    }
    if (found == DB_NO_ROW)
        TRY(db_insert(&store->db, "decision", columns, values, ARRAY_LEN(values), err));
    TRY(db_commit(&store->db, err));
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    return err_wrap(err, "recording decision %" PRId64 " of part '%s'", d->number, d->part);
}

static StoreDecision read_decision(DbQuery *q, Arena *arena)
{
    return (StoreDecision){.part = db_get_text(q, 0, arena),
                           .number = db_get_int(q, 1),
                           .kind = (StoreDecisionKind)place_of(db_get_text(q, 2, arena), kind_names,
                                                               ARRAY_LEN(kind_names)),
                           .virtual_time = db_get_int(q, 3),
                           .ticket = db_get_int(q, 4),
                           .scale = {db_get_real(q, 5), db_get_real(q, 6), db_get_real(q, 7)},
                           .genes = db_get_text(q, 8, arena),
                           .epochs = db_get_int(q, 9),
                           .trial_digest = db_get_text(q, 10, arena),
                           .outcome = (StoreHeard)place_of(db_get_text(q, 11, arena), heard_names,
                                                           ARRAY_LEN(heard_names)),
                           .value = db_get_real(q, 12),
                           .n = db_get_int(q, 13),
                           .n_seeds = db_get_int(q, 14),
                           .reason = db_get_text(q, 15, arena)};
}

ErrCode store_decisions(Store *store, const char *part, Arena *arena, StoreDecision **out,
                        size_t *n_out, Err *err)
{
    const DbValue key = db_text(part);
    DbQuery q = {0};
    *out = NULL;
    *n_out = 0;
    TRY(db_query(&q, &store->db,
                 "SELECT part, number, kind, virtual_time, ticket, d, w, r, genes, epochs, digest, "
                 "outcome, value, n, n_seeds, reason FROM decision WHERE part = ?1 OR ?1 IS NULL "
                 "ORDER BY part, number",
                 &key, 1, err));
    while (db_next(&q)) {
        StoreDecision *items = arena_add_item(arena, *out, n_out, sizeof(*items));
        if (items == NULL) {
            q.out_of_memory = true;
            break;
        }
        *out = items;
        items[*n_out - 1] = read_decision(&q, arena);
    }
    return db_end(&q, err);
fail:
    return err->code;
}
