/*
 * harness/doctor_study.c: the files of a study against its store.
 *
 * A store that is damaged may still be read in part: what can be asked of it is, and what cannot is
 * a finding, so that one bad page hides nothing else.
 */
#include "harness/doctor_study.h"

#include "harness/artifacts.h"
#include "harness/doctor_files.h"
#include "harness/leftovers.h"

#include "base/dir.h"
#include "base/sys.h"
#include "base/text.h"
#include "results/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What is looked at, and with what. */
typedef struct Visit {
    DoctorReport *report;
    const Dir *folder;
    Store *store; /* NULL: it cannot be opened */
    Arena arena;  /* for what is read of it */
} Visit;

/* --- weights --- */

/* What is told of the weights. */
typedef struct Weights {
    Visit *visit;
    int64_t n_whole;
} Weights;

static void tell_weights(void *user, const ArtifactState *state)
{
    Weights *weights = user;
    Visit *v = weights->visit;
    Text remedy = {0};
    if (state->why == NULL) {
        weights->n_whole++;
        return;
    }
    text_printf(&remedy, "isoflop verify --restore %s %" PRId64, dir_path(v->folder), state->trial);
    doctor_find(v->report,
                (DoctorMark){.grade = DOCTOR_DAMAGED,
                             .subject = "weights",
                             .path = state->path,
                             .remedy = text_string(&remedy)},
                "of finished trial %" PRId64 ": %s", state->trial, state->why);
    v->report->arena.failed |= remedy.failed;
    text_release(&remedy);
}

/* Damage that keeps the store from an answer is a finding; other errors are ours. */
static ErrCode forgive(Visit *v, const Err *found, Err *err)
{
    if (found->code != ERR_DATA && found->code != ERR_DB) {
        *err = *found;
        return err->code;
    }
    doctor_find(
        v->report,
        (DoctorMark){.grade = DOCTOR_DAMAGED, .subject = "store", .path = store_path(v->store)},
        "%s", found->msg);
    return ERR_NONE;
}

static ErrCode check_weights(Visit *v, Err *err)
{
    Weights weights = {.visit = v};
    Err found = {0};
    if (v->store == NULL)
        return ERR_NONE;
    if (artifacts_check(v->folder, v->store, tell_weights, &weights, &found) != ERR_NONE)
        return forgive(v, &found, err);
    if (weights.n_whole > 0)
        doctor_find(v->report, (DoctorMark){.grade = DOCTOR_SOUND, .subject = "weights"},
                    "%" PRId64 " file%s of finished trials with the store's digests",
                    weights.n_whole, text_plural(weights.n_whole));
    return ERR_NONE;
}

/* --- checkpoints --- */

/* One; a link is a finding already. */
static ErrCode check_checkpoint(Visit *v, const Dir *attempt, const char *name, int64_t *n_sound,
                                Err *err)
{
    const char *why = NULL;
    FileFacts facts;
    char *path = NULL;
    TRY(dir_facts(attempt, name, &facts, err));
    if (facts.kind == FILE_LINK)
        return ERR_NONE;
    TRY(doctor_tensors(v->report, attempt, name, &why, err));
    if (why == NULL) {
        ++*n_sound;
        return ERR_NONE;
    }
    path = file_join(dir_path(attempt), name);
    if (path == NULL)
        return err_memory(err, strlen(name));
    doctor_find(v->report,
                (DoctorMark){.grade = DOCTOR_DAMAGED,
                             .subject = "checkpoint",
                             .path = path,
                             .remedy = "remove it: a run goes on from the one before"},
                "%s", why);
fail:
    mem_free(path);
    return err->code;
}

/* Those of one folder. */
static ErrCode check_folder(Visit *v, const char *name, int64_t *n_sound, Err *err)
{
    FileList list = {0};
    Dir *attempt = NULL;
    TRY(dir_open(&attempt, v->folder, name, err));
    TRY(dir_list(attempt, &list, err));
    for (size_t i = 0; i < list.n_names; i++)
        if (doctor_is_tensors(list.names[i]))
            TRY(check_checkpoint(v, attempt, list.names[i], n_sound, err));
fail:
    file_list_release(&list);
    dir_close(&attempt);
    return err->code;
}

/* Those of all attempts, in progress or given up. */
static ErrCode check_checkpoints(Visit *v, Err *err)
{
    LeftoverList attempts = {0};
    int64_t n_sound = 0;
    TRY(leftovers_attempts(v->folder, &attempts, err));
    for (size_t i = 0; i < attempts.n; i++)
        TRY(check_folder(v, attempts.items[i].name, &n_sound, err));
    if (n_sound > 0)
        doctor_find(v->report, (DoctorMark){.grade = DOCTOR_SOUND, .subject = "checkpoint"},
                    "%" PRId64 " file%s of unfinished attempts, whole", n_sound,
                    text_plural(n_sound));
fail:
    arena_release(&attempts.arena);
    return err->code;
}

/* --- the folder --- */

