/* harness/doctor_files.c: one weight file, one checkpoint, one store; locks. */
#include "harness/doctor_files.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/proc.h"
#include "base/sys.h"
#include "base/text.h"
#include "results/store.h"
#include "weights/checkpoint.h"
#include "weights/origin.h"
#include "weights/safetensors.h"

#include <string.h>

#define SUFFIX ".safetensors"
#define CHECKPOINT_NAME "checkpoint"
#define CHECKPOINT_KEY "format" /* of their metadata; begins with CHECKPOINT_FORMAT */
#define CHECKPOINT_FORMAT "isoflop checkpoint"

bool doctor_is_tensors(const char *path)
{
    return text_ends_with(path, SUFFIX);
}

/* By its name or by what it says, for either may be damaged. */
static bool is_checkpoint(const TensorFile *file, const char *path)
{
    const char *format = safetensors_metadata(file, CHECKPOINT_KEY);
    return text_starts_with(file_name(path), CHECKPOINT_NAME) ||
           (format != NULL && text_starts_with(format, CHECKPOINT_FORMAT));
}

ErrCode doctor_tensors(DoctorReport *report, const Dir *in, const char *name, const char **why,
                       Err *err)
{
    TensorFile *file = NULL;
    WeightOrigin origin = {0};
    char *text = NULL;
    Err found = {0};
    *why = NULL;
    ErrCode code = safetensors_open(&file, in, name, &found);
    if (code == ERR_NONE)
        code = is_checkpoint(file, name) ? checkpoint_peek(in, name, &text, &found)
                                         : origin_read(&origin, file, &found);
    origin_release(&origin);
    safetensors_close(&file);
    mem_free(text);
    if (code == ERR_DATA || code == ERR_VERSION)
        *why = arena_text(&report->arena, found.msg);
    else if (code != ERR_NONE)
        *err = found;
    return code == ERR_DATA || code == ERR_VERSION ? ERR_NONE : code;
}

/* --- locks --- */

/* The first must be given and the second refused, for that is what keeps two runs apart. */
static ErrCode try_locks(const char *path, Err *err)
{
    FileLock *first = NULL, *second = NULL;
    Err refused = {0};
    TRY(file_lock(&first, path, "isoflop doctor", err));
    const ErrCode code = file_lock(&second, path, "isoflop doctor", &refused);
    if (code == ERR_NONE)
        (void)err_set(err, ERR_IO, "two locks on '%s' were given at once", path);
    else if (code != ERR_BUSY)
        *err = refused;
fail:
    file_unlock(&second);
    file_unlock(&first);
    return err->code;
}

ErrCode doctor_locks(DoctorReport *report, const char *folder, Err *err)
{
    Text path = {0};
    Err why = {0}, ignored = {0};
    text_printf(&path, "%s/doctor.tmp-%ld-0", folder, (long)proc_pid());
    TRY(text_ok(&path, err));
    const ErrCode code = try_locks(text_string(&path), &why);
    if (file_remove(text_string(&path), &ignored) != ERR_NONE && code == ERR_NONE)
        why = ignored;
    if (code == ERR_NONE)
        doctor_find(report, (DoctorMark){.grade = DOCTOR_SOUND, .subject = "locks", .path = folder},
                    "hold on its file system");
    else
        doctor_find(report,
                    (DoctorMark){.grade = DOCTOR_NOTE,
                                 .subject = "locks",
                                 .path = folder,
                                 .remedy = "'run' needs a folder that can be written, with locks"},
                    "%s", why.msg);
fail:
    text_release(&path);
    return err->code;
}

/* --- the store --- */

static const char store_remedy[] =
    "put back a copy of the file, or begin anew in another --out; weights stay usable";
static const char trial_remedy[] = "'isoflop verify' on the trial tells which of its numbers are "
                                   "true; put back a copy of the file";

/* Opens and checks; damage that keeps the check from being made is an ERR_DATA or ERR_DB. */
static ErrCode check_rows(DoctorReport *report, const char *path, Err *err)
{
    Store *store = NULL;
    Arena arena = {0};
    StoreDamage *damage = NULL;
    size_t n = 0;
    TRY(store_open_read(&store, path, err));
    TRY(store_check(store, &arena, &damage, &n, err));
    for (size_t i = 0; i < n; i++)
        doctor_find(report,
                    (DoctorMark){.grade = DOCTOR_DAMAGED,
                                 .subject = "store",
                                 .path = path,
                                 .remedy = damage[i].trial > 0 ? trial_remedy : store_remedy},
                    "%s", damage[i].what);
    if (n == 0)
        doctor_find(report, (DoctorMark){.grade = DOCTOR_SOUND, .subject = "store", .path = path},
                    "structure, schema, the seal of every row, the digest of every trial");
fail:
    store_close(&store);
    arena_release(&arena);
    return err->code;
}

ErrCode doctor_store(DoctorReport *report, const char *path, Err *err)
{
    Err found = {0};
    const ErrCode code = check_rows(report, path, &found);
    if (code == ERR_DATA || code == ERR_DB || code == ERR_VERSION)
        doctor_find(
            report,
            (DoctorMark){
                .grade = DOCTOR_DAMAGED, .subject = "store", .path = path, .remedy = store_remedy},
            "%s", found.msg);
    else if (code != ERR_NONE)
        *err = found;
    return err->code;
}
