/* harness/evaluation.c: batches of a subset through a network, into a confusion matrix or logits.
 */
#include "harness/evaluation.h"

#include "base/sys.h"

#include <math.h>

static const double PERCENT = 100.0;

/* A part on its way through a network, batch by batch: into an evaluation or into logits. */
typedef struct Pass {
    Infer *infer;
    Evaluation *out;        /* NULL: logits */
    float *logits;          /* NULL: an evaluation; else the next image's */
    EvaluationWatch *watch; /* NULL: nobody listens */
    /* Of one batch; owned. */
    Batch batch;
    double *losses;
    int32_t *predictions;
} Pass;

static ErrCode make_buffers(Pass *pass, Err *err)
{
    const size_t n = (size_t)infer_settings(pass->infer)->batch;
    const size_t side = (size_t)infer_network(pass->infer)->resolution;
    pass->batch.x = mem_calloc(n, side * side * DATA_CHANNELS * sizeof(float));
    pass->batch.label = mem_calloc(n, sizeof(int32_t));
    pass->losses = mem_calloc(n, sizeof(double));
    pass->predictions = mem_calloc(n, sizeof(int32_t));
    if (pass->batch.x == NULL || pass->batch.label == NULL || pass->losses == NULL ||
        pass->predictions == NULL)
        return err_memory(err, n * (side * side * DATA_CHANNELS + 4) * sizeof(float));
    return ERR_NONE;
}

static void free_buffers(Pass *pass)
{
    mem_free(pass->batch.x);
    mem_free(pass->batch.label);
    mem_free(pass->losses);
    mem_free(pass->predictions);
}

/* The batch's n images into the evaluation; its loss is a sum so far. */
static void evaluate_batch(Pass *pass, int n)
{
    Evaluation *out = pass->out;
    infer_evaluate(pass->infer, pass->batch.x, pass->batch.label, n, pass->losses,
                   pass->predictions);
    for (int i = 0; i < n; i++) {
        out->confusion[pass->batch.label[i] * out->classes + pass->predictions[i]]++;
        out->loss += pass->losses[i];
    }
    out->n += n;
}

static void write_logits(Pass *pass, int n)
{
    infer_run(pass->infer, pass->batch.x, n, pass->logits);
    pass->logits += (size_t)n * (size_t)infer_network(pass->infer)->classes;
}

static ErrCode tell(EvaluationWatch *watch, int n, Err *err)
{
    watch->done += (uint32_t)n;
    if (watch->progress != NULL && !watch->progress(watch->user, watch->done, watch->total))
        return err_set(err, ERR_INTERRUPTED, "interrupted after %u of %u images", watch->done,
                       watch->total);
    return ERR_NONE;
}

/* All images of the part, in their order. */
static ErrCode run_pass(Pass *pass, const ImageSet *set, const DataStats *stats, DataPart part,
                        Err *err)
{
    Batches *batches = NULL;
    const BatchSettings settings = {.part = part,
                                    .batch = infer_settings(pass->infer)->batch,
                                    .max_threads = infer_settings(pass->infer)->threads};
    TRY(make_buffers(pass, err));
    TRY(batches_create(&batches, set, stats, &settings, err));
    batches_begin_epoch(batches, 0);
    for (uint32_t i = 0; i < batches_count(batches); i++) {
        const int n = batches_size(batches, i);
        batches_fill(batches, i, &pass->batch, settings.max_threads);
        if (pass->out != NULL)
            evaluate_batch(pass, n);
        else
            write_logits(pass, n);
        if (pass->watch != NULL)
            TRY(tell(pass->watch, n, err));
    }
fail:
    batches_destroy(&batches);
    free_buffers(pass);
    return err->code;
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

/* Images whose class was recognised. */
static int64_t count_hits(const Evaluation *evaluation)
{
    int64_t n = 0;
    for (int c = 0; c < evaluation->classes; c++)
        n += evaluation->confusion[c * evaluation->classes + c];
    return n;
}

ErrCode evaluation_run(Evaluation *out, Infer *infer, const ImageSet *set, const DataStats *stats,
                       DataPart part, Err *err)
{
    Pass pass = {.infer = infer, .out = out};
    *out = (Evaluation){.classes = infer_network(infer)->classes};
    const size_t cells = (size_t)out->classes * (size_t)out->classes;
    out->confusion = mem_calloc(cells, sizeof *out->confusion);
    if (out->confusion == NULL)
        return err_memory(err, cells * sizeof *out->confusion);
    TRY(run_pass(&pass, set, stats, part, err));
    out->loss /= (double)out->n;
    out->top1 = PERCENT * (double)count_hits(out) / (double)out->n;
fail:
    return err->code;
}

ErrCode evaluation_logits(float *logits, Infer *infer, const ImageSet *set, const DataStats *stats,
                          DataPart part, EvaluationWatch *watch, Err *err)
{
    Pass pass = {.infer = infer, .logits = logits, .watch = watch};
    return run_pass(&pass, set, stats, part, err);
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
