/* Integer sums: 2^26 pixels of 255^2 stay far below 2^64. */
#include "data/imagestats.h"

#include "base/sys.h"

#include <string.h>

enum { LEVELS = 256 };

typedef struct Sums {
    uint64_t n;
    uint64_t sum[DATA_CHANNELS];
    uint64_t square[DATA_CHANNELS];
} Sums;

static void add_image(Sums *sums, const ImageView *view)
{
    const size_t n = (size_t)view->height * (size_t)view->width;
    sums->n += n;
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < DATA_CHANNELS; c++) {
            const uint32_t v = view->rgb[i * DATA_CHANNELS + (size_t)c];
            sums->sum[c] += v;
            sums->square[c] += v * v;
        }
    }
}

static Sums sum_part(const ImageSet *set, DataPart part, int threads)
{
    Sums total = {0};
    const uint32_t n_images = imageset_count(set, part);
    /* Integer additions commute: the order in which threads arrive changes nothing. */
#pragma omp parallel num_threads(threads)
    {
        Sums own = {0};
#pragma omp for schedule(static) nowait
        for (uint32_t i = 0; i < n_images; i++) {
            const ImageView view = imageset_view(set, part, i);
            add_image(&own, &view);
        }
#pragma omp critical(data_stats)
        {
            total.n += own.n;
            for (int c = 0; c < DATA_CHANNELS; c++) {
                total.sum[c] += own.sum[c];
                total.square[c] += own.square[c];
            }
        }
    }
    return total;
}

static void fill(DataStats *stats, int channel, double mean, double std)
{
    const double level = LEVELS - 1;
    stats->mean[channel] = (float)mean;
    stats->std[channel] = (float)std;
    for (int v = 0; v < LEVELS; v++)
        stats->value[channel][v] = (float)(((double)v / level - mean) / std);
}

DataStats imagestats_given(const float mean[DATA_CHANNELS], const float std[DATA_CHANNELS])
{
    DataStats stats;
    for (int c = 0; c < DATA_CHANNELS; c++)
        fill(&stats, c, (double)mean[c], (double)std[c]);
    return stats;
}

DataStats imagestats_compute(const ImageSet *set, DataPart part, int threads)
{
    const Sums sums = sum_part(set, part, threads);
    const double level = LEVELS - 1, smallest = 1.0 / level;
    DataStats stats;
    for (int c = 0; c < DATA_CHANNELS; c++) {
        const double n = (double)sums.n * level;
        const double mean = sums.n ? (double)sums.sum[c] / n : 0.0;
        const double square = sums.n ? (double)sums.square[c] / (n * level) : 0.0;
        const double variance = square - mean * mean;
        const double std = variance > smallest * smallest ? __builtin_sqrt(variance) : smallest;
        fill(&stats, c, mean, std);
    }
    return stats;
}
