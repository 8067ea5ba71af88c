/* harness/cli/cmd_scale.c: `isoflop scale`: a scaled network as YAML. */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "base/file.h"
#include "base/json.h"
#include "models/match.h"
#include "models/resolve.h"
#include "models/scaling.h"

#include <math.h>
#include <string.h>

static const char *const usage[] = {
    "NETWORK [--width W] [--depth D] [--resolution PX] [--output FILE] [--json]",
    "NETWORK --phi P [--alpha A --beta B --gamma G] [--output FILE] [--json]",
    "NETWORK --strategy S --macs 4x [--constants A,B,G] [--matched] [--output FILE] [--json]",
    NULL};
static const char *const notes[] = {
    "Writes the scaled network as a YAML file that every command takes. --macs is a number of "
    "multiply-adds or a multiple of NETWORK's own counted cost, like 4x. With --matched the "
    "network is "
    "trimmed to the target as a study's grid and comparisons are, else it is the nearest point of "
    "the ray.",
    NULL};

typedef struct ScaleSettings {
    NetworkOptions network;
    CompoundOptions compound;
    const char *strategy, *macs, *constants, *output;
    double tolerance;
    bool matched;
} ScaleSettings;

#define FIELD(field) offsetof(ScaleSettings, field)
static const Option options[] = {
    {.name = "strategy",
     .kind = OPTION_TEXT,
     .offset = FIELD(strategy),
     .metavar = "S",
     .doc = "depth, width, resolution, compound, dwr, fast"},
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
    {.name = "output",
     .kind = OPTION_TEXT,
     .offset = FIELD(output),
     .metavar = "FILE",
     .doc = "write there instead of standard output"},
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_options},
    {.kind = OPTION_TABLE, .offset = FIELD(compound), .table = &compound_options},
};
#undef FIELD

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

static void say_point(const ScaleSettings *settings, double factor, const MatchPoint *point)
{
    char macs[TEXT_NUMBER_BYTES];
    const bool is_far = !(fabs(point->ratio - 1.0) <= settings->tolerance);
    call_say("%s at %.4g x the baseline: d %.3f w %.3f r %.3f built, %s MACs, %.3f of the target%s",
             settings->strategy, factor, point->built.depth, point->built.width,
             point->built.resolution, text_grouped(macs, point->macs), point->ratio,
             is_far ? ": no network of the ray is nearer" : "");
}

/* What no network of the ray meets is not written: the nearest is another size than asked for. */
static ErrCode refuse(const ScaleSettings *settings, const MatchPoint *point, Err *err)
{
    char macs[TEXT_NUMBER_BYTES];
    return err_set(err, ERR_MISSING,
                   "strategy '%s' has no network at the target: the nearest, d %.3f w %.3f r %.3f, "
                   "has %s MACs, %.3f of it; another strategy or a larger '--tolerance' may help",
                   settings->strategy, point->built.depth, point->built.width,
                   point->built.resolution, text_grouped(macs, point->macs), point->ratio);
}

/* Options that would be ignored are mistakes. */
static ErrCode check_together(const ScaleSettings *settings, Err *err)
{
    if (settings->strategy != NULL && settings->compound.phi != NULL)
        return err_set(err, ERR_USAGE, "options '--phi' and '--strategy' exclude each other");
    if (settings->strategy != NULL && settings->macs == NULL)
        return err_set(err, ERR_USAGE, "option '--strategy' needs '--macs', for example --macs 4x");
    if (settings->strategy == NULL && (settings->macs != NULL || settings->matched))
        return err_set(err, ERR_USAGE, "option '--%s' needs '--strategy', for example compound",
                       settings->macs ? "macs" : "matched");
    return ERR_NONE;
}

static ErrCode scale_along(Spec *spec, const ScaleSettings *settings, Err *err)
{
    double constants[SCALING_MAX_CONSTANTS], factor = 0;
    Ray ray;
    MatchPoint point;
    const Strategy *strategy = scaling_find(settings->strategy);
    TRY(parse_constants(constants, settings->constants, err));
    TRY(scaling_ray(&ray, settings->strategy, constants,
                    strategy != NULL ? (size_t)strategy->n_constants : 0, err));
    TRY(parse_target(&factor, settings->macs, resolve_macs(spec, 0), err));
    const Matching matching = match_target(spec, factor, settings->tolerance);
    if (settings->matched)
        TRY(match_ray(&point, &matching, &ray, err));
    else
        TRY(match_ray_nominal(&point, &matching, &ray, err));
    if (point.status == MATCH_UNFAIR)
        return refuse(settings, &point, err);
    say_point(settings, factor, &point);
    *spec = point.spec;
fail:
    return err->code;
}

static void put_json(const Spec *spec, const Text *yaml, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "network", spec->name);
    json_put_int(&json, "resolution", spec->resolution);
    json_put_int(&json, "macs", resolve_macs(spec, 0));
    json_put_text(&json, "yaml", text_string(yaml));
    json_close_map(&json);
    text_append_char(out, '\n');
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const ScaleSettings *settings = call->settings;
    Spec spec;
    Text yaml = {0}, out = {0};
    TRY(check_together(settings, err));
    TRY(network_options_member(&spec, call->args[0], &settings->network, &settings->compound, err));
    if (settings->strategy != NULL)
        TRY(scale_along(&spec, settings, err));
    spec_write_yaml(&spec, &yaml);
    TRY(text_ok(&yaml, err));
    if (settings->output != NULL)
        TRY(file_write(settings->output, yaml.data, yaml.n_bytes, err));
    if (call->json)
        put_json(&spec, &yaml, &out);
    else if (settings->output == NULL)
        text_append(&out, yaml.data);
    TRY(call_print(&out, err));
fail:
    text_release(&yaml);
    text_release(&out);
    return err->code;
}

const Command cmd_scale = {
    .name = "scale",
    .summary = "write a scaled network as YAML",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ScaleSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
