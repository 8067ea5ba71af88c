/*
 * Three kinds: affine maps, look-up tables made from a histogram or a number, and blends of the
 * image with a degenerate one. Pillow's exact rounding is kept in each, since a policy chains them.
 */
#include "data/imageops.h"

#include "base/fmath.h"

#include <assert.h>
#include <string.h>

enum {
    LEVELS = 256,
    WHITE = 255,
    FIXED_BITS = 16,
    LUMA_RED = 19595, /* ITU-R 601 over 65536, as Pillow's conversion to grey */
    LUMA_GREEN = 38470,
    LUMA_BLUE = 7471,
    LUMA_BITS = 16,
    SMOOTH_CENTRE = 5, /* Pillow's SMOOTH: ones around a five */
    SMOOTH_SUM = 13,
};

#define DEGREE 0.017453292519943295 /* pi / 180 */

static size_t n_pixels(DataSize size)
{
    return (size_t)size.height * (size_t)size.width;
}

/* --- affine maps: out(x, y) = in(a x + b y + c, d x + e y + f), at the pixels' middles --- */

typedef struct Affine {
    double a, b, c, d, e, f;
} Affine;

static int64_t fixed(double value)
{
    return (int64_t)__builtin_floor(value * (1 << FIXED_BITS) + 0.5);
}

static void apply_affine(uint8_t *pixels, DataSize size, Affine map, uint8_t *spare)
{
    const int64_t a = fixed(map.a), b = fixed(map.b), d = fixed(map.d), e = fixed(map.e);
    int64_t row_x = fixed(map.c + map.a * 0.5 + map.b * 0.5);
    int64_t row_y = fixed(map.f + map.d * 0.5 + map.e * 0.5);
    const size_t n_bytes = n_pixels(size) * DATA_CHANNELS;
    memcpy(spare, pixels, n_bytes);
    memset(pixels, 0, n_bytes);
    for (int y = 0; y < size.height; y++, row_x += b, row_y += e) {
        int64_t from_x = row_x, from_y = row_y;
        for (int x = 0; x < size.width; x++, from_x += a, from_y += d, pixels += DATA_CHANNELS) {
            const int64_t column = from_x >> FIXED_BITS, row = from_y >> FIXED_BITS;
            if (column >= 0 && column < size.width && row >= 0 && row < size.height)
                memcpy(pixels, spare + (row * size.width + column) * DATA_CHANNELS, DATA_CHANNELS);
        }
    }
}

static void shear_x(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    apply_affine(pixels, size, (Affine){1, value, 0, 0, 1, 0}, spare);
}

static void shear_y(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    apply_affine(pixels, size, (Affine){1, 0, 0, value, 1, 0}, spare);
}

static void translate_x(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    apply_affine(pixels, size, (Affine){1, 0, -value, 0, 1, 0}, spare);
}

static void translate_y(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    apply_affine(pixels, size, (Affine){1, 0, 0, 0, 1, -value}, spare);
}

static void rotate(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    const double cosine = fm_cos(value * DEGREE), sine = fm_sin(value * DEGREE);
    const double x = size.width / 2.0, y = size.height / 2.0;
    const Affine map = {cosine, -sine,  x - (cosine * x - sine * y),
                        sine,   cosine, y - (sine * x + cosine * y)};
    apply_affine(pixels, size, map, spare);
}

/* --- blends with a degenerate image, in float, cut to whole levels --- */

static uint8_t blend_levels(int degenerate, int level, float factor)
{
    const float value = (float)degenerate + factor * (float)(level - degenerate);
    return value <= 0.0f ? 0 : value >= (float)WHITE ? WHITE : (uint8_t)value;
}

static int luma(const uint8_t *rgb)
{
    const int sum = rgb[0] * LUMA_RED + rgb[1] * LUMA_GREEN + rgb[2] * LUMA_BLUE;
    return (sum + (1 << (LUMA_BITS - 1))) >> LUMA_BITS;
}

static void blend_with_level(uint8_t *pixels, DataSize size, int degenerate, double value)
{
    uint8_t table[LEVELS];
    for (int i = 0; i < LEVELS; i++)
        table[i] = blend_levels(degenerate, i, (float)value);
    for (size_t i = 0; i < n_pixels(size) * DATA_CHANNELS; i++)
        pixels[i] = table[pixels[i]];
}

static void brightness(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    (void)spare;
    blend_with_level(pixels, size, 0, value);
}

static void contrast(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    (void)spare;
    const uint64_t n = n_pixels(size);
    assert(n > 0);
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)luma(pixels + i * DATA_CHANNELS);
    blend_with_level(pixels, size, (int)((2 * sum + n) / (2 * n)), value);
}

static void color(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    (void)spare;
    for (size_t i = 0; i < n_pixels(size); i++, pixels += DATA_CHANNELS) {
        const int grey = luma(pixels);
        for (int c = 0; c < DATA_CHANNELS; c++)
            pixels[c] = blend_levels(grey, pixels[c], (float)value);
    }
}

