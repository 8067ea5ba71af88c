/*
 * A scene is drawn from random numbers first, then its pixels, row by row, back to front.
 *
 * Shapes are signed distances; a pixel's coverage is the distance to the edge in pixels, clamped.
 * Gratings are not sampled and averaged but filtered in closed form: a grating of f cycles per
 * pixel is drawn with full amplitude up to PASS_BAND, none from STOP_BAND (the sampling limit) on.
 */
#include "data/polytex.h"

#include "data/source.h"

#include "base/fmath.h"
#include "base/hash.h"
#include "base/rng.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PERIOD_MIN 1.5f /* in pixels of the base resolution */
#define PERIOD_MAX 6.0f
#define PASS_BAND 0.3f /* cycles per pixel */
#define STOP_BAND 0.5f
#define TILT_MAX 0.12f  /* of the stripes, in radians (7 degrees) */
#define SHAPE_MIN 0.38f /* half extent of the shape, in image sides */
#define SHAPE_MAX 0.48f
#define CONTRAST_MIN 0.20f /* of the shape over its background, per channel */
#define CONTRAST_MAX 0.5f
#define TEXTURE_MIN 0.32f /* amplitude of the texture */
#define TEXTURE_MAX 0.5f
#define CLUTTER_MAX 0.8f /* opacity of the bars behind */
#define GROUND_MIN 0.15f
#define GROUND_MAX 0.50f
#define PI 3.14159265358979323846

enum { N_CLUTTER = 6 };

typedef struct Colour {
    float v[DATA_CHANNELS];
} Colour;

/* A rotated place: u = cos dx + sin dy, w = -sin dx + cos dy. */
typedef struct Frame {
    float x, y, cosine, sine;
} Frame;

typedef struct Bar {
    Frame frame;
    float half_length, half_width, opacity;
    Colour colour;
} Bar;

typedef struct Scene {
    Colour ground, slope; /* colour at the centre, and what the gradient adds from side to side */
    Frame gradient;
    Bar clutter[N_CLUTTER];
    Frame frame; /* of the shape */
    int shape;
    float size;
    Colour fill, wave;           /* colour of the shape, and what the crest of the texture adds */
    float wave_x, wave_y, phase; /* turns of the grating per image side, and at the origin */
} Scene;

static Frame draw_frame(Rng *rng, float margin, double turn_range)
{
    Frame frame;
    frame.x = rng_uniform(rng, margin, 1.0f - margin);
    frame.y = rng_uniform(rng, margin, 1.0f - margin);
    const double angle = turn_range * rng_double(rng);
    frame.cosine = (float)fm_cos(angle);
    frame.sine = (float)fm_sin(angle);
    return frame;
}

static void draw_background(Scene *scene, Rng *rng)
{
    scene->gradient = draw_frame(rng, 0.5f, 2 * PI);
    for (int c = 0; c < DATA_CHANNELS; c++) {
        scene->ground.v[c] = rng_uniform(rng, GROUND_MIN, GROUND_MAX);
        scene->slope.v[c] = rng_uniform(rng, -0.15f, 0.15f);
    }
    const float strength = CLUTTER_MAX * rng_float(rng);
    for (int i = 0; i < N_CLUTTER; i++) {
        Bar *bar = &scene->clutter[i];
        bar->frame = draw_frame(rng, 0.0f, PI);
        bar->half_length = rng_uniform(rng, 0.05f, 0.22f);
        bar->half_width = bar->half_length * rng_uniform(rng, 0.1f, 0.4f);
        bar->opacity = strength * rng_float(rng);
        for (int c = 0; c < DATA_CHANNELS; c++)
            bar->colour.v[c] = rng_float(rng);
    }
}

/* How much of a grating of that frequency a pixel grid can carry: 1, falling smoothly to 0. */
static float band_limit(float cycles_per_pixel)
{
    float t = (cycles_per_pixel - PASS_BAND) / (STOP_BAND - PASS_BAND);
    t = t < 0.0f ? 0.0f : t > 1.0f ? 1.0f : t;
    return 1.0f - t * t * (3.0f - 2.0f * t);
}

