/*
 * harness/inference.h: images and logits in files, and the network between them.
 *
 * A file of images is a safetensors file with a tensor `images`, float32 [N,3,H,H], already
 * normalised, as other frameworks write them (channels first); one of logits has a tensor `logits`,
 * float32 [N,classes]. The network computes channels last, a batch at a time; the size of a batch
 * changes memory, not results.
 */
#ifndef HARNESS_INFERENCE_H
#define HARNESS_INFERENCE_H

#include "base/err.h"
#include "infer/infer.h"

#include <stdint.h>

typedef struct InferenceImages {
    float *nchw; /* [n][3][side][side]; owned */
    int64_t n;
    int side; /* height and width in pixels */
} InferenceImages;

/*
 * Reads a file of images. ERR_IO, ERR_DATA (no tensor `images`, another shape or type, a number
 * that is not finite), ERR_MEMORY. Release it in either case.
 */
ErrCode inference_load(InferenceImages *images, const char *path, Err *err) ERR_CHECKED;

/* Accepts a zeroed struct. */
void inference_release(InferenceImages *images);

/*
 * logits[n][classes] of all images; the network's resolution is `images->side`. ERR_MEMORY.
 */
ErrCode inference_run(Infer *infer, const InferenceImages *images, float *logits,
                      Err *err) ERR_CHECKED;

/*
 * inference_run into a file of logits, written atomically; labels[n] gets each image's class, that
 * of the largest logit (of several the first), unless NULL. ERR_IO, ERR_MEMORY.
 */
ErrCode inference_write(Infer *infer, const InferenceImages *images, const char *path, int *labels,
                        Err *err) ERR_CHECKED;

#endif
