/* harness/cli/cmd_export.c: `isoflop export`: weights and results in other programs' formats. */
#include "harness/cli/command.h"
#include "harness/cli/export_store.h"
#include "harness/cli/weights_options.h"

#include "harness/onnx.h"
#include "weights/naming.h"

static const char *const usage[] = {
    "--format onnx --network N --weights W [--names torchvision] --output F.onnx",
    "--format safetensors --network N --weights W [--names A] [--to B] --output F.safetensors",
    "--format csv|json DIR WHAT",
    "--format tensorboard DIR --output FOLDER",
    "--format optuna DIR --output F.db",
    NULL};
static const char *const notes[] = {"onnx: input 'images' float32 [batch,3,H,W], output 'logits'. "
                                    "safetensors: from the names --names to the "
                                    "names --to. csv and json: what a study's store holds, on "
                                    "standard output; WHAT is one of its tables and "
                                    "views, for example result, trial, point, epoch, or table: the "
                                    "networks of its part table as 'bench search' reads them.",
                                    "tensorboard: event files, a run a trial. optuna: an SQLite "
                                    "file with one study, a COMPLETE trial for each that is done, "
                                    "for Optuna 3.2 or later and its dashboard. docs/store.md "
                                    "says what is in them.",
                                    NULL};

/* FORMAT_STORE and on: those of export_store.h, in its order. */
typedef enum Format { FORMAT_ONNX, FORMAT_SAFETENSORS, FORMAT_STORE } Format;

static const char *const format_names[] = {"onnx",        "safetensors", "csv", "json",
                                           "tensorboard", "optuna",      NULL};

typedef struct ExportSettings {
    WeightsOptions trained;
    const char *output;
    int format, to;
} ExportSettings;

#define FIELD(field) offsetof(ExportSettings, field)
static const Option options[] = {
    {.name = "format",
     .kind = OPTION_ENUM,
     .offset = FIELD(format),
     .metavar = "FORMAT",
     .fallback = "onnx",
     .names = format_names,
     .doc = "what to write"},
    {.kind = OPTION_TABLE, .offset = FIELD(trained), .table = &weights_options},
    {.name = "to",
     .kind = OPTION_ENUM,
     .offset = FIELD(to),
     .metavar = "WHOSE",
     .fallback = "isoflop",
     .names = naming_names,
     .doc = "safetensors: names to write"},
    {.name = "output",
     .kind = OPTION_TEXT,
     .offset = FIELD(output),
     .metavar = "FILE",
     .doc = "file to write; tensorboard: folder"},
};
#undef FIELD

static ErrCode export_network(const Call *call, Err *err)
{
    const ExportSettings *settings = call->settings;
    const bool is_onnx = settings->format == FORMAT_ONNX;
    Net *net = NULL;
    WeightOrigin origin = {0};
    const WeightsUse use = {.batch = 1,
                            .accept = is_onnx ? weights_options_accept(&settings->trained)
                                              : ORIGIN_ANY_RESOLUTION | ORIGIN_ANY_BORDERS};
    TRY(weights_options_check(&settings->trained, err));
    TRY(call_need("output", settings->output, err));
    if (call->n_args) {
        (void)err_set(err, ERR_USAGE, "unexpected argument '%s' with --format %s", call->args[0],
                      format_names[settings->format]);
        goto fail;
    }
    TRY(weights_options_open(&net, &origin, &settings->trained, call, &use, err));
    if (is_onnx)
        TRY(onnx_write(net, &origin, settings->output, err));
    else
        TRY(weights_save(net, NET_WEIGHTS, NULL, settings->output, naming_at(settings->to), &origin,
                         err));
fail:
    net_destroy(&net);
    origin_release(&origin);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const ExportSettings *settings = call->settings;
    if (settings->format >= FORMAT_STORE)
        return export_store(call, (ExportStoreFormat)(settings->format - FORMAT_STORE),
                            format_names[settings->format], settings->output, err);
    return export_network(call, err);
}

const Command cmd_export = {
    .name = "export",
    .summary = "weights as ONNX or under other names, results for other programs",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ExportSettings),
    .max_args = 2,
    .run = run,
};
