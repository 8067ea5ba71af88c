/*
 * harness/cli/network_options.h: the rows of options that say which network, each written once.
 *
 * A command embeds the struct in its settings and names the table by OPTION_TABLE: network_options
 * where the network is an argument, network_choice where it is an option, weights_options
 * (weights_options.h) where a weight file goes with it.
 */
#ifndef HARNESS_CLI_NETWORK_OPTIONS_H
#define HARNESS_CLI_NETWORK_OPTIONS_H

#include "harness/cli/command.h"

#include "harness/study.h"
#include "models/spec.h"

/* --width, --depth, --resolution, --classes */
typedef struct NetworkOptions {
    double width, depth;
    const char *resolution, *classes; /* NULL: the specification's */
} NetworkOptions;

extern const OptionTable network_options;

/*
 * The specification of a zoo name or YAML path with `options` (and, unless NULL, the study's
 * `network` overrides) applied. n_classes > 0 are the data set's, used unless --classes is given.
 * ERR_USAGE: unknown name, not a positive finite number, out of range.
 */
ErrCode network_options_spec(Spec *out, const char *network, const NetworkOptions *options,
                             const Study *study, int n_classes, Err *err) ERR_CHECKED;

/* --network and how it is scaled */
typedef struct NetworkChoice {
    const char *name; /* NULL: not given */
    NetworkOptions scale;
} NetworkChoice;

extern const OptionTable network_choice;

/* network_options_spec of a choice. ERR_USAGE also without --network. */
ErrCode network_choice_spec(Spec *out, const NetworkChoice *choice, const Study *study,
                            int n_classes, Err *err) ERR_CHECKED;

/* --alpha, --beta, --gamma */
typedef struct FamilyOptions {
    double alpha, beta, gamma;
} FamilyOptions;

extern const OptionTable family_options;

/*
 * A network's member phi of the family alpha, beta, gamma, for the commands that scale and count.
 */
typedef struct CompoundOptions {
    const char *phi; /* NULL: the network as it is */
    FamilyOptions family;
} CompoundOptions;

extern const OptionTable compound_options;

/*
 * network_options_spec, then alpha^phi, beta^phi, gamma^phi by the network's own rounding.
 * ERR_USAGE: phi with --width, --depth or --resolution, which it sets; out of range.
 */
ErrCode network_options_member(Spec *out, const char *network, const NetworkOptions *options,
                               const CompoundOptions *compound, Err *err) ERR_CHECKED;

/*
 * Makes scaled_from resolve from the current folder where NETWORK was a path: the file itself if
 * `spec` was scaled from it now, and what the file names relative to itself if not. For those who
 * explain a network or write it; training does not, so that no path gets into what it writes.
 * Errors: those of zoo_load; ERR_USAGE (a path beyond SPEC_ORIGIN_MAX).
 */
ErrCode network_options_origin(Spec *spec, const char *network, Err *err) ERR_CHECKED;

#endif
