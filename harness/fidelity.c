/* harness/fidelity.c: pictures with a share of their pixels, a batch of them at a time. */
#include "harness/fidelity.h"

#include "harness/activationmap.h"
#include "harness/recognition.h"

#include "base/fmath.h"
#include "base/rng.h"
#include "base/sort.h"
#include "base/sys.h"
#include "data/overlay.h"

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
    Net *net;
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

ErrCode fidelity_create(Fidelity **out, Net *net, int op, Err *err)
{
    const size_t side = (size_t)net_network(net)->resolution,
                 batch = (size_t)net_settings(net)->batch;
    const size_t n = side * side * CHANNELS;
    Fidelity *it = mem_calloc(1, sizeof *it);
    *out = NULL;
    if (it == NULL)
        return err_memory(err, sizeof *it);
    it->net = net;
    it->side = (int)side;
    TRY(activationmap_open(&it->maps, net, op, err));
    it->blurred = mem_calloc(n, sizeof(float));
    it->rows = mem_calloc(n, sizeof(float));
    it->canvas = mem_calloc(n, sizeof(float));
    it->variants = mem_calloc(batch * n, sizeof(float));
    it->logits = mem_calloc(batch * (size_t)net_network(net)->classes, sizeof(float));
    it->random = mem_calloc((size_t)it->maps.side * (size_t)it->maps.side, sizeof(float));
    it->order = mem_calloc(side * side, sizeof *it->order);
    if (it->blurred == NULL || it->rows == NULL || it->canvas == NULL || it->variants == NULL ||
        it->logits == NULL || it->random == NULL || it->order == NULL) {
        (void)err_memory(err, batch * n * sizeof(float));
        goto fail;
    }
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

static void blur(Fidelity *it, const float *image)
{
    const long row = (long)it->side * CHANNELS;
    for (int y = 0; y < it->side; y++)
        blur_line(image + y * row, it->rows + y * row, it->side, CHANNELS);
    for (int x = 0; x < it->side; x++)
        blur_line(it->rows + (long)x * CHANNELS, it->blurred + (long)x * CHANNELS, it->side, row);
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
    const int classes = net_network(it->net)->classes, batch = net_settings(it->net)->batch;
    const size_t n = (size_t)it->side * (size_t)it->side * CHANNELS;
    for (int first = 0; first < N_SHARES; first += batch) {
        const int count = N_SHARES - first < batch ? N_SHARES - first : batch;
        for (int i = 0; i < count; i++) {
            take_pixels(it, image, first + i);
            memcpy(it->variants + (size_t)i * n, it->canvas, n * sizeof(float));
        }
        net_forward(it->net, NET_WEIGHTS, it->variants, count, it->logits);
        for (int i = 0; i < count; i++)
            it->curve[first + i] =
                recognition_probability(it->logits + (long)i * classes, classes, label);
    }
    double sum = 0.0;
    for (int s = 0; s < FIDELITY_STEPS; s++)
        sum += (it->curve[s] + it->curve[s + 1]) / 2.0;
    return sum / FIDELITY_STEPS;
}

static void measure_order(Fidelity *it, const float *image, const float *map, int label,
                          double areas[N_FIDELITY_MEASURES])
{
    const size_t n_bytes = (size_t)it->side * (size_t)it->side * CHANNELS * sizeof(float);
    sort_pixels(it, map);
    memcpy(it->canvas, image, n_bytes);
    areas[FIDELITY_DELETION] = area(it, NULL, label);
    memcpy(it->canvas, it->blurred, n_bytes);
    areas[FIDELITY_INSERTION] = area(it, image, label);
    areas[FIDELITY_DIFFERENCE] = areas[FIDELITY_INSERTION] - areas[FIDELITY_DELETION];
}

ErrCode fidelity_measure(Fidelity *fidelity, const float *image, uint64_t index, FidelityAreas *out,
                         Err *err)
{
    const int classes = net_network(fidelity->net)->classes;
    const int n_values = fidelity->maps.side * fidelity->maps.side;
    double low, high;
    activationmap_run(&fidelity->maps, fidelity->net, image, 1, ACTIVATIONMAP_AUTO);
    activationmap_range(&fidelity->maps, 0, &low, &high);
    out->label = fidelity->maps.labels[0];
    out->probability = recognition_probability(fidelity->maps.logits, classes, out->label);
    if (!isfinite(low) || !isfinite(high) || !isfinite(out->probability))
        return err_set(err, ERR_DATA, "its map or the probability of its class is no number");
    Rng rng = rng_start(0, RNG_BOOTSTRAP, 0, index);
    for (int i = 0; i < n_values; i++)
        fidelity->random[i] = rng_float(&rng);
    blur(fidelity, image);
    measure_order(fidelity, image, fidelity->maps.maps, out->label, out->of_map);
    measure_order(fidelity, image, fidelity->random, out->label, out->of_random);
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
