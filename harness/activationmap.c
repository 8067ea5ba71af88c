/* harness/activationmap.c: the classifier's weights on what its mean is of, or mean gradients on
 * what a layer makes. */
#include "harness/activationmap.h"

#include "harness/recognition.h"

#include "base/sys.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* --- the classifier --- */

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

/* --- room --- */

static ErrCode allocate(ActivationMaps *out, const Net *net, Err *err)
{
    const size_t n = (size_t)net_settings(net)->batch, channels = (size_t)out->channels;
    const size_t classes = (size_t)net_network(net)->classes;
    const size_t pixels = (size_t)out->side * (size_t)out->side;
    const bool is_exact = out->op == ACTIVATIONMAP_EXACT;
    out->maps = mem_calloc(n * pixels, sizeof(float));
    out->logits = mem_calloc(n * classes, sizeof(float));
    out->labels = mem_calloc(n, sizeof *out->labels);
    out->features = mem_calloc(n * pixels * channels, sizeof(float));
    out->shares = mem_calloc(channels, sizeof *out->shares);
    if (is_exact)
        out->weights = mem_calloc(classes * channels, sizeof(float));
    else
        out->gradients = mem_calloc(n * pixels * channels, sizeof(float));
    if (out->maps == NULL || out->logits == NULL || out->labels == NULL || out->features == NULL ||
        out->shares == NULL || (is_exact ? out->weights : out->gradients) == NULL)
        return err_memory(err, n * pixels * channels * sizeof(float));
    return ERR_NONE;
}

ErrCode activationmap_open(ActivationMaps *out, const Net *net, int op, Err *err)
{
    const bool is_exact = op == ACTIVATIONMAP_EXACT;
    *out = (ActivationMaps){.op = op};
    if (is_exact && classifier(net)->squeeze > 0)
        return err_set(
            err, ERR_USAGE,
            "the classifier of '%s' has a hidden layer: no map says exactly what a place "
            "adds to a class; give a layer for an estimate",
            net_network(net)->name);
    out->side = is_exact ? pooled(net)->in_size : net_network(net)->ops[op].out_size;
    out->channels =
        is_exact ? classifier(net)->in_channels : net_network(net)->ops[op].out_channels;
    TRY(allocate(out, net, err));
    if (is_exact)
        read_weights(net, out->weights);
fail:
    return err->code;
}

/* --- maps --- */

static void choose_labels(ActivationMaps *maps, int n, int classes, int label)
{
    for (int i = 0; i < n; i++)
        maps->labels[i] = label != ACTIVATIONMAP_AUTO
                              ? label
                              : recognition_best(maps->logits + (long)i * classes, classes);
}

/* CAM: a channel counts for what the classifier gives it. */
static void share_weights(const ActivationMaps *maps, int i)
{
    const float *w = maps->weights + (long)maps->labels[i] * maps->channels;
    for (int c = 0; c < maps->channels; c++)
        maps->shares[c] = (double)w[c];
}

/* Grad-CAM: for its mean gradient. */
static void share_gradients(const ActivationMaps *maps, int i)
{
    const long pixels = (long)maps->side * maps->side;
    const float *gradients = maps->gradients + i * pixels * maps->channels;
    for (int c = 0; c < maps->channels; c++) {
        double sum = 0.0;
        for (long p = 0; p < pixels; p++)
            sum += (double)gradients[p * maps->channels + c];
        maps->shares[c] = sum / (double)pixels;
    }
}

/* The i-th map from the shares. */
static void weigh(const ActivationMaps *maps, int i)
{
    const long pixels = (long)maps->side * maps->side;
    for (long p = 0; p < pixels; p++) {
        const float *f = maps->features + ((long)i * pixels + p) * maps->channels;
        double sum = 0.0;
        for (int c = 0; c < maps->channels; c++)
            sum += maps->shares[c] * (double)f[c];
        const bool is_cut = maps->op != ACTIVATIONMAP_EXACT && sum < 0.0;
        maps->maps[(long)i * pixels + p] = is_cut ? 0.0f : (float)sum;
    }
}

void activationmap_run(ActivationMaps *maps, Net *net, const float *images, int n, int label)
{
    const int classes = net_network(net)->classes;
    const bool is_exact = maps->op == ACTIVATIONMAP_EXACT;
    assert(label >= ACTIVATIONMAP_AUTO && label < classes);
    if (is_exact)
        net_forward_maps(net, NET_WEIGHTS, images, n, maps->logits, maps->features);
    else
        net_forward(net, NET_WEIGHTS, images, n, maps->logits);
    choose_labels(maps, n, classes, label);
    if (!is_exact)
        net_class_maps(net, maps->op, images, maps->labels, n, maps->features, maps->gradients);
    for (int i = 0; i < n; i++) {
        if (is_exact)
            share_weights(maps, i);
        else
            share_gradients(maps, i);
        weigh(maps, i);
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
    mem_free(maps->gradients);
    mem_free(maps->shares);
    *maps = (ActivationMaps){0};
}
