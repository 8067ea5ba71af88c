/*
 * harness/cli/weights_options.h: --network with its scaling, --weights and --names: a trained
 * network, wherever one is taken.
 */
#ifndef HARNESS_CLI_WEIGHTS_OPTIONS_H
#define HARNESS_CLI_WEIGHTS_OPTIONS_H

#include "harness/cli/network_options.h"

#include "nn/net.h"

typedef struct WeightsOptions {
    NetworkChoice network;
    const char *weights; /* NULL: not given */
    int names;           /* index into naming_names */
} WeightsOptions;

extern const OptionTable weights_options;

/* ERR_USAGE where --network or --weights is missing. */
ErrCode weights_options_check(const WeightsOptions *options, Err *err) ERR_CHECKED;

/*
 * The Net of the options, with its weights, for `batch` images at a time; study and n_classes as in
 * network_options_spec. Errors: as that and weights_open.
 */
ErrCode weights_options_open(Net **out, const WeightsOptions *options, const Call *call,
                             const Study *study, int n_classes, int batch, Err *err) ERR_CHECKED;

#endif
