/* harness/fidelity.c: pictures with a share of their pixels, a batch of them at a time. */
#include "harness/fidelity.h"

#include "harness/activationmap.h"
#include "harness/recognition.h"

#include "base/fmath.h"
#include "base/rng.h"
#include "base/sort.h"
#include "base/sys.h"
#include "data/overlay.h"
#include "infer/infer.h"
#include "weights/weights.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    CHANNELS = 3,
    BLUR_SHARE = 16, /* of the side in a deviation of the blur */
    BLUR_REACH = 3,  /* deviations */
    N_SHARES = FIDELITY_STEPS + 1
};

static const double CONFIDENCE = 0.90;

const char *const fidelity_measure_names[N_FIDELITY_MEASURES] = {"insertion", "deletion",
                                                                 "difference"};

struct Fidelity {
    Net *net;     /* makes the map */
    Infer *infer; /* looks at the variants */
    ActivationMaps maps;
    int side;
    float *blurred, *rows; /* [side][side][3]: the picture blurred, and along rows only */
    float *canvas;         /* the picture with the pixels that it has so far */
    float *variants;       /* [batch] of them */
    float *logits;         /* [batch][classes] */
    float *random;         /* [map side][map side] */
    int64_t *order;        /* [side][side] pixels, the first to be taken first */
    double curve[N_SHARES];
};

static ErrCode allocate(Fidelity *it, int batch, Err *err)
{
    const size_t pixels = (size_t)it->side * (size_t)it->side, n = pixels * CHANNELS;
    const size_t classes = (size_t)net_network(it->net)->classes;
    it->blurred = mem_calloc(n, sizeof(float));
    it->rows = mem_calloc(n, sizeof(float));
    it->canvas = mem_calloc(n, sizeof(float));
    it->variants = mem_calloc((size_t)batch * n, sizeof(float));
    it->logits = mem_calloc((size_t)batch * classes, sizeof(float));
    it->random = mem_calloc((size_t)it->maps.side * (size_t)it->maps.side, sizeof(float));
    it->order = mem_calloc(pixels, sizeof *it->order);
    if (it->blurred == NULL || it->rows == NULL || it->canvas == NULL || it->variants == NULL ||
        it->logits == NULL || it->random == NULL || it->order == NULL)
        return err_memory(err, (size_t)batch * n * sizeof(float));
    return ERR_NONE;
}

ErrCode fidelity_create(Fidelity **out, Net *net, int op, int batch, Err *err)
{
    const Network *network = net_network(net);
    const InferSettings settings = {
        .batch = batch, .threads = net_settings(net)->threads, .level = net_settings(net)->level};
    Fidelity *it = mem_calloc(1, sizeof *it);
    *out = NULL;
    if (it == NULL)
        return err_memory(err, sizeof *it);
    it->net = net;
    it->side = network->resolution;
    TRY(activationmap_open(&it->maps, net, op, err));
    TRY(infer_plan(&it->infer, network, &settings, err));
    TRY(weights_copy(it->infer, net, err));
    TRY(allocate(it, batch, err));
    *out = it;
    return ERR_NONE;
fail:
    fidelity_destroy(&it);
    return err->code;
}

/* --- the blurred picture --- */

/* Pixels `step` floats apart, of a line that begins at in. */
static void blur_line(const float *in, float *out, int side, long step)
{
    const float deviation = (float)side / BLUR_SHARE;
    const int reach = (int)ceilf(BLUR_REACH * deviation);
    for (int x = 0; x < side; x++)
        for (int c = 0; c < CHANNELS; c++) {
            double sum = 0.0, total = 0.0;
            for (int i = x - reach < 0 ? 0 : x - reach; i <= x + reach && i < side; i++) {
                const float away = (float)(i - x) / deviation;
                const double w = (double)fm_expf(-0.5f * away * away);
                sum += w * (double)in[i * step + c];
                total += w;
            }
            out[x * step + c] = (float)(sum / total);
        }
}

void fidelity_blur(const float *image, int side, float *rows, float *blurred)
{
    const long row = (long)side * CHANNELS;
    for (int y = 0; y < side; y++)
        blur_line(image + y * row, rows + y * row, side, CHANNELS);
    for (int x = 0; x < side; x++)
        blur_line(rows + (long)x * CHANNELS, blurred + (long)x * CHANNELS, side, row);
}

/* --- the order of pixels --- */

/* A whole number that is the lower, the higher the value is. */
static int64_t rank_of(float value)
{
    const int32_t bits = (int32_t)fm_bits_of_float(value + 0.0f); /* -0 is 0 */
    return bits >= 0 ? -(int64_t)bits : (int64_t)(bits & INT32_MAX);
}

static void sort_pixels(Fidelity *it, const float *map)
{
    const int pixels = it->side * it->side;
    for (int p = 0; p < pixels; p++) {
        const double value =
            overlay_map_at(map, it->maps.side, p / it->side, p % it->side, it->side);
        it->order[p] = rank_of((float)value) * ((int64_t)INT32_MAX + 1) + p;
    }
    sort_int64(it->order, (size_t)pixels);
    for (int p = 0; p < pixels; p++)
        it->order[p] &= INT32_MAX;
}

/* --- a curve --- */

