/*
 * weights/weights.h: a network's weights in safetensors files, under our own or other people's
 * names.
 *
 * A file holds every tensor of the Net (running statistics included) and where they are from
 * (weights/origin.h); its bytes are a function of those and the numbers. A naming is a table entry:
 * it says what one of our tensors is called elsewhere, which extra tensors of such files are
 * ignored, and what such weights ask of the network.
 */
#ifndef WEIGHTS_WEIGHTS_H
#define WEIGHTS_WEIGHTS_H

#include "weights/origin.h"

#include "infer/infer.h"
#include "models/spec.h"
#include "nn/net.h"

typedef struct WeightNaming {
    const char *name; /* "isoflop", "torchvision" */
    /* Writes into text[NET_TENSOR_NAME_MAX] what `tensor` is called. */
    void (*rename)(const Network *network, const NetTensor *tensor, char *text);
    /* Dimensions such files use; returns their number. NULL: as NetTensor has them. */
    int (*reshape)(const NetTensor *tensor, int64_t dims[NET_TENSOR_MAX_DIMS]);
    /* True if a tensor of the file that the Net does not have may be left out. */
    bool (*is_ignored)(const char *name);
    /*
     * Makes of `spec` the network such weights were trained as: epsilon, padding. ERR_USAGE where
     * they do not know the network. NULL: as it is.
     */
    ErrCode (*adapt)(Spec *spec, Err *err);
} WeightNaming;

extern const WeightNaming weights_own_names;

/* What becomes of the classifier's last layer. */
typedef enum WeightsHead {
    WEIGHTS_HEAD_WHOLE, /* nothing of its own: a tensor like the others */
    WEIGHTS_HEAD_KEPT,  /* the same, but another number of classes is told as that */
    WEIGHTS_HEAD_NEW,   /* it stays as it is in the Net: the file's may have other classes */
} WeightsHead;

/* Which file, and how it is read. */
typedef struct WeightSource {
    const char *path;
    const WeightNaming *naming;
    unsigned accept;        /* OriginAccept: what of the origin need not be that of the use */
    const OriginData *used; /* whose classes must be the origin's, or NULL */
    WeightsHead head;
} WeightSource;

/*
 * Reads every tensor of the Net (but a new head), then resets optimiser and averages; *origin
 * (origin_release it in either case) is what the file says, and the Net's network is that. ERR_IO,
 * ERR_DATA (damaged; missing or extra tensor, wrong shape or type, a number that is not finite;
 * another network, other classes; the Net is unchanged), ERR_VERSION.
 */
ErrCode weights_load(Net *net, const WeightSource *source, WeightOrigin *origin,
                     Err *err) ERR_CHECKED;

/*
 * *out = the network of `spec`, adapted to the naming, resolved, planned, with the weights of the
 * source; net_destroy it. ERR_USAGE (adapt, a network beyond the limits), as net_create and
 * weights_load.
 */
ErrCode weights_open(Net **out, const Spec *spec, const NetSettings *settings,
                     const WeightSource *source, WeightOrigin *origin, Err *err) ERR_CHECKED;

/* The same as what only runs forward; infer_destroy it. Errors: as infer_plan and weights_load. */
ErrCode weights_infer(Infer **out, const Spec *spec, const InferSettings *settings,
                      const WeightSource *source, WeightOrigin *origin, Err *err) ERR_CHECKED;

/* Gives an Infer the weights that a training with this seed begins with (net_init_weights).
 * ERR_MEMORY. */
ErrCode weights_draw(Infer *infer, uint64_t seed, Err *err) ERR_CHECKED;

/* Gives an Infer, once, the weights of a Net of the same network. ERR_MEMORY. */
ErrCode weights_copy(Infer *infer, const Net *net, Err *err) ERR_CHECKED;

/*
 * Writes NET_WEIGHTS or NET_EMA, atomically, with their origin, as `name` in a folder (NULL: it is
 * a path, base/dir.h). Origin NULL: without metadata, as the first release did. ERR_IO,
 * ERR_MEMORY.
 */
ErrCode weights_save(const Net *net, NetValues values, const Dir *in, const char *name,
                     const WeightNaming *naming, const WeightOrigin *origin, Err *err) ERR_CHECKED;

#endif
