/* harness/cli/cmd_scale.c: `isoflop scale`: a scaled network as YAML. */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"
#include "harness/cli/ray_options.h"

#include "base/file.h"
#include "base/json.h"
#include "base/sys.h"
#include "models/resolve.h"
#include "models/zoo.h"

#include <stdio.h>

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
    RayOptions ray;
    const char *output;
} ScaleSettings;

#define FIELD(field) offsetof(ScaleSettings, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(ray), .table = &ray_options},
    {.name = "output",
     .kind = OPTION_TEXT,
     .offset = FIELD(output),
     .metavar = "FILE",
     .doc = "write there instead of standard output"},
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_options},
    {.kind = OPTION_TABLE, .offset = FIELD(compound), .table = &compound_options},
};
#undef FIELD

static ErrCode check_together(const ScaleSettings *settings, Err *err)
{
    if (settings->ray.strategy != NULL && settings->compound.phi != NULL)
        return err_set(err, ERR_USAGE, "options '--phi' and '--strategy' exclude each other");
    return ray_options_check(&settings->ray, err);
}

/* scaled_from relative to the file that will say so, not to the current folder. */
static ErrCode point_from_output(Spec *spec, const char *output, Err *err)
{
    char *baseline = spec->scaled_from.baseline, *path = NULL;
    if (!zoo_is_path(baseline))
        return ERR_NONE;
    TRY(file_relative(&path, baseline, output, err));
    const int n_bytes = snprintf(baseline, SPEC_ORIGIN_MAX, "%s", path);
    mem_free(path);
    if (n_bytes >= SPEC_ORIGIN_MAX)
        return err_set(err, ERR_USAGE, "the path from '%s' to the baseline is longer than %d bytes",
                       output, SPEC_ORIGIN_MAX - 1);
    return ERR_NONE;
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
    if (settings->ray.strategy != NULL)
        TRY(ray_options_scale(&spec, &settings->ray, err));
    TRY(network_options_origin(&spec, call->args[0], err));
    if (settings->output != NULL)
        TRY(point_from_output(&spec, settings->output, err));
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
