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

unsigned weights_options_accept(const WeightsOptions *options)
{
    return options->network.scale.resolution != NULL ? ORIGIN_ANY_RESOLUTION : 0;
}

ErrCode weights_options_open(Net **out, WeightOrigin *origin, const WeightsOptions *options,
                             const Call *call, const WeightsUse *use, Err *err)
{
    Spec spec;
    const NetSettings settings = {.batch = use->batch,
                                  .threads = call->threads,
                                  .level = call->cpu,
                                  .training = use->class_maps,
                                  .class_maps = use->class_maps};
    const WeightSource source = {.path = options->weights,
                                 .naming = naming_at(options->names),
                                 .accept = use->accept,
                                 .used = use->data};
    const int n_classes = use->data != NULL ? use->data->n_classes : 0;
    *origin = (WeightOrigin){0};
    TRY(weights_options_check(options, err));
    TRY(network_choice_spec(&spec, &options->network, use->study, n_classes, err));
    TRY(weights_open(out, &spec, &settings, &source, origin, err));
    if (!origin->is_known)
        call_say("'%s' " ORIGIN_UNKNOWN, options->weights);
fail:
    return err->code;
}
