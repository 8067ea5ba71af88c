/*
 * harness/cli/weights_options.h: --network with its scaling, --weights and --names: a trained
 * network, wherever one is taken.
 */
#ifndef HARNESS_CLI_WEIGHTS_OPTIONS_H
#define HARNESS_CLI_WEIGHTS_OPTIONS_H

#include "harness/cli/network_options.h"

#include "infer/infer.h"
#include "nn/net.h"
#include "weights/origin.h"

typedef struct WeightsOptions {
    NetworkChoice network;
    const char *weights; /* NULL: not given */
    int names;           /* index into naming_names */
} WeightsOptions;

extern const OptionTable weights_options;

/* ERR_USAGE where --network or --weights is missing. */
ErrCode weights_options_check(const WeightsOptions *options, Err *err) ERR_CHECKED;

/* What the weights are opened for. */
typedef struct WeightsUse {
    int batch;              /* images at a time */
    bool class_maps;        /* gradients of logits by maps are wanted: net_class_maps */
    unsigned accept;        /* OriginAccept */
    const Study *study;     /* whose `network` overrides apply, or NULL */
    const OriginData *data; /* whose classes are used and compared, or NULL */
} WeightsUse;

/* ORIGIN_ANY_RESOLUTION where --resolution is given, else 0. */
unsigned weights_options_accept(const WeightsOptions *options);

/*
 * The network of the options with its weights, to run forward; else as weights_options_open.
 */
ErrCode weights_options_infer(Infer **out, WeightOrigin *origin, const WeightsOptions *options,
                              const Call *call, const WeightsUse *use, Err *err) ERR_CHECKED;

/*
 * The Net of the options, with its weights; *origin, which the caller releases in either case, is
 * what their file says. Says so where it says nothing. Errors: as network_options_spec and
 * weights_open.
 */
ErrCode weights_options_open(Net **out, WeightOrigin *origin, const WeightsOptions *options,
                             const Call *call, const WeightsUse *use, Err *err) ERR_CHECKED;

#endif