static ErrCode check_links(Visit *v, Err *err)
{
    LeftoverList links = {0};
    TRY(leftovers_links(v->folder, &links, err));
    for (size_t i = 0; i < links.n; i++)
        doctor_find(v->report,
                    (DoctorMark){.grade = DOCTOR_DAMAGED,
                                 .subject = "link",
                                 .path = links.items[i].path,
                                 .remedy = "remove it and put the folder or file itself there"},
                    "is a link: nothing is read or written behind links of a study's folder");
fail:
    arena_release(&links.arena);
    return err->code;
}

static ErrCode note_leftovers(Visit *v, Err *err)
{
    LeftoverList left = {0};
    Text remedy = {0};
    Err found = {0};
    char size[TEXT_NUMBER_BYTES];
    text_printf(&remedy, "isoflop clean %s", dir_path(v->folder));
    TRY(text_ok(&remedy, err));
    if (v->store != NULL && leftovers_find(v->folder, v->store, &left, &found) != ERR_NONE)
        TRY(forgive(v, &found, err));
    for (size_t i = 0; i < left.n; i++) {
        const Leftover *l = &left.items[i];
        if (l->is_orphan || l->is_unwanted)
            doctor_find(v->report,
                        (DoctorMark){.grade = DOCTOR_NOTE,
                                     .subject = "orphan",
                                     .path = l->path,
                                     .remedy = l->is_orphan ? NULL : text_string(&remedy)},
                        "%s, %s", l->what, text_human_bytes(size, l->n_bytes));
    }
fail:
    text_release(&remedy);
    arena_release(&left.arena);
    return err->code;
}

/* What pending trials will write, by the sizes of their networks, against what is free. */
static ErrCode forecast(Visit *v, Err *err)
{
    /* Weights and the best ones stay; an attempt has two checkpoints of up to four sets each. */
    static const char sql[] =
        "SELECT count(*), coalesce(sum(n.params), 0) * 8 + coalesce(max(n.params), 0) * 40 "
        "FROM trial t JOIN network n ON n.digest = t.network "
        "WHERE t.is_listed AND t.status IN ('pending', 'running')";
    char need_text[TEXT_NUMBER_BYTES], free_text[TEXT_NUMBER_BYTES];
    StoreTable table = {0};
    Err found = {0};
    int64_t n = 0, need = 0;
    uint64_t space = 0;
    if (v->store != NULL &&
        store_query(v->store, sql, NULL, &v->arena, &table, &found) != ERR_NONE) {
        table = (StoreTable){0};
        TRY(forgive(v, &found, err));
    }
    TRY(file_space(dir_path(v->folder), &space, err));
    if (table.n_rows == 1 && (table.cells[0] == NULL || !text_to_int64(table.cells[0], &n) ||
                              table.cells[1] == NULL || !text_to_int64(table.cells[1], &need)))
        n = need = 0;
    const bool fits = need < 0 || (uint64_t)need <= space;
    doctor_find(v->report,
                (DoctorMark){.grade = fits ? DOCTOR_SOUND : DOCTOR_NOTE,
                             .subject = "disk",
                             .path = dir_path(v->folder),
                             .remedy = fits ? NULL : "make room, or the run will pause for it"},
                "%s free; %" PRId64 " unfinished trial%s will need about %s",
                text_human_bytes(free_text, space), n, text_plural(n),
                text_human_bytes(need_text, need > 0 ? (uint64_t)need : 0));
fail:
    return err->code;
}

static ErrCode note_run(Visit *v, Err *err)
{
    bool is_held = false;
    char *holder = NULL;
    Err why = {0};
    char *path = file_join(dir_path(v->folder), "study.lock");
    if (path == NULL)
        return err_memory(err, strlen(dir_path(v->folder)));
    /* A link in its place is a finding already. */
    if (file_lock_holder(path, &is_held, &holder, &why) == ERR_NONE && is_held)
        doctor_find(v->report, (DoctorMark){.grade = DOCTOR_NOTE, .subject = "run", .path = path},
                    "a run is at work, so files come and go: %s", holder);
    mem_free(holder);
    mem_free(path);
    return why.code == ERR_MEMORY ? (*err = why).code : ERR_NONE;
}

ErrCode doctor_study(DoctorReport *report, const char *folder, Err *err)
{
    Visit v = {.report = report};
    Err ignored = {0};
    Dir *handle = NULL;
    char *path = file_join(folder, "study.db");
    if (path == NULL)
        return err_memory(err, strlen(folder));
    TRY(dir_open(&handle, NULL, folder, err));
    v.folder = handle;
    TRY(check_links(&v, err));
    TRY(note_run(&v, err));
    TRY(doctor_locks(report, folder, err));
    TRY(doctor_store(report, path, err));
    if (store_open_read(&v.store, path, &ignored) != ERR_NONE)
        v.store = NULL; /* a finding already */
    TRY(check_weights(&v, err));
    TRY(check_checkpoints(&v, err));
    TRY(note_leftovers(&v, err));
    TRY(forecast(&v, err));
    TRY(arena_ok(&report->arena, err));
fail:
    store_close(&v.store);
    arena_release(&v.arena);
    dir_close(&handle);
    mem_free(path);
    return err->code;
}
