/* harness/cli/cmd_space.c: `isoflop space`: a search space, or one network of it. */
#include "harness/cli/command.h"
#include "harness/cli/space_facts.h"

#include "base/file.h"
#include "base/json.h"
#include "models/resolve.h"
#include "search/netspace.h"
#include "search/netspace_survey.h"

#include <string.h>

static const char *const usage[] = {"FILE|NAME [--json]",
                                    "FILE|NAME --genes GENES [--output FILE] [--json]", NULL};
static const char *const notes[] = {
    "A space is a network whose values may be choices (docs/spaces.md), of the zoo or a YAML file. "
    "Genes are written as one character each, the number of a value from 0 to 9 and a to z. Spaces "
    "of 10,000,000 genotypes and more are estimated from 100,000 of them.",
    NULL};

typedef struct SpaceSettings {
    const char *genes, *output;
} SpaceSettings;

#define FIELD(field) offsetof(SpaceSettings, field)
static const Option options[] = {
    {.name = "genes",
     .kind = OPTION_TEXT,
     .offset = FIELD(genes),
     .metavar = "GENES",
     .doc = "one network of the space"},
    {.name = "output",
     .kind = OPTION_TEXT,
     .offset = FIELD(output),
     .metavar = "FILE",
     .doc = "with --genes: write the network there, as YAML"},
};
#undef FIELD

typedef struct Member {
    const char *genes; /* as given */
    char canonical[NETSPACE_MAX_GENES + 1];
    bool is_inside;
    Network network;
} Member;

static void print_json(const NetSpace *space, const Member *member, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "space", netspace_name(space));
    json_put_text(&json, "genes", member->genes);
    json_put_text(&json, "canonical", member->canonical);
    json_put_text(&json, "network", member->network.digest);
    json_put_int(&json, "resolution", member->network.resolution);
    json_put_int(&json, "params", member->network.params);
    json_put_int(&json, "macs", member->network.macs);
    json_put_int(&json, "acts", member->network.acts);
    json_put_bool(&json, "inside", member->is_inside);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void print_text(const NetSpace *space, const Member *member, Text *out)
{
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES];
    const bool is_alias = strcmp(member->canonical, member->genes) != 0;
    text_printf(out, "%s of %s%s%s, %s the limits\n", member->genes, netspace_name(space),
                is_alias ? ", the same network as " : "", is_alias ? member->canonical : "",
                member->is_inside ? "inside" : "outside of");
    text_printf(out, "%s params, %s MACs, %s acts at %d px\nnetwork %s\n",
                text_grouped(a, member->network.params), text_grouped(b, member->network.macs),
                text_grouped(c, member->network.acts), member->network.resolution,
                member->network.digest);
}

/* Resolves the member and, if an output is named, writes it there. */
static ErrCode find_member(NetSpace *space, const SpaceSettings *settings, Member *member, Err *err)
{
    uint8_t genes[NETSPACE_MAX_GENES];
    NetSpaceCount count;
    Text yaml = {0};
    Spec spec;
    member->genes = settings->genes;
    TRY(netspace_from_text(space, settings->genes, genes, err));
    netspace_canonical(space, genes);
    netspace_to_text(space, genes, member->canonical);
    netspace_count(space, genes, &count);
    member->is_inside = count.is_inside;
    netspace_spec(space, genes, &spec);
    TRY(resolve_network(&member->network, &spec, err));
    if (settings->output != NULL) {
        spec_write_yaml(&spec, &yaml);
        TRY(text_ok(&yaml, err));
        TRY(file_write(settings->output, yaml.data, yaml.n_bytes, err));
    }
fail:
    text_release(&yaml);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const SpaceSettings *settings = call->settings;
    NetSpace *space = NULL;
    NetSpaceSurvey survey;
    Member member = {0};
    Text out = {.columns = call->columns};
    if (settings->output != NULL)
        TRY(call_need("genes", settings->genes, err));
    TRY(netspace_load(&space, call->args[0], err));
    if (settings->genes != NULL) {
        TRY(find_member(space, settings, &member, err));
        if (call->json)
            print_json(space, &member, &out);
        else
            print_text(space, &member, &out);
    } else {
        TRY(netspace_survey(space, &survey, err));
        if (call->json)
            space_facts_json(space, &survey, &out);
        else
            space_facts_text(space, &survey, &out);
    }
    TRY(call_print_lines(call, &out, err));
fail:
    network_release(&member.network);
    netspace_destroy(&space);
    text_release(&out);
    return err->code;
}

const Command cmd_space = {
    .name = "space",
    .summary = "a search space: its genes, how many networks, their costs; or one network of it",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(SpaceSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
