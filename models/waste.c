/* models/waste.c: two aligned sizes give the quadratic law that a third is held against. */
#include "models/waste.h"

#include "models/resolve.h"

#include <math.h>

enum { POOL_STRIDE = 2 };

/* The product of the strides; 0 where it leaves no room for two aligned sizes. */
static int stride_of(const Spec *spec)
{
    const int most = SPEC_MAX_PIXELS / 2;
    int product = spec->stem.stride * (spec->stem.pool ? POOL_STRIDE : 1);
    for (int s = 0; s < spec->n_stages && product <= most; s++)
        product *= spec->stages[s].stride;
    return product <= most ? product : 0;
}

Waste waste_count(const Spec *spec)
{
    Waste waste = {.ratio = (double)NAN, .stride = stride_of(spec)};
    if (waste.stride == 0)
        return waste;
    const int stride = waste.stride;
    /* Twice the pixels are four times the convolutions; the rest does not grow. */
    const double once = (double)resolve_macs(spec, stride);
    const double growing = ((double)resolve_macs(spec, 2 * stride) - once) / 3;
    const double times = (double)spec->resolution / stride;
    waste.ratio = ((double)resolve_macs(spec, 0) - (once - growing)) / (growing * times * times);
    const int nearest = (spec->resolution + stride / 2) / stride * stride;
    waste.aligned = nearest > 0 ? nearest : stride;
    return waste;
}

bool waste_is_large(const Waste *waste)
{
    return waste->ratio > WASTE_LARGE;
}

void waste_text(const Waste *waste, int pixels, Text *out)
{
    char ratio[TEXT_NUMBER_BYTES];
    if (waste->stride == 0)
        text_printf(out, "no size up to %d px is aligned to the strides", SPEC_MAX_PIXELS);
    else if (waste->aligned == pixels)
        text_printf(out, "%d px is aligned to the strides (a multiple of %d)", pixels,
                    waste->stride);
    else
        text_printf(out,
                    "%s x the multiply-adds of aligned pixels (nearest aligned size %d, a multiple "
                    "of %d)",
                    text_digits(ratio, waste->ratio), waste->aligned, waste->stride);
}
