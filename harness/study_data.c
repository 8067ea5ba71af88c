/* harness/study_data.c: settings for data/, and nothing more. */
#include "harness/study_data.h"

#include <string.h>

static int64_t size_or_default(int64_t n)
{
    return n > 0 ? n : SPLIT_DEFAULT;
}

ErrCode study_data_open(StudyImages *out, const StudyData *data, const char *data_root, Err *err)
{
    const DatasetSettings settings = {.name = data->name,
                                      .path = data->path,
                                      .root = data_root,
                                      .bad_image = (BadImage)data->bad_image};
    const SplitSizes sizes = {.count = {size_or_default(data->train), size_or_default(data->val),
                                        size_or_default(data->test)}};
    memset(out, 0, sizeof *out);
    TRY(dataset_open(&out->set, &settings, err));
    TRY(split_init(&out->split, out->set, &sizes, err));
    return ERR_NONE;
fail:
    study_data_close(out);
    return err->code;
}

void study_data_close(StudyImages *images)
{
    split_release(&images->split);
    dataset_close(&images->set);
}
