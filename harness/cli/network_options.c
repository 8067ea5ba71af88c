/* harness/cli/network_options.c: from the words of a command line to a specification. */
#include "harness/cli/network_options.h"

#include "models/resolve.h"
#include "models/zoo.h"
#include "paper/family.h"

#include <stdio.h>
#include <string.h>

#define FIELD(field) offsetof(NetworkOptions, field)
static const Option scale_rows[] = {
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

const OptionTable network_options = {scale_rows, ARRAY_LEN(scale_rows)};

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

static const Option choice_rows[] = {
    {.name = "network",
     .kind = OPTION_TEXT,
     .offset = offsetof(NetworkChoice, name),
     .metavar = "N",
     .doc = "zoo name or YAML file"},
    {.kind = OPTION_TABLE, .offset = offsetof(NetworkChoice, scale), .table = &network_options},
};

const OptionTable network_choice = {choice_rows, ARRAY_LEN(choice_rows)};

ErrCode network_choice_spec(Spec *out, const NetworkChoice *choice, const Study *study,
                            int n_classes, Err *err)
{
    TRY(call_need("network", choice->name, err));
    TRY(network_options_spec(out, choice->name, &choice->scale, study, n_classes, err));
fail:
    return err->code;
}

#define FIELD(field) offsetof(FamilyOptions, field)
static const Option family_rows[] = {
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

const OptionTable family_options = {family_rows, ARRAY_LEN(family_rows)};

static const Option compound_rows[] = {
    {.name = "phi",
     .kind = OPTION_TEXT,
     .offset = offsetof(CompoundOptions, phi),
     .metavar = "P",
     .doc = "scale by alpha^P, beta^P, gamma^P"},
    {.kind = OPTION_TABLE, .offset = offsetof(CompoundOptions, family), .table = &family_options},
};

const OptionTable compound_options = {compound_rows, ARRAY_LEN(compound_rows)};

ErrCode network_options_member(Spec *out, const char *network, const NetworkOptions *settings,
                               const CompoundOptions *compound, Err *err)
{
    double phi = 0.0;
    Spec spec;
    TRY(network_options_spec(&spec, network, settings, NULL, 0, err));
    *out = spec;
    if (compound->phi == NULL)
        return ERR_NONE;
    if (settings->width != 1.0 || settings->depth != 1.0 || settings->resolution != NULL)
        return err_set(err, ERR_USAGE,
                       "option '--phi' sets width, depth and resolution: leave out '--width', "
                       "'--depth' and '--resolution'");
    if (!text_to_double(compound->phi, &phi))
        return err_set(err, ERR_USAGE, "option '--phi' must be a number, not '%s'", compound->phi);
    const FamilySettings family = {compound->family.alpha, compound->family.beta,
                                   compound->family.gamma, &phi, 1};
    TRY(family_member(out, &spec, &family, 0, err));
    return ERR_NONE;
fail:
    return err->code;
}

static bool is_same_origin(const SpecOrigin *a, const SpecOrigin *b)
{
    return strcmp(a->baseline, b->baseline) == 0 && a->width == b->width && a->depth == b->depth &&
           a->resolution == b->resolution;
}

ErrCode network_options_origin(Spec *spec, const char *network, Err *err)
{
    char *baseline = spec->scaled_from.baseline;
    char path[SPEC_ORIGIN_MAX];
    Spec file;
    int n_bytes;
    if (!zoo_is_path(network) || baseline[0] == '\0')
        return ERR_NONE;
    TRY(zoo_load(&file, network, err));
    if (!is_same_origin(&spec->scaled_from, &file.scaled_from)) {
        n_bytes = snprintf(path, sizeof path, "%s", network);
    } else if (zoo_is_path(baseline) && baseline[0] != '/' && strchr(network, '/') != NULL) {
        const int n_folder = (int)(strrchr(network, '/') - network);
        n_bytes = snprintf(path, sizeof path, "%.*s/%s", n_folder, network, baseline);
    } else {
        return ERR_NONE;
    }
    if (n_bytes >= SPEC_ORIGIN_MAX)
        return err_set(err, ERR_USAGE, "the path of '%s' is longer than %d bytes", spec->name,
                       SPEC_ORIGIN_MAX - 1);
    memcpy(baseline, path, (size_t)n_bytes + 1);
    return ERR_NONE;
fail:
    return err->code;
}
