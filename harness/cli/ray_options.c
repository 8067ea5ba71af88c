/* harness/cli/ray_options.c: from words to a target and a ray, and what models/ finds there. */
#include "harness/cli/ray_options.h"

#include "models/match.h"
#include "models/resolve.h"
#include "models/scaling.h"

#include <math.h>
#include <string.h>

#define FIELD(field) offsetof(RayOptions, field)
static const Option rows[] = {
    {.name = "strategy",
     .kind = OPTION_TEXT,
     .offset = FIELD(strategy),
     .metavar = "S",
     .doc = "how to grow, as 'isoflop list strategies' has it"},
    {.name = "macs",
     .kind = OPTION_TEXT,
     .offset = FIELD(macs),
     .metavar = "N|Nx",
     .doc = "target: multiply-adds, or a multiple of the network's"},
    {.name = "constants",
     .kind = OPTION_TEXT,
     .offset = FIELD(constants),
     .metavar = "A,B,G",
     .fallback = "1.2,1.1,1.15",
     .doc = "compound: alpha, beta, gamma"},
    {.name = "matched",
     .kind = OPTION_FLAG,
     .offset = FIELD(matched),
     .doc = "trim to the target within --tolerance"},
    {.name = "tolerance",
     .kind = OPTION_NUMBER,
     .offset = FIELD(tolerance),
     .metavar = "F",
     .fallback = "0.05",
     .min = 0,
     .max = 1,
     .doc = "relative deviation of counted MACs"},
};
#undef FIELD

const OptionTable ray_options = {rows, ARRAY_LEN(rows)};

ErrCode ray_options_check(const RayOptions *options, Err *err)
{
    if (options->strategy != NULL && options->macs == NULL)
        return err_set(err, ERR_USAGE, "option '--strategy' needs '--macs', for example --macs 4x");
    if (options->strategy == NULL && (options->macs != NULL || options->matched))
        return err_set(err, ERR_USAGE, "option '--%s' needs '--strategy', for example compound",
                       options->macs ? "macs" : "matched");
    return ERR_NONE;
}

/*
 * A bare number below this share of the network's own count is a multiple whose x was forgotten, or
 * a count in other units: no ray shrinks a network so far.
 */
#define LEAST_SHARE 1.0e-3

static ErrCode forgotten_unit(const char *text, int64_t baseline, Err *err)
{
    char macs[TEXT_NUMBER_BYTES];
    return err_set(err, ERR_USAGE,
                   "option '--macs %s' means %s multiply-adds in all, of the network's %s; "
                   "for %s times the network's write %sx",
                   text, text, text_grouped(macs, baseline), text, text);
}

/* "4x" or "1500000" over the baseline's count. */
static ErrCode parse_target(double *factor, const char *text, int64_t baseline, Err *err)
{
    char number[TEXT_NUMBER_BYTES];
    const size_t n = strlen(text);
    const bool is_multiple = n && text[n - 1] == 'x';
    double value = 0;
    if (n < sizeof number) {
        memcpy(number, text, n + 1);
        if (is_multiple)
            number[n - 1] = '\0';
        if (text_to_double(number, &value) && value > 0) {
            if (!is_multiple && value < LEAST_SHARE * (double)baseline)
                return forgotten_unit(text, baseline, err);
            *factor = is_multiple ? value : value / (double)baseline;
            return ERR_NONE;
        }
    }
    return err_set(err, ERR_USAGE,
                   "option '--macs' must be a positive number or multiple like 4x, not '%s'", text);
}

/* "1.2,1.1,1.15". */
static ErrCode parse_constants(double *constants, const char *text, Err *err)
{
    char number[TEXT_NUMBER_BYTES];
    const char *rest = text;
    for (int i = 0; i < SCALING_MAX_CONSTANTS; i++) {
        const size_t n = strcspn(rest, ",");
        const bool is_last = i == SCALING_MAX_CONSTANTS - 1;
        if (n >= sizeof number || (rest[n] == ',') == is_last)
            goto bad;
        memcpy(number, rest, n);
        number[n] = '\0';
        if (!text_to_double(number, &constants[i]))
            goto bad;
        rest += n + 1;
    }
    return ERR_NONE;
bad:
    return err_set(err, ERR_USAGE,
                   "option '--constants' must be three numbers like 1.2,1.1,1.15, not '%s'", text);
}

static void say_point(const RayOptions *options, double factor, const MatchPoint *point)
{
    char macs[TEXT_NUMBER_BYTES];
    const bool is_far = !(fabs(point->ratio - 1.0) <= options->tolerance);
    call_say("%s at %.4g x the baseline: d %.3f w %.3f r %.3f built, %s MACs, %.3f of the target%s",
             options->strategy, factor, point->built.depth, point->built.width,
             point->built.resolution, text_grouped(macs, point->macs), point->ratio,
             is_far ? ": no network of the ray is nearer" : "");
}

/* What no network of the ray meets is not written: the nearest is another size than asked for. */
static ErrCode refuse(const RayOptions *options, const MatchPoint *point, Err *err)
{
    char macs[TEXT_NUMBER_BYTES];
    return err_set(err, ERR_MISSING,
                   "strategy '%s' has no network at the target: the nearest, d %.3f w %.3f r %.3f, "
                   "has %s MACs, %.3f of it; another strategy or a larger '--tolerance' may help",
                   options->strategy, point->built.depth, point->built.width,
                   point->built.resolution, text_grouped(macs, point->macs), point->ratio);
}

ErrCode ray_options_scale(Spec *spec, const RayOptions *options, Err *err)
{
    double constants[SCALING_MAX_CONSTANTS], factor = 0;
    Ray ray;
    MatchPoint point;
    const Strategy *strategy = scaling_find(options->strategy);
    TRY(parse_constants(constants, options->constants, err));
    TRY(scaling_ray(&ray, options->strategy, constants,
                    strategy != NULL ? (size_t)strategy->n_constants : 0, err));
    TRY(parse_target(&factor, options->macs, resolve_macs(spec, 0), err));
    const Matching matching = match_target(spec, factor, options->tolerance);
    if (options->matched)
        TRY(match_ray(&point, &matching, &ray, err));
    else
        TRY(match_ray_nominal(&point, &matching, &ray, err));
    if (point.status == MATCH_UNFAIR)
        return refuse(options, &point, err);
    say_point(options, factor, &point);
    *spec = point.spec;
fail:
    return err->code;
}
