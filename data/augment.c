// Pixels are moved as bytes in scratch, then looked up as normalised floats.
#include "data/augment.h"

#include "base/rng.h"

#include <assert.h>
#include <string.h>

#define CROP_PAD_DIVISOR 8 // pad round(res / 8)
#define CUTOUT_DIVISOR 2   // side round(res / 2)

static const AugmentName names[] = {
    {"flip", AUGMENT_FLIP, "left-right flip with probability 1/2"},
    {"crop", AUGMENT_CROP, "pad by round(res/8) and crop back at random"},
    {"cutout", AUGMENT_CUTOUT, "cover one square of side round(res/2) with the mean"},
};

const AugmentName *augment_names(size_t *n)
{
    *n = ARRAY_LEN(names);
    return names;
}

bool augment_parse(const char *name, unsigned *ops)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i].name, name) == 0) {
            *ops |= (unsigned)names[i].op;
            return true;
        }
    }
    return false;
}

size_t augment_scratch_bytes(unsigned ops, int resolution)
{
    (void)ops;
    return (size_t)resolution * (size_t)resolution * DATA_CHANNELS;
}

// Half up.
static int divide_rounded(int value, int divisor)
{
    return (2 * value + divisor) / (2 * divisor);
}

// pixels[res][res][3] = the image moved by (-top, -left), black where nothing comes from.
static void copy_shifted(uint8_t *pixels, const uint8_t *rgb, int res, int top, int left)
{
    const size_t row_bytes = (size_t)res * DATA_CHANNELS;
    const int first = left < 0 ? -left : 0, last = left > 0 ? res - left : res;
    memset(pixels, 0, (size_t)res * row_bytes);
    for (int y = 0; y < res; y++) {
        const int from = y + top;
        if (from < 0 || from >= res || first >= last)
            continue;
        memcpy(pixels + (size_t)y * row_bytes + (size_t)first * DATA_CHANNELS,
               rgb + (size_t)from * row_bytes + (size_t)(first + left) * DATA_CHANNELS,
               (size_t)(last - first) * DATA_CHANNELS);
    }
}

static void flip_rows(uint8_t *pixels, int res)
{
    for (int y = 0; y < res; y++) {
        uint8_t *a = pixels + (size_t)y * (size_t)res * DATA_CHANNELS;
        uint8_t *b = a + (size_t)(res - 1) * DATA_CHANNELS;
        for (; a < b; a += DATA_CHANNELS, b -= DATA_CHANNELS) {
            for (int c = 0; c < DATA_CHANNELS; c++) {
                const uint8_t kept = a[c];
                a[c] = b[c];
                b[c] = kept;
            }
        }
    }
}

static void cut_out(float *x, int res, Rng *rng)
{
    const int side = divide_rounded(res, CUTOUT_DIVISOR);
    const int top = (int)rng_below(rng, (uint32_t)res) - side / 2;
    const int left = (int)rng_below(rng, (uint32_t)res) - side / 2;
    const int y_begin = top < 0 ? 0 : top, y_end = top + side < res ? top + side : res;
    const int x_begin = left < 0 ? 0 : left, x_end = left + side < res ? left + side : res;
    for (int y = y_begin; y < y_end; y++) {
        float *row = x + ((size_t)y * (size_t)res + (size_t)x_begin) * DATA_CHANNELS;
        memset(row, 0, (size_t)(x_end - x_begin) * DATA_CHANNELS * sizeof *row);
    }
}

static void normalise(float *x, const uint8_t *pixels, int res, const DataStats *stats)
{
    const size_t n = (size_t)res * (size_t)res;
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < DATA_CHANNELS; c++)
            *x++ = stats->value[c][*pixels++];
    }
}

void augment_image(float *x, const ImageView *view, int resolution, unsigned ops, AugmentKey key,
                   const DataStats *stats, void *scratch)
{
    assert(view->height == resolution && view->width == resolution);
    if (ops == 0) {
        normalise(x, view->rgb, resolution, stats);
        return;
    }
    uint8_t *pixels = scratch;
    Rng rng = rng_start(key.seed, RNG_AUGMENT, key.epoch, view->index);
    int top = 0, left = 0;
    if (ops & AUGMENT_CROP) {
        const int pad = divide_rounded(resolution, CROP_PAD_DIVISOR);
        top = (int)rng_below(&rng, 2 * (uint32_t)pad + 1) - pad;
        left = (int)rng_below(&rng, 2 * (uint32_t)pad + 1) - pad;
    }
    copy_shifted(pixels, view->rgb, resolution, top, left);
    if ((ops & AUGMENT_FLIP) && rng_below(&rng, 2))
        flip_rows(pixels, resolution);
    normalise(x, pixels, resolution, stats);
    if (ops & AUGMENT_CUTOUT)
        cut_out(x, resolution, &rng);
}
