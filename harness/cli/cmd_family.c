/* harness/cli/cmd_family.c: `isoflop family`: STEP 2 of compound scaling for any baseline. */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "base/json.h"
#include "paper/family.h"

#include <string.h>

static const char *const usage[] = {"NETWORK [--alpha A --beta B --gamma G] [--phi 0..7] [--json]",
                                    NULL};
static const char *const notes[] = {"Members alpha^phi, beta^phi, gamma^phi by the network's own "
                                    "rounding, as in the paper: nominal and "
                                    "counted cost stand side by side, nothing is matched. "
                                    "EfficientNet-B1 to B7 have other coefficients, see "
                                    "'isoflop explain'. --phi is a list of numbers and "
                                    "whole-numbered ranges, for example 0,0.5,1..3.",
                                    NULL};

typedef struct MemberOptions {
    NetworkOptions network;
    FamilyOptions family;
    const char *phi;
} MemberOptions;

#define FIELD(field) offsetof(MemberOptions, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(family), .table = &family_options},
    {.name = "phi",
     .kind = OPTION_TEXT,
     .offset = FIELD(phi),
     .metavar = "LIST",
     .fallback = "0..7",
     .doc = "compound coefficients"},
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_options},
};
#undef FIELD

enum { PHI_ITEM_MAX = 64 };

/* Adds "2", "0.5" or "0..7" to values; false if it is none of them or there are too many. */
static bool add_phi(double values[FAMILY_MAX_MEMBERS], size_t *n, char *item)
{
    char *dots = strstr(item, "..");
    double value;
    int64_t first, last;
    if (dots == NULL) {
        if (*n == FAMILY_MAX_MEMBERS || !text_to_double(item, &value))
            return false;
        values[(*n)++] = value;
        return true;
    }
    *dots = '\0';
    if (!text_to_int64(item, &first) || !text_to_int64(dots + 2, &last) || first > last ||
        first < 0 || last - first >= FAMILY_MAX_MEMBERS - (int64_t)*n)
        return false;
    for (int64_t phi = first; phi <= last; phi++)
        values[(*n)++] = (double)phi;
    return true;
}

static ErrCode parse_phi(double values[FAMILY_MAX_MEMBERS], size_t *n, const char *list, Err *err)
{
    char item[PHI_ITEM_MAX];
    const char *rest = list;
    *n = 0;
    do {
        const size_t length = strcspn(rest, ",");
        if (length >= sizeof item)
            goto bad;
        memcpy(item, rest, length);
        item[length] = '\0';
        if (!add_phi(values, n, item))
            goto bad;
        rest += length;
    } while (*rest++ == ',');
    return ERR_NONE;
bad:
    return err_set(err, ERR_USAGE,
                   "option '--phi' must be a list like 0..7 or 0,0.5,1 of at most %d, not '%s'",
                   FAMILY_MAX_MEMBERS, list);
}

static void put_json(const Spec *spec, const FamilyOptions *family, const FamilyMember *members,
                     size_t n, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "network", spec->name);
    json_put_double(&json, "alpha", family->alpha);
    json_put_double(&json, "beta", family->beta);
    json_put_double(&json, "gamma", family->gamma);
    family_json(members, n, "members", &json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void put_text(const Spec *spec, const FamilyOptions *family, const FamilyMember *members,
                     size_t n, Text *out)
{
    const Scale one = scaling_compound(family->alpha, family->beta, family->gamma, 1.0);
    text_printf(out,
                "%s scaled by alpha = %g, beta = %g, gamma = %g: nominally "
                "alpha * beta^2 * gamma^2 = %.3f times the cost per step of phi.\n\n",
                spec->name, family->alpha, family->beta, family->gamma, scaling_nominal_cost(one));
    family_table(members, n, out);
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const MemberOptions *settings = call->settings;
    double phi[FAMILY_MAX_MEMBERS];
    FamilyMember members[FAMILY_MAX_MEMBERS];
    const FamilyOptions *constants = &settings->family;
    FamilySettings family = {constants->alpha, constants->beta, constants->gamma, phi, 0};
    Spec spec;
    Text out = {.columns = call->columns};
    TRY(parse_phi(phi, &family.n_phi, settings->phi, err));
    TRY(network_options_spec(&spec, call->args[0], &settings->network, NULL, 0, err));
    TRY(family_build(members, &spec, &family, err));
    if (call->json)
        put_json(&spec, constants, members, family.n_phi, &out);
    else
        put_text(&spec, constants, members, family.n_phi, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    text_release(&out);
    return err->code;
}

const Command cmd_family = {
    .name = "family",
    .summary = "STEP 2 of compound scaling: a family for phi = 0..7",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(MemberOptions),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
