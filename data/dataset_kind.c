/* The words of data/dataset_kind.h. */
#include "data/dataset_kind.h"

const char *data_split_name(DataSplit split)
{
    static const char *const names[DATA_N_SPLITS] = {"train", "test", "val"};
    return names[split];
}
