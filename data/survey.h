/* What is in a data set, record by record: classes, sizes, duplicates. */
#ifndef DATA_SURVEY_H
#define DATA_SURVEY_H

#include "data/duplicates.h"

typedef struct Survey {
    uint32_t *per_class[DATA_N_SPLITS]; /* images of each class; owned */
    DataSize smallest;                  /* least height, and least width, of any image */
    DataSize largest;
    bool has_duplicates; /* looked for (never in rendered sets); the rest is zero otherwise */
    Duplicates duplicates;
} Survey;

/*
 * Reads every image's header, and its pixels where duplicates are wanted, on `threads` threads.
 * `progress` is told of the pixels and may be NULL. Errors: those of reading images; ERR_MEMORY;
 * ERR_INTERRUPTED. Release it in either case.
 */
ErrCode survey_take(Survey *survey, const Dataset *data, bool wants_duplicates, int threads,
                    DataProgress progress, void *user, Err *err) ERR_CHECKED;

void survey_release(Survey *survey);

#endif
