/* harness/verify.c: what is stored of a trial, the training, and the numbers. */
#include "harness/verify.h"

#include "harness/leftovers.h"
#include "harness/run_identity.h"
#include "harness/study_tune.h"
#include "harness/verify_files.h"

#include "base/dir.h"
#include "base/sys.h"
#include "base/text.h"
#include "models/resolve.h"
#include "nn/arithmetic.h"
#include "results/epoch.h"
#include "results/store_trust.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A verification while it runs. */
typedef struct Verify {
    const VerifySettings *settings;
    VerifyReport *report;
    const TrainCallbacks *callbacks;
    Arena arena; /* of what is read and of the epochs */
    Store *store;
    Study *study;
    StoreTrial trial;
    Network network;
    Dir *folder;   /* the study's */
    Dir *made;     /* in it: where the trial is trained again */
    Epoch *epochs; /* that came out now */
    size_t n_epochs;
} Verify;

/* --- what is stored --- */

static ErrCode ask(Verify *v, const char *sql, StoreTable *table, Err *err)
{
    enum { NUMBER_BYTES = 24 };
    char number[NUMBER_BYTES];
    snprintf(number, sizeof number, "%" PRId64, v->settings->trial);
    return store_query(v->store, sql, number, &v->arena, table, err);
}

static ErrCode find_trial(Verify *v, Err *err)
{
    StoreTrials trials;
    StoreTable imports;
    const VerifySettings *s = v->settings;
    TRY(store_trials(v->store, &v->arena, &trials, err));
    for (size_t i = 0; i < trials.n; i++)
        if (trials.items[i].number == s->trial)
            v->trial = trials.items[i];
    if (v->trial.number == 0)
        return err_set(err, ERR_USAGE, "no trial %" PRId64 " in '%s', see 'isoflop trials %s'",
                       s->trial, s->folder, s->folder);
    if (v->trial.status != STORE_TRIAL_DONE && v->trial.status != STORE_TRIAL_DIVERGED)
        return err_set(err, ERR_USAGE, "trial %" PRId64 " has not finished, it is %s", s->trial,
                       store_status_name(v->trial.status));
    TRY(ask(
        v,
        "SELECT 1 FROM attempt_end WHERE trial = CAST(?1 AS INTEGER) AND reason = '" STORE_IMPORT
        "'",
        &imports, err));
    if (imports.n_rows > 0)
        return err_set(err, ERR_USAGE,
                       "trial %" PRId64 " was trained elsewhere (import): there is nothing here to "
                       "compare it with",
                       s->trial);
fail:
    return err->code;
}

/* The weights that the trial begins with: those of a trial of the same seed, in the study's folder.
 */
static ErrCode take_source(Verify *v, const StoreCarried *carried, Err *err)
{
    FineTune *tune = &v->study->recipe.finetune;
    YamlNode *node = NULL;
    StoreTable table;
    char *path = NULL;
    enum { PATH, XXH3 };
    if (carried->source == NULL)
        return ERR_NONE;
    TRY(ask(v,
            "SELECT a.path, a.xxh3 FROM planned p JOIN carried c ON c.digest = p.digest "
            "JOIN planned q ON q.digest = c.source AND q.seed = p.seed JOIN artifact a ON a.trial "
            "= q.id AND a.kind = 'weights' WHERE p.id = CAST(?1 AS INTEGER)",
            &table, err));
    if (table.n_rows != 1 || table.cells[PATH] == NULL)
        return err_set(err, ERR_DATA,
                       "the store knows no weights that trial %" PRId64 " begins with",
                       v->settings->trial);
    TRY(yaml_value(v->study->doc, "recipe.init", carried->init, &node, err));
    TRY(finetune_read_rest(tune, node, err));
    path = file_join(v->settings->folder, table.cells[PATH]);
    tune->weights = path != NULL ? arena_text(&v->arena, path) : NULL;
    tune->digest = table.cells[XXH3];
    tune->trial = carried->source;
    if (tune->weights == NULL)
        (void)err_memory(err, strlen(table.cells[PATH]));
fail:
    mem_free(path);
    return err->code;
}

/* Data and recipe of the trial: the study's, or of one that was carried its own. */
static ErrCode find_study(Verify *v, Err *err)
{
    const VerifySettings *s = v->settings;
    const RunSettings run = {.out = s->folder, .data_root = s->data_root};
    StoreCarried *carried = NULL;
    const char *yaml = NULL, *images = NULL;
    size_t n = 0, i = 0;
    TRY(store_carried(v->store, &v->arena, &carried, &n, err));
    while (i < n && strcmp(carried[i].trial_digest, v->trial.digest) != 0)
        i++;
    if (i < n) {
        TRY(study_parse_stored(&v->study, "the store's study", carried[i].yaml, err));
        v->study->recipe.epochs = v->trial.epochs;
        return take_source(v, &carried[i], err);
    }
    TRY(store_study_yaml(v->store, &v->arena, &yaml, err));
    TRY(study_parse_stored(&v->study, "the store's study", yaml, err));
    TRY(run_identity_choose(&v->study->data, v->store, &run, s->threads, err));
    v->study->recipe.epochs = v->trial.epochs;
    TRY(store_data_digest(v->store, &v->arena, &images, err));
    TRY(study_tune_find_rate(v->study, v->trial.network, images, v->trial.digest, err));
fail:
    return err->code;
}

