/* harness/cli/cmd_infer.c: `isoflop infer`: logits for given images. */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "base/sys.h"
#include "models/resolve.h"
#include "weights/naming.h"
#include "weights/safetensors.h"

#include <stdio.h>

static const char *const usage[] = {"--network N --weights W.safetensors --input X.safetensors "
                                    "--output Y.safetensors [--names torchvision]",
                                    NULL};
static const char *const notes[] = {
    "X holds a tensor 'images', float32 [N,3,H,W] with H = W, already normalised; Y gets a tensor "
    "'logits', float32 [N,classes]. The resolution is the input's.",
    NULL};

typedef struct InferSettings {
    NetworkOptions network;
    const char *name, *weights, *input, *output;
    int64_t batch;
    int names;
} InferSettings;

#define FIELD(field) offsetof(InferSettings, field)
static const Option options[] = {
    {.name = "network",
     .kind = OPTION_TEXT,
     .offset = FIELD(name),
     .metavar = "N",
     .doc = "zoo name or YAML file"},
    {.name = "weights",
     .kind = OPTION_TEXT,
     .offset = FIELD(weights),
     .metavar = "FILE",
     .doc = "weights as safetensors"},
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
    {.name = "names",
     .kind = OPTION_ENUM,
     .offset = FIELD(names),
     .metavar = "WHOSE",
     .fallback = "isoflop",
     .names = naming_names,
     .doc = "names in the weight file"},
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_options},
};
#undef FIELD

enum { CHANNELS = 3, IMAGE_DIMS = 4, PIXELS_MAX = 65536, SHAPE_TEXT_BYTES = 128 };

static ErrCode check_settings(const InferSettings *settings, Err *err)
{
    const char *const values[] = {settings->name, settings->weights, settings->input,
                                  settings->output};
    const char *const names[] = {"network", "weights", "input", "output"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (values[i] == NULL)
            return err_set(err, ERR_USAGE, "option '--%s' is missing", names[i]);
    return ERR_NONE;
}

static ErrCode wrong_images(const TensorInfo *images, const char *path, Err *err)
{
    char shape[SHAPE_TEXT_BYTES];
    safetensors_shape(images, shape, sizeof shape);
    return err_set(err, ERR_DATA,
                   "tensor 'images' in '%s' is %s [%s] where F32 [N, 3, H, H] is wanted", path,
                   safetensors_type_name(images->type), shape);
}

/* The tensor `images` of the input; its shape is checked. */
static ErrCode find_images(const TensorInfo **out, const TensorFile *file, Err *err)
{
    const TensorInfo *images = safetensors_find(file, "images");
    const char *path = safetensors_path(file);
    if (images == NULL)
        return err_set(err, ERR_DATA, "'%s' has no tensor 'images'", path);
    if (images->type != TENSOR_F32 || images->n_dims != IMAGE_DIMS || images->dims[1] != CHANNELS ||
        images->dims[2] != images->dims[3] || images->dims[0] < 1 || images->dims[2] < 1 ||
        images->dims[2] > PIXELS_MAX)
        return wrong_images(images, path, err);
    *out = images;
    return ERR_NONE;
}

/* --resolution may only repeat what the input says. */
static ErrCode check_resolution(const InferSettings *settings, int64_t pixels, Err *err)
{
    int64_t wanted = pixels;
    const char *text = settings->network.resolution;
    if (text != NULL && (!text_to_int64(text, &wanted) || wanted != pixels))
        return err_set(err, ERR_USAGE,
                       "option '--resolution' is %s, but '%s' has images of %lld px", text,
                       settings->input, (long long)pixels);
    return ERR_NONE;
}

/* nchw[n][3][side][side] to nhwc[n][side][side][3]. */
static void to_channels_last(float *nhwc, const float *nchw, int64_t n, int64_t side)
{
    const int64_t pixels = side * side;
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < CHANNELS; c++)
            for (int64_t p = 0; p < pixels; p++)
                nhwc[(i * pixels + p) * CHANNELS + c] = nchw[(i * CHANNELS + c) * pixels + p];
}

static ErrCode run_batches(Net *net, const float *images, const TensorInfo *shape, float *logits,
                           Err *err)
{
    const int batch = net_settings(net)->batch, classes = net_network(net)->classes;
    const int64_t side = shape->dims[2], image_floats = CHANNELS * side * side;
    float *nhwc = mem_calloc((size_t)batch, (size_t)image_floats * sizeof(float));
    if (nhwc == NULL)
        return err_memory(err, (size_t)batch * (size_t)image_floats * sizeof(float));
    for (int64_t first = 0; first < shape->dims[0]; first += batch) {
        const int64_t left = shape->dims[0] - first, n = left < batch ? left : batch;
        to_channels_last(nhwc, images + first * image_floats, n, side);
        net_forward(net, NET_WEIGHTS, nhwc, (int)n, logits + first * classes);
    }
    mem_free(nhwc);
    return ERR_NONE;
}

static ErrCode infer(const Call *call, const InferSettings *settings, const TensorFile *input,
                     Err *err)
{
    Spec spec;
    Network network = {0};
    Net *net = NULL;
    const TensorInfo *shape = NULL;
    float *images = NULL, *logits = NULL;
    char pixels[TEXT_NUMBER_BYTES];
    NetworkOptions choice = settings->network;
    TRY(find_images(&shape, input, err));
    TRY(check_resolution(settings, shape->dims[2], err));
    (void)snprintf(pixels, sizeof pixels, "%lld", (long long)shape->dims[2]);
    choice.resolution = pixels;
    TRY(network_options_spec(&spec, settings->name, &choice, NULL, 0, err));
    TRY(network_options_names(&spec, settings->names, err));
    TRY(resolve_network(&network, &spec, err));
    const int64_t batch = settings->batch < shape->dims[0] ? settings->batch : shape->dims[0];
    const NetSettings plan = {.batch = (int)batch, .threads = call->threads, .level = call->cpu};
    TRY(net_create(&net, &network, &plan, err));
    TRY(weights_load(net, settings->weights, naming_at(settings->names), err));
    images = mem_calloc(shape->n_elements, sizeof(float));
    const size_t n_logits = (size_t)shape->dims[0] * (size_t)network.classes;
    logits = mem_calloc(n_logits, sizeof(float));
    if (images == NULL || logits == NULL) {
        (void)err_memory(err, (shape->n_elements + n_logits) * sizeof(float));
        goto fail;
    }
    TRY(safetensors_floats(input, shape, false, images, shape->n_elements, err));
    TRY(run_batches(net, images, shape, logits, err));
    TensorInfo result = {.name = "logits",
                         .type = TENSOR_F32,
                         .n_dims = 2,
                         .dims = {shape->dims[0], network.classes},
                         .data = logits};
    safetensors_measure(&result);
    TensorSet set = {.tensors = &result, .n_tensors = 1};
    TRY(safetensors_write(settings->output, &set, err));
fail:
    net_destroy(&net);
    network_release(&network);
    mem_free(images);
    mem_free(logits);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const InferSettings *settings = call->settings;
    TensorFile *input = NULL;
    TRY(check_settings(settings, err));
    TRY(safetensors_open(&input, settings->input, err));
    TRY(infer(call, settings, input, err));
fail:
    safetensors_close(&input);
    return err->code;
}

const Command cmd_infer = {
    .name = "infer",
    .summary = "logits of given images",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(InferSettings),
    .run = run,
};
