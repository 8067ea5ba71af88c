/* models/scaling: rounding and scaled specifications. Strategies: models/scaling_rays.c. */
#include "models/scaling.h"

#include "base/fmath.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * What ceil() may overshoot by when a multiplier is a floating product (1.1 * 10
 * = 11.000000000000002).
 */
#define SCALING_CEIL_SLACK 1.0e-9
/*
 * Counts are cut here before they become int; far above every SPEC_MAX_ limit, so scaling_fits
 * still refuses them.
 */
#define SCALING_MAX_COUNT 1.0e9
/*
 * Powers with whole exponents up to this are products, so that phi = 1 gives the constants
 * themselves (40 channels times 1.1 must be 44.0, which rounds to 48; one ulp less gives 40).
 */
#define SCALING_MAX_WHOLE_POWER 64

/* --- rounding --- */

static double cut(double count)
{
    return count > SCALING_MAX_COUNT ? SCALING_MAX_COUNT : count;
}

int scaling_round_channels(int channels, double width, const Rounding *rounding)
{
    return width == 1.0 ? channels : scaling_round_exact(channels * width, rounding);
}

int scaling_round_exact(double channels, const Rounding *rounding)
{
    const double exact = cut(channels);
    const int divisor = rounding->divisor;
    const int least = rounding->min ? rounding->min : divisor;
    int n = (int)(exact + divisor / 2.0) / divisor * divisor;
    n = n < least ? least : n;
    return n < rounding->limit * exact ? n + divisor : n;
}

int scaling_round_depth(int layers, double depth, DepthRule rule)
{
    const double exact = cut(layers * depth);
    const double n = rule == DEPTH_CEIL ? ceil(exact - SCALING_CEIL_SLACK) : floor(exact + 0.5);
    return n < 1.0 ? 1 : (int)n;
}

int scaling_round_pixels(int pixels, double resolution)
{
    const double n = floor(cut(pixels * resolution) + 0.5);
    return n < 1.0 ? 1 : (int)n;
}

/* --- scaling --- */

static ErrCode check_factor(const char *name, double factor, Err *err)
{
    if (isfinite(factor) && factor > 0.0 && factor <= SCALING_MAX_FACTOR)
        return ERR_NONE;
    return err_set(err, ERR_USAGE, "%s multiplier '%g' is not a positive number up to %g", name,
                   factor, SCALING_MAX_FACTOR);
}

ErrCode scaling_check(Scale scale, Err *err)
{
    TRY(check_factor("depth", scale.depth, err));
    TRY(check_factor("width", scale.width, err));
    TRY(check_factor("resolution", scale.resolution, err));
    return ERR_NONE;
fail:
    return err->code;
}

static int scaled_channels(int channels, bool is_scaled, double width, const Rounding *rounding)
{
    return is_scaled ? scaling_round_channels(channels, width, rounding) : channels;
}

/*
 * A bottleneck's rule applies to its hidden channels, ResNet's "filters", of which the output is a
 * fixed multiple: 64 filters times 1.2 are 80, and the output 4 * 80, not 256 * 1.2 rounded.
 */
static int stage_channels(const StageSpec *stage, double width, const Rounding *rounding)
{
    if (stage->op != BLOCK_BOTTLENECK || !stage->scale || width == 1.0)
        return scaled_channels(stage->channels, stage->scale, width, rounding);
    const int hidden = (int)(stage->channels * stage->inner + 0.5);
    const int scaled = scaling_round_channels(hidden > 1 ? hidden : 1, width, rounding);
    return (int)(cut(scaled / stage->inner) + 0.5);
}

/* Whether the head's channels follow this width. */
static bool is_head_scaled(const HeadSpec *head, double width)
{
    return head->channels &&
           (head->scale == HEAD_ALWAYS || (head->scale == HEAD_UP && width > 1.0));
}

