/*
 * harness/fidelity.h: whether maps show what a network goes by: deletion and insertion.
 *
 * Pixels are taken in the order of a class activation map, highest first (Petsiuk, Das and Saenko,
 * RISE, arXiv 1806.07421, section 4.3). Deletion: they become the mean of the data, 0 once
 * normalised, and the class's probability falls; a small area under it speaks for the map.
 * Insertion: they come back into the blurred picture, and it rises; a large area does. The map is
 * spread linearly over the pixels, of equal ones the first comes first; areas are by the trapezoid
 * rule over FIDELITY_STEPS equal steps of the share of pixels, 0 to 1.
 *
 * Areas depend on how sure the network is, whatever its map. So each picture is also taken in the
 * order of a map of random numbers on the same grid, which knows nothing of the picture and removes
 * patches of the same size: what the map is worth is what it does better than that one.
 *
 * The blur is Gaussian with a deviation of a sixteenth of the side, and weighs what lies in the
 * picture. (The paper's, 11 of 224 pixels wide, would not hide a class from networks that see 32.)
 */
#ifndef HARNESS_FIDELITY_H
#define HARNESS_FIDELITY_H

#include "base/err.h"
#include "nn/net.h"
#include "results/stats.h"

#include <stdint.h>

enum { FIDELITY_STEPS = 32 };

typedef enum FidelityMeasure {
    FIDELITY_INSERTION,
    FIDELITY_DELETION,
    FIDELITY_DIFFERENCE, /* insertion minus deletion: more is better */
    N_FIDELITY_MEASURES
} FidelityMeasure;

extern const char *const fidelity_measure_names[N_FIDELITY_MEASURES];

/* Of one picture and its most probable class. */
typedef struct FidelityAreas {
    int label;
    double probability;                    /* of the whole picture: where deletion begins */
    double of_map[N_FIDELITY_MEASURES];    /* 0 to 1; the difference -1 to 1 */
    double of_random[N_FIDELITY_MEASURES]; /* of the random map */
} FidelityAreas;

/* Means over pictures with their 90 % t intervals. */
typedef struct FidelitySummary {
    StatsInterval of_map[N_FIDELITY_MEASURES];
    StatsInterval of_random[N_FIDELITY_MEASURES];
    StatsInterval gain[N_FIDELITY_MEASURES]; /* the map's minus the random map's, by picture */
} FidelitySummary;

typedef struct Fidelity Fidelity;

/*
 * For maps of an operation, or ACTIVATIONMAP_EXACT (harness/activationmap.h), of `net`, which must
 * outlive it and sees one picture at a time. Its weights, as they are now, run forward on `batch`
 * pictures at a time (infer/infer.h); the size changes memory, not results. Errors: those of
 * activationmap_open and infer_plan.
 */
ErrCode fidelity_create(Fidelity **out, Net *net, int op, int batch, Err *err) ERR_CHECKED;

/*
 * One picture float [R][R][3], normalised; `index` is its random map's. ERR_DATA where its map, or
 * a probability on the way, is no number.
 */
ErrCode fidelity_measure(Fidelity *fidelity, const float *image, uint64_t index, FidelityAreas *out,
                         Err *err) ERR_CHECKED;

/* ERR_MEMORY. */
ErrCode fidelity_summarise(const FidelityAreas *areas, int n, FidelitySummary *out,
                           Err *err) ERR_CHECKED;

void fidelity_destroy(Fidelity **fidelity); /* accepts NULL */

/* The picture that insertion begins with: blurred[side][side][3] of image, by way of rows, of the
 * same shape, in which it is blurred along rows only. */
void fidelity_blur(const float *image, int side, float *rows, float *blurred);

#endif