/* The nearest level to the weighted mean of 3x3 values (never halfway: 13 is odd). */
static int smoothed(const uint8_t *value, size_t stride)
{
    int sum = (SMOOTH_CENTRE - 1) * *value;
    for (int c = -DATA_CHANNELS; c <= DATA_CHANNELS; c += DATA_CHANNELS)
        sum += *(value - stride + c) + value[c] + *(value + stride + c);
    return (2 * sum + SMOOTH_SUM) / (2 * SMOOTH_SUM);
}

/* The border has no full neighbourhood and stays as it is. */
static void sharpness(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    const size_t stride = (size_t)size.width * DATA_CHANNELS;
    memcpy(spare, pixels, n_pixels(size) * DATA_CHANNELS);
    for (size_t y = 1; y + 1 < (size_t)size.height; y++) {
        for (size_t i = DATA_CHANNELS; i + DATA_CHANNELS < stride; i++) {
            const uint8_t *from = spare + y * stride + i;
            pixels[y * stride + i] = blend_levels(smoothed(from, stride), *from, (float)value);
        }
    }
}

/* --- tables --- */

static void posterize(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    (void)spare;
    const uint8_t mask = (uint8_t)(WHITE << (8 - (int)value));
    for (size_t i = 0; i < n_pixels(size) * DATA_CHANNELS; i++)
        pixels[i] &= mask;
}

static void solarize(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    (void)spare;
    for (size_t i = 0; i < n_pixels(size) * DATA_CHANNELS; i++)
        pixels[i] = pixels[i] < value ? pixels[i] : (uint8_t)(WHITE - pixels[i]);
}

static void invert(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    (void)value;
    solarize(pixels, size, 0.0, spare);
}

/* Makes one channel's table from its histogram of `n` pixels. */
typedef void TableMaker(uint8_t *table, const uint64_t *histogram, uint64_t n);

static void map_channels(uint8_t *pixels, DataSize size, TableMaker *make)
{
    const size_t n = n_pixels(size);
    for (int c = 0; c < DATA_CHANNELS; c++) {
        uint64_t histogram[LEVELS] = {0};
        uint8_t table[LEVELS];
        for (size_t i = 0; i < n; i++)
            histogram[pixels[i * DATA_CHANNELS + (size_t)c]]++;
        for (int i = 0; i < LEVELS; i++)
            table[i] = (uint8_t)i;
        make(table, histogram, n);
        for (size_t i = 0; i < n; i++)
            pixels[i * DATA_CHANNELS + (size_t)c] = table[pixels[i * DATA_CHANNELS + (size_t)c]];
    }
}

static int highest_level(const uint64_t *histogram)
{
    int level = LEVELS - 1;
    while (histogram[level] == 0)
        level--;
    return level;
}

static void stretch(uint8_t *table, const uint64_t *histogram, uint64_t n)
{
    (void)n;
    int low = 0;
    while (histogram[low] == 0)
        low++;
    const int high = highest_level(histogram);
    if (high <= low)
        return;
    const double scale = (double)WHITE / (high - low), offset = -low * scale;
    for (int i = low; i <= high; i++)
        table[i] = (uint8_t)(i * scale + offset);
}

static void autocontrast(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    (void)value;
    (void)spare;
    map_channels(pixels, size, stretch);
}

/* Where there are too few pixels for a step (also with one level only) the channel stays. */
static void level_out(uint8_t *table, const uint64_t *histogram, uint64_t n)
{
    const uint64_t step = (n - histogram[highest_level(histogram)]) / WHITE;
    if (step == 0)
        return;
    uint64_t sum = step / 2;
    for (int i = 0; i < LEVELS; i++) {
        table[i] = sum / step > WHITE ? WHITE : (uint8_t)(sum / step);
        sum += histogram[i];
    }
}

static void equalize(uint8_t *pixels, DataSize size, double value, uint8_t *spare)
{
    (void)value;
    (void)spare;
    map_channels(pixels, size, level_out);
}

/* --- the table --- */

typedef void (*Apply)(uint8_t *pixels, DataSize size, double value, uint8_t *spare);

static const Apply ops[IMAGEOP_COUNT] = {
    [IMAGEOP_SHEAR_X] = shear_x,
    [IMAGEOP_SHEAR_Y] = shear_y,
    [IMAGEOP_TRANSLATE_X] = translate_x,
    [IMAGEOP_TRANSLATE_Y] = translate_y,
    [IMAGEOP_ROTATE] = rotate,
    [IMAGEOP_BRIGHTNESS] = brightness,
    [IMAGEOP_COLOR] = color,
    [IMAGEOP_CONTRAST] = contrast,
    [IMAGEOP_SHARPNESS] = sharpness,
    [IMAGEOP_POSTERIZE] = posterize,
    [IMAGEOP_SOLARIZE] = solarize,
    [IMAGEOP_AUTOCONTRAST] = autocontrast,
    [IMAGEOP_EQUALIZE] = equalize,
    [IMAGEOP_INVERT] = invert,
};

void imageop_apply(uint8_t *pixels, DataSize size, ImageOp op, double value, uint8_t *spare)
{
    assert(size.height >= 1 && size.width >= 1 && op < IMAGEOP_COUNT);
    ops[op](pixels, size, value, spare);
}
