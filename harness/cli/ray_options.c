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
     .doc = "compound: alpha, beta, gamma, 1.2,1.1,1.15 unless given; shares: of depth, width, "
            "resolution; ladder: d,w,r of each knot"},
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

enum { MAX_VALUES = SCALING_CONSTANTS * SCALING_MAX_KNOTS };

/* "1.2,1.1,1.15", or three numbers for each knot. */
static ErrCode parse_constants(double values[MAX_VALUES], size_t *n_values, const char *text,
                               Err *err)
{
    char number[TEXT_NUMBER_BYTES];
    const char *rest = text;
    size_t n_read = 0;
    for (bool more = true; more; n_read++) {
        const size_t n = strcspn(rest, ",");
        if (n >= sizeof number || n_read == MAX_VALUES)
            goto bad;
        memcpy(number, rest, n);
        number[n] = '\0';
        if (!text_to_double(number, &values[n_read]))
            goto bad;
        more = rest[n] == ',';
        rest += n + 1;
    }
    *n_values = n_read;
    if (n_read % SCALING_CONSTANTS == 0)
        return ERR_NONE;
bad:
    return err_set(
        err, ERR_USAGE,
        "option '--constants' must be three numbers like 1.2,1.1,1.15, or three for each "
        "knot of a ladder, not '%s'",
        text);
}

/* What the strategy takes; constants of one that takes none are an error, as all unused words. */
static ErrCode make_ray(Ray *ray, const RayOptions *options, Err *err)
{
    static const char paper[] = "1.2,1.1,1.15";
    double values[MAX_VALUES];
    size_t n = 0;
    const Strategy *strategy = scaling_find(options->strategy);
    const bool is_compound = strategy != NULL && strategy->takes == STRATEGY_TAKES_CONSTANTS;
    const char *text = options->constants == NULL && is_compound ? paper : options->constants;
    if (text != NULL)
        TRY(parse_constants(values, &n, text, err));
    TRY(scaling_ray(ray, options->strategy, values, n, err));
fail:
    return err->code;
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
    double factor = 0;
    Ray ray;
    MatchPoint point;
    TRY(make_ray(&ray, options, err));
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
