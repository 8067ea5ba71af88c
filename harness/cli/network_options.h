/*
 * harness/cli/network_options.h: NETWORK with --width --depth --resolution --classes, wherever one
 * is taken (docs/cli.md), and DATA as NAME[=PATH].
 *
 * A command embeds a NetworkOptions in its settings and names the table by OPTION_TABLE.
 */
#ifndef HARNESS_CLI_NETWORK_OPTIONS_H
#define HARNESS_CLI_NETWORK_OPTIONS_H

#include "harness/cli/command.h"

#include "data/dataset.h"
#include "harness/study.h"
#include "models/spec.h"

enum { DATA_OPTION_PATH_MAX = 4096 };

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

/*
 * A network's member phi of the family alpha, beta, gamma, for the commands that scale and count.
 */
typedef struct CompoundOptions {
    double alpha, beta, gamma;
    const char *phi; /* NULL: the network as it is */
} CompoundOptions;

extern const OptionTable compound_options;

/*
 * network_options_spec, then alpha^phi, beta^phi, gamma^phi by the network's own rounding.
 * ERR_USAGE: phi with --width, --depth or --resolution, which it sets; out of range.
 */
ErrCode network_options_member(Spec *out, const char *network, const NetworkOptions *options,
                               const CompoundOptions *compound, Err *err) ERR_CHECKED;

/*
 * What weights under other people's names (index into naming_names) ask of the network:
 * torchvision's its epsilon and symmetric padding, timm-tf's TensorFlow's epsilon and SAME padding.
 * ERR_USAGE if torchvision does not have the network.
 */
ErrCode network_options_names(Spec *spec, int names, Err *err) ERR_CHECKED;

/*
 * Splits NAME[=PATH]: the name goes to `name`, *path points behind the '=' or is left alone.
 * ERR_USAGE.
 */
ErrCode data_option_split(const char *value, char name[DATA_OPTION_PATH_MAX], const char **path,
                          Err *err) ERR_CHECKED;

/*
 * Puts NAME[=PATH] into `study->data` (name and path stay valid as long as `value` and `buffer`).
 */
ErrCode data_option_apply(Study *study, const char *value, char buffer[DATA_OPTION_PATH_MAX],
                          Err *err) ERR_CHECKED;

#endif
