/*
 * Levels become numbers in float, as torchvision's linspace makes them; operations without a level
 * get 0.
 */
#include "data/autoaugment.h"

#include <assert.h>

#define SHEAR_MAX 0.3f
#define TRANSLATE_MAX (150.0 / 331.0) /* of the image's side */
#define ROTATE_MAX 30.0f              /* degrees */
#define BLEND_MAX 0.9f                /* around 1 */
#define SOLARIZE_MAX 255.0f

enum { POSTERIZE_BITS = 8, POSTERIZE_TAKEN = 4, LAST_LEVEL = AUTOAUGMENT_N_LEVELS - 1 };

/* clang-format off */
static const PolicyPair imagenet[AUTOAUGMENT_N_PAIRS] = {
    {{{IMAGEOP_POSTERIZE, 4, 8}, {IMAGEOP_ROTATE, 6, 9}}},
    {{{IMAGEOP_SOLARIZE, 6, 5}, {IMAGEOP_AUTOCONTRAST, 6, 0}}},
    {{{IMAGEOP_EQUALIZE, 8, 0}, {IMAGEOP_EQUALIZE, 6, 0}}},
    {{{IMAGEOP_POSTERIZE, 6, 7}, {IMAGEOP_POSTERIZE, 6, 6}}},
    {{{IMAGEOP_EQUALIZE, 4, 0}, {IMAGEOP_SOLARIZE, 2, 4}}},
    {{{IMAGEOP_EQUALIZE, 4, 0}, {IMAGEOP_ROTATE, 8, 8}}},
    {{{IMAGEOP_SOLARIZE, 6, 3}, {IMAGEOP_EQUALIZE, 6, 0}}},
    {{{IMAGEOP_POSTERIZE, 8, 5}, {IMAGEOP_EQUALIZE, 10, 0}}},
    {{{IMAGEOP_ROTATE, 2, 3}, {IMAGEOP_SOLARIZE, 6, 8}}},
    {{{IMAGEOP_EQUALIZE, 6, 0}, {IMAGEOP_POSTERIZE, 4, 6}}},
    {{{IMAGEOP_ROTATE, 8, 8}, {IMAGEOP_COLOR, 4, 0}}},
    {{{IMAGEOP_ROTATE, 4, 9}, {IMAGEOP_EQUALIZE, 6, 0}}},
    {{{IMAGEOP_EQUALIZE, 0, 0}, {IMAGEOP_EQUALIZE, 8, 0}}},
    {{{IMAGEOP_INVERT, 6, 0}, {IMAGEOP_EQUALIZE, 10, 0}}},
    {{{IMAGEOP_COLOR, 6, 4}, {IMAGEOP_CONTRAST, 10, 8}}},
    {{{IMAGEOP_ROTATE, 8, 8}, {IMAGEOP_COLOR, 10, 2}}},
    {{{IMAGEOP_COLOR, 8, 8}, {IMAGEOP_SOLARIZE, 8, 7}}},
    {{{IMAGEOP_SHARPNESS, 4, 7}, {IMAGEOP_INVERT, 6, 0}}},
    {{{IMAGEOP_SHEAR_X, 6, 5}, {IMAGEOP_EQUALIZE, 10, 0}}},
    {{{IMAGEOP_COLOR, 4, 0}, {IMAGEOP_EQUALIZE, 6, 0}}},
    {{{IMAGEOP_EQUALIZE, 4, 0}, {IMAGEOP_SOLARIZE, 2, 4}}},
    {{{IMAGEOP_SOLARIZE, 6, 5}, {IMAGEOP_AUTOCONTRAST, 6, 0}}},
    {{{IMAGEOP_INVERT, 6, 0}, {IMAGEOP_EQUALIZE, 10, 0}}},
    {{{IMAGEOP_COLOR, 6, 4}, {IMAGEOP_CONTRAST, 10, 8}}},
    {{{IMAGEOP_EQUALIZE, 8, 0}, {IMAGEOP_EQUALIZE, 6, 0}}},
};

