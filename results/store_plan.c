/*
 * results/store_plan.c: puts a plan: whatever of it is new, and the list of what is in force.
 *
 * The list is numbered by revision. Comparing it with the newest one first keeps a study that is
 * merely gone on with from growing, and one that is decided as it goes from growing by the square.
 */
#include "results/store_internal.h"

#include "base/clock.h"
#include "base/sort.h"
#include "base/sys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 64 };

/* What a revision lists: points in the plan's order, trials ascending, each once. */
typedef struct PlanIds {
    int64_t *points, *trials;
    size_t n_trials, trial_room;
} PlanIds;

static ErrCode put_study(Store *store, const StoreStudy *study, Err *err)
{
    static const char columns[] = "id, arithmetic, name, baseline, data_name, data_digest, "
                                  "classes, n_train, n_val, n_test, is_demo";
    enum { N_KEYS = 1 };
    char name[NAME_BYTES], utc[CLOCK_UTC_BYTES];
    int found = DB_NO_ROW;
    const DbValue seen[] = {
        db_int(STORE_STUDY),      db_int(study->arithmetic), db_text(study->name),
        db_text(study->baseline), db_text(study->data_name), db_text(study->data_digest),
        db_int(study->classes),   db_int(study->n_train),    db_int(study->n_val),
        db_int(study->n_test),    db_int(study->is_demo)};
    TRY(db_compare(&store->db, "study", columns, seen, N_KEYS, ARRAY_LEN(seen) - N_KEYS, &found,
                   err));
    if (found >= 0)
        return err_set(err, ERR_USAGE,
                       "store '%s' holds a study with another %s: use another folder",
                       store_path(store), db_column_name(columns, found, name, sizeof(name)));
    if (found == DB_SAME)
        return ERR_NONE;
    const DbValue row[] = {seen[0], seen[2], seen[3], seen[4],  seen[5], seen[6],
                           seen[7], seen[8], seen[9], seen[10], seen[1], db_text(clock_utc(utc))};
    return db_insert(&store->db, "study",
                     "id, name, baseline, data_name, data_digest, classes, n_train, n_val, n_test, "
                     "is_demo, arithmetic, created_utc",
                     row, ARRAY_LEN(row), err);
fail:
    return err->code;
}

