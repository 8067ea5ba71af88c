/*
 * harness/evaluation.h: scores a network on one subset, image by image: what `eval` prints.
 *
 * Sums run in file order, batch by batch, so they do not depend on threads. The trainer's own
 * per-epoch evaluation needs only the sums; this one keeps the confusion matrix as well.
 */
#ifndef HARNESS_EVALUATION_H
#define HARNESS_EVALUATION_H

#include "harness/study_data.h"

#include "data/batches.h"
#include "infer/infer.h"
#include "weights/origin.h"

#include <stdint.h>

typedef struct Evaluation {
    int64_t n; /* images */
    int classes;
    double loss;        /* mean cross-entropy, nats */
    double top1;        /* percent */
    int64_t *confusion; /* [classes][classes], row = label, column = prediction; owned */
} Evaluation;

/*
 * Statistics that weights of `origin` were trained with: those of the training images in `set`,
 * which was opened with `view`; or, where the weights say others, those of the same in their own
 * size, which is what random resized crops sample. Where neither are the weights' it is the former.
 * Errors: those of imageset_open.
 */
ErrCode evaluation_stats(DataStats *out, const ImageSet *set, const StudyImages *images,
                         const ImageSetSettings *view, const WeightOrigin *origin,
                         Err *err) ERR_CHECKED;

/*
 * Evaluates a network on `part` of `set`, normalised by `stats`: as in training. ERR_MEMORY,
 * ERR_USAGE (empty part). evaluation_release frees the matrix, in either case.
 */
ErrCode evaluation_run(Evaluation *out, Infer *infer, const ImageSet *set, const DataStats *stats,
                       DataPart part, Err *err) ERR_CHECKED;

/* Who hears how many images are done, over several calls; zeroed but for these. */
typedef struct EvaluationWatch {
    DataProgress progress; /* NULL: nobody listens */
    void *user;
    uint32_t done, total; /* images */
} EvaluationWatch;

/*
 * logits[n][classes] of all images of `part`, in their order: what evaluation_run judges by.
 * ERR_MEMORY, ERR_USAGE (empty part), ERR_INTERRUPTED (progress said so).
 */
ErrCode evaluation_logits(float *logits, Infer *infer, const ImageSet *set, const DataStats *stats,
                          DataPart part, EvaluationWatch *watch, Err *err) ERR_CHECKED;

/* Images of class `label`, and percent of them that were recognised (NaN without any). */
int64_t evaluation_class_count(const Evaluation *evaluation, int label);
double evaluation_class_top1(const Evaluation *evaluation, int label);

/* The class with most images, of several the first: its share is the accuracy of always saying it.
 */
int evaluation_majority(const Evaluation *evaluation);
double evaluation_majority_share(const Evaluation *evaluation); /* percent */

/* Mean of the accuracies of the classes that have images, percent: chance is 100 over their number.
 */
double evaluation_balanced(const Evaluation *evaluation);

/* Accepts a zeroed struct. */
void evaluation_release(Evaluation *evaluation);

#endif
