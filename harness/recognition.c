/* harness/recognition.c: batch by batch from files to the most probable classes. */
#include "harness/recognition.h"

#include "base/fmath.h"
#include "base/sys.h"

#include <assert.h>
#include <math.h>

/* Whether class a comes before class b; a logit that is no number comes last. */
static bool is_ahead(const float *logits, int a, int b)
{
    const float x = logits[a], y = logits[b];
    if (isnan(x) || isnan(y))
        return isnan(x) && isnan(y) ? a < b : isnan(y);
    return x > y || (x == y && a < b);
}

int recognition_best(const float *logits, int classes)
{
    int best = 0;
    for (int c = 1; c < classes; c++)
        if (is_ahead(logits, c, best))
            best = c;
    return best;
}

double recognition_probability(const float *logits, int classes, int label)
{
    double sum = 0.0;
    for (int c = 0; c < classes; c++)
        sum += fm_exp((double)logits[c] - (double)logits[label]);
    return 1.0 / sum;
}

/* Each next one is the first of those behind the last. */
void recognition_guess(const float *logits, int classes, int top, RecognitionGuess *guesses)
{
    for (int k = 0; k < top; k++) {
        int best = -1;
        for (int c = 0; c < classes; c++)
            if ((k == 0 || is_ahead(logits, guesses[k - 1].label, c)) &&
                (best < 0 || is_ahead(logits, c, best)))
                best = c;
        assert(best >= 0);
        guesses[k] = (RecognitionGuess){best, recognition_probability(logits, classes, best)};
    }
}

ErrCode recognition_run(Infer *infer, const WeightOrigin *origin, const PictureList *pictures,
                        int top, RecognitionGuess *guesses, Err *err)
{
    const size_t batch = (size_t)infer_settings(infer)->batch;
    const int classes = infer_network(infer)->classes;
    PictureInput input = {0};
    float *logits = mem_calloc(batch * (size_t)classes, sizeof *logits);
    if (logits == NULL)
        return err_memory(err, batch * (size_t)classes * sizeof *logits);
    TRY(pictureinput_open(&input, infer_network(infer)->resolution, (int)batch, origin, err));
    for (size_t first = 0; first < pictures->n; first += batch) {
        TRY(pictureinput_read(&input, pictures, first, err));
        infer_run(infer, input.images, input.n, logits);
        for (int i = 0; i < input.n; i++)
            recognition_guess(logits + (long)i * classes, classes, top,
                              guesses + (first + (size_t)i) * (size_t)top);
    }
fail:
    pictureinput_release(&input);
    mem_free(logits);
    return err->code;
}
