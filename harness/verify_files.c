/* harness/verify_files.c: tensor by tensor, and back into place. */
#include "harness/verify_files.h"

#include "harness/leftovers.h"

#include "base/dir.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "weights/safetensors.h"

#include <stdarg.h>
#include <string.h>

enum { MAX_NAMED = 5 }; /* tensors of a file that are named */

void verify_differs(VerifyReport *report, const char *format, ...)
{
    Text line = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&line, format, arguments);
    va_end(arguments);
    const char **lines = arena_add_item(&report->arena, (void *)(uintptr_t)report->differences,
                                        &report->n_differences, sizeof *lines);
    if (lines != NULL) {
        report->differences = lines;
        lines[report->n_differences - 1] = arena_text(&report->arena, text_string(&line));
    }
    report->arena.failed |= line.failed;
    text_release(&line);
}

static bool has_same_shape(const TensorInfo *a, const TensorInfo *b)
{
    return a->type == b->type && a->n_dims == b->n_dims &&
           memcmp(a->dims, b->dims, (size_t)a->n_dims * sizeof a->dims[0]) == 0;
}

/* Names the first element of two tensors of one shape that differs. */
static void name_element(VerifyReport *report, const char *path, const TensorInfo *stored,
                         const TensorInfo *now)
{
    const unsigned char *a = stored->data, *b = now->data;
    const size_t n = now->n_bytes / (now->n_elements > 0 ? now->n_elements : 1);
    size_t at = 0;
    while (memcmp(a + at * n, b + at * n, n) == 0)
        at++;
    float x = 0, y = 0;
    if (now->type == TENSOR_F32) {
        memcpy(&x, a + at * n, sizeof x);
        memcpy(&y, b + at * n, sizeof y);
    }
    verify_differs(report, "%s: tensor '%s', element %zu: %.9g stored, %.9g now", path, now->name,
                   at, (double)x, (double)y);
}

static void compare_tensors(VerifyReport *report, const char *path, const TensorFile *stored,
                            const TensorFile *now)
{
    size_t n_other = 0;
    for (size_t i = 0; i < safetensors_count(now); i++) {
        const TensorInfo *b = safetensors_tensor(now, i);
        const TensorInfo *a = safetensors_find(stored, b->name);
        const bool is_same =
            a != NULL && has_same_shape(a, b) && memcmp(a->data, b->data, b->n_bytes) == 0;
        report->n_tensors++;
        if (is_same || ++n_other > MAX_NAMED)
            continue;
        if (a == NULL || !has_same_shape(a, b))
            verify_differs(report,
                           "%s: tensor '%s' is missing or of another shape in the stored one", path,
                           b->name);
        else
            name_element(report, path, a, b);
    }
    if (n_other > MAX_NAMED)
        verify_differs(report, "%s: %zu more tensors differ", path, n_other - MAX_NAMED);
    if (safetensors_count(stored) > safetensors_count(now))
        verify_differs(report, "%s: the stored one has %zu tensors, %zu came out now", path,
                       safetensors_count(stored), safetensors_count(now));
}

/* The digest of a file; "" where it cannot be read, with the reason in *why. */
static void digest_of(const Dir *in, const char *name, char hex[HASH_HEX_BYTES], Err *why)
{
    Hash128 hash;
    FileFacts facts;
    hex[0] = '\0';
    if (dir_facts(in, name, &facts, why) != ERR_NONE)
        return;
    if (facts.kind != FILE_REGULAR)
        (void)err_set(why, ERR_DATA, "'%s/%s' is no regular file", dir_path(in), name);
    else if (hash_file(in, name, &hash, why) == ERR_NONE)
        hash_hex(hash, hex);
}

/* What lies in the study, damaged or not, tensor by tensor. */
static ErrCode compare_files(VerifyReport *report, const VerifyPlaces *places, const char *path,
                             Err *err)
{
    TensorFile *stored = NULL, *now = NULL;
    Err why = {0};
    TRY(safetensors_open(&now, places->made, file_name(path), err));
    if (safetensors_open(&stored, places->study, path, &why) == ERR_NONE)
        compare_tensors(report, path, stored, now);
    else
        verify_differs(report, "%s", why.msg);
fail:
    safetensors_close(&stored);
    safetensors_close(&now);
    return err->code;
}

/* Makes the folder of a file of the study: a copy of the store alone has none. */
static ErrCode make_folder(const Dir *study, const char *path, Err *err)
{
    char *folder = file_folder(path);
    Dir *made = NULL;
    if (folder == NULL)
        return err_memory(err, strlen(path));
    const ErrCode code = dir_make(&made, study, folder, err);
    dir_close(&made);
    mem_free(folder);
    return code;
}

static ErrCode put_back(VerifyReport *report, const VerifyPlaces *places, const char *path,
                        Err *err)
{
    TRY(dir_sync(places->made, file_name(path), err));
    TRY(make_folder(places->study, path, err));
    TRY(dir_rename(places->made, file_name(path), places->study, path, err));
    const char **paths = arena_add_item(&report->arena, (void *)(uintptr_t)report->restored,
                                        &report->n_restored, sizeof *paths);
    char *whole = file_join(dir_path(places->study), path);
    if (whole == NULL)
        return err_memory(err, strlen(path));
    if (paths != NULL) {
        report->restored = paths;
        paths[report->n_restored - 1] = arena_text(&report->arena, whole);
    }
    mem_free(whole);
    return arena_ok(&report->arena, err);
fail:
    return err->code;
}

ErrCode verify_file(VerifyReport *report, const VerifyPlaces *places, bool restores,
                    const StoreArtifact *artifact, Err *err)
{
    const char *path = artifact->path;
    char now_hex[HASH_HEX_BYTES], stored_hex[HASH_HEX_BYTES];
    Err why = {0};
    if (!leftovers_is_inside(path)) {
        verify_differs(report, "the store's path '%s' leads out of the study", path);
        return ERR_NONE;
    }
    digest_of(places->made, file_name(path), now_hex, err);
    if (now_hex[0] == '\0')
        return err->code;
    digest_of(places->study, path, stored_hex, &why);
    const bool is_known = strcmp(now_hex, artifact->xxh3) == 0;
    const bool is_whole = strcmp(stored_hex, artifact->xxh3) == 0;
    if (is_known && !is_whole && restores)
        return put_back(report, places, path, err);
    /* Metadata may be written otherwise by now: then the tensors of a whole file decide. */
    if (!is_known && !is_whole)
        verify_differs(report, "%s: digest %s in the store, %s now", path, artifact->xxh3, now_hex);
    if (!is_whole)
        verify_differs(report, "%s: %s%s", path,
                       stored_hex[0] == '\0' ? why.msg : "damaged since it was written",
                       is_known ? "; --restore puts it back" : "");
    return stored_hex[0] != '\0' ? compare_files(report, places, path, err) : ERR_NONE;
}
