/* harness/trainer_files.c: the files of a training: checkpoints, best and final weights. */
#include "harness/trainer_files.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/sys.h"
#include "weights/checkpoint.h"
#include "weights/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEST_PREFIX "best-"
#define SUFFIX ".safetensors"

enum { NAME_MAX_BYTES = 64, MAX_WEIGHT_BYTES = 1 << 30 };

/* A checkpoint file that may be taken up. */
typedef struct Candidate {
    const char *folder; /* borrowed */
    int64_t step;
} Candidate;

/* --- names --- */

static char *step_path(const char *folder, int64_t step)
{
    char name[NAME_MAX_BYTES];
    snprintf(name, sizeof name, TRAINING_CHECKPOINT_PREFIX "%010" PRId64 SUFFIX, step);
    return file_join(folder, name);
}

static char *best_path(const char *folder, int64_t epoch)
{
    char name[NAME_MAX_BYTES];
    snprintf(name, sizeof name, BEST_PREFIX "%06" PRId64 SUFFIX, epoch);
    return file_join(folder, name);
}

/* The number in PREFIXnumber.safetensors, or -1. */
static int64_t number_in_name(const char *name, const char *prefix)
{
    if (!text_starts_with(name, prefix) || !text_ends_with(name, SUFFIX))
        return -1;
    char digits[NAME_MAX_BYTES] = "";
    const size_t n_prefix = strlen(prefix), n = strlen(name) - strlen(SUFFIX);
    if (n <= n_prefix || n - n_prefix >= sizeof digits)
        return -1;
    memcpy(digits, name + n_prefix, n - n_prefix);
    int64_t number = -1;
    return text_to_int64(digits, &number) && number >= 0 ? number : -1;
}

/* --- the text of a checkpoint --- */

static void put_position(const Trainer *t, JsonWriter *json)
{
    json_put_text(json, "key", t->keys.items[IDENTITY_VERSION - 1]);
    json_put_int(json, "epoch", t->at.epoch);
    json_put_int(json, "step", t->at.step);
    json_put_double(json, "loss_sum", t->at.loss_sum);
    json_put_int(json, "n_seen", t->at.n_seen);
    json_put_double(json, "train_s", t->at.train_s);
    json_put_int(json, "best_epoch", t->at.best_epoch);
    json_put_double(json, "best_val_top1", t->at.best_val_top1);
    json_put_text(json, "best_hash", t->at.best_hash);
}

static void put_epochs(const Trainer *t, JsonWriter *json)
{
    json_open_list(json, "epochs");
    for (int64_t i = 0; i < t->at.epoch; i++)
        epoch_put_list(&t->epochs[i], json);
    json_close_list(json);
}

static ErrCode read_epochs(Trainer *t, const json_t *map, Err *err)
{
    json_t *list = NULL;
    if (json_get_list(map, "epochs", &list, err) != ERR_NONE)
        return err->code;
    if ((int64_t)json_array_size(list) != t->at.epoch)
        return err_set(err, ERR_DATA, "%zu epochs are listed, not %" PRId64, json_array_size(list),
                       t->at.epoch);
    for (int64_t i = 0; i < t->at.epoch; i++)
        if (epoch_get_list(&t->epochs[i], i + 1, json_array_get(list, (size_t)i), err) != ERR_NONE)
            return err->code;
    return ERR_NONE;
}

/*
 * Puts a checkpoint's text into the trainer's position. ERR_VERSION if it is of another training.
 */
