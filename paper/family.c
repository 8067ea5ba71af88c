/* paper/family: members by scaling_apply, counted by resolve_network. */
#include "paper/family.h"

#include "models/resolve.h"

#define FAMILY_MAX_PHI 64.0

static ErrCode check(const FamilySettings *settings, Err *err)
{
    const double constants[] = {settings->alpha, settings->beta, settings->gamma};
    Ray ray;
    TRY(scaling_ray(&ray, "compound", constants, ARRAY_LEN(constants), err));
    if (settings->n_phi == 0 || settings->n_phi > FAMILY_MAX_MEMBERS) {
        err_set(err, ERR_USAGE, "a family has 1 to %d members, not %zu", FAMILY_MAX_MEMBERS,
                settings->n_phi);
        goto fail;
    }
    for (size_t i = 0; i < settings->n_phi; i++)
        if (!(settings->phi[i] >= 0.0 && settings->phi[i] <= FAMILY_MAX_PHI)) {
            err_set(err, ERR_USAGE, "phi '%g' is not between 0 and %g", settings->phi[i],
                    FAMILY_MAX_PHI);
            goto fail;
        }
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode family_member(Spec *member, const Spec *baseline, const FamilySettings *settings,
                      size_t index, Err *err)
{
    TRY(check(settings, err));
    TRY(scaling_apply(
        member, baseline,
        scaling_compound(settings->alpha, settings->beta, settings->gamma, settings->phi[index]),
        err));
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode build(FamilyMember *member, const Spec *baseline, Scale nominal, Err *err)
{
    Spec spec;
    Network network;
    TRY(scaling_apply(&spec, baseline, nominal, err));
    TRY(resolve_network(&network, &spec, err));
    member->nominal = nominal;
    member->built = scaling_built(baseline, &spec);
    member->resolution = spec.resolution;
    member->n_blocks = spec_n_blocks(&spec);
    member->params = network.params;
    member->macs = network.macs;
    member->acts = network.acts;
    member->nominal_ratio = scaling_nominal_cost(nominal);
    member->counted_ratio = (double)network.macs / (double)resolve_macs(baseline, 0);
    network_release(&network);
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode family_build(FamilyMember *members, const Spec *baseline, const FamilySettings *settings,
                     Err *err)
{
    TRY(check(settings, err));
    for (size_t i = 0; i < settings->n_phi; i++) {
        const Scale nominal =
            scaling_compound(settings->alpha, settings->beta, settings->gamma, settings->phi[i]);
        members[i] = (FamilyMember){.phi = settings->phi[i]};
        if (build(&members[i], baseline, nominal, err) != ERR_NONE) {
            err_wrap(err, "member phi = %g", settings->phi[i]);
            goto fail;
        }
    }
    return ERR_NONE;
fail:
    return err->code;
}

void family_table(const FamilyMember *members, size_t n, Text *out)
{
    static const TextColumn columns[] = {{"phi", TEXT_RIGHT, 0},     {"depth", TEXT_RIGHT, 0},
                                         {"width", TEXT_RIGHT, 0},   {"pixels", TEXT_RIGHT, 0},
                                         {"blocks", TEXT_RIGHT, 2},  {"params", TEXT_RIGHT, 3},
                                         {"MACs", TEXT_RIGHT, 0},    {"acts", TEXT_RIGHT, 1},
                                         {"nominal", TEXT_RIGHT, 0}, {"counted", TEXT_RIGHT, 0}};
    char number[TEXT_NUMBER_BYTES];
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const FamilyMember *member = &members[i];
        text_table_cellf(table, "%g", member->phi);
        text_table_cellf(table, "%.3f", member->nominal.depth);
        text_table_cellf(table, "%.3f", member->nominal.width);
        text_table_cellf(table, "%d", member->resolution);
        text_table_cellf(table, "%d", member->n_blocks);
        text_table_cell(table, text_human(number, (double)member->params));
        text_table_cell(table, text_human(number, (double)member->macs));
        text_table_cell(table, text_human(number, (double)member->acts));
        text_table_cellf(table, "%sx", text_digits(number, member->nominal_ratio));
        text_table_cellf(table, "%sx", text_digits(number, member->counted_ratio));
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void put_scale(JsonWriter *writer, const char *key, Scale scale)
{
    const double values[] = {scale.depth, scale.width, scale.resolution};
    json_put_doubles(writer, key, values, ARRAY_LEN(values));
}

void family_json(const FamilyMember *members, size_t n, const char *key, JsonWriter *writer)
{
    json_open_list(writer, key);
    for (size_t i = 0; i < n; i++) {
        const FamilyMember *member = &members[i];
        json_open_map(writer, NULL);
        json_put_double(writer, "phi", member->phi);
        put_scale(writer, "nominal", member->nominal);
        put_scale(writer, "built", member->built);
        json_put_int(writer, "resolution", member->resolution);
        json_put_int(writer, "blocks", member->n_blocks);
        json_put_int(writer, "params", member->params);
        json_put_int(writer, "macs", member->macs);
        json_put_int(writer, "acts", member->acts);
        json_put_double(writer, "nominal_ratio", member->nominal_ratio);
        json_put_double(writer, "counted_ratio", member->counted_ratio);
        json_close_map(writer);
    }
    json_close_list(writer);
}
