/* bench/kernelshapes.c: walks the lists of operations and keeps what is new. */
#include "bench/kernelshapes.h"

#include "base/sys.h"
#include "models/resolve.h"
#include "models/zoo.h"

static const struct {
    const char *name;
    double width;
    int pixels; /* 0: the specification's */
} networks[] = {
    {"proxy-b0", 1.0, 0},
    {"efficientnet-b0-cifar", 0.25, 0},
    {"efficientnet-b0-cifar", 0.5, 0},
    {"efficientnet-b0", 1.0, 64},
    {"efficientnet-b0", 1.0, 224},
    {"mobilenet-v2-cifar", 1.0, 0},
    {"resnet-20-cifar", 1.0, 0},
    {"resnet-50", 1.0, 64},
};

static bool is_same(const KernelShape *a, const KernelShape *b)
{
    return a->is_depthwise == b->is_depthwise && a->side == b->side && a->kernel == b->kernel &&
           a->stride == b->stride && a->inputs == b->inputs && a->outputs == b->outputs;
}

/* False where the operation is no convolution: its macs tell what it multiplies. */
static bool describe(const Op *op, KernelShape *shape)
{
    const int64_t outputs = (int64_t)op->out_size * op->out_size * op->out_channels;
    const int64_t taps = (int64_t)op->kernel * op->kernel;
    *shape = (KernelShape){op->macs == outputs * taps,
                           op->in_size,
                           op->kernel,
                           op->stride,
                           op->in_channels,
                           op->out_channels};
    return op->kernel > 0 && op->batch_norm &&
           (shape->is_depthwise || op->macs == outputs * taps * op->in_channels);
}

static ErrCode add(KernelShapes *shapes, const Network *network, Err *err)
{
    const size_t most = shapes->n + (size_t)network->n_ops;
    KernelShape *v = mem_realloc(shapes->v, most * sizeof *v);
    if (v == NULL)
        return err_memory(err, most * sizeof *v);
    shapes->v = v;
    for (int i = 0; i < network->n_ops; i++) {
        KernelShape shape;
        size_t at = 0;
        if (!describe(&network->ops[i], &shape))
            continue;
        while (at < shapes->n && !is_same(&v[at], &shape))
            at++;
        v[at] = shape;
        shapes->n += at == shapes->n;
    }
    return ERR_NONE;
}

ErrCode kernelshapes_collect(KernelShapes *shapes, Err *err)
{
    *shapes = (KernelShapes){0};
    for (size_t i = 0; i < ARRAY_LEN(networks); i++) {
        Spec spec;
        Network network = {0};
        ResolveOptions options = resolve_options();
        options.width = networks[i].width;
        if (networks[i].pixels > 0)
            options.resolution = networks[i].pixels;
        if (zoo_load(&spec, networks[i].name, err) != ERR_NONE ||
            resolve_with(&network, &spec, &options, err) != ERR_NONE)
            return err->code;
        const ErrCode code = add(shapes, &network, err);
        network_release(&network);
        if (code != ERR_NONE)
            return code;
    }
    return ERR_NONE;
}
