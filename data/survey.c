/* One pass over the headers, then data/duplicates.h over the pixels. */
#include "data/survey.h"

#include "base/sys.h"

static void widen(Survey *survey, DataSize size)
{
    DataSize *least = &survey->smallest, *most = &survey->largest;
    if (most->height == 0)
        *least = size;
    least->height = size.height < least->height ? size.height : least->height;
    least->width = size.width < least->width ? size.width : least->width;
    most->height = size.height > most->height ? size.height : most->height;
    most->width = size.width > most->width ? size.width : most->width;
}

static ErrCode take_split(Survey *survey, const Dataset *data, DataSplit split, Err *err)
{
    const size_t n_classes = (size_t)dataset_n_classes(data);
    uint32_t *counts = mem_calloc(n_classes, sizeof *counts);
    if (counts == NULL)
        return err_memory(err, n_classes * sizeof *counts);
    survey->per_class[split] = counts;
    for (uint32_t i = 0; i < dataset_count(data, split); i++) {
        DataSize size;
        counts[dataset_label(data, split, i)]++;
        TRY(dataset_image_size(data, split, i, &size, err));
        widen(survey, size);
    }
fail:
    return err->code;
}

ErrCode survey_take(Survey *survey, const Dataset *data, bool wants_duplicates, int threads,
                    DataProgress progress, void *user, Err *err)
{
    *survey = (Survey){0};
    for (int split = 0; split < DATA_N_SPLITS; split++)
        TRY(take_split(survey, data, (DataSplit)split, err));
    if (wants_duplicates && !dataset_is_rendered(data)) {
        TRY(duplicates_find(&survey->duplicates, data, threads, progress, user, err));
        survey->has_duplicates = true;
    }
fail:
    return err->code;
}

void survey_release(Survey *survey)
{
    for (int s = 0; s < DATA_N_SPLITS; s++)
        mem_free(survey->per_class[s]);
    duplicates_release(&survey->duplicates);
    *survey = (Survey){0};
}
