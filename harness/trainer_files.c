/* harness/trainer_files.c: the files of a training: checkpoints, best and final weights. */
#include "harness/trainer_files.h"

#include "base/clock.h"
#include "base/dir.h"
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
    const Dir *folder;
    bool is_own; /* the folder of this training */
    int64_t step;
} Candidate;

/* --- names --- */

static const char *step_name(char name[NAME_MAX_BYTES], int64_t step)
{
    snprintf(name, NAME_MAX_BYTES, TRAINING_CHECKPOINT_PREFIX "%010" PRId64 SUFFIX, step);
    return name;
}

static const char *best_name(char name[NAME_MAX_BYTES], int64_t epoch)
{
    snprintf(name, NAME_MAX_BYTES, BEST_PREFIX "%06" PRId64 SUFFIX, epoch);
    return name;
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

/* --- folders --- */

ErrCode trainer_files_open(Trainer *t, Err *err)
{
    const TrainJob *job = t->job;
    if (job->study != NULL)
        TRY(dir_open(&t->study, NULL, job->study, err));
    TRY(dir_make(&t->folder, t->study, job->dir, err));
    t->resume = mem_calloc(job->n_resume + 1, sizeof *t->resume);
    if (t->resume == NULL)
        return err_memory(err, (job->n_resume + 1) * sizeof *t->resume);
    for (size_t i = 0; i < job->n_resume; i++) {
        Err why = {0};
        if (dir_open(&t->resume[i], t->study, job->resume[i], &why) != ERR_NONE &&
            why.code != ERR_MISSING) {
            *err = why;
            goto fail;
        }
    }
fail:
    return err->code;
}

void trainer_files_close(Trainer *t)
{
    for (size_t i = 0; t->resume != NULL && i < t->job->n_resume; i++)
        dir_close(&t->resume[i]);
    mem_free(t->resume);
    dir_close(&t->folder);
    dir_close(&t->study);
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
    TRY(dir_list(t->folder, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        const int64_t step = number_in_name(list.names[i], TRAINING_CHECKPOINT_PREFIX);
        const int64_t epoch = number_in_name(list.names[i], BEST_PREFIX);
        const bool is_old_step = step >= 0 && step < before->step;
        const bool is_old_best = epoch >= 0 && epoch <= t->at.epoch &&
                                 epoch != newest->best_epoch && epoch != before->best_epoch;
        if (is_old_step || is_old_best)
            TRY(dir_remove(t->folder, list.names[i], err));
    }
fail:
    file_list_release(&list);
    return err->code;
}

/* After the end: the result holds all that is still wanted. */
static ErrCode remove_all(const Dir *folder, Err *err)
{
    FileList list = {0};
    TRY(dir_list(folder, &list, err));
    for (size_t i = 0; i < list.n_names; i++)
        if (number_in_name(list.names[i], TRAINING_CHECKPOINT_PREFIX) >= 0 ||
            number_in_name(list.names[i], BEST_PREFIX) >= 0)
            TRY(dir_remove(folder, list.names[i], err));
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
    char name[NAME_MAX_BYTES];
    Text text = {0};
    JsonWriter json = json_writer(&text, false);
    json_open_map(&json, NULL);
    put_position(t, &json);
    put_epochs(t, &json);
    json_close_map(&json);
    TRY(text_ok(&text, err));
    TRY(checkpoint_save(t->net, text_string(&text), t->folder, step_name(name, step), err));
    add_generation(t);
    TRY(prune(t, err));
    t->checkpoint_at_ns = clock_now_ns();
    t->report->checkpoint_step = step;
    if (t->callbacks->checkpoint != NULL)
        t->callbacks->checkpoint(t->callbacks->user, step);
    text_release(&text);
    return ERR_NONE;
fail:
    text_release(&text);
    return err_wrap(err, "saving a checkpoint");
}

/* What was measured, and where it is from. */
static ErrCode save_weights(const Trainer *t, const char *name, Err *err)
{
    return weights_save(t->net, t->measured, t->folder, name, &weights_own_names,
                        t->job->is_bare ? NULL : &t->origin, err);
}

ErrCode trainer_files_save_best(Trainer *t, const Epoch *epoch, Err *err)
{
    char name[NAME_MAX_BYTES];
    Hash128 hash;
    TRY(save_weights(t, best_name(name, epoch->epoch), err));
    TRY(hash_file(t->folder, name, &hash, err));
    hash_hex(hash, t->at.best_hash);
    t->at.best_epoch = epoch->epoch;
    t->at.best_val_top1 = epoch->val_top1;
fail:
    return err->code;
}

/*
 * Copies a file of a folder, whose bytes must have that digest, into the training's, atomically.
 * One that is there by that name has only to be right. ERR_DATA if the bytes have another digest,
 * ERR_MISSING if it is not there.
 */
static ErrCode copy_checked(const Trainer *t, const Dir *in, bool is_own, const char *from,
                            const char *to, Err *err)
{
    char *data = NULL, found[HASH_HEX_BYTES];
    size_t n_bytes = 0;
    FileFacts facts;
    TRY(dir_facts(in, from, &facts, err)); /* one that is not there is no fault of the disk */
    TRY(dir_read(in, from, MAX_WEIGHT_BYTES, &data, &n_bytes, err));
    if (strcmp(hash_hex(hash_128(data, n_bytes), found), t->at.best_hash) != 0) {
        (void)err_set(err, ERR_DATA, "'%s/%s' is damaged: its digest is %s, not %s", dir_path(in),
                      from, found, t->at.best_hash);
        goto fail;
    }
    if (!is_own || strcmp(from, to) != 0)
        TRY(dir_write(t->folder, to, data, n_bytes, err));
    mem_free(data);
    return ERR_NONE;
fail:
    mem_free(data);
    return err->code;
}

ErrCode trainer_files_save_result(Trainer *t, Err *err)
{
    char best[NAME_MAX_BYTES];
    TRY(copy_checked(t, t->folder, true, best_name(best, t->at.best_epoch), "best" SUFFIX, err));
    TRY(save_weights(t, "weights" SUFFIX, err));
    if (!t->job->keep_checkpoints)
        TRY(remove_all(t->folder, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "saving the weights");
}

/* --- resuming --- */

static int newest_first(const void *a, const void *b)
{
    const int64_t x = ((const Candidate *)a)->step, y = ((const Candidate *)b)->step;
    return (x < y) - (x > y);
}

static ErrCode collect(const Trainer *t, Candidate **out, size_t *n_out, Err *err)
{
    Candidate *candidates = NULL;
    size_t n = 0, room = 0;
    for (size_t f = 0; f < t->job->n_resume; f++) {
        FileList list = {0};
        const Dir *folder = t->resume[f];
        if (folder == NULL)
            continue;
        const bool is_own = strcmp(t->job->resume[f], t->job->dir) == 0;
        ErrCode code = dir_list(folder, &list, err);
        for (size_t i = 0; code == ERR_NONE && i < list.n_names; i++) {
            const int64_t step = number_in_name(list.names[i], TRAINING_CHECKPOINT_PREFIX);
            if (step < 0)
                continue;
            code = mem_grow(&candidates, &room, n + 1, sizeof *candidates, err);
            if (code == ERR_NONE)
                candidates[n++] = (Candidate){folder, is_own, step};
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
    const Dir *in = candidate->folder;
    char name[NAME_MAX_BYTES], best[NAME_MAX_BYTES];
    char *text = NULL;
    TRY(checkpoint_peek(in, step_name(name, candidate->step), &text, err));
    TRY(read_position(t, name, text, err));
    if (t->at.best_epoch > 0) {
        best_name(best, t->at.best_epoch);
        TRY(copy_checked(t, in, candidate->is_own, best, best, err));
    }
    mem_free(text);
    text = NULL;
    TRY(checkpoint_load(t->net, in, name, &text, err));
    mem_free(text);
    return ERR_NONE;
fail:
    mem_free(text);
    return err_wrap(err, "checkpoint '%s/%s'", dir_path(in), name);
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
        if (take_up(t, &candidates[i], &why) == ERR_NONE) {
            *found = true;
            t->report->checkpoint_step = candidates[i].step;
        } else if (why.code == ERR_VERSION && candidates[i].is_own) {
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
    if (collect(t, &candidates, &n, err) != ERR_NONE)
        return err->code;
    const ErrCode code = take_up_newest(t, candidates, n, found, err);
    mem_free(candidates);
    if (*found)
        add_generation(t);
    else
        t->at = (TrainPosition){0};
    return code;
}
