/* harness/run_files.c: results into place, attempts away, crashes mended. */
#include "harness/run_files.h"

#include "harness/artifacts.h"

#include "base/sys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WEIGHTS_NAME "weights.safetensors"
#define BEST_NAME "best.safetensors"
#define CHECKPOINT_NAME "checkpoint.safetensors"
#define CHECKPOINT_PREFIX "checkpoint-"

enum { FOLDER_NAME_BYTES = 32 };

/* --- paths --- */

char *run_files_trial(const RunState *run, int64_t number)
{
    char name[FOLDER_NAME_BYTES];
    snprintf(name, sizeof name, "trials/%06" PRId64, number);
    return file_join(run->settings->out, name);
}

char *run_files_attempt(const char *trial, int64_t attempt)
{
    char name[FOLDER_NAME_BYTES];
    snprintf(name, sizeof name, "a%" PRId64, attempt);
    return file_join(trial, name);
}

ErrCode run_files_make_attempt(const RunState *run, int64_t number, int64_t attempt, Err *err)
{
    char name[FOLDER_NAME_BYTES * 2];
    snprintf(name, sizeof name, "trials/%06" PRId64 "/a%" PRId64, number, attempt);
    return file_make_dirs_below(run->settings->out, name, err);
}

/* --- a result --- */

ErrCode run_files_remove_attempts(const char *trial, Err *err)
{
    FileList list = {0};
    TRY(file_list(trial, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        int64_t number = 0;
        if (list.names[i][0] != 'a' || !text_to_int64(list.names[i] + 1, &number))
            continue;
        char *path = file_join(trial, list.names[i]);
        const ErrCode code =
            path != NULL ? file_remove_tree(path, err) : err_memory(err, strlen(trial));
        mem_free(path);
        TRY(code);
    }
fail:
    file_list_release(&list);
    return err->code;
}

/* Moves from/name to/as; a missing source is fine when the target is there (a retry after a full
 * disk). */
static ErrCode move_file(const char *from, const char *name, const char *to, const char *as,
                         Err *err)
{
    char *source = file_join(from, name), *target = file_join(to, as);
    ErrCode code = ERR_NONE;
    if (source == NULL || target == NULL)
        code = err_memory(err, strlen(to));
    else if (file_exists(source) || !file_exists(target))
        code = file_rename(source, target, err);
    mem_free(source);
    mem_free(target);
    return code;
}

/* Describes a file the trial leaves, relative to the study's folder. */
static ErrCode describe(const RunState *run, int64_t number, const char *kind, const char *name,
                        Arena *arena, StoreArtifact *artifact, Err *err)
{
    char hex[HASH_HEX_BYTES];
    Hash128 hash;
    uint64_t n_bytes = 0;
    const char *relative = arena_printf(arena, "trials/%06" PRId64 "/%s", number, name);
    TRY(arena_ok(arena, err));
    char *path = file_join(run->settings->out, relative);
    if (path == NULL)
        return err_memory(err, strlen(relative));
    ErrCode code = hash_file(path, &hash, err);
    if (code == ERR_NONE)
        code = file_size(path, &n_bytes, err);
    mem_free(path);
    TRY(code);
    *artifact =
        (StoreArtifact){kind, relative, (int64_t)n_bytes, arena_text(arena, hash_hex(hash, hex))};
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}

/* The newest checkpoint of a diverged trial stays as the last good state. */
static ErrCode keep_checkpoint(const char *dir, const char *trial, Err *err)
{
    FileList list = {0};
    const char *newest = NULL;
    TRY(file_list(dir, &list, err));
    for (size_t i = 0; i < list.n_names; i++)
        if (text_starts_with(list.names[i], CHECKPOINT_PREFIX) &&
            text_ends_with(list.names[i], ".safetensors"))
            newest = list.names[i]; /* sorted: the last is the newest */
    if (newest != NULL)
        TRY(move_file(dir, newest, trial, CHECKPOINT_NAME, err));
fail:
    file_list_release(&list);
    return err->code;
}

ErrCode run_files_expect(bool is_done, const RunResult *result, Err *err)
{
    static const char *const names[] = {WEIGHTS_NAME, BEST_NAME};
    for (size_t i = 0; is_done && i < ARRAY_LEN(names); i++) {
        char *made = file_join(result->dir, names[i]),
             *placed = file_join(result->folder, names[i]);
        const bool is_there =
            made != NULL && placed != NULL && (file_exists(made) || file_exists(placed));
        const bool has_memory = made != NULL && placed != NULL;
        mem_free(made);
        mem_free(placed);
        if (!has_memory)
            return err_memory(err, strlen(result->dir));
        if (!is_there)
            return err_set(err, ERR_MISSING, "it is done and has left no '%s'", names[i]);
    }
    return ERR_NONE;
}

ErrCode run_files_place(RunState *run, const RunSlot *slot, bool is_done, RunResult *result,
                        Err *err)
{
    const char *dir = result->dir, *folder = result->folder;
    StoreArtifact *artifacts = result->artifacts;
    if (!is_done)
        return keep_checkpoint(dir, folder, err);
    TRY(move_file(dir, WEIGHTS_NAME, folder, WEIGHTS_NAME, err));
    TRY(move_file(dir, BEST_NAME, folder, BEST_NAME, err));
    TRY(describe(run, slot->trial, "weights", WEIGHTS_NAME, &result->arena, &artifacts[0], err));
    TRY(describe(run, slot->trial, "best", BEST_NAME, &result->arena, &artifacts[1], err));
fail:
    return err->code;
}

/* --- after a crash --- */

/* Files in place without a commit are discarded: the attempt's last checkpoint makes them again. */
static ErrCode discard_uncommitted(const char *folder, Err *err)
{
    static const char *const names[] = {WEIGHTS_NAME, BEST_NAME, CHECKPOINT_NAME};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *path = file_join(folder, names[i]);
        const ErrCode code =
            path != NULL ? file_remove(path, err) : err_memory(err, strlen(folder));
        mem_free(path);
        if (code != ERR_NONE)
            return code;
    }
    return ERR_NONE;
}

