/* harness/run_files.c: results into place, attempts away, crashes mended. */
#include "harness/run_files.h"

#include "harness/artifacts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WEIGHTS_NAME "weights.safetensors"
#define BEST_NAME "best.safetensors"
#define CHECKPOINT_NAME "checkpoint.safetensors"
#define CHECKPOINT_PREFIX "checkpoint-"

/* --- names --- */

const char *run_files_trial(char name[RUN_FILES_NAME_BYTES], int64_t number)
{
    snprintf(name, RUN_FILES_NAME_BYTES, "trials/%06" PRId64, number);
    return name;
}

const char *run_files_attempt(char name[RUN_FILES_NAME_BYTES], int64_t number, int64_t attempt)
{
    snprintf(name, RUN_FILES_NAME_BYTES, "trials/%06" PRId64 "/a%" PRId64, number, attempt);
    return name;
}

ErrCode run_files_make_attempt(const RunState *run, int64_t number, int64_t attempt, Err *err)
{
    char name[RUN_FILES_NAME_BYTES];
    Dir *made = NULL;
    TRY(dir_make(&made, run->folder, run_files_attempt(name, number, attempt), err));
fail:
    dir_close(&made);
    return err->code;
}

/* --- a result --- */

ErrCode run_files_open(const RunState *run, const RunSlot *slot, RunResult *result, Err *err)
{
    char name[RUN_FILES_NAME_BYTES];
    TRY(dir_open(&result->folder, run->folder, run_files_trial(name, slot->trial), err));
    TRY(dir_open(&result->dir, run->folder, run_files_attempt(name, slot->trial, slot->attempt),
                 err));
fail:
    return err->code;
}

void run_files_close(RunResult *result)
{
    dir_close(&result->dir);
    dir_close(&result->folder);
    arena_release(&result->arena);
}

ErrCode run_files_remove_attempts(const Dir *trial, Err *err)
{
    FileList list = {0};
    TRY(dir_list(trial, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        int64_t number = 0;
        if (list.names[i][0] == 'a' && text_to_int64(list.names[i] + 1, &number))
            TRY(dir_remove_tree(trial, list.names[i], err));
    }
fail:
    file_list_release(&list);
    return err->code;
}

/* Moves dir/name to folder/as; a missing source is fine when the target is there (a retry after a
 * full disk). */
static ErrCode move_file(const RunResult *result, const char *name, const char *as, Err *err)
{
    if (dir_has(result->dir, name) || !dir_has(result->folder, as))
        return dir_rename(result->dir, name, result->folder, as, err);
    return ERR_NONE;
}

/* Describes a file the trial leaves, by its path in the study's folder. */
static ErrCode describe(RunResult *result, int64_t number, const char *kind, const char *name,
                        StoreArtifact *artifact, Err *err)
{
    char hex[HASH_HEX_BYTES], trial[RUN_FILES_NAME_BYTES];
    Hash128 hash;
    FileFacts facts;
    Arena *arena = &result->arena;
    const char *path = arena_printf(arena, "%s/%s", run_files_trial(trial, number), name);
    TRY(hash_file(result->folder, name, &hash, err));
    TRY(dir_facts(result->folder, name, &facts, err));
    *artifact =
        (StoreArtifact){kind, path, (int64_t)facts.n_bytes, arena_text(arena, hash_hex(hash, hex))};
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}

/* The newest checkpoint of a diverged trial stays as the last good state. */
static ErrCode keep_checkpoint(const RunResult *result, Err *err)
{
    FileList list = {0};
    const char *newest = NULL;
    TRY(dir_list(result->dir, &list, err));
    for (size_t i = 0; i < list.n_names; i++)
        if (text_starts_with(list.names[i], CHECKPOINT_PREFIX) &&
            text_ends_with(list.names[i], ".safetensors"))
            newest = list.names[i]; /* sorted: the last is the newest */
    if (newest != NULL)
        TRY(move_file(result, newest, CHECKPOINT_NAME, err));
fail:
    file_list_release(&list);
    return err->code;
}

ErrCode run_files_expect(bool is_done, const RunResult *result, Err *err)
{
    static const char *const names[] = {WEIGHTS_NAME, BEST_NAME};
    for (size_t i = 0; is_done && i < ARRAY_LEN(names); i++)
        if (!dir_has(result->dir, names[i]) && !dir_has(result->folder, names[i]))
            return err_set(err, ERR_MISSING, "it is done and has left no '%s'", names[i]);
    return ERR_NONE;
}

ErrCode run_files_place(const RunSlot *slot, bool is_done, RunResult *result, Err *err)
{
    StoreArtifact *artifacts = result->artifacts;
    if (!is_done)
        return keep_checkpoint(result, err);
    TRY(move_file(result, WEIGHTS_NAME, WEIGHTS_NAME, err));
    TRY(move_file(result, BEST_NAME, BEST_NAME, err));
    TRY(describe(result, slot->trial, "weights", WEIGHTS_NAME, &artifacts[0], err));
    TRY(describe(result, slot->trial, "best", BEST_NAME, &artifacts[1], err));
fail:
    return err->code;
}

/* --- after a crash --- */

/* Files in place without a commit are discarded: the attempt's last checkpoint makes them again. */
static ErrCode discard_uncommitted(const Dir *trial, Err *err)
{
    static const char *const names[] = {WEIGHTS_NAME, BEST_NAME, CHECKPOINT_NAME};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        TRY(dir_remove(trial, names[i], err));
fail:
    return err->code;
}

static ErrCode clean_trial(const RunState *run, const RunTrial *trial, Err *err)
{
    char name[RUN_FILES_NAME_BYTES];
    Dir *folder = NULL;
    Err missing = {0};
    const bool is_finished =
        trial->status == STORE_TRIAL_DONE || trial->status == STORE_TRIAL_DIVERGED;
    if (dir_open(&folder, run->folder, run_files_trial(name, trial->number), &missing) !=
        ERR_NONE) {
        if (missing.code != ERR_MISSING)
            *err = missing;
        return err->code;
    }
    TRY(is_finished ? run_files_remove_attempts(folder, err) : discard_uncommitted(folder, err));
fail:
    dir_close(&folder);
    return err->code;
}

ErrCode run_files_clean(RunState *run, Err *err)
{
    for (size_t i = 0; i < run->n_trials; i++)
        TRY(clean_trial(run, &run->trials[i], err));
    TRY(dir_sweep(run->folder, err));
fail:
    return err->code;
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
    return artifacts_check(run->folder, run->store, note_missed, &missed, err);
}
