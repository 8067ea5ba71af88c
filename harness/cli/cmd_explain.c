/* harness/cli/cmd_explain.c: `isoflop explain`: why a family member looks as it does. */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "base/json.h"
#include "paper/explain.h"

static const char *const usage[] = {"NETWORK [--alpha A --beta B --gamma G] [--phi P] [--width W] "
                                    "[--depth D] [--resolution PX] [--json]",
                                    NULL};
static const char *const notes[] = {
    "Its multipliers, the phi that each dimension implies, what rounding did to every stage, what "
    "each dimension costs alone, how often drop connect leaves its blocks out, and why the "
    "published numbers differ from the counted ones. A file that 'scale' wrote is explained "
    "against the baseline that it names.",
    NULL};

typedef struct ExplainSettings {
    NetworkOptions network;
    CompoundOptions compound;
} ExplainSettings;

#define FIELD(field) offsetof(ExplainSettings, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(compound), .table = &compound_options},
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_options},
};
#undef FIELD

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const ExplainSettings *settings = call->settings;
    const FamilyOptions *family = &settings->compound.family;
    const Scale constants = {family->alpha, family->beta, family->gamma};
    Spec spec;
    Explanation explanation = {0};
    Text out = {.columns = call->columns};
    TRY(network_options_member(&spec, call->args[0], &settings->network, &settings->compound, err));
    TRY(network_options_origin(&spec, call->args[0], err));
    TRY(explain_network(&explanation, &spec, constants, err));
    if (call->json) {
        JsonWriter json = json_writer(&out, true);
        explain_json(&explanation, &json);
        text_append_char(&out, '\n');
    } else {
        explain_text(&explanation, &out);
    }
    TRY(call_print_lines(call, &out, err));
fail:
    explain_release(&explanation);
    text_release(&out);
    return err->code;
}

const Command cmd_explain = {
    .name = "explain",
    .summary = "why a family member looks as it does, and why published FLOPs differ",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ExplainSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