static ErrCode read_position(Trainer *t, const char *path, const char *text, Err *err)
{
    json_t *map = NULL;
    const char *key = NULL, *best_hash = NULL;
    TrainPosition *at = &t->at;
    TRY(json_parse(&map, path, text, strlen(text), err));
    TRY(json_get_text(map, "key", &key, err));
    if (!training_keys_have(&t->keys, key)) {
        (void)err_set(err, ERR_VERSION,
                      "it belongs to another training (network, data, recipe or seed differ)");
        goto fail;
    }
    TRY(json_get_int(map, "epoch", &at->epoch, err));
    TRY(json_get_int(map, "step", &at->step, err));
    TRY(json_get_double(map, "loss_sum", &at->loss_sum, err));
    TRY(json_get_int(map, "n_seen", &at->n_seen, err));
    TRY(json_get_double(map, "train_s", &at->train_s, err));
    TRY(json_get_int(map, "best_epoch", &at->best_epoch, err));
    TRY(json_get_double(map, "best_val_top1", &at->best_val_top1, err));
    TRY(json_get_text(map, "best_hash", &best_hash, err));
    snprintf(at->best_hash, sizeof at->best_hash, "%s", best_hash);
    if (at->epoch < 0 || at->epoch > t->job->recipe->epochs || at->step < 0 ||
        at->step >= t->schedule.steps_per_epoch) {
        (void)err_set(err, ERR_DATA, "its position is outside the training");
        goto fail;
    }
    TRY(read_epochs(t, map, err));
    json_decref(map);
    return ERR_NONE;
fail:
    json_decref(map);
    return err->code;
}

/* --- writing --- */

static ErrCode remove_named(const char *folder, const char *name, Err *err)
{
    char *path = file_join(folder, name);
    if (path == NULL)
        return err_memory(err, strlen(name));
    const ErrCode code = file_remove(path, err);
    mem_free(path);
    return code;
}

/*
 * Removes what two newer generations of this very training, written or taken up by us, make
 * superfluous: checkpoints before both, and best weights up to here that neither speaks of. What
 * may be of a later position (it could not be read) stays.
 */
