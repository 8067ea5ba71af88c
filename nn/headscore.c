/* nn/headscore.c: each thread takes a range of blocks of images; losses are added in the images'
 * order. */
#include "nn/headscore.h"

#include "base/arena.h"
#include "base/team.h"
#include "kernels/kernel_types.h"
#include "kernels/kernels.h"

#include <omp.h>

enum { BLOCK = 64 /* images at a time */ };

/* The classifier as kernels take it, and room for what they make of the images. */
typedef struct Scoring {
    const HeadData *data;
    Kernels kernels;
    int n_classes, n_columns; /* padded to whole lanes */
    float *packed;            /* n_features x n_columns, panels of one vector */
    float *bias;              /* [n_columns] */
    float *logits;            /* [threads][BLOCK][n_columns] */
    long *x_rows, *y_rows;    /* [BLOCK] where features and logits of a block's images begin */
    double *losses;           /* [n] */
    int32_t *predictions;     /* [n] */
} Scoring;

static ErrCode prepare(Scoring *scoring, Arena *arena, const HeadWeights *head, int threads,
                       Err *err)
{
    const size_t n = (size_t)scoring->data->n, columns = (size_t)scoring->n_columns;
    const int n_features = scoring->data->n_features;
    scoring->packed = arena_zalloc(arena, (size_t)n_features * columns, sizeof(float));
    scoring->bias = arena_zalloc(arena, columns, sizeof(float));
    scoring->logits = arena_floats(arena, (size_t)threads * BLOCK * columns);
    scoring->x_rows = arena_alloc(arena, BLOCK, sizeof(long));
    scoring->y_rows = arena_alloc(arena, BLOCK, sizeof(long));
    scoring->losses = arena_alloc(arena, n, sizeof(double));
    scoring->predictions = arena_alloc(arena, n, sizeof(int32_t));
    TRY(arena_ok(arena, err));
    for (int k = 0; k < head->n_classes; k++) {
        for (int f = 0; f < n_features; f++)
            scoring->packed[gemm_packed(n_features, scoring->n_columns, 1, f, k)] =
                head->w[(long)k * n_features + f];
        scoring->bias[k] = head->b[k];
    }
    for (long i = 0; i < BLOCK; i++) {
        scoring->x_rows[i] = i * n_features;
        scoring->y_rows[i] = i * scoring->n_columns;
    }
fail:
    return err->code;
}

/* The n <= BLOCK images from `first` on, in logits[BLOCK][n_columns]. */
static void score_block(const Scoring *scoring, int64_t first, int n, float *logits)
{
    const HeadData *data = scoring->data;
    const int n_columns = scoring->n_columns;
    const long whole = 0; /* an image's features lie together */
    const GemmForwardArgs product = {.x = data->x + first * data->n_features,
                                     .x_rows = scoring->x_rows,
                                     .starts = &whole,
                                     .length = data->n_features,
                                     .w = scoring->packed,
                                     .V = 1,
                                     .bias = scoring->bias,
                                     .act = ACT_FN_NONE,
                                     .y = logits,
                                     .y_rows = scoring->y_rows,
                                     .M = n,
                                     .K = data->n_features,
                                     .N = n_columns};
    const HeadArgmaxArgs argmax = {logits, n_columns, scoring->predictions + first, n,
                                   scoring->n_classes};
    const HeadSoftmaxArgs softmax = {.logits = logits,
                                     .ld = n_columns,
                                     .labels = data->labels + first,
                                     .loss = scoring->losses + first,
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
    const int n_blocks = (int)((data->n + BLOCK - 1) / BLOCK);
    TRY(prepare(&scoring, &arena, head, threads, err));
#pragma omp parallel num_threads(threads)
    {
        const int thread = omp_get_thread_num();
        const TeamRange range = team_range(n_blocks, thread, omp_get_num_threads());
        float *logits = scoring.logits + (long)thread * BLOCK * scoring.n_columns;
        cpu_set_flush_to_zero();
        for (int b = range.first; b < range.end; b++) {
            const int64_t first = (int64_t)b * BLOCK, left = data->n - first;
            score_block(&scoring, first, left < BLOCK ? (int)left : BLOCK, logits);
        }
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
