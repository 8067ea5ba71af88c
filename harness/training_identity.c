/* harness/training_identity.c: the folder's description says it, else a checkpoint's key. */
#include "harness/training_identity.h"

#include "harness/study_data.h"
#include "harness/training_keys.h"

#include "base/file.h"
#include "base/json.h"
#include "base/sys.h"
#include "weights/checkpoint.h"

#include <string.h>

ErrCode training_identity_images(TrainingImages *out, const StudyData *data, const char *data_root,
                                 int threads, Err *err)
{
    StudyImages images;
    TRY(study_data_open(&images, data, data_root, threads, err));
    memcpy(out->digest, images.digest, sizeof out->digest);
    memcpy(out->contents, dataset_contents(images.set), sizeof out->contents);
    study_data_close(&images);
fail:
    return err->code;
}

/* Whether the file is a checkpoint of a training with one of the keys; a damaged one is none. */
static bool has_key(const Dir *folder, const char *name, const TrainingKeys *keys)
{
    Err ignored = {0};
    char *text = NULL;
    json_t *map = NULL;
    const char *key = NULL;
    bool found = checkpoint_peek(folder, name, &text, &ignored) == ERR_NONE &&
                 json_parse(&map, name, text, strlen(text), &ignored) == ERR_NONE &&
                 json_get_text(map, "key", &key, &ignored) == ERR_NONE;
    found = found && training_keys_have(keys, key);
    json_decref(map);
    mem_free(text);
    return found;
}

/* *n_all checkpoints lie in the folder, *n_ours of them with one of the keys. */
static ErrCode count_checkpoints(const char *dir, const TrainingKeys *keys, size_t *n_all,
                                 size_t *n_ours, Err *err)
{
    FileList list = {0};
    Dir *folder = NULL;
    *n_all = *n_ours = 0;
    if (!file_is_folder(dir))
        return ERR_NONE;
    TRY(dir_open(&folder, NULL, dir, err));
    TRY(dir_list(folder, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        if (!text_starts_with(list.names[i], TRAINING_CHECKPOINT_PREFIX))
            continue;
        ++*n_all;
        *n_ours += has_key(folder, list.names[i], keys);
    }
fail:
    file_list_release(&list);
    dir_close(&folder);
    return err->code;
}

ErrCode training_identity_choose(const TrainJob *job, StudyData *data, TrainingImages *images,
                                 Err *err)
{
    StudyData listed = *data;
    TrainingImages by_listing;
    TrainingKeys keys;
    bool is_listed = false;
    size_t n_all, n_ours;
    listed.identity = DATA_BY_LISTING;
    TRY(training_folder_is_listed(job->dir, &is_listed, err));
    TRY(training_keys_make(&keys, job, images->digest, err));
    TRY(count_checkpoints(job->dir, &keys, &n_all, &n_ours, err));
    if (!is_listed && (n_all == 0 || n_ours > 0))
        return ERR_NONE;
    TRY(training_identity_images(&by_listing, &listed, job->data_root, job->threads, err));
    if (!is_listed) {
        TRY(training_keys_make(&keys, job, by_listing.digest, err));
        TRY(count_checkpoints(job->dir, &keys, &n_all, &n_ours, err));
        is_listed = n_ours > 0;
    }
    if (is_listed) {
        data->identity = DATA_BY_LISTING;
        *images = by_listing;
    }
fail:
    return err->code;
}
