/* harness/cli/network_options.c: from the words of a command line to a specification. */
#include "harness/cli/network_options.h"

#include "models/resolve.h"
#include "models/zoo.h"
#include "paper/family.h"
#include "weights/naming.h"

#include <math.h>
#include <string.h>

static const double TENSORFLOW_EPSILON = 1e-3;

#define FIELD(field) offsetof(NetworkOptions, field)
static const Option options[] = {
    {.name = "width",
     .kind = OPTION_NUMBER,
     .offset = FIELD(width),
     .metavar = "W",
     .fallback = "1",
     .doc = "width multiplier, by the network's rounding rules"},
    {.name = "depth",
     .kind = OPTION_NUMBER,
     .offset = FIELD(depth),
     .metavar = "D",
     .fallback = "1",
     .doc = "depth multiplier"},
    {.name = "resolution",
     .kind = OPTION_TEXT,
     .offset = FIELD(resolution),
     .metavar = "PX",
     .doc = "height and width of the images in pixels"},
    {.name = "classes",
     .kind = OPTION_TEXT,
     .offset = FIELD(classes),
     .metavar = "K",
     .doc = "classes (default: the data set's, else the network's)"},
};
#undef FIELD

const OptionTable network_options = {options, ARRAY_LEN(options)};

static ErrCode whole_number(int64_t *out, const char *name, const char *text, Err *err)
{
    if (text == NULL)
        return ERR_NONE;
    if (!text_to_int64(text, out) || *out == RESOLVE_UNSET)
        return err_set(err, ERR_USAGE, "option '--%s' must be a whole number, not '%s'", name,
                       text);
    return ERR_NONE;
}

ErrCode network_options_spec(Spec *out, const char *network, const NetworkOptions *settings,
                             const Study *study, int n_classes, Err *err)
{
    Spec spec;
    ResolveOptions resolve = resolve_options();
    resolve.width = settings->width;
    resolve.depth = settings->depth;
    if (n_classes > 0)
        resolve.classes = n_classes;
    TRY(whole_number(&resolve.resolution, "resolution", settings->resolution, err));
    TRY(whole_number(&resolve.classes, "classes", settings->classes, err));
    TRY(zoo_load(&spec, network, err));
    if (study != NULL)
        TRY(study_override(&spec, &spec, study, err));
    TRY(resolve_apply(out, &spec, &resolve, err));
    return ERR_NONE;
fail:
    return err->code;
}

#define FIELD(field) offsetof(CompoundOptions, field)
static const Option compound[] = {
    {.name = "phi",
     .kind = OPTION_TEXT,
     .offset = FIELD(phi),
     .metavar = "P",
     .doc = "scale by alpha^P, beta^P, gamma^P"},
    {.name = "alpha",
     .kind = OPTION_NUMBER,
     .offset = FIELD(alpha),
     .metavar = "A",
     .fallback = "1.2",
     .doc = "depth's constant"},
    {.name = "beta",
     .kind = OPTION_NUMBER,
     .offset = FIELD(beta),
     .metavar = "B",
     .fallback = "1.1",
     .doc = "width's constant"},
    {.name = "gamma",
     .kind = OPTION_NUMBER,
     .offset = FIELD(gamma),
     .metavar = "G",
     .fallback = "1.15",
     .doc = "resolution's constant"},
};
#undef FIELD

const OptionTable compound_options = {compound, ARRAY_LEN(compound)};

ErrCode network_options_member(Spec *out, const char *network, const NetworkOptions *settings,
                               const CompoundOptions *constants, Err *err)
{
    double phi = 0.0;
    Spec spec;
    TRY(network_options_spec(&spec, network, settings, NULL, 0, err));
    *out = spec;
    if (constants->phi == NULL)
        return ERR_NONE;
    if (settings->width != 1.0 || settings->depth != 1.0 || settings->resolution != NULL)
        return err_set(err, ERR_USAGE,
                       "option '--phi' sets width, depth and resolution: leave out '--width', "
                       "'--depth' and '--resolution'");
    if (!text_to_double(constants->phi, &phi))
        return err_set(err, ERR_USAGE, "option '--phi' must be a number, not '%s'", constants->phi);
    const FamilySettings family = {constants->alpha, constants->beta, constants->gamma, &phi, 1};
    TRY(family_member(out, &spec, &family, 0, err));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode network_options_names(Spec *spec, int names, Err *err)
{
    const WeightNaming *naming = naming_at(names);
    if (naming == &naming_torchvision) {
        if (isnan(spec->torchvision_epsilon))
            return err_set(err, ERR_USAGE, "torchvision does not have the network '%s'",
                           spec->name);
        spec->batch_norm.epsilon = spec->torchvision_epsilon;
        spec->padding = PADDING_SYMMETRIC;
    } else if (naming == &naming_timm) {
        spec->batch_norm.epsilon = TENSORFLOW_EPSILON;
        spec->padding = PADDING_SAME;
    }
    return ERR_NONE;
}

ErrCode data_option_split(const char *value, char name[DATA_OPTION_PATH_MAX], const char **path,
                          Err *err)
{
    const char *equals = strchr(value, '=');
    const size_t n = equals != NULL ? (size_t)(equals - value) : strlen(value);
    if (n == 0 || n >= DATA_OPTION_PATH_MAX)
        return err_set(err, ERR_USAGE, "a data set is NAME or NAME=PATH, not '%s'", value);
    memcpy(name, value, n);
    name[n] = '\0';
    if (equals != NULL)
        *path = equals + 1;
    return ERR_NONE;
}

ErrCode data_option_apply(Study *study, const char *value, char buffer[DATA_OPTION_PATH_MAX],
                          Err *err)
{
    TRY(data_option_split(value, buffer, &study->data.path, err));
    study->data.name = buffer;
fail:
    return err->code;
}
