/*
 * harness/recognition.h: what a network takes pictures for: `infer --images`.
 *
 * Pictures are cut, resized and normalised as the images that the weights were trained on. Where
 * weights do not say how, as those of torchvision and timm do, it is done as those libraries
 * evaluate on ImageNet: its mean and deviation, and 0.875 of the shorter side.
 */
#ifndef HARNESS_RECOGNITION_H
#define HARNESS_RECOGNITION_H

#include "base/err.h"
#include "data/picture.h"
#include "nn/net.h"
#include "weights/origin.h"

typedef struct RecognitionGuess {
    int label;
    double probability; /* softmax of the logits */
} RecognitionGuess;

/*
 * The `top` most probable classes of each picture, 1 <= top <= classes, most probable first and of
 * equal ones the lower label first: guesses[pictures->n][top]. A batch is read, then run; its size
 * changes memory, not results. Errors: those of picture_read, ERR_MEMORY.
 */
ErrCode recognition_run(Net *net, const WeightOrigin *origin, const PictureList *pictures, int top,
                        RecognitionGuess *guesses, Err *err) ERR_CHECKED;

#endif
