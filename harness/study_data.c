/* harness/study_data.c: settings for data/, and nothing more. */
#include "harness/study_data.h"

#include "base/hash.h"
#include "base/text.h"

#include <string.h>

static int64_t size_or_default(int64_t n)
{
    return n > 0 ? n : SPLIT_DEFAULT;
}

/* The split's digest; with a crop, of that and the share, so that finished studies stay what they
 * are. */
static ErrCode digest_images(StudyImages *images, const StudyData *data, Err *err)
{
    memcpy(images->digest, images->split.digest, sizeof images->digest);
    if (!(data->center_crop < 1.0))
        return ERR_NONE;
    if (dataset_is_rendered(images->set))
        return err_set(err, ERR_USAGE,
                       "cannot crop '%s': its images are drawn, data.center_crop "
                       "must be 1",
                       data->name);
    Text text = {0};
    text_printf(&text, "%s center_crop %.17g", images->split.digest, data->center_crop);
    if (text_ok(&text, err) == ERR_NONE)
        hash_hex(hash_128(text.data, text.n_bytes), images->digest);
    text_release(&text);
    return err->code;
}

ErrCode study_data_open(StudyImages *out, const StudyData *data, const char *data_root, int threads,
                        Err *err)
{
    const DatasetSettings settings = {.name = data->name,
                                      .path = data->path,
                                      .root = data_root,
                                      .bad_image = (BadImage)data->bad_image,
                                      .links = (DataLinks)data->links,
                                      .classes = (DataClasses)data->classes,
                                      .transpose = data->transpose,
                                      .identity = data->identity,
                                      .threads = threads};
    const SplitSizes sizes = {.count = {size_or_default(data->train), size_or_default(data->val),
                                        size_or_default(data->test)}};
    memset(out, 0, sizeof *out);
    TRY(dataset_open(&out->set, &settings, err));
    TRY(split_init(&out->split, out->set, &sizes, err));
    TRY(digest_images(out, data, err));
    return ERR_NONE;
fail:
    study_data_close(out);
    return err->code;
}

static const char *class_name(const void *user, int label)
{
    return dataset_class_name(user, label);
}

OriginData study_data_origin(const StudyImages *images, const StudyData *data,
                             const DataStats *stats, int resolution)
{
    return (OriginData){.set = data->name,
                        .digest = dataset_contents(images->set),
                        .mean = stats->mean,
                        .deviation = stats->std,
                        .resolution = resolution,
                        .center_crop = data->center_crop,
                        .n_classes = dataset_n_classes(images->set),
                        .class_name = class_name,
                        .user = images->set};
}

void study_data_close(StudyImages *images)
{
    split_release(&images->split);
    dataset_close(&images->set);
}
