/* harness/cli/cmd_infer.c: `isoflop infer`: what a network says of given images. */
#include "harness/cli/command.h"
#include "harness/cli/infer_pictures.h"
#include "harness/cli/pictures_option.h"

#include "base/sys.h"
#include "harness/inference.h"

#include <stdio.h>

static const char *const usage[] = {
    "--network N --weights W.safetensors --images DIR|FILE... [--top K] [--names torchvision] "
    "[--json]",
    "--network N --weights W.safetensors --input X.safetensors --output Y.safetensors "
    "[--names torchvision]",
    NULL};
static const char *const notes[] = {
    "--images: the K most probable classes of each picture (JPEG, PNG, WebP, TIFF, BMP), or of "
    "those in a folder, by their names, or numbers where the weights do not say their classes. "
    "Pictures are cut, resized and normalised as those the weights were trained on; where weights "
    "do not say how, with ImageNet's mean and deviation, and the central 0.875 of the shorter "
    "side, which is near to what torchvision and timm do.",
    "--input: X holds a tensor 'images', float32 [N,3,H,W] with H = W, already normalised; Y gets "
    "a tensor 'logits', float32 [N,classes]. The resolution is the input's; another than the "
    "weights were trained at needs --resolution. Each image's class, the one of its largest logit, "
    "is printed.",
    NULL};

typedef struct InferOptions {
    WeightsOptions trained;
    const char *images, *input, *output;
    int64_t batch, top;
} InferOptions;

#define FIELD(field) offsetof(InferOptions, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(trained), .table = &weights_options},
    {.kind = OPTION_TABLE, .offset = FIELD(images), .table = &pictures_option},
    {.name = "top",
     .kind = OPTION_INT,
     .offset = FIELD(top),
     .metavar = "K",
     .fallback = "5",
     .min = 1,
     .max = 1000,
     .doc = "with --images: classes shown of each picture, at most all"},
    {.name = "input",
     .kind = OPTION_TEXT,
     .offset = FIELD(input),
     .metavar = "FILE",
     .doc = "images as safetensors"},
    {.name = "output",
     .kind = OPTION_TEXT,
     .offset = FIELD(output),
     .metavar = "FILE",
     .doc = "logits as safetensors"},
    {.name = "batch",
     .kind = OPTION_INT,
     .offset = FIELD(batch),
     .metavar = "B",
     .fallback = "16",
     .min = 1,
     .max = 4096,
     .doc = "images at a time; changes memory, not results"},
};
#undef FIELD

/* --resolution may only repeat what the input says. */
static ErrCode check_resolution(const InferOptions *settings, int side, Err *err)
{
    int64_t wanted = side;
    const char *text = settings->trained.network.scale.resolution;
    if (text != NULL && (!text_to_int64(text, &wanted) || wanted != side))
        return err_set(err, ERR_USAGE, "option '--resolution' is %s, but '%s' has images of %d px",
                       text, settings->input, side);
    return ERR_NONE;
}

static void put_classes(const WeightOrigin *origin, const int *labels, int64_t n, Text *out)
{
    static const TextColumn columns[] = {{"image", TEXT_RIGHT, 0}, {"class", TEXT_LEFT, 0}};
    char number[TEXT_NUMBER_BYTES];
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        text_table_cellf(table, "%lld", (long long)i);
        text_table_cell(table, pictures_option_class(origin, labels[i], number));
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static ErrCode infer_tensor(const Call *call, Err *err)
{
    const InferOptions *settings = call->settings;
    WeightsOptions trained = settings->trained;
    InferenceImages images = {0};
    Infer *infer = NULL;
    WeightOrigin origin = {0};
    int *labels = NULL;
    Text out = {.columns = call->columns};
    char side[TEXT_NUMBER_BYTES];
    TRY(weights_options_check(&trained, err));
    TRY(call_need("input", settings->input, err));
    TRY(call_need("output", settings->output, err));
    TRY(inference_load(&images, settings->input, err));
    TRY(check_resolution(settings, images.side, err));
    (void)snprintf(side, sizeof side, "%d", images.side);
    trained.network.scale.resolution = side;
    const int64_t batch = settings->batch < images.n ? settings->batch : images.n;
    const WeightsUse use = {.batch = (int)batch,
                            .accept = weights_options_accept(&settings->trained)};
    TRY(weights_options_infer(&infer, &origin, &trained, call, &use, err));
    labels = mem_calloc((size_t)images.n, sizeof *labels);
    if (labels == NULL) {
        (void)err_memory(err, (size_t)images.n * sizeof *labels);
        goto fail;
    }
    TRY(inference_write(infer, &images, settings->output, labels, err));
    put_classes(&origin, labels, images.n, &out);
    TRY(call_print(&out, err));
fail:
    infer_destroy(&infer);
    origin_release(&origin);
    inference_release(&images);
    mem_free(labels);
    text_release(&out);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const InferOptions *settings = call->settings;
    if (settings->images != NULL && (settings->input != NULL || settings->output != NULL))
        return err_set(err, ERR_USAGE, "option '--images' goes without '--input' and '--output'");
    if (settings->images == NULL && call->n_args > 0)
        return err_set(err, ERR_USAGE, "'%s' is no option: pictures follow '--images'",
                       call->args[0]);
    if (settings->images == NULL && call->json)
        return err_set(err, ERR_USAGE, "option '--json' needs '--images'");
    if (settings->images == NULL)
        return infer_tensor(call, err);
    return infer_pictures(call, &settings->trained, settings->images, (int)settings->batch,
                          settings->top, err);
}

const Command cmd_infer = {
    .name = "infer",
    .summary = "what a network takes pictures for, or logits of given images",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(InferOptions),
    .max_args = PICTURES_MAX_ARGS,
    .shared = SHARED_JSON,
    .run = run,
};