static ErrCode open_all(Verify *v, Err *err)
{
    const VerifySettings *s = v->settings;
    StoreNetwork network;
    Spec spec;
    char *path = file_join(s->folder, "study.db");
    if (path == NULL)
        return err_memory(err, strlen(s->folder));
    TRY(dir_open(&v->folder, NULL, s->folder, err));
    TRY(store_open_read(&v->store, path, err));
    TRY(store_trust(v->store, STORE_GROUND_STUDY, err));
    TRY(store_trust_trial(v->store, s->trial, err));
    TRY(find_trial(v, err));
    TRY(store_check_arithmetic(v->store, arithmetic_revision(), err));
    TRY(find_study(v, err));
    TRY(store_network(v->store, v->trial.network, &v->arena, &network, err));
    TRY(spec_parse(&spec, "the store's network", network.yaml, strlen(network.yaml), err));
    TRY(resolve_network(&v->network, &spec, err));
fail:
    mem_free(path);
    return err->code;
}

/* --- the training --- */

enum { VERIFY_NAME_BYTES = 40 };

static const char *verify_name(char name[VERIFY_NAME_BYTES], int64_t trial)
{
    snprintf(name, VERIFY_NAME_BYTES, LEFTOVERS_VERIFY "%06" PRId64, trial);
    return name;
}

static void keep_epoch(void *user, const Epoch *epoch)
{
    Verify *v = user;
    Epoch *epochs = arena_add_item(&v->arena, v->epochs, &v->n_epochs, sizeof *epochs);
    if (epochs == NULL)
        return;
    v->epochs = epochs;
    epochs[v->n_epochs - 1] = *epoch;
    if (v->callbacks->epoch != NULL)
        v->callbacks->epoch(v->callbacks->user, epoch);
}

static void pass_warning(void *user, const char *message)
{
    const Verify *v = user;
    if (v->callbacks->warning != NULL)
        v->callbacks->warning(v->callbacks->user, message);
}

static void pass_preparing(void *user, uint32_t done, uint32_t total)
{
    const Verify *v = user;
    if (v->callbacks->preparing != NULL)
        v->callbacks->preparing(v->callbacks->user, done, total);
}

static bool pass_should_stop(void *user)
{
    const Verify *v = user;
    return v->callbacks->should_stop != NULL && v->callbacks->should_stop(v->callbacks->user);
}

static ErrCode train(Verify *v, TrainReport *report, Err *err)
{
    const VerifySettings *s = v->settings;
    const TrainCallbacks callbacks = {.user = v,
                                      .epoch = keep_epoch,
                                      .warning = pass_warning,
                                      .preparing = pass_preparing,
                                      .should_stop = pass_should_stop};
    char name[VERIFY_NAME_BYTES];
    const char *const resume[] = {verify_name(name, s->trial)};
    char *cache = file_join(s->folder, "cache");
    if (cache == NULL) {
        (void)err_memory(err, strlen(s->folder));
        goto fail;
    }
    TRY(dir_make(&v->made, v->folder, name, err));
    const TrainJob job = {.network = &v->network,
                          .data = &v->study->data,
                          .data_root = s->data_root,
                          .recipe = &v->study->recipe,
                          .seed = v->trial.seed,
                          .threads = s->threads,
                          .level = s->level,
                          .study = s->folder,
                          .dir = name,
                          .resume = resume,
                          .n_resume = ARRAY_LEN(resume),
                          .is_bare = v->study->version == 1,
                          .cache = cache};
    TRY(trainer_run(&job, &callbacks, report, err));
    if (report->status == TRAIN_STOPPED)
        (void)err_set(err, ERR_INTERRUPTED,
                      "interrupted, state saved: run the same command to go on");
fail:
    mem_free(cache);
    return err->code;
}

/* --- numbers --- */

/* Equal are values whose shortest decimals are; the store has NULL for what is no number. */
static void compare_number(Verify *v, const char *what, const char *stored, double now)
{
    Text text = {0};
    if (!isnan(now))
        text_append_double(&text, now);
    if (strcmp(stored != NULL ? stored : "", text_string(&text)) != 0)
        verify_differs(v->report, "%s: %s stored, %s now", what, stored != NULL ? stored : "none",
                       text.n_bytes > 0 ? text_string(&text) : "none");
    v->report->arena.failed |= text.failed;
    text_release(&text);
}

