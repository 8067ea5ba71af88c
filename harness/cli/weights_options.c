/* harness/cli/weights_options.c: rows, and from them a network with its weights. */
#include "harness/cli/weights_options.h"

#include "weights/naming.h"

#define FIELD(field) offsetof(WeightsOptions, field)
static const Option rows[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_choice},
    {.name = "weights",
     .kind = OPTION_TEXT,
     .offset = FIELD(weights),
     .metavar = "FILE",
     .doc = "weights as safetensors"},
    {.name = "names",
     .kind = OPTION_ENUM,
     .offset = FIELD(names),
     .metavar = "WHOSE",
     .fallback = "isoflop",
     .names = naming_names,
     .doc = "names in the weight file"},
};
#undef FIELD

const OptionTable weights_options = {rows, ARRAY_LEN(rows)};

ErrCode weights_options_check(const WeightsOptions *options, Err *err)
{
    TRY(call_need("network", options->network.name, err));
    TRY(call_need("weights", options->weights, err));
fail:
    return err->code;
}

ErrCode weights_options_open(Net **out, const WeightsOptions *options, const Call *call,
                             const Study *study, int n_classes, int batch, Err *err)
{
    Spec spec;
    const NetSettings settings = {.batch = batch, .threads = call->threads, .level = call->cpu};
    TRY(weights_options_check(options, err));
    TRY(network_choice_spec(&spec, &options->network, study, n_classes, err));
    TRY(weights_open(out, &spec, &settings, options->weights, naming_at(options->names), err));
fail:
    return err->code;
}