static void draw_shape(Scene *scene, Rng *rng, int label, int resolution)
{
    scene->shape = label / POLYTEX_N_TEXTURES;
    scene->size = rng_uniform(rng, SHAPE_MIN, SHAPE_MAX);
    scene->frame = draw_frame(rng, 0.9f * scene->size, 2 * PI);
    const double ratio = fm_log((double)PERIOD_MAX / (double)PERIOD_MIN);
    const float period = PERIOD_MIN * (float)fm_exp(ratio * rng_double(rng));
    const float frequency = (float)POLYTEX_BASE_RESOLUTION / period; /* cycles per image side */
    const double tilt = (double)rng_uniform(rng, -TILT_MAX, TILT_MAX);
    const float along = frequency * (float)fm_cos(tilt), aside = frequency * (float)fm_sin(tilt);
    const bool is_upright = label % POLYTEX_N_TEXTURES == 0;
    scene->wave_x = is_upright ? along : -aside;
    scene->wave_y = is_upright ? aside : along;
    scene->phase = rng_float(rng);
    const float sign = rng_below(rng, 2) ? 1.0f : -1.0f;
    const float amplitude = sign * rng_uniform(rng, TEXTURE_MIN, TEXTURE_MAX) *
                            band_limit(frequency / (float)resolution);
    const float contrast = rng_uniform(rng, CONTRAST_MIN, CONTRAST_MAX);
    for (int c = 0; c < DATA_CHANNELS; c++) {
        scene->fill.v[c] = scene->ground.v[c] + contrast * rng_uniform(rng, 0.5f, 1.5f);
        scene->wave.v[c] = amplitude * rng_uniform(rng, 0.5f, 1.0f);
    }
}

static float absolute(float x)
{
    return x < 0.0f ? -x : x;
}

static float larger(float x, float y)
{
    return x > y ? x : y;
}

static float box_distance(float u, float w, float half_u, float half_w)
{
    return larger(absolute(u) - half_u, absolute(w) - half_w);
}

/* Distance to the edge of a shape of half extent s, negative inside, u and w from its centre. */
static float shape_distance(int shape, float u, float w, float s)
{
    const float half_root3 = 0.8660254f;
    const float radius = __builtin_sqrtf(u * u + w * w);
    switch (shape) {
    case 0:
        return radius - 0.8f * s;
    case 1:
        return absolute(radius - 0.72f * s) - 0.24f * s;
    case 2:
        return box_distance(u, w, s, 0.28f * s);
    case 3:
        return larger(-w, larger(0.5f * w + half_root3 * u, 0.5f * w - half_root3 * u)) - 0.5f * s;
    default: {
        const float a = box_distance(u, w, s, 0.24f * s), b = box_distance(u, w, 0.24f * s, s);
        return a < b ? a : b;
    }
    }
}

/* cos(2 pi t), within 1e-3, exact at its extremes and zeros: a parabola and its square. */
static float cosine_of_turns(float t)
{
    t = t + 0.25f;
    const float whole = (float)(int32_t)t - (t < 0.0f ? 1.0f : 0.0f);
    const float x = 2.0f * (t - whole) - 1.0f; /* [-1, 1): minus the sine of pi x */
    const float p = 4.0f * x * (1.0f - absolute(x));
    return -(0.225f * (p * absolute(p) - p) + p);
}

static void blend(Colour *pixel, const Colour *colour, float opacity)
{
    for (int c = 0; c < DATA_CHANNELS; c++)
        pixel->v[c] += opacity * (colour->v[c] - pixel->v[c]);
}

/* Coverage of a pixel at that distance from an edge. */
static float coverage(float distance, float resolution)
{
    const float a = 0.5f - distance * resolution;
    return a < 0.0f ? 0.0f : a > 1.0f ? 1.0f : a;
}

static Colour scene_pixel(const Scene *scene, float x, float y, float resolution)
{
    const Frame *g = &scene->gradient;
    const float t = (x - 0.5f) * g->cosine + (y - 0.5f) * g->sine;
    Colour pixel;
    for (int c = 0; c < DATA_CHANNELS; c++)
        pixel.v[c] = scene->ground.v[c] + scene->slope.v[c] * t;
    for (int i = 0; i < N_CLUTTER; i++) {
        const Bar *bar = &scene->clutter[i];
        const float dx = x - bar->frame.x, dy = y - bar->frame.y;
        const float u = bar->frame.cosine * dx + bar->frame.sine * dy;
        const float w = bar->frame.cosine * dy - bar->frame.sine * dx;
        const float a = coverage(box_distance(u, w, bar->half_length, bar->half_width), resolution);
        blend(&pixel, &bar->colour, a * bar->opacity);
    }
    const float dx = x - scene->frame.x, dy = y - scene->frame.y;
    const float u = scene->frame.cosine * dx + scene->frame.sine * dy;
    const float w = scene->frame.cosine * dy - scene->frame.sine * dx;
    const float inside = coverage(shape_distance(scene->shape, u, w, scene->size), resolution);
    if (inside > 0.0f) {
        const float wave = cosine_of_turns(scene->wave_x * x + scene->wave_y * y + scene->phase);
        Colour colour;
        for (int c = 0; c < DATA_CHANNELS; c++)
            colour.v[c] = scene->fill.v[c] + scene->wave.v[c] * wave;
        blend(&pixel, &colour, inside);
    }
    return pixel;
}

