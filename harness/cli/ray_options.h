/*
 * harness/cli/ray_options.h: --strategy with --macs: a network scaled along a ray to a counted
 * cost.
 */
#ifndef HARNESS_CLI_RAY_OPTIONS_H
#define HARNESS_CLI_RAY_OPTIONS_H

#include "harness/cli/command.h"

#include "models/spec.h"

typedef struct RayOptions {
    const char *strategy, *macs,
        *constants;   /* strategy NULL: the network as it is; constants: or NULL */
    double tolerance; /* relative, of counted MACs */
    bool matched;
} RayOptions;

extern const OptionTable ray_options;

/* ERR_USAGE where one of them would be ignored without another. */
ErrCode ray_options_check(const RayOptions *options, Err *err) ERR_CHECKED;

/*
 * *spec becomes the network of the strategy's ray at --macs, and a line of talk says what was
 * built. ERR_USAGE (a word that is no strategy, number or multiple), ERR_MISSING (no network of the
 * ray meets the target).
 */
ErrCode ray_options_scale(Spec *spec, const RayOptions *options, Err *err) ERR_CHECKED;

#endif
