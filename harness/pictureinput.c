/* harness/pictureinput.c: read, cut and normalised one after the other. */
#include "harness/pictureinput.h"

#include "base/sys.h"

/* As torchvision's and timm's evaluation on ImageNet (torchvision/transforms/_presets.py). */
static const float imagenet_mean[ORIGIN_CHANNELS] = {0.485f, 0.456f, 0.406f};
static const float imagenet_deviation[ORIGIN_CHANNELS] = {0.229f, 0.224f, 0.225f};
static const double IMAGENET_CROP = 0.875;

static size_t n_values(const PictureInput *input)
{
    return (size_t)input->side * (size_t)input->side * ORIGIN_CHANNELS;
}

ErrCode pictureinput_open(PictureInput *out, int side, int batch, const WeightOrigin *origin,
                          Err *err)
{
    *out = (PictureInput){.side = side,
                          .batch = batch,
                          .center_crop = origin->is_known ? origin->center_crop : IMAGENET_CROP,
                          .stats = origin->is_known
                                       ? imagestats_given(origin->mean, origin->deviation)
                                       : imagestats_given(imagenet_mean, imagenet_deviation)};
    out->rgb = mem_calloc((size_t)batch, n_values(out));
    out->images = mem_calloc((size_t)batch * n_values(out), sizeof(float));
    if (out->rgb == NULL || out->images == NULL)
        return err_memory(err, (size_t)batch * n_values(out) * sizeof(float));
    return ERR_NONE;
}

ErrCode pictureinput_read(PictureInput *input, const PictureList *pictures, size_t first, Err *err)
{
    const size_t left = pictures->n - first, batch = (size_t)input->batch;
    input->n = (int)(left < batch ? left : batch);
    for (size_t i = 0; i < (size_t)input->n; i++)
        TRY(picture_read(pictures->paths[first + i], input->side, input->center_crop,
                         input->rgb + i * n_values(input), err));
    for (size_t i = 0; i < (size_t)input->n * n_values(input); i++)
        input->images[i] = input->stats.value[i % ORIGIN_CHANNELS][input->rgb[i]];
fail:
    return err->code;
}

void pictureinput_release(PictureInput *input)
{
    mem_free(input->rgb);
    mem_free(input->images);
    *input = (PictureInput){0};
}
