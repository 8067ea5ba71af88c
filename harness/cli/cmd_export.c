/* harness/cli/cmd_export.c: `isoflop export`: weights and results in other programs' formats. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"
#include "harness/cli/weights_options.h"

#include "base/proc.h"
#include "harness/onnx.h"
#include "results/export.h"
#include "weights/naming.h"

static const char *const usage[] = {
    "--format onnx --network N --weights W [--names torchvision] --output F.onnx",
    "--format safetensors --network N --weights W [--names A] [--to B] --output F.safetensors",
    "--format csv|json DIR WHAT", NULL};
static const char *const notes[] = {"onnx: input 'images' float32 [batch,3,H,W], output 'logits'. "
                                    "safetensors: from the names --names to the "
                                    "names --to. csv and json: what a study's store holds, on "
                                    "standard output; WHAT is one of its tables and "
                                    "views, for example result, trial, point, epoch, or table: the "
                                    "networks of its part table as 'bench search' reads them.",
                                    NULL};

typedef enum Format { FORMAT_ONNX, FORMAT_SAFETENSORS, FORMAT_CSV, FORMAT_JSON } Format;

static const char *const format_names[] = {"onnx", "safetensors", "csv", "json", NULL};

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
     .doc = "file to write"},
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

/* CSV holds its texts as they are, but a terminal must not obey them. */
static ErrCode show_to_terminal(Text *text, Err *err)
{
    enum { STDOUT = 1 };
    Text visible = {0};
    TRY(text_ok(text, err));
    if (proc_is_terminal(STDOUT) && text_append_visible_lines(&visible, text_string(text))) {
        text_clear(text);
        text_append(text, text_string(&visible));
        text->failed |= visible.failed;
    }
    text_release(&visible);
    return text_ok(text, err);
fail:
    return err->code;
}

/* Takes a piece of a long export; *user is the Spool, which is made for the first one. */
static ErrCode take_piece(void *user, Text *text, Err *err)
{
    Spool **spool = user;
    TRY(show_to_terminal(text, err));
    if (*spool == NULL)
        TRY(spool_create(spool, err));
    TRY(spool_put(*spool, text->data, text->n_bytes, err));
    text_clear(text);
fail:
    return err->code;
}

static ErrCode export_results(const Call *call, Err *err)
{
    const ExportSettings *settings = call->settings;
    StudyFolder study = {0};
    Text out = {0};
    Spool *spool = NULL;
    if (call->n_args != 2) {
        (void)err_set(err, ERR_USAGE,
                      "--format %s needs a study's DIR and WHAT, for example result",
                      format_names[settings->format]);
        goto fail;
    }
    TRY(export_check_name(call->args[1], err));
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_STUDY, err));
    TRY(store_trust_rows(study.store, call->args[1], err));
    if (settings->format == FORMAT_CSV)
        TRY(export_csv(study.store, call->args[1], &out, take_piece, &spool, err));
    else
        TRY(export_json(study.store, call->args[1], &out, take_piece, &spool, err));
    if (spool != NULL)
        TRY(call_print_spool(spool, err));
    TRY(show_to_terminal(&out, err));
    TRY(call_print_data(&out, err));
fail:
    study_folder_close(&study);
    spool_destroy(&spool);
    text_release(&out);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const ExportSettings *settings = call->settings;
    if (settings->format == FORMAT_CSV || settings->format == FORMAT_JSON)
        return export_results(call, err);
    return export_network(call, err);
}

const Command cmd_export = {
    .name = "export",
    .summary = "weights as ONNX or under other names, results as CSV or JSON",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ExportSettings),
    .max_args = 2,
    .run = run,
};
