/* harness/recognition.c: batch by batch from files to the most probable classes. */
#include "harness/recognition.h"

#include "data/imagestats.h"

#include "base/fmath.h"
#include "base/sys.h"

/* As torchvision's and timm's evaluation on ImageNet (torchvision/transforms/_presets.py). */
static const float imagenet_mean[ORIGIN_CHANNELS] = {0.485f, 0.456f, 0.406f};
static const float imagenet_deviation[ORIGIN_CHANNELS] = {0.229f, 0.224f, 0.225f};
static const double IMAGENET_CROP = 0.875;

/* How pictures become input, and the buffers between; owned. */
typedef struct Reader {
    int side, classes;
    double center_crop;
    DataStats stats;
    uint8_t *rgb;  /* [side][side][3] */
    float *images; /* [batch][side][side][3] */
    float *logits; /* [batch][classes] */
} Reader;

static size_t n_values(const Reader *reader)
{
    return (size_t)reader->side * (size_t)reader->side * ORIGIN_CHANNELS;
}

static ErrCode open_reader(Reader *reader, const Net *net, const WeightOrigin *origin, Err *err)
{
    const size_t batch = (size_t)net_settings(net)->batch;
    reader->side = net_network(net)->resolution;
    reader->classes = net_network(net)->classes;
    reader->center_crop = origin->is_known ? origin->center_crop : IMAGENET_CROP;
    reader->stats = origin->is_known ? imagestats_given(origin->mean, origin->deviation)
                                     : imagestats_given(imagenet_mean, imagenet_deviation);
    reader->rgb = mem_calloc(n_values(reader), 1);
    reader->images = mem_calloc(batch * n_values(reader), sizeof(float));
    reader->logits = mem_calloc(batch * (size_t)reader->classes, sizeof(float));
    if (reader->rgb == NULL || reader->images == NULL || reader->logits == NULL)
        return err_memory(err, batch * n_values(reader) * sizeof(float));
    return ERR_NONE;
}

static void close_reader(Reader *reader)
{
    mem_free(reader->rgb);
    mem_free(reader->images);
    mem_free(reader->logits);
}

static ErrCode read_picture(Reader *reader, const char *path, float *image, Err *err)
{
    TRY(picture_read(path, reader->side, reader->center_crop, reader->rgb, err));
    for (size_t i = 0; i < n_values(reader); i++)
        image[i] = reader->stats.value[i % ORIGIN_CHANNELS][reader->rgb[i]];
fail:
    return err->code;
}

/* Whether class a comes before class b. */
static bool is_ahead(const float *logits, int a, int b)
{
    return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
}

/* guesses[top] of one picture: each next one is the first of those behind the last. */
static void guess(const float *logits, int classes, int top, RecognitionGuess *guesses)
{
    double sum = 0.0;
    for (int k = 0; k < top; k++) {
        int best = -1;
        for (int c = 0; c < classes; c++)
            if ((k == 0 || is_ahead(logits, guesses[k - 1].label, c)) &&
                (best < 0 || is_ahead(logits, c, best)))
                best = c;
        guesses[k].label = best;
    }
    const double largest = (double)logits[guesses[0].label];
    for (int c = 0; c < classes; c++)
        sum += fm_exp((double)logits[c] - largest);
    for (int k = 0; k < top; k++)
        guesses[k].probability = fm_exp((double)logits[guesses[k].label] - largest) / sum;
}

ErrCode recognition_run(Net *net, const WeightOrigin *origin, const PictureList *pictures, int top,
                        RecognitionGuess *guesses, Err *err)
{
    const size_t batch = (size_t)net_settings(net)->batch;
    Reader reader = {0};
    TRY(open_reader(&reader, net, origin, err));
    for (size_t first = 0; first < pictures->n; first += batch) {
        const size_t left = pictures->n - first, n = left < batch ? left : batch;
        for (size_t i = 0; i < n; i++)
            TRY(read_picture(&reader, pictures->paths[first + i],
                             reader.images + i * n_values(&reader), err));
        net_forward(net, NET_WEIGHTS, reader.images, (int)n, reader.logits);
        for (size_t i = 0; i < n; i++)
            guess(reader.logits + i * (size_t)reader.classes, reader.classes, top,
                  guesses + (first + i) * (size_t)top);
    }
fail:
    close_reader(&reader);
    return err->code;
}