static const PolicyPair cifar10[AUTOAUGMENT_N_PAIRS] = {
    {{{IMAGEOP_INVERT, 1, 0}, {IMAGEOP_CONTRAST, 2, 6}}},
    {{{IMAGEOP_ROTATE, 7, 2}, {IMAGEOP_TRANSLATE_X, 3, 9}}},
    {{{IMAGEOP_SHARPNESS, 8, 1}, {IMAGEOP_SHARPNESS, 9, 3}}},
    {{{IMAGEOP_SHEAR_Y, 5, 8}, {IMAGEOP_TRANSLATE_Y, 7, 9}}},
    {{{IMAGEOP_AUTOCONTRAST, 5, 0}, {IMAGEOP_EQUALIZE, 9, 0}}},
    {{{IMAGEOP_SHEAR_Y, 2, 7}, {IMAGEOP_POSTERIZE, 3, 7}}},
    {{{IMAGEOP_COLOR, 4, 3}, {IMAGEOP_BRIGHTNESS, 6, 7}}},
    {{{IMAGEOP_SHARPNESS, 3, 9}, {IMAGEOP_BRIGHTNESS, 7, 9}}},
    {{{IMAGEOP_EQUALIZE, 6, 0}, {IMAGEOP_EQUALIZE, 5, 0}}},
    {{{IMAGEOP_CONTRAST, 6, 7}, {IMAGEOP_SHARPNESS, 6, 5}}},
    {{{IMAGEOP_COLOR, 7, 7}, {IMAGEOP_TRANSLATE_X, 5, 8}}},
    {{{IMAGEOP_EQUALIZE, 3, 0}, {IMAGEOP_AUTOCONTRAST, 4, 0}}},
    {{{IMAGEOP_TRANSLATE_Y, 4, 3}, {IMAGEOP_SHARPNESS, 2, 6}}},
    {{{IMAGEOP_BRIGHTNESS, 9, 6}, {IMAGEOP_COLOR, 2, 8}}},
    {{{IMAGEOP_SOLARIZE, 5, 2}, {IMAGEOP_INVERT, 0, 0}}},
    {{{IMAGEOP_EQUALIZE, 2, 0}, {IMAGEOP_AUTOCONTRAST, 6, 0}}},
    {{{IMAGEOP_EQUALIZE, 2, 0}, {IMAGEOP_EQUALIZE, 6, 0}}},
    {{{IMAGEOP_COLOR, 9, 9}, {IMAGEOP_EQUALIZE, 6, 0}}},
    {{{IMAGEOP_AUTOCONTRAST, 8, 0}, {IMAGEOP_SOLARIZE, 2, 8}}},
    {{{IMAGEOP_BRIGHTNESS, 1, 3}, {IMAGEOP_COLOR, 7, 0}}},
    {{{IMAGEOP_SOLARIZE, 4, 5}, {IMAGEOP_AUTOCONTRAST, 9, 0}}},
    {{{IMAGEOP_TRANSLATE_Y, 9, 9}, {IMAGEOP_TRANSLATE_Y, 7, 9}}},
    {{{IMAGEOP_AUTOCONTRAST, 9, 0}, {IMAGEOP_SOLARIZE, 8, 3}}},
    {{{IMAGEOP_EQUALIZE, 8, 0}, {IMAGEOP_INVERT, 1, 0}}},
    {{{IMAGEOP_TRANSLATE_Y, 7, 9}, {IMAGEOP_AUTOCONTRAST, 9, 0}}},
};
/* clang-format on */

const PolicyPair *autoaugment_pairs(AutoAugmentPolicy policy)
{
    return policy == AUTOAUGMENT_IMAGENET ? imagenet : cifar10;
}

/* Evenly spaced from 0 to `last`, each half counted from its own end. */
static double spaced(float last, int level)
{
    const float step = last / (float)LAST_LEVEL;
    return (double)(level < AUTOAUGMENT_N_LEVELS / 2 ? step * (float)level
                                                     : last - step * (float)(LAST_LEVEL - level));
}

/* The nearest whole number to 4 level / 9 (never halfway: 9 is odd). */
static int posterize_taken(int level)
{
    const int doubled = 2 * POSTERIZE_TAKEN * level;
    return (doubled + LAST_LEVEL) / (2 * LAST_LEVEL);
}

double autoaugment_value(ImageOp op, int level, bool negative, DataSize size)
{
    assert(level >= 0 && level <= LAST_LEVEL);
    const double sign = negative ? -1.0 : 1.0;
    switch (op) {
    case IMAGEOP_SHEAR_X:
    case IMAGEOP_SHEAR_Y:
        return sign * spaced(SHEAR_MAX, level);
    case IMAGEOP_TRANSLATE_X:
        return sign * (int)spaced((float)(TRANSLATE_MAX * size.width), level);
    case IMAGEOP_TRANSLATE_Y:
        return sign * (int)spaced((float)(TRANSLATE_MAX * size.height), level);
    case IMAGEOP_ROTATE:
        return sign * spaced(ROTATE_MAX, level);
    case IMAGEOP_BRIGHTNESS:
    case IMAGEOP_COLOR:
    case IMAGEOP_CONTRAST:
    case IMAGEOP_SHARPNESS:
        return 1.0 + sign * spaced(BLEND_MAX, level);
    case IMAGEOP_POSTERIZE:
        return POSTERIZE_BITS - posterize_taken(level);
    case IMAGEOP_SOLARIZE:
        return spaced(SOLARIZE_MAX, LAST_LEVEL - level);
    case IMAGEOP_AUTOCONTRAST:
    case IMAGEOP_EQUALIZE:
    case IMAGEOP_INVERT:
    case IMAGEOP_COUNT:
        break;
    }
    return 0.0;
}

void autoaugment_image(uint8_t *pixels, DataSize size, AutoAugmentPolicy policy, Rng *rng,
                       uint8_t *spare)
{
    const PolicyPair *pair = &autoaugment_pairs(policy)[rng_below(rng, AUTOAUGMENT_N_PAIRS)];
    for (int i = 0; i < 2; i++) {
        const PolicyStep step = pair->step[i];
        const bool is_taken = rng_below(rng, 10) < step.tenths;
        const bool is_negative = rng_below(rng, 2) == 1;
        if (is_taken)
            imageop_apply(pixels, size, step.op,
                          autoaugment_value(step.op, step.level, is_negative, size), spare);
    }
}