static ErrCode prune(const Trainer *t, Err *err)
{
    const TrainGeneration *newest = &t->newest, *before = &t->before;
    FileList list = {0};
    if (before->step < 0)
        return ERR_NONE;
    TRY(file_list(t->job->dir, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        const int64_t step = number_in_name(list.names[i], TRAINING_CHECKPOINT_PREFIX);
        const int64_t epoch = number_in_name(list.names[i], BEST_PREFIX);
        const bool is_old_step = step >= 0 && step < before->step;
        const bool is_old_best = epoch >= 0 && epoch <= t->at.epoch &&
                                 epoch != newest->best_epoch && epoch != before->best_epoch;
        if (is_old_step || is_old_best)
            TRY(remove_named(t->job->dir, list.names[i], err));
    }
fail:
    file_list_release(&list);
    return err->code;
}

/* After the end: the result holds all that is still wanted. */
static ErrCode remove_all(const char *folder, Err *err)
{
    FileList list = {0};
    TRY(file_list(folder, &list, err));
    for (size_t i = 0; i < list.n_names; i++)
        if (number_in_name(list.names[i], TRAINING_CHECKPOINT_PREFIX) >= 0 ||
            number_in_name(list.names[i], BEST_PREFIX) >= 0)
            TRY(remove_named(folder, list.names[i], err));
fail:
    file_list_release(&list);
    return err->code;
}

/* A checkpoint of the present position is safe. */
static void add_generation(Trainer *t)
{
    const int64_t step = trainer_state_step(t);
    if (t->newest.step != step)
        t->before = t->newest;
    t->newest = (TrainGeneration){step, t->at.best_epoch};
}

ErrCode trainer_files_checkpoint(Trainer *t, Err *err)
{
    const int64_t step = trainer_state_step(t);
    char *path = step_path(t->job->dir, step);
    Text text = {0};
    JsonWriter json = json_writer(&text, false);
    json_open_map(&json, NULL);
    put_position(t, &json);
    put_epochs(t, &json);
    json_close_map(&json);
    if (path == NULL) {
        (void)err_memory(err, NAME_MAX_BYTES);
        goto fail;
    }
    TRY(text_ok(&text, err));
    TRY(checkpoint_save(t->net, text_string(&text), path, err));
    add_generation(t);
    TRY(prune(t, err));
    t->checkpoint_at_ns = clock_now_ns();
    t->report->checkpoint_step = step;
    if (t->callbacks->checkpoint != NULL)
        t->callbacks->checkpoint(t->callbacks->user, step);
    text_release(&text);
    mem_free(path);
    return ERR_NONE;
fail:
    text_release(&text);
    mem_free(path);
    return err_wrap(err, "saving a checkpoint");
}

/* What was measured, and where it is from. */
static ErrCode save_weights(const Trainer *t, const char *path, Err *err)
{
    return weights_save(t->net, t->measured, path, &weights_own_names,
                        t->job->is_bare ? NULL : &t->origin, err);
}

ErrCode trainer_files_save_best(Trainer *t, const Epoch *epoch, Err *err)
{
    char *path = best_path(t->job->dir, epoch->epoch);
    Hash128 hash;
    if (path == NULL)
        return err_memory(err, NAME_MAX_BYTES);
    TRY(save_weights(t, path, err));
    TRY(hash_file(path, &hash, err));
    hash_hex(hash, t->at.best_hash);
    t->at.best_epoch = epoch->epoch;
    t->at.best_val_top1 = epoch->val_top1;
    mem_free(path);
    return ERR_NONE;
fail:
    mem_free(path);
    return err->code;
}

/* Copies a file whose bytes must have that digest, atomically. ERR_DATA if they have another,
 * ERR_MISSING if it is not there. */
static ErrCode copy_checked(const char *from, const char *to, const char *hex, Err *err)
{
    char *data = NULL, found[HASH_HEX_BYTES];
    size_t n_bytes = 0;
    FileFacts facts;
    TRY(file_facts(from, true, &facts, err)); /* one that is not there is no fault of the disk */
    TRY(file_read(from, MAX_WEIGHT_BYTES, &data, &n_bytes, err));
    if (strcmp(hash_hex(hash_128(data, n_bytes), found), hex) != 0) {
        (void)err_set(err, ERR_DATA, "'%s' is damaged: its digest is %s, not %s", from, found, hex);
        goto fail;
    }
    if (strcmp(from, to) != 0)
        TRY(file_write(to, data, n_bytes, err));
    mem_free(data);
    return ERR_NONE;
fail:
    mem_free(data);
    return err->code;
}

ErrCode trainer_files_save_result(Trainer *t, Err *err)
{
    char *weights = file_join(t->job->dir, "weights" SUFFIX);
    char *best = file_join(t->job->dir, "best" SUFFIX);
    char *source = best_path(t->job->dir, t->at.best_epoch);
    if (weights == NULL || best == NULL || source == NULL) {
        (void)err_memory(err, NAME_MAX_BYTES);
        goto fail;
    }
    TRY(copy_checked(source, best, t->at.best_hash, err));
    TRY(save_weights(t, weights, err));
    if (!t->job->keep_checkpoints)
        TRY(remove_all(t->job->dir, err));
    mem_free(weights);
    mem_free(best);
    mem_free(source);
    return ERR_NONE;
fail:
    mem_free(weights);
    mem_free(best);
    mem_free(source);
    return err_wrap(err, "saving the weights");
}

/* --- resuming --- */

static int newest_first(const void *a, const void *b)
{
    const int64_t x = ((const Candidate *)a)->step, y = ((const Candidate *)b)->step;
    return (x < y) - (x > y);
}

static ErrCode collect(const TrainJob *job, Candidate **out, size_t *n_out, Err *err)
{
    Candidate *candidates = NULL;
    size_t n = 0, room = 0;
    for (size_t f = 0; f < job->n_resume; f++) {
        FileList list = {0};
        if (!file_is_folder(job->resume[f]))
            continue;
        ErrCode code = file_list(job->resume[f], &list, err);
        for (size_t i = 0; code == ERR_NONE && i < list.n_names; i++) {
            const int64_t step = number_in_name(list.names[i], TRAINING_CHECKPOINT_PREFIX);
            if (step < 0)
                continue;
            code = mem_grow(&candidates, &room, n + 1, sizeof *candidates, err);
            if (code == ERR_NONE)
                candidates[n++] = (Candidate){job->resume[f], step};
        }
        file_list_release(&list);
        if (code != ERR_NONE) {
            mem_free(candidates);
            return code;
        }
    }
    if (n)
        qsort(candidates, n, sizeof *candidates, newest_first);
    *out = candidates;
    *n_out = n;
    return ERR_NONE;
}

/* Checks and loads one candidate, and brings its best weights over. The Net changes only at the
 * end. */
static ErrCode take_up(Trainer *t, const Candidate *candidate, Err *err)
{
    char *path = step_path(candidate->folder, candidate->step);
    char *text = NULL, *from = NULL, *to = NULL;
    if (path == NULL)
        return err_memory(err, NAME_MAX_BYTES);
    TRY(checkpoint_peek(path, &text, err));
    TRY(read_position(t, path, text, err));
    if (t->at.best_epoch > 0) {
        from = best_path(candidate->folder, t->at.best_epoch);
        to = best_path(t->job->dir, t->at.best_epoch);
        if (from == NULL || to == NULL) {
            (void)err_memory(err, NAME_MAX_BYTES);
            goto fail;
        }
        TRY(copy_checked(from, to, t->at.best_hash, err));
    }
    mem_free(text);
    text = NULL;
    TRY(checkpoint_load(t->net, path, &text, err));
    mem_free(path);
    mem_free(text);
    mem_free(from);
    mem_free(to);
    return ERR_NONE;
fail:
    (void)err_wrap(err, "checkpoint '%s'", path);
    mem_free(path);
    mem_free(text);
    mem_free(from);
    mem_free(to);
    return err->code;
}

/* Whether a checkpoint that could not be taken up never will be: another one may be, in its place.
 */
static bool is_lost(ErrCode code)
{
    return code == ERR_DATA || code == ERR_VERSION || code == ERR_MISSING || code == ERR_RANGE;
}

/*
 * Tries candidates from the newest; false: none could be taken up. A checkpoint of another training
 * in our own folder ends it, since ours would take its place in the end.
 */
static ErrCode take_up_newest(Trainer *t, const Candidate *candidates, size_t n, bool *found,
                              Err *err)
{
    Err unread = {0};
    for (size_t i = 0; i < n && !*found; i++) {
        Err why = {0};
        const bool is_own = strcmp(candidates[i].folder, t->job->dir) == 0;
        if (take_up(t, &candidates[i], &why) == ERR_NONE) {
            *found = true;
            t->report->checkpoint_step = candidates[i].step;
        } else if (why.code == ERR_VERSION && is_own) {
            return err_set(err, ERR_USAGE, "%s; take another folder", why.msg);
        } else if (why.code == ERR_MEMORY) {
            *err = why;
            return err->code;
        } else {
            if (unread.code == ERR_NONE && !is_lost(why.code))
                unread = why;
            trainer_state_warn(t, "%s; trying the one before", why.msg);
        }
    }
    /* What the system refused to read now may be read later: no reason to begin anew. */
    if (!*found && unread.code != ERR_NONE)
        *err = unread;
    return err->code;
}

ErrCode trainer_files_resume(Trainer *t, bool *found, Err *err)
{
    Candidate *candidates = NULL;
    size_t n = 0;
    *found = false;
    t->newest = t->before = (TrainGeneration){.step = -1};
    if (collect(t->job, &candidates, &n, err) != ERR_NONE)
        return err->code;
    const ErrCode code = take_up_newest(t, candidates, n, found, err);
    mem_free(candidates);
    if (*found)
        add_generation(t);
    else
        t->at = (TrainPosition){0};
    return code;
}
