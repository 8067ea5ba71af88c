/*
 * results/store_trust.c: which tables and rows which answer rests on.
 *
 * A changed key can move a row to another trial where the order of keys still holds: it is then the
 * first or the last of that trial's rows. So whoever reads the rows of one trial holds those of its
 * neighbours against their seals, too.
 */
#include "results/store_trust.h"

#include "results/damage.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

enum {
    ALL = (1 << STORE_N_GROUNDS) - 1,
    REPORT = 1 << STORE_GROUND_REPORT,
    RESULTS = 1 << STORE_GROUND_RESULTS | REPORT,
    STANDING = 1 << STORE_GROUND_STANDING,
    TRIALS = 1 << STORE_GROUND_TRIALS,
};

/* Rows are held against their seals; a lost row of some is noticed by whoever reads. */
static const struct {
    const char *table;
    unsigned seals, structure; /* the grounds that look at them */
} uses[] = {
    {"study", ALL, ALL},
    {"revision", ALL, ALL},
    {"fact", ALL, ALL},
    {"run", ALL, ALL},
    {"network", RESULTS | TRIALS, RESULTS},
    {"point", RESULTS | STANDING | TRIALS, RESULTS},
    {"listed_point", RESULTS | STANDING | TRIALS, ALL},
    {"planned", RESULTS | TRIALS, ALL},
    {"listed_trial", RESULTS | STANDING | TRIALS, ALL},
    {"environment", REPORT, ALL},
    {"attempt", REPORT | STANDING | TRIALS, ALL},
    {"attempt_end", RESULTS | STANDING | TRIALS, ALL},
    {"finished", RESULTS | STANDING | TRIALS, ALL},
    {"trial_digest", RESULTS, ALL},
    {"decision", RESULTS, ALL},
    {"own_seed", RESULTS, ALL},
    {"carried", RESULTS | TRIALS, ALL},
};

/* The tables that a view reads. */
static const struct {
    const char *view;
    const char *tables[16];
} views[] = {
    {"trial",
     {"planned", "network", "listed_trial", "finished", "attempt", "attempt_end", "epoch"}},
    {"result", {"planned", "epoch", "finished", "artifact"}},
    {"current_point", {"listed_point", "point"}},
    {"measured",
     {"listed_point", "point", "planned", "listed_trial", "finished", "attempt", "attempt_end",
      "own_seed"}},
    {"table", /* no view, but export's own query */
     {"listed_point", "point", "planned", "listed_trial", "finished", "attempt", "attempt_end",
      "network", "epoch", "own_seed"}},
};

/* SQLite's look at a table; a quick one where no answer looks into its indices. */
static ErrCode check_structure(Store *store, const char *table, bool is_quick, DamageList *found,
                               Err *err)
{
    enum { SQL_BYTES = 64 };
    char sql[SQL_BYTES];
    snprintf(sql, sizeof(sql), "PRAGMA %s(%s)", is_quick ? "quick_check" : "integrity_check",
             table);
    return damage_pragma(store, sql, "structure", found, err);
}

static ErrCode check_table(Store *store, const char *table, DamageList *found, Err *err)
{
    TRY(check_structure(store, table, false, found, err));
    return damage_seals(store, table, NULL, found, err);
fail:
    return err->code;
}

/* Rows of a table that refer to nothing. */
static ErrCode check_references(Store *store, const char *table, DamageList *found, Err *err)
{
    enum { SQL_BYTES = 64 };
    char sql[SQL_BYTES];
    snprintf(sql, sizeof(sql), "PRAGMA foreign_key_check(%s)", table);
    return damage_pragma(store, sql, "a row that refers to nothing", found, err);
}

/* Finished trials without a digest: the other way round a reference tells. */
static ErrCode check_digests(Store *store, DamageList *found, Err *err)
{
    int64_t n = 0;
    TRY(db_scalar(&store->db,
                  "SELECT count(*) FROM finished f LEFT JOIN trial_digest d ON d.trial = f.trial "
                  "WHERE d.trial IS NULL",
                  NULL, 0, 0, &n, err));
    if (n > 0)
        damage_report(found, 0,
                      arena_printf(found->arena, "%" PRId64 " finished trial%s without a digest", n,
                                   text_plural(n)));
fail:
    return err->code;
}

/* What makes one transaction of the checks, and an error of what they found. */
typedef struct Look {
    Store *store;
    Arena arena;
    DamageList found;
} Look;

static ErrCode look_begin(Look *look, Store *store, Err *err)
{
    *look = (Look){.store = store};
    look->found.arena = &look->arena;
    return db_begin_read(&store->db, err);
}

