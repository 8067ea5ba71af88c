/* harness/activationmap.c: the classifier's weights on what its mean is of. */
#include "harness/activationmap.h"

#include "harness/recognition.h"

#include "base/sys.h"

#include <assert.h>
#include <math.h>

static const Op *classifier(const Net *net)
{
    const Network *network = net_network(net);
    return &network->ops[network->n_ops - 1];
}

static const Op *pooled(const Net *net)
{
    return &net_network(net)->ops[classifier(net)->input];
}

/* The matrix w[classes][channels]. */
static void read_weights(const Net *net, float *weights)
{
    const int last = net_network(net)->n_ops - 1;
    for (int i = 0; i < net_n_tensors(net); i++)
        if (net_tensor(net, i)->op == last && net_tensor(net, i)->n_dims == 2)
            net_read(net, i, NET_WEIGHTS, weights);
}

ErrCode activationmap_open(ActivationMaps *out, const Net *net, Err *err)
{
    const Op *head = classifier(net), *pool = pooled(net);
    const size_t n = (size_t)net_settings(net)->batch, classes = (size_t)head->out_channels;
    const size_t channels = (size_t)head->in_channels;
    const size_t pixels = (size_t)pool->in_size * (size_t)pool->in_size;
    *out = (ActivationMaps){.side = pool->in_size};
    if (head->squeeze > 0)
        return err_set(
            err, ERR_USAGE,
            "the classifier of '%s' has a hidden layer: no map says exactly what a place "
            "adds to a class",
            net_network(net)->name);
    out->maps = mem_calloc(n * pixels, sizeof(float));
    out->logits = mem_calloc(n * classes, sizeof(float));
    out->labels = mem_calloc(n, sizeof(int));
    out->weights = mem_calloc(classes * channels, sizeof(float));
    out->features = mem_calloc(n * pixels * channels, sizeof(float));
    if (out->maps == NULL || out->logits == NULL || out->labels == NULL || out->weights == NULL ||
        out->features == NULL)
        return err_memory(err, n * pixels * channels * sizeof(float));
    read_weights(net, out->weights);
    return ERR_NONE;
}

void activationmap_run(ActivationMaps *maps, Net *net, const float *images, int n, int label)
{
    const int classes = net_network(net)->classes, channels = classifier(net)->in_channels;
    const long pixels = (long)maps->side * maps->side;
    assert(label >= ACTIVATIONMAP_AUTO && label < classes);
    net_forward_maps(net, NET_WEIGHTS, images, n, maps->logits, maps->features);
    for (int i = 0; i < n; i++) {
        maps->labels[i] = label != ACTIVATIONMAP_AUTO
                              ? label
                              : recognition_best(maps->logits + (long)i * classes, classes);
        const float *w = maps->weights + (long)maps->labels[i] * channels;
        for (long p = 0; p < pixels; p++) {
            const float *f = maps->features + ((long)i * pixels + p) * channels;
            double sum = 0.0;
            for (int c = 0; c < channels; c++)
                sum += (double)w[c] * (double)f[c];
            maps->maps[(long)i * pixels + p] = (float)sum;
        }
    }
}

void activationmap_range(const ActivationMaps *maps, int i, double *low, double *high)
{
    const long pixels = (long)maps->side * maps->side;
    const float *map = maps->maps + i * pixels;
    *low = *high = (double)map[0];
    for (long p = 1; p < pixels && !isnan(*low); p++) {
        const double value = (double)map[p];
        *low = value < *low || isnan(value) ? value : *low;
        *high = value > *high || isnan(value) ? value : *high;
    }
}

void activationmap_release(ActivationMaps *maps)
{
    mem_free(maps->maps);
    mem_free(maps->logits);
    mem_free(maps->labels);
    mem_free(maps->weights);
    mem_free(maps->features);
    *maps = (ActivationMaps){0};
}
