/* Pixels are moved as bytes in scratch, then looked up as normalised floats. */
#include "data/augment.h"

#include "data/autoaugment.h"
#include "data/resize.h"

#include "base/arena.h"
#include "base/fmath.h"
#include "base/rng.h"
#include "base/sys.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

#define CROP_PAD_DIVISOR 8 /* pad round(res / 8) */
#define CUTOUT_DIVISOR 2   /* side round(res / 2) */
#define RRC_MIN_AREA 0.08
#define RRC_MIN_ASPECT 0.75 /* width over height */
#define RRC_MAX_ASPECT (4.0 / 3.0)
#define RRC_TRIES 10
#define MAX_NAMES 16 /* of a list */
#define AUTO_OPS (AUGMENT_AUTO_IMAGENET | AUGMENT_AUTO_CIFAR10)

static const AugmentName names[] = {
    {"flip", AUGMENT_FLIP, "left-right flip with probability 1/2"},
    {"crop", AUGMENT_CROP, "pad by round(res/8) and crop back at random"},
    {"rrc", AUGMENT_RRC, "random resized crop of the source's pixels"},
    {"autoaugment", AUGMENT_AUTO_IMAGENET, "AutoAugment's policy for ImageNet"},
    {"autoaugment-cifar10", AUGMENT_AUTO_CIFAR10, "AutoAugment's policy for CIFAR-10"},
    {"cutout", AUGMENT_CUTOUT, "cover one square of side round(res/2) with the mean"},
    {"mixup", AUGMENT_MIXUP, "mix each image and label with another's, Beta(0.2, 0.2)"},
};

const AugmentName *augment_names(size_t *n)
{
    *n = ARRAY_LEN(names);
    return names;
}

static ErrCode unknown(const char *name, const char *where, Err *err)
{
    Text known = {0};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        text_printf(&known, ", %s", names[i].name);
    err_set(err, ERR_USAGE, "unknown augmentation '%s' in '%s', only none%s", name, where,
            text_string(&known));
    text_release(&known);
    return err->code;
}

static ErrCode add(const char *name, const char *where, unsigned *ops, Err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i].name, name) == 0) {
            *ops |= (unsigned)names[i].op;
            return ERR_NONE;
        }
    }
    return unknown(name, where, err);
}

ErrCode augment_parse(const char *const *list, size_t n, const char *where, unsigned *ops, Err *err)
{
    *ops = 0;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i], "none") != 0)
            TRY(add(list[i], where, ops, err));
        else if (n > 1)
            return err_set(err, ERR_USAGE, "'none' stands beside others in '%s'", where);
    }
    if ((*ops & AUTO_OPS) == AUTO_OPS)
        return err_set(err, ERR_USAGE, "two AutoAugment policies in '%s', at most one", where);
fail:
    return err->code;
}