void scaling_set_integers(Spec *spec, const Spec *base, Scale scale, DepthRule rule)
{
    const Rounding *rounding = &base->rounding;
    spec->stem.channels =
        scaled_channels(base->stem.channels, base->stem.scale, scale.width, rounding);
    for (int s = 0; s < base->n_stages; s++) {
        const StageSpec *from = &base->stages[s];
        StageSpec *to = &spec->stages[s];
        to->channels = stage_channels(from, scale.width, rounding);
        to->layers =
            from->scale_depth ? scaling_round_depth(from->layers, scale.depth, rule) : from->layers;
    }
    const bool scales_head = is_head_scaled(&base->head, scale.width);
    spec->head.channels = scaled_channels(base->head.channels, scales_head, scale.width, rounding);
    spec->head.hidden =
        scaled_channels(base->head.hidden, scales_head && base->head.hidden, scale.width, rounding);
    spec->resolution = scaling_round_pixels(base->resolution, scale.resolution);
}

bool scaling_fits(const Spec *spec)
{
    bool fits = spec->stem.channels <= SPEC_MAX_CHANNELS &&
                spec->head.channels <= SPEC_MAX_CHANNELS &&
                spec->head.hidden <= SPEC_MAX_CHANNELS && spec->resolution <= SPEC_MAX_PIXELS;
    for (int s = 0; s < spec->n_stages; s++)
        fits = fits && spec->stages[s].channels <= SPEC_MAX_CHANNELS &&
               spec->stages[s].layers <= SPEC_MAX_LAYERS;
    return fits;
}

void scaling_set_origin(Spec *spec, const Spec *base, Scale scale)
{
    char name[NETWORK_NAME_MAX * 2];
    snprintf(name, sizeof name, "%s-d%.4g-w%.4g-r%.4g", base->name, scale.depth, scale.width,
             scale.resolution);
    SpecOrigin origin = {
        .width = scale.width, .depth = scale.depth, .resolution = scale.resolution};
    memcpy(origin.baseline, base->name, sizeof base->name);
    name[NETWORK_NAME_MAX - 1] = '\0'; /* long names are cut: identity is the digest */
    memcpy(spec->name, name, NETWORK_NAME_MAX);
    spec->scaled_from = origin;
}

ErrCode scaling_apply(Spec *scaled, const Spec *base, Scale scale, Err *err)
{
    TRY(scaling_check(scale, err));
    Spec spec = *base;
    scaling_set_integers(&spec, base, scale, (DepthRule)base->rounding.depth);
    if (!scaling_fits(&spec)) {
        err_set(
            err, ERR_USAGE,
            "network '%s' scaled by depth %g, width %g, resolution %g is too large: more than %d "
            "channels, %d layers in a stage or %d pixels",
            base->name, scale.depth, scale.width, scale.resolution, SPEC_MAX_CHANNELS,
            SPEC_MAX_LAYERS, SPEC_MAX_PIXELS);
        goto fail;
    }
    scaling_set_origin(&spec, base, scale);
    *scaled = spec;
    return ERR_NONE;
fail:
    return err->code;
}

Scale scaling_built(const Spec *base, const Spec *scaled)
{
    double log_width = 0.0;
    for (int s = 0; s < base->n_stages; s++)
        log_width += fm_log((double)scaled->stages[s].channels / base->stages[s].channels);
    return (Scale){.depth = (double)spec_n_blocks(scaled) / spec_n_blocks(base),
                   .width = fm_exp(log_width / base->n_stages),
                   .resolution = (double)scaled->resolution / base->resolution};
}

/* --- what rays are made of --- */

/* base^exponent; exact products for small whole exponents. */
static double power(double base, double exponent)
{
    if (!(exponent >= 0.0 && exponent <= SCALING_MAX_WHOLE_POWER && exponent == floor(exponent)))
        return fm_pow(base, exponent);
    double product = 1.0;
    for (int i = 0; i < (int)exponent; i++)
        product *= base;
    return product;
}

Scale scaling_compound(double alpha, double beta, double gamma, double phi)
{
    return (Scale){power(alpha, phi), power(beta, phi), power(gamma, phi)};
}

double scaling_nominal_cost(Scale scale)
{
    return scale.depth * (scale.width * scale.width) * (scale.resolution * scale.resolution);
}