int polytex_label(uint32_t index)
{
    return (int)(index % POLYTEX_N_CLASSES);
}

void polytex_render(uint64_t seed, DataSplit split, uint32_t index, int resolution, uint8_t *rgb)
{
    Rng rng = rng_start(seed, RNG_RENDER, (uint32_t)split, index);
    Scene scene;
    draw_background(&scene, &rng);
    draw_shape(&scene, &rng, polytex_label(index), resolution);
    const float side = (float)resolution;
    for (int row = 0; row < resolution; row++) {
        for (int column = 0; column < resolution; column++) {
            const Colour pixel = scene_pixel(&scene, ((float)column + 0.5f) / side,
                                             ((float)row + 0.5f) / side, side);
            for (int c = 0; c < DATA_CHANNELS; c++) {
                const float v = pixel.v[c] * 255.0f + 0.5f;
                *rgb++ = (uint8_t)(v < 0.0f ? 0.0f : v > 255.0f ? 255.0f : v);
            }
        }
    }
}

/* --- as a data set --- */

static ErrCode polytex_size(const void *state, DataSplit split, uint32_t index, DataSize *size,
                            Err *err)
{
    (void)state, (void)split, (void)index, (void)err;
    *size = (DataSize){POLYTEX_BASE_RESOLUTION, POLYTEX_BASE_RESOLUTION};
    return ERR_NONE;
}

static ErrCode polytex_read(const void *state, DataSplit split, uint32_t index, DataSize size,
                            uint8_t *rgb, Err *err)
{
    (void)state, (void)size, (void)err;
    polytex_render(POLYTEX_SEED, split, index, POLYTEX_BASE_RESOLUTION, rgb);
    return ERR_NONE;
}

static uint64_t polytex_key(const void *state, DataSplit split, uint32_t index)
{
    (void)state, (void)split;
    uint8_t bytes[sizeof(uint64_t)];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((uint64_t)index >> (8 * i));
    return hash_64(bytes, sizeof bytes);
}

static int polytex_label_of(const void *state, DataSplit split, uint32_t index)
{
    (void)state, (void)split;
    return polytex_label(index);
}

static void polytex_draw(const void *state, DataSplit split, uint32_t index, int resolution,
                         uint8_t *rgb)
{
    (void)state;
    polytex_render(POLYTEX_SEED, split, index, resolution, rgb);
}

static void polytex_describe(const void *state, DataSplit split, uint32_t index, char *text,
                             size_t n)
{
    (void)state;
    snprintf(text, n, "polytex %s %" PRIu32, split == DATA_TRAIN ? "train" : "test", index);
}

static void polytex_destroy(void *state)
{
    (void)state; /* it has none */
}

static const DatasetOps polytex_ops = {
    .size = polytex_size,
    .read = polytex_read,
    .key = polytex_key,
    .label = polytex_label_of,
    .render = polytex_draw,
    .describe = polytex_describe,
    .destroy = polytex_destroy,
};

ErrCode polytex_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                     const DatasetSettings *settings, Err *err)
{
    (void)kind, (void)path, (void)settings;
    static const char names[] = "disc, upright stripes\ndisc, level stripes\n"
                                "ring, upright stripes\nring, level stripes\n"
                                "bar, upright stripes\nbar, level stripes\n"
                                "triangle, upright stripes\ntriangle, level stripes\n"
                                "cross, upright stripes\ncross, level stripes\n";
    char identity[64];
    parts->ops = &polytex_ops;
    parts->count[DATA_TRAIN] = POLYTEX_N_TRAIN;
    parts->count[DATA_TEST] = POLYTEX_N_TEST;
    snprintf(identity, sizeof identity, "polytex revision %d seed %d", POLYTEX_REVISION,
             POLYTEX_SEED);
    hash_hex(hash_128(identity, strlen(identity)), parts->digest);
    return source_read_class_names(parts, "polytex", names, strlen(names), POLYTEX_N_CLASSES, err);
}
