/* harness/evaluation.c: batches of a subset through infer_evaluate, with the confusion matrix. */
#include "harness/evaluation.h"

#include "base/sys.h"

#include <math.h>

static const double PERCENT = 100.0;

/* Buffers of one batch. */
typedef struct Buffers {
    Batch batch;
    double *losses;
    int32_t *predictions;
} Buffers;

static ErrCode make_buffers(Buffers *out, const Infer *infer, Err *err)
{
    const size_t n = (size_t)infer_settings(infer)->batch;
    const size_t side = (size_t)infer_network(infer)->resolution;
    out->batch.x = mem_calloc(n, side * side * DATA_CHANNELS * sizeof(float));
    out->batch.label = mem_calloc(n, sizeof(int32_t));
    out->losses = mem_calloc(n, sizeof(double));
    out->predictions = mem_calloc(n, sizeof(int32_t));
    if (out->batch.x == NULL || out->batch.label == NULL || out->losses == NULL ||
        out->predictions == NULL)
        return err_memory(err, n * (side * side * DATA_CHANNELS + 4) * sizeof(float));
    return ERR_NONE;
}

static void free_buffers(Buffers *buffers)
{
    mem_free(buffers->batch.x);
    mem_free(buffers->batch.label);
    mem_free(buffers->losses);
    mem_free(buffers->predictions);
}

static void run_batch(Evaluation *out, Infer *infer, Batches *batches, uint32_t index,
                      Buffers *buffers)
{
    const int n = batches_size(batches, index);
    batches_fill(batches, index, &buffers->batch, infer_settings(infer)->threads);
    infer_evaluate(infer, buffers->batch.x, buffers->batch.label, n, buffers->losses,
                   buffers->predictions);
    for (int i = 0; i < n; i++) {
        const int32_t label = buffers->batch.label[i], predicted = buffers->predictions[i];
        out->confusion[label * out->classes + predicted]++;
        out->loss += buffers->losses[i];
        out->top1 += predicted == label;
    }
    out->n += n;
}

static bool is_theirs(const WeightOrigin *origin, const DataStats *stats)
{
    for (int c = 0; c < DATA_CHANNELS; c++)
        if (origin->mean[c] != stats->mean[c] || origin->deviation[c] != stats->std[c])
            return false;
    return true;
}

ErrCode evaluation_stats(DataStats *out, const ImageSet *set, const StudyImages *images,
                         const ImageSetSettings *view, const WeightOrigin *origin, Err *err)
{
    ImageSetSettings settings = *view;
    ImageSetReport report;
    ImageSet *source = NULL;
    *out = imagestats_compute(set, PART_TRAIN, view->threads);
    if (!origin->is_known || dataset_is_rendered(images->set) || is_theirs(origin, out))
        return ERR_NONE;
    settings.keep_train_source = true;
    TRY(imageset_open(&source, images->set, &images->split, &settings, &report, err));
    const DataStats own = imagestats_compute(source, PART_TRAIN, view->threads);
    if (is_theirs(origin, &own))
        *out = own;
fail:
    imageset_close(&source);
    return err->code;
}

ErrCode evaluation_run(Evaluation *out, Infer *infer, const ImageSet *set, const DataStats *stats,
                       DataPart part, Err *err)
{
    Buffers buffers = {0};
    Batches *batches = NULL;
    const BatchSettings settings = {.part = part,
                                    .batch = infer_settings(infer)->batch,
                                    .max_threads = infer_settings(infer)->threads};
    *out = (Evaluation){.classes = infer_network(infer)->classes};
    const size_t cells = (size_t)out->classes * (size_t)out->classes;
    out->confusion = mem_calloc(cells, sizeof *out->confusion);
    if (out->confusion == NULL) {
        (void)err_memory(err, cells * sizeof *out->confusion);
        goto fail;
    }
    TRY(make_buffers(&buffers, infer, err));
    TRY(batches_create(&batches, set, stats, &settings, err));
    batches_begin_epoch(batches, 0);
    for (uint32_t i = 0; i < batches_count(batches); i++)
        run_batch(out, infer, batches, i, &buffers);
    out->loss /= (double)out->n;
    out->top1 *= PERCENT / (double)out->n;
fail:
    batches_destroy(&batches);
    free_buffers(&buffers);
    return err->code;
}

ErrCode evaluation_logits(float *logits, Infer *infer, const ImageSet *set, const DataStats *stats,
                          DataPart part, EvaluationWatch *watch, Err *err)
{
    Buffers buffers = {0};
    Batches *batches = NULL;
    const BatchSettings settings = {.part = part,
                                    .batch = infer_settings(infer)->batch,
                                    .max_threads = infer_settings(infer)->threads};
    TRY(make_buffers(&buffers, infer, err));
    TRY(batches_create(&batches, set, stats, &settings, err));
    batches_begin_epoch(batches, 0);
    for (uint32_t i = 0; i < batches_count(batches); i++) {
        const int n = batches_size(batches, i);
        batches_fill(batches, i, &buffers.batch, settings.max_threads);
        infer_run(infer, buffers.batch.x, n, logits);
        logits += (size_t)n * (size_t)infer_network(infer)->classes;
        watch->done += (uint32_t)n;
        if (watch->progress != NULL && !watch->progress(watch->user, watch->done, watch->total)) {
            (void)err_set(err, ERR_INTERRUPTED, "interrupted after %u of %u images", watch->done,
                          watch->total);
            goto fail;
        }
    }
fail:
    batches_destroy(&batches);
    free_buffers(&buffers);
    return err->code;
}

int64_t evaluation_class_count(const Evaluation *evaluation, int label)
{
    int64_t n = 0;
    for (int c = 0; c < evaluation->classes; c++)
        n += evaluation->confusion[label * evaluation->classes + c];
    return n;
}

double evaluation_class_top1(const Evaluation *evaluation, int label)
{
    const int64_t n = evaluation_class_count(evaluation, label);
    const int64_t hits = evaluation->confusion[label * evaluation->classes + label];
    return n ? PERCENT * (double)hits / (double)n : (double)NAN;
}

int evaluation_majority(const Evaluation *evaluation)
{
    int label = 0;
    for (int c = 1; c < evaluation->classes; c++)
        if (evaluation_class_count(evaluation, c) > evaluation_class_count(evaluation, label))
            label = c;
    return label;
}

double evaluation_majority_share(const Evaluation *evaluation)
{
    const int64_t most = evaluation_class_count(evaluation, evaluation_majority(evaluation));
    return PERCENT * (double)most / (double)evaluation->n;
}

double evaluation_balanced(const Evaluation *evaluation)
{
    double sum = 0;
    int n = 0;
    for (int c = 0; c < evaluation->classes; c++) {
        if (evaluation_class_count(evaluation, c) == 0)
            continue;
        sum += evaluation_class_top1(evaluation, c);
        n++;
    }
    return sum / n;
}

void evaluation_release(Evaluation *evaluation)
{
    mem_free(evaluation->confusion);
    evaluation->confusion = NULL;
}
