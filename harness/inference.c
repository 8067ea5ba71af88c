/* harness/inference.c: from channels first to channels last, batch by batch. */
#include "harness/inference.h"

#include "harness/recognition.h"

#include "base/sys.h"
#include "weights/safetensors.h"

#include <assert.h>
#include <string.h>

enum { CHANNELS = 3, IMAGE_DIMS = 4, SIDE_MAX = 65536, SHAPE_TEXT_BYTES = 128 };

static ErrCode wrong_images(const TensorInfo *images, const char *path, Err *err)
{
    char shape[SHAPE_TEXT_BYTES];
    safetensors_shape(images, shape, sizeof shape);
    return err_set(err, ERR_DATA,
                   "tensor 'images' in '%s' is %s [%s] where F32 [N, 3, H, H] is wanted", path,
                   safetensors_type_name(images->type), shape);
}

/* The tensor `images` of the file; its shape is checked. */
static ErrCode find_images(const TensorInfo **out, const TensorFile *file, Err *err)
{
    const TensorInfo *images = safetensors_find(file, "images");
    const char *path = safetensors_path(file);
    if (images == NULL)
        return err_set(err, ERR_DATA, "'%s' has no tensor 'images'", path);
    if (images->type != TENSOR_F32 || images->n_dims != IMAGE_DIMS || images->dims[1] != CHANNELS ||
        images->dims[2] != images->dims[3] || images->dims[0] < 1 || images->dims[2] < 1 ||
        images->dims[2] > SIDE_MAX)
        return wrong_images(images, path, err);
    *out = images;
    return ERR_NONE;
}

ErrCode inference_load(InferenceImages *images, const char *path, Err *err)
{
    TensorFile *file = NULL;
    const TensorInfo *found = NULL;
    memset(images, 0, sizeof *images);
    TRY(safetensors_open(&file, NULL, path, err));
    TRY(find_images(&found, file, err));
    images->n = found->dims[0];
    images->side = (int)found->dims[2];
    images->nchw = mem_calloc(found->n_elements, sizeof(float));
    if (images->nchw == NULL) {
        (void)err_memory(err, found->n_elements * sizeof(float));
        goto fail;
    }
    TRY(safetensors_floats(file, found, false, images->nchw, found->n_elements, err));
fail:
    safetensors_close(&file);
    return err->code;
}

void inference_release(InferenceImages *images)
{
    mem_free(images->nchw);
    images->nchw = NULL;
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

ErrCode inference_run(Infer *infer, const InferenceImages *images, float *logits, Err *err)
{
    const int batch = infer_settings(infer)->batch, classes = infer_network(infer)->classes;
    const int64_t image_floats = (int64_t)CHANNELS * images->side * images->side;
    assert(infer_network(infer)->resolution == images->side);
    float *nhwc = mem_calloc((size_t)batch, (size_t)image_floats * sizeof(float));
    if (nhwc == NULL)
        return err_memory(err, (size_t)batch * (size_t)image_floats * sizeof(float));
    for (int64_t first = 0; first < images->n; first += batch) {
        const int64_t left = images->n - first, n = left < batch ? left : batch;
        to_channels_last(nhwc, images->nchw + first * image_floats, n, images->side);
        infer_run(infer, nhwc, (int)n, logits + first * classes);
    }
    mem_free(nhwc);
    return ERR_NONE;
}

ErrCode inference_write(Infer *infer, const InferenceImages *images, const char *path, int *labels,
                        Err *err)
{
    const int classes = infer_network(infer)->classes;
    const size_t n_logits = (size_t)images->n * (size_t)classes;
    float *logits = mem_calloc(n_logits, sizeof(float));
    if (logits == NULL)
        return err_memory(err, n_logits * sizeof(float));
    TensorInfo result = {.name = "logits",
                         .type = TENSOR_F32,
                         .n_dims = 2,
                         .dims = {images->n, classes},
                         .data = logits};
    TensorSet set = {.tensors = &result, .n_tensors = 1};
    safetensors_measure(&result);
    TRY(inference_run(infer, images, logits, err));
    TRY(safetensors_write(NULL, path, &set, err));
    for (int64_t i = 0; labels != NULL && i < images->n; i++)
        labels[i] = recognition_best(logits + i * classes, classes);
fail:
    mem_free(logits);
    return err->code;
}
