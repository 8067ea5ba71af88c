/* harness/doctor.c: which kind of thing is it, and who looks at it. */
#include "harness/doctor.h"

#include "harness/doctor_files.h"
#include "harness/doctor_study.h"

#include "base/dir.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/* Weights or a checkpoint. */
static ErrCode check_tensors(DoctorReport *report, const char *path, Err *err)
{
    const char *why = NULL;
    TRY(doctor_tensors(report, NULL, path, &why, err));
    if (why != NULL)
        doctor_find(report,
                    (DoctorMark){.grade = DOCTOR_DAMAGED,
                                 .subject = "weights",
                                 .path = path,
                                 .remedy = "put back a copy of it, or train it again"},
                    "%s", why);
    else
        doctor_find(report, (DoctorMark){.grade = DOCTOR_SOUND, .subject = "weights", .path = path},
                    "whole");
fail:
    return err->code;
}

/* A folder that `train` wrote, or any other with weights. */
static ErrCode check_folder(DoctorReport *report, const char *folder, Err *err)
{
    FileList list = {0};
    size_t n = 0;
    TRY(doctor_locks(report, folder, err));
    TRY(file_list(folder, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        if (!doctor_is_tensors(list.names[i]))
            continue;
        char *path = file_join(folder, list.names[i]);
        const ErrCode code =
            path != NULL ? check_tensors(report, path, err) : err_memory(err, strlen(folder));
        mem_free(path);
        TRY(code);
        n++;
    }
    if (n == 0)
        (void)err_set(err, ERR_USAGE,
                      "'%s' is no study's folder and holds no weights: there is nothing to check",
                      folder);
fail:
    file_list_release(&list);
    return err->code;
}

ErrCode doctor_path(DoctorReport *report, const char *path, Err *err)
{
    FileFacts facts;
    char *store = NULL;
    TRY(file_facts(path, true, &facts, err));
    if (facts.kind == FILE_FOLDER) {
        store = file_join(path, "study.db");
        if (store == NULL) {
            (void)err_memory(err, strlen(path));
            goto fail;
        }
        if (dir_has(NULL, store))
            TRY(doctor_study(report, path, err));
        else
            TRY(check_folder(report, path, err));
    } else if (doctor_is_tensors(path)) {
        TRY(check_tensors(report, path, err));
    } else if (text_ends_with(path, ".db")) {
        TRY(doctor_store(report, path, err));
    } else {
        (void)err_set(err, ERR_USAGE,
                      "'%s' is neither a folder nor a store (.db) nor weights (.safetensors)",
                      path);
        goto fail;
    }
    TRY(arena_ok(&report->arena, err));
fail:
    mem_free(store);
    return err->code;
}

const char *doctor_grade_name(DoctorGrade grade)
{
    static const char *const names[] = {"ok", "note", "damaged"};
    return names[grade];
}

void doctor_release(DoctorReport *report)
{
    arena_release(&report->arena);
    *report = (DoctorReport){0};
}
