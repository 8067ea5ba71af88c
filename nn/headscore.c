/* nn/headscore.c: each thread takes a range of the images; losses are added in their order. */
#include "nn/headscore.h"

#include "base/arena.h"
#include "base/team.h"
#include "kernels/kernel_types.h"
#include "kernels/kernels.h"

#include <omp.h>

/* The classifier as kernels take it, and room for what they make of the images. */
typedef struct Scoring {
    const HeadData *data;
    Kernels kernels;
    int n_classes, n_columns; /* padded to whole lanes */
    float *packed;            /* n_features x n_columns, panels of one vector */
    float *bias;              /* [n_columns] */
    float *logits;            /* [n][n_columns] */
    long *x_rows, *y_rows;    /* [n] where features and logits of an image begin */
    double *losses;           /* [n] */
    int32_t *predictions;     /* [n] */
} Scoring;

static ErrCode prepare(Scoring *scoring, Arena *arena, const HeadWeights *head, Err *err)
{
    const size_t n = (size_t)scoring->data->n, columns = (size_t)scoring->n_columns;
    const int n_features = scoring->data->n_features;
    scoring->packed = arena_zalloc(arena, (size_t)n_features * columns, sizeof(float));
    scoring->bias = arena_zalloc(arena, columns, sizeof(float));
    scoring->logits = arena_floats(arena, n * columns);
    scoring->x_rows = arena_alloc(arena, n, sizeof(long));
    scoring->y_rows = arena_alloc(arena, n, sizeof(long));
    scoring->losses = arena_alloc(arena, n, sizeof(double));
    scoring->predictions = arena_alloc(arena, n, sizeof(int32_t));
    TRY(arena_ok(arena, err));
    for (int k = 0; k < head->n_classes; k++) {
        for (int f = 0; f < n_features; f++)
            scoring->packed[gemm_packed(n_features, scoring->n_columns, 1, f, k)] =
                head->w[(long)k * n_features + f];
        scoring->bias[k] = head->b[k];
    }
    for (long i = 0; i < (long)n; i++) {
        scoring->x_rows[i] = i * n_features;
        scoring->y_rows[i] = i * scoring->n_columns;
    }
fail:
    return err->code;
}

static void score_range(const Scoring *scoring, TeamRange range)
{
    const HeadData *data = scoring->data;
    const int n = range.end - range.first, n_columns = scoring->n_columns;
    float *logits = scoring->logits + (long)range.first * n_columns;
    const long whole = 0; /* an image's features lie together */
    const GemmForwardArgs product = {.x = data->x,
                                     .x_rows = scoring->x_rows + range.first,
                                     .starts = &whole,
                                     .length = data->n_features,
                                     .w = scoring->packed,
                                     .V = 1,
                                     .bias = scoring->bias,
                                     .act = ACT_FN_NONE,
                                     .y = scoring->logits,
                                     .y_rows = scoring->y_rows + range.first,
                                     .M = n,
                                     .K = data->n_features,
                                     .N = n_columns};
    const HeadArgmaxArgs argmax = {logits, n_columns, scoring->predictions + range.first, n,
                                   scoring->n_classes};
    const HeadSoftmaxArgs softmax = {.logits = logits,
                                     .ld = n_columns,
                                     .labels = data->labels + range.first,
                                     .loss = scoring->losses + range.first,
                                     .grad_scale = 1.0f,
                                     .M = n,
                                     .n_classes = scoring->n_classes};
    scoring->kernels.gemm.forward(&product);
    scoring->kernels.head.argmax(&argmax);
    scoring->kernels.head.softmax(&softmax);
}

ErrCode headscore_run(EvalSums *sums, const HeadData *data, const HeadWeights *head, CpuLevel level,
                      int threads, Err *err)
{
    Arena arena = {0};
    Scoring scoring = {.data = data,
                       .kernels = kernels_select(level),
                       .n_classes = head->n_classes,
                       .n_columns = lanes_pad(head->n_classes)};
    TRY(prepare(&scoring, &arena, head, err));
#pragma omp parallel num_threads(threads)
    {
        cpu_set_flush_to_zero();
        const TeamRange range =
            team_range((int)data->n, omp_get_thread_num(), omp_get_num_threads());
        if (range.end > range.first)
            score_range(&scoring, range);
    }
    *sums = (EvalSums){.n = data->n};
    for (int64_t i = 0; i < data->n; i++) {
        sums->loss += scoring.losses[i];
        sums->n_correct += scoring.predictions[i] == data->labels[i];
    }
fail:
    arena_release(&arena);
    return err->code;
}