/* Ends it, after an error of a check as well. */
static ErrCode look_end(Look *look, Err *err)
{
    if (err->code != ERR_NONE)
        goto fail;
    TRY(db_commit(&look->store->db, err));
    TRY(arena_ok(&look->arena, err));
    TRY(damage_refuse(look->store, &look->found, err));
fail:
    db_rollback(&look->store->db);
    arena_release(&look->arena);
    return err->code;
}

static ErrCode check_ground(Look *look, StoreGround ground, Err *err)
{
    const unsigned bit = 1U << ground;
    const bool is_concluded_from = (bit & RESULTS) != 0;
    TRY(damage_schema(look->store, &look->found, err));
    for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
        const char *table = uses[i].table;
        if (!(uses[i].seals & bit))
            continue;
        if (uses[i].structure & bit)
            TRY(check_structure(look->store, table, !is_concluded_from, &look->found, err));
        if (is_concluded_from)
            TRY(check_references(look->store, table, &look->found, err));
        TRY(damage_seals(look->store, table, NULL, &look->found, err));
    }
    if (is_concluded_from)
        TRY(check_digests(look->store, &look->found, err));
fail:
    return err->code;
}

ErrCode store_trust(Store *store, StoreGround ground, Err *err)
{
    Look look;
    TRY(look_begin(&look, store, err));
    TRY(check_ground(&look, ground, err));
fail:
    return look_end(&look, err);
}

/* A trial's rows of a table, and those of the trials on both sides of it. */
static ErrCode check_rows(Look *look, const char *table, int64_t trial, Err *err)
{
    enum { SQL_BYTES = 256 };
    char which[SQL_BYTES];
    snprintf(which, sizeof(which),
             "trial BETWEEN coalesce((SELECT max(trial) FROM %s WHERE trial < ?1), ?1) "
             "AND coalesce((SELECT min(trial) FROM %s WHERE trial > ?1), ?1)",
             table, table);
    const DamageRows rows = {which, db_int(trial)};
    return damage_seals(look->store, table, &rows, &look->found, err);
}

ErrCode store_trust_trial(Store *store, int64_t trial, Err *err)
{
    static const char *const with_trials[] = {"attempt",  "attempt_end", "epoch",
                                              "artifact", "finished",    "trial_digest"};
    static const char *const whole[] = {"environment", "point", "listed_point"};
    /* Of these a digest does not tell that a row is lost. */
    static const char *const alone[] = {"attempt", "attempt_end"};
    const DamageRows planned = {"id = ?1", db_int(trial)};
    const DamageRows network = {"digest = (SELECT p.network FROM planned p WHERE p.id = ?1)",
                                db_int(trial)};
    Look look;
    TRY(look_begin(&look, store, err));
    for (size_t i = 0; i < ARRAY_LEN(whole); i++)
        TRY(check_table(store, whole[i], &look.found, err));
    for (size_t i = 0; i < ARRAY_LEN(alone); i++)
        TRY(check_structure(store, alone[i], true, &look.found, err));
    TRY(damage_seals(store, "planned", &planned, &look.found, err));
    TRY(damage_seals(store, "network", &network, &look.found, err));
    for (size_t i = 0; i < ARRAY_LEN(with_trials); i++)
        TRY(check_rows(&look, with_trials[i], trial, err));
    TRY(damage_digests(store, trial, &look.found, err));
fail:
    return look_end(&look, err);
}

ErrCode store_trust_running(Store *store, const int64_t *trials, size_t n_trials, Err *err)
{
    Look look;
    TRY(look_begin(&look, store, err));
    /* Each row that is looked up is missed if it is not found: their structure tells no more. */
    TRY(damage_seals(store, "planned", NULL, &look.found, err));
    TRY(damage_seals(store, "network", NULL, &look.found, err));
    for (size_t i = 0; i < n_trials; i++)
        TRY(check_rows(&look, "epoch", trials[i], err));
fail:
    return look_end(&look, err);
}

ErrCode store_trust_rows(Store *store, const char *name, Err *err)
{
    const char *const *tables = NULL;
    Look look;
    TRY(look_begin(&look, store, err));
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        if (strcmp(views[i].view, name) == 0)
            tables = views[i].tables;
    if (tables == NULL)
        TRY(check_table(store, name, &look.found, err));
    for (; tables != NULL && *tables != NULL; tables++)
        TRY(check_table(store, *tables, &look.found, err));
fail:
    return look_end(&look, err);
}
