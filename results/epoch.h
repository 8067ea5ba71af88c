/*
 * results/epoch.h: the metrics of one finished epoch, and their one table.
 *
 * The trainer fills an Epoch; a worker's line, `train --json`, a checkpoint's list and the store's
 * row are all written and read by this table. A metric more touches four files: a row of
 * EPOCH_METRICS here (results before what is not, new ones last of their kind), the measurement in
 * harness/trainer.c, the column in results/schema.sql, and the migration results/schema_N.sql that
 * gives it to older stores. Checkpoints of before lack it: there it reads as NaN.
 */
#ifndef RESULTS_EPOCH_H
#define RESULTS_EPOCH_H

#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * X(name, is_result, place): name of field, JSON key and column; whether it must be equal after a
 * resume; place in a checkpoint's list, from 0 in the order in which metrics were added.
 */
#define EPOCH_METRICS(X)                                                                           \
    X(train_loss, true, 0) /* nats, mean over the epoch's images, smoothing included */            \
    X(val_loss, true, 1)   /* nats, mean cross-entropy on validation, no smoothing */              \
    X(val_top1, true, 2)   /* percent, on validation */                                            \
    X(lr, true, 3)         /* learning rate of the epoch's last step */                            \
    X(seconds, false, 4)   /* training and validation, over all attempts that worked on it */      \
    X(images_per_second, false, 5) /* training images over the seconds of training alone */

#define EPOCH_FIELD(name, is_result, place) double name;
typedef struct Epoch {
    int64_t epoch; /* from 1 */
    EPOCH_METRICS(EPOCH_FIELD)
} Epoch;
#undef EPOCH_FIELD

typedef struct EpochMetric {
    const char *name;
    bool is_result;
    int place;     /* in a checkpoint's list */
    size_t offset; /* of the double in Epoch */
} EpochMetric;

/* Steps of one epoch: whole batches alone; a batch of more images than there are is all of them. */
int64_t epoch_steps(int64_t batch, int64_t n_images);

#define EPOCH_INDEX(name, is_result, place) EPOCH_##name,
enum { EPOCH_METRICS(EPOCH_INDEX) EPOCH_N_METRICS };
#undef EPOCH_INDEX

/* In the order of EPOCH_METRICS. */
extern const EpochMetric epoch_metrics[EPOCH_N_METRICS];

double epoch_value(const Epoch *epoch, const EpochMetric *metric);

/* Puts "epoch" and every metric into an open map. */
void epoch_put_map(const Epoch *epoch, JsonWriter *json);

/* The same back. ERR_DATA. */
ErrCode epoch_get_map(Epoch *epoch, const json_t *map, Err *err) ERR_CHECKED;

/* Puts the metrics alone as a list of numbers. */
void epoch_put_list(const Epoch *epoch, JsonWriter *json);

/*
 * The same back, with the epoch's number; metrics that a shorter list lacks are NaN. ERR_DATA for
 * what is no list of numbers, or one longer than ours.
 */
ErrCode epoch_get_list(Epoch *epoch, int64_t number, const json_t *list, Err *err) ERR_CHECKED;

#endif
