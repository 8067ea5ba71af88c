/*
 * harness/recognition.h: what a network takes pictures for: `infer --images`.
 */
#ifndef HARNESS_RECOGNITION_H
#define HARNESS_RECOGNITION_H

#include "harness/pictureinput.h"

#include "infer/infer.h"

typedef struct RecognitionGuess {
    int label;
    double probability; /* softmax of the logits */
} RecognitionGuess;

/*
 * The `top` most probable of logits[classes], 1 <= top <= classes, most probable first and of equal
 * ones the lower label first, what is no number last: guesses[top].
 */
void recognition_guess(const float *logits, int classes, int top, RecognitionGuess *guesses);

/* The first of recognition_guess. */
int recognition_best(const float *logits, int classes);

/* The softmax of logits[classes] at a label. */
double recognition_probability(const float *logits, int classes, int label);

/*
 * recognition_guess of each picture: guesses[pictures->n][top]. A batch is read, then run; its size
 * changes memory, not results. Errors: those of picture_read, ERR_MEMORY.
 */
ErrCode recognition_run(Infer *infer, const WeightOrigin *origin, const PictureList *pictures,
                        int top, RecognitionGuess *guesses, Err *err) ERR_CHECKED;

#endif