ErrCode run_files_clean(RunState *run, Err *err)
{
    for (size_t i = 0; i < run->n_trials; i++) {
        const RunTrial *trial = &run->trials[i];
        char *folder = run_files_trial(run, trial->number);
        if (folder == NULL)
            return err_memory(err, strlen(run->settings->out));
        ErrCode code = ERR_NONE;
        if (file_is_folder(folder)) {
            const bool is_finished =
                trial->status == STORE_TRIAL_DONE || trial->status == STORE_TRIAL_DIVERGED;
            code = is_finished ? run_files_remove_attempts(folder, err)
                               : discard_uncommitted(folder, err);
        }
        mem_free(folder);
        if (code != ERR_NONE)
            return code;
    }
    return file_sweep_temporaries(run->settings->out, err);
}

/* --- what finished trials left --- */

typedef struct Missed {
    const RunState *run;
    int n;
} Missed;

static void note_missed(void *user, const ArtifactState *state)
{
    enum { MAX_NAMED = 5 };
    Missed *missed = user;
    if (state->why != NULL && ++missed->n <= MAX_NAMED)
        run_state_note(
            missed->run,
            "'%s' of finished trial %" PRId64 " %s: isoflop verify --restore %s %" PRId64,
            state->path, state->trial, state->why, missed->run->settings->out, state->trial);
    else if (state->why != NULL && missed->n == MAX_NAMED + 1)
        run_state_note(missed->run, "and more: isoflop doctor %s", missed->run->settings->out);
}

ErrCode run_files_check(RunState *run, Err *err)
{
    Missed missed = {.run = run};
    return artifacts_check(run->settings->out, run->store, note_missed, &missed, err);
}