static ErrCode put_networks(Store *store, const StorePlan *plan, Err *err)
{
    static const char columns[] = "digest, name, yaml, resolution, params, macs, acts";
    enum { N_KEYS = 1, N_COMPARED = 6 };
    char name[NAME_BYTES];
    for (size_t i = 0; i < plan->n_networks; i++) {
        const StoreNetwork *n = &plan->networks[i];
        int found = DB_NO_ROW;
        const DbValue values[] = {db_text(n->digest),    db_text(n->name),  db_text(n->yaml),
                                  db_int(n->resolution), db_int(n->params), db_int(n->macs),
                                  db_int(n->acts)};
        TRY(db_compare(&store->db, "network", columns, values, N_KEYS, N_COMPARED, &found, err));
        if (found >= 0) {
            err_set(err, ERR_USAGE, "network '%s' (%s) is in store '%s' with another %s", n->digest,
                    n->name, store_path(store), db_column_name(columns, found, name, sizeof(name)));
            goto fail;
        }
        if (found == DB_NO_ROW)
            TRY(db_insert(&store->db, "network", columns, values, ARRAY_LEN(values), err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* The id of the very same point, which is put if there is none. What is unfair has no trials. */
static ErrCode put_point(Store *store, const StorePoint *p, int64_t *id, Err *err)
{
    static const char same[] =
        "SELECT id FROM point WHERE part IS ?2 AND series IS ?4 AND figure IS ?3 AND match IS ?5 "
        "AND nominal_d IS ?6 AND nominal_w IS ?7 AND nominal_r IS ?8 AND genes IS ?9 AND built_d "
        "IS ?10 AND built_w IS ?11 AND built_r IS ?12 AND trim IS ?13 AND x IS ?14 AND network IS "
        "?15 AND digest IS ?16 AND resolution IS ?17 AND macs IS ?18 AND target_macs IS ?19 AND "
        "ratio IS ?20 AND naive_ratio IS ?21 AND status IS ?22 AND reason IS ?23";
    static const char columns[] =
        "id, part, figure, series, match, nominal_d, nominal_w, nominal_r, genes, built_d, "
        "built_w, "
        "built_r, trim, x, network, digest, resolution, macs, target_macs, ratio, naive_ratio, "
        "status, reason";
    const bool is_unfair = strcmp(p->status, "unfair") == 0;
    int64_t next = 0;
    TRY(db_scalar(&store->db, "SELECT coalesce(max(id), 0) + 1 FROM point", NULL, 0, 1, &next,
                  err));
    const DbValue values[] = {db_int(next),
                              db_text(p->part),
                              db_text(p->figure),
                              db_text(p->series),
                              db_text(p->match),
                              db_real(p->nominal[0]),
                              db_real(p->nominal[1]),
                              db_real(p->nominal[2]),
                              db_text(p->genes),
                              db_real(p->built[0]),
                              db_real(p->built[1]),
                              db_real(p->built[2]),
                              db_real(p->trim),
                              db_real(p->x),
                              db_text(p->network),
                              db_text(is_unfair ? NULL : p->trial_digest),
                              db_int(p->resolution),
                              db_int(p->macs),
                              db_int(p->target_macs),
                              db_real(p->ratio),
                              db_real(p->naive_ratio),
                              db_text(p->status),
                              db_text(p->reason)};
    TRY(db_scalar(&store->db, same, values, ARRAY_LEN(values), 0, id, err));
    if (*id != 0)
        return ERR_NONE;
    *id = next;
    return db_insert(&store->db, "point", columns, values, ARRAY_LEN(values), err);
fail:
    return err->code;
}

static ErrCode put_trial(Store *store, const StorePlanned *t, int64_t *id, Err *err)
{
    const DbValue keys[] = {db_int(STORE_STUDY), db_text(t->digest), db_int(t->seed)};
    TRY(db_scalar(&store->db,
                  "SELECT id FROM planned WHERE study = ?1 AND digest = ?2 AND seed = ?3", keys,
                  ARRAY_LEN(keys), 0, id, err));
    if (*id != 0)
        return ERR_NONE;
    TRY(db_scalar(&store->db, "SELECT coalesce(max(id), 0) + 1 FROM planned", NULL, 0, 1, id, err));
    const DbValue values[] = {db_int(*id),         keys[0], keys[1],
                              db_text(t->network), keys[2], db_int(t->epochs)};
    return db_insert(&store->db, "planned", "id, study, digest, network, seed, epochs", values,
                     ARRAY_LEN(values), err);
fail:
    return err->code;
}

static ErrCode add_id(PlanIds *ids, int64_t id, Err *err)
{
    if (mem_grow(&ids->trials, &ids->trial_room, ids->n_trials + 1, sizeof(*ids->trials), err) !=
        ERR_NONE)
        return err->code;
    ids->trials[ids->n_trials++] = id;
    return ERR_NONE;
}

/* Adds all finished trials of a digest, whatever their seeds. */
static ErrCode keep_finished(Store *store, const char *digest, PlanIds *ids, Err *err)
{
    const DbValue keys[] = {db_int(STORE_STUDY), db_text(digest)};
    DbQuery query = {0};
    TRY(db_query(&query, &store->db,
                 "SELECT p.id FROM planned p JOIN finished f ON f.trial = p.id "
                 "WHERE p.study = ?1 AND p.digest = ?2",
                 keys, ARRAY_LEN(keys), err));
    while (db_next(&query))
        if (add_id(ids, db_get_int(&query, 0), err) != ERR_NONE) {
            query.out_of_memory = true;
            break;
        }
    return db_end(&query, err);
fail:
    return err->code;
}

/* Puts the plan's trials; what is listed are they and, unless the plan is exact, what has finished
 * at its points. */
static ErrCode put_trials(Store *store, const StorePlan *plan, PlanIds *ids, Err *err)
{
    for (size_t i = 0; i < plan->n_trials; i++) {
        const char *digest = plan->trials[i].digest;
        int64_t id = 0;
        TRY(put_trial(store, &plan->trials[i], &id, err));
        TRY(add_id(ids, id, err));
        if (!plan->is_exact && (i == 0 || strcmp(plan->trials[i - 1].digest, digest) != 0))
            TRY(keep_finished(store, digest, ids, err));
    }
    if (ids->trials != NULL)
        ids->n_trials = sort_int64_once(ids->trials, ids->n_trials);
fail:
    return err->code;
}

/* How many of these ids a query of a revision gives, in this order; -1 if it gives another. */
static ErrCode count_listed(Store *store, const char *sql, int64_t revision, const int64_t *ids,
                            size_t n_ids, int64_t *n_listed, Err *err)
{
    const DbValue key = db_int(revision);
    DbQuery query = {0};
    size_t n = 0;
    bool is_beginning = true;
    TRY(db_query(&query, &store->db, sql, &key, 1, err));
    for (; db_next(&query); n++)
        is_beginning = is_beginning && n < n_ids && db_get_int(&query, 0) == ids[n];
    *n_listed = is_beginning ? (int64_t)n : -1;
    return db_end(&query, err);
fail:
    return err->code;
}

/* What a revision lists already, if it has this text and lists the beginning of these; or -1. */
typedef struct Listed {
    int64_t n_points, n_trials;
} Listed;

static ErrCode find_listed(Store *store, const StorePlan *plan, const PlanIds *ids,
                           int64_t revision, Listed *listed, Err *err)
{
    const DbValue keys[] = {db_int(revision), db_text(plan->revision.digest)};
    int64_t same_text = 0;
    *listed = (Listed){-1, -1};
    TRY(db_scalar(&store->db, "SELECT count(*) FROM revision WHERE id = ?1 AND digest = ?2", keys,
                  2, 0, &same_text, err));
    if (!same_text)
        return ERR_NONE;
    TRY(count_listed(store, "SELECT point FROM listed_point WHERE revision = ?1 ORDER BY place",
                     revision, ids->points, plan->n_points, &listed->n_points, err));
    TRY(count_listed(store, "SELECT trial FROM listed_trial WHERE revision = ?1 ORDER BY trial",
                     revision, ids->trials, ids->n_trials, &listed->n_trials, err));
fail:
    return err->code;
}

static ErrCode put_revision(Store *store, const StorePlan *plan, int64_t id, Err *err)
{
    const StoreRevision *r = &plan->revision;
    char utc[CLOCK_UTC_BYTES];
    const DbValue values[] = {db_int(id),
                              db_int(STORE_STUDY),
                              db_text(plan->study.question != NULL ? plan->study.question : ""),
                              db_text(r->yaml),
                              db_text(r->digest),
                              db_text(r->objective),
                              db_real(r->objective_w),
                              db_int(r->target_macs),
                              db_int(r->baseline_macs),
                              db_real(r->fairness_tolerance),
                              db_int(r->epochs),
                              db_text(r->recipe),
                              db_text(clock_utc(utc))};
    return db_insert(&store->db, "revision",
                     "id, study, question, yaml, digest, objective, objective_w, target_macs, "
                     "baseline_macs, fairness_tolerance, epochs, recipe, created_utc",
                     values, ARRAY_LEN(values), err);
}

/*
 * Lists the plan: what comes behind that of the newest revision joins its lists, as when a search
 * asks for more; else it is a new revision.
 */
static ErrCode put_lists(Store *store, const StorePlan *plan, const PlanIds *ids, Err *err)
{
    int64_t revision = 0;
    Listed listed;
    TRY(db_scalar(&store->db, "SELECT max(id) FROM revision", NULL, 0, 0, &revision, err));
    TRY(find_listed(store, plan, ids, revision, &listed, err));
    if (listed.n_points < 0 || listed.n_trials < 0) {
        listed = (Listed){0, 0};
        revision++;
        TRY(put_revision(store, plan, revision, err));
    }
    for (size_t i = (size_t)listed.n_points; i < plan->n_points; i++) {
        const DbValue values[] = {db_int(revision), db_int((int64_t)i + 1), db_int(ids->points[i])};
        TRY(db_insert(&store->db, "listed_point", "revision, place, point", values,
                      ARRAY_LEN(values), err));
    }
    for (size_t i = (size_t)listed.n_trials; i < ids->n_trials; i++) {
        const DbValue values[] = {db_int(revision), db_int(ids->trials[i])};
        TRY(db_insert(&store->db, "listed_trial", "revision, trial", values, ARRAY_LEN(values),
                      err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode put_own_seeds(Store *store, const StorePlan *plan, Err *err)
{
    for (size_t i = 0; i < plan->n_own_seeds; i++) {
        const DbValue keys[] = {db_text(plan->own_seeds[i].part), db_int(plan->own_seeds[i].seed)};
        int64_t n = 0;
        TRY(db_scalar(&store->db, "SELECT count(*) FROM own_seed WHERE part = ?1 AND seed = ?2",
                      keys, ARRAY_LEN(keys), 0, &n, err));
        if (n == 0)
            TRY(db_insert(&store->db, "own_seed", "part, seed", keys, ARRAY_LEN(keys), err));
    }
fail:
    return err->code;
}

/* What is there of a digest stays as it is: a digest says all of it. */
static ErrCode put_carried(Store *store, const StorePlan *plan, Err *err)
{
    for (size_t i = 0; i < plan->n_carried; i++) {
        const StoreCarried *c = &plan->carried[i];
        const DbValue values[] = {
            db_text(c->trial_digest), db_text(c->source), db_text(c->data_name),
            db_text(c->data_digest),  db_int(c->classes), db_int(c->n_train),
            db_int(c->n_val),         db_int(c->n_test),  db_real(c->majority),
            db_int(c->is_demo),       db_text(c->yaml),   db_text(c->init)};
        int64_t n = 0;
        TRY(db_scalar(&store->db, "SELECT count(*) FROM carried WHERE digest = ?1", values, 1, 0,
                      &n, err));
        if (n == 0)
            TRY(db_insert(&store->db, "carried",
                          "digest, source, data_name, data_digest, classes, n_train, n_val, "
                          "n_test, majority, is_demo, yaml, init",
                          values, ARRAY_LEN(values), err));
    }
fail:
    return err->code;
}

static ErrCode put_all(Store *store, const StorePlan *plan, PlanIds *ids, Err *err)
{
    TRY(put_study(store, &plan->study, err));
    TRY(put_networks(store, plan, err));
    for (size_t i = 0; i < plan->n_points; i++)
        TRY(put_point(store, &plan->points[i], &ids->points[i], err));
    TRY(put_own_seeds(store, plan, err));
    TRY(put_carried(store, plan, err));
    TRY(put_trials(store, plan, ids, err));
    TRY(put_lists(store, plan, ids, err));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode store_put_plan(Store *store, const StorePlan *plan, Err *err)
{
    PlanIds ids = {.points = mem_calloc(plan->n_points, sizeof(int64_t))};
    if (ids.points == NULL) {
        err_memory(err, plan->n_points * sizeof(int64_t));
        goto fail;
    }
    TRY(db_begin_write(&store->db, err));
    TRY(put_all(store, plan, &ids, err));
    TRY(db_commit(&store->db, err));
    mem_free(ids.points);
    mem_free(ids.trials);
    return ERR_NONE;
fail:
    db_rollback(&store->db);
    mem_free(ids.points);
    mem_free(ids.trials);
    return err_wrap(err, "storing the plan");
}