static ErrCode compare_epochs(Verify *v, Err *err)
{
    StoreTable table;
    Text sql = {0}, what = {0};
    text_append(&sql, "SELECT epoch");
    for (size_t m = 0; m < EPOCH_N_METRICS; m++)
        text_printf(&sql, ", %s", epoch_metrics[m].name);
    text_append(&sql, " FROM epoch WHERE trial = CAST(?1 AS INTEGER) ORDER BY epoch");
    TRY(text_ok(&sql, err));
    TRY(ask(v, text_string(&sql), &table, err));
    if (table.n_rows != v->n_epochs)
        verify_differs(v->report, "epochs: %zu stored, %zu now", table.n_rows, v->n_epochs);
    for (size_t i = 0; i < table.n_rows && i < v->n_epochs; i++)
        for (size_t m = 0; m < EPOCH_N_METRICS; m++) {
            if (!epoch_metrics[m].is_result)
                continue;
            text_clear(&what);
            text_printf(&what, "epoch %zu, %s", i + 1, epoch_metrics[m].name);
            compare_number(v, text_string(&what), table.cells[i * table.n_columns + m + 1],
                           epoch_value(&v->epochs[i], &epoch_metrics[m]));
        }
    v->report->n_epochs = (int64_t)v->n_epochs;
    TRY(text_ok(&what, err));
fail:
    text_release(&sql);
    text_release(&what);
    return err->code;
}

static double or_none(int64_t value, bool is_there)
{
    return is_there ? (double)value : (double)NAN;
}

static ErrCode compare_result(Verify *v, const TrainReport *now, Err *err)
{
    StoreTable table;
    const bool has_diverged = now->status == TRAIN_DIVERGED;
    const double numbers[] = {now->val_top1,
                              now->val_loss,
                              now->test_top1,
                              now->test_loss,
                              or_none(now->best_epoch, now->best_epoch > 0),
                              now->best_val_top1,
                              or_none(now->bad_step, has_diverged)};
    TRY(ask(v,
            "SELECT val_top1, val_loss, test_top1, test_loss, best_epoch, best_val_top1, "
            "first_bad_step FROM finished WHERE trial = CAST(?1 AS INTEGER)",
            &table, err));
    if (has_diverged != (v->trial.status == STORE_TRIAL_DIVERGED))
        verify_differs(v->report, "outcome: %s stored, %s now", store_status_name(v->trial.status),
                       has_diverged ? "diverged" : "done");
    for (size_t i = 0; i < ARRAY_LEN(numbers) && table.n_rows == 1; i++)
        compare_number(v, table.names[i], table.cells[i], numbers[i]);
fail:
    return err->code;
}

static ErrCode compare_files(Verify *v, Err *err)
{
    enum { KIND, PATH, XXH3 };
    const VerifyPlaces places = {.made = v->made, .study = v->folder};
    StoreTable table;
    TRY(ask(v, "SELECT kind, path, xxh3 FROM artifact WHERE trial = CAST(?1 AS INTEGER)", &table,
            err));
    for (size_t i = 0; i < table.n_rows; i++) {
        const char *const *row = table.cells + i * table.n_columns;
        const StoreArtifact artifact = {.kind = row[KIND], .path = row[PATH], .xxh3 = row[XXH3]};
        if (row[KIND] != NULL && row[PATH] != NULL && row[XXH3] != NULL)
            TRY(verify_file(v->report, &places, v->settings->restore, &artifact, err));
    }
fail:
    return err->code;
}

ErrCode verify_trial(VerifyReport *report, const VerifySettings *settings,
                     const TrainCallbacks *callbacks, Err *err)
{
    Verify v = {.settings = settings, .report = report, .callbacks = callbacks};
    TrainReport now = {0};
    char name[VERIFY_NAME_BYTES];
    TRY(open_all(&v, err));
    TRY(train(&v, &now, err));
    TRY(arena_ok(&v.arena, err));
    TRY(compare_epochs(&v, err));
    TRY(compare_result(&v, &now, err));
    if (now.status == TRAIN_DONE)
        TRY(compare_files(&v, err));
    TRY(dir_remove_tree(v.folder, verify_name(name, settings->trial), err));
    TRY(arena_ok(&report->arena, err));
fail:
    network_release(&v.network);
    study_destroy(&v.study);
    store_close(&v.store);
    arena_release(&v.arena);
    dir_close(&v.made);
    dir_close(&v.folder);
    return err->code;
}

void verify_release(VerifyReport *report)
{
    arena_release(&report->arena);
    *report = (VerifyReport){0};
}