static int pixels_at(const Fidelity *it, int step)
{
    return (int)((long)it->side * it->side * step / FIDELITY_STEPS);
}

/* Takes the pixels of one step over from `image`, or replaces them by 0 (NULL). */
static void take_pixels(Fidelity *it, const float *image, int step)
{
    for (int i = step == 0 ? 0 : pixels_at(it, step - 1); i < pixels_at(it, step); i++)
        for (int c = 0; c < CHANNELS; c++) {
            const int64_t at = it->order[i] * CHANNELS + c;
            it->canvas[at] = image == NULL ? 0.0f : image[at];
        }
}

/* The area under the label's probability while the canvas takes over its pixels. */
static double area(Fidelity *it, const float *image, int label)
{
    const int classes = infer_network(it->infer)->classes;
    const int batch = infer_settings(it->infer)->batch;
    const size_t n = (size_t)it->side * (size_t)it->side * CHANNELS;
    for (int first = 0; first < N_SHARES; first += batch) {
        const int count = N_SHARES - first < batch ? N_SHARES - first : batch;
        for (int i = 0; i < count; i++) {
            take_pixels(it, image, first + i);
            memcpy(it->variants + (size_t)i * n, it->canvas, n * sizeof(float));
        }
        infer_run(it->infer, it->variants, count, it->logits);
        for (int i = 0; i < count; i++)
            it->curve[first + i] =
                recognition_probability(it->logits + (long)i * classes, classes, label);
    }
    double sum = 0.0;
    for (int s = 0; s < FIDELITY_STEPS; s++)
        sum += (it->curve[s] + it->curve[s + 1]) / 2.0;
    return sum / FIDELITY_STEPS;
}

/* Areas of one order; *probability is the whole picture's. */
static void measure_order(Fidelity *it, const float *image, const float *map, int label,
                          double areas[N_FIDELITY_MEASURES], double *probability)
{
    const size_t n_bytes = (size_t)it->side * (size_t)it->side * CHANNELS * sizeof(float);
    sort_pixels(it, map);
    memcpy(it->canvas, image, n_bytes);
    areas[FIDELITY_DELETION] = area(it, NULL, label);
    *probability = it->curve[0];
    memcpy(it->canvas, it->blurred, n_bytes);
    areas[FIDELITY_INSERTION] = area(it, image, label);
    areas[FIDELITY_DIFFERENCE] = areas[FIDELITY_INSERTION] - areas[FIDELITY_DELETION];
}

/* The differences are numbers only where the other areas are. */
static bool are_numbers(const FidelityAreas *areas)
{
    return isfinite(areas->of_map[FIDELITY_DIFFERENCE]) &&
           isfinite(areas->of_random[FIDELITY_DIFFERENCE]);
}

ErrCode fidelity_measure(Fidelity *fidelity, const float *image, uint64_t index, FidelityAreas *out,
                         Err *err)
{
    const int n_values = fidelity->maps.side * fidelity->maps.side;
    double low, high;
    activationmap_run(&fidelity->maps, fidelity->net, image, 1, ACTIVATIONMAP_AUTO);
    activationmap_range(&fidelity->maps, 0, &low, &high);
    out->label = fidelity->maps.labels[0];
    if (!isfinite(low) || !isfinite(high))
        return err_set(err, ERR_DATA, "its map has values that are no numbers");
    Rng rng = rng_start(0, RNG_BOOTSTRAP, 0, index);
    for (int i = 0; i < n_values; i++)
        fidelity->random[i] = rng_float(&rng);
    fidelity_blur(image, fidelity->side, fidelity->rows, fidelity->blurred);
    measure_order(fidelity, image, fidelity->random, out->label, out->of_random, &out->probability);
    measure_order(fidelity, image, fidelity->maps.maps, out->label, out->of_map, &out->probability);
    if (!are_numbers(out))
        return err_set(err, ERR_DATA,
                       "the probability of its class is no number, in whole or with a share of "
                       "its pixels");
    return ERR_NONE;
}

/* --- over pictures --- */

ErrCode fidelity_summarise(const FidelityAreas *areas, int n, FidelitySummary *out, Err *err)
{
    assert(n > 0);
    double *values = mem_calloc(2 * (size_t)n, sizeof *values);
    if (values == NULL)
        return err_memory(err, 2 * (size_t)n * sizeof *values);
    double *random = values + n;
    for (int m = 0; m < N_FIDELITY_MEASURES; m++) {
        for (int i = 0; i < n; i++) {
            values[i] = areas[i].of_map[m];
            random[i] = areas[i].of_random[m];
        }
        out->of_map[m] = stats_interval(values, n, CONFIDENCE);
        out->of_random[m] = stats_interval(random, n, CONFIDENCE);
        out->gain[m] = stats_paired(values, random, n, CONFIDENCE);
    }
    mem_free(values);
    return ERR_NONE;
}

void fidelity_destroy(Fidelity **fidelity)
{
    Fidelity *it = *fidelity;
    if (it == NULL)
        return;
    activationmap_release(&it->maps);
    infer_destroy(&it->infer);
    mem_free(it->blurred);
    mem_free(it->rows);
    mem_free(it->canvas);
    mem_free(it->variants);
    mem_free(it->logits);
    mem_free(it->random);
    mem_free(it->order);
    mem_free(it);
    *fidelity = NULL;
}