ErrCode augment_parse_list(const char *text, const char *where, unsigned *ops, Err *err)
{
    const char *list[MAX_NAMES];
    size_t n = 0;
    char *rest = NULL, *copy = mem_strdup(text);
    if (copy == NULL)
        return err_memory(err, strlen(text) + 1);
    for (char *name = strtok_r(copy, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        if (n == MAX_NAMES) {
            err_set(err, ERR_USAGE, "more than %d names in '%s'", MAX_NAMES, where);
            goto fail;
        }
        list[n++] = name;
    }
    TRY(augment_parse(list, n, where, ops, err));
fail:
    mem_free(copy);
    return err->code;
}

bool augment_needs_source(unsigned ops)
{
    return ops & AUGMENT_RRC;
}

/* What one call works in. */
typedef struct Scratch {
    uint8_t *pixels;  /* [res][res][3] */
    uint8_t *resized; /* the same, before it is shifted */
    uint8_t *spare;   /* the same, for AutoAugment */
    void *resize;
} Scratch;

/* The same carving measures and hands out. */
static Scratch carve(Arena *arena, unsigned ops, int resolution, DataSize source)
{
    const size_t row = (size_t)resolution * DATA_CHANNELS;
    const DataSize square = {resolution, resolution};
    Scratch scratch = {.pixels = arena_alloc(arena, (size_t)resolution, row)};
    if (ops & AUGMENT_RRC) {
        scratch.resized = arena_alloc(arena, (size_t)resolution, row);
        scratch.resize = arena_alloc(arena, resize_scratch_bytes(source, square), 1);
    }
    if (ops & AUTO_OPS)
        scratch.spare = arena_alloc(arena, (size_t)resolution, row);
    return scratch;
}

size_t augment_scratch_bytes(unsigned ops, int resolution, DataSize max_size)
{
    Arena arena = arena_measuring();
    carve(&arena, ops, resolution, max_size);
    return arena.failed ? SIZE_MAX : arena_bytes(&arena);
}

/* Half up. */
static int divide_rounded(int value, int divisor)
{
    return (2 * value + divisor) / (2 * divisor);
}

/* pixels[res][res][3] = the image moved by (-top, -left), black where nothing comes from. */
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

/* A window of the source. */
typedef struct Window {
    int top, left, height, width;
} Window;

static int round_half_up(double x)
{
    return (int)(x + 0.5);
}

/* The largest centred window whose aspect is allowed. */
static Window fallback_window(DataSize size)
{
    Window window = {0, 0, size.height, size.width};
    const double aspect = (double)size.width / size.height;
    if (aspect < RRC_MIN_ASPECT)
        window.height = round_half_up(size.width / RRC_MIN_ASPECT);
    else if (aspect > RRC_MAX_ASPECT)
        window.width = round_half_up(size.height * RRC_MAX_ASPECT);
    window.top = (size.height - window.height) / 2;
    window.left = (size.width - window.width) / 2;
    return window;
}

static Window draw_window(DataSize size, Rng *rng)
{
    const double area = (double)size.height * size.width;
    const double low = fm_log(RRC_MIN_ASPECT), high = fm_log(RRC_MAX_ASPECT);
    for (int i = 0; i < RRC_TRIES; i++) {
        const double target = area * (RRC_MIN_AREA + (1.0 - RRC_MIN_AREA) * rng_double(rng));
        const double aspect = fm_exp(low + (high - low) * rng_double(rng));
        const int width = round_half_up(__builtin_sqrt(target * aspect));
        const int height = round_half_up(__builtin_sqrt(target / aspect));
        if (width < 1 || height < 1 || width > size.width || height > size.height)
            continue;
        const int top = (int)rng_below(rng, (uint32_t)(size.height - height) + 1);
        const int left = (int)rng_below(rng, (uint32_t)(size.width - width) + 1);
        return (Window){top, left, height, width};
    }
    return fallback_window(size);
}

static void crop_and_resize(const Scratch *scratch, const ImageView *view, int resolution, Rng *rng)
{
    const Window window = draw_window((DataSize){view->height, view->width}, rng);
    const size_t stride = (size_t)view->width * DATA_CHANNELS;
    const uint8_t *first =
        view->rgb + (size_t)window.top * stride + (size_t)window.left * DATA_CHANNELS;
    resize_rgb(scratch->resized, (DataSize){resolution, resolution}, first, stride,
               (DataSize){window.height, window.width}, scratch->resize);
}

void augment_image(float *x, const ImageView *view, int resolution, unsigned ops, AugmentKey key,
                   const DataStats *stats, void *scratch)
{
    assert((ops & AUGMENT_RRC) || (view->height == resolution && view->width == resolution));
    if (ops == 0) {
        normalise(x, view->rgb, resolution, stats);
        return;
    }
    const DataSize source = {view->height, view->width};
    Arena arena = arena_over(scratch, augment_scratch_bytes(ops, resolution, source));
    const Scratch work = carve(&arena, ops, resolution, source);
    Rng rng = rng_start(key.seed, RNG_AUGMENT, key.epoch, view->index);
    if (ops & AUGMENT_RRC)
        crop_and_resize(&work, view, resolution, &rng);
    int top = 0, left = 0;
    if (ops & AUGMENT_CROP) {
        const int pad = divide_rounded(resolution, CROP_PAD_DIVISOR);
        top = (int)rng_below(&rng, 2 * (uint32_t)pad + 1) - pad;
        left = (int)rng_below(&rng, 2 * (uint32_t)pad + 1) - pad;
    }
    copy_shifted(work.pixels, ops & AUGMENT_RRC ? work.resized : view->rgb, resolution, top, left);
    if ((ops & AUGMENT_FLIP) && rng_below(&rng, 2))
        flip_rows(work.pixels, resolution);
    if (ops & AUTO_OPS)
        autoaugment_image(work.pixels, (DataSize){resolution, resolution},
                          ops & AUGMENT_AUTO_IMAGENET ? AUTOAUGMENT_IMAGENET : AUTOAUGMENT_CIFAR10,
                          &rng, work.spare);
    normalise(x, work.pixels, resolution, stats);
    if (ops & AUGMENT_CUTOUT)
        cut_out(x, resolution, &rng);
}
